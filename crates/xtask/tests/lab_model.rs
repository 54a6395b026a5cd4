//! What engines showed of generated containers, as it was recorded, held against the model and the rules as they are now. No
//! engine is needed: `cargo xtask lab --model` asks them again.

use nixpod_xtask::lab::model::{Question, Runner, Tally, compare_recorded};
use std::collections::BTreeMap;

/// Of so many specs of each runner at most so many of a hundred may be refused by the engine.
fn recorded(question: Question, of_each: usize, refused: usize) -> BTreeMap<Runner, Tally> {
    let lab = nixpod_xtask::root().join("testdata/lab");
    let tallies = compare_recorded(&lab, question).expect("the recording is of these specs");
    for (runner, tally) in &tallies {
        let name = runner.name();
        assert!(
            tally.differences.is_empty(),
            "{name}: {tally}\n{}",
            tally.differences.join("\n")
        );
        assert_eq!(tally.specs, of_each, "{name}");
        assert!(tally.refused * 100 <= tally.specs * refused, "{name}: {tally}");
    }
    assert_eq!(tallies.len(), 3);
    tallies
}

#[test]
fn the_model_is_what_the_kernel_said() {
    for (runner, tally) in recorded(Question::Report, 300, 15) {
        // A model that says nothing would never be wrong.
        assert!(tally.open * 10 <= tally.facts, "{}: {tally}", runner.name());
        assert!(tally.facts >= tally.ran * 15, "{}: {tally}", runner.name());
    }
}

#[test]
fn what_reaches_the_host_is_found_by_a_rule() {
    for (runner, tally) in recorded(Question::Escapes, 100, 20) {
        // Containers that are never bad would need no rule.
        assert!(tally.broke_out >= 20, "{}: {tally}", runner.name());
    }
}
