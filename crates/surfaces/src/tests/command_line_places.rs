//! Where command lines stand: homes, files, several modules.

use super::{containers, texts};
use expect_test::expect;

#[test]
#[expect(clippy::too_many_lines, reason = "one system with many places")]
fn scripts_of_homes() {
    let text = r#"
{ config, lib, pkgs, ... }: {
  home.username = "ann";
  home.homeDirectory = "/home/ann";
  home.stateVersion = "25.11";
  systemd.user.services.box.Service.ExecStart = "${pkgs.podman}/bin/podman run --rm -v %h/.ssh:/k a";
  home.shellAliases.d = "docker run -v ${config.home.homeDirectory}:/h b";
  home.activation.pull = lib.hm.dag.entryAfter [ "writeBoundary" ] "podman run --privileged c";
  home.file.".local/bin/run".text = ''
    #!/usr/bin/env bash
    podman run --network host d
  '';
  home.file."notes.txt".text = "podman run e";
  programs.bash.initExtra = lib.mkMerge [ "one() { podman run f; }" "two() { podman run g; }" ];
  home.packages = [ (pkgs.writeShellApplication { name = "go"; text = "podman run h"; }) ];
}
"#;
    let (world, files) = super::world(text, nixpod_modules::Kind::Home, true);
    expect![[r#"
        command-line systemd.user.services.box in `box` <- /bin/podman run --rm -v %h/.ssh:/k a
          engine: podman <- /bin/podman run --rm -v %h/.ssh:/k a
          rootful: default false
          mount: %h/.ssh at /k rw <- %h/.ssh:/k
          image: a <- a
          flag: --rm <- --rm
          flag: -v <- -v
          flag value: %h/.ssh:/k <- %h/.ssh:/k
        command-line home.activation.pull in `box` <- podman run --privileged c
          auto start: default false
          engine: podman <- podman run --privileged c
          rootful: default false
          privileged: true <- --privileged
          image: c <- c
          flag: --privileged <- --privileged
        command-line home.shellAliases.d in `box` <- docker run -v 
          auto start: default false
          engine: docker <- docker run -v 
          mount: /home/ann at /h rw <- /home/ann
          image: b <- b
          flag: -v <- -v
          flag value: /home/ann:/h <- /home/ann
        command-line programs.bash.initExtra maybe[] in `box` <- podman run f
          auto start: default false
          engine: podman <- podman run f
          rootful: default false
          image: f <- f
        command-line programs.bash.initExtra (2) maybe[] in `box` <- podman run g
          auto start: default false
          engine: podman <- podman run g
          rootful: default false
          image: g <- g
        command-line home.packages.go in `box` <- podman run h
          auto start: default false
          engine: podman <- podman run h
          rootful: default false
          image: h <- h
        command-line home.file.".local/bin/run".text in `box` <- podman run --network host d
          auto start: default false
          engine: podman <- podman run --network host d
          rootful: default false
          network: Host <- host
          image: d <- d
          flag: --network <- --network
          flag value: host <- host
    "#]]
    .assert_eq(&super::dump::containers(&world, &files));
}

#[test]
fn scripts_that_several_modules_add_to() {
    containers(
        r#"
{ lib, ... }: {
  imports = [ { systemd.services.a.preStart = "podman run first"; } { systemd.services.a.preStart = lib.mkBefore "podman run zeroth"; } ];
  systemd.services.a.script = "true";
  systemd.services.b = lib.mkIf (builtins.pathExists /etc/x) { script = "podman run b"; };
}
"#,
        expect![[r#"
            command-line systemd.services.a in `box` <- podman run zeroth
              engine: podman <- podman run zeroth
              image: zeroth <- zeroth
            command-line systemd.services.a (2) in `box` <- podman run first
              engine: podman <- podman run first
              image: first <- first
        "#]],
    );
}

#[test]
fn scripts_in_files() {
    texts(
        r#"
#- /bin/start.sh
#!/usr/bin/env bash
set -euo pipefail
podman() { command podman --log-level warn "$@"; }
main() {
  local image=${IMAGE:-docker.io/library/a:1}
  docker run -d --name "web" -p 80:80 \
    -v "$HOME/.ssh:/k:ro" "$image"
  sudo podman run --privileged b
  docker run "$@"
}
main "$@"
#- /bin/notes.txt
docker run --privileged c
"#,
        expect![[r#"
            command-line web in `files` <- docker run -d --name "web" -p 80:80 \…
              auto start: default false
              engine: docker <- docker run -d --name "web" -p 80:80 \…
              mount: $HOME/.ssh at /k ro <- $HOME
              port: - 80 -> 80 <- 80:80
              image: maybe[] docker.io/library/a:1 <- docker.io/library/a:1
              flag: -d <- -d
              flag: --name <- --name
              flag value: web <- web
              flag: -p <- -p
              flag value: 80:80 <- 80:80
              flag: -v <- -v
              flag value: $HOME/.ssh:/k:ro <- $HOME
              option: name = web <- web
            command-line bin/start.sh in `files` <- sudo podman run --privileged b
              auto start: default false
              engine: podman <- sudo podman run --privileged b
              rootful: true <- sudo podman run --privileged b
              privileged: true <- --privileged
              image: b <- b
              flag: --privileged <- --privileged
            command-line bin/start.sh (2) in `files` <- docker run "$@"
              auto start: default false
              engine: docker <- docker run "$@"
              image: ${…} <- $@
              not known: which image it runs: the variable `@` of a script depends on the machine <- $@
            not analysed: bin/start.sh (2): the variable `@` of a script depends on the machine <- $@
        "#]],
    );
}

#[test]
fn who_expands_a_home() {
    containers(
        r#"
{
  systemd.services.x.script = ''
    podman run -v ~/a:/a -v "$HOME/b:/b" -v '~/c:/c' -v "~/d:/d" -v '$HOME/e:/e' --volume=~/f:/f --volume=$HOME/g:/g -v \~/h:/h i
  '';
}
"#,
        expect![[r#"
            command-line systemd.services.x in `box` <- podman run -v ~/a:/a -v "$HOME/b:/b" -v '~/c:/c' -v "~/d:/d" -v '$HOME/e:/e' --volume=~/f:/f --volume=$HOME/g:/g -v \~/h:/h i
              engine: podman <- podman run -v ~/a:/a -v "$HOME/b:/b" -v '~/c:/c' -v "~/d:/d" -v '$HOME/e:/e' --volume=~/f:/f --volume=$HOME/g:/g -v \~/h:/h i
              mount: ~/a at /a rw <- ~/a:/a
              mount: $HOME/b at /b rw <- $HOME
              mount: volume ~/c at /c rw <- ~/c:/c
              mount: volume ~/d at /d rw <- ~/d:/d
              mount: volume $HOME/e at /e rw <- $HOME/e:/e
              mount: volume ~/f at /f rw <- --volume=~/f:/f
              mount: $HOME/g at /g rw <- --volume=
              mount: volume ~/h at /h rw <- ~
              image: i <- i
              flag: -v <- -v
              flag value: ~/a:/a <- ~/a:/a
              flag: -v <- -v
              flag value: $HOME/b:/b <- $HOME
              flag: -v <- -v
              flag value: ~/c:/c <- ~/c:/c
              flag: -v <- -v
              flag value: ~/d:/d <- ~/d:/d
              flag: -v <- -v
              flag value: $HOME/e:/e <- $HOME/e:/e
              flag: --volume=~/f:/f <- --volume=~/f:/f
              flag: --volume=$HOME/g:/g <- --volume=
              flag: -v <- -v
              flag value: ~/h:/h <- ~
        "#]],
    );
}

/// Modules add to such texts, so that two definitions are no conflict.
#[test]
fn texts_that_several_modules_add_to() {
    const OF_NIXOS: [&str; 10] = [
        "boot.postBootCommands",
        "networking.localCommands",
        "services.udev.extraRules",
        "boot.initrd.services.udev.rules",
        "system.activationScripts.a.text",
        "system.userActivationScripts.a.text",
        "services.borgbackup.jobs.a.preHook",
        "environment.shellInit",
        "programs.zsh.interactiveShellInit",
        "systemd.services.a.script",
    ];
    const OF_HOMES: [&str; 4] = [
        "xsession.initExtra",
        "programs.zsh.logoutExtra",
        "programs.zsh.initExtraFirst",
        "programs.bash.profileExtra",
    ];
    let all = OF_NIXOS.map(|option| (option, nixpod_modules::Kind::Nixos));
    let homes = OF_HOMES.map(|option| (option, nixpod_modules::Kind::Home));
    for (option, kind) in all.into_iter().chain(homes) {
        let line = match option.contains("udev") {
            true => r#"''ACTION=="add", RUN+="/bin/podman run a"''"#,
            false => r#""podman run a""#,
        };
        let text = format!("{{ imports = [ {{ {option} = {line}; }} {{ {option} = \"# and more\"; }} ]; }}");
        let (world, _) = super::world(&text, kind, true);
        assert_eq!(world.containers.len(), 1, "{option}");
    }
}
