//! How much of the host the root of a container is.

use nixpod_analysis::Ctx;
use nixpod_model::{Container, Mount, NamespaceMode, Surface, SystemId, SystemKind, Text, Userns};
use regex_automata::meta::Regex;

/// Guests nest; a world that nests deeper than this is not walked further.
const MAX_NESTING: usize = 16;

/// What user id 0 inside a container is outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RootUser {
    /// The root of the outermost host.
    Host,
    /// A user without power: an unprivileged user, or an id of a user namespace.
    Confined,
    /// It depends on something that is not known.
    Unknown,
}

/// What the container's root is on the outermost host, followed through guests in guests.
pub(crate) fn root_of(ctx: &Ctx<'_>, container: &Container) -> RootUser {
    let mut container = container;
    for _ in 0..MAX_NESTING {
        match own_root(container) {
            RootUser::Host => {}
            other => return other,
        }
        match enclosing(ctx, &container.system) {
            // What an engine keeps from a container, such as capabilities, what runs in it has not either.
            Some(outer) if outer.is_oci() && outer.privileged.said() != Some(&true) => {
                return match own_root(outer) {
                    RootUser::Confined => RootUser::Confined,
                    RootUser::Host | RootUser::Unknown => RootUser::Unknown,
                };
            }
            Some(outer) => container = outer,
            None if is_in_guest(ctx, &container.system) => return RootUser::Unknown,
            None => return RootUser::Host,
        }
    }
    RootUser::Unknown
}

/// What the container's root is in the system that declares it.
fn own_root(container: &Container) -> RootUser {
    if container.is_oci() {
        match container.rootful.value() {
            Some(true) => {}
            Some(false) => return RootUser::Confined,
            None => return RootUser::Unknown,
        }
    }
    match container.userns.value() {
        Some(userns) if maps_root_to_root(userns) || is_ignored(container, userns) => RootUser::Host,
        Some(Userns::Other(map)) => root_of_map(container, map),
        None => RootUser::Unknown,
        Some(_) => RootUser::Confined,
    }
}

/// Is the container's root nobody to the root of the system that declares it: rootless, or in a user namespace? What only that
/// root may open or write is closed to it then, but for binds that map ids.
pub(crate) fn is_not_root(container: &Container, mount: &Mount) -> bool {
    own_root(container) == RootUser::Confined && !maps_ids(mount)
}

/// Does a bind show the container's users as others than they are: by a mapping, or since the engine gives them the files?
pub(crate) fn maps_ids(mount: &Mount) -> bool {
    let mut options = mount.options.iter();
    options.any(|option| {
        matches!(option.as_str(), "idmap" | "rootidmap" | "owneridmap" | "U") || option.starts_with("idmap=")
    })
}

/// Is it in the home of somebody else than the user who runs a rootless container? Homes are closed to other users.
pub(crate) fn is_in_home_of_another(ctx: &Ctx<'_>, container: &Container, mount: &Mount) -> bool {
    if !container.is_oci() || container.rootful.value() != Some(&false) {
        return false;
    }
    let runs_as = container.runs_as.as_ref().and_then(|user| user.certain());
    let user = ctx.system(container).home_of.as_ref().or(runs_as);
    let (Some(user), Some(source)) = (user, mount.source.as_known()) else {
        return false;
    };
    let mut segments = source.split('/').skip(1);
    segments.next() == Some("home")
        && segments
            .next()
            .is_some_and(|home| !home.is_empty() && home != user)
}

/// Are the users of a guest of nspawn nobody to the owner of what is bound: has it users of its own, and the bind no mapping
/// of ids? Then a socket or a folder that is closed to others is closed to all of its users, root among them.
pub(crate) fn is_nobody_there(ctx: &Ctx<'_>, container: &Container, mount: &Mount) -> bool {
    container.nspawn.is_some() && root_of(ctx, container) == RootUser::Confined && !maps_ids(mount)
}

/// Who the container's root is in what a bind shows. With `idmap` it is the host's root there, whatever the user namespace;
/// with the two others it is whoever owns the directory.
pub(crate) fn root_there(
    ctx: &Ctx<'_>,
    container: &Container,
    mount: &Mount,
    owned_by_root: bool,
) -> RootUser {
    let is_root_there = |option: &String| match option.as_str() {
        "idmap" => true,
        "rootidmap" | "owneridmap" => owned_by_root,
        _ => false,
    };
    match mount.options.iter().any(is_root_there) {
        true => RootUser::Host,
        false => root_of(ctx, container),
    }
}

/// What user id 0 is by maps such as `--uidmap=0:100000:65536`, if they say it. Where there are none of users, those of groups
/// hold for them.
fn root_of_map(container: &Container, map: &str) -> RootUser {
    let maps = |name: &str| -> Vec<String> {
        let options = container.run_options.iter().filter_map(|field| field.value());
        let options = options.filter(|option| option.name == name);
        options.map(|option| option.value.pattern()).collect()
    };
    let mut all = maps("uidmap");
    if all.is_empty() {
        all = maps("gidmap");
    }
    if all.is_empty() {
        all.extend(map.split_once('=').map(|(_, ids)| ids.to_owned()));
    }
    let of_root = all.iter().find_map(|map| {
        let mut ids = map.split(':');
        let outside = ids
            .next()
            .filter(|first| *first == "0")
            .and_then(|_| ids.next())?;
        outside.parse::<u32>().ok()
    });
    match of_root {
        Some(0) => RootUser::Host,
        Some(_) => RootUser::Confined,
        None => RootUser::Unknown,
    }
}

/// Is a system a guest, or a home in one? The container of one that stands in code that nobody was seen to call is not known.
pub(crate) fn is_in_guest(ctx: &Ctx<'_>, system: &SystemId) -> bool {
    let mut system = ctx.world.system(system);
    for _ in 0..MAX_NESTING {
        if system.kind == SystemKind::Guest {
            return true;
        }
        match &system.parent {
            Some(parent) => system = ctx.world.system(parent),
            None => return false,
        }
    }
    true
}

/// The container whose guest a system is, directly or through a home in that guest.
pub(crate) fn enclosing<'a>(ctx: &Ctx<'a>, system: &SystemId) -> Option<&'a Container> {
    let mut system = ctx.world.system(system);
    for _ in 0..MAX_NESTING {
        if system.kind == SystemKind::Guest {
            return ctx.container_of(system);
        }
        system = ctx.world.system(system.parent.as_ref()?);
    }
    None
}

/// Is user id 0 inside also user id 0 outside?
pub(crate) const fn maps_root_to_root(userns: &Userns) -> bool {
    matches!(
        userns,
        Userns::Host | Userns::Identity | Userns::Fixed { first: 0, .. }
    )
}

/// Does the engine take no notice of it? A rootful Podman knows nobody whose id it could keep: 4.3 refuses to start, and from
/// 5.4 on it starts without a user namespace and without a word. Where a line or an editor starts the container, asking for it
/// says that the engine is a user's, so only what a system declares counts.
pub(crate) fn is_ignored(container: &Container, userns: &Userns) -> bool {
    let is_declared = matches!(
        container.surface,
        Surface::OciContainers | Surface::QuadletNix | Surface::Quadlet
    );
    is_declared && *userns == Userns::KeepId && container.rootful.value() == Some(&true)
}

/// Is the container certainly given a capability, by its name or with all others?
pub(crate) fn has_capability(container: &Container, name: &str) -> bool {
    let given = container.capabilities.iter().filter_map(|field| field.said());
    let mut given = given.filter(|given| *given == name || given.eq_ignore_ascii_case("all"));
    container.privileged.said() == Some(&true) || given.next().is_some()
}

/// The user other than root as whom the program runs inside, by the option that holds, if one is said and known.
pub(crate) fn inner_user(container: &Container) -> Option<String> {
    let mut options = container.run_options.iter();
    let field = options.rfind(|field| field.value().is_none_or(|option| option.name == "user"))?;
    let user = field.value()?.value.as_known()?;
    let name = user.split(':').next().unwrap_or_default();
    (!matches!(name, "" | "0" | "root")).then(|| name.to_owned())
}

/// Are the host's processes certainly in its sight?
pub(crate) fn shares_processes(container: &Container) -> bool {
    let spaces = container.namespaces.iter().filter_map(|field| field.said());
    spaces
        .into_iter()
        .any(|space| space.kind == "pid" && space.mode == NamespaceMode::Host)
}

/// The seccomp profile that a security option names.
pub(crate) fn profile(option: &Text) -> Option<String> {
    let option = option.as_known()?;
    let (key, value) = option.split_once(['=', ':'])?;
    (key == "seccomp").then(|| value.to_owned())
}

/// Is it Podman's own? A privileged container that names it has none: only another one holds there.
pub(crate) fn is_default_profile(profile: &str) -> bool {
    [
        "/etc/containers/seccomp.json",
        "/usr/share/containers/seccomp.json",
    ]
    .contains(&profile)
}

/// Is its filter of system calls certainly switched off?
pub(crate) fn is_unfiltered(container: &Container) -> bool {
    let options = container.security_options.iter().filter_map(|field| field.said());
    let privileged = container.privileged.said() == Some(&true);
    match options.filter_map(profile).next_back() {
        Some(last) => last == "unconfined" || privileged && is_default_profile(&last),
        None => privileged,
    }
}

/// Does the container have a user namespace of its own, so that its capabilities hold only inside? `None`: not known.
pub(crate) fn has_user_namespace(ctx: &Ctx<'_>, container: &Container) -> Option<bool> {
    let mut container = container;
    for _ in 0..MAX_NESTING {
        if container.is_oci() && !*container.rootful.value()? {
            return Some(true);
        }
        let userns = container.userns.value()?;
        if *userns != Userns::Host && !is_ignored(container, userns) {
            return Some(true);
        }
        match enclosing(ctx, &container.system) {
            Some(outer) => container = outer,
            None if is_in_guest(ctx, &container.system) => return None,
            None => return Some(false),
        }
    }
    None
}

/// Is the container itself one of the known proxies that let only some requests through?
pub(crate) fn is_filter(container: &Container) -> bool {
    container
        .image
        .as_ref()
        .and_then(|image| image.value())
        .is_some_and(|image| {
            let reference = image.reference.pattern().to_ascii_lowercase();
            ["socket-proxy", "socketproxy", "dockerproxy"]
                .iter()
                .any(|name| reference.contains(name))
        })
}

/// Does a pattern of the paths that may be posted to let somebody make a container? It has to match the whole path.
fn lets_make(pattern: &str) -> bool {
    let config = Regex::config().nfa_size_limit(Some(1 << 20));
    let whole = format!("^(?:{})$", pattern.trim_matches(['\'', '"']));
    let built = Regex::builder().configure(config).build(&whole);
    let paths = [
        "/containers/create",
        "/v1.45/containers/create",
        "/v1.45/containers/create?name=a",
    ];
    built.is_ok_and(|pattern| paths.iter().any(|path| pattern.is_match(path)))
}

/// Is the filter told to let through what changes things? Then it filters nothing that matters.
pub(crate) fn lets_all_through(container: &Container) -> bool {
    let variables = container.environment.iter().filter_map(|field| field.said());
    let mut known =
        variables.filter_map(|variable| Some((variable.name.as_str(), variable.value.as_known()?)));
    let by_variable = known.any(|(name, value)| match name {
        "POST" | "EXEC" => value == "1",
        // Several patterns for one method have names that go on.
        _ => name.starts_with("SP_ALLOW_POST") && lets_make(&value),
    });
    // wollomatic's takes the paths that it lets through, as patterns, with one dash or two.
    let words: Vec<String> = { container.command.iter() }
        .map(|field| field.said().and_then(Text::as_known).unwrap_or_default())
        .collect();
    let flags = || words.iter().map(|word| word.trim_start_matches('-'));
    let by_word = flags().enumerate().any(|(at, flag)| {
        let value = match flag.strip_prefix("allowPOST") {
            Some("") => words.get(at + 1).map(String::as_str),
            Some(rest) => rest.strip_prefix('='),
            None => None,
        };
        value.is_some_and(lets_make)
    });
    // It can keep the host's folders out, too.
    by_variable || by_word && !flags().any(|flag| flag.starts_with("allowbindmountfrom"))
}
