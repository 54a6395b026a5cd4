//! What the evaluation is told about the world outside, which it cannot see.

use crate::Unknown;
use std::collections::BTreeMap;

/// Nothing in here: it depends on the machine, and is unknown.
#[derive(Default)]
pub(crate) struct Settings {
    /// The entries of `builtins.nixPath`, prefix and path.
    pub(crate) nix_path: Option<Vec<(String, String)>>,
    /// The environment variables.
    pub(crate) variables: Option<BTreeMap<String, String>>,
    /// `builtins.currentSystem`.
    pub(crate) current_system: Option<String>,
    /// Does `builtins.warn` abort?
    pub(crate) abort_on_warn: bool,
    /// How names of unknowns begin and end that are certainly strings.
    pub(crate) text_symbols: &'static [(&'static str, &'static str)],
}

impl Settings {
    /// Is it certain that something unknown is not null?
    pub(crate) fn is_not_null(&self, unknown: &Unknown) -> bool {
        let is_text = |name: &str| {
            self.text_symbols.iter().any(|(start, end)| {
                let inner = name
                    .match_indices(start)
                    .any(|(at, _)| at == 0 || name[..at].ends_with('.'));
                inner && name.ends_with(end)
            })
        };
        unknown.store_path || unknown.name().is_some_and(is_text)
    }
}
