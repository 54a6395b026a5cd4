//! Lines that run containers in texts that are recognised and not read: recipes of make and just, what a forge or a task
//! runner is told to do, templates, scripts of fish and Nushell. Other programs take them apart, or other machines run them.

use super::inside::gap;
use super::lines::command_lines;
use super::python;
use super::settings::logical_lines;
use crate::surface::texts::Written;
use crate::vocabulary::pieces::Pieces;
use crate::vocabulary::text::origin_of;
use nixpod_model::NotAnalysed;
use nixpod_source::Why;
use nixpod_syntax::Program;

/// So many of a text are told.
const MAX_TOLD: usize = 20;

/// So many places of a line are looked at.
const MAX_OF_LINE: usize = 4;

/// Words that a line which runs a container begins with.
const ENGINES: [&str; 6] = [
    "distrobox",
    "docker",
    "nerdctl",
    "podman",
    "systemd-nspawn",
    "toolbox",
];

/// What is said of a program's texts; none where they are read.
fn what(program: Program, path: &str) -> Option<&'static str> {
    let name = path.rsplit('/').next().unwrap_or(path);
    match program {
        Program::Fish => Some("scripts of fish"),
        Program::Just => Some("recipes of just"),
        Program::Make => Some("recipes of make"),
        Program::Node => Some("scripts of package.json"),
        Program::Nushell => Some("scripts of Nushell"),
        Program::Template => Some("templates of files"),
        // Unlike a forge, go-task runs them here.
        Program::Workflow if name.starts_with(['T', 't']) && name.contains("askfile") => {
            Some("tasks of go-task")
        }
        Program::Workflow => Some("steps of workflows, which other machines run"),
        Program::Cron
        | Program::Desktop
        | Program::Hyprland
        | Program::Python
        | Program::Sway
        | Program::Tmux => None,
    }
}

/// The lines of such a text that run containers, as what was not analysed.
pub(super) fn not_read(written: &Written, program: Program) -> Vec<NotAnalysed> {
    let Some(text) = written.text.value() else {
        return Vec::new();
    };
    if program == Program::Python {
        let why = Why::NotModelled("Docker's library for Python".to_owned());
        let calls = python::calls_of_library(text).into_iter().take(MAX_TOLD);
        return { calls }
            .map(|call| gap(written.path.clone(), why.clone(), &origin_of(&call)))
            .collect();
    }
    let Some(what) = what(program, &written.path) else {
        return Vec::new();
    };
    let pieces = Pieces::new(text);
    let mut out = Vec::new();
    for (at, line) in logical_lines(pieces.pattern()) {
        let command = commands(line).into_iter().find_map(|(from, is_first)| {
            let text = pieces.slice(at + from..at + end_of(line, from));
            let line = command_lines(&text, false).into_iter().next()?;
            (is_first || line.is_clear).then_some(line)
        });
        if let Some(command) = command
            && out.len() < MAX_TOLD
        {
            let why = Why::NotModelled(what.to_owned());
            out.push(gap(written.path.clone(), why, &command.origin));
        }
    }
    out
}

/// Where commands may begin in a line, each with whether nothing but the marks of a recipe stands before it.
fn commands(line: &str) -> Vec<(usize, bool)> {
    let mut out = Vec::new();
    let is_before = |c: char| c.is_whitespace() || "\"'`(){}[]@=;|&/-:".contains(c);
    for engine in ENGINES {
        for (at, _) in line.match_indices(engine) {
            let before = line.get(..at).unwrap_or_default();
            if before.is_empty() || before.ends_with(is_before) {
                out.push((at, is_mark(before)));
            }
        }
    }
    let says = |word: &str| {
        matches!(
            word,
            "echo" | "printf" | "print" | "@echo" | "name:" | "description:"
        )
    };
    let said = line.split_whitespace().take(3).any(says);
    out.sort_unstable();
    out.truncate(MAX_OF_LINE);
    match said {
        true => Vec::new(),
        false => out,
    }
}

/// Where a command ends that begins here: with the string that it stands in, or with the line.
fn end_of(line: &str, from: usize) -> usize {
    let (before, rest) = line.split_at_checked(from).unwrap_or(("", line));
    let opened = ['"', '\'', '`'].into_iter();
    let opened = opened.filter(|quote| before.matches(*quote).count() % 2 == 1);
    let ends = opened.filter_map(|quote| rest.find(quote));
    ends.min().map_or(line.len(), |end| from + end)
}

/// Is it only how a recipe or a step begins?
fn is_mark(before: &str) -> bool {
    let before = before.trim().trim_start_matches(['@', '-', '+']).trim();
    matches!(
        before,
        "" | "run:" | "cmd:" | "sudo" | "exec" | "command:" | "shell:"
    )
}

#[cfg(test)]
mod tests {
    use super::not_read;
    use crate::surface::texts::{Runs, TextFile};
    use nixpod_source::FileId;
    use nixpod_syntax::Program;

    fn told(program: Program, text: &str) -> Vec<String> {
        let file = TextFile {
            path: "a".to_owned(),
            place: "a".to_owned(),
            file: FileId::project(0),
            text: text.to_owned(),
        };
        let gaps = not_read(&file.written(Runs::Unknown), program).into_iter();
        gaps.filter_map(|gap| {
            let (start, end) = gap.place?.within?;
            Some(text.get(start as usize..end as usize)?.to_owned())
        })
        .collect()
    }

    #[test]
    fn lines_that_are_told() {
        let make = "# docker run -v a:b x\ndb: dep\n\t@podman run x\n\techo docker run -v a:b x\n\t$(SUDO) docker run --rm \\\n\t  y\n\tdocker ps\n";
        assert_eq!(told(Program::Make, make).len(), 2);
        let workflow = "on: push\nname: docker run -v a:b c\njobs:\n  a:\n    steps:\n      - run: docker run x\n      - run: |\n          podman run --rm y\n          docker build .\n";
        assert_eq!(told(Program::Workflow, workflow).len(), 2);
        let node = "{ \"description\": \"docker run it\", \"scripts\": { \"db\": \"docker run --rm a\" } }";
        assert_eq!(told(Program::Node, node).len(), 1);
        let python = "import docker\nclient = docker.from_env()\nclient.containers.run('a', privileged=True)\nx.containers.list()\n";
        assert_eq!(told(Program::Python, python), ["containers.run"]);
        assert!(told(Program::Python, "import b\nb.containers.run('a')\n").is_empty());
        let fish = "abbr -a kali docker run --rm kali\nfunction f\n  podman run y\nend\n# podman run z\n";
        assert_eq!(told(Program::Fish, fish).len(), 2);
    }
}
