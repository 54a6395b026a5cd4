//! Trails, suppressions, fixes, hover and actions.

use super::{check, host, place, project, render_finding};
use crate::report::{Action, ActionKind};
use crate::settings::Settings;
use crate::{Applicability, apply_edits};
use camino::Utf8Path;
use expect_test::{Expect, expect};
use nixpod_source::{TextRange, TextSize};

#[test]
fn a_trail_leads_from_the_literal_to_its_use() {
    let out = check(&[(
        "a.nix",
        "let\n  extra = [ \"-v\" \"--all\" ];\nin {\n  containers.web = {\n    extraFlags = extra;\n    privateNetwork = true;\n  };\n}",
    )]);
    expect![[r#"
        a.nix:2:18 `"--all"` high/high toy-flag: `web` uses `--all` [a.nix]
          a.nix:5:5 `extraFlags` set here
          fix (safe): Remove `--all`
    "#]]
    .assert_eq(&out);
}

#[test]
fn a_comment_at_the_literal_or_at_the_use_suppresses() {
    let out = check(&[(
        "a.nix",
        r#"let
  extra = [ "--all" ];
in {
  # nixpod: ignore[toy-flag] needs all
  containers.one = { extraFlags = extra; privateNetwork = true; };
  containers.two = { extraFlags = extra; privateNetwork = true; };
  containers.three = {
    extraFlags = [ "--all" ]; # nixpod: ignore[toy-flag] needs all, too
    privateNetwork = true;
  };
}"#,
    )]);
    expect![[r#"
        a.nix:2:13 `"--all"` high/high toy-flag: `one` uses `--all` [a.nix] suppressed: needs all
          a.nix:5:22 `extraFlags` set here
          fix (display-only): Remove `--all`
        a.nix:2:13 `"--all"` high/high toy-flag: `two` uses `--all` [a.nix]
          a.nix:6:22 `extraFlags` set here
          fix (display-only): Remove `--all`
        a.nix:8:20 `"--all"` high/high toy-flag: `three` uses `--all` [a.nix] suppressed: needs all, too
          fix (safe): Remove `--all`
    "#]]
    .assert_eq(&out);
}

#[test]
fn comments_that_do_nothing_are_findings() {
    let out = check(&[(
        "a.nix",
        r#"{
  # nixpod: ignore[toy-flag] nothing to find here
  containers.one = { privateNetwork = true; };
  # nixpod: ignore[toy-absnet] misspelt
  containers.two = { privateNetwork = false; };
  # nixpod: ignore[toy-absent, toy-flag] half of it is used
  containers.three = { privateNetwork = false; };
  # nixpod: ignore[toy-absent]
  containers.four = { privateNetwork = false; };
  # nixpod: ignore everything
  containers.five = { privateNetwork = true; };
}"#,
    )]);
    expect![[r#"
        a.nix:2:20 `toy-flag` low/high unused-suppression: `toy-flag` finds nothing here
          fix (safe): Remove the comment
        a.nix:4:20 `toy-absnet` medium/high unknown-suppression: there is no rule `toy-absnet`
          fix (unsafe): Suppress `toy-absent`; unsafe: the rule with the most similar name need not be the one that was meant
        a.nix:5:14 `two` medium/high toy-absent: `two` is not isolated [a.nix]
          fix (safe): Isolate it
        a.nix:6:32 `toy-flag` low/high unused-suppression: `toy-flag` finds nothing here
          fix (safe): Remove `toy-flag`
        a.nix:7:14 `three` medium/high toy-absent: `three` is not isolated [a.nix] suppressed: half of it is used
          fix (safe): Isolate it
        a.nix:8:3 `# nixpod: ignore[toy-absent]` medium/high malformed-suppression: suppression without a reason
        a.nix:9:14 `four` medium/high toy-absent: `four` is not isolated [a.nix]
          fix (safe): Isolate it
        a.nix:10:3 `# nixpod: ignore everything` medium/high malformed-suppression: no rules are named, expected `ignore[rule]`
    "#]].assert_eq(&out);
}

#[test]
fn what_is_switched_off_finds_nothing() {
    let (mut host, _) = host(&[(
        "a.nix",
        "{\n  # nixpod: ignore[toy-absent]\n  containers.four = { extraFlags = [ \"--all\" ]; };\n}",
    )]);
    host.set_settings(Settings {
        disabled: ["toy-flag"].into(),
        require_reason: false,
        ..Settings::default()
    });
    let analysis = host.analysis();
    let report = analysis.check_with_fixes(&project());
    expect![[r#"
        a.nix:3:14 `four` medium/high toy-absent: `four` is not isolated [a.nix] suppressed: 
          fix (safe): Isolate it
    "#]]
    .assert_eq(&super::render(&analysis, &report));
}

#[test]
fn fixes_come_to_an_end_and_touch_nothing_else() {
    check_fix(
        r#"{
  containers.web = {
    extraFlags = [
      "-v"
      "--all"
    ];
  };
  containers.db.extraFlags = [ "--all" "-q" ];
  containers.ok = { privateNetwork = true; };
}"#,
        Applicability::Safe,
        expect![[r#"
            {
              containers.web = {
                extraFlags = [
                  "-v"
                ];
                privateNetwork = true;
              };
              containers.db.extraFlags = [ "-q" ];
              containers.db.privateNetwork = true;
              containers.ok = { privateNetwork = true; };
            }"#]],
    );
}

#[test]
fn a_literal_with_several_uses_is_left_alone() {
    check_fix(
        "let f = [ \"--all\" ]; in { containers.p = { extraFlags = f; privateNetwork = true; }; containers.q = { extraFlags = f; privateNetwork = true; }; }",
        Applicability::Unsafe,
        expect!["unchanged"],
    );
}

#[test]
fn unused_comments_are_removed() {
    check_fix(
        "{\n  # nixpod: ignore[toy-flag] gone\n  containers.p = { privateNetwork = true; };\n  containers.q = { privateNetwork = true; }; # nixpod: ignore[toy-flag, toy-absent] gone\n}",
        Applicability::Safe,
        expect![[r#"
            {
              containers.p = { privateNetwork = true; };
              containers.q = { privateNetwork = true; };
            }"#]],
    );
}

/// A comment two bindings above what it is about covers nothing, and its reason is not thrown away without asking.
#[test]
fn a_comment_that_may_be_meant_for_another_line_is_kept() {
    let text = r#"{
  # nixpod: ignore[toy-flag] it manages the disks
  containers.p = { privateNetwork = true; };
  containers.q = {
    privateNetwork = true;
    extraFlags = [ "--all" ];
  };
}"#;
    let out = check(&[("a.nix", text)]);
    expect![[r#"
        a.nix:2:20 `toy-flag` low/high unused-suppression: `toy-flag` finds nothing here
          fix (unsafe): Remove the comment; unsafe: it may be meant for line 6
        a.nix:6:20 `"--all"` high/high toy-flag: `q` uses `--all` [a.nix]
          fix (safe): Remove `--all`
    "#]]
    .assert_eq(&out);
    check_fix(
        text,
        Applicability::Safe,
        expect![[r#"
        {
          containers.p = { privateNetwork = true; };
          containers.q = {
            privateNetwork = true;
            extraFlags = [ ];
          };
        }"#]],
    );
}

#[test]
fn a_rule_that_nothing_is_called_like() {
    let out = check(&[(
        "a.nix",
        "{\n  # nixpod: ignore[nothing-like-it] reason\n  containers.p.privateNetwork = true;\n}",
    )]);
    expect![[r#"
        a.nix:2:20 `nothing-like-it` medium/high unknown-suppression: there is no rule `nothing-like-it`
    "#]]
    .assert_eq(&out);
}

fn check_fix(text: &str, level: Applicability, expected: Expect) {
    let (host, _) = host(&[("a.nix", text)]);
    let fixed = host.analysis().fix(&project(), level, &|_| true);
    assert!(!fixed.unfinished);
    let after = fixed
        .files
        .first()
        .map_or("unchanged", |file| file.after.as_str());
    expected.assert_eq(after);
}

const ACTIONS: &str = r#"{
  containers = {
    web = { extraFlags = [ "--all" ]; privateNetwork = true; };
  };
}"#;

#[test]
fn actions_fix_or_suppress() {
    let (host, _) = host(&[("a.nix", ACTIONS)]);
    let analysis = host.analysis();
    let at = TextSize::new(ACTIONS.find("--all").unwrap() as u32);
    let actions = analysis.code_actions(Utf8Path::new("/p/a.nix"), TextRange::empty(at));
    let show = |action: &Action| {
        let (_, edits) = action.fix.edits.iter().next().unwrap();
        format!("== {}\n{}\n", action.fix.title, apply_edits(ACTIONS, edits))
    };
    let all: String = actions.iter().map(show).collect();
    expect![[r#"
        == Remove `--all`
        {
          containers = {
            web = { extraFlags = [ ]; privateNetwork = true; };
          };
        }
        == Suppress `toy-flag` here with a reason
        {
          containers = {
            # nixpod: ignore[toy-flag] reason: why this is acceptable here
            web = { extraFlags = [ "--all" ]; privateNetwork = true; };
          };
        }
    "#]]
    .assert_eq(&all);
    let suppress = actions
        .iter()
        .find(|action| action.kind == ActionKind::Suppress)
        .unwrap();
    let (_, edits) = suppress.fix.edits.iter().next().unwrap();
    let out = check(&[("a.nix", &apply_edits(ACTIONS, edits))]);
    expect![[r#"
        a.nix:3:5 `# nixpod: ignore[toy-flag] reason: why this is acceptable here` medium/high malformed-suppression: suppression whose reason is still to be written
        a.nix:4:28 `"--all"` high/high toy-flag: `web` uses `--all` [a.nix]
          fix (safe): Remove `--all`
    "#]].assert_eq(&out);
}

#[test]
fn hovering_explains_findings_and_options() {
    let (host, _) = host(&[(
        "a.nix",
        "{ containers.web = { extraFlags = [ \"--all\" ]; privateNetwork = true; }; }",
    )]);
    let analysis = host.analysis();
    let hover = |what: &str| {
        let path = Utf8Path::new("/p/a.nix");
        let text = analysis.text(analysis.file_id(path).unwrap());
        let offset = TextSize::new(text.find(what).unwrap() as u32 + 1);
        match analysis.hover(path, offset) {
            Some(hover) => format!("{}\n{}", place(&analysis, hover.span), hover.markdown),
            None => "nothing".to_owned(),
        }
    };
    expect![[r#"
        a.nix:1:37 `"--all"`
        **toy-flag** (high): `web` uses `--all`

        ---



        [toy-flag](https://github.com/nixpod-lint/nixpod-lint/blob/main/docs/rules/toy-flag.md)"#]]
    .assert_eq(&hover("--all"));
    expect![[r#"
        a.nix:1:48 `privateNetwork`
        `network` of container `web` in `a.nix` is `private`

        - `a.nix:1`: `privateNetwork` = `true`"#]]
    .assert_eq(&hover("privateNetwork"));
    expect!["nothing"].assert_eq(&hover("containers"));
}

/// What an option has an effect on is told where it is hovered over, and so is a flag's.
#[test]
fn hovering_tells_the_effective_value() {
    let text = r#"let flags = [ "-U" ]; in
{
  containers.web = { privateUsers = "no"; extraFlags = flags; localAddress = "192.0.2.2"; ephemeral = true; };
}"#;
    let (host, _) = host(&[("a.nix", text)]);
    let analysis = host.analysis();
    let hover = |what: &str| {
        let offset = TextSize::new(text.find(what).unwrap() as u32 + 1);
        analysis
            .hover(Utf8Path::new("/p/a.nix"), offset)
            .unwrap()
            .markdown
    };
    expect![[r#"
        `users` of container `web` in `a.nix` is `a range picked at start`

        `private users` of container `web` in `a.nix` is `host`

        - `a.nix:1`: `extraFlags` = `[ "-U" ]`
        - `a.nix:3`: `privateUsers` = `"no"`"#]]
    .assert_eq(&hover("privateUsers"));
    expect![[r#"
        `users` of container `web` in `a.nix` is `a range picked at start`

        `flag` of container `web` in `a.nix` is `-U`

        `ownership` of container `web` in `a.nix` is `true`

        - `a.nix:1`: `extraFlags` = `[ "-U" ]`"#]]
    .assert_eq(&hover("-U"));
    expect![[r#"
        `network option` of container `web` in `a.nix` is `localAddress = "192.0.2.2"`

        - `a.nix:3`: `localAddress` = `"192.0.2.2"`"#]]
    .assert_eq(&hover("localAddress"));
    expect![[r#"
        `ephemeral` of container `web` in `a.nix` is `true`

        - `a.nix:3`: `ephemeral` = `true`"#]]
    .assert_eq(&hover("ephemeral"));
}

#[test]
fn diagnostics_of_a_file_are_those_of_the_project() {
    let (host, _) = host(&[
        ("flake.nix", &super::flake(&[("web", "a.nix")])),
        ("a.nix", "{ imports = [ ./b.nix ]; }"),
        ("b.nix", "{ containers.b = { }; }"),
        ("unused.nix", "{ containers.u = { }; }"),
    ]);
    let analysis = host.analysis();
    let all: Vec<_> = ["flake.nix", "a.nix", "b.nix", "unused.nix"]
        .iter()
        .flat_map(|name| analysis.diagnostics(&Utf8Path::new("/p").join(name)))
        .collect();
    let text: String = all
        .iter()
        .map(|finding| render_finding(&analysis, finding))
        .collect();
    expect![[r#"
        b.nix:1:14 `b` medium/high toy-absent: `b` is not isolated [web]
        unused.nix:1:14 `u` medium/medium toy-absent: `u` is not isolated [unused.nix] imported by no host
    "#]]
    .assert_eq(&text);
    assert_eq!(host.evaluations(), 2);
    let mut checked = analysis.check_with_fixes(&project()).findings;
    for finding in &mut checked {
        assert_eq!(finding.diagnostic.fixes.len(), 1);
        finding.diagnostic.fixes.clear();
    }
    assert_eq!(all, checked);
}
