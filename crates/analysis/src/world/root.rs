//! What is evaluated as one.

use nixpod_modules::{Island, Standing};
use nixpod_source::{ExprId, FileId, Utf8Path};

/// Containers of a file that every host leaves out.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Off {
    /// Their keys, sorted.
    pub(crate) keys: Vec<ExprId>,
    /// The conditions around them, which are taken to hold; sorted, each once.
    pub(crate) conditions: Vec<ExprId>,
}

/// The hosts of a flake, or a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Root {
    /// The hosts of a flake.
    Flake {
        /// Its `flake.nix`.
        file: FileId,
    },
    /// A file taken as a module.
    Module {
        /// The file.
        file: FileId,
        /// Are there hosts, and does none of them import it?
        imported_by_no_host: bool,
    },
    /// Modules inside of a file that no other root has.
    Islands {
        /// The file.
        file: FileId,
        /// The modules, sorted.
        modules: Vec<Island>,
        /// How it is known that a system has them.
        standing: Standing,
        /// What is looked at as if it were there, although every host leaves it out.
        off: Off,
    },
    /// Files of one folder that are no Nix and that no other root has read: units and scripts.
    Texts {
        /// The first of them, by path.
        first: FileId,
        /// The others, by path.
        others: Vec<FileId>,
    },
}

impl Root {
    pub(crate) const fn file(&self) -> FileId {
        match self {
            Self::Flake { file } | Self::Module { file, .. } | Self::Islands { file, .. } => *file,
            Self::Texts { first, .. } => *first,
        }
    }

    /// Is it a system's entry by its name, so that its module tree begins there? `path`: where its file is.
    pub(crate) fn is_entry(&self, path: &Utf8Path) -> bool {
        let is_free = matches!(
            self,
            Self::Module {
                imported_by_no_host: false,
                ..
            }
        );
        is_free && path.file_name() == Some("configuration.nix")
    }

    /// Its file, if it is evaluated as a flake.
    pub(crate) const fn flake(&self) -> Option<FileId> {
        match self {
            Self::Flake { file } => Some(*file),
            Self::Module { .. } | Self::Islands { .. } | Self::Texts { .. } => None,
        }
    }

    /// What of its file is looked at as if it were there.
    pub(crate) fn off(&self) -> Option<&Off> {
        match self {
            Self::Islands { off, .. } => Some(off).filter(|off| !off.keys.is_empty()),
            Self::Flake { .. } | Self::Module { .. } | Self::Texts { .. } => None,
        }
    }
}
