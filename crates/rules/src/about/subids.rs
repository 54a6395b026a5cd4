//! Who runs rootless containers, and with which subordinate ids.

use nixpod_analysis::Ctx;
use nixpod_model::{Container, Field, SubIdRange, Surface, System, SystemKind, User, Userns};
use nixpod_source::Origin;

/// The first id that NixOS gives out by itself.
pub(crate) const FIRST_AUTOMATIC: i64 = 100_000;
/// How many ids it gives to each user, and how many an image may use.
pub(crate) const RANGE: i64 = 65_536;

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
    let world = ctx.world;
    let mut found = Vec::new();
    let id = Some(&system.id);
    for user in &system.users {
        let container = world.containers.values().find(|container| {
            let home = world.system(&container.system);
            match container.surface {
                Surface::HomeManagerPodman | Surface::QuadletNix if home.kind == SystemKind::Home => {
                    home.kind == SystemKind::Home
                        && home.parent.as_ref() == id
                        && home.home_of.as_deref() == Some(user.name.as_str())
                }
                Surface::OciContainers | Surface::QuadletNix => {
                    Some(&container.system) == id
                        && container.rootful.value() == Some(&false)
                        && container
                            .runs_as
                            .as_ref()
                            .and_then(Field::value)
                            .is_some_and(|name| *name == user.name)
                }
                _ => false,
            }
        });
        let because = match container {
            Some(container) => Some(container.origin.clone()),
            None => world
                .systems
                .values()
                .find(|home| {
                    home.kind == SystemKind::Home
                        && home.parent.as_ref() == id
                        && home.home_of.as_deref() == Some(user.name.as_str())
                        && home.engines.podman.written() == Some(&true)
                })
                .map(|home| home.engines.podman.origin.clone()),
        };
        if let Some(because) = because {
            found.push(RootlessUser { user, because });
        }
    }
    found
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

/// The ranges that are certain.
pub(crate) fn certain(
    ranges: &[Field<SubIdRange>],
) -> impl Iterator<Item = (&Field<SubIdRange>, SubIdRange)> {
    ranges
        .iter()
        .filter_map(|field| field.value().map(|range| (field, *range)))
        .filter(|(_, range)| range.count > 0 && range.start >= 0)
}

/// Do two stretches of ids share one?
pub(crate) const fn overlap(a_start: i64, a_count: i64, b_start: i64, b_count: i64) -> bool {
    a_start < b_start.saturating_add(b_count) && b_start < a_start.saturating_add(a_count)
}
