//! The one thread that owns documents and analysis hosts.

use crate::client::{Client, ClientOptions, path_of};
use crate::document::Document;
use crate::event::{Computed, ComputedProject, Event, Outgoing, STACK_SIZE};
use crate::guard::guarded;
use crate::projects::{Outside, Projects};
use crate::snapshot::{ProjectSnapshot, Snapshot, open_documents};
use crate::worker::{self, Job};
use nixpod_analysis::{Analysis, FileSystem, Rule, Utf8PathBuf};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::UnboundedSender;
use tower_lsp::ls_types as lsp;

/// How long the inbox has to be quiet after a single change before diagnostics are computed: as long as it takes to
/// see whether it is the first of a burst.
const QUIET: Duration = Duration::from_millis(1);

/// The same within a burst, whose messages the scheduler may hold up a little.
const QUIET_IN_BURST: Duration = Duration::from_millis(8);

/// Changes that never stop are not waited for longer than this: three frames of a screen.
const PATIENCE: Duration = Duration::from_millis(50);

/// Work on what was before a change may take so much longer: most of it ends by itself, and what it found out is of use
/// for the next. An evaluation that is cancelled has to begin anew.
const LAST_CHANCE: Duration = Duration::from_millis(30);

/// What clients call Nix, whatever a file's name is.
const NIX: &str = "nix";

/// Starts the thread. It ends with [`Event::Stop`].
pub(crate) fn start(
    rules: &'static [&'static Rule],
    outside: Outside,
    (events, inbox): (Sender<Event>, Receiver<Event>),
    outbox: UnboundedSender<Outgoing>,
) -> io::Result<()> {
    let latest = Arc::new(AtomicU64::new(0));
    let jobs = worker::start(Arc::clone(&latest), events)?;
    let mut owner = Owner {
        rules,
        fs: Arc::clone(&outside.fs),
        projects: Projects::new(rules, outside),
        client: Arc::default(),
        options: Arc::default(),
        documents: BTreeMap::new(),
        published: BTreeMap::new(),
        published_closed: BTreeMap::new(),
        changed: BTreeSet::new(),
        unanswered: BTreeSet::new(),
        latest,
        generation: 0,
        pending: None,
        outdated: None,
        is_working: false,
        is_leaving: false,
        running: Vec::new(),
        has_changed_elsewhere: false,
        jobs,
        outbox,
    };
    std::thread::Builder::new()
        .name("documents".to_owned())
        .stack_size(STACK_SIZE)
        .spawn(move || {
            owner.run(&inbox);
            owner.projects.cancel();
        })?;
    Ok(())
}

/// Changes that were not computed yet.
#[derive(Clone, Copy, Debug)]
struct PendingChanges {
    since: Instant,
    changes: u32,
}

/// What there is to do when nothing happens for some time.
#[derive(Clone, Copy, Debug)]
enum Alarm {
    StartJob,
    CancelOutdated,
}

#[derive(Debug)]
struct Owner {
    rules: &'static [&'static Rule],
    fs: Arc<dyn FileSystem>,
    projects: Projects,
    client: Arc<Client>,
    options: Arc<ClientOptions>,
    documents: BTreeMap<Utf8PathBuf, Document>,
    /// What the client shows now.
    published: BTreeMap<Utf8PathBuf, Vec<lsp::Diagnostic>>,
    /// The same of files that are not open, by the folder of their project.
    published_closed: BTreeMap<Utf8PathBuf, BTreeMap<Utf8PathBuf, Vec<lsp::Diagnostic>>>,
    /// Documents whose text the analysis does not have yet: only the last of a burst is worth handing over.
    changed: BTreeSet<Utf8PathBuf>,
    /// Documents whose last change has had no answer: they get one even if the diagnostics stay the same.
    unanswered: BTreeSet<Utf8PathBuf>,
    /// The same as `generation`, for the worker.
    latest: Arc<AtomicU64>,
    /// Counts everything that can change diagnostics.
    generation: u64,
    pending: Option<PendingChanges>,
    /// Since when there may be work on what was before a change.
    outdated: Option<Instant>,
    is_working: bool,
    /// The client said `shutdown`.
    is_leaving: bool,
    /// What the last job works on.
    running: Vec<Analysis>,
    /// Has a document that was not edited got other diagnostics?
    has_changed_elsewhere: bool,
    jobs: Sender<Job>,
    outbox: UnboundedSender<Outgoing>,
}

impl Owner {
    fn run(&mut self, inbox: &Receiver<Event>) {
        loop {
            let event = match self.alarm() {
                None => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some((wait, alarm)) => match inbox.recv_timeout(wait) {
                    Err(RecvTimeoutError::Timeout) => {
                        self.ring(alarm);
                        continue;
                    }
                    event => event,
                },
            };
            let Ok(event) = event else { return };
            if matches!(event, Event::Stop) {
                return;
            }
            if let Err(panic) = guarded(|| self.handle(event)) {
                self.log(lsp::MessageType::ERROR, format!("internal error: {panic}"));
            }
        }
    }

    /// What to do next if nothing happens, and when.
    fn alarm(&self) -> Option<(Duration, Alarm)> {
        // While the worker is busy the next job could not start anyway.
        let start = self.pending.filter(|_| !self.is_working).map(|pending| {
            let quiet = if pending.changes > 1 {
                QUIET_IN_BURST
            } else {
                QUIET
            };
            let left = PATIENCE.saturating_sub(pending.since.elapsed());
            (quiet.min(left), Alarm::StartJob)
        });
        let cancel = self.outdated.map(|since| {
            let left = LAST_CHANCE.saturating_sub(since.elapsed());
            (left, Alarm::CancelOutdated)
        });
        start.into_iter().chain(cancel).min_by_key(|(wait, _)| *wait)
    }

    fn ring(&mut self, alarm: Alarm) {
        match alarm {
            Alarm::StartJob => self.start_job(),
            Alarm::CancelOutdated => {
                self.outdated = None;
                self.projects.cancel_earlier();
            }
        }
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::Initialize(setup) => {
                self.client = Arc::new(setup.client);
                self.projects
                    .set_folders(crate::client::folders(&setup.params, &*self.fs));
                self.configure(setup.options);
            }
            Event::Configure(options) => {
                self.configure(options);
                self.refresh();
            }
            Event::Folders { added, removed } => {
                let mut folders = self.projects.folders().to_vec();
                folders.retain(|folder| !removed.contains(folder));
                folders.extend(added);
                self.projects.set_folders(folders);
                self.touch();
                self.refresh();
            }
            Event::Open(item) => self.open(item),
            Event::Change(params) => self.change(params),
            Event::Close(uri) => self.close(&uri),
            Event::Saved(uri) => {
                if let Some(path) = path_of(&uri) {
                    self.projects.file_changed(&path);
                }
                // Code may have read any file, and clients watch only those that are named to them.
                self.projects.anything_changed();
                self.touch();
            }
            Event::ChangedOnDisk(uris) => {
                for path in uris.iter().filter_map(path_of) {
                    self.projects.file_changed(&path);
                }
                self.touch();
                self.refresh();
            }
            Event::Look { uri, reply } => {
                let snapshot = path_of(&uri).and_then(|path| self.snapshot(&path));
                // The client may have cancelled the request meanwhile.
                let _ = reply.send(snapshot);
            }
            Event::LookAtAll { reply } => {
                let _ = reply.send(self.snapshots());
            }
            Event::Computed(computed) => self.publish(computed),
            Event::ComputedProject(computed) => self.publish_project(computed),
            Event::JobDone => {
                self.is_working = false;
                self.running.clear();
                self.refresh_views();
            }
            Event::Shutdown => {
                self.is_leaving = true;
                self.running.iter().for_each(Analysis::cancel);
            }
            Event::Stop => {}
        }
    }

    fn configure(&mut self, options: ClientOptions) {
        self.projects.set_settings(options.settings(self.rules));
        self.projects
            .keep_folders(options.project_diagnostics || self.client.pulls);
        self.options = Arc::new(options);
        self.touch();
    }

    fn open(&mut self, item: lsp::TextDocumentItem) {
        let Some(path) = path_of(&item.uri) else {
            self.log(
                lsp::MessageType::LOG,
                format!("`{}` is not a file and is not checked", item.uri.as_str()),
            );
            return;
        };
        // Clients are set up by kinds of files: most scripts and most JSON are none of ours.
        if item.language_id != NIX && !nixpod_analysis::is_looked_at_with(path.as_str(), &item.text) {
            return;
        }
        // It may lie in a folder that came after the folder above it was looked at.
        self.projects.file_changed(&path);
        self.projects.set_buffer(&path, &item.text);
        if let Some(refusal) = self.projects.refusal(&path) {
            let message = format!("`{path}` {refusal}, so it is not checked");
            self.log(lsp::MessageType::WARNING, message);
        }
        self.unanswered.insert(path.clone());
        let document = Document {
            uri: item.uri,
            version: item.version,
            text: item.text,
        };
        self.documents.insert(path, document);
        self.touch();
    }

    fn change(&mut self, params: lsp::DidChangeTextDocumentParams) {
        let Some(path) = path_of(&params.text_document.uri) else {
            return;
        };
        let Some(document) = self.documents.get_mut(&path) else {
            return;
        };
        document.version = params.text_document.version;
        document.change(params.content_changes, self.client.encoding);
        self.changed.insert(path.clone());
        self.unanswered.insert(path);
        self.touch();
    }

    fn close(&mut self, uri: &lsp::Uri) {
        let Some(path) = path_of(uri) else { return };
        if self.documents.remove(&path).is_none() {
            return;
        }
        self.projects.close(&path);
        self.unanswered.remove(&path);
        let shown = self.published.remove(&path).unwrap_or_default();
        if !shown.is_empty() {
            self.send(Outgoing::Publish(lsp::PublishDiagnosticsParams {
                uri: uri.clone(),
                diagnostics: Vec::new(),
                version: None,
            }));
        }
        self.touch();
    }

    /// Diagnostics may be others now.
    fn touch(&mut self) {
        self.projects.begin_revision();
        self.outdated.get_or_insert_with(Instant::now);
        self.generation += 1;
        self.latest.store(self.generation, Ordering::SeqCst);
        let pending = self.pending.get_or_insert(PendingChanges {
            since: Instant::now(),
            changes: 0,
        });
        pending.changes = pending.changes.saturating_add(1);
    }

    /// Gives the analysis the newest texts.
    fn hand_over(&mut self) {
        for path in std::mem::take(&mut self.changed) {
            if let Some(document) = self.documents.get(&path) {
                self.projects.set_buffer(&path, &document.text);
            }
        }
    }

    fn start_job(&mut self) {
        self.pending = None;
        let of_projects = self.options.project_diagnostics;
        let is_idle = self.documents.is_empty() && (!of_projects || self.projects.is_empty());
        // What was told of files that are closed has to be taken back.
        let is_idle = is_idle && self.published_closed.is_empty();
        if self.client.pulls || is_idle || self.is_leaving {
            return;
        }
        self.hand_over();
        let open = open_documents(&self.documents);
        let mut analyses = BTreeMap::new();
        let mut snapshots = Vec::new();
        let edited = self
            .documents
            .keys()
            .filter(|path| self.unanswered.contains(*path));
        let others = self
            .documents
            .keys()
            .filter(|path| !self.unanswered.contains(*path));
        for path in edited.chain(others) {
            let (Some(root), Some(host)) = (self.projects.root(path), self.projects.host(path)) else {
                continue;
            };
            // One snapshot for all documents of a project: they share what it evaluates.
            let analysis = analyses.entry(root.to_owned()).or_insert_with(|| host.analysis());
            snapshots.push(Snapshot {
                analysis: analysis.clone(),
                path: path.clone(),
                client: Arc::clone(&self.client),
                options: Arc::clone(&self.options),
                open: Arc::clone(&open),
            });
        }
        let mut projects = Vec::new();
        if of_projects {
            for (root, host, targets) in self.projects.all() {
                let analysis = analyses.entry(root.to_owned()).or_insert_with(|| host.analysis());
                let snapshot = Snapshot {
                    analysis: analysis.clone(),
                    path: root.directory.clone(),
                    client: Arc::clone(&self.client),
                    options: Arc::clone(&self.options),
                    open: Arc::clone(&open),
                };
                projects.push(ProjectSnapshot { snapshot, targets });
            }
        }
        self.forget_projects(&projects);
        self.running = analyses.into_values().collect();
        let job = Job {
            generation: self.generation,
            snapshots,
            projects,
        };
        self.is_working = self.jobs.send(job).is_ok();
    }

    fn snapshot(&mut self, path: &Utf8PathBuf) -> Option<Snapshot> {
        self.documents.get(path)?;
        self.hand_over();
        Some(Snapshot {
            analysis: self.projects.host(path)?.analysis(),
            path: path.clone(),
            client: Arc::clone(&self.client),
            options: Arc::clone(&self.options),
            open: open_documents(&self.documents),
        })
    }

    /// A snapshot of each project.
    fn snapshots(&mut self) -> Vec<ProjectSnapshot> {
        self.hand_over();
        let open = open_documents(&self.documents);
        let projects = self.projects.all().map(|(root, host, targets)| {
            let snapshot = Snapshot {
                analysis: host.analysis(),
                path: root.directory.clone(),
                client: Arc::clone(&self.client),
                options: Arc::clone(&self.options),
                open: Arc::clone(&open),
            };
            ProjectSnapshot { snapshot, targets }
        });
        projects.collect()
    }

    /// Something else than a text has changed: who asks has to ask again.
    fn refresh(&self) {
        if self.client.pulls && self.client.refreshes {
            self.send(Outgoing::Refresh);
        }
    }

    /// Editors ask anew where somebody types, and nowhere else.
    fn refresh_views(&mut self) {
        if !std::mem::take(&mut self.has_changed_elsewhere) {
            return;
        }
        let lenses = self.client.refreshes_lenses && self.options.code_lens;
        let hints = self.client.refreshes_hints && self.options.inlay_hints;
        if lenses || hints {
            self.send(Outgoing::RefreshViews { lenses, hints });
        }
    }

    fn publish(&mut self, computed: Computed) {
        if computed.generation != self.generation {
            return;
        }
        let Some(document) = self.documents.get(&computed.path) else {
            return;
        };
        let diagnostics = match computed.diagnostics {
            Ok(diagnostics) => diagnostics,
            Err(panic) => {
                let message = format!("internal error while checking `{}`: {panic}", computed.path);
                self.log(lsp::MessageType::ERROR, message);
                return;
            }
        };
        let was_edited = self.unanswered.remove(&computed.path);
        let shown = self.published.get(&computed.path);
        if !was_edited && shown == Some(&diagnostics) {
            return;
        }
        self.has_changed_elsewhere |= !was_edited;
        let params = lsp::PublishDiagnosticsParams {
            uri: document.uri.clone(),
            diagnostics: diagnostics.clone(),
            version: Some(document.version),
        };
        self.published.insert(computed.path, diagnostics);
        self.send(Outgoing::Publish(params));
    }

    /// What is wrong in files that are not open.
    fn publish_project(&mut self, computed: ComputedProject) {
        if computed.generation != self.generation {
            return;
        }
        let mut found = match computed.diagnostics {
            Ok(found) => found,
            Err(panic) => {
                let message = format!("internal error while checking `{}`: {panic}", computed.directory);
                return self.log(lsp::MessageType::ERROR, message);
            }
        };
        found.retain(|path, _| !self.documents.contains_key(path));
        let before = self.published_closed.insert(computed.directory, found.clone());
        let before = before.unwrap_or_default();
        for (path, diagnostics) in &found {
            if before.get(path) != Some(diagnostics) {
                self.publish_closed(path, diagnostics.clone());
            }
        }
        for path in before.keys().filter(|path| !found.contains_key(*path)) {
            self.publish_closed(path, Vec::new());
        }
    }

    /// Takes back what was said of projects that are not looked at any more.
    fn forget_projects(&mut self, projects: &[ProjectSnapshot]) {
        let is_known = |folder: &Utf8PathBuf| projects.iter().any(|one| one.snapshot.path == *folder);
        let known = std::mem::take(&mut self.published_closed);
        let (kept, gone): (BTreeMap<_, _>, BTreeMap<_, _>) =
            known.into_iter().partition(|(folder, _)| is_known(folder));
        self.published_closed = kept;
        for path in gone.values().flat_map(BTreeMap::keys) {
            self.publish_closed(path, Vec::new());
        }
    }

    /// An open document is told of by itself, with its version.
    fn publish_closed(&self, path: &Utf8PathBuf, diagnostics: Vec<lsp::Diagnostic>) {
        if self.documents.contains_key(path) {
            return;
        }
        if let Some(uri) = lsp::Uri::from_file_path(path.as_std_path()) {
            self.send(Outgoing::Publish(lsp::PublishDiagnosticsParams {
                uri,
                diagnostics,
                version: None,
            }));
        }
    }

    fn log(&self, kind: lsp::MessageType, message: String) {
        self.send(Outgoing::Log(kind, message));
    }

    fn send(&self, message: Outgoing) {
        // Without a client there is nobody to tell.
        let _ = self.outbox.send(message);
    }
}
