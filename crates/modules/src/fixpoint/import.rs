//! A module on the way from the `imports` that name it to what it says.

use crate::calls::Calls;
use crate::own::Written;
use crate::system::report::Gap;
use crate::values::known;
use nixpod_eval::{Evaluator, NO_SITE, Portion, Symbol, ThunkId, Tracked, When};
use nixpod_source::{Site, Why};

/// A module that is still to be read.
#[derive(Clone)]
pub(crate) struct Import {
    pub(super) value: ThunkId,
    pub(crate) key: String,
    /// The key of the module that imports it; empty for the first ones.
    pub(super) parent: String,
    pub(super) when: When,
    /// Whose it is.
    pub(super) written: Written,
    /// Where it is imported.
    pub(super) site: Site,
    /// The calls that gave it.
    pub(super) calls: Calls,
    pub(crate) file: Option<Symbol>,
    /// What of the work is set aside for it.
    pub(super) portion: Portion,
    /// How many modules without files of their own import it, one in the other.
    pub(super) depth: u32,
}

impl Import {
    /// One that the evaluation starts from.
    pub(super) fn first(value: ThunkId, key: String, written: Written) -> Self {
        Self {
            value,
            key,
            parent: String::new(),
            when: When::ALWAYS,
            written,
            site: NO_SITE,
            calls: Calls::default(),
            file: None,
            portion: Portion::default(),
            depth: 0,
        }
    }

    /// Another in its place.
    pub(super) fn instead(&self, value: ThunkId, key: String, when: When) -> Self {
        Self {
            value,
            key,
            parent: self.parent.clone(),
            when,
            ..self.clone()
        }
    }

    /// The file that messages name for it.
    pub(crate) fn file_name(&self, ev: &Evaluator<'_>) -> String {
        match self.file {
            Some(file) => ev.name(file).to_string(),
            None => self.key.clone(),
        }
    }

    /// Why it could not be read, where it says so itself or is imported.
    pub(super) fn gap(&self, ev: &Evaluator<'_>, value: &Tracked, why: Why) -> Gap {
        Gap {
            site: ev.last_site(value.origin).or(known(self.site)),
            what: "module".to_owned(),
            why,
        }
    }
}
