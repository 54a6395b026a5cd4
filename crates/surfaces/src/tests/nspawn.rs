//! `containers.<name>`.

use super::{containers, systems};
use expect_test::expect;
use nixpod_source::Place;

#[test]
fn nothing_written_is_all_default() {
    containers(
        "{ containers.web = { config = { }; }; }",
        expect![[r#"
        nspawn web in `box`, guest `guest web of box` <- { config = { }; }
    "#]],
    );
}

#[test]
fn plain_options() {
    containers(
        r#"{
  containers.web = {
    autoStart = true;
    privateNetwork = true;
    privateUsers = "pick";
    additionalCapabilities = [ "sys_admin" "CAP_BPF,net_raw" "all" ];
    allowedDevices = [ { node = "/dev/fuse"; modifier = "rw"; } ];
    bindMounts."/data" = { hostPath = "/srv/data"; isReadOnly = false; };
    bindMounts."/x:idmap".hostPath = "/y";
    bindMounts."/etc/ssh" = { };
    forwardPorts = [ { hostPort = 8080; containerPort = 80; } { hostPort = 53; protocol = "udp"; } ];
    hostAddress = "10.0.0.1";
    tmpfs = [ "/tmp" ];
    config = { };
  };
}"#,
        expect![[r#"
            nspawn web in `box`, guest `guest web of box` <- {…
              auto start: true <- true
              users: Pick <- "pick"
              capability: sys_admin <- "sys_admin"
              capability: CAP_BPF <- CAP_BPF
              capability: net_raw <- net_raw
              capability: all <- "all"
              network: Private <- true
              mount: /srv/data at /data rw <- "/srv/data"
              mount: /etc/ssh at /etc/ssh ro <- "/etc/ssh"
              mount: /y at /x ro idmap <- "/y"
              mount: volume tmpfs at /tmp rw <- "/tmp"
              device: /dev/fuse rw allowed <- "/dev/fuse"
              device: default /dev/net/tun rwm allowed
              port: - 8080 -> 80 <- 8080
              port: - 53 -> 53/udp <- 53
              private users: Pick <- "pick"
              ownership: true <- "pick"
              private network: true <- true
              network option: hostAddress <- "10.0.0.1"
              network option: forwardPorts <- [ { hostPort = 8080; containerPort = 80; } { hostPort = 53; protocol = "udp"; } ]
        "#]],
    );
}

#[test]
fn flags_are_split_at_white_space_and_win() {
    containers(
        r#"
let common = [ "--bind-ro /etc/hosts:/hosts -U" ]; in
{
  containers.web = {
    privateUsers = 0;
    extraFlags = common ++ [ "--private-users=524288:65536" "--capability=CAP_BPF" "--setenv=A='b c'" "--port=tcp:80:8080" "-n" ];
    config = { };
  };
}"#,
        expect![[r#"
            nspawn web in `box`, guest `guest web of box` <- {…
              users: Fixed { first: 524288, count: 65536 } <- "--private-users=524288:65536"
              capability: CAP_BPF <- "--capability=CAP_BPF"
              network: Private <- "-n"
              mount: /etc/hosts at /hosts ro <- /etc/hosts:/hosts
              port: - 80 -> 8080 <- "--port=tcp:80:8080"
              environment: A = 'b <- --setenv=A='b
              flag: --bind-ro <- --bind-ro
              flag value: /etc/hosts:/hosts <- /etc/hosts:/hosts
              flag: -U <- -U
              flag: --private-users=524288:65536 <- "--private-users=524288:65536"
              flag: --capability=CAP_BPF <- "--capability=CAP_BPF"
              flag: --setenv=A='b <- --setenv=A='b
              flag value: c' <- c'
              flag: --port=tcp:80:8080 <- "--port=tcp:80:8080"
              flag: -n <- "-n"
              private users: Fixed { first: 0, count: 65536 } <- 0
              ownership: true <- -U
              other private network: true <- "-n"
        "#]],
    );
}

#[test]
fn quotes_in_capabilities_smuggle_flags() {
    containers(
        r#"{
  containers.web = {
    additionalCapabilities = [ ''all" --system-call-filter="add_key keyctl" --capability="CAP_BPF'' ];
    config = { };
  };
}"#,
        expect![[r#"
            nspawn web in `box`, guest `guest web of box` <- {…
              capability: all <- all
              capability: CAP_BPF <- --capability=
              flag: --system-call-filter=add_key keyctl <- --system-call-filter=
              flag: --capability=CAP_BPF <- --capability=
        "#]],
    );
}

#[test]
fn conditions_and_unknowns() {
    containers(
        r#"
{ config, lib, inputs, ... }:
{
  containers.web = lib.mkIf config.services.foo.enable {
    privateNetwork = true;
    enableTun = lib.mkIf inputs.x true;
    config = { };
  };
  containers.db = {
    privateUsers = lib.mkIf inputs.private "pick";
    privateNetwork = inputs.network;
    extraFlags = [ "-n" ] ++ lib.optional inputs.y "--bind=/" ++ inputs.flags;
    bindMounts = { "/run/secrets" = { hostPath = inputs.path; isReadOnly = false; }; };
    flake = "github:a/b";
  };
}"#,
        expect![[r#"
            nspawn db in `box` <- {…
              users: maybe[inputs.private] Pick <- "pick"
              network: Private <- "-n"
              mount: ${inputs.path} at /run/secrets rw <- inputs
              mount: maybe[inputs.y] / at / rw <- "--bind=/"
              flag: -n <- "-n"
              flag: maybe[inputs.y] --bind=/ <- "--bind=/"
              flag: unknown: `inputs.flags` comes from outside <- extraFlags
              private users: maybe[inputs.private] Pick <- "pick"
              ownership: maybe[inputs.private] true <- "pick"
              private network: unknown: `inputs.network` comes from outside <- privateNetwork
              other private network: true <- "-n"
              opaque: flake = github:a/b <- "github:a/b"
              not known: what it mounts: `inputs.path` comes from outside <- inputs
              not known: which options it is started with: `inputs.flags` comes from outside <- extraFlags
              not known: which network it has: `inputs.network` comes from outside <- privateNetwork
            nspawn web maybe[config.services.foo.enable] in `box`, guest `guest web of box` <- {…
              capability: maybe[inputs.x] CAP_NET_ADMIN <- true
              network: Private <- true
              device: maybe[inputs.x] /dev/net/tun rwm allowed <- true
              private network: true <- true
              tun: maybe[inputs.x] true <- true
            not analysed: containers.db: `inputs.path` comes from outside <- inputs
            not analysed: containers.db: `inputs.flags` comes from outside <- extraFlags
            not analysed: containers.db: `inputs.network` comes from outside <- privateNetwork
            not analysed: the guest of containers.db: `flake = github:a/b` comes from outside <- "github:a/b"
        "#]],
    );
}

#[test]
fn templates() {
    containers(
        r#"
{ lib, inputs, ... }:
{
  containers = lib.genAttrs inputs.names (name: { extraFlags = [ "-U" ]; bindMounts."/d/${name}" = { }; config = { }; });
}"#,
        expect![[r#"
            nspawn <name> template in `box`, guest `guest <name> of box` <- { extraFlags = [ "-U" ]; bindMounts."/d/${name}" = { }; config = { }; }
              users: Pick <- "-U"
              mount: ${name} at ${name} ro <- bindMounts
              flag: -U <- "-U"
              ownership: true <- "-U"
              not known: what it mounts: `name` comes from outside <- bindMounts
            not analysed: containers.<name>: `name` comes from outside <- bindMounts
        "#]],
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "mostly expected text")]
fn guests_are_systems_too() {
    systems(
        r#"
{ pkgs, ... }:
{
  system.stateVersion = "24.05";
  boot.kernelPackages = pkgs.linuxPackages_6_6;
  boot.kernelParams = [ "security=selinux" ];
  fileSystems."/nix/store" = { fsType = "overlay"; device = "x"; };
  users.users.alice = { isNormalUser = true; linger = true; extraGroups = [ "wheel" "docker" ]; password = "hunter2"; uid = 1000; };
  users.users.svc = {
    isSystemUser = true; group = "svc";
    subUidRanges = [ { startUid = 100000; } ];
    subGidRanges = [ { startGid = 100000; count = 65536; } ];
  };
  users.extraUsers.bob = { isNormalUser = true; hashedPasswordFile = "${./pw}"; };
  users.groups.podman.members = [ "bob" ];
  environment.etc."a.conf".text = "token = ${builtins.readFile ./pw}";
  environment.etc."b.conf".source = pkgs.writeText "b" "secret=${pkgs.foo}";
  systemd.services.x = { environment.TOKEN = "abc"; serviceConfig.Environment = [ "\"A=b c\" D=e" ]; };
  containers.web.config = { pkgs, ... }: {
    users.users.app = { isNormalUser = true; };
    virtualisation.containers.containersConf.settings.containers.keyring = false;
    security.allowUserNamespaces = false;
    boot.kernelPackages = pkgs.linuxPackages_5_10;
    containers.inner.config = { };
  };
  home-manager.users.alice = { services.podman.enable = true; home.file.x.text = "y"; };
}
#- pw
swordfish
"#,
        expect![[r#"
            Nixos `box` <- -
              state version: 24.05 <- "24.05"
              kernel: 6.6 (pkgs.linuxPackages_6_6) <- pkgs
              selinux: true <- "security=selinux"
              store: overlay <- "overlay"
              member: bob in podman <- "bob"
              user: alice <- { isNormalUser = true; linger = true; extraGroups = [ "wheel" "docker" ]; password = "hunter2"; uid = 1000; }
                normal: true <- true
                uid: Some(1000) <- 1000
                linger: Some(true) <- true
                auto sub-ids: default true
                group: default Some("users")
                extra group: wheel <- "wheel"
                extra group: docker <- "docker"
              user: bob <- { isNormalUser = true; hashedPasswordFile = "${./pw}"; }
                normal: true <- true
                auto sub-ids: default true
                group: default Some("users")
              user: svc <- {…
                system: true <- true
                sub-uids: 100000 + 1 unwritten <- { startUid = 100000; }
                sub-gids: 100000 + 65536 <- { startGid = 100000; count = 65536; }
                group: Some("svc") <- "svc"
              alice.password: hunter2 <- "hunter2"
              file of users.users.bob.hashedPasswordFile: ${store path of pw} (copies ./pw) <- "${./pw}"
              file a.conf: token = swordfish
             (reads ./pw) <- "token = ${builtins.readFile ./pw}"
              file b: secret=${pkgs.foo} <- pkgs.writeText "b" "secret=${pkgs.foo}"
              variable TOKEN: abc <- "abc"
              variable A: b c <- b c
              variable D: e <- e
            Guest `guest web of box` <- { pkgs, ... }: {…
              kernel: 6.6 (pkgs.linuxPackages_6_6) <- pkgs
              user namespaces: false <- false
              keyring: false <- false
              user: app <- { isNormalUser = true; }
                normal: true <- true
                auto sub-ids: default true
                group: default Some("users")
            Guest `guest inner of guest web of box` <- { }
              kernel: 6.6 (pkgs.linuxPackages_6_6) <- pkgs
            Home `home of alice` of alice <- { services.podman.enable = true; home.file.x.text = "y"; }
              kernel: 6.6 (pkgs.linuxPackages_6_6) <- pkgs
              user namespaces: unknown: option `security.allowUserNamespaces` is set nowhere in the analysed files
              podman: true <- true
              manage lingering: unknown: option `users.manageLingering` is set nowhere in the analysed files
              auto update: default true
              file x: y <- "y"
        "#]],
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "mostly expected text")]
fn what_is_unknown_as_a_whole() {
    containers(
        r#"
{ lib, inputs, ... }:
{
  containers = lib.mkMerge [
    inputs.containers
    { a = inputs.a; b = { privateNetwork = true; } // inputs.b; c = { imports = [ inputs.c ]; config = { }; }; d.config = inputs.d; e = null; }
  ];
}"#,
        expect![[r#"
            nspawn a in `box` <- inputs
              auto start: unknown: `inputs.a` comes from outside
              users: unknown: `inputs.a` comes from outside
              network: unknown: `inputs.a` comes from outside
              private users: unknown: `inputs.a` comes from outside
              ownership: unknown: `inputs.a` comes from outside
              private network: unknown: `inputs.a` comes from outside
              tun: unknown: `inputs.a` comes from outside
              other private network: unknown: `inputs.a` comes from outside
              unnamed: `inputs.containers` comes from outside <- containers
              not seen: `inputs.a` comes from outside
              not known: a part of its definition: `inputs.a` comes from outside <- a
            nspawn b in `box` <- { privateNetwork = true; } // inputs.b
              auto start: unknown: `inputs.b` comes from outside
              users: unknown: `inputs.b` comes from outside
              network: maybe[depending on privateNetwork or something else] Private <- true
              private users: unknown: `inputs.b` comes from outside
              ownership: unknown: `inputs.b` comes from outside
              private network: maybe[depending on privateNetwork or something else] true <- true
              tun: unknown: `inputs.b` comes from outside
              other private network: unknown: `inputs.b` comes from outside
              unnamed: `inputs.containers` comes from outside <- containers
              not seen: `inputs.b` comes from outside
              not known: a part of its definition: `inputs.b` comes from outside <- b
            nspawn c in `box` <- { imports = [ inputs.c ]; config = { }; }
              auto start: unknown: `inputs.c` comes from outside
              users: unknown: `inputs.c` comes from outside
              network: unknown: `inputs.c` comes from outside
              private users: unknown: `inputs.c` comes from outside
              ownership: unknown: `inputs.c` comes from outside
              private network: unknown: `inputs.c` comes from outside
              tun: unknown: `inputs.c` comes from outside
              other private network: unknown: `inputs.c` comes from outside
              unnamed: `inputs.containers` comes from outside <- containers
              not seen: `inputs.c` comes from outside
              not known: a part of its definition: `inputs.c` comes from outside <- inputs.c
            nspawn d in `box`, guest `guest d of box` <- d.config = inputs.d
              unnamed: `inputs.containers` comes from outside <- containers
            nspawn e in `box` <- e
              auto start: unknown: evaluation fails: A definition for option `containers.e' is not of type `submodule'. Definition value: null <- e
              users: unknown: evaluation fails: A definition for option `containers.e' is not of type `submodule'. Definition value: null <- e
              capability: unknown: evaluation fails: A definition for option `containers.e' is not of type `submodule'. Definition value: null <- e
              network: unknown: evaluation fails: A definition for option `containers.e' is not of type `submodule'. Definition value: null <- e
              mount: unknown: evaluation fails: A definition for option `containers.e' is not of type `submodule'. Definition value: null <- e
              mount: unknown: evaluation fails: A definition for option `containers.e' is not of type `submodule'. Definition value: null <- e
              device: unknown: evaluation fails: A definition for option `containers.e' is not of type `submodule'. Definition value: null <- e
              port: unknown: evaluation fails: A definition for option `containers.e' is not of type `submodule'. Definition value: null <- e
              flag: unknown: evaluation fails: A definition for option `containers.e' is not of type `submodule'. Definition value: null <- e
              private users: unknown: evaluation fails: A definition for option `containers.e' is not of type `submodule'. Definition value: null <- e
              ownership: unknown: evaluation fails: A definition for option `containers.e' is not of type `submodule'. Definition value: null <- e
              private network: unknown: evaluation fails: A definition for option `containers.e' is not of type `submodule'. Definition value: null <- e
              tun: unknown: evaluation fails: A definition for option `containers.e' is not of type `submodule'. Definition value: null <- e
              other private network: unknown: evaluation fails: A definition for option `containers.e' is not of type `submodule'. Definition value: null <- e
              unnamed: `inputs.containers` comes from outside <- containers
              not seen: evaluation fails: A definition for option `containers.e' is not of type `submodule'. Definition value: null
              fails: a part of its definition: evaluation fails: A definition for option `containers.e' is not of type `submodule'. Definition value: null <- e
            not analysed: containers.e: evaluation fails: A definition for option `containers.e' is not of type `submodule'. Definition value: null <- e
            not analysed: containers: `inputs.containers` comes from outside <- inputs
            not analysed: containers.b: `inputs.b` comes from outside <- b
            not analysed: containers.e: evaluation fails: A definition for option `containers.e' is not of type `submodule'. Definition value: null <- e
            not analysed: containers.e.config: evaluation fails: A definition for option `containers.e' is not of type `submodule'. Definition value: null <- e
            not analysed: a definition of containers.a: `inputs.a` comes from outside <- a
            not analysed: a definition of containers.c: `inputs.c` comes from outside <- inputs.c
            not analysed: a definition of containers.d.config: `inputs.d` comes from outside <- config
        "#]],
    );
}

#[test]
fn containers_in_themselves() {
    containers(
        r#"
{
  containers.c = let x = x; in x;
  containers.d.config = { containers.d.config.containers.d.config.containers.d.config.containers.d.config = { }; };
}"#,
        expect![[r#"
            nspawn c in `box` <- x
              auto start: unknown: infinite recursion: infinite recursion encountered
              users: unknown: infinite recursion: infinite recursion encountered
              network: unknown: infinite recursion: infinite recursion encountered
              private users: unknown: infinite recursion: infinite recursion encountered
              ownership: unknown: infinite recursion: infinite recursion encountered
              private network: unknown: infinite recursion: infinite recursion encountered
              tun: unknown: infinite recursion: infinite recursion encountered
              other private network: unknown: infinite recursion: infinite recursion encountered
              not seen: infinite recursion: infinite recursion encountered
              not known: a part of its definition: infinite recursion: infinite recursion encountered <- c
            nspawn d in `box`, guest `guest d of box` <- containers.d.config = { containers.d.config.containers.d.config.containers.d.config.containers.d.config = { }; }
            nspawn d in `guest d of box`, guest `guest d of guest d of box` <- containers.d.config.containers.d.config.containers.d.config.containers.d.config = { }
            nspawn d in `guest d of guest d of box`, guest `guest d of guest d of guest d of box` <- containers.d.config.containers.d.config.containers.d.config.containers.d.config = { }
            nspawn d in `guest d of guest d of guest d of box`, guest `guest d of guest d of guest d of guest d of box` <- containers.d.config.containers.d.config.containers.d.config.containers.d.config = { }
            nspawn d in `guest d of guest d of guest d of guest d of box` <- containers.d.config.containers.d.config.containers.d.config.containers.d.config = { }
            not analysed: a definition of containers.c: infinite recursion: infinite recursion encountered <- c
        "#]],
    );
}

#[test]
fn values_of_the_wrong_type() {
    containers(
        r#"
{ lib, ... }:
{
  containers.a = { privateNetwork = "yes"; privateUsers = -1; bindMounts = [ ]; extraFlags = "-U"; additionalCapabilities = [ 1 ]; config = 3; };
  containers.b = { privateUsers = throw "no"; bindMounts."/x".hostPath = 3; allowedDevices = [ { } "x" ]; forwardPorts = [ { hostPort = 99999; } ]; };
}"#,
        expect![[r#"
            nspawn a in `box` <- { privateNetwork = "yes"; privateUsers = -1; bindMounts = [ ]; extraFlags = "-U"; additionalCapabilities = [ 1 ]; config = 3; }
              users: unknown: evaluation fails: A definition for option `containers.a.privateUsers' is not of type `32 bit unsigned integer; between 0 and 4294967295 (both inclusive) or one of "no", "identity", "pick"'. Definition value: an integer <- privateUsers
              capability: unknown: evaluation fails: A definition for option `containers.a.additionalCapabilities."[definition 1-entry 1]"' is not of type `string'. Definition value: an integer <- additionalCapabilities
              network: unknown: evaluation fails: A definition for option `containers.a.extraFlags' is not of type `list of string'. Definition value: a string <- extraFlags
              mount: unknown: evaluation fails: A definition for option `containers.a.bindMounts' is not of type `attribute set of (submodule)'. Definition value: a list <- bindMounts
              flag: unknown: evaluation fails: A definition for option `containers.a.extraFlags' is not of type `list of string'. Definition value: a string <- extraFlags
              private users: unknown: evaluation fails: A definition for option `containers.a.privateUsers' is not of type `32 bit unsigned integer; between 0 and 4294967295 (both inclusive) or one of "no", "identity", "pick"'. Definition value: an integer <- privateUsers
              ownership: unknown: evaluation fails: A definition for option `containers.a.privateUsers' is not of type `32 bit unsigned integer; between 0 and 4294967295 (both inclusive) or one of "no", "identity", "pick"'. Definition value: an integer <- privateUsers
              private network: unknown: evaluation fails: A definition for option `containers.a.privateNetwork' is not of type `boolean'. Definition value: a string <- privateNetwork
              other private network: unknown: evaluation fails: A definition for option `containers.a.extraFlags' is not of type `list of string'. Definition value: a string <- extraFlags
              fails: how its users map to those of the host, who owns its files: evaluation fails: A definition for option `containers.a.privateUsers' is not of type `32 bit unsigned integer; between 0 and 4294967295 (both inclusive) or one of "no", "identity", "pick"'. Definition value: an integer <- privateUsers
              fails: which capabilities it has: evaluation fails: A definition for option `containers.a.additionalCapabilities."[definition 1-entry 1]"' is not of type `string'. Definition value: an integer <- additionalCapabilities
              fails: which network it has, which options it is started with: evaluation fails: A definition for option `containers.a.extraFlags' is not of type `list of string'. Definition value: a string <- extraFlags
              fails: what it mounts: evaluation fails: A definition for option `containers.a.bindMounts' is not of type `attribute set of (submodule)'. Definition value: a list <- bindMounts
              fails: which network it has: evaluation fails: A definition for option `containers.a.privateNetwork' is not of type `boolean'. Definition value: a string <- privateNetwork
            nspawn b in `box` <- { privateUsers = throw "no"; bindMounts."/x".hostPath = 3; allowedDevices = [ { } "x" ]; forwardPorts = [ { hostPort = 99999; } ]; }
              users: unknown: evaluation fails: no <- privateUsers
              mount: ${…} at /x ro <- hostPath
              device: ${containers.b.allowedDevices."[definition 1-entry 1]".node}  allowed
              device: ${containers.b.allowedDevices."[definition 1-entry 2]".node}  allowed
              port: - ${…} -> ${…} <- hostPort
              private users: unknown: evaluation fails: no <- privateUsers
              ownership: unknown: evaluation fails: no <- privateUsers
              network option: forwardPorts <- [ { hostPort = 99999; } ]
              fails: how its users map to those of the host, who owns its files: evaluation fails: no <- privateUsers
              fails: what it mounts: evaluation fails: A definition for option `containers.b.bindMounts."/x".hostPath' is not of type `string'. Definition value: an integer <- hostPath
              fails: which ports it publishes: evaluation fails: A definition for option `containers.b.forwardPorts."[definition 1-entry 1]".hostPort' is not of type `16 bit unsigned integer; between 0 and 65535 (both inclusive)'. Definition value: an integer <- hostPort
            not analysed: containers.a: evaluation fails: A definition for option `containers.a.privateUsers' is not of type `32 bit unsigned integer; between 0 and 4294967295 (both inclusive) or one of "no", "identity", "pick"'. Definition value: an integer <- privateUsers
            not analysed: containers.a: evaluation fails: A definition for option `containers.a.additionalCapabilities."[definition 1-entry 1]"' is not of type `string'. Definition value: an integer <- additionalCapabilities
            not analysed: containers.a: evaluation fails: A definition for option `containers.a.extraFlags' is not of type `list of string'. Definition value: a string <- extraFlags
            not analysed: containers.a: evaluation fails: A definition for option `containers.a.bindMounts' is not of type `attribute set of (submodule)'. Definition value: a list <- bindMounts
            not analysed: containers.a: evaluation fails: A definition for option `containers.a.privateNetwork' is not of type `boolean'. Definition value: a string <- privateNetwork
            not analysed: containers.a.config: evaluation fails: A definition for option `containers.a.config' is not of type `submodule'. Definition value: an integer <- config
            not analysed: containers.b: evaluation fails: no <- privateUsers
            not analysed: containers.b: evaluation fails: A definition for option `containers.b.bindMounts."/x".hostPath' is not of type `string'. Definition value: an integer <- hostPath
            not analysed: containers.b: evaluation fails: A definition for option `containers.b.forwardPorts."[definition 1-entry 1]".hostPort' is not of type `16 bit unsigned integer; between 0 and 65535 (both inclusive)'. Definition value: an integer <- hostPort
            not analysed: a definition of containers.b.allowedDevices."[definition 1-entry 2]": evaluation fails: string 'x' doesn't represent an absolute path <- allowedDevices
        "#]],
    );
}

#[test]
fn every_option_with_its_definitions() {
    let (world, listing, files) = super::listed(
        r#"
{ lib, ... }:
{
  containers.web = {
    privateUsers = lib.mkForce "no";
    bindMounts."/data".hostPath = "/srv";
    forwardPorts = [ { hostPort = 80; } ];
    config = { };
  };
  imports = [ { containers.web.privateUsers = "pick"; containers.web.extraFlags = lib.mkAfter [ "-n" ]; } ];
}"#,
        nixpod_modules::Kind::Nixos,
        false,
    );
    expect![[r#"
        web
          config: { … } <- { }
            won { } at 100
          path: default null
          flake: default null
          nixpkgs: default null
          specialArgs: default { … }
          autoStart: default false
          ephemeral: default false
          privateUsers: "no" <- "no"
            won "no" at 50
            lost "pick" at 100
          additionalCapabilities: default [ ]
          allowedDevices: default [ ]
          enableTun: default false
          bindMounts."/data".hostPath: "/srv" <- "/srv"
            won "/srv" at 100
          bindMounts."/data".isReadOnly: default true
          bindMounts."/data".mountPoint: default "/data"
          tmpfs: default [ ]
          extraFlags: [ "-n" ] <- [ "-n" ]
            won [ "-n" ] at 100
          privateNetwork: default false
          hostBridge: default null
          hostAddress: default null
          hostAddress6: default null
          localAddress: default null
          localAddress6: default null
          localMacAddress: default null
          forwardPorts: [ { containerPort = null; hostPort = 80; protocol = "tcp"; } ] <- [ { hostPort = 80; } ]
            won [ { hostPort = 80; } ] at 100
          extraVeths: default { }
          interfaces: default [ ]
          macvlans: default [ ]
          networkNamespace: default null
          copyResolvConf: default true
          restartIfChanged: default true
          timeoutStartSec: default "1min"
    "#]].assert_eq(&super::dump::options(&world, &listing, &files));
}

#[test]
fn records_of_services_are_no_containers() {
    let records = r#"
{
  containers.web = { image = "web:1"; ports = [ { containerPort = "80"; } ]; volumes = [ ]; };
  containers.db = { image = "db:1"; };
}"#;
    let (world, files) = super::world(records, nixpod_modules::Kind::Nixos, false);
    expect![[""]].assert_eq(&super::dump::containers(&world, &files));
    assert!(world.not_analysed.is_empty(), "{:?}", world.not_analysed);
    // A system that was seen whole does not evaluate with them, which is worth saying.
    let (world, _) = super::world(records, nixpod_modules::Kind::Nixos, true);
    assert!(!world.not_analysed.is_empty());
}

#[test]
fn what_switches_containers_off_is_remembered() {
    let (world, files) = super::world(
        r#"
{ config, lib, ... }: {
  options.my.pod = lib.mkEnableOption "pod";
  config = lib.mkIf config.my.pod { containers.pod = { }; };
}"#,
        nixpod_modules::Kind::Nixos,
        true,
    );
    let off = |defined: &&nixpod_model::Defined| defined.state == nixpod_model::DefinedState::Off;
    let off = world.defined.iter().filter(off);
    let places: Vec<String> = off.map(|one| files.code(Place::whole(one.site))).collect();
    expect!["containers"].assert_eq(&places.join("\n"));
}

/// NixOS warns, and makes no unit of any of them.
#[test]
fn containers_that_are_switched_off_together() {
    containers(
        r#"{ boot.enableContainers = false; containers.a.config = { }; containers.b.privateUsers = "pick"; }"#,
        expect![[""]],
    );
    containers(
        r#"{ lib, inputs, ... }: { boot.enableContainers = inputs.on; containers.a.config = { }; }"#,
        expect![[r#"
            nspawn a in `box`, guest `guest a of box` <- containers.a.config = { }
        "#]],
    );
}
