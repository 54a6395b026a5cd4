//! Facts as lines of text: the certainty, the value, and the code that causes it.

use nixpod_fixture::TestSource;
use nixpod_model::{
    Container, Existence, Fact, Field, FlagForm, Listing, Nspawn, SecretSlot, StoreRef, System, Text, User,
    Userns, World,
};

/// `set`, `maybe if COND` or `default`, value, `<- code`.
fn field<T>(files: &TestSource, field: &Field<T>, show: impl Fn(&T) -> String) -> String {
    let conditions: Vec<String> = field.conditions.iter().map(|place| files.code(*place)).collect();
    let mut out = match &field.fact {
        Fact::Set(value) => show(value),
        Fact::Default(value) => format!("default {}", show(value)),
        Fact::Maybe(value) => format!("maybe[{}] {}", conditions.join(", "), show(value)),
        Fact::Unknown(why) => format!("unknown: {why}"),
    };
    if let Some(place) = field.origin.place() {
        out.push_str(&format!(" <- {}", files.code(place)));
    }
    out
}

fn text(text: &Text) -> String {
    let mut out = text.display();
    for reference in &text.context {
        out.push_str(&match reference {
            StoreRef::Copied { path, encrypted, .. } => {
                format!(" (copies {path}{})", if *encrypted { " encrypted" } else { "" })
            }
            StoreRef::Path { path, encrypted, .. } => {
                format!(" (path {path}{})", if *encrypted { " encrypted" } else { "" })
            }
            StoreRef::Read { path, encrypted, .. } => {
                format!(" (reads {path}{})", if *encrypted { " encrypted" } else { "" })
            }
            StoreRef::Written { name, text } => format!(" (writes {name}: {:?})", self::text(text)),
        });
    }
    out
}

fn optional(value: &Option<Text>) -> String {
    value.as_ref().map_or("-".to_owned(), text)
}

fn userns(value: &Userns) -> String {
    format!("{value:?}")
}

fn debug<T: std::fmt::Debug>(value: &T) -> String {
    format!("{value:?}")
}

struct Lines {
    out: String,
}

impl Lines {
    fn push(&mut self, name: &str, value: String) {
        self.out.push_str(&format!("  {name}: {value}\n"));
    }

    /// Defaults that nobody changed are left out.
    fn one<T>(&mut self, files: &TestSource, name: &str, value: &Field<T>, show: impl Fn(&T) -> String) {
        if !value.is_default() {
            self.push(name, field(files, value, show));
        }
    }

    fn many<T>(&mut self, files: &TestSource, name: &str, values: &[Field<T>], show: impl Fn(&T) -> String) {
        for value in values {
            self.push(name, field(files, value, &show));
        }
    }
}

/// All containers, without what is as by default.
pub(super) fn containers(world: &World, files: &TestSource) -> String {
    let mut lines = Lines { out: String::new() };
    for one in world.containers.values() {
        container(world, files, one, &mut lines);
    }
    gaps(world, files, &mut lines);
    lines.out
}

fn gaps(world: &World, files: &TestSource, lines: &mut Lines) {
    for gap in &world.not_analysed {
        let place = gap.place.map_or("-".to_owned(), |place| files.code(place));
        lines
            .out
            .push_str(&format!("not analysed: {}: {} <- {place}\n", gap.what, gap.why));
    }
}

fn container(world: &World, files: &TestSource, one: &Container, lines: &mut Lines) {
    let existence = match &one.existence {
        Existence::Certain => String::new(),
        Existence::Template => " template".to_owned(),
        Existence::Maybe(places) => {
            let places: Vec<_> = places.iter().map(|place| files.code(*place)).collect();
            format!(" maybe[{}]", places.join(", "))
        }
    };
    let guest = one
        .guest
        .as_ref()
        .map_or(String::new(), |id| format!(", guest `{}`", world.system(id).name));
    lines.out.push_str(&format!(
        "{} {}{existence} in `{}`{guest} <- {}\n",
        one.surface.as_str(),
        one.name,
        world.system(&one.system).name,
        one.origin
            .place()
            .map_or("-".to_owned(), |place| files.code(place)),
    ));
    lines.one(files, "auto start", &one.auto_start, debug);
    lines.one(files, "rootful", &one.rootful, debug);
    if let Some(user) = &one.runs_as {
        lines.push("runs as", field(files, user, String::clone));
    }
    lines.one(files, "users", &one.userns, userns);
    lines.one(files, "privileged", &one.privileged, debug);
    lines.many(files, "capability", &one.capabilities, String::clone);
    lines.many(files, "dropped", &one.dropped_capabilities, String::clone);
    lines.one(files, "network", &one.network, debug);
    lists(files, one, lines);
    for flag in &one.flags {
        let name = match flag.form {
            FlagForm::Option => "flag",
            FlagForm::Value => "flag value",
            FlagForm::Malformed => "malformed flag",
        };
        lines.push(name, field(files, &flag.word, text));
    }
    if let Some(nspawn) = &one.nspawn {
        nspawn_only(files, nspawn, lines);
    }
}

fn lists(files: &TestSource, one: &Container, lines: &mut Lines) {
    lines.many(files, "namespace", &one.namespaces, |namespace| {
        format!("{} {:?}", namespace.kind, namespace.mode)
    });
    lines.many(files, "mount", &one.mounts, |mount| {
        format!(
            "{}{} at {}{}{}",
            if mount.is_bind { "" } else { "volume " },
            text(&mount.source),
            text(&mount.target),
            if mount.read_only { " ro" } else { " rw" },
            mount
                .options
                .iter()
                .map(|option| format!(" {option}"))
                .collect::<String>()
        )
    });
    lines.many(files, "device", &one.devices, |device| {
        format!(
            "{} {}{}",
            text(&device.node),
            device.access,
            if device.allowed_only { " allowed" } else { "" }
        )
    });
    lines.many(files, "port", &one.ports, |port| {
        let pod = port.pod.iter().map(|pod| format!(" of pod {pod}"));
        format!(
            "{} {} -> {}{}",
            optional(&port.address),
            optional(&port.host),
            text(&port.container),
            pod.collect::<String>()
        )
    });
    lines.many(files, "environment", &one.environment, |variable| {
        format!("{} = {}", variable.name, text(&variable.value))
    });
    lines.many(files, "environment file", &one.environment_files, text);
    if let Some(image) = &one.image {
        let show = |image: &nixpod_model::Image| {
            format!(
                "{}{}",
                text(&image.reference),
                if image.provided_by_nix { " by nix" } else { "" }
            )
        };
        lines.push("image", field(files, image, show));
    }
    lines.many(files, "security", &one.security_options, text);
    lines.many(files, "command", &one.command, text);
}

fn nspawn_only(files: &TestSource, nspawn: &Nspawn, lines: &mut Lines) {
    lines.one(files, "private users", &nspawn.private_users, userns);
    lines.one(files, "ownership", &nspawn.ownership, debug);
    lines.one(files, "private network", &nspawn.private_network, debug);
    lines.one(files, "tun", &nspawn.enable_tun, debug);
    lines.many(files, "network option", &nspawn.network_options, String::clone);
    let other = &nspawn.other_private_network;
    lines.one(files, "other private network", other, debug);
    if let Some(opaque) = &nspawn.opaque {
        lines.push("opaque", field(files, opaque, String::clone));
    }
}

/// The options of all containers.
pub(super) fn options(world: &World, listing: &Listing, files: &TestSource) -> String {
    let mut lines = Lines { out: String::new() };
    for one in world.containers.values() {
        lines.out.push_str(&format!("{}\n", one.name));
        for option in &listing[&one.id] {
            lines.push(&option.name, field(files, &option.value, String::clone));
            for definition in &option.value.definitions {
                let condition = definition
                    .condition
                    .map_or(String::new(), |place| format!(" if {}", files.code(place)));
                lines.out.push_str(&format!(
                    "    {} {} at {}{condition}\n",
                    if definition.won { "won" } else { "lost" },
                    definition.value,
                    definition.priority,
                ));
            }
        }
    }
    lines.out
}

fn user(files: &TestSource, user: &User, lines: &mut Lines) {
    let place = user
        .origin
        .place()
        .map_or("-".to_owned(), |place| files.code(place));
    lines.push("user", format!("{} <- {place}", user.name));
    let mut inner = Lines { out: String::new() };
    inner.one(files, "  normal", &user.is_normal, debug);
    inner.one(files, "  system", &user.is_system, debug);
    inner.one(files, "  uid", &user.uid, debug);
    inner.one(files, "  linger", &user.linger, debug);
    if user.auto_sub_ids.value() != Some(&false) {
        inner.push("  auto sub-ids", field(files, &user.auto_sub_ids, debug));
    }
    let range = |range: &nixpod_model::SubIdRange| {
        format!(
            "{} + {}{}",
            range.start,
            range.count,
            if range.count_written { "" } else { " unwritten" }
        )
    };
    inner.many(files, "  sub-uids", &user.sub_uids, range);
    inner.many(files, "  sub-gids", &user.sub_gids, range);
    if !user.sub_ids_known {
        inner.push("  sub-ids", "not all known".to_owned());
    }
    if user.group.value().is_none_or(Option::is_some) {
        inner.push("  group", field(files, &user.group, debug));
    }
    inner.many(files, "  extra group", &user.extra_groups, String::clone);
    lines.out.push_str(&inner.out);
}

/// All systems, without what is as by default.
pub(super) fn systems(world: &World, files: &TestSource) -> String {
    let mut lines = Lines { out: String::new() };
    for one in world.systems.values() {
        system(files, one, &mut lines);
    }
    gaps(world, files, &mut lines);
    lines.out
}

#[expect(clippy::too_many_lines, reason = "a line for each fact")]
fn system(files: &TestSource, one: &System, lines: &mut Lines) {
    lines.out.push_str(&format!(
        "{:?} `{}`{}{} <- {}\n",
        one.kind,
        one.name,
        if one.complete { "" } else { " incomplete" },
        one.home_of
            .as_ref()
            .map_or(String::new(), |user| format!(" of {user}")),
        one.origin
            .place()
            .map_or("-".to_owned(), |place| files.code(place)),
    ));
    if !one.state_version.is_unknown() {
        lines.one(files, "state version", &one.state_version, |version| {
            format!("{}.{:02}", version.year, version.month)
        });
    }
    if !one.kernel.is_unknown() || !one.kernel.origin.hops.is_empty() {
        let show = |kernel: &nixpod_model::Kernel| {
            format!(
                "{}.{}{} ({})",
                kernel.major,
                kernel.minor,
                if kernel.at_least { "+" } else { "" },
                kernel.source
            )
        };
        lines.push("kernel", field(files, &one.kernel, show));
    }
    lines.one(files, "selinux", &one.selinux, debug);
    if !one.user_namespaces.is_unknown() {
        lines.one(files, "user namespaces", &one.user_namespaces, debug);
    }
    if let Some(kind) = &one.store_fs_type {
        lines.push("store", field(files, kind, String::clone));
    }
    let engines = &one.engines;
    for (name, engine) in [
        ("podman", &engines.podman),
        ("docker", &engines.docker),
        ("docker rootless", &engines.docker_rootless),
        ("lxd", &engines.lxd),
        ("libvirtd", &engines.libvirtd),
        ("keyring", &engines.keyring),
    ] {
        if !engine.is_default() || engine.value() == Some(&true) && name != "keyring" {
            lines.push(name, field(files, engine, debug));
        }
    }
    lines.one(files, "oci backend", &engines.oci_backend, String::clone);
    for one in &one.users {
        user(files, one, lines);
    }
    lines.many(files, "member", &one.group_members, |(group, member)| {
        format!("{member} in {group}")
    });
    for one in &one.secrets {
        let slot = match &one.slot {
            SecretSlot::Password(user, option) | SecretSlot::HashedPassword(user, option) => {
                format!("{user}.{option}")
            }
            SecretSlot::WrittenFile(name) => format!("file {name}"),
            SecretSlot::Environment(name) => format!("variable {name}"),
            SecretSlot::Credential(name) => format!("credential {name}"),
            SecretSlot::SecretFile(name) => format!("file of {name}"),
        };
        lines.push(&slot, field(files, &one.value, text));
    }
}
