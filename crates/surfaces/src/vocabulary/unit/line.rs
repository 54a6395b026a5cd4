//! The command that Podman's generator makes of a container's unit: `pkg/systemd/quadlet/quadlet.go` of Podman, release by
//! release.

use crate::vocabulary::certainty::{maybe, part, weaken};
use crate::vocabulary::flags::{Opt, decided};
use crate::vocabulary::line::{Line, own};
use crate::vocabulary::text::{HOLE, concat, origin_of};
use crate::vocabulary::unit::check::is_on;
use crate::vocabulary::unit::keys::{Becomes, Key, Takes};
use crate::vocabulary::unit::run::{Around, global, of_key, reference};
use crate::vocabulary::unit::values::{Values, is_filled};
use nixpod_model::{CommandWord, CommandWriter, EngineCommand, EnvVar, Field, PodmanRelease, Text, TextPart};
use nixpod_source::Origin;
use smol_str::SmolStr;

const fn podman(major: u8, minor: u8) -> PodmanRelease {
    PodmanRelease { major, minor }
}

/// The oldest release whose words are known. Those before it write the same options, most of them as `--name=value`.
const OLDEST: PodmanRelease = podman(5, 3);
/// Containers and pods go by their names, and no longer by files with their ids.
const BY_NAME: PodmanRelease = podman(5, 6);
/// An empty entry point takes away that of the image.
const EMPTY_ENTRYPOINT: PodmanRelease = podman(5, 8);
/// The newest release that was looked at.
const NEWEST: PodmanRelease = podman(6, 0);

/// What a unit's command depends on besides its section.
pub(crate) struct Service<'u> {
    /// The newest Podman that the system can have, if that is known.
    pub(crate) podman: Option<PodmanRelease>,
    /// Is its unit a template or an instance of one?
    pub(crate) is_instance: bool,
    /// `Type=` of the service.
    pub(crate) kind: Option<Field<Text>>,
    /// The name of the service of the pod that it is in.
    pub(crate) pod: Option<&'u str>,
    /// The folder that its unit is in, from where paths go that do not begin at the root.
    pub(crate) folder: Option<Text>,
}

impl Service<'_> {
    fn release(&self) -> PodmanRelease {
        self.podman.map_or(NEWEST, |known| known.max(OLDEST))
    }

    /// Whose words these are.
    fn writer(&self) -> CommandWriter {
        match self.podman {
            Some(_) => CommandWriter::Generator(self.release()),
            None => CommandWriter::NewestGenerator(NEWEST),
        }
    }
}

/// The command that a unit becomes. What is written of the unit is for whoever writes it to say.
pub(crate) fn command(values: &Values, around: &Around<'_>, service: &Service<'_>) -> EngineCommand {
    EngineCommand {
        writer: service.writer(),
        words: words(values, around, service),
        service: Vec::new(),
        unit: Vec::new(),
    }
}

/// The words of the command.
fn words(values: &Values, around: &Around<'_>, service: &Service<'_>) -> Vec<CommandWord> {
    let by_name = service.release() >= BY_NAME;
    let mut line = Line::new("podman");
    let resolved = |field: Field<Text>| field.map(|text| around.resolved(text.clone()));
    line.loose(global(values).into_iter().map(resolved));
    line.own_value("run");
    let name = values.last("ContainerName").filter(is_filled);
    let made_up = || match service.is_instance {
        true => own("systemd-%p_%i"),
        false => own("systemd-%N"),
    };
    line.option("--name", resolved(name.unwrap_or_else(made_up)));
    if !by_name {
        line.word(resolved(own("--cidfile=%t/%N.cid")));
    }
    line.own("--replace");
    line.own("--rm");
    for key in values.kind.keys() {
        of_section(key, values, around, service, &mut line);
    }
    line.loose(values.all("PodmanArgs").into_iter().map(resolved));
    match values.last("Rootfs").filter(is_filled) {
        Some(rootfs) => line.option("--rootfs", resolved(rootfs)),
        None => line.words(reference(values, around)),
    }
    for word in values.all("Exec").into_iter().map(resolved) {
        line.value(word);
    }
    line.finish()
}

/// The words that a key becomes.
fn of_section(key: &Key, values: &Values, around: &Around<'_>, service: &Service<'_>, line: &mut Line) {
    match key.name {
        "ContainerName" => {}
        "CgroupsMode" if !values.last(key.name).is_some_and(|mode| is_filled(&mode)) => {
            line.own("--cgroups=split");
        }
        "Entrypoint" => entrypoint(key, values, around, service, line),
        "Notify" => notify(values, service, line),
        "Environment" => {
            let pairs = values.variables.iter().map(pair);
            let mut pairs: Vec<Opt> = pairs.collect();
            pairs.extend(of_key(key, values, around));
            sorted(pairs, service, line);
        }
        "EnvironmentFile" => {
            for option in of_key(key, values, around) {
                let path = value(&option).map(|path| from_folder(path, service));
                line.option("--env-file", path);
            }
        }
        "Label" | "Annotation" => sorted(of_key(key, values, around), service, line),
        "AddDevice" => {
            let written = values.of(key);
            for (at, option) in of_key(key, values, around).into_iter().enumerate() {
                let text = written.get(at).and_then(Field::value);
                let is_optional = text.is_some_and(|text| text.pattern().starts_with('-'));
                let value = value(&option);
                // One with a dash before it is left out where the host does not have it.
                line.option(
                    &option.name,
                    if is_optional {
                        maybe(value, Vec::new())
                    } else {
                        value
                    },
                );
            }
        }
        "Pod" => pod(values, around, service, line),
        _ => {
            for option in of_key(key, values, around) {
                self::option(key, &option, line);
            }
        }
    }
}

/// A path from the folder of the unit. One that begins with what is not known may be any.
fn from_folder(path: &Text, service: &Service<'_>) -> Text {
    let is_whole = path.pattern().starts_with(['/', '%', HOLE]);
    match &service.folder {
        Some(folder) if !is_whole => {
            concat([folder.clone(), Text::known("/", Origin::default()), path.clone()])
        }
        _ => path.clone(),
    }
}

/// An option as the generator spells it.
fn option(key: &Key, option: &Opt, line: &mut Line) {
    let value = value(option);
    match (key.becomes, option.name.as_str()) {
        (Becomes::SecuritySwitch("no-new-privileges"), _) => line.joined("--security-opt", &value),
        (Becomes::SecuritySwitch(_), name) => line.option(name, value),
        (_, name) if key.takes == Takes::Switch && key.becomes != Becomes::Own => {
            switch(name, &value, line);
        }
        (_, "--volume") => line.option("-v", value),
        (_, name @ ("--cap-add" | "--cap-drop")) => line.option(name, value.map(lower)),
        (_, name) => line.option(name, value),
    }
}

fn value(option: &Opt) -> Field<Text> {
    part(
        &option.field,
        option.value.clone().unwrap_or_default(),
        Origin::default(),
    )
}

/// `--name` or `--name=false`.
fn switch(name: &str, value: &Field<Text>, line: &mut Line) {
    let is_false = value.value().is_some_and(|value| !is_on(&value.pattern()));
    match (value.value(), is_false) {
        (Some(_), true) => {
            line.word(value.map(|_| Text::known(format!("{name}=false"), value.origin.clone())))
        }
        (Some(_), false) => line.word(value.map(|_| Text::known(name, value.origin.clone()))),
        (None, _) => line.joined(name, value),
    }
}

fn entrypoint(key: &Key, values: &Values, around: &Around<'_>, service: &Service<'_>, line: &mut Line) {
    for option in of_key(key, values, around) {
        let value = value(&option);
        if service.release() >= EMPTY_ENTRYPOINT {
            line.joined(&option.name, &value);
        } else if is_filled(&value) {
            line.option(&option.name, value);
        }
    }
}

/// How the container tells that it runs, and that nobody waits for the command. A service that runs once does neither.
fn notify(values: &Values, service: &Service<'_>, line: &mut Line) {
    let runs_once = service
        .kind
        .as_ref()
        .map(|kind| decided(kind, |kind| kind.pattern() == "oneshot"));
    if runs_once.as_ref().and_then(Field::certain) == Some(&true) {
        return;
    }
    let notify = values.last("Notify").map(|notify| {
        notify.map(|notify| {
            let pattern = notify.pattern();
            let how = match pattern.eq_ignore_ascii_case("healthy") {
                true => "healthy",
                false if is_on(&pattern) => "container",
                false => "conmon",
            };
            Text::known(how, origin_of(notify))
        })
    });
    let notify = notify.unwrap_or_else(|| own("conmon"));
    let mut detached = own("-d");
    let mut notify = notify;
    if let Some(runs_once) = runs_once.filter(|runs_once| runs_once.certain().is_none()) {
        notify = weaken(notify, &runs_once);
        detached = weaken(detached, &runs_once);
    }
    line.joined("--sdnotify", &notify);
    line.word(detached);
}

fn pair(variable: &Field<EnvVar>) -> Opt {
    let text = crate::vocabulary::line::assignment(variable);
    Opt {
        name: "--env".to_owned(),
        value: text.value().cloned(),
        field: part(&text, (), Origin::default()),
    }
}

/// Names with values are written in the order of the names.
fn sorted(mut options: Vec<Opt>, service: &Service<'_>, line: &mut Line) {
    if service.release() < BY_NAME {
        // What has no value is passed over.
        options.retain(|option| {
            let text = option.value.as_ref().map(Text::pattern);
            text.is_none_or(|text| text.contains(['=', HOLE]))
        });
    }
    let name = |option: &Opt| {
        let pattern = option.value.as_ref().map(Text::pattern).unwrap_or_default();
        pattern.split('=').next().unwrap_or_default().to_owned()
    };
    options.sort_by_cached_key(name);
    for option in options {
        line.option(&option.name, value(&option));
    }
}

fn pod(values: &Values, around: &Around<'_>, service: &Service<'_>, line: &mut Line) {
    let Some(pod) = values.last("Pod").filter(is_filled) else {
        return;
    };
    if service.release() >= BY_NAME {
        let name = pod.map(|pod| (around.resource)(&pod.pattern()).unwrap_or_else(|| pod.clone()));
        return line.option("--pod", name);
    }
    let file = |pod: &Text| match service.pod {
        Some(service) => Text::known(format!("%t/{service}.pod-id"), origin_of(pod)),
        None => pod.clone(),
    };
    line.option("--pod-id-file", pod.map(|pod| around.resolved(file(pod))));
}

/// Podman is told capabilities in small letters.
fn lower(text: &Text) -> Text {
    let parts = text.parts.iter().map(|part| match part {
        TextPart::Known { text, origin } => TextPart::Known {
            text: SmolStr::from(text.to_lowercase()),
            origin: origin.clone(),
        },
        hole @ TextPart::Hole { .. } => hole.clone(),
    });
    let parts = parts.collect();
    concat([Text {
        parts,
        context: text.context.clone(),
    }])
}
