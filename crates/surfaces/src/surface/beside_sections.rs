//! What the sections beside a container's own say of it, where they are options: who runs its service, and who starts it.

use crate::read::{Found, OptionReader};
use crate::vocabulary::certainty::part;
use crate::vocabulary::unit::check::{INSTALLS, SERVICE_KEYS, is_wanted, unquoted};
use crate::vocabulary::unit::parse::{Unit, parse};
use nixpod_eval::Value;
use nixpod_model::{Container, Field, RunOption, Text, UnitProblem};

/// What somebody wrote of a key of a section.
fn written(reader: &mut OptionReader<'_, '_>, section: &Found, key: &str) -> Option<Found> {
    let found = reader.get(section, key);
    let is_there =
        !matches!(found.value.value, Value::Null) && !reader.is_unset(&found) && !reader.is_default(&found);
    is_there.then_some(found)
}

/// Keys of the service that Podman does not support. `User=` changes who runs Podman all the same, but a user's service
/// manager runs nothing as anybody else.
pub(crate) fn service(reader: &mut OptionReader<'_, '_>, section: &Found, container: &mut Container) {
    for key in SERVICE_KEYS {
        let Some(found) = written(reader, section, key) else {
            continue;
        };
        let origin = reader.key_origin(&found);
        let value = reader.field(&found, |this, value, origin| this.scalar_text(value, origin));
        let problem = UnitProblem::ServiceKey(key.to_owned());
        container.unit_problems.push(Field {
            origin,
            ..value.map(|_| problem.clone())
        });
        let is_root = value
            .value()
            .is_none_or(|user| matches!(user.pattern().as_str(), "" | "root" | "0"));
        if key == "User" && !is_root && container.rootful.value() != Some(&false) {
            container.rootful = value.map(|_| false);
            container.runs_as = Some(reader.string(&found));
        }
    }
}

/// Keys of a service by which the kernel limits the memory of all that runs in its control group.
const LIMITS: [&str; 2] = ["MemoryHigh", "MemoryMax"];

/// What a service limits, where it is options.
pub(crate) fn limits(reader: &mut OptionReader<'_, '_>, section: &Found, container: &mut Container) {
    for name in LIMITS {
        let Some(found) = written(reader, section, name) else {
            continue;
        };
        let value = reader.field(&found, |this, value, origin| this.scalar_text(value, origin));
        container.service_limits.push(value.map(|value| RunOption {
            name,
            value: value.clone(),
        }));
    }
}

/// The same of a whole unit.
pub(crate) fn limits_of_unit(unit: &Unit, container: &mut Container) {
    for name in LIMITS {
        if let Some(limit) = unit.last("Service", name) {
            let value = unquoted(&limit.value);
            let option = RunOption { name, value };
            container
                .service_limits
                .push(Field::set(option, limit.origin.clone()));
        }
    }
}

/// `User=` of the service of a whole unit, which Podman does not support, changes who runs Podman all the same.
pub(crate) fn user_of_unit(unit: &Unit, container: &mut Container) {
    let Some(user) = unit.last("Service", "User") else {
        return;
    };
    let name = unquoted(&user.value);
    let is_root = matches!(name.pattern().as_str(), "" | "root" | "0");
    if let Some(name) = name.as_known().filter(|_| !is_root) {
        container.rootful = Field::set(false, user.origin.clone());
        container.runs_as = Some(Field::set(name, user.origin.clone()));
    }
}

/// Both of the unit that stands as a text where options would.
pub(crate) fn service_of_text(raw: &Field<Text>, container: &mut Container) {
    if let Some(text) = raw.value() {
        let unit = parse(text);
        user_of_unit(&unit, container);
        limits_of_unit(&unit, container);
    }
}

/// Does the section `Install` say that another unit wants it?
pub(crate) fn wanted(reader: &mut OptionReader<'_, '_>, install: &Found) -> Option<Field<bool>> {
    INSTALLS.iter().find_map(|key| {
        let found = written(reader, install, key)?;
        let targets = match &found.value.value {
            Value::List(_) => reader.elements(&found),
            _ => vec![found],
        };
        let target = targets.first()?;
        Some(reader.text(target).map(|_| true))
    })
}

/// The same of a whole unit.
pub(crate) fn wanted_by_text(raw: &Field<Text>) -> Option<Field<bool>> {
    let unit = parse(raw.value()?);
    is_wanted(&unit, false).map(|origin| part(raw, true, origin))
}

/// A container that another unit wants is started, whatever the module's own option says.
pub(crate) fn start_if(wanted: Option<Field<bool>>, container: &mut Container) {
    if let Some(wanted) = wanted
        && container.auto_start.value() != Some(&true)
    {
        container.auto_start = wanted;
    }
}
