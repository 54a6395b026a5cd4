//! Results with everything looked up: paths, lines, columns. The renderers read nothing else.
//!
//! Several projects can be checked in one run; each has its own file numbers, so these are resolved here, once.

#[cfg(test)]
pub(crate) mod sample;

use crate::words::Words;
use camino::{Utf8Path, Utf8PathBuf};
use nixpod_analysis::{
    Analysis, Applicability, Cause, Certainty, Concern, Confidence, ContainerRef, Diagnostic, EvaluatedRoot,
    FileId, Fix, GapKind, Label, LabelKind, LeftOutReason, LineIndex, Report, Reported, Role, RuleId,
    Secrets, Severity, Shown, ShownCommand, ShownFact, ShownKind, ShownWord, Span, Standing, TextEdit,
    TextRange, TextSize, ToldUnsure, Why, visible,
};
use std::collections::{BTreeSet, HashMap};
use std::hash::{Hash, Hasher};
use std::sync::{Arc, LazyLock};

/// A file that something points into.
#[derive(Debug)]
pub(crate) struct Source {
    /// Its absolute path.
    pub(crate) path: Utf8PathBuf,
    /// Its path relative to the root of the run, with `/`.
    pub(crate) name: String,
    pub(crate) text: Arc<str>,
    pub(crate) lines: Arc<LineIndex>,
    /// What must not be shown of the text, sorted, each within a line. Formats without excerpts do not need it.
    pub(crate) hidden: Hidden,
}

/// Ranges that are looked up when they are first asked for.
pub(crate) type Hidden = LazyLock<Vec<TextRange>, Box<dyn FnOnce() -> Vec<TextRange> + Send>>;

/// A range of a file; lines and columns count from 1, the end is exclusive.
#[derive(Clone, Debug)]
pub(crate) struct Location {
    pub(crate) source: Arc<Source>,
    pub(crate) range: TextRange,
    pub(crate) line: u32,
    pub(crate) column: u32,
    pub(crate) end_line: u32,
    pub(crate) end_column: u32,
}

impl PartialEq for Location {
    fn eq(&self, other: &Self) -> bool {
        self.range == other.range && self.source.path == other.source.path
    }
}

impl Eq for Location {}

impl Hash for Location {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.range, &self.source.path).hash(state);
    }
}

impl Location {
    fn key(&self) -> (&str, TextSize, TextSize) {
        (&self.source.name, self.range.start(), self.range.end())
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) kind: LabelKind,
    pub(crate) message: Words,
    pub(crate) location: Location,
}

#[derive(Clone, Debug)]
pub(crate) struct ResolvedEdit {
    pub(crate) location: Location,
    pub(crate) edit: TextEdit,
}

#[derive(Clone, Debug)]
pub(crate) struct ResolvedFix {
    pub(crate) title: Words,
    pub(crate) applicability: Applicability,
    pub(crate) edits: Vec<ResolvedEdit>,
    /// Does it change a file that the question was not about?
    pub(crate) is_elsewhere: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct ContainerName {
    pub(crate) surface: &'static str,
    pub(crate) name: Words,
    pub(crate) file: String,
    pub(crate) line: u32,
}

#[derive(Clone, Debug)]
pub(crate) struct Finding {
    pub(crate) rule: RuleId,
    pub(crate) severity: Severity,
    pub(crate) confidence: Confidence,
    pub(crate) message: Words,
    pub(crate) help: Option<Words>,
    pub(crate) fingerprint: String,
    pub(crate) container: Option<ContainerName>,
    /// Further containers with the same finding at the same place, each with its own fingerprint.
    pub(crate) others: Vec<(ContainerName, String)>,
    /// Hosts, modules and files that it is seen in, and what each of them is.
    pub(crate) hosts: Vec<(Role, Words)>,
    pub(crate) imported_by_no_host: bool,
    /// Why its confidence is not high.
    pub(crate) unsure: Vec<UnsureSpec>,
    /// Is what it says also why something at its place was not analysed?
    pub(crate) tells_gap: bool,
    pub(crate) suppressed: Option<Words>,
    pub(crate) location: Location,
    /// What the primary label says.
    pub(crate) label: Words,
    pub(crate) trail: Vec<Step>,
    pub(crate) fixes: Vec<ResolvedFix>,
}

/// A reason for which a finding is not certain.
#[derive(Clone, Debug)]
pub(crate) struct UnsureSpec {
    pub(crate) kind: &'static str,
    pub(crate) reason: Words,
    pub(crate) location: Option<Location>,
}

#[derive(Clone, Debug)]
pub(crate) struct ResolvedGap {
    pub(crate) location: Option<Location>,
    pub(crate) cause: Cause,
    pub(crate) concern: Concern,
    /// Was it met by a host of a flake?
    pub(crate) on_host: bool,
    /// What, without the cause.
    pub(crate) what: Words,
    /// What and why.
    pub(crate) reason: Words,
}

/// A container that stands in the text and that no system has, or a whole test.
#[derive(Clone, Debug)]
pub(crate) struct ResolvedLeftOut {
    pub(crate) surface: Option<&'static str>,
    pub(crate) name: Option<Words>,
    pub(crate) reason: LeftOutReason,
    pub(crate) location: Location,
}

#[derive(Clone, Debug)]
pub(crate) struct ContainerSpec {
    pub(crate) surface: &'static str,
    pub(crate) name: Words,
    /// One, or several hosts with the very same spec.
    pub(crate) hosts: Vec<(Role, Words)>,
    pub(crate) inside: Option<Words>,
    /// How it is known that a system has it.
    pub(crate) standing: Standing,
    /// Under which condition it is there, if that is not certain.
    pub(crate) condition: Option<Words>,
    pub(crate) location: Option<Location>,
    pub(crate) facts: Vec<FactSpec>,
    pub(crate) command: Option<CommandSpec>,
    pub(crate) unknown: Vec<UnknownSpec>,
}

/// What starts a container.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct CommandSpec {
    pub(crate) writer: Words,
    pub(crate) words: Vec<WordSpec>,
    pub(crate) service: Vec<WordSpec>,
    pub(crate) unit: Vec<WordSpec>,
}

/// A word of a command, or a line of a unit.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct WordSpec {
    pub(crate) text: Words,
    pub(crate) certainty: Certainty,
    pub(crate) reason: Option<Words>,
    pub(crate) is_value: bool,
    pub(crate) has_hole: bool,
    pub(crate) location: Option<Location>,
}

/// What rules ask of a container and nobody knows, for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct UnknownSpec {
    pub(crate) questions: Vec<&'static str>,
    pub(crate) reason: Words,
    pub(crate) location: Option<Location>,
}

impl ContainerSpec {
    /// All but the hosts.
    pub(crate) fn spec(&self) -> impl Eq + Hash {
        (
            (self.surface, &self.name, &self.inside, &self.location),
            (self.standing, &self.condition),
            (&self.facts, &self.command, &self.unknown),
        )
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct FactSpec {
    pub(crate) name: Words,
    pub(crate) kind: ShownKind,
    /// The option that it comes from, if one sets it.
    pub(crate) option: Option<Words>,
    pub(crate) value: Option<Words>,
    pub(crate) certainty: Certainty,
    pub(crate) reason: Option<Words>,
    /// What inside of a known value is not known, each reason once.
    pub(crate) unknown: Vec<Words>,
    pub(crate) location: Option<Location>,
    pub(crate) definitions: Vec<DefinitionSpec>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct DefinitionSpec {
    pub(crate) option: Words,
    pub(crate) location: Option<Location>,
    pub(crate) value: Words,
    pub(crate) priority: i64,
    pub(crate) won: bool,
    pub(crate) condition: Option<Words>,
}

/// Everything that a run found.
#[derive(Debug, Default)]
pub(crate) struct Results {
    pub(crate) findings: Vec<Finding>,
    pub(crate) not_analysed: Vec<ResolvedGap>,
    pub(crate) left_out: Vec<ResolvedLeftOut>,
    pub(crate) roots: Vec<EvaluatedRoot>,
    /// The names of all hosts that were evaluated, whether wanted or not, and what their machines are called.
    pub(crate) hosts: Vec<String>,
    pub(crate) containers: Vec<ContainerSpec>,
    pub(crate) files: usize,
    /// Directories that were named and have no Nix file.
    pub(crate) without_nix: Vec<Utf8PathBuf>,
    pub(crate) unreadable: Vec<(Utf8PathBuf, Words)>,
}

impl Results {
    /// Findings that no comment suppresses.
    pub(crate) fn open(&self) -> impl Iterator<Item = &Finding> {
        self.findings
            .iter()
            .filter(|finding| finding.suppressed.is_none())
    }

    /// What was not analysed and why, each with the finding that says the same, if there is one that is open.
    pub(crate) fn gaps(&self) -> impl Iterator<Item = (&ResolvedGap, Option<&Finding>)> {
        let told = self.open().filter(|finding| finding.tells_gap);
        let told: HashMap<_, &Finding> = told.map(|finding| (finding.location.key(), finding)).collect();
        self.not_analysed.iter().map(move |gap| {
            let is_fault = matches!(gap.cause.kind(), GapKind::Error | GapKind::Missing);
            let at = gap.location.as_ref().filter(|_| is_fault);
            (gap, at.and_then(|at| told.get(&at.key()).copied()))
        })
    }

    /// Is there nothing that could have been judged, and nothing that is known to be left out?
    pub(crate) fn is_about_nothing(&self) -> bool {
        self.containers.is_empty()
            && self.findings.is_empty()
            && self.not_analysed.is_empty()
            && self.left_out.is_empty()
    }

    /// How many open findings there are of each severity, lowest first.
    pub(crate) fn by_severity(&self) -> [(Severity, usize); 5] {
        Severity::ALL.map(|severity| {
            let count = self.open().filter(|finding| finding.severity == severity).count();
            (severity, count)
        })
    }

    /// Adds the results of one project.
    pub(crate) fn add(&mut self, analysis: &Analysis, report: Report, base: &Utf8Path) {
        let mut resolver = Resolver {
            analysis,
            base,
            secrets: Arc::clone(&report.secrets),
            only: report.only,
            files: HashMap::new(),
        };
        self.findings.extend(
            report
                .findings
                .into_iter()
                .map(|finding| resolver.finding(finding)),
        );
        self.not_analysed
            .extend(report.not_analysed.into_iter().map(|gap| ResolvedGap {
                location: gap.span.map(|span| resolver.location(span)),
                cause: gap.cause,
                on_host: gap.on_host,
                concern: gap.concern,
                what: gap.what.into(),
                reason: gap.reason.into(),
            }));
        let left_out = report.left_out.into_iter();
        self.left_out.extend(left_out.map(|one| ResolvedLeftOut {
            surface: one.surface.map(|surface| surface.as_str()),
            name: one.name.map(Words::from),
            reason: one.reason,
            location: resolver.location(one.span),
        }));
        self.containers.extend(
            report
                .containers
                .into_iter()
                .map(|shown| resolver.container(shown)),
        );
        self.roots.extend(report.roots);
        self.hosts.extend(report.all_hosts);
        self.hosts.extend(report.host_names);
        self.files += report.files;
        self.without_nix.extend(report.without_nix);
        let unreadable = report.unreadable.into_iter();
        self.unreadable
            .extend(unreadable.map(|(path, reason)| (path, reason.into())));
    }

    /// Brings everything into the order that is promised, whichever project was checked first.
    pub(crate) fn sort(&mut self) {
        self.findings.sort_by(|a, b| {
            a.location
                .key()
                .cmp(&b.location.key())
                .then_with(|| (a.rule, &a.message, &a.fingerprint).cmp(&(b.rule, &b.message, &b.fingerprint)))
        });
        let gap_key = |gap: &ResolvedGap| {
            gap.location
                .as_ref()
                .map(|at| (at.source.name.clone(), at.range.start(), at.range.end()))
        };
        self.left_out
            .sort_by(|a, b| a.location.key().cmp(&b.location.key()));
        self.not_analysed
            .sort_by(|a, b| gap_key(a).cmp(&gap_key(b)).then_with(|| a.reason.cmp(&b.reason)));
        self.containers.sort_by(|a, b| {
            (&a.hosts, a.surface, &a.inside, &a.name).cmp(&(&b.hosts, b.surface, &b.inside, &b.name))
        });
    }
}

struct Resolver<'a> {
    analysis: &'a Analysis,
    base: &'a Utf8Path,
    secrets: Arc<Secrets>,
    /// The files that the question was about, if not all.
    only: Option<BTreeSet<FileId>>,
    files: HashMap<FileId, Arc<Source>>,
}

impl Resolver<'_> {
    fn source(&mut self, file: FileId) -> Arc<Source> {
        if let Some(source) = self.files.get(&file) {
            return Arc::clone(source);
        }
        let path = self.analysis.path(file);
        let text = self.analysis.text(file);
        let (secrets, whole) = (Arc::clone(&self.secrets), Arc::clone(&text));
        let hidden = move || secrets.ranges(file, &whole);
        let source = Arc::new(Source {
            name: relative(&path, self.base),
            path,
            hidden: LazyLock::new(Box::new(hidden)),
            text,
            lines: self.analysis.line_index(file),
        });
        self.files.insert(file, Arc::clone(&source));
        source
    }

    fn location(&mut self, span: Span) -> Location {
        let source = self.source(span.file);
        let start = source.lines.position(&source.text, span.range.start());
        let end = source.lines.position(&source.text, span.range.end());
        Location {
            source,
            range: span.range,
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
        }
    }

    /// The text of a span in one line, without secrets.
    fn step(&mut self, label: Label) -> Step {
        Step {
            kind: label.kind,
            message: label.message.into(),
            location: self.location(label.span),
        }
    }

    /// A fix that would write a secret down is not told: it cannot be masked and stay a fix.
    fn fix(&mut self, fix: Fix) -> Option<ResolvedFix> {
        let mut inserted = fix.edits.values().flatten().map(|edit| &edit.insert);
        if inserted.any(|text| self.secrets.mask(text) != *text) {
            return None;
        }
        let mut files = fix.edits.keys();
        let is_elsewhere = self
            .only
            .as_ref()
            .is_some_and(|only| files.any(|file| !only.contains(file)));
        let mut edits = Vec::new();
        for (file, of_file) in fix.edits {
            for edit in of_file {
                let span = Span {
                    file,
                    range: edit.range,
                };
                edits.push(ResolvedEdit {
                    location: self.location(span),
                    edit,
                });
            }
        }
        // In the order of paths, not of the numbers that files have.
        edits.sort_by(|a, b| a.location.key().cmp(&b.location.key()));
        Some(ResolvedFix {
            title: fix.title.into(),
            applicability: fix.applicability,
            edits,
            is_elsewhere,
        })
    }

    fn finding(&mut self, reported: Reported) -> Finding {
        let Diagnostic {
            rule,
            severity,
            confidence,
            message,
            help,
            primary,
            trail,
            fixes,
        } = reported.diagnostic;
        Finding {
            rule,
            severity,
            confidence,
            message: message.into(),
            help: help.map(Words::from),
            fingerprint: reported.fingerprint,
            container: reported.container.map(|container| self.named(container)),
            others: reported
                .others
                .into_iter()
                .map(|other| (self.named(other.container), other.fingerprint))
                .collect(),
            hosts: reported
                .roles
                .into_iter()
                .zip(reported.hosts.into_iter().map(Words::from))
                .collect(),
            imported_by_no_host: reported.imported_by_no_host,
            unsure: reported.unsure.into_iter().map(|one| self.unsure(one)).collect(),
            tells_gap: reported.tells_gap,
            suppressed: reported.suppressed.map(Words::from),
            location: self.location(primary.span),
            label: primary.message.into(),
            trail: trail.into_iter().map(|label| self.step(label)).collect(),
            fixes: fixes.into_iter().filter_map(|fix| self.fix(fix)).collect(),
        }
    }

    fn unsure(&mut self, told: ToldUnsure) -> UnsureSpec {
        UnsureSpec {
            kind: told.kind,
            reason: told.reason.into(),
            location: told.span.map(|span| self.location(span)),
        }
    }

    fn named(&mut self, container: ContainerRef) -> ContainerName {
        ContainerName {
            surface: container.surface.as_str(),
            file: self.source(container.file).name.clone(),
            name: container.name.into(),
            line: container.line,
        }
    }

    fn holes(&self, holes: &[Why]) -> Vec<Words> {
        let told = |hole: &Why| visible::message(&self.secrets.mask(&hole.to_string()));
        holes.iter().map(told).map(Words::from).collect()
    }

    fn container(&mut self, shown: Shown) -> ContainerSpec {
        ContainerSpec {
            surface: shown.surface.as_str(),
            name: shown.name.into(),
            hosts: vec![(shown.role, shown.host.into())],
            inside: shown.inside.map(Words::from),
            standing: shown.standing,
            condition: shown.condition.map(Words::from),
            location: shown.span.map(|span| self.location(span)),
            unknown: shown
                .unknown
                .into_iter()
                .map(|unknown| UnknownSpec {
                    questions: unknown.questions,
                    reason: unknown.reason.into(),
                    location: unknown.span.map(|span| self.location(span)),
                })
                .collect(),
            facts: shown.facts.into_iter().map(|fact| self.fact(fact)).collect(),
            command: shown.command.map(|command| self.command(command)),
        }
    }

    fn command(&mut self, command: ShownCommand) -> CommandSpec {
        let mut words = |words: Vec<ShownWord>| {
            let words = words.into_iter();
            words.map(|word| self.word(word)).collect()
        };
        CommandSpec {
            writer: command.writer.into(),
            words: words(command.words),
            service: words(command.service),
            unit: words(command.unit),
        }
    }

    fn word(&mut self, word: ShownWord) -> WordSpec {
        WordSpec {
            text: word.text.into(),
            certainty: word.certainty,
            reason: word.reason.map(Words::from),
            is_value: word.is_value,
            has_hole: word.has_hole,
            location: word.span.map(|span| self.location(span)),
        }
    }

    fn fact(&mut self, fact: ShownFact) -> FactSpec {
        let definitions = fact.definitions.into_iter().map(|definition| DefinitionSpec {
            option: definition.option.into(),
            location: definition.span.map(|span| self.location(span)),
            value: definition.value.into(),
            priority: definition.priority,
            won: definition.won,
            condition: definition.condition.map(Words::from),
        });
        FactSpec {
            name: fact.name.into(),
            kind: fact.kind,
            option: fact.option.map(Words::from),
            value: fact.value.map(Words::from),
            certainty: fact.certainty,
            reason: fact.reason.map(Words::from),
            definitions: definitions.collect(),
            unknown: match fact.certainty {
                Certainty::Unknown => Vec::new(),
                _ => self.holes(&fact.holes),
            },
            location: fact.span.map(|span| self.location(span)),
        }
    }
}

/// The path below `base` with `/` as separator, or the whole path if it lies elsewhere.
pub(crate) fn relative(path: &Utf8Path, base: &Utf8Path) -> String {
    let shown = match path.strip_prefix(base) {
        Ok(rest) if !rest.as_str().is_empty() => rest,
        _ => path,
    };
    if std::path::MAIN_SEPARATOR == '\\' {
        shown.as_str().replace('\\', "/")
    } else {
        shown.as_str().to_owned()
    }
}
