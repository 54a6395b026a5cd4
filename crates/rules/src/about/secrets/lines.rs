//! Secrets in texts of many lines or words: configuration files, command lines, documents of JSON.

use super::names::{Announced, announced_by, is_of_some_key};
use super::shapes::{private_key, shape};
use super::sql::passwords;
use super::values::{can_be_secret, is_hash, is_key_in_hex, is_placeholder, is_reference, looks_random};
use crate::about::paths::HOLE;
use crate::about::secrets::hit::{Hit, Kind};

/// Secrets in the lines of a configuration or environment file, as `(name, hit)`, the name empty for shapes.
pub(crate) fn judge_lines(text: &str) -> Vec<(String, Hit)> {
    let mut hits = Vec::new();
    let mut start = 0;
    // A key goes over many lines, and what stands in them is no name and value.
    if let Some(hit) = private_key(text) {
        hits.push((String::new(), hit));
    }
    for line in text.split_inclusive('\n') {
        let is_known = |hit: &Hit| {
            let mut hits = hits.iter().map(|(_, known): &(String, Hit)| known.range);
            hits.any(|known| known.0 <= hit.range.0 + start && hit.range.1 + start <= known.1)
        };
        match shape(line).filter(|hit| !is_known(hit)) {
            Some(hit) => hits.push((String::new(), hit.moved(start))),
            None => {
                let found = pairs(line)
                    .chain(assignment(line))
                    .chain(netrc(line))
                    .chain(echoed(line));
                for (name, from, value) in found {
                    let identical = name.eq_ignore_ascii_case(value);
                    if let Some(hit) = judge(name, value).filter(|_| !identical) {
                        let hit = hit.moved(start + from);
                        let is_new = |known: &(String, Hit)| known.1.range != hit.range;
                        if hits.iter().all(is_new) {
                            hits.push((name.to_owned(), hit));
                        }
                    }
                }
            }
        }
        start += line.len();
    }
    for hit in passwords(text) {
        let is_new = |known: &(String, Hit)| known.1.range.1 <= hit.range.0 || hit.range.1 <= known.1.range.0;
        if hits.iter().all(is_new) {
            hits.push(("PASSWORD".to_owned(), hit));
        }
    }
    hits
}

/// `echo 'name=value' > file`: name, start of the value, value.
fn echoed(line: &str) -> Option<(&str, usize, &str)> {
    let program = line.split_whitespace().next()?;
    if !matches!(program, "echo" | "printf") || !line.contains('>') {
        return None;
    }
    let start = line.find('\'')? + 1;
    let inside = line.get(start..)?.split('\'').next()?;
    let (name, value) = inside.split_once('=')?;
    (is_name(name) && is_literal(value)).then_some((name, start + name.len() + 1, value))
}

/// `machine host login ann password hunter2`, as in netrc(5).
fn netrc(line: &str) -> Option<(&str, usize, &str)> {
    let all: Vec<(usize, &str)> = words(line).collect();
    let is_machine = matches!(all.first(), Some((_, "machine" | "default")));
    let at = all
        .iter()
        .position(|(_, word)| *word == "password")
        .filter(|_| is_machine)?;
    let (start, value) = *all.get(at + 1)?;
    Some(("password", start, value))
}

/// `name = "value"`, `name: value`, `export NAME=value`: name, start of the value, value. Anything that looks like
/// program text is left alone.
fn assignment(line: &str) -> Option<(&str, usize, &str)> {
    let trimmed = line.trim_start();
    if trimmed.starts_with(['#', ';', '/', '*', '-', '<']) {
        return None;
    }
    let at = line.find(['=', ':'])?;
    let (before, after) = (line.get(..at)?, line.get(at + 1..)?);
    let name = before.trim().trim_matches(['"', '\'']);
    let name = name.strip_prefix("export ").unwrap_or(name).trim();
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if name.is_empty() || !name.chars().all(is_name) {
        return None;
    }
    let raw = after.trim();
    let raw = raw.trim_end_matches([',', ';']);
    let value = unquoted(raw);
    if !is_literal(value) {
        return None;
    }
    // Only white space and a quote can stand before the value, and it contains neither, so the first hit is it.
    let from = at + 1 + after.find(value)?;
    Some((name, from, value))
}

/// Does it stand for itself, and not for what a shell, a format or a program puts there?
fn is_literal(value: &str) -> bool {
    let stands_out = |c: char| c.is_whitespace() || "(){}[]<>\"'`\\".contains(c);
    !value.is_empty() && !value.contains(stands_out) && !is_format(value)
}

/// `%s` and the like, of `printf`.
fn is_format(value: &str) -> bool {
    let mut chars = value.chars();
    chars.next() == Some('%') && chars.next().is_some_and(|c| c.is_ascii_alphabetic()) && value.len() <= 3
}

fn unquoted(raw: &str) -> &str {
    let inside = |mark: char| raw.strip_prefix(mark).and_then(|rest| rest.strip_suffix(mark));
    inside('"').or_else(|| inside('\'')).unwrap_or(raw)
}

/// `"name": "value"` and `"NAME=value"` wherever they stand in a line, as JSON has them: name, start of the value, value.
fn pairs(line: &str) -> impl Iterator<Item = (&str, usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let (start, end) = quoted(line, at)?;
            at = end + 1;
            let text = line.get(start..end)?;
            let rest = line.get(end + 1..).unwrap_or_default();
            let between = rest.len() - rest.trim_start().len();
            if rest.trim_start().starts_with(':') {
                let after = end + 1 + between + 1;
                let blank = line.get(after..)?;
                let from = after + (blank.len() - blank.trim_start().len());
                if line.get(from..).is_some_and(|value| value.starts_with('"'))
                    && let Some((start, end)) = quoted(line, from)
                {
                    let value = line.get(start..end)?;
                    if is_name(text) && is_literal(value) {
                        at = end + 1;
                        return Some((text, start, value));
                    }
                }
            } else if let Some((name, value)) = text.split_once('=')
                && is_name(name)
                && is_literal(value)
            {
                return Some((name, start + name.len() + 1, value));
            }
        }
    })
}

fn is_name(text: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    !text.is_empty() && text.chars().all(is_letter)
}

/// The next string in double quotes from there on: where what is between them begins and ends.
fn quoted(line: &str, from: usize) -> Option<(usize, usize)> {
    let start = from + line.get(from..)?.find('"')? + 1;
    let mut is_escaped = false;
    for (at, c) in line.get(start..)?.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return Some((start, start + at)),
            _ => {}
        }
    }
    None
}

/// Programs whose `-p` is followed by a password without a blank.
const TAKES_P: [&str; 6] = [
    "mysql",
    "mysqladmin",
    "mysqldump",
    "mariadb",
    "mariadb-admin",
    "mariadb-dump",
];

/// Programs whose `-a` is followed by one.
const TAKES_A: [&str; 3] = ["redis-cli", "valkey-cli", "keydb-cli"];

/// Secrets among the words of a command line, as `(option, hit)`: `--requirepass hunter2`, `--password=hunter2`.
pub(crate) fn judge_words(text: &str) -> Vec<(String, Hit)> {
    let mut hits = Vec::new();
    let mut words = words(text).peekable();
    let mut takes_p = false;
    let mut takes_a = false;
    while let Some((at, word)) = words.next() {
        if !word.starts_with('-') {
            let program = word.rsplit('/').next().unwrap_or(word);
            takes_p |= TAKES_P.contains(&program);
            takes_a |= TAKES_A.contains(&program);
            if let Some((name, value)) = word.split_once('=')
                && is_name(name)
                && announced_by(name).is_some()
                && let Some(hit) = judge_literal(name, unquoted(value))
            {
                let from = at + word.len() - value.len() + value.find(unquoted(value)).unwrap_or(0);
                hits.push((name.to_owned(), hit.moved(from)));
            }
            continue;
        }
        if let Some(password) = word.strip_prefix("-p").filter(|rest| rest.len() > 3)
            && takes_p
            && let Some(hit) = judge_literal("password", unquoted(password))
        {
            hits.push(("-p".to_owned(), hit.moved(at + 2)));
            continue;
        }
        if word == "-a"
            && takes_a
            && let Some((from, password)) = words.peek().copied()
            && let Some(hit) = judge_literal("password", unquoted(password))
        {
            hits.push((
                "-a".to_owned(),
                hit.moved(from + password.find(unquoted(password)).unwrap_or(0)),
            ));
            continue;
        }
        let (option, value, from) = match word.split_once('=') {
            Some((option, value)) => (option, value, at + option.len() + 1),
            None => match words.peek() {
                Some((next, value)) if !value.starts_with('-') => (word, *value, *next),
                _ => continue,
            },
        };
        let inside = unquoted(value);
        let from = from + value.find(inside).unwrap_or(0);
        if let Some(hit) = judge_option(option, inside).filter(|_| is_literal(inside)) {
            hits.push((option.to_owned(), hit.moved(from)));
        }
    }
    hits
}

fn judge_literal(name: &str, value: &str) -> Option<Hit> {
    judge(name, value).filter(|_| is_literal(value))
}

/// A value that is given to an option of a program, or to the last part of a label's name. A key is one there whatever it
/// is the key of, if it looks like one.
pub(crate) fn judge_option(option: &str, value: &str) -> Option<Hit> {
    let name = option.trim_start_matches('-');
    if announced_by(name).is_some() {
        return judge(name, value);
    }
    let last = name.rsplit(['-', '_', '.']).next().unwrap_or(name);
    let is_key = last.eq_ignore_ascii_case("key") && !name.to_ascii_lowercase().contains("public");
    (is_key && looks_random(value)).then_some(Hit {
        range: (0, value.len()),
        kind: Kind::Named,
    })
}

/// What a name and a value that is a text by itself have in them: a document, a command line, a user with a password.
pub(super) fn inside(name: &str, value: &str) -> Option<Hit> {
    let trimmed = value.trim_start();
    if value.trim().contains('\n') || trimmed.starts_with('{') {
        return judge_lines(value).into_iter().next().map(|(_, hit)| hit);
    }
    let has_options = |mark: &str| value.contains(&format!(" {mark}")) || trimmed.starts_with(mark);
    if has_options("--") || value.contains("--") && value.contains(char::is_whitespace) || has_options("-D") {
        return judge_words(value).into_iter().next().map(|(_, hit)| hit);
    }
    const PAIRS: [&str; 4] = ["CREDENTIALS", "CREDS", "USERPASS", "BASIC_AUTH"];
    let upper = name.to_ascii_uppercase();
    // Other names that end so may have a host with its port, or two words of a protocol.
    let is_login = || {
        let password = value.split_once(':').map_or("", |(_, password)| password);
        let has = |is: fn(&char) -> bool| password.chars().any(|c| is(&c));
        (upper == "AUTH" || upper.ends_with("_AUTH"))
            && password.len() >= 8
            && has(char::is_ascii_digit)
            && has(char::is_ascii_alphabetic)
    };
    if (PAIRS.iter().any(|end| upper.ends_with(end)) || is_login())
        && let Some((user, password)) = value.split_once(':')
        && !user.is_empty()
        && is_name(user)
        && password.len() >= 4
        && !password.contains([':', '/'])
        && let Some(hit) = judge_value(Announced::Password, password)
    {
        return Some(hit.moved(user.len() + 1));
    }
    None
}

/// Words at blanks, with where they begin.
pub(super) fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split(char::is_whitespace).filter_map(move |word| {
        let start = at;
        at += word.len() + 1;
        (!word.is_empty()).then_some((start, word))
    })
}

/// Judges a value that is given to a name.
pub(crate) fn judge(name: &str, value: &str) -> Option<Hit> {
    if let Some(hit) = shape(value) {
        return Some(hit);
    }
    let whole = (0, value.len());
    let announced = announced_by(name);
    // Keys that look like hashes are keys all the same: nobody gives a service the hash of its key to send.
    let is_sent = ["API_KEY", "ACCESS_KEY", "SECRET_KEY"]
        .iter()
        .any(|end| name.to_ascii_uppercase().ends_with(end));
    if is_hash(value) && !is_sent && (announced.is_some() || name.to_ascii_lowercase().contains("pass")) {
        return Some(Hit {
            range: whole,
            kind: Kind::Hash,
        });
    }
    match announced {
        // A document is no password, but may have one in it.
        Some(announced) if !value.trim().contains('\n') => judge_value(announced, value),
        _ if is_of_some_key(name) && is_key_in_hex(value) => Some(Hit {
            range: whole,
            kind: Kind::Named,
        }),
        _ => inside(name, value),
    }
}

/// Does another command of the same text put something else in the place of what was found: `sed -i "s|SLOT|$TOKEN|"`,
/// `replace-secret SLOT file`? What is written down is no secret then, but where one comes.
pub(super) fn is_replaced(text: &str, hit: &Hit) -> bool {
    let (from, to) = hit.range;
    let Some(value) = text.get(from..to).filter(|value| value.len() >= 4) else {
        return false;
    };
    if !matches!(hit.kind, Kind::Named | Kind::Placeholder) {
        return false;
    }
    let mut start = 0;
    let mut program = None;
    for line in text.split_inclusive('\n') {
        let range = start..start + line.len();
        start = range.end;
        program = program.or_else(|| {
            { words(line) }.find_map(|(_, word)| match word.rsplit('/').next() {
                Some("replace-secret") => Some(true),
                Some("sed" | "perl" | "awk" | "gawk") => Some(false),
                _ => None,
            })
        });
        let is_other = !range.contains(&from);
        if let Some(takes_files) = program.filter(|_| is_other)
            && let Some((_, after)) = line.split_once(value)
            && (takes_files || after.contains(['$', '`', HOLE]))
        {
            return true;
        }
        // A backslash goes on with the same command.
        if !line.trim_end().ends_with('\\') {
            program = None;
        }
    }
    false
}

fn judge_value(announced: Announced, value: &str) -> Option<Hit> {
    can_be_secret(announced, value).then(|| Hit {
        range: (0, value.len()),
        kind: match is_placeholder(value) {
            true => Kind::Placeholder,
            false => Kind::Named,
        },
    })
}

/// Judges a value that is a credential for certain, such as a user's password.
pub(crate) fn judge_credential(value: &str) -> Option<Hit> {
    if value.trim().is_empty() || value.contains(HOLE) {
        return None;
    }
    let kind = if is_hash(value) {
        Kind::Hash
    } else if is_reference(value) {
        return None;
    } else if is_placeholder(value) {
        Kind::Placeholder
    } else {
        Kind::Named
    };
    Some(Hit {
        range: (0, value.len()),
        kind,
    })
}
