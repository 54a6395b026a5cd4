//! `cargo xtask edits`: random edits of whole trees, each answered by a host that remembers and by a fresh one.

use anyhow::{Result, ensure};
use nixpod_analysis::{Analysis, AnalysisHost, FileId, OsFileSystem, Report, Utf8Path, Utf8PathBuf};
use nixpod_source::ExprId;
use nixpod_syntax::hir::{Expr, StrPart};
use std::fmt::Write;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

/// What strings become.
const STRINGS: [&str; 5] = [
    "\"edited\"",
    "\"\"",
    "\"/etc/passwd\"",
    "\"host\"",
    "\"${\"a\"}b\"",
];

/// What is written behind bindings.
const LINES: [&str; 5] = [
    "\n  privateUsers = \"pick\";",
    "\n  edited = true;",
    "\n  bindMounts.\"/edited\".hostPath = \"/etc\";",
    " inherit (builtins) edited;",
    "\n  edit",
];

/// What bindings become.
const HALVES: [&str; 3] = ["", "edited =", "edited.a = 1; edited.b = [ ];"];

/// Edits each tree so many times, and tells what a host that remembers answers differently from a fresh one.
pub fn edits(count: usize, trees: &[PathBuf]) -> Result<String> {
    let mut out = String::new();
    let mut wrong = 0;
    for tree in trees {
        let tree = Utf8PathBuf::try_from(tree.clone())?;
        wrong += edit(&tree, count, &mut out)?;
    }
    ensure!(wrong == 0, "{out}{wrong} edits were answered differently");
    Ok(out)
}

fn host(tree: &Utf8Path) -> AnalysisHost {
    let mut host = AnalysisHost::new(nixpod_rules::ALL, Arc::new(OsFileSystem));
    host.set_project(tree.to_owned());
    host
}

fn check(analysis: &Analysis, tree: &Utf8Path) -> String {
    shown(analysis, &analysis.check(&[tree.to_owned()]))
}

/// The same numbers every time: any sequence that visits all files will do.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }
}

/// The files of a tree, with their texts.
fn files(analysis: &Analysis, tree: &Utf8Path) -> Vec<(Utf8PathBuf, Arc<str>)> {
    let files = analysis.files(&[tree.to_owned()]).into_iter();
    files
        .filter_map(|path| Some((path.clone(), analysis.text(analysis.file_id(&path)?))))
        .collect()
}

/// Some place of a text, and what is to stand there.
fn random_edit(text: &str, random: &mut Random) -> Option<(Range<usize>, String)> {
    let places = places(text);
    let range = places.get(random.below(places.len()))?.clone();
    let old = text.get(range.clone()).unwrap_or_default();
    let before = text.get(..range.start).unwrap_or_default();
    let new = replacement(old, before, random.below(20));
    Some((range, new))
}

/// What two answers do not share.
fn difference(ours: &str, theirs: &str, out: &mut String) {
    for (sign, a, b) in [('-', ours, theirs), ('+', theirs, ours)] {
        for line in a.lines().filter(|line| !b.contains(*line)) {
            let _ = writeln!(out, "  {sign} {line}");
        }
    }
}

fn edit(tree: &Utf8Path, count: usize, out: &mut String) -> Result<usize> {
    let mut old = host(tree);
    check(&old.analysis(), tree);
    let files = files(&old.analysis(), tree);
    if files.is_empty() {
        return Ok(0);
    }
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let (mut wrong, mut made) = (0, 0);
    for _ in 0..count * 20 {
        if made >= count {
            break;
        }
        let Some((path, text)) = files.get(random.below(files.len())) else {
            continue;
        };
        let Some((range, new)) = random_edit(text, &mut random) else {
            continue;
        };
        let mut edited = text.to_string();
        edited.replace_range(range.clone(), &new);
        let evaluations = old.evaluations();
        old.set_buffer(path.clone(), Some(edited.clone()));
        let ours = check(&old.analysis(), tree);
        if old.evaluations() == evaluations {
            // Nothing looked at it: there is another test for that.
            old.set_buffer(path.clone(), Some(text.to_string()));
            continue;
        }
        made += 1;
        let mut fresh = host(tree);
        fresh.set_buffer(path.clone(), Some(edited));
        let theirs = check(&fresh.analysis(), tree);
        if ours != theirs {
            wrong += 1;
            let line = text.get(..range.start).unwrap_or_default().lines().count();
            let _ = writeln!(out, "{path}:{line}: {} becomes {new}", &text[range]);
            difference(&ours, &theirs, out);
        }
        old.set_buffer(path.clone(), Some(text.to_string()));
        check(&old.analysis(), tree);
    }
    let (renewals, evaluations) = (old.renewals(), old.evaluations());
    let _ = writeln!(
        out,
        "{tree}: {made} edits, {renewals} of {evaluations} evaluations kept the heap, {wrong} wrong"
    );
    Ok(wrong)
}

/// Findings, containers and what was not analysed, by the line. Hosts number files as they come upon them, so paths stand
/// for numbers.
fn shown(analysis: &Analysis, report: &Report) -> String {
    let findings = report.findings.iter().map(|one| format!("{one:?}"));
    let containers = report.containers.iter().map(|one| format!("{one:?}"));
    let gaps = report.not_analysed.iter().map(|one| format!("{one:?}"));
    let left_out = report.left_out.iter().map(|one| format!("{one:?}"));
    let mut out = String::new();
    for line in findings.chain(containers).chain(gaps).chain(left_out) {
        let mut parts = line.split("FileId(");
        out.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let (number, rest) = part.split_once(')').unwrap_or((part, ""));
            if let Ok(number) = number.parse() {
                out.push_str(analysis.path(FileId::project(number)).as_str());
            }
            out.push_str(rest);
        }
        out.push('\n');
    }
    out
}

/// Places that can be edited: strings without interpolation in double quotes, numbers, `true` and `false`, whole
/// bindings, and the empty places behind bindings and at the beginning of lists.
fn places(text: &str) -> Vec<Range<usize>> {
    let parsed = nixpod_syntax::parse(text);
    let mut out = Vec::new();
    for (index, expr) in parsed.hir.exprs().iter().enumerate() {
        let id = ExprId(index as u32);
        let range = Range::<usize>::from(parsed.map.range(id));
        let written = text.get(range.clone()).unwrap_or_default();
        match expr {
            Expr::Str(parts) if matches!(&**parts, [] | [StrPart::Text(_)]) && written.starts_with('"') => {
                out.push(range);
            }
            Expr::Int(_) => out.push(range),
            Expr::Var(..) if matches!(written, "true" | "false") => out.push(range),
            Expr::Key(_) => {
                let binding = parsed.map.binding_range(id).map(Range::<usize>::from);
                if let Some(binding) = binding.filter(|binding| binding.len() < 400) {
                    out.push(binding.end..binding.end);
                    out.push(binding);
                }
            }
            Expr::List(_) if written.starts_with('[') => out.push(range.start + 1..range.start + 1),
            _ => {}
        }
    }
    out
}

fn replacement(old: &str, before: &str, choice: usize) -> String {
    match old {
        "true" => "false".to_owned(),
        "false" => "true".to_owned(),
        "" if before.ends_with('[') => " \"edited\" ".to_owned(),
        "" => LINES[choice % LINES.len()].to_owned(),
        _ if old.starts_with('"') => STRINGS[choice % STRINGS.len()].to_owned(),
        _ if old.ends_with(';') => HALVES[choice % HALVES.len()].to_owned(),
        _ => (choice * 7).to_string(),
    }
}
