//! Keys that do not go together. Podman makes no service of such a unit.

use crate::vocabulary::text::HOLE;
use crate::vocabulary::unit::kinds::Kind;
use crate::vocabulary::unit::parse::Unit;
use crate::vocabulary::unit::values::Values;
use nixpod_model::{Field, Text, UnitProblem};

/// What is wrong with the keys of a unit that is no container.
pub(crate) fn of_others(values: &Values, unit: &Unit) -> Vec<Field<UnitProblem>> {
    let mut out = Vec::new();
    let last = |name: &str| values.last(name).filter(is_filled);
    let mut tell = |field: &Field<Text>, what: &'static str| {
        out.push(field.map(|_| UnitProblem::Conflict(what)));
    };
    match values.kind {
        Kind::Network => {
            let subnets = values.all("Subnet").len();
            for (key, what) in [
                ("Gateway", "a `Gateway` needs a `Subnet` of its own"),
                ("IPRange", "an `IPRange` needs a `Subnet` of its own"),
            ] {
                if let Some(beyond) = values.all(key).get(subnets) {
                    tell(beyond, what);
                }
            }
        }
        Kind::Volume => {
            if let Some((key, what)) = of_volume(values) {
                tell(&key, what);
            }
        }
        Kind::Build => {
            let is_placed =
                last("SetWorkingDirectory").is_some() || unit.last("Service", "WorkingDirectory").is_some();
            let file = last("File");
            let is_relative = |file: &Field<Text>| {
                let file = file.value().map(Text::pattern).unwrap_or_default();
                !file.starts_with(['/', '%', '$', HOLE])
                    && !file.contains("://")
                    && !file.starts_with("github.com/")
            };
            match (is_placed, file, last("ImageTag")) {
                (false, Some(file), _) if is_relative(&file) => {
                    tell(&file, "a relative `File` needs `SetWorkingDirectory`");
                }
                (false, None, Some(tag)) => tell(&tag, "a build needs `File` or `SetWorkingDirectory`"),
                _ => {}
            }
        }
        Kind::Kube => {
            let is_of_yaml = |word: &Field<Text>| word.value().is_some_and(|text| text.pattern() == "yaml");
            if let Some(place) = last("SetWorkingDirectory").filter(is_of_yaml)
                && values.all("Yaml").len() > 1
            {
                tell(&place, "`SetWorkingDirectory=yaml` takes just one `Yaml`");
            }
        }
        Kind::Container | Kind::Pod | Kind::Image | Kind::Artifact => {}
    }
    out
}

fn of_volume(values: &Values) -> Option<(Field<Text>, &'static str)> {
    let last = |name: &str| values.last(name).filter(is_filled);
    let driver = last("Driver").filter(|driver| driver.value().is_some_and(|text| text.pattern() == "image"));
    match (driver, last("Type")) {
        (Some(driver), _) if last("Image").is_none() => Some((driver, "the driver `image` needs an `Image`")),
        (Some(_), _) => None,
        _ if last("Device").is_some() => None,
        (None, Some(kind)) => Some((kind, "`Type` needs a `Device`")),
        (None, None) => Some((last("Options")?, "`Options` needs a `Device`")),
    }
}

fn is_filled(field: &Field<Text>) -> bool {
    field.value().is_none_or(|text| !text.parts.is_empty())
}

/// What is wrong with a container's keys as a whole.
pub(crate) fn conflicts(values: &Values) -> Vec<Field<UnitProblem>> {
    let mut out = Vec::new();
    let last = |name: &str| {
        let value = values.last(name)?;
        let is_filled = value.value().is_some_and(|text| !text.parts.is_empty());
        is_filled.then_some(value)
    };
    let mut tell = |field: &Field<Text>, what: &UnitProblem| out.push(field.map(|_| what.clone()));
    if let (Some(_), Some(rootfs)) = (last("Image"), last("Rootfs")) {
        tell(
            &rootfs,
            &UnitProblem::Conflict("`Image` and `Rootfs` exclude each other"),
        );
    }
    if let (None, Some(group)) = (values.last("User"), last("Group")) {
        tell(&group, &UnitProblem::Conflict("`Group` needs `User`"));
    }
    if let (Some(_), Some(signal)) = (last("ReloadCmd"), last("ReloadSignal")) {
        tell(
            &signal,
            &UnitProblem::Conflict("`ReloadCmd` and `ReloadSignal` exclude each other"),
        );
    }
    let maps = ["UserNS", "UIDMap", "GIDMap", "SubUIDMap", "SubGIDMap"];
    let old = ["RemapUsers", "RemapUid", "RemapGid"].into_iter().find_map(last);
    match old {
        Some(old) if maps.into_iter().any(|key| last(key).is_some()) => {
            tell(
                &old,
                &UnitProblem::Conflict("the old `Remap` keys and the new maps exclude each other"),
            );
        }
        Some(old) if !values.has("RemapUsers") => {
            tell(
                &old,
                &UnitProblem::Conflict("`RemapUid` and `RemapGid` need `RemapUsers`"),
            );
        }
        _ => {}
    }
    if let Some(pod) = last("Pod") {
        let name = pod.value().map(Text::pattern).unwrap_or_default();
        let is_known = !name.contains(HOLE);
        if is_known && !name.ends_with(".pod") {
            tell(
                &pod,
                &UnitProblem::Conflict("`Pod` takes the name of another unit, which ends in `.pod`"),
            );
        }
    }
    out.extend(mounts(values));
    out
}

/// What is wrong with the mounts of a container.
fn mounts(values: &Values) -> Vec<Field<UnitProblem>> {
    let mut out = Vec::new();
    let mut tell = |field: &Field<Text>, what: &UnitProblem| out.push(field.map(|_| what.clone()));
    for mount in values.all("Mount") {
        let text = mount.value().map(Text::pattern).unwrap_or_default();
        let given = |key: &str| { text.split(',') }.find_map(|one| one.strip_prefix(key)?.strip_prefix('='));
        let needs_source = matches!(given("type"), Some("bind" | "glob" | "image"));
        let has_source = ["source", "src"]
            .into_iter()
            .any(|key| given(key).is_some_and(|value| !value.is_empty()));
        // Until 6.0 the generator takes what has no type for a volume, and finds no source; later ones leave it to Podman.
        if text.starts_with('/') {
            tell(
                &mount,
                &UnitProblem::Conflict("a `Mount` is told in pairs, such as `type=bind,source=/a,target=/b`"),
            );
        }
        if needs_source && !has_source && !text.contains([HOLE, '"']) {
            tell(
                &mount,
                &UnitProblem::Conflict("a `Mount` of this type needs a `source`"),
            );
        }
    }
    out
}
