//! Host and snapshot: holds files, evaluates roots, runs the rules it is given, applies suppressions, builds fixes.
//!
//! This crate is the public face of the library. It must never know which rules exist, LSP, JSON or colours.
//!
//! An [`AnalysisHost`] owns the files of a project and the rules, and takes changes. [`AnalysisHost::analysis`] gives an
//! [`Analysis`], a snapshot that answers questions: what is wrong ([`Analysis::check`]), what each container will be
//! ([`Analysis::show`]), what to say about a place ([`Analysis::hover`]), what would mend it ([`Analysis::fix`]). Editors also
//! ask what has a name in a file ([`Analysis::symbols`]), how isolated its containers are ([`Analysis::lenses`]), what may be
//! written at a place ([`Analysis::completions`]), and where it leads to ([`Analysis::definition`]).
//!
//! The Nix code is evaluated by this library itself. Nothing of it is executed, no other program is started, no network
//! is used, and the clock and the environment are not looked at: the same files give the same answer.
//!
//! # A project in memory
//!
//! The rules of the command line are in the crate `nixpod-rules` (`nixpod_rules::ALL`). This example brings one of its
//! own: data and a function that looks at one container of the model, which is in the crate `nixpod-model`.
//!
//! ```
//! use nixpod_analysis::{AnalysisHost, MemoryFileSystem, Rule};
//! use std::sync::Arc;
//!
//! mod privileged {
//!     use nixpod_analysis::{Ctx, Sink, declare_rule};
//!     use nixpod_model::Container;
//!
//!     declare_rule! {
//!         /// ## What it flags
//!         /// A container that runs privileged.
//!         pub static RULE = {
//!             id: "privileged",
//!             summary: "container runs privileged",
//!             severity: High,
//!             group: Oci,
//!             since: "0.1.0",
//!             fix: None,
//!             check: Container(check),
//!         }
//!     }
//!
//!     fn check(_ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
//!         // `written` is what the code sets. What is not known is never there, so a rule does not fire on it.
//!         if let Some(privileged) = container.privileged.written().filter(|on| *on.get()) {
//!             sink.report(privileged, format!("`{}` runs privileged", container.name));
//!         }
//!     }
//! }
//!
//! static RULES: &[&Rule] = &[&privileged::RULE];
//!
//! let disk = MemoryFileSystem::new();
//! disk.write("/project/configuration.nix", "{ imports = [ ./web.nix ]; }");
//! disk.write(
//!     "/project/web.nix",
//!     r#"
//! let
//!   trusted = true;
//! in {
//!   virtualisation.oci-containers.containers.web = {
//!     image = "nginx";
//!     privileged = trusted;
//!   };
//! }
//! "#,
//! );
//!
//! let mut host = AnalysisHost::new(RULES, Arc::new(disk));
//! host.set_project("/project".into());
//! let analysis = host.analysis();
//! let report = analysis.check(&["/project".into()]);
//!
//! // A finding points at the text that causes it, by file and byte range; lines and columns are looked up.
//! let mut lines = Vec::new();
//! for finding in &report.findings {
//!     let diagnostic = &finding.diagnostic;
//!     let span = diagnostic.primary.span;
//!     let index = analysis.line_index(span.file);
//!     let start = index.position(&analysis.text(span.file), span.range.start());
//!     let path = analysis.path(span.file);
//!     lines.push(format!("{path}:{}:{}: {}", start.line, start.column, diagnostic.message));
//! }
//! assert_eq!(lines, ["/project/web.nix:3:13: `web` runs privileged"]);
//!
//! // What could not be looked into is said, so that silence is not mistaken for safety.
//! assert!(report.not_analysed.is_empty());
//! ```
//!
//! # From disk, while somebody edits
//!
//! With [`OsFileSystem`] the same is read from disk. A buffer lies over the file of its path, as in an editor: what is
//! in it counts, and nothing is written. Whatever changes on disk has to be told by [`AnalysisHost::file_changed`].
//!
//! ```
//! # use nixpod_analysis::{Ctx, Rule, Sink, declare_rule};
//! # use nixpod_model::Container;
//! # declare_rule! {
//! #     /// The same rule as above.
//! #     pub static RULE = {
//! #         id: "privileged",
//! #         summary: "container runs privileged",
//! #         severity: High,
//! #         group: Oci,
//! #         since: "0.1.0",
//! #         fix: None,
//! #         check: Container(check),
//! #     }
//! # }
//! # fn check(_ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
//! #     if let Some(privileged) = container.privileged.written().filter(|on| *on.get()) {
//! #         sink.report(privileged, format!("`{}` runs privileged", container.name));
//! #     }
//! # }
//! # static RULES: &[&Rule] = &[&RULE];
//! use nixpod_analysis::{AnalysisHost, OsFileSystem, Utf8PathBuf};
//! use std::{env, fs, process, sync::Arc, thread};
//!
//! // `RULES` as above.
//! let project = Utf8PathBuf::try_from(env::temp_dir())?.join(format!("nixpod-{}", process::id()));
//! let file = project.join("web.nix");
//! let text = r#"{ virtualisation.oci-containers.containers.web.privileged = true; }"#;
//! fs::create_dir_all(&project)?;
//! fs::write(&file, text)?;
//!
//! let mut host = AnalysisHost::new(RULES, Arc::new(OsFileSystem));
//! host.set_project(project.clone());
//! let before = host.analysis();
//! assert_eq!(before.check(&[project.clone()]).findings.len(), 1);
//!
//! host.set_buffer(file.clone(), Some(text.replace("true", "false")));
//! let after = host.analysis();
//! assert!(after.check(&[project.clone()]).findings.is_empty());
//!
//! // A snapshot stays as it was, and any thread may ask it. `diagnostics` is the part of a check that is in one file.
//! let findings = thread::scope(|scope| scope.spawn(|| before.diagnostics(&file)).join()).unwrap();
//! assert_eq!(findings.len(), 1);
//!
//! // The buffer is closed, and the disk counts again.
//! host.set_buffer(file.clone(), None);
//! assert_eq!(host.analysis().diagnostics(&file).len(), 1);
//! # fs::remove_dir_all(&project)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # A rule over a world made by hand
//!
//! What a root evaluates to is a [`World`](nixpod_model::World): hosts, their systems and their containers. It can be
//! made without any Nix code, and [`run_rules`] runs rules over it; so a rule's test says what the rule sees and nothing
//! else.
//!
//! ```
//! use nixpod_analysis::{Confidence, Ctx, Origin, Sink, declare_rule, run_rules};
//! use nixpod_model::{
//!     Container, ContainerId, EntryName, Field, Host, HostId, Role, Seen, Standing, Surface, System, SystemId, SystemKind, Userns,
//!     World,
//! };
//!
//! declare_rule! {
//!     /// ## What it flags
//!     /// An nspawn container whose root is the root of its host.
//!     pub static RULE = {
//!         id: "no-user-namespace",
//!         summary: "nspawn container without a user namespace",
//!         severity: Medium,
//!         group: Isolation,
//!         since: "0.1.0",
//!         fix: None,
//!         check: Container(check),
//!     }
//! }
//!
//! fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
//!     if container.surface == Surface::Nspawn && container.userns.value() == Some(&Userns::Host) {
//!         // That nothing sets an option is certain only if all that could set it was seen.
//!         if let Some(absent) = ctx.absent(ctx.system(container), &container.userns) {
//!             sink.report_absence(&absent, format!("`{}` has no user namespace", container.name));
//!         }
//!     }
//! }
//!
//! let host = HostId::new("box", 0);
//! let system = SystemId::of_host(host.clone());
//! let web = ContainerId::new(system.clone(), Surface::Nspawn, EntryName::Known("web".into()));
//! let db = ContainerId::new(system.clone(), Surface::Nspawn, EntryName::Known("db".into()));
//!
//! let mut world = World::default();
//! world.add_host(Host {
//!     id: host,
//!     name: "box".to_owned(),
//!     host_name: None,
//!     role: Role::Host,
//!     closed_world: true,
//!     from_flake: true,
//!     in_flake: true,
//!     standing: Standing::Plain,
//!     modules: 1,
//!     missing_inputs: Vec::new(),
//!     variant_of: None,
//! });
//! world.add_system(System {
//!     seen: Seen::Whole,
//!     ..System::new(system, SystemKind::Nixos, "box")
//! });
//! // An origin is the place in Nix code that something comes from; there is none here.
//! world.add_container(Container::new(web, Origin::default()));
//! world.add_container(Container {
//!     userns: Field::set(Userns::Pick, Origin::default()),
//!     ..Container::new(db, Origin::default())
//! });
//!
//! let findings = run_rules(&[&RULE], &world);
//! assert_eq!(findings.len(), 1);
//! assert_eq!(findings[0].message, "`web` has no user namespace");
//! assert_eq!(findings[0].confidence, Confidence::High);
//! ```
//!
//! # What to know
//!
//! - **Paths** are absolute and UTF-8, all of them: the project, targets, buffers. Files are read below the project only,
//!   wherever links lead, and inputs of a flake that are locked where they lie in `/nix/store`. A host without
//!   [a project](AnalysisHost::set_project) has no such bound and reads whatever the code imports: give it one.
//!   [`RootSearch`] finds it.
//! - **Threads**: snapshots are `Send` and `Sync`, and the host is, too. A check uses up to [`Settings::jobs`] threads
//!   and is back when they are done; with 1 job it works in the thread that calls. The answer does not depend on their
//!   number. A root that is evaluated again after an edit keeps its heap from then on, on a thread of its own, at most
//!   four in a host, those that were edited last; such a thread waits for the next edit and ends with the host and its snapshots, or when its root
//!   was not asked for in 16 checks. A check cannot be cancelled; it ends by the limits.
//! - **Limits**: what one evaluation may use is bounded by [`nixpod_eval::Limits`]: steps, nested calls, memory. A root
//!   (all hosts of a flake, or a file by itself) is one evaluation. What lies behind a bound is unknown: it is no error
//!   and no panic, gives no finding, and is in [`Report::not_analysed`]; so is a file of more than 16 MiB. A text that
//!   nests more than 500 brackets is not parsed, which is a finding. The limits cannot be changed from here.
//! - **Text that is shown**: messages are one line in which every character is seen, and neither they nor values of options
//!   have a secret that a rule found, unless [`Settings::show_secrets`] says so. Names and the texts of files are as they
//!   are: take them through [`visible`], and what [`Secrets::ranges`] names out of an excerpt.
//! - **Log**: what is read and evaluated, and whether a kept heap was of use, is told to `tracing` at level `debug`.
//! - **Versions**: before 1.0 anything public may change with the second number of the version (0.1 to 0.2), and structs
//!   and enums get new fields and variants. Take all `nixpod` crates in the same version, since types of `nixpod-model`
//!   and `nixpod-source` are part of this interface. What is found may change with any version, as more of Nix is
//!   understood; names of rules and fingerprints are meant to stay.
//!
//! # For who works on this crate
//!
//! Begin with `check/snapshot`, the [`Analysis`] that all questions are asked of, and `check/outcome`, which goes from
//! targets to findings in one page: which roots there are (`check/targets`), their worlds (`world/worlds`), what the rules
//! say (`run`), where that is in the text (`check/places`), and which comments silence it (`check/comments`). `world/keeper`
//! has the heaps that are kept over edits, `vfs/reads` what an evaluation read. `fix` and `ask` answer what is only asked
//! for at times. `rule` is what the author of a rule meets.
//!
//! What holds always:
//!
//! - Findings, their confidence and their order do not depend on the format, on who asked before, on the number of threads,
//!   or on whether a heap was kept.
//! - A world is used again only if all that its evaluation read is as it was: code, contents, listings, files that were
//!   not there, and the string literals that were looked at.
//! - Worlds and findings hold places of nodes; ranges are looked up in the revision that is asked about, when the answer
//!   leaves.
//! - A snapshot never changes. What it has read, it goes on to see; the host's next change makes another one.
//! - The disk is behind [`FileSystem`], and only `vfs/disk` knows the real one.

mod ask;
mod check;
mod controls;
mod did_you_mean;
mod fix;
mod host;
mod index;
mod proof;
mod report;
mod rule;
mod run;
mod settings;
mod stakes;
#[cfg(test)]
mod tests;
mod titles;
mod vfs;
mod world;

pub use ask::completion::{Completion, CompletionKind};
pub use ask::inlay::Hint;
pub use ask::lens::{Lens, LensContainer};
pub use ask::links::Link;
pub use ask::navigate::Destinations;
pub use ask::symbols::{Symbol, SymbolKind};
pub use check::tool_rules::OWN_RULES;
pub use fix::apply::{Fixed, FixedFile};
pub use fix::promise::{Left, Refusal};

pub use camino::{Utf8Path, Utf8PathBuf};
pub use check::snapshot::Analysis;
pub use check::targets::{is_looked_at_with, patterns};
pub use controls::{Catalogue, Control, Controls};
pub use did_you_mean::closest;
pub use host::AnalysisHost;
pub use nixpod_model::{Role, Standing};
pub use nixpod_source::{
    Applicability, Confidence, Diagnostic, FileId, Fix, Label, LabelKind, Level, LineIndex, Origin, Position,
    RuleId, Severity, Span, TextEdit, TextRange, TextSize, Why, apply_edits, visible,
};
pub use proof::{Attack, Ground, Proof, Verdict};
pub use report::request::{EvalInput, EvalOutcome, EvalRequest};
pub use report::secrets::{MASK, Secrets};
pub use report::{
    Action, ActionKind, Cause, Certainty, Concern, ContainerRef, ErrorCode, EvaluatedRoot, Gap, GapKind,
    Hover, LeftOut, LeftOutReason, NotMade, Offer, Other, Report, Reported, Shown, ShownCommand,
    ShownDefinition, ShownFact, ShownKind, ShownUnknown, ShownWord, ToldUnsure,
};
pub use rule::{
    Absent, Change, Check, Ctx, Finding, FindingBuilder, FixAvailability, Group, Intent, Meta, Rule, Sink,
    Unsure, rule_url,
};
pub use run::run_rules;
pub use settings::Settings;
pub use stakes::{Reach, Stake, Takes};
pub use vfs::disk::{FileKind, FileSystem, OsFileSystem, Tree};
pub use vfs::memory::MemoryFileSystem;
pub use vfs::project::{FoundRoot, ProjectRoot, RootSearch, Scope};
pub use vfs::resolve::Unreachable;
