//! The model held against the kernel: containers that say a little of everything are evaluated by us, started by the words
//! that we say start them, and what the kernel says inside must be what the model says.
//!
//! `generate` makes specs (`settings` says what a container of Podman is told, `podman` and `nspawn` where that is written);
//! `asked` is our answer; `script` runs many of them on one host of the lab; `report` reads what the kernel said, and
//! `expect` compares. `golden` is the recording, which a test compares without any engine.

mod asked;
mod expect;
mod generate;
mod golden;
mod nspawn;
mod podman;
mod quoting;
mod report;
mod script;
mod settings;
mod spec;

pub use expect::Compared;
pub use spec::{Runner, Spec};

use super::generations::Generations;
use super::host::Place;
use super::needs;
use super::results::Ground;
use anyhow::{Context, Result, bail};
use asked::{Asked, ask};
use golden::{FILE, Recording, fingerprint};
use report::Outcome;
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// So many specs share a host.
const TOGETHER: usize = 30;

/// The recording is of so many specs of each runner, and of this seed.
const COUNT: u64 = 300;
const SEED: u64 = 1;

/// What is run.
#[derive(Clone, Debug)]
pub struct ModelArguments {
    /// So many specs for each runner.
    pub count: u64,
    /// Which ones.
    pub seed: u64,
    /// Only this one.
    pub only: Option<(Runner, u64)>,
    /// So many hosts at a time.
    pub jobs: usize,
    /// Print all that was said.
    pub verbose: bool,
    /// Write what came of it into the repository.
    pub record: bool,
    /// The folder that the engines are unpacked into.
    pub folder: Option<PathBuf>,
    /// Is it a failure if the machine cannot do it?
    pub strict: bool,
}

impl Default for ModelArguments {
    fn default() -> Self {
        Self {
            count: COUNT,
            seed: SEED,
            only: None,
            jobs: std::thread::available_parallelism().map_or(1, Into::into),
            verbose: false,
            record: false,
            folder: None,
            strict: false,
        }
    }
}

/// What became of all specs of a runner.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Specs.
    pub specs: usize,
    /// Those that ran and were compared.
    pub compared: usize,
    /// Those that the engine refused.
    pub refused: usize,
    /// Those of which we do not know the words.
    pub unknown: usize,
    /// Facts that the model states, and those that it leaves open.
    pub facts: usize,
    /// The latter.
    pub open: usize,
    /// Differences, in words.
    pub differences: Vec<String>,
    /// What was refused, and whether a rule says so.
    pub refusals: Vec<String>,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} specs, {} compared, {} refused, {} of unknown words, {} facts, {} left open, {} differences",
            self.specs,
            self.compared,
            self.refused,
            self.unknown,
            self.facts,
            self.open,
            self.differences.len()
        )
    }
}

/// What came of specs, by runner and number.
type Outcomes = BTreeMap<(Runner, u64), Outcome>;

/// Runs specs on a generation; gives what came of them, and the capabilities of the host.
fn run_all(
    place: &Place,
    work: &Path,
    specs: &[(Spec, Asked)],
    arguments: &ModelArguments,
) -> Result<(Outcomes, String)> {
    let mut batches: Vec<Vec<(&Spec, &Asked)>> = Vec::new();
    for runner in Runner::ALL {
        let of_runner: Vec<(&Spec, &Asked)> = specs
            .iter()
            .filter(|(spec, asked)| spec.runner == runner && asked.words.is_some())
            .map(|(spec, asked)| (spec, asked))
            .collect();
        batches.extend(of_runner.chunks(TOGETHER).map(<[_]>::to_vec));
    }
    let next = AtomicUsize::new(0);
    let all = Mutex::new((Outcomes::new(), String::new(), Ok(())));
    let worker = || {
        while let at = next.fetch_add(1, Ordering::Relaxed)
            && let Some(batch) = batches.get(at)
        {
            let ran = run_batch(place, &work.join(format!("model-{at}")), batch, arguments.verbose);
            let Ok(mut all) = all.lock() else { return };
            match ran {
                Ok((outcomes, bounding)) => {
                    all.0.extend(outcomes);
                    all.1 = bounding;
                }
                Err(error) => all.2 = Err(error),
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..arguments.jobs.max(1) {
            scope.spawn(worker);
        }
    });
    match all.into_inner() {
        Ok((outcomes, bounding, Ok(()))) => Ok((outcomes, bounding)),
        Ok((.., Err(error))) => Err(error),
        Err(_) => bail!("a batch could not be run"),
    }
}

fn run_batch(
    place: &Place,
    work: &Path,
    batch: &[(&Spec, &Asked)],
    verbose: bool,
) -> Result<(Outcomes, String)> {
    let runner = batch.first().context("an empty batch")?.0.runner;
    let ran = place.run(&script::batch(runner, batch)?, work)?;
    if verbose {
        tell(&ran.output);
    }
    let host = report::host(&ran.output);
    let outcomes = report::outcomes(&ran.output, &host);
    for (spec, _) in batch {
        if !outcomes.contains_key(&spec.number) {
            bail!("{} {} was not run:\n{}", runner.name(), spec.number, ran.output);
        }
    }
    let outcomes = outcomes
        .into_iter()
        .map(|(number, outcome)| ((runner, number), outcome));
    Ok((outcomes.collect(), host.bounding))
}

/// Compares what came of specs with the model.
fn tally(specs: &[(Spec, Asked)], outcomes: &Outcomes, bounding: &str) -> Result<BTreeMap<Runner, Tally>> {
    let ground = expect::Ground {
        bounding: u64::from_str_radix(bounding, 16).context("what can a process have?")?,
    };
    let mut out: BTreeMap<Runner, Tally> = BTreeMap::new();
    for (spec, asked) in specs {
        let tally = out.entry(spec.runner).or_default();
        let name = format!("{} {}", spec.runner.name(), spec.number);
        tally.specs += 1;
        match outcomes.get(&(spec.runner, spec.number)) {
            None => tally.unknown += 1,
            Some(Outcome::Refused(why)) => {
                tally.refused += 1;
                let rules: Vec<&str> = asked.findings.iter().map(|(rule, _)| rule.as_str()).collect();
                tally
                    .refusals
                    .push(format!("{name}: {why} [{}]\n{}", rules.join(" "), spec.nix));
            }
            Some(Outcome::Ran(facts)) => {
                tally.compared += 1;
                let compared = expect::compare(&asked.container, spec.runner, ground, facts);
                tally.facts += compared.facts;
                tally.open += compared.open;
                let told = compared.differences.iter();
                tally
                    .differences
                    .extend(told.map(|difference| format!("{name}: {difference}\n{}", spec.nix)));
            }
        }
    }
    Ok(out)
}

/// The specs of a seed with our answers.
fn specs(arguments: &ModelArguments) -> Result<Vec<(Spec, Asked)>> {
    let mut out = Vec::new();
    for runner in Runner::ALL {
        for spec in generate::specs(runner, arguments.seed, arguments.count) {
            if arguments.only.is_some_and(|only| only != (runner, spec.number)) {
                continue;
            }
            let asked = ask(&spec).with_context(|| {
                format!(
                    "nothing is said of {} {}:\n{}",
                    runner.name(),
                    spec.number,
                    spec.nix
                )
            })?;
            out.push((spec, asked));
        }
    }
    Ok(out)
}

/// Runs specs on the newest generation, and compares; gives what came of it in words.
///
/// # Errors
/// A difference, and whatever keeps the lab from running.
pub fn run(root: &Path, arguments: &ModelArguments) -> Result<String> {
    if let Some(why) = needs::missing() {
        if arguments.strict {
            bail!("the model cannot be held against engines: {why}");
        }
        return Ok(format!("skipped: {why}\n"));
    }
    let lab = root.join("testdata/lab");
    let known = Generations::load(&lab)?;
    let engines = arguments
        .folder
        .clone()
        .unwrap_or_else(|| root.join("target/lab"));
    let generation = known.newest().first().context("there is no generation")?;
    let place = known.install(generation, &lab, &engines)?;
    let begin = Instant::now();
    let specs = specs(arguments)?;
    let work = engines.join(format!("run-{}", std::process::id()));
    let (outcomes, bounding) = run_all(&place, &work, &specs, arguments)?;
    let tallies = tally(&specs, &outcomes, &bounding)?;
    if arguments.record {
        let fingerprints: BTreeMap<_, _> = specs
            .iter()
            .map(|(spec, _)| ((spec.runner, spec.number), fingerprint(spec)))
            .collect();
        let of = |key| fingerprints.get(key).cloned().unwrap_or_default();
        let recording = Recording {
            seed: arguments.seed,
            generation: generation.name.clone(),
            ground: Ground::now(known.versions(generation, &engines)?)?,
            bounding,
            outcomes: outcomes
                .iter()
                .map(|(key, outcome)| (*key, (of(key), outcome.clone())))
                .collect(),
        };
        std::fs::write(lab.join(FILE), recording.text()?)?;
    }
    let mut out = String::new();
    for (runner, tally) in &tallies {
        for text in tally.refusals.iter().filter(|_| arguments.verbose) {
            writeln!(out, "refused {text}")?;
        }
        for text in &tally.differences {
            writeln!(out, "DIFFERENT {text}")?;
        }
        writeln!(out, "{}: {tally}", runner.name())?;
    }
    writeln!(out, "{} s", begin.elapsed().as_secs())?;
    if tallies.values().any(|tally| !tally.differences.is_empty()) {
        bail!("the kernel says otherwise\n{out}");
    }
    Ok(out)
}

/// Compares the model with the recording, without any engine.
///
/// # Errors
/// There is none, or it is of other specs than those that are made now.
pub fn compare_recorded(lab: &Path) -> Result<BTreeMap<Runner, Tally>> {
    let text = std::fs::read_to_string(lab.join(FILE)).context("there is no recording")?;
    let recording = Recording::parse(&text)?;
    let mut specs = Vec::new();
    let mut outcomes = Outcomes::new();
    for ((runner, number), (of, outcome)) in recording.outcomes {
        let spec = generate::spec(runner, recording.seed, number);
        if fingerprint(&spec) != of {
            bail!(
                "{} {number} is another spec now: run `cargo xtask lab --model --record`",
                runner.name()
            );
        }
        let asked = ask(&spec).with_context(|| format!("nothing is said of {} {number}", runner.name()))?;
        specs.push((spec, asked));
        outcomes.insert((runner, number), outcome);
    }
    tally(&specs, &outcomes, &recording.bounding)
}

#[expect(clippy::print_stderr, reason = "this takes minutes, and somebody waits")]
fn tell(what: &str) {
    eprintln!("{what}");
}
