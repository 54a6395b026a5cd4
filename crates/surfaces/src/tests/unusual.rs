//! What looks like a system's containers, but is not, or is made by other programs.

use super::{containers, systems, world};
use crate::tests::dump;
use expect_test::expect;
use nixpod_modules::Kind;

/// Machines that the test driver runs in the sandbox of a build.
#[test]
fn containers_of_a_test() {
    containers(
        r#"{ name = "t"; containers.left = { }; containers.right.services.nginx.enable = true; testScript = "start_all()"; }"#,
        expect![[r#"
            nspawn left in `box` <- { }
            nspawn right in `box` <- containers.right.services.nginx.enable = true
              auto start: unknown: evaluation fails: The option `containers.right.services' does not exist
              users: unknown: evaluation fails: The option `containers.right.services' does not exist
              network: unknown: evaluation fails: The option `containers.right.services' does not exist
              private users: unknown: evaluation fails: The option `containers.right.services' does not exist
              ownership: unknown: evaluation fails: The option `containers.right.services' does not exist
              private network: unknown: evaluation fails: The option `containers.right.services' does not exist
              tun: unknown: evaluation fails: The option `containers.right.services' does not exist
              other private network: unknown: evaluation fails: The option `containers.right.services' does not exist
            not analysed: containers.right.services: evaluation fails: The option `containers.right.services' does not exist <- services
        "#]],
    );
    containers(
        r#"{ pkgs, ... }: { name = "t"; nodes.left.users.users.ann.password = "ann"; containers.right = { ... }: { }; }"#,
        expect![[r#"
            nspawn right in `box` <- { ... }: { }
        "#]],
    );
    // A host may call something of its own `nodes`.
    let (world, files) = world(
        "{ nodes = [ ]; containers.a.privateUsers = \"pick\"; }",
        Kind::Nixos,
        false,
    );
    expect![[r#"
        nspawn a in `box` <- containers.a.privateUsers = "pick"
          users: Pick <- "pick"
          private users: Pick <- "pick"
          ownership: true <- "pick"
    "#]]
    .assert_eq(&dump::containers(&world, &files));
}

#[test]
fn containers_of_extra_container() {
    containers(
        r#"{
  containers.lab = {
    extra = { addressPrefix = "10.77.0"; enableWAN = true; exposeLocalhost = true; firewallAllowHost = true; enableSSH = true; };
    privateUsers = "pick";
    config = { };
  };
  containers.plain = { extra.enableWAN = false; privateUsers = "pick"; };
}"#,
        expect![[r#"
            nspawn lab in `box`, guest `guest lab of box` <- {…
              users: Pick <- "pick"
              network: default Private
              device: default /dev/net/tun rwm allowed
              private users: Pick <- "pick"
              ownership: true <- "pick"
              private network: default true
            nspawn plain in `box` <- { extra.enableWAN = false; privateUsers = "pick"; }
              users: Pick <- "pick"
              private users: Pick <- "pick"
              ownership: true <- "pick"
        "#]],
    );
}

#[test]
fn users_of_a_variant() {
    systems(
        r#"{
  users.users.ann = { isNormalUser = true; };
  specialisation.lab.configuration.users.users.ann.extraGroups = [ "podman" ];
}"#,
        expect![[r#"
            Nixos `box` <- -
              user: ann <- { isNormalUser = true; }
                normal: true <- true
                auto sub-ids: default true
                group: default Some("users")
            Nixos `variant lab of box` <- -
              user: ann <- specialisation.lab.configuration.users.users.ann.extraGroups = [ "podman" ]
                normal: true <- true
                auto sub-ids: default true
                group: default Some("users")
                extra group: podman <- "podman"
        "#]],
    );
}
