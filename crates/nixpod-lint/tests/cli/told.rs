//! What is told beside findings: controls, what an attacker types, what was not fixed or not read.

use super::Project;

#[test]
fn what_an_attacker_types_and_the_controls_are_told() {
    let project = Project::new("attack");
    let explained = project.run(&["explain", "engine-socket-bind"]).output().unwrap();
    let explained = String::from_utf8(explained.stdout).unwrap();
    for line in [
        "critical: root on the host, or its kernel, by a command",
        "An attacker types: podman --remote --url unix:///run/podman/podman.sock run --rm -v /:/host IMAGE cat /host/etc/shadow",
        "and gets: the host's password hashes (seen in engine-socket-in-a-container)",
        "  CIS 5.32: not the engine's socket",
    ] {
        assert!(
            explained.lines().any(|found| found == line),
            "{line}\n{explained}"
        );
    }
}

/// A relationship of SARIF names a taxon of a taxonomy of the same run, and every taxon is named.
#[test]
fn sarif_relates_rules_to_controls() {
    let project = Project::new("controls");
    let privileged =
        r#"{ virtualisation.oci-containers.containers.web = { image = "a:1"; privileged = true; }; }"#;
    project.write("a.nix", privileged);
    let sarif = project.run(&["--format", "sarif"]).output().unwrap();
    let sarif: serde_json::Value = serde_json::from_slice(&sarif.stdout).unwrap();
    let run = &sarif["runs"][0];
    let mut taxa = std::collections::BTreeSet::new();
    for taxonomy in run["taxonomies"].as_array().unwrap() {
        for taxon in taxonomy["taxa"].as_array().unwrap() {
            taxa.insert((taxonomy["name"].to_string(), taxon["id"].to_string()));
        }
    }
    let mut named = std::collections::BTreeSet::new();
    for rule in run["tool"]["driver"]["rules"].as_array().unwrap() {
        for related in rule["relationships"].as_array().into_iter().flatten() {
            let target = &related["target"];
            named.insert((
                target["toolComponent"]["name"].to_string(),
                target["id"].to_string(),
            ));
        }
    }
    assert_eq!(taxa, named);
    let privileged = ("\"CIS Docker Benchmark\"".to_owned(), "\"5.5\"".to_owned());
    assert!(taxa.contains(&privileged), "{taxa:?}");
    let supported = run["tool"]["driver"]["supportedTaxonomies"].as_array().unwrap();
    assert_eq!(supported.len(), run["taxonomies"].as_array().unwrap().len());
}

/// What a newcomer wonders about is said: that there is nothing to fix, what a file by itself is, that nothing was read.
#[test]
fn newcomers_are_told_what_happened() {
    let project = Project::new("newcomers");
    project.write(
        "flake.nix",
        "{ outputs = { nixpkgs, ... }: { nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ ./a.nix { networking.hostName = \"oak\"; } ]; }; }; }",
    );
    project.write(
        "a.nix",
        "{ containers.web = { privateNetwork = throw \"later\"; config = { }; }; containers.web.enableTun = true; }",
    );
    project.write("lone.nix", "{ containers.db = { config = { }; }; }");
    let run = |arguments: &[&str]| {
        let output = project.run(arguments).output().unwrap();
        let [out, err] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
        (out, err)
    };
    let (_, fixed) = run(&["check", "--fix"]);
    assert!(
        fixed.contains("note: there is no safe fix to make; ") && fixed.contains("(--unsafe-fixes)"),
        "{fixed}"
    );
    let (by_name, _) = run(&["check", "--host", "oak", "--format", "concise"]);
    let (by_flake, _) = run(&["check", "--host", "a", "--format", "concise"]);
    assert!(!by_name.is_empty() && !by_name.contains("`db`"), "{by_name}");
    assert_eq!(by_name, by_flake);
    let (shown, _) = run(&["show"]);
    assert!(
        shown.contains(", host a,") && shown.contains(", file lone.nix,"),
        "{shown}"
    );

    let compose = Project::new("compose-only");
    compose.write(
        "compose.yaml",
        "services:\n  web:\n    image: a\n    privileged: true\n",
    );
    let output = compose.run(&[]).output().unwrap();
    let output = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.starts_with("Nothing was judged: no container was read in 1 file\n")
            && output.contains("compose.yaml:1: "),
        "{output}"
    );
}
