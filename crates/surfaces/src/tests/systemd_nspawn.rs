//! `systemd.nspawn`.

use super::containers;
use expect_test::expect;

#[test]
fn settings_of_machines() {
    containers(
        r#"
        {
          systemd.nspawn.lab = {
            execConfig = { Capability = "CAP_NET_ADMIN all"; PrivateUsers = false; SystemCallFilter = [ "@keyring" "bpf" ]; };
            filesConfig = { Bind = [ "/srv:/data" "/dev/kvm" ]; BindReadOnly = "/etc"; TemporaryFileSystem = "/tmp"; };
            networkConfig = { VirtualEthernet = "no"; Port = "tcp:80:8080"; };
          };
          systemd.nspawn.plain = { };
          systemd.nspawn.joined.networkConfig = { Private = true; Bridge = "br0"; };
          systemd.nspawn.off = { enable = false; filesConfig.Bind = "/"; };
        }
        "#,
        expect![[r#"
            systemd-nspawn joined in `box` <- systemd.nspawn.joined.networkConfig = { Private = true; Bridge = "br0"; }
              users: default Pick
              network: Private <- true
              flag: --network-bridge=br0 <- br0
              flag: --private-network <- true
              private users: default Pick
              ownership: default true
              other private network: true <- true
            systemd-nspawn lab in `box` <- {…
              users: Host <- false
              capability: CAP_NET_ADMIN <- CAP_NET_ADMIN
              capability: all <- all
              network: Host <- "no"
              mount: /srv at /data rw <- /srv:/data
              mount: /dev/kvm at /dev/kvm rw <- /dev/kvm
              mount: /etc at /etc ro <- /etc
              mount: volume tmpfs at /tmp rw <- /tmp
              port: - 80 -> 8080 <- tcp:80:8080
              flag: --capability=CAP_NET_ADMIN <- CAP_NET_ADMIN
              flag: --capability=all <- all
              flag: --private-users=false <- false
              flag: --system-call-filter=@keyring <- @keyring
              flag: --system-call-filter=bpf <- bpf
              flag: --bind=/srv:/data <- /srv:/data
              flag: --bind=/dev/kvm <- /dev/kvm
              flag: --bind-ro=/etc <- /etc
              flag: --tmpfs=/tmp <- /tmp
              flag: --port=tcp:80:8080 <- tcp:80:8080
              private users: Host <- false
              other private network: false <- "no"
            systemd-nspawn plain in `box` <- { }
              users: default Pick
              network: default Private
              private users: default Pick
              ownership: default true
              other private network: default true
        "#]],
    );
}

#[test]
fn settings_of_a_declared_container_add_to_it() {
    containers(
        r#"
        {
          containers.web = { };
          systemd.nspawn.web = {
            execConfig = { Capability = "CAP_SYS_MODULE"; PrivateUsers = "pick"; };
            filesConfig.Bind = "/";
            networkConfig.Private = true;
          };
          containers.db = { additionalCapabilities = [ "CAP_SYS_TIME" ]; privateUsers = "pick"; };
          systemd.nspawn.db.execConfig.Capability = "CAP_SYS_MODULE";
        }
        "#,
        expect![[r#"
            nspawn db in `box` <- { additionalCapabilities = [ "CAP_SYS_TIME" ]; privateUsers = "pick"; }
              users: Pick <- "pick"
              capability: CAP_SYS_TIME <- "CAP_SYS_TIME"
              private users: Pick <- "pick"
              ownership: true <- "pick"
            nspawn web in `box` <- { }
              capability: CAP_SYS_MODULE <- CAP_SYS_MODULE
              network: Private <- true
              flag: --capability=CAP_SYS_MODULE <- CAP_SYS_MODULE
              flag: --private-network <- true
              other private network: true <- true
        "#]],
    );
}

#[test]
fn services_of_containers_are_changed_beside_them() {
    containers(
        r#"
        {
          containers.web = { };
          systemd.services."container@web".serviceConfig.DeviceAllow = [ "/dev/dri/renderD128 rw" "char-input" ];
          virtualisation.oci-containers.containers.db.image = "db";
          systemd.services.podman-db.serviceConfig.User = "db";
        }
        "#,
        expect![[r#"
            nspawn web in `box` <- { }
              device: /dev/dri/renderD128 rw allowed <- "/dev/dri/renderD128 rw"
              device: char-input rwm allowed <- "char-input"
            oci-containers db in `box` <- virtualisation.oci-containers.containers.db.image = "db"
              rootful: false <- "db"
              runs as: db <- "db"
              image: db <- "db"
        "#]],
    );
}

#[test]
fn scripts_of_several_definitions_are_one() {
    containers(
        r#"
        { lib, ... }: {
          imports = [ { systemd.services.x.preStart = "podman run --name b img"; } ];
          systemd.services.x = { preStart = lib.mkBefore "podman run --name a img"; after = [ "y" ]; };
        }
        "#,
        expect![[r#"
            command-line a in `box` <- podman run --name a img
              engine: podman <- podman run --name a img
              image: img <- img
              flag: --name <- --name
              flag value: a <- a
              option: name = a <- a
            command-line b in `box` <- podman run --name b img
              engine: podman <- podman run --name b img
              image: img <- img
              flag: --name <- --name
              flag value: b <- b
              option: name = b <- b
        "#]],
    );
}

/// The same settings as a file, over a container that NixOS declares: what is bound is said by the line that starts it.
#[test]
fn settings_of_declared_containers_as_texts() {
    containers(
        r#"
        { inputs, ... }: {
          environment.etc."systemd/nspawn/c.nspawn".text = "[Files]\nBind=/etc\n[Exec]\nCapability=CAP_NET_ADMIN\n[Network]\nPrivate=yes\n";
          containers.c = { privateUsers = "pick"; config = { }; };
          environment.etc."systemd/nspawn/d.nspawn".text = inputs.texts.d;
          containers.d = { privateUsers = "pick"; config = { }; };
        }
"#,
        expect![[r#"
            nspawn c in `box`, guest `guest c of box` <- { privateUsers = "pick"; config = { }; }
              users: Pick <- "pick"
              capability: CAP_NET_ADMIN <- CAP_NET_ADMIN
              network: Private <- yes
              flag: --capability=CAP_NET_ADMIN <- CAP_NET_ADMIN
              flag: --private-network <- yes
              private users: Pick <- "pick"
              ownership: true <- "pick"
              other private network: true <- yes
            nspawn d in `box`, guest `guest d of box` <- { privateUsers = "pick"; config = { }; }
              users: Pick <- "pick"
              private users: Pick <- "pick"
              ownership: true <- "pick"
            not analysed: box: `inputs.texts.d` comes from outside <- text
            not analysed: environment.etc."systemd/nspawn/d.nspawn": `a text with settings of a container that NixOS declares` is not modelled <- text
        "#]],
    );
}

/// The same settings as a file, for a machine that no option declares.
#[test]
fn settings_of_machines_as_texts() {
    containers(
        r#"
        {
          environment.etc."systemd/nspawn/lab.nspawn".text = ''
            [Exec]
            Capability=CAP_NET_ADMIN
            PrivateUsers=no
            [Files]
            Bind=/srv:/data
            Bind=/dev/kvm
            [Network]
            VirtualEthernet=no
          '';
          environment.etc."systemd/nspawn/file.nspawn".source = ./file.nspawn;
        }
#- file.nspawn
[Files]
BindReadOnly=/etc
"#,
        expect![[r#"
            systemd-nspawn file in `box` <- "systemd/nspawn/file.nspawn"
              users: default Pick
              network: default Private
              mount: /etc at /etc ro <- /etc
              flag: --bind-ro=/etc <- /etc
              private users: default Pick
              ownership: default true
              other private network: default true
            systemd-nspawn lab in `box` <- "systemd/nspawn/lab.nspawn"
              users: Host <- no
              capability: CAP_NET_ADMIN <- CAP_NET_ADMIN
              network: Host <- no
              mount: /srv at /data rw <- /srv:/data
              mount: /dev/kvm at /dev/kvm rw <- /dev/kvm
              flag: --capability=CAP_NET_ADMIN <- CAP_NET_ADMIN
              flag: --private-users=no <- no
              flag: --bind=/srv:/data <- /srv:/data
              flag: --bind=/dev/kvm <- /dev/kvm
              private users: Host <- no
              other private network: false <- no
        "#]],
    );
}

/// systemd takes the whole value for one bind, and parts it at colons alone.
#[test]
fn blanks_in_binds() {
    containers(
        r#"{ systemd.nspawn.lab.filesConfig.Bind = [ "/:/h --capability=all" ]; }"#,
        expect![[r#"
            systemd-nspawn lab in `box` <- systemd.nspawn.lab.filesConfig.Bind = [ "/:/h --capability=all" ]
              users: default Pick
              network: default Private
              mount: / at /h --capability=all rw <- /:/h --capability=all
              flag: --bind=/:/h --capability=all <- /:/h --capability=all
              private users: default Pick
              ownership: default true
              other private network: default true
        "#]],
    );
}
