//! The recordings as text.
//!
//! ```text
//! === nspawn ephemeral
//! containers.c = { config = { }; ephemeral = true; };
//! --- 24.11 25.05
//! c $ systemd-nspawn --keep-unit ...
//! c + DeviceAllow=/dev/net/tun rwm
//! ```
//!
//! A line of what is made names its container, its unit or its file. After `$` the words that the engine is told, after `+` settings of
//! the service that the engine or the kernel obeys, after `|` the lines of a unit for Podman's generator or of a file, after `!` why
//! there is no command, or no file. A release without lines refuses the spec.

use super::spec::Kind;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The words and lines of one container.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Command {
    /// The words, the program first.
    pub words: Vec<String>,
    /// Settings of its service.
    pub service: Vec<String>,
    /// The unit that the generator reads, or the file.
    pub unit: Vec<String>,
    /// Why there are no words.
    pub problem: Option<String>,
}

/// What is made of a spec, by container or unit.
pub type Made = BTreeMap<String, Command>;

/// A spec and what is made of it.
#[derive(Clone, Debug)]
pub struct Golden {
    /// What it is about.
    pub name: String,
    /// Whose modules read it.
    pub kind: Kind,
    /// What a module says.
    pub text: String,
    /// What is made of it, by releases.
    pub made: Vec<(Vec<String>, Made)>,
}

/// The recording as text.
pub fn print(versions: &str, goldens: &[Golden]) -> String {
    let mut out = String::from(
        "# Recorded from the real modules by `cargo xtask commands`; do not edit. Packages are /nix/store/eeee... here.\n",
    );
    for line in versions.lines() {
        let _ = writeln!(out, "# {line}");
    }
    for golden in goldens {
        let _ = writeln!(out, "=== {} {}", golden.kind.name(), golden.name);
        let _ = writeln!(out, "{}", golden.text.trim_end());
        for (releases, made) in &golden.made {
            let _ = writeln!(out, "--- {}", releases.join(" "));
            for (name, command) in made {
                let name = quoted(name);
                for line in &command.unit {
                    let _ = writeln!(out, "{name} | {line}");
                }
                for line in &command.service {
                    let _ = writeln!(out, "{name} + {line}");
                }
                if !command.words.is_empty() {
                    let words: Vec<String> = command.words.iter().map(|word| quoted(word)).collect();
                    let _ = writeln!(out, "{name} $ {}", words.join(" "));
                }
                if let Some(problem) = &command.problem {
                    let _ = writeln!(out, "{name} ! {problem}");
                }
            }
        }
    }
    out
}

/// The recordings of a text that `print` wrote.
pub fn parse(text: &str) -> Vec<Golden> {
    let mut out: Vec<Golden> = Vec::new();
    for line in text.lines() {
        if let Some(head) = line.strip_prefix("=== ") {
            let (kind, name) = head.split_once(' ').unwrap_or((head, ""));
            let Some(kind) = Kind::named(kind) else { continue };
            out.push(Golden {
                name: name.to_owned(),
                kind,
                text: String::new(),
                made: Vec::new(),
            });
            continue;
        }
        let Some(golden) = out.last_mut() else { continue };
        if let Some(releases) = line.strip_prefix("--- ") {
            let releases = releases.split(' ').map(str::to_owned).collect();
            golden.made.push((releases, Made::new()));
            continue;
        }
        let Some((_, made)) = golden.made.last_mut() else {
            golden.text.push_str(line);
            golden.text.push('\n');
            continue;
        };
        let mut rest = line;
        let Some(name) = word_of(&mut rest) else { continue };
        let command = made.entry(name).or_default();
        let (sign, rest) = rest.split_at(1.min(rest.len()));
        let mut rest = rest.strip_prefix(' ').unwrap_or(rest);
        match sign {
            "|" => command.unit.push(rest.to_owned()),
            "+" => command.service.push(rest.to_owned()),
            "!" => command.problem = Some(rest.to_owned()),
            _ => {
                while let Some(word) = word_of(&mut rest) {
                    command.words.push(word);
                }
            }
        }
    }
    out
}

/// A word that stands alone in a line, or in quotation marks as in JSON.
pub fn quoted(word: &str) -> String {
    let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && c != '"';
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    serde_json::Value::from(word).to_string()
}

/// Takes the next word and the blanks behind it.
fn word_of(rest: &mut &str) -> Option<String> {
    let text = *rest;
    if text.is_empty() {
        return None;
    }
    let end = if text.starts_with('"') {
        let mut escaped = false;
        let end = text.char_indices().skip(1).find(|(_, c)| {
            let ends = *c == '"' && !escaped;
            escaped = *c == '\\' && !escaped;
            ends
        });
        end.map_or(text.len(), |(at, _)| at + 1)
    } else {
        text.find(' ').unwrap_or(text.len())
    };
    let (word, behind) = text.split_at(end);
    *rest = behind.trim_start_matches(' ');
    if word.starts_with('"') {
        return serde_json::from_str(word).ok();
    }
    Some(word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Command, Golden, parse, print};
    use crate::commands::spec::Kind;

    #[test]
    fn what_is_printed_is_read_again() {
        let words = ["podman", "", "a b", "\"q\"", "x\ny", "é\\", "-e", "A=$B"];
        let command = Command {
            words: words.map(str::to_owned).to_vec(),
            service: vec!["DeviceAllow=/dev/kvm rw".to_owned()],
            unit: vec!["[Container]".to_owned(), String::new(), "A=b  ".to_owned()],
            problem: None,
        };
        let golden = Golden {
            name: "some words".to_owned(),
            kind: Kind::Oci,
            text: "a = \"b\n  c\";\n".to_owned(),
            made: vec![
                (
                    vec!["24.11".to_owned(), "25.05".to_owned()],
                    [("c d".to_owned(), command)].into(),
                ),
                (vec!["25.11".to_owned()], [].into()),
            ],
        };
        let read = parse(&print("versions\n", std::slice::from_ref(&golden)));
        assert_eq!(read.len(), 1);
        assert_eq!(read[0].made, golden.made);
        assert_eq!(read[0].text, golden.text);
        assert_eq!(read[0].name, golden.name);
    }
}
