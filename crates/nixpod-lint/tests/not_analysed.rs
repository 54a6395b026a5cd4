//! What was not analysed is told by its cause, once, and what concerns containers first.

use expect_test::{Expect, expect};
use serde_json::Value;
use snapbox::cmd::cargo_bin;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

struct Project(PathBuf);

impl Project {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        // Away from the repository that this program is developed in.
        let root = std::env::temp_dir().join(format!("nixpod-gaps-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(root.join(".git/objects")).unwrap();
        fs::write(root.join(".git/HEAD"), "ref: refs/heads/main\n").unwrap();
        for (name, text) in files {
            let path = root.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Self(root)
    }

    fn run(&self, args: &[&str]) -> Output {
        Command::new(cargo_bin!("nixpod-lint"))
            .current_dir(&self.0)
            .env_remove("CLICOLOR_FORCE")
            .env("NO_COLOR", "1")
            .args(args)
            .output()
            .unwrap()
    }

    /// What a run with `--verbose` says of what was not analysed.
    fn told(&self, args: &[&str]) -> String {
        let output = self.run(&[&["--verbose"], args].concat());
        let text = String::from_utf8(output.stdout).unwrap();
        let start = text.find("not analysed: ").unwrap_or(text.len());
        text[start..].to_owned()
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        // A directory that stays in the one for temporary files harms nobody.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[track_caller]
fn check(name: &str, files: &[(&str, &str)], expected: &Expect) {
    expected.assert_eq(&Project::new(name, files).told(&["--select", "privileged-container"]));
}

#[test]
fn what_has_one_cause_is_told_together() {
    check(
        "cause",
        &[(
            "flake.nix",
            "{
  inputs = { x.url = \"github:ann/x\"; y.url = \"github:ann/y\"; z.url = \"github:ann/z\"; };
  outputs = { nixpkgs, ... }@inputs: {
    nixosConfigurations.oak = nixpkgs.lib.nixosSystem {
      modules = [
        inputs.x.nixosModules.a
        inputs.x.nixosModules.b
        (import inputs.x)
        inputs.y.nixosModules.a
        {
          containers.web = { config = { }; bindMounts = inputs.x.mounts; };
          users.users = { ann = inputs.z.ann; bob = inputs.z.bob; };
        }
      ];
    };
  };
}
",
        )],
        &expect![[r#"
            not analysed: 3 unknown inputs (7 places, 1 container):
              input `x` is not among the files: at 4 places
                flake.nix:11: `containers.web`: what it mounts is not known
                and at flake.nix:6, flake.nix:7, flake.nix:8
              flake.nix:9: `module`: `inputs.y.nixosModules.a` comes from outside
              input `z` is not among the files: at 2 places (flake.nix:12); nothing about containers depends on it
        "#]],
    );
}

#[test]
fn a_folder_that_is_not_there_or_empty_is_one_thing() {
    let project = Project::new(
        "folder",
        &[(
            "flake.nix",
            "{
  outputs = { nixpkgs, ... }: {
    nixosConfigurations.oak = nixpkgs.lib.nixosSystem {
      modules = [
        ./private/a.nix ./private/b.nix ./private/deep/c.nix
        ./gone/a.nix ./gone/deep/b.nix
        ./alone.nix
      ];
    };
  };
}
",
        )],
    );
    fs::create_dir(project.0.join("private")).unwrap();
    expect![[r#"
        not analysed: 1 missing file (3 places), what 3 findings say:
          the folder `private` is empty: at 3 places (flake.nix:5)
    "#]]
    .assert_eq(&project.told(&[]));
}

/// What a finding says is not counted beside it, and still nothing that `--strict` lets pass.
#[test]
fn what_a_finding_says_is_told_once() {
    let project = Project::new(
        "once",
        &[(
            "default.nix",
            "{
  containers.web = {
    privateUser = \"pick\";
    privateNetwork = throw \"no\";
    config = { };
  };
}
",
        )],
    );
    let select = ["--select", "unknown-option,failing-value"];
    expect![[r#"
        not analysed: what 2 findings say
    "#]]
    .assert_eq(&project.told(&select));
    // Without the findings it has to be told by itself.
    expect![[r#"
        not analysed: 2 errors of the code (1 container):
          default.nix:4: `containers.web`: which network it has is not known: evaluation fails: no
          default.nix:3: `containers.web.privateUser`: evaluation fails: The option `containers.web.privateUser' does not exist
    "#]].assert_eq(&project.told(&["--select", "privileged-container"]));
    let output = project.run(&[&select[..], &["--fail-on", "never", "--strict"]].concat());
    assert_eq!(output.status.code(), Some(2), "{output:?}");

    let output = project.run(&[&select[..], &["--format", "json"]].concat());
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut findings: Vec<&Value> = document["findings"].as_array().unwrap().iter().collect();
    findings.retain(|finding| finding["rule"] != "parse-error");
    let fingerprints = findings.iter().map(|finding| &finding["fingerprint"]);
    let gaps = document["not_analysed"].as_array().unwrap();
    let mut told: Vec<&Value> = gaps.iter().map(|gap| &gap["finding"]).collect();
    let mut fingerprints: Vec<&Value> = fingerprints.collect();
    told.sort_by_key(|one| one.to_string());
    fingerprints.sort_by_key(|one| one.to_string());
    assert_eq!(told, fingerprints, "{document:#}");
}

/// A container that is there, and one that may be.
const WEB: &str = "{ config, lib, ... }:
{
  containers.web.config = { };
  containers.perhaps = lib.mkIf config.my.enable {
    privateUsers = \"no\";
    config = { };
  };
}
";

#[test]
fn a_confidence_below_high_says_why() {
    let project = Project::new(
        "confidence",
        &[
            (
                "flake.nix",
                "{
  inputs.x.url = \"github:ann/x\";
  outputs = { nixpkgs, x, ... }: {
    nixosConfigurations.oak = nixpkgs.lib.nixosSystem {
      modules = [ x.nixosModules.a ./web.nix ];
    };
    nixosModules.shared = { containers.shared.config = { }; };
  };
}
",
            ),
            ("web.nix", WEB),
            (
                "lone.nix",
                "{ containers.lone = { privateUsers = \"no\"; config = { }; }; }",
            ),
        ],
    );
    let output = project.run(&["--select", "missing-private-users"]);
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text.lines().filter(|line| line.contains("confidence "));
    let told: String = lines.map(|line| format!("{}\n", line.trim())).collect();
    expect![[r#"
        → container `shared` (nspawn), module nixosModules.shared, confidence medium: no host imports it; whatever imports it may set more
        → container `lone` (nspawn), file lone.nix, confidence medium: no host imports it
        → container `web` (nspawn), host oak, confidence medium: `inputs.x.nixosModules.a` comes from outside (flake.nix:5)
        → container `perhaps` (nspawn), host oak, confidence medium: only if `config.my.enable` (web.nix:4)
    "#]].assert_eq(&told);
    let output = project.run(&["--select", "missing-private-users", "--format", "json"]);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = document["findings"].as_array().unwrap().iter();
    let told: String = findings
        .map(|one| {
            format!(
                "{} {} {}\n",
                one["container"]["name"], one["seen_in"], one["unsure"]
            )
        })
        .collect();
    expect![[r#"
        "shared" [{"kind":"module","name":"nixosModules.shared"}] [{"kind":"no-host","location":null,"reason":"no host imports it"},{"kind":"alone","location":null,"reason":"whatever imports it may set more"}]
        "lone" [{"kind":"file","name":"lone.nix"}] [{"kind":"no-host","location":null,"reason":"no host imports it"}]
        "web" [{"kind":"host","name":"oak"}] [{"kind":"unseen","location":{"column":19,"end_column":35,"end_line":5,"file":"flake.nix","line":5},"reason":"`inputs.x.nixosModules.a` comes from outside"}]
        "perhaps" [{"kind":"host","name":"oak"}] [{"kind":"condition","location":{"column":33,"end_column":49,"end_line":4,"file":"web.nix","line":4},"reason":"only if `config.my.enable`"}]
    "#]].assert_eq(&told);
}
