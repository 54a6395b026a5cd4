//! Applies suppression comments, and reports those that do not do what they say.

use crate::check::merge::{Checked, plain};
use crate::check::tool_rules::{OWN_RULES, malformed_suppression, unknown_suppression, unused_suppression};
use crate::did_you_mean::closest;
use crate::rule::Rule;
use crate::settings::Settings;
use crate::vfs::Vfs;
use crate::vfs::state::FileState;
use crate::world::worlds::Known;
use nixpod_model::{FactInfo, FactValue, Field, Surface, Visitor};
use nixpod_source::{Applicability, ExprId, FileId, Fix, Place, RuleId, Span, TextEdit, TextRange, TextSize};
use nixpod_syntax::{Language, Suppression, Suppressions};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// Marks suppressed findings, and adds findings about the comments themselves.
///
/// Findings about comments cannot be suppressed: a comment that is wrong should be put right or removed.
pub(crate) fn apply(
    vfs: &Vfs,
    rules: &[&'static Rule],
    settings: &Settings,
    (files, evaluated): (impl Iterator<Item = FileId>, &[Arc<Known>]),
    findings: &mut Vec<Checked>,
) {
    let mut comments = Vec::new();
    let mut by_file: FxHashMap<FileId, Range<usize>> = FxHashMap::default();
    let literals = Literals::of(evaluated);
    for file in files {
        let start = comments.len();
        let state = vfs.state(file);
        let parsed = state.parsed();
        let mut found = vec![parsed.suppressions.clone()];
        found.extend(literals.comments(file, &state));
        for Suppressions {
            items,
            malformed: wrong,
        } in found
        {
            if settings.is_on(&malformed_suppression::RULE) {
                for (range, problem) in wrong {
                    findings.push(malformed(Span { file, range }, problem));
                }
            }
            comments.extend(items.into_iter().map(|comment| Comment {
                file,
                used: vec![false; comment.rules.len()],
                comment,
            }));
        }
        if comments.len() > start {
            by_file.insert(file, start..comments.len());
        }
    }
    if comments.is_empty() {
        return;
    }
    for checked in findings.iter_mut() {
        let rule = checked.reported.diagnostic.rule;
        let mut reasons: Vec<Option<String>> = Vec::with_capacity(checked.ways.len());
        for way in &checked.ways {
            let mut silenced = None;
            for place in &way.places {
                let range = by_file.get(&place.file).cloned().unwrap_or_default();
                for comment in comments.get_mut(range).unwrap_or_default() {
                    if comment.covers(settings, place.range)
                        && let Some(reason) = comment.take(rule)
                    {
                        silenced.get_or_insert(reason);
                    }
                }
            }
            reasons.push(silenced);
        }
        let is_silenced: Vec<bool> = reasons.iter().map(Option::is_some).collect();
        if is_silenced.iter().all(|silenced| *silenced) {
            checked.reported.suppressed = reasons.into_iter().flatten().next();
        } else if is_silenced.contains(&true) {
            checked.leave_out(&is_silenced);
        }
    }
    let open = Open::of(vfs, &comments, findings);
    for comment in &comments {
        comment.report((vfs, rules, settings), &open, findings);
    }
}

/// Where rules find something in files with comments that nobody suppressed: by file and rule, the first lines.
#[derive(Default)]
struct Open(FxHashMap<(FileId, RuleId), Vec<u32>>);

impl Open {
    fn of(vfs: &Vfs, comments: &[Comment], findings: &[Checked]) -> Self {
        let with_comments: FxHashSet<FileId> = comments.iter().map(|comment| comment.file).collect();
        let mut out = Self::default();
        for checked in findings {
            let diagnostic = &checked.reported.diagnostic;
            let span = diagnostic.primary.span;
            if checked.reported.suppressed.is_some() || !with_comments.contains(&span.file) {
                continue;
            }
            let line = line_in(&vfs.state(span.file), span);
            out.0.entry((span.file, diagnostic.rule)).or_default().push(line);
        }
        out
    }

    /// The line nearest to a comment in which the rule finds something in the same file.
    fn nearest(&self, file: FileId, rule: RuleId, to: u32) -> Option<u32> {
        let lines = self.0.get(&(file, rule))?;
        lines
            .iter()
            .copied()
            .min_by_key(|line| (line.abs_diff(to), *line))
    }
}

fn malformed(span: Span, problem: String) -> Checked {
    let help = match problem.ends_with("element follows") {
        true => {
            "It covers what begins right behind it, and nothing inside of a set that begins there. Write `# nixpod: ignore[rule] \
             reason` in that set, before the binding that it is about."
        }
        false => {
            "Write `# nixpod: ignore[rule] reason` before the binding that it is about, or at the end of its line."
        }
    };
    plain(&malformed_suppression::RULE, span, problem, Some(help.to_owned()))
}

/// The string literals that were read as texts of their own, which have comments of their own: a unit that an option holds,
/// a script.
#[derive(Default)]
struct Literals {
    languages: BTreeMap<(FileId, ExprId), Language>,
    /// What is being read.
    language: Language,
}

impl Literals {
    fn of(evaluated: &[Arc<Known>]) -> Self {
        let mut literals = Self::default();
        for known in evaluated {
            for container in known.world.containers.values() {
                literals.language = match container.id.surface() {
                    Surface::Quadlet | Surface::ContainersConf => Language::Unit,
                    Surface::CommandLine => Language::Shell,
                    _ => continue,
                };
                literals.add(container.origin.place());
                container.visit(&mut literals);
            }
            literals.language = Language::Unit;
            for system in known.world.systems.values() {
                for problem in &system.unit_problems {
                    literals.add(problem.origin.place());
                }
            }
        }
        literals
    }

    fn add(&mut self, place: Option<Place>) {
        if let Some(place) = place
            && place.site.expr != ExprId::TEXT
        {
            let at = (place.site.file, place.site.expr);
            self.languages.entry(at).or_insert(self.language);
        }
    }

    /// What the comments in the literals of a file say.
    fn comments(&self, file: FileId, state: &FileState) -> Vec<Suppressions> {
        let of_file = self.languages.range((file, ExprId(0))..=(file, ExprId(u32::MAX)));
        of_file
            .map(|((_, literal), language)| {
                nixpod_syntax::comments_in_literal(state.parsed(), *literal, *language)
            })
            .collect()
    }
}

impl Visitor for Literals {
    fn fact<T: FactValue>(&mut self, _: FactInfo, field: &Field<T>) {
        self.add(field.origin.place());
    }
}

struct Comment {
    file: FileId,
    comment: Suppression,
    /// For each rule it names: did it suppress something?
    used: Vec<bool>,
}

impl Comment {
    fn lacks_reason(&self, settings: &Settings) -> bool {
        settings.require_reason && self.comment.reason.is_none()
    }

    fn covers(&self, settings: &Settings, range: TextRange) -> bool {
        self.comment.covers.contains_range(range) && !self.lacks_reason(settings)
    }

    /// The reason, if it is about this rule.
    fn take(&mut self, rule: &str) -> Option<String> {
        let index = self.comment.rules.iter().position(|(name, _)| name == rule)?;
        if let Some(used) = self.used.get_mut(index) {
            *used = true;
        }
        Some(self.comment.reason.clone().unwrap_or_default())
    }

    fn report(
        &self,
        (vfs, rules, settings): (&Vfs, &[&'static Rule], &Settings),
        open: &Open,
        findings: &mut Vec<Checked>,
    ) {
        let span = |range| Span {
            file: self.file,
            range,
        };
        if self.lacks_reason(settings) {
            if settings.is_on(&malformed_suppression::RULE) {
                let problem = "suppression without a reason".to_owned();
                findings.push(malformed(span(self.comment.comment), problem));
            }
            return;
        }
        let state = vfs.state(self.file);
        for (index, (name, range)) in self.comment.rules.iter().enumerate() {
            let known = rules
                .iter()
                .chain(OWN_RULES)
                .find(|rule| rule.meta.id == name.as_str());
            match known {
                None if settings.is_on(&unknown_suppression::RULE) => {
                    findings.push(self.unknown(rules, span(*range), name));
                }
                // A rule that is switched off finds nothing, which says nothing about the comment.
                Some(rule)
                    if settings.is_on(rule)
                        && !self.used.get(index).copied().unwrap_or_default()
                        && settings.is_on(&unused_suppression::RULE) =>
                {
                    findings.push(self.unused(&state, span(*range), (index, rule.meta.id), open));
                }
                _ => {}
            }
        }
    }

    fn unknown(&self, rules: &[&'static Rule], span: Span, name: &str) -> Checked {
        let message = format!("there is no rule `{name}`");
        let similar = closest(name, rules.iter().chain(OWN_RULES).map(|rule| rule.meta.id));
        let help = match similar {
            Some(id) => format!("Did you mean `{id}`?"),
            None => "`nixpod-lint rules` lists all rules.".to_owned(),
        };
        let mut finding = plain(&unknown_suppression::RULE, span, message, Some(help));
        if let Some(id) = similar {
            let edit = TextEdit {
                range: span.range,
                insert: id.to_owned(),
            };
            finding.reported.diagnostic.fixes.push(Fix {
                title: unknown_suppression::RULE
                    .meta
                    .title(&format!("suppress `{id}`"), Applicability::Unsafe),
                applicability: Applicability::Unsafe,
                edits: BTreeMap::from([(self.file, vec![edit])]),
            });
        }
        finding
    }

    fn unused(&self, state: &FileState, span: Span, (index, name): (usize, RuleId), open: &Open) -> Checked {
        let message = format!("`{name}` finds nothing here");
        let line = line_in(state, span);
        // What somebody gave a reason for is not thrown away while the finding that it may be about is still there.
        let meant = open.nearest(self.file, name, line);
        let help = meant.map(|line| {
            format!(
                "A suppression covers the binding or list element after it, or the one that it stands behind, and nothing \
                 else. `{name}` finds something in line {line}: if it is meant for that, move it there."
            )
        });
        let mut finding = plain(&unused_suppression::RULE, span, message, help);
        let (title, range) = if self.comment.rules.len() == 1 {
            (
                "Remove the comment".to_owned(),
                comment_with_line(&state.text, self.comment.comment),
            )
        } else {
            (
                format!("Remove `{name}`"),
                self.name_with_comma(index, span.range),
            )
        };
        let edit = TextEdit {
            range,
            insert: String::new(),
        };
        let (title, applicability) = match meant {
            Some(line) => (
                format!("{title}; unsafe: it may be meant for line {line}"),
                Applicability::Unsafe,
            ),
            None => (title, Applicability::Safe),
        };
        finding.reported.diagnostic.fixes.push(Fix {
            title,
            applicability,
            edits: BTreeMap::from([(self.file, vec![edit])]),
        });
        finding
    }

    fn name_with_comma(&self, index: usize, own: TextRange) -> TextRange {
        let name = |index: usize| self.comment.rules.get(index).map(|(_, range)| *range);
        if let Some(next) = name(index + 1) {
            TextRange::new(own.start(), next.start().max(own.end()))
        } else if let Some(previous) = index.checked_sub(1).and_then(name) {
            TextRange::new(previous.end().min(own.start()), own.end())
        } else {
            own
        }
    }
}

/// The line that a place begins in, from 1.
fn line_in(state: &FileState, span: Span) -> u32 {
    state.lines().position(&state.text, span.range.start()).line
}

/// The comment, with its line if nothing else is on it, else with the white space before it.
fn comment_with_line(text: &str, comment: TextRange) -> TextRange {
    let range = Range::<usize>::from(comment);
    let before = text.get(..range.start).unwrap_or_default();
    let after = text.get(range.end..).unwrap_or_default();
    let kept = before.trim_end_matches([' ', '\t']);
    let size = |text: &str| TextSize::of(text);
    let rest = after.trim_start_matches([' ', '\t', '\r']);
    if (kept.is_empty() || kept.ends_with('\n')) && rest.starts_with('\n') {
        let end = comment.end() + size(after) - size(rest) + TextSize::of('\n');
        TextRange::new(size(kept), end)
    } else {
        TextRange::new(size(kept), comment.end())
    }
}
