//! The findings of all roots, with their labels: the same finding of several hosts is one.

use crate::check::contradiction::contradict;
use crate::check::places::{Trail, line_of, slice, span_of_origin, trail_of};
use crate::report::{ContainerRef, Reported, ToldUnsure};
use crate::rule::{Finding, Intent, Rule, Unsure};
use crate::vfs::Files;
use crate::vfs::spans::span_of;
use crate::world::worlds::Known;
use nixpod_model::{Container, EntryName, Host, Standing, Surface};
use nixpod_source::{
    Condition, Confidence, Diagnostic, FileId, Label, LabelKind, Origin, Place, RuleId, Span,
};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A finding with what later questions about it need.
#[derive(Clone, Debug)]
pub(crate) struct Checked {
    pub(crate) reported: Reported,
    /// The ways that the value took, each with the hosts that have it by that way.
    pub(crate) ways: Vec<Way>,
    /// The files that have a part in the definition of the container that it is about.
    pub(crate) defined_in: BTreeSet<FileId>,
    /// The text, or else the words, that tell the finding from others of its rule and container.
    pub(crate) identity: String,
    /// The fixes that its rule thinks of; none for findings about comments and syntax.
    pub(crate) intents: Arc<[Intent]>,
}

/// One way that a value took to where it is used: hosts may call one helper at different places.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    /// As the evaluation tells it.
    origin: Origin,
    conditions: Vec<Condition>,
    /// For humans.
    primary: Label,
    trail: Vec<Label>,
    /// Every place that it came through.
    pub(crate) places: Vec<Span>,
    /// The names of the hosts; none if it is about text as such.
    pub(crate) hosts: Vec<String>,
}

impl Way {
    fn new(finding: &Finding, trail: Trail, host: &str) -> Self {
        Self {
            origin: finding.origin.clone(),
            conditions: finding.conditions.clone(),
            primary: trail.primary,
            trail: trail.trail,
            places: trail.all,
            hosts: vec![host.to_owned()],
        }
    }

    /// The steps from where it is written to where it is used.
    pub(crate) fn trail(&self) -> &[Label] {
        &self.trail
    }

    /// Those of other places that say the same.
    fn of_others(files: &Files<'_>, finding: &Finding, host: &str) -> Vec<Self> {
        let others = finding.also.iter().map(|origin| Finding {
            origin: origin.clone(),
            ..finding.clone()
        });
        others
            .filter_map(|other| Some(Self::new(&other, trail_of(files, &other)?, host)))
            .collect()
    }

    fn is_as(&self, other: &Self) -> bool {
        self.origin == other.origin && self.conditions == other.conditions
    }
}

/// The ways of a finding on a host: that of the value, and those of others that are the same.
fn all_ways(files: &Files<'_>, finding: &Finding, trail: Trail, host: &str) -> Vec<Way> {
    let others = Way::of_others(files, finding, host);
    std::iter::once(Way::new(finding, trail, host))
        .chain(others)
        .collect()
}

/// The files that have a part in the definition of a container: the template that made it, where it is called, where an
/// option is added to it.
pub(crate) fn files_of(container: &Container) -> impl Iterator<Item = FileId> {
    let hops = container.origin.hops.iter().map(|hop| hop.place);
    let places = hops.chain(container.definitions.iter().copied());
    places.map(|place| place.site.file)
}

/// What makes two findings one: rule, place, message and container.
type Sameness = (RuleId, Place, String, Option<(Surface, String)>);

/// Findings of all roots; the same text with the same words for the same container is one.
#[derive(Default)]
pub(crate) struct Merged {
    pub(crate) findings: Vec<Checked>,
    index: FxHashMap<Sameness, usize>,
}

impl Merged {
    pub(crate) fn add(&mut self, files: &Files<'_>, evaluated: &Known, finding: &Finding) {
        let world = &evaluated.world;
        let Some(host) = world.hosts.get(&finding.host) else {
            return;
        };
        let mut hops = finding.origin.hops.iter();
        let Some(first) = hops.find(|hop| span_of(files, hop.place).is_some()) else {
            return;
        };
        if contradict(files, &finding.conditions) {
            return;
        }
        let container = finding.container.as_ref().map(|id| world.container(id));
        let key = (
            finding.rule,
            first.place,
            finding.message.clone(),
            container.map(|container| (container.surface, container.name.clone())),
        );
        let known = self.index.get(&key).copied();
        if let Some(known) = known.and_then(|index| self.findings.get_mut(index)) {
            let of = host.variant_of.as_ref().map(|of| world.host(of).name.as_str());
            known.add_host(files, host, of, finding);
            known.defined_in.extend(container.into_iter().flat_map(files_of));
        } else if let Some(trail) = trail_of(files, finding) {
            self.index.insert(key, self.findings.len());
            self.findings
                .push(Checked::new(files, finding, trail, host, container));
        }
    }
}

impl Merged {
    /// Code that no host was seen to import may stand for anybody, by a name that is not known. Where a host has the finding
    /// of the same place under its real name, the other one says nothing more.
    pub(crate) fn of_hosts_first(self) -> Vec<Checked> {
        let anybody = format!("`{}`", EntryName::Template(0));
        let key = |checked: &Checked| {
            let diagnostic = &checked.reported.diagnostic;
            (diagnostic.rule, diagnostic.primary.span)
        };
        let is_anybody = |checked: &Checked| {
            checked.reported.imported_by_no_host && checked.reported.diagnostic.message.contains(&anybody)
        };
        let of_hosts = self.findings.iter();
        let of_hosts: FxHashSet<(RuleId, Span)> = { of_hosts }
            .filter(|checked| !checked.reported.imported_by_no_host)
            .map(key)
            .collect();
        let mut findings = self.findings;
        findings.retain(|checked| !is_anybody(checked) || !of_hosts.contains(&key(checked)));
        findings
    }
}

impl Checked {
    fn new(
        files: &Files<'_>,
        finding: &Finding,
        trail: Trail,
        host: &Host,
        container: Option<&Container>,
    ) -> Self {
        // What is absent from a set is not told apart by what is in it.
        let identity = match trail.literal {
            true => slice(files, trail.primary.span),
            false => finding.message.clone(),
        };
        let defined_in = container.map(|container| files_of(container).collect());
        let container = container.map(|container| {
            let span = span_of_origin(files, &container.origin).unwrap_or(trail.primary.span);
            ContainerRef {
                surface: container.surface,
                name: container.name.clone(),
                file: span.file,
                line: line_of(files, span).1,
            }
        });
        let diagnostic = Diagnostic {
            rule: finding.rule,
            severity: finding.severity,
            confidence: finding.confidence,
            message: finding.message.clone(),
            help: finding.help.clone(),
            primary: trail.primary.clone(),
            trail: trail.trail.clone(),
            fixes: Vec::new(),
        };
        Self {
            reported: Reported {
                diagnostic,
                fingerprint: String::new(),
                container,
                others: Vec::new(),
                hosts: vec![host.name.clone()],
                roles: vec![host.role],
                imported_by_no_host: host.standing == Standing::NoHost,
                unsure: told_unsure(files, finding),
                tells_gap: finding.tells_gap,
                suppressed: None,
            },
            ways: all_ways(files, finding, trail, &host.name),
            defined_in: defined_in.unwrap_or_default(),
            identity,
            intents: finding.fixes.clone().into(),
        }
    }

    /// The same finding was made on another host, which may be a variant of one: what that has needs no other name.
    fn add_host(&mut self, files: &Files<'_>, host: &Host, variant_of: Option<&str>, finding: &Finding) {
        let reported = &mut self.reported;
        let is_known = variant_of.is_some_and(|of| reported.hosts.iter().any(|host| host == of));
        if !is_known && let Err(at) = reported.hosts.binary_search(&host.name) {
            reported.hosts.insert(at, host.name.clone());
            reported.roles.insert(at, host.role);
        }
        // What a variant has that its host has, too, is the host's.
        let name = variant_of.filter(|_| is_known).unwrap_or(&host.name);
        let trail = trail_of(files, finding);
        for way in trail
            .map(|trail| all_ways(files, finding, trail, name))
            .into_iter()
            .flatten()
        {
            match self.ways.iter_mut().find(|known| known.is_as(&way)) {
                Some(known) => known.hosts.extend(way.hosts),
                None => self.ways.push(way),
            }
        }
        reported.imported_by_no_host &= host.standing == Standing::NoHost;
        let diagnostic = &mut reported.diagnostic;
        diagnostic.severity = diagnostic.severity.max(finding.severity);
        if finding.confidence > diagnostic.confidence {
            diagnostic.confidence = finding.confidence;
            reported.unsure = told_unsure(files, finding);
        }
    }
}

impl Checked {
    /// Leaves out the hosts that have it only by ways for which somebody said why that is fine.
    pub(crate) fn leave_out(&mut self, is_silenced: &[bool]) {
        let ways = self.ways.iter().zip(is_silenced);
        let left: BTreeSet<String> = ways
            .filter(|(_, is_silenced)| !**is_silenced)
            .flat_map(|(way, _)| way.hosts.iter().cloned())
            .collect();
        let reported = &mut self.reported;
        let hosts = std::mem::take(&mut reported.hosts);
        let roles = std::mem::take(&mut reported.roles);
        let kept = hosts
            .into_iter()
            .zip(roles)
            .filter(|(host, _)| left.contains(host));
        (reported.hosts, reported.roles) = kept.unzip();
        let mut ways = self.ways.iter().zip(is_silenced);
        if let Some((way, _)) = ways.find(|(_, is_silenced)| !**is_silenced) {
            reported.diagnostic.primary.clone_from(&way.primary);
            reported.diagnostic.trail.clone_from(&way.trail);
        }
    }
}

/// Why a finding is not certain, each reason once.
fn told_unsure(files: &Files<'_>, finding: &Finding) -> Vec<ToldUnsure> {
    let mut out: Vec<ToldUnsure> = Vec::new();
    if finding.confidence == Confidence::High {
        return out;
    }
    for unsure in &finding.unsure {
        let span = |place: &Option<Place>| place.and_then(|place| span_of(files, place));
        let (kind, reason, span) = match unsure {
            Unsure::Condition(condition) => {
                let text = |place| Some(one_line(&slice(files, span_of(files, place)?)));
                let words = Condition::sentence(std::slice::from_ref(condition), text);
                let words = words.unwrap_or_else(|| "only under a condition".to_owned());
                ("condition", words, span(&condition.place()))
            }
            Unsure::Unseen(unseen) => ("unseen", unseen.why.to_string(), span(&unseen.place)),
            Unsure::Alone => ("alone", "whatever imports it may set more".to_owned(), None),
            Unsure::Part(why) => (
                "part",
                format!("a part of its definition is not known: {why}"),
                None,
            ),
            Unsure::Unnamed(unseen) => (
                "unseen",
                format!("what has a name that is not known may be it: {}", unseen.why),
                span(&unseen.place),
            ),
            Unsure::NoHost => ("no-host", "no host imports it".to_owned(), None),
            Unsure::MadeByCode => (
                "made-by-code",
                "the code makes a file of it by itself".to_owned(),
                None,
            ),
            Unsure::Off => ("off", "every host leaves it out".to_owned(), None),
            Unsure::Template => (
                "template",
                "it stands for containers of any name".to_owned(),
                None,
            ),
            Unsure::Because(reason) => ("rule", (*reason).to_owned(), None),
        };
        let told = ToldUnsure { kind, reason, span };
        if !out.contains(&told) {
            out.push(told);
        }
    }
    out
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A finding about text as such, which no host has a part in.
pub(crate) fn plain(rule: &'static Rule, span: Span, message: String, help: Option<String>) -> Checked {
    let primary = Label {
        kind: LabelKind::Primary,
        span,
        message: message.clone(),
    };
    Checked {
        reported: Reported {
            diagnostic: Diagnostic {
                rule: rule.meta.id,
                severity: rule.meta.severity,
                confidence: Confidence::High,
                primary: primary.clone(),
                message,
                help,
                trail: Vec::new(),
                fixes: Vec::new(),
            },
            fingerprint: String::new(),
            container: None,
            others: Vec::new(),
            hosts: Vec::new(),
            roles: Vec::new(),
            imported_by_no_host: false,
            unsure: Vec::new(),
            tells_gap: false,
            suppressed: None,
        },
        ways: vec![Way {
            origin: Origin::default(),
            conditions: Vec::new(),
            primary,
            trail: Vec::new(),
            places: vec![span],
            hosts: Vec::new(),
        }],
        defined_in: BTreeSet::new(),
        identity: String::new(),
        intents: Arc::default(),
    }
}
