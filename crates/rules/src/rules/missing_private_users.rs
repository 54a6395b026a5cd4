//! missing-private-users

use crate::about::paths::host_path;
use crate::about::power::{RootUser, is_in_guest, root_of};
use crate::about::words::{ground, name, replace_text};
use nixpod_analysis::{
    Applicability, Attack, Change, Control, Controls, Ctx, Proof, Severity, Sink, declare_rule,
};
use nixpod_model::{Container, Field, NetworkMode, Release, System, Userns};

declare_rule! {
    /// ## What it flags
    /// A systemd-nspawn container without a user namespace (`privateUsers = "no"`, which is the default), or with one
    /// that maps every id to itself (`"identity"` or `0`). `-U` and `--private-users=` among `extraFlags` count. Medium for a
    /// container inside of a guest that has users of its own: its root is that guest's root, and nobody on the host.
    /// ## Why
    /// Root in the guest is then root on the host: only capabilities, a system call filter and mounts are in between,
    /// and systemd's manual says that this can be circumvented easily. Read-only bind mounts and the read-only Nix
    /// store can be remounted writable. `"identity"` and `0` prevent that and no more: the guest's root still changes
    /// kernel settings, leaves programs that run as the host's root on writable bind mounts, and is the host's root to the
    /// Nix daemon, whose socket every NixOS container has and which then runs builds outside of any sandbox.
    /// ## Bad
    /// ```nix
    /// { containers.web.config = { }; }
    /// ```
    /// ```nix
    /// { containers.web = { privateUsers = "identity"; config = { }; }; }
    /// ```
    /// ## Good
    /// ```nix
    /// { containers.web = { privateUsers = "pick"; config = { }; }; }
    /// ```
    /// ```nix
    /// { containers.web = { extraFlags = [ "-U" ]; config = { }; }; }
    /// ```
    /// ## Fix safety
    /// Unsafe: files that the guest writes through bind mounts get other owners on the host, and in the host's network it
    /// no longer listens on ports below 1024. Before NixOS 25.05 the option does not exist, and the fix adds a flag. There is no fix where the store's file system cannot be mapped
    /// (overlay, 9p, virtiofs) or user namespaces are off.
    pub static RULE = {
        id: "missing-private-users",
        summary: "nspawn container whose root is the host's root",
        severity: High,
        group: Isolation,
        since: "0.1.0",
        fix: Sometimes,
        proof: Proof::Experiments(&[
            "nspawn-no-userns-is-host-root",
            "nspawn-identity-is-65536-own-ids",
            "nspawn-pick-range",
            "nspawn-plants-setuid-root",
            "nspawn-identity-confines-capabilities",
            "nspawn-u-flag-is-pick-with-auto",
            "nspawn-bare-private-users-takes-no-word",
            "nspawn-last-private-users-wins",
            "nspawn-managed-needs-258",
            "nspawn-idmap-fails-on-overlay",
            "nspawn-root-only-files-under-pick",
            "nspawn-read-only-bind-remounted",
            "nspawn-proc-sys-writable",
            "nspawn-shared-network-under-pick-has-no-low-ports",
            "nspawn-drop-sys-admin",
            "nspawn-open-by-handle",
            "nspawn-mknod",
            "nspawn-settings-file-counts",
            "nspawn-socket-peer-is-root",
            "nspawn-root-only-socket",
            "nspawn-shared-network-sysctl",
            "unit-modifier-m",
            "unit-raw-disk",
            "unit-filters-stay",
            "nix-daemon-trusts-guest-root",
            "nix-daemon-runs-root-code",
        ]),
        controls: Controls::Cover(&[Control::Cis("2.9"), Control::Nsa("1.0"), Control::Attack("T1611")]),
        stakes: [HostRoot x Step, Account x Step],
        attack: Attack::Typed {
            experiment: "nspawn-proc-sys-writable",
            command: "mount -o remount,rw,bind /proc/sys; echo '|PROGRAM' > /proc/sys/kernel/core_pattern",
            gives: "PROGRAM runs as root of the host at the next crash; the experiment opens the file for writing and leaves the setting alone",
        },
        check: Container(check),
    }
}

/// The first release with the option `privateUsers`.
const OPTION_SINCE: Release = Release { year: 25, month: 5 };

fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    let Some(nspawn) = &container.nspawn else {
        return;
    };
    let Some(userns) = container.userns.value() else {
        return;
    };
    let system = ctx.system(container);
    let who = name(container);
    let whose = ground(ctx, system);
    let is_nested = is_in_guest(ctx, &container.system);
    let (message, danger) = match userns {
        Userns::Host | Userns::Identity | Userns::Fixed { first: 0, .. } if is_nested => (
            match userns {
                Userns::Host => format!("{who} has no user namespace: its root is the root of {whose}"),
                _ => format!("{who} maps user ids to themselves: its root is the root of {whose}"),
            },
            "Whoever becomes root in it has user id 0 of the guest around it, and with that all that runs in there.",
        ),
        Userns::Host => (
            format!("{who} has no user namespace: its root is the host's root"),
            "Whoever becomes root in the guest has the host's user id 0, and nspawn's manual says that such a guest \
             can break out easily.",
        ),
        Userns::Identity | Userns::Fixed { first: 0, .. } => (
            format!("{who} maps user ids to themselves: its root is the host's root"),
            "This namespace confines capabilities only: root in the guest still changes kernel settings, owns what it \
             writes through bind mounts as the host's root, and is trusted by the host's Nix daemon, which runs programs \
             as the host's root for it.",
        ),
        _ => return,
    };
    let help = format!("{danger} {}", remedy(container, system));
    let builder = match (ctx.absent(system, &container.userns), container.userns.written()) {
        (Some(absent), _) => sink.report_absence(&absent, message),
        (None, Some(written)) => sink.report(written, message),
        (None, None) => return,
    };
    // A guest around it with users of its own keeps its root from being the host's.
    let builder = match root_of(ctx, container) {
        RootUser::Host => builder,
        RootUser::Confined | RootUser::Unknown => builder.severity(Severity::Medium),
    };
    let builder = builder.help(help);
    if let Some((title, change)) = fix(container, &nspawn.private_users, system) {
        builder.fix(title, Applicability::Unsafe, change);
    }
}

/// What gives it users of its own, as sentences.
fn remedy(container: &Container, system: &System) -> String {
    let kind = system.store_fs_type.as_ref().and_then(Field::value);
    if let Some(kind) = kind.filter(|kind| matches!(kind.as_str(), "overlay" | "9p" | "virtiofs")) {
        return format!(
            "Users of its own need a store whose owners can be mapped, and this one is on {kind}: with `privateUsers = \"pick\"` \
             the guest would not start. Put the store on a file system such as ext4 or btrfs first."
        );
    }
    let set = match has_option(system) {
        true => "Set `privateUsers = \"pick\"`.",
        false => {
            "Set `extraFlags = [ \"--private-users=pick\" ]`: the option `privateUsers` is there from NixOS 25.05 on."
        }
    };
    format!("{set}{}", what_else(container))
}

/// Has the release the option `privateUsers`, or may it have it?
fn has_option(system: &System) -> bool {
    { system.release.value() }.is_none_or(|release| *release >= OPTION_SINCE)
}

/// What has to change with the option, as sentences.
fn what_else(container: &Container) -> String {
    let mut out = String::new();
    let writable = |field: &Field<nixpod_model::Mount>| field.said().is_some_and(|mount| !mount.read_only);
    if container.mounts.iter().any(writable) {
        out.push_str(
            " Files of its writable bind mounts then belong to nobody: give the directory to a user of the host's that has \
             no power and bind it with the option `rootidmap`. The option `idmap` would let the guest's root leave \
             programs of the host's root there.",
        );
    }
    let is_asked_for_users = |field: &Field<nixpod_model::Mount>| {
        let path = field.said().filter(|mount| mount.is_bind);
        let path = path
            .and_then(|mount| host_path(&mount.source))
            .map(|path| path.rest());
        path.is_some_and(|path| {
            let service = path.strip_prefix("run/").and_then(|path| path.split('/').next());
            matches!(service, Some("postgresql" | "mysqld"))
        })
    };
    if container.mounts.iter().any(is_asked_for_users) {
        out.push_str(
            " A database that knows its users by their ids, over the socket that the guest has from the host, then sees others: \
             give them passwords, or reach it over the network.",
        );
    }
    if container.network.value() == Some(&NetworkMode::Host) {
        out.push_str(
            " In the host's network the guest then cannot listen on ports below 1024; with `privateNetwork = true` it can.",
        );
    }
    out
}

fn fix(container: &Container, option: &Field<Userns>, system: &System) -> Option<(String, Change)> {
    let unmappable_store = system.store_fs_type.as_ref().is_some_and(|kind| {
        !matches!(
            kind.value().map(String::as_str),
            Some("ext4" | "btrfs" | "xfs" | "zfs" | "bcachefs" | "f2fs")
        )
    });
    if unmappable_store || system.user_namespaces.value() == Some(&false) {
        return None;
    }
    // A name that is nearly right is put right first: both of them together do not evaluate.
    let options = container.unknown_options.iter().filter_map(|field| field.value());
    if { options }.any(|option| option.meant.as_deref() == Some("privateUsers")) {
        return None;
    }
    if option.said().is_some() {
        // Where a flag overrides the option, changing the option would change nothing.
        if option.origin != container.userns.origin {
            return None;
        }
        return replace_text(&option.origin, "pick").map(|change| {
            (
                "map users to a range of their own with `\"pick\"`".to_owned(),
                change,
            )
        });
    }
    if !option.is_default() || !container.userns.is_default() {
        return None;
    }
    if has_option(system) {
        return Some((
            "set `privateUsers = \"pick\"`".to_owned(),
            Change::SetIn(container.origin.clone(), "privateUsers".into(), "\"pick\"".into()),
        ));
    }
    let flag = "\"--private-users=pick\"";
    let change = match container.flags.first() {
        None => Change::SetIn(
            container.origin.clone(),
            "extraFlags".into(),
            format!("[ {flag} ]"),
        ),
        Some(first) => Change::AppendBeside(first.word.origin.clone(), flag.into()),
    };
    Some(("add the flag `--private-users=pick`".to_owned(), change))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_fix, check_none};

    #[test]
    fn absent() {
        check(
            &RULE,
            r#"
{
  containers.web = { config = { }; };
           # ^^^ high: `web` has no user namespace: its root is the host's root
}
"#,
        );
    }

    #[test]
    fn inside_of_a_guest() {
        check(
            &RULE,
            r#"
{
  containers.outer = {
    privateUsers = "pick";
    config = { containers.inner = { config = { }; }; };
                        # ^^^^^ medium: `inner` has no user namespace: its root is the root of guest `outer`
  };
  containers.open = {
           # ^^^^ high: `open` has no user namespace: its root is the host's root
    config = { containers.within = { config = { }; }; };
                        # ^^^^^^ high: `within` has no user namespace: its root is the root of guest `open`
  };
}
"#,
        );
    }

    #[test]
    fn identity_is_not_enough() {
        check(
            &RULE,
            r#"
{
  containers.web = { privateUsers = "identity"; config = { }; };
                                  # ^^^^^^^^^^ high: `web` maps user ids to themselves: its root is the host's root
}
"#,
        );
    }

    #[test]
    fn flags_count() {
        check_none(
            &RULE,
            r#"
{
  containers.short = { extraFlags = [ "-U" ]; config = { }; };
  containers.long = { extraFlags = [ "--private-users=pick" ]; config = { }; };
  containers.number = { privateUsers = 524288; config = { }; };
}
"#,
        );
    }

    #[test]
    fn unknown_is_no_finding() {
        check_none(
            &RULE,
            r#"
{ inputs, ... }: { containers.web = { privateUsers = inputs.secrets.users; config = { }; }; }
"#,
        );
    }

    #[test]
    fn sets_the_option() {
        check_fix(
            &RULE,
            r#"
{ containers.web = { config = { }; }; }
"#,
            r#"
{ containers.web = { privateUsers = "pick"; config = { }; }; }
"#,
        );
    }

    #[test]
    fn replaces_a_value() {
        check_fix(
            &RULE,
            r#"
{ containers.web = { privateUsers = "no"; config = { }; }; }
"#,
            r#"
{ containers.web = { privateUsers = "pick"; config = { }; }; }
"#,
        );
    }

    /// Such a file is no module, but what it builds is a whole system.
    #[test]
    fn a_system_built_without_a_flake() {
        check(
            &RULE,
            r#"
(import <nixpkgs/nixos> { configuration = { imports = [ ./web.nix ]; }; }).config.system.build.toplevel
#- /web.nix
{ containers.web.autoStart = true; }
           # ^^^ high: `web` has no user namespace: its root is the host's root
"#,
        );
    }

    /// Each attribute is a host; what they share is told once.
    #[test]
    fn systems_built_without_a_flake() {
        check(
            &RULE,
            r#"
let sources = import ./npins; nixos = import "${sources.nixpkgs}/nixos"; in
{
  oak = (nixos { configuration = ./oak.nix; }).config.system.build.toplevel;
  elm = nixos { configuration = { imports = [ ./web.nix ]; containers.own.autoStart = true; }; };
                                                                    # ^^^ high: `own` has no user namespace: its root is the host's root
}
#- /oak.nix
{ imports = [ ./web.nix ]; }
#- /web.nix
{ containers.web.autoStart = true; }
           # ^^^ high: `web` has no user namespace: its root is the host's root
#- /npins/default.nix
builtins.mapAttrs (_: pin: builtins.fetchTarball pin.url) (builtins.fromJSON (builtins.readFile ./sources.json)).pins
#- /npins/sources.json
{ "pins": { "nixpkgs": { "type": "Channel", "name": "nixos-unstable", "url": "https://example.org/" } }, "version": 5 }
"#,
        );
    }

    /// A file whose value is a list of modules.
    #[test]
    fn a_list_of_modules() {
        check(
            &RULE,
            r#"
[ ./web.nix { containers.inner.autoStart = true; } ]
                       # ^^^^^ high: `inner` has no user namespace: its root is the host's root
#- /web.nix
{ containers.web.autoStart = true; }
           # ^^^ high: `web` has no user namespace: its root is the host's root
"#,
        );
    }

    /// Settings in a file that no system here has.
    #[test]
    fn settings_of_a_machine_in_a_file() {
        check(
            &RULE,
            "
#- /lab/web.nspawn
[Exec]
PrivateUsers=no
           # ^^ high: `web` has no user namespace: its root is the host's root
[Network]
Private=yes
",
        );
    }
}
