//! Our own Nix files: what `lib` has besides functions on data, and models of what NixOS, Home Manager and others declare.
//!
//! They are lowered when the program is built. Whatever is written in one of the models is ours: it is no definition of
//! the analysed code, and nobody wants to hear of it.

use nixpod_eval::{Compiled, Evaluator, NO_SITE, OWN_FILES, ThunkId, compiled};
use nixpod_source::{ExprId, FileId, Site};

/// What a system is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A NixOS host or guest.
    Nixos,
    /// A Home Manager configuration.
    Home,
    /// Projects of arion by themselves, whatever the system around them is.
    Projects,
}

/// One of the files.
pub(crate) struct OwnFile {
    number: u32,
    code: Compiled,
}

pub(crate) static MODULES: OwnFile = OwnFile::new(1, compiled!("modules"));
pub(crate) static PACKAGES: OwnFile = OwnFile::new(2, compiled!("packages"));
pub(crate) static FLAKE: OwnFile = OwnFile::new(3, compiled!("flake"));
pub(crate) static FRAMEWORKS: OwnFile = OwnFile::new(4, compiled!("frameworks"));
pub(crate) static SOURCES: OwnFile = OwnFile::new(5, compiled!("sources"));
pub(crate) static NIXOS: OwnFile = OwnFile::new(6, compiled!("nixos"));
pub(crate) static HOME: OwnFile = OwnFile::new(7, compiled!("home"));
pub(crate) static FLAKE_PARTS: OwnFile = OwnFile::new(8, compiled!("flake-parts"));
pub(crate) static QUADLET: OwnFile = OwnFile::new(9, compiled!("quadlet"));
pub(crate) static IMPORT_TREE: OwnFile = OwnFile::new(10, compiled!("import-tree"));
pub(crate) static FLAKE_PARTS_LIB: OwnFile = OwnFile::new(11, compiled!("flake-parts-lib"));
pub(crate) static EVALUATION: OwnFile = OwnFile::new(12, compiled!("evaluation"));
pub(crate) static DEN: OwnFile = OwnFile::new(13, compiled!("den"));
pub(crate) static FOLDERS: OwnFile = OwnFile::new(14, compiled!("folders"));
pub(crate) static ARION: OwnFile = OwnFile::new(15, compiled!("arion"));
pub(crate) static CELLS: OwnFile = OwnFile::new(16, compiled!("cells"));
pub(crate) static IDS: OwnFile = OwnFile::new(17, compiled!("ids"));
pub(crate) static DENIX: OwnFile = OwnFile::new(18, compiled!("denix"));
pub(crate) static UTILS: OwnFile = OwnFile::new(19, compiled!("utils"));
pub(crate) static INSTALLER: OwnFile = OwnFile::new(20, compiled!("installer"));

impl OwnFile {
    const fn new(number: u32, code: Compiled) -> Self {
        Self { number, code }
    }

    /// Its value, evaluated once.
    pub(crate) fn value(&'static self, ev: &mut Evaluator<'_>) -> ThunkId {
        ev.own_unit(FileId::own(OWN_FILES + self.number), &self.code)
    }
}

/// Where a module, a declaration or a definition is written: in the analysed code, or in a model of ours. Only the file
/// tells; what is ours is nobody else's business, so that its place does not come out of here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Written(Site);

impl Written {
    /// By us, in one of the models or in this program.
    pub(crate) const BY_US: Self = Self(Site {
        file: FileId::own(OWN_FILES),
        expr: ExprId(0),
    });

    /// By whoever wrote the analysed code, at a place that is not known.
    pub(crate) const SOMEWHERE: Self = Self(NO_SITE);

    /// By a key, which may be [`NO_SITE`].
    pub(crate) fn at(key: Site) -> Self {
        Self(key)
    }

    /// Where a key is written of a set that is written here. Who wrote the key tells: our models forward sets that users
    /// write (aliases). In our own files, and in sets that native code makes, keys have no place.
    pub(crate) fn key(self, key: Site) -> Self {
        if key == NO_SITE { self } else { Self(key) }
    }

    /// Is it one of our own files, about which nobody wants to hear?
    pub fn is_ours(self) -> bool {
        let number = self.0.file.own_number();
        number.is_some_and(|number| number >= OWN_FILES)
    }

    /// The place in the analysed code, or [`NO_SITE`].
    pub fn site(self) -> Site {
        if self.is_ours() { NO_SITE } else { self.0 }
    }
}
