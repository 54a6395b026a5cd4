//! Projects of arion.

use super::{containers, systems};
use expect_test::expect;

#[test]
#[expect(clippy::too_many_lines, reason = "mostly expected text")]
fn services_are_read_as_docker_would() {
    containers(
        r#"
        {
          virtualisation.arion = {
            backend = "docker";
            projects.media.settings = {
              project.name = "media";
              networks.proxy.external = true;
              services.web = {
                out.service = { security_opt = [ "seccomp=unconfined" ]; pid = "host"; };
                service = {
                  image = "docker.io/library/nginx:1.27";
                  container_name = "web";
                  privileged = true;
                  capabilities = { SYS_ADMIN = true; NET_RAW = false; MKNOD = null; };
                  devices = [ "/dev/kvm:/dev/kvm" ];
                  environment = { UID = 1000; DB_PASSWORD = "plum-cartwheel-41"; };
                  env_file = [ "/run/keys/web" ];
                  ports = [ "8080:80" { target = 443; published = "8443"; host_ip = "127.0.0.1"; } ];
                  volumes = [
                    "/var/run/docker.sock:/var/run/docker.sock:ro"
                    "$HOME/.ssh:/keys"
                    { type = "bind"; source = "/etc"; target = "/host/etc"; read_only = true; }
                    "data:/data"
                  ];
                  tmpfs = [ "/run" ];
                  sysctls."net.core.somaxconn" = 4096;
                  labels."traefik.enable" = "true";
                  extra_hosts = [ "db:10.0.0.2" ];
                  healthcheck.test = [ "CMD" "curl" "localhost" ];
                  command = [ "serve" "--all" ];
                  user = "0";
                };
              };
              services.vpn.service = { image = "vpn:1"; network_mode = "host"; };
              services.torrent.service = { image = "torrent:1"; network_mode = "service:vpn"; useHostStore = true; useHostNixDaemon = true; };
              services.built = { service.useHostStore = true; service.hostStoreAsReadOnly = false; image.name = "localhost/built"; };
            };
          };
        }
        "#,
        expect![[r#"
            arion media/built in `box` <- { service.useHostStore = true; service.hostStoreAsReadOnly = false; image.name = "localhost/built"; }
              engine: docker <- "docker"
              mount: /nix/store at /nix/store rw <- false
              image: default localhost/built by nix
            arion media/torrent in `box` <- services.torrent.service = { image = "torrent:1"; network_mode = "service:vpn"; useHostStore = true; useHostNixDaemon = true; }
              engine: docker <- "docker"
              network: Joined("vpn") <- "service:vpn"
              mount: /nix/store at /nix/store ro <- true
              mount: /nix/var/nix/daemon-socket at /nix/var/nix/daemon-socket rw <- true
              image: torrent:1 <- "torrent:1"
            arion media/vpn in `box` <- services.vpn.service = { image = "vpn:1"; network_mode = "host"; }
              engine: docker <- "docker"
              network: Host <- "host"
              image: vpn:1 <- "vpn:1"
            arion media/web in `box` <- {…
              engine: docker <- "docker"
              privileged: true <- true
              capability: CAP_SYS_ADMIN <- true
              dropped: CAP_NET_RAW <- false
              namespace: pid Host <- "host"
              mount: volume tmpfs at /run rw <- "/run"
              mount: /var/run/docker.sock at /var/run/docker.sock ro <- "/var/run/docker.sock:/var/run/docker.sock:ro"
              mount: ${localEnv.home}/.ssh at /keys rw <- "$HOME/.ssh:/keys"
              mount: /etc at /host/etc ro <- { type = "bind"; source = "/etc"; target = "/host/etc"; read_only = true; }
              mount: volume data at /data rw <- "data:/data"
              device: /dev/kvm rwm <- "/dev/kvm:/dev/kvm"
              port: - 8080 -> 80 <- "8080:80"
              port: 127.0.0.1 8443 -> 443 <- { target = 443; published = "8443"; host_ip = "127.0.0.1"; }
              environment: DB_PASSWORD = plum-cartwheel-41 <- "plum-cartwheel-41"
              environment: UID = 1000 <- 1000
              environment file: /run/keys/web <- "/run/keys/web"
              image: docker.io/library/nginx:1.27 <- "docker.io/library/nginx:1.27"
              security: seccomp=unconfined <- "seccomp=unconfined"
              command: serve <- "serve"
              command: --all <- "--all"
              option: name = web <- "web"
              option: add-host = db:10.0.0.2 <- "db:10.0.0.2"
              option: label = traefik.enable=true <- "true"
              option: sysctl = net.core.somaxconn=4096 <- 4096
              option: user = 0 <- "0"
              option: health-cmd = curl localhost <- "curl"
        "#]],
    );
}

/// A module that is a function, a list of them, and options of a project's own.
#[test]
fn the_nixos_in_a_service_is_a_guest() {
    systems(
        r#"
        {
          virtualisation.arion = {
            backend = "podman-socket";
            projects.lab.settings = { pkgs, ... }: {
              services.shell = { lib, ... }: {
                nixos.useSystemd = true;
                nixos.configuration = [
                  { users.users.ann = { isNormalUser = true; initialPassword = "hunter2"; }; }
                  ({ config, ... }: { users.users.bob = { isNormalUser = true; extraGroups = [ "wheel" ]; }; })
                ];
              };
              services.plain.nixos.configuration.users.users.eve.isNormalUser = true;
              services.none.service.image = "none:1";
            };
          };
        }
        "#,
        expect![[r#"
            Nixos `box` <- -
              podman: default true
              docker socket: default true
            Guest `guest lab/plain of box` <- services.plain.nixos.configuration.users.users.eve.isNormalUser = true
              user: eve <- services.plain.nixos.configuration.users.users.eve.isNormalUser = true
                normal: true <- true
                auto sub-ids: default true
                group: default Some("users")
            Guest `guest lab/shell of box` <- […
              user: ann <- { isNormalUser = true; initialPassword = "hunter2"; }
                normal: true <- true
                auto sub-ids: default true
                group: default Some("users")
              user: bob <- { isNormalUser = true; extraGroups = [ "wheel" ]; }
                normal: true <- true
                auto sub-ids: default true
                group: default Some("users")
                extra group: wheel <- "wheel"
              ann.initialPassword: hunter2 <- "hunter2"
        "#]],
    );
}

#[test]
fn what_is_not_known_is_said() {
    containers(
        r#"
        { config, lib, inputs, ... }: {
          virtualisation.arion.projects = lib.genAttrs config.site.projects (name: {
            settings.services.app.service = { image = "app:1"; privileged = config.site.risky; environment = inputs.env.all; };
          });
        }
        "#,
        expect![[r#"
            arion <name>/app template in `box` <- settings.services.app.service = { image = "app:1"; privileged = config.site.risky; environment = inputs.env.all; }
              engine: unknown: option `virtualisation.arion.backend` is set nowhere in the analysed files
              privileged: unknown: option `site.risky` is set nowhere in the analysed files <- privileged
              environment: unknown: `inputs.env.all` comes from outside <- environment
              image: app:1 <- "app:1"
              not known: whether it is privileged: option `site.risky` is set nowhere in the analysed files <- privileged
              not known: what is in its environment: `inputs.env.all` comes from outside <- environment
            not analysed: virtualisation.arion.projects.<name>.settings.services.app: option `site.risky` is set nowhere in the analysed files <- privileged
            not analysed: virtualisation.arion.projects.<name>.settings.services.app: `inputs.env.all` comes from outside <- environment
        "#]],
    );
}

#[test]
fn services_of_unknown_names_are_templates() {
    containers(
        r#"
        { config, lib, inputs, ... }: {
          virtualisation.arion.projects.other.settings = lib.mkIf config.site.more {
            services = lib.mapAttrs (name: image: { service.image = image; }) inputs.images.all;
          };
        }
        "#,
        expect![[r#"
            arion other/<name> template in `box` <- { service.image = image; }
              engine: unknown: option `virtualisation.arion.backend` is set nowhere in the analysed files
              image: unknown: `inputs.images.all.<name>` comes from outside <- image
              not known: which image it runs: `inputs.images.all.<name>` comes from outside <- image
            not analysed: virtualisation.arion.projects.other.settings.services.<name>: `inputs.images.all.<name>` comes from outside <- image
        "#]],
    );
}

/// Volumes of a project may be directories of the host, and what goes into the Compose file as it is is told.
#[test]
fn what_stands_beside_services() {
    containers(
        r#"
        {
          virtualisation.arion = {
            backend = "docker";
            projects.old.settings = {
              docker-compose.services.web.service = { image = "a:1"; volumes = [ "root:/host" "data:/data" ]; };
              docker-compose.volumes = {
                root.driver_opts = { type = "none"; o = "bind"; device = "/"; };
                data = { };
              };
              docker-compose.raw.services.more = { image = "b:1"; privileged = true; };
            };
          };
        }
        "#,
        expect![[r#"
            arion old/web in `box` <- docker-compose.services.web.service = { image = "a:1"; volumes = [ "root:/host" "data:/data" ]; }
              engine: docker <- "docker"
              mount: / at /host rw <- "root:/host"
              mount: volume data at /data rw <- "data:/data"
              image: a:1 <- "a:1"
            not analysed: virtualisation.arion.projects.old.settings.docker-compose.raw.services: `compose files` is not modelled <- services
        "#]],
    );
}

/// A volume that no service names is no bind of any, and is told.
#[test]
fn volumes_that_no_service_mounts() {
    containers(
        r#"
        {
          virtualisation.arion = {
            backend = "docker";
            projects.lab.settings = {
              services.web.service = { image = "a:1"; volumes = [ "raw:/host" { type = "volume"; source = "long"; target = "/l"; } ]; };
              docker-compose.volumes = {
                lone.driver_opts = { type = "none"; o = "bind"; device = "/"; };
                long.driver_opts = { type = "none"; o = "bind"; device = "/srv"; };
                plain = { };
              };
              docker-compose.raw.volumes.raw.driver_opts = { type = "none"; o = "bind"; device = "/etc"; };
            };
          };
        }
        "#,
        expect![[r#"
            arion lab/web in `box` <- services.web.service = { image = "a:1"; volumes = [ "raw:/host" { type = "volume"; source = "long"; target = "/l"; } ]; }
              engine: docker <- "docker"
              mount: /etc at /host rw <- "raw:/host"
              mount: /srv at /l rw volume <- { type = "volume"; source = "long"; target = "/l"; }
              image: a:1 <- "a:1"
            not analysed: the volume lone of virtualisation.arion.projects.lab: no service that is read mounts this directory of the host <- "/"
        "#]],
    );
}
