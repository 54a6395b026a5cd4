//! The bounded twin of the example `fuzz-nix`: mutated files are parsed, lowered, evaluated and printed without a panic,
//! and within the bounds that were given.

#[path = "support/mutate.rs"]
mod mutate;

use mutate::{run, target};
use proptest::prelude::*;

#[test]
fn whatever_a_file_says() {
    target().short(1, 300);
}

#[track_caller]
fn survives(text: &[u8]) {
    let outcome = run(text);
    assert_eq!(outcome.fault, None, "{}", outcome.kind);
    assert!(!outcome.kind.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_bytes_are(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        survives(&bytes);
    }
}

/// What the long runs found, and what is likely to be found.
#[test]
fn found_before() {
    for text in [
        "let f = { __functor = f; }; in f 0",
        "let f = { __functor = f; }; in map f [ 1 2 3 ]",
        "let f = { __toString = f; __functor = s: s; }; in \"${f}\"",
        "let s = { outPath = s; }; in \"${s}\"",
        "let l = [ l ]; in toString l",
        "let l = [ l ]; in [ (l == [ l ]) (builtins.toJSON l) ]",
        "let l = [ l ]; in l < l",
        "let s = { outPath = s; }; in [ (import s) ]",
        "let s = { outPath = s; }; in derivation { name = \"n\"; system = s; builder = [ s ]; }",
        "let s = { __toString = _: s; }; in builtins.toXML s",
        "let x = { a = x; }; in builtins.toXML x",
        "builtins.toXML builtins",
        "let s = builtins.toXML (builtins.genList (x: x) 900); in builtins.genList (_: s) 2000",
        "let s = builtins.toXML (builtins.genList (x: x) 900); in builtins.toJSON (builtins.genList (_: s) 2000)",
        "\u{feff}\0''${''\\",
    ] {
        survives(text.as_bytes());
    }
}
