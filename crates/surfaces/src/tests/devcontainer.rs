//! `devcontainer.json`.

use super::texts;
use expect_test::expect;

#[test]
fn every_key_that_matters_is_read() {
    texts(
        r#"
#- app/.devcontainer/devcontainer.json
{
  // What editors start.
  "name": "app",
  "image": "mcr.example/base:1",
  "privileged": true,
  "capAdd": ["SYS_PTRACE", "cap_net_admin"],
  "securityOpt": ["seccomp=unconfined"],
  "runArgs": ["--network=host", "--device", "/dev/kvm", "-v", "/:/host:ro"],
  "mounts": [
    "source=${localEnv:HOME}/.ssh,target=/ssh,type=bind,readonly",
    { "source": "/var/run/docker.sock", "target": "/s", "type": "bind" },
    { "source": "cache", "target": "/c", "type": "volume" },
  ],
  "workspaceMount": "source=${localWorkspaceFolder},target=/w,type=bind",
  "appPort": [8080, "127.0.0.1:9000:9000"],
  "containerEnv": { "TOKEN": "plum\ncake", "N": 1 },
  "remoteEnv": { "PATH": "/bin" },
  "containerUser": "root",
  "remoteUser": "dev",
  "init": true,
  "features": {
    "ghcr.io/devcontainers/features/docker-outside-of-docker:1": {},
  },
}
"#,
        expect![[r#"
            devcontainer app in `files` <- {…
              auto start: default false
              engine: default docker
              privileged: true <- true
              capability: CAP_SYS_PTRACE <- SYS_PTRACE
              capability: CAP_NET_ADMIN <- cap_net_admin
              network: Host <- --network=host
              mount: ${localEnv.home}/.ssh at /ssh ro <- source=${localEnv:HOME}/.ssh,target=/ssh,type=bind,readonly
              mount: /var/run/docker.sock at /s rw <- { "source": "/var/run/docker.sock", "target": "/s", "type": "bind" }
              mount: volume cache at /c rw <- { "source": "cache", "target": "/c", "type": "volume" }
              mount: /var/run/docker.sock at /var/run/docker-host.sock rw <- "ghcr.io/devcontainers/features/docker-outside-of-docker:1"
              mount: . at /w rw <- source=${localWorkspaceFolder},target=/w,type=bind
              mount: / at /host ro <- /:/host:ro
              device: /dev/kvm rwm <- /dev/kvm
              port: - 8080 -> 8080 <- 8080
              port: 127.0.0.1 9000 -> 9000 <- 127.0.0.1:9000:9000
              environment: TOKEN = plum
            cake <- plum
              environment: N = 1 <- 1
              environment: PATH = /bin <- /bin
              image: mcr.example/base:1 <- mcr.example/base:1
              security: seccomp=unconfined <- seccomp=unconfined
              flag: --network=host <- --network=host
              flag: --device <- --device
              flag value: /dev/kvm <- /dev/kvm
              flag: -v <- -v
              flag value: /:/host:ro <- /:/host:ro
              option: user = root <- root
              option: remote-user = dev <- dev
              option: init = true <- true
        "#]],
    );
}

#[test]
fn names_compose_files_and_mistakes() {
    texts(
        r#"
#- .devcontainer.json
{ "image": "a" }
#- .devcontainer/devcontainer.json
{ "dockerComposeFile": ["../compose.yaml"], "service": "app", "features": { "./local/docker-in-docker": {} } }
#- .devcontainer/second/devcontainer.json
{ "build": { "dockerfile": "Containerfile" }, "runArgs": "--privileged" }
#- third/.devcontainer/devcontainer.json
{ "image": "a", "privileged": tr
#- list/.devcontainer.json
[ { "privileged": true } ]
#- windows/.devcontainer.json
{ "image": "a", "mounts": ["source=${localEnv:HOME}${localEnv:USERPROFILE}/.ssh,target=/s,type=bind"] }
#- other/devcontainer.json
{ "privileged": true }
#- broken/devcontainer.json
{ "image": "a",
#- templates/node/devcontainer.json
{ "image": "a:${templateOption:variant}", "privileged": true }
#- fourth/.devcontainer/devcontainer.json
{ "image": "a", "mounts": ["source=${localEnv:XDG_RUNTIME_DIR}/podman/podman.sock,target=/s,type=bind"] }
"#,
        expect![[r#"
            devcontainer devcontainer in `files` <- { "image": "a" }
              auto start: default false
              engine: default docker
              image: a <- a
            devcontainer second in `files` <- { "build": { "dockerfile": "Containerfile" }, "runArgs": "--privileged" }
              auto start: default false
              engine: default docker
              privileged: true <- --privileged
              flag: --privileged <- --privileged
            devcontainer windows in `files` <- { "image": "a", "mounts": ["source=${localEnv:HOME}${localEnv:USERPROFILE}/.ssh,target=/s,type=bind"] }
              auto start: default false
              engine: default docker
              mount: ${localEnv.home}/.ssh at /s rw <- source=${localEnv:HOME}${localEnv:USERPROFILE}/.ssh,target=/s,type=bind
              image: a <- a
            devcontainer node in `files` <- { "image": "a:${templateOption:variant}", "privileged": true }
              auto start: default false
              engine: default docker
              privileged: true <- true
              image: a:${templateOption:variant} <- a:${templateOption:variant}
              not known: which image it runs: `templateOption:variant` comes from outside <- a:${templateOption:variant}
            devcontainer fourth in `files` <- { "image": "a", "mounts": ["source=${localEnv:XDG_RUNTIME_DIR}/podman/podman.sock,target=/s,type=bind"] }
              auto start: default false
              engine: default docker
              mount: $XDG_RUNTIME_DIR/podman/podman.sock at /s rw <- source=${localEnv:XDG_RUNTIME_DIR}/podman/podman.sock,target=/s,type=bind
              image: a <- a
            not analysed: node: `templateOption:variant` comes from outside <- a:${templateOption:variant}
            not analysed: .devcontainer/devcontainer.json: the services of its compose files: `compose files` is not modelled <- { "dockerComposeFile": ["../compose.yaml"], "service": "app", "features": { "./local/docker-in-docker": {} } }
            not analysed: .devcontainer/devcontainer.json: what `./local/docker-in-docker` adds: `features of a project's own` is not modelled <- "./local/docker-in-docker"
            not analysed: third/.devcontainer/devcontainer.json: syntax error: Unexpected word <- tr
            not analysed: list/.devcontainer.json: syntax error: an object is expected <- [
        "#]],
    );
}

/// What a feature adds is told at its key. Of features that are a project's own or that others publish it is not known.
#[test]
fn features_and_compose() {
    texts(
        r#"
#- one/.devcontainer.json
{ "image": "a", "features": { "ghcr.io/devcontainers/features/docker-in-docker:2": {}, "ghcr.io/other/docker-in-docker:1": {} } }
#- two/.devcontainer.json
{ "image": "a", "features": { "ghcr.io/devcontainers/features/rust@sha256:00": {}, "../own": {}, "ghcr.io/devcontainers/features/node:1": {} } }
#- three/.devcontainer.json
{ "image": "a", "features": { "docker-from-docker": "latest" } }
#- four/.devcontainer.json
{ "dockerComposeFile": "compose.yaml", "service": "app", "privileged": true, "runArgs": ["--network=host"], "appPort": 80 }
"#,
        expect![[r#"
            devcontainer one in `files` <- { "image": "a", "features": { "ghcr.io/devcontainers/features/docker-in-docker:2": {}, "ghcr.io/other/docker-in-docker:1": {} } }
              auto start: default false
              engine: default docker
              privileged: true <- "ghcr.io/devcontainers/features/docker-in-docker:2"
              image: a <- a
            devcontainer two in `files` <- { "image": "a", "features": { "ghcr.io/devcontainers/features/rust@sha256:00": {}, "../own": {}, "ghcr.io/devcontainers/features/node:1": {} } }
              auto start: default false
              engine: default docker
              capability: CAP_SYS_PTRACE <- "ghcr.io/devcontainers/features/rust@sha256:00"
              image: a <- a
              security: seccomp=unconfined <- "ghcr.io/devcontainers/features/rust@sha256:00"
            devcontainer three in `files` <- { "image": "a", "features": { "docker-from-docker": "latest" } }
              auto start: default false
              engine: default docker
              mount: /var/run/docker.sock at /var/run/docker-host.sock rw <- "docker-from-docker"
              image: a <- a
            devcontainer four in `files` <- { "dockerComposeFile": "compose.yaml", "service": "app", "privileged": true, "runArgs": ["--network=host"], "appPort": 80 }
              auto start: unknown: `compose files` is not modelled
              engine: default docker
              users: unknown: `compose files` is not modelled
              privileged: true <- true
              network: unknown: `compose files` is not modelled
              not seen: `compose files` is not modelled
              not known: a part of its definition: `compose files` is not modelled <- { "dockerComposeFile": "compose.yaml", "service": "app", "privileged": true, "runArgs": ["--network=host"], "appPort": 80 }
            not analysed: four: `compose files` is not modelled <- { "dockerComposeFile": "compose.yaml", "service": "app", "privileged": true, "runArgs": ["--network=host"], "appPort": 80 }
            not analysed: two/.devcontainer.json: what `../own` adds: `features of a project's own` is not modelled <- "../own"
        "#]],
    );
}
