//! Numbers, strings and paths.

use super::reader::{Node, Reader};
use super::token::{Surely, Token};
use crate::build::Builder;
use crate::build::literal::{Chunks, LiteralParts, unescape};
use crate::hir::{Expr, PathKind, StrPart};
use nixpod_source::ExprId;
use text_size::TextRange;

impl<'e> Reader<'_, 'e> {
    pub(super) fn number(&mut self, make: fn(&mut Builder<'e>, &str, TextRange) -> ExprId) -> Surely<Node> {
        let (word, range) = (self.lexer.word(), self.lexer.range());
        let id = make(&mut self.build, word, range);
        self.lexer.advance()?;
        Some(Node {
            id,
            start: range.start(),
        })
    }

    /// A string, and whether it has interpolations.
    pub(super) fn string(&mut self) -> Surely<(Node, bool)> {
        let start = self.lexer.here();
        let indented = self.lexer.token == Token::Indented;
        let mut interpolated = false;
        let mut parts = LiteralParts::default();
        let mut chunks = Chunks::default();
        loop {
            let (text, at, goes_on) = self.lexer.string_text(indented)?;
            if !(goes_on || interpolated || indented || text.is_empty() || text.contains('\\')) {
                // Most strings are such.
                self.lexer.close();
                self.lexer.advance()?;
                let range = self.lexer.since(start);
                let id = self.build.plain_literal(text, at, range, Expr::Str);
                return Some((Node { id, start }, false));
            }
            match indented {
                _ if text.is_empty() => {}
                true => chunks.text(text, at),
                false => unescape(&mut parts, text, at),
            }
            if !goes_on {
                break;
            }
            interpolated = true;
            let id = self.interpolation()?;
            match indented {
                true => chunks.interpolate(id),
                false => parts.interpolate(id),
            }
        }
        self.lexer.close();
        self.lexer.advance()?;
        if indented {
            parts = chunks.finish();
        }
        let range = self.lexer.since(start);
        let id = self.build.finish_literal(parts, range, Expr::Str);
        Some((Node { id, start }, interpolated))
    }

    /// What is between `${`, which was read, and `}`, which is the current token then.
    pub(super) fn interpolation(&mut self) -> Surely<ExprId> {
        self.lexer.open(true);
        self.lexer.advance()?;
        let id = self.expr()?.id;
        (self.lexer.token == Token::RightBrace).then_some(id)
    }

    pub(super) fn path(&mut self, kind: PathKind) -> Surely<Node> {
        let start = self.lexer.here();
        let (mut text, mut at) = (self.lexer.word(), u32::from(start));
        match kind {
            PathKind::Search => {
                // A program that binds what `<x>` goes through is left to the slower way.
                if self.lexer.text.contains("__findFile") || self.lexer.text.contains("__nixPath") {
                    return None;
                }
                text = text.trim_start_matches('<').trim_end_matches('>');
                at += 1;
            }
            PathKind::Home => {
                text = text.trim_start_matches('~');
                at += 1;
            }
            PathKind::Relative | PathKind::Absolute => {}
        }
        if kind == PathKind::Search || !self.lexer.follows("${") {
            self.lexer.advance()?;
            let range = self.lexer.since(start);
            let id = self
                .build
                .plain_literal(text, at, range, |parts| Expr::Path(kind, parts));
            return Some(Node { id, start });
        }
        let mut parts = LiteralParts::default();
        parts.push(text, at, text.len() as u32);
        while self.lexer.follows("${") {
            self.lexer.end += "${".len();
            let id = self.interpolation()?;
            parts.interpolate(id);
            let (text, at) = self.lexer.path_text()?;
            parts.push(text, at, text.len() as u32);
            // rnix would take a path in the home directory for more of this one.
            if self.lexer.follows("~") {
                return None;
            }
        }
        self.lexer.advance()?;
        let range = self.lexer.since(start);
        let id = self
            .build
            .finish_literal(parts, range, |parts: Box<[StrPart]>| Expr::Path(kind, parts));
        Some(Node { id, start })
    }
}
