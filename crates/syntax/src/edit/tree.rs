//! The tree of the text that is edited.

use crate::tree::{STACK, guard};
use nixpod_source::TextEdit;
use rnix::SyntaxNode;
use rowan::GreenNode;
use std::cell::RefCell;
use text_size::TextRange;

/// Puts something else in the place of a range.
pub fn replace(range: TextRange, new: impl Into<String>) -> TextEdit {
    TextEdit {
        range,
        insert: new.into(),
    }
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
pub(super) fn with_tree<T>(text: &str, work: impl FnOnce(&SyntaxNode) -> Option<T>) -> Option<T> {
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
pub(super) fn innermost(
    root: &SyntaxNode,
    range: TextRange,
    wanted: impl Fn(&SyntaxNode) -> bool,
) -> Option<SyntaxNode> {
    if !root.text_range().contains_range(range) {
        return None;
    }
    root.covering_element(range).ancestors().find(|node| wanted(node))
}
