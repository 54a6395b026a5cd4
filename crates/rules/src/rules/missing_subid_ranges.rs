//! missing-subid-ranges

use crate::about::subids::{RANGE, RootlessUser, certain, ids_of_guest, rootless_users, writes_none};
use nixpod_analysis::{Applicability, Change, Confidence, Ctx, Proof, Sink, declare_rule};
use nixpod_model::{System, SystemKind, UsersBy, Written};

declare_rule! {
    /// ## What it flags
    /// A user that runs rootless containers without enough subordinate ids: no ranges at all (users made with
    /// `isSystemUser` get none by themselves), only one of `subUidRanges` and `subGidRanges`, or ranges with fewer than
    /// 65536 ids, such as one without `count`, whose default is 1. In a guest that has only 65536 ids itself, half of
    /// them is enough. Also users whose ranges nobody writes: `systemd.sysusers` never does, and `services.userborn` not
    /// before NixOS 26.11.
    /// ## Why
    /// Rootless Podman maps the users of an image to subordinate ids. Without them most images do not even unpack. NixOS
    /// gives ranges by itself to normal users only, and only if both lists are empty. What writes them to `/etc/subuid` and
    /// `/etc/subgid` is the script that makes users; systemd-sysusers and userborn take its place (NixOS/nixpkgs#401470,
    /// nikstur/userborn#7; from NixOS/nixpkgs#508608 on, which is in 26.11, userborn writes them, too).
    /// ## Bad
    /// ```nix
    /// {
    ///   users.users.app = { isNormalUser = true; linger = true; subUidRanges = [ { startUid = 200000; count = 65536; } ]; };
    ///   home-manager.users.app.services.podman.containers.web.image = "docker.io/library/nginx:1.27";
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   users.users.app = { isNormalUser = true; linger = true; };
    ///   home-manager.users.app.services.podman.containers.web.image = "docker.io/library/nginx:1.27";
    /// }
    /// ```
    /// ## Fix safety
    /// Unsafe: the user gets a range that NixOS chooses.
    pub static RULE = {
        id: "missing-subid-ranges",
        summary: "rootless containers of a user without enough subordinate ids",
        severity: Medium,
        group: Users,
        since: "0.1.0",
        fix: Sometimes,
        proof: Proof::Experiments(&[
            "rootless-root-is-the-user",
            "subids-missing",
            "subids-few",
        ]),
        stakes: [Service x Itself],
        check: System(check),
    }
}

fn check(ctx: &Ctx<'_>, system: &System, sink: &mut Sink) {
    if system.kind == SystemKind::Home {
        return;
    }
    let rootless = rootless_users(ctx, system);
    if let (Some(by), [first, ..]) = (writes_none(system), &*rootless) {
        report_unwritten(system, by, first, sink);
        return;
    }
    // Their files are somebody's own, and not read.
    if system.sub_id_files.certain() != Some(&false) {
        return;
    }
    // A guest with few ids cannot give a whole range away: what is left beside its own users has to do.
    let wanted = match ids_of_guest(ctx, system) {
        Some((_, available)) if available <= RANGE => available / 2,
        _ => RANGE,
    };
    for rootless in rootless {
        let user = rootless.user;
        let known = user.sub_ids_known
            && user
                .sub_uids
                .iter()
                .chain(&user.sub_gids)
                .all(|range| range.certain().is_some());
        // Automatic ranges are always large enough, and with them explicit ones only add.
        if !known || user.auto_sub_ids.certain() != Some(&false) || user.name == "root" {
            continue;
        }
        let uids: i64 = certain(&user.sub_uids).map(|(_, range)| range.count).sum();
        let gids: i64 = certain(&user.sub_gids).map(|(_, range)| range.count).sum();
        let who = &user.name;
        let Some(message) = message(who, uids, gids, wanted) else {
            continue;
        };
        let small = certain(&user.sub_uids)
            .chain(certain(&user.sub_gids))
            .min_by_key(|(_, range)| range.count);
        let builder = match small {
            Some((field, _)) => sink.report(field, message),
            None => sink.report_at(&user.origin, message),
        };
        let builder = builder
            .if_all_seen(&system.seen)
            .related(&rootless.because, "it runs rootless containers here")
            .help(
                "Images use ids up to 65535, each of which needs a subordinate id. Set `autoSubUidGidRange = true` \
                 instead of writing ranges by hand.",
            );
        if uids == 0 && gids == 0 {
            let change = Change::SetIn(user.origin.clone(), "autoSubUidGidRange".into(), "true".into());
            builder.fix("set `autoSubUidGidRange = true`", Applicability::Unsafe, change);
        }
    }
}

/// What is missing, if anything is.
fn message(who: &str, uids: i64, gids: i64, wanted: i64) -> Option<String> {
    Some(match (uids, gids) {
        (0, 0) => format!("user `{who}` runs rootless containers but has no subordinate ids"),
        (_, 0) => {
            format!("user `{who}` has `subUidRanges` but no `subGidRanges` for its rootless containers")
        }
        (0, _) => {
            format!("user `{who}` has `subGidRanges` but no `subUidRanges` for its rootless containers")
        }
        (uids, gids) if uids.min(gids) < wanted => format!(
            "user `{who}` has only {} subordinate {} for its rootless containers",
            uids.min(gids),
            if uids.min(gids) == 1 { "id" } else { "ids" }
        ),
        _ => return None,
    })
}

/// Ranges that are in the configuration and in no file.
fn report_unwritten(system: &System, by: Written<'_, UsersBy>, first: &RootlessUser<'_>, sink: &mut Sink) {
    let who = &first.user.name;
    let (writer, help) = match by.get() {
        UsersBy::Userborn => (
            "userborn before NixOS 26.11",
            "Write the files yourself, such as `environment.etc.subuid.text = \"NAME:100000:65536\\n\"` and the same for `subgid`, \
             leave `services.userborn` out, or upgrade.",
        ),
        _ => (
            "systemd-sysusers",
            "Write the files yourself, such as `environment.etc.subuid.text = \"NAME:100000:65536\\n\"` and the same for `subgid`, \
             or leave `systemd.sysusers` out.",
        ),
    };
    sink.report(
        by,
        format!("user `{who}` runs rootless containers but has no subordinate ids: {writer} writes none"),
    )
    .if_all_seen(&system.seen)
    .at_most(
        Confidence::Medium,
        "the files may be left from a configuration that wrote them",
    )
    .related(&first.because, "it runs rootless containers here")
    .help(help);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn most_ids_of_a_guest() {
        check_none(
            &RULE,
            r#"
{
  containers.pods = {
    privateUsers = "pick";
    config = {
      users.users.app = {
        isNormalUser = true;
        autoSubUidGidRange = false;
        subUidRanges = [ { startUid = 10000; count = 55536; } ];
        subGidRanges = [ { startGid = 10000; count = 55536; } ];
      };
      home-manager.users.app.services.podman.containers.web.image = "a:1";
    };
  };
}
"#,
        );
    }

    #[test]
    fn one_list_only() {
        check(
            &RULE,
            r#"
{
  users.users.app = { isNormalUser = true; subUidRanges = [ { startUid = 200000; count = 65536; } ]; };
                                                          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ medium: user `app` has `subUidRanges` but no `subGidRanges` for its rootless containers
  home-manager.users.app.services.podman.containers.pod.image = "docker.io/library/nginx:1.27";
}
"#,
        );
    }

    #[test]
    fn ranges_that_nobody_writes() {
        check(
            &RULE,
            r#"
{
  users.users.app.isNormalUser = true;
  systemd.sysusers.enable = true;
                          # ^^^^ medium: user `app` runs rootless containers but has no subordinate ids: systemd-sysusers writes none
  home-manager.users.app.services.podman.containers.pod.image = "docker.io/library/nginx:1.27";
}
"#,
        );
        check(
            &RULE,
            r#"
#- /flake.nix
{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";
  outputs = { nixpkgs, ... }: { nixosConfigurations.oak = nixpkgs.lib.nixosSystem { modules = [ ./oak.nix ]; }; };
}
#- /oak.nix
{
  users.users.app = { isNormalUser = true; linger = true; };
  services.userborn.enable = true;
                           # ^^^^ medium: user `app` runs rootless containers but has no subordinate ids: userborn before NixOS 26.11 writes none
  virtualisation.oci-containers.containers.pod = { image = "docker.io/library/nginx:1.27"; podman.user = "app"; };
}
"#,
        );
    }

    #[test]
    fn ranges_that_somebody_writes() {
        // Which release it is decides, and is not known.
        check_none(
            &RULE,
            r#"
{
  users.users.app.isNormalUser = true;
  services.userborn.enable = true;
  home-manager.users.app.services.podman.containers.pod.image = "docker.io/library/nginx:1.27";
}
"#,
        );
        check_none(
            &RULE,
            r#"
#- /flake.nix
{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.11";
  outputs = { nixpkgs, ... }: { nixosConfigurations.oak = nixpkgs.lib.nixosSystem { modules = [ ./oak.nix ]; }; };
}
#- /oak.nix
{
  users.users.app = { isNormalUser = true; linger = true; };
  services.userborn.enable = true;
  virtualisation.oci-containers.containers.pod = { image = "docker.io/library/nginx:1.27"; podman.user = "app"; };
}
"#,
        );
        check_none(
            &RULE,
            r#"
{
  users.users.app = { isSystemUser = true; group = "app"; };
  systemd.sysusers.enable = true;
  environment.etc = { subuid.text = "app:100000:65536\n"; subgid.text = "app:100000:65536\n"; };
  home-manager.users.app.services.podman.containers.pod.image = "docker.io/library/nginx:1.27";
}
"#,
        );
        check_none(
            &RULE,
            r#"
{
  users.users.app = { isSystemUser = true; group = "app"; };
  system.activationScripts.ids = "echo app:100000:65536 | tee /etc/subuid > /etc/subgid";
  home-manager.users.app.services.podman.containers.pod.image = "docker.io/library/nginx:1.27";
}
"#,
        );
    }

    #[test]
    fn automatic_ranges() {
        check_none(
            &RULE,
            r#"
{
  users.users.app.isNormalUser = true;
  home-manager.users.app.services.podman.containers.pod.image = "docker.io/library/nginx:1.27";
}
"#,
        );
    }
}
