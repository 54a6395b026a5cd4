//! Where the secrets that the rules came across are written.

use crate::report::secrets::{Hidden, Secrets};
use crate::rule::Secret;
use crate::vfs::Files;
use crate::vfs::spans::span_of;
use crate::world::worlds::Known;
use camino::Utf8PathBuf;
use nixpod_model::Field;
use nixpod_source::{FileId, Origin, Place, Span, TextRange, TextSize};
use rustc_hash::FxHashSet;
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// Looks up the places of secrets in what was read.
pub(crate) fn look_up<'s>(
    files: &Files<'_>,
    read: &BTreeMap<Utf8PathBuf, FileId>,
    worlds: &[Arc<Known>],
    secrets: impl Iterator<Item = &'s Secret>,
) -> Secrets {
    let mut secrets = secrets.peekable();
    if secrets.peek().is_none() {
        return Secrets::default();
    }
    let names = Names::of(files, read, worlds);
    let hidden = secrets.map(|secret| Hidden {
        text: secret.text.clone(),
        common: secret.common || names.words.contains(secret.text.trim()),
        written: secret
            .written
            .iter()
            .filter_map(Origin::place)
            .filter_map(|place| stretch(files, place, &secret.text))
            .collect(),
        places: places(files, secret),
    });
    Secrets::new(hidden.collect())
}

/// What things are called. A password that is such a name as well is hidden only where it is the password: everybody must be
/// able to read which container is meant.
#[derive(Default)]
struct Names {
    /// Names, and the words in them.
    words: FxHashSet<SmolStr>,
}

impl Names {
    fn of(files: &Files<'_>, read: &BTreeMap<Utf8PathBuf, FileId>, worlds: &[Arc<Known>]) -> Self {
        let mut names = Self::default();
        for (path, file) in read {
            path.components().for_each(|part| names.add(part.as_str()));
            let state = files.state(*file);
            state.parsed().hir.names().iter().for_each(|name| names.add(name));
        }
        for known in worlds {
            let world = &known.world;
            world.hosts.values().for_each(|host| names.add(&host.name));
            for system in world.systems.values() {
                system.users.iter().for_each(|user| names.add(&user.name));
            }
            for container in world.containers.values() {
                names.add(&container.name);
                let image = container.image.as_ref().and_then(Field::value);
                // Not the whole reference: what is written in its place by mistake stays a secret.
                image
                    .into_iter()
                    .for_each(|image| names.add_words(&image.reference.pattern()));
            }
        }
        names
    }

    fn add(&mut self, name: &str) {
        if self.words.insert(name.into()) {
            self.add_words(name);
        }
    }

    fn add_words(&mut self, name: &str) {
        let words = name.split(|c: char| !c.is_alphanumeric());
        self.words.extend(words.map(SmolStr::new));
    }
}

/// Everything that the secret came through.
fn places(files: &Files<'_>, secret: &Secret) -> Vec<Span> {
    let origins = secret.written.iter().chain([&secret.used]);
    let hops = origins.flat_map(|origin| &origin.hops);
    hops.filter_map(|hop| span_of(files, hop.place)).collect()
}

/// The text at a place, if it is the secret and not only code that gives it.
fn stretch(files: &Files<'_>, place: Place, secret: &str) -> Option<(FileId, TextRange)> {
    let Span { file, range } = span_of(files, place)?;
    if place.within.is_some() {
        return Some((file, range));
    }
    let state = files.state(file);
    let text = state.text.get(Range::<usize>::from(range))?;
    for mark in ["''", "\""] {
        if text.len() >= 2 * mark.len() && text.starts_with(mark) && text.ends_with(mark) {
            let mark = TextSize::of(mark);
            return Some((file, TextRange::new(range.start() + mark, range.end() - mark)));
        }
    }
    // A number or an address without quotes.
    (text.trim() == secret.trim()).then_some((file, range))
}
