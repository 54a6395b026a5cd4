//! Where a project begins.

use crate::vfs::disk::{FileKind, FileSystem};
use camino::{Utf8Path, Utf8PathBuf};

/// The project that a file or directory belongs to: its nearest ancestor (or itself) with a `flake.nix` or a `.git`;
/// failing that, the directory itself or the file's directory. The path has to be absolute.
pub fn project_root(fs: &dyn FileSystem, path: &Utf8Path) -> Utf8PathBuf {
    let is_directory = match fs.kind(path) {
        Ok(FileKind::Directory) => true,
        // A link to a directory can be listed, a link to a file cannot.
        Ok(FileKind::Symlink) => fs.read_dir(path).is_ok(),
        Ok(FileKind::Regular | FileKind::Other) | Err(_) => false,
    };
    let start = if is_directory {
        path
    } else {
        path.parent().unwrap_or(path)
    };
    start
        .ancestors()
        .find(|directory| {
            [".git", "flake.nix"]
                .iter()
                .any(|marker| fs.kind(&directory.join(marker)).is_ok())
        })
        .unwrap_or(start)
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MemoryFileSystem;

    #[test]
    fn the_nearest_marker_wins_and_without_one_the_directory() {
        let fs = MemoryFileSystem::new();
        fs.write("/repo/.git/HEAD", "");
        fs.write("/repo/nix/flake.nix", "{ }");
        fs.write("/repo/nix/hosts/web.nix", "{ }");
        fs.write("/repo/other/a.nix", "{ }");
        fs.write("/tmp/lone/b.nix", "{ }");
        let root = |path: &str| project_root(&fs, Utf8Path::new(path));
        assert_eq!(root("/repo/nix/hosts/web.nix"), "/repo/nix");
        assert_eq!(root("/repo/nix"), "/repo/nix");
        assert_eq!(root("/repo/other/a.nix"), "/repo");
        assert_eq!(root("/tmp/lone/b.nix"), "/tmp/lone");
        assert_eq!(root("/tmp/lone"), "/tmp/lone");
        assert_eq!(root("/tmp/lone/not-there.nix"), "/tmp/lone");
        assert_eq!(root("/"), "/");
    }
}
