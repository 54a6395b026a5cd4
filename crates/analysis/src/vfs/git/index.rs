//! The paths in git's index, which is where git keeps what it tracks.
//!
//! The format is described in git's `Documentation/gitformat-index.adoc`. Versions 2 to 4 are read. Only the paths are
//! of interest, so that this is shorter than the least library that does it.

/// The paths of an index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Index {
    /// Tracked files and links, sorted by their bytes.
    pub(crate) files: Vec<String>,
    /// Directories whose content the index does not list: submodules, and what a sparse index leaves out.
    pub(crate) opaque: Vec<String>,
}

/// Fields of fixed size in front of the object's hash: times, device, inode, mode, owner, size.
const BEFORE_HASH: usize = 40;
const MODE_AT: usize = 24;

/// The kinds of entries, in the upper four bits of the mode's lower half.
const KIND_DIRECTORY: u32 = 0o04;
const KIND_SUBMODULE: u32 = 0o16;

/// The flag that further flags follow.
const EXTENDED: u16 = 0x4000;

/// Reads an index. Nothing, if it is none, or one that leaves out what another file holds.
pub(crate) fn read(bytes: &[u8]) -> Option<Index> {
    // Nothing in the file tells how long its hashes are. With the wrong length the rest makes no sense.
    [20, 32]
        .into_iter()
        .find_map(|hash_len| read_with(bytes, hash_len))
}

fn read_with(bytes: &[u8], hash_len: usize) -> Option<Index> {
    let body = bytes.get(..bytes.len().checked_sub(hash_len)?)?;
    let mut rest = Bytes(body);
    if rest.take(4)? != b"DIRC" {
        return None;
    }
    let version = rest.number()?;
    if !(2..=4).contains(&version) {
        return None;
    }
    let count = rest.number()?;
    let mut index = Index::default();
    let mut path: Vec<u8> = Vec::new();
    for _ in 0..count {
        let before = rest.0.len();
        let fixed = rest.take(BEFORE_HASH)?;
        let mode = Bytes(fixed.get(MODE_AT..)?).number()?;
        rest.take(hash_len)?;
        if rest.short()? & EXTENDED != 0 {
            rest.short()?;
        }
        if version == 4 {
            // The path shares its beginning with the one before.
            let kept = path.len().checked_sub(rest.offset()?)?;
            path.truncate(kept);
            path.extend_from_slice(rest.until_nul()?);
        } else {
            path.clear();
            path.extend_from_slice(rest.until_nul()?);
            // One to eight zeros fill the entry up to a multiple of eight bytes; one of them is gone already.
            let padding = (before - rest.0.len()).next_multiple_of(8) - (before - rest.0.len());
            if rest.take(padding)?.iter().any(|byte| *byte != 0) {
                return None;
            }
        }
        index.add(&path, mode)?;
    }
    read_extensions(rest)?;
    index.files.sort_unstable();
    index.files.dedup();
    Some(index)
}

/// Extensions do not matter, except one that says that the entries are only some of them.
fn read_extensions(mut rest: Bytes<'_>) -> Option<()> {
    while !rest.0.is_empty() {
        let signature = rest.take(4)?;
        let len = rest.number()?;
        rest.take(usize::try_from(len).ok()?)?;
        // An upper case letter in front says that it can be ignored. A sparse index says `sdir`; `link` says that the
        // index is split.
        if !signature.first()?.is_ascii_uppercase() && signature != b"sdir" {
            return None;
        }
    }
    Some(())
}

impl Index {
    fn add(&mut self, path: &[u8], mode: u32) -> Option<()> {
        if path.is_empty() {
            return None;
        }
        // What is not Unicode has no name here, so nobody will ask for it.
        let Ok(path) = std::str::from_utf8(path) else {
            return Some(());
        };
        match mode >> 12 {
            KIND_DIRECTORY | KIND_SUBMODULE => self.opaque.push(path.trim_end_matches('/').to_owned()),
            _ => self.files.push(path.to_owned()),
        }
        Some(())
    }
}

/// What is still to be read.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    fn short(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes(self.take(2)?.try_into().ok()?))
    }

    /// Everything up to the next zero, which is taken, too.
    fn until_nul(&mut self) -> Option<&'a [u8]> {
        let len = self.0.iter().position(|byte| *byte == 0)?;
        let taken = self.take(len)?;
        self.take(1)?;
        Some(taken)
    }

    /// A number of as many bytes as it needs, written as the offsets of git's packs.
    fn offset(&mut self) -> Option<usize> {
        let mut value = 0_usize;
        loop {
            let byte = *self.take(1)?.first()?;
            value = value.checked_mul(128)?.checked_add(usize::from(byte & 0x7f))?;
            if byte & 0x80 == 0 {
                return Some(value);
            }
            value = value.checked_add(1)?;
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
