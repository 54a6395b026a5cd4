//! Home Manager's `services.podman.containers.<name>`: typed options that become keys of a quadlet file, and
//! `extraConfig`, which adds to lists and replaces single values.

use crate::read::{Found, OptionReader};
use crate::surface::beside_sections;
use crate::surface::made::HostVolume;
use crate::surface::section::{self, Beside, Own, Section, name_by_entry};
use crate::surface::surroundings::{Reading, Surroundings};
use crate::surface::unit_sections::{self, OtherSection, Own as OwnSetting};
use crate::vocabulary::options::{Systems, Table};
use crate::vocabulary::text::{concat, hole, origin_of};
use crate::vocabulary::unit::kinds::Kind;
use crate::vocabulary::unit::specifiers::Manager;
use crate::vocabulary::unit::values::Values;
use crate::vocabulary::unit::written::Writing;
use nixpod_model::{Container, EngineCommand, Field, Release, Surface, Text};
use nixpod_source::{Origin, Why};

/// What is known of the surface before a container is read.
pub(crate) const TABLE: Table = Table {
    surface: Surface::HomeManagerPodman,
    systems: Systems::Homes,
    path: &["services", "podman", "containers"],
    old_path: None,
    file: None,
    options: &OPTIONS,
    facts: &["autoStart", "network", "userNS"],
    guest: None,
    part: None,
};

/// The options in the order in which they are shown.
const OPTIONS: [&str; 23] = [
    "image",
    "autoStart",
    "autoUpdate",
    "description",
    "user",
    "group",
    "userNS",
    "addCapabilities",
    "dropCapabilities",
    "devices",
    "network",
    "networkAlias",
    "ip4",
    "ip6",
    "ports",
    "volumes",
    "environment",
    "environmentFile",
    "extraPodmanArgs",
    "extraConfig",
    "entrypoint",
    "exec",
    "labels",
];

/// Typed options by the key they become.
const NAMES: [(&str, &str); 20] = [
    ("AddCapability", "addCapabilities"),
    ("AddDevice", "devices"),
    ("AutoUpdate", "autoUpdate"),
    ("DropCapability", "dropCapabilities"),
    ("Entrypoint", "entrypoint"),
    ("Environment", "environment"),
    ("EnvironmentFile", "environmentFile"),
    ("Exec", "exec"),
    ("Group", "group"),
    ("IP", "ip4"),
    ("IP6", "ip6"),
    ("Image", "image"),
    ("Label", "labels"),
    ("Network", "network"),
    ("NetworkAlias", "networkAlias"),
    ("PodmanArgs", "extraPodmanArgs"),
    ("PublishPort", "ports"),
    ("User", "user"),
    ("UserNS", "userNS"),
    ("Volume", "volumes"),
];

/// Keys, and the typed options that become them.
type Names = &'static [(&'static str, &'static str)];

/// Other objects that containers name: their option and their kind, with the typed options of keys that matter to whoever
/// names them.
const BESIDE: [(&str, Kind, Names); 4] = [
    ("builds", Kind::Build, &[("ImageTag", "tags")]),
    ("images", Kind::Image, &[("Image", "image"), ("ImageTag", "tag")]),
    ("networks", Kind::Network, &[]),
    (
        "volumes",
        Kind::Volume,
        &[("Device", "device"), ("Driver", "driver"), ("Type", "type")],
    ),
];

/// Reads one container into an empty one.
pub(crate) fn read(
    reader: &mut OptionReader<'_, '_>,
    found: &Found,
    around: &mut Surroundings<'_>,
    container: &mut Container,
) -> Reading {
    // The module makes no unit then.
    let enable = reader.option(around.config, &["services", "podman", "enable"]);
    if reader.is_written(&enable) && reader.bool(&enable).certain() == Some(&false) {
        return Reading::Off;
    }
    container.runs_as = around.home_of.map(|user| Field::default(user.to_owned()));
    let auto_start = reader.get(found, "autoStart");
    container.auto_start = reader.bool(&auto_start);
    container.rootful = Field::default(false);
    let extra = reader.at(found, &["extraConfig", "Container"]);
    container.unseen = match reader.is_unset(&extra) {
        true => None,
        false => reader.unseen(&extra),
    };
    let section = section(reader, found, around);
    let beside = beside(reader, around.config);
    section::read(reader, &section, &beside, container);
    let [service, install] = ["Service", "Install"].map(|name| reader.at(found, &["extraConfig", name]));
    beside_sections::service(reader, &service, container);
    beside_sections::limits(reader, &service, container);
    let install = beside_sections::wanted(reader, &install);
    beside_sections::start_if(install, container);
    Reading::Container
}

/// From then on the files of other objects may be named.
const NAMES_FILES: Release = Release::new(25, 5);
/// Keys that may name objects, and which.
const NAMING: [(&str, &[(&str, &str)]); 3] = [
    ("Image", &[("builds", ".build"), ("images", ".image")]),
    ("Network", &[("networks", ".network")]),
    ("Volume", &[("volumes", ".volume")]),
];

/// The files of all objects that keys may name, without what is put before them.
fn files_of(reader: &mut OptionReader<'_, '_>, config: &Found) -> Vec<(&'static str, Vec<String>)> {
    let mut out = Vec::new();
    for (key, kinds) in NAMING {
        let mut files = Vec::new();
        for (option, ending) in kinds {
            let all = reader.option(config, &["services", "podman", option]);
            if !reader.is_unset(&all) {
                let named = reader.entries(&all).named;
                files.extend(named.into_iter().map(|(name, _)| format!("{name}{ending}")));
            }
        }
        out.push((key, files));
    }
    out
}

/// A value that begins with a file of ours, by the name that the file has.
fn in_file_of(text: &Text, files: &[String]) -> Text {
    let pattern = text.pattern();
    match files.iter().any(|file| pattern.starts_with(file.as_str())) {
        true => concat([Text::known("podman-", origin_of(text)), text.clone()]),
        false => text.clone(),
    }
}

/// Until then a shell wrote the units, which read their text in double quotes.
const BY_ITSELF: Release = Release::new(25, 11);
/// From then on pairs with blanks in them stand in quotation marks.
const QUOTES_PAIRS: Release = Release::new(26, 5);

/// The unit that is written for one, and the command that it becomes.
pub(crate) fn command(
    reader: &mut OptionReader<'_, '_>,
    found: &Found,
    around: &Surroundings<'_>,
    name: &str,
) -> EngineCommand {
    let mut section = section(reader, found, around);
    section.writing = section.pairs;
    let beside = beside(reader, around.config);
    let kind = reader.at(found, &["extraConfig", "Service", "Type"]);
    let files = match around.release.is_none_or(|release| release >= NAMES_FILES) {
        true => files_of(reader, around.config),
        false => Vec::new(),
    };
    let own = Own {
        stem: format!("podman-{name}"),
        complete: &|values| {
            complete(values, name);
            // Sets are written in the order of their names.
            values.sort("Label");
        },
        name_files: &|values| {
            for (key, files) in &files {
                values.change(key, |text| in_file_of(text, files));
            }
        },
        kind: Some(&kind),
        others: other_sections(reader, found, around, name, &section),
        folder: hole(Why::named("the folder of the unit"), Origin::default()),
    };
    section::command(reader, &section, &beside, own)
}

/// The first release whose units name no network target.
const WITHOUT_TARGET: Release = Release::new(25, 5);

/// The sections beside the container's.
fn other_sections(
    reader: &mut OptionReader<'_, '_>,
    found: &Found,
    around: &Surroundings<'_>,
    name: &str,
    section: &Section<'_>,
) -> Vec<Field<Text>> {
    let auto_start = reader.get(found, "autoStart");
    let is_wanted = reader.bool(&auto_start).value() != Some(&false);
    let targets = ["default.target", "multi-user.target"]
        .into_iter()
        .filter(|_| is_wanted);
    let targets = targets
        .map(|target| Text::known(target, Origin::default()))
        .collect();
    let description = reader.get(found, "description");
    let description = match reader.is_written(&description) {
        true => reader.text(&description).value().cloned(),
        false => None,
    };
    let description = description.map(OwnSetting::Text);
    let mut unit = vec![(
        "Description",
        description.unwrap_or_else(|| OwnSetting::text(format!("Service for container {name}"))),
    )];
    if around.release.is_some_and(|release| release < WITHOUT_TARGET) {
        let networks = networks_of(reader, found, around);
        let target = Text::known("network.target", Origin::default());
        let after = [target].into_iter().chain(networks.iter().cloned());
        unit.push(("After", OwnSetting::List(after.collect())));
        unit.push(("Requires", OwnSetting::List(networks)));
    }
    let service = vec![
        (
            "Environment",
            OwnSetting::Pair("PATH", path_of_service(around.release)),
        ),
        ("Restart", OwnSetting::text("always")),
        ("TimeoutStopSec", OwnSetting::Number(30)),
    ];
    let extra = reader.get(found, "extraConfig");
    let mut sections = vec![
        ("Install", vec![("WantedBy", OwnSetting::List(targets))]),
        ("Service", service),
        ("Unit", unit),
    ]
    .into_iter()
    .map(|(name, own)| OtherSection {
        name: name.to_owned(),
        own,
        set: vec![reader.get(&extra, name)],
        always: true,
    })
    .collect();
    unit_sections::add_further(reader, &extra, &mut sections);
    match section.pairs {
        Some(writing) => unit_sections::lines(reader, sections, writing),
        None => Vec::new(),
    }
}

/// The services of the declared networks that a container is in.
fn networks_of(reader: &mut OptionReader<'_, '_>, found: &Found, around: &Surroundings<'_>) -> Vec<Text> {
    let declared = reader.option(around.config, &["services", "podman", "networks"]);
    let declared = reader.entries(&declared).named;
    let network = reader.get(found, "network");
    let named = match &network.value.value {
        nixpod_eval::Value::List(_) => reader.elements(&network),
        _ => vec![network],
    };
    let named: Vec<String> = named
        .iter()
        .filter_map(|one| reader.text(one).value()?.as_known())
        .collect();
    let mine = named
        .iter()
        .filter(|name| declared.iter().any(|(known, _)| known == *name));
    mine.map(|name| Text::known(format!("podman-{name}-network.service"), Origin::default()))
        .collect()
}

/// The folders in which the service finds programs.
fn path_of_service(release: Option<Release>) -> Text {
    let known = |text: &str| Text::known(text, Origin::default());
    let package = |name: &str| concat([hole(Why::named(name), Origin::default()), known("/bin")]);
    let mut all = vec![known("/run/wrappers/bin:/run/current-system/sw/bin:")];
    if release.is_none_or(|release| release >= BY_ITSELF) {
        all.extend([package("pkgs.nftables"), known(":")]);
    }
    all.push(hole(Why::named("config.home.homeDirectory"), Origin::default()));
    all.push(known("/.nix-profile/bin"));
    if release.is_none_or(|release| release >= WITHOUT_TARGET) {
        all.extend([known(":"), package("pkgs.systemd")]);
    }
    concat(all)
}

fn section<'f>(
    reader: &mut OptionReader<'_, '_>,
    found: &'f Found,
    around: &Surroundings<'_>,
) -> Section<'f> {
    Section {
        typed: found,
        kind: Kind::Container,
        names: &NAMES,
        quoted: false,
        writing: None,
        pairs: Some(Writing::Home {
            quotes: around.release.is_none_or(|release| release >= QUOTES_PAIRS),
            by_shell: around.release.is_some_and(|release| release < BY_ITSELF),
        }),
        extra: vec![reader.at(found, &["extraConfig", "Container"])],
        raw: None,
        manager: Manager::User,
        podman: around.podman,
    }
}

/// The volumes of a home that are directories of the host.
pub(crate) fn volumes(reader: &mut OptionReader<'_, '_>, config: &Found) -> Vec<HostVolume> {
    let all = reader.option(config, &["services", "podman", "volumes"]);
    if reader.is_unset(&all) || reader.is_default(&all) {
        return Vec::new();
    }
    let section = Section {
        typed: &all,
        kind: Kind::Volume,
        names: &NAMES,
        quoted: false,
        writing: None,
        pairs: None,
        extra: Vec::new(),
        raw: None,
        manager: Manager::User,
        podman: None,
    };
    let mut beside = beside(reader, config).into_iter();
    let volumes = beside.find(|beside| beside.kind == Kind::Volume);
    let bound = volumes.map(|volumes| section::bound_volumes(reader, &section, &volumes));
    HostVolume::of_options(bound.into_iter().flatten(), false)
}

fn beside(reader: &mut OptionReader<'_, '_>, config: &Found) -> Vec<Beside> {
    let objects = BESIDE.iter().map(|(option, kind, names)| Beside {
        kind: *kind,
        all: reader.option(config, &["services", "podman", option]),
        section: None,
        names,
        complete,
    });
    objects.collect()
}

/// What the module writes by itself: names, a tag for what it builds, and a label by which it knows its own containers.
fn complete(values: &mut Values, entry: &str) {
    name_by_entry(values, entry);
    let own = |text: String| Text::known(text, Origin::default());
    match values.kind {
        Kind::Build => values.add_first("ImageTag", own(format!("homemanager/{entry}"))),
        Kind::Container => values.add_last("Label", own("nix.home-manager.managed=true".to_owned())),
        _ => {}
    }
}
