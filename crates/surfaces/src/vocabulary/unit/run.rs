//! What a unit's keys make of a container: the options of `podman run` that Podman's generator writes.

use crate::vocabulary::certainty::{part, weaken};
use crate::vocabulary::csv;
use crate::vocabulary::flags::{Opt, decided, parse};
use crate::vocabulary::podman::{self, BUILDS, WORDS, is_of_steps, option as opt};
use crate::vocabulary::pods;
use crate::vocabulary::text::{HOLE, concat, origin_of, split_once};
use crate::vocabulary::unit::check::is_on;
use crate::vocabulary::unit::keys::{Becomes, Key, Takes};
use crate::vocabulary::unit::specifiers::Scope;
use crate::vocabulary::unit::values::{Values, is_filled};
use nixpod_model::{
    Container, Field, FlagForm, Image, Mount, NetworkMode, RunOption, Task, Text, UnitProblem,
};
use nixpod_source::Origin;

/// What stands around a unit.
pub(crate) struct Around<'u> {
    pub(crate) scope: Scope,
    /// The folder that its file is in, from which relative paths go.
    pub(crate) directory: Option<&'u str>,
    /// What Podman calls what another unit makes, by the name of its file.
    pub(crate) resource: &'u dyn Fn(&str) -> Option<Text>,
}

impl Around<'_> {
    /// Without any other units.
    pub(crate) fn alone(scope: Scope) -> Self {
        Self {
            scope,
            directory: None,
            resource: &|_| None,
        }
    }

    pub(super) fn resolved(&self, text: Text) -> Text {
        self.scope.resolve(&text).unwrap_or(text)
    }

    /// A text of which the part before the first colon is the name of another unit, or a relative path.
    fn referred(&self, text: Text) -> Text {
        let (first, rest) = match split_once(&text, ':') {
            Some((first, _)) => {
                let from = first.pattern().len();
                let rest = text.slice(from, text.pattern().len());
                (first, rest)
            }
            None => (text.clone(), Text::default()),
        };
        match self.source(&first) {
            Some(source) => concat([source, rest]),
            None => text,
        }
    }

    /// A path that is told from the folder of the unit on.
    fn below(&self, path: &Text) -> Option<Text> {
        let directory = Text::known(format!("{}/", self.directory?), origin_of(path));
        let pattern = path.pattern();
        let from = if pattern.starts_with("./") { 2 } else { 0 };
        let end = pattern.trim_end_matches('/').len();
        Some(concat([directory, path.slice(from, end)]))
    }

    /// What the source of a mount or the name of a network stands for, if not for itself.
    fn source(&self, name: &Text) -> Option<Text> {
        let pattern = name.pattern();
        if pattern.starts_with('.') {
            return self.below(name);
        }
        let found = (self.resource)(&pattern)?;
        // What a template makes is called by its instance, where somebody says which.
        let known = self.scope.resolve(&found).filter(|text| !text.has_hole());
        Some(placed(known.unwrap_or(found), &origin_of(name)))
    }
}

/// A text whose pieces are all told to be written where its name is.
fn placed(mut text: Text, origin: &Origin) -> Text {
    use nixpod_model::TextPart;
    for part in &mut text.parts {
        match part {
            TextPart::Known { origin: own, .. } | TextPart::Hole { origin: own, .. } => {
                own.clone_from(origin)
            }
        }
    }
    text
}

/// Reads the section of a container into one; what it is besides was read before.
pub(crate) fn container(values: &Values, around: &Around<'_>, container: &mut Container) {
    podman::apply(container, &options(values, around));
    container.environment.extend(values.variables.iter().cloned());
    image(values, around, container);
    for word in values.all("Exec") {
        container
            .command
            .push(word.map(|word| around.resolved(word.clone())));
    }
    global_flags(values, container);
    let words = values.all("PodmanArgs");
    let (flags, mut further) = parse(&words, &WORDS);
    container.flags.extend(flags);
    for option in &mut further {
        option.value = option.value.take().map(|value| around.resolved(value));
    }
    podman::apply(container, &further);
    let pod = values.last("Pod").filter(is_filled);
    container.run_options.extend(pod.map(|pod| {
        pod.map(|pod| RunOption {
            name: POD,
            value: pod.clone(),
        })
    }));
    unexpanded(container);
    container.unit_problems.extend(values.problems.iter().cloned());
    container.unit_problems.extend(values.wrong());
}

/// The option that says of a quadlet in which pod it is: by the name of its file, as nothing else is told of a pod.
const POD: &str = "Pod";

/// Reads the section of a pod into a container that is in it: it shares users, networks, ports and volumes.
pub(crate) fn pod(values: &Values, name: &str, around: &Around<'_>, container: &mut Container) {
    pods::begin_in(container, name, &of_pod(values, around));
}

/// What a pod says of its members.
pub(crate) fn of_pod(values: &Values, around: &Around<'_>) -> Vec<Opt> {
    let mut out = options(values, around);
    let words = values.all("PodmanArgs");
    let shared = parse(&words, &WORDS).1.into_iter().filter(|option| {
        matches!(
            option.name.as_str(),
            "--network"
                | "--net"
                | "--userns"
                | "--uidmap"
                | "--gidmap"
                | "-p"
                | "--publish"
                | "-v"
                | "--volume"
                | "--security-opt"
                | "--device"
                | "--pid"
        )
    });
    out.extend(shared);
    out
}

/// Reads the section of an image into a container that runs it: how it is pulled.
pub(crate) fn pull(values: &Values, around: &Around<'_>, container: &mut Container) {
    podman::apply(container, &options(values, around));
    podman::apply(container, &parse(&values.all("PodmanArgs"), &WORDS).1);
}

/// Reads the section of a build into a container that stands for its steps. Their image is what the build makes.
pub(crate) fn build(values: &Values, around: &Around<'_>, container: &mut Container) {
    container.task = Task::Build;
    let mut all = options(values, around);
    container.environment.extend(values.variables.iter().cloned());
    global_flags(values, container);
    let (flags, words) = parse(&values.all("PodmanArgs"), &BUILDS);
    let flags = flags.into_iter().filter(|flag| flag.form != FlagForm::Value);
    container.flags.extend(flags);
    all.extend(words.into_iter().filter(is_of_build).map(|mut option| {
        option.value = option.value.take().map(|value| around.resolved(value));
        option
    }));
    for option in &mut all {
        // Both are variables of the steps.
        if option.name == "--build-arg" {
            "--env".clone_into(&mut option.name);
        }
    }
    podman::apply(container, &all);
    unexpanded(container);
}

/// Does an option of a build say what its steps reach, or what is secret in them? Others are called as options of `run` are
/// that mean something else.
fn is_of_build(option: &Opt) -> bool {
    is_of_steps(option)
        || matches!(
            option.name.as_str(),
            "--authfile" | "--build-arg" | "--creds" | "--env" | "--secret" | "--tls-verify"
        )
}

/// Reads the section of an image or an artifact into a container that stands for fetching it.
pub(crate) fn fetch(values: &Values, around: &Around<'_>, container: &mut Container) {
    container.task = Task::Pull;
    pull(values, around, container);
    let reference = values.last("Image").or_else(|| values.last("Artifact"));
    container.image = reference.filter(is_filled).map(|reference| {
        reference.map(|reference| Image {
            reference: around.resolved(reference.clone()),
            provided_by_nix: false,
        })
    });
}

/// Is there anything to say of a build or of what is fetched, that is not so of all of them?
pub(crate) fn is_telling(container: &Container) -> bool {
    let tells = |option: &RunOption| match option.name {
        "tls-verify" => option.value.pattern() != "true",
        name => container.task == Task::Build || name == "creds",
    };
    let is_own = |network: &NetworkMode| matches!(network, NetworkMode::Private | NetworkMode::None);
    let is_empty = container.userns.is_default()
        && container.capabilities.is_empty()
        && container.namespaces.is_empty()
        && container.mounts.is_empty()
        && container.devices.is_empty()
        && container.environment.is_empty()
        && container.security_options.is_empty();
    !is_empty
        || !container.network.value().is_some_and(is_own)
        || { container.run_options.iter() }.any(|option| option.value().is_none_or(tells))
        || container.flags.iter().any(|flag| flag.word.is_unknown())
}

/// The options that become of keys and that say something of the container, in the order in which they are written.
fn options(values: &Values, around: &Around<'_>) -> Vec<Opt> {
    let keys = values.kind.keys().iter();
    let telling = keys.filter(|key| !matches!(key.becomes, Becomes::Further(_)));
    telling.flat_map(|key| of_key(key, values, around)).collect()
}

/// The options that a key becomes.
pub(super) fn of_key(key: &Key, values: &Values, around: &Around<'_>) -> Vec<Opt> {
    let mut out = Vec::new();
    match key.becomes {
        Becomes::Option(name) | Becomes::Further(name) => {
            for field in values.of(key) {
                out.extend(option(key, name, &field, around));
            }
        }
        Becomes::Security(prefix) => {
            for field in values.of(key) {
                let resolved = field.map(|text| around.resolved(text.clone()));
                out.push(opt("--security-opt", &podman::security(prefix, &resolved)));
            }
        }
        Becomes::SecuritySwitch(word) => {
            if let Some(field) = values
                .switch(key.name)
                .filter(|field| field.value() != Some(&false))
            {
                let origin = field.origin.clone();
                out.push(opt(
                    "--security-opt",
                    &field.map(|_| Text::known(word, origin.clone())),
                ));
            }
        }
        Becomes::Own => own(key, values, around, &mut out),
        Becomes::Nothing => {}
    }
    out
}

fn option(key: &Key, name: &str, field: &Field<Text>, around: &Around<'_>) -> Option<Opt> {
    let is_empty = field.value().is_some_and(|text| text.parts.is_empty());
    // Only an entry point is taken away by an empty value.
    if is_empty && name != "--entrypoint" {
        return None;
    }
    if key.takes == Takes::Switch {
        let origin = field.origin.clone();
        let switch = decided(field, |text| {
            let word = if is_on(&text.pattern()) { "true" } else { "false" };
            Text::known(word, origin.clone())
        });
        return Some(opt(name, &switch));
    }
    let value = field.map(|text| {
        let text = around.resolved(text.clone());
        match name {
            "--network" | "--volume" => around.referred(text),
            "--mount" => mount(&text, around),
            "--env-file" if !text.pattern().starts_with(['/', '%', HOLE]) => {
                around.below(&text).unwrap_or(text)
            }
            // The dash says that the device may be missing.
            "--device" if text.pattern().starts_with('-') => text.slice(1, text.pattern().len()),
            _ => text,
        }
    });
    Some(opt(name, &value))
}

/// `source=` of a mount may be the name of another unit, or a relative path.
fn mount(text: &Text, around: &Around<'_>) -> Text {
    let Some(mut tokens) = csv::fields(text) else {
        return text.clone();
    };
    for token in &mut tokens {
        let pattern = token.pattern();
        if let Some(value) = pattern
            .strip_prefix("source=")
            .or_else(|| pattern.strip_prefix("src="))
        {
            let value = token.slice(pattern.len() - value.len(), pattern.len());
            let source = around.source(&value).unwrap_or(value);
            *token = concat([Text::known("source=", Origin::default()), source]);
            break;
        }
    }
    let comma = |at: usize| Text::known(if at == 0 { "" } else { "," }, Origin::default());
    let tokens = tokens.iter().enumerate();
    concat(tokens.flat_map(|(at, token)| [comma(at), csv::written(token)]))
}

/// Keys that become options together with others.
fn own(key: &Key, values: &Values, around: &Around<'_>, out: &mut Vec<Opt>) {
    match key.name {
        "User" => {
            let Some(user) = values.last("User").filter(is_filled) else {
                return;
            };
            let user = match values.last("Group").filter(is_filled) {
                Some(group) => {
                    let both = group.value().map(|group| {
                        user.map(|user| {
                            concat([user.clone(), Text::known(":", Origin::default()), group.clone()])
                        })
                    });
                    weaken(both.unwrap_or_else(|| group.clone()), &group)
                }
                None => user,
            };
            out.push(opt("--user", &user.map(|user| around.resolved(user.clone()))));
        }
        "VolatileTmp" => {
            let read_only = values.switch("ReadOnly").and_then(|field| field.value().copied());
            if let Some(volatile) = values
                .switch("VolatileTmp")
                .filter(|field| field.value() != Some(&false))
                && read_only != Some(true)
            {
                let tmp =
                    volatile.map(|_| Text::known("/tmp:rw,size=512M,mode=1777", volatile.origin.clone()));
                out.push(opt("--tmpfs", &tmp));
            }
        }
        "AutoUpdate" => {
            if let Some(update) = values.last("AutoUpdate").filter(is_filled) {
                let label = Text::known("io.containers.autoupdate=", update.origin.clone());
                out.push(opt(
                    "--label",
                    &update.map(|value| concat([label.clone(), value.clone()])),
                ));
            }
        }
        "RemapUsers" => remap(values, out),
        _ => {}
    }
}

/// The old keys for maps of users. They count only where none of the new ones is there.
fn remap(values: &Values, out: &mut Vec<Opt>) {
    let is_mapped = ["UserNS", "UIDMap", "GIDMap", "SubUIDMap", "SubGIDMap"]
        .iter()
        .any(|key| values.has(key));
    let Some(how) = values.last("RemapUsers").filter(|_| !is_mapped) else {
        return;
    };
    let (users, groups) = (values.all("RemapUid"), values.all("RemapGid"));
    let word = how.value().map(Text::pattern);
    let (user, group, size) = match word.as_deref() {
        Some("manual") => {
            out.extend(users.iter().map(|map| opt("--uidmap", map)));
            out.extend(groups.iter().map(|map| opt("--gidmap", map)));
            return;
        }
        Some("auto") => ("uidmapping=", "gidmapping=", values.last("RemapUidSize")),
        Some("keep-id") => ("uid=", "gid=", None),
        Some(_) => return,
        None => return out.push(opt("--userns", &how)),
    };
    let size = size.iter().map(|size| ("size=", size));
    let maps = users.iter().map(|map| (user, map));
    let maps = maps.chain(groups.iter().map(|map| (group, map))).chain(size);
    let mut mode = how.clone();
    for (at, (prefix, map)) in maps.enumerate() {
        let separator = if at == 0 { ":" } else { "," };
        let prefix = Text::known(format!("{separator}{prefix}"), map.origin.clone());
        let map = map.value().cloned().unwrap_or_default();
        mode = mode.map(|mode| concat([mode.clone(), prefix.clone(), map.clone()]));
    }
    out.push(opt("--userns", &mode));
}

fn image(values: &Values, around: &Around<'_>, container: &mut Container) {
    if let Some(rootfs) = values.last("Rootfs").filter(is_filled) {
        let rootfs = rootfs.map(|text| around.resolved(text.clone()));
        podman::apply(container, &[opt("--rootfs", &rootfs)]);
    }
    let image = reference(values, around);
    container.image = image.map(|image| {
        image.map(|reference| Image {
            reference: reference.clone(),
            provided_by_nix: false,
        })
    });
}

/// The image, by the name that Podman is told.
pub(super) fn reference(values: &Values, around: &Around<'_>) -> Option<Field<Text>> {
    let image = values.last("Image").filter(is_filled)?;
    Some(image.map(|reference| {
        let reference = around.resolved(reference.clone());
        let pattern = reference.pattern();
        let is_unit = pattern.ends_with(".image") || pattern.ends_with(".build");
        match (around.resource)(&pattern).filter(|_| is_unit) {
            Some(built) => placed(built, &origin_of(&reference)),
            None => reference,
        }
    }))
}

/// Options of Podman itself come before `run`; they are kept as words only.
fn global_flags(values: &Values, container: &mut Container) {
    let words = global(values);
    container.flags = parse(&words, &WORDS).0;
}

/// The words before `run`.
pub(super) fn global(values: &Values) -> Vec<Field<Text>> {
    let modules = values.all("ContainersConfModule");
    let modules = modules.iter().map(|module| podman::prefixed("--module=", module));
    modules.chain(values.all("GlobalArgs")).collect()
}

/// `~` and `$HOME` in a word are expanded by a shell, and there is none: Podman takes them for the name of a volume.
fn unexpanded(container: &mut Container) {
    for field in &mut container.mounts {
        let is_unexpanded = |mount: &Mount| {
            let source = mount.source.pattern();
            source.starts_with('~') || source.starts_with('$') && !source.starts_with("${")
        };
        let Some(mount) = field
            .value()
            .filter(|mount| mount.is_bind && is_unexpanded(mount))
        else {
            continue;
        };
        let problem = UnitProblem::NotExpanded(mount.source.display());
        let origin = origin_of(&mount.source);
        container.unit_problems.push(part(field, problem, origin));
        *field = field.map(|mount| Mount {
            is_bind: false,
            ..mount.clone()
        });
    }
}
