//! Markdown for clients that show it as it is.

/// Drops the marks that only a renderer wants: fences, heading signs, emphasis and backticks.
pub(crate) fn plaintext(markdown: &str) -> String {
    let mut out = String::new();
    let mut in_code = false;
    for line in markdown.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
            continue;
        }
        if in_code {
            out.push_str("  ");
            out.push_str(line);
        } else if line.trim() != "---" {
            let text = line.trim_start_matches('#');
            let text = if text.len() < line.len() {
                text.trim_start()
            } else {
                line
            };
            out.push_str(&text.replace("**", "").replace('`', ""));
        }
        out.push('\n');
    }
    let mut short = String::new();
    for line in out.trim().lines() {
        // What was taken away leaves no more than one empty line.
        if !(line.trim().is_empty() && short.ends_with("\n\n")) {
            short.push_str(line);
            short.push('\n');
        }
    }
    short.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_go_and_text_stays() {
        assert_eq!(
            plaintext("**a-rule** (high): `x` is bad\n\n---\n\n## Why\nBecause.\n```nix\n{ a = 1; }\n```\n"),
            "a-rule (high): x is bad\n\nWhy\nBecause.\n  { a = 1; }"
        );
    }
}
