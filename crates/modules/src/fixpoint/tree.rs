//! The tree of options: definitions go down it unopened until they reach an option, or a name that nobody declares.

use crate::declaration::{Child, Children, Decl, Declaration, declared_in, split};
use crate::definition::{RawDef, discharge, unwrap_all};
use crate::fixpoint::collect::Collected;
use crate::fixpoint::fallback::{has_unread_module, leads_elsewhere};
use crate::fixpoint::freeform::{free, freeform_of, is_merged_together, merged_together};
use crate::fixpoint::option::{Wanted, evaluate, has_plain_default, merge_option};
use crate::fixpoint::secrets::{AGE_FOLDER, path_of_secret};
use crate::heads::is_shared;
use crate::own::Kind;
use crate::path::{OptionPath, Step, bytes_of, dotted, extend};
use crate::renamed;
use crate::system::evaluation::{At, Mode, ModuleEvaluation, Setup};
use crate::system::memo::MadeFrom;
use crate::system::report::{Gap, SeenIn};
use crate::types::native::OptType;
use crate::undeclared;
use crate::values::{entry, find, known, plain};
use nixpod_eval::{Attr, Attrs, Evaluator, OriginId, Res, Symbol, ThunkId, Tracked, Unknown, Value, When};
use nixpod_source::Why;
use smol_str::SmolStr;
use std::rc::Rc;

/// What becomes of names that nobody declares.
#[derive(Clone, Copy)]
enum Undeclared<'a> {
    /// They merge as they are.
    Kept,
    /// They are of a type: there is a `freeformType`.
    Typed(&'a Rc<OptType>),
    /// They merge as they are, and each is told as a mistake.
    Mistake,
}

/// The root of a module evaluation: its `config`.
pub(crate) fn root(
    ev: &mut Evaluator<'_>,
    system: &Rc<ModuleEvaluation>,
    decls: &[Decl],
    defs: &[RawDef],
    collected: &Collected,
) -> Res<Tracked> {
    let freeform = freeform_of(ev, system, defs, collected)?;
    if system.mode() == Mode::AsNix && collected.opaque.is_empty() {
        undeclared::check(ev, &system.prefix, decls, defs, freeform.is_some())?;
    }
    let may_have_more = system.setup.extensible && (is_shared(&system.prefix) || has_unread(ev, system));
    let undeclared = match (system.mode(), &freeform) {
        (Mode::WholeSystem, _) => Undeclared::Kept,
        (Mode::Submodule, None) if may_have_more => Undeclared::Kept,
        (_, Some(freeform)) => Undeclared::Typed(freeform),
        // The check has told already.
        (Mode::AsNix, None) => Undeclared::Kept,
        (Mode::Submodule, None) => Undeclared::Mistake,
    };
    let path = &system.prefix;
    let mut whole = tree(ev, At::new(system, path), decls, defs, undeclared)?;
    if may_have_more && let Value::Attrs(set) = &mut whole.value {
        let unknown = || Unknown::new(Why::UnsetOption(dotted(path)));
        Rc::make_mut(set).open.get_or_insert_with(unknown);
    }
    Ok(whole)
}

/// Was a module not read of one of the evaluations that this one is a part of?
fn has_unread(ev: &mut Evaluator<'_>, system: &Rc<ModuleEvaluation>) -> bool {
    let mut around = system.around.as_ref();
    while let Some(outer) = around {
        let collected = outer.collect(ev);
        if collected.is_some_and(|collected| !collected.opaque.is_empty()) {
            return true;
        }
        around = outer.around.as_ref();
    }
    false
}

/// Evaluates a node: an option, a set of options, or something undeclared.
pub(crate) fn node(
    ev: &mut Evaluator<'_>,
    at: At<'_>,
    decls: &[Decl],
    defs: &[RawDef],
    slot: ThunkId,
) -> Res<Tracked> {
    let declared = split(ev, decls);
    if !declared.options.is_empty() {
        return evaluate(ev, at, &declared, defs, slot);
    }
    if at.mode() == Mode::AsNix {
        undeclared::only_options(ev, at.path, &declared.below)?;
    }
    if at.mode() != Mode::WholeSystem {
        return set_or_value(ev, at, decls, defs, slot);
    }
    let (path, known) = (at.path.clone(), decls.to_vec());
    let stand_in = move |ev: &mut Evaluator<'_>| names_alone(ev, &path, &known);
    ev.standing_in(slot, stand_in, |ev| set_or_value(ev, at, decls, defs, slot))
}

/// What a set of options is for the definitions of it that ask which names it has: in Nix that does not depend on any
/// definition. Declared names are there, and what they stand for does need the definitions. Others may be declared where
/// nobody looked, and where none was seen it may be no set at all.
fn names_alone(ev: &mut Evaluator<'_>, path: &OptionPath, decls: &[Decl]) -> Tracked {
    let below = split(ev, decls).below;
    let unknown = Unknown::new(Why::UnsetOption(dotted(path)));
    if below.is_empty() {
        return plain(Value::Unknown(unknown));
    }
    let mut entries = Vec::new();
    for name in declared_in(&below).into_keys() {
        entries.push(entry(name, ev.reserve()));
    }
    let mut set = Attrs::from_entries(entries);
    set.open = Some(unknown);
    plain(Value::attrs(set))
}

/// Evaluates a node that is no option: a set of options, or something undeclared.
fn set_or_value(
    ev: &mut Evaluator<'_>,
    at: At<'_>,
    decls: &[Decl],
    defs: &[RawDef],
    slot: ThunkId,
) -> Res<Tracked> {
    let declared = split(ev, decls);
    let is_argument = at.mode() != Mode::AsNix && is_argument(at);
    if is_argument || declared.below.is_empty() && !is_nested(ev, defs) {
        let definitions = discharge(ev, defs);
        let wanted = match is_argument {
            true => Wanted::raw(),
            false => Wanted::anything(),
        };
        return merge_option(ev, at, slot, wanted, definitions);
    }
    tree(ev, at, decls, defs, Undeclared::Kept)
}

/// Is it an argument that a module gives to all others? Those get the value as it is.
fn is_argument(at: At<'_>) -> bool {
    let inside = at.path.get(at.system.prefix.len()..);
    matches!(inside, Some([Step::Name(first), Step::Name(second), _]) if first == "_module" && second == "args")
}

/// Is what nobody declares a set of further names, and not a value? So it is if every definition is a plain set.
fn is_nested(ev: &mut Evaluator<'_>, defs: &[RawDef]) -> bool {
    let flat = unwrap_all(ev, defs);
    flat.iter().any(|(_, value)| is_plain_set(ev, &value.value))
        && flat
            .iter()
            .all(|(_, value)| is_plain_set(ev, &value.value) || matches!(value.value, Value::Unknown(_)))
}

/// A set that is not a package, a module wrapper or an option.
fn is_plain_set(ev: &mut Evaluator<'_>, value: &Value) -> bool {
    let Value::Attrs(set) = value else { return false };
    if set.get(ev.common().functor).is_some() || set.get(ev.common().tag).is_some() {
        return false;
    }
    // The value of `type` is not looked at: it may be an option's name whose value needs what is being computed.
    set.get(ev.common().kind).is_none() || set.get(ev.common().out_path).is_none()
}

/// A set of options and undeclared names.
fn tree(
    ev: &mut Evaluator<'_>,
    at: At<'_>,
    decls: &[Decl],
    defs: &[RawDef],
    undeclared: Undeclared<'_>,
) -> Res<Tracked> {
    let mut level = Level::gather(ev, at, decls, defs);
    let unseen = [at.unseen, &level.unseen].concat();
    let at = At {
        unseen: &unseen,
        ..at
    };
    // In whole systems some names are known by older ones, too.
    let inside = at.path.get(at.system.prefix.len()..);
    let inside = inside.filter(|_| at.mode() == Mode::WholeSystem);
    if let Some(inside) = inside {
        renamed::forward(ev, inside, &mut level.children);
    }
    let declared: Vec<Symbol> = match undeclared {
        Undeclared::Mistake => declared_names(&level.children),
        _ => Vec::new(),
    };
    let mut entries = Vec::with_capacity(level.children.len());
    entries.extend(level.path_of_secret(ev, at));
    entries.extend(level.folder_of_secrets(ev, at));
    let mut together = Vec::new();
    for (name, child) in std::mem::take(&mut level.children) {
        if is_elsewhere(ev, at, &child) {
            continue;
        }
        if child.decls.is_empty() && *ev.name(name) != "_module" {
            match undeclared {
                Undeclared::Kept => {}
                Undeclared::Mistake => does_not_exist(ev, at, name, &child, &declared),
                Undeclared::Typed(freeform) if is_merged_together(at, freeform) => {
                    together.push(name);
                    continue;
                }
                Undeclared::Typed(freeform) => {
                    entries.extend(free(ev, at, freeform, name, child));
                    continue;
                }
            }
        }
        entries.push(named(ev, at, inside, name, child));
    }
    if let (Undeclared::Typed(freeform), false) = (undeclared, together.is_empty()) {
        let merged = merged_together(ev, at, freeform, &level.definitions, &together)?;
        // Where a name is twice in the list, the last one stays.
        entries.splice(0..0, merged);
    }
    if let Some(inside) = inside {
        renamed::alias(ev, inside, &mut entries);
    }
    let mut set = Attrs::from_entries(entries);
    set.open = level.open.clone().or_else(|| level.may_have_more(at));
    set.wildcard = level.wildcard;
    Ok(Tracked {
        value: Value::attrs(set),
        origin: level.origin,
    })
}

/// The entry of one name; `inside` is the path of the set in a whole system.
fn named(ev: &mut Evaluator<'_>, at: At<'_>, inside: Option<&[Step]>, name: Symbol, child: Child) -> Attr {
    let site = child.site();
    // What only perhaps stands in a set of names that nobody declares is perhaps no name.
    let when = match inside {
        Some(_) if child.decls.is_empty() => ev.any_of(&child.named_when),
        Some(inside) => child.is_there(ev, inside, name),
        None => When::ALWAYS,
    };
    let thunk = part(ev, at, name, child);
    Attr {
        site,
        when,
        ..entry(name, thunk)
    }
}

/// What is known of a set of options before its entries are made.
struct Level {
    declarations: Vec<Declaration>,
    /// Its definitions without their wrappers.
    definitions: Vec<(RawDef, Tracked)>,
    children: Children,
    /// Those of them that could not be seen, or only in part.
    unseen: Vec<RawDef>,
    /// Why it may have more names.
    open: Option<Rc<Unknown>>,
    /// The value of each name that is not known.
    wildcard: Option<ThunkId>,
    origin: OriginId,
}

impl Level {
    fn gather(ev: &mut Evaluator<'_>, at: At<'_>, decls: &[Decl], defs: &[RawDef]) -> Self {
        let declarations = split(ev, decls).below;
        let mut level = Self {
            children: declared_in(&declarations),
            declarations,
            definitions: Vec::new(),
            unseen: Vec::new(),
            open: None,
            wildcard: None,
            origin: OriginId::default(),
        };
        let definitions = unwrap_all(ev, defs);
        for (def, value) in &definitions {
            level.define(ev, at, def, value);
        }
        level.definitions = definitions;
        level
    }

    /// Adds what one definition of the whole set says.
    fn define(&mut self, ev: &mut Evaluator<'_>, at: At<'_>, def: &RawDef, value: &Tracked) {
        match &value.value {
            Value::Attrs(set) => {
                if self.origin == OriginId::default() && !def.written.is_ours() {
                    self.origin = value.origin;
                }
                for attr in &set.entries {
                    let raw = def.child(ev, attr);
                    let child = self.children.entry(attr.name).or_default();
                    child.named_when.push(attr.when);
                    child.defs.push(raw);
                }
                if let Some(unknown) = &set.open {
                    self.unseen.push(def.clone());
                    self.open.get_or_insert_with(|| unknown.clone());
                    self.wildcard = self.wildcard.or(set.wildcard);
                }
            }
            Value::Unknown(unknown) => {
                self.unseen.push(def.clone());
                self.open.get_or_insert_with(|| unknown.clone());
                let site = ev.last_site(value.origin).or(known(def.written.site()));
                let what = match at.path.is_empty() {
                    true => "a module's definitions".to_owned(),
                    false => dotted(at.path),
                };
                let why = unknown.why.clone();
                at.gap_in(ev, Gap { site, what, why }, def);
            }
            other => {
                let what = dotted(at.path);
                let kind = other.describe();
                let why = Why::Error(format!("`{what}' is defined as {kind} although it has options"));
                let site = known(def.written.site());
                at.gap_in(ev, Gap { site, what, why }, def);
            }
        }
    }

    /// The path of a secret, which a module that is not read gives it.
    fn path_of_secret(&self, ev: &mut Evaluator<'_>, at: At<'_>) -> Option<Attr> {
        if self.open.is_some() || !self.declarations.is_empty() {
            return None;
        }
        let says = |ev: &mut Evaluator<'_>, option: &str| self.children.contains_key(&ev.intern(option));
        let path = path_of_secret(ev, at, says)?;
        Some(entry(ev.intern("path"), path))
    }

    /// Where agenix puts its secrets, unless the code says another folder.
    fn folder_of_secrets(&self, ev: &mut Evaluator<'_>, at: At<'_>) -> Option<Attr> {
        let inside = at.path.get(at.system.prefix.len()..)?;
        let is_host = at.mode() == Mode::WholeSystem && at.system.setup.kind == Some(Kind::Nixos);
        if !matches!(inside, [Step::Name(name)] if name == "age") || !is_host || at.system.open_world() {
            return None;
        }
        let [secrets, folder] = ["secrets", "secretsDir"].map(|name| ev.intern(name));
        let has = |name| self.children.contains_key(&name);
        if !has(secrets) || has(folder) || self.open.is_some() || !self.declarations.is_empty() {
            return None;
        }
        let value = ev.alloc(Value::string(AGE_FOLDER), OriginId::default());
        Some(entry(folder, value))
    }

    /// What nobody sets or declares in a whole system is not absent: the real module may declare it. Only what is below
    /// names of the analysed code's own is known, if it says what it declares there.
    fn may_have_more(&self, at: At<'_>) -> Option<Rc<Unknown>> {
        if at.mode() != Mode::WholeSystem {
            return None;
        }
        let inside: OptionPath = at.path.get(at.system.prefix.len()..).unwrap_or_default().into();
        let mut declarations = self.declarations.iter();
        let is_own = declarations.len() > 0
            && declarations
                .all(|declaration| !declaration.decl.written.is_ours() && declaration.set.open.is_none())
            && !at.path.is_empty()
            && !is_shared(&inside);
        let is_closed = is_own && !at.system.open_world();
        (!is_closed).then(|| Unknown::new(Why::UnsetOption(dotted(at.path))))
    }
}

/// The names that are declared, if there are also others.
fn declared_names(children: &Children) -> Vec<Symbol> {
    let is_declared = |child: &Child| !child.decls.is_empty();
    if children.values().all(is_declared) {
        return Vec::new();
    }
    let declared = children.iter().filter(|(_, child)| is_declared(child));
    declared.map(|(name, _)| *name).collect()
}

/// Tells of a definition that nobody declares.
fn does_not_exist(ev: &mut Evaluator<'_>, at: At<'_>, name: Symbol, child: &Child, declared: &[Symbol]) {
    let what = dotted(&extend(at.path, ev.name(name)));
    let meant = undeclared::meant(ev.name(name), declared.iter().map(|name| &**ev.name(*name)));
    let why = Why::NoSuchOption {
        option: what.clone(),
        meant: meant.map(str::to_owned),
    };
    let site = child.defs.first().and_then(|def| known(def.written.site()));
    at.gap(ev, Gap { site, what, why });
}

/// The thunk of what is declared and defined under one name.
fn part(ev: &mut Evaluator<'_>, at: At<'_>, name: Symbol, child: Child) -> ThunkId {
    let name = ev.name(name).clone();
    if let Some(decl) = untouched(ev, at, &child).filter(|_| !leads_elsewhere(at, &name)) {
        return default_node(ev, at, name, decl);
    }
    let Child { decls, defs, .. } = child;
    let made_from = MadeFrom {
        path: (at.path, &name),
        native: None,
        decls: &decls,
        defs: &defs,
        unseen: at.unseen,
        perhaps: None,
    };
    let unseen = at.unseen.to_vec();
    let key = at.system.key(ev, &made_from);
    at.system.part(ev, key, None, |ev| {
        let thunk = ev.reserve();
        // The path is made when the thunk is forced.
        ev.keeps(size_of_val(&*decls) + size_of_val(&*defs) + size_of_val(&*unseen) + bytes_of(at.path));
        let (system, path) = (at.system.clone(), at.path.clone());
        ev.fill_native(thunk, move |ev| {
            let (system, path) = (&system, &extend(&path, &name));
            let at = At {
                unseen: &unseen,
                ..At::new(system, path)
            };
            node(ev, at, &decls, &defs, thunk)
        });
        thunk
    })
}

/// Is it an option of another program than the modelled one? It is there if somebody makes use of it.
fn is_elsewhere(ev: &mut Evaluator<'_>, at: At<'_>, child: &Child) -> bool {
    let ([decl], Mode::Submodule) = (&child.decls[..], at.mode()) else {
        return false;
    };
    if !decl.written.is_ours() || !child.defs.is_empty() {
        return false;
    }
    match ev.force_or_unknown(decl.value).value {
        Value::Attrs(set) => find(ev, &set, "nixpodElsewhere").is_some(),
        _ => false,
    }
}

/// The declaration of what a model of ours declares and nothing defines, where that is the same in all systems.
fn untouched(ev: &mut Evaluator<'_>, at: At<'_>, child: &Child) -> Option<Decl> {
    let [decl] = child.decls[..] else { return None };
    if !decl.written.is_ours() || !child.defs.is_empty() || !at.unseen.is_empty() {
        return None;
    }
    let is_the_same = match at.mode() {
        // A file that no host imports is the one system in which the default of such an option may not count: its
        // guests and homes are as others are. A module that was not read may set any, too.
        Mode::WholeSystem => {
            !(at.system.open_world() && at.system.prefix.is_empty() || has_unread_module(ev, at))
        }
        Mode::Submodule => is_plain_everywhere(ev, at, decl),
        Mode::AsNix => false,
    };
    is_the_same.then_some(decl)
}

/// Has an option of a submodule a default that is a value as it stands, whatever it is an option of? What two systems
/// have depends on neither of them.
fn is_plain_everywhere(ev: &mut Evaluator<'_>, at: At<'_>, decl: Decl) -> bool {
    let shared = &at.system.shared;
    let seen = shared.seen.borrow().get(&decl.value).copied();
    let (seen, is_plain) = match seen {
        Some(SeenIn::Several { is_plain }) => return is_plain,
        Some(SeenIn::One(system)) if system != at.system.id => {
            let is_plain = has_plain_default(ev, at, decl);
            (SeenIn::Several { is_plain }, is_plain)
        }
        Some(SeenIn::One(_)) => return false,
        None => (SeenIn::One(at.system.id), false),
    };
    shared.seen.borrow_mut().insert(decl.value, seen);
    is_plain
}

/// Such a part is the same in all systems, and most parts of most containers and guests are such: evaluated once. Its unknowns are
/// named by their path inside of a system.
fn default_node(ev: &mut Evaluator<'_>, at: At<'_>, name: SmolStr, decl: Decl) -> ThunkId {
    let shared = &at.system.shared;
    if let Some(known) = shared.defaults.borrow().get(&decl.value) {
        return *known;
    }
    let thunk = ev.reserve();
    shared.defaults.borrow_mut().insert(decl.value, thunk);
    let inside: OptionPath = at.path.get(at.system.prefix.len()..).unwrap_or_default().into();
    let system = no_system(ev, at.system);
    ev.fill_native(thunk, move |ev| {
        let (system, path) = (&system, &extend(&inside, &name));
        node(ev, At::new(system, path), &[decl], &[], thunk)
    });
    thunk
}

/// The evaluation that stands for whichever has such a part.
fn no_system(ev: &mut Evaluator<'_>, like: &Rc<ModuleEvaluation>) -> Rc<ModuleEvaluation> {
    let known = like.shared.no_system.borrow().upgrade();
    known.unwrap_or_else(|| {
        let setup = Setup {
            // What single systems have, and what could not be read of it, is none of its concern.
            modules: Vec::new(),
            mode: Mode::WholeSystem,
            prefix: OptionPath::default(),
            open_world: false,
            ..like.setup.clone()
        };
        let system = ModuleEvaluation::new(ev, &like.shared, setup);
        *like.shared.no_system.borrow_mut() = Rc::downgrade(&system);
        system
    })
}
