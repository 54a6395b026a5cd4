//! Our reader of units held against one by other people, `quadlet-lens`: both have to find the same sections, keys and
//! values, and to refuse the same texts.

use super::quadlet_generator::cases;
use crate::vocabulary::unit::parse::parse;
use expect_test::expect;
use nixpod_model::{Text, UnitProblem};
use nixpod_source::Origin;
use quadlet_lens::source::SourceId;
use quadlet_lens::syntax::{SyntaxDocument, SyntaxLineKind};
use std::collections::BTreeMap;

/// The values of each key of each section, in their order. Blanks are left out: where a line goes on, Podman keeps those that
/// the next one begins with, and the other reader does not.
type Values = BTreeMap<(String, String), Vec<String>>;

fn without_blanks(value: &str) -> String {
    value.split_whitespace().collect()
}

fn ours(text: &str) -> (Values, bool) {
    let unit = parse(&Text::known(text, Origin::default()));
    let mut out = Values::new();
    for section in &unit.sections {
        for entry in &section.entries {
            let values = out.entry((section.name.clone(), entry.key.clone())).or_default();
            values.push(without_blanks(&entry.value.pattern()));
        }
    }
    let is_refused = |what: &UnitProblem| {
        matches!(
            what,
            UnitProblem::MalformedLine(_) | UnitProblem::LostLine(_) | UnitProblem::KeyOutsideSection(_)
        )
    };
    (
        out,
        !unit.problems.iter().any(|problem| is_refused(&problem.what)),
    )
}

fn theirs(text: &str) -> (Values, bool) {
    let parsed = SyntaxDocument::parse(SourceId::new(1), text);
    let document = parsed.document();
    let slice = |span| document.source().slice(span).unwrap_or_default();
    let part = |span, continues: bool| {
        let value: &str = slice(span);
        let value = value.strip_suffix('\\').filter(|_| continues).unwrap_or(value);
        without_blanks(value)
    };
    let mut out = Values::new();
    let (mut section, mut last) = (String::new(), None);
    for line in document.lines() {
        match line.kind() {
            SyntaxLineKind::Section(header) => slice(header.name()).clone_into(&mut section),
            SyntaxLineKind::Entry(entry) => {
                let key = (section.clone(), slice(entry.key()).to_owned());
                let values = out.entry(key.clone()).or_default();
                values.push(part(entry.value(), entry.continues()));
                last = Some(key);
            }
            SyntaxLineKind::Continuation(more) => {
                let values = last.as_ref().and_then(|key| out.get_mut(key));
                if let Some(value) = values.and_then(|values| values.last_mut()) {
                    value.push_str(&part(more.value(), more.continues()));
                }
            }
            _ => {}
        }
    }
    (out, parsed.is_valid())
}

#[test]
fn another_reader_finds_the_same() {
    let recordings = [
        include_str!("../../../../testdata/quadlet/cases-6.0.txt"),
        include_str!("../../../../testdata/quadlet/random-6.0.txt"),
    ];
    let mut same = 0;
    let mut differ = String::new();
    for (name, text) in recordings.into_iter().flat_map(cases).flat_map(|case| case.files) {
        let ((ours, is_ours), (theirs, is_theirs)) = (ours(&text), theirs(&text));
        // What is refused has no values that count.
        match is_ours == is_theirs && (!is_ours || ours == theirs) {
            true => same += 1,
            false => differ.push_str(&format!("{name}: {is_ours} {is_theirs}\n{ours:?}\n{theirs:?}\n")),
        }
    }
    expect![[r#"
        404 are read alike
    "#]]
    .assert_eq(&format!("{same} are read alike\n{differ}"));
}
