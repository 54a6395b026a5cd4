//! Containers that name what is written elsewhere in their system: pods, and each other.

use super::{containers, texts};
use expect_test::expect;

#[test]
fn pods_of_other_units() {
    containers(
        r#"
{ pkgs, ... }: {
  systemd.services.create-pod = {
    serviceConfig.ExecStart = "${pkgs.podman}/bin/podman pod create --replace -n web-pod -p 5432:5432 -v /run/podman/podman.sock:/s --network=host --pid=host";
    script = "podman pod exists other || podman pod create --name other -v /srv:/srv";
  };
  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers.db = { image = "a"; extraOptions = [ "--pod=web-pod" ]; };
  virtualisation.oci-containers.containers.own = { image = "a"; extraOptions = [ "--pod=other" "--pid=private" ]; };
  virtualisation.oci-containers.containers.lost = { image = "a"; extraOptions = [ "--pod=lost" ]; };
}
"#,
        expect![[r#"
            oci-containers db in `box` <- { image = "a"; extraOptions = [ "--pod=web-pod" ]; }
              engine: podman <- "podman"
              network: Host <- --network=host
              namespace: pid Host <- --pid=host
              mount: /run/podman/podman.sock at /s rw <- /run/podman/podman.sock:/s
              port: - 5432 -> 5432 of pod web-pod <- 5432:5432
              image: a <- "a"
              flag: --pod=web-pod <- "--pod=web-pod"
              option: pod = web-pod <- "--pod=web-pod"
            oci-containers lost in `box` <- { image = "a"; extraOptions = [ "--pod=lost" ]; }
              engine: podman <- "podman"
              network: unknown: nothing here makes the pod `lost` <- "--pod=lost"
              image: a <- "a"
              flag: --pod=lost <- "--pod=lost"
              option: pod = lost <- "--pod=lost"
              not known: which network it has: nothing here makes the pod `lost` <- "--pod=lost"
            oci-containers own in `box` <- { image = "a"; extraOptions = [ "--pod=other" "--pid=private" ]; }
              engine: podman <- "podman"
              namespace: pid Other("private") <- "--pid=private"
              mount: /srv at /srv rw <- /srv:/srv
              image: a <- "a"
              flag: --pod=other <- "--pod=other"
              flag: --pid=private <- "--pid=private"
              option: pod = other <- "--pod=other"
            not analysed: the pod of lost: nothing here makes the pod `lost` <- "--pod=lost"
        "#]],
    );
}

#[test]
fn pods_of_units_by_their_names() {
    containers(
        r#"
{
  environment.etc."containers/systemd/web.pod".text = "[Pod]\nVolume=/etc:/e\nNetwork=host\n";
  virtualisation.quadlet.pods.db.podConfig.volumes = [ "/var:/v" ];
  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers.a = { image = "a"; extraOptions = [ "--pod" "systemd-web" ]; };
  virtualisation.oci-containers.containers.b = { image = "a"; extraOptions = [ "--pod" "db" ]; };
  virtualisation.oci-containers.containers.c = { image = "a"; extraOptions = [ "--pod" "new:x" "--network=host" ]; };
  virtualisation.oci-containers.containers.d = { image = "a"; extraOptions = [ "--pod" "x" ]; };
}
"#,
        expect![[r#"
            oci-containers a in `box` <- { image = "a"; extraOptions = [ "--pod" "systemd-web" ]; }
              engine: podman <- "podman"
              network: Host <- host
              mount: /etc at /e rw <- /etc:/e
              image: a <- "a"
              flag: --pod <- "--pod"
              flag value: systemd-web <- "systemd-web"
              option: pod = systemd-web <- "systemd-web"
            oci-containers b in `box` <- { image = "a"; extraOptions = [ "--pod" "db" ]; }
              engine: podman <- "podman"
              mount: /var at /v rw <- "/var:/v"
              image: a <- "a"
              flag: --pod <- "--pod"
              flag value: db <- "db"
              option: pod = db <- "db"
            oci-containers c in `box` <- { image = "a"; extraOptions = [ "--pod" "new:x" "--network=host" ]; }
              engine: podman <- "podman"
              network: Host <- "--network=host"
              image: a <- "a"
              flag: --pod <- "--pod"
              flag value: new:x <- "new:x"
              flag: --network=host <- "--network=host"
              option: pod = new:x <- "new:x"
            oci-containers d in `box` <- { image = "a"; extraOptions = [ "--pod" "x" ]; }
              engine: podman <- "podman"
              network: Host <- "--network=host"
              image: a <- "a"
              flag: --pod <- "--pod"
              flag value: x <- "x"
              option: pod = x <- "x"
        "#]],
    );
}

#[test]
fn volumes_of_other_containers() {
    containers(
        r#"
{
  virtualisation.oci-containers.containers = {
    data = { image = "a"; volumes = [ "/home/ann/.ssh:/s" "named:/n" ]; extraOptions = [ "--tmpfs=/t" "--volumes-from=x" ]; };
    x = { image = "a"; volumes = [ "/x:/x" ]; extraOptions = [ "--volumes-from" "data:ro" ]; };
    lost = { image = "a"; extraOptions = [ "--volumes-from" "nobody" ]; };
  };
}
"#,
        expect![[r#"
            oci-containers data in `box` <- { image = "a"; volumes = [ "/home/ann/.ssh:/s" "named:/n" ]; extraOptions = [ "--tmpfs=/t" "--volumes-from=x" ]; }
              mount: /home/ann/.ssh at /s rw <- "/home/ann/.ssh:/s"
              mount: volume named at /n rw <- "named:/n"
              mount: volume tmpfs at /t rw <- "--tmpfs=/t"
              mount: /x at /x rw <- x
              image: a <- "a"
              flag: --tmpfs=/t <- "--tmpfs=/t"
              flag: --volumes-from=x <- "--volumes-from=x"
              option: volumes-from = x <- "--volumes-from=x"
            oci-containers lost in `box` <- { image = "a"; extraOptions = [ "--volumes-from" "nobody" ]; }
              image: a <- "a"
              flag: --volumes-from <- "--volumes-from"
              flag value: nobody <- "nobody"
              option: volumes-from = nobody <- "nobody"
            oci-containers x in `box` <- { image = "a"; volumes = [ "/x:/x" ]; extraOptions = [ "--volumes-from" "data:ro" ]; }
              mount: /x at /x rw <- "/x:/x"
              mount: /home/ann/.ssh at /s ro <- data:ro
              mount: volume named at /n ro <- data:ro
              image: a <- "a"
              flag: --volumes-from <- "--volumes-from"
              flag value: data:ro <- "data:ro"
              option: volumes-from = data:ro <- "data:ro"
            not analysed: the volumes of lost: nothing here runs a container `nobody` <- "nobody"
        "#]],
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "mostly expected text")]
fn files_that_scripts_write() {
    containers(
        r#"
{ pkgs, ... }: {
  system.activationScripts.q = ''
    mkdir -p /etc/containers/systemd
    cat > /etc/containers/systemd/a.container <<'EOF'
    [Container]
    Image=docker.io/library/a:1
    Network=b.network
    PodmanArgs=--privileged
    EOF
    cat > "$OUT/lost.container" <<'EOF'
    [Container]
    Image=a
    EOF
    echo '{}' > /etc/docker/daemon.json
    printf '[Exec]\nPrivateUsers=no\n' | tee /etc/systemd/nspawn/m.nspawn
    ln -sf ${pkgs.writeText "c" "[Container]\nImage=c\n"} /etc/containers/systemd/c.container
  '';
  systemd.user.services.u.script = ''
    cat > ~/.config/containers/systemd/u.container <<EOF
    [Container]
    Image=$IMAGE
    Volume=/etc:/etc
    EOF
    cat > /etc/systemd/system/s.service <<EOF
    [Service]
    ExecStart=/usr/bin/docker run --privileged b
    EOF
  '';
}
"#,
        expect![[r#"
            quadlet u in `box` <- script
              rootful: default false
              mount: /etc at /etc rw <- /etc:/etc
              image: ${…} <- $IMAGE
              not known: which image it runs: the variable `IMAGE` of a script depends on the machine <- $IMAGE
            quadlet a in `box` <- q
              privileged: true <- --privileged
              network: Private <- b.network
              image: docker.io/library/a:1 <- docker.io/library/a:1
              flag: --privileged <- --privileged
            quadlet c in `box` <- q
              image: c <- c
            systemd-nspawn m in `box` <- q
              users: Host <- no
              network: default Private
              flag: --private-users=no <- no
              private users: Host <- no
              other private network: default true
            command-line /etc/systemd/system/s.service in `box` <- /usr/bin/docker run --privileged b
              auto start: default false
              engine: docker <- /usr/bin/docker run --privileged b
              privileged: true <- --privileged
              image: b <- b
              flag: --privileged <- --privileged
            not analysed: u: the variable `IMAGE` of a script depends on the machine <- $IMAGE
            not analysed: system.activationScripts.q: `a unit of Podman's generator that a script writes to a folder of its own` is not modelled <- $OUT
            not analysed: system.activationScripts.q: `settings of an engine that a script writes` is not modelled <- /etc/docker/daemon.json
        "#]],
    );
    texts(
        r#"
#- /setup.sh
cat > $HOME/.config/containers/systemd/x.container <<'EOF'
[Container]
Image=x
EOF
"#,
        expect![[r#"
            quadlet x in `files` <- Container
              rootful: default false
              image: x <- x
        "#]],
    );
}
