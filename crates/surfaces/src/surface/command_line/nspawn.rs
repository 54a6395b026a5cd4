//! A line of `systemd-nspawn`.

use super::line::{Base, doubted, options};
use crate::vocabulary::flags::parse;
use crate::vocabulary::nspawn::{FromFlags, GRAMMAR, apply};
use crate::vocabulary::shell::Line;
use nixpod_model::{Container, Engine, Field, NetworkMode, Nspawn, Text, Userns};

/// What the line calls its machine.
pub(super) fn name(line: &Line) -> Option<String> {
    let mut words = line.words.iter();
    while let Some(word) = words.next() {
        let pattern = word.text.pattern();
        let value = match pattern.as_str() {
            "-M" | "--machine" => words.next().map(|word| word.text.clone()),
            _ => {
                let attached = ["--machine=", "-M"]
                    .into_iter()
                    .find(|start| pattern.starts_with(start));
                attached.map(|start| word.text.slice(start.len(), pattern.len()))
            }
        };
        if let Some(value) = value {
            return value.as_known();
        }
    }
    None
}

/// Where the options end among the words of the line.
pub(super) fn end(line: &Line) -> usize {
    options(&line.words, &GRAMMAR, false).end
}

/// Reads the line into a container of which nothing is said.
pub(super) fn read(base: &Base<'_>, line: &Line, container: &mut Container) {
    let found = options(&line.words, &GRAMMAR, false);
    let words = base.words(line.words.get(..found.end).unwrap_or_default());
    let (certain, rest) = words.split_at(found.doubtful.unwrap_or(words.len()));
    container.engine = base.fact(Engine::Nspawn, line.origin.clone());
    container.image = None;
    let mut flags = take(certain, container);
    if !rest.is_empty() {
        let rest: Vec<Field<Text>> = rest.iter().cloned().map(doubted).collect();
        let more = take(&rest, container);
        flags = FromFlags {
            userns: more.userns.or(flags.userns),
            ownership: more.ownership.or(flags.ownership),
            network: more.network.or(flags.network),
        };
    }
    let mut parts = Nspawn::default();
    // A word that is not known may be any option.
    let doubtful = found.doubtful.and_then(|at| line.words.get(at));
    let doubtful = doubtful.map(|word| &word.text);
    container.userns = match flags.userns {
        Some(userns) => userns,
        None => by_default(Userns::Host, doubtful),
    };
    if let Some(ownership) = flags.ownership {
        parts.ownership = ownership;
    }
    parts.private_users = container.userns.clone();
    if let Some(network) = flags.network {
        parts.other_private_network = network.map(|_| true);
        container.network = network;
    } else {
        container.network = by_default(NetworkMode::Host, doubtful);
    }
    container.nspawn = Some(parts);
    let command = line.words.get(found.end..).unwrap_or_default();
    container.command = base.words(command);
}

fn take(words: &[Field<Text>], container: &mut Container) -> FromFlags {
    let (flags, options) = parse(words, &GRAMMAR);
    container.flags.extend(flags);
    apply(container, &options)
}

/// What holds where nothing is said, unless there is a word that may say something.
fn by_default<T>(value: T, doubtful: Option<&Text>) -> Field<T> {
    let field = Field::default(value);
    match doubtful {
        Some(text) => crate::vocabulary::certainty::unknown(&field, &hole_of(text)),
        None => field,
    }
}

/// Why a word is not known.
fn hole_of(text: &Text) -> nixpod_source::Why {
    let hole = crate::vocabulary::text::first_hole(text).cloned();
    hole.unwrap_or_else(|| {
        nixpod_source::Why::Undecided("a word of the command line is not known".to_owned())
    })
}
