//! One small file per format.

mod concise;
mod context;
mod entries;
mod gaps;
mod github;
mod json;
mod pretty;
mod sarif;
mod sheet;
mod show_commands;
mod show_json;
mod show_table;
mod statistics;

use crate::args::Format;
use crate::view::Results;

pub(crate) use context::Context;
pub(crate) use entries::{count, left_out};
pub(crate) use gaps::{gap_lines, hidden_containers, not_analysed};
pub(crate) use show_commands::show_commands;
pub(crate) use show_json::show_json;
pub(crate) use show_table::show_table;

/// Prints the results of a check.
pub(crate) fn print(format: Format, results: &Results, context: &Context<'_>) -> anyhow::Result<()> {
    let terminal = context.terminal;
    match format {
        Format::Pretty | Format::Concise if context.statistics => {
            terminal.print(&statistics::render(results, context))?;
        }
        Format::Pretty => terminal.print_pieces(pretty::pieces(results, context))?,
        Format::Concise => terminal.print_pieces(concise::lines(results, context))?,
        Format::Json => terminal.print_document(&json::document(results))?,
        Format::Sarif => terminal.print_document(&sarif::document(results, context))?,
        Format::Github => terminal.print_commands(github::lines(results, context))?,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::{ColorWhen, GlobalArgs};
    use crate::terminal::Terminal;
    use crate::view::sample;
    use expect_test::{ExpectFile, expect_file};

    fn check(expect: &ExpectFile, render: impl Fn(&Results, &Context<'_>) -> String) {
        let mut terminal = Terminal::new(&GlobalArgs {
            color: ColorWhen::Never,
            quiet: false,
            verbose: true,
            timings: false,
        });
        terminal.unicode = true;
        let context = Context {
            terminal: &terminal,
            rules: &[],
            current: "/project".into(),
            base: "/project".into(),
            statistics: false,
        };
        let version = format!("\"{}\"", env!("CARGO_PKG_VERSION"));
        expect.assert_eq(&render(&sample::results(), &context).replace(&version, "\"VERSION\""));
    }

    fn written(document: &impl serde::Serialize) -> String {
        let mut out = Vec::new();
        crate::document::write(document, &mut out, false).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn formats_are_as_recorded() {
        check(
            &expect_file!["../../../../testdata/cli/formats/pretty.txt"],
            |results, context| pretty::pieces(results, context).collect(),
        );
        check(
            &expect_file!["../../../../testdata/cli/formats/concise.txt"],
            |results, context| concise::lines(results, context).collect(),
        );
        check(
            &expect_file!["../../../../testdata/cli/formats/github.txt"],
            |results, context| github::lines(results, context).collect(),
        );
        check(
            &expect_file!["../../../../testdata/cli/formats/statistics.txt"],
            statistics::render,
        );
        check(
            &expect_file!["../../../../testdata/cli/formats/findings.json"],
            |results, _| written(&json::document(results)),
        );
        check(
            &expect_file!["../../../../testdata/cli/formats/findings.sarif"],
            |results, context| written(&sarif::document(results, context)),
        );
        check(
            &expect_file!["../../../../testdata/cli/formats/show.txt"],
            |results, context| show_table(&results.containers, true, context),
        );
        check(
            &expect_file!["../../../../testdata/cli/formats/show.json"],
            |results, _| written(&show_json(&results.containers)),
        );
    }
}
