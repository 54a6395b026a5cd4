//! What evaluation needs of the outside, and nothing more.

use nixpod_source::{FileId, Utf8Path, Utf8PathBuf, Why};
use nixpod_syntax::Hir;
use std::sync::Arc;

/// What a directory entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A regular file.
    Regular,
    /// A directory.
    Directory,
    /// A symbolic link.
    Symlink,
    /// A device, socket or pipe.
    Other,
}

impl FileKind {
    /// The name that `builtins.readDir` gives.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Regular => "regular",
            Self::Directory => "directory",
            Self::Symlink => "symlink",
            Self::Other => "unknown",
        }
    }
}

/// Why an evaluation is to end before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interrupt {
    /// Nobody is interested in the result any more.
    Cancelled,
    /// It has taken as long as it may.
    Deadline,
    /// The process uses as much memory as it may.
    Memory,
}

/// A file to evaluate.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Its id.
    pub file: FileId,
    /// Its lowered text.
    pub hir: Arc<Hir>,
    /// Its path, from which relative paths start.
    pub path: Utf8PathBuf,
}

/// Reads files inside the project and the resolved inputs. Paths are absolute and normalised.
///
/// Implementations resolve symbolic links and answer [`Why::OutsideProject`] for whatever lies outside.
pub trait Source {
    /// A Nix file, lowered. A directory means its `default.nix`.
    fn load(&self, path: &Utf8Path) -> Result<Loaded, Why>;
    /// A file's content.
    fn read(&self, path: &Utf8Path) -> Result<Vec<u8>, Why>;
    /// A file that is read as text, so that places in it can be told: its id and its content.
    fn text(&self, path: &Utf8Path) -> Result<(FileId, Vec<u8>), Why>;
    /// A directory's entries, sorted by name.
    fn read_dir(&self, path: &Utf8Path) -> Result<Vec<(String, FileKind)>, Why>;
    /// What is at a path (a symbolic link is not followed); `None` if nothing is.
    fn kind(&self, path: &Utf8Path) -> Result<Option<FileKind>, Why>;
    /// The line and column of a site, counted from 1, for `__curPos` and `unsafeGetAttrPos`.
    fn position(&self, site: nixpod_source::Site) -> Option<(u32, u32)>;
    /// The path of a file.
    fn path_of(&self, file: FileId) -> Utf8PathBuf;
    /// Is a regular file executable? Only sources that know make the store paths of copied files exact.
    fn executable(&self, _path: &Utf8Path) -> Option<bool> {
        None
    }
    /// A message as it may be told: where the project lies on this machine is nobody's business, and differs from one to
    /// the next.
    fn told(&self, message: String) -> String {
        message
    }
    /// Is the tree of a locked input on this machine? Then it can be read from now on, and nothing else beside it.
    fn admit(&self, _tree: &Utf8Path) -> bool {
        false
    }
    /// Is the work to end now? Asked now and then, and `thoroughly` much less often: then what it takes some time to
    /// know may be looked at, too.
    fn interrupted(&self, _thoroughly: bool) -> Option<Interrupt> {
        None
    }
}
