//! Which modules may set something that is read.

use crate::{bearing, may_tell_secrets};

/// `matters`, or else what is imported.
fn look(text: &str) -> String {
    let parsed = nixpod_syntax::parse(text);
    let found = bearing(&parsed.hir, parsed.hir.root());
    match found.matters {
        true => "matters".to_owned(),
        false => found.imports.join(" "),
    }
}

#[test]
fn what_sets_something_that_is_read_matters() {
    for text in [
        "{ containers.a = { }; }",
        "{ lib, ... }: { config = lib.mkIf true { virtualisation.docker.enable = true; }; }",
        "{ systemd.services.b.environment.RESTIC_PASSWORD = \"plum-cartwheel-41\"; }",
        "{ systemd = { services.b = { }; }; }",
        "{ users.extraUsers.ann = { }; }",
        "{ docker-containers.a = { }; }",
        "{ options.environment.etc = null; }",
        "{ inherit containers; }",
    ] {
        assert_eq!(look(text), "matters", "{text}");
    }
}

#[test]
fn what_the_walk_does_not_see_through_matters() {
    for text in [
        "{ ${\"cont\" + \"ainers\"}.a = { }; }",
        "{ \"cont${\"ainers\"}\".a = { }; }",
        "{ lib, ... }: lib.setAttrByPath [ \"containers\" \"a\" ] { }",
        "{ lib, ... }: lib.listToAttrs [ ]",
        "{ ... }: builtins.fromJSON (builtins.readFile ./a.json)",
        "{ config = import ./a.nix; }",
        "{ systemd = import ./a.nix; }",
        "{ imports = [ <x> ]; }",
        "{ imports = [ (import ./a.nix) ]; }",
        "{ inputs, ... }: { imports = [ inputs.x.nixosModules.y ]; }",
        "{ imports = import ./list.nix; }",
        "{ lib, ... }: { imports = [ (lib.mkRenamedOptionModule [ \"a\" ] [ \"containers\" ]) ]; }",
        "{ imports = [ { containers.a = { }; } ]; }",
        "let mkIf = _: _: { containers.a = { }; }; in { config = mkIf true { }; }",
        "let lib.mkIf = _: _: { containers.a = { }; }; in { config = lib.mkIf true { }; }",
        "{ mkIf, ... }: mkIf true { }",
        "with import ./own.nix; { config = mkIf true { }; }",
        "let a = { containers.a = { }; }; in a",
        "{ a, ... }: a // { b = 1; }",
        "{ a = ; }",
    ] {
        let parsed = nixpod_syntax::parse(text);
        let is_broken = !parsed.errors.is_empty();
        assert!(look(text) == "matters" || is_broken, "{text}");
    }
}

#[test]
fn what_certainly_sets_nothing_that_is_read_does_not_matter() {
    for (text, imports) in [
        (
            "{ stdenv, fetchurl }: stdenv.mkDerivation { containers = 1; }",
            "",
        ),
        ("{ imports = [ ./a.nix ./dir ]; }", "./a.nix ./dir"),
        (
            "{ lib, ... }: with lib; { options.programs.x.enable = mkEnableOption \"x\"; }",
            "",
        ),
        (
            "{ config, lib, pkgs, ... }: let inherit (lib) mkIf; cfg = config.programs.x; in \
             { config = mkIf cfg.enable { home.packages = [ cfg.package ]; }; }",
            "",
        ),
        (
            "{ lib, ... }: { imports = [ (lib.mkRemovedOptionModule [ \"containers\" ] \"\") ]; }",
            "",
        ),
        (
            "{ lib, ... }: { imports = [ (lib.mkRenamedOptionModule [ \"a\" ] [ \"hardware\" ]) ]; }",
            "",
        ),
        ("{ services.nginx = import ./nginx.nix; }", ""),
        (
            "{ networking.firewall.enable = true; fileSystems.\"/\".device = \"x\"; }",
            "",
        ),
        ("{ services = null; }", ""),
        ("[ 1 ]", ""),
        ("\"containers\"", ""),
    ] {
        assert_eq!(look(text), imports, "{text}");
    }
}

#[test]
fn what_homes_write_matters_if_there_can_be_a_secret_in_it() {
    let look = |text: &str| {
        let parsed = nixpod_syntax::parse(text);
        let found = bearing(&parsed.hir, parsed.hir.root());
        assert!(!found.matters, "{text}");
        found.matters_with_secrets && may_tell_secrets(&parsed.hir)
    };
    for text in [
        "{ home.sessionVariables.DB_PASSWORD = \"x\"; }",
        "{ home.sessionVariables.${\"API_\" + \"KEY\"} = \"x\"; }",
        "{ home.sessionVariables.${\"TO${\"KEN\"}\"} = \"x\"; }",
        "{ home.file.a.text = \"secret: x\"; }",
        "{ xdg.configFile.a.source = ./db-password-file.txt; }",
        "{ lib, ... }: { options.b = lib.mkOption { default = \"my-token\"; }; config.home.file = { }; }",
        "{ mkOption, ... }: { a = mkOption { description = \"a token\"; }; home.file = { }; }",
    ] {
        assert!(look(text), "{text}");
    }
    for text in [
        "{ home.sessionVariables.EDITOR = \"vi\"; }",
        "{ home.packages = [ \"password\" ]; }",
        "{ lib, ... }: { options.b = lib.mkOption { description = \"a token\"; }; config.home.file = { }; }",
        "{ home.file.a.text = \"keyboard tokenizer passage\"; }",
    ] {
        assert!(!look(text), "{text}");
    }
}
