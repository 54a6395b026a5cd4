//! The names that several sets have together, known ones and others.

use crate::definition::{Definition, RawDef};
use crate::harmless::is_harmless;
use crate::path::{dotted, extend, extend_any};
use crate::system::evaluation::At;
use crate::system::report::Gap;
use crate::values::{InOrder, entry, known};
use nixpod_eval::{
    Affixes, Attrs, Evaluator, NO_SITE, Res, Symbol, ThunkId, Unknown, Unnamed as UnnamedKey, When, partial,
};
use nixpod_source::Site;
use std::rc::Rc;

/// What several sets say together.
#[derive(Default)]
pub(super) struct Names {
    /// By name, with the key of the first.
    pub(super) by_name: InOrder<Symbol, (Vec<RawDef>, Site)>,
    /// Why there may be more names.
    pub(super) open: Option<Rc<Unknown>>,
    /// What defines names that are not known: what is certainly one name together, all others by themselves.
    pub(super) templates: Vec<Template>,
    /// The names that are not known, and sets that have such.
    pub(super) unnamed: Vec<Unnamed>,
    /// Is there a set of which nothing is known?
    has_unseen: bool,
}

/// What is called by one name that is not known.
pub(super) struct Template {
    pub(super) key: UnnamedKey,
    pub(super) definitions: Vec<RawDef>,
}

/// A name that is not known, or a set with such names.
pub(super) struct Unnamed {
    set: Rc<Attrs>,
    /// The name, where it is known what is called by it.
    key: Option<UnnamedKey>,
    when: When,
    /// What is told where it may be a name that another set has.
    gap: Gap,
}

impl Names {
    /// What is known of all names that are not known.
    pub(super) fn affixes(&self) -> Option<Rc<Affixes>> {
        let mut all = self.unnamed.iter().map(Unnamed::affixes);
        let first = all.next()?.filter(|_| !self.has_unseen)?;
        all.all(|names| names == Some(first)).then(|| first.clone())
    }

    /// As Nix does where the set is not lazy.
    pub(super) fn look_at(&self, ev: &mut Evaluator<'_>) -> Res<()> {
        for (raws, _) in self.by_name.values() {
            crate::definition::look_at(ev, raws)?;
        }
        Ok(())
    }

    /// A set of which nothing is known.
    pub(super) fn is_unseen(&mut self, unknown: Rc<Unknown>) {
        self.open = Some(unknown);
        self.has_unseen = true;
    }

    pub(super) fn add(&mut self, ev: &mut Evaluator<'_>, def: &Definition, set: &Rc<Attrs>) {
        for attr in &set.entries {
            let raw = def.raw(ev, attr);
            let (all, _) = self
                .by_name
                .entry(attr.name)
                .or_insert_with(|| (Vec::new(), raw.written.site()));
            all.push(raw);
        }
        let Some(unknown) = &set.open else { return };
        self.open = Some(unknown.clone());
        let keys = set.unnamed();
        let mut add = |key: Option<UnnamedKey>| {
            self.unnamed.push(Unnamed {
                set: set.clone(),
                when: def.when,
                gap: Gap {
                    site: known(def.written.site()),
                    what: String::new(),
                    why: key.as_ref().map_or(unknown, |key| &key.name).why.clone(),
                },
                key,
            });
        };
        match keys.is_empty() {
            true => add(None),
            false => keys.iter().cloned().for_each(|key| add(Some(key))),
        }
        for key in keys {
            let attr = entry(ev.common().name, key.value);
            let raw = def.raw(ev, &attr);
            match self.templates.iter_mut().find(|one| one.key.is_called_like(&key)) {
                Some(template) => template.definitions.push(raw),
                None => self.templates.push(Template {
                    key,
                    definitions: vec![raw],
                }),
            }
        }
    }
}

impl Unnamed {
    fn affixes(&self) -> Option<&Rc<Affixes>> {
        match &self.key {
            Some(key) => key.names.as_ref(),
            None => self.set.names.as_ref(),
        }
    }

    fn gap_of(&self, what: String) -> Rc<Gap> {
        Rc::new(Gap {
            what,
            ..self.gap.clone()
        })
    }
}

impl Template {
    /// What may define more of it: another name that is not known may be the same.
    pub(super) fn of_another_name(
        &self,
        ev: &mut Evaluator<'_>,
        at: At<'_>,
        unnamed: &[Unnamed],
        when: When,
    ) -> Option<Rc<Gap>> {
        let may_be_it = |one: &&Unnamed| {
            let Some(key) = &one.key else { return false };
            // Keys of one set differ, whatever they are.
            let is_beside = one
                .set
                .unnamed()
                .iter()
                .any(|beside| beside.value == self.key.value);
            !is_beside
                && !key.is_called_like(&self.key)
                && key.may_be_called_like(&self.key)
                && !is_harmless(&at.system.shared, &one.gap.why)
                && !ev.is_excluded(one.when, when)
        };
        let one = unnamed.iter().find(may_be_it)?;
        Some(one.gap_of(dotted(&extend_any(at.path, "<name>", 0))))
    }
}

/// What may define more of an entry: another set has names that are not known, and one of them may be its name.
pub(super) fn of_any_name(
    ev: &mut Evaluator<'_>,
    at: At<'_>,
    unnamed: &[Unnamed],
    (name, when): (Symbol, When),
) -> Option<Rc<Gap>> {
    let may_be_it = |one: &&Unnamed| {
        let names = one.affixes();
        one.set.get(name).is_none()
            && names.is_none_or(|names| names.fit(ev.name(name)))
            && !is_harmless(&at.system.shared, &one.gap.why)
            && !ev.is_excluded(one.when, when)
    };
    let one = unnamed.iter().find(may_be_it)?;
    Some(one.gap_of(dotted(&extend(at.path, ev.name(name)))))
}

/// The value of a name that may be any of several.
pub(super) fn any_of_them(ev: &mut Evaluator<'_>, apart: &[UnnamedKey]) -> Option<ThunkId> {
    let (first, rest) = apart.split_first()?;
    let mut any = first.value;
    for key in rest {
        let this = ev.condition(NO_SITE, key.name.clone(), When::ALWAYS);
        let other = ev.otherwise(this);
        any = partial::join_thunks(ev, vec![(any, other), (key.value, this)]);
    }
    Some(any)
}
