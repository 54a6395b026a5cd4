//! Evaluates a file with the native `lib` as `<nixpkgs/lib>`.
//!
//! `lib FILE` prints the value. `lib --tests FILE` takes a set of `{ expr, expected }`, compares each and prints what
//! differs, then passed/total. Reads the disk without the restraint of the product: a tool for developers.

use nixpod_eval::{EvalResult, Evaluator, FileKind, Limits, Loaded, Source, Tracked, nixlib};
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
            file: FileId(files.len() as u32 - 1),
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
        self.files
            .borrow()
            .get(file.0 as usize)
            .cloned()
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
        _ => {
            say("usage: lib [--tests] FILE");
            return;
        }
    };
    let disk = Disk::default();
    let mut ev = Evaluator::new(&disk, Limits::default());
    let lib = nixlib::install_lib(&mut ev, Vec::new());
    ev.set_search_path("nixpkgs/lib", lib);
    let path = fs::canonicalize(path)
        .ok()
        .and_then(|path| Utf8PathBuf::from_path_buf(path).ok());
    let Some(thunk) = path.and_then(|path| ev.import(&path).ok()) else {
        say("no such file");
        std::process::exit(2);
    };
    let value = ev.force(thunk);
    if !tests {
        let failed = value.is_err();
        let text = show(&mut ev, value);
        say(&text);
        std::process::exit(i32::from(failed || text.starts_with("error:")));
    }
    let Ok(value) = value else {
        let text = show(&mut ev, value);
        say(&text);
        std::process::exit(1);
    };
    let nixpod_eval::Value::Attrs(set) = &value.value else {
        say("not a set of tests");
        std::process::exit(2);
    };
    let (expr, expected) = (ev.intern("expr"), ev.intern("expected"));
    let mut passed = 0;
    for attr in ev.sorted(set) {
        let name = ev.name(attr.name).clone();
        let side = |ev: &mut Evaluator<'_>, which| {
            let test = ev.force(attr.thunk);
            let part = test.and_then(|test| {
                let part = ev.select_value(&test, which, attr.site);
                ev.settle(part)
            });
            part
        };
        let got = side(&mut ev, expr);
        let wanted = side(&mut ev, expected);
        let same = match (&got, &wanted) {
            (Ok(got), Ok(wanted)) => matches!(ev.equal(got, wanted, attr.site), Ok(true)),
            _ => false,
        };
        if same {
            passed += 1;
            continue;
        }
        let (got, wanted) = (show(&mut ev, got), show(&mut ev, wanted));
        let cut = |text: String| text.chars().take(400).collect::<String>();
        say(&format!(
            "FAIL {name}\n  got      {}\n  expected {}",
            cut(got),
            cut(wanted)
        ));
    }
    say(&format!("{passed}/{}", set.entries.len()));
}

#[expect(clippy::print_stdout, reason = "printing is what this tool is for")]
fn say(text: &str) {
    println!("{text}");
}
