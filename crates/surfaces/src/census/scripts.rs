//! Whether a file can have a script in it that runs containers, or write a file that says how they are run, told by its
//! words alone.

use crate::surface::names_program;
use nixpod_syntax::Hir;
use nixpod_syntax::hir::{Expr, StrPart};

/// The folder of units and of settings of Podman, below `/etc` and `~/.config`.
const FOLDER: &str = "containers/";

/// Does a string, or a name such as that of a package, name a program that runs containers, or the files that such a program
/// reads?
pub fn may_run_containers(hir: &Hir) -> bool {
    let in_strings = hir.exprs().iter().any(|expr| match expr {
        Expr::Str(parts) => parts.iter().any(|part| match part {
            StrPart::Text(text) => names_program(text) || text.contains(FOLDER),
            StrPart::Interp(_) => false,
        }),
        _ => false,
    });
    in_strings || hir.names().iter().any(|name| names_program(name.as_str()))
}
