//! The protocol's methods. Each one's first act is a synchronous send to the owner, which keeps their order.

use crate::actions;
use crate::client::{Client as ClientFacts, ClientOptions, path_of};
use crate::convert;
use crate::document::Encoding;
use crate::event::{Event, Outgoing, Setup};
use crate::guard::guarded;
use crate::snapshot::{ProjectSnapshot, Snapshot};
use crate::views;
use nixpod_analysis::Analysis;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::sync::{Semaphore, oneshot};
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::{Client, LanguageServer, ls_types as lsp};

const ANSWERS: usize = 4;

#[derive(Debug)]
pub(crate) struct Backend {
    client: Client,
    events: Sender<Event>,
    /// Takes the number of the client's process.
    process: UnboundedSender<i32>,
    said_goodbye: Arc<AtomicBool>,
    /// So many answers are computed at once: each may need much memory, and more are not faster.
    places: Arc<Semaphore>,
    /// Asked for at `initialize`, done at `initialized`, as the protocol wants.
    wants_watchers: AtomicBool,
}

impl Backend {
    pub(crate) fn new(
        client: Client,
        events: Sender<Event>,
        process: UnboundedSender<i32>,
        said_goodbye: Arc<AtomicBool>,
    ) -> Self {
        Self {
            client,
            events,
            process,
            said_goodbye,
            places: Arc::new(Semaphore::new(ANSWERS)),
            wants_watchers: AtomicBool::new(false),
        }
    }

    fn tell(&self, event: Event) {
        // The owner only ends with the connection.
        let _ = self.events.send(event);
    }

    /// Asks the owner for a snapshot now, and computes an answer from it off this thread. When the texts change before it
    /// is there, it is computed again from the new ones: the client has these, too, and not every client knows what to do
    /// with `ContentModified`.
    fn answer<T: Send + 'static>(
        &self,
        uri: lsp::Uri,
        compute: impl Fn(&Snapshot) -> T + Send + Sync + 'static,
    ) -> impl Future<Output = Result<Option<T>>> + Send {
        let (events, places) = (self.events.clone(), Arc::clone(&self.places));
        let mut snapshot = look(&events, &uri);
        let compute = Arc::new(compute);
        async move {
            loop {
                // The owner has no such document, or is gone.
                let Ok(Some(seen)) = snapshot.await else {
                    return Ok(None);
                };
                let interest = Interest(seen.analysis.clone());
                let place = Arc::clone(&places).acquire_owned().await;
                let compute = Arc::clone(&compute);
                let work = tokio::task::spawn_blocking(move || {
                    let answer = guarded(|| compute(&seen));
                    drop(place);
                    (!seen.analysis.is_cancelled()).then_some(answer)
                });
                let answer = work.await;
                drop(interest);
                match answer {
                    Ok(Some(Ok(answer))) => return Ok(Some(answer)),
                    Ok(Some(Err(panic))) => {
                        let mut error = Error::internal_error();
                        error.message = format!("internal error: {panic}").into();
                        return Err(error);
                    }
                    Ok(None) => snapshot = look(&events, &uri),
                    // The runtime ends.
                    Err(_) => return Ok(None),
                }
            }
        }
    }
}

impl Backend {
    /// The same from snapshots of all projects.
    fn answer_for_all<T: Send + 'static>(
        &self,
        compute: impl Fn(&[ProjectSnapshot]) -> T + Send + Sync + 'static,
    ) -> impl Future<Output = Result<Option<T>>> + Send {
        let (events, places) = (self.events.clone(), Arc::clone(&self.places));
        let mut snapshots = look_at_all(&events);
        let compute = Arc::new(compute);
        async move {
            loop {
                let Ok(seen) = snapshots.await else {
                    return Ok(None);
                };
                let interests: Vec<Interest> = seen
                    .iter()
                    .map(|one| Interest(one.snapshot.analysis.clone()))
                    .collect();
                let place = Arc::clone(&places).acquire_owned().await;
                let compute = Arc::clone(&compute);
                let work = tokio::task::spawn_blocking(move || {
                    let answer = guarded(|| compute(&seen));
                    drop(place);
                    let is_whole = !seen.iter().any(|one| one.snapshot.analysis.is_cancelled());
                    is_whole.then_some(answer)
                });
                let answer = work.await;
                drop(interests);
                match answer {
                    Ok(Some(Ok(answer))) => return Ok(Some(answer)),
                    Ok(Some(Err(panic))) => {
                        let mut error = Error::internal_error();
                        error.message = format!("internal error: {panic}").into();
                        return Err(error);
                    }
                    Ok(None) => snapshots = look_at_all(&events),
                    Err(_) => return Ok(None),
                }
            }
        }
    }
}

fn look_at_all(events: &Sender<Event>) -> oneshot::Receiver<Vec<ProjectSnapshot>> {
    let (reply, snapshots) = oneshot::channel();
    let _ = events.send(Event::LookAtAll { reply });
    snapshots
}

fn look(events: &Sender<Event>, uri: &lsp::Uri) -> oneshot::Receiver<Option<Snapshot>> {
    let (reply, snapshot) = oneshot::channel();
    let uri = uri.clone();
    // The owner only ends with the connection.
    let _ = events.send(Event::Look { uri, reply });
    snapshot
}

/// Somebody waits for what is computed from a snapshot. The framework drops the handler of a request that the client
/// cancels, and this with it.
struct Interest(Analysis);

impl Drop for Interest {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// Sends to the client what the owner wants to tell, in order.
pub(crate) async fn deliver(client: Client, mut outbox: UnboundedReceiver<Outgoing>) {
    while let Some(message) = outbox.recv().await {
        match message {
            Outgoing::Publish(params) => {
                client
                    .publish_diagnostics(params.uri, params.diagnostics, params.version)
                    .await;
            }
            Outgoing::Refresh => {
                // The answer says nothing, and not every client gives one.
                let client = client.clone();
                tokio::spawn(async move { client.workspace_diagnostic_refresh().await });
            }
            Outgoing::RefreshViews { lenses, hints } => {
                let client = client.clone();
                tokio::spawn(async move {
                    // Neither is an answer that says anything.
                    if lenses {
                        let _ = client.code_lens_refresh().await;
                    }
                    if hints {
                        let _ = client.inlay_hint_refresh().await;
                    }
                });
            }
            Outgoing::Log(kind, message) => client.log_message(kind, message).await,
        }
    }
}

impl LanguageServer for Backend {
    async fn initialize(&self, params: lsp::InitializeParams) -> Result<lsp::InitializeResult> {
        let (options, problem) = ClientOptions::read(params.initialization_options.as_ref());
        let client = ClientFacts::new(&params, &options);
        self.wants_watchers.store(client.watches_files, Ordering::SeqCst);
        let capabilities = capabilities(&client);
        if let Some(number) = params.process_id.and_then(|number| i32::try_from(number).ok()) {
            let _ = self.process.send(number);
        }
        self.tell(Event::Initialize(Box::new(Setup {
            client,
            options,
            params,
        })));
        if let Some(problem) = problem {
            self.client.log_message(lsp::MessageType::WARNING, problem).await;
        }
        Ok(lsp::InitializeResult {
            capabilities,
            server_info: Some(lsp::ServerInfo {
                name: "nixpod-lint".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
            ..lsp::InitializeResult::default()
        })
    }

    async fn initialized(&self, _: lsp::InitializedParams) {
        if self.wants_watchers.load(Ordering::SeqCst) {
            // Not awaited here: a client that never answers would take one of the few places for handlers.
            let client = self.client.clone();
            tokio::spawn(async move {
                if let Err(error) = client.register_capability(vec![watchers()]).await {
                    let message = format!("files are not watched: {error}");
                    client.log_message(lsp::MessageType::LOG, message).await;
                }
            });
        }
    }

    async fn shutdown(&self) -> Result<()> {
        self.said_goodbye.store(true, Ordering::SeqCst);
        self.tell(Event::Shutdown);
        Ok(())
    }

    async fn did_open(&self, params: lsp::DidOpenTextDocumentParams) {
        self.tell(Event::Open(params.text_document));
    }

    async fn did_change(&self, params: lsp::DidChangeTextDocumentParams) {
        self.tell(Event::Change(params));
    }

    async fn did_save(&self, params: lsp::DidSaveTextDocumentParams) {
        self.tell(Event::Saved(params.text_document.uri));
    }

    async fn did_close(&self, params: lsp::DidCloseTextDocumentParams) {
        self.tell(Event::Close(params.text_document.uri));
    }

    async fn did_change_watched_files(&self, params: lsp::DidChangeWatchedFilesParams) {
        let uris = params.changes.into_iter().map(|change| change.uri).collect();
        self.tell(Event::ChangedOnDisk(uris));
    }

    async fn did_change_workspace_folders(&self, params: lsp::DidChangeWorkspaceFoldersParams) {
        let paths = |folders: Vec<lsp::WorkspaceFolder>| {
            folders.iter().filter_map(|folder| path_of(&folder.uri)).collect()
        };
        self.tell(Event::Folders {
            added: paths(params.event.added),
            removed: paths(params.event.removed),
        });
    }

    async fn did_change_configuration(&self, params: lsp::DidChangeConfigurationParams) {
        let Some((options, problem)) = ClientOptions::changed(&params.settings) else {
            return;
        };
        self.tell(Event::Configure(options));
        if let Some(problem) = problem {
            self.client.log_message(lsp::MessageType::WARNING, problem).await;
        }
    }

    async fn hover(&self, params: lsp::HoverParams) -> Result<Option<lsp::Hover>> {
        let at = params.text_document_position_params;
        let position = at.position;
        let hover = self.answer(at.text_document.uri, move |snapshot| {
            convert::hover(snapshot, position)
        });
        Ok(hover.await?.flatten())
    }

    async fn code_action(&self, params: lsp::CodeActionParams) -> Result<Option<lsp::CodeActionResponse>> {
        let uri = params.text_document.uri.clone();
        self.answer(uri, move |snapshot| actions::code_actions(snapshot, &params))
            .await
    }

    async fn code_action_resolve(&self, action: lsp::CodeAction) -> Result<lsp::CodeAction> {
        // What has its edit, or is none of ours, is as it should be.
        let Some(uri) = actions::document_of(&action).filter(|_| action.edit.is_none()) else {
            return Ok(action);
        };
        let asked = action.clone();
        let edit = self.answer(uri, move |snapshot| actions::resolve(snapshot, &asked));
        match edit.await? {
            Some(Ok(edit)) => Ok(lsp::CodeAction {
                edit: Some(edit),
                ..action
            }),
            Some(Err(why)) => Err(refused(why)),
            None => Err(refused("the document is not open".to_owned())),
        }
    }

    async fn document_symbol(
        &self,
        params: lsp::DocumentSymbolParams,
    ) -> Result<Option<lsp::DocumentSymbolResponse>> {
        self.answer(params.text_document.uri, views::symbols::document)
            .await
    }

    async fn symbol(
        &self,
        params: lsp::WorkspaceSymbolParams,
    ) -> Result<Option<lsp::WorkspaceSymbolResponse>> {
        let query = params.query;
        let found = self.answer_for_all(move |all| views::symbols::of_projects(all, &query));
        Ok(found.await?.map(lsp::WorkspaceSymbolResponse::Flat))
    }

    async fn completion(&self, params: lsp::CompletionParams) -> Result<Option<lsp::CompletionResponse>> {
        let at = params.text_document_position;
        let position = at.position;
        let found = self.answer(at.text_document.uri, move |snapshot| {
            views::completion::completions(snapshot, position)
        });
        Ok(found.await?.flatten())
    }

    async fn completion_resolve(&self, item: lsp::CompletionItem) -> Result<lsp::CompletionItem> {
        let data = item.data.clone();
        let data = data.and_then(|data| serde_json::from_value::<views::completion::Data>(data).ok());
        let Some(data) = data else { return Ok(item) };
        let asked = item.clone();
        let resolved = self.answer(data.uri, move |snapshot| {
            views::completion::resolved(snapshot, &asked)
        });
        Ok(resolved.await?.unwrap_or(item))
    }

    async fn goto_definition(
        &self,
        params: lsp::GotoDefinitionParams,
    ) -> Result<Option<lsp::GotoDefinitionResponse>> {
        let at = params.text_document_position_params;
        let position = at.position;
        let found = self.answer(at.text_document.uri, move |snapshot| {
            views::navigate::definition(snapshot, position)
        });
        Ok(found.await?.flatten())
    }

    async fn references(&self, params: lsp::ReferenceParams) -> Result<Option<Vec<lsp::Location>>> {
        let at = params.text_document_position;
        let position = at.position;
        let found = self.answer(at.text_document.uri, move |snapshot| {
            views::navigate::references(snapshot, position)
        });
        Ok(found.await?.flatten())
    }

    async fn document_link(&self, params: lsp::DocumentLinkParams) -> Result<Option<Vec<lsp::DocumentLink>>> {
        self.answer(params.text_document.uri, views::navigate::links)
            .await
    }

    async fn inlay_hint(&self, params: lsp::InlayHintParams) -> Result<Option<Vec<lsp::InlayHint>>> {
        let part = params.range;
        self.answer(params.text_document.uri, move |snapshot| {
            views::inlay::hints(snapshot, part)
        })
        .await
    }

    async fn workspace_diagnostic(
        &self,
        params: lsp::WorkspaceDiagnosticParams,
    ) -> Result<lsp::WorkspaceDiagnosticReportResult> {
        let known = params.previous_result_ids.into_iter();
        let known: views::project::Known = known.map(|known| (known.uri, known.value)).collect();
        let report = self.answer_for_all(move |all| views::project::reports(all, &known, fingerprint));
        let report = report.await?.unwrap_or_default();
        Ok(lsp::WorkspaceDiagnosticReportResult::Report(report))
    }

    async fn code_lens(&self, params: lsp::CodeLensParams) -> Result<Option<Vec<lsp::CodeLens>>> {
        self.answer(params.text_document.uri, views::lens::lenses).await
    }

    async fn diagnostic(
        &self,
        params: lsp::DocumentDiagnosticParams,
    ) -> Result<lsp::DocumentDiagnosticReportResult> {
        let found = self
            .answer(params.text_document.uri, convert::diagnostics)
            .await?;
        let items = found.unwrap_or_default();
        let result_id = fingerprint(&items);
        let report = if params.previous_result_id.as_ref() == Some(&result_id) {
            let report = lsp::UnchangedDocumentDiagnosticReport { result_id };
            lsp::DocumentDiagnosticReport::Unchanged(lsp::RelatedUnchangedDocumentDiagnosticReport {
                related_documents: None,
                unchanged_document_diagnostic_report: report,
            })
        } else {
            let report = lsp::FullDocumentDiagnosticReport {
                result_id: Some(result_id),
                items,
            };
            lsp::DocumentDiagnosticReport::Full(lsp::RelatedFullDocumentDiagnosticReport {
                related_documents: None,
                full_document_diagnostic_report: report,
            })
        };
        Ok(lsp::DocumentDiagnosticReportResult::Report(report))
    }
}

/// The request was understood and cannot be done: clients show the reason.
fn refused(why: String) -> Error {
    Error {
        code: ErrorCode::ServerError(REQUEST_FAILED),
        message: why.into(),
        data: None,
    }
}

/// `RequestFailed` of the protocol.
const REQUEST_FAILED: i64 = -32803;

/// Equal diagnostics have equal fingerprints; only this process ever compares them.
fn fingerprint(items: &[lsp::Diagnostic]) -> String {
    let mut hasher = DefaultHasher::new();
    format!("{items:?}").hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

fn capabilities(client: &ClientFacts) -> lsp::ServerCapabilities {
    lsp::ServerCapabilities {
        position_encoding: Some(match client.encoding {
            Encoding::Utf16 => lsp::PositionEncodingKind::UTF16,
            Encoding::Utf8 => lsp::PositionEncodingKind::UTF8,
        }),
        text_document_sync: Some(lsp::TextDocumentSyncCapability::Options(
            lsp::TextDocumentSyncOptions {
                open_close: Some(true),
                change: Some(lsp::TextDocumentSyncKind::INCREMENTAL),
                save: Some(lsp::TextDocumentSyncSaveOptions::Supported(true)),
                ..lsp::TextDocumentSyncOptions::default()
            },
        )),
        hover_provider: Some(lsp::HoverProviderCapability::Simple(true)),
        code_action_provider: Some(lsp::CodeActionProviderCapability::Options(
            lsp::CodeActionOptions {
                code_action_kinds: Some(vec![
                    lsp::CodeActionKind::QUICKFIX,
                    lsp::CodeActionKind::new(actions::FIX_ALL),
                ]),
                resolve_provider: Some(client.resolves_edits),
                ..lsp::CodeActionOptions::default()
            },
        )),
        completion_provider: Some(lsp::CompletionOptions {
            resolve_provider: Some(true),
            trigger_characters: Some(views::completion::TRIGGERS.map(str::to_owned).to_vec()),
            ..lsp::CompletionOptions::default()
        }),
        document_symbol_provider: Some(lsp::OneOf::Left(true)),
        workspace_symbol_provider: Some(lsp::OneOf::Left(true)),
        definition_provider: Some(lsp::OneOf::Left(true)),
        references_provider: Some(lsp::OneOf::Left(true)),
        document_link_provider: Some(lsp::DocumentLinkOptions {
            resolve_provider: Some(false),
            work_done_progress_options: lsp::WorkDoneProgressOptions::default(),
        }),
        inlay_hint_provider: Some(lsp::OneOf::Left(true)),
        code_lens_provider: Some(lsp::CodeLensOptions {
            resolve_provider: Some(false),
        }),
        diagnostic_provider: client.pulls.then(|| {
            lsp::DiagnosticServerCapabilities::Options(lsp::DiagnosticOptions {
                identifier: Some(convert::SOURCE.to_owned()),
                inter_file_dependencies: true,
                workspace_diagnostics: true,
                ..lsp::DiagnosticOptions::default()
            })
        }),
        workspace: Some(lsp::WorkspaceServerCapabilities {
            workspace_folders: Some(lsp::WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(lsp::OneOf::Left(true)),
            }),
            file_operations: None,
        }),
        ..lsp::ServerCapabilities::default()
    }
}

fn watchers() -> lsp::Registration {
    let watcher = |pattern: &str| lsp::FileSystemWatcher {
        glob_pattern: lsp::GlobPattern::String(pattern.to_owned()),
        kind: None,
    };
    let mut watchers: Vec<lsp::FileSystemWatcher> = nixpod_analysis::patterns()
        .iter()
        .map(|pattern| watcher(pattern))
        .collect();
    // What git tracks is what a flake sees.
    watchers.extend([watcher("**/flake.lock"), watcher("**/.git/index")]);
    // What code reads most of all besides Nix.
    watchers.push(watcher("**/*.{json,toml}"));
    let options = lsp::DidChangeWatchedFilesRegistrationOptions { watchers };
    lsp::Registration {
        id: "watched-files".to_owned(),
        method: "workspace/didChangeWatchedFiles".to_owned(),
        register_options: serde_json::to_value(options).ok(),
    }
}
