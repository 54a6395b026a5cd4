//! What the output goes to: colours, width, and who listens.

use crate::args::{ColorWhen, GlobalArgs};
use crate::{to_stderr, unless_broken_pipe};
use anstyle::{AnsiColor, Style};
use std::io::{self, IsTerminal, Write};

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
            stderr_color: colored(anstream::AutoStream::choice(&io::stderr())),
        }
    }

    /// Prints results.
    pub(crate) fn print(&self, text: &str) -> io::Result<()> {
        self.print_bytes(text.as_bytes())
    }

    /// Prints results that are not ours to decode.
    pub(crate) fn print_bytes(&self, bytes: &[u8]) -> io::Result<()> {
        let mut out = io::stdout().lock();
        unless_broken_pipe(out.write_all(bytes).and_then(|()| out.flush()))
    }

    /// Says on standard error why something cannot be done.
    pub(crate) fn error(&self, message: &str) {
        self.say(AnsiColor::Red, "error", message);
    }

    /// Says on standard error what should be known, unless nobody wants to.
    pub(crate) fn note(&self, message: &str) {
        if !self.quiet {
            self.say(AnsiColor::Cyan, "note", message);
        }
    }

    fn say(&self, color: AnsiColor, what: &str, message: &str) {
        let style = if self.stderr_color {
            color.on_default().bold()
        } else {
            Style::new()
        };
        to_stderr(format_args!("{style}{what}{style:#}: {}", visible(message)));
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

/// Can this character change what a terminal shows elsewhere: controls and bidirectional overrides?
fn is_dangerous(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}')
}

/// The text without characters that could drive the terminal of who reads it. It has the same length in bytes, so
/// that offsets into it stay right.
pub(crate) fn visible(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            let (c, count) = match (is_dangerous(c), c.len_utf8()) {
                (false, _) => (c, 1),
                (true, 3) => ('\u{fffd}', 1),
                (true, len) if c == '\r' => (' ', len),
                (true, len) => ('?', len),
            };
            std::iter::repeat_n(c, count)
        })
        .collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_drives_a_terminal_is_replaced_byte_by_byte() {
        let text = "a\u{1b}[31m\u{9b}x\u{202e}é\tb\n\r";
        let shown = visible(text);
        assert_eq!(shown, "a?[31m??x\u{fffd}é\tb\n ");
        assert_eq!(shown.len(), text.len());
    }
}
