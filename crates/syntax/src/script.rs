//! What tells that a file is a script of a shell: its name, or its first line.

/// Endings of scripts for shells.
const ENDINGS: [&str; 5] = ["bash", "dash", "ksh", "sh", "zsh"];

/// Shells whose scripts are all read alike. Fish and Nushell have words of their own.
const SHELLS: [&str; 8] = ["ash", "bash", "dash", "ksh", "mksh", "sh", "yash", "zsh"];

/// What shells read when they begin or end, without the dot.
const READ_BY_SHELLS: [&str; 15] = [
    "bash_aliases",
    "bash_functions",
    "bash_login",
    "bash_logout",
    "bash_profile",
    "bashrc",
    "envrc",
    "kshrc",
    "mkshrc",
    "xinitrc",
    "zlogin",
    "zlogout",
    "zprofile",
    "zshenv",
    "zshrc",
];

/// Those of their names that mean something else without the dot.
const ONLY_HIDDEN: [&str; 3] = ["profile", "xprofile", "xsession"];

/// Has a file a name that only texts for shells have: `x.sh`, `.bashrc`, `.profile`?
pub fn is_shell_name(path: &str) -> bool {
    let name = name_of(path);
    // Chezmoi has files of a home under such names.
    let hidden = name.strip_prefix('.').or_else(|| name.strip_prefix("dot_"));
    if READ_BY_SHELLS.contains(&hidden.unwrap_or(name))
        || hidden.is_some_and(|hidden| ONLY_HIDDEN.contains(&hidden))
    {
        return true;
    }
    let ending = name.rsplit_once('.');
    ending.is_some_and(|(stem, ending)| !stem.is_empty() && ENDINGS.contains(&ending))
}

/// Does the name of a file tell nothing of what is in it, so that its first line has to?
pub fn may_be_script(path: &str) -> bool {
    let name = name_of(path);
    !name.is_empty() && !name.contains('.')
}

/// Do the first lines of a text say that a shell runs it?
pub fn begins_as_script(text: &str) -> bool {
    let mut lines = text.lines().map_while(|line| line.strip_prefix("#!"));
    let Some(first) = lines.next() else {
        return false;
    };
    match interpreter(first) {
        Interpreter::Shell => true,
        Interpreter::Other => false,
        // The lines below the first one say what nix-shell runs.
        Interpreter::Nix => lines.take(MAX_LINES).any(is_run_in_shell),
    }
}

/// So many lines say how Nix runs a script.
const MAX_LINES: usize = 16;

enum Interpreter {
    Shell,
    Nix,
    Other,
}

/// What runs a script, by what stands behind the sign in its first line.
fn interpreter(line: &str) -> Interpreter {
    let mut words = line.split_whitespace().map(name_of);
    let mut program = words.next().unwrap_or_default();
    if program == "env" {
        let is_of_env = |word: &&str| word.starts_with('-') || word.contains('=');
        program = words.find(|word| !is_of_env(word)).unwrap_or_default();
    }
    match program {
        "busybox" => match words.next().is_some_and(|applet| SHELLS.contains(&applet)) {
            true => Interpreter::Shell,
            false => Interpreter::Other,
        },
        "nix" | "nix-shell" if is_run_in_shell(line) => Interpreter::Shell,
        "nix" | "nix-shell" => Interpreter::Nix,
        shell if SHELLS.contains(&shell) => Interpreter::Shell,
        _ => Interpreter::Other,
    }
}

/// Does a line of nix-shell or of `nix shell` name a shell as what runs the script?
fn is_run_in_shell(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let is_option = |word: &str| matches!(word, "-i" | "-c" | "--command" | "--interpreter");
    let mut found = std::iter::from_fn(|| words.find(|word| is_option(word)).and(words.next()));
    found.any(|word| SHELLS.contains(&name_of(word)))
}

pub(crate) fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::{begins_as_script, is_shell_name, may_be_script};

    #[test]
    fn names_of_scripts() {
        let yes = [
            "run.sh",
            "a/.bashrc",
            "zshrc",
            "dot_zshrc",
            ".envrc",
            "lib/a.zsh",
            ".profile",
        ];
        let no = ["profile", "run", ".sh", "a.fish", "a.sh.nix", ".ssh", "shell.nix"];
        assert!(yes.into_iter().all(is_shell_name));
        assert!(!no.into_iter().any(is_shell_name));
        assert!(may_be_script("bin/deploy") && may_be_script("LICENSE"));
        assert!(!may_be_script("bin/deploy.py") && !may_be_script(".gitignore"));
    }

    #[test]
    fn first_lines_of_scripts() {
        let yes = [
            "#!/bin/sh",
            "#! /usr/bin/env bash\n",
            "#!/usr/bin/env -S bash -e\r\n",
            "#!/usr/bin/env nix-shell\n#! nix-shell -i bash -p podman\n",
            "#! /usr/bin/env nix-shell\n#!nix-shell -p podman\n#!nix-shell -i zsh",
            "#!/usr/bin/env -S nix shell nixpkgs#podman -c bash",
            "#!/usr/bin/env nix\n#! nix shell nixpkgs#podman --command sh\n",
            "#!/bin/busybox sh",
        ];
        let no = [
            "",
            "#!",
            "/bin/sh",
            "#!/usr/bin/env python3\n# sh",
            "#!/usr/bin/env fish",
            "#!/usr/bin/env nix-shell\n#! nix-shell -i python3 -p bash\n",
            "#!/usr/bin/env nix-instantiate --eval\n{ }",
            "#!/usr/bin/env nix-shell\n{ pkgs }: \"-i bash\"",
            "\u{feff}#!/bin/sh",
        ];
        for text in yes {
            assert!(begins_as_script(text), "{text}");
        }
        for text in no {
            assert!(!begins_as_script(text), "{text}");
        }
    }
}
