//! GitHub's runner reads what a step prints, on both streams: `::command::` at the beginning of a line, after white
//! space too, and `##[command]` anywhere in it are orders to it. What comes from the analysed code must give none.

use std::borrow::Cow;

/// Does such a runner listen?
pub(crate) fn listens() -> bool {
    std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| !value.is_empty() && value != "false")
}

/// The text with a backslash in all that would be a command.
pub(crate) fn defuse(text: &str) -> Cow<'_, str> {
    let is_command = |line: &str| line.trim_start().starts_with("::");
    if !text.split(['\n', '\r']).any(is_command) {
        return defuse_old(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for line in text.split_inclusive(['\n', '\r']) {
        let rest = line.trim_start();
        out.push_str(line.strip_suffix(rest).unwrap_or_default());
        out.push_str(if is_command(line) { "\\" } else { "" });
        out.push_str(rest);
    }
    Cow::Owned(defuse_old(&out).into_owned())
}

/// Only the commands that count anywhere in a line: for lines that are commands of ours.
pub(crate) fn defuse_old(text: &str) -> Cow<'_, str> {
    if text.contains("##[") {
        Cow::Owned(text.replace("##[", "##\\["))
    } else {
        Cow::Borrowed(text)
    }
}

/// The same for a document in JSON, which stays the same document: a bracket there is part of a string.
pub(crate) fn defuse_json(text: &str) -> Cow<'_, str> {
    if text.contains("##[") {
        Cow::Owned(text.replace("##[", "##\\u005b"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_become_text() {
        let text = "::error::a\n  ::warning::b\r\t::x\na ::no::\nb ##[group]c ###[d]\n\u{a0}::e::\n";
        assert_eq!(
            defuse(text),
            "\\::error::a\n  \\::warning::b\r\t\\::x\na ::no::\nb ##\\[group]c ###\\[d]\n\u{a0}\\::e::\n"
        );
        assert_eq!(defuse("nothing\nof that"), "nothing\nof that");
    }

    #[test]
    fn a_document_stays_the_same() {
        let document = serde_json::json!({ "a": "##[error]x", "b": ["::error::"] });
        let text = serde_json::to_string_pretty(&document).unwrap();
        let defused = defuse_json(&text);
        assert!(!defused.contains("##["));
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&defused).unwrap(),
            document
        );
    }
}
