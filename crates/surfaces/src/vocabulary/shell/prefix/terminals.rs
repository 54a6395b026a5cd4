//! Programs that run a command in a terminal: `tmux`, `screen` and terminals themselves.

use super::next::{Next, joined};
use super::scan::scan;
use crate::vocabulary::shell::values::Element;

/// Terminals, and the words behind which the command stands.
const TERMINALS: [(&str, &[&str]); 12] = [
    ("alacritty", &["-e", "--command"]),
    ("foot", &["-e"]),
    ("footclient", &["-e"]),
    ("ghostty", &["-e"]),
    ("gnome-terminal", &["--", "-x"]),
    ("kgx", &["--", "-e"]),
    ("konsole", &["-e"]),
    ("lxterminal", &["-e"]),
    ("st", &["-e"]),
    ("urxvt", &["-e"]),
    ("xfce4-terminal", &["-x", "-e", "--command"]),
    ("xterm", &["-e"]),
];

/// Commands of `tmux` that run one, by all their names.
const RUN: [&str; 12] = [
    "new",
    "new-session",
    "neww",
    "new-window",
    "splitw",
    "split-window",
    "respawnw",
    "respawn-window",
    "respawnp",
    "respawn-pane",
    "run",
    "run-shell",
];

/// Their options whose value is the next word, and those of `send-keys`.
const VALUED: [&str; 11] = ["-c", "-e", "-F", "-f", "-l", "-n", "-N", "-s", "-t", "-x", "-y"];

/// What runs in a terminal. `None`: it is none, or runs nothing but a shell.
pub(super) fn in_terminal(program: &str, words: &[Element]) -> Option<Next> {
    match program {
        "tmux" => in_tmux(words),
        "screen" => {
            let valued = ["-c", "-e", "-h", "-p", "-s", "-S", "-t", "-T", "-x"];
            let at = scan(words, 1, &valued, false).at;
            command(words.get(at..)?, false)
        }
        _ => {
            let (_, marks) = TERMINALS.iter().find(|(name, _)| *name == program)?;
            let at = words
                .iter()
                .position(|word| marks.contains(&&*word.text.pattern()))?;
            command(words.get(at + 1..)?, true)
        }
    }
}

/// `tmux new-session -d COMMAND`, and what `tmux send-keys` types into a shell.
fn in_tmux(words: &[Element]) -> Option<Next> {
    let at = scan(words, 1, &["-c", "-f", "-L", "-S", "-T"], false).at;
    let name = words.get(at)?.text.pattern();
    let behind = scan(words, at + 1, &VALUED, false).at;
    let rest = words.get(behind..)?;
    match &*name {
        name if RUN.contains(&name) => command(rest, true),
        "send" | "send-keys" => Some(Next::Script(rest.first()?.text.clone(), Vec::new())),
        _ => None,
    }
}

/// One word is given to a shell by those that say so, and several are the command.
fn command(words: &[Element], is_script: bool) -> Option<Next> {
    match words {
        [] => None,
        [_] if is_script => Some(Next::Script(joined(words), Vec::new())),
        _ => Some(Next::Words(words.to_vec())),
    }
}
