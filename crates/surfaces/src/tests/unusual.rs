//! What looks like a system's containers, but is not, or is made by other programs.

use super::{containers, systems, world};
use crate::tests::dump;
use expect_test::expect;
use nixpod_modules::Kind;

/// Machines that the test driver runs in the sandbox of a build.
#[test]
fn containers_of_a_test() {
    let tests = [
        r#"{ name = "t"; containers.left = { }; containers.right.services.nginx.enable = true; testScript = "start_all()"; }"#,
        r#"{ pkgs, ... }: { name = "t"; nodes.left.users.users.ann.password = "ann"; containers.right = { ... }: { }; }"#,
    ];
    for text in tests {
        let (read, files) = world(text, Kind::Nixos, false);
        assert_eq!(
            (dump::containers(&read, &files).as_str(), read.tests.len()),
            ("", 1),
            "{text}"
        );
        // Nobody blinds the check of a host by that: Nix refuses the option there.
        let (read, _) = world(text, Kind::Nixos, true);
        assert!(read.tests.is_empty() && !read.containers.is_empty(), "{text}");
    }
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

/// What is switched off by its unit or its module has nothing that starts it.
#[test]
fn units_that_are_off() {
    let text = r#"
{ lib, ... }: {
  virtualisation.oci-containers = { backend = "podman"; containers.x = { image = "a:1"; privileged = true; }; };
  systemd.services = {
    podman-x.enable = lib.mkForce false;
    "container@g".enable = false;
    a = { enable = false; script = "podman run --privileged a:1"; };
  };
  containers.g.config = { };
  home-manager.users.ann.services.podman = { enable = false; containers.h.image = "a:1"; };
  virtualisation.oci-containers.containers.on.image = "a:1";
}
"#;
    let (read, _) = world(text, Kind::Nixos, true);
    let names: Vec<&str> = { read.containers.values() }
        .map(|container| container.name.as_str())
        .collect();
    assert_eq!(names, ["on"]);
}
