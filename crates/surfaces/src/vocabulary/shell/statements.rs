//! Statements of a script: simple commands and all that has commands in it.

use super::reader::{Ends, Reader, group, is_name};
use super::tree::{Assigned, Assignment, Kind, List, Simple, Span, Word};

impl Reader<'_> {
    /// The statement that begins here; none where nothing fits.
    pub(super) fn statement(&mut self) -> Option<Kind> {
        let kind = match (self.peek(), self.peek_at(1)) {
            (Some(b'('), Some(b'(')) => {
                let open = self.at;
                self.at += 2;
                self.arithmetic(open);
                Some(Kind::Test)
            }
            (Some(b'('), _) => {
                self.at += 1;
                let list = self.list_until(&[Ends::Paren]);
                self.at += usize::from(self.peek() == Some(b')'));
                group(list)
            }
            _ => match self.keyword() {
                Some("{") => {
                    self.skip_keyword();
                    let list = self.list_until(&[Ends::Brace]);
                    self.take("}");
                    group(list)
                }
                Some("if") => self.branches(),
                Some("while" | "until") => {
                    self.skip_keyword();
                    let condition = self.list_until(&[Ends::Do, Ends::Done]);
                    let body = self.do_done();
                    Some(Kind::Loop { condition, body })
                }
                Some("for" | "select") => self.for_each(),
                Some("case") => self.case(),
                Some("function") => {
                    self.skip_keyword();
                    self.blanks();
                    let name = self.bare_name();
                    self.blanks();
                    if self.peek() == Some(b'(') {
                        self.at += 1;
                        self.blanks();
                        self.at += usize::from(self.peek() == Some(b')'));
                    }
                    Some(self.function(name))
                }
                Some("[[") => {
                    self.skip_keyword();
                    self.double_brackets();
                    Some(Kind::Test)
                }
                Some("coproc") => {
                    self.skip_keyword();
                    self.blanks();
                    return self.statement();
                }
                _ => return self.simple(),
            },
        };
        // Redirections of the whole.
        if !matches!(kind, Some(Kind::Function { .. })) {
            self.simple();
        }
        kind
    }

    fn branches(&mut self) -> Option<Kind> {
        let mut branches = Vec::new();
        let mut otherwise = List::new();
        while self.take("if") || self.take("elif") {
            let condition = self.list_until(&[Ends::Then, Ends::Branch]);
            self.take("then");
            let body = self.list_until(&[Ends::Branch]);
            branches.push((condition, body));
        }
        if self.take("else") {
            otherwise = self.list_until(&[Ends::Branch]);
        }
        self.take("fi");
        Some(Kind::If { branches, otherwise })
    }

    fn do_done(&mut self) -> List {
        if self.take("do") {
            let body = self.list_until(&[Ends::Done]);
            self.take("done");
            return body;
        }
        self.take("done");
        List::new()
    }

    fn for_each(&mut self) -> Option<Kind> {
        self.skip_keyword();
        self.blanks();
        let mut words = None;
        let name = if self.peek() == Some(b'(') && self.peek_at(1) == Some(b'(') {
            let open = self.at;
            self.at += 2;
            self.arithmetic(open);
            self.at..self.at
        } else {
            let from = self.at;
            self.skip_name();
            from..self.at
        };
        self.lines();
        if self.take("in") {
            words = Some(self.words());
        }
        while self.peek() == Some(b';') || self.is_line_end() {
            if self.peek() == Some(b';') {
                self.at += 1;
            }
            self.lines();
        }
        let body = match self.keyword() {
            Some("{") => {
                self.skip_keyword();
                let body = self.list_until(&[Ends::Brace]);
                self.take("}");
                body
            }
            _ => self.do_done(),
        };
        Some(Kind::For { name, words, body })
    }

    fn case(&mut self) -> Option<Kind> {
        self.skip_keyword();
        self.blanks();
        let word = self.word();
        self.lines();
        self.take("in");
        let mut arms = Vec::new();
        loop {
            self.lines();
            if self.peek() == Some(b'#') {
                self.simple();
                continue;
            }
            if self.peek().is_none() || self.take("esac") || !self.pattern() {
                break;
            }
            arms.push(self.list_until(&[Ends::Arm]));
            self.blanks();
            while matches!(self.peek(), Some(b';' | b'&')) {
                self.at += 1;
            }
        }
        Some(Kind::Case { word, arms })
    }

    /// Passes the patterns of an arm with the bracket behind them; false where there is none.
    fn pattern(&mut self) -> bool {
        self.blanks();
        self.at += usize::from(self.peek() == Some(b'('));
        loop {
            self.blanks();
            let from = self.at;
            self.word();
            self.blanks();
            match self.peek() {
                Some(b')') => {
                    self.at += 1;
                    return true;
                }
                Some(b'|') => self.at += 1,
                _ if self.at > from => {}
                _ => return false,
            }
        }
    }

    fn function(&mut self, name: Span) -> Kind {
        self.lines();
        let body = match self.enter() {
            true => {
                let from = self.at;
                let kind = self.statement();
                self.leave();
                let span = from..self.at;
                kind.map(|kind| super::tree::Statement {
                    join: super::tree::Join::Then,
                    negated: false,
                    kind,
                    span,
                })
            }
            false => None,
        };
        Kind::Function {
            name,
            body: body.into_iter().collect(),
        }
    }

    /// Up to `]]`, or to where a line ends that cannot go on.
    fn double_brackets(&mut self) {
        let mut goes_on = true;
        loop {
            self.blanks();
            if self.keyword() == Some("]]") {
                return self.skip_keyword();
            }
            match self.peek() {
                None | Some(b';') => return,
                Some(b'`') => return,
                Some(b'\n' | b'\r') if !goes_on => return,
                Some(b'\n') => self.line_end(),
                Some(b'&' | b'|' | b'(') => {
                    goes_on = true;
                    self.at += 1;
                    continue;
                }
                Some(b')' | b'<' | b'>' | b'\r') => self.at += 1,
                Some(_) => {
                    goes_on = false;
                    if self.word().is_absent() {
                        self.next_char();
                    }
                    continue;
                }
            }
        }
    }

    /// Passes ends of lines and comments.
    fn lines(&mut self) {
        loop {
            self.blanks();
            match self.peek() {
                Some(b'\r') if self.is_line_end() => self.at += 1,
                Some(b'\n') => self.line_end(),
                _ => return,
            }
        }
    }

    /// Words up to the end of the command.
    fn words(&mut self) -> Vec<Word> {
        let mut words = Vec::new();
        loop {
            self.blanks();
            let word = self.word();
            if word.is_absent() {
                return words;
            }
            words.push(word);
        }
    }

    /// A name as functions have them.
    fn bare_name(&mut self) -> Span {
        let from = self.at;
        while self
            .peek()
            .is_some_and(|c| is_name(c) || matches!(c, b'-' | b'.' | b':' | b'/'))
        {
            self.at += 1;
        }
        from..self.at
    }

    // ----- simple commands

    /// A simple command, or the definition of a function.
    fn simple(&mut self) -> Option<Kind> {
        let mut simple = Simple::default();
        loop {
            self.blanks();
            let from = self.at;
            match self.peek() {
                None | Some(b'\n' | b';' | b'|' | b')') => break,
                Some(b'&') if self.peek_at(1) != Some(b'>') => break,
                Some(b'\r') if self.is_line_end() => break,
                Some(b'#') => {
                    while self.peek().is_some_and(|c| c != b'\n') {
                        self.at += 1;
                    }
                    break;
                }
                Some(b'<' | b'>' | b'&') if !self.is_substitution() => self.redirection(&mut simple),
                Some(b'(') => {
                    if let [name] = &simple.words[..]
                        && self.is_parentheses()
                    {
                        let name = name.span.clone();
                        return Some(self.function(name));
                    }
                    break;
                }
                _ => self.argument(&mut simple),
            }
            if self.at == from {
                break;
            }
        }
        let is_empty =
            simple.words.is_empty() && simple.assignments.is_empty() && simple.redirected.is_empty();
        (!is_empty).then_some(Kind::Simple(simple))
    }

    /// Does `<(` or `>(` stand here?
    fn is_substitution(&self) -> bool {
        matches!(self.peek(), Some(b'<' | b'>')) && self.peek_at(1) == Some(b'(')
    }

    /// Passes `()`, if it is there.
    fn is_parentheses(&mut self) -> bool {
        let before = self.at;
        self.at += 1;
        self.blanks();
        if self.peek() == Some(b')') {
            self.at += 1;
            return true;
        }
        self.at = before;
        false
    }

    fn redirection(&mut self, simple: &mut Simple) {
        let is_document = self.peek() == Some(b'<') && self.peek_at(1) == Some(b'<');
        let is_text = is_document && self.peek_at(2) == Some(b'<');
        let from = self.at;
        while self.at < from + 3 && matches!(self.peek(), Some(b'<' | b'>' | b'&' | b'|')) {
            self.at += 1;
        }
        let tabs = is_document && !is_text && self.peek() == Some(b'-');
        self.at += usize::from(tabs);
        self.blanks();
        // What a program says of its work goes elsewhere.
        let is_other = self.at > from
            && self
                .text
                .get(..from)
                .is_some_and(|before| before.ends_with(|c: char| matches!(c, '2'..='9')))
            || matches!(self.peek(), Some(b'0'..=b'9'))
                && self
                    .text
                    .get(from..self.at)
                    .is_some_and(|sign| sign.ends_with('&'));
        let is_output = !is_document
            && !is_other
            && self
                .text
                .get(from..self.at)
                .is_some_and(|sign| sign.contains('>'));
        let appends = { self.text.get(from..self.at) }.is_some_and(|sign| sign.contains(">>"));
        let word = self.word();
        if is_document && !is_text {
            simple.document = Some(self.begin_document(&word, tabs));
            simple.expands = word.pieces.iter().all(|piece| !piece.quoted);
            return;
        }
        if is_text {
            simple.given = Some(simple.redirected.len());
        }
        if is_output {
            simple.appends = appends;
            simple.output = Some(simple.redirected.len());
        }
        simple.redirected.push(word);
    }

    /// A word or an assignment.
    fn argument(&mut self, simple: &mut Simple) {
        let from = self.at;
        if let Some((name, adds, element)) = self.assigned_name() {
            let is_array = self.peek() == Some(b'(');
            if is_array || simple.words.is_empty() {
                let value = match (is_array, element) {
                    (true, _) => Assigned::Array(self.array()),
                    (false, true) => Assigned::Element(self.word()),
                    (false, false) => Assigned::One(self.word()),
                };
                return simple.assignments.push(Assignment { name, adds, value });
            }
            self.at = from;
        }
        let word = self.word();
        if word.is_absent() {
            return;
        }
        // The number of a file before a redirection.
        let is_number = word
            .plain(self.text)
            .is_some_and(|text| text.bytes().all(|c| c.is_ascii_digit()));
        if !(is_number && matches!(self.peek(), Some(b'<' | b'>')) && !self.is_substitution()) {
            simple.words.push(word);
        }
    }

    /// `NAME=`, `NAME+=` or `NAME[...]=`: the name, whether it adds, and whether it is an element. Else nothing is passed.
    fn assigned_name(&mut self) -> Option<(Span, bool, bool)> {
        let from = self.at;
        if self.peek().is_none_or(|c| !is_name(c) || c.is_ascii_digit()) {
            return None;
        }
        self.skip_name();
        let name = from..self.at;
        let element = self.peek() == Some(b'[');
        if element {
            while self
                .peek()
                .is_some_and(|c| !matches!(c, b']' | b' ' | b'\n' | b';'))
            {
                self.at += 1;
            }
            self.at += usize::from(self.peek() == Some(b']'));
        }
        let adds = self.peek() == Some(b'+');
        self.at += usize::from(adds);
        if self.peek() != Some(b'=') {
            self.at = from;
            return None;
        }
        self.at += 1;
        Some((name, adds, element))
    }

    /// `( ... )` behind an assignment.
    fn array(&mut self) -> Vec<Word> {
        let open = self.at;
        self.at += 1;
        let mut words = Vec::new();
        loop {
            self.lines();
            match self.peek() {
                Some(b'#') => {
                    while self.peek().is_some_and(|c| c != b'\n') {
                        self.at += 1;
                    }
                }
                Some(b')') | None => break,
                _ => {
                    let word = self.word();
                    if word.is_absent() {
                        // Nothing else can stand here.
                        if self.peek() == Some(b'`') {
                            break;
                        }
                        self.next_char();
                    } else {
                        words.push(word);
                    }
                }
            }
        }
        self.close(b')', open, "bracket");
        words
    }
}
