//! Conditions whose answer stands in the script itself.

use super::follow::Follow;
use super::tree::{Kind, List, Piece, Simple, Statement, What, Word};

impl Follow<'_> {
    /// Does a list hold, or does it not, whatever the machine is?
    pub(super) fn answer(&self, list: &List) -> Option<bool> {
        match &list[..] {
            [statement] => self.answer_of(statement),
            _ => None,
        }
    }

    pub(super) fn answer_of(&self, statement: &Statement) -> Option<bool> {
        let Kind::Simple(simple) = &statement.kind else {
            return None;
        };
        Some(self.simple_answer(simple)? != statement.negated)
    }

    fn simple_answer(&self, simple: &Simple) -> Option<bool> {
        if !simple.assignments.is_empty() || !simple.redirected.is_empty() {
            return None;
        }
        let (first, rest) = simple.words.split_first()?;
        let rest = match (first.plain(self.script)?, rest) {
            ("true" | ":", []) => return Some(true),
            ("false", []) => return Some(false),
            ("[", [rest @ .., last]) if last.plain(self.script) == Some("]") => rest,
            ("test", rest) => rest,
            _ => return None,
        };
        let words: Option<Vec<String>> = rest.iter().map(|word| self.written(word)).collect();
        match &words?.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["-n", text] => Some(!text.is_empty()),
            ["-z", text] => Some(text.is_empty()),
            [one, "=" | "==", other] => Some(one == other),
            [one, "!=", other] => Some(one != other),
            _ => None,
        }
    }

    /// A word in which nothing is replaced and nothing is unknown.
    fn written(&self, word: &Word) -> Option<String> {
        let piece = |piece: &Piece| match piece.what {
            What::Escape(c) => Some(c.to_string()),
            What::Literal => {
                let text = self.slice(piece.span.start, piece.span.end).as_known()?;
                let is_pattern = !piece.quoted && text.contains(['*', '?', '[', '{', '~']);
                (!is_pattern || text == "[").then_some(text)
            }
            _ => None,
        };
        word.pieces.iter().map(piece).collect()
    }
}
