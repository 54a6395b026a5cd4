//! Holds the native `lib` against recorded results of the real one; see `testdata/eval/lib/README.md`.

use nixpod_eval::{Evaluator, Limits, NO_SITE, Value, nixlib};
use nixpod_source::{Utf8Path, Utf8PathBuf};
use std::collections::BTreeMap;
use std::collections::BTreeSet;

fn folder() -> Utf8PathBuf {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/eval/lib")
}

/// What each function of a case file gives, as JSON.
fn results(file: &Utf8Path) -> Result<BTreeMap<String, String>, String> {
    let source = nixpod_fixture::TestSource::disk();
    let mut ev = Evaluator::new(&source, Limits::default());
    let lib = nixlib::install_lib(&mut ev, Vec::new());
    let cases = ev.import(file).map_err(|why| why.to_string())?;
    let fail = |error: nixpod_eval::ErrorRef| error.message.clone();
    let cases = ev.force(cases).map_err(fail)?;
    let all = ev.apply(&cases, lib, NO_SITE);
    let all = ev.settle(all).map_err(fail)?;
    let Value::Attrs(all) = &all.value else {
        return Err("not a set".to_owned());
    };
    let builtins = ev.builtins();
    let builtins = ev.force(builtins).map_err(fail)?;
    let to_json = ev.intern("toJSON");
    let to_json = ev.select_value(&builtins, to_json, NO_SITE);
    let to_json = ev.settle(to_json).map_err(fail)?;
    let mut out = BTreeMap::new();
    for attr in ev.sorted(all) {
        let name = ev.name(attr.name).to_string();
        let json = ev.apply(&to_json, attr.thunk, NO_SITE);
        let text = match ev.settle(json).map(|json| json.value) {
            Ok(Value::String(text)) if text.hole().is_none() => text.text.to_string(),
            Ok(other) => other.describe().to_owned(),
            Err(error) => format!("error: {}", error.message),
        };
        out.insert(name, text);
    }
    Ok(out)
}

#[test]
fn native_lib_gives_what_the_real_one_gives() {
    let mut problems = Vec::new();
    let mut functions = 0;
    let mut names: Vec<_> = std::fs::read_dir(folder())
        .expect("the folder of recorded results")
        .flatten()
        .filter_map(|entry| Utf8PathBuf::from_path_buf(entry.path()).ok())
        .filter(|path| path.extension() == Some("exp"))
        .collect();
    names.sort();
    for expected in names {
        let text = std::fs::read_to_string(&expected).expect("recorded results");
        let got = results(&expected.with_extension("nix")).expect("cases that evaluate");
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (name, wanted) = line.split_once(": ").expect("a name and JSON");
            functions += 1;
            let got = got.get(name).map_or("nothing", String::as_str);
            if got != wanted {
                problems.push(format!(
                    "{} of {}\n  wanted {wanted}\n  got    {got}",
                    name,
                    expected.file_name().unwrap_or_default()
                ));
            }
        }
    }
    assert!(functions > 200, "only {functions} functions were found");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// The functions of each namespace of the native `lib`, but for those that are builtins.
fn native_functions() -> BTreeSet<String> {
    let source = nixpod_fixture::TestSource::disk();
    let mut ev = Evaluator::new(&source, Limits::default());
    let lib = nixlib::install_lib(&mut ev, Vec::new());
    let Ok(Value::Attrs(lib)) = ev.force(lib).map(|lib| lib.value) else {
        return BTreeSet::new();
    };
    let builtins = ev.builtins();
    let builtins = match ev.force(builtins).map(|set| set.value) {
        Ok(Value::Attrs(set)) => set,
        _ => return BTreeSet::new(),
    };
    let mut found = BTreeSet::new();
    for namespace in ev.sorted(&lib) {
        let Ok(Value::Attrs(set)) = ev.force(namespace.thunk).map(|set| set.value) else {
            continue;
        };
        for attr in ev.sorted(&set) {
            let function = match ev.force(attr.thunk).map(|value| value.value) {
                Ok(Value::Lambda(_)) => true,
                Ok(Value::Primop(_)) => builtins.get(attr.name).is_none(),
                _ => false,
            };
            if function {
                found.insert(format!("{}.{}", ev.name(namespace.name), ev.name(attr.name)));
            }
        }
    }
    found
}

/// A function that nothing holds against the real one may be wrong unnoticed.
#[test]
fn every_native_function_is_tried() {
    let mut tried = BTreeSet::new();
    for entry in std::fs::read_dir(folder())
        .expect("the folder of recorded results")
        .flatten()
    {
        let path = Utf8PathBuf::from_path_buf(entry.path()).expect("a name in UTF-8");
        if path.extension() == Some("exp") {
            let text = std::fs::read_to_string(&path).expect("recorded results");
            let names = text.lines().filter(|line| !line.starts_with('#'));
            tried.extend(names.filter_map(|line| Some(line.split_once(": ")?.0.to_owned())));
        }
    }
    let text = std::fs::read_to_string(folder().join("without.txt")).expect("the list of exceptions");
    let without: BTreeSet<&str> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| Some(line.split_once(": ")?.0))
        .collect();
    let name_of = |function: &String| {
        function
            .split_once('.')
            .map_or(function.clone(), |(_, name)| name.to_owned())
    };
    let native = native_functions();
    assert!(native.len() > 300, "only {} functions were found", native.len());
    let untried: Vec<&String> = native
        .iter()
        .filter(|function| !tried.contains(&name_of(function)) && !without.contains(function.as_str()))
        .collect();
    assert!(
        untried.is_empty(),
        "neither in arguments.txt nor in without.txt: {untried:#?}"
    );
    let needless: Vec<&&str> = without
        .iter()
        .filter(|function| !native.contains(**function) || tried.contains(&name_of(&(**function).to_owned())))
        .collect();
    assert!(needless.is_empty(), "without reason in without.txt: {needless:?}");
}
