//! What rules about missing hardening have in common.

use super::words::name;
use nixpod_analysis::{Ctx, Sink};
use nixpod_model::{Container, Field, RunOption, Surface, SystemKind, Task};

/// Is it a container of an engine that takes such options, and one for which they would count?
pub(crate) fn is_hardenable(ctx: &Ctx<'_>, container: &Container) -> bool {
    let is_one = !matches!(
        container.surface,
        // What stands for every container is no container, and an editor's is for working in.
        Surface::ContainersConf | Surface::DaemonJson | Surface::Devcontainer
    );
    let is_known = container.engine.value().is_some_and(|engine| engine.is_oci());
    // A unit or a project says all of its container; of other files that no system has nobody knows who runs them.
    let is_whole = matches!(container.surface, Surface::Quadlet | Surface::Arion);
    // A privileged one is another rule's.
    is_one
        && is_known
        && container.task == Task::Run
        && container.privileged.value() == Some(&false)
        && (is_whole || ctx.system(container).kind != SystemKind::Elsewhere)
}

/// The options of this name, and those that are not known and may be it.
pub(crate) fn options(container: &Container, name: &str) -> Vec<Field<RunOption>> {
    let is_it = |field: &&Field<RunOption>| field.value().is_none_or(|option| option.name == name);
    container.run_options.iter().filter(is_it).cloned().collect()
}

/// Reports of a container that none of these says what would harden it; `what` goes on after its name.
pub(crate) fn report_unsaid<T>(
    ctx: &Ctx<'_>,
    container: &Container,
    said: &[Field<T>],
    (what, help): (&str, &str),
    sink: &mut Sink,
) {
    if !is_hardenable(ctx, container) {
        return;
    }
    if let Some(absent) = ctx.absent_from(ctx.system(container), said) {
        let message = format!("{} {what}", name(container));
        sink.report_absence(&absent, message).help(help);
    }
}
