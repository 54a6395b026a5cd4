//! What a line of an engine's program is about: its command, and whose engine does it.

use super::line::options;
use crate::vocabulary::daemon;
use crate::vocabulary::flags::{Arity, Grammar, parse};
use crate::vocabulary::programs::{self, GLOBAL};
use crate::vocabulary::shell::{Element, Line, is_other_machine};
use nixpod_model::{Engine, Field, Text};
use nixpod_source::Origin;

const BEFORE: Grammar = Grammar {
    long: |name| programs::long(&GLOBAL, name),
    short: |name| programs::short(&GLOBAL, name),
    pre_split: false,
};

/// Options of `nerdctl` before its command that Docker does not have.
const BEFORE_OF_NERDCTL: Grammar = Grammar {
    long: |name| match name {
        "address" | "bridge-ip" | "cni-netconfpath" | "cni-path" | "data-root" | "hosts-dir"
        | "host-gateway-ip" | "namespace" | "snapshotter" | "storage-driver" => Arity::Required,
        "debug-full" | "experimental" | "insecure-registry" | "kube-hide-dupe" => Arity::None,
        _ => programs::long(&GLOBAL, name),
    },
    short: |name| match name {
        'a' | 'n' => Arity::Required,
        _ => programs::short(&GLOBAL, name),
    },
    pre_split: false,
};

/// Those before the command of a line.
fn before(line: &Line) -> &'static Grammar {
    match line.program.as_str() {
        "nerdctl" => &BEFORE_OF_NERDCTL,
        _ => &BEFORE,
    }
}

/// What a line says, with the words behind its last command word.
pub(super) fn verb(line: &Line) -> Option<(Verb, &[Element])> {
    let at = options(&line.words, before(line), true).end;
    let rest = line.words.get(at..)?;
    let word = |at: usize| rest.get(at).map(|word| word.text.pattern()).unwrap_or_default();
    let (verb, count) = match (word(0).as_str(), word(1).as_str()) {
        ("run" | "create", _) => (Verb::Run, 1),
        ("container", "run" | "create") => (Verb::Run, 2),
        ("buildx" | "image" | "builder", "build") => (Verb::Build, 2),
        ("build", _) => (Verb::Build, 1),
        ("pod", "create") => (Verb::Pod, 2),
        ("volume", "create") => (Verb::Volume, 2),
        ("network", "create") => (Verb::Network, 2),
        ("network", "connect") => (Verb::Connect, 2),
        ("kube", "play") | ("play", "kube") => (Verb::Kube, 2),
        ("compose", _) => (Verb::Compose, 1),
        ("stack", "deploy" | "up") => (Verb::Stack, 2),
        ("service", "create") => (Verb::Swarm, 2),
        ("system", "service") => (Verb::Service, 2),
        _ => return None,
    };
    Some((verb, rest.get(count..)?))
}

/// What is to be done.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Run,
    Build,
    Pod,
    Volume,
    Network,
    Connect,
    Kube,
    Compose,
    Stack,
    Swarm,
    Service,
}

/// Does another machine do it, as an option says or something around the line?
pub(super) fn is_elsewhere(line: &Line) -> bool {
    let at = options(&line.words, before(line), true).end;
    let mut before = line.words.iter().take(at);
    line.elsewhere
        || address(line).is_some_and(|address| is_other_machine(&address.pattern()))
        || before.any(|word| is_other_machine(&word.text.pattern()))
        || connection(line)
}

/// Is the engine named under which an address is kept, which is not here? That may be any machine's.
pub(super) fn connection(line: &Line) -> bool {
    let [_, _, _, podman, docker] = &line.addresses;
    let (names, around, own) = match engine(line) {
        Some(Engine::Podman) => (["-c", "--connection"], podman, None),
        Some(Engine::Docker) => (["-c", "--context"], docker, Some("default")),
        _ => return false,
    };
    let at = options(&line.words, before(line), true).end;
    let words = line.words.iter().take(at);
    let words: Vec<Field<Text>> = words
        .map(|word| Field::set(word.text.clone(), Origin::default()))
        .collect();
    let options = parse(&words, before(line)).1;
    let said = |names: &[&str]| {
        options
            .iter()
            .rfind(|option| names.contains(&option.name.as_str()))
    };
    // An address goes before the name of one that something around the line says.
    let has_address = address(line).is_some() || said(&["-H", "--host", "--url"]).is_some();
    let name = match said(&names) {
        Some(option) => option.value.as_ref(),
        None => around.as_ref().filter(|_| !has_address),
    };
    name.map(Text::pattern)
        .is_some_and(|name| !name.is_empty() && Some(name.as_str()) != own)
}

/// The context that a line has Docker use from then on: `docker context use NAME`.
pub(super) fn context_used(line: &Line) -> Option<&Text> {
    if engine(line) != Some(Engine::Docker) {
        return None;
    }
    let at = options(&line.words, before(line), true).end;
    match line.words.get(at..)? {
        [first, second, name, ..] if first.text.pattern() == "context" && second.text.pattern() == "use" => {
            Some(&name.text)
        }
        _ => None,
    }
}

/// Where the engine of a line listens, as variables say it.
pub(super) fn address(line: &Line) -> Option<&Text> {
    let [_, podman, docker, ..] = &line.addresses;
    match engine(line)? {
        Engine::Podman => podman.as_ref(),
        _ => docker.as_ref(),
    }
}

/// Is it root's engine that a line talks to, by the address of its socket?
pub(super) fn root_by_address(line: &Line) -> Option<bool> {
    let at = options(&line.words, before(line), true).end;
    let of_words = line.words.iter().take(at).map(|word| word.text.pattern());
    let address = of_words
        .chain(address(line).map(Text::pattern))
        .find(|word| word.contains("unix://"))?;
    let (_, socket) = address.split_once("unix://")?;
    if socket.starts_with("/run/user/")
        || socket.starts_with("$XDG_RUNTIME_DIR/")
        || socket.starts_with("%t/")
    {
        return Some(false);
    }
    daemon::whose(socket).map(|_| true)
}

/// The words behind `system service`, which has the engine listen.
pub(super) fn service(line: &Line) -> Option<&[Element]> {
    match verb(line) {
        Some((Verb::Service, words)) if !is_elsewhere(line) => Some(words),
        _ => None,
    }
}

/// Does a line run a container, whatever engine that is?
pub(super) fn runs(line: &Line) -> bool {
    matches!(verb(line), Some((Verb::Run, _)))
}

/// Does a line of a program that is not known look as if it were an engine's: `$ENGINE run --rm -v …`?
pub(super) fn seems_to_run(line: &Line) -> bool {
    let is_telling = |word: &Element| {
        let pattern = word.text.pattern();
        let name = pattern.split('=').next().unwrap_or_default();
        matches!(
            name,
            "--rm"
                | "--volume"
                | "-v"
                | "--network"
                | "--publish"
                | "--privileged"
                | "--cap-add"
                | "-it"
                | "-ti"
                | "--mount"
        )
    };
    match verb(line) {
        Some((Verb::Run, words)) => words.iter().any(is_telling),
        _ => false,
    }
}

/// Does a line of a compose program start something?
pub(super) fn compose_runs(words: &[Element]) -> bool {
    words
        .iter()
        .any(|word| matches!(word.text.pattern().as_str(), "up" | "run" | "create" | "start"))
}

/// The engine whose program a line runs. That of `nerdctl`, whose words are Docker's, is containerd, of which nothing else is
/// known here.
pub(super) fn engine(line: &Line) -> Option<Engine> {
    match line.program.as_str() {
        "docker" => Some(Engine::Docker),
        "podman" => Some(Engine::Podman),
        _ => None,
    }
}
