//! From paths on the command line to projects, each with its own analysis host.

use crate::args::COMMANDS;
use crate::terminal::Terminal;
use crate::view::Results;
use anyhow::{Context, Result, bail};
use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use nixpod_analysis::{
    Analysis, AnalysisHost, FileSystem, OsFileSystem, Report, Secrets, Settings, closest, project_root,
};
use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

/// As much as is read from standard input: what the analysis reads of a file at most.
const MAX_STDIN: u64 = 16 << 20;

/// Everything that a run looks at.
#[derive(Debug)]
pub(crate) struct Projects {
    projects: Vec<Project>,
    /// The current directory.
    pub(crate) current: Utf8PathBuf,
    /// Was a path given that cannot be looked at?
    pub(crate) failed: bool,
}

/// One root with what is to be checked below it.
#[derive(Debug)]
pub(crate) struct Project {
    pub(crate) root: Utf8PathBuf,
    pub(crate) host: AnalysisHost,
    pub(crate) targets: Vec<Utf8PathBuf>,
}

/// What the command line says of one project.
#[derive(Debug, Default)]
struct Found {
    targets: Vec<Utf8PathBuf>,
    /// The file that standard input stands for, and its text.
    buffer: Option<(Utf8PathBuf, String)>,
}

impl Projects {
    /// Sorts the paths into projects. A path that does not exist is reported, and the others are looked at.
    pub(crate) fn new(
        paths: &[Utf8PathBuf],
        stdin_name: Option<&Utf8Path>,
        settings: &Settings,
        terminal: &Terminal,
    ) -> Result<Self> {
        let fs: Arc<dyn FileSystem> = Arc::new(OsFileSystem);
        let current = current_directory()?;
        let default = [Utf8PathBuf::from(".")];
        let paths = if paths.is_empty() { &default } else { paths };
        let mut by_root: BTreeMap<Utf8PathBuf, Found> = BTreeMap::new();
        let mut failed = false;
        for path in paths {
            if path == "-" {
                let name = absolute(stdin_name.unwrap_or(Utf8Path::new("stdin.nix")), &current, &*fs);
                let text = read_stdin()?;
                let entry = by_root.entry(project_root(&*fs, &name)).or_default();
                entry.targets.push(name.clone());
                entry.buffer = Some((name, text));
                continue;
            }
            let target = absolute(path, &current, &*fs);
            let real = match fs.canonicalize(&target) {
                Ok(real) => real,
                Err(error) => {
                    terminal.error(&unusable(path, &error));
                    failed = true;
                    continue;
                }
            };
            let root = project_root(&*fs, &target);
            // A link that leads out of its project is looked at where it leads to: `/etc/nixos/configuration.nix`
            // is often one.
            let inside = fs.canonicalize(&root).is_ok_and(|root| real.starts_with(root));
            let (root, target) = if inside {
                (root, target)
            } else {
                (project_root(&*fs, &real), real)
            };
            by_root.entry(root).or_default().targets.push(target);
        }
        let projects = by_root
            .into_iter()
            .map(|(root, Found { targets, buffer })| {
                let mut host = AnalysisHost::new(nixpod_rules::ALL, Arc::clone(&fs));
                host.set_settings(settings.clone());
                host.set_project(root.clone());
                if let Some((name, text)) = buffer {
                    host.set_buffer(name, Some(text));
                }
                Project { root, host, targets }
            })
            .collect();
        Ok(Self {
            projects,
            current,
            failed,
        })
    }

    /// The directory that file names in machine-readable formats are relative to.
    pub(crate) fn base(&self) -> Utf8PathBuf {
        let mut roots = self.projects.iter().map(|project| &project.root);
        let Some(first) = roots.next() else {
            return self.current.clone();
        };
        roots.fold(first.clone(), |base, root| common(&base, root))
    }

    /// Was no path given that can be looked at?
    pub(crate) fn is_empty(&self) -> bool {
        self.projects.is_empty()
    }

    /// The projects.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Project> {
        self.projects.iter_mut()
    }

    /// What must not be shown, by project, with the snapshot that knows their files.
    pub(crate) fn secrets(&self) -> Vec<(Analysis, Arc<Secrets>)> {
        let snapshots = self.projects.iter().map(|project| {
            let analysis = project.host.analysis();
            let secrets = analysis.secrets(&project.targets);
            (analysis, secrets)
        });
        snapshots.collect()
    }

    /// Asks the same of all of them.
    pub(crate) fn ask(&self, question: Question, base: &Utf8Path) -> Results {
        let mut results = Results::default();
        for project in &self.projects {
            let analysis = project.host.analysis();
            let report = question(&analysis, &project.targets);
            results.add(&analysis, report, base);
        }
        results.sort();
        results
    }
}

/// What is asked of a project: [`Analysis::check`] or one that answers more.
pub(crate) type Question = fn(&Analysis, &[Utf8PathBuf]) -> Report;

/// The current directory.
pub(crate) fn current_directory() -> Result<Utf8PathBuf> {
    let current = std::env::current_dir().context("cannot tell the current directory")?;
    Utf8PathBuf::from_path_buf(current)
        .map_err(|path| anyhow::anyhow!("the current directory `{}` is not UTF-8", path.display()))
}

/// The path from the root on. `..` is resolved on disk where possible, because it may follow a link.
pub(crate) fn absolute(path: &Utf8Path, current: &Utf8Path, fs: &dyn FileSystem) -> Utf8PathBuf {
    let joined = current.join(path);
    if joined.components().any(|part| part == Utf8Component::ParentDir)
        && let Ok(real) = fs.canonicalize(&joined)
    {
        return real;
    }
    let mut clean = Utf8PathBuf::new();
    for part in joined.components() {
        match part {
            Utf8Component::CurDir => {}
            Utf8Component::ParentDir => {
                clean.pop();
            }
            other => clean.push(other),
        }
    }
    clean
}

fn common(a: &Utf8Path, b: &Utf8Path) -> Utf8PathBuf {
    a.components()
        .zip(b.components())
        .take_while(|(a, b)| a == b)
        .map(|(part, _)| part)
        .collect()
}

fn read_stdin() -> Result<String> {
    let mut bytes = Vec::new();
    std::io::stdin()
        .lock()
        .take(MAX_STDIN + 1)
        .read_to_end(&mut bytes)
        .context("cannot read standard input")?;
    if bytes.len() as u64 > MAX_STDIN {
        bail!("standard input is larger than {MAX_STDIN} bytes");
    }
    String::from_utf8(bytes)
        .ok()
        .context("standard input is not UTF-8 text")
}

fn unusable(path: &Utf8Path, error: &std::io::Error) -> String {
    let message = format!("cannot read `{path}`: {}", reason(error));
    match closest(path.as_str(), COMMANDS.into_iter()) {
        Some(command) if !path.as_str().contains(['/', '.']) => {
            format!("{message}; did you mean the command `{command}`?")
        }
        _ => message,
    }
}

/// The system's words without its error number.
pub(crate) fn reason(error: &std::io::Error) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_made_absolute_and_clean() {
        let abs = |path: &str| absolute(Utf8Path::new(path), Utf8Path::new("/nowhere/x"), &OsFileSystem);
        assert_eq!(abs("a.nix"), "/nowhere/x/a.nix");
        assert_eq!(abs("./a/./b"), "/nowhere/x/a/b");
        assert_eq!(abs("../a"), "/nowhere/a");
        assert_eq!(abs("."), "/nowhere/x");
    }

    #[test]
    fn the_common_base_of_two_roots() {
        assert_eq!(common("/a/b/c".into(), "/a/b/d".into()), "/a/b");
        assert_eq!(common("/a".into(), "/b".into()), "/");
    }
}
