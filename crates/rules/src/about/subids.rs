//! Who runs rootless containers, and with which subordinate ids.

use nixpod_analysis::Ctx;
use nixpod_model::{Container, Field, Release, SubIdRange, Surface, System, User, Userns, UsersBy, Written};
use nixpod_source::Origin;
use std::collections::HashMap;

/// The first id that NixOS gives out by itself.
pub(crate) const FIRST_AUTOMATIC: i64 = 100_000;
/// How many ids it gives to each user, and how many an image may use.
pub(crate) const RANGE: i64 = 65_536;

/// From this release on userborn writes subordinate ids (nixpkgs pull request 508608).
const USERBORN_WRITES: Release = Release { year: 26, month: 11 };

/// A user who runs rootless containers.
#[derive(Clone, Debug)]
pub(crate) struct RootlessUser<'a> {
    /// The user.
    pub(crate) user: &'a User,
    /// Where it is said that this user runs containers.
    pub(crate) because: Origin,
}

/// The users of a system that are known to run rootless containers, in the system's order.
pub(crate) fn rootless_users<'a>(ctx: &Ctx<'a>, system: &'a System) -> Vec<RootlessUser<'a>> {
    let homes = ctx.homes_of(system);
    // By name, what says first that the user runs containers.
    let mut because: HashMap<&str, &Origin> = HashMap::new();
    for container in ctx.containers_of(system) {
        let may_be_rootless = matches!(
            container.surface,
            Surface::OciContainers | Surface::QuadletNix | Surface::CommandLine | Surface::Quadlet
        );
        let user = container.runs_as.as_ref().and_then(Field::value);
        if let (true, Some(false), Some(user)) = (may_be_rootless, container.rootful.value(), user) {
            because.entry(user).or_insert(&container.origin);
        }
    }
    let of_users = homes
        .iter()
        .filter_map(|home| Some((home.home_of.as_deref()?, home)));
    for (user, home) in of_users.clone() {
        let of_user = |container: &&&Container| {
            matches!(
                container.surface,
                Surface::HomeManagerPodman | Surface::QuadletNix | Surface::Quadlet
            )
        };
        if let Some(container) = ctx.containers_of(home).iter().find(of_user) {
            because.entry(user).or_insert(&container.origin);
        }
    }
    for (user, home) in of_users {
        if home.engines.podman.said() == Some(&true) {
            because.entry(user).or_insert(&home.engines.podman.origin);
        }
    }
    let runs = |user: &'a User| {
        let because = (*because.get(user.name.as_str())?).clone();
        Some(RootlessUser { user, because })
    };
    system.users.iter().filter_map(runs).collect()
}

/// The container of a guest system and how many ids its user namespace has; `None` where nothing limits them.
pub(crate) fn ids_of_guest<'a>(ctx: &Ctx<'a>, system: &System) -> Option<(&'a Container, i64)> {
    let container = ctx.container_of(system)?;
    let available = match container.userns.value()? {
        Userns::Pick | Userns::Identity => RANGE,
        Userns::Fixed { count, .. } => i64::from(*count),
        _ => return None,
    };
    Some((container, available))
}

/// What makes the users of a system, if it certainly writes no subordinate ids.
pub(crate) fn writes_none(system: &System) -> Option<Written<'_, UsersBy>> {
    let by = system.users_by.written().filter(|by| !by.is_maybe())?;
    let writes = match by.get() {
        UsersBy::Perl => true,
        UsersBy::Sysusers => false,
        UsersBy::Userborn => userborn_writes(system).unwrap_or(true),
    };
    (!writes && system.sub_id_files.certain() == Some(&false)).then_some(by)
}

/// Is userborn new enough to write subordinate ids, if the release is known?
pub(crate) fn userborn_writes(system: &System) -> Option<bool> {
    let release = system.release.certain()?;
    Some(*release >= USERBORN_WRITES)
}

/// The ranges that are certain.
pub(crate) fn certain(
    ranges: &[Field<SubIdRange>],
) -> impl Iterator<Item = (Written<'_, SubIdRange>, SubIdRange)> {
    ranges
        .iter()
        .filter_map(|field| field.written().map(|range| (range, *range.get())))
        .filter(|(_, range)| range.count > 0 && range.start >= 0)
}

/// Do two stretches of ids share one?
pub(crate) const fn overlap(a_start: i64, a_count: i64, b_start: i64, b_count: i64) -> bool {
    a_start < b_start.saturating_add(b_count) && b_start < a_start.saturating_add(a_count)
}
