//! SARIF 2.1.0, as code scanning services read it.
//!
//! The trail becomes a code flow: where the value is written first, where it takes effect last.

use super::context::Context;
use crate::document::Each;
use crate::view::{Finding, Location, ResolvedFix, Results};
use nixpod_analysis::{
    Applicability, Catalogue, Confidence, Control, Level, Meta, OWN_RULES, RuleId, Severity, rule_url,
    visible,
};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

// In the order of their names, as `json!` has it.
#[derive(Serialize)]
struct Document<R> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    runs: [R; 1],
    version: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<N, R> {
    column_kind: &'static str,
    invocations: [Invocation<N>; 1],
    original_uri_base_ids: Value,
    results: R,
    taxonomies: Vec<Value>,
    tool: Value,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation<N> {
    execution_successful: bool,
    tool_execution_notifications: N,
}

pub(super) fn document(results: &Results, context: &Context<'_>) -> impl Serialize {
    // Metadata of the rules that found something, sorted by name.
    let used: BTreeSet<RuleId> = results.findings.iter().map(|finding| finding.rule).collect();
    let index: BTreeMap<RuleId, usize> = used.iter().enumerate().map(|(at, id)| (*id, at)).collect();
    let rules: Vec<Value> = used.iter().map(|id| rule(id, context)).collect();
    let covered: BTreeSet<Control> = used
        .iter()
        .filter_map(|id| meta(id, context))
        .flat_map(|meta| meta.controls.all().iter().copied())
        .collect();
    let run = Run {
        column_kind: "unicodeCodePoints",
        invocations: [Invocation {
            execution_successful: results.unreadable.is_empty()
                && !results.not_analysed.iter().any(|gap| gap.cause.kind().blinds()),
            tool_execution_notifications: Each(|| notifications(results)),
        }],
        original_uri_base_ids: json!({ "SRCROOT": { "uri": base_uri(context) } }),
        results: Each(move || {
            let index = index.clone();
            results
                .findings
                .iter()
                .map(move |finding| result(finding, &index))
        }),
        taxonomies: taxonomies(&covered),
        tool: json!({ "driver": {
            "name": "nixpod-lint",
            "version": env!("CARGO_PKG_VERSION"),
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "informationUri": env!("CARGO_PKG_REPOSITORY"),
            "rules": rules,
            "supportedTaxonomies": Catalogue::ALL.iter().filter(|catalogue| covered.iter().any(|control| {
                control.catalogue() == **catalogue
            })).map(|catalogue| json!({ "name": catalogue.name() })).collect::<Vec<Value>>(),
        } }),
    };
    Document {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        runs: [run],
        version: "2.1.0",
    }
}

/// What could not be read, what was not analysed, and what is not judged for a reason that is known.
fn notifications(results: &Results) -> impl Iterator<Item = Value> {
    let unreadable = results
        .unreadable
        .iter()
        .map(|(path, reason)| json!({ "level": "error", "message": message(&format!("{path}: {reason}")) }));
    let gaps = results.not_analysed.iter().map(|gap| {
        let level = if gap.cause.kind().blinds() {
            "error"
        } else {
            "note"
        };
        let mut note = json!({
            "level": level,
            "message": message(gap.reason.exact()),
            "properties": {
                "kind": gap.cause.kind().as_str(),
                "cause": gap.cause.as_str(),
                "name": gap.cause.name(),
                "concerns": gap.concern.as_str(),
            },
        });
        if let Some(at) = &gap.location {
            insert(&mut note, "locations", json!([location(at)]));
        }
        note
    });
    let left_out = results.left_out.iter().map(|one| {
        let name = one.name.as_ref().map_or("a computed set", |name| name.exact());
        let what = match one.surface {
            Some(surface) => format!("not judged, {}: {name} ({surface})", one.reason.words()),
            None => format!("not judged, {}", one.reason.words()),
        };
        json!({
            "level": "note",
            "message": message(&what),
            "properties": { "kind": one.reason.as_str(), "name": name, "concerns": "containers" },
            "locations": [location(&one.location)],
        })
    });
    unreadable.chain(gaps).chain(left_out)
}

fn insert(object: &mut Value, key: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(key.to_owned(), value);
    }
}

fn meta(id: RuleId, context: &Context<'_>) -> Option<&'static Meta> {
    let mut all = context.rules.iter().chain(OWN_RULES).map(|rule| &rule.meta);
    all.find(|meta| meta.id == id)
}

/// The catalogues of these controls, with these and no others.
fn taxonomies(covered: &BTreeSet<Control>) -> Vec<Value> {
    let listed = Catalogue::ALL.into_iter().filter_map(|catalogue| {
        let taxa: Vec<Value> = covered
            .iter()
            .filter(|control| control.catalogue() == catalogue)
            .map(|control| {
                json!({
                    "id": control.id(),
                    "name": control.title(),
                    "shortDescription": { "text": control.words() },
                    "helpUri": control.url(),
                })
            })
            .collect();
        if taxa.is_empty() {
            return None;
        }
        Some(json!({
            "name": catalogue.name(),
            "version": catalogue.edition(),
            "organization": catalogue.organisation(),
            "informationUri": catalogue.url(),
            "shortDescription": { "text": catalogue.name() },
            "isComprehensive": false,
            "taxa": taxa,
        }))
    });
    listed.collect()
}

/// How a rule is related to a control: what it finds bears on what the control asks for.
fn relationship(control: &Control) -> Value {
    json!({
        "target": { "id": control.id(), "toolComponent": { "name": control.catalogue().name() } },
        "kinds": ["relevant"],
    })
}

fn rule(id: RuleId, context: &Context<'_>) -> Value {
    let meta = meta(id, context);
    let (summary, severity, docs, tag) = match meta {
        Some(meta) => (meta.summary, meta.severity, meta.markdown(), meta.group.as_str()),
        None => (id, Severity::Medium, id.to_owned(), "correctness"),
    };
    let is_security = tag != "correctness";
    let mut properties = json!({ "problem.severity": problem(severity), "tags": [tag] });
    if is_security {
        insert(&mut properties, "tags", json!([tag, "security"]));
        insert(&mut properties, "security-severity", json!(score(severity)));
    }
    if let Some((proof, verdict)) = meta.and_then(|meta| Some((&meta.proof, meta.proof.verdict()?))) {
        let proof = json!({
            "verdict": verdict.as_str(),
            "text": verdict.words(),
            "experiments": proof.experiments(),
        });
        insert(&mut properties, "proof", proof);
    }
    let mut rule = json!({
        "id": id,
        "name": id,
        "shortDescription": { "text": summary },
        "fullDescription": { "text": summary },
        "help": { "text": docs, "markdown": docs },
        "helpUri": rule_url(id),
        "defaultConfiguration": { "level": level(severity) },
        "properties": properties,
    });
    let covered = meta.map_or(&[][..], |meta| meta.controls.all());
    if !covered.is_empty() {
        let related: Vec<Value> = covered.iter().map(relationship).collect();
        insert(&mut rule, "relationships", json!(related));
    }
    rule
}

const fn level(severity: Severity) -> &'static str {
    match severity.level() {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}

const fn problem(severity: Severity) -> &'static str {
    match severity.level() {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "recommendation",
    }
}

/// A number in the range that code scanning reads as this severity.
const fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
        Severity::Info => "0.1",
    }
}

const fn rank(confidence: Confidence) -> f64 {
    match confidence {
        Confidence::High => 90.0,
        Confidence::Medium => 60.0,
        Confidence::Low => 30.0,
    }
}

fn result(finding: &Finding, index: &BTreeMap<RuleId, usize>) -> Value {
    let mut text = finding.message.to_string();
    if let Some(help) = &finding.help {
        let _ = write!(text, ". {help}");
    }
    let mut value = json!({
        "ruleId": finding.rule,
        "ruleIndex": index.get(finding.rule),
        "level": level(finding.severity),
        "rank": rank(finding.confidence),
        "message": message(&text),
        "locations": [location(&finding.location)],
        "partialFingerprints": { "nixpodLint/v1": finding.fingerprint },
        "properties": properties(finding),
    });
    if !finding.trail.is_empty() {
        insert(&mut value, "codeFlows", code_flow(finding));
        insert(&mut value, "relatedLocations", related(finding));
    }
    let fixes: Vec<Value> = finding.fixes.iter().filter_map(fix).collect();
    if !fixes.is_empty() {
        insert(&mut value, "fixes", json!(fixes));
    }
    if let Some(reason) = &finding.suppressed {
        let suppression =
            json!({ "kind": "inSource", "status": "accepted", "justification": reason.exact() });
        insert(&mut value, "suppressions", json!([suppression]));
    }
    value
}

fn properties(finding: &Finding) -> Value {
    let mut object = json!({
        "severity": finding.severity.as_str(),
        "confidence": finding.confidence.as_str(),
    });
    if !finding.unsure.is_empty() {
        let unsure = finding.unsure.iter().map(|one| {
            let mut told = json!({ "kind": one.kind, "reason": one.reason.exact() });
            if let Some(at) = &one.location {
                insert(&mut told, "file", json!(at.source.name));
                insert(&mut told, "line", json!(at.line));
            }
            told
        });
        let unsure: Vec<Value> = unsure.collect();
        insert(&mut object, "unsure", json!(unsure));
    }
    if !finding.hosts.is_empty() {
        let hosts: Vec<&str> = finding.hosts.iter().map(|(_, name)| name.exact()).collect();
        insert(&mut object, "hosts", json!(hosts));
        let seen_in = finding.hosts.iter();
        let seen_in = seen_in.map(|(role, name)| json!({ "kind": role.as_str(), "name": name.exact() }));
        let seen_in: Vec<Value> = seen_in.collect();
        insert(&mut object, "seenIn", json!(seen_in));
    }
    if let Some(container) = &finding.container {
        let named = json!({ "surface": container.surface, "name": container.name.exact() });
        insert(&mut object, "container", named);
        let others = finding.others.iter().map(|(other, fingerprint)| {
            json!({ "surface": other.surface, "name": other.name.exact(), "fingerprint": fingerprint })
        });
        let others: Vec<Value> = others.collect();
        if !others.is_empty() {
            insert(&mut object, "also", json!(others));
        }
    }
    object
}

fn code_flow(finding: &Finding) -> Value {
    let label = if finding.label.is_empty() {
        &finding.message
    } else {
        &finding.label
    };
    let steps: Vec<Value> = std::iter::once((label.exact(), &finding.location))
        .chain(
            finding
                .trail
                .iter()
                .map(|step| (step.message.exact(), &step.location)),
        )
        .map(|(text, at)| json!({ "location": described(at, text) }))
        .collect();
    json!([{ "threadFlows": [{ "locations": steps }] }])
}

fn related(finding: &Finding) -> Value {
    let places = finding.trail.iter().enumerate().map(|(at, step)| {
        let mut place = described(&step.location, step.message.exact());
        insert(&mut place, "id", json!(at + 1));
        place
    });
    places.collect()
}

fn fix(fix: &ResolvedFix) -> Option<Value> {
    if fix.edits.is_empty() || fix.applicability == Applicability::DisplayOnly {
        return None;
    }
    let mut by_file: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for edit in &fix.edits {
        let replacement = json!({
            "deletedRegion": region(&edit.location),
            "insertedContent": { "text": edit.edit.insert },
        });
        by_file
            .entry(&edit.location.source.name)
            .or_default()
            .push(replacement);
    }
    let changes: Vec<Value> = by_file
        .into_iter()
        .map(|(file, replacements)| {
            json!({ "artifactLocation": artifact(file), "replacements": replacements })
        })
        .collect();
    Some(json!({ "description": message(fix.title.exact()), "artifactChanges": changes }))
}

/// A plain text message. Brackets are the syntax of links there (SARIF 2.1.0, 3.11.6), and none of ours is a link.
fn message(text: &str) -> Value {
    let text = visible::line(text);
    if !text.contains(['[', ']']) {
        return json!({ "text": text });
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if matches!(c, '\\' | '[' | ']') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    json!({ "text": escaped })
}

fn described(at: &Location, text: &str) -> Value {
    let mut value = location(at);
    insert(&mut value, "message", message(text));
    value
}

fn location(at: &Location) -> Value {
    let place = json!({ "artifactLocation": artifact(&at.source.name), "region": region(at) });
    json!({ "physicalLocation": place })
}

fn artifact(name: &str) -> Value {
    if name.starts_with('/') {
        json!({ "uri": format!("file://{}", encode(name)) })
    } else {
        json!({ "uri": encode(name), "uriBaseId": "SRCROOT" })
    }
}

fn region(at: &Location) -> Value {
    json!({
        "startLine": at.line,
        "startColumn": at.column,
        "endLine": at.end_line,
        "endColumn": at.end_column,
    })
}

fn base_uri(context: &Context<'_>) -> String {
    let base = encode(context.base.as_str());
    let slash = if base.ends_with('/') { "" } else { "/" };
    format!("file://{base}{slash}")
}

/// Percent-encodes a path for a URI.
fn encode(path: &str) -> String {
    let mut out = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_message_has_a_link() {
        assert_eq!(message("a \\ b"), json!({ "text": "a \\ b" }));
        let text = "`[x](https://example.org)` \\[y](1)";
        let escaped = "`\\[x\\](https://example.org)` \\\\\\[y\\](1)";
        assert_eq!(message(text), json!({ "text": escaped }));
    }

    #[test]
    fn paths_become_uris() {
        assert_eq!(encode("a b/ü%.nix"), "a%20b/%C3%BC%25.nix");
    }
}
