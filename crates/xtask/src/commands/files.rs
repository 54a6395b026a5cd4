//! Files that a module writes, as NixOS does it: what becomes TOML goes through remarshal's `json2toml`.

use super::golden::{Command as Words, Made};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// Writes files. What a program writes of a value it writes once.
pub(super) struct Writer<'a> {
    json2toml: Option<&'a String>,
    known: BTreeMap<String, String>,
}

impl<'a> Writer<'a> {
    pub(super) const fn new(json2toml: Option<&'a String>) -> Self {
        let known = BTreeMap::new();
        Self { json2toml, known }
    }

    /// The lines of each file.
    pub(super) fn run(&mut self, made: &Value) -> Result<Made> {
        let mut out = Made::new();
        for (name, file) in made.as_object().context("no set of files")? {
            let mut words = Words::default();
            let text = match (file.get("text"), file.get("value")) {
                (Some(text), _) => Some(text.as_str().context("no text")?.to_owned()),
                (None, Some(value)) => Some(self.toml(&value.to_string()).with_context(|| name.clone())?),
                (None, None) => None,
            };
            match text {
                Some(text) => words.unit = text.lines().map(str::to_owned).collect(),
                None => words.problem = Some("the file of a package".to_owned()),
            }
            out.insert(name.clone(), words);
        }
        Ok(out)
    }

    fn toml(&mut self, json: &str) -> Result<String> {
        if let Some(known) = self.known.get(json) {
            return Ok(known.clone());
        }
        let program = self.json2toml.context("--json2toml: where is remarshal's?")?;
        let mut child = Command::new(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .with_context(|| format!("cannot run {program}"))?;
        // It reads all before it writes anything.
        let mut stdin = child.stdin.take().context("no input")?;
        stdin.write_all(json.as_bytes())?;
        drop(stdin);
        let output = child.wait_with_output()?;
        if !output.status.success() {
            bail!("{program} fails");
        }
        let text = String::from_utf8(output.stdout)?;
        self.known.insert(json.to_owned(), text.clone());
        Ok(text)
    }
}
