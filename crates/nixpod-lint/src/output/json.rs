//! The stable contract for programs, described by `docs/check.schema.json`. Fields are only ever added; an incompatible change raises `version`.

use crate::document::Each;
use crate::view::{ContainerName, Finding, Location, ResolvedGap, ResolvedLeftOut, Results};
use crate::words::Words;
use nixpod_analysis::{Concern, Role};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Document"))]
struct Document<F, G, L> {
    version: u32,
    findings: F,
    not_analysed: G,
    left_out: L,
    summary: Summary,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct JsonFinding<'a> {
    rule: &'a str,
    severity: &'a str,
    confidence: &'a str,
    /// Why the confidence is not high.
    unsure: Vec<JsonUnsure<'a>>,
    message: &'a str,
    help: Option<&'a str>,
    fingerprint: &'a str,
    container: Option<JsonContainer<'a>>,
    also: Vec<JsonOther<'a>>,
    hosts: Vec<&'a str>,
    /// The same with what each of them is.
    seen_in: Vec<JsonRoot<'a>>,
    imported_by_no_host: bool,
    location: JsonLocation<'a>,
    trail: Vec<JsonStep<'a>>,
    fixes: Vec<JsonFix<'a>>,
    suppressed: bool,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct JsonContainer<'a> {
    surface: &'a str,
    name: &'a str,
    file: &'a str,
    line: u32,
}

/// A root: `host`, `variant` (what a host may be started as instead), `module` (that a flake offers) or `file`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct JsonRoot<'a> {
    kind: &'a str,
    name: &'a str,
}

/// A reason for which a finding is not certain: `condition`, `unseen`, `alone`, `part`, `no-host`, `template`, `rule`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct JsonUnsure<'a> {
    kind: &'a str,
    reason: &'a str,
    location: Option<JsonLocation<'a>>,
}

/// A further container with the same finding at the same place.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct JsonOther<'a> {
    #[serde(flatten)]
    container: JsonContainer<'a>,
    fingerprint: &'a str,
}

/// A place; the end is exclusive and columns count Unicode characters.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct JsonLocation<'a> {
    file: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct JsonStep<'a> {
    kind: &'a str,
    message: &'a str,
    location: JsonLocation<'a>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct JsonFix<'a> {
    title: &'a str,
    applicability: &'a str,
    edits: Vec<JsonEdit<'a>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct JsonEdit<'a> {
    location: JsonLocation<'a>,
    insert: &'a str,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct JsonGap<'a> {
    file: Option<&'a str>,
    line: Option<u32>,
    kind: &'static str,
    cause: JsonCause<'a>,
    concerns: JsonConcern<'a>,
    reason: &'a str,
    /// The fingerprint of the open finding that says the same.
    finding: Option<&'a str>,
}

/// Why something was not analysed, and what the cause names: an input, an argument, an option, a path.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct JsonCause<'a> {
    kind: &'static str,
    name: Option<&'a str>,
}

/// What something that was not analysed has to do with containers: `container` with its surface and name, `containers`,
/// `nothing`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct JsonConcern<'a> {
    kind: &'static str,
    surface: Option<&'a str>,
    name: Option<&'a str>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Summary {
    files: usize,
    roots: usize,
    containers: usize,
    by_severity: BTreeMap<&'static str, usize>,
    not_analysed: BTreeMap<&'static str, usize>,
}

impl<'a> From<&'a Location> for JsonLocation<'a> {
    fn from(at: &'a Location) -> Self {
        Self {
            file: &at.source.name,
            line: at.line,
            column: at.column,
            end_line: at.end_line,
            end_column: at.end_column,
        }
    }
}

impl<'a> From<&'a Finding> for JsonFinding<'a> {
    fn from(finding: &'a Finding) -> Self {
        let container = |container: &'a ContainerName| JsonContainer {
            surface: container.surface,
            name: container.name.exact(),
            file: &container.file,
            line: container.line,
        };
        let other = |(named, fingerprint): &'a (ContainerName, String)| JsonOther {
            container: container(named),
            fingerprint,
        };
        let step = |step: &'a crate::view::Step| JsonStep {
            kind: step.kind.as_str(),
            message: step.message.exact(),
            location: (&step.location).into(),
        };
        let edit = |edit: &'a crate::view::ResolvedEdit| JsonEdit {
            location: (&edit.location).into(),
            insert: &edit.edit.insert,
        };
        let fix = |fix: &'a crate::view::ResolvedFix| JsonFix {
            title: fix.title.exact(),
            applicability: fix.applicability.as_str(),
            edits: fix.edits.iter().map(edit).collect(),
        };
        let root = |(role, name): &'a (Role, Words)| JsonRoot {
            kind: role.as_str(),
            name: name.exact(),
        };
        let unsure = |one: &'a crate::view::UnsureSpec| JsonUnsure {
            kind: one.kind,
            reason: one.reason.exact(),
            location: one.location.as_ref().map(JsonLocation::from),
        };
        Self {
            unsure: finding.unsure.iter().map(unsure).collect(),
            rule: finding.rule,
            severity: finding.severity.as_str(),
            confidence: finding.confidence.as_str(),
            message: finding.message.exact(),
            help: finding.help.as_ref().map(Words::exact),
            fingerprint: &finding.fingerprint,
            container: finding.container.as_ref().map(container),
            also: finding.others.iter().map(other).collect(),
            hosts: finding.hosts.iter().map(|(_, name)| name.exact()).collect(),
            seen_in: finding.hosts.iter().map(root).collect(),
            imported_by_no_host: finding.imported_by_no_host,
            location: (&finding.location).into(),
            trail: finding.trail.iter().map(step).collect(),
            fixes: finding.fixes.iter().map(fix).collect(),
            suppressed: finding.suppressed.is_some(),
        }
    }
}

/// A container that stands in the text and that no system has, for a reason that is known.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct JsonLeftOut<'a> {
    surface: Option<&'a str>,
    name: Option<&'a str>,
    reason: &'a str,
    file: &'a str,
    line: u32,
}

impl<'a> From<&'a ResolvedLeftOut> for JsonLeftOut<'a> {
    fn from(one: &'a ResolvedLeftOut) -> Self {
        Self {
            surface: one.surface,
            name: one.name.as_ref().map(Words::exact),
            reason: one.reason.as_str(),
            file: &one.location.source.name,
            line: one.location.line,
        }
    }
}

impl<'a> From<(&'a ResolvedGap, Option<&'a Finding>)> for JsonGap<'a> {
    fn from((gap, told): (&'a ResolvedGap, Option<&'a Finding>)) -> Self {
        let at = gap.location.as_ref();
        let (surface, name) = match &gap.concern {
            Concern::Container { surface, name } => (Some(*surface), Some(name.as_str())),
            Concern::Set | Concern::Containers | Concern::Nothing => (None, None),
        };
        Self {
            file: at.map(|at| at.source.name.as_str()),
            line: at.map(|at| at.line),
            kind: gap.cause.kind().as_str(),
            cause: JsonCause {
                kind: gap.cause.as_str(),
                name: gap.cause.name(),
            },
            concerns: JsonConcern {
                kind: gap.concern.as_str(),
                surface,
                name,
            },
            reason: gap.reason.exact(),
            finding: told.map(|finding| finding.fingerprint.as_str()),
        }
    }
}

/// How many things of each kind were not analysed; those of which there are none left out.
fn counts(results: &Results) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for gap in &results.not_analysed {
        *counts.entry(gap.cause.kind().as_str()).or_default() += 1;
    }
    counts
}

pub(super) fn document(results: &Results) -> impl Serialize {
    Document {
        version: 1,
        findings: Each(|| results.findings.iter().map(JsonFinding::from)),
        not_analysed: Each(|| results.gaps().map(JsonGap::from)),
        left_out: Each(|| results.left_out.iter().map(JsonLeftOut::from)),
        summary: Summary {
            files: results.files,
            roots: results.roots.len(),
            containers: results.containers.len(),
            by_severity: results
                .by_severity()
                .into_iter()
                .map(|(severity, count)| (severity.as_str(), count))
                .collect(),
            not_analysed: counts(results),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::{Document, JsonFinding, JsonGap, JsonLeftOut};

    #[test]
    fn the_schema_is_the_documented_one() {
        type All<'a> = Document<Vec<JsonFinding<'a>>, Vec<JsonGap<'a>>, Vec<JsonLeftOut<'a>>>;
        let schema = schemars::schema_for!(All<'_>);
        let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        expect_test::expect_file!["../../../../docs/check.schema.json"].assert_eq(&text);
    }
}
