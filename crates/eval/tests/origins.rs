//! Origins: a value points at the literal that wrote it, through functions, files and indented strings.

use expect_test::{Expect, expect};
use nixpod_eval::{Evaluator, Limits, NixString, OriginId, Source, Tracked, Value};
use nixpod_fixture::TestSource;
use nixpod_source::Utf8Path;

/// Where a piece of the result string is written, and the trail from there.
fn check(files: &[(&str, &str)], piece: &str, expected: Expect) {
    let source = TestSource::memory(files);
    let mut ev = Evaluator::new(&source, Limits::default());
    let loaded = source.load(Utf8Path::new("/main.nix")).unwrap();
    let thunk = ev.add_unit(loaded.file, loaded.hir, &loaded.path);
    let value = ev.force(thunk).unwrap();
    let shown = match &value.value {
        Value::String(string) => {
            let (origin, start) = locate(string, &value, piece);
            show(&ev, &source, origin, Some((start, start + piece.len() as u32)))
        }
        _ => show(&ev, &source, value.origin, None),
    };
    expected.assert_eq(&shown);
}

/// The origin of a piece of text, and where in the literal it begins.
fn locate(string: &NixString, value: &Tracked, piece: &str) -> (OriginId, u32) {
    let at = string.text.find(piece).expect("the piece is in the text");
    let mut before = 0;
    for part in string.pieces(value.origin) {
        let end = before + part.len as usize;
        if part.hole.is_none() && (before..end).contains(&at) {
            return (part.origin, part.offset + (at - before) as u32);
        }
        before = end;
    }
    panic!("no part holds it");
}

fn show(ev: &Evaluator<'_>, source: &TestSource, origin: OriginId, within: Option<(u32, u32)>) -> String {
    let trail = match within {
        Some((start, end)) => ev.trail_within(origin, start, end),
        None => ev.trail(origin),
    };
    let mut out = String::new();
    for (at, hop) in trail.hops.iter().enumerate() {
        let place = match (at, within) {
            (0, Some((start, end))) if hop.place.within == Some((start, end)) => {
                source.show_within(hop.place.site, start, end)
            }
            _ => source
                .show(hop.place.site)
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned(),
        };
        out.push_str(&format!("{:?} {place}\n", hop.kind));
    }
    out
}

#[test]
fn inside_an_indented_string_inside_a_function_in_another_file() {
    check(
        &[
            ("/main.nix", "let lib = import ./lib.nix; in lib.service \"web\""),
            (
                "/lib.nix",
                "{\n  service = name: ''\n    [Container]\n    Image=${name}\n    PodmanArgs=--privileged\n  '';\n}\n",
            ),
        ],
        "--privileged",
        expect![[r#"
            Literal /lib.nix:5:16 --privileged
        "#]],
    );
}

#[test]
fn the_interpolated_piece_is_the_callers() {
    check(
        &[(
            "/main.nix",
            "let f = name: ''\n    Image=${name}\n  ''; in f \"docker.io/x\"",
        )],
        "docker.io/x",
        expect![[r#"
            Literal /main.nix:3:13 docker.io/x
            Call /main.nix:3:10 f "docker.io/x"
            Binding /main.nix:2:13 name
            Interpolation /main.nix:1:15 ''
        "#]],
    );
}

#[test]
fn through_lists_sets_and_string_functions() {
    check(
        &[(
            "/main.nix",
            "let\n  flags = [ \"--cap-add=ALL\" ] ++ [ \"-v\" ];\n  set = { inherit flags; } // { other = 1; };\nin builtins.concatStringsSep \" \" (map (x: \"x \" + x) set.flags)",
        )],
        "--cap-add",
        expect![[r#"
            Literal /main.nix:2:14 --cap-add
            Call /main.nix:4:35 map (x: "x " + x) set.flags
            Binding /main.nix:4:50 x
        "#]],
    );
    check(
        &[(
            "/main.nix",
            "builtins.substring 2 4 (builtins.replaceStrings [ \"a\" ] [ \"bb\" ] \"xayzw\")",
        )],
        "yz",
        expect![[r#"
            Literal /main.nix:1:69 yz
        "#]],
    );
    check(
        &[(
            "/main.nix",
            "builtins.elemAt (builtins.match \"([a-z]+)=(.*)\" \"key=value\") 1",
        )],
        "value",
        expect![[r#"
            Literal /main.nix:1:54 value
        "#]],
    );
    check(
        &[
            (
                "/main.nix",
                "(builtins.fromJSON (builtins.readFile ./a.json)).key",
            ),
            ("/a.json", "{\"key\": \"secret\"}"),
        ],
        "secret",
        expect![[r#"
            Literal /main.nix:1:39 ./a.json
            Import /main.nix:1:21 builtins.readFile ./a.json
        "#]],
    );
}

#[test]
fn numbers_and_booleans_have_them_too() {
    check(
        &[(
            "/main.nix",
            "let cfg = { port = 80; }; f = { port, ... }: port; in f cfg",
        )],
        "",
        expect![[r#"
            Literal /main.nix:1:20 80
            Call /main.nix:1:55 f cfg
            Binding /main.nix:1:46 port
            Call /main.nix:1:55 f cfg
        "#]],
    );
}
