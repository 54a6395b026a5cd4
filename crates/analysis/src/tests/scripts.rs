//! Scripts that stand in code and run containers: read where they stand if no system has them, told as left out, or named.

use super::flake;
use super::islands::check;
use expect_test::expect;

#[test]
fn shells_packages_and_apps_of_a_flake() {
    check(
        &[(
            "flake.nix",
            r#"
{
  outputs = { nixpkgs, ... }: let pkgs = nixpkgs.legacyPackages.x86_64-linux; image = "x:1"; in {
    devShells.x86_64-linux.default = pkgs.mkShell {
      shellHook = ''
        podman run --all ${image}
      '';
    };
    packages.x86_64-linux.tool = pkgs.writeShellScriptBin "tool" "docker run --all b";
    apps.x86_64-linux.default = { type = "app"; program = "${pkgs.writeShellScript "app" ''exec podman run --all c''}"; };
    checks.x86_64-linux.x = pkgs.runCommand "x" { } "podman run --all d";
  };
}"#,
        )],
        expect![[r#"
            flake.nix:6:20 `--all` high/high toy-flag: `devShells.x86_64-linux.default.shellHook` uses `--all` [flake.nix: devShells.x86_64-linux.default.shellHook]
            flake.nix:9:78 `--all` high/high toy-flag: `packages.x86_64-linux.tool` uses `--all` [flake.nix: packages.x86_64-linux.tool]
            flake.nix:10:108 `--all` high/high toy-flag: `apps.x86_64-linux.default.program` uses `--all` [flake.nix: apps.x86_64-linux.default.program]
            flake.nix:11:65 `--all` high/high toy-flag: `checks.x86_64-linux.x` uses `--all` [flake.nix: checks.x86_64-linux.x]
            gap /p/flake.nix: `devShells.x86_64-linux.default.shellHook`: whether its engine runs as root is not known: nothing says who runs the script
            gap /p/flake.nix: `apps.x86_64-linux.default.program`: whether its engine runs as root is not known: nothing says who runs the script
            gap /p/flake.nix: `checks.x86_64-linux.x`: whether its engine runs as root is not known: nothing says who runs the script
        "#]],
    );
}

#[test]
fn packages_in_files_of_their_own() {
    check(
        &[
            ("flake.nix", &flake(&[("box", "box.nix")])),
            ("box.nix", "{ }"),
            (
                "tool.nix",
                r#"
{ stdenv, podman, writeShellApplication }:
let script = writeShellApplication { name = "a"; text = "${podman}/bin/podman run --all a"; }; in
stdenv.mkDerivation { name = "tool"; installPhase = "podman run --all b"; meta.description = "podman run --all c"; }"#,
            ),
        ],
        expect![[r#"
            tool.nix:3:83 `--all` high/medium toy-flag: `script.text` uses `--all` [tool.nix: script.text] imported by no host
            tool.nix:4:65 `--all` high/medium toy-flag: `installPhase` uses `--all` [tool.nix: installPhase] imported by no host
            gap /p/tool.nix: `script.text`: whether its engine runs as root is not known: nothing says who runs the script
            gap /p/tool.nix: `installPhase`: whether its engine runs as root is not known: nothing says who runs the script
        "#]],
    );
}

#[test]
fn what_a_host_has_is_told_once_and_what_is_off_is_no_finding() {
    check(
        &[
            ("flake.nix", &flake(&[("box", "box.nix")])),
            (
                "box.nix",
                r#"
{ lib, pkgs, config, ... }:
let
  run = "${pkgs.podman}/bin/podman run --all";
  start = pkgs.writeShellScript "start" "${run} a";
  never = pkgs.writeShellScript "never" "podman run --all b";
in {
  options.mine.enable = lib.mkEnableOption "what `podman run --all x` does";
  config = lib.mkMerge [
    { systemd.services.a.serviceConfig.ExecStart = start; }
    (lib.mkIf config.mine.enable { systemd.services.c.script = "podman run --all c"; })
    { lib.tools = [ "podman run --all d" ]; }
    { environment.systemPackages = lib.optional config.mine.enable (pkgs.writeShellScriptBin "e" "podman run --all e"); }
  ];
}"#,
            ),
        ],
        expect![[r#"
            box.nix:4:40 `--all` high/high toy-flag: `systemd.services.a` uses `--all` [box]
            gap /p/box.nix: command line in `never`: nothing that was evaluated has it
            gap /p/box.nix: command line in `lib.tools`: nothing that was evaluated has it
            left out (off-as-far-as-seen): systemd.services.c.script
            left out (off-as-far-as-seen): environment.systemPackages
        "#]],
    );
}

#[test]
fn what_is_no_script() {
    check(
        &[(
            "box.nix",
            r#"
{ lib, ... }: {
  options.a = lib.mkOption { description = "Like `podman run --all`:\n\npodman run --all x"; example = "podman run --all"; };
  config.assertions = [ { assertion = true; message = "podman run --all x"; } ];
  config.warnings = [ "podman run --all x" ];
  config.text.usage = "To run it: podman run --all x";
  config.x = throw "podman run --all x";
  config.y = lib.mdDoc "podman run --all x";
}"#,
        )],
        expect![[""]],
    );
}

/// Of a line whose program and options stand elsewhere the script has the image alone.
#[test]
fn a_script_of_which_little_stands_in_it() {
    check(
        &[
            ("flake.nix", &flake(&[("box", "box.nix")])),
            (
                "box.nix",
                r#"
{ pkgs, lib, ... }:
let launch = pkgs.writeShellScript "launch" "${lib.getExe pkgs.podman} run ${lib.escapeShellArgs [ "--all" ]} a:1"; in
{ systemd.services.x.serviceConfig.ExecStart = launch; }"#,
            ),
        ],
        expect![[r#"
            box.nix:3:101 `--all` high/high toy-flag: `systemd.services.x` uses `--all` [box]
        "#]],
    );
}
