//! What a text is cut into.

use crate::hir::{BinaryOp, PathKind};

/// A result, if it is certain.
pub(super) type Surely<T> = Option<T>;

/// A token. Of strings and paths only the beginning is one: the parser reads on by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    End,
    Ident,
    Or,
    Let,
    In,
    Rec,
    With,
    Inherit,
    If,
    Then,
    Else,
    Assert,
    Integer,
    Float,
    /// `"`
    Quote,
    /// `''`
    Indented,
    /// A path, up to its first interpolation.
    Path(PathKind),
    /// `${`
    Interpolation,
    LeftBrace,
    RightBrace,
    LeftBracket,
    RightBracket,
    LeftParen,
    RightParen,
    Semicolon,
    Comma,
    Colon,
    At,
    Dot,
    Ellipsis,
    Question,
    Assign,
    Not,
    Operator(BinaryOp),
}
