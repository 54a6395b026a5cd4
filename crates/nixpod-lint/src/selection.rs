//! Which rules run and which findings are shown.

use crate::args::CheckArgs;
use crate::view::Finding;
use anyhow::{Result, bail};
use nixpod_analysis::{Confidence, Diagnostic, Group, OWN_RULES, Rule, RuleId, Settings, Severity, closest};
use std::collections::BTreeSet;
use std::time::Duration;

/// What the user selected.
#[derive(Debug)]
pub(crate) struct Selection {
    /// Rules that are off, those about the tool itself included.
    hidden: BTreeSet<RuleId>,
    settings: Settings,
    severity: Severity,
    confidence: Confidence,
}

impl Selection {
    /// Understands the arguments; a name that is no rule's is an error with a suggestion.
    pub(crate) fn new(args: &CheckArgs, rules: &[&Rule]) -> Result<Self> {
        let select = known(&args.select, rules)?;
        let ignore = known(&args.ignore, rules)?;
        let groups: BTreeSet<Group> = args.group.iter().map(|&group| group.into()).collect();
        let narrowed = !select.is_empty() || !groups.is_empty();
        let mut hidden = BTreeSet::new();
        let mut enabled = BTreeSet::new();
        for rule in rules {
            let (id, group) = (rule.meta.id, rule.meta.group);
            let by_default = group.on_by_default() || (args.pedantic && group == Group::Pedantic);
            let wanted = if narrowed {
                select.contains(id) || groups.contains(&group) || (args.pedantic && group == Group::Pedantic)
            } else {
                by_default
            };
            if !wanted || ignore.contains(id) {
                hidden.insert(id);
            } else if !group.on_by_default() {
                enabled.insert(id);
            }
        }
        // A file that does not parse is not checked, which one has to hear even when asking for one rule only.
        for rule in OWN_RULES {
            let id = rule.meta.id;
            let wanted =
                !narrowed || id == "parse-error" || select.contains(id) || groups.contains(&rule.meta.group);
            if !wanted || ignore.contains(id) {
                hidden.insert(id);
            }
        }
        Ok(Self {
            settings: Settings {
                disabled: hidden.clone(),
                timeout: Some(Duration::from_secs(args.timeout)),
                enabled,
                hosts: (!args.host.is_empty()).then(|| args.host.clone()),
                with_off: args.all,
                show_secrets: args.show_secrets,
                jobs: args.jobs.map_or(0, std::num::NonZeroUsize::get),
                ..Settings::default()
            },
            hidden,
            severity: args.severity.into(),
            confidence: args.confidence.into(),
        })
    }

    /// The same for the analysis.
    pub(crate) fn settings(&self) -> Settings {
        self.settings.clone()
    }

    /// Is this finding to be shown?
    pub(crate) fn shows(&self, diagnostic: &Diagnostic) -> bool {
        self.shows_such(diagnostic.rule, diagnostic.severity, diagnostic.confidence)
    }

    /// The same for a finding that is already resolved.
    pub(crate) fn shows_finding(&self, finding: &Finding) -> bool {
        self.shows_such(finding.rule, finding.severity, finding.confidence)
    }

    fn shows_such(&self, rule: RuleId, severity: Severity, confidence: Confidence) -> bool {
        severity >= self.severity && confidence >= self.confidence && !self.hidden.contains(rule)
    }
}

fn known<'a>(names: &'a [String], rules: &[&Rule]) -> Result<BTreeSet<&'a str>> {
    let mut found = BTreeSet::new();
    for name in names {
        let name = name.trim();
        if !ids(rules).any(|id| id == name) {
            bail!("{}", unknown_rule(name, rules));
        }
        found.insert(name);
    }
    Ok(found)
}

/// The names of all rules.
pub(crate) fn ids(rules: &[&Rule]) -> impl Iterator<Item = RuleId> {
    rules.iter().chain(OWN_RULES).map(|rule| rule.meta.id)
}

/// The message about a name that is no rule's.
pub(crate) fn unknown_rule(name: &str, rules: &[&Rule]) -> String {
    match closest(name, ids(rules)) {
        Some(id) => format!("there is no rule `{name}`; did you mean `{id}`?"),
        None => format!("there is no rule `{name}`; `nixpod-lint rules` lists them"),
    }
}
