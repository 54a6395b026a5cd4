//! The way from a module to a value: what it tells of the value by its names.

use crate::census::names::{CLASSES, WITH_DATA, tells_module};
use crate::surface::tables;
use crate::vocabulary::options::{ANY, Table};
use nixpod_source::ExprId;
use std::ops::{Deref, DerefMut};

/// A name on the way to a value.
pub(super) struct Step {
    /// `None` for one that is computed.
    pub(super) name: Option<String>,
    /// The value under it.
    pub(super) value: ExprId,
    /// Does it stand beside options of systems?
    pub(super) beside_options: bool,
}

/// A set of containers that was found.
#[derive(Clone, Copy)]
pub(super) struct Set {
    pub(super) table: &'static Table,
    pub(super) key: ExprId,
    /// Does it stand where a module would have it?
    pub(super) in_module: bool,
    /// If not: is there something that tells that it is a module's all the same?
    pub(super) seems_module: bool,
    /// How many steps lie before the module that it is a part of.
    pub(super) module: usize,
}

/// An option path, as far as it is written out.
#[derive(Default)]
pub(super) struct Steps(Vec<Step>);

impl Deref for Steps {
    type Target = Vec<Step>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for Steps {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl Steps {
    /// A name of the path, counted from its end.
    pub(super) fn name(&self, from_the_end: usize) -> Option<&str> {
        self.0.iter().rev().nth(from_the_end)?.name.as_deref()
    }

    /// The set of containers that this path is.
    pub(super) fn set(&self, key: ExprId) -> Option<Set> {
        let sets = tables().flat_map(|table| table.paths().map(move |path| (table, path)));
        // The longest says most: a part of it is the whole path of another.
        let (table, names) = sets
            .filter(|(_, names)| self.ends(names) || self.nearly_ends(names))
            .max_by_key(|(_, names)| names.len())?;
        let before = self.0.len().saturating_sub(names.len());
        let in_config = before > 0 && self.name(names.len()) == Some("config");
        Some(Set {
            table,
            key,
            in_module: names.len() > 1 || self.is_place_of_modules(before),
            seems_module: self.seems_module(before),
            module: before - usize::from(in_config),
        })
    }

    /// Is it the end of the path?
    pub(super) fn ends(&self, names: &[&str]) -> bool {
        let mut ending = names.iter().rev().enumerate();
        names.len() <= self.0.len() && ending.all(|(at, name)| *name == ANY || self.name(at) == Some(*name))
    }

    /// Is it the end of the path but for the first or the last name, which is computed, or for the first, which stands around
    /// a call? What is between them is what tells.
    pub(super) fn nearly_ends(&self, names: &[&str]) -> bool {
        if names.len() < 3 {
            return false;
        }
        let is_end = |at: usize| at == 0 || at + 1 == names.len();
        let is_open = |at: usize| is_end(at) && self.0.len() > at && self.name(at).is_none();
        let mut open = 0;
        let mut others = names.iter().rev().enumerate().filter(|(at, name)| {
            open += usize::from(is_open(*at));
            **name != ANY && !is_open(*at) && self.name(*at) != Some(**name)
        });
        match others.next() {
            None => open <= 1,
            Some((at, _)) => open == 0 && at + 1 == names.len() && self.0.len() == at,
        }
    }

    /// Is there something that tells that what stands after so many steps is a module's?
    pub(super) fn seems_module(&self, steps: usize) -> bool {
        let beside_options = self.0.get(steps).is_some_and(|step| step.beside_options);
        beside_options || !self.is_data_of_an_option(steps) && self.tells_module(steps)
    }

    /// Do so many steps lead into an option of the system's, such as the settings of a service?
    fn is_data_of_an_option(&self, steps: usize) -> bool {
        let before = self.0.get(..steps).unwrap_or_default();
        let mut names = before.iter().filter_map(|step| step.name.as_deref());
        let first = names.find(|name| *name != "config");
        first.is_some_and(|name| WITH_DATA.contains(&name)) && !names.any(|name| CLASSES.contains(&name))
    }

    /// Do so many steps lead to a module, as far as names can tell?
    pub(super) fn is_place_of_modules(&self, steps: usize) -> bool {
        let name = |at: usize| self.0.get(at).and_then(|step| step.name.as_deref());
        match (steps, name(0)) {
            (0, _) => true,
            (1, Some("config")) => true,
            (3, Some("flake")) => name(1).is_some_and(|name| name.ends_with("Modules")),
            (4, Some("flake")) => name(1) == Some("modules"),
            _ => name(steps - 1) == Some("configuration"),
        }
    }

    /// Do the names before a set tell that it is a module's?
    pub(super) fn tells_module(&self, steps: usize) -> bool {
        let before = self.0.get(..steps).unwrap_or_default();
        before
            .iter()
            .filter_map(|step| step.name.as_deref())
            .any(tells_module)
    }
}

/// The names of steps. Those that a `let` gives are no attributes.
pub(super) fn names(steps: &[Step]) -> impl Iterator<Item = String> + '_ {
    let is_let = |step: &Step| step.name.as_deref() == Some("let");
    let steps = steps.iter().filter(move |step| !is_let(step));
    steps.map(|step| step.name.clone().unwrap_or_else(|| "<name>".to_owned()))
}
