//! Boxes of distrobox.

use super::{dump, world};
use expect_test::expect;
use nixpod_modules::Kind;

#[test]
fn boxes_are_no_isolation_by_design() {
    let text = r#"
        {
          home.username = "ann";
          programs.distrobox = {
            enable = true;
            containers.plain.image = "debian:13";
            containers.rooty = { image = "fedora:42"; root = true; additional_flags = "--env=TOKEN=plum-cartwheel-41 --device /dev/kvm"; volume = [ "/srv:/srv" "/a:/b /c:/d" ]; };
            containers.closed = { clone = "plain"; unshare_all = true; init_hooks = [ "touch /x" "echo y" ]; start_now = "true"; };
          };
        }
        "#;
    let (world, files) = world(text, Kind::Home, true);
    expect![[r#"
        distrobox closed in `box` <- { clone = "plain"; unshare_all = true; init_hooks = [ "touch /x" "echo y" ]; start_now = "true"; }
          auto start: true <- "true"
          rootful: default false
          runs as: default ann
          privileged: default true
          mount: default / at /run/host rw rslave
          mount: default /tmp at /tmp rw rslave
          command: touch /x <- "touch /x"
          command: echo y <- "echo y"
        distrobox plain in `box` <- containers.plain.image = "debian:13"
          auto start: default false
          rootful: default false
          runs as: default ann
          privileged: default true
          network: default Host
          namespace: default ipc Host
          namespace: default pid Host
          mount: default / at /run/host rw rslave
          mount: default /dev at /dev rw rslave
          mount: default /sys at /sys rw rslave
          mount: default /tmp at /tmp rw rslave
          image: debian:13 <- "debian:13"
        distrobox rooty in `box` <- { image = "fedora:42"; root = true; additional_flags = "--env=TOKEN=plum-cartwheel-41 --device /dev/kvm"; volume = [ "/srv:/srv" "/a:/b /c:/d" ]; }
          auto start: default false
          rootful: true <- true
          privileged: true <- true
          network: default Host
          namespace: default ipc Host
          namespace: default pid Host
          mount: default / at /run/host rw rslave
          mount: default /dev at /dev rw rslave
          mount: default /sys at /sys rw rslave
          mount: default /tmp at /tmp rw rslave
          mount: /srv at /srv rw <- "/srv:/srv"
          mount: /a at /b rw <- /a:/b
          mount: /c at /d rw <- /c:/d
          device: /dev/kvm rwm <- /dev/kvm
          environment: TOKEN = plum-cartwheel-41 <- --env=TOKEN=plum-cartwheel-41
          image: fedora:42 <- "fedora:42"
          flag: --env=TOKEN=plum-cartwheel-41 <- --env=TOKEN=plum-cartwheel-41
          flag: --device <- --device
          flag value: /dev/kvm <- /dev/kvm
    "#]].assert_eq(&dump::containers(&world, &files));
}

#[test]
fn without_the_program_there_are_none() {
    let (world, files) = world(
        r#"{ programs.distrobox.containers.plain.image = "debian:13"; }"#,
        Kind::Home,
        true,
    );
    expect![[""]].assert_eq(&dump::containers(&world, &files));
}
