//! A heap that is kept over edits: what a program gives after an edit, and what of it was run again.
//!
//! A program is text, and so are its edits: `«1→2→3»` is `1` at first, `2` after one edit and `3` after another.
//! `__trace "a" x` tells that `x` was run. Whatever a kept heap answers is compared with a fresh evaluation.

#[path = "support/generate.rs"]
mod generate;

use generate::{INPUTS, expression};
use nixpod_eval::{Evaluator, Limits, Observed, Source, ThunkId, Value};
use nixpod_fixture::TestSource;
use nixpod_source::{FileId, Utf8Path};
use nixpod_syntax::Hir;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use std::cell::Cell;
use std::sync::Arc;

/// The files of a program as they are after so many edits. The first is `/t.nix`; `#- /b.nix` begins another.
fn files(program: &str, edits: usize) -> Vec<(String, String)> {
    let mut text = String::new();
    let mut rest = program;
    while let Some((before, after)) = rest.split_once('«') {
        let (versions, after) = after.split_once('»').expect("an edit ends");
        let versions: Vec<&str> = versions.split('→').collect();
        text.push_str(before);
        text.push_str(versions[edits.min(versions.len() - 1)]);
        rest = after;
    }
    text.push_str(rest);
    let mut files = nixpod_fixture::files(&text);
    if let Some((first, _)) = files.first_mut() {
        "/t.nix".clone_into(first);
    }
    files
}

fn source(program: &str, edits: usize) -> TestSource {
    let files = files(program, edits);
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, &**text)).collect();
    TestSource::memory(&files)
}

fn load(ev: &mut Evaluator<'_>, source: &TestSource) -> ThunkId {
    let loaded = source.load(Utf8Path::new("/t.nix")).expect("the program parses");
    ev.add_unit(loaded.file, loaded.hir, &loaded.path)
}

/// The value; of a set each attribute by itself, so that one that fails does not hide the others.
fn show(ev: &mut Evaluator<'_>, root: ThunkId) -> String {
    let print = |ev: &mut Evaluator<'_>, thunk| {
        let printed = ev.force(thunk).and_then(|value| ev.print(&value));
        printed.unwrap_or_else(|error| format!("error: {}", error.message))
    };
    let Ok(Value::Attrs(set)) = ev.force(root).map(|root| root.value) else {
        return print(ev, root);
    };
    let mut out = String::from("{ ");
    for attr in ev.sorted(&set) {
        let value = print(ev, attr.thunk);
        out += &format!("{} = {value}; ", ev.name(attr.name));
    }
    out + "}"
}

fn fresh(program: &str, edits: usize) -> String {
    let source = source(program, edits);
    let mut ev = Evaluator::new(&source, Limits::default());
    let root = load(&mut ev, &source);
    show(&mut ev, root)
}

/// A program in a heap that is kept.
struct Kept<'s> {
    program: &'s str,
    source: &'s TestSource,
    ev: Evaluator<'s>,
    root: ThunkId,
    edits: usize,
}

impl<'s> Kept<'s> {
    fn new(program: &'s str, source: &'s TestSource) -> Self {
        let mut ev = Evaluator::new(source, Limits::default());
        ev.retain();
        let root = load(&mut ev, source);
        Self {
            program,
            source,
            ev,
            root,
            edits: 0,
        }
    }

    /// Makes the next edit. `false`: the heap is given up.
    fn edit(&mut self) -> bool {
        self.edits += 1;
        let before = files(self.program, self.edits - 1);
        let after = files(self.program, self.edits);
        let changed: Vec<(FileId, Arc<Hir>)> = before
            .iter()
            .zip(&after)
            .filter(|(before, after)| before != after)
            .map(|(_, (path, text))| self.source.edit(Utf8Path::new(path), text))
            .collect();
        self.ev.traces.clear();
        self.ev.renew(&changed)
    }

    /// The value, unless the heap is of no use any more.
    fn show(&mut self) -> Option<String> {
        let shown = show(&mut self.ev, self.root);
        (self.edits == 0 || self.ev.is_faithful()).then_some(shown)
    }

    /// The value after the next edit and what was run for it, unless the heap is given up.
    fn next(&mut self) -> Option<(String, String)> {
        if !self.edit() {
            return None;
        }
        let shown = self.show()?;
        assert_eq!(shown, fresh(self.program, self.edits), "{}", self.program);
        Some((shown, self.ev.traces.join(" ")))
    }
}

/// The value of a program after its edit, and what is run for it.
#[track_caller]
fn check(program: &str, value: &str, ran: &str) {
    check_all(program, &[(value, ran)]);
}

/// The same for one edit after the other.
#[track_caller]
fn check_all(program: &str, expected: &[(&str, &str)]) {
    let source = source(program, 0);
    let mut kept = Kept::new(program, &source);
    kept.show();
    for (value, ran) in expected {
        let result = kept.next();
        let result = result.as_ref().map(|(value, ran)| (&**value, &**ran));
        assert_eq!(result, Some((*value, *ran)), "edit {} of {program}", kept.edits);
    }
}

/// The edit makes the heap useless.
#[track_caller]
fn gives_up(program: &str) {
    let source = source(program, 0);
    let mut kept = Kept::new(program, &source);
    kept.show();
    assert_eq!(kept.next(), None, "{program}");
}

#[test]
fn only_what_depends_on_a_changed_literal_is_run_again() {
    check(r#"[ (__trace "a" «1→3») (__trace "b" 2) ]"#, "[ 3 2 ]", "a");
    check(
        r#"[ (__trace "a" "x«y→z»") (__trace "b" 2) ]"#,
        r#"[ "xz" 2 ]"#,
        "a",
    );
    check(r#"[ (__trace "a" ./«y→z») (__trace "b" 2) ]"#, "[ /z 2 ]", "a");
    check(
        r#"{ a = __trace "a" («1→2» + 1); b = __trace "b" 2; }"#,
        "{ a = 3; b = 2; }",
        "a",
    );
}

#[test]
fn white_space_and_comments_run_nothing() {
    check(
        r#"[ (__trace "a" 1) «→# nothing
        » (__trace "b" 2) ]"#,
        "[ 1 2 ]",
        "",
    );
}

#[test]
fn variables_of_let() {
    check(
        r#"let a = __trace "a" «1→3»; b = __trace "b" 2; c = __trace "c" (a + b); in { inherit a b c; }"#,
        "{ a = 3; b = 2; c = 5; }",
        "a c",
    );
    // The new name is another node, but what it stands for is there already.
    check(
        r#"let a = __trace "a" 1; b = __trace "b" 2; in { x = __trace "x" «a→b»; y = a; z = b; }"#,
        "{ x = 2; y = 1; z = 2; }",
        "x",
    );
}

#[test]
fn recursive_sets() {
    check(
        r#"rec { a = __trace "a" «1→3»; b = __trace "b" (a + 1); c = __trace "c" 2; }"#,
        "{ a = 3; b = 4; c = 2; }",
        "a b",
    );
    check(
        r#"{ inherit (rec { a = __trace "a" «1→3»; b = __trace "b" (a + 1); }) b; c = __trace "c" 2; }"#,
        "{ b = 4; c = 2; }",
        "b a",
    );
}

#[test]
fn names_of_with() {
    check(
        r#"with { a = __trace "a" «1→3»; b = __trace "b" 2; }; { x = __trace "x" a; y = __trace "y" b; }"#,
        "{ x = 3; y = 2; }",
        "x a",
    );
    // A name that the set did not have: the set is made anew, and whoever asked for it asks again.
    check(
        r#"with { a = __trace "a" 1; «→c = 3;» }; { x = __trace "x" a; y = __trace "y" 2; }"#,
        "{ x = 1; y = 2; }",
        "x a",
    );
}

#[test]
fn functions() {
    // Each call is a thunk of its own; the body is in both.
    check(
        r#"let f = x: __trace "f" (x + «1→2»); in { a = f 1; b = f 2; c = __trace "c" 3; }"#,
        "{ a = 3; b = 4; c = 3; }",
        "f f",
    );
    // The argument is in one of them.
    check(
        r#"let f = x: __trace "f" (x + 1); in { a = f «1→5»; b = f 2; }"#,
        "{ a = 6; b = 3; }",
        "f",
    );
    check(
        r#"let f = { a, b ? __trace "b" «1→2» }: __trace "f" (a + b); in { x = f { a = 1; }; y = f { a = 1; b = 0; }; }"#,
        "{ x = 3; y = 1; }",
        "f b",
    );
    // Functions are values at once, so this one belongs to whoever evaluates the `let`: here a value of the set.
    check(
        r#"{ x = let f = { a«→, c ? 1» }: __trace "f" a; in f { a = 1; }; y = __trace "y" 2; }"#,
        "{ x = 1; y = 2; }",
        "f",
    );
}

#[test]
fn new_and_removed_lines_of_a_set() {
    // Nodes keep their numbers, so the values of the other lines stay.
    check_all(
        r#"{
            a = __trace "a" 1;
            «→b = __trace "b" 2;→»
            c = __trace "c" 3;
            d = { e = __trace "e" 4; };
        }"#,
        &[
            ("{ a = 1; b = 2; c = 3; d = { e = 4; }; }", "a b c e"),
            ("{ a = 1; c = 3; d = { e = 4; }; }", "a c e"),
        ],
    );
    // The set below is not the one that has a new line.
    check(
        r#"let inner = { a = __trace "a" 1; }; in { inherit (inner) a; b = { x = __trace "x" 1; «→y = 2;» }; }"#,
        "{ a = 1; b = { x = 1; y = 2; }; }",
        "x",
    );
}

#[test]
fn lists() {
    check(
        r#"let a = __trace "a" 1; b = __trace "b" 2; in { l = [ a «→7» b ]; }"#,
        "{ l = [ 1 7 2 ]; }",
        "",
    );
    check(r#"map (x: __trace "f" (x + 1)) [ 1 «2→5» 3 ]"#, "[ 2 6 4 ]", "f");
}

#[test]
fn conditions() {
    check(
        r#"let c = «true→false»; in { a = if c then __trace "then" 1 else __trace "else" 2; b = __trace "b" 3; }"#,
        "{ a = 2; b = 3; }",
        "else",
    );
    // The branch that was not taken is changed: nobody looked at it.
    check(
        r#"if true then __trace "then" 1 else __trace "else" «2→3»"#,
        "1",
        "",
    );
    check(
        r#"{ a = assert «true→1 < 2»; __trace "a" 1; }"#,
        "{ a = 1; }",
        "a",
    );
}

#[test]
fn errors_that_are_caught() {
    check(
        r#"{ a = builtins.tryEval (__trace "a" «1→(throw "no")»); b = __trace "b" 2; }"#,
        "{ a = { success = false; value = false; }; b = 2; }",
        "a",
    );
    check(
        r#"{ a = builtins.tryEval (__trace "a" «(throw "no")→1»); b = __trace "b" 2; }"#,
        "{ a = { success = true; value = 1; }; b = 2; }",
        "a",
    );
    check(
        r#"let f = x: assert x > 1; __trace "f" x; in builtins.tryEval (f «1→2»)"#,
        "{ success = true; value = 2; }",
        "f",
    );
}

#[test]
fn errors_that_are_not_caught() {
    check(
        r#"let a = __trace "a" («throw "no"→1»); in { x = a; y = __trace "y" 2; }"#,
        "{ x = 1; y = 2; }",
        "a",
    );
    check(
        r#"let a = __trace "a" 1; in { x = 1 + «a→a.b»; y = __trace "y" 2; }"#,
        "{ x = error: expected a set but found an integer: 1; y = 2; }",
        "",
    );
}

#[test]
fn imported_files() {
    let program = |edit: &str| {
        format!(
            r#"let b = import /b.nix; in {{ x = __trace "x" (b.f 1); y = __trace "y" b.a; z = __trace "z" 3; }}
            #- /b.nix
            {{ f = x: __trace "f" (x + 1); {edit} }}"#
        )
    };
    check(
        &program(r#"a = __trace "a" «1→2»;"#),
        "{ x = 2; y = 2; z = 3; }",
        "y a",
    );
    // A file is one value: who asks for it asks again when its set has another line, but not for what is in the lines.
    check(
        &program(r#"a = __trace "a" 1; «→b = 1;»"#),
        "{ x = 2; y = 1; z = 3; }",
        "x f y a",
    );
    // Two files at once.
    check(
        r#"{ a = __trace "a" «1→2»; b = __trace "b" (import /b.nix); c = __trace "c" 3; }
        #- /b.nix
        «10→20»"#,
        "{ a = 2; b = 20; c = 3; }",
        "a b",
    );
    // An import that was not there before, of a file that was.
    check(
        r#"{ a = import /b.nix; c = «1→import /b.nix»; }
        #- /b.nix
        __trace "b" 10"#,
        "{ a = 10; c = 10; }",
        "",
    );
}

#[test]
fn one_edit_after_another() {
    check_all(
        r#"rec { a = __trace "a" «1→2→2→4»; b = __trace "b" «1→1→3»; c = __trace "c" (a + b); d = __trace "d" 0; }"#,
        &[
            ("{ a = 2; b = 1; c = 3; d = 0; }", "a c"),
            ("{ a = 2; b = 3; c = 5; d = 0; }", "b c"),
            ("{ a = 4; b = 3; c = 7; d = 0; }", "a c"),
        ],
    );
}

#[test]
fn what_was_not_asked_for_before_the_edit() {
    let program = r#"{ a = __trace "a" «1→2»; b = __trace "b" 3; }"#;
    let source = source(program, 0);
    let mut kept = Kept::new(program, &source);
    // The set is there, but none of its values.
    kept.ev.force(kept.root).expect("a set");
    assert_eq!(
        kept.next(),
        Some(("{ a = 2; b = 3; }".to_owned(), "a b".to_owned()))
    );
}

#[test]
fn an_edit_of_a_value_that_depends_on_itself_gives_the_heap_up() {
    gives_up("let a = 1 + «b→1»; b = a; in { x = a; y = b; }");
    gives_up("let a = «b→1»; b = a; in { x = a; y = b; }");
    // The same program, edited elsewhere.
    check(
        r#"let a = b; b = a; in { x = a; y = __trace "y" «1→2»; }"#,
        "{ x = error: infinite recursion encountered; y = 2; }",
        "y",
    );
}

#[test]
fn a_value_that_begins_to_depend_on_itself_gives_the_heap_up() {
    gives_up("let a = «1→b»; b = a; in { x = a; y = b; }");
}

#[test]
fn a_file_that_begins_otherwise_gives_the_heap_up() {
    gives_up("«→let x = 1; in» { a = 1; }");
}

#[test]
fn a_heap_that_has_grown_much_is_given_up() {
    let program = "builtins.length (builtins.genList (x: x) «10→40000→11»)";
    let source = source(program, 0);
    let mut kept = Kept::new(program, &source);
    kept.show();
    assert_eq!(kept.next(), Some(("40000".to_owned(), String::new())));
    assert_eq!(kept.next(), None);
}

#[test]
fn a_bound_that_is_reached_gives_the_heap_up() {
    let limits = Limits {
        fuel: 1000,
        ..Limits::default()
    };
    let program = "let f = x: f (x + 1); in { a = f 0; b = «1→2»; }";
    let source = source(program, 0);
    let mut kept = Kept::new(program, &source);
    kept.ev = Evaluator::new(&source, limits);
    kept.ev.retain();
    kept.root = load(&mut kept.ev, &source);
    kept.show();
    assert_eq!(kept.next(), None);
}

#[test]
fn without_retain_there_is_nothing_to_renew() {
    let source = source("1", 0);
    let mut ev = Evaluator::new(&source, Limits::default());
    let root = load(&mut ev, &source);
    let (_, observed) = ev.observe(|ev| show(ev, root));
    assert!(ev.is_stale(observed), "nobody would know");
    assert!(!ev.renew(&[]));
}

/// Observes that an attribute of the program is asked for.
fn observe(kept: &mut Kept<'_>, name: &str) -> Observed {
    let root = kept.root;
    let (_, observed) = kept.ev.observe(|ev| {
        let set = ev.force(root).expect("a set");
        let name = ev.intern(name);
        ev.select_value(&set, name, nixpod_eval::NO_SITE).is_ok()
    });
    observed
}

#[test]
fn observed_work_is_stale_when_something_that_it_asked_for_is() {
    let program = "{ a = 1 + «1→1→3»; b = 2 + «1→2→2»; }";
    let source = source(program, 0);
    let mut kept = Kept::new(program, &source);
    let (a, b) = (observe(&mut kept, "a"), observe(&mut kept, "b"));
    assert!(!kept.ev.is_stale(a) && !kept.ev.is_stale(b));
    assert!(kept.edit());
    assert!(!kept.ev.is_stale(a) && kept.ev.is_stale(b));
    let b = observe(&mut kept, "b");
    assert!(kept.edit());
    assert!(kept.ev.is_stale(a) && !kept.ev.is_stale(b));
}

#[test]
fn work_that_reuses_other_work_is_stale_when_that_is() {
    let program = "{ a = 1 + «1→1→2»; b = 2 + «1→2→2→3»; }";
    let source = source(program, 0);
    let mut kept = Kept::new(program, &source);
    let mut inner = None;
    let (_, outer) = kept.ev.observe(|_| ());
    assert!(!kept.ev.is_stale(outer));
    let root = kept.root;
    let (_, outer) = kept.ev.observe(|ev| {
        let (_, observed) = ev.observe(|ev| show(ev, root));
        inner = Some(observed);
    });
    let inner = inner.expect("observed");
    assert!(kept.edit());
    assert!(kept.ev.is_stale(inner) && kept.ev.is_stale(outer));
    // This time the outer work makes use of what the inner one found before.
    let a = observe(&mut kept, "a");
    let (_, outer) = kept.ev.observe(|ev| ev.reuse(a));
    assert!(kept.edit());
    assert!(kept.ev.is_stale(a) && kept.ev.is_stale(outer));
    // Work that is done again is the same observation.
    let b = observe(&mut kept, "b");
    let observation = kept.ev.start_observing(Some(outer));
    kept.ev.reuse(b);
    assert_eq!(kept.ev.stop_observing(observation), outer);
    assert!(!kept.ev.is_stale(outer));
    assert!(kept.edit());
    assert!(kept.ev.is_stale(outer));
}

#[test]
fn what_is_not_observed_makes_nothing_stale() {
    let program = "{ a = «1→2»; }";
    let source = source(program, 0);
    let mut kept = Kept::new(program, &source);
    let root = kept.root;
    let (_, observed) = kept.ev.observe(|ev| ev.unobserved(|ev| show(ev, root)));
    assert!(kept.edit());
    assert!(!kept.ev.is_stale(observed));
}

/// An expression of the type that a field of `input` has.
fn typed(at: usize, bytes: &[u8], input: bool) -> String {
    let mut choices = vec![at as u8];
    choices.extend(bytes);
    expression(&choices, input)
}

/// A program whose lines are random expressions, each of which may be another one after the edit, or come or go.
fn random_program(lines: &[(Vec<u8>, Option<Vec<u8>>)]) -> String {
    let mut text = "let input = {\n".to_owned();
    for (at, (before, after)) in lines.iter().enumerate() {
        if at == INPUTS.len() {
            text.push_str("}; in {\n");
        }
        let input = at >= INPUTS.len();
        let name = match input {
            true => format!("r{at}"),
            false => INPUTS[at].0.to_owned(),
        };
        let kind = at % INPUTS.len();
        let before = format!("{name} = {};", typed(kind, before, input));
        let after = after.as_ref().map(|after| match after.is_empty() && input {
            true => String::new(),
            false => format!("{name} = {};", typed(kind, after, input)),
        });
        match after {
            Some(after) => text += &format!("«{before}→{after}→{before}»\n"),
            None => text += &format!("{before}\n"),
        }
    }
    text + "}"
}

#[test]
fn random_edits_of_random_programs() {
    let bytes = || prop::collection::vec(any::<u8>(), 0..24);
    let line = (bytes(), prop::option::weighted(0.2, bytes()));
    let lines = prop::collection::vec(line, INPUTS.len() + 2..3 * INPUTS.len());
    let config = ProptestConfig {
        cases: 150,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let (edits, kept) = (Cell::new(0), Cell::new(0));
    let result = TestRunner::new(config).run(&lines, |lines| {
        let program = random_program(&lines);
        let source = source(&program, 0);
        let mut heap = Kept::new(&program, &source);
        heap.show();
        for _ in 0..2 {
            edits.set(edits.get() + 1);
            // It compares with a fresh evaluation.
            if heap.next().is_none() {
                break;
            }
            kept.set(kept.get() + 1);
        }
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    // No program depends on itself, so there is hardly a reason to give a heap up.
    assert!(
        kept.get() * 10 > edits.get() * 9,
        "{} of {} kept",
        kept.get(),
        edits.get()
    );
}
