//! What the module system makes of files or of a flake's hosts, as JSON with marks for what is not known: the side that
//! is ours in `cargo xtask oracle`.
//!
//! `module-values open|closed FILE...` takes each file as a module, `module-values flake DIR` the hosts of a flake. Each
//! prints one line: `{"name": .., "kind": .., "config": {SECTION: VALUE}}`. A scalar stands for itself; everything else is a set
//! with one key that says what it is: `set` (name to value) with `open`, `list` with `open`, `text` (known pieces, null
//! for a hole), `maybe` (there under a condition), `either`, `unknown` (why), `error`, `function`.

use nixpod_eval::{
    EvalResult, Evaluator, Limits, NO_SITE, NixString, OriginId, ThunkId, Tracked, Value, When, paths,
};
use nixpod_fixture::TestSource;
use nixpod_modules::{Kind, Library, flake_roots, system};
use nixpod_source::{Utf8Path, Utf8PathBuf};
use serde_json::{Map, Value as Json, json};

/// The options that are compared, by the names of their section.
const SECTIONS: [(&str, &[&str]); 5] = [
    ("containers", &["containers"]),
    (
        "oci-containers",
        &["virtualisation", "oci-containers", "containers"],
    ),
    ("quadlet", &["virtualisation", "quadlet"]),
    ("podman", &["services", "podman"]),
    ("users", &["users", "users"]),
];

/// Deeper values are not compared.
const MAX_DEPTH: u32 = 24;

fn main() {
    let mut words = std::env::args().skip(1);
    let mode = words.next().unwrap_or_default();
    for word in words {
        let path = Utf8PathBuf::from(word);
        let path = path.canonicalize_utf8().unwrap_or(path);
        match mode.as_str() {
            "flake" => flake(&path),
            _ => file(&path, mode == "open"),
        }
    }
}

#[expect(clippy::print_stdout, reason = "this is the program's output")]
fn say(name: &str, kind: &str, config: Json) {
    println!("{}", json!({ "name": name, "kind": kind, "config": config }));
}

/// A file as a module of NixOS; what only Home Manager declares is read in a second evaluation.
fn file(path: &Utf8Path, open: bool) {
    let mut config = Map::new();
    for kind in [Kind::Nixos, Kind::Home] {
        let source = TestSource::disk();
        let mut ev = Evaluator::new(&source, Limits::default());
        let library = Library::new(&mut ev);
        ev.set_search_path("nixpkgs/lib", library.lib);
        let module = ev.alloc(Value::Path(paths::normalise(path.as_str())), OriginId::default());
        let system = system(&mut ev, &library, kind, vec![module], None, open);
        let mut dump = Dump {
            ev: &mut ev,
            depth: 0,
        };
        let sections = dump.sections(system.config);
        for (name, value) in sections {
            if (name == "podman") == (kind == Kind::Home) {
                config.insert(name, value);
            }
        }
    }
    say(path.as_str(), "file", config.into());
}

/// The hosts of a flake.
fn flake(directory: &Utf8Path) {
    let source = TestSource::disk();
    let mut ev = Evaluator::new(&source, Limits::default());
    let library = Library::new(&mut ev);
    for root in flake_roots(&mut ev, &library, directory).0 {
        let mut dump = Dump {
            ev: &mut ev,
            depth: 0,
        };
        let sections = dump.sections(root.system.config);
        let kind = match root.kind {
            Kind::Nixos => "nixos",
            Kind::Home => "home",
            Kind::Projects => "projects",
        };
        say(&root.name, kind, sections.into());
    }
}

struct Dump<'e, 's> {
    ev: &'e mut Evaluator<'s>,
    depth: u32,
}

impl Dump<'_, '_> {
    /// The sections of a system, and in them those of its guests; `home` has those of its users.
    fn sections(&mut self, config: ThunkId) -> Map<String, Json> {
        let mut out = Map::new();
        for (name, path) in SECTIONS {
            let value = self.select(config, path);
            let value = self.result(value);
            out.insert(name.to_owned(), value);
        }
        let users = self.select(config, &["home-manager", "users"]);
        if let Ok(Tracked {
            value: Value::Attrs(users),
            ..
        }) = users
        {
            let mut home = Map::new();
            for user in self.ev.sorted(&users) {
                let name = self.ev.name(user.name).to_string();
                home.insert(name, self.sections(user.thunk).into());
            }
            out.insert("home".to_owned(), home.into());
        }
        out
    }

    fn select(&mut self, config: ThunkId, path: &[&str]) -> EvalResult<Tracked> {
        let mut value = self.ev.force(config)?;
        for name in path {
            let symbol = self.ev.intern(name);
            let selected = self.ev.select_value(&value, symbol, NO_SITE);
            value = self.ev.settle(selected)?;
        }
        Ok(value)
    }

    fn thunk(&mut self, thunk: ThunkId) -> Json {
        if self.depth > MAX_DEPTH {
            return json!({ "unknown": "deep" });
        }
        self.depth += 1;
        let value = self.ev.force(thunk);
        let value = self.result(value);
        self.depth -= 1;
        value
    }

    fn result(&mut self, value: EvalResult<Tracked>) -> Json {
        match value {
            Ok(value) => self.value(&value.value),
            Err(error) => json!({ "error": error.message }),
        }
    }

    fn value(&mut self, value: &Value) -> Json {
        match value {
            Value::Null => Json::Null,
            Value::Bool(bool) => json!(bool),
            Value::Int(int) => json!(int),
            Value::Float(float) => json!(float),
            Value::Path(path) => json!(&**path),
            Value::String(text) => string(text),
            Value::List(list) => {
                let open = list.open.is_some();
                let elements = list.elems.to_vec();
                let elements = elements.into_iter().map(|element| {
                    let value = self.thunk(element.thunk);
                    maybe(element.when, value)
                });
                let elements: Vec<Json> = elements.collect();
                json!({ "list": elements, "open": open })
            }
            Value::Attrs(set) => {
                let out_path = self.ev.common().out_path;
                if set.get(out_path).is_some() {
                    return json!({ "unknown": "a package" });
                }
                let is_guest = ["privateUsers", "bindMounts"]
                    .iter()
                    .all(|name| self.ev.symbol(name).is_some_and(|name| set.get(name).is_some()));
                let mut out = Map::new();
                for attr in self.ev.sorted(set) {
                    let name = self.ev.name(attr.name).to_string();
                    let value = match name.as_str() {
                        "specialArgs" | "nixpkgs" | "pkgs" if is_guest => continue,
                        "config" if is_guest => json!({ "guest": self.sections(attr.thunk) }),
                        _ => self.thunk(attr.thunk),
                    };
                    out.insert(name, maybe(attr.when, value));
                }
                json!({ "set": out, "open": set.open.is_some() })
            }
            Value::Lambda(_) | Value::Primop(_) | Value::Opaque(_) => json!({ "function": null }),
            Value::Unknown(unknown) => json!({ "unknown": unknown.why.to_string() }),
            Value::Either(alternatives) => {
                let values = alternatives.clone();
                let values: Vec<Json> = values.iter().map(|one| self.value(&one.value.value)).collect();
                json!({ "either": values })
            }
        }
    }
}

fn maybe(when: When, value: Json) -> Json {
    if when.is_always() {
        value
    } else {
        json!({ "maybe": value })
    }
}

fn string(text: &NixString) -> Json {
    if text.hole().is_none() {
        return json!(&*text.text);
    }
    let mut at = 0;
    let mut pieces = Vec::new();
    for piece in text.pieces(OriginId::default()) {
        if piece.hole.is_some() {
            pieces.push(Json::Null);
        } else {
            let end = at + piece.len as usize;
            pieces.push(json!(text.text.get(at..end).unwrap_or_default()));
            at = end;
        }
    }
    json!({ "text": pieces })
}
