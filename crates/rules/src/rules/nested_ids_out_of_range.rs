//! nested-ids-out-of-range

use crate::about::releases::systemd_at_least;
use crate::about::subids::{RANGE, RootlessUser, certain, ids_of_guest, rootless_users};
use nixpod_analysis::{Applicability, Attack, Change, Controls, Ctx, Proof, Sink, declare_rule};
use nixpod_model::{Container, SubIdRange, System, SystemKind, User, Written};

declare_rule! {
    /// ## What it flags
    /// Rootless containers in a guest whose user namespace has 65536 ids (`privateUsers = "pick"`, `"identity"` or a
    /// number), when their user's subordinate ids lie beyond, as those that NixOS gives out by itself (from 100000) do.
    /// ## Why
    /// The guest has the ids 0 to 65535 and no others. The kernel refuses to map an id that does not exist, so no
    /// rootless container starts. Ids that fit are not all that it takes: under systemd 254 and newer the guest also needs
    /// a fresh proc mounted somewhere, and before systemd 258 `keyring = false` in its containers.conf. With crun and the
    /// host's network `default_sysctls = [ ]` is needed there, too.
    /// ## Bad
    /// ```nix
    /// {
    ///   containers.pods = {
    ///     privateUsers = "pick";
    ///     config = {
    ///       users.users.app = {
    ///         isNormalUser = true;
    ///         linger = true;
    ///         subUidRanges = [ { startUid = 100000; count = 65536; } ];
    ///         subGidRanges = [ { startGid = 100000; count = 65536; } ];
    ///       };
    ///       home-manager.users.app.services.podman.containers.web.image = "docker.io/library/nginx:1.27";
    ///     };
    ///   };
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   containers.pods = {
    ///     privateUsers = "pick";
    ///     config = {
    ///       users.users.app = {
    ///         isNormalUser = true;
    ///         linger = true;
    ///         autoSubUidGidRange = false;
    ///         subUidRanges = [ { startUid = 10000; count = 55536; } ];
    ///         subGidRanges = [ { startGid = 10000; count = 55536; } ];
    ///       };
    ///       home-manager.users.app.services.podman.containers.web.image = "docker.io/library/nginx:1.27";
    ///     };
    ///   };
    /// }
    /// ```
    /// ## Fix safety
    /// Unsafe: images that use ids above 55535, such as that of `nobody`, still fail, and files of earlier containers keep their old owners.
    pub static RULE = {
        id: "nested-ids-out-of-range",
        summary: "rootless containers in a guest with ids that the guest does not have",
        severity: High,
        group: Users,
        since: "0.1.0",
        fix: Sometimes,
        proof: Proof::Experiments(&[
            "nspawn-short-range",
            "nspawn-delegate-needs-managed",
            "nspawn-nested-proc-mount",
            "nspawn-nested-ids",
            "subids-few",
            "subids-55536-and-nobody",
            "nested-podman-ids",
            "nested-podman-proc",
            "nested-podman-default-sysctls",
        ]),
        controls: Controls::Nowhere("they are about what containers may do, and not about why they do not start"),
        stakes: [Promise x Itself],
        attack: Attack::Nothing("no container starts"),
        check: System(check),
    }
}

const TITLE: &str = "use ids that the guest has";

fn check(ctx: &Ctx<'_>, system: &System, sink: &mut Sink) {
    if system.kind != SystemKind::Guest {
        return;
    }
    let Some((container, available)) = ids_of_guest(ctx, system) else {
        return;
    };
    let guest = Guest {
        system,
        container,
        host: ctx.system(container),
        available,
    };
    let users = rootless_users(ctx, system);
    // Two users would get the same range from the fix.
    let fixable = users.len() == 1 && available == RANGE;
    for rootless in &users {
        let outside = outside(rootless.user, available);
        if outside.is_empty() {
            check_automatic(&guest, rootless, fixable, sink);
        } else {
            report_written(&guest, rootless, &outside, fixable, sink);
        }
    }
}

/// A guest system with limited ids.
struct Guest<'a> {
    system: &'a System,
    container: &'a Container,
    /// The system that starts it.
    host: &'a System,
    /// How many ids it has.
    available: i64,
}

impl Guest<'_> {
    fn help(&self) -> String {
        format!(
            "The guest has the ids 0 to {}, and the kernel refuses to map others, so no rootless container starts. Give \
             the user a range inside, such as 55536 ids from 10000, with `autoSubUidGidRange = false`; a container's user \
             `nobody` (65534) then still does not fit.{}",
            self.available - 1,
            self.further_obstacles()
        )
    }

    /// What keeps rootless containers from starting besides, by the systemd that starts the guest.
    fn further_obstacles(&self) -> &'static str {
        match systemd_at_least(self.host) {
            Some(254..) => {
                " Under systemd 254 and newer the guest also needs a fresh proc, such as `fileSystems.\"/run/proc\" = { \
                 device = \"proc\"; fsType = \"proc\"; };`, and unless its network is private `default_sysctls = [ ]` in \
                 containers.conf; before systemd 258 also `keyring = false` there."
            }
            _ => {
                " The guest's containers.conf also needs `keyring = false` before systemd 258, and from systemd 254 on \
                 the guest needs a fresh proc mounted somewhere."
            }
        }
    }
}

/// A user's range of subordinate ids as it was written, and what the ids are of: `Uid` or `Gid`.
type Given<'a> = (Written<'a, SubIdRange>, SubIdRange, &'static str);

fn last(range: SubIdRange) -> i64 {
    range.start.saturating_add(range.count).saturating_sub(1)
}

/// The ranges that reach beyond what the guest has.
fn outside(user: &User, available: i64) -> Vec<Given<'_>> {
    let uids = certain(&user.sub_uids).map(|(field, range)| (field, range, "Uid"));
    let gids = certain(&user.sub_gids).map(|(field, range)| (field, range, "Gid"));
    uids.chain(gids)
        .filter(|(_, range, _)| last(*range) >= available)
        .collect()
}

fn report_written(
    guest: &Guest<'_>,
    rootless: &RootlessUser<'_>,
    outside: &[Given<'_>],
    fixable: bool,
    sink: &mut Sink,
) {
    let Some((field, range, _)) = outside.first() else {
        return;
    };
    let Guest {
        container, available, ..
    } = guest;
    let builder = sink
        .report(
            *field,
            format!(
                "user `{}` in guest `{}` has subordinate ids up to {}, but the guest has only {available} ids",
                rootless.user.name,
                container.name,
                last(*range)
            ),
        )
        .depends_on(&container.userns)
        .related(&container.userns.origin, "the guest's ids are limited here")
        .related(&rootless.because, "rootless containers run here")
        .help(guest.help());
    let changes: Vec<Change> = outside
        .iter()
        .filter(|(field, ..)| field.origin.place().is_some())
        .map(|(field, _, kind)| {
            Change::Replace(
                field.origin.clone(),
                format!("{{ start{kind} = 10000; count = 55536; }}"),
            )
        })
        .collect();
    let one_each = ["Uid", "Gid"]
        .iter()
        .all(|kind| outside.iter().filter(|(.., of)| of == kind).count() == 1);
    if fixable && one_each && changes.len() == 2 {
        builder.fix_all(TITLE, Applicability::Unsafe, changes);
    }
}

/// The range that NixOS gives to a user by itself lies beyond what the guest has.
fn check_automatic(guest: &Guest<'_>, rootless: &RootlessUser<'_>, fixable: bool, sink: &mut Sink) {
    let user = rootless.user;
    let automatic = user.sub_ids_known
        && user.sub_uids.is_empty()
        && user.sub_gids.is_empty()
        && user.auto_sub_ids.value() == Some(&true);
    if !automatic {
        return;
    }
    let Guest {
        system,
        container,
        available,
        ..
    } = guest;
    let builder = sink
        .report_at(
            &user.origin,
            format!(
                "user `{}` in guest `{}` gets subordinate ids from 100000, but the guest has only {available} ids",
                user.name, container.name
            ),
        )
        .if_all_seen(&system.seen)
        .depends_on(&container.userns)
        .depends_on(&user.auto_sub_ids)
        .related(&container.userns.origin, "the guest's ids are limited here")
        .related(&rootless.because, "rootless containers run here")
        .help(guest.help());
    if fixable {
        let set = |option: &str, value: &str| Change::SetIn(user.origin.clone(), option.into(), value.into());
        builder.fix_all(
            TITLE,
            Applicability::Unsafe,
            vec![
                set("autoSubUidGidRange", "false"),
                set("subUidRanges", "[ { startUid = 10000; count = 55536; } ]"),
                set("subGidRanges", "[ { startGid = 10000; count = 55536; } ]"),
            ],
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_fix, check_none};

    #[test]
    fn explicit_ranges() {
        check(
            &RULE,
            r#"
{
  containers.pods = {
    privateUsers = "pick";
    config = {
      users.users.app = {
        isNormalUser = true;
        subUidRanges = [ { startUid = 100000; count = 65536; } ];
                       # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ high: user `app` in guest `pods` has subordinate ids up to 165535, but the guest has only 65536 ids
        subGidRanges = [ { startGid = 100000; count = 65536; } ];
      };
      home-manager.users.app.services.podman.containers.pod.image = "docker.io/library/nginx:1.27";
    };
  };
}
"#,
        );
    }

    #[test]
    fn moves_the_ranges_inside() {
        check_fix(
            &RULE,
            r#"
{
  containers.pods = {
    privateUsers = "pick";
    config = {
      users.users.app = {
        isNormalUser = true;
        subUidRanges = [ { startUid = 100000; count = 65536; } ];
        subGidRanges = [ { startGid = 100000; count = 65536; } ];
      };
      home-manager.users.app.services.podman.containers.pod.image = "docker.io/library/nginx:1.27";
    };
  };
}
"#,
            r#"
{
  containers.pods = {
    privateUsers = "pick";
    config = {
      users.users.app = {
        isNormalUser = true;
        subUidRanges = [ { startUid = 10000; count = 55536; } ];
        subGidRanges = [ { startGid = 10000; count = 55536; } ];
      };
      home-manager.users.app.services.podman.containers.pod.image = "docker.io/library/nginx:1.27";
    };
  };
}
"#,
        );
    }

    #[test]
    fn without_a_user_namespace() {
        check_none(
            &RULE,
            r#"
{
  containers.pods.config = {
    users.users.app.isNormalUser = true;
    home-manager.users.app.services.podman.containers.pod.image = "docker.io/library/nginx:1.27";
  };
}
"#,
        );
    }
}
