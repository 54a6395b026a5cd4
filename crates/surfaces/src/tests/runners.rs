//! Runners of forges.

use super::{containers, systems};
use expect_test::expect;

#[test]
#[expect(clippy::too_many_lines, reason = "mostly expected text")]
fn of_gitlab() {
    containers(
        r#"
        { pkgs, ... }: {
          services.gitlab-runner = {
            enable = true;
            services = {
              images = {
                authenticationTokenConfigFile = "/run/keys/runner";
                dockerImage = "docker:27";
                dockerPrivileged = true;
                dockerVolumes = [ "/var/run/docker.sock:/var/run/docker.sock" "/cache" ];
                dockerExtraHosts = [ "forge:10.0.0.2" ];
                environmentVariables.DEPLOY_TOKEN = "plum-cartwheel-41";
              };
              flags = {
                dockerImage = "debian:13";
                registrationFlags = [
                  "--docker-cap-add SYS_ADMIN"
                  "--docker-security-opt seccomp:unconfined"
                  "--docker-volumes /builds:/builds --docker-privileged"
                  "--docker-network-mode=host"
                  "--docker-services-privileged true"
                  "--docker-services-security-opt seccomp:unconfined"
                  "--env FF_X=1"
                ];
              };
              named.registrationFlags = [ "--docker-image" "alpine:3" ];
              shell.executor = "shell";
            };
          };
        }
        "#,
        expect![[r#"
            gitlab-runner flags in `box` <- {…
              auto start: default false
              engine: default docker
              privileged: true <- --docker-privileged
              capability: CAP_SYS_ADMIN <- SYS_ADMIN
              network: Host <- "--docker-network-mode=host"
              mount: /builds at /builds rw <- /builds:/builds
              environment: FF_X = 1 <- FF_X=1
              image: debian:13 <- "debian:13"
              security: seccomp:unconfined <- seccomp:unconfined
              flag: --docker-cap-add <- --docker-cap-add
              flag value: SYS_ADMIN <- SYS_ADMIN
              flag: --docker-security-opt <- --docker-security-opt
              flag value: seccomp:unconfined <- seccomp:unconfined
              flag: --docker-volumes <- --docker-volumes
              flag value: /builds:/builds <- /builds:/builds
              flag: --docker-privileged <- --docker-privileged
              flag: --docker-network-mode=host <- "--docker-network-mode=host"
              flag: --docker-services-privileged <- --docker-services-privileged
              flag value: true <- true
              flag: --docker-services-security-opt <- --docker-services-security-opt
              flag value: seccomp:unconfined <- seccomp:unconfined
              flag: --env <- --env
              flag value: FF_X=1 <- FF_X=1
            gitlab-runner images in `box` <- {…
              auto start: default false
              engine: default docker
              privileged: true <- true
              mount: /var/run/docker.sock at /var/run/docker.sock rw <- "/var/run/docker.sock:/var/run/docker.sock"
              mount: volume  at /cache rw <- "/cache"
              environment: DEPLOY_TOKEN = plum-cartwheel-41 <- "plum-cartwheel-41"
              image: docker:27 <- "docker:27"
              option: add-host = forge:10.0.0.2 <- "forge:10.0.0.2"
            gitlab-runner named in `box` <- named.registrationFlags = [ "--docker-image" "alpine:3" ]
              auto start: default false
              engine: default docker
              image: alpine:3 <- "alpine:3"
              flag: --docker-image <- "--docker-image"
              flag value: alpine:3 <- "alpine:3"
        "#]],
    );
}

#[test]
fn without_the_service_there_are_none() {
    containers(
        r#"{ services.gitlab-runner.services.images.dockerPrivileged = true; }"#,
        expect![[""]],
    );
}

#[test]
fn of_gitea_and_forgejo() {
    containers(
        r#"
        { config, ... }: {
          virtualisation.podman.enable = true;
          services.gitea-actions-runner.instances = {
            images = {
              enable = true;
              name = "oak";
              url = "https://git.example";
              token = "plum-cartwheel-41";
              labels = [ "native:host" "ubuntu-latest:docker://node:18-bullseye" "old:docker://node:16" ];
              settings.container = {
                privileged = true;
                network = "host";
                options = "--cap-add=NET_ADMIN -v /srv:/srv";
                valid_volumes = [ "**" ];
                docker_host = "unix:///run/podman/podman.sock";
              };
            };
            host = { enable = true; labels = [ "native:host" ]; };
            off = { labels = [ "a:docker://b" ]; };
            silent = { enable = true; settings.container.docker_host = "-"; };
          };
          services.forgejo-runner.instances.new = {
            enable = true;
            connections.berg = { labels = [ "d:docker://debian:13" ]; token = "quince-harbour-58"; url = "https://b.example"; };
            settings.container.docker_host = "automount";
          };
        }
        "#,
        expect![[r#"
            gitea-actions-runner images in `box` <- {…
              auto start: default false
              engine: podman <- true
              privileged: true <- true
              capability: CAP_NET_ADMIN <- --cap-add=NET_ADMIN
              network: Host <- "host"
              mount: /srv at /srv rw <- /srv:/srv
              mount: /run/podman/podman.sock at /var/run/docker.sock rw <- "unix:///run/podman/podman.sock"
              image: node:18-bullseye <- node:18-bullseye
              flag: --cap-add=NET_ADMIN <- --cap-add=NET_ADMIN
              flag: -v <- -v
              flag value: /srv:/srv <- /srv:/srv
              option: valid-volumes = ** <- "**"
            gitea-actions-runner silent in `box` <- { enable = true; settings.container.docker_host = "-"; }
              auto start: default false
              engine: podman <- true
            forgejo-runner new in `box` <- {…
              auto start: default false
              engine: podman <- true
              mount: /var/run/docker.sock at /var/run/docker.sock rw <- "automount"
              image: debian:13 <- debian:13
        "#]],
    );
}

/// A runner of GitHub's has no containers of its own, but may have the right to start some.
#[test]
fn of_github() {
    systems(
        r#"
        {
          services.github-runners.oak = { enable = true; serviceOverrides.SupplementaryGroups = [ "docker" ]; };
          services.github-runners.elm = { enable = true; group = "podman"; };
        }
        "#,
        expect![[r#"
            Nixos `box` <- -
              service group: github-runner-elm in podman <- "podman"
              service group: github-runner-oak in docker <- "docker"
              job user: github-runner-elm for github-runners.elm <- true
              job user: github-runner-oak for github-runners.oak <- true
        "#]],
    );
}

#[test]
fn agents_of_woodpecker() {
    containers(
        r#"{
  services.woodpecker-agents.agents = {
    docker = {
      enable = true;
      environment = {
        WOODPECKER_BACKEND = "docker";
        DOCKER_HOST = "unix:///run/podman/podman.sock";
        WOODPECKER_BACKEND_DOCKER_VOLUMES = "/etc/ssl/certs:/etc/ssl/certs:ro,/:/host";
      };
    };
    local = { enable = true; environment.WOODPECKER_BACKEND = "local"; };
    off = { enable = false; environment.WOODPECKER_BACKEND = "docker"; };
  };
}"#,
        expect![[r#"
            woodpecker-agent docker in `box` <- {…
              auto start: default false
              engine: podman <- "unix:///run/podman/podman.sock"
              mount: /etc/ssl/certs at /etc/ssl/certs ro <- /etc/ssl/certs:/etc/ssl/certs:ro
              mount: / at /host rw <- /:/host
        "#]],
    );
}
