//! From paths on the command line to projects, each with its own analysis host.

use crate::args::{CheckArgs, ShowArgs};
use crate::locate::{Located, Locator};
use crate::terminal::Terminal;
use crate::view::Results;
use anyhow::{Context, Result, bail};
use camino::{Utf8Path, Utf8PathBuf};
use nixpod_analysis::{Analysis, AnalysisHost, ProjectRoot, Report, Scope, Secrets, Settings};
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

/// What the command line asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'a> {
    pub(crate) paths: &'a [Utf8PathBuf],
    /// The file that standard input stands for.
    pub(crate) stdin_name: Option<&'a Utf8Path>,
    /// Where the project begins, if the user knows better.
    pub(crate) root: Option<&'a Utf8Path>,
}

impl<'a> From<&'a CheckArgs> for Wanted<'a> {
    fn from(args: &'a CheckArgs) -> Self {
        Self {
            paths: &args.paths,
            stdin_name: args.stdin_filename.as_deref(),
            root: args.root.as_deref(),
        }
    }
}

impl<'a> From<&'a ShowArgs> for Wanted<'a> {
    fn from(args: &'a ShowArgs) -> Self {
        Self {
            paths: &args.paths,
            stdin_name: None,
            root: args.root.as_deref(),
        }
    }
}

impl Projects {
    /// Sorts the paths into projects. A path that cannot be looked at is reported, and the others are looked at.
    pub(crate) fn new(wanted: Wanted<'_>, settings: &Settings, terminal: &Terminal) -> Result<Self> {
        let current = current_directory()?;
        let locator = Locator::new(&current, wanted.root)?;
        let default = [Utf8PathBuf::from(".")];
        let paths = if wanted.paths.is_empty() {
            &default
        } else {
            wanted.paths
        };
        let mut located = Vec::new();
        let mut failed = false;
        for path in paths {
            let name = match path.as_str() {
                "-" => wanted.stdin_name.unwrap_or(Utf8Path::new("stdin.nix")),
                _ => path,
            };
            match locator.locate(name, terminal) {
                Ok(found) => located.push((path, found)),
                Err(error) => {
                    terminal.error(&error.to_string());
                    failed = true;
                }
            }
        }
        merge_roots(&mut located);
        let mut projects: BTreeMap<ProjectRoot, Project> = BTreeMap::new();
        for (path, found) in located {
            let project = projects.entry(found.root.clone()).or_insert_with(|| Project {
                host: locator.host(&found.root, settings),
                root: found.root.directory,
                targets: Vec::new(),
            });
            if path == "-" {
                project.host.set_buffer(found.path.clone(), Some(read_stdin()?));
            } else if let Err(error) = project.host.analysis().reach(&found.path) {
                terminal.error(&locator.unusable(path, error));
                failed = true;
                continue;
            }
            project.targets.push(found.path);
        }
        projects.retain(|_, project| !project.targets.is_empty());
        Ok(Self {
            projects: projects.into_values().collect(),
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

    /// The root of a project, by its number.
    pub(crate) fn root(&self, project: usize) -> Option<&Utf8Path> {
        self.projects.get(project).map(|project| project.root.as_path())
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

/// A file that was named by itself belongs to the directory around it that was named, too: nothing is told twice.
fn merge_roots(located: &mut [(&Utf8PathBuf, Located)]) {
    let whole: Vec<ProjectRoot> = located
        .iter()
        .map(|(_, found)| &found.root)
        .filter(|root| root.scope == Scope::Directory)
        .cloned()
        .collect();
    for (_, found) in located {
        let around = whole
            .iter()
            .find(|root| found.root.directory.starts_with(&root.directory));
        if let Some(root) = around
            && found.root.scope != Scope::Directory
        {
            found.root = root.clone();
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_common_base_of_two_roots() {
        assert_eq!(common("/a/b/c".into(), "/a/b/d".into()), "/a/b");
        assert_eq!(common("/a".into(), "/b".into()), "/");
    }
}
