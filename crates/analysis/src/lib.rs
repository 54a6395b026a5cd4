//! Host and snapshot: holds files, evaluates roots, runs the rules it is given, applies suppressions, builds fixes.
//!
//! This crate is the public face of the library. It must never know which rules exist, LSP, JSON or colours.

mod ask;
mod check;
mod fix;
mod host;
mod report;
mod rule;
mod run;
mod settings;
#[cfg(test)]
mod tests;
mod vfs;
mod world;

pub use check::tool_rules::OWN_RULES;
pub use fix::apply::{Fixed, FixedFile};

pub use camino::{Utf8Path, Utf8PathBuf};
pub use check::snapshot::Analysis;
pub use host::AnalysisHost;
pub use nixpod_source::{
    Applicability, Confidence, Diagnostic, FileId, Fix, Label, LabelKind, Level, LineIndex, Origin, Position,
    RuleId, Severity, Span, TextEdit, TextRange, TextSize, Why, apply_edits,
};
pub use report::request::{EvalInput, EvalOutcome, EvalRequest};
pub use report::{
    Action, ActionKind, Certainty, ContainerRef, Gap, Hover, Other, Report, Reported, Root, Shown,
    ShownDefinition, ShownFact,
};
pub use rule::{
    Change, Check, Ctx, Finding, FindingBuilder, FixAvailability, Group, Intent, Meta, Rule, Sink, rule_url,
};
pub use run::run_rules;
pub use settings::Settings;
pub use vfs::disk::{FileKind, FileSystem, MemoryFileSystem, OsFileSystem};
pub use vfs::project::project_root;
