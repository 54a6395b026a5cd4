//! The commands `explain` and `rules`.

use crate::args::TableFormat;
use crate::markdown;
use crate::outcome::Outcome;
use crate::selection::unknown_rule;
use crate::terminal::{Terminal, styles};
use anyhow::{Result, bail};
use nixpod_analysis::{
    Attack, Catalogue, Control, Controls, FixAvailability, Meta, OWN_RULES, Rule, Severity, Verdict, rule_url,
};
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
    controls: Vec<Covered>,
    #[serde(skip_serializing_if = "Option::is_none")]
    no_control: Option<&'static str>,
    severities: Vec<Stood>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attack: Option<Typed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    no_attack: Option<&'static str>,
    #[serde(skip)]
    level: Severity,
    #[serde(skip)]
    docs: String,
}

/// A control that a rule covers.
#[derive(Serialize)]
struct Covered {
    catalogue: &'static str,
    edition: &'static str,
    id: &'static str,
    title: &'static str,
    url: String,
    #[serde(skip)]
    words: String,
}

/// A severity that findings of the rule have, and what it stands for.
#[derive(Serialize)]
struct Stood {
    severity: &'static str,
    reached: &'static str,
    takes: &'static str,
    #[serde(skip)]
    words: String,
}

/// What an attacker types.
#[derive(Serialize)]
struct Typed {
    command: &'static str,
    gives: &'static str,
    experiment: &'static str,
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

fn covered(control: &Control) -> Covered {
    let catalogue = control.catalogue();
    Covered {
        catalogue: catalogue.name(),
        edition: catalogue.edition(),
        id: control.id(),
        title: control.title().unwrap_or_default(),
        url: control.url(),
        words: control.words(),
    }
}

fn stood(meta: &Meta) -> Vec<Stood> {
    let cells = meta.stakes.iter().filter_map(|stake| {
        Some(Stood {
            severity: stake.severity()?.as_str(),
            reached: stake.reach.words(),
            takes: stake.takes.words(),
            words: stake.words(),
        })
    });
    cells.collect()
}

const fn typed(attack: &Attack) -> Option<Typed> {
    match attack {
        Attack::Typed {
            experiment,
            command,
            gives,
        } => Some(Typed {
            command,
            gives,
            experiment,
        }),
        Attack::Nothing(_) | Attack::NotAsked => None,
    }
}

/// A catalogue that rules name.
#[derive(Serialize)]
struct Listing {
    name: &'static str,
    edition: &'static str,
    organisation: &'static str,
    url: &'static str,
}

#[derive(Serialize)]
struct Document {
    catalogues: Vec<Listing>,
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
                controls: meta.controls.all().iter().map(covered).collect(),
                no_control: match meta.controls {
                    Controls::Nowhere(reason) => Some(reason),
                    Controls::Cover(_) | Controls::NotAsked => None,
                },
                severities: stood(meta),
                attack: typed(&meta.attack),
                no_attack: match meta.attack {
                    Attack::Nothing(reason) => Some(reason),
                    Attack::Typed { .. } | Attack::NotAsked => None,
                },
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
    for stood in &rule.severities {
        let _ = writeln!(out, "{}: {}", stood.severity, stood.words);
    }
    if let Some(attack) = &rule.attack {
        let command = terminal.paint(styles::BOLD, attack.command);
        let _ = writeln!(out, "\nAn attacker types: {command}");
        let _ = writeln!(out, "and gets: {} (seen in {})", attack.gives, attack.experiment);
    }
    if let Some(reason) = rule.no_attack {
        let _ = writeln!(out, "\nThere is nothing that an attacker types: {reason}.");
    }
    out.push('\n');
    out.push_str(&markdown::render(&rule.docs, terminal));
    if !rule.controls.is_empty() {
        out.push_str("\nControls that it covers:\n");
    }
    for control in &rule.controls {
        let _ = writeln!(out, "  {}", control.words);
    }
    let _ = writeln!(out, "\n{}", rule.url);
    terminal.print(&out)?;
    Ok(Outcome::Clean)
}

/// Lists all rules.
pub(crate) fn list(format: TableFormat, terminal: &Terminal) -> Result<Outcome> {
    let rules = all(nixpod_rules::ALL);
    match format {
        TableFormat::Json => {
            let catalogues = Catalogue::ALL.map(|catalogue| Listing {
                name: catalogue.name(),
                edition: catalogue.edition(),
                organisation: catalogue.organisation(),
                url: catalogue.url(),
            });
            terminal.print_document(&Document {
                catalogues: catalogues.into(),
                version: 1,
                rules,
            })?;
        }
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
