//! Pods that containers are put into.

use nixpod_model::{Container, Engine, RunOption, Written};

/// The option that puts a container of Podman into a pod which something else makes: a word of its command, or `Pod=` of a
/// quadlet, of which the generator makes one.
pub(crate) fn joined_pod(container: &Container) -> Option<Written<'_, RunOption>> {
    if container.engine.value() != Some(&Engine::Podman) {
        return None;
    }
    let mut options = container.run_options.iter();
    let last = options.rfind(|field| {
        field
            .value()
            .is_none_or(|option| matches!(option.name, "pod" | "Pod"))
    })?;
    let pod = last.written()?;
    let value = pod.get().value.as_known()?;
    (!value.is_empty() && !value.starts_with("new:")).then_some(pod)
}
