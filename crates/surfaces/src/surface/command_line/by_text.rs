//! What tells that a file is a script: its name and its first line.

use nixpod_model::{Text, TextPart};

/// Has a file the name of a script, or of a program: no ending that tells something else?
pub(super) fn is_script_name(name: &str) -> bool {
    !name.rsplit('/').next().unwrap_or_default().contains('.') || is_shell_name(name)
}

/// Has a file a name that only texts for shells have: `x.sh`, `.bashrc`, `.profile`?
pub(super) fn is_shell_name(name: &str) -> bool {
    match name.rsplit('/').next().unwrap_or_default().rsplit_once('.') {
        Some(("", hidden)) => hidden.contains("sh") || hidden.contains("profile"),
        Some((_, ending)) => matches!(ending, "sh" | "bash" | "zsh"),
        None => false,
    }
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

/// Does the first line of a text name a shell?
pub(super) fn begins_as_script(text: &Text) -> bool {
    let line = first_line(text);
    // `#!${pkgs.bash}/bin/bash` has a hole behind the sign.
    line == "#!" || line == "#! " || begins_line(line)
}

/// Does a line say that a shell runs what stands below?
pub(super) fn begins_line(line: &str) -> bool {
    let line = line.trim_end();
    line.starts_with("#!") && (line.ends_with("sh") || line.contains("sh "))
}
