//! What texts lower to.

use expect_test::{Expect, expect};

/// The lowered text, then each error with the text it points at.
fn check(text: &str, expected: Expect) {
    let file = nixpod_syntax::parse(text);
    let mut out = nixpod_syntax::dump(&file.hir);
    for error in &file.errors {
        out.push_str(&format!("\nerror: {} at {:?}", error.message, &text[error.range]));
    }
    expected.assert_eq(&out);
}

#[test]
fn variables() {
    check("x: y: x y", expect!["(fn x (fn y (call x@1.0 y@0.0)))"]);
    check(
        "let a = b; b = map; in with a; a.b c (with b; c)",
        expect![
            "(let rec{ a=b@0.1 b=map@global } (with a@0.0 (call (call (select a@1.0 .b) c@with[0]) (with b@1.1 c@with[0, 1]))))"
        ],
    );
    check(
        "{ a, b ? a, ... }@all: [ a b all ]",
        expect!["(fn { a b?a@0.0 ... }@all (list a@0.0 b@0.1 all@0.2))"],
    );
    check(
        "rec { a = b; inherit c; inherit (a) d; b = d; }",
        expect!["rec{ from=a@0.0 a=b@0.3 c=inherit c@with[] d=from[0] b=d@0.2 }"],
    );
    check(
        "let inherit (x) x; in x",
        expect!["(let rec{ from=x@0.0 x=from[0] } x@0.0)"],
    );
    check(
        "let { body = a; a = 1; }",
        expect!["(select rec{ body=a@0.1 a=1 } .body)"],
    );
}

#[test]
fn merging() {
    check("{ a.b = 1; a.c = 2; }", expect!["{ a={ b=1 c=2 } }"]);
    check(
        "{ a = { b = 1; }; a.c = 2; a = { d.e = 3; }; }",
        expect!["{ a={ b=1 c=2 d={ e=3 } } }"],
    );
    check("{ a = ({ b = 1; }); a.c = 2; }", expect!["{ a={ b=1 c=2 } }"]);
    check(
        "{ a = rec { b = 1; }; a.c = b; }",
        expect!["{ a=rec{ b=1 c=b@0.0 } }"],
    );
    check(
        "{ a.c = 1; a = rec { b = c; }; }",
        expect!["{ a={ c=1 b=c@with[] } }"],
    );
    check(
        "x: { a = { inherit (x) p; }; a = { inherit (x.y) q; ${x} = 1; }; }",
        expect!["(fn x { a={ from=x@0.0 from=(select x@0.0 .y) p=from[0] q=from[1] ${x@0.0}=1 } })"],
    );
    check(
        "let a = { b = 1; }; a.c = 2; in a",
        expect!["(let rec{ a={ b=1 c=2 } } a@0.0)"],
    );
    check(
        "x: { ${x}.a = 1; ${x}.b = 2; ${\"c\"}.d = 3; \"c\".e = 4; }",
        expect!["(fn x { c={ d=3 e=4 } ${x@0.0}={ a=1 } ${x@0.0}={ b=2 } })"],
    );
}

#[test]
fn duplicates() {
    check(
        "{ a = 1; a = 2; }",
        expect![[r#"
        { a=1 }
        error: attribute `a` is already defined at "a""#]],
    );
    check(
        "{ a = 1; a.b = 2; }",
        expect![[r#"
        { a=1 }
        error: attribute `a` is already defined at "a.b""#]],
    );
    check(
        "{ a.b = 1; a = { b = 2; c = 3; }; }",
        expect![[r#"
        { a={ b=1 c=3 } }
        error: attribute `b` is already defined at "b""#]],
    );
    check(
        "x: { inherit x; x = 1; inherit x; }",
        expect![[r#"
        (fn x { x=inherit x@0.0 })
        error: attribute `x` is already defined at "x"
        error: attribute `x` is already defined at "x""#]],
    );
    check(
        "{ a, a }: a",
        expect![[r#"
        (fn { a } a@0.0)
        error: duplicate argument `a` at "a""#]],
    );
    check(
        "{ a }@a: a",
        expect![[r#"
        (fn { a } a@0.0)
        error: duplicate argument `a` at "a""#]],
    );
}

#[test]
fn strings() {
    check(
        r#""a\n\t\"\${x}$${y}$$\q""#,
        expect![[r#"<"a\n\t\"${x}$${y}$$q">"#]],
    );
    check("\"a\r\nb\rc\"", expect![[r#"<"a\nb\nc">"#]]);
    check("''\n  a\n    b\n  ''", expect![[r#"<"a\n  b\n">"#]]);
    check(
        "''\n    a\n  ${map}\n      ''\\n c''${'''d\n   ''",
        expect![[r#"<"  a\n" map@global "\n    \nc${''d\n">"#]],
    );
    check("''  a''", expect![[r#"<"a">"#]]);
    check("''\r\n  a\r\n  ''", expect![[r#"<"\r\n  a\r\n">"#]]);
    check("\"\" + ''''", expect!["(Add <> <>)"]);
    check(
        "http://example.org/?a=b",
        expect![[r#"<"http://example.org/?a=b">"#]],
    );
    check("x: \"${x}a${x}\"", expect![[r#"(fn x <x@0.0 "a" x@0.0>)"#]]);
}

#[test]
fn paths_and_numbers() {
    check(
        "[ ./a ../b/c.nix a/b /etc ~/x <nixpkgs/lib> ./a/${map}.nix /${map} ]",
        expect![[
            r#"(list relative<"./a"> relative<"../b/c.nix"> relative<"a/b"> absolute<"/etc"> home<"/x"> search<"nixpkgs/lib"> relative<"./a/" map@global ".nix"> absolute<"/" map@global>)"#
        ]],
    );
    check(
        "[ 1 007 9223372036854775807 1.5 .5 1.e3 ]",
        expect!["(list 1 7 9223372036854775807 1.5 0.5 1000.0)"],
    );
    check(
        "9223372036854775808",
        expect![[r#"
        MISSING
        error: integer `9223372036854775808` does not fit 64 bits at "9223372036854775808""#]],
    );
    check(
        "0. + 1",
        expect![[r#"
        (Add MISSING 1)
        error: `0.` is not a number at "0.""#]],
    );
    check(
        "1.0e999",
        expect![[r#"
        MISSING
        error: float `1.0e999` is out of range at "1.0e999""#]],
    );
}

#[test]
fn operators() {
    check(
        "a: b: !a || b && a -> b == a ++ b // a",
        expect![
            "(fn a (fn b (Implies (Or (not a@1.0) (And b@0.0 a@1.0)) (Equal b@0.0 (Update (Concat a@1.0 b@0.0) a@1.0)))))"
        ],
    );
    check("a: f: a |> f", expect!["(fn a (fn f (call f@0.0 a@1.0)))"]);
    check(
        "a: f: f <| f <| a",
        expect!["(fn a (fn f (call f@0.0 (call f@0.0 a@1.0))))"],
    );
    check(
        "a: a.b.${a}.\"c\" or a.d or 1",
        expect!["(fn a (select a@0.0 .b .a@0.0 .c or (select a@0.0 .d or 1)))"],
    );
    check("a: a ? b.c.${a}", expect!["(fn a (has a@0.0 .b .c .a@0.0))"]);
    check("a: a or", expect!["(fn a (call a@0.0 or@with[]))"]);
    check(
        "a: -a - 1 < 2 * 3",
        expect!["(fn a (Less (Sub (neg a@0.0) 1) (Mul 2 3)))"],
    );
    check(
        "if true then assert false; null else __curPos",
        expect!["(if true@global (assert false@global null@global) __curPos)"],
    );
}

#[test]
fn only_with_fixed_names() {
    check(
        "x: let ${x} = 1; in 1",
        expect![[r#"
        (fn x (let rec{ } 1))
        error: dynamic attributes are not allowed in `let` at "x""#]],
    );
    check(
        "x: let a.${x} = 1; ${\"b\"} = 1; in b",
        expect!["(fn x (let rec{ a={ ${x@1.0}=1 } b=1 } b@0.1))"],
    );
    check(
        "x: { inherit ${x} \"y\"; }",
        expect![[r#"
        (fn x { y=inherit y@with[] })
        error: dynamic attributes are not allowed in `inherit` at "${x}""#]],
    );
}

#[test]
fn holes() {
    check(
        "",
        expect![[r#"
        MISSING
        error: unexpected end of file at """#]],
    );
    check(
        "{ a = 1; b",
        expect![[r#"
            { a=1 b=MISSING }
            error: missing `=` and a value at """#]],
    );
    check(
        "{ a = ; b = 2; }",
        expect![[r#"
            { a=MISSING b=2 }
            error: expected an expression at """#]],
    );
    check(
        "{ a = 1\n b = 2; c = 3; }",
        expect![[r#"
            { a=1 b=2 c=3 }
            error: missing `;` at """#]],
    );
    check(
        "{ a. = 1; b = 2; }",
        expect![[r#"
            { b=2 }
            error: expected an attribute name at """#]],
    );
    check(
        "x: x.",
        expect![[r#"
            (fn x MISSING)
            error: expected an attribute name at """#]],
    );
    check(
        "[ 1 ( 2 ]",
        expect![[r#"
            (list 1 2)
            error: missing `)` at """#]],
    );
    check(
        "\"abc",
        expect![[r#"
            <>
            error: unexpected `abc`, expected the end of the string or text or `${` at "abc""#]],
    );
    check(
        "1 /* x",
        expect![[r#"
        1
        error: unexpected unterminated comment at "/* x""#]],
    );
    check(
        "\u{feff}1",
        expect![[r#"
        1
        error: byte order mark, which Nix does not accept at "\u{feff}""#]],
    );
    check(
        "\"\0\"",
        expect![[r#"
        <"\0">
        error: null byte in a string at "\0""#]],
    );
    check(
        "\u{a0}1",
        expect![[r#"
        1
        error: white space that is none for Nix at "\u{a0}""#]],
    );
    check("# a\r1", expect!["1"]);
}

/// Where a text ends inside of a string, the mark is put where most strings end, and what is beside it keeps its meaning.
#[test]
fn missing_quotation_marks() {
    check(
        "{\n  a = \"x;\n  b = 1;\n  c = \"y\";\n}",
        expect![[r#"
        { a=<"x"> b=1 c=<"y"> }
        error: missing quotation mark at the end of a string at """#]],
    );
    check(
        "{\n  a = [ \"x ];\n  b = 1;\n}",
        expect![[r#"
        { a=(list <"x">) b=1 }
        error: missing quotation mark at the end of a string at """#]],
    );
    check(
        "{\n  a = x\";\n  b = \"y\";\n}",
        expect![[r#"
        { a=(call x@with[] <>) b=<"y"> }
        error: missing quotation mark at the end of a string at """#]],
    );
    check(
        "{\n  a = \"${x};\n  b = 1;\n}",
        expect![[r#"
        { a=<x@with[]> b=1 }
        error: missing quotation mark at the end of a string at """#]],
    );
    check(
        "{\n  a = ''\n    x\n  ;\n  b = ''\n    y\n  '';\n}",
        expect![[r#"
        { a=<"x\n"> b=<"y\n"> }
        error: missing quotation mark at the end of a string at """#]],
    );
    check(
        "{\n  a = ''\n    x\n  b = 1;\n}",
        expect![[r#"
        { a=<"x\n"> b=1 }
        error: missing quotation mark at the end of a string at """#]],
    );
    // A string of several lines is none that lacks its end, if there is one that does.
    check(
        "{\n  a = \"x\n  y\";\n  b = \"z;\n  c = 1;\n}",
        expect![[r#"
            { a=<"x\n  y"> b=<"z"> c=1 }
            error: missing quotation mark at the end of a string at """#]],
    );
    // Nothing tells where this one ends.
    check(
        "{ a = 1; b = \"x",
        expect![[r#"
            { a=1 b=<> }
            error: unexpected `x`, expected the end of the string or text or `${` at "x""#]],
    );
}

/// Two marks that are missing leave a text that does not end inside of a string.
#[test]
fn several_missing_quotation_marks() {
    check(
        "{\n  a = \"x;\n  b = \"y\";\n  c = \"z;\n  d = 1;\n}",
        expect![[r#"{ a=(call (call (call <"x;\n  b = "> y@with[]) <";\n  c = ">) z@with[]) d=1 }"#]],
    );
    check(
        "{\n  a = \"x;\n  b = [ \"y ];\n  c = 1;\n  d = \"z;\n}",
        expect![[r#"
            { a=<"x"> b=(list <"y">) c=1 d=<"z"> }
            error: missing quotation mark at the end of a string at ""
            error: missing quotation mark at the end of a string at ""
            error: missing quotation mark at the end of a string at """#]],
    );
}

#[test]
fn interpolations_without_an_end() {
    check(
        "{\n  a = \"x${y\";\n  b = \"z\";\n  c = 1;\n}",
        expect![[r#"
        { a=<"x" y@with[]> b=<"z"> c=1 }
        error: missing `}` at the end of an interpolation at """#]],
    );
    check(
        "{\n  a = ''\n    x ${y.z\n    w\n  '';\n  b = { c = \"d\"; };\n}",
        expect![[r#"
            { a=<"x " (select y@with[] .z) "\nw\n"> b={ c=<"d"> } }
            error: missing `}` at the end of an interpolation at """#]],
    );
    check(
        "{\n  a = [ \"x${y\" \"z\" ];\n  b = 1;\n}",
        expect![[r#"
        { a=(list <"x" y@with[]> <"z">) b=1 }
        error: missing `}` at the end of an interpolation at """#]],
    );
}

#[test]
fn missing_quotation_marks_among_several_bindings_of_a_line() {
    check(
        "{\n  b = { i = \"x; p = true; };\n  c = { i = \"y\"; p = true; };\n}",
        expect![[r#"
            { b={ i=<"x"> p=true@global } c={ i=<"y"> p=true@global } }
            error: missing quotation mark at the end of a string at """#]],
    );
    check(
        "{\n  a = \"x; y\n  b = 1;\n}",
        expect![[r#"
            { a=<"x; y"> b=1 }
            error: missing quotation mark at the end of a string at """#]],
    );
}
