//! Small helpers for messages and fixes.

use nixpod_analysis::{Change, Ctx};
use nixpod_model::{Container, Field, FlagForm, Kernel, Surface, System, SystemKind};
use nixpod_source::{Origin, Place};

/// The container's name for a message.
pub(crate) fn name(container: &Container) -> String {
    // What stands for all containers of an engine has a description and no name.
    let described = container
        .name
        .strip_prefix('<')
        .and_then(|name| name.strip_suffix('>'));
    match described.filter(|name| name.starts_with("every ")) {
        Some(description) => description.to_owned(),
        None => format!("`{}`", container.name),
    }
}

/// Where in a host a system is, to stand behind what is said of it; nothing for the host itself. The host is not
/// named: what several hosts share is found once.
pub(crate) fn inside(ctx: &Ctx<'_>, system: &System) -> String {
    match system.kind {
        SystemKind::Nixos | SystemKind::Elsewhere => String::new(),
        SystemKind::Guest => match ctx.container_of(system) {
            Some(container) => format!(" in guest `{}`", container.name),
            None => " in a guest".to_owned(),
        },
        SystemKind::Home => match &system.home_of {
            Some(user) => format!(" in the home of `{user}`"),
            None => " in a home".to_owned(),
        },
    }
}

/// Whose a thing of the system is that a container has: the host's, or that of the guest in which the container runs.
pub(crate) fn ground(ctx: &Ctx<'_>, system: &System) -> String {
    let mut system = system;
    loop {
        if let Some(container) = ctx.container_of(system) {
            return format!("guest `{}`", container.name);
        }
        match &system.parent {
            Some(parent) => system = ctx.world.system(parent),
            None if system.kind == SystemKind::Guest => return "a guest".to_owned(),
            None => return "the host".to_owned(),
        }
    }
}

/// What else is called so, to stand behind the first of several names: ` (also `b` and 2 more)`.
pub(crate) fn also(names: &[&str]) -> String {
    let others: Vec<String> = names.iter().skip(1).map(|name| format!("`{name}`")).collect();
    match others.is_empty() {
        true => String::new(),
        false => format!(" (also {})", listed(&others, 3)),
    }
}

/// What is said of the host, of the guest whose container it is: `the host's` becomes `guest `web`'s`.
pub(crate) fn of_ground(text: &str, ground: &str) -> String {
    match ground {
        "the host" => text.to_owned(),
        _ => text
            .replace("the whole host", &format!("all of {ground}"))
            .replace("The host", ground)
            .replace("the host", ground),
    }
}

/// `a`, `a and b`, `a, b and c`, `a, b and 7 more`.
pub(crate) fn listed(items: &[String], at_most: usize) -> String {
    let (shown, rest) = items.split_at(items.len().min(at_most));
    match (shown, rest.len()) {
        ([], 0) => String::new(),
        ([only], 0) => only.clone(),
        ([init @ .., last], 0) => format!("{} and {last}", init.join(", ")),
        (shown, more) => format!("{} and {more} more", shown.join(", ")),
    }
}

/// The definition that gives a field its value, where what it consists of comes from somewhere else.
pub(crate) fn definition_of<T>(field: &Field<T>) -> Origin {
    match field.definitions.iter().rfind(|definition| definition.won) {
        Some(definition) => Origin::at(definition.place),
        None => field.origin.clone(),
    }
}

/// Removes what was written at an origin, if that leaves nothing half: the whole word for a flag that carries one
/// value, nothing for a flag whose value is a word of its own.
pub(crate) fn removal(container: &Container, origin: &Origin) -> Option<Change> {
    let place = origin.place()?;
    let mut found = None;
    for flag in &container.flags {
        if !flag
            .word
            .origin
            .place()
            .is_some_and(|other| overlap(place, other))
        {
            continue;
        }
        // What is put together of several strings is nowhere written as a whole.
        let word = flag.word.value().filter(|word| word.parts.len() == 1);
        let whole = flag.form == FlagForm::Option
            && word
                .and_then(nixpod_model::Text::as_known)
                .is_some_and(|word| !word.contains(','));
        if !whole || found.is_some() {
            return None;
        }
        found = Some(Change::Remove(flag.word.origin.clone()));
    }
    match found {
        // What a pod's line says is no word of the container's own.
        None if container.surface == Surface::CommandLine => None,
        None => Some(Change::Remove(origin.clone())),
        found => found,
    }
}

fn overlap(a: Place, b: Place) -> bool {
    a.site == b.site
        && match (a.within, b.within) {
            (Some((a0, a1)), Some((b0, b1))) => a0 < b1 && b0 < a1,
            _ => true,
        }
}

/// Replaces a text by another: as a stretch of a string, or as a whole literal.
pub(crate) fn replace_text(origin: &Origin, text: &str) -> Option<Change> {
    let place = origin.place()?;
    Some(Change::Replace(
        origin.clone(),
        if place.within.is_some() {
            text.to_owned()
        } else {
            format!("\"{text}\"")
        },
    ))
}

/// `kernel 6.12 (default of NixOS 25.05)`.
pub(crate) fn kernel_words(kernel: &Kernel) -> String {
    let bound = if kernel.at_least { " or newer" } else { "" };
    format!(
        "kernel {}.{}{bound} ({})",
        kernel.major, kernel.minor, kernel.source
    )
}

#[cfg(test)]
mod tests {
    use super::listed;

    #[test]
    fn lists_read_as_english() {
        let items: Vec<String> = ["a", "b", "c"].map(String::from).into();
        assert_eq!(listed(&items[..0], 2), "");
        assert_eq!(listed(&items[..1], 2), "a");
        assert_eq!(listed(&items[..2], 2), "a and b");
        assert_eq!(listed(&items, 3), "a, b and c");
        assert_eq!(listed(&items, 2), "a, b and 1 more");
    }
}
