//! The command `eval`.

use super::host;
use crate::{EvalInput, EvalRequest};
use expect_test::{Expect, expect};

#[expect(clippy::needless_pass_by_value, reason = "as expect-test is always called")]
fn check(request: EvalRequest, expected: Expect) {
    let (host, _) = host(&[
        (
            "a.nix",
            "{ x ? 1, lib ? import <nixpkgs/lib> }: { inherit x; y = lib.concatStringsSep \",\" [ \"a\" \"b\" ]; z = [ { q = 5; } ]; }",
        ),
        ("bad.nix", "{ a = 1 }"),
        ("throws.nix", "{\n  a = throw \"no\";\n}"),
        (
            "option.nix",
            "{ lib, ... }: { options.enable = lib.mkOption { type = lib.types.bool; default = false; }; }",
        ),
    ]);
    let outcome = host.analysis().evaluate(&request);
    let mut out = outcome.output.unwrap_or_default();
    if let Some(error) = outcome.error {
        out.push_str(&format!("error: {error}"));
    }
    for trace in outcome.traces {
        out.push_str(&format!("\ntrace: {trace}"));
    }
    expected.assert_eq(&out);
}

fn file(name: &str) -> EvalRequest {
    EvalRequest {
        input: EvalInput::File(format!("/p/{name}").into()),
        strict: true,
        ..EvalRequest::default()
    }
}

fn expr(text: &str) -> EvalRequest {
    EvalRequest {
        input: EvalInput::Expr(text.to_owned()),
        strict: true,
        ..EvalRequest::default()
    }
}

#[test]
fn values_are_printed() {
    check(
        file("a.nix"),
        expect![[r#"{ x = 1; y = "a,b"; z = [ { q = 5; } ]; }"#]],
    );
    check(
        EvalRequest {
            strict: false,
            ..file("a.nix")
        },
        expect!["{ x = <CODE>; y = <CODE>; z = <CODE>; }"],
    );
    check(
        EvalRequest {
            json: true,
            ..file("a.nix")
        },
        expect![[r#"{"x":1,"y":"a,b","z":[{"q":5}]}"#]],
    );
    check(
        EvalRequest {
            attr: Some("z.0.q".to_owned()),
            ..file("a.nix")
        },
        expect!["5"],
    );
    check(
        expr("builtins.trace \"hi\" (import ./a.nix { x = ./b; }).x"),
        expect![[r#"
            /p/b
            trace: hi"#]],
    );
}

#[test]
fn failures_have_a_place() {
    check(
        file("bad.nix"),
        expect![[r#"
        error: syntax error: missing `;`
          at bad.nix:1:8"#]],
    );
    check(
        file("throws.nix"),
        expect![[r#"
        error: no
          at throws.nix:2:7"#]],
    );
    check(file("none.nix"), expect!["error: there is no file `none.nix`"]);
    check(
        file("../outside.nix"),
        expect!["error: `/outside.nix` lies outside the project"],
    );
    check(
        expr("let x = x; in x"),
        expect![[r#"
        error: infinite recursion encountered
          at (expression):1:9"#]],
    );
    check(expr(" "), expect!["error: there is nothing to evaluate"]);
}

#[test]
fn modules_are_evaluated_together() {
    let modules = |words: &[&str], attr: Option<&str>| EvalRequest {
        modules: words.iter().map(|word| (*word).into()).collect(),
        attr: attr.map(str::to_owned),
        strict: true,
        ..EvalRequest::default()
    };
    check(modules(&["option.nix"], None), expect!["{ enable = false; }"]);
    check(
        modules(&["option.nix", "{ enable = true; }"], Some("config.enable")),
        expect!["true"],
    );
}

#[test]
fn warnings_are_errors_where_that_is_asked_for() {
    let free = "{ lib, ... }: { options.s = lib.mkOption { type = lib.types.submodule {
        freeformType = lib.types.nullOr (lib.types.either lib.types.int lib.types.bool); }; }; config.s.a = 1; }";
    let request = |abort_on_warn| EvalRequest {
        modules: vec![free.into()],
        attr: Some("config.s.a".to_owned()),
        strict: true,
        abort_on_warn,
        ..EvalRequest::default()
    };
    check(
        request(false),
        expect![[r#"
        1
        trace: One or more definitions did not pass the type-check of the 'either' type.
        The option `s` is neither a value of type `signed integer` nor `boolean`, Definition values:
        - In `<unknown-file>': a set
        If `either`, `oneOf` or similar is used in freeformType, ensure that it is preceded by an 'attrsOf' such as: `freeformType = types.attrsOf (types.either t1 t2)`.
        Otherwise consider using the correct type for the option `s`.  This will be an error in Nixpkgs 26.05.
    "#]],
    );
    check(
        request(true),
        expect![[r#"
        error: aborting to reveal stack trace of warning, as abort-on-warn is set
        trace: One or more definitions did not pass the type-check of the 'either' type.
        The option `s` is neither a value of type `signed integer` nor `boolean`, Definition values:
        - In `<unknown-file>': a set
        If `either`, `oneOf` or similar is used in freeformType, ensure that it is preceded by an 'attrsOf' such as: `freeformType = types.attrsOf (types.either t1 t2)`.
        Otherwise consider using the correct type for the option `s`.  This will be an error in Nixpkgs 26.05.
    "#]],
    );
    check(
        EvalRequest {
            abort_on_warn: true,
            ..expr("builtins.warn \"old\" 1")
        },
        expect![[r#"
            error: aborting to reveal stack trace of warning, as abort-on-warn is set
              at (expression):1:1
            trace: old"#]],
    );
}
