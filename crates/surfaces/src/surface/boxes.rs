//! Containers of distrobox, whoever writes them. They are no isolation and are not meant to be: they are privileged, in the
//! namespaces of the host, and have all of its files. That is what holds by default; what somebody adds is written.

use crate::vocabulary::flags::parse;
use crate::vocabulary::podman::{self, WORDS};
use crate::vocabulary::words::{self, split_words};
use nixpod_model::{Container, Field, Image, Mount, Namespace, NamespaceMode, NetworkMode, Text};
use nixpod_source::Origin;

/// What is said of one.
pub(super) struct Box {
    pub(super) root: Field<bool>,
    pub(super) image: Option<Field<Text>>,
    /// Whether it has these for itself.
    pub(super) unshared: Unshared,
    /// Words of `--volume`.
    pub(super) volumes: Vec<Field<Text>>,
    /// Words for the engine.
    pub(super) flags: Vec<Field<Text>>,
    /// What is run inside when it is made.
    pub(super) hooks: Vec<Field<Text>>,
}

/// What a box does not share with the host.
#[derive(Default)]
pub(super) struct Unshared {
    pub(super) all: Option<Field<bool>>,
    pub(super) devices: Option<Field<bool>>,
    pub(super) ipc: Option<Field<bool>>,
    pub(super) network: Option<Field<bool>>,
    pub(super) processes: Option<Field<bool>>,
}

/// What every one of them has of the host, as `distrobox create` passes it on.
const MOUNTS: [(&str, &str); 4] = [
    ("/", "/run/host"),
    ("/dev", "/dev"),
    ("/sys", "/sys"),
    ("/tmp", "/tmp"),
];

impl Box {
    /// A box of which nothing is said.
    pub(super) fn new() -> Self {
        Self {
            root: Field::default(false),
            image: None,
            unshared: Unshared::default(),
            volumes: Vec::new(),
            flags: Vec::new(),
            hooks: Vec::new(),
        }
    }

    /// Says of a container what holds for the box.
    pub(super) fn apply(self, container: &mut Container) {
        container.rootful = self.root.clone();
        container.privileged = match self.root.value() {
            // The host's root is more than what every box is by design.
            Some(true) => self.root,
            _ => Field::default(true),
        };
        by_design(&self.unshared, container);
        container.image = self.image.map(|image| {
            image.map(|reference| Image {
                reference: reference.clone(),
                provided_by_nix: false,
            })
        });
        for word in split_words(&self.volumes, words::blanks) {
            container.mounts.push(word.map(crate::vocabulary::mounts::volume));
        }
        let (flags, options) = parse(&split_words(&self.flags, words::shell), &WORDS);
        container.flags = flags;
        podman::apply(container, &options);
        container.command = self.hooks;
    }
}

/// What it shares with the host unless it is told not to.
fn by_design(unshared: &Unshared, container: &mut Container) {
    let is_unset =
        |field: &Option<Field<bool>>| { field.as_ref() }.is_none_or(|field| field.value() == Some(&false));
    let shares = |own: &Option<Field<bool>>| is_unset(&unshared.all) && is_unset(own);
    if shares(&unshared.network) {
        container.network = Field::default(NetworkMode::Host);
    }
    for (kind, own) in [("ipc", &unshared.ipc), ("pid", &unshared.processes)] {
        if shares(own) {
            let mode = NamespaceMode::Host;
            container
                .namespaces
                .push(Field::default(Namespace { kind, mode }));
        }
    }
    let own_devices = !shares(&unshared.devices);
    for (source, target) in MOUNTS {
        if own_devices && matches!(source, "/dev" | "/sys") {
            continue;
        }
        container.mounts.push(Field::default(Mount {
            source: Text::known(source, Origin::default()),
            target: Text::known(target, Origin::default()),
            read_only: false,
            options: vec!["rslave".to_owned()],
            is_bind: true,
            unclear_access: None,
            volume: None,
        }));
    }
}
