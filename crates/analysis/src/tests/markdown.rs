//! Nothing of the analysed code is read as Markdown.

use super::host;
use crate::ask::markdown::{code, prose};
use camino::Utf8Path;
use nixpod_source::TextSize;
use proptest::prelude::*;

/// What stands outside of code spans, as CommonMark finds them.
fn outside_of_code(markdown: &str) -> String {
    let mut out = String::new();
    let mut rest = markdown;
    while let Some(at) = rest.find('`') {
        let fence = rest[at..].len() - rest[at..].trim_start_matches('`').len();
        let inner = &rest[at + fence..];
        let mut end = 0;
        let close = std::iter::from_fn(|| {
            let start = end + inner[end..].find('`')?;
            end = start + inner[start..].len() - inner[start..].trim_start_matches('`').len();
            Some(start..end)
        });
        out.push_str(&rest[..at]);
        rest = match close.into_iter().find(|run| run.len() == fence) {
            Some(run) => &inner[run.end..],
            None => {
                out.push_str(&rest[at..at + fence]);
                inner
            }
        };
    }
    out + rest
}

#[test]
fn nothing_of_the_code_is_markdown() {
    assert_eq!(outside_of_code("a `b` c ``d`e`` f ` g"), "a  c  f ` g");
    for evil in [
        "![x](https://evil.example/a)",
        "` ![x](https://evil.example/a)",
        "`` ` ![x](https://evil.example/a)",
        "`b` <img src=https://evil.example> `c",
        "[x](command:evil)` [x](command:evil)",
        "\\n\\n# evil\\n\\n<https://evil.example>",
        "` www.evil.example and evil@example.org",
    ] {
        let text = format!(
            "{{\n  # nixpod: ignore[toy-absent] {evil}\n  containers.\"{evil}\" = {{\n    extraFlags = [ \"--all\" \"{evil}\" ];\n    \
             bindMounts.\"{evil}\".hostPath = \"{evil}\";\n  }};\n}}"
        );
        let (host, _) = host(&[("a.nix", &text)]);
        let analysis = host.analysis();
        let mut said = 0;
        for offset in 0..text.len() as u32 {
            if let Some(hover) = analysis.hover(Utf8Path::new("/p/a.nix"), TextSize::new(offset)) {
                said += 1;
                let (said, _) = hover
                    .markdown
                    .split_once("---\n")
                    .unwrap_or((&hover.markdown, ""));
                let outside = outside_of_code(said);
                let found = ["evil", "<", "[", "!", "# ", "://"]
                    .into_iter()
                    .find(|mark| outside.contains(mark));
                assert_eq!(found, None, "{said}");
            }
        }
        assert!(said > 20, "{evil}: {said}");
    }
}

proptest! {
    #[test]
    fn no_text_gets_out_of_its_code_span(text in "[`<\\[!a \\\\.:/@#*_&\n-]{0,24}") {
        for shown in [prose(&text).into_owned(), code(&text)] {
            let outside = outside_of_code(&shown);
            let found = ["<", "[", "`", "\\", "://", "@", "*", "_", "&", "#", "\n"]
                .into_iter()
                .find(|mark| outside.contains(mark));
            prop_assert_eq!(found, None, "{} of {:?}", shown, text);
        }
    }
}
