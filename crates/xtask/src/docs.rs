//! The pages below `docs/rules`: one a rule, and the table of all; the tables of severities and of controls; the lists of
//! rules and of surfaces in `README.md`, and of folders in `docs/architecture.md`; and what `proofs` makes of the experiments.

use crate::proofs;
use anyhow::{Context, Result};
use nixpod_analysis::{
    Attack, Catalogue, Controls, FixAvailability, Group, Meta, OWN_RULES, Reach, Stake, Takes,
};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// Where the pages are, below the repository's root.
const FOLDER: &str = "docs/rules";

/// The files in which lists stand, each between a line of its own and this one.
const README: &str = "README.md";
const ARCHITECTURE: &str = "docs/architecture.md";
const LIST_ENDS: &str = "<!-- The end of the list. -->\n";
/// A list with its file and the line before it.
type ListAfter = (&'static str, &'static str, fn() -> String);

const LISTS: [ListAfter; 3] = [
    (
        README,
        "<!-- The list of rules, by `cargo xtask docs`. -->\n",
        list,
    ),
    (
        README,
        "<!-- The list of surfaces, by `cargo xtask docs`. -->\n",
        surfaces,
    ),
    (
        ARCHITECTURE,
        "<!-- The order of folders, by `cargo xtask docs`. -->\n",
        folders,
    ),
];

/// All pages by path below the repository's root, rendered from the rules and the experiments.
///
/// # Errors
/// Experiments that cannot be read, or that a rule names and nobody has written.
pub fn pages(root: &Path) -> Result<BTreeMap<String, String>> {
    let rules = rules();
    let mut out = proofs::files(root)?;
    for meta in &rules {
        out.insert(format!("{FOLDER}/{}.md", meta.id), page(root, meta)?);
    }
    out.insert(format!("{FOLDER}/README.md"), table(&rules));
    out.insert(format!("{FOLDER}/RELEASES.md"), releases());
    out.insert("docs/severity.md".to_owned(), severity(&rules));
    out.insert("docs/controls.md".to_owned(), controls(&rules));
    Ok(out)
}

/// Every rule's data by name, those about the tool's own business included.
fn rules() -> Vec<&'static Meta> {
    let mut rules: Vec<&Meta> = nixpod_rules::ALL
        .iter()
        .chain(OWN_RULES)
        .map(|rule| &rule.meta)
        .collect();
    rules.sort_by_key(|meta| meta.id);
    rules
}

/// What releases of NixOS have, as far as rules depend on it.
fn releases() -> String {
    let mut out = "# What releases of NixOS have\n\n\
        Rules depend on it where an option or a key is newer than a release, and `quadlet-invalid` says so of keys. Each\n\
        entry is what the release began with; a later Podman can come to it while it lives. Numbers with `#` are pull\n\
        requests and issues of nixpkgs, with when they were opened.\n\n\
        | release | Podman | systemd | known from |\n| --- | --- | --- | --- |\n"
        .to_owned();
    for shipped in nixpod_surfaces::SHIPPED {
        let (year, month) = (shipped.release.year, shipped.release.month);
        let _ = writeln!(
            out,
            "| {year}.{month:02} | {} | {} | {} |",
            shipped.podman, shipped.systemd, shipped.sources
        );
    }
    out
}

/// The table of severities, and which rules stand in which cell.
fn severity(rules: &[&Meta]) -> String {
    let mut out = "# Severity\n\n\
        What is reached, and what it takes: each finding stands in one cell of this table, and has its severity. A rule\n\
        names its cells as `stakes`, and its tests fail on a finding of any other severity. Confidence is another thing:\n\
        how sure the analysis is.\n\n"
        .to_owned();
    let header: Vec<&str> = Takes::ALL.iter().map(|takes| takes.words()).collect();
    let _ = writeln!(out, "| what is reached, or lost | {} |", header.join(" | "));
    let _ = writeln!(out, "| --- |{}", " --- |".repeat(Takes::ALL.len()));
    for reach in Reach::ALL {
        let cells = Takes::ALL.map(|takes| match (Stake { reach, takes }).severity() {
            Some(severity) => severity.as_str(),
            None => "",
        });
        let _ = writeln!(out, "| {} | {} |", reach.words(), cells.join(" | "));
    }
    out.push_str(
        "\n*A command*: of a program in the container, or of whoever reaches the port or the file. *A further step*: being\n\
         root in the container, another permission, a moment that has to come. *A weakness elsewhere*: of the kernel, of an\n\
         engine or of a program. *Nobody*: it happens by itself.\n\n## Which rules stand where\n\n\
         | severity | what is reached, or lost | it takes | rules |\n| --- | --- | --- | --- |\n",
    );
    let mut cells: Vec<Stake> = rules.iter().flat_map(|meta| meta.stakes).copied().collect();
    cells.sort_unstable_by_key(|stake| (std::cmp::Reverse(stake.severity()), *stake));
    cells.dedup();
    for cell in cells {
        let links: Vec<String> = rules
            .iter()
            .filter(|meta| meta.stakes.contains(&cell))
            .map(|meta| format!("[{id}](rules/{id}.md)", id = meta.id))
            .collect();
        let severity = cell.severity().map_or("", |severity| severity.as_str());
        let _ = writeln!(
            out,
            "| {severity} | {} | {} | {} |",
            cell.reach.words(),
            cell.takes.words(),
            links.join(", ")
        );
    }
    out.push_str("\nThis page is generated: run `cargo xtask docs`.\n");
    out
}

/// Which rules cover which controls.
fn controls(rules: &[&Meta]) -> String {
    let mut out = "# Controls\n\n\
        Which rules cover which controls of published catalogues. The titles are ours. `nixpod-lint rules --format json` and\n\
        the `taxonomies` of `--format sarif` say the same to programs.\n"
        .to_owned();
    for catalogue in Catalogue::ALL {
        let _ = writeln!(
            out,
            "\n## {}\n\nEdition {}, {}: <{}>\n\n| control | about | rules |\n| --- | --- | --- |",
            catalogue.name(),
            catalogue.edition(),
            catalogue.organisation(),
            catalogue.url()
        );
        let all = rules.iter().flat_map(|meta| meta.controls.all());
        let mut used: Vec<_> = all.filter(|control| control.catalogue() == catalogue).collect();
        let parts = |id: &str| -> Vec<u32> {
            let digits = id.trim_start_matches('T').split('.');
            digits.filter_map(|part| part.parse().ok()).collect()
        };
        used.sort_unstable_by_key(|control| parts(control.id()));
        used.dedup();
        for control in used {
            let links: Vec<String> = rules
                .iter()
                .filter(|meta| meta.controls.all().contains(control))
                .map(|meta| format!("[{id}](rules/{id}.md)", id = meta.id))
                .collect();
            let title = control.title().unwrap_or_default();
            let _ = writeln!(out, "| {} | {title} | {} |", control.id(), links.join(", "));
        }
    }
    out.push_str("\nThis page is generated: run `cargo xtask docs`.\n");
    out
}

/// How severe the findings of a rule are, what an attacker types, and which controls it covers, as a section each.
fn judged(meta: &Meta) -> String {
    let mut out = String::new();
    if !meta.stakes.is_empty() {
        out.push_str("\n## Severity\n\nBy [the table](../severity.md):\n\n");
        for stake in meta.stakes {
            let severity = stake.severity().map_or("", |severity| severity.as_str());
            let _ = writeln!(out, "- {severity}: {}", stake.words());
        }
    }
    match meta.attack {
        Attack::Typed {
            experiment,
            command,
            gives,
        } => {
            let _ = write!(
                out,
                "\n## What an attacker types\n\n```sh\n{command}\n```\n\nAnd gets: {gives} (seen in {experiment}).\n"
            );
        }
        Attack::Nothing(reason) => {
            let _ = write!(out, "\n## What an attacker types\n\nNothing, because {reason}.\n");
        }
        Attack::NotAsked => {}
    }
    match meta.controls {
        Controls::Cover(controls) => {
            out.push_str("\n## Controls\n\n");
            for control in controls {
                let _ = writeln!(out, "- [{}]({})", control.words(), control.url());
            }
        }
        Controls::Nowhere(reason) => {
            let _ = write!(
                out,
                "\n## Controls\n\nNone of [the catalogues](../controls.md) has one, because {reason}.\n"
            );
        }
        Controls::NotAsked => {}
    }
    out
}

fn page(root: &Path, meta: &Meta) -> Result<String> {
    let mut out = format!("# {}\n\n{}.\n\n", meta.id, capitalised(meta.summary));
    let _ = writeln!(out, "| severity | group | default | fix | since |");
    let _ = writeln!(out, "| --- | --- | --- | --- | --- |");
    let _ = writeln!(
        out,
        "| {} | {} | {} | {} | {} |\n",
        meta.severity.as_str(),
        meta.group.as_str(),
        default(meta),
        fix(meta),
        meta.since
    );
    let mut fence_before = false;
    for line in meta.markdown().lines() {
        let line = line.trim_end();
        // Blank lines around headings and between examples, which the sources leave out.
        let opens = line.starts_with("```") && line != "```";
        let blank = line.starts_with("## ") || (opens && fence_before);
        if blank && !out.ends_with("\n\n") {
            out.push('\n');
        }
        let _ = writeln!(out, "{line}");
        if line.starts_with("## ") {
            out.push('\n');
        }
        fence_before = line == "```";
    }
    out.push_str(&judged(meta));
    if let Some(verdict) = meta.proof.verdict() {
        let experiments = proofs::of_rule(root, meta.proof.experiments())?;
        let _ = write!(out, "\n## Proof\n\n{}.\n", capitalised(&verdict.words()));
        if !experiments.is_empty() {
            let _ = write!(out, "\n{experiments}");
        }
    }
    let _ = write!(
        out,
        "\n---\n[All rules](README.md). This page is generated from `{}`: edit that, then run `cargo xtask docs`.\n",
        source(meta)
    );
    Ok(out)
}

fn table(rules: &[&Meta]) -> String {
    let mut out =
        "# Rules\n\nSeverity is what is reached and what it takes, by [one table](../severity.md); a finding may have another \
                   one, and says how sure it is. [Controls](../controls.md) of published catalogues are mapped. `nixpod-lint explain RULE` prints a page in the terminal.\n"
            .to_owned();
    // In the order in which the groups are declared: isolation first.
    let groups: BTreeSet<Group> = rules.iter().map(|meta| meta.group).collect();
    for group in groups {
        let name = heading(group);
        let off = if group.on_by_default() {
            ""
        } else {
            " (off by default)"
        };
        let _ = writeln!(out, "\n## {name}{off}\n");
        let _ = writeln!(out, "| rule | severity | fix | what |");
        let _ = writeln!(out, "| --- | --- | --- | --- |");
        for meta in rules.iter().filter(|meta| meta.group == group) {
            let _ = writeln!(
                out,
                "| [{id}]({id}.md) | {} | {} | {} |",
                meta.severity.as_str(),
                fix(meta),
                meta.summary,
                id = meta.id
            );
        }
    }
    out.push_str("\nThis page is generated: run `cargo xtask docs`.\n");
    out
}

/// The order of the outermost folders of each crate that has one, one row each.
fn folders() -> String {
    let layout: toml::Table = include_str!("../layout.toml").parse().unwrap_or_default();
    let mut out = "| crate | from left to right |\n|---|---|\n".to_owned();
    let order = layout.get("order").and_then(toml::Value::as_table);
    for (name, folders) in order.into_iter().flatten() {
        if name.contains('/') {
            continue;
        }
        let folders = folders.as_str().unwrap_or_default();
        let folders: Vec<&str> = folders.split_whitespace().collect();
        let _ = writeln!(out, "| {name} | {} |", folders.join(", "));
    }
    out
}

/// A file with its lists as they should be.
fn with_lists(file: &str, text: &str) -> Result<String> {
    let mut out = text.to_owned();
    for (_, begins, list) in LISTS.iter().filter(|(of, ..)| *of == file) {
        let (before, rest) = out
            .split_once(begins)
            .with_context(|| format!("{file} lacks the line {begins}"))?;
        let (_, after) = rest
            .split_once(LIST_ENDS)
            .with_context(|| format!("{file} lacks the line {LIST_ENDS}"))?;
        out = format!("{before}{begins}{}{LIST_ENDS}{after}", list());
    }
    Ok(out)
}

/// What containers are written on, one row each.
fn surfaces() -> String {
    let mut out = "| surface | where |\n|---|---|\n".to_owned();
    for (surface, places) in nixpod_surfaces::places() {
        let places: Vec<String> = places
            .iter()
            .map(|place| match place.contains(' ') {
                true => place.clone(),
                false => format!("`{place}`"),
            })
            .collect();
        let _ = writeln!(out, "| {} | {} |", surface.as_str(), places.join(", "));
    }
    out
}

/// All rules by group, one row each, and those about the tool's own business in a row of their own.
fn list() -> String {
    let mut out = "| group | rules |\n|---|---|\n".to_owned();
    let groups: BTreeSet<Group> = nixpod_rules::ALL.iter().map(|rule| rule.meta.group).collect();
    let rows = groups.into_iter().map(Some).chain([None]);
    for group in rows {
        let rules = match group {
            Some(_) => nixpod_rules::ALL,
            None => OWN_RULES,
        };
        let links: Vec<String> = rules
            .iter()
            .map(|rule| &rule.meta)
            .filter(|meta| group.is_none_or(|group| meta.group == group))
            .map(|meta| format!("[{id}]({FOLDER}/{id}.md)", id = meta.id))
            .collect();
        let name = group.map_or("Files and comments", heading);
        let _ = writeln!(out, "| {name} | {} |", links.join(", "));
    }
    out
}

fn heading(group: Group) -> &'static str {
    match group {
        Group::Isolation => "Isolation",
        Group::Secrets => "Secrets",
        Group::Users => "Users and rootless operation",
        Group::Oci => "OCI containers",
        Group::Correctness => "Correctness",
        Group::Pedantic => "Pedantic",
    }
}

fn default(meta: &Meta) -> &'static str {
    if meta.group.on_by_default() { "on" } else { "off" }
}

fn fix(meta: &Meta) -> &'static str {
    match meta.fix {
        FixAvailability::Always => "always",
        FixAvailability::Sometimes => "sometimes",
        FixAvailability::None => "none",
    }
}

/// The rule's source file, below the repository's root however it was compiled.
fn source(meta: &Meta) -> &str {
    let at = meta.file.find("crates/").unwrap_or(0);
    meta.file.get(at..).unwrap_or(meta.file)
}

/// With a capital letter.
fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

/// Writes all pages and the list, and removes the pages that belong to nothing; returns what was done.
///
/// # Errors
/// Files that cannot be read or written.
pub fn write(root: &Path) -> Result<String> {
    let mut out = String::new();
    let pages = pages(root)?;
    for (folder, path) in existing(root) {
        let name = format!("{folder}/{}", file_name(&path));
        if !pages.contains_key(&name) {
            fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
            let _ = writeln!(out, "removed {name}");
        }
    }
    for (name, text) in pages {
        let path = root.join(&name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        }
        if fs::read_to_string(&path).is_ok_and(|old| old == text) {
            continue;
        }
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        let _ = writeln!(out, "wrote {name}");
    }
    for file in [README, ARCHITECTURE] {
        let path = root.join(file);
        let old = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let new = with_lists(file, &old)?;
        if new != old {
            fs::write(&path, new).with_context(|| format!("cannot write {}", path.display()))?;
            let _ = writeln!(out, "wrote {file}");
        }
    }
    Ok(out)
}

/// What is not as [`write()`] would leave it, one line each.
pub fn stale(root: &Path) -> Vec<String> {
    let pages = match pages(root) {
        Ok(pages) => pages,
        Err(error) => return vec![format!("{error:#}")],
    };
    let gone = existing(root)
        .into_iter()
        .map(|(folder, path)| format!("{folder}/{}", file_name(&path)))
        .filter(|name| !pages.contains_key(name))
        .map(|name| format!("{name} belongs to nothing"));
    let old = pages
        .iter()
        .filter_map(|(name, text)| match fs::read_to_string(root.join(name)) {
            Ok(found) if found == *text => None,
            Ok(_) => Some(format!("{name} differs")),
            Err(_) => Some(format!("{name} is missing")),
        });
    let lists = [README, ARCHITECTURE].into_iter().filter_map(|file| {
        let list = fs::read_to_string(root.join(file))
            .map_err(anyhow::Error::from)
            .and_then(|text| Ok(with_lists(file, &text)? != text));
        match list {
            Ok(true) => Some(format!("{file} has another list")),
            Ok(false) => None,
            Err(error) => Some(format!("{error:#}")),
        }
    });
    gone.chain(old).chain(lists).collect()
}

/// The pages that are there, each with its folder.
fn existing(root: &Path) -> Vec<(&'static str, PathBuf)> {
    let pages = |folder: &'static str| {
        let entries = fs::read_dir(root.join(folder)).into_iter().flatten();
        let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        paths
            .filter(|path| path.extension().is_some_and(|end| end == "md"))
            .map(move |path| (folder, path))
    };
    [FOLDER, proofs::FOLDER].into_iter().flat_map(pages).collect()
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}
