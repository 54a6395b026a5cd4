//! Our module system against recordings of the real one (`cargo xtask record`): what we are sure of is never different.
//!
//! Where ours is unknown, that is listed in `testdata/modules/unknown.txt`, so that it is seen when the list grows.

use expect_test::expect_file;
use nixpod_eval::{
    Attrs, EvalResult, Evaluator, Limits, List, NO_SITE, NixString, OriginId, ThunkId, Tracked, Value,
};
use nixpod_fixture::TestSource;
use nixpod_modules::{Kind, Library, ModuleEvaluation, system};
use nixpod_source::{Utf8Path, Utf8PathBuf};
use serde_json::Value as Json;
use std::fmt::Write;

/// How a stub of the recording looks inside of a text.
const STUB: &str = "/nix/store/00000000000000000000000000000000-";

#[test]
fn what_is_known_is_as_in_real_nix() {
    let root = Utf8Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = root.ancestors().nth(2).expect("the crate lies in crates/modules");
    let folder = root.join("testdata/modules");
    let mut cases: Vec<Utf8PathBuf> = folder
        .read_dir_utf8()
        .expect("a readable folder")
        .map(|entry| entry.expect("a readable entry").into_path())
        .filter(|path| path.join("paths").exists())
        .collect();
    cases.sort();
    assert!(cases.len() >= 25, "only {} cases", cases.len());
    let (mut wrong, mut unknown, mut total) = (String::new(), String::new(), 0);
    for case in cases {
        let name = case.file_name().expect("a named folder").to_owned();
        let text = std::fs::read_to_string(case.join("expected.json"));
        let text = text.unwrap_or_else(|_| panic!("{name} has no recording: run `cargo xtask record`"));
        let recorded: Json = serde_json::from_str(&text).expect("a recording is JSON");
        let judge = judge(root, &case, &recorded);
        total += judge.leaves;
        for line in judge.wrong {
            let _ = writeln!(wrong, "{name}: {line}");
        }
        for line in judge.unknown {
            let _ = writeln!(unknown, "{name}: {line}");
        }
    }
    assert!(total > 2000, "only {total} values");
    assert!(
        wrong.is_empty(),
        "{} of {total} values differ:\n{wrong}",
        wrong.lines().count()
    );
    expect_file!["../../../testdata/modules/unknown.txt"].assert_eq(&unknown);
}

/// Evaluates a case and compares it with its recording.
fn judge(root: &Utf8Path, case: &Utf8Path, recorded: &Json) -> Outcome {
    let source = TestSource::disk();
    let mut ev = Evaluator::new(&source, Limits::default());
    let library = Library::new(&mut ev);
    ev.set_search_path("nixpkgs/lib", library.lib);
    let files = recorded["modules"].as_array().expect("a list of files");
    let modules: Vec<ThunkId> = files
        .iter()
        .map(|file| {
            let path = case.join(file.as_str().expect("a file name"));
            let path = nixpod_eval::paths::normalise(path.as_str());
            ev.alloc(Value::Path(path), OriginId::default())
        })
        .collect();
    let config = match recorded["kind"].as_str() {
        Some("nixos") => system(&mut ev, &library, Kind::Nixos, modules, None, false).config,
        Some("home") => system(&mut ev, &library, Kind::Home, modules, None, false).config,
        Some("modules") => {
            let setup = nixpod_modules::Setup {
                modules,
                args: vec![("lib".into(), library.lib)],
                ..nixpod_modules::Setup::default()
            };
            ModuleEvaluation::new(&mut ev, &library.shared, setup).config
        }
        _ => expression(&mut ev, &library, case),
    };
    let mut judge = Judge {
        ev: &mut ev,
        library: &library,
        root,
        out: Outcome::default(),
    };
    for (path, expected) in recorded["values"].as_object().expect("values by path") {
        let value = judge.select(config, path);
        judge.compare(path, expected, value);
    }
    judge.out
}

/// The value of a file that is a function of `{ lib }`.
fn expression(ev: &mut Evaluator<'_>, library: &Library, case: &Utf8Path) -> ThunkId {
    let function = ev.import(&case.join("main.nix")).expect("a file that parses");
    let arguments = ev.attrs_from(vec![("lib", library.lib)]);
    let arguments = ev.alloc(Value::attrs(arguments), OriginId::default());
    ev.alloc_apply(function, &[arguments], NO_SITE)
}

/// What a comparison gave.
#[derive(Default)]
struct Outcome {
    wrong: Vec<String>,
    unknown: Vec<String>,
    leaves: usize,
}

struct Judge<'e, 's, 'a> {
    ev: &'e mut Evaluator<'s>,
    library: &'a Library,
    root: &'a Utf8Path,
    out: Outcome,
}

impl Judge<'_, '_, '_> {
    fn select(&mut self, config: ThunkId, path: &str) -> EvalResult<Tracked> {
        let mut value = self.ev.force(config)?;
        for name in split(path) {
            let symbol = self.ev.intern(&name);
            let selected = self.ev.select_value(&value, symbol, NO_SITE);
            value = self.ev.settle(selected)?;
        }
        Ok(value)
    }

    fn wrong(&mut self, at: &str, expected: &Json, ours: impl std::fmt::Display) {
        self.out.wrong.push(format!("{at}: real {expected}, ours {ours}"));
    }

    fn unknown(&mut self, at: &str, why: impl std::fmt::Display) {
        let why = why.to_string();
        let why = why.lines().next().unwrap_or_default();
        let why = why.replace(self.root.as_str(), "<root>");
        self.out.unknown.push(format!("{at}: {why}"));
    }

    fn compare(&mut self, at: &str, expected: &Json, value: EvalResult<Tracked>) {
        self.out.leaves += 1;
        let fails = expected.get("<error>").is_some();
        let value = match value {
            Ok(value) => value,
            Err(_) if fails => return,
            Err(error) => return self.unknown(at, format!("error: {}", error.message)),
        };
        match (&value.value, expected) {
            (Value::Unknown(_), _) if fails => {}
            (Value::Unknown(unknown), _) => self.unknown(at, &unknown.why),
            (Value::Either(alternatives), _) => self.either(at, expected, alternatives.len(), &value),
            (Value::Attrs(ours), Json::Object(real)) if !fails => self.attrs(at, real, ours),
            (Value::List(ours), Json::Array(real)) => self.list(at, real, ours),
            (Value::String(ours), Json::String(real)) => self.string(at, real, ours),
            (Value::Path(ours), Json::String(real)) if *real == self.shown(ours) => {}
            (Value::Lambda(_) | Value::Primop(_), Json::String(real)) if real == "<function>" => {}
            (Value::Null, Json::Null) => {}
            (Value::Bool(ours), Json::Bool(real)) if ours == real => {}
            (Value::Int(ours), Json::Number(real)) if real.as_i64() == Some(*ours) => {}
            (Value::Float(ours), Json::Number(real)) if real.as_f64() == Some(*ours) => {}
            // Packages are sets in both worlds; the recording prints where they are.
            (Value::Attrs(_), Json::String(real)) if real.starts_with(STUB) => {}
            _ => {
                let ours = self.ev.print(&value);
                let ours = ours.unwrap_or_else(|error| error.message.clone());
                self.wrong(at, expected, ours);
            }
        }
    }

    /// One of the alternatives has to be the real value.
    fn either(&mut self, at: &str, expected: &Json, count: usize, value: &Tracked) {
        let before = std::mem::take(&mut self.out);
        let mut fits = false;
        if let Value::Either(alternatives) = &value.value {
            for alternative in alternatives.iter() {
                self.compare(at, expected, Ok(alternative.value.clone()));
                fits |= self.out.wrong.is_empty();
                self.out = Outcome::default();
            }
        }
        self.out = before;
        if fits {
            self.unknown(at, format!("one of {count}"));
        } else {
            let ours = self.ev.print(value).unwrap_or_default();
            self.wrong(at, expected, ours);
        }
    }

    fn attrs(&mut self, at: &str, real: &serde_json::Map<String, Json>, ours: &Attrs) {
        for (name, expected) in real {
            let at = format!("{at}.{name}");
            let symbol = self.ev.intern(name);
            match ours.get(symbol) {
                Some(attr) => {
                    let value = self.ev.force(attr.thunk);
                    self.compare(&at, expected, value);
                }
                None if ours.is_exact() => self.wrong(&at, expected, "nothing"),
                None => self.unknown(&at, "the set is open"),
            }
        }
        // What is more in ours is wrong, unless it may be absent or is an option that only our model declares.
        for attr in self.ev.sorted(ours) {
            let name = self.ev.name(attr.name).to_string();
            if real.contains_key(&name) || !attr.when.is_always() || HIDDEN.contains(&name.as_str()) {
                continue;
            }
            let shown = self.ev.force(attr.thunk).and_then(|value| self.ev.print(&value));
            let by_default = self
                .library
                .shared
                .info(attr.thunk)
                .is_some_and(|info| info.default);
            if !by_default && let Ok(shown) = shown {
                self.wrong(&format!("{at}.{name}"), &Json::from("nothing"), shown);
            }
        }
    }

    fn list(&mut self, at: &str, real: &[Json], ours: &List) {
        if !ours.is_exact() {
            return self.unknown(at, "the list is open");
        }
        if ours.elems.len() != real.len() {
            let length = format!("a list of {}", ours.elems.len());
            return self.wrong(at, &Json::from(real.to_vec()), length);
        }
        for (index, (expected, element)) in real.iter().zip(&ours.elems).enumerate() {
            let value = self.ev.force(element.thunk);
            self.compare(&format!("{at}.{index}"), expected, value);
        }
    }

    /// The known pieces have to occur in order; without holes the texts are equal.
    fn string(&mut self, at: &str, real: &str, ours: &NixString) {
        let Some(hole) = ours.hole() else {
            if self.shown(&ours.text) != real {
                self.wrong(at, &Json::from(real), format!("{:?}", ours.text));
            }
            return;
        };
        let mut rest = real;
        let mut offset = 0;
        for piece in ours.pieces(OriginId::default()) {
            let end = offset + piece.len as usize;
            let text = self.shown(&ours.text[offset..end]);
            offset = end;
            match rest.find(&text) {
                Some(found) => rest = &rest[found + text.len()..],
                None => return self.wrong(at, &Json::from(real), format!("…{text}…")),
            }
        }
        // A stub of the recording is unknown to both.
        if !real.contains(STUB) {
            self.unknown(at, &hole.why);
        }
    }

    fn shown(&self, text: &str) -> String {
        text.replace(self.root.as_str(), "<root>")
    }
}

/// What the recording leaves out: nested systems and what belongs to the evaluation itself.
const HIDDEN: &[&str] = &[
    "_module",
    "config",
    "nixpkgs",
    "pkgs",
    "specialArgs",
    // The recordings' stand-in for NixOS knows no old names.
    "extraGroups",
    "extraUsers",
];

/// Splits `a."b.c".d`.
fn split(path: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut quoted = false;
    for c in path.chars() {
        match c {
            '"' => quoted = !quoted,
            '.' if !quoted => out.push(String::new()),
            c => out.last_mut().expect("never empty").push(c),
        }
    }
    out
}
