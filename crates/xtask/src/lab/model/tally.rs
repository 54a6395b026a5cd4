//! What came of many specs, counted.

use super::asked::Asked;
use super::expect::{self, Ground};
use super::report::{Facts, Outcome};
use super::script::Question;
use super::spec::{Runner, Spec};
use nixpod_analysis::Severity;
use std::collections::BTreeMap;
use std::fmt;

/// What came of specs, by runner and number.
pub(super) type Outcomes = BTreeMap<(Runner, u64), Outcome>;

/// What became of all specs of a runner.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Specs.
    pub specs: usize,
    /// Those that ran.
    pub ran: usize,
    /// Those that the engine refused.
    pub refused: usize,
    /// Those of which we do not know the words.
    pub unknown: usize,
    /// Facts that the model states and the kernel tells.
    pub facts: usize,
    /// Facts that the model leaves open.
    pub open: usize,
    /// Those that reached something of the host.
    pub broke_out: usize,
    /// Where the model is not what the kernel says; where something is reached and no rule says so.
    pub differences: Vec<String>,
    /// What was refused, with the rules that find something in it.
    pub refusals: Vec<String>,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            specs,
            ran,
            refused,
            unknown,
            facts,
            open,
            broke_out,
            differences,
            refusals: _,
        } = self;
        let differences = differences.len();
        write!(
            f,
            "{specs} specs, {ran} ran, {refused} refused, {unknown} of unknown words, "
        )?;
        match facts {
            0 => write!(f, "{broke_out} reached the host, {differences} of them unnoticed"),
            _ => write!(
                f,
                "{facts} facts compared, {open} left open, {differences} differences"
            ),
        }
    }
}

/// Holds what came of specs against what we say of them.
pub(super) fn tally(
    question: Question,
    specs: &[(Spec, Asked)],
    outcomes: &Outcomes,
    ground: Ground,
) -> BTreeMap<Runner, Tally> {
    let mut out: BTreeMap<Runner, Tally> = BTreeMap::new();
    for (spec, asked) in specs {
        let tally = out.entry(spec.runner).or_default();
        tally.specs += 1;
        match outcomes.get(&(spec.runner, spec.number)) {
            None => tally.unknown += 1,
            Some(Outcome::Refused(why)) => {
                tally.refused += 1;
                tally
                    .refusals
                    .push(told(spec, &format!("{why} [{}]", rules(asked))));
            }
            Some(Outcome::Ran(facts)) => {
                tally.ran += 1;
                match question {
                    Question::Report => tally.compare(spec, asked, ground, facts),
                    Question::Escapes => tally.notice(spec, asked, facts),
                }
            }
        }
    }
    out
}

fn told(spec: &Spec, what: &str) -> String {
    format!("{} {}: {what}\n{}", spec.runner.name(), spec.number, spec.nix)
}

fn rules(asked: &Asked) -> String {
    let rules: Vec<String> = asked
        .findings
        .iter()
        .map(|(rule, severity)| format!("{rule} {}", severity.as_str()))
        .collect();
    rules.join(", ")
}

impl Tally {
    fn compare(&mut self, spec: &Spec, asked: &Asked, ground: Ground, facts: &Facts) {
        let compared = expect::compare(&asked.container, spec.runner, ground, facts);
        self.facts += compared.facts;
        self.open += compared.open;
        let differences = compared.differences.iter();
        // No option of the lab's own stands behind it, so what a rule says of starting holds here as well.
        if asked.findings.iter().any(|(rule, _)| rule == "will-not-start") {
            self.differences
                .push(told(spec, "a rule says that it does not start"));
        }
        self.differences
            .extend(differences.map(|difference| told(spec, difference)));
    }

    /// What reaches the host is found by a rule, and not as a hint.
    fn notice(&mut self, spec: &Spec, asked: &Asked, facts: &Facts) {
        let escapes = facts.escapes();
        if escapes.is_empty() {
            return;
        }
        self.broke_out += 1;
        if !asked
            .findings
            .iter()
            .any(|(_, severity)| *severity >= Severity::Medium)
        {
            let what = format!("{} [{}]", escapes.join(" "), rules(asked));
            self.differences.push(told(spec, &what));
        }
    }
}
