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
          fix (safe): Isolate it
        oak.nix:3:14 `named` medium/high toy-absent: `named` is not isolated [oak]
          fix (safe): Isolate it
        oak.nix:4:14 `other` medium/high toy-absent: `other` is not isolated [oak]
          fix (safe): Isolate it
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

/// A project of arion is a root of its own, unless a host has it; and the NixOS in a service is a guest.
#[test]
fn projects_of_arion() {
    let project_file = r#"{ pkgs, ... }: {
      project.name = "w";
      services.a = {
        service.image = "a:1";
        nixos.configuration.containers.inner = { };
      };
    }"#;
    let host_file = r#"{
      virtualisation.arion = { backend = "docker"; projects.web.settings.imports = [ ./web/arion-compose.nix ]; };
    }"#;
    let files = [
        ("flake.nix", super::flake(&[("oak", "oak.nix")])),
        ("oak.nix", host_file.to_owned()),
        ("web/arion-compose.nix", project_file.to_owned()),
        ("lab/arion-compose.nix", project_file.to_owned()),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    expect![[r#"
        inner of lab/arion-compose.nix, guest lab/a
        lab/a of lab/arion-compose.nix
        inner of oak, guest web/a
        web/a of oak"#]]
    .assert_eq(&listed(&files));
    expect![[r#"
        lab/arion-compose.nix:5:40 `inner` medium/high toy-absent: `inner` is not isolated [lab/arion-compose.nix]
          fix (safe): Isolate it
        web/arion-compose.nix:5:40 `inner` medium/high toy-absent: `inner` is not isolated [oak]
          fix (safe): Isolate it
    "#]].assert_eq(&check(&files));
}

/// Parts of projects that nothing imports are evaluated by themselves: arion would have to be given them.
#[test]
fn parts_of_projects_of_arion() {
    let files = [
        ("flake.nix", super::flake(&[("oak", "oak.nix")])),
        ("oak.nix", "{ }".to_owned()),
        (
            "lab/db.nix",
            r#"{ pkgs, ... }: { services.db.service = { image = "db:1"; privileged = true; }; }"#.to_owned(),
        ),
        (
            "lab/queue.nix",
            r#"{ service = { image = "queue:1"; }; nixos.configuration.containers.inner = { }; }"#.to_owned(),
        ),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    expect![[r#"
        db/db of lab/db.nix
        inner of lab/queue.nix, guest queue/queue
        queue/queue of lab/queue.nix"#]]
    .assert_eq(&listed(&files));
    expect![[r#"
        lab/queue.nix:1:68 `inner` medium/medium toy-absent: `inner` is not isolated [lab/queue.nix] imported by no host
          fix (safe): Isolate it
    "#]].assert_eq(&check(&files));
}

/// YAML says something if it is a Compose file or a manifest; other files are none of ours.
#[test]
fn compose_files_and_manifests_are_counted() {
    let files = [
        (
            "a/docker-compose.yml",
            "services:\n  web:\n    privileged: true\n",
        ),
        ("k8s/web.yaml", "apiVersion: v1\nkind: Pod\n"),
        ("other/values.yaml", "password: hunter2\n# nixpod: ignore[x] y\n"),
    ];
    expect![[r#"
        gap /p/a/docker-compose.yml: `the containers of a/docker-compose.yml`: `compose files` is not modelled
        gap /p/k8s/web.yaml: `the containers of k8s/web.yaml`: `Kubernetes' manifests` is not modelled
    "#]]
    .assert_eq(&check(&files));
}
