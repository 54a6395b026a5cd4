//! Our own Nix files: what `lib` has besides functions on data, and models of what NixOS, Home Manager and others declare.
//!
//! They are lowered when the program is built. Whatever is written in one of the models is ours: it is no definition of
//! the analysed code, and nobody wants to hear of it.

use nixpod_eval::{Compiled, Evaluator, OWN_FILES, ThunkId, compiled};
use nixpod_source::{FileId, Site};

/// What a system is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A NixOS host or guest.
    Nixos,
    /// A Home Manager configuration.
    Home,
}

/// One of the files.
pub(crate) struct OwnFile {
    number: u32,
    code: Compiled,
}

/// Models have numbers from here on.
const MODELS: u32 = 10;

pub(crate) static MODULES: OwnFile = OwnFile::new(1, compiled!("modules"));
pub(crate) static PACKAGES: OwnFile = OwnFile::new(2, compiled!("packages"));
pub(crate) static FLAKE: OwnFile = OwnFile::new(3, compiled!("flake"));
pub(crate) static FRAMEWORKS: OwnFile = OwnFile::new(4, compiled!("frameworks"));
pub(crate) static SOURCES: OwnFile = OwnFile::new(5, compiled!("sources"));
pub(crate) static NIXOS: OwnFile = OwnFile::new(MODELS, compiled!("nixos"));
pub(crate) static HOME: OwnFile = OwnFile::new(MODELS + 1, compiled!("home"));
pub(crate) static FLAKE_PARTS: OwnFile = OwnFile::new(MODELS + 2, compiled!("flake-parts"));
pub(crate) static QUADLET: OwnFile = OwnFile::new(MODELS + 3, compiled!("quadlet"));

impl OwnFile {
    const fn new(number: u32, code: Compiled) -> Self {
        Self { number, code }
    }

    /// Its value, evaluated once.
    pub(crate) fn value(&'static self, ev: &mut Evaluator<'_>) -> ThunkId {
        ev.own_unit(FileId::own(OWN_FILES + self.number), &self.code)
    }
}

/// Is a site in one of our models, and not in the analysed code or in `lib`?
pub(crate) fn is_model(site: Site) -> bool {
    let number = site.file.own_number();
    number.is_some_and(|number| number >= OWN_FILES + MODELS)
}
