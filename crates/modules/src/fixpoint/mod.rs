//! What a module evaluation is: the values of its options depend on its modules, and those on its options.
//!
//! The files below know each other in a circle, the only one of this crate, and for a reason of the thing itself: the
//! value of an option of a submodule type is an evaluation, and so is the type that Nix code makes of one. From the
//! outside in:
//!
//! | file | from | to |
//! |---|---|---|
//! | `start` | what an evaluation starts from | thunks of its modules, `config` and `options` |
//! | `collect` | the first modules | all of them, through `imports` |
//! | `import` | a module that `imports` names | the same, while it is looked for |
//! | `arguments` | an evaluation | what a module that is a function is called with |
//! | `tree` | declarations and definitions of a set | those of each name in it |
//! | `option` | declarations and definitions of one option | which definitions win, and the value |
//! | `fallback` | what is declared of an option | what it is where nothing defines it |
//! | `freeform` | definitions that nobody declares, and their type | their values |
//! | `secrets` | a secret of sops-nix or agenix | its path |
//! | `by_type` | definitions that win | one value, as the type says |
//! | `shallow` | the same, for types whose parts are no definitions | the value |
//! | `compound` | the same, for types with parts | thunks of the parts |
//! | `attr_list` | the same, for lists of single attributes | thunks of the parts |
//! | `submodule` | a submodule type and definitions of it | an evaluation |
//! | `option_value` | declarations | the `options` argument of modules |
//! | `type_value` | a type | the set that it is in Nix code |
//! | `meta` | a type, or definitions of it | `getSubOptions`, `valueMeta` |
//! | `words` | a type | `description` |
//! | `system_value` | an evaluation | what `evalModules` gives |

pub(crate) mod arguments;
pub(crate) mod attr_list;
pub(crate) mod by_type;
pub(crate) mod collect;
pub(crate) mod compound;
mod fallback;
pub(crate) mod freeform;
pub(crate) mod import;
pub(crate) mod meta;
mod names;
pub(crate) mod option;
pub(crate) mod option_value;
mod secrets;
mod shallow;
mod start;
pub(crate) mod submodule;
pub(crate) mod system_value;
pub(crate) mod tree;
pub(crate) mod type_value;
pub(crate) mod words;
