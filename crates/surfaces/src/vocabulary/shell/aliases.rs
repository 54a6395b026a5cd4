//! Names that `alias` makes stand for other words: `alias docker=podman`.

use super::values::Element;
use nixpod_model::Text;
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// Names that stand for words from some line on. Copies share them.
#[derive(Clone, Default)]
pub(super) struct Aliases {
    /// Bash looks at them only where somebody types, unless a script asks for it.
    are_looked_at: bool,
    words: Rc<FxHashMap<String, Vec<Element>>>,
}

/// An alias for more words than these is not followed: each use of it would copy them.
const MAX_WORDS: usize = 64;

/// An alias for an alias for an alias.
const MAX_ALIASES: usize = 4;

impl Aliases {
    /// Those of a script of which nothing is read yet.
    pub(super) fn of(pattern: &str, is_typed: bool) -> Self {
        let first = pattern.lines().next().unwrap_or_default();
        let is_other_shell = first.starts_with("#!") && !first.contains("bash");
        Self {
            are_looked_at: is_typed || is_other_shell || pattern.contains("expand_aliases"),
            words: Rc::default(),
        }
    }

    /// From here on a name stands for these words. Of what has quotes or signs of the shell only the name is forgotten.
    pub(super) fn set(&mut self, name: &str, element: &Element, text: &Text) {
        if !self.are_looked_at {
            return;
        }
        let pattern = text.pattern();
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:, ".contains(c);
        let words = Rc::make_mut(&mut self.words);
        words.remove(name);
        if !pattern.chars().all(is_plain) || pattern.trim().is_empty() {
            return;
        }
        let mut at = 0;
        let mut all = Vec::new();
        for word in pattern.split(' ') {
            if !word.is_empty() {
                all.push(Element {
                    text: text.slice(at, at + word.len()),
                    is_one: true,
                    is_plain: true,
                    literal: Vec::new(),
                    when: element.when.clone(),
                });
            }
            at += word.len() + 1;
        }
        if all.len() <= MAX_WORDS {
            words.insert(name.to_owned(), all);
        }
    }

    /// The words of a command with what its first one stands for.
    pub(super) fn put_in(&self, mut words: Vec<Element>) -> Vec<Element> {
        let mut used: Vec<String> = Vec::new();
        while used.len() < MAX_ALIASES {
            let Some(first) = words.first().filter(|first| first.is_plain) else {
                break;
            };
            let name = first.text.pattern();
            let Some(meant) = self.words.get(&name).filter(|_| !used.contains(&name)) else {
                break;
            };
            words.splice(0..1, meant.iter().cloned());
            used.push(name);
        }
        words
    }
}
