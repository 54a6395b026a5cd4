//! How isolated each container is, in one short line.

use crate::ask::symbols::{containers, home};
use crate::check::merge::Checked;
use crate::check::outcome::Outcome;
use crate::check::snapshot::Analysis;
use crate::report::secrets::Secrets;
use crate::report::told;
use crate::vfs::Files;
use camino::Utf8Path;
use nixpod_model::{Container, Field, Namespace, NamespaceMode, NetworkMode, Surface, Task, Userns, World};
use nixpod_source::{RuleId, Span, visible};
use rustc_hash::{FxHashMap, FxHashSet};

/// What is to be seen at a glance of the containers that are defined in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lens {
    /// The first of them.
    pub span: Span,
    /// What is to be seen.
    pub title: String,
    /// The containers.
    pub containers: Vec<LensContainer>,
    /// So many findings are about them.
    pub findings: usize,
    /// So many facts of them are not known.
    pub unknown: usize,
}

/// A container that a lens is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LensContainer {
    /// Its surface.
    pub surface: Surface,
    /// Its name.
    pub name: String,
    /// Its host.
    pub host: String,
}

impl Analysis {
    /// A line for each line of a file in which containers are defined, in the order of the text.
    pub fn lenses(&self, path: &Utf8Path) -> Vec<Lens> {
        let Some(file) = self.file_id(path) else {
            return Vec::new();
        };
        let outcome = self.outcome(&self.targets_of(path));
        let files = Files::new(&self.vfs);
        let mut places: Vec<Place<'_>> = Vec::new();
        // Names in a list may make many containers of one line.
        let (text, lines) = (self.text(file), self.line_index(file));
        let mut index: FxHashMap<u32, usize> = FxHashMap::default();
        for (world, container) in containers(&outcome).filter(|(_, one)| is_one(one)) {
            let Some(span) = home(&files, container).filter(|span| span.file == file) else {
                continue;
            };
            let next = places.len();
            let line = lines.position(&text, span.range.start()).line;
            let at = *index.entry(line).or_insert(next);
            if at == next {
                places.push(Place { span, of: Vec::new() });
            }
            if let Some(place) = places.get_mut(at) {
                place.of.push((world, container));
            }
        }
        let findings = Findings::new(&outcome);
        let mut out: Vec<Lens> = places
            .iter()
            .map(|place| place.lens(&findings, &outcome.secrets))
            .collect();
        out.sort_by_key(|lens| (lens.span.range.start(), lens.span.range.end()));
        out
    }
}

/// Is it a container, and not what all those of an engine have?
fn is_one(container: &Container) -> bool {
    !matches!(container.surface, Surface::ContainersConf | Surface::DaemonJson)
}

struct Place<'o> {
    span: Span,
    of: Vec<(&'o World, &'o Container)>,
}

impl Place<'_> {
    fn lens(&self, findings: &Findings<'_>, secrets: &Secrets) -> Lens {
        let mut containers = Vec::new();
        let mut found: FxHashSet<What<'_>> = FxHashSet::default();
        let mut unknown: FxHashSet<(&str, String)> = FxHashSet::default();
        for (world, container) in &self.of {
            let host = &world.host(&container.host).name;
            found.extend(findings.of(container, host));
            for facts in container.unknown() {
                let why = facts.why.to_string();
                unknown.extend(facts.questions.iter().map(|question| (*question, why.clone())));
            }
            let one = LensContainer {
                surface: container.surface,
                name: container.name.clone(),
                host: host.clone(),
            };
            if !containers.contains(&one) {
                containers.push(one);
            }
        }
        let names: FxHashSet<&str> = self.of.iter().map(|(_, one)| one.name.as_str()).collect();
        let mut parts = Vec::new();
        if names.len() > 1 {
            parts.push(format!("{} containers", names.len()));
        }
        parts.extend(shared(&self.of));
        parts.extend(counted(found.len(), "finding", "findings"));
        parts.extend(counted(unknown.len(), "fact not known", "facts not known"));
        Lens {
            span: self.span,
            title: told(&parts.join(" · "), secrets),
            containers,
            findings: found.len(),
            unknown: unknown.len(),
        }
    }
}

/// What tells one finding from another.
type What<'o> = (RuleId, Span, &'o str);

/// The findings that are not suppressed, by what they are about.
struct Findings<'o>(FxHashMap<(Surface, &'o str), Vec<&'o Checked>>);

impl<'o> Findings<'o> {
    fn new(outcome: &'o Outcome) -> Self {
        let mut by_container: FxHashMap<_, Vec<&Checked>> = FxHashMap::default();
        for checked in &outcome.findings {
            let reported = &checked.reported;
            if let (Some(container), None) = (&reported.container, &reported.suppressed) {
                let key = (container.surface, container.name.as_str());
                by_container.entry(key).or_default().push(checked);
            }
        }
        Self(by_container)
    }

    fn of(&self, container: &Container, host: &str) -> Vec<What<'o>> {
        let all = self.0.get(&(container.surface, container.name.as_str()));
        let on_host = all.into_iter().flatten().filter(|checked| {
            let hosts = &checked.reported.hosts;
            hosts.is_empty() || hosts.iter().any(|other| other == host)
        });
        let what = on_host.map(|checked| {
            let found = &checked.reported.diagnostic;
            (found.rule, found.primary.span, found.message.as_str())
        });
        what.collect()
    }
}

fn counted(count: usize, one: &str, several: &str) -> Option<String> {
    match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        _ => Some(format!("{count} {several}")),
    }
}

/// What the containers of one line have in common; where they differ, that they do.
fn shared(of: &[(&World, &Container)]) -> Vec<String> {
    let all: Vec<[Option<String>; 5]> = of.iter().map(|(_, container)| isolation(container)).collect();
    let Some(first) = all.first() else {
        return Vec::new();
    };
    let differ = [
        "privileged or not",
        "users differ",
        "networks differ",
        "namespaces differ",
        "capabilities differ",
    ];
    let parts = first.iter().zip(differ).enumerate();
    let parts = parts.filter_map(|(at, (part, differ))| {
        let is_same = all.iter().all(|other| other.get(at) == Some(part));
        match is_same {
            true => part.clone(),
            false => Some(differ.to_owned()),
        }
    });
    parts.collect()
}

/// Privileges, users, network, shared namespaces, capabilities, each in a few words.
fn isolation(container: &Container) -> [Option<String>; 5] {
    if container.task != Task::Run {
        return [const { None }; 5];
    }
    [
        privileged(container),
        users(container),
        network(container),
        namespaces(container),
        capabilities(container),
    ]
}

/// Words for what may be so under a condition.
fn perhaps<T>(field: &Field<T>, words: String) -> String {
    match field.is_maybe() {
        true => format!("perhaps {words}"),
        false => words,
    }
}

fn privileged(container: &Container) -> Option<String> {
    let is_on = container.privileged.value() == Some(&true);
    is_on.then(|| perhaps(&container.privileged, "privileged".to_owned()))
}

fn users(container: &Container) -> Option<String> {
    let Some(users) = container.userns.value() else {
        return Some("users not known".to_owned());
    };
    if container.is_oci() && container.rootful.certain() == Some(&false) {
        let user = container.runs_as.as_ref().and_then(|user| user.value());
        let user = user.map(|user| format!(" as {}", short(user)));
        return Some(format!("rootless{}", user.unwrap_or_default()));
    }
    if container.is_oci() && container.rootful.value().is_none() {
        return Some("rootless or not is not known".to_owned());
    }
    let words = match users {
        Userns::Host => "root is root on the host".to_owned(),
        Userns::Identity => "user namespace without a mapping".to_owned(),
        Userns::Pick => "users of its own".to_owned(),
        Userns::Fixed { first, .. } => format!("users from {first}"),
        Userns::KeepId => "users by keep-id".to_owned(),
        Userns::NoMap => "users by nomap".to_owned(),
        Userns::Other(other) => format!("users by {}", short(other)),
    };
    Some(perhaps(&container.userns, words))
}

fn network(container: &Container) -> Option<String> {
    let Some(network) = container.network.value() else {
        return Some("network not known".to_owned());
    };
    let words = match network {
        NetworkMode::Host => "host network".to_owned(),
        NetworkMode::Private => "own network".to_owned(),
        NetworkMode::Lan => "in the host's LAN".to_owned(),
        NetworkMode::Joined(other) => format!("network of {}", short(other)),
        NetworkMode::None => "no network".to_owned(),
    };
    Some(perhaps(&container.network, words))
}

fn namespaces(container: &Container) -> Option<String> {
    let of_host = |field: &Field<Namespace>| {
        let namespace = field.value().filter(|one| one.mode == NamespaceMode::Host)?;
        Some(namespace.kind)
    };
    let kinds: Vec<&str> = container.namespaces.iter().filter_map(of_host).collect();
    (!kinds.is_empty()).then(|| format!("host {}", kinds.join(", ")))
}

fn capabilities(container: &Container) -> Option<String> {
    let mut names: Vec<&str> = { container.capabilities.iter() }
        .filter_map(|field| field.value().map(String::as_str))
        .collect();
    names.sort_unstable();
    names.dedup();
    match names[..] {
        [] => None,
        [_, ..] if names.contains(&"all") => Some("all capabilities".to_owned()),
        [only] => Some(short(only)),
        _ => Some(format!("{} capabilities more", names.len())),
    }
}

/// A name that is no longer than fits a line.
fn short(name: &str) -> String {
    visible::cut(&visible::line(name), MAX_NAME).into_owned()
}

const MAX_NAME: usize = 30;
