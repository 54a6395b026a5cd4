//! Scripts of a shell: what they say as they are written, and which commands they come to.
//!
//! `reader` and its parts `statements` and `quoting` read a text once from left to right and refuse nothing. `follow` goes
//! through what was read as the shell does, with the variables that the script itself sets (`values`, `expand`), and takes
//! off what only runs a command (`prefix`). Whatever the script does not say itself is a hole.

mod aliases;
mod builtins;
mod decided;
mod documents;
mod expand;
mod follow;
mod lines;
mod prefix;
mod printed;
mod quoting;
mod reader;
mod statements;
mod tree;
mod typed;
mod unit_line;
mod values;

#[cfg(test)]
mod tests;

pub(crate) use follow::follow;
pub(crate) use lines::{Addresses, ENGINE_ADDRESSES, Followed, Line, WrittenFile};
pub(crate) use prefix::{NOT_KNOWN, Who, is_other_machine};
pub(crate) use tree::Stopped;
pub(crate) use typed::typed;
pub(crate) use unit_line::{unit_line, words};
pub(crate) use values::Element;
