//! What a comment silences where several places say the same.

use crate::ALL;
use expect_test::{Expect, expect};
use nixpod_testing::{Fixture, host, targets};
use std::fmt::Write;

/// Checks a host with `a.nix` and `b.nix`, and prints what is found, silenced or not.
#[track_caller]
fn check(a: &str, b: &str, expected: Expect) {
    let fixture = format!(
        r#"
#- /flake.nix
{{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.11";
  outputs = {{ nixpkgs, ... }}: {{
    nixosConfigurations.oak = nixpkgs.lib.nixosSystem {{ modules = [ ./a.nix ./b.nix ]; }};
  }};
}}
#- /a.nix
{a}
#- /b.nix
{b}
"#
    );
    let fixture = Fixture::parse(&fixture);
    let host = host(ALL, &fixture);
    let analysis = host.analysis();
    let mut out = String::new();
    for found in analysis.check_with_fixes(&targets()).findings {
        let diagnostic = &found.diagnostic;
        if diagnostic.rule == "unpinned-image" {
            continue;
        }
        let span = diagnostic.primary.span;
        let text = analysis.text(span.file);
        let start = span.range.start();
        let line = analysis.line_index(span.file).position(&text, start).line;
        let path = analysis.path(span.file);
        let silenced = found.suppressed.map(|why| format!(" (silenced: {why})"));
        let _ = writeln!(
            out,
            "{}:{line}: {}: {}{}",
            path.file_name().unwrap_or_default(),
            diagnostic.rule,
            diagnostic.message,
            silenced.unwrap_or_default()
        );
    }
    expected.assert_eq(&out);
}

/// `containers` of a module: one container, with this in it.
fn module(text: &str) -> String {
    format!(
        "{{ lib, ... }}: {{\n  virtualisation.oci-containers.containers.w = {{\n    image = \"a:1\";\n{text}\n  }};\n}}"
    )
}

const SILENCED: &str = "privileged = true; # nixpod: ignore[privileged-container] said so";

/// Each of two definitions that are equal is enough for the finding.
#[test]
fn one_of_two_equal_definitions() {
    check(
        &module(SILENCED),
        &module("privileged = true;"),
        expect![[r#"
            a.nix:3: unqualified-image: `w` runs `a:1`, for which several registries are asked
            b.nix:4: privileged-container: `w` runs privileged: its root is root on the host
        "#]],
    );
    check(
        &module("privileged = true;"),
        &module(SILENCED),
        expect![[r#"
            a.nix:3: unqualified-image: `w` runs `a:1`, for which several registries are asked
            a.nix:4: privileged-container: `w` runs privileged: its root is root on the host
        "#]],
    );
    check(
        &module(SILENCED),
        &module(SILENCED),
        expect![[r#"
            a.nix:3: unqualified-image: `w` runs `a:1`, for which several registries are asked
            a.nix:4: privileged-container: `w` runs privileged: its root is root on the host (silenced: said so)
        "#]],
    );
    // What loses says nothing.
    check(
        &module(SILENCED),
        &module("privileged = lib.mkDefault true;"),
        expect![[r#"
            a.nix:3: unqualified-image: `w` runs `a:1`, for which several registries are asked
            a.nix:4: privileged-container: `w` runs privileged: its root is root on the host (silenced: said so)
        "#]],
    );
}

/// So is a flag, and the option that it would set as well.
#[test]
fn a_flag_beside_its_option() {
    let flag = "extraOptions = [ \"--privileged\" ];";
    let silenced = "extraOptions = [ \"--privileged\" ]; # nixpod: ignore[privileged-container] said so";
    check(
        &module("privileged = true;"),
        &module(silenced),
        expect![[r#"
            a.nix:3: unqualified-image: `w` runs `a:1`, for which several registries are asked
            a.nix:4: privileged-container: `w` runs privileged: its root is root on the host
        "#]],
    );
    check(
        &module(SILENCED),
        &module(flag),
        expect![[r#"
            a.nix:3: unqualified-image: `w` runs `a:1`, for which several registries are asked
            b.nix:4: privileged-container: `w` runs privileged: its root is root on the host
        "#]],
    );
    check(
        &module(SILENCED),
        &module(silenced),
        expect![[r#"
            a.nix:3: unqualified-image: `w` runs `a:1`, for which several registries are asked
            b.nix:4: privileged-container: `w` runs privileged: its root is root on the host (silenced: said so)
        "#]],
    );
    check(
        &module(silenced),
        &module(flag),
        expect![[r#"
            a.nix:3: unqualified-image: `w` runs `a:1`, for which several registries are asked
            b.nix:4: privileged-container: `w` runs privileged: its root is root on the host
        "#]],
    );
    check(
        &module("privileged = false;"),
        &module(silenced).replace("image = \"a:1\";", ""),
        expect![[r#"
            a.nix:3: unqualified-image: `w` runs `a:1`, for which several registries are asked
            a.nix:4: overridden-hardening: `privileged = false` of `w` does not hold: `[ "--privileged" ]` beats it
            b.nix:4: privileged-container: `w` runs privileged: its root is root on the host (silenced: said so)
        "#]],
    );
}
