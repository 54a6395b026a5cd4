//! What would cost too much to find out again and again. Nothing here changes an answer.

use crate::pure::regex::{BadPattern, Regex};
use crate::{List, Symbol, Unknown};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::rc::Rc;

/// So many long lists are remembered; a loop goes through one or two.
const MAX_LISTS: usize = 4;

/// A program that makes patterns without end must not fill the memory: so many are remembered, of so many bytes together.
const MAX_REGEXES: usize = 100;
const MAX_REGEX_BYTES: usize = 16 << 20;

/// What is not known and has been asked for an attribute, and what that gave.
type Selected = (Rc<Unknown>, Rc<Unknown>);

#[derive(Default)]
pub(crate) struct Caches {
    /// By the address of what is not known and the attribute's name.
    selected: FxHashMap<(usize, Symbol), Selected>,
    /// Long lists that were lately found to be exactly known.
    exact_lists: Vec<Rc<List>>,
    next: usize,
    /// Patterns of `match` and `split`, compiled.
    regexes: FxHashMap<SmolStr, Rc<Regex>>,
    regex_bytes: usize,
    /// By store path: the hash by which a derivation counts in those that need it.
    pub(crate) derivations: FxHashMap<SmolStr, SmolStr>,
}

impl Caches {
    pub(crate) fn is_exact(&self, list: &Rc<List>) -> bool {
        self.exact_lists.iter().any(|known| Rc::ptr_eq(known, list))
    }

    pub(crate) fn found_exact(&mut self, list: &Rc<List>) {
        match self.exact_lists.get_mut(self.next) {
            Some(slot) => *slot = list.clone(),
            None => self.exact_lists.push(list.clone()),
        }
        self.next = (self.next + 1) % MAX_LISTS;
    }

    /// An attribute of what is not known, which is the same one each time. `None`: nobody has asked for it before.
    pub(crate) fn selected(&self, of: &Rc<Unknown>, name: Symbol) -> Option<Rc<Unknown>> {
        let known = self.selected.get(&(Rc::as_ptr(of) as usize, name));
        known.map(|(_, selected)| selected.clone())
    }

    /// Remembers it, and gives the bytes of that.
    pub(crate) fn keep_selected(&mut self, of: &Rc<Unknown>, name: Symbol, selected: &Rc<Unknown>) -> usize {
        let key = (Rc::as_ptr(of) as usize, name);
        self.selected.insert(key, (of.clone(), selected.clone()));
        size_of::<((usize, Symbol), Selected)>()
    }

    /// A pattern, and how many bytes of it had to be made for that.
    pub(crate) fn regex(&mut self, pattern: &SmolStr) -> Result<(Rc<Regex>, usize), BadPattern> {
        if let Some(regex) = self.regexes.get(pattern) {
            return Ok((regex.clone(), 0));
        }
        let regex = Rc::new(Regex::new(pattern)?);
        let bytes = regex.bytes();
        if self.regexes.len() >= MAX_REGEXES || self.regex_bytes + bytes > MAX_REGEX_BYTES {
            self.regexes.clear();
            self.regex_bytes = 0;
        }
        self.regex_bytes += bytes;
        self.regexes.insert(pattern.clone(), regex.clone());
        Ok((regex, bytes))
    }
}
