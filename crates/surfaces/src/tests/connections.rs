//! Lines whose engine is somewhere else, and what lines make that others use.

use super::texts;
use expect_test::expect;

#[test]
fn engines_that_are_named() {
    texts(
        r#"
#- other.sh
docker -c far run --privileged a:1
docker --context=far run --privileged b:1
DOCKER_CONTEXT=far docker run --privileged c:1
podman --connection far run --privileged d:1
podman -c far run --privileged e:1
CONTAINER_CONNECTION=far podman run --privileged f:1
#- used.sh
docker context use far
docker run --privileged a:1
docker context use default
docker run --privileged b:1
#- own.sh
docker --context default run --privileged a:1
DOCKER_CONTEXT=far docker -H unix:///run/docker.sock run --privileged b:1
podman run -c 512 --privileged c:1
"#,
        expect![[r#"
            command-line used.sh in `files` <- docker run --privileged b:1
              auto start: default false
              engine: docker <- docker run --privileged b:1
              privileged: true <- --privileged
              image: b:1 <- b:1
              flag: --privileged <- --privileged
            command-line own.sh in `files` <- docker --context default run --privileged a:1
              auto start: default false
              engine: docker <- docker --context default run --privileged a:1
              privileged: true <- --privileged
              image: a:1 <- a:1
              flag: --privileged <- --privileged
            command-line own.sh (2) in `files` <- DOCKER_CONTEXT=far docker -H unix:///run/docker.sock run --privileged b:1
              auto start: default false
              engine: docker <- DOCKER_CONTEXT=far docker -H unix:///run/docker.sock run --privileged b:1
              rootful: true <- DOCKER_CONTEXT=far docker -H unix:///run/docker.sock run --privileged b:1
              privileged: true <- --privileged
              image: b:1 <- b:1
              flag: --privileged <- --privileged
            command-line own.sh (3) in `files` <- podman run -c 512 --privileged c:1
              auto start: default false
              engine: podman <- podman run -c 512 --privileged c:1
              rootful: unknown: nothing says who runs the script <- podman run -c 512 --privileged c:1
              privileged: true <- --privileged
              image: c:1 <- c:1
              flag: -c <- -c
              flag value: 512 <- 512
              flag: --privileged <- --privileged
              not known: whether its engine runs as root: nothing says who runs the script <- podman run -c 512 --privileged c:1
            not analysed: own.sh (3): nothing says who runs the script <- podman run -c 512 --privileged c:1
            not analysed: other.sh: `docker run over a connection that is kept elsewhere` is not modelled <- docker -c far run --privileged a:1
            not analysed: other.sh: `docker run over a connection that is kept elsewhere` is not modelled <- docker --context=far run --privileged b:1
            not analysed: other.sh: `docker run over a connection that is kept elsewhere` is not modelled <- DOCKER_CONTEXT=far docker run --privileged c:1
            not analysed: other.sh: `podman run over a connection that is kept elsewhere` is not modelled <- podman --connection far run --privileged d:1
            not analysed: other.sh: `podman run over a connection that is kept elsewhere` is not modelled <- podman -c far run --privileged e:1
            not analysed: other.sh: `podman run over a connection that is kept elsewhere` is not modelled <- CONTAINER_CONNECTION=far podman run --privileged f:1
            not analysed: used.sh: `docker run over a connection that is kept elsewhere` is not modelled <- docker run --privileged a:1
        "#]],
    );
}

/// Whatever makes volumes takes options before and behind their names.
#[test]
fn options_behind_names() {
    texts(
        r#"
#- run.sh
podman volume inspect data || podman volume create data --driver=local --opt=device=/etc --opt=o=bind --opt=type=none
docker network create lan --driver host
podman run -v data:/x a:1
docker run --network lan b:1
"#,
        expect![[r#"
            command-line run.sh in `files` <- podman run -v data:/x a:1
              auto start: default false
              engine: podman <- podman run -v data:/x a:1
              rootful: unknown: nothing says who runs the script <- podman run -v data:/x a:1
              mount: maybe[not podman volume inspect data] /etc at /x rw <- data:/x
              image: a:1 <- a:1
              flag: -v <- -v
              flag value: data:/x <- data:/x
              not known: whether its engine runs as root: nothing says who runs the script <- podman run -v data:/x a:1
            command-line run.sh (2) in `files` <- docker run --network lan b:1
              auto start: default false
              engine: docker <- docker run --network lan b:1
              network: Host <- lan
              image: b:1 <- b:1
              flag: --network <- --network
              flag value: lan <- lan
            not analysed: run.sh: nothing says who runs the script <- podman run -v data:/x a:1
        "#]],
    );
}
