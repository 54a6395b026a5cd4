//! What is said about a place in the code.

use crate::ask::markdown::{code, prose};
use crate::check::facts::{facts_alone, facts_at, option_alone};
use crate::check::outcome::Outcome;
use crate::check::snapshot::Analysis;
use crate::check::tool_rules::OWN_RULES;
use crate::report::{Certainty, Hover, ShownDefinition, ShownFact, ShownKind};
use crate::rule::rule_url;
use crate::vfs::Files;
use crate::world::evaluate::Extent;
use crate::world::worlds::Known;
use camino::{Utf8Path, Utf8PathBuf};
use nixpod_model::{Container, OwnOption};
use nixpod_source::{FileId, Site, Span, TextRange, TextSize};
use rustc_hash::FxHashMap;
use std::fmt::Write as _;
use std::sync::Arc;

impl Analysis {
    /// What is to be said about a place.
    pub fn hover(&self, path: &Utf8Path, offset: TextSize) -> Option<Hover> {
        hover(self, &self.targets_of(path), path, offset)
    }
}

/// The findings under the cursor; where there is none, the effective value of the option.
pub(crate) fn hover(
    analysis: &Analysis,
    targets: &[Utf8PathBuf],
    path: &Utf8Path,
    offset: TextSize,
) -> Option<Hover> {
    let file = analysis.file_id(path)?;
    let outcome = analysis.outcome(targets);
    findings(analysis, &outcome, file, offset).or_else(|| option(analysis, &outcome, file, offset))
}

fn findings(analysis: &Analysis, outcome: &Outcome, file: FileId, offset: TextSize) -> Option<Hover> {
    let under = outcome.findings.iter().filter(|checked| {
        let span = checked.reported.diagnostic.primary.span;
        span.file == file && span.range.contains_inclusive(offset)
    });
    let under = crate::check::group::groups(under, &outcome.secrets);
    let first = under.first()?;
    let span = first.reported.diagnostic.primary.span;
    let mut markdown = String::new();
    let mut explained = Vec::new();
    for checked in under {
        let diagnostic = &checked.reported.diagnostic;
        let (rule, severity) = (diagnostic.rule, diagnostic.severity.as_str());
        let message = prose(&diagnostic.message);
        let _ = writeln!(markdown, "**{rule}** ({severity}): {message}\n");
        if let Some(reason) = &checked.reported.suppressed {
            let _ = writeln!(markdown, "Suppressed: {}\n", prose(reason));
        }
        if let Some(unsure) = checked.reported.unsure_in_words() {
            let _ = writeln!(markdown, "{}\n", prose(&unsure));
        }
        if let Some(help) = &diagnostic.help {
            let _ = writeln!(markdown, "{}\n", prose(help));
        }
        if !explained.contains(&rule) {
            explained.push(rule);
        }
    }
    for id in explained {
        let mut all = analysis.rules().iter().chain(OWN_RULES);
        if let Some(rule) = all.find(|rule| rule.meta.id == id) {
            let docs = rule.meta.markdown();
            let _ = writeln!(markdown, "---\n\n{}\n\n[{id}]({})\n", why(&docs), rule_url(id));
        }
    }
    Some(Hover {
        span,
        markdown: markdown.trim_end().to_owned(),
    })
}

/// Why a rule flags what it does: the reason in its documentation.
fn why(docs: &str) -> &str {
    let rest = docs.split_once("## Why\n").map_or("", |(_, rest)| rest);
    rest.split_once("\n## ").map_or(rest, |(why, _)| why).trim()
}

fn option(analysis: &Analysis, outcome: &Outcome, file: FileId, offset: TextSize) -> Option<Hover> {
    let state = analysis.vfs.state(file);
    let parsed = state.parsed();
    let files = Files::new(&analysis.vfs);
    let at = parsed.map.expr_at(offset)?;
    let value = state.parents().value_of(at).unwrap_or(at);
    let sites = [Site { file, expr: at }, Site { file, expr: value }];
    let mut said = Said::default();
    // An option that is defined in a file belongs to a root that read it.
    let worlds: Vec<Arc<Known>> = outcome
        .worlds
        .iter()
        .filter(|known| known.reads.has_parsed(file))
        .cloned()
        .collect();
    for (known, listed) in analysis.listed(&worlds, Extent::Options) {
        for container in known.world.containers.values() {
            let found = facts_at(container, &sites);
            let mut facts = match found.is_empty() {
                true => Vec::new(),
                false => facts_alone(&files, &outcome.secrets, container),
            };
            let mut number = 0;
            facts.retain(|fact| {
                number += 1;
                let is_repeated = matches!(
                    fact.kind,
                    ShownKind::Fact {
                        is_repeated: true,
                        ..
                    }
                );
                found.contains(&(number - 1)) && !is_repeated
            });
            let is_here = |option: &&OwnOption| {
                let definitions = &option.value.definitions;
                definitions.iter().any(|one| {
                    let key = one.key.map(|key| key.site);
                    sites.contains(&one.place.site) || key.is_some_and(|key| sites.contains(&key))
                })
            };
            if facts.is_empty() {
                let options = listed.options.get(&container.id).into_iter().flatten();
                let here = options.filter(is_here);
                facts.extend(here.map(|option| option_alone(&files, &outcome.secrets, option)));
            }
            let host = &known.world.host(&container.host).name;
            said.container(analysis, container, host, &facts);
        }
    }
    let markdown = said.finish();
    if markdown.is_empty() {
        return None;
    }
    Some(Hover {
        span: Span {
            file,
            range: first_line(&analysis.text(file), parsed.map.range(at)),
        },
        markdown: markdown.trim_end().to_owned(),
    })
}

/// More containers than anybody reads of at once: a template can make thousands.
const MAX_CONTAINERS: usize = 20;

/// So many hosts are named.
const MAX_HOSTS: usize = 3;

/// What is said of the containers that a place has to do with: once for all hosts of which the same is to be said.
#[derive(Default)]
struct Said {
    /// In the order in which they were met.
    groups: Vec<Group>,
    /// What was said before, by the words.
    known: FxHashMap<String, usize>,
}

struct Group {
    container: String,
    hosts: Vec<String>,
    /// The names of facts with their values.
    facts: Vec<(String, String)>,
    /// The definitions, a line for each.
    definitions: String,
}

impl Said {
    fn container(&mut self, analysis: &Analysis, container: &Container, host: &str, facts: &[ShownFact]) {
        if facts.is_empty() {
            return;
        }
        let mut definitions = Vec::new();
        for fact in facts {
            let new = fact.definitions.iter().filter(|one| !definitions.contains(one));
            definitions.extend(new.collect::<Vec<_>>());
        }
        let group = Group {
            container: code(&container.name),
            hosts: vec![host.to_owned()],
            facts: facts.iter().map(|fact| (code(&fact.name), value(fact))).collect(),
            definitions: { definitions.into_iter() }
                .filter_map(|definition| line_of(analysis, definition))
                .collect(),
        };
        let next = self.groups.len();
        let words = format!("{} {:?} {}", group.container, group.facts, group.definitions);
        let at = *self.known.entry(words).or_insert(next);
        match self.groups.get_mut(at) {
            Some(same) if same.hosts.iter().any(|known| known == host) => {}
            Some(same) => same.hosts.push(host.to_owned()),
            None => self.groups.push(group),
        }
    }

    fn finish(self) -> String {
        let mut out = String::new();
        for group in self.groups.iter().take(MAX_CONTAINERS) {
            let hosts = named(&group.hosts);
            for (name, value) in &group.facts {
                let _ = writeln!(
                    out,
                    "{name} of container {} in {hosts} is {value}\n",
                    group.container
                );
            }
            let _ = writeln!(out, "{}", group.definitions);
        }
        let more = self.groups.len().saturating_sub(MAX_CONTAINERS);
        if more > 0 {
            let _ = writeln!(out, "and so on for {more} more containers");
        }
        out
    }
}

/// Hosts in words.
fn named(hosts: &[String]) -> String {
    let (first, more) = hosts.split_at(hosts.len().min(MAX_HOSTS));
    let names: Vec<String> = first.iter().map(|host| code(host)).collect();
    match more.len() {
        0 => match &names[..] {
            [init @ .., last] if !init.is_empty() => format!("{} and {last}", init.join(", ")),
            _ => names.concat(),
        },
        more => format!("{} and {more} more", names.join(", ")),
    }
}

fn line_of(analysis: &Analysis, definition: &ShownDefinition) -> Option<String> {
    let span = definition.span?;
    let line = analysis
        .line_index(span.file)
        .position(&analysis.text(span.file), span.range.start())
        .line;
    let place = format!("{}:{line}", analysis.vfs.relative_path(span.file));
    let won = if definition.won { "" } else { ", overridden" };
    let priority = match definition.priority {
        100 => String::new(),
        50 => ", `mkForce`".to_owned(),
        1000 => ", `mkDefault`".to_owned(),
        other => format!(", priority {other}"),
    };
    let (option, value) = (code(&definition.option), code(&definition.value));
    let place = code(&place);
    Some(format!("- {place}: {option} = {value}{priority}{won}\n"))
}

/// The value of a fact, with what is to be known of it besides.
fn value(fact: &ShownFact) -> String {
    let value = match &fact.value {
        Some(value) => code(value),
        None => "unknown".to_owned(),
    };
    match (fact.certainty, &fact.reason) {
        (Certainty::Default, _) => format!("{value} by default"),
        (_, Some(reason)) => format!("{value} ({})", prose(reason)),
        (_, None) => value,
    }
}

fn first_line(text: &str, range: TextRange) -> TextRange {
    let body = text
        .get(std::ops::Range::<usize>::from(range))
        .unwrap_or_default();
    let line = body.lines().next().unwrap_or_default();
    TextRange::at(range.start(), TextSize::of(line))
}
