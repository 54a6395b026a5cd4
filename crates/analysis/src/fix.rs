//! From a rule's intent to text edits that are known to parse.

use crate::check::Checked;
use crate::edits;
use crate::labels::span_of;
use crate::rule::{Change, Intent};
use crate::uses::Uses;
use crate::vfs::Vfs;
use crate::worlds::Evaluated;
use nixpod_source::{Applicability, FileId, Fix, HopKind, Origin, Place, TextEdit, TextRange, apply_edits};
use nixpod_syntax::hir::{Expr, VarRef};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Gives every finding its fixes. Those that cannot be written as edits, or would not parse, are left out.
pub(crate) fn resolve_all(vfs: &Vfs, worlds: &[Arc<Evaluated>], findings: &mut [Checked]) {
    let mut uses = None;
    let mut all = Vec::new();
    for (index, checked) in findings.iter_mut().enumerate() {
        let Some(finding) = &checked.finding else { continue };
        for intent in &finding.fixes {
            let uses = uses.get_or_insert_with(|| Uses::count(worlds));
            if let Some(fix) = resolve(vfs, uses, intent) {
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
}

fn resolve(vfs: &Vfs, uses: &Uses, intent: &Intent) -> Option<Fix> {
    let mut edits: BTreeMap<FileId, Vec<TextEdit>> = BTreeMap::new();
    let mut applicability = intent.applicability;
    for change in &intent.changes {
        let (place, new) = edits_of(vfs, change)?;
        edits.entry(place.site.file).or_default().extend(new);
        applicability = applicability.max(match change {
            Change::Remove(origin) | Change::Replace(origin, _) | Change::AppendBeside(origin, _) => {
                limit(vfs, uses, origin, place)
            }
            // A set that several containers are made from: each of them gets the option.
            Change::SetIn(..) if uses.is_shared(place.site) => Applicability::Unsafe,
            Change::SetIn(..) => Applicability::Safe,
        });
    }
    for list in edits.values_mut() {
        list.sort_by_key(|edit| (edit.range.start(), edit.range.end()));
        list.dedup();
        if list
            .windows(2)
            .any(|pair| matches!(pair, [a, b] if overlap(a.range, b.range)))
        {
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
fn edits_of(vfs: &Vfs, change: &Change) -> Option<(Place, Vec<TextEdit>)> {
    let (Change::Remove(origin)
    | Change::Replace(origin, _)
    | Change::SetIn(origin, ..)
    | Change::AppendBeside(origin, _)) = change;
    let place = origin.place()?;
    span_of(vfs, place)?;
    // Inputs of a flake are read, but they are not the user's to change.
    if !vfs.in_project(&vfs.table.path(place.site.file)) {
        return None;
    }
    let edits = edits::edits_of(&vfs.state(place.site.file), place, change)?;
    Some((place, edits))
}

/// A literal that other things use as well is not changed for one of them.
fn limit(vfs: &Vfs, uses: &Uses, origin: &Origin, place: Place) -> Applicability {
    if uses.is_shared(place.site) {
        return Applicability::DisplayOnly;
    }
    let through = |hop: &&nixpod_source::Hop| hop.kind == HopKind::Binding;
    for hop in origin.hops.iter().skip(1).filter(through) {
        if !is_only_use(vfs, hop.place) {
            return Applicability::Unsafe;
        }
    }
    Applicability::Safe
}

/// Is this the only place that reads the variable? For other reads, such as of an attribute, nobody knows.
fn is_only_use(vfs: &Vfs, place: Place) -> bool {
    if span_of(vfs, place).is_none() {
        // A step inside of the built-in library reads no variable of the user.
        return true;
    }
    let parsed = vfs.state(place.site.file).parsed();
    match parsed.hir.exprs.get(place.site.expr.0 as usize) {
        Some(Expr::Var(name, VarRef::Local { .. })) => {
            let same = |expr: &&Expr| matches!(expr, Expr::Var(other, _) if other == name);
            parsed.hir.exprs.iter().filter(same).count() == 1
        }
        _ => false,
    }
}

/// Do two edits touch the same text? Two insertions at one place do, because their order would be a guess.
pub(crate) fn overlap(a: TextRange, b: TextRange) -> bool {
    a.start() == b.start() || (a.start() < b.end() && b.start() < a.end())
}

/// Which of the fixes leave every file with no more syntax errors than before.
///
/// All fixes of a file that do not overlap are tried at once, and one by one only if that fails.
fn verified(vfs: &Vfs, fixes: &[(usize, Fix)]) -> Vec<bool> {
    let mut good = vec![true; fixes.len()];
    let mut by_file: FxHashMap<FileId, Vec<usize>> = FxHashMap::default();
    let mut files = Vec::new();
    for (index, (_, fix)) in fixes.iter().enumerate() {
        for file in fix.edits.keys() {
            let list = by_file.entry(*file).or_default();
            if list.is_empty() {
                files.push(*file);
            }
            list.push(index);
        }
    }
    for file in files {
        let indices = by_file.remove(&file).unwrap_or_default();
        let edits_of = |index: &usize| fixes.get(*index).and_then(|(_, fix)| fix.edits.get(&file));
        let mut together: Vec<TextEdit> = Vec::new();
        let mut alone = Vec::new();
        for index in &indices {
            let edits = edits_of(index).map_or(&[][..], Vec::as_slice);
            let clash = |edit: &TextEdit| together.iter().any(|other| overlap(edit.range, other.range));
            if edits.iter().any(clash) {
                alone.push(*index);
            } else {
                together.extend_from_slice(edits);
            }
        }
        if !parses(vfs, file, &together) {
            alone.clone_from(&indices);
        }
        for index in alone {
            let edits = edits_of(&index).map_or(&[][..], Vec::as_slice);
            if let Some(good) = good.get_mut(index)
                && !parses(vfs, file, edits)
            {
                *good = false;
            }
        }
    }
    good
}

fn parses(vfs: &Vfs, file: FileId, edits: &[TextEdit]) -> bool {
    let state = vfs.state(file);
    let fixed = apply_edits(&state.text, edits);
    nixpod_syntax::parse(&fixed).errors.len() <= state.parsed().errors.len()
}
