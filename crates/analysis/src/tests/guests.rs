//! Guests that are hosts of the same flake, and guests of files that no host imports.

use super::{check, host, project};
use expect_test::expect;

fn listed(files: &[(&str, &str)]) -> String {
    let (host, _) = host(files);
    let report = host.analysis().check(&project());
    let all = report.containers.iter().map(|one| {
        let inside = one.inside.as_deref().map(|inside| format!(", {inside}"));
        format!("{} of {}{}", one.name, one.host, inside.unwrap_or_default())
    });
    all.collect::<Vec<_>>().join("\n")
}

const FLAKE: &str = r#"{
  outputs = { self, nixpkgs }: {
    nixosConfigurations.guest = nixpkgs.lib.nixosSystem { modules = [ ./guest.nix ]; };
    nixosConfigurations.oak = nixpkgs.lib.nixosSystem { modules = [ ./oak.nix ]; specialArgs = { inherit self; }; };
  };
}"#;
const GUEST: &str =
    r#"{ virtualisation.oci-containers.containers.inner.image = "docker.io/library/inner:1"; }"#;
const OAK: &str = r#"{ self, ... }: {
  containers.built.path = self.nixosConfigurations.guest.config.system.build.toplevel;
  containers.named.flake = "${self}#guest";
  containers.other.flake = "github:someone/else";
}"#;

#[test]
fn hosts_as_guests() {
    let files = [("flake.nix", FLAKE), ("guest.nix", GUEST), ("oak.nix", OAK)];
    expect![[r#"
        inner of guest
        built of oak
        named of oak
        other of oak
        inner of oak, guest built
        inner of oak, guest named"#]]
    .assert_eq(&listed(&files));
    expect![[r#"
        oak.nix:2:14 `built` medium/high toy-absent: `built` is not isolated [oak]
          fix (safe): isolate it
        oak.nix:3:14 `named` medium/high toy-absent: `named` is not isolated [oak]
          fix (safe): isolate it
        oak.nix:4:14 `other` medium/high toy-absent: `other` is not isolated [oak]
          fix (safe): isolate it
        gap /p/oak.nix: `the guest of containers.other`: `flake = github:someone/else` comes from outside
    "#]]
    .assert_eq(&check(&files));
}

/// A module that puts itself into its guests does not nest there: what the guest's modules leave off is off.
#[test]
fn a_guest_does_not_have_what_its_own_modules_leave_off() {
    let module = r#"{ config, lib, ... }: {
      options.pods.enable = lib.mkEnableOption "pods";
      config = lib.mkIf config.pods.enable {
        containers.web = { privateUsers = "pick"; config = { imports = [ ./main.nix ]; }; };
      };
    }"#;
    expect!["web of main.nix"].assert_eq(&listed(&[("main.nix", module)]));
}
