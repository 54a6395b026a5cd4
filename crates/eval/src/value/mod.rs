//! Values: those of Nix, plus explicit partiality.

pub(crate) mod error;

use crate::Env;
use nixpod_source::{ExprId, FileId, Site, Why};
use smol_str::SmolStr;
use std::rc::Rc;

/// A thunk in the evaluator's heap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ThunkId(pub(crate) u32);

/// An interned attribute name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(pub(crate) u32);

/// Where a value was written and how it came here: an index into the evaluator's origins. Zero is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OriginId(pub(crate) u32);

/// Under which undecided conditions something is there: an index into the evaluator's conditions. Zero is always.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct When(pub(crate) u32);

impl When {
    /// Without a condition.
    pub const ALWAYS: Self = Self(0);

    /// Is there no condition?
    pub const fn is_always(self) -> bool {
        self.0 == 0
    }
}

/// A value in weak head normal form.
// With this representation the payload begins at a whole word for every variant, and moving a value does not split
// words, which processors are slow to put together again.
#[repr(C, u8)]
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
    Path(Rc<str>),
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
    /// One of a few values, each under its conditions; never nested, and never only attribute sets or only lists
    /// (those are joined element by element).
    Either(Rc<[Alternative]>),
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

/// Why a value is not known, and by which name rules may recognise it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// The reason. [`Why::External`] carries the symbolic name, such as `pkgs.hello`.
    pub why: Why,
    /// Is it certainly a store path or package when put into a string (as against just any value)?
    pub store_path: bool,
}

impl Unknown {
    /// An unknown for a reason.
    pub fn new(why: Why) -> Rc<Self> {
        Rc::new(Self {
            why,
            store_path: false,
        })
    }

    /// The symbolic name, if it has one.
    pub fn name(&self) -> Option<&str> {
        match &self.why {
            Why::External(name) | Why::UnsetOption(name) => Some(name),
            _ => None,
        }
    }

    /// May functions say what holds for any element of this set or list? Only if it has a name, and if it is not itself
    /// an element of an element, which keeps recursive functions from unfolding it for ever.
    pub fn is_generic(&self) -> bool {
        let nested = |name: &str| name.matches(['*', '<']).count() + name.matches("readDir ").count();
        self.name()
            .is_some_and(|name| name.len() < 160 && nested(name) < 2)
    }

    /// The unknown that selecting an attribute of this one gives.
    #[must_use]
    pub fn select(&self, attr: &str) -> Rc<Self> {
        let why = match &self.why {
            Why::External(name) if name.len() < 200 => Why::External(format!("{name}.{attr}")),
            Why::UnsetOption(name) if name.is_empty() => Why::UnsetOption(attr.to_owned()),
            Why::UnsetOption(name) if name.len() < 200 => Why::UnsetOption(format!("{name}.{attr}")),
            why => why.clone(),
        };
        Rc::new(Self {
            why,
            store_path: false,
        })
    }
}

/// A string: text with optional holes, pieces of different origin, and store context.
#[derive(Clone, Debug, Default)]
pub struct NixString {
    /// The known text; holes have no length.
    pub text: SmolStr,
    /// The pieces, if the string is not one literal (or one piece of it) as a whole. Their lengths add up to the
    /// text's.
    pub parts: Option<Rc<[Part]>>,
    /// What the string refers to in the store, without duplicates.
    pub context: Option<Rc<[ContextItem]>>,
}

impl NixString {
    /// A known string without context.
    pub fn new(text: impl Into<SmolStr>) -> Self {
        Self {
            text: text.into(),
            parts: None,
            context: None,
        }
    }

    /// Is a piece of it unknown?
    pub fn hole(&self) -> Option<&Rc<Unknown>> {
        self.parts.as_ref()?.iter().find_map(|part| part.hole.as_ref())
    }

    /// The pieces; a plain string is one piece of the value's own origin.
    pub fn pieces(&self, origin: OriginId) -> Vec<Part> {
        match &self.parts {
            Some(parts) => parts.to_vec(),
            None => vec![Part {
                len: self.text.len() as u32,
                origin,
                offset: 0,
                hole: None,
            }],
        }
    }
}

/// A piece of a string.
#[derive(Clone, Debug)]
pub struct Part {
    /// Bytes of the text; zero for a hole.
    pub len: u32,
    /// Where the piece is written.
    pub origin: OriginId,
    /// Where in the content of the literal at that origin the piece begins.
    pub offset: u32,
    /// What stands there if it is not known.
    pub hole: Option<Rc<Unknown>>,
}

/// A reference of a string to the store.
#[derive(Clone, Debug)]
pub enum ContextItem {
    /// A path literal copied into the store.
    Copied {
        /// The path.
        path: Rc<str>,
        /// Where it is written.
        origin: OriginId,
    },
    /// A derivation or another store path by name.
    Derivation {
        /// Its name or symbolic name.
        name: SmolStr,
        /// The output, usually `out`.
        output: SmolStr,
    },
    /// A file whose text is known (`pkgs.writeText`).
    Written {
        /// Its name.
        name: SmolStr,
        /// Its text, a thunk of a string.
        text: ThunkId,
    },
    /// Text that was read from a file at evaluation. Nix itself gives it no context.
    Read {
        /// The path.
        path: Rc<str>,
        /// Where it was read.
        origin: OriginId,
    },
}

impl PartialEq for ContextItem {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Copied { path: a, .. }, Self::Copied { path: b, .. })
            | (Self::Read { path: a, .. }, Self::Read { path: b, .. }) => a == b,
            (Self::Derivation { name: a, output: x }, Self::Derivation { name: b, output: y }) => {
                a == b && x == y
            }
            (Self::Written { text: a, .. }, Self::Written { text: b, .. }) => a == b,
            _ => false,
        }
    }
}

/// A list.
#[derive(Clone, Debug, Default)]
pub struct List {
    /// The elements that are known to be, or may be, there.
    pub elems: Vec<Elem>,
    /// There may be further elements, anywhere between the known ones.
    pub open: Option<Rc<Unknown>>,
}

/// A list element.
#[derive(Clone, Copy, Debug)]
pub struct Elem {
    /// Its value.
    pub thunk: ThunkId,
    /// When it is there.
    pub when: When,
}

impl List {
    /// Are the elements exactly known?
    pub fn is_exact(&self) -> bool {
        self.open.is_none() && self.elems.iter().all(|elem| elem.when.is_always())
    }
}

/// So many numbers of own files ([`FileId::own`]) are taken by this crate: that of [`NO_SITE`], which the files of `lib`
/// share, and that of `derivation`.
pub const OWN_FILES: u32 = 2;

/// A key position that has no place in code.
pub const NO_SITE: Site = Site {
    file: FileId::own(0),
    expr: ExprId(u32::MAX),
};

/// An attribute set.
#[derive(Clone, Debug, Default)]
pub struct Attrs {
    /// The entries, sorted by symbol (not by name).
    pub entries: Vec<Attr>,
    /// There may be further keys; the unknown tells which set they belong to.
    pub open: Option<Rc<Unknown>>,
    /// What a further key's value is, where it is known: a set made by a generator over unknown names.
    pub wildcard: Option<ThunkId>,
}

/// An entry of a set.
#[derive(Clone, Copy, Debug)]
pub struct Attr {
    /// Its name.
    pub name: Symbol,
    /// Its value.
    pub thunk: ThunkId,
    /// The key's place, or [`NO_SITE`].
    pub site: Site,
    /// When it is there.
    pub when: When,
}

impl Attrs {
    /// A set from entries in any order; of entries of one name the last stays.
    pub fn from_entries(mut entries: Vec<Attr>) -> Self {
        entries.sort_by_key(|attr| attr.name);
        entries.dedup_by(|later, earlier| {
            let same = later.name == earlier.name;
            if same {
                *earlier = *later;
            }
            same
        });
        Self {
            entries,
            open: None,
            wildcard: None,
        }
    }

    /// An entry.
    pub fn get(&self, name: Symbol) -> Option<&Attr> {
        self.entries
            .binary_search_by_key(&name, |attr| attr.name)
            .ok()
            .map(|at| &self.entries[at])
    }

    /// Are the keys exactly known?
    pub fn is_exact(&self) -> bool {
        self.open.is_none() && self.entries.iter().all(|attr| attr.when.is_always())
    }
}

/// A function written in Nix.
#[derive(Clone, Debug)]
pub struct Lambda {
    /// The environment it closes over.
    pub env: Rc<Env>,
    /// The lambda expression, in the unit of `env`.
    pub expr: ExprId,
}

/// The bit of a builtin's strictness that, shifted by the argument's position, has named unknowns passed on. The bits
/// below say which arguments are forced before the call: an unknown one makes the result unknown, alternatives are
/// tried one by one. A named unknown is passed on for functions that say what holds for any element of it.
pub const PASSED_ON: u32 = 1 << 16;

/// A builtin, by its number in the evaluation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrimopId(pub(crate) u32);

/// A builtin and the arguments it has already.
#[derive(Clone, Debug)]
pub struct PrimopApp {
    /// The builtin.
    pub primop: PrimopId,
    /// Fewer than it takes.
    pub args: Vec<ThunkId>,
}

/// Data that only native code looks into.
#[derive(Clone)]
pub struct Opaque(pub Rc<dyn std::any::Any>);

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
