//! Symbols and lenses.

use super::{flake, host, place, project};
use crate::check::snapshot::Analysis;
use crate::{Symbol, SymbolKind};
use camino::Utf8Path;
use expect_test::{Expect, expect};
use std::fmt::Write as _;

const MODULE: &str = r#"{ lib, ... }:
{
  containers.web = {
    extraFlags = [ "--all" ];
    config = { virtualisation.oci-containers.containers.inner.image = "x"; };
  };
  virtualisation.oci-containers.containers = {
    cache = { image = "redis"; extraOptions = [ "--network=host" "--privileged" "--cap-add=SYS_ADMIN" ]; };
    # nixpod: ignore[toy-flag] it needs all
    quiet = { image = "x"; extraOptions = [ "--all" ]; podman.user = "alice"; };
  };
}
"#;

fn symbols(analysis: &Analysis, found: &[Symbol]) -> String {
    let mut out = String::new();
    for symbol in found {
        let kind = match symbol.kind {
            SymbolKind::Host => "host",
            SymbolKind::Container(surface) => surface.as_str(),
        };
        let line = place(analysis, symbol.span);
        let _ = writeln!(out, "{line} {kind} {} [{}]", symbol.name, symbol.hosts.join(" "));
    }
    out
}

fn lenses(analysis: &Analysis, path: &str, expected: Expect) {
    let mut out = String::new();
    for lens in analysis.lenses(Utf8Path::new(path)) {
        let _ = writeln!(out, "{}: {}", place(analysis, lens.span), lens.title);
    }
    expected.assert_eq(&out);
}

#[test]
fn hosts_and_containers_have_names() {
    let (host, _) = host(&[
        ("flake.nix", &flake(&[("one", "a.nix"), ("two", "a.nix")])),
        ("a.nix", MODULE),
        ("lone.nix", "{ containers.lone.extraFlags = [ ]; }"),
    ]);
    let analysis = host.analysis();
    let of_file = analysis.symbols(Utf8Path::new("/p/a.nix"));
    expect![[r#"
        a.nix:3:14 `web` nspawn web [one two]
        a.nix:5:57 `inner` oci-containers inner [one two]
        a.nix:8:5 `cache` oci-containers cache [one two]
        a.nix:10:5 `quiet` oci-containers quiet [one two]
    "#]]
    .assert_eq(&symbols(&analysis, &of_file));
    expect![[r#"
        a.nix:3:14 `web` nspawn web [one two]
        a.nix:5:57 `inner` oci-containers inner [one two]
        a.nix:8:5 `cache` oci-containers cache [one two]
        a.nix:10:5 `quiet` oci-containers quiet [one two]
        flake.nix:3:25 `one` host one []
        flake.nix:4:25 `two` host two []
        lone.nix:1:14 `lone` nspawn lone [lone.nix]
    "#]]
    .assert_eq(&symbols(&analysis, &analysis.project_symbols(&project())));
}

#[test]
fn a_container_that_is_defined_in_several_files_is_a_symbol_in_each() {
    let (host, _) = host(&[
        ("flake.nix", &flake(&[("one", "a.nix")])),
        (
            "a.nix",
            "{ imports = [ ./b.nix ]; containers.web.privateNetwork = true; }",
        ),
        ("b.nix", "{ containers.web.extraFlags = [ ]; }"),
    ]);
    let analysis = host.analysis();
    for (path, expected) in [
        ("/p/a.nix", "a.nix:1:37 `web` nspawn web [one]\n"),
        ("/p/b.nix", "b.nix:1:14 `web` nspawn web [one]\n"),
        ("/p/none.nix", ""),
    ] {
        let found = analysis.symbols(Utf8Path::new(path));
        assert_eq!(symbols(&analysis, &found), expected);
    }
    assert_eq!(
        analysis.project_symbols(&project()).len(),
        2,
        "the host, and the container once"
    );
}

#[test]
fn a_lens_tells_isolation_findings_and_what_is_not_known() {
    let (host, _) = host(&[("flake.nix", &flake(&[("one", "a.nix")])), ("a.nix", MODULE)]);
    lenses(
        &host.analysis(),
        "/p/a.nix",
        expect![[r#"
            a.nix:3:14 `web`: root is root on the host · host network · 2 findings
            a.nix:5:57 `inner`: root is root on the host · own network
            a.nix:8:5 `cache`: privileged · root is root on the host · host network · CAP_SYS_ADMIN · 1 finding
            a.nix:10:5 `quiet`: rootless as alice · own network
        "#]],
    );
}

#[test]
fn containers_of_one_place_have_one_lens() {
    let text = r#"{ lib, config, ... }:
let mk = user: { image = "x"; extraOptions = [ "--userns=${user}" config.some.thing ]; };
in {
  virtualisation.oci-containers.containers = lib.genAttrs [ "a" "b" ] (name: mk "auto");
  containers = lib.mkIf config.maybe.so { web.privateNetwork = true; };
}"#;
    let (host, _) = host(&[("flake.nix", &flake(&[("one", "a.nix")])), ("a.nix", text)]);
    lenses(
        &host.analysis(),
        "/p/a.nix",
        expect![[r#"
            a.nix:4:61 `"a"`: 2 containers · users of its own · own network · 1 fact not known
            a.nix:5:43 `web`: root is root on the host · own network
        "#]],
    );
}

#[test]
fn questions_about_one_revision_share_an_answer() {
    let (host, _) = host(&[("flake.nix", &flake(&[("one", "a.nix")])), ("a.nix", MODULE)]);
    let path = Utf8Path::new("/p/a.nix");
    host.analysis().diagnostics(path);
    let before = host.evaluations();
    let (one, other) = (host.analysis(), host.analysis());
    one.cancel();
    assert!(!other.symbols(path).is_empty());
    assert!(!host.analysis().lenses(path).is_empty());
    assert_eq!(host.evaluations(), before);
}
