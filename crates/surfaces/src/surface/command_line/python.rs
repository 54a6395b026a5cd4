//! Commands in scripts of Python: lists of words, `["podman", "run", …]`, and what `os.system` and calls with `shell=True`
//! are given, or `shlex.split` takes apart.

use crate::vocabulary::pieces::Pieces;
use crate::vocabulary::text::{concat, hole};
use nixpod_model::Text;
use nixpod_source::Why;

/// A command.
pub(super) enum Command {
    /// Its words, one by one.
    Words(Vec<Text>),
    /// A line of a shell.
    Line(Text),
}

/// Functions that give a shell their first argument.
const OF_SHELLS: [&str; 5] = ["check_shell", "getoutput", "getstatusoutput", "popen", "system"];

/// Functions that run a command, in a shell if they are told to.
const RUN: [&str; 8] = [
    "Popen",
    "call",
    "check_call",
    "check_output",
    "create_subprocess_exec",
    "create_subprocess_shell",
    "run",
    "spawn",
];

/// So much of a script is looked at.
const MAX_TOKENS: usize = 100_000;
/// A command that is longer was not written by hand.
const MAX_OF_COMMAND: usize = 1_000;

#[derive(Clone, Debug)]
enum Token {
    Name(usize, usize),
    /// A literal: its text, with holes where it is put together.
    Text(Text),
    Sign(char),
}

/// The commands that a script of Python runs.
pub(super) fn commands(text: &Text) -> Vec<Command> {
    let pieces = Pieces::new(text);
    let tokens = tokens(&pieces);
    let name = |at: usize| match tokens.get(at) {
        Some(Token::Name(start, end)) => pieces.pattern().get(*start..*end),
        _ => None,
    };
    let is_sign = |at: usize, sign: char| matches!(tokens.get(at), Some(Token::Sign(c)) if *c == sign);
    let mut out = Vec::new();
    for at in 0..tokens.len() {
        if is_sign(at, '[') {
            out.extend(list(&tokens, at).map(Command::Words));
        }
        let Some(function) = name(at).filter(|_| is_sign(at + 1, '(')) else {
            continue;
        };
        let is_split = function == "split" && at >= 2 && name(at - 2) == Some("shlex");
        let is_shell = OF_SHELLS.contains(&function) || function == "create_subprocess_shell" || is_split;
        if !is_shell && !RUN.contains(&function) {
            continue;
        }
        let (literals, end) = literals(&tokens, at + 2);
        let [first, more @ ..] = &literals[..] else {
            continue;
        };
        if function == "create_subprocess_exec" {
            out.push(Command::Words(arguments(&tokens, at + 1)));
            continue;
        }
        let mut behind = (end..tokens.len().min(end + MAX_OF_COMMAND)).take_while(|at| !is_sign(*at, ')'));
        let mut has_shell = || behind.any(|at| name(at) == Some("shell") && name(at + 2) == Some("True"));
        // Literals one behind another are one.
        if is_shell || has_shell() {
            out.push(Command::Line(concat(
                [first.clone()].into_iter().chain(more.iter().cloned()),
            )));
        }
    }
    out
}

/// The literals from a token on, with where they end.
fn literals(tokens: &[Token], from: usize) -> (Vec<Text>, usize) {
    let mut out = Vec::new();
    let mut at = from;
    while let Some(Token::Text(text)) = tokens.get(at) {
        out.push(text.clone());
        at += 1;
    }
    (out, at)
}

/// The words of a list that begins with a literal.
fn list(tokens: &[Token], open: usize) -> Option<Vec<Text>> {
    matches!(tokens.get(open + 1), Some(Token::Text(_))).then(|| arguments(tokens, open))
}

/// What stands between a bracket and the one that closes it, element by element. An element that is no literal is not known.
fn arguments(tokens: &[Token], open: usize) -> Vec<Text> {
    let mut out = Vec::new();
    let mut depth = 0u32;
    let mut element: Option<Text> = None;
    let mut is_literal = true;
    let close = |element: &mut Option<Text>, is_literal: &mut bool, out: &mut Vec<Text>| {
        if let Some(text) = element.take() {
            out.push(match is_literal {
                true => text,
                false => not_known(&text),
            });
        }
        *is_literal = true;
    };
    for token in tokens.iter().skip(open).take(MAX_OF_COMMAND) {
        match token {
            Token::Sign('(' | '[' | '{') => depth += 1,
            Token::Sign(')' | ']' | '}') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    break;
                }
            }
            Token::Sign(',') if depth == 1 => {
                close(&mut element, &mut is_literal, &mut out);
                continue;
            }
            _ => {}
        }
        match token {
            Token::Text(text) if depth == 1 && is_literal => {
                element = Some(match element.take() {
                    Some(before) => concat([before, text.clone()]),
                    None => text.clone(),
                });
            }
            Token::Sign('(' | '[' | '{') if depth == 1 && element.is_none() && out.is_empty() => {}
            Token::Sign(_) | Token::Name(..) | Token::Text(_) => {
                is_literal = false;
                element.get_or_insert_with(Text::default);
            }
        }
    }
    close(&mut element, &mut is_literal, &mut out);
    out
}

fn not_known(text: &Text) -> Text {
    let origin = crate::vocabulary::text::origin_of(text);
    hole(Why::Undecided("an expression of Python".to_owned()), origin)
}

fn tokens(pieces: &Pieces<'_>) -> Vec<Token> {
    let pattern = pieces.pattern();
    let bytes = pattern.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at)
        && out.len() < MAX_TOKENS
    {
        match byte {
            b'#' => {
                at += pattern
                    .get(at..)
                    .and_then(|rest| rest.find('\n'))
                    .unwrap_or(bytes.len() - at)
            }
            b'"' | b'\'' => at = literal(pieces, at, "", &mut out),
            _ if byte.is_ascii_alphanumeric() || *byte == b'_' => {
                let start = at;
                while bytes
                    .get(at)
                    .is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
                {
                    at += 1;
                }
                let word = pattern.get(start..at).unwrap_or_default();
                let is_prefix = word.len() <= 2 && word.chars().all(|c| "rRbBfFuU".contains(c));
                match bytes.get(at) {
                    Some(b'"' | b'\'') if is_prefix => at = literal(pieces, at, word, &mut out),
                    _ => out.push(Token::Name(start, at)),
                }
            }
            _ => {
                if byte.is_ascii_punctuation() {
                    out.push(Token::Sign(char::from(*byte)));
                }
                at += 1;
            }
        }
    }
    out
}

/// Reads the literal that begins here, and gives where it ends.
fn literal(pieces: &Pieces<'_>, open: usize, prefix: &str, out: &mut Vec<Token>) -> usize {
    let pattern = pieces.pattern();
    let rest = pattern.get(open..).unwrap_or_default();
    let quote = &rest[..1];
    let triple = quote.repeat(3);
    let quotes = if rest.starts_with(&triple) { &triple } else { quote };
    let start = open + quotes.len();
    let mut end = start;
    let bytes = pattern.as_bytes();
    loop {
        match bytes.get(end) {
            None => break,
            Some(b'\\') => end += 2,
            Some(b'\n') if quotes.len() == 1 => break,
            Some(_) if pattern.get(end..).is_some_and(|rest| rest.starts_with(quotes)) => break,
            Some(_) => end += 1,
        }
    }
    let end = end.min(pattern.len());
    let is_format = prefix.contains(['f', 'F']);
    let is_raw = prefix.contains(['r', 'R']);
    out.push(Token::Text(content(pieces, (start, end), is_format, is_raw)));
    (end + quotes.len()).min(pattern.len()).max(open + 1)
}

/// The content of a literal. Escapes and what is put in are not known.
fn content(pieces: &Pieces<'_>, (start, end): (usize, usize), is_format: bool, is_raw: bool) -> Text {
    let pattern = pieces.pattern();
    let mut parts = Vec::new();
    let mut from = start;
    let mut at = start;
    let unknown = |from: usize, to: usize| {
        let origin = crate::vocabulary::text::origin_of(&pieces.slice(from..to));
        hole(Why::Undecided("what Python puts into a text".to_owned()), origin)
    };
    while at < end {
        let rest = pattern.get(at..end).unwrap_or_default();
        let Some(c) = rest.chars().next() else {
            at += 1;
            continue;
        };
        let length = match c {
            '{' if is_format && rest.starts_with("{{") => 2,
            '{' if is_format => rest.find('}').map_or(rest.len(), |end| end + 1),
            '\\' if !is_raw && rest.starts_with("\\\n") => 2,
            '\\' if !is_raw => 1 + rest.chars().nth(1).map_or(0, char::len_utf8),
            _ => {
                at += c.len_utf8();
                continue;
            }
        };
        parts.push(pieces.slice(from..at));
        match c {
            _ if rest.starts_with("\\\n") => {}
            '\\' if rest.starts_with("\\\"") || rest.starts_with("\\'") || rest.starts_with("\\\\") => {
                parts.push(pieces.slice(at + 1..at + 2));
            }
            _ => parts.push(unknown(at, at + length)),
        }
        at += length;
        from = at;
    }
    parts.push(pieces.slice(from..end.max(from)));
    concat(parts)
}

#[cfg(test)]
mod tests {
    use super::{Command, commands};
    use nixpod_model::Text;
    use nixpod_source::Origin;

    fn found(text: &str) -> Vec<String> {
        let text = Text::known(text, Origin::default());
        let commands = commands(&text).into_iter();
        commands
            .map(|command| match command {
                Command::Words(words) => {
                    let words: Vec<String> = words
                        .iter()
                        .map(|word| word.pattern().replace('\u{fffc}', "?"))
                        .collect();
                    words.join("|")
                }
                Command::Line(line) => line.pattern().replace('\u{fffc}', "?"),
            })
            .collect()
    }

    #[test]
    fn commands_of_python() {
        let text = r#"
# run(["no"])
"""Runs ["not", "this"]"""
subprocess.run(["podman", "run", "-v", f"{home}:/x", "--rm", image, *more], check=True)
os.system("docker run -v /:/host x")  # os.system("no")
subprocess.check_call('docker ' "run x", shell=True)
subprocess.run("podman run x")
cmd = ["sudo", "a" + b, g("c", "d"), r"\e"]
x["key"]
print("os.system('no')")
asyncio.create_subprocess_exec("podman", "run", name)
"#;
        assert_eq!(
            found(text),
            [
                "podman|run|-v|?:/x|--rm|?|?",
                "docker run -v /:/host x",
                "docker run x",
                "sudo|?|?|\\e",
                "key",
                "podman|run|?",
            ]
        );
    }

    #[test]
    fn broken_texts_end() {
        for text in [
            "[\"a",
            "run(\"a",
            "'''",
            "f\"{",
            "[\"\\",
            "\"\\\u{e4}",
            "[\"a\",,]",
            "\u{fffc}['x'",
        ] {
            _ = found(text);
        }
    }
}
