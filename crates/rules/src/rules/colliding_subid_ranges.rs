//! colliding-subid-ranges

use crate::about::subids::{FIRST_AUTOMATIC, RANGE, certain, overlap, userborn_writes, writes_none};
use nixpod_analysis::{Attack, Confidence, Control, Controls, Ctx, Proof, Severity, Sink, declare_rule};
use nixpod_model::{SubIdRange, System, SystemKind, User, UsersBy, Written};

declare_rule! {
    /// ## What it flags
    /// Two users with the same subordinate ids: an explicit range that overlaps the ranges that NixOS gives out by
    /// itself (100000 and up, 65536 for each normal user), two explicit ranges that overlap, or a range that covers the
    /// id of another real user. With userborn from 1.0 on (NixOS 26.11), which gives out ids around those that are taken, only
    /// explicit ranges that overlap: it fails on them (NixOS/nixpkgs#508608). Nothing where nobody writes the ranges
    /// (`systemd.sysusers`, userborn before): see missing-subid-ranges.
    /// ## Why
    /// The allocator looks at its own ranges only. Users who share subordinate ids can read, change and stop each
    /// other's containers, because to the kernel they are the same users.
    /// ## Bad
    /// ```nix
    /// {
    ///   users.users.alice.isNormalUser = true;
    ///   users.users.bob = {
    ///     isNormalUser = true;
    ///     subUidRanges = [ { startUid = 100000; count = 65536; } ];
    ///     subGidRanges = [ { startGid = 100000; count = 65536; } ];
    ///   };
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   users.users.alice.isNormalUser = true;
    ///   users.users.bob.isNormalUser = true;
    /// }
    /// ```
    /// ## Fix safety
    /// No fix: files of existing containers belong to the old ids.
    pub static RULE = {
        id: "colliding-subid-ranges",
        summary: "users with the same subordinate ids",
        severity: High,
        group: Users,
        since: "0.1.0",
        fix: None,
        proof: Proof::Experiments(&[
            "subids-colliding",
            "subids-overlap-in-part",
            "subids-over-a-real-user",
        ]),
        controls: Controls::Cover(&[Control::Cis("2.9")]),
        stakes: [Account x Command, Service x Itself],
        attack: Attack::Typed {
            experiment: "subids-colliding",
            command: "podman unshare setpriv --reuid=ID --regid=ID --clear-groups cat FILE",
            gives: "a file of the other user's container",
        },
        check: System(check),
    }
}

const HELP: &str = "Users who share subordinate ids can change each other's containers. Drop the explicit ranges and set \
    `autoSubUidGidRange = true`, so that NixOS keeps them apart.";

fn check(_ctx: &Ctx<'_>, system: &System, sink: &mut Sink) {
    if system.kind == SystemKind::Home || writes_none(system).is_some() {
        return;
    }
    let by_script = match system.users_by.value() {
        Some(UsersBy::Perl) => true,
        // It gives out ids around those that are taken, and refuses ranges that overlap.
        Some(UsersBy::Userborn) if userborn_writes(system) == Some(true) => false,
        // Whether anything is written is not known.
        _ => return,
    };
    let automatic: Vec<&User> = system
        .users
        .iter()
        .filter(|user| by_script && user.sub_ids_known && user.auto_sub_ids.value() == Some(&true))
        .collect();
    for (at, user) in system.users.iter().enumerate() {
        let earlier = system.users.get(..at).unwrap_or_default();
        // User and group ranges are mostly written alike, so one finding for a user says enough.
        let _reported = [&user.sub_uids, &user.sub_gids]
            .into_iter()
            .enumerate()
            .any(|(kind, ranges)| {
                certain(ranges).any(|(field, range)| {
                    with_automatic(user, field, range, &automatic, sink)
                        || with_explicit(user, field, range, kind, (earlier, by_script), sink)
                        || (kind == 0 && with_real(user, field, range, &system.users, sink))
                })
            });
    }
}

fn with_automatic(
    user: &User,
    field: Written<'_, SubIdRange>,
    range: SubIdRange,
    automatic: &[&User],
    sink: &mut Sink,
) -> bool {
    let others: Vec<&User> = automatic
        .iter()
        .copied()
        .filter(|other| other.name != user.name)
        .collect();
    let Some(other) = others.first() else {
        return false;
    };
    // Which of them gets which range is not said anywhere, but together they fill the first ones.
    let count = i64::try_from(automatic.len()).unwrap_or(1).saturating_mul(RANGE);
    if !overlap(range.start, range.count, FIRST_AUTOMATIC, count) {
        return false;
    }
    // With several users the overlap may be with the owner's own automatic range, or a stretch that nobody took.
    let first_only =
        overlap(range.start, range.count, FIRST_AUTOMATIC, RANGE) && automatic.len() == others.len();
    let confidence = if first_only && !other.auto_sub_ids.is_maybe() && !field.is_maybe() {
        Confidence::High
    } else {
        Confidence::Medium
    };
    let whom = if let [only] = others.as_slice() {
        format!("user `{}`", only.name)
    } else {
        format!("one of {} other users", others.len())
    };
    sink.report(
        field,
        format!(
            "subordinate ids from {} of user `{}` are also given to {whom} automatically",
            range.start, user.name
        ),
    )
    .at_most(confidence, "which of these users gets which range is not said")
    .related(
        &other.origin,
        format!(
            "`{}` gets its range automatically, from {FIRST_AUTOMATIC} on",
            other.name
        ),
    )
    .help(HELP);
    true
}

fn with_explicit(
    user: &User,
    field: Written<'_, SubIdRange>,
    range: SubIdRange,
    kind: usize,
    (earlier, by_script): (&[User], bool),
    sink: &mut Sink,
) -> bool {
    for other in earlier {
        let ranges = if kind == 0 {
            &other.sub_uids
        } else {
            &other.sub_gids
        };
        let Some((other_field, _)) =
            certain(ranges).find(|(_, r)| overlap(range.start, range.count, r.start, r.count))
        else {
            continue;
        };
        let said = format!(
            "subordinate ids from {} of user `{}` overlap those of user `{}`",
            range.start, user.name, other.name
        );
        let builder = match by_script {
            true => sink.report(field, said).help(HELP),
            false => sink
                .report(field, format!("{said}, so that userborn makes no users"))
                .severity(Severity::Medium)
                .help(
                    "Ranges that overlap are an error for userborn from 1.0 on. Drop the explicit ranges and set \
                     `autoSubUidGidRange = true`: it gives out ids that nobody has.",
                ),
        };
        builder
            .depends_on(&other_field)
            .related(&other_field.origin, format!("the ids of `{}`", other.name));
        return true;
    }
    false
}

fn with_real(
    user: &User,
    field: Written<'_, SubIdRange>,
    range: SubIdRange,
    users: &[User],
    sink: &mut Sink,
) -> bool {
    // A range of one id is a deliberate loan, as LXD and Incus want it for root.
    if range.count == 1 || user.name == "root" {
        return false;
    }
    let Some((other, uid)) = users.iter().find_map(|other| {
        let uid = (*other.uid.value()?)?;
        (other.name != user.name && overlap(range.start, range.count, uid, 1)).then_some((other, uid))
    }) else {
        return false;
    };
    sink.report(
        field,
        format!(
            "subordinate ids from {} of user `{}` cover the real user `{}` ({uid})",
            range.start, user.name, other.name
        ),
    )
    .depends_on(&other.uid)
    .related(&other.uid.origin, format!("the id of `{}`", other.name))
    .help(HELP);
    true
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn explicit_and_automatic() {
        check(
            &RULE,
            r#"
{
  users.users.alice.isNormalUser = true;
  users.users.bob = {
    isNormalUser = true;
    subUidRanges = [ { startUid = 100000; count = 65536; } ];
                   # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ high: subordinate ids from 100000 of user `bob` are also given to user `alice` automatically
    subGidRanges = [ { startGid = 100000; count = 65536; } ];
  };
}
"#,
        );
    }

    /// userborn gives out ids around those that are taken, or none.
    #[test]
    fn made_by_userborn() {
        let system = |release: &str, by: &str| {
            format!(
                r#"
#- /flake.nix
{{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-{release}";
  outputs = {{ nixpkgs, ... }}: {{
    nixosConfigurations.den = nixpkgs.lib.nixosSystem {{ modules = [ ./configuration.nix ]; }};
  }};
}}
#- /configuration.nix
{{
  {by}
  users.users.ann.isNormalUser = true;
  users.users.bob = {{
    isNormalUser = true;
    subUidRanges = [ {{ startUid = 100000; count = 65536; }} ];
    subGidRanges = [ {{ startGid = 100000; count = 65536; }} ];
  }};
  users.users.cid = {{
    isNormalUser = true;
    subUidRanges = [ {{ startUid = 110000; count = 65536; }} ];
MARK
    subGidRanges = [ {{ startGid = 110000; count = 65536; }} ];
  }};
}}
"#
            )
        };
        let marker = "                   # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ medium: subordinate ids from 110000 of user `cid` overlap those of user `bob`, so that userborn makes no users\n";
        let userborn = "services.userborn.enable = true;";
        check(&RULE, &system("26.11", userborn).replace("MARK\n", marker));
        for (release, by) in [("26.05", userborn), ("26.11", "systemd.sysusers.enable = true;")] {
            check_none(&RULE, &system(release, by).replace("MARK\n", ""));
        }
    }

    #[test]
    fn apart() {
        check_none(
            &RULE,
            r#"
{
  users.users.alice.isNormalUser = true;
  users.users.bob = {
    isNormalUser = true;
    subUidRanges = [ { startUid = 900000; count = 65536; } ];
    subGidRanges = [ { startGid = 900000; count = 65536; } ];
  };
}
"#,
        );
    }
}
