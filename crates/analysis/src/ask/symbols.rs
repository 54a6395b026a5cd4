//! What has a name in the code: hosts and containers, for outlines and searches.

use crate::ask::names::sets_in;
use crate::check::outcome::Outcome;
use crate::check::places::span_of_origin;
use crate::check::snapshot::Analysis;
use crate::vfs::Files;
use crate::vfs::spans::span_of;
use crate::world::worlds::Known;
use camino::{Utf8Path, Utf8PathBuf};
use nixpod_model::{Container, Role, Surface, World};
use nixpod_source::{ExprId, FileId, Span};
use nixpod_syntax::hir::{EntryValue, Expr, Hir};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// What a symbol is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SymbolKind {
    /// A host of a flake.
    Host,
    /// A container of this surface.
    Container(Surface),
}

/// A host or a container where it is defined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// What it is.
    pub kind: SymbolKind,
    /// Its name.
    pub name: String,
    /// The hosts that have it, sorted; of a host there are none.
    pub hosts: Vec<String>,
    /// The name in the code.
    pub span: Span,
    /// The whole definition around it.
    pub whole: Span,
}

impl Analysis {
    /// The hosts and containers that are defined in a file, in the order of the text, each once.
    pub fn symbols(&self, path: &Utf8Path) -> Vec<Symbol> {
        let Some(file) = self.file_id(path) else {
            return Vec::new();
        };
        let outcome = self.outcome(&self.targets_of(path));
        let mut found = Found::new(self);
        found.hosts(&outcome, |hosts| hosts == file);
        found.containers(&outcome, |files, container| {
            places(files, container)
                .into_iter()
                .filter(|span| span.file == file)
                .collect()
        });
        found.finish()
    }

    /// The hosts and containers of all that a check of these targets is about, each where it is defined first.
    pub fn project_symbols(&self, targets: &[Utf8PathBuf]) -> Vec<Symbol> {
        let outcome = self.outcome(&self.asked(targets).targets);
        let mut found = Found::new(self);
        found.hosts(&outcome, |_| true);
        found.containers(&outcome, |files, container| {
            home(files, container).into_iter().collect()
        });
        found.finish()
    }
}

/// The containers of an outcome with the world that each is in. What a variant repeats is left out.
pub(crate) fn containers(outcome: &Outcome) -> impl Iterator<Item = (&World, &Container)> {
    outcome.worlds.iter().flat_map(|known| {
        let all = known.world.containers.values().map(|container| &**container);
        let told = all.filter(|container| !known.world.is_repeated(container));
        told.map(|container| (&known.world, container))
    })
}

/// Where a container is defined, if only one place is to be named: the key with its own set, or else its first key.
pub(crate) fn home(files: &Files<'_>, container: &Container) -> Option<Span> {
    let keys = places(files, container);
    let own = span_of_origin(files, &container.origin);
    let has_own =
        |key: &&Span| own.is_some_and(|own| whole(files, **key).is_some_and(|whole| contains(whole, own)));
    keys.iter().find(has_own).or(keys.first()).copied()
}

fn contains(outer: Span, inner: Span) -> bool {
    outer.file == inner.file && outer.range.contains_range(inner.range)
}

/// The binding of a key.
pub(crate) fn whole(files: &Files<'_>, key: Span) -> Option<Span> {
    let state = files.readable(key.file)?;
    let map = &state.parsed().map;
    let at = map.expr_at(key.range.start())?;
    let range = map
        .binding_range(at)
        .filter(|whole| whole.contains_range(key.range))?;
    Some(Span {
        file: key.file,
        range,
    })
}

/// Everywhere that it is defined: the keys of its definitions.
pub(crate) fn places(files: &Files<'_>, container: &Container) -> Vec<Span> {
    let keys = container.definitions.iter();
    let mut out: Vec<Span> = keys.filter_map(|place| span_of(files, *place)).collect();
    if out.is_empty() {
        out.extend(span_of_origin(files, &container.origin));
    }
    out
}

/// Symbols as they are found, by what makes two of them one.
struct Found<'a> {
    analysis: &'a Analysis,
    files: Files<'a>,
    symbols: Vec<Symbol>,
    index: FxHashMap<(SymbolKindKey, String, Span), usize>,
}

type SymbolKindKey = Option<Surface>;

impl<'a> Found<'a> {
    fn new(analysis: &'a Analysis) -> Self {
        Self {
            analysis,
            files: Files::new(&analysis.vfs),
            symbols: Vec::new(),
            index: FxHashMap::default(),
        }
    }

    fn containers(&mut self, outcome: &Outcome, places: impl Fn(&Files<'_>, &Container) -> Vec<Span>) {
        for (world, container) in containers(outcome) {
            for span in places(&self.files, container) {
                let host = &world.host(&container.host).name;
                let kind = SymbolKind::Container(container.surface);
                self.add(kind, &container.name, Some(host), span);
            }
        }
    }

    /// Hosts of flakes stand in the code as keys. Files that are taken as hosts have names of their own.
    fn hosts(&mut self, outcome: &Outcome, is_wanted: impl Fn(FileId) -> bool) {
        for known in &outcome.worlds {
            let hosts =
                { known.world.hosts.values() }.filter(|host| host.from_flake && host.role == Role::Host);
            let names: Vec<&str> = hosts.map(|host| host.name.as_str()).collect();
            if names.is_empty() {
                continue;
            }
            for (name, span) in keys_of_hosts(&self.files, known, &is_wanted) {
                if names.contains(&name.as_str()) {
                    self.add(SymbolKind::Host, &name, None, span);
                }
            }
        }
    }

    fn add(&mut self, kind: SymbolKind, name: &str, host: Option<&str>, span: Span) {
        let surface = match kind {
            SymbolKind::Host => None,
            SymbolKind::Container(surface) => Some(surface),
        };
        let next = self.symbols.len();
        let at = *self.index.entry((surface, name.to_owned(), span)).or_insert(next);
        if at == next {
            self.symbols.push(Symbol {
                kind,
                name: name.to_owned(),
                hosts: Vec::new(),
                span,
                whole: whole(&self.files, span).unwrap_or(span),
            });
        }
        if let (Some(symbol), Some(host)) = (self.symbols.get_mut(at), host)
            && !symbol.hosts.iter().any(|known| known == host)
        {
            symbol.hosts.push(host.to_owned());
        }
    }

    fn finish(self) -> Vec<Symbol> {
        let mut out = self.symbols;
        for symbol in &mut out {
            symbol.hosts.sort();
        }
        let order = |symbol: &Symbol| {
            let path = self.analysis.path(symbol.span.file);
            let (start, end) = (symbol.whole.range.start(), symbol.whole.range.end());
            (
                path,
                start,
                std::cmp::Reverse(end),
                symbol.kind,
                symbol.name.clone(),
            )
        };
        out.sort_by_cached_key(order);
        out
    }
}

/// The output that hosts are in.
const HOSTS: &str = "nixosConfigurations";

/// The keys that stand for hosts in the files of a flake.
fn keys_of_hosts(
    files: &Files<'_>,
    known: &Arc<Known>,
    is_wanted: impl Fn(FileId) -> bool,
) -> Vec<(String, Span)> {
    let mut out = Vec::new();
    for file in known.reads.parsed_files().filter(|file| is_wanted(*file)) {
        let Some(state) = files.readable(file) else {
            continue;
        };
        let parsed = state.parsed();
        if !parsed.hir.names().iter().any(|name| name == HOSTS) {
            continue;
        }
        for (name, key) in entries_of(&parsed.hir, HOSTS) {
            let range = parsed.map.range(key);
            out.push((name, Span { file, range }));
        }
    }
    out
}

/// The keys in the sets that are bound to a name, through functions around them.
fn entries_of(hir: &Hir, name: &str) -> Vec<(String, ExprId)> {
    let mut out = Vec::new();
    for expr in hir.exprs() {
        let (Expr::Attrs(attrs) | Expr::Let(attrs, _)) = expr else {
            continue;
        };
        let bound = attrs.entries.iter().filter(|entry| hir.name(entry.name) == name);
        for entry in bound {
            if let EntryValue::Expr(value) = entry.value {
                sets_in(hir, value, &mut |attrs| {
                    let keys = attrs.entries.iter();
                    out.extend(keys.map(|entry| (hir.name(entry.name).to_string(), entry.key)));
                });
            }
        }
    }
    out
}
