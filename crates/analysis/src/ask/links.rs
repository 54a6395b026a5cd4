//! Files that a file names.

use crate::check::snapshot::Analysis;
use crate::check::targets::Targets;
use crate::vfs::Files;
use crate::vfs::disk::FileKind;
use camino::{Utf8Path, Utf8PathBuf};
use nixpod_source::{ExprId, FileId, TextRange, TextSize};
use nixpod_syntax::Language;
use nixpod_syntax::hir::{EntryValue, Expr, Hir, PathKind, StrPart};

/// The name of a file in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Where it is named.
    pub range: TextRange,
    /// The file.
    pub target: Utf8PathBuf,
}

/// How the names of units end that others refer to.
const UNITS: [&str; 6] = [".network", ".volume", ".pod", ".container", ".image", ".build"];

impl Analysis {
    /// The modules that a file imports and the units that it refers to, as far as they are there, in the order of the text.
    pub fn links(&self, path: &Utf8Path) -> Vec<Link> {
        let Some(file) = self.file_id(path) else {
            return Vec::new();
        };
        let mut out = units(self, path, file);
        if self.vfs.state(file).language == Language::Nix {
            out.extend(imports(self, file));
        }
        out.sort_by_key(|link| (link.range.start(), link.range.end()));
        out
    }
}

/// Names under which paths are modules.
const LISTS: [&str; 3] = ["imports", "modules", "sharedModules"];

fn imports(analysis: &Analysis, file: FileId) -> Vec<Link> {
    let files = Files::new(&analysis.vfs);
    let Some(state) = files.readable(file) else {
        return Vec::new();
    };
    let parsed = state.parsed();
    let hir = &parsed.hir;
    let mut named: Vec<ExprId> = Vec::new();
    for expr in hir.exprs() {
        match expr {
            Expr::Attrs(attrs) => {
                let lists = attrs
                    .entries
                    .iter()
                    .filter(|entry| LISTS.contains(&hir.name(entry.name).as_str()));
                for entry in lists {
                    if let EntryValue::Expr(value) = entry.value {
                        elements(hir, value, &mut named);
                    }
                }
            }
            Expr::Apply(function, argument) if is_import(hir, *function) => named.push(*argument),
            _ => {}
        }
    }
    named.sort_unstable();
    named.dedup();
    let folder = analysis.vfs.table.path(file);
    let folder = folder.parent().unwrap_or(&folder);
    let links = named.iter().filter_map(|at| {
        let target = module(analysis, folder, written(hir, *at)?)?;
        let range = parsed.map.range(*at);
        Some(Link { range, target })
    });
    links.collect()
}

fn is_import(hir: &Hir, function: ExprId) -> bool {
    match hir.get(function) {
        Some(Expr::Var(name, _)) => hir.name(*name) == "import",
        _ => false,
    }
}

/// The elements of lists, also of those that are put together.
fn elements(hir: &Hir, at: ExprId, out: &mut Vec<ExprId>) {
    match hir.get(at) {
        Some(Expr::List(list)) => out.extend(list.iter().copied()),
        Some(Expr::Binary(_, left, right)) => {
            elements(hir, *left, out);
            elements(hir, *right, out);
        }
        Some(Expr::Apply(_, inner) | Expr::With(_, inner) | Expr::Let(_, inner)) => {
            elements(hir, *inner, out)
        }
        _ => {}
    }
}

/// A path that is written out.
fn written(hir: &Hir, at: ExprId) -> Option<&str> {
    match hir.get(at)? {
        Expr::Path(PathKind::Relative, parts) => match &**parts {
            [StrPart::Text(path)] => Some(path),
            _ => None,
        },
        _ => None,
    }
}

/// The file that a path is as a module.
fn module(analysis: &Analysis, folder: &Utf8Path, path: &str) -> Option<Utf8PathBuf> {
    let path = analysis.vfs.resolve(&folder.join(path)).ok()?;
    let path = match analysis.vfs.link_kind(&path)? {
        FileKind::Directory => path.join("default.nix"),
        _ => path,
    };
    (analysis.vfs.link_kind(&path) == Some(FileKind::Regular))
        .then(|| analysis.path(analysis.vfs.file(&path)))
}

/// Words that are names of units, those of the same folder first.
fn units(analysis: &Analysis, path: &Utf8Path, file: FileId) -> Vec<Link> {
    let text = analysis.text(file);
    if !UNITS.iter().any(|end| text.contains(end)) {
        return Vec::new();
    }
    let all = Targets::find(&analysis.vfs, &analysis.targets_of(path)).texts;
    let own = analysis.vfs.table.path(file);
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '@');
    let mut out = Vec::new();
    let mut at = 0;
    for word in text.split_inclusive(|c| !is_word(c)) {
        let start = at;
        at += word.len();
        let name = word.trim_end_matches(|c| !is_word(c));
        if !UNITS
            .iter()
            .any(|end| name.len() > end.len() && name.ends_with(end))
        {
            continue;
        }
        let named = all
            .keys()
            .filter(|unit| unit.file_name() == Some(name) && **unit != own);
        let target = named.min_by_key(|unit| (unit.parent() != own.parent(), (*unit).clone()));
        if let Some(target) = target.and_then(|target| all.get(target)) {
            out.push(Link {
                range: TextRange::at(TextSize::new(start as u32), TextSize::of(name)),
                target: analysis.path(*target),
            });
        }
    }
    out
}
