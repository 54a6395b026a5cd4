//! One small file per format.

mod concise;
mod github;
mod json;
mod pretty;
mod sarif;
mod sheet;
mod show_json;
mod show_table;
mod statistics;

use crate::args::Format;
use crate::terminal::Terminal;
use crate::view::{Finding, Results, Source};
use camino::Utf8Path;
use nixpod_analysis::{Rule, RuleId, Utf8PathBuf, visible};
use std::collections::HashMap;

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
        visible::line(&crate::view::relative(&source.path, self.current)).into_owned()
    }
}

/// So many findings of a rule in a file are listed for people. Nobody reads more of the same.
const LISTED: usize = 200;

/// What a list for people has.
enum Entry<'r> {
    Finding(&'r Finding),
    /// So many more findings of the rule in the file of this one, which is the first of them.
    More(&'r Finding, usize),
}

/// The open findings. Programs get all of them instead.
fn entries(results: &Results) -> Vec<Entry<'_>> {
    let mut out: Vec<Entry<'_>> = Vec::new();
    // How many there are, and where the rest is counted.
    let mut known: HashMap<(&Utf8PathBuf, RuleId), (usize, usize)> = HashMap::new();
    for finding in results.open() {
        let key = (&finding.location.source.path, finding.rule);
        let (count, rest) = known.entry(key).or_default();
        *count += 1;
        match (count.checked_sub(LISTED), out.get_mut(*rest)) {
            (None | Some(0), _) => out.push(Entry::Finding(finding)),
            (Some(more), Some(Entry::More(_, number))) if more > 1 => *number = more,
            (Some(more), _) => {
                *rest = out.len();
                out.push(Entry::More(finding, more));
            }
        }
    }
    out
}

/// What is said of findings that are not listed.
fn more(number: usize) -> String {
    let findings = count(number, "more finding", "more findings");
    format!("{findings} of this rule in this file (--format json lists all)")
}

/// Prints the results of a check.
pub(crate) fn print(format: Format, results: &Results, context: &Context<'_>) -> anyhow::Result<()> {
    let terminal = context.terminal;
    match format {
        Format::Pretty | Format::Concise if context.statistics => {
            terminal.print(&statistics::render(results, context))?;
        }
        Format::Pretty => terminal.print(&pretty::render(results, context))?,
        Format::Concise => terminal.print(&concise::render(results, context))?,
        Format::Json => terminal.print_json(&json::render(results)?)?,
        Format::Sarif => terminal.print_json(&sarif::render(results, context)?)?,
        Format::Github => terminal.print_commands(&github::render(results, context))?,
    }
    Ok(())
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
