//! Messages that are changed at random, and a server that has to stand them.

use nixpod_analysis::MemoryFileSystem;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, ReadHalf, WriteHalf};

/// A small generator of numbers (splitmix64): runs with the same seed are the same.
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }
}

/// Nothing here ends the session, which would be no mistake of the server's.
const MESSAGES: [&str; 9] = [
    r#"{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{"uri":"file:///ws/a.nix","languageId":"nix","version":1,"text":"{ a = ; # \ud83d\udc00\n}"}}}"#,
    r#"{"jsonrpc":"2.0","method":"textDocument/didChange","params":{"textDocument":{"uri":"file:///ws/a.nix","version":2},"contentChanges":[{"range":{"start":{"line":0,"character":2},"end":{"line":1,"character":0}},"text":"b"}]}}"#,
    r#"{"jsonrpc":"2.0","method":"textDocument/didClose","params":{"textDocument":{"uri":"file:///ws/a.nix"}}}"#,
    r#"{"jsonrpc":"2.0","id":7,"method":"textDocument/hover","params":{"textDocument":{"uri":"file:///ws/a.nix"},"position":{"line":0,"character":0}}}"#,
    r#"{"jsonrpc":"2.0","id":"x","method":"textDocument/codeAction","params":{"textDocument":{"uri":"file:///ws/a.nix"},"range":{"start":{"line":0,"character":2},"end":{"line":1,"character":0}},"context":{"diagnostics":[]}}}"#,
    r#"{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":7}}"#,
    r#"{"jsonrpc":"2.0","id":0,"result":null}"#,
    r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no"}}"#,
    r#"{"jsonrpc":"2.0","method":"workspace/didChangeConfiguration","params":{"settings":{"nixpod-lint":{"pedantic":true}}}}"#,
];

const WORDS: [&[u8]; 24] = [
    b"\r\n",
    b"\n",
    b"\r\n\r\n",
    b"Content-Length: ",
    b"Content-Length: 5\r\n\r\n",
    b"Content-Length: 0\r\n\r\n",
    b"content-length:-1\r\n",
    b"Content-Length: 70\r\n",
    b"Content-Length: 9999999\r\n\r\n",
    b"Content-Length: 99999999999999\r\n\r\n",
    b"Content-Type: x; charset=latin-1\r\n",
    b"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    b"]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
    b"{",
    b"}",
    b"\"",
    b"\\ud800",
    b"\\udc00",
    b"\xff\xfe",
    b"\0",
    b"null",
    b"-1",
    b"1e999",
    b"18446744073709551616",
];

/// A session with a server that is being disturbed.
pub(crate) struct Trial {
    input: WriteHalf<DuplexStream>,
    output: ReadHalf<DuplexStream>,
    received: Vec<u8>,
    asked: u64,
}

impl Trial {
    pub(crate) async fn start() -> Self {
        let (ours, theirs) = tokio::io::duplex(1 << 20);
        let (their_input, their_output) = tokio::io::split(theirs);
        let outside = nixpod_lsp::Outside {
            fs: Arc::new(MemoryFileSystem::new()),
            home: None,
        };
        tokio::spawn(nixpod_lsp::serve(
            their_input,
            their_output,
            nixpod_rules::ALL,
            outside,
        ));
        let (output, mut input) = tokio::io::split(ours);
        let initialize =
            r#"{"jsonrpc":"2.0","id":"first","method":"initialize","params":{"capabilities":{}}}"#;
        // A server that takes nothing will not answer the first question.
        let _ = input.write_all(&framed(initialize)).await;
        Self {
            input,
            output,
            received: Vec::new(),
            asked: 0,
        }
    }

    /// Some messages, with some of their bytes changed.
    pub(crate) fn mutant(&self, numbers: &mut Numbers) -> Vec<u8> {
        let mut out = Vec::new();
        for _ in 0..=numbers.below(3) {
            out.extend(framed(numbers.pick(&MESSAGES)));
        }
        for _ in 0..=numbers.below(6) {
            let at = numbers.below(out.len());
            let end = (at + numbers.below(40)).min(out.len());
            match numbers.below(6) {
                0 if !out.is_empty() => out[at] = numbers.next() as u8,
                1 => drop(out.drain(at..end)),
                2 => out.truncate(at),
                3 => drop(out.splice(at..at, out[at..end].to_vec())),
                4 => drop(out.splice(at..end, numbers.pick(&WORDS).to_vec())),
                _ => drop(out.splice(at..at, numbers.pick(&WORDS).to_vec())),
            }
        }
        out
    }

    /// Sends bytes and a good request. Is it answered in time?
    pub(crate) async fn survives(&mut self, bytes: &[u8], patience: Duration) -> bool {
        self.asked += 1;
        let id = format!("good-{}", self.asked);
        let good = format!(
            r#"{{"jsonrpc":"2.0","id":"{id}","method":"textDocument/hover","params":{{"textDocument":{{"uri":"file:///ws/a.nix"}},"position":{{"line":0,"character":0}}}}}}"#
        );
        let sent = [bytes, &framed(&good)].concat();
        let exchange = async {
            self.input.write_all(&sent).await.ok()?;
            let wanted = format!("\"id\":\"{id}\"").into_bytes();
            let mut piece = vec![0; 1 << 16];
            loop {
                let seen = self.received.windows(wanted.len()).any(|part| part == wanted);
                if seen {
                    self.received.clear();
                    return Some(());
                }
                match self.output.read(&mut piece).await {
                    Ok(count) if count > 0 => self.received.extend_from_slice(&piece[..count]),
                    _ => return None,
                }
            }
        };
        matches!(tokio::time::timeout(patience, exchange).await, Ok(Some(())))
    }
}

fn framed(body: &str) -> Vec<u8> {
    format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}
