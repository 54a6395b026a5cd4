//! Plays the module system natively: imports, `mkIf`/`mkMerge`/priorities, submodules, definitions per option path.
//!
//! This crate must never know which options mean containers, nor speak to humans. What NixOS and Home Manager declare
//! by themselves is data (`own/*.nix`), evaluated like any other module.

mod declaration;
mod definition;
mod fixpoint;
mod harmless;
mod inputs;
mod keys;
mod lib_types;
mod library;
mod models;
mod nixos;
mod option_names;
mod own;
mod path;
mod renamed;
mod roots;
mod system;
#[cfg(test)]
mod tests;
mod types;
mod undeclared;
mod values;

pub use definition::{DEFAULT_PRIORITY, OPTION_DEFAULT_PRIORITY};
pub use fixpoint::by_type::is_conflict;
pub use fixpoint::collect::{Collected, Module};
pub use fixpoint::system_value::system_of;
pub use harmless::{input_name, is_harmless};
pub use models::option;
pub use nixos::system;
pub use own::Kind;
pub use path::{OptionPath, Step, dotted, key};
pub use roots::files::{entry_roots, file_root, file_roots};
pub use roots::hosts::flake_roots;
pub use roots::outputs::module_roots;
pub use roots::root::{RootSystem, look_again};
pub use system::evaluation::{Library, Mode, Setup, System};
pub use system::report::{DefinitionInfo, Gap, OptionInfo, Shared};
