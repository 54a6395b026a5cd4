//! Scripts that are files of the project, and what runs them.

use super::containers;
use expect_test::expect;

#[test]
#[expect(clippy::too_many_lines, reason = "one system with many scripts")]
fn a_service_runs_a_file() {
    containers(
        r#"
{ pkgs, ... }: {
  systemd.services.plain.serviceConfig.ExecStart = ./plain.sh;
  systemd.services.copied.serviceConfig = { ExecStart = "+${./copied.sh} --now"; User = "ann"; };
  systemd.services.shell.serviceConfig.ExecStart = "${pkgs.bash}/bin/bash ${./shell.sh}";
  systemd.services.folder.serviceConfig.ExecStart = "${./bin}/run.sh";
  systemd.services.script.script = "cd /srv\n${./script.sh} \"$1\"\n";
  systemd.services.read.script = builtins.readFile ./read.sh;
  systemd.services.made.serviceConfig.ExecStart = pkgs.writeShellScript "made" (builtins.readFile ./made.sh);
}
#- plain.sh
#!/bin/sh
podman run --privileged plain
#- copied.sh
podman run --privileged copied
#- shell.sh
podman run --privileged shell
#- bin/run.sh
podman run --privileged folder
#- script.sh
podman run --privileged "$1"
#- read.sh
podman run --privileged read
#- made.sh
podman run --privileged made
"#,
        expect![[r#"
            command-line systemd.services.copied in `box` <- podman run --privileged copied
              engine: podman <- podman run --privileged copied
              rootful: true <- podman run --privileged copied
              privileged: true <- --privileged
              image: copied <- copied
              flag: --privileged <- --privileged
            command-line systemd.services.folder in `box` <- podman run --privileged folder
              engine: podman <- podman run --privileged folder
              privileged: true <- --privileged
              image: folder <- folder
              flag: --privileged <- --privileged
            command-line systemd.services.made in `box` <- podman run --privileged made
              engine: podman <- podman run --privileged made
              privileged: true <- --privileged
              image: made <- made
              flag: --privileged <- --privileged
            command-line systemd.services.plain in `box` <- podman run --privileged plain
              engine: podman <- podman run --privileged plain
              privileged: true <- --privileged
              image: plain <- plain
              flag: --privileged <- --privileged
            command-line systemd.services.read in `box` <- podman run --privileged read
              engine: podman <- podman run --privileged read
              privileged: true <- --privileged
              image: read <- read
              flag: --privileged <- --privileged
            command-line systemd.services.script in `box` <- podman run --privileged "$1"
              engine: podman <- podman run --privileged "$1"
              privileged: true <- --privileged
              image: ${…} <- $1
              flag: --privileged <- --privileged
              not known: which image it runs: the variable `1` of a script depends on the machine <- $1
            command-line systemd.services.shell in `box` <- podman run --privileged shell
              engine: podman <- podman run --privileged shell
              privileged: true <- --privileged
              image: shell <- shell
              flag: --privileged <- --privileged
            not analysed: systemd.services.script: the variable `1` of a script depends on the machine <- $1
        "#]],
    );
}

#[test]
fn a_file_that_is_only_named_is_not_run() {
    containers(
        r#"
{
  systemd.services.one.script = "install ${./a.sh} /srv/a.sh; cat ${./a.sh}; true # ${./a.sh}";
  systemd.services.two.serviceConfig.ExecStart = "/bin/echo ${./a.sh}";
  systemd.services.three.serviceConfig.ExecStart = ./missing.sh;
  systemd.services.four.serviceConfig.ExecStart = ./binary;
  # Two of one name cannot be told apart.
  systemd.services.five.script = "${./a.sh}\n${./b/a.sh}";
}
#- a.sh
podman run --privileged a
#- b/a.sh
podman run --privileged b
#- binary
no engine
"#,
        expect![[""]],
    );
}

/// A file that an option puts somewhere is a script if its first line says so, whatever it is called.
#[test]
fn an_option_names_a_script() {
    containers(
        r#"
{
  environment.etc."app/start".source = ./start;
  environment.etc."app/notes".source = ./notes;
  environment.etc."app/tool".source = ./tool;
}
#- start
#!/usr/bin/env bash
podman run --privileged start
#- notes
podman run --privileged notes
#- tool
#!/usr/bin/env python3
podman run --privileged tool
"#,
        expect![[r#"
            command-line environment.etc."app/start".source.start in `box` <- podman run --privileged start
              auto start: default false
              engine: podman <- podman run --privileged start
              rootful: default false
              privileged: true <- --privileged
              image: start <- start
              flag: --privileged <- --privileged
        "#]],
    );
}
