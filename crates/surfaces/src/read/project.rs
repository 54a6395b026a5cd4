//! What all that is read is a part of.

use nixpod_source::Utf8PathBuf;

/// What the roots are parts of.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// Its directory, to which paths are told relative.
    pub directory: Option<Utf8PathBuf>,
    /// Is there a `flake.nix`, so that its whole tracked tree is in the store?
    pub is_flake: bool,
}
