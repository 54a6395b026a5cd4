//! Settings of Podman that only root's containers have, or only those of users.

use super::{asked, dump};
use expect_test::expect;
use nixpod_modules::Kind;

#[test]
#[expect(clippy::too_many_lines, reason = "one system in three releases")]
fn folders_of_settings_for_root_and_for_users() {
    let text = r#"
{
  virtualisation.containers.containersConf.settings.containers.pidns = "host";
  environment.etc."containers/containers.rootless.conf.d/10-a.conf".text = ''
    [containers]
    netns = "host"
  '';
  environment.etc."containers/containers.rootful.conf.d/10-a.conf".text = ''
    [containers]
    privileged = true
  '';
  environment.etc."containers/containers.rootless.conf.d/1000/10-a.conf".text = ''
    [containers]
    privileged = true
  '';
  environment.etc."containers/containers.rootless.conf.d/1001/10-a.conf".text = ''
    [containers]
    ipcns = "host"
  '';
  users.users.bob = { isNormalUser = true; uid = 1001; };
  virtualisation.quadlet.containers.root.containerConfig.image = "docker.io/a/b:1";
  virtualisation.quadlet.containers.user = { containerConfig.image = "docker.io/a/b:1"; rootlessConfig.uid = 1000; };
  home-manager.users.bob = {
    home.stateVersion = "26.05";
    services.podman.containers.home.image = "docker.io/a/b:1";
    services.podman.settings.containers.containers.userns = "auto";
  };
}
"#;
    for (releases, expected) in [
        (
            &[(25, 5), (26, 5)][..],
            expect![[r#"
                containers-conf <every container of Podman> template in `box` <- virtualisation.containers.containersConf.settings.containers.pidns = "host"
                  namespace: pid Host <- "host"
                containers-conf <every rootless container of Podman> template in `box` <- "containers/containers.rootless.conf.d/10-a.conf"
                  rootful: default false
                  network: Host <- host
                containers-conf <every container of Podman of user 1000> template in `box` <- "containers/containers.rootless.conf.d/1000/10-a.conf"
                  rootful: default false
                  privileged: true <- true
                containers-conf <every container of Podman of user bob> template in `box` <- "containers/containers.rootless.conf.d/1001/10-a.conf"
                  rootful: default false
                  runs as: default bob
                  namespace: ipc Host <- host
                quadlet-nix root in `box` <- virtualisation.quadlet.containers.root.containerConfig.image = "docker.io/a/b:1"
                  namespace: default pid Host <- "host"
                  image: docker.io/a/b:1 <- "docker.io/a/b:1"
                quadlet-nix user in `box` <- { containerConfig.image = "docker.io/a/b:1"; rootlessConfig.uid = 1000; }
                  rootful: false <- 1000
                  network: default Host <- host
                  namespace: default pid Host <- "host"
                  image: docker.io/a/b:1 <- "docker.io/a/b:1"
                containers-conf <every container of Podman> template in `home of bob` <- services.podman.settings.containers.containers.userns = "auto"
                  rootful: default false
                  users: Pick <- "auto"
                  network: default Host <- host
                  namespace: default ipc Host <- host
                  namespace: default pid Host <- "host"
                home-manager-podman home in `home of bob` <- services.podman.containers.home.image = "docker.io/a/b:1"
                  runs as: default bob
                  users: default Pick <- "auto"
                  network: default Host <- host
                  namespace: default ipc Host <- host
                  namespace: default pid Host <- "host"
                  image: docker.io/a/b:1 <- "docker.io/a/b:1"
            "#]],
        ),
        (
            &[(26, 11)],
            expect![[r#"
                containers-conf <every container of Podman> template in `box` <- virtualisation.containers.containersConf.settings.containers.pidns = "host"
                  namespace: pid Host <- "host"
                containers-conf <every rootful container of Podman> template in `box` <- "containers/containers.rootful.conf.d/10-a.conf"
                  privileged: unknown: it depends on whether the system has Podman 6, which is the first that reads this folder <- true
                  not known: whether it is privileged: it depends on whether the system has Podman 6, which is the first that reads this folder <- true
                containers-conf <every rootless container of Podman> template in `box` <- "containers/containers.rootless.conf.d/10-a.conf"
                  rootful: default false
                  network: Host <- host
                containers-conf <every container of Podman of user 1000> template in `box` <- "containers/containers.rootless.conf.d/1000/10-a.conf"
                  rootful: default false
                  privileged: true <- true
                containers-conf <every container of Podman of user bob> template in `box` <- "containers/containers.rootless.conf.d/1001/10-a.conf"
                  rootful: default false
                  runs as: default bob
                  namespace: ipc Host <- host
                quadlet-nix root in `box` <- virtualisation.quadlet.containers.root.containerConfig.image = "docker.io/a/b:1"
                  privileged: unknown: it depends on whether the system has Podman 6, which is the first that reads this folder <- true
                  namespace: default pid Host <- "host"
                  image: docker.io/a/b:1 <- "docker.io/a/b:1"
                  not known: whether it is privileged: it depends on whether the system has Podman 6, which is the first that reads this folder <- true
                quadlet-nix user in `box` <- { containerConfig.image = "docker.io/a/b:1"; rootlessConfig.uid = 1000; }
                  rootful: false <- 1000
                  network: default Host <- host
                  namespace: default pid Host <- "host"
                  image: docker.io/a/b:1 <- "docker.io/a/b:1"
                containers-conf <every container of Podman> template in `home of bob` <- services.podman.settings.containers.containers.userns = "auto"
                  rootful: default false
                  users: Pick <- "auto"
                  network: default Host <- host
                  namespace: default ipc Host <- host
                  namespace: unknown: it depends on whether Podman reads the system's settings beside the user's: since 6.0 it does not <- "host"
                  not known: which namespaces it shares: it depends on whether Podman reads the system's settings beside the user's: since 6.0 it does not <- "host"
                home-manager-podman home in `home of bob` <- services.podman.containers.home.image = "docker.io/a/b:1"
                  runs as: default bob
                  users: default Pick <- "auto"
                  network: default Host <- host
                  namespace: default ipc Host <- host
                  namespace: unknown: it depends on whether Podman reads the system's settings beside the user's: since 6.0 it does not <- "host"
                  image: docker.io/a/b:1 <- "docker.io/a/b:1"
                  not known: which namespaces it shares: it depends on whether Podman reads the system's settings beside the user's: since 6.0 it does not <- "host"
                not analysed: <every rootful container of Podman>: it depends on whether the system has Podman 6, which is the first that reads this folder <- true
                not analysed: virtualisation.quadlet.containers.root: it depends on whether the system has Podman 6, which is the first that reads this folder <- true
                not analysed: <every container of Podman>: it depends on whether Podman reads the system's settings beside the user's: since 6.0 it does not <- "host"
                not analysed: services.podman.containers.home: it depends on whether Podman reads the system's settings beside the user's: since 6.0 it does not <- "host"
            "#]],
        ),
    ] {
        for release in releases {
            let (world, (), files) = asked(text, Kind::Nixos, true, Some(*release), |_, _, _, _| ());
            expected.assert_eq(&dump::containers(&world, &files));
        }
    }
}

/// The folder that all of them lie in, as a whole.
#[test]
fn a_folder_of_all_settings() {
    super::containers(
        r#"
{
  environment.etc.containers.source = ./conf;
  virtualisation.oci-containers = { backend = "podman"; containers.a.image = "docker.io/acme/a:1"; };
}
#- conf/containers.conf
[containers]
netns = "host"
privileged = true
#- conf/containers.conf.d/10-more.conf
[containers]
pidns = "host"
#- conf/README.md
nothing
"#,
        expect![[r#"
            containers-conf <every container of Podman> template in `box` <- containers
              privileged: true <- true
              network: Host <- host
              namespace: pid Host <- host
            oci-containers a in `box` <- containers.a.image = "docker.io/acme/a:1"
              engine: podman <- "podman"
              privileged: default true <- true
              network: default Host <- host
              namespace: default pid Host <- host
              image: docker.io/acme/a:1 <- "docker.io/acme/a:1"
        "#]],
    );
}

/// From Podman 6 on a user's main file takes the place of the system's; what the system adds to that is read all the same.
#[test]
fn what_adds_to_the_main_file() {
    let text = r#"
{
  virtualisation.containers.containersConf.settings.containers.netns = "host";
  environment.etc."containers/containers.conf.d/x.conf".text = "[containers]\npidns=\"host\"\nvolumes=[\"/etc:/e\"]\n";
  users.users.bob = { isNormalUser = true; };
  home-manager.users.bob = {
    home.stateVersion = "26.05";
    services.podman.containers.home.image = "docker.io/a/b:1";
    services.podman.settings.containers.containers.ipcns = "host";
  };
}
"#;
    let (world, (), files) = asked(text, Kind::Nixos, true, Some((26, 11)), |_, _, _, _| ());
    expect![[r#"
        containers-conf <every container of Podman> template in `box` <- virtualisation.containers.containersConf.settings.containers.netns = "host"
          network: Host <- "host"
          namespace: pid Host <- host
          mount: /etc at /e rw <- /etc:/e
        containers-conf <every container of Podman> template in `home of bob` <- services.podman.settings.containers.containers.ipcns = "host"
          rootful: default false
          network: unknown: it depends on whether Podman reads the system's settings beside the user's: since 6.0 it does not <- "host"
          namespace: ipc Host <- "host"
          namespace: default pid Host <- host
          mount: default /etc at /e rw <- /etc:/e
          not known: which network it has: it depends on whether Podman reads the system's settings beside the user's: since 6.0 it does not <- "host"
        home-manager-podman home in `home of bob` <- services.podman.containers.home.image = "docker.io/a/b:1"
          runs as: default bob
          network: unknown: it depends on whether Podman reads the system's settings beside the user's: since 6.0 it does not <- "host"
          namespace: default ipc Host <- "host"
          namespace: default pid Host <- host
          mount: default /etc at /e rw <- /etc:/e
          image: docker.io/a/b:1 <- "docker.io/a/b:1"
          not known: which network it has: it depends on whether Podman reads the system's settings beside the user's: since 6.0 it does not <- "host"
        not analysed: <every container of Podman>: it depends on whether Podman reads the system's settings beside the user's: since 6.0 it does not <- "host"
        not analysed: services.podman.containers.home: it depends on whether Podman reads the system's settings beside the user's: since 6.0 it does not <- "host"
    "#]].assert_eq(&dump::containers(&world, &files));
}

/// Lists of the system's main file are in doubt as single values are, also where Home Manager writes the user's file with
/// nothing in it. Before Podman 6 both are read.
#[test]
#[expect(clippy::too_many_lines, reason = "mostly expected text")]
fn lists_of_the_main_file() {
    let text = r#"
{
  virtualisation.containers.containersConf.settings.containers = {
    volumes = [ "/etc:/e" ];
    devices = [ "/dev/kvm" ];
    default_capabilities = [ "SYS_ADMIN" ];
    pidns = "host";
    seccomp_profile = "unconfined";
    env = [ "A=b" ];
    pids_limit = 0;
  };
  users.users.bob = { isNormalUser = true; };
  home-manager.users.bob = {
    home.stateVersion = "26.05";
    services.podman.enable = true;
    services.podman.containers.home.image = "docker.io/a/b:1";
  };
}
"#;
    for (release, expected) in [
        (
            (26, 5),
            expect![[r#"
        home-manager-podman home in `home of bob` <- services.podman.containers.home.image = "docker.io/a/b:1"
          runs as: default bob
          capability: default CAP_SYS_ADMIN <- "SYS_ADMIN"
          dropped: default CAP_CHOWN
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
          namespace: default pid Host <- "host"
          mount: default /etc at /e rw <- "/etc:/e"
          device: default /dev/kvm rwm <- "/dev/kvm"
          environment: default A = b <- "A=b"
          image: docker.io/a/b:1 <- "docker.io/a/b:1"
          security: default seccomp=unconfined <- "unconfined"
          option: default pids-limit = 0 <- 0
    "#]],
        ),
        (
            (26, 11),
            expect![[r#"
        home-manager-podman home in `home of bob` <- services.podman.containers.home.image = "docker.io/a/b:1"
          runs as: default bob
          capability: unknown: it depends on whether Podman reads the system's settings beside the user's: since 6.0 it does not <- "SYS_ADMIN"
          dropped: unknown: it depends on whether Podman reads the system's settings beside the user's: since 6.0 it does not
          namespace: unknown: it depends on whether Podman reads the system's settings beside the user's: since 6.0 it does not <- "host"
          mount: unknown: it depends on whether Podman reads the system's settings beside the user's: since 6.0 it does not <- "/etc:/e"
          device: unknown: it depends on whether Podman reads the system's settings beside the user's: since 6.0 it does not <- "/dev/kvm"
          environment: unknown: it depends on whether Podman reads the system's settings beside the user's: since 6.0 it does not <- "A=b"
          image: docker.io/a/b:1 <- "docker.io/a/b:1"
          security: unknown: it depends on whether Podman reads the system's settings beside the user's: since 6.0 it does not <- "unconfined"
          option: unknown: it depends on whether Podman reads the system's settings beside the user's: since 6.0 it does not <- 0
          not known: which capabilities it has, which namespaces it shares, what it mounts, which devices it gets, what is in its environment, which security options it has, which options it is started with: it depends on whether Podman reads the system's settings beside the user's: since 6.0 it does not <- "SYS_ADMIN"
        not analysed: services.podman.containers.home: it depends on whether Podman reads the system's settings beside the user's: since 6.0 it does not <- "SYS_ADMIN"
    "#]],
        ),
    ] {
        let (mut world, (), files) = asked(text, Kind::Nixos, true, Some(release), |_, _, _, _| ());
        world.containers.retain(|_, container| container.name == "home");
        expected.assert_eq(&dump::containers(&world, &files));
    }
}

/// A daemon of a guest is told by the guest, and not by the host's settings.
#[test]
fn the_docker_of_a_guest() {
    super::containers(
        r#"
{
  virtualisation.docker = { enable = true; daemon.settings.seccomp-profile = "unconfined"; };
  virtualisation.oci-containers = { backend = "docker"; containers.outer.image = "docker.io/a/b:1"; };
  containers.lab.config = {
    virtualisation.docker = { enable = true; daemon.settings.userns-remap = "default"; };
    virtualisation.oci-containers = { backend = "docker"; containers.inner = { image = "docker.io/a/c:1"; volumes = [ "/var/run/docker.sock:/s" ]; }; };
    systemd.services.job.script = "docker run --rm docker.io/a/d:1";
  };
}
"#,
        expect![[r#"
            daemon-json <every container of Docker> template in `box` <- daemon.settings.seccomp-profile = "unconfined"
              security: seccomp=unconfined <- "unconfined"
            nspawn lab in `box`, guest `guest lab of box` <- containers.lab.config = {…
            daemon-json <every container of Docker> template in `guest lab of box` <- daemon.settings.userns-remap = "default"
              users: Pick <- "default"
            oci-containers inner in `guest lab of box` <- { image = "docker.io/a/c:1"; volumes = [ "/var/run/docker.sock:/s" ]; }
              engine: docker <- "docker"
              users: default Pick <- "default"
              mount: /var/run/docker.sock at /s rw <- "/var/run/docker.sock:/s"
              image: docker.io/a/c:1 <- "docker.io/a/c:1"
            command-line systemd.services.job in `guest lab of box` <- docker run --rm docker.io/a/d:1
              engine: docker <- docker run --rm docker.io/a/d:1
              users: default Pick <- "default"
              image: docker.io/a/d:1 <- docker.io/a/d:1
              flag: --rm <- --rm
            oci-containers outer in `box` <- containers.outer.image = "docker.io/a/b:1"
              engine: docker <- "docker"
              image: docker.io/a/b:1 <- "docker.io/a/b:1"
              security: default seccomp=unconfined <- "unconfined"
        "#]],
    );
}
