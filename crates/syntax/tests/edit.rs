//! Edits: the text after them.

use expect_test::{Expect, expect};
use nixpod_source::{TextEdit, TextRange, apply_edits};
use nixpod_syntax::edit;

/// Applies what `make` builds for the stretch between `|` marks; the result must parse.
fn check(marked: &str, make: impl Fn(&str, TextRange) -> Option<TextEdit>, expected: Expect) {
    let (before, rest) = marked.split_once('|').unwrap();
    let (inside, after) = rest.split_once('|').unwrap();
    let text = [before, inside, after].concat();
    let range = TextRange::at((before.len() as u32).into(), (inside.len() as u32).into());
    let Some(edit) = make(&text, range) else {
        return expected.assert_eq("none");
    };
    let result = apply_edits(&text, &[edit]);
    assert_eq!(nixpod_syntax::parse(&result).errors, [], "{result}");
    // A carriage return does not survive in a source file.
    expected.assert_eq(&result.replace('\r', "<CR>"));
}

#[test]
fn remove_binding() {
    check("{ |a| = 1; b = 2; }", edit::remove_binding, expect!["{ b = 2; }"]);
    check("{ a = 1; |b = 2;| }", edit::remove_binding, expect!["{ a = 1; }"]);
    check("{|a|=1;}", edit::remove_binding, expect!["{}"]);
    check(
        "{\n  a = 1;\n  b.|c| = {\n    d = 1;\n  };\n  e = 1;\n}\n",
        edit::remove_binding,
        expect![[r#"
        {
          a = 1;
          e = 1;
        }
    "#]],
    );
    check(
        "{\r\n  |a| = 1;\r\n  b = 1;\r\n}",
        edit::remove_binding,
        expect![[r#"
            {<CR>
              b = 1;<CR>
            }"#]],
    );
    check(
        "{\n  |a| = 1; # why\n  b = 2;\n}",
        edit::remove_binding,
        expect![[r#"
        {
          # why
          b = 2;
        }"#]],
    );
    check(
        "{\n  |a| = 1; b = 2;\n}",
        edit::remove_binding,
        expect![[r#"
        {
          b = 2;
        }"#]],
    );
    check(
        "x: {\n  inherit (x) a |b| c;\n}",
        edit::remove_binding,
        expect![[r#"
        x: {
          inherit (x) a c;
        }"#]],
    );
    check(
        "x: {\n  inherit (x) |b|;\n}",
        edit::remove_binding,
        expect![[r#"
        x: {
        }"#]],
    );
    check("|1| + 2", edit::remove_binding, expect!["none"]);
}

#[test]
fn remove_list_element() {
    check("[ 1 |2| 3 ]", edit::remove_list_element, expect!["[ 1 3 ]"]);
    check("[ |1| ]", edit::remove_list_element, expect!["[ ]"]);
    check(
        "[\n  1\n  (f |2|) # two\n  \"3\"\n]",
        edit::remove_list_element,
        expect![[r#"
        [
          1
          # two
          "3"
        ]"#]],
    );
    check(
        "[\n  1\n  |\"--x\"|\n]",
        edit::remove_list_element,
        expect![[r#"
        [
          1
        ]"#]],
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "mostly expected text")]
fn insert_binding() {
    let make = |text: &str, range| edit::insert_binding(text, range, "n = 1;", "config");
    check("|{ }|", make, expect!["{ n = 1; }"]);
    check("|{}|", make, expect!["{ n = 1; }"]);
    check("|{ a = 1; }|", make, expect!["{ a = 1; n = 1; }"]);
    check("|rec {a = 1;}|", make, expect!["rec {a = 1; n = 1; }"]);
    check("|({ a = 1; })|", make, expect!["({ a = 1; n = 1; })"]);
    check(
        "{\n    x = |{\n        a = 1; # one\n    }|;\n}",
        make,
        expect![[r#"
        {
            x = {
                a = 1; # one
                n = 1;
            };
        }"#]],
    );
    check(
        "{\n  x = |{\n  }|;\n}",
        make,
        expect![[r#"
        {
          x = {
            n = 1;
          };
        }"#]],
    );
    check(
        "|{\n  a = 1; }|",
        make,
        expect![[r#"
        {
          a = 1;
          n = 1;
          }"#]],
    );
    check(
        "|{\r\n  a = 1;\r\n}|",
        make,
        expect![[r#"
            {<CR>
              a = 1;<CR>
              n = 1;<CR>
            }"#]],
    );
    check(
        "|{\n\ta = 1;\n\n\t# last\n}|",
        make,
        expect![[r#"
        {
        	a = 1;

        	# last
        	n = 1;
        }"#]],
    );
    check(
        "|{ # x\n}|",
        make,
        expect![[r#"
        { # x
          n = 1;
        }"#]],
    );
    check(
        "|{\n  a = 1;\n}|",
        |text, range| edit::insert_binding(text, range, "n = {\n  m = 1;\n};", "config"),
        expect![[r#"
            {
              a = 1;
              n = {
                m = 1;
              };
            }"#]],
    );
    check("{ |a.b| = 1; }", make, expect!["none"]);
}

#[test]
fn insert_list_element() {
    let make = |text: &str, range| edit::insert_list_element(text, range, "\"x\"");
    check("|[ ]|", make, expect![[r#"[ "x" ]"#]]);
    check("|[ 1 ]|", make, expect![[r#"[ 1 "x" ]"#]]);
    check(
        "{\n  a = |[\n    1\n    2\n  ]|;\n}",
        make,
        expect![[r#"
        {
          a = [
            1
            2
            "x"
          ];
        }"#]],
    );
}

/// What is long and called so stays at the end.
#[test]
#[expect(clippy::too_many_lines, reason = "mostly expected text")]
fn insert_binding_before_the_last() {
    let make = |text: &str, range| edit::insert_binding(text, range, "n = 1;", "config");
    check("|{ config = { }; }|", make, expect!["{ n = 1; config = { }; }"]);
    check("|{config={};}|", make, expect!["{n = 1; config={};}"]);
    check(
        "|{ a = 1; config.b = 2; }|",
        make,
        expect!["{ a = 1; n = 1; config.b = 2; }"],
    );
    check(
        "|{ config = 1; a = 1; }|",
        make,
        expect!["{ config = 1; a = 1; n = 1; }"],
    );
    check(
        "|{\n  a = 1; # one\n\n  # The guest.\n  config = {\n    b = 2;\n  };\n}|",
        make,
        expect![[r#"
            {
              a = 1; # one
              n = 1;

              # The guest.
              config = {
                b = 2;
              };
            }"#]],
    );
    check(
        "|{\n  # The guest,\n  # all of it.\n  config = {\n    b = 2;\n  };\n}|",
        make,
        expect![[r#"
            {
              n = 1;
              # The guest,
              # all of it.
              config = {
                b = 2;
              };
            }"#]],
    );
    check(
        "|{ # x\n\n  config = { };\n  # last\n}|",
        make,
        expect![[r#"
        { # x

          n = 1;
          config = { };
          # last
        }"#]],
    );
    check(
        "|{ a = 1;\n  config = { };\n}|",
        make,
        expect![[r#"
        { a = 1; n = 1;
          config = { };
        }"#]],
    );
    check(
        "|{ a = 1; # one\n  config = { };\n}|",
        make,
        expect![[r#"
            { a = 1; # one
              n = 1;
              config = { };
            }"#]],
    );
    check(
        "|{\n  a = 1; b = 2;\n  inherit c;\n  config.x = 1;\n  config.y = 1;\n}|",
        make,
        expect![[r#"
            {
              a = 1; b = 2;
              inherit c;
              n = 1;
              config.x = 1;
              config.y = 1;
            }"#]],
    );
    check(
        "|{\n  a = 1; config = {\n  };\n}|",
        make,
        expect![[r#"
        {
          a = 1; n = 1; config = {
          };
        }"#]],
    );
    check(
        "|{\r\n  a = 1;\r\n  config = { };\r\n}|",
        make,
        expect![[r#"
        {<CR>
          a = 1;<CR>
          n = 1;<CR>
          config = { };<CR>
        }"#]],
    );
    check(
        "|{\n  a = 1;\n  config = { };\n}|",
        |text, range| edit::insert_binding(text, range, "n = {\n  m = 1;\n};", "config"),
        expect![[r#"
            {
              a = 1;
              n = {
                m = 1;
              };
              config = { };
            }"#]],
    );
}

#[test]
fn insert_sibling() {
    let make = |text: &str, range| edit::insert_sibling(text, range, edit::Side::After, "n", "1");
    check(
        "{\n  a.b.|c| = {\n    d = 1;\n  };\n  e = 1;\n}",
        make,
        expect![[r#"
        {
          a.b.c = {
            d = 1;
          };
          a.b.n = 1;
          e = 1;
        }"#]],
    );
    check(
        "{\n  a.|b|.c = 1;\n}",
        make,
        expect![[r#"
        {
          a.b.c = 1;
          a.n = 1;
        }"#]],
    );
    check("{ |a| = 1; }", make, expect!["{ a = 1; n = 1; }"]);
    check(
        "{ ${\"a\"}.|b| = 1; }",
        make,
        expect![[r#"{ ${"a"}.b = 1; ${"a"}.n = 1; }"#]],
    );
}

#[test]
fn insert_sibling_before() {
    let make = |text: &str, range| edit::insert_sibling(text, range, edit::Side::Before, "n", "1");
    check("{ a.|b|.c = 1; }", make, expect!["{ a.n = 1; a.b.c = 1; }"]);
    check(
        "{\n  x = 1;\n\n  # The guest.\n  a.|config| = {\n  };\n}",
        make,
        expect![[r#"
            {
              x = 1;

              a.n = 1;
              # The guest.
              a.config = {
              };
            }"#]],
    );
    check(
        "{\n  x = 1; # one\n  a.|config| = { };\n}",
        make,
        expect![[r#"
        {
          x = 1; # one
          a.n = 1;
          a.config = { };
        }"#]],
    );
}

#[test]
fn set_binding_value() {
    let make = |text: &str, range| edit::set_binding_value(text, range, "false");
    check(
        "{ a.|b| = true; c = 1; }",
        make,
        expect!["{ a.b = false; c = 1; }"],
    );
    check(
        "{ a = |(f 1)|; # x\n }",
        make,
        expect![[r#"
        { a = false; # x
         }"#]],
    );
}
