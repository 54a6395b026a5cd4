//! From a rule's intent to text edits that are known to parse.

use crate::check::group::groups;
use crate::check::merge::Checked;
use crate::check::outcome::Outcome;
use crate::check::part::Pick;
use crate::check::snapshot::{Analysis, reported};
use crate::fix::edits;
use crate::fix::uses::Uses;
use crate::report::Report;
use crate::rule::{Change, Intent};
use crate::vfs::spans::span_of;
use crate::vfs::{Files, Vfs};
use crate::world::evaluate::Extent;
use camino::Utf8PathBuf;
use nixpod_source::{
    Applicability, FileId, Fix, HopKind, Origin, Place, TextEdit, TextRange, TextSize, apply_edits,
};
use nixpod_syntax::hir::{Expr, NameId, VarRef};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;

impl Analysis {
    /// Checks, and makes the fixes of all findings.
    pub fn check_with_fixes(&self, targets: &[Utf8PathBuf]) -> Report {
        let asked = self.asked(targets);
        let outcome = self.outcome_for(&asked.targets, Extent::Literals);
        let pick = Pick::new(&self.vfs, &asked.part, &outcome);
        // Which findings are one is decided among all of them, and fixes are made of those that are told.
        let told = pick.groups(groups(&outcome.findings, &outcome.secrets));
        let members = told.into_iter().flat_map(|group| group.members);
        let findings = with_fixes(self, &outcome, members);
        self.report(
            &asked,
            &outcome,
            reported(groups(&findings, &outcome.secrets)),
            &[],
        )
    }
}

/// The findings with their fixes. Those that cannot be written as edits, or would not parse, are left out.
pub(crate) fn with_fixes<'c>(
    analysis: &Analysis,
    outcome: &Outcome,
    findings: impl IntoIterator<Item = &'c Checked>,
) -> Vec<Checked> {
    let vfs = &analysis.vfs;
    let mut findings: Vec<Checked> = findings.into_iter().cloned().collect();
    let mut resolver = None;
    let mut all = Vec::new();
    for (index, checked) in findings.iter().enumerate() {
        for intent in &*checked.intents {
            let resolver = resolver.get_or_insert_with(|| {
                let worlds = analysis.listed(&outcome.worlds, Extent::Literals);
                Resolver::new(vfs, Uses::count(&worlds))
            });
            if let Some(mut fix) = resolver.fix(intent) {
                let rule = checked.reported.diagnostic.rule;
                if let Some(rule) = analysis.rules().iter().find(|known| known.meta.id == rule) {
                    fix.title = rule.meta.title(&fix.title, fix.applicability);
                }
                all.push((index, fix));
            }
        }
    }
    let good = verified(vfs, &all);
    for ((index, fix), good) in all.into_iter().zip(good) {
        if let Some(checked) = findings.get_mut(index)
            && good
        {
            checked.reported.diagnostic.fixes.push(fix);
        }
    }
    findings
}

/// What is to be known of all files to make fixes.
struct Resolver<'v> {
    files: Files<'v>,
    uses: Uses,
    /// By file: how often each variable is read in it.
    reads: FxHashMap<FileId, FxHashMap<NameId, u32>>,
}

impl<'v> Resolver<'v> {
    fn new(vfs: &'v Vfs, uses: Uses) -> Self {
        Self {
            files: Files::new(vfs),
            uses,
            reads: FxHashMap::default(),
        }
    }

    fn fix(&mut self, intent: &Intent) -> Option<Fix> {
        let mut edits: BTreeMap<FileId, Vec<TextEdit>> = BTreeMap::new();
        let mut applicability = intent.applicability;
        for change in &intent.changes {
            let (place, new) = self.edits_of(change)?;
            edits.entry(place.site.file).or_default().extend(new);
            applicability = applicability.max(self.limit(change, place));
        }
        for list in edits.values_mut() {
            list.sort_by_key(|edit| (edit.range.start(), edit.range.end()));
            list.dedup();
            if !Taken::default().take(list) {
                return None;
            }
        }
        Some(Fix {
            title: intent.title.clone(),
            applicability,
            edits,
        })
    }

    /// The edits of one change. Only the literal itself is changed: an outer step may hold more than the value.
    fn edits_of(&self, change: &Change) -> Option<(Place, Vec<TextEdit>)> {
        let (Change::Remove(origin)
        | Change::Replace(origin, _)
        | Change::Prepend(origin, _)
        | Change::SetIn(origin, ..)
        | Change::AppendBeside(origin, _)) = change;
        let place = origin.place()?;
        span_of(&self.files, place)?;
        // Inputs of a flake are read, but they are not the user's to change.
        let vfs = self.files.vfs;
        if !vfs.in_project(&vfs.table.path(place.site.file)) {
            return None;
        }
        let edits = edits::edits_of(&self.files.state(place.site.file), place, change)?;
        Some((place, edits))
    }

    /// A literal that other things use as well is not changed for one of them.
    fn limit(&mut self, change: &Change, place: Place) -> Applicability {
        let is_shared = self.uses.is_shared(place);
        match change {
            // A set that several containers are made from: each of them gets the option.
            Change::SetIn(..) if is_shared => Applicability::Unsafe,
            Change::SetIn(..) => Applicability::Safe,
            Change::Remove(_) | Change::Replace(..) | Change::Prepend(..) | Change::AppendBeside(..)
                if is_shared =>
            {
                Applicability::DisplayOnly
            }
            Change::Remove(origin)
            | Change::Replace(origin, _)
            | Change::Prepend(origin, _)
            | Change::AppendBeside(origin, _) => self.limit_of_bindings(origin),
        }
    }

    /// A variable on the way may be read by others, too.
    fn limit_of_bindings(&mut self, origin: &Origin) -> Applicability {
        let mut outer = origin.hops.iter().skip(1);
        match outer.all(|hop| hop.kind != HopKind::Binding || self.is_only_use(hop.place)) {
            true => Applicability::Safe,
            false => Applicability::Unsafe,
        }
    }

    /// Is this the only place that reads the variable? For other reads, such as of an attribute, nobody knows.
    fn is_only_use(&mut self, place: Place) -> bool {
        if span_of(&self.files, place).is_none() {
            // A step inside of the built-in library reads no variable of the user.
            return true;
        }
        let file = place.site.file;
        let state = self.files.state(file);
        let exprs = state.parsed().hir.exprs();
        let Some(Expr::Var(name, VarRef::Local { .. })) = exprs.get(place.site.expr.0 as usize) else {
            return false;
        };
        let reads = self.reads.entry(file).or_insert_with(|| count_reads(exprs));
        reads.get(name) == Some(&1)
    }
}

fn count_reads(exprs: &[Expr]) -> FxHashMap<NameId, u32> {
    let mut reads = FxHashMap::default();
    for expr in exprs {
        if let Expr::Var(name, _) = expr {
            *reads.entry(*name).or_default() += 1;
        }
    }
    reads
}

/// Places of one text that edits take, no two of which touch the same text. Two insertions at one place do, because their
/// order would be a guess.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    /// By its start, the end of each.
    ranges: BTreeMap<TextSize, TextSize>,
}

impl Taken {
    /// Takes the places of edits; if one of them touches what is taken, none.
    pub(crate) fn take(&mut self, edits: &[TextEdit]) -> bool {
        for (at, edit) in edits.iter().enumerate() {
            if self.touches(edit.range) {
                for edit in edits.iter().take(at) {
                    self.ranges.remove(&edit.range.start());
                }
                return false;
            }
            self.ranges.insert(edit.range.start(), edit.range.end());
        }
        true
    }

    pub(crate) fn touches(&self, range: TextRange) -> bool {
        let before = self.ranges.range(..=range.start()).next_back();
        before.is_some_and(|(start, end)| *start == range.start() || *end > range.start())
            || self.ranges.range(range.start()..range.end()).next().is_some()
    }
}

/// Which of the fixes leave every file with no more syntax errors than before.
fn verified(vfs: &Vfs, fixes: &[(usize, Fix)]) -> Vec<bool> {
    // Fixes that make the same edits, as those of containers from one template do, are one here.
    let mut seen = FxHashSet::default();
    let mut by_file: BTreeMap<FileId, Vec<&[TextEdit]>> = BTreeMap::new();
    for (file, edits) in fixes.iter().flat_map(|(_, fix)| &fix.edits) {
        if seen.insert((*file, edits.as_slice())) {
            by_file.entry(*file).or_default().push(edits);
        }
    }
    let mut bad: FxHashSet<(FileId, &[TextEdit])> = FxHashSet::default();
    for (file, mut rest) in by_file {
        // Edits that touch others are left for the next round, so that there are as many rounds as rules that change one
        // place.
        while !rest.is_empty() {
            let mut taken = Taken::default();
            let (round, later) = rest.into_iter().partition(|edits| taken.take(edits));
            rest = later;
            try_together(vfs, file, &round, &mut |edits| {
                bad.insert((file, edits));
            });
        }
    }
    let is_good = |(_, fix): &(usize, Fix)| {
        let mut edits = fix.edits.iter();
        !edits.any(|(file, edits)| bad.contains(&(*file, edits.as_slice())))
    };
    fixes.iter().map(is_good).collect()
}

/// Finds those among edits that break a file. If all together do, each half is tried.
fn try_together<'e>(vfs: &Vfs, file: FileId, all: &[&'e [TextEdit]], bad: &mut impl FnMut(&'e [TextEdit])) {
    if parses(vfs, file, &all.concat()) {
        return;
    }
    if let [only] = all {
        bad(only);
        return;
    }
    let (left, right) = all.split_at(all.len() / 2);
    try_together(vfs, file, left, bad);
    try_together(vfs, file, right, bad);
}

fn parses(vfs: &Vfs, file: FileId, edits: &[TextEdit]) -> bool {
    let state = vfs.state(file);
    let fixed = apply_edits(&state.text, edits);
    nixpod_syntax::document(&fixed, state.language).errors.len() <= state.parsed().errors.len()
}
