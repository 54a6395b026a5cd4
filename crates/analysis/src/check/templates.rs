//! Files that are called like Nix and that code takes for text: templates of code, mostly. What does not parse in them is
//! wrong for nobody.

use crate::check::candidates::mentioned;
use crate::vfs::Vfs;
use crate::vfs::paths::normalize;
use crate::vfs::state::FileState;
use crate::world::worlds::Known;
use camino::{Utf8Path, Utf8PathBuf};
use nixpod_source::{ExprId, FileId, TextSize};
use nixpod_syntax::hir::{AttrName, Expr};
use nixpod_syntax::{Hir, Parents};
use rustc_hash::FxHashSet;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Functions that take a file for what is written in it.
const READERS: [&str; 9] = [
    "readFile",
    "replaceVars",
    "replaceVarsWith",
    "substitute",
    "substituteAll",
    "substituteAllFiles",
    "templateFile",
    "toString",
    "hashFile",
];

/// What is called so is a file that is copied, or filled in.
const KEYS: [&str; 4] = ["source", "src", "template", "text"];

/// The files with syntax errors that code names only where it takes them for text, and those that it names otherwise.
pub(super) fn templates(
    vfs: &Vfs,
    files: &BTreeMap<Utf8PathBuf, FileId>,
) -> (FxHashSet<FileId>, FxHashSet<FileId>) {
    let mut out = FxHashSet::default();
    let broken: FxHashSet<FileId> = files
        .values()
        .copied()
        .filter(|file| is_broken(vfs, *file))
        .collect();
    let mut as_code = FxHashSet::default();
    if broken.is_empty() {
        return (out, as_code);
    }
    for (path, file) in files {
        let state = vfs.state(*file);
        let directory = path.parent().unwrap_or(Utf8Path::new(""));
        for (literal, named) in mentioned(&state.parsed().hir, directory) {
            let Some(named) = vfs
                .table
                .get(&normalize(&named))
                .filter(|file| broken.contains(file))
            else {
                continue;
            };
            match takes_text(&state.parsed().hir, state.parents(), literal) {
                true => out.insert(named),
                false => as_code.insert(named),
            };
        }
    }
    out.retain(|file| !as_code.contains(file));
    (out, as_code)
}

/// Marks in which a program fills something in.
const MARKS: [(&str, &str); 4] = [("{{", "}}"), ("{%", "%}"), ("[%", "%]"), ("<%", "%>")];

/// Does a text not parse where a program fills something in? Then it is no Nix as it stands, and nobody's mistake.
pub(super) fn is_filled_in(state: &FileState) -> bool {
    let line_at = |at: TextSize| {
        let (before, after) = state.text.split_at_checked(at.into())?;
        let begin = before.rfind('\n').map_or(0, |newline| newline + 1);
        let end = after
            .find('\n')
            .map_or(state.text.len(), |newline| before.len() + newline);
        state.text.get(begin..end)
    };
    let is_mark = |line: &str| {
        let mut marks = MARKS.iter();
        marks.any(|(open, close)| {
            line.split_once(open)
                .is_some_and(|(_, rest)| rest.contains(close))
        })
    };
    let errors = &state.parsed().errors;
    errors
        .first()
        .and_then(|error| line_at(error.range.start()))
        .is_some_and(is_mark)
}

/// Those that an evaluation read, and none as code.
pub(super) fn read_as_text(vfs: &Vfs, evaluated: &[Arc<Known>]) -> FxHashSet<FileId> {
    let all = evaluated.iter().flat_map(|known| known.reads.contents());
    let is_code = |file: &FileId| evaluated.iter().any(|known| known.reads.has_parsed(*file));
    all.filter(|file| is_broken(vfs, *file) && !is_code(file))
        .collect()
}

fn is_broken(vfs: &Vfs, file: FileId) -> bool {
    if vfs.table.path(file).extension() != Some("nix") {
        return false;
    }
    let state = vfs.state(file);
    state.problem.is_none() && !state.parsed().errors.is_empty()
}

/// Does code take the file of a path literal for text?
fn takes_text(hir: &Hir, parents: &Parents, literal: ExprId) -> bool {
    let Some(parent) = parents.parent(literal) else {
        return false;
    };
    match hir.expr(parent) {
        Expr::Str(_) => true,
        Expr::Apply(function, argument) if *argument == literal => {
            called(hir, *function).is_some_and(|name| READERS.contains(&name))
        }
        Expr::Attrs(_) | Expr::Let(..) => {
            let key = parents.key_of(literal).map(|key| hir.expr(key));
            matches!(key, Some(Expr::Key(name)) if KEYS.contains(&hir.name(*name).as_str()))
        }
        _ => false,
    }
}

/// The name of a function, whatever further arguments it has already.
fn called(hir: &Hir, mut function: ExprId) -> Option<&str> {
    loop {
        match hir.expr(function) {
            Expr::Apply(inner, _) => function = *inner,
            Expr::Var(name, _) => return Some(hir.name(*name)),
            Expr::Select(_, path, _) => {
                return match path.last()? {
                    AttrName::Static(name, ..) => Some(hir.name(*name)),
                    AttrName::Dynamic(..) => None,
                };
            }
            _ => return None,
        }
    }
}
