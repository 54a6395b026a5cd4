//! What a cold check costs as systems grow: time, allocations and the most memory in use at once. Modules grow in number,
//! each in a file of its own, and containers in one file, as the commands ask for them.
//!
//! One thread, so that the counts are exact and the same in each run; the time is the best of several. `--test` takes
//! small numbers only, to see that it runs.

#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

mod generate;

use allocation_counter::AllocationInfo;
use generate::{ROOT, flake, in_one_file, options};
use nixpod_analysis::{Analysis, AnalysisHost, FileSystem, MemoryFileSystem, Report, Settings, Utf8PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What a command asks.
type Question = fn(&Analysis, &[Utf8PathBuf]) -> Report;

fn main() {
    let test = std::env::args().any(|arg| arg == "--test");
    println!(
        "{:<40} {:>10} {:>11} {:>13} {:>13} {:>10}",
        "", "ms", "us/one", "allocations", "per one", "peak MiB"
    );
    let sizes: &[usize] = if test { &[10, 20] } else { &[100, 1_000, 5_000] };
    for modules in sizes {
        let (files, _) = flake(*modules);
        measure(
            "modules with a container and a guest",
            *modules,
            &files,
            Analysis::check,
        );
    }
    let sizes: &[usize] = if test { &[10, 20] } else { &[100, 1_000, 10_000] };
    for modules in sizes {
        let files = options(*modules);
        measure(
            "modules with options of their own",
            *modules,
            &files,
            Analysis::check,
        );
    }
    let sizes: &[usize] = if test { &[10, 20] } else { &[250, 1_000, 4_000] };
    let commands: [(&str, Question); 3] = [
        ("concise", Analysis::check),
        ("json", Analysis::check_with_fixes),
        ("show", Analysis::show),
    ];
    for (command, question) in commands {
        for containers in sizes {
            let what = format!("containers in one file, {command}");
            measure(&what, *containers, &in_one_file(*containers), question);
        }
    }
}

fn measure(what: &str, number: usize, files: &Arc<MemoryFileSystem>, question: Question) {
    let mut best = Duration::MAX;
    let mut counts = AllocationInfo::default();
    for _ in 0..if number > 2_000 { 2 } else { 5 } {
        let start = Instant::now();
        counts = allocation_counter::measure(|| check(files, question));
        best = best.min(start.elapsed());
    }
    println!(
        "{:<40} {:>10.1} {:>11.1} {:>13} {:>13} {:>10.1}",
        format!("{number} {what}"),
        best.as_secs_f64() * 1e3,
        best.as_secs_f64() * 1e6 / number as f64,
        counts.count_total,
        counts.count_total / number as u64,
        counts.bytes_max as f64 / f64::from(1 << 20),
    );
}

fn check(files: &Arc<MemoryFileSystem>, question: Question) {
    let fs: Arc<dyn FileSystem> = Arc::clone(files) as Arc<dyn FileSystem>;
    let mut host = AnalysisHost::new(nixpod_rules::ALL, fs);
    host.set_settings(Settings {
        jobs: 1,
        ..Settings::default()
    });
    let root = Utf8PathBuf::from(ROOT);
    host.set_project(root.clone());
    let report = question(&host.analysis(), &[root]);
    assert!(
        report.not_analysed.is_empty(),
        "{:?}",
        report.not_analysed.first()
    );
    assert_eq!(report.roots.len(), 1);
}
