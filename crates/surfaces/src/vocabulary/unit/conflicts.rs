//! Keys of a container that do not go together. Podman makes no service of such a unit.

use crate::vocabulary::unit::values::Values;
use nixpod_model::{Field, Text, UnitProblem};

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
        let is_known = !name.contains(crate::vocabulary::text::HOLE);
        if is_known && !name.ends_with(".pod") {
            tell(
                &pod,
                &UnitProblem::Conflict("`Pod` takes the name of another unit, which ends in `.pod`"),
            );
        }
    }
    out
}
