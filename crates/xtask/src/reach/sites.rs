//! Where container specs are written, by a walk over syntax alone: what the evaluation should find.
//!
//! Every entry of a set of containers that is written out is a site; a set that is computed (`mapAttrs`, a variable)
//! is one site, however many containers it makes.

use nixpod_analysis::TextRange;
use nixpod_source::ExprId;
use nixpod_surfaces::tables;
use nixpod_syntax::hir::{AttrName, Attrs, BinaryOp, EntryValue, Expr, StrPart};
use nixpod_syntax::{Hir, ParsedFile};

/// One definition of a container, or of a computed set of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecSite {
    /// The surface's name, as in all formats.
    pub surface: &'static str,
    /// The name, if it is written out.
    pub name: Option<String>,
    /// The text of the definition.
    pub range: TextRange,
}

/// What else a system that has containers sets.
const SYSTEM: [&str; 14] = [
    "boot",
    "environment",
    "fileSystems",
    "hardware",
    "imports",
    "networking",
    "nix",
    "nixpkgs",
    "programs",
    "security",
    "services",
    "sops",
    "systemd",
    "users",
];

/// Functions whose value is their last argument, as far as definitions go.
const TRANSPARENT: [&str; 12] = [
    "mkIf",
    "mkMerge",
    "mkForce",
    "mkDefault",
    "mkOverride",
    "mkVMOverride",
    "mkOrder",
    "mkBefore",
    "mkAfter",
    "optionalAttrs",
    "recursiveUpdate",
    "mkAssert",
];

/// Deeper than any file that the parser accepts would be by nesting alone.
const MAX_DEPTH: u32 = 400;

fn nspawn_options() -> &'static [&'static str] {
    let table = tables().find(|table| table.surface.as_str() == "nspawn");
    table.map_or(&[], |table| table.options)
}

/// All sites of a file.
pub fn sites(file: &ParsedFile) -> Vec<SpecSite> {
    let mut walk = Walk {
        file,
        hir: &file.hir,
        path: Vec::new(),
        out: Vec::new(),
    };
    walk.expr(file.hir.root(), 0);
    walk.out
}

struct Walk<'f> {
    file: &'f ParsedFile,
    hir: &'f Hir,
    /// The option path so far; `None` for a computed name.
    path: Vec<Option<String>>,
    out: Vec<SpecSite>,
}

impl Walk<'_> {
    fn expr(&mut self, id: ExprId, depth: u32) {
        if depth > MAX_DEPTH {
            return;
        }
        let next = depth + 1;
        match self.hir.expr(id) {
            Expr::Attrs(attrs) => self.attrs(attrs, next),
            Expr::Let(bindings, body) => {
                self.bindings(bindings, next);
                self.expr(*body, next);
            }
            Expr::With(_, body) | Expr::Assert(_, body) => self.expr(*body, next),
            // A module function, wherever it is a value, begins anew.
            Expr::Lambda(_, body) => self.afresh(|walk| walk.expr(*body, next)),
            Expr::If(_, yes, no) => {
                self.expr(*yes, next);
                self.expr(*no, next);
            }
            Expr::Binary(BinaryOp::Update, left, right) => {
                self.expr(*left, next);
                self.expr(*right, next);
            }
            Expr::Binary(_, left, right) => self.afresh(|walk| {
                walk.expr(*left, next);
                walk.expr(*right, next);
            }),
            Expr::Apply(function, argument) => {
                if self.is_transparent(*function) {
                    self.elements(*argument, next);
                    self.afresh(|walk| walk.expr(*function, next));
                } else {
                    self.afresh(|walk| {
                        walk.expr(*function, next);
                        walk.expr(*argument, next);
                    });
                }
            }
            Expr::List(elements) => self.afresh(|walk| {
                for element in elements {
                    walk.expr(*element, next);
                }
            }),
            Expr::Select(base, _, default) => self.afresh(|walk| {
                walk.expr(*base, next);
                if let Some(default) = default {
                    walk.expr(*default, next);
                }
            }),
            _ => {}
        }
    }

    /// The argument of `mkMerge` and the like: the elements of a list are definitions of the same path.
    fn elements(&mut self, id: ExprId, depth: u32) {
        match self.hir.expr(id) {
            Expr::List(elements) => {
                for element in elements {
                    self.expr(*element, depth + 1);
                }
            }
            _ => self.expr(id, depth),
        }
    }

    fn afresh(&mut self, run: impl FnOnce(&mut Self)) {
        let path = std::mem::take(&mut self.path);
        run(self);
        self.path = path;
    }

    /// Bindings of a `let` are no options, whatever they are called; what they hold may be modules.
    fn bindings(&mut self, bindings: &Attrs, depth: u32) {
        self.afresh(|walk| {
            walk.path.push(Some("let".to_owned()));
            walk.attrs(bindings, depth);
        });
    }

    fn attrs(&mut self, attrs: &Attrs, depth: u32) {
        // `containers = f x;` may be data of any kind; among options of a system it is a system's, but not in a list
        // of modules.
        let listed = attrs
            .entries
            .iter()
            .filter(|entry| self.is_file(entry.value))
            .count();
        let siblings = listed < 2 && self.has_options(attrs);
        for entry in &attrs.entries {
            let value = match entry.value {
                EntryValue::Expr(value) => value,
                EntryValue::Inherit(_) | EntryValue::From(_) => entry.key,
            };
            self.path.push(Some(self.hir.name(entry.name).to_string()));
            self.entry(entry.key, value, siblings, depth);
            self.path.pop();
        }
        for entry in &attrs.dynamic {
            self.path.push(None);
            self.entry(entry.name, entry.value, siblings, depth);
            self.path.pop();
        }
    }

    fn has_options(&self, attrs: &Attrs) -> bool {
        let mut names = attrs
            .entries
            .iter()
            .map(|entry| self.hir.name(entry.name).as_str());
        attrs.entries.len() == 1 || names.any(|name| SYSTEM.contains(&name))
    }

    /// Is it `import ./x`, or the path by itself?
    fn is_file(&self, value: EntryValue) -> bool {
        let EntryValue::Expr(mut value) = value else {
            return false;
        };
        if let Expr::Apply(_, argument) = self.hir.expr(value) {
            value = *argument;
        }
        matches!(self.hir.expr(value), Expr::Path(..))
    }

    /// Is it not a set that is written out?
    fn is_computed(&self, value: ExprId) -> bool {
        !matches!(self.hir.expr(self.unwrapped(value)), Expr::Attrs(_))
    }

    fn entry(&mut self, key: ExprId, value: ExprId, siblings: bool, depth: u32) {
        if self
            .path
            .last()
            .is_some_and(|name| name.as_deref() == Some("options"))
        {
            return;
        }
        match self.surface() {
            Some("nspawn") if self.is_computed(value) && !siblings => self.expr(value, depth),
            Some(surface) => self.containers(surface, key, value, depth),
            None => self.expr(value, depth),
        }
    }

    /// The surface whose set of containers this path is.
    fn surface(&self) -> Option<&'static str> {
        let ends_with = |names: &[&str]| {
            self.path.len() >= names.len()
                && self
                    .path
                    .iter()
                    .rev()
                    .zip(names.iter().rev())
                    .all(|(a, b)| a.as_deref() == Some(*b))
        };
        let sets = tables().flat_map(|table| {
            let paths = [Some(table.path), table.old_path];
            paths.into_iter().flatten().map(move |path| (table, path))
        });
        for (table, names) in sets {
            let rooted = |path: &[Option<String>]| match path {
                [] => true,
                [Some(config)] => config == "config",
                [Some(flake), Some(modules), Some(_)] => flake == "flake" && modules.ends_with("Modules"),
                [Some(flake), Some(modules), Some(_), Some(_)] => flake == "flake" && modules == "modules",
                [.., Some(configuration)] => configuration == "configuration",
                _ => false,
            };
            if ends_with(names)
                && (names.len() > 1 || rooted(self.path.get(..self.path.len() - names.len()).unwrap_or(&[])))
            {
                return Some(table.surface.as_str());
            }
        }
        None
    }

    /// The value of a set of containers.
    fn containers(&mut self, surface: &'static str, key: ExprId, value: ExprId, depth: u32) {
        if depth > MAX_DEPTH {
            return;
        }
        let next = depth + 1;
        match self.hir.expr(value) {
            Expr::Attrs(attrs) => {
                for entry in &attrs.entries {
                    let EntryValue::Expr(inner) = entry.value else {
                        self.site(
                            surface,
                            Some(self.hir.name(entry.name).to_string()),
                            entry.key,
                            entry.key,
                        );
                        continue;
                    };
                    let name = self.hir.name(entry.name).to_string();
                    self.container(surface, Some(name), entry.key, inner, next);
                }
                for entry in &attrs.dynamic {
                    let name = match self.hir.expr(entry.name) {
                        Expr::Str(parts) => match &**parts {
                            [StrPart::Text(text)] => Some(text.to_string()),
                            _ => None,
                        },
                        _ => None,
                    };
                    self.container(surface, name, entry.name, entry.value, next);
                }
            }
            Expr::Let(bindings, body) => {
                self.bindings(bindings, next);
                self.containers(surface, key, *body, next);
            }
            Expr::With(_, body) | Expr::Assert(_, body) => self.containers(surface, key, *body, next),
            Expr::If(_, yes, no) => {
                self.containers(surface, key, *yes, next);
                self.containers(surface, key, *no, next);
            }
            Expr::Binary(BinaryOp::Update, left, right) => {
                self.containers(surface, key, *left, next);
                self.containers(surface, key, *right, next);
            }
            Expr::Apply(function, argument) if self.is_transparent(*function) => {
                match self.hir.expr(*argument) {
                    Expr::List(elements) => {
                        for element in elements {
                            self.containers(surface, key, *element, next);
                        }
                    }
                    _ => self.containers(surface, key, *argument, next),
                }
            }
            Expr::Apply(..) | Expr::Var(..) | Expr::Select(..) | Expr::Key(_) => {
                self.site(surface, None, key, value);
                self.afresh(|walk| walk.expr(value, next));
            }
            _ => {}
        }
    }

    /// The value of one container.
    fn container(
        &mut self,
        surface: &'static str,
        name: Option<String>,
        key: ExprId,
        value: ExprId,
        depth: u32,
    ) {
        let inner = self.unwrapped(value);
        if let Expr::Attrs(attrs) = self.hir.expr(inner) {
            let has = |names: &[&str]| {
                attrs
                    .entries
                    .iter()
                    .any(|entry| names.contains(&self.hir.name(entry.name).as_str()))
            };
            // A set with none of the options is something else that is called `containers`.
            if surface == "nspawn" && !has(nspawn_options()) {
                return;
            }
            // A guest may hold containers of its own.
            for entry in &attrs.entries {
                if let EntryValue::Expr(inner) = entry.value
                    && self.hir.name(entry.name) == "config"
                {
                    self.afresh(|walk| walk.expr(inner, depth));
                }
            }
        } else if surface == "nspawn"
            && !matches!(
                self.hir.expr(inner),
                Expr::Apply(..) | Expr::Binary(..) | Expr::Var(..) | Expr::Select(..)
            )
        {
            return;
        }
        self.site(surface, name, key, value);
    }

    fn site(&mut self, surface: &'static str, name: Option<String>, key: ExprId, value: ExprId) {
        let mut range = self.file.map.range(key);
        self.cover(value, &mut range, 0);
        self.out.push(SpecSite { surface, name, range });
    }

    /// Widens a range over a value, all pieces of it where it is put together from several bindings.
    fn cover(&self, value: ExprId, range: &mut TextRange, depth: u32) {
        *range = range.cover(self.file.map.range(value));
        if let Expr::Attrs(attrs) = self.hir.expr(value)
            && depth < 8
        {
            for entry in &attrs.entries {
                if let EntryValue::Expr(inner) = entry.value {
                    self.cover(inner, range, depth + 1);
                }
            }
        }
    }

    /// What is inside of `mkIf`, `let` and the like.
    fn unwrapped(&self, id: ExprId) -> ExprId {
        let mut at = id;
        for _ in 0..MAX_DEPTH {
            at = match self.hir.expr(at) {
                Expr::Let(_, body) | Expr::With(_, body) | Expr::Assert(_, body) => *body,
                Expr::Apply(function, argument) if self.is_transparent(*function) => *argument,
                _ => return at,
            };
        }
        at
    }

    /// Is it `mkIf condition`, `lib.mkMerge` and the like?
    fn is_transparent(&self, function: ExprId) -> bool {
        let mut at = function;
        for _ in 0..4 {
            let name = match self.hir.expr(at) {
                Expr::Apply(function, _) => {
                    at = *function;
                    continue;
                }
                Expr::Var(name, _) => *name,
                Expr::Select(_, names, _) => match names.last() {
                    Some(AttrName::Static(name, _)) => *name,
                    _ => return false,
                },
                _ => return false,
            };
            return TRANSPARENT.contains(&self.hir.name(name).as_str());
        }
        false
    }
}
