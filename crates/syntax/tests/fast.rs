//! The quick way of lowering gives up, or gives what the slow one gives.

#[path = "support/words.rs"]
mod words;

use nixpod_syntax::{parse_quickly, parse_slowly};
use proptest::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};
use words::WORDS;

/// Does it take the quick way? Then both have to agree.
fn agrees(text: &str) -> bool {
    let quick = parse_quickly(text);
    let took_it = quick.is_some();
    if let Some(quick) = quick {
        assert_eq!(quick, parse_slowly(text), "{text}");
    }
    took_it
}

fn nix_files(directory: &Path, out: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    for path in entries.map(|entry| entry.path()) {
        if path.is_dir() {
            nix_files(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "nix") {
            out.push(path);
        }
    }
}

fn own_texts() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = Vec::new();
    nix_files(&root.join("testdata"), &mut files);
    nix_files(&root.join("crates"), &mut files);
    files.sort();
    files
        .iter()
        .filter_map(|file| fs::read_to_string(file).ok())
        .collect()
}

#[test]
fn files_take_the_quick_way() {
    let texts = own_texts();
    assert!(texts.len() > 50);
    let quick = texts.iter().filter(|text| agrees(text)).count();
    assert!(quick * 10 > texts.len() * 8, "{quick} of {}", texts.len());
}

#[test]
fn changed_files_agree() {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = |bound: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as usize % bound
    };
    for text in own_texts().iter().filter(|text| text.len() < 3_000) {
        for _ in 0..20 {
            let cuts: Vec<usize> = (0..=text.len()).filter(|at| text.is_char_boundary(*at)).collect();
            let first = random(cuts.len());
            let last = (first + random(3)).min(cuts.len() - 1);
            let mut changed = text.clone();
            changed.replace_range(cuts[first]..cuts[last], WORDS[random(WORDS.len())]);
            agrees(&changed);
        }
    }
}

/// Where nothing but a comment stands between two tokens, or within one.
#[test]
fn suppressions_at_any_place_agree() {
    let texts: Vec<String> = own_texts()
        .into_iter()
        .filter(|text| text.len() < 2_000)
        .collect();
    for (index, text) in texts.iter().enumerate() {
        let gaps = text.char_indices().filter(|(_, c)| c.is_whitespace());
        for (at, _) in gaps.skip(index % 41).step_by(41) {
            for comment in [
                " # nixpod: ignore[a] b",
                "\n  # nixpod: ignore[a] b\n  ",
                "/* nixpod: ignore[a] */ ",
            ] {
                let mut changed = text.clone();
                changed.insert_str(at, comment);
                agrees(&changed);
            }
        }
    }
}

/// Random words came upon it once.
#[test]
fn an_indented_string_as_a_name_agrees() {
    agrees("__curPos?''\n  q\n ''");
}

/// nixpkgs' `lib` inherits `"or"`, which is a keyword without quotation marks.
#[test]
fn quoted_names_are_inherited_quickly() {
    for text in [
        "{ inherit (a) b \"or\" c \"d\" ${\"e\"}; inherit \"f\"; }",
        "let inherit (a.b) \"c\"; in c",
        "{ inherit /* nixpod: ignore[rule] why */ (f [ 1 ]) \"a\"; # nixpod: ignore[rule] why\n}",
    ] {
        assert!(agrees(text), "{text}");
    }
    for text in [
        "{ inherit (a) \"b${c}\"; }",
        "{ inherit a \"a\"; }",
        "{ inherit (a) ''b''; }",
    ] {
        agrees(text);
    }
}

#[test]
fn what_is_refused_for_its_size_is_not_accepted() {
    for (before, piece, after) in [
        ("", "[ ", ""),
        ("", "a: ", "a"),
        ("", "if a then b else ", "c"),
        ("", "!", "a"),
        ("", "- ", "a"),
        ("a", " + a", ""),
        ("a", " ++ a", ""),
        ("f", " a", ""),
        ("", "(f a b c d e f g h i j) ", ""),
        ("a", ".a", ""),
        ("[", "(f a b c) ", "]"),
        ("{", "a = f b; ", "}"),
        ("{ x = ", "f { a = b; } ", "; }"),
        ("\"", "${a} ", "\""),
        ("\"", "abc/", "\""),
    ] {
        for count in [10, 100, 1_000, 5_000, 20_000] {
            agrees(&format!("{before}{}{after}", piece.repeat(count)));
        }
    }
}

proptest! {
    #[test]
    fn any_words_agree(words in prop::collection::vec((prop::sample::select(WORDS), any::<bool>()), 0..14)) {
        let words = words.iter().map(|(word, space)| if *space { format!("{word} ") } else { (*word).to_owned() });
        agrees(&words.collect::<String>());
    }
}
