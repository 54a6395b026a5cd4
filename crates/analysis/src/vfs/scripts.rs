//! Which files are texts that may say how containers are run.

use crate::vfs::disk::FileKind;
use crate::vfs::{Vfs, lock};
use camino::Utf8Path;

/// A larger file is not opened to find out: it is a program or data rather than a script.
const MAX_SCRIPT_LEN: u64 = 256 << 10;

impl Vfs {
    /// Is a file such a text, by its path, or by what is in it where that does not tell?
    pub(crate) fn is_text(&self, canonical: &Utf8Path) -> bool {
        let path = canonical.as_str();
        nixpod_surfaces::is_text(path) || nixpod_surfaces::may_be_text(path) && self.is_text_with(canonical)
    }

    fn is_text_with(&self, canonical: &Utf8Path) -> bool {
        let is_one = |text: &str| nixpod_surfaces::is_text_with(canonical.as_str(), text);
        if let Some((_, state)) = self.buffers.get(canonical) {
            return is_one(&state.text);
        }
        if let Some(known) = lock(&self.disk).scripts.get(canonical) {
            return *known;
        }
        let is_text = self.link_kind(canonical) == Some(FileKind::Regular)
            && self.small_text(canonical).is_some_and(|text| is_one(&text));
        lock(&self.disk).scripts.insert(canonical.to_owned(), is_text);
        is_text
    }

    fn small_text(&self, canonical: &Utf8Path) -> Option<String> {
        let ground = self.ground_of(canonical)?;
        let (tree, path) = ground.open(&*self.fs, canonical).ok()?;
        String::from_utf8(tree.read(path, MAX_SCRIPT_LEN).ok()?).ok()
    }
}
