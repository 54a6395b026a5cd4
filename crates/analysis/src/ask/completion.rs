//! What may be written at a place of a container. Nothing is evaluated for it: the words before the place say which option
//! is being written, and what there is to write is known, or stands in the project as names.

use crate::ask::markdown::{code, prose};
use crate::ask::names::{Named, names};
use crate::ask::options::{Inside, Source, described, inside, next_name, source, unit_of};
use crate::check::snapshot::Analysis;
use crate::check::tool_rules::OWN_RULES;
use camino::Utf8Path;
use nixpod_model::Surface;
use nixpod_source::{FileId, TextRange, TextSize};
use nixpod_surfaces::{
    Described, Offered, OptionsOf, Table, Values, described_options, offered_capabilities, offered_devices,
    offered_flags, tables, unit_keys, unit_sections, values_of_flag, values_of_key,
};
use nixpod_syntax::{Cursor, Language, PathName, Writing};
use std::fmt::Write as _;

/// What a completion is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CompletionKind {
    /// An option of a container.
    Option,
    /// A value of one.
    Value,
    /// A capability.
    Capability,
    /// A device.
    Device,
    /// An option of a program.
    Flag,
    /// A key, or a section, of a unit.
    Key,
    /// Something else of the project, such as a network.
    Name,
    /// A rule.
    Rule,
}

impl CompletionKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Option => "option",
            Self::Value => "value",
            Self::Capability => "capability",
            Self::Device => "device",
            Self::Flag => "flag",
            Self::Key => "key",
            Self::Name => "name",
            Self::Rule => "rule",
        }
    }
}

/// Something that may be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What it is called.
    pub label: String,
    /// What it is.
    pub kind: CompletionKind,
    /// A few words about it; empty if there is nothing to say.
    pub detail: String,
    /// What is put in the place of the word that is there.
    pub insert: String,
    /// That word.
    pub replaced: TextRange,
    /// What [`Analysis::described`] knows it by.
    pub topic: String,
}

impl Analysis {
    /// What may be written at a place; nothing outside of containers and of comments that silence findings.
    pub fn completions(&self, path: &Utf8Path, offset: TextSize) -> Vec<Completion> {
        let Some(file) = self.file_id(path) else {
            return Vec::new();
        };
        let mut found = At::new(self, path, file, offset);
        found.complete();
        found.out
    }

    /// The documentation of a completion, in Markdown.
    pub fn described(&self, topic: &str) -> Option<String> {
        let (kind, name) = topic.split_once('/')?;
        match kind {
            "option" => {
                let (surface, name) = name.split_once('/')?;
                let table = tables().find(|table| table.surface.as_str() == surface)?;
                let option = described_options(table.surface)
                    .iter()
                    .find(|one| one.name == name)?;
                Some(option_in_words(option))
            }
            "rule" => {
                let mut all = self.rules().iter().chain(OWN_RULES);
                let rule = all.find(|rule| rule.meta.id == name)?;
                Some(rule.meta.markdown())
            }
            _ => None,
        }
    }
}

fn option_in_words(option: &Described) -> String {
    let (name, kind) = (code(option.name), prose(option.kind));
    let mut out = format!("{name}: {kind}\n\n{}", option.words);
    if !option.default.is_empty() {
        let _ = write!(out, "\n\nDefault: {}", code(option.default));
    }
    if !option.since.is_empty() {
        let _ = write!(out, "\n\nSince NixOS {}", option.since);
    }
    out
}

/// A place, and what is found for it.
struct At<'a> {
    analysis: &'a Analysis,
    path: &'a Utf8Path,
    file: FileId,
    offset: TextSize,
    /// The end of the word at the cursor, and what follows it of what a completion may end with.
    follows: (TextSize, [char; 1]),
    out: Vec<Completion>,
}

impl<'a> At<'a> {
    fn new(analysis: &'a Analysis, path: &'a Utf8Path, file: FileId, offset: TextSize) -> Self {
        let text = analysis.text(file);
        let behind = text.get(usize::from(offset)..).unwrap_or_default();
        let rest = behind.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
        let end = offset + TextSize::of(behind) - TextSize::of(rest);
        let next = rest.chars().next().filter(|next| matches!(next, '=' | ']'));
        Self {
            analysis,
            path,
            file,
            offset,
            follows: (end, [next.unwrap_or('\0')]),
            out: Vec::new(),
        }
    }

    fn complete(&mut self) {
        let state = self.analysis.vfs.state(self.file);
        let end = usize::from(self.offset);
        let Some(before) = state.text.get(..end) else {
            return;
        };
        match state.language {
            Language::Nix => {
                let cursor = Cursor::new(&state.text, self.offset);
                match &cursor.writing {
                    Writing::Comment(words) => self.rules(words),
                    _ => self.nix(&cursor),
                }
            }
            Language::Unit => {
                let line = before.rsplit('\n').next().unwrap_or_default();
                match line.trim_start().starts_with(['#', ';']) {
                    true => self.rules(line),
                    false => self.unit(before, self.path.file_name().unwrap_or_default()),
                }
            }
            Language::Shell | Language::Json => {
                let line = before.rsplit('\n').next().unwrap_or_default();
                if let Some(at) = line.rfind(['#', '/']) {
                    self.rules(line.get(at..).unwrap_or_default());
                }
            }
        }
    }

    /// Adds something in the place of the word at the cursor, of which this stands before it.
    fn add(
        &mut self,
        word: &str,
        label: &str,
        kind: CompletionKind,
        (mut insert, detail): (String, &str),
        topic: &str,
    ) {
        let start = self.offset.checked_sub(TextSize::of(word)).unwrap_or(self.offset);
        // What is there already is not written again.
        if insert.ends_with(self.follows.1) {
            insert.pop();
        }
        self.out.push(Completion {
            label: label.to_owned(),
            kind,
            detail: detail.to_owned(),
            insert,
            replaced: TextRange::new(start, self.follows.0),
            topic: format!("{}/{topic}", kind.as_str()),
        });
    }

    fn offered(&mut self, word: &str, kind: CompletionKind, offered: impl IntoIterator<Item = Offered>) {
        for one in offered {
            self.add(word, one.word, kind, (one.word.to_owned(), one.words), one.word);
        }
    }

    /// Names of rules, in the brackets of a suppression.
    fn rules(&mut self, comment: &str) {
        let Some((_, directive)) = comment.rsplit_once("nixpod:") else {
            return;
        };
        let directive = directive.trim_start();
        let Some(list) = directive
            .strip_prefix("ignore-file")
            .or_else(|| directive.strip_prefix("ignore"))
            .and_then(|rest| rest.trim_start().strip_prefix('['))
            .filter(|list| !list.contains(']'))
        else {
            return;
        };
        let word = list.rsplit([',', ' ']).next().unwrap_or_default();
        let named: Vec<&str> = list.split(',').map(str::trim).collect();
        let all = self.analysis.rules().iter().chain(OWN_RULES);
        for rule in all.filter(|rule| !named.contains(&rule.meta.id)) {
            let meta = &rule.meta;
            self.add(
                word,
                meta.id,
                CompletionKind::Rule,
                (meta.id.to_owned(), meta.summary),
                meta.id,
            );
        }
    }
}

impl At<'_> {
    fn nix(&mut self, cursor: &Cursor) {
        if let (Writing::Text(before), Some(unit)) = (&cursor.writing, unit_of(&cursor.path)) {
            return self.unit(before, &unit);
        }
        let Some(inside) = inside(&cursor.path) else {
            return;
        };
        let Some((_, option)) = inside.rest.split_first() else {
            if cursor.writing == Writing::Name {
                self.named(cursor, Named::Containers(inside.table.surface));
            }
            return;
        };
        let surface = inside.table.surface;
        match &cursor.writing {
            Writing::Name => self.names(cursor, inside.table, option),
            Writing::Value => self.values(cursor, surface, option),
            Writing::Element => self.texts(cursor, &inside, None),
            Writing::Text(before) => self.texts(cursor, &inside, Some(before)),
            Writing::Comment(_) | Writing::Other => {}
        }
    }

    fn word_before(&self, cursor: &Cursor) -> String {
        let text = self.analysis.text(self.file);
        let range = TextRange::new(cursor.word.start().min(self.offset), self.offset);
        text.get(std::ops::Range::<usize>::from(range))
            .unwrap_or_default()
            .to_owned()
    }

    /// Names of options.
    fn names(&mut self, cursor: &Cursor, table: &'static Table, option: &[PathName]) {
        let word = self.word_before(cursor);
        let option: Vec<&str> = option.iter().map(|name| name.as_deref().unwrap_or("*")).collect();
        if table.surface == Surface::OciContainers && option == ["capabilities"] {
            return self.offered(&word, CompletionKind::Capability, offered_capabilities());
        }
        if let (Surface::HomeManagerPodman, ["extraConfig", rest @ ..]) = (table.surface, &option[..]) {
            let mut offered: Vec<(&str, String)> = match rest {
                [] => { unit_sections("x.container").into_iter() }
                    .map(|section| (section, String::new()))
                    .collect(),
                [section] => { unit_keys(section).into_iter() }
                    .map(|key| (key.word, since_podman(&key)))
                    .collect(),
                _ => Vec::new(),
            };
            offered.sort_unstable();
            for (name, detail) in offered {
                self.add(&word, name, CompletionKind::Key, (name.to_owned(), &detail), name);
            }
            return;
        }
        let described = described_options(table.surface);
        let is_new = |name: &str, seen: &[&str]| {
            !seen.contains(&name) && !cursor.siblings.iter().any(|one| one == name)
        };
        let mut seen: Vec<&str> = Vec::new();
        for one in described {
            let Some(name) = next_name(one, &option).filter(|name| *name != "*" && is_new(name, &seen))
            else {
                continue;
            };
            seen.push(name);
            let is_end = one.path().count() == option.len() + 1 || one.path().last() == Some(name);
            let detail = if is_end { one.kind } else { "" };
            let topic = format!("{}/{}", table.surface.as_str(), one.name);
            self.add(
                &word,
                name,
                CompletionKind::Option,
                (name.to_owned(), detail),
                &topic,
            );
        }
        if described.is_empty() && option.is_empty() {
            for name in table
                .options
                .iter()
                .filter(|name| !name.contains('.') && is_new(name, &[]))
            {
                self.add(
                    &word,
                    name,
                    CompletionKind::Option,
                    ((*name).to_owned(), ""),
                    name,
                );
            }
        }
    }

    /// Values that are no strings, and strings with their quotes.
    fn values(&mut self, cursor: &Cursor, surface: Surface, option: &[PathName]) {
        let word = self.word_before(cursor);
        let Some(option) = described(surface, option) else {
            return;
        };
        for value in option.values {
            self.add(
                &word,
                value,
                CompletionKind::Value,
                ((*value).to_owned(), ""),
                value,
            );
        }
    }

    /// Texts; `before` is none where not even the quote is there yet.
    fn texts(&mut self, cursor: &Cursor, inside: &Inside<'_>, before: Option<&String>) {
        let Some((name, path)) = inside.rest.split_first() else {
            return;
        };
        let (name, surface) = (name.as_deref(), inside.table.surface);
        let first = self.out.len();
        let text = before.map(String::as_str).unwrap_or_default();
        match source(surface, path) {
            Source::Flags(program) => self.flags(text, program, &cursor.elements),
            Source::Values(values) => self.value(last_piece(text), values, surface),
            Source::Strings(values) if !text.contains(' ') => {
                for value in values {
                    if let Some(inner) = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')) {
                        self.add(text, inner, CompletionKind::Value, (inner.to_owned(), ""), inner);
                    }
                }
            }
            Source::Named(named) => {
                self.named_text(text, named);
                self.out.retain(|one| Some(one.label.as_str()) != name);
            }
            Source::Strings(_) | Source::Nothing => {}
        }
        if before.is_none() {
            let word = self.word_before(cursor);
            let start = self
                .offset
                .checked_sub(TextSize::of(word.as_str()))
                .unwrap_or(self.offset);
            for one in self.out.iter_mut().skip(first) {
                one.insert = format!("\"{}\"", one.insert);
                one.replaced = TextRange::new(start, self.follows.0);
            }
        }
    }

    /// Options of a program, or the value of one.
    fn flags(&mut self, text: &str, program: OptionsOf, elements: &[String]) {
        // The module of nspawn splits at blanks.
        let word = match program {
            OptionsOf::Nspawn => text.rsplit(' ').next().unwrap_or_default(),
            OptionsOf::Run => text,
        };
        if let Some((flag, value)) = word.strip_prefix("--").and_then(|flag| flag.split_once('=')) {
            return self.value(last_piece(value), values_of_flag(flag), Surface::CommandLine);
        }
        let takes_value = |flag: &str| offered_flags(program).any(|one| one.word == flag && one.takes_value);
        let waiting = elements.last().and_then(|last| last.strip_prefix("--"));
        if let Some(flag) = waiting.filter(|flag| takes_value(flag))
            && !word.starts_with('-')
        {
            return self.value(last_piece(word), values_of_flag(flag), Surface::CommandLine);
        }
        if !(word.is_empty() || word.starts_with('-')) {
            return;
        }
        for flag in offered_flags(program) {
            let label = format!("--{}", flag.word);
            let insert = if flag.takes_value {
                format!("{label}=")
            } else {
                label.clone()
            };
            self.add(
                word,
                &label,
                CompletionKind::Flag,
                (insert, flag.words),
                flag.word,
            );
        }
    }

    fn value(&mut self, word: &str, values: Values, surface: Surface) {
        match values {
            Values::Words(words) => self.offered(word, CompletionKind::Value, words),
            Values::Capabilities => self.offered(word, CompletionKind::Capability, offered_capabilities()),
            Values::Devices => self.offered(word, CompletionKind::Device, offered_devices()),
            Values::Networks(words) => {
                self.offered(word, CompletionKind::Value, words);
                self.named_text(word, Named::Networks(surface));
            }
            Values::Pods => self.named_text(word, Named::Pods(surface)),
            Values::Volumes => self.named_text(word, Named::Volumes(surface)),
            Values::Nothing => {}
        }
    }

    fn named(&mut self, cursor: &Cursor, named: Named) {
        let word = self.word_before(cursor);
        self.named_text(&word, named);
        self.out
            .retain(|one| !cursor.siblings.iter().any(|name| *name == one.label));
    }

    fn named_text(&mut self, word: &str, named: Named) {
        for name in names(self.analysis, self.path, self.file, self.offset, named) {
            self.add(
                word,
                &name,
                CompletionKind::Name,
                (name.clone(), named.words()),
                &name,
            );
        }
    }

    /// The text of a unit up to the cursor.
    fn unit(&mut self, before: &str, file: &str) {
        let line = before.rsplit('\n').next().unwrap_or_default().trim_start();
        if let Some(section) = line.strip_prefix('[') {
            for name in unit_sections(file) {
                self.add(
                    section,
                    name,
                    CompletionKind::Key,
                    (format!("{name}]"), "section"),
                    name,
                );
            }
            return;
        }
        let titles = before.lines().rev().map(str::trim);
        let section = { titles }.find_map(|line| line.strip_prefix('[')?.strip_suffix(']'));
        let Some(section) = section else { return };
        let Some((key, value)) = line.split_once('=') else {
            let mut keys = unit_keys(section);
            keys.sort_unstable_by_key(|key| key.word);
            for key in keys {
                let detail = match key.words {
                    "" => since_podman(&key),
                    words => words.to_owned(),
                };
                self.add(
                    line,
                    key.word,
                    CompletionKind::Key,
                    (format!("{}=", key.word), &detail),
                    key.word,
                );
            }
            return;
        };
        let word = value.rsplit(' ').next().unwrap_or_default();
        match key {
            "PodmanArgs" => self.flags(word, OptionsOf::Run, &[]),
            _ => self.value(last_piece(word), values_of_key(section, key), Surface::Quadlet),
        }
    }
}

/// What follows the last comma.
fn last_piece(text: &str) -> &str {
    text.rsplit(',').next().unwrap_or_default()
}

fn since_podman(key: &Offered) -> String {
    key.since
        .as_ref()
        .map(|since| format!("since Podman {since}"))
        .unwrap_or_default()
}
