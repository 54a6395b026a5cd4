//! Builds, networks and what runs elsewhere.

use super::texts;
use expect_test::expect;

#[test]
fn builds_whose_steps_reach_the_host() {
    texts(
        r#"
#- /build.sh
podman build -t web:1 --volume /nix:/nix:ro --cap-add=sys_admin --device /dev/fuse --security-opt label=disable .
docker buildx build --network=host -f Dockerfile .
podman image build . --userns host --pid=host
docker build -t plain --build-arg A=b --network none .
podman build --layers -f x -o out -e A=b .
"#,
        expect![[r#"
            command-line build of web:1 in `files` <- podman build -t web:1 --volume /nix:/nix:ro --cap-add=sys_admin --device /dev/fuse --security-opt label=disable .
              auto start: default false
              engine: podman <- podman build -t web:1 --volume /nix:/nix:ro --cap-add=sys_admin --device /dev/fuse --security-opt label=disable .
              rootful: unknown: undecided: who runs the script <- podman build -t web:1 --volume /nix:/nix:ro --cap-add=sys_admin --device /dev/fuse --security-opt label=disable .
              capability: CAP_SYS_ADMIN <- --cap-add=sys_admin
              mount: /nix at /nix ro <- /nix:/nix:ro
              device: /dev/fuse rwm <- /dev/fuse
              security: label=disable <- label=disable
              flag: -t <- -t
              flag: --volume <- --volume
              flag: --cap-add=sys_admin <- --cap-add=sys_admin
              flag: --device <- --device
              flag: --security-opt <- --security-opt
              not known: whether its engine runs as root: undecided: who runs the script <- podman build -t web:1 --volume /nix:/nix:ro --cap-add=sys_admin --device /dev/fuse --security-opt label=disable .
            command-line build.sh in `files` <- docker buildx build --network=host -f Dockerfile .
              auto start: default false
              engine: docker <- docker buildx build --network=host -f Dockerfile .
              network: Host <- --network=host
              flag: --network=host <- --network=host
              flag: -f <- -f
            command-line build.sh (2) in `files` <- podman image build . --userns host --pid=host
              auto start: default false
              engine: podman <- podman image build . --userns host --pid=host
              rootful: unknown: undecided: who runs the script <- podman image build . --userns host --pid=host
              users: Host <- host
              namespace: pid Host <- --pid=host
              flag: --userns <- --userns
              flag: --pid=host <- --pid=host
              not known: whether its engine runs as root: undecided: who runs the script <- podman image build . --userns host --pid=host
            not analysed: build of web:1: undecided: who runs the script <- podman build -t web:1 --volume /nix:/nix:ro --cap-add=sys_admin --device /dev/fuse --security-opt label=disable .
            not analysed: build.sh (2): undecided: who runs the script <- podman image build . --userns host --pid=host
        "#]],
    );
}

#[test]
fn networks_that_the_script_makes() {
    texts(
        r#"
#- /net.sh
docker network create -o com.docker.network.bridge.host_binding_ipv4=127.0.0.1 inner
docker run -d --network inner -p 80:80 -p 0.0.0.0:81:81 a
docker run -d -p 80:80 b
podman create --name c --network none c
podman network connect --ip 10.0.0.2 inner c
podman network create -d host shared
podman run --network shared d
"#,
        expect![[r#"
            command-line net.sh in `files` <- docker run -d --network inner -p 80:80 -p 0.0.0.0:81:81 a
              auto start: default false
              engine: docker <- docker run -d --network inner -p 80:80 -p 0.0.0.0:81:81 a
              network: Private <- inner
              port: 127.0.0.1 80 -> 80 <- 80:80
              port: 0.0.0.0 81 -> 81 <- 0.0.0.0:81:81
              image: a <- a
              flag: -d <- -d
              flag: --network <- --network
              flag value: inner <- inner
              flag: -p <- -p
              flag value: 80:80 <- 80:80
              flag: -p <- -p
              flag value: 0.0.0.0:81:81 <- 0.0.0.0:81:81
            command-line net.sh (2) in `files` <- docker run -d -p 80:80 b
              auto start: default false
              engine: docker <- docker run -d -p 80:80 b
              port: - 80 -> 80 <- 80:80
              image: b <- b
              flag: -d <- -d
              flag: -p <- -p
              flag value: 80:80 <- 80:80
            command-line c in `files` <- podman create --name c --network none c
              auto start: default false
              engine: podman <- podman create --name c --network none c
              rootful: unknown: undecided: who runs the script <- podman create --name c --network none c
              network: Private <- inner
              image: c <- c
              flag: --name <- --name
              flag value: c <- c
              flag: --network <- --network
              flag value: none <- none
              option: name = c <- c
              not known: whether its engine runs as root: undecided: who runs the script <- podman create --name c --network none c
            command-line net.sh (3) in `files` <- podman run --network shared d
              auto start: default false
              engine: podman <- podman run --network shared d
              rootful: unknown: undecided: who runs the script <- podman run --network shared d
              network: Host <- shared
              image: d <- d
              flag: --network <- --network
              flag value: shared <- shared
              not known: whether its engine runs as root: undecided: who runs the script <- podman run --network shared d
            not analysed: c: undecided: who runs the script <- podman create --name c --network none c
            not analysed: net.sh (3): undecided: who runs the script <- podman run --network shared d
        "#]],
    );
}

#[test]
fn what_another_machine_or_an_unknown_program_runs() {
    texts(
        r#"
#- /deploy.sh
ssh web docker run --privileged a
DOCKER_HOST=ssh://web docker run b
docker -H ssh://web run c
docker -H tcp://127.0.0.1:2375 run d
ssh web systemd-nspawn -D /srv -b
ssh web docker ps
$ENGINE run --rm -v /:/host e
$RUNNER run tests
nerdctl run --privileged f
docker run
podman run --help
podman run --rm
"#,
        expect![[r#"
            command-line deploy.sh in `files` <- docker -H tcp://127.0.0.1:2375 run d
              auto start: default false
              engine: docker <- docker -H tcp://127.0.0.1:2375 run d
              image: d <- d
            command-line deploy.sh (2) in `files` <- nerdctl run --privileged f
              auto start: default false
              engine: unknown: `containerd` is not modelled <- nerdctl run --privileged f
              rootful: unknown: undecided: who runs the script <- nerdctl run --privileged f
              privileged: true <- --privileged
              image: f <- f
              flag: --privileged <- --privileged
              not known: which engine runs it: `containerd` is not modelled <- nerdctl run --privileged f
              not known: whether its engine runs as root: undecided: who runs the script <- nerdctl run --privileged f
            command-line deploy.sh (3) in `files` <- podman run --rm
              auto start: default false
              engine: podman <- podman run --rm
              rootful: unknown: undecided: who runs the script <- podman run --rm
              flag: --rm <- --rm
              not known: whether its engine runs as root: undecided: who runs the script <- podman run --rm
            not analysed: deploy.sh (2): `containerd` is not modelled <- nerdctl run --privileged f
            not analysed: deploy.sh (2): undecided: who runs the script <- nerdctl run --privileged f
            not analysed: deploy.sh (3): undecided: who runs the script <- podman run --rm
            not analysed: deploy.sh: `docker run on another machine` is not modelled <- docker
            not analysed: deploy.sh: `docker run on another machine` is not modelled <- DOCKER_HOST=ssh://web docker run b
            not analysed: deploy.sh: `docker run on another machine` is not modelled <- docker -H ssh://web run c
            not analysed: deploy.sh: `systemd-nspawn on another machine` is not modelled <- systemd-nspawn
            not analysed: deploy.sh: undecided: which program runs a container <- $ENGINE run --rm -v /:/host e
        "#]],
    );
}

/// Members of such networks are in that of a device of the host, past its firewall.
#[test]
fn networks_past_the_firewall() {
    texts(
        r#"
#- /lan.sh
docker network create --driver macvlan -o parent=eth0 lan
docker network create plain
docker run --network lan a
docker run --network lan --network plain b
"#,
        expect![[r#"
            command-line lan.sh in `files` <- docker run --network lan a
              auto start: default false
              engine: docker <- docker run --network lan a
              network: Lan <- lan
              image: a <- a
              flag: --network <- --network
              flag value: lan <- lan
            command-line lan.sh (2) in `files` <- docker run --network lan --network plain b
              auto start: default false
              engine: docker <- docker run --network lan --network plain b
              network: Private <- plain
              image: b <- b
              flag: --network <- --network
              flag value: lan <- lan
              flag: --network <- --network
              flag value: plain <- plain
        "#]],
    );
}

/// What else starts containers is counted.
#[test]
fn other_ways_to_start_containers() {
    texts(
        r#"
#- /start.sh
docker stack deploy -c compose.yml web
docker stack ls
docker service create --name web a
machinectl -q start web
machinectl status web
machinectl shell web /bin/sh
nixos-container create web --config '{ }'
nixos-container list
ssh other machinectl start web
systemd-run -M web --pipe /bin/sh
"#,
        expect![[r#"
            not analysed: start.sh: `docker stack deploy` is not modelled <- docker stack deploy -c compose.yml web
            not analysed: start.sh: `docker service create` is not modelled <- docker service create --name web a
            not analysed: start.sh: `machinectl` is not modelled <- machinectl -q start web
            not analysed: start.sh: `nixos-container` is not modelled <- nixos-container create web --config '{ }'
        "#]],
    );
}
