//! Buffers that are no Nix: units, scripts and JSON.

use super::client::{TestClient, edit};
use super::{everything, fs};
use serde_json::{Value, json};

async fn open(client: &mut TestClient, uri: &str, language: &str, text: &str) {
    let item = json!({ "uri": uri, "languageId": language, "version": 1, "text": text });
    let params = json!({ "textDocument": item });
    client.notify("textDocument/didOpen", params).await;
}

fn told(found: &[Value]) -> Vec<(&str, u64)> {
    let told = found.iter().map(|one| {
        let line = one["range"]["start"]["line"].as_u64().unwrap();
        (one["code"].as_str().unwrap(), line)
    });
    told.collect()
}

#[tokio::test]
async fn units_scripts_and_json_have_diagnostics() {
    let (mut client, _) = TestClient::session(&fs(), nixpod_rules::ALL, everything()).await;
    let unit = "file:///ws/units/web.container";
    open(
        &mut client,
        unit,
        "systemd",
        "[Container]\nImage=x@sha256:0\nPodmanArgs=--privileged\n",
    )
    .await;
    let found = client.diagnostics(unit, 1).await;
    assert_eq!(told(&found), [("privileged-container", 2)]);
    client
        .change(unit, 2, json!([edit((2, 11), (2, 23), "--rm")]))
        .await;
    assert_eq!(told(&client.diagnostics(unit, 2).await), []);

    let script = "file:///ws/run.sh";
    let text = "# nixpod: ignore[privileged-container] by hand\npodman run --privileged y@sha256:0\n\
                podman run --pid=host y@sha256:0\n";
    open(&mut client, script, "shellscript", text).await;
    assert_eq!(
        told(&client.diagnostics(script, 1).await),
        [("host-namespace", 2)]
    );

    let tool = "file:///ws/bin/deploy";
    let text = "#!/bin/sh\npodman run --privileged y@sha256:0\n";
    open(&mut client, tool, "shellscript", text).await;
    assert_eq!(
        told(&client.diagnostics(tool, 1).await),
        [("privileged-container", 1)]
    );

    let json = "file:///ws/.devcontainer/devcontainer.json";
    open(
        &mut client,
        json,
        "jsonc",
        "{\n  \"image\": \"z@sha256:0\", \"privileged\": true\n}\n",
    )
    .await;
    assert_eq!(
        told(&client.diagnostics(json, 1).await),
        [("privileged-container", 1)]
    );
}

#[tokio::test]
async fn a_finding_in_a_text_can_be_suppressed_there() {
    let (mut client, _) = TestClient::session(&fs(), nixpod_rules::ALL, everything()).await;
    for (name, language, text, line, expected) in [
        (
            "web.container",
            "systemd",
            "[Container]\nImage=x@sha256:0\nPodmanArgs=--rm \\\n  --privileged\n",
            3,
            (2, "# nixpod: ignore[privileged-container] "),
        ),
        (
            "run.sh",
            "shellscript",
            "if x; then\n  podman run \\\n    --privileged x@sha256:0\nfi\n",
            2,
            (1, "  # nixpod: ignore[privileged-container] "),
        ),
        (
            ".devcontainer.json",
            "jsonc",
            "{\n  \"image\": \"x@sha256:0\",\n  \"runArgs\": [\n    \"--privileged\"\n  ]\n}\n",
            3,
            (3, "    // nixpod: ignore[privileged-container] "),
        ),
    ] {
        let uri = format!("file:///ws/{name}");
        open(&mut client, &uri, language, text).await;
        let found = client.diagnostics(&uri, 1).await;
        assert_eq!(told(&found), [("privileged-container", line)]);
        let params = json!({ "textDocument": { "uri": uri }, "range": found[0]["range"], "context": { "diagnostics": found } });
        let actions = client.request("textDocument/codeAction", params).await;
        let actions = actions.as_array().unwrap();
        let is_wanted = |action: &&Value| action["title"].as_str().unwrap().starts_with("Suppress");
        let action = actions.iter().find(is_wanted).unwrap();
        let edit = &action["edit"]["documentChanges"][0]["edits"][0];
        assert_eq!(edit["range"]["start"]["line"], expected.0, "{name}");
        let new = edit["newText"].as_str().unwrap();
        assert!(new.starts_with(expected.1), "{name}: {new}");
    }
}

#[tokio::test]
async fn an_open_unit_counts_for_the_system_that_reads_it() {
    let disk = fs();
    let nix = r#"{ environment.etc."containers/systemd/web.container".source = ./web.container; }"#;
    disk.write("/ws/a.nix", nix);
    disk.write("/ws/web.container", "[Container]\nImage=x@sha256:0\n");
    let (mut client, _) = TestClient::session(&disk, nixpod_rules::ALL, everything()).await;
    let unit = "file:///ws/web.container";
    open(
        &mut client,
        unit,
        "plaintext",
        "[Container]\nImage=x@sha256:0\nNetwork=host\n",
    )
    .await;
    let found = client.diagnostics(unit, 1).await;
    assert_eq!(told(&found), [("shared-host-network", 2)]);
    assert_eq!(found[0]["data"]["hosts"], json!(["a.nix"]));
}

#[tokio::test]
async fn what_is_none_of_ours_is_left_alone() {
    let (mut client, _) = TestClient::session(&fs(), nixpod_rules::ALL, everything()).await;
    for (name, language, text) in [
        ("package.json", "json", "{ \"privileged\": true"),
        ("start", "shellscript", "podman run --privileged x"),
        ("notes.md", "markdown", "podman run --privileged x"),
    ] {
        open(&mut client, &format!("file:///ws/{name}"), language, text).await;
    }
    // Answers come in order, so that the others would have had theirs.
    open(&mut client, "file:///ws/odd.txt", "nix", "{ a = ; }").await;
    let published = client.wait_for("textDocument/publishDiagnostics").await;
    assert_eq!(published["uri"], "file:///ws/odd.txt");
    assert_eq!(published["diagnostics"][0]["code"], "parse-error");
}

#[tokio::test]
async fn what_changes_beside_the_editor_is_watched() {
    let (mut client, _) = TestClient::session(&fs(), nixpod_rules::ALL, everything()).await;
    let registered = client.wait_for("client/registerCapability").await;
    let watchers = registered["registrations"][0]["registerOptions"]["watchers"].to_string();
    for pattern in [
        "nix,sh,bash,dash,ksh,zsh,fish,nu,py,desktop,service,j2,yaml,yml,artifact,build,container,",
        "**/*.d/*.conf",
        "**/.devcontainer.json",
    ] {
        assert!(watchers.contains(pattern), "{watchers}");
    }
}
