//! What every container of an engine has: a container that stands for all, and how others have it from that one.

use crate::vocabulary::capabilities::left_by;
use nixpod_model::{Container, Fact, FactInfo, FactValue, Field, Port, Text, VisitorMut};
use nixpod_source::{Origin, Why};

/// What every container of one engine has.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct EngineSettings {
    /// The container that stands for all.
    pub(crate) all: Container,
    /// The address that a port is bound to which names none.
    pub(super) host_address: Option<Field<Text>>,
}

impl EngineSettings {
    /// Do they say anything of containers?
    pub(crate) fn say_something(&self) -> bool {
        let Self { all, host_address: _ } = self;
        let plain = Container {
            name: all.name.clone(),
            definitions: all.definitions.clone(),
            rootful: all.rootful.clone(),
            ..Container::new(all.id.clone(), all.origin.clone())
        };
        *all != plain
    }

    /// Nobody knows whether these settings hold, but for those that are also said elsewhere.
    pub(super) fn in_doubt(&mut self, why: &str, certain: Option<&Self>) {
        let all = &mut self.all;
        if let Some(Self { all: others, .. }) = certain {
            leave_out(&mut all.namespaces, &others.namespaces);
            leave_out(&mut all.security_options, &others.security_options);
            leave_out(&mut all.environment, &others.environment);
            leave_out(&mut all.capabilities, &others.capabilities);
            leave_out(&mut all.dropped_capabilities, &others.dropped_capabilities);
            leave_out(&mut all.mounts, &others.mounts);
            leave_out(&mut all.devices, &others.devices);
            leave_out(&mut all.run_options, &others.run_options);
        }
        // What a list of capabilities leaves out is told for each by itself.
        if !all.dropped_capabilities.is_empty() {
            let why = Why::Undecided(why.to_owned());
            all.dropped_capabilities = vec![Field::unknown(why, Origin::default())];
        }
        all.visit_mut(&mut InDoubt(why));
        self.host_address = None;
    }

    /// Gives a container as defaults what the settings say and it does not.
    pub(super) fn apply(&self, container: &mut Container) {
        let all = &self.all;
        replace(&mut container.privileged, &all.privileged);
        replace(&mut container.userns, &all.userns);
        replace(&mut container.network, &all.network);
        add(&mut container.namespaces, &all.namespaces, |one| {
            Some(one.kind.to_owned())
        });
        add(&mut container.security_options, &all.security_options, |option| {
            let pattern = option.pattern();
            Some(pattern.split(['=', ':']).next().unwrap_or_default().to_owned())
        });
        add(&mut container.environment, &all.environment, |variable| {
            Some(variable.name.clone())
        });
        let added = left_by(&all.capabilities, &container.dropped_capabilities);
        let dropped = left_by(&all.dropped_capabilities, &container.capabilities);
        add(&mut container.capabilities, &added, |_| None);
        add(&mut container.dropped_capabilities, &dropped, |_| None);
        add(&mut container.mounts, &all.mounts, |_| None);
        add(&mut container.devices, &all.devices, |_| None);
        // What Podman starts adds to these; other values of one name take the place of the setting.
        add(&mut container.run_options, &all.run_options, |option| {
            Some(option.name.to_owned())
        });
        if let Some(address) = &self.host_address {
            for port in &mut container.ports {
                bind(port, address);
            }
        }
    }
}

fn leave_out<T: PartialEq>(all: &mut Vec<Field<T>>, others: &[Field<T>]) {
    all.retain(|one| !others.contains(one));
}

/// Of nothing that is said it is known whether it holds.
struct InDoubt<'w>(&'w str);

impl VisitorMut for InDoubt<'_> {
    fn fact<T: FactValue>(&mut self, _info: FactInfo, field: &mut Field<T>) {
        if !field.is_default() {
            *field = Field::unknown(Why::Undecided(self.0.to_owned()), field.origin.clone());
        }
    }
}

/// What a setting is for one container: a default, or not known.
fn as_default<T>(setting: &Field<T>) -> Field<T>
where
    T: Clone,
{
    let fact = match setting.fact.clone() {
        Fact::Set(value) | Fact::Default(value) => Fact::Default(value),
        Fact::Maybe(_) => Fact::Unknown(Why::Undecided(
            "a condition around the engine's settings decides it".to_owned(),
        )),
        Fact::Unknown(why) => Fact::Unknown(why),
    };
    Field {
        fact,
        ..setting.clone()
    }
}

fn replace<T: Clone>(own: &mut Field<T>, setting: &Field<T>) {
    // A setting of the system around is a default of the user's settings.
    let is_said = !setting.is_default() || !setting.origin.hops.is_empty();
    if own.is_default() && is_said {
        *own = as_default(setting);
    }
}

/// Adds the settings of a list whose key the container has nothing for.
fn add<T: Clone>(own: &mut Vec<Field<T>>, settings: &[Field<T>], key: impl Fn(&T) -> Option<String>) {
    let key = |field: &Field<T>| field.value().and_then(&key);
    let known: Vec<String> = own.iter().filter_map(key).collect();
    let new = settings.iter().filter(|setting| {
        let key = key(setting);
        !setting.is_maybe() && key.is_none_or(|key| !known.contains(&key))
    });
    own.extend(new.map(as_default));
}

/// Binds a port that names no address to one.
fn bind(port: &mut Field<Port>, address: &Field<Text>) {
    if let Some(address) = address.value()
        && port.value().is_some_and(|port| port.address.is_none())
    {
        *port = port.map(|port| Port {
            address: Some(address.clone()),
            ..port.clone()
        });
    }
}
