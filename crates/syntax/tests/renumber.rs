//! Numbers of nodes over edits.

use expect_test::{Expect, expect};
use nixpod_source::ExprId;
use nixpod_syntax::{ParsedFile, dump, parse, parse_again};
use text_size::TextSize;

/// What nodes are new or different after an edit, by their text.
fn check(before: &str, after: &str, expected: Expect) {
    let old = parse(before);
    let new = parse_again(after, &old.hir);
    assert_eq!(dump(&new.hir), dump(&parse(after).hir));
    let same = old.hir.same_nodes(&new.hir);
    let mut out = Vec::new();
    for index in 0..new.hir.exprs().len() {
        let id = ExprId(index as u32);
        let range = new.map.range(id);
        if !same(id) && !range.is_empty() {
            out.push(&after[usize::from(range.start())..usize::from(range.end())]);
        }
    }
    out.sort_unstable();
    expected.assert_eq(&(out.join("\n") + "\n"));
}

#[test]
fn a_literal_changes_alone() {
    check(
        r#"{ a = "x"; b = [ 1 2 ]; }"#,
        r#"{ a = "longer"; b = [ 1 2 ]; }"#,
        expect![[r#"
            "longer"
        "#]],
    );
}

#[test]
fn a_new_binding_changes_its_set_only() {
    check(
        "{ lib, ... }: { a = { x = lib.mkForce 1; }; b = lib.y; }",
        "{ lib, ... }: { a = { w = 0; x = lib.mkForce 1; }; b = lib.y; }",
        expect![[r#"
            0
            w
            { w = 0; x = lib.mkForce 1; }
        "#]],
    );
}

#[test]
fn an_element_changes_its_list_only() {
    check(
        "[ { a = 1; } { b = 2; } { c = 3; } ]",
        "[ { a = 1; } x { b = 2; } { c = 3; } ]",
        expect![[r#"
            [ { a = 1; } x { b = 2; } { c = 3; } ]
            x
        "#]],
    );
}

#[test]
fn a_variable_in_a_new_frame_is_another_one() {
    check(
        "a: { b = a; c = { d = a; }; }",
        "a: { b = a; c = rec { d = a; }; }",
        expect![[r#"
            a
            rec { d = a; }
        "#]],
    );
}

#[test]
fn a_renamed_binding_is_a_new_one() {
    check(
        "{ one = { a = 1; }; two = 2; }",
        "{ three = { a = 1; }; two = 2; }",
        expect![[r#"
            1
            a
            three
            { a = 1; }
            { three = { a = 1; }; two = 2; }
        "#]],
    );
}

#[test]
fn what_is_taken_back_is_as_it_was() {
    let first = "{ a = 1; c = [ x ]; }";
    let one = parse(first);
    let two = parse_again("{ a = 1; b = 2; c = [ x y ]; }", &one.hir);
    let three = parse_again(first, &two.hir);
    let same = one.hir.same_nodes(&three.hir);
    assert!((0..one.hir.exprs().len()).all(|index| same(ExprId(index as u32))));
    assert_eq!(
        three.hir.names().iter().filter(|name| !name.is_empty()).count(),
        one.hir.names().len()
    );
}

#[test]
fn nodes_that_merging_leaves_behind_keep_their_numbers() {
    let text = |value: &str| format!("{{ a = {{ b = 1; }}; a.c = {value}; d.e = 1; d.f = {{ }}; }}");
    let one = parse(&text("1"));
    let two = parse_again(&text("[ x ]"), &one.hir);
    let three = parse_again(&text("1"), &two.hir);
    let four = parse_again(&text("2"), &three.hir);
    assert!(four.hir.same_shape(&three.hir));
    assert!(three.hir.exprs().len() <= one.hir.exprs().len() + 3);
}

#[test]
fn numbers_do_not_pile_up() {
    let mut hir = parse("{ a = [ ]; }").hir;
    let mut most = 0;
    for edit in 0..9_000 {
        let file = parse_again(&format!("{{ a = [ {} ]; }}", "x ".repeat(edit % 2)), &hir);
        most = most.max(file.hir.exprs().len());
        hir = file.hir;
    }
    assert!((3_000..4_500).contains(&most), "{most} numbers");
}

/// Every place still has a node, of the same text.
fn places(file: &ParsedFile, text: &str) -> Vec<Option<(u32, u32)>> {
    (0..text.len() as u32)
        .map(|at| {
            let range = file.map.range(file.map.expr_at(TextSize::new(at))?);
            Some((range.start().into(), range.end().into()))
        })
        .collect()
}

#[test]
fn places_are_found() {
    let before = "{ pkgs, ... }: { a.b = with pkgs; [ c \"x${d}y\" ]; inherit (e) f; }";
    let after = "{ pkgs, z ? 1, ... }: { a.b = with pkgs; [ q c \"x${d}yz\" ]; inherit (e) g f; }";
    let file = parse_again(after, &parse(before).hir);
    assert_eq!(places(&file, after), places(&parse(after), after));
}
