//! Holds the native `lib` against recorded results of the real one; see `testdata/eval/lib/README.md`.

mod support;

use nixpod_eval::{Evaluator, Limits, NO_SITE, Value, nixlib};
use nixpod_source::{Utf8Path, Utf8PathBuf};
use std::collections::BTreeMap;

fn folder() -> Utf8PathBuf {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/eval/lib")
}

/// What each function of a case file gives, as JSON.
fn results(file: &Utf8Path) -> Result<BTreeMap<String, String>, String> {
    let source = support::TestSource::disk();
    let mut ev = Evaluator::new(&source, Limits::default());
    let lib = nixlib::install_lib(&mut ev, Vec::new());
    let cases = ev.import(file).map_err(|why| why.to_string())?;
    let fail = |error: nixpod_eval::ErrorRef| error.message.clone();
    let cases = ev.force(cases).map_err(fail)?;
    let all = ev.apply(cases, lib, NO_SITE);
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
        let json = ev.apply(to_json.clone(), attr.thunk, NO_SITE);
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
