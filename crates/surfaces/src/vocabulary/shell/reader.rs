//! The grammar of a shell's scripts, read from left to right once. Nothing is refused: what does not fit is passed over, and
//! what is not closed ends with the text.

use super::tree::{Join, Kind, List, Script, Span, Statement, Stopped, Word};

/// Scripts are not nested deeper by anybody; each level takes some stack.
const MAX_DEPTH: u32 = 60;
/// A longer text is not read: every word of it takes memory.
pub(crate) const MAX_TEXT: usize = 256 * 1024;

/// Reads the pattern of a text.
pub(crate) fn read(text: &str) -> Script {
    if text.len() > MAX_TEXT {
        return Script {
            stopped: Some(Stopped::Limit("a script of more than 256 KiB")),
            ..Script::default()
        };
    }
    let mut reader = Reader {
        text,
        // A mark of the byte order is no part of the first word.
        at: if text.starts_with('\u{feff}') {
            '\u{feff}'.len_utf8()
        } else {
            0
        },
        depth: 0,
        barriers: Vec::new(),
        awaited: Vec::new(),
        documents: Vec::new(),
        texts: Vec::new(),
        stopped: None,
    };
    let list = reader.list();
    Script {
        list,
        documents: reader.texts,
        stopped: reader.stopped,
    }
}

/// What ends the innermost commands that stand inside a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Barrier {
    None,
    Paren,
    Backtick,
}

/// A word or sign that ends a list of statements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ends {
    Then,
    /// `elif`, `else` or `fi`.
    Branch,
    Do,
    Done,
    /// `;;` or `esac`.
    Arm,
    Brace,
    Paren,
    /// What is outside of this does not end what is inside.
    Barrier,
}

/// A here-document that begins after this line.
pub(super) struct Document {
    /// The line that ends it.
    end: String,
    /// Are tabs before it left out?
    tabs: bool,
    number: usize,
}

pub(super) struct Reader<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
    depth: u32,
    barriers: Vec<Barrier>,
    awaited: Vec<Ends>,
    documents: Vec<Document>,
    /// The texts of all that were begun.
    texts: Vec<Span>,
    stopped: Option<Stopped>,
}

impl<'t> Reader<'t> {
    // ----- characters

    pub(super) fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.byte(self.at)
    }

    pub(super) fn peek_at(&self, ahead: usize) -> Option<u8> {
        self.byte(self.at + ahead)
    }

    /// Passes a whole character.
    pub(super) fn next_char(&mut self) -> Option<char> {
        let c = self.text.get(self.at..)?.chars().next()?;
        self.at += c.len_utf8();
        Some(c)
    }

    pub(super) fn skip_name(&mut self) {
        while self.peek().is_some_and(is_name) {
            self.at += 1;
        }
    }

    /// Is this the end of a line as some systems write it?
    pub(super) fn is_line_end(&self) -> bool {
        match self.peek() {
            Some(b'\n') => true,
            Some(b'\r') => self.peek_at(1) == Some(b'\n'),
            _ => false,
        }
    }

    /// Passes blanks, and lines that go on.
    pub(super) fn blanks(&mut self) {
        loop {
            match (self.peek(), self.peek_at(1), self.peek_at(2)) {
                (Some(b' ' | b'\t'), ..) => self.at += 1,
                (Some(b'\\'), Some(b'\n'), _) => self.at += 2,
                (Some(b'\\'), Some(b'\r'), Some(b'\n')) => self.at += 3,
                _ => return,
            }
        }
    }

    /// Passes a comment up to the end of its line.
    fn comment(&mut self) {
        let in_backticks = self.barrier() == Barrier::Backtick;
        while let Some(c) = self.peek() {
            if c == b'\n' || c == b'`' && in_backticks {
                return;
            }
            self.at += 1;
        }
    }

    // ----- bounds

    /// Begins something nested. Where that is too deep, nothing more is read.
    pub(super) fn enter(&mut self) -> bool {
        if self.depth >= MAX_DEPTH {
            self.stop(Stopped::Limit("a script of more than 60 levels"));
            self.at = self.text.len();
            return false;
        }
        self.depth += 1;
        true
    }

    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    fn stop(&mut self, why: Stopped) {
        self.stopped.get_or_insert(why);
    }

    pub(super) fn stop_open(&mut self, at: usize, what: &'static str) {
        self.stop(Stopped::Open { at, what });
    }

    /// Passes a closing character, which has to be there.
    pub(super) fn close(&mut self, with: u8, opened: usize, what: &'static str) {
        match self.peek() {
            Some(c) if c == with => self.at += 1,
            _ => self.stop_open(opened, what),
        }
    }

    // ----- what is open

    pub(super) fn barrier(&self) -> Barrier {
        self.barriers.last().copied().unwrap_or(Barrier::None)
    }

    /// Is something open that this ends?
    pub(super) fn is_awaited(&self, end: Ends) -> bool {
        let inner = self.awaited.iter().rev();
        inner
            .take_while(|one| **one != Ends::Barrier)
            .any(|one| *one == end)
    }

    /// A list up to what ends it.
    pub(super) fn list_until(&mut self, ends: &[Ends]) -> List {
        let before = self.awaited.len();
        self.awaited.extend(ends);
        let list = self.list();
        self.awaited.truncate(before);
        list
    }

    /// Commands inside a word, up to and with what closes them.
    pub(super) fn commands_of(&mut self, barrier: Barrier, open: usize) -> List {
        if !self.enter() {
            return List::new();
        }
        self.barriers.push(barrier);
        let before = self.awaited.len();
        self.awaited.push(Ends::Barrier);
        let list = match barrier {
            Barrier::Paren => self.list_until(&[Ends::Paren]),
            _ => self.list(),
        };
        self.awaited.truncate(before);
        self.barriers.pop();
        let with = if barrier == Barrier::Paren { b')' } else { b'`' };
        self.close(with, open, "bracket");
        self.leave();
        list
    }

    // ----- statements

    fn list(&mut self) -> List {
        let mut list = List::new();
        let mut join = Join::Then;
        if !self.enter() {
            return list;
        }
        while let Some(next) = self.next_statement(&mut join) {
            let from = self.at;
            let negated = next == Next::Negated;
            let kind = self.statement();
            if let Some(kind) = kind {
                let written = self.text.get(from..self.at).unwrap_or_default().trim_end();
                let span = from..from + written.len();
                list.push(Statement {
                    join,
                    negated,
                    kind,
                    span,
                });
            }
            // Whatever it is, it is passed over.
            if self.at == from {
                self.next_char();
            }
            join = Join::Then;
        }
        self.leave();
        list
    }

    /// Passes what stands between statements, and tells how the next one follows. Nothing: the list ends here.
    fn next_statement(&mut self, join: &mut Join) -> Option<Next> {
        loop {
            self.blanks();
            let at = self.at;
            let c = self.peek()?;
            match (c, self.peek_at(1)) {
                (b'\r', Some(b'\n')) => self.at += 1,
                (b'\n', _) => self.line_end(),
                (b'#', _) => self.comment(),
                (b'`', _) if self.barrier() == Barrier::Backtick => return None,
                (b'&', Some(b'&')) => {
                    self.at += 2;
                    *join = Join::And;
                }
                (b'|', Some(b'|')) => {
                    self.at += 2;
                    *join = Join::Or;
                }
                (b'|', _) => {
                    self.at += 1 + usize::from(self.peek_at(1) == Some(b'&'));
                    *join = Join::Pipe;
                }
                (b';', Some(b';' | b'&')) if self.is_awaited(Ends::Arm) => return None,
                (b'&', Some(b'>')) => return Some(Next::Plain),
                (b';' | b'&', _) => {
                    self.at += 1;
                    *join = Join::Then;
                }
                (b')', _) if self.is_awaited(Ends::Paren) => return None,
                (b')', _) => self.at += 1,
                (b'!', Some(b' ' | b'\t')) => {
                    self.at += 1;
                    self.blanks();
                    return Some(Next::Negated);
                }
                _ => match self.keyword().and_then(ended_by) {
                    Some(end) if self.is_awaited(end) => return None,
                    // A stray one.
                    Some(_) => self.skip_keyword(),
                    None => return Some(Next::Plain),
                },
            }
            debug_assert!(self.at > at);
        }
    }

    /// The unquoted word that begins here, if it may be a keyword.
    pub(super) fn keyword(&self) -> Option<&'t str> {
        let rest = self.text.get(self.at..)?;
        let len = rest
            .bytes()
            .take_while(|c| c.is_ascii_lowercase() || matches!(c, b'{' | b'}' | b'[' | b']'))
            .count();
        let ends = |c: u8| {
            matches!(
                c,
                b' ' | b'\t' | b'\r' | b'\n' | b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>'
            ) || c == b'`' && self.barrier() == Barrier::Backtick
        };
        let is_whole = rest.as_bytes().get(len).is_none_or(|c| ends(*c));
        rest.get(..len).filter(|word| is_whole && !word.is_empty())
    }

    pub(super) fn skip_keyword(&mut self) {
        self.at += self.keyword().map_or(0, str::len);
    }

    /// Passes a keyword, if it is this one.
    pub(super) fn take(&mut self, keyword: &str) -> bool {
        self.blanks();
        let is_it = self.keyword() == Some(keyword);
        if is_it {
            self.at += keyword.len();
        }
        is_it
    }

    // ----- here-documents

    /// Tells the number of the document.
    pub(super) fn begin_document(&mut self, word: &Word, tabs: bool) -> usize {
        let end = word
            .pieces
            .iter()
            .filter_map(|piece| self.text.get(piece.span.clone()))
            .collect();
        let number = self.texts.len();
        self.texts.push(0..0);
        self.documents.push(Document { end, tabs, number });
        number
    }

    /// Passes the end of a line, and the here-documents that begin after it: their text is no script.
    pub(super) fn line_end(&mut self) {
        self.at += 1;
        for document in std::mem::take(&mut self.documents) {
            let from = self.at;
            loop {
                let begin = self.at;
                let rest = self.text.get(self.at..).unwrap_or_default();
                if rest.is_empty() {
                    return;
                }
                let line = rest.split('\n').next().unwrap_or_default();
                self.at = (self.at + line.len() + 1).min(self.text.len());
                let line = line.strip_suffix('\r').unwrap_or(line);
                let line = if document.tabs {
                    line.trim_start_matches('\t')
                } else {
                    line
                };
                if line == document.end {
                    if let Some(text) = self.texts.get_mut(document.number) {
                        *text = from..begin;
                    }
                    break;
                }
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Plain,
    Negated,
}

/// What a keyword ends, if it ends something.
fn ended_by(keyword: &str) -> Option<Ends> {
    Some(match keyword {
        "then" => Ends::Then,
        "elif" | "else" | "fi" => Ends::Branch,
        "do" => Ends::Do,
        "done" => Ends::Done,
        "esac" => Ends::Arm,
        "}" => Ends::Brace,
        _ => return None,
    })
}

/// Can this stand in a name?
pub(super) const fn is_name(c: u8) -> bool {
    c.is_ascii_alphanumeric() || c == b'_'
}

/// A statement that is nothing but a group.
pub(super) fn group(list: List) -> Option<Kind> {
    Some(Kind::Group(list))
}
