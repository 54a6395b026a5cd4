//! From an edit to its findings, as an editor sees it: in one file, and in a flake of 500 modules.
//!
//! Criterion gives means; what a user feels is the slow end, so this one prints percentiles. `--test` makes a few edits
//! only, to see that it runs; any other word chooses the rows that contain it.

#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

mod generate;

use generate::{ROOT, flake, module, part};
use nixpod_analysis::{AnalysisHost, FileSystem, MemoryFileSystem, Utf8PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The program's own allocator, which matters here.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let edits = if std::env::args().any(|arg| arg == "--test") {
        3
    } else {
        200
    };
    println!("edit to findings, {edits} edits");
    println!(
        "{:<34} {:>9} {:>9} {:>9} {:>9} {:>6}",
        "", "first", "p50", "p95", "max", "fresh"
    );
    for lines in [300, 2_000] {
        let path = Utf8PathBuf::from(format!("{ROOT}/configuration.nix"));
        let plain = module(lines, "label");
        for (what, old) in [
            (UNREAD, "\"label\""),
            (READ, "\"/srv/data\""),
            (INNER, "isReadOnly = false;"),
        ] {
            let files = MemoryFileSystem::default();
            files.write(&path, plain.clone());
            let text = |new: &str| typed(&plain, what, old, new);
            measure(
                &format!("{lines} lines, {what}"),
                Arc::new(files),
                &path,
                edits,
                &text,
            );
        }
    }
    let plain = part(0, "label");
    for (what, old) in [
        (UNREAD, "\"label\""),
        (READ, "\"/srv/part0\""),
        (INNER, "autoStart = lib.mkDefault true;"),
        (OUTER, "config = lib.mkIf"),
        ("a comment", "{ config"),
    ] {
        let (files, path) = flake(500);
        let text = |new: &str| match what {
            "a comment" => format!("# {new}\n{plain}"),
            _ => typed(&plain, what, old, new),
        };
        measure(&format!("500 modules, {what}"), files, &path, edits, &text);
    }
}

/// What most of a configuration is: nothing that the analysis looks at depends on it.
const UNREAD: &str = "text nobody reads";

/// A path that a bind mount is made from.
const READ: &str = "text that is read";

/// A line in the set of a container.
const INNER: &str = "a line in a container";

/// A line in the set of the whole module.
const OUTER: &str = "a line in the module";

/// The text with an edit in it.
fn typed(plain: &str, what: &str, old: &str, new: &str) -> String {
    match what {
        INNER if old.contains("isReadOnly") => plain.replacen(old, &format!("mountPoint = {new}; {old}"), 1),
        INNER => plain.replacen(old, &format!("timeoutStartSec = {new}; {old}"), 1),
        OUTER => plain.replacen(old, &format!("options.farm.edited = {new}; {old}"), 1),
        _ => plain.replacen(old, new, 1),
    }
}

/// Types into a file and waits for its findings each time.
fn measure(
    what: &str,
    files: Arc<dyn FileSystem>,
    path: &Utf8PathBuf,
    edits: usize,
    text: &dyn Fn(&str) -> String,
) {
    let mut wanted = std::env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with("--"))
        .peekable();
    if wanted.peek().is_some() && !wanted.any(|word| what.contains(&word)) {
        return;
    }
    let mut host = AnalysisHost::new(nixpod_rules::ALL, files);
    host.set_project(Utf8PathBuf::from(ROOT));
    let start = Instant::now();
    let before = host.analysis().diagnostics(path).len();
    let first = start.elapsed();
    let mut times = Vec::with_capacity(edits);
    let plain = host
        .analysis()
        .text(host.analysis().file_id(path).expect("the edited file"));
    for edit in 0..edits {
        let text = match (what.contains("a line"), edit % 2) {
            // A new line is taken out again.
            (true, 1) => plain.to_string(),
            _ => text(&format!("\"/edit/{edit}\"")),
        };
        let start = Instant::now();
        host.set_buffer(path.clone(), Some(text));
        let found = host.analysis().diagnostics(path).len();
        times.push(start.elapsed());
        assert_eq!(found, before, "the edit changes no finding");
    }
    times.sort();
    let percentile = |percent: usize| times[(times.len() - 1) * percent / 100];
    let [p50, p95, max] = [percentile(50), percentile(95), percentile(100)].map(millis);
    // How often the whole root was evaluated anew.
    let fresh = host.evaluations() - host.renewals() - 1;
    println!(
        "{what:<34} {:>9} {p50:>9} {p95:>9} {max:>9} {fresh:>6}",
        millis(first)
    );
}

fn millis(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}
