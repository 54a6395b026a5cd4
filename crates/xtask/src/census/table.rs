//! What `census` prints: Markdown, to be pasted into `docs/evaluation.md`.

use super::specs::{Repository, Spec, Status};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Reasons that are listed.
const MAX_REASONS: usize = 40;
/// Gaps of one repository that are listed.
const MAX_GAPS: usize = 12;

#[derive(Clone, Copy, Default)]
struct Counts {
    specs: usize,
    on_host: usize,
    off: usize,
    island: usize,
    library: usize,
    test: usize,
    named: usize,
    silent: usize,
    known: usize,
}

impl Counts {
    fn of<'s>(specs: impl IntoIterator<Item = &'s Spec>) -> Self {
        let mut out = Self::default();
        for spec in specs {
            out.specs += 1;
            out.known += usize::from(spec.reasons.is_empty());
            match spec.status {
                Status::OnHost => out.on_host += 1,
                Status::Off => out.off += 1,
                Status::Island => out.island += 1,
                Status::Library => out.library += 1,
                Status::Test => out.test += 1,
                Status::Named => out.named += 1,
                Status::Silent => out.silent += 1,
            }
        }
        out
    }

    fn row(&self) -> String {
        let share = |part: usize| match self.specs {
            0 => String::new(),
            all => format!("{} %", (part * 100 + all / 2) / all),
        };
        let evaluated = self.on_host + self.off + self.island + self.library + self.test;
        format!(
            "{} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            self.specs,
            self.on_host,
            self.off,
            self.island,
            self.library,
            self.test,
            self.named,
            self.silent,
            share(evaluated),
            share(self.known),
        )
    }
}

/// The columns after the first ones.
const COLUMNS: &str = "specs | on a host | switched off | island | library | test | named | silent | accounted for | every fact known |";

/// All tables.
pub(super) fn render(repositories: &[Repository], details: bool) -> String {
    let mut out = format!(
        "| repository | hosts (closed) | {COLUMNS}\n|{}\n",
        "---|".repeat(12)
    );
    for repository in repositories {
        let name = repository.name.replacen("__", "/", 1);
        let (hosts, closed) = repository.hosts;
        let counts = Counts::of(&repository.specs);
        let _ = writeln!(out, "| {name} | {hosts} ({closed}) | {}", counts.row());
    }
    let all = || repositories.iter().flat_map(|repository| &repository.specs);
    let hosts: usize = repositories.iter().map(|repository| repository.hosts.0).sum();
    let closed: usize = repositories.iter().map(|repository| repository.hosts.1).sum();
    let _ = writeln!(out, "| all | {hosts} ({closed}) | {}", Counts::of(all()).row());
    // Libraries of modules have nobody to import them.
    let systems = || repositories.iter().filter(|repository| repository.hosts.0 > 0);
    let of_systems = Counts::of(systems().flat_map(|repository| &repository.specs));
    let _ = writeln!(
        out,
        "| {} with hosts | {hosts} ({closed}) | {}",
        systems().count(),
        of_systems.row()
    );

    let _ = write!(
        out,
        "\nBy surface:\n\n| surface | {COLUMNS}\n|{}\n",
        "---|".repeat(11)
    );
    let mut surfaces: BTreeMap<&str, Vec<&Spec>> = BTreeMap::new();
    for spec in all() {
        surfaces.entry(spec.site.surface.as_str()).or_default().push(spec);
    }
    for (surface, specs) in surfaces {
        let _ = writeln!(out, "| {surface} | {}", Counts::of(specs).row());
    }
    let found = all().filter(|spec| {
        !matches!(
            spec.status,
            Status::Named | Status::Silent | Status::Test | Status::Off
        )
    });
    let on_host = Counts::of(all().filter(|spec| spec.status == Status::OnHost));
    let found = Counts::of(found);
    let (containers, whole) = repositories.iter().fold((0, 0), |sum, repository| {
        (sum.0 + repository.containers.0, sum.1 + repository.containers.1)
    });
    let _ = writeln!(
        out,
        "\nEvery fact known: {} of {} specs on hosts, {} of {} specs found at all; {whole} of {containers} containers.",
        on_host.known, on_host.specs, found.known, found.specs,
    );
    reasons(&mut out, repositories);
    if details {
        self::details(&mut out, repositories);
    }
    out
}

fn reasons(out: &mut String, repositories: &[Repository]) {
    let mut by_reason: BTreeMap<&str, (usize, String)> = BTreeMap::new();
    for repository in repositories {
        for spec in &repository.specs {
            for reason in &spec.reasons {
                let entry = by_reason.entry(reason).or_insert_with(|| {
                    (
                        0,
                        format!(
                            "{}: {}:{}",
                            repository.name.replacen("__", "/", 1),
                            spec.file,
                            spec.line
                        ),
                    )
                });
                entry.0 += 1;
            }
        }
    }
    let mut sorted: Vec<_> = by_reason.into_iter().collect();
    sorted.sort_by(|a, b| b.1.0.cmp(&a.1.0).then_with(|| a.0.cmp(b.0)));
    out.push_str("\n| specs | reason | first seen |\n|---|---|---|\n");
    for (reason, (count, place)) in sorted.iter().take(MAX_REASONS) {
        let reason: String = reason.replace(['\n', '|'], " ").chars().take(160).collect();
        let _ = writeln!(out, "| {count} | {reason} | {place} |");
    }
    if sorted.len() > MAX_REASONS {
        let _ = writeln!(out, "| | {} further reasons | |", sorted.len() - MAX_REASONS);
    }
}

fn details(out: &mut String, repositories: &[Repository]) {
    for repository in repositories {
        let _ = writeln!(out, "\n## {}", repository.name.replacen("__", "/", 1));
        for spec in &repository.specs {
            if spec.status == Status::OnHost && spec.reasons.is_empty() {
                continue;
            }
            let name = spec.site.name.as_deref().unwrap_or("<name>");
            let _ = writeln!(
                out,
                "- {:?} {} {name} {}:{} {}",
                spec.status,
                spec.site.surface.as_str(),
                spec.file,
                spec.line,
                spec.reasons.join("; "),
            );
        }
        for gap in repository.gaps.iter().take(MAX_GAPS) {
            let _ = writeln!(out, "- gap: {gap}");
        }
        if repository.gaps.len() > MAX_GAPS {
            let _ = writeln!(out, "- {} further gaps", repository.gaps.len() - MAX_GAPS);
        }
    }
}
