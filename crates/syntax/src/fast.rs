//! Lowers texts without mistakes directly, about five times as fast as over a concrete syntax tree.
//!
//! This reads only what is surely well-formed and gives up on everything else: on mistakes, and on what is rare (URIs,
//! pipes, the old `let { }`, `or` as a variable, very deep nesting). What it gives is what lowering rnix's tree gives, to
//! the last node and range; tests compare both on all texts they have.

mod bounds;
mod lexer;
mod token;

use crate::build::attrs::{Attr, BindingRanges, MAX_PATH};
use crate::build::literal::{Chunks, LiteralParts, unescape};
use crate::build::{Builder, HOLE, Lowered, SetBuilder};
use crate::hir::{BinaryOp, Expr, Param, PathKind, PatternField, StrPart, VarRef};
use crate::limits::MAX_CHAIN;
use bounds::Bounds;
use lexer::Lexer;
use nixpod_source::ExprId;
use smallvec::SmallVec;
use text_size::{TextRange, TextSize};
use token::{Surely, Token};

/// Longer texts are data, and few.
const MAX_LENGTH: usize = 4 << 20;

/// How deep expressions may nest. Real files reach about half of it; at this depth, a megabyte of stack is enough
/// without optimisation.
const MAX_DEPTH: u32 = 128;

/// Lowers a text, if that is certain to have no mistakes.
pub(crate) fn parse(text: &str) -> Surely<Lowered> {
    let odd = |byte: u8| text.as_bytes().contains(&byte);
    if text.len() > MAX_LENGTH || text.starts_with('\u{feff}') || odd(b'\r') || odd(0) {
        return None;
    }
    let bounds = match text.len() > MAX_CHAIN {
        true => Some(Bounds::new(text)?),
        false => None,
    };
    let mut errors = Vec::new();
    let build = Builder::new(text, &mut errors);
    let mut reader = Reader {
        lexer: Lexer::new(text, bounds, build.remarks.is_some())?,
        build,
        depth: 0,
        set_at: None,
        begun: None,
    };
    reader.build.reserve(text.len());
    let root = reader.expr()?;
    if reader.lexer.token != Token::End {
        return None;
    }
    if let Some(remarks) = &mut reader.build.remarks {
        remarks.comments = reader.lexer.comments.unwrap_or_default();
    }
    let lowered = reader.build.finish(root.id);
    errors.is_empty().then_some(lowered)
}

/// An expression that was read, and where it starts. Brackets belong to the text of an expression, not of its node.
#[derive(Clone, Copy)]
struct Node {
    id: ExprId,
    start: TextSize,
}

struct Reader<'t, 'e> {
    lexer: Lexer<'t>,
    build: Builder<'e>,
    depth: u32,
    /// The brace that is known to open a set and no parameter.
    set_at: Option<TextSize>,
    /// A name that was read already, with which an operation begins.
    begun: Option<(&'t str, TextRange)>,
}

/// How tightly operators bind: higher is tighter. `!` binds as [`NOT`].
const fn level(op: BinaryOp) -> u8 {
    match op {
        BinaryOp::Implies => 0,
        BinaryOp::Or => 1,
        BinaryOp::And => 2,
        BinaryOp::Equal | BinaryOp::NotEqual => 3,
        BinaryOp::Less | BinaryOp::LessOrEq | BinaryOp::More | BinaryOp::MoreOrEq => 4,
        BinaryOp::Update => 5,
        BinaryOp::Add | BinaryOp::Sub => 7,
        BinaryOp::Mul | BinaryOp::Div => 8,
        BinaryOp::Concat => 9,
    }
}

const NOT: u8 = 6;
const HAS_ATTR: u8 = 10;

impl<'t, 'e> Reader<'t, 'e> {
    fn alloc(&mut self, expr: Expr, start: TextSize) -> Node {
        let range = self.lexer.since(start);
        let id = self.build.alloc(expr, range);
        Node { id, start }
    }

    /// Any expression.
    fn expr(&mut self) -> Surely<Node> {
        self.deeper(Self::expr_inner)
    }

    fn deeper(&mut self, read: impl FnOnce(&mut Self) -> Surely<Node>) -> Surely<Node> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let node = read(self);
        self.depth -= 1;
        node
    }

    fn expr_inner(&mut self) -> Surely<Node> {
        let start = self.lexer.here();
        match self.lexer.token {
            Token::Let => self.let_in(start),
            Token::With => {
                self.lexer.advance()?;
                let namespace = self.expr()?.id;
                self.lexer.expect(Token::Semicolon)?;
                let body = self.expr()?.id;
                Some(self.alloc(Expr::With(namespace, body), start))
            }
            Token::Assert => {
                self.lexer.advance()?;
                let condition = self.expr()?.id;
                self.lexer.expect(Token::Semicolon)?;
                let body = self.expr()?.id;
                Some(self.alloc(Expr::Assert(condition, body), start))
            }
            Token::If => {
                self.lexer.advance()?;
                let condition = self.expr()?.id;
                self.lexer.expect(Token::Then)?;
                let then = self.expr()?.id;
                self.lexer.expect(Token::Else)?;
                let otherwise = self.expr()?.id;
                Some(self.alloc(Expr::If(condition, then, otherwise), start))
            }
            Token::Ident => {
                let (word, range) = self.name()?;
                match self.lexer.token {
                    Token::Colon => {
                        let name = self.build.names.intern(word);
                        let key = self.build.key(name, range);
                        self.lambda(Param::Name(name, key), start)
                    }
                    Token::At => {
                        self.lexer.advance()?;
                        let param = self.pattern(Some((word, range)))?;
                        self.lambda(param, start)
                    }
                    _ => {
                        self.begun = Some((word, range));
                        self.operation(0)
                    }
                }
            }
            Token::LeftBrace if self.lexer.opens_pattern()? => {
                let param = self.pattern(None)?;
                self.lambda(param, start)
            }
            Token::LeftBrace => {
                self.set_at = Some(start);
                self.operation(0)
            }
            _ => self.operation(0),
        }
    }

    /// A name that is no keyword, and where it is.
    fn name(&mut self) -> Surely<(&'t str, TextRange)> {
        let (word, range) = (self.lexer.word(), self.lexer.range());
        if word == HOLE {
            return None;
        }
        self.lexer.expect(Token::Ident)?;
        Some((word, range))
    }

    fn lambda(&mut self, param: Param, start: TextSize) -> Surely<Node> {
        self.lexer.expect(Token::Colon)?;
        let body = self.expr()?.id;
        Some(self.alloc(Expr::Lambda(Box::new(param), body), start))
    }

    fn pattern(&mut self, mut alias: Option<(&'t str, TextRange)>) -> Surely<Param> {
        self.lexer.expect(Token::LeftBrace)?;
        let mut fields: Vec<PatternField> = Vec::new();
        let mut ellipsis = false;
        loop {
            if self.lexer.token == Token::RightBrace {
                break;
            }
            if self.lexer.token == Token::Ellipsis {
                self.lexer.advance()?;
                ellipsis = true;
                break;
            }
            let (word, range) = self.name()?;
            let name = self.build.names.intern(word);
            let key = self.build.key(name, range);
            let default = match self.lexer.token {
                Token::Question => {
                    self.lexer.advance()?;
                    Some(self.expr()?.id)
                }
                _ => None,
            };
            if fields.iter().any(|field| field.name == name) {
                return None;
            }
            fields.push(PatternField { name, key, default });
            if self.lexer.token != Token::Comma {
                break;
            }
            self.lexer.advance()?;
        }
        self.lexer.expect(Token::RightBrace)?;
        if self.lexer.token == Token::At {
            self.lexer.advance()?;
            let behind = self.name()?;
            if alias.replace(behind).is_some() {
                return None;
            }
        }
        let alias = match alias {
            Some((word, range)) => {
                let name = self.build.names.intern(word);
                self.build.key(name, range);
                if fields.iter().any(|field| field.name == name) {
                    return None;
                }
                Some(name)
            }
            None => None,
        };
        Some(Param::Pattern {
            fields: fields.into(),
            ellipsis,
            alias,
        })
    }

    /// Operators that bind at least so tightly.
    fn operation(&mut self, least: u8) -> Surely<Node> {
        let start = self.lexer.here();
        let mut left = match self.lexer.token {
            _ if self.begun.is_some() => self.call()?,
            Token::Not if least <= NOT => {
                self.lexer.advance()?;
                let inner = self.deeper(|this| this.operation(NOT))?.id;
                self.alloc(Expr::Not(inner), start)
            }
            _ => self.negation()?,
        };
        // Comparisons cannot follow one another.
        let mut compared = u8::MAX;
        loop {
            let op = match self.lexer.token {
                Token::Question if least <= HAS_ATTR => {
                    self.lexer.advance()?;
                    let attrs = self.attr_path()?;
                    let path = self.build.path_of(&attrs);
                    left = self.alloc(Expr::HasAttr(left.id, path), left.start);
                    continue;
                }
                Token::Operator(op) if level(op) >= least => op,
                _ => return Some(left),
            };
            let level = level(op);
            if level == compared {
                return None;
            }
            self.lexer.advance()?;
            let right = match op {
                BinaryOp::Implies | BinaryOp::Update | BinaryOp::Concat => level,
                _ => level + 1,
            };
            let right = self.deeper(|this| this.operation(right))?.id;
            left = self.alloc(Expr::Binary(op, left.id, right), left.start);
            if matches!(level, 3 | 4) {
                compared = level;
            }
        }
    }

    fn negation(&mut self) -> Surely<Node> {
        let start = self.lexer.here();
        if self.lexer.token != Token::Operator(BinaryOp::Sub) {
            return self.call();
        }
        self.lexer.advance()?;
        let inner = self.deeper(Self::negation)?.id;
        Some(self.alloc(Expr::Negate(inner), start))
    }

    fn call(&mut self) -> Surely<Node> {
        let mut function = self.selection()?;
        while matches!(
            self.lexer.token,
            Token::Ident
                | Token::Rec
                | Token::LeftBrace
                | Token::LeftBracket
                | Token::LeftParen
                | Token::Quote
                | Token::Indented
                | Token::Integer
                | Token::Float
                | Token::Path(_)
        ) {
            let argument = self.selection()?.id;
            function = self.alloc(Expr::Apply(function.id, argument), function.start);
        }
        Some(function)
    }

    fn selection(&mut self) -> Surely<Node> {
        let base = self.simple()?;
        if self.lexer.token != Token::Dot {
            // `f or` is a call of a variable of that name.
            return (self.lexer.token != Token::Or).then_some(base);
        }
        self.lexer.advance()?;
        let attrs = self.attr_path()?;
        let path = self.build.path_of(&attrs);
        let default = match self.lexer.token {
            Token::Or => {
                self.lexer.advance()?;
                Some(self.deeper(Self::selection)?.id)
            }
            _ => None,
        };
        Some(self.alloc(Expr::Select(base.id, path, default), base.start))
    }

    fn simple(&mut self) -> Surely<Node> {
        if let Some((word, range)) = self.begun.take() {
            return Some(self.variable(word, range));
        }
        let start = self.lexer.here();
        match self.lexer.token {
            Token::LeftParen => {
                self.lexer.advance()?;
                let id = self.expr()?.id;
                self.lexer.expect(Token::RightParen)?;
                Some(Node { id, start })
            }
            Token::Rec => {
                self.lexer.advance()?;
                self.set(start, true)
            }
            // rnix would take a parameter for an argument here.
            Token::LeftBrace if self.set_at != Some(start) && self.lexer.opens_pattern()? => None,
            Token::LeftBrace => self.set(start, false),
            Token::LeftBracket => {
                self.lexer.advance()?;
                let mut items = Vec::new();
                while self.lexer.token != Token::RightBracket {
                    let item = self.deeper(Self::selection)?;
                    self.build.subject(self.lexer.since(item.start), None);
                    items.push(item.id);
                }
                self.lexer.advance()?;
                Some(self.alloc(Expr::List(items.into()), start))
            }
            Token::Quote | Token::Indented => self.string().map(|(node, _)| node),
            Token::Path(kind) => self.path(kind),
            Token::Integer => self.number(Builder::integer),
            Token::Float => self.number(Builder::float),
            Token::Ident => {
                let (word, range) = self.name()?;
                // rnix would take a function for an argument here.
                let is_function = matches!(self.lexer.token, Token::Colon | Token::At);
                (!is_function).then(|| self.variable(word, range))
            }
            _ => None,
        }
    }

    fn variable(&mut self, word: &str, range: TextRange) -> Node {
        let expr = match word {
            "__curPos" => Expr::CurPos,
            _ => Expr::Var(self.build.names.intern(word), VarRef::Global),
        };
        Node {
            id: self.build.alloc(expr, range),
            start: range.start(),
        }
    }

    fn number(&mut self, make: fn(&mut Builder<'e>, &str, TextRange) -> ExprId) -> Surely<Node> {
        let (word, range) = (self.lexer.word(), self.lexer.range());
        let id = make(&mut self.build, word, range);
        self.lexer.advance()?;
        Some(Node {
            id,
            start: range.start(),
        })
    }

    /// A string, and whether it has interpolations.
    fn string(&mut self) -> Surely<(Node, bool)> {
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
    fn interpolation(&mut self) -> Surely<ExprId> {
        self.lexer.open(true);
        self.lexer.advance()?;
        let id = self.expr()?.id;
        (self.lexer.token == Token::RightBrace).then_some(id)
    }

    fn path(&mut self, kind: PathKind) -> Surely<Node> {
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

    fn attr_path(&mut self) -> Surely<SmallVec<[Attr; 4]>> {
        let mut attrs = SmallVec::new();
        loop {
            attrs.push(self.attr()?);
            if attrs.len() > MAX_PATH {
                return None;
            }
            if self.lexer.token != Token::Dot {
                return Some(attrs);
            }
            self.lexer.advance()?;
        }
    }

    fn attr(&mut self) -> Surely<Attr> {
        let start = self.lexer.here();
        match self.lexer.token {
            Token::Ident | Token::Or => {
                let (word, range) = self.attr_name()?;
                Some(Attr::Static(self.build.names.intern(word), range))
            }
            Token::Quote | Token::Indented => {
                let (node, interpolated) = self.string()?;
                Some(match interpolated {
                    true => Attr::Dynamic(node.id),
                    false => self.build.static_if_plain(node.id, self.lexer.since(start)),
                })
            }
            Token::Interpolation => {
                self.lexer.advance()?;
                let id = self.expr()?.id;
                self.lexer.expect(Token::RightBrace)?;
                Some(self.build.static_if_plain(id, self.lexer.since(start)))
            }
            _ => None,
        }
    }

    /// A fixed name, which `or` may be.
    fn attr_name(&mut self) -> Surely<(&'t str, TextRange)> {
        if self.lexer.token == Token::Or {
            let name = (self.lexer.word(), self.lexer.range());
            self.lexer.advance()?;
            return Some(name);
        }
        self.name()
    }

    /// A set of bindings, from its brace on.
    fn set(&mut self, start: TextSize, recursive: bool) -> Surely<Node> {
        let set = self.begin_set(start, recursive);
        self.lexer.expect(Token::LeftBrace)?;
        self.bindings(set, Token::RightBrace)?;
        self.lexer.advance()?;
        self.finish_set(set, start)
    }

    fn let_in(&mut self, start: TextSize) -> Surely<Node> {
        self.lexer.advance()?;
        if self.lexer.token == Token::LeftBrace {
            return None;
        }
        let set = self.begin_set(start, true);
        self.bindings(set, Token::In)?;
        self.lexer.advance()?;
        let body = self.expr()?.id;
        self.build.sets.get_mut(set)?.body = Some(body);
        self.finish_set(set, start)
    }

    /// A set has a smaller number than what is in it, so its range is put in later.
    fn begin_set(&mut self, start: TextSize, recursive: bool) -> ExprId {
        let set = self.build.alloc(Expr::Missing, TextRange::empty(start));
        self.build.sets.push(set, SetBuilder::new(recursive));
        set
    }

    fn finish_set(&mut self, set: ExprId, start: TextSize) -> Surely<Node> {
        *self.build.map.ranges.get_mut(set.0 as usize)? = self.lexer.since(start);
        Some(Node { id: set, start })
    }

    fn bindings(&mut self, set: ExprId, until: Token) -> Surely<()> {
        while self.lexer.token != until {
            match self.lexer.token {
                Token::Inherit => self.inherit(set)?,
                _ => self.binding(set, until == Token::In)?,
            }
        }
        Some(())
    }

    fn inherit(&mut self, set: ExprId) -> Surely<()> {
        let start = self.lexer.here();
        self.lexer.advance()?;
        let from = match self.lexer.token {
            Token::LeftParen => {
                self.lexer.advance()?;
                let source = self.expr()?.id;
                self.lexer.expect(Token::RightParen)?;
                Some(self.build.inherit_source(set, source))
            }
            _ => None,
        };
        let mut names = Vec::new();
        while self.lexer.token != Token::Semicolon {
            names.push(self.attr_name()?);
        }
        self.lexer.advance()?;
        let statement = self.lexer.since(start);
        self.build.subject(statement, None);
        for (word, range) in names {
            let name = self.build.names.intern(word);
            self.build.inherit_name(set, from, name, range, statement);
        }
        Some(())
    }

    fn binding(&mut self, set: ExprId, in_let: bool) -> Surely<()> {
        let start = self.lexer.here();
        let attrs = self.attr_path()?;
        if in_let && matches!(attrs.first(), Some(Attr::Dynamic(_))) {
            return None;
        }
        let path = self.lexer.since(start);
        self.lexer.expect(Token::Assign)?;
        let value = self.expr()?;
        let without_semicolon = TextRange::new(start, self.lexer.here());
        self.lexer.expect(Token::Semicolon)?;
        let whole = self.lexer.since(start);
        self.build.subject(whole, Some(value.start));
        let ranges = BindingRanges {
            path,
            without_semicolon,
            whole,
        };
        self.build.bind(set, &attrs, value.id, ranges);
        Some(())
    }
}
