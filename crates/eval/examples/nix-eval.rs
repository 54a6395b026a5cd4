//! Evaluates a file or an expression as `nix-instantiate --eval --strict` does, for holding the evaluator against
//! Nix by hand: `nix-eval [--json|--xml] [-I path] [-A attr] [--arg name expr] [--argstr name text] FILE | -E EXPR`.

use nixpod_eval::{Evaluator, Limits, NO_SITE, Stop, Tracked, Value};
use nixpod_fixture::TestSource;
use nixpod_source::{Utf8Path, Utf8PathBuf, Why};
use nixpod_syntax::hir::{Expr, VarRef};
use std::process::ExitCode;

/// That of the linter, so that what is measured is what runs.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let source = TestSource::disk();
    let mut ev = Evaluator::new(&source, Limits::default());
    let result = run(&source, &mut ev);
    let code = tell(&ev, result);
    // As the linter does: freeing every value by itself would take a good part of the whole.
    std::mem::forget(ev);
    code
}

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "an example prints")]
fn tell(ev: &Evaluator<'_>, result: Result<String, String>) -> ExitCode {
    for trace in &ev.traces {
        eprintln!("{}", without_colours(trace));
    }
    match result {
        Ok(text) => {
            println!("{text}");
            match text.contains("«unknown") || !ev.limits_hit().is_empty() {
                true => ExitCode::from(3),
                false => ExitCode::SUCCESS,
            }
        }
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

#[expect(
    clippy::too_many_lines,
    reason = "the course of a small tool, from its arguments to what it prints"
)]
fn run(source: &TestSource, ev: &mut Evaluator<'_>) -> Result<String, String> {
    let here = std::env::current_dir().map_err(|error| error.to_string())?;
    let here = Utf8PathBuf::from_path_buf(here).map_err(|_| "the directory is not UTF-8")?;
    let (mut mode, mut attr, mut file, mut expr) = ("print", String::new(), None, None);
    let mut arguments = Vec::new();
    let mut search: Vec<String> = Vec::new();
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let mut next = || args.next().ok_or(format!("{arg} needs a value"));
        match arg.as_str() {
            "--option" => {
                let (name, value) = (next()?, next()?);
                ev.set_abort_on_warn(name == "abort-on-warn" && value == "true");
            }
            "--json" => mode = "json",
            "--xml" => mode = "xml",
            "--parse" => mode = "parse",
            "--eval" | "--strict" | "--impure" | "--no-location" => {}
            "-A" => attr = next()?,
            "-E" => expr = Some(next()?),
            "-I" => search.push(next()?),
            "--arg" => arguments.push((next()?, next()?)),
            "--argstr" => arguments.push((next()?, nixpod_eval::print::quote(&next()?))),
            "--extra-experimental-features" => drop(next()?),
            flag if flag.starts_with('-') => return Err(format!("unknown flag {flag}")),
            path => file = Some(path.to_owned()),
        }
    }
    search.extend(
        std::env::var("NIX_PATH")
            .unwrap_or_default()
            .split(':')
            .map(str::to_owned),
    );
    let entries = search.iter().filter(|entry| !entry.is_empty()).map(|entry| {
        let (prefix, path) = entry.split_once('=').unwrap_or(("", entry));
        (
            prefix.to_owned(),
            nixpod_eval::paths::resolve(here.as_str(), path).to_string(),
        )
    });
    ev.set_nix_path(entries.collect());
    ev.set_variables(std::env::vars().collect());
    ev.set_current_system("x86_64-linux");
    let loaded = match (&file, expr) {
        (_, Some(expr)) => source.add(&here.join("(expression)"), expr),
        (Some(file), None) => {
            let path = nixpod_eval::paths::resolve(here.as_str(), file);
            nixpod_eval::Source::load(source, Utf8Path::new(&*path))
        }
        (None, None) => return Err("a file or -E is needed".to_owned()),
    };
    let loaded = loaded.map_err(|why| why.to_string())?;
    if mode == "parse" {
        let undefined = loaded.hir.exprs().iter().find_map(|expr| match expr {
            Expr::Var(name, VarRef::With(frames)) if frames.is_empty() => Some(loaded.hir.name(*name)),
            _ => None,
        });
        if let Some(name) = undefined {
            return Err(format!("undefined variable '{name}'"));
        }
        return Ok("parsed".to_owned());
    }
    let thunk = ev.add_unit(loaded.file, loaded.hir, &loaded.path);
    let show = |error: nixpod_eval::ErrorRef| {
        let at = error
            .site
            .map(|site| format!(" at {}", source.show(site)))
            .unwrap_or_default();
        let trace: Vec<String> = error.trace.iter().map(|site| source.show(*site)).collect();
        let message = without_colours(&error.message);
        format!(
            "{message}{at}\n{}\n{}",
            trace.join("\n"),
            error.context.join("\n")
        )
    };
    let mut value = ev.force(thunk).map_err(show)?;
    if ev.function_args(&value.value).is_some() {
        value = auto_call(source, ev, value, &arguments, &here)?;
    }
    for name in names_of(&attr) {
        let symbol = ev.intern(&name);
        let selected = match (&value.value, name.parse::<usize>()) {
            (Value::List(list), Ok(at)) => match list.elems.get(at) {
                Some(elem) => ev.force(elem.thunk),
                None => return Err(format!("list index {at} is out of bounds")),
            },
            _ => match ev.select_value(&value, symbol, NO_SITE) {
                Err(Stop::Error(error)) if error.message == format!("attribute '{name}' missing") => {
                    return Err(format!("attribute '{name}' in selection path '{attr}' not found"));
                }
                selected => ev.settle(selected),
            },
        };
        value = selected.map_err(show)?;
        if ev.function_args(&value.value).is_some() {
            value = auto_call(source, ev, value, &arguments, &here)?;
        }
    }
    match mode {
        "json" => ev.print_json(&value).map_err(show),
        "xml" => ev
            .print_xml(&value)
            .map(|text| text.trim_end().to_owned())
            .map_err(show),
        _ => ev.print(&value).map_err(show),
    }
}

/// The names of an attribute path, with quotes around those that contain dots.
fn names_of(path: &str) -> Vec<String> {
    let mut names = vec![String::new()];
    let mut quoted = false;
    for c in path.chars() {
        match (c, names.last_mut()) {
            ('"', _) => quoted = !quoted,
            ('.', _) if !quoted => names.push(String::new()),
            (c, Some(name)) => name.push(c),
            (_, None) => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

/// Nix leaves escape sequences out where no terminal shows them.
fn without_colours(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        out.push_str(before);
        rest = after.split_once('m').map_or("", |(_, rest)| rest);
    }
    out + rest
}

/// Calls a function with the arguments of the command line, as Nix does with `--arg`.
fn auto_call(
    source: &TestSource,
    ev: &mut Evaluator<'_>,
    function: Tracked,
    arguments: &[(String, String)],
    here: &Utf8Path,
) -> Result<Tracked, String> {
    let wanted = ev.function_args(&function.value).unwrap_or_default();
    let mut entries = Vec::new();
    for (name, text) in arguments {
        let Some(symbol) = ev.symbol(name) else { continue };
        if !wanted.iter().any(|(wanted, ..)| *wanted == symbol) {
            continue;
        }
        let loaded = source
            .add(&here.join("(argument)"), text.clone())
            .map_err(|why: Why| why.to_string())?;
        entries.push((name.as_str(), ev.add_unit(loaded.file, loaded.hir, &loaded.path)));
    }
    let set = ev.attrs_from(entries);
    let argument = ev.alloc(Value::attrs(set), Default::default());
    let result = ev.apply(&function, argument, NO_SITE);
    ev.settle(result).map_err(|error| error.message.clone())
}
