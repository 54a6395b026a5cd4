//! The experiments as they are written: `testdata/lab/experiments/*.toml`, one file a topic.
//!
//! Most of what a form has may stand once for all forms of its experiment, or for all experiments of its file.

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// What a form may have from its experiment, and an experiment from its file.
const INHERITED: &[&str] = &[
    "engine",
    "uses",
    "root",
    "env",
    "default_network",
    "before",
    "args",
    "lines",
    "probe",
    "after",
];

/// One claim, and how it is tried.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Experiment {
    /// The name, which rules give as their proof.
    pub id: String,
    /// What must be so, in a sentence.
    pub claim: String,
    /// What is often said and is not so, in whole sentences.
    pub corrects: Option<String>,
    /// What else a reader should know.
    pub note: Option<String>,
    /// The rules that it is a proof of.
    #[serde(default)]
    pub rules: Vec<String>,
    /// Bad patterns that it shows and no rule finds yet, by the names that the rules would have.
    #[serde(default)]
    pub without_rule: Vec<String>,
    /// What it needs besides root, namespaces and a control group.
    #[serde(default)]
    pub needs: Vec<Need>,
    /// The generations that it can be run on, if not all.
    #[serde(default)]
    pub generations: Vec<String>,
    /// Why not on the others.
    pub otherwise: Option<String>,
    /// Why it cannot be run in the lab at all; it has no forms then.
    pub not_runnable: Option<String>,
    /// The ways to run it.
    #[serde(default, rename = "form")]
    pub forms: Vec<Form>,
    /// The file that it stands in, without its ending.
    #[serde(skip)]
    pub topic: String,
}

/// One way to run, and what must be seen then.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// Is it what the claim warns of, or what it recommends? Nothing if it is neither.
    #[serde(rename = "is")]
    pub side: Option<Side>,
    /// What tells it from the others.
    #[serde(default)]
    pub name: String,
    /// The container as a Nix module would write it: what that comes to is run.
    pub nix: Option<String>,
    /// What runs it.
    pub engine: Engine,
    /// Scripts of `testdata/lab/lib`, without their ending.
    #[serde(default)]
    pub uses: Vec<String>,
    /// Another root file system of the container.
    pub root: Option<String>,
    /// The engine's own environment, `NAME=VALUE` each.
    #[serde(default)]
    pub env: Vec<String>,
    /// Does a container of Podman have the engine's default network? Otherwise, if no flag says more, it has none.
    #[serde(default)]
    pub default_network: bool,
    /// A script on the host, before the container starts.
    #[serde(default)]
    pub before: String,
    /// The engine's own words, where no Nix has them.
    #[serde(default)]
    pub args: Vec<String>,
    /// Lines of the unit that the container stands in, likewise.
    #[serde(default)]
    pub lines: String,
    /// What runs inside, as a script of a shell.
    #[serde(default)]
    pub probe: String,
    /// A script on the host afterwards.
    #[serde(default)]
    pub after: String,
    /// All of it, where no container is started, or several are.
    #[serde(default)]
    pub run: String,
    /// Regular expressions, by line, that the output must meet.
    #[serde(default)]
    pub see: Vec<String>,
    /// Regular expressions that it must not meet.
    #[serde(default)]
    pub not: Vec<String>,
    /// The same for generations where it is otherwise.
    #[serde(default)]
    pub on: BTreeMap<String, Expectation>,
    /// Rules of the experiment that find as much in this good form as in a bad one, and why they do.
    #[serde(default)]
    pub stays: BTreeMap<String, String>,
}

/// What the output must and must not meet.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// Must.
    #[serde(default)]
    pub see: Vec<String>,
    /// Must not.
    #[serde(default)]
    pub not: Vec<String>,
}

/// What a form is an example of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// What the claim warns of.
    Bad,
    /// What it recommends.
    Good,
}

/// What runs a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Engine {
    /// `systemd-nspawn`, called as the units of NixOS call it.
    Nspawn,
    /// The same in such a unit, started by a real systemd.
    NspawnUnit,
    /// `podman run` by root.
    Podman,
    /// `podman run` by a user.
    PodmanRootless,
    /// What quadlet's generator makes of a unit; nothing is started.
    Quadlet,
    /// A unit that quadlet generates and a real systemd starts.
    QuadletStarted,
    /// A script on the host.
    Script,
}

/// What some experiments need and not every machine has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// The device /dev/fuse.
    Fuse,
    /// The device /dev/net/tun.
    Tun,
    /// Loop devices.
    Loop,
    /// Pairs of network interfaces, bridges and packet filters in a network namespace.
    Network,
    /// Nix, which not every generation has.
    Nix,
}

impl Form {
    /// What must be seen on a generation, and what not.
    pub fn expected(&self, generation: &str) -> (&[String], &[String]) {
        match self.on.get(generation) {
            Some(other) => (&other.see, &other.not),
            None => (&self.see, &self.not),
        }
    }

    /// How it is called in tables: "bad", "good: user namespace", "two words".
    pub fn label(&self) -> String {
        let side = match self.side {
            Some(Side::Bad) => "bad",
            Some(Side::Good) => "good",
            None => return self.name.clone(),
        };
        match self.name.as_str() {
            "" => side.to_owned(),
            name => format!("{side}: {name}"),
        }
    }
}

/// All experiments, by topic and in the order in which they are written.
///
/// # Errors
/// A file that cannot be read, has a key that nobody knows, or an experiment that says too little.
pub fn load(lab: &Path) -> Result<Vec<Experiment>> {
    let mut all = Vec::new();
    for path in files(lab)? {
        let text = fs::read_to_string(&path)?;
        let experiments = read(&topic(&path), &text).with_context(|| path.display().to_string())?;
        all.extend(experiments);
    }
    let mut ids = BTreeSet::new();
    for experiment in &all {
        if !ids.insert(&experiment.id) {
            bail!("two experiments are called {}", experiment.id);
        }
    }
    Ok(all)
}

/// What each topic is about: the comment at the head of its file.
///
/// # Errors
/// A file without one.
pub fn titles(lab: &Path) -> Result<BTreeMap<String, String>> {
    let mut out = BTreeMap::new();
    for path in files(lab)? {
        let text = fs::read_to_string(&path)?;
        let head = text.lines().next().and_then(|line| line.strip_prefix("# "));
        let head = head.with_context(|| format!("{} has no comment at its head", path.display()))?;
        out.insert(topic(&path), head.trim_end_matches('.').to_owned());
    }
    Ok(out)
}

fn topic(path: &Path) -> String {
    path.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn files(lab: &Path) -> Result<Vec<PathBuf>> {
    let folder = lab.join("experiments");
    let mut files: Vec<_> = fs::read_dir(&folder)
        .with_context(|| format!("cannot read {}", folder.display()))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|end| end == "toml"))
        .collect();
    files.sort();
    Ok(files)
}

/// The experiments of one file.
fn read(topic: &str, text: &str) -> Result<Vec<Experiment>> {
    let mut file: Table = text.parse()?;
    let experiments = file.remove("experiment");
    let Some(Value::Array(experiments)) = experiments else {
        bail!("no experiments");
    };
    let of_file = inherited(&mut file);
    if let Some(key) = file.keys().next() {
        bail!("unknown key `{key}`");
    }
    experiments
        .into_iter()
        .map(|experiment| one(topic, &of_file, experiment))
        .collect()
}

fn one(topic: &str, of_file: &Table, experiment: Value) -> Result<Experiment> {
    let Value::Table(mut table) = experiment else {
        bail!("an experiment is a table");
    };
    let id = table.get("id").and_then(Value::as_str).unwrap_or("?").to_owned();
    let mut given = of_file.clone();
    given.extend(inherited(&mut table));
    if let Some(Value::Array(forms)) = table.get_mut("form") {
        for form in forms.iter_mut().filter_map(Value::as_table_mut) {
            for (key, value) in &given {
                form.entry(key).or_insert_with(|| value.clone());
            }
        }
    }
    let mut experiment: Experiment = table.try_into().with_context(|| id.clone())?;
    topic.clone_into(&mut experiment.topic);
    check(&experiment).with_context(|| id)?;
    Ok(experiment)
}

/// Takes out of a table what those below it have, too.
fn inherited(table: &mut Table) -> Table {
    INHERITED
        .iter()
        .filter_map(|key| Some(((*key).to_owned(), table.remove(*key)?)))
        .collect()
}

/// An experiment says what is seen, or why nothing can be.
fn check(experiment: &Experiment) -> Result<()> {
    if experiment.forms.is_empty() != experiment.not_runnable.is_some() {
        bail!("it needs forms, or a reason for having none");
    }
    if experiment.generations.is_empty() != experiment.otherwise.is_none() {
        bail!("`generations` and `otherwise` belong together");
    }
    for form in &experiment.forms {
        let label = form.label();
        if label.is_empty() {
            bail!("a form without a name");
        }
        if form.nix.is_some() && !(form.args.is_empty() && form.lines.is_empty()) {
            bail!("{label}: what is run is what its Nix comes to, so it has no words of its own");
        }
        let scripted = form.engine == Engine::Script;
        if scripted == form.run.is_empty() || scripted != (form.probe.is_empty() && form.lines.is_empty()) {
            let quadlet = matches!(form.engine, Engine::Quadlet | Engine::QuadletStarted);
            if !quadlet {
                bail!("{label}: a script is given by `run`, all others by `probe`");
            }
        }
        let says_nothing = |see: &[String], not: &[String]| see.is_empty() && not.is_empty();
        let silent = says_nothing(&form.see, &form.not) && form.on.is_empty();
        if silent || form.on.values().any(|other| says_nothing(&other.see, &other.not)) {
            bail!("{label}: nothing is expected");
        }
    }
    Ok(())
}
