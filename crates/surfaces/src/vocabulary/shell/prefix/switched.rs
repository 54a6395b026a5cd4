//! `su [-] [USER] -c COMMAND`, `runuser -u USER [--] COMMAND` and `sg GROUP -c COMMAND`.

use super::next::{Next, Who, user};
use super::scan::scan;
use super::table::SWITCH;
use crate::vocabulary::shell::values::Element;
use nixpod_model::Text;

/// What such a program runs: a shell with the command, or the command.
pub(super) fn switched(program: &str, words: &[Element], who: &mut Who) -> Option<Next> {
    let is_group = program == "sg";
    if !is_group {
        *who = Who::Root;
    }
    let mut script: Option<Text> = None;
    let mut has_name = false;
    let mut at = 1;
    while at < words.len() {
        let scanned = scan(words, at, &SWITCH, false);
        if let Some(command) = scanned.value(&["-c", "--command", "--session-command"]) {
            script = Some(command.clone());
        }
        if let Some(name) = scanned.value(&["-u", "--user"]) {
            *who = user(name.clone());
            // What follows is a command, and no user.
            return Some(Next::Words(words.get(scanned.at..)?.to_vec()));
        }
        at = scanned.at;
        let Some(word) = words.get(at) else { break };
        let pattern = word.text.pattern();
        // Behind `--` there are options again: those of the shell.
        if pattern.starts_with('-') && pattern.len() > 1 {
            continue;
        }
        at += 1;
        if pattern == "-" {
            continue;
        }
        if has_name {
            // The words of a command that has no option before it: `sg docker "docker run"`.
            if is_group && script.is_none() {
                script = Some(word.text.clone());
            }
            continue;
        }
        has_name = true;
        if !is_group {
            *who = user(word.text.clone());
        }
    }
    script.map(|script| Next::Script(script, Vec::new()))
}
