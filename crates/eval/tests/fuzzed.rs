//! The bounded twin of the example `fuzz`: mutated files are parsed, lowered, evaluated and printed without a panic,
//! and within the bounds that were given.

#[path = "support/mutate.rs"]
mod mutate;

use mutate::{LIMITS, Step, corpus, dictionary, mutate, run};
use proptest::prelude::*;
use std::sync::OnceLock;

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (any::<u8>(), any::<u32>(), any::<u16>(), any::<u32>());
    let step = step.prop_map(|(kind, at, length, other)| Step {
        kind,
        at,
        length,
        other,
    });
    prop::collection::vec(step, 1..6)
}

#[track_caller]
fn survives(text: &[u8]) {
    let outcome = run(text);
    assert!(outcome.steps <= LIMITS.fuel + 1000, "{} steps", outcome.steps);
    assert!(outcome.bytes <= 2 * LIMITS.bytes, "{} bytes", outcome.bytes);
    assert!(outcome.printed <= 8 << 20, "{} bytes", outcome.printed);
    assert!(!outcome.kind.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_file_says(from in any::<prop::sample::Index>(), steps in steps()) {
        static START: OnceLock<(Vec<Vec<u8>>, Vec<String>)> = OnceLock::new();
        let (corpus, words) = START.get_or_init(|| (corpus(), dictionary()));
        let mut text = corpus[from.index(corpus.len())].clone();
        mutate(&mut text, &steps, corpus, words);
        survives(&text);
    }

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
