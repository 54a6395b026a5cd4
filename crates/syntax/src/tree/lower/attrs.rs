//! Attribute paths and bindings.

use crate::build::attrs::{Attr, BindingRanges, MAX_PATH};
use crate::build::{Builder, HOLE};
use crate::hir::AttrName;
use nixpod_source::ExprId;
use rnix::ast;
use rnix::{NodeOrToken, SyntaxKind};
use rowan::ast::AstNode as _;
use text_size::TextRange;

impl Builder<'_> {
    /// The path of a selection; none if a name is missing.
    pub(super) fn attr_path(&mut self, path: Option<ast::Attrpath>) -> Option<Box<[AttrName]>> {
        let attrs = self.attrs_of(&path?)?;
        Some(self.path_of(&attrs))
    }

    fn attrs_of(&mut self, path: &ast::Attrpath) -> Option<Vec<Attr>> {
        let dots = path
            .syntax()
            .children_with_tokens()
            .filter(|child| child.kind() == SyntaxKind::TOKEN_DOT)
            .count();
        let attrs: Vec<Attr> = path.attrs().filter_map(|attr| self.attr(&attr)).collect();
        if attrs.len() > MAX_PATH {
            self.error(path.syntax().text_range(), "attribute path is too long");
            return None;
        }
        (attrs.len() == dots + 1).then_some(attrs)
    }

    fn attr(&mut self, attr: &ast::Attr) -> Option<Attr> {
        let range = attr.syntax().text_range();
        match attr {
            ast::Attr::Ident(ident) => {
                let token = ident.ident_token().filter(|token| token.text() != HOLE)?;
                Some(Attr::Static(self.names.intern(token.text()), range))
            }
            ast::Attr::Str(node) => {
                // Without interpolation only the name is wanted, not a node for the string.
                let has_interpolation = node
                    .syntax()
                    .children()
                    .any(|child| child.kind() == SyntaxKind::NODE_INTERPOL);
                let id = self.string(node);
                if has_interpolation {
                    Some(Attr::Dynamic(id))
                } else {
                    Some(self.static_if_plain(id, range))
                }
            }
            ast::Attr::Dynamic(node) => {
                let id = self.expr_or_missing(node.expr(), range);
                Some(self.static_if_plain(id, range))
            }
        }
    }

    /// A binding or an `inherit`. Directly in a `let`, names must be fixed.
    pub(super) fn entry(&mut self, set: ExprId, entry: &ast::Entry, in_let: bool) {
        match entry {
            ast::Entry::Inherit(node) => self.inherit(set, node),
            ast::Entry::AttrpathValue(node) => self.binding(set, node, in_let),
        }
    }

    fn inherit(&mut self, set: ExprId, node: &ast::Inherit) {
        let statement = node.syntax().text_range();
        self.subject(statement, None);
        let from = node.from().map(|from| {
            let source = self.expr_or_missing(from.expr(), from.syntax().text_range());
            self.inherit_source(set, source)
        });
        for attr in node.attrs() {
            let range = attr.syntax().text_range();
            match self.attr(&attr) {
                Some(Attr::Static(name, range)) => self.inherit_name(set, from, name, range, statement),
                Some(Attr::Dynamic(_)) => {
                    self.error(range, "dynamic attributes are not allowed in `inherit`");
                }
                None => {}
            }
        }
    }

    fn binding(&mut self, set: ExprId, node: &ast::AttrpathValue, in_let: bool) {
        let whole = node.syntax().text_range();
        let value_start = node.value().map(|value| value.syntax().text_range().start());
        self.subject(whole, value_start);
        let without_semicolon = match node.syntax().last_token() {
            Some(last) if last.kind() == SyntaxKind::TOKEN_SEMICOLON => {
                TextRange::new(whole.start(), last.text_range().start())
            }
            _ => whole,
        };
        let Some(path) = node.attrpath() else { return };
        let attrs = self.attrs_of(&path);
        let value = self.expr_or_missing(node.value(), after_assign(node));
        let Some(attrs) = attrs else { return };
        if in_let && let Some(Attr::Dynamic(id)) = attrs.first() {
            let range = self.map.range(*id);
            self.error(range, "dynamic attributes are not allowed in `let`");
            return;
        }
        let ranges = BindingRanges {
            path: path.syntax().text_range(),
            without_semicolon,
            whole,
        };
        self.bind(set, &attrs, value, ranges);
    }
}

/// Where the value of a binding belongs that has none.
fn after_assign(node: &ast::AttrpathValue) -> TextRange {
    node.syntax()
        .children_with_tokens()
        .filter_map(NodeOrToken::into_token)
        .find(|token| token.kind() == SyntaxKind::TOKEN_ASSIGN)
        .map_or(node.syntax().text_range(), |token| token.text_range())
}
