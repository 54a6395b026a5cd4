//! The recording: what the kernel said of each spec, a line each, and what it was run on.

use super::report::{Facts, Outcome};
use super::script::Question;
use super::spec::{Runner, Spec};
use crate::lab::results::{Ground, number};
use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Where it is, below `testdata/lab`.
pub(super) const fn file(question: Question) -> &'static str {
    match question {
        Question::Report => "model.txt",
        Question::Escapes => "escapes.txt",
    }
}

/// All that was recorded.
#[derive(Clone, Debug)]
pub(super) struct Recording {
    /// The seed of the specs.
    pub(super) seed: u64,
    /// The generation, and what it was run on.
    pub(super) generation: String,
    pub(super) ground: Ground,
    /// The capabilities of a process of the host.
    pub(super) bounding: String,
    /// By runner and number.
    pub(super) outcomes: BTreeMap<(Runner, u64), (String, Outcome)>,
}

/// Stands for a spec: another one has another number.
pub(super) fn fingerprint(spec: &Spec) -> String {
    let mut text = spec.nix.clone();
    for (path, file) in &spec.files {
        let _ = write!(text, "{path}\n{file}");
    }
    let mut out = number(&text);
    out.truncate(8);
    out
}

impl Recording {
    pub(super) fn text(&self) -> Result<String> {
        let mut out =
            "# What the kernel said inside of generated containers: `cargo xtask lab --model` writes this.\n"
                .to_owned();
        writeln!(
            out,
            "seed {}\non {} {}",
            self.seed,
            self.generation,
            serde_json::to_string(&self.ground)?
        )?;
        writeln!(out, "bounding {}", self.bounding)?;
        for ((runner, number), (of, outcome)) in &self.outcomes {
            write!(out, "{} {number} {of} ", runner.name())?;
            match outcome {
                Outcome::Ran(facts) => writeln!(out, "{facts}")?,
                Outcome::Refused(why) => writeln!(out, "! {why}")?,
            }
        }
        Ok(out)
    }

    pub(super) fn parse(text: &str) -> Result<Self> {
        let mut lines = text.lines().filter(|line| !line.starts_with('#'));
        let mut head = |name: &str| {
            let line = lines
                .next()
                .and_then(|line| line.strip_prefix(name)?.strip_prefix(' '));
            line.with_context(|| format!("the recording has no line `{name}`"))
        };
        let seed = head("seed")?.parse()?;
        let (generation, ground) = head("on")?.split_once(' ').context("no ground")?;
        let (generation, ground) = (generation.to_owned(), serde_json::from_str(ground)?);
        let bounding = head("bounding")?.to_owned();
        let mut outcomes = BTreeMap::new();
        for line in lines {
            let parts: Vec<&str> = line.splitn(4, ' ').collect();
            let [runner, number, of, rest] = parts[..] else {
                bail!("`{line}` is no line of a recording")
            };
            let runner = Runner::named(runner).with_context(|| format!("nothing is called {runner}"))?;
            let outcome = match rest.strip_prefix("! ") {
                Some(why) => Outcome::Refused(why.to_owned()),
                None => Outcome::Ran(Facts::parse(rest)),
            };
            outcomes.insert((runner, number.parse()?), (of.to_owned(), outcome));
        }
        Ok(Self {
            seed,
            generation,
            ground,
            bounding,
            outcomes,
        })
    }
}
