//! What a rule is, and what it may say.

use crate::controls::Controls;
use crate::index::Index;
use crate::proof::{Attack, Proof};
use crate::stakes::Stake;
use nixpod_model::{
    Container, ContainerId, Field, Host, HostId, Seen, System, SystemId, Text, TextPart, Unseen, World,
    Written,
};
use nixpod_source::{Applicability, Condition, Confidence, Origin, RuleId, Severity, Why};
use std::rc::Rc;

/// Which set a rule belongs to; it decides whether the rule is on by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Loses isolation.
    Isolation,
    /// Loses a secret.
    Secrets,
    /// Users, groups, sub-ids and lingering.
    Users,
    /// OCI containers.
    Oci,
    /// The configuration does not do what it says.
    Correctness,
    /// Hardening that few need; off by default.
    Pedantic,
}

impl Group {
    /// The name used on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Isolation => "isolation",
            Self::Secrets => "secrets",
            Self::Users => "users",
            Self::Oci => "oci",
            Self::Correctness => "correctness",
            Self::Pedantic => "pedantic",
        }
    }

    /// Is it on without being asked for?
    pub const fn on_by_default(self) -> bool {
        !matches!(self, Self::Pedantic)
    }
}

/// Does a rule come with fixes?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FixAvailability {
    /// Every finding in code has one.
    Always,
    /// Some findings have one.
    Sometimes,
    /// None has.
    None,
}

/// What is known about a rule without running it.
#[derive(Clone, Copy, Debug)]
pub struct Meta {
    /// The kebab-case name of the bad pattern.
    pub id: RuleId,
    /// One line: what is wrong, without a final dot.
    pub summary: &'static str,
    /// The usual severity; a finding may have another.
    pub severity: Severity,
    /// The set it belongs to.
    pub group: Group,
    /// The first version that has it.
    pub since: &'static str,
    /// Does it come with fixes?
    pub fix: FixAvailability,
    /// Why it may be believed.
    pub proof: Proof,
    /// Which controls of published catalogues it covers.
    pub controls: Controls,
    /// Which cells of the table of severities its findings stand for, the worst first; none if it does not say.
    pub stakes: &'static [Stake],
    /// What somebody would type.
    pub attack: Attack,
    /// The documentation as it stands in the comment, with the headings `What it flags`, `Why`, `Bad`, `Good`,
    /// `Fix safety`. To show it, take [`Self::markdown`].
    pub docs: &'static str,
    /// The rule's source file.
    pub file: &'static str,
}

impl Meta {
    /// The documentation in Markdown: without the blank that stands after the slashes of each line.
    pub fn markdown(&self) -> String {
        let lines: Vec<&str> = self
            .docs
            .lines()
            .map(|line| line.strip_prefix(' ').unwrap_or(line))
            .collect();
        lines.join("\n").trim().to_owned()
    }
}

/// Where the documentation of a rule, or of a finding about the tool itself, is on the web.
pub fn rule_url(id: &str) -> String {
    format!("{}/blob/main/docs/rules/{id}.md", env!("CARGO_PKG_REPOSITORY"))
}

/// What a rule looks at.
#[derive(Clone, Copy, Debug)]
pub enum Check {
    /// Every container.
    Container(fn(&Ctx<'_>, &Container, &mut Sink)),
    /// Every system: hosts, guests, homes.
    System(fn(&Ctx<'_>, &System, &mut Sink)),
    /// Both, each with a function of its own.
    Both(
        fn(&Ctx<'_>, &Container, &mut Sink),
        fn(&Ctx<'_>, &System, &mut Sink),
    ),
}

/// A rule: data and a function.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// What is known about it.
    pub meta: Meta,
    /// The check.
    pub check: Check,
}

/// What a check may ask besides the thing it looks at.
#[derive(Clone, Copy, Debug)]
pub struct Ctx<'a> {
    /// Everything that this root evaluated to.
    pub world: &'a World,
    pub(crate) index: &'a Index<'a>,
}

impl<'a> Ctx<'a> {
    /// The system whose configuration declares the container.
    pub fn system(&self, container: &Container) -> &'a System {
        self.world.system(&container.system)
    }

    /// The guest system of an nspawn container.
    pub fn guest(&self, container: &Container) -> Option<&'a System> {
        container.guest.as_ref().map(|id| self.world.system(id))
    }

    /// The containers that a system declares by itself, in the world's order.
    pub fn containers_of(&self, system: &System) -> &'a [&'a Container] {
        self.index.containers.get(&system.id).map_or(&[], Vec::as_slice)
    }

    /// The homes of a system's users, in the world's order.
    pub fn homes_of(&self, system: &System) -> &'a [&'a System] {
        self.index.homes.get(&system.id).map_or(&[], Vec::as_slice)
    }

    /// Are there OCI containers in a guest, or in a home of it?
    pub fn has_oci_containers(&self, guest: &System) -> bool {
        self.index.guests_with_oci.contains(&guest.id)
    }

    /// The container whose guest a system is.
    pub fn container_of(&self, guest: &System) -> Option<&'a Container> {
        guest.container.as_ref().map(|id| self.world.container(id))
    }

    /// That nothing sets a field, if that is so: how certain that is depends on what was seen of the system that would set
    /// it. A rule that finds fault with a default reports this.
    pub fn absent<T>(&self, system: &System, field: &Field<T>) -> Option<Absent> {
        field.is_default().then(|| Absent::in_system(system))
    }

    /// That a list has no element, if that is so.
    pub fn absent_from<T>(&self, system: &System, list: &[Field<T>]) -> Option<Absent> {
        list.is_empty().then(|| Absent::in_system(system))
    }

    /// The host (root) of a container.
    pub fn host(&self, container: &Container) -> &'a Host {
        self.world.host(&container.host)
    }

    /// The outermost system that a system is nested in (itself for a host).
    pub fn outermost(&self, id: &SystemId) -> &'a System {
        let mut system = self.world.system(id);
        while let Some(parent) = &system.parent {
            system = self.world.system(parent);
        }
        system
    }
}

/// That nothing sets something, as far as was seen. Only [`Ctx`] makes one.
#[derive(Clone, Debug)]
pub struct Absent {
    seen: Seen,
}

impl Absent {
    fn in_system(system: &System) -> Self {
        Self {
            seen: system.seen.clone(),
        }
    }
}

/// Why a finding is not certain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unsure {
    /// It holds only under a condition that could not be decided.
    Condition(Condition),
    /// Something that may set the option elsewhere could not be seen.
    Unseen(Unseen),
    /// A file that is nobody's whole system: what imports it may set the option.
    Alone,
    /// A part of the container's definition could not be seen.
    Part(Why),
    /// Something of a name that is not known may be the container, too, and set the option.
    Unnamed(Unseen),
    /// No host imports the file that it is seen in.
    NoHost,
    /// The code makes a part of a system of it, in a way that is not known.
    MadeByCode,
    /// Every host leaves it out.
    Off,
    /// It is about a container that stands for any number of them.
    Template,
    /// What the rule says of it, as words that go on after "because".
    Because(&'static str),
}

/// A change, said in terms of the configuration; the analysis turns it into text edits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Remove the list element or the binding that writes the value at this origin.
    Remove(Origin),
    /// Replace the expression, or the stretch of a string, at this origin by Nix text (for a stretch: by string
    /// content).
    Replace(Origin, String),
    /// Put string content before all else that is in the string at this origin, holes and all.
    Prepend(Origin, String),
    /// Set an option in the attribute set that defines the thing at this origin: name and value in Nix syntax. A
    /// binding of that name that is already in the set is replaced.
    SetIn(Origin, String, String),
    /// Add an element in Nix syntax to the list that the value at this origin is an element of.
    AppendBeside(Origin, String),
}

/// A fix before it is turned into edits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// An imperative sentence without a final dot.
    pub title: String,
    /// May it be applied without asking?
    pub applicability: Applicability,
    /// All have to succeed.
    pub changes: Vec<Change>,
}

/// A finding as a rule reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: RuleId,
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// One line without a final dot.
    pub message: String,
    /// More, in whole sentences.
    pub help: Option<String>,
    /// Where it was written and how it came here.
    pub origin: Origin,
    /// Where else the same is written, which would be enough for it.
    pub also: Vec<Origin>,
    /// Undecided conditions.
    pub conditions: Vec<Condition>,
    /// Why the confidence is not high; nothing if it is.
    pub unsure: Vec<Unsure>,
    /// Other places that explain it, each with a message.
    pub related: Vec<(Origin, String)>,
    /// Fixes, best first.
    pub fixes: Vec<Intent>,
    /// The container that it is about.
    pub container: Option<ContainerId>,
    /// The host.
    pub host: HostId,
    /// Is what it says also why something could not be analysed?
    pub tells_gap: bool,
}

/// A text that no output may show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Secret {
    /// The secret as a whole.
    pub(crate) text: String,
    /// Where pieces of it are written.
    pub(crate) written: Vec<Origin>,
    /// Where it is used.
    pub(crate) used: Origin,
    /// Is it a word that stands in many places where it is no secret, such as `changeme`?
    pub(crate) common: bool,
}

/// How sure the findings about one thing can be, and why not surer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ceiling {
    pub(crate) confidence: Confidence,
    pub(crate) unsure: Vec<Unsure>,
    /// The same of findings that something is absent.
    pub(crate) of_absence: Option<Unsure>,
}

/// What something holds under, as the reason for not being sure.
pub(crate) fn of_conditions(conditions: &[Condition]) -> impl Iterator<Item = Unsure> {
    conditions.iter().cloned().map(Unsure::Condition)
}

/// Takes the findings of one rule on one container or system.
#[derive(Debug)]
pub struct Sink {
    pub(crate) rule: &'static Meta,
    pub(crate) about: Rc<About>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) secrets: Vec<Secret>,
}

/// The container or system that a rule looks at: the same for all rules.
#[derive(Debug)]
pub(crate) struct About {
    pub(crate) container: Option<ContainerId>,
    pub(crate) host: HostId,
    /// The place used when a finding has none of its own: the definition of the container or system.
    pub(crate) fallback: Origin,
    pub(crate) ceiling: Ceiling,
}

impl Sink {
    pub(crate) fn new(rule: &'static Meta, about: &Rc<About>) -> Self {
        Self {
            rule,
            about: Rc::clone(about),
            findings: Vec::new(),
            secrets: Vec::new(),
        }
    }

    /// Says that a stretch of a text, counted in bytes of [`Text::pattern`], is a secret: no output shows it, whether
    /// the finding about it is shown or not. `common`: other things are called the same, so it is hidden only where it
    /// is written and used.
    pub fn hide<T>(&mut self, field: &Field<T>, text: &Text, (start, end): (usize, usize), common: bool) {
        let Some(whole) = text.pattern().get(start..end).map(str::to_owned) else {
            return;
        };
        let parts = text.slice(start, end).parts;
        let written = parts.into_iter().filter_map(|part| match part {
            TextPart::Known { origin, .. } => Some(origin),
            TextPart::Hole { .. } => None,
        });
        self.secrets.push(Secret {
            text: whole,
            written: written.collect(),
            used: field.origin.clone(),
            common,
        });
    }

    /// Looks again at what was told already, only for what is to be hidden.
    pub fn only_hide(&mut self, look: impl FnOnce(&mut Self)) {
        let told = self.findings.len();
        look(self);
        self.findings.truncate(told);
    }

    /// Reports something that the code writes: where it does, one step less sure if it is there only under a condition.
    pub fn report<T>(&mut self, field: Written<'_, T>, message: impl Into<String>) -> FindingBuilder<'_> {
        let confidence = if field.is_maybe() {
            Confidence::Medium
        } else {
            Confidence::High
        };
        let conditions = field.conditions.clone();
        let builder = self.push(field.origin.clone(), conditions, confidence, message.into());
        builder.finding.also.clone_from(&field.also);
        builder
    }

    /// Reports at an origin, such as a stretch of a text.
    pub fn report_at(&mut self, origin: &Origin, message: impl Into<String>) -> FindingBuilder<'_> {
        self.push(origin.clone(), Vec::new(), Confidence::High, message.into())
    }

    /// Reports that something is absent, at the definition of the container or system, and where not all was seen that
    /// may set it, with medium confidence.
    pub fn report_absence(&mut self, absent: &Absent, message: impl Into<String>) -> FindingBuilder<'_> {
        let of_absence = self.about.ceiling.of_absence.clone();
        self.report_absence_at(&Origin::default(), absent, message)
            .at_most_for(of_absence)
    }

    /// The same at another place: the definition of the user that something is absent from, say.
    pub fn report_absence_at(
        &mut self,
        origin: &Origin,
        absent: &Absent,
        message: impl Into<String>,
    ) -> FindingBuilder<'_> {
        self.push(origin.clone(), Vec::new(), Confidence::High, message.into())
            .if_all_seen(&absent.seen)
    }

    fn push(
        &mut self,
        origin: Origin,
        conditions: Vec<Condition>,
        confidence: Confidence,
        message: String,
    ) -> FindingBuilder<'_> {
        let origin = if origin.hops.is_empty() {
            self.about.fallback.clone()
        } else {
            origin
        };
        let finding = Finding {
            rule: self.rule.id,
            severity: self.rule.severity,
            confidence: confidence.min(self.about.ceiling.confidence),
            message,
            help: None,
            origin,
            also: Vec::new(),
            unsure: of_conditions(&conditions)
                .chain(self.about.ceiling.unsure.iter().cloned())
                .collect(),
            conditions,
            related: Vec::new(),
            fixes: Vec::new(),
            container: self.about.container.clone(),
            host: self.about.host.clone(),
            tells_gap: false,
        };
        let at = self.findings.len();
        self.findings.push(finding);
        FindingBuilder {
            finding: &mut self.findings[at],
        }
    }
}

/// Adds detail to a finding that was just reported.
#[derive(Debug)]
pub struct FindingBuilder<'a> {
    finding: &'a mut Finding,
}

impl FindingBuilder<'_> {
    /// Another severity than the rule's.
    pub fn severity(self, severity: Severity) -> Self {
        self.finding.severity = severity;
        self
    }

    /// Not surer than this, for a reason in words that go on after "because".
    pub fn at_most(self, confidence: Confidence, because: &'static str) -> Self {
        if confidence < Confidence::High {
            self.finding.unsure.push(Unsure::Because(because));
        }
        self.finding.confidence = self.finding.confidence.min(confidence);
        self
    }

    /// Certain only if all was seen of what defines a system.
    pub fn if_all_seen(self, seen: &Seen) -> Self {
        let Seen::Partly(unseen) = seen else {
            return self;
        };
        let unsure = unseen.iter().cloned().map(Unsure::Unseen);
        self.finding.unsure.extend(unsure);
        if unseen.is_empty() {
            self.finding.unsure.push(Unsure::Alone);
        }
        self.finding.confidence = self.finding.confidence.min(Confidence::Medium);
        self
    }

    /// Of medium confidence, if there is a reason.
    fn at_most_for(self, unsure: Option<Unsure>) -> Self {
        if let Some(unsure) = unsure {
            self.finding.unsure.push(unsure);
            self.finding.confidence = self.finding.confidence.min(Confidence::Medium);
        }
        self
    }

    /// Not surer than the field: one step less for a `Maybe`, whose conditions join the trail.
    pub fn depends_on<T>(self, field: &Field<T>) -> Self {
        if field.is_maybe() {
            self.finding.confidence = self.finding.confidence.min(Confidence::Medium);
            self.finding.unsure.extend(of_conditions(&field.conditions));
            self.finding.conditions.extend(field.conditions.iter().cloned());
        }
        self
    }

    /// Whole sentences: why it matters here and what to do.
    pub fn help(self, help: impl Into<String>) -> Self {
        self.finding.help = Some(help.into());
        self
    }

    /// What it says is also why something at this place could not be analysed: that is told once.
    pub fn tells_gap(self) -> Self {
        self.finding.tells_gap = true;
        self
    }

    /// Not about this container alone, but about what it shares with others, such as its pod: told once for all of them.
    pub fn shared(self) -> Self {
        self.finding.container = None;
        self
    }

    /// Another place that explains the finding; left out if the origin is empty.
    pub fn related(self, origin: &Origin, message: impl Into<String>) -> Self {
        if !origin.hops.is_empty() {
            self.finding.related.push((origin.clone(), message.into()));
        }
        self
    }

    /// A fix of one change.
    pub fn fix(self, title: impl Into<String>, applicability: Applicability, change: Change) -> Self {
        self.fix_all(title, applicability, vec![change])
    }

    /// A fix of several changes.
    pub fn fix_all(
        self,
        title: impl Into<String>,
        applicability: Applicability,
        changes: Vec<Change>,
    ) -> Self {
        self.finding.fixes.push(Intent {
            title: title.into(),
            applicability,
            changes,
        });
        self
    }
}

/// Declares a rule: its documentation, its data and its check in one place. `proof` may be left out by rules that say
/// nothing of what engines do; `stakes` are cells of the table of severities, as in `[HostRoot x Command]`.
#[macro_export]
macro_rules! declare_rule {
    (
        $(#[doc = $doc:literal])+
        pub static RULE = {
            id: $id:literal,
            summary: $summary:literal,
            severity: $severity:ident,
            group: $group:ident,
            since: $since:literal,
            fix: $fix:ident,
            $(proof: $proof:expr,)?
            $(controls: $controls:expr,)?
            $(stakes: [$($reach:ident x $takes:ident),+ $(,)?],)?
            $(attack: $attack:expr,)?
            check: $kind:ident($($check:path),+),
        }
    ) => {
        $(#[doc = $doc])+
        #[allow(unreachable_pub, reason = "a rule is reached through the list of rules")]
        pub static RULE: $crate::Rule = $crate::Rule {
            meta: $crate::Meta {
                id: $id,
                summary: $summary,
                severity: $crate::Severity::$severity,
                group: $crate::Group::$group,
                since: $since,
                fix: $crate::FixAvailability::$fix,
                proof: $crate::Proof::of(&[$($proof)?]),
                controls: $crate::Controls::of(&[$($controls)?]),
                stakes: &[$($($crate::Stake { reach: $crate::Reach::$reach, takes: $crate::Takes::$takes }),+)?],
                attack: $crate::Attack::of(&[$($attack)?]),
                docs: concat!($($doc, "\n"),+),
                file: file!(),
            },
            check: $crate::Check::$kind($($check),+),
        };
    };
}

pub(crate) use declare_rule;
