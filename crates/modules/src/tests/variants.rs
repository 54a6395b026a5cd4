//! Systems beside a system: specialisations, and what modules make with `extendModules`.

use super::check;
use expect_test::expect;

#[test]
fn specialisations_are_the_system_and_more() {
    check(
        r#"
{ config, lib, ... }: {
  networking.hostName = "box";
  containers.base.privateNetwork = true;
  environment.etc.kind.text = lib.mkIf (config.specialisation != { }) "base";
  specialisation.lab.configuration = { config, lib, ... }: {
    containers.base.privateNetwork = lib.mkForce false;
    containers.more.autoStart = true;
    networking.domain = config.networking.hostName;
    specialisation.nested.configuration.networking.domain = "nested";
  };
  specialisation.alone = {
    inheritParentConfig = false;
    configuration = ./alone.nix;
  };
}
#- /alone.nix
{ containers.alone.autoStart = true; }
"#,
        &[
            "environment.etc.kind.text",
            "containers.base.privateNetwork",
            "specialisation.lab.configuration.containers.base.privateNetwork",
            "specialisation.lab.configuration.containers.more.autoStart",
            "specialisation.lab.configuration.networking.domain",
            "specialisation.lab.configuration.environment.etc",
            "specialisation.lab.configuration.specialisation",
            "specialisation.alone.configuration.containers.alone.autoStart",
            "specialisation.alone.configuration.containers.base",
            "specialisation.alone.configuration.networking.hostName",
        ],
        expect![[r#"
            environment.etc.kind.text = "base"
            containers.base.privateNetwork = true
            specialisation.lab.configuration.containers.base.privateNetwork = false
            specialisation.lab.configuration.containers.more.autoStart = true
            specialisation.lab.configuration.networking.domain = "box"
            specialisation.lab.configuration.environment.etc = { kind = { enable = true; gid = 0; group = "+0"; mode = "symlink"; source = «unknown: option `specialisation.lab.configuration.environment.etc.kind.source` is set nowhere in the analysed files»; target = "kind"; text = null; uid = 0; user = "+0"; «unknown keys: option `specialisation.lab.configuration.environment.etc.kind` is set nowhere in the analysed files» }; «unknown keys: option `specialisation.lab.configuration.environment.etc` is set nowhere in the analysed files» }
            specialisation.lab.configuration.specialisation = { }
            specialisation.alone.configuration.containers.alone.autoStart = true
            specialisation.alone.configuration.containers.base = error: attribute 'base' missing
            specialisation.alone.configuration.networking.hostName = "nixos"
        "#]],
    );
}

#[test]
fn modules_extend_their_system() {
    check(
        r#"
{ extendModules, noUserModules, lib, ... }:
let
  lab = extendModules { modules = [ { networking.hostName = lib.mkForce "lab"; } ]; };
  bare = noUserModules.extendModules { modules = [ { networking.domain = "bare"; } ]; };
in
{
  networking.hostName = "box";
  networking.domain = lab.config.networking.hostName;
  time.timeZone = "${bare.config.networking.hostName}.${bare.config.networking.domain}";
}
"#,
        &["networking.domain", "time.timeZone"],
        expect![[r#"
            networking.domain = "lab"
            time.timeZone = "nixos.bare"
        "#]],
    );
}
