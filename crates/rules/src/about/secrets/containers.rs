//! Secrets that are written out in what a container is given.

use super::found::{FILE_HELP, Found, Kept, environment_help, file_option, in_file, is_read_from_file};
use super::local::goes_to_the_machine;
use super::logins::login_of_curl;
use super::shapes::shape;
use super::values::looks_random;
use super::{
    Hit, Kind, announced_by, is_configuration, is_replaced, judge, judge_credential, judge_lines,
    judge_option, judge_words,
};
use crate::about::words::{also, name};
use nixpod_analysis::{Confidence, Ctx, FindingBuilder, Severity, Sink};
use nixpod_model::{Container, EnvVar, Field, NetworkMode, StoreRef, SystemKind, Text, TextPart};
use nixpod_source::Place;

/// Reports those of a container.
pub(crate) fn check_container(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    let mut given = Given {
        who: name(container),
        kept: match ctx.system(container).kind {
            SystemKind::Elsewhere => Kept::File,
            _ => Kept::Store,
        },
        help: environment_help(file_option(container)),
        is_cut_off: is_cut_off(container),
        sink,
    };
    given.environment(container);
    given.files(container);
    given.command(container);
    given.credentials(container);
    given.options(container);
}

/// Has a container neither a network nor anything that it shares? What a password guards in it goes with it, then.
fn is_cut_off(container: &Container) -> bool {
    container.network.certain() == Some(&NetworkMode::None) && container.mounts.is_empty()
}

const CUT_OFF_HELP: &str = "The container has no network and shares no files, so that nobody outside comes to what the \
    secret guards in it. Where the same secret is used for anything else, change it and give it at run time.";

struct Given<'s> {
    who: String,
    kept: Kept,
    help: String,
    /// Does nothing outside of it reach what its passwords open?
    is_cut_off: bool,
    sink: &'s mut Sink,
}

/// Only the name of it tells that it is a secret.
const BY_NAME: &str = "only the name says that it is a secret";

impl Given<'_> {
    fn found<T>(&mut self, field: &Field<T>, text: &Text, hit: Hit, what: &str) {
        let found = Found {
            field,
            text,
            what,
            kept: self.kept,
            help: &self.help,
        };
        let finding = found.report(&hit, self.sink);
        if self.is_cut_off {
            only_inside(finding, &hit);
        }
    }

    fn environment(&mut self, container: &Container) {
        let mut places: Vec<(Place, String)> = Vec::new();
        for field in &container.environment {
            let Some(variable) = field.value() else {
                continue;
            };
            let text = &variable.value;
            if is_read_from_file(text) {
                continue;
            }
            if let Some(hit) = judge(&variable.name, &text.pattern()) {
                let same = { container.environment.iter() }.filter(|other| is_written_once(field, other));
                let names: Vec<&str> = { same.filter_map(|other| other.value()) }
                    .map(|other| other.name.as_str())
                    .filter(|name| announced_by(name).is_some())
                    .collect();
                // One secret under several names is one finding, at the first of them.
                if names.len() > 1 && names.first() != Some(&variable.name.as_str()) {
                    self.sink
                        .hide(field, text, hit.range, hit.kind == Kind::Placeholder);
                    continue;
                }
                // So it is where one value has another in it: `postgresql://app:${password}@db`.
                let secret = text.slice(hit.range.0, hit.range.1);
                if let Some(place) = secret.parts.first().and_then(place_of) {
                    let place = (place, secret.pattern());
                    if places.contains(&place) {
                        self.sink
                            .hide(field, text, hit.range, hit.kind == Kind::Placeholder);
                        continue;
                    }
                    places.push(place);
                }
                let what = format!("`{}`{} of {}", variable.name, also(&names), self.who);
                let is_for_itself = matches!(hit.kind, Kind::Named | Kind::Placeholder)
                    && !looks_random(&text.pattern())
                    && goes_to_the_machine(&variable.name, || {
                        let all = container.environment.iter().filter_map(|field| field.value());
                        all.map(|other| (other.name.as_str(), &other.value))
                    });
                let found = Found {
                    field,
                    text,
                    what: &what,
                    kept: self.kept,
                    help: &self.help,
                };
                let finding = found.report(&hit, self.sink);
                if is_for_itself {
                    finding.severity(Severity::Low);
                } else if self.is_cut_off {
                    only_inside(finding, &hit);
                }
            }
        }
    }

    /// Files that Nix writes: those with variables, those that are mounted, and what Nix builds an image of.
    fn files(&mut self, container: &Container) {
        for field in &container.environment_files {
            if let Some(file) = field.value() {
                self.written(field, file, true);
            }
        }
        for field in &container.mounts {
            if let Some(mount) = field.value() {
                self.written(field, &mount.source, false);
            }
        }
        if let Some(field) = &container.image
            && let Some(image) = field.value()
        {
            self.written(field, &image.reference, false);
        }
    }

    fn written<T>(&mut self, field: &Field<T>, source: &Text, is_of_variables: bool) {
        for context in &source.context {
            let StoreRef::Written { name: file, text, .. } = context else {
                continue;
            };
            let pattern = text.pattern();
            for (variable, hit) in judge_lines(&pattern) {
                if is_replaced(&pattern, &hit) {
                    continue;
                }
                let what = in_file(&variable, file, &format!(" of {}", self.who));
                let is_sure = is_of_variables || matches!(hit.kind, Kind::Shape(_));
                let found = Found {
                    field,
                    text,
                    what: &what,
                    kept: self.kept,
                    help: FILE_HELP,
                };
                let mut finding = found.report(&hit, self.sink);
                if !is_sure {
                    finding = finding.at_most(Confidence::Medium, BY_NAME);
                }
                if self.is_cut_off {
                    only_inside(finding, &hit);
                }
            }
        }
    }

    /// systemd's credentials: `--set-credential=id:value`, `--load-credential=id:path`.
    fn credentials(&mut self, container: &Container) {
        for flag in &container.flags {
            let Some(word) = flag.word.value() else {
                continue;
            };
            let pattern = word.pattern();
            let given = |option: &str| pattern.strip_prefix(option)?.split_once(':');
            if let Some((id, value)) = given("--set-credential=")
                && let Some(hit) = judge_credential(value)
            {
                let hit = hit.moved(pattern.len() - value.len());
                let is_named = id.split('.').any(|part| announced_by(part).is_some());
                if !is_named && is_configuration(id, value) {
                    continue;
                }
                let what = format!("the credential `{id}` of {}", self.who);
                self.found(&flag.word, word, hit, &what);
            }
            if let Some((id, _)) = given("--load-credential=") {
                for context in &word.context {
                    if let StoreRef::Written { text, .. } = context
                        && let Some(hit) = judge_credential(&text.pattern())
                    {
                        let what = format!("the file of the credential `{id}` of {}", self.who);
                        self.found(&flag.word, text, hit, &what);
                    }
                }
            }
        }
    }

    /// Passwords in the words of a command: `--requirepass hunter2`, `--password=hunter2`, `sh -c "tool --password x"`.
    fn command(&mut self, container: &Container) {
        for (at, field) in container.command.iter().enumerate() {
            let Some(word) = field.value() else {
                continue;
            };
            let pattern = word.pattern();
            if pattern.trim().contains(char::is_whitespace) {
                for (option, hit) in judge_words(&pattern) {
                    let what = format!("`{option}` in the command of {}", self.who);
                    self.found(field, word, hit, &what);
                }
                continue;
            }
            let (option, value, text, field) = match pattern.split_once('=') {
                Some((option, value)) => (option, value.to_owned(), word, field),
                None => {
                    let next = container.command.get(at + 1);
                    let Some((next, text)) = next.and_then(|next| Some((next, next.value()?))) else {
                        continue;
                    };
                    (pattern.as_str(), text.pattern(), text, next)
                }
            };
            if !option.starts_with('-') || value.starts_with('-') {
                continue;
            }
            if let Some(hit) = judge_option(option, &value) {
                let hit = hit.moved(text.pattern().len().saturating_sub(value.len()));
                let what = format!("`{option}` in the command of {}", self.who);
                self.found(field, text, hit, &what);
            }
        }
    }

    /// Labels and annotations, which everybody reads who may ask the engine, and commands that look after the container.
    fn options(&mut self, container: &Container) {
        for field in &container.run_options {
            let Some(option) = field.value() else {
                continue;
            };
            let text = &option.value;
            let pattern = text.pattern();
            match option.name {
                "label" | "annotation" => {
                    let Some((label, value)) = pattern.split_once('=') else {
                        continue;
                    };
                    let is_hash = |hit: &Hit| hit.kind == Kind::Hash;
                    let hit = judge_option(label, value)
                        .or_else(|| judge_credential(value).filter(is_hash))
                        .map(|hit| hit.moved(label.len() + 1));
                    if let Some(hit) = hit {
                        let what = format!("the {} `{label}` of {}", option.name, self.who);
                        self.found(field, text, hit, &what);
                    }
                }
                "health-cmd" | "health-startup-cmd" => {
                    let mut hits = judge_words(&pattern);
                    hits.extend(login_of_curl(&pattern).map(|hit| ("-u".to_owned(), hit)));
                    if hits.is_empty() {
                        hits.extend(shape(&pattern).map(|hit| (String::new(), hit)));
                    }
                    for (flag, hit) in hits {
                        let what = match flag.as_str() {
                            "" => format!("the health check of {}", self.who),
                            _ => format!("`{flag}` in the health check of {}", self.who),
                        };
                        self.found(field, text, hit, &what);
                    }
                }
                "creds" => {
                    if let Some((user, password)) = pattern.split_once(':')
                        && let Some(hit) = judge_credential(password)
                    {
                        let what = format!("the password for the registry of {}", self.who);
                        self.found(field, text, hit.moved(user.len() + 1), &what);
                    }
                }
                _ => {}
            }
        }
    }
}

/// Where a piece of a text is written.
fn place_of(part: &TextPart) -> Option<Place> {
    match part {
        TextPart::Known { origin, .. } | TextPart::Hole { origin, .. } => origin.place(),
    }
}

/// Is the value of both one and the same, written at one place, as by a binding?
fn is_written_once(one: &Field<EnvVar>, other: &Field<EnvVar>) -> bool {
    let text = |field: &Field<EnvVar>| field.value().map(|variable| variable.value.pattern());
    let place = one.origin.place();
    place.is_some() && place == other.origin.place() && text(one) == text(other)
}

/// Nobody comes to the container. The shape of a secret tells that it opens something elsewhere; other passwords may be
/// for what is in the container alone.
fn only_inside(finding: FindingBuilder<'_>, hit: &Hit) {
    if matches!(hit.kind, Kind::Named | Kind::Placeholder) {
        finding.severity(Severity::Low).help(CUT_OFF_HELP);
    }
}
