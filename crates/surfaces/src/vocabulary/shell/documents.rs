//! Here-documents: those that are scripts, and commands in the others.

use super::follow::{Follow, Given, MAX_NESTING, run};
use super::prefix::{self, Who};
use super::reader;
use super::tree::{Simple, Span};
use super::values::Element;
use nixpod_model::Text;

impl Follow<'_> {
    /// What a command reads is a script if a shell reads it, or if it is written to a file that is one: that may be run later.
    pub(super) fn document(&mut self, text: &Text, simple: &Simple, words: &[Element]) {
        let Some(command) = prefix::strip(words.to_vec()) else {
            return;
        };
        let is_read = prefix::reads_script(&command);
        if command.script.is_some() && !is_read {
            return;
        }
        let pattern = text.pattern();
        let mut when = self.when.clone();
        let mut who = self.who.clone();
        if is_read {
            if command.who != Who::Same {
                who = command.who;
            }
        } else {
            let output = simple.output.and_then(|at| simple.redirected.get(at));
            let file = match (output, &*command.program) {
                (_, "tee") => command.words.last().map(|word| word.text.pattern()),
                (Some(word), _) => Some(self.expand_whole(word).0.pattern()),
                (None, _) => None,
            };
            let Some(file) = file else { return };
            let first = pattern.lines().next().unwrap_or_default();
            let is_script = first.starts_with("#!") && first.trim_end().ends_with("sh");
            if !is_script && !file.ends_with(".sh") {
                return;
            }
            when.and(None);
        }
        if self.nesting < MAX_NESTING {
            let given = Given {
                when,
                who,
                elsewhere: self.elsewhere || command.elsewhere,
                in_unit: self.in_unit,
                nesting: self.nesting + 1,
                ..Given::new(self.wanted, self.steps)
            };
            run(text, &pattern, &reader::read(&pattern), given, self.out);
        }
    }

    /// Commands in a here-document run before it is read.
    pub(super) fn outputs_in(&mut self, number: usize) {
        let Some(span) = self.documents.get(number).cloned() else {
            return;
        };
        let Some(text) = self.script.get(span.clone()) else {
            return;
        };
        for inner in commands_in(text) {
            let script = self.slice(span.start + inner.start, span.start + inner.end);
            self.inner(&script, self.when.clone());
        }
    }
}

/// Where commands stand in a text that is no script: `$(…)` and backticks.
fn commands_in(text: &str) -> Vec<Span> {
    let mut out = Vec::new();
    let mut at = 0;
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(at) {
        let rest = text.get(at..).unwrap_or_default();
        let (from, end) = match byte {
            b'\\' => {
                at += 2;
                continue;
            }
            b'$' if rest.starts_with("$(") && !rest.starts_with("$((") => (at + 2, closing(bytes, at + 2)),
            b'`' => (
                at + 1,
                text.get(at + 1..).and_then(|rest| Some(at + 1 + rest.find('`')?)),
            ),
            _ => {
                at += 1;
                continue;
            }
        };
        let Some(end) = end else { break };
        out.push(from..end);
        at = end + 1;
    }
    out
}

/// Where the bracket is that closes one.
pub(super) fn closing(bytes: &[u8], from: usize) -> Option<usize> {
    let mut open = 1u32;
    let behind = bytes.iter().enumerate().skip(from);
    for (at, byte) in behind {
        match byte {
            b'(' => open += 1,
            b')' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return Some(at);
        }
    }
    None
}
