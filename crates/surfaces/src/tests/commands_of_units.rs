//! The units that modules write, and what Podman's generator makes of them and of units that are texts.

use super::commands::{check, check_texts};
use expect_test::expect;
use nixpod_modules::Kind;

#[test]
#[expect(
    clippy::too_many_lines,
    reason = "all lines of a unit and all words of its command"
)]
fn home_manager() {
    check(
        r#"
{
  home.username = "ann";
  services.podman.networks.lan = { };
  services.podman.volumes.data = { };
  services.podman.builds.shop = { file = "/x"; };
  services.podman.containers.web = {
    image = "shop.build";
    network = [ "lan.network" "other" ];
    networkAlias = [ "w" ];
    volumes = [ "data.volume:/data" "/srv:/srv:ro" ];
    environment = { A = 1; B = "two-words"; };
    addCapabilities = [ "CAP_NET_ADMIN" ];
    extraPodmanArgs = [ "--security-opt=no-new-privileges" ];
    extraConfig.Container.ReadOnly = true;
    extraConfig.Service.Type = "oneshot";
  };
}
"#,
        Kind::Home,
        Some((25, 11)),
        expect![[r#"
            web, as the generator of Podman 5.8 writes it
              | [Container]
              | AddCapability=CAP_NET_ADMIN
              | ContainerName=web
              | Environment=A=1
              | Environment=B=two-words
              | Image=podman-shop.build
              | Label=nix.home-manager.managed=true
              | Network=podman-lan.network
              | Network=other
              | NetworkAlias=w
              | PodmanArgs=--security-opt=no-new-privileges
              | ReadOnly=true
              | Volume=podman-data.volume:/data
              | Volume=/srv:/srv:ro
              | [Install]
              | WantedBy=default.target
              | WantedBy=multi-user.target
              | [Service]
              | Environment=PATH=/run/wrappers/bin:/run/current-system/sw/bin:${pkgs.nftables}/bin:${config.home.homeDirectory}/.nix-profile/bin:${pkgs.systemd}/bin
              | Restart=always
              | TimeoutStopSec=30
              | Type=oneshot
              | [Unit]
              | Description=Service for container web
              podman run
              --name web
              --replace
              --rm
              --cgroups=split
              --network-alias w
              --network lan
              --network other
              --cap-add cap_net_admin
              --read-only
              -v data:/data
              -v /srv:/srv:ro
              --env A=1
              --env B=two-words
              --label nix.home-manager.managed=true
              --security-opt=no-new-privileges
              homemanager/shop
        "#]],
    );
}

#[test]
#[expect(
    clippy::too_many_lines,
    reason = "all lines of a unit and all words of its command"
)]
fn quadlet_nix_with_options() {
    check(
        r#"
{
  virtualisation.quadlet.pods.p = { };
  virtualisation.quadlet.volumes.data = { };
  virtualisation.quadlet.containers.web = {
    containerConfig = {
      image = "docker.io/library/nginx:1";
      pod = "p.pod";
      volumes = [ "data.volume:/data" ];
      environments = { A = "two words"; };
      podmanArgs = [ "--privileged" "--label" "a b" ];
      exec = [ "sleep" "1 2" ];
      workdir = "/srv";
      notify = "healthy";
    };
    rootlessConfig.uid = 1000;
  };
}
"#,
        Kind::Nixos,
        Some((25, 11)),
        expect![[r#"
            web, as the generator of Podman 5.8 writes it
              | [Container]
              | CgroupsMode=enabled
              | ContainerName=web
              | Environment=A="two words"
              | Exec=sleep "1 2"
              | Image=docker.io/library/nginx:1
              | Notify=healthy
              | Pod=p.pod
              | PodmanArgs=--privileged
              | PodmanArgs=--label
              | PodmanArgs="a b"
              | Volume=data.volume:/data
              | WorkingDir=/srv
              | [Service]
              | Restart=always
              | TimeoutStartSec=900
              | User=1000
              | [Unit]
              | After=linger-users.service
              | After=user@1000.service
              | Description=Podman container web
              | Requires=user@1000.service
              | Wants=linger-users.service
              podman run
              --name web
              --replace
              --rm
              --cgroups enabled
              --workdir /srv
              --sdnotify=healthy
              -d
              -v data:/data
              --env 'A=two words'
              --pod p
              --privileged
              --label 'a b'
              docker.io/library/nginx:1 sleep '1 2'
        "#]],
    );
}

#[test]
#[expect(
    clippy::too_many_lines,
    reason = "all lines of a unit and all words of its command"
)]
fn quadlet_nix_with_keys() {
    check(
        r#"
{
  virtualisation.quadlet.containers.web = {
    containerConfig = {
      Image = "docker.io/library/nginx:1";
      Environment = { A = "two words"; };
      AddCapability = [ "NET_ADMIN" "SYS_TIME" ];
      Network = "host";
    };
  };
  virtualisation.quadlet.containers.raw.rawConfig = ''
    [Container]
    Image=a:1
    PodmanArgs=--privileged "--label=a b"

    [Service]
    Type=oneshot
  '';
}
"#,
        Kind::Nixos,
        Some((25, 5)),
        expect![[r#"
            raw, as the generator of Podman 5.7 writes it
              | [Container]
              | Image=a:1
              | PodmanArgs=--privileged "--label=a b"
              | 
              | [Service]
              | Type=oneshot
              podman run
              --name systemd-raw
              --replace
              --rm
              --cgroups=split
              --privileged
              '--label=a b'
              a:1
            web, as the generator of Podman 5.7 writes it
              | [Container]
              | AddCapability=NET_ADMIN
              | AddCapability=SYS_TIME
              | Environment="A=two words"
              | Image=docker.io/library/nginx:1
              | Network=host
              | [Service]
              | ExecStartPre=${store path of prestart}/bin/prestart
              | Restart=on-failure
              | RestartSec=5
              | TimeoutStartSec=900
              | [Unit]
              | Description=Podman container web
              | StartLimitBurst=3
              | StartLimitIntervalSec=600
              podman run
              --name systemd-web
              --replace
              --rm
              --cgroups=split
              --network host
              --sdnotify=conmon
              -d
              --cap-add net_admin
              --cap-add sys_time
              --env 'A=two words'
              docker.io/library/nginx:1
        "#]],
    );
}

#[test]
fn texts() {
    check_texts(
        "\
#- /etc/containers/systemd/web@.container
[Container]
Image=a.image
Network=lan.network
Volume=./x:/x
Exec=sleep \"1 2\"
HealthInterval=30s
ExposeHostPort=80
#- /etc/containers/systemd/lan.network
[Network]
#- /etc/containers/systemd/a.image
[Image]
Image=docker.io/a:1
#- /etc/containers/systemd/bad.container
[Container]
Imag=a
#- /run.sh
podman --log-level=debug run --rm -v /a:/b --privileged \"$IMAGE\" sleep 1
systemd-nspawn -D /x --private-network /bin/sh -c true
",
        expect![[r#"
            web@, as the generator of Podman 6.0 writes it; the release is not known
              podman run
              --name systemd-web_${…}
              --replace
              --rm
              --cgroups=split
              --network systemd-lan
              --sdnotify=conmon
              -d
              -v /etc/containers/systemd/x:/x
              --expose 80
              --health-interval 30s
              docker.io/a:1 sleep '1 2'
            bad, as the generator of Podman 6.0 writes it; the release is not known
            run.sh, as it is written
              podman
              --log-level=debug run
              --rm
              -v /a:/b
              --privileged
              ${…} sleep 1
            run.sh (2), as it is written
              systemd-nspawn
              -D /x
              --private-network
              /bin/sh -c true
        "#]],
    );
}

#[test]
fn what_no_command_starts() {
    check_texts(
        "\
#- /.devcontainer/devcontainer.json
{ \"name\": \"dev\", \"image\": \"a:1\", \"privileged\": true }
",
        expect![[r#"
            dev: no command
        "#]],
    );
}
