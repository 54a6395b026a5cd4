//! Why parts of a file's value are not known: the measure of what the evaluator does not model.

use nixpod_eval::{Attrs, Evaluator, Limits, NO_SITE, Source, ThunkId, Tracked, Value};
use nixpod_modules::{Library, Standing, file_root};
use nixpod_source::{Outside, Utf8Path, What, Why};
use nixpod_syntax::hir::{Expr, Param};
use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;

/// So many values of one file are looked at; what a model of a package set goes on with is not the file's.
const MOST_VALUES: usize = 20_000;

/// What one file's value leaves open.
#[derive(Clone, Debug, Default)]
pub(super) struct Reasons {
    /// How often each reason was met. Names of what comes from outside are cut to what kind of thing it is.
    pub(super) counts: BTreeMap<String, usize>,
    /// Values that were looked at.
    pub(super) values: usize,
    /// Steps of evaluation that were taken.
    pub(super) steps: u64,
    /// The bound that was reached, if one was.
    pub(super) exhausted: Option<String>,
}

/// Evaluates a file by itself, calls it as a module is called if it is a function, and looks at everything in it.
pub(super) fn reasons(source: &dyn Source, path: &Utf8Path) -> Reasons {
    let mut ev = Evaluator::new(source, Limits::default());
    let library = Library::new(&mut ev);
    ev.set_search_path("nixpkgs/lib", library.lib);
    let mut walk = Walk::default();
    // A file that gives `lib` or `pkgs` on does not ask for all that is in them.
    for given in [library.lib, library.pkgs] {
        if let Ok(Tracked {
            value: Value::Attrs(set),
            ..
        }) = ev.force(given)
        {
            walk.given.push(set);
        }
    }
    match ev.import(path) {
        Err(why) => walk.count(&why),
        Ok(file) => {
            let mut value = match ev.force(file) {
                Ok(value) => value,
                Err(error) => {
                    walk.count(&error.why());
                    return walk.finish(&ev);
                }
            };
            // A module gets its arguments by name; the functions of overlays and of module lists get one after another.
            for _ in 0..3 {
                let Value::Lambda(_) = &value.value else { break };
                let argument = argument(&mut ev, &library, path, &value);
                let result = ev.apply(&value, argument, NO_SITE);
                value = match ev.settle(result) {
                    Ok(value) => value,
                    Err(error) => {
                        walk.count(&error.why());
                        return walk.finish(&ev);
                    }
                };
            }
            walk.value(&value);
            while let Some(thunk) = walk.pending.pop() {
                if walk.found.values >= MOST_VALUES {
                    break;
                }
                match ev.force(thunk) {
                    Ok(value) => walk.value(&value),
                    Err(error) => walk.count(&error.why()),
                }
            }
        }
    }
    walk.finish(&ev)
}

/// What a function of a file is given: a module's arguments, and by any other name something from outside.
fn argument(ev: &mut Evaluator<'_>, library: &Library, path: &Utf8Path, function: &Tracked) -> ThunkId {
    let name = parameter(ev, path);
    let Some(wanted) = ev
        .function_args(&function.value)
        .filter(|wanted| !wanted.is_empty())
    else {
        return ev.alloc_unknown(Why::named(&name));
    };
    let root = file_root(ev, library, path, "file".to_owned(), Standing::NoHost);
    let mut entries = Vec::new();
    for (symbol, default, _) in wanted {
        let name = ev.name(symbol).to_string();
        let given = match name.as_str() {
            "lib" => library.lib,
            "pkgs" => library.pkgs,
            "config" => root.system.config,
            "options" => root.system.options,
            _ if default => continue,
            _ => ev.alloc_unknown(Why::named(&name)),
        };
        entries.push((name, given));
    }
    let set = ev.attrs_from(
        entries
            .iter()
            .map(|(name, thunk)| (name.as_str(), *thunk))
            .collect(),
    );
    ev.alloc(Value::attrs(set), Default::default())
}

/// The name of the parameter of the file's outermost function.
fn parameter(ev: &Evaluator<'_>, path: &Utf8Path) -> String {
    let Ok(loaded) = ev.source().load(path) else {
        return "argument".to_owned();
    };
    match loaded.hir.expr(loaded.hir.root()) {
        Expr::Lambda(param, _) => match &**param {
            Param::Name(name, ..) => loaded.hir.name(*name).to_string(),
            Param::Pattern { .. } => "argument".to_owned(),
        },
        _ => "argument".to_owned(),
    }
}

#[derive(Default)]
struct Walk {
    found: Reasons,
    pending: Vec<ThunkId>,
    seen: HashSet<ThunkId>,
    given: Vec<Rc<Attrs>>,
}

impl Walk {
    fn count(&mut self, why: &Why) {
        *self.found.counts.entry(kind_of(why)).or_default() += 1;
    }

    fn push(&mut self, thunk: ThunkId) {
        if self.seen.insert(thunk) {
            self.pending.push(thunk);
        }
    }

    /// Counts what is unknown here, and notes what is inside.
    fn value(&mut self, value: &Tracked) {
        self.found.values += 1;
        match &value.value {
            Value::Unknown(unknown) => self.count(&unknown.why),
            Value::String(string) => {
                for hole in string.parts.iter().flat_map(|parts| parts.iter()) {
                    if let Some(hole) = &hole.hole {
                        self.count(&hole.why);
                    }
                }
            }
            Value::List(list) => {
                if let Some(open) = &list.open {
                    self.count(&open.why);
                }
                list.elems.iter().rev().for_each(|elem| self.push(elem.thunk));
            }
            Value::Attrs(set) if self.given.iter().any(|given| Rc::ptr_eq(given, set)) => {}
            Value::Attrs(set) => {
                if let Some(open) = &set.open {
                    self.count(&open.why);
                }
                set.wildcard.iter().for_each(|thunk| self.push(*thunk));
                set.entries.iter().rev().for_each(|attr| self.push(attr.thunk));
            }
            Value::Either(alternatives) => {
                for alternative in alternatives.iter() {
                    self.value(&alternative.value);
                }
            }
            _ => {}
        }
    }

    fn finish(mut self, ev: &Evaluator<'_>) -> Reasons {
        self.found.steps = ev.statistics().steps;
        self.found.exhausted = ev.limits_hit().first().map(|hit| hit.why.to_string());
        self.found
    }
}

/// A reason without the names that differ from file to file.
fn kind_of(why: &Why) -> String {
    match why {
        Why::External(outside) => format!("outside: {}", from_outside(outside)),
        Why::UnsetOption(_) => "outside: an option set elsewhere".to_owned(),
        Why::MissingFile(_) | Why::MissingModule(_) => "outside: a file that is not there".to_owned(),
        Why::Unreadable(_) => "outside: a file that cannot be read".to_owned(),
        Why::OutsideProject(_) | Why::LeadsOutside(_) => "outside: a file outside the project".to_owned(),
        Why::Untracked(_) => "outside: a file that git does not track".to_owned(),
        Why::VersionControl(_) => "outside: a file of version control".to_owned(),
        Why::Fetch(what) => format!("outside: fetched or built by {what}"),
        Why::Impure(_) | Why::Content(_) => "outside: the machine or the time".to_owned(),
        Why::Undecided(_) => "undecided, as it depends on something unknown".to_owned(),
        Why::SyntaxError(_) => "the file does not parse".to_owned(),
        Why::Cycle(_) => "infinite recursion".to_owned(),
        Why::NoSuchOption { .. } => "fails: an option that nobody declares".to_owned(),
        Why::Error(message) | Why::NoAttribute(message) | Why::Conflict(message) => {
            format!("fails: {}", without_names(message))
        }
        Why::NotModelled(_) | Why::Limit(_) | Why::Cancelled => why.to_string(),
    }
}

/// What something from outside is, without the names that differ from file to file.
fn from_outside(outside: &Outside) -> String {
    match outside.what() {
        What::Packages | What::Package | What::DevShell => "a package".to_owned(),
        What::StorePath => "the store path of a file".to_owned(),
        What::Config => "an option set elsewhere".to_owned(),
        What::Inputs | What::Input => "inputs".to_owned(),
        What::Home | What::ModulesPath | What::SearchPath | What::Argument => {
            let mut parts = outside.name().split('.');
            let first = parts.next().unwrap_or_default();
            let more = match first {
                "lib" | "builtins" => 2,
                _ => 0,
            };
            let parts = std::iter::once(first).chain(parts.take(more));
            parts.collect::<Vec<_>>().join(".")
        }
    }
}

/// A message with `…` for what is quoted in it.
fn without_names(message: &str) -> String {
    let line = message.lines().next().unwrap_or("");
    let mut out = String::new();
    for (at, part) in line.split(['\'', '`', '"']).enumerate() {
        out.push_str(if at % 2 == 1 { "…" } else { part });
    }
    out.chars().take(90).collect()
}
