//! What fixes may change, and what is left as it is.

use super::{host, project};
use crate::{Applicability, Refusal};
use expect_test::{Expect, expect};
use std::fmt::Write as _;

/// The text with all fixes, and what was left out.
fn check(files: &[(&str, &str)], expected: Expect) {
    let (host, _) = host(files);
    let fixed = host.analysis().fix(&project(), Applicability::Unsafe, &|_| true);
    assert!(!fixed.unfinished);
    let mut out = String::new();
    for file in &fixed.files {
        let _ = writeln!(out, "{}", file.after.trim());
    }
    for left in &fixed.left {
        let why = match &left.refusal {
            Refusal::Stays => "the finding stays".to_owned(),
            Refusal::Makes(rule, message) => format!("makes {rule}: {message}"),
            Refusal::Loses(name) => format!("loses {name}"),
            Refusal::Breaks => "breaks".to_owned(),
            Refusal::Unchecked => "is not checked".to_owned(),
        };
        let _ = writeln!(out, "left {}: {}: {why}", left.rule, left.message);
    }
    expected.assert_eq(&out);
}

/// A value out of a file has the place of what reads the file, which stands for all that is in it.
#[test]
fn what_reads_a_file_stays() {
    let data = r#"{ "a": { "extraFlags": [ "--all" ], "privateNetwork": false } }"#;
    let modules = [
        "{ lib, ... }: { containers = lib.importJSON ./c.json; }",
        "{ containers = builtins.fromJSON (builtins.readFile ./c.json); }",
        "{ lib, ... }: { containers.a = (lib.importJSON ./c.json).a; }",
        "{ lib, ... }: { containers.a = { privateNetwork = true; extraFlags = (lib.importJSON ./c.json).a.extraFlags; }; }",
        r#"{ containers.a = builtins.fromJSON ''{ "extraFlags": [ "--all" ], "privateNetwork": true }''; }"#,
    ];
    for module in modules {
        let (host, _) = host(&[("a.nix", module), ("c.json", data)]);
        let fixed = host.analysis().fix(&project(), Applicability::Unsafe, &|_| true);
        assert_eq!(fixed.files, [], "{module}");
        assert_eq!(fixed.left, [], "{module}");
    }
}

/// What a function is given is not what it makes of it.
#[test]
fn calls_with_an_argument_stay() {
    check(
        &[(
            "a.nix",
            r#"{ lib, ... }: let mk = f: { privateNetwork = true; extraFlags = [ f ]; }; in {
  containers.a = mk "--all";
  containers.b = { privateNetwork = true; extraFlags = lib.mkForce [ "--all" ]; };
  containers.c = { privateNetwork = true; extraFlags = [ (lib.removeSuffix "x" "--allx") ]; };
}"#,
        )],
        expect![[r#"
            { lib, ... }: let mk = f: { privateNetwork = true; extraFlags = [ f ]; }; in {
              containers.a = mk "--all";
              containers.b = { privateNetwork = true; extraFlags = lib.mkForce [ ]; };
              containers.c = { privateNetwork = true; extraFlags = [ (lib.removeSuffix "x" "--allx") ]; };
            }
        "#]],
    );
}

/// Where it matters how long a list is, none of its elements goes.
#[test]
fn elements_that_are_counted_stay() {
    check(
        &[(
            "a.nix",
            r#"{ lib, ... }: {
  containers.a.privateNetwork = true;
  containers.a.extraFlags = [ (builtins.replaceStrings [ "@all@" ] [ "--all" ] "@all@") ];
  containers.b = lib.head (lib.zipListsWith (f: n: { extraFlags = [ f ]; privateNetwork = n; }) [ "--all" ] [ true ]);
}"#,
        )],
        expect![[""]],
    );
}

/// An option without its default has no value where nobody sets it.
#[test]
fn the_default_of_an_option_stays() {
    check(
        &[(
            "a.nix",
            r#"{ lib, config, ... }: {
  options.my.flag = lib.mkOption { type = lib.types.str; default = "--all"; };
  config.containers.a = { privateNetwork = true; extraFlags = [ config.my.flag ]; };
}"#,
        )],
        expect![[""]],
    );
}

/// What a fix would do besides is seen before it is made.
#[test]
fn fixes_that_do_more_than_they_say_are_left_out() {
    check(
        &[(
            "a.nix",
            r#"{ lib, ... }: let flags = [ "--all" ]; in {
  containers = lib.listToAttrs (map (f: { name = "c"; value = { extraFlags = [ f ]; privateNetwork = true; }; }) flags);
}"#,
        )],
        expect![[r#"
            left toy-flag: `c` uses `--all`: loses c
        "#]],
    );
    check(
        &[(
            "a.nix",
            r#"{ lib, ... }: let flags = [ "--all" ]; in {
  containers.c = { privateNetwork = true; extraFlags = [ (builtins.elemAt flags 0) ]; };
}"#,
        )],
        expect![[r#"
            left toy-flag: `c` uses `--all`: breaks
        "#]],
    );
    check(
        &[(
            "a.nix",
            r#"{ config, ... }: {
  containers.c = { privateNetwork = true; extraFlags = [ "--all" ]; };
  containers.d = { privateNetwork = true; extraFlags = if config.containers.c.extraFlags == [ ] then [ "--all" ] else [ ]; };
}"#,
        )],
        expect![[r#"
            left toy-flag: `c` uses `--all`: makes toy-flag: `d` uses `--all`
        "#]],
    );
}

/// Nobody looks at what a safe fix does, so that it may uncover nothing, be it less severe than what it mends.
#[test]
fn a_safe_fix_uncovers_nothing() {
    check(
        &[(
            "a.nix",
            r#"{ config, ... }: {
  containers.c = { privateNetwork = true; extraFlags = [ "--all" ]; };
  containers.d = { privateNetwork = config.containers.c.extraFlags != [ ]; };
}"#,
        )],
        expect![[r#"
            left toy-flag: `c` uses `--all`: makes toy-absent: `d` is not isolated
        "#]],
    );
}

/// What is dear only once the fix is made was not seen to be as good as before.
#[test]
fn what_cannot_be_evaluated_within_bounds_is_not_made() {
    check(
        &[(
            "a.nix",
            r#"{ config, lib, ... }: {
  containers.a = { privateNetwork = true; extraFlags = [ "--all" ]; };
  containers.b = {
    privateNetwork = true;
    extraFlags = if config.containers.a.extraFlags == [ "--all" ] then [ ] else [ (toString (lib.foldl' (a: n: a + n) 0 (lib.genList (n: n) 100000000))) ];
  };
}"#,
        )],
        expect![[r#"
            left toy-flag: `a` uses `--all`: is not checked
        "#]],
    );
}
