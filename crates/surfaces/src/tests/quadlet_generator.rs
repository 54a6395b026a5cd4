//! Units held against what Podman's own generator made of them (`cargo xtask quadlets`): the command that it writes, read
//! as the line of a script, gives the same container.

use crate::vocabulary::unit::kinds::Kind;
use crate::vocabulary::unit::specifiers::{Manager, Scope};
use crate::vocabulary::words;
use crate::{TextFile, read_texts, text_commands};
use nixpod_model::{
    Consequence, Container, EngineCommand, Fact, FactInfo, FactValue, Field, PodmanRelease, Text, Visitor,
    World,
};
use nixpod_source::{FileId, Origin};
use std::collections::BTreeSet;

/// The Podman whose generator was recorded: `Podman 5.4.2`.
fn recorded(recording: &str) -> Option<PodmanRelease> {
    let version = recording.lines().next()?.strip_prefix("Podman ")?;
    let mut numbers = version.split('.');
    Some(PodmanRelease {
        major: numbers.next()?.parse().ok()?,
        minor: numbers.next()?.parse().ok()?,
    })
}

/// One case of a recording.
#[derive(Default)]
pub(super) struct Case {
    name: String,
    pub(super) files: Vec<(String, String)>,
    /// The services that were made, with what they run.
    services: Vec<(String, String)>,
    complaints: Vec<String>,
}

pub(super) fn cases(recording: &str) -> Vec<Case> {
    let mut out: Vec<Case> = Vec::new();
    for line in recording.split('\n').skip(1) {
        if let Some(name) = line.strip_prefix("=== ") {
            let name = name.to_owned();
            out.push(Case {
                name,
                ..Case::default()
            });
            continue;
        }
        let Some(case) = out.last_mut() else { continue };
        if let Some(name) = line.strip_prefix("--- ") {
            case.files.push((name.to_owned(), String::new()));
        } else if let Some(name) = line.strip_prefix("+++ ") {
            case.services.push((name.to_owned(), String::new()));
        } else if let Some(message) = line.strip_prefix("!!! ") {
            case.complaints.push(message.to_owned());
        } else if let Some((_, command)) = case.services.last_mut() {
            command.push_str(line);
        } else if let Some((_, text)) = case.files.last_mut() {
            text.push_str(line);
            text.push('\n');
        }
    }
    out
}

fn files(files: &[(String, String)]) -> Vec<TextFile> {
    let files = files.iter().enumerate().map(|(at, (path, text))| TextFile {
        path: path.clone(),
        place: path.clone(),
        file: FileId::project(at as u32),
        text: text.clone(),
    });
    files.collect()
}

/// What an instance of a template is called here.
const INSTANCE: &str = "one";

/// Templates have to be started by somebody, and then have an instance.
fn instantiated(name: &str) -> String {
    match name.split_once("@.") {
        Some((stem, extension)) if !extension.ends_with(".d") && !name.contains('/') => {
            format!("{stem}@{INSTANCE}.{extension}")
        }
        _ => name.to_owned(),
    }
}

/// The units of a case as they are below `/etc`. Containers that are templates have an instance.
fn units(case: &Case) -> Vec<TextFile> {
    let placed = case.files.iter().map(|(name, text)| {
        let name = match name.ends_with(".container") {
            true => instantiated(name),
            false => name.clone(),
        };
        (format!("etc/containers/systemd/{name}"), text.clone())
    });
    files(&placed.collect::<Vec<_>>())
}

/// The words of a service's command, with what the service manager puts in place of specifiers. The generator writes some
/// of them in an order that changes from run to run.
fn words(case: &Case, service: &str) -> Vec<String> {
    let own = case.services.iter().find(|(name, _)| name == service);
    let command = own.map_or("", |(_, command)| command);
    let scope = Scope {
        manager: Manager::System,
        service: Some(instantiated(service).trim_end_matches(".service").into()),
    };
    let command = Text::known(command, Origin::default());
    let words = words::split(&command, words::systemd).into_iter();
    let words = words.map(|word| scope.resolve(&word).unwrap_or(word).pattern());
    let mut words: Vec<String> = words.collect();
    if let Some(program) = words.first_mut() {
        "podman".clone_into(program);
    }
    words.sort();
    words
}

/// The same, as we put it together.
fn own_words(command: &EngineCommand) -> Vec<String> {
    let words = command.words.iter();
    let words = words.map(|word| match &word.text.fact {
        Fact::Set(text) | Fact::Default(text) | Fact::Maybe(text) => text.pattern(),
        Fact::Unknown(_) => "\u{fffc}".to_owned(),
    });
    let mut words: Vec<String> = words.collect();
    words.sort();
    words
}

/// A script that runs the commands of the services of a case, without what only the service manager knows.
fn script(case: &Case, service: &str) -> String {
    let mut out = String::new();
    // A pod is made before the containers in it.
    let pods = case
        .services
        .iter()
        .filter(|(_, command)| command.contains(" pod create "));
    let own = case.services.iter().filter(|(name, _)| name == service);
    for (name, command) in pods.chain(own) {
        let scope = Scope {
            manager: Manager::System,
            service: Some(instantiated(name).trim_end_matches(".service").into()),
        };
        let command = Text::known(command.as_str(), Origin::default());
        for word in words::split(&command, words::systemd) {
            let word = scope.resolve(&word).unwrap_or(word);
            if let Some(pod) = pod(case, &word.pattern()) {
                out.push_str(&format!("'{pod}' "));
                continue;
            }
            // What is not known before it runs is a variable there.
            let word = word
                .pattern()
                .replace('\'', "'\\''")
                .replace('\u{fffc}', "'\"$UNKNOWN\"'");
            out.push_str(&format!("'{word}' "));
        }
        out.push('\n');
    }
    out
}

/// Podman 5.4 writes in which file the id of a pod is; later ones, its name.
fn pod(case: &Case, word: &str) -> Option<String> {
    if word == "--pod-id-file" {
        return Some("--pod".to_owned());
    }
    let service = word.strip_prefix("/run/")?.strip_suffix(".pod-id")?;
    let pod = case
        .services
        .iter()
        .find(|(name, _)| *name == format!("{service}.service"))?;
    let (_, name) = pod.1.split_once(" --name ")?;
    name.split_whitespace().next().map(str::to_owned)
}

/// What a container is, as far as both ways can tell.
#[derive(Default)]
struct Facts(Vec<String>);

impl Visitor for Facts {
    fn fact<T: FactValue>(&mut self, info: FactInfo, field: &Field<T>) {
        let value = match &field.fact {
            Fact::Set(value) | Fact::Maybe(value) => value.describe(),
            // Nobody can know what a unit's instance is called, or a variable of a script.
            Fact::Unknown(_) => "unknown".to_owned(),
            Fact::Default(_) => return,
        };
        // Who runs it stands elsewhere, and the words of the line say what the facts do.
        let is_other = matches!(
            info.name,
            "auto start" | "rootful" | "engine" | "runs as" | "unit problem" | "sdnotify"
        );
        if !is_other && !info.name.contains("flag") {
            self.0.push(format!("{}: {value}", info.name));
        }
    }
}

fn facts(container: &Container) -> Vec<String> {
    let mut facts = Facts::default();
    container.visit(&mut facts);
    let mut all = facts.0;
    // The generator gives every container a name, and control groups of its own. What is said of an image where that is a
    // unit by itself is no option of the container.
    let by_generator = |fact: &String| {
        fact.starts_with("option: tls-verify = ")
            || fact.starts_with("option: name = ")
            || fact == "option: cgroups = split"
            || fact.starts_with("option: pod = ")
            || fact.starts_with("option: rootfs = ")
    };
    all.retain(|fact| !by_generator(fact));
    // How a hole is called depends on where it is read.
    for fact in &mut all {
        *fact = fact.replace("${UNKNOWN}", "${…}").replace("${$UNKNOWN}", "${…}");
        // A pod has a name in a message, and another for Podman.
        *fact = fact.replace("of pod systemd-", "of pod ");
    }
    all.sort();
    all.dedup();
    all
}

/// The service that is made of a container's unit.
fn service(case: &Case, container: &str) -> String {
    let is_template = |unit: &str| case.files.iter().any(|(name, _)| name == unit);
    let container = match container.strip_suffix(&format!("@{INSTANCE}")) {
        Some(stem) if is_template(&format!("{stem}@.container")) => format!("{stem}@"),
        _ => container.to_owned(),
    };
    let unit = format!("{container}.container");
    let text = case.files.iter().find(|(name, _)| *name == unit);
    let name = text.and_then(|(_, text)| text.lines().find_map(|line| line.strip_prefix("ServiceName=")));
    format!("{}.service", name.unwrap_or(&container))
}

/// Is a service made of each unit that is no container, unless we say that there is none?
fn others(case: &Case, units: &World, out: &mut Vec<String>) {
    let system = units
        .systems
        .values()
        .next()
        .expect("there is the system of the files");
    for (at, (name, text)) in case.files.iter().enumerate() {
        let Some(kind) = Kind::of_file(name).filter(|kind| *kind != Kind::Container) else {
            continue;
        };
        let stem = name.rsplit_once('.').map_or("", |(stem, _)| stem);
        let own = text.lines().find_map(|line| line.strip_prefix("ServiceName="));
        let service = match own {
            Some(own) => format!("{own}.service"),
            None => match stem.strip_suffix('@') {
                Some(stem) => format!("{stem}{}@.service", kind.service_suffix()),
                None => format!("{stem}{}.service", kind.service_suffix()),
            },
        };
        let is_made = case.services.iter().any(|(name, _)| *name == service);
        let mut problems = system.unit_problems.iter().filter(|problem| {
            let place = problem.origin.place();
            place.is_some_and(|place| place.site.file == FileId::project(at as u32))
        });
        let refused = problems.find_map(|problem| {
            problem
                .said()
                .filter(|said| said.consequence() == Consequence::NoService)
        });
        if is_made == refused.is_some() {
            let refused = refused.map(ToString::to_string);
            out.push(format!(
                "{} {name}: is made: {is_made}, and we say: {refused:?}",
                case.name
            ));
        }
    }
}

/// Is it a device that the generator left out, since the machine that it ran on has none and the unit says that it may be
/// missing?
fn is_missing_device(case: &Case, fact: &str) -> bool {
    let Some(node) = fact
        .strip_prefix("device: ")
        .and_then(|rest| rest.split(' ').next())
    else {
        return false;
    };
    let dashed = format!("-{node}");
    let mut lines = case.files.iter().flat_map(|(_, text)| text.lines());
    lines.any(|line| line.starts_with("AddDevice=") && line.contains(&dashed))
}

/// What differs of a service that is made: in its words, and in what these say.
fn made(case: &Case, (service, container): (&str, &Container), own: &[String]) -> Vec<String> {
    let mut out = Vec::new();
    let name = &case.name;
    let real = words(case, service);
    if own != real {
        out.push(format!("{name} {service}: we tell {own:?}, it is {real:?}"));
    }
    let script = script(case, service);
    let lines = read_texts("files", &files(&[("run.sh".to_owned(), script.clone())]));
    let Some(line) = lines.containers.values().next() else {
        out.push(format!("{name} {service}: no container in {script}"));
        return out;
    };
    let (mut unit, line) = (facts(container), facts(line));
    // The generator makes `--pod` or `--pod-id-file` of it.
    unit.retain(|fact| {
        line.contains(fact) || !(is_missing_device(case, fact) || fact.starts_with("option: Pod = "))
    });
    let only = |these: &[String], those: &[String]| -> Vec<String> {
        let only = these.iter().filter(|fact| !those.contains(fact));
        only.cloned().collect()
    };
    if unit != line {
        out.push(format!(
            "{name} {service}: only in the unit {:?}, only in the line {:?}",
            only(&unit, &line),
            only(&line, &unit)
        ));
    }
    out
}

/// What differs in a recording.
fn differences(recording: &str) -> Vec<String> {
    let podman = recorded(recording);
    let mut out = Vec::new();
    for case in cases(recording) {
        let texts = units(&case);
        let units = read_texts("files", &texts);
        let commands = text_commands("files", &texts, podman);
        others(&case, &units, &mut out);
        for container in units.containers.values() {
            let service = service(&case, &container.name);
            let is_made = case.services.iter().any(|(name, _)| *name == service);
            let mut problems = container.unit_problems.iter().filter_map(Field::said);
            let refused = problems.find(|problem| problem.consequence() == Consequence::NoService);
            match (is_made, refused) {
                (true, None) => {
                    let own = commands.get(&container.id).map(own_words).unwrap_or_default();
                    out.extend(made(&case, (&service, container), &own));
                }
                (true, Some(problem)) => out.push(format!(
                    "{} {service}: is made, in spite of: {problem}",
                    case.name
                )),
                (false, None) => out.push(format!(
                    "{} {service}: is not made: {:?}",
                    case.name, case.complaints
                )),
                (false, Some(_)) => {}
            }
        }
    }
    out
}

#[track_caller]
fn check(recording: &str) {
    let differences = differences(recording);
    assert!(
        differences.is_empty(),
        "{} differ\n{}",
        differences.len(),
        differences.join("\n")
    );
}

#[test]
fn units_by_hand() {
    check(include_str!("../../../../testdata/quadlet/cases-5.4.txt"));
    if let Some(recording) = std::env::var_os("QUADLET_RECORDING") {
        tell_others(&std::fs::read_to_string(recording).expect("the recording can be read"));
    }
}

#[test]
fn units_at_random() {
    check(include_str!("../../../../testdata/quadlet/random-5.4.txt"));
}

#[test]
fn units_of_the_newest_podman() {
    check(include_str!("../../../../testdata/quadlet/cases-6.0.txt"));
    check(include_str!("../../../../testdata/quadlet/random-6.0.txt"));
}

/// What differs of units of other people, which are not kept here: `cargo xtask quadlets QUADLET DIR` records them and asks.
#[expect(clippy::print_stderr, reason = "it is asked for by hand")]
fn tell_others(recording: &str) {
    let differences = differences(recording);
    let cases = cases(recording).len();
    for difference in &differences {
        eprintln!("{difference}");
    }
    let failed: BTreeSet<&str> = { differences.iter() }
        .filter_map(|difference| difference.split(' ').next())
        .collect();
    let passed = cases - failed.len();
    eprintln!("passed {passed} of {cases}");
}
