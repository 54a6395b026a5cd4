//! The model held against the kernel: containers that say a little of everything are evaluated by us, started by the words
//! that we say start them, and what the kernel says inside must be what the model says. And bad ones, made of dangerous
//! words without looking at the rules: what breaks out must be found by one.
//!
//! `generate` makes specs (`settings` says what a container of Podman is told, `podman` and `nspawn` where that is written),
//! and `bad` the bad ones; `asked` is our answer; `script` writes many of them for one host of the lab, and `batches` runs
//! them; `report` reads what the kernel said, `expect` is what the model expects of it, and `tally` compares. `golden` is the
//! recording, which a test compares without any engine.

mod asked;
mod bad;
mod batches;
mod capabilities;
mod expect;
mod generate;
mod golden;
mod nspawn;
mod podman;
mod quoting;
mod report;
mod said;
mod script;
mod settings;
mod spec;
mod tally;

pub use script::Question;
pub use spec::Runner;
pub use tally::Tally;

use super::generations::Generations;
use super::needs;
use super::results::Ground;
use anyhow::{Context, Result, bail};
use asked::{Asked, ask};
use batches::How;
use golden::{Recording, fingerprint};
use spec::Spec;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// The recording is of so many specs of each runner, and of this seed.
const COUNT: u64 = 300;
const BAD: u64 = 100;
const SEED: u64 = 1;

/// What is run.
#[derive(Clone, Debug)]
pub struct ModelArguments {
    /// What is asked.
    pub question: Question,
    /// So many specs for each runner; as many as are recorded if nothing is said.
    pub count: Option<u64>,
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
            question: Question::Report,
            count: None,
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

/// One spec of a seed.
fn spec(question: Question, runner: Runner, seed: u64, number: u64) -> Spec {
    match question {
        Question::Report => generate::spec(runner, seed, number),
        Question::Escapes => generate::bad(runner, seed, number),
    }
}

/// A spec with our answer.
fn with_answer(spec: Spec) -> Result<(Spec, Asked)> {
    let asked = ask(&spec);
    let asked = asked.with_context(|| {
        format!(
            "nothing is said of {} {}:\n{}",
            spec.runner.name(),
            spec.number,
            spec.nix
        )
    })?;
    Ok((spec, asked))
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
    let how = How {
        question: arguments.question,
        place: &place,
        work: &engines.join(format!("run-{}", std::process::id())),
        jobs: arguments.jobs,
        verbose: arguments.verbose,
    };
    let ran = batches::run(how, &specs)?;
    let ground = expect::Ground::of(&ran.bounding)?;
    let tallies = tally::tally(arguments.question, &specs, &ran.outcomes, ground);
    if arguments.record {
        let of: BTreeMap<_, _> = { specs.iter() }
            .map(|(spec, _)| ((spec.runner, spec.number), fingerprint(spec)))
            .collect();
        let of = |key: &_| of.get(key).cloned().unwrap_or_default();
        let outcomes = ran.outcomes.into_iter();
        let recording = Recording {
            seed: arguments.seed,
            generation: generation.name.clone(),
            ground: Ground::now(known.versions(generation, &engines)?)?,
            bounding: ran.bounding,
            outcomes: outcomes
                .map(|(key, outcome)| (key, (of(&key), outcome)))
                .collect(),
        };
        std::fs::write(lab.join(golden::file(arguments.question)), recording.text()?)?;
    }
    let said = format!(
        "{}{} s\n",
        told(&tallies, arguments.verbose)?,
        begin.elapsed().as_secs()
    );
    match tallies.values().any(|tally| !tally.differences.is_empty()) {
        true => bail!("the engines say otherwise\n{said}"),
        false => Ok(said),
    }
}

/// What is to be run.
fn specs(arguments: &ModelArguments) -> Result<Vec<(Spec, Asked)>> {
    let question = arguments.question;
    let count = arguments.count.unwrap_or(match question {
        Question::Report => COUNT,
        Question::Escapes => BAD,
    });
    let mut specs = Vec::new();
    for runner in Runner::ALL {
        for number in 0..count {
            if arguments.only.is_none_or(|only| only == (runner, number)) {
                specs.push(with_answer(spec(question, runner, arguments.seed, number))?);
            }
        }
    }
    Ok(specs)
}

/// What came of it, in words.
fn told(tallies: &BTreeMap<Runner, Tally>, verbose: bool) -> Result<String> {
    let mut out = String::new();
    for (runner, tally) in tallies {
        for text in tally.refusals.iter().filter(|_| verbose) {
            writeln!(out, "refused {text}")?;
        }
        for text in &tally.differences {
            writeln!(out, "DIFFERENT {text}")?;
        }
        writeln!(out, "{}: {tally}", runner.name())?;
    }
    Ok(out)
}

/// Compares what we say with a recording, without any engine.
///
/// # Errors
/// There is none, or it is of other specs than those that are made now.
pub fn compare_recorded(lab: &Path, question: Question) -> Result<BTreeMap<Runner, Tally>> {
    let text = std::fs::read_to_string(lab.join(golden::file(question))).context("there is no recording")?;
    let recording = Recording::parse(&text)?;
    let mut specs = Vec::new();
    let mut outcomes = tally::Outcomes::new();
    for ((runner, number), (of, outcome)) in recording.outcomes {
        let spec = spec(question, runner, recording.seed, number);
        if fingerprint(&spec) != of {
            bail!("{} {number} is another spec now: record anew", runner.name());
        }
        specs.push(with_answer(spec)?);
        outcomes.insert((runner, number), outcome);
    }
    Ok(tally::tally(
        question,
        &specs,
        &outcomes,
        expect::Ground::of(&recording.bounding)?,
    ))
}
