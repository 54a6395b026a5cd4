//! Commands in the settings of programs: rules of udev, aliases of git, and what hjem writes for users.

use super::containers;
use expect_test::expect;

#[test]
fn rules_of_udev_run_as_root() {
    containers(
        r#"
{ pkgs, ... }: {
  services.udev.extraRules = ''
    ACTION=="add", SUBSYSTEM=="block", RUN+="${pkgs.podman}/bin/podman run --privileged scan:1"
    # RUN+="podman run --privileged comment:1"
    KERNEL=="tty*", ENV{X}="podman run data:1", \
      RUN{program}+="/bin/sh -c 'docker run --network host serial:1'"
    RUN=="podman run compared:1", ATTR{a}="b"
  '';
  services.udev.packages = [
    (pkgs.writeTextFile { name = "r"; destination = "/etc/udev/rules.d/9.rules"; text = ''PROGRAM=="podman run asked:1"''; })
  ];
}
"#,
        expect![[r#"
            command-line services.udev.extraRules in `box` <- /bin/podman run --privileged scan:1
              auto start: default false
              engine: podman <- /bin/podman run --privileged scan:1
              privileged: true <- --privileged
              image: scan:1 <- scan:1
              flag: --privileged <- --privileged
            command-line services.udev.extraRules (2) in `box` <- docker run --network host serial:1
              auto start: default false
              engine: docker <- docker run --network host serial:1
              network: Host <- host
              image: serial:1 <- serial:1
              flag: --network <- --network
              flag value: host <- host
            command-line services.udev.packages in `box` <- podman run asked:1
              auto start: default false
              engine: podman <- podman run asked:1
              image: asked:1 <- asked:1
        "#]],
    );
}

#[test]
fn aliases_of_git_are_lines_of_a_shell_after_a_mark() {
    containers(
        r#"
{
  programs.git.config = [ { alias.lint = "!podman run --privileged lint:1"; } ];
  home-manager.users.ann = {
    home.stateVersion = "26.05";
    programs.git.aliases.fmt = "!docker run fmt:1";
    programs.git.settings.alias = { x = "!f() { podman run x:1; }; f"; run = "podman run none:1"; };
  };
}
"#,
        expect![[r#"
            command-line programs.git.config.lint in `box` <- podman run --privileged lint:1
              auto start: default false
              engine: podman <- podman run --privileged lint:1
              rootful: default false
              privileged: true <- --privileged
              image: lint:1 <- lint:1
              flag: --privileged <- --privileged
            command-line programs.git.aliases.fmt in `home of ann` <- docker run fmt:1
              auto start: default false
              engine: docker <- docker run fmt:1
              image: fmt:1 <- fmt:1
            command-line programs.git.settings.x in `home of ann` <- podman run x:1
              auto start: default false
              engine: podman <- podman run x:1
              rootful: default false
              image: x:1 <- x:1
        "#]],
    );
}

#[test]
fn files_and_services_of_hjem_belong_to_their_user() {
    containers(
        r##"
{
  hjem.users.ann = {
    files.".config/containers/systemd/web.container".text = ''
      [Container]
      Image=web:1
      Volume=%t/podman/podman.sock:/s
    '';
    files.".local/bin/go" = { executable = true; text = "#!/bin/sh\npodman run go:1"; };
    xdg.config.files."containers/systemd/db.container".text = "[Container]\nImage=db:1\n";
    systemd.services.run = { serviceConfig.ExecStart = "podman run --privileged run:1"; };
  };
}
"##,
        expect![[r#"
            quadlet web in `box` <- ".config/containers/systemd/web.container"
              rootful: default false
              runs as: ann <- ann
              mount: %t/podman/podman.sock at /s rw <- %t/podman/podman.sock:/s
              image: web:1 <- web:1
            quadlet db in `box` <- "containers/systemd/db.container"
              rootful: default false
              runs as: ann <- ann
              image: db:1 <- db:1
            command-line hjem.users.ann.files.".local/bin/go".text in `box` <- podman run go:1
              auto start: default false
              engine: podman <- podman run go:1
              rootful: false <- ann
              runs as: ann <- ann
              image: go:1 <- go:1
            command-line hjem.users.ann.systemd.services.run.serviceConfig.ExecStart in `box` <- podman run --privileged run:1
              auto start: default false
              engine: podman <- podman run --privileged run:1
              rootful: false <- ann
              runs as: ann <- ann
              privileged: true <- --privileged
              image: run:1 <- run:1
              flag: --privileged <- --privileged
        "#]],
    );
}
