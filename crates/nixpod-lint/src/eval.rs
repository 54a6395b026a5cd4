//! The command `eval`.

use crate::args::EvalArgs;
use crate::locate::Locator;
use crate::outcome::Outcome;
use crate::project::current_directory;
use crate::terminal::Terminal;
use anyhow::{Result, anyhow};
use camino::{Utf8Path, Utf8PathBuf};
use nixpod_analysis::{AnalysisHost, EvalInput, EvalOutcome, EvalRequest, Settings, Unreachable};

/// Evaluates and prints. `at_end` is run right before the process ends, which it may do here.
pub(crate) fn run(args: &EvalArgs, terminal: &Terminal, at_end: impl FnOnce()) -> Result<Outcome> {
    let current = current_directory()?;
    let locator = Locator::new(&current, args.root.as_deref())?;
    let Subject { host, input, modules } = Subject::find(args, &locator, terminal)?;
    let request = EvalRequest {
        directory: Some(current.clone()),
        input,
        strict: !args.lazy,
        json: args.json,
        modules,
        attr: args.attr.clone(),
        abort_on_warn: args.abort_on_warn,
    };
    host.analysis()
        .evaluate_then(&request, |outcome| match tell(outcome, args.json, terminal) {
            Ok(outcome) => {
                at_end();
                // Freeing every value by itself would take a twentieth of the whole.
                std::process::exit(outcome.code().into())
            }
            Err(error) => Err(error),
        })
}

/// What is evaluated, and in which project.
struct Subject {
    host: AnalysisHost,
    input: EvalInput,
    modules: Vec<Utf8PathBuf>,
}

impl Subject {
    fn find(args: &EvalArgs, locator: &Locator<'_>, terminal: &Terminal) -> Result<Self> {
        let located = |path: &Utf8Path| {
            let found = locator.locate(path, terminal)?;
            let host = locator.host(&found.root, &Settings::default());
            let reached = host.analysis().reach(&found.path);
            Ok::<_, anyhow::Error>((host, reached.map(|()| found.path)))
        };
        let unusable = |path: &Utf8Path, error| anyhow!(locator.unusable(path, error));
        if let Some(file) = &args.file {
            let (host, path) = located(file)?;
            let input = EvalInput::File(path.map_err(|error| unusable(file, error))?);
            let modules = Vec::new();
            return Ok(Self { host, input, modules });
        }
        let mut first = None;
        let mut modules = Vec::new();
        for word in &args.modules {
            match located(word)? {
                (host, Ok(path)) => {
                    first.get_or_insert(host);
                    modules.push(path);
                }
                // A word that is no file is an expression, and a mistake in it is reported as such.
                (_, Err(Unreachable::Missing)) => modules.push(word.clone()),
                (_, Err(error)) => return Err(unusable(word, error)),
            }
        }
        let host = match first {
            Some(host) => host,
            None => located(Utf8Path::new("."))?.0,
        };
        let input = args.expr.clone().map(EvalInput::Expr).unwrap_or_default();
        Ok(Self { host, input, modules })
    }
}

fn tell(outcome: EvalOutcome, is_json: bool, terminal: &Terminal) -> Result<Outcome> {
    for trace in &outcome.traces {
        terminal.note(&format!("trace: {trace}"));
    }
    match (outcome.output, outcome.error) {
        (Some(output), None) => {
            terminal.print_value(&format!("{output}\n"), is_json)?;
            Ok(Outcome::Clean)
        }
        (output, error) => {
            if let Some(output) = output {
                terminal.print_value(&format!("{output}\n"), is_json)?;
            }
            terminal.error_lines(error.as_deref().unwrap_or("evaluation gave no value"));
            // As `nix-instantiate` does: an expression that fails is the answer 1, not a usage error.
            Ok(Outcome::Findings)
        }
    }
}
