//! What commands print where the script itself says it, and the files that it goes into.

use super::documents::closing;
use super::expand::PLACES;
use super::follow::Follow;
use super::lines::WrittenFile;
use super::prefix::{self, Who};
use super::tree::{Kind, List, Simple, Span, Statement};
use super::values::{Element, Value, append};
use crate::vocabulary::text::{concat, hole, origin_of};
use nixpod_model::{StoreRef, Text};
use nixpod_source::Why;

impl Follow<'_> {
    /// What the commands between `$(` and `)` print. The shell takes off the ends of lines behind it.
    pub(super) fn printed_by_all(&mut self, list: &List) -> Option<Text> {
        let [statement] = &list[..] else { return None };
        let text = self.printed(statement)?;
        let pattern = text.pattern();
        Some(text.slice(0, pattern.trim_end_matches('\n').len()))
    }

    /// What a statement prints: a here-document that `cat` passes on, or the words of `echo` and `printf`.
    pub(super) fn printed(&mut self, statement: &Statement) -> Option<Text> {
        let Kind::Simple(simple) = &statement.kind else {
            return None;
        };
        if simple.output.is_some() {
            return None;
        }
        match simple.words.first()?.plain(self.script)? {
            "cat" => self.read(simple),
            program @ ("echo" | "printf") => {
                let words = self.expand_all(&simple.words);
                print(program, words.get(1..)?)
            }
            _ => None,
        }
    }

    /// What a command is given to read.
    pub(super) fn read(&mut self, simple: &Simple) -> Option<Text> {
        if let Some(number) = simple.document {
            return self.document_text(number, simple.expands);
        }
        let given = simple.given.and_then(|at| simple.redirected.get(at));
        given.map(|word| self.expand_whole(word).0)
    }

    /// A here-document as it is read: variables have their values unless a part of its end is in quotes.
    pub(super) fn document_text(&self, number: usize, expands: bool) -> Option<Text> {
        let span = self
            .documents
            .get(number)
            .filter(|span| !span.is_empty())?
            .clone();
        match expands {
            true => Some(self.expanded(span)),
            false => Some(self.slice(span.start, span.end)),
        }
    }

    /// A text in which the shell replaces variables and commands, and takes no quotes.
    fn expanded(&self, span: Span) -> Text {
        let Span { start, end } = span;
        let (mut from, mut at) = (start, start);
        let mut out = Text::default();
        while let Some(rest) = self.script.get(at..end).filter(|rest| !rest.is_empty()) {
            let Some(next) = rest.find(['\\', '$', '`']) else {
                break;
            };
            at += next;
            let rest = self.script.get(at..end).unwrap_or_default();
            let second = rest.get(1..).and_then(|rest| rest.chars().next()).unwrap_or(' ');
            if rest.starts_with('\\') {
                if matches!(second, '$' | '`' | '\\' | '\n') {
                    append(&mut out, self.slice(from, at));
                    from = at + if second == '\n' { 2 } else { 1 };
                }
                at += 1 + second.len_utf8();
                continue;
            }
            let Some((text, length)) = self.replaced(rest, at) else {
                at += 1;
                continue;
            };
            append(&mut out, self.slice(from, at));
            append(&mut out, text);
            at += length;
            from = at;
        }
        append(&mut out, self.slice(from, end));
        out
    }

    /// What stands for what begins with a dollar sign or a backtick, and how long that is.
    fn replaced(&self, rest: &str, at: usize) -> Option<(Text, usize)> {
        let printed = |length: usize| {
            let origin = self.text.origin(at, at + length);
            (
                hole(Why::Impure("what a command prints".to_owned()), origin),
                length,
            )
        };
        if rest.starts_with('`') {
            return Some(printed(rest.get(1..)?.find('`')? + 2));
        }
        if rest.starts_with("$(") {
            return Some(printed(closing(rest.as_bytes(), 2)? + 1));
        }
        let (name, length) = match rest.strip_prefix("${") {
            Some(inner) => {
                let end = inner.find('}')?;
                (inner.get(..end)?, end + 3)
            }
            None => {
                let inner = rest.get(1..)?;
                let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
                let end = inner.find(|c| !is_name(c)).unwrap_or(inner.len());
                (inner.get(..end).filter(|name| !name.is_empty())?, end + 1)
            }
        };
        let origin = self.text.origin(at, at + length);
        let text = match self.variables.get(name).as_deref() {
            Some(Value::One(text) | Value::Likely(text)) => text.clone(),
            None if PLACES.contains(&name) => Text::known(format!("${name}"), origin),
            _ => hole(Why::Impure(format!("the variable `{name}` of a script")), origin),
        };
        Some((text, length))
    }

    /// Remembers a file that a command writes, where the script says what goes into it.
    pub(super) fn writes(&mut self, simple: &Simple, words: &[Element]) {
        let output = simple.output.and_then(|at| simple.redirected.get(at));
        let may_write = |word: &Element| {
            let pattern = word.text.pattern();
            matches!(
                pattern.rsplit('/').next(),
                Some("tee" | "cp" | "install" | "ln" | "mv")
            )
        };
        if self.elsewhere || output.is_none() && !words.iter().any(may_write) {
            return;
        }
        let Some(command) = prefix::strip(words.to_vec()).filter(|command| !command.elsewhere) else {
            return;
        };
        let arguments = command
            .words
            .iter()
            .filter(|word| !word.text.pattern().starts_with('-'));
        let arguments: Vec<&Element> = arguments.collect();
        let (path, text) = match (&*command.program, output) {
            ("tee", _) => {
                let text = self.read(simple).or_else(|| self.piped.clone());
                (arguments.last().map(|word| word.text.clone()), text)
            }
            ("cat", Some(word)) => {
                let text = self.read(simple).or_else(|| self.piped.clone());
                (Some(self.expand_whole(word).0), text)
            }
            (program @ ("echo" | "printf"), Some(word)) => {
                let text = print(program, &command.words);
                (Some(self.expand_whole(word).0), text)
            }
            ("cp" | "install" | "ln" | "mv", _) => match &arguments[..] {
                [.., source, path] => (Some(path.text.clone()), in_store(&source.text)),
                _ => return,
            },
            _ => return,
        };
        let (Some(path), Some(text)) = (path, text) else {
            return;
        };
        // A line more for files that are there is no file, and a pattern is the name of none.
        let is_option = |word: &Element| matches!(&*word.text.pattern(), "-a" | "--append");
        let appends = simple.appends || command.program == "tee" && command.words.iter().any(is_option);
        let is_part = appends && !text.pattern().contains("Image");
        if is_part || path.pattern().contains(['*', '?']) {
            return;
        }
        self.out.files.push(WrittenFile {
            origin: origin_of(&path),
            path,
            text,
            when: self.when.clone(),
            who: match command.who {
                Who::Same => self.who.clone(),
                other => other,
            },
        });
    }
}

/// The text of a file that Nix writes into the store.
fn in_store(path: &Text) -> Option<Text> {
    let [reference] = &path.context[..] else {
        return None;
    };
    match reference {
        StoreRef::Written { text, .. } => Some((**text).clone()),
        _ => None,
    }
}

/// What `echo` and `printf` print of words.
fn print(program: &str, mut words: &[Element]) -> Option<Text> {
    if words.iter().any(|word| word.when.maybe || !word.is_one) {
        return None;
    }
    let mut escapes = program == "printf";
    while let Some((first, rest)) = words.split_first() {
        let pattern = first.text.pattern();
        let is_option = match program {
            "echo" => matches!(&*pattern, "-n" | "-e" | "-E" | "-ne" | "-en"),
            _ => pattern == "--",
        };
        if !is_option {
            break;
        }
        escapes |= pattern.contains('e');
        words = rest;
    }
    let mut separator = " ";
    if program == "printf" {
        let (format, rest) = words.split_first()?;
        let format = format.text.pattern();
        if format.contains('%') {
            let (kind, end) = format.split_at_checked(2)?;
            separator = match end {
                "" => "",
                "\\n" | "\n" => "\n",
                _ => return None,
            };
            escapes = match kind {
                "%s" => false,
                "%b" => true,
                _ => return None,
            };
            words = rest;
        }
    }
    let mut out = Text::default();
    for (at, word) in words.iter().enumerate() {
        if at > 0 {
            append(&mut out, Text::known(separator, origin_of(&word.text)));
        }
        append(&mut out, word.text.clone());
    }
    Some(if escapes { unescaped(&out) } else { out })
}

/// With the characters that letters behind a backslash stand for.
fn unescaped(text: &Text) -> Text {
    let pattern = text.pattern();
    let mut parts = Vec::new();
    let mut from = 0;
    let mut chars = pattern.char_indices();
    while let Some((at, c)) = chars.next() {
        let Some((_, letter)) = (c == '\\').then(|| chars.next()).flatten() else {
            continue;
        };
        let character = match letter {
            'n' => "\n",
            't' => "\t",
            '\\' => "\\",
            _ => continue,
        };
        parts.push(text.slice(from, at));
        parts.push(Text::known(character, text.origin_of(at, at + 2)));
        from = at + 2;
    }
    parts.push(text.slice(from, pattern.len()));
    concat(parts)
}
