//! A toy in place of the evaluator, so that these tests are about files, caches, labels and fixes only.
//!
//! It knows `{ imports = [ ./x.nix ]; containers.NAME = { flags = [ .. ]; isolated = BOOL; }; }`, `let` around it, and
//! in a `flake.nix` `{ HOST = ./x.nix; }`.

use crate::reads::Reader;
use crate::rule::{Change, Ctx, Rule, Sink};
use crate::worlds::Root;
use crate::{Applicability, declare_rule};
use camino::Utf8PathBuf;
use nixpod_eval::{Loaded, Source};
use nixpod_model::{
    Container, ContainerId, Definition, EntryName, Fact, Field, Flag, FlagForm, Host, NetworkMode,
    NotAnalysed, OwnOption, Surface, System, SystemId, SystemKind, Text, World,
};
use nixpod_source::{ExprId, Hop, HopKind, Origin, Place, Site, Why};
use nixpod_syntax::hir::{Attrs, EntryValue, Expr, PathKind, StrPart};

pub(crate) fn evaluate(root: &Root, reader: &Reader, _: nixpod_surfaces::Options) -> World {
    let mut world = World::default();
    let path = reader.path_of(root.file());
    match root {
        Root::Flake { hosts, .. } => {
            let Ok(flake) = reader.load(&path) else {
                return world;
            };
            for (name, value) in entries(&flake, flake.hir.root()) {
                let wanted = hosts.as_ref().is_none_or(|hosts| hosts.contains(&name));
                if let (true, Some(path)) = (wanted, path_of(&flake, value)) {
                    host(&mut world, reader, name, path, false);
                }
            }
        }
        Root::Module {
            imported_by_no_host, ..
        } => {
            let name = reader.name_of(root.file());
            host(&mut world, reader, name, path, *imported_by_no_host);
        }
    }
    world
}

fn host(world: &mut World, reader: &Reader, name: String, path: Utf8PathBuf, imported_by_no_host: bool) {
    let id = world.next_host(&name);
    let system_id = SystemId::of_host(id.clone());
    world.add_system(System::new(system_id.clone(), SystemKind::Nixos, name.clone()));
    let mut todo = vec![path];
    let mut seen = Vec::new();
    while let Some(path) = todo.pop() {
        match reader.load(&path) {
            Ok(module) if seen.contains(&module.file) => {}
            Ok(module) => {
                seen.push(module.file);
                read_module(world, &module, &system_id, &mut todo);
            }
            Err(why) => world.not_analysed.push(NotAnalysed {
                place: None,
                what: path.file_name().unwrap_or_default().to_owned(),
                why,
                also: Vec::new(),
            }),
        }
    }
    world.add_host(Host {
        id,
        name,
        closed_world: false,
        from_flake: !imported_by_no_host,
        in_flake: false,
        imported_by_no_host,
        modules: seen.len(),
        missing_inputs: Vec::new(),
    });
}

fn read_module(world: &mut World, module: &Loaded, system: &SystemId, todo: &mut Vec<Utf8PathBuf>) {
    let mut root = module.hir.root();
    while let Expr::Let(_, body) = module.hir.expr(root) {
        root = *body;
    }
    for (name, value) in entries(module, root) {
        if name == "imports"
            && let Expr::List(elements) = module.hir.expr(value)
        {
            todo.extend(elements.iter().filter_map(|element| path_of(module, *element)));
        }
        if name == "containers" {
            for (name, value) in entries(module, value) {
                let name = EntryName::Known(name.into());
                let id = ContainerId::new(system.clone(), Surface::Nspawn, name);
                let mut container = Container::new(id, at(module, value));
                read_container(&mut container, module, value);
                world.add_container(container);
            }
        }
    }
}

fn read_container(container: &mut Container, module: &Loaded, value: ExprId) {
    for (name, value) in entries(module, value) {
        let (value, hops) = through_let(module, value);
        match (name.as_str(), module.hir.expr(value)) {
            ("flags", Expr::List(elements)) => {
                for element in elements {
                    let mut origin = at(module, *element);
                    origin.hops.extend(hops.iter().copied());
                    if let Expr::Str(parts) = module.hir.expr(*element)
                        && let [StrPart::Text(text)] = &**parts
                    {
                        let word = Text::known(text.clone(), origin.clone());
                        container.flags.push(Flag {
                            word: Field::set(word, origin),
                            form: FlagForm::Option,
                        });
                    }
                }
            }
            ("isolated", Expr::Var(name, _)) => {
                let text = module.hir.name(*name).as_str();
                let mut origin = at(module, value);
                origin.hops.extend(hops);
                let mut option = Field::set(text.to_owned(), origin.clone());
                option.definitions.push(Definition {
                    place: Place::whole(site(module, value)),
                    value: text.to_owned(),
                    priority: 100,
                    won: true,
                    condition: None,
                });
                container.options.push(OwnOption {
                    name: "isolated".to_owned(),
                    value: option,
                    holes: Vec::new(),
                });
                container.network = Field {
                    fact: match text {
                        "true" => Fact::Set(NetworkMode::Private),
                        "false" => Fact::Set(NetworkMode::Host),
                        other => Fact::Unknown(Why::External(other.to_owned())),
                    },
                    ..Field::set(NetworkMode::Host, origin)
                };
            }
            _ => {}
        }
    }
}

/// Follows a variable to its `let`.
fn through_let(module: &Loaded, value: ExprId) -> (ExprId, Vec<Hop>) {
    if let Expr::Var(name, _) = module.hir.expr(value) {
        for expr in module.hir.exprs() {
            if let Expr::Let(attrs, _) = expr
                && let Some(entry) = attrs.entries.iter().find(|entry| entry.name == *name)
                && let EntryValue::Expr(bound) = entry.value
            {
                let hop = Hop {
                    kind: HopKind::Binding,
                    place: Place::whole(site(module, value)),
                };
                return (bound, vec![hop]);
            }
        }
    }
    (value, Vec::new())
}

fn site(module: &Loaded, expr: ExprId) -> Site {
    Site {
        file: module.file,
        expr,
    }
}

fn at(module: &Loaded, expr: ExprId) -> Origin {
    let mut place = Place::whole(site(module, expr));
    if let Expr::Str(parts) = module.hir.expr(expr)
        && let [StrPart::Text(text)] = &**parts
    {
        place.within = Some((0, text.len() as u32));
    }
    Origin::at(place)
}

fn entries(module: &Loaded, set: ExprId) -> Vec<(String, ExprId)> {
    let Expr::Attrs(attrs) = module.hir.expr(set) else {
        return Vec::new();
    };
    let attrs: &Attrs = attrs;
    attrs
        .entries
        .iter()
        .filter_map(|entry| match entry.value {
            EntryValue::Expr(value) => Some((module.hir.name(entry.name).to_string(), value)),
            EntryValue::Inherit(_) | EntryValue::From(_) => None,
        })
        .collect()
}

fn path_of(module: &Loaded, expr: ExprId) -> Option<Utf8PathBuf> {
    let Expr::Path(PathKind::Relative, parts) = module.hir.expr(expr) else {
        return None;
    };
    let [StrPart::Text(text)] = &**parts else {
        return None;
    };
    Some(module.path.parent()?.join(text.as_str()))
}

/// Finds one flag.
pub(crate) mod flag {
    use super::*;

    declare_rule! {
        /// ## What it flags
        /// The flag `--all`.
        pub static RULE = {
            id: "toy-flag",
            summary: "uses `--all`",
            severity: High,
            group: Isolation,
            since: "0.1.0",
            fix: Sometimes,
            check: Container(check),
        }
    }

    fn check(_ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
        for flag in &container.flags {
            if flag.word.value().and_then(Text::as_known).as_deref() == Some("--all") {
                sink.report(&flag.word, format!("`{}` uses `--all`", container.name))
                    .fix(
                        "remove `--all`",
                        Applicability::Safe,
                        Change::Remove(flag.word.origin.clone()),
                    );
            }
        }
    }
}

/// Finds what is absent.
pub(crate) mod absent {
    use super::*;

    declare_rule! {
        /// ## What it flags
        /// A container that is not isolated.
        pub static RULE = {
            id: "toy-absent",
            summary: "is not isolated",
            severity: Medium,
            group: Isolation,
            since: "0.1.0",
            fix: Always,
            check: Container(check),
        }
    }

    fn check(_ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
        if container.network.value() == Some(&NetworkMode::Host) {
            let message = format!("`{}` is not isolated", container.name);
            sink.report_absence(true, message).fix(
                "isolate it",
                Applicability::Safe,
                Change::SetIn(container.origin.clone(), "isolated".to_owned(), "true".to_owned()),
            );
        }
    }
}

pub(crate) static RULES: &[&Rule] = &[&flag::RULE, &absent::RULE];
