//! Home Manager's `services.podman`.

use super::{dump, listed, systems, world};
use expect_test::expect;
use nixpod_modules::Kind;

const POD: &str = r#"
{ config, ... }:
{
  home.username = "alice";
  services.podman.enable = true;
  services.podman.images.x = { image = "x"; username = "u"; password = "hunter2"; };
  services.podman.containers.web = {
    image = "ghcr.io/a/b:1";
    addCapabilities = [ "NET_RAW SYS_TIME" ];
    dropCapabilities = [ "all" ];
    devices = [ "/dev/fuse" ];
    network = "host";
    ports = [ "8080:80" ];
    volumes = [ "%h/data:/data" "${config.home.homeDirectory}/x:/x" ];
    environment = { PORT = 80; DEBUG = true; TOKEN = "x"; };
    environmentFile = [ "/run/env" ];
    userNS = "keep-id";
    exec = "serve --port 80";
    extraPodmanArgs = [ "--cap-add SYS_ADMIN --security-opt 'label=disable'" "--pid=host" ];
    extraConfig = {
      Container = {
        AddCapability = [ "NET_ADMIN" ];
        Volume = "/e:/f";
        PublishPort = [ "127.0.0.1:1:1" ];
        UserNS = "nomap";
        PodmanArgs = "--privileged";
        NoNewPrivileges = true;
        SecurityLabelDisable = false;
        SeccompProfile = "unconfined";
        Environment = { X = "y"; };
      };
      Service.Restart = "always";
    };
  };
}"#;

#[test]
fn standalone() {
    let (world, files) = world(POD, Kind::Home, true);
    expect![[r#"
        home-manager-podman web in `box` <- {…
          runs as: default alice
          users: NoMap <- "nomap"
          privileged: true <- "--privileged"
          capability: CAP_NET_RAW <- NET_RAW
          capability: CAP_SYS_TIME <- SYS_TIME
          capability: CAP_NET_ADMIN <- "NET_ADMIN"
          capability: CAP_SYS_ADMIN <- SYS_ADMIN
          dropped: all <- "all"
          network: Host <- "host"
          namespace: pid Host <- "--pid=host"
          mount: %h/data at /data rw <- "%h/data:/data"
          mount: ${home.homeDirectory}/x at /x rw <- "${config.home.homeDirectory}/x:/x"
          mount: /e at /f rw <- "/e:/f"
          device: /dev/fuse rwm <- "/dev/fuse"
          port: - 8080 -> 80 <- "8080:80"
          port: 127.0.0.1 1 -> 1 <- "127.0.0.1:1:1"
          environment: DEBUG = true <- true
          environment: PORT = 80 <- 80
          environment: TOKEN = x <- "x"
          environment: X = y <- "y"
          environment file: /run/env <- "/run/env"
          image: ghcr.io/a/b:1 <- "ghcr.io/a/b:1"
          security: no-new-privileges <- true
          security: seccomp=unconfined <- "unconfined"
          security: label=disable <- label=disable
          command: serve <- serve
          command: --port <- --port
          command: 80 <- 80
          flag: --cap-add <- --cap-add
          flag value: SYS_ADMIN <- SYS_ADMIN
          flag: --security-opt <- --security-opt
          flag value: label=disable <- label=disable
          flag: --pid=host <- "--pid=host"
          flag: --privileged <- "--privileged"
    "#]]
    .assert_eq(&dump::containers(&world, &files));
    expect![[r#"
        Home `box` of alice <- -
          user namespaces: unknown: option `security.allowUserNamespaces` is set nowhere in the analysed files
          podman: true <- true
          manage lingering: unknown: option `users.manageLingering` is set nowhere in the analysed files
          auto update: default true
          credential services.podman.images.x.password: hunter2 <- "hunter2"
    "#]]
    .assert_eq(&dump::systems(&world, &files));
}

#[test]
fn every_option_with_its_definitions() {
    let (world, listing, files) = listed(
        r#"
{ lib, inputs, ... }:
{
  services.podman.containers.web = lib.mkMerge [
    { image = lib.mkDefault "a"; ports = [ "1:1" ]; environment.A = "b"; }
    { image = "c"; ports = lib.mkIf inputs.x [ "2:2" ]; autoStart = lib.mkIf false true; }
  ];
}"#,
        Kind::Home,
        true,
    );
    expect![[r#"
        web
          image: "c" <- "c"
            won "c" at 100
            lost "a" at 1000
          autoStart: default true
            lost … at 100 if false
          autoUpdate: default null
          description: default null
          user: default null
          group: default null
          userNS: default null
          addCapabilities: default [ ]
          dropCapabilities: default [ ]
          devices: default [ ]
          network: default [ ]
          networkAlias: default [ ]
          ip4: default null
          ip6: default null
          ports: [ "2:2" "1:1" ] <- [ "2:2" ]
            won [ "2:2" ] at 100 if inputs.x
            won [ "1:1" ] at 100
          volumes: default [ ]
          environment.A: "b" <- "b"
            won "b" at 100
          environmentFile: default [ ]
          extraPodmanArgs: default [ ]
          extraConfig: default { }
          entrypoint: default null
          exec: default null
          labels: default { }
    "#]]
    .assert_eq(&dump::options(&world, &listing, &files));
}

#[test]
fn homes_in_a_system() {
    systems(
        r#"
{ inputs, ... }:
{
  home-manager.users.alice = { ... }: {
    services.podman.enable = true;
    services.podman.images.x = { image = "x"; username = "u"; password = "hunter2"; };
  };
  home-manager.users.bob = inputs.bob;
}"#,
        expect![[r#"
            Nixos `box` <- -
            Home `home of alice` of alice <- { ... }: {…
              user namespaces: unknown: option `security.allowUserNamespaces` is set nowhere in the analysed files
              podman: true <- true
              manage lingering: unknown: option `users.manageLingering` is set nowhere in the analysed files
              auto update: default true
              credential services.podman.images.x.password: hunter2 <- "hunter2"
            Home `home of bob` incomplete of bob <- inputs
              user namespaces: unknown: option `security.allowUserNamespaces` is set nowhere in the analysed files
              manage lingering: unknown: option `users.manageLingering` is set nowhere in the analysed files
            not analysed: a definition of home-manager.users.bob: `inputs.bob` comes from outside <- bob
        "#]],
    );
}

#[test]
fn options_and_keys_of_one_container() {
    let (world, files) = world(
        r#"
{
  home.username = "ada";
  services.podman.containers.web = {
    image = "docker.io/library/nginx:1";
    user = 1000;
    group = 100;
    labels = { "a.b" = "c"; };
    ip4 = "10.0.0.2";
    autoUpdate = "registry";
    volumes = [ "%E/web:/etc/web:ro" ];
    extraConfig.Container = { ReadOnly = true; Secret = [ "db" ]; User = "0"; Imagee = "x"; };
  };
}"#,
        Kind::Home,
        true,
    );
    expect![[r#"
        home-manager-podman web in `box` <- {…
          runs as: default ada
          mount: %h/.config/web at /etc/web ro <- "%E/web:/etc/web:ro"
          image: docker.io/library/nginx:1 <- "docker.io/library/nginx:1"
          option: ip = 10.0.0.2 <- "10.0.0.2"
          option: read-only = true <- true
          option: user = 0:100 <- "0"
          option: label = io.containers.autoupdate=registry <- "registry"
          option: label = a.b=c <- "c"
          option: secret = db <- "db"
          unit problem: `[Container]` has no key `Imagee`; `Image` is probably meant (NoService) <- Imagee
    "#]]
    .assert_eq(&dump::containers(&world, &files));
}

#[test]
fn a_volume_that_is_a_directory_of_the_host() {
    let text = r#"
        {
          home.username = "ann";
          services.podman.volumes.keys = { device = "/home/ann/.ssh"; type = "none"; extraConfig.Volume.Options = "bind"; };
          services.podman.volumes.data = { };
          services.podman.containers.web = { image = "a:1"; volumes = [ "keys:/k" "keys.volume:/l:ro" "data:/d" ]; };
        }
        "#;
    let (world, files) = super::world(text, Kind::Home, true);
    expect![[r#"
        home-manager-podman web in `box` <- { image = "a:1"; volumes = [ "keys:/k" "keys.volume:/l:ro" "data:/d" ]; }
          runs as: default ann
          mount: /home/ann/.ssh at /k rw <- "keys:/k"
          mount: /home/ann/.ssh at /l ro <- "keys.volume:/l:ro"
          mount: volume data at /d rw <- "data:/d"
          image: a:1 <- "a:1"
    "#]].assert_eq(&super::dump::containers(&world, &files));
}

/// The module adds what it is told to the sections that it writes: another unit can want one that is not to be started by
/// itself.
#[test]
fn sections_beside_the_container() {
    let (world, files) = world(
        r#"
        {
          home.username = "ann";
          services.podman.containers = {
            wanted = { image = "a:1"; autoStart = false; extraConfig.Install.WantedBy = [ "timers.target" ]; };
            alone = { image = "a:1"; autoStart = false; extraConfig.Install.WantedBy = [ ]; };
            odd = { image = "a:1"; extraConfig.Service = { User = "bob"; DynamicUser = true; Restart = "no"; }; };
          };
        }
        "#,
        Kind::Home,
        true,
    );
    expect![[r#"
        home-manager-podman alone in `box` <- { image = "a:1"; autoStart = false; extraConfig.Install.WantedBy = [ ]; }
          auto start: false <- false
          runs as: default ann
          image: a:1 <- "a:1"
        home-manager-podman odd in `box` <- { image = "a:1"; extraConfig.Service = { User = "bob"; DynamicUser = true; Restart = "no"; }; }
          runs as: default ann
          image: a:1 <- "a:1"
          unit problem: `User` of the service is not supported (Unsupported) <- User
          unit problem: `DynamicUser` of the service is not supported (Unsupported) <- DynamicUser
        home-manager-podman wanted in `box` <- { image = "a:1"; autoStart = false; extraConfig.Install.WantedBy = [ "timers.target" ]; }
          auto start: true <- "timers.target"
          runs as: default ann
          image: a:1 <- "a:1"
    "#]].assert_eq(&dump::containers(&world, &files));
}
