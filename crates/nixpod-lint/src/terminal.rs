//! What the output goes to: colours, width, and who listens.

use crate::args::{ColorWhen, GlobalArgs};
use crate::document;
use crate::runner::{self, defuse, defuse_json, defuse_old};
use crate::streams::{to_stderr, unless_broken_pipe};
use anstyle::{AnsiColor, Style};
use nixpod_analysis::visible;
use serde::Serialize;
use std::borrow::Cow;
use std::io::{self, BufWriter, IsTerminal, Write};

/// The width of text that goes to a file or pipe, and the most that is used of a terminal: longer lines read badly.
const WIDTH: usize = 100;

/// Standard output and standard error with what the user wants of them.
#[derive(Debug)]
pub(crate) struct Terminal {
    pub(crate) color: bool,
    pub(crate) unicode: bool,
    pub(crate) width: usize,
    pub(crate) quiet: bool,
    pub(crate) verbose: bool,
    stderr_color: bool,
    is_terminal: bool,
    /// What is printed is read by a runner that takes orders.
    is_runner: bool,
}

impl Terminal {
    pub(crate) fn new(args: &GlobalArgs) -> Self {
        match args.color {
            ColorWhen::Auto => {}
            ColorWhen::Always => anstream::ColorChoice::Always.write_global(),
            ColorWhen::Never => anstream::ColorChoice::Never.write_global(),
        }
        let colored = |choice: anstream::ColorChoice| choice != anstream::ColorChoice::Never;
        let is_terminal = io::stdout().is_terminal();
        let width = if is_terminal {
            terminal_size::terminal_size().map_or(WIDTH, |(width, _)| usize::from(width.0))
        } else {
            WIDTH
        };
        Self {
            color: colored(anstream::AutoStream::choice(&io::stdout())),
            unicode: !is_terminal || speaks_unicode(),
            width: width.clamp(40, WIDTH),
            quiet: args.quiet,
            verbose: args.verbose,
            is_terminal,
            is_runner: runner::listens(),
            stderr_color: colored(anstream::AutoStream::choice(&io::stderr())),
        }
    }

    /// Prints results for people.
    pub(crate) fn print(&self, text: &str) -> io::Result<()> {
        self.print_with(defuse, text)
    }

    /// The same in pieces that are made when they are printed, each of whole lines.
    pub(crate) fn print_pieces(&self, pieces: impl Iterator<Item = String>) -> io::Result<()> {
        self.print_all(defuse, pieces)
    }

    /// Prints lines that are commands to GitHub's runner.
    pub(crate) fn print_commands(&self, lines: impl Iterator<Item = String>) -> io::Result<()> {
        self.print_all(defuse_old, lines)
    }

    /// Prints a document of ours in JSON, piece by piece.
    pub(crate) fn print_document(&self, document: &impl Serialize) -> io::Result<()> {
        document::write(document, io::stdout().lock(), self.is_runner)
    }

    /// Prints a value of the analysed code: exactly, unless somebody is looking.
    pub(crate) fn print_value(&self, value: &str, is_json: bool) -> io::Result<()> {
        match (is_json, self.is_terminal) {
            (true, true) => self.print_with(defuse_json, &visible::json(value)),
            (true, false) => self.print_with(defuse_json, value),
            (false, true) => self.print(&visible::lines(value)),
            (false, false) => self.print(value),
        }
    }

    /// Prints what is ours from beginning to end.
    pub(crate) fn print_bytes(&self, bytes: &[u8]) -> io::Result<()> {
        let mut out = io::stdout().lock();
        unless_broken_pipe(out.write_all(bytes).and_then(|()| out.flush()))
    }

    /// Does somebody look at it, and not a program?
    pub(crate) fn is_looked_at(&self) -> bool {
        self.is_terminal || self.color
    }

    fn print_all(
        &self,
        defuse: fn(&str) -> Cow<'_, str>,
        mut pieces: impl Iterator<Item = String>,
    ) -> io::Result<()> {
        let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
        let written = pieces.try_for_each(|piece| match self.is_runner {
            true => out.write_all(defuse(&piece).as_bytes()),
            false => out.write_all(piece.as_bytes()),
        });
        unless_broken_pipe(written.and_then(|()| out.flush()))
    }

    fn print_with(&self, defuse: fn(&str) -> Cow<'_, str>, text: &str) -> io::Result<()> {
        match self.is_runner {
            true => self.print_bytes(defuse(text).as_bytes()),
            false => self.print_bytes(text.as_bytes()),
        }
    }

    /// Says on standard error why something cannot be done, in one line.
    pub(crate) fn error(&self, message: &str) {
        self.say(AnsiColor::Red, "error", &visible::line(message));
    }

    /// The same in several lines, the later ones set in, so that none looks like a message of its own.
    pub(crate) fn error_lines(&self, message: &str) {
        let message = visible::lines(message);
        let mut told = String::new();
        for (at, line) in message.lines().enumerate() {
            let indent = match at {
                0 => "",
                _ if line.starts_with("  ") => "\n",
                _ => "\n  ",
            };
            told.push_str(indent);
            told.push_str(line);
        }
        self.say(AnsiColor::Red, "error", &told);
    }

    /// Says on standard error what should be known, unless nobody wants to, in one line.
    pub(crate) fn note(&self, message: &str) {
        if !self.quiet {
            self.say(AnsiColor::Cyan, "note", &visible::line(message));
        }
    }

    fn say(&self, color: AnsiColor, what: &str, message: &str) {
        let style = if self.stderr_color {
            color.on_default().bold()
        } else {
            Style::new()
        };
        to_stderr(&format!("{style}{what}{style:#}: {message}"));
    }

    /// The text in a style, if there are colours.
    pub(crate) fn paint(&self, style: Style, text: &str) -> String {
        if self.color {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }
}

/// Is the locale one of UTF-8? Unset means the C locale.
fn speaks_unicode() -> bool {
    ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty())
        .is_some_and(|value| {
            let value = value.to_ascii_lowercase();
            value.contains("utf-8") || value.contains("utf8")
        })
}

/// Colours by meaning.
pub(crate) mod styles {
    use anstyle::{AnsiColor, Style};
    use nixpod_analysis::Severity;

    pub(crate) const BOLD: Style = Style::new().bold();
    pub(crate) const DIM: Style = Style::new().dimmed();
    pub(crate) const NAME: Style = AnsiColor::Cyan.on_default().bold();
    pub(crate) const HEADING: Style = Style::new().bold().underline();
    pub(crate) const GOOD: Style = AnsiColor::Green.on_default();

    pub(crate) const fn severity(severity: Severity) -> Style {
        match severity {
            Severity::Critical | Severity::High => AnsiColor::Red.on_default().bold(),
            Severity::Medium => AnsiColor::Yellow.on_default().bold(),
            Severity::Low => AnsiColor::Yellow.on_default(),
            Severity::Info => AnsiColor::Cyan.on_default(),
        }
    }
}
