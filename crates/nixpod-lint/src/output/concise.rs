//! `file:line:column: severity[rule] message`, one line each: for `grep`, and for editors' error lists.

use super::context::Context;
use super::entries::{Entry, entries, more};
use crate::terminal::styles;
use crate::view::Results;
use std::fmt::Write;

pub(super) fn render(results: &Results, context: &Context<'_>) -> String {
    let mut out = String::new();
    for entry in entries(results) {
        let (finding, message) = match entry {
            Entry::Finding(finding) => (finding, finding.message.to_string()),
            Entry::More(finding, number) => (finding, more(number)),
        };
        let at = &finding.location;
        let what = format!("{}[{}]", finding.severity.as_str(), finding.rule);
        // Writing to a string does not fail.
        let _ = writeln!(
            out,
            "{}:{}:{}: {} {}",
            context.name(&at.source),
            at.line,
            at.column,
            context.terminal.paint(styles::severity(finding.severity), &what),
            message,
        );
    }
    out
}
