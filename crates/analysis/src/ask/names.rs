//! Names of things that a project makes, as its code writes them: nothing is evaluated to find them.

use crate::check::snapshot::Analysis;
use crate::check::targets::Targets;
use camino::Utf8Path;
use nixpod_model::Surface;
use nixpod_source::{ExprId, FileId, TextSize};
use nixpod_syntax::hir::{Attrs, EntryValue, Expr, Hir};
use std::collections::BTreeSet;

/// What is to be named, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    Containers(Surface),
    Networks(Surface),
    Pods(Surface),
    Volumes(Surface),
}

impl Named {
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Containers(_) => "container",
            Self::Networks(_) => "network",
            Self::Pods(_) => "pod",
            Self::Volumes(_) => "volume",
        }
    }

    /// Where it is referred to, and for what is no container, the name of the set that it is in and the end of the name of
    /// its unit.
    const fn parts(self) -> (Surface, Option<(&'static str, &'static str)>) {
        match self {
            Self::Containers(surface) => (surface, None),
            Self::Networks(surface) => (surface, Some(("networks", ".network"))),
            Self::Pods(surface) => (surface, Some(("pods", ".pod"))),
            Self::Volumes(surface) => (surface, Some(("volumes", ".volume"))),
        }
    }
}

/// The names, sorted. What is just being written is none.
pub(crate) fn names(
    analysis: &Analysis,
    path: &Utf8Path,
    file: FileId,
    offset: TextSize,
    named: Named,
) -> BTreeSet<String> {
    let targets = Targets::find(&analysis.vfs, &analysis.targets_of(path));
    let mut out = BTreeSet::new();
    let (surface, unit) = named.parts();
    // Only these know units by their names: Podman itself takes such a name for one of its own.
    let knows_units = matches!(
        surface,
        Surface::Quadlet | Surface::QuadletNix | Surface::HomeManagerPodman
    );
    if unit.is_some() && !knows_units {
        return out;
    }
    for other in targets.files.values() {
        let state = analysis.vfs.state(*other);
        let parsed = state.parsed();
        match unit {
            None => {
                let sites = state.census().specs.iter().filter(|site| site.surface == surface);
                for site in sites {
                    let is_here = *other == file && parsed.map.range(site.key).contains_inclusive(offset);
                    out.extend(site.name.clone().filter(|name| !is_here && !name.contains('…')));
                }
            }
            Some((set, end)) => {
                let (path, end) = match surface {
                    Surface::HomeManagerPodman => (["services", "podman", set], ""),
                    _ => (["virtualisation", "quadlet", set], end),
                };
                let names = parsed.hir.names();
                if path.iter().all(|part| names.iter().any(|name| name == part)) {
                    keys_of(&parsed.hir, &path, &mut |name| {
                        out.insert(format!("{name}{end}"));
                    });
                }
            }
        }
    }
    if let Some((_, end)) = unit.filter(|_| surface != Surface::HomeManagerPodman) {
        let units = targets.texts.keys().filter_map(|path| path.file_name());
        out.extend(units.filter(|name| name.ends_with(end)).map(str::to_owned));
    }
    out
}

/// The names of the sets that a path leads to, wherever it begins.
fn keys_of(hir: &Hir, path: &[&str], take: &mut impl FnMut(&str)) {
    for expr in hir.exprs() {
        if let Expr::Attrs(attrs) | Expr::Let(attrs, _) = expr {
            within(hir, attrs, path, take);
        }
    }
}

fn within(hir: &Hir, attrs: &Attrs, path: &[&str], take: &mut impl FnMut(&str)) {
    let Some((first, rest)) = path.split_first() else {
        for entry in &attrs.entries {
            take(hir.name(entry.name));
        }
        return;
    };
    let bound = attrs.entries.iter().filter(|entry| hir.name(entry.name) == first);
    for entry in bound {
        if let EntryValue::Expr(value) = entry.value {
            sets_in(hir, value, &mut |attrs| within(hir, attrs, rest, take));
        }
    }
}

/// The sets that an expression is, or passes on.
pub(crate) fn sets_in(hir: &Hir, at: ExprId, take: &mut dyn FnMut(&Attrs)) {
    match hir.get(at) {
        Some(Expr::Attrs(attrs)) => take(attrs),
        Some(Expr::Apply(_, inner) | Expr::Let(_, inner) | Expr::With(_, inner) | Expr::Lambda(_, inner)) => {
            sets_in(hir, *inner, take);
        }
        Some(Expr::Binary(_, left, right)) => {
            sets_in(hir, *left, take);
            sets_in(hir, *right, take);
        }
        _ => {}
    }
}
