//! Tests of files, caches, labels, suppressions and fixes.

mod answers;
mod completion;
mod evaluation;
mod files;
mod fixes;
mod frameworks;
mod guests;
mod incremental;
mod inputs;
mod islands;
mod islands_in_places;
mod markdown;
mod navigate;
mod off;
mod outside;
mod parts;
mod rules;
mod scripts;
mod shapes;
mod texts;
mod trails;
mod variants;
mod views;

use crate::check::snapshot::Analysis;
use crate::host::AnalysisHost;
use crate::report::{Report, Reported};
use crate::vfs::memory::MemoryFileSystem;
use camino::Utf8PathBuf;
use std::fmt::Write as _;
use std::sync::Arc;

/// A project at `/p` with these files.
fn host(files: &[(&str, &str)]) -> (AnalysisHost, Arc<MemoryFileSystem>) {
    let fs = Arc::new(MemoryFileSystem::new());
    for (path, text) in files {
        fs.write(format!("/p/{path}"), *text);
    }
    let mut host = AnalysisHost::new(rules::RULES, fs.clone());
    host.set_project("/p".into());
    (host, fs)
}

/// A flake with hosts, each of one module.
fn flake(hosts: &[(&str, &str)]) -> String {
    let hosts = hosts.iter().map(|(name, module)| {
        format!("    nixosConfigurations.{name} = nixpkgs.lib.nixosSystem {{ modules = [ ./{module} ]; }};\n")
    });
    format!(
        "{{\n  outputs = {{ nixpkgs, ... }}: {{\n{}  }};\n}}",
        hosts.collect::<String>()
    )
}

fn project() -> Vec<Utf8PathBuf> {
    vec!["/p".into()]
}

fn check(files: &[(&str, &str)]) -> String {
    let (host, _) = host(files);
    let analysis = host.analysis();
    let report = analysis.check_with_fixes(&project());
    render(&analysis, &report)
}

/// Everything in words, one finding a line and its trail below.
fn render(analysis: &Analysis, report: &Report) -> String {
    let mut out = String::new();
    for finding in &report.findings {
        out.push_str(&render_finding(analysis, finding));
    }
    for gap in &report.not_analysed {
        let place = gap.span.map(|span| analysis.path(span.file));
        let _ = writeln!(out, "gap {}: {}", place.unwrap_or_default(), gap.reason);
    }
    for (path, reason) in &report.unreadable {
        let _ = writeln!(out, "unreadable {path}: {reason}");
    }
    out
}

fn render_finding(analysis: &Analysis, finding: &Reported) -> String {
    let mut out = String::new();
    let diagnostic = &finding.diagnostic;
    let _ = write!(
        out,
        "{} {}/{} {}: {}",
        place(analysis, diagnostic.primary.span),
        diagnostic.severity.as_str(),
        diagnostic.confidence.as_str(),
        diagnostic.rule,
        diagnostic.message
    );
    if !finding.hosts.is_empty() {
        let _ = write!(out, " [{}]", finding.hosts.join(" "));
    }
    if finding.imported_by_no_host {
        out.push_str(" imported by no host");
    }
    if let Some(reason) = &finding.suppressed {
        let _ = write!(out, " suppressed: {reason}");
    }
    out.push('\n');
    for label in &diagnostic.trail {
        let _ = writeln!(out, "  {} {}", place(analysis, label.span), label.message);
    }
    for fix in &diagnostic.fixes {
        let _ = writeln!(out, "  fix ({}): {}", fix.applicability.as_str(), fix.title);
    }
    out
}

fn place(analysis: &Analysis, span: crate::Span) -> String {
    let text = analysis.text(span.file);
    let from = analysis.line_index(span.file).position(&text, span.range.start());
    let path = analysis.path(span.file);
    let path = path.strip_prefix("/p").unwrap_or(&path);
    let part = &text[std::ops::Range::<usize>::from(span.range)];
    format!("{path}:{}:{} `{part}`", from.line, from.column)
}

/// A directory of its own for each test.
fn tempdir() -> Utf8PathBuf {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!(
        "nixpod-{}-{}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    );
    let dir = Utf8PathBuf::from_path_buf(std::env::temp_dir())
        .unwrap()
        .join(name);
    std::fs::create_dir_all(&dir).unwrap();
    dir.canonicalize_utf8().unwrap()
}
