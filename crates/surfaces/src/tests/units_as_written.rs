//! What modules make of options on the way to a unit: files of other names, values that take others back, words that fall
//! apart.

use super::{asked, containers, dump};
use expect_test::{Expect, expect};
use nixpod_modules::Kind;

#[test]
fn files_that_are_not_called_as_their_entries() {
    containers(
        r#"
{
  environment.etc.a = { target = "containers/systemd/one.container"; text = "[Container]\nImage=docker.io/a/b:1\n"; };
  environment.etc."containers/systemd/two.container" = { target = "notes.txt"; text = "[Container]\nImage=docker.io/a/b:2\n"; };
  environment.etc.c = { target = "containers/containers.conf"; text = "[containers]\nprivileged = true\n"; };
  home-manager.users.bob = {
    home.stateVersion = "26.05";
    home.file.d = { target = ".config/containers/systemd/three.container"; text = "[Container]\nImage=docker.io/a/b:3\n"; };
    xdg.configFile.e = { target = "containers/systemd/four.container"; text = "[Container]\nImage=docker.io/a/b:4\n"; };
  };
}
"#,
        expect![[r#"
            containers-conf <every container of Podman> template in `box` <- c
              privileged: true <- true
            quadlet one in `box` <- a
              privileged: default true <- true
              image: docker.io/a/b:1 <- docker.io/a/b:1
            quadlet four in `home of bob` <- e
              rootful: default false
              runs as: default bob
              privileged: default true <- true
              image: docker.io/a/b:4 <- docker.io/a/b:4
            quadlet three in `home of bob` <- d
              rootful: default false
              runs as: default bob
              privileged: default true <- true
              image: docker.io/a/b:3 <- docker.io/a/b:3
        "#]],
    );
}

#[track_caller]
fn in_release(text: &str, release: (u32, u32), expected: Expect) {
    let (world, (), files) = asked(text, Kind::Home, true, Some(release), |_, _, _, _| ());
    let told = dump::containers(&world, &files);
    let is_told = |line: &&str| line.starts_with("environment: ") || line.starts_with("capability: ");
    let facts: String = { told.lines().map(str::trim).filter(is_told) }
        .map(|line| format!("{line}\n"))
        .collect();
    expected.assert_eq(&facts);
}

const HOME: &str = r#"
{
  services.podman.containers.a = {
    image = "docker.io/a/b:1";
    environment = { A = "one"; B = "two words"; C = "\"three\""; };
    addCapabilities = [ "CHOWN" "" "KILL" ];
  };
}
"#;

#[test]
fn pairs_of_old_releases_fall_apart_at_blanks() {
    in_release(
        HOME,
        (25, 11),
        expect![[r#"
        capability: CAP_KILL <- "KILL"
        environment: B = two <- "two words"
        environment: C = three <- "\"three\""
        environment: A = one <- "one"
    "#]],
    );
    in_release(
        HOME,
        (26, 5),
        expect![[r#"
        capability: CAP_KILL <- "KILL"
        environment: C = three <- "\"three\""
        environment: A = one <- "one"
        environment: B = two words <- "two words"
    "#]],
    );
}

#[test]
fn an_empty_element_takes_back_those_before_it() {
    containers(
        r#"
{
  virtualisation.quadlet.containers.options.containerConfig = { image = "docker.io/a/b:1"; addCapabilities = [ "CHOWN" "" "KILL" ]; volumes = [ "/etc:/e" "" ]; };
  virtualisation.quadlet.containers.keys.containerConfig = { Image = "docker.io/a/b:1"; AddCapability = [ "CHOWN" "" "KILL" ]; };
}
"#,
        expect![[r#"
            quadlet-nix keys in `box` <- virtualisation.quadlet.containers.keys.containerConfig = { Image = "docker.io/a/b:1"; AddCapability = [ "CHOWN" "" "KILL" ]; }
              capability: CAP_KILL <- "KILL"
              image: docker.io/a/b:1 <- "docker.io/a/b:1"
            quadlet-nix options in `box` <- virtualisation.quadlet.containers.options.containerConfig = { image = "docker.io/a/b:1"; addCapabilities = [ "CHOWN" "" "KILL" ]; volumes = [ "/etc:/e" "" ]; }
              capability: CAP_KILL <- "KILL"
              image: docker.io/a/b:1 <- "docker.io/a/b:1"
        "#]],
    );
}
