//! Whole sessions over in-memory streams.

mod actions;
mod broken;
mod client;
mod life;
mod project;
mod roots;
mod texts;
mod views;
mod writing;

#[path = "../support/mutate.rs"]
mod mutate;

use client::{TestClient, edit};
use nixpod_analysis::MemoryFileSystem;
use serde_json::{Value, json};
use std::sync::Arc;

const URI: &str = "file:///ws/a.nix";

/// A suppression of nothing: a finding that needs no evaluation and has a safe fix.
const UNUSED: &str = "{\n  # nixpod: ignore[parse-error] because\n  a = 1;\n}\n";

fn fs() -> Arc<MemoryFileSystem> {
    Arc::new(MemoryFileSystem::new())
}

fn everything() -> Value {
    json!({
        "processId": null,
        "rootUri": "file:///ws",
        "workspaceFolders": [{ "uri": "file:///ws", "name": "ws" }],
        "initializationOptions": { "syntaxErrors": true },
        "capabilities": {
            "general": { "positionEncodings": ["utf-8", "utf-16"] },
            "textDocument": {
                "publishDiagnostics": {
                    "relatedInformation": true, "codeDescriptionSupport": true, "dataSupport": true,
                    "tagSupport": { "valueSet": [1, 2] },
                },
                "codeAction": {
                    "isPreferredSupport": true,
                    "codeActionLiteralSupport": { "codeActionKind": { "valueSet": ["quickfix"] } },
                },
                "hover": { "contentFormat": ["markdown", "plaintext"] },
                "diagnostic": { "dynamicRegistration": true },
            },
            "workspace": {
                "workspaceEdit": { "documentChanges": true },
                "didChangeWatchedFiles": { "dynamicRegistration": true },
            },
        },
    })
}

/// A client that says nothing about what it can do, but that it wants syntax errors.
fn bare() -> Value {
    json!({
        "processId": null,
        "rootUri": null,
        "initializationOptions": { "syntaxErrors": true },
        "capabilities": {},
    })
}

#[tokio::test]
async fn a_session_from_start_to_end() {
    let (mut client, capabilities) = TestClient::session(&fs(), &[], everything()).await;
    assert_eq!(capabilities["positionEncoding"], "utf-8");
    assert_eq!(capabilities["textDocumentSync"]["change"], 2);
    assert!(
        capabilities.get("diagnosticProvider").is_none(),
        "what is pushed must not be pulled too"
    );
    let registered = client.wait_for("client/registerCapability").await;
    assert_eq!(
        registered["registrations"][0]["method"],
        "workspace/didChangeWatchedFiles"
    );

    client.open(URI, "{ a = ; }\n").await;
    let found = client.diagnostics(URI, 1).await;
    assert_eq!(found[0]["code"], "parse-error");
    assert_eq!(found[0]["source"], "nixpod-lint");
    let href = found[0]["codeDescription"]["href"].as_str().unwrap();
    assert!(href.ends_with("/parse-error.md"), "{href}");
    assert!(found[0]["data"]["fingerprint"].is_string());

    client.change(URI, 2, json!([edit((0, 6), (0, 6), "1")])).await;
    assert_eq!(client.diagnostics(URI, 2).await, Vec::<Value>::new());

    let close = json!({ "textDocument": { "uri": URI } });
    client.notify("textDocument/didClose", close).await;
    assert_eq!(client.request("shutdown", Value::Null).await, Value::Null);
    assert!(client.exit().await);
}

#[tokio::test]
async fn leaving_without_goodbye_is_noticed() {
    let (client, _) = TestClient::session(&fs(), &[], bare()).await;
    assert!(!client.exit().await);
}

#[tokio::test]
async fn closing_takes_the_diagnostics_away() {
    let (mut client, _) = TestClient::session(&fs(), &[], bare()).await;
    client.open(URI, "{ a = ; }").await;
    assert_ne!(client.diagnostics(URI, 1).await, Vec::<Value>::new());
    let close = json!({ "textDocument": { "uri": URI } });
    client.notify("textDocument/didClose", close).await;
    let published = client.wait_for("textDocument/publishDiagnostics").await;
    assert_eq!(published, json!({ "uri": URI, "diagnostics": [] }));
}

#[tokio::test]
async fn syntax_errors_are_left_to_others_by_default() {
    let mut params = bare();
    params["initializationOptions"] = Value::Null;
    let (mut client, _) = TestClient::session(&fs(), &[], params).await;
    client.open(URI, "{ a = ; }").await;
    assert_eq!(client.diagnostics(URI, 1).await, Vec::<Value>::new());
}

#[tokio::test]
async fn settings_can_change() {
    let (mut client, _) = TestClient::session(&fs(), &[], bare()).await;
    client.open(URI, "{ a = ; }").await;
    assert_ne!(client.diagnostics(URI, 1).await, Vec::<Value>::new());
    // Empty settings, and those of others, leave ours as they are.
    for others in [json!({}), json!(null), json!({ "nil": { "formatting": null } })] {
        client
            .notify("workspace/didChangeConfiguration", json!({ "settings": others }))
            .await;
    }
    client.change(URI, 2, json!([edit((0, 0), (0, 0), " ")])).await;
    assert_ne!(client.diagnostics(URI, 2).await, Vec::<Value>::new());
    let settings = json!({ "settings": { "nixpod-lint": { "syntaxErrors": false } } });
    client.notify("workspace/didChangeConfiguration", settings).await;
    assert_eq!(client.diagnostics(URI, 2).await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_flood_of_changes_is_applied_in_order() {
    const CHANGES: i32 = 2500;
    let (mut client, _) = TestClient::session(&fs(), &[], bare()).await;
    client.open(URI, "").await;
    // A counter is typed and deleted again and again; any two changes swapped spoil the text.
    let mut expected = String::new();
    for number in 0..CHANGES {
        let word = format!("ü{number} ");
        let (change, at) = if number % 3 == 2 {
            expected.replace_range(0..'ü'.len_utf8(), "");
            (edit((0, 0), (0, 1), ""), 0)
        } else {
            expected.insert_str(0, &word);
            (edit((0, 0), (0, 0), &word), 0)
        };
        assert_eq!(at, 0);
        client.change(URI, number + 2, json!([change])).await;
    }
    // What the server has now is seen in the position of an error at the very end.
    let units = u32::try_from(expected.encode_utf16().count()).unwrap();
    let end = edit((0, units), (0, units), "\n{ a = ; }");
    client.change(URI, CHANGES + 2, json!([end])).await;
    let last = CHANGES + 3;
    let text = format!("{expected}\n{{ a = ; }}");
    client
        .change(URI, last, json!([edit((0, 0), (0, 0), "# ")]))
        .await;
    let incremental = client.diagnostics(URI, last).await;

    let (mut fresh, _) = TestClient::session(&fs(), &[], bare()).await;
    fresh.open(URI, &format!("# {text}")).await;
    assert_eq!(incremental, fresh.diagnostics(URI, 1).await);
    assert_eq!(incremental[0]["range"]["start"]["line"], 1);
}

#[tokio::test]
async fn a_burst_is_answered_at_most_twice_and_never_stale() {
    let (mut client, _) = TestClient::session(&fs(), &[], bare()).await;
    client.open(URI, "{ }").await;
    client.diagnostics(URI, 1).await;
    for version in 2..22 {
        client
            .change(URI, version, json!([edit((0, 1), (0, 1), " a = ;")]))
            .await;
    }
    let mut versions = Vec::new();
    while versions.last() != Some(&json!(21)) {
        let published = client.wait_for("textDocument/publishDiagnostics").await;
        versions.push(published["version"].clone());
    }
    assert!(versions.len() <= 2, "{versions:?}");
}

#[tokio::test]
async fn a_quick_fix_comes_with_its_edit() {
    let (mut client, _) = TestClient::session(&fs(), &[], everything()).await;
    client.open(URI, UNUSED).await;
    let found = client.diagnostics(URI, 1).await;
    assert_eq!(found[0]["code"], "unused-suppression");
    // A client that gives `data` back and one that does not get the same.
    let mut without_data = found[0].clone();
    without_data.as_object_mut().unwrap().remove("data");
    for sent in [found[0].clone(), without_data] {
        let params = json!({
            "textDocument": { "uri": URI },
            "range": found[0]["range"],
            "context": { "diagnostics": [sent] },
        });
        let actions = client.request("textDocument/codeAction", params).await;
        let action = &actions[0];
        assert_eq!(action["kind"], "quickfix", "{actions}");
        assert_eq!(action["diagnostics"][0], sent);
        let change = &action["edit"]["documentChanges"][0];
        assert_eq!(change["textDocument"], json!({ "uri": URI, "version": 1 }));
        assert!(change["edits"][0]["newText"].is_string());
    }
}

#[tokio::test]
async fn all_safe_fixes_are_one_action_for_who_asks() {
    let (mut client, _) = TestClient::session(&fs(), &[], bare()).await;
    client.open(URI, UNUSED).await;
    client.diagnostics(URI, 1).await;
    let whole = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 9, "character": 0 } });
    let params = |only: Value| {
        json!({
            "textDocument": { "uri": URI },
            "range": whole,
            "context": { "diagnostics": [], "only": only },
        })
    };
    let actions = client
        .request("textDocument/codeAction", params(json!(["source.fixAll"])))
        .await;
    assert_eq!(actions[0]["kind"], "source.fixAll.nixpod-lint", "{actions}");
    assert!(actions[0]["edit"]["changes"][URI].is_array(), "{actions}");
    let others = client
        .request("textDocument/codeAction", params(json!(["refactor"])))
        .await;
    assert_eq!(others, json!([]));
}

#[tokio::test]
async fn hover_is_markdown_or_plain_as_the_client_can() {
    for (params, kind) in [(everything(), "markdown"), (bare(), "plaintext")] {
        let (mut client, _) = TestClient::session(&fs(), &[], params).await;
        client.open(URI, UNUSED).await;
        let found = client.diagnostics(URI, 1).await;
        let at = json!({ "textDocument": { "uri": URI }, "position": found[0]["range"]["start"] });
        let hover = client.request("textDocument/hover", at).await;
        assert_eq!(hover["contents"]["kind"], kind);
        let text = hover["contents"]["value"].as_str().unwrap();
        assert_eq!(text.contains("**"), kind == "markdown", "{text}");
        let nothing = json!({ "textDocument": { "uri": URI }, "position": { "line": 3, "character": 0 } });
        assert_eq!(client.request("textDocument/hover", nothing).await, Value::Null);
    }
}

#[tokio::test]
async fn why_a_finding_is_not_certain_is_told() {
    let (mut client, _) = TestClient::session(&fs(), nixpod_rules::ALL, everything()).await;
    let text = "{ inputs, lib, ... }:\nlib.mkIf inputs.x.open {\n  virtualisation.oci-containers.containers.web = {\n    image = \"web:1\";\n    privileged = true;\n  };\n}\n";
    client.open(URI, text).await;
    let found = client.diagnostics(URI, 1).await;
    let finding = found
        .iter()
        .find(|one| one["code"] == "privileged-container")
        .unwrap();
    let reason = json!({ "kind": "condition", "reason": "only if `inputs.x.open`" });
    assert!(
        finding["data"]["unsure"].as_array().unwrap().contains(&reason),
        "{finding}"
    );
    let related = finding["relatedInformation"].as_array().unwrap();
    let said = |one: &Value| one["message"].as_str().unwrap().starts_with("confidence ");
    assert!(related.iter().any(said), "{finding}");
    let at = json!({ "textDocument": { "uri": URI }, "position": finding["range"]["start"] });
    let hover = client.request("textDocument/hover", at).await;
    let hover = hover["contents"]["value"].as_str().unwrap();
    assert!(hover.contains("only if `inputs.x.open`"), "{hover}");
}

#[tokio::test]
async fn who_asks_for_diagnostics_gets_them() {
    let mut params = everything();
    params["initializationOptions"]["diagnostics"] = json!("pull");
    let (mut client, capabilities) = TestClient::session(&fs(), &[], params).await;
    assert_eq!(capabilities["diagnosticProvider"]["interFileDependencies"], true);
    client.open(URI, "{ a = ; }").await;
    let document = json!({ "textDocument": { "uri": URI } });
    let report = client.request("textDocument/diagnostic", document).await;
    assert_eq!(report["kind"], "full");
    assert_eq!(report["items"][0]["code"], "parse-error");
    let again = json!({ "textDocument": { "uri": URI }, "previousResultId": report["resultId"] });
    let report = client.request("textDocument/diagnostic", again).await;
    assert_eq!(report["kind"], "unchanged");
    let pushed = client
        .inbox
        .iter()
        .any(|message| message["method"] == "textDocument/publishDiagnostics");
    assert!(!pushed, "what is pulled must not be pushed too");
}

#[tokio::test]
async fn strange_documents_do_no_harm() {
    let (mut client, _) = TestClient::session(&fs(), &[], bare()).await;
    let untitled = "untitled:Untitled-1";
    client.open(untitled, "{ a = ; }").await;
    client
        .change("file:///ws/never-opened.nix", 7, json!([{ "text": "x" }]))
        .await;
    let nowhere = json!({ "textDocument": { "uri": untitled }, "position": { "line": 0, "character": 0 } });
    assert_eq!(client.request("textDocument/hover", nowhere).await, Value::Null);
    // Positions that do not exist are moved to the text's end.
    client.open(URI, "{ }").await;
    client
        .change(URI, 2, json!([edit((90, 5), (80, 3), "\n; ;")]))
        .await;
    let found = client.diagnostics(URI, 2).await;
    assert_eq!(found[0]["range"]["start"]["line"], 1, "{found:?}");
}

#[tokio::test]
async fn the_trail_of_a_finding_leads_through_other_files() {
    const FLAGS: &str = "file:///ws/flags.nix";
    let disk = fs();
    disk.write("/ws/.git", "");
    disk.write(
        "/ws/web.nix",
        "{\n  virtualisation.oci-containers.containers.web = {\n    image = \"web:1\";\n    extraOptions = import ./flags.nix;\n  };\n}\n",
    );
    disk.write("/ws/flags.nix", "[ ]\n");
    let (mut client, _) = TestClient::session(&disk, nixpod_rules::ALL, everything()).await;
    client.open(FLAGS, "[ \"--init\" \"--privileged\" ]\n").await;
    let found = client.diagnostics(FLAGS, 1).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["code"], "privileged-container");
    assert_eq!(
        found[0]["range"],
        json!({ "start": { "line": 0, "character": 11 }, "end": { "line": 0, "character": 25 } })
    );
    let related = found[0]["relatedInformation"].as_array().unwrap();
    let there: Vec<&Value> = related
        .iter()
        .filter(|step| step["location"]["uri"] == "file:///ws/web.nix")
        .collect();
    assert!(!there.is_empty(), "{related:?}");
    assert_eq!(there[0]["location"]["range"]["start"]["line"], 3, "{related:?}");

    // An edit of the file at the other end of the trail takes the finding away.
    let web = "file:///ws/web.nix";
    client.open(web, "{ }\n").await;
    assert_eq!(client.diagnostics(web, 1).await, Vec::<Value>::new());
    loop {
        let published = client.wait_for("textDocument/publishDiagnostics").await;
        if published["uri"] == FLAGS {
            assert_eq!(published["diagnostics"], json!([]));
            break;
        }
    }
}
