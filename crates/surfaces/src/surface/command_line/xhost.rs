//! Whom `xhost` lets connect to an X server.

use super::line::Base;
use crate::vocabulary::certainty::maybe;
use crate::vocabulary::shell::{Element, Line};
use nixpod_model::{Existence, Field, XAccess, XClients};

/// What the words of a line let in. Who is shut out again later was in for a while.
pub(super) fn access(base: &Base<'_>, line: &Line) -> Vec<Field<XAccess>> {
    if is_of_another(line) {
        return Vec::new();
    }
    let existence = base.existence(line.when.maybe, &line.when.conditions);
    let one = |word: &Element| {
        let who = who(&word.text.as_known()?)?;
        let field = base.word(word).map(|word| XAccess {
            word: word.clone(),
            who: who.clone(),
        });
        Some(match &existence {
            Existence::Certain => field,
            Existence::Maybe(conditions) => maybe(field, conditions.clone()),
            Existence::Template => return None,
        })
    };
    line.words.iter().filter_map(one).collect()
}

/// Is it said of a display that is hardly the session's? Servers for single programs have such.
fn is_of_another(line: &Line) -> bool {
    let [display, ..] = &line.addresses;
    let Some(display) = display else {
        return false;
    };
    let said = display.as_known();
    said.is_none_or(|said| !matches!(said.as_str(), ":0" | ":0.0" | "unix:0" | "unix:0.0"))
}

/// Whom a word lets in. Without a sign it is as with `+`, and names of hosts are those of other machines, mostly.
fn who(word: &str) -> Option<XClients> {
    if word == "+" {
        return Some(XClients::All);
    }
    let name = word.strip_prefix('+').unwrap_or(word).to_ascii_lowercase();
    if name.starts_with("local:") {
        return Some(XClients::Local);
    }
    let user = name.strip_prefix("si:localuser:")?;
    Some(XClients::User(user.to_owned()))
}
