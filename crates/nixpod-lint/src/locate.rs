//! From a path on the command line to the project that it belongs to.

use crate::args::COMMANDS;
use crate::terminal::Terminal;
use crate::view::relative;
use anyhow::{Context, Result, bail};
use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use nixpod_analysis::{
    AnalysisHost, FileKind, FileSystem, OsFileSystem, ProjectRoot, RootSearch, Scope, Settings, Unreachable,
    closest,
};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A path with the project that it belongs to.
#[derive(Debug)]
pub(crate) struct Located {
    pub(crate) root: ProjectRoot,
    /// The path from the root of the disk on.
    pub(crate) path: Utf8PathBuf,
}

/// Finds projects.
#[derive(Debug)]
pub(crate) struct Locator<'a> {
    fs: Arc<dyn FileSystem>,
    current: &'a Utf8Path,
    search: RootSearch,
    /// Where the user says that the project begins.
    root: Option<Utf8PathBuf>,
    /// Nested projects that were spoken of.
    told: RefCell<BTreeSet<Utf8PathBuf>>,
}

impl<'a> Locator<'a> {
    pub(crate) fn new(current: &'a Utf8Path, root: Option<&Utf8Path>) -> Result<Self> {
        let fs: Arc<dyn FileSystem> = Arc::new(OsFileSystem);
        let root = root.map(|root| directory(root, current, &*fs)).transpose()?;
        Ok(Self {
            search: RootSearch::new(&*fs, home().as_deref(), Some(current)),
            fs,
            current,
            root,
            told: RefCell::default(),
        })
    }

    /// The project of a path as it was written.
    pub(crate) fn locate(&self, path: &Utf8Path, terminal: &Terminal) -> Result<Located> {
        let path = absolute(path, self.current, &*self.fs)?;
        if let Some(root) = &self.root {
            return Ok(Located {
                root: ProjectRoot {
                    directory: root.clone(),
                    scope: Scope::Directory,
                },
                path,
            });
        }
        let found = self.search.find(&*self.fs, &path);
        let root = &found.root.directory;
        if let Some(nested) = found.nested
            && self.told.borrow_mut().insert(nested.clone())
        {
            terminal.note(&format!(
                "`{}` is part of a larger project, which begins at `{root}`; `--root DIR` says otherwise",
                relative(&nested, self.current)
            ));
        }
        if let Some(around) = found.around
            && self.told.borrow_mut().insert(root.clone())
        {
            terminal.note(&format!(
                "`{root}` is a git repository of its own within `{around}`, of which nothing else is read; `--root DIR` \
                 says otherwise"
            ));
        }
        Ok(Located {
            root: found.root,
            path: found.path,
        })
    }

    /// A host for a project.
    pub(crate) fn host(&self, root: &ProjectRoot, settings: &Settings) -> AnalysisHost {
        let mut host = AnalysisHost::new(nixpod_rules::ALL, Arc::clone(&self.fs));
        host.set_settings(settings.clone());
        host.set_root(root);
        host
    }

    /// Why a path cannot be looked at.
    pub(crate) fn unusable(&self, path: &Utf8Path, error: Unreachable) -> String {
        match error {
            Unreachable::Missing => {
                let message = format!("cannot read `{path}`: no such file or directory");
                match closest(path.as_str(), COMMANDS.into_iter()) {
                    Some(command) if !path.as_str().contains(['/', '.']) => {
                        format!("{message}; did you mean the command `{command}`?")
                    }
                    _ => message,
                }
            }
            Unreachable::LeadsOut if self.root.is_none() => {
                format!("`{path}` {error}; `--root DIR` says where the project begins")
            }
            _ => format!("`{path}` {error}"),
        }
    }
}

/// The user's home.
pub(crate) fn home() -> Option<Utf8PathBuf> {
    Utf8PathBuf::from_path_buf(std::env::home_dir()?).ok()
}

fn directory(root: &Utf8Path, current: &Utf8Path, fs: &dyn FileSystem) -> Result<Utf8PathBuf> {
    let path = absolute(root, current, fs)?;
    match fs.open_tree(&path) {
        Ok(_) => Ok(path),
        Err(error) => bail!("cannot read `{root}`: {}", reason(&error)),
    }
}

/// The system's words without its error number.
fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    let text = match text.find(" (os error") {
        Some(at) => text.get(..at).unwrap_or_default().to_owned(),
        None => text,
    };
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => text,
    }
}

/// The path from the root on, as it was written: no link is resolved.
fn absolute(path: &Utf8Path, current: &Utf8Path, fs: &dyn FileSystem) -> Result<Utf8PathBuf> {
    let mut clean = Utf8PathBuf::new();
    for part in current.join(path).components() {
        match part {
            Utf8Component::CurDir => {}
            Utf8Component::ParentDir => {
                // What lies above a link is one thing by the letter and another on disk.
                if fs.kind(&clean).is_ok_and(|kind| kind == FileKind::Symlink) {
                    let link = clean.file_name().context("the root of the disk is no link")?;
                    bail!(
                        "`{path}` goes up from `{link}`, which is a symbolic link: say where to without it"
                    );
                }
                clean.pop();
            }
            other => clean.push(other),
        }
    }
    Ok(clean)
}

#[cfg(test)]
mod tests {
    use super::*;
    use nixpod_analysis::MemoryFileSystem;

    #[test]
    fn paths_are_made_absolute_and_clean() {
        let fs = MemoryFileSystem::new();
        fs.link("/nowhere/link", "/elsewhere/deep");
        let abs = |path: &str| absolute(Utf8Path::new(path), Utf8Path::new("/nowhere/x"), &fs);
        for (written, clean) in [
            ("a.nix", "/nowhere/x/a.nix"),
            ("./a/./b", "/nowhere/x/a/b"),
            ("../a", "/nowhere/a"),
            (".", "/nowhere/x"),
            ("../../../a", "/a"),
            ("../link", "/nowhere/link"),
            ("../link/a", "/nowhere/link/a"),
        ] {
            assert_eq!(abs(written).unwrap(), clean, "{written}");
        }
        assert_eq!(
            abs("../link/../a").unwrap_err().to_string(),
            "`../link/../a` goes up from `link`, which is a symbolic link: say where to without it"
        );
    }
}
