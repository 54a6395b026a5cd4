//! What stands around container specs is edited at random: each spec must still be shown, left out or named.

use super::{Reached, judge};
use crate::census::{Status, declared};
use crate::edits::Random;
use anyhow::{Result, ensure};
use nixpod_analysis::{AnalysisHost, OsFileSystem, TextRange, Utf8Path, Utf8PathBuf};
use nixpod_source::ExprId;
use nixpod_surfaces::SpecSite;
use nixpod_syntax::ParsedFile;
use nixpod_syntax::hir::{Attrs, Expr};
use std::fmt::Write;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

/// What values around a spec become: arguments of functions that are not there, attributes, functions.
const WRAPPINGS: [(&str, &str); 6] = [
    ("(unknown.f ", ")"),
    ("(edited: ", ")"),
    ("{ edited = ", "; }"),
    ("(builtins.seq unknown [ ", " ])"),
    ("(if unknown then { } else ", ")"),
    ("(with unknown; ", ")"),
];

/// An edit of a file's text.
struct Edit {
    range: Range<usize>,
    new: String,
    /// How far it moves what is in it.
    shift: usize,
}

/// Edits around each tree's specs so many times, and tells which became silent.
pub fn survive(count: usize, trees: &[PathBuf]) -> Result<String> {
    let mut out = String::new();
    let mut silent = 0;
    for tree in trees {
        let tree = Utf8PathBuf::try_from(tree.clone())?.canonicalize_utf8()?;
        silent += edit(&tree, count, &mut out)?;
    }
    ensure!(silent == 0, "{out}{silent} specs became silent");
    Ok(out)
}

fn edit(tree: &Utf8Path, count: usize, out: &mut String) -> Result<usize> {
    let mut host = AnalysisHost::new(&[], Arc::new(OsFileSystem));
    host.set_project(tree.to_owned());
    let analysis = host.analysis();
    let mut specs: Vec<(Utf8PathBuf, SpecSite)> = Vec::new();
    let declared = declared(&analysis, tree);
    for path in analysis.files(&[tree.to_owned()]) {
        let text = analysis.file_id(&path).map(|file| analysis.text(file));
        let sites = nixpod_surfaces::census(&nixpod_syntax::parse(&text.unwrap_or_default()).hir).specs;
        // What is computed is told by whatever comes of it.
        let named = sites
            .into_iter()
            .filter(|site| site.name.is_some() && !site.is_of_own_option(&declared));
        specs.extend(named.map(|site| (path.clone(), site)));
    }
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let (mut made, mut silent) = (0, 0);
    for _ in 0..count {
        let Some((path, site)) = specs.get(random.below(specs.len())) else {
            break;
        };
        let file = analysis.file_id(path);
        let text = file.map(|file| analysis.text(file)).unwrap_or_default();
        let parsed = nixpod_syntax::parse(&text);
        let Some(edit) = random_edit(&text, &parsed, site, &mut random) else {
            continue;
        };
        let mut edited = text.to_string();
        edited.replace_range(edit.range.clone(), &edit.new);
        // A set that several bindings make together is no text that can be wrapped.
        if parsed.errors.is_empty() && !nixpod_syntax::parse(&edited).errors.is_empty() {
            continue;
        }
        let range = moved(&edit, Range::<usize>::from(site.range(&parsed)));
        host.set_buffer(path.clone(), Some(edited));
        let now = host.analysis();
        let report = now.show(&[tree.to_owned()]);
        made += 1;
        let reached = Reached::new(&report, tree);
        let place = now.file_id(path).map(|file| (file, range));
        let status = place.map(|place| judge(&report, &reached, place, site).0);
        if status == Some(Status::Silent) {
            silent += 1;
            let line = text.get(..edit.range.start).unwrap_or_default().lines().count();
            let name = site.name.as_deref().unwrap_or("<name>");
            let new: String = edit.new.chars().take(60).collect();
            let _ = writeln!(out, "{path}:{line}: `{name}` is silent once there is {new}");
        }
        host.set_buffer(path.clone(), None);
    }
    let _ = writeln!(out, "{tree}: {made} edits, {silent} silent");
    Ok(silent)
}

/// Where a range is after an edit that is around it, before it or behind it.
fn moved(edit: &Edit, range: Range<usize>) -> TextRange {
    let by = if edit.range.end <= range.start {
        edit.new.len() as isize - edit.range.len() as isize
    } else if edit.range.start <= range.start {
        edit.shift as isize
    } else {
        0
    };
    let at = |offset: usize| (offset.saturating_add_signed(by) as u32).into();
    TextRange::new(at(range.start), at(range.end))
}

/// An edit of what is around the module of a spec: something wrapped, renamed or deleted.
fn random_edit(text: &str, parsed: &ParsedFile, site: &SpecSite, random: &mut Random) -> Option<Edit> {
    let module = Range::<usize>::from(parsed.map.range(site.module.expr));
    let spec = Range::<usize>::from(site.range(parsed));
    let mut edits = Vec::new();
    for (index, expr) in parsed.hir.exprs().iter().enumerate() {
        let id = ExprId(index as u32);
        let range = Range::<usize>::from(parsed.map.range(id));
        let is_around = range.start <= module.start && module.end <= range.end && !range.is_empty();
        if let Expr::Attrs(attrs) | Expr::Let(attrs, _) = expr {
            edits.extend(of_bindings(parsed, attrs, (&module, &spec), random));
        }
        if is_around && !matches!(expr, Expr::Key(_)) {
            let (before, behind) = WRAPPINGS[random.below(WRAPPINGS.len())];
            let written = text.get(range.clone())?;
            edits.push(Edit {
                range,
                new: format!("{before}{written}{behind}"),
                shift: before.len(),
            });
        }
    }
    let at = random.below(edits.len());
    edits.into_iter().nth(at)
}

/// Keys around a module renamed, and bindings beside the spec deleted.
fn of_bindings(
    parsed: &ParsedFile,
    attrs: &Attrs,
    (module, spec): (&Range<usize>, &Range<usize>),
    random: &mut Random,
) -> Vec<Edit> {
    let mut out = Vec::new();
    for entry in &attrs.entries {
        let Some(binding) = parsed.map.binding_range(entry.key).map(Range::<usize>::from) else {
            continue;
        };
        let key = Range::<usize>::from(parsed.map.range(entry.key));
        let is_around = key.end <= module.start && module.end <= binding.end;
        let is_beside = binding.end <= spec.start || spec.end <= binding.start;
        if is_around {
            out.push(Edit {
                range: key,
                new: format!("edited{}", random.below(9)),
                shift: 0,
            });
        } else if is_beside {
            out.push(Edit {
                range: binding,
                new: String::new(),
                shift: 0,
            });
        }
    }
    out
}
