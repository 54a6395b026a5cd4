//! Builds text edits for fixes, keeping formatting and comments.
//!
//! Ranges come from a [`crate::SourceMap`] of the same text. Every function gives `None` if there is nothing of the
//! kind at the range, or if the text is not parsed at all.

mod insert;
mod tree;

use nixpod_source::TextEdit;
use rnix::{SyntaxKind, ast};
use rowan::ast::AstNode as _;
use text_size::{TextRange, TextSize};

pub use tree::replace;
use tree::{innermost, with_tree};

pub use insert::{Side, insert_binding, insert_list_element, insert_sibling};

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
