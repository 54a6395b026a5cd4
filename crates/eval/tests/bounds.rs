//! Bounds: whatever a program does, the evaluation ends, says why, and does not overflow the native stack.

use nixpod_eval::{Evaluator, Limits, Source};
use nixpod_fixture::TestSource;
use nixpod_source::Utf8Path;

/// Small limits, so that the tests are quick also without optimisation.
fn limits() -> Limits {
    Limits {
        fuel: 300_000,
        bytes: 16 << 20,
        piece: 8 << 20,
        ..Limits::default()
    }
}

/// What becomes of a program: its printed value, or its error.
fn run(text: &str, limits: Limits) -> (String, bool) {
    let source = TestSource::memory(&[("/t.nix", text)]);
    let mut ev = Evaluator::new(&source, limits);
    let loaded = source.load(Utf8Path::new("/t.nix")).unwrap();
    let thunk = ev.add_unit(loaded.file, loaded.hir, &loaded.path);
    let shown = match ev.force(thunk).and_then(|value| ev.print(&value)) {
        Ok(text) => text,
        Err(error) => format!("error: {}", error.message),
    };
    (shown, !ev.limits_hit().is_empty())
}

#[track_caller]
fn ends(text: &str) {
    let (shown, exhausted) = run(text, limits());
    let stopped = exhausted || shown.contains("stack overflow") || shown.contains("nested evaluation");
    assert!(
        stopped,
        "{text} gives {}",
        shown.chars().take(200).collect::<String>()
    );
}

#[test]
fn endless_calls() {
    ends("let f = x: f (x + 1); in f 0");
    ends("let f = x: 1 + f (x + 1); in f 0");
    ends("let f = x: { a = f x; }; in builtins.deepSeq (f 0) 1");
    ends("let f = x: { a = f x; }; in f 0");
    ends("let f = x: f x == f x; in f 0");
    ends("let f = x: \"${f x}\"; in f 0");
    ends("let f = { __functor = self: self self; }; in f f");
    ends("let f = { __functor = f; }; in f 0");
    ends("let f = { __functor = { __functor = f; }; }; in map f [ 1 ]");
}

#[test]
fn exponential_growth() {
    ends("let f = n: [ (f (n + 1)) (f (n + 2)) ]; in builtins.deepSeq (f 0) 1");
    ends("builtins.foldl' (s: _: s + s) \"xxxxxxxx\" (builtins.genList (x: x) 60)");
    ends("builtins.foldl' (l: _: l ++ l) [ 1 ] (builtins.genList (x: x) 60)");
    ends(
        "builtins.foldl' (s: _: builtins.replaceStrings [ \"x\" ] [ \"xxxx\" ] s) \"x\" (builtins.genList (x: x) 60)",
    );
    ends(
        "let l = builtins.genList (x: \"aaaaaaaaaaaaaaaa\") 100000; s = builtins.concatStringsSep \"\" l; in builtins.concatStringsSep s l",
    );
    ends("builtins.foldl' (a: b: a // { \"x${toString b}\" = b; }) { } (builtins.genList (x: x) 5000)");
}

#[test]
fn huge_lists_and_endless_closures() {
    ends("builtins.length (builtins.genList (x: x) 100000000000)");
    ends("builtins.genericClosure { startSet = [ { key = 0; } ]; operator = x: [ { key = x.key + 1; } ]; }");
    ends("builtins.sort (a: b: a < b) (builtins.genList (x: 0 - x) 200000)");
}

#[test]
fn a_million_elements_are_no_problem() {
    let text = "builtins.foldl' (acc: x: acc + x) 0 (builtins.genList (x: x) 300000)";
    let (shown, exhausted) = run(text, Limits::default());
    assert_eq!((shown.as_str(), exhausted), ("44999850000", false));
}

#[test]
fn self_reference_is_found() {
    for text in [
        "let x = x; in x",
        "let a = b + 1; b = a; in a",
        "rec { a = { inherit (a) b; }; }.a.b",
        "let s = { x = s.x; }; in s.x",
        "let l = builtins.head l; in l",
    ] {
        let (shown, _) = run(text, limits());
        assert!(shown.contains("infinite recursion"), "{text} gives {shown}");
    }
}

#[test]
fn patterns_that_are_catastrophic_elsewhere() {
    let text = format!("builtins.match \"(((a*)*)*)*b\" \"{}c\"", "a".repeat(5000));
    assert_eq!(run(&text, limits()).0, "null");
    let (shown, _) = run("builtins.match \"((((a{99}){99}){99}){99})\" \"a\"", limits());
    assert!(shown.contains("memory limit"), "{shown}");
}

#[test]
fn deep_json_and_toml() {
    let deep = format!("builtins.fromJSON \"{}\"", "[".repeat(100_000));
    let (shown, _) = run(&deep, limits());
    assert!(
        shown.contains("nested too deeply") || shown.starts_with("error"),
        "{shown}"
    );
    let deep = format!("builtins.fromTOML \"a = {}\"", "[".repeat(100_000));
    let (shown, limited) = run(&deep, limits());
    assert!(limited && shown.contains("nested too deeply"), "{shown}");
}

#[test]
fn deep_data_is_compared_and_printed() {
    let text = "let f = n: if n == 0 then [ ] else [ (f (n - 1)) ]; in [ (f 3000 == f 3000) (builtins.toJSON (f 3000) == builtins.toXML 1) ]";
    assert_eq!(run(text, Limits::default()).0, "[ true false ]");
}

/// Taking one element of a list is one step, however long the list is.
#[test]
fn loops_over_two_long_lists_cost_what_they_do() {
    let text = "let
      ones = builtins.genList (n: n) 4000;
      twos = builtins.genList (n: n) 4000;
      same = builtins.genList (n: builtins.elemAt ones n == builtins.elemAt twos n && n < builtins.length twos) 4000;
    in builtins.all (same: same) same";
    assert_eq!(run(text, limits()), ("true".to_owned(), false));
}
