//! Runs specs, many on each host.

use super::asked::Asked;
use super::report;
use super::script::{Question, batch};
use super::spec::{Runner, Spec};
use super::tally::Outcomes;
use crate::lab::host::Place;
use anyhow::{Context, Result, bail};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// So many specs share a host.
const TOGETHER: usize = 30;

/// How they are run.
#[derive(Clone, Copy, Debug)]
pub(super) struct How<'a> {
    pub(super) question: Question,
    pub(super) place: &'a Place,
    /// A folder for the hosts.
    pub(super) work: &'a Path,
    /// So many hosts at a time.
    pub(super) jobs: usize,
    /// Print all that was said.
    pub(super) verbose: bool,
}

/// What came of specs, and the capabilities of a process of the host.
#[derive(Clone, Debug, Default)]
pub(super) struct Ran {
    pub(super) outcomes: Outcomes,
    pub(super) bounding: String,
}

/// Runs all whose words are known.
pub(super) fn run(how: How<'_>, specs: &[(Spec, Asked)]) -> Result<Ran> {
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
    let all = Mutex::new((Ran::default(), Ok(())));
    let worker = || {
        while let at = next.fetch_add(1, Ordering::Relaxed)
            && let Some(batch) = batches.get(at)
        {
            let ran = run_one(how, at, batch);
            let Ok(mut all) = all.lock() else { return };
            match ran {
                Ok(ran) => {
                    all.0.outcomes.extend(ran.outcomes);
                    all.0.bounding = ran.bounding;
                }
                Err(error) => all.1 = Err(error),
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..how.jobs.max(1) {
            scope.spawn(worker);
        }
    });
    match all.into_inner() {
        Ok((ran, Ok(()))) => Ok(ran),
        Ok((_, Err(error))) => Err(error),
        Err(_) => bail!("a batch could not be run"),
    }
}

/// A batch. What a host has no time left for gets another one.
fn run_one(how: How<'_>, number: usize, specs: &[(&Spec, &Asked)]) -> Result<Ran> {
    let runner = specs.first().context("an empty batch")?.0.runner;
    let mut out = Ran::default();
    let mut left = specs.to_vec();
    while let Some((first, _)) = left.first() {
        let work = how.work.join(format!("model-{number}-{}", left.len()));
        let ran = how.place.run(&batch(runner, &left, how.question)?, &work)?;
        if how.verbose {
            tell(&ran.output);
        }
        let host = report::host(&ran.output);
        let mut outcomes = report::outcomes(&ran.output, &host);
        if ran.timed_out {
            // The last one was cut off.
            outcomes.pop_last();
        }
        if !outcomes.contains_key(&first.number) {
            bail!("{} {} was not run:\n{}", runner.name(), first.number, ran.output);
        }
        left.retain(|(spec, _)| !outcomes.contains_key(&spec.number));
        let outcomes = outcomes.into_iter();
        out.outcomes
            .extend(outcomes.map(|(number, outcome)| ((runner, number), outcome)));
        out.bounding = host.bounding;
    }
    Ok(out)
}

#[expect(clippy::print_stderr, reason = "this takes minutes, and somebody waits")]
fn tell(what: &str) {
    eprintln!("{what}");
}
