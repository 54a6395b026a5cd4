//! One file at one revision, and the numbers of files.

use camino::{Utf8Path, Utf8PathBuf};
use nixpod_source::{FileId, LineIndex};
use nixpod_surfaces::Census;
use nixpod_syntax::{Hir, Language, Parents, ParsedFile};
use rustc_hash::FxHashMap;
use std::fmt;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

/// Why a file has no text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// Nothing is there.
    Missing,
    /// Outside of the project.
    Outside,
    /// A link on the way leads out of the project.
    LeadsOut,
    /// Part of what a version control system keeps for itself.
    VersionControl,
    /// It is there, but cannot be read.
    Unreadable(String),
    /// Its name is not UTF-8.
    Nameless,
    /// It was read, but is no text.
    NotText(&'static str),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => write!(f, "there is no such file"),
            Self::Outside => write!(f, "lies outside of the project"),
            Self::LeadsOut => write!(f, "leads out of the project by a symbolic link"),
            Self::VersionControl => write!(f, "belongs to version control and is never read"),
            Self::Unreadable(reason) => write!(f, "cannot be read: {reason}"),
            Self::Nameless => write!(f, "has a name that is not UTF-8"),
            Self::NotText(reason) => write!(f, "{reason}"),
        }
    }
}

/// One file at one revision.
#[derive(Debug)]
pub(crate) struct FileState {
    /// The text; empty when there is a problem.
    pub(crate) text: Arc<str>,
    /// Why there is no text.
    pub(crate) problem: Option<Problem>,
    /// What it is written in, by its name.
    pub(crate) language: Language,
    /// The content of a file that is no text.
    bytes: Option<Arc<[u8]>>,
    lines: OnceLock<Arc<LineIndex>>,
    parsed: OnceLock<Arc<ParsedFile>>,
    parents: OnceLock<Parents>,
    census: OnceLock<Census>,
    tells_secrets: OnceLock<bool>,
    /// The tree that the file had before. If the new one is equal, the old one is kept, so that comparing two
    /// revisions is comparing pointers.
    before: Option<Arc<Hir>>,
}

impl FileState {
    pub(super) fn new(path: &Utf8Path, content: Content, before: Option<&Self>) -> Arc<Self> {
        let (text, problem, bytes) = match content {
            Content::Text(text) => (text, None, None),
            Content::Binary(reason, bytes) => {
                (Arc::from(""), Some(Problem::NotText(reason)), Some(bytes.into()))
            }
            Content::None(problem) => (Arc::from(""), Some(problem), None),
        };
        Arc::new(Self {
            language: Language::of_text(path.as_str(), &text),
            text,
            problem,
            bytes,
            lines: OnceLock::new(),
            parsed: OnceLock::new(),
            parents: OnceLock::new(),
            census: OnceLock::new(),
            tells_secrets: OnceLock::new(),
            before: before.and_then(|state| match state.parsed.get() {
                Some(parsed) => Some(Arc::clone(&parsed.hir)),
                None => state.before.clone(),
            }),
        })
    }

    /// The content, whether it is text or not.
    pub(crate) fn content(&self) -> Result<Arc<[u8]>, Problem> {
        match (&self.bytes, &self.problem) {
            (Some(bytes), _) => Ok(Arc::clone(bytes)),
            (None, Some(problem)) => Err(problem.clone()),
            (None, None) => Ok(Arc::from(Arc::clone(&self.text))),
        }
    }

    pub(crate) fn parsed(&self) -> &Arc<ParsedFile> {
        self.parsed.get_or_init(|| {
            let _span = tracing::debug_span!("parse").entered();
            Arc::new(match &self.before {
                _ if self.language != Language::Nix => nixpod_syntax::document(&self.text, self.language),
                Some(before) => nixpod_syntax::parse_again(&self.text, before),
                None => nixpod_syntax::parse(&self.text),
            })
        })
    }

    /// What each node of the file stands in.
    pub(crate) fn parents(&self) -> &Parents {
        self.parents.get_or_init(|| self.parsed().parents())
    }

    /// What stands in its text.
    pub(crate) fn census(&self) -> &Census {
        self.census
            .get_or_init(|| nixpod_surfaces::census(&self.parsed().hir))
    }

    /// Can something that it writes be a secret?
    pub(crate) fn tells_secrets(&self) -> bool {
        *self
            .tells_secrets
            .get_or_init(|| nixpod_surfaces::may_tell_secrets(&self.parsed().hir))
    }

    pub(crate) fn lines(&self) -> &Arc<LineIndex> {
        self.lines.get_or_init(|| Arc::new(LineIndex::new(&self.text)))
    }
}

/// What reading a file came to.
pub(super) enum Content {
    Text(Arc<str>),
    Binary(&'static str, Vec<u8>),
    None(Problem),
}

/// Turns bytes into text, or says clearly why they are none.
pub(super) fn decode(bytes: Vec<u8>) -> Content {
    if bytes.starts_with(b"\0GITCRYPT\0") {
        return Content::Binary("is encrypted by git-crypt", bytes);
    }
    // What `openssl enc` writes as text begins so, and transcrypt keeps files in this form.
    if bytes.starts_with(b"U2FsdGVkX1") {
        return Content::Binary("is encrypted by transcrypt or OpenSSL", bytes);
    }
    if bytes.contains(&0) {
        return Content::Binary("is binary, not text", bytes);
    }
    match String::from_utf8(bytes) {
        Ok(text) => Content::Text(text.into()),
        Err(error) => Content::Binary("is not UTF-8 text", error.into_bytes()),
    }
}

/// Is it what sops makes of a whole file that it has no format for: JSON with the text in one value? Other files of sops are
/// data, of which code reads what is not encrypted.
pub(super) fn is_of_sops(bytes: &[u8]) -> bool {
    let has = |part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
    bytes.trim_ascii_start().starts_with(b"{") && has(b"\"sops\":") && has(b"\"ENC[AES256_GCM,")
}

/// The numbers of files, which stay the same for the life of a host.
#[derive(Debug, Default)]
pub(crate) struct FileTable {
    inner: RwLock<TableInner>,
}

#[derive(Debug, Default)]
struct TableInner {
    paths: Vec<Utf8PathBuf>,
    ids: FxHashMap<Utf8PathBuf, FileId>,
}

impl FileTable {
    pub(crate) fn intern(&self, path: &Utf8Path) -> FileId {
        if let Some(id) = self.get(path) {
            return id;
        }
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(id) = inner.ids.get(path) {
            return *id;
        }
        let id = FileId::project(u32::try_from(inner.paths.len()).unwrap_or(u32::MAX));
        inner.paths.push(path.to_owned());
        inner.ids.insert(path.to_owned(), id);
        id
    }

    pub(crate) fn get(&self, path: &Utf8Path) -> Option<FileId> {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        inner.ids.get(path).copied()
    }

    pub(super) fn contains(&self, file: FileId) -> bool {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        file.project_number()
            .is_some_and(|number| (number as usize) < inner.paths.len())
    }

    pub(crate) fn path(&self, file: FileId) -> Utf8PathBuf {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        file.project_number()
            .and_then(|number| inner.paths.get(number as usize))
            .cloned()
            .unwrap_or_default()
    }
}
