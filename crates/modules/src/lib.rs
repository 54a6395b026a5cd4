//! Plays the module system natively: imports, `mkIf`/`mkMerge`/priorities, submodules, definitions per option path.
//!
//! This crate must never know which options mean containers, nor speak to humans. What NixOS and Home Manager declare
//! by themselves is data (`own/*.nix`), evaluated like any other module.
//!
//! # Where to begin
//!
//! 1. `system/evaluation.rs` has the nouns: a [`ModuleEvaluation`] is one module evaluation, made from a [`Setup`] in a [`Mode`].
//!    Everything in it is a thunk: nothing is computed before somebody asks.
//! 2. `definition.rs` has what travels: a raw definition goes down the tree of options with its conditions, priority
//!    and order still around it; at an option they are taken off.
//! 3. `fixpoint` computes. Its first lines are a map. `collect` finds the modules, `tree` sorts what they say by name,
//!    `option` chooses among the definitions of one option, `by_type` and `compound` merge them.
//! 4. `models.rs` makes an evaluation a host, a guest or a user's home; `inputs` makes flakes and pinned sources known;
//!    `roots` finds what is to be evaluated as a whole, which is where [`flake_roots`] and the other entries are.
//!
//! # Invariants
//!
//! - Conditions are not looked at before a leaf needs them: `mkIf config.a.enable { a = ..; }` is no cycle.
//! - What is not known stays an unknown with its reason. In a whole system an option that nobody sets is not absent.
//! - No result is kept outside of thunks, or an edit would not reach it. What `system/memo.rs` keeps are thunks by all
//!   that they are made from.
//! - What our own files say has no place, and no definition of theirs is reported as one of the analysed code. Which
//!   those are is asked of the file that something is [`Written`] in.
//! - Only in [`Mode::AsNix`] does a mistake fail more than the option that it is in.

mod calls;
mod declaration;
mod definition;
mod fixpoint;
mod harmless;
mod heads;
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
pub use fixpoint::collect::{Collected, Module};
pub use fixpoint::system_value::system_of;
pub use harmless::{KNOWN_INPUTS, KnownInput, input_name, is_harmless};
pub use inputs::flake::host_of_reference;
pub use models::option;
pub use nixos::system;
pub use option_names::is_idle;
pub use own::{Kind, Written};
pub use path::{OptionPath, Step, dotted, key};
pub use roots::built::may_build;
pub use roots::files::{entry_root, file_root, file_roots, kind_of};
pub use roots::hosts::flake_roots;
pub use roots::islands::{BesideKind, BesideUnit, Island, SCRIPTS, Shape, island_roots};
pub use roots::outputs::module_roots;
pub use roots::projects::is_project;
pub use roots::root::{Role, RootSystem, Standing, look_again};
pub use system::evaluation::{Library, Mode, ModuleEvaluation, Setup};
pub use system::report::{About, DefinitionInfo, Gap, OptionInfo, Shared};
pub use undeclared::meant;
