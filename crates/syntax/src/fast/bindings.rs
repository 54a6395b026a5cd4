//! Sets, `let`, and the names in them.

use super::reader::{Node, Reader};
use super::token::{Surely, Token};
use crate::build::SetBuilder;
use crate::build::attrs::{Attr, BindingRanges, MAX_PATH};
use crate::hir::Expr;
use nixpod_source::ExprId;
use smallvec::SmallVec;
use text_size::{TextRange, TextSize};

impl<'t> Reader<'t, '_> {
    pub(super) fn attr_path(&mut self) -> Surely<SmallVec<[Attr; 4]>> {
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
    pub(super) fn set(&mut self, start: TextSize, recursive: bool) -> Surely<Node> {
        let set = self.begin_set(start, recursive);
        self.lexer.expect(Token::LeftBrace)?;
        self.bindings(set, Token::RightBrace)?;
        self.lexer.advance()?;
        self.finish_set(set, start)
    }

    pub(super) fn let_in(&mut self, start: TextSize) -> Surely<Node> {
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
        let before = self.build.map.bindings.len();
        while self.lexer.token != Token::Semicolon {
            let Attr::Static(name, range) = self.attr()? else {
                return None;
            };
            // Where the statement ends is put in later.
            self.build
                .inherit_name(set, from, name, range, TextRange::empty(start));
        }
        self.lexer.advance()?;
        let statement = self.lexer.since(start);
        self.build.subject(statement, None);
        let bindings = self.build.map.bindings.iter_mut().skip(before);
        bindings.for_each(|(_, range)| *range = statement);
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
