//! One word in the many ways in which it can be written.

use crate::random::Random;

/// A string of Nix.
pub(super) fn nix(text: &str) -> String {
    let escaped = text
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace("${", "\\${");
    format!("\"{escaped}\"")
}

/// A list of Nix.
pub(super) fn nix_list<S: AsRef<str>>(texts: &[S]) -> String {
    let words: Vec<String> = texts.iter().map(|text| nix(text.as_ref())).collect();
    format!("[ {} ]", words.join(" "))
}

/// An indented string of Nix.
pub(super) fn nix_lines(text: &str) -> String {
    let escaped = text.replace("''", "'''").replace("${", "''${");
    format!("''\n{}\n''", escaped.trim_end())
}

fn is_plain(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=/.,:@+".contains(c);
    !text.is_empty() && text.chars().all(plain)
}

/// A word for a shell.
pub(super) fn shell(word: &str, random: &mut Random) -> String {
    match random.below(6) {
        0 if !word.contains('\'') => format!("'{word}'"),
        1 => doubly(word, &['"', '\\', '$', '`']),
        2 => word
            .chars()
            .map(|c| match is_plain(&c.to_string()) {
                true => c.to_string(),
                false => format!("\\{c}"),
            })
            .collect(),
        3 => halves(word, |left, right| {
            format!("{}{}", doubly(left, &['"', '\\', '$', '`']), single(right))
        }),
        _ if is_plain(word) => word.to_owned(),
        _ => single(word),
    }
}

/// A word for systemd and for Podman's generator; `%` begins a specifier there.
pub(super) fn systemd(word: &str, random: &mut Random) -> String {
    let word = word.replace('%', "%%");
    match random.below(6) {
        0 if !word.contains(['\'', '\\']) => format!("'{word}'"),
        1 => doubly(&word, &['"', '\\']),
        2 => {
            let escaped = word.replace('\\', "\\\\").replace(' ', "\\x20");
            escaped.replace('"', "\\\"").replace('\'', "\\'")
        }
        _ if is_plain(&word) => word,
        _ => doubly(&word, &['"', '\\']),
    }
}

fn single(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

fn doubly(word: &str, escaped: &[char]) -> String {
    let mut out = "\"".to_owned();
    for c in word.chars() {
        if escaped.contains(&c) {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

fn halves(word: &str, both: impl Fn(&str, &str) -> String) -> String {
    let middle = word.char_indices().nth(word.chars().count() / 2);
    let (left, right) = word.split_at(middle.map_or(0, |(at, _)| at));
    both(left, right)
}
