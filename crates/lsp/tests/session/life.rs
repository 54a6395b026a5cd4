//! Work that nobody waits for ends, and the server goes when the client does.

use crate::client::TestClient;
use crate::{bare, everything, fs};
use serde_json::{Value, json};
use std::process::Command;
use std::time::{Duration, Instant};

const URI: &str = "file:///ws/configuration.nix";

/// More time than a busy machine needs for what takes some milliseconds, and less than the work that is cancelled.
const SOON: Duration = Duration::from_secs(2);

/// A definition that takes as long as the bounds of evaluation allow.
const ENDLESS: &str = "\
let f = n: if n < 2 then n else f (n - 1) + f (n - 2); g = n: f n + f (n + 1); in
{
  virtualisation.oci-containers.containers.web = {
    image = \"web:1\";
    extraOptions = if g 60 > 3 then [ \"--privileged\" ] else [ ];
  };
}
";

fn corrected() -> Value {
    json!([{ "text": ENDLESS.replace("g 60", "g 3") }])
}

fn hover() -> Value {
    json!({ "textDocument": { "uri": URI }, "position": { "line": 4, "character": 8 } })
}

/// A session in which the work on an endless document has begun.
async fn busy() -> TestClient {
    let (mut client, _) = TestClient::session(&fs(), nixpod_rules::ALL, everything()).await;
    client.open(URI, ENDLESS).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    client
}

#[tokio::test]
async fn a_correction_does_not_wait_for_what_it_corrects() {
    let mut client = busy().await;
    let start = Instant::now();
    client.change(URI, 2, corrected()).await;
    let found = client.diagnostics(URI, 2).await;
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    let codes: Vec<&Value> = found.iter().map(|found| &found["code"]).collect();
    assert!(codes.contains(&&json!("privileged-container")), "{codes:?}");
    // Nothing was said about the text before.
    let published = |message: &&Value| message["method"] == "textDocument/publishDiagnostics";
    assert_eq!(client.inbox.iter().filter(published).count(), 0);
}

#[tokio::test]
async fn a_kept_heap_that_was_cancelled_is_of_no_harm() {
    let (mut client, _) = TestClient::session(&fs(), nixpod_rules::ALL, everything()).await;
    client.open(URI, corrected()[0]["text"].as_str().unwrap()).await;
    let before = client.diagnostics(URI, 1).await;
    assert!(!before.is_empty());
    // The second and third evaluations are of a heap that is kept.
    for version in [2, 4, 6] {
        client.change(URI, version, json!([{ "text": ENDLESS }])).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        let start = Instant::now();
        client.change(URI, version + 1, corrected()).await;
        assert_eq!(client.diagnostics(URI, version + 1).await, before);
        assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    }
}

#[tokio::test]
async fn an_answer_is_of_the_text_that_the_client_has() {
    let mut client = busy().await;
    client.ask(70, "textDocument/hover", hover()).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let start = Instant::now();
    client.change(URI, 2, corrected()).await;
    let answer = client.answer(&json!(70)).await;
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    assert!(answer.get("error").is_none(), "{answer}");
    let fresh = client.request("textDocument/hover", hover()).await;
    assert_eq!(answer["result"], fresh);
}

#[tokio::test]
async fn a_request_can_be_cancelled() {
    let mut client = busy().await;
    client.ask(70, "textDocument/hover", hover()).await;
    let start = Instant::now();
    client.notify("$/cancelRequest", json!({ "id": 70 })).await;
    assert_eq!(client.answer(&json!(70)).await["error"]["code"], -32800);
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
}

#[tokio::test]
async fn many_requests_do_not_keep_an_edit_waiting() {
    let mut client = busy().await;
    for id in 70..90 {
        client.ask(id, "textDocument/hover", hover()).await;
    }
    let start = Instant::now();
    client.change(URI, 2, corrected()).await;
    client.diagnostics(URI, 2).await;
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
}

#[tokio::test]
async fn the_end_of_the_input_is_the_end() {
    let mut client = busy().await;
    client.ask(70, "textDocument/hover", hover()).await;
    let took = client.hang_up().await;
    assert!(took < Duration::from_secs(1), "{took:?}");
}

#[tokio::test]
async fn exit_does_not_wait_for_long() {
    let mut client = busy().await;
    client.ask(70, "textDocument/hover", hover()).await;
    let start = Instant::now();
    assert!(!client.exit().await);
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
}

#[tokio::test]
async fn shutdown_does_not_wait_for_diagnostics() {
    let mut client = busy().await;
    let start = Instant::now();
    assert_eq!(client.request("shutdown", Value::Null).await, Value::Null);
    assert!(client.exit().await);
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
}

#[cfg(unix)]
#[tokio::test]
async fn the_end_of_the_clients_process_is_the_end() {
    let mut process = Command::new("sleep").arg("60").spawn().unwrap();
    let mut params = bare();
    params["processId"] = json!(process.id());
    let (mut client, _) = TestClient::session(&fs(), &[], params).await;
    assert_eq!(client.request("textDocument/hover", hover()).await, Value::Null);
    let start = Instant::now();
    process.kill().unwrap();
    process.wait().unwrap();
    let took = client.ended(start).await;
    assert!(took < SOON, "{took:?}");
}

#[tokio::test]
async fn a_process_that_cannot_be_seen_is_not_waited_for() {
    let mut params = bare();
    params["processId"] = json!(i32::MAX);
    let (mut client, _) = TestClient::session(&fs(), &[], params).await;
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(client.request("textDocument/hover", hover()).await, Value::Null);
    assert!(!client.exit().await);
}
