//! Strings, paths and numbers.

use crate::build::Builder;
use crate::build::literal::{Chunks, LiteralParts, unescape};
use crate::hir::{Expr, PathKind, VarRef};
use nixpod_source::ExprId;
use rnix::ast;
use rnix::{NodeOrToken, SyntaxKind, SyntaxNode};
use rowan::ast::AstNode as _;
use text_size::{TextRange, TextSize};

impl Builder<'_> {
    pub(super) fn literal(&mut self, node: &ast::Literal) -> ExprId {
        let range = node.syntax().text_range();
        let Some(token) = node.syntax().first_token() else {
            return self.alloc(Expr::Missing, range);
        };
        match token.kind() {
            SyntaxKind::TOKEN_INTEGER => self.integer(token.text(), range),
            SyntaxKind::TOKEN_FLOAT => self.float(token.text(), range),
            SyntaxKind::TOKEN_URI => {
                let mut parts = LiteralParts::default();
                parts.push(token.text(), range.start().into(), range.len().into());
                self.finish_literal(parts, range, Expr::Str)
            }
            _ => self.alloc(Expr::Missing, range),
        }
    }

    pub(super) fn string(&mut self, node: &ast::Str) -> ExprId {
        let range = node.syntax().text_range();
        let indented = node
            .syntax()
            .first_token()
            .is_some_and(|token| token.text() == "''");
        let parts = if indented {
            self.indented_parts(node.syntax())
        } else {
            self.plain_parts(node.syntax())
        };
        self.finish_literal(parts, range, Expr::Str)
    }

    fn interpolation(&mut self, node: &SyntaxNode) -> ExprId {
        let inner = node.children().find_map(ast::Expr::cast);
        let start = node.text_range().start() + TextSize::of("${");
        self.expr_or_missing(inner, TextRange::empty(start.min(node.text_range().end())))
    }

    fn plain_parts(&mut self, node: &SyntaxNode) -> LiteralParts {
        let mut parts = LiteralParts::default();
        for child in node.children_with_tokens() {
            match child {
                NodeOrToken::Node(node) if node.kind() == SyntaxKind::NODE_INTERPOL => {
                    let id = self.interpolation(&node);
                    parts.interpolate(id);
                }
                NodeOrToken::Token(token) if token.kind() == SyntaxKind::TOKEN_STRING_CONTENT => {
                    unescape(&mut parts, token.text(), token.text_range().start().into());
                }
                _ => {}
            }
        }
        parts
    }

    fn indented_parts(&mut self, node: &SyntaxNode) -> LiteralParts {
        let mut texts = Vec::new();
        for child in node.children_with_tokens() {
            match child {
                NodeOrToken::Node(node) if node.kind() == SyntaxKind::NODE_INTERPOL => {
                    texts.push(NodeOrToken::Node(self.interpolation(&node)));
                }
                NodeOrToken::Token(token) if token.kind() == SyntaxKind::TOKEN_STRING_CONTENT => {
                    texts.push(NodeOrToken::Token(token));
                }
                _ => {}
            }
        }
        let mut chunks = Chunks::default();
        for part in &texts {
            match part {
                NodeOrToken::Node(id) => chunks.interpolate(*id),
                NodeOrToken::Token(token) => chunks.text(token.text(), token.text_range().start().into()),
            }
        }
        chunks.finish()
    }

    pub(super) fn path(&mut self, node: &SyntaxNode) -> ExprId {
        let range = node.text_range();
        let kind = match node.kind() {
            SyntaxKind::NODE_PATH_ABS => PathKind::Absolute,
            SyntaxKind::NODE_PATH_HOME => PathKind::Home,
            SyntaxKind::NODE_PATH_SEARCH => PathKind::Search,
            _ => PathKind::Relative,
        };
        let mut parts = LiteralParts::default();
        let mut first = true;
        for child in node.children_with_tokens() {
            match child {
                NodeOrToken::Node(node) if node.kind() == SyntaxKind::NODE_INTERPOL => {
                    let id = self.interpolation(&node);
                    parts.interpolate(id);
                }
                NodeOrToken::Token(token) if is_path(token.kind()) => {
                    let mut text = token.text();
                    let mut start = u32::from(token.text_range().start());
                    if kind == PathKind::Search {
                        text = text.trim_start_matches('<').trim_end_matches('>');
                        start += 1;
                    } else if kind == PathKind::Home && first {
                        text = text.trim_start_matches('~');
                        start += 1;
                    }
                    parts.push(text, start, text.len() as u32);
                }
                _ => {}
            }
            first = false;
        }
        if kind == PathKind::Search && self.binds_search(node) {
            // `<x>` is a call of variables that a program may bind.
            let [find, path] = ["__findFile", "__nixPath"].map(|name| {
                let name = self.names.intern(name);
                self.alloc(Expr::Var(name, VarRef::Global), range)
            });
            let name = self.finish_literal(parts, range, Expr::Str);
            let find = self.alloc(Expr::Apply(find, path), range);
            return self.alloc(Expr::Apply(find, name), range);
        }
        self.finish_literal(parts, range, |parts| Expr::Path(kind, parts))
    }

    fn binds_search(&mut self, node: &SyntaxNode) -> bool {
        *self.binds_search.get_or_insert_with(|| {
            let text = node
                .ancestors()
                .last()
                .unwrap_or_else(|| node.clone())
                .text()
                .to_string();
            text.contains("__findFile") || text.contains("__nixPath")
        })
    }
}

fn is_path(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::TOKEN_PATH_ABS
            | SyntaxKind::TOKEN_PATH_REL
            | SyntaxKind::TOKEN_PATH_HOME
            | SyntaxKind::TOKEN_PATH_SEARCH
    )
}
