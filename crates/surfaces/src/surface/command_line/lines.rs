//! Which lines of a text would run containers if it were a script: for whoever does not know whether it is one.

use super::inside::follow;
use super::wrote;
use super::{boxes, engine, python, verb};
use crate::vocabulary::shell;
use nixpod_model::Text;
use nixpod_source::Origin;

/// A line of a text that runs a container.
pub(crate) struct CommandLine {
    pub(crate) origin: Origin,
    /// Does it have options, so that it is hardly a sentence?
    pub(crate) is_clear: bool,
}

/// The lines of a text that would run containers if it were a script, or a line of a unit.
pub(crate) fn command_lines(text: &Text, is_unit_line: bool) -> Vec<CommandLine> {
    let wanted = |program: &str| {
        matches!(
            program,
            "distrobox"
                | "distrobox-create"
                | "distrobox-ephemeral"
                | "docker"
                | "nerdctl"
                | "podman"
                | "systemd-nspawn"
        )
    };
    let followed = follow(text, is_unit_line, wanted);
    let is_option = |word: &shell::Element| word.text.pattern().starts_with('-');
    let mut out: Vec<CommandLine> = Vec::new();
    for line in followed.lines.iter().filter(|line| !line.elsewhere) {
        let is_clear = match (line.program.as_str(), engine::command(line)) {
            (_, engine::Command::Run(run)) => run.spec().iter().any(is_option),
            ("systemd-nspawn", _) => line.words.iter().any(is_option),
            _ if boxes::words(line).is_some() => line.words.iter().any(is_option),
            // Its options are added by other strings.
            _ if verb::runs(line) => false,
            _ => continue,
        };
        // Loops come to the same line again.
        if out.iter().all(|known| known.origin != line.origin) {
            let origin = line.origin.clone();
            out.push(CommandLine { origin, is_clear });
        }
    }
    if let Some(origin) = of_python(text) {
        out.push(CommandLine {
            origin,
            is_clear: true,
        });
    }
    let units = wrote::units(text, is_unit_line).into_iter();
    out.extend(units.map(|origin| CommandLine {
        origin,
        is_clear: true,
    }));
    out
}

/// The first command of a text that runs a container if the text is a script of Python.
fn of_python(text: &Text) -> Option<Origin> {
    let pattern = text.pattern();
    let may_be_python = ["subprocess", "os.system", "os.popen"];
    if !may_be_python.iter().any(|word| pattern.contains(word)) {
        return None;
    }
    let commands = python::commands(text).into_iter();
    let mut lines = commands.flat_map(|command| {
        let followed = match &command {
            python::Command::Line(line) => shell::follow(line, is_engine),
            python::Command::Words(words) => shell::words(words, is_engine),
        };
        followed.lines
    });
    lines
        .find(|line| !line.elsewhere && verb::runs(line))
        .map(|line| line.origin)
}

fn is_engine(program: &str) -> bool {
    matches!(program, "docker" | "nerdctl" | "podman")
}
