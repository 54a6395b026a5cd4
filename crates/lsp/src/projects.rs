//! One analysis host per project that has an open document.

use nixpod_analysis::{AnalysisHost, FileSystem, Rule, Settings, Utf8Path, Utf8PathBuf, project_root};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Hosts by project root.
#[derive(Debug)]
pub(crate) struct Projects {
    rules: &'static [&'static Rule],
    fs: Arc<dyn FileSystem>,
    settings: Settings,
    folders: Vec<Utf8PathBuf>,
    hosts: BTreeMap<Utf8PathBuf, AnalysisHost>,
    /// Open texts, for hosts that come later.
    buffers: BTreeMap<Utf8PathBuf, String>,
    /// The project of each open document.
    roots: BTreeMap<Utf8PathBuf, Utf8PathBuf>,
}

impl Projects {
    pub(crate) fn new(rules: &'static [&'static Rule], fs: Arc<dyn FileSystem>) -> Self {
        Self {
            rules,
            fs,
            settings: Settings::default(),
            folders: Vec::new(),
            hosts: BTreeMap::new(),
            buffers: BTreeMap::new(),
            roots: BTreeMap::new(),
        }
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
        self.drop_unused();
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
            if path.starts_with(root) {
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
            if path.starts_with(root) {
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
        if matches!(path.file_name(), Some("flake.nix" | ".git")) {
            self.set_folders(self.folders.clone());
        }
    }

    /// Anything may have changed on disk: for clients that do not watch files.
    pub(crate) fn anything_changed(&mut self) {
        for (root, host) in &mut self.hosts {
            host.file_changed(root);
        }
    }

    /// The host of an open document.
    pub(crate) fn host(&self, path: &Utf8Path) -> Option<&AnalysisHost> {
        self.hosts.get(self.roots.get(path)?)
    }

    /// The root of an open document's project.
    pub(crate) fn root(&self, path: &Utf8Path) -> Option<&Utf8Path> {
        self.roots.get(path).map(Utf8PathBuf::as_path)
    }

    /// As on the command line, so that the answers are the same. Without a `flake.nix` or `.git` the folder that the
    /// user opened is the project.
    fn root_of(&self, path: &Utf8Path) -> Utf8PathBuf {
        let root = project_root(&*self.fs, path);
        let is_marked = [".git", "flake.nix"]
            .iter()
            .any(|marker| self.fs.kind(&root.join(marker)).is_ok());
        if is_marked {
            return root;
        }
        let folder = self
            .folders
            .iter()
            .filter(|folder| path.starts_with(folder))
            .max_by_key(|folder| folder.as_str().len());
        folder.cloned().unwrap_or(root)
    }

    fn ensure_host(&mut self, root: &Utf8Path) {
        if self.hosts.contains_key(root) {
            return;
        }
        let mut host = AnalysisHost::new(self.rules, Arc::clone(&self.fs));
        host.set_settings(self.settings.clone());
        host.set_project(root.to_owned());
        for (path, text) in &self.buffers {
            if path.starts_with(root) {
                host.set_buffer(path.clone(), Some(text.clone()));
            }
        }
        self.hosts.insert(root.to_owned(), host);
    }

    /// A project without open documents costs memory and answers nothing.
    fn drop_unused(&mut self) {
        let used: Vec<&Utf8PathBuf> = self.roots.values().collect();
        self.hosts.retain(|root, _| used.contains(&root));
    }
}
