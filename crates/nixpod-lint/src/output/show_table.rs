//! `show` for people: one table per container.

use super::context::Context;
use crate::terminal::{Terminal, styles};
use crate::view::{ContainerSpec, DefinitionSpec, FactSpec, Location};
use crate::words::{Words, list};
use nixpod_analysis::{Certainty, Severity};
use std::fmt::Write;

/// Longer values are cut, except with `--verbose`.
const MAX_VALUE: usize = 48;

/// A plain definition's priority, which is not worth saying.
const PLAIN: i64 = 100;

/// One line of a table: option, value, certainty, place; or a line below it that is not aligned.
enum Row {
    Cells([String; 4], Certainty),
    Detail(String),
}

/// Renders specs.
pub(crate) fn show_table(containers: &[ContainerSpec], context: &Context<'_>) -> String {
    let mut out = String::new();
    for (at, container) in containers.iter().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        heading(&mut out, container, context);
        let rows: Vec<Row> = container
            .facts
            .iter()
            .flat_map(|fact| rows(fact, context))
            .collect();
        table(&mut out, &rows, context.terminal);
    }
    out
}

fn heading(out: &mut String, container: &ContainerSpec, context: &Context<'_>) {
    let name = context.terminal.paint(styles::NAME, &container.name.short());
    let _ = write!(out, "{name}  {}", container.surface);
    if let Some(inside) = &container.inside {
        let _ = write!(out, " in {inside}");
    }
    let hosts = if container.hosts.len() == 1 {
        "host"
    } else {
        "hosts"
    };
    let _ = write!(out, ", {hosts} {}", list(&container.hosts));
    if let Some(at) = &container.location {
        let _ = write!(out, ", {}", place(at, context));
    }
    if container.imported_by_no_host {
        out.push_str(", imported by no host");
    }
    if let Some(condition) = &container.condition {
        let _ = write!(out, ", {condition}");
    }
    out.push('\n');
}

fn rows(fact: &FactSpec, context: &Context<'_>) -> Vec<Row> {
    let whole = context.terminal.verbose;
    let value = fact
        .value
        .as_ref()
        .map_or_else(|| "?".to_owned(), |value| shorten(value, whole));
    let winners = fact
        .definitions
        .iter()
        .filter(|definition| definition.won)
        .count();
    let first = fact.definitions.iter().find(|definition| definition.won);
    let set_at = match (first, fact.certainty) {
        (Some(first), _) => {
            let mut text = first
                .location
                .as_ref()
                .map_or_else(String::new, |at| place(at, context));
            if winners > 1 {
                let _ = write!(text, " and {} more", winners - 1);
            }
            text
        }
        (None, Certainty::Default) => "set nowhere".to_owned(),
        (None, _) => String::new(),
    };
    let certainty = fact.certainty.as_str().to_owned();
    let mut rows = vec![Row::Cells(
        [fact.name.short(), value, certainty, set_at],
        fact.certainty,
    )];
    if let Some(reason) = &fact.reason {
        let word = if fact.certainty == Certainty::Maybe {
            "if"
        } else {
            "because"
        };
        rows.push(Row::Detail(format!("{word} {reason}")));
    }
    for reason in &fact.unknown {
        rows.push(Row::Detail(format!("not known in it: {reason}")));
    }
    // The only winner is the line above; of several, each is worth its own line.
    let details = fact
        .definitions
        .iter()
        .filter(|definition| !definition.won || winners > 1);
    rows.extend(details.map(|definition| Row::Detail(detail(definition, context))));
    rows
}

fn detail(definition: &DefinitionSpec, context: &Context<'_>) -> String {
    let whole = context.terminal.verbose;
    let word = if definition.won { "merged" } else { "overridden" };
    let mut text = format!("{word} {}", shorten(&definition.value, whole));
    if let Some(at) = &definition.location {
        let _ = write!(text, "  {}", place(at, context));
    }
    if definition.priority != PLAIN {
        let _ = write!(text, "  priority {}", definition.priority);
    }
    if let Some(condition) = &definition.condition {
        let _ = write!(text, "  if {}", shorten(condition, whole));
    }
    text
}

fn table(out: &mut String, rows: &[Row], terminal: &Terminal) {
    let mut widths = [0; 3];
    for row in rows {
        if let Row::Cells(cells, _) = row {
            for (width, cell) in widths.iter_mut().zip(cells) {
                *width = (*width).max(columns(cell));
            }
        }
    }
    let [name_width, value_width, certainty_width] = widths;
    for row in rows {
        match row {
            Row::Cells([name, value, certainty, place], kind) => {
                let style = match kind {
                    Certainty::Set => styles::GOOD,
                    Certainty::Default => styles::DIM,
                    Certainty::Maybe | Certainty::Unknown => styles::severity(Severity::Low),
                };
                let line = format!(
                    "  {}  {}  {}  {place}",
                    pad(name, name_width),
                    pad(value, value_width),
                    terminal.paint(style, &pad(certainty, certainty_width)),
                );
                out.push_str(line.trim_end());
                out.push('\n');
            }
            Row::Detail(text) => {
                let _ = writeln!(out, "      {}", terminal.paint(styles::DIM, text));
            }
        }
    }
}

fn place(at: &Location, context: &Context<'_>) -> String {
    format!("{}:{}:{}", context.name(&at.source), at.line, at.column)
}

fn shorten(value: &Words, whole: bool) -> String {
    let line = value.to_string();
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    if whole || columns(&line) <= MAX_VALUE {
        return line;
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
