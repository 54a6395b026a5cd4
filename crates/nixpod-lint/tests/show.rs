//! `show` tells what rules see, the most important first.

use expect_test::{Expect, expect};
use serde_json::Value;
use snapbox::cmd::cargo_bin;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// What a run prints, with its exit code.
struct Run {
    out: String,
    error: String,
    code: Option<i32>,
}

/// A project with one file, `configuration.nix`.
struct Project(PathBuf);

impl Project {
    fn new(name: &str, text: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("nixpod-show-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("configuration.nix"), text).unwrap();
        Self(folder)
    }

    fn show(&self, arguments: &[&str]) -> Run {
        let output = Command::new(cargo_bin!("nixpod-lint"))
            .current_dir(&self.0)
            .env_remove("CLICOLOR_FORCE")
            .env_remove("GITHUB_ACTIONS")
            .env("NO_COLOR", "1")
            .args(["show", "--root", "."])
            .args(arguments)
            .output()
            .unwrap();
        Run {
            out: String::from_utf8(output.stdout).unwrap(),
            error: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code(),
        }
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        // It is in a directory for temporary files, should this not succeed.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[track_caller]
fn check(name: &str, text: &str, arguments: &[&str], expected: Expect) {
    expected.assert_eq(&Project::new(name, text).show(arguments).out);
}

#[test]
fn what_starts_a_container() {
    check(
        "command",
        r#"{ config, lib, ... }: {
  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers.web = {
    image = "docker.io/library/nginx:1";
    environment.TITLE = "it's here";
    environment.DB_PASSWORD = "plum-cartwheel-41";
    volumes = [ "/srv/${config.my.name}:/data" ] ++ config.my.volumes;
    privileged = lib.mkIf config.my.powerful true;
  };
  virtualisation.oci-containers.containers.other.image = "a:1";
}
"#,
        &["--command=web"],
        expect![[r#"
            web  oci-containers, file configuration.nix, configuration.nix:3:50
              # as NixOS 26.05 writes it; the release is not known
              podman run \
                --name=web \
                --log-driver=journald \
                --cidfile=/run/web/ctr-id \
                --cgroups=enabled \
                --sdnotify=conmon \
                -d \
                --replace \
                -e 'DB_PASSWORD=***' \
                -e 'TITLE=it'\''s here' \
                -v /srv/${my.name}:/data \
                [-v ${my.volumes}] \
                [--privileged] \
                --rm \
                --pull missing \
                docker.io/library/nginx:1
              # what is in brackets may not be there, or stands for several words
              # ${my.volumes}: option `my.volumes` is set nowhere in the analysed files
              # --privileged: only if `config.my.powerful`
              # service: User=root
        "#]],
    );
}

#[test]
fn a_container_that_no_command_starts() {
    check(
        "no-command",
        r#"{ virtualisation.arion.projects.p.settings.services.web.service.image = "a:1"; }"#,
        &["--command"],
        expect![[r#"
            p/web  arion, file configuration.nix, configuration.nix:1:3
              no command line starts it: `arion` gives its compose file to `docker compose`, which asks the engine by its socket
        "#]],
    );
}

#[test]
fn words_have_places() {
    let project = Project::new(
        "words",
        r#"{
  virtualisation.oci-containers.containers.web = {
    image = "a:1";
    extraOptions = [ "--cap-add=SYS_ADMIN" ];
  };
}
"#,
    );
    let run = project.show(&["--command", "--format", "json"]);
    let document: Value = serde_json::from_str(&run.out).unwrap();
    let words = document["containers"][0]["command"]["words"].as_array().unwrap();
    let placed = words.iter().filter(|word| !word["line"].is_null());
    let told = placed.map(|word| {
        format!(
            "{}:{}:{} {} {}\n",
            word["file"].as_str().unwrap(),
            word["line"],
            word["column"],
            word["certainty"].as_str().unwrap(),
            word["text"].as_str().unwrap()
        )
    });
    expect![[r#"
        configuration.nix:4:22 set --cap-add=SYS_ADMIN
        configuration.nix:3:14 set a:1
    "#]]
    .assert_eq(&told.collect::<String>());
}

#[test]
fn flags_are_folded_in_and_what_they_override_is_told() {
    check(
        "flags",
        r#"{
  virtualisation.oci-containers.containers.app = {
    image = "docker.io/library/app:1";
    privileged = false;
    volumes = [ "/srv/app:/data" "logs:/logs:ro" ];
    extraOptions = [ "--privileged" "--network=host" "-e" "X=1" "--memory=1g" ];
    cmd = [ "serve" "two words" ];
    hostname = "app";
    labels."com.example.a-label-with-a-rather-long-name" = "1";
  };
}
"#,
        &[],
        expect![[r#"
            app  oci-containers, file configuration.nix, configuration.nix:2:50
              privileged   true                                                 extraOptions  configuration.nix:6:22
                  overridden privileged = false  configuration.nix:4:18
              network      host                                                 extraOptions  configuration.nix:6:37
              mount        rw /srv/app at /data                                 volumes       configuration.nix:5:17
              mount        ro volume logs at /logs                              volumes       configuration.nix:5:34
              environment  X=1                                                  extraOptions  configuration.nix:6:59
              image        docker.io/library/app:1                              image         configuration.nix:3:13
              command      serve 'two words'                                    cmd           configuration.nix:7:13
              flag         --privileged --network=host -e X=1 --memory=1g       extraOptions  configuration.nix:6:22
              option       hostname=app                                         hostname      configuration.nix:8:16
              option       label=com.example.a-label-with-a-rather-long-name=1  labels        configuration.nix:9:60
              option       memory=1g                                            extraOptions  configuration.nix:6:65
              25 more are as by default (--defaults)
        "#]],
    );
}

#[test]
fn an_nspawn_container_with_flags() {
    check(
        "nspawn",
        r#"{ lib, ... }:
{
  containers.web = lib.mkMerge [ { bindMounts."/data".isReadOnly = lib.mkDefault true; } {
    privateUsers = "no";
    extraFlags = [ "-U" "--bind=/etc" ];
    privateNetwork = true;
    localAddress = "192.0.2.2";
    forwardPorts = [ { hostPort = 80; } ];
    allowedDevices = [ { node = "/dev/kvm"; modifier = "rw"; } ];
    bindMounts."/data" = { hostPath = "/srv/data"; isReadOnly = false; };
    ephemeral = lib.mkForce true;
    config = { };
  } ];
}
"#,
        &[],
        expect![[r#"
            web  nspawn, file configuration.nix, configuration.nix:3:90
              users           a range picked at start     extraFlags      configuration.nix:5:20
              network         private                     privateNetwork  configuration.nix:6:22
              private users   host                        privateUsers    configuration.nix:4:20
              ownership       true                        extraFlags      configuration.nix:5:20
              mount           rw /srv/data at /data       bindMounts      configuration.nix:10:39
                  overridden bindMounts."/data".isReadOnly = true  configuration.nix:3:82  priority 1000
              mount           rw /etc                     extraFlags      configuration.nix:5:25
              device          /dev/kvm, rw, allowed only  allowedDevices  configuration.nix:9:33
              port            *:80 -> 80                  forwardPorts    configuration.nix:8:35
              flag            -U --bind=/etc              extraFlags      configuration.nix:5:20
              network option  localAddress = "192.0.2.2"  localAddress    configuration.nix:7:20
              config          { … }                                       configuration.nix:12:14
              ephemeral       true                                        configuration.nix:11:29
              24 more are as by default (--defaults)
        "#]],
    );
}

#[test]
fn what_is_not_known_is_told_with_its_reason() {
    check(
        "unknown",
        r#"{ config, inputs, lib, ... }:
{
  virtualisation.oci-containers.containers.app = {
    image = "docker.io/library/app:1";
    privileged = config.my.trusted;
    volumes = [ "/srv/${config.my.name}:/data" ] ++ config.my.volumes;
    ports = lib.mkIf config.my.expose [ "80:80" ];
    dependsOn = config.my.needed;
  };
  virtualisation.oci-containers.containers.dark = lib.mkMerge [ inputs.private.web { image = "x:1"; } ];
}
"#,
        &[],
        expect![[r#"
            app  oci-containers, file configuration.nix, configuration.nix:3:50
              privileged  ?                            privileged  unknown  configuration.nix:5:5
                  because option `my.trusted` is set nowhere in the analysed files
              mount       rw /srv/${my.name} at /data  volumes              configuration.nix:6:17
                  not known in it: option `my.name` is set nowhere in the analysed files
              mount       ?                            volumes     unknown  configuration.nix:6:5
                  because option `my.volumes` is set nowhere in the analysed files
              port        *:80 -> 80                   ports       maybe    configuration.nix:7:41
                  only if `config.my.expose`
              image       docker.io/library/app:1      image                configuration.nix:4:13
              dependsOn   [ … ]                                             configuration.nix:8:5
                  not known in it: option `my.needed` is set nowhere in the analysed files
              28 more are as by default (--defaults)

            dark  oci-containers, file configuration.nix, configuration.nix:10:84
              not known: rootful, users, privileged, network, auto start
                  because `inputs.private.web` comes from outside
              image  x:1  image  configuration.nix:10:94
              27 more are as by default (--defaults)
        "#]],
    );
}

/// A name that rules recognise is what it stands for, and nothing unknown.
#[test]
fn paths_of_secrets_are_known() {
    let text = r#"{ config, ... }:
{
  virtualisation.oci-containers.containers.app = {
    image = "docker.io/library/app:1";
    environmentFiles = [ config.sops.secrets.token.path config.sops.templates."env".path ];
    volumes = [ "${config.age.secrets.key.path}:/key:ro" ];
    login.passwordFile = config.sops.secrets.registry.path;
  };
}
"#;
    check(
        "secrets",
        text,
        &[],
        expect![[r#"
            app  oci-containers, file configuration.nix, configuration.nix:3:50
              mount               ro the secret `key` of agenix at /key                  volumes           configuration.nix:6:17
              environment file    the secret `token` of sops-nix, a file at run time     environmentFiles  configuration.nix:5:5
              environment file    the template `env` of sops-nix, a file at run time     environmentFiles  configuration.nix:5:5
              image               docker.io/library/app:1                                image             configuration.nix:4:13
              login.passwordFile  the secret `registry` of sops-nix, a file at run time                    configuration.nix:7:11
              29 more are as by default (--defaults)
        "#]],
    );
    let out = Project::new("secrets-json", text).show(&["--format", "json"]).out;
    let document: Value = serde_json::from_str(&out).unwrap();
    let container = &document["containers"][0];
    let all = ["facts", "options"].map(|kind| container[kind].as_array().unwrap());
    for fact in all.into_iter().flatten() {
        assert_ne!(fact["certainty"], "unknown", "{fact}");
        assert_eq!(fact["unknown"], Value::Array(Vec::new()), "{fact}");
    }
}

#[test]
fn defaults_are_listed_when_asked_for() {
    check(
        "defaults",
        r#"{ containers.web = { privateNetwork = true; config = { }; }; }
"#,
        &["--defaults"],
        expect![[r#"
            web  nspawn, file configuration.nix, configuration.nix:1:20
              network                 private  privateNetwork           configuration.nix:1:39
              config                  { … }                             configuration.nix:1:54
              engine                  nspawn                   default
              rootful                 true                     default
              users                   host                     default
              privileged              false                    default
              ownership               false                    default
              tun                     false                    default
              other private network   false                    default
              auto start              false                    default
              path                    null                     default
              flake                   null                     default
              nixpkgs                 null                     default
              specialArgs             { … }                    default
              ephemeral               false                    default
              additionalCapabilities  [ ]                      default
              allowedDevices          [ ]                      default
              tmpfs                   [ ]                      default
              extraFlags              [ ]                      default
              hostBridge              null                     default
              hostAddress             null                     default
              hostAddress6            null                     default
              localAddress            null                     default
              localAddress6           null                     default
              localMacAddress         null                     default
              forwardPorts            [ ]                      default
              extraVeths              { }                      default
              interfaces              [ ]                      default
              macvlans                [ ]                      default
              networkNamespace        null                     default
              copyResolvConf          true                     default
              restartIfChanged        true                     default
              timeoutStartSec         "1min"                   default
        "#]],
    );
}

/// An option that is set is told by a fact or by itself, and by one of them only.
#[test]
fn quadlets_by_options_by_keys_and_as_text() {
    check(
        "quadlets",
        r#"{
  virtualisation.quadlet.containers = {
    a.containerConfig = {
      image = "q:1"; addHosts = [ "x:1" ]; volumes = [ "/a:/b" ];
      podmanArgs = [ "--pid=host" ]; noNewPrivileges = true;
    };
    b.containerConfig = { Image = "q:1"; Volume = [ "/a:/b" ]; PodmanArgs = "--privileged"; AddHost = "x:1"; };
    c.rawConfig = "[Container]\nImage=r:1\nNetwork=host\n";
  };
}
"#,
        &[],
        expect![[r#"
            a  quadlet-nix, file configuration.nix, configuration.nix:3:5
              namespace  pid: host          containerConfig.podmanArgs       configuration.nix:5:22
              security   no-new-privileges  containerConfig.noNewPrivileges  configuration.nix:5:56
              mount      rw /a at /b        containerConfig.volumes          configuration.nix:4:56
              image      q:1                containerConfig.image            configuration.nix:4:15
              flag       --pid=host         containerConfig.podmanArgs       configuration.nix:5:22
              option     add-host=x:1       containerConfig.addHosts         configuration.nix:4:35
              6 more are as by default (--defaults)

            b  quadlet-nix, file configuration.nix, configuration.nix:7:5
              privileged  true          containerConfig.PodmanArgs  configuration.nix:7:77
              mount       rw /a at /b   containerConfig.Volume      configuration.nix:7:53
              image       q:1           containerConfig.Image       configuration.nix:7:35
              flag        --privileged  containerConfig.PodmanArgs  configuration.nix:7:77
              option      add-host=x:1  containerConfig.AddHost     configuration.nix:7:103
              5 more are as by default (--defaults)

            c  quadlet-nix, file configuration.nix, configuration.nix:8:5
              network  host  rawConfig  configuration.nix:8:52
              image    r:1   rawConfig  configuration.nix:8:39
              5 more are as by default (--defaults)
        "#]],
    );
}

/// The words of the table are those of the document, whose facts have all definitions.
#[test]
fn the_document_has_the_same_facts() {
    let project = Project::new(
        "json",
        r#"{
  virtualisation.oci-containers.containers.app = {
    image = "app:1";
    privileged = false;
    extraOptions = [ "--privileged" ];
  };
}
"#,
    );
    let document: Value = serde_json::from_str(&project.show(&["--format", "json"]).out).unwrap();
    let facts = document["containers"][0]["facts"].as_array().unwrap();
    let privileged = facts.iter().find(|fact| fact["name"] == "privileged").unwrap();
    expect![[r#"
        {
          "certainty": "set",
          "column": 22,
          "definitions": [
            {
              "column": 20,
              "condition": null,
              "file": "configuration.nix",
              "line": 5,
              "option": "extraOptions",
              "priority": 100,
              "value": "[ \"--privileged\" ]",
              "won": true
            },
            {
              "column": 18,
              "condition": null,
              "file": "configuration.nix",
              "line": 4,
              "option": "privileged",
              "priority": 100,
              "value": "false",
              "won": false
            }
          ],
          "file": "configuration.nix",
          "line": 5,
          "name": "privileged",
          "option": "extraOptions",
          "reason": null,
          "unknown": [],
          "value": "true"
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(privileged).unwrap());
}

#[test]
fn a_name_that_is_not_there_is_corrected() {
    let project = Project::new("names", "{ containers.gateway = { config = { }; }; }\n");
    let run = project.show(&["--container", "gatway"]);
    assert_eq!(run.code, Some(2));
    expect![[r#"
        error: there is no container `gatway`; did you mean `gateway`?
    "#]]
    .assert_eq(&run.error);
    let run = project.show(&["--container", "gateway"]);
    assert_eq!((run.code, run.error.as_str()), (Some(0), ""));
    let run = project.show(&["--host", "configuration.nixx"]);
    assert_eq!(run.code, Some(2));
    expect![[r#"
        error: there is no host `configuration.nixx`; did you mean `configuration.nix`?
    "#]]
    .assert_eq(&run.error);
}

#[test]
fn containers_of_two_unknown_names() {
    check(
        "unnamed",
        r#"{ f, ... }:
{
  virtualisation.oci-containers.containers = {
    ${f "a"} = { image = "docker.io/library/a:1"; privileged = true; };
    ${f "b"} = { image = "docker.io/library/b:1"; };
  };
}
"#,
        &[],
        expect![[r#"
            <name>  oci-containers, file configuration.nix, configuration.nix:4:16, for every name that is not known
              privileged  true                   privileged  configuration.nix:4:64
              image       docker.io/library/a:1  image       configuration.nix:4:26
              31 more are as by default (--defaults)

            <name>  oci-containers, file configuration.nix, configuration.nix:5:16, for every name that is not known
              image  docker.io/library/b:1  image  configuration.nix:5:26
              32 more are as by default (--defaults)
        "#]],
    );
}
