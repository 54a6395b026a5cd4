//! Definitions, references, links, hints, and the findings of all files.

use super::{flake, host, place, project};
use crate::check::snapshot::Analysis;
use crate::{AnalysisHost, Destinations};
use camino::Utf8Path;
use expect_test::expect;
use nixpod_source::{TextRange, TextSize};
use std::fmt::Write as _;

const A: &str = r#"{ lib, ... }:
let
  flags = [ "--all" ];
in {
  imports = [ ./b.nix ./sub ./none.nix ] ++ lib.optional true ./c.nix;
  containers.web = {
    privateNetwork = lib.mkDefault false;
    extraFlags = flags;
    bindMounts."/data".isReadOnly = false;
  };
}"#;

const B: &str =
    "{ lib, ... }: { containers.web.privateNetwork = lib.mkForce true; containers.web.autoStart = true; }";

fn files() -> AnalysisHost {
    let (host, _) = host(&[
        ("flake.nix", &flake(&[("one", "a.nix"), ("two", "a.nix")])),
        ("a.nix", A),
        ("b.nix", B),
        ("c.nix", "import ./d.nix"),
        ("d.nix", "{ containers.web.extraFlags = [ \"-q\" ]; }"),
        ("sub/default.nix", "{ }"),
    ]);
    host
}

fn told(analysis: &Analysis, found: Option<Destinations>) -> String {
    let mut out = String::new();
    for span in found.unwrap_or_default().places {
        let _ = write!(out, " {}", place(analysis, span));
    }
    out
}

#[test]
fn options_containers_and_findings_lead_somewhere() {
    let host = files();
    let analysis = host.analysis();
    let mut out = String::new();
    for (file, text, word) in [
        ("a.nix", A, "privateNetwork"),
        ("a.nix", A, "mkDefault"),
        ("b.nix", B, "privateNetwork"),
        ("a.nix", A, "extraFlags"),
        ("a.nix", A, "isReadOnly"),
        ("a.nix", A, "web"),
        ("b.nix", B, "web"),
        ("a.nix", A, "\"--all\""),
        ("a.nix", A, "imports"),
        ("a.nix", A, "containers"),
        ("a.nix", A, "lib"),
    ] {
        let path = format!("/p/{file}");
        let at = TextSize::new(text.find(word).unwrap() as u32 + 1);
        let definition = told(&analysis, analysis.definition(Utf8Path::new(&path), at));
        let references = told(&analysis, analysis.references(Utf8Path::new(&path), at));
        let _ = writeln!(out, "{file} {word}:{definition}\n  all:{references}");
    }
    expect![[r#"
        a.nix privateNetwork: b.nix:1:32 `privateNetwork`
          all: b.nix:1:32 `privateNetwork` a.nix:7:5 `privateNetwork`
        a.nix mkDefault:
          all:
        b.nix privateNetwork: b.nix:1:32 `privateNetwork`
          all: b.nix:1:32 `privateNetwork` a.nix:7:5 `privateNetwork`
        a.nix extraFlags: a.nix:8:5 `extraFlags` d.nix:1:18 `extraFlags`
          all: a.nix:8:5 `extraFlags` d.nix:1:18 `extraFlags`
        a.nix isReadOnly: a.nix:9:24 `isReadOnly`
          all: a.nix:9:24 `isReadOnly`
        a.nix web: a.nix:6:14 `web`
          all: d.nix:1:14 `web` b.nix:1:28 `web` a.nix:6:14 `web`
        b.nix web: a.nix:6:14 `web`
          all: d.nix:1:14 `web` b.nix:1:28 `web` a.nix:6:14 `web`
        a.nix "--all": a.nix:8:5 `extraFlags`
          all:
        a.nix imports:
          all:
        a.nix containers:
          all:
        a.nix lib:
          all:
    "#]]
    .assert_eq(&out);
}

#[test]
fn imports_and_units_are_links() {
    let host = files();
    let analysis = host.analysis();
    let mut out = String::new();
    for file in ["a.nix", "c.nix", "flake.nix"] {
        let path = format!("/p/{file}");
        let text = analysis.text(analysis.file_id(Utf8Path::new(&path)).unwrap());
        for link in analysis.links(Utf8Path::new(&path)) {
            let _ = writeln!(
                out,
                "{file}: {} → {}",
                &text[std::ops::Range::<usize>::from(link.range)],
                link.target
            );
        }
    }
    expect![[r#"
        a.nix: ./b.nix → /p/b.nix
        a.nix: ./sub → /p/sub/default.nix
        c.nix: ./d.nix → /p/d.nix
        flake.nix: ./a.nix → /p/a.nix
        flake.nix: ./a.nix → /p/a.nix
    "#]]
    .assert_eq(&out);

    let unit = "[Container]\nNetwork=inner.network\nVolume=data.volume:/data\nPod=none.pod\n";
    let (host, _) = super::host(&[
        ("systemd/containers/systemd/web.container", unit),
        ("systemd/containers/systemd/inner.network", "[Network]\n"),
        ("systemd/containers/systemd/data.volume", "[Volume]\n"),
        ("other/containers/systemd/inner.network", "[Network]\n"),
    ]);
    let analysis = host.analysis();
    let links = analysis.links(Utf8Path::new("/p/systemd/containers/systemd/web.container"));
    let links: Vec<_> = links
        .iter()
        .map(|link| {
            (
                &unit[std::ops::Range::<usize>::from(link.range)],
                link.target.as_str(),
            )
        })
        .collect();
    let folder = "/p/systemd/containers/systemd";
    assert_eq!(
        links,
        [
            ("inner.network", format!("{folder}/inner.network").as_str()),
            ("data.volume", format!("{folder}/data.volume").as_str()),
        ]
    );
}

#[test]
fn hints_tell_what_is_not_written() {
    let host = files();
    let analysis = host.analysis();
    let mut out = String::new();
    for file in ["a.nix", "b.nix", "d.nix"] {
        let path = format!("/p/{file}");
        let text = analysis.text(analysis.file_id(Utf8Path::new(&path)).unwrap());
        let whole = TextRange::up_to(TextSize::of(&*text));
        for hint in analysis.hints(Utf8Path::new(&path), whole) {
            let line = text[..usize::from(hint.at)].lines().last().unwrap();
            let _ = writeln!(out, "{file}: {} → {}", line.trim(), hint.label);
        }
    }
    expect![[r#"
        a.nix: privateNetwork = lib.mkDefault false → = true
        a.nix: extraFlags = flags → = [ "--all" "-q" ]
        d.nix: { containers.web.extraFlags = [ "-q" ] → = [ "--all" "-q" ]
    "#]]
    .assert_eq(&out);
    assert_eq!(
        analysis.hints(Utf8Path::new("/p/a.nix"), TextRange::up_to(TextSize::new(10))),
        []
    );
}

#[test]
fn all_files_of_a_project_have_the_findings_that_each_has() {
    let host = files();
    let analysis = host.analysis();
    let all = analysis.project_diagnostics(&project());
    assert_eq!(
        all.keys().map(|path| path.as_str()).collect::<Vec<_>>(),
        ["/p/a.nix"]
    );
    for (path, found) in all {
        assert_eq!(found, host.analysis().diagnostics(&path));
    }
}

/// A word that names another container leads to it; other values are left to servers for the language.
#[test]
fn names_of_containers_lead_to_them() {
    let text = r#"let image = "a:1"; in
{
  virtualisation.oci-containers.containers = {
    web = { inherit image; dependsOn = [ "db" "gone" ]; environment.HOST = "db"; };
    db.image = image;
  };
  containers.db.autoStart = true;
}"#;
    let (host, _) = host(&[("a.nix", text)]);
    let analysis = host.analysis();
    let mut out = String::new();
    for word in ["\"db\" \"gone", "\"gone\"", "\"db\"; }", "image;\n  }", "true"] {
        let at = TextSize::new(text.find(word).unwrap() as u32 + 1);
        let definition = told(&analysis, analysis.definition(Utf8Path::new("/p/a.nix"), at));
        let _ = writeln!(out, "{}:{definition}", word.split(' ').next().unwrap().trim());
    }
    expect![[r#"
        "db": a.nix:5:5 `db`
        "gone":
        "db";:
        image;:
        true:
    "#]]
    .assert_eq(&out);
}
