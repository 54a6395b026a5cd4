//! What starts containers: the words that engines are told, and that these words say what the facts do.

use super::{asked, text_files};
use crate::{TextFile, read_texts, text_commands};
use expect_test::{Expect, expect};
use nixpod_fixture::TestSource;
use nixpod_model::{
    CommandWord, Commands, Container, EngineCommand, Fact, FactInfo, FactValue, Field, Surface, Text,
    Visitor, World,
};
use nixpod_modules::Kind;
use nixpod_source::FileId;

/// The commands of a system of a release.
fn told(text: &str, kind: Kind, release: Option<(u32, u32)>) -> (World, Commands) {
    let (world, commands, _) = asked(text, kind, true, release, |reader, ev, library, world| {
        reader.commands(ev, library, world)
    });
    (world, commands)
}

fn text_of(field: &Field<Text>) -> String {
    let text = match &field.fact {
        Fact::Set(text) | Fact::Default(text) => text.display(),
        Fact::Maybe(text) => format!("[{}]", text.display()),
        Fact::Unknown(why) => format!("${{{}}}", why.name().unwrap_or("…")),
    };
    match text.is_empty() || text.contains(char::is_whitespace) {
        true => format!("'{text}'"),
        false => text,
    }
}

fn dump(world: &World, commands: &Commands) -> String {
    let mut out = String::new();
    for container in world.containers.values() {
        out.push_str(&container.name);
        let Some(command) = commands.get(&container.id) else {
            out.push_str(": no command\n");
            continue;
        };
        out.push_str(&format!(", {}\n", command.writer));
        for line in &command.unit {
            out.push_str(&format!("  | {}\n", text_of(line).trim_matches('\'')));
        }
        for CommandWord { text, is_value } in &command.words {
            out.push_str(if *is_value { " " } else { "\n  " });
            out.push_str(&text_of(text));
        }
        out = out.replace("\n\n", "\n");
        out.push('\n');
        for setting in &command.service {
            out.push_str(&format!("  service: {}\n", text_of(setting).trim_matches('\'')));
        }
    }
    out
}

#[track_caller]
pub(super) fn check(text: &str, kind: Kind, release: Option<(u32, u32)>, expected: Expect) {
    let (world, commands) = told(text, kind, release);
    expected.assert_eq(&dump(&world, &commands));
    read_again(&world, &commands);
}

#[track_caller]
pub(super) fn check_texts(text: &str, expected: Expect) {
    let files = TestSource::fixture(text);
    let texts = text_files(text, &files);
    let world = read_texts("files", &texts);
    let commands = text_commands("files", &texts, None);
    expected.assert_eq(&dump(&world, &commands));
    read_again(&world, &commands);
}

/// A command as the line of a script. Nothing: what is not known in it, a script cannot say.
fn script(command: &EngineCommand) -> Option<String> {
    let mut out = String::new();
    for word in &command.words {
        let text = word.text.certain()?;
        let mut quoted = String::new();
        for c in text.pattern().chars() {
            match c {
                '\'' => quoted.push_str("'\\''"),
                '\u{fffc}' => quoted.push_str("'\"$UNKNOWN\"'"),
                c => quoted.push(c),
            }
        }
        out.push_str(&format!("'{quoted}' "));
    }
    Some(out + "\n")
}

/// What a container is, as far as the words of its command tell.
#[derive(Default)]
struct Facts(Vec<String>);

impl Visitor for Facts {
    fn fact<T: FactValue>(&mut self, info: FactInfo, field: &Field<T>) {
        let told = [
            "capability",
            "device",
            "dropped",
            "environment",
            "environment file",
            "image",
            "mount",
            "namespace",
            "network",
            "option",
            "port",
            "privileged",
            "security",
            "users",
        ];
        if told.contains(&info.name)
            && let Fact::Set(value) = &field.fact
        {
            self.0.push(format!("{}: {}", info.name, value.describe()));
        }
    }
}

fn facts(container: &Container) -> Vec<String> {
    let mut facts = Facts::default();
    container.visit(&mut facts);
    // Who provides the image, and who allows a device, the words do not tell.
    let mut all = facts.0;
    all.retain(|fact| !fact.starts_with("device: ") || container.surface != Surface::Nspawn);
    for fact in &mut all {
        *fact = fact
            .replace(" (provided by Nix)", "")
            .replace("${UNKNOWN}", "${…}");
    }
    all
}

/// Every certain fact of a container is one of the container that its command, read as the line of a script, runs.
#[track_caller]
fn read_again(world: &World, commands: &Commands) {
    for container in world.containers.values() {
        let Some(command) = commands
            .get(&container.id)
            .filter(|command| !command.words.is_empty())
        else {
            continue;
        };
        let Some(text) = script(command) else { continue };
        let lines = read_texts(
            "script",
            &[TextFile {
                path: "run.sh".to_owned(),
                place: "run.sh".to_owned(),
                file: FileId::project(0),
                text: text.clone(),
            }],
        );
        let line = lines.containers.values().next();
        let line = line.unwrap_or_else(|| panic!("no container in {text}"));
        let found = facts(line);
        // `Pod=` is `--pod` or `--pod-id-file` in the line, and that a container stays is that there is no `--rm`.
        let is_else = |fact: &String| {
            ["option: Pod = ", "option: rm = "]
                .iter()
                .any(|begin| fact.starts_with(begin))
        };
        let own = facts(container).into_iter().filter(|fact| !is_else(fact));
        for fact in own {
            assert!(
                found.contains(&fact),
                "`{fact}` is not among {found:#?} of {text}"
            );
        }
    }
}

const NSPAWN: &str = r#"
{ pkgs, ... }: {
  system.stateVersion = "25.05";
  containers.web = {
    autoStart = true;
    privateNetwork = true;
    privateUsers = "pick";
    hostAddress = "10.0.0.1";
    localAddress = "10.0.0.2";
    enableTun = true;
    additionalCapabilities = [ "CAP_SYS_NICE" ];
    allowedDevices = [ { node = "/dev/kvm"; modifier = "rw"; } ];
    forwardPorts = [ { hostPort = 8080; containerPort = 80; } { hostPort = 53; protocol = "udp"; } ];
    bindMounts."/data" = { hostPath = "/srv/data"; isReadOnly = false; };
    bindMounts."/etc/keys" = { };
    tmpfs = [ "/tmp" ];
    extraVeths.ve-two = { };
    interfaces = [ "eth1" ];
    extraFlags = [ "--setenv=A=b" "--drop-capability=CAP_NET_RAW --keep-unit" ];
    config = { };
  };
}
"#;

#[test]
fn nspawn() {
    check(
        NSPAWN,
        Kind::Nixos,
        Some((25, 11)),
        expect![[r#"
        web, as NixOS 25.11 writes it
          systemd-nspawn
          --keep-unit
          -M web
          -D /var/lib/nixos-containers/web
          --private-network
          --private-users=pick
          --network-veth
          --port=tcp:8080:80
          --port=udp:53:53
          --network-veth-extra=ve-two
          --network-interface=eth1
          --notify-ready=yes
          --kill-signal=SIGRTMIN+3
          --bind-ro=/nix/store:/nix/store:idmap
          --bind-ro=/nix/var/nix/db:/nix/var/nix/db:idmap
          --bind-ro=/nix/var/nix/daemon-socket:/nix/var/nix/daemon-socket:idmap
          --bind=/nix/var/nix/profiles/per-container/web:/nix/var/nix/profiles:idmap
          --bind=/nix/var/nix/gcroots/per-container/web:/nix/var/nix/gcroots:idmap
          --link-journal=try-guest
          --setenv PRIVATE_NETWORK=1
          --setenv PRIVATE_USERS=pick
          --setenv HOST_BRIDGE=
          --setenv HOST_ADDRESS=10.0.0.1
          --setenv LOCAL_ADDRESS=10.0.0.2
          --setenv HOST_ADDRESS6=
          --setenv LOCAL_ADDRESS6=
          --setenv HOST_PORT=tcp:8080:80,udp:53:53
          --setenv PATH=${PATH}
          --capability=CAP_SYS_NICE,CAP_NET_ADMIN
          --tmpfs=/tmp
          --bind=/srv/data:/data
          --bind-ro=/etc/keys
          --setenv=A=b
          --drop-capability=CAP_NET_RAW
          --keep-unit
          ${container-init} ${config.system.build.toplevel}/init
          service: DevicePolicy=closed
          service: DeviceAllow=/dev/kvm rw
          service: DeviceAllow=/dev/net/tun rwm
    "#]],
    );
}

#[test]
fn nspawn_of_an_old_release() {
    check(
        &NSPAWN.replace("privateUsers = \"pick\";", ""),
        Kind::Nixos,
        Some((24, 5)),
        expect![[r#"
        web, as NixOS 24.11 writes it
          systemd-nspawn
          --keep-unit
          -M web
          -D /var/lib/nixos-containers/web
          --private-network
          --network-veth
          --port=tcp:8080:80
          --port=udp:53:53
          --network-veth-extra=ve-two
          --network-interface=eth1
          --bind=/srv/data:/data
          --bind-ro=/etc/keys
          --setenv=A=b
          --drop-capability=CAP_NET_RAW
          --keep-unit
          --notify-ready=yes
          --kill-signal=SIGRTMIN+3
          --bind-ro=/nix/store
          --bind-ro=/nix/var/nix/db
          --bind-ro=/nix/var/nix/daemon-socket
          --bind=/nix/var/nix/profiles/per-container/web:/nix/var/nix/profiles
          --bind=/nix/var/nix/gcroots/per-container/web:/nix/var/nix/gcroots
          --link-journal=try-guest
          --setenv PRIVATE_NETWORK=1
          --setenv HOST_BRIDGE=
          --setenv HOST_ADDRESS=10.0.0.1
          --setenv LOCAL_ADDRESS=10.0.0.2
          --setenv HOST_ADDRESS6=
          --setenv LOCAL_ADDRESS6=
          --setenv HOST_PORT=tcp:8080:80,udp:53:53
          --setenv PATH=${PATH}
          --capability=CAP_SYS_NICE,CAP_NET_ADMIN
          --tmpfs=/tmp
          ${container-init} ${config.system.build.toplevel}/init
          service: DevicePolicy=closed
          service: DeviceAllow=/dev/kvm rw
          service: DeviceAllow=/dev/net/tun rw
    "#]],
    );
}

#[test]
fn nspawn_that_says_nothing() {
    check(
        "{ system.stateVersion = \"21.11\"; containers.old = { ephemeral = true; config = { }; }; }",
        Kind::Nixos,
        None,
        expect![[r#"
            old, as NixOS 26.05 writes it; the release is not known
              systemd-nspawn
              --keep-unit
              -M old
              -D /run/nixos-containers/old
              --private-users=no
              --notify-ready=yes
              --kill-signal=SIGRTMIN+3
              --bind-ro=/nix/store:/nix/store
              --bind-ro=/nix/var/nix/db:/nix/var/nix/db
              --bind-ro=/nix/var/nix/daemon-socket:/nix/var/nix/daemon-socket
              --bind=/nix/var/nix/profiles/per-container/old:/nix/var/nix/profiles
              --bind=/nix/var/nix/gcroots/per-container/old:/nix/var/nix/gcroots
              --setenv PRIVATE_NETWORK=
              --setenv PRIVATE_USERS=no
              --setenv HOST_BRIDGE=
              --setenv HOST_ADDRESS=
              --setenv LOCAL_ADDRESS=
              --setenv HOST_ADDRESS6=
              --setenv LOCAL_ADDRESS6=
              --setenv LOCAL_MAC_ADDRESS=
              --setenv HOST_PORT=
              --setenv PATH=${PATH}
              --ephemeral
              ${container-init} ${config.system.build.toplevel}/init
              service: DevicePolicy=closed
        "#]],
    );
}

#[test]
fn nspawn_of_which_not_all_is_known() {
    check(
        r#"
{ lib, config, inputs, ... }: {
  containers.half = {
    privateNetwork = lib.mkIf config.my.net true;
    privateUsers = inputs.x.users;
    hostAddress = inputs.x.address;
    ephemeral = lib.mkIf config.my.short true;
    bindMounts."/data".hostPath = "/srv/${inputs.x.name}";
    bindMounts."/more" = { hostPath = "/more"; isReadOnly = inputs.x.ro; };
    allowedDevices = [ { node = "/dev/${inputs.x.node}"; modifier = "rw"; } ];
    extraFlags = [ "--bind=/${inputs.x.name} --ephemeral" ] ++ inputs.x.flags;
    config = { };
  };
}
"#,
        Kind::Nixos,
        Some((26, 5)),
        expect![[r#"
            half, as NixOS 26.05 writes it
              systemd-nspawn
              --keep-unit
              -M half
              -D ${…}
              [--private-network]
              --private-users=${inputs.x.users}
              [--network-veth]
              --notify-ready=yes
              --kill-signal=SIGRTMIN+3
              --bind-ro=/nix/store:/nix/store${inputs.x.users}
              --bind-ro=/nix/var/nix/db:/nix/var/nix/db${inputs.x.users}
              --bind-ro=/nix/var/nix/daemon-socket:/nix/var/nix/daemon-socket${inputs.x.users}
              --bind=/nix/var/nix/profiles/per-container/half:/nix/var/nix/profiles${inputs.x.users}
              --bind=/nix/var/nix/gcroots/per-container/half:/nix/var/nix/gcroots${inputs.x.users}
              [--link-journal=try-guest]
              --setenv [PRIVATE_NETWORK=1]
              --setenv PRIVATE_USERS=${inputs.x.users}
              --setenv HOST_BRIDGE=
              --setenv HOST_ADDRESS=${inputs.x.address}
              --setenv LOCAL_ADDRESS=
              --setenv HOST_ADDRESS6=
              --setenv LOCAL_ADDRESS6=
              --setenv LOCAL_MAC_ADDRESS=
              --setenv HOST_PORT=
              --setenv PATH=${PATH}
              [--ephemeral]
              --bind-ro=/srv/${inputs.x.name}:/data
              --bind${inputs.x.ro}=/more:/more
              --bind=/${inputs.x.name}
              --ephemeral
              ${inputs.x.flags}
              ${container-init} ${config.system.build.toplevel}/init
              service: DevicePolicy=closed
              service: DeviceAllow=/dev/${inputs.x.node} rw
              service: [DeviceAllow=/dev/net/tun rwm]
        "#]],
    );
}

const OCI: &str = r#"
{ lib, config, ... }: {
  users.users.ann.isNormalUser = true;
  virtualisation.oci-containers.containers.web = {
    image = "docker.io/library/nginx:1";
    entrypoint = "/bin/sh";
    cmd = [ "-c" "sleep 1" ];
    hostname = "web";
    user = "1000:1000";
    workdir = "/srv";
    environment = { B = "two words"; A = "1"; };
    environmentFiles = [ "/run/secrets/web" ];
    ports = [ "127.0.0.1:80:80" ];
    volumes = [ "/srv/web:/data:ro" "cache:/cache" ];
    labels."io.containers.autoupdate" = "registry";
    extraOptions = [ "--cap-add=NET_ADMIN" "--network" "host" ];
    preRunExtraOptions = [ "--log-level=debug" ];
  };
}
"#;

#[test]
fn oci() {
    check(
        OCI,
        Kind::Nixos,
        Some((25, 11)),
        expect![[r#"
        web, as NixOS 25.11 writes it
          podman
          --log-level=debug run
          --name=web
          --log-driver=journald
          --entrypoint=/bin/sh
          --hostname=web
          --cidfile=/run/web/ctr-id
          --cgroups=enabled
          --sdnotify=conmon
          -d
          --replace
          -e A=1
          -e 'B=two words'
          --env-file /run/secrets/web
          -p 127.0.0.1:80:80
          -u 1000:1000
          -v /srv/web:/data:ro
          -v cache:/cache
          -l io.containers.autoupdate=registry
          -w /srv
          --rm
          --pull missing
          --cap-add=NET_ADMIN
          --network host
          docker.io/library/nginx:1 -c 'sleep 1'
          service: User=root
    "#]],
    );
}

#[test]
fn oci_of_an_old_release() {
    check(
        OCI,
        Kind::Nixos,
        Some((24, 11)),
        expect![[r#"
        web, as NixOS 24.11 writes it
          podman
          --log-level=debug run
          --rm
          --name=web
          --log-driver=journald
          --entrypoint=/bin/sh
          --hostname=web
          --cidfile=/run/podman-web.ctr-id
          --cgroups=no-conmon
          --sdnotify=conmon
          -d
          --replace
          -e A=1
          -e 'B=two words'
          --env-file /run/secrets/web
          -p 127.0.0.1:80:80
          -u 1000:1000
          -v /srv/web:/data:ro
          -v cache:/cache
          -l io.containers.autoupdate=registry
          -w /srv
          --cap-add=NET_ADMIN
          --network host
          docker.io/library/nginx:1 -c 'sleep 1'
    "#]],
    );
}

#[test]
fn oci_with_options_of_its_own() {
    check(
        r#"
{ lib, config, inputs, ... }: {
  virtualisation.oci-containers.backend = "docker";
  virtualisation.oci-containers.containers.a = {
    image = "a:1";
    privileged = true;
    capabilities = { SYS_ADMIN = true; NET_RAW = false; CHOWN = null; };
    devices = [ "/dev/dri:/dev/dri" ];
    networks = [ "front" "front" "host" ];
    pull = "always";
    autoRemoveOnStop = false;
    log-driver = "local";
  };
  virtualisation.oci-containers.containers.b = {
    image = "b:${inputs.x.tag}";
    volumes = inputs.x.volumes ++ [ "/a:${config.my.path}" ];
    privileged = lib.mkIf config.my.priv true;
    environment = { A = inputs.x.a; };
  };
}
"#,
        Kind::Nixos,
        None,
        expect![[r#"
            a, as NixOS 26.05 writes it; the release is not known
              docker run
              --name=a
              --log-driver=local
              --privileged
              --cap-add=SYS_ADMIN
              --cap-drop=NET_RAW
              --device=/dev/dri:/dev/dri
              --network=front
              --network=host
              --pull always
              a:1
            b, as NixOS 26.05 writes it; the release is not known
              docker run
              --name=b
              --log-driver=journald
              -e A=${inputs.x.a}
              -v /a:${my.path}
              [-v] ${inputs.x.volumes}
              [--privileged]
              --rm
              --pull missing
              b:${inputs.x.tag}
        "#]],
    );
}

#[test]
fn oci_that_a_user_runs() {
    check(
        r#"
{
  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers.a = {
    image = "a:1";
    podman = { user = "ann"; sdnotify = "healthy"; };
  };
}
"#,
        Kind::Nixos,
        Some((25, 5)),
        expect![[r#"
            a, as NixOS 25.05 writes it
              podman run
              --name=a
              --log-driver=journald
              --cidfile=/run/a/ctr-id
              --cgroups=enabled
              --sdnotify=healthy
              -d
              --replace
              --rm
              --pull missing
              a:1
              service: User=ann
        "#]],
    );
}
