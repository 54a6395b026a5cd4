//! How often each rule found something.

use super::context::Context;
use crate::terminal::styles;
use crate::view::Results;
use nixpod_analysis::{RuleId, Severity};
use std::collections::BTreeMap;
use std::fmt::Write;

pub(super) fn render(results: &Results, context: &Context<'_>) -> String {
    let mut counts: BTreeMap<RuleId, (usize, Severity)> = BTreeMap::new();
    for finding in results.open() {
        let entry = counts.entry(finding.rule).or_insert((0, finding.severity));
        entry.0 += 1;
        entry.1 = entry.1.max(finding.severity);
    }
    let mut sorted: Vec<_> = counts.into_iter().collect();
    sorted.sort_by(|a, b| b.1.0.cmp(&a.1.0).then_with(|| a.0.cmp(b.0)));
    let width = sorted
        .first()
        .map_or(0, |(_, (count, _))| count.to_string().len());
    let mut out = String::new();
    for (rule, (count, severity)) in sorted {
        let text = format!("{:<8}", severity.as_str());
        let text = context.terminal.paint(styles::severity(severity), &text);
        let _ = writeln!(out, "{count:>width$}  {text}  {rule}");
    }
    out
}
