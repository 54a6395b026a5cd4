//! Mutates the Nix files of the test data and evaluates what comes of it, with small bounds, for as long as is asked:
//! `cargo run --profile fuzz -p nixpod-eval --example fuzz -- SECONDS [SEED [FOLDER]]`.
//!
//! A panic, a run over two seconds or a bound that does not hold is a failure; the file is kept in FOLDER (else the
//! current one) as `fuzz-N.nix`. The file being run is always in FOLDER as `fuzz-current.nix`, for what ends the
//! process. Files that show an outcome not seen before join the corpus. `fuzz --replay FILE` runs one file.

#[path = "../tests/support/mutate.rs"]
mod mutate;

use mutate::{LIMITS, Step, corpus, dictionary, mutate, run};
use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A small generator of numbers (splitmix64): runs with the same seed are the same.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// How long this thread has run, where the system tells.
fn processor_time() -> Option<Duration> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace()
        .next()?
        .parse()
        .ok()
        .map(Duration::from_nanos)
}

/// The most memory that the process has used, in MiB.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok())
        .unwrap_or(0)
        / 1024
}

fn main() -> ExitCode {
    // The parser asks for a large stack, which would be mapped anew for every run.
    let thread = std::thread::Builder::new().stack_size(256 << 20).spawn(fuzz);
    match thread.map(std::thread::JoinHandle::join) {
        Ok(Ok(code)) => code,
        _ => ExitCode::FAILURE,
    }
}

#[expect(clippy::print_stdout, reason = "printing is what this tool is for")]
#[expect(
    clippy::too_many_lines,
    reason = "the course of a small tool, from its arguments to what it prints"
)]
fn fuzz() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, file] = &arguments[..]
        && flag == "--replay"
    {
        let start = Instant::now();
        let outcome = run(&fs::read(file).unwrap_or_default());
        println!(
            "{} ({} steps, {} bytes kept, {:?})",
            outcome.kind,
            outcome.steps,
            outcome.bytes,
            start.elapsed()
        );
        return ExitCode::SUCCESS;
    }
    let number = |at: usize| arguments.get(at).and_then(|text| text.parse::<u64>().ok());
    let time = Duration::from_secs(number(0).unwrap_or(60));
    let seed = number(1).unwrap_or(1);
    let folder = PathBuf::from(arguments.get(2).map_or(".", String::as_str));
    let Ok(current) = fs::File::create(folder.join("fuzz-current.nix")) else {
        println!("{} cannot be written", folder.display());
        return ExitCode::from(2);
    };
    let words = dictionary();
    let mut corpus = corpus();
    let (at_first, mut numbers, mut seen) = (corpus.len(), Numbers(seed), HashSet::new());
    let executions = Arc::new(AtomicU64::new(0));
    watch(executions.clone());
    let (start, mut failures, mut slowest, mut kept, mut steps, mut printed) =
        (Instant::now(), 0, Duration::ZERO, 0, 0, 0);
    let mut said = Instant::now();
    while start.elapsed() < time && failures < 20 {
        // Later files of the corpus are those that showed something new: half of the runs start there.
        let pick = numbers.next() as usize;
        let from = if numbers.next().is_multiple_of(2) {
            pick % corpus.len()
        } else {
            corpus.len() - 1 - pick % corpus.len().min(500)
        };
        let mut text = corpus[from].clone();
        let count = 1 + numbers.next() % 6;
        let list: Vec<Step> = (0..count)
            .map(|_| {
                let (a, b) = (numbers.next(), numbers.next());
                Step {
                    kind: a as u8,
                    at: (a >> 32) as u32,
                    length: (a >> 16) as u16,
                    other: b as u32,
                }
            })
            .collect();
        mutate(&mut text, &list, &corpus, &words);
        let _ = current
            .write_all_at(&text, 0)
            .and_then(|()| current.set_len(text.len() as u64));
        let (began, before) = (Instant::now(), processor_time());
        let outcome = std::panic::catch_unwind(|| run(&text));
        // On a busy machine the clock goes on while others run.
        let took = match (before, processor_time()) {
            (Some(before), Some(after)) => after.saturating_sub(before),
            _ => began.elapsed(),
        };
        slowest = slowest.max(took);
        executions.fetch_add(1, Ordering::Relaxed);
        let fault = match &outcome {
            Err(_) => Some("panics".to_owned()),
            Ok(_) if took > Duration::from_secs(2) => Some(format!("takes {took:?}")),
            Ok(outcome) if outcome.bytes > 2 * LIMITS.bytes => Some(format!("keeps {} bytes", outcome.bytes)),
            Ok(outcome) if outcome.steps > LIMITS.fuel + 1000 => {
                Some(format!("takes {} steps", outcome.steps))
            }
            Ok(outcome) if outcome.printed > 64 << 20 => Some(format!("prints {} bytes", outcome.printed)),
            Ok(_) => None,
        };
        if let Some(fault) = fault {
            failures += 1;
            let path = folder.join(format!("fuzz-{failures}.nix"));
            println!("{} {fault}", path.display());
            let _ = fs::write(path, &text);
        }
        if let Ok(outcome) = outcome {
            kept = kept.max(outcome.bytes);
            steps = steps.max(outcome.steps);
            printed = printed.max(outcome.printed);
            if corpus.len() < 20_000 && seen.insert(outcome.kind) {
                corpus.push(text);
            }
        }
        if said.elapsed() > Duration::from_secs(30) {
            said = Instant::now();
            println!(
                "{} executions, {} outcomes, {failures} failures",
                executions.load(Ordering::Relaxed),
                seen.len()
            );
        }
    }
    let (count, seconds) = (executions.load(Ordering::Relaxed), start.elapsed().as_secs_f64());
    println!(
        "seed {seed}: {count} executions in {seconds:.0} s ({:.0}/s), {failures} failures; {} files at first, {} outcomes; \
         slowest {slowest:?}; most bytes kept {kept}, steps {steps}, bytes printed {printed}; peak {} MiB",
        count as f64 / seconds,
        at_first,
        seen.len(),
        peak(),
    );
    if failures == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Ends the process when one run does not end: the file is in `fuzz-current.nix`.
fn watch(executions: Arc<AtomicU64>) {
    std::thread::spawn(move || {
        let mut last = u64::MAX;
        loop {
            std::thread::sleep(Duration::from_secs(20));
            let now = executions.load(Ordering::Relaxed);
            if now == last {
                std::process::abort();
            }
            last = now;
        }
    });
}
