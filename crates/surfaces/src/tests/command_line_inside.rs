//! Command lines in units and in JSON, and what scripts make besides containers.

use super::{containers, dump, texts, world};
use expect_test::expect;
use nixpod_modules::Kind;

#[test]
#[expect(clippy::too_many_lines, reason = "one system with many units")]
fn services_of_units() {
    containers(
        r#"
{
  environment.etc."containers/systemd/web.container".text = ''
    [Container]
    Image=docker.io/a/web:1
    [Service]
    ExecStartPre=/bin/podman run --privileged before
    ExecStartPre=
    ExecStartPre=-/usr/bin/podman run --network host \
      first
    ExecStopPost=docker run last
    User=ann
  '';
  virtualisation.quadlet.containers.one = {
    containerConfig.image = "docker.io/a/b:1";
    serviceConfig.ExecStartPre = [ "podman run --rm c" "true" ];
  };
  virtualisation.quadlet.containers.two = {
    containerConfig.image = "docker.io/a/b:1";
    rootlessConfig.uid = 1000;
    serviceConfig.ExecStartPost = "podman run d";
  };
  virtualisation.quadlet.pods.three.extraConfig.Service.ExecStartPre = "podman run e";
  home-manager.users.bob = {
    home.stateVersion = "26.05";
    services.podman.containers.four = { image = "docker.io/a/b:1"; extraConfig.Service.ExecStartPre = "podman run f"; };
  };
}
"#,
        expect![[r#"
            quadlet-nix one in `box` <- {…
              image: docker.io/a/b:1 <- "docker.io/a/b:1"
            quadlet-nix two in `box` <- {…
              rootful: false <- 1000
              image: docker.io/a/b:1 <- "docker.io/a/b:1"
            quadlet web in `box` <- "containers/systemd/web.container"
              rootful: false <- User
              runs as: ann <- User
              image: docker.io/a/web:1 <- docker.io/a/web:1
              unit problem: `User` of the service is not supported (Unsupported) <- User
            command-line environment.etc."containers/systemd/web.container" in `box` <- -/usr/bin/podman run --network host 
              auto start: default false
              engine: podman <- -/usr/bin/podman run --network host 
              rootful: false <- User
              runs as: ann <- User
              network: Host <- host
              image: first <- first
              flag: --network <- --network
              flag value: host <- host
            command-line environment.etc."containers/systemd/web.container" (2) in `box` <- docker run last
              auto start: default false
              engine: docker <- docker run last
              image: last <- last
            command-line virtualisation.quadlet.containers.one.serviceConfig.ExecStartPre in `box` <- podman run --rm c
              auto start: default false
              engine: podman <- podman run --rm c
              image: c <- c
              flag: --rm <- --rm
            command-line virtualisation.quadlet.containers.two.serviceConfig.ExecStartPost in `box` <- podman run d
              auto start: default false
              engine: podman <- podman run d
              rootful: default false
              image: d <- d
            command-line virtualisation.quadlet.pods.three.extraConfig.Service.ExecStartPre in `box` <- podman run e
              auto start: default false
              engine: podman <- podman run e
              image: e <- e
            home-manager-podman four in `home of bob` <- { image = "docker.io/a/b:1"; extraConfig.Service.ExecStartPre = "podman run f"; }
              runs as: default bob
              image: docker.io/a/b:1 <- "docker.io/a/b:1"
            command-line services.podman.containers.four.extraConfig.Service.ExecStartPre in `home of bob` <- podman run f
              auto start: default false
              engine: podman <- podman run f
              rootful: default false
              image: f <- f
        "#]],
    );
}

#[test]
fn services_of_unit_files() {
    texts(
        r#"
#- etc/containers/systemd/web.pod
[Service]
ExecStartPre=podman run --pid host a
#- etc/containers/systemd/web.pod.d/more.conf
[Service]
ExecStartPre=podman run b
#- etc/containers/systemd/broken.volume
[Service]
ExecStartPre="podman run c
ExecStartPre
"#,
        expect![[r#"
            command-line etc/containers/systemd/web.pod in `files` <- podman run --pid host a
              auto start: default false
              engine: podman <- podman run --pid host a
              namespace: pid Host <- host
              image: a <- a
              flag: --pid <- --pid
              flag value: host <- host
            command-line etc/containers/systemd/web.pod.d/more.conf in `files` <- podman run b
              auto start: default false
              engine: podman <- podman run b
              image: b <- b
            not analysed: the drop-in web.pod.d/more.conf: none of the units that it adds to is among the files <- [Service]…
        "#]],
    );
}

#[test]
fn what_a_devcontainer_runs_on_the_host() {
    texts(
        r#"
#- a/.devcontainer/devcontainer.json
{ "image": "a:1", "initializeCommand": "podman run -v /:/h x || true", "postCreateCommand": "docker run inside" }
#- b/.devcontainer/devcontainer.json
{ "image": "a:1", "initializeCommand": ["docker", "run", "--privileged", "$HOME"] }
#- c/.devcontainer/devcontainer.json
{ "image": "a:1", "initializeCommand": { "one": "docker run c", "two": ["docker", "run", "d"], "three": 3 } }
#- d/.devcontainer/devcontainer.json
{ "image": "a:1", "initializeCommand": "docker run
"#,
        expect![[r#"
            command-line a/.devcontainer/devcontainer.json in `files` <- podman run -v /:/h x
              auto start: default false
              engine: podman <- podman run -v /:/h x
              rootful: unknown: nothing says who runs the script <- podman run -v /:/h x
              mount: / at /h rw <- /:/h
              image: x <- x
              flag: -v <- -v
              flag value: /:/h <- /:/h
              not known: whether its engine runs as root: nothing says who runs the script <- podman run -v /:/h x
            command-line b/.devcontainer/devcontainer.json in `files` <- docker
              auto start: default false
              engine: docker <- docker
              privileged: true <- --privileged
              image: $HOME <- $HOME
              flag: --privileged <- --privileged
            command-line c/.devcontainer/devcontainer.json in `files` <- docker run c
              auto start: default false
              engine: docker <- docker run c
              image: c <- c
            command-line c/.devcontainer/devcontainer.json (2) in `files` <- docker
              auto start: default false
              engine: docker <- docker
              image: d <- d
            devcontainer a in `files` <- { "image": "a:1", "initializeCommand": "podman run -v /:/h x || true", "postCreateCommand": "docker run inside" }
              auto start: default false
              engine: default docker
              image: a:1 <- a:1
            devcontainer b in `files` <- { "image": "a:1", "initializeCommand": ["docker", "run", "--privileged", "$HOME"] }
              auto start: default false
              engine: default docker
              image: a:1 <- a:1
            devcontainer c in `files` <- { "image": "a:1", "initializeCommand": { "one": "docker run c", "two": ["docker", "run", "d"], "three": 3 } }
              auto start: default false
              engine: default docker
              image: a:1 <- a:1
            not analysed: a/.devcontainer/devcontainer.json: nothing says who runs the script <- podman run -v /:/h x
            not analysed: d/.devcontainer/devcontainer.json: syntax error: Unterminated string literal <- "docker run…
        "#]],
    );
}

#[test]
fn volumes_that_scripts_make_of_directories_of_the_host() {
    let text = r#"
{
  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers.web = {
    image = "docker.io/a/b:1";
    volumes = [ "root:/h:ro" "perhaps:/p" "own:/o" "dockers:/d" "plain:/q" ];
  };
  virtualisation.quadlet.containers.db.containerConfig = { Image = "docker.io/a/b:1"; Volume = [ "root:/h" ]; };
  systemd.services.podman-web.preStart = ''
    podman volume create --opt type=none --opt=device=/ -o o=bind root
    podman volume create --label a=b plain
    if [ -e /x ]; then podman volume create -o type=none -o device=/etc -o o=bind,ro perhaps; fi
  '';
  systemd.services.other.serviceConfig = { User = "ann"; ExecStart = "podman volume create --opt device=/home --opt o=bind own"; };
  system.activationScripts.v = "docker volume create -o device=/var -o type=none -o o=bind dockers";
}
"#;
    let (world, files) = world(text, Kind::Nixos, true);
    let told = dump::containers(&world, &files);
    let mounts = told
        .lines()
        .filter(|line| !line.starts_with(' ') || line.contains("mount: "));
    expect![[r#"
        oci-containers web in `box` <- {…
          mount: / at /h ro <- "root:/h:ro"
          mount: maybe[[ -e /x ]] /etc at /p ro <- "perhaps:/p"
          mount: volume own at /o rw <- "own:/o"
          mount: volume dockers at /d rw <- "dockers:/d"
          mount: volume plain at /q rw <- "plain:/q"
        quadlet-nix db in `box` <- virtualisation.quadlet.containers.db.containerConfig = { Image = "docker.io/a/b:1"; Volume = [ "root:/h" ]; }
          mount: / at /h rw <- "root:/h"
    "#]].assert_eq(&mounts.map(|line| format!("{line}\n")).collect::<String>());
}

#[test]
fn nerdctl_has_the_words_of_docker() {
    texts(
        r#"
#- run.sh
nerdctl -n k8s.io --snapshotter=stargz run --privileged -v /:/h a
sudo nerdctl container create --net host --name b b:1
nerdctl compose up
nerdctl ps
$SUDO nerdctl run c
"#,
        expect![[r#"
            command-line run.sh in `files` <- nerdctl -n k8s.io --snapshotter=stargz run --privileged -v /:/h a
              auto start: default false
              engine: unknown: `containerd` is not modelled <- nerdctl -n k8s.io --snapshotter=stargz run --privileged -v /:/h a
              rootful: unknown: nothing says who runs the script <- nerdctl -n k8s.io --snapshotter=stargz run --privileged -v /:/h a
              privileged: true <- --privileged
              mount: / at /h rw <- /:/h
              image: a <- a
              flag: --privileged <- --privileged
              flag: -v <- -v
              flag value: /:/h <- /:/h
              not known: which engine runs it: `containerd` is not modelled <- nerdctl -n k8s.io --snapshotter=stargz run --privileged -v /:/h a
              not known: whether its engine runs as root: nothing says who runs the script <- nerdctl -n k8s.io --snapshotter=stargz run --privileged -v /:/h a
            command-line b in `files` <- sudo nerdctl container create --net host --name b b:1
              auto start: default false
              engine: unknown: `containerd` is not modelled <- sudo nerdctl container create --net host --name b b:1
              rootful: true <- sudo nerdctl container create --net host --name b b:1
              network: Host <- host
              image: b:1 <- b:1
              flag: --net <- --net
              flag value: host <- host
              flag: --name <- --name
              flag value: b <- b
              option: name = b <- b
              not known: which engine runs it: `containerd` is not modelled <- sudo nerdctl container create --net host --name b b:1
            command-line run.sh (2) maybe[] in `files` <- $SUDO nerdctl run c
              auto start: default false
              engine: unknown: `containerd` is not modelled <- $SUDO nerdctl run c
              rootful: unknown: nothing says who runs it <- $SUDO nerdctl run c
              image: c <- c
              not known: which engine runs it: `containerd` is not modelled <- $SUDO nerdctl run c
              not known: whether its engine runs as root: nothing says who runs it <- $SUDO nerdctl run c
            not analysed: run.sh: `containerd` is not modelled <- nerdctl -n k8s.io --snapshotter=stargz run --privileged -v /:/h a
            not analysed: run.sh: nothing says who runs the script <- nerdctl -n k8s.io --snapshotter=stargz run --privileged -v /:/h a
            not analysed: b: `containerd` is not modelled <- sudo nerdctl container create --net host --name b b:1
            not analysed: run.sh (2): `containerd` is not modelled <- $SUDO nerdctl run c
            not analysed: run.sh (2): nothing says who runs it <- $SUDO nerdctl run c
            not analysed: run.sh: `nerdctl compose` is not modelled <- nerdctl compose up
        "#]],
    );
}

#[test]
fn namespaces_made_by_hand() {
    texts(
        r#"
#- enter.sh
root=$(mktemp -d)
unshare --user --map-root-user -mpf --net bash -c "
  mount --rbind /dev '$root/dev'
  mount -o bind /etc $root/etc && mount -o remount,ro,bind $root/etc
  mount -t proc proc $root/proc
  [ -n \"$X\" ] && mount -B /srv $root/srv
  exec chroot $root /bin/sh
"
sudo unshare -m -R /srv/root sh -c 'mount --rbind /sys /sys'
unshare -m sh -c 'mount --bind /a /b; make'
unshare -n curl example.org
"#,
        expect![[r#"
            command-line enter.sh in `files` <- unshare --user --map-root-user -mpf --net bash -c "…
              auto start: default false
              engine: unknown: `unshare` is not modelled <- unshare --user --map-root-user -mpf --net bash -c "…
              rootful: unknown: nothing says who runs the script <- unshare --user --map-root-user -mpf --net bash -c "…
              users: Other("unshare") <- root=$(mktemp -d)…
              network: unknown: `unshare` is not modelled <- unshare --user --map-root-user -mpf --net bash -c "…
              mount: /dev at ${…}/dev rw rbind <- /dev
              mount: /etc at ${…}/etc ro bind <- /etc
              mount: maybe[[ -n ] /srv at ${…}/srv rw <- /srv
              not known: which engine runs it, which network it has: `unshare` is not modelled <- unshare --user --map-root-user -mpf --net bash -c "…
              not known: whether its engine runs as root: nothing says who runs the script <- unshare --user --map-root-user -mpf --net bash -c "…
            command-line enter.sh (2) in `files` <- sudo unshare -m -R /srv/root sh -c 'mount --rbind /sys /sys'
              auto start: default false
              engine: unknown: `unshare` is not modelled <- sudo unshare -m -R /srv/root sh -c 'mount --rbind /sys /sys'
              rootful: true <- sudo unshare -m -R /srv/root sh -c 'mount --rbind /sys /sys'
              users: unknown: `unshare` is not modelled <- sudo unshare -m -R /srv/root sh -c 'mount --rbind /sys /sys'
              network: unknown: `unshare` is not modelled <- sudo unshare -m -R /srv/root sh -c 'mount --rbind /sys /sys'
              mount: /sys at /sys rw rbind <- /sys
              not known: which engine runs it, how its users map to those of the host, which network it has: `unshare` is not modelled <- sudo unshare -m -R /srv/root sh -c 'mount --rbind /sys /sys'
            not analysed: enter.sh: `unshare` is not modelled <- unshare --user --map-root-user -mpf --net bash -c "…
            not analysed: enter.sh: nothing says who runs the script <- unshare --user --map-root-user -mpf --net bash -c "…
            not analysed: enter.sh (2): `unshare` is not modelled <- sudo unshare -m -R /srv/root sh -c 'mount --rbind /sys /sys'
            not analysed: enter.sh: `unshare` is not modelled <- unshare --user --map-root-user -mpf --net bash -c "…
            not analysed: enter.sh: `unshare` is not modelled <- sudo unshare -m -R /srv/root sh -c 'mount --rbind /sys /sys'
            not analysed: enter.sh: `unshare` is not modelled <- unshare -m sh -c 'mount --bind /a /b; make'
            not analysed: enter.sh: `unshare` is not modelled <- unshare -n curl example.org
        "#]],
    );
}
