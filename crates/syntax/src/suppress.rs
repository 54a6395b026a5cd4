//! Comments that silence findings: `# nixpod: ignore[rule] reason`.

use rnix::{NodeOrToken, SyntaxKind, SyntaxNode, SyntaxToken, ast};
use rowan::ast::AstNode as _;
use smol_str::SmolStr;
use text_size::{TextRange, TextSize};

/// All suppression comments of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Suppressions {
    /// Those that mean something, in text order.
    pub items: Vec<Suppression>,
    /// Those that were meant as one but say nothing: where, and why in one line without a final dot.
    pub malformed: Vec<(TextRange, String)>,
}

impl Suppressions {
    /// Applies a function to all ranges.
    pub(crate) fn change_ranges(&mut self, change: &dyn Fn(TextRange) -> TextRange) {
        for item in &mut self.items {
            item.comment = change(item.comment);
            item.covers = change(item.covers);
            for (_, range) in &mut item.rules {
                *range = change(*range);
            }
        }
        for (range, _) in &mut self.malformed {
            *range = change(*range);
        }
    }
}

/// One suppression comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// The rules it names, each with its place; at least one. They need not exist.
    pub rules: Vec<(SmolStr, TextRange)>,
    /// Why it is right to ignore them.
    pub reason: Option<String>,
    /// The comment.
    pub comment: TextRange,
    /// The text in which the rules are silent.
    pub covers: TextRange,
    /// What decided on that text.
    pub kind: SuppressionKind,
}

/// Where a suppression comment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SuppressionKind {
    /// After code: covers the innermost binding or list element that ends or begins on this line.
    Trailing,
    /// On a line of its own: covers the binding or list element that follows.
    OwnLine,
    /// `ignore-file` before all code: covers the file.
    File,
}

/// Collects the comments of a file.
pub(crate) fn collect(text: &str, root: &SyntaxNode) -> Suppressions {
    let mut found = Suppressions::default();
    if !text.contains("nixpod") {
        return found;
    }
    for comment in comments(root) {
        let range = comment.token.text_range();
        match read(comment.token.text(), range.start()) {
            None => {}
            Some(Err(problem)) => found.malformed.push((range, problem)),
            Some(Ok(directive)) => match place(root, &comment, directive.file) {
                Ok((kind, covers)) => found.items.push(Suppression {
                    rules: directive.rules,
                    reason: directive.reason,
                    comment: range,
                    covers,
                    kind,
                }),
                Err(problem) => found.malformed.push((range, problem.to_owned())),
            },
        }
    }
    found
}

/// A comment and the code around it. Looking for that from each comment would be slow where many stand in a row.
struct Comment {
    token: SyntaxToken,
    /// Where its line begins.
    line: TextSize,
    /// The last code on its line.
    before: Option<SyntaxToken>,
    /// The first code after it.
    after: Option<SyntaxToken>,
    /// Does code stand anywhere before it?
    late: bool,
}

/// All comments, in one walk over the tokens.
fn comments(root: &SyntaxNode) -> Vec<Comment> {
    let mut out: Vec<Comment> = Vec::new();
    let (mut line, mut before, mut late) = (TextSize::new(0), None, false);
    // Those from here on have not met the code after them.
    let mut waiting = 0;
    let tokens = root.descendants_with_tokens().filter_map(NodeOrToken::into_token);
    for token in tokens {
        let trivia = token.kind().is_trivia();
        if token.kind() == SyntaxKind::TOKEN_COMMENT {
            out.push(Comment {
                token: token.clone(),
                line,
                before: before.clone(),
                after: None,
                late,
            });
        }
        if let Some(at) = token.text().rfind('\n') {
            line = token.text_range().start() + TextSize::new(at as u32 + 1);
            if trivia {
                before = None;
            }
        }
        if !trivia {
            for comment in out.get_mut(waiting..).unwrap_or_default() {
                comment.after = Some(token.clone());
            }
            waiting = out.len();
            late = true;
            before = Some(token);
        }
    }
    out
}

/// What a comment says.
struct Directive {
    file: bool,
    rules: Vec<(SmolStr, TextRange)>,
    reason: Option<String>,
}

/// Reads a comment that starts at an offset; none if it has nothing to do with this program.
fn read(comment: &str, start: TextSize) -> Option<Result<Directive, String>> {
    let body = match comment.strip_prefix("/*") {
        Some(block) => block.strip_suffix("*/").unwrap_or(block),
        None => comment.strip_prefix('#')?,
    };
    let body = body.trim_start_matches(['#', '*']).trim();
    let rest = body.strip_prefix("nixpod")?;
    let after_name = rest.strip_prefix("-lint").unwrap_or(rest).trim_start();
    let directive = after_name.strip_prefix(':')?.trim_start();
    let word = directive
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '-')
        .map_or(directive, |end| directive.get(..end).unwrap_or_default());
    let file = match word {
        _ if rest.starts_with("-lint") && word.starts_with("ignore") => {
            return Some(Err("suppressions begin with `nixpod:`".to_owned()));
        }
        _ if rest.starts_with("-lint") => return None,
        "ignore" => false,
        "ignore-file" => true,
        _ => {
            return Some(Err(format!(
                "unknown directive `{word}`, expected `ignore` or `ignore-file`"
            )));
        }
    };
    let after_word = directive.get(word.len()..).unwrap_or_default().trim_start();
    let Some((list, reason)) = after_word.strip_prefix('[').and_then(|list| list.split_once(']')) else {
        return Some(Err(format!("no rules are named, expected `{word}[rule]`")));
    };
    // All of these are slices of the comment, so that addresses give offsets.
    let offset_of = |part: &str| TextSize::new((part.as_ptr() as usize - comment.as_ptr() as usize) as u32);
    let mut rules = Vec::new();
    for part in list.split(',') {
        let name = part.trim();
        let wellformed = !name.is_empty()
            && name
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if !wellformed {
            return Some(Err(if name.is_empty() {
                "a rule name is missing".to_owned()
            } else {
                format!("`{name}` is not a rule name")
            }));
        }
        let range = TextRange::at(start + offset_of(name), TextSize::of(name));
        rules.push((SmolStr::new(name), range));
    }
    let reason = reason.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '-' | '–' | '—'));
    let reason = reason.split_whitespace().collect::<Vec<_>>().join(" ");
    Some(Ok(Directive {
        file,
        rules,
        reason: (!reason.is_empty()).then_some(reason),
    }))
}

/// What a comment covers.
fn place(
    root: &SyntaxNode,
    comment: &Comment,
    file: bool,
) -> Result<(SuppressionKind, TextRange), &'static str> {
    if file {
        return match comment.late {
            true => Err("`ignore-file` must stand before all code"),
            false => Ok((SuppressionKind::File, root.text_range())),
        };
    }
    match &comment.before {
        Some(token) => {
            let line = TextRange::new(comment.line, comment.token.text_range().start());
            token
                .parent_ancestors()
                .filter_map(|node| covered(&node))
                .find(|range| line.contains(range.start()) || line.contains_inclusive(range.end()))
                .map(|range| (SuppressionKind::Trailing, range))
                .ok_or("there is no binding or list element on this line")
        }
        None => {
            let problem = "no binding or list element follows";
            let next = comment.after.as_ref().ok_or(problem)?;
            let start = next.text_range().start();
            next.parent_ancestors()
                .take_while(|node| node.text_range().start() == start)
                .find_map(|node| covered(&node).or_else(|| value_of(&node)))
                .map(|range| (SuppressionKind::OwnLine, range))
                .ok_or(problem)
        }
    }
}

/// The range of a binding or list element.
fn covered(node: &SyntaxNode) -> Option<TextRange> {
    let kind = node.kind();
    let binding = matches!(kind, SyntaxKind::NODE_ATTRPATH_VALUE | SyntaxKind::NODE_INHERIT);
    let element = ast::Expr::can_cast(kind)
        && node
            .parent()
            .is_some_and(|parent| parent.kind() == SyntaxKind::NODE_LIST);
    (binding || element).then(|| node.text_range())
}

/// The range of the binding whose value this is.
fn value_of(node: &SyntaxNode) -> Option<TextRange> {
    let parent = node.parent()?;
    let value = parent.kind() == SyntaxKind::NODE_ATTRPATH_VALUE && ast::Expr::can_cast(node.kind());
    value.then(|| parent.text_range())
}
