//! Strings.

use super::ids::{OriginId, ThunkId};
use super::unknown::Unknown;
use crate::pure::paths::PathText;
use smol_str::SmolStr;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

/// A string: text with optional holes, pieces of different origin, and store context.
#[derive(Clone, Debug, Default)]
pub struct NixString {
    /// The known text; holes have no length.
    pub text: SmolStr,
    /// The pieces, if the string is not one literal (or one piece of it) as a whole. Their lengths add up to the
    /// text's.
    pub parts: Option<Rc<[StringPart]>>,
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
    pub fn pieces(&self, origin: OriginId) -> Vec<StringPart> {
        match &self.parts {
            Some(parts) => parts.to_vec(),
            None => vec![StringPart {
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
pub struct StringPart {
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
        path: PathText,
        /// What it is called in the store.
        name: SmolStr,
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
        /// May it be run, as what `pkgs.writeShellScript` makes?
        is_program: bool,
    },
    /// Text that was read from a file at evaluation. Nix itself gives it no context.
    Read {
        /// The path.
        path: PathText,
        /// Where it was read.
        origin: OriginId,
    },
}

impl Eq for ContextItem {}

impl Hash for ContextItem {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Self::Copied { path, name, .. } => (path, name).hash(state),
            Self::Read { path, .. } => path.hash(state),
            Self::Derivation { name, output } => (name, output).hash(state),
            Self::Written { text, .. } => text.hash(state),
        }
    }
}

impl PartialEq for ContextItem {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Copied { path: a, name: x, .. }, Self::Copied { path: b, name: y, .. }) => {
                a == b && x == y
            }
            (Self::Read { path: a, .. }, Self::Read { path: b, .. }) => a == b,
            (Self::Derivation { name: a, output: x }, Self::Derivation { name: b, output: y }) => {
                a == b && x == y
            }
            (Self::Written { text: a, .. }, Self::Written { text: b, .. }) => a == b,
            _ => false,
        }
    }
}
