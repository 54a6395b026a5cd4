//! Declarations: what stands under `options`.

use crate::definition::RawDef;
use crate::own::is_model;
use nixpod_eval::{Attr, Attrs, Evaluator, Symbol, ThunkId, Value};
use nixpod_source::Site;
use std::rc::Rc;

/// A declaration, or a set of declarations.
#[derive(Clone, Copy, Debug, Hash)]
pub(crate) struct Decl {
    /// The value under `options`.
    pub(crate) value: ThunkId,
    /// Is it one of our own?
    pub(crate) hidden: bool,
    /// The key that declares it.
    pub(crate) site: Site,
    /// What its module calls its file.
    pub(crate) file: Option<Symbol>,
}

impl Decl {
    /// What a set of declarations says under one of its keys.
    pub(crate) fn below(&self, attr: &Attr) -> Self {
        Self {
            value: attr.thunk,
            hidden: self.hidden || is_model(attr.site),
            site: attr.site,
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

/// What a node of the option tree is.
pub(crate) struct Split {
    /// Option declarations at this path itself.
    pub(crate) options: Vec<Declaration>,
    /// Declarations below it.
    pub(crate) below: Vec<Declaration>,
}

/// Sorts declarations into options and sets of options.
pub(crate) fn split(ev: &mut Evaluator<'_>, decls: &[Decl]) -> Split {
    let mut out = Split {
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

/// What is declared and defined under one name.
#[derive(Default)]
pub(crate) struct Child {
    pub(crate) decls: Vec<Decl>,
    pub(crate) defs: Vec<RawDef>,
    pub(crate) site: Option<Site>,
}

/// By name, in the order in which they were found.
pub(crate) type Children = indexmap::IndexMap<Symbol, Child>;
