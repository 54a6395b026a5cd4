//! The walk over a file that finds containers.

use crate::census::names::{
    SETTINGS, has_others, is_empty, is_nspawn, is_of_options, is_quadlet, is_system, is_test, known_part,
    makes_test, may_be_nspawn, may_be_nspawn_of, section_of, tells_guest, tells_home, tells_no_system,
};
use crate::census::path::{Set, Step, Steps, names};
use crate::census::projects::{is_service, is_services};
use crate::census::sites::{Census, ModuleShape, ModuleSite, QuadletSite, SpecSite, TestMachine};
use crate::census::unnamed;
use crate::census::wrapped::{
    Declared, MAX_DEPTH, MAX_NAMES, condition_of, defaults, is_for_text, is_never, merged, passes_on,
    removed, takes_what_modules_get, unwrapped,
};
use crate::surface::tables;
use crate::vocabulary::options::Systems;
use nixpod_model::{Surface, SystemKind};
use nixpod_source::ExprId;
use nixpod_syntax::Hir;
use nixpod_syntax::hir::{Attrs, BinaryOp, EntryValue, Expr};

/// All that a file writes.
pub(super) fn census(hir: &Hir) -> Census {
    let mut walk = Walk {
        hir,
        begin: hir.root(),
        outer: Vec::new(),
        path: Steps::default(),
        condition: None,
        definitions: Vec::new(),
        outside: 0,
        is_never: false,
        machine: None,
        out: Census::default(),
    };
    walk.expr(hir.root(), 0);
    walk.out
}

struct Walk<'h> {
    hir: &'h Hir,
    /// Where the path begins.
    begin: ExprId,
    /// The names under which that stands in the file.
    outer: Vec<String>,
    /// The option path so far.
    path: Steps,
    /// The innermost condition since the path began.
    condition: Option<ExprId>,
    /// The conditions of definitions around it, and how many of them are outside of where the path begins.
    definitions: Vec<ExprId>,
    outside: usize,
    /// Is there a condition around it that is written as `false`?
    is_never: bool,
    /// Is it a part of a machine for tests?
    machine: Option<TestMachine>,
    out: Census,
}

impl Walk<'_> {
    fn expr(&mut self, id: ExprId, depth: u32) {
        if depth > MAX_DEPTH {
            return;
        }
        let next = depth + 1;
        if let Some(definitions) = merged(self.hir, id) {
            return self.elements(definitions, next);
        }
        match self.hir.expr(id) {
            Expr::Attrs(attrs) => self.attrs(attrs, next),
            Expr::Let(bindings, body) => {
                // What stands before the description of a test is what its machines are made of.
                let outside = self.machine;
                let of_test = makes_test(self.hir, *body).then_some(TestMachine::NixosTest);
                self.machine = outside.or(of_test);
                self.bindings(id, bindings, next);
                self.machine = outside;
                self.expr(*body, next);
            }
            Expr::With(_, body) => self.expr(*body, next),
            Expr::Assert(_, body) => self.expr(*body, next),
            // A module function, wherever it is a value, begins anew.
            Expr::Lambda(param, body) => {
                let begin = if takes_what_modules_get(param) { id } else { *body };
                let defaults: Vec<ExprId> = defaults(param).collect();
                self.each_afresh(&defaults, next);
                self.afresh(begin, |walk| walk.expr(*body, next));
            }
            Expr::If(condition, yes, no) => self.under(*condition, |walk| {
                walk.expr(*yes, next);
                walk.expr(*no, next);
            }),
            Expr::Binary(BinaryOp::Update, left, right) => {
                self.expr(*left, next);
                self.expr(*right, next);
            }
            Expr::Binary(_, left, right) => self.each_afresh(&[*left, *right], next),
            Expr::Apply(function, argument) => match passes_on(self.hir, *function) {
                Some(condition) => {
                    self.perhaps_under(condition, |walk| walk.elements(*argument, next));
                    self.each_afresh(&[*function], next);
                }
                None if is_for_text(self.hir, *function) => {}
                None => self.each_afresh(&[*function, *argument], next),
            },
            Expr::List(elements) => self.each_afresh(elements, next),
            Expr::Select(base, _, default) => {
                self.each_afresh(&[*base], next);
                self.each_afresh(default.as_slice(), next);
            }
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

    fn each_afresh(&mut self, all: &[ExprId], depth: u32) {
        for one in all {
            self.afresh(*one, |walk| walk.expr(*one, depth));
        }
    }

    fn afresh(&mut self, begin: ExprId, run: impl FnOnce(&mut Self)) {
        let path = std::mem::take(&mut self.path);
        let outer = (self.begin, self.condition.take(), self.outer.len(), self.outside);
        self.begin = begin;
        self.outside = self.definitions.len();
        self.outer.extend(names(&path));
        run(self);
        let names;
        (self.begin, self.condition, names, self.outside) = outer;
        self.outer.truncate(names);
        self.path = path;
    }

    /// With a further name on the path.
    fn below(&mut self, name: Option<String>, value: ExprId, run: impl FnOnce(&mut Self)) {
        let step = Step {
            name,
            value,
            beside_options: false,
        };
        self.down(step, run);
    }

    fn down(&mut self, step: Step, run: impl FnOnce(&mut Self)) {
        self.path.push(step);
        run(self);
        self.path.pop();
    }

    fn under(&mut self, condition: ExprId, run: impl FnOnce(&mut Self)) {
        let outer = (self.condition.replace(condition), self.is_never);
        self.is_never |= is_never(self.hir, condition);
        run(self);
        (self.condition, self.is_never) = outer;
    }

    fn perhaps_under(&mut self, condition: Option<ExprId>, run: impl FnOnce(&mut Self)) {
        let Some(condition) = condition else {
            return run(self);
        };
        self.definitions.push(condition);
        self.under(condition, run);
        self.definitions.pop();
    }

    /// Bindings of a `let` are no options, whatever they are called; what they hold may be modules.
    fn bindings(&mut self, around: ExprId, bindings: &Attrs, depth: u32) {
        self.afresh(around, |walk| {
            let name = Some("let".to_owned());
            walk.below(name, around, |walk| walk.attrs(bindings, depth));
        });
    }

    fn attrs(&mut self, attrs: &Attrs, depth: u32) {
        // `containers = f x;` may be data of any kind; among options of a system it is a system's, but not in a list
        // of modules.
        let files = attrs.entries.iter().filter(|entry| self.is_file(entry.value));
        let options = files.count() < 2 && is_of_options(self.hir, attrs);
        let beside_options = is_system(self.hir, attrs);
        let is_test = is_test(self.hir, attrs);
        let in_virtualisation = self.path.name(0) == Some("virtualisation");
        let outside = self.machine;
        let around = outside.or(is_test.then_some(TestMachine::NixosTest));
        for entry in &attrs.entries {
            let value = match entry.value {
                EntryValue::Expr(value) => value,
                EntryValue::Inherit(_) | EntryValue::From(_) => entry.key,
            };
            let name = self.hir.name(entry.name).to_string();
            self.machine = around;
            match name.as_str() {
                "containers" | "nodes" if is_test => {
                    self.machines(value, depth);
                    continue;
                }
                "vmVariant" | "vmVariantWithBootLoader" | "vmVariantWithDisko" if in_virtualisation => {
                    self.machine = around.or(Some(TestMachine::VmVariant));
                    self.each_afresh(&[value], depth);
                    continue;
                }
                _ => {}
            }
            self.quadlet(&name, entry.key, value);
            let step = Step {
                name: Some(name),
                value,
                beside_options,
            };
            self.down(step, |walk| walk.entry(entry.key, value, options, depth));
        }
        self.machine = around;
        for entry in &attrs.dynamic {
            let value = entry.value;
            let step = Step {
                name: None,
                value,
                beside_options,
            };
            self.down(step, |walk| walk.entry(entry.name, value, options, depth));
        }
        self.machine = outside;
    }

    /// The machines of a test: each is a module of NixOS.
    fn machines(&mut self, machines: ExprId, depth: u32) {
        match self.hir.expr(machines) {
            Expr::Attrs(attrs) => {
                let written = attrs.entries.iter().filter_map(|entry| match entry.value {
                    EntryValue::Expr(value) => Some(value),
                    EntryValue::Inherit(_) | EntryValue::From(_) => None,
                });
                let all: Vec<ExprId> = written
                    .chain(attrs.dynamic.iter().map(|entry| entry.value))
                    .collect();
                self.each_afresh(&all, depth);
            }
            _ => self.each_afresh(&[machines], depth),
        }
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
        !matches!(self.hir.expr(unwrapped(self.hir, value)), Expr::Attrs(_))
    }

    fn entry(&mut self, key: ExprId, value: ExprId, options: bool, depth: u32) {
        if self.path.name(0) == Some("options") {
            let declared = Declared::below(self.hir, value);
            self.out.declared.extend(declared.containers);
            return self.each_afresh(&declared.modules, depth);
        }
        self.setting();
        let Some(set) = self.path.set(key) else {
            let is_one = self.project(key, value, depth) || self.below_unnamed(key, value);
            return match is_one {
                true => {}
                false => self.expr(value, depth),
            };
        };
        let is_nspawn = set.table.surface == Surface::Nspawn;
        if is_nspawn && self.is_computed(value) && !(options && set.in_module) {
            return self.expr(value, depth);
        }
        self.containers(set, value, depth);
    }

    /// Remembers the module, if this path is an option that is read, and it is told to be a module's.
    fn setting(&mut self) {
        let mut options = SETTINGS.iter().filter(|names| self.path.ends(names));
        let Some(names) = options.next() else { return };
        let before = self.path.len() - names.len();
        let told = self.path.is_place_of_modules(before) || self.path.seems_module(before);
        if self.machine.is_some() || !told {
            return;
        }
        let in_config = before > 0 && self.path.name(names.len()) == Some("config");
        let kind = match names.first() {
            Some(&"home" | &"xdg") => SystemKind::Home,
            _ => SystemKind::Nixos,
        };
        let module = self.module(before - usize::from(in_config), kind);
        if !self.out.settings.iter().any(|known| known.expr == module.expr) {
            self.out.settings.push(module);
        }
    }

    /// Remembers a set in the shape of a quadlet file.
    fn quadlet(&mut self, name: &str, key: ExprId, value: ExprId) {
        let Some(section) = section_of(name) else { return };
        let Expr::Attrs(attrs) = self.hir.expr(unwrapped(self.hir, value)) else {
            return;
        };
        let mut sections = attrs.entries.iter();
        if sections.any(|entry| self.hir.name(entry.name) == section) {
            let around = self.outer.iter().cloned().chain(names(&self.path));
            let names = around.chain([name.to_owned()]).take(MAX_NAMES);
            self.out.quadlets.push(QuadletSite {
                name: name.to_owned(),
                key,
                value: unwrapped(self.hir, value),
                path: names.collect::<Vec<_>>().join("."),
            });
        }
    }

    /// The value of a set of containers.
    fn containers(&mut self, set: Set, value: ExprId, depth: u32) {
        if depth > MAX_DEPTH {
            return;
        }
        let next = depth + 1;
        if let Some((all, names)) = removed(self.hir, value) {
            return self.under(names, |walk| walk.containers(set, all, next));
        }
        if let Some(Expr::List(all)) = merged(self.hir, value).map(|all| self.hir.expr(all)) {
            return all.iter().for_each(|one| self.containers(set, *one, next));
        }
        match self.hir.expr(value) {
            Expr::Attrs(attrs) => {
                // Beside containers of another kind it takes more to tell.
                let is_told = set.table.surface != Surface::Nspawn || !has_others(self.hir, attrs);
                let in_module = set.in_module && is_told;
                let set = Set { in_module, ..set };
                for entry in &attrs.entries {
                    let name = Some(self.hir.name(entry.name).to_string());
                    match entry.value {
                        EntryValue::Expr(inner) => self.container(set, name, (entry.key, inner), next),
                        EntryValue::Inherit(_) | EntryValue::From(_) if set.in_module => {
                            self.site(set, name, entry.key, entry.key);
                        }
                        EntryValue::Inherit(_) | EntryValue::From(_) => {}
                    }
                }
                for entry in &attrs.dynamic {
                    let name = known_part(self.hir, entry.name);
                    self.container(set, name, (entry.name, entry.value), next);
                }
            }
            Expr::Let(bindings, body) => {
                self.bindings(value, bindings, next);
                self.containers(set, *body, next);
            }
            Expr::With(_, body) | Expr::Assert(_, body) => self.containers(set, *body, next),
            Expr::If(condition, yes, no) => self.under(*condition, |walk| {
                walk.containers(set, *yes, next);
                walk.containers(set, *no, next);
            }),
            Expr::Binary(BinaryOp::Update, left, right) => {
                self.containers(set, *left, next);
                self.containers(set, *right, next);
            }
            Expr::Apply(function, argument) => match passes_on(self.hir, *function) {
                Some(condition) => {
                    let definitions = match self.hir.expr(*argument) {
                        Expr::List(elements) => elements,
                        _ => std::slice::from_ref(argument),
                    };
                    self.perhaps_under(condition, |walk| {
                        for definition in definitions {
                            walk.containers(set, *definition, next);
                        }
                    });
                }
                None => self.computed(set, value, next),
            },
            Expr::Var(..) | Expr::Select(..) | Expr::Key(_) => self.computed(set, value, next),
            _ => {}
        }
    }

    /// A set of containers that is not written out.
    fn computed(&mut self, set: Set, value: ExprId, depth: u32) {
        self.site(set, None, set.key, value);
        self.each_afresh(&[value], depth);
    }

    /// The value of one container.
    fn container(&mut self, set: Set, name: Option<String>, (key, value): (ExprId, ExprId), depth: u32) {
        let inner = unwrapped(self.hir, value);
        let is_nspawn_set = set.table.surface == Surface::Nspawn;
        if let Expr::Attrs(attrs) = self.hir.expr(inner) {
            // A set with none of the options is something else that is called `containers`; away from modules it takes
            // more to tell.
            if is_nspawn_set && is_quadlet(self.hir, attrs) {
                return self.quadlet_elsewhere(set, name, key, value);
            }
            let is_one = match set.in_module {
                // One that says nothing is one all the same, and mostly switched off.
                true if is_empty(attrs) => true,
                true => may_be_nspawn(self.hir, attrs),
                false => is_nspawn(self.hir, attrs),
            };
            if is_nspawn_set && !is_one {
                // It may be an aspect that is called so.
                return self.below(name, value, |walk| match walk.below_unnamed(key, value) {
                    true => {}
                    false => walk.expr(value, depth),
                });
            }
            // A guest may hold containers of its own.
            if let Some(guest) = set.table.guest {
                self.below(name.clone(), value, |walk| {
                    walk.guests(attrs, guest, depth);
                    walk.guests(attrs, &["path"], depth);
                });
            }
        } else {
            // What makes the container may be told the guest.
            if matches!(self.hir.expr(inner), Expr::Apply(..)) {
                self.below(name.clone(), value, |walk| walk.each_afresh(&[inner], depth));
            }
            let may_be_a_set = match self.hir.expr(inner) {
                Expr::Apply(..) | Expr::Var(..) | Expr::Select(..) => true,
                Expr::Binary(BinaryOp::Update, left, right) => may_be_nspawn_of(self.hir, [*left, *right]),
                _ => false,
            };
            if is_nspawn_set && (!may_be_a_set || !set.in_module) {
                return;
            }
        }
        self.perhaps_under(condition_of(self.hir, value), |walk| {
            walk.site(set, name, key, value)
        });
    }

    /// A set below an option whose name is computed. Does it look like a container?
    fn below_unnamed(&mut self, key: ExprId, value: ExprId) -> bool {
        let begins_module =
            self.begin == self.hir.root() || matches!(self.hir.expr(self.begin), Expr::Lambda(..));
        let module = match unnamed::module_of(&self.path, begins_module) {
            Some(module) => module,
            None => return false,
        };
        let Some(table) = unnamed::table_of(self.hir, unwrapped(self.hir, value)) else {
            return false;
        };
        let name = self.path.name(0).map(str::to_owned);
        let set = Set {
            table,
            key,
            in_module: true,
            seems_module: true,
            module,
        };
        let found = self.out.specs.len();
        self.perhaps_under(condition_of(self.hir, value), |walk| {
            walk.site(set, name, key, value)
        });
        for site in self.out.specs.iter_mut().skip(found) {
            site.is_unnamed = true;
        }
        true
    }

    /// The guests that are written at a path.
    fn guests(&mut self, attrs: &Attrs, path: &[&str], depth: u32) {
        let Some((first, rest)) = path.split_first() else {
            return;
        };
        for entry in &attrs.entries {
            let EntryValue::Expr(inner) = entry.value else {
                continue;
            };
            if self.hir.name(entry.name) != *first {
                continue;
            }
            let name = Some((*first).to_owned());
            self.below(name, inner, |walk| {
                match walk.hir.expr(unwrapped(walk.hir, inner)) {
                    Expr::Attrs(below) if !rest.is_empty() => walk.guests(below, rest, depth),
                    _ => walk.each_afresh(&[inner], depth),
                }
            });
        }
    }

    /// Services of arion in a module of a project, or one in a module of its own. Is it that?
    fn project(&mut self, key: ExprId, value: ExprId, depth: u32) -> bool {
        let (shape, names) = match (self.path.name(0), self.path.name(1)) {
            (Some("services"), Some("docker-compose")) => (ModuleShape::Project, 2),
            (Some("services"), _) => (ModuleShape::Project, 1),
            (Some("service"), _) if self.path.len() == 1 => (ModuleShape::Service, 1),
            _ => return false,
        };
        let is_one = match shape {
            ModuleShape::Project => is_services(self.hir, value),
            _ => is_service(self.hir, value),
        };
        let Some(table) = tables().find(|table| is_one && table.surface == Surface::Arion) else {
            return false;
        };
        let before = self.path.len() - names;
        let in_config = before > 0 && self.path.name(names) == Some("config");
        let set = Set {
            table,
            key,
            in_module: true,
            seems_module: true,
            module: before - usize::from(in_config),
        };
        let found = self.out.specs.len();
        match shape {
            ModuleShape::Project => self.containers(set, value, depth),
            _ => self.site(set, None, key, value),
        }
        for site in self.out.specs.iter_mut().skip(found) {
            if site.surface == Surface::Arion {
                site.module.shape = shape;
            }
        }
        true
    }

    /// A container of a module that has its options in another place than those that are known, such as a fork of
    /// quadlet-nix, or of code that gives such options to a function. The set around has them.
    fn quadlet_elsewhere(&mut self, set: Set, name: Option<String>, key: ExprId, value: ExprId) {
        let Some(table) = tables().find(|table| table.surface == Surface::QuadletNix) else {
            return;
        };
        let found = self.out.specs.len();
        self.site(Set { table, ..set }, name, key, value);
        for site in self.out.specs.iter_mut().skip(found) {
            site.is_told = true;
            site.module.shape = ModuleShape::Quadlets;
        }
    }

    fn site(&mut self, set: Set, name: Option<String>, key: ExprId, value: ExprId) {
        let kind = match set.table.systems {
            Systems::Homes => SystemKind::Home,
            Systems::Nixos | Systems::Both | Systems::None => SystemKind::Nixos,
        };
        let option: Vec<String> = names(&self.path).collect();
        let option = option.strip_prefix(&["config".to_owned()]).unwrap_or(&option);
        let module = self.module(set.module, kind);
        let path = self.path.iter().filter_map(|step| step.name.as_deref());
        let is_nowhere = tells_no_system(self.outer.iter().map(String::as_str).chain(path));
        self.out.specs.push(SpecSite {
            surface: set.table.surface,
            name,
            key,
            value,
            set: set.key,
            option: option.join("."),
            condition: self.condition,
            is_never: self.is_never || is_nowhere,
            machine: self.machine,
            is_told: set.in_module || set.seems_module,
            is_unnamed: false,
            module,
        });
    }

    /// The module that so many steps lead to.
    fn module(&self, steps: usize, kind: SystemKind) -> ModuleSite {
        let steps = self.path.get(..steps).unwrap_or_default();
        let expr = steps.last().map_or(self.begin, |step| step.value);
        let mut names: Vec<String> = self.outer.iter().cloned().chain(names(steps)).collect();
        let kind = match kind {
            _ if tells_home(names.iter()) => SystemKind::Home,
            _ if tells_guest(&names) => SystemKind::Guest,
            kind => kind,
        };
        names.truncate(MAX_NAMES);
        ModuleSite {
            expr,
            kind,
            path: names.join("."),
            conditions: self.definitions.get(..self.outside).unwrap_or_default().to_vec(),
            shape: ModuleShape::Module,
        }
    }
}
