//! What is told once: a finding that several hosts or several containers have at the same place.

use crate::ALL;
use expect_test::{Expect, expect};
use nixpod_analysis::{Applicability, Refusal};
use nixpod_testing::{Fixture, host, targets};
use std::fmt::Write;

/// Checks a project with all rules that are on by default, and prints the findings of one of them.
fn check(rule: &str, fixture: &str, expected: Expect) {
    let fixture = Fixture::parse(fixture);
    let host = host(ALL, &fixture);
    let analysis = host.analysis();
    let mut out = String::new();
    for found in analysis.check_with_fixes(&targets()).findings {
        let diagnostic = &found.diagnostic;
        if diagnostic.rule != rule {
            continue;
        }
        let span = diagnostic.primary.span;
        let text = analysis.text(span.file);
        let line = analysis
            .line_index(span.file)
            .position(&text, span.range.start())
            .line;
        let path = analysis.path(span.file);
        let _ = writeln!(
            out,
            "{}:{line}: {}",
            path.file_name().unwrap_or_default(),
            diagnostic.message
        );
        let _ = writeln!(out, "  on {}", found.hosts.join(", "));
        if let Some(container) = &found.container {
            let _ = writeln!(out, "  {} {}", container.name, found.fingerprint);
        }
        for other in &found.others {
            let _ = writeln!(out, "  {} {}", other.container.name, other.fingerprint);
        }
        for fix in &diagnostic.fixes {
            let _ = writeln!(out, "  fix: {} ({} edits)", fix.title, fix.edits.len());
        }
    }
    let fixed = analysis.fix(&targets(), Applicability::Unsafe, &|found| {
        found.diagnostic.rule == rule
    });
    for file in fixed.files {
        let _ = write!(
            out,
            "{}:\n{}",
            file.path.file_name().unwrap_or_default(),
            file.after
        );
    }
    expected.assert_eq(&out);
}

#[test]
fn a_module_of_two_hosts() {
    check(
        "missing-private-users",
        r#"
#- /flake.nix
{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.11";
  outputs = { nixpkgs, ... }: {
    nixosConfigurations = nixpkgs.lib.genAttrs [ "oak" "elm" ] (name: nixpkgs.lib.nixosSystem {
      modules = [ ./web.nix { networking.hostName = name; } ];
    });
  };
}
#- /web.nix
{
  containers.web = {
    autoStart = true;
  };
}
"#,
        expect![[r#"
            web.nix:2: `web` has no user namespace: its root is the host's root
              on elm, oak
              web 15b7a0d824ae75ac
              fix: Set `privateUsers = "pick"`; unsafe: files that the guest writes through bind mounts get other owners on the host, and in the host's network it no longer listens on ports below 1024 (1 edits)
            web.nix:
            {
              containers.web = {
                autoStart = true;
                privateUsers = "pick";
              };
            }
        "#]],
    );
}

#[test]
fn guests_of_one_template() {
    check(
        "missing-private-users",
        r#"
#- /flake.nix
{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.11";
  outputs = { nixpkgs, ... }: {
    nixosConfigurations.oak = nixpkgs.lib.nixosSystem { modules = [ ./guests.nix ]; };
  };
}
#- /guests.nix
{ lib, ... }: {
  containers = lib.genAttrs [ "db" "web" "mail" "chat" "wiki" ] (name: {
    autoStart = true;
  });
}
"#,
        expect![[r#"
            guests.nix:2: `chat` (also `db`, `mail`, `web` and `wiki`) has no user namespace: its root is the host's root
              on oak
              chat 4cbceee9f523354e
              db 6d46e4f3a844d042
              mail 5ede1d703d218dae
              web 15b7a0d824ae75ac
              wiki 560e5c55fc42d986
              fix: Set `privateUsers = "pick"`; unsafe: files that the guest writes through bind mounts get other owners on the host, and in the host's network it no longer listens on ports below 1024 (1 edits)
            guests.nix:
            { lib, ... }: {
              containers = lib.genAttrs [ "db" "web" "mail" "chat" "wiki" ] (name: {
                autoStart = true;
                privateUsers = "pick";
              });
            }
        "#]],
    );
}

/// As many containers as stand in the template, no more words than are the same for them.
#[test]
fn what_differs_is_not_put_together() {
    check(
        "sensitive-bind",
        r#"
#- /guests.nix
{ lib, ... }: {
  containers = lib.mapAttrs (name: path: {
    bindMounts.${path}.isReadOnly = false;
    bindMounts."/root".isReadOnly = false;
  }) { db = "/etc"; web = "/var"; };
}
"#,
        expect![[r#"
            guests.nix:3: `db` gets the host's configuration and password hashes in `/etc`, writable
              on guests.nix
              db 1a0d8c323fbbc790
            guests.nix:3: `web` gets the state of all services in `/var`, writable
              on guests.nix
              web dcae8c2ee5d7eacc
            guests.nix:4: `db` (also `web`) gets the whole home `/root`, writable
              on guests.nix
              db 60058d16a27fcf3a
              web f454e36f45ef1c96
        "#]],
    );
}

/// Another host has another guest: which has which must stay visible.
#[test]
fn guests_of_several_hosts() {
    check(
        "missing-private-users",
        r#"
#- /flake.nix
{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.11";
  outputs = { nixpkgs, ... }: {
    nixosConfigurations = nixpkgs.lib.mapAttrs (_: guests: nixpkgs.lib.nixosSystem {
      modules = [ (import ./guests.nix guests) ];
    }) { oak = [ "db" "web" ]; elm = [ "db" "web" "mail" ]; };
  };
}
#- /guests.nix
guests: { lib, ... }: { containers = lib.genAttrs guests (name: { autoStart = true; }); }
"#,
        expect![[r#"
            guests.nix:1: `db` (also `web`) has no user namespace: its root is the host's root
              on elm, oak
              db 6d46e4f3a844d042
              web 15b7a0d824ae75ac
              fix: Set `privateUsers = "pick"`; unsafe: files that the guest writes through bind mounts get other owners on the host, and in the host's network it no longer listens on ports below 1024 (1 edits)
            guests.nix:1: `mail` has no user namespace: its root is the host's root
              on elm
              mail 5ede1d703d218dae
              fix: Set `privateUsers = "pick"`; unsafe: files that the guest writes through bind mounts get other owners on the host, and in the host's network it no longer listens on ports below 1024 (1 edits)
            guests.nix:
            guests: { lib, ... }: { containers = lib.genAttrs guests (name: { autoStart = true; privateUsers = "pick"; }); }
        "#]],
    );
}

/// A fix that would make another finding costs itself, and none of the others.
#[test]
fn a_fix_that_makes_another_finding() {
    let mut module = String::from(
        "{ virtualisation.oci-containers.backend = \"podman\"; virtualisation.oci-containers.containers = {\n",
    );
    for number in 0..60 {
        module.push_str(&format!(
            "  c{number} = {{ image = \"docker.io/a/b@sha256:{0}\"; extraOptions = [ \"--pid=host\" ]; }};\n",
            "0".repeat(64)
        ));
    }
    // Once it is not told the host's users, what it was told before counts.
    module.push_str(&format!(
        "  c30b = {{ image = \"docker.io/a/b@sha256:{0}\"; extraOptions = [ \
         \"--userns=keep-id\" \"--userns=host\" ]; }};\n}}; }}\n",
        "0".repeat(64)
    ));
    let analysis = host(ALL, &Fixture::parse(&module)).analysis();
    let fixed = analysis.fix(&targets(), Applicability::Unsafe, &|_| true);
    assert_eq!(fixed.applied.len(), 60, "{:?}", fixed.applied);
    let [left] = &fixed.left[..] else {
        panic!("one fix is left out");
    };
    assert_eq!(left.rule, "host-namespace");
    let makes = matches!(&left.refusal, Refusal::Makes(rule, _) if *rule == "host-namespace");
    assert!(makes, "{:?}", left.refusal);
    assert!(!fixed.unfinished);
    let [file] = &fixed.files[..] else {
        panic!("one file is changed");
    };
    assert_eq!(file.after.matches("--pid=host").count(), 0);
    assert_eq!(file.after.matches("--userns=host").count(), 1);
}

/// What a worse finding of the same container said already is no reason to keep that.
#[test]
fn a_fix_that_uncovers_what_it_implied() {
    let module = format!(
        "{{ virtualisation.oci-containers.backend = \"podman\"; virtualisation.oci-containers.containers.a = {{ image = \
         \"docker.io/a/b@sha256:{}\"; privileged = true; extraOptions = [ \"--security-opt=seccomp=unconfined\" ]; }}; }}",
        "0".repeat(64)
    );
    let analysis = host(ALL, &Fixture::parse(&module)).analysis();
    let fixed = analysis.fix(&targets(), Applicability::Unsafe, &|_| true);
    let rules: Vec<&str> = fixed.applied.iter().map(|(rule, _)| *rule).collect();
    assert_eq!(rules, ["privileged-container", "seccomp-unconfined"]);
}

/// A finding that another place has by then on the same host is not gone, whatever other hosts have.
#[test]
fn a_fix_after_which_the_default_says_the_same() {
    let files = r#"
#- /flake.nix
{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.11";
  outputs = { nixpkgs, ... }: {
    nixosConfigurations.one = nixpkgs.lib.nixosSystem { modules = [ ./common.nix { settings.backend = "podman"; } ]; };
    nixosConfigurations.two = nixpkgs.lib.nixosSystem { modules = [ ./common.nix ]; };
  };
}
#- /common.nix
{ config, lib, ... }: {
  options.settings.backend = lib.mkOption { type = lib.types.str; default = "podman"; };
  config.virtualisation.podman.enable = true;
  config.users.users.ann = { isNormalUser = true; extraGroups = [ config.settings.backend ]; };
}
"#;
    let analysis = host(ALL, &Fixture::parse(files)).analysis();
    let fixed = analysis.fix(&targets(), Applicability::Unsafe, &|reported| {
        reported.diagnostic.rule == "root-equivalent-group"
    });
    assert!(fixed.files.is_empty(), "{:?}", fixed.applied);
    let left: Vec<_> = fixed.left.iter().map(|left| &left.refusal).collect();
    assert_eq!(left, [&Refusal::Stays]);
}

/// What a build reaches is said of the build, once, in whichever form its unit is.
#[test]
fn builds() {
    let fixture = r#"
#- /host.nix
{
  environment.etc."containers/systemd/web.build".text = ''
    [Build]
    ImageTag=localhost/web:1
    Volume=/:/host
    Volume=/run/podman/podman.sock:/s
    Network=host
  '';
  virtualisation.quadlet.builds.api.buildConfig = { volumes = [ "/etc:/etc" ]; networks = [ "host" ]; };
}
#- /flake.nix
{ outputs = { nixpkgs, ... }: { nixosConfigurations.oak = nixpkgs.lib.nixosSystem { modules = [ ./host.nix ]; }; }; }
"#;
    check(
        "sensitive-bind",
        fixture,
        expect![[r#"
        host.nix:5: `build of web` gets the host's root directory `/`, writable
          on oak
          build of web a2ea36364f093b49
        host.nix:9: `build of api` gets the host's configuration and password hashes in `/etc`, writable
          on oak
          build of api 84d8e6fab6f56091
    "#]],
    );
    check(
        "engine-socket-bind",
        fixture,
        expect![[r#"
        host.nix:6: `build of web` gets Podman's socket `/run/podman/podman.sock`, which is root on the host
          on oak
          build of web 37daeac105a1a93f
    "#]],
    );
    check(
        "shared-host-network",
        fixture,
        expect![[r#"
        host.nix:7: `build of web` shares the host's network
          on oak
          build of web 06dcb2ddd51ebc4c
          fix: Use a network of its own; unsafe: what listens without a published port or an address of its own is no longer reached (1 edits)
        host.nix:9: `build of api` shares the host's network
          on oak
          build of api 9b69e7abb1d65790
          fix: Use a network of its own; unsafe: what listens without a published port or an address of its own is no longer reached (1 edits)
        host.nix:
        {
          environment.etc."containers/systemd/web.build".text = ''
            [Build]
            ImageTag=localhost/web:1
            Volume=/:/host
            Volume=/run/podman/podman.sock:/s
          '';
          virtualisation.quadlet.builds.api.buildConfig = { volumes = [ "/etc:/etc" ]; networks = [ ]; };
        }
    "#]],
    );
}

/// What a module says of anybody when it is looked at by itself it says of somebody on a host that has it.
#[test]
fn a_module_for_anybody() {
    check(
        "root-equivalent-group",
        r#"
#- /flake.nix
{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.11";
  outputs = { nixpkgs, ... }: {
    nixosConfigurations.oak = nixpkgs.lib.nixosSystem { specialArgs.user = "ann"; modules = [ ./docker.nix ]; };
  };
}
#- /docker.nix
{ user, ... }: { virtualisation.docker.enable = true; users.users.${user}.extraGroups = [ "docker" ]; }
#- /more.nix
{ imports = [ ./docker.nix ]; }
"#,
        expect![[r#"
            docker.nix:1: user `ann` is in group `docker`, which is root through Docker
              on oak
              fix: Remove `ann` from group `docker` (1 edits)
        "#]],
    );
}
