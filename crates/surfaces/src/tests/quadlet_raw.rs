//! Units of quadlet-nix that are given as texts, which take the place of all options.

use super::containers;
use expect_test::expect;

#[test]
fn texts_of_pods() {
    containers(
        r#"
{ config, ... }: {
  virtualisation.quadlet = {
    pods.p.rawConfig = "[Pod]\nNetwork=host\nVolume=/:/h\n";
    pods.o = { podConfig.publishPorts = [ "80:80" ]; rawConfig = "[Pod]\nPodName=own\n"; };
    containers.v.containerConfig = { image = "a:1"; pod = config.virtualisation.quadlet.pods.p.ref; };
    containers.w.containerConfig = { image = "a:1"; pod = config.virtualisation.quadlet.pods.o.ref; };
  };
}
"#,
        expect![[r#"
            quadlet-nix v in `box` <- containers.v.containerConfig = { image = "a:1"; pod = config.virtualisation.quadlet.pods.p.ref; }
              network: Host <- host
              mount: / at /h rw <- /:/h
              image: a:1 <- "a:1"
              option: Pod = p.pod <- config.virtualisation.quadlet.pods.p.ref
            quadlet-nix w in `box` <- containers.w.containerConfig = { image = "a:1"; pod = config.virtualisation.quadlet.pods.o.ref; }
              image: a:1 <- "a:1"
              option: Pod = o.pod <- config.virtualisation.quadlet.pods.o.ref
        "#]],
    );
}

#[test]
fn users_of_services() {
    containers(
        r#"
{
  virtualisation.quadlet.containers = {
    ann = { rawConfig = "[Container]\nImage=a:1\n[Service]\nUser=ann\n"; };
    root = { serviceConfig.User = "ann"; rawConfig = "[Container]\nImage=a:1\n[Service]\nUser=root\n"; };
  };
}
"#,
        expect![[r#"
            quadlet-nix ann in `box` <- { rawConfig = "[Container]\nImage=a:1\n[Service]\nUser=ann\n"; }
              auto start: default false
              rootful: false <- User
              runs as: ann <- User
              image: a:1 <- a:1
              unit problem: `User` of the service is not supported (Unsupported) <- User
            quadlet-nix root in `box` <- { serviceConfig.User = "ann"; rawConfig = "[Container]\nImage=a:1\n[Service]\nUser=root\n"; }
              auto start: default false
              image: a:1 <- a:1
              unit problem: `User` of the service is not supported (Unsupported) <- User
        "#]],
    );
}
