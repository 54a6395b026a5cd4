//! The findings of files that are not open.

use crate::client::TestClient;
use crate::{UNUSED, URI, everything, fs};
use serde_json::{Value, json};

const OTHER: &str = "file:///ws/b.nix";

fn wanted() -> Value {
    let mut params = everything();
    params["initializationOptions"]["projectDiagnostics"] = json!(true);
    params
}

/// Waits until the diagnostics of a closed document are so many.
async fn until(client: &mut TestClient, uri: &str, count: usize) {
    loop {
        let published = client.wait_for("textDocument/publishDiagnostics").await;
        let is_closed = published.get("version").is_none_or(Value::is_null);
        if published["uri"] == uri && is_closed && published["diagnostics"].as_array().unwrap().len() == count
        {
            return;
        }
    }
}

#[tokio::test]
async fn closed_files_are_told_of_if_they_are_wanted() {
    let fs = fs();
    fs.write("/ws/b.nix", UNUSED);
    let (mut client, _) = TestClient::session(&fs, &[], wanted()).await;
    // Nothing has been opened at all.
    until(&mut client, OTHER, 1).await;
    client.open(OTHER, UNUSED).await;
    assert_eq!(client.diagnostics(OTHER, 1).await.len(), 1);
    client.change(OTHER, 2, json!([{ "text": "{ }" }])).await;
    assert_eq!(client.diagnostics(OTHER, 2).await.len(), 0);
    let close = json!({ "textDocument": { "uri": OTHER } });
    client.notify("textDocument/didClose", close).await;
    // What is on disk counts again.
    until(&mut client, OTHER, 1).await;
    fs.write("/ws/b.nix", "{ }");
    let changes = json!({ "changes": [{ "uri": OTHER, "type": 2 }] });
    client.notify("workspace/didChangeWatchedFiles", changes).await;
    until(&mut client, OTHER, 0).await;
}

#[tokio::test]
async fn what_was_told_is_taken_back() {
    let fs = fs();
    fs.write("/ws/b.nix", UNUSED);
    let (mut client, _) = TestClient::session(&fs, &[], wanted()).await;
    until(&mut client, OTHER, 1).await;
    let settings = json!({ "settings": { "nixpod-lint": { "projectDiagnostics": false } } });
    client.notify("workspace/didChangeConfiguration", settings).await;
    until(&mut client, OTHER, 0).await;
}

#[tokio::test]
async fn closed_files_are_not_told_of_by_default() {
    let fs = fs();
    fs.write("/ws/b.nix", UNUSED);
    let (mut client, _) = TestClient::session(&fs, &[], everything()).await;
    client.open(URI, UNUSED).await;
    client.diagnostics(URI, 1).await;
    client.change(URI, 2, json!([{ "text": "{ }" }])).await;
    client.diagnostics(URI, 2).await;
    assert!(
        !client
            .inbox
            .iter()
            .any(|message| message["params"]["uri"] == OTHER)
    );
}

#[tokio::test]
async fn a_client_that_asks_gets_all_files_and_what_has_changed() {
    let fs = fs();
    fs.write("/ws/b.nix", UNUSED);
    let mut params = everything();
    params["initializationOptions"]["diagnostics"] = json!("pull");
    let (mut client, capabilities) = TestClient::session(&fs, &[], params).await;
    assert_eq!(capabilities["diagnosticProvider"]["workspaceDiagnostics"], true);
    let found = client
        .request("workspace/diagnostic", json!({ "previousResultIds": [] }))
        .await;
    let items = found["items"].as_array().unwrap();
    assert_eq!(items.len(), 1);
    assert_eq!(
        (&items[0]["uri"], &items[0]["kind"]),
        (&json!(OTHER), &json!("full"))
    );
    let known = json!([{ "uri": OTHER, "value": items[0]["resultId"] }]);
    let found = client
        .request(
            "workspace/diagnostic",
            json!({ "previousResultIds": known.clone() }),
        )
        .await;
    assert_eq!(found["items"][0]["kind"], "unchanged");
    client.open(OTHER, "{ }").await;
    let found = client
        .request("workspace/diagnostic", json!({ "previousResultIds": known }))
        .await;
    assert_eq!(found["items"][0]["kind"], "full");
    assert_eq!(found["items"][0]["items"], json!([]));
}
