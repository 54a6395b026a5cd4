//! quadlet-nix, in both forms.

use super::{containers, dump, listed, world};
use expect_test::expect;
use nixpod_modules::Kind;

#[test]
fn typed_options() {
    containers(
        r#"
{ config, ... }:
let inherit (config.virtualisation.quadlet) networks pods volumes; in
{
  users.users.press = { isNormalUser = true; uid = 1004; };
  virtualisation.quadlet = {
    networks.lane.networkConfig.subnets = [ "10.9.0.0/24" ];
    volumes.ink = { };
    pods.desk.podConfig = { publishPorts = [ "8080:80" ]; userns = "auto"; };
    containers.type = {
      rootlessConfig.uid = 1004;
      containerConfig = {
        image = "docker.io/library/nginx:1";
        networks = [ networks.lane.ref "host" ];
        volumes = [ "${volumes.ink.ref}:/ink" "/srv/a:/a:ro" ];
        addCapabilities = [ "NET_ADMIN" ];
        environments = { A = "b"; };
        podmanArgs = [ "--cap-add SYS_ADMIN" "--privileged" ];
        exec = [ "run me" "-v" ];
        securityLabelDisable = true;
        noNewPrivileges = true;
        tmpfses = [ "/tmp:size=1M" ];
      };
    };
    containers.proof.containerConfig = { pod = pods.desk.ref; exec = "check it"; };
  };
}"#,
        expect![[r#"
            quadlet-nix proof in `box` <- containers.proof.containerConfig = { pod = pods.desk.ref; exec = "check it"; }
              users: Pick <- "auto"
              port: - 8080 -> 80 of pod desk <- "8080:80"
              command: check <- check
              command: it <- it
              option: Pod = desk.pod <- pods.desk.ref
            quadlet-nix type in `box` <- {…
              rootful: false <- 1004
              runs as: press <- 1004
              privileged: true <- "--privileged"
              capability: CAP_NET_ADMIN <- "NET_ADMIN"
              network: Host <- "host"
              mount: volume tmpfs at /tmp rw size=1M <- "/tmp:size=1M"
              mount: volume ink at /ink rw <- "${volumes.ink.ref}:/ink"
              mount: /srv/a at /a ro <- "/srv/a:/a:ro"
              environment: A = b <- "b"
              image: docker.io/library/nginx:1 <- "docker.io/library/nginx:1"
              security: no-new-privileges <- true
              security: label=disable <- true
              command: run me <- "run me"
              command: -v <- "-v"
              malformed flag: --cap-add SYS_ADMIN <- "--cap-add SYS_ADMIN"
              flag: --privileged <- "--privileged"
        "#]],
    );
}

#[test]
fn keys_as_quadlet_spells_them() {
    containers(
        r#"
{ pkgs, ... }:
{
  users.users.press = { isSystemUser = true; uid = 990; };
  virtualisation.quadlet.containers = {
    type = {
      uid = 990;
      containerConfig = {
        Image = "registry.example/type:2";
        PublishPort = [ "8082:80" ];
        Environment = { TZ = "UTC"; };
        PodmanArgs = "--pid=host --cap-add=SYS_PTRACE";
        AddDevice = [ "/dev/fuse" ];
      };
      extraConfig.Container.UserNS = "keep-id";
    };
    built.imageStream = pkgs.dockerTools.streamLayeredImage { name = "built"; };
    away = { enable = false; containerConfig.Image = "x"; };
  };
}"#,
        expect![[r#"
            quadlet-nix built in `box` <- built.imageStream = pkgs.dockerTools.streamLayeredImage { name = "built"; }
              image: ${imageStream} by nix <- pkgs.dockerTools.streamLayeredImage { name = "built"; }
            quadlet-nix type in `box` <- {…
              rootful: false <- 990
              runs as: press <- 990
              users: KeepId <- "keep-id"
              capability: CAP_SYS_PTRACE <- --cap-add=SYS_PTRACE
              namespace: pid Host <- --pid=host
              device: /dev/fuse rwm <- "/dev/fuse"
              port: - 8082 -> 80 <- "8082:80"
              environment: TZ = UTC <- "UTC"
              image: registry.example/type:2 <- "registry.example/type:2"
              flag: --pid=host <- --pid=host
              flag: --cap-add=SYS_PTRACE <- --cap-add=SYS_PTRACE
        "#]],
    );
}

#[test]
fn further_typed_options() {
    containers(
        r#"
{
  virtualisation.quadlet.containers.type.containerConfig = {
    image = "docker.io/library/nginx:1";
    readOnly = true;
    user = "1000";
    group = "1001";
    labels = { "traefik.enable" = "true"; };
    annotations = [ "a=b c" ];
    sysctl = { "net.core.somaxconn" = "1024"; };
    secrets = [ "db,type=env" ];
    healthCmd = "curl -f http://localhost";
    notify = "healthy";
    pull = "sometimes";
    volumes = [ "%t/podman/podman.sock:/s" "%S/x:/x" "~/y:/y" ];
    autoUpdate = "registry";
  };
}"#,
        expect![[r#"
            quadlet-nix type in `box` <- virtualisation.quadlet.containers.type.containerConfig = {…
              mount: /run/podman/podman.sock at /s rw <- "%t/podman/podman.sock:/s"
              mount: /var/lib/x at /x rw <- "%S/x:/x"
              mount: volume ~/y at /y rw <- "~/y:/y"
              image: docker.io/library/nginx:1 <- "docker.io/library/nginx:1"
              option: pull = sometimes <- "sometimes"
              option: sysctl = net.core.somaxconn=1024 <- "1024"
              option: read-only = true <- true
              option: user = 1000:1001 <- "1000"
              option: label = io.containers.autoupdate=registry <- "registry"
              option: label = traefik.enable=true <- "true"
              option: annotation = a=b c <- "a=b c"
              option: secret = db,type=env <- "db,type=env"
              option: health-cmd = curl -f http://localhost <- "curl -f http://localhost"
              unit problem: nobody expands `~/y` here (FailsToStart) <- ~/y
              unit problem: `Pull` takes `always`, `missing`, `newer` or `never`, not `sometimes` (FailsToStart) <- "sometimes"
        "#]],
    );
}

#[test]
fn raw_text_takes_the_place_of_all_options() {
    containers(
        r#"
{
  virtualisation.quadlet.containers.type = {
    containerConfig = { image = "lost"; noNewPrivileges = true; };
    rawConfig = ''
      [Unit]
      Description=Image=nothing
      [Container]
      # AddCapability=NO
      Image=registry.example/type:3
      AddCapability=NET_RAW SYS_TIME
      Volume=/srv:/srv
      PublishPort=127.0.0.1:80:80
    '';
  };
}"#,
        expect![[r#"
            quadlet-nix type in `box` <- {…
              auto start: default false
              capability: CAP_NET_RAW <- NET_RAW
              capability: CAP_SYS_TIME <- SYS_TIME
              mount: /srv at /srv rw <- /srv:/srv
              port: 127.0.0.1 80 -> 80 <- 127.0.0.1:80:80
              image: registry.example/type:3 <- registry.example/type:3
              unit problem: `noNewPrivileges` is not in the unit, whose text is given (Ignored) <- true
        "#]],
    );
}

#[test]
fn in_a_home() {
    let (world, listing, files) = listed(
        r#"
{ config, ... }:
{
  home.username = "ada";
  virtualisation.quadlet = {
    autoEscape = false;
    containers.type = {
      autoStart = "graphical-session.target";
      containerConfig = { image = "quay.io/a/b"; podmanArgs = [ "--cap-add SYS_ADMIN" ]; };
    };
  };
}"#,
        Kind::Home,
        true,
    );
    expect![[r#"
        quadlet-nix type in `box` <- {…
          auto start: true <- "graphical-session.target"
          rootful: default false
          runs as: default ada
          capability: CAP_SYS_ADMIN <- SYS_ADMIN
          image: quay.io/a/b <- "quay.io/a/b"
          flag: --cap-add <- --cap-add
          flag value: SYS_ADMIN <- SYS_ADMIN
    "#]]
    .assert_eq(&dump::containers(&world, &files));
    let shown: Vec<_> = listing[&world.containers[0].id]
        .iter()
        .map(|option| option.name.as_str())
        .collect();
    expect!["containerConfig.image containerConfig.podmanArgs autoStart"].assert_eq(&shown.join(" "));
}

#[test]
fn in_a_file_that_no_host_imports() {
    let (world, files) = world(
        r#"
{ config, ... }: {
  virtualisation.quadlet = {
    builds.site.buildConfig.file = "/srv/Containerfile";
    containers.type.containerConfig.image = config.virtualisation.quadlet.builds.site.ref;
  };
}"#,
        Kind::Nixos,
        false,
    );
    expect![[r#"
        quadlet-nix type in `box` <- containers.type.containerConfig.image = config.virtualisation.quadlet.builds.site.ref
          image: localhost/site <- config.virtualisation.quadlet.builds.site.ref
    "#]].assert_eq(&dump::containers(&world, &files));
}

/// Objects that a container names are what they are: a volume may be a directory of the host, and an image is pulled in a
/// way of its own.
#[test]
fn objects_beside_a_container() {
    containers(
        r#"
        { config, ... }: {
          virtualisation.quadlet = {
            volumes.host.volumeConfig = { type = "none"; device = "/"; options = "bind"; };
            volumes.called.volumeConfig = { name = "srv"; type = "bind"; device = "/srv"; options = "ro"; };
            volumes.plain.volumeConfig = { };
            volumes.off = { enable = false; volumeConfig = { type = "bind"; device = "/etc"; }; };
            images.base.imageConfig = { image = "docker.io/library/debian:13"; creds = "ann:plum-cartwheel-41"; };
            builds.own.buildConfig = { tag = "localhost/own:1"; };
            networks.vpn.networkConfig = { };
            containers.gate.containerConfig = { image = "gate:1"; };
            containers.web.containerConfig = {
              image = config.virtualisation.quadlet.images.base.ref;
              volumes = [ "host.volume:/host" "srv:/srv" "plain.volume:/plain" "off.volume:/off" "systemd-host:/again" ];
              mounts = [ "type=volume,source=called.volume,target=/m" ];
              networks = [ "gate.container" "vpn.network" ];
            };
            containers.raw.rawConfig = ''
              [Container]
              Image=own.build
              Volume=host.volume:/host
            '';
          };
        }
        "#,
        expect![[r#"
            quadlet-nix gate in `box` <- containers.gate.containerConfig = { image = "gate:1"; }
              image: gate:1 <- "gate:1"
            quadlet-nix raw in `box` <- containers.raw.rawConfig = ''…
              auto start: default false
              mount: / at /host rw <- host.volume:/host
              image: localhost/own:1 <- own.build
            quadlet-nix web in `box` <- containers.web.containerConfig = {…
              network: Private <- "vpn.network"
              mount: / at /host rw <- "host.volume:/host"
              mount: /srv at /srv ro <- "srv:/srv"
              mount: volume plain at /plain rw <- "plain.volume:/plain"
              mount: volume off.volume at /off rw <- "off.volume:/off"
              mount: volume systemd-host at /again rw <- "systemd-host:/again"
              mount: /srv at /m ro volume <- "type=volume,source=called.volume,target=/m"
              image: docker.io/library/debian:13 <- config.virtualisation.quadlet.images.base.ref
              option: creds = ann:plum-cartwheel-41 <- "ann:plum-cartwheel-41"
        "#]],
    );
}

/// What has `uid` is a unit of the user's own manager, whose directories are the user's. What has `rootlessConfig.uid` is one
/// of the system's with `User=`.
#[test]
fn directories_of_users() {
    containers(
        r#"
        { vars, ... }:
        {
          virtualisation.quadlet.containers = {
            own = { uid = 1000; containerConfig.Volume = [ "%h/.ssh:/s" "%t/podman:/t" ]; };
            other = { uid = vars.uid; containerConfig.Volume = [ "%h/.ssh:/s" ]; };
            root = { containerConfig.Volume = [ "%h/.ssh:/s" ]; };
          };
          users.users.ann = { isNormalUser = true; uid = 1000; };
        }
        "#,
        expect![[r#"
            quadlet-nix other in `box` <- { uid = vars.uid; containerConfig.Volume = [ "%h/.ssh:/s" ]; }
              rootful: unknown: `vars.uid` comes from outside <- uid
              mount: %h/.ssh at /s rw <- "%h/.ssh:/s"
              not known: whether its engine runs as root: `vars.uid` comes from outside <- uid
            quadlet-nix own in `box` <- { uid = 1000; containerConfig.Volume = [ "%h/.ssh:/s" "%t/podman:/t" ]; }
              rootful: false <- 1000
              runs as: ann <- 1000
              mount: %h/.ssh at /s rw <- "%h/.ssh:/s"
              mount: %t/podman at /t rw <- "%t/podman:/t"
            quadlet-nix root in `box` <- { containerConfig.Volume = [ "%h/.ssh:/s" ]; }
              mount: /root/.ssh at /s rw <- "%h/.ssh:/s"
            not analysed: virtualisation.quadlet.containers.other: `vars.uid` comes from outside <- uid
        "#]],
    );
}

/// The other form: keys as quadlet spells them.
#[test]
fn objects_in_the_spelling_of_quadlet() {
    containers(
        r#"
        {
          virtualisation.quadlet = {
            enable = true;
            volumes.host.volumeConfig = { Type = "none"; Device = "/"; Options = "bind"; VolumeName = "everything"; };
            artifacts.model.artifactConfig.Artifact = "quay.io/some/model:1";
            kubes.lab.kubeConfig.Yaml = "/etc/lab.yaml";
            containers.web = {
              uid = 1000;
              containerConfig = { Image = "a:1"; Volume = [ "everything:/host:ro" ]; ServiceName = "site"; };
            };
          };
          users.users.ann = { isNormalUser = true; uid = 1000; };
        }
        "#,
        expect![[r#"
            quadlet-nix web in `box` <- {…
              rootful: false <- 1000
              runs as: ann <- 1000
              mount: / at /host ro <- "everything:/host:ro"
              image: a:1 <- "a:1"
            not analysed: virtualisation.quadlet.kubes.lab: `Kubernetes' manifests` is not modelled <- lab
        "#]],
    );
}

/// Who starts it, and as whom, stands in the sections beside its own.
#[test]
fn sections_beside_the_container() {
    containers(
        r#"
        {
          virtualisation.quadlet.containers = {
            idle = { autoStart = false; containerConfig.image = "a:1"; serviceConfig.Group = "web"; };
            wanted = { autoStart = false; containerConfig.image = "a:1"; installConfig.WantedBy = [ "web.target" ]; };
            raw = { rawConfig = "[Container]\nImage=a:1\n"; };
            started = { rawConfig = "[Container]\nImage=a:1\n[Install]\nWantedBy=default.target\n"; };
          };
        }
        "#,
        expect![[r#"
            quadlet-nix idle in `box` <- { autoStart = false; containerConfig.image = "a:1"; serviceConfig.Group = "web"; }
              auto start: false <- false
              image: a:1 <- "a:1"
              unit problem: `Group` of the service is not supported (Unsupported) <- Group
            quadlet-nix raw in `box` <- { rawConfig = "[Container]\nImage=a:1\n"; }
              auto start: default false
              image: a:1 <- a:1
            quadlet-nix started in `box` <- { rawConfig = "[Container]\nImage=a:1\n[Install]\nWantedBy=default.target\n"; }
              auto start: true <- WantedBy
              image: a:1 <- a:1
            quadlet-nix wanted in `box` <- { autoStart = false; containerConfig.image = "a:1"; installConfig.WantedBy = [ "web.target" ]; }
              auto start: true <- "web.target"
              image: a:1 <- "a:1"
        "#]],
    );
}
