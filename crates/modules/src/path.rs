//! Paths of options.

use smol_str::SmolStr;
use std::rc::Rc;

/// A step of an option's path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// A name.
    Name(SmolStr),
    /// Whatever name there is, with what is printed for it: `<name>`. The number tells names apart that are not known.
    Any(SmolStr, usize),
}

/// A path of option names.
pub type OptionPath = Rc<[Step]>;

impl Step {
    /// A step as Nix code gives it, which tells what stands for any name by its brackets.
    pub(crate) fn from_nix(text: &SmolStr) -> Self {
        match text.starts_with('<') && text.ends_with('>') {
            true => Self::Any(text.clone(), 0),
            false => Self::Name(text.clone()),
        }
    }

    /// As it is printed, without quotes.
    pub fn text(&self) -> &SmolStr {
        match self {
            Self::Name(text) | Self::Any(text, _) => text,
        }
    }
}

/// A path one name longer.
pub(crate) fn extend(path: &OptionPath, name: &str) -> OptionPath {
    path.iter()
        .cloned()
        .chain([Step::Name(SmolStr::new(name))])
        .collect()
}

/// How much memory a path takes.
pub(crate) fn bytes_of(path: &[Step]) -> usize {
    size_of_val(path)
}

/// A path one step longer that stands for any name.
pub(crate) fn extend_any(path: &OptionPath, printed: &str, nth: usize) -> OptionPath {
    path.iter()
        .cloned()
        .chain([Step::Any(SmolStr::new(printed), nth)])
        .collect()
}

/// Is a path made of these names?
pub(crate) fn is_at(path: &[Step], names: &[&str]) -> bool {
    let same = |(step, name): (&Step, &&str)| matches!(step, Step::Name(known) if known == name);
    path.len() == names.len() && path.iter().zip(names).all(same)
}

/// A path as users write it.
pub fn dotted(path: &[Step]) -> String {
    let parts: Vec<String> = path
        .iter()
        .map(|step| match step {
            Step::Name(name) => key(name),
            Step::Any(printed, _) => printed.to_string(),
        })
        .collect();
    parts.join(".")
}

/// A name as it is written in a path.
pub fn key(name: &str) -> String {
    if nixpod_eval::print::is_identifier(name) {
        name.to_owned()
    } else {
        nixpod_eval::print::quote(name)
    }
}
