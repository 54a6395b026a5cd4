use super::{Cursor, Writing};
use expect_test::{Expect, expect};
use std::fmt::Write as _;
use text_size::TextSize;

/// Looks at the place of `|` in each text.
fn check(texts: &[&str], expected: &Expect) {
    let mut out = String::new();
    for text in texts {
        let at = text.find('|').unwrap();
        let cursor = Cursor::new(&text.replacen('|', "", 1), TextSize::new(at as u32));
        let path: Vec<&str> = cursor
            .path
            .iter()
            .map(|name| name.as_deref().unwrap_or("*"))
            .collect();
        let word = &text.replacen('|', "", 1)[std::ops::Range::<usize>::from(cursor.word)];
        let list = if cursor.in_list { " in a list" } else { "" };
        let _ = write!(
            out,
            "{text}: {:?}{list} at {} word {word:?}",
            cursor.writing,
            path.join(".")
        );
        if !cursor.siblings.is_empty() && cursor.writing == Writing::Name {
            let _ = write!(out, " beside {}", cursor.siblings.join(" "));
        }
        if !cursor.elements.is_empty() {
            let _ = write!(out, " after {:?}", cursor.elements);
        }
        out.push('\n');
    }
    expected.assert_eq(&out);
}

#[test]
fn names_of_unfinished_sets() {
    check(
        &[
            "{ containers.web.|",
            "{ containers.web.pri|",
            "{ containers.web = { |",
            "{ containers.web = { pri|v; a = 1; \"b\".c = 2; d",
            "{ lib, ... }: { containers.web = { a = 1; b.c = [ { x = 1; } ]; p|; e = 1; } ; z = 1; }",
            "{ containers.\"a b\".${c}.d.|",
            "{ containers = lib.mkIf config.a.b { web = { | } ; }; }",
            "{ containers = lib.mkMerge [ (mkIf a { web.| }) ]; }",
            "{ containers = lib.genAttrs [ \"a\" ] (name: { | }); }",
            "{ containers = lib.mapAttrs (n: v: v // { | }) x; }",
            "{ containers.web = make { | }; }",
            "{ containers.web = make (x) { | }; }",
            "{ nixosConfigurations.a = lib.nixosSystem { modules = [ ./a.nix { containers.web.| } ]; }; }",
            "{ containers.web = with lib; assert a; { | }; }",
            "let x = { | }; in { }",
            "let x = 1; in { containers.web = let y = 2; in { | }; }",
            "{ containers.web.config = { ... }: { virtualisation.| }; }",
            "{ a = 1; b| }",
            "{ a b| }",
            "{ a |",
            "{ inherit a|; }",
            "{ a = ( b; c.|",
            "{ a = rec { b.|",
        ],
        &expect![[r#"
            { containers.web.|: Name at containers.web word ""
            { containers.web.pri|: Name at containers.web word "pri"
            { containers.web = { |: Name at containers.web word ""
            { containers.web = { pri|v; a = 1; "b".c = 2; d: Name at containers.web word "priv" beside a b
            { lib, ... }: { containers.web = { a = 1; b.c = [ { x = 1; } ]; p|; e = 1; } ; z = 1; }: Name at containers.web word "p" beside a b e
            { containers."a b".${c}.d.|: Name at containers.a b.*.d word ""
            { containers = lib.mkIf config.a.b { web = { | } ; }; }: Name at containers.web word ""
            { containers = lib.mkMerge [ (mkIf a { web.| }) ]; }: Name at containers.web word ""
            { containers = lib.genAttrs [ "a" ] (name: { | }); }: Name at containers.* word ""
            { containers = lib.mapAttrs (n: v: v // { | }) x; }: Name at containers.* word ""
            { containers.web = make { | }; }: Name at  word ""
            { containers.web = make (x) { | }; }: Name at  word ""
            { nixosConfigurations.a = lib.nixosSystem { modules = [ ./a.nix { containers.web.| } ]; }; }: Name at modules.containers.web word ""
            { containers.web = with lib; assert a; { | }; }: Name at containers.web word ""
            let x = { | }; in { }: Name at let.x word ""
            let x = 1; in { containers.web = let y = 2; in { | }; }: Name at containers.web word ""
            { containers.web.config = { ... }: { virtualisation.| }; }: Name at containers.web.config.virtualisation word ""
            { a = 1; b| }: Name at  word "b" beside a
            { a b| }: Name at  word "b"
            { a |: Other at  word ""
            { inherit a|; }: Value at inherit word "a"
            { a = ( b; c.|: Other at a word ""
            { a = rec { b.|: Name at a.b word ""
        "#]],
    );
}

#[test]
fn values_and_texts() {
    check(
        &[
            "{ containers.web.privateUsers = |; }",
            "{ containers.web.privateUsers = pi|ck; }",
            "{ containers.web.privateUsers = \"pi|\"; }",
            "{ containers.web.privateUsers = lib.mkForce \"|",
            "{ containers.web.privateUsers = lib.mkForce |",
            "{ a = b.|",
            "{ a = [ \"--network\" \"ho|\" \"x\" ]; }",
            "{ a = [ \"--cap-add\" x (f \"y\") \"|",
            "{ a = [ | ]; }",
            "{ a.text = ''\n  [Container]\n  Im|age=x\n''; }",
            "{ a = \"x${b.|}y\"; }",
            "{ a = \"x${b}y|\"; }",
            "{ \"a|\" = 1; }",
            "{ # nixpod: ignore[a, |",
            "{ # x\n | }",
            "{ /* nixpod: ignore[|] */ }",
            "|",
            "{ a = '' it''s ''${x} | ''; }",
        ],
        &expect![[r##"
            { containers.web.privateUsers = |; }: Value at containers.web.privateUsers word ""
            { containers.web.privateUsers = pi|ck; }: Value at containers.web.privateUsers word "pick"
            { containers.web.privateUsers = "pi|"; }: Text("pi") at containers.web.privateUsers word ""
            { containers.web.privateUsers = lib.mkForce "|: Text("") at containers.web.privateUsers word ""
            { containers.web.privateUsers = lib.mkForce |: Value at containers.web.privateUsers word ""
            { a = b.|: Other at a word ""
            { a = [ "--network" "ho|" "x" ]; }: Text("ho") in a list at a word "" after ["--network"]
            { a = [ "--cap-add" x (f "y") "|: Text("") in a list at a word "" after ["--cap-add"]
            { a = [ | ]; }: Element in a list at a word ""
            { a.text = ''
              [Container]
              Im|age=x
            ''; }: Text("\n  [Container]\n  Im") at a.text word "age"
            { a = "x${b.|}y"; }: Other at ${ word ""
            { a = "x${b}y|"; }: Text("y") at a word ""
            { "a|" = 1; }: Other at  word ""
            { # nixpod: ignore[a, |: Comment("# nixpod: ignore[a, ") at  word ""
            { # x
             | }: Name at  word ""
            { /* nixpod: ignore[|] */ }: Comment("/* nixpod: ignore[") at  word ""
            |: Other at  word ""
            { a = '' it''s ''${x} | ''; }: Text(" ") at a word ""
        "##]],
    );
}

#[test]
fn every_place_of_any_text_has_an_answer() {
    let text = "{ a ? \"x${y}\", ... }@b: let c = ''d''${''\\n''; in rec { inherit (c) d; \"e\".${f} = [ 1.5 (g: g) ./h <i> ]; } // { } # j\n/* k */ ü";
    for (at, _) in text.char_indices() {
        for from in text
            .char_indices()
            .map(|(from, _)| from)
            .filter(|from| *from <= at)
        {
            let _ = Cursor::new(&text[from..], TextSize::new((at - from) as u32));
        }
    }
}
