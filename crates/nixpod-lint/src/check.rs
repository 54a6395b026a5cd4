//! The command `check`.

use crate::args::{CheckArgs, Format, Gate};
use crate::diff::diff;
use crate::fix::{self, Fixed};
use crate::outcome::Outcome;
use crate::output::{Context, count, gap_lines, hidden_containers, left_out, not_analysed, print};
use crate::project::{Projects, Question};
use crate::selection::Selection;
use crate::terminal::Terminal;
use crate::view::{Finding, ResolvedFix, Results, relative};
use crate::words::Words;
use anyhow::{Result, bail};
use camino::Utf8Path;
use nixpod_analysis::{Analysis, Applicability, Refusal, closest};
use std::mem::ManuallyDrop;

/// So many findings that were not fixed are named.
const NAMED: usize = 5;

/// Checks, fixes if asked to, and prints.
pub(crate) fn run(args: &CheckArgs, terminal: &Terminal) -> Result<Outcome> {
    let selection = Selection::new(args, nixpod_rules::ALL)?;
    // The process ends right after this: taking everything apart piece by piece would only delay that.
    let mut projects = ManuallyDrop::new(Projects::new(args.into(), &selection.settings(), terminal)?);
    let base = projects.base();
    let asks_for_fixes = args.fix || args.diff;
    let question: Question = match args.format {
        _ if asks_for_fixes => Analysis::check_with_fixes,
        // These say nothing of fixes, and `--fix` asks for them itself.
        Format::Concise | Format::Github => Analysis::check,
        Format::Pretty | Format::Json | Format::Sarif => Analysis::check_with_fixes,
    };
    let look = |projects: &Projects| {
        let mut results = projects.ask(question, &base);
        results
            .findings
            .retain(|finding| selection.shows_finding(finding));
        results
    };
    let mut results = look(&projects);
    check_hosts(&args.host, &results)?;
    let mut failed = report_unreadable(&results, &projects.current, terminal) || projects.failed;

    if asks_for_fixes {
        let upto = if args.unsafe_fixes {
            Applicability::Unsafe
        } else {
            Applicability::Safe
        };
        let before = if args.diff { projects.secrets() } else { Vec::new() };
        let fixed = fix::apply(&mut projects, &selection, upto);
        tell_left(&fixed, &projects, terminal);
        tell_not_fixed(args, &fixed, &results, terminal);
        if args.diff {
            let diff = diff(&fixed, &before, &projects, terminal);
            terminal.print(&diff.text)?;
            if diff.is_masked {
                terminal.note("secrets are masked; with --show-secrets it is a patch");
            }
            if let Some(line) = not_analysed(&results) {
                terminal.note(&line);
            }
            return Ok(judged(args, &results, failed, !fixed.files.is_empty()));
        }
        failed |= write(&fixed, &projects, terminal);
        results = look(&projects);
        // What was refused is not offered again.
        for finding in &mut results.findings {
            let mut left = fixed.left.iter();
            if left.any(|left| left.fingerprint == finding.fingerprint) {
                finding.fixes.clear();
            }
        }
    }

    let context = Context {
        terminal,
        rules: nixpod_rules::ALL,
        current: &projects.current,
        base: &base,
        statistics: args.statistics,
    };
    tell(args, &results, &context, projects.is_empty())?;
    let stops = results.open().any(|finding| args.fail_on.stops(finding.severity));
    Ok(judged(args, &results, failed, stops))
}

/// How the run ends. `found`: there is something that stops it.
fn judged(args: &CheckArgs, results: &Results, failed: bool, found: bool) -> Outcome {
    match outcome(failed, found) {
        Outcome::Clean if is_incomplete(args, results) => Outcome::Failed,
        outcome => outcome,
    }
}

/// Prints what was found, and says what was not looked at. `nowhere`: no path was given that can be looked at.
fn tell(args: &CheckArgs, results: &Results, context: &Context<'_>, nowhere: bool) -> Result<()> {
    // Where nothing could be looked at, "no findings" would be a lie; programs still get their document.
    if !nowhere || matches!(args.format, Format::Json | Format::Sarif) {
        let _span = tracing::debug_span!("render").entered();
        print(args.format, results, context)?;
    }
    // The pretty format has said so itself.
    if args.format != Format::Pretty || args.statistics {
        tell_gaps(results, context);
    }
    if results.is_about_nothing() && !nowhere {
        let files = count(results.files, "file", "files");
        let note = format!("there was nothing to judge: {files}, no container");
        context.terminal.note(&note);
    }
    Ok(())
}

/// Is the answer that nothing was found worth too little? Whoever writes the code must not be able to buy silence by code
/// that takes too long to evaluate, or by a file that cannot be read.
fn is_incomplete(args: &CheckArgs, results: &Results) -> bool {
    if args.strict {
        return !results.not_analysed.is_empty() || results.is_about_nothing();
    }
    let broken = results
        .findings
        .iter()
        .any(|finding| finding.rule == "parse-error");
    let gates = !args.lenient && args.fail_on != Gate::Never;
    gates && (broken || results.not_analysed.iter().any(|gap| gap.cause.kind().blinds()))
}

/// What was not analysed, for those whose format does not say: how much of each kind, and all of it if somebody wants to
/// know.
fn tell_gaps(results: &Results, context: &Context<'_>) {
    for line in left_out(results) {
        context.terminal.note(&line);
    }
    let Some(line) = not_analysed(results) else {
        return;
    };
    let verbose = context.terminal.verbose;
    let lines = gap_lines(results, context);
    let hint = match verbose || lines.is_empty() {
        true => "",
        false => " (--verbose lists them)",
    };
    context.terminal.note(&format!("{line}{hint}"));
    let lines = match verbose {
        true => lines,
        false => hidden_containers(results, context),
    };
    for line in lines {
        context.terminal.note(&format!("not analysed: {line}"));
    }
}

fn outcome(failed: bool, found: bool) -> Outcome {
    match (failed, found) {
        (true, _) => Outcome::Failed,
        (false, true) => Outcome::Findings,
        (false, false) => Outcome::Clean,
    }
}

/// Writes fixed files; says whether something failed.
fn write(fixed: &Fixed, projects: &Projects, terminal: &Terminal) -> bool {
    let mut failed = false;
    for (project, file) in &fixed.files {
        if let Err(error) = fix::write(projects.root(*project), file) {
            terminal.error(&format!("cannot write `{}`: {error:#}", file.path));
            failed = true;
        }
    }
    if fixed.count > 0 && !failed {
        terminal.note(&format!(
            "fixed {} in {}",
            count(fixed.count, "finding", "findings"),
            count(fixed.files.len(), "file", "files")
        ));
    }
    failed
}

/// Says which fixes were not made: those that do not do what they promise, and those in files that nobody named.
fn tell_left(fixed: &Fixed, projects: &Projects, terminal: &Terminal) {
    let left = fixed.left.len();
    if left > 0 {
        terminal.note(&format!(
            "the {} of {} would not do what {}, and {} not applied",
            if left == 1 { "fix" } else { "fixes" },
            count(left, "finding", "findings"),
            if left == 1 { "it promises" } else { "they promise" },
            if left == 1 { "was" } else { "were" },
        ));
        for one in fixed.left.iter().take(NAMED) {
            let why = match &one.refusal {
                Refusal::Stays => "the finding would stay".to_owned(),
                Refusal::Unchecked => "it could not be checked within the bounds of time and size".to_owned(),
                Refusal::Breaks => "not all could be evaluated any more".to_owned(),
                Refusal::Loses(name) => format!("container `{}` would be gone", Words::from(name.as_str())),
                Refusal::Makes(rule, message) => {
                    format!("it would make another: {rule}: {}", Words::from(message.as_str()))
                }
            };
            let message = Words::from(one.message.as_str());
            terminal.note(&format!("not fixed: {}: {message} ({why})", one.rule));
        }
        if left > NAMED {
            terminal.note(&format!("not fixed: and {} more", left - NAMED));
        }
    }
    for (path, number) in &fixed.elsewhere {
        terminal.note(&format!(
            "{} would be fixed in `{}`, which was not named and stays as it is",
            count(*number, "finding", "findings"),
            relative(path, &projects.current)
        ));
    }
}

/// Says that there was nothing to fix, and how much more could be fixed by changes that have to be looked at. `before`:
/// what was found before.
fn tell_not_fixed(args: &CheckArgs, fixed: &Fixed, before: &Results, terminal: &Terminal) {
    let of = |applicability: Applicability| {
        let has = |finding: &&Finding| {
            let mut fixes = finding.fixes.iter();
            let is_safe = |fix: &ResolvedFix| fix.applicability == Applicability::Safe;
            match applicability {
                // What is fixed safely needs no other fix.
                Applicability::Unsafe => {
                    !finding.fixes.iter().any(is_safe)
                        && fixes.any(|fix| fix.applicability == applicability && !fix.edits.is_empty())
                }
                _ => fixes.any(|fix| fix.applicability == applicability),
            }
        };
        before.open().filter(has).count()
    };
    let more = match args.unsafe_fixes {
        true => 0,
        false => of(Applicability::Unsafe),
    };
    let kind = if args.unsafe_fixes { "" } else { "safe " };
    let more = match more {
        0 => String::new(),
        1 => "1 finding may have an unsafe fix (--unsafe-fixes)".to_owned(),
        more => format!("up to {more} findings have an unsafe fix (--unsafe-fixes)"),
    };
    match (fixed.files.is_empty(), more.is_empty()) {
        (true, true) => terminal.note(&format!("there is no {kind}fix to make")),
        (true, false) => terminal.note(&format!("there is no {kind}fix to make; {more}")),
        (false, true) => {}
        (false, false) => terminal.note(&more),
    }
}

/// Says which paths could not be read, or have nothing to read; was there any of the first kind?
pub(crate) fn report_unreadable(results: &Results, current: &Utf8Path, terminal: &Terminal) -> bool {
    for path in &results.without_nix {
        terminal.note(&format!("there is no Nix file in `{}`", relative(path, current)));
    }
    for (path, reason) in &results.unreadable {
        terminal.error(&format!("`{}` {reason}", relative(path, current)));
    }
    !results.unreadable.is_empty()
}

/// A host that no flake defines is a mistake of whoever asked for it.
pub(crate) fn check_hosts(wanted: &[String], results: &Results) -> Result<()> {
    for name in wanted {
        if results.hosts.iter().any(|host| host == name) {
            continue;
        }
        match closest(name, results.hosts.iter().map(String::as_str)) {
            Some(other) => bail!("there is no host `{name}`; did you mean `{other}`?"),
            None => bail!("there is no host `{name}`"),
        }
    }
    Ok(())
}
