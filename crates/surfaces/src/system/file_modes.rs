//! Modes that `systemd-tmpfiles` is told to give what seems to be a secret, or a folder of such.

use crate::read::{Found, OptionReader};
use crate::surface::tmpfiles::words;
use crate::system::users::tmpfiles_rules;
use crate::vocabulary::certainty::part;
use nixpod_model::{Field, ManagedSecret, System, Text};

/// Types of lines that set a mode.
const TYPES: &str = "fFCdDevqQzZ";

/// What is in the path of what may be a secret.
const WORDS: [&str; 8] = [
    "agenix",
    "credential",
    "/keys",
    ".key",
    "passw",
    "private",
    "secret",
    "token",
];

/// Reads them into a system.
pub(super) fn read(reader: &mut OptionReader<'_, '_>, config: &Found, system: &mut System) {
    for found in tmpfiles_rules(reader, config, may_be_secret) {
        let line = reader.text(&found);
        let out = &mut system.managed_secrets;
        out.extend(of_line(&line));
    }
    let groups = reader.option(config, &["systemd", "tmpfiles", "settings"]);
    if !reader.is_written(&groups) {
        return;
    }
    for (_, group) in reader.entries(&groups).named {
        for (path, types) in reader.entries_called(&group, &may_be_secret) {
            for (line, found) in reader.entries(&types).named {
                let mode = reader.get(&found, "mode");
                let line = line.chars().next().filter(|line| TYPES.contains(*line));
                if let Some(line) = line
                    && reader.is_written(&mode)
                {
                    let mode = reader.text(&mode);
                    system.managed_secrets.push(secret(path.clone(), line, mode));
                }
            }
        }
    }
}

fn may_be_secret(text: &str) -> bool {
    WORDS.iter().any(|word| text.contains(word))
}

fn secret(path: String, line: char, mode: Field<Text>) -> ManagedSecret {
    ManagedSecret {
        option: path,
        line: Some(line),
        mode: Some(mode),
        owner: None,
        group: None,
    }
}

/// A line: its type, the path and the mode.
fn of_line(line: &Field<Text>) -> Option<ManagedSecret> {
    let text = line.value()?;
    let pattern = text.pattern();
    let (words, _) = words(&pattern, 3)?;
    let [(kind, _), (path, _), (mode, start)] = words[..] else {
        return None;
    };
    let kind = kind.chars().next().filter(|kind| TYPES.contains(*kind))?;
    let path = path.trim_matches('"');
    if mode == "-" || !may_be_secret(path) {
        return None;
    }
    let end = start + mode.len();
    let mode = part(line, text.slice(start, end), text.origin_of(start, end));
    Some(secret(path.to_owned(), kind, mode))
}
