//! Specs as systems of one flake, in memory, whose lock tells the release.

use super::spec::Kind;
use nixpod_analysis::{AnalysisHost, MemoryFileSystem, Utf8PathBuf};
use std::fmt::Write as _;
use std::sync::Arc;

/// Where it is.
pub(super) const FOLDER: &str = "/specs";

/// The project of some specs. They are called `h0` and so on, in their order.
pub(super) fn of(kind: Kind, release: &str, texts: &[&str]) -> AnalysisHost {
    let disk = MemoryFileSystem::new();
    let mut systems = String::new();
    for (number, text) in texts.iter().enumerate() {
        disk.write(format!("{FOLDER}/h{number}.nix"), kind.module(text));
        let _ = writeln!(systems, "      h{number} = make ./h{number}.nix;");
    }
    disk.write(format!("{FOLDER}/flake.nix"), flake(kind, release, &systems));
    disk.write(format!("{FOLDER}/flake.lock"), lock(kind, release));
    let mut host = AnalysisHost::new(nixpod_rules::ALL, Arc::new(disk));
    host.set_project(Utf8PathBuf::from(FOLDER));
    host
}

fn flake(kind: Kind, release: &str, systems: &str) -> String {
    let quadlet = match kind {
        Kind::Seiarotg | Kind::SeiarotgHome => {
            "  inputs.quadlet-nix.url = \"github:SEIAROTg/quadlet-nix\";\n"
        }
        Kind::Mirkolenz | Kind::MirkolenzHome => {
            "  inputs.quadlet-nix.url = \"github:mirkolenz/quadlet-nix\";\n"
        }
        _ => "",
    };
    let (output, make) = match (kind.is_home(), quadlet.is_empty()) {
        (false, true) => (
            "nixosConfigurations",
            "nixpkgs.lib.nixosSystem { system = \"x86_64-linux\"; modules = [ file ]; }",
        ),
        (false, false) => (
            "nixosConfigurations",
            "nixpkgs.lib.nixosSystem { system = \"x86_64-linux\"; modules = [ inputs.quadlet-nix.nixosModules.quadlet file ]; }",
        ),
        (true, true) => (
            "homeConfigurations",
            "home-manager.lib.homeManagerConfiguration { pkgs = nixpkgs.legacyPackages.x86_64-linux; modules = [ file { home.username = \"user\"; home.homeDirectory = \"/home/user\"; } ]; }",
        ),
        (true, false) => (
            "homeConfigurations",
            "home-manager.lib.homeManagerConfiguration { pkgs = nixpkgs.legacyPackages.x86_64-linux; modules = [ inputs.quadlet-nix.homeManagerModules.quadlet file { home.username = \"user\"; home.homeDirectory = \"/home/user\"; } ]; }",
        ),
    };
    format!(
        "{{\n  inputs.nixpkgs.url = \"github:NixOS/nixpkgs/nixos-{release}\";\n  inputs.home-manager.url = \
         \"github:nix-community/home-manager/release-{release}\";\n{quadlet}  outputs = {{ nixpkgs, home-manager, ... }}@inputs:\n    \
         let make = file: {make};\n    in {{\n    {output} = {{\n{systems}    }};\n  }};\n}}\n"
    )
}

fn lock(kind: Kind, release: &str) -> String {
    let node = |owner: &str, repo: &str, reference: Option<String>| {
        let mut original = serde_json::json!({ "owner": owner, "repo": repo, "type": "github" });
        if let Some(reference) = reference {
            original["ref"] = reference.into();
        }
        serde_json::json!({
            "locked": {
                "lastModified": 1,
                "narHash": "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
                "owner": owner,
                "repo": repo,
                "rev": "0000000000000000000000000000000000000000",
                "type": "github",
            },
            "original": original,
        })
    };
    let mut nodes = serde_json::json!({
        "nixpkgs": node("NixOS", "nixpkgs", Some(format!("nixos-{release}"))),
        "home-manager": node("nix-community", "home-manager", Some(format!("release-{release}"))),
    });
    let mut inputs = serde_json::json!({ "nixpkgs": "nixpkgs", "home-manager": "home-manager" });
    let owner = match kind {
        Kind::Seiarotg | Kind::SeiarotgHome => Some("SEIAROTg"),
        Kind::Mirkolenz | Kind::MirkolenzHome => Some("mirkolenz"),
        _ => None,
    };
    if let Some(owner) = owner {
        nodes["quadlet-nix"] = node(owner, "quadlet-nix", None);
        inputs["quadlet-nix"] = "quadlet-nix".into();
    }
    nodes["root"] = serde_json::json!({ "inputs": inputs });
    serde_json::json!({ "nodes": nodes, "root": "root", "version": 7 }).to_string()
}
