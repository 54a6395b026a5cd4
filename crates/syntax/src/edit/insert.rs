//! Edits that add something.

use super::tree::{innermost, replace, with_tree};
use nixpod_source::TextEdit;
use rnix::{NodeOrToken, SyntaxKind, SyntaxNode, ast};
use rowan::ast::AstNode as _;
use text_size::{TextRange, TextSize};

/// Adds a binding, written as `name = value;`, to the set that has exactly this range (brackets around it aside): as
/// the last one, but before bindings of the name `last` that end the set.
///
/// A set that only `a.b = ..;` implies has no braces to add to: see [`insert_sibling`].
pub fn insert_binding(text: &str, set: TextRange, binding: &str, last: &str) -> Option<TextEdit> {
    let before = with_tree(text, |root| {
        let node = exactly(root, set, SyntaxKind::NODE_ATTR_SET)?;
        before_last(text, &node, binding, last)
    });
    before.or_else(|| insert(text, set, SyntaxKind::NODE_ATTR_SET, binding))
}

/// Adds an element as the last one of the list that has exactly this range (brackets around it aside).
pub fn insert_list_element(text: &str, list: TextRange, element: &str) -> Option<TextEdit> {
    insert(text, list, SyntaxKind::NODE_LIST, element)
}

/// On which side of a binding another one is added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Before it, and before comments that stand right above it.
    Before,
    /// After it.
    After,
}

/// Adds a binding beside another one: next to `a.b.c = 1;` with the key `c`, the name `d` makes `a.b.d = value;`.
pub fn insert_sibling(text: &str, key: TextRange, side: Side, name: &str, value: &str) -> Option<TextEdit> {
    with_tree(text, |root| {
        let node = innermost(root, key, |node| node.kind() == SyntaxKind::NODE_ATTRPATH_VALUE)?;
        let last = node.last_token()?;
        if last.kind() != SyntaxKind::TOKEN_SEMICOLON {
            return None;
        }
        let path = ast::AttrpathValue::cast(node.clone())?.attrpath()?;
        let attr = path
            .attrs()
            .find(|attr| attr.syntax().text_range().contains_range(key))?;
        let start = path.syntax().text_range().start();
        let prefix = slice(text, TextRange::new(start, attr.syntax().text_range().start()))?;
        let binding = format!("{prefix}{name} = {value};");
        let line = own_indentation(text, start);
        if side == Side::Before {
            return Some(before(text, &node, &binding));
        }
        let inserted = match line {
            Some(line) => {
                let newline = newline_of(text.get(..start.into())?);
                format!("{newline}{line}{}", indented(&binding, newline, line))
            }
            None => format!(" {binding}"),
        };
        Some(replace(TextRange::empty(node.text_range().end()), inserted))
    })
}

/// A binding before those of the name `last` at the end of a set, if there are any: after what is before them, or else
/// before the first of them.
fn before_last(text: &str, set: &SyntaxNode, binding: &str, last: &str) -> Option<TextEdit> {
    let bindings: Vec<SyntaxNode> = set
        .children()
        .filter(|child| {
            matches!(
                child.kind(),
                SyntaxKind::NODE_ATTRPATH_VALUE | SyntaxKind::NODE_INHERIT
            )
        })
        .collect();
    let is_last = |node: &&SyntaxNode| {
        let path = ast::AttrpathValue::cast((*node).clone()).and_then(|node| node.attrpath());
        let first = path.and_then(|path| path.attrs().next());
        first.is_some_and(|first| first.syntax().text() == last)
    };
    let trailing = bindings.iter().rev().take_while(is_last).count();
    let (others, trailing) = bindings.split_at(bindings.len() - trailing);
    let first = trailing.first()?;
    let behind = others.last().and_then(|other| after(text, other, binding));
    behind.or_else(|| Some(before(text, first, binding)))
}

/// Text after a binding and what is said of it at the end of its line.
fn after(text: &str, node: &SyntaxNode, binding: &str) -> Option<TextEdit> {
    let end = node.text_range().end();
    let line = text.get(end.into()..)?.split('\n').next().unwrap_or_default();
    let rest = line.trim_end_matches('\r');
    let is_comment = rest.trim_start().starts_with('#');
    let own = own_indentation(text, node.text_range().start());
    match own {
        Some(indent) if is_comment || rest.trim().is_empty() => {
            let newline = newline_of(text);
            let at = end + TextSize::of(if is_comment { rest } else { "" });
            let inserted = format!("{newline}{indent}{}", indented(binding, newline, indent));
            Some(replace(TextRange::empty(at), inserted))
        }
        // On one line with others.
        _ if !is_comment => Some(replace(TextRange::empty(end), format!(" {binding}"))),
        _ => None,
    }
}

/// Text before a binding and the comments right above it.
fn before(text: &str, node: &SyntaxNode, binding: &str) -> TextEdit {
    let mut at = node.text_range().start();
    let Some(indent) = own_indentation(text, at) else {
        return replace(TextRange::empty(at), format!("{binding} "));
    };
    let mut above = node.prev_sibling_or_token();
    while let Some(NodeOrToken::Token(token)) = above {
        match token.kind() {
            SyntaxKind::TOKEN_WHITESPACE if token.text().matches('\n').count() < 2 => {}
            SyntaxKind::TOKEN_COMMENT if own_indentation(text, token.text_range().start()).is_some() => {
                at = token.text_range().start();
            }
            _ => break,
        }
        above = token.prev_sibling_or_token();
    }
    let newline = newline_of(text);
    let inserted = format!("{}{newline}{indent}", indented(binding, newline, indent));
    replace(TextRange::empty(at), inserted)
}

fn insert(text: &str, range: TextRange, kind: SyntaxKind, what: &str) -> Option<TextEdit> {
    with_tree(text, |root| {
        let node = exactly(root, range, kind)?;
        let close = node.last_token().filter(|token| {
            matches!(
                token.kind(),
                SyntaxKind::TOKEN_R_BRACE | SyntaxKind::TOKEN_R_BRACK
            )
        })?;
        let open = node
            .children_with_tokens()
            .filter_map(NodeOrToken::into_token)
            .find(|token| {
                matches!(
                    token.kind(),
                    SyntaxKind::TOKEN_L_BRACE | SyntaxKind::TOKEN_L_BRACK
                )
            })?;
        let inner = TextRange::new(open.text_range().end(), close.text_range().start());
        let body = slice(text, inner)?;
        let kept = body.trim_end_matches([' ', '\t', '\r', '\n']);
        let gap = TextRange::new(inner.start() + TextSize::of(kept), inner.end());
        if !body.contains('\n') {
            return Some(replace(gap, format!(" {what} ")));
        }
        let newline = newline_of(body);
        let closing = indentation(text, close.text_range().start());
        let indent = node
            .children()
            .filter_map(|child| own_indentation(text, child.text_range().start()))
            .last()
            .map_or_else(|| deeper(closing), ToOwned::to_owned);
        let inserted = format!("{newline}{indent}{}", indented(what, newline, &indent));
        // What stands between the last element and the closing bracket stays, unless they share a line.
        let gap_text = slice(text, gap)?;
        match gap_text.find('\n') {
            Some(_) => Some(replace(TextRange::empty(gap.start()), inserted)),
            None => Some(replace(gap, format!("{inserted}{newline}{closing}"))),
        }
    })
}

/// The node of a kind at exactly this range, or in brackets that have it.
fn exactly(root: &SyntaxNode, range: TextRange, kind: SyntaxKind) -> Option<SyntaxNode> {
    if !root.text_range().contains_range(range) {
        return None;
    }
    let mut node = root
        .covering_element(range)
        .ancestors()
        .take_while(|node| node.text_range() == range)
        .last()?;
    loop {
        if node.kind() == kind {
            return Some(node);
        }
        if !matches!(node.kind(), SyntaxKind::NODE_PAREN | SyntaxKind::NODE_ROOT) {
            return None;
        }
        node = node.children().find(|child| ast::Expr::can_cast(child.kind()))?;
    }
}

fn slice(text: &str, range: TextRange) -> Option<&str> {
    text.get(usize::from(range.start())..usize::from(range.end()))
}

fn newline_of(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if text.get(..at).is_some_and(|line| line.ends_with('\r')) => "\r\n",
        _ => "\n",
    }
}

/// The white space at the beginning of the line that holds an offset.
fn indentation(text: &str, offset: TextSize) -> &str {
    let before = text.get(..offset.into()).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    let length = line.len() - line.trim_start_matches([' ', '\t']).len();
    line.get(..length).unwrap_or_default()
}

/// The same, if nothing but white space is before the offset.
fn own_indentation(text: &str, offset: TextSize) -> Option<&str> {
    let before = text.get(..offset.into())?;
    let line = before.rsplit('\n').next()?;
    line.chars().all(|c| c == ' ' || c == '\t').then_some(line)
}

/// One step further in.
fn deeper(indentation: &str) -> String {
    if indentation.contains('\t') {
        format!("{indentation}\t")
    } else {
        format!("{indentation}  ")
    }
}

/// Indents all lines but the first.
fn indented(text: &str, newline: &str, indentation: &str) -> String {
    text.lines()
        .collect::<Vec<_>>()
        .join(&format!("{newline}{indentation}"))
}
