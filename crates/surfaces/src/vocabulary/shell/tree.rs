//! A script as it is written: commands, what stands around them, and words in pieces.
//!
//! All positions are bytes of the text's pattern (`Text::pattern`), so that a hole is one character.

use std::ops::Range;

/// A stretch of the text.
pub(crate) type Span = Range<usize>;

/// Statements, one after another.
pub(crate) type List = Vec<Statement>;

/// A script, read as far as it could be.
#[derive(Debug, Default)]
pub(crate) struct Script {
    pub(crate) list: List,
    /// The texts of its here-documents, by their numbers.
    pub(crate) documents: Vec<Span>,
    /// Where it could not be read any further, if so.
    pub(crate) stopped: Option<Stopped>,
}

/// Why a script could not be read to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stopped {
    /// A quotation mark or a bracket is never closed; the shell does not run the command that it is in.
    Open { at: usize, what: &'static str },
    /// A bound was reached.
    Limit(&'static str),
}

/// A statement and what joins it to the one before.
#[derive(Debug)]
pub(crate) struct Statement {
    pub(crate) join: Join,
    /// Is it the opposite of what it says: `! test`?
    pub(crate) negated: bool,
    pub(crate) kind: Kind,
    pub(crate) span: Span,
}

/// How a statement follows the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Join {
    /// In any case: a new line, `;` or `&`.
    Then,
    /// `&&`.
    And,
    /// `||`.
    Or,
    /// `|`.
    Pipe,
}

/// What a statement is.
#[derive(Debug)]
pub(crate) enum Kind {
    /// A command with its words.
    Simple(Simple),
    /// `( )` or `{ }`.
    Group(List),
    /// `if` with its branches, each a condition and what runs under it, and `else`.
    If {
        branches: Vec<(List, List)>,
        otherwise: List,
    },
    /// `while` or `until`.
    Loop { condition: List, body: List },
    /// `for NAME in WORDS`; without words it goes over the arguments.
    For {
        name: Span,
        words: Option<Vec<Word>>,
        body: List,
    },
    /// `case`.
    Case { word: Word, arms: Vec<List> },
    /// The definition of a function.
    Function { name: Span, body: List },
    /// `(( ))` or `[[ ]]`.
    Test,
}

/// A simple command.
#[derive(Debug, Default)]
pub(crate) struct Simple {
    /// `A=b` before the command, and arrays anywhere in it.
    pub(crate) assignments: Vec<Assignment>,
    pub(crate) words: Vec<Word>,
    /// What redirections name, for the commands in it.
    pub(crate) redirected: Vec<Word>,
    /// Which of those its output goes to.
    pub(crate) output: Option<usize>,
    /// Is the output put behind what is in the file already?
    pub(crate) appends: bool,
    /// Which of those it reads as a text: `<<< WORD`.
    pub(crate) given: Option<usize>,
    /// The number of the here-document that it reads.
    pub(crate) document: Option<usize>,
    /// Are commands in it run, and variables replaced? Not where a part of its end is in quotes.
    pub(crate) expands: bool,
}

/// `NAME=value`.
#[derive(Debug)]
pub(crate) struct Assignment {
    pub(crate) name: Span,
    /// `+=`.
    pub(crate) adds: bool,
    pub(crate) value: Assigned,
}

/// What is assigned.
#[derive(Debug)]
pub(crate) enum Assigned {
    One(Word),
    Array(Vec<Word>),
    /// An element of an array by its index.
    Element(Word),
}

/// A word: pieces that stand together.
#[derive(Debug, Default)]
pub(crate) struct Word {
    pub(crate) pieces: Vec<Piece>,
    pub(crate) span: Span,
}

/// A piece of a word.
#[derive(Debug)]
pub(crate) struct Piece {
    pub(crate) what: What,
    pub(crate) span: Span,
    /// In quotes, so that it is not taken apart at white space.
    pub(crate) quoted: bool,
}

/// What a piece is.
#[derive(Debug)]
pub(crate) enum What {
    /// As it stands there.
    Literal,
    /// A character that is written otherwise.
    Escape(char),
    /// `$NAME` or `${NAME...}`.
    Parameter(Parameter),
    /// The output of commands: `$(...)`, backticks, `<(...)`.
    Output(List),
    /// `$((...))`: a number.
    Number,
}

/// A parameter.
#[derive(Debug)]
pub(crate) struct Parameter {
    /// A name, a number or a special character; empty where it is not known.
    pub(crate) name: Span,
    pub(crate) form: Form,
    /// What stands behind the operator.
    pub(crate) operand: Word,
}

/// What is taken of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Its value; also with `:?` and `?`, where the script ends if there is none.
    Whole,
    /// All elements of an array: `[@]` or `[*]`.
    Elements,
    /// Its value unless it is unset or empty, and else the operand: `:-`, `-`.
    OrElse,
    /// The same, and the operand is its value from then on: `:=`, `=`.
    OrAssign,
    /// The operand if it is set: `:+`, `+`.
    IfSet,
    /// Something computed: a length, a part, an indirection.
    Computed,
}

impl Word {
    /// The text of a word that is just that, without quotes and expansions.
    pub(crate) fn plain<'t>(&self, text: &'t str) -> Option<&'t str> {
        match &self.pieces[..] {
            [
                Piece {
                    what: What::Literal,
                    quoted: false,
                    span,
                },
            ] => text.get(span.clone()),
            _ => None,
        }
    }

    /// Nothing stands there, not even quotation marks.
    pub(crate) fn is_absent(&self) -> bool {
        self.pieces.is_empty()
    }
}
