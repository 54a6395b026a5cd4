//! Values: those of Nix, plus explicit partiality.

pub(crate) mod builder;
pub(crate) mod error;
pub(crate) mod function;
pub(crate) mod ids;
pub(crate) mod sets;
pub(crate) mod string;
pub(crate) mod unknown;

use crate::pure::paths::PathText;
use function::{Lambda, PrimopApp};
use ids::{OriginId, ThunkId, When};
use nixpod_source::Why;
use sets::{Attrs, Elem, List};
use smol_str::SmolStr;
use std::any::Any;
use std::rc::Rc;
use string::NixString;
use unknown::Unknown;

/// A value in weak head normal form.
// With this representation the tag is a whole word, and so is what follows, for every variant: moving a value does not
// split words, which processors are slow to put together again. Nothing that follows is more than a word.
#[repr(C, u64)]
#[derive(Clone, Debug)]
pub enum Value {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A float.
    Float(f64),
    /// A string, perhaps with holes.
    String(Rc<NixString>),
    /// A path: absolute and normalised.
    Path(PathText),
    /// A list.
    List(Rc<List>),
    /// An attribute set.
    Attrs(Rc<Attrs>),
    /// A function written in Nix.
    Lambda(Rc<Lambda>),
    /// A builtin, perhaps applied to some arguments.
    Primop(Rc<PrimopApp>),
    /// Data of the native module system; Nix code can only pass it on.
    Opaque(Opaque),
    /// Not known.
    Unknown(Rc<Unknown>),
    /// One of a few values, each under its conditions; never nested, and never only lists or only attribute sets of one
    /// `_type` (those are joined element by element).
    Either(Rc<Vec<Alternative>>),
}

/// A value with its origin.
#[derive(Clone, Debug)]
pub struct Tracked {
    /// The value.
    pub value: Value,
    /// Where it comes from.
    pub origin: OriginId,
}

/// One of the values that an undecided expression may have.
#[derive(Clone, Debug)]
pub struct Alternative {
    /// The value; not itself an `Either`.
    pub value: Tracked,
    /// When it is this one.
    pub when: When,
}

/// Data that only native code looks into; a single word, as all that values refer to.
#[derive(Clone)]
pub struct Opaque(Rc<Rc<dyn Any>>);

impl Opaque {
    /// Data as a value.
    pub fn value(data: Rc<dyn Any>) -> Value {
        Value::Opaque(Self(Rc::new(data)))
    }

    /// The data, if it is of this type.
    pub fn downcast<T: Any>(&self) -> Option<Rc<T>> {
        Rc::clone(&*self.0).downcast().ok()
    }
}

impl std::fmt::Debug for Opaque {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Opaque")
    }
}

impl Value {
    /// A known string without context.
    pub fn string(text: impl Into<SmolStr>) -> Self {
        Self::String(Rc::new(NixString::new(text)))
    }

    /// An unknown for a reason.
    pub fn unknown(why: Why) -> Self {
        Self::Unknown(Unknown::new(why))
    }

    /// A set.
    pub fn attrs(attrs: Attrs) -> Self {
        Self::Attrs(Rc::new(attrs))
    }

    /// A list of elements that are all there.
    pub fn list(thunks: impl IntoIterator<Item = ThunkId>) -> Self {
        let elems = thunks
            .into_iter()
            .map(|thunk| Elem {
                thunk,
                when: When::ALWAYS,
            })
            .collect();
        Self::List(Rc::new(List { elems, open: None }))
    }

    /// Is it known data, of which all copies are equal?
    pub(crate) fn is_data(&self) -> bool {
        match self {
            Self::Null | Self::Bool(_) | Self::Int(_) => true,
            Self::String(_) | Self::Path(_) | Self::List(_) | Self::Attrs(_) => true,
            Self::Float(_) | Self::Lambda(_) | Self::Primop(_) | Self::Opaque(_) => false,
            Self::Unknown(_) | Self::Either(_) => false,
        }
    }

    /// The type as Nix's messages name it, with an article.
    pub fn describe(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a Boolean",
            Self::Int(_) => "an integer",
            Self::Float(_) => "a float",
            Self::String(s) if s.context.is_some() => "a string with context",
            Self::String(_) => "a string",
            Self::Path(_) => "a path",
            Self::List(_) => "a list",
            Self::Attrs(_) => "a set",
            Self::Lambda(_) => "a function",
            Self::Primop(app) if app.args.is_empty() => "a built-in function",
            Self::Primop(_) => "a partially applied built-in function",
            Self::Opaque(_) => "an external value",
            Self::Unknown(_) => "an unknown value",
            Self::Either(_) => "one of several values",
        }
    }

    /// The name that `builtins.typeOf` gives; nothing for partial values.
    pub fn type_of(&self) -> Option<&'static str> {
        Some(match self {
            Self::Null => "null",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "float",
            Self::String(_) => "string",
            Self::Path(_) => "path",
            Self::List(_) => "list",
            Self::Attrs(_) => "set",
            Self::Lambda(_) | Self::Primop(_) => "lambda",
            Self::Opaque(_) => "external",
            Self::Unknown(_) | Self::Either(_) => return None,
        })
    }
}
