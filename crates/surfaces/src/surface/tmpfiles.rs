//! Files that `systemd-tmpfiles` puts in their places: lines of `systemd.tmpfiles.rules`, and the same as sets.

use crate::read::{Found, OptionReader};
use crate::surface::texts::{Runs, Written};
use crate::surface::written_files::{Wanted, of_store_path};
use crate::vocabulary::certainty::part;
use crate::vocabulary::shell::Addresses;
use crate::vocabulary::words::Word;
use nixpod_eval::Value;
use nixpod_model::{Existence, Field, SystemKind, Text};

/// Lines, of the machine's service manager and of those of users.
const RULES: [&[&str]; 2] = [
    &["systemd", "tmpfiles", "rules"],
    &["systemd", "user", "tmpfiles", "rules"],
];

/// The same by group, path and type.
const SETTINGS: &[&str] = &["systemd", "tmpfiles", "settings"];

/// A line, or what a set says of one.
struct Entry {
    /// How the file is made: a link, a copy, or with the content that is given.
    how: Option<char>,
    path: String,
    argument: Field<Text>,
}

/// The files whose paths are wanted, of lines that may name such a path. `runs` says who runs what is in one.
pub(crate) fn files(
    reader: &mut OptionReader<'_, '_>,
    config: &Found,
    kind: SystemKind,
    wanted: &Wanted,
    runs: impl Fn(&mut OptionReader<'_, '_>, &str) -> Runs,
) -> Vec<Written> {
    let mut all = of_rules(reader, config, wanted);
    if kind != SystemKind::Home {
        all.extend(of_settings(reader, config, wanted));
    }
    let mut out = Vec::new();
    for (option, entry, found) in all {
        let text = match entry.how {
            Some('L' | 'C') => of_store_path(reader, entry.argument, &found),
            Some('f' | 'F' | 'w') => entry.argument.map(unescaped),
            _ => continue,
        };
        let (conditions, open) = reader.conditions(found.when);
        out.push(Written {
            addresses: Addresses::default(),
            is_main: false,
            path: format!("{option}.\"{}\"", entry.path),
            text,
            runs: runs(reader, &entry.path),
            definitions: reader.keys_of(&found),
            existence: match open {
                true => Existence::Maybe(conditions),
                false => Existence::Certain,
            },
        });
    }
    out
}

/// The lines about such files, each with its option and its value.
fn of_rules(
    reader: &mut OptionReader<'_, '_>,
    config: &Found,
    wanted: &Wanted,
) -> Vec<(String, Entry, Found)> {
    let mut out = Vec::new();
    for path in RULES {
        let all = reader.option(config, path);
        // Most lines make folders, and need not be looked at.
        if reader.is_unset(&all) || reader.is_default(&all) || !may_say_any(reader, &all, wanted.entry) {
            continue;
        }
        for found in reader.elements(&all) {
            if reader.may_say(&found.value, wanted.entry)
                && let Some(entry) = entry(&reader.text(&found))
                && (wanted.file)(&entry.path)
            {
                out.push((path.join("."), entry, found));
            }
        }
    }
    out
}

/// The same of sets.
fn of_settings(
    reader: &mut OptionReader<'_, '_>,
    config: &Found,
    wanted: &Wanted,
) -> Vec<(String, Entry, Found)> {
    let mut out = Vec::new();
    let all = reader.option(config, SETTINGS);
    if reader.is_unset(&all) || reader.is_default(&all) {
        return out;
    }
    for (_, group) in reader.entries(&all).named {
        for (path, types) in reader.entries_called(&group, &|path| (wanted.file)(path)) {
            for (how, found) in reader.entries(&types).named {
                let found = reader.get(&found, "argument");
                let entry = Entry {
                    how: how.chars().next(),
                    path: path.clone(),
                    argument: reader.text(&found),
                };
                out.push((SETTINGS.join("."), entry, found));
            }
        }
    }
    out
}

/// May one of the elements of a list say something? Their conditions and places are not asked for.
fn may_say_any(reader: &mut OptionReader<'_, '_>, all: &Found, tells: fn(&str) -> bool) -> bool {
    let Ok(list) = reader.ev.list_or_open(all.value.clone(), all.site) else {
        return matches!(all.value.value, Value::Either(_));
    };
    list.elems.iter().any(|element| {
        let value = reader.ev.force_part(element.thunk);
        reader.may_say(&value, tells)
    })
}

/// The first words of a line (its type, the path, mode, user, group and age), each with where it begins, and where they end.
pub(crate) fn words(line: &str, count: usize) -> Option<(Vec<(&str, usize)>, usize)> {
    let mut words = Vec::with_capacity(count);
    let mut at = 0;
    while words.len() < count {
        let rest = line.get(at..)?;
        let start = at + (rest.len() - rest.trim_start().len());
        let word = line.get(start..)?.split_whitespace().next()?;
        at = start + word.len();
        words.push((word, start));
    }
    Some((words, at))
}

/// A line with what is left after those words.
fn entry(line: &Field<Text>) -> Option<Entry> {
    const BEFORE: usize = 6;
    let text = line.value()?;
    let pattern = text.pattern();
    let (words, at) = words(&pattern, BEFORE)?;
    let [(how, _), (path, _), ..] = words[..] else {
        return None;
    };
    let rest = pattern.get(at..)?;
    let start = at + (rest.len() - rest.trim_start().len());
    let end = start + rest.trim().len();
    let argument = Text {
        context: text.context.clone(),
        ..text.slice(start, end)
    };
    let origin = text.origin_of(start, end);
    Some(Entry {
        how: how.chars().next(),
        path: path.trim_matches('"').to_owned(),
        argument: part(line, argument, origin),
    })
}

/// What is written into a file: lines end with `\n`.
fn unescaped(text: &Text) -> Text {
    let pattern = text.pattern();
    let mut out = Word::default();
    let mut from = 0;
    let mut at = 0;
    while let Some(found) = pattern.get(at..).and_then(|rest| rest.find('\\')) {
        let start = at + found;
        let escape = pattern.get(start + 1..).and_then(|rest| rest.chars().next());
        let (c, length) = match escape {
            Some('n') => ('\n', 1),
            Some('t') => ('\t', 1),
            Some(c @ ('\\' | '"')) => (c, 1),
            _ => {
                at = start + 1;
                continue;
            }
        };
        out.push(from, start);
        at = start + 1 + length;
        out.push_escape(c, start, at);
        from = at;
    }
    out.push(from, pattern.len());
    out.text(text)
}
