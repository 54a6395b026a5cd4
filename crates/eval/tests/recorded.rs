//! The language and the builtins against what Nix 2.26 printed: `testdata/eval/*.nix` and `.exp`.
//!
//! With `RECORD_NIX=path/to/nix-instantiate` the expectations are recorded anew by that Nix.

use expect_test::{Expect, expect};
use nixpod_eval::{Evaluator, Limits, Source};
use nixpod_fixture::TestSource;
use nixpod_source::{Utf8Path, Utf8PathBuf};
use std::process::Command;

fn folder() -> Utf8PathBuf {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../testdata/eval")
        .canonicalize_utf8()
        .unwrap()
}

fn ours(path: &Utf8Path) -> String {
    let source = TestSource::disk();
    let mut ev = Evaluator::new(&source, Limits::default());
    let loaded = source.load(path).unwrap();
    let thunk = ev.add_unit(loaded.file, loaded.hir, &loaded.path);
    match ev.force(thunk).and_then(|value| ev.print(&value)) {
        Ok(text) => text,
        Err(error) => format!("error: {}", error.message),
    }
}

#[test]
fn values_print_as_nix_printed_them() {
    let folder = folder();
    let mut failed = Vec::new();
    let mut count = 0;
    for entry in folder.read_dir_utf8().unwrap() {
        let path = entry.unwrap().into_path();
        if path.extension() != Some("nix") {
            continue;
        }
        count += 1;
        let expected_path = path.with_extension("exp");
        if let Ok(nix) = std::env::var("RECORD_NIX") {
            record(&nix, &path, &expected_path);
        }
        let expected = std::fs::read_to_string(&expected_path).unwrap();
        let printed = expected
            .lines()
            .filter(|line| !line.starts_with("# Nix "))
            .collect::<Vec<_>>()
            .join("\n");
        let ours = ours(&path);
        if ours != printed {
            let at = ours
                .bytes()
                .zip(printed.bytes())
                .position(|(a, b)| a != b)
                .unwrap_or(0);
            let near = |text: &str| {
                text.chars()
                    .skip(at.saturating_sub(60))
                    .take(120)
                    .collect::<String>()
            };
            failed.push(format!(
                "{path}\n  Nix:  {}\n  ours: {}",
                near(&printed),
                near(&ours)
            ));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(count >= 11, "only {count} files");
}

fn record(nix: &str, path: &Utf8Path, expected: &Utf8Path) {
    let run = |args: &[&str]| {
        let output = Command::new(nix)
            .args(args)
            .env("NIX_REMOTE", "dummy://")
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    };
    let version = run(&["--version"]);
    let version = version.split_whitespace().last().unwrap_or("?");
    let printed = run(&["--eval", "--strict", path.as_str()]);
    std::fs::write(expected, format!("# Nix {version}\n{printed}")).unwrap();
}

/// Checks the message and the place of an error.
fn check_error(text: &str, expected: Expect) {
    let source = TestSource::memory(&[("/t.nix", text)]);
    let mut ev = Evaluator::new(&source, Limits::default());
    let shown = match source.load(Utf8Path::new("/t.nix")) {
        Err(why) => why.to_string(),
        Ok(loaded) => {
            let thunk = ev.add_unit(loaded.file, loaded.hir, &loaded.path);
            match ev.force(thunk).and_then(|value| ev.print(&value)) {
                Ok(text) => format!("no error but {text}"),
                Err(error) => {
                    let at = error.site.map(|site| source.show(site)).unwrap_or_default();
                    format!("{}\n{at}\n", error.message)
                }
            }
        }
    };
    expected.assert_eq(&shown);
}

#[test]
fn a_missing_attribute_is_named_where_it_is_selected() {
    check_error(
        "{ a = 1; }.b",
        expect![[r#"
        attribute 'b' missing
        /t.nix:1:1 { a = 1; }.b
    "#]],
    );
}

#[test]
fn a_thrown_message_is_the_error() {
    check_error(
        r#"let f = x: throw "no ${x}"; in [ 1 (f "way") ]"#,
        expect![[r#"
        no way
        /t.nix:1:12 throw "no ${x}"
    "#]],
    );
}

#[test]
fn infinite_recursion_has_a_place() {
    check_error(
        "let x = y; y = x; in x",
        expect![[r#"
        infinite recursion encountered
        /t.nix:1:9 y
    "#]],
    );
}

#[test]
fn integers_do_not_wrap() {
    check_error(
        "9223372036854775807 + 1",
        expect![[r#"
        integer overflow in adding 9223372036854775807 + 1
        /t.nix:1:1 9223372036854775807 + 1
    "#]],
    );
}

#[test]
fn arguments_are_checked() {
    check_error(
        "({ a }: a) { b = 1; }",
        expect![[r#"
        function called with unexpected argument 'b'
        /t.nix:1:1 ({ a }: a) { b = 1; }
    "#]],
    );
    check_error(
        "({ a, ... }: a) { b = 1; }",
        expect![[r#"
        function called without required argument 'a'
        /t.nix:1:1 ({ a, ... }: a) { b = 1; }
    "#]],
    );
}

#[test]
fn bad_patterns_are_refused_as_posix_refuses_them() {
    for pattern in [
        "(",
        "a)",
        "*a",
        "a|*b",
        "[",
        "[b-a]",
        "\\\\d",
        "a{2,1}",
        "a{x}",
        "(?:a)",
        "[[:nope:]]",
    ] {
        let source = TestSource::memory(&[("/t.nix", &format!("builtins.match \"{pattern}\" \"a\""))]);
        let mut ev = Evaluator::new(&source, Limits::default());
        let loaded = source.load(Utf8Path::new("/t.nix")).unwrap();
        let thunk = ev.add_unit(loaded.file, loaded.hir, &loaded.path);
        let error = ev.force(thunk).expect_err(pattern);
        assert!(
            error.message.starts_with("invalid regular expression"),
            "{}",
            error.message
        );
    }
}
