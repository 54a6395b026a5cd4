//! Hosts and containers, as outline of a file and for searches of the project.

use crate::convert::range;
use crate::snapshot::{Files, ProjectSnapshot, Snapshot};
use nixpod_analysis::{Symbol, SymbolKind};
use tower_lsp::ls_types as lsp;

/// So many symbols are given to a search: a list that nobody reads to its end is refined.
const MOST: usize = 500;

/// The outline of the snapshot's file.
pub(crate) fn document(snapshot: &Snapshot) -> lsp::DocumentSymbolResponse {
    let found = snapshot.analysis.symbols(&snapshot.path);
    let mut files = Files::new(snapshot);
    if !snapshot.client.nested_symbols {
        let flat = found.iter().filter_map(|symbol| information(&mut files, symbol));
        return lsp::DocumentSymbolResponse::Flat(flat.collect());
    }
    lsp::DocumentSymbolResponse::Nested(nested(&mut files, &found))
}

/// The symbols of projects that have what is asked for in their names, the nearest first.
pub(crate) fn of_projects(projects: &[ProjectSnapshot], query: &str) -> Vec<lsp::SymbolInformation> {
    let query = query.to_lowercase();
    let mut out: Vec<(u8, lsp::SymbolInformation)> = Vec::new();
    for project in projects {
        let mut files = Files::new(&project.snapshot);
        let found = project.snapshot.analysis.project_symbols(&project.targets);
        for symbol in &found {
            let Some(distance) = distance(&query, symbol) else {
                continue;
            };
            let known = |one: &lsp::SymbolInformation| out.iter().any(|(_, known)| known == one);
            let symbol = information(&mut files, symbol).filter(|one| !known(one));
            out.extend(symbol.map(|symbol| (distance, symbol)));
        }
    }
    out.sort_by_key(|(distance, _)| *distance);
    out.into_iter().take(MOST).map(|(_, symbol)| symbol).collect()
}

/// How far a symbol is from a query; nothing if neither its name nor what it is the name of has the letters in their
/// order.
fn distance(query: &str, symbol: &Symbol) -> Option<u8> {
    let name = symbol.name.to_lowercase();
    match name.find(query) {
        Some(0) if name.len() == query.len() => Some(0),
        Some(0) => Some(1),
        Some(_) => Some(2),
        None if has_letters(&name, query) => Some(3),
        None => has_letters(&format!("{name} {}", words(symbol)).to_lowercase(), query).then_some(4),
    }
}

fn has_letters(text: &str, query: &str) -> bool {
    let mut letters = text.chars();
    let mut wanted = query.chars().filter(|letter| !letter.is_whitespace());
    wanted.all(|wanted| letters.any(|letter| letter == wanted))
}

/// Those that stand in others become their children. They come sorted, the outer before the inner.
fn nested(files: &mut Files<'_>, found: &[Symbol]) -> Vec<lsp::DocumentSymbol> {
    let mut open: Vec<(&Symbol, lsp::DocumentSymbol)> = Vec::new();
    let mut out = Vec::new();
    for symbol in found {
        let is_outside = |outer: &Symbol| !outer.whole.range.contains_range(symbol.whole.range);
        while open
            .last()
            .is_some_and(|(outer, _)| is_outside(outer) || outer.whole == symbol.whole)
        {
            close(&mut open, &mut out);
        }
        open.push((symbol, document_symbol(files, symbol)));
    }
    while !open.is_empty() {
        close(&mut open, &mut out);
    }
    out
}

fn close(open: &mut Vec<(&Symbol, lsp::DocumentSymbol)>, out: &mut Vec<lsp::DocumentSymbol>) {
    let Some((_, closed)) = open.pop() else { return };
    match open.last_mut() {
        Some((_, outer)) => outer.children.get_or_insert_default().push(closed),
        None => out.push(closed),
    }
}

fn document_symbol(files: &mut Files<'_>, symbol: &Symbol) -> lsp::DocumentSymbol {
    #[expect(deprecated, reason = "the field has to be given")]
    lsp::DocumentSymbol {
        name: name(symbol),
        detail: Some(words(symbol)),
        kind: kind(symbol),
        tags: None,
        deprecated: None,
        range: range(files, symbol.whole),
        selection_range: range(files, symbol.span),
        children: None,
    }
}

fn information(files: &mut Files<'_>, symbol: &Symbol) -> Option<lsp::SymbolInformation> {
    let view = files.view(symbol.span.file);
    let uri = files.snapshot.uri(&view.path)?;
    let range = range(files, symbol.span);
    #[expect(deprecated, reason = "the field has to be given")]
    Some(lsp::SymbolInformation {
        name: name(symbol),
        kind: kind(symbol),
        tags: None,
        deprecated: None,
        location: lsp::Location { uri, range },
        container_name: Some(words(symbol)),
    })
}

/// The protocol forbids names that are empty or blank.
fn name(symbol: &Symbol) -> String {
    match symbol.name.trim() {
        "" => "\"\"".to_owned(),
        _ => symbol.name.clone(),
    }
}

/// So many hosts are named.
const HOSTS: usize = 3;

fn words(symbol: &Symbol) -> String {
    let SymbolKind::Container(surface) = symbol.kind else {
        return "host".to_owned();
    };
    let named: Vec<&str> = symbol.hosts.iter().take(HOSTS).map(String::as_str).collect();
    let more = match symbol.hosts.len().saturating_sub(HOSTS) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{} on {}{more}", surface.as_str(), named.join(", "))
}

const fn kind(symbol: &Symbol) -> lsp::SymbolKind {
    match symbol.kind {
        SymbolKind::Host => lsp::SymbolKind::MODULE,
        SymbolKind::Container(_) => lsp::SymbolKind::OBJECT,
    }
}
