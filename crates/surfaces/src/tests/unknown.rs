//! What is counted as not known, and what is known well enough.

use super::{containers, dump, world};
use expect_test::expect;
use nixpod_modules::Kind;

/// What is not known of a container is counted, one entry for each reason.
#[test]
fn each_fact_of_an_oci_container_is_known_or_counted() {
    containers(
        r#"
        { config, inputs, lib, ... }:
        {
          virtualisation.oci-containers.containers.app = {
            image = "a:1";
            privileged = config.my.priv;
            volumes = inputs.foo.vols;
            capabilities = config.my.caps;
            networks = [ config.my.net ];
            devices = lib.mkIf true config.my.devices;
            podman.user = config.my.user;
          };
        }
        "#,
        expect![[r#"
            oci-containers app in `box` <- {…
              rootful: unknown: option `my.user` is set nowhere in the analysed files <- user
              privileged: unknown: option `my.priv` is set nowhere in the analysed files <- privileged
              capability: unknown: option `my.caps` is set nowhere in the analysed files <- capabilities
              network: unknown: option `my.net` is set nowhere in the analysed files <- networks
              mount: unknown: `inputs.foo.vols` comes from outside <- volumes
              device: unknown: option `my.devices` is set nowhere in the analysed files <- devices
              image: a:1 <- "a:1"
              sdnotify: default conmon
              not known: whether its engine runs as root: option `my.user` is set nowhere in the analysed files <- user
              not known: whether it is privileged: option `my.priv` is set nowhere in the analysed files <- privileged
              not known: which capabilities it has: option `my.caps` is set nowhere in the analysed files <- capabilities
              not known: which network it has: option `my.net` is set nowhere in the analysed files <- networks
              not known: what it mounts: `inputs.foo.vols` comes from outside <- volumes
              not known: which devices it gets: option `my.devices` is set nowhere in the analysed files <- devices
            not analysed: virtualisation.oci-containers.containers.app: option `my.user` is set nowhere in the analysed files <- user
            not analysed: virtualisation.oci-containers.containers.app: option `my.priv` is set nowhere in the analysed files <- privileged
            not analysed: virtualisation.oci-containers.containers.app: option `my.caps` is set nowhere in the analysed files <- capabilities
            not analysed: virtualisation.oci-containers.containers.app: option `my.net` is set nowhere in the analysed files <- networks
            not analysed: virtualisation.oci-containers.containers.app: `inputs.foo.vols` comes from outside <- volumes
            not analysed: virtualisation.oci-containers.containers.app: option `my.devices` is set nowhere in the analysed files <- devices
        "#]],
    );
}

/// A word that is not known may be any option, and an option's value may be any.
#[test]
fn each_word_of_a_command_line_is_known_or_counted() {
    containers(
        r#"
        { config, ... }:
        {
          virtualisation.oci-containers.containers.app = {
            image = "a:1";
            ports = [ config.my.port "${config.my.addr}:80:80" ];
            extraOptions = config.my.opts ++ [ "${config.my.flag}" "--privileged=${config.my.switch}" ];
          };
        }
        "#,
        expect![[r#"
            oci-containers app in `box` <- {…
              privileged: unknown: option `my.switch` is set nowhere in the analysed files <- "--privileged=${config.my.switch}"
              port: unknown: option `my.port` is set nowhere in the analysed files <- ports
              port: ${my.addr} 80 -> 80 <- "${config.my.addr}:80:80"
              image: a:1 <- "a:1"
              flag: unknown: option `my.flag` is set nowhere in the analysed files <- "${config.my.flag}"
              flag: --privileged=${my.switch} <- "--privileged=${config.my.switch}"
              flag: unknown: option `my.opts` is set nowhere in the analysed files <- extraOptions
              not known: whether it is privileged: option `my.switch` is set nowhere in the analysed files <- "--privileged=${config.my.switch}"
              not known: which ports it publishes: option `my.port` is set nowhere in the analysed files <- ports
              not known: which ports it publishes: option `my.addr` is set nowhere in the analysed files <- "${config.my.addr}:80:80"
              not known: which options it is started with: option `my.flag` is set nowhere in the analysed files <- "${config.my.flag}"
              not known: which options it is started with: option `my.opts` is set nowhere in the analysed files <- extraOptions
            not analysed: virtualisation.oci-containers.containers.app: option `my.switch` is set nowhere in the analysed files <- "--privileged=${config.my.switch}"
            not analysed: virtualisation.oci-containers.containers.app: option `my.port` is set nowhere in the analysed files <- ports
            not analysed: virtualisation.oci-containers.containers.app: option `my.addr` is set nowhere in the analysed files <- "${config.my.addr}:80:80"
            not analysed: virtualisation.oci-containers.containers.app: option `my.flag` is set nowhere in the analysed files <- "${config.my.flag}"
            not analysed: virtualisation.oci-containers.containers.app: option `my.opts` is set nowhere in the analysed files <- extraOptions
        "#]],
    );
}

#[test]
fn each_fact_of_an_nspawn_container_is_known_or_counted() {
    containers(
        r#"
        { config, ... }:
        {
          containers.web = {
            privateUsers = config.my.users;
            bindMounts = config.my.binds;
            extraFlags = [ "--private-users=${config.my.flag}" ];
            allowedDevices = config.my.devices;
            forwardPorts = config.my.ports;
            additionalCapabilities = [ config.my.cap ];
          };
          containers.ro.bindMounts."/x" = { hostPath = "/x"; isReadOnly = config.my.ro; };
        }
        "#,
        expect![[r#"
            nspawn ro in `box` <- containers.ro.bindMounts."/x" = { hostPath = "/x"; isReadOnly = config.my.ro; }
              mount: /x at /x ro <- "/x"
              not known: what it mounts: option `my.ro` is set nowhere in the analysed files <- "/x"
            nspawn web in `box` <- {…
              users: unknown: option `my.flag` is set nowhere in the analysed files <- "--private-users=${config.my.flag}"
              capability: unknown: option `my.cap` is set nowhere in the analysed files <- additionalCapabilities
              mount: unknown: option `my.binds` is set nowhere in the analysed files <- bindMounts
              device: unknown: option `my.devices` is set nowhere in the analysed files <- allowedDevices
              port: unknown: option `my.ports` is set nowhere in the analysed files <- forwardPorts
              flag: --private-users=${my.flag} <- "--private-users=${config.my.flag}"
              private users: unknown: option `my.users` is set nowhere in the analysed files <- privateUsers
              ownership: unknown: option `my.flag` is set nowhere in the analysed files <- "--private-users=${config.my.flag}"
              not known: how its users map to those of the host, who owns its files: option `my.flag` is set nowhere in the analysed files <- "--private-users=${config.my.flag}"
              not known: which capabilities it has: option `my.cap` is set nowhere in the analysed files <- additionalCapabilities
              not known: what it mounts: option `my.binds` is set nowhere in the analysed files <- bindMounts
              not known: which devices it gets: option `my.devices` is set nowhere in the analysed files <- allowedDevices
              not known: which ports it publishes: option `my.ports` is set nowhere in the analysed files <- forwardPorts
              not known: how its users map to those of the host: option `my.users` is set nowhere in the analysed files <- privateUsers
            not analysed: containers.ro: option `my.ro` is set nowhere in the analysed files <- "/x"
            not analysed: containers.web: option `my.flag` is set nowhere in the analysed files <- "--private-users=${config.my.flag}"
            not analysed: containers.web: option `my.cap` is set nowhere in the analysed files <- additionalCapabilities
            not analysed: containers.web: option `my.binds` is set nowhere in the analysed files <- bindMounts
            not analysed: containers.web: option `my.devices` is set nowhere in the analysed files <- allowedDevices
            not analysed: containers.web: option `my.ports` is set nowhere in the analysed files <- forwardPorts
            not analysed: containers.web: option `my.users` is set nowhere in the analysed files <- privateUsers
        "#]],
    );
}

#[test]
fn each_fact_of_a_users_container_is_known_or_counted() {
    let text = r#"
        { config, inputs, ... }:
        {
          services.podman.containers.h = { image = "a:1"; volumes = inputs.foo.vols; extraPodmanArgs = [ config.my.arg ]; };
          virtualisation.quadlet.containers.q.containerConfig = {
            image = config.my.image;
            volumes = config.my.vols;
            networks = [ "${config.my.net}" ];
            mounts = [ "${config.my.mount}" ];
          };
        }
        "#;
    let (world, files) = world(text, Kind::Home, true);
    let expected = expect![[r#"
        quadlet-nix q in `box` <- virtualisation.quadlet.containers.q.containerConfig = {…
          rootful: default false
          network: unknown: option `my.net` is set nowhere in the analysed files <- "${config.my.net}"
          mount: unknown: option `my.vols` is set nowhere in the analysed files <- volumes
          mount: ${my.mount} at  rw <- "${config.my.mount}"
          image: unknown: option `my.image` is set nowhere in the analysed files <- image
          not known: which network it has: option `my.net` is set nowhere in the analysed files <- "${config.my.net}"
          not known: what it mounts: option `my.vols` is set nowhere in the analysed files <- volumes
          not known: what it mounts: option `my.mount` is set nowhere in the analysed files <- "${config.my.mount}"
          not known: which image it runs: option `my.image` is set nowhere in the analysed files <- image
        home-manager-podman h in `box` <- { image = "a:1"; volumes = inputs.foo.vols; extraPodmanArgs = [ config.my.arg ]; }
          mount: unknown: `inputs.foo.vols` comes from outside <- volumes
          image: a:1 <- "a:1"
          flag: unknown: option `my.arg` is set nowhere in the analysed files <- extraPodmanArgs
          not known: what it mounts: `inputs.foo.vols` comes from outside <- volumes
          not known: which options it is started with: option `my.arg` is set nowhere in the analysed files <- extraPodmanArgs
        not analysed: virtualisation.quadlet.containers.q: option `my.net` is set nowhere in the analysed files <- "${config.my.net}"
        not analysed: virtualisation.quadlet.containers.q: option `my.vols` is set nowhere in the analysed files <- volumes
        not analysed: virtualisation.quadlet.containers.q: option `my.mount` is set nowhere in the analysed files <- "${config.my.mount}"
        not analysed: virtualisation.quadlet.containers.q: option `my.image` is set nowhere in the analysed files <- image
        not analysed: services.podman.containers.h: `inputs.foo.vols` comes from outside <- volumes
        not analysed: services.podman.containers.h: option `my.arg` is set nowhere in the analysed files <- extraPodmanArgs
    "#]];
    expected.assert_eq(&dump::containers(&world, &files));
}

/// Names that rules recognise, and parts that they do not ask for, are no gaps.
#[test]
fn what_is_known_well_enough_is_not_counted() {
    containers(
        r#"
        { config, inputs, lib, pkgs, ... }:
        {
          virtualisation.oci-containers.containers.app = {
            image = "a:${config.my.version}@sha256:1";
            environment.A = config.my.text;
            environment.B = "${pkgs.hello}/bin/hello";
            environmentFiles = [ config.sops.secrets.env.path ];
            volumes = [
              "/srv/${config.my.name}:/data"
              "${config.age.secrets.key.path}:/key"
              "${config.users.users.ann.home}/x:/x"
              "${pkgs.hello}:/hello"
            ];
            ports = [ "127.0.0.1:${toString config.my.port}:80" ];
            cmd = [ (lib.getExe pkgs.hello) config.my.word ];
          };
          containers.web.bindMounts."/s".hostPath = config.sops.secrets.s.path;
          virtualisation.oci-containers.containers.built = { image = config.my.image; imageFile = pkgs.hello; };
        }
        "#,
        expect![[r#"
            nspawn web in `box` <- containers.web.bindMounts."/s".hostPath = config.sops.secrets.s.path
              mount: ${sops.secrets.s.path} at /s ro <- {…
            oci-containers app in `box` <- {…
              mount: /srv/${my.name} at /data rw <- "/srv/${config.my.name}:/data"
              mount: ${age.secrets.key.path} at /key rw <- "${config.age.secrets.key.path}:/key"
              mount: ${users.users.ann.home}/x at /x rw <- "${config.users.users.ann.home}/x:/x"
              mount: ${pkgs.hello} at /hello rw <- "${pkgs.hello}:/hello"
              port: 127.0.0.1 ${my.port} -> 80 <- "127.0.0.1:${toString config.my.port}:80"
              environment: A = ${my.text} <- {…
              environment: B = ${pkgs.hello}/bin/hello <- "${pkgs.hello}/bin/hello"
              environment file: unknown: option `sops.secrets.env.path` is set nowhere in the analysed files <- environmentFiles
              image: a:${my.version}@sha256:1 <- "a:${config.my.version}@sha256:1"
              command: ${pkgs.hello}/bin/${pkgs.hello.meta.mainProgram} <- pkgs
              command: unknown: option `my.word` is set nowhere in the analysed files <- cmd
            oci-containers built in `box` <- { image = config.my.image; imageFile = pkgs.hello; }
              image: ${my.image} by nix <- image
        "#]],
    );
}

/// A package is no switch.
#[test]
fn a_symbol_in_place_of_another_type_is_counted() {
    containers(
        r#"
        { pkgs, ... }:
        {
          virtualisation.oci-containers.containers.app = { image = "a:1"; privileged = pkgs.hello; };
        }
        "#,
        expect![[r#"
            oci-containers app in `box` <- { image = "a:1"; privileged = pkgs.hello; }
              privileged: unknown: `pkgs.hello` comes from outside <- privileged
              image: a:1 <- "a:1"
              not known: whether it is privileged: `pkgs.hello` comes from outside <- privileged
            not analysed: virtualisation.oci-containers.containers.app: `pkgs.hello` comes from outside <- privileged
        "#]],
    );
}

/// So are sets of containers that an option which nobody sets may add to.
#[test]
fn containers_from_an_option_that_nobody_sets_are_counted() {
    containers(
        r#"
        { config, lib, ... }:
        {
          containers = config.my.containers;
          virtualisation.oci-containers.containers = lib.mkMerge [ { a.image = "a:1"; } config.my.more ];
        }
        "#,
        expect![[r#"
            oci-containers a in `box` <- a.image = "a:1"
              image: a:1 <- "a:1"
              unnamed: option `my.more` is set nowhere in the analysed files <- containers
            not analysed: containers: option `my.containers` is set nowhere in the analysed files <- {…
            not analysed: virtualisation.oci-containers.containers: option `my.more` is set nowhere in the analysed files <- { a.image = "a:1"; }
        "#]],
    );
}

/// What an input adds to a container of a quadlet may set anything of it, wherever in the container it is added.
#[test]
fn what_was_not_seen_dooms_the_defaults_of_quadlets() {
    containers(
        r#"
        { inputs, lib, ... }:
        {
          virtualisation.quadlet.containers = {
            a = lib.mkMerge [ inputs.a { containerConfig.image = "x:1"; } ];
            b.containerConfig = lib.mkMerge [ inputs.b { image = "x:1"; userns = "keep-id"; } ];
          };
        }
        "#,
        expect![[r#"
            quadlet-nix a in `box` <- { containerConfig.image = "x:1"; }
              auto start: unknown: `inputs.a` comes from outside
              rootful: unknown: `inputs.a` comes from outside
              users: unknown: `inputs.a` comes from outside
              privileged: unknown: `inputs.a` comes from outside
              network: unknown: `inputs.a` comes from outside
              image: x:1 <- "x:1"
              not seen: `inputs.a` comes from outside
              not known: a part of its definition: `inputs.a` comes from outside <- a
            quadlet-nix b in `box` <- b.containerConfig = lib.mkMerge [ inputs.b { image = "x:1"; userns = "keep-id"; } ]
              auto start: unknown: `inputs.b` comes from outside
              rootful: unknown: `inputs.b` comes from outside
              users: KeepId <- "keep-id"
              privileged: unknown: `inputs.b` comes from outside
              network: unknown: `inputs.b` comes from outside
              image: x:1 <- "x:1"
              not seen: `inputs.b` comes from outside
              not known: a part of its definition: `inputs.b` comes from outside <- containerConfig
            not analysed: virtualisation.quadlet.containers.b: `inputs.b` comes from outside <- containerConfig
            not analysed: a definition of virtualisation.quadlet.containers.a: `inputs.a` comes from outside <- a
        "#]],
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "mostly expected text")]
fn what_was_not_seen_dooms_the_defaults_of_homes() {
    let text = r#"
        { inputs, lib, ... }:
        {
          services.podman.containers = {
            a = lib.mkMerge [ inputs.a { image = "x:1"; } ];
            b = { image = "x:1"; network = "own"; extraConfig.Container = inputs.b; };
          };
        }
        "#;
    let (world, files) = world(text, Kind::Home, true);
    expect![[r#"
        home-manager-podman a in `box` <- { image = "x:1"; }
          auto start: unknown: `inputs.a` comes from outside
          users: unknown: `inputs.a` comes from outside
          privileged: unknown: `inputs.a` comes from outside
          network: unknown: `inputs.a` comes from outside
          image: x:1 <- "x:1"
          not seen: `inputs.a` comes from outside
          not known: a part of its definition: `inputs.a` comes from outside <- a
        home-manager-podman b in `box` <- { image = "x:1"; network = "own"; extraConfig.Container = inputs.b; }
          auto start: unknown: `inputs.b` comes from outside
          users: unknown: `inputs.b.UserNS` comes from outside <- Container
          privileged: unknown: `inputs.b` comes from outside
          capability: unknown: `inputs.b.AddCapability` comes from outside <- Container
          dropped: unknown: `inputs.b.DropCapability` comes from outside <- Container
          network: unknown: `inputs.b.Network` comes from outside <- Container
          mount: unknown: `inputs.b.Tmpfs` comes from outside <- Container
          mount: unknown: `inputs.b.VolatileTmp` comes from outside <- Container
          mount: unknown: `inputs.b.Volume` comes from outside <- Container
          mount: unknown: `inputs.b.Mount` comes from outside <- Container
          device: unknown: `inputs.b.AddDevice` comes from outside <- Container
          port: unknown: `inputs.b.PublishPort` comes from outside <- Container
          environment: unknown: `inputs.b.Environment` comes from outside <- Container
          environment file: unknown: `inputs.b.EnvironmentFile` comes from outside <- Container
          image: unknown: `inputs.b.Image` comes from outside <- Container
          security: unknown: `inputs.b.NoNewPrivileges` comes from outside <- Container
          security: unknown: `inputs.b.SecurityLabelDisable` comes from outside <- Container
          security: unknown: `inputs.b.SecurityLabelNested` comes from outside <- Container
          security: unknown: `inputs.b.SecurityLabelType` comes from outside <- Container
          security: unknown: `inputs.b.SecurityLabelFileType` comes from outside <- Container
          security: unknown: `inputs.b.SecurityLabelLevel` comes from outside <- Container
          security: unknown: `inputs.b.AppArmor` comes from outside <- Container
          security: unknown: `inputs.b.SeccompProfile` comes from outside <- Container
          security: unknown: `inputs.b.Mask` comes from outside <- Container
          security: unknown: `inputs.b.Unmask` comes from outside <- Container
          command: unknown: `inputs.b.Entrypoint` comes from outside <- Container
          command: unknown: `inputs.b.Exec` comes from outside <- Container
          flag: unknown: `inputs.b.ContainersConfModule` comes from outside <- Container
          flag: unknown: `inputs.b.GlobalArgs` comes from outside <- Container
          flag: unknown: `inputs.b.PodmanArgs` comes from outside <- Container
          option: unknown: `inputs.b.CgroupsMode` comes from outside <- Container
          option: unknown: `inputs.b.PidsLimit` comes from outside <- Container
          option: unknown: `inputs.b.IP` comes from outside <- Container
          option: unknown: `inputs.b.IP6` comes from outside <- Container
          option: unknown: `inputs.b.HostName` comes from outside <- Container
          option: unknown: `inputs.b.Pull` comes from outside <- Container
          option: unknown: `inputs.b.Memory` comes from outside <- Container
          option: unknown: `inputs.b.Ulimit` comes from outside <- Container
          option: unknown: `inputs.b.DNS` comes from outside <- Container
          option: unknown: `inputs.b.GroupAdd` comes from outside <- Container
          option: unknown: `inputs.b.AddHost` comes from outside <- Container
          option: unknown: `inputs.b.RunInit` comes from outside <- Container
          option: unknown: `inputs.b.EnvironmentHost` comes from outside <- Container
          option: unknown: `inputs.b.HttpProxy` comes from outside <- Container
          option: unknown: `inputs.b.ReadOnlyTmpfs` comes from outside <- Container
          option: unknown: `inputs.b.Sysctl` comes from outside <- Container
          option: unknown: `inputs.b.ReadOnly` comes from outside <- Container
          option: unknown: `inputs.b.Group` comes from outside <- Container
          option: unknown: `inputs.b.UIDMap` comes from outside <- Container
          option: unknown: `inputs.b.GIDMap` comes from outside <- Container
          option: unknown: `inputs.b.AutoUpdate` comes from outside <- Container
          option: unknown: `inputs.b.Label` comes from outside <- Container
          option: unknown: `inputs.b.Annotation` comes from outside <- Container
          option: unknown: `inputs.b.Secret` comes from outside <- Container
          option: unknown: `inputs.b.HealthCmd` comes from outside <- Container
          option: unknown: `inputs.b.HealthStartupCmd` comes from outside <- Container
          option: unknown: `inputs.b.ContainerName` comes from outside <- Container
          option: unknown: `inputs.b.Rootfs` comes from outside <- Container
          option: unknown: `inputs.b.Pod` comes from outside <- Container
          not seen: `inputs.b` comes from outside
          not known: a part of its definition: `inputs.b` comes from outside <- Container
        not analysed: services.podman.containers.b: `inputs.b` comes from outside <- Container
        not analysed: a definition of services.podman.containers.a: `inputs.a` comes from outside <- a
    "#]].assert_eq(&dump::containers(&world, &files));
}

/// Of two alternatives one is known: the fact is that one, or something that is not known.
#[test]
fn an_alternative_that_is_not_known_is_kept_beside_the_one_that_is() {
    let text = r#"
        { config, lib, ... }:
        {
          virtualisation.oci-containers.containers.app = {
            image = "a:1";
            privileged = if config.my.flag then true else config.my.privileged;
            autoStart = if config.my.flag then true else false;
          };
        }
        "#;
    let (world, _) = world(text, Kind::Nixos, true);
    let container = world.containers.values().next().expect("there is one");
    let otherwise = container.privileged.or_unknown.as_ref().map(ToString::to_string);
    expect!["option `my.privileged` is set nowhere in the analysed files"]
        .assert_eq(&otherwise.unwrap_or_default());
    assert_eq!(container.privileged.value(), Some(&true));
    assert_eq!(container.auto_start.or_unknown, None);
}

/// What one of several alternatives is says nothing of the others, even if the default is the same.
#[test]
fn what_is_not_known_beside_what_is() {
    containers(
        r#"
        { lib, secret, ... }:
        let base = { image = "a:1"; privileged = false; }; in
        {
          virtualisation.oci-containers.containers = {
            called = base // { ${secret.name} = true; };
            chosen = lib.findFirst (one: one.n == secret.n) base [ { n = 1; image = "a:1"; privileged = true; } ];
            beaten = lib.mkMerge [ base { privileged = lib.mkOverride secret.n true; } ];
            updated = (lib.recursiveUpdate { box = base; } secret.boxes).box;
          };
        }
        "#,
        expect![[r#"
            oci-containers beaten in `box` <- { image = "a:1"; privileged = false; }
              privileged: maybe[depending on privileged] true <- true
              image: a:1 <- "a:1"
            oci-containers called in `box` <- base // { ${secret.name} = true; }
              auto start: unknown: `secret.name` comes from outside
              rootful: unknown: `secret.name` comes from outside
              users: unknown: `secret.name` comes from outside
              privileged: maybe[depending on privileged] true <- true
              network: unknown: `secret.name` comes from outside
              image: maybe[depending on image] a:1 <- "a:1"
              not seen: `secret.name` comes from outside
              not known: a part of its definition: `secret.name` comes from outside <- called
            oci-containers chosen in `box` <- { image = "a:1"; privileged = false; }
              auto start: unknown: `secret.n` comes from outside
              rootful: unknown: `secret.n` comes from outside
              users: unknown: `secret.n` comes from outside
              privileged: unknown: `secret.n` comes from outside <- false
              network: unknown: `secret.n` comes from outside
              image: maybe[lib.findFirst (one: one.n == secret.n) base [ { n = 1; image = "a:1"; privileged = true; } ]] a:1 <- "a:1"
              not seen: `secret.n` comes from outside
              not known: a part of its definition: `secret.n` comes from outside <- chosen
            oci-containers updated in `box` <- { image = "a:1"; privileged = false; }
              auto start: unknown: `secret.boxes.box` comes from outside
              rootful: unknown: `secret.boxes.box` comes from outside
              users: unknown: `secret.boxes.box` comes from outside
              privileged: unknown: `secret.boxes.box` comes from outside <- false
              network: unknown: `secret.boxes.box` comes from outside
              image: maybe[depending on box] a:1 <- "a:1"
              not seen: `secret.boxes.box` comes from outside
              not known: a part of its definition: `secret.boxes.box` comes from outside <- updated
            not analysed: virtualisation.oci-containers.containers.called: `secret.name` comes from outside <- called
            not analysed: a definition of virtualisation.oci-containers.containers.chosen: `secret.n` comes from outside <- chosen
            not analysed: a definition of virtualisation.oci-containers.containers.updated: `secret.boxes.box` comes from outside <- updated
        "#]],
    );
}

/// Of what fails under a condition nobody says that it holds.
#[test]
fn what_would_fail_is_not_the_case() {
    containers(
        r#"
        { config, lib, secret, ... }:
        let cfg = config.shop; in
        {
          options.shop.files = lib.mkOption { type = with lib.types; nullOr (listOf path); default = null; };
          config.virtualisation.oci-containers.containers.web = {
            image = "a:1";
            environmentFiles = lib.optionals (cfg.files != null) cfg.files;
            privileged = lib.mkIf secret.on "yes";
          };
        }
        "#,
        expect![[r#"
            oci-containers web in `box` <- {…
              privileged: default false <- privileged
              image: a:1 <- "a:1"
        "#]],
    );
}

/// Of definitions that exclude each other, the one is told that opens more, in whatever order they stand.
#[test]
fn of_alternatives_the_worse_is_told() {
    containers(
        r#"
        { lib, secret, ... }:
        let either = a: b: lib.mkMerge [ (lib.mkIf secret.on a) (lib.mkIf (!secret.on) b) ]; in
        {
          virtualisation.oci-containers.containers.app = { image = "a:1"; privileged = either false true; };
          containers.guest = {
            privateUsers = either "pick" "no";
            privateNetwork = either true false;
            config = { };
          };
          containers.plain = {
            privateUsers = lib.mkIf secret.on "pick";
            extraFlags = lib.optionals secret.on null;
            config = { };
          };
        }
        "#,
        expect![[r#"
            nspawn guest in `box`, guest `guest guest of box` <- {…
              users: maybe[!secret.on] Host <- "no"
              network: maybe[!secret.on] Host <- false
              private users: maybe[!secret.on] Host <- "no"
              ownership: maybe[!secret.on] false <- "no"
              private network: maybe[!secret.on] false <- false
            nspawn plain in `box`, guest `guest plain of box` <- {…
              users: maybe[secret.on] Pick <- "pick"
              private users: maybe[secret.on] Pick <- "pick"
              ownership: maybe[secret.on] true <- "pick"
            oci-containers app in `box` <- { image = "a:1"; privileged = either false true; }
              privileged: maybe[!secret.on] true <- true
              image: a:1 <- "a:1"
        "#]],
    );
}
