//! Reads container specs of every surface, and the systems around them, into the model.
//!
//! This crate must never know rules, files on disk or how findings are shown. It asks evaluated systems for options by
//! path; what cannot be known becomes an unknown fact or an entry of what was not analysed, never a guess.
//!
//! Begin with [`RootReader`], which reads the systems of a root (`world`): each system's own facts (`system`), then the
//! containers of each surface (`surface`), then the guests and homes in it. All of them ask an `OptionReader` for options and
//! turn values into facts (`read`); what is written in words, such as flags and mounts, is taken apart in `vocabulary`.
//! Options one by one, for people to look at, are in `listing`. What stands in a file's text, whether anything evaluates it
//! or not, is told by [`census()`].
//!
//! Invariants:
//! - A value is read through an `OptionReader`, so that its fact says how certain it is and where it comes from. A default is
//!   only certain if every definition could be seen; where not, it is doubted.
//! - The same code gives the same ids and facts, whatever was read before and whatever stands beside it.
//! - Every option that is read is in a [`Table`] or in [`READ`].
//! - A surface says how an option becomes a fact, and nothing else: which systems have containers of it is in its
//!   [`Table`], and what all containers have in common (doubt, guests, what is kept over an edit) is done in `world`.
//!
//! A new surface is a variant of `Surface` in the model, a file in `surface/` with its [`Table`] and a function that reads
//! one container into an empty one, and a line in `SURFACES`.

mod census;
mod listing;
mod read;
mod surface;
mod system;
mod vocabulary;
mod world;

#[cfg(test)]
mod tests;

pub use census::{
    Bearing, Census, ModuleShape, ModuleSite, QuadletSite, ScriptSite, ScriptStanding, SpecSite, TestMachine,
    bearing, census, may_be_secret, may_run_containers, may_tell_secrets, paths_of_tests, settings,
};
pub use read::Project;
pub use surface::{TextFile, places, tables};
pub use system::release::{SHIPPED, Shipped};
pub use vocabulary::described::{
    Described, Offered, OptionsOf, Values, described_options, offered_capabilities, offered_devices,
    offered_flags, unit_keys, unit_sections, values_of_flag, values_of_key,
};
pub use vocabulary::options::{READ, ReadOption, Systems, Table, Tells};
pub use world::{
    RootReader, folder_of_text, has_containers, is_text, is_text_with, is_unit, may_be_text, read_texts,
    text_commands,
};
