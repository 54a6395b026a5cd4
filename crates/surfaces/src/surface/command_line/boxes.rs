//! Lines of distrobox that make a box.

use super::line::Base;
use crate::surface::boxes::{Box, Unshared};
use crate::vocabulary::shell::{Element, Line};
use nixpod_model::{Container, Engine, Field};

/// Options that have a value.
const VALUED: [&str; 17] = [
    "-H",
    "-a",
    "-ap",
    "-c",
    "-i",
    "-n",
    "--additional-flags",
    "--additional-packages",
    "--clone",
    "--home",
    "--hostname",
    "--image",
    "--init-hooks",
    "--name",
    "--platform",
    "--pre-init-hooks",
    "--volume",
];

/// The words behind the command that makes a box.
pub(super) fn words(line: &Line) -> Option<&[Element]> {
    match line.program.as_str() {
        _ if line.elsewhere => None,
        "distrobox-create" | "distrobox-ephemeral" => Some(&line.words),
        "distrobox" => {
            let (first, rest) = line.words.split_first()?;
            matches!(first.text.pattern().as_str(), "create" | "ephemeral").then_some(rest)
        }
        _ => None,
    }
}

/// An option with its value, or a word that is none.
fn options(words: &[Element]) -> Vec<(String, Option<&Element>)> {
    let mut out = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let name = word.text.pattern();
        // What stands behind is for the box.
        if name == "--" {
            break;
        }
        let value = match name.starts_with('-') {
            true if VALUED.contains(&name.as_str()) => words.next(),
            true => None,
            false => Some(word),
        };
        let name = if name.starts_with('-') {
            name
        } else {
            String::new()
        };
        out.push((name, value));
    }
    out
}

/// What the line calls the box.
pub(super) fn name(words: &[Element]) -> Option<String> {
    let options = options(words);
    let named = options
        .iter()
        .rev()
        .find(|(name, _)| matches!(name.as_str(), "-n" | "--name"));
    let named = named.or_else(|| options.iter().find(|(name, _)| name.is_empty()));
    named?.1?.text.as_known()
}

/// Reads the line into a container of which nothing is said but who runs it.
pub(super) fn read(base: &Base<'_>, line: &Line, words: &[Element], container: &mut Container) {
    let mut one = Box::new();
    let mut unshared = Unshared::default();
    let (rootful, runs_as) = (container.rootful.clone(), container.runs_as.take());
    let mut asks_for_root = false;
    for (name, value) in options(words) {
        let on = || Some(base.fact(true, line.origin.clone()));
        match (name.as_str(), value) {
            ("-r" | "--root", _) => {
                one.root = base.fact(true, line.origin.clone());
                asks_for_root = true;
            }
            ("-i" | "--image", Some(value)) => one.image = Some(base.word(value)),
            ("--volume", Some(value)) => one.volumes.push(base.word(value)),
            ("-a" | "--additional-flags", Some(value)) => one.flags.push(base.word(value)),
            ("--init-hooks" | "--pre-init-hooks", Some(value)) => one.hooks.push(base.word(value)),
            ("--unshare-all", _) => unshared.all = on(),
            ("--unshare-devsys", _) => unshared.devices = on(),
            ("--unshare-ipc", _) => unshared.ipc = on(),
            ("--unshare-netns", _) => unshared.network = on(),
            ("--unshare-process", _) => unshared.processes = on(),
            _ => {}
        }
    }
    one.unshared = unshared;
    one.apply(container);
    container.engine = Field::default(Engine::Podman);
    if !asks_for_root {
        (container.rootful, container.runs_as) = (rootful, runs_as);
    }
}
