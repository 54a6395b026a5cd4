//! How much memory values take, about, and how much work it is to go through them.

use crate::thunk::Thunk;
use crate::{
    Alternative, Attr, Attrs, ContextItem, Elem, EvalError, Lambda, List, NixString, StringPart, Value,
};
use nixpod_source::Site;
use std::rc::Rc;

/// What a piece of memory costs besides what is asked for: counters, and what the allocator needs.
const OVERHEAD: usize = 32;

/// Texts up to this length are kept where the string is.
const INLINE_TEXT: usize = 23;

/// The share that a thunk has in a frame of variables, which it has together with others.
pub(crate) const FRAME: usize = 64;

/// The bytes that a thunk keeps outside of itself and that nothing else keeps.
#[inline]
pub(crate) fn held_by(thunk: &Thunk) -> usize {
    match thunk {
        Thunk::Delayed { .. } => FRAME,
        Thunk::Native(run) => size_of_val(&**run) + OVERHEAD,
        Thunk::Variable { .. } | Thunk::Apply { .. } | Thunk::Generated { .. } | Thunk::Inherited { .. } => 0,
        Thunk::Busy(_) => 0,
        Thunk::Done { value, .. } => held_by_value(value),
        Thunk::Failed(error) => held_by_error(error),
    }
}

/// The bytes that a value keeps and no other value does.
pub(crate) fn held_by_value(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Unknown(_) => 0,
        Value::String(string) if Rc::strong_count(string) == 1 => string_bytes(string),
        Value::Path(path) if path.is_unshared() => path.len() + OVERHEAD,
        Value::List(list) if Rc::strong_count(list) == 1 => list_bytes(list),
        Value::Attrs(attrs) if Rc::strong_count(attrs) == 1 => attrs_bytes(attrs),
        Value::Lambda(lambda) if Rc::strong_count(lambda) == 1 => size_of::<Lambda>() + OVERHEAD + FRAME,
        Value::Primop(app) if Rc::strong_count(app) == 1 => OVERHEAD + app.args.capacity() * 4,
        Value::Either(alternatives) if Rc::strong_count(alternatives) == 1 => {
            alternatives.len() * size_of::<Alternative>() + OVERHEAD
        }
        _ => 0,
    }
}

fn string_bytes(string: &NixString) -> usize {
    let text = match string.text.len() {
        0..=INLINE_TEXT => 0,
        len => len + OVERHEAD,
    };
    let parts = string.parts.as_ref().filter(|parts| Rc::strong_count(parts) == 1);
    let context = string
        .context
        .as_ref()
        .filter(|context| Rc::strong_count(context) == 1);
    size_of::<NixString>()
        + OVERHEAD
        + text
        + parts.map_or(0, |parts| parts.len() * size_of::<StringPart>() + OVERHEAD)
        + context.map_or(0, |context| context.len() * size_of::<ContextItem>() + OVERHEAD)
}

fn list_bytes(list: &List) -> usize {
    size_of::<List>() + 2 * OVERHEAD + list.elems.capacity() * size_of::<Elem>()
}

fn attrs_bytes(attrs: &Attrs) -> usize {
    size_of::<Attrs>() + 2 * OVERHEAD + attrs.entries.capacity() * size_of::<Attr>()
}

/// The bytes of an error, which is kept by every thunk that failed because of it.
pub(crate) fn held_by_error(error: &Rc<EvalError>) -> usize {
    if Rc::strong_count(error) > 1 {
        return 0;
    }
    let context: usize = error.context.iter().map(|line| line.len() + OVERHEAD).sum();
    size_of::<EvalError>() + OVERHEAD + error.message.len() + context + error.trace.len() * size_of::<Site>()
}

/// How many steps it is to go through a value once, without what is in its elements.
pub(crate) fn steps_through(value: &Value) -> usize {
    match value {
        Value::String(string) => {
            let context = string.context.as_ref().map_or(0, |context| context.len());
            let parts = string.parts.as_ref().map_or(0, |parts| parts.len());
            string.text.len() / 64 + context / 2 + parts / 4
        }
        Value::Path(path) => path.len() / 64,
        Value::List(list) => list.elems.len() / 4,
        Value::Attrs(attrs) => attrs.entries.len() / 2,
        _ => 0,
    }
}
