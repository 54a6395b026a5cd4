//! Workflow commands, which GitHub shows as annotations of the changed lines.

use super::context::Context;
use super::entries::{Entry, entries, more};
use crate::runner::defuse_old;
use crate::view::{Finding, Results};
use nixpod_analysis::Level;
use std::fmt::Write;

pub(super) fn lines(results: &Results, context: &Context<'_>) -> impl Iterator<Item = String> {
    entries(results).into_iter().map(|entry| {
        let (finding, message) = match entry {
            Entry::Finding(finding) => (finding, message(finding, context)),
            Entry::More(finding, number) => (finding, more(number)),
        };
        let at = &finding.location;
        let command = match finding.severity.level() {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "notice",
        };
        // GitHub refuses columns of a range over several lines.
        let columns = if at.line == at.end_line {
            format!(",col={},endColumn={}", at.column, at.end_column)
        } else {
            String::new()
        };
        format!(
            "::{command} file={},line={},endLine={}{columns},title={}::{}\n",
            property(&context.name(&at.source)),
            at.line,
            at.end_line,
            property(&format!("nixpod-lint: {}", finding.rule)),
            data(&message),
        )
    })
}

fn message(finding: &Finding, context: &Context<'_>) -> String {
    let mut message = finding.message.to_string();
    if let Some(help) = &finding.help {
        let _ = write!(message, "\n{help}");
    }
    for step in &finding.trail {
        let name = context.name(&step.location.source);
        let _ = write!(message, "\n{name}:{}: {}", step.location.line, step.message);
    }
    message
}

/// Escapes what would end a command, or be one of the older kind.
fn data(text: &str) -> String {
    defuse_old(text)
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// Escapes what would end a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_cannot_start_a_command() {
        assert_eq!(
            data("100%\n::error::x ##[error]y"),
            "100%25%0A::error::x ##\\[error]y"
        );
        assert_eq!(property("a,b:c"), "a%2Cb%3Ac");
    }
}
