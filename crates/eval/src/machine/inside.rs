//! The value of an expression where it stands in a file, without going through what stands around it.

use crate::heap::files::{Here, Unit};
use crate::machine::force::error_unknown;
use crate::{Attr, Attrs, Env, Evaluator, NO_SITE, OriginId, Res, Stop, ThunkId, Unknown, Value, When};
use nixpod_source::{ExprId, Utf8Path, Why};
use nixpod_syntax::Hir;
use nixpod_syntax::hir::{Expr, Param};
use std::rc::Rc;

/// Gives what a parameter of this name is known to be.
pub type Named<'n> = dyn FnMut(&mut Evaluator<'_>, &str) -> Option<ThunkId> + 'n;

/// A file, and what every expression in it stands in.
pub struct Inside {
    env: Rc<Env>,
    /// By expression; nothing for the file's value.
    around: Vec<Option<ExprId>>,
}

impl Evaluator<'_> {
    /// A file whose inside is to be looked at.
    pub fn inside(&mut self, path: &Utf8Path) -> Result<Inside, Why> {
        self.import(path)?;
        let loaded = self.source().load(path)?;
        let env = self.env_of_file(loaded);
        self.reads_unit(env.unit);
        let around = around(&self.unit(&env).hir);
        Ok(Inside { env, around })
    }

    /// The value of an expression inside of a file. Of what the functions around it are called with only that is known
    /// which `named` says of the parameters by their names.
    pub fn value_inside(
        &mut self,
        inside: &Inside,
        expr: ExprId,
        named: &mut Named<'_>,
    ) -> Result<ThunkId, Why> {
        let mut env = inside.env.clone();
        let unit = self.unit(&env);
        for step in inside.steps_to(expr) {
            let here = Here {
                unit: &unit,
                env: &env,
            };
            env = match self.frame_inside(here, step, named) {
                Ok(frame) => frame,
                Err(Stop::Unknown(unknown)) => return Err(unknown.why.clone()),
                Err(Stop::Error(error)) => return Err(error_unknown(&error).why.clone()),
            };
        }
        let here = Here {
            unit: &unit,
            env: &env,
        };
        Ok(self.delay(here, expr))
    }

    /// The frame in which a part of an expression is evaluated.
    fn frame_inside(
        &mut self,
        here: Here<'_>,
        (around, inside): (ExprId, ExprId),
        named: &mut Named<'_>,
    ) -> Res<Rc<Env>> {
        match here.unit.hir.expr(around) {
            Expr::Let(bindings, _) => Ok(self.frame_of_bindings(here, bindings)),
            Expr::Attrs(attrs) if attrs.recursive => Ok(self.eval_attrs(here, attrs, around)?.1),
            Expr::With(namespace, body) if *body == inside => Ok(self.frame_of_with(here, *namespace)),
            Expr::Lambda(param, _) => {
                let argument = self.argument_of_nobody(here.unit, param, named);
                self.frame_of_call(here, param, argument, NO_SITE)
            }
            _ => Ok(here.env.clone()),
        }
    }

    /// An argument of which nothing is known but what some names stand for.
    fn argument_of_nobody(&mut self, unit: &Unit, param: &Param, named: &mut Named<'_>) -> ThunkId {
        match param {
            Param::Name(name, _) => {
                let name = unit.hir.name(*name).clone();
                match named(self, &name) {
                    Some(known) => known,
                    None => self.alloc_unknown(Why::named(&name)),
                }
            }
            Param::Pattern { fields, .. } => {
                let mut entries = Vec::new();
                for field in fields {
                    let name = unit.hir.name(field.name).clone();
                    let known = named(self, &name);
                    // What has a default may be left out by whoever calls.
                    let thunk = match (known, field.default) {
                        (Some(known), _) => known,
                        (None, None) => self.alloc_unknown(Why::named(&name)),
                        (None, Some(_)) => continue,
                    };
                    entries.push(Attr {
                        name: unit.symbol(field.name),
                        thunk,
                        site: NO_SITE,
                        when: When::ALWAYS,
                    });
                }
                let mut attrs = Attrs::from_entries(entries);
                attrs.open = Some(Unknown::new(Why::named("an argument of the caller")));
                self.alloc(Value::attrs(attrs), OriginId::default())
            }
        }
    }
}

impl Inside {
    /// What stands around an expression, from the file's value inwards, each with the part of it that leads on. Nothing if
    /// the expression is not in the file, or is its value.
    fn steps_to(&self, expr: ExprId) -> Vec<(ExprId, ExprId)> {
        let mut steps = Vec::new();
        let mut at = expr;
        while let Some(outer) = self.around.get(at.0 as usize).copied().flatten() {
            steps.push((outer, at));
            at = outer;
        }
        steps.reverse();
        steps
    }
}

/// What every expression of a file stands in.
fn around(hir: &Hir) -> Vec<Option<ExprId>> {
    let mut around: Vec<Option<ExprId>> = vec![None; hir.exprs().len()];
    let mut pending = vec![hir.root()];
    while let Some(next) = pending.pop() {
        hir.expr(next).for_each_child(&mut |child| {
            if let Some(slot) = around.get_mut(child.0 as usize)
                && slot.is_none()
                && child != hir.root()
            {
                *slot = Some(next);
                pending.push(child);
            }
        });
    }
    around
}
