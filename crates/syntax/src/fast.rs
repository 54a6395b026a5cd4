//! Lowers texts without mistakes directly, about five times as fast as over a concrete syntax tree.
//!
//! This reads only what is surely well-formed and gives up on everything else: on mistakes, and on what is rare (URIs,
//! pipes, the old `let { }`, `or` as a variable, very deep nesting). What it gives is what lowering rnix's tree gives, to
//! the last node and range; tests compare both on all texts they have.

mod bindings;
mod bounds;
mod lexer;
mod literal;
mod reader;
mod token;

use crate::build::{Builder, Lowered};
use crate::hir::{BinaryOp, Expr, Param, PatternField, VarRef};
use crate::limits::MAX_CHAIN;
use bounds::Bounds;
use lexer::Lexer;
use reader::{Node, Reader};
use text_size::{TextRange, TextSize};
use token::{Surely, Token};

/// Longer texts are data, and few.
const MAX_LENGTH: usize = 4 << 20;

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
    /// Any expression.
    fn expr(&mut self) -> Surely<Node> {
        self.deeper(Self::expr_inner)
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
}
