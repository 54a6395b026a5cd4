//! From nodes and string contents back to text.

use expect_test::{Expect, expect};
use nixpod_source::{ExprId, TextSize};
use nixpod_syntax::hir::{Expr, StrPart};
use nixpod_syntax::parse;

/// The content of the first literal, and the text of each of its characters.
fn characters(text: &str, expected: Expect) {
    let file = parse(text);
    let (id, parts) = file
        .hir
        .exprs()
        .iter()
        .enumerate()
        .find_map(|(index, expr)| match expr {
            Expr::Str(parts) | Expr::Path(_, parts) => Some((ExprId(index as u32), parts)),
            _ => None,
        })
        .unwrap();
    let content: String = parts
        .iter()
        .map(|part| match part {
            StrPart::Text(text) => text.as_str(),
            StrPart::Interp(_) => "",
        })
        .collect();
    let mut out = format!("{content:?}:");
    for (at, c) in content.char_indices() {
        let range = file.map.string_range(id, at as u32, (at + c.len_utf8()) as u32);
        out.push_str(&format!(" {:?}", &text[range]));
        // An escape that stands for two bytes maps as a whole.
        let back = file.map.string_offset_at(id, range.start()).unwrap();
        assert_eq!(file.map.string_range(id, back, back + c.len_utf8() as u32), range);
    }
    let whole = file.map.string_range(id, 0, content.len() as u32);
    out.push_str(&format!("\nwhole: {:?}", &text[whole]));
    expected.assert_eq(&out);
}

#[test]
fn contents() {
    characters(
        r#""aé\n\${b}$$""#,
        expect![[r#"
        "aé\n${b}$$": "a" "é" "\\n" "\\$" "{" "b" "}" "$" "$"
        whole: "aé\\n\\${b}$$""#]],
    );
    characters(
        "\"a\r\n${map}b\"",
        expect![[r#"
        "a\nb": "a" "\r\n" "b"
        whole: "a\r\n${map}b""#]],
    );
    characters(
        "''\n    a\n      b''${c\n    '''${map}''\\n\n  ''",
        expect![[r#"
        "a\n  b${c\n''\n\n": "a" "\n" " " " " "b" "''$" "{" "c" "\n" "'''" "'''" "''\\n" "\n"
        whole: "a\n      b''${c\n    '''${map}''\\n\n""#]],
    );
    characters(
        "~/a",
        expect![[r#"
        "/a": "/" "a"
        whole: "/a""#]],
    );
    characters(
        "<a/b>",
        expect![[r#"
        "a/b": "a" "/" "b"
        whole: "a/b""#]],
    );
    characters(
        "./a/${map}/b",
        expect![[r#"
        "./a//b": "." "/" "a" "/" "/" "b"
        whole: "./a/${map}/b""#]],
    );
    characters(
        "a:b",
        expect![[r#"
        "a:b": "a" ":" "b"
        whole: "a:b""#]],
    );
}

#[test]
fn clamped() {
    let file = parse("\"abc\"");
    let id = file.hir.root();
    let text = "\"abc\"";
    assert_eq!(&text[file.map.string_range(id, 1, 99)], "bc");
    assert_eq!(&text[file.map.string_range(id, 7, 3)], "");
    assert_eq!(file.map.string_offset_at(id, TextSize::new(4)), Some(3));
    assert_eq!(file.map.string_offset_at(id, TextSize::new(9)), None);
}

/// The node and the binding at each offset of one kind, without repetitions.
fn at(text: &str, expected: Expect) {
    let file = parse(text);
    let mut out = String::new();
    let mut last = None;
    for (offset, _) in text.char_indices() {
        let found = file.map.expr_at(TextSize::new(offset as u32));
        if found == last {
            continue;
        }
        last = found;
        let Some(id) = found else { continue };
        let kind = format!("{:?}", file.hir.expr(id));
        let kind = kind.split(['(', ' ']).next().unwrap_or_default().to_owned();
        out.push_str(&format!("{kind} {:?}", &text[file.map.range(id)]));
        if let Some(binding) = file.map.binding_range(id) {
            out.push_str(&format!(" in {:?}", &text[binding]));
        }
        out.push('\n');
    }
    expected.assert_eq(&out);
}

#[test]
#[expect(clippy::too_many_lines, reason = "mostly expected text")]
fn nodes_at_offsets() {
    at(
        "{ a.b = f 1; inherit c; }",
        expect![[r#"
        Attrs "{ a.b = f 1; inherit c; }"
        Key "a" in "a.b = f 1;"
        Attrs "a.b = f 1"
        Key "b" in "a.b = f 1;"
        Attrs "a.b = f 1"
        Var "f"
        Apply "f 1"
        Int "1"
        Attrs "{ a.b = f 1; inherit c; }"
        Var "c"
        Attrs "{ a.b = f 1; inherit c; }"
    "#]],
    );
    at(
        "x: { a = { b = x; }; a.c = 2; ${x} = 3; }",
        expect![[r#"
        Key "x"
        Lambda "x: { a = { b = x; }; a.c = 2; ${x} = 3; }"
        Attrs "{ a = { b = x; }; a.c = 2; ${x} = 3; }"
        Key "a" in "a = { b = x; };"
        Attrs "{ a = { b = x; }; a.c = 2; ${x} = 3; }"
        Attrs "{ b = x; }"
        Key "b" in "b = x;"
        Attrs "{ b = x; }"
        Var "x"
        Attrs "{ b = x; }"
        Attrs "{ a = { b = x; }; a.c = 2; ${x} = 3; }"
        Key "c" in "a.c = 2;"
        Attrs "{ a = { b = x; }; a.c = 2; ${x} = 3; }"
        Int "2"
        Attrs "{ a = { b = x; }; a.c = 2; ${x} = 3; }"
        Var "x" in "${x} = 3;"
        Attrs "{ a = { b = x; }; a.c = 2; ${x} = 3; }"
        Int "3"
        Attrs "{ a = { b = x; }; a.c = 2; ${x} = 3; }"
    "#]],
    );
    at(
        "{ a, b ? 1 }: a.b or (\"x${b}\")",
        expect![[r#"
        Lambda "{ a, b ? 1 }: a.b or (\"x${b}\")"
        Key "a"
        Lambda "{ a, b ? 1 }: a.b or (\"x${b}\")"
        Key "b"
        Lambda "{ a, b ? 1 }: a.b or (\"x${b}\")"
        Int "1"
        Lambda "{ a, b ? 1 }: a.b or (\"x${b}\")"
        Var "a"
        Select "a.b or (\"x${b}\")"
        Key "b"
        Select "a.b or (\"x${b}\")"
        Str "\"x${b}\""
        Var "b"
        Str "\"x${b}\""
        Select "a.b or (\"x${b}\")"
    "#]],
    );
    // Text with mistakes is repaired before it is parsed; ranges still point into what was written.
    at(
        "{ a = ; b = [ c\n d.\"e${f}\" = 2; }",
        expect![[r#"
        Attrs "{ a = ; b = [ c\n d.\"e${f}\" = 2; }"
        Key "a" in "a = ;"
        Attrs "{ a = ; b = [ c\n d.\"e${f}\" = 2; }"
        Key "b" in "b = [ c"
        Attrs "{ a = ; b = [ c\n d.\"e${f}\" = 2; }"
        List "[ c"
        Var "c"
        Attrs "{ a = ; b = [ c\n d.\"e${f}\" = 2; }"
        Key "d" in "d.\"e${f}\" = 2;"
        Attrs "d.\"e${f}\" = 2"
        Str "\"e${f}\"" in "d.\"e${f}\" = 2;"
        Var "f"
        Str "\"e${f}\"" in "d.\"e${f}\" = 2;"
        Attrs "d.\"e${f}\" = 2"
        Int "2"
        Attrs "{ a = ; b = [ c\n d.\"e${f}\" = 2; }"
    "#]],
    );
}

/// The text of what a node stands in, of its key and of its value.
#[test]
fn outwards() {
    let text = "{ a.b = [ x ]; inherit y; inherit (z) w; ${n} = f 1; a.c = 2; }";
    let file = parse(text);
    let parents = file.parents();
    let at = |part: &str| {
        let start = TextSize::of(text.split_once(part).unwrap().0);
        file.map.expr_at(start).unwrap()
    };
    let show = |id: Option<ExprId>| id.map_or("", |id| &text[file.map.range(id)]);
    assert_eq!(show(parents.parent(at("x ]"))), "[ x ]");
    assert_eq!(show(parents.key_of(at("[ x"))), "b");
    assert_eq!(show(parents.value_of(at("b ="))), "[ x ]");
    // Both `a.b` and `a.c` are in the set that the first of them implies.
    assert_eq!(parents.parent(at("b =")), parents.parent(at("c =")));
    assert_eq!(show(parents.value_of(at("n}"))), "f 1");
    assert_eq!(show(parents.key_of(parents.value_of(at("n}")).unwrap())), "n");
    assert_eq!(show(parents.value_of(at("w;"))), "");
    assert_eq!(parents.parent(file.hir.root()), None);
}
