//! Suppression comments to mutate, and what must hold of how any text's are read: used by the example `fuzz-comments` and
//! by the bounded test of the same.

use nixpod_fixture::fuzz::{Outcome, Target};
use nixpod_syntax::{ParsedFile, parse, parse_quickly, parse_slowly};

const TEXTS: [&str; 8] = [
    "# nixpod: ignore-file[a-rule, other] the reason\n{ a = 1; }",
    "{\n  # nixpod: ignore[a-rule] the reason\n  a = { b = [ 1 2 ]; };\n}",
    "{ a = [\n    1 # nixpod: ignore[a-rule]\n    \"b\" /* nixpod: ignore[x, y] two\n words */ ];\n}",
    "let a = 1; # nixpod: ignore[x]: because\n in { inherit a; ${a} = ''\n # nixpod: ignore[no]\n''; }",
    "{ a = f (x: # nixpod: ignore[x] - one\n x) { b = 1; }; # nixpod: ignore[y]\n # nixpod: ignore[z]\n c.d = 2; }",
    "/** nixpod: ignore[x] */ { lib, ... }: /* nixpod-lint: ignore[x] */ with lib; { a = \"${b /* nixpod: ignore[x] */}\"; }",
    "# nixpod: nothing\n# nixpod: ignore\n# nixpod: ignore[\n# nixpod: ignore[]\n# nixpod: ignore[A]\n[ ]",
    "{ \u{e9} = 1; }\r\n# nixpod: ignore[x] \u{1f980}\r\n",
];

const WORDS: &str = "# ## /* */ /** nixpod nixpod: nixpod-lint: ignore ignore[ ignore[x] ignore-file ignore-file[x] [ ] , : - \u{2014} \
    { } ( ) = ; a b.c x: \" '' ${ let in with rec inherit 1 ./. \n \r\n \t \u{e9} \u{1f980} \u{feff} \u{2028}";

/// Reading of suppression comments.
pub(crate) fn target() -> Target {
    let words = WORDS.split(' ').filter(|word| !word.is_empty());
    Target {
        extension: "nix",
        corpus: TEXTS.map(|text| text.as_bytes().to_vec()).to_vec(),
        words: words.map(str::to_owned).collect(),
        longest: 1024,
        run,
    }
}

/// Reads a text both ways.
fn run(bytes: &[u8]) -> Outcome {
    let text = String::from_utf8_lossy(bytes);
    let quick = parse_quickly(&text);
    let slow = parse_slowly(&text);
    let file = parse(&text);
    let fault = match &quick {
        Some(quick) if *quick != slow => Some("is read in two ways".to_owned()),
        _ => wrong(&text, &file),
    };
    let found = &file.suppressions;
    let kinds: Vec<_> = found.items.iter().map(|item| item.kind).collect();
    let problems: Vec<&String> = found.malformed.iter().map(|(_, problem)| problem).collect();
    let kind = format!("{kinds:?} {problems:?} {}", quick.is_some());
    Outcome {
        kind: kind.chars().take(80).collect(),
        fault,
        used: vec![("comments", (kinds.len() + problems.len()) as u64)],
    }
}

/// What does not hold of what was found.
fn wrong(text: &str, file: &ParsedFile) -> Option<String> {
    for item in &file.suppressions.items {
        let comment = text.get(std::ops::Range::<usize>::from(item.comment));
        if !comment.is_some_and(|comment| comment.starts_with(['#', '/'])) {
            return Some(format!("{:?} is no comment", item.comment));
        }
        if text.get(std::ops::Range::<usize>::from(item.covers)).is_none() {
            return Some(format!("{:?} is not in the text", item.covers));
        }
        for (name, range) in &item.rules {
            if text.get(std::ops::Range::<usize>::from(*range)) != Some(name.as_str()) {
                return Some(format!("{range:?} is not `{name}`"));
            }
        }
    }
    let malformed = file.suppressions.malformed.iter();
    let mut outside =
        malformed.filter(|(range, _)| text.get(std::ops::Range::<usize>::from(*range)).is_none());
    outside
        .next()
        .map(|(range, _)| format!("{range:?} is not in the text"))
}
