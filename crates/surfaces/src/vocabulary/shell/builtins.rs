//! Commands of the shell itself that change variables, or say what runs later.

use super::follow::Follow;
use super::values::{Element, Value};
use nixpod_model::Text;

impl Follow<'_> {
    /// Commands of the shell itself that change variables.
    pub(super) fn built_in(&mut self, name: &str, words: &[Element]) -> bool {
        match name {
            "read" | "mapfile" | "readarray" | "getopts" | "unset" => {
                for word in words.iter().skip(1) {
                    self.variables.set(&word.text.pattern(), Value::Unknown);
                }
            }
            "set" => {
                let is_end = |word: &Element| word.text.pattern() == "--";
                if let Some(at) = words.iter().position(is_end) {
                    let rest = words.get(at + 1..).unwrap_or_default();
                    self.arguments(Some(rest.to_vec()));
                }
            }
            "shift" => self.arguments(None),
            "trap" => self.trap(words),
            "alias" => self.aliases(words),
            "echo" | "printf" | ":" | "true" => {}
            _ => return false,
        }
        true
    }

    /// `trap SCRIPT SIGNAL…`: it runs when the script ends, or on a signal.
    pub(super) fn trap(&mut self, words: &[Element]) {
        let is_option = |word: &&Element| matches!(&*word.text.pattern(), "--" | "-l" | "-p");
        let mut rest = words.iter().skip(1).skip_while(is_option);
        // `-` takes back what was said before.
        let Some(script) = rest.next().filter(|word| word.text.pattern() != "-") else {
            return;
        };
        let is_end = |word: &Element| matches!(&*word.text.pattern(), "EXIT" | "0");
        let mut when = self.when.clone();
        if !rest.any(is_end) {
            when.and(None);
        }
        self.inner(&script.text, when);
    }

    /// `alias NAME=SCRIPT`: it runs if somebody calls it.
    pub(super) fn aliases(&mut self, words: &[Element]) {
        for word in words.iter().skip(1) {
            let pattern = word.text.pattern();
            let Some((name, _)) = pattern.split_once('=') else {
                continue;
            };
            let mut when = self.when.clone();
            when.and(None);
            let meant = word.text.slice(name.len() + 1, pattern.len());
            self.inner(&meant, when);
            let mut element = word.clone();
            element.when = self.when.clone();
            self.aliases.set(name, &element, &meant);
        }
    }

    /// What `$1` and `$@` stand for, if that is known.
    pub(super) fn arguments(&mut self, words: Option<Vec<Element>>) {
        let all = words.as_deref().unwrap_or_default();
        // A word that may be several moves all that follow it.
        let known = all.iter().take_while(|word| word.is_one).count();
        let is_whole = words.is_some() && known == all.len();
        for at in 1..10 {
            let value = match all.get(at - 1).filter(|_| at <= known) {
                Some(word) => Value::one(word.text.clone(), word.when.maybe),
                None if is_whole => Value::One(Text::default()),
                _ => Value::Unknown,
            };
            self.variables.set(&at.to_string(), value);
        }
        let all = words.map_or(Value::Unknown, Value::Array);
        self.variables.set("@", all.clone());
        self.variables.set("*", all);
    }
}
