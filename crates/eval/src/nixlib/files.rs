//! Primitives on paths and files.

use super::Primitive;

pub(super) const PRIMITIVES: &[Primitive] = &[];
