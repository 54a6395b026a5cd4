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
              dropped: default CAP_DAC_OVERRIDE
              dropped: default CAP_FOWNER
              dropped: default CAP_FSETID
              dropped: default CAP_KILL
              dropped: default CAP_NET_BIND_SERVICE
              dropped: default CAP_SETFCAP
              dropped: default CAP_SETGID
              dropped: default CAP_SETPCAP
              dropped: default CAP_SETUID
              dropped: default CAP_SYS_CHROOT
              network: Host <- "host"
              namespace: pid Host <- "host"
              mount: / at /host rw <- "/:/host"
              mount: /etc at /etc rw <- "type=bind,source=/etc,target=/etc"
              device: /dev/mem rwm <- "/dev/mem"
              environment: TZ = UTC <- "TZ=UTC"
              security: seccomp=unconfined <- "unconfined"
              security: label=disable <- false
              flag: --hooks-dir=/opt/hooks <- "/opt/hooks"
              flag: --runtime=runc <- "runc"
              option: env-host = true <- true
            oci-containers web in `box` <- {…
              privileged: false <- false
              capability: default CAP_SYS_ADMIN <- "CAP_SYS_ADMIN"
              dropped: default CAP_DAC_OVERRIDE
              dropped: default CAP_FOWNER
              dropped: default CAP_FSETID
              dropped: default CAP_KILL
              dropped: default CAP_NET_BIND_SERVICE
              dropped: default CAP_SETFCAP
              dropped: default CAP_SETGID
              dropped: default CAP_SETPCAP
              dropped: default CAP_SETUID
              dropped: default CAP_SYS_CHROOT
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
              option: default env-host = true <- true
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
#[expect(clippy::too_many_lines, reason = "all of it at once")]
fn what_is_around_containers_is_a_fact_of_the_system() {
    systems(
        r#"
        {
          virtualisation.docker = {
            enable = true;
            listenOptions = [ "/run/docker.sock" "0.0.0.0:2375" ];
            extraOptions = "-H tcp://0.0.0.0:2376 --iptables=false";
            daemon.settings.hosts = [ "tcp://10.0.0.1:2377" "unix:///run/x.sock" ];
            rootless.daemon.settings.hosts = [ "tcp://10.0.0.1:2378" "unix:///run/y.sock" ];
          };
          virtualisation.podman = {
            enable = true;
            dockerSocket.enable = true;
            dockerCompat = true;
            networkSocket = { enable = true; listenAddress = "10.0.0.1"; openFirewall = true; };
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
              api: podman at tcp://10.0.0.1, with certificates, through the firewall <- true
              api: docker at 0.0.0.0:2375 <- "0.0.0.0:2375"
              api: docker at tcp://10.0.0.1:2377 <- "tcp://10.0.0.1:2377"
              api: docker at tcp://0.0.0.0:2376 <- tcp://0.0.0.0:2376
              api: docker at tcp://10.0.0.1:2378 <- "tcp://10.0.0.1:2378"
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
              gone option: virtualisation.containers.registries.search <- [ "quay.io" ]
              gone option: virtualisation.containers.registries.insecure <- [ "registry.lan:5000" ]
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

#[test]
fn files_that_are_read_one_after_the_other() {
    containers(
        r#"
        { lib, ... }: {
          virtualisation.containers.containersConf.settings.containers = {
            privileged = true;
            volumes = [ "/srv:/srv" ];
            devices = [ "/dev/fuse" ];
            read_only = true;
          };
          environment.etc = {
            "containers/containers.conf.d/20-last.conf".text = ''
              [containers]
              privileged = false # not any more
              devices = ["/dev/kvm"]
            '';
            "containers/containers.conf.d/10-first.conf".source = ./first.conf;
            "containers/containers.conf.d/README".text = "privileged = true";
          };
          virtualisation.oci-containers.containers.web.image = "web";
        }
        #- first.conf
        [containers]
        privileged = true
        volumes = [
          "/etc:/host-etc:ro", {append=true},
        ]
        [network]
        default_host_ips = ["127.0.0.1"]
        "#,
        expect![[r#"
            containers-conf <every container of Podman> template in `box` <- virtualisation.containers.containersConf.settings.containers = {…
              privileged: false <- false
              mount: /srv at /srv rw <- "/srv:/srv"
              mount: /etc at /host-etc ro <- /etc:/host-etc:ro
              device: /dev/kvm rwm <- /dev/kvm
              option: read-only = true <- true
            oci-containers web in `box` <- virtualisation.oci-containers.containers.web.image = "web"
              privileged: default false <- false
              mount: default /srv at /srv rw <- "/srv:/srv"
              mount: default /etc at /host-etc ro <- /etc:/host-etc:ro
              device: default /dev/kvm rwm <- /dev/kvm
              image: web <- "web"
              option: default read-only = true <- true
        "#]],
    );
}

#[test]
fn a_text_takes_the_place_of_the_options() {
    containers(
        r#"
        { config, lib, pkgs, ... }: {
          virtualisation.containers.containersConf.settings.containers.privileged = true;
          environment.etc."containers/containers.conf".text = lib.mkForce ''
            [containers]
            netns = "host"
            env = ["A=b", "TOKEN=${config.my.token}"]
            annotations = ["a=b"]
            default_sysctls = ["net.ipv4.ping_group_range=0 0"]
            pids_limit = 0
          '';
          environment.etc."containers/containers.conf.d/wrong.conf".text = "[containers\nprivileged = true\n";
          environment.etc."containers/containers.conf.d/unseen.conf".source = "${pkgs.settings}/x.conf";
          home-manager.users.ann = {
            xdg.configFile."containers/containers.conf".text = "[containers]\nnetns = \"private\"\n";
            services.podman.containers.db.image = "db";
          };
        }
        "#,
        expect![[r#"
            containers-conf <every container of Podman> template in `box` <- "containers/containers.conf"
              network: Host <- host
              environment: A = b <- A=b
              environment: TOKEN = ${my.token} <- TOKEN=
              option: annotation = a=b <- a=b
              option: sysctl = net.ipv4.ping_group_range=0 0 <- net.ipv4.ping_group_range=0 0
              option: pids-limit = 0 <- 0
            containers-conf <every container of Podman> template in `home of ann` <- "containers/containers.conf"
              rootful: default false
              network: Private <- private
              environment: default A = b <- A=b
              environment: default TOKEN = ${my.token} <- TOKEN=
              option: default annotation = a=b <- a=b
              option: default sysctl = net.ipv4.ping_group_range=0 0 <- net.ipv4.ping_group_range=0 0
              option: default pids-limit = 0 <- 0
            home-manager-podman db in `home of ann` <- services.podman.containers.db.image = "db"
              runs as: default ann
              network: default Private <- private
              environment: default A = b <- A=b
              environment: default TOKEN = ${my.token} <- TOKEN=
              image: db <- "db"
              option: default annotation = a=b <- a=b
              option: default sysctl = net.ipv4.ping_group_range=0 0 <- net.ipv4.ping_group_range=0 0
              option: default pids-limit = 0 <- 0
            not analysed: environment.etc."containers/containers.conf.d/unseen.conf": `pkgs.settings` comes from outside <- "${pkgs.settings}/x.conf"
            not analysed: environment.etc."containers/containers.conf.d/wrong.conf": syntax error: unclosed table, expected `]` <- \n
        "#]],
    );
}

#[test]
fn settings_of_libraries_are_files_too() {
    systems(
        r#"
        { lib, ... }: {
          environment.etc = {
            "containers/storage.conf".text = ''
              [storage]
              driver = "overlay"
              # mount_program is for old kernels
              [storage.options.overlay]
              mount_program = "/bin/fuse-overlayfs"
            '';
            "containers/registries.conf".text = ''
              unqualified-search-registries = ["docker.io"]
              [[registry]]
              location = "a.lan"
              insecure = true
            '';
            "containers/registries.conf.d/b.conf".text = "[[registry]]\nprefix = \"b.lan\"\nblocked = true\n";
            "containers/policy.json".text = builtins.toJSON { default = [ { type = "reject"; } ]; };
          };
          home-manager.users.ann.xdg.configFile."containers/storage.conf".text = "[storage]\ndriver = \"vfs\"\n";
        }
        "#,
        expect![[r#"
            Nixos `box` <- -
              search registry: docker.io <- docker.io
              insecure registry: a.lan <- true
              blocked registry: b.lan <- true
              image policy: reject <- reject
              storage driver: overlay <- overlay
              mount program: /bin/fuse-overlayfs <- /bin/fuse-overlayfs
              file containers/policy.json: {"default":[{"type":"reject"}]} <- { default = [ { type = "reject"; } ]; }
              file containers/registries.conf: unqualified-search-registries = ["docker.io"]
            [[registry]]
            location = "a.lan"
            insecure = true
             <- ''…
              file containers/registries.conf.d/b.conf: [[registry]]
            prefix = "b.lan"
            blocked = true
             <- "[[registry]]\nprefix = \"b.lan\"\nblocked = true\n"
              file containers/storage.conf: [storage]
            driver = "overlay"
            # mount_program is for old kernels
            [storage.options.overlay]
            mount_program = "/bin/fuse-overlayfs"
             <- ''…
            Home `home of ann` of ann <- home-manager.users.ann.xdg.configFile."containers/storage.conf".text = "[storage]\ndriver = \"vfs\"\n"
              user namespaces: unknown: option `security.allowUserNamespaces` is set nowhere in the analysed files
              manage lingering: unknown: option `users.manageLingering` is set nowhere in the analysed files
              storage driver: vfs <- vfs
              file containers/storage.conf: [storage]
            driver = "vfs"
             <- "[storage]\ndriver = \"vfs\"\n"
        "#]],
    );
}

#[test]
fn options_of_dockers_daemon_are_settings_too() {
    containers(
        r#"
        {
          virtualisation.oci-containers.backend = "docker";
          virtualisation.docker = {
            extraOptions = "--userns-remap default --seccomp-profile=unconfined --no-new-privileges --ip=127.0.0.1 --debug";
            daemon.settings.no-new-privileges = false;
            rootless = { enable = true; daemon.settings.seccomp-profile = "/etc/s.json"; };
          };
          virtualisation.oci-containers.containers.web = { image = "web"; ports = [ "80:80" ]; };
          systemd.services.docker-web.serviceConfig.User = "app";
        }
        "#,
        expect![[r#"
            daemon-json <every container of Docker> template in `box` <- daemon.settings.no-new-privileges = false
              users: Pick <- default
              security: seccomp=unconfined <- unconfined
              security: no-new-privileges <- --no-new-privileges
            daemon-json <every container of rootless Docker> template in `box` <- daemon.settings.seccomp-profile = "/etc/s.json"
              rootful: default false
              security: seccomp=/etc/s.json <- "/etc/s.json"
            oci-containers web in `box` <- { image = "web"; ports = [ "80:80" ]; }
              engine: docker <- "docker"
              users: default Pick <- default
              port: 127.0.0.1 80 -> 80 <- "80:80"
              image: web <- "web"
              security: default seccomp=unconfined <- unconfined
              security: default no-new-privileges <- --no-new-privileges
        "#]],
    );
}

#[test]
fn lists_of_a_users_file_take_the_place_of_the_systems() {
    containers(
        r#"
        {
          virtualisation.containers.containersConf.settings.containers = {
            volumes = [ "/:/host" ];
            devices = [ "/dev/fuse" ];
          };
          home-manager.users.ann.services.podman = {
            settings.containers.containers = {
              volumes = [ "/srv:/srv" ];
              devices = [ "/dev/kvm" { append = true; } ];
            };
            containers.db.image = "db";
          };
        }
        "#,
        expect![[r#"
            containers-conf <every container of Podman> template in `box` <- virtualisation.containers.containersConf.settings.containers = {…
              mount: / at /host rw <- "/:/host"
              device: /dev/fuse rwm <- "/dev/fuse"
            containers-conf <every container of Podman> template in `home of ann` <- settings.containers.containers = {…
              rootful: default false
              mount: /srv at /srv rw <- "/srv:/srv"
              device: /dev/kvm rwm <- "/dev/kvm"
              device: default /dev/fuse rwm <- "/dev/fuse"
            home-manager-podman db in `home of ann` <- containers.db.image = "db"
              runs as: default ann
              mount: default /srv at /srv rw <- "/srv:/srv"
              device: default /dev/kvm rwm <- "/dev/kvm"
              device: default /dev/fuse rwm <- "/dev/fuse"
              image: db <- "db"
        "#]],
    );
}
