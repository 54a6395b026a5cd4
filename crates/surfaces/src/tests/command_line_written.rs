//! Scripts in options that write them, and in the values of functions of `pkgs`.

use super::containers;
use expect_test::expect;
use nixpod_modules::Kind;

#[test]
#[expect(clippy::too_many_lines, reason = "one system with many places")]
fn scripts_of_a_machine() {
    containers(
        r##"
{ lib, pkgs, ... }: {
  system.activationScripts.one.text = "podman run one";
  system.activationScripts.two = lib.stringAfter [ "users" ] "podman run two";
  system.userActivationScripts.three.text = "podman run three";
  networking.localCommands = "podman run four";
  boot.postBootCommands = "podman run five";
  services.cron.systemCronJobs = [
    "*/5 * * * *  root  podman run --privileged six"
    "@daily ann ${pkgs.podman}/bin/podman run seven > /dev/null"
    "MAILTO=podman"
  ];
  services.restic.backups.all.backupPrepareCommand = "podman run eight";
  services.borgbackup.jobs.all.preHook = "podman run nine";
  programs.zsh.shellInit = "alias ten='podman run ten'";
  environment.shellAliases.eleven = "sudo podman run eleven";
  environment.systemPackages = [
    (pkgs.writeScriptBin "twelve" "#!${pkgs.bash}/bin/bash\npodman run twelve")
    (pkgs.writers.writeBashBin "thirteen" "podman run thirteen")
    (pkgs.writeTextFile { name = "fourteen"; executable = true; destination = "/bin/fourteen"; text = "#!/bin/sh\npodman run fourteen"; })
    (pkgs.symlinkJoin { name = "tools"; paths = [ (pkgs.writeShellScriptBin "fifteen" "podman run fifteen") pkgs.jq ]; })
    (pkgs.buildEnv { name = "env"; paths = [ (pkgs.writeShellScriptBin "sixteen" "podman run sixteen") ]; })
    (pkgs.runCommand "seventeen" { } ''
      mkdir -p $out/bin
      cat > $out/bin/seventeen <<'END'
      #!/bin/sh
      podman run seventeen
      END
    '')
  ];
  systemd.services.x.serviceConfig.ExecStart = pkgs.writers.writeDash "x" "podman run --privileged eighteen";
  systemd.services.y = {
    path = [ pkgs.podman ];
    reload = "podman run nineteen";
    serviceConfig.ExecStop = [ "" "-podman run twenty" ];
  };
}
"##,
        expect![[r#"
            command-line systemd.services.x in `box` <- podman run --privileged eighteen
              engine: podman <- podman run --privileged eighteen
              privileged: true <- --privileged
              image: eighteen <- eighteen
              flag: --privileged <- --privileged
            command-line systemd.services.y in `box` <- podman run nineteen
              engine: podman <- podman run nineteen
              image: nineteen <- nineteen
            command-line systemd.services.y (2) in `box` <- -podman run twenty
              engine: podman <- -podman run twenty
              image: twenty <- twenty
            command-line system.activationScripts.one in `box` <- podman run one
              auto start: default false
              engine: podman <- podman run one
              image: one <- one
            command-line system.activationScripts.two in `box` <- podman run two
              auto start: default false
              engine: podman <- podman run two
              image: two <- two
            command-line system.userActivationScripts.three in `box` <- podman run three
              auto start: default false
              engine: podman <- podman run three
              rootful: default false
              image: three <- three
            command-line environment.shellAliases.eleven in `box` <- sudo podman run eleven
              auto start: default false
              engine: podman <- sudo podman run eleven
              rootful: true <- sudo podman run eleven
              image: eleven <- eleven
            command-line programs.zsh.shellInit maybe[] in `box` <- podman run ten
              auto start: default false
              engine: podman <- podman run ten
              rootful: default false
              image: ten <- ten
            command-line boot.postBootCommands in `box` <- podman run five
              auto start: default false
              engine: podman <- podman run five
              image: five <- five
            command-line networking.localCommands in `box` <- podman run four
              auto start: default false
              engine: podman <- podman run four
              image: four <- four
            command-line services.borgbackup.jobs.all in `box` <- podman run nine
              auto start: default false
              engine: podman <- podman run nine
              image: nine <- nine
            command-line services.restic.backups.all in `box` <- podman run eight
              auto start: default false
              engine: podman <- podman run eight
              image: eight <- eight
            command-line services.cron.systemCronJobs in `box` <- podman run --privileged six
              auto start: default false
              engine: podman <- podman run --privileged six
              privileged: true <- --privileged
              image: six <- six
              flag: --privileged <- --privileged
            command-line services.cron.systemCronJobs (2) in `box` <- /bin/podman run seven > /dev/null
              auto start: default false
              engine: podman <- /bin/podman run seven > /dev/null
              rootful: false <- "@daily ann ${pkgs.podman}/bin/podman run seven > /dev/null"
              runs as: ann <- "@daily ann ${pkgs.podman}/bin/podman run seven > /dev/null"
              image: seven <- seven
            command-line environment.systemPackages.twelve in `box` <- podman run twelve
              auto start: default false
              engine: podman <- podman run twelve
              rootful: default false
              image: twelve <- twelve
            command-line environment.systemPackages.thirteen in `box` <- podman run thirteen
              auto start: default false
              engine: podman <- podman run thirteen
              rootful: default false
              image: thirteen <- thirteen
            command-line environment.systemPackages.fourteen in `box` <- podman run fourteen
              auto start: default false
              engine: podman <- podman run fourteen
              rootful: default false
              image: fourteen <- fourteen
            command-line environment.systemPackages.fifteen in `box` <- podman run fifteen
              auto start: default false
              engine: podman <- podman run fifteen
              rootful: default false
              image: fifteen <- fifteen
            command-line environment.systemPackages.sixteen in `box` <- podman run sixteen
              auto start: default false
              engine: podman <- podman run sixteen
              rootful: default false
              image: sixteen <- sixteen
            command-line environment.systemPackages.seventeen maybe[] in `box` <- podman run seventeen
              auto start: default false
              engine: podman <- podman run seventeen
              rootful: default false
              image: seventeen <- seventeen
        "#]],
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "one system with many places")]
fn scripts_of_a_home() {
    let text = r#"
{ lib, pkgs, ... }: {
  home.username = "ann";
  home.homeDirectory = "/home/ann";
  home.stateVersion = "25.11";
  home.activation.one = lib.hm.dag.entryAfter [ "writeBoundary" ] "podman run one";
  home.activation.two = lib.hm.dag.entryBetween [ "a" ] [ "b" ] "podman run two";
  home.activation.three = lib.mkIf true (lib.hm.dag.entryAnywhere "podman run three");
  programs.zsh.envExtra = "four() { podman run four; }";
  xsession.initExtra = "podman run five &";
  programs.fish.functions.six = "podman run six";
  programs.fish.functions.seven.body = "podman run seven";
  programs.fish.shellAliases.eight = "podman run eight";
  home.file.".local/bin/nine" = { executable = true; text = "podman run nine"; };
  home.file."bin/ten".source = pkgs.writeShellScript "ten" "podman run ten";
  systemd.user.services.eleven.Service = { ExecStart = "${pkgs.writeShellScript "run" "exec podman run eleven"}"; ExecStop = "podman stop eleven"; };
  home.packages = with pkgs; [ jq (writeShellScriptBin "twelve" "podman run twelve") ];
}
"#;
    let (world, files) = super::world(text, Kind::Home, true);
    expect![[r#"
        command-line systemd.user.services.eleven in `box` <- exec podman run eleven
          engine: podman <- exec podman run eleven
          rootful: default false
          image: eleven <- eleven
        command-line home.activation.one in `box` <- podman run one
          auto start: default false
          engine: podman <- podman run one
          rootful: default false
          image: one <- one
        command-line home.activation.three in `box` <- podman run three
          auto start: default false
          engine: podman <- podman run three
          rootful: default false
          image: three <- three
        command-line home.activation.two in `box` <- podman run two
          auto start: default false
          engine: podman <- podman run two
          rootful: default false
          image: two <- two
        command-line programs.fish.shellAliases.eight in `box` <- podman run eight
          auto start: default false
          engine: podman <- podman run eight
          rootful: default false
          image: eight <- eight
        command-line programs.zsh.envExtra maybe[] in `box` <- podman run four
          auto start: default false
          engine: podman <- podman run four
          rootful: default false
          image: four <- four
        command-line xsession.initExtra in `box` <- podman run five
          auto start: default false
          engine: podman <- podman run five
          rootful: default false
          image: five <- five
        command-line home.packages.twelve in `box` <- podman run twelve
          auto start: default false
          engine: podman <- podman run twelve
          rootful: default false
          image: twelve <- twelve
        command-line home.file.".local/bin/nine".text in `box` <- podman run nine
          auto start: default false
          engine: podman <- podman run nine
          rootful: default false
          image: nine <- nine
        command-line home.file."bin/ten".source.ten in `box` <- podman run ten
          auto start: default false
          engine: podman <- podman run ten
          rootful: default false
          image: ten <- ten
        not analysed: programs.fish.functions.seven: `scripts of fish` is not modelled <- "podman run seven"
        not analysed: programs.fish.functions.six: `scripts of fish` is not modelled <- "podman run six"
    "#]]
    .assert_eq(&super::dump::containers(&world, &files));
}

#[test]
#[expect(clippy::too_many_lines, reason = "one system with many places")]
fn quotation_marks_of_nix_and_of_shells() {
    containers(
        r#"
{ pkgs, ... }:
let dir = "/srv/a b"; in {
  systemd.services.x.script = ''
    name="''${1:-web}"
    podman run -v "${dir}:/x" -v '${dir}':/y -v "''${HOME}:/h" -e "A=''$B" -e C="$D" img
    podman run -e "Q=\"q\"" -e 'R='"'r'"' ' -e S=\$s --name ''\n img2
  '';
  systemd.services.y.script = "podman run -e \"A=\${B:-b}\" -e \"C=\\\"c\\\"\" -v \${dir}:/z img3";
}
"#,
        expect![[r#"
            command-line systemd.services.x in `box` <- podman run -v "
              engine: podman <- podman run -v "
              mount: /srv/a b at /x rw <- /srv/a b
              mount: /srv/a b at /y rw <- /srv/a b
              mount: $HOME at /h rw <- ''${HOME}
              environment: A = ${…} <- A=
              environment: C = ${…} <- C=
              image: img <- img
              flag: -v <- -v
              flag value: /srv/a b:/x <- /srv/a b
              flag: -v <- -v
              flag value: /srv/a b:/y <- /srv/a b
              flag: -v <- -v
              flag value: $HOME:/h <- ''${HOME}
              flag: -e <- -e
              flag value: A=${…} <- A=
              flag: -e <- -e
              flag value: C=${…} <- C=
              not known: what is in its environment: the variable `B` of a script depends on the machine <- A=
              not known: what is in its environment: the variable `D` of a script depends on the machine <- C=
            command-line systemd.services.x (2) in `box` <- podman run -e "Q=\"q\"" -e 'R='"'r'"' ' -e S=\$s --name
              engine: podman <- podman run -e "Q=\"q\"" -e 'R='"'r'"' ' -e S=\$s --name
              environment: Q = "q" <- Q=
              environment: R = 'r'  <- R=
              environment: S = $s <- S=
              flag: -e <- -e
              flag value: Q="q" <- Q=
              flag: -e <- -e
              flag value: R='r'  <- R=
              flag: -e <- -e
              flag value: S=$s <- S=
              flag: --name <- --name
              option: name = true <- --name
            command-line systemd.services.y in `box` <- podman run -e \"A=\${B:-b}\" -e \"C=\\\"c\\\"\" -v \${dir}:/z img3
              engine: podman <- podman run -e \"A=\${B:-b}\" -e \"C=\\\"c\\\"\" -v \${dir}:/z img3
              mount: ${…} at /z rw <- \${dir}
              environment: maybe[] A = b <- A=
              environment: C = "c" <- C=
              image: img3 <- img3
              flag: -e <- -e
              flag value: maybe[] A=b <- A=
              flag: -e <- -e
              flag value: C="c" <- C=
              flag: -v <- -v
              flag value: ${…}:/z <- \${dir}
              not known: what it mounts: the variable `dir` of a script depends on the machine <- \${dir}
            not analysed: systemd.services.x: the variable `B` of a script depends on the machine <- A=
            not analysed: systemd.services.x: the variable `D` of a script depends on the machine <- C=
            not analysed: systemd.services.y: the variable `dir` of a script depends on the machine <- \${dir}
        "#]],
    );
}

/// What `utils` of NixOS makes of a list of words is one line of a unit.
#[test]
fn words_that_are_escaped_for_systemd() {
    containers(
        r#"
{ pkgs, lib, utils, ... }: {
  systemd.services.x.serviceConfig.ExecStart = utils.escapeSystemdExecArgs [
    (lib.getExe pkgs.podman) "run" "--privileged" "-e" "A=100% $B \"c\"" "-v" ./data "docker.io/library/a:3"
  ];
  systemd.services."mount-${utils.escapeSystemdPath "/srv/some data/.x"}".script = "podman run ${utils.escapeSystemdExecArg 3}";
}
"#,
        expect![[r#"
            command-line systemd.services."mount-srv-some\\x20data-.x" in `box` <- podman run 
              engine: podman <- podman run 
              image: 3 <- 3
            command-line systemd.services.x in `box` <- […
              engine: podman <- […
              privileged: true <- --privileged
              mount: ${store path of data} (copies ./data) at ${store path of data} (copies ./data) rw <- ./data
              environment: A = 100% $B "c" (copies ./data) <- A=100
              image: docker.io/library/a:3 (copies ./data) <- docker.io/library/a:3
              flag: --privileged (copies ./data) <- --privileged
              flag: -e (copies ./data) <- -e
              flag value: A=100% $B "c" (copies ./data) <- A=100
              flag: -v (copies ./data) <- -v
              flag value: ${store path of data} (copies ./data) <- ./data
        "#]],
    );
}

/// Home Manager tells to write `run` in front of commands.
#[test]
fn activation_of_a_home() {
    let text = r#"
{ lib, pkgs, ... }: { home.activation.x = lib.hm.dag.entryAfter [ "writeBoundary" ] ''
  run --quiet ${pkgs.podman}/bin/podman run -d --privileged a
''; }
"#;
    let (world, files) = super::world(text, Kind::Home, true);
    let expected = expect![[r#"
        command-line home.activation.x in `box` <- run --quiet 
          auto start: default false
          engine: podman <- run --quiet 
          rootful: default false
          privileged: true <- --privileged
          image: a <- a
          flag: -d <- -d
          flag: --privileged <- --privileged
    "#]];
    expected.assert_eq(&super::dump::containers(&world, &files));
}
