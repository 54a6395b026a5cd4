//! Conditions that could not be decided: chains in a table, handed out as plain data.

use crate::{NO_SITE, Unknown, When};
use nixpod_source::{Place, Site, Why};
use std::rc::Rc;

/// The conditions of an evaluation.
pub(crate) struct Conditions {
    nodes: Vec<Condition>,
    /// Counts alternatives that were left out because they fail.
    pub(crate) drops: u64,
}

struct Condition {
    site: Site,
    why: Rc<Unknown>,
    parent: When,
}

impl Conditions {
    pub(crate) fn new() -> Self {
        Self {
            // Stands for no condition.
            nodes: vec![Condition {
                site: NO_SITE,
                why: Unknown::new(Why::Undecided(String::new())),
                parent: When::ALWAYS,
            }],
            drops: 0,
        }
    }

    /// The memory of all conditions.
    pub(crate) fn bytes(&self) -> usize {
        self.nodes.len() * size_of::<Condition>()
    }

    /// The condition and those that hold with it, innermost first.
    fn chain(&self, when: When) -> impl Iterator<Item = &Condition> {
        let mut at = when;
        std::iter::from_fn(move || {
            let node = self.nodes.get(at.0 as usize).filter(|_| !at.is_always())?;
            at = node.parent;
            Some(node)
        })
    }

    /// A condition in addition to `parent`.
    pub(crate) fn add(&mut self, site: Site, why: Rc<Unknown>, parent: When) -> When {
        if self.chain(parent).any(|node| node.site == site) {
            return parent;
        }
        let id = When(self.nodes.len() as u32);
        self.nodes.push(Condition { site, why, parent });
        id
    }

    pub(crate) fn both(&mut self, a: When, b: When) -> When {
        if a.is_always() || a == b {
            return b;
        }
        let chain: Vec<_> = self.chain(b).map(|node| (node.site, node.why.clone())).collect();
        let outermost_first = chain.into_iter().rev();
        outermost_first.fold(a, |all, (site, why)| self.add(site, why, all))
    }

    /// The places of the conditions, outermost first, and why each could not be decided.
    pub(crate) fn list(&self, when: When) -> Vec<(Place, Why)> {
        let mut out: Vec<_> = self
            .chain(when)
            .map(|node| (Place::whole(node.site), node.why.why.clone()))
            .collect();
        out.reverse();
        out
    }

    pub(crate) fn reason(&self, when: When) -> Rc<Unknown> {
        self.nodes[when.0 as usize].why.clone()
    }
}
