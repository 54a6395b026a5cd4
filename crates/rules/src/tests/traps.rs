//! Ways in which real trees speak of containers, and which of them are containers.

use nixpod_analysis::Rule;
use nixpod_testing::{check, check_fix, check_none};

fn rule(id: &str) -> &'static Rule {
    crate::ALL
        .iter()
        .find(|rule| rule.meta.id == id)
        .expect("it exists")
}

#[test]
fn words_about_a_command_are_no_command() {
    check_none(
        rule("privileged-container"),
        r#"
{ ... }: {
  systemd.services.told = {
    description = "docker run --privileged x";
    documentation = [ "podman run --privileged x" ];
    script = ''
      # docker run --privileged x
      echo docker run --privileged x
      echo "docker run --privileged x" | tee /dev/null
      printf 'docker run --privileged %s\n' x
      : docker run --privileged x
      help="docker run --privileged x"
      cat <<END
      docker run --privileged shown
      END
      logger "docker run --privileged x"
      docker ps | grep "docker run --privileged"
    '';
  };
  environment.etc."README.md".text = ''
    Do not:
    ```sh
    docker run --privileged x
    ```
  '';
  environment.etc."motd".text = "docker run --privileged x";
  environment.etc."containers/systemd/web.container".text = ''
    [Unit]
    Description=podman run --privileged x
    # PodmanArgs=--privileged
    [Container]
    Image=x
    Label=how="podman run --privileged"
    Exec=echo podman run --privileged y
  '';
}
#- /README.md
```sh
docker run --privileged x
```
#- /help.sh
usage() {
  cat <<END
usage: docker run --privileged x
END
}
usage
"#,
    );
}

#[test]
fn texts_of_programs_that_run_nothing_here() {
    check_none(
        rule("privileged-container"),
        r##"
#- /Makefile
# podman run --privileged x
db:
	podman run --privileged x
#- /.github/workflows/ci.yml
jobs: { a: { steps: [ { run: docker run --privileged x } ] } }
#- /package.json
{ "description": "docker run --privileged x", "scripts": { "db": "docker run --privileged x" } }
#- /tool.py
"""subprocess.run(["podman", "run", "--privileged", "x"])"""
# os.system("podman run --privileged x")
print('os.system("podman run --privileged x")')
help = ["usage: podman run --privileged x"]
#- /sway/config
# exec podman run --privileged x
set $x exec podman run --privileged x
#- /x.desktop
[Desktop Entry]
Comment=podman run --privileged x
#- /bin/notes
podman run --privileged x
#- /bin/other
#!/usr/bin/env ruby
podman run --privileged x
#- /bin/usage
#!/bin/sh
cat <<END
docker run --privileged x
END
# docker run --privileged x
echo "docker run --privileged x"
"##,
    );
}

#[test]
fn commands_that_make_no_container() {
    check_none(
        rule("privileged-container"),
        r#"
#- /run.sh
podman volume create data
podman exec -it --privileged one sh
docker start three
docker network connect lan three
ssh other docker run --privileged x
docker -H tcp://other:2375 run --privileged x
podman --remote --url ssh://other run --privileged x
"#,
    );
}

#[test]
fn programs_by_other_names() {
    check(
        rule("privileged-container"),
        r#"
{ lib, pkgs, ... }: {
  systemd.services.real.script = ''
    ${pkgs.podman}/bin/podman run --privileged one
                                # ^^^^^^^^^^^^ critical: `systemd.services.real` runs privileged: its root is root on the host
    sudo podman run --privileged two
                  # ^^^^^^^^^^^^ critical: `systemd.services.real (2)` runs privileged: its root is root on the host
    ${lib.getExe pkgs.podman} run --privileged three
                                # ^^^^^^^^^^^^ critical: `systemd.services.real (3)` runs privileged: its root is root on the host
    docker create --privileged --name four four
                # ^^^^^^^^^^^^ critical: `four` runs privileged: its root is root on the host
    docker network connect lan four
    docker start four
    eval "podman run --privileged five"
                   # ^^^^^^^^^^^^ critical: `systemd.services.real (4)` runs privileged: its root is root on the host
    xargs podman run --privileged < images
                   # ^^^^^^^^^^^^ critical: `systemd.services.real (5)` runs privileged: its root is root on the host
    exec docker run --privileged six
                  # ^^^^^^^^^^^^ critical: `systemd.services.real (6)` runs privileged: its root is root on the host
  '';
}
"#,
    );
}

#[test]
fn a_script_that_another_one_writes() {
    check(
        rule("privileged-container"),
        r#"
{ ... }: {
  systemd.services.writes.script = ''
    cat > /run/start.sh <<'END'
    #!/bin/sh
    docker run --privileged written
             # ^^^^^^^^^^^^ critical: `systemd.services.writes` runs privileged: its root is root on the host
    END
    cat > /run/notes.txt <<'END'
    docker run --privileged noted
    END
  '';
}
"#,
    );
}

#[test]
fn arrays_that_loops_fill() {
    check(
        rule("privileged-container"),
        r#"
#- /run.sh
args=(--rm)
while read -r src dst mode; do
  args+=(-v "${src}:${dst}:${mode}")
done < mounts
for device in /dev/fuse /dev/kvm; do args+=(--device "$device"); done
args+=(--privileged)
     # ^^^^^^^^^^^^ high: `run.sh` runs privileged, without system call filter and masked paths
podman run "${args[@]}" image
"#,
    );
    check(
        rule("sensitive-bind"),
        r#"
#- /run.sh
args=(-v "/:/host")
        # ^^^^^^^ high: `run.sh` gets the host's root directory `/`, writable
for name in /etc/a "$1"; do args+=(-v "$name:$name"); done
podman run "${args[@]}" image
"#,
    );
}

#[test]
fn units_of_templates_and_units_that_name_others() {
    check(
        rule("privileged-container"),
        r#"
{ config, ... }: {
  environment.etc."containers/systemd/worker@.container".text = ''
    [Container]
    Image=x:%i
    PodmanArgs=--privileged
             # ^^^^^^^^^^^^ critical: `worker@` runs privileged: its root is root on the host
  '';
  # As root of the container, and as nobody more than its user on the host.
  environment.etc."containers/systemd/users/1000/root.container".text = ''
    [Container]
    Image=img.build
    User=0
    PodmanArgs=--privileged
             # ^^^^^^^^^^^^ high: `root` runs privileged, without system call filter and masked paths
  '';
  environment.etc."containers/systemd/users/1000/img.build".text = ''
    [Build]
    ImageTag=localhost/img
    File=./Containerfile
  '';
  users.users.ann = { isNormalUser = true; uid = 1000; linger = true; };
}
"#,
    );
    check_none(
        rule("quadlet-invalid"),
        r#"
#- /img.build
[Build]
ImageTag=localhost/img
SetWorkingDirectory=unit
#- /web.container
[Container]
Image=img.build
"#,
    );
}

/// Nothing says who runs the units of a machine that is not described here.
#[test]
fn units_of_another_host() {
    check(
        rule("privileged-container"),
        r#"
{ system.stateVersion = "26.05"; }
#- /debian/web.container
[Container]
Image=x
PodmanArgs=--privileged
         # ^^^^^^^^^^^^ high: `web` runs privileged, without system call filter and masked paths
#- /debian/etc/containers/systemd/db.container
[Container]
Image=x
PodmanArgs=--privileged
         # ^^^^^^^^^^^^ critical: `db` runs privileged: its root is root on the host
#- /debian/home/.config/containers/systemd/own.container
[Container]
Image=x
PodmanArgs=--privileged
         # ^^^^^^^^^^^^ high: `own` runs privileged, without system call filter and masked paths
"#,
    );
}

#[test]
fn what_is_only_called_containers() {
    check_none(
        rule("privileged-container"),
        r#"
{ ... }: {
  site.containers.caddy.services = [ "docker run --privileged x" ];
  mine.containers.web = { image = "x"; privileged = true; };
}
#- /other.container
{ "privileged": true }
"#,
    );
}

#[test]
fn a_devcontainer_of_compose_files() {
    check_none(
        rule("privileged-container"),
        r#"
#- /.devcontainer/devcontainer.json
{ "dockerComposeFile": "compose.yaml", "service": "app", "runArgs": ["--privileged"] }
#- /.devcontainer/compose.yaml
services:
  app: { image: x, privileged: true }
"#,
    );
}

#[test]
fn abbreviations_of_other_shells() {
    check(
        rule("privileged-container"),
        r#"
{ ... }: {
  programs.fish.shellAbbrs.dr = "docker run --privileged --rm -it";
                                          # ^^^^^^^^^^^^ critical: `programs.fish.shellAbbrs.dr` runs privileged: its root is root on the host
  home-manager.users.ann.programs.nushell.shellAliases.pr = "podman run --privileged";
                                                                      # ^^^^^^^^^^^^ high: `programs.nushell.shellAliases.pr` runs privileged, without system call filter and masked paths
}
#- /config.fish
abbr -a pr podman run --privileged
"#,
    );
}

/// A word is taken out of a command only where the whole of it, with its
/// quotation marks, stands in one piece of the text.
#[test]
fn words_that_are_taken_out_of_a_command() {
    let text = |quoted: &str, plain: &str| {
        r#"
{ pkgs, ... }:
let p = "--privi"; in {
  systemd.services.a.script = "podman run ${p}leged x";
  systemd.services.b.script = "podman run --pri" + "vileged x";
  systemd.services.c.script = ''podman run QUOTED'';
  systemd.services.d.script = "podman run \"--privileged\" x";
  systemd.services.e.script = "podman run -e --privileged x";
  systemd.services.f.script = "podman run PLAIN";
}
"#
        .replace("QUOTED", quoted)
        .replace("PLAIN", plain)
    };
    check_fix(
        rule("privileged-container"),
        &text(r#""--privileged" x"#, "--rm --privileged x"),
        &text("x", "--rm x"),
    );
}

/// What nobody imports stands for any user, and the host's user is one of them.
#[test]
fn a_module_of_a_host_and_of_an_island() {
    check(
        rule("root-equivalent-group"),
        r#"
#- /flake.nix
{ outputs = { nixpkgs, ... }: { nixosConfigurations.box = nixpkgs.lib.nixosSystem { specialArgs.user = "ann"; modules = [ ./docker.nix ]; }; }; }
#- /all.nix
{ imports = [ ./docker.nix ]; }
#- /docker.nix
{ user, ... }: {
  virtualisation.docker.enable = true;
  users.users.${user} = { isNormalUser = true; extraGroups = [ "docker" ]; };
                                                             # ^^^^^^^^ high: user `ann` is in group `docker`, which is root through Docker
}
"#,
    );
}

/// A build keeps the variables of its steps, and whoever fetches an image logs in.
#[test]
fn of_units_that_build_and_fetch() {
    check(
        rule("secret-in-store"),
        r#"
{
  environment.etc = {
    "containers/systemd/web.build".text = ''
      [Build]
      ImageTag=localhost/web:1
      BuildArg=NPM_TOKEN=plum-cartwheel-41
             # ^^^^^^^^^^^^^^^^^^^^^^^^^^^ high: `NPM_TOKEN` of `build of web` is written out, so everybody can read it in the Nix store
    '';
    "containers/systemd/base.image".text = ''
      [Image]
      Image=registry.example.org/base:1
      Creds=ann:plum-cartwheel-42
              # ^^^^^^^^^^^^^^^^^ high: the password for the registry of `base.image` is written out, so everybody can read it in the Nix store
    '';
  };
  virtualisation.quadlet.images.own.imageConfig = { image = "registry.example.org/own:1"; creds = "ann:plum-cartwheel-43"; };
                                                                                                     # ^^^^^^^^^^^^^^^^^ high: the password for the registry of `own.image` is written out, so everybody can read it in the Nix store
}
"#,
    );
}

/// The root directory of a virtual machine is not the host's.
#[test]
fn in_a_virtual_machine() {
    check(
        rule("sensitive-bind"),
        r#"
{
  microvm.vms.g.config = {
    virtualisation.oci-containers.containers.c = { image = "a:1"; volumes = [ "/:/h" ]; };
                                                                            # ^^^^^^ high: `c` gets a guest's root directory `/`, writable
  };
}
"#,
    );
}
