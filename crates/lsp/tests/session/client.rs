//! A tiny language client over an in-memory stream.

use nixpod_analysis::{FileSystem, MemoryFileSystem, Rule};
use nixpod_lsp::Outside;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream, ReadHalf, WriteHalf};
use tokio::task::JoinHandle;

/// Longer than any answer takes on a busy machine; a test that waits this long has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// The client's side of a session.
pub(crate) struct TestClient {
    input: WriteHalf<DuplexStream>,
    output: BufReader<ReadHalf<DuplexStream>>,
    server: JoinHandle<std::io::Result<bool>>,
    next_id: i64,
    /// Notifications and requests of the server that nobody has waited for yet.
    pub(crate) inbox: VecDeque<Value>,
}

impl TestClient {
    /// Starts a server without saying anything.
    pub(crate) fn start(fs: &Arc<MemoryFileSystem>, rules: &'static [&'static Rule]) -> Self {
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        let (their_input, their_output) = tokio::io::split(theirs);
        let (output, input) = tokio::io::split(ours);
        let outside = Outside {
            fs: Arc::clone(fs) as Arc<dyn FileSystem>,
            home: Some("/home/me".into()),
        };
        Self {
            server: tokio::spawn(nixpod_lsp::serve(their_input, their_output, rules, outside)),
            input,
            output: BufReader::new(output),
            next_id: 0,
            inbox: VecDeque::new(),
        }
    }

    /// Starts a server and a session with it; returns the server's capabilities too.
    pub(crate) async fn session(
        fs: &Arc<MemoryFileSystem>,
        rules: &'static [&'static Rule],
        params: Value,
    ) -> (Self, Value) {
        let mut client = Self::start(fs, rules);
        let result = client.request("initialize", params).await;
        client.notify("initialized", json!({})).await;
        (client, result["capabilities"].clone())
    }

    async fn send(&mut self, message: &Value) {
        let body = message.to_string();
        let frame = format!("Content-Length: {}\r\n\r\n{body}", body.len());
        self.input.write_all(frame.as_bytes()).await.unwrap();
    }

    /// Sends bytes that may be no message.
    pub(crate) async fn raw(&mut self, bytes: &[u8]) {
        self.input.write_all(bytes).await.unwrap();
    }

    /// Sends a request and does not wait.
    pub(crate) async fn ask(&mut self, id: i64, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }))
            .await;
    }

    /// Waits for the answer with this number.
    pub(crate) async fn answer(&mut self, id: &Value) -> Value {
        loop {
            let message = self.receive().await;
            if message.get("method").is_none() && message["id"] == *id {
                return message;
            }
            self.inbox.push_back(message);
        }
    }

    /// Closes the server's input; returns how long the server takes to end.
    pub(crate) async fn hang_up(mut self) -> Duration {
        let start = Instant::now();
        self.input.shutdown().await.unwrap();
        self.ended(start).await
    }

    /// How long the server takes to end.
    pub(crate) async fn ended(self, start: Instant) -> Duration {
        let served = tokio::time::timeout(PATIENCE, self.server).await;
        served.expect("the server does not end").unwrap().unwrap();
        start.elapsed()
    }

    pub(crate) async fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }))
            .await;
    }

    /// Sends a request and returns its result; an error is returned as `{"error": ..}`.
    pub(crate) async fn request(&mut self, method: &str, params: Value) -> Value {
        self.next_id += 1;
        let id = self.next_id;
        let mut message = json!({ "jsonrpc": "2.0", "id": id, "method": method });
        if !params.is_null() {
            message["params"] = params;
        }
        self.send(&message).await;
        loop {
            let message = self.receive().await;
            if message.get("method").is_none() && message["id"] == json!(id) {
                return match message.get("error") {
                    Some(error) => json!({ "error": error }),
                    None => message["result"].clone(),
                };
            }
            self.inbox.push_back(message);
        }
    }

    /// The next message; requests of the server are answered with null.
    async fn receive(&mut self) -> Value {
        let message = tokio::time::timeout(PATIENCE, self.read())
            .await
            .expect("the server is silent");
        if let (Some(_), Some(id)) = (message.get("method"), message.get("id")) {
            let answer = json!({ "jsonrpc": "2.0", "id": id, "result": null });
            self.send(&answer).await;
        }
        message
    }

    async fn read(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            self.output.read_line(&mut line).await.unwrap();
            assert!(!line.is_empty(), "the server has closed the connection");
            match line.trim().split_once(": ") {
                Some(("Content-Length", number)) => length = number.parse().unwrap(),
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.output.read_exact(&mut body).await.unwrap();
        serde_json::from_slice(&body).unwrap()
    }

    /// Waits for a notification or request of this method.
    pub(crate) async fn wait_for(&mut self, method: &str) -> Value {
        if let Some(at) = self.inbox.iter().position(|message| message["method"] == method) {
            return self.inbox.remove(at).unwrap()["params"].clone();
        }
        loop {
            let message = self.receive().await;
            if message["method"] == method {
                return message["params"].clone();
            }
            self.inbox.push_back(message);
        }
    }

    /// Waits for the diagnostics of a document at a version; earlier ones are dropped.
    pub(crate) async fn diagnostics(&mut self, uri: &str, version: i32) -> Vec<Value> {
        loop {
            let published = self.wait_for("textDocument/publishDiagnostics").await;
            if published["uri"] == uri && published["version"] == json!(version) {
                return published["diagnostics"].as_array().unwrap().clone();
            }
        }
    }

    pub(crate) async fn open(&mut self, uri: &str, text: &str) {
        let item = json!({ "uri": uri, "languageId": "nix", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": item }))
            .await;
    }

    pub(crate) async fn change(&mut self, uri: &str, version: i32, changes: Value) {
        let params = json!({
            "textDocument": { "uri": uri, "version": version },
            "contentChanges": changes,
        });
        self.notify("textDocument/didChange", params).await;
    }

    /// Ends the session; returns whether the server saw the goodbye.
    pub(crate) async fn exit(mut self) -> bool {
        self.notify("exit", Value::Null).await;
        let served = tokio::time::timeout(PATIENCE, self.server).await;
        served.expect("the server does not end").unwrap().unwrap()
    }
}

/// A change of a range.
pub(crate) fn edit(start: (u32, u32), end: (u32, u32), text: &str) -> Value {
    json!({
        "range": {
            "start": { "line": start.0, "character": start.1 },
            "end": { "line": end.0, "character": end.1 },
        },
        "text": text,
    })
}
