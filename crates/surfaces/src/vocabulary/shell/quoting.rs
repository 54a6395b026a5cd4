//! Words of a script: quotes, escapes and expansions.

use super::reader::{Barrier, Reader, is_name};
use super::tree::{Form, Parameter, Piece, Span, What, Word};

/// Where a word ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    /// At white space and operators.
    Blank,
    /// At the brace that closes `${`; in double quotes or not.
    Brace { in_quotes: bool },
}

impl Reader<'_> {
    /// The word that begins here; empty if none does.
    pub(super) fn word(&mut self) -> Word {
        self.word_until(Until::Blank)
    }

    pub(super) fn word_until(&mut self, until: Until) -> Word {
        let start = self.at;
        let mut word = Word::default();
        while let Some(c) = self.peek() {
            match (c, until) {
                (b'}', Until::Brace { .. }) => break,
                (b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'(' | b')', Until::Blank) => break,
                (b'\r', Until::Blank) if self.is_line_end() => break,
                (b'<' | b'>', Until::Blank) => {
                    if self.peek_at(1) != Some(b'(') || !word.is_absent() && !self.is_after_sign() {
                        break;
                    }
                    let from = self.at;
                    self.at += 2;
                    let list = self.commands_of(Barrier::Paren, from);
                    word.push(What::Output(list), from..self.at, true);
                }
                (b'`', _) if self.barrier() == Barrier::Backtick => break,
                (b'\'', Until::Brace { in_quotes: true }) => self.literal_run(&mut word, true),
                (b'\'', _) => self.single_quoted(&mut word),
                (b'"', Until::Brace { in_quotes: true }) => self.at += 1,
                (b'"', _) => self.double_quoted(&mut word),
                (b'\\', _) => self.backslash(&mut word),
                (b'$' | b'`', Until::Brace { in_quotes }) => self.expansion(&mut word, in_quotes),
                (b'$' | b'`', Until::Blank) => self.expansion(&mut word, false),
                (_, until) => self.literal_run(&mut word, until == Until::Brace { in_quotes: true }),
            }
        }
        word.span = start..self.at;
        word
    }

    /// Is this right behind the `=` of an option or an assignment?
    fn is_after_sign(&self) -> bool {
        self.at.checked_sub(1).and_then(|at| self.byte(at)) == Some(b'=')
    }

    /// Characters that mean nothing else.
    fn literal_run(&mut self, word: &mut Word, quoted: bool) {
        let from = self.at;
        self.at += 1;
        let ends = |c: u8| {
            matches!(
                c,
                b' ' | b'\t'
                    | b'\r'
                    | b'\n'
                    | b';'
                    | b'&'
                    | b'|'
                    | b'('
                    | b')'
                    | b'<'
                    | b'>'
                    | b'\''
                    | b'"'
                    | b'\\'
                    | b'$'
                    | b'`'
                    | b'}'
            )
        };
        while self.peek().is_some_and(|c| !ends(c)) {
            self.at += 1;
        }
        word.push(What::Literal, from..self.at, quoted);
    }

    fn backslash(&mut self, word: &mut Word) {
        let from = self.at;
        let next = self.peek_at(1);
        self.at += 1;
        match next {
            // A line that goes on.
            Some(b'\n') => self.at += 1,
            Some(b'\r') if self.peek_at(1) == Some(b'\n') => self.at += 2,
            Some(_) => {
                self.next_char();
                word.push(What::Literal, from + 1..self.at, true);
            }
            None => word.push(What::Literal, from..self.at, true),
        }
    }

    fn single_quoted(&mut self, word: &mut Word) {
        let open = self.at;
        self.at += 1;
        let from = self.at;
        let ends = |c: u8, barrier| c == b'\'' || c == b'`' && barrier == Barrier::Backtick;
        let barrier = self.barrier();
        while self.peek().is_some_and(|c| !ends(c, barrier)) {
            self.at += 1;
        }
        word.push(What::Literal, from..self.at, true);
        self.close(b'\'', open, "quotation mark");
    }

    /// `$'...'`, with escapes as in C.
    fn ansi_quoted(&mut self, word: &mut Word) {
        let open = self.at;
        self.at += 2;
        word.push(What::Literal, self.at..self.at, true);
        while let Some(c) = self.peek() {
            match c {
                b'\'' => break,
                b'\\' => self.ansi_escape(word),
                _ => {
                    let from = self.at;
                    while self.peek().is_some_and(|c| !matches!(c, b'\'' | b'\\')) {
                        self.at += 1;
                    }
                    word.push(What::Literal, from..self.at, true);
                }
            }
        }
        self.close(b'\'', open, "quotation mark");
    }

    fn ansi_escape(&mut self, word: &mut Word) {
        let from = self.at;
        self.at += 1;
        let Some(c) = self.next_char() else {
            return word.push(What::Literal, from..self.at, true);
        };
        let simple = match c {
            'a' => Some('\u{7}'),
            'b' => Some('\u{8}'),
            'e' | 'E' => Some('\u{1b}'),
            'f' => Some('\u{c}'),
            'n' => Some('\n'),
            'r' => Some('\r'),
            't' => Some('\t'),
            'v' => Some('\u{b}'),
            '\\' | '\'' | '"' | '?' => Some(c),
            'x' => self.digits(16, 2),
            'u' => self.digits(16, 4),
            'U' => self.digits(16, 8),
            '0'..='7' => {
                self.at -= 1;
                self.digits(8, 3)
            }
            _ => None,
        };
        match simple {
            Some(simple) => word.push(What::Escape(simple), from..self.at, true),
            None => word.push(What::Literal, from..self.at, true),
        }
    }

    /// A character by its number.
    fn digits(&mut self, radix: u32, most: usize) -> Option<char> {
        let from = self.at;
        let is_digit = |c: u8| char::from(c).is_digit(radix);
        while self.at < from + most && self.peek().is_some_and(is_digit) {
            self.at += 1;
        }
        let code = u32::from_str_radix(self.text.get(from..self.at)?, radix).ok()?;
        char::from_u32(code)
    }

    fn double_quoted(&mut self, word: &mut Word) {
        let open = self.at;
        self.at += 1;
        let before = word.pieces.len();
        while let Some(c) = self.peek() {
            match c {
                b'"' => break,
                b'`' if self.barrier() == Barrier::Backtick => break,
                b'\\' => {
                    // A backslash is itself before anything but these.
                    match self.peek_at(1) {
                        Some(b'$' | b'`' | b'"' | b'\\' | b'\n') => self.backslash(word),
                        _ => {
                            word.push(What::Literal, self.at..self.at + 1, true);
                            self.at += 1;
                        }
                    }
                }
                b'$' | b'`' => self.expansion(word, true),
                _ => {
                    let from = self.at;
                    while self
                        .peek()
                        .is_some_and(|c| !matches!(c, b'"' | b'`' | b'\\' | b'$'))
                    {
                        self.at += 1;
                    }
                    word.push(What::Literal, from..self.at, true);
                }
            }
        }
        // Nothing in quotes is a word; no elements in quotes are none.
        if word.pieces.len() == before {
            word.push(What::Literal, self.at..self.at, true);
        }
        self.close(b'"', open, "quotation mark");
    }

    /// What begins with a dollar sign or a backtick.
    fn expansion(&mut self, word: &mut Word, quoted: bool) {
        let from = self.at;
        if self.peek() == Some(b'`') {
            self.at += 1;
            let list = self.commands_of(Barrier::Backtick, from);
            return word.push(What::Output(list), from..self.at, quoted);
        }
        match self.peek_at(1) {
            Some(b'\'') if !quoted => self.ansi_quoted(word),
            Some(b'"') if !quoted => {
                self.at += 1;
                self.double_quoted(word);
            }
            Some(b'(') if self.peek_at(2) == Some(b'(') => {
                self.at += 3;
                self.arithmetic(from);
                word.push(What::Number, from..self.at, quoted);
            }
            Some(b'(') => {
                self.at += 2;
                let list = self.commands_of(Barrier::Paren, from);
                word.push(What::Output(list), from..self.at, quoted);
            }
            Some(b'{') => self.braced(word, quoted),
            Some(c) if is_name(c) || is_special(c) => {
                self.at += 1;
                let name = self.parameter_name();
                let parameter = Parameter {
                    name,
                    form: Form::Whole,
                    operand: Word::default(),
                };
                word.push(What::Parameter(parameter), from..self.at, quoted);
            }
            _ => {
                self.at += 1;
                word.push(What::Literal, from..self.at, quoted);
            }
        }
    }

    /// A name, one digit, or one special character.
    fn parameter_name(&mut self) -> Span {
        let from = self.at;
        match self.peek() {
            Some(c) if c.is_ascii_digit() || is_special(c) => self.at += 1,
            _ => self.skip_name(),
        }
        from..self.at
    }

    /// `${...}`.
    fn braced(&mut self, word: &mut Word, quoted: bool) {
        let open = self.at;
        if !self.enter() {
            return;
        }
        self.at += 2;
        // `${#name}` and `${!name}`, but `${#}` and `${!}` by themselves.
        let computed = matches!(self.peek(), Some(b'#' | b'!')) && self.peek_at(1) != Some(b'}');
        self.at += usize::from(computed);
        let name = match self.peek() {
            Some(c) if c.is_ascii_digit() => {
                let from = self.at;
                while self.peek().is_some_and(|c| c.is_ascii_digit()) {
                    self.at += 1;
                }
                from..self.at
            }
            _ => self.parameter_name(),
        };
        let mut form = match self.peek() {
            Some(b'[') => self.subscript(),
            _ => Form::Whole,
        };
        let operator = self.at;
        if self.peek() != Some(b'}') {
            form = match (self.peek(), self.peek_at(1)) {
                (Some(b':'), Some(b'-')) | (Some(b'-'), _) => Form::OrElse,
                (Some(b':'), Some(b'=')) | (Some(b'='), _) => Form::OrAssign,
                (Some(b':'), Some(b'?')) | (Some(b'?'), _) => Form::Whole,
                (Some(b':'), Some(b'+')) | (Some(b'+'), _) => Form::IfSet,
                _ => Form::Computed,
            };
        }
        if computed {
            form = Form::Computed;
        }
        self.at += match (form, self.byte(operator)) {
            (Form::OrElse | Form::OrAssign | Form::IfSet, Some(b':')) => 2,
            (Form::OrElse | Form::OrAssign | Form::IfSet, _) => 1,
            _ => 0,
        };
        let operand = self.word_until(Until::Brace { in_quotes: quoted });
        self.close(b'}', open, "brace");
        self.leave();
        let parameter = Parameter { name, form, operand };
        word.push(What::Parameter(parameter), open..self.at, quoted);
    }

    /// `[@]`, `[*]` or an index.
    fn subscript(&mut self) -> Form {
        let from = self.at;
        while self.peek().is_some_and(|c| !matches!(c, b']' | b'}' | b'\n')) {
            self.at += 1;
        }
        self.at += usize::from(self.peek() == Some(b']'));
        match self.text.get(from..self.at) {
            Some("[@]" | "[*]") => Form::Elements,
            _ => Form::Computed,
        }
    }

    /// Up to the two brackets that close arithmetic.
    pub(super) fn arithmetic(&mut self, open: usize) {
        let mut depth = 2_u32;
        while let Some(c) = self.peek() {
            match c {
                b'(' => depth = depth.saturating_add(1),
                b')' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
        self.stop_open(open, "bracket");
    }
}

impl Word {
    pub(super) fn push(&mut self, what: What, span: Span, quoted: bool) {
        if let (What::Literal, Some(last)) = (&what, self.pieces.last_mut())
            && matches!(last.what, What::Literal)
            && last.span.end == span.start
            && last.quoted == quoted
        {
            last.span.end = span.end;
            return;
        }
        self.pieces.push(Piece { what, span, quoted });
    }
}

/// Parameters that have no name.
const fn is_special(c: u8) -> bool {
    matches!(c, b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!')
}
