//! Whether there is anything in a set of options at all.

use crate::read::{Found, OptionReader};

/// Which sets of options anything is in: most systems have nothing in most of them, and to ask for each option takes longer.
#[derive(Default)]
pub(super) struct Sets(Vec<(&'static [&'static str], bool)>);

impl Sets {
    /// Is there anything in the set that an option is in?
    pub(super) fn has(
        &mut self,
        reader: &mut OptionReader<'_, '_>,
        config: &Found,
        option: &'static [&'static str],
    ) -> bool {
        let set = option.split_last().map_or(option, |(_, set)| set);
        if let Some((_, has)) = self.0.iter().find(|(known, _)| *known == set) {
            return *has;
        }
        let found = reader.at(config, set);
        let has = !reader.is_unset(&found);
        self.0.push((set, has));
        has
    }
}
