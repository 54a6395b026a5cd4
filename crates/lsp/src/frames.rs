//! Makes a stream of well-formed messages of whatever comes in.
//!
//! The framework stops reading at the first message that it cannot read. So what it gets is sound: a message that is not
//! is replaced by a request of the method [`MALFORMED`], to be answered with the error that is its parameter.
//!
//! Between broken messages the next one is found by its header. No message has `Content-Length: N` at the beginning of a
//! line in its body: in JSON a string has no line breaks, and outside of strings there are no such words. So where one
//! appears before a message is over, that message was shorter than it said.

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncReadExt, ReadBuf};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tower_lsp::jsonrpc::{Error, ErrorCode, Id, Request, Response};

/// The method of requests that stand for messages that could not be read.
pub(crate) const MALFORMED: &str = "$/malformed";

/// A larger message is refused. Files that are larger than a part of this are not analysed anyway.
const MAX_MESSAGE: usize = 64 << 20;

/// Headers together are not longer than this. Those of clients have less than 100 bytes.
const MAX_HEADERS: usize = 4096;

const CONTENT_LENGTH: &[u8] = b"content-length:";

/// Passes messages on until the input ends, `exit` was said, or nobody takes them any more.
pub(crate) async fn forward<I: AsyncRead + Unpin>(
    mut input: I,
    sink: UnboundedSender<Vec<u8>>,
) -> io::Result<()> {
    let mut decoder = Decoder::default();
    let mut piece = vec![0; 64 << 10];
    loop {
        let count = input.read(&mut piece).await?;
        if count == 0 {
            return Ok(());
        }
        decoder.push(piece.get(..count).unwrap_or_default());
        while let Some(message) = decoder.next() {
            if sink.send(framed(&message.body)).is_err() || message.is_exit {
                return Ok(());
            }
        }
    }
}

fn framed(body: &[u8]) -> Vec<u8> {
    let mut out = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    out.extend_from_slice(body);
    out
}

/// The other end of [`forward`], for the framework to read. What it does not read yet must not keep us from noticing
/// that the input has ended, so there is no bound on what waits here.
#[derive(Debug)]
pub(crate) struct Frames {
    source: UnboundedReceiver<Vec<u8>>,
    current: Vec<u8>,
    read: usize,
}

impl Frames {
    pub(crate) fn new(source: UnboundedReceiver<Vec<u8>>) -> Self {
        Self {
            source,
            current: Vec::new(),
            read: 0,
        }
    }
}

impl AsyncRead for Frames {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        while self.read == self.current.len() {
            let Some(next) = ready!(self.source.poll_recv(cx)) else {
                return Poll::Ready(Ok(()));
            };
            self.current = next;
            self.read = 0;
        }
        let rest = self.current.get(self.read..).unwrap_or_default();
        let taken = rest.get(..out.remaining()).unwrap_or(rest);
        out.put_slice(taken);
        self.read += taken.len();
        Poll::Ready(Ok(()))
    }
}

/// A message that the framework can read.
#[derive(Debug)]
struct Sound {
    body: Vec<u8>,
    is_exit: bool,
    /// Was it one value of JSON? Then it was surely as long as it said.
    is_json: bool,
}

/// What the bytes at the beginning are part of.
#[derive(Debug, Default)]
enum State {
    #[default]
    Headers,
    Body {
        length: usize,
        /// So many bytes of it were seen to have no header in them.
        searched: usize,
    },
    /// The end of the last message is not known: the next header is looked for.
    Lost,
}

/// Finds messages in bytes.
#[derive(Debug, Default)]
struct Decoder {
    bytes: Vec<u8>,
    /// So many of them are done with.
    done: usize,
    state: State,
}

impl Decoder {
    fn push(&mut self, piece: &[u8]) {
        self.bytes.drain(..self.done);
        self.done = 0;
        self.bytes.extend_from_slice(piece);
    }

    fn rest(&self) -> &[u8] {
        self.bytes.get(self.done..).unwrap_or_default()
    }

    /// The next message, if it is there as a whole.
    fn next(&mut self) -> Option<Sound> {
        loop {
            match self.state {
                State::Lost => {
                    let rest = self.rest();
                    match find_header(rest, 0) {
                        Some(at) => {
                            self.done += at;
                            self.state = State::Headers;
                        }
                        None => {
                            // The beginning of a header may be there.
                            self.done += rest.len().saturating_sub(MAX_HEADERS);
                            return None;
                        }
                    }
                }
                State::Headers => match read_headers(self.rest()) {
                    Headers::Incomplete => return None,
                    Headers::Length { headers, length } => {
                        self.done += headers;
                        self.state = State::Body { length, searched: 0 };
                    }
                    Headers::Bad { skipped, reason } => {
                        self.done += skipped;
                        self.state = State::Lost;
                        return Some(malformed(&Id::Null, &ErrorCode::ParseError, reason));
                    }
                },
                State::Body { length, searched } => {
                    let rest = self.rest();
                    let seen = rest.get(..length).unwrap_or(rest);
                    if let Some(end) = find_header(seen, searched) {
                        let id = seen.get(..end).map_or(Id::Null, id_of);
                        self.done += end;
                        self.state = State::Headers;
                        let reason = "the message is shorter than its Content-Length";
                        return Some(malformed(&id, &ErrorCode::ParseError, reason));
                    }
                    if rest.len() < length {
                        let searched = seen.len().saturating_sub(MAX_HEADERS);
                        self.state = State::Body { length, searched };
                        return None;
                    }
                    let sound = sound(seen);
                    let end = match sound.is_json {
                        true => length,
                        false => end_of_broken(rest, length),
                    };
                    self.done += end;
                    self.state = match end == length {
                        true => State::Headers,
                        false => State::Lost,
                    };
                    // An empty message says nothing and needs no answer.
                    if length > 0 {
                        return Some(sound);
                    }
                }
            }
        }
    }
}

enum Headers {
    Incomplete,
    Length { headers: usize, length: usize },
    Bad { skipped: usize, reason: &'static str },
}

/// Reads headers up to the empty line that ends them. Only the length counts: there is one encoding in use.
fn read_headers(bytes: &[u8]) -> Headers {
    let mut length = None;
    let mut at = 0;
    loop {
        if at > MAX_HEADERS {
            return Headers::Bad {
                skipped: at,
                reason: "headers are too long",
            };
        }
        let rest = bytes.get(at..).unwrap_or_default();
        let Some(end) = rest.iter().take(MAX_HEADERS).position(|byte| *byte == b'\n') else {
            return match rest.len() < MAX_HEADERS {
                true => Headers::Incomplete,
                false => Headers::Bad {
                    skipped: at + MAX_HEADERS,
                    reason: "headers are too long",
                },
            };
        };
        let line = rest.get(..end).unwrap_or_default().trim_ascii();
        let next = at + end + 1;
        if line.is_empty() {
            return match length {
                Some(length) => Headers::Length {
                    headers: next,
                    length,
                },
                None => Headers::Bad {
                    skipped: next,
                    reason: "there is no Content-Length",
                },
            };
        }
        if let Some(value) = value_of(line) {
            match str::from_utf8(value).unwrap_or_default().trim().parse() {
                Ok(number) if number <= MAX_MESSAGE => length = Some(number),
                _ => {
                    return Headers::Bad {
                        // The next header may be in this very line.
                        skipped: at + 1,
                        reason: "the Content-Length is not a number, or is too large",
                    };
                }
            }
        } else if find_header(rest, 1).is_some_and(|header| header <= end) || !line.contains(&b':') {
            return Headers::Bad {
                skipped: at + 1,
                reason: "there is something that is not a header",
            };
        }
        at = next;
    }
}

/// Where a message ends that is not JSON: its length may be wrong as well, and a part of the next header in it.
fn end_of_broken(bytes: &[u8], length: usize) -> usize {
    let last = length.saturating_sub(MAX_HEADERS)..length;
    let begins_header = |at: &usize| {
        let rest = bytes.get(*at..).unwrap_or_default();
        let name = rest.get(..CONTENT_LENGTH.len()).unwrap_or(rest);
        CONTENT_LENGTH
            .get(..name.len())
            .is_some_and(|begin| name.eq_ignore_ascii_case(begin))
    };
    last.into_iter().find(begins_header).unwrap_or(length)
}

fn value_of(line: &[u8]) -> Option<&[u8]> {
    let (name, value) = line.split_at_checked(CONTENT_LENGTH.len())?;
    name.eq_ignore_ascii_case(CONTENT_LENGTH).then_some(value)
}

/// Where a header with a length begins, at `from` or later. Also within a line: what is before it may be the rest of a
/// message without a line break.
fn find_header(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let rest = bytes.get(at..)?;
        at += rest.iter().position(|byte| byte.eq_ignore_ascii_case(&b'c'))?;
        let rest = bytes.get(at..)?;
        if let Some(value) = value_of(rest)
            && ends_as_header(value)
        {
            return Some(at);
        }
        at += 1;
    }
}

/// Is it blanks, a number and a line break? In a JSON string there is no line break.
fn ends_as_header(value: &[u8]) -> bool {
    let end = value.iter().take(MAX_HEADERS).position(|byte| *byte == b'\n');
    end.and_then(|end| value.get(..end)).is_some_and(|line| {
        let number = line.trim_ascii();
        !number.is_empty()
            && number
                .iter()
                .all(|byte| byte.is_ascii_graphic() && !b"\"\\{}".contains(byte))
    })
}

/// What of a message is needed to answer it. Unlike the whole, it may be read whatever the rest is nested like.
#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    id: Id,
    method: Option<String>,
}

/// The address of the answer. What has no method is an answer itself, and its number is one of ours.
fn id_of(body: &[u8]) -> Id {
    match serde_json::from_slice(body) {
        Ok(Head { id, method: Some(_) }) => id,
        _ => Id::Null,
    }
}

/// Either of the two kinds of message, as the framework reads them.
#[derive(Deserialize, Serialize)]
#[serde(untagged)]
enum Message {
    Response(Response),
    Request(Request),
}

fn sound(body: &[u8]) -> Sound {
    // Text that an editor read from a file in another encoding, or cut through a character, still is worth a check.
    let text = String::from_utf8_lossy(body);
    let text = without_lone_surrogates(&text);
    match serde_json::from_str::<Message>(&text) {
        Ok(message) => Sound {
            is_exit: matches!(&message, Message::Request(request) if request.method() == "exit"),
            is_json: true,
            // Written anew, so that the framework cannot read anything else in it.
            body: serde_json::to_vec(&message).unwrap_or_default(),
        },
        Err(error) => {
            let id = id_of(text.as_bytes());
            let (code, reason) = match error.is_data() {
                true if text.trim_start().starts_with('[') => (
                    ErrorCode::InvalidRequest,
                    "the protocol has no batches".to_owned(),
                ),
                true => (ErrorCode::InvalidRequest, error.to_string()),
                false => (ErrorCode::ParseError, error.to_string()),
            };
            Sound {
                is_json: serde_json::from_str::<IgnoredAny>(&text).is_ok(),
                ..malformed(&id, &code, &reason)
            }
        }
    }
}

/// JSON can spell half of a surrogate pair, and JavaScript does when a text has one; our strings cannot hold it. The
/// replacement is as long in UTF-16, so that positions stay right.
fn without_lone_surrogates(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        let (length, replacement) = match unit(escape) {
            None => (1 + escape[1..].chars().next().map_or(0, char::len_utf8), None),
            Some(high) if (0xd800..0xdc00).contains(&high) => match escape.get(6..).and_then(unit) {
                Some(low) if (0xdc00..0xe000).contains(&low) => (12, None),
                _ => (6, Some("\\ufffd")),
            },
            Some(low) if (0xdc00..0xe000).contains(&low) => (6, Some("\\ufffd")),
            Some(_) => (6, None),
        };
        let (escape, after) = escape.split_at(length);
        out.push_str(replacement.unwrap_or(escape));
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The number of an escape `\uXXXX` at the beginning.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex.then(|| u16::from_str_radix(digits, 16).ok()).flatten()
}

fn malformed(id: &Id, code: &ErrorCode, reason: &str) -> Sound {
    let error = json!({ "code": code.code(), "message": reason });
    let request = json!({ "jsonrpc": "2.0", "id": id, "method": MALFORMED, "params": error });
    Sound {
        body: request.to_string().into_bytes(),
        is_exit: false,
        is_json: false,
    }
}

/// The answer to a request that stands for a message that could not be read.
pub(crate) fn refusal(request: Request) -> Response {
    let (_, id, params) = request.into_parts();
    let error = params.and_then(|params: Value| serde_json::from_value(params).ok());
    let error = error.unwrap_or_else(Error::invalid_request);
    Response::from_error(id.unwrap_or_default(), error)
}
