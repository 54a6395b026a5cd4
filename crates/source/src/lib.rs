//! The shared nouns: files, sites, spans, edits, diagnostics and fixes.
//!
//! This crate must never know Nix, the disk or terminals. Everything here is plain data.
//!
//! What holds always: whatever leaves one evaluation and enters another carries a [`Site`], which is no range, so that it
//! stays right while white space and comments move; ranges are looked up where results leave the analysis. Begin reading
//! with [`Site`] and [`Origin`].

mod condition;
mod diagnostic;
mod outside;
mod place;
mod text;
pub mod visible;
mod why;

pub use camino::{Utf8Path, Utf8PathBuf};
pub use condition::{Condition, Requirement, Sense};
pub use diagnostic::{
    Applicability, Confidence, Diagnostic, Fix, Label, LabelKind, Level, RuleId, Severity, TextEdit,
    apply_edits,
};
pub use outside::{Outside, What};
pub use place::{ExprId, FileId, Hop, HopKind, Origin, Place, Site, Span};
pub use text::{LineIndex, Position};
pub use text_size::{TextRange, TextSize};
pub use why::{Symbol, Why};
