//! Sets with `_type`, and what is put beside it.

use super::check;
use expect_test::expect;

/// What `//` adds to an `mkIf` stands beside its content, where nobody looks.
#[test]
fn a_condition_with_something_beside() {
    check(
        r#"
{ config, lib, secrets, ... }: {
  imports = [ ./whole.nix ./open.nix ./config.nix ];
  containers = lib.mkIf true { one.privateNetwork = true; } // { two.privateNetwork = true; };
}
#- /whole.nix
{ lib, ... }: lib.mkIf true { containers.whole.privateNetwork = true; } // { imports = [ ./more.nix ]; containers.lost.privateNetwork = true; }
#- /more.nix
{ containers.more.privateNetwork = true; }
#- /open.nix
{ lib, secrets, ... }: { containers = lib.mkIf true { open.privateNetwork = true; } // secrets.containers; }
#- /config.nix
{ lib, ... }: { config = lib.mkIf true { containers.config.privateNetwork = true; } // lib.optionalAttrs (builtins.getEnv "ON" == "1") { assertions = [ ]; }; }
"#,
        &[
            "containers.one.privateNetwork",
            "containers.two.privateNetwork",
            "containers.whole.privateNetwork",
            "containers.more.privateNetwork",
            "containers.lost.privateNetwork",
            "containers.open.privateNetwork",
            "containers.config.privateNetwork",
            "containers.content.privateNetwork",
        ],
        expect![[r#"
            containers.one.privateNetwork = true
            containers.two.privateNetwork = error: attribute 'two' missing
            containers.whole.privateNetwork = true
            containers.more.privateNetwork = true
            containers.lost.privateNetwork = error: attribute 'lost' missing
            containers.open.privateNetwork = true
            containers.config.privateNetwork = true
            containers.content.privateNetwork = error: attribute 'content' missing
        "#]],
    );
}

/// What a condition that is certainly false discards was not needed.
#[test]
fn what_is_off_is_no_gap() {
    check(
        r#"
{ lib, config, secrets, ... }: {
  config = lib.mkMerge [
    (lib.mkIf false (lib.shared.merge [ { containers.quiet.config = { }; } ]))
    (lib.mkIf false { containers = secrets.containers; environment = lib.shared.merge [ ]; })
    { containers.loud.privateNetwork = true; networking.hostName = lib.mkIf false (lib.shared.name 3); }
  ];
}
"#,
        &[
            "containers.loud.privateNetwork",
            "containers.quiet.privateNetwork",
            "networking.hostName",
            "environment.etc",
        ],
        expect![[r#"
            containers.loud.privateNetwork = true
            containers.quiet.privateNetwork = error: attribute 'quiet' missing
            networking.hostName = "nixos"
            environment.etc = { «unknown keys: option `environment.etc` is set nowhere in the analysed files» }
        "#]],
    );
}

/// Each element of a list is merged by itself, as the type says.
#[test]
fn elements_of_lists_are_definitions() {
    check(
        r#"
{ lib, config, secrets, ... }: {
  virtualisation.oci-containers.containers.web = {
    image = "x";
    volumes = [ "/a:/a" (lib.mkIf true "/:/host") (lib.mkIf false "/b:/b") (lib.mkForce "/c:/c") (lib.mkIf secrets.on "/d:/d") ];
    cmd = [ (lib.mkIf true (throw "no")) ];
  };
  users.users.ann.extraGroups = [ "wheel" (lib.mkIf config.virtualisation.oci-containers.containers.web.autoStart "docker") ];
  containers.lab.allowedDevices = [ (lib.mkIf false { node = "/dev/a"; modifier = "r"; }) (lib.mkIf true { node = "/dev/b"; modifier = "r"; }) ];
}
"#,
        &[
            "virtualisation.oci-containers.containers.web.volumes",
            "virtualisation.oci-containers.containers.web.cmd",
            "users.users.ann.extraGroups",
            "containers.lab.allowedDevices",
        ],
        expect![[r#"
            virtualisation.oci-containers.containers.web.volumes = [ "/a:/a" "/:/host" "/c:/c" "/d:/d" «if `secrets.on` comes from outside» ]
            virtualisation.oci-containers.containers.web.cmd = [ «unknown: evaluation fails: no» ]
            users.users.ann.extraGroups = [ "wheel" "docker" ]
            containers.lab.allowedDevices = [ { modifier = "r"; node = "/dev/b"; } ]
        "#]],
    );
}

/// A list of modules may be an element of itself: reading it ends at the bound on depth.
#[test]
fn a_list_of_modules_that_has_itself_in_it() {
    check(
        "{ imports = let all = [ all ]; in all; containers.a.privateNetwork = true; }",
        &["containers.a.privateNetwork"],
        expect![[r#"
            containers.a.privateNetwork = true
            gap: module: modules import each other more than 500 deep
        "#]],
    );
}
