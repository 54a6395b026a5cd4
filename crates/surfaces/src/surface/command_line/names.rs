//! The names of programs that run containers, and whether a text has one.

use crate::vocabulary::shell;
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use nixpod_model::{StoreRef, Text, TextPart};
use std::sync::LazyLock;

/// Programs that run containers, or something like them.
pub(super) const PROGRAMS: [&str; 22] = [
    "buildah",
    "chmod",
    "ctr",
    "distrobox",
    "distrobox-create",
    "distrobox-ephemeral",
    "docker",
    "docker-compose",
    "dockerd",
    "incus",
    "lxc",
    "machinectl",
    "nerdctl",
    "nixos-container",
    "podman",
    "podman-compose",
    "socat",
    "systemd-nspawn",
    "toolbox",
    "unshare",
    "xhost",
    shell::NOT_KNOWN,
];

/// Words without which a script runs none of them.
const WORDS: [&str; 16] = [
    "buildah ",
    "containers/systemd/",
    "ctr ",
    "distrobox",
    "docker",
    "incus ",
    "lxc ",
    "machinectl ",
    "nerdctl",
    "nixos-container ",
    "podman",
    "systemd-nspawn",
    "systemd/nspawn/",
    "toolbox ",
    "unshare",
    "xhost",
];

/// All of them at once: nearly every string of a project is asked for them.
static ANY_WORD: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let mut builder = AhoCorasick::builder();
    builder.kind(Some(AhoCorasickKind::DFA)).build(WORDS).ok()
});

/// Is there the name of such a program in a text?
pub(crate) fn names_program(text: &str) -> bool {
    match &*ANY_WORD {
        Some(words) => words.is_match(text),
        None => WORDS.iter().any(|word| text.contains(word)),
    }
}

/// May a text, or a script that it runs, name such a program?
pub(super) fn may_run_containers(text: &Text) -> bool {
    text.parts.iter().any(|part| match part {
        TextPart::Known { text, .. } => names_program(text),
        TextPart::Hole { why, .. } => why.name().is_some_and(names_program),
    }) || text.context.iter().any(|reference| match reference {
        StoreRef::Written { text, .. } => may_run_containers(text),
        StoreRef::Copied { .. } | StoreRef::Path { .. } | StoreRef::Read { .. } => false,
    })
}
