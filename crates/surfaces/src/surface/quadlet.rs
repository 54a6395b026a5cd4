//! quadlet-nix: `virtualisation.quadlet.containers.<name>` of NixOS and of Home Manager, in both forms that exist. One
//! has an option for every key, the other takes keys as quadlet spells them; a container is read as both.

use crate::read::{Found, OptionReader, wrong};
use crate::surface::beside_sections;
use crate::surface::made::{HostVolume, Made, MadeNetwork, MadePod, Maker};
use crate::surface::quadlet_names::{NAMES, OF_BUILDS, OF_IMAGES};
use crate::surface::quadlet_sections::{Form, other_sections};
use crate::surface::section::{self, Beside, Own, Section};
use crate::surface::section_pods;
use crate::surface::surroundings::{Reading, Surroundings};
use crate::vocabulary::options::{Systems, Table};
use crate::vocabulary::podman::by_driver;
use crate::vocabulary::text::hole;
use crate::vocabulary::unit::kinds::Kind;
use crate::vocabulary::unit::specifiers::Manager;
use crate::vocabulary::unit::written::Writing;
use nixpod_eval::Value;
use nixpod_model::{
    Container, EngineCommand, Existence, Field, Image, PodmanRelease, Surface, SystemKind, Text, UnitProblem,
    UnknownOption,
};
use nixpod_source::{Origin, Why};

/// What is known of the surface before a container is read.
pub(crate) const TABLE: Table = Table {
    surface: Surface::QuadletNix,
    systems: Systems::Both,
    path: &["virtualisation", "quadlet", "containers"],
    old_path: None,
    file: None,
    options: &OPTIONS,
    facts: &[
        "autoStart",
        "containerConfig.networks",
        "containerConfig.userns",
        "rootlessConfig.uid",
        "uid",
    ],
    guest: None,
    part: None,
};

/// The options in the order in which they are shown.
const OPTIONS: [&str; 10] = [
    "containerConfig",
    "imageFile",
    "imageStream",
    "autoStart",
    "rootlessConfig",
    "uid",
    "rawConfig",
    "extraConfig",
    "serviceConfig",
    "unitConfig",
];

/// Keys, and the typed options that become them.
type Names = &'static [(&'static str, &'static str)];

/// Other objects that containers name: their option, their section and their kind, with the typed options of keys that
/// matter to whoever names them.
const BESIDE: [(&str, &str, Kind, Names); 6] = [
    ("builds", "buildConfig", Kind::Build, &OF_BUILDS),
    (
        "containers",
        "containerConfig",
        Kind::Container,
        &[("ContainerName", "name")],
    ),
    ("images", "imageConfig", Kind::Image, &OF_IMAGES),
    (
        "networks",
        "networkConfig",
        Kind::Network,
        &[("NetworkName", "name"), ("Driver", "driver")],
    ),
    ("pods", "podConfig", Kind::Pod, &[("PodName", "name")]),
    (
        "volumes",
        "volumeConfig",
        Kind::Volume,
        &[
            ("Device", "device"),
            ("Driver", "driver"),
            ("Options", "options"),
            ("Type", "type"),
            ("VolumeName", "name"),
        ],
    ),
];

pub(super) fn beside(reader: &mut OptionReader<'_, '_>, config: &Found, form: Form) -> Vec<Beside> {
    let objects = BESIDE.iter().map(|(option, section, kind, names)| Beside {
        kind: *kind,
        all: reader.option(config, &["virtualisation", "quadlet", option]),
        section: Some(section),
        names,
        complete: form.complete(),
    });
    objects.collect()
}

/// What the module as a whole says.
pub(super) struct QuadletModule {
    /// Are the elements of typed lists quoted?
    pub(super) quoted: bool,
    /// Whose units they are.
    pub(super) manager: Manager,
    /// `pods`, whose namespaces their containers share.
    pods: Found,
    /// `users.users`, by which a number is told to be a user.
    users: Found,
}

impl QuadletModule {
    pub(super) fn new(reader: &mut OptionReader<'_, '_>, config: &Found, is_home: bool) -> Self {
        let escape = reader.option(config, &["virtualisation", "quadlet", "autoEscape"]);
        let pods = reader.option(config, &["virtualisation", "quadlet", "pods"]);
        let users = reader.option(config, &["users", "users"]);
        Self {
            quoted: reader.bool(&escape).value() != Some(&false),
            manager: match is_home {
                true => Manager::User,
                false => Manager::System,
            },
            pods,
            users,
        }
    }
}

/// Reads one container into an empty one. What Home Manager runs is rootless in any case.
pub(crate) fn read(
    reader: &mut OptionReader<'_, '_>,
    found: &Found,
    around: &mut Surroundings<'_>,
    container: &mut Container,
) -> Reading {
    if is_off(reader, found, around) {
        return Reading::Off;
    }
    let is_home = around.kind == SystemKind::Home;
    let mut module = QuadletModule::new(reader, around.config, is_home);
    module.manager = manager_of(reader, found, &module);
    who_runs(reader, &module, found, around, container);
    let auto_start = reader.get(found, "autoStart");
    container.auto_start = reader.field(&auto_start, |_, value, _| match &value.value {
        Value::Bool(bool) => Ok(*bool),
        // The name of a target that wants it.
        Value::String(_) => Ok(true),
        other => Err(wrong("a Boolean", other)),
    });

    let parts = Parts::new(reader, found, &module);
    if parts.raw.is_some() {
        discarded(reader, &parts.config, container);
    } else {
        in_pod(reader, &module, &parts.config, container);
        container.unseen = reader.unseen(&parts.config);
    }
    misspelt(reader, found, &parts.config);
    let form = Form::of(reader, &parts.config);
    let beside = beside(reader, around.config, form);
    section::read(reader, &parts.section(around.podman), &beside, container);
    let extra = reader.get(found, "extraConfig");
    let install = match &parts.raw {
        // The module's own options have no part in it then.
        Some(raw) => {
            beside_sections::service_of_text(raw, container);
            container.auto_start = match raw.value() {
                Some(_) => Field::default(false),
                None => raw.map(|_| false),
            };
            beside_sections::wanted_by_text(raw)
        }
        None => {
            for (set, name) in [(found, "serviceConfig"), (&extra, "Service")] {
                let service = reader.get(set, name);
                beside_sections::service(reader, &service, container);
                beside_sections::limits(reader, &service, container);
            }
            let sets =
                [(found, "installConfig"), (&extra, "Install")].map(|(set, name)| reader.get(set, name));
            { sets.iter() }.find_map(|set| beside_sections::wanted(reader, set))
        }
    };
    beside_sections::start_if(install, container);
    image_by_nix(reader, found, container);
    Reading::Container
}

/// Is an object switched off, or the module as a whole?
pub(super) fn is_off(reader: &mut OptionReader<'_, '_>, found: &Found, around: &Surroundings<'_>) -> bool {
    let module = reader.option(around.config, &["virtualisation", "quadlet", "enable"]);
    let enable = reader.get(found, "enable");
    reader.is_written(&module) && reader.bool(&module).certain() == Some(&false)
        || reader.bool(&enable).certain() == Some(&false)
}

/// Who runs the unit of an object.
pub(super) fn who_runs(
    reader: &mut OptionReader<'_, '_>,
    module: &QuadletModule,
    found: &Found,
    around: &Surroundings<'_>,
    container: &mut Container,
) {
    container.runs_as = around.home_of.map(|user| Field::default(user.to_owned()));
    match around.kind {
        SystemKind::Home => container.rootful = Field::default(false),
        _ => rootless_user(reader, module, found, container),
    }
}

/// Options of a container that neither form of the module has, where a name of theirs is very near. Keys as quadlet spells
/// them are another matter.
fn misspelt(reader: &mut OptionReader<'_, '_>, found: &Found, config: &Found) {
    let own = OPTIONS
        .into_iter()
        .chain(["enable", "installConfig", "quadletConfig", "ref"]);
    let own: Vec<&str> = own.collect();
    let keys: Vec<&str> = NAMES.iter().map(|(_, option)| *option).collect();
    for (set, known, prefix) in [(found, own, ""), (config, keys, "containerConfig.")] {
        let is_other =
            |name: &str| name.starts_with(|first: char| first.is_ascii_lowercase()) && !known.contains(&name);
        for (name, entry) in reader.entries_called(set, &is_other) {
            if let Some(meant) = nixpod_modules::meant(&name, known.iter().copied()) {
                let option = UnknownOption {
                    name: format!("{prefix}{name}"),
                    meant: Some(meant.to_owned()),
                };
                let origin = reader.key_origin(&entry);
                reader.unknown_options.push(Field::set(option, origin));
            }
        }
    }
}

/// Options that harden a container.
const HARDENING: [&str; 16] = [
    "appArmor",
    "dropCapabilities",
    "gidMaps",
    "mask",
    "memory",
    "network",
    "networks",
    "noNewPrivileges",
    "pidsLimit",
    "readOnly",
    "seccompProfile",
    "securityLabelType",
    "subUIDMap",
    "uidMaps",
    "user",
    "userns",
];

/// What the text of the unit takes the place of.
fn discarded(reader: &mut OptionReader<'_, '_>, config: &Found, container: &mut Container) {
    for option in HARDENING {
        let found = reader.get(config, option);
        if !reader.is_written(&found) || matches!(found.value.value, Value::Null) {
            continue;
        }
        let said = reader.field(&found, |_, value, _| match &value.value {
            Value::Unknown(unknown) => Err(unknown.why.clone()),
            _ => Ok(()),
        });
        container
            .unit_problems
            .push(said.map(|()| UnitProblem::Discarded(option.to_owned())));
    }
}

/// The unit that is written for one, and the command that it becomes.
pub(crate) fn command(
    reader: &mut OptionReader<'_, '_>,
    found: &Found,
    around: &Surroundings<'_>,
    name: &str,
) -> EngineCommand {
    let is_home = around.kind == SystemKind::Home;
    let module = QuadletModule::new(reader, around.config, is_home);
    let parts = Parts::new(reader, found, &module);
    let form = Form::of(reader, &parts.config);
    let beside = beside(reader, around.config, form);
    let is_rootless = !is_home && is_rootless(reader, found);
    let kind = reader.at(found, &["serviceConfig", "Type"]);
    let writing = match form {
        Form::Options => Writing::Options {
            escapes: module.quoted,
        },
        Form::Keys => Writing::Keys,
    };
    let others = other_sections(reader, found, (form, is_home, writing), name);
    let own = Own {
        others,
        stem: name.to_owned(),
        complete: &|values| {
            form.complete()(values, name);
            // What Podman does by itself does not work for a user whose service the system's manager runs.
            if form == Form::Options && is_rootless {
                values.add_default("CgroupsMode", Text::known("enabled", Origin::default()));
            }
        },
        kind: Some(&kind),
        name_files: &|_| {},
        folder: match (form, is_home) {
            (Form::Options, false) => Text::known("/etc/containers/systemd", Origin::default()),
            _ => hole(Why::named("the folder of the unit"), Origin::default()),
        },
    };
    let mut section = parts.section(around.podman);
    section.writing = Some(writing);
    section::command(reader, &section, &beside, own)
}

/// Is it a user's, whom the system's service manager runs it for?
fn is_rootless(reader: &mut OptionReader<'_, '_>, found: &Found) -> bool {
    let uid = reader.at(found, &["rootlessConfig", "uid"]);
    reader.int(&uid).value().is_some()
}

/// Where the keys of a container come from.
struct Parts {
    config: Found,
    extra: Found,
    raw: Option<Field<Text>>,
    quoted: bool,
    manager: Manager,
}

impl Parts {
    fn new(reader: &mut OptionReader<'_, '_>, found: &Found, module: &QuadletModule) -> Self {
        Self {
            config: reader.get(found, "containerConfig"),
            extra: reader.at(found, &["extraConfig", "Container"]),
            raw: raw_of(reader, found),
            quoted: module.quoted,
            manager: module.manager,
        }
    }

    fn section(&self, podman: Option<PodmanRelease>) -> Section<'_> {
        Section {
            typed: &self.config,
            kind: Kind::Container,
            names: &NAMES,
            quoted: self.quoted,
            writing: None,
            pairs: None,
            extra: vec![self.config.clone(), self.extra.clone()],
            raw: self.raw.clone(),
            manager: self.manager,
            podman,
        }
    }
}

/// Whose service manager runs an object. The other module puts what has `uid` where only that user's manager reads it, whereas
/// `rootlessConfig.uid` becomes `User=` of a unit of the system's.
fn manager_of(reader: &mut OptionReader<'_, '_>, found: &Found, module: &QuadletModule) -> Manager {
    let uid = reader.get(found, "uid");
    if module.manager == Manager::User || reader.is_unset(&uid) || matches!(uid.value.value, Value::Null) {
        return module.manager;
    }
    match reader.int(&uid).value() {
        Some(_) => Manager::User,
        None => Manager::Either,
    }
}

/// The text of an object's unit, which takes the place of all its options.
pub(super) fn raw_of(reader: &mut OptionReader<'_, '_>, found: &Found) -> Option<Field<Text>> {
    let raw = reader.get(found, "rawConfig");
    let is_raw = !matches!(raw.value.value, Value::Null) && !reader.is_unset(&raw);
    is_raw.then(|| reader.text(&raw))
}

/// `rootlessConfig.uid` or `uid`: the container belongs to that user.
fn rootless_user(
    reader: &mut OptionReader<'_, '_>,
    module: &QuadletModule,
    found: &Found,
    container: &mut Container,
) {
    for path in [&["rootlessConfig", "uid"][..], &["uid"]] {
        let uid = reader.at(found, path);
        if matches!(uid.value.value, Value::Null) || reader.is_unset(&uid) {
            continue;
        }
        let uid = reader.int(&uid);
        container.rootful = uid.map(|_| false);
        let Some(number) = uid.value().copied() else {
            continue;
        };
        let users = reader.entries(&module.users);
        for (name, user) in users.named {
            let own = reader.get(&user, "uid");
            if reader.int(&own).value() == Some(&number) {
                container.runs_as = Some(uid.map(|_| name.clone()));
                return;
            }
        }
    }
}

/// The network, the user namespace and the ports of a container in a pod are the pod's.
fn in_pod(
    reader: &mut OptionReader<'_, '_>,
    module: &QuadletModule,
    config: &Found,
    container: &mut Container,
) {
    for key in ["pod", "Pod"] {
        let pod = reader.get(config, key);
        let Some(name) = reader.string(&pod).value().cloned() else {
            continue;
        };
        let name = name.strip_suffix(".pod").unwrap_or(&name);
        let pod = reader.get(&module.pods, name);
        if reader.is_unset(&pod) {
            continue;
        }
        let raw = raw_of(reader, &pod);
        let manager = manager_of(reader, &pod, module);
        let pod = reader.get(&pod, "podConfig");
        section_pods::read_pod(
            reader,
            &section_of_pod(module, &pod, raw, manager),
            name,
            container,
        );
    }
}

fn section_of_pod<'f>(
    module: &QuadletModule,
    pod: &'f Found,
    raw: Option<Field<Text>>,
    manager: Manager,
) -> Section<'f> {
    Section {
        typed: pod,
        names: &NAMES,
        kind: Kind::Pod,
        quoted: module.quoted,
        writing: None,
        pairs: None,
        extra: vec![pod.clone()],
        raw,
        manager,
        podman: None,
    }
}

/// The pods of a system, for containers that are put into them by the words of their commands.
pub(crate) fn pods(reader: &mut OptionReader<'_, '_>, config: &Found, is_home: bool) -> Vec<MadePod> {
    let all = reader.option(config, &["virtualisation", "quadlet", "pods"]);
    if reader.is_unset(&all) || reader.is_default(&all) {
        return Vec::new();
    }
    let module = QuadletModule::new(reader, config, is_home);
    let mut out = Vec::new();
    for (name, pod) in reader.entries(&all).named {
        let raw = raw_of(reader, &pod);
        let manager = manager_of(reader, &pod, &module);
        let pod = reader.get(&pod, "podConfig");
        out.push(MadePod {
            pod: section_pods::pod(reader, &section_of_pod(&module, &pod, raw, manager), &name),
            existence: Existence::Certain,
            by: Maker::by_options(!is_home),
        });
    }
    out
}

/// The volumes of a system that are directories of the host.
pub(crate) fn volumes(reader: &mut OptionReader<'_, '_>, config: &Found, is_home: bool) -> Vec<HostVolume> {
    let all = reader.option(config, &["virtualisation", "quadlet", "volumes"]);
    if reader.is_unset(&all) || reader.is_default(&all) {
        return Vec::new();
    }
    let Some((_, first)) = reader.entries(&all).named.into_iter().next() else {
        return Vec::new();
    };
    let first = reader.get(&first, "volumeConfig");
    let form = Form::of(reader, &first);
    let module = QuadletModule::new(reader, config, is_home);
    let mut beside = beside(reader, config, form).into_iter();
    let volumes = beside.find(|beside| beside.kind == Kind::Volume);
    let bound = volumes.map(|volumes| {
        section::bound_volumes(
            reader,
            &section_of_pod(&module, &all, None, module.manager),
            &volumes,
        )
    });
    HostVolume::of_options(bound.into_iter().flatten(), !is_home)
}

/// The networks of a system: what the entry is called, and what it says itself.
pub(crate) fn networks(reader: &mut OptionReader<'_, '_>, config: &Found, is_home: bool, made: &mut Made) {
    let all = reader.option(config, &["virtualisation", "quadlet", "networks"]);
    if reader.is_unset(&all) || reader.is_default(&all) {
        return;
    }
    let entries = reader.entries(&all);
    made.networks_open |= entries.open.is_some() || entries.template.is_some();
    for (entry, network) in entries.named {
        let mut names = vec![entry.to_string(), format!("systemd-{entry}")];
        for option in ["name", "NetworkName"] {
            let name = reader.at(&network, &["networkConfig", option]);
            if reader.is_written(&name) {
                names.extend(reader.string(&name).value().cloned());
            }
        }
        let drivers = ["driver", "Driver"].map(|option| reader.at(&network, &["networkConfig", option]));
        let driver = drivers.iter().find(|driver| reader.is_written(driver));
        let driver = driver.and_then(|driver| reader.string(driver).value().cloned());
        let mode = by_driver(driver.as_deref());
        made.networks.extend(names.into_iter().map(|name| MadeNetwork {
            name,
            mode: mode.clone(),
            by: Maker::by_options(!is_home),
        }));
    }
}

/// `imageFile` and `imageStream` are the image, whatever else is said.
fn image_by_nix(reader: &mut OptionReader<'_, '_>, found: &Found, container: &mut Container) {
    for option in ["imageFile", "imageStream"] {
        let file = reader.get(found, option);
        if matches!(file.value.value, Value::Null) || reader.is_unset(&file) || reader.is_default(&file) {
            continue;
        }
        let origin = reader.place_of(&file);
        let known = container.image.as_ref().and_then(Field::value);
        let reference = match known {
            Some(image) => image.reference.clone(),
            None => hole(nixpod_source::Why::named(option), origin.clone()),
        };
        container.image = Some(reader.field(&file, |_, _, _| {
            Ok(Image {
                reference: reference.clone(),
                provided_by_nix: true,
            })
        }));
    }
}
