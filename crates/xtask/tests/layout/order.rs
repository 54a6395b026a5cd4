//! The order that `layout.toml` gives, and what of a crate is against it.

use crate::tree::{Arrow, Path, Tree};
use std::collections::{BTreeMap, BTreeSet};

/// What stands in an order for the folder's own file: `mod.rs`, `folder.rs`, or the crate's `lib.rs`.
const FACE: &str = "mod";

/// What may know what inside the crates; its fields are explained in `layout.toml`.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Layout {
    order: BTreeMap<String, String>,
    #[serde(default)]
    exceptions: BTreeMap<String, String>,
}

impl Layout {
    /// # Panics
    /// If the text is not what it should be.
    pub(crate) fn parse(text: &str) -> Self {
        toml::from_str(text).unwrap_or_else(|error| panic!("{error}"))
    }

    /// All that is in it and belongs to none of these crates.
    pub(crate) fn strangers(&self, crates: &[&str]) -> Vec<String> {
        let keys = self.order.keys().chain(self.exceptions.keys());
        keys.filter(|key| !crates.contains(&key.split('/').next().unwrap_or(key)))
            .map(|key| format!("layout.toml speaks of `{key}`, which is in no crate that is checked"))
            .collect()
    }

    /// What of a crate is not as it should be, a sentence each.
    pub(crate) fn problems(&self, name: &str, tree: &Tree) -> Vec<String> {
        let mut problems = self.untrue(name, tree);
        let mut used = BTreeSet::new();
        let mut told = BTreeSet::new();
        for arrow in tree.arrows() {
            let step = Step::of(name, &arrow);
            if step.is_fine(self.order.get(&step.folder)) {
                continue;
            }
            let exceptions: Vec<String> = [step.folder.clone(), step.file(&step.from), step.file(&step.to)]
                .into_iter()
                .filter(|key| self.exceptions.contains_key(key))
                .collect();
            // The first place of each file is enough to find the others.
            if exceptions.is_empty() && told.insert((arrow.from.clone(), step.to.clone())) {
                problems.push(self.complaint(&step, &arrow));
            }
            used.extend(exceptions);
        }
        let own = self.exceptions.keys().filter(|key| is_below(key, name));
        for key in own.filter(|key| !used.contains(*key)) {
            problems.push(format!(
                "nothing needs the exception `{key}` any more: take it out of layout.toml"
            ));
        }
        problems
    }

    /// Where the order does not have what the folders have.
    fn untrue(&self, name: &str, tree: &Tree) -> Vec<String> {
        let mut folders: BTreeMap<String, BTreeSet<&str>> =
            BTreeMap::from([(name.to_owned(), BTreeSet::new())]);
        for path in tree.files() {
            if let Some((file, folder)) = path.split_last() {
                folders.entry(key(name, folder)).or_default().insert(file);
            }
        }
        let mut problems = Vec::new();
        for (folder, files) in &folders {
            let Some(order) = self.order.get(folder) else {
                if folder == name {
                    problems.push(format!("crate `{name}` has no order in layout.toml"));
                }
                continue;
            };
            let listed: BTreeSet<&str> = order.split_whitespace().filter(|file| *file != FACE).collect();
            for file in files.difference(&listed) {
                problems.push(format!(
                    "the order of `{folder}` in layout.toml does not say where `{file}` stands"
                ));
            }
            for file in listed.difference(files) {
                problems.push(format!(
                    "the order of `{folder}` in layout.toml has `{file}`, which does not exist"
                ));
            }
        }
        let orders = self.order.keys().filter(|key| is_below(key, name));
        for folder in orders.filter(|key| !folders.contains_key(*key)) {
            problems.push(format!("layout.toml orders `{folder}`, which is no folder"));
        }
        problems
    }

    fn complaint(&self, step: &Step, arrow: &Arrow) -> String {
        let Step { folder, from, to } = step;
        let (at, said) = (&arrow.at, &arrow.said);
        match self.order.get(folder) {
            Some(order) => format!(
                "{at}: `{from}` knows `{to}` by `{said}`, but must know only what stands left of it in \
                 `{folder}`: {}",
                with_face(order)
            ),
            None => format!(
                "{at}: `{from}` knows `{to}` by `{said}`, but files of `{folder}` must not know each other without an \
                 order or an exception in layout.toml"
            ),
        }
    }
}

/// An arrow as the folder sees it in which both its ends lie.
#[derive(Debug)]
struct Step {
    folder: String,
    from: String,
    to: String,
}

impl Step {
    fn of(name: &str, arrow: &Arrow) -> Self {
        let shared = arrow
            .from
            .iter()
            .zip(&arrow.to)
            .take_while(|(a, b)| a == b)
            .count();
        let child = |path: &Path| path.get(shared).map_or(FACE, String::as_str).to_owned();
        Self {
            folder: key(name, &arrow.from[..shared]),
            from: child(&arrow.from),
            to: child(&arrow.to),
        }
    }

    /// Does it go to the left? (Or is it about a file that the order does not have, which is told elsewhere?)
    fn is_fine(&self, order: Option<&String>) -> bool {
        let Some(order) = order else {
            return self.from == FACE;
        };
        let order = with_face(order);
        let place = |name: &str| order.split_whitespace().position(|word| word == name);
        place(&self.to)
            .zip(place(&self.from))
            .is_none_or(|(to, from)| to < from)
    }

    fn file(&self, name: &str) -> String {
        format!("{}/{name}", self.folder)
    }
}

/// A folder's own file knows all others, unless the order says otherwise.
fn with_face(order: &str) -> String {
    if order.split_whitespace().any(|word| word == FACE) {
        order.to_owned()
    } else {
        format!("{order} {FACE}")
    }
}

fn key(name: &str, folder: &[String]) -> String {
    let mut key = name.to_owned();
    for part in folder {
        key.push('/');
        key.push_str(part);
    }
    key
}

fn is_below(key: &str, name: &str) -> bool {
    key.split('/').next() == Some(name)
}
