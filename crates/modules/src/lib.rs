//! Plays the module system natively: imports, `mkIf`/`mkMerge`/priorities, submodules, definitions per option path.
//!
//! This crate must never know which options mean containers, nor speak to humans. What NixOS and Home Manager declare
//! by themselves is data (`own/*.nix`), evaluated like any other module.

mod again;
mod arguments;
mod built;
mod combine;
mod definitions;
mod describe;
mod flake;
mod info;
mod join;
mod lib_types;
mod library;
mod merge;
mod meta;
mod names;
mod nixos;
mod option;
mod option_names;
mod options;
mod outputs;
mod packages;
mod parts;
mod pinned;
mod renamed;
mod roots;
mod strict;
mod system;
#[cfg(test)]
mod tests;
mod types;
mod values;

pub use combine::is_conflict;
pub use info::{DefinitionInfo, Gap, OptionInfo, OptionPath, Shared};
pub use library::{Library, system_of};
pub use merge::{DEFAULT_PRIORITY, OPTION_DEFAULT_PRIORITY, dotted};
pub use nixos::{Kind, option, system};
pub use outputs::module_roots;
pub use roots::{
    RootSystem, entry_roots, file_root, file_roots, flake_roots, input_name, is_harmless, look_again,
};
pub use system::{Collected, Mode, Module, Setup, System};

/// Of our own files, those from this number on model what NixOS and Home Manager declare; the ones before are parts of
/// `lib`.
pub(crate) const OWN_MODELS: u32 = 10;

/// Is a site in one of our models (and not in the analysed code)?
pub(crate) fn is_model(site: nixpod_source::Site) -> bool {
    site.file
        .own_number()
        .is_some_and(|number| number >= nixpod_eval::OWN_FILES + OWN_MODELS)
}
