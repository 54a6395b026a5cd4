//! Bounds that were reached, as they are told: those of one container are one.

use crate::read::as_key;
use crate::surface::tables;
use crate::vocabulary::options::Table;
use nixpod_eval::LimitHit;
use nixpod_model::{ContainerId, NotAnalysed, Subject};
use nixpod_source::Place;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// So many of the values of one container are named.
const NAMED: usize = 4;

/// What several bounds concern.
struct Concerned<'h> {
    first: &'h LimitHit,
    /// The values, relative to the container.
    values: Vec<&'h str>,
}

/// What is told of bounds: which values were too dear, by the container that they belong to.
pub(super) fn told<'c>(
    hits: &[LimitHit],
    containers: impl Iterator<Item = &'c ContainerId>,
) -> Vec<NotAnalysed> {
    if hits.is_empty() {
        return Vec::new();
    }
    let by_path: FxHashMap<String, &ContainerId> = containers.flat_map(paths).collect();
    let mut by_whole: BTreeMap<&str, Concerned<'_>> = BTreeMap::new();
    for hit in hits {
        let what = hit.what.as_deref().unwrap_or("a value");
        let whole = hit.whole.as_deref().unwrap_or(what);
        let concerned = by_whole.entry(whole).or_insert(Concerned {
            first: hit,
            values: Vec::new(),
        });
        if what != whole && !concerned.values.contains(&what) {
            concerned.values.push(what);
        }
    }
    let told = by_whole.into_iter().map(|(whole, Concerned { first, values })| {
        let place = first.site.filter(|site| !site.file.is_own());
        NotAnalysed {
            place: place.map(Place::whole),
            what: name(whole, &values),
            why: first.why.clone(),
            also: Vec::new(),
            subject: match by_path.get(whole) {
                Some(id) => Subject::Container((*id).clone()),
                // Everything may have been cut off with it.
                None => Subject::Containers,
            },
            hosts: Vec::new(),
            questions: Vec::new(),
        }
    });
    told.collect()
}

/// The option that a container is, by all names that its set has.
fn paths(id: &ContainerId) -> impl Iterator<Item = (String, &ContainerId)> {
    let tables = tables().filter(|table| table.surface == id.surface());
    let sets = tables.flat_map(Table::paths);
    sets.map(move |set| (Table::option(set, id.name(), as_key), id))
}

fn name(whole: &str, values: &[&str]) -> String {
    let inside = |value: &&str| -> Option<String> {
        let rest = value.strip_prefix(whole)?.strip_prefix('.')?;
        Some(rest.to_owned())
    };
    match values {
        [] => whole.to_owned(),
        [only] if inside(only).is_some() => (*only).to_owned(),
        values => {
            let named = values.iter().take(NAMED);
            let mut named: Vec<String> = named
                .map(|value| inside(value).unwrap_or_else(|| (*value).to_owned()))
                .collect();
            if values.len() > NAMED {
                named.push(format!("{} more", values.len() - NAMED));
            }
            format!("{whole}: {}", named.join(", "))
        }
    }
}
