//! What is offered for findings, and what an offer turns into when it is chosen.

use crate::client::{TestClient, edit};
use crate::{UNUSED, URI, everything, fs};
use serde_json::{Value, json};

/// A client that asks for an edit when somebody chooses an action.
fn resolving() -> Value {
    let mut params = everything();
    let actions = &mut params["capabilities"]["textDocument"]["codeAction"];
    actions["dataSupport"] = json!(true);
    actions["resolveSupport"] = json!({ "properties": ["edit"] });
    params
}

fn asked(range: &Value, only: Option<&str>) -> Value {
    json!({
        "textDocument": { "uri": URI },
        "range": range,
        "context": { "diagnostics": [], "only": only.map(|only| vec![only]) },
    })
}

#[tokio::test]
async fn an_action_gets_its_edit_when_it_is_chosen() {
    let (mut client, capabilities) = TestClient::session(&fs(), &[], resolving()).await;
    assert_eq!(capabilities["codeActionProvider"]["resolveProvider"], true);
    client.open(URI, UNUSED).await;
    let found = client.diagnostics(URI, 1).await;
    let actions = client
        .request("textDocument/codeAction", asked(&found[0]["range"], None))
        .await;
    let action = &actions[0];
    assert_eq!(action["edit"], Value::Null, "{actions}");
    assert_eq!(action["isPreferred"], true);
    let resolved = client.request("codeAction/resolve", action.clone()).await;
    assert_eq!(resolved["title"], action["title"]);
    let change = &resolved["edit"]["documentChanges"][0];
    assert_eq!(change["textDocument"], json!({ "uri": URI, "version": 1 }));
    assert!(change["edits"][0]["newText"].is_string(), "{resolved}");
    // What has its edit is left as it is.
    assert_eq!(
        client.request("codeAction/resolve", resolved.clone()).await,
        resolved
    );
}

#[tokio::test]
async fn a_suppression_is_made_when_it_is_chosen() {
    let (mut client, _) = TestClient::session(&fs(), nixpod_rules::ALL, resolving()).await;
    let text =
        "{\n  containers.a = {\n    extraFlags = [ \"--capability=all\" ];\n    config = { };\n  };\n}\n";
    client.open(URI, text).await;
    let found = client.diagnostics(URI, 1).await;
    let is_flag = |one: &&Value| one["range"]["start"]["line"] == 2;
    let flag = found.iter().find(is_flag).unwrap();
    let actions = client
        .request("textDocument/codeAction", asked(&flag["range"], Some("quickfix")))
        .await;
    let actions = actions.as_array().unwrap();
    let title = format!("Suppress `{}` here with a reason", flag["code"].as_str().unwrap());
    let suppress = actions.iter().find(|action| action["title"] == *title).unwrap();
    let resolved = client.request("codeAction/resolve", suppress.clone()).await;
    let edit = &resolved["edit"]["documentChanges"][0]["edits"][0];
    assert_eq!(
        edit["range"]["start"],
        json!({ "line": 2, "character": 4 }),
        "{resolved}"
    );
    assert!(edit["newText"].as_str().unwrap().starts_with("# nixpod: ignore["));
}

#[tokio::test]
async fn an_action_of_a_finding_that_is_gone_is_refused() {
    let (mut client, _) = TestClient::session(&fs(), &[], resolving()).await;
    client.open(URI, UNUSED).await;
    let found = client.diagnostics(URI, 1).await;
    let actions = client
        .request("textDocument/codeAction", asked(&found[0]["range"], None))
        .await;
    client.change(URI, 2, json!([edit((1, 0), (2, 0), "")])).await;
    client.ask(900, "codeAction/resolve", actions[0].clone()).await;
    let answer = client.answer(&json!(900)).await;
    assert_eq!(answer["error"]["code"], -32803, "{answer}");
    assert_eq!(answer["error"]["message"], "the finding is not there any more");
}

#[tokio::test]
async fn fixing_all_is_offered_only_where_something_is_safe_to_fix() {
    let (mut client, _) = TestClient::session(&fs(), &[], resolving()).await;
    client.open(URI, UNUSED).await;
    client.diagnostics(URI, 1).await;
    let whole = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 9, "character": 0 } });
    let params = asked(&whole, Some("source.fixAll"));
    let actions = client.request("textDocument/codeAction", params.clone()).await;
    assert_eq!(actions[0]["edit"], Value::Null);
    let resolved = client.request("codeAction/resolve", actions[0].clone()).await;
    let edits = &resolved["edit"]["documentChanges"][0]["edits"];
    assert_eq!(
        *edits,
        json!([{
            "range": { "start": { "line": 1, "character": 0 }, "end": { "line": 2, "character": 0 } },
            "newText": "",
        }])
    );
    client.change(URI, 2, json!([edit((1, 0), (2, 0), "")])).await;
    client.diagnostics(URI, 2).await;
    assert_eq!(client.request("textDocument/codeAction", params).await, json!([]));
}
