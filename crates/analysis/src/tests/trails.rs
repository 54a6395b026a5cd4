//! The way that a value took: calls that made what it stands in, and conditions.

use super::{check, flake};
use expect_test::expect;

/// Two containers of one helper, by `list` of modules.
fn system(helper: &str, modules: &str) -> String {
    format!("{{ lib, ... }}:\nlet\n{helper}\nin\n{{\n{modules}\n}}\n")
}

/// A helper of one container, in the ways in which people write one.
const HELPERS: [(&str, &str); 5] = [
    // A set below a name.
    (
        "  mk = x: {\n    extraFlags = [ \"--all\" ];\n    privateNetwork = true;\n  };",
        "  # nixpod: ignore[toy-flag] this one may\n  containers.one = mk 1;\n  containers.two = mk 2;",
    ),
    // A module.
    (
        "  mk = name: {\n    containers.${name} = {\n      extraFlags = [ \"--all\" ];\n      privateNetwork = true;\n    };\n  };",
        "  imports = [\n    # nixpod: ignore[toy-flag] this one may\n    (mk \"one\")\n    (mk \"two\")\n  ];",
    ),
    // A module that is a function.
    (
        "  mk = name: { config, ... }: {\n    config.containers.${name} = {\n      extraFlags = [ \"--all\" ];\n      privateNetwork = true;\n    };\n  };",
        "  imports = [\n    # nixpod: ignore[toy-flag] this one may\n    (mk \"one\")\n    (mk \"two\")\n  ];",
    ),
    // What is merged.
    (
        "  mk = name: lib.mkIf true {\n    containers.${name} = lib.mkMerge [ { extraFlags = [ \"--all\" ]; } { privateNetwork = true; } ];\n  };",
        "  config = lib.mkMerge [\n    # nixpod: ignore[toy-flag] this one may\n    (mk \"one\")\n    (mk \"two\")\n  ];",
    ),
    // A set that something is added to.
    (
        "  mk = x: {\n    extraFlags = [ \"--all\" ];\n  };",
        "  # nixpod: ignore[toy-flag] this one may\n  containers.one = mk 1 // {\n    privateNetwork = true;\n  };\n  containers.two = {\n    privateNetwork = true;\n  } // mk 2;",
    ),
];

#[test]
fn a_comment_above_one_use_of_a_helper_is_about_that_use() {
    for (helper, modules) in HELPERS {
        let out = check(&[("a.nix", &system(helper, modules))]);
        let of = |name: &str| out.lines().find(|line| line.contains(name)).unwrap_or_default();
        assert!(of("`one` uses").contains("suppressed"), "{modules}\n{out}");
        assert!(
            !of("`two` uses").is_empty() && !of("`two` uses").contains("suppressed"),
            "{modules}\n{out}"
        );
        assert!(!out.contains("unused-suppression"), "{modules}\n{out}");
    }
}

#[test]
fn of_a_call_the_function_is_shown_and_not_a_long_argument() {
    let text = "let mk = x: { extraFlags = [ x.flag ]; privateNetwork = true; };\nin {\n  containers.one = mk {\n    flag = \"--all\";\n    a = 1;\n    b = 2;\n  };\n}";
    expect![[r#"
        a.nix:4:12 `"--all"` high/high toy-flag: `one` uses `--all` [a.nix]
          a.nix:1:30 `x.flag` used here
          a.nix:3:20 `mk {` passed through this call
          fix (unsafe): Remove `--all`
    "#]]
    .assert_eq(&check(&[("a.nix", text)]));
}

#[test]
fn hosts_that_call_a_helper_at_different_places_are_silenced_apart() {
    let mk = "x: { extraFlags = [ \"--all\" ]; privateNetwork = true; }";
    let one = "{ containers.web = import ./mk.nix 1; # nixpod: ignore[toy-flag] this one may\n}";
    let two = "{ containers.web = import ./mk.nix 2; }";
    let hosts = flake(&[("one", "one.nix"), ("two", "two.nix")]);
    let files = [
        ("flake.nix", hosts.as_str()),
        ("mk.nix", mk),
        ("one.nix", one),
        ("two.nix", two),
    ];
    expect![[r#"
        mk.nix:1:21 `"--all"` high/high toy-flag: `web` uses `--all` [two]
          two.nix:1:20 `import ./mk.nix 2` passed through this call
          fix (safe): Remove `--all`
    "#]]
    .assert_eq(&check(&files));
}

#[test]
fn a_container_is_told_where_most_of_it_is_defined() {
    let main = "{ imports = [ ./before.nix ./main.nix ./after.nix ]; }";
    let files = [
        ("flake.nix", flake(&[("one", "all.nix")])),
        ("all.nix", main.to_owned()),
        (
            "before.nix",
            "{ containers.web.bindMounts.\"/a\" = { }; }".to_owned(),
        ),
        (
            "main.nix",
            "{ containers.web = { autoStart = true; config = { }; }; }".to_owned(),
        ),
        ("after.nix", "{ containers.web.extraFlags = [ ]; }".to_owned()),
    ];
    let files = files.each_ref().map(|(path, text)| (*path, text.as_str()));
    expect![[r#"
        main.nix:1:14 `web` medium/high toy-absent: `web` is not isolated [one]
          fix (safe): Isolate it
    "#]]
    .assert_eq(&check(&files));
}

#[test]
fn a_condition_is_marked_by_itself_and_only_where_it_is_open() {
    let container =
        "{\n      extraFlags = [ \"--all\" ];\n      privateNetwork = true;\n      config = { };\n    }";
    let text = format!(
        "{{ lib, config, inputs, ... }}:
let cfg = config.m; in
{{
  options.m.enable = lib.mkEnableOption \"m\";
  config = lib.mkMerge [
    {{ m.enable = true; }}
    (lib.mkIf cfg.enable {{ containers.sure = {container}; }})
    (lib.mkIf inputs.x.open {{ containers.open = {container}; }})
    (lib.optionalAttrs inputs.x.open {{ containers.optional = {container}; }})
    (lib.mkIf inputs.x.a {{ containers.both.extraFlags = [ \"--all\" ]; containers.both.privateNetwork = true; }})
    (lib.mkIf inputs.x.b {{ containers.both.config = {{ }}; }})
    {{ containers.other = if inputs.x.open then {{ privateNetwork = true; }} else {container}; }}
  ];
}}"
    );
    let hosts = flake(&[("one", "one.nix")]);
    let (host, _) = super::host(&[("flake.nix", hosts.as_str()), ("one.nix", text.as_str())]);
    let analysis = host.analysis();
    let report = analysis.check_with_fixes(&super::project());
    let mut out = String::new();
    for finding in report
        .findings
        .iter()
        .filter(|one| one.diagnostic.rule == "toy-flag")
    {
        let mut finding = finding.clone();
        finding.diagnostic.fixes.clear();
        out.push_str(&super::render_finding(&analysis, &finding));
        for unsure in &finding.unsure {
            out.push_str(&format!("  because {}\n", unsure.reason));
        }
    }
    expect![[r#"
        one.nix:8:22 `"--all"` high/high toy-flag: `sure` uses `--all` [one]
        one.nix:13:22 `"--all"` high/medium toy-flag: `open` uses `--all` [one]
          one.nix:12:15 `inputs.x.open` only if this holds
          because only if `inputs.x.open`
        one.nix:18:22 `"--all"` high/medium toy-flag: `optional` uses `--all` [one]
          one.nix:17:6 `lib.optionalAttrs inputs.x.open { containers.optional = {` passed through this call
          one.nix:17:24 `inputs.x.open` only if this holds
          because only if `inputs.x.open`
        one.nix:22:59 `"--all"` high/medium toy-flag: `both` uses `--all` [one]
          one.nix:22:15 `inputs.x.a` only if this holds
          one.nix:23:15 `inputs.x.b` depends on whether this holds
          because only if `inputs.x.a`
          because only if `inputs.x.a` or `inputs.x.b`
        one.nix:25:22 `"--all"` high/medium toy-flag: `other` uses `--all` [one]
          one.nix:24:29 `inputs.x.open` only if this does not hold
          because only if not `inputs.x.open`
    "#]]
    .assert_eq(&out);
}
