//! Makes half-typed text parse, by inserting what is most likely still to come.
//!
//! rnix keeps the text around an error, but often not its meaning: in `{ a = ; b = 2; }` it takes the semicolon for
//! the value of `a` and loses `b`. While somebody types, everything else in the file must stay what it was.

use crate::build::HOLE;
use crate::tree::quotes::{self, Missing};
use rnix::SyntaxKind::{self, *};
use text_size::TextSize;

/// Something that was put into the text.
pub(crate) struct Insertion {
    /// Where, in the original text.
    pub(crate) at: usize,
    /// What.
    text: &'static str,
    /// What is wrong there.
    pub(crate) message: &'static str,
}

/// A text with insertions.
pub(crate) struct Repaired {
    pub(crate) text: String,
    pub(crate) insertions: Vec<Insertion>,
}

impl Repaired {
    /// The offset in the original text; all of an insertion is at its place.
    pub(crate) fn original(&self, offset: TextSize) -> TextSize {
        let offset = usize::from(offset);
        let mut inserted = 0;
        // There are few insertions: one per mistake.
        for insertion in &self.insertions {
            let start = insertion.at + inserted;
            if offset <= start {
                break;
            }
            if offset < start + insertion.text.len() {
                return TextSize::new(insertion.at as u32);
            }
            inserted += insertion.text.len();
        }
        TextSize::new((offset - inserted) as u32)
    }
}

/// A set that a bracket closes for which there is none.
const EMPTY: &str = " __nixpod'hole = {";

/// More mistakes than this are no half-typed file, but something else than Nix.
const MAX_INSERTIONS: usize = 50;

/// Repairs a text that does not parse, perhaps with quotation marks; none if there is nothing to insert.
pub(crate) fn repair(text: &str, marks: &[Missing]) -> Option<Repaired> {
    let mut all = insertions(&quotes::with(text, marks))?;
    for insertion in &mut all {
        // Back to the text without marks: each that stands before takes its length.
        let mut before = 0;
        for missing in marks {
            if insertion.at > missing.at + before {
                before += missing.mark.len().min(insertion.at - missing.at - before);
            }
        }
        insertion.at -= before;
    }
    let marks = marks.iter().map(|missing| Insertion {
        at: missing.at,
        text: missing.mark,
        message: match missing.mark {
            "}" => "missing `}` at the end of an interpolation",
            _ => "missing quotation mark at the end of a string",
        },
    });
    // At one place a mark comes first.
    let all = marks.chain(all).collect();
    finish(text, all)
}

/// What is to be put into a text.
fn insertions(text: &str) -> Option<Vec<Insertion>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    for (kind, token) in rnix::tokenize(text) {
        if !kind.is_trivia() {
            tokens.push(Token {
                kind,
                end: at + token.len(),
            });
        }
        at += token.len();
    }
    let mut repairer = Repairer {
        tokens: &tokens,
        frames: vec![Frame::new(NODE_ROOT, 0)],
        insertions: Vec::new(),
    };
    for index in 0..tokens.len() {
        repairer.token(index);
        if repairer.insertions.len() > MAX_INSERTIONS {
            return None;
        }
    }
    repairer.close_down_to(1, tokens.len());
    Some(repairer.insertions)
}

/// The text with all of it.
fn finish(text: &str, mut insertions: Vec<Insertion>) -> Option<Repaired> {
    insertions.sort_by_key(|insertion| insertion.at);
    if insertions.is_empty() || insertions.len() > MAX_INSERTIONS {
        return None;
    }
    let mut out = String::with_capacity(text.len() + 32 * insertions.len());
    let mut done = 0;
    for insertion in &insertions {
        out.push_str(text.get(done..insertion.at)?);
        out.push_str(insertion.text);
        done = insertion.at;
    }
    out.push_str(text.get(done..)?);
    Some(Repaired {
        text: out,
        insertions,
    })
}

struct Token {
    kind: SyntaxKind,
    /// Where it ends in the text.
    end: usize,
}

/// An open bracket, or a `let` whose `in` is still to come.
struct Frame {
    by: SyntaxKind,
    /// The index of the first token of the current binding.
    first: usize,
    /// Is there a `=` in the current binding?
    assigned: bool,
    /// The number of `with` and `assert` whose semicolon is still to come.
    pending: usize,
    /// For each `if` whose `else` is still to come: was there a `then`?
    ifs: Vec<bool>,
}

impl Frame {
    const fn new(by: SyntaxKind, first: usize) -> Self {
        Self {
            by,
            first,
            assigned: false,
            pending: 0,
            ifs: Vec::new(),
        }
    }

    fn holds_bindings(&self) -> bool {
        matches!(self.by, TOKEN_L_BRACE | TOKEN_LET)
    }
}

struct Repairer<'a> {
    tokens: &'a [Token],
    frames: Vec<Frame>,
    insertions: Vec<Insertion>,
}

impl Repairer<'_> {
    fn kind(&self, index: usize) -> Option<SyntaxKind> {
        self.tokens.get(index).map(|token| token.kind)
    }

    fn before(&self, index: usize) -> Option<SyntaxKind> {
        self.kind(index.checked_sub(1)?)
    }

    /// Inserts right after the token before `index`.
    fn insert(&mut self, index: usize, text: &'static str, message: &'static str) {
        let at = index
            .checked_sub(1)
            .and_then(|before| self.tokens.get(before))
            .map_or(0, |token| token.end);
        self.insertions.push(Insertion { at, text, message });
    }

    fn token(&mut self, index: usize) {
        let Some(kind) = self.kind(index) else { return };
        self.operand(index, kind);
        match kind {
            TOKEN_L_BRACE | TOKEN_L_BRACK | TOKEN_L_PAREN | TOKEN_INTERPOL_START | TOKEN_STRING_START
            | TOKEN_LET => {
                self.frames.push(Frame::new(kind, index + 1));
            }
            TOKEN_R_BRACE => self.close(index, TOKEN_L_BRACE),
            TOKEN_R_BRACK => self.close(index, TOKEN_L_BRACK),
            TOKEN_R_PAREN => self.close(index, TOKEN_L_PAREN),
            TOKEN_INTERPOL_END => self.close(index, TOKEN_INTERPOL_START),
            TOKEN_STRING_END => self.close(index, TOKEN_STRING_START),
            TOKEN_IN => self.close(index, TOKEN_LET),
            TOKEN_WITH | TOKEN_ASSERT => {
                if let Some(frame) = self.frames.last_mut() {
                    frame.pending += 1;
                }
            }
            TOKEN_IF | TOKEN_THEN | TOKEN_ELSE => self.branch(kind),
            TOKEN_SEMICOLON => self.semicolon(index),
            TOKEN_ASSIGN => self.assign(index),
            _ => {}
        }
    }

    /// A hole where an operand or a name is missing before a token.
    fn operand(&mut self, index: usize, next: SyntaxKind) {
        let ends = matches!(
            next,
            TOKEN_SEMICOLON
                | TOKEN_R_BRACE
                | TOKEN_R_BRACK
                | TOKEN_R_PAREN
                | TOKEN_INTERPOL_END
                | TOKEN_COMMA
                | TOKEN_IN
                | TOKEN_THEN
                | TOKEN_ELSE
        );
        match self.before(index) {
            Some(TOKEN_DOT) if ends || next == TOKEN_ASSIGN => {
                self.insert(index, HOLE, "expected an attribute name");
            }
            Some(before) if ends && wants_operand(before, next) => {
                self.insert(index, " __nixpod'hole", "expected an expression");
            }
            _ => {}
        }
    }

    fn branch(&mut self, kind: SyntaxKind) {
        let Some(frame) = self.frames.last_mut() else {
            return;
        };
        match kind {
            TOKEN_IF => frame.ifs.push(false),
            TOKEN_ELSE => {
                frame.ifs.pop();
            }
            _ => {
                if let Some(then) = frame.ifs.last_mut() {
                    *then = true;
                }
            }
        }
    }

    /// Completes each `if` that ends before a token without its `else`.
    fn finish_ifs(&mut self, index: usize) {
        let Some(frame) = self.frames.last_mut() else {
            return;
        };
        for then in std::mem::take(&mut frame.ifs).into_iter().rev() {
            match then {
                true => self.insert(index, " else __nixpod'hole", "missing `else`"),
                false => self.insert(index, " then __nixpod'hole else __nixpod'hole", "missing `then`"),
            }
        }
    }

    fn close(&mut self, index: usize, opened_by: SyntaxKind) {
        let Some(depth) = self.frames.iter().rposition(|frame| frame.by == opened_by) else {
            return;
        };
        if depth == 1 && opened_by == TOKEN_L_BRACE && self.goes_on_after(index) {
            // It closes a set more than is open: one that nobody wanted is opened for it.
            self.finish_binding(index);
            self.insert(index, EMPTY, "one `}` more than is open");
            return;
        }
        self.close_down_to(depth + 1, index);
        self.finish_binding(index);
        self.frames.pop();
    }

    /// Are there further bindings after a `}` that would end the outermost set?
    fn goes_on_after(&self, index: usize) -> bool {
        self.kind(index + 1) == Some(TOKEN_SEMICOLON)
            && self.kind(index + 2).is_some_and(|next| next != TOKEN_R_BRACE)
            && self.frames.get(1).is_some_and(Frame::holds_bindings)
    }

    /// Closes what is still open above a number of frames, before a token.
    fn close_down_to(&mut self, depth: usize, index: usize) {
        if index == self.tokens.len() {
            let before = self.before(index);
            if before.is_some_and(|before| wants_operand(before, TOKEN_SEMICOLON)) {
                self.insert(index, " __nixpod'hole", "expected an expression");
            } else if before == Some(TOKEN_DOT) {
                self.insert(index, HOLE, "expected an attribute name");
            }
        }
        while self.frames.len() > depth.max(1) {
            self.finish_binding(index);
            let Some(frame) = self.frames.pop() else { return };
            let (text, message) = match frame.by {
                TOKEN_L_BRACE => (" }", "missing `}`"),
                TOKEN_L_BRACK => (" ]", "missing `]`"),
                TOKEN_L_PAREN => (")", "missing `)`"),
                TOKEN_LET => (" in __nixpod'hole", "missing `in`"),
                // What is inside of a string cannot be told from what is after it.
                _ => continue,
            };
            self.insert(index, text, message);
        }
    }

    /// Completes a binding that ends before a token without a semicolon.
    fn finish_binding(&mut self, index: usize) {
        self.finish_ifs(index);
        let Some(frame) = self.frames.last() else { return };
        if !frame.holds_bindings() || frame.first >= index {
            return;
        }
        if frame.assigned || self.kind(frame.first) == Some(TOKEN_INHERIT) {
            self.insert(index, ";", "missing `;`");
        } else if self.is_path(frame.first, index) && !self.is_pattern(index) {
            self.insert(index, " = __nixpod'hole;", "missing `=` and a value");
        }
    }

    fn semicolon(&mut self, index: usize) {
        let Some(frame) = self.frames.last_mut() else {
            return;
        };
        if frame.pending > 0 {
            frame.pending -= 1;
            return;
        }
        // A semicolon inside of `(` or `[` ends the binding around it.
        let depth = self
            .frames
            .iter()
            .rposition(|frame| !matches!(frame.by, TOKEN_L_PAREN | TOKEN_L_BRACK));
        if let Some(depth) = depth
            && self.frames.get(depth).is_some_and(Frame::holds_bindings)
        {
            self.close_down_to(depth + 1, index);
        }
        self.finish_ifs(index);
        if let Some(frame) = self.frames.last_mut() {
            let bare = frame.holds_bindings() && !frame.assigned;
            let first = frame.first;
            frame.assigned = false;
            frame.first = index + 1;
            if bare && self.is_path(first, index) {
                self.insert(index, " = __nixpod'hole", "missing `=` and a value");
            } else if bare && self.kind(first) == Some(TOKEN_IDENT) {
                // A name and a value, as in other languages.
                let end = (first + 1..index).rfind(|end| self.is_path(first, *end));
                self.insert(end.unwrap_or(first + 1), " =", "missing `=`");
            }
        }
    }

    /// A `=` begins a new binding, whatever is before its name.
    fn assign(&mut self, index: usize) {
        let depth = self
            .frames
            .iter()
            .rposition(|frame| !matches!(frame.by, TOKEN_L_PAREN | TOKEN_L_BRACK));
        let Some(depth) = depth else { return };
        let Some(frame) = self.frames.get(depth) else {
            return;
        };
        if !frame.holds_bindings() {
            return;
        }
        let path = self.path_before(index);
        if depth + 1 < self.frames.len() && path > frame.first {
            self.close_down_to(depth + 1, path);
        }
        let Some(frame) = self.frames.last() else { return };
        let (first, assigned) = (frame.first, frame.assigned);
        if path > first {
            if assigned
                && self
                    .before(path)
                    .is_some_and(|before| wants_operand(before, TOKEN_SEMICOLON))
            {
                self.insert(path, " __nixpod'hole;", "expected an expression");
            } else {
                self.finish_binding(path);
            }
        }
        if let Some(frame) = self.frames.last_mut() {
            frame.first = path;
            frame.assigned = true;
            frame.pending = 0;
        }
    }

    /// The index of the first token of the attribute path that ends before a token.
    fn path_before(&self, index: usize) -> usize {
        let mut at = index;
        loop {
            let Some(last) = at.checked_sub(1) else { return at };
            at = match self.kind(last) {
                Some(TOKEN_IDENT | TOKEN_OR) => last,
                Some(TOKEN_STRING_END) => self.opener(last, TOKEN_STRING_START, TOKEN_STRING_END),
                Some(TOKEN_INTERPOL_END) => self.opener(last, TOKEN_INTERPOL_START, TOKEN_INTERPOL_END),
                // A name is missing after the last dot.
                Some(TOKEN_DOT) if at == index => at,
                _ => return at,
            };
            match at
                .checked_sub(1)
                .and_then(|dot| self.kind(dot).map(|kind| (dot, kind)))
            {
                Some((dot, TOKEN_DOT)) => at = dot,
                _ => return at,
            }
        }
    }

    fn opener(&self, close: usize, opens: SyntaxKind, closes: SyntaxKind) -> usize {
        let mut depth = 0_usize;
        for index in (0..=close).rev() {
            match self.kind(index) {
                Some(kind) if kind == closes => depth += 1,
                Some(kind) if kind == opens => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return index;
                    }
                }
                _ => {}
            }
        }
        close
    }

    fn is_path(&self, first: usize, end: usize) -> bool {
        self.kind(first) != Some(TOKEN_INHERIT) && first < end && self.path_before(end) == first
    }

    /// Does a `}` end a parameter pattern?
    fn is_pattern(&self, index: usize) -> bool {
        self.kind(index) == Some(TOKEN_R_BRACE)
            && matches!(self.kind(index + 1), Some(TOKEN_COLON | TOKEN_AT))
    }
}

/// Must an expression come after this token?
fn wants_operand(kind: SyntaxKind, next: SyntaxKind) -> bool {
    match kind {
        TOKEN_L_PAREN => next == TOKEN_R_PAREN,
        TOKEN_INTERPOL_START => next == TOKEN_INTERPOL_END,
        TOKEN_INVERT | TOKEN_THEN | TOKEN_ELSE | TOKEN_IF | TOKEN_WITH | TOKEN_ASSERT | TOKEN_IN
        | TOKEN_QUESTION | TOKEN_COLON | TOKEN_ASSIGN => true,
        _ => rnix::ast::BinOpKind::from_kind(kind).is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(text: &str, expected: Expect) {
        let out = repair(text, &[]).map_or_else(
            || "nothing".to_owned(),
            |repaired| repaired.text.replace(HOLE, "HOLE"),
        );
        expected.assert_eq(&out);
    }

    #[test]
    fn operands() {
        check("{ a = ; b = 2; }", expect!["{ a = HOLE ; b = 2; }"]);
        check(
            "{ a = 1 + ; b = [ x. ]; c = f (); d = \"${}\"; }",
            expect![[r#"{ a = 1 + HOLE ; b = [ x.HOLE ]; c = f ( HOLE); d = "${ HOLE}"; }"#]],
        );
        check(
            "{ a = if x then ; }",
            expect!["{ a = if x then HOLE else HOLE ; }"],
        );
        check("{ a.b. = 1; }", expect!["{ a.b.HOLE = 1; }"]);
        check("{ a = config.", expect!["{ a = config.HOLE; }"]);
        check("{ x }: x.", expect!["{ x }: x.HOLE"]);
    }

    #[test]
    fn semicolons() {
        check(
            "{ a = 1\n b.c = 2; }",
            expect![[r#"
            { a = 1;
             b.c = 2; }"#]],
        );
        check(
            "{ a =\n b = 2; }",
            expect![[r#"
            { a = HOLE;
             b = 2; }"#]],
        );
        check("{ a = 1; b = 2 }", expect!["{ a = 1; b = 2; }"]);
        check("let a = 1 in a", expect!["let a = 1; in a"]);
        check(
            "{ a = f x\n \"b\".${c}.d = 2; inherit y }",
            expect![[r#"
            { a = f x;
             "b".${c}.d = 2; inherit y; }"#]],
        );
        check(
            "{ a = with x; [ y ]\n b = 1; }",
            expect![[r#"
            { a = with x; [ y ];
             b = 1; }"#]],
        );
    }

    #[test]
    fn branches() {
        check(
            "{ a = if b then 1; c = (if d); e = 2; }",
            expect!["{ a = if b then 1 else HOLE; c = (if d then HOLE else HOLE); e = 2; }"],
        );
        check(
            "{ a = if b then if c then 1 else 2; d = if e then ; }",
            expect!["{ a = if b then if c then 1 else 2 else HOLE; d = if e then HOLE else HOLE ; }"],
        );
        check(
            "{ a = if b then 1\n c = if d then 1 else 2; }",
            expect![[r#"
            { a = if b then 1 else HOLE;
             c = if d then 1 else 2; }"#]],
        );
    }

    #[test]
    fn names() {
        check("{ a = 1; b }", expect!["{ a = 1; b = HOLE; }"]);
        check(
            "{ a = 1; b.c\n d = 1; }",
            expect![[r#"
            { a = 1; b.c = HOLE;
             d = 1; }"#]],
        );
        check("{ a = 1; b; }", expect!["{ a = 1; b = HOLE; }"]);
        check("{ a }: a", expect!["nothing"]);
        check("{ a.b \"no\"; c = 1; }", expect![[r#"{ a.b = "no"; c = 1; }"#]]);
        check(
            "{ a [ 1 ]; inherit c; inherit (d) e; }",
            expect!["{ a = [ 1 ]; inherit c; inherit (d) e; }"],
        );
    }

    #[test]
    fn brackets() {
        check("{ a = [ 1 2; b = (3; }", expect!["{ a = [ 1 2 ]; b = (3); }"]);
        check(
            "{ a = [ 1 2\n b = 3; }",
            expect![[r#"
            { a = [ 1 2 ];
             b = 3; }"#]],
        );
        check("{ a = { b = 1;", expect!["{ a = { b = 1; }; }"]);
        check("let a = 1;", expect!["let a = 1; in HOLE"]);
        check("{ a = [ { b = 1; ]; }", expect!["{ a = [ { b = 1; } ]; }"]);
        check("{ a = (x: { b = 1; ); }", expect!["{ a = (x: { b = 1; } ); }"]);
        check(
            "{ a = { b = 1; }; }; c = 2; }",
            expect!["{ a = { b = 1; }; HOLE = { }; c = 2; }"],
        );
        check(
            "x: { a = 1 }; b = { c = 2; }; } }",
            expect!["x: { a = 1; HOLE = { }; b = { c = 2; }; } }"],
        );
        check("{ a = { b = 1; }; };", expect!["nothing"]);
    }
}
