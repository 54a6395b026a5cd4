//! From one change, said in terms of the configuration, to edits of one file's text.

use crate::rule::Change;
use crate::vfs::spans::range_of_text;
use crate::vfs::state::FileState;
use nixpod_source::{ExprId, Place, TextEdit, TextRange, TextSize};
use nixpod_syntax::hir::{Attrs, Entry, EntryValue, Expr, NameId};
use nixpod_syntax::{Hir, Language, Parents, ParsedFile, edit};
use std::ops::Range;

/// The edits that make a change at a place; `None` if the code there is not of the right kind.
pub(crate) fn edits_of(state: &FileState, place: Place, change: &Change) -> Option<Vec<TextEdit>> {
    let expr = place.site.expr;
    if expr == ExprId::TEXT {
        return edit_of_text(state, range_of_text(&state.text, place.within), change);
    }
    let parsed = state.parsed();
    let file = File {
        text: &state.text,
        parsed,
        parents: state.parents(),
        hir: &parsed.hir,
    };
    // What a call gives is no text of its own: the whole file that `importJSON` reads is there for one value of it, and so is
    // the path that it is given.
    if matches!(file.hir.get(expr)?, Expr::Apply(..)) && !matches!(change, Change::SetIn(..)) {
        return None;
    }
    if matches!(file.hir.get(expr)?, Expr::Path(..)) && matches!(file.parent(expr), Some(Parent::Argument(_)))
    {
        return None;
    }
    let edit = match change {
        Change::Remove(_) => match place.within {
            Some((start, end)) if !file.is_whole(expr, start, end) => {
                let whole = file.parsed.map.string_range(expr, 0, u32::MAX);
                remove_stretch(file.text, whole, file.parsed.map.string_range(expr, start, end))?
            }
            _ => file.remove(expr)?,
        },
        Change::Replace(_, new) => match place.within {
            Some((start, end)) => edit::replace(
                file.parsed.map.string_range(expr, start, end),
                file.escape(expr, new),
            ),
            None if file.is_of_kind(expr, new) => edit::replace(file.range(expr), new),
            None => return None,
        },
        Change::Prepend(_, text) => file.prepend(expr, text)?,
        Change::SetIn(_, name, value) => file.set_in(expr, name, value)?,
        Change::AppendBeside(_, element) => {
            let Parent::Element(list) = file.parent(expr)? else {
                return None;
            };
            edit::insert_list_element(file.text, file.range(list), element)?
        }
    };
    Some(vec![edit])
}

/// The edits of a text that is no code.
fn edit_of_text(state: &FileState, range: TextRange, change: &Change) -> Option<Vec<TextEdit>> {
    let edit = match change {
        Change::Remove(_) if state.language == Language::Json => remove_element(&state.text, range)?,
        Change::Remove(_) => {
            let whole = TextRange::up_to(TextSize::of(&*state.text));
            remove_stretch(&state.text, whole, range)?
        }
        Change::Replace(_, new) if state.language == Language::Json => {
            edit::replace(range, new.replace('\\', "\\\\").replace('"', "\\\""))
        }
        Change::Replace(_, new) => edit::replace(range, new),
        Change::Prepend(..) | Change::SetIn(..) | Change::AppendBeside(..) => return None,
    };
    Some(vec![edit])
}

/// An element of an array of JSON with its comma, if the range is all of it.
fn remove_element(text: &str, range: TextRange) -> Option<TextEdit> {
    let before = text.get(..usize::from(range.start()))?.strip_suffix('"')?;
    let after = text.get(usize::from(range.end())..)?.strip_prefix('"')?;
    let (outer, rest) = (before.trim_end(), after.trim_start());
    let from = match (outer.ends_with(['[', ',']), rest.strip_prefix(',')) {
        // The first with the blank after its comma, the others with the blank before.
        (true, Some(rest)) if outer.ends_with('[') => {
            let end = text.len() - rest.trim_start().len();
            return Some(edit::replace(span(before.len(), end), ""));
        }
        (true, Some(rest)) => return Some(edit::replace(span(outer.len(), text.len() - rest.len()), "")),
        (true, None) if rest.starts_with(']') => outer.strip_suffix(',').map_or(before.len(), str::len),
        _ => return None,
    };
    Some(edit::replace(span(from, text.len() - after.len()), ""))
}

fn span(start: usize, end: usize) -> TextRange {
    let size = |at: usize| TextSize::new(u32::try_from(at).unwrap_or(u32::MAX));
    TextRange::new(size(start), size(end.max(start)))
}

/// The range of a word with the quotation marks around it; nothing, if more of the word is beside it.
fn with_quotes(text: &str, whole: TextRange, range: TextRange) -> Option<TextRange> {
    let content = text.get(..usize::from(whole.end()))?;
    let before = content.get(usize::from(whole.start())..usize::from(range.start()))?;
    let after = content.get(usize::from(range.end())..)?;
    let is_free = |beside: Option<char>| {
        beside.is_none_or(|c| c.is_whitespace() || matches!(c, ';' | '&' | '|' | '(' | ')'))
    };
    let ends = (before.chars().next_back(), after.chars().next());
    match ends {
        (Some(quote @ ('"' | '\'')), Some(other)) if quote == other => {
            let outer = before.strip_suffix(quote)?.chars().next_back();
            let rest = after.strip_prefix(quote)?.chars().next();
            let size = TextSize::of(quote);
            let quoted = TextRange::new(range.start() - size, range.end() + size);
            (is_free(outer) && is_free(rest)).then_some(quoted)
        }
        // A key of a unit stands right before its value.
        (before, after) => ((is_free(before) || before == Some('=')) && is_free(after)).then_some(range),
    }
}

/// The stretch and the blank that parted it from the word before, or after. Where it is all that the key of a unit is set
/// to, the line: a key without a value takes back what was said before. Where it is all that there is on one of several
/// lines that backslashes join, that line.
///
/// `whole`: the content that it is a part of. Nothing, if it is only a part of a word there.
fn remove_stretch(text: &str, whole: TextRange, range: TextRange) -> Option<TextEdit> {
    let range = with_quotes(text, whole, range)?;
    let (start, end) = (usize::from(range.start()), usize::from(range.end()));
    let before = text.get(..start).unwrap_or_default();
    let after = text.get(end..).unwrap_or_default();
    let blank = |c: char| c == ' ' || c == '\t';
    let line = before.rsplit('\n').next().unwrap_or_default();
    let rest = after.split_inclusive('\n').next().unwrap_or_default();
    let key = line.trim().strip_suffix('=').map(str::trim_end);
    // Names in capitals are variables of a script, which are asked for elsewhere, too.
    let is_key = key.is_some_and(|key| {
        key.bytes().all(|byte| byte.is_ascii_alphabetic())
            && key.bytes().any(|byte| byte.is_ascii_lowercase())
    });
    if is_key && rest.ends_with('\n') && rest.trim().is_empty() {
        return Some(edit::replace(span(start - line.len(), end + rest.len()), ""));
    }
    // An option and its value are two words there: one without the other says something else.
    let is_value = text.get(start..end).is_some_and(|word| !word.starts_with('-'));
    if is_value
        && ["PodmanArgs", "GlobalArgs"]
            .iter()
            .any(|key| line.trim_start().starts_with(key))
    {
        return None;
    }
    if line.trim().is_empty() {
        if rest.ends_with('\n') && rest.trim() == "\\" {
            return Some(edit::replace(span(start - line.len(), end + rest.len()), ""));
        }
        let above = before.get(..start - line.len()).unwrap_or_default();
        if rest.trim().is_empty()
            && let Some(edit) = remove_last_joined(above, whole, end)
        {
            return Some(edit);
        }
    }
    let (mut from, mut to) = (start, end);
    if before.ends_with(blank) {
        from = before.trim_end_matches(blank).len();
    } else {
        to = text.len() - after.trim_start_matches(blank).len();
    }
    Some(edit::replace(span(from, to), ""))
}

/// The last of several lines that backslashes join, with the backslash that joins it to the line before. Comments and empty
/// lines that stand between the two in a unit stay; `above` is all that stands before the line that goes.
fn remove_last_joined(above: &str, whole: TextRange, end: usize) -> Option<TextEdit> {
    let mut line_end = above.len();
    while line_end > usize::from(whole.start()) {
        let before = above.get(..line_end)?.strip_suffix('\n')?;
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = before.get(line_start.max(usize::from(whole.start()))..)?;
        if !line.trim().is_empty() && !line.trim_start().starts_with(['#', ';']) {
            let sign = before.trim_end();
            let joined = sign.strip_suffix('\\')?.trim_end_matches([' ', '\t']);
            let between = above.get(sign.len()..)?.trim_end();
            return Some(edit::replace(span(joined.len(), end), between));
        }
        line_end = line_start;
    }
    None
}

/// What an expression is in the one around it.
enum Parent {
    /// An element of this list.
    Element(ExprId),
    /// The value or the key of the binding with this key.
    Bound(ExprId),
    /// The argument of this call, such as `mkForce x`.
    Argument(ExprId),
}

/// `mkIf a (mkForce (mkOrder 1 x))` is as deep as anybody writes.
const MAX_CALLS: usize = 4;

/// Functions that say how a definition counts.
const PROPERTIES: [&str; 9] = [
    "mkAfter",
    "mkBefore",
    "mkDefault",
    "mkForce",
    "mkIf",
    "mkImageMediaOverride",
    "mkOrder",
    "mkOverride",
    "mkVMOverride",
];

/// Functions whose list has the elements of the one that they are given, each for itself.
const LISTS: [&str; 12] = [
    "concatLists",
    "concatMap",
    "concatMapStringsSep",
    "concatStringsSep",
    "escapeShellArgs",
    "filter",
    "flatten",
    "forEach",
    "map",
    "mkMerge",
    "optionals",
    "unique",
];

/// The configuration of what runs inside, which is long: options are added before it.
const NESTED: &str = "config";

struct File<'a> {
    text: &'a str,
    parsed: &'a ParsedFile,
    parents: &'a Parents,
    hir: &'a Hir,
}

impl File<'_> {
    fn range(&self, expr: ExprId) -> TextRange {
        self.parsed.map.range(expr)
    }

    fn expr(&self, expr: ExprId) -> Option<&Expr> {
        self.hir.get(expr)
    }

    fn slice(&self, range: TextRange) -> &str {
        self.text.get(Range::<usize>::from(range)).unwrap_or_default()
    }

    fn parent(&self, child: ExprId) -> Option<Parent> {
        if let Some(key) = self.parents.key_of(child) {
            return Some(Parent::Bound(key));
        }
        if self.parents.value_of(child).is_some() {
            return Some(Parent::Bound(child));
        }
        let around = self.parents.parent(child)?;
        match self.expr(around)? {
            Expr::List(_) => Some(Parent::Element(around)),
            Expr::Apply(_, argument) if *argument == child => Some(Parent::Argument(around)),
            // A name that is inherited from a set is a binding without a value of its own.
            Expr::Attrs(_) | Expr::Let(..) if matches!(self.expr(child), Some(Expr::Key(_))) => {
                Some(Parent::Bound(child))
            }
            _ => None,
        }
    }

    /// Does the stretch hold all of a literal's content?
    fn is_whole(&self, expr: ExprId, start: u32, end: u32) -> bool {
        let content = self.parsed.map.string_range(expr, 0, u32::MAX);
        let stretch = self.parsed.map.string_range(expr, start, end);
        matches!(self.expr(expr), Some(Expr::Str(parts)) if parts.len() <= 1) && content == stretch
    }

    /// The list element or binding that the expression makes up, through calls such as `mkForce`.
    fn remove(&self, mut expr: ExprId) -> Option<TextEdit> {
        for _ in 0..=MAX_CALLS {
            match self.parent(expr)? {
                // Lists that functions take are not the list that comes of them.
                Parent::Element(list) if self.is_argument_of_others(list) => return None,
                Parent::Element(_) => return edit::remove_list_element(self.text, self.range(expr)),
                // What declares an option is no definition of it.
                Parent::Bound(key) if self.declares_an_option(key) => return None,
                Parent::Bound(key) => return edit::remove_binding(self.text, self.range(key)),
                Parent::Argument(call) if self.is_property(call) => expr = call,
                Parent::Argument(_) => return None,
            }
        }
        None
    }

    /// The name of the function that a call calls, without the path to it.
    fn called(&self, mut at: ExprId) -> Option<&str> {
        loop {
            at = match self.expr(at)? {
                Expr::Apply(function, _) => *function,
                Expr::Var(name, _) => return self.name(*name),
                Expr::Select(..) => {
                    let text = self.slice(self.range(at));
                    return text.rsplit('.').next().map(str::trim);
                }
                _ => return None,
            };
        }
    }

    fn name(&self, name: NameId) -> Option<&str> {
        self.hir.names().get(name.0 as usize).map(AsRef::as_ref)
    }

    /// Does a call say how a definition counts, and not what it is?
    fn is_property(&self, call: ExprId) -> bool {
        let name = self.called(call);
        name.is_some_and(|name| PROPERTIES.contains(&name))
    }

    /// Is a list the argument of a call that makes something else of it?
    fn is_argument_of_others(&self, list: ExprId) -> bool {
        match self.parent(list) {
            Some(Parent::Argument(call)) => {
                let keeps = |name: &str| PROPERTIES.contains(&name) || LISTS.contains(&name);
                !self.called(call).is_some_and(keeps)
            }
            _ => false,
        }
    }

    /// Is a binding one of what `mkOption` is given?
    fn declares_an_option(&self, key: ExprId) -> bool {
        let call = self.parents.parent(key).and_then(|set| self.parents.parent(set));
        call.and_then(|call| self.called(call)) == Some("mkOption")
    }

    /// Text as content of the literal's kind of string.
    fn escape(&self, expr: ExprId, content: &str) -> String {
        if self.slice(self.range(expr)).starts_with("''") {
            content.replace("''", "'''").replace("${", "''${")
        } else {
            content
                .replace('\\', "\\\\")
                .replace('"', "\\\"")
                .replace("${", "\\${")
        }
    }

    /// May the text stand in the place of the expression? A list is no string, though strings are put together from one.
    fn is_of_kind(&self, expr: ExprId, text: &str) -> bool {
        match self.expr(expr) {
            Some(Expr::List(_)) => text.starts_with('['),
            Some(Expr::Path(..)) => text.starts_with(['.', '/']),
            Some(Expr::Attrs(_)) => text.starts_with('{'),
            _ => true,
        }
    }

    /// Text at the beginning of a string between simple quotes, since where one between double ones begins is decided by
    /// its lines.
    fn prepend(&self, expr: ExprId, content: &str) -> Option<TextEdit> {
        let range = self.range(expr);
        let is_string = matches!(self.expr(expr), Some(Expr::Str(_))) && self.slice(range).starts_with('"');
        let start = range.start() + TextSize::of('"');
        is_string.then(|| edit::replace(TextRange::empty(start), self.escape(expr, content)))
    }

    fn set_in(&self, expr: ExprId, name: &str, value: &str) -> Option<TextEdit> {
        // The place may be the key of the set's binding.
        let mut at = match self.expr(expr)? {
            Expr::Key(_) => self.parents.value_of(expr)?,
            _ => expr,
        };
        for _ in 0..=MAX_CALLS {
            match self.expr(at)? {
                Expr::Attrs(attrs) => return self.set_in_set(at, attrs, name, value),
                Expr::Apply(_, inner) | Expr::Lambda(_, inner) => at = *inner,
                Expr::Let(_, inner) | Expr::With(_, inner) | Expr::Assert(_, inner) => at = *inner,
                _ => return None,
            }
        }
        None
    }

    fn set_in_set(&self, set: ExprId, attrs: &Attrs, name: &str, value: &str) -> Option<TextEdit> {
        if let Some(entry) = self.entry(attrs, name) {
            // An inherited name has no value of its own to replace.
            let EntryValue::Expr(old) = entry.value else {
                return None;
            };
            return Some(edit::replace(self.range(old), value));
        }
        let binding = format!("{name} = {value};");
        edit::insert_binding(self.text, self.range(set), &binding, NESTED).or_else(|| {
            // A set that only `a.b = 1;` implies has no braces: `a.c = 2;` goes beside.
            let nested = |entry: &&Entry| {
                let name = self.hir.names().get(entry.name.0 as usize);
                name.is_some_and(|name| name == NESTED)
            };
            let other = attrs.entries.iter().rfind(|entry| !nested(entry));
            let (entry, side) = match other {
                Some(entry) => (entry, edit::Side::After),
                None => (attrs.entries.first()?, edit::Side::Before),
            };
            edit::insert_sibling(self.text, self.range(entry.key), side, name, value)
        })
    }

    /// The entry of a name, which may be a path.
    fn entry<'a>(&'a self, mut attrs: &'a Attrs, name: &str) -> Option<&'a Entry> {
        let mut names = name.split('.').peekable();
        while let Some(name) = names.next() {
            let mut entries = attrs.entries.iter();
            let entry = entries.find(|entry| {
                self.hir
                    .names()
                    .get(entry.name.0 as usize)
                    .is_some_and(|n| n == name)
            })?;
            if names.peek().is_none() {
                return Some(entry);
            }
            let EntryValue::Expr(value) = entry.value else {
                return None;
            };
            let Expr::Attrs(inner) = self.expr(value)? else {
                return None;
            };
            attrs = inner;
        }
        None
    }
}
