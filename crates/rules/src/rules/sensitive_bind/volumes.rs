//! Named volumes that are directories of the host.

use super::mounts::one_less;
use crate::about::paths::host_path;
use crate::about::places::sensitive;
use nixpod_analysis::{Confidence, Ctx, Sink};
use nixpod_model::System;

/// Volumes that are such directories and that no container here mounts: whatever is started next may.
pub(super) fn check_volumes(_ctx: &Ctx<'_>, system: &System, sink: &mut Sink) {
    for field in system.bound_volumes.iter().filter_map(|field| field.written()) {
        let volume = field.get();
        let Some(path) = host_path(&volume.source) else {
            continue;
        };
        let Some(sensitive) = sensitive(&path) else {
            continue;
        };
        let (severity, mode) = match volume.read_only {
            true => (sensitive.read_only, "read-only"),
            false => (sensitive.writable, "writable"),
        };
        let Some(severity) = severity.map(one_less) else {
            continue;
        };
        let severity = match volume.rootful {
            Some(true) => severity,
            _ if sensitive.owned_by_root => one_less(severity),
            _ => severity,
        };
        let confidence = match path.vague {
            true => Confidence::Medium,
            false => Confidence::High,
        };
        let source = volume.source.display();
        sink.report(
            field,
            format!("the volume `{}` is {} `{source}`, {mode}", volume.name, sensitive.what),
        )
        .severity(severity)
        .at_most(confidence, "a part of the path is not known")
        .help(format!(
            "No container here mounts it, but whoever names it gets the directory. {} Make the volume of a directory of its own.",
            sensitive.why
        ));
    }
}
