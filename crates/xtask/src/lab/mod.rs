//! `cargo xtask lab`: what the rules say about isolation, tried on real engines.
//!
//! An experiment (`data`) is a claim with a bad form and mostly a good one, a probe inside the container, and what must
//! be seen. A claim that an engine refutes fails. `generations` unpacks engines from Debian's packages into a folder of
//! the lab's own; `rendered` is what the Nix of a form comes to; `script` writes a form as a script; `host` runs it in namespaces of its own, and removes all that it made
//! however it ends; `judge` holds what was seen against what was expected; `results` are the results that stand in the
//! repository. The experiments, and the scripts that make a host, are in `testdata/lab`; its README says how to add one.

pub mod data;
mod generations;
mod host;
mod judge;
pub mod model;
mod needs;
pub mod rendered;
pub mod results;
mod script;

pub use generations::Generations;
pub use judge::pattern;
pub use script::script;

use anyhow::{Error, Result, bail};
use data::Experiment;
use generations::Generation;
use host::Place;
use results::{Ground, Outcome, Results};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// What goes with the program.
pub const RECORDED: &str = "crates/analysis/src/recorded.txt";

/// What is run, and how.
#[derive(Debug, Default)]
pub struct LabArguments {
    /// Names of experiments, of rules, or of topics; all if there is none.
    pub words: Vec<String>,
    /// Names of generations; the newest if there is none.
    pub generations: Vec<String>,
    /// All generations.
    pub all: bool,
    /// Only tell what there is.
    pub list: bool,
    /// Write the results into the repository.
    pub record: bool,
    /// Print what was seen.
    pub verbose: bool,
    /// So many at a time; one more than there are processors if nothing is said.
    pub jobs: Option<usize>,
    /// The folder that the engines are unpacked into.
    pub folder: Option<PathBuf>,
    /// Is a skip for what the machine lacks a failure?
    pub strict: bool,
}

/// An experiment that is to be run on a generation.
struct Task<'a> {
    experiment: &'a Experiment,
    generation: &'a str,
    place: &'a Place,
}

/// What came of a task.
enum Verdict {
    Passed(Outcome),
    Failed(Outcome),
    /// With the reason, and whether the machine is it.
    Skipped(String, bool),
}

/// Runs what was asked for, and prints it; the last line is `N passed, M failed, K skipped`.
///
/// # Errors
/// An experiment that failed, and whatever keeps the lab from running.
pub fn run(root: &Path, arguments: &LabArguments) -> Result<()> {
    let lab = root.join("testdata/lab");
    let all = data::load(&lab)?;
    let chosen = chosen(&all, &arguments.words)?;
    if arguments.list {
        print(&listed(&chosen)?);
        return Ok(());
    }
    let known = Generations::load(&lab)?;
    let generations: Vec<Generation> = match arguments.generations.as_slice() {
        _ if arguments.all => known.all().to_vec(),
        [] => known.newest().to_vec(),
        names => {
            let named: Result<_> = names.iter().map(|name| known.named(name).cloned()).collect();
            named?
        }
    };
    let mut counts = Counts::default();
    let begin = Instant::now();
    if let Some(why) = needs::missing() {
        for (experiment, generation) in pairs(&chosen, &generations) {
            counts.tell(
                &experiment.id,
                &generation.name,
                &Verdict::Skipped(why.clone(), true),
                Duration::ZERO,
            );
        }
    } else {
        let engines = arguments
            .folder
            .clone()
            .unwrap_or_else(|| root.join("target/lab"));
        let mut places = BTreeMap::new();
        for generation in &generations {
            let place = known.install(generation, &lab, &engines)?;
            places.insert(generation.name.clone(), place);
        }
        let tasks: Vec<Task<'_>> = pairs(&chosen, &generations)
            .filter_map(|(experiment, generation)| {
                let place = places.get(&generation.name)?;
                let generation = generation.name.as_str();
                Some(Task {
                    experiment,
                    generation,
                    place,
                })
            })
            .collect();
        let (outcomes, error) = run_all(&tasks, &engines, arguments, &mut counts)?;
        if arguments.record {
            let versions = generations.iter().map(|generation| {
                let versions = known.versions(generation, &engines)?;
                Ok((generation.name.clone(), Ground::now(versions)?))
            });
            record(root, &all, versions.collect::<Result<_>>()?, outcomes)?;
        }
        error.map_or(Ok(()), Err)?;
    }
    counts.end(begin.elapsed(), arguments.strict)
}

/// Every experiment on every generation.
fn pairs<'a>(
    chosen: &'a [&'a Experiment],
    generations: &'a [Generation],
) -> impl Iterator<Item = (&'a Experiment, &'a Generation)> {
    let of_one =
        |experiment: &'a Experiment| generations.iter().map(move |generation| (experiment, generation));
    chosen.iter().flat_map(move |experiment| of_one(experiment))
}

/// The experiments that the words mean.
fn chosen<'a>(all: &'a [Experiment], words: &[String]) -> Result<Vec<&'a Experiment>> {
    let means = |experiment: &Experiment, word: &String| {
        experiment.id == *word || experiment.topic == *word || experiment.rules.contains(word)
    };
    if let Some(word) = words.iter().find(|word| !all.iter().any(|one| means(one, word))) {
        bail!(
            "`{word}` is no experiment, no topic and no rule that has one; `cargo xtask lab --list` lists them"
        );
    }
    let chosen = all
        .iter()
        .filter(|one| words.is_empty() || words.iter().any(|word| means(one, word)));
    Ok(chosen.collect())
}

/// The experiments with their claims, by topic.
fn listed(chosen: &[&Experiment]) -> Result<String> {
    let mut out = String::new();
    let topics: BTreeSet<&str> = chosen
        .iter()
        .map(|experiment| experiment.topic.as_str())
        .collect();
    for topic in topics {
        writeln!(out, "{topic}")?;
        for experiment in chosen.iter().filter(|experiment| experiment.topic == topic) {
            let rules = experiment.rules.join(", ");
            let rules = if rules.is_empty() { "no rule" } else { &rules };
            let forms = experiment.forms.len();
            writeln!(
                out,
                "  {}: {} [{forms} forms; {rules}]",
                experiment.id, experiment.claim
            )?;
        }
    }
    Ok(out)
}

/// Outcomes by experiment and generation.
type Outcomes = BTreeMap<(String, String), Outcome>;

/// Runs tasks, several at a time, and tells of each as it ends. An error is of one that could not be run at all.
fn run_all(
    tasks: &[Task<'_>],
    engines: &Path,
    arguments: &LabArguments,
    counts: &mut Counts,
) -> Result<(Outcomes, Option<Error>)> {
    let work = engines.join(format!("run-{}", std::process::id()));
    let next = AtomicUsize::new(0);
    let told = Mutex::new((counts, Outcomes::new(), None));
    // One more than there are processors: much of the time is spent on waiting for engines.
    let processors = std::thread::available_parallelism().map_or(1, Into::into);
    let jobs = arguments.jobs.unwrap_or(processors + 1);
    let worker = || {
        while let Some(task) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
            let begin = Instant::now();
            let verdict = task.run(&work, arguments.verbose);
            let Ok(mut told) = told.lock() else { return };
            let (counts, outcomes, error) = &mut *told;
            match verdict {
                Ok(verdict) => {
                    counts.tell(&task.experiment.id, task.generation, &verdict, begin.elapsed());
                    if let Verdict::Passed(outcome) | Verdict::Failed(outcome) = verdict {
                        outcomes.insert((task.experiment.id.clone(), task.generation.to_owned()), outcome);
                    }
                }
                Err(found) => *error = Some(found.context(task.experiment.id.clone())),
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..jobs.max(1) {
            scope.spawn(worker);
        }
    });
    match told.into_inner() {
        Ok((_, outcomes, error)) => Ok((outcomes, error)),
        Err(_) => bail!("a form could not be run"),
    }
}

impl Task<'_> {
    /// Runs every form.
    fn run(&self, work: &Path, verbose: bool) -> Result<Verdict> {
        let experiment = self.experiment;
        if let Some(why) = &experiment.not_runnable {
            return Ok(Verdict::Skipped(why.clone(), false));
        }
        let here = &experiment.generations;
        if !here.is_empty() && !here.iter().any(|name| name == self.generation) {
            let why = experiment.otherwise.clone().unwrap_or_default();
            return Ok(Verdict::Skipped(why, false));
        }
        if let Some(why) = experiment
            .needs
            .iter()
            .find_map(|need| needs::unmet(*need, self.place))
        {
            return Ok(Verdict::Skipped(why, true));
        }
        let scripts = scripts(experiment)?;
        let mut passed = true;
        let mut saw = BTreeMap::new();
        for (at, (form, script)) in experiment.forms.iter().zip(&scripts).enumerate() {
            let folder = work.join(format!("{}-{}-{at}", experiment.id, self.generation));
            let mut ran = self.place.run(script, &folder)?;
            let mut unmet = judge::unmet(form, self.generation, &ran.output)?;
            if !unmet.is_empty() && judge::is_lost(&ran.output) {
                let (id, label) = (&experiment.id, form.label());
                print(&format!(
                    "--- {id} {} ({label}) said nothing, once more\n",
                    self.generation
                ));
                ran = self.place.run(script, &folder)?;
                unmet = judge::unmet(form, self.generation, &ran.output)?;
            }
            if ran.timed_out {
                unmet.push(format!("no end within {} s", ran.time.as_secs()));
            }
            if verbose || !unmet.is_empty() {
                let label = form.label();
                let unmet = unmet.join("; ");
                print(&format!(
                    "--- {} {} ({label}) {unmet}\n{}\n",
                    experiment.id, self.generation, ran.output
                ));
            }
            passed &= unmet.is_empty();
            saw.insert(form.label(), judge::gist(&ran.output)?);
        }
        let of = fingerprint(experiment, &scripts, self.generation);
        let outcome = Outcome { passed, of, saw };
        Ok(if passed {
            Verdict::Passed(outcome)
        } else {
            Verdict::Failed(outcome)
        })
    }
}

/// The scripts of an experiment's forms, which are the same on all generations.
///
/// # Errors
/// A form that cannot be written as a script.
pub fn scripts(experiment: &Experiment) -> Result<Vec<String>> {
    experiment.forms.iter().map(script).collect()
}

/// A number for what an experiment runs and expects on a generation, so that a result that is older than it is seen.
pub fn fingerprint(experiment: &Experiment, scripts: &[String], generation: &str) -> String {
    let parts = experiment.forms.iter().zip(scripts).map(|(form, script)| {
        let (see, not) = form.expected(generation);
        format!("{}\n{script}\n{see:?}\n{not:?}\n", form.label())
    });
    results::number(&parts.collect::<String>())
}

/// Writes the results, and what goes with the program of them; what was not run stays, and what is no experiment any longer
/// goes.
fn record(
    root: &Path,
    all: &[Experiment],
    grounds: BTreeMap<String, Ground>,
    outcomes: Outcomes,
) -> Result<()> {
    let lab = root.join("testdata/lab");
    let mut results = Results::load(&lab)?;
    results.generations.extend(grounds);
    results
        .experiments
        .retain(|id, _| all.iter().any(|experiment| experiment.id == *id));
    for experiment in all.iter().filter(|experiment| !experiment.generations.is_empty()) {
        if let Some(outcomes) = results.experiments.get_mut(&experiment.id) {
            outcomes.retain(|generation, _| experiment.generations.contains(generation));
        }
    }
    for ((id, generation), outcome) in outcomes {
        results
            .experiments
            .entry(id)
            .or_default()
            .insert(generation, outcome);
    }
    std::fs::write(lab.join("results.json"), results.text()?)?;
    std::fs::write(root.join(RECORDED), results.recorded())?;
    Ok(())
}

/// What was told so far.
#[derive(Default)]
struct Counts {
    passed: usize,
    failed: usize,
    skipped: usize,
    /// Skipped because of the machine.
    lacking: usize,
}

impl Counts {
    fn tell(&mut self, id: &str, generation: &str, verdict: &Verdict, time: Duration) {
        let seconds = time.as_secs_f64();
        let line = match verdict {
            Verdict::Passed(_) => {
                self.passed += 1;
                format!("passed  {id} {generation} {seconds:.1} s\n")
            }
            Verdict::Failed(_) => {
                self.failed += 1;
                format!("FAILED  {id} {generation} {seconds:.1} s\n")
            }
            Verdict::Skipped(why, machine) => {
                self.skipped += 1;
                self.lacking += usize::from(*machine);
                format!("skipped {id} {generation}: {why}\n")
            }
        };
        print(&line);
    }

    fn end(&self, time: Duration, strict: bool) -> Result<()> {
        let Self {
            passed,
            failed,
            skipped,
            lacking,
        } = self;
        print(&format!(
            "{} s\n{passed} passed, {failed} failed, {skipped} skipped\n",
            time.as_secs()
        ));
        if *failed > 0 {
            bail!("{failed} experiments failed");
        }
        if strict && *lacking > 0 {
            bail!("{lacking} experiments were skipped for what this machine lacks");
        }
        Ok(())
    }
}

#[expect(
    clippy::print_stdout,
    reason = "this is the program's terminal, and somebody waits"
)]
fn print(text: &str) {
    print!("{text}");
}
