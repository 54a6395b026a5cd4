//! How many things each literal is used for, so that a fix for one does not change another.

use crate::world::evaluate::Listed;
use crate::world::worlds::Known;
use nixpod_model::{Container, Fact, Field, OwnOption, StoreRef, System, Text, TextPart};
use nixpod_source::{Origin, Place, Site};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Who uses a literal: the definition of a container or user, by its place and name. The same definition seen from
/// several hosts counts once.
type User<'a> = (Option<Place>, &'a str);

/// For each literal its one user, or none if there are several.
#[derive(Debug, Default)]
pub(crate) struct Uses {
    shared: FxHashMap<Site, bool>,
}

impl Uses {
    /// Counts the literals of all worlds.
    pub(crate) fn count(worlds: &[(Arc<Known>, Arc<Listed>)]) -> Self {
        let mut counter = Counter::default();
        for (known, listed) in worlds {
            for container in known.world.containers.values() {
                counter.user = (container.origin.place(), container.name.as_str());
                counter.origin(&container.origin);
                counter.container(container);
                let options = listed.options.get(&container.id);
                counter.options(options.map(Vec::as_slice).unwrap_or_default());
            }
            for system in known.world.systems.values() {
                counter.system(system);
            }
        }
        Self {
            shared: counter
                .users
                .into_iter()
                .map(|(site, user)| (site, user.is_none()))
                .collect(),
        }
    }

    /// Does the literal serve more than one thing?
    pub(crate) fn is_shared(&self, site: Site) -> bool {
        self.shared.get(&site).copied().unwrap_or_default()
    }
}

#[derive(Default)]
struct Counter<'a> {
    user: User<'a>,
    users: FxHashMap<Site, Option<User<'a>>>,
}

impl<'a> Counter<'a> {
    fn origin(&mut self, origin: &Origin) {
        let Some(place) = origin.place() else { return };
        let user = self.user;
        let known = self.users.entry(place.site).or_insert(Some(user));
        if *known != Some(user) {
            *known = None;
        }
    }

    fn field<T>(&mut self, field: &Field<T>) {
        self.origin(&field.origin);
    }

    fn fields<T>(&mut self, fields: &[Field<T>]) {
        for field in fields {
            self.field(field);
        }
    }

    fn text(&mut self, text: &Text) {
        for part in &text.parts {
            let (TextPart::Known { origin, .. } | TextPart::Hole { origin, .. }) = part;
            self.origin(origin);
        }
        for context in &text.context {
            match context {
                StoreRef::Written { text, .. } => self.text(text),
                StoreRef::Copied { origin, .. }
                | StoreRef::Path { origin, .. }
                | StoreRef::Read { origin, .. } => self.origin(origin),
            }
        }
    }

    fn texts(&mut self, fields: &[Field<Text>]) {
        for field in fields {
            self.field(field);
            if let Some(text) = field.value() {
                self.text(text);
            }
        }
    }

    fn container(&mut self, container: &'a Container) {
        self.field(&container.auto_start);
        self.field(&container.rootful);
        self.field(&container.userns);
        self.field(&container.privileged);
        self.field(&container.network);
        self.fields(&container.capabilities);
        self.fields(&container.dropped_capabilities);
        self.fields(&container.namespaces);
        self.fields(&container.mounts);
        self.fields(&container.devices);
        self.fields(&container.ports);
        self.fields(&container.environment);
        self.texts(&container.environment_files);
        self.texts(&container.security_options);
        self.texts(&container.command);
        for mount in container.mounts.iter().filter_map(Field::value) {
            self.text(&mount.source);
            self.text(&mount.target);
        }
        for device in container.devices.iter().filter_map(Field::value) {
            self.text(&device.node);
        }
        for port in container.ports.iter().filter_map(Field::value) {
            self.text(&port.container);
            for text in [&port.address, &port.host, &port.text].into_iter().flatten() {
                self.text(text);
            }
        }
        for variable in container.environment.iter().filter_map(Field::value) {
            self.text(&variable.value);
        }
        if let Some(image) = &container.image {
            self.field(image);
            if let Some(image) = image.value() {
                self.text(&image.reference);
            }
        }
        for flag in &container.flags {
            self.field(&flag.word);
            if let Some(word) = flag.word.value() {
                self.text(word);
            }
        }
        if let Some(nspawn) = &container.nspawn {
            self.field(&nspawn.private_users);
            self.field(&nspawn.ownership);
            self.field(&nspawn.private_network);
            self.field(&nspawn.enable_tun);
            self.fields(&nspawn.network_options);
            self.field(&nspawn.other_private_network);
        }
        if let Some(sdnotify) = &container.sdnotify {
            self.field(sdnotify);
        }
    }

    /// Options that rules know nothing of use literals, too. A default is nobody's.
    fn options(&mut self, options: &[OwnOption]) {
        for option in options {
            if !matches!(option.value.fact, Fact::Default(_)) {
                self.field(&option.value);
            }
        }
    }

    fn system(&mut self, system: &'a System) {
        for user in &system.users {
            self.user = (user.origin.place(), user.name.as_str());
            self.field(&user.uid);
            self.field(&user.linger);
            self.field(&user.auto_sub_ids);
            self.fields(&user.sub_uids);
            self.fields(&user.sub_gids);
            self.field(&user.group);
            self.fields(&user.extra_groups);
        }
        self.user = (system.origin.place(), "");
        for secret in &system.secrets {
            self.field(&secret.value);
            if let Some(text) = secret.value.value() {
                self.text(text);
            }
        }
    }
}
