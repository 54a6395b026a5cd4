//! Every fix of every rule, on its examples and on what is made of them: in a function, under `mkIf`, bound by `let`, beside
//! a second container, in other quotes.
//!
//! What has to hold is in `judge`. Which facts each fix changes is listed in `fixes.txt`, so that one that changes more than
//! it says is seen.

use crate::ALL;
use crate::tests::registry::blocks;
use nixpod_analysis::{
    Analysis, AnalysisHost, Applicability, Fix, FixAvailability, Report, Reported, Rule, ShownKind,
    apply_edits,
};
use nixpod_testing::{Fixture, pedantic_host, targets};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Examples with fixes of rules whose own examples have none.
const MORE: &[(&str, &str)] = &[
    (
        "insecure-registry",
        r#"{ virtualisation.oci-containers.containers.web = { image = "a.org/a:1"; extraOptions = [ "--tls-verify=false" "--init" ]; }; }"#,
    ),
    (
        "fuse-device",
        r#"{ virtualisation.oci-containers.containers.web = { image = "quay.io/podman/stable:v5"; extraOptions = [ "--device=/dev/fuse" "--init" ]; }; }"#,
    ),
    (
        "missing-subid-ranges",
        r#"{ users.users.alice = { isSystemUser = true; group = "alice"; }; home-manager.users.alice.services.podman.containers.web.image = "a.org/a:1"; }"#,
    ),
    (
        "published-on-all-interfaces",
        r#"{ virtualisation.oci-containers.containers.web = { image = "a.org/a:1"; ports = [ "8080:80" "127.0.0.1:9090:90" ]; extraOptions = [ "-p" "53:53/udp" ]; }; }"#,
    ),
    (
        "privileged-container",
        r#"{ systemd.services.web.script = "podman run --privileged --init a.org/a:1"; }"#,
    ),
    (
        "seccomp-unconfined",
        r#"{ services.podman.containers.web = { image = "a.org/a:1"; extraPodmanArgs = [ "--security-opt" "seccomp=unconfined" "--init" ]; }; }"#,
    ),
];

/// Is a module a function?
fn is_function(module: &str) -> bool {
    let head = module.split([';', '=']).next().unwrap_or_default();
    head.contains("}:")
}

/// Other texts with the same meaning, or with a second container like the first.
fn variants(block: &str) -> Vec<(&'static str, String)> {
    let module = block.trim();
    let mut out = vec![("as it is", module.to_owned())];
    if module.contains("#- ") {
        return out;
    }
    out.push(("imported", format!("{{ imports = [ ({module}) ]; }}")));
    out.push(("let", format!("let module = {module}; in module")));
    let quoted = in_other_quotes(module);
    if quoted != module {
        out.push(("in other quotes", quoted));
    }
    let second = second_container(module);
    if second != module {
        out.push((
            "two containers",
            format!("{{ imports = [ ({module}) ({second}) ]; }}"),
        ));
    }
    if !is_function(module) && !module.contains("imports") {
        for (name, text) in [
            ("function", format!("{{ lib, ... }}: {module}")),
            ("config", format!("{{ config = {module}; }}")),
            (
                "mkIf",
                format!("{{ lib, ... }}: {{ config = lib.mkIf true {module}; }}"),
            ),
            (
                "mkMerge",
                format!(
                    "{{ lib, ... }}: {{ config = lib.mkMerge [ {module} {{ time.timeZone = \"UTC\"; }} ]; }}"
                ),
            ),
            (
                "optionalAttrs",
                format!("{{ lib, ... }}: {{ config = lib.optionalAttrs true {module}; }}"),
            ),
        ] {
            out.push((name, text));
        }
    }
    out
}

/// Flags in the quotes of indented strings.
fn in_other_quotes(module: &str) -> String {
    let mut out = String::new();
    for (at, part) in module.split('"').enumerate() {
        let is_flag = at % 2 == 1 && part.starts_with('-') && !part.contains(['\\', '$', '\'']);
        let is_plain = at % 2 == 0;
        match (is_plain, is_flag) {
            (true, _) => out.push_str(part),
            (false, true) => out.push_str(&format!("''{part}''")),
            (false, false) => out.push_str(&format!("\"{part}\"")),
        }
    }
    out
}

/// The same with other names of containers.
fn second_container(module: &str) -> String {
    let mut parts = module.split("containers.");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        let (name, rest) = part.split_at(end.unwrap_or(part.len()));
        let other = match rest.starts_with('.') && name == "containers" || name.is_empty() {
            true => name.to_owned(),
            false => format!("{name}-too"),
        };
        let _ = write!(out, "containers.{other}{rest}");
    }
    out
}

/// How often each finding is there, by what it says. Hints of the group `pedantic` may come up where something worse stood.
fn counted(rule: &Rule, report: &Report) -> BTreeMap<(&'static str, String), usize> {
    let is_asked = |finding: &&Reported| {
        let id = finding.diagnostic.rule;
        let of = ALL.iter().find(|known| known.meta.id == id);
        id == rule.meta.id || of.is_none_or(|of| of.meta.group.on_by_default())
    };
    let mut out = BTreeMap::new();
    let open = report
        .findings
        .iter()
        .filter(|finding| finding.suppressed.is_none());
    for finding in open.filter(is_asked) {
        let key = (finding.diagnostic.rule, finding.diagnostic.message.clone());
        *out.entry(key).or_default() += 1;
    }
    out
}

/// What is known of each container, by its name.
fn facts(analysis: &Analysis) -> BTreeMap<String, BTreeSet<(String, String)>> {
    let mut out: BTreeMap<String, BTreeSet<(String, String)>> = BTreeMap::new();
    for container in analysis.show(&targets()).containers {
        let facts = out.entry(container.name).or_default();
        for fact in container.facts {
            if matches!(fact.kind, ShownKind::Fact { .. }) {
                facts.insert((fact.name, fact.value.unwrap_or_default()));
            }
        }
    }
    out
}

/// The host with a fix made.
fn fixed(before: &Analysis, fixture: &Fixture, fix: &Fix) -> AnalysisHost {
    let mut files = fixture.clone();
    for file in &mut files.files {
        let edits = before
            .file_id(&file.full_path())
            .and_then(|id| fix.edits.get(&id));
        if let Some(edits) = edits {
            file.text = apply_edits(&file.text, edits);
        }
    }
    pedantic_host(ALL, &files)
}

/// Holds one fix to what fixes promise, and says which facts it changes.
fn judge(
    rule: &Rule,
    before: (&Analysis, &Report, &Fixture),
    finding: &Reported,
    fix: &Fix,
) -> Result<BTreeSet<String>, String> {
    let (analysis, report, fixture) = before;
    let host = fixed(analysis, fixture, fix);
    let after = host.analysis();
    let told = after.check(&targets());
    let (was, is) = (counted(rule, report), counted(rule, &told));
    let key = (finding.diagnostic.rule, finding.diagnostic.message.clone());
    let left = |counts: &BTreeMap<_, usize>, key| counts.get(key).copied().unwrap_or_default();
    if left(&is, &key) >= left(&was, &key) {
        return Err("the finding is still there".to_owned());
    }
    if let Some((new, _)) = is.iter().find(|(key, count)| **count > left(&was, key)) {
        return Err(format!("it makes a finding: {new:?}"));
    }
    let mut own: BTreeSet<&str> = finding.container.iter().map(|own| own.name.as_str()).collect();
    own.extend(finding.others.iter().map(|other| other.container.name.as_str()));
    let (was, is) = (facts(analysis), facts(&after));
    let mut changed = BTreeSet::new();
    for (name, facts) in &was {
        let now = is
            .get(name)
            .ok_or_else(|| format!("container `{name}` is gone"))?;
        let differ: BTreeSet<String> = facts
            .symmetric_difference(now)
            .map(|(fact, _)| fact.clone())
            .collect();
        if !differ.is_empty() && !own.is_empty() && !own.contains(name.as_str()) {
            return Err(format!("it changes container `{name}`: {differ:?}"));
        }
        changed.extend(differ);
    }
    Ok(changed)
}

/// All fixes of a rule together come to an end, after which there is nothing to be fixed.
fn comes_to_an_end(rule: &Rule, fixture: &Fixture) -> Result<(), String> {
    let own = |finding: &Reported| finding.diagnostic.rule == rule.meta.id;
    let once = pedantic_host(ALL, fixture)
        .analysis()
        .fix(&targets(), Applicability::Unsafe, &own);
    let mut files = fixture.clone();
    for changed in once.files {
        for file in files
            .files
            .iter_mut()
            .filter(|file| file.full_path() == changed.path)
        {
            file.text.clone_from(&changed.after);
        }
    }
    let twice = pedantic_host(ALL, &files)
        .analysis()
        .fix(&targets(), Applicability::Unsafe, &own);
    match once.unfinished || !twice.files.is_empty() {
        true => Err("fixing does not come to an end".to_owned()),
        false => Ok(()),
    }
}

/// Adds a rule with its fixes, each with the facts that it changes.
fn list(out: &mut String, rule: &Rule, titles: BTreeMap<String, BTreeSet<String>>) {
    let _ = writeln!(out, "{}", rule.meta.id);
    if titles.is_empty() {
        let _ = writeln!(out, "  no example has one");
    }
    for (title, changed) in titles {
        let changed: Vec<&str> = changed.iter().map(String::as_str).collect();
        let changed = match changed.is_empty() {
            true => "nothing of a container".to_owned(),
            false => changed.join(", "),
        };
        let _ = writeln!(out, "  {title}: {changed}");
    }
}

#[test]
fn fixes_keep_their_promises_however_things_are_written() {
    let mut wrong = Vec::new();
    let mut listed = String::new();
    for rule in ALL.iter().filter(|rule| rule.meta.fix != FixAvailability::None) {
        let mut titles: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let more = MORE.iter().filter(|(id, _)| *id == rule.meta.id);
        let more = more.map(|(_, block)| (*block).to_owned());
        for block in blocks(rule, "Bad").into_iter().chain(more) {
            for (name, text) in variants(&block) {
                let fixture = Fixture::parse(&text);
                let host = pedantic_host(ALL, &fixture);
                let analysis = host.analysis();
                let report = analysis.check_with_fixes(&targets());
                let own = report
                    .findings
                    .iter()
                    .filter(|one| one.diagnostic.rule == rule.meta.id);
                let mut complain = |what: String| {
                    wrong.push(format!("{}, {name}: {what}\n{text}\n", rule.meta.id));
                };
                let own: Vec<&Reported> = own.collect();
                if own.is_empty() {
                    complain("it is not found".to_owned());
                }
                for finding in own {
                    for fix in &finding.diagnostic.fixes {
                        if fix.applicability == Applicability::DisplayOnly {
                            continue;
                        }
                        match judge(rule, (&analysis, &report, &fixture), finding, fix) {
                            Ok(changed) => titles.entry(fix.title.clone()).or_default().extend(changed),
                            Err(why) => complain(format!("`{}`: {why}", fix.title)),
                        }
                    }
                }
                if let Err(why) = comes_to_an_end(rule, &fixture) {
                    complain(why);
                }
            }
        }
        list(&mut listed, rule, titles);
    }
    assert!(
        wrong.is_empty(),
        "{} fixes do not keep their promise\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    expect_test::expect_file!["fixes.txt"].assert_eq(&listed);
}
