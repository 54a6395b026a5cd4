//! Random edits of our own systems, new lines and half-written ones among them: a host that remembers what was before
//! answers as a fresh one does.

use std::path::PathBuf;

#[test]
fn after_random_edits_a_host_answers_as_a_fresh_one() {
    let testdata = nixpod_xtask::root().join("testdata");
    let trees: Vec<PathBuf> = [
        "sample",
        "corpus/app-isolation/bad",
        "corpus/nested-podman/bad",
        "corpus/rootless-quadlets/bad",
        "corpus/user-containers/bad",
        "corpus/shared-store/bad",
    ]
    .into_iter()
    .map(|tree| testdata.join(tree))
    .filter(|tree| tree.is_dir())
    .collect();
    assert!(trees.len() >= 5);
    match nixpod_xtask::edits::edits(60, &trees) {
        Ok(told) => assert!(
            told.contains("60 edits") && !told.contains("edits, 0 of"),
            "{told}"
        ),
        Err(error) => panic!("{error:#}"),
    }
}
