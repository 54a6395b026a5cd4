//! One finding with everything a finding can have, in two files, for the tests of the formats.

use super::*;
use nixpod_analysis::{LabelKind, Standing};

fn source(name: &str, text: &str) -> Arc<Source> {
    Arc::new(Source {
        path: format!("/project/{name}").into(),
        name: name.into(),
        text: text.into(),
        lines: Arc::new(LineIndex::new(text)),
        hidden: std::sync::LazyLock::new(Box::new(Vec::new)),
    })
}

fn at(source: &Arc<Source>, needle: &str) -> Location {
    let start = source.text.find(needle).unwrap();
    let range = TextRange::at((start as u32).into(), TextSize::of(needle));
    let from = source.lines.position(&source.text, range.start());
    let to = source.lines.position(&source.text, range.end());
    Location {
        source: Arc::clone(source),
        range,
        line: from.line,
        column: from.column,
        end_line: to.line,
        end_column: to.column,
    }
}

#[expect(clippy::too_many_lines, reason = "a sample, field by field")]
pub(crate) fn results() -> Results {
    let flags = source(
        "flags.nix",
        "# ü \u{1b}[31m\n{\n  extra = [ \"--privileged\" ];\n}\n",
    );
    let web = source(
        "web.nix",
        "{ config, ... }:\nlet flags = import ./flags.nix;\nin {\n  c.web.extraOptions = flags.extra;\n}\n",
    );
    let removal = TextEdit {
        range: at(&flags, "\"--privileged\" ").range,
        insert: String::new(),
    };
    let step = |kind, message: &str, location| Step {
        kind,
        message: message.into(),
        location,
    };
    let finding = Finding {
        rule: "privileged-container",
        severity: Severity::Critical,
        confidence: Confidence::High,
        message: "`web` (also `worker`) runs privileged".into(),
        help: Some("Root inside is root on the host. Grant the one capability that is needed.".into()),
        fingerprint: "0123456789abcdef".into(),
        container: Some(ContainerName {
            surface: "oci-containers",
            name: "web".into(),
            file: "web.nix".into(),
            line: 4,
        }),
        others: vec![(
            ContainerName {
                surface: "oci-containers",
                name: "worker".into(),
                file: "web.nix".into(),
                line: 4,
            },
            "00112233445566ff".into(),
        )],
        hosts: vec![(Role::Host, "alpha".into()), (Role::Host, "beta".into())],
        imported_by_no_host: false,
        unsure: Vec::new(),
        tells_gap: false,
        suppressed: None,
        location: at(&flags, "\"--privileged\""),
        label: "`web` (also `worker`) runs privileged".into(),
        trail: vec![
            step(LabelKind::Import, "imported here", at(&web, "import ./flags.nix")),
            step(
                LabelKind::Merge,
                "defines `extraOptions` of `web`",
                at(&web, "flags.extra"),
            ),
        ],
        fixes: vec![ResolvedFix {
            title: "Remove `--privileged`".into(),
            applicability: Applicability::Unsafe,
            edits: vec![ResolvedEdit {
                location: at(&flags, "\"--privileged\" "),
                edit: removal,
            }],
            is_elsewhere: false,
        }],
    };
    let hint = Finding {
        rule: "unpinned-image",
        severity: Severity::Info,
        confidence: Confidence::Medium,
        message: "image of `web` has no tag".into(),
        help: None,
        fingerprint: "fedcba9876543210".into(),
        container: None,
        others: Vec::new(),
        hosts: Vec::new(),
        imported_by_no_host: true,
        unsure: vec![UnsureSpec {
            kind: "unseen",
            reason: "`inputs.x.nixosModules.y` comes from outside".into(),
            location: Some(at(&web, "config")),
        }],
        tells_gap: false,
        suppressed: Some("it is built here".into()),
        location: at(&web, "c.web"),
        label: Words::default(),
        trail: Vec::new(),
        fixes: Vec::new(),
    };
    let definition = |value: &str, priority, won, condition: Option<&str>| DefinitionSpec {
        option: "privileged".into(),
        location: Some(at(&web, "flags.extra")),
        value: value.into(),
        priority,
        won,
        condition: condition.map(Words::from),
    };
    let fact = |name: &str, value: Option<&str>, certainty, reason: Option<&str>, definitions| FactSpec {
        name: name.into(),
        kind: ShownKind::Fact {
            question: "what it is",
            is_word: false,
            is_repeated: false,
            is_unseen: false,
        },
        option: Some("extraOptions".into()),
        location: value.is_some().then(|| at(&web, "flags.extra")),
        value: value.map(Words::from),
        certainty,
        reason: reason.map(Words::from),
        unknown: Vec::new(),
        definitions,
    };
    let command = FactSpec {
        kind: ShownKind::Option,
        unknown: vec!["option `my.port` is set nowhere in the analysed files".into()],
        ..fact(
            "cmd",
            Some("[ \"--port=${my.port}\" ]"),
            Certainty::Set,
            None,
            Vec::new(),
        )
    };
    Results {
        not_analysed: vec![
            ResolvedGap {
                location: None,
                cause: Cause::Input("sops-nix".to_owned()),
                concern: Concern::Nothing,
                on_host: false,
                what: "`module`".into(),
                reason: "`module`: `inputs.sops-nix.nixosModules.sops` comes from outside".into(),
            },
            ResolvedGap {
                location: Some(at(&web, "config")),
                cause: Cause::NotModelled("x".to_owned()),
                on_host: true,
                concern: Concern::Container {
                    surface: "oci-containers",
                    name: "web".to_owned(),
                },
                what: "`containers.web`".into(),
                reason: "`containers.web`: `x` is not modelled".into(),
            },
        ],
        containers: vec![
            ContainerSpec {
                surface: "oci-containers",
                name: "web".into(),
                hosts: vec![(Role::Host, "alpha".into()), (Role::Host, "beta".into())],
                inside: None,
                standing: Standing::Plain,
                condition: None,
                location: Some(at(&web, "c.web")),
                command: None,
                unknown: vec![UnknownSpec {
                    questions: vec!["what it mounts"],
                    reason: "`inputs.x` comes from outside".into(),
                    location: None,
                }],
                facts: vec![
                    fact(
                        "privileged",
                        Some("true"),
                        Certainty::Set,
                        None,
                        vec![
                            definition("true", 100, true, None),
                            definition("false", 1000, false, Some("a == b")),
                        ],
                    ),
                    fact(
                        "network",
                        Some("\"slirp4netns\""),
                        Certainty::Default,
                        None,
                        Vec::new(),
                    ),
                    fact(
                        "image",
                        None,
                        Certainty::Unknown,
                        Some("`inputs.x` comes from outside"),
                        vec![definition("inputs.x.y", 100, true, None)],
                    ),
                ],
            },
            ContainerSpec {
                surface: "nspawn",
                name: "old".into(),
                hosts: vec![(Role::File, "old.nix".into())],
                inside: None,
                standing: Standing::NoHost,
                condition: Some("only if `config.my.old`".into()),
                location: None,
                command: None,
                unknown: Vec::new(),
                facts: vec![command],
            },
        ],
        findings: vec![finding, hint],
        files: 2,
        ..Results::default()
    }
}
