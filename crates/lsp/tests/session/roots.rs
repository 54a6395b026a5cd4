//! Which files belong to the project of an open document.

use crate::client::TestClient;
use crate::{URI, everything, fs};
use nixpod_analysis::MemoryFileSystem;
use serde_json::{Value, json};
use std::sync::Arc;

const CONTAINER: &str = "{\n  containers.web = { config = { }; };\n}\n";

/// The codes of the diagnostics of a document that was just opened.
async fn codes(client: &mut TestClient, uri: &str, text: &str) -> Vec<String> {
    client.open(uri, text).await;
    let found = client.diagnostics(uri, 1).await;
    let codes = found.iter().map(|one| one["code"].as_str().unwrap_or_default());
    codes.map(str::to_owned).collect()
}

async fn session(disk: &Arc<MemoryFileSystem>, folders: &[&str]) -> TestClient {
    let mut params = everything();
    let folders = folders
        .iter()
        .map(|path| json!({ "uri": format!("file://{path}"), "name": path }));
    params["workspaceFolders"] = folders.collect();
    params["rootUri"] = Value::Null;
    TestClient::session(disk, nixpod_rules::ALL, params).await.0
}

#[tokio::test]
async fn a_lone_file_is_checked_without_a_walk_through_its_directory() {
    let disk = fs();
    disk.write("/tmp/stranger/module.nix", CONTAINER);
    disk.write("/tmp/scratch.nix", CONTAINER);
    disk.write("/home/me/scratch.nix", CONTAINER);
    disk.write("/home/me/work/module.nix", CONTAINER);
    // Somebody has opened the home directory as a folder, and keeps it in git.
    disk.write("/home/me/.git/HEAD", "");
    disk.write("/home/me/.git/objects/info/packs", "");
    let mut client = session(&disk, &["/home/me"]).await;
    for uri in ["file:///tmp/scratch.nix", "file:///home/me/scratch.nix"] {
        let found = codes(&mut client, uri, CONTAINER).await;
        assert_eq!(found, ["missing-private-users", "shared-host-network"], "{uri}");
    }
    for asked in disk.asked() {
        let asked = asked.as_str();
        assert!(!asked.contains("stranger") && !asked.contains("work"), "{asked}");
    }
}

#[tokio::test]
async fn a_nested_flake_makes_no_smaller_project() {
    let disk = fs();
    disk.write("/ws/.git/HEAD", "");
    disk.write("/ws/.git/objects/info/packs", "");
    disk.write("/ws/common.nix", CONTAINER);
    disk.write("/ws/nix/flake.nix", "{ outputs = _: { }; }");
    disk.write("/ws/nix/a.nix", "{\n  imports = [ ../common.nix ];\n}\n");
    let mut client = session(&disk, &["/ws/nix"]).await;
    client
        .open("file:///ws/nix/a.nix", "{\n  imports = [ ../common.nix ];\n}\n")
        .await;
    let found = codes(&mut client, "file:///ws/common.nix", CONTAINER).await;
    assert_eq!(found, ["missing-private-users", "shared-host-network"]);
}

#[tokio::test]
async fn a_link_that_leads_out_is_refused_and_told() {
    let disk = fs();
    disk.write("/outside/a.nix", CONTAINER);
    disk.write("/ws/b.nix", CONTAINER);
    disk.link("/ws/a.nix", "../outside/a.nix");
    disk.link("/ws/all", "..");
    let mut client = session(&disk, &["/ws"]).await;
    for uri in [URI, "file:///ws/all/outside/a.nix"] {
        assert_eq!(codes(&mut client, uri, CONTAINER).await, [""; 0], "{uri}");
        let told = client.wait_for("window/logMessage").await;
        let message = told["message"].as_str().unwrap_or_default();
        let path = uri.trim_start_matches("file://");
        assert_eq!(
            message,
            format!("`{path}` leads out of the project by a symbolic link, so it is not checked")
        );
    }
    let found = codes(&mut client, "file:///ws/b.nix", CONTAINER).await;
    assert_eq!(found, ["missing-private-users", "shared-host-network"]);
}

#[tokio::test]
async fn a_file_that_git_learns_of_becomes_part_of_the_flake() {
    let disk = fs();
    disk.write("/ws/.git/HEAD", "");
    disk.write("/ws/.git/objects/info/packs", "");
    let flake = "{ outputs = { nixpkgs, ... }: { nixosConfigurations.web = nixpkgs.lib.nixosSystem \
                 { modules = [ ./a.nix ]; }; }; }";
    disk.write("/ws/flake.nix", flake);
    disk.write("/ws/a.nix", CONTAINER);
    // Without an index, git says nothing of what it tracks.
    let mut client = session(&disk, &["/ws"]).await;
    let (registered, mut patterns) = (client.wait_for("client/registerCapability").await, Vec::new());
    for watcher in registered["registrations"][0]["registerOptions"]["watchers"]
        .as_array()
        .unwrap()
    {
        patterns.push(watcher["globPattern"].as_str().unwrap_or_default().to_owned());
    }
    assert!(patterns.contains(&"**/.git/index".to_owned()), "{patterns:?}");
    client.open(URI, CONTAINER).await;
    let of_host = |found: &[Value]| {
        found
            .iter()
            .filter(|one| one["data"]["hosts"] == json!(["web"]))
            .count()
    };
    assert_eq!(of_host(&client.diagnostics(URI, 1).await), 2);
    // Now it tracks the flake alone.
    let entry = [
        &[0; 24][..],
        &[0, 0, 0x81, 0xa4],
        &[0; 32],
        &[0, 9],
        b"flake.nix\0",
    ]
    .concat();
    let index = [b"DIRC\0\0\0\x02\0\0\0\x01".to_vec(), entry, vec![0; 20]].concat();
    disk.write("/ws/.git/index", index);
    let changes = json!({ "changes": [{ "uri": "file:///ws/.git/index", "type": 2 }] });
    client.notify("workspace/didChangeWatchedFiles", changes).await;
    client.change(URI, 2, json!([{ "text": CONTAINER }])).await;
    let found = client.diagnostics(URI, 2).await;
    assert_eq!((found.len(), of_host(&found)), (2, 0), "{found:?}");
}
