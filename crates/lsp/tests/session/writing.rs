//! Completion, and where things lead to.

use crate::client::TestClient;
use crate::{URI, bare, everything, fs};
use serde_json::{Value, json};

fn at(line: u32, character: u32) -> Value {
    json!({ "textDocument": { "uri": URI }, "position": { "line": line, "character": character } })
}

#[tokio::test]
async fn completion_of_what_is_not_finished_with_documentation_later() {
    let mut params = everything();
    params["capabilities"]["textDocument"]["completion"] =
        json!({ "completionItem": { "documentationFormat": ["markdown"] } });
    let (mut client, capabilities) = TestClient::session(&fs(), &[], params).await;
    assert_eq!(capabilities["completionProvider"]["resolveProvider"], true);
    client.open(URI, "{ /* ü */ containers.web.privU").await;
    let found = client.request("textDocument/completion", at(0, 31)).await;
    let item = found
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["label"] == "privateUsers");
    let item = item.unwrap().clone();
    let start = json!({ "line": 0, "character": 26 });
    assert_eq!(
        item["textEdit"]["range"],
        json!({ "start": start, "end": { "line": 0, "character": 31 } })
    );
    assert_eq!(item["textEdit"]["newText"], "privateUsers");
    assert_eq!(item["documentation"], Value::Null);
    let resolved = client.request("completionItem/resolve", item).await;
    assert_eq!(resolved["documentation"]["kind"], "markdown");
    let words = resolved["documentation"]["value"].as_str().unwrap();
    assert!(words.contains("Since NixOS 25.05"), "{words}");
    assert_eq!(
        client.request("textDocument/completion", at(0, 2)).await,
        json!([])
    );
}

#[tokio::test]
async fn what_is_not_ours_comes_back_as_it_was() {
    let (mut client, _) = TestClient::session(&fs(), &[], bare()).await;
    for item in [
        json!({ "label": "x" }),
        json!({ "label": "x", "data": { "of": "others" } }),
    ] {
        assert_eq!(client.request("completionItem/resolve", item.clone()).await, item);
    }
}

#[tokio::test]
async fn options_lead_to_what_counts_and_imports_to_files() {
    let fs = fs();
    fs.write(
        "/ws/b.nix",
        "{ lib, ... }: { containers.web.privateNetwork = lib.mkForce true; }",
    );
    let (mut client, _) = TestClient::session(&fs, &[], everything()).await;
    client
        .open(
            URI,
            "{ imports = [ ./b.nix ];\n  containers.web.privateNetwork = false; }",
        )
        .await;
    let found = client.request("textDocument/definition", at(1, 20)).await;
    assert_eq!(found[0]["uri"], "file:///ws/b.nix");
    assert_eq!(found[0]["range"]["start"], json!({ "line": 0, "character": 31 }));
    let mut params = at(1, 20);
    params["context"] = json!({ "includeDeclaration": true });
    let found = client.request("textDocument/references", params).await;
    assert_eq!(found.as_array().unwrap().len(), 2);
    let links = client
        .request(
            "textDocument/documentLink",
            json!({ "textDocument": { "uri": URI } }),
        )
        .await;
    assert_eq!(links[0]["target"], "file:///ws/b.nix");
    assert_eq!(links.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn effective_values_are_shown_if_they_are_wanted() {
    let text = "let on = true; in { containers.web.privateNetwork = on; }";
    let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 1, "character": 0 } });
    let params = json!({ "textDocument": { "uri": URI }, "range": range });
    let (mut client, _) = TestClient::session(&fs(), &[], bare()).await;
    client.open(URI, text).await;
    assert_eq!(
        client.request("textDocument/inlayHint", params.clone()).await,
        json!([])
    );
    let settings = json!({ "settings": { "nixpod-lint": { "inlayHints": true } } });
    client.notify("workspace/didChangeConfiguration", settings).await;
    let found = client.request("textDocument/inlayHint", params).await;
    assert_eq!(found[0]["label"], "= true");
    assert_eq!(found[0]["position"], json!({ "line": 0, "character": 54 }));
}
