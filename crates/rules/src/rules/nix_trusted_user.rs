//! nix-trusted-user

use crate::about::people::{can_become_root, has_known_groups};
use crate::about::words::listed;
use nixpod_analysis::{
    Applicability, Attack, Change, Confidence, Control, Controls, Ctx, Proof, Severity, Sink, declare_rule,
};
use nixpod_model::{Field, System, SystemKind};

declare_rule! {
    /// ## What it flags
    /// Users and groups besides `root` that the Nix daemon trusts: `nix.settings.trusted-users` and `extra-trusted-users`,
    /// `nix.trustedUsers`, and these lines in `nix.extraOptions`. Everybody (`*`, `@users`) and users who cannot become root
    /// otherwise are high. Who may use `sudo`, or of whom that is not known, is low; `@wheel` is info, and so is the user `nixos`
    /// of live images. More than three of whom the same is to be said are one finding.
    /// ## Why
    /// A trusted user tells the daemon to build without sandbox and without build users, and the daemon runs the build as
    /// root of the host. Nix's manual says that it is like giving the user root. `allowed-users` is enough to build, and
    /// substituters are trusted one by one with `trusted-substituters`.
    ///
    /// `nix.settings` of a guest changes nothing: guests use the daemon of the host.
    /// ## Bad
    /// ```nix
    /// {
    ///   users.users.deploy = { isSystemUser = true; group = "deploy"; };
    ///   nix.settings.trusted-users = [ "root" "deploy" ];
    /// }
    /// ```
    /// ```nix
    /// { nix.extraOptions = "trusted-users = root @users"; }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   nix.settings.trusted-users = [ "root" ];
    ///   nix.settings.trusted-substituters = [ "https://cache.example.org" ];
    /// }
    /// ```
    /// ## Fix safety
    /// Unsafe: the user can no longer copy unsigned paths into the store or change the daemon's settings. Users that a text
    /// names, and more than three at once, have no fix.
    pub static RULE = {
        id: "nix-trusted-user",
        summary: "user whom the Nix daemon lets act as root",
        severity: High,
        group: Users,
        since: "0.1.0",
        fix: Sometimes,
        proof: Proof::Experiments(&[
            "nix-trusted-user-is-root",
            "nix-daemon-runs-root-code",
        ]),
        controls: Controls::Cover(&[Control::Attack("T1548.003")]),
        stakes: [HostRoot x Step, Account x Step, Account x Weakness, Nothing x Itself],
        attack: Attack::Typed {
            experiment: "nix-trusted-user-is-root",
            command: "nix-build --option sandbox false --option build-users-group \"\" EXPRESSION",
            gives: "a builder that runs as root on the host, outside of any sandbox",
        },
        check: System(check),
    }
}

/// So many users of whom the same is to be said are told one by one.
const FEW: usize = 3;

/// Somebody whom the daemon trusts.
struct Trusted {
    /// The name, with every place that says it.
    field: Field<String>,
    name: String,
    severity: Severity,
    who: String,
    why: &'static str,
    confidence: Confidence,
}

fn check(_ctx: &Ctx<'_>, system: &System, sink: &mut Sink) {
    // The daemon is the host's, also in guests.
    if system.kind != SystemKind::Nixos {
        return;
    }
    let mut alike: Vec<Vec<Trusted>> = Vec::new();
    for one in trusted(system) {
        let same = |other: &&mut Vec<Trusted>| {
            let is_same = |other: &Trusted| {
                (other.severity, other.why, other.confidence) == (one.severity, one.why, one.confidence)
            };
            !one.name.starts_with(['*', '@']) && other.first().is_some_and(is_same)
        };
        match alike.iter_mut().find(same) {
            Some(known) => known.push(one),
            None => alike.push(vec![one]),
        }
    }
    for alike in alike {
        match alike.len() > FEW {
            true => report_all(system, &alike, sink),
            false => alike.iter().for_each(|one| report(system, one, sink)),
        }
    }
}

/// Whom it is worth to tell of, each once.
fn trusted(system: &System) -> Vec<Trusted> {
    let mut out = Vec::new();
    for (number, field) in system.nix_trusted.iter().enumerate() {
        let (before, after) = system.nix_trusted.split_at(number);
        let is_same = |other: &&Field<String>| other.said().is_some() && other.said() == field.said();
        if before.iter().any(|other| is_same(&other)) {
            continue;
        }
        let mut field = field.clone();
        let others = after.iter().skip(1).filter(is_same);
        field.also.extend(others.map(|other| other.origin.clone()));
        let Some(name) = field.written().map(|written| written.get().clone()) else {
            continue;
        };
        let Some((severity, who, why)) = judge(system, &name) else {
            continue;
        };
        let groups_known = name.starts_with(['*', '@']) || has_known_groups(system, &name);
        out.push(Trusted {
            field,
            name,
            severity,
            who,
            why,
            confidence: match groups_known {
                true => Confidence::High,
                false => Confidence::Medium,
            },
        });
    }
    out
}

/// Many of whom the same is to be said: a list of names, or what a `map` makes of one.
fn report_all(system: &System, all: &[Trusted], sink: &mut Sink) {
    let Some(first) = all.first() else { return };
    let Some(written) = first.field.written() else {
        return;
    };
    let names: Vec<String> = all.iter().map(|one| format!("`{}`", one.name)).collect();
    let mut builder = sink
        .report(
            written,
            format!(
                "the Nix daemon trusts {} users as it does root: {}",
                all.len(),
                listed(&names, FEW)
            ),
        )
        .severity(first.severity)
        .at_most(first.confidence, "their groups are not all known")
        .if_all_seen(&system.seen)
        .help(help(first.why));
    for one in all.iter().skip(1) {
        builder = builder.related(&one.field.origin, "this one, too");
    }
}

fn report(system: &System, one: &Trusted, sink: &mut Sink) {
    let Some(written) = one.field.written() else {
        return;
    };
    let builder = sink
        .report(
            written,
            format!("the Nix daemon trusts {} as it does root", one.who),
        )
        .severity(one.severity)
        .at_most(one.confidence, "its groups are not all known")
        .if_all_seen(&system.seen)
        .help(help(one.why));
    // Of a text a whole line would have to go.
    let places: Vec<_> = std::iter::once(&one.field.origin)
        .chain(&one.field.also)
        .collect();
    let are_elements =
        { places.iter() }.all(|origin| origin.place().is_some_and(|place| place.within.is_none()));
    if are_elements {
        builder.fix_all(
            format!("do not trust `{}`", one.name),
            Applicability::Unsafe,
            places
                .into_iter()
                .map(|place| Change::Remove(place.clone()))
                .collect(),
        );
    }
}

fn help(why: &str) -> String {
    format!(
        "Whom it trusts has it run a program as root, outside of any sandbox. {why} Use `allowed-users` for building, and \
         `trusted-substituters` or `trusted-public-keys` for caches."
    )
}

/// How bad it is to trust somebody, who that is, and what it adds.
fn judge(system: &System, name: &str) -> Option<(Severity, String, &'static str)> {
    let free_sudo = system.wheel_is_root.value() == Some(&true);
    Some(match name {
        "root" | "" => return None,
        // What runs jobs of others is worse, and has a rule of its own.
        _ if system
            .job_users
            .iter()
            .any(|job| job.said().is_some_and(|job| job.runs_jobs && job.user == name)) =>
        {
            return None;
        }
        "*" => (
            Severity::High,
            "everybody".to_owned(),
            "So every service that is broken into is root.",
        ),
        "@users" => (
            Severity::High,
            "all of group `users`".to_owned(),
            "So every person with an account is root.",
        ),
        "@wheel" | "@admin" if free_sudo => return None,
        // `admin` is what macOS calls it.
        "@wheel" | "@admin" => (
            Severity::Info,
            format!("group `{}`", name.trim_start_matches('@')),
            "Its members can become root by `sudo` anyway, but here no password is asked for.",
        ),
        "@root" => return None,
        _ if name.starts_with('@') => (
            Severity::Medium,
            format!("group `{}`", name.trim_start_matches('@')),
            "So every member of the group is root.",
        ),
        // Where nobody defines it, it is the user that live images and NixOS-WSL bring along.
        "nixos"
            if system.is_installer.value() == Some(&true)
                || system.users.iter().all(|user| user.name != "nixos") =>
        {
            (
                Severity::Info,
                "user `nixos`".to_owned(),
                "This user of live images becomes root by `sudo` anyway, without a password.",
            )
        }
        _ if can_become_root(system, name) && free_sudo => return None,
        _ if can_become_root(system, name) => (
            Severity::Low,
            format!("user `{name}`"),
            "This user can become root by `sudo` anyway, but here no password is asked for.",
        ),
        _ if !has_known_groups(system, name) => (
            Severity::Low,
            format!("user `{name}`"),
            "Unless this user can become root by `sudo` anyway, that is a way to it.",
        ),
        _ => (
            Severity::High,
            format!("user `{name}`"),
            "Otherwise this user has no way to become root.",
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_fix, check_none};

    #[test]
    fn users_of_live_images() {
        check(
            &RULE,
            r#"
{
  nix.settings.trusted-users = [ "root" "nixos" ];
                                      # ^^^^^^^ info: the Nix daemon trusts user `nixos` as it does root
}
"#,
        );
    }

    #[test]
    fn who_cannot_become_root_otherwise() {
        check(
            &RULE,
            r#"
#- /flake.nix
{ outputs = { nixpkgs, ... }: { nixosConfigurations.oak = nixpkgs.lib.nixosSystem { modules = [ ./oak.nix ]; }; }; }
#- /oak.nix
{
  users.users.nixremote = { isNormalUser = true; openssh.authorizedKeys.keys = [ "ssh-ed25519 AAAA" ]; };
  users.users.ann = { isNormalUser = true; extraGroups = [ "wheel" ]; };
  nix.settings.trusted-users = [ "root" "nixremote" "ann" ];
                                      # ^^^^^^^^^^^ high: the Nix daemon trusts user `nixremote` as it does root
                                                  # ^^^^^ low: the Nix daemon trusts user `ann` as it does root
}
"#,
        );
    }

    /// A list of many is one cause.
    #[test]
    fn many_of_one_list() {
        check(
            &RULE,
            r#"
{ lib, ... }:
let people = [ { name = "ann"; } { name = "bob"; } { name = "cid"; } { name = "dora"; } { name = "emil"; } ]; in
                      # ^^^^^ low: the Nix daemon trusts 5 users as it does root: `ann`, `bob`, `cid` and 2 more
{ nix.settings.trusted-users = [ "root" "@wheel" ] ++ map (one: one.name) people; }
                                      # ^^^^^^^^ info: the Nix daemon trusts group `wheel` as it does root
"#,
        );
    }

    #[test]
    fn everybody() {
        check(
            &RULE,
            r#"
{ lib, ... }: {
  nix.settings = { extra-trusted-users = lib.mkForce [ "*" ]; };
                                                     # ^^^ high: the Nix daemon trusts everybody as it does root
}
"#,
        );
    }

    /// Nobody declares the option, and Nix splits its string at blanks.
    #[test]
    fn as_a_string() {
        check(
            &RULE,
            r#"
{
  users.users.bob = { isNormalUser = true; extraGroups = [ ]; };
  nix.settings.extra-trusted-users = "root bob";
                                         # ^^^ low: the Nix daemon trusts user `bob` as it does root
}
"#,
        );
    }

    #[test]
    fn lines_of_the_configuration_file() {
        check(
            &RULE,
            r#"
{
  nix.extraOptions = ''
    # trusted-users = eve
    experimental-features = nix-command flakes
    trusted-users = root @wheel @staff # and devs
                       # ^^^^^^ info: the Nix daemon trusts group `wheel` as it does root
                              # ^^^^^^ medium: the Nix daemon trusts group `staff` as it does root
  '';
}
"#,
        );
    }

    /// A user of whom nothing is seen may be in `wheel`.
    #[test]
    fn users_from_elsewhere() {
        check(
            &RULE,
            r#"
{ config, ... }: {
  nix.settings.trusted-users = [ "bob" config.my.user ];
                               # ^^^^^ low: the Nix daemon trusts user `bob` as it does root
}
"#,
        );
    }

    #[test]
    fn what_is_no_more_than_before() {
        check_none(
            &RULE,
            r#"
{
  security.sudo.wheelNeedsPassword = false;
  users.users.ann = { isNormalUser = true; extraGroups = [ "wheel" ]; };
  users.users.eve = { isNormalUser = true; extraGroups = [ "ops" ]; };
  users.users.kim = { isSystemUser = true; group = "kim"; };
  users.users.lea = { isSystemUser = true; group = "wheel"; };
  security.sudo.extraConfig = "%ops ALL=(ALL:ALL) NOPASSWD: ALL";
  security.sudo.extraRules = [ { users = [ "kim" ]; commands = [ "SETENV:NOPASSWD: ALL" ]; } ];
  nix.settings.trusted-users = [ "root" "@wheel" "ann" "eve" "kim" "lea" ];
  nix.settings.allowed-users = [ "*" ];
  nix.settings.trusted-substituters = [ "https://cache.example.org" ];
  containers.build.config.nix.settings.trusted-users = [ "ci" ];
}
"#,
        );
    }

    #[test]
    fn takes_the_trust_away() {
        check_fix(
            &RULE,
            r#"
{
  users.users.ann.isNormalUser = true;
  nix.settings.trusted-users = [ "root" "ann" ];
}
"#,
            r#"
{
  users.users.ann.isNormalUser = true;
  nix.settings.trusted-users = [ "root" ];
}
"#,
        );
    }
}
