//! What a host remembers from before an edit must never show: after each edit it answers as a new one does.
//!
//! Every string of our own systems is changed, one by one. Those that the analysis never looked at must not make it
//! evaluate anything again.

use nixpod_analysis::{AnalysisHost, FileSystem, MemoryFileSystem, Report, Utf8PathBuf};
use nixpod_source::ExprId;
use nixpod_syntax::hir::{Expr, StrPart};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

const ROOT: &str = "/system";

/// The files of a system below `testdata/`.
fn system(folder: &str) -> Vec<(Utf8PathBuf, String)> {
    let mut out = Vec::new();
    let base = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("testdata")
        .join(folder);
    let mut todo = vec![base.clone()];
    while let Some(directory) = todo.pop() {
        for entry in std::fs::read_dir(directory).expect("a folder of the system") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                todo.push(path);
            } else if let Ok(text) = std::fs::read_to_string(&path) {
                let name = path.strip_prefix(&base).expect("a file of the system");
                out.push((Utf8PathBuf::from(ROOT).join(name.to_str().expect("UTF-8")), text));
            }
        }
    }
    out.sort();
    out
}

fn disk_of(files: &[(Utf8PathBuf, String)]) -> Arc<MemoryFileSystem> {
    let disk = MemoryFileSystem::default();
    for (path, text) in files {
        disk.write(path.clone(), text.clone());
    }
    Arc::new(disk)
}

fn host(fs: &Arc<MemoryFileSystem>) -> AnalysisHost {
    let fs: Arc<dyn FileSystem> = Arc::clone(fs) as Arc<dyn FileSystem>;
    let mut host = AnalysisHost::new(nixpod_rules::ALL, fs);
    host.set_project(Utf8PathBuf::from(ROOT));
    host
}

fn check(host: &AnalysisHost) -> Report {
    host.analysis().check(&[Utf8PathBuf::from(ROOT)])
}

/// The strings without interpolation, in double quotes.
fn strings(text: &str) -> Vec<Range<usize>> {
    let parsed = nixpod_syntax::parse(text);
    let mut out: Vec<Range<usize>> = Vec::new();
    for (index, expr) in parsed.hir.exprs().iter().enumerate() {
        let plain = matches!(expr, Expr::Str(parts) if matches!(&**parts, [StrPart::Text(_)]));
        let range = Range::<usize>::from(parsed.map.range(ExprId(index as u32)));
        if plain
            && text
                .get(range.clone())
                .is_some_and(|literal| literal.starts_with('"'))
        {
            out.push(range);
        }
    }
    out
}

#[test]
fn after_an_edit_a_host_answers_as_a_new_one() {
    let (mut unread, mut read, mut renewed) = (0, 0, 0u64);
    for folder in [
        "sample",
        "corpus/app-isolation/bad",
        "corpus/nested-podman/bad",
        "corpus/rootless-quadlets/bad",
        "corpus/user-containers/bad",
    ] {
        let files = system(folder);
        let mut old = host(&disk_of(&files));
        let before = check(&old);
        for (path, text) in files.iter().filter(|(path, _)| path.extension() == Some("nix")) {
            for range in strings(text) {
                let mut edited = text.clone();
                edited.replace_range(range.clone(), "\"edited\"");
                let evaluations = old.evaluations();
                old.set_buffer(path.clone(), Some(edited.clone()));
                let after = check(&old);
                if old.evaluations() == evaluations {
                    unread += 1;
                } else {
                    read += 1;
                }
                let other = disk_of(&files);
                other.write(path.clone(), edited);
                assert!(after == check(&host(&other)), "{folder}{path}: {}", &text[range]);
                old.set_buffer(path.clone(), Some(text.clone()));
                assert!(check(&old) == before, "{folder}{path}: back again");
            }
        }
        renewed += old.renewals();
    }
    assert!(
        unread >= 40,
        "of {} strings only {unread} are not read",
        unread + read
    );
    assert!(read >= 50, "of {} strings only {read} are read", unread + read);
    // Each of these is changed and changed back.
    assert!(
        renewed >= 3 * read / 2,
        "{renewed} of {} evaluations kept the heap",
        2 * read
    );
}
