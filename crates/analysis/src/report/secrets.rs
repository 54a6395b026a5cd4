//! What must not be shown: the secrets that the rules found, by where they are written and by their text.

use aho_corasick::{AhoCorasick, MatchKind};
use nixpod_source::{FileId, Span, TextRange, TextSize};
use rustc_hash::{FxHashMap, FxHashSet};
use std::ops::Range;
use std::sync::OnceLock;

/// What is shown in place of a secret, whatever its length.
pub const MASK: &str = "***";

/// A shorter text counts only as a word of its own: it may be a part of many others.
const SURE: usize = 8;
/// Of a shorter text too much else would be hidden, so it is hidden only where it is written and used.
const WORD: usize = 4;
/// Printed values are cut to about so many bytes.
const MAX_CUT: usize = 256;

/// A secret with its places looked up.
#[derive(Clone, Debug)]
pub(crate) struct Hidden {
    pub(crate) text: String,
    /// Is it a word that stands in many places where it is no secret?
    pub(crate) common: bool,
    /// The text of files that is it, or a piece of it.
    pub(crate) written: Vec<(FileId, TextRange)>,
    /// Where it is written, comes through and is used.
    pub(crate) places: Vec<Span>,
}

/// The secrets of a check, also those that no finding is shown for.
#[derive(Debug, Default)]
pub struct Secrets {
    written: FxHashMap<FileId, Vec<TextRange>>,
    /// Hidden wherever they stand.
    anywhere: Option<AhoCorasick>,
    /// Hidden where they stand as a word.
    words: Option<AhoCorasick>,
    /// Hidden, as words, in the values of options that are defined around these places; by file and beginning.
    common: FxHashMap<FileId, Vec<(TextRange, String)>>,
    /// All texts that are hidden anywhere or as words.
    texts: Vec<String>,
    beginnings: OnceLock<FxHashSet<u64>>,
}

impl PartialEq for Secrets {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written && self.texts == other.texts && self.common == other.common
    }
}

impl Eq for Secrets {}

impl Secrets {
    pub(crate) fn new(all: Vec<Hidden>) -> Self {
        let mut written: FxHashMap<FileId, Vec<TextRange>> = FxHashMap::default();
        let mut common: FxHashMap<FileId, Vec<(TextRange, String)>> = FxHashMap::default();
        let (mut sure, mut words) = (FxHashSet::default(), FxHashSet::default());
        for secret in all {
            for (file, range) in secret.written {
                written.entry(file).or_default().push(range);
            }
            for text in forms(&secret.text) {
                if secret.common || text.len() < WORD {
                    for place in &secret.places {
                        let in_file = common.entry(place.file).or_default();
                        in_file.push((place.range, text.clone()));
                    }
                } else if text.len() < SURE {
                    words.insert(text);
                } else {
                    sure.insert(text);
                }
            }
        }
        let (sure, words) = (sorted(sure), sorted(words));
        written.values_mut().for_each(|ranges| {
            ranges.sort_unstable_by_key(|range| (range.start(), range.end()));
            ranges.dedup();
        });
        common.values_mut().for_each(|places| {
            places.sort_unstable_by(|(a, one), (b, other)| {
                (a.start(), a.end(), one).cmp(&(b.start(), b.end(), other))
            });
            places.dedup();
        });
        Self {
            written,
            anywhere: automaton(&sure),
            words: automaton(&words),
            common,
            texts: sure.into_iter().chain(words).collect(),
            beginnings: OnceLock::new(),
        }
    }

    /// Is there nothing to hide?
    pub fn is_empty(&self) -> bool {
        self.written.is_empty() && self.texts.is_empty() && self.common.is_empty()
    }

    /// A text with [`MASK`] in place of the secrets in it.
    pub fn mask(&self, text: &str) -> String {
        self.mask_at(text, &[])
    }

    /// The same for the value of an option that is defined at these places.
    pub(crate) fn mask_at(&self, text: &str, places: &[Span]) -> String {
        if self.is_empty() {
            return text.to_owned();
        }
        let mut ranges = self.by_text(text);
        let common: FxHashSet<&str> = places.iter().flat_map(|place| self.common_in(*place)).collect();
        ranges.extend(common.into_iter().flat_map(|common| as_words(text, common)));
        ranges.extend(self.cut_at_the_end(text));
        replace(text, &joined(ranges))
    }

    fn common_in(&self, place: Span) -> impl Iterator<Item = &str> {
        let all = self
            .common
            .get(&place.file)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let from = all.partition_point(|(range, _)| range.start() < place.range.start());
        all.iter()
            .skip(from)
            .take_while(move |(range, _)| range.start() <= place.range.end())
            .filter(move |(range, _)| place.range.contains_range(*range))
            .map(|(_, text)| text.as_str())
    }

    /// What must not be shown of a file's text: sorted, apart from each other, and none goes over the end of a line.
    pub fn ranges(&self, file: FileId, text: &str) -> Vec<TextRange> {
        let written = self.written.get(&file).into_iter().flatten();
        let mut ranges: Vec<Range<usize>> = written.map(|range| (*range).into()).collect();
        ranges.extend(self.by_text(text));
        let mut out = Vec::new();
        for range in joined(ranges) {
            let mut at = range.start;
            for line in text.get(range).unwrap_or_default().split_inclusive('\n') {
                let body = line.trim();
                let start = at + (line.len() - line.trim_start().len());
                if let (Ok(start), false) = (u32::try_from(start), body.is_empty()) {
                    out.push(TextRange::at(TextSize::new(start), TextSize::of(body)));
                }
                at += line.len();
            }
        }
        out
    }

    /// A stretch of a file's text with the secrets in it masked.
    pub fn slice(&self, file: FileId, text: &str, range: TextRange) -> String {
        let slice = text.get(Range::<usize>::from(range)).unwrap_or_default();
        let inside = self.written.get(&file).into_iter().flatten();
        let inside = inside.filter_map(|secret| secret.intersect(range));
        let mut ranges: Vec<Range<usize>> = inside.map(|secret| (secret - range.start()).into()).collect();
        ranges.extend(self.by_text(slice));
        replace(slice, &joined(ranges))
    }

    /// Is some of the text of a span a secret because of where it is written?
    pub(crate) fn touches(&self, span: Span) -> bool {
        let written = self.written.get(&span.file).into_iter().flatten();
        written
            .filter_map(|range| range.intersect(span.range))
            .any(|common| !common.is_empty())
    }

    fn by_text(&self, text: &str) -> Vec<Range<usize>> {
        let mut out: Vec<Range<usize>> = Vec::new();
        for found in self.anywhere.iter().flat_map(|all| all.find_iter(text)) {
            out.push(found.range());
        }
        for found in self.words.iter().flat_map(|all| all.find_iter(text)) {
            out.extend(is_word(text, &found.range()).then(|| found.range()));
        }
        out
    }

    /// A value that was cut may end with the beginning of a secret.
    fn cut_at_the_end(&self, text: &str) -> Option<Range<usize>> {
        let body = text.strip_suffix('…')?;
        let beginnings = self.beginnings.get_or_init(|| {
            let ends = |text: &String| {
                text.char_indices()
                    .map(|(at, _)| at)
                    .take(MAX_CUT)
                    .collect::<Vec<_>>()
            };
            let texts = self.texts.iter();
            let hashes =
                texts.flat_map(|text| ends(text).into_iter().map(|end| hash(&text.as_bytes()[..end])));
            hashes.collect()
        });
        let first = body.len().saturating_sub(MAX_CUT);
        (first..body.len().saturating_sub(2))
            .find(|start| {
                body.get(*start..)
                    .is_some_and(|end| beginnings.contains(&hash(end.as_bytes())))
            })
            .map(|start| start..body.len())
    }
}

/// FNV-1a.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// How a secret can stand in an output: as it is, as Nix prints it, and of several lines each one.
fn forms(text: &str) -> Vec<String> {
    let text = text.trim();
    let quoted = nixpod_eval::print::quote(text);
    let quoted = quoted.trim_matches('"').to_owned();
    let mut out = vec![text.to_owned(), quoted];
    if text.contains('\n') {
        let lines = text.lines().map(str::trim);
        out.extend(lines.filter(|line| line.len() >= SURE).map(str::to_owned));
    }
    out.retain(|form| !form.is_empty());
    out.dedup();
    out
}

fn sorted(set: FxHashSet<String>) -> Vec<String> {
    let mut list: Vec<String> = set.into_iter().collect();
    list.sort();
    list
}

/// None if there is nothing to look for. Texts of this size cannot be too many for the automaton.
fn automaton(texts: &[String]) -> Option<AhoCorasick> {
    if texts.is_empty() {
        return None;
    }
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .build(texts)
        .ok()
}

fn as_words<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = Range<usize>> + 't {
    text.match_indices(word)
        .map(|(at, found)| at..at + found.len())
        .filter(|range| is_word(text, range))
}

/// Does no letter or digit stand beside it?
fn is_word(text: &str, range: &Range<usize>) -> bool {
    let before = text.get(..range.start).and_then(|text| text.chars().next_back());
    let after = text.get(range.end..).and_then(|text| text.chars().next());
    ![before, after].into_iter().flatten().any(char::is_alphanumeric)
}

/// Sorted, with those that touch made one.
fn joined(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.retain(|range| !range.is_empty());
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut out: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match out.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => out.push(range),
        }
    }
    out
}

fn replace(text: &str, ranges: &[Range<usize>]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for range in ranges {
        out.push_str(text.get(at..range.start).unwrap_or_default());
        out.push_str(MASK);
        at = range.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: FileId = FileId::project(0);
    fn span(range: Range<u32>) -> Span {
        Span {
            file: FILE,
            range: TextRange::new(range.start.into(), range.end.into()),
        }
    }

    fn secrets(all: &[(&str, bool, Option<Range<u32>>)]) -> Secrets {
        let hidden = |(text, common, written): &(&str, bool, Option<Range<u32>>)| Hidden {
            text: (*text).to_owned(),
            common: *common,
            written: written
                .iter()
                .map(|range| (FILE, TextRange::new(range.start.into(), range.end.into())))
                .collect(),
            places: written.iter().map(|range| span(range.clone())).collect(),
        };
        Secrets::new(all.iter().map(hidden).collect())
    }

    #[test]
    fn long_texts_are_hidden_anywhere_and_short_ones_as_words() {
        let secrets = secrets(&[("hunter2\"hunter2", false, None), ("tulip", false, None)]);
        assert_eq!(
            secrets.mask("xhunter2\"hunter2y tulip tulips"),
            "x***y *** tulips"
        );
        assert_eq!(
            secrets.mask(r#"{ a = "hunter2\"hunter2"; b = "tulip"; }"#),
            r#"{ a = "***"; b = "***"; }"#
        );
        assert_eq!(secrets.mask("[ \"hunter2\\\"hu…"), "[ \"***…");
        assert_eq!(secrets.mask("[ \"hunger…"), "[ \"hunger…");
    }

    #[test]
    fn common_words_are_hidden_where_they_are_written_and_used() {
        let text = "db.user = \"root\"; db.password = \"root\";";
        let secrets = secrets(&[("root", true, Some(33..37))]);
        assert_eq!(secrets.mask(text), text);
        assert_eq!(secrets.mask_at("\"root\"", &[span(20..40)]), "\"***\"");
        assert_eq!(secrets.mask_at("\"root\"", &[span(0..20)]), "\"root\"");
        let range = TextRange::up_to(TextSize::of(text));
        assert_eq!(
            secrets.slice(FILE, text, range),
            "db.user = \"root\"; db.password = \"***\";"
        );
        assert_eq!(secrets.ranges(FILE, text), [TextRange::new(33.into(), 37.into())]);
    }

    #[test]
    fn a_key_of_several_lines_is_hidden_line_by_line() {
        let text = "  -- BEGIN --\n  b3BlbnNzaC1rZXkt\n  -- END --\n";
        let secrets = secrets(&[("-- BEGIN --\nb3BlbnNzaC1rZXkt\n-- END --\n", false, Some(0..45))]);
        let ranges = secrets.ranges(FILE, text);
        let lines: Vec<&str> = ranges
            .iter()
            .map(|range| &text[Range::<usize>::from(*range)])
            .collect();
        assert_eq!(lines, ["-- BEGIN --", "b3BlbnNzaC1rZXkt", "-- END --"]);
        assert_eq!(secrets.mask("a b3BlbnNzaC1rZXkt b"), "a *** b");
        assert_eq!(
            secrets.mask("\"-- BEGIN --\\nb3BlbnNzaC1rZXkt\\n-- END --\\n\""),
            "\"***\\n\""
        );
    }
}
