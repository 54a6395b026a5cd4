//! Every option of a container as it stands, for people who want to see why.

use crate::read::print;
use crate::read::{Found, OptionReader, as_key, wrong};
use crate::surface::{table_of, tables};
use crate::vocabulary::certainty::part;
use nixpod_eval::{Tracked, Value};
use nixpod_model::{ContainerId, Fact, Field, OwnOption, Surface};
use nixpod_source::{Origin, Site, Why};

/// `bindMounts.<name>.hostPath` is the deepest that is shown by itself.
const MAX_DEPTH: u32 = 3;
/// As many options as anybody reads of one container.
const MAX_OPTIONS: usize = 400;

impl OptionReader<'_, '_> {
    /// The options of a container, sets of options flattened.
    pub(crate) fn list(&mut self, id: &ContainerId, found: &Found) -> Vec<OwnOption> {
        let mut out: Vec<OwnOption> = Vec::new();
        self.each_option(id, found, &mut |reader, name, option| {
            out.push(reader.own_option(name, option));
        });
        let facts = table_of(id).map_or(&[][..], |table| table.facts);
        for option in &mut out {
            let is_part = |whole: &&str| {
                let rest = option.name.strip_prefix(*whole);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            };
            option.of_fact = facts.iter().any(is_part);
        }
        if id.surface() == Surface::QuadletNix {
            // A hundred keys that nobody sets say nothing.
            out.retain(|option| !is_empty_default(option));
        }
        out
    }

    /// Where the values of the same options are written. A default is written nowhere.
    pub(crate) fn literals(&mut self, id: &ContainerId, found: &Found) -> Vec<Site> {
        let mut out = Vec::new();
        self.each_option(id, found, &mut |reader, name, option| {
            out.extend(reader.literal(&name, option));
        });
        out.sort_unstable();
        out.dedup();
        out
    }

    /// Gives the options that a container has to `take`, with their names.
    fn each_option(
        &mut self,
        id: &ContainerId,
        found: &Found,
        take: &mut dyn FnMut(&mut Self, String, &Found),
    ) {
        let mut left = MAX_OPTIONS;
        for name in table_of(id).map_or(&[][..], |table| table.options) {
            let option = self.get(found, name);
            self.each_within((*name).to_owned(), &option, 1, &mut left, take);
        }
    }

    fn each_within(
        &mut self,
        name: String,
        found: &Found,
        depth: u32,
        left: &mut usize,
        take: &mut dyn FnMut(&mut Self, String, &Found),
    ) {
        if *left == 0 || self.is_unset(found) {
            return;
        }
        match &found.value.value {
            Value::Null if is_opaque(&name) => {}
            Value::Attrs(set)
                if !is_opaque(&name)
                    && set.get(self.ev.common().out_path).is_none()
                    && !set.entries.is_empty()
                    && depth < MAX_DEPTH =>
            {
                for (key, inner) in self.entries(found).all() {
                    let name = format!("{name}.{}", as_key(&key));
                    self.each_within(name, &inner, depth + 1, left, take);
                }
            }
            _ => {
                *left -= 1;
                take(self, name, found);
            }
        }
    }

    fn literal(&mut self, name: &str, found: &Found) -> Option<Site> {
        let known = if is_opaque(name) { known_module } else { known };
        let origin = match self.choose(found, |_, value, _| known(value)) {
            Ok(_) if self.is_default(found) => return None,
            Ok(chosen) => chosen.origin,
            Err(_) => self.unknown_origin(&found.value, found),
        };
        origin.place().map(|place| place.site)
    }

    fn own_option(&mut self, name: String, found: &Found) -> OwnOption {
        if is_opaque(&name) {
            let value = self.field(found, |_, value, _| {
                known_module(value).map(|()| "{ … }".to_owned())
            });
            return OwnOption {
                name,
                value,
                holes: Vec::new(),
                of_fact: false,
            };
        }
        let text = print::value(self.ev, &found.value);
        let value = self.field(found, |_, value, _| known(value));
        let value: Field<String> = part(&value, text, Origin::default());
        let holes = print::holes(self.ev, &found.value);
        OwnOption {
            name,
            value,
            holes,
            of_fact: false,
        }
    }
}

/// The guest has its own facts, and its arguments are whole flakes at times.
fn is_opaque(name: &str) -> bool {
    let mut guests = tables().filter_map(|table| table.guest);
    name == "specialArgs" || guests.any(|path| name.split('.').eq(path.iter().copied()))
}

fn known_module(value: &Tracked) -> Result<(), Why> {
    match &value.value {
        Value::Null => Err(wrong("a module", &Value::Null)),
        _ => Ok(()),
    }
}

fn known(value: &Tracked) -> Result<(), Why> {
    match &value.value {
        Value::Unknown(unknown) => Err(unknown.why.clone()),
        _ => Ok(()),
    }
}

fn is_empty_default(option: &OwnOption) -> bool {
    matches!(&option.value.fact, Fact::Default(value) if matches!(value.as_str(), "null" | "[ ]" | "{ }"))
}
