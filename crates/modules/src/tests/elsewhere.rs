//! What modules and files that were not read may add.

use super::{check, check_flake, check_on_nixpkgs, check_roots};
use crate::{Standing, file_root};
use expect_test::{Expect, expect};
use nixpod_source::Utf8Path;

/// Who extends an option of an input does not say what else is in it.
#[test]
fn options_that_are_only_extended() {
    let paths = &["networking.domain", "networking.hostName", "time.timeZone"];
    let modules = r#"
#- /more.nix
{ lib, ... }: {
  options.burrow.secrets = lib.mkOption { type = lib.types.attrsOf (lib.types.submodule { options.vault = lib.mkOption { default = "none"; }; }); };
  options.mine = lib.mkOption { default = { }; type = lib.types.attrsOf (lib.types.submodule { options.vault = lib.mkOption { default = "none"; }; }); };
}
#- /main.nix
{ config, ... }: {
  burrow.secrets.k.file = ./k.age;
  mine.k.file = ./k.age;
  networking.domain = config.burrow.secrets.k.vault;
  networking.hostName = config.burrow.secrets.k.path;
  time.timeZone = config.mine.k.path;
}
"#;
    check_on_nixpkgs(
        &format!(
            r#"
  inputs.agenix.url = "github:ryantm/agenix";
  outputs = {{ nixpkgs, agenix, ... }}: {{
    nixosConfigurations.oak = nixpkgs.lib.nixosSystem {{ modules = [ agenix.nixosModules.default ./more.nix ./main.nix ]; }};
  }};
}}{modules}"#
        ),
        paths,
        expect![[r##"
            # oak Nixos closed=true missing=["agenix"] release=Some((25, 11))
            networking.domain = "none"
            networking.hostName = «unknown: option `burrow.secrets.k.path` is set nowhere in the analysed files»
            time.timeZone = «unknown: evaluation fails: attribute 'path' missing»
            gap: mine.k.file: evaluation fails: The option `mine.k.file' does not exist
        "##]],
    );
    // Where all modules were read it is wrong.
    check_on_nixpkgs(
        &format!(
            r#"
  outputs = {{ nixpkgs, ... }}: {{
    nixosConfigurations.oak = nixpkgs.lib.nixosSystem {{ modules = [ ./more.nix ./main.nix ]; }};
  }};
}}{modules}"#
        ),
        paths,
        expect![[r##"
            # oak Nixos closed=true missing=[] release=Some((25, 11))
            networking.domain = "none"
            networking.hostName = «unknown: evaluation fails: attribute 'path' missing»
            time.timeZone = «unknown: evaluation fails: attribute 'path' missing»
            gap: burrow.secrets.k.file: evaluation fails: The option `burrow.secrets.k.file' does not exist
            gap: mine.k.file: evaluation fails: The option `mine.k.file' does not exist
        "##]],
    );
}

/// A file that nobody imports does not know which networks, containers or units of the user's own others add.
#[test]
fn names_that_another_file_may_add() {
    check_roots(
        r#"
#- /alone.nix
{ config, lib, ... }: {
  options.mine = lib.mkOption { type = lib.types.attrsOf lib.types.str; };
  config = {
    mine.a = "a";
    virtualisation.quadlet.networks.here.networkConfig.internal = true;
    networking.hostName = config.virtualisation.quadlet.networks.shop.ref;
    networking.domain = config.virtualisation.quadlet.networks.here.ref;
    time.timeZone = config.mine.b;
    services.a.pods = config.virtualisation.quadlet.pods.shop.ref;
  };
}
"#,
        &[
            "networking.hostName",
            "networking.domain",
            "time.timeZone",
            "services.a.pods",
        ],
        expect![[r##"
            # alone.nix Nixos closed=false imported by no host missing=[] release=None
            networking.hostName = «unknown: option `virtualisation.quadlet.networks.shop.ref` is set nowhere in the analysed files»
            networking.domain = "here.network"
            time.timeZone = «unknown: option `mine.b` is set nowhere in the analysed files»
            services.a.pods = «unknown: option `virtualisation.quadlet.pods.shop.ref` is set nowhere in the analysed files»
        "##]],
        |ev, library| {
            let path = Utf8Path::new("/p/alone.nix");
            vec![file_root(
                ev,
                library,
                path,
                "alone.nix".to_owned(),
                Standing::NoHost,
            )]
        },
    );
}

/// A file that is perhaps imported and is no Nix by its name is not read.
#[test]
fn texts_that_are_perhaps_imported() {
    check_flake(
        r#"
#- /flake.nix
{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.11";
  inputs.odd.url = "github:someone/odd";
  outputs = { nixpkgs, odd, ... }: {
    nixosConfigurations.oak = nixpkgs.lib.nixosSystem { modules = builtins.filter odd.lib.isModule (nixpkgs.lib.filesystem.listFilesRecursive ./modules); };
    nixosConfigurations.elm = nixpkgs.lib.nixosSystem { modules = builtins.filter (nixpkgs.lib.hasSuffix ".nix") (nixpkgs.lib.filesystem.listFilesRecursive ./modules); };
  };
}
#- /modules/a.nix
{ networking.domain = "a"; }
#- /modules/README.md
# All of them (
"#,
        &["networking.domain"],
        expect![[r##"
            # elm Nixos closed=true missing=[] release=Some((25, 11))
            networking.domain = "a"
            # oak Nixos closed=false missing=["odd"] release=Some((25, 11))
            networking.domain = «one of: "a" | null»
            gap: module: `inputs.odd.lib.isModule (…)` comes from outside
        "##]],
    );
}

/// Images that Nix makes or pulls say what they are called.
#[test]
fn names_of_images() {
    check(
        r#"
#- /main.nix
{ pkgs, ... }:
let
  inherit (pkgs) dockerTools;
  pulled = dockerTools.pullImage { imageName = "registry.example/web"; imageDigest = "sha256:00"; hash = ""; finalImageTag = "1"; };
  renamed = dockerTools.pullImage { imageName = "web"; imageDigest = "sha256:00"; finalImageName = "own/web"; };
  built = dockerTools.buildLayeredImage { name = "Shop"; tag = "3"; };
in {
  networking.hostName = pulled.destNameTag;
  networking.domain = renamed.destNameTag;
  time.timeZone = "${built.imageName}:${built.imageTag}";
  services.a.image = "${(dockerTools.streamLayeredImage { name = "shop"; }).imageTag}";
}
"#,
        &[
            "networking.hostName",
            "networking.domain",
            "time.timeZone",
            "services.a.image",
        ],
        expect![[r#"
            networking.hostName = "registry.example/web:1"
            networking.domain = "own/web:latest"
            time.timeZone = "shop:3"
            services.a.image = "${«unknown: `pkgs.dockerTools.buildImage.imageTag` comes from outside»}"
        "#]],
    );
}

/// NixOS declares options beside those of the analysed code, and below the same names: what is not declared here is not
/// missing there. Below names of its own it is.
#[test]
fn names_that_nixos_declares_too() {
    let main = r#"
#- /main.nix
{ config, lib, ... }:
let bare = options: lib.mkOption { type = lib.types.attrsOf (lib.types.submodule { inherit options; }); };
in {
  options.services.ledger.port = lib.mkOption { type = lib.types.port; default = 1; };
  options.grove.port = lib.mkOption { type = lib.types.port; default = 2; };
  options.systemd.services = bare { mine = lib.mkOption { default = "mine"; }; };
  config = {
    systemd.services.a.description = "a";
    networking.hostName = if config.services ? caddy then "caddy" else "none";
    networking.domain = toString config.services.caddy.port or "none";
    time.timeZone = config.services.caddy.user;
    services.seen = [ config.services.ledger.port config.systemd.services.a.mine config.systemd.services.a.description ];
    services.own = if config.grove ? caddy then "caddy" else "none";
    fileSystems."/a".depends = [ "/" ];
    services.depends = config.fileSystems."/a".depends ++ [ config.fileSystems."/a".mountPoint ];
  };
}
"#;
    let paths = &[
        "networking.hostName",
        "networking.domain",
        "time.timeZone",
        "services.seen",
        "services.own",
        "services.depends",
    ];
    check(
        main,
        paths,
        expect![[r#"
            networking.hostName = «one of: "caddy" | "none"»
            networking.domain = «one of: "${«unknown: option `services.caddy.port` is set nowhere in the analysed files»}" | "none" | «unknown: option `networking.domain` is set nowhere in the analysed files» | null»
            time.timeZone = «unknown: option `services.caddy.user` is set nowhere in the analysed files»
            services.seen = [ 1 "mine" "a" ]
            services.own = "none"
            services.depends = [ "/" "/a" ]
        "#]],
    );
}

/// What defines the arguments is not known, and nothing depends on itself.
#[test]
fn definitions_that_depend_on_an_argument() {
    check(
        r#"
#- /main.nix
{ helper, ... }: { config = helper.lib.merge [ { containers.a.autoStart = true; } ]; }
"#,
        &["networking.hostName"],
        expect![[r#"
            networking.hostName = "nixos"
            gap: a module's definitions: `helper.lib.merge (…)` comes from outside
        "#]],
    );
}

/// A package that can be called is one value, and no function to merge with others.
#[test]
fn sets_that_can_be_called() {
    check(
        r#"
#- /main.nix
{ services.flakes.input = { outPath = /flake; __functor = _: x: x; }; }
"#,
        &["services.flakes.input.outPath"],
        expect![["services.flakes.input.outPath = /flake\n"]],
    );
}

/// Of the writers and formats of nixpkgs a few are known, and the others are not missing.
#[test]
fn writers_and_formats_that_are_not_known() {
    check(
        r#"
{ pkgs, ... }: {
  environment.etc.a.source = pkgs.writers.writePython3Bin "a" { } "pass";
  environment.etc.b.source = (pkgs.formats.xml { }).generate "b" { };
  networking.domain = pkgs.formats.xml.name;
}
"#,
        &[
            "environment.etc.a.source",
            "environment.etc.b.source",
            "networking.domain",
        ],
        expect![[r#"
            environment.etc.a.source = «unknown: `pkgs.writers.writePython3Bin (…)` comes from outside»
            environment.etc.b.source = «unknown: `pkgs.formats.xml (…).generate (…)` comes from outside»
            networking.domain = «unknown: `pkgs.formats.xml.name` comes from outside»
        "#]],
    );
}

/// Which names a set of options has does not depend on its definitions in Nix: whoever asks for one that nobody was seen to
/// declare gets no answer, and what needs a value that needs itself fails.
#[test]
fn definitions_that_ask_which_names_there_are() {
    check(
        r#"
#- /main.nix
{ config, lib, ... }: {
  options.shop.stock = lib.mkOption { default = "stock"; };
  config = {
    home = if config.home ? persistence then { persistence.kept = 1; } else { other = 1; };
    shop = if config.shop ? stock then { seen = "declared"; } else { lost = 1; };
    environment = lib.optionalAttrs (config.environment ? persistence) { persistence."/p".kept = 2; };
    containers = lib.mkIf (config.environment ? persistence) { web.autoStart = true; };
    systemd = if config.systemd ? more then { more.a = 3; } else { services.a.description = "a"; };
    networking = if config.networking.hostName == "a" then { domain = "b"; } else { domain = "c"; };
    time.timeZone = config.time.timeZone;
    own = if config.own == 1 then 2 else 3;
    seen = if config.environment ? persistence then "yes" else "no";
  };
}
"#,
        &[
            "home.persistence.kept",
            "home.other",
            "shop.seen",
            "shop.lost",
            "environment.persistence./p.kept",
            "containers.web.autoStart",
            "systemd.services.a.description",
            "networking.domain",
            "time.timeZone",
            "own",
            "seen",
        ],
        expect![[r#"
            home.persistence.kept = «one of: 1 | «unknown: option `home.persistence.kept` is set nowhere in the analysed files»»
            home.other = «one of: 1 | «unknown: option `home.other` is set nowhere in the analysed files»»
            shop.seen = "declared"
            shop.lost = error: attribute 'lost' missing
            environment.persistence./p.kept = «one of: 2 | «unknown: option `environment.persistence."/p".kept` is set nowhere in the analysed files»»
            containers.web.autoStart = true
            systemd.services.a.description = "a"
            networking.domain = null
            time.timeZone = «unknown: infinite recursion: infinite recursion encountered»
            own = «one of: 2 | 3»
            seen = «one of: "yes" | "no"»
            gap: networking: infinite recursion: infinite recursion encountered
        "#]],
    );
}

/// Our models declare options of modules that a system need not import. Whoever asks for them gets no answer unless it does.
#[test]
fn options_of_modules_that_a_system_may_import() {
    let modules = r#"
#- /main.nix
{ config, lib, options, ... }: {
  networking.domain = if options ? home-manager then "yes" else "no";
  networking.hostName = if lib.hasAttrByPath [ "virtualisation" "quadlet" "containers" ] config then "yes" else "no";
  time.timeZone = if config.virtualisation ? oci-containers then "yes" else "no";
}
"#;
    let paths = &["networking.domain", "networking.hostName", "time.timeZone"];
    let check = |inputs: &str, imported: &str, expected: Expect| {
        check_on_nixpkgs(
            &format!(
                r#"
  {inputs}
  outputs = inputs: {{ nixosConfigurations.oak = inputs.nixpkgs.lib.nixosSystem {{ modules = [ {imported} ./main.nix ]; }}; }};
}}{modules}"#
            ),
            paths,
            expected,
        );
    };
    check(
        "",
        "",
        expect![[r##"
        # oak Nixos closed=true missing=[] release=Some((25, 11))
        networking.domain = «one of: "yes" | "no"»
        networking.hostName = «one of: "yes" | "no"»
        time.timeZone = "yes"
    "##]],
    );
    check(
        r#"inputs.home-manager.url = "github:nix-community/home-manager"; inputs.quadlet-nix.url = "github:SEIAROTg/quadlet-nix";"#,
        "inputs.home-manager.nixosModules.default inputs.quadlet-nix.nixosModules.quadlet",
        expect![[r##"
            # oak Nixos closed=true missing=[] release=Some((25, 11))
            networking.domain = "yes"
            networking.hostName = "yes"
            time.timeZone = "yes"
        "##]],
    );
}

/// Definitions of an option without a type are joined as wholes.
#[test]
fn options_without_a_type() {
    check(
        r#"
{ config, lib, ... }: {
  options.shop = lib.genAttrs [ "set" "list" "text" "flag" "only" ] (_: lib.mkOption { });
  imports = [
    { shop = { set.a = { x = 1; }; list = [ 1 ]; text = "a"; flag = false; only.a = lib.mkForce 1; }; }
    { shop = { set.a = { y = 2; }; list = [ 2 ]; text = "b"; flag = true; }; }
  ];
}
"#,
        &["shop.set", "shop.list", "shop.text", "shop.flag", "shop.only"],
        expect![[r#"
            shop.set = { a = { x = 1; }; }
            shop.list = [ 2 1 ]
            shop.text = "ba"
            shop.flag = true
            shop.only = { a = { _type = "override"; content = 1; priority = 50; }; }
        "#]],
    );
}

/// Options that a function makes which is not there to be read: any name below may be one.
#[test]
fn options_that_a_function_declares() {
    check(
        r#"
#- /main.nix
{ config, lib, helpers, ... }: {
  options.shop = { domain = lib.mkOption { default = "example"; }; } // helpers.mkOptions [ "web" ];
  options.mine = { port = lib.mkOption { default = 1; }; };
  config = {
    networking.domain = config.shop.domain;
    networking.hostName = config.shop.web.tag;
    containers.web = lib.mkIf config.shop.web.enable { autoStart = true; };
    time.timeZone = config.mine.zone;
  };
}
"#,
        &[
            "networking.domain",
            "networking.hostName",
            "containers.web.autoStart",
            "time.timeZone",
        ],
        expect![[r#"
            networking.domain = «unknown: option `shop.domain` is set nowhere in the analysed files»
            networking.hostName = «unknown: option `shop.web.tag` is set nowhere in the analysed files»
            containers.web.autoStart = true
            time.timeZone = «unknown: evaluation fails: attribute 'zone' missing»
        "#]],
    );
}

/// Nor does a host with a module that could not be read know what that adds. What is here is here all the same.
#[test]
fn names_that_an_unread_module_may_add() {
    let paths = &[
        "services.a",
        "containers.here.privateNetwork",
        "containers.gone.privateNetwork",
    ];
    let main = r#"
#- /main.nix
{ config, lib, ... }: {
  containers.here.privateNetwork = true;
  services.a = {
    here = config.containers ? here;
    gone = config.containers ? gone;
    other = config.virtualisation.oci-containers.containers ? gone;
    names = lib.attrNames config.containers;
    none = config.virtualisation.oci-containers.containers == { };
    these = config.containers == { };
    empty = config.users.users == { };
  };
}
"#;
    let outputs = |modules: &str| {
        format!(
            r#"
  inputs.odd.url = "github:someone/odd";
  outputs = {{ nixpkgs, odd, ... }}: {{
    nixosConfigurations.oak = nixpkgs.lib.nixosSystem {{ modules = [ {modules} ./main.nix ]; }};
  }};
}}{main}"#
        )
    };
    check_on_nixpkgs(
        &outputs("odd.nixosModules.x"),
        paths,
        expect![[r##"
        # oak Nixos closed=false missing=["odd"] release=Some((25, 11))
        services.a = { empty = «unknown: option `users.users` is set nowhere in the analysed files»; gone = «unknown: option `containers.gone` is set nowhere in the analysed files»; here = true; names = [ "here" «unknown elements: option `containers` is set nowhere in the analysed files» ]; none = «unknown: option `virtualisation.oci-containers.containers` is set nowhere in the analysed files»; other = «unknown: option `virtualisation.oci-containers.containers.gone` is set nowhere in the analysed files»; these = false; «unknown keys: option `services.a` is set nowhere in the analysed files» }
        containers.here.privateNetwork = true
        containers.gone.privateNetwork = «unknown: option `containers.gone.privateNetwork` is set nowhere in the analysed files»
        gap: module: `inputs.odd.nixosModules.x` comes from outside
    "##]],
    );
    check_on_nixpkgs(
        &outputs(""),
        paths,
        expect![[r##"
        # oak Nixos closed=true missing=[] release=Some((25, 11))
        services.a = { empty = «unknown: option `users.users` is set nowhere in the analysed files»; gone = false; here = true; names = [ "here" ]; none = true; other = false; these = false; «unknown keys: option `services.a` is set nowhere in the analysed files» }
        containers.here.privateNetwork = true
        containers.gone.privateNetwork = error: attribute 'gone' missing
    "##]],
    );
}

/// Formats of lines take options, which are mostly those of the generator that they use.
#[test]
fn formats_with_options() {
    check(
        r#"
{ pkgs, lib, ... }: {
  environment.etc.a.source = (pkgs.formats.ini { listsAsDuplicateKeys = true; }).generate "a" { S = { K = [ "x" "y" ]; }; };
  environment.etc.b.source = (pkgs.formats.ini { listToValue = lib.concatStringsSep ","; }).generate "b" { S = { K = [ "x" "y" ]; }; };
  environment.etc.c.source = pkgs.formats.systemd.generate "c" { S = { K = [ "x" "y" ]; L = true; M = null; }; };
  environment.etc.d.source = (pkgs.formats.keyValue { listsAsDuplicateKeys = true; }).generate "d" { K = [ "x" "y" ]; };
  environment.etc.e.source = (pkgs.formats.iniWithGlobalSection { }).generate "e" { globalSection.G = 1; sections.S.K = "x"; };
  environment.etc.f.source = (pkgs.formats.gitIni { }).generate "f" { alias.x = "!y"; };
}
"#,
        &[
            "environment.etc.a.source",
            "environment.etc.b.source",
            "environment.etc.c.source",
            "environment.etc.d.source",
            "environment.etc.e.source",
            "environment.etc.f.source",
        ],
        expect![[r#"
            environment.etc.a.source = { name = "a"; outPath = "${«unknown: `store path of a` comes from outside»}"; text = "[S]\nK=x\nK=y\n"; type = "derivation"; «unknown keys: `written file a` comes from outside» }
            environment.etc.b.source = { name = "b"; outPath = "${«unknown: `store path of b` comes from outside»}"; text = "[S]\nK=x,y\n"; type = "derivation"; «unknown keys: `written file b` comes from outside» }
            environment.etc.c.source = { name = "c"; outPath = "${«unknown: `store path of c` comes from outside»}"; text = "[S]\nK = x\nK = y\nL = true\n# M is unset\n"; type = "derivation"; «unknown keys: `written file c` comes from outside» }
            environment.etc.d.source = { name = "d"; outPath = "${«unknown: `store path of d` comes from outside»}"; text = "K=x\nK=y\n"; type = "derivation"; «unknown keys: `written file d` comes from outside» }
            environment.etc.e.source = { name = "e"; outPath = "${«unknown: `store path of e` comes from outside»}"; text = "G=1\n\n[S]\nK=x\n"; type = "derivation"; «unknown keys: `written file e` comes from outside» }
            environment.etc.f.source = { name = "f"; outPath = "${«unknown: `store path of f` comes from outside»}"; text = "[alias]\n\tx = \"!y\"\n"; type = "derivation"; «unknown keys: `written file f` comes from outside» }
        "#]],
    );
}

/// NixOS gives its modules `utils`; whoever gives them another one has that.
#[test]
fn utils_of_nixos() {
    check(
        r#"
#- /main.nix
{ utils, ... }: {
  networking.domain = utils.escapeSystemdExecArgs [ "a b" 1 ./c "100%$" ];
  networking.hostName = utils.escapeSystemdPath "/a//b c/.d/";
  time.timeZone = utils.removePackagesByName [ ] [ ];
}
"#,
        &["networking.domain", "networking.hostName", "time.timeZone"],
        expect![[r#"
            networking.domain = "\"a b\" \"1\" \"${«unknown: `store path of c` comes from outside»}\" \"100%%$$\""
            networking.hostName = "a-b\\x20c-.d"
            time.timeZone = «unknown: `utils.removePackagesByName (…)` comes from outside»
        "#]],
    );
    check(
        r#"
#- /main.nix
{ utils, ... }: { _module.args.utils.zone = "UTC"; time.timeZone = utils.zone; }
"#,
        &["time.timeZone"],
        expect![[r#"
            time.timeZone = "UTC"
        "#]],
    );
}
