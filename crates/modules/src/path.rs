//! Paths of options.

use smol_str::SmolStr;
use std::rc::Rc;

/// A path of option names.
pub type OptionPath = Rc<[SmolStr]>;

/// A path one name longer.
pub(crate) fn extend(path: &OptionPath, name: &str) -> OptionPath {
    path.iter().cloned().chain([SmolStr::new(name)]).collect()
}

/// A path as users write it.
pub fn dotted(path: &[SmolStr]) -> String {
    let parts: Vec<String> = path
        .iter()
        .map(|part| {
            if nixpod_eval::print::is_identifier(part) || part.starts_with('<') {
                part.to_string()
            } else {
                nixpod_eval::print::quote(part)
            }
        })
        .collect();
    parts.join(".")
}
