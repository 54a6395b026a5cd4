//! From the concrete syntax tree to the arena.

mod attrs;
mod literal;

use crate::SyntaxError;
use crate::build::{Builder, HOLE, Lowered, SetBuilder};
use crate::hir::{AttrName, BinaryOp, Expr, NameId, Param, PatternField, VarRef};
use nixpod_source::ExprId;
use rnix::ast::{self, BinOpKind, HasEntry as _, UnaryOpKind};
use rnix::{NodeOrToken, SyntaxKind, SyntaxNode};
use rowan::ast::AstNode as _;
use text_size::TextRange;

/// Lowers a whole file.
pub(super) fn lower(text: &str, root: &SyntaxNode, errors: &mut Vec<SyntaxError>) -> Lowered {
    let mut lower = Builder::new(text, errors);
    let tokens = root.descendants_with_tokens().filter_map(NodeOrToken::into_token);
    if let Some(remarks) = &mut lower.remarks {
        let comments = tokens.filter(|token| token.kind() == SyntaxKind::TOKEN_COMMENT);
        remarks.comments = comments.map(|token| token.text_range()).collect();
    }
    let file = root.children().find_map(ast::Expr::cast);
    let root = lower.expr_or_missing(file, root.text_range());
    lower.finish(root)
}

impl Builder<'_> {
    /// An expression, or a hole at the end of what should hold it.
    fn expr_or_missing(&mut self, expr: Option<ast::Expr>, around: TextRange) -> ExprId {
        match expr {
            Some(expr) => self.expr(&expr),
            None => self.alloc(Expr::Missing, TextRange::empty(around.end())),
        }
    }

    fn expr(&mut self, expr: &ast::Expr) -> ExprId {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.expr_inner(expr))
    }

    #[expect(clippy::too_many_lines, reason = "an arm for each kind of expression")]
    fn expr_inner(&mut self, expr: &ast::Expr) -> ExprId {
        let range = expr.syntax().text_range();
        match expr {
            // Brackets leave no trace, so that sets in them are merged as Nix does.
            ast::Expr::Paren(node) => self.expr_or_missing(node.expr(), range),
            ast::Expr::Root(node) => self.expr_or_missing(node.expr(), range),
            ast::Expr::Error(_) => self.alloc(Expr::Missing, range),
            ast::Expr::Literal(node) => self.literal(node),
            ast::Expr::Str(node) => self.string(node),
            ast::Expr::PathAbs(_)
            | ast::Expr::PathRel(_)
            | ast::Expr::PathHome(_)
            | ast::Expr::PathSearch(_) => self.path(expr.syntax()),
            ast::Expr::Ident(node) => match node.ident_token() {
                Some(token) if token.text() == HOLE => self.alloc(Expr::Missing, range),
                Some(token) => {
                    let name = self.names.intern(token.text());
                    self.alloc(Expr::Var(name, VarRef::Global), range)
                }
                None => self.alloc(Expr::Missing, range),
            },
            ast::Expr::CurPos(_) => self.alloc(Expr::CurPos, range),
            ast::Expr::List(node) => {
                let mut items = Vec::new();
                for item in node.items() {
                    self.subject(item.syntax().text_range(), None);
                    items.push(self.expr(&item));
                }
                self.alloc(Expr::List(items.into()), range)
            }
            ast::Expr::AttrSet(node) => {
                let set = self.alloc(Expr::Missing, range);
                self.sets.push(set, SetBuilder::new(node.rec_token().is_some()));
                for entry in node.entries() {
                    self.entry(set, &entry, false);
                }
                set
            }
            ast::Expr::LetIn(node) => {
                let set = self.alloc(Expr::Missing, range);
                self.sets.push(set, SetBuilder::new(true));
                for entry in node.entries() {
                    self.entry(set, &entry, true);
                }
                let body = self.expr_or_missing(node.body(), range);
                if let Some(builder) = self.sets.get_mut(set) {
                    builder.body = Some(body);
                }
                set
            }
            ast::Expr::LegacyLet(node) => {
                let set = self.alloc(Expr::Missing, range);
                self.sets.push(set, SetBuilder::new(true));
                for entry in node.entries() {
                    self.entry(set, &entry, true);
                }
                let name = self.names.intern("body");
                let key = self.key(name, TextRange::empty(range.start()));
                self.alloc(
                    Expr::Select(set, Box::new([AttrName::Static(name, key)]), None),
                    range,
                )
            }
            ast::Expr::With(node) => {
                let namespace = self.expr_or_missing(node.namespace(), range);
                let body = self.expr_or_missing(node.body(), range);
                self.alloc(Expr::With(namespace, body), range)
            }
            ast::Expr::Lambda(node) => {
                let param = self.param(node.param());
                let body = self.expr_or_missing(node.body(), range);
                self.alloc(Expr::Lambda(Box::new(param), body), range)
            }
            ast::Expr::Apply(node) => {
                let function = self.expr_or_missing(node.lambda(), range);
                let argument = self.expr_or_missing(node.argument(), range);
                self.alloc(Expr::Apply(function, argument), range)
            }
            ast::Expr::Select(node) => {
                let base = self.expr_or_missing(node.expr(), range);
                let path = self.attr_path(node.attrpath());
                let default = match node.default_expr() {
                    Some(default) => Some(self.expr(&default)),
                    None => node.or_token().map(|_| self.expr_or_missing(None, range)),
                };
                match path {
                    Some(path) => self.alloc(Expr::Select(base, path, default), range),
                    None => self.alloc(Expr::Missing, range),
                }
            }
            ast::Expr::HasAttr(node) => {
                let base = self.expr_or_missing(node.expr(), range);
                match self.attr_path(node.attrpath()) {
                    Some(path) => self.alloc(Expr::HasAttr(base, path), range),
                    None => self.alloc(Expr::Missing, range),
                }
            }
            ast::Expr::IfElse(node) => {
                let condition = self.expr_or_missing(node.condition(), range);
                let then = self.expr_or_missing(node.body(), range);
                let otherwise = self.expr_or_missing(node.else_body(), range);
                self.alloc(Expr::If(condition, then, otherwise), range)
            }
            ast::Expr::Assert(node) => {
                let condition = self.expr_or_missing(node.condition(), range);
                let body = self.expr_or_missing(node.body(), range);
                self.alloc(Expr::Assert(condition, body), range)
            }
            ast::Expr::UnaryOp(node) => {
                let inner = self.expr_or_missing(node.expr(), range);
                let expr = match node.operator() {
                    Some(UnaryOpKind::Invert) => Expr::Not(inner),
                    Some(UnaryOpKind::Negate) => Expr::Negate(inner),
                    None => Expr::Missing,
                };
                self.alloc(expr, range)
            }
            ast::Expr::BinOp(node) => self.binary(node),
        }
    }

    fn binary(&mut self, node: &ast::BinOp) -> ExprId {
        let range = node.syntax().text_range();
        let left = self.expr_or_missing(node.lhs(), range);
        let right = self.expr_or_missing(node.rhs(), range);
        let op = match node.operator() {
            Some(BinOpKind::PipeRight) => return self.alloc(Expr::Apply(right, left), range),
            Some(BinOpKind::PipeLeft) => return self.alloc(Expr::Apply(left, right), range),
            Some(BinOpKind::Concat) => BinaryOp::Concat,
            Some(BinOpKind::Update) => BinaryOp::Update,
            Some(BinOpKind::Add) => BinaryOp::Add,
            Some(BinOpKind::Sub) => BinaryOp::Sub,
            Some(BinOpKind::Mul) => BinaryOp::Mul,
            Some(BinOpKind::Div) => BinaryOp::Div,
            Some(BinOpKind::And) => BinaryOp::And,
            Some(BinOpKind::Or) => BinaryOp::Or,
            Some(BinOpKind::Implication) => BinaryOp::Implies,
            Some(BinOpKind::Equal) => BinaryOp::Equal,
            Some(BinOpKind::NotEqual) => BinaryOp::NotEqual,
            Some(BinOpKind::Less) => BinaryOp::Less,
            Some(BinOpKind::LessOrEq) => BinaryOp::LessOrEq,
            Some(BinOpKind::More) => BinaryOp::More,
            Some(BinOpKind::MoreOrEq) => BinaryOp::MoreOrEq,
            None => return self.alloc(Expr::Missing, range),
        };
        self.alloc(Expr::Binary(op, left, right), range)
    }

    fn param(&mut self, param: Option<ast::Param>) -> Param {
        match param {
            Some(ast::Param::IdentParam(node)) => {
                if let Some((name, key)) = node.ident().and_then(|ident| self.ident_key(&ident)) {
                    return Param::Name(name, key);
                }
            }
            Some(ast::Param::Pattern(node)) => return self.pattern(&node),
            None => {}
        }
        Param::Pattern {
            fields: Box::new([]),
            ellipsis: true,
            alias: None,
        }
    }

    fn pattern(&mut self, node: &ast::Pattern) -> Param {
        let mut fields = Vec::new();
        let mut seen = rustc_hash::FxHashSet::default();
        for entry in node.pat_entries() {
            let Some((name, key)) = entry.ident().and_then(|ident| self.ident_key(&ident)) else {
                continue;
            };
            let default = match entry.default() {
                Some(default) => Some(self.expr(&default)),
                None => entry
                    .question_token()
                    .map(|_| self.expr_or_missing(None, entry.syntax().text_range())),
            };
            if seen.insert(name) {
                fields.push(PatternField { name, key, default });
            } else {
                self.duplicate_argument(name, self.map.range(key));
            }
        }
        let alias = node.pat_bind().and_then(|bind| bind.ident()).and_then(|ident| {
            let (name, key) = self.ident_key(&ident)?;
            if seen.insert(name) {
                return Some(name);
            }
            self.duplicate_argument(name, self.map.range(key));
            None
        });
        Param::Pattern {
            fields: fields.into(),
            ellipsis: node.ellipsis_token().is_some(),
            alias,
        }
    }

    fn ident_key(&mut self, ident: &ast::Ident) -> Option<(NameId, ExprId)> {
        let token = ident.ident_token()?;
        let name = self.names.intern(token.text());
        Some((name, self.key(name, token.text_range())))
    }
}
