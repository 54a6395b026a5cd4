//! Host and snapshot: holds files, evaluates roots, runs the rules it is given, applies suppressions, builds fixes.
//!
//! This crate is the public face of the library. It must never know which rules exist, LSP, JSON or colours.

mod actions;
mod apply;
mod check;
mod disk;
mod edits;
mod evaluate;
mod evaluation;
mod fix;
mod group;
mod host;
mod hover;
mod keeper;
mod labels;
mod merge;
mod own_rules;
mod parallel;
mod project;
mod reads;
mod reasons;
mod report;
mod request;
mod roots;
mod rule;
mod run;
mod show;
mod suppress;
#[cfg(test)]
mod tests;
mod uses;
mod vfs;
mod worlds;

pub use apply::{Fixed, FixedFile};
pub use own_rules::OWN_RULES;

pub use camino::{Utf8Path, Utf8PathBuf};
pub use disk::{FileKind, FileSystem, MemoryFileSystem, OsFileSystem};
pub use host::{Analysis, AnalysisHost, Settings};
pub use nixpod_source::{
    Applicability, Confidence, Diagnostic, FileId, Fix, Label, LabelKind, LineIndex, Origin, Position,
    RuleId, Severity, Span, TextEdit, TextRange, TextSize, Why, apply_edits,
};
pub use project::project_root;
pub use reasons::Reasons;
pub use report::{
    Action, ActionKind, Certainty, ContainerRef, Gap, Hover, Other, Report, Reported, Root, Shown,
    ShownDefinition, ShownFact,
};
pub use request::{EvalInput, EvalOutcome, EvalRequest};
pub use rule::{
    Change, Check, Ctx, Finding, FindingBuilder, FixAvailability, Group, Intent, Meta, Rule, Sink, rule_url,
};
pub use run::run_rules;
