//! Declarations: what stands under `options`.

use crate::definition::RawDef;
use crate::own::Written;
use crate::path::{Step, is_at};
use crate::values::InOrder;
use nixpod_eval::{Attr, Attrs, Evaluator, NO_SITE, Symbol, ThunkId, Unknown, Value, When};
use nixpod_source::{Site, Why};
use std::rc::Rc;

/// A declaration, or a set of declarations.
#[derive(Clone, Copy, Debug, Hash)]
pub(crate) struct Decl {
    /// The value under `options`.
    pub(crate) value: ThunkId,
    /// The key that declares it.
    pub(crate) written: Written,
    /// What its module calls its file.
    pub(crate) file: Option<Symbol>,
}

impl Decl {
    /// What a tag of `types.attrTag` says.
    pub(crate) fn of_tag(tag: &Attr) -> Self {
        Self {
            value: tag.thunk,
            written: Written::at(tag.site),
            file: None,
        }
    }

    /// What a set of declarations says under one of its keys.
    pub(crate) fn below(&self, attr: &Attr) -> Self {
        Self {
            value: attr.thunk,
            written: match self.written.is_ours() {
                true => self.written,
                false => Written::at(attr.site),
            },
            file: self.file,
        }
    }
}

/// One declaration of an option, or a set of declarations.
#[derive(Clone, Debug)]
pub(crate) struct Declaration {
    /// What it says.
    pub(crate) set: Rc<Attrs>,
    /// Where it comes from.
    pub(crate) decl: Decl,
}

/// What is declared at one path.
#[derive(Clone)]
pub(crate) struct Declarations {
    /// Option declarations at this path itself.
    pub(crate) options: Vec<Declaration>,
    /// Declarations below it.
    pub(crate) below: Vec<Declaration>,
}

/// Sorts declarations into options and sets of options.
pub(crate) fn split(ev: &mut Evaluator<'_>, decls: &[Decl]) -> Declarations {
    let mut out = Declarations {
        options: Vec::new(),
        below: Vec::new(),
    };
    for decl in decls {
        let value = ev.force_or_unknown(decl.value);
        let Value::Attrs(set) = &value.value else { continue };
        let tag = set.get(ev.common().tag).map(|attr| attr.thunk);
        let is_option = tag.is_some_and(
            |tag| matches!(ev.force_or_unknown(tag).value, Value::String(s) if s.text == "option"),
        );
        if is_option {
            &mut out.options
        } else {
            &mut out.below
        }
        .push(Declaration {
            set: set.clone(),
            decl: *decl,
        });
    }
    out
}

/// What is declared in sets of options, by name. Definitions are still to come.
pub(crate) fn declared_in(declarations: &[Declaration]) -> Children {
    let mut children = Children::default();
    for declaration in declarations {
        for attr in &declaration.set.entries {
            let child = children.entry(attr.name).or_default();
            child.decls.push(declaration.decl.below(attr));
            child.declared_at.get_or_insert(attr.site);
        }
    }
    children
}

/// What is declared and defined under one name.
#[derive(Default)]
pub(crate) struct Child {
    pub(crate) decls: Vec<Decl>,
    pub(crate) defs: Vec<RawDef>,
    /// Of each definition, whether its name is certainly in the set around it.
    pub(crate) named_when: Vec<When>,
    /// The first key that declares it.
    pub(crate) declared_at: Option<Site>,
}

/// Options of modules that a system imports or not, which our models declare in any case, since they read them.
const IMPORTED: [&[&str]; 3] = [
    &["home-manager"],
    &["virtualisation", "arion"],
    &["virtualisation", "quadlet"],
];

impl Child {
    /// Under which condition a whole system has it, by the path of the set that it is in and its name.
    pub(crate) fn is_there(&self, ev: &mut Evaluator<'_>, within: &[Step], name: Symbol) -> When {
        let is_it = |known: &&&[&str]| match known.split_last() {
            Some((last, before)) => ev.name(name) == last && is_at(within, before),
            None => false,
        };
        let by_others = self.decls.len() > 1 || !self.defs.is_empty();
        let imported = IMPORTED.iter().filter(|_| !by_others).find(is_it);
        let Some(imported) = imported.map(|path| path.join(".")) else {
            return When::ALWAYS;
        };
        let why = Unknown::new(Why::Undecided(format!(
            "nothing tells whether there is `{imported}`"
        )));
        ev.condition(NO_SITE, why, When::ALWAYS)
    }

    /// The key that it is known by: of the first definition of the analysed code, or else of the declaration.
    pub(crate) fn site(&self) -> Site {
        let written = self.defs.iter().find(|def| !def.written.is_ours());
        written
            .map(|def| def.written.site())
            .or(self.declared_at)
            .unwrap_or(NO_SITE)
    }
}

/// By name, in the order in which they were found.
pub(crate) type Children = InOrder<Symbol, Child>;
