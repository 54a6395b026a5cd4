//! conflicting-options

use crate::about::words::{inside, listed, name};
use nixpod_analysis::{Ctx, Proof, Sink, declare_rule};
use nixpod_model::{Container, Nspawn, Surface, System};

declare_rule! {
    /// ## What it flags
    /// Options of an nspawn container that exclude one another: `networkNamespace` with `privateNetwork`, `interfaces`,
    /// `macvlans` or `extraVeths`, and `config` with `flake`. And Podman that takes Docker's place (`dockerCompat`,
    /// `dockerSocket.enable`) beside `virtualisation.docker.enable`, which the module of Podman asserts.
    /// ## Why
    /// The module asserts that `networkNamespace` stands without `privateNetwork` and `interfaces`, and that a container with a
    /// `config` has no `flake`: a configuration with both is not evaluated. The other links are passed to nspawn, which does not start with them: it can be in a namespace that is there already or make one, and not both.
    /// ## Bad
    /// ```nix
    /// {
    ///   containers.vpn = {
    ///     networkNamespace = "/run/netns/vpn";
    ///     privateNetwork = true;
    ///     config = { };
    ///   };
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   containers.vpn = {
    ///     networkNamespace = "/run/netns/vpn";
    ///     config = { };
    ///   };
    /// }
    /// ```
    /// ## Fix safety
    /// No fix: which of the options is meant is not known.
    pub static RULE = {
        id: "conflicting-options",
        summary: "options of a container that exclude one another",
        severity: Medium,
        group: Correctness,
        since: "0.1.0",
        fix: None,
        proof: Proof::Experiments(&[
            "nspawn-namespace-path-excludes-veth",
        ]),
        stakes: [Service x Itself],
        check: Both(check, check_system),
    }
}

fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    let (Surface::Nspawn, Some(nspawn)) = (container.surface, &container.nspawn) else {
        return;
    };
    namespace(container, nspawn, sink);
    systems(ctx, container, nspawn, sink);
}

/// Podman in Docker's place, and Docker.
fn check_system(ctx: &Ctx<'_>, system: &System, sink: &mut Sink) {
    let engines = &system.engines;
    let options = [
        ("dockerCompat", &engines.docker_compat),
        ("dockerSocket.enable", &engines.docker_socket),
    ];
    let written = options
        .into_iter()
        .filter_map(|(name, field)| Some((name, field.written().filter(|on| *on.get() && !on.is_maybe())?)));
    let Some((name, podman)) = { written }.next() else {
        return;
    };
    if engines.docker.certain() != Some(&true) || engines.podman.certain() != Some(&true) {
        return;
    }
    sink.report(
        podman,
        format!(
            "`virtualisation.podman.{name}`{} excludes `virtualisation.docker.enable`: Nix refuses to evaluate it",
            inside(ctx, system)
        ),
    )
    .related(&engines.docker.origin, "Docker is enabled here")
    .help("Only one of them can have Docker's command and its socket. Leave Docker out, or this option.");
}

/// A namespace that is there already, and what makes another one.
fn namespace(container: &Container, nspawn: &Nspawn, sink: &mut Sink) {
    let links = || nspawn.links.iter().filter_map(|field| field.written());
    let Some(namespace) = links().find(|link| link.get().name == "networkNamespace") else {
        return;
    };
    let mut others: Vec<(String, &nixpod_source::Origin, bool)> = links()
        .filter(|link| matches!(link.get().name, "interfaces" | "macvlans" | "extraVeths"))
        .map(|link| {
            (
                format!("`{}`", link.get().name),
                &link.field().origin,
                link.is_maybe(),
            )
        })
        .collect();
    if let Some(private) = nspawn.private_network.written().filter(|private| *private.get()) {
        others.insert(
            0,
            (
                "`privateNetwork`".to_owned(),
                &private.field().origin,
                private.is_maybe(),
            ),
        );
    }
    others.dedup_by(|a, b| a.0 == b.0);
    // What holds only under a condition may hold just where the namespace is left out.
    others.retain(|(_, _, maybe)| !maybe);
    let Some((_, first, _)) = others.first() else {
        return;
    };
    let names: Vec<String> = others.iter().map(|(name, ..)| name.clone()).collect();
    let is_asserted =
        { names.iter() }.any(|name| matches!(name.as_str(), "`privateNetwork`" | "`interfaces`"));
    let what = match is_asserted {
        true => "Nix refuses to evaluate it",
        false => "it does not start",
    };
    sink.report(
        namespace,
        format!("`networkNamespace` of {} excludes {}: {what}", name(container), listed(&names, 3)),
    )
    .related(first, "the other one is set here")
    .help(
        "A container is either in a namespace that is there already, or has one made for it. Leave one of the two out; what the \
         namespace is connected to is said where it is made.",
    );
}

/// More than one system to run.
fn systems(ctx: &Ctx<'_>, container: &Container, nspawn: &Nspawn, sink: &mut Sink) {
    let Some(guest) = ctx.guest(container) else { return };
    let Some(opaque) = nspawn.opaque.as_ref().and_then(|opaque| opaque.written()) else {
        return;
    };
    // A `path` is often the system of another host; the guest of a `flake` of this very tree is what that flake says.
    let is_of_flake = guest.origin.place() == opaque.origin.place();
    if opaque.is_maybe() || is_of_flake || !opaque.get().starts_with("flake") {
        return;
    }
    sink.report(
        opaque,
        format!("`flake` of {} excludes its `config`: Nix refuses to evaluate it", name(container)),
    )
    .related(&guest.origin, "the configuration is here")
    .help("A container runs one system: the one of `config`, or one that is made elsewhere. Leave one of the two out.");
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn namespaces() {
        check(
            &RULE,
            r#"
{
  containers.a = { networkNamespace = "/run/netns/a"; privateNetwork = true; interfaces = [ "eth1" ]; config = { }; };
                                    # ^^^^^^^^^^^^^^ medium: `networkNamespace` of `a` excludes `privateNetwork` and `interfaces`: Nix refuses to evaluate it
  containers.b = { networkNamespace = /run/netns/b; macvlans = [ "eth1" ]; config = { }; };
                                    # ^^^^^^^^^^^^ medium: `networkNamespace` of `b` excludes `macvlans`: it does not start
  containers.c = { networkNamespace = "/run/netns/c"; extraVeths.lan.localAddress = "192.0.2.2"; extraVeths.wan = { }; config = { }; };
                                    # ^^^^^^^^^^^^^^ medium: `networkNamespace` of `c` excludes `extraVeths`: it does not start
}
"#,
        );
    }

    #[test]
    fn two_systems() {
        check(
            &RULE,
            r#"
{
  containers.web = { flake = "github:o/r"; config.services.nginx.enable = true; };
                           # ^^^^^^^^^^^^ medium: `flake` of `web` excludes its `config`: Nix refuses to evaluate it
}
"#,
        );
    }

    #[test]
    fn one_or_the_other() {
        check_none(
            &RULE,
            r#"
{ config, lib, ... }: {
  containers.a = { networkNamespace = "/run/netns/a"; config = { }; };
  containers.b = { networkNamespace = null; privateNetwork = true; macvlans = [ "eth1" ]; config = { }; };
  containers.c = { networkNamespace = "/run/netns/c"; privateNetwork = false; interfaces = [ ]; config = { }; };
  containers.d = { networkNamespace = lib.mkIf config.my.vpn "/run/netns/d"; privateNetwork = lib.mkIf (!config.my.vpn) true; config = { }; };
  containers.e = { networkNamespace = config.my.namespace; privateNetwork = true; config = { }; };
  containers.f = { flake = "github:o/r"; };
  containers.g = { path = "/nix/var/nix/profiles/g"; };
  containers.h = { path = "/nix/var/nix/profiles/h"; config = { }; };
}
"#,
        );
    }

    #[test]
    fn two_engines_for_one_socket() {
        check(
            &RULE,
            r#"
{
  virtualisation.docker.enable = true;
  virtualisation.podman = { enable = true; dockerSocket.enable = true; };
                                                               # ^^^^ medium: `virtualisation.podman.dockerSocket.enable` excludes `virtualisation.docker.enable`: Nix refuses to evaluate it
}
"#,
        );
        check_none(
            &RULE,
            r#"
{ config, ... }: {
  virtualisation.docker.enable = config.my.docker;
  virtualisation.podman = { enable = true; dockerCompat = !config.my.docker; dockerSocket.enable = false; };
}
"#,
        );
    }
}
