//! What tells that a file is a script: its name and its first line.

use super::names::names_program;
use crate::vocabulary::text::HOLE;
use nixpod_model::{Text, TextPart};
use nixpod_syntax::{Program, is_shell_name, may_be_script};

/// Has a file the name of a script, or of a program: no ending that tells something else?
pub(super) fn is_script_name(name: &str) -> bool {
    !name.rsplit('/').next().unwrap_or_default().contains('.') || is_shell_name(name)
}

fn first_line(text: &Text) -> &str {
    match text.parts.first() {
        Some(TextPart::Known { text, .. }) => text.lines().next().unwrap_or_default(),
        _ => "",
    }
}

pub(super) fn begins_with_sign(text: &Text) -> bool {
    first_line(text).starts_with("#!")
}

/// Do the first lines of a text name a shell?
pub(super) fn begins_as_script(text: &Text) -> bool {
    let pattern = text.pattern();
    // `#!${pkgs.runtimeShell}` and the like name one that is not known.
    let program = pattern
        .strip_prefix("#!")
        .and_then(|line| line.split_whitespace().next());
    program.is_some_and(|program| program.chars().eq([HOLE])) || nixpod_syntax::begins_as_script(&pattern)
}

/// Is a file a script by its first lines, or a text of a program that may run containers?
pub(super) fn is_text_with_commands(path: &str, text: &str) -> bool {
    may_be_script(path) && nixpod_syntax::begins_as_script(text)
        || names_program(text) && (is_unit(path) || Program::of_text(path, text).is_some())
}

/// Has a file the name of a service of systemd?
pub(crate) fn is_unit(path: &str) -> bool {
    path.ends_with(".service")
}
