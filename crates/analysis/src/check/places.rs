//! From sites to text: spans of places, and trails for humans.

use crate::rule::Finding;
use crate::vfs::Files;
use crate::vfs::spans::span_of;
use nixpod_source::{
    Condition, ExprId, FileId, Hop, HopKind, Label, LabelKind, Origin, Place, Sense, Span, TextRange,
    TextSize,
};
use nixpod_syntax::hir::{BinaryOp, Expr};
use std::ops::Range;

/// The primary label of a finding and its trail.
#[derive(Clone, Debug)]
pub(crate) struct Trail {
    pub(crate) primary: Label,
    /// For humans: without what the same line says already.
    pub(crate) trail: Vec<Label>,
    /// Every place that the value came through, for suppression comments.
    pub(crate) all: Vec<Span>,
    /// Is the primary label a literal, and not a whole set or function of which only the beginning is shown?
    pub(crate) literal: bool,
}

/// Does the place hold nothing that could itself be changed without the finding being another?
fn is_literal(files: &Files<'_>, place: Place) -> bool {
    let state = files.state(place.site.file);
    let expr = state.parsed().hir.get(place.site.expr);
    place.within.is_some()
        || matches!(
            expr,
            Some(
                Expr::Str(_) | Expr::Path(..) | Expr::Key(_) | Expr::Int(_) | Expr::Float(_) | Expr::Var(..)
            )
        )
}

/// Through so many calls, functions and operators a value is followed to the name that it is bound to.
const MAX_AROUND: usize = 8;

/// The name that a set or function is bound to, which says more than its opening brace.
fn name_of(files: &Files<'_>, place: Place) -> Option<Span> {
    let state = files.state(place.site.file);
    let (parsed, parents) = (state.parsed(), state.parents());
    let mut at = place.site.expr;
    for _ in 0..MAX_AROUND {
        if let Some(name) = parents.key_of(at) {
            return Some(Span {
                file: place.site.file,
                range: parsed.map.range(name),
            });
        }
        let outer = parents.parent(at)?;
        if !passes_on(parsed.hir.get(outer)?, at) {
            return None;
        }
        at = outer;
    }
    None
}

/// Does an expression give the value of a part of it, or something that the value is a part of?
fn passes_on(expr: &Expr, part: ExprId) -> bool {
    match expr {
        Expr::Lambda(_, inner)
        | Expr::With(_, inner)
        | Expr::Assert(_, inner)
        | Expr::Let(_, inner)
        | Expr::Apply(_, inner) => *inner == part,
        Expr::Binary(BinaryOp::Update, ..) => true,
        _ => false,
    }
}

/// Is a place the name of a binding whose value a span is in?
fn binds(files: &Files<'_>, place: Place, inner: Span) -> bool {
    if place.site.file != inner.file {
        return false;
    }
    let state = files.state(inner.file);
    let value = state.parents().value_of(place.site.expr);
    value.is_some_and(|value| state.parsed().map.range(value).contains_range(inner.range))
}

/// Cuts a whole set or function to its first line: more would hide what the finding is about.
fn shorten(files: &Files<'_>, span: Span) -> Span {
    let state = files.state(span.file);
    let text = state
        .text
        .get(Range::<usize>::from(span.range))
        .unwrap_or_default();
    let line = text.lines().next().unwrap_or_default().trim_end();
    Span {
        file: span.file,
        range: TextRange::at(span.range.start(), TextSize::of(line)),
    }
}

/// The text of a span.
pub(crate) fn slice(files: &Files<'_>, span: Span) -> String {
    let state = files.state(span.file);
    let text = state.text.get(Range::<usize>::from(span.range));
    text.unwrap_or_default().to_owned()
}

/// The innermost place of an origin that has text.
pub(crate) fn span_of_origin(files: &Files<'_>, origin: &Origin) -> Option<Span> {
    origin.hops.iter().find_map(|hop| span_of(files, hop.place))
}

/// Makes the labels of a finding; `None` if none of its places has text.
pub(crate) fn trail_of(files: &Files<'_>, finding: &Finding) -> Option<Trail> {
    let mut hops = finding
        .origin
        .hops
        .iter()
        .filter_map(|hop| Some((*hop, span_of(files, hop.place)?)));
    let (first, span) = hops.next()?;
    let literal = is_literal(files, first.place);
    let span = match literal {
        true => span,
        false => name_of(files, first.place).unwrap_or_else(|| shorten(files, span)),
    };
    let primary = Label {
        kind: LabelKind::Primary,
        span,
        message: finding.message.clone(),
    };
    let mut collector = Collector {
        files,
        lines: vec![line_of(files, span)],
        seen: vec![span],
        trail: Vec::new(),
    };
    let mut innermost = span;
    // Where the option is declared says nothing of the value.
    for (hop, span) in hops.filter(|(hop, _)| hop.kind != HopKind::Default) {
        // A part of a list or string is a step only if it leads away from what was shown last.
        if span == innermost {
            continue;
        }
        // Nor is the name of the binding that what was shown last stands in.
        if hop.kind == HopKind::Merge && binds(files, hop.place, innermost) {
            collector.seen.push(span);
            continue;
        }
        innermost = span;
        // Of a call the function is of interest, and the argument may be a whole container.
        let span = match hop.kind {
            HopKind::Call => shorten(files, span),
            _ => span,
        };
        collector.add(
            kind_of(hop),
            span,
            message_of(hop).to_owned(),
            hop.kind != HopKind::Guard,
        );
    }
    collector.conditions(&finding.conditions);
    // Related places are no steps of the value: a comment there does not silence the finding.
    let all = collector.seen.clone();
    for (origin, message) in &finding.related {
        if let Some(span) = span_of_origin(files, origin) {
            collector.add(LabelKind::Related, span, message.clone(), false);
        }
    }
    Some(Trail {
        primary,
        trail: collector.trail,
        all,
        literal,
    })
}

struct Collector<'a> {
    files: &'a Files<'a>,
    lines: Vec<(FileId, u32)>,
    seen: Vec<Span>,
    trail: Vec<Label>,
}

impl Collector<'_> {
    /// Adds the conditions under which it holds.
    fn conditions(&mut self, conditions: &[Condition]) {
        for condition in conditions {
            let has_others = condition.more || condition.requirements().count() > 1;
            for required in condition.requirements() {
                let Some(span) = span_of(self.files, required.place) else {
                    continue;
                };
                let message = match (required.sense, has_others) {
                    (Sense::Holds, false) => "only if this holds",
                    (Sense::Not, false) => "only if this does not hold",
                    (Sense::Holds | Sense::Not, true) => "depends on whether this holds",
                    (Sense::Unclear, _) => "depends on this",
                };
                self.add(
                    LabelKind::Guard,
                    shorten(self.files, span),
                    message.to_owned(),
                    false,
                );
            }
        }
    }

    /// Adds a label unless it is there already, or (`once_per_line`) its line is shown already.
    fn add(&mut self, kind: LabelKind, span: Span, message: String, once_per_line: bool) {
        let known = self.seen.contains(&span);
        if !known {
            self.seen.push(span);
        }
        let line = line_of(self.files, span);
        let shown = self.lines.contains(&line);
        if (shown && once_per_line) || (known && kind != LabelKind::Related) {
            return;
        }
        if !shown {
            self.lines.push(line);
        }
        self.trail.push(Label { kind, span, message });
    }
}

/// The line a span starts on, counted from 1.
pub(crate) fn line_of(files: &Files<'_>, span: Span) -> (FileId, u32) {
    let state = files.state(span.file);
    (
        span.file,
        state.lines().position(&state.text, span.range.start()).line,
    )
}

fn kind_of(hop: Hop) -> LabelKind {
    match hop.kind {
        HopKind::Literal | HopKind::Binding | HopKind::Default => LabelKind::Binding,
        HopKind::Call => LabelKind::Call,
        HopKind::Interpolation => LabelKind::Interpolation,
        HopKind::Merge => LabelKind::Merge,
        HopKind::Guard => LabelKind::Guard,
        HopKind::Import => LabelKind::Import,
    }
}

fn message_of(hop: Hop) -> &'static str {
    message_of_kind(hop.kind)
}

fn message_of_kind(kind: HopKind) -> &'static str {
    match kind {
        HopKind::Literal => "written here",
        HopKind::Binding => "used here",
        HopKind::Call => "passed through this call",
        HopKind::Interpolation => "put into this string",
        HopKind::Merge => "set here",
        HopKind::Guard => "only if this holds",
        HopKind::Import => "imported here",
        HopKind::Default => "the default of this option",
    }
}
