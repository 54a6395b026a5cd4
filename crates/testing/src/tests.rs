//! The checks are checked with the rule that needs no evaluation.

use super::{Fixture, Marker, check, check_fix, check_none};
use nixpod_analysis::{OWN_RULES, Rule, TextSize};

fn rule(id: &str) -> &'static Rule {
    OWN_RULES.iter().find(|rule| rule.meta.id == id).unwrap()
}

#[test]
fn markers_are_cut_out_and_point_at_the_line_above() {
    let fixture = Fixture::parse(
        "
{ a = ''
  text
# ^^^^ high: a message
# ^^ note: another: one
''; }
#<^ error: at the beginning
#- dir/b.nix
{ b = \\$0 $0; }
",
    );
    let marker = |line, column, length, kind: &str, message: &str| Marker {
        line,
        column,
        length,
        kind: kind.to_owned(),
        message: message.to_owned(),
    };
    assert_eq!(fixture.files[0].path, "/main.nix");
    assert_eq!(fixture.files[0].text, "{ a = ''\n  text\n''; }\n");
    assert_eq!(
        fixture.files[0].markers,
        [
            marker(2, 3, 4, "high", "a message"),
            marker(2, 3, 2, "note", "another: one"),
            marker(3, 1, 3, "error", "at the beginning"),
        ]
    );
    assert_eq!(fixture.files[1].full_path(), "/p/dir/b.nix");
    assert_eq!(fixture.files[1].text, "{ b = $0 ; }\n");
    assert_eq!(fixture.cursor, Some((1, TextSize::new(9))));
}

#[test]
fn what_is_marked_is_found() {
    check(
        rule("parse-error"),
        "
{ a = ; }
   # ^ high: expected an expression
",
    );
    check_none(rule("parse-error"), "{ a = 1; }");
}

#[test]
fn imports_of_files_that_are_not_there() {
    let rule = rule("missing-import");
    let flake = "#- /flake.nix\n{ outputs = { nixpkgs, ... }: { nixosConfigurations.oak = nixpkgs.lib.nixosSystem { modules = [ ./oak.nix ]; }; }; }";
    check(
        rule,
        &format!(
            "
{{ x = 1; }}
{flake}
#- /oak.nix
{{ lib, inputs, ... }}: {{
  imports = [ ./absent.nix ./main.nix ] ++ lib.optional inputs.x.open ./perhaps.nix;
            # ^^^^^^^^^^^^ medium: `absent.nix` is imported and does not exist
  boot.kernelParams = lib.optional (builtins.pathExists ./no.nix) (import ./no.nix);
}}
"
        ),
    );
    check_none(rule, "{ imports = [ { } ]; }");
}

#[test]
#[should_panic = "missing     /main.nix:1 error: something else"]
fn a_missing_finding_fails() {
    check(
        rule("parse-error"),
        "
{ a = 1 }
      # ^ error: something else
",
    );
}

#[test]
#[should_panic = "unexpected  /b.nix:1 high: missing `;`"]
fn an_unexpected_finding_fails() {
    check_none(rule("parse-error"), "#- a.nix\n{ }\n#- b.nix\n{ a = 1 }\n");
}

#[test]
#[should_panic = "missing     /main.nix:1 low"]
fn another_severity_fails() {
    check(
        rule("parse-error"),
        "
{ a = 1 }
      # ^ low: missing `;`
",
    );
}

#[test]
fn fixes_are_applied_and_compared() {
    let unknown = rule("unused-suppression");
    check_fix(
        unknown,
        "{\n  # nixpod: ignore[parse-error] it parses\n  a = 1;\n}\n",
        "{\n  a = 1;\n}\n",
    );
}

#[test]
#[should_panic = "the fixed text is not as expected"]
fn another_text_fails() {
    let unknown = rule("unused-suppression");
    check_fix(
        unknown,
        "{\n  # nixpod: ignore[parse-error] it parses\n  a = 1;\n}\n",
        "{ a = 1; }\n",
    );
}
