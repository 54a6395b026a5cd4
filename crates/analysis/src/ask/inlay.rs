//! Effective values beside what is written.

use crate::ask::navigate::defined;
use crate::check::facts::option_alone;
use crate::check::snapshot::Analysis;
use crate::report::{Certainty, ShownFact};
use crate::vfs::Files;
use crate::world::evaluate::Extent;
use crate::world::worlds::Known;
use camino::Utf8Path;
use nixpod_source::visible::cut;
use nixpod_source::{TextRange, TextSize};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// A value beside what is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The end of what is written.
    pub at: TextSize,
    /// What to show there.
    pub label: String,
}

/// More than that of a value is no hint any more.
const MAX_VALUE: usize = 40;

impl Analysis {
    /// The effective values of options that a part of a file defines, where these are others than the code says there.
    pub fn hints(&self, path: &Utf8Path, part: TextRange) -> Vec<Hint> {
        let Some(file) = self.file_id(path) else {
            return Vec::new();
        };
        let outcome = self.outcome(&self.targets_of(path));
        let files = Files::new(&self.vfs);
        let worlds: Vec<Arc<Known>> = { outcome.worlds.iter() }
            .filter(|known| known.reads.has_parsed(file))
            .cloned()
            .collect();
        let text = self.text(file);
        // By the end of what is written: that, and the values.
        let mut values: BTreeMap<TextSize, (String, Vec<String>)> = BTreeMap::new();
        for (_, listed) in self.listed(&worlds, Extent::Options) {
            for option in listed.options.values().flatten() {
                let here = defined(&files, option)
                    .into_iter()
                    .filter(|one| one.key.span.file == file && part.intersect(one.key.value).is_some());
                for one in here {
                    let written = one.literal.map_or(one.key.value, |span| span.range);
                    let written = text.get(Range::<usize>::from(written)).unwrap_or_default();
                    let value = effective(&option_alone(&files, &outcome.secrets, option));
                    let known = values.entry(one.key.value.end());
                    let (_, known) = known.or_insert_with(|| (one_line(written), Vec::new()));
                    if !known.contains(&value) {
                        known.push(value);
                    }
                }
            }
        }
        let hints = values.into_iter().filter_map(|(at, (written, values))| {
            let label = match &values[..] {
                [] => return None,
                // That a set is a set is seen.
                [only] if *only == written || only.contains('…') => return None,
                [only] => format!("= {}", cut(only, MAX_VALUE)),
                _ => format!("= {} values", values.len()),
            };
            Some(Hint { at, label })
        });
        hints.collect()
    }
}

fn effective(shown: &ShownFact) -> String {
    match (&shown.value, shown.certainty) {
        (Some(value), Certainty::Maybe) => one_line(&format!("perhaps {value}")),
        (Some(value), _) => one_line(value),
        (None, _) => "not known".to_owned(),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
