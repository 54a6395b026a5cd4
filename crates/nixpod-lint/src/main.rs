//! The command line: parses arguments, finds files, renders, sets exit codes, starts the server.
//!
//! It must never know how findings are made.
//!
//! Begin with `check`, the command that the others are variations of: `project` finds out which projects the paths are in
//! and asks each for its report, `selection` takes out what was asked for, `view` looks up paths and lines, and `output`
//! has one renderer a format. What holds always: standard output has the result and nothing else, and the exit
//! code does not depend on the format.

mod args;
mod check;
mod diff;
mod document;
mod eval;
mod explain;
mod fix;
mod locate;
mod log;
mod markdown;
mod outcome;
mod output;
mod project;
mod runner;
mod selection;
mod show;
mod streams;
mod terminal;
mod view;
mod words;

use args::{Cli, Command};
use clap::CommandFactory;
use nixpod_analysis::visible;
use outcome::Outcome;
use std::process::ExitCode;
use streams::to_stderr;
use terminal::Terminal;

/// An evaluation makes and frees a great many small objects, at which the system's allocator takes twice the time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = match Cli::from_command_line() {
        Ok(cli) => cli,
        Err(error) => {
            if error.use_stderr() {
                // It repeats the arguments, which are names of files at times.
                let text = error.render().to_string();
                to_stderr(visible::lines(&text).trim_end());
            } else {
                // Printing help into a closed pipe is no failure of ours.
                let _ = error.print();
            }
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let terminal = Terminal::new(&cli.global);
    match run(cli, &terminal) {
        Ok(outcome) => outcome.into(),
        Err(error) => {
            terminal.error(&format!("{error:#}"));
            Outcome::Failed.into()
        }
    }
}

fn run(cli: Cli, terminal: &Terminal) -> anyhow::Result<Outcome> {
    let timings = log::start(cli.global.timings)?;
    match cli.command {
        None => check::run(&cli.check, terminal),
        Some(Command::Check(args)) => check::run(&args, terminal),
        Some(Command::Show(args)) => show::run(&args, terminal),
        Some(Command::Explain { rule }) => explain::explain(&rule, terminal),
        Some(Command::Rules { format }) => explain::list(format, terminal),
        Some(Command::Eval(args)) => eval::run(&args, terminal, || drop(timings)),
        Some(Command::Lsp { stdio: _ }) => {
            let proper = nixpod_lsp::run_stdio(nixpod_rules::ALL, locate::home())?;
            Ok(if proper { Outcome::Clean } else { Outcome::Findings })
        }
        Some(Command::Completions { shell }) => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "nixpod-lint", &mut script);
            terminal.print_bytes(&script)?;
            Ok(Outcome::Clean)
        }
        Some(Command::Man) => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Cli::command()).render(&mut page)?;
            terminal.print_bytes(&page)?;
            Ok(Outcome::Clean)
        }
    }
}
