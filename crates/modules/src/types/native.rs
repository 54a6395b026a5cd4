//! Option types: what `lib.types` gives, and what the merge looks into.
//!
//! A type is an attribute set for Nix code (`name`, `check`, `merge`, ...) that carries its native form in a hidden
//! attribute. Types written in Nix (`mkOptionType`) keep their own functions.

use crate::values::{find, look_up};
use nixpod_eval::{Attrs, Evaluator, Symbol, ThunkId, Tracked, Value};
use smol_str::SmolStr;
use std::rc::Rc;

/// The hidden attribute with the native form.
pub(crate) const NATIVE: &str = "__nixpodType";

/// What a type value is made of: its native form, and the functions that Nix code may replace.
pub(crate) struct TypeParts {
    pub(crate) native: Rc<OptType>,
    pub(crate) check: ThunkId,
    pub(crate) merge: ThunkId,
    pub(crate) empty: ThunkId,
    pub(crate) said: Said,
}

/// What Nix code says of a type in words, where that is not what the type itself says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Said {
    /// `description`.
    pub(crate) description: Option<ThunkId>,
    /// `descriptionClass`.
    pub(crate) class: Option<ThunkId>,
}

/// How a scalar of a type is recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scalar {
    /// Anything; several definitions must be equal.
    Any,
    /// Anything; only one definition.
    Raw,
    /// `true` or `false`.
    Bool,
    /// An integer.
    Int,
    /// A float.
    Float,
    /// An integer or a float.
    Number,
    /// A string.
    Str,
    /// A path, or a string or package that begins with `/`.
    Path,
    /// A package: a derivation or a store path.
    Package,
    /// A function.
    Function,
    /// A set that is taken as it is (`types.attrs`): shallow merge by `//`.
    Attrs,
    /// A Boolean; several definitions are joined by or.
    BoolByOr,
    /// An option type; several definitions are merged as declarations are.
    OptionType,
}

/// The native form of an option type.
pub(crate) enum OptType {
    /// A value without parts.
    Scalar {
        /// Its name.
        name: SmolStr,
        /// What it accepts.
        kind: Scalar,
        /// The least and greatest integer.
        bounds: Option<(i64, i64)>,
    },
    /// A path of a certain kind.
    PathWith {
        /// Must it be in the store, or must it not?
        in_store: Option<bool>,
        /// Must it be absolute, or must it not?
        absolute: Option<bool>,
    },
    /// Strings joined by a separator.
    Joined(SmolStr, SmolStr),
    /// One of some values.
    Enum(Vec<ThunkId>),
    /// A list.
    ListOf(Rc<OptType>),
    /// A non-empty list.
    NonEmptyListOf(Rc<OptType>),
    /// A set with free names.
    AttrsOf {
        /// The type of the values.
        elem: Rc<OptType>,
        /// Are names there although their definitions may be conditional?
        lazy: bool,
        /// What stands for a name in paths of the documentation.
        placeholder: SmolStr,
    },
    /// A list of sets with one name each, which may be written as a set.
    AttrListOf(AttrList),
    /// A nested module evaluation.
    Submodule(Rc<Submodule>),
    /// A module that is not evaluated yet.
    DeferredModule(Vec<ThunkId>),
    /// What it is of is not known. Merges whatever it finds: sets deeply, lists by joining.
    Anything,
    /// No type: merges what definitions are as wholes.
    Unspecified,
    /// `types.anything`: sets deeply, everything else must be equal.
    Deep,
    /// A type of which Nix code replaced a part by `//`.
    Changed {
        /// The type as it was.
        inner: Rc<OptType>,
        /// Another `check`.
        check: Option<ThunkId>,
        /// Another `emptyValue`.
        empty: Option<ThunkId>,
        /// Other words.
        said: Said,
    },
    /// Null or another type.
    NullOr(Rc<OptType>),
    /// The first of two types that all definitions fit.
    Either(Rc<OptType>, Rc<OptType>),
    /// Values of the first type are converted by a function to the second.
    Coerced {
        /// What is converted.
        from: Rc<OptType>,
        /// The function.
        with: ThunkId,
        /// What it becomes.
        to: Rc<OptType>,
    },
    /// A function whose results are of a type.
    FunctionTo(Rc<OptType>),
    /// A type that allows only one definition.
    Unique(Rc<OptType>, SmolStr),
    /// A type with a further condition on its values.
    Checked(Rc<OptType>, ThunkId),
    /// Exactly one of several tagged options.
    AttrTag(Vec<ThunkId>),
    /// A type written in Nix, by its `check` and `merge` functions.
    Custom {
        /// Its name.
        name: SmolStr,
        /// `check`.
        check: Option<ThunkId>,
        /// `merge`.
        merge: Option<ThunkId>,
        /// `emptyValue`.
        empty: Option<ThunkId>,
        /// What it is in words.
        said: Said,
    },
}

/// `types.attrListWith`.
#[derive(Clone)]
pub(crate) struct AttrList {
    /// The type of the values.
    pub(crate) elem: Rc<OptType>,
    /// Is the value a set, in which what all elements say under a name is together?
    pub(crate) as_attrs: bool,
    /// The function that puts them together, of the name and the values.
    pub(crate) together: Option<ThunkId>,
}

/// A whole system that is the value of an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nested {
    /// The `config` of a container.
    Guest,
    /// A NixOS that an image is made of.
    Image,
    /// A user's Home Manager configuration.
    Home,
    /// The `configuration` of a specialisation: the system around it, with more modules.
    Variant,
}

/// A submodule type.
#[derive(Clone)]
pub(crate) struct Submodule {
    /// The modules that make it up.
    pub(crate) modules: Vec<ThunkId>,
    /// Those of our own models: what they define or declare is not written by anybody.
    pub(crate) ours: Vec<ThunkId>,
    /// Arguments for the modules, a set.
    pub(crate) special: Option<ThunkId>,
    /// Do definitions that are sets only define `config`?
    pub(crate) shorthand_only_config: bool,
    /// Is it the evaluation of a whole system?
    pub(crate) system: Option<Nested>,
    /// The class of its modules.
    pub(crate) class: Option<SmolStr>,
    /// May modules that were not read declare more of it? See [`OptType::extensible`].
    pub(crate) extensible: bool,
    /// What it is in words, where that was said.
    pub(crate) description: Option<SmolStr>,
}

impl OptType {
    /// The same type, of an option of which nothing is said but its type. So do those who extend an option that another
    /// module declares: Nix refuses a second default or description. `None` if that is no matter for the type.
    pub(crate) fn extensible(&self) -> Option<Rc<Self>> {
        Some(Rc::new(match self {
            Self::Submodule(submodule) if submodule.system.is_none() => Self::Submodule(Rc::new(Submodule {
                extensible: true,
                ..(**submodule).clone()
            })),
            Self::NullOr(inner) => Self::NullOr(inner.extensible()?),
            Self::ListOf(inner) => Self::ListOf(inner.extensible()?),
            Self::AttrsOf {
                elem,
                lazy,
                placeholder,
            } => Self::AttrsOf {
                elem: elem.extensible()?,
                lazy: *lazy,
                placeholder: placeholder.clone(),
            },
            _ => return None,
        }))
    }

    /// The name as `type.name` gives it.
    pub(crate) fn name(&self) -> SmolStr {
        match self {
            Self::Scalar { name, .. } | Self::Custom { name, .. } => name.clone(),
            Self::Joined(name, _) => name.clone(),
            Self::PathWith { .. } => "path".into(),
            Self::Enum(_) => "enum".into(),
            Self::ListOf(_) | Self::NonEmptyListOf(_) => "listOf".into(),
            Self::AttrsOf { lazy: false, .. } => "attrsOf".into(),
            Self::AttrsOf { lazy: true, .. } => "lazyAttrsOf".into(),
            Self::AttrListOf(_) => "attrListOf".into(),
            Self::Submodule(_) => "submodule".into(),
            Self::DeferredModule(_) => "deferredModule".into(),
            Self::Anything | Self::Unspecified => "unspecified".into(),
            Self::Deep => "anything".into(),
            Self::Changed { inner, .. } => inner.name(),
            Self::NullOr(_) => "nullOr".into(),
            Self::Either(..) => "either".into(),
            Self::Coerced { .. } => "coercedTo".into(),
            Self::FunctionTo(_) => "functionTo".into(),
            Self::Unique(..) => "unique".into(),
            Self::Checked(inner, _) => inner.name(),
            Self::AttrTag(_) => "attrTag".into(),
        }
    }

    /// The type under what Nix code only says of it in other words.
    pub(crate) fn under_words(self: &Rc<Self>) -> &Rc<Self> {
        match &**self {
            Self::Changed {
                inner,
                check: None,
                empty: None,
                ..
            } => inner.under_words(),
            _ => self,
        }
    }

    /// Does merging a single scalar or empty collection of this type leave it as it is?
    pub(crate) fn keeps_plain_values(&self) -> bool {
        match self {
            Self::Scalar { .. }
            | Self::PathWith { .. }
            | Self::Joined(..)
            | Self::Enum(_)
            | Self::ListOf(_)
            | Self::NonEmptyListOf(_)
            | Self::AttrsOf { .. }
            | Self::Anything
            | Self::Unspecified
            | Self::Deep => true,
            Self::Changed {
                inner,
                check: None,
                empty: None,
                ..
            } => inner.keeps_plain_values(),
            Self::NullOr(inner) => inner.keeps_plain_values(),
            Self::Either(a, b) => a.keeps_plain_values() && b.keeps_plain_values(),
            _ => false,
        }
    }

    /// The modules of the submodule inside, for documentation and for merging declarations.
    pub(crate) fn submodule(&self) -> Option<&Rc<Submodule>> {
        match self {
            Self::Submodule(submodule) => Some(submodule),
            Self::NullOr(inner)
            | Self::ListOf(inner)
            | Self::NonEmptyListOf(inner)
            | Self::AttrsOf { elem: inner, .. }
            | Self::FunctionTo(inner)
            | Self::Unique(inner, _)
            | Self::Changed { inner, .. }
            | Self::Checked(inner, _) => inner.submodule(),
            Self::AttrListOf(list) => list.elem.submodule(),
            Self::Coerced { to, .. } => to.submodule(),
            Self::Either(a, b) => a.submodule().or_else(|| b.submodule()),
            _ => None,
        }
    }
}

/// The native form of a type value. A set without one is a type written in Nix; what is unknown accepts anything.
pub(crate) fn native(ev: &mut Evaluator<'_>, value: &Tracked) -> Rc<OptType> {
    let Value::Attrs(attrs) = &value.value else {
        return Rc::new(OptType::Anything);
    };
    if let Some(symbol) = ev.symbol(NATIVE)
        && let Some(attr) = attrs.get(symbol)
        && let Ok(Tracked {
            value: Value::Opaque(opaque),
            ..
        }) = ev.force(attr.thunk)
        && let Some(made) = opaque.downcast::<TypeParts>()
    {
        return made_here(ev, attrs, &made);
    }
    let name = match look_up(ev, value, "name") {
        Some(Tracked {
            value: Value::String(name),
            ..
        }) => name.text.clone(),
        _ => "custom".into(),
    };
    Rc::new(OptType::Custom {
        name,
        check: find(ev, attrs, "check"),
        merge: find(ev, attrs, "merge"),
        empty: find(ev, attrs, "emptyValue"),
        said: Said {
            description: find(ev, attrs, "description"),
            class: find(ev, attrs, "descriptionClass"),
        },
    })
}

/// A type of ours, with what Nix code replaced in it.
fn made_here(ev: &Evaluator<'_>, attrs: &Attrs, made: &TypeParts) -> Rc<OptType> {
    let common = *ev.common();
    let now = |symbol: Symbol, made: ThunkId| {
        let thunk = attrs.get(symbol).map(|attr| attr.thunk)?;
        (thunk != made).then_some(thunk)
    };
    let description = made.said.description;
    let check = now(common.check, made.check);
    let empty = now(common.empty_value, made.empty);
    let said = Said {
        description: description.and_then(|own| now(common.description, own)),
        class: made.said.class.and_then(|own| now(common.description_class, own)),
    };
    if let Some(merge) = now(common.merge, made.merge) {
        return Rc::new(OptType::Custom {
            name: made.native.name(),
            check: check.or(Some(made.check)),
            merge: Some(merge),
            empty: empty.or(Some(made.empty)),
            said: Said {
                description: said.description.or(made.said.description),
                class: said.class.or(made.said.class),
            },
        });
    }
    if check.is_none() && empty.is_none() && said == Said::default() {
        return made.native.clone();
    }
    Rc::new(OptType::Changed {
        inner: made.native.clone(),
        check,
        empty,
        said,
    })
}

/// The native form of the type in a thunk.
pub(crate) fn native_of(ev: &mut Evaluator<'_>, thunk: ThunkId) -> Rc<OptType> {
    let value = ev.force_or_unknown(thunk);
    native(ev, &value)
}

/// What an option without definitions and default is.
pub(crate) fn empty_value(ev: &mut Evaluator<'_>, native: &OptType) -> Option<Value> {
    match native {
        OptType::NullOr(_) => Some(Value::Null),
        OptType::ListOf(_) => Some(ev.empty_list()),
        OptType::AttrsOf { .. }
        | OptType::Submodule(_)
        | OptType::DeferredModule(_)
        | OptType::Scalar {
            kind: Scalar::Attrs, ..
        } => Some(ev.empty_attrs()),
        OptType::Unique(inner, _) | OptType::Checked(inner, _) | OptType::Coerced { to: inner, .. } => {
            empty_value(ev, inner)
        }
        OptType::AttrListOf(AttrList { as_attrs: true, .. }) => Some(ev.empty_attrs()),
        OptType::AttrListOf(_) => Some(ev.empty_list()),
        OptType::Changed {
            inner, empty: None, ..
        } => empty_value(ev, inner),
        OptType::Changed {
            empty: Some(empty), ..
        }
        | OptType::Custom {
            empty: Some(empty), ..
        } => {
            let empty = ev.force_or_unknown(*empty);
            look_up(ev, &empty, "value").map(|value| value.value)
        }
        _ => None,
    }
}
