//! Texts of programs that run commands besides what they are for: settings of window managers, tables of cron, recipes.

use crate::script::{may_be_script, name_of};

/// A program whose texts have commands in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// Tables of cron, each line with the user that it is for.
    Cron,
    /// Entries of a desktop's menus.
    Desktop,
    /// Scripts of fish.
    Fish,
    /// Settings of Hyprland.
    Hyprland,
    /// Recipes of just.
    Just,
    /// Recipes of make.
    Make,
    /// `package.json`.
    Node,
    /// Scripts of Nushell.
    Nushell,
    /// Scripts of Python.
    Python,
    /// Settings of Sway and i3.
    Sway,
    /// Templates, of which another program makes a file.
    Template,
    /// Settings of tmux.
    Tmux,
    /// What a forge or a task runner is told to do.
    Workflow,
}

/// Folders of what a forge runs, and the beginnings of names of such files.
const WORKFLOWS: [&str; 12] = [
    ".drone",
    ".forgejo/workflows/",
    ".gitea/workflows/",
    ".github/actions/",
    ".github/workflows/",
    ".gitlab-ci",
    ".woodpecker",
    "/handlers/",
    "/tasks/",
    "Taskfile",
    "ansible",
    "taskfile",
];

impl Program {
    /// Whose text a file is, by its path.
    pub fn of(path: &str) -> Option<Self> {
        let name = name_of(path);
        let folder = name_of(path.strip_suffix(name)?.trim_end_matches('/'));
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        Some(match (folder, name, ending) {
            ("cron.d", ..) => Self::Cron,
            (.., "desktop") => Self::Desktop,
            (.., "j2" | "tmpl" | "tpl") => Self::Template,
            (.., "fish") => Self::Fish,
            (.., "nu") => Self::Nushell,
            (.., "py") => Self::Python,
            (.., "just") => Self::Just,
            (.., "mk") => Self::Make,
            (_, "package.json", _) => Self::Node,
            (_, "Makefile" | "makefile" | "GNUmakefile", _) => Self::Make,
            (_, "justfile" | "Justfile" | ".justfile", _) => Self::Just,
            (_, "tmux.conf" | ".tmux.conf", _) => Self::Tmux,
            ("sway" | "i3", "config", _) => Self::Sway,
            ("config.d", ..) if path.contains("sway/") || path.contains("i3/") => Self::Sway,
            (.., "conf") if path.contains("hypr") => Self::Hyprland,
            (.., "yml" | "yaml") if WORKFLOWS.iter().any(|part| is_in(path, part)) => Self::Workflow,
            _ => return None,
        })
    }

    /// Whose text a file is, by its path, or by its first line where that does not tell.
    pub fn of_text(path: &str, text: &str) -> Option<Self> {
        let by_line = || may_be_script(path).then(|| Self::of_first_line(text)).flatten();
        Self::of(path).or_else(by_line)
    }

    /// What runs a script that is none of a shell, by its first line.
    pub fn of_first_line(text: &str) -> Option<Self> {
        let first = text.lines().next()?.strip_prefix("#!")?;
        first.split_whitespace().map(name_of).find_map(|word| match word {
            "fish" => Some(Self::Fish),
            "just" => Some(Self::Just),
            "make" => Some(Self::Make),
            "nu" => Some(Self::Nushell),
            _ if word.starts_with("python") => Some(Self::Python),
            _ => None,
        })
    }
}

/// Has a path such a part? A folder may be the first of it.
fn is_in(path: &str, part: &str) -> bool {
    path.contains(part)
        || part
            .strip_prefix('/')
            .is_some_and(|first| path.starts_with(first))
}

#[cfg(test)]
mod tests {
    use super::Program;

    #[test]
    fn programs_by_path_and_first_line() {
        let all = [
            ("etc/cron.d/backup", "", Some(Program::Cron)),
            ("sway/config", "", Some(Program::Sway)),
            (".config/sway/config.d/50-x", "", Some(Program::Sway)),
            ("hypr/binds.conf", "", Some(Program::Hyprland)),
            ("a/justfile", "", Some(Program::Just)),
            (".github/workflows/ci.yml", "", Some(Program::Workflow)),
            ("x.yml", "", None),
            ("roles/a/tasks/main.yml", "", Some(Program::Workflow)),
            ("tasks/web.yml", "", Some(Program::Workflow)),
            ("mytasks/web.yml", "", None),
            ("roles/a/templates/a.service.j2", "", Some(Program::Template)),
            ("config", "", None),
            ("a.conf", "", None),
            ("bin/a", "#!/usr/bin/env python3\n", Some(Program::Python)),
            ("bin/a", "#!/bin/sh\n", None),
            ("a.txt", "#!/usr/bin/python\n", None),
        ];
        for (path, text, program) in all {
            assert_eq!(Program::of_text(path, text), program, "{path}");
        }
    }
}
