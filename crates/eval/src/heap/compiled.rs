//! Our own Nix files, which the build script lowered.

use nixpod_syntax::Hir;
use std::sync::{Arc, OnceLock};

/// One of our own Nix files.
pub struct Compiled {
    bytes: &'static [u8],
    hir: OnceLock<Arc<Hir>>,
}

impl Compiled {
    /// A file as the build script packed it.
    pub const fn new(bytes: &'static [u8]) -> Self {
        Self {
            bytes,
            hir: OnceLock::new(),
        }
    }

    /// The code, unpacked once per process.
    pub fn hir(&self) -> Arc<Hir> {
        let unpack = || Arc::new(nixpod_syntax::Hir::unpack(self.bytes).expect("the build script packed it"));
        self.hir.get_or_init(unpack).clone()
    }
}

/// A Nix file that the build script of the calling crate lowered, by its name without the ending.
#[macro_export]
macro_rules! compiled {
    ($name:literal) => {
        $crate::Compiled::new(include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".hir")))
    };
}

pub(crate) use compiled;
