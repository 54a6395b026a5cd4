//! Scripts that are files of the project: what a text runs of them is read with the text, and not by itself.

use super::inside::follow;
use super::names::names_program;
use crate::read::{Found, OptionReader};
use nixpod_eval::{ContextItem, FileKind, Value};
use nixpod_model::{StoreRef, Text, TextPart};
use nixpod_source::{Origin, Outside, Utf8Path, Why};
use std::sync::Arc;

/// Scripts in scripts are read to this depth, as everywhere.
const MAX_WRITTEN: u32 = 3;

/// What a file is taken for while it is not known whether the text runs it: this command, with its number.
const RUNS_FILE: &str = "nixpod-runs-file";

/// May a value name a file of the project that is a script and runs containers? Only names and contents are looked at.
pub(super) fn may_name_script(reader: &OptionReader<'_, '_>, found: &Found) -> bool {
    match &found.value.value {
        Value::Path(path) => is_script(reader, path),
        Value::String(string) => string.context.iter().flat_map(|items| items.iter()).any(|item| {
            matches!(item, ContextItem::Copied { path, .. }
                if is_script(reader, path) || kind(reader, path) == Some(FileKind::Directory))
        }),
        _ => false,
    }
}

fn kind(reader: &OptionReader<'_, '_>, path: &str) -> Option<FileKind> {
    reader.ev.source().kind(Utf8Path::new(path)).ok().flatten()
}

/// Is a file a text that names an engine's program? To look at it is not to read it: only what is read is left out of the
/// scripts that nothing runs.
fn is_script(reader: &OptionReader<'_, '_>, path: &str) -> bool {
    if kind(reader, path) != Some(FileKind::Regular) {
        return false;
    }
    let content = reader.ev.source().read(Utf8Path::new(path));
    content.is_ok_and(|content| std::str::from_utf8(&content).is_ok_and(names_program))
}

/// Is a file of the project a script for a shell by its first line, which names an engine's program?
pub(super) fn begins_as_script(reader: &OptionReader<'_, '_>, path: &str) -> bool {
    let path = reader.absolute(path);
    if !is_script(reader, &path) {
        return false;
    }
    let content = reader.ev.source().read(Utf8Path::new(&path)).unwrap_or_default();
    std::str::from_utf8(&content).is_ok_and(nixpod_syntax::begins_as_script)
}

/// A text with the scripts of the project that it runs: each stands in its context as one that Nix writes. What it has from
/// files is placed there.
pub(super) fn with_files(reader: &OptionReader<'_, '_>, text: &Text, is_unit_line: bool) -> Text {
    let mut text = reader.in_files(&with_name(reader, text), MAX_WRITTEN);
    let scripts = scripts(reader, &text);
    if scripts.is_empty() {
        return text;
    }
    let mut probe = text.clone();
    for (number, (name, _)) in scripts.iter().enumerate() {
        probe.context.push(StoreRef::Written {
            name: name.clone(),
            text: Box::new(Text::known(format!("{RUNS_FILE} {number}"), Origin::default())),
            is_program: true,
        });
    }
    let followed = follow(&probe, is_unit_line, |program| program == RUNS_FILE);
    for (number, (name, path)) in scripts.into_iter().enumerate() {
        let is_it = |word: &str| word == number.to_string();
        let first = |line: &crate::vocabulary::shell::Line| line.words.first()?.text.as_known();
        let runs = { followed.lines.iter() }.any(|line| first(line).is_some_and(|word| is_it(&word)));
        if runs && let Ok(script) = reader.file_text(&path) {
            text.context.push(StoreRef::Written {
                name,
                text: Box::new(script),
                is_program: true,
            });
        }
    }
    text
}

/// A value that is nothing but a path is the file's path in the store, or as good as that.
fn with_name(reader: &OptionReader<'_, '_>, text: &Text) -> Text {
    let ([TextPart::Known { origin, .. }], [StoreRef::Path { path, .. }]) =
        (&text.parts[..], &text.context[..])
    else {
        return text.clone();
    };
    if !is_script(reader, &reader.absolute(path)) {
        return text.clone();
    }
    let why = Why::External(Arc::new(Outside::store_path_of(last(path))));
    let origin = origin.clone();
    Text {
        parts: vec![TextPart::Hole { why, origin }],
        context: text.context.clone(),
    }
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// The scripts to which a text refers, each by the name that its hole has and what stands behind that, and its path. Two of
/// one name could not be told apart.
fn scripts(reader: &OptionReader<'_, '_>, text: &Text) -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> = Vec::new();
    for reference in &text.context {
        let (StoreRef::Copied { path, .. } | StoreRef::Path { path, .. }) = reference else {
            continue;
        };
        let path = reader.absolute(path);
        let named = last(&path).to_owned();
        match kind(reader, &path) {
            Some(FileKind::Regular) => out.push((named, path)),
            Some(FileKind::Directory) => {
                out.extend(
                    behind(text, &named).map(|below| (format!("{named}{below}"), format!("{path}{below}"))),
                );
            }
            _ => {}
        }
    }
    out.sort();
    out.dedup();
    out.retain(|(_, path)| is_script(reader, path));
    let names: Vec<String> = out.iter().map(|(name, _)| name.clone()).collect();
    out.retain(|(name, _)| names.iter().filter(|other| *other == name).count() == 1);
    out
}

/// What stands behind the store path of a folder: `/bin/run.sh`.
fn behind<'t>(text: &'t Text, named: &'t str) -> impl Iterator<Item = &'t str> {
    text.parts.windows(2).filter_map(move |parts| match parts {
        [TextPart::Hole { why, .. }, TextPart::Known { text, .. }]
            if why.name().and_then(|name| name.strip_prefix("store path of ")) == Some(named) =>
        {
            let is_end = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ';' | '&' | '|' | ')');
            let below = text.split(is_end).next().unwrap_or_default();
            below.starts_with('/').then_some(below)
        }
        _ => None,
    })
}
