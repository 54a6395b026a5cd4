//! Sets of aliases, of which some may stand for a program in others: `docker = "podman"`.

use super::find::Finder;
use crate::read::{Found, as_key};
use crate::surface::texts::Runs;
use crate::vocabulary::text::concat;
use nixpod_eval::Value;
use nixpod_model::{EntryName, Text};
use nixpod_source::Origin;

/// Programs that others are called like.
const ENGINES: [&str; 5] = ["docker", "nerdctl", "podman", "sudo docker", "sudo podman"];

impl Finder<'_, '_, '_> {
    /// The aliases of a set. What one of them says holds for all others.
    pub(super) fn aliases(&mut self, config: &Found, path: &[&str], runs: &Runs) {
        let all = self.option(config, path);
        if self.reader.is_unset(&all) {
            return;
        }
        let entries = self.reader.entries(&all).all();
        let mut meant = String::new();
        for (name, entry) in &entries {
            let (EntryName::Known(name), Value::String(_)) = (name, &entry.value.value) else {
                continue;
            };
            let text = self.reader.text(entry);
            let program = text.certain().and_then(Text::as_known);
            if let Some(program) = program.filter(|program| ENGINES.contains(&program.as_str())) {
                meant.push_str(&format!("alias {name}='{program}'\n"));
            }
        }
        for (name, entry) in entries {
            let path = format!("{}.{}", path.join("."), as_key(&name));
            if matches!(entry.value.value, Value::Attrs(_)) {
                let expansion = self.reader.get(&entry, "expansion");
                self.add(path, &expansion, runs);
            } else if meant.is_empty() || !self.may_matter(&entry) {
                self.add(path, &entry, runs);
            } else {
                let text = self.reader.text(&entry);
                let first = Text::known(meant.as_str(), Origin::default());
                self.add_text(
                    path,
                    text.map(|text| concat([first.clone(), text.clone()])),
                    &entry,
                    runs,
                );
            }
        }
    }
}
