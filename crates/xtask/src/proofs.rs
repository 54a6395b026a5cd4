//! `docs/proofs.md` and the pages below it: what the experiments of the lab claim, run and saw. And what goes with the
//! program of it.

use crate::lab::RECORDED;
use crate::lab::data::{self, Engine, Experiment, Form, Side};
use crate::lab::results::{Outcome, Results};
use anyhow::{Context, Result};
use nixpod_analysis::{Proof, Severity};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// The folder of the pages, one a topic.
pub const FOLDER: &str = "docs/proofs";

/// All files by path below the root.
///
/// # Errors
/// Experiments or results that cannot be read.
pub fn files(root: &Path) -> Result<BTreeMap<String, String>> {
    let lab = root.join("testdata/lab");
    let experiments = data::load(&lab)?;
    let titles = data::titles(&lab)?;
    let results = Results::load(&lab)?;
    let report = Report {
        experiments: &experiments,
        titles: &titles,
        results: &results,
    };
    let mut out = BTreeMap::new();
    out.insert("docs/proofs.md".to_owned(), report.overview()?);
    for topic in titles.keys() {
        out.insert(format!("{FOLDER}/{topic}.md"), report.topic(topic)?);
    }
    out.insert(RECORDED.to_owned(), results.recorded());
    Ok(out)
}

/// The line with links to a rule's experiments, for its page.
///
/// # Errors
/// Experiments that cannot be read.
pub fn of_rule(root: &Path, names: &[&str]) -> Result<String> {
    let experiments = data::load(&root.join("testdata/lab"))?;
    let mut out = String::new();
    for name in names {
        let found = experiments.iter().find(|experiment| experiment.id == *name);
        let found = found.with_context(|| format!("there is no experiment {name}"))?;
        writeln!(
            out,
            "- [{name}](../proofs/{}.md#{name}): {}",
            found.topic, found.claim
        )?;
    }
    Ok(out)
}

/// The rules that are critical or high and say something of what engines do.
#[derive(Debug, Default)]
pub struct Severe {
    /// Those that are confirmed in a bad and a good form.
    pub confirmed: Vec<&'static str>,
    /// The others, with the reason.
    pub others: Vec<(&'static str, String)>,
}

impl Severe {
    /// How many of a hundred are confirmed.
    pub fn percent(&self) -> usize {
        let all = self.confirmed.len() + self.others.len();
        self.confirmed.len() * 100 / all.max(1)
    }
}

/// How the severe rules stand by these results.
pub fn severe(experiments: &[Experiment], results: &Results) -> Severe {
    let mut out = Severe::default();
    let rules = nixpod_rules::ALL.iter().map(|rule| &rule.meta);
    for rule in rules.filter(|rule| rule.severity >= Severity::High) {
        let names = match rule.proof {
            Proof::NotAsked => continue,
            Proof::NotRunnable(reason) => {
                out.others.push((rule.id, format!("not run, because {reason}")));
                continue;
            }
            Proof::Experiments(names) => names,
        };
        let of_rule = experiments.iter().filter(|one| names.contains(&one.id.as_str()));
        let of_rule: Vec<&Experiment> = of_rule.collect();
        let passed = |experiment: &&Experiment| {
            let outcomes = results.experiments.get(&experiment.id);
            outcomes.is_some_and(|outcomes| outcomes.values().all(|outcome| outcome.passed))
        };
        let has = |side| {
            let mut forms = of_rule.iter().flat_map(|experiment| &experiment.forms);
            forms.any(|form| form.side == Some(side))
        };
        match (has(Side::Bad), has(Side::Good), of_rule.iter().all(passed)) {
            (true, true, true) => out.confirmed.push(rule.id),
            (_, _, false) => out
                .others
                .push((rule.id, "not all was seen as claimed".to_owned())),
            _ => out
                .others
                .push((rule.id, "not run in a bad and a good form".to_owned())),
        }
    }
    out
}

struct Report<'a> {
    experiments: &'a [Experiment],
    titles: &'a BTreeMap<String, String>,
    results: &'a Results,
}

const FOOT: &str =
    "\n---\nThis page is generated from `testdata/lab`: edit that, then run `cargo xtask docs`.\n";

impl Report<'_> {
    fn overview(&self) -> Result<String> {
        let forms: usize = self
            .experiments
            .iter()
            .map(|experiment| experiment.forms.len())
            .sum();
        let mut out = format!(
            "# Proofs\n\nWhat the rules say about isolation was tried on real engines: {} claims in {forms} forms, each with \
             what must be seen inside the container or on the host, and most of them with a bad and a good form side by \
             side. A claim that an engine refutes fails the build. No flag is believed because a manual has it.\n\n\
             `cargo xtask lab` runs all of it again, from Debian's packages, in namespaces of its own, on any machine with \
             root; [its README](../testdata/lab/README.md) says what the lab cannot show. Where a form can be written in \
             Nix, the Nix is shown, and what `nixpod-lint show --command` says that it comes to is what was run; all other \
             words are those of the engines.\n\n## What it was run on\n\n",
            self.experiments
                .iter()
                .filter(|experiment| !experiment.forms.is_empty())
                .count()
        );
        self.grounds(&mut out)?;
        self.severe(&mut out)?;
        self.corrections(&mut out)?;
        self.claims(&mut out)?;
        out.push_str("\nyes: seen as claimed. -: cannot be run there, or was not.\n");
        out.push_str(FOOT);
        Ok(out)
    }

    /// How many of the rules that matter most are confirmed.
    fn severe(&self, out: &mut String) -> Result<()> {
        let severe = severe(self.experiments, self.results);
        let (confirmed, others) = (severe.confirmed.len(), &severe.others);
        write!(
            out,
            "\n## What is confirmed\n\nOf the {} rules that are critical or high and say something of what engines do, \
             {confirmed} are confirmed, each with a bad and a good form: {} %.\n",
            confirmed + others.len(),
            severe.percent()
        )?;
        if !others.is_empty() {
            out.push_str("\nThe others:\n\n");
        }
        for (rule, reason) in others {
            writeln!(out, "- [{rule}](rules/{rule}.md): {reason}.")?;
        }
        Ok(())
    }

    /// What is often said otherwise, each with a bad and a good form.
    fn corrections(&self, out: &mut String) -> Result<()> {
        out.push_str("\n## What is often said, and is not so\n");
        let corrections = self
            .experiments
            .iter()
            .filter_map(|one| Some((one, one.corrects.as_ref()?)));
        for (experiment, corrects) in corrections {
            let link = format!("proofs/{}.md#{}", experiment.topic, experiment.id);
            write!(
                out,
                "\n### {}\n\n{corrects}\n\nSeen: {} ",
                plain_title(&experiment.id),
                experiment.claim
            )?;
            writeln!(out, "([all forms]({link}))")?;
            for side in [Side::Bad, Side::Good] {
                let Some(form) = experiment.forms.iter().find(|form| form.side == Some(side)) else {
                    continue;
                };
                write!(out, "\n{}:\n\n{}", capital(&form.label()), words(form)?)?;
                self.seen(out, experiment, form)?;
            }
        }
        Ok(())
    }

    /// All claims by topic, as tables.
    fn claims(&self, out: &mut String) -> Result<()> {
        out.push_str("\n## All claims\n");
        for (topic, title) in self.titles {
            writeln!(out, "\n### {title}\n")?;
            let names: Vec<&String> = self.results.generations.keys().collect();
            let columns: Vec<String> = names.iter().map(|name| format!(" {name} |")).collect();
            writeln!(out, "| claim | rules |{}", columns.concat())?;
            writeln!(out, "| --- | --- |{}", " --- |".repeat(names.len()))?;
            for experiment in self.of(topic) {
                let rules: Vec<String> = experiment
                    .rules
                    .iter()
                    .map(|rule| format!("[{rule}](rules/{rule}.md)"))
                    .collect();
                let link = format!("proofs/{topic}.md#{}", experiment.id);
                write!(
                    out,
                    "| [{}]({link}) | {} |",
                    cell(&experiment.claim),
                    rules.join(", ")
                )?;
                for name in &names {
                    let mark = match self.outcome(experiment, name) {
                        Some(outcome) if outcome.passed => "yes",
                        Some(_) => "**no**",
                        None => "-",
                    };
                    write!(out, " {mark} |")?;
                }
                out.push('\n');
            }
        }
        Ok(())
    }

    fn grounds(&self, out: &mut String) -> Result<()> {
        writeln!(
            out,
            "| packages of | on | kernel | engines |\n| --- | --- | --- | --- |"
        )?;
        for (name, ground) in &self.results.generations {
            let versions: Vec<String> = ground
                .versions
                .iter()
                .map(|(package, version)| format!("{package} {version}"))
                .collect();
            writeln!(
                out,
                "| Debian {name} | {} | {} | {} |",
                ground.date,
                ground.kernel,
                versions.join(", ")
            )?;
        }
        Ok(())
    }

    fn topic(&self, topic: &str) -> Result<String> {
        let title = self.titles.get(topic).map_or(topic, String::as_str);
        let mut out = format!("# {title}\n\n[All proofs](../proofs.md)\n");
        for experiment in self.of(topic) {
            write!(out, "\n## {}\n\n{}\n", experiment.id, experiment.claim)?;
            let rules: Vec<String> = experiment
                .rules
                .iter()
                .map(|rule| format!("[{rule}](../rules/{rule}.md)"))
                .collect();
            if !rules.is_empty() {
                write!(out, "\nRules: {}.\n", rules.join(", "))?;
            }
            if let Some(reason) = &experiment.not_runnable {
                write!(out, "\nNot run: {reason}.\n")?;
            }
            if let Some(corrects) = &experiment.corrects {
                write!(out, "\nOften said otherwise: {corrects}\n")?;
            }
            if let Some(note) = &experiment.note {
                write!(out, "\n{note}\n")?;
            }
            for form in &experiment.forms {
                write!(out, "\n### {}\n\n{}", capital(&form.label()), words(form)?)?;
                for (what, script) in [
                    ("First", &form.before),
                    ("Inside", &form.probe),
                    ("Then", &form.after),
                ] {
                    if !script.is_empty() {
                        write!(out, "\n{what}:\n\n{}", block("sh", script))?;
                    }
                }
                self.seen(&mut out, experiment, form)?;
            }
        }
        out.push_str(FOOT);
        Ok(out)
    }

    /// What was seen of a form, once for all generations that saw the same.
    fn seen(&self, out: &mut String, experiment: &Experiment, form: &Form) -> Result<()> {
        let mut by_text: Vec<(&str, Vec<&str>)> = Vec::new();
        for name in self.results.generations.keys() {
            let saw = self
                .outcome(experiment, name)
                .and_then(|outcome| outcome.saw.get(&form.label()));
            let Some(saw) = saw else { continue };
            match by_text.iter_mut().find(|(text, _)| text == saw) {
                Some((_, names)) => names.push(name),
                None => by_text.push((saw, vec![name])),
            }
        }
        for (text, names) in by_text {
            let text = match text {
                "" => "nothing".to_owned(),
                text => format!("`{}`", text.replace('`', "'")),
            };
            write!(out, "\nSeen on {}: {text}\n", names.join(", "))?;
        }
        Ok(())
    }

    fn of(&self, topic: &str) -> impl Iterator<Item = &Experiment> {
        self.experiments
            .iter()
            .filter(move |experiment| experiment.topic == topic)
    }

    fn outcome(&self, experiment: &Experiment, generation: &str) -> Option<&Outcome> {
        self.results.experiments.get(&experiment.id)?.get(generation)
    }
}

/// A form as its author would write it: Nix, or the engine's own words.
fn words(form: &Form) -> Result<String> {
    if let Some(nix) = &form.nix {
        return Ok(block("nix", nix));
    }
    let (language, text) = match form.engine {
        Engine::Script => ("sh", form.run.clone()),
        Engine::Quadlet | Engine::QuadletStarted => ("ini", format!("[Container]\n{}", form.lines)),
        Engine::Nspawn | Engine::NspawnUnit => ("sh", command("systemd-nspawn", form)),
        Engine::Podman | Engine::PodmanRootless => ("sh", command("podman run", form)),
    };
    Ok(block(language, &text))
}

fn command(program: &str, form: &Form) -> String {
    let quoted = form
        .args
        .iter()
        .map(|word| shlex::try_quote(word).unwrap_or_default().into_owned());
    let words = quoted.collect::<Vec<_>>().join(" ");
    let mut out: Vec<&str> = form.env.iter().map(String::as_str).collect();
    out.push(program);
    out.push(&words);
    out.join(" ").trim_end().to_owned()
}

fn block(language: &str, text: &str) -> String {
    format!("```{language}\n{}\n```\n", text.trim_end())
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// `podman-pid-host` as words.
fn plain_title(id: &str) -> String {
    capital(&id.replace('-', " "))
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}
