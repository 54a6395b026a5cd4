//! What reading and parsing alone cost: `floor PATH...` reads all `.nix` files and parses them with rnix on one thread.
//!
//! `benches/compare.sh` measures the linter against it. Nothing that looks at syntax can be faster for long.

use std::path::{Path, PathBuf};

fn walk(path: &Path, out: &mut Vec<PathBuf>) {
    let Ok(metadata) = std::fs::symlink_metadata(path) else {
        return;
    };
    if metadata.is_dir() {
        let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
        for entry in entries.filter(|entry| entry.file_name() != ".git") {
            walk(&entry.path(), out);
        }
    } else if metadata.is_file() && path.extension().is_some_and(|end| end == "nix") {
        out.push(path.to_owned());
    }
}

#[expect(clippy::print_stdout, reason = "an example prints")]
fn main() {
    let mut files = Vec::new();
    for path in std::env::args_os().skip(1) {
        walk(Path::new(&path), &mut files);
    }
    let (mut bytes, mut errors) = (0, 0);
    for file in &files {
        let Ok(text) = std::fs::read(file) else { continue };
        bytes += text.len();
        let parsed = rnix::Root::parse(&String::from_utf8_lossy(&text));
        errors += usize::from(!parsed.errors().is_empty());
    }
    println!("{} files, {bytes} bytes, {errors} with errors", files.len());
}
