//! Every option of a container as it stands, for people who want to see why.

use crate::read::print;
use crate::read::{Found, OptionReader, as_key, wrong};
use crate::surface::tables;
use crate::vocabulary::certainty::part;
use nixpod_eval::Value;
use nixpod_model::{Fact, Field, OwnOption, Surface};
use nixpod_source::Origin;

/// `bindMounts.<name>.hostPath` is the deepest that is shown by itself.
const MAX_DEPTH: u32 = 3;
/// As many options as anybody reads of one container.
const MAX_OPTIONS: usize = 400;

impl OptionReader<'_, '_> {
    /// The options of a container, sets of options flattened.
    pub(crate) fn list(&mut self, surface: Surface, found: &Found) -> Vec<OwnOption> {
        let mut out: Vec<OwnOption> = Vec::new();
        let table = tables().find(|table| table.surface == surface);
        for name in table.map_or(&[][..], |table| table.options) {
            let option = self.get(found, name);
            if self.is_unset(&option) || out.iter().any(|known| known.name == *name) {
                continue;
            }
            self.push_option(name.to_string(), &option, 1, &mut out);
        }
        if surface == Surface::QuadletNix {
            // A hundred keys that nobody sets say nothing.
            out.retain(|option| !is_empty_default(option));
        }
        out
    }

    fn push_option(&mut self, name: String, found: &Found, depth: u32, out: &mut Vec<OwnOption>) {
        if out.len() >= MAX_OPTIONS {
            return;
        }
        if matches!(name.as_str(), "config" | "specialArgs") {
            // The guest has its own facts, and its arguments are whole flakes at times.
            if !matches!(found.value.value, Value::Null) {
                let value = self.field(found, |_, value, _| match &value.value {
                    Value::Null => Err(wrong("a module", &Value::Null)),
                    _ => Ok("{ … }".to_owned()),
                });
                out.push(OwnOption {
                    name,
                    value,
                    holes: Vec::new(),
                });
            }
            return;
        }
        if let Value::Attrs(set) = &found.value.value
            && set.get(self.ev.common().out_path).is_none()
            && !set.entries.is_empty()
            && depth < MAX_DEPTH
        {
            for (key, inner) in self.entries(found).all() {
                if !self.is_unset(&inner) {
                    self.push_option(format!("{name}.{}", as_key(&key)), &inner, depth + 1, out);
                }
            }
            return;
        }
        let text = print::value(self.ev, &found.value);
        let value = self.field(found, |_, value, _| match &value.value {
            Value::Unknown(unknown) => Err(unknown.why.clone()),
            _ => Ok(()),
        });
        let value: Field<String> = part(&value, text, Origin::default());
        // An option's default is its definition too, but nobody wrote it.
        if matches!(value.fact, Fact::Unknown(_)) && self.is_unset(found) {
            return;
        }
        let holes = print::holes(self.ev, &found.value);
        out.push(OwnOption { name, value, holes });
    }
}

fn is_empty_default(option: &OwnOption) -> bool {
    matches!(&option.value.fact, Fact::Default(value) if matches!(value.as_str(), "null" | "[ ]" | "{ }"))
}
