//! Which files are texts that may say how containers are run.

use crate::vfs::disk::FileKind;
use crate::vfs::{Vfs, lock};
use camino::Utf8Path;
use nixpod_syntax::{begins_as_script, may_be_script};

/// A larger file without an ending is a program rather than a script, and is not opened.
const MAX_SCRIPT_LEN: u64 = 256 << 10;

impl Vfs {
    /// Is a file such a text, by its path, or by its first lines where that does not tell?
    pub(crate) fn is_text(&self, canonical: &Utf8Path) -> bool {
        let path = canonical.as_str();
        nixpod_surfaces::is_text(path) || may_be_script(path) && self.begins_as_script(canonical)
    }

    fn begins_as_script(&self, canonical: &Utf8Path) -> bool {
        if let Some((_, state)) = self.buffers.get(canonical) {
            return begins_as_script(&state.text);
        }
        if let Some(known) = lock(&self.disk).scripts.get(canonical) {
            return *known;
        }
        let is_script = self.link_kind(canonical) == Some(FileKind::Regular)
            && self.start_of(canonical).is_some_and(|text| begins_as_script(&text));
        lock(&self.disk).scripts.insert(canonical.to_owned(), is_script);
        is_script
    }

    /// The text of a small file that begins as scripts do.
    fn start_of(&self, canonical: &Utf8Path) -> Option<String> {
        let ground = self.ground_of(canonical)?;
        let (tree, path) = ground.open(&*self.fs, canonical).ok()?;
        let bytes = tree.read(path, MAX_SCRIPT_LEN).ok()?;
        let bytes = bytes.starts_with(b"#!").then_some(bytes)?;
        String::from_utf8(bytes).ok()
    }
}
