//! Conditions that cannot hold at once: a finding that needs both is about nothing.

use crate::check::places::slice;
use crate::vfs::Files;
use crate::vfs::spans::span_of;
use nixpod_source::{Condition, Sense};

/// Do the conditions exclude one another, as far as their texts tell: `x` and `!x`, or `x == "a"` and `x == "b"`?
pub(crate) fn contradict(files: &Files<'_>, conditions: &[Condition]) -> bool {
    let mut known = Known::default();
    // Of several cases any may be the one that holds.
    let single = conditions
        .iter()
        .filter(|condition| condition.cases.len() == 1 && !condition.more);
    for required in single.flat_map(Condition::requirements) {
        let Some(span) = span_of(files, required.place) else {
            continue;
        };
        let holds = match required.sense {
            Sense::Holds => true,
            Sense::Not => false,
            Sense::Unclear => continue,
        };
        if !known.add(&slice(files, span), holds) {
            return true;
        }
    }
    false
}

/// What is taken to be so.
#[derive(Default)]
struct Known {
    /// An expression, and whether it holds.
    truths: Vec<(String, bool)>,
    /// An expression, and the literal that it is equal to.
    values: Vec<(String, String)>,
}

/// Longer conditions are not taken apart.
const MAX_LENGTH: usize = 2_000;

impl Known {
    /// Adds that an expression holds, or not. False if that cannot be beside what is known.
    fn add(&mut self, text: &str, holds: bool) -> bool {
        let (text, holds) = plain(text, holds);
        if text.len() > MAX_LENGTH {
            return self.add_truth(text, holds);
        }
        if holds {
            let parts = split(&text, "&&");
            if parts.len() > 1 && !parts.iter().all(|part| self.add(part, true)) {
                return false;
            }
        }
        if let [left, right] = &split(&text, "==")[..] {
            return self.add_value(left, right, holds);
        }
        if let [left, right] = &split(&text, "!=")[..] {
            return self.add_value(left, right, !holds);
        }
        self.add_truth(text, holds)
    }

    fn add_truth(&mut self, text: String, holds: bool) -> bool {
        if self
            .truths
            .iter()
            .any(|(other, other_holds)| *other == text && *other_holds != holds)
        {
            return false;
        }
        self.truths.push((text, holds));
        true
    }

    fn add_value(&mut self, left: &str, right: &str, equal: bool) -> bool {
        if !self.add_truth(format!("{left} == {right}"), equal) {
            return false;
        }
        let is_literal = right.starts_with('"') || right == "null" || right.parse::<i64>().is_ok();
        if !equal || !is_literal {
            return true;
        }
        if self
            .values
            .iter()
            .any(|(other, value)| other == left && value != right)
        {
            return false;
        }
        self.values.push((left.to_owned(), right.to_owned()));
        true
    }
}

/// Without white space at the ends, brackets around the whole and leading negations.
fn plain(text: &str, holds: bool) -> (String, bool) {
    let mut text = text.trim();
    let mut holds = holds;
    loop {
        if let Some(rest) = text.strip_prefix('!') {
            // The negation is of the whole only if that is one operand.
            let rest = rest.trim_start();
            if ["&&", "||", "==", "!="]
                .iter()
                .any(|operator| split(rest, operator).len() > 1)
            {
                break;
            }
            text = rest;
            holds = !holds;
        } else if let Some(inner) = bracketed(text) {
            text = inner.trim();
        } else {
            break;
        }
    }
    (text.split_whitespace().collect::<Vec<_>>().join(" "), holds)
}

/// What stands in brackets that are around the whole.
fn bracketed(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('(')?.strip_suffix(')')?;
    let mut depth = 0_i32;
    for c in inner.chars() {
        depth += match c {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        if depth < 0 {
            return None;
        }
    }
    Some(inner)
}

/// The operands of an operator outside of all brackets and strings.
fn split(text: &str, operator: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let (mut depth, mut quoted) = (0_i32, false);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if depth == 0 && !quoted && rest.starts_with(operator) {
            parts.push(String::new());
            rest = rest.get(operator.len()..).unwrap_or_default();
            continue;
        }
        match c {
            '"' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted => depth -= 1,
            _ => {}
        }
        if let Some(last) = parts.last_mut() {
            last.push(c);
        }
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
    parts.iter().map(|part| part.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::Known;

    fn agree(conditions: &[(&str, bool)]) -> bool {
        let mut known = Known::default();
        conditions.iter().all(|(text, holds)| known.add(text, *holds))
    }

    #[test]
    fn what_excludes_one_another() {
        for pair in [
            [("config.my.x", true), ("!config.my.x", true)],
            [("config.my.x", true), ("config.my.x", false)],
            [("!(a && b)", true), ("a && b", true)],
            [("a && b", true), ("!b", true)],
            [("kind == \"a\"", true), ("kind == \"b\"", true)],
            [("v == null", true), ("v != null", true)],
            [("(x)", true), ("! x", true)],
        ] {
            assert!(!agree(&pair), "{pair:?}");
        }
    }

    #[test]
    fn what_can_be_at_once() {
        for pair in [
            [("a", true), ("b", true)],
            [("!a && b", true), ("a || b", true)],
            [("!a || b", true), ("a || b", true)],
            [("kind == \"a\"", true), ("kind != \"b\"", true)],
            [("kind == \"a\"", false), ("kind == \"b\"", true)],
            [("x == y", true), ("x == z", true)],
            [("(a) && (b)", true), ("a", true)],
            [("a == \"x == y\"", true), ("a == \"x == y\"", true)],
        ] {
            assert!(agree(&pair), "{pair:?}");
        }
    }
}
