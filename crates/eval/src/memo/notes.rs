//! What native code says beside the values that it computes: that something could not be seen, that a file was read.
//!
//! What a note stands for is known to whoever made its number. Here it belongs to the thunk that was being computed,
//! and to every thunk that asked for that one; it is gone when the thunk is invalidated. So after an edit the notes of
//! what was asked for are those that a fresh evaluation would make, whoever came first.

use rustc_hash::FxHashMap;

/// The number of a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NoteId(pub(super) u32);

/// A set of notes, by its number. Equal unions have equal numbers, so most thunks of a system share one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct NoteSet(u32);

impl NoteSet {
    const EMPTY: Self = Self(0);
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Node {
    Empty,
    One(NoteId),
    Both(NoteSet, NoteSet),
}

/// All sets of notes.
pub(super) struct NoteSets {
    nodes: Vec<Node>,
    numbers: FxHashMap<Node, NoteSet>,
}

impl NoteSets {
    pub(super) fn new() -> Self {
        Self {
            nodes: vec![Node::Empty],
            numbers: FxHashMap::default(),
        }
    }

    fn node(&self, set: NoteSet) -> Node {
        self.nodes.get(set.0 as usize).copied().unwrap_or(Node::Empty)
    }

    fn number(&mut self, node: Node) -> NoteSet {
        *self.numbers.entry(node).or_insert_with(|| {
            self.nodes.push(node);
            NoteSet((self.nodes.len() - 1) as u32)
        })
    }

    /// The set of one note.
    pub(super) fn one(&mut self, note: NoteId) -> NoteSet {
        self.number(Node::One(note))
    }

    /// The notes of both.
    pub(super) fn union(&mut self, a: NoteSet, b: NoteSet) -> NoteSet {
        if a == b || b == NoteSet::EMPTY {
            return a;
        }
        if a == NoteSet::EMPTY {
            return b;
        }
        let has = |set: Node, part: NoteSet| matches!(set, Node::Both(x, y) if x == part || y == part);
        if has(self.node(a), b) {
            return a;
        }
        if has(self.node(b), a) {
            return b;
        }
        self.number(Node::Both(a.min(b), a.max(b)))
    }

    /// The notes of a set.
    pub(super) fn notes(&self, set: NoteSet) -> Noted {
        let mut noted = Vec::new();
        let mut seen = vec![false; self.nodes.len()];
        let mut todo = vec![set];
        while let Some(set) = todo.pop() {
            match seen.get_mut(set.0 as usize) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            match self.node(set) {
                Node::Empty => {}
                Node::One(NoteId(note)) => {
                    let index = note as usize;
                    if noted.len() <= index {
                        noted.resize(index + 1, false);
                    }
                    noted[index] = true;
                }
                Node::Both(a, b) => todo.extend([a, b]),
            }
        }
        Noted(Some(noted))
    }
}

/// Which notes hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Noted(Option<Vec<bool>>);

impl Noted {
    /// All that were ever made: so while nothing was invalidated.
    pub(super) const ALL: Self = Self(None);

    /// None at all.
    pub(super) const NONE: Self = Self(Some(Vec::new()));

    /// Does a note hold?
    pub fn has(&self, note: NoteId) -> bool {
        match &self.0 {
            Some(noted) => noted.get(note.0 as usize).copied().unwrap_or(false),
            None => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(sets: &NoteSets, set: NoteSet) -> Vec<u32> {
        let noted = sets.notes(set);
        (0..10).filter(|note| noted.has(NoteId(*note))).collect()
    }

    #[test]
    fn a_union_has_the_notes_of_both() {
        let mut sets = NoteSets::new();
        let [a, b, c] = [1, 2, 3].map(|note| sets.one(NoteId(note)));
        let ab = sets.union(a, b);
        let abc = sets.union(ab, c);
        assert_eq!(has(&sets, NoteSet::EMPTY), [0u32; 0]);
        assert_eq!(has(&sets, ab), [1, 2]);
        assert_eq!(has(&sets, abc), [1, 2, 3]);
    }

    #[test]
    fn equal_unions_are_one_set() {
        let mut sets = NoteSets::new();
        let [a, b] = [1, 2].map(|note| sets.one(NoteId(note)));
        let ab = sets.union(a, b);
        assert_eq!(sets.union(b, a), ab);
        assert_eq!(sets.union(ab, a), ab);
        assert_eq!(sets.union(b, ab), ab);
        assert_eq!(sets.union(NoteSet::EMPTY, ab), ab);
        assert_eq!(sets.one(NoteId(1)), a);
    }

    #[test]
    fn without_an_edit_every_note_holds() {
        assert!(Noted::ALL.has(NoteId(7)));
    }
}
