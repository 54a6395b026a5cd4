//! From options to where they are set, and from findings to what they are about.

use crate::ask::symbols::{containers, home, places, whole};
use crate::check::outcome::Outcome;
use crate::check::snapshot::Analysis;
use crate::vfs::Files;
use crate::vfs::spans::span_of;
use crate::world::evaluate::Extent;
use crate::world::worlds::Known;
use camino::Utf8Path;
use nixpod_model::{Container, OwnOption};
use nixpod_source::{ExprId, FileId, HopKind, Place, Span, TextRange, TextSize};
use nixpod_syntax::hir::Expr;
use std::sync::Arc;

/// Where something leads to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Destinations {
    /// What was asked about.
    pub from: TextRange,
    /// The places, the most important first, each once.
    pub places: Vec<Span>,
}

impl Analysis {
    /// From an option of a container to the definition that counts, from a container to where it is defined, from a finding
    /// to the steps that lead to it.
    pub fn definition(&self, path: &Utf8Path, offset: TextSize) -> Option<Destinations> {
        Asked::new(self, path, offset)?.destinations(true)
    }

    /// From an option of a container to all of its definitions, from a container to all files that define it.
    pub fn references(&self, path: &Utf8Path, offset: TextSize) -> Option<Destinations> {
        Asked::new(self, path, offset)?.destinations(false)
    }
}

/// Options that name other containers.
const REFER: [&str; 1] = ["dependsOn"];

struct Asked<'a> {
    analysis: &'a Analysis,
    outcome: Arc<Outcome>,
    files: Files<'a>,
    file: FileId,
    offset: TextSize,
}

impl<'a> Asked<'a> {
    fn new(analysis: &'a Analysis, path: &Utf8Path, offset: TextSize) -> Option<Self> {
        Some(Self {
            file: analysis.file_id(path)?,
            outcome: analysis.outcome(&analysis.targets_of(path)),
            files: Files::new(&analysis.vfs),
            analysis,
            offset,
        })
    }

    fn destinations(&self, only_winning: bool) -> Option<Destinations> {
        let key = key_at(&self.files, self.file, self.offset);
        // What stands in a value is known better to servers for the language.
        let here = key
            .as_ref()
            .filter(|key| key.span.range.contains_inclusive(self.offset));
        let of_key = here.and_then(|key| {
            let container = self.container(key.span, only_winning);
            container.or_else(|| self.option(key, only_winning))
        });
        let of_name = || self.named(key.as_ref().filter(|key| REFER.contains(&key.name.as_str()))?);
        of_key
            .or_else(of_name)
            .or_else(|| self.finding().filter(|_| only_winning))
    }

    /// The containers that a word in the value of an option names.
    fn named(&self, key: &Key) -> Option<Destinations> {
        let state = self.files.readable(self.file)?;
        let parsed = state.parsed();
        let range = parsed.map.range(parsed.map.expr_at(self.offset)?);
        let word = state.text.get(std::ops::Range::<usize>::from(range))?;
        let name = word.strip_prefix('"')?.strip_suffix('"')?;
        // It runs beside those whose option this is.
        let beside = |one: &Container| {
            let all = places(&self.files, one);
            all.iter().any(|place| {
                whole(&self.files, *place).is_some_and(|whole| whole.range.contains_range(key.span.range))
            })
        };
        let near: Vec<_> = containers(&self.outcome).filter(|(_, one)| beside(one)).collect();
        let is_it = |one: &Container| {
            one.name == name
                && near
                    .iter()
                    .any(|(_, other)| other.system == one.system && other.surface == one.surface)
        };
        let named = containers(&self.outcome).filter(|(_, one)| is_it(one));
        let out = named.filter_map(|(_, one)| home(&self.files, one));
        found(range, out.collect())
    }

    /// The places of a container whose name is here.
    fn container(&self, key: Span, only_one: bool) -> Option<Destinations> {
        let mut out = Vec::new();
        for (_, container) in containers(&self.outcome) {
            let all = places(&self.files, container);
            if !all.contains(&key) {
                continue;
            }
            match only_one {
                true => out.extend(home(&self.files, container)),
                false => out.extend(all),
            }
        }
        found(key.range, out)
    }

    /// The definitions of an option whose name is here.
    fn option(&self, key: &Key, only_winning: bool) -> Option<Destinations> {
        let worlds: Vec<Arc<Known>> = { self.outcome.worlds.iter() }
            .filter(|known| known.reads.has_parsed(self.file))
            .cloned()
            .collect();
        let mut out = Vec::new();
        for (_, listed) in self.analysis.listed(&worlds, Extent::Options) {
            for option in listed.options.values().flatten() {
                if last_name(option) != key.name {
                    continue;
                }
                let all = defined(&self.files, option);
                if all.iter().any(|one| one.key.span == key.span) {
                    let wanted = all.iter().filter(|one| one.won || !only_winning);
                    out.extend(wanted.map(|one| one.key.span));
                }
            }
        }
        found(key.span.range, out)
    }

    /// The steps to the findings that are here.
    fn finding(&self) -> Option<Destinations> {
        let here = |span: Span| span.file == self.file && span.range.contains_inclusive(self.offset);
        let findings = self.outcome.findings.iter().map(|checked| &checked.reported);
        let mut from = None;
        let mut out = Vec::new();
        for reported in findings.filter(|reported| reported.suppressed.is_none()) {
            let diagnostic = &reported.diagnostic;
            let primary = diagnostic.primary.span;
            if here(primary) {
                from.get_or_insert(primary.range);
                out.extend(diagnostic.trail.iter().map(|label| label.span));
            }
        }
        found(from?, out)
    }
}

fn found(from: TextRange, places: Vec<Span>) -> Option<Destinations> {
    let mut out = Destinations {
        from,
        places: Vec::new(),
    };
    for place in places {
        if !out.places.contains(&place) {
            out.places.push(place);
        }
    }
    (!out.places.is_empty()).then_some(out)
}

/// Where code defines an option.
pub(crate) struct Defined {
    pub(crate) key: Key,
    /// What is written there, if it is no more than the name of something else.
    pub(crate) literal: Option<Span>,
    /// Does it take part in the value?
    pub(crate) won: bool,
}

/// Everywhere that an option is defined by its name, each once.
pub(crate) fn defined(files: &Files<'_>, option: &OwnOption) -> Vec<Defined> {
    let name = last_name(option);
    let named = |place: Place| {
        let span = span_of(files, place)?;
        let key = key_at(files, span.file, span.range.start())?;
        (key.name == name).then_some((key, span))
    };
    let mut out: Vec<Defined> = Vec::new();
    for definition in &option.value.definitions {
        let of_key = definition.key.and_then(named).map(|(key, _)| key);
        let of_value = named(definition.place);
        let span = span_of(files, definition.place);
        let key = of_key.or(of_value.map(|(key, _)| key));
        if let (Some(key), Some(span)) = (key, span)
            && !out.iter().any(|one| one.key.span == key.span)
        {
            out.push(Defined {
                literal: key.holds(span).then_some(span),
                key,
                won: definition.won,
            });
        }
    }
    // The value may be written elsewhere, and only its name here.
    let hops = option.value.origin.hops.iter();
    for hop in hops.filter(|hop| hop.kind == HopKind::Merge) {
        if let Some((key, _)) = named(hop.place)
            && !out.iter().any(|one| one.key.span == key.span)
        {
            out.push(Defined {
                key,
                literal: None,
                won: true,
            });
        }
    }
    out.sort_by_key(|one| !one.won);
    out
}

/// The last piece of an option's name.
fn last_name(option: &OwnOption) -> &str {
    let last = option.name.rsplit('.').next().unwrap_or_default();
    last.trim_matches('"')
}

/// The name of a binding.
pub(crate) struct Key {
    name: String,
    pub(crate) span: Span,
    /// The text of its value.
    pub(crate) value: TextRange,
}

impl Key {
    fn holds(&self, span: Span) -> bool {
        span.file == self.span.file && self.value.contains_range(span.range)
    }
}

/// Through so many functions and operators a value belongs to the name that it is bound to.
const MAX_AROUND: usize = 6;

/// The name at a place, or that of the binding whose value is there.
fn key_at(files: &Files<'_>, file: FileId, offset: TextSize) -> Option<Key> {
    let state = files.readable(file)?;
    let (parsed, parents) = (state.parsed(), state.parents());
    let at = parsed.map.expr_at(offset)?;
    let key = |key: ExprId| {
        let value = parsed.map.range(parents.value_of(key)?);
        let name = match parsed.hir.get(key)? {
            Expr::Key(name) => parsed.hir.name(*name).to_string(),
            _ => return None,
        };
        let span = Span {
            file,
            range: parsed.map.range(key),
        };
        Some(Key { name, span, value })
    };
    if matches!(parsed.hir.get(at), Some(Expr::Key(_))) {
        return key(at);
    }
    let around = std::iter::successors(Some(at), |at| parents.parent(*at)).take(MAX_AROUND);
    let mut inner =
        around.take_while(|at| !matches!(parsed.hir.get(*at), Some(Expr::Attrs(_) | Expr::Let(..))));
    inner.find_map(|at| parents.key_of(at)).and_then(key)
}
