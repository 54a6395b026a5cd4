//! Source excerpts through miette, with the way the value took, over several files.
//!
//! This file and `sheet.rs` are the only ones that know miette.

use super::concise;
use super::context::Context;
use super::entries::{Entry, count, entries, left_out, more, seen_in};
use super::gaps::{gap_lines, hidden_containers, not_analysed};
use super::sheet::{Excerpt, Sheet};
use crate::terminal::styles;
use crate::view::{Finding, Results, Source, Step};
use crate::words::Words;
use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode, ThemeCharacters, ThemeStyles,
};
use nixpod_analysis::{Applicability, Level, Severity, Utf8PathBuf, rule_url};
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::fmt::{self, Write};
use std::sync::Arc;

/// A piece for each finding, a line for each hint, and the summary. Advice that was given once is not given again.
pub(super) fn pieces(results: &Results, context: &Context<'_>) -> impl Iterator<Item = String> {
    let terminal = context.terminal;
    let theme = GraphicalTheme {
        characters: if terminal.unicode {
            ThemeCharacters::unicode()
        } else {
            ThemeCharacters::ascii()
        },
        styles: if terminal.color {
            ThemeStyles::ansi()
        } else {
            ThemeStyles::none()
        },
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(terminal.width)
        .with_links(terminal.color)
        .with_link_display_text("(docs)")
        .without_syntax_highlighting()
        // A line never ends inside of an option's name or a path.
        .with_word_separator(textwrap::WordSeparator::AsciiSpace)
        .with_word_splitter(textwrap::WordSplitter::NoHyphenation)
        .with_break_words(false);
    let mut texts = Texts::default();
    let mut given = HashSet::new();
    let piece = move |entry| {
        let mut out = String::new();
        let finding = match entry {
            Entry::Finding(finding) => finding,
            Entry::More(finding, number) => {
                not_listed(&mut out, finding, number, context);
                return out;
            }
        };
        for shown in parts(finding, context, &mut texts, &mut given) {
            let mut text = String::new();
            // The excerpt is best effort: if it cannot be made, the finding is told without.
            if handler.render_report(&mut text, &shown).is_err() {
                text = format!(
                    "{}\n\n  {}\n",
                    shown.code.as_deref().unwrap_or_default(),
                    shown.message
                );
            }
            out.push_str(text.trim_start_matches('\n'));
        }
        about(&mut out, finding, context);
        out.push('\n');
        out
    };
    let summary = (!terminal.quiet).then(|| summary(results, context));
    // A hint is not worth ten lines, unless somebody asks for them.
    let is_hint = |entry: &Entry<'_>| {
        let (Entry::Finding(finding) | Entry::More(finding, _)) = entry;
        finding.severity == Severity::Info && !terminal.verbose
    };
    let (hints, mut findings): (Vec<_>, Vec<_>) = entries(results).into_iter().partition(is_hint);
    worst_first(&mut findings);
    let hints = (!hints.is_empty()).then(|| hint_lines(&hints, context));
    findings.into_iter().map(piece).chain(hints).chain(summary)
}

/// What has to be seen comes first: files by the worst that is in them, and the worst of each file first. What is in one
/// file stays together, as one reads it file by file.
fn worst_first(entries: &mut [Entry<'_>]) {
    let mut worst: HashMap<String, Severity> = HashMap::new();
    for Entry::Finding(finding) | Entry::More(finding, _) in &*entries {
        let of_file = worst
            .entry(finding.location.source.name.clone())
            .or_insert(finding.severity);
        *of_file = finding.severity.max(*of_file);
    }
    entries.sort_by_cached_key(|entry| {
        let (Entry::Finding(finding) | Entry::More(finding, _)) = *entry;
        let name = finding.location.source.name.clone();
        (
            worst.get(&name).copied().map(Reverse),
            name,
            Reverse(finding.severity),
        )
    });
}

/// So many hints of one rule are listed, since a system with fifty images has the same hint fifty times.
const HINTS_OF_A_RULE: usize = 3;

/// The hints, a line each, rule by rule in the order of their first places.
fn hint_lines(hints: &[Entry<'_>], context: &Context<'_>) -> String {
    let mut out = String::from("Hints (--verbose says more of them)\n");
    let mut rules: Vec<(&str, Vec<&Entry<'_>>)> = Vec::new();
    for entry in hints {
        let (Entry::Finding(finding) | Entry::More(finding, _)) = entry;
        match rules.iter_mut().find(|(rule, _)| *rule == finding.rule) {
            Some((_, of_rule)) => of_rule.push(entry),
            None => rules.push((finding.rule, vec![entry])),
        }
    }
    for (rule, of_rule) in rules {
        // A line that stands for one hint is no shorter than the hint.
        let listed = match of_rule.len() {
            all if all <= HINTS_OF_A_RULE + 1 => all,
            _ => HINTS_OF_A_RULE,
        };
        for entry in &of_rule[..listed] {
            let _ = write!(out, "  {}", concise::line(entry, context));
        }
        if listed < of_rule.len() {
            let others = of_rule.len() - listed;
            let what = context
                .terminal
                .paint(styles::severity(Severity::Info), &format!("info[{rule}]"));
            let _ = writeln!(out, "  and {others} more {what}");
        }
    }
    out.push('\n');
    out
}

/// The line that stands for findings that are too many.
fn not_listed(out: &mut String, finding: &Finding, number: usize, context: &Context<'_>) {
    let name = context.name(&finding.location.source);
    let what = format!("{}[{}]", finding.severity.as_str(), finding.rule);
    let what = context.terminal.paint(styles::severity(finding.severity), &what);
    let _ = writeln!(out, "{what} {name}: {}\n", more(number));
}

/// The line on container, hosts and certainty.
fn about(out: &mut String, finding: &Finding, context: &Context<'_>) {
    let mut facts = Vec::new();
    if let Some(container) = &finding.container {
        let others = finding.others.iter().map(|(other, _)| other);
        let names: Vec<String> = std::iter::once(container)
            .chain(others)
            .map(|container| format!("`{}`", container.name.short()))
            .collect();
        let noun = if names.len() == 1 {
            "container"
        } else {
            "containers"
        };
        facts.push(format!("{noun} {} ({})", names.join(", "), container.surface));
    }
    facts.extend(seen_in(&finding.hosts));
    let confidence = finding.confidence.as_str();
    facts.push(match because(finding, context) {
        reasons if reasons.is_empty() => format!("confidence {confidence}"),
        reasons => format!("confidence {confidence}: {}", reasons.join("; ")),
    });
    let arrow = if context.terminal.unicode { "→" } else { "->" };
    let line = context.terminal.paint(styles::DIM, &facts.join(", "));
    let _ = writeln!(out, "  {arrow} {line}");
}

/// So many reasons for not being sure are told.
const REASONS: usize = 3;

/// Why the confidence is not high, each with its place.
fn because(finding: &Finding, context: &Context<'_>) -> Vec<String> {
    let reasons = finding.unsure.iter().take(REASONS);
    let reasons = reasons.map(|one| match &one.location {
        Some(at) => format!("{} ({}:{})", one.reason, context.name(&at.source), at.line),
        None => one.reason.to_string(),
    });
    reasons.collect()
}

fn summary(results: &Results, context: &Context<'_>) -> String {
    let mut out = String::new();
    let terminal = context.terminal;
    let found = results.open().count();
    let files = count(results.files, "file", "files");
    let is_unread = found == 0 && results.containers.is_empty() && !results.not_analysed.is_empty();
    if is_unread {
        // "No findings" would sound as if something had been found good.
        let nothing = "Nothing was judged";
        let _ = write!(
            out,
            "{}: no container was read",
            terminal.paint(styles::BOLD, nothing)
        );
    } else if found == 0 {
        out.push_str(&terminal.paint(styles::GOOD, "No findings"));
    } else {
        let by_severity: Vec<String> = results
            .by_severity()
            .into_iter()
            .rev()
            .filter(|(_, count)| *count > 0)
            .map(|(severity, count)| {
                terminal.paint(
                    styles::severity(severity),
                    &format!("{count} {}", severity.as_str()),
                )
            })
            .collect();
        let total = terminal.paint(styles::BOLD, &count(found, "finding", "findings"));
        let _ = write!(out, "{total} ({})", by_severity.join(", "));
    }
    let containers = match is_unread {
        true => String::new(),
        false => format!(", {}", count(results.containers.len(), "container", "containers")),
    };
    let _ = write!(out, " in {files}{containers}");
    let suppressed = results.findings.len() - found;
    if suppressed > 0 {
        let _ = write!(out, "; {suppressed} suppressed");
    }
    let fixable = results.open().filter(|finding| has_safe_fix(finding)).count();
    if fixable > 0 {
        let _ = write!(out, "; up to {fixable} fixable with --fix");
    }
    out.push('\n');
    gaps(&mut out, results, context);
    out
}

/// What was not looked into, so that silence is not mistaken for safety.
fn gaps(out: &mut String, results: &Results, context: &Context<'_>) {
    let verbose = context.terminal.verbose;
    for line in left_out(results) {
        let _ = writeln!(out, "{line}");
    }
    let Some(line) = not_analysed(results) else {
        return;
    };
    let lines = gap_lines(results, context);
    let hint = match (verbose, lines.is_empty()) {
        (_, true) => "",
        (true, false) => ":",
        (false, false) => " (--verbose lists them)",
    };
    let _ = writeln!(out, "{line}{hint}");
    let lines = match verbose {
        true => lines,
        false => hidden_containers(results, context),
    };
    for line in lines {
        let _ = writeln!(out, "  {line}");
    }
}

fn has_safe_fix(finding: &Finding) -> bool {
    finding
        .fixes
        .iter()
        .any(|fix| fix.applicability == Applicability::Safe && !fix.edits.is_empty() && !fix.is_elsewhere)
}

/// Texts as they may be shown, made once per file.
#[derive(Default)]
struct Texts {
    by_path: HashMap<Utf8PathBuf, Arc<Sheet>>,
}

impl Texts {
    fn sheet(&mut self, source: &Source) -> Arc<Sheet> {
        let sheets = &mut self.by_path;
        let sheet = sheets
            .entry(source.path.clone())
            .or_insert_with(|| Arc::new(Sheet::new(source)));
        Arc::clone(sheet)
    }
}

/// A finding, or the part of its trail that is in another file, as miette wants it.
#[derive(Debug)]
struct Shown {
    message: String,
    code: Option<String>,
    url: Option<String>,
    severity: miette::Severity,
    help: Option<String>,
    labels: Vec<LabeledSpan>,
    source: Option<Excerpt>,
}

impl Shown {
    fn new(message: String, severity: miette::Severity) -> Self {
        Self {
            message,
            code: None,
            url: None,
            severity,
            help: None,
            labels: Vec::new(),
            source: None,
        }
    }
}

/// The finding in its file, then the trail's other files, the advice at the end.
fn parts(
    finding: &Finding,
    context: &Context<'_>,
    texts: &mut Texts,
    given: &mut HashSet<String>,
) -> Vec<Shown> {
    let primary = &finding.location;
    let name = context.name(&primary.source);
    let severity = match finding.severity.level() {
        Level::Error => miette::Severity::Error,
        Level::Warning => miette::Severity::Warning,
        Level::Note => miette::Severity::Advice,
    };
    let mut first = Shown::new(finding.message.to_string(), severity);
    first.code = Some(format!("{}[{}]", finding.severity.as_str(), finding.rule));
    // Where there are no links the address would be longer than the finding.
    first.url = context.terminal.color.then(|| rule_url(finding.rule));
    let sheet = texts.sheet(&primary.source);
    if let Some(span) = sheet.span(primary) {
        // The message is above the excerpt already.
        let text = label(&finding.label).filter(|text| *text != first.message);
        first.labels.push(LabeledSpan::new_primary_with_span(text, span));
        first.source = Some(Excerpt { name, sheet });
    } else {
        let _ = write!(first.message, " ({name}:{}:{})", primary.line, primary.column);
    }
    let mut parts = vec![first];
    let advice = finding.help.iter().map(ToString::to_string);
    let is_worst = finding.severity == Severity::Critical;
    let mut help: Vec<String> = advice
        .filter(|advice| given.insert(advice.clone()) || is_worst)
        .collect();
    for step in &finding.trail {
        help.extend(add_step(&mut parts, step, context, texts));
    }
    for fix in &finding.fixes {
        let mut how = match fix.applicability {
            Applicability::Safe => "--fix".to_owned(),
            Applicability::Unsafe => "--fix --unsafe-fixes".to_owned(),
            Applicability::DisplayOnly => "by hand: other things depend on the text".to_owned(),
        };
        if fix.is_elsewhere && fix.applicability != Applicability::DisplayOnly {
            let mut names: Vec<String> = Vec::new();
            for edit in &fix.edits {
                let name = context.name(&edit.location.source);
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            let _ = write!(how, " {}", names.join(" "));
        }
        help.push(format!("Fix: {} ({how})", fix.title));
    }
    if let Some(last) = parts.last_mut() {
        last.help = (!help.is_empty()).then(|| help.join("\n"));
    }
    parts
}

/// Adds a step of the trail: to the excerpt of its file, or, if it cannot be shown, as the line that is returned.
fn add_step(parts: &mut Vec<Shown>, step: &Step, context: &Context<'_>, texts: &mut Texts) -> Option<String> {
    let at = &step.location;
    let name = context.name(&at.source);
    let sheet = texts.sheet(&at.source);
    let Some(span) = sheet.span(at) else {
        return Some(format!("{name}:{}:{}: {}", at.line, at.column, step.message));
    };
    let piece = LabeledSpan::new_with_span(label(&step.message), span);
    let known = parts
        .iter_mut()
        .find(|part| part.source.as_ref().is_some_and(|source| source.name == name));
    if let Some(part) = known {
        part.labels.push(piece);
    } else {
        let mut part = Shown::new(format!("and in {name}"), miette::Severity::Advice);
        part.labels.push(piece);
        part.source = Some(Excerpt { name, sheet });
        parts.push(part);
    }
    None
}

fn label(message: &Words) -> Option<String> {
    (!message.is_empty()).then(|| message.to_string())
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Shown {}

impl Diagnostic for Shown {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.code
            .as_ref()
            .map(|code| Box::new(code) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help
            .as_ref()
            .map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn url<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.url
            .as_ref()
            .map(|url| Box::new(url) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}
