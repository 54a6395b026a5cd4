//! TOML, as texts with places: the configuration files of Podman and its libraries. What is in it is what is in JSON.

use crate::vocabulary::json::{Json, Member};
use crate::vocabulary::text::{HOLE, origin_of};
use nixpod_model::Text;
use nixpod_source::Origin;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Reads a text; an error with its place.
pub(crate) fn parse(text: &Text) -> Result<Json, (String, Origin)> {
    let pattern = text.pattern();
    match DeTable::parse(&pattern) {
        Ok(table) => Ok(object(text, table.get_ref(), &table.span())),
        Err(error) => {
            let range = error.span().unwrap_or(0..1);
            let origin = text.origin_of(range.start, range.end.max(range.start + 1));
            Err((error.message().to_owned(), origin))
        }
    }
}

fn object(text: &Text, table: &DeTable<'_>, span: &Range<usize>) -> Json {
    let mut members: Vec<(usize, Member)> = { table.iter() }
        .map(|(key, value)| {
            let at = key.span();
            let member = Member {
                name: key.get_ref().to_string(),
                key: text.origin_of(at.start, at.end),
                value: convert(text, value),
            };
            (at.start, member)
        })
        .collect();
    members.sort_by_key(|(at, _)| *at);
    let members = members.into_iter().map(|(_, member)| member);
    Json::Object(members.collect(), text.origin_of(span.start, span.end))
}

fn convert(text: &Text, value: &Spanned<DeValue<'_>>) -> Json {
    let span = value.span();
    let part = || text.slice(span.start, span.end);
    match value.get_ref() {
        DeValue::Boolean(value) => Json::Bool(*value, origin_of(&part())),
        DeValue::Integer(_) | DeValue::Float(_) | DeValue::Datetime(_) => Json::Number(part()),
        DeValue::String(content) => Json::String(string(&part(), content)),
        DeValue::Array(elements) => Json::Array(elements.iter().map(|one| convert(text, one)).collect()),
        DeValue::Table(table) => object(text, table, &span),
    }
}

/// The content of a string that is given with its quotation marks. Where there are escapes, all of it is written at one
/// place; a hole among these stays, with the escapes as they are written.
fn string(quoted: &Text, content: &str) -> Text {
    let pattern = quoted.pattern();
    let is_long = pattern.starts_with("\"\"\"") || pattern.starts_with("'''");
    let mark = if is_long { 3 } else { 1 };
    let newline = match pattern.get(mark..) {
        Some(rest) if is_long && rest.starts_with("\r\n") => 2,
        Some(rest) if is_long && rest.starts_with('\n') => 1,
        _ => 0,
    };
    let start = mark + newline;
    let inside = quoted.slice(start, pattern.len().saturating_sub(mark).max(start));
    match inside.pattern() == content || content.contains(HOLE) {
        true => inside,
        false => Text::known(content, origin_of(&inside)),
    }
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::vocabulary::json::Json;
    use nixpod_model::Text;
    use nixpod_source::Origin;

    fn read(text: &str) -> Result<Json, String> {
        parse(&Text::known(text, Origin::default())).map_err(|(message, _)| message)
    }

    fn at<'j>(json: &'j Json, path: &[&str]) -> Option<&'j Json> {
        path.iter().try_fold(json, |json, name| json.get(name))
    }

    #[test]
    fn tables_strings_and_lists() {
        let json = read(
            "# c\n[containers]\nnetns = \"host\"\nvolumes = ['/a:/b', \"\\u00e9\", {append=true}]\nlog.x = 0x1F\n\
             [engine.runtimes]\ncrun = [\"\"\"\nlong\"\"\"]\n[[registry]]\nlocation = \"x\"\n[[registry]]\n",
        )
        .unwrap();
        let text = |path: &[&str]| at(&json, path).and_then(Json::text).map(Text::display);
        assert_eq!(text(&["containers", "netns"]).as_deref(), Some("host"));
        assert_eq!(text(&["containers", "log", "x"]).as_deref(), Some("0x1F"));
        let volumes = at(&json, &["containers", "volumes"]).unwrap().elements();
        let texts: Vec<Option<String>> = { volumes.iter() }
            .map(|one| one.text().map(Text::display))
            .collect();
        assert_eq!(texts, [Some("/a:/b".to_owned()), Some("é".to_owned()), None]);
        assert!(matches!(volumes[2].get("append"), Some(Json::Bool(true, _))));
        let long = at(&json, &["engine", "runtimes", "crun"]).unwrap().elements();
        assert_eq!(long[0].text().unwrap().display(), "long");
        assert_eq!(json.get("registry").unwrap().elements().len(), 2);
    }

    #[test]
    fn any_text_is_read_or_refused() {
        let deep = format!("a = {}", "[".repeat(100_000));
        for text in [
            "",
            "[",
            "a",
            "a = ",
            "a = \"",
            "\u{feff}a = 1",
            "\0",
            "a = '''",
            "a.a.a = 1\na = 2",
            &deep,
        ] {
            let _ = read(text);
        }
        assert!(read("a = 1\na = 2").is_err());
    }
}
