//! Command lines in texts that are no scripts: in the service of a unit of Podman's generator, and what `devcontainer.json`
//! has run on the host before there is a container.

use super::{places, python, settings};
use crate::surface::texts::{Runs, Written};
use crate::surface::{devcontainer, quadlet_text};
use crate::vocabulary::certainty::part;
use crate::vocabulary::json::{self, Json};
use crate::vocabulary::shell::{self, Followed};
use crate::vocabulary::text::origin_of;
use crate::vocabulary::unit::parse::parse;
use crate::vocabulary::unit::specifiers::{Manager, Scope};
use nixpod_model::{NotAnalysed, Subject, Text};
use nixpod_source::{Origin, Why};
use nixpod_syntax::{Program, may_be_script};
use smol_str::SmolStr;

/// Command lines of a service.
pub(super) const LINES: [&str; 7] = [
    "ExecCondition",
    "ExecStartPre",
    "ExecStart",
    "ExecStartPost",
    "ExecReload",
    "ExecStop",
    "ExecStopPost",
];

/// How a command is written.
pub(super) enum Form {
    /// A script of a shell.
    Shell,
    /// What a shell reads for somebody who types.
    Typed,
    /// A line that systemd takes apart.
    UnitLine,
    /// Word by word.
    Words(Vec<Text>),
}

/// A script, or a command.
pub(super) struct Script {
    pub(super) written: Written,
    pub(super) form: Form,
}

impl Script {
    /// What it comes to.
    pub(super) fn follow(&self, wanted: fn(&str) -> bool) -> Option<Followed> {
        let text = self.written.text.value()?;
        Some(match &self.form {
            Form::Shell => shell::follow(text, wanted),
            Form::Typed => shell::typed(text, wanted),
            Form::UnitLine => {
                let resolved = self.scope().resolve(text);
                shell::unit_line(resolved.as_ref().unwrap_or(text), wanted)
            }
            Form::Words(words) => shell::words(words, wanted),
        })
    }

    /// The service manager that takes the line apart. `User=` changes nothing there: `%h` is the home of the manager's user.
    fn scope(&self) -> Scope {
        let path = self.written.path.as_str();
        let service = path.strip_prefix("systemd.services.");
        let begins = |all: &[&str]| all.iter().any(|begin| path.starts_with(begin));
        let manager = match &self.written.runs {
            _ if begins(&["systemd.services.", "systemd.units.", "systemd.packages"]) => Manager::System,
            _ if begins(&["systemd.user.", "services.podman.", "hjem."]) => Manager::User,
            Runs::Root => Manager::System,
            Runs::User(None) => Manager::User,
            Runs::User(Some(_)) | Runs::Unknown => Manager::Either,
        };
        Scope {
            manager,
            service: service.and_then(service_of),
        }
    }
}

/// The name of the service in an option below `systemd.services`.
fn service_of(option: &str) -> Option<SmolStr> {
    let name = match option.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next()?,
        None => option.split('.').next()?,
    };
    // What is escaped in it, or not known, is not taken apart here.
    (!name.contains(['\\', '$', '<'])).then(|| name.into())
}

/// What a script or a line of a unit comes to.
pub(super) fn follow(text: &Text, is_unit_line: bool, wanted: fn(&str) -> bool) -> Followed {
    match is_unit_line {
        true => shell::unit_line(text, wanted),
        false => shell::follow(text, wanted),
    }
}

/// Is a text one line as systemd takes it, and no script of a shell?
pub(super) fn is_unit_line(path: &str) -> bool {
    let last = path.rsplit('.').next().unwrap_or_default();
    last.starts_with("Exec")
}

/// Does a shell read a text for somebody who types, by its option or by its file?
fn is_typed(path: &str) -> bool {
    let is_option = |option: &&[&str]| path.starts_with(&option.join("."));
    let name = path.strip_suffix(".text").unwrap_or(path).trim_end_matches('"');
    places::ALIASES.iter().chain(&places::INITS).any(is_option)
        || nixpod_syntax::is_shell_name(name) && !name.ends_with(".sh") && !name.ends_with(".bash")
}

/// Is a text a unit of systemd's or all of one of Podman's generator, by its option?
pub(super) fn is_service(path: &str) -> bool {
    let path = path.strip_suffix(".text").unwrap_or(path).trim_end_matches('"');
    path.ends_with(".service") || path.ends_with(".rawConfig")
}

/// Is a file read for the command lines in it, although it is no script?
pub(super) fn is_other_file(path: &str) -> bool {
    quadlet_text::is_file(path) || devcontainer::is_file(path)
}

/// The scripts of a text: it itself, or those in it.
pub(super) fn scripts(written: &Written) -> Vec<Script> {
    let path = written.path.trim_end_matches('"');
    if quadlet_text::is_file(path) || is_service(path) {
        return of_unit(written);
    }
    if devcontainer::is_file(path) {
        return of_devcontainer(written);
    }
    if let Some(program) = program_of(written) {
        return of_program(written, program);
    }
    let form = match is_unit_line(path) {
        true => Form::UnitLine,
        false if is_typed(path) => Form::Typed,
        false => Form::Shell,
    };
    let written = written.clone();
    vec![Script { written, form }]
}

/// Whose text it is, where that is no shell.
pub(super) fn program_of(written: &Written) -> Option<Program> {
    let text = written.text.value()?;
    let by_first_line = || {
        let pattern = text.pattern();
        may_be_script(&written.path)
            .then(|| Program::of_first_line(&pattern))
            .flatten()
    };
    { Program::of(&written.path) }
        .or_else(|| places::program_of(&written.path))
        .or_else(by_first_line)
}

/// The commands in a text of such a program, where they are read.
fn of_program(written: &Written, program: Program) -> Vec<Script> {
    let Some(text) = written.text.value() else {
        return Vec::new();
    };
    match program {
        Program::Python => { python::commands(text).into_iter() }
            .filter_map(|command| match command {
                python::Command::Line(line) => Some(inside(written, &line, &written.runs, Form::Shell)),
                python::Command::Words(words) => {
                    let first = words.first()?.clone();
                    Some(inside(written, &first, &written.runs, Form::Words(words)))
                }
            })
            .collect(),
        _ => { settings::commands(program, text).into_iter() }
            .map(|command| {
                let runs = match command.user.map(|user| (user.as_known(), origin_of(&user))) {
                    Some((Some(name), _)) if name == "root" => Runs::Root,
                    Some((Some(name), origin)) => {
                        Runs::User(Some(Box::new(part(&written.text, name, origin))))
                    }
                    Some((None, _)) => Runs::Unknown,
                    // A session is somebody's, and hardly that of root.
                    None if written.runs == Runs::Unknown && program != Program::Tmux => Runs::User(None),
                    None => written.runs.clone(),
                };
                inside(written, &command.line, &runs, Form::Shell)
            })
            .collect(),
    }
}

/// Something in a script that is not read.
pub(super) fn gap(what: String, why: Why, origin: &Origin) -> NotAnalysed {
    NotAnalysed {
        place: origin.place(),
        what,
        why,
        also: Vec::new(),
        subject: Subject::Containers,
        hosts: Vec::new(),
        questions: Vec::new(),
    }
}

/// A part of a text as a script of its own.
fn inside(written: &Written, text: &Text, runs: &Runs, form: Form) -> Script {
    Script {
        written: Written {
            text: part(&written.text, text.clone(), origin_of(text)),
            runs: runs.clone(),
            ..written.clone()
        },
        form,
    }
}

/// The lines of the service of a unit. Who it runs as is who runs them.
fn of_unit(written: &Written) -> Vec<Script> {
    let Some(text) = written.text.value() else {
        return Vec::new();
    };
    // Most units of Podman's generator have no line of their own, and are taken apart once by whoever reads them.
    let pattern = text.pattern();
    if !LINES.iter().any(|key| pattern.contains(key)) {
        return Vec::new();
    }
    let unit = parse(text);
    let user = unit.last("Service", "User");
    let user = user.and_then(|user| Some((user.value.as_known()?, user.origin.clone())));
    let runs = match user {
        Some((name, _)) if matches!(name.as_str(), "" | "root" | "0") => written.runs.clone(),
        Some((name, origin)) => Runs::User(Some(Box::new(part(&written.text, name, origin)))),
        None => written.runs.clone(),
    };
    let entries = LINES.iter().flat_map(|key| unit.values("Service", key));
    entries
        .map(|entry| inside(written, &entry.value, &runs, Form::UnitLine))
        .collect()
}

/// `initializeCommand`: a line of a shell, the words of a command, or several of those by name.
fn of_devcontainer(written: &Written) -> Vec<Script> {
    let Some(Ok(json)) = written.text.value().map(json::parse) else {
        return Vec::new();
    };
    let Some(command) = json.get("initializeCommand") else {
        return Vec::new();
    };
    let members = command.members().iter().map(|member| &member.value);
    let all = std::iter::once(command).chain(members);
    all.filter_map(|one| match one {
        Json::String(text) => Some(inside(written, text, &written.runs, Form::Shell)),
        Json::Array(elements) => {
            let words: Vec<Text> = elements.iter().filter_map(Json::text).cloned().collect();
            let first = words.first()?.clone();
            Some(inside(written, &first, &written.runs, Form::Words(words)))
        }
        _ => None,
    })
    .collect()
}
