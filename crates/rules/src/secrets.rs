//! What looks like a secret: by its shape, or by the name it is given to.
//!
//! The cost of a false alarm is high here: real configurations carry hundreds of variables. So a name counts by its
//! last words only (`DB_PASSWORD`, not `PASSWORD_STORE`), and a value that is a path, a reference, a switch or empty
//! never counts.

mod names;
mod shapes;
#[cfg(test)]
mod tests;

pub(crate) use names::{Announced, announced_by};

use crate::paths::HOLE;
use nixpod_analysis::Severity;
use shapes::shape;

/// What was recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    /// Where in the text.
    pub(crate) range: (usize, usize),
    /// What it is.
    pub(crate) kind: Kind,
}

/// Kinds of secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The value of something whose name says secret.
    Named,
    /// The same, and anybody can guess it.
    Placeholder,
    /// Recognised by its shape alone; in words.
    Shape(&'static str),
    /// A password hash.
    Hash,
}

impl Kind {
    /// How bad it is that everybody can read it.
    pub(crate) const fn severity(self) -> Severity {
        match self {
            Self::Hash => Severity::Low,
            _ => Severity::High,
        }
    }
}

/// Judges a value that is given to a name.
pub(crate) fn judge(name: &str, value: &str) -> Option<Hit> {
    if let Some(hit) = shape(value) {
        return Some(hit);
    }
    let whole = (0, value.len());
    let announced = announced_by(name);
    if is_hash(value) && (announced.is_some() || name.to_ascii_lowercase().contains("pass")) {
        return Some(Hit {
            range: whole,
            kind: Kind::Hash,
        });
    }
    let announced = announced?;
    if !can_be_secret(announced, value) {
        return None;
    }
    Some(Hit {
        range: whole,
        kind: if is_placeholder(value) {
            Kind::Placeholder
        } else {
            Kind::Named
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

/// Secrets in the lines of a configuration or environment file, as `(name, hit)`, the name empty for shapes.
pub(crate) fn judge_lines(text: &str) -> Vec<(String, Hit)> {
    let mut hits = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let found = match shape(line) {
            Some(hit) => Some((String::new(), hit)),
            None => assignment(line).and_then(|(name, from, value)| {
                let identical = name.eq_ignore_ascii_case(value);
                let mut hit = judge(name, value).filter(|_| !identical)?;
                hit.range = (hit.range.0 + from, hit.range.1 + from);
                Some((name.to_owned(), hit))
            }),
        };
        if let Some((name, mut hit)) = found {
            hit.range = (hit.range.0 + start, hit.range.1 + start);
            hits.push((name, hit));
        }
        start += line.len();
    }
    hits
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
    let quoted = raw
        .strip_prefix('"')
        .and_then(|r| r.strip_suffix('"'))
        .or_else(|| raw.strip_prefix('\'').and_then(|r| r.strip_suffix('\'')));
    let value = quoted.unwrap_or(raw);
    let plain = |c: char| !c.is_whitespace() && !"(){}[]<>\"'`".contains(c);
    if value.is_empty() || !value.chars().all(plain) {
        return None;
    }
    // Only white space and a quote can stand before the value, and it contains neither, so the first hit is it.
    let from = at + 1 + after.find(value)?;
    Some((name, from, value))
}

/// Could this value be a secret of that sort, and not a switch, a path or a reference?
fn can_be_secret(announced: Announced, value: &str) -> bool {
    let value = value.trim();
    let lower = value.to_ascii_lowercase();
    const SWITCHES: [&str; 25] = [
        "",
        "true",
        "false",
        "yes",
        "no",
        "on",
        "off",
        "0",
        "1",
        "none",
        "null",
        "nil",
        "undefined",
        "unset",
        "auto",
        "generate",
        "generated",
        "random",
        "disabled",
        "enabled",
        "disable",
        "enable",
        "optional",
        "required",
        "-",
    ];
    const WORDS: [&str; 12] = [
        "default", "bearer", "jwt", "header", "cookie", "session", "basic", "oauth", "oauth2", "bot",
        "token", "query",
    ];
    if SWITCHES.contains(&lower.as_str()) || is_reference(value) || value.contains(HOLE) {
        return false;
    }
    if says_not_needed(&lower) {
        return false;
    }
    match announced {
        Announced::Password => true,
        Announced::Key if lower.contains("dummy") || lower.contains("fake") => false,
        Announced::Key => {
            value.len() >= 4
                && !WORDS.contains(&lower.as_str())
                && !(value.len() <= 8 && value.chars().all(|c| c.is_ascii_digit()))
        }
    }
}

/// Fillers for programs that insist on a value which nothing checks.
fn says_not_needed(lower: &str) -> bool {
    let letters: String = lower.chars().filter(char::is_ascii_alphabetic).collect();
    const PARTS: [&str; 11] = [
        "doesnotmatter",
        "doesntmatter",
        "dontcare",
        "notneeded",
        "notrequired",
        "notused",
        "notapplicable",
        "notset",
        "nokey",
        "notoken",
        "irrelevant",
    ];
    const WHOLE: [&str; 6] = ["unused", "ignored", "anything", "whatever", "nopassword", "na"];
    PARTS.iter().any(|part| letters.contains(part)) || WHOLE.contains(&letters.as_str())
}

/// A path, a URL or the name of a place where the secret is: not the secret itself.
fn is_reference(value: &str) -> bool {
    let value = value.trim();
    const PREFIXES: [&str; 26] = [
        "/",
        "./",
        "../",
        "~/",
        "file:",
        "{{",
        "{%",
        "<%",
        "%(",
        "%d/",
        "%t/",
        "%h/",
        "env:",
        "env.",
        "env/",
        "vault:",
        "op://",
        "bws:",
        "ref+",
        "sops:",
        "!secret",
        "!env",
        "secret:",
        "secrets.",
        "keyring:",
        "credential:",
    ];
    let mut chars = value.chars();
    let variable = chars.next() == Some('$')
        && chars
            .next()
            .is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, '_' | '{' | '('))
        && !is_hash(value);
    let framed =
        |mark: &str| value.len() > 2 * mark.len() && value.starts_with(mark) && value.ends_with(mark);
    PREFIXES.iter().any(|prefix| value.starts_with(prefix))
        || variable
        || framed("@")
        || framed("__")
        || framed("%")
        || framed("#")
        || value.contains("://")
        || value.contains("/run/secrets")
}

/// Values that stand in manuals: live, and known to everybody.
fn is_placeholder(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    const PARTS: [&str; 17] = [
        "changeme",
        "change_me",
        "change-me",
        "change me",
        "your_",
        "your-",
        "yourpass",
        "yoursecret",
        "placeholder",
        "example",
        "replace",
        "insert",
        "dummy",
        "todo",
        "fixme",
        "xxxx",
        "supersecret",
    ];
    const WHOLE: [&str; 20] = [
        "password", "passwd", "pass", "secret", "admin", "root", "test", "postgres", "mysql", "mariadb",
        "redis", "user", "guest", "default", "12345", "123456", "12345678", "1234", "qwerty", "letmein",
    ];
    PARTS.iter().any(|part| lower.contains(part)) || WHOLE.contains(&lower.as_str())
}

/// A password hash in the usual notations; a doubled dollar sign is how composed files escape one.
pub(crate) fn is_hash(value: &str) -> bool {
    let value = value.trim().replace("$$", "$");
    let after_user = value.split_once(':').map_or("", |(_, rest)| rest);
    const MARKS: [&str; 12] = [
        "$1$", "$2a$", "$2b$", "$2y$", "$5$", "$6$", "$7$", "$y$", "$gy$", "$argon2", "$apr1$", "{SSHA",
    ];
    MARKS
        .iter()
        .any(|mark| value.starts_with(mark) || after_user.starts_with(mark))
}
