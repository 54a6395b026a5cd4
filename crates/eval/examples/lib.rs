//! Evaluates a file with the native `lib` as `<nixpkgs/lib>`.
//!
//! `lib FILE` prints the value. `lib --tests FILE` takes a set of `{ expr, expected }`, compares each and prints what
//! differs, then passed/total. Reads the disk without the restraint of the product: a tool for developers.

use nixpod_eval::{EvalResult, Evaluator, Limits, NO_SITE, Tracked, Value, nixlib};
use nixpod_fixture::TestSource;
use nixpod_source::{Utf8Path, Utf8PathBuf};
use std::fs;

fn show(ev: &mut Evaluator<'_>, value: EvalResult<Tracked>) -> String {
    match value.and_then(|value| ev.print(&value)) {
        Ok(text) => text,
        Err(error) => format!("error: {}", error.message),
    }
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (tests, path) = match &args[..] {
        [flag, path] if flag == "--tests" => (true, path),
        [path] => (false, path),
        _ => return say("usage: lib [--tests] FILE"),
    };
    let path = fs::canonicalize(path)
        .ok()
        .and_then(|path| Utf8PathBuf::from_path_buf(path).ok());
    let Some(path) = path else {
        say("no such file");
        std::process::exit(2);
    };
    if tests {
        return run_tests(&path);
    }
    let text = with_lib(&path, show);
    say(&text);
    std::process::exit(i32::from(text.starts_with("error:")));
}

/// The value of a file, in an evaluation of its own.
fn with_lib<T>(path: &Utf8Path, run: impl FnOnce(&mut Evaluator<'_>, EvalResult<Tracked>) -> T) -> T {
    let disk = TestSource::disk();
    let mut ev = Evaluator::new(&disk, Limits::default());
    let lib = nixlib::install_lib(&mut ev, Vec::new());
    ev.set_search_path("nixpkgs/lib", lib);
    let value = match ev.import(path) {
        Ok(thunk) => ev.force(thunk),
        Err(why) => {
            let thunk = ev.alloc_unknown(why);
            ev.force(thunk)
        }
    };
    run(&mut ev, value)
}

fn run_tests(path: &Utf8Path) {
    let names: Vec<String> = with_lib(path, |ev, value| match value.map(|value| value.value) {
        Ok(Value::Attrs(set)) => ev
            .sorted(&set)
            .iter()
            .map(|attr| ev.name(attr.name).to_string())
            .collect(),
        _ => Vec::new(),
    });
    let mut passed = 0;
    for name in &names {
        let difference = with_lib(path, |ev, value| {
            let side = |ev: &mut Evaluator<'_>, which: &str| -> EvalResult<Tracked> {
                let mut value = value.clone()?;
                for name in [name.as_str(), which] {
                    let name = ev.intern(name);
                    let selected = ev.select_value(&value, name, NO_SITE);
                    value = ev.settle(selected)?;
                }
                Ok(value)
            };
            let got = side(ev, "expr");
            let wanted = side(ev, "expected");
            let same = match (&got, &wanted) {
                (Ok(got), Ok(wanted)) => matches!(ev.equal(got, wanted, NO_SITE), Ok(true)),
                _ => false,
            };
            (!same).then(|| (show(ev, got), show(ev, wanted)))
        });
        let Some((got, wanted)) = difference else {
            passed += 1;
            continue;
        };
        let cut = |text: String| text.chars().take(400).collect::<String>();
        say(&format!(
            "FAIL {name}\n  got      {}\n  expected {}",
            cut(got),
            cut(wanted)
        ));
    }
    say(&format!("{passed}/{}", names.len()));
}

#[expect(clippy::print_stdout, reason = "printing is what this tool is for")]
fn say(text: &str) {
    println!("{text}");
}
