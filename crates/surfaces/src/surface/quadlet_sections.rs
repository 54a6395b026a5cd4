//! The two modules that are called quadlet-nix, and the sections that they write beside the container's.

use crate::read::{Found, OptionReader};
use crate::surface::section::{is_key, name_by_entry};
use crate::surface::unit_sections::{self, OtherSection, Own};
use crate::vocabulary::text::{concat, hole};
use crate::vocabulary::unit::kinds::Kind;
use crate::vocabulary::unit::values::Values;
use crate::vocabulary::unit::written::Writing;
use nixpod_eval::Value;
use nixpod_model::{Field, Text};
use nixpod_source::{Origin, Why};

/// Which of the two modules a container is written for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// The one with an option for every key. It calls all that it makes as its entries are called.
    Options,
    /// The one that takes keys as quadlet spells them. It leaves names to Podman.
    Keys,
}

impl Form {
    /// By how the keys of its section are spelled.
    pub(crate) fn of(reader: &mut OptionReader<'_, '_>, config: &Found) -> Self {
        let keys = reader.entries_called(config, &is_key);
        match keys.iter().any(|(_, found)| reader.is_written(found)) {
            true => Self::Keys,
            false => Self::Options,
        }
    }

    /// Adds the keys that the module writes by itself.
    pub(crate) fn complete(self) -> fn(&mut Values, &str) {
        match self {
            Self::Options => |values, entry| {
                name_by_entry(values, entry);
                if values.kind == Kind::Build {
                    values.add_default(
                        "ImageTag",
                        Text::known(format!("localhost/{entry}"), Origin::default()),
                    );
                }
            },
            Self::Keys => |_, _| {},
        }
    }
}

/// Keys with what the module says of them.
type Settings = Vec<(&'static str, Own)>;

/// What the module says in `[Unit]` and `[Service]`.
fn own_settings(
    reader: &mut OptionReader<'_, '_>,
    found: &Found,
    (form, is_home): (Form, bool),
    name: &str,
) -> (Settings, Settings) {
    let mut unit = vec![("Description", Own::text(format!("Podman container {name}")))];
    let mut service = vec![("TimeoutStartSec", Own::Number(900))];
    match form {
        Form::Options => {
            service.push(("Restart", Own::text("always")));
            let uid = reader.at(found, &["rootlessConfig", "uid"]);
            if let Some(uid) = reader.int(&uid).value().filter(|_| !is_home) {
                let of_user = format!("user@{uid}.service");
                let all = |names: &[&str]| {
                    let texts = names.iter().map(|name| Text::known(*name, Origin::default()));
                    Own::Behind(texts.collect())
                };
                service.push(("User", Own::Number(*uid)));
                unit.push(("Wants", all(&["linger-users.service"])));
                unit.push(("Requires", all(&[&of_user])));
                unit.push(("After", all(&["linger-users.service", &of_user])));
            }
        }
        Form::Keys => {
            let script = [
                hole(Why::named("store path of prestart"), Origin::default()),
                Text::known("/bin/prestart", Origin::default()),
            ];
            service.push(("ExecStartPre", Own::Behind(vec![concat(script)])));
            service.push(("Restart", Own::text("on-failure")));
            service.push(("RestartSec", Own::Number(5)));
            unit.push(("StartLimitBurst", Own::Number(3)));
            unit.push(("StartLimitIntervalSec", Own::Number(600)));
            let uid = reader.get(found, "uid");
            if let Some(uid) = reader.int(&uid).value().filter(|_| !is_home) {
                unit.push(("ConditionUser", Own::Number(*uid)));
            }
        }
    }
    (unit, service)
}

/// The sections beside the container's.
pub(crate) fn other_sections(
    reader: &mut OptionReader<'_, '_>,
    found: &Found,
    (form, is_home, writing): (Form, bool, Writing),
    name: &str,
) -> Vec<Field<Text>> {
    let (unit, service) = own_settings(reader, found, (form, is_home), name);
    let extra = reader.get(found, "extraConfig");
    let quadlet = default_dependencies(reader, found);
    let mut sections = vec![
        ("Install", "installConfig", Vec::new()),
        ("Quadlet", "quadletConfig", quadlet),
        ("Service", "serviceConfig", service),
        ("Unit", "unitConfig", unit),
    ]
    .into_iter()
    .map(|(name, option, own)| {
        let set = reader.get(found, option);
        let (own, set) = strongest(form, own, set);
        OtherSection {
            name: name.to_owned(),
            own,
            set: set.into_iter().chain([reader.get(&extra, name)]).collect(),
            always: false,
        }
    })
    .collect();
    unit_sections::add_further(reader, &extra, &mut sections);
    unit_sections::lines(reader, sections, writing)
}

/// What is left of what the module says and of what somebody sets: a section is an option, and of its definitions only the
/// strongest count.
fn strongest(form: Form, mut own: Settings, set: Found) -> (Settings, Option<Found>) {
    /// That of a plain definition, as the module's are.
    const PLAIN: i64 = 100;
    let definitions = set.info.iter().flat_map(|info| &info.definitions);
    let mine = definitions.filter(|definition| definition.won && !definition.written.is_ours());
    match mine.map(|definition| definition.priority).min() {
        Some(weaker) if weaker > PLAIN => (own, None),
        Some(stronger) if stronger < PLAIN => {
            // One of the modules adds its defaults to the value.
            let is_of_value = |(key, own): &(&'static str, Own)| {
                form == Form::Options && *key != "User" && !matches!(own, Own::Behind(_))
            };
            own.retain(is_of_value);
            (own, Some(set))
        }
        _ => (own, Some(set)),
    }
}

/// `quadletConfig.defaultDependencies` of the module with an option for every key.
fn default_dependencies(reader: &mut OptionReader<'_, '_>, found: &Found) -> Settings {
    let set = reader.at(found, &["quadletConfig", "defaultDependencies"]);
    if matches!(set.value.value, Value::Null) || !reader.is_written(&set) {
        return Vec::new();
    }
    let set = reader.bool(&set);
    let set = set
        .value()
        .map(|set| ("DefaultDependencies", Own::text(set.to_string())));
    set.into_iter().collect()
}
