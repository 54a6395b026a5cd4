//! Everything that can happen: what the handlers, the owner and the worker tell one another.

use crate::client::{Client, ClientOptions};
use crate::snapshot::{ProjectSnapshot, Snapshot};
use nixpod_analysis::Utf8PathBuf;
use std::collections::BTreeMap;
use tokio::sync::oneshot;
use tower_lsp::ls_types as lsp;

/// The stack of threads that evaluate: the evaluator's depth guard is made for the main thread's usual 8 MiB, and
/// address space costs nothing until it is used.
pub(crate) const STACK_SIZE: usize = 16 << 20;

/// All causes of work for the owner.
#[derive(Debug)]
pub(crate) enum Event {
    Initialize(Box<Setup>),
    Configure(ClientOptions),
    Folders {
        added: Vec<Utf8PathBuf>,
        removed: Vec<Utf8PathBuf>,
    },
    Open(lsp::TextDocumentItem),
    Change(lsp::DidChangeTextDocumentParams),
    Close(lsp::Uri),
    Saved(lsp::Uri),
    ChangedOnDisk(Vec<lsp::Uri>),
    /// A request wants to see the state after everything that came before it.
    Look {
        uri: lsp::Uri,
        reply: oneshot::Sender<Option<Snapshot>>,
    },
    /// The same for all projects.
    LookAtAll {
        reply: oneshot::Sender<Vec<ProjectSnapshot>>,
    },
    Computed(Computed),
    ComputedProject(ComputedProject),
    JobDone,
    /// The client is about to leave: it wants answers, but no diagnostics any more.
    Shutdown,
    /// The connection is gone.
    Stop,
}

/// What is known after `initialize`.
#[derive(Debug)]
pub(crate) struct Setup {
    pub(crate) client: Client,
    pub(crate) options: ClientOptions,
    pub(crate) params: lsp::InitializeParams,
}

/// What goes to the client without having been asked for.
#[derive(Debug)]
pub(crate) enum Outgoing {
    Publish(lsp::PublishDiagnosticsParams),
    /// The client should ask for diagnostics again.
    Refresh,
    /// It should ask again for what it shows besides.
    RefreshViews {
        lenses: bool,
        hints: bool,
    },
    Log(lsp::MessageType, String),
}

/// What became of one document.
#[derive(Debug)]
pub(crate) struct Computed {
    pub(crate) generation: u64,
    pub(crate) path: Utf8PathBuf,
    /// The diagnostics, or the panic's message.
    pub(crate) diagnostics: Result<Vec<lsp::Diagnostic>, String>,
}

/// What became of all files of a project.
#[derive(Debug)]
pub(crate) struct ComputedProject {
    pub(crate) generation: u64,
    /// The project's folder.
    pub(crate) directory: Utf8PathBuf,
    /// The diagnostics of the files that have some, or the panic's message.
    pub(crate) diagnostics: Result<BTreeMap<Utf8PathBuf, Vec<lsp::Diagnostic>>, String>,
}
