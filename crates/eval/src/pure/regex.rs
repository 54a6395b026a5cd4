//! POSIX extended regular expressions over bytes, as Nix's (those of libstdc++).
//!
//! The pattern is translated and run by an engine whose time is linear in the text, so that no pattern is
//! catastrophic. Of several matches the leftmost and longest counts; of its submatches the first alternative that
//! leads to it, which is what libstdc++ does.

use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::meta::Regex as Meta;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input, MatchKind};

/// A pattern of some hundred characters needs a few kilobytes; libstdc++ gives up at 100,000 states.
pub(crate) const MAX_COMPILED: usize = 8 << 20;

/// What searching with one pattern may remember.
const MAX_CACHE: usize = 1 << 20;

/// A compiled pattern.
#[derive(Debug)]
pub(crate) struct Regex {
    /// The translated pattern for matching a whole text, with groups.
    whole: Meta,
    repeated: Vec<Repeated>,
    /// What `split` needs; made when it is first asked for.
    search: std::cell::OnceCell<Option<RegexSearch>>,
    translated: String,
}

/// Why a pattern cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BadPattern {
    Invalid,
    TooLarge,
}

/// Finds the leftmost longest match: where it begins, then how far it goes.
#[derive(Debug)]
pub(crate) struct RegexSearch {
    start: Meta,
    longest: DFA,
    cache: std::cell::RefCell<Cache>,
}

impl Regex {
    pub(crate) fn new(pattern: &str) -> Result<Self, BadPattern> {
        let mut repeated = Vec::new();
        let translated = translate(pattern.as_bytes(), &mut repeated).ok_or(BadPattern::Invalid)?;
        let whole = compile(&format!("\\A(?:{translated})\\z")).ok_or(BadPattern::TooLarge)?;
        Ok(Self {
            whole,
            repeated,
            search: std::cell::OnceCell::new(),
            translated,
        })
    }

    /// How much memory it takes, in bytes, without what searching adds.
    pub(crate) fn bytes(&self) -> usize {
        let inside = self.repeated.iter().map(|group| group.inside.memory_usage());
        self.whole.memory_usage() + inside.sum::<usize>()
    }

    /// Where the groups are if the pattern matches the whole text; nothing for one that took no part.
    pub(crate) fn groups(&self, text: &[u8]) -> Option<Vec<Option<(usize, usize)>>> {
        let mut captures = self.whole.create_captures();
        self.whole.captures(text, &mut captures);
        if !captures.is_match() {
            return None;
        }
        let mut found: Vec<Option<(usize, usize)>> = (1..captures.group_len())
            .map(|group| captures.get_group(group).map(|span| (span.start, span.end)))
            .collect();
        for group in &self.repeated {
            let Some(Some((_, end))) = found.get(group.number - 1).copied() else {
                continue;
            };
            let mut inside = group.inside.create_captures();
            group.inside.captures(b"", &mut inside);
            let took_part = (0..inside.group_len()).filter(|at| inside.get_group(*at).is_some());
            for at in took_part {
                if let Some(span) = found.get_mut(group.number - 1 + at) {
                    *span = Some((end, end));
                }
            }
        }
        Some(found)
    }

    pub(crate) fn search(&self) -> Option<&RegexSearch> {
        let made = self.search.get_or_init(|| {
            let longest = DFA::builder()
                .configure(
                    DFA::config()
                        .match_kind(MatchKind::All)
                        .cache_capacity(MAX_CACHE)
                        .skip_cache_capacity_check(true),
                )
                .syntax(syntax_config())
                .build(&self.translated)
                .ok()?;
            let cache = std::cell::RefCell::new(longest.create_cache());
            Some(RegexSearch {
                start: compile(&self.translated)?,
                longest,
                cache,
            })
        });
        made.as_ref()
    }
}

fn syntax_config() -> syntax::Config {
    syntax::Config::new()
        .unicode(false)
        .utf8(false)
        .dot_matches_new_line(true)
        .nest_limit(200)
}

fn compile(pattern: &str) -> Option<Meta> {
    Meta::builder()
        .configure(
            Meta::config()
                .utf8_empty(false)
                .nfa_size_limit(Some(MAX_COMPILED))
                .hybrid_cache_capacity(MAX_CACHE),
        )
        .syntax(syntax_config())
        .build(pattern)
        .ok()
}

impl RegexSearch {
    /// The leftmost longest match that begins at or after an offset.
    pub(crate) fn find(&self, text: &[u8], from: usize) -> Option<(usize, usize)> {
        let found = self.start.find(Input::new(text).range(from..))?;
        let start = found.start();
        Some((start, self.longest_from(text, start).unwrap_or(found.end())))
    }

    fn longest_from(&self, text: &[u8], start: usize) -> Option<usize> {
        let input = Input::new(text).range(start..).anchored(Anchored::Yes);
        let mut cache = self.cache.borrow_mut();
        let found = self.longest.try_search_fwd(&mut cache, &input).ok()??;
        Some(found.offset())
    }

    /// The match after one, as `std::regex_iterator` goes on.
    pub(crate) fn after(&self, text: &[u8], start: usize, end: usize) -> Option<(usize, usize)> {
        if start != end {
            return self.find(text, end);
        }
        if end >= text.len() {
            return None;
        }
        match self.longest_from(text, end) {
            Some(longer) if longer > end => Some((end, longer)),
            _ => self.find(text, end + 1),
        }
    }
}

/// A POSIX extended pattern in the syntax of the engine; nothing if libstdc++ refuses it.
fn translate(pattern: &[u8], repeated: &mut Vec<Repeated>) -> Option<String> {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut at = 0;
    let mut depth = 0usize;
    // May a quantifier follow? Not at a beginning, and not after an anchor.
    let mut atom = false;
    while let Some(byte) = pattern.get(at).copied() {
        at += 1;
        match byte {
            b'\\' => {
                let escaped = pattern
                    .get(at)
                    .copied()
                    .filter(|next| b".[\\()*+?{|^$".contains(next))?;
                at += 1;
                push_byte(&mut out, escaped);
            }
            b'(' => {
                depth += 1;
                out.push('(');
            }
            b')' => {
                depth = depth.checked_sub(1)?;
                out.push(')');
            }
            b'|' => out.push('|'),
            b'^' => out.push_str("\\A"),
            b'$' => out.push_str("\\z"),
            // Any byte but NUL, which no string of Nix contains.
            b'.' => out.push('.'),
            b'*' | b'+' | b'?' | b'{' if !atom => return None,
            b'*' | b'+' | b'?' => {
                wrap_quantified(&mut out);
                if byte != b'?' {
                    note_repeated(&out, repeated);
                }
                out.push(char::from(byte));
            }
            b'{' => at = bounds(pattern, at, &mut out, repeated)?,
            b'[' => at = bracket(pattern, at, &mut out)?,
            byte => push_byte(&mut out, byte),
        }
        atom = !matches!(byte, b'(' | b'|' | b'^' | b'$');
    }
    (depth == 0).then_some(out)
}

/// A repeated group that can match nothing does so once more at the end, in libstdc++: what it, and what groups in it,
/// hold then is empty. Notes the last atom if it is such a group.
fn note_repeated(out: &str, repeated: &mut Vec<Repeated>) {
    if !out.ends_with(')') || repeated.len() >= MOST_REPEATED {
        return;
    }
    let start = atom_start(out.as_bytes());
    let (Some(before), Some(group)) = (out.get(..start), out.get(start + 1..out.len() - 1)) else {
        return;
    };
    if group.starts_with('?') {
        return;
    }
    let perhaps = group.is_empty()
        || group.contains(['*', '?', '{', '(', '|'])
        || group.contains("\\A")
        || group.contains("\\z");
    let Some(inside) = perhaps.then(|| compile(&format!("\\A(?:{group})\\z"))).flatten() else {
        return;
    };
    if inside.is_match(b"") {
        let number = 1 + before
            .match_indices('(')
            .filter(|(at, _)| !before[at + 1..].starts_with('?'))
            .count();
        repeated.push(Repeated { number, inside });
    }
}

/// So many repeated groups of one pattern are looked at.
const MOST_REPEATED: usize = 30;

/// A repeated group that can match nothing.
#[derive(Debug)]
struct Repeated {
    number: usize,
    /// What is in it; its groups follow in number.
    inside: Meta,
}

fn number(text: &str) -> Option<u32> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// A second quantifier applies to what the first made, and must not be read as "lazy" or "possessive".
///
/// In the translated pattern every special character is syntax, as literals are written as `\xHH`.
fn wrap_quantified(out: &mut String) {
    if out.ends_with(['*', '+', '?', '}']) {
        let start = atom_start(out.as_bytes());
        out.insert_str(start, "(?:");
        out.push(')');
    }
}

/// Where the last atom, with its quantifiers, begins in a translated pattern.
fn atom_start(out: &[u8]) -> usize {
    let mut end = out.len();
    loop {
        match end.checked_sub(1).and_then(|last| out.get(last)) {
            Some(b'*' | b'+' | b'?') => end -= 1,
            Some(b'}') => match out[..end].iter().rposition(|byte| *byte == b'{') {
                Some(open) => end = open,
                None => return 0,
            },
            _ => break,
        }
    }
    match out[..end].last() {
        Some(close @ (b')' | b']')) => {
            let open = if *close == b')' { b'(' } else { b'[' };
            let mut depth = 0;
            for at in (0..end).rev() {
                if out[at] == *close {
                    depth += 1;
                } else if out[at] == open {
                    depth -= 1;
                    if depth == 0 {
                        return at;
                    }
                }
            }
            0
        }
        _ if end >= 4 && out[end - 4..].starts_with(b"\\x") => end - 4,
        _ => end.saturating_sub(1),
    }
}

/// A literal byte; everything but letters and digits as `\xHH`, so that nothing needs escaping.
fn push_byte(out: &mut String, byte: u8) {
    if byte.is_ascii_alphanumeric() {
        out.push(char::from(byte));
    } else {
        out.push_str(&format!("\\x{byte:02X}"));
    }
}

/// `{low,high}` after what it is about; `at` is behind the brace. Where the pattern goes on.
fn bounds(pattern: &[u8], at: usize, out: &mut String, repeated: &mut Vec<Repeated>) -> Option<usize> {
    let close = at + pattern.get(at..)?.iter().position(|byte| *byte == b'}')?;
    let bounds = std::str::from_utf8(pattern.get(at..close)?).ok()?;
    let (low, high) = bounds.split_once(',').unwrap_or((bounds, bounds));
    let low: u32 = number(low)?;
    let high: Option<u32> = if high.is_empty() {
        None
    } else {
        Some(number(high)?)
    };
    if high.is_some_and(|high| high < low) {
        return None;
    }
    wrap_quantified(out);
    match high {
        Some(high) => out.push_str(&format!("{{{low},{high}}}")),
        None => {
            note_repeated(out, repeated);
            out.push_str(&format!("{{{low},}}"));
        }
    }
    Some(close + 1)
}

/// A bracket expression whose `[` was read; gives the offset after it.
fn bracket(pattern: &[u8], start: usize, out: &mut String) -> Option<usize> {
    let mut at = start;
    let negated = pattern.get(at) == Some(&b'^');
    if negated {
        at += 1;
    }
    let mut set = [false; 256];
    let first = at;
    loop {
        let byte = *pattern.get(at)?;
        if byte == b']' && at > first {
            at += 1;
            break;
        }
        if byte == b'[' && matches!(pattern.get(at + 1), Some(b':' | b'.' | b'=')) {
            let kind = *pattern.get(at + 1)?;
            let rest = pattern.get(at + 2..)?;
            let len = rest.windows(2).position(|pair| pair == [kind, b']'])?;
            let name = rest.get(..len)?;
            if kind == b':' {
                let class = class_of(name)?;
                (0..=255u8)
                    .filter(class)
                    .for_each(|byte| set[usize::from(byte)] = true);
            } else if let [byte] = name {
                set[usize::from(*byte)] = true;
            } else {
                return None;
            }
            at += 2 + len + 2;
            continue;
        }
        let high = match (pattern.get(at + 1), pattern.get(at + 2)) {
            (Some(b'-'), Some(high)) if *high != b']' => Some(*high),
            _ => None,
        };
        match high {
            Some(high) => {
                if high < byte {
                    return None;
                }
                (byte..=high).for_each(|byte| set[usize::from(byte)] = true);
                at += 3;
            }
            None => {
                set[usize::from(byte)] = true;
                at += 1;
            }
        }
    }
    write_class(&set, negated, out);
    Some(at)
}

/// The bytes that are in the set, or those that are not.
fn write_class(set: &[bool; 256], negated: bool, out: &mut String) {
    out.push('[');
    let mut byte = 0usize;
    while byte < 256 {
        if set[byte] == negated {
            byte += 1;
            continue;
        }
        let end = (byte..256)
            .take_while(|next| set[*next] != negated)
            .last()
            .unwrap_or(byte);
        out.push_str(&format!("\\x{byte:02X}-\\x{end:02X}"));
        byte = end + 1;
    }
    if out.ends_with('[') {
        // Nothing matches: an empty class.
        out.push_str("^\\x00-\\xFF");
    }
    out.push(']');
}

fn class_of(name: &[u8]) -> Option<fn(&u8) -> bool> {
    Some(match name {
        b"alpha" => u8::is_ascii_alphabetic,
        b"digit" | b"d" => u8::is_ascii_digit,
        b"alnum" => u8::is_ascii_alphanumeric,
        b"upper" => u8::is_ascii_uppercase,
        b"lower" => u8::is_ascii_lowercase,
        b"space" | b"s" => |byte| byte.is_ascii_whitespace() || *byte == 0x0b,
        b"blank" => |byte| matches!(byte, b' ' | b'\t'),
        b"punct" => u8::is_ascii_punctuation,
        b"print" => |byte| (0x20..0x7f).contains(byte),
        b"graph" => u8::is_ascii_graphic,
        b"cntrl" => u8::is_ascii_control,
        b"xdigit" => u8::is_ascii_hexdigit,
        b"w" => |byte| byte.is_ascii_alphanumeric() || *byte == b'_',
        _ => return None,
    })
}
