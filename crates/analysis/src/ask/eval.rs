//! The command `eval`: values of files, expressions and module trees, as text.

use crate::check::snapshot::Analysis;
use crate::report::request::{EvalInput, EvalOutcome, EvalRequest};
use crate::vfs::Vfs;
use crate::vfs::paths::normalize;
use crate::vfs::reads::RecordingSource;
use camino::{Utf8Path, Utf8PathBuf};
use nixpod_eval::{
    ErrorRef, EvalResult, Evaluator, Limits, NO_SITE, Source, Stop, ThunkId, Tracked, Value, print,
};
use nixpod_modules::Library;
use nixpod_source::Site;
use nixpod_syntax::Hir;
use nixpod_syntax::hir::{Expr, Param};

impl Analysis {
    /// Evaluates a file or an expression.
    pub fn evaluate(&self, request: &EvalRequest) -> EvalOutcome {
        self.evaluate_then(request, |outcome| outcome)
    }

    /// The same, and what is done with the outcome while the values are still there: whoever ends the process then does
    /// not wait for them to be freed one by one.
    pub fn evaluate_then<T>(&self, request: &EvalRequest, then: impl FnOnce(EvalOutcome) -> T) -> T {
        evaluate(&self.vfs, request, then)
    }
}

/// Evaluates and prints.
fn evaluate<T>(vfs: &Vfs, request: &EvalRequest, then: impl FnOnce(EvalOutcome) -> T) -> T {
    // Texts of the command line become buffers, so that positions in them can be named like those of files.
    let mut vfs = vfs.clone();
    let directory = match (&request.directory, &vfs.project) {
        (Some(directory), _) => vfs.canonical(directory),
        (None, Some(project)) => project.canonical.clone(),
        (None, None) => Utf8PathBuf::from("/"),
    };
    let entry = match input(&mut vfs, request, &directory) {
        Ok(entry) => entry,
        Err(error) => {
            return then(EvalOutcome {
                error: Some(error),
                ..EvalOutcome::default()
            });
        }
    };
    let reader = RecordingSource::new(&vfs, None);
    let mut query = Query {
        ev: Evaluator::new(&reader, Limits::default()),
        reader: &reader,
    };
    query.ev.set_abort_on_warn(request.abort_on_warn);
    let library = Library::new(&mut query.ev);
    query.ev.set_search_path("nixpkgs/lib", library.lib);
    let result = query.run(&entry, request);
    let mut outcome = EvalOutcome {
        traces: std::mem::take(&mut query.ev.traces),
        ..EvalOutcome::default()
    };
    match result {
        Ok(text) => outcome.output = Some(text),
        Err(error) => outcome.error = Some(error),
    }
    then(outcome)
}

/// The file to evaluate.
fn input(vfs: &mut Vfs, request: &EvalRequest, directory: &Utf8Path) -> Result<Utf8PathBuf, String> {
    if !request.modules.is_empty() {
        let text = modules(vfs, &request.modules, directory);
        return Ok(buffer(vfs, directory, text));
    }
    match &request.input {
        EvalInput::File(path) => Ok(vfs.canonical(path)),
        EvalInput::Expr(text) if text.trim().is_empty() => Err("there is nothing to evaluate".to_owned()),
        EvalInput::Expr(text) => Ok(buffer(vfs, directory, text.clone())),
    }
}

fn buffer(vfs: &mut Vfs, directory: &Utf8Path, text: String) -> Utf8PathBuf {
    let path = directory.join("(expression)");
    vfs.set_buffer(path.clone(), Some(text));
    path
}

/// The expression that evaluates modules, as nixpkgs' own tests of the module system do.
fn modules(vfs: &Vfs, modules: &[Utf8PathBuf], directory: &Utf8Path) -> String {
    let mut list = String::new();
    for module in modules {
        let path = directory.join(module);
        if vfs.kind(&path).is_some() {
            list.push_str(&format!("(/. + {}) ", print::quote(normalize(&path).as_str())));
        } else {
            list.push_str(&format!("({module}\n) "));
        }
    }
    format!(
        "(import <nixpkgs/lib>).evalModules {{ modules = [ {list}]; specialArgs.modulesPath = /. + {}; }}",
        print::quote(directory.as_str())
    )
}

struct Query<'a> {
    ev: Evaluator<'a>,
    reader: &'a RecordingSource,
}

impl Query<'_> {
    fn run(&mut self, path: &Utf8Path, request: &EvalRequest) -> Result<String, String> {
        let loaded = self.reader.load(path).map_err(|why| why.to_string())?;
        if let Some(error) = self.reader.syntax_error(loaded.file) {
            return Err(error);
        }
        let root = self.ev.import(path).map_err(|why| why.to_string())?;
        let mut value = self.force(root)?;
        if takes_defaults(&loaded.hir) {
            let nothing = self.ev.attrs_from(Vec::new());
            let nothing = self.ev.alloc(Value::attrs(nothing), value.origin);
            let result = self.ev.apply(&value, nothing, NO_SITE);
            value = self.settle(result)?;
        }
        // A module tree is asked for its configuration, if for nothing else.
        let attr = match (&request.attr, request.modules.is_empty()) {
            (None, false) => Some("config"),
            (attr, _) => attr.as_deref(),
        };
        for name in attr.map(attr_path).unwrap_or_default() {
            value = self.step(&value, &name, attr.unwrap_or_default())?;
        }
        // Who asks for one value wants to know why there is none.
        if let Value::Unknown(unknown) = &value.value
            && let Some(message) = unknown.why.failure()
        {
            let place = self.ev.last_site(value.origin).and_then(|site| self.place(site));
            return Err(match place {
                Some(place) => format!("{message}\n  at {place}"),
                None => message.to_owned(),
            });
        }
        if request.json {
            let text = self.json_of(value)?;
            return Ok(text);
        }
        if request.strict {
            let text = self.ev.print(&value);
            text.map_err(|error| self.describe(&error))
        } else {
            self.print_lazily(&value)
        }
    }

    fn force(&mut self, thunk: ThunkId) -> Result<Tracked, String> {
        let value = self.ev.force(thunk);
        value.map_err(|error| self.describe(&error))
    }

    fn settle(&mut self, result: Result<Tracked, Stop>) -> Result<Tracked, String> {
        let value: EvalResult<Tracked> = self.ev.settle(result);
        value.map_err(|error| self.describe(&error))
    }

    /// One step of the attribute path of the command line; a number takes an element of a list.
    fn step(&mut self, value: &Tracked, name: &str, path: &str) -> Result<Tracked, String> {
        let symbol = self.ev.intern(name);
        match &value.value {
            Value::Attrs(set) if set.get(symbol).is_none() && set.open.is_none() => {
                Err(format!("attribute '{name}' in selection path '{path}' not found"))
            }
            _ => self.select(value, name),
        }
    }

    fn select(&mut self, value: &Tracked, name: &str) -> Result<Tracked, String> {
        if let (Value::List(list), Ok(index)) = (&value.value, name.parse::<usize>()) {
            return match list.elems.get(index) {
                Some(element) => self.force(element.thunk),
                None => Err(format!("list index {index} is out of range")),
            };
        }
        let symbol = self.ev.intern(name);
        let selected = self.ev.select_value(value, symbol, NO_SITE);
        self.settle(selected)
    }

    fn json_of(&mut self, value: Tracked) -> Result<String, String> {
        let builtins = self.ev.builtins();
        let builtins = self.force(builtins)?;
        let function = self.select(&builtins, "toJSON")?;
        let argument = self.ev.alloc_tracked(value);
        let result = self.ev.apply(&function, argument, NO_SITE);
        let text = self.settle(result)?;
        match &text.value {
            // JSON with a part that is not known says so there.
            Value::String(string) if string.hole().is_some() => {
                let value = self.force(argument)?;
                let text = self.ev.print_json(&value);
                text.map_err(|error| self.describe(&error))
            }
            Value::String(text) => Ok(text.text.to_string()),
            Value::Unknown(unknown) => Err(unknown.why.to_string()),
            _ => Err("the value has no single JSON form".to_owned()),
        }
    }

    /// As `nix-instantiate --eval` prints: parts that nobody asked for are `<CODE>`.
    fn print_lazily(&mut self, value: &Tracked) -> Result<String, String> {
        match &value.value {
            Value::Attrs(set) => {
                let mut out = "{ ".to_owned();
                for attr in self.ev.sorted(set) {
                    let name = self.ev.name(attr.name).clone();
                    if print::is_identifier(&name) {
                        out.push_str(&name);
                    } else {
                        out.push_str(&print::quote(&name));
                    }
                    out.push_str(" = <CODE>; ");
                }
                out.push('}');
                Ok(out)
            }
            Value::List(list) => Ok(format!("[ {}]", "<CODE> ".repeat(list.elems.len()))),
            _ => {
                let text = self.ev.print(value);
                text.map_err(|error| self.describe(&error))
            }
        }
    }

    /// The message, where it happened, and on the way to what.
    fn describe(&self, error: &ErrorRef) -> String {
        let mut out = error.message.clone();
        let mut last = error.site.and_then(|site| self.place(site));
        if let Some(place) = &last {
            out.push_str(&format!("\n  at {place}"));
        }
        for place in error.trace.iter().filter_map(|site| self.place(*site)) {
            if last.as_ref() != Some(&place) {
                out.push_str(&format!("\n  from {place}"));
                last = Some(place);
            }
        }
        for context in &error.context {
            out.push_str(&format!("\n  {context}"));
        }
        out
    }

    fn place(&self, site: Site) -> Option<String> {
        let (line, column) = self.reader.position(site)?;
        Some(format!("{}:{line}:{column}", self.reader.name_of(site.file)))
    }
}

/// Is the file a function of named arguments that all have defaults? Nix calls those by itself.
fn takes_defaults(hir: &Hir) -> bool {
    match hir.exprs().get(hir.root().0 as usize) {
        Some(Expr::Lambda(param, _)) => match &**param {
            Param::Pattern { fields, .. } => fields.iter().all(|field| field.default.is_some()),
            Param::Name(..) => false,
        },
        _ => false,
    }
}

/// Splits `a."b.c".d`.
fn attr_path(path: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut quoted = false;
    for c in path.chars() {
        match c {
            '"' => quoted = !quoted,
            '.' if !quoted => out.push(String::new()),
            c => {
                if let Some(last) = out.last_mut() {
                    last.push(c);
                }
            }
        }
    }
    out.retain(|name| !name.is_empty());
    out
}
