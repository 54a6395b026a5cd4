//! Markdown for a terminal: headings, paragraphs, lists and code, no more than rule documentation uses.

use crate::terminal::{Terminal, styles};

/// Renders a text.
pub(crate) fn render(markdown: &str, terminal: &Terminal) -> String {
    let mut out = Renderer {
        terminal,
        out: String::new(),
        paragraph: String::new(),
        indent: "",
    };
    let mut in_code = false;
    for line in markdown.lines() {
        let trimmed = line.trim();
        if trimmed.starts_with("```") {
            out.end_paragraph();
            in_code = !in_code;
            if !in_code {
                out.blank();
            }
        } else if in_code {
            let code = format!("    {}", terminal.paint(styles::NAME, line));
            out.line(code.trim_end());
        } else if trimmed.is_empty() {
            out.end_paragraph();
            out.blank();
        } else if let Some(heading) = heading(trimmed) {
            out.end_paragraph();
            out.blank();
            out.line(&terminal.paint(styles::HEADING, heading));
        } else {
            if trimmed.starts_with("- ") || trimmed.starts_with("* ") {
                out.end_paragraph();
                out.indent = "  ";
            }
            out.words(trimmed);
        }
    }
    out.end_paragraph();
    out.out.trim_matches('\n').to_owned() + "\n"
}

fn heading(line: &str) -> Option<&str> {
    let text = line.trim_start_matches('#');
    (text.len() < line.len())
        .then(|| text.strip_prefix(' '))
        .flatten()
}

struct Renderer<'a> {
    terminal: &'a Terminal,
    out: String,
    paragraph: String,
    /// How far lines after the first of the paragraph are set in.
    indent: &'static str,
}

impl Renderer<'_> {
    fn line(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    /// One empty line, however often it is asked for.
    fn blank(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    fn words(&mut self, text: &str) {
        if !self.paragraph.is_empty() {
            self.paragraph.push(' ');
        }
        self.paragraph.push_str(text);
    }

    fn end_paragraph(&mut self) {
        let paragraph = std::mem::take(&mut self.paragraph);
        let mut line = String::new();
        let mut in_code = false;
        for word in pieces(&paragraph) {
            let too_long = line.chars().count() + 1 + word.chars().count() > self.terminal.width;
            if !line.is_empty() && too_long {
                let styled = self.style_code(&line, &mut in_code);
                self.line(&styled);
                line.clear();
                line.push_str(self.indent);
            } else if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        if !line.is_empty() {
            let styled = self.style_code(&line, &mut in_code);
            self.line(&styled);
        }
        self.indent = "";
    }

    /// Colours what is between backticks, which go away where there are colours; `in_code` carries over lines.
    fn style_code(&self, line: &str, in_code: &mut bool) -> String {
        if !self.terminal.color {
            return line.to_owned();
        }
        let mut styled = String::new();
        for (at, piece) in line.split('`').enumerate() {
            if at > 0 {
                *in_code = !*in_code;
            }
            if *in_code && !piece.is_empty() {
                styled.push_str(&self.terminal.paint(styles::NAME, piece));
            } else {
                styled.push_str(piece);
            }
        }
        styled
    }
}

fn pieces(paragraph: &str) -> impl Iterator<Item = &str> {
    paragraph.split_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::{ColorWhen, GlobalArgs};
    use expect_test::expect;

    fn plain(width: usize) -> Terminal {
        let mut terminal = Terminal::new(&GlobalArgs {
            color: ColorWhen::Never,
            quiet: false,
            verbose: false,
            timings: false,
        });
        terminal.width = width;
        terminal
    }

    #[test]
    fn paragraphs_are_filled_and_code_is_kept() {
        let text = "## What it flags\nA container\nthat runs `privileged`.\n\n- one thing that is long\n- two\n## Bad\n```nix\n{ a = 1;\n  b = 2; }\n```\n";
        expect![[r#"
            What it flags
            A container that runs
            `privileged`.

            - one thing that is
              long
            - two

            Bad
                { a = 1;
                  b = 2; }
        "#]]
        .assert_eq(&render(text, &plain(22)));
    }
}
