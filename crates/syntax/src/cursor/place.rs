//! What a place in a text is.

use smol_str::SmolStr;
use text_size::TextRange;

/// What is being written at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Writing {
    /// The name of an attribute.
    Name,
    /// The value of a binding, or of an argument in it.
    Value,
    /// An element of a list.
    Element,
    /// The text of a string: what stands in it before the place, as it is written. Without it the string is all that is
    /// written there.
    Text(String),
    /// A comment, with what stands in it before the place.
    Comment(String),
    /// Something else.
    Other,
}

/// A name on the way to a binding; none where it is computed.
pub type PathName = Option<SmolStr>;

/// A place in a text, with what is around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The names around it, the outermost first: those of the binding whose value it is in, or of the set that it is in.
    /// A function that may make anything of its argument begins anew.
    pub path: Vec<PathName>,
    /// What is being written.
    pub writing: Writing,
    /// Is that in a list?
    pub in_list: bool,
    /// The word around the place: what a completion replaces. Strings have words of their own.
    pub word: TextRange,
    /// The names that the innermost set has besides.
    pub siblings: Vec<SmolStr>,
    /// The strings that the innermost list has before the place.
    pub elements: Vec<String>,
}
