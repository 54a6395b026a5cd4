//! Holds the licences of all dependencies against the list in `deny.toml`, and where they come from against its sources.
//!
//! `cargo deny check` does that and looks for advisories, too, but is a program of several hundred crates that CI would
//! have to build first.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

/// What `deny.toml` allows.
#[derive(Debug)]
pub struct Allowed {
    licences: Vec<String>,
    /// Those that one package may have besides, by its name.
    exceptions: Vec<(String, Vec<String>)>,
    registries: Vec<String>,
}

impl Allowed {
    /// Reads the text of `deny.toml`.
    ///
    /// # Errors
    /// A text that is not TOML or has no list of licences.
    pub fn read(text: &str) -> Result<Self> {
        let table: toml::Table = text.parse().context("deny.toml")?;
        let list = |section: &str, key: &str| -> Result<Vec<String>> {
            let list = table.get(section).and_then(|section| section.get(key));
            let list = list.and_then(toml::Value::as_array);
            let list = list.with_context(|| format!("deny.toml has no list `{section}.{key}`"))?;
            let words = list.iter().filter_map(toml::Value::as_str);
            Ok(words.map(str::to_owned).collect())
        };
        let exceptions = table
            .get("licenses")
            .and_then(|section| section.get("exceptions"));
        let exceptions = exceptions.and_then(toml::Value::as_array).into_iter().flatten();
        let exceptions = exceptions.filter_map(|one| {
            let licences = one.get("allow")?.as_array()?;
            let licences = licences.iter().filter_map(toml::Value::as_str);
            let package = one.get("crate")?.as_str()?;
            Some((package.to_owned(), licences.map(str::to_owned).collect()))
        });
        Ok(Self {
            exceptions: exceptions.collect(),
            licences: list("licenses", "allow")?,
            registries: list("sources", "allow-registry")?,
        })
    }

    /// Is what an SPDX expression asks for allowed? An expression that cannot be read is not. `/` is how manifests of
    /// old say `OR`.
    pub fn licence(&self, expression: &str) -> bool {
        let spaced = expression
            .replace('(', " ( ")
            .replace(')', " ) ")
            .replace('/', " OR ");
        let words: Vec<&str> = spaced.split_whitespace().collect();
        let mut rest = &words[..];
        self.any(&mut rest) == Some(true) && rest.is_empty()
    }

    fn any(&self, rest: &mut &[&str]) -> Option<bool> {
        let mut allowed = self.all(rest)?;
        while take(rest, "OR") {
            allowed |= self.all(rest)?;
        }
        Some(allowed)
    }

    fn all(&self, rest: &mut &[&str]) -> Option<bool> {
        let mut allowed = self.one(rest)?;
        while take(rest, "AND") {
            allowed &= self.one(rest)?;
        }
        Some(allowed)
    }

    fn one(&self, rest: &mut &[&str]) -> Option<bool> {
        if take(rest, "(") {
            let allowed = self.any(rest)?;
            return take(rest, ")").then_some(allowed);
        }
        let (name, behind) = rest.split_first()?;
        if ["OR", "AND", "WITH", ")"].contains(name) {
            return None;
        }
        *rest = behind;
        // An exception only permits more.
        if take(rest, "WITH") {
            *rest = rest.split_first()?.1;
        }
        Some(self.licences.iter().any(|licence| licence == name))
    }

    /// Has a package a licence that it alone may have?
    fn is_exception(&self, package: &str, licence: &str) -> bool {
        let mut own = self.exceptions.iter().filter(|(name, _)| name == package);
        own.any(|(_, licences)| licences.iter().any(|one| one == licence))
    }

    /// May a package come from there? What has no source lies in the workspace.
    fn source(&self, source: Option<&str>) -> bool {
        let Some(source) = source else {
            return true;
        };
        let registry = source.strip_prefix("registry+");
        registry.is_some_and(|registry| self.registries.iter().any(|allowed| allowed == registry))
    }
}

fn take(rest: &mut &[&str], word: &str) -> bool {
    match rest.split_first() {
        Some((first, behind)) if *first == word => {
            *rest = behind;
            true
        }
        _ => false,
    }
}

/// What is not allowed, a line each, of what `cargo metadata` prints; and how many packages there are.
///
/// # Errors
/// A text that is not of `cargo metadata`.
pub fn refused(metadata: &str, allowed: &Allowed) -> Result<(usize, Vec<String>)> {
    let metadata: Value = serde_json::from_str(metadata).context("what `cargo metadata` prints")?;
    let packages = metadata["packages"].as_array().context("no packages")?;
    let mut refused = Vec::new();
    for package in packages {
        let what = format!("{} {}", text(&package["name"]), text(&package["version"]));
        match package["license"].as_str() {
            Some(licence)
                if allowed.licence(licence) || allowed.is_exception(text(&package["name"]), licence) => {}
            Some(licence) => refused.push(format!("{what}: licence `{licence}`")),
            None => refused.push(format!("{what}: no licence")),
        }
        let source = package["source"].as_str();
        if !allowed.source(source) {
            refused.push(format!("{what}: from {}", source.unwrap_or_default()));
        }
    }
    Ok((packages.len(), refused))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("?")
}

/// Asks cargo for the packages, with the arguments given, and holds them against `deny.toml`.
///
/// # Errors
/// Packages that are not allowed, and a cargo that does not answer.
pub fn check(root: &Path, arguments: &[&str]) -> Result<String> {
    let deny = std::fs::read_to_string(root.join("deny.toml")).context("deny.toml")?;
    let allowed = Allowed::read(&deny)?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version=1", "--locked"])
        .args(arguments)
        .current_dir(root)
        .output()
        .context("cargo metadata")?;
    if !output.status.success() {
        bail!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    }
    let (count, refused) = refused(&String::from_utf8_lossy(&output.stdout), &allowed)?;
    let mut lines = String::new();
    for line in &refused {
        let _ = writeln!(lines, "{line}");
    }
    if !refused.is_empty() {
        bail!("not allowed by deny.toml:\n{lines}");
    }
    Ok(format!(
        "{count} packages have licences and sources that are allowed\n"
    ))
}
