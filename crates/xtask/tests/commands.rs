//! What we say that engines are told, held against the recordings from the real modules.

use nixpod_xtask::commands::{FOLDER, compare::Comparison, golden};
use nixpod_xtask::root;
use std::fs;
use std::path::PathBuf;

/// So many of a thousand known words may be left open.
const OPEN_OF_THOUSAND: usize = 9;

#[test]
fn the_words_are_those_of_the_real_modules() {
    let mut files: Vec<PathBuf> = fs::read_dir(root().join(FOLDER))
        .expect("the recordings are there")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|end| end == "txt"))
        .collect();
    files.sort();
    let mut all = Comparison::default();
    for file in files {
        let goldens = golden::parse(&fs::read_to_string(&file).expect("a recording"));
        all.add(&goldens);
        all.add_owned(&root(), &goldens);
    }
    assert!(
        all.differences.is_empty(),
        "{} of {} containers differ, {all:.0?}",
        all.differences.len(),
        all.containers
    );
    assert!(all.specs >= 1000, "only {} specs", all.specs);
    assert!(
        all.holes * 1000 <= all.words * OPEN_OF_THOUSAND,
        "{} of {} words are left open:\n{}",
        all.holes,
        all.words,
        all.open.join("")
    );
}
