//! What the kernel said inside of containers was once not what the model said: `cargo xtask lab --model` found each of
//! these.

use super::containers;
use expect_test::expect;

#[test]
fn a_short_option_has_blanks_in_its_value() {
    containers(
        r#"
        {
          virtualisation.oci-containers.containers.web = {
            image = "web";
            extraOptions = [ "-v/srv/a b:/c d:ro" "-e" "A=b c" "-eB=c d" "-v /srv:/never" "-itv/x y:/z" ];
          };
        }
        "#,
        expect![[r#"
            oci-containers web in `box` <- {…
              mount: /srv/a b at /c d ro <- "-v/srv/a b:/c d:ro"
              mount: /x y at /z rw <- "-itv/x y:/z"
              environment: A = b c <- "A=b c"
              environment: B = c d <- "-eB=c d"
              image: web <- "web"
              flag: -v/srv/a b:/c d:ro <- "-v/srv/a b:/c d:ro"
              flag: -e <- "-e"
              flag value: A=b c <- "A=b c"
              flag: -eB=c d <- "-eB=c d"
              malformed flag: -v /srv:/never <- "-v /srv:/never"
              flag: -itv/x y:/z <- "-itv/x y:/z"
        "#]],
    );
}

#[test]
fn users_and_names_of_hosts_have_options_of_their_own() {
    containers(
        r#"
        {
          virtualisation.oci-containers.containers = {
            web = { image = "web"; user = "1000:1000"; hostname = "a"; extraOptions = [ "--hostname=b" ]; };
            plain = { image = "web"; user = null; };
          };
        }
        "#,
        expect![[r#"
            oci-containers plain in `box` <- { image = "web"; user = null; }
              image: web <- "web"
            oci-containers web in `box` <- { image = "web"; user = "1000:1000"; hostname = "a"; extraOptions = [ "--hostname=b" ]; }
              image: web <- "web"
              flag: --hostname=b <- "--hostname=b"
              option: user = 1000:1000 <- "1000:1000"
              option: hostname = b <- "--hostname=b"
        "#]],
    );
}

#[test]
fn file_systems_in_memory_have_options() {
    containers(
        r#"
        {
          containers.web.tmpfs = [ "/a" "/b:size=1M,mode=755" ];
          containers.web.extraFlags = [ "--tmpfs=/c:ro" ];
        }
        "#,
        expect![[r#"
            nspawn web in `box` <- containers.web.tmpfs = [ "/a" "/b:size=1M,mode=755" ]
              mount: volume tmpfs at /a rw <- "/a"
              mount: volume tmpfs at /b rw size=1M mode=755 <- "/b:size=1M,mode=755"
              mount: volume tmpfs at /c ro <- "--tmpfs=/c:ro"
              flag: --tmpfs=/c:ro <- "--tmpfs=/c:ro"
        "#]],
    );
}

#[test]
fn a_file_of_settings_adds_no_variables() {
    containers(
        r#"
        {
          containers.web = { };
          systemd.nspawn.web.execConfig = { Environment = "A=1"; NoNewPrivileges = true; };
          systemd.nspawn.other.execConfig.Environment = "A=1";
          containers.tun.enableTun = true;
          systemd.nspawn.tun.execConfig.Capability = "CAP_SYS_TIME";
          containers.off.extraFlags = [ "--settings" "no" ];
          containers.said.extraFlags = [ "--no-new-privileges=no" ];
          systemd.nspawn.said.execConfig.NoNewPrivileges = true;
          systemd.nspawn.off.networkConfig.Private = true;
        }
        "#,
        expect![[r#"
            nspawn off in `box` <- containers.off.extraFlags = [ "--settings" "no" ]
              flag: --settings <- "--settings"
              flag value: no <- "no"
            nspawn said in `box` <- containers.said.extraFlags = [ "--no-new-privileges=no" ]
              security: no-new-privileges=no <- "--no-new-privileges=no"
              flag: --no-new-privileges=no <- "--no-new-privileges=no"
            nspawn tun in `box` <- containers.tun.enableTun = true
              capability: CAP_NET_ADMIN <- true
              device: /dev/net/tun rwm allowed <- true
              tun: true <- true
            nspawn web in `box` <- { }
              security: no-new-privileges=true <- true
              flag: --no-new-privileges=true <- true
            systemd-nspawn other in `box` <- systemd.nspawn.other.execConfig.Environment = "A=1"
              users: default Pick
              network: default Private
              environment: A = 1 <- A=1
              flag: --setenv=A=1 <- A=1
              private users: default Pick
              ownership: default true
              other private network: default true
        "#]],
    );
}

#[test]
fn what_is_granted_to_all_can_be_dropped_by_one() {
    containers(
        r#"
        {
          virtualisation.containers.containersConf.settings.containers.default_capabilities = [ "CHOWN" "NET_ADMIN" ];
          virtualisation.oci-containers.containers = {
            all = { image = "web"; extraOptions = [ "--cap-drop=all" ]; };
            one = { image = "web"; capabilities = { NET_ADMIN = false; KILL = true; }; };
          };
        }
        "#,
        expect![[r#"
            containers-conf <every container of Podman> template in `box` <- virtualisation.containers.containersConf.settings.containers.default_capabilities = [ "CHOWN" "NET_ADMIN" ]
              capability: CAP_NET_ADMIN <- "NET_ADMIN"
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
            oci-containers all in `box` <- { image = "web"; extraOptions = [ "--cap-drop=all" ]; }
              dropped: all <- "--cap-drop=all"
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
              image: web <- "web"
              flag: --cap-drop=all <- "--cap-drop=all"
            oci-containers one in `box` <- { image = "web"; capabilities = { NET_ADMIN = false; KILL = true; }; }
              capability: CAP_KILL <- true
              dropped: CAP_NET_ADMIN <- false
              dropped: default CAP_DAC_OVERRIDE
              dropped: default CAP_FOWNER
              dropped: default CAP_FSETID
              dropped: default CAP_NET_BIND_SERVICE
              dropped: default CAP_SETFCAP
              dropped: default CAP_SETGID
              dropped: default CAP_SETPCAP
              dropped: default CAP_SETUID
              dropped: default CAP_SYS_CHROOT
              image: web <- "web"
        "#]],
    );
}

#[test]
fn the_network_of_process_one_is_the_hosts() {
    containers(
        r#"
        {
          containers.a.extraFlags = [ "--network-namespace-path=/proc/1/ns/net" ];
          containers.b.networkNamespace = "/proc/1/ns/net";
          containers.c.networkNamespace = "/run/netns/vpn";
        }
        "#,
        expect![[r#"
            nspawn a in `box` <- containers.a.extraFlags = [ "--network-namespace-path=/proc/1/ns/net" ]
              network: Host <- "--network-namespace-path=/proc/1/ns/net"
              flag: --network-namespace-path=/proc/1/ns/net <- "--network-namespace-path=/proc/1/ns/net"
              other private network: false <- "--network-namespace-path=/proc/1/ns/net"
            nspawn b in `box` <- containers.b.networkNamespace = "/proc/1/ns/net"
              network: Host <- "/proc/1/ns/net"
              link: networkNamespace <- "/proc/1/ns/net"
              other private network: false <- "/proc/1/ns/net"
            nspawn c in `box` <- containers.c.networkNamespace = "/run/netns/vpn"
              network: Joined("/run/netns/vpn") <- "/run/netns/vpn"
              link: networkNamespace <- "/run/netns/vpn"
              other private network: true <- "/run/netns/vpn"
        "#]],
    );
}

#[test]
fn flags_of_nspawn_that_podman_has_too() {
    containers(
        r#"
        { containers.web.extraFlags = [ "--read-only --hostname" "a" "--no-new-privileges=yes" ]; }
        "#,
        expect![[r#"
            nspawn web in `box` <- containers.web.extraFlags = [ "--read-only --hostname" "a" "--no-new-privileges=yes" ]
              security: no-new-privileges=yes <- "--no-new-privileges=yes"
              flag: --read-only <- --read-only
              flag: --hostname <- --hostname
              flag value: a <- "a"
              flag: --no-new-privileges=yes <- "--no-new-privileges=yes"
              option: read-only = true <- --read-only
              option: hostname = a <- "a"
        "#]],
    );
}
