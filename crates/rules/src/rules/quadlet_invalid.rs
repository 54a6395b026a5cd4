//! quadlet-invalid

use crate::about::words::name;
use nixpod_analysis::{Applicability, Change, Confidence, Ctx, Severity, Sink, declare_rule};
use nixpod_model::{Consequence, Container, Field, Surface, System, SystemKind, UnitProblem};

declare_rule! {
    /// ## What it flags
    /// A quadlet that Podman does not take as it is written: a line that is no key, a key that its section does not have or
    /// that the Podman of the release does not have yet, a value that the key does not take, `User=` of the service, keys
    /// that exclude each other, the name of a unit that is not there, `~` in a path.
    /// ## Why
    /// Podman's generator runs when the system starts, and nobody sees what it says. It makes no service at all of a unit
    /// with a key that it does not know, or with one wrong line. What it does not know as the value of a switch is off:
    /// `NoNewPrivileges=y` and `ReadOnly=enabled` protect nothing, although systemd would take some of these words. Quoted
    /// words that do not end, and escapes that there are not, take whole lines away. Which numbers, sizes, addresses, ports,
    /// times and maps of ids are refused when the container is made is what `podman create` of Podman 5.4 answers.
    ///
    /// There is no shell, so nobody expands `~` and `$HOME` in the source of a volume: Podman takes it for the name of a
    /// volume, which is not valid. `%h` is the home. Podman has to know who runs the service, so `User=`, `Group=` and
    /// `DynamicUser=` of `[Service]` are not supported: a unit in the folder of that user is the way.
    /// ## Bad
    /// ```nix
    /// {
    ///   environment.etc."containers/systemd/web.container".text = ''
    ///     [Container]
    ///     Image=docker.io/library/nginx:1.27
    ///     NoNewPrivilege=true
    ///   '';
    /// }
    /// ```
    /// ```nix
    /// {
    ///   home.username = "ann";
    ///   xdg.configFile."containers/systemd/web.container".text = ''
    ///     [Container]
    ///     Image=docker.io/library/nginx:1.27
    ///     Volume=~/site:/site
    ///   '';
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   environment.etc."containers/systemd/web.container".text = ''
    ///     [Container]
    ///     Image=docker.io/library/nginx:1.27
    ///     NoNewPrivileges=true
    ///   '';
    /// }
    /// ```
    /// ## Fix safety
    /// Safe for the name of a key or a section where just one is so similar: without it there is no service, or the section
    /// is not read. Unsafe for a path: the container sees a folder that it did not see before.
    pub static RULE = {
        id: "quadlet-invalid",
        summary: "quadlet that Podman does not take as it is written",
        severity: Medium,
        group: Correctness,
        since: "0.1.0",
        fix: Sometimes,
        stakes: [Service x Itself, Comfort x Itself],
        check: Both(of_container, of_system),
    }
}

fn of_container(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    let who = name(container);
    let system = ctx.system(container);
    // Which units are there besides those of its module was looked up for it.
    let knows_all = match container.surface {
        Surface::QuadletNix => system.kind != SystemKind::Elsewhere && system.seen.is_whole(),
        _ => knows_all_units(ctx, system),
    };
    for problem in &container.unit_problems {
        report(knows_all, &who, problem, sink);
    }
}

fn of_system(ctx: &Ctx<'_>, system: &System, sink: &mut Sink) {
    let knows_all = knows_all_units(ctx, system);
    for problem in &system.unit_problems {
        report(knows_all, "this unit", problem, sink);
    }
}

fn report(knows_all_units: bool, who: &str, field: &Field<UnitProblem>, sink: &mut Sink) {
    let Some(field) = field.written() else { return };
    let problem = field.get();
    // What a text discards is a matter of raw-config-discards-hardening.
    let is_another_rules = matches!(problem, UnitProblem::Discarded(_));
    if is_another_rules || matches!(problem, UnitProblem::NoSuchUnit(_)) && !knows_all_units {
        return;
    }
    let (severity, consequence) = match problem.consequence() {
        Consequence::NoService => (Severity::Medium, format!("Podman makes no service of {who}")),
        Consequence::FailsToStart => (Severity::Medium, format!("{who} does not start")),
        Consequence::Ignored => (Severity::Medium, format!("{who} is not what it says")),
        Consequence::Unsupported => (Severity::Low, format!("{who} may not be what it says")),
    };
    let mut builder = sink
        .report(field, format!("{consequence}: {problem}"))
        .severity(severity)
        .help(help(problem));
    match problem {
        UnitProblem::UnknownKey { meant: None, .. } => {
            builder = builder.at_most(Confidence::Medium, "a later release of Podman may have it");
        }
        UnitProblem::NoSuchUnit(_) => {
            builder = builder.at_most(Confidence::Medium, "something else may write that unit");
        }
        _ => {}
    }
    match problem {
        UnitProblem::UnknownKey {
            meant: Some(meant), ..
        }
        | UnitProblem::UnknownSection {
            meant: Some(meant), ..
        } => {
            let change = Change::Replace(field.origin.clone(), meant.clone());
            builder.fix(format!("write `{meant}`"), Applicability::Safe, change);
        }
        UnitProblem::NotExpanded(path) => {
            let below = path.strip_prefix("$HOME").or_else(|| path.strip_prefix('~'));
            if let Some(below) = below.filter(|below| below.is_empty() || below.starts_with('/')) {
                let change = Change::Replace(field.origin.clone(), format!("%h{below}"));
                builder.fix("write `%h`", Applicability::Unsafe, change);
            }
        }
        _ => {}
    }
}

/// Can a unit that is named not be somewhere else?
fn knows_all_units(ctx: &Ctx<'_>, system: &System) -> bool {
    let is_of_module = |container: &&Container| container.surface == Surface::QuadletNix;
    system.kind != SystemKind::Elsewhere
        && system.seen.is_whole()
        && !ctx.containers_of(system).iter().any(is_of_module)
}

fn help(problem: &UnitProblem) -> &'static str {
    match problem {
        UnitProblem::MalformedLine(_) | UnitProblem::KeyOutsideSection(_) => {
            "One such line makes Podman refuse the whole file."
        }
        UnitProblem::LostLine(_) => {
            "A backslash at the end joins the next line, and comments do not end that."
        }
        UnitProblem::UnknownSection { .. } | UnitProblem::Discarded(_) => {
            "Nothing that stands in it takes effect."
        }
        UnitProblem::UnknownKey { .. } | UnitProblem::NewerKey { .. } => {
            "Podman's generator refuses units with keys that it does not know."
        }
        UnitProblem::Value { consequence, .. } => match consequence {
            Consequence::Ignored => "Podman takes every word that it does not know as if nothing were said.",
            _ => "Podman checks the value, at the latest when the container is started.",
        },
        UnitProblem::Quoting { dropped: true, .. } => "Podman leaves the whole value out without a word.",
        UnitProblem::Quoting { .. } => "What is read may be less or more than what is meant.",
        UnitProblem::ServiceKey(_) => {
            "Podman decides who runs the service. A unit in the folder of a user runs as that user."
        }
        UnitProblem::MissingKey(_) => "A unit of this kind says nothing without it.",
        UnitProblem::Conflict(_) => "Podman's generator refuses such units.",
        UnitProblem::NoSuchUnit(_) => "Podman's generator refuses units that name others that are not there.",
        UnitProblem::NotExpanded(_) => {
            "Only a shell knows `~` and `$HOME`. Podman takes it for the name of a volume; `%h` is the home."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_fix, check_none};

    #[test]
    fn in_a_text() {
        check(
            &RULE,
            r#"
{
  environment.etc."containers/systemd/web.container".text = ''
    [Container]
    Image=docker.io/library/nginx:1.27
    Volumes=/srv:/srv
  # ^^^^^^^ medium: Podman makes no service of `web`: `[Container]` has no key `Volumes`; `Volume` is probably meant
    NoNewPrivileges=y
                  # ^ medium: `web` is not what it says: `NoNewPrivileges` takes `true` or `false`, not `y`
    Pull=sometimes
       # ^^^^^^^^^ medium: `web` does not start: `Pull` takes `always`, `missing`, `newer` or `never`, not `sometimes`
    [Service]
    User=ann
  # ^^^^ low: `web` may not be what it says: `User` of the service is not supported
  '';
}
"#,
        );
    }

    /// Podman 5.4 refuses each of these; whoever looks at health needs a command for it.
    #[test]
    fn values_out_of_range() {
        check(
            &RULE,
            r#"
{
  environment.etc."containers/systemd/web.container".text = ''
    [Container]
    Image=docker.io/library/nginx:1.27
    PidsLimit=abc
            # ^^^ medium: `web` does not start: `PidsLimit` takes a number, not `abc`
    StopTimeout=-5
              # ^^ medium: `web` does not start: `StopTimeout` takes a number, not `-5`
    Memory=12q
         # ^^^ medium: `web` does not start: `Memory` takes a number with or without a unit, such as `512m`, not `12q`
    UIDMap=0:100000:65536 abc
         # ^^^^^^^^^^^^^^^^^^ medium: `web` does not start: `UIDMap` takes ids such as `0:100000:65536`, not `0:100000:65536 abc`
    PublishPort=8080:abc
              # ^^^^^^^^ medium: `web` does not start: `PublishPort` takes a port, such as `8080:80` or `127.0.0.1:8080:80`, not `8080:abc`
    IP=999.1.1.1
     # ^^^^^^^^^ medium: `web` does not start: `IP` takes an address, not `999.1.1.1`
    HealthCmd=true
    HealthInterval=5 minutes
                 # ^^^^^^^^^ medium: `web` does not start: `HealthInterval` takes a time such as `1m30s`, not `5 minutes`
  '';
  environment.etc."containers/systemd/data.volume".text = ''
    [Volume]
    Options=ro
          # ^^ medium: Podman makes no service of this unit: `Options` needs a `Device`
  '';
}
"#,
        );
        check_none(
            &RULE,
            r#"
{
  environment.etc."containers/systemd/web@.container".text = ''
    [Container]
    Image=docker.io/library/nginx:1.27
    PidsLimit=-1
    StopTimeout=0x10
    Memory=1.5GiB
    UIDMap=0:10000:10 10:20000:10
    PublishPort=[::1]:8080-8081:80-81/udp
    PublishPort=%i:80
    IP6=fd00::1
    HealthInterval=never
  '';
}
"#,
        );
    }

    #[test]
    fn in_options_that_become_keys() {
        check(
            &RULE,
            r#"
{
  home-manager.users.ann.services.podman.containers.web = {
    image = "docker.io/library/nginx:1.27";
    extraConfig.Container = {
      ReadOnlly = true;
    # ^^^^^^^^^ medium: Podman makes no service of `web`: `[Container]` has no key `ReadOnlly`; `ReadOnly` is probably meant
      AutoUpdate = "weekly";
                 # ^^^^^^^^ medium: `web` is not what it says: `AutoUpdate` takes `registry` or `local`, not `weekly`
    };
    volumes = [ "~/site:/site" ];
               # ^^^^^^ medium: `web` does not start: nobody expands `~/site` here
  };
}
"#,
        );
    }

    #[test]
    fn units_that_are_no_containers() {
        check(
            &RULE,
            r#"
{
  environment.etc."containers/systemd/ink.volume".text = ''
    [Volume]
    VolumeNam=ink
  # ^^^^^^^^^ medium: Podman makes no service of this unit: `[Volume]` has no key `VolumeNam`; `VolumeName` is probably meant
  '';
}
"#,
        );
    }

    #[test]
    fn keys_that_the_release_does_not_have() {
        check(
            &RULE,
            r#"
#- /flake.nix
{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-24.11";
  outputs = { nixpkgs, ... }: {
    nixosConfigurations.box = nixpkgs.lib.nixosSystem { system = "x86_64-linux"; modules = [ ./box.nix ]; };
  };
}
#- /box.nix
{
  environment.etc."containers/systemd/web.container".text = ''
    [Container]
    Image=docker.io/library/nginx:1.27
    AppArmor=web
  # ^^^^^^^^ medium: Podman makes no service of `web`: `[Container]` has the key `AppArmor` since Podman 5.8, and the system has 5.4 at most
    Network=lane.network
          # ^^^^^^^^^^^^ medium: Podman makes no service of `web`: there is no unit `lane.network`
  '';
}
"#,
        );
    }

    #[test]
    fn what_is_meant() {
        check_fix(
            &RULE,
            r#"
{
  environment.etc."containers/systemd/web.container".text = ''
    [Container]
    Image=docker.io/a/b:1
    Volumes=/srv:/srv
  '';
}
"#,
            r#"
{
  environment.etc."containers/systemd/web.container".text = ''
    [Container]
    Image=docker.io/a/b:1
    Volume=/srv:/srv
  '';
}
"#,
        );
    }

    #[test]
    fn what_is_not_known_is_no_mistake() {
        check_none(
            &RULE,
            r#"
{ config, inputs, ... }:
{
  environment.etc."containers/systemd/web.container".text = ''
    # AddCapability=all
    [Unit]
    Description=Web
    [Container]
    Image=${inputs.x.image}
    Pull=${inputs.x.pull}
    ${inputs.x.lines}
    Network=lane.network
    [Service]
    Restart=always
    [X-Notes]
    Anything=1
  '';
}
"#,
        );
    }

    /// Texts that take the place of options are looked at like others, for whatever object they are.
    #[test]
    fn texts_of_quadlet_nix() {
        check(
            &RULE,
            r#"
{
  virtualisation.quadlet = {
    pods.desk.rawConfig = "[Pod]\nPublishPorts=80:80\n";
                        #         ^^^^^^^^^^^^ medium: Podman makes no service of this unit: `[Pod]` has no key `PublishPorts`; `PublishPort` is probably meant
    builds.web.rawConfig = "[Build]\nFile=/srv\n";
                         # ^^^^^^^^^^^^^^^^^^^^^^ medium: Podman makes no service of this unit: it has no `ImageTag`
    networks.lane.networkConfig.SubNet = "10.0.0.0/24";
                              # ^^^^^^ medium: Podman makes no service of this unit: `[Network]` has no key `SubNet`; `Subnet` is probably meant
    networks.off = { enable = false; rawConfig = "[Network]\nSubNet=x\n"; };
    volumes.data.volumeConfig.device = "/srv";
  };
}
"#,
        );
    }

    #[test]
    fn units_that_quadlet_nix_does_not_make() {
        check(
            &RULE,
            r#"
#- /flake.nix
{ outputs = { nixpkgs, ... }: { nixosConfigurations.oak = nixpkgs.lib.nixosSystem { modules = [ ./oak.nix ]; }; }; }
#- /oak.nix
{ config, ... }:
{
  virtualisation.quadlet = {
    networks.lane.networkConfig = { };
    volumes.data.volumeConfig = { };
    containers.web.containerConfig = {
      image = "docker.io/library/nginx:1.27";
      networks = [ config.virtualisation.quadlet.networks.lane.ref "typed.network" "lan.network:ip=10.0.0.2" "host" ];
                                                                                 # ^^^^^^^^^^^^^^^^^^^^^^^^^ medium: Podman makes no service of `web`: there is no unit `lan.network`
      volumes = [ "data.volume:/data" "datum.volume:/datum" "/srv/x.volume:/y" "named:/z" ];
                                    # ^^^^^^^^^^^^^^^^^^^^^ medium: Podman makes no service of `web`: there is no unit `datum.volume`
      pod = "desk.pod";
          # ^^^^^^^^^^ medium: Podman makes no service of `web`: there is no unit `desk.pod`
    };
    containers.app.containerConfig.image = "app.build";
                                         # ^^^^^^^^^^^ medium: Podman makes no service of `app`: there is no unit `app.build`
  };
  environment.etc."containers/systemd/typed.network".text = "[Network]\n";
}
"#,
        );
    }

    /// Where names are not known, any unit may be there.
    #[test]
    fn units_of_names_that_are_not_known() {
        check_none(
            &RULE,
            r#"
#- /flake.nix
{ outputs = { nixpkgs, ... }: { nixosConfigurations.oak = nixpkgs.lib.nixosSystem { modules = [ ./oak.nix ]; }; }; }
#- /oak.nix
{ config, lib, ... }:
{
  virtualisation.quadlet = {
    networks = lib.genAttrs config.site.networks (_: { });
    containers.web.containerConfig = { image = "docker.io/library/nginx:1.27"; networks = [ "lane.network" ]; };
  };
}
"#,
        );
    }
}
