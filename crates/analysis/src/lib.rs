//! Host and snapshot: holds files, evaluates roots, runs the rules it is given, applies suppressions, builds fixes.
//!
//! This crate is the public face of the library. It must never know which rules exist, LSP, JSON or colours.

mod report;
mod rule;

pub use nixpod_source::{
    Applicability, Confidence, Diagnostic, FileId, Fix, Label, LabelKind, LineIndex, Origin, Position,
    RuleId, Severity, Span, TextEdit, TextRange, TextSize, Why,
};
pub use report::{
    Action, ActionKind, Certainty, ContainerRef, Gap, Hover, Report, Reported, Root, Shown, ShownFact,
};
pub use rule::{
    Change, Check, Ctx, Finding, FindingBuilder, FixAvailability, Group, Intent, Meta, Rule, Sink,
};
