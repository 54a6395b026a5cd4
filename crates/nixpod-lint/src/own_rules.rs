//! The findings that are about files and comments rather than about containers.

use nixpod_analysis::Severity;

/// What `explain` and the formats know of such a finding.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OwnRule {
    pub(crate) id: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) severity: Severity,
    pub(crate) docs: &'static str,
}

/// All of them. They are always on; `--ignore` hides them.
pub(crate) const OWN_RULES: [OwnRule; 4] = [
    OwnRule {
        id: "parse-error",
        summary: "file does not parse",
        severity: Severity::Medium,
        docs: "\
## What it flags

Syntax errors, and files that are no Nix text at all.

## Why

What does not parse is not analysed, or only in part: no finding in such a file does not mean that it is fine.
",
    },
    OwnRule {
        id: "unused-suppression",
        summary: "suppression comment suppresses nothing",
        severity: Severity::Low,
        docs: "\
## What it flags

A `# nixpod: ignore[rule]` comment where the rule finds nothing.

## Why

The reason is gone, but the comment would silence the next mistake in the same place.
",
    },
    OwnRule {
        id: "unknown-suppression",
        summary: "suppression comment names a rule that does not exist",
        severity: Severity::Low,
        docs: "\
## What it flags

A `# nixpod: ignore[rule]` comment with a name that is no rule's.

## Why

It suppresses nothing, although it looks as if it did.
",
    },
    OwnRule {
        id: "malformed-suppression",
        summary: "suppression comment is malformed or has no reason",
        severity: Severity::Low,
        docs: "\
## What it flags

A comment that begins as a suppression and cannot be read as one, or that gives no reason.

## Why

It suppresses nothing, although it looks as if it did. The forms are `# nixpod: ignore[rule-a, rule-b] reason` and,
among the first comments of a file, `# nixpod: ignore-file[rule] reason`.
",
    },
];
