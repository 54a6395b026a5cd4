//! An immutable view of one moment, for requests and for diagnostics.

use crate::client::{Client, ClientOptions};
use crate::document::{Document, Lines};
use nixpod_analysis::{Analysis, FileId, Utf8Path, Utf8PathBuf};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use tower_lsp::ls_types::Uri;

/// The open documents: address and version by path.
pub(crate) type OpenDocuments = Arc<BTreeMap<Utf8PathBuf, (Uri, i32)>>;

/// One document's project at one moment.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    pub(crate) analysis: Analysis,
    pub(crate) path: Utf8PathBuf,
    pub(crate) client: Arc<Client>,
    pub(crate) options: Arc<ClientOptions>,
    pub(crate) open: OpenDocuments,
}

/// A project at one moment, with what is to be asked about all of it.
#[derive(Clone, Debug)]
pub(crate) struct ProjectSnapshot {
    pub(crate) snapshot: Snapshot,
    pub(crate) targets: Vec<Utf8PathBuf>,
}

/// What the address and version of each document are.
pub(crate) fn open_documents(documents: &BTreeMap<Utf8PathBuf, Document>) -> OpenDocuments {
    let entries = documents
        .iter()
        .map(|(path, document)| (path.clone(), (document.uri.clone(), document.version)));
    Arc::new(entries.collect())
}

impl Snapshot {
    /// The address of a file: the client's own where it has the file open.
    pub(crate) fn uri(&self, path: &Utf8Path) -> Option<Uri> {
        match self.open.get(path) {
            Some((uri, _)) => Some(uri.clone()),
            None => Uri::from_file_path(path.as_std_path()),
        }
    }

    /// The version of an open file.
    pub(crate) fn version(&self, path: &Utf8Path) -> Option<i32> {
        self.open.get(path).map(|(_, version)| *version)
    }
}

/// One file, ready for conversions.
#[derive(Debug)]
pub(crate) struct FileView {
    pub(crate) path: Utf8PathBuf,
    pub(crate) text: Arc<str>,
    pub(crate) lines: Lines,
}

/// Files of a snapshot that were looked at in one answer.
#[derive(Debug)]
pub(crate) struct Files<'a> {
    pub(crate) snapshot: &'a Snapshot,
    views: HashMap<FileId, Arc<FileView>>,
}

impl<'a> Files<'a> {
    pub(crate) fn new(snapshot: &'a Snapshot) -> Self {
        Self {
            snapshot,
            views: HashMap::new(),
        }
    }

    pub(crate) fn view(&mut self, file: FileId) -> Arc<FileView> {
        let analysis = &self.snapshot.analysis;
        let view = self.views.entry(file).or_insert_with(|| {
            let text = analysis.text(file);
            Arc::new(FileView {
                path: analysis.path(file),
                lines: Lines::new(&text),
                text,
            })
        });
        Arc::clone(view)
    }
}
