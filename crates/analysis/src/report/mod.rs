//! What an analysis answers: plain data for the command line and the language server.

mod gap;
pub(crate) mod request;
pub(crate) mod secrets;

pub use gap::{Cause, Concern, ErrorCode, Gap, GapKind};

use crate::report::secrets::Secrets;
use nixpod_model::{Role, Standing, Surface};
use nixpod_source::{Applicability, Diagnostic, FileId, Fix, Span, Utf8PathBuf, Why, visible};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The result of checking a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Findings, sorted by file, position, rule and message; suppressed ones included and marked.
    pub findings: Vec<Reported>,
    /// What could not be looked into, sorted, each once.
    pub not_analysed: Vec<Gap>,
    /// The roots that were evaluated and that the question is about.
    pub roots: Vec<EvaluatedRoot>,
    /// The names of all roots that were evaluated.
    pub all_hosts: Vec<String>,
    /// What machines are called by `networking.hostName`, as far as that is known; hosts can be asked for by it, too.
    pub host_names: Vec<String>,
    /// Every container with its effective spec, for `show`, sorted by host, surface and name.
    pub containers: Vec<Shown>,
    /// Containers that stand in the text and that no system has, for a reason that is known, and other things that are not
    /// judged on purpose; sorted by place.
    pub left_out: Vec<LeftOut>,
    /// Number of Nix files that the question is about.
    pub files: usize,
    /// These files, if they are not all that were looked at.
    pub only: Option<BTreeSet<FileId>>,
    /// Directories named by the user in which no Nix file was found.
    pub without_nix: Vec<Utf8PathBuf>,
    /// Paths named by the user that could not be read at all, with the reason.
    pub unreadable: Vec<(Utf8PathBuf, String)>,
    /// What must not be shown of the texts of files. Messages and values do not have it any more.
    pub secrets: Arc<Secrets>,
}

/// A message that may be shown: one line in which everything is seen, without secrets, with long values cut.
pub(crate) fn told(text: &str, secrets: &Secrets) -> String {
    visible::message(&secrets.mask(text))
}

impl Reported {
    /// Makes all that is said fit to be shown. Names stay as they are: programs compare them.
    pub(crate) fn tell(&mut self, secrets: &Secrets) {
        let diagnostic = &mut self.diagnostic;
        let labels = diagnostic.trail.iter_mut().map(|label| &mut label.message);
        let fixes = diagnostic.fixes.iter_mut().map(|fix| &mut fix.title);
        let said = [&mut diagnostic.message, &mut diagnostic.primary.message];
        let unsure = self.unsure.iter_mut().map(|one| &mut one.reason);
        let more = diagnostic
            .help
            .iter_mut()
            .chain(&mut self.suppressed)
            .chain(unsure);
        for text in said.into_iter().chain(labels).chain(fixes).chain(more) {
            *text = told(text, secrets);
        }
    }
}

/// One finding with all that it applies to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported {
    /// The finding.
    pub diagnostic: Diagnostic,
    /// Stable over edits elsewhere: 16 hexadecimal digits made from rule, container and source text, not lines.
    pub fingerprint: String,
    /// The container, if it is about one.
    pub container: Option<ContainerRef>,
    /// Other containers with the same finding at the same place, which are made from the same template.
    pub others: Vec<Other>,
    /// Names of the hosts it applies to, sorted. Empty for findings about the tool's own comments and for files that
    /// do not parse.
    pub hosts: Vec<String>,
    /// What each of them is, in the same order.
    pub roles: Vec<Role>,
    /// Is it only seen in files that no host imports?
    pub imported_by_no_host: bool,
    /// Why its confidence is not high; nothing if it is.
    pub unsure: Vec<ToldUnsure>,
    /// Is what it says also why something at its place was not analysed?
    pub tells_gap: bool,
    /// Is it suppressed, and with which reason?
    pub suppressed: Option<String>,
}

/// So many reasons for not being sure are told in one line.
const REASONS: usize = 3;

impl Reported {
    /// How sure the finding is and why not surer, in a line; nothing if it is certain.
    pub fn unsure_in_words(&self) -> Option<String> {
        let reasons: Vec<&str> = self
            .unsure
            .iter()
            .take(REASONS)
            .map(|one| one.reason.as_str())
            .collect();
        let confidence = self.diagnostic.confidence.as_str();
        (!reasons.is_empty()).then(|| format!("confidence {confidence}: {}", reasons.join("; ")))
    }
}

/// A reason for which a finding is not certain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldUnsure {
    /// Which kind of reason, by the name used in every format: `condition`, `unseen`, `alone`, `part`, `no-host`,
    /// `template` or `rule`.
    pub kind: &'static str,
    /// The reason, without a final dot.
    pub reason: String,
    /// Where it lies, if it has a place.
    pub span: Option<Span>,
}

/// A further container that a finding is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Other {
    /// The container.
    pub container: ContainerRef,
    /// The fingerprint that the finding has for it, and would have if it were the only one.
    pub fingerprint: String,
}

/// Which container a finding is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContainerRef {
    /// Its surface.
    pub surface: Surface,
    /// Its name.
    pub name: String,
    /// Where it is defined.
    pub file: FileId,
    /// The line, counted from 1.
    pub line: u32,
}

/// A container that stands in the text and is not judged, or the description of a whole NixOS test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Its surface; none for a whole test.
    pub surface: Option<Surface>,
    /// Its name, if it is written out.
    pub name: Option<String>,
    /// Where it is defined.
    pub span: Span,
    /// Why.
    pub reason: LeftOutReason,
}

/// Why a container that stands in the text is not judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftOutReason {
    /// A condition that is known leaves it out on every host.
    Off,
    /// The same as far as all was seen: a module that could not be read may set what the condition is about.
    OffAsSeen,
    /// It is a NixOS test, whose machines run in the sandbox of a build, or belongs to one.
    Test,
    /// It belongs to the virtual machine that a host is built as to try it out (`virtualisation.vmVariant`).
    VmVariant,
    /// It says itself that there is none: the jobs of such a runner run on the machine itself.
    NoContainer,
}

impl LeftOutReason {
    /// The name used in every format.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::OffAsSeen => "off-as-far-as-seen",
            Self::Test => "test",
            Self::VmVariant => "vm-variant",
            Self::NoContainer => "no-container",
        }
    }

    /// The reason in words that stand before what is left out, or behind it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Off => "off on every host",
            Self::OffAsSeen => "off on every host, as far as seen",
            Self::Test => "of a test",
            Self::VmVariant => "of a virtual machine for trying out",
            Self::NoContainer => "run on the machine itself, in no container",
        }
    }
}

/// One evaluated root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvaluatedRoot {
    /// The host's name, or the file's path relative to the project.
    pub name: String,
    /// What the machine is called by `networking.hostName`, if that is known.
    pub host_name: Option<String>,
    /// What it is.
    pub role: Role,
    /// Is it a host of a flake?
    pub from_flake: bool,
    /// Was its whole module tree seen?
    pub closed_world: bool,
    /// Is it a file that no host imports?
    pub imported_by_no_host: bool,
    /// How many modules were read.
    pub modules: usize,
    /// Names of inputs that were not on disk.
    pub missing_inputs: Vec<String>,
    /// The Nix files that were read for it and for the other hosts of its flake.
    pub files: Arc<[FileId]>,
}

/// A container's effective spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Its surface.
    pub surface: Surface,
    /// Its name.
    pub name: String,
    /// The host it belongs to, or the file or module.
    pub host: String,
    /// Which of them that is.
    pub role: Role,
    /// The system that declares it, when it is not the host itself: `guest web`, `home of alice`.
    pub inside: Option<String>,
    /// Where it is defined.
    pub span: Option<Span>,
    /// Everywhere its definition came through: the template that made it, the record it was made from.
    pub places: Vec<Span>,
    /// How it is known that a system has it.
    pub standing: Standing,
    /// Is it from a host that is an output of a flake?
    pub from_flake: bool,
    /// Does it stand for any number of containers, of names that are not known?
    pub is_template: bool,
    /// The undecided conditions under which it is there at all; `None`: it certainly is.
    pub condition: Option<String>,
    /// Facts and options: what is set or not known before what is as by default, facts before options, and facts that
    /// have to do with isolation before others. None unless they were asked for.
    pub facts: Vec<ShownFact>,
    /// What starts it. None unless it was asked for, and where no command does.
    pub command: Option<ShownCommand>,
    /// What rules ask of it and nobody knows, an entry for each reason.
    pub unknown: Vec<ShownUnknown>,
}

/// What starts a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownCommand {
    /// Who writes it, in words: `as NixOS 25.11 writes it`.
    pub writer: String,
    /// The words of the command, the program first. None where the engine's own tool refuses to make one.
    pub words: Vec<ShownWord>,
    /// Settings of its service that the engine or the kernel obeys.
    pub service: Vec<ShownWord>,
    /// The lines of the unit that is written for Podman's generator.
    pub unit: Vec<ShownWord>,
}

/// A word of a command, or a line of a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownWord {
    /// What it says, without secrets; what is not known as `${name}`. Any number of words may stand for one that is not
    /// known as a whole.
    pub text: String,
    /// Is it there, and known?
    pub certainty: Certainty,
    /// Why that is not certain.
    pub reason: Option<String>,
    /// Does it belong to the word before it, as the value of an option does?
    pub is_value: bool,
    /// Does something in it stand for what is not known?
    pub has_hole: bool,
    /// Where it is written; none for what a module or a generator adds.
    pub span: Option<Span>,
}

/// Facts of a container that are not known for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownUnknown {
    /// What is not known: `what it mounts`.
    pub questions: Vec<&'static str>,
    /// Why.
    pub reason: String,
    /// Where the code says it.
    pub span: Option<Span>,
}

/// One fact of a container, or an option of it that no fact tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownFact {
    /// What it is called: a fact by its name, of which there can be several, an option by its own, from the container.
    pub name: String,
    /// What it is.
    pub kind: ShownKind,
    /// The option that it was read from, from the container, if one sets it.
    pub option: Option<String>,
    /// The value, a fact's in words and an option's in Nix syntax; `None` when unknown.
    pub value: Option<String>,
    /// How certain it is.
    pub certainty: Certainty,
    /// Why it is unknown, under which condition it holds, or why it may also be something else.
    pub reason: Option<String>,
    /// What is not known inside of the value.
    pub holes: Vec<Why>,
    /// Where it is written.
    pub span: Option<Span>,
    /// Every definition, the winning first.
    pub definitions: Vec<ShownDefinition>,
}

/// What is shown of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ShownKind {
    /// What rules look at.
    Fact {
        /// What it tells, such as `what it mounts`.
        question: &'static str,
        /// Is it a word of a line, which is read together with those around it?
        is_word: bool,
        /// Does a fact before it say the same, more completely?
        is_repeated: bool,
        /// Is it not known because a definition of the container could not be seen?
        is_unseen: bool,
    },
    /// An option as it is evaluated.
    Option,
}

/// One definition of an option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownDefinition {
    /// The option that it defines, from the container.
    pub option: String,
    /// Where it is written.
    pub span: Option<Span>,
    /// The value in Nix syntax, shortened.
    pub value: String,
    /// The priority; lower wins.
    pub priority: i64,
    /// Did it take part in the effective value?
    pub won: bool,
    /// The condition around it, as the code has it.
    pub condition: Option<String>,
}

/// How certain a shown fact is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Certainty {
    /// The code sets it.
    Set,
    /// Nothing sets it.
    Default,
    /// Set under an undecided condition.
    Maybe,
    /// Not known.
    Unknown,
}

impl Certainty {
    /// The name used in every format.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Set => "set",
            Self::Default => "default",
            Self::Maybe => "maybe",
            Self::Unknown => "unknown",
        }
    }
}

/// What hovering shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// The range it is about.
    pub span: Span,
    /// Markdown.
    pub markdown: String,
}

/// A code action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// Is it a fix for the finding or a suppression of it?
    pub kind: ActionKind,
    /// The change; its title is the action's.
    pub fix: Fix,
    /// The finding it belongs to.
    pub diagnostic: Diagnostic,
}

/// What may be done about a finding. [`crate::Analysis::make`] tells which edits that takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Is it a fix for the finding or a suppression of it?
    pub kind: ActionKind,
    /// What the action is called.
    pub title: String,
    /// How safe it is.
    pub applicability: Applicability,
    /// The finding it belongs to.
    pub diagnostic: Diagnostic,
    /// The finding's fingerprint, by which it is found again.
    pub fingerprint: String,
}

/// Why an action that was offered cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotMade {
    /// The text is another one by now: there is no such finding, or no such fix for it.
    Gone,
    /// It would change more than it says, or the finding would stay.
    BreaksPromise,
    /// No comment can be put where it would be one.
    NoPlace,
}

impl std::fmt::Display for NotMade {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Gone => "the finding is not there any more",
            Self::BreaksPromise => "the fix would change more than it says, so it is not made",
            Self::NoPlace => "no comment can be put here",
        })
    }
}

/// What a code action does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionKind {
    /// Removes the cause.
    Fix,
    /// Adds a suppression comment with a reason to fill in.
    Suppress,
}
