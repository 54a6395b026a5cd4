//! JSON with comments, as texts with places.

use crate::vocabulary::text::{concat, origin_of};
use jsonc_parser::ast;
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use nixpod_model::Text;
use nixpod_source::Origin;

/// A value with where it is written.
#[derive(Clone, Debug)]
pub(crate) enum Json {
    /// `null`.
    Null,
    /// A Boolean.
    Bool(bool, Origin),
    /// A number as it is written.
    Number(Text),
    /// A string.
    String(Text),
    /// An array.
    Array(Vec<Json>),
    /// An object, in the order of its members.
    Object(Vec<Member>, Origin),
}

/// A member of an object.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) name: String,
    /// Where the name is.
    pub(crate) key: Origin,
    pub(crate) value: Json,
}

impl Json {
    /// The member of a name; of several the last one counts.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members, _) => {
                let mut members = members.iter().rev();
                members
                    .find(|member| member.name == name)
                    .map(|member| &member.value)
            }
            _ => None,
        }
    }

    /// The members of an object.
    pub(crate) fn members(&self) -> &[Member] {
        match self {
            Self::Object(members, _) => members,
            _ => &[],
        }
    }

    /// The elements of an array.
    pub(crate) fn elements(&self) -> &[Self] {
        match self {
            Self::Array(elements) => elements,
            _ => &[],
        }
    }

    /// A string, or a number as one.
    pub(crate) fn text(&self) -> Option<&Text> {
        match self {
            Self::String(text) | Self::Number(text) => Some(text),
            _ => None,
        }
    }
}

/// Editors leave it out of what they read.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Reads a text; an error with its place.
pub(crate) fn parse(text: &Text) -> Result<Json, (String, Origin)> {
    let pattern = text.pattern();
    if pattern.starts_with(BYTE_ORDER_MARK) {
        return parse(&text.slice(BYTE_ORDER_MARK.len_utf8(), pattern.len()));
    }
    let collect = CollectOptions::default();
    // What editors of such files allow: comments and commas at the end.
    let options = ParseOptions {
        allow_comments: true,
        allow_trailing_commas: true,
        ..ParseOptions::default()
    };
    match parse_to_ast(&pattern, &collect, &options) {
        Ok(parsed) => Ok(parsed.value.map_or(Json::Null, |value| convert(text, &value))),
        Err(error) => {
            let range = error.range();
            let origin = text.origin_of(range.start, range.end.max(range.start + 1));
            Err((error.kind().to_string(), origin))
        }
    }
}

fn convert(text: &Text, value: &ast::Value<'_>) -> Json {
    let range = value.range();
    let part = || text.slice(range.start, range.end);
    let origin = || origin_of(&part());
    match value {
        ast::Value::NullKeyword(_) => Json::Null,
        ast::Value::BooleanLit(literal) => Json::Bool(literal.value, origin()),
        ast::Value::NumberLit(_) => Json::Number(part()),
        ast::Value::StringLit(literal) => Json::String(string(text, literal)),
        ast::Value::Array(array) => {
            let elements = array.elements.iter();
            Json::Array(elements.map(|element| convert(text, element)).collect())
        }
        ast::Value::Object(object) => {
            let members = object.properties.iter().map(|property| {
                let name = property.name.range();
                Member {
                    name: property.name.as_str().to_owned(),
                    key: text.origin_of(name.start, name.end),
                    value: convert(text, &property.value),
                }
            });
            Json::Object(members.collect(), origin())
        }
    }
}

/// The content of a string. Without escapes each byte keeps its place.
fn string(text: &Text, literal: &ast::StringLit<'_>) -> Text {
    let range = literal.range();
    let inside = text.slice(range.start + 1, range.end.saturating_sub(1).max(range.start + 1));
    let raw = inside.pattern();
    if raw == literal.value {
        return inside;
    }
    let mut parts = Vec::new();
    let (mut at, mut plain) = (0, 0);
    for c in literal.value.chars() {
        let rest = raw.get(at..).unwrap_or_default();
        let len = match (rest.starts_with('\\'), rest.starts_with("\\u")) {
            (false, _) => c.len_utf8(),
            (true, false) => 2,
            // Two of them where one is not enough.
            (true, true) => 6 * c.len_utf16(),
        };
        if rest.starts_with('\\') {
            parts.push(inside.slice(plain, at));
            parts.push(Text::known(c.to_string(), inside.origin_of(at, at + len)));
            plain = at + len;
        }
        at += len;
    }
    parts.push(inside.slice(plain, raw.len()));
    concat(parts)
}

#[cfg(test)]
mod tests {
    use super::{Json, parse};
    use nixpod_model::Text;
    use nixpod_source::Origin;

    fn read(text: &str) -> Result<Json, String> {
        parse(&Text::known(text, Origin::default())).map_err(|(message, _)| message)
    }

    #[test]
    fn comments_and_commas_at_the_end_are_fine() {
        let json = read("{ // a\n \"a\": [1, \"x\\n\", /* b */ true,], \"a\": null, }").unwrap();
        assert!(matches!(json.get("a"), Some(Json::Null)));
        assert_eq!(json.members()[0].value.elements().len(), 3);
        assert_eq!(
            json.members()[0].value.elements()[1].text().unwrap().display(),
            "x\n"
        );
    }

    #[test]
    fn escapes_are_decoded() {
        let json = read(r#"["a\u00e9b", "\ud83d\ude00\/x", "\\"]"#).unwrap();
        let texts: Vec<String> = json
            .elements()
            .iter()
            .map(|one| one.text().unwrap().display())
            .collect();
        assert_eq!(texts, ["aéb", "😀/x", "\\"]);
    }

    #[test]
    fn any_text_is_read_or_refused() {
        let deep = "[".repeat(100_000);
        for text in [
            "",
            "{",
            "\"",
            "{\"a\":",
            "nul",
            &deep,
            "\u{feff}{}",
            "\0",
            "{\"a\" /* ",
        ] {
            let _ = read(text);
        }
    }
}
