//! Containers that stand in the text and are not judged for a reason that is known.

use crate::check::account::{Account, Written};
use crate::check::islands::Census;
use crate::report::{LeftOut, LeftOutReason};
use crate::vfs::Files;
use crate::vfs::spans::span_of;
use crate::world::worlds::Known;
use nixpod_source::FileId;
use nixpod_surfaces::TestMachine;
use nixpod_syntax::Hir;
use nixpod_syntax::hir::{Expr, VarRef};
use rustc_hash::FxHashSet;
use std::sync::Arc;

impl Census {
    /// What is not judged for a reason that is known.
    pub(crate) fn left_out(&self, files: &Files<'_>, worlds: &[Arc<Known>]) -> Vec<LeftOut> {
        let places = worlds.iter().flat_map(|known| &known.world.tests);
        let whole = places.filter_map(|place| {
            Some(LeftOut {
                surface: None,
                name: None,
                span: span_of(files, *place)?,
                reason: LeftOutReason::Test,
            })
        });
        let doubt = (!self.off.is_empty()).then(|| Doubt::new(worlds));
        let off = self.off.iter().map(|written| match &doubt {
            Some(doubt) if doubt.is_of(files, written) => (written, LeftOutReason::OffAsSeen),
            _ => (written, LeftOutReason::Off),
        });
        let tests = self.tests.iter().map(|(written, machine)| match machine {
            TestMachine::NixosTest => (written, LeftOutReason::Test),
            TestMachine::VmVariant => (written, LeftOutReason::VmVariant),
        });
        let without = { self.without.iter() }.map(|written| (written, LeftOutReason::NoContainer));
        let left_out = off.chain(tests).chain(without).filter_map(|(written, reason)| {
            Some(LeftOut {
                surface: Some(written.site.surface),
                name: written.site.name.clone(),
                span: written.span(files)?,
                reason,
            })
        });
        left_out
            .chain(whole)
            .chain(self.scripts.left_out(files))
            .collect()
    }
}

/// What casts doubt on that something is off: the hosts that leave it out have modules that could not be read, which may
/// set what its condition is about.
struct Doubt {
    /// The files of such hosts.
    files: FxHashSet<FileId>,
    account: Account,
}

impl Doubt {
    fn new(worlds: &[Arc<Known>]) -> Self {
        let hosts = worlds.iter().filter(|known| known.is_of_hosts());
        let is_partly_read = |known: &&Arc<Known>| known.world.hosts.values().any(|host| !host.closed_world);
        Self {
            files: { hosts.clone().filter(is_partly_read) }
                .flat_map(|known| known.reads.parsed_files())
                .collect(),
            account: Account::new(hosts),
        }
    }

    fn is_of(&self, files: &Files<'_>, written: &Written) -> bool {
        let state = files.state(written.file);
        let hir = &state.parsed().hir;
        let is_constant = written
            .site
            .condition
            .is_some_and(|condition| is_constant(hir, condition));
        let is_constant = is_constant || written.site.is_never;
        self.files.contains(&written.file) && !is_constant && !self.account.is_disabled(files.vfs, written)
    }
}

/// Does an expression have no variables?
fn is_constant(hir: &Hir, whole: nixpod_source::ExprId) -> bool {
    let mut pending = vec![whole];
    while let Some(next) = pending.pop() {
        let expr = hir.expr(next);
        if matches!(expr, Expr::Var(_, VarRef::Local { .. } | VarRef::With(_))) {
            return false;
        }
        expr.for_each_child(&mut |child| pending.push(child));
    }
    true
}
