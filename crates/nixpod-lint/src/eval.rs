//! The command `eval`.

use crate::args::EvalArgs;
use crate::outcome::Outcome;
use crate::project::{absolute, current_directory, reason};
use crate::terminal::Terminal;
use anyhow::{Result, bail};
use camino::Utf8PathBuf;
use nixpod_analysis::{
    AnalysisHost, EvalInput, EvalOutcome, EvalRequest, FileSystem, OsFileSystem, project_root,
};
use std::sync::Arc;

/// Evaluates and prints. `at_end` is run right before the process ends, which it may do here.
pub(crate) fn run(args: &EvalArgs, terminal: &Terminal, at_end: impl FnOnce()) -> Result<Outcome> {
    let fs: Arc<dyn FileSystem> = Arc::new(OsFileSystem);
    let current = current_directory()?;
    let existing = |path: &Utf8PathBuf| -> Result<Utf8PathBuf> {
        let path_on_disk = absolute(path, &current, &*fs);
        if let Err(error) = fs.canonicalize(&path_on_disk) {
            bail!("cannot read `{path}`: {}", reason(&error));
        }
        Ok(path_on_disk)
    };
    // A word that is no file is an expression, and a mistake in it is reported as such.
    let modules: Vec<Utf8PathBuf> = args
        .modules
        .iter()
        .map(|word| existing(word).unwrap_or_else(|_| word.clone()))
        .collect();
    let (input, near) = match (&args.file, &args.expr) {
        (Some(file), _) => {
            let file = existing(file)?;
            (EvalInput::File(file.clone()), file)
        }
        (None, Some(expr)) => (EvalInput::Expr(expr.clone()), current.clone()),
        (None, None) => {
            let near = modules.first().cloned().unwrap_or_else(|| current.clone());
            (EvalInput::default(), near)
        }
    };
    let mut host = AnalysisHost::new(nixpod_rules::ALL, Arc::clone(&fs));
    host.set_project(project_root(&*fs, &near));
    let request = EvalRequest {
        directory: Some(current),
        input,
        strict: !args.lazy,
        json: args.json,
        modules,
        attr: args.attr.clone(),
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
