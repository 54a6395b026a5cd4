//! Settings of Podman as a whole.

use super::{containers, systems};
use expect_test::expect;

#[test]
#[expect(clippy::too_many_lines, reason = "mostly expected text")]
fn what_containers_conf_says_holds_for_every_container_of_podman() {
    containers(
        r#"
        {
          virtualisation.containers.containersConf.settings = {
            containers = {
              netns = "host";
              pidns = "host";
              privileged = true;
              default_capabilities = [ "CHOWN" "CAP_SYS_ADMIN" ];
              seccomp_profile = "unconfined";
              label = false;
              volumes = [ "/:/host" ];
              mounts = [ "type=bind,source=/etc,target=/etc" ];
              devices = [ "/dev/mem" ];
              env = [ "TZ=UTC" ];
              env_host = true;
            };
            network.default_host_ips = [ "127.0.0.1" ];
            engine = { hooks_dir = [ "/opt/hooks" ]; runtime = "runc"; };
          };
          virtualisation.oci-containers.containers.web = {
            image = "web";
            ports = [ "80:80" "0.0.0.0:81:81" ];
            privileged = false;
            extraOptions = [ "--pid=container:a" "--network=none" ];
          };
        }
        "#,
        expect![[r#"
            containers-conf <every container of Podman> template in `box` <- {…
              privileged: true <- true
              capability: CAP_SYS_ADMIN <- "CAP_SYS_ADMIN"
              network: Host <- "host"
              namespace: pid Host <- "host"
              mount: / at /host rw <- "/:/host"
              mount: /etc at /etc rw <- "type=bind,source=/etc,target=/etc"
              device: /dev/mem rwm <- "/dev/mem"
              environment: TZ = UTC <- "TZ=UTC"
              security: seccomp=unconfined <- "unconfined"
              security: label=disable <- false
              flag: --env-host <- true
              flag: --hooks-dir=/opt/hooks <- "/opt/hooks"
              flag: --runtime=runc <- "runc"
            oci-containers web in `box` <- {…
              privileged: false <- false
              capability: default CAP_SYS_ADMIN <- "CAP_SYS_ADMIN"
              network: None <- "--network=none"
              namespace: pid Container("a") <- "--pid=container:a"
              mount: default / at /host rw <- "/:/host"
              mount: default /etc at /etc rw <- "type=bind,source=/etc,target=/etc"
              device: default /dev/mem rwm <- "/dev/mem"
              port: 127.0.0.1 80 -> 80 <- "80:80"
              port: 0.0.0.0 81 -> 81 <- "0.0.0.0:81:81"
              environment: default TZ = UTC <- "TZ=UTC"
              image: web <- "web"
              security: default seccomp=unconfined <- "unconfined"
              security: default label=disable <- false
              flag: --pid=container:a <- "--pid=container:a"
              flag: --network=none <- "--network=none"
        "#]],
    );
}

#[test]
fn docker_does_not_read_containers_conf_and_a_user_has_a_file_of_their_own() {
    containers(
        r#"
        {
          virtualisation.oci-containers.backend = "docker";
          virtualisation.containers.containersConf.settings.containers = { userns = "auto"; privileged = true; };
          virtualisation.oci-containers.containers.web.image = "web";
          home-manager.users.ann.services.podman = {
            settings.containers.containers = { privileged = false; };
            containers.db.image = "db";
          };
        }
        "#,
        expect![[r#"
            containers-conf <every container of Podman> template in `box` <- virtualisation.containers.containersConf.settings.containers = { userns = "auto"; privileged = true; }
              users: Pick <- "auto"
              privileged: true <- true
            oci-containers web in `box` <- virtualisation.oci-containers.containers.web.image = "web"
              engine: docker <- "docker"
              image: web <- "web"
            containers-conf <every container of Podman> template in `home of ann` <- settings.containers.containers = { privileged = false; }
              rootful: default false
              users: default Pick <- "auto"
              privileged: false <- false
            home-manager-podman db in `home of ann` <- containers.db.image = "db"
              runs as: default ann
              users: default Pick <- "auto"
              privileged: default false <- false
              image: db <- "db"
        "#]],
    );
}

#[test]
fn settings_that_are_not_known_leave_every_container_open() {
    containers(
        r#"
        { config, inputs, ... }: {
          virtualisation.containers.containersConf.settings.containers = { privileged = inputs.x.p; userns = "auto"; };
          virtualisation.oci-containers.containers.web.image = "web";
        }
        "#,
        expect![[r#"
            containers-conf <every container of Podman> template in `box` <- virtualisation.containers.containersConf.settings.containers = { privileged = inputs.x.p; userns = "auto"; }
              users: Pick <- "auto"
              privileged: unknown: `inputs.x.p` comes from outside <- privileged
              not known: whether it is privileged: `inputs.x.p` comes from outside <- privileged
            oci-containers web in `box` <- virtualisation.oci-containers.containers.web.image = "web"
              users: default Pick <- "auto"
              privileged: unknown: `inputs.x.p` comes from outside <- privileged
              image: web <- "web"
              not known: whether it is privileged: `inputs.x.p` comes from outside <- privileged
            not analysed: <every container of Podman>: `inputs.x.p` comes from outside <- privileged
            not analysed: virtualisation.oci-containers.containers.web: `inputs.x.p` comes from outside <- privileged
        "#]],
    );
}

#[test]
fn settings_of_no_matter_are_no_container() {
    containers(
        r#"
        {
          virtualisation.containers.containersConf.settings = {
            engine.compose_warning_logs = false;
            containers.log_driver = "journald";
          };
        }
        "#,
        expect![[""]],
    );
}

#[test]
fn the_settings_of_dockers_daemon_hold_for_its_containers() {
    containers(
        r#"
        {
          virtualisation.oci-containers.backend = "docker";
          virtualisation.docker.daemon.settings = {
            userns-remap = "default";
            no-new-privileges = true;
            default-cgroupns-mode = "host";
            ip = "127.0.0.1";
          };
          virtualisation.oci-containers.containers.web = { image = "web"; ports = [ "80:80" ]; };
        }
        "#,
        expect![[r#"
            daemon-json <every container of Docker> template in `box` <- {…
              users: Pick <- "default"
              namespace: cgroup Host <- "host"
              security: no-new-privileges <- true
            oci-containers web in `box` <- { image = "web"; ports = [ "80:80" ]; }
              engine: docker <- "docker"
              users: default Pick <- "default"
              namespace: default cgroup Host <- "host"
              port: 127.0.0.1 80 -> 80 <- "80:80"
              image: web <- "web"
              security: default no-new-privileges <- true
        "#]],
    );
}

#[test]
fn what_is_around_containers_is_a_fact_of_the_system() {
    systems(
        r#"
        {
          virtualisation.docker = {
            enable = true;
            listenOptions = [ "/run/docker.sock" "0.0.0.0:2375" ];
            extraOptions = "-H tcp://0.0.0.0:2376 --iptables=false";
            daemon.settings.hosts = [ "tcp://10.0.0.1:2377" "unix:///run/x.sock" ];
          };
          virtualisation.podman = {
            enable = true;
            dockerSocket.enable = true;
            dockerCompat = true;
            networkSocket = { enable = true; listenAddress = "10.0.0.1"; };
          };
          virtualisation.containers = {
            registries.insecure = [ "registry.lan:5000" ];
            registries.search = [ "quay.io" ];
            registries.settings.registry = [ { location = "a.lan"; insecure = true; } { prefix = "b.lan"; blocked = true; } ];
            policy.default = [ { type = "reject"; } ];
            storage.settings.storage = { driver = "overlay"; options.overlay.mount_program = "/bin/fuse-overlayfs"; };
          };
          networking.firewall = {
            allowedTCPPorts = [ 22 443 ];
            allowedUDPPortRanges = [ { from = 100; to = 200; } ];
            filterForward = true;
          };
          networking.nftables.enable = true;
          services.userborn.enable = true;
        }
        "#,
        expect![[r#"
            Nixos `box` <- -
              podman: true <- true
              docker: true <- true
              docker socket: true <- true
              docker compat: true <- true
              api: podman at tcp://10.0.0.1, with certificates <- true
              api: docker at 0.0.0.0:2375 <- "0.0.0.0:2375"
              api: docker at tcp://10.0.0.1:2377 <- "tcp://10.0.0.1:2377"
              api: docker at tcp://0.0.0.0:2376 <- tcp://0.0.0.0:2376
              docker filters: false <- "-H tcp://0.0.0.0:2376 --iptables=false"
              search registry: quay.io <- "quay.io"
              insecure registry: registry.lan:5000 <- "registry.lan:5000"
              insecure registry: a.lan <- true
              blocked registry: b.lan <- true
              image policy: reject <- "reject"
              storage driver: overlay <- "overlay"
              mount program: /bin/fuse-overlayfs <- "/bin/fuse-overlayfs"
              firewall backend: nftables <- true
              filter forward: true <- true
              open ports: 22/tcp <- 22
              open ports: 443/tcp <- 443
              open ports: 100-200/udp <- 100
              users by: userborn <- true
        "#]],
    );
}

#[test]
fn a_firewall_says_by_itself_what_filters() {
    systems(
        r#"
        { config, lib, ... }: {
          networking.firewall = { enable = lib.mkForce false; backend = "firewalld"; };
          services.firewalld.settings.StrictForwardPorts = true;
          systemd.sysusers.enable = true;
          home-manager.users.ann.services.podman.settings.registries.insecure = [ "x.lan" ];
        }
        "#,
        expect![[r#"
            Nixos `box` <- -
              firewall: false <- false
              firewall backend: firewalld <- "firewalld"
              strict forward: true <- true
              users by: sysusers <- true
            Home `home of ann` of ann <- home-manager.users.ann.services.podman.settings.registries.insecure = [ "x.lan" ]
              user namespaces: unknown: option `security.allowUserNamespaces` is set nowhere in the analysed files
              manage lingering: unknown: option `users.manageLingering` is set nowhere in the analysed files
              insecure registry: x.lan <- "x.lan"
        "#]],
    );
}

#[test]
fn groups_of_services() {
    systems(
        r#"
        {
          systemd.services.a.serviceConfig = { Group = "docker"; SupplementaryGroups = "podman video"; };
          systemd.services.b.serviceConfig.SupplementaryGroups = [ "docker" "kvm" ];
        }
        "#,
        expect![[r#"
            Nixos `box` <- -
              service group: a in docker <- "docker"
              service group: a in podman <- podman
              service group: a in video <- video
              service group: b in docker <- "docker"
              service group: b in kvm <- "kvm"
        "#]],
    );
}
