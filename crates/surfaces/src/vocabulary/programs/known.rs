//! What is known of an option before any command line is read.

use crate::vocabulary::flags::Arity;

/// An option: its long name, its short name (a NUL where it has none), whether it takes a value, and what it says.
pub(crate) type Known = (&'static str, char, Arity, Says);

/// The next word, or what stands behind `=`.
pub(super) const VALUE: Arity = Arity::Required;
/// None, or only behind `=`.
pub(super) const SWITCH: Arity = Arity::None;

/// What an option says of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Says {
    /// The fact of this name.
    Fact(&'static str),
    /// Something that no fact holds: rules look at the word itself.
    Word,
    /// Nothing that has to do with what the container can reach.
    Nothing,
}
