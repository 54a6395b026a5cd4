//! Users and their groups.

use nixpod_analysis::Ctx;
use nixpod_model::{Container, Field, Right, System, SystemKind, User};

/// Is a group among those that a user lists?
pub(crate) fn in_extra_groups(user: &User, group: &str) -> bool {
    user.extra_groups
        .iter()
        .any(|field| field.value().is_some_and(|name| name == group))
}

/// May the user run everything by `sudo`?
fn is_in_wheel(system: &System, name: &str) -> bool {
    is_in(system, name, "wheel")
}

/// Is a user in a group, as far as is known? The group that a user's files belong to is one, too.
fn is_in(system: &System, name: &str, group: &str) -> bool {
    let user = system.users.iter().find(|user| user.name == name);
    let mut members = system.group_members.iter().filter_map(Field::value);
    let is_own = |user: &User| {
        let own = user.group.value();
        own.is_some_and(|own| own.as_deref() == Some(group))
    };
    user.is_some_and(|user| in_extra_groups(user, group) || is_own(user))
        || members.any(|(of, member)| of == group && member == name)
}

/// May the user become root by `sudo` or `doas`: as a member of `wheel`, or by a rule of its own?
pub(crate) fn can_become_root(system: &System, name: &str) -> bool {
    is_in(system, name, "wheel") || may_do_all(system, name, |_| true)
}

/// May the user become root without a password, so that nothing else makes a difference?
pub(crate) fn is_root_anyhow(system: &System, name: &str) -> bool {
    system.wheel_is_root.value() == Some(&true) && is_in_wheel(system, name)
        || may_do_all(system, name, |right| {
            right.certain().is_some_and(|right| !right.asks)
        })
}

/// Is one of the rights that count to run everything?
fn may_do_all(system: &System, name: &str, counts: impl Fn(&Field<Right>) -> bool) -> bool {
    let is_theirs = |who: &String| {
        let group = who.strip_prefix('%');
        who == name || group.is_some_and(|group| is_in(system, name, group))
    };
    let is_all = |right: &Right| right.command.pattern().split_whitespace().next() == Some("ALL");
    system.rights.iter().any(|field| {
        let right = field.value();
        right.is_some_and(|right| is_all(right) && right.who.iter().any(is_theirs)) && counts(field)
    })
}

/// The user who runs a rootless container of a host, if it is certain that this one is not in a group.
pub(crate) fn stranger_to(ctx: &Ctx<'_>, container: &Container, group: &str) -> Option<String> {
    if container.rootful.certain() != Some(&false) {
        return None;
    }
    let system = ctx.system(container);
    let (system, name) = match system.kind {
        SystemKind::Home => (ctx.world.system(system.parent.as_ref()?), system.home_of.clone()?),
        _ => (system, container.runs_as.as_ref()?.certain()?.clone()),
    };
    let user = system.users.iter().find(|user| user.name == name)?;
    let has_other_group = user
        .group
        .value()
        .is_some_and(|own| own.as_deref() != Some(group));
    let is_host = system.kind == SystemKind::Nixos;
    let is_stranger = is_host && has_other_group && name != "root" && !is_in(system, &name, group);
    (is_stranger && has_known_groups(system, &name)).then_some(name)
}

/// Is it known of a user in which groups it is? A file that is no whole system may leave groups to others, but a user of a
/// service has none that matter here.
pub(crate) fn has_known_groups(system: &System, name: &str) -> bool {
    let user = system.users.iter().find(|user| user.name == name);
    let members_known = system.group_members.iter().all(|field| !field.is_unknown());
    let is_known = |user: &User| {
        let groups_known = user.extra_groups.iter().all(|field| !field.is_unknown());
        groups_known && (system.seen.is_whole() || user.is_system.said() == Some(&true))
    };
    members_known && user.is_some_and(is_known)
}
