//! One analysis host per project that has an open document.

use nixpod_analysis::{
    AnalysisHost, FileSystem, ProjectRoot, RootSearch, Rule, Scope, Settings, Unreachable, Utf8Path,
    Utf8PathBuf,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What the server knows of the machine.
#[derive(Clone, Debug)]
pub struct Outside {
    /// The disk.
    pub fs: Arc<dyn FileSystem>,
    /// The user's home, which is no project because of what happens to lie in it.
    pub home: Option<Utf8PathBuf>,
}

/// Hosts by project root.
#[derive(Debug)]
pub(crate) struct Projects {
    rules: &'static [&'static Rule],
    outside: Outside,
    settings: Settings,
    folders: Vec<Utf8PathBuf>,
    hosts: BTreeMap<ProjectRoot, AnalysisHost>,
    /// Open texts, for hosts that come later.
    buffers: BTreeMap<Utf8PathBuf, String>,
    /// The project of each open document.
    roots: BTreeMap<Utf8PathBuf, ProjectRoot>,
    /// Are the projects of folders of interest even if nothing of them is open?
    keeps_folders: bool,
    /// The projects that the folders are.
    of_folders: Vec<ProjectRoot>,
}

impl Projects {
    pub(crate) fn new(rules: &'static [&'static Rule], outside: Outside) -> Self {
        Self {
            rules,
            outside,
            settings: Settings::default(),
            folders: Vec::new(),
            hosts: BTreeMap::new(),
            buffers: BTreeMap::new(),
            roots: BTreeMap::new(),
            keeps_folders: false,
            of_folders: Vec::new(),
        }
    }

    /// Says whether the projects of folders are of interest even if nothing of them is open.
    pub(crate) fn keep_folders(&mut self, keeps: bool) {
        if self.keeps_folders != keeps {
            self.keeps_folders = keeps;
            self.set_folders(self.folders.clone());
        }
    }

    /// Is there any project?
    pub(crate) fn is_empty(&self) -> bool {
        self.hosts.is_empty()
    }

    pub(crate) fn set_settings(&mut self, settings: Settings) {
        for host in self.hosts.values_mut() {
            host.set_settings(settings.clone());
        }
        self.settings = settings;
    }

    /// Sets the folders of the workspace; documents may belong to another project then.
    pub(crate) fn set_folders(&mut self, folders: Vec<Utf8PathBuf>) {
        self.folders = folders;
        for path in self.buffers.keys().cloned().collect::<Vec<_>>() {
            let root = self.root_of(&path);
            self.ensure_host(&root);
            self.roots.insert(path, root);
        }
        let kept = self.folders.iter().filter(|_| self.keeps_folders);
        self.of_folders = kept.filter_map(|folder| self.root_of_folder(folder)).collect();
        for root in self.of_folders.clone() {
            self.ensure_host(&root);
        }
        self.drop_unused();
    }

    /// The project that a folder is; none where all that is in it would be too much.
    fn root_of_folder(&self, folder: &Utf8Path) -> Option<ProjectRoot> {
        let (fs, home) = (&*self.outside.fs, self.outside.home.as_deref());
        if RootSearch::new(fs, home, None).is_too_large(folder) {
            return None;
        }
        let found = RootSearch::new(fs, home, Some(folder)).find(fs, folder).root;
        Some(match found.scope {
            Scope::Directory => found,
            Scope::Files | Scope::Alone(_) => ProjectRoot {
                directory: folder.to_owned(),
                scope: Scope::Directory,
            },
        })
    }

    pub(crate) fn folders(&self) -> &[Utf8PathBuf] {
        &self.folders
    }

    /// A document was opened or changed.
    pub(crate) fn set_buffer(&mut self, path: &Utf8Path, text: &str) {
        self.buffers.insert(path.to_owned(), text.to_owned());
        if !self.roots.contains_key(path) {
            let root = self.root_of(path);
            self.roots.insert(path.to_owned(), root.clone());
            self.ensure_host(&root);
        }
        for (root, host) in &mut self.hosts {
            if path.starts_with(&root.directory) {
                host.set_buffer(path.to_owned(), Some(text.to_owned()));
            }
        }
    }

    /// A document was closed: the disk counts again.
    pub(crate) fn close(&mut self, path: &Utf8Path) {
        self.buffers.remove(path);
        self.roots.remove(path);
        self.drop_unused();
        for (root, host) in &mut self.hosts {
            if path.starts_with(&root.directory) {
                host.set_buffer(path.to_owned(), None);
                host.file_changed(path);
            }
        }
    }

    /// Something changed on disk.
    pub(crate) fn file_changed(&mut self, path: &Utf8Path) {
        for host in self.hosts.values_mut() {
            host.file_changed(path);
        }
        // A `flake.nix` that comes or goes moves the border of a project.
        if path.file_name().is_some_and(RootSearch::is_marker) {
            self.set_folders(self.folders.clone());
        }
    }

    /// Anything may have changed on disk: for clients that do not watch files.
    pub(crate) fn anything_changed(&mut self) {
        for (root, host) in &mut self.hosts {
            host.file_changed(&root.directory);
        }
    }

    /// Answers may be others from now on.
    pub(crate) fn begin_revision(&self) {
        self.hosts.values().for_each(AnalysisHost::begin_revision);
    }

    /// Ends the work on what was before that.
    pub(crate) fn cancel_earlier(&self) {
        self.hosts.values().for_each(AnalysisHost::cancel_earlier);
    }

    /// Ends all work.
    pub(crate) fn cancel(&self) {
        self.hosts.values().for_each(AnalysisHost::cancel);
    }

    /// The host of an open document.
    pub(crate) fn host(&self, path: &Utf8Path) -> Option<&AnalysisHost> {
        self.hosts.get(self.roots.get(path)?)
    }

    /// All projects with what to ask about: the whole folder, or the open documents where nobody said that it is one.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&ProjectRoot, &AnalysisHost, Vec<Utf8PathBuf>)> {
        self.hosts.iter().map(|(root, host)| {
            let targets = match root.scope {
                Scope::Directory => vec![root.directory.clone()],
                Scope::Files | Scope::Alone(_) => {
                    let open = self.roots.iter().filter(|(_, other)| *other == root);
                    open.map(|(path, _)| path.clone()).collect()
                }
            };
            (root, host, targets)
        })
    }

    /// The root of an open document's project.
    pub(crate) fn root(&self, path: &Utf8Path) -> Option<&ProjectRoot> {
        self.roots.get(path)
    }

    /// Why an open document is not checked, if it is not.
    pub(crate) fn refusal(&self, path: &Utf8Path) -> Option<Unreachable> {
        self.host(path)?.analysis().reach(path).err()
    }

    /// As on the command line, so that the answers are the same. Where nothing marks a project, the folder that the
    /// user opened is one.
    fn root_of(&self, path: &Utf8Path) -> ProjectRoot {
        let (fs, home) = (&*self.outside.fs, self.outside.home.as_deref());
        let search = RootSearch::new(fs, home, None);
        let around = self.folders.iter();
        let folder = around
            .filter(|folder| path.starts_with(folder) && !search.is_too_large(folder))
            .max_by_key(|folder| folder.as_str().len());
        let Some(folder) = folder else {
            return search.find(fs, path).root;
        };
        let found = RootSearch::new(fs, home, Some(folder)).find(fs, path);
        if found.root.scope == Scope::Directory {
            return found.root;
        }
        ProjectRoot {
            directory: folder.clone(),
            scope: Scope::Directory,
        }
    }

    fn ensure_host(&mut self, root: &ProjectRoot) {
        if self.hosts.contains_key(root) {
            return;
        }
        let mut host = AnalysisHost::new(self.rules, Arc::clone(&self.outside.fs));
        host.set_settings(self.settings.clone());
        host.set_root(root);
        for (path, text) in &self.buffers {
            if path.starts_with(&root.directory) {
                host.set_buffer(path.clone(), Some(text.clone()));
            }
        }
        self.hosts.insert(root.clone(), host);
    }

    /// A project without open documents costs memory and answers nothing.
    fn drop_unused(&mut self) {
        let used: Vec<&ProjectRoot> = self.roots.values().chain(&self.of_folders).collect();
        self.hosts.retain(|root, host| {
            let is_used = used.contains(&root);
            if !is_used {
                host.cancel();
            }
            is_used
        });
    }
}
