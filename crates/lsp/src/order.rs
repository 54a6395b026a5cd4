//! Keeps what comes first first, where the framework does not.
//!
//! The framework reads ahead: it looks at `exit` while the answers to earlier requests are still being made, and cancels
//! these; and it refuses what follows `initialize` before that is answered. Clients that pipe a whole session in at once,
//! as scripts do, would get nothing but errors.

use crate::frames::{MALFORMED, refusal};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tokio::sync::Notify;
use tower_lsp::jsonrpc::{Error, Request, Response};
use tower_service::Service;

/// An answer that takes longer is not waited for when the client leaves.
const GRACE: Duration = Duration::from_millis(500);

#[derive(Debug, Default)]
struct Gate {
    state: Mutex<State>,
    idle: Notify,
}

#[derive(Debug, Default)]
struct State {
    requests: usize,
    initializing: bool,
    reader: Option<Waker>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A request that is not answered yet.
struct OpenRequest {
    gate: Arc<Gate>,
    is_initialize: bool,
}

impl Drop for OpenRequest {
    fn drop(&mut self) {
        let mut state = lock(&self.gate.state);
        state.requests = state.requests.saturating_sub(1);
        if self.is_initialize {
            state.initializing = false;
            if let Some(reader) = state.reader.take() {
                reader.wake();
            }
        }
        if state.requests == 0 {
            self.gate.idle.notify_waiters();
        }
    }
}

impl Gate {
    fn enter(gate: &Arc<Self>, is_initialize: bool) -> OpenRequest {
        let mut state = lock(&gate.state);
        state.requests += 1;
        state.initializing |= is_initialize;
        OpenRequest {
            gate: Arc::clone(gate),
            is_initialize,
        }
    }

    async fn wait_until_idle(&self) {
        loop {
            let notified = self.idle.notified();
            if lock(&self.state).requests == 0 {
                return;
            }
            notified.await;
        }
    }
}

/// The service with messages kept in order.
#[derive(Debug)]
pub(crate) struct InOrder<S> {
    inner: Arc<Mutex<S>>,
    gate: Arc<Gate>,
}

impl<S> InOrder<S> {
    pub(crate) fn new(inner: S) -> Self {
        Self {
            inner: Arc::new(Mutex::new(inner)),
            gate: Arc::default(),
        }
    }
}

impl<S> Service<Request> for InOrder<S>
where
    S: Service<Request, Response = Option<Response>> + Send + 'static,
    S::Future: Send + 'static,
    S::Error: Send + 'static,
{
    type Response = Option<Response>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Option<Response>, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        let mut state = lock(&self.gate.state);
        if state.initializing {
            state.reader = Some(cx.waker().clone());
            return Poll::Pending;
        }
        drop(state);
        lock(&self.inner).poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        if request.method() == "exit" {
            let (inner, gate) = (Arc::clone(&self.inner), Arc::clone(&self.gate));
            return Box::pin(async move {
                // A time-out is an answer too: leave anyway.
                let _ = tokio::time::timeout(GRACE, gate.wait_until_idle()).await;
                let exit = lock(&inner).call(request);
                exit.await
            });
        }
        if request.method() == MALFORMED {
            return Box::pin(std::future::ready(Ok(Some(refusal(request)))));
        }
        // The framework passes over all of these, and a request wants an answer.
        if let Some(id) = request.id().filter(|_| request.method().starts_with("$/")) {
            let error = Error::method_not_found();
            let answer = Response::from_error(id.clone(), error);
            return Box::pin(std::future::ready(Ok(Some(answer))));
        }
        let is_initialize = request.method() == "initialize";
        let pending = request.id().map(|_| Gate::enter(&self.gate, is_initialize));
        let answer = lock(&self.inner).call(request);
        Box::pin(async move {
            let result = answer.await;
            drop(pending);
            result
        })
    }
}
