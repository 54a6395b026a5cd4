//! `virtualisation.oci-containers`.

use super::containers;
use expect_test::expect;

#[test]
#[expect(clippy::too_many_lines, reason = "mostly expected text")]
fn typed_options() {
    containers(
        r#"
{ config, pkgs, ... }:
{
  virtualisation.oci-containers.containers.web = {
    image = "nginx:1.27";
    privileged = true;
    capabilities = { NET_RAW = true; chown = false; KILL = null; };
    devices = [ "/dev/dri:/dev/dri:rw" "nvidia.com/gpu=all" ];
    networks = [ "web" "host" ];
    ports = [ "80:80" "127.0.0.1:8080:80/tcp" "${toString config.web.port}:80" ];
    volumes = [ "/srv:/srv:ro" "data:/data" "${./conf}:/conf" "/home/${config.me}/x:/x:Z" ];
    environment = { A = "1"; TOKEN = config.sops.placeholder.x; };
    environmentFiles = [ ./env config.sops.secrets.env.path "/run/x" ];
    cmd = [ "serve" ];
    entrypoint = "/bin/web";
    login.passwordFile = "/run/pw";
    podman.user = "web";
  };
  virtualisation.oci-containers.containers.own = {
    image = "own:latest";
    imageFile = pkgs.dockerTools.buildImage { name = "own"; };
    autoStart = false;
  };
}
#- env
A=1
"#,
        expect![[r#"
            oci-containers own in `box` <- {…
              auto start: false <- false
              image: own:latest (writes image own: "{}\n\n\n\n") by nix <- "own:latest"
            oci-containers web in `box` <- {…
              rootful: false <- "web"
              runs as: web <- "web"
              privileged: true <- true
              capability: CAP_NET_RAW <- true
              dropped: CAP_CHOWN <- false
              network: Host <- "host"
              mount: /srv at /srv ro <- "/srv:/srv:ro"
              mount: volume data at /data rw <- "data:/data"
              mount: ${store path of conf} (copies ./conf) at /conf (copies ./conf) rw <- "${./conf}:/conf"
              mount: /home/${me}/x at /x rw Z <- "/home/${config.me}/x:/x:Z"
              device: /dev/dri rw <- "/dev/dri:/dev/dri:rw"
              device: nvidia.com/gpu=all rwm <- "nvidia.com/gpu=all"
              port: - 80 -> 80 <- "80:80"
              port: 127.0.0.1 8080 -> 80 <- "127.0.0.1:8080:80/tcp"
              port: - ${web.port} -> 80 <- "${toString config.web.port}:80"
              environment: A = 1 <- "1"
              environment: TOKEN = ${sops.placeholder.x} <- {…
              environment file: /p/env (path ./env with variables) <- ./env
              environment file: unknown: option `sops.secrets.env.path` is set nowhere in the analysed files <- environmentFiles
              environment file: /run/x <- "/run/x"
              image: nginx:1.27 <- "nginx:1.27"
              command: /bin/web <- "/bin/web"
              command: serve <- "serve"
              sdnotify: default conmon
              not known: which ports it publishes: option `web.port` is set nowhere in the analysed files <- "${toString config.web.port}:80"
            not analysed: virtualisation.oci-containers.containers.web: option `web.port` is set nowhere in the analysed files <- "${toString config.web.port}:80"
        "#]],
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "mostly expected text")]
fn each_element_is_one_word() {
    containers(
        r#"
{ lib, inputs, ... }:
{
  virtualisation.oci-containers.backend = "docker";
  virtualisation.oci-containers.containers.web = {
    image = "docker.io/library/a@sha256:00";
    extraOptions = [
      "--privileged" "--cap-add=sys_admin,NET_ADMIN" "--cap-drop" "all" "--cap-add SYS_PTRACE" "--security-opt=no-new-privileges"
      "--security-opt" "seccomp=unconfined" "--net=host" "--pid=host" "--ipc=container:db" "--userns=keep-id:uid=1" "-v=/a:/b:ro"
      "-v" "/c:/d" "--mount=type=bind,source=/e,target=/f,readonly" "--device=/dev/fuse" "-p" "[::1]:80:80" "-eA=b" "--env" "C=d e"
      "--env-file" "/run/env" "--label=a b" "--gpus=all" "-it" "--tmpfs=/tmp:size=1m" "--privileged=false"
    ] ++ lib.optionals inputs.gpu [ "--device" "/dev/kfd" ];
  };
}"#,
        expect![[r#"
            oci-containers web in `box` <- {…
              engine: docker <- "docker"
              users: KeepId <- "--userns=keep-id:uid=1"
              privileged: false <- "--privileged=false"
              capability: CAP_SYS_ADMIN <- sys_admin
              capability: CAP_NET_ADMIN <- NET_ADMIN
              dropped: all <- "all"
              network: Host <- "--net=host"
              namespace: pid Host <- "--pid=host"
              namespace: ipc Container("db") <- "--ipc=container:db"
              mount: /a at /b ro <- "-v=/a:/b:ro"
              mount: /c at /d rw <- "/c:/d"
              mount: /e at /f ro <- "--mount=type=bind,source=/e,target=/f,readonly"
              mount: volume tmpfs at /tmp rw size=1m <- "--tmpfs=/tmp:size=1m"
              device: /dev/fuse rwm <- "--device=/dev/fuse"
              device: nvidia.com/gpu=all rwm <- "--gpus=all"
              device: maybe[inputs.gpu] /dev/kfd rwm <- "/dev/kfd"
              port: ::1 80 -> 80 <- "[::1]:80:80"
              environment: A = b <- "-eA=b"
              environment: C = d e <- "C=d e"
              environment file: /run/env <- "/run/env"
              image: docker.io/library/a@sha256:00 <- "docker.io/library/a@sha256:00"
              security: no-new-privileges <- "--security-opt=no-new-privileges"
              security: seccomp=unconfined <- "seccomp=unconfined"
              flag: --privileged <- "--privileged"
              flag: --cap-add=sys_admin,NET_ADMIN <- "--cap-add=sys_admin,NET_ADMIN"
              flag: --cap-drop <- "--cap-drop"
              flag value: all <- "all"
              malformed flag: --cap-add SYS_PTRACE <- "--cap-add SYS_PTRACE"
              flag: --security-opt=no-new-privileges <- "--security-opt=no-new-privileges"
              flag: --security-opt <- "--security-opt"
              flag value: seccomp=unconfined <- "seccomp=unconfined"
              flag: --net=host <- "--net=host"
              flag: --pid=host <- "--pid=host"
              flag: --ipc=container:db <- "--ipc=container:db"
              flag: --userns=keep-id:uid=1 <- "--userns=keep-id:uid=1"
              flag: -v=/a:/b:ro <- "-v=/a:/b:ro"
              flag: -v <- "-v"
              flag value: /c:/d <- "/c:/d"
              flag: --mount=type=bind,source=/e,target=/f,readonly <- "--mount=type=bind,source=/e,target=/f,readonly"
              flag: --device=/dev/fuse <- "--device=/dev/fuse"
              flag: -p <- "-p"
              flag value: [::1]:80:80 <- "[::1]:80:80"
              flag: -eA=b <- "-eA=b"
              flag: --env <- "--env"
              flag value: C=d e <- "C=d e"
              flag: --env-file <- "--env-file"
              flag value: /run/env <- "/run/env"
              flag: --label=a b <- "--label=a b"
              flag: --gpus=all <- "--gpus=all"
              flag: -it <- "-it"
              flag: --tmpfs=/tmp:size=1m <- "--tmpfs=/tmp:size=1m"
              flag: --privileged=false <- "--privileged=false"
              flag: maybe[inputs.gpu] --device <- "--device"
              flag value: maybe[inputs.gpu] /dev/kfd <- "/dev/kfd"
              option: userns = keep-id:uid=1 <- "--userns=keep-id:uid=1"
              option: label = a b <- "--label=a b"
        "#]],
    );
}

#[test]
fn a_time_zone_that_another_file_sets() {
    let text = r#"
{ config, ... }: { virtualisation.oci-containers.containers.w = { image = "w"; environment.TZ = config.time.timeZone; }; }"#;
    let (world, files) = super::world(text, nixpod_modules::Kind::Nixos, false);
    expect![[r#"
        oci-containers w in `box` <- { image = "w"; environment.TZ = config.time.timeZone; }
          engine: maybe[] podman
          environment: TZ = ${time.timeZone} <- config.time.timeZone
          image: w <- "w"
    "#]]
    .assert_eq(&super::dump::containers(&world, &files));
}

/// What an input adds to a container may set anything of it, so that no default is certain.
#[test]
fn what_was_not_seen_dooms_the_defaults() {
    containers(
        r#"
{ lib, inputs, ... }:
{
  virtualisation.oci-containers.containers = {
    a = lib.mkMerge [ inputs.private.web { image = "x"; privileged = true; } ];
    b = { image = "y"; } // inputs.b;
  };
}"#,
        expect![[r#"
            oci-containers a in `box` <- { image = "x"; privileged = true; }
              auto start: unknown: `inputs.private.web` comes from outside
              rootful: unknown: `inputs.private.web` comes from outside
              users: unknown: `inputs.private.web` comes from outside
              privileged: true <- true
              network: unknown: `inputs.private.web` comes from outside
              image: x <- "x"
              not seen: `inputs.private.web` comes from outside
              not known: a part of its definition: `inputs.private.web` comes from outside <- a
            oci-containers b in `box` <- { image = "y"; } // inputs.b
              auto start: unknown: `inputs.b` comes from outside
              rootful: unknown: `inputs.b` comes from outside
              users: unknown: `inputs.b` comes from outside
              privileged: unknown: `inputs.b` comes from outside
              network: unknown: `inputs.b` comes from outside
              image: maybe[depending on image] y <- "y"
              not seen: `inputs.b` comes from outside
              not known: a part of its definition: `inputs.b` comes from outside <- b
            not analysed: virtualisation.oci-containers.containers.b: `inputs.b` comes from outside <- b
            not analysed: a definition of virtualisation.oci-containers.containers.a: `inputs.private.web` comes from outside <- a
        "#]],
    );
}

#[test]
fn nobody_expands_homes_and_variables() {
    containers(
        r#"
        {
          virtualisation.oci-containers.containers.a = {
            image = "a";
            volumes = [ "~/x:/x" "%h/y:/y" "./z:/z" ];
            extraOptions = [ "-v=$HOME/w:/w" ];
          };
        }
        "#,
        expect![[r#"
            oci-containers a in `box` <- {…
              mount: volume ~/x at /x rw <- "~/x:/x"
              mount: volume %h/y at /y rw <- "%h/y:/y"
              mount: ./z at /z rw <- "./z:/z"
              mount: volume $HOME/w at /w rw <- "-v=$HOME/w:/w"
              image: a <- "a"
              flag: -v=$HOME/w:/w <- "-v=$HOME/w:/w"
        "#]],
    );
}

/// A name that is not known may be any capability, or none at all.
#[test]
fn names_of_capabilities_that_are_not_known() {
    containers(
        r#"
{ config, lib, inputs, ... }:
{
  virtualisation.oci-containers.containers = {
    a = { image = "a"; capabilities = lib.genAttrs inputs.caps (_: true); };
    b = { image = "b"; capabilities = lib.genAttrs inputs.caps (_: false); };
    c = { image = "c"; capabilities = { NET_RAW = true; ${inputs.cap} = true; }; };
    d = { image = "d"; capabilities = lib.listToAttrs (map (name: { inherit name; value = true; }) inputs.caps); };
  };
}"#,
        expect![[r#"
            oci-containers a in `box` <- { image = "a"; capabilities = lib.genAttrs inputs.caps (_: true); }
              capability: unknown: which capability it is, is not known <- capabilities
              image: a <- "a"
              not known: which capabilities it has: which capability it is, is not known <- capabilities
            oci-containers b in `box` <- { image = "b"; capabilities = lib.genAttrs inputs.caps (_: false); }
              dropped: unknown: which capability it is, is not known <- capabilities
              image: b <- "b"
              not known: which capabilities it drops: which capability it is, is not known <- capabilities
            oci-containers c in `box` <- { image = "c"; capabilities = { NET_RAW = true; ${inputs.cap} = true; }; }
              capability: CAP_NET_RAW <- true
              capability: unknown: which capability it is, is not known <- capabilities
              image: c <- "c"
              not known: which capabilities it has: which capability it is, is not known <- capabilities
            oci-containers d in `box` <- { image = "d"; capabilities = lib.listToAttrs (map (name: { inherit name; value = true; }) inputs.caps); }
              capability: unknown: which capability it is, is not known <- capabilities
              image: d <- "d"
              not known: which capabilities it has: which capability it is, is not known <- capabilities
            not analysed: virtualisation.oci-containers.containers.a: which capability it is, is not known <- capabilities
            not analysed: virtualisation.oci-containers.containers.b: which capability it is, is not known <- capabilities
            not analysed: virtualisation.oci-containers.containers.c: which capability it is, is not known <- capabilities
            not analysed: virtualisation.oci-containers.containers.d: which capability it is, is not known <- capabilities
        "#]],
    );
}

#[test]
fn switches_are_booleans_of_go() {
    containers(
        r#"
{
  virtualisation.oci-containers.containers.a = {
    image = "a";
    extraOptions = [ "--env-host=1" "--tls-verify=0" "--init=F" "--read-only" "--privileged=F" "--hostname=1" ];
  };
}"#,
        expect![[r#"
            oci-containers a in `box` <- {…
              privileged: false <- "--privileged=F"
              image: a <- "a"
              flag: --env-host=1 <- "--env-host=1"
              flag: --tls-verify=0 <- "--tls-verify=0"
              flag: --init=F <- "--init=F"
              flag: --read-only <- "--read-only"
              flag: --privileged=F <- "--privileged=F"
              flag: --hostname=1 <- "--hostname=1"
              option: env-host = true <- "--env-host=1"
              option: tls-verify = false <- "--tls-verify=0"
              option: init = false <- "--init=F"
              option: read-only = true <- "--read-only"
              option: hostname = 1 <- "--hostname=1"
        "#]],
    );
}

#[test]
fn others_whose_names_are_not_known() {
    containers(
        r#"
{ config, ... }:
{
  virtualisation.oci-containers.containers.a = {
    image = "a";
    networks = [ "container:${config.my.vpn}" ];
    extraOptions = [ "--pid=container:x-${config.my.vpn}" ];
  };
}"#,
        expect![[r#"
            oci-containers a in `box` <- {…
              network: Joined("${my.vpn}") <- "container:${config.my.vpn}"
              namespace: pid Container("x-${my.vpn}") <- "--pid=container:x-${config.my.vpn}"
              image: a <- "a"
              flag: --pid=container:x-${my.vpn} <- "--pid=container:x-${config.my.vpn}"
        "#]],
    );
}

#[test]
fn values_that_go_takes_apart() {
    containers(
        r#"
{
  virtualisation.oci-containers.containers.a = {
    image = "a";
    ports = [ "80:80,81:81" ];
    extraOptions = [
      "--mount"
      "type=bind,\"source=/etc,x\",target=/x"
      "--device=/dev/kvm,/dev/mem:/m"
      "--group-add=\"a\",b"
    ];
  };
}"#,
        expect![[r#"
            oci-containers a in `box` <- {…
              mount: /etc,x at /x rw <- "type=bind,\"source=/etc,x\",target=/x"
              device: /dev/kvm rwm <- /dev/kvm
              device: /dev/mem rwm <- /dev/mem:/m
              port: - 80 -> 80 <- 80:80
              port: - 81 -> 81 <- 81:81
              image: a <- "a"
              flag: --mount <- "--mount"
              flag value: type=bind,"source=/etc,x",target=/x <- "type=bind,\"source=/etc,x\",target=/x"
              flag: --device=/dev/kvm,/dev/mem:/m <- "--device=/dev/kvm,/dev/mem:/m"
              flag: --group-add="a",b <- "--group-add=\"a\",b"
              option: group-add = a <- a
              option: group-add = b <- b
        "#]],
    );
    containers(
        r#"
{
  virtualisation.oci-containers.backend = "docker";
  virtualisation.oci-containers.containers.a = {
    image = "a";
    extraOptions = [
      "--mount=dst=/x,volume-opt=type=none,volume-opt=device=/etc,\"volume-opt=o=bind,ro\""
      "--group-add=a,b"
    ];
  };
}"#,
        expect![[r#"
            oci-containers a in `box` <- {…
              engine: docker <- "docker"
              mount: /etc at /x ro <- "--mount=dst=/x,volume-opt=type=none,volume-opt=device=/etc,\"volume-opt=o=bind,ro\""
              image: a <- "a"
              flag: --mount=dst=/x,volume-opt=type=none,volume-opt=device=/etc,"volume-opt=o=bind,ro" <- "--mount=dst=/x,volume-opt=type=none,volume-opt=device=/etc,\"volume-opt=o=bind,ro\""
              flag: --group-add=a,b <- "--group-add=a,b"
              option: group-add = a,b <- "--group-add=a,b"
        "#]],
    );
}

/// What is known in part is counted where the rest decides.
#[test]
fn what_the_rest_decides() {
    containers(
        r#"
{ vars, ... }: { virtualisation.oci-containers.containers.web = {
  image = "docker.io/a/b:1";
  extraOptions = [ "--security-opt=${vars.option}" ];
  devices = [ "/dev/${vars.device}" "/dev/dri/${vars.card}" ];
  volumes = [ "/var/run/${vars.socket}:/x" "/srv/${vars.folder}:/y" ];
  ports = [ "${vars.port}:80" "127.0.0.1:${vars.port}:81" ];
}; }
"#,
        expect![[r#"
            oci-containers web in `box` <- {…
              mount: /var/run/${vars.socket} at /x rw <- "/var/run/${vars.socket}:/x"
              mount: /srv/${vars.folder} at /y rw <- "/srv/${vars.folder}:/y"
              device: /dev/${vars.device} rwm <- "/dev/${vars.device}"
              device: /dev/dri/${vars.card} rwm <- "/dev/dri/${vars.card}"
              port: - ${vars.port} -> 80 <- "${vars.port}:80"
              port: 127.0.0.1 ${vars.port} -> 81 <- "127.0.0.1:${vars.port}:81"
              image: docker.io/a/b:1 <- "docker.io/a/b:1"
              security: ${vars.option} <- "--security-opt=${vars.option}"
              flag: --security-opt=${vars.option} <- "--security-opt=${vars.option}"
              not known: what it mounts: `vars.socket` comes from outside <- "/var/run/${vars.socket}:/x"
              not known: which devices it gets: `vars.device` comes from outside <- "/dev/${vars.device}"
              not known: which ports it publishes: `vars.port` comes from outside <- "${vars.port}:80"
              not known: which security options it has: `vars.option` comes from outside <- "--security-opt=${vars.option}"
            not analysed: virtualisation.oci-containers.containers.web: `vars.socket` comes from outside <- "/var/run/${vars.socket}:/x"
            not analysed: virtualisation.oci-containers.containers.web: `vars.device` comes from outside <- "/dev/${vars.device}"
            not analysed: virtualisation.oci-containers.containers.web: `vars.port` comes from outside <- "${vars.port}:80"
            not analysed: virtualisation.oci-containers.containers.web: `vars.option` comes from outside <- "--security-opt=${vars.option}"
        "#]],
    );
}
