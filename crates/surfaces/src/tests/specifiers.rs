//! Who puts something in place of `%h` and `%t`: the service manager in lines of units, and nobody in scripts.

use super::{containers, texts};
use expect_test::expect;

#[test]
fn lines_of_units() {
    containers(
        r#"
{ pkgs, ... }: {
  systemd.services.root.serviceConfig.ExecStart = "/bin/podman run -v %h/.ssh:/a -v %t/podman/podman.sock:/s --name %n a:1";
  systemd.services.ann.serviceConfig = { User = "ann"; ExecStart = "/bin/sh -c 'podman run -v %S/x:/a a:1'"; };
  systemd.user.services.own.serviceConfig.ExecStart = "/bin/podman run -v %h/.ssh:/a a:1";
}
"#,
        expect![[r#"
            command-line systemd.services.ann in `box` <- podman run -v 
              engine: podman <- podman run -v 
              rootful: false <- "ann"
              runs as: ann <- "ann"
              mount: /var/lib/x at /a rw <- %S
              image: a:1 <- a:1
              flag: -v <- -v
              flag value: /var/lib/x:/a <- %S
            command-line root.service in `box` <- /bin/podman run -v 
              engine: podman <- /bin/podman run -v 
              mount: /root/.ssh at /a rw <- %h
              mount: /run/podman/podman.sock at /s rw <- %t
              image: a:1 <- a:1
              flag: -v <- -v
              flag value: /root/.ssh:/a <- %h
              flag: -v <- -v
              flag value: /run/podman/podman.sock:/s <- %t
              flag: --name <- --name
              flag value: root.service <- %n
              option: name = root.service <- %n
            command-line systemd.user.services.own in `box` <- /bin/podman run -v %h/.ssh:/a a:1
              engine: podman <- /bin/podman run -v %h/.ssh:/a a:1
              rootful: default false
              mount: %h/.ssh at /a rw <- %h/.ssh:/a
              image: a:1 <- a:1
              flag: -v <- -v
              flag value: %h/.ssh:/a <- %h/.ssh:/a
        "#]],
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "mostly expected text")]
fn scripts() {
    containers(
        r#"
{ pkgs, ... }: {
  systemd.services.script.script = "podman run -v %h/.ssh:/a a:1";
  systemd.services.file.serviceConfig.ExecStart = pkgs.writeShellScript "file" "podman run -v %h/.ssh:/a a:1";
  systemd.services.given.serviceConfig.ExecStart = "${pkgs.bash}/bin/bash ${pkgs.writeText "given.sh" "podman run -v %t/x:/a a:1"}";
}
"#,
        expect![[r#"
            command-line systemd.services.file in `box` <- podman run -v %h/.ssh:/a a:1
              engine: podman <- podman run -v %h/.ssh:/a a:1
              mount: volume %h/.ssh at /a rw <- %h/.ssh:/a
              image: a:1 <- a:1
              flag: -v <- -v
              flag value: %h/.ssh:/a <- %h/.ssh:/a
            command-line systemd.services.given in `box` <- podman run -v %t/x:/a a:1
              engine: podman <- podman run -v %t/x:/a a:1
              mount: volume %t/x at /a rw <- %t/x:/a
              image: a:1 <- a:1
              flag: -v <- -v
              flag value: %t/x:/a <- %t/x:/a
            command-line systemd.services.script in `box` <- podman run -v %h/.ssh:/a a:1
              engine: podman <- podman run -v %h/.ssh:/a a:1
              mount: volume %h/.ssh at /a rw <- %h/.ssh:/a
              image: a:1 <- a:1
              flag: -v <- -v
              flag value: %h/.ssh:/a <- %h/.ssh:/a
        "#]],
    );
    texts(
        r#"
#- run.sh
home="%h/.ssh"
podman run -v $home:/a a:1
systemd-nspawn --bind=%h/.ssh:/a -D /srv
"#,
        expect![[r#"
            command-line run.sh in `files` <- podman run -v $home:/a a:1
              auto start: default false
              engine: podman <- podman run -v $home:/a a:1
              rootful: unknown: nothing says who runs the script <- podman run -v $home:/a a:1
              mount: volume %h/.ssh at /a rw <- %h/.ssh
              image: a:1 <- a:1
              flag: -v <- -v
              flag value: %h/.ssh:/a <- %h/.ssh
              not known: whether its engine runs as root: nothing says who runs the script <- podman run -v $home:/a a:1
            command-line run.sh (2) in `files` <- systemd-nspawn --bind=%h/.ssh:/a -D /srv
              auto start: default false
              engine: nspawn <- systemd-nspawn --bind=%h/.ssh:/a -D /srv
              rootful: unknown: nothing says who runs the script <- systemd-nspawn --bind=%h/.ssh:/a -D /srv
              network: default Host
              mount: volume %h/.ssh at /a rw <- --bind=%h/.ssh:/a
              flag: --bind=%h/.ssh:/a <- --bind=%h/.ssh:/a
              flag: -D <- -D
              flag value: /srv <- /srv
              private users: default Host
              ownership: default false
              private network: default false
              tun: default false
              other private network: default false
              not known: whether its engine runs as root: nothing says who runs the script <- systemd-nspawn --bind=%h/.ssh:/a -D /srv
            not analysed: run.sh: nothing says who runs the script <- podman run -v $home:/a a:1
            not analysed: run.sh (2): nothing says who runs the script <- systemd-nspawn --bind=%h/.ssh:/a -D /srv
        "#]],
    );
}
