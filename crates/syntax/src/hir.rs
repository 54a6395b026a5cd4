//! The lowered form of one file: an arena of expressions without text ranges.
//!
//! Two texts that differ only in white space and comments lower to equal [`Hir`]s.

mod assumed;
mod dump;
mod file;
mod globals;
mod node;
mod packed;
mod visit;

#[doc(hidden)]
pub use dump::dump;
pub use file::Hir;
pub use globals::GLOBALS;
pub(crate) use globals::is_global;
pub use node::{
    AttrName, Attrs, BinaryOp, DynamicEntry, Entry, EntryValue, Expr, NameId, Param, PathKind, PatternField,
    StrPart, VarRef,
};
pub(crate) use visit::NodePart;
