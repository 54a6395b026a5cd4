//! What stands in real trees and is easily read wrongly: scripts and units.

use super::{containers, texts};
use expect_test::expect;

#[test]
fn arrays_that_loops_fill() {
    texts(
        r#"
#- run.sh
binds=( "/etc:/e:ro" "/srv:/s:rw" )
args=( --rm )
for bind in "${binds[@]}"; do
  args+=( -v "${bind}" )
done
for name in a b; do
  src="/var/$name" dst="/$name" mode=ro
  args+=( -v "${src}:${dst}:${mode}" )
done
while read -r src dst; do args+=( -v "${src}:${dst}" ); done < list
podman run "${args[@]}" img:1
"#,
        expect![[r#"
            command-line run.sh in `files` <- podman run "${args[@]}" img:1
              auto start: default false
              engine: podman <- podman run "${args[@]}" img:1
              rootful: unknown: nothing says who runs the script <- podman run "${args[@]}" img:1
              mount: /etc at /e ro <- /etc:/e:ro
              mount: /srv at /s rw <- /srv:/s:rw
              mount: /var/a at /a ro <- /var/
              mount: /var/b at /b ro <- /var/
              mount: maybe[depending on read -r src dst] ${…} at ${…} rw <- ${src}
              image: img:1 <- img:1
              flag: --rm <- --rm
              flag: -v <- -v
              flag value: /etc:/e:ro <- /etc:/e:ro
              flag: -v <- -v
              flag value: /srv:/s:rw <- /srv:/s:rw
              flag: -v <- -v
              flag value: /var/a:/a:ro <- /var/
              flag: -v <- -v
              flag value: /var/b:/b:ro <- /var/
              flag: maybe[depending on read -r src dst] -v <- -v
              flag value: maybe[depending on read -r src dst] ${…}:${…} <- ${src}
              not known: whether its engine runs as root: nothing says who runs the script <- podman run "${args[@]}" img:1
              not known: what it mounts: the variable `src` of a script depends on the machine <- ${src}
            not analysed: run.sh: nothing says who runs the script <- podman run "${args[@]}" img:1
            not analysed: run.sh: the variable `src` of a script depends on the machine <- ${src}
        "#]],
    );
}

#[test]
fn units_that_are_texts() {
    containers(
        r#"
{ pkgs, ... }: {
  systemd.units."a.service".text = "[Service]\nExecStart=/usr/bin/podman run --privileged a\nUser=ann\n";
  systemd.user.units."b.service".text = "[Service]\nExecStart=podman run b\n";
  systemd.packages = [
    pkgs.hello
    (pkgs.writeTextFile { name = "c"; destination = "/etc/systemd/system/c.service"; text = "[Service]\nExecStart=podman run c\n"; })
    (pkgs.writeTextDir "lib/systemd/system/d.service" "[Unit]\nDescription=podman run x\n[Service]\nExecStartPre=podman run d\n")
  ];
  environment.etc."systemd/system/e.service".text = "[Unit]\nDescription=podman run x\n[Service]\nExecStart=podman run e\n";
  virtualisation.quadlet.containers.f.rawConfig = "[Container]\nImage=docker.io/a/b:1\n[Service]\nExecStartPre=podman run f\n";
}
"#,
        expect![[r#"
            quadlet-nix f in `box` <- virtualisation.quadlet.containers.f.rawConfig = "[Container]\nImage=docker.io/a/b:1\n[Service]\nExecStartPre=podman run f\n"
              auto start: default false
              image: docker.io/a/b:1 <- docker.io/a/b:1
            command-line virtualisation.quadlet.containers.f.rawConfig in `box` <- podman run f
              auto start: default false
              engine: podman <- podman run f
              image: f <- f
            command-line systemd.units."a.service" in `box` <- /usr/bin/podman run --privileged a
              engine: podman <- /usr/bin/podman run --privileged a
              rootful: false <- User
              runs as: ann <- User
              privileged: true <- --privileged
              image: a <- a
              flag: --privileged <- --privileged
            command-line systemd.user.units."b.service" in `box` <- podman run b
              engine: podman <- podman run b
              rootful: default false
              image: b <- b
            command-line systemd.packages.c.service in `box` <- podman run c
              engine: podman <- podman run c
              image: c <- c
            command-line systemd.packages.d.service in `box` <- podman run d
              engine: podman <- podman run d
              image: d <- d
            command-line environment.etc."systemd/system/e.service".text in `box` <- podman run e
              auto start: default false
              engine: podman <- podman run e
              image: e <- e
        "#]],
    );
}

#[test]
fn images_that_are_built() {
    texts(
        r#"
#- etc/containers/systemd/web.container
[Container]
Image=web.build
User=0
#- etc/containers/systemd/web.build
[Build]
ImageTag=localhost/web:1
File=./Containerfile
PodmanArgs=--cap-add=SYS_ADMIN
"#,
        expect![[r#"
            quadlet web in `files` <- Container
              image: localhost/web:1 <- web.build
              option: user = 0 <- 0
            quadlet build of web in `files` <- Build
              capability: CAP_SYS_ADMIN <- --cap-add=SYS_ADMIN
              flag: --cap-add=SYS_ADMIN <- --cap-add=SYS_ADMIN
        "#]],
    );
}

/// What `writeText` writes may be anything. A name, the right to be run, or a first line make a script of it.
#[test]
fn texts_that_speak_of_commands() {
    containers(
        r##"
{ pkgs, ... }:
let sheet = "Sheet\n===\ndocker run --privileged a:1\n";
in {
  environment.etc."cheat/docker".source = pkgs.writeText "docker-cheatsheet" sheet;
  environment.etc.issue.source = builtins.toFile "issue" sheet;
  environment.systemPackages = [ (pkgs.writeText "x" sheet) (pkgs.writeTextFile { name = "y"; text = sheet; }) ];
  environment.etc."a".source = pkgs.writeScript "a" "docker run a:1";
  environment.etc."b.sh".source = pkgs.writeText "b" "docker run b:1";
  environment.etc."c" = { mode = "0755"; source = pkgs.writeText "c" "docker run c:1"; };
  environment.etc."d".source = pkgs.writeText "d" "#!/bin/sh\ndocker run d:1";
}
"##,
        expect![[r#"
            command-line environment.etc.a.source.a in `box` <- docker run a:1
              auto start: default false
              engine: docker <- docker run a:1
              image: a:1 <- a:1
            command-line environment.etc."b.sh".source.b in `box` <- docker run b:1
              auto start: default false
              engine: docker <- docker run b:1
              image: b:1 <- b:1
            command-line environment.etc.c.source.c in `box` <- docker run c:1
              auto start: default false
              engine: docker <- docker run c:1
              image: c:1 <- c:1
            command-line environment.etc.d.source.d in `box` <- docker run d:1
              auto start: default false
              engine: docker <- docker run d:1
              image: d:1 <- d:1
        "#]],
    );
}
