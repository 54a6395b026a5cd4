//! Messages that are none are answered, and what comes after them is, too.

use crate::client::TestClient;
use crate::mutate::{Numbers, Trial};
use crate::{bare, fs};
use serde_json::{Value, json};
use std::time::Duration;

fn frame(body: &[u8]) -> Vec<u8> {
    let mut out = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    out.extend_from_slice(body);
    out
}

/// Sends bytes and then a good request, which has to be answered. Returns the answer to the bytes, if there is one.
async fn after(bytes: &[u8], id: Value) -> Value {
    let (mut client, _) = TestClient::session(&fs(), &[], bare()).await;
    client.raw(bytes).await;
    let answer = match id {
        Value::Bool(_) => Value::Null,
        id => client.answer(&id).await["error"]["code"].clone(),
    };
    let nowhere =
        json!({ "textDocument": { "uri": "file:///a.nix" }, "position": { "line": 0, "character": 0 } });
    assert_eq!(client.request("textDocument/hover", nowhere).await, Value::Null);
    assert!(!client.exit().await);
    answer
}

const PARSE_ERROR: i64 = -32700;
const INVALID_REQUEST: i64 = -32600;
const METHOD_NOT_FOUND: i64 = -32601;

#[tokio::test]
async fn broken_text_is_answered() {
    assert_eq!(after(&frame(b"{ \"jsonrpc\":"), Value::Null).await, PARSE_ERROR);
    assert_eq!(after(&frame(b"\xff\xfe"), Value::Null).await, PARSE_ERROR);
    assert_eq!(after(&frame(b"17"), Value::Null).await, INVALID_REQUEST);
    let batch = br#"[{"jsonrpc":"2.0","id":7,"method":"shutdown"}]"#;
    assert_eq!(after(&frame(batch), Value::Null).await, INVALID_REQUEST);
    let strange = b"{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"\xff\"}";
    assert_eq!(after(&frame(strange), json!(7)).await, METHOD_NOT_FOUND);
    let optional = br#"{"jsonrpc":"2.0","id":7,"method":"$/optional","params":{}}"#;
    assert_eq!(after(&frame(optional), json!(7)).await, METHOD_NOT_FOUND);
}

#[tokio::test]
async fn nesting_is_answered_to_whom_it_came_from() {
    let (open, close) = ("[".repeat(5000), "]".repeat(5000));
    let deep = format!(r#"{{"jsonrpc":"2.0","id":7,"method":"x","params":{open}{close}}}"#);
    assert_eq!(after(&frame(deep.as_bytes()), json!(7)).await, PARSE_ERROR);
    // What looks like an answer to one of our own requests gets none.
    let deep = format!(r#"{{"jsonrpc":"2.0","id":7,"result":{open}{close}}}"#);
    assert_eq!(after(&frame(deep.as_bytes()), Value::Null).await, PARSE_ERROR);
}

#[tokio::test]
async fn lengths_that_are_wrong_make_nobody_mute() {
    let message = br#"{"jsonrpc":"2.0","id":7,"method":"x"}"#;
    let with_length = |length: &str| [b"Content-Length: ", length.as_bytes(), b"\r\n\r\n", message].concat();
    for length in [
        "-1",
        "99999999999",
        "99999999999999999999999999",
        "12",
        "many",
        "",
    ] {
        assert_eq!(
            after(&with_length(length), Value::Null).await,
            PARSE_ERROR,
            "{length}"
        );
    }
    // A message that ends too early is known by the next one's header.
    let (mut client, _) = TestClient::session(&fs(), &[], bare()).await;
    client.raw(&with_length("60000000")).await;
    client.ask(8, "x", Value::Null).await;
    assert_eq!(client.answer(&json!(7)).await["error"]["code"], PARSE_ERROR);
    assert_eq!(client.answer(&json!(8)).await["error"]["code"], METHOD_NOT_FOUND);
    let none = Value::Bool(false);
    assert_eq!(after(b"Content-Length: 0\r\n\r\n", none).await, Value::Null);
    assert_eq!(
        after(b"Content-Type: text\r\n\r\n", Value::Null).await,
        PARSE_ERROR
    );
    let others = [
        b"content-length:37\r\nContent-Type: x; charset=utf8\r\n\r\n",
        &message[..],
    ]
    .concat();
    assert_eq!(after(&others, json!(7)).await, METHOD_NOT_FOUND);
}

#[tokio::test]
async fn half_a_surrogate_pair_keeps_positions_right() {
    let (mut client, _) = TestClient::session(&fs(), &[], bare()).await;
    let text = r#"# \ud83d \udc00 \ud83d\udc00 \\ud83d \\\ud83d\n{ a = ; }"#;
    let open = r#"{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{"uri":"file:///ws/a.nix","languageId":"nix","version":1,"text":"TEXT"}}}"#;
    client.raw(&frame(open.replace("TEXT", text).as_bytes())).await;
    let found = client.diagnostics("file:///ws/a.nix", 1).await;
    assert_eq!(found[0]["range"]["start"]["line"], 1, "{found:?}");
}

#[tokio::test]
async fn mutated_messages_never_silence_the_server() {
    let mut numbers = Numbers(17);
    let mut trial = Trial::start().await;
    for round in 0..400 {
        let sent = trial.mutant(&mut numbers);
        let answered = trial.survives(&sent, Duration::from_secs(30)).await;
        assert!(answered, "round {round}: {:?}", String::from_utf8_lossy(&sent));
    }
}
