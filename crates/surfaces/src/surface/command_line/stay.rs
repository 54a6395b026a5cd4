//! Which services are there to stay: not those that do something and end, and not those that a timer starts.

use crate::read::{Found, OptionReader, as_key};
use crate::surface::texts::Written;
use nixpod_eval::Value;

/// The options of a service whose command is the service, of NixOS and of Home Manager.
const MAIN: [&str; 3] = ["script", "serviceConfig.ExecStart", "Service.ExecStart"];

/// Marks the commands of a service that are the service itself, if it is there to stay.
pub(super) fn mark(
    reader: &mut OptionReader<'_, '_>,
    service: &Found,
    config: &Found,
    path: &str,
    written: &mut [Written],
) {
    let mains = MAIN.map(|option| format!("{path}.{option}"));
    let mut written = written.iter_mut().filter(|one| mains.contains(&one.path));
    let Some(first) = written.next() else { return };
    let start = reader.get(service, "startAt");
    let is_timed = reader.is_written(&start)
        && !matches!(&start.value.value, Value::List(list) if list.elems.is_empty());
    let kind = reader.get(config, "Type");
    let ends = reader.is_written(&kind)
        && reader
            .string(&kind)
            .certain()
            .is_none_or(|kind| kind == "oneshot");
    let is_main = !is_timed && !ends;
    first.is_main = is_main;
    written.for_each(|one| one.is_main = is_main);
}

/// Takes that back for the services that timers of the same names start.
pub(super) fn leave_out_timed(
    reader: &mut OptionReader<'_, '_>,
    timers: &Found,
    path: &str,
    written: &mut [Written],
) {
    if reader.is_unset(timers) {
        return;
    }
    for (name, _) in reader.entries(timers).all() {
        let service = format!("{path}.{}.", as_key(&name));
        for one in written.iter_mut().filter(|one| one.path.starts_with(&service)) {
            one.is_main = false;
        }
    }
}
