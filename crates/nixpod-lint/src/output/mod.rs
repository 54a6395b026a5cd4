//! One small file per format.

mod concise;
mod github;
mod json;
mod pretty;
mod sarif;
mod show_json;
mod show_table;
mod statistics;

use crate::args::Format;
use crate::terminal::Terminal;
use crate::view::{Results, Source};
use camino::Utf8Path;
use nixpod_analysis::Rule;

pub(crate) use show_json::show_json;
pub(crate) use show_table::show_table;

/// What a renderer may know besides the results.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    pub(crate) terminal: &'a Terminal,
    pub(crate) rules: &'a [&'static Rule],
    /// File names for people are relative to it.
    pub(crate) current: &'a Utf8Path,
    /// File names for programs are relative to it.
    pub(crate) base: &'a Utf8Path,
    /// Count instead of list.
    pub(crate) statistics: bool,
}

impl Context<'_> {
    /// A file's name for people: relative to the current directory where it is below.
    pub(crate) fn name(&self, source: &Source) -> String {
        crate::terminal::visible(&crate::view::relative(&source.path, self.current))
    }
}

/// Renders the results of a check.
pub(crate) fn render(format: Format, results: &Results, context: &Context<'_>) -> anyhow::Result<String> {
    Ok(match format {
        Format::Pretty | Format::Concise if context.statistics => statistics::render(results, context),
        Format::Pretty => pretty::render(results, context),
        Format::Concise => concise::render(results, context),
        Format::Json => json::render(results)?,
        Format::Sarif => sarif::render(results, context)?,
        Format::Github => github::render(results, context),
    })
}

/// `1 finding`, `2 findings`.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    let word = if number == 1 { one } else { many };
    format!("{number} {word}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::{ColorWhen, GlobalArgs};
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

    #[test]
    fn formats_are_as_recorded() {
        check(
            &expect_file!["../../../../testdata/cli/formats/pretty.txt"],
            pretty::render,
        );
        check(
            &expect_file!["../../../../testdata/cli/formats/concise.txt"],
            concise::render,
        );
        check(
            &expect_file!["../../../../testdata/cli/formats/github.txt"],
            github::render,
        );
        check(
            &expect_file!["../../../../testdata/cli/formats/statistics.txt"],
            statistics::render,
        );
        check(
            &expect_file!["../../../../testdata/cli/formats/findings.json"],
            |results, _| json::render(results).unwrap(),
        );
        check(
            &expect_file!["../../../../testdata/cli/formats/findings.sarif"],
            |results, context| sarif::render(results, context).unwrap(),
        );
        check(
            &expect_file!["../../../../testdata/cli/formats/show.txt"],
            |results, context| show_table(&results.containers, context),
        );
        check(
            &expect_file!["../../../../testdata/cli/formats/show.json"],
            |results, _| show_json(&results.containers).unwrap(),
        );
    }
}
