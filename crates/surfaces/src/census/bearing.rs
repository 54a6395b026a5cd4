//! Whether a module can set anything that is read, by a walk over syntax alone.
//!
//! A tree of packages has thousands of files that set nothing of interest, and evaluating each would take long. A file is
//! left out only if that is certain: whatever the walk does not see through may set anything.

use crate::census::functions::Functions;
use crate::census::names::transparent;
use crate::surface::tables;
use crate::vocabulary::options::{READ, Table, Tells, fits};
use nixpod_source::ExprId;
use nixpod_syntax::Hir;
use nixpod_syntax::hir::{AttrName, Attrs, BinaryOp, EntryValue, Expr, Param, PathKind, StrPart, VarRef};

/// What a module may set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bearing {
    /// May it set something that is read whatever it is?
    pub matters: bool,
    /// May it set something that matters if there is a secret in it? Not told if it matters anyway.
    pub matters_with_secrets: bool,
    /// May it set something that matters if there is a script in it that runs containers? Not told if it matters anyway.
    pub matters_with_scripts: bool,
    /// Can it be a module at all? Otherwise others call it, with arguments of their own.
    pub may_be_module: bool,
    /// The files and directories that it imports, as they are written; not complete if it matters.
    pub imports: Vec<String>,
}

/// The options that are read, from some position on.
type Options = Vec<&'static [&'static str]>;

/// Looks at the value of an expression as a module.
pub fn bearing(hir: &Hir, module: ExprId) -> Bearing {
    let mut look = Look {
        hir,
        tells: Tells::Always,
        functions: Functions::new(hir),
        imports: Vec::new(),
    };
    let mut matters = look.module_at(module);
    let imports = std::mem::take(&mut look.imports);
    look.tells = Tells::Reads;
    matters = matters || reads_files(hir) && look.module_at(module);
    let mut with = |tells| {
        look.tells = tells;
        !matters && look.module_at(module)
    };
    let (matters_with_secrets, matters_with_scripts) = (with(Tells::Secrets), with(Tells::Scripts));
    Bearing {
        matters,
        matters_with_secrets,
        matters_with_scripts,
        may_be_module: look.may_be_module(module),
        imports,
    }
}

/// Does a file name a function that reads files?
fn reads_files(hir: &Hir) -> bool {
    let reads = |name| matches!(hir.name(name).as_str(), "readFile" | "fileContents");
    hir.exprs().iter().any(|expr| match expr {
        Expr::Var(name, _) => reads(*name),
        Expr::Select(_, path, _) => path
            .iter()
            .any(|part| matches!(part, AttrName::Static(name, _) if reads(*name))),
        _ => false,
    })
}

/// The options for which a file is evaluated by itself, if they tell so much.
fn options(tells: Tells) -> impl Iterator<Item = &'static [&'static str]> {
    let sets = tables().flat_map(Table::paths);
    let sets = sets.filter(move |_| tells == Tells::Always);
    let read = READ.iter().filter(move |option| match option.tells {
        Tells::SecretsOrScripts => matches!(tells, Tells::Secrets | Tells::Scripts),
        exactly => exactly == tells,
    });
    sets.chain(read.map(|option| option.path))
}

/// Where a value stands.
struct Position<'o> {
    /// What is read of it.
    options: &'o Options,
    /// Is it the module itself, or its `config`?
    is_root: bool,
}

struct Look<'h> {
    hir: &'h Hir,
    /// Which options are looked for.
    tells: Tells,
    functions: Functions<'h>,
    imports: Vec<String>,
}

impl<'h> Look<'h> {
    /// May a module set one of the options?
    fn module_at(&mut self, module: ExprId) -> bool {
        let options: Options = options(self.tells).collect();
        let is_root = true;
        self.value(
            module,
            &Position {
                options: &options,
                is_root,
            },
        )
    }

    fn may_be_module(&self, mut at: ExprId) -> bool {
        loop {
            match self.hir.expr(at) {
                Expr::Let(_, inner) | Expr::With(_, inner) | Expr::Assert(_, inner) => at = *inner,
                Expr::Lambda(param, _) => return may_be_module(param),
                _ => return true,
            }
        }
    }

    /// May a value set something that is read?
    fn value(&mut self, at: ExprId, position: &Position<'_>) -> bool {
        match self.hir.expr(at) {
            Expr::Attrs(attrs) => self.set(attrs, position),
            Expr::Let(_, inner) | Expr::With(_, inner) | Expr::Assert(_, inner) => {
                self.value(*inner, position)
            }
            Expr::Lambda(param, inner) if position.is_root => {
                may_be_module(param) && self.value(*inner, position)
            }
            Expr::If(_, yes, no) | Expr::Binary(BinaryOp::Update, yes, no) => {
                self.value(*yes, position) || self.value(*no, position)
            }
            Expr::List(elements) => elements.iter().any(|one| self.value(*one, position)),
            Expr::Apply(function, argument) => match self.functions.applied(*function) {
                Some(name) if transparent(name).is_some() && name != "recursiveUpdate" => {
                    self.value(*argument, position)
                }
                _ => true,
            },
            Expr::Str(_) | Expr::Path(..) | Expr::Int(_) | Expr::Float(_) => false,
            Expr::HasAttr(..) | Expr::Not(_) | Expr::Negate(_) | Expr::Binary(..) => false,
            Expr::Var(name, VarRef::Global) => {
                !matches!(self.hir.name(*name).as_str(), "null" | "true" | "false")
            }
            _ => true,
        }
    }

    fn set(&mut self, attrs: &Attrs, position: &Position<'_>) -> bool {
        let hir = self.hir;
        !attrs.dynamic.is_empty()
            || attrs.entries.iter().any(|entry| {
                let name = hir.name(entry.name).as_str();
                let value = match entry.value {
                    EntryValue::Expr(value) => Some(value),
                    EntryValue::Inherit(_) | EntryValue::From(_) => None,
                };
                match name {
                    "config" | "options" if position.is_root => {
                        value.is_none_or(|value| self.value(value, position))
                    }
                    "imports" if position.is_root => value.is_none_or(|value| self.imported(value)),
                    _ => {
                        let below = position.options.iter();
                        let below = below.filter(|path| path.first().is_some_and(|part| fits(part, name)));
                        let options: Options = below.filter_map(|path| path.get(1..)).collect();
                        let is_read = options.iter().any(|rest| rest.is_empty());
                        let inner = Position {
                            options: &options,
                            is_root: false,
                        };
                        !options.is_empty()
                            && (is_read || value.is_none_or(|value| self.value(value, &inner)))
                    }
                }
            })
    }

    /// May what is imported set something, apart from the files that are remembered?
    fn imported(&mut self, at: ExprId) -> bool {
        match self.hir.expr(at) {
            Expr::List(elements) => elements.iter().any(|one| self.module(*one)),
            Expr::Let(_, inner) | Expr::With(_, inner) | Expr::Assert(_, inner) => self.imported(*inner),
            Expr::Binary(BinaryOp::Concat, left, right) => self.imported(*left) || self.imported(*right),
            _ => true,
        }
    }

    fn module(&mut self, at: ExprId) -> bool {
        match self.hir.expr(at) {
            Expr::Path(PathKind::Relative, parts) => match &**parts {
                [StrPart::Text(path)] => {
                    self.imports.push(path.to_string());
                    false
                }
                _ => true,
            },
            Expr::Apply(function, argument) => match self.functions.applied(*function) {
                Some("mkRemovedOptionModule") => false,
                // What is set under the old name is set under the new one.
                Some("mkRenamedOptionModule" | "mkAliasOptionModule") => self.may_lead(*argument),
                _ => true,
            },
            Expr::Attrs(_) | Expr::Lambda(..) => self.module_at(at),
            _ => true,
        }
    }

    /// May a list of names be the path of an option that is read?
    fn may_lead(&self, path: ExprId) -> bool {
        let Expr::List(names) = self.hir.expr(path) else {
            return true;
        };
        let first = names.first().map(|first| self.hir.expr(*first));
        let Some(Expr::Str(parts)) = first else {
            return true;
        };
        let [StrPart::Text(name)] = &**parts else {
            return true;
        };
        options(self.tells).any(|option| option.first() == Some(&name.as_str()))
    }
}

/// Can a function be a module? The module system calls it with more arguments than any closed pattern names.
fn may_be_module(param: &Param) -> bool {
    match param {
        Param::Name(..) => true,
        // What can be called with nothing may build systems.
        Param::Pattern { fields, ellipsis, .. } => {
            *ellipsis || fields.iter().all(|field| field.default.is_some())
        }
    }
}
