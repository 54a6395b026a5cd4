//! Every builtin and every function of the native `lib` counts the work that it does and the memory that it keeps.
//!
//! Each is called again and again with large arguments of all kinds under small limits. What such a loop takes in
//! processor time and memory has to be in proportion to the steps and bytes that were counted, whoever wrote the
//! function and forgot to count.

use nixpod_eval::{Evaluator, Limits, NO_SITE, Source, ThunkId, Value, nixlib};
use nixpod_fixture::TestSource;
use nixpod_source::Utf8Path;
use std::fs;
use std::time::Duration;

/// Small, so that hundreds of functions with dozens of arguments each take seconds.
const LIMITS: Limits = Limits {
    fuel: 12_000,
    call_depth: 2_000,
    force_depth: 4_000,
    bytes: 8 << 20,
    piece: 4 << 20,
    speculation: 4,
};

/// A step of a build without optimisation takes half a microsecond, of what is compared and copied in bulk less.
const MICROS_A_STEP: u128 = 6;

/// What making the arguments and looking the function up takes at most, on any machine.
const FIXED: Duration = Duration::from_millis(120);

/// Large arguments of all kinds. `n` is another number in every call.
const ARGUMENTS: [&str; 10] = [
    "numbers",
    "words",
    "lists",
    "sets",
    "set",
    "text",
    "context",
    "n",
    "(x: x)",
    "(x: y: x)",
];

const PRELUDE: &str = r#"
functions: name:
let
  names = builtins.genList (n: "w${toString n}") 1000;
  numbers = builtins.genList (n: n) 1000;
  words = names;
  lists = map (name: [ name ]) names;
  set = builtins.listToAttrs (map (name: { inherit name; value = name; }) names);
  sets = map (name: { inherit name; value = 1; ${name} = 2; }) names;
  text = builtins.concatStringsSep "-" (names ++ names ++ names ++ names);
  context = builtins.concatStringsSep "" (map (name: builtins.toFile name name) names);
  function = functions.${name};
  call = function: arguments:
    if arguments == [ ] || !builtins.isFunction function then function
    else call (function (builtins.head arguments)) (builtins.tail arguments);
  # Is the last result a function?
  loop = builtins.foldl' (before: n: builtins.isFunction (call function ARGUMENTS)) false numbers;
in loop
"#;

/// The processor time of this thread. Other threads and other programs do not count.
fn processor_time() -> Option<Duration> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanos = text.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanos))
}

/// The names of all functions in a set, and of those in the sets in it.
fn names_of_functions(ev: &mut Evaluator<'_>, set: ThunkId) -> Vec<String> {
    let Ok(Value::Attrs(set)) = ev.force(set).map(|set| set.value) else {
        return Vec::new();
    };
    let mut names = Vec::new();
    for attr in ev.sorted(&set) {
        if let Ok(Value::Lambda(_) | Value::Primop(_)) = ev.force(attr.thunk).map(|value| value.value) {
            names.push(ev.name(attr.name).to_string());
        }
    }
    names
}

struct Ran {
    /// What is out of proportion.
    fault: Option<String>,
    /// Is the result a function that may do its work with further arguments?
    wants_more: bool,
}

/// Runs one loop.
fn run(of: &str, name: &str, arguments: &str) -> Ran {
    let text = PRELUDE.replace("ARGUMENTS", arguments);
    let source = TestSource::memory(&[("/t.nix", &text)]);
    let mut took = Duration::ZERO;
    let mut steps = 0;
    let mut wants_more = false;
    let memory = allocation_counter::measure(|| {
        let before = processor_time();
        let mut ev = Evaluator::new(&source, LIMITS);
        let functions = match of {
            "builtins" => ev.builtins(),
            _ => nixlib::install_lib(&mut ev, Vec::new()),
        };
        let loaded = source.load(Utf8Path::new("/t.nix")).expect("the program");
        let program = ev.add_unit(loaded.file, loaded.hir, &loaded.path);
        let name = ev.alloc(Value::string(name), Default::default());
        if let Ok(program) = ev.force(program) {
            let result = ev.apply_all(&program, &[functions, name], NO_SITE);
            let result = ev.settle(result).map(|result| result.value);
            wants_more = matches!(result, Ok(Value::Bool(true)));
        }
        steps = ev.statistics().steps;
        if let (Some(before), Some(after)) = (before, processor_time()) {
            took = after - before;
        }
    });
    let fault = fault(took, steps, memory.bytes_max);
    Ran {
        fault: fault.map(|fault| format!("{of}.{name} {arguments}: {fault} for {steps} steps")),
        wants_more,
    }
}

fn fault(took: Duration, steps: u64, memory: u64) -> Option<String> {
    let allowed = FIXED + Duration::from_micros((u128::from(steps) * MICROS_A_STEP) as u64);
    if took > allowed {
        return Some(format!("{took:?}"));
    }
    let most = 4 * LIMITS.bytes + (16 << 20);
    (memory > most).then(|| format!("{} MiB", memory >> 20))
}

/// All combinations of two kinds of arguments, with a third that most functions of three take.
fn out_of_proportion(of: &str, names: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for name in names {
        for first in ARGUMENTS {
            let alone = run(of, name, &format!("[ {first} ]"));
            if alone.wants_more {
                let more = ARGUMENTS
                    .iter()
                    .map(|second| format!("[ {first} {second} words ]"));
                found.extend(more.filter_map(|arguments| run(of, name, &arguments).fault));
            }
            found.extend(alone.fault);
        }
    }
    found
}

#[test]
fn builtins_count_what_they_do() {
    let source = TestSource::memory(&[]);
    let mut ev = Evaluator::new(&source, Limits::default());
    let builtins = ev.builtins();
    let names = names_of_functions(&mut ev, builtins);
    assert!(names.len() > 100, "only {} builtins were found", names.len());
    let found = out_of_proportion("builtins", &names);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn functions_of_lib_count_what_they_do() {
    let source = TestSource::memory(&[]);
    let mut ev = Evaluator::new(&source, Limits::default());
    let lib = nixlib::install_lib(&mut ev, Vec::new());
    let names = names_of_functions(&mut ev, lib);
    assert!(names.len() > 200, "only {} functions were found", names.len());
    let found = out_of_proportion("lib", &names);
    assert!(found.is_empty(), "{}", found.join("\n"));
}
