//! What we say that engines are told, held against the recordings from the real modules.

use nixpod_xtask::{commands, root};

/// So many of a thousand known words may be left open.
const OPEN_OF_THOUSAND: usize = 9;

#[test]
fn the_words_are_those_of_the_real_modules() {
    let all = commands::compare(&root()).expect("the recordings can be read");
    assert!(
        all.differences.is_empty(),
        "{all}:\n{}",
        all.differences.join("\n")
    );
    assert!(all.specs >= 1000, "{all}");
    assert!(
        all.holes * 1000 <= all.words * OPEN_OF_THOUSAND,
        "{all}:\n{}",
        all.open.join("")
    );
}
