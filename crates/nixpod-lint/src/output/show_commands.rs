//! `show --command` for people: what starts each container, in lines that a shell would take.

use super::context::Context;
use super::show_table::heading;
use crate::view::{CommandSpec, ContainerSpec, WordSpec};
use nixpod_analysis::Certainty;
use std::fmt::Write;

/// Renders the commands of containers.
pub(crate) fn show_commands(containers: &[ContainerSpec], context: &Context<'_>) -> String {
    let mut out = String::new();
    for (at, container) in containers.iter().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        heading(&mut out, container, context);
        match &container.command {
            Some(command) => told(&mut out, command),
            None => {
                let _ = writeln!(out, "  no command line starts it: {}", starter(container.surface));
            }
        }
    }
    out
}

/// Who starts a container that no command line starts.
fn starter(surface: &str) -> &'static str {
    match surface {
        "arion" => "`arion` gives its compose file to `docker compose`, which asks the engine by its socket",
        "gitlab-runner" | "gitea-actions-runner" | "forgejo-runner" | "woodpecker-agent" => {
            "the runner asks the engine by its socket, job by job"
        }
        "distrobox" => "`distrobox assemble` puts the words together when somebody runs it",
        "devcontainer" => "the editor puts the words together, or the `devcontainer` program",
        "quadlet" | "quadlet-nix" => "it stands for what an image is built or fetched with",
        "containers-conf" | "daemon-json" => "it stands for all containers of the engine",
        _ => "its engine is asked in another way",
    }
}

fn told(out: &mut String, command: &CommandSpec) {
    for line in &command.unit {
        let _ = writeln!(out, "  {}{}", line.text, remark(line));
    }
    if !command.unit.is_empty() {
        out.push('\n');
    }
    if command.words.is_empty() {
        out.push_str("  Podman's generator makes no service of it\n");
        return;
    }
    let _ = writeln!(out, "  # {}", command.writer);
    let lines = lines(&command.words);
    for (at, words) in lines.iter().enumerate() {
        let indent = if at == 0 { "  " } else { "    " };
        let end = if at + 1 < lines.len() { " \\" } else { "" };
        let _ = writeln!(out, "{indent}{}{end}", in_line(words));
    }
    if command.words.iter().any(is_unsure) {
        out.push_str("  # what is in brackets may not be there, or stands for several words\n");
    }
    let mut words = command.words.iter().peekable();
    while let Some(word) = words.next() {
        // The name of an option is as unsure as its value.
        let is_told_next = words.peek().is_some_and(|next| next.is_value && is_unsure(next));
        if let Some(reason) = word.reason.as_ref().filter(|_| !is_told_next) {
            let _ = writeln!(out, "  # {}: {reason}", word.text);
        }
    }
    for setting in &command.service {
        let _ = writeln!(out, "  # service: {}{}", setting.text, remark(setting));
    }
}

/// The words of a line, those in brackets that may not be there.
fn in_line(words: &[&WordSpec]) -> String {
    let stretches = words.chunk_by(|one, next| is_unsure(one) == is_unsure(next));
    let stretches = stretches.map(|stretch| {
        let words: Vec<String> = stretch.iter().map(|word| quoted(word)).collect();
        let words = words.join(" ");
        match stretch.iter().any(|word| is_unsure(word)) {
            true => format!("[{words}]"),
            false => words,
        }
    });
    stretches.collect::<Vec<_>>().join(" ")
}

/// May a word not be there, or stand for any number of them?
fn is_unsure(word: &WordSpec) -> bool {
    matches!(word.certainty, Certainty::Maybe | Certainty::Unknown)
}

/// The words of each line: an option with its value.
fn lines(words: &[WordSpec]) -> Vec<Vec<&WordSpec>> {
    let mut out: Vec<Vec<&WordSpec>> = Vec::new();
    for word in words {
        match out.last_mut().filter(|_| word.is_value) {
            Some(line) => line.push(word),
            None => out.push(vec![word]),
        }
    }
    out
}

fn remark(word: &WordSpec) -> String {
    match (word.certainty, &word.reason) {
        (Certainty::Maybe | Certainty::Unknown, Some(reason)) => format!("  # {reason}"),
        (Certainty::Maybe, None) => "  # perhaps".to_owned(),
        _ => String::new(),
    }
}

/// A word as a shell takes it. What is not known stays to be seen.
fn quoted(word: &WordSpec) -> String {
    let text = word.text.to_string();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_=/:.,@+%".contains(c);
    let is_hole = |c: char| word.has_hole && "${}…".contains(c);
    match !text.is_empty() && text.chars().all(|c| is_plain(c) || is_hole(c)) {
        true => text,
        false => format!("'{}'", text.replace('\'', "'\\''")),
    }
}
