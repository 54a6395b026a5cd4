//! Unit files that options write.

use super::{containers, dump, texts, world};
use expect_test::expect;
use nixpod_modules::Kind;

/// So many lines nobody writes.
const MANY: usize = 40_000;

const SYSTEM: &str = r#"
{ pkgs, config, ... }:
{
  users.users.press = { isNormalUser = true; uid = 1004; };
  environment.etc = {
    "containers/systemd/web.container".text = ''
      [Unit]
      After=network-online.target
      [Container]
      Image=docker.io/library/nginx:1
      Volume=%t/podman/podman.sock:/s
      Volume=%S/web:/data:ro
      Volume=./conf:/conf
      Volume=${config.my.data}:/other
      Volume=ink.volume:/ink
      Network=lane.network:ip=10.9.0.2
      AddCapability=NET_ADMIN SYS_TIME
      ReadOnly=yes
      User=1000
      Group=1001
      Exec=run "a b" \
        # not a part
        --c
      [Install]
      WantedBy=default.target
    '';
    "containers/systemd/ink.volume".text = "[Volume]\nDevice=/srv/ink\nType=bind\n";
    "containers/systemd/lane.network".text = "[Network]\n";
    "containers/systemd/sub/side.container".source = pkgs.writeText "side" ''
      [Container]
      Image=quay.io/a/b:1
      Network=web.container
      Pod=desk.pod
    '';
    "containers/systemd/desk.pod".text = "[Pod]\nPublishPort=8080:80\nUserNS=auto\n";
    "containers/systemd/users/1004/own.container".text = "[Container]\nImage=quay.io/a/c:1\nVolume=%h/x:/x\n";
    "containers/systemd/users/all@.container".text = "[Container]\nImage=quay.io/a/d:1\nVolume=%E/%i:/x\n";
    "containers/systemd/off.container" = { enable = false; text = "[Container]\nImage=x\n"; };
    "containers/other".text = "[Container]\n";
  };
}"#;

#[test]
fn files_of_a_system() {
    containers(
        SYSTEM,
        expect![[r#"
            quadlet side in `box` <- "containers/systemd/sub/side.container"
              users: Pick <- auto
              network: Joined("systemd-web") <- web.container
              port: - 8080 -> 80 of pod desk <- 8080:80
              image: quay.io/a/b:1 <- quay.io/a/b:1
              option: Pod = desk.pod <- desk.pod
            quadlet web in `box` <- "containers/systemd/web.container"
              auto start: true <- WantedBy
              capability: CAP_NET_ADMIN <- NET_ADMIN
              capability: CAP_SYS_TIME <- SYS_TIME
              network: Private <- lane.network:ip=10.9.0.2
              mount: /run/podman/podman.sock at /s rw <- %t/podman/podman.sock:/s
              mount: /var/lib/web at /data ro <- %S/web:/data:ro
              mount: /etc/containers/systemd/conf at /conf rw <- ./conf:/conf
              mount: ${my.data} at /other rw <- {…
              mount: /srv/ink at /ink rw <- ink.volume:/ink
              image: docker.io/library/nginx:1 <- docker.io/library/nginx:1
              command: run <- run
              command: a b <- a b
              command: --c <- --c
              option: read-only = true <- yes
              option: user = 1000:1001 <- 1000
              not known: what it mounts: option `my.data` is set nowhere in the analysed files <- {…
            quadlet own in `box` <- "containers/systemd/users/1004/own.container"
              rootful: default false
              runs as: press <- 1004
              mount: %h/x at /x rw <- %h/x:/x
              image: quay.io/a/c:1 <- quay.io/a/c:1
            quadlet all@ in `box` <- "containers/systemd/users/all@.container"
              rootful: default false
              mount: %h/.config/${…} at /x rw <- %E/%i:/x
              image: quay.io/a/d:1 <- quay.io/a/d:1
            not analysed: web: option `my.data` is set nowhere in the analysed files <- {…
        "#]],
    );
}

const HOME: &str = r#"
{ lib, config, pkgs, inputs, ... }:
{
  home.username = "ada";
  xdg.configFile."containers/systemd/web.container".source = ./web.container;
  xdg.configFile."containers/systemd/built.container".source = pkgs.runCommand "built" { } "make > $out";
  home.file.".config/containers/systemd/read.container".text = builtins.readFile ./web.container;
  home.file.".config/containers/systemd/more" = { source = ./more; recursive = true; };
  home.file.".config/containers/systemd/part.container".text = ''
    [Container]
    Image=quay.io/a/b:1
    ${inputs.x.lines}
  '';
}
#- web.container
[Container]
Image=quay.io/a/b:1
PodmanArgs=--privileged
Volume=~/x:/x
#- more/a.container
[Container]
Image=quay.io/a/b:2
AddDevice=-/dev/fuse
#- more/a.container.d/10.conf
[Container]
AddDevice=/dev/kvm
DropCapability=all
#- more/README.md
nothing
"#;

#[test]
fn units_of_unknown_names() {
    containers(
        r#"
{ config, ... }: {
  environment.etc."containers/systemd/${config.site.name}@.container".text = ''
    [Container]
    Image=x
    PodmanArgs=--privileged
  '';
}
"#,
        expect![[r#"
            quadlet <name> maybe[] in `box` <- etc
              rootful: unknown: which service manager runs the unit is not known
              privileged: true <- --privileged
              image: x <- x
              flag: --privileged <- --privileged
        "#]],
    );
    containers(
        r#"
{ config, ... }: {
  environment.etc."${config.site.name}.network".text = "[Network]\nDHCP=yes\n";
}
"#,
        expect![[""]],
    );
}

#[test]
fn files_of_a_home() {
    let (world, files) = world(HOME, Kind::Home, true);
    expect![[r#"
        quadlet built in `box` <- "containers/systemd/built.container"
          auto start: unknown: `pkgs.built` comes from outside
          rootful: default false
          runs as: default ada
          users: unknown: `pkgs.built` comes from outside
          privileged: unknown: `pkgs.built` comes from outside
          network: unknown: `pkgs.built` comes from outside
          not seen: `pkgs.built` comes from outside
          not known: a part of its definition: `pkgs.built` comes from outside <- pkgs.runCommand "built" { } "make > $out"
        quadlet web in `box` <- "containers/systemd/web.container"
          rootful: default false
          runs as: default ada
          privileged: true <- --privileged
          mount: volume ~/x at /x rw <- ~/x:/x
          image: quay.io/a/b:1 <- quay.io/a/b:1
          flag: --privileged <- --privileged
          unit problem: nobody expands `~/x` here (FailsToStart) <- ~/x
        quadlet a in `box` <- ".config/containers/systemd/more"
          rootful: default false
          runs as: default ada
          dropped: all <- all
          device: /dev/fuse rwm <- -/dev/fuse
          device: /dev/kvm rwm <- /dev/kvm
          image: quay.io/a/b:2 <- quay.io/a/b:2
        quadlet part in `box` <- ".config/containers/systemd/part.container"
          auto start: unknown: `inputs.x.lines` comes from outside
          rootful: default false
          runs as: default ada
          users: unknown: `inputs.x.lines` comes from outside
          privileged: unknown: `inputs.x.lines` comes from outside
          network: unknown: `inputs.x.lines` comes from outside
          image: quay.io/a/b:1 <- quay.io/a/b:1
          not seen: `inputs.x.lines` comes from outside
          not known: a part of its definition: `inputs.x.lines` comes from outside <- inputs
        quadlet read in `box` <- ".config/containers/systemd/read.container"
          rootful: default false
          runs as: default ada
          privileged: true <- --privileged
          mount: volume ~/x at /x rw <- ~/x:/x
          image: quay.io/a/b:1 <- quay.io/a/b:1
          flag: --privileged <- --privileged
          unit problem: nobody expands `~/x` here (FailsToStart) <- ~/x
        not analysed: built: `pkgs.built` comes from outside <- pkgs.runCommand "built" { } "make > $out"
        not analysed: part: `inputs.x.lines` comes from outside <- inputs
    "#]]
    .assert_eq(&dump::containers(&world, &files));
}

#[test]
fn what_is_wrong() {
    containers(
        r#"
{
  environment.etc = {
    "containers/systemd/a.container".text = ''
      Image=x
      [Container]
      Image=docker.io/library/nginx:1
      Volumes=/a:/b
      Colour=red
      NoNewPrivileges=y
      Pull=sometimes
      PodmanArgs="--privileged
      Group=5
      Network=none.network
      this is wrong
      [container]
      [Service]
      User=web
      Type=simple
    '';
    "containers/systemd/b.container".text = "[Container]\nAddDevice=\"/dev/fuse\n";
    "containers/systemd/c.volume".text = "[Volume]\nVolumeNam=x\n";
    "containers/systemd/d.kube".text = "[Kube]\nYaml=a.yaml\n";
  };
}"#,
        expect![[r#"
            quadlet a in `box` <- "containers/systemd/a.container"
              rootful: false <- User
              runs as: web <- User
              privileged: true <- --privileged
              network: Private <- none.network
              image: docker.io/library/nginx:1 <- docker.io/library/nginx:1
              flag: --privileged <- --privileged
              option: pull = sometimes <- sometimes
              unit problem: `Image` stands before the first section (NoService) <- Image
              unit problem: `this is wrong` is no section, no key and no comment (NoService) <- this is wrong
              unit problem: `[Container]` has no key `Volumes`; `Volume` is probably meant (NoService) <- Volumes
              unit problem: `[Container]` has no key `Colour` (NoService) <- Colour
              unit problem: nobody reads the section `container`; `Container` is probably meant (Ignored) <- container
              unit problem: `User` of the service is not supported (Unsupported) <- User
              unit problem: `Type` takes `notify` or `oneshot`, not `simple` (NoService) <- Type
              unit problem: `Group` needs `User` (NoService) <- 5
              unit problem: `Pull` takes `always`, `missing`, `newer` or `never`, not `sometimes` (FailsToStart) <- sometimes
              unit problem: `NoNewPrivileges` takes `true` or `false`, not `y` (Ignored) <- y
              unit problem: `PodmanArgs` has a quotation mark that is not closed (Unsupported) <- "--privileged
              unit problem: there is no unit `none.network` (NoService) <- none.network
            quadlet b in `box` <- "containers/systemd/b.container"
              unit problem: it has no `Image` and no `Rootfs` (NoService) <- "containers/systemd/b.container"
              unit problem: `AddDevice` has a quotation mark that is not closed (Ignored) <- \"/dev/fuse
            not analysed: the pods of d.kube: `Kubernetes' manifests` is not modelled <- a.yaml
        "#]],
    );
}

#[test]
fn folders_are_read_by_their_own_generators() {
    containers(
        r#"
{
  users.users.press = { isNormalUser = true; uid = 1004; };
  environment.etc = {
    "containers/systemd/web.container".text = "[Container]\nImage=x\nNetwork=lane.network\nPod=mine.pod\n";
    "containers/systemd/lane.network".text = "[Network]\nNetworkName=of-system\n";
    "containers/systemd/users/lane.network".text = "[Network]\nNetworkName=of-users\n";
    "containers/systemd/users/mine.pod".text = "[Pod]\nUserNS=auto\n";
    "containers/systemd/users/all.container".text = "[Container]\nImage=x\nVolume=ink.volume:/i\nPod=mine.pod\n";
    "containers/systemd/users/1004/own.container".text = "[Container]\nImage=x\nVolume=ink.volume:/i\nPod=mine.pod\n";
    "containers/systemd/users/1004/ink.volume".text = "[Volume]\nDevice=/srv/four\nOptions=bind\n";
    "containers/systemd/users/1005/own.container".text = "[Container]\nImage=x\nVolume=ink.volume:/i\nPod=none.pod\n";
    "containers/systemd/users/1005/ink.volume".text = "[Volume]\nDevice=/srv/five\nOptions=bind\n";
    "containers/systemd/users/1005/own.container.d/more.conf".text = "[Container]\nAddDevice=/dev/fuse\n";
  };
}"#,
        expect![[r#"
            quadlet web in `box` <- "containers/systemd/web.container"
              network: Private <- lane.network
              image: x <- x
              option: Pod = mine.pod <- mine.pod
              unit problem: there is no unit `mine.pod` (NoService) <- mine.pod
            quadlet own in `box` <- "containers/systemd/users/1004/own.container"
              rootful: default false
              runs as: press <- 1004
              users: Pick <- auto
              mount: /srv/four at /i rw <- ink.volume:/i
              image: x <- x
              option: Pod = mine.pod <- mine.pod
            quadlet own (2) in `box` <- "containers/systemd/users/1005/own.container"
              rootful: default false
              mount: /srv/five at /i rw <- ink.volume:/i
              device: /dev/fuse rwm <- /dev/fuse
              image: x <- x
              option: Pod = none.pod <- none.pod
              unit problem: there is no unit `none.pod` (NoService) <- none.pod
            quadlet all in `box` <- "containers/systemd/users/all.container"
              rootful: default false
              users: Pick <- auto
              mount: volume ink.volume at /i rw <- ink.volume:/i
              image: x <- x
              option: Pod = mine.pod <- mine.pod
        "#]],
    );
}

#[test]
fn units_of_other_modules_may_be_meant() {
    containers(
        r#"
{
  virtualisation.quadlet.networks.lane.networkConfig.internal = true;
  environment.etc."containers/systemd/web.container".text = "[Container]\nImage=x\nNetwork=lane.network\n";
}"#,
        expect![[r#"
            quadlet web in `box` <- "containers/systemd/web.container"
              network: Private <- lane.network
              image: x <- x
        "#]],
    );
    containers(
        r#"
{
  environment.etc."containers/systemd/users/lane.network".text = "[Network]\n";
  home-manager.users.ann.xdg.configFile."containers/systemd/web.container".text = "[Container]\nImage=x\nNetwork=lane.network\n";
}"#,
        expect![[r#"
            quadlet web in `home of ann` <- "containers/systemd/web.container"
              rootful: default false
              runs as: default ann
              network: Private <- lane.network
              image: x <- x
        "#]],
    );
}

#[test]
fn folders_of_files() {
    texts(
        r#"
#- etc/containers/systemd/web.container
[Container]
Image=x
Network=lane.network
Volume=ink.volume:/i
#- etc/containers/systemd/sub/lane.network
[Network]
#- etc/containers/systemd/users/1000/own.container
[Container]
Image=x
Volume=ink.volume:/i
#- etc/containers/systemd/users/ink.volume
[Volume]
Device=/srv/users
Type=bind
#- etc/containers/systemd/ink.volume
[Volume]
Device=/srv/system
Type=bind
"#,
        expect![[r#"
            quadlet web in `files` <- Container
              network: Private <- lane.network
              mount: /srv/system at /i rw <- ink.volume:/i
              image: x <- x
            quadlet own in `files` <- Container
              rootful: default false
              mount: /srv/users at /i rw <- ink.volume:/i
              image: x <- x
        "#]],
    );
}

#[test]
fn drop_ins_templates_and_volumes_by_words() {
    texts(
        r#"
#- etc/containers/systemd/web@.container
[Container]
Image=x
Volume=data@.volume:/d
Mount=type=glob,src=/etc/ssl/*.pem,dst=/ssl
[Install]
WantedBy=default.target
#- etc/containers/systemd/two@one.container
[Container]
Image=x
Volume=data@.volume:/d
[Install]
WantedBy=default.target
#- etc/containers/systemd/three@.container
[Container]
Image=x
Mount=type=bind,target=/x
[Install]
WantedBy=default.target
DefaultInstance=a
#- etc/containers/systemd/data@.volume
[Volume]
PodmanArgs=--opt device=/srv/data -o=type=none "--opt=o=bind,ro"
#- etc/containers/systemd/gone.container.d/more.conf
[Container]
PodmanArgs=--privileged
#- etc/containers/systemd/pods.kube
[Kube]
Yaml=a.yaml b.yaml
SetWorkingDirectory=yaml
"#,
        expect![[r#"
            quadlet web@ in `files` <- Container
              mount: /srv/data at /d ro <- data@.volume:/d
              mount: /etc/ssl at /ssl rw <- type=glob,src=/etc/ssl/*.pem,dst=/ssl
              image: x <- x
            quadlet two@one in `files` <- Container
              auto start: true <- WantedBy
              mount: volume systemd-data-one at /d rw <- data@.volume:/d
              image: x <- x
            quadlet three@ in `files` <- Container
              auto start: true <- WantedBy
              mount:  at /x rw <- type=bind,target=/x
              image: x <- x
              unit problem: a `Mount` of this type needs a `source` (NoService) <- type=bind,target=/x
            not analysed: the drop-in gone.container.d/more.conf: none of the units that it adds to is among the files <- [Container]…
            not analysed: the pods of pods.kube: `Kubernetes' manifests` is not modelled <- b.yaml
        "#]],
    );
}

#[test]
fn folders_that_are_built_are_told() {
    containers(
        r#"
{ pkgs, ... }: {
  environment.etc."containers/systemd".source = pkgs.linkFarm "units" { "web.container" = ./web.container; };
  environment.etc."containers/systemd/README.md".source = pkgs.readme;
}"#,
        expect![[r#"
            not analysed: environment.etc."containers/systemd": `a folder that is built` is not modelled <- source
        "#]],
    );
}

#[test]
fn templates_of_units_are_open() {
    texts(
        r#"
#- web.container
[Container]
Image=x
PodmanArgs=--privileged
HealthCmd=podman inspect --format {{.State}}
{{#if wsl}}
Volume=/mnt:/mnt
{{/if}}
{% if debug %}
"#,
        expect![[r#"
            quadlet web in `files` <- Container
              auto start: unknown: `a file that is filled in before it is used` is not modelled
              rootful: unknown: which service manager runs the unit is not known
              users: unknown: `a file that is filled in before it is used` is not modelled
              privileged: true <- --privileged
              network: unknown: `a file that is filled in before it is used` is not modelled
              mount: /mnt at /mnt rw <- /mnt:/mnt
              image: x <- x
              flag: --privileged <- --privileged
              option: health-cmd = podman inspect --format {{.State}} <- podman inspect --format {{.State}}
              not seen: `a file that is filled in before it is used` is not modelled
              not known: a part of its definition: `a file that is filled in before it is used` is not modelled <- {{#if wsl}}
            not analysed: web: `a file that is filled in before it is used` is not modelled <- {{#if wsl}}
        "#]],
    );
}

/// Twice as many lines that go on take about twice as long; a test that runs for minutes tells if not.
#[test]
fn many_lines_that_go_on() {
    let lines = [
        "Environment=A=b",
        "Exec=a",
        "PodmanArgs=--env-host",
        "PodmanArgs=--privileged",
        "PodmanArgs=--cap-add=kill",
        "Volume=/a:/b",
    ];
    for line in lines {
        let (key, value) = line.split_once('=').expect("a key with a value");
        let text = format!(
            "#- big.container\n[Container]\nImage=a\n{key}={}\n",
            format!("{value} \\\n").repeat(MANY)
        );
        let files = nixpod_fixture::TestSource::fixture(&text);
        let world = crate::read_texts("files", &super::text_files(&text, &files));
        assert_eq!(world.containers.len(), 1, "{line}");
    }
}

/// Lines of `systemd-tmpfiles` put files there, too.
#[test]
fn files_that_tmpfiles_makes() {
    containers(
        r#"
#- /main.nix
        { pkgs, lib, ... }: {
          systemd.tmpfiles.rules = [
            "d /etc/containers/systemd 0755 root root -"
            "L+ /etc/containers/systemd/linked.container - - - - ${./linked.container}"
            "L /home/ann/.config/containers/systemd/own.container - - - - ${pkgs.writeText "own.container" "[Container]\nImage=own:1\n"}"
            "f+ /etc/containers/systemd/typed.container 0644 root root - [Container]\\nImage=typed:1\\nNetwork=host"
            "L+ /etc/other/linked.container - - - - ${./linked.container}"
          ];
          systemd.tmpfiles.settings.units."/etc/containers/systemd/set.container"."L+".argument = "${./linked.container}";
          systemd.tmpfiles.settings.units."/etc/containers/systemd/folder".d = { mode = "0755"; };
        }
#- /linked.container
[Container]
Image=linked:1
PodmanArgs=--privileged
        "#,
        expect![[r#"
            quadlet linked in `box` <- rules
              privileged: true <- --privileged
              image: linked:1 <- linked:1
              flag: --privileged <- --privileged
            quadlet typed in `box` <- rules
              network: Host <- host
              image: typed:1 <- typed:1
            quadlet set in `box` <- argument
              privileged: true <- --privileged
              image: linked:1 <- linked:1
              flag: --privileged <- --privileged
            quadlet own in `box` <- rules
              rootful: default false
              image: own:1 <- own:1
        "#]],
    );
}

/// Units of networks say whether their members are past the host's firewall.
#[test]
fn networks_past_the_firewall() {
    texts(
        r#"
#- q/lan.network
[Network]
NetworkName=home
Driver=ipvlan
#- q/inner.network
[Network]
#- q/a.container
[Container]
Image=a:1
Network=lan.network:ip=10.0.0.2
#- q/b.container
[Container]
Image=b:1
Network=home
#- q/c.container
[Container]
Image=c:1
Network=lan.network
Network=inner.network
"#,
        expect![[r#"
            quadlet a in `files` <- Container
              rootful: unknown: which service manager runs the unit is not known
              network: Lan <- lan.network:ip=10.0.0.2
              image: a:1 <- a:1
            quadlet b in `files` <- Container
              rootful: unknown: which service manager runs the unit is not known
              network: Lan <- home
              image: b:1 <- b:1
            quadlet c in `files` <- Container
              rootful: unknown: which service manager runs the unit is not known
              network: Private <- inner.network
              image: c:1 <- c:1
        "#]],
    );
}
