//! One file.

use super::node::{Expr, NameId};
use super::packed::{self, Nodes};
use super::visit::NodePart;
use nixpod_source::ExprId;
use smol_str::SmolStr;

/// One file, lowered.
#[derive(Clone, Debug, PartialEq)]
pub struct Hir {
    exprs: Vec<Expr>,
    root: ExprId,
    names: Vec<SmolStr>,
    /// The nodes of an unpacked file, which has none in `exprs`.
    nodes: Option<Nodes>,
}

impl Hir {
    pub(crate) fn new(root: ExprId, exprs: Vec<Expr>, names: Vec<SmolStr>) -> Self {
        Self {
            exprs,
            root,
            names,
            nodes: None,
        }
    }

    /// The file's expression.
    pub fn root(&self) -> ExprId {
        self.root
    }

    /// A node.
    ///
    /// # Panics
    /// If it is none of this file.
    #[inline]
    pub fn expr(&self, id: ExprId) -> &Expr {
        match self.exprs.get(id.0 as usize) {
            Some(expr) => expr,
            None => self.unpacked(id),
        }
    }

    /// The same in an unpacked file.
    #[inline(never)]
    fn unpacked(&self, id: ExprId) -> &Expr {
        match &self.nodes {
            None => &self.exprs[id.0 as usize],
            Some(nodes) => nodes.get(id),
        }
    }

    /// A node, if there is one of this number.
    pub fn get(&self, id: ExprId) -> Option<&Expr> {
        self.exprs().get(id.0 as usize)
    }

    /// All nodes of a file that was parsed, by number. Attribute keys and parameter names are nodes too ([`Expr::Key`]),
    /// so that they have a site. Nobody walks over the unpacked files of this program: of these there are none here.
    pub fn exprs(&self) -> &[Expr] {
        &self.exprs
    }

    /// Every identifier and static attribute name, each once.
    pub fn names(&self) -> &[SmolStr] {
        &self.names
    }

    /// The text of a name.
    pub fn name(&self, id: NameId) -> &SmolStr {
        &self.names[id.0 as usize]
    }

    pub(super) fn exprs_mut(&mut self) -> &mut Vec<Expr> {
        &mut self.exprs
    }

    pub(crate) fn into_exprs(self) -> Vec<Expr> {
        self.exprs
    }

    /// Do the two differ at most in what single nodes are, so that numbers of nodes mean the same in both?
    pub fn same_shape(&self, other: &Self) -> bool {
        self.root == other.root && self.exprs.len() == other.exprs.len() && self.names == other.names
    }

    /// Tells which nodes another revision of the text has as well, apart from what is below them.
    pub fn same_nodes<'a>(&'a self, other: &'a Self) -> impl Fn(ExprId) -> bool + 'a {
        let same_names = self.names == other.names;
        move |id| match (self.get(id), other.get(id)) {
            (Some(a), Some(b)) => a == b && (same_names || self.same_names(other, a)),
            _ => false,
        }
    }

    /// Are the names in a node the same in another revision?
    fn same_names(&self, other: &Self, expr: &Expr) -> bool {
        let mut same = true;
        expr.for_each_part(&mut |part| {
            if let NodePart::Name(name) = part {
                same &= self.names.get(name.0 as usize) == other.names.get(name.0 as usize);
            }
        });
        same
    }

    /// The bytes of a parsed file, for [`Hir::unpack`].
    pub(crate) fn pack(&self) -> Vec<u8> {
        packed::pack(self.root, &self.names, &self.exprs)
    }

    /// The file of the bytes that [`crate::compile`] gave; none if they are others. Its nodes are read when they are
    /// asked for.
    pub fn unpack(bytes: &'static [u8]) -> Option<Self> {
        let (root, names, nodes) = packed::unpack(bytes)?;
        Some(Self {
            exprs: Vec::new(),
            root,
            names,
            nodes: Some(nodes),
        })
    }
}
