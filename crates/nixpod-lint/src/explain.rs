//! The commands `explain` and `rules`.

use crate::args::TableFormat;
use crate::markdown;
use crate::outcome::Outcome;
use crate::selection::unknown_rule;
use crate::terminal::{Terminal, styles};
use anyhow::{Result, bail};
use nixpod_analysis::{FixAvailability, OWN_RULES, Rule, Severity, Verdict, rule_url};
use serde::Serialize;
use std::fmt::Write;

/// One rule as it is listed.
#[derive(Serialize)]
struct Listed {
    name: &'static str,
    severity: &'static str,
    group: &'static str,
    on_by_default: bool,
    fix: &'static str,
    since: &'static str,
    summary: &'static str,
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    proof: Option<Proven>,
    #[serde(skip)]
    level: Severity,
    #[serde(skip)]
    docs: String,
}

/// What stands behind a rule.
#[derive(Serialize)]
struct Proven {
    verdict: &'static str,
    /// Experiments by name, and what they were run on.
    experiments: &'static [&'static str],
    on: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip)]
    words: String,
}

fn proven(proof: &nixpod_analysis::Proof) -> Option<Proven> {
    let verdict = proof.verdict()?;
    Some(Proven {
        verdict: verdict.as_str(),
        experiments: proof.experiments(),
        on: match &verdict {
            Verdict::Confirmed(on) => on.iter().map(|ground| ground.engines).collect(),
            _ => Vec::new(),
        },
        reason: match verdict {
            Verdict::NotRunnable(reason) => Some(reason),
            _ => None,
        },
        words: verdict.words(),
    })
}

#[derive(Serialize)]
struct Document {
    version: u32,
    rules: Vec<Listed>,
}

fn all(rules: &[&Rule]) -> Vec<Listed> {
    let mut listed: Vec<Listed> = rules
        .iter()
        .chain(OWN_RULES)
        .map(|rule| {
            let meta = &rule.meta;
            Listed {
                name: meta.id,
                severity: meta.severity.as_str(),
                group: meta.group.as_str(),
                on_by_default: meta.group.on_by_default(),
                fix: match meta.fix {
                    FixAvailability::Always => "always",
                    FixAvailability::Sometimes => "sometimes",
                    FixAvailability::None => "none",
                },
                since: meta.since,
                summary: meta.summary,
                url: rule_url(meta.id),
                proof: proven(&meta.proof),
                level: meta.severity,
                docs: meta.markdown(),
            }
        })
        .collect();
    listed.sort_by_key(|rule| rule.name);
    listed
}

/// Prints a rule's documentation.
pub(crate) fn explain(name: &str, terminal: &Terminal) -> Result<Outcome> {
    let Some(rule) = all(nixpod_rules::ALL).into_iter().find(|rule| rule.name == name) else {
        bail!("{}", unknown_rule(name, nixpod_rules::ALL));
    };
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{}: {}",
        terminal.paint(styles::NAME, rule.name),
        terminal.paint(styles::BOLD, rule.summary)
    );
    let default = if rule.on_by_default {
        "on by default"
    } else {
        "off by default"
    };
    let fix = match rule.fix {
        "always" => "has a fix",
        "sometimes" => "sometimes has a fix",
        _ => "has no fix",
    };
    let _ = writeln!(
        out,
        "severity {}, group {}, {default}, {fix}, since {}",
        terminal.paint(styles::severity(rule.level), rule.severity),
        rule.group,
        rule.since
    );
    if let Some(proof) = &rule.proof {
        let _ = writeln!(out, "{}", proof.words);
    }
    out.push('\n');
    out.push_str(&markdown::render(&rule.docs, terminal));
    let _ = writeln!(out, "\n{}", rule.url);
    terminal.print(&out)?;
    Ok(Outcome::Clean)
}

/// Lists all rules.
pub(crate) fn list(format: TableFormat, terminal: &Terminal) -> Result<Outcome> {
    let rules = all(nixpod_rules::ALL);
    match format {
        TableFormat::Json => terminal.print_document(&Document { version: 1, rules })?,
        TableFormat::Table => terminal.print(&table(&rules, terminal))?,
    }
    Ok(Outcome::Clean)
}

fn table(rules: &[Listed], terminal: &Terminal) -> String {
    let name_width = rules.iter().map(|rule| rule.name.len()).max().unwrap_or(0);
    let group_width = rules.iter().map(|rule| rule.group.len()).max().unwrap_or(0);
    let mut out = String::new();
    for rule in rules {
        let severity = terminal.paint(styles::severity(rule.level), &format!("{:<8}", rule.severity));
        let off = if rule.on_by_default {
            ""
        } else {
            " (off by default)"
        };
        let _ = writeln!(
            out,
            "{}  {severity}  {:<group_width$}  {}{off}",
            terminal.paint(styles::BOLD, &format!("{:<name_width$}", rule.name)),
            rule.group,
            rule.summary,
        );
    }
    out
}
