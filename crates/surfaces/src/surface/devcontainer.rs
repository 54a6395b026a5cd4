//! `devcontainer.json`: containers that editors and their command line start for development.

mod features;

use crate::surface::texts::{Runs, TextSurface, TextsRead, Written};
use crate::vocabulary::capabilities::capabilities;
use crate::vocabulary::flags::parse;
use crate::vocabulary::json::{self, Json};
use crate::vocabulary::mounts::mount;
use crate::vocabulary::options::Systems;
use crate::vocabulary::podman::{self, WORDS};
use crate::vocabulary::ports::published;
use crate::vocabulary::text::{concat, hole};
use nixpod_model::{
    Container, Doubt, Engine, EnvVar, Field, Image, Mount, NotAnalysed, RunOption, Subject, Surface, Text,
    Unseen,
};
use nixpod_source::{Origin, Why};

/// What is known of the surface before a file is read. No option of NixOS has such texts.
pub(crate) const TEXTS: TextSurface = TextSurface {
    surface: Surface::Devcontainer,
    places: &["devcontainer.json"],
    systems: Systems::None,
    find: |_, _, _| Vec::new(),
    is_file,
    tells: |_, _| false,
    has_any: |_| true,
    runs_file: |_| Runs::Unknown,
    read,
};

/// Is it such a file by its name?
pub(crate) fn is_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    matches!(name, ".devcontainer.json" | "devcontainer.json")
}

/// Is it where tools look for one: `.devcontainer.json`, or `devcontainer.json` in a folder `.devcontainer` or one below it?
fn is_found(path: &str) -> bool {
    let mut parts = path.rsplit('/');
    parts.next() == Some(".devcontainer.json") || parts.take(2).any(|part| part == ".devcontainer")
}

/// Is it one by what it says? Tools can be told to take a file from anywhere.
fn says_what_runs(json: &Json) -> bool {
    const TELLING: [&str; 7] = [
        "build",
        "customizations",
        "dockerComposeFile",
        "dockerFile",
        "features",
        "image",
        "runArgs",
    ];
    let mut keys = TELLING.iter();
    keys.any(|key| json.get(key).is_some())
}

fn read(texts: &[Written], out: &mut TextsRead) {
    for written in texts {
        let Some(text) = written.text.value() else {
            continue;
        };
        let parsed = json::parse(text).and_then(|json| match json {
            Json::Object(..) => Ok(json),
            _ => Err(("an object is expected".to_owned(), text.origin_of(0, 1))),
        });
        match parsed {
            Ok(json) if !is_found(&written.path) && !says_what_runs(&json) => {}
            Ok(json) => container(written, text, &json, out),
            Err(_) if !is_found(&written.path) => {}
            Err((message, origin)) => out.not_analysed.push(NotAnalysed {
                place: origin.place(),
                what: written.path.clone(),
                questions: Vec::new(),
                why: Why::SyntaxError(message),
                also: Vec::new(),
                subject: Subject::Containers,
                hosts: Vec::new(),
            }),
        }
    }
}

/// What the file is called for people: by its name, or by the folder that it is for.
fn name_of(written: &Written, json: &Json) -> String {
    if let Some(name) = json.get("name").and_then(Json::text) {
        return name.display();
    }
    let folders = written.path.split('/').rev().skip(1);
    let mut folders = folders.filter(|folder| *folder != ".devcontainer");
    folders.next().unwrap_or("devcontainer").to_owned()
}

fn container(written: &Written, whole: &Text, json: &Json, out: &mut TextsRead) {
    let origin = match json {
        Json::Object(_, origin) => origin.clone(),
        _ => whole.origin_of(0, 1),
    };
    let compose = json.get("dockerComposeFile");
    // Tools add what is said here to one of the services. Where that is nothing, there is nothing to tell of it.
    let adds = features::adds(json) || ADDED.iter().any(|key| json.get(key).is_some());
    if let Some(compose) = compose.filter(|_| !adds) {
        let place = compose.text().map(whole_of).unwrap_or(origin.clone());
        let what = format!("{}: the services of its compose files", written.path);
        out.not_analysed.push(not_modelled(&place, what, compose_files()));
    }
    for feature in json.get("features").map(Json::members).unwrap_or_default() {
        if features::is_own(&feature.name) {
            let what = format!("{}: what `{}` adds", written.path, feature.name);
            let why = Why::NotModelled("features of a project's own".to_owned());
            out.not_analysed.push(not_modelled(&feature.key, what, why));
        }
    }
    if compose.is_some() && !adds {
        return;
    }
    let mut container = out.container(&name_of(written, json), written, origin.clone());
    // The editors' default; another engine is a setting of theirs.
    container.engine = Field::default(Engine::Docker);
    container.auto_start = Field::default(false);
    isolation(json, &mut container);
    reach(json, &mut container);
    features::add(json, &mut container);
    if compose.is_none() {
        read_image(json, &mut container);
        of_docker(json, &mut container);
    } else {
        let why = compose_files();
        container.visit_mut(&mut Doubt(why.clone()));
        let place = origin.place();
        container.unseen = Some(Unseen { why, place });
    }
    out.containers.push(container);
}

/// What tools tell Docker, unless the container is one of Compose's.
fn of_docker(json: &Json, container: &mut Container) {
    container
        .mounts
        .extend(json.get("workspaceMount").and_then(one_mount));
    let ports = json.get("appPort");
    for port in ports.map(texts).unwrap_or_default() {
        // One number is published as it is.
        let is_number = port.value().is_some_and(|text| !text.pattern().contains(':'));
        container.ports.push(port.map(|text| match is_number {
            true => published(&concat([
                text.clone(),
                Text::known(":", Origin::default()),
                text.clone(),
            ])),
            false => published(text),
        }));
    }
    let words: Vec<Field<Text>> = json.get("runArgs").map(texts).unwrap_or_default();
    let (flags, options) = parse(&words, &WORDS);
    container.flags = flags;
    podman::apply(container, &options);
}

/// What tools say of a service of Compose besides its own files.
const ADDED: [&str; 6] = [
    "capAdd",
    "containerEnv",
    "mounts",
    "privileged",
    "remoteEnv",
    "securityOpt",
];

fn compose_files() -> Why {
    Why::NotModelled("compose files".to_owned())
}

fn not_modelled(origin: &Origin, what: String, why: Why) -> NotAnalysed {
    NotAnalysed {
        place: origin.place(),
        what,
        questions: Vec::new(),
        why,
        also: Vec::new(),
        subject: Subject::Containers,
        hosts: Vec::new(),
    }
}

/// The origin of a text.
fn whole_of(text: &Text) -> Origin {
    text.origin_of(0, text.pattern().len())
}

/// A string, with variables of the editor as holes.
fn field(text: &Text) -> Field<Text> {
    Field::set(with_variables(text), whole_of(text))
}

fn texts(json: &Json) -> Vec<Field<Text>> {
    let one = json.text().into_iter();
    let elements = json.elements().iter().filter_map(Json::text);
    one.chain(elements).map(field).collect()
}

/// `${localEnv:HOME}` is a home, `${localEnv:XDG_RUNTIME_DIR}` a user's runtime directory, and `${localWorkspaceFolder}` the
/// folder of the project; other variables are known when the container is started.
fn with_variables(text: &Text) -> Text {
    let pattern = text.pattern();
    let mut parts = Vec::new();
    let mut at = 0;
    while let Some(start) = pattern
        .get(at..)
        .and_then(|rest| rest.find("${"))
        .map(|start| start + at)
    {
        let Some(end) = pattern
            .get(start..)
            .and_then(|rest| rest.find('}'))
            .map(|end| start + end + 1)
        else {
            break;
        };
        let name = pattern.get(start + 2..end - 1).unwrap_or_default();
        parts.push(text.slice(at, start));
        let origin = text.origin_of(start, end);
        at = end;
        if name == "localWorkspaceFolder" {
            parts.push(Text::known(".", origin));
            continue;
        }
        // Windows has a home of another name, and people write both, since one of them is empty.
        let follows_home = || {
            let before = pattern.get(..start).unwrap_or_default();
            before.ends_with(":HOME}") || before.ends_with(":USERPROFILE}")
        };
        parts.push(match name.split(':').collect::<Vec<_>>()[..] {
            ["localEnv" | "env", "HOME" | "USERPROFILE", ..] if follows_home() => continue,
            ["localEnv" | "env", "HOME" | "USERPROFILE", ..] => hole(Why::named("localEnv.home"), origin),
            // As scripts write it: the place is known by this name.
            ["localEnv" | "env", "XDG_RUNTIME_DIR", ..] => Text::known("$XDG_RUNTIME_DIR", origin),
            _ => hole(Why::named(name), origin),
        });
    }
    parts.push(text.slice(at, pattern.len()));
    concat(parts)
}

fn read_image(json: &Json, container: &mut Container) {
    let image = json.get("image").and_then(Json::text);
    container.image = image.map(|text| {
        field(text).map(|reference| Image {
            reference: reference.clone(),
            provided_by_nix: false,
        })
    });
}

fn isolation(json: &Json, container: &mut Container) {
    if let Some(Json::Bool(privileged, origin)) = json.get("privileged") {
        container.privileged = Field::set(*privileged, origin.clone());
    }
    for capability in json.get("capAdd").map(texts).unwrap_or_default() {
        if let Some(text) = capability.value().cloned() {
            container
                .capabilities
                .extend(capabilities(&text, &capability.map(|_| ())));
        }
    }
    // Who runs the container's program, and who runs what the editor starts in it.
    for (key, name) in [("containerUser", "user"), ("remoteUser", "remote-user")] {
        if let Some(user) = json.get(key).and_then(Json::text) {
            container.run_options.push(field(user).map(|value| RunOption {
                name,
                value: value.clone(),
            }));
        }
    }
    if let Some(Json::Bool(init, origin)) = json.get("init") {
        let value = Text::known(init.to_string(), origin.clone());
        let name = "init";
        container
            .run_options
            .push(Field::set(RunOption { name, value }, origin.clone()));
    }
    if let Some(options) = json.get("securityOpt") {
        container.security_options.extend(texts(options));
    }
}

/// What it mounts, and its environment.
fn reach(json: &Json, container: &mut Container) {
    let mounts = json.get("mounts").map(Json::elements).unwrap_or_default();
    container.mounts.extend(mounts.iter().filter_map(one_mount));
    let of_container = json.get("containerEnv").map(Json::members);
    // Those of the editor's own processes in it are written in the file as well.
    let of_editor = json.get("remoteEnv").map(Json::members);
    for member in [of_container, of_editor].into_iter().flatten().flatten() {
        if let Some(value) = member.value.text() {
            container.environment.push(field(value).map(|value| EnvVar {
                name: member.name.clone(),
                value: value.clone(),
            }));
        }
    }
}

/// In the words of `--mount`, or as an object with the same keys.
fn one_mount(json: &Json) -> Option<Field<Mount>> {
    if let Some(text) = json.text() {
        let field = field(text);
        let mounted = mount(field.value()?, true)?;
        return Some(field.map(|_| mounted.clone()));
    }
    let Json::Object(_, origin) = json else {
        return None;
    };
    let part = |name: &str| json.get(name).and_then(Json::text).map(with_variables);
    let is_bind = part("type").is_some_and(|kind| kind.pattern() == "bind");
    let read_only = matches!(
        json.get("readonly").or(json.get("readOnly")),
        Some(Json::Bool(true, _))
    );
    let mounted = Mount {
        source: part("source").unwrap_or_default(),
        target: part("target")?,
        read_only,
        options: Vec::new(),
        is_bind,
        unclear_access: None,
        volume: None,
    };
    Some(Field::set(mounted, origin.clone()))
}
