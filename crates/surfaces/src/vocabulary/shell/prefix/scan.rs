//! The options of programs that run another one.

use crate::vocabulary::shell::values::Element;
use nixpod_model::Text;

/// An option by its name, and its value, if it has one.
pub(super) type Given = (String, Option<Text>);

/// The options at the beginning of words.
pub(super) struct Scanned {
    pub(super) options: Vec<Given>,
    /// The first word that is none of them.
    pub(super) at: usize,
}

impl Scanned {
    pub(super) fn has(&self, names: &[&str]) -> bool {
        self.options
            .iter()
            .any(|(name, _)| names.contains(&name.as_str()))
    }

    /// The value of the last option with one of these names.
    pub(super) fn value(&self, names: &[&str]) -> Option<&Text> {
        let mut with = self.options.iter().rev();
        with.find(|(name, _)| names.contains(&name.as_str()))?.1.as_ref()
    }
}

/// Finds the options of a program whose words begin at `from`. `valued` are those whose value is the next word;
/// `variables` says that `A=b` may stand among them.
pub(super) fn scan(words: &[Element], from: usize, valued: &[&str], variables: bool) -> Scanned {
    let mut out = Scanned {
        options: Vec::new(),
        at: from,
    };
    while let Some(word) = words.get(out.at) {
        let pattern = word.text.pattern();
        if pattern == "--" {
            out.at += 1;
            break;
        }
        let is_variable = variables
            && pattern
                .split_once('=')
                .is_some_and(|(name, _)| !name.starts_with('-') && !name.contains('/'));
        // `env - A=b command` begins with no variables at all.
        if is_variable || variables && pattern == "-" {
            out.at += 1;
            continue;
        }
        if !pattern.starts_with('-') || pattern.len() < 2 {
            break;
        }
        out.at += 1;
        let takes_next = match pattern.starts_with("--") {
            true => long(&pattern, word, valued, &mut out.options),
            false => short(&pattern, word, valued, &mut out.options),
        };
        if takes_next {
            if let (Some(next), Some(last)) = (words.get(out.at), out.options.last_mut()) {
                last.1 = Some(next.text.clone());
            }
            out.at += 1;
        }
    }
    out
}

/// `--name` or `--name=value`; whether its value is the next word.
fn long(pattern: &str, word: &Element, valued: &[&str], out: &mut Vec<Given>) -> bool {
    match pattern.split_once('=') {
        Some((name, _)) => {
            let value = word.text.slice(name.len() + 1, pattern.len());
            out.push((name.to_owned(), Some(value)));
            false
        }
        None => {
            out.push((pattern.to_owned(), None));
            valued.contains(&pattern)
        }
    }
}

/// `-abc value`, `-abcvalue`: letters until one that has a value.
fn short(pattern: &str, word: &Element, valued: &[&str], out: &mut Vec<Given>) -> bool {
    for (at, letter) in pattern.char_indices().skip(1) {
        let name = format!("-{letter}");
        let is_valued = valued.contains(&name.as_str());
        let rest = at + letter.len_utf8();
        let value = (is_valued && rest < pattern.len()).then(|| word.text.slice(rest, pattern.len()));
        let is_attached = value.is_some();
        out.push((name, value));
        if is_valued {
            return !is_attached;
        }
    }
    false
}
