//! What reads a text: where it is, and what it builds.

use super::lexer::Lexer;
use super::token::{Surely, Token};
use crate::build::{Builder, HOLE};
use crate::hir::Expr;
use nixpod_source::ExprId;
use text_size::{TextRange, TextSize};

/// How deep expressions may nest. Real files reach about half of it; at this depth, a megabyte of stack is enough
/// without optimisation.
const MAX_DEPTH: u32 = 128;

/// An expression that was read, and where it starts. Brackets belong to the text of an expression, not of its node.
#[derive(Clone, Copy)]
pub(super) struct Node {
    pub(super) id: ExprId,
    pub(super) start: TextSize,
}

pub(super) struct Reader<'t, 'e> {
    pub(super) lexer: Lexer<'t>,
    pub(super) build: Builder<'e>,
    pub(super) depth: u32,
    /// The brace that is known to open a set and no parameter.
    pub(super) set_at: Option<TextSize>,
    /// A name that was read already, with which an operation begins.
    pub(super) begun: Option<(&'t str, TextRange)>,
}

impl<'t> Reader<'t, '_> {
    pub(super) fn alloc(&mut self, expr: Expr, start: TextSize) -> Node {
        let range = self.lexer.since(start);
        let id = self.build.alloc(expr, range);
        Node { id, start }
    }

    pub(super) fn deeper(&mut self, read: impl FnOnce(&mut Self) -> Surely<Node>) -> Surely<Node> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let node = read(self);
        self.depth -= 1;
        node
    }

    /// A name that is no keyword, and where it is.
    pub(super) fn name(&mut self) -> Surely<(&'t str, TextRange)> {
        let (word, range) = (self.lexer.word(), self.lexer.range());
        if word == HOLE {
            return None;
        }
        self.lexer.expect(Token::Ident)?;
        Some((word, range))
    }
}
