//! Store paths of copied files, where the source of files can tell everything that goes into the hash.

use crate::pure::hash::{base16, sha256};
use crate::{Evaluator, FileKind};
use nixpod_source::Utf8Path;

/// Larger trees than this are not worth hashing for their name.
const MAX_BYTES: usize = 64 << 20;

/// The path that a file or directory has when it is copied into the store; nothing if that cannot be told.
pub(super) fn store_path(ev: &Evaluator<'_>, path: &Utf8Path, name: &str) -> Option<String> {
    // Most sources do not know; ask before reading anything.
    let kind = ev.source().kind(path).ok()??;
    if kind == FileKind::Regular {
        ev.source().executable(path)?;
    }
    let mut archive = Vec::new();
    text(&mut archive, b"nix-archive-1");
    node(ev, path, kind, &mut archive, 0)?;
    Some(crate::pure::store_path::store_path(
        "source",
        &base16(&sha256(&archive)),
        name,
    ))
}

fn text(archive: &mut Vec<u8>, bytes: &[u8]) {
    archive.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
    archive.extend_from_slice(bytes);
    archive.resize(archive.len().next_multiple_of(8), 0);
}

fn node(
    ev: &Evaluator<'_>,
    path: &Utf8Path,
    kind: FileKind,
    archive: &mut Vec<u8>,
    depth: usize,
) -> Option<()> {
    if depth > 100 || archive.len() > MAX_BYTES {
        return None;
    }
    text(archive, b"(");
    text(archive, b"type");
    match kind {
        FileKind::Regular => {
            text(archive, b"regular");
            if ev.source().executable(path)? {
                text(archive, b"executable");
                text(archive, b"");
            }
            text(archive, b"contents");
            text(archive, &ev.source().read(path).ok()?);
        }
        FileKind::Directory => {
            text(archive, b"directory");
            for (name, kind) in ev.source().read_dir(path).ok()? {
                text(archive, b"entry");
                text(archive, b"(");
                text(archive, b"name");
                text(archive, name.as_bytes());
                text(archive, b"node");
                node(ev, &path.join(&name), kind, archive, depth + 1)?;
                text(archive, b")");
            }
        }
        FileKind::Symlink | FileKind::Other => return None,
    }
    text(archive, b")");
    Some(())
}
