//! What `cargo xtask census` says of the container specs of a repository.

use expect_test::expect;
use nixpod_xtask::census::{repository, survive};
use std::fmt::Write;

#[test]
fn a_repository_is_told_by_what_its_hosts_have() {
    let directory = std::env::temp_dir().join(format!("nixpod-census-{}", std::process::id()));
    let files = [
        (
            "flake.nix",
            "{ outputs = { nixpkgs, ... }: { nixosConfigurations.box = nixpkgs.lib.nixosSystem { modules = [ ./box.nix ./off.nix ]; }; }; }",
        ),
        (
            "box.nix",
            "{ pkgs, secrets, ... }: { containers.web = { autoStart = true; config = { }; }; virtualisation.oci-containers.containers = { a.image = \"a:${secrets.tag}\"; b = { image = \"b:1\"; cmd = [ \"${pkgs.hello}/bin/hello\" ]; }; }; }",
        ),
        (
            "off.nix",
            "{ lib, config, ... }: { options.my.pod = lib.mkEnableOption \"pod\"; config = lib.mkIf config.my.pod { containers.never = { autoStart = true; config = { }; }; }; }",
        ),
        (
            "old.nix",
            "{ ... }: { containers.old = { autoStart = true; config = { }; }; }",
        ),
        (
            "aspects.nix",
            "{ inputs, ... }: inputs.den.make { aspects.db.nixos = { lib, ... }: { containers.db = { autoStart = true; }; containers.lost = inputs.x.mk { }; containers.gone = lib.mkIf false { autoStart = true; }; }; }",
        ),
        (
            "test.nix",
            "{ nodes.machine = { containers.inner = { autoStart = true; }; }; testScript = \"\"; }",
        ),
    ];
    std::fs::create_dir_all(&directory).expect("a directory for the test");
    for (name, text) in files {
        std::fs::write(directory.join(name), text).expect("a file for the test");
    }
    let path = camino(&directory);
    let counted = repository(&path);
    let mut out = format!("{:?} {:?}\n", counted.hosts, counted.containers);
    for spec in &counted.specs {
        let name = spec.site.name.as_deref().unwrap_or("<name>");
        let _ = writeln!(
            out,
            "{} {name} {:?} {}",
            spec.file,
            spec.status,
            spec.reasons.join("; ")
        );
    }
    std::fs::remove_dir_all(&directory).expect("the test's own directory");
    expect![[r#"
        (1, 1) (3, 2)
        aspects.nix db Island 
        aspects.nix lost Island `inputs.x.mk (…)` comes from outside
        aspects.nix gone Off 
        box.nix web OnHost 
        box.nix a OnHost `secrets.tag` comes from outside
        box.nix b OnHost 
        off.nix never Off 
        old.nix old Island 
        test.nix inner Test 
    "#]]
    .assert_eq(&out);
}

fn camino(path: &std::path::Path) -> nixpod_analysis::Utf8PathBuf {
    let path =
        nixpod_analysis::Utf8PathBuf::from_path_buf(path.to_owned()).expect("a temporary path is UTF-8");
    path.canonicalize_utf8().expect("the test's own directory")
}

#[test]
fn whatever_stands_around_a_spec_it_is_shown_or_named() {
    let testdata = nixpod_xtask::root().join("testdata");
    let trees = [
        "sample",
        "corpus/app-isolation/bad",
        "corpus/nested-podman/bad",
        "corpus/rootless-quadlets/bad",
        "corpus/user-containers/bad",
        "corpus/shared-store/bad",
    ];
    let trees = trees.map(|tree| testdata.join(tree));
    match survive(60, &trees) {
        Ok(told) => assert!(told.contains("edits, 0 silent"), "{told}"),
        Err(error) => panic!("{error:#}"),
    }
}
