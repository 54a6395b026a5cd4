//! Commands in the settings of programs: of window managers, of tmux, entries of menus, tables of cron. Each is a stretch
//! of the text that a shell is given.

use super::of_programs::cron_line;
use crate::vocabulary::pieces::Pieces;
use nixpod_model::Text;
use nixpod_syntax::Program;
use std::ops::Range;

/// A command, and who runs it where the text says so.
pub(super) struct Command {
    pub(super) line: Text,
    pub(super) user: Option<Text>,
}

/// The commands in a text of such a program.
pub(super) fn commands(program: Program, text: &Text) -> Vec<Command> {
    let pieces = Pieces::new(text);
    let mut out = Vec::new();
    for (at, line) in logical_lines(pieces.pattern()) {
        if program == Program::Cron {
            out.extend(of_cron(&pieces.slice(at..at + line.len())));
            continue;
        }
        let found = match program {
            Program::Sway => of_sway(line).into_iter().collect(),
            Program::Hyprland => of_hyprland(line).into_iter().collect(),
            Program::Desktop => of_desktop(line).into_iter().collect(),
            Program::Tmux => of_tmux(line),
            _ => Vec::new(),
        };
        out.extend(found.into_iter().map(|range| Command {
            line: pieces.slice(at + range.start..at + range.end),
            user: None,
        }));
    }
    out
}

/// Lines that are no comments, each with its start. One that ends with a backslash goes on in the next.
pub(super) fn logical_lines(pattern: &str) -> Vec<(usize, &str)> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut end = 0;
    for line in pattern.split_inclusive('\n') {
        end += line.len();
        let whole = pattern.get(start..end).unwrap_or_default().trim_end();
        let is_comment = whole.trim_start().starts_with('#');
        if whole.ends_with('\\') && !is_comment && end < pattern.len() {
            continue;
        }
        if !is_comment && !whole.is_empty() {
            out.push((start, whole));
        }
        start = end;
    }
    out
}

/// A stretch of a line from a byte on, without blanks and without the quotes around all of it.
fn rest(line: &str, from: usize) -> Option<Range<usize>> {
    let inner = line.get(from..)?;
    let start = from + inner.len() - inner.trim_start().len();
    let inner = inner.trim();
    let is_quoted = |quote: char| {
        let within = inner
            .strip_prefix(quote)
            .and_then(|inner| inner.strip_suffix(quote));
        within.is_some_and(|within| !within.contains(quote))
    };
    let quotes = usize::from(is_quoted('"') || is_quoted('\''));
    let range = start + quotes..(start + inner.len()).checked_sub(quotes)?;
    (range.start < range.end).then_some(range)
}

/// `exec COMMAND`, by itself or behind a key that is bound to it.
fn of_sway(line: &str) -> Option<Range<usize>> {
    let mut words = words(line);
    let (_, first) = words.next()?;
    let is_exec = |word: &str| matches!(word, "exec" | "exec_always");
    let behind = match first {
        "bindcode" | "bindgesture" | "bindswitch" | "bindsym" | "for_window" => {
            let (at, word) = words.find(|(_, word)| is_exec(word))?;
            at + word.len()
        }
        first if is_exec(first) => line.find(first)? + first.len(),
        _ => return None,
    };
    let options = words.take_while(|(_, word)| word.starts_with("--"));
    let behind = options.last().map_or(behind, |(at, word)| at + word.len());
    rest(line, behind)
}

/// `exec-once = COMMAND`, and `bind = KEYS, KEY, exec, COMMAND`, with or without what stands before the sign.
fn of_hyprland(line: &str) -> Option<Range<usize>> {
    let key = line.split_once('=').map(|(key, _)| key.trim());
    let behind = match key {
        Some("exec" | "exec-once" | "exec-shutdown" | "execr" | "execr-once") => line.find('=')? + 1,
        _ => {
            let mut at = 0;
            let mut behind = None;
            for part in line.split(',') {
                at += part.len() + 1;
                if matches!(part.trim(), "exec" | "execr") {
                    behind = Some(at);
                    break;
                }
            }
            behind?
        }
    };
    // `[workspace 2 silent] COMMAND` says where its window goes.
    let inner = line.get(behind..)?;
    let rules = inner
        .trim_start()
        .starts_with('[')
        .then(|| inner.find(']'))
        .flatten();
    rest(line, behind + rules.map_or(0, |end| end + 1))
}

fn of_desktop(line: &str) -> Option<Range<usize>> {
    let value = line
        .trim_start()
        .strip_prefix("Exec")?
        .trim_start()
        .strip_prefix('=')?;
    rest(line, line.len() - value.len())
}

/// Commands of tmux that give a shell something to run.
const OF_TMUX: [&str; 13] = [
    "display-popup",
    "if",
    "if-shell",
    "new",
    "new-session",
    "new-window",
    "neww",
    "popup",
    "run",
    "run-shell",
    "split-window",
    "splitw",
    "respawn-pane",
];

/// What is quoted behind such a command, or else all behind `run-shell`.
fn of_tmux(line: &str) -> Vec<Range<usize>> {
    let mut words = words(line);
    let Some((at, command)) = words.find(|(_, word)| OF_TMUX.contains(word)) else {
        return Vec::new();
    };
    let behind = at + command.len();
    let mut out = Vec::new();
    let mut from = behind;
    while let Some(opened) = line.get(from..).and_then(|rest| rest.find(['"', '\''])) {
        let opened = from + opened;
        let Some(quote) = line.get(opened..).and_then(|rest| rest.chars().next()) else {
            break;
        };
        let Some(length) = line.get(opened + 1..).and_then(|rest| rest.find(quote)) else {
            break;
        };
        out.push(opened + 1..opened + 1 + length);
        from = opened + length + 2;
    }
    if out.is_empty() && matches!(command, "run" | "run-shell") {
        let options = words.take_while(|(_, word)| word.starts_with('-'));
        let behind = options.last().map_or(behind, |(at, word)| at + word.len());
        out.extend(rest(line, behind));
    }
    out
}

fn of_cron(line: &Text) -> Option<Command> {
    let is_variable = |line: &str| {
        let name = line.split_once('=').map(|(name, _)| name.trim());
        name.is_some_and(|name| name.chars().all(|c| c.is_alphanumeric() || c == '_'))
    };
    if is_variable(&line.pattern()) {
        return None;
    }
    let (user, line) = cron_line(line)?;
    Some(Command {
        line,
        user: Some(user),
    })
}

/// The words of a line between blanks, each with its start.
fn words(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let begin = line.as_ptr() as usize;
    line.split_whitespace()
        .map(move |word| (word.as_ptr() as usize - begin, word))
}

#[cfg(test)]
mod tests {
    use super::commands;
    use nixpod_model::Text;
    use nixpod_source::Origin;
    use nixpod_syntax::Program;

    fn found(program: Program, text: &str) -> Vec<String> {
        let text = Text::known(text, Origin::default());
        let commands = commands(program, &text).into_iter();
        commands
            .map(|command| match command.user {
                Some(user) => format!("{}: {}", user.pattern(), command.line.pattern().trim()),
                None => command.line.pattern(),
            })
            .collect()
    }

    #[test]
    fn window_managers() {
        let sway = "# exec a\nexec b\nset $x exec c\nbindsym --locked $mod+x exec --no-startup-id \"d e\"\nexec_always \\\n  f\n\
                    bindsym $mod+r mode \"exec\"\n  for_window [app_id=\"a\"] exec g\nexec\n";
        assert_eq!(found(Program::Sway, sway), ["b", "d e", "\\\n  f", "g"]);
        let hyprland = "exec-once = a\nbind = SUPER, X, exec, b, c\nbindl=,X,exec,[float] d\n# exec = e\nmonitor = a,b\nSUPER, Y, exec, f\n";
        assert_eq!(found(Program::Hyprland, hyprland), ["a", "b, c", "d", "f"]);
    }

    #[test]
    fn menus_and_terminals() {
        let desktop = "[Desktop Entry]\nName=Exec\nExec=a \"b c\" %f\nTryExec=d\nExecutable=e\n";
        assert_eq!(found(Program::Desktop, desktop), ["a \"b c\" %f"]);
        let tmux = "set -g status-left \"#(a)\"\nrun-shell -b b c\nbind x new-window -n d 'e f' \"g\"\nrun ''\ndisplay \"run\"\n";
        assert_eq!(found(Program::Tmux, tmux), ["b c", "e f", "g", ""]);
    }

    #[test]
    fn tables_of_cron() {
        let cron = "SHELL=/bin/sh\nPATH = /a:/b c d e f g\n# m h\n0 0 * * * root a b\n@daily ann c\n0 0\n";
        assert_eq!(found(Program::Cron, cron), ["root: a b", "ann: c"]);
    }
}
