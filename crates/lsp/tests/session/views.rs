//! Outlines, lenses and what else editors show besides findings.

use crate::client::TestClient;
use crate::{URI, bare, everything, fs};
use serde_json::{Value, json};

const TEXT: &str = "{\n  virtualisation.oci-containers.containers.web = {\n    image = \"x\";\n    privileged = true;\n  };\n}\n";

/// Another file may say otherwise.
const CONTAINER: &str = "{ lib, ... }: { virtualisation.oci-containers.containers.web = { image = \"x\"; privileged = lib.mkDefault true; }; }";

fn of_file() -> Value {
    json!({ "textDocument": { "uri": URI } })
}

fn able(what: Value) -> Value {
    let mut params = everything();
    let capabilities = params["capabilities"].as_object_mut().unwrap();
    for (section, more) in what.as_object().unwrap() {
        let section = capabilities.entry(section.clone()).or_insert_with(|| json!({}));
        section
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
    }
    params
}

#[tokio::test]
async fn an_outline_stands_in_itself_where_the_client_can_show_it() {
    let nested =
        able(json!({ "textDocument": { "documentSymbol": { "hierarchicalDocumentSymbolSupport": true } } }));
    let (mut client, capabilities) = TestClient::session(&fs(), &[], nested).await;
    assert_eq!(capabilities["documentSymbolProvider"], true);
    client.open(URI, TEXT).await;
    let found = client.request("textDocument/documentSymbol", of_file()).await;
    assert_eq!(found[0]["name"], "web");
    assert_eq!(found[0]["detail"], "oci-containers on a.nix");
    assert_eq!(
        found[0]["selectionRange"]["start"],
        json!({ "line": 1, "character": 43 })
    );
    assert_eq!(found[0]["range"]["end"], json!({ "line": 4, "character": 4 }));

    let (mut client, _) = TestClient::session(&fs(), &[], bare()).await;
    client.open(URI, TEXT).await;
    let found = client.request("textDocument/documentSymbol", of_file()).await;
    assert_eq!(found[0]["location"]["uri"], URI);
    assert_eq!(found[0]["containerName"], "oci-containers on a.nix");
}

#[tokio::test]
async fn the_project_is_searched() {
    let fs = fs();
    fs.write("/ws/b.nix", "{ containers.database.config = { }; }");
    let (mut client, _) = TestClient::session(&fs, &[], everything()).await;
    client.open(URI, TEXT).await;
    for (query, expected) in [
        ("", vec!["web", "database"]),
        ("dtb", vec!["database"]),
        ("nspawn", vec!["database"]),
        ("nobody", vec![]),
    ] {
        let found = client
            .request("workspace/symbol", json!({ "query": query }))
            .await;
        let names: Vec<&str> = found
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["name"].as_str().unwrap())
            .collect();
        assert_eq!(names, expected, "{query}");
    }
}

#[tokio::test]
async fn a_lens_runs_what_the_client_has_and_nothing_else() {
    let (mut client, _) = TestClient::session(&fs(), &[], bare()).await;
    client.open(URI, TEXT).await;
    let found = client.request("textDocument/codeLens", of_file()).await;
    let title = "privileged · root is root on the host · own network";
    assert_eq!(found[0]["command"], json!({ "title": title, "command": "" }));

    let mut params = bare();
    params["initializationOptions"] = json!({ "commands": ["nixpod-lint.showSpec"] });
    let (mut client, _) = TestClient::session(&fs(), &[], params).await;
    client.open(URI, TEXT).await;
    let found = client.request("textDocument/codeLens", of_file()).await;
    assert_eq!(found[0]["command"]["command"], "nixpod-lint.showSpec");
    let containers = json!([{ "surface": "oci-containers", "name": "web", "host": "a.nix" }]);
    assert_eq!(
        found[0]["command"]["arguments"],
        json!([{ "uri": URI, "containers": containers }])
    );

    let mut params = bare();
    params["initializationOptions"] = json!({ "codeLens": false });
    let (mut client, _) = TestClient::session(&fs(), &[], params).await;
    client.open(URI, TEXT).await;
    assert_eq!(
        client.request("textDocument/codeLens", of_file()).await,
        json!([])
    );
}

#[tokio::test]
async fn lenses_of_other_files_are_asked_for_again() {
    let params = able(json!({ "workspace": { "codeLens": { "refreshSupport": true } } }));
    let fs = fs();
    fs.write("/ws/b.nix", CONTAINER);
    let (mut client, _) = TestClient::session(&fs, nixpod_rules::ALL, params).await;
    client.open(URI, "{ imports = [ ./b.nix ]; }").await;
    client.open("file:///ws/b.nix", CONTAINER).await;
    client.diagnostics("file:///ws/b.nix", 1).await;
    let more = json!([{ "text": "{ imports = [ ./b.nix ]; virtualisation.oci-containers.containers.web.privileged = false; }" }]);
    client.change(URI, 2, more).await;
    client.wait_for("workspace/codeLens/refresh").await;
}
