//! What suppression comments say and cover.

use expect_test::{Expect, expect};
use nixpod_syntax::{parse_quickly, parse_slowly};

/// What is found in a text without mistakes, by both ways of reading it.
fn check(text: &str, expected: Expect) {
    let quick = parse_quickly(text).expect("it is well-formed");
    assert_eq!(quick, parse_slowly(text), "{text}");
    show(text, expected);
}

fn show(text: &str, expected: Expect) {
    let found = nixpod_syntax::parse(text).suppressions;
    let mut out = String::new();
    for item in &found.items {
        let rules: Vec<&str> = item.rules.iter().map(|(_, range)| &text[*range]).collect();
        assert!(item.rules.iter().all(|(name, range)| name == &text[*range]));
        out.push_str(&format!(
            "{:?} {rules:?} {:?} covers {:?}\n",
            item.kind, item.reason, &text[item.covers]
        ));
    }
    for (range, problem) in &found.malformed {
        out.push_str(&format!("malformed: {problem} at {:?}\n", &text[*range]));
    }
    expected.assert_eq(&out);
}

#[test]
fn trailing() {
    check(
        "{ a = 1; b = 2; # nixpod: ignore[x] because\n}",
        expect![[r#"
        Trailing ["x"] Some("because") covers "b = 2;"
    "#]],
    );
    check(
        "{\n  a = { # nixpod: ignore[x]\n    b = 1;\n  };\n}",
        expect![[r#"
        Trailing ["x"] None covers "a = { # nixpod: ignore[x]\n    b = 1;\n  };"
    "#]],
    );
    check(
        "{\n  a = {\n    b = 1;\n  }; # nixpod: ignore[x]\n}",
        expect![[r#"
        Trailing ["x"] None covers "a = {\n    b = 1;\n  };"
    "#]],
    );
    check(
        "{\n  a = [\n    1\n    \"b\" # nixpod: ignore[x]\n  ];\n}",
        expect![[r#"
        Trailing ["x"] None covers "\"b\""
    "#]],
    );
    check(
        "{ a = [ 1 2 ]; /* nixpod: ignore[x] two\n words */ }",
        expect![[r#"
        Trailing ["x"] Some("two words") covers "a = [ 1 2 ];"
    "#]],
    );
    check(
        "1 # nixpod: ignore[x]",
        expect![[r##"
        malformed: there is no binding or list element on this line at "# nixpod: ignore[x]"
    "##]],
    );
}

#[test]
fn own_line() {
    check(
        "{\n  # nixpod: ignore[x, y-z] because\n  # more\n\n  a.b = {\n    c = 1;\n  };\n}",
        expect![[r#"
        OwnLine ["x", "y-z"] Some("because") covers "a.b = {\n    c = 1;\n  };"
    "#]],
    );
    check(
        "[\n  # nixpod: ignore[x]\n  (f 1)\n  2\n]",
        expect![[r#"
        OwnLine ["x"] None covers "(f 1)"
    "#]],
    );
    check(
        "{\n  a =\n    # nixpod: ignore[x]\n    { };\n}",
        expect![[r#"
        OwnLine ["x"] None covers "a =\n    # nixpod: ignore[x]\n    { };"
    "#]],
    );
    check(
        "{\n  a = 1;\n  # nixpod: ignore[x]\n}",
        expect![[r##"
        malformed: no binding or list element follows at "# nixpod: ignore[x]"
    "##]],
    );
    check(
        "{\n  # nixpod: ignore[x]\n  # nixpod: ignore[y]\n  inherit a;\n}",
        expect![[r#"
        OwnLine ["x"] None covers "inherit a;"
        OwnLine ["y"] None covers "inherit a;"
    "#]],
    );
}

#[test]
fn whole_file() {
    check(
        "# a file\n# nixpod: ignore-file[x] why\n{ }",
        expect![[r##"
        File ["x"] Some("why") covers "# a file\n# nixpod: ignore-file[x] why\n{ }"
    "##]],
    );
    check(
        "{ }\n# nixpod: ignore-file[x] why",
        expect![[r##"
        malformed: `ignore-file` must stand before all code at "# nixpod: ignore-file[x] why"
    "##]],
    );
}

#[test]
fn white_space_is_lenient_and_meaning_is_strict() {
    check(
        "{ a = 1; #nixpod :ignore [ x ,y ]:  a  reason\n}",
        expect![[r#"
        Trailing ["x", "y"] Some("a reason") covers "a = 1;"
    "#]],
    );
    check(
        "{ a = 1; # nixpod: ignore because\n}",
        expect![[r##"
        malformed: no rules are named, expected `ignore[rule]` at "# nixpod: ignore because"
    "##]],
    );
    check(
        "{ a = 1; # nixpod: ignore[] because\n}",
        expect![[r##"
        malformed: a rule name is missing at "# nixpod: ignore[] because"
    "##]],
    );
    check(
        "{ a = 1; # nixpod: ignore[x,]\n}",
        expect![[r##"
        malformed: a rule name is missing at "# nixpod: ignore[x,]"
    "##]],
    );
    check(
        "{ a = 1; # nixpod: ignore[X y]\n}",
        expect![[r##"
        malformed: `X y` is not a rule name at "# nixpod: ignore[X y]"
    "##]],
    );
    check(
        "{ a = 1; # nixpod: disable[x]\n}",
        expect![[r##"
        malformed: unknown directive `disable`, expected `ignore` or `ignore-file` at "# nixpod: disable[x]"
    "##]],
    );
    check(
        "{ a = 1; # nixpod-lint: ignore[x]\n}",
        expect![[r##"
        malformed: suppressions begin with `nixpod:` at "# nixpod-lint: ignore[x]"
    "##]],
    );
    check("{ a = 1; # nixpod is fine, nixpod-lint: too\n}", expect![]);
    check("{ a = \"# nixpod: ignore[x]\"; }", expect![]);
}

#[test]
fn what_is_nearest_is_covered() {
    check(
        "{\n  a = [\n    [ 1 (f [ 2 ]) ] # nixpod: ignore[x]\n    # nixpod: ignore[y]\n    [ 3 ]\n  ];\n}",
        expect![[r#"
            Trailing ["x"] None covers "[ 1 (f [ 2 ]) ]"
            OwnLine ["y"] None covers "[ 3 ]"
        "#]],
    );
    check(
        "[\n  ( # nixpod: ignore[x]\n    (f 1)\n  )\n  # nixpod: ignore[y]\n  (( 2 ))\n]",
        expect![[r#"
            Trailing ["x"] None covers "( # nixpod: ignore[x]\n    (f 1)\n  )"
            OwnLine ["y"] None covers "(( 2 ))"
        "#]],
    );
    check(
        "let\n  # nixpod: ignore[x]\n  a = b: { # nixpod: ignore[y]\n    c = 1;\n  };\nin\n# nixpod: ignore[z]\na",
        expect![[r##"
            OwnLine ["x"] None covers "a = b: { # nixpod: ignore[y]\n    c = 1;\n  };"
            Trailing ["y"] None covers "a = b: { # nixpod: ignore[y]\n    c = 1;\n  };"
            malformed: no binding or list element follows at "# nixpod: ignore[z]"
        "##]],
    );
    check(
        "{\n  inherit (a) b c; # nixpod: ignore[x]\n  inherit; # nixpod: ignore[y]\n}",
        expect![[r#"
            Trailing ["x"] None covers "inherit (a) b c;"
            Trailing ["y"] None covers "inherit;"
        "#]],
    );
    check(
        "{\n  a.b.c = 1; # nixpod: ignore[x]\n  # nixpod: ignore[y]\n  a.b = { d = 2; };\n}",
        expect![[r#"
            Trailing ["x"] None covers "a.b.c = 1;"
            OwnLine ["y"] None covers "a.b = { d = 2; };"
        "#]],
    );
}

#[test]
fn a_comment_before_a_value_covers_the_binding() {
    check(
        "{\n  a = # nixpod: ignore[x]\n    # nixpod: ignore[y]\n    (f { }).b;\n}",
        expect![[r#"
            Trailing ["x"] None covers "a = # nixpod: ignore[x]\n    # nixpod: ignore[y]\n    (f { }).b;"
            OwnLine ["y"] None covers "a = # nixpod: ignore[x]\n    # nixpod: ignore[y]\n    (f { }).b;"
        "#]],
    );
    check(
        "{ a = b ==\n  # nixpod: ignore[x]\n  c; }",
        expect![[r##"
        malformed: no binding or list element follows at "# nixpod: ignore[x]"
    "##]],
    );
    check(
        "{ a = b: c:\n  # nixpod: ignore[x]\n  d; }",
        expect![[r##"
        malformed: no binding or list element follows at "# nixpod: ignore[x]"
    "##]],
    );
}

#[test]
fn comments_in_a_row() {
    check(
        "{ a = 1; /* nixpod: ignore[x] */ /* nixpod: ignore[y] */ # nixpod: ignore[z]\n}",
        expect![[r#"
            Trailing ["x"] None covers "a = 1;"
            Trailing ["y"] None covers "a = 1;"
            Trailing ["z"] None covers "a = 1;"
        "#]],
    );
    check(
        "{ a = 1; /* nixpod: ignore[x]\n*/ /* nixpod: ignore[y] */ b = 2; }",
        expect![[r#"
            Trailing ["x"] None covers "a = 1;"
            OwnLine ["y"] None covers "b = 2;"
        "#]],
    );
}

#[test]
fn in_strings_there_are_none_but_in_what_they_interpolate() {
    check(
        "{\n  a = \"\n    # nixpod: ignore[x]\n  \";\n  b = ''\n    /* nixpod: ignore[x] */\n  '';\n}",
        expect![],
    );
    check(
        "{\n  a = ''\n    b ${ # nixpod: ignore[x]\n      f [\n        1 # nixpod: ignore[y]\n      ]\n    }\n  '';\n}",
        expect![[r##"
            Trailing ["y"] None covers "1"
            malformed: there is no binding or list element on this line at "# nixpod: ignore[x]"
        "##]],
    );
}

#[test]
fn in_broken_files() {
    show(
        "{\n  a = 1; # nixpod: ignore[x]\n  b = ;\n  # nixpod: ignore[y]\n  c = [ 2 ];\n}",
        expect![[r#"
            Trailing ["x"] None covers "a = 1;"
            OwnLine ["y"] None covers "c = [ 2 ];"
        "#]],
    );
    show(
        "{\n  # nixpod: ignore[x]\n  a = {\n    b = 1; # nixpod: ignore[y]\n  c = 2;\n}",
        expect![[r#"
            OwnLine ["x"] None covers "a = {\n    b = 1; # nixpod: ignore[y]\n  c = 2;\n}"
            Trailing ["y"] None covers "b = 1;"
        "#]],
    );
    show(
        "{ a = 1 # nixpod: ignore[x]\n}",
        expect![[r#"
        Trailing ["x"] None covers "a = 1"
    "#]],
    );
    show("{ a = \"b; # nixpod: ignore[x]\n}", expect![]);
}
