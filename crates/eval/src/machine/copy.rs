//! Paths in the store of what is copied there.

use super::nar;
use crate::{ContextItem, Evaluator, NixString, OriginId, StringBuilder, Unknown, Value, Whence};
use nixpod_source::{Outside, Utf8Path, Why};
use std::rc::Rc;
use std::sync::Arc;

/// A reference to a store path; see [`super::context`].
pub(crate) fn reference(path: &str, output: &str) -> ContextItem {
    ContextItem::Derivation {
        name: path.into(),
        output: output.into(),
    }
}

/// The hole for a store path of which only the name is known.
pub(crate) fn symbolic(name: &str) -> Rc<Unknown> {
    Rc::new(Unknown {
        why: Why::External(Arc::new(Outside::store_path_of(name))),
        store_path: true,
        likely: None,
        text: None,
        given: Vec::new(),
        whence: Whence::Name,
        literal: None,
    })
}

/// A path that is copied into the store under a name.
pub(crate) fn copied(ev: &Evaluator<'_>, path: &crate::PathText, name: &str, origin: OriginId) -> NixString {
    let mut builder = StringBuilder::default();
    match nar::store_path(ev, Utf8Path::new(&**path), name) {
        Some(exact) => {
            builder.push_literal(&exact, origin, 0);
            builder.push_context(reference(&exact, ""));
        }
        None => builder.push_hole(symbolic(name), origin),
    }
    builder.push_context(ContextItem::Copied {
        path: path.clone(),
        name: name.into(),
        origin,
    });
    match builder.finish() {
        Value::String(string) => (*string).clone(),
        _ => NixString::default(),
    }
}
