//! Evaluates a file with the native `lib` as `<nixpkgs/lib>`.
//!
//! `lib FILE` prints the value. `lib --tests FILE` takes a set of `{ expr, expected }`, compares each and prints what
//! differs, then passed/total. Reads the disk without the restraint of the product: a tool for developers.

use nixpod_eval::{EvalResult, Evaluator, FileKind, Limits, Loaded, NO_SITE, Source, Tracked, Value, nixlib};
use nixpod_source::{FileId, Site, Utf8Path, Utf8PathBuf, Why};
use std::cell::RefCell;
use std::fs;

#[derive(Default)]
struct Disk {
    files: RefCell<Vec<Utf8PathBuf>>,
}

fn missing(path: &Utf8Path) -> Why {
    Why::MissingFile(path.to_string())
}

impl Source for Disk {
    fn load(&self, path: &Utf8Path) -> Result<Loaded, Why> {
        let path = if fs::metadata(path).is_ok_and(|found| found.is_dir()) {
            path.join("default.nix")
        } else {
            path.to_owned()
        };
        let text = fs::read_to_string(&path).map_err(|_| missing(&path))?;
        let mut files = self.files.borrow_mut();
        files.push(path.clone());
        Ok(Loaded {
            file: FileId::project(files.len() as u32 - 1),
            hir: nixpod_syntax::parse(&text).hir,
            path,
        })
    }

    fn read(&self, path: &Utf8Path) -> Result<Vec<u8>, Why> {
        fs::read(path).map_err(|_| missing(path))
    }

    fn read_dir(&self, path: &Utf8Path) -> Result<Vec<(String, FileKind)>, Why> {
        let mut out = Vec::new();
        for entry in fs::read_dir(path).map_err(|_| missing(path))?.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let kind = self.kind(&path.join(&name))?.unwrap_or(FileKind::Other);
            out.push((name, kind));
        }
        out.sort_by(|a: &(String, _), b| a.0.cmp(&b.0));
        Ok(out)
    }

    fn kind(&self, path: &Utf8Path) -> Result<Option<FileKind>, Why> {
        Ok(fs::symlink_metadata(path).ok().map(|found| {
            if found.is_dir() {
                FileKind::Directory
            } else if found.is_symlink() {
                FileKind::Symlink
            } else if found.is_file() {
                FileKind::Regular
            } else {
                FileKind::Other
            }
        }))
    }

    fn position(&self, _: Site) -> Option<(u32, u32)> {
        None
    }

    fn path_of(&self, file: FileId) -> Utf8PathBuf {
        file.project_number()
            .and_then(|number| self.files.borrow().get(number as usize).cloned())
            .unwrap_or_default()
    }
}

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
    let disk = Disk::default();
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
