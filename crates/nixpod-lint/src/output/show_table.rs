//! `show` for people: one table per container, the most important first.

use super::context::Context;
use super::entries::{count, seen_in};
use crate::terminal::{Terminal, styles};
use crate::view::{ContainerSpec, DefinitionSpec, FactSpec, Location};
use crate::words::Words;
use nixpod_analysis::{Certainty, Severity, ShownKind, Standing};
use std::collections::HashSet;
use std::fmt::Write;

/// Longer values are cut, except with `--verbose`.
const MAX_VALUE: usize = 60;

/// Longer paths of options are cut to whole names.
const MAX_OPTION: usize = 32;

/// A plain definition's priority, which is not worth saying.
const PLAIN: i64 = 100;

/// One line of a table: name, value, option, certainty, place; or a line below it that is not aligned.
enum Row {
    Cells([String; 5], Certainty),
    Detail(String),
    Unseen(String),
    Note(String),
}

/// Renders specs; `defaults`: with what nobody sets.
pub(crate) fn show_table(containers: &[ContainerSpec], defaults: bool, context: &Context<'_>) -> String {
    let mut out = String::new();
    for (at, container) in containers.iter().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        heading(&mut out, container, context);
        let facts = container.facts.iter().filter(|fact| !is_repeated(fact));
        let (shown, hidden): (Vec<&FactSpec>, Vec<&FactSpec>) =
            facts.partition(|fact| defaults || fact.certainty != Certainty::Default);
        let mut rows = Rows::new(context, &shown);
        for fact in &shown {
            rows.fact(fact);
        }
        let mut rows = rows.finish();
        if !hidden.is_empty() {
            rows.push(Row::Note(format!(
                "{} by default (--defaults)",
                count(hidden.len(), "more is as", "more are as")
            )));
        }
        table(&mut out, &rows, context.terminal);
    }
    out
}

pub(super) fn heading(out: &mut String, container: &ContainerSpec, context: &Context<'_>) {
    let name = context.terminal.paint(styles::NAME, &container.name.short());
    let _ = write!(out, "{name}  {}", container.surface);
    if let Some(inside) = &container.inside {
        let _ = write!(out, " in {inside}");
    }
    for part in seen_in(&container.hosts) {
        let _ = write!(out, ", {part}");
    }
    if let Some(at) = &container.location {
        let _ = write!(out, ", {}", place(at, context));
    }
    match container.standing {
        Standing::NoHost => out.push_str(", imported by no host"),
        Standing::Off => out.push_str(", off on every host"),
        Standing::Plain | Standing::OwnCode => {}
    }
    if let Some(condition) = &container.condition {
        let _ = write!(out, ", {condition}");
    }
    out.push('\n');
}

/// The rows of a container's table.
struct Rows<'a> {
    context: &'a Context<'a>,
    rows: Vec<Row>,
    /// The words of a line that is not at its end yet.
    line: Vec<&'a FactSpec>,
    /// All facts.
    facts: &'a [&'a FactSpec],
    /// Options that several facts come from: lists and sets.
    lists: HashSet<&'a Words>,
    /// Definitions that have been told: those of a list are the same for each of its elements.
    told: HashSet<&'a DefinitionSpec>,
}

impl<'a> Rows<'a> {
    fn new(context: &'a Context<'a>, facts: &'a [&'a FactSpec]) -> Self {
        let mut options = HashSet::new();
        let named = facts.iter().filter_map(|fact| fact.option.as_ref());
        Self {
            lists: named.filter(|option| !options.insert(*option)).collect(),
            context,
            rows: Vec::new(),
            line: Vec::new(),
            facts,
            told: HashSet::new(),
        }
    }

    fn fact(&mut self, fact: &'a FactSpec) {
        let is_word = match fact.kind {
            ShownKind::Fact { is_word, .. } => is_word,
            ShownKind::Option => false,
        };
        if self
            .line
            .first()
            .is_some_and(|first| !is_word || !is_on_line(first, fact))
        {
            self.end_line();
        }
        if is_unseen(fact) {
            self.unseen(fact);
        } else if is_word && fact.certainty == Certainty::Set && fact.unknown.is_empty() {
            self.line.push(fact);
        } else {
            let (name, value) = entry(fact);
            self.row(name, value, fact);
        }
    }

    fn finish(mut self) -> Vec<Row> {
        self.end_line();
        self.rows
    }

    /// The words of a line, of which each is told apart.
    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let words: Vec<String> = line.iter().map(|fact| as_word(&value(fact))).collect();
        if let Some(first) = line.first() {
            self.row(first.name.short(), words.join(" "), first);
        }
        for fact in line.iter().skip(1) {
            self.definitions(fact);
        }
    }

    /// All that is not known because a definition could not be seen, where the first of it stands.
    fn unseen(&mut self, fact: &'a FactSpec) {
        let mut all = self.facts.iter().filter(|one| is_unseen(one));
        let is_first = all.next().is_some_and(|first| std::ptr::eq(*first, fact));
        if is_first {
            let mut names = vec![fact.name.short()];
            names.extend(all.map(|one| one.name.short()));
            names.dedup();
            self.rows
                .push(Row::Unseen(format!("not known: {}", names.join(", "))));
            let because = fact
                .reason
                .iter()
                .map(|reason| Row::Detail(format!("because {reason}")));
            self.rows.extend(because);
        }
    }

    fn row(&mut self, name: String, value: String, fact: &'a FactSpec) {
        let whole = self.context.terminal.verbose;
        let at = fact.location.as_ref();
        let place = at.map_or_else(String::new, |at| place(at, self.context));
        let certainty = match fact.certainty {
            Certainty::Set => String::new(),
            other => other.as_str().to_owned(),
        };
        let option = match (fact.kind, &fact.option) {
            (ShownKind::Fact { .. }, Some(option)) => option_name(option, &value),
            _ => String::new(),
        };
        let value = shorten(&value, whole);
        self.rows.push(Row::Cells(
            [name, value, option, certainty, place],
            fact.certainty,
        ));
        if let Some(reason) = &fact.reason {
            let because = if fact.certainty == Certainty::Unknown {
                "because "
            } else {
                ""
            };
            self.rows.push(Row::Detail(format!("{because}{reason}")));
        }
        for reason in &fact.unknown {
            self.rows.push(Row::Detail(format!("not known in it: {reason}")));
        }
        self.definitions(fact);
    }

    /// What did not win, and of several that did each. Elements of a list say themselves where they are written.
    fn definitions(&mut self, fact: &'a FactSpec) {
        let is_list = fact
            .option
            .as_ref()
            .is_some_and(|option| self.lists.contains(option));
        for definition in &fact.definitions {
            let beside = |other: &&DefinitionSpec| other.won && other.option == definition.option;
            let is_merged = !is_list && fact.definitions.iter().filter(beside).count() > 1;
            if self.told.insert(definition) && (!definition.won || is_merged) {
                self.rows.push(Row::Detail(detail(definition, self.context)));
            }
        }
    }
}

/// Was it said before, more completely?
fn is_repeated(fact: &FactSpec) -> bool {
    matches!(
        fact.kind,
        ShownKind::Fact {
            is_repeated: true,
            ..
        }
    )
}

/// Is a word on the line of another?
fn is_on_line(first: &FactSpec, fact: &FactSpec) -> bool {
    let named = |fact: &FactSpec| {
        let option = fact.option.as_ref();
        option.map(|option| option_name(option, &value(fact)))
    };
    let question = |fact: &FactSpec| match fact.kind {
        ShownKind::Fact { question, .. } => Some(question),
        ShownKind::Option => None,
    };
    named(first) == named(fact)
        && question(first) == question(fact)
        && fact.certainty == Certainty::Set
        && fact.unknown.is_empty()
}

/// Is it not known because a definition of the container could not be seen?
fn is_unseen(fact: &FactSpec) -> bool {
    matches!(fact.kind, ShownKind::Fact { is_unseen: true, .. })
}

fn value(fact: &FactSpec) -> String {
    let value = fact.value.as_ref();
    value.map_or_else(|| "?".to_owned(), |value| one_line(&value.to_string()))
}

/// Name and value. The entry of a set with a name of its own, such as a label, is told with that: some are very long.
fn entry(fact: &FactSpec) -> (String, String) {
    let (name, value) = (fact.name.short(), value(fact));
    match name.split_once(".\"") {
        Some((set, key)) if fact.kind == ShownKind::Option => (set.to_owned(), format!("\"{key} = {value}")),
        _ => (name, value),
    }
}

/// A word between others.
fn as_word(value: &str) -> String {
    match value.is_empty() || value.contains(char::is_whitespace) {
        true => format!("'{value}'"),
        false => value.to_owned(),
    }
}

/// The name of an option without names that the value has, too: those of mounts, variables and capabilities.
fn option_name(option: &Words, value: &str) -> String {
    let name = option.to_string();
    let end = name.find(".\"").unwrap_or(name.len());
    let mut name = name.get(..end).unwrap_or_default();
    let is_told = |last: &str| {
        let rest = value.strip_prefix(last);
        rest.is_some_and(|rest| rest.starts_with('=')) || value.ends_with(&format!("_{last}"))
    };
    while let Some((whole, last)) = name.rsplit_once('.')
        && (columns(name) > MAX_OPTION || is_told(last))
    {
        name = whole;
    }
    shorten(name, false)
}

fn detail(definition: &DefinitionSpec, context: &Context<'_>) -> String {
    let whole = context.terminal.verbose;
    let word = if definition.won { "merged" } else { "overridden" };
    let value = shorten(&one_line(&definition.value.to_string()), whole);
    let mut text = format!("{word} {} = {value}", definition.option);
    if let Some(at) = &definition.location {
        let _ = write!(text, "  {}", place(at, context));
    }
    if definition.priority != PLAIN {
        let _ = write!(text, "  priority {}", definition.priority);
    }
    if let Some(condition) = &definition.condition {
        let condition = shorten(&one_line(&condition.to_string()), whole);
        // What is more than one expression is a sentence by itself.
        let is_sentence = condition.starts_with("only if ") || condition.starts_with("depending on ");
        let _ = match is_sentence {
            true => write!(text, "  {condition}"),
            false => write!(text, "  if {condition}"),
        };
    }
    text
}

fn table(out: &mut String, rows: &[Row], terminal: &Terminal) {
    let mut widths = [0; 4];
    for row in rows {
        if let Row::Cells(cells, _) = row {
            for (width, cell) in widths.iter_mut().zip(cells) {
                *width = (*width).max(columns(cell));
            }
        }
    }
    for row in rows {
        match row {
            Row::Cells(cells, certainty) => {
                let style = match certainty {
                    Certainty::Set => styles::GOOD,
                    Certainty::Default => styles::DIM,
                    Certainty::Maybe | Certainty::Unknown => styles::severity(Severity::Low),
                };
                let mut line = String::from(" ");
                for (at, cell) in cells.iter().enumerate() {
                    let width = widths.get(at).copied();
                    let padded = width.map_or_else(|| cell.clone(), |width| pad(cell, width));
                    if width != Some(0) {
                        line.push(' ');
                        let painted = if at == 3 {
                            terminal.paint(style, &padded)
                        } else {
                            padded
                        };
                        line.push_str(&painted);
                        line.push(' ');
                    }
                }
                out.push_str(line.trim_end());
                out.push('\n');
            }
            Row::Detail(text) => {
                let _ = writeln!(out, "      {}", terminal.paint(styles::DIM, text));
            }
            Row::Unseen(text) => {
                let style = styles::severity(Severity::Low);
                let _ = writeln!(out, "  {}", terminal.paint(style, text));
            }
            Row::Note(text) => {
                let _ = writeln!(out, "  {}", terminal.paint(styles::DIM, text));
            }
        }
    }
}

fn place(at: &Location, context: &Context<'_>) -> String {
    format!("{}:{}:{}", context.name(&at.source), at.line, at.column)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn shorten(line: &str, whole: bool) -> String {
    if whole || columns(line) <= MAX_VALUE {
        return line.to_owned();
    }
    let mut short: String = line.chars().take(MAX_VALUE - 1).collect();
    short.push('…');
    short
}

fn columns(text: &str) -> usize {
    unicode_width::UnicodeWidthStr::width(text)
}

fn pad(text: &str, width: usize) -> String {
    let mut padded = text.to_owned();
    padded.extend(std::iter::repeat_n(' ', width.saturating_sub(columns(text))));
    padded
}
