//! The grammar of units as Podman reads it: sections, keys, comments, lines that go on.
//!
//! It is Podman's and not systemd's: lines are joined without a blank between them, and one line that is none of these
//! makes Podman refuse the file as a whole. What is wrong is told beside what was read.

use crate::vocabulary::pieces::Pieces;
use crate::vocabulary::text::HOLE;
use nixpod_model::{Text, UnitProblem};
use nixpod_source::{Origin, Why};
use rustc_hash::FxHashMap;
use std::ops::Range;

/// More problems of one file tell nothing new.
pub(crate) const MAX_PROBLEMS: usize = 64;
/// Nobody writes so many sections by hand.
const MAX_SECTIONS: usize = 256;
/// So much of a line is told.
const MAX_TOLD: usize = 60;

/// A unit's text, taken apart.
#[derive(Clone, Debug, Default)]
pub(crate) struct Unit {
    /// In the order in which they begin; one that stands twice is one.
    pub(crate) sections: Vec<Section>,
    /// What Podman does not take.
    pub(crate) problems: Vec<Problem>,
    /// A line that is not known, and so may be any.
    pub(crate) open: Option<(Why, Origin)>,
}

/// A section.
#[derive(Clone, Debug)]
pub(crate) struct Section {
    /// Its name, with U+FFFC for what is not known.
    pub(crate) name: String,
    /// Where the name stands first.
    pub(crate) origin: Origin,
    pub(crate) entries: Vec<Entry>,
}

/// A key with its value.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    /// Where the key is written.
    pub(crate) origin: Origin,
    /// Lines that go on are joined; white space around it is left out.
    pub(crate) value: Text,
}

/// What is wrong, and where.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(crate) what: UnitProblem,
    pub(crate) origin: Origin,
}

impl Unit {
    pub(crate) fn section(&self, name: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.name == name)
    }

    /// All values of a key after the last empty one, which takes back those before it.
    pub(crate) fn values(&self, section: &str, key: &str) -> Vec<&Entry> {
        let mut out = Vec::new();
        let all = self.section(section).map_or(&[][..], |one| &one.entries);
        for entry in all.iter().filter(|entry| entry.key == key) {
            match entry.value.parts.is_empty() {
                true => out.clear(),
                false => out.push(entry),
            }
        }
        out
    }

    /// The last value of a key, which may be empty.
    pub(crate) fn last(&self, section: &str, key: &str) -> Option<&Entry> {
        let section = self.section(section)?;
        section.entries.iter().rfind(|entry| entry.key == key)
    }

    /// Adds what a drop-in says.
    pub(crate) fn merge(&mut self, other: &Self) {
        for section in &other.sections {
            match self.sections.iter_mut().find(|one| one.name == section.name) {
                Some(own) => own.entries.extend(section.entries.iter().cloned()),
                None => self.sections.push(section.clone()),
            }
        }
        self.problems.extend(other.problems.iter().cloned());
        if self.open.is_none() {
            self.open.clone_from(&other.open);
        }
    }
}

/// Takes a unit's text apart.
pub(crate) fn parse(text: &Text) -> Unit {
    let pieces = Pieces::new(text);
    let mut parser = Parser {
        pieces: &pieces,
        unit: Unit::default(),
        by_name: FxHashMap::default(),
        current: None,
        is_full: false,
    };
    parser.lines();
    parser.unit
}

struct Parser<'p, 't> {
    pieces: &'p Pieces<'t>,
    unit: Unit,
    /// Where each section is.
    by_name: FxHashMap<String, usize>,
    /// The section that the walk is in.
    current: Option<usize>,
    /// Do keys follow that are in a section which is not read?
    is_full: bool,
}

/// A line with those that it goes on in.
#[derive(Default)]
struct Line {
    text: String,
    /// Where each stretch of the text is in the pattern, with where it begins in the text.
    stretches: Vec<(usize, Range<usize>)>,
}

impl Line {
    fn push(&mut self, pattern: &str, range: Range<usize>) {
        self.stretches.push((self.text.len(), range.clone()));
        self.text.push_str(pattern.get(range).unwrap_or_default());
    }

    /// Where a stretch of the line is in the pattern.
    fn ranges(&self, range: &Range<usize>) -> Vec<Range<usize>> {
        let mut out = Vec::new();
        for (begin, stretch) in &self.stretches {
            let from = range.start.max(*begin);
            let to = range.end.min(begin + stretch.len());
            if from < to {
                out.push(stretch.start + (from - begin)..stretch.start + (to - begin));
            }
        }
        out
    }

    fn whole(&self) -> Range<usize> {
        0..self.text.len()
    }
}

impl Parser<'_, '_> {
    fn lines(&mut self) {
        let pieces = self.pieces;
        let pattern = pieces.pattern();
        let content = pattern.strip_suffix('\n').unwrap_or(pattern);
        let mut begun = Line::default();
        let mut at = 0;
        for line in content.split('\n') {
            let (start, is_last) = (at, at + line.len() == content.len());
            at += line.len() + 1;
            let trimmed = line.trim();
            if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
                continue;
            }
            let start = start + (line.len() - line.trim_start().len());
            let goes_on = trimmed.ends_with('\\');
            let end = start + trimmed.len() - usize::from(goes_on);
            begun.push(pattern, start..end);
            if !goes_on || is_last {
                self.line(&std::mem::take(&mut begun));
            }
        }
        // Only comments and empty lines came after it.
        if !begun.text.is_empty() {
            let what = UnitProblem::LostLine(told(&begun.text));
            self.problem(what, &begun, &begun.whole());
        }
    }

    fn line(&mut self, line: &Line) {
        let text = line.text.as_str();
        if let Some(name) = section_name(text) {
            return self.begin(line, name);
        }
        if is_of_template(text) {
            let why = Why::NotModelled("a file that is filled in before it is used".to_owned());
            let origin = origin(self.pieces, line, &line.whole());
            self.unit.open.get_or_insert((why, origin));
            return;
        }
        match text.find('=') {
            Some(end) if end > 0 => self.entry(line, end),
            // What is not known may be any line.
            _ if text.contains(HOLE) => self.unknown(line),
            // What stands alone between two that are joined is empty.
            None if text.is_empty() => {}
            _ => {
                let what = UnitProblem::MalformedLine(told(text));
                self.problem(what, line, &line.whole());
                // A section is meant behind the mark of the text's encoding, so that its keys are no further mistake.
                self.is_full |= text.starts_with("\u{feff}[");
            }
        }
    }

    fn begin(&mut self, line: &Line, name: &str) {
        if self.unit.sections.len() >= MAX_SECTIONS && !self.by_name.contains_key(name) {
            let why = Why::Limit(format!("more than {MAX_SECTIONS} sections in a unit"));
            let origin = origin(self.pieces, line, &line.whole());
            self.unit.open.get_or_insert((why, origin));
            self.current = None;
            self.is_full = true;
            return;
        }
        let at = *self.by_name.entry(name.to_owned()).or_insert_with(|| {
            let stretch = 1..1 + name.len();
            self.unit.sections.push(Section {
                name: name.to_owned(),
                origin: origin(self.pieces, line, &stretch),
                entries: Vec::new(),
            });
            self.unit.sections.len() - 1
        });
        self.current = Some(at);
        if name.contains(HOLE) {
            self.unknown(line);
        }
    }

    fn entry(&mut self, line: &Line, equals: usize) {
        let text = line.text.as_str();
        let key = text.get(..equals).unwrap_or_default().trim_end();
        let value = text.get(equals + 1..).unwrap_or_default();
        let start = text.len() - value.trim_start().len();
        let named = 0..key.len();
        if key.contains(HOLE) {
            return self.unknown(line);
        }
        let Some(section) = self.current.and_then(|at| self.unit.sections.get_mut(at)) else {
            if self.is_full {
                return;
            }
            let what = UnitProblem::KeyOutsideSection(told(key));
            return self.problem(what, line, &named);
        };
        section.entries.push(Entry {
            key: key.to_owned(),
            origin: origin(self.pieces, line, &named),
            value: self.pieces.text(&line.ranges(&(start..text.len()))),
        });
    }

    fn unknown(&mut self, line: &Line) {
        let ranges = line.ranges(&line.whole());
        let Some(why) = ranges.iter().find_map(|range| self.pieces.hole(range)) else {
            return;
        };
        if self.unit.open.is_none() {
            let origin = origin(self.pieces, line, &line.whole());
            self.unit.open = Some((why.clone(), origin));
        }
    }

    fn problem(&mut self, what: UnitProblem, line: &Line, at: &Range<usize>) {
        if self.unit.problems.len() < MAX_PROBLEMS {
            let origin = origin(self.pieces, line, at);
            self.unit.problems.push(Problem { what, origin });
        }
    }
}

fn origin(pieces: &Pieces<'_>, line: &Line, stretch: &Range<usize>) -> Origin {
    match line.ranges(stretch).first() {
        Some(range) => pieces.origin_of(range),
        None => line
            .stretches
            .first()
            .map(|(_, range)| pieces.origin_of(range))
            .unwrap_or_default(),
    }
}

/// What stands in the brackets, if it is the line of a section.
fn section_name(line: &str) -> Option<&str> {
    let (name, rest) = line.strip_prefix('[')?.split_once(']')?;
    let is_valid = !name.is_empty() && !name.contains(|c: char| c == '[' || c.is_control());
    (is_valid && rest.chars().all(|c| matches!(c, ' ' | '\t'))).then_some(name)
}

/// Is it a line of a template's own language, as Jinja, Go, Handlebars and ERB write them? Such a file is no unit yet: what
/// becomes of it has other lines.
fn is_of_template(line: &str) -> bool {
    [("{{", "}}"), ("{%", "%}"), ("{#", "#}"), ("<%", "%>")]
        .iter()
        .any(|(begin, end)| line.starts_with(begin) && line.contains(end))
}

/// As much of a text as is told in a message.
pub(crate) fn told(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().nth(MAX_TOLD) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
