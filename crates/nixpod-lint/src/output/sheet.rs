//! The text of a file as it may be shown: secrets are masked and everything is seen. It is made once per file, with the
//! beginnings of its lines, however many findings point into it.

use crate::view::{Location, Source};
use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};
use nixpod_analysis::{MASK, visible};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// Longer lines are not shown: minified files would fill the screen.
const MAX_LINE: usize = 400;

/// Of a longer stretch only the first line is marked.
const MAX_LINES: usize = 40;

/// A stretch of the text that is shown as something else.
#[derive(Debug)]
struct Changed {
    original: Range<usize>,
    shown: Range<usize>,
}

/// A file's text as it may be shown.
#[derive(Debug)]
pub(super) struct Sheet {
    text: String,
    /// Where each line begins.
    starts: Vec<usize>,
    changed: Vec<Changed>,
}

impl Sheet {
    pub(super) fn new(source: &Source) -> Self {
        let mut writer = Writer::default();
        let mut at = 0;
        for hidden in source.hidden.iter() {
            let hidden = Range::<usize>::from(*hidden);
            writer.keep(&source.text, at..hidden.start);
            writer.change(hidden.clone(), |text| text.push_str(MASK));
            at = hidden.end;
        }
        writer.keep(&source.text, at..source.text.len());
        let line_ends = writer.text.match_indices('\n').map(|(at, _)| at + 1);
        Self {
            starts: std::iter::once(0).chain(line_ends).collect(),
            text: writer.text,
            changed: writer.changed,
        }
    }

    /// Where the text of a location is in this one, and if it is fit to be shown with the lines around it.
    pub(super) fn span(&self, at: &Location) -> Option<SourceSpan> {
        let start = self.shown(at.range.start().into(), false);
        let mut end = self.shown(at.range.end().into(), true).max(start);
        let first = self.line(start);
        if self.line(end) - first > MAX_LINES {
            end = self.end(first).max(start);
        }
        let last = self.line(end);
        (first.saturating_sub(1)..=last + 1)
            .all(|line| self.end(line).saturating_sub(self.start(line)) <= MAX_LINE)
            .then(|| (start, end - start).into())
    }

    /// Where an offset of the file's text is. Inside of what is shown as something else there is only that.
    fn shown(&self, offset: usize, is_end: bool) -> usize {
        let before = self.changed.partition_point(|one| one.original.end <= offset);
        if let Some(inside) = self.changed.get(before)
            && inside.original.start < offset
        {
            return if is_end {
                inside.shown.end
            } else {
                inside.shown.start
            };
        }
        match before.checked_sub(1).and_then(|at| self.changed.get(at)) {
            Some(last) => last.shown.end + (offset - last.original.end),
            None => offset,
        }
    }

    fn line(&self, offset: usize) -> usize {
        self.starts
            .partition_point(|start| *start <= offset)
            .saturating_sub(1)
    }

    fn start(&self, line: usize) -> usize {
        self.starts.get(line).copied().unwrap_or(self.text.len())
    }

    /// Where a line ends, before its line break.
    fn end(&self, line: usize) -> usize {
        match self.starts.get(line + 1) {
            Some(next) => next - 1,
            None => self.text.len(),
        }
    }
}

/// Writes a text and notes what is changed.
#[derive(Default)]
struct Writer {
    text: String,
    changed: Vec<Changed>,
}

impl Writer {
    fn keep(&mut self, text: &str, range: Range<usize>) {
        let (from, piece) = (range.start, text.get(range).unwrap_or_default());
        let mut kept = 0;
        for (at, c) in piece.char_indices() {
            if !visible::is_hidden(c) || matches!(c, '\n' | '\t') {
                continue;
            }
            self.text.push_str(piece.get(kept..at).unwrap_or_default());
            kept = at + c.len_utf8();
            let ends_line = c == '\r' && piece.get(kept..).is_some_and(|rest| rest.starts_with('\n'));
            self.change(from + at..from + kept, |text| {
                if !ends_line {
                    visible::push_escaped(text, c);
                }
            });
        }
        self.text.push_str(piece.get(kept..).unwrap_or_default());
    }

    fn change(&mut self, original: Range<usize>, write: impl FnOnce(&mut String)) {
        let start = self.text.len();
        write(&mut self.text);
        let shown = start..self.text.len();
        self.changed.push(Changed { original, shown });
    }
}

/// A sheet with the name of its file.
pub(super) struct Excerpt {
    pub(super) name: String,
    pub(super) sheet: Arc<Sheet>,
}

/// The text would fill the screen.
impl fmt::Debug for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Excerpt")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl SourceCode for Excerpt {
    /// The lines of a span with the lines around it; without lines around it, just the span. What miette brings along
    /// reads the text from its beginning each time.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let sheet = &self.sheet;
        let (start, end) = (span.offset(), span.offset() + span.len());
        let (first, last) = (sheet.line(start), sheet.line(end.saturating_sub(1).max(start)));
        // Labels that are far apart get excerpts of their own: miette tries to make one of both.
        if last - first > 2 * MAX_LINES {
            return Err(MietteError::OutOfBounds);
        }
        let (top, column) = match before {
            0 => (first, start - sheet.start(first)),
            _ => (first.saturating_sub(before), 0),
        };
        let from = sheet.start(top) + column;
        let to = match after {
            0 => end,
            _ => sheet.start(last + after + 1),
        };
        let data = sheet
            .text
            .as_bytes()
            .get(from..to)
            .ok_or(MietteError::OutOfBounds)?;
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            data,
            (from, to - from).into(),
            top,
            column,
            sheet.line(to),
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nixpod_analysis::{LineIndex, TextRange, TextSize};

    fn location(text: &str, hidden: &str, shown: &str) -> Location {
        let range = |needle: &str| {
            let at = TextSize::new(text.find(needle).unwrap() as u32);
            TextRange::at(at, TextSize::of(needle))
        };
        let source = Source {
            path: "/a.nix".into(),
            name: "a.nix".into(),
            text: text.into(),
            lines: Arc::new(LineIndex::new(text)),
            hidden: {
                let hidden = range(hidden);
                std::sync::LazyLock::new(Box::new(move || vec![hidden]))
            },
        };
        Location {
            source: Arc::new(source),
            range: range(shown),
            line: 1,
            column: 1,
            end_line: 1,
            end_column: 1,
        }
    }

    fn shown(text: &str, hidden: &str, marked: &str) -> String {
        let at = location(text, hidden, marked);
        let sheet = Sheet::new(&at.source);
        let span = sheet.span(&at).unwrap();
        let range = span.offset()..span.offset() + span.len();
        format!("{}|{}", sheet.text, &sheet.text[range])
    }

    #[test]
    fn offsets_follow_what_is_shown_instead() {
        let text = "a\u{1b} = \"hunter2\";\r\nb\u{202e} = 1;\n";
        assert_eq!(
            shown(text, "hunter2", "\"hunter2\""),
            "a\\u{1b} = \"***\";\nb\\u{202e} = 1;\n|\"***\""
        );
        assert_eq!(
            shown(text, "hunter2", "b\u{202e} ="),
            "a\\u{1b} = \"***\";\nb\\u{202e} = 1;\n|b\\u{202e} ="
        );
        assert!(shown(text, "hunter2", "nter").ends_with("|***"));
    }

    #[test]
    fn an_excerpt_is_what_miette_itself_would_read() {
        let text = "one\ntwo\n\nthree is longer\nfour\n";
        let at = location(text, "one", "two");
        let excerpt = Excerpt {
            name: String::new(),
            sheet: Arc::new(Sheet::new(&at.source)),
        };
        let shown = excerpt.sheet.text.clone();
        for start in 0..shown.len() {
            // Where a span ends with a line break miette shows one line more, which no excerpt of ours wants.
            let ends = (1..=shown.len() - start).filter(|len| !shown[..start + len].ends_with('\n'));
            for len in ends {
                for around in [0, 1, 2] {
                    let span = SourceSpan::from((start, len));
                    let ours = excerpt.read_span(&span, around, around).unwrap();
                    let theirs = shown.read_span(&span, around, around).unwrap();
                    let told = |it: &dyn SpanContents<'_>| {
                        let text = String::from_utf8(it.data().to_vec()).unwrap();
                        (text, *it.span(), (it.line(), it.column(), it.line_count()))
                    };
                    assert_eq!(told(&*ours), told(&*theirs), "{start} {len} {around}");
                }
            }
        }
        assert!(
            excerpt
                .read_span(&SourceSpan::from((shown.len(), 9)), 1, 1)
                .is_ok()
        );
        assert!(
            excerpt
                .read_span(&SourceSpan::from((shown.len(), 9)), 0, 0)
                .is_err()
        );
    }
}
