//! Maps the language server protocol to the analysis, and owns the event loop.
//!
//! This crate must never know Nix semantics or rules.
//!
//! The framework runs handlers concurrently, so each handler's first act is one synchronous send into a channel; one
//! thread takes events from there in order and owns the documents and the analysis hosts (`owner`). Diagnostics are
//! computed from snapshots on another thread (`worker`) and dropped when they are stale. Requests recompute what they
//! need from a snapshot; none remembers another.
//!
//! Begin with `event`, all that can happen, then `owner`, which says what becomes of each; `convert` has the protocol's
//! words for findings, and `order` keeps the framework from acting on a message before those that came earlier.
//!
//! What holds always:
//!
//! - Only the owner's thread changes a document or a host, so nothing here is locked while it is changed.
//! - An answer belongs to a generation of the texts. One that comes too late is not published.
//! - A panic in the analysis costs one answer and not the server (`guard`), and a message that nobody can read one error
//!   (`frames`).
//! - Work that nobody waits for ends: an edit outdates it (`owner`), and whoever drops a request gives it up (`backend`).
//!   What a snapshot answers after that is incomplete and goes nowhere.
//! - When the client is gone, so are we, within a second.

mod actions;
mod backend;
mod client;
mod convert;
mod document;
mod event;
mod frames;
mod guard;
mod order;
mod owner;
mod plaintext;
mod process;
mod projects;
mod snapshot;
mod views;
mod worker;

use backend::Backend;
use nixpod_analysis::{OsFileSystem, Rule, Utf8PathBuf};
pub use projects::Outside;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tower_lsp::{LspService, Server};

/// When the client is gone, whatever goes on then has this long to end. It is longer than `exit` waits for answers.
const GRACE: Duration = Duration::from_millis(700);

/// More than any client asks at once. With fewer places, edits would wait for answers; `backend` has a bound for work.
const HANDLERS: usize = 4096;

/// Runs the server on standard input and output until the client leaves. Did it say goodbye (`shutdown`) before?
/// `home`: the user's, which is no project.
pub fn run_stdio(rules: &'static [&'static Rule], home: Option<Utf8PathBuf>) -> io::Result<bool> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .thread_stack_size(event::STACK_SIZE)
        .build()?;
    let (stdin, stdout) = (tokio::io::stdin(), tokio::io::stdout());
    let said_goodbye = runtime.block_on(serve(
        stdin,
        stdout,
        rules,
        Outside {
            fs: Arc::new(OsFileSystem),
            home,
        },
    ))?;
    // A client may keep our input open after `exit`; the thread that reads it must not keep us, and neither must an
    // evaluation that has not noticed yet that it is cancelled.
    runtime.shutdown_background();
    Ok(said_goodbye)
}

/// Serves one client over any pair of streams. Did it send `shutdown` before it left?
pub async fn serve<I, O>(
    input: I,
    output: O,
    rules: &'static [&'static Rule],
    outside: Outside,
) -> io::Result<bool>
where
    I: AsyncRead + Unpin,
    O: AsyncWrite,
{
    let said_goodbye = Arc::new(AtomicBool::new(false));
    let (events, inbox) = std::sync::mpsc::channel();
    let (sender, outbox) = tokio::sync::mpsc::unbounded_channel();
    owner::start(rules, outside, (events.clone(), inbox), sender)?;
    let (process, processes) = tokio::sync::mpsc::unbounded_channel();
    let (service, socket) = LspService::new(|client| {
        tokio::spawn(backend::deliver(client.clone(), outbox));
        Backend::new(client, events.clone(), process, Arc::clone(&said_goodbye))
    });
    let (sink, source) = tokio::sync::mpsc::unbounded_channel();
    let served = Server::new(frames::Frames::new(source), output, socket)
        .concurrency_level(HANDLERS)
        .serve(order::InOrder::new(service));
    tokio::pin!(served);
    tokio::select! {
        () = &mut served => {}
        // Input that cannot be read has ended as well.
        _ = frames::forward(input, sink) => {
            let _ = tokio::time::timeout(GRACE, served).await;
        }
        () = process::gone(processes) => {}
    }
    // The owner ends anyway when this fails: nobody is left who could send it anything.
    let _ = events.send(event::Event::Stop);
    Ok(said_goodbye.load(Ordering::SeqCst))
}
