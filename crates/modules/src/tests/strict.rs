//! `evalModules` called by the analysed code: values, options as values, and errors as in Nix.

use crate::Library;
use expect_test::{Expect, expect};
use nixpod_eval::{Evaluator, Limits, Value};
use nixpod_fixture::TestSource;
use nixpod_source::Utf8Path;

/// Evaluates modules (the text is a list of them, `lib` is at hand) and prints what each path gives.
pub(super) fn check(modules: &str, paths: &[&str], expect: Expect) {
    let text = format!("let lib = import <nixpkgs/lib>; in lib.evalModules {{ modules = {modules}; }}");
    let files = TestSource::fixture(&text);
    let mut ev = Evaluator::new(&files, Limits::default());
    let _library = Library::new(&mut ev);
    let root = ev
        .import(Utf8Path::new("/p/main.nix"))
        .expect("the file is there");
    let mut out = String::new();
    for path in paths {
        // Here nothing is unknown but what fails.
        let value = super::at(&mut ev, root, path).and_then(|value| match &value.value {
            Value::Unknown(unknown) => Err(unknown.why.to_string()),
            _ => Ok(value),
        });
        out.push_str(&super::line(&mut ev, path, value));
    }
    expect.assert_eq(&out);
}

#[test]
fn undeclared_options_fail_all() {
    check(
        "[ { options.port = lib.mkOption { }; } { _file = \"site.nix\"; port = 1; prt = 2; } ]",
        &["config.port", "options.port.highestPrio"],
        expect![[r#"
            config.port = error: The option `prt' does not exist. Definition values:
            - In `site.nix': 2

            Did you mean `port'?
            options.port.highestPrio = 100
        "#]],
    );
    check(
        "[ { options.port = lib.mkOption { }; } { _module.check = false; } { port = 1; prt = 2; } ]",
        &["config.port"],
        expect![[r#"
            config.port = 1
        "#]],
    );
    check(
        "[ { _file = \"mixed.nix\"; options.port = lib.mkOption { }; port = 1; } ]",
        &["config.port"],
        expect![[r#"
            config.port = error: Module `mixed.nix' has an unsupported attribute `port'. This is caused by introducing a top-level `config' or `options' attribute. Add configuration attributes immediately on the top level instead, or move all of them into the explicit `config' attribute.
        "#]],
    );
    check(
        "[ { freeformType = lib.types.attrsOf lib.types.int; } { a = 1; b = \"x\"; } ]",
        &["config.a", "config.b"],
        expect![[r#"
            config.a = 1
            config.b = error: A definition for option `b' is not of type `signed integer'. Definition values:
            - In `<unknown-file>': "x"
        "#]],
    );
}

#[test]
fn wrong_and_conflicting_definitions_are_listed() {
    check(
        "[ { options.n = lib.mkOption { type = lib.types.int; }; options.s = lib.mkOption { type = lib.types.str; }; }
           { _file = \"a.nix\"; n = \"one\"; s = \"x\"; } { _file = \"b.nix\"; s = \"y\"; } ]",
        &["config.n", "config.s"],
        expect![[r#"
            config.n = error: A definition for option `n' is not of type `signed integer'. Definition values:
            - In `a.nix': "one"
            config.s = error: The option `s' has conflicting definition values:
            - In `b.nix': "y"
            - In `a.nix': "x"
        "#]],
    );
}

#[test]
fn options_without_definitions_are_empty_where_their_type_says() {
    check(
        "[ { options = builtins.mapAttrs (_: type: lib.mkOption { inherit type; }) (with lib.types; {
             list = listOf int; set = attrsOf int; maybe = nullOr int; sub = submodule { }; int = int;
             own = str // { emptyValue.value = \"nothing\"; };
           }); } ]",
        &[
            "config.list",
            "config.set",
            "config.maybe",
            "config.sub",
            "config.int",
            "config.own",
        ],
        expect![[r#"
            config.list = [ ]
            config.set = { }
            config.maybe = null
            config.sub = { }
            config.int = error: The option `int' was accessed but has no value defined. Try setting the option.
            config.own = "nothing"
        "#]],
    );
}

#[test]
fn declarations_become_one() {
    check(
        "[ { options.a = lib.mkOption { type = lib.types.submodule { options.x = lib.mkOption { default = 1; }; }; default = { }; }; }
           { options.a.y = lib.mkOption { default = 2; }; }
           { _file = \"one.nix\"; options.b = lib.mkOption { type = lib.types.int; }; }
           { _file = \"two.nix\"; options.b = lib.mkOption { type = lib.types.str; }; b = 1; }
           { _file = \"three.nix\"; options.c = lib.mkOption { type = lib.types.int; }; options.d = lib.types.int; }
           { _file = \"four.nix\"; options.c.below = lib.mkOption { }; } ]",
        &["config.a", "config.b", "config.c", "config.d"],
        expect![[r#"
            config.a = error: Module `two.nix' has an unsupported attribute `b'. This is caused by introducing a top-level `config' or `options' attribute. Add configuration attributes immediately on the top level instead, or move all of them into the explicit `config' attribute.
            config.b = error: Module `two.nix' has an unsupported attribute `b'. This is caused by introducing a top-level `config' or `options' attribute. Add configuration attributes immediately on the top level instead, or move all of them into the explicit `config' attribute.
            config.c = error: Module `two.nix' has an unsupported attribute `b'. This is caused by introducing a top-level `config' or `options' attribute. Add configuration attributes immediately on the top level instead, or move all of them into the explicit `config' attribute.
            config.d = error: Module `two.nix' has an unsupported attribute `b'. This is caused by introducing a top-level `config' or `options' attribute. Add configuration attributes immediately on the top level instead, or move all of them into the explicit `config' attribute.
        "#]],
    );
}

#[test]
fn options_are_values() {
    check(
        "[ { options.s = lib.mkOption { default = { }; type = with lib.types; attrsOf (submodule { options.x = lib.mkOption { type = nullOr int; }; }); }; }
           { s.a.x = 3; } ({ options, ... }: { options.loc = lib.mkOption { default = (options.s.type.getSubOptions [ \"s\" ]).x.loc; }; }) ]",
        &[
            "options.s.type.description",
            "options.s.valueMeta.attrs.a.configuration.options.x.value",
            "options.s.declarations",
            "config.loc",
        ],
        expect![[r#"
            options.s.type.description = "attribute set of (submodule)"
            options.s.valueMeta.attrs.a.configuration.options.x.value = 3
            options.s.declarations = [ "<unknown-file>" ]
            config.loc = [ "s" "<name>" "x" ]
        "#]],
    );
}

#[test]
fn classes_and_arguments() {
    check(
        "[ { _file = \"d.nix\"; _class = \"darwin\"; } ]; class = \"nixos\"",
        &["class", "config"],
        expect![[r#"
            class = "nixos"
            config = error: The module `d.nix` (class: "darwin") cannot be imported into a module evaluation that expects class "nixos".
        "#]],
    );
    check(
        "[ ({ _class, specialArgs, ... }: { options.c = lib.mkOption { default = \"${_class} ${specialArgs.who}\"; }; }) ]; class = \"nixos\"; specialArgs.who = \"me\"",
        &["config.c"],
        expect![[r#"
            config.c = "nixos me"
        "#]],
    );
    check(
        "[ ({ nobody, ... }: { options.c = lib.mkOption { default = nobody; }; }) ]",
        &["config.c"],
        expect![[r#"
            config.c = error: evaluation fails: while evaluating the module argument `nobody' in ":anon-1":
            attribute 'nobody' missing
        "#]],
    );
}

#[test]
fn paths_of_a_kind() {
    check(
        "[ { options.a = lib.mkOption { type = lib.types.pathWith { inStore = false; absolute = true; }; };
             options.b = lib.mkOption { type = lib.types.pathInStore; }; }
           { a = \"/srv/x\"; b = \"/srv/x\"; } ]",
        &["config.a", "config.b"],
        expect![[r#"
            config.a = "/srv/x"
            config.b = error: A definition for option `b' is not of type `path in the Nix store'. Definition values:
            - In `<unknown-file>': "/srv/x"
        "#]],
    );
}

#[test]
fn anything_does_not_join_lists() {
    check(
        "[ { options.a = lib.mkOption { type = lib.types.anything; }; } { a.l = [ 1 ]; a.m = [ 1 ]; } { a.l = [ 2 ]; a.m = [ 1 ]; } ]",
        &["config.a.l", "config.a.m"],
        expect![[r#"
            config.a.l = error: The option `a.l' has conflicting definition values:
            - In `<unknown-file>': [ 2 ]
            - In `<unknown-file>': [ 1 ]
            config.a.m = [ 1 ]
        "#]],
    );
}
