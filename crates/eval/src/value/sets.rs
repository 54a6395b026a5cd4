//! Lists and attribute sets.

use super::ids::{Symbol, ThunkId, When};
use super::string::NixString;
use super::unknown::Unknown;
use nixpod_source::Site;
use smol_str::SmolStr;
use std::cell::Cell;
use std::rc::Rc;

/// A list.
#[derive(Clone, Debug, Default)]
pub struct List {
    /// The elements that are known to be, or may be, there.
    pub elems: Vec<Elem>,
    /// There may be further elements, anywhere between the known ones.
    pub open: Option<Rc<Unknown>>,
}

/// A list element.
#[derive(Clone, Copy, Debug)]
pub struct Elem {
    /// Its value.
    pub thunk: ThunkId,
    /// When it is there.
    pub when: When,
}

impl List {
    /// Are the elements exactly known?
    pub fn is_exact(&self) -> bool {
        self.open.is_none() && self.elems.iter().all(|elem| elem.when.is_always())
    }
}

/// An attribute set.
#[derive(Clone, Debug, Default)]
pub struct Attrs {
    /// The entries, sorted by symbol (not by name).
    pub entries: Vec<Attr>,
    /// There may be further keys; the unknown tells which set they belong to.
    pub open: Option<Rc<Unknown>>,
    /// What a further key's value is, where it is known: a set made by a generator over unknown names.
    pub wildcard: Option<ThunkId>,
    /// What is known of the names of all further keys.
    pub names: Option<Rc<Affixes>>,
    /// Where further keys come from several places: each by itself. `wildcard` is any of them then.
    pub apart: Option<Rc<Vec<Unnamed>>>,
}

/// A key that is not known, or all of one generator, with its value.
#[derive(Clone, Debug)]
pub struct Unnamed {
    /// Why it is not known.
    pub name: Rc<Unknown>,
    /// What is known of it all the same.
    pub names: Option<Rc<Affixes>>,
    /// What is called by it.
    pub value: ThunkId,
}

impl Unnamed {
    /// Are both certainly one key? That they might be is not enough.
    pub fn is_called_like(&self, other: &Self) -> bool {
        self.names == other.names && (Rc::ptr_eq(&self.name, &other.name) || self.name.is_same(&other.name))
    }

    /// May both be one key?
    pub fn may_be_called_like(&self, other: &Self) -> bool {
        match (&self.names, &other.names) {
            (Some(one), Some(other)) => one.may_meet(other),
            _ => true,
        }
    }
}

/// What names begin and end with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Affixes {
    start: SmolStr,
    end: SmolStr,
}

impl Affixes {
    /// What is known of a text with holes, if that is anything.
    pub(crate) fn of(text: &NixString) -> Option<Rc<Self>> {
        let parts = text.parts.as_ref()?;
        let len = |part: &super::string::StringPart| part.len as usize;
        let start: usize = parts.iter().take_while(|part| part.hole.is_none()).map(len).sum();
        let after = parts.iter().rev().take_while(|part| part.hole.is_none());
        let end = text.text.len().checked_sub(after.map(len).sum())?;
        let affixes = Self {
            start: text.text.get(..start)?.into(),
            end: text.text.get(end..)?.into(),
        };
        let says_something = !(affixes.start.is_empty() && affixes.end.is_empty());
        says_something.then(|| Rc::new(affixes))
    }

    /// In words: `probe-…`.
    pub fn shown(&self) -> String {
        format!("{}…{}", self.start, self.end)
    }

    /// May a name be one of them?
    pub fn fit(&self, name: &str) -> bool {
        let rest = name.strip_prefix(self.start.as_str());
        rest.is_some_and(|rest| rest.ends_with(self.end.as_str()))
    }

    /// May a name be one of both?
    fn may_meet(&self, other: &Self) -> bool {
        let (a, b) = (self.start.as_str(), other.start.as_str());
        let (c, d) = (self.end.as_str(), other.end.as_str());
        (a.starts_with(b) || b.starts_with(a)) && (c.ends_with(d) || d.ends_with(c))
    }
}

/// An entry of a set.
#[derive(Clone, Copy, Debug)]
pub struct Attr {
    /// Its name.
    pub name: Symbol,
    /// Its value.
    pub thunk: ThunkId,
    /// The key's place, or [`NO_SITE`](crate::NO_SITE).
    pub site: Site,
    /// When it is there.
    pub when: When,
}

impl Attrs {
    /// A set from entries in any order; of entries of one name the last stays.
    pub fn from_entries(mut entries: Vec<Attr>) -> Self {
        if !entries.is_sorted_by(|a, b| a.name < b.name) {
            entries.sort_by_key(|attr| attr.name);
            entries.dedup_by(|later, earlier| {
                let same = later.name == earlier.name;
                if same {
                    *earlier = *later;
                }
                same
            });
        }
        Self {
            entries,
            ..Self::default()
        }
    }

    /// An entry.
    pub fn get(&self, name: Symbol) -> Option<&Attr> {
        self.entries
            .binary_search_by_key(&name, |attr| attr.name)
            .ok()
            .map(|at| &self.entries[at])
    }

    /// The same for code that remembers where it found the name before: what it selects from is mostly the same set, or one
    /// that has the same names.
    #[inline]
    pub(crate) fn get_again(&self, name: Symbol, place: Option<&Cell<u16>>) -> Option<&Attr> {
        let Some(place) = place else {
            return self.get(name);
        };
        let before = self.entries.get(usize::from(place.get()));
        if let Some(attr) = before.filter(|attr| attr.name == name) {
            return Some(attr);
        }
        let at = self.entries.binary_search_by_key(&name, |attr| attr.name).ok()?;
        // A place that is too large for the number is looked for again each time.
        place.set(at as u16);
        Some(&self.entries[at])
    }

    /// Keys that are not known and whose values are.
    pub fn unnamed(&self) -> Vec<Unnamed> {
        match (&self.apart, self.wildcard, &self.open) {
            (Some(apart), ..) => apart.to_vec(),
            (None, Some(value), Some(name)) => vec![Unnamed {
                name: name.clone(),
                names: self.names.clone(),
                value,
            }],
            _ => Vec::new(),
        }
    }

    /// Are the keys exactly known?
    pub fn is_exact(&self) -> bool {
        self.open.is_none() && self.entries.iter().all(|attr| attr.when.is_always())
    }
}
