//! `file:line:column: severity[rule] message`, one line each: for `grep`, and for editors' error lists.

use super::context::Context;
use super::entries::{Entry, entries, more};
use crate::terminal::styles;
use crate::view::Results;

pub(super) fn lines(results: &Results, context: &Context<'_>) -> impl Iterator<Item = String> {
    entries(results).into_iter().map(|entry| line(&entry, context))
}

/// The line of one entry.
pub(super) fn line(entry: &Entry<'_>, context: &Context<'_>) -> String {
    let (finding, message) = match entry {
        Entry::Finding(finding) => (finding, finding.message.to_string()),
        Entry::More(finding, number) => (finding, more(*number)),
    };
    let at = &finding.location;
    let what = format!("{}[{}]", finding.severity.as_str(), finding.rule);
    format!(
        "{}:{}:{}: {} {message}\n",
        context.name(&at.source),
        at.line,
        at.column,
        context.terminal.paint(styles::severity(finding.severity), &what),
    )
}
