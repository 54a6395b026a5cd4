//! What the model says of a container where several facts say it together.

use super::spec::Runner;
use nixpod_model::{Container, Field, Userns};

/// The value of an option that no other fact tells: the inner one is nothing where it is not said, the outer one where it is
/// not known.
pub(super) fn said(container: &Container, name: &str) -> Option<Option<String>> {
    let mut found = None;
    for field in &container.run_options {
        let option = field.certain()?;
        if option.name == name {
            found = Some(option.value.as_known()?);
        }
    }
    Some(found)
}

pub(super) fn is_on(text: &str) -> bool {
    !matches!(text, "false" | "0" | "F" | "no")
}

/// Is its program started by root?
pub(super) fn is_root(container: &Container, runner: Runner) -> Option<bool> {
    let kept = runner == Runner::Rootless && container.userns.certain() == Some(&Userns::KeepId);
    Some(match said(container, "user")? {
        None => !kept,
        Some(user) => matches!(user.split(':').next(), Some("0" | "root" | "")),
    })
}

/// Its security options by name, with their values.
pub(super) fn security(container: &Container) -> Option<Vec<(String, String)>> {
    let option = |field: &Field<nixpod_model::Text>| {
        let text = field.certain()?.as_known()?;
        let (name, value) = text.split_once(['=', ':']).unwrap_or((&text, "true"));
        Some((name.to_owned(), value.to_owned()))
    };
    container.security_options.iter().map(option).collect()
}

/// May no program get more than it has?
pub(super) fn is_no_new(container: &Container) -> Option<bool> {
    let options = security(container)?;
    let last = options.iter().rfind(|(name, _)| name == "no-new-privileges");
    Some(last.is_some_and(|(_, on)| is_on(on)))
}
