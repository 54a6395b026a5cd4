//! What fixes are called.

use crate::rule::Meta;
use nixpod_source::Applicability;

impl Meta {
    /// Why a fix is not safe, by the section on that: what stands after "Unsafe:", or "Unsafe for a path:", up to the end of
    /// the sentence.
    fn why_unsafe(&self) -> Option<String> {
        let (_, section) = self.docs.split_once("## Fix safety\n")?;
        let words: Vec<&str> = section.split_whitespace().collect();
        let text = words.join(" ");
        let (_, why) = text.split_once("Unsafe")?.1.split_once(": ")?;
        let why = why.split_once(". ").map_or(why, |(sentence, _)| sentence);
        Some(why.trim_end_matches('.').to_owned())
    }

    /// What a fix is called: with a capital, and, if it is not safe, with the reason. A title that says its own has it, since
    /// fixes of one rule need not be unsafe for the same reason.
    pub(crate) fn title(&self, title: &str, applicability: Applicability) -> String {
        let mut chars = title.chars();
        let first = chars.next().map(|first| first.to_uppercase().to_string());
        let title = format!("{}{}", first.unwrap_or_default(), chars.as_str());
        match (applicability, self.why_unsafe()) {
            (Applicability::Unsafe, Some(why)) if !title.contains("; unsafe: ") => {
                format!("{title}; unsafe: {why}")
            }
            _ => title,
        }
    }
}
