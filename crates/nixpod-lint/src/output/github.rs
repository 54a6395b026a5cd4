//! Workflow commands, which GitHub shows as annotations of the changed lines.

use super::Context;
use crate::view::Results;
use nixpod_analysis::Level;
use std::fmt::Write;

pub(super) fn render(results: &Results, context: &Context<'_>) -> String {
    let mut out = String::new();
    for finding in results.open() {
        let at = &finding.location;
        let command = match finding.severity.level() {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "notice",
        };
        let mut message = finding.message.clone();
        if let Some(help) = &finding.help {
            let _ = write!(message, "\n{help}");
        }
        for step in &finding.trail {
            let name = context.name(&step.location.source);
            let _ = write!(message, "\n{name}:{}: {}", step.location.line, step.message);
        }
        // GitHub refuses columns of a range over several lines.
        let columns = if at.line == at.end_line {
            format!(",col={},endColumn={}", at.column, at.end_column)
        } else {
            String::new()
        };
        let _ = writeln!(
            out,
            "::{command} file={},line={},endLine={}{columns},title={}::{}",
            property(&context.name(&at.source)),
            at.line,
            at.end_line,
            property(&format!("nixpod-lint: {}", finding.rule)),
            data(&message),
        );
    }
    out
}

/// Escapes what would end a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
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
        assert_eq!(data("100%\n::error::x"), "100%25%0A::error::x");
        assert_eq!(property("a,b:c"), "a%2Cb%3Ac");
    }
}
