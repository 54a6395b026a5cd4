//! What was seen, and whether it is what was expected.

use super::data::Form;
use super::script::{GUEST, STATUS};
use anyhow::{Context, Result};
use regex_automata::meta::Regex;
use regex_automata::util::syntax;

/// So much of what was seen is kept.
const SEEN: usize = 160;

/// Lines that engines say of the lab and not of the container.
const NOISE: &str = r"(?x)^(
      Note:\ in\ a\ future\ version\ of\ systemd-nspawn
    | Attempted\ to\ remove\ disk\ file\ system
    | .*is\ not\ a\ shared\ mount
    | .*Failed\ to\ add\ conmon\ to\ cgroupfs
    | .*Failed\ to\ open\ connection\ to\ .bus
    | .*level=warning\ msg=.The\ cgroupv2
    | .*cannot\ toggle\ freezer
    ).*\n?";

/// What is another one in each run: names of containers, and times.
const PASSING: &str = r"[0-9a-f]{64}|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?";

/// A pattern as the expectations are read: by line, and in any case.
///
/// # Errors
/// A pattern that is none.
pub fn pattern(text: &str) -> Result<Regex> {
    let config = syntax::Config::new()
        .multi_line(true)
        .case_insensitive(true)
        .unicode(false)
        .utf8(false);
    Regex::builder()
        .syntax(config)
        .build(text)
        .with_context(|| format!("`{text}` is no regular expression"))
}

/// The output without noise, with single blanks.
pub(super) fn tidy(output: &str) -> Result<String> {
    let kept = replaced(&pattern(NOISE)?, &output.replace('\r', ""), "");
    let mut out = String::new();
    let mut blank = false;
    for letter in kept.chars() {
        let is_blank = matches!(letter, ' ' | '\t');
        if !(is_blank && blank) {
            out.push(if is_blank { ' ' } else { letter });
        }
        blank = is_blank;
    }
    Ok(out)
}

/// The text with something else in place of what the pattern finds.
fn replaced(pattern: &Regex, text: &str, by: &str) -> String {
    let mut out = String::new();
    let mut end = 0;
    for found in pattern.find_iter(text) {
        out.push_str(text.get(end..found.start()).unwrap_or_default());
        out.push_str(by);
        end = found.end();
    }
    out.push_str(text.get(end..).unwrap_or_default());
    out
}

/// Did the engine end well, and nothing come of the container? Podman loses now and then what a container says that ends
/// at once.
pub(super) fn is_lost(output: &str) -> bool {
    let silent = format!("{GUEST}\n{STATUS}0\n");
    output.contains(&silent)
}

/// The expectations that the output does not meet, each as a few words.
pub(super) fn unmet(form: &Form, generation: &str, output: &str) -> Result<Vec<String>> {
    let (see, not) = form.expected(generation);
    let mut missing = Vec::new();
    for text in see {
        if !pattern(text)?.is_match(output) {
            missing.push(format!("not seen: {text}"));
        }
    }
    for text in not {
        if pattern(text)?.is_match(output) {
            missing.push(format!("seen: {text}"));
        }
    }
    Ok(missing)
}

/// What was seen, on one line and not long, and without what differs from run to run.
pub(super) fn gist(output: &str) -> Result<String> {
    let output = replaced(&pattern(PASSING)?, output, "…");
    let clean = format!("{STATUS}0");
    let lines: Vec<&str> = output
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && *line != GUEST && *line != clean)
        .collect();
    let line = lines.join(" | ").replace(STATUS, "exit status ");
    let visible: String = line.chars().filter(|letter| !letter.is_control()).collect();
    Ok(match visible.char_indices().nth(SEEN) {
        Some((at, _)) => format!("{}…", visible.get(..at).unwrap_or_default()),
        None => visible,
    })
}
