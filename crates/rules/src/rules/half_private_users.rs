//! half-private-users

mod binds;

use crate::about::words::{listed, name};
use binds::{closed_binds, mapped_binds};
use nixpod_analysis::{
    Applicability, Attack, Change, Confidence, Control, Controls, Ctx, Proof, Severity, Sink, declare_rule,
};
use nixpod_model::{Container, Field, NetworkMode, Nspawn, Release, Surface, Userns};

declare_rule! {
    /// ## What it flags
    /// An nspawn container with a user namespace that only half fits: a first id below 65536, which is that of a real user of
    /// the host (high); a number that gives nobody the guest's files; ids that two containers share; writable bind mounts
    /// without a mapping, in which the guest's root may write nothing, and secrets below `/run`, which it may not read; ports
    /// below 1024 in the host's network; `-U` among the flags without the option, so that the Nix store belongs to nobody (low,
    /// info where the release is not known); and writable bind mounts with `idmap`, through which the guest's root is the host's
    /// root after all (low, since somebody on the host has to start what it leaves there).
    /// ## Why
    /// Users that are mapped own nothing outside of their range. A plain bind mount shows its files as those of `nobody`. The
    /// option `idmap` maps ids one to one, so root of the guest writes as the host's root there, and a program that it makes
    /// set-user-id is one of the host's root. `rootidmap` maps the guest's root to the owner of the directory, which is narrower
    /// if that owner is not root. Only `"pick"` also sees to who owns the container's own files, and with the host's network
    /// nspawn takes the right to listen on low ports away.
    /// ## Bad
    /// ```nix
    /// {
    ///   containers.db = {
    ///     privateUsers = "pick";
    ///     bindMounts."/data" = { hostPath = "/srv/db"; isReadOnly = false; };
    ///     config = { };
    ///   };
    /// }
    /// ```
    /// ```nix
    /// { containers.web = { privateUsers = 1000; config = { }; }; }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   containers.db = {
    ///     privateUsers = "pick";
    ///     privateNetwork = true;
    ///     bindMounts."/data:rootidmap" = { hostPath = "/srv/db"; isReadOnly = false; };
    ///     config = { };
    ///   };
    /// }
    /// ```
    /// ## Fix safety
    /// Unsafe: with other ids, files that the container has written so far belong to nobody until nspawn has changed their
    /// owners. Bind mounts have no fix, since who should own the directory is not known.
    pub static RULE = {
        id: "half-private-users",
        summary: "user namespace that files, binds or ports of the guest do not fit",
        severity: Medium,
        group: Isolation,
        since: "0.1.0",
        fix: Sometimes,
        proof: Proof::Experiments(&[
            "nspawn-fixed-range-does-not-own-its-root",
            "nspawn-ownership-auto-maps-not-chowns",
            "nspawn-bind-under-pick-is-nobody",
            "nspawn-root-only-files-under-pick",
            "nspawn-idmap-plants-setuid-root",
            "nspawn-rootidmap-is-the-owner",
            "nspawn-store-idmap",
            "nspawn-owneridmap",
            "nspawn-u-flag-is-pick-with-auto",
            "nspawn-short-range",
            "nspawn-shared-network-under-pick-has-no-low-ports",
        ]),
        controls: Controls::Cover(&[Control::Cis("2.9"), Control::Attack("T1611")]),
        stakes: [Account x Command, Account x Step, Service x Itself, Account x Weakness, Comfort x Itself, Nothing x Itself],
        attack: Attack::Nothing("whose files and processes the guest's root has depends on the number that is written"),
        check: Container(check),
    }
}

/// The first release with the option `privateUsers`.
const OPTION_SINCE: Release = Release::new(25, 5);
/// Ids of real users and services lie below this one.
const FIRST_FREE: u32 = 65_536;

fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    let Some(nspawn) = &container.nspawn else {
        return;
    };
    let Some(userns) = container.userns.value() else {
        return;
    };
    match userns {
        Userns::Fixed { first: 0, .. } => return,
        Userns::Fixed { first, .. } if *first < FIRST_FREE => {
            return real_user(ctx, container, *first, sink);
        }
        Userns::Fixed { first, count } => {
            if !shared(ctx, container, (*first, *count), sink) {
                unowned(container, nspawn, sink);
            }
        }
        Userns::Pick => closed_binds(container, sink),
        Userns::Other(mode) if matches!(mode.as_str(), "yes" | "managed") => closed_binds(container, sink),
        _ => return,
    }
    mapped_binds(container, sink);
    store(ctx, container, nspawn, sink);
    low_ports(ctx, container, sink);
}

/// Its root is somebody.
fn real_user(ctx: &Ctx<'_>, container: &Container, first: u32, sink: &mut Sink) {
    let Some(userns) = container.userns.written() else {
        return;
    };
    let system = ctx.system(container);
    let of_id = |user: &&nixpod_model::User| user.uid.value().copied().flatten() == Some(i64::from(first));
    let whose = match system.users.iter().find(of_id) {
        Some(user) => format!("`{}`", user.name),
        None => format!("whoever has id {first}"),
    };
    let builder = sink
        .report(
            userns,
            format!("the root of {} is user {first} of the host: {whose}", name(container)),
        )
        .severity(Severity::High)
        .help(
            "The ids from this number on are those of real users and services, whose processes and files the guest's root then \
             has. Set `privateUsers = \"pick\"`, or a number from 524288 on together with `extraFlags = [ \
             \"--private-users-ownership=auto\" ]`.",
        );
    if let Some(change) = pick(container) {
        builder.fix("Let nspawn pick a free range", Applicability::Unsafe, change);
    }
}

/// The option in the place of its value, unless a flag decides.
fn pick(container: &Container) -> Option<Change> {
    let option = &container.nspawn.as_ref()?.private_users;
    let decides = option.said().is_some() && option.origin == container.userns.origin;
    let is_whole = option.origin.place().is_some_and(|place| place.within.is_none());
    (decides && is_whole).then(|| Change::Replace(option.origin.clone(), "\"pick\"".into()))
}

/// Another container has its ids.
fn shared(ctx: &Ctx<'_>, container: &Container, (first, count): (u32, u32), sink: &mut Sink) -> bool {
    let Some(userns) = container.userns.written() else {
        return false;
    };
    let before = ctx.containers_of(ctx.system(container)).iter();
    let before = before.take_while(|other| other.id != container.id);
    let twin = before
        .filter(|other| other.nspawn.is_some())
        .find(|other| match other.userns.said() {
            Some(Userns::Fixed {
                first: start,
                count: ids,
            }) => {
                let end = |start: u32, ids: u32| u64::from(start) + u64::from(ids);
                u64::from(first) < end(*start, *ids) && u64::from(*start) < end(first, count)
            }
            _ => false,
        });
    let Some(twin) = twin else { return false };
    let builder = sink
        .report(userns, format!("{} has the user ids of {}", name(container), name(twin)))
        .depends_on(&twin.userns)
        .related(&twin.userns.origin, "they are chosen here, too")
        .help(
            "What one of them writes belongs to the other as well, and each may signal the other's processes where it sees \
             them. Set `privateUsers = \"pick\"`, or numbers that are 65536 apart.",
        );
    if let Some(change) = pick(container) {
        builder.fix("Let nspawn pick a free range", Applicability::Unsafe, change);
    }
    true
}

/// A number alone says nothing of who owns the files.
fn unowned(container: &Container, nspawn: &Nspawn, sink: &mut Sink) {
    let Some(userns) = container.userns.written() else {
        return;
    };
    if container.surface != Surface::Nspawn || nspawn.ownership.value() != Some(&false) {
        return;
    }
    let builder = sink
        .report(
            userns,
            format!("the root of {} does not own its files: the number alone gives it none", name(container)),
        )
        .depends_on(&nspawn.ownership)
        .at_most(Confidence::Medium, "they may have been given to these ids by hand")
        .help(
            "The directory of the container belongs to the host's root, and so to nobody inside. Set `privateUsers = \"pick\"`, \
             which also sees to that, or add `extraFlags = [ \"--private-users-ownership=auto\" ]`.",
        );
    if let Some(change) = pick(container) {
        builder.fix(
            "Let nspawn pick a range and map the files",
            Applicability::Unsafe,
            change,
        );
    }
}

/// Users that a flag chooses, where NixOS maps the store by the option.
fn store(ctx: &Ctx<'_>, container: &Container, nspawn: &Nspawn, sink: &mut Sink) {
    if container.surface != Surface::Nspawn || nspawn.private_users.certain() != Some(&Userns::Host) {
        return;
    }
    let Some(flag) = container.userns.written() else {
        return;
    };
    let release = ctx.system(container).release.certain();
    let severity = match release {
        Some(release) if *release < OPTION_SINCE => return,
        Some(_) => Severity::Low,
        None => Severity::Info,
    };
    sink.report(
        flag,
        format!("the Nix store is nobody's in {}: a flag chooses its users, and not `privateUsers`", name(container)),
    )
    .severity(severity)
    .help(
        "NixOS maps the owners of the store and of the container's profiles by the option, since 25.05. Set `privateUsers = \
         \"pick\"` and leave the flag out.",
    );
}

/// Ports that its services are to have, and that nspawn does not let them have.
fn low_ports(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    let Some(guest) = ctx.guest(container) else { return };
    let lowest = &ctx.system(container).lowest_free_port;
    let (Some(NetworkMode::Host), Some(lowest)) = (container.network.certain(), lowest.certain()) else {
        return;
    };
    let is_low = |field: &&Field<nixpod_model::OpenPorts>| {
        field.said().is_some_and(|ports| i64::from(ports.first) < *lowest)
    };
    let low: Vec<_> = guest
        .firewall
        .open()
        .filter(is_low)
        .filter_map(|field| field.written())
        .collect();
    let Some(first) = low.first() else { return };
    let mut ports: Vec<String> = low.iter().map(|field| field.get().first.to_string()).collect();
    ports.dedup();
    let noun = if ports.len() == 1 { "port" } else { "ports" };
    sink.report(*first, format!("{} cannot listen on {noun} {}", name(container), listed(&ports, 3)))
        .depends_on(&container.userns)
        .related(&container.userns.origin, "its users are mapped here")
        .help(format!(
            "In the host's network a guest with users of its own has no ports below {lowest}: nspawn takes the capability. Set \
             `privateNetwork = true` with addresses, or let the service listen on a higher port."
        ));
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_fix, check_none};

    #[test]
    fn its_root_is_somebody() {
        check(
            &RULE,
            r#"
{
  users.users.ann = { isNormalUser = true; uid = 1000; };
  containers.web = { privateUsers = 1000; config = { }; };
                                  # ^^^^ high: the root of `web` is user 1000 of the host: `ann`
  containers.db = { extraFlags = [ "--private-users=2000:1000" ]; config = { }; };
                                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^ high: the root of `db` is user 2000 of the host: whoever has id 2000
}
"#,
        );
    }

    #[test]
    fn nobody_owns_the_files() {
        check(
            &RULE,
            r#"
{
  containers.web = { privateUsers = 655360; config = { }; };
                                  # ^^^^^^ medium: the root of `web` does not own its files: the number alone gives it none
  containers.own = { privateUsers = 720896; extraFlags = [ "--private-users-ownership=auto" ]; config = { }; };
  containers.map = { privateUsers = 786432; extraFlags = [ "--private-users-chown" ]; config = { }; };
}
"#,
        );
    }

    #[test]
    fn two_with_the_same_ids() {
        check(
            &RULE,
            r#"
let make = { privateUsers = 655360; extraFlags = [ "--private-users-ownership=map" ]; config = { }; }; in
{
  containers.a = make;
  containers.b = make // { privateUsers = 700000; };
                                        # ^^^^^^ medium: `b` has the user ids of `a`
}
"#,
        );
    }

    #[test]
    fn flags_without_the_option() {
        check(
            &RULE,
            r#"
{
  containers.web = { extraFlags = [ "-U" ]; config = { }; };
                                  # ^^^^ info: the Nix store is nobody's in `web`: a flag chooses its users, and not `privateUsers`
}
"#,
        );
    }

    #[test]
    fn low_ports_of_the_host() {
        check(
            &RULE,
            r#"
{
  containers.web = {
    privateUsers = "pick";
    config = { networking.firewall.allowedTCPPorts = [ 80 443 8080 ]; };
                                                     # ^^ medium: `web` cannot listen on ports 80 and 443
  };
}
"#,
        );
    }

    #[test]
    fn what_fits() {
        check_none(
            &RULE,
            r#"
{ config, ... }: {
  containers.web = {
    privateUsers = "pick";
    privateNetwork = true;
    bindMounts = {
      "/a:rootidmap" = { hostPath = "/srv/a"; isReadOnly = false; };
      "/b:owneridmap" = { hostPath = "/srv/b"; isReadOnly = false; };
      "/c" = { hostPath = "/srv/c"; };
      "/d" = { hostPath = config.my.path; isReadOnly = false; };
      "/e" = { hostPath = "/srv/e"; isReadOnly = config.my.choice; };
      "/run/postgresql" = { hostPath = "/run/postgresql"; isReadOnly = false; };
      "/dev/dri" = { hostPath = "/dev/dri"; isReadOnly = false; };
    };
    config.networking.firewall.allowedTCPPorts = [ 80 ];
  };
  containers.plain = { bindMounts."/data" = { hostPath = "/srv/db"; isReadOnly = false; }; config = { }; };
  containers.unknown = { privateUsers = config.my.users; config = { }; };
  containers.high = { privateUsers = "pick"; config.networking.firewall.allowedTCPPorts = [ 8080 ]; };
}
"#,
        );
    }

    #[test]
    fn low_ports_that_are_free() {
        check_none(
            &RULE,
            r#"
{
  boot.kernel.sysctl."net.ipv4.ip_unprivileged_port_start" = 80;
  containers.web = { privateUsers = "pick"; config.networking.firewall.allowedTCPPorts = [ 80 ]; };
}
"#,
        );
    }

    #[test]
    fn picks_a_range() {
        check_fix(
            &RULE,
            r#"
{ containers.web = { privateUsers = 1000; config = { }; }; }
"#,
            r#"
{ containers.web = { privateUsers = "pick"; config = { }; }; }
"#,
        );
    }
}
