//! Scripts by their first line, what shells read, and commands in the texts of other programs.

use super::{containers, dump, texts, world};
use expect_test::expect;
use nixpod_modules::Kind;

#[test]
fn scripts_without_an_ending() {
    let text = r#"
#- /bin/deploy
#!/bin/sh
podman run --privileged a
#- /bin/db
#!/usr/bin/env nix-shell
#! nix-shell -i bash -p docker
docker run -v /:/host b
#- /bin/notes
docker run -v /:/host not
#- /bin/tool
#!/usr/bin/env perl
docker run -v /:/host not
#- /LICENSE
Whoever runs docker run -v /:/host not
"#;
    texts(
        text,
        expect![[r#"
        command-line bin/deploy in `files` <- podman run --privileged a
          auto start: default false
          engine: podman <- podman run --privileged a
          rootful: unknown: nothing says who runs the script <- podman run --privileged a
          privileged: true <- --privileged
          image: a <- a
          flag: --privileged <- --privileged
          not known: whether its engine runs as root: nothing says who runs the script <- podman run --privileged a
        command-line bin/db in `files` <- docker run -v /:/host b
          auto start: default false
          engine: docker <- docker run -v /:/host b
          mount: / at /host rw <- /:/host
          image: b <- b
          flag: -v <- -v
          flag value: /:/host <- /:/host
        not analysed: bin/deploy: nothing says who runs the script <- podman run --privileged a
    "#]],
    );
}

#[test]
fn what_shells_read() {
    let text = r#"
#- /.zshrc
alias docker=podman
alias kali='docker run --rm -v /:/host kali'
box() { docker run --pid=host box; }
#- /dot_bashrc
docker() { sudo podman "$@"; }
db() { docker run --net=host db; }
#- /a/.envrc
# docker run --pid=host no
echo "docker run --pid=host no"
cat <<EOF
docker run --pid=host no
EOF
docker run --pid=host env
"#;
    texts(
        text,
        expect![[r#"
        command-line .zshrc maybe[] in `files` <- docker run --rm -v /:/host kali
          auto start: default false
          engine: podman <- docker run --rm -v /:/host kali
          rootful: unknown: nothing says who runs the script <- docker run --rm -v /:/host kali
          mount: / at /host rw <- /:/host
          image: kali <- kali
          flag: --rm <- --rm
          flag: -v <- -v
          flag value: /:/host <- /:/host
          not known: whether its engine runs as root: nothing says who runs the script <- docker run --rm -v /:/host kali
        command-line .zshrc (2) maybe[] in `files` <- docker run --pid=host box
          auto start: default false
          engine: podman <- docker run --pid=host box
          rootful: unknown: nothing says who runs the script <- docker run --pid=host box
          namespace: pid Host <- --pid=host
          image: box <- box
          flag: --pid=host <- --pid=host
          not known: whether its engine runs as root: nothing says who runs the script <- docker run --pid=host box
        command-line dot_bashrc maybe[] in `files` <- sudo podman "$@"
          auto start: default false
          engine: podman <- sudo podman "$@"
          rootful: true <- sudo podman "$@"
          network: Host <- --net=host
          image: db <- db
          flag: --net=host <- --net=host
        command-line a/.envrc in `files` <- docker run --pid=host env
          auto start: default false
          engine: docker <- docker run --pid=host env
          namespace: pid Host <- --pid=host
          image: env <- env
          flag: --pid=host <- --pid=host
        not analysed: .zshrc: nothing says who runs the script <- docker run --rm -v /:/host kali
        not analysed: .zshrc (2): nothing says who runs the script <- docker run --pid=host box
    "#]],
    );
}

#[test]
fn aliases_are_looked_at_where_shells_do() {
    let text = r#"
#- /bin/bash
#!/usr/bin/env bash
alias docker=podman
docker run -v /a:/a stays
#- /bin/asked
#!/usr/bin/env bash
shopt -s expand_aliases
alias docker='sudo podman --remote=false'
docker run -v /a:/a becomes
alias docker='docker --debug'
docker run -v /b:/b stays
#- /bin/dash
#!/bin/dash
alias d=podman p=d
p run -v /a:/a becomes
\d run -v /a:/a no
"#;
    texts(
        text,
        expect![[r#"
        command-line bin/bash in `files` <- docker run -v /a:/a stays
          auto start: default false
          engine: docker <- docker run -v /a:/a stays
          mount: /a at /a rw <- /a:/a
          image: stays <- stays
          flag: -v <- -v
          flag value: /a:/a <- /a:/a
        command-line bin/asked in `files` <- docker run -v /a:/a becomes
          auto start: default false
          engine: podman <- docker run -v /a:/a becomes
          rootful: true <- docker run -v /a:/a becomes
          mount: /a at /a rw <- /a:/a
          image: becomes <- becomes
          flag: -v <- -v
          flag value: /a:/a <- /a:/a
        command-line bin/asked (2) in `files` <- docker run -v /b:/b stays
          auto start: default false
          engine: docker <- docker run -v /b:/b stays
          mount: /b at /b rw <- /b:/b
          image: stays <- stays
          flag: -v <- -v
          flag value: /b:/b <- /b:/b
        command-line bin/dash in `files` <- p run -v /a:/a becomes
          auto start: default false
          engine: podman <- p run -v /a:/a becomes
          rootful: unknown: nothing says who runs the script <- p run -v /a:/a becomes
          mount: /a at /a rw <- /a:/a
          image: becomes <- becomes
          flag: -v <- -v
          flag value: /a:/a <- /a:/a
          not known: whether its engine runs as root: nothing says who runs the script <- p run -v /a:/a becomes
        not analysed: bin/dash: nothing says who runs the script <- p run -v /a:/a becomes
    "#]],
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "mostly expected text")]
fn settings_of_desktops() {
    let text = r#"
#- /sway/config
# exec podman run -v /no:/no a
exec podman run -v /a:/a a
bindsym $mod+x exec docker run -v /b:/b b
#- /hypr/hyprland.conf
exec-once = podman run -v /c:/c c
bind = SUPER, X, exec, docker run -v /d:/d d
#- /x.desktop
[Desktop Entry]
Name=docker run -v /no:/no a
Exec=podman run -v /e:/e e
#- /tmux.conf
run-shell "docker run -v /f:/f f"
#- /cron.d/backup
# 0 0 * * * root docker run -v /no:/no a
0 0 * * * root podman run -v /g:/g g
0 0 * * * ann podman run -v /h:/h h
#- /tool.py
import subprocess
subprocess.run(["podman", "run", "-v", f"{home}:/i", "i"])
subprocess.check_call("docker run -v /j:/j j", shell=True)
subprocess.run(shlex.split("docker run -v /k:/k k"))
# subprocess.run(["podman", "run", "-v", "/no:/no", "i"])
"""subprocess.run(["podman", "run", "-v", "/no:/no", "i"])"""
"#;
    texts(
        text,
        expect![[r#"
            command-line sway/config in `files` <- podman run -v /a:/a a
              auto start: default false
              engine: podman <- podman run -v /a:/a a
              rootful: default false
              mount: /a at /a rw <- /a:/a
              image: a <- a
              flag: -v <- -v
              flag value: /a:/a <- /a:/a
            command-line sway/config (2) in `files` <- docker run -v /b:/b b
              auto start: default false
              engine: docker <- docker run -v /b:/b b
              mount: /b at /b rw <- /b:/b
              image: b <- b
              flag: -v <- -v
              flag value: /b:/b <- /b:/b
            command-line hypr/hyprland.conf in `files` <- podman run -v /c:/c c
              auto start: default false
              engine: podman <- podman run -v /c:/c c
              rootful: default false
              mount: /c at /c rw <- /c:/c
              image: c <- c
              flag: -v <- -v
              flag value: /c:/c <- /c:/c
            command-line hypr/hyprland.conf (2) in `files` <- docker run -v /d:/d d
              auto start: default false
              engine: docker <- docker run -v /d:/d d
              mount: /d at /d rw <- /d:/d
              image: d <- d
              flag: -v <- -v
              flag value: /d:/d <- /d:/d
            command-line x.desktop in `files` <- podman run -v /e:/e e
              auto start: default false
              engine: podman <- podman run -v /e:/e e
              rootful: default false
              mount: /e at /e rw <- /e:/e
              image: e <- e
              flag: -v <- -v
              flag value: /e:/e <- /e:/e
            command-line tmux.conf in `files` <- docker run -v /f:/f f
              auto start: default false
              engine: docker <- docker run -v /f:/f f
              mount: /f at /f rw <- /f:/f
              image: f <- f
              flag: -v <- -v
              flag value: /f:/f <- /f:/f
            command-line cron.d/backup in `files` <- podman run -v /g:/g g
              auto start: default false
              engine: podman <- podman run -v /g:/g g
              mount: /g at /g rw <- /g:/g
              image: g <- g
              flag: -v <- -v
              flag value: /g:/g <- /g:/g
            command-line cron.d/backup (2) in `files` <- podman run -v /h:/h h
              auto start: default false
              engine: podman <- podman run -v /h:/h h
              rootful: false <- ann
              runs as: ann <- ann
              mount: /h at /h rw <- /h:/h
              image: h <- h
              flag: -v <- -v
              flag value: /h:/h <- /h:/h
            command-line tool.py in `files` <- podman
              auto start: default false
              engine: podman <- podman
              rootful: unknown: nothing says who runs the script <- podman
              mount: ${…} at /i rw <- {home}
              image: i <- i
              flag: -v <- -v
              flag value: ${…}:/i <- {home}
              not known: whether its engine runs as root: nothing says who runs the script <- podman
              not known: what it mounts: what Python puts into a text <- {home}
            command-line tool.py (2) in `files` <- docker run -v /j:/j j
              auto start: default false
              engine: docker <- docker run -v /j:/j j
              mount: /j at /j rw <- /j:/j
              image: j <- j
              flag: -v <- -v
              flag value: /j:/j <- /j:/j
            command-line tool.py (3) in `files` <- docker run -v /k:/k k
              auto start: default false
              engine: docker <- docker run -v /k:/k k
              mount: /k at /k rw <- /k:/k
              image: k <- k
              flag: -v <- -v
              flag value: /k:/k <- /k:/k
            not analysed: tool.py: nothing says who runs the script <- podman
            not analysed: tool.py: what Python puts into a text <- {home}
        "#]],
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "mostly expected text")]
fn boxes_in_scripts_and_files() {
    let text = r#"
#- /run.sh
distrobox create --image fedora:42 --root --additional-flags "--env=A=b --device /dev/kvm" --volume /srv:/srv fedora
distrobox-create -Y -i debian:13 -n deb --unshare-all
distrobox enter deb
#- /distrobox.ini
# [no]
[base]
image=docker.io/kali
volume="/srv:/srv /a:/b"
[rooty]
include=base
root=true
additional_flags="--cap-add SYS_ADMIN"
start_now=true
[nothing]
home=/x
"#;
    texts(
        text,
        expect![[r#"
        command-line fedora in `files` <- distrobox create --image fedora:42 --root --additional-flags "--env=A=b --device /dev/kvm" --volume /srv:/srv fedora
          auto start: default false
          rootful: true <- distrobox create --image fedora:42 --root --additional-flags "--env=A=b --device /dev/kvm" --volume /srv:/srv fedora
          privileged: true <- distrobox create --image fedora:42 --root --additional-flags "--env=A=b --device /dev/kvm" --volume /srv:/srv fedora
          network: default Host
          namespace: default ipc Host
          namespace: default pid Host
          mount: default / at /run/host rw rslave
          mount: default /dev at /dev rw rslave
          mount: default /sys at /sys rw rslave
          mount: default /tmp at /tmp rw rslave
          mount: /srv at /srv rw <- /srv:/srv
          device: /dev/kvm rwm <- /dev/kvm
          environment: A = b <- --env=A=b
          image: fedora:42 <- fedora:42
          flag: --env=A=b <- --env=A=b
          flag: --device <- --device
          flag value: /dev/kvm <- /dev/kvm
        command-line deb in `files` <- distrobox-create -Y -i debian:13 -n deb --unshare-all
          auto start: default false
          rootful: unknown: nothing says who runs the script <- distrobox-create -Y -i debian:13 -n deb --unshare-all
          privileged: default true
          mount: default / at /run/host rw rslave
          mount: default /tmp at /tmp rw rslave
          image: debian:13 <- debian:13
          not known: whether its engine runs as root: nothing says who runs the script <- distrobox-create -Y -i debian:13 -n deb --unshare-all
        distrobox base in `files` <- base
          auto start: default false
          rootful: default false
          privileged: default true
          network: default Host
          namespace: default ipc Host
          namespace: default pid Host
          mount: default / at /run/host rw rslave
          mount: default /dev at /dev rw rslave
          mount: default /sys at /sys rw rslave
          mount: default /tmp at /tmp rw rslave
          mount: /srv at /srv rw <- /srv:/srv
          mount: /a at /b rw <- /a:/b
          image: docker.io/kali <- docker.io/kali
        distrobox rooty in `files` <- rooty
          auto start: true <- true
          rootful: true <- true
          privileged: true <- true
          capability: CAP_SYS_ADMIN <- SYS_ADMIN
          network: default Host
          namespace: default ipc Host
          namespace: default pid Host
          mount: default / at /run/host rw rslave
          mount: default /dev at /dev rw rslave
          mount: default /sys at /sys rw rslave
          mount: default /tmp at /tmp rw rslave
          mount: /srv at /srv rw <- /srv:/srv
          mount: /a at /b rw <- /a:/b
          image: docker.io/kali <- docker.io/kali
          flag: --cap-add <- --cap-add
          flag value: SYS_ADMIN <- SYS_ADMIN
        not analysed: deb: nothing says who runs the script <- distrobox-create -Y -i debian:13 -n deb --unshare-all
    "#]],
    );
}

#[test]
fn options_of_other_programs() {
    containers(
        r#"{
  programs.bash.shellAliases = { docker = "podman"; db = "docker run -v /a:/a db"; };
  environment.etc."sway/config".text = "exec podman run -v /b:/b b";
  environment.etc."cron.d/x".text = "0 0 * * * root podman run -v /c:/c c";
  programs.tmux.extraConfig = "run-shell 'podman run -v /d:/d d'";
}"#,
        expect![[r#"
            command-line programs.bash.shellAliases.db in `box` <- docker run -v /a:/a db
              auto start: default false
              engine: podman <- docker run -v /a:/a db
              rootful: default false
              mount: /a at /a rw <- /a:/a
              image: db <- db
              flag: -v <- -v
              flag value: /a:/a <- /a:/a
            command-line environment.etc."cron.d/x".text in `box` <- podman run -v /c:/c c
              auto start: default false
              engine: podman <- podman run -v /c:/c c
              mount: /c at /c rw <- /c:/c
              image: c <- c
              flag: -v <- -v
              flag value: /c:/c <- /c:/c
            command-line environment.etc."sway/config".text in `box` <- podman run -v /b:/b b
              auto start: default false
              engine: podman <- podman run -v /b:/b b
              rootful: default false
              mount: /b at /b rw <- /b:/b
              image: b <- b
              flag: -v <- -v
              flag value: /b:/b <- /b:/b
            command-line programs.tmux.extraConfig in `box` <- podman run -v /d:/d d
              auto start: default false
              engine: podman <- podman run -v /d:/d d
              rootful: default false
              mount: /d at /d rw <- /d:/d
              image: d <- d
              flag: -v <- -v
              flag value: /d:/d <- /d:/d
        "#]],
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "mostly expected text")]
fn options_of_desktops() {
    let text = r#"{
  home.username = "ann";
  wayland.windowManager.sway = {
    extraConfig = "exec podman run -v /a:/a a";
    config.startup = [ { command = "podman run -v /b:/b b"; } ];
    config.keybindings."Mod4+x" = "exec docker run -v /c:/c c";
  };
  wayland.windowManager.hyprland.settings = {
    exec-once = [ "podman run -v /d:/d d" ];
    bind = [ "SUPER, X, exec, docker run -v /e:/e e" ];
  };
  xdg.desktopEntries.x.exec = "podman run -v /f:/f f";
  xdg.configFile."hypr/more.conf".text = "exec = podman run -v /g:/g g";
}"#;
    let (world, files) = world(text, Kind::Home, true);
    expect![[r#"
        command-line xdg.configFile."hypr/more.conf".text in `box` <- podman run -v /g:/g g
          auto start: default false
          engine: podman <- podman run -v /g:/g g
          rootful: default false
          mount: /g at /g rw <- /g:/g
          image: g <- g
          flag: -v <- -v
          flag value: /g:/g <- /g:/g
        command-line wayland.windowManager.sway.extraConfig in `box` <- podman run -v /a:/a a
          auto start: default false
          engine: podman <- podman run -v /a:/a a
          rootful: default false
          mount: /a at /a rw <- /a:/a
          image: a <- a
          flag: -v <- -v
          flag value: /a:/a <- /a:/a
        command-line wayland.windowManager.sway.config.startup.command in `box` <- podman run -v /b:/b b
          auto start: default false
          engine: podman <- podman run -v /b:/b b
          rootful: default false
          mount: /b at /b rw <- /b:/b
          image: b <- b
          flag: -v <- -v
          flag value: /b:/b <- /b:/b
        command-line wayland.windowManager.sway.config.keybindings."Mod4+x" in `box` <- docker run -v /c:/c c
          auto start: default false
          engine: docker <- docker run -v /c:/c c
          mount: /c at /c rw <- /c:/c
          image: c <- c
          flag: -v <- -v
          flag value: /c:/c <- /c:/c
        command-line wayland.windowManager.hyprland.settings.bind in `box` <- docker run -v /e:/e e
          auto start: default false
          engine: docker <- docker run -v /e:/e e
          mount: /e at /e rw <- /e:/e
          image: e <- e
          flag: -v <- -v
          flag value: /e:/e <- /e:/e
        command-line wayland.windowManager.hyprland.settings.exec-once in `box` <- podman run -v /d:/d d
          auto start: default false
          engine: podman <- podman run -v /d:/d d
          rootful: default false
          mount: /d at /d rw <- /d:/d
          image: d <- d
          flag: -v <- -v
          flag value: /d:/d <- /d:/d
        command-line xdg.desktopEntries.x in `box` <- podman run -v /f:/f f
          auto start: default false
          engine: podman <- podman run -v /f:/f f
          rootful: default false
          mount: /f at /f rw <- /f:/f
          image: f <- f
          flag: -v <- -v
          flag value: /f:/f <- /f:/f
    "#]]
    .assert_eq(&dump::containers(&world, &files));
}

#[test]
fn services_as_files() {
    let text = r#"
#- /units/web.service
[Unit]
Description=podman run -v /no:/no no
[Service]
User=ann
ExecStart=/usr/bin/podman run -v /a:/a \
  --rm a
#- /units/other.service
[Service]
ExecStart=/bin/true
"#;
    texts(
        text,
        expect![[r#"
        command-line units/web.service in `files` <- /usr/bin/podman run -v /a:/a 
          auto start: default false
          engine: podman <- /usr/bin/podman run -v /a:/a 
          rootful: false <- User
          runs as: ann <- User
          mount: /a at /a rw <- /a:/a
          image: a <- a
          flag: -v <- -v
          flag value: /a:/a <- /a:/a
          flag: --rm <- --rm
    "#]],
    );
}
