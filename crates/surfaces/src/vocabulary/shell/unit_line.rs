//! The command lines of a unit, which systemd takes apart by itself and no shell.

use super::expand::literal_places;
use super::follow::{At, MAX_STEPS, dispatch};
use super::lines::{Addresses, Followed, Wanted};
use super::prefix::Who;
use super::values::{Element, When, origin_of_command};
use crate::vocabulary::text::{concat, hole};
use crate::vocabulary::words;
use nixpod_model::Text;
use nixpod_source::Why;

/// What a line like `ExecStart=` runs.
pub(crate) fn unit_line(text: &Text, wanted: Wanted) -> Followed {
    let mut out = Followed::default();
    let mut steps = MAX_STEPS;
    let text = &joined(text);
    let all = words::split(text, words::systemd);
    for command in all.split(|word| word.pattern() == ";") {
        let Some((first, rest)) = command.split_first() else {
            continue;
        };
        let pattern = first.pattern();
        let program = pattern.trim_start_matches(['-', '@', ':', '+', '!', '|']);
        let signs = pattern.len() - program.len();
        let (signs, program) = (
            pattern.get(..signs).unwrap_or_default(),
            first.slice(signs, pattern.len()),
        );
        // With `@` the next word is only what the program is told that it is called.
        let rest = rest.get(usize::from(signs.contains('@'))..).unwrap_or_default();
        let is_literal = signs.contains(':');
        let words = [&program].into_iter().chain(rest);
        let at = At {
            when: When::default(),
            who: if signs.contains(['+', '!']) {
                Who::Root
            } else {
                Who::Same
            },
            elsewhere: false,
            in_unit: true,
            addresses: Addresses::default(),
            nesting: 0,
            origin: origin_of_command(&text.parts),
        };
        let elements = words.map(|word| {
            let element = element(word, is_literal);
            Element {
                text: without_escapes(&element.text, is_literal),
                ..element
            }
        });
        dispatch(elements.collect(), at, wanted, &mut steps, &mut out);
    }
    out
}

/// A command whose words are given one by one, and that no shell looks at.
pub(crate) fn words(words: &[Text], wanted: Wanted) -> Followed {
    let mut out = Followed::default();
    let mut steps = MAX_STEPS;
    if let Some(first) = words.first() {
        let at = At {
            when: When::default(),
            who: Who::Same,
            elsewhere: false,
            in_unit: false,
            addresses: Addresses::default(),
            nesting: 0,
            origin: origin_of_command(&first.parts),
        };
        let elements = words.iter().map(|word| element(word, true)).collect();
        dispatch(elements, at, wanted, &mut steps, &mut out);
    }
    out
}

/// A line that goes on behind a backslash, as it stands in the unit's file.
fn joined(text: &Text) -> Text {
    let pattern = text.pattern();
    let mut at = 0;
    let mut parts = Vec::new();
    for (from, _) in pattern.match_indices("\\\n") {
        parts.push(text.slice(at, from));
        parts.push(Text::known(" ", text.origin_of(from, from + 1)));
        at = from + 2;
    }
    if at == 0 {
        return text.clone();
    }
    parts.push(text.slice(at, pattern.len()));
    concat(parts)
}

/// A word, in which variables of the unit are not known.
fn element(word: &Text, is_literal: bool) -> Element {
    let pattern = word.pattern();
    let variable = match is_literal {
        true => None,
        false => variable(&pattern),
    };
    let mut text = word.clone();
    // What is a whole word may be several, or none.
    let mut is_one = true;
    if let Some((from, to)) = variable {
        let origin = word.origin_of(from, to);
        let why = Why::Impure("a variable of a unit".to_owned());
        is_one = (from, to) != (0, pattern.len()) || pattern.starts_with("${");
        text = word.slice(0, from);
        text.parts.extend(hole(why, origin).parts);
        // Further ones are as little known.
        let rest = word.slice(to, pattern.len());
        let rest_is_known = variable_free(&rest);
        if rest_is_known {
            text.parts.extend(rest.parts);
        }
    }
    let mut literal = Vec::new();
    literal_places(&text, false, &mut literal);
    Element {
        text,
        is_one,
        is_plain: false,
        literal,
        when: When::default(),
    }
}

/// A percent sign and a dollar sign are written twice; the latter not where variables stay as they are.
fn without_escapes(word: &Text, is_literal: bool) -> Text {
    let pattern = word.pattern();
    let mut parts = Vec::new();
    let (mut from, mut at) = (0, 0);
    while let Some(rest) = pattern.get(at..).filter(|rest| !rest.is_empty()) {
        let is_escape = rest.starts_with("%%") || rest.starts_with("$$") && !is_literal;
        if is_escape {
            parts.push(word.slice(from, at + 1));
            from = at + 2;
            at = from;
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    if from == 0 {
        return word.clone();
    }
    parts.push(word.slice(from, pattern.len()));
    concat(parts)
}

fn variable_free(text: &Text) -> bool {
    variable(&text.pattern()).is_none()
}

/// Where the first variable of a word stands: `${NAME}` anywhere, `$NAME` as a word of its own.
fn variable(pattern: &str) -> Option<(usize, usize)> {
    let is_name =
        |text: &str| !text.is_empty() && text.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_');
    if let Some(name) = pattern.strip_prefix('$')
        && is_name(name)
    {
        return Some((0, pattern.len()));
    }
    let from = pattern.find("${")?;
    let len = pattern.get(from..)?.find('}')?;
    let name = pattern.get(from + 2..from + len)?;
    (is_name(name) && !pattern.get(..from)?.ends_with('$')).then_some((from, from + len + 1))
}
