//! Numbers of nodes that stay the same over edits.
//!
//! Whoever remembers something by node (an evaluation that is kept, say) can go on with it after an edit if a node that
//! the edit left alone has the number that it had before.

use crate::ParsedFile;
use crate::hir::{Attrs, EntryValue, Expr, Hir, NameId, NodePart, Param};
use crate::source_map::SourceMap;
use nixpod_source::ExprId;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use smol_str::SmolStr;
use std::sync::Arc;
use text_size::{TextRange, TextSize};

/// So many more numbers than before the first edit are used up before nodes are numbered anew.
const SPARE: usize = 4_000;

/// Gives the nodes of a file the numbers that they had before an edit, as far as they were there. Numbers of nodes that
/// are gone are not used again. What is left as it is when too many are gone.
pub(crate) fn renumber(file: &mut ParsedFile, before: &Arc<Hir>) {
    let new = &file.hir;
    if new.same_shape(before) || before.exprs().len() > 2 * new.exprs().len() + SPARE {
        return;
    }
    let names = Names::new(before, new);
    let matched = Matching::new(before, new, &names).run(&file.map.live);
    let mut next = before.exprs().len() as u32;
    let numbers: Vec<u32> = matched
        .into_iter()
        .map(|number| {
            number.unwrap_or_else(|| {
                next += 1;
                next - 1
            })
        })
        .collect();
    let number = |id: ExprId| ExprId(numbers.get(id.0 as usize).copied().unwrap_or(id.0));
    let root = number(new.root());
    let mut exprs = vec![Expr::Missing; next as usize];
    let new = std::mem::replace(&mut file.hir, Arc::clone(before));
    for (mut expr, at) in Arc::unwrap_or_clone(new).into_exprs().into_iter().zip(&numbers) {
        expr.change(&mut |id| *id = number(*id), &mut |name| {
            *name = names.number(*name);
        });
        if let Some(slot) = exprs.get_mut(*at as usize) {
            *slot = expr;
        }
    }
    file.hir = Arc::new(Hir::new(root, exprs, names.all));
    renumber_map(&mut file.map, &numbers, next as usize);
}

fn renumber_map(map: &mut SourceMap, numbers: &[u32], len: usize) {
    let number = |id: ExprId| ExprId(numbers.get(id.0 as usize).copied().unwrap_or(id.0));
    let mut ranges = vec![TextRange::empty(TextSize::new(0)); len];
    let mut live = vec![false; len];
    for ((range, alive), at) in map.ranges.iter().zip(&map.live).zip(numbers) {
        if let (Some(to), Some(flag)) = (ranges.get_mut(*at as usize), live.get_mut(*at as usize)) {
            *to = *range;
            *flag = *alive;
        }
    }
    map.ranges = ranges;
    map.live = live;
    for (key, _) in &mut map.bindings {
        *key = number(*key);
    }
    map.bindings.sort_by_key(|(key, _)| *key);
    for (literal, ..) in &mut map.literals {
        *literal = number(*literal);
    }
    map.literals.sort_by_key(|(literal, ..)| *literal);
}

/// The names of both texts, each under the number that it had before.
struct Names {
    all: Vec<SmolStr>,
    /// By the number in the new text.
    numbers: Vec<NameId>,
}

impl Names {
    fn new(before: &Hir, new: &Hir) -> Self {
        let known: FxHashMap<&str, u32> = before.names().iter().map(SmolStr::as_str).zip(0..).collect();
        // A name that is gone leaves an empty one behind: others look for names in the list.
        let mut all = vec![SmolStr::default(); before.names().len()];
        let mut numbers = Vec::with_capacity(new.names().len());
        for name in new.names() {
            let number = known.get(name.as_str()).copied().filter(|_| !name.is_empty());
            let number = number.unwrap_or_else(|| {
                all.push(SmolStr::default());
                (all.len() - 1) as u32
            });
            if let Some(slot) = all.get_mut(number as usize) {
                slot.clone_from(name);
            }
            numbers.push(NameId(number));
        }
        Self { all, numbers }
    }

    fn number(&self, name: NameId) -> NameId {
        self.numbers.get(name.0 as usize).copied().unwrap_or(name)
    }
}

/// Finds out which node of the new tree is which of the old one.
struct Matching<'a> {
    old: &'a Hir,
    new: &'a Hir,
    names: &'a Names,
    /// By new node: the number of the old one.
    numbers: Vec<Option<u32>>,
    taken: Vec<bool>,
    todo: Vec<(ExprId, ExprId)>,
    /// How many nodes may still be compared to tell where lists differ.
    fuel: usize,
}

impl<'a> Matching<'a> {
    fn new(old: &'a Hir, new: &'a Hir, names: &'a Names) -> Self {
        Self {
            old,
            new,
            names,
            numbers: vec![None; new.exprs().len()],
            taken: vec![false; old.exprs().len()],
            todo: vec![(old.root(), new.root())],
            fuel: 4 * new.exprs().len(),
        }
    }

    fn run(mut self, live: &[bool]) -> Vec<Option<u32>> {
        while let Some((old, new)) = self.todo.pop() {
            self.pair(old, new);
        }
        // Merging of nested sets leaves nodes behind that nothing leads to. They stay in order.
        let kind = |hir: &'a Hir, id: usize| hir.exprs().get(id).map(std::mem::discriminant);
        let mut left = 0;
        for index in (0..self.numbers.len()).filter(|index| live.get(*index) == Some(&false)) {
            let wanted = kind(self.new, index);
            let free = |at: &usize| self.taken.get(*at) == Some(&false) && kind(self.old, *at) == wanted;
            let found = (left..self.old.exprs().len()).take(self.fuel).find(free);
            let Some(found) = found else {
                self.fuel = self.fuel.saturating_sub(self.old.exprs().len() - left);
                continue;
            };
            self.fuel = self.fuel.saturating_sub(found - left);
            left = found + 1;
            self.pair(ExprId(found as u32), ExprId(index as u32));
            self.todo.clear();
        }
        self.numbers
    }

    fn exprs(&self, old: ExprId, new: ExprId) -> Option<(&'a Expr, &'a Expr)> {
        Some((
            self.old.exprs().get(old.0 as usize)?,
            self.new.exprs().get(new.0 as usize)?,
        ))
    }

    /// Two nodes stand at the same place. If they are of one kind they are the same node, with another content perhaps.
    fn pair(&mut self, old: ExprId, new: ExprId) {
        let Some((before, after)) = self.exprs(old, new) else {
            return;
        };
        let (Some(number), Some(taken)) = (
            self.numbers.get_mut(new.0 as usize),
            self.taken.get_mut(old.0 as usize),
        ) else {
            return;
        };
        let same_kind = std::mem::discriminant(before) == std::mem::discriminant(after);
        if !same_kind || *taken || number.is_some() {
            return;
        }
        *number = Some(old.0);
        *taken = true;
        match (before, after) {
            (Expr::Attrs(a), Expr::Attrs(b)) => self.attrs(a, b),
            (Expr::Let(a, x), Expr::Let(b, y)) => {
                self.attrs(a, b);
                self.todo.push((*x, *y));
            }
            (Expr::List(a), Expr::List(b)) => self.list(a, b),
            (Expr::Lambda(a, x), Expr::Lambda(b, y)) => {
                self.param(a, b);
                self.todo.push((*x, *y));
            }
            _ => {
                // What is left has as many nodes below it as it has places, but for names and pieces of text.
                let (a, b) = (children(before), children(after));
                self.todo.extend(a.into_iter().zip(b));
            }
        }
    }

    fn name(&self, new: NameId) -> NameId {
        self.names.number(new)
    }

    fn attrs(&mut self, old: &Attrs, new: &Attrs) {
        let known: FxHashMap<NameId, usize> = old.entries.iter().map(|entry| entry.name).zip(0..).collect();
        for entry in &new.entries {
            let Some(before) = known
                .get(&self.name(entry.name))
                .and_then(|at| old.entries.get(*at))
            else {
                continue;
            };
            self.todo.push((before.key, entry.key));
            match (before.value, entry.value) {
                (EntryValue::Expr(a), EntryValue::Expr(b))
                | (EntryValue::Inherit(a), EntryValue::Inherit(b)) => {
                    self.todo.push((a, b));
                }
                _ => {}
            }
        }
        for (a, b) in old.dynamic.iter().zip(&new.dynamic) {
            self.todo.push((a.name, b.name));
            self.todo.push((a.value, b.value));
        }
        self.todo
            .extend(old.froms.iter().copied().zip(new.froms.iter().copied()));
    }

    fn param(&mut self, old: &Param, new: &Param) {
        match (old, new) {
            (Param::Name(_, a), Param::Name(_, b)) => self.todo.push((*a, *b)),
            (Param::Pattern { fields: a, .. }, Param::Pattern { fields: b, .. }) => {
                for field in b {
                    let name = self.name(field.name);
                    if let Some(before) = a.iter().find(|before| before.name == name) {
                        self.todo.push((before.key, field.key));
                        self.todo.extend(before.default.zip(field.default));
                    }
                }
            }
            _ => {}
        }
    }

    /// Elements in front of and behind the place where lists differ are the same.
    fn list(&mut self, old: &[ExprId], new: &[ExprId]) {
        let both = old.len().min(new.len());
        let mut front = 0;
        while front < both && self.equal(old[front], new[front]) {
            front += 1;
        }
        let mut back = 0;
        while back < both - front && self.equal(old[old.len() - 1 - back], new[new.len() - 1 - back]) {
            back += 1;
        }
        let pairs = |range: std::ops::Range<usize>, other: std::ops::Range<usize>| range.zip(other);
        for (a, b) in pairs(0..old.len() - back, 0..new.len() - back)
            .chain(pairs(old.len() - back..old.len(), new.len() - back..new.len()))
        {
            self.todo.push((old[a], new[b]));
        }
    }

    /// Are two trees the same, as far as there is time to find out?
    fn equal(&mut self, old: ExprId, new: ExprId) -> bool {
        let mut todo = vec![(old, new)];
        while let Some((old, new)) = todo.pop() {
            let Some((before, after)) = self.exprs(old, new) else {
                return false;
            };
            if self.fuel == 0 || std::mem::discriminant(before) != std::mem::discriminant(after) {
                return false;
            }
            self.fuel -= 1;
            let (a, b) = (children(before), children(after));
            if a.len() != b.len() || !self.same_content(before, after) {
                return false;
            }
            todo.extend(a.into_iter().zip(b));
        }
        true
    }

    /// Are two nodes of one kind the same but for what is below them?
    fn same_content(&self, old: &Expr, new: &Expr) -> bool {
        let (mut before, mut after) = (
            SmallVec::<[NodePart<'_>; 16]>::new(),
            SmallVec::<[NodePart<'_>; 16]>::new(),
        );
        old.for_each_part(&mut |part| before.push(part));
        new.for_each_part(&mut |part| after.push(part));
        before.len() == after.len()
            && before.into_iter().zip(after).all(|parts| match parts {
                (NodePart::Child(_), NodePart::Child(_)) => true,
                (NodePart::Name(old), NodePart::Name(new)) => old == self.name(new),
                (old, new) => old == new,
            })
    }
}

/// The nodes right below a node, in order.
fn children(expr: &Expr) -> SmallVec<[ExprId; 8]> {
    let mut out = SmallVec::new();
    expr.for_each_child(&mut |id| out.push(id));
    out
}
