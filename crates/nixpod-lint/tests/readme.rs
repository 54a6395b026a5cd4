//! The README shows what the program prints.

use snapbox::cmd::{Command, cargo_bin};
use std::fs;
use std::path::Path;

#[test]
fn the_output_in_the_readme_is_what_the_program_prints() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let block = readme
        .split("```console\n")
        .nth(1)
        .and_then(|rest| rest.split("\n```").next())
        .unwrap();
    let (command, shown) = block.split_once('\n').unwrap();
    let args: Vec<&str> = command
        .strip_prefix("$ nixpod-lint ")
        .unwrap()
        .split(' ')
        .collect();
    let output = Command::new(cargo_bin!("nixpod-lint"))
        .current_dir(root)
        .env_remove("CLICOLOR_FORCE")
        .args(args)
        .output()
        .unwrap();
    // The text after the block says what stands on standard error.
    let note = String::from_utf8(output.stderr).unwrap();
    assert!(
        note.starts_with("note: `testdata/sample` is part of a larger project"),
        "{note}"
    );
    let printed = String::from_utf8(output.stdout).unwrap();
    let printed: Vec<&str> = printed.trim_end().lines().map(str::trim_end).collect();
    assert_eq!(
        shown.lines().collect::<Vec<_>>(),
        printed,
        "update the output in README.md"
    );
}
