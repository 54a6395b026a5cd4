//! Builds text edits for fixes, keeping formatting and comments.
//!
//! Ranges come from a [`crate::SourceMap`] of the same text. Every function gives `None` if there is nothing of the
//! kind at the range, or if the text is not parsed at all.

mod insert;

use crate::tree::{STACK, guard};
use nixpod_source::TextEdit;
use rnix::{SyntaxKind, SyntaxNode, ast};
use rowan::GreenNode;
use rowan::ast::AstNode as _;
use std::cell::RefCell;
use text_size::{TextRange, TextSize};

pub use insert::{Side, insert_binding, insert_list_element, insert_sibling};

/// Puts something else in the place of a range.
pub fn replace(range: TextRange, new: impl Into<String>) -> TextEdit {
    TextEdit {
        range,
        insert: new.into(),
    }
}

/// Removes the innermost binding around a range; of an `inherit`, only the name at the range unless it is the last
/// one. The line goes, too, if nothing else is on it.
pub fn remove_binding(text: &str, inside: TextRange) -> Option<TextEdit> {
    with_tree(text, |root| {
        let node = innermost(root, inside, |node| {
            matches!(
                node.kind(),
                SyntaxKind::NODE_ATTRPATH_VALUE | SyntaxKind::NODE_INHERIT
            )
        })?;
        if let Some(inherit) = ast::Inherit::cast(node.clone()) {
            let mut names = inherit.attrs();
            let named = names
                .by_ref()
                .find(|attr| attr.syntax().text_range().contains_range(inside));
            if let Some(named) = named
                && inherit.attrs().count() > 1
            {
                return Some(remove(text, named.syntax().text_range()));
            }
        }
        Some(remove(text, node.text_range()))
    })
}

/// Removes the innermost list element around a range, with its line if nothing else is on it.
pub fn remove_list_element(text: &str, element: TextRange) -> Option<TextEdit> {
    with_tree(text, |root| {
        let node = innermost(root, element, |node| {
            ast::Expr::can_cast(node.kind())
                && node
                    .parent()
                    .is_some_and(|parent| parent.kind() == SyntaxKind::NODE_LIST)
        })?;
        Some(remove(text, node.text_range()))
    })
}

/// Gives the innermost binding around a range (its key, its value or the whole) another value.
pub fn set_binding_value(text: &str, inside: TextRange, new_value: &str) -> Option<TextEdit> {
    with_tree(text, |root| {
        let node = innermost(root, inside, |node| {
            node.kind() == SyntaxKind::NODE_ATTRPATH_VALUE
        })?;
        let value = ast::AttrpathValue::cast(node)?.value()?;
        Some(replace(value.syntax().text_range(), new_value))
    })
}

/// A parsed text. Deep trees are dropped on a stack that is large enough for them, too.
struct Parsed {
    text: String,
    green: Option<GreenNode>,
}

impl Drop for Parsed {
    fn drop(&mut self) {
        let green = self.green.take();
        stacker::maybe_grow(STACK, STACK, || drop(green));
    }
}

thread_local! {
    /// The last text and its tree. The fixes of a file are asked for one after the other, and parsing the file for each
    /// would make the time grow with the square of its length.
    static LAST: RefCell<Option<Parsed>> = const { RefCell::new(None) };
}

/// Parses and works on the tree on a stack that is large enough for its depth.
fn with_tree<T>(text: &str, work: impl FnOnce(&SyntaxNode) -> Option<T>) -> Option<T> {
    let last = LAST.take().filter(|last| last.text == text);
    stacker::maybe_grow(STACK, STACK, || {
        let (parsed, root) = match last {
            Some(parsed) => {
                let root = SyntaxNode::new_root(parsed.green.clone()?);
                (parsed, root)
            }
            None => {
                let scan = guard::scan(text).ok()?;
                let source = scan.patched.as_deref().unwrap_or(text);
                let root = rnix::Root::parse(source).syntax();
                let parsed = Parsed {
                    text: text.to_owned(),
                    green: Some(root.green().to_owned()),
                };
                (parsed, root)
            }
        };
        let done = work(&root);
        LAST.set(Some(parsed));
        done
    })
}

/// The innermost wanted node that holds a range.
fn innermost(
    root: &SyntaxNode,
    range: TextRange,
    wanted: impl Fn(&SyntaxNode) -> bool,
) -> Option<SyntaxNode> {
    if !root.text_range().contains_range(range) {
        return None;
    }
    root.covering_element(range).ancestors().find(|node| wanted(node))
}

/// Removes a range together with the white space that it no longer needs.
fn remove(text: &str, range: TextRange) -> TextEdit {
    let blank = |c: char| c == ' ' || c == '\t';
    let (start, end) = (usize::from(range.start()), usize::from(range.end()));
    let before = text.get(..start).unwrap_or_default();
    let after = text.get(end..).unwrap_or_default();
    let spaces_before = before.len() - before.trim_end_matches(blank).len();
    let spaces_after = after.len() - after.trim_start_matches(blank).len();
    let at_line_start = before.len() == spaces_before || before.trim_end_matches(blank).ends_with('\n');
    let rest = after.get(spaces_after..).unwrap_or_default();
    let break_after = match rest.strip_prefix('\r').unwrap_or(rest) {
        rest_of_line if rest_of_line.starts_with('\n') => rest.len() - rest_of_line.len() + 1,
        _ => 0,
    };
    let (start, end) = if at_line_start && (break_after > 0 || rest.is_empty()) {
        (start - spaces_before, end + spaces_after + break_after)
    } else if at_line_start {
        (start, end + spaces_after)
    } else {
        (start - spaces_before, end)
    };
    replace(
        TextRange::new(TextSize::new(start as u32), TextSize::new(end as u32)),
        "",
    )
}
