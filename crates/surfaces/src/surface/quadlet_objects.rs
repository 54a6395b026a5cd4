//! Builds, images and artifacts of quadlet-nix: what an engine does for them is judged as what it does for containers. And
//! what is wrong with all that the module makes besides containers.

use crate::read::{Found, OptionReader};
use crate::surface::quadlet::{QuadletModule, beside, is_off, raw_of, who_runs};
use crate::surface::quadlet_names::{OF_BUILDS, OF_IMAGES};
use crate::surface::quadlet_sections::Form;
use crate::surface::section::{self, Ready, Section, of_text};
use crate::surface::surroundings::{Reading, Surroundings};
use crate::vocabulary::certainty::part;
use crate::vocabulary::options::{Systems, Table};
use crate::vocabulary::unit::check;
use crate::vocabulary::unit::conflicts::of_others;
use crate::vocabulary::unit::kinds::Kind;
use crate::vocabulary::unit::run::{self, Around};
use crate::vocabulary::unit::values::Values;
use nixpod_eval::Value;
use nixpod_model::{Container, Field, PodmanRelease, Surface, SystemKind, Text, UnitProblem};

const fn table(path: &'static [&'static str], options: &'static [&'static str]) -> Table {
    Table {
        surface: Surface::QuadletNix,
        systems: Systems::Both,
        path,
        old_path: None,
        file: None,
        options,
        facts: &[],
        guest: None,
        part: None,
    }
}

pub(crate) const BUILDS: Table = table(
    &["virtualisation", "quadlet", "builds"],
    &["buildConfig", "rawConfig", "extraConfig"],
);

pub(crate) const IMAGES: Table = table(
    &["virtualisation", "quadlet", "images"],
    &["imageConfig", "rawConfig", "extraConfig"],
);

pub(crate) const ARTIFACTS: Table = table(
    &["virtualisation", "quadlet", "artifacts"],
    &["artifactConfig", "rawConfig", "extraConfig"],
);

pub(crate) fn read_build(
    reader: &mut OptionReader<'_, '_>,
    found: &Found,
    around: &mut Surroundings<'_>,
    container: &mut Container,
) -> Reading {
    task(reader, found, around, (Kind::Build, run::build), container)
}

pub(crate) fn read_image(
    reader: &mut OptionReader<'_, '_>,
    found: &Found,
    around: &mut Surroundings<'_>,
    container: &mut Container,
) -> Reading {
    // Whoever runs it is told of it.
    match is_used(reader, around.config, &container.name) {
        true => Reading::Elsewhere,
        false => task(reader, found, around, (Kind::Image, run::fetch), container),
    }
}

pub(crate) fn read_artifact(
    reader: &mut OptionReader<'_, '_>,
    found: &Found,
    around: &mut Surroundings<'_>,
    container: &mut Container,
) -> Reading {
    task(reader, found, around, (Kind::Artifact, run::fetch), container)
}

/// What becomes of the values of a section.
type Become = fn(&Values, &Around<'_>, &mut Container);

/// Reads one of them, if there is anything to say of it.
fn task(
    reader: &mut OptionReader<'_, '_>,
    found: &Found,
    around: &Surroundings<'_>,
    (kind, read): (Kind, Become),
    container: &mut Container,
) -> Reading {
    if is_off(reader, found, around) {
        return Reading::Off;
    }
    let module = QuadletModule::new(reader, around.config, around.kind == SystemKind::Home);
    who_runs(reader, &module, found, around, container);
    container.auto_start = Field::default(false);
    let object = Object::new(reader, found, kind);
    if object.raw.is_none() {
        container.unseen = reader.unseen(&object.config);
    }
    let form = Form::of(reader, &object.config);
    let beside = beside(reader, around.config, form);
    let section = object.section(&module, around.podman);
    let Ready { unit, values, linked } = section::ready(reader, &section, &beside);
    let resource = |name: &str| linked.resource(name);
    let around = Around {
        resource: &resource,
        ..section.around()
    };
    read(&values, &around, container);
    section::bind(reader, &section, &beside, linked, container);
    section::unseen(unit, container);
    match run::is_telling(container) {
        true => Reading::Container,
        false => Reading::Elsewhere,
    }
}

/// More containers are not looked at to tell whether one of them runs an image.
const MAX_CONTAINERS: usize = 500;

/// Does a container run an image, by the name of its file?
fn is_used(reader: &mut OptionReader<'_, '_>, config: &Found, file: &str) -> bool {
    let all = reader.option(config, &["virtualisation", "quadlet", "containers"]);
    if reader.is_unset(&all) {
        return false;
    }
    let containers = reader.entries(&all).named.into_iter().take(MAX_CONTAINERS);
    { containers }.any(|(_, container)| {
        ["image", "Image"].into_iter().any(|option| {
            let image = reader.at(&container, &["containerConfig", option]);
            reader.is_written(&image) && reader.string(&image).value().is_some_and(|image| image == file)
        })
    })
}

/// Where an object's keys come from.
struct Object {
    kind: Kind,
    config: Found,
    extra: Found,
    raw: Option<Field<Text>>,
}

impl Object {
    fn new(reader: &mut OptionReader<'_, '_>, found: &Found, kind: Kind) -> Self {
        Self {
            kind,
            config: reader.get(found, &format!("{}Config", kind.extension())),
            extra: reader.at(found, &["extraConfig", kind.section()]),
            raw: raw_of(reader, found),
        }
    }

    fn section(&self, module: &QuadletModule, podman: Option<PodmanRelease>) -> Section<'_> {
        Section {
            kind: self.kind,
            typed: &self.config,
            names: match self.kind {
                Kind::Build => &OF_BUILDS,
                Kind::Image | Kind::Artifact => &OF_IMAGES,
                _ => &[],
            },
            quoted: module.quoted,
            writing: None,
            pairs: None,
            extra: vec![self.config.clone(), self.extra.clone()],
            raw: self.raw.clone(),
            manager: module.manager,
            podman,
        }
    }

    /// What is wrong with its section, or with its text where that is given.
    fn problems(
        &self,
        reader: &mut OptionReader<'_, '_>,
        module: &QuadletModule,
        podman: Option<PodmanRelease>,
    ) -> Vec<Field<UnitProblem>> {
        let Some(raw) = &self.raw else {
            let keys = self.section(module, podman).values(reader);
            return keys.problems;
        };
        let (unit, values) = of_text(raw, self.kind, podman);
        let mut out = values.wrong();
        if unit.open.is_none() && raw.value().is_some() {
            out.extend(of_others(&values, &unit));
            let missing = check::missing(&unit, self.kind).map(UnitProblem::MissingKey);
            out.extend(missing.map(|missing| part(raw, missing, raw.origin.clone())));
        }
        out.extend(values.problems);
        out
    }
}

/// What is wrong with objects of a system that are no containers.
pub(crate) fn problems(
    reader: &mut OptionReader<'_, '_>,
    config: &Found,
    (is_home, podman): (bool, Option<PodmanRelease>),
) -> Vec<Field<UnitProblem>> {
    let mut out = Vec::new();
    let enable = reader.option(config, &["virtualisation", "quadlet", "enable"]);
    if reader.is_written(&enable) && reader.bool(&enable).certain() == Some(&false) {
        return out;
    }
    let mut module = None;
    for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::Container) {
        let option = format!("{}s", kind.extension());
        let all = reader.option(config, &["virtualisation", "quadlet", &option]);
        if reader.is_unset(&all) || reader.is_default(&all) {
            continue;
        }
        let module = module.get_or_insert_with(|| QuadletModule::new(reader, config, is_home));
        for (_, found) in reader.entries(&all).named {
            let enable = reader.get(&found, "enable");
            let is_off = reader.bool(&enable).certain() == Some(&false);
            if is_off || matches!(found.value.value, Value::Null) {
                continue;
            }
            let object = Object::new(reader, &found, kind);
            out.extend(object.problems(reader, module, podman));
        }
    }
    out
}
