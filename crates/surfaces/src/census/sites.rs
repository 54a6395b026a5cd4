//! What the walk over a file finds.

use crate::census::lines::{ScriptSite, ScriptStanding};
use crate::surface::tables;
use nixpod_model::{Surface, SystemKind};
use nixpod_source::{ExprId, TextRange};
use nixpod_syntax::ParsedFile;
use nixpod_syntax::hir::{Attrs, EntryValue, Expr};
use std::collections::BTreeSet;

/// A place that defines a container, or a set of them that is computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecSite {
    /// Which kind of container.
    pub surface: Surface,
    /// The name, if it or a part of it is written out: `probe-…`.
    pub name: Option<String>,
    /// The key of the container, or of the set of containers if that is computed.
    pub key: ExprId,
    /// The value of that key.
    pub value: ExprId,
    /// The key of the set of containers.
    pub set: ExprId,
    /// The path of that set from its module, as far as it is written out.
    pub option: String,
    /// The innermost condition around it that decides whether it is there, within its module.
    pub condition: Option<ExprId>,
    /// Does it stand under a condition that is written as `false`?
    pub is_never: bool,
    /// Is it of a machine that is made for tests only?
    pub machine: Option<TestMachine>,
    /// Does where it stands tell that it is one? Otherwise it only looks like one: data that some code of the user's own
    /// makes something of may look the same.
    pub is_told: bool,
    /// Is a name of the path of the option that it is set in computed, so that only its shape tells what it is?
    pub is_unnamed: bool,
    /// What it would be a part of if somebody imported it.
    pub module: ModuleSite,
}

/// A machine that is made for tests only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestMachine {
    /// Of a NixOS test: it runs in the sandbox of a build.
    NixosTest,
    /// What a host is when it is built as a virtual machine (`virtualisation.vmVariant`).
    VmVariant,
}

/// The smallest value around a definition that can be a module: a set of options, or the function that gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModuleSite {
    /// The value.
    pub expr: ExprId,
    /// Whose options it sets.
    pub kind: SystemKind,
    /// The attribute path under which it stands in the file, as far as it is written out; empty for what is no attribute.
    pub path: String,
    /// The conditions of the definitions around it: without them the code does not come to it.
    pub conditions: Vec<ExprId>,
    /// What it is.
    pub shape: ModuleShape,
}

/// What stands in the place of a module.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ModuleShape {
    /// One of a system or a home.
    #[default]
    Module,
    /// The options of `virtualisation.quadlet` itself, of which the code makes a module in a way of its own.
    Quadlets,
    /// One of a project of arion, which somebody has to give to arion.
    Project,
    /// One of a service of such a project.
    Service,
}

impl SpecSite {
    /// A script that runs containers, as a spec that has no name.
    pub fn of_script(script: &ScriptSite) -> Self {
        Self {
            surface: Surface::CommandLine,
            name: None,
            key: script.text,
            value: script.text,
            set: script.text,
            option: script.path.clone(),
            condition: None,
            is_never: false,
            machine: None,
            is_told: script.standing != ScriptStanding::Unclear,
            is_unnamed: false,
            module: ModuleSite {
                expr: script.text,
                kind: SystemKind::Nixos,
                path: script.path.clone(),
                conditions: Vec::new(),
                shape: ModuleShape::Module,
            },
        }
    }

    /// May a container of this name be one of those that it defines?
    pub fn is_called(&self, name: &str) -> bool {
        let Some(written) = &self.name else { return true };
        // Of one in a set in a set, the name there is the last part.
        let table = tables().find(|table| table.surface == self.surface);
        let name = table.map_or(name, |table| table.innermost(name));
        let Some((first, others)) = written.split_once('…') else {
            return written == name;
        };
        let Some(mut rest) = name.strip_prefix(first) else {
            return false;
        };
        let mut others: Vec<&str> = others.split('…').collect();
        let last = others.pop().unwrap_or_default();
        for part in others {
            match rest.split_once(part) {
                Some((_, after)) => rest = after,
                None => return false,
            }
        }
        rest.ends_with(last)
    }

    /// The text of the definition, all pieces of it where it is put together from several bindings.
    pub fn range(&self, file: &ParsedFile) -> TextRange {
        let mut range = file.map.range(self.key);
        cover(file, self.value, &mut range, 0);
        range
    }
}

/// A set in the shape of a quadlet file that no option known here takes: `"web.container" = { Container = { ... }; }`. The
/// analysed code makes a file of it in a way of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuadletSite {
    /// The file's name.
    pub name: String,
    /// The key of that name.
    pub key: ExprId,
    /// The set of sections.
    pub value: ExprId,
    /// The attribute path under which it stands in the file, as far as it is written out.
    pub path: String,
}

impl QuadletSite {
    /// The container's name, if it is one: what Podman makes of the other kinds has no processes of its own.
    pub fn container(&self) -> Option<&str> {
        self.name.strip_suffix(".container")
    }
}

/// What a file writes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// Containers, and computed sets of them.
    pub specs: Vec<SpecSite>,
    /// Sets in the shape of quadlet files.
    pub quadlets: Vec<QuadletSite>,
    /// Strings in which command lines run containers.
    pub scripts: Vec<ScriptSite>,
    /// Modules that set something else that is read; each once.
    pub settings: Vec<ModuleSite>,
    /// Options that the file declares and that are called `containers`, below others: `shop.containers`.
    pub declared: BTreeSet<String>,
}

impl SpecSite {
    /// Does it define an option that the analysed code declares by itself, among these? Then it is no container, and what
    /// becomes of it is up to the code that declares it.
    pub fn is_of_own_option(&self, declared: &BTreeSet<String>) -> bool {
        self.surface == Surface::Nspawn && declared.contains(&self.option)
    }
}

/// Bindings of a set deeper than this lie in its text anyway.
const MAX_PIECES: u32 = 8;

fn cover(file: &ParsedFile, value: ExprId, range: &mut TextRange, depth: u32) {
    *range = range.cover(file.map.range(value));
    if let Expr::Attrs(attrs) = file.hir.expr(value)
        && depth < MAX_PIECES
    {
        for value in values(attrs) {
            cover(file, value, range, depth + 1);
        }
    }
}

/// The values of the bindings with fixed names.
fn values(attrs: &Attrs) -> impl Iterator<Item = ExprId> {
    attrs.entries.iter().filter_map(|entry| match entry.value {
        EntryValue::Expr(value) => Some(value),
        EntryValue::Inherit(_) | EntryValue::From(_) => None,
    })
}
