//! Commands that stand among other words in the settings of programs: lines of cron, rules of udev, aliases of git.

use nixpod_model::Text;

/// Keys of a rule of udev whose value is a command.
const COMMANDS: [&str; 4] = ["RUN", "RUN{program}", "PROGRAM", "IMPORT{program}"];

/// Who runs a line of cron, and what: `M H D M W USER COMMAND`, or `@daily USER COMMAND`.
pub(super) fn cron_line(text: &Text) -> Option<(Text, Text)> {
    let pattern = text.pattern();
    let mut words = Vec::new();
    let mut from = None;
    for (at, c) in pattern.char_indices() {
        match (c.is_whitespace(), from) {
            (false, None) => from = Some(at),
            (true, Some(start)) => {
                words.push((start, at));
                from = None;
            }
            _ => {}
        }
    }
    let fields = if pattern.trim_start().starts_with('@') {
        1
    } else {
        5
    };
    let (start, end) = *words.get(fields)?;
    Some((text.slice(start, end), text.slice(end, pattern.len())))
}

/// What an alias of git runs: after an exclamation mark it is a line of a shell, and else the words of a command of git.
pub(super) fn alias_of_git(text: &Text) -> Option<Text> {
    let pattern = text.pattern();
    let blanks = pattern.len() - pattern.trim_start().len();
    let is_command = pattern.trim_start().starts_with('!');
    is_command.then(|| text.slice(blanks + 1, pattern.len()))
}

/// The commands in rules of udev: `ACTION=="add", RUN+="command"`. A line that begins with `#` is a comment, and one that
/// ends with a backslash goes on in the next.
pub(super) fn commands_of_udev(text: &Text) -> Vec<Text> {
    let pattern = text.pattern();
    let mut out = Vec::new();
    let mut at = 0;
    let mut goes_on = false;
    for line in pattern.split_inclusive('\n') {
        if goes_on || !line.trim_start().starts_with('#') {
            let found = values_of(line).into_iter();
            out.extend(found.map(|(start, end)| text.slice(at + start, at + end)));
            goes_on = line.trim_end().ends_with('\\');
        }
        at += line.len();
    }
    out
}

/// Where the commands are in a line: each is the value of a key, between quotation marks.
fn values_of(line: &str) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    let mut from = 0;
    while let Some(opened) = next_mark(line, from) {
        let Some(closed) = next_mark(line, opened + 1) else {
            break;
        };
        let before = line.get(from..opened).unwrap_or_default().trim_end();
        let key = before.trim_end_matches(['=', '+', ':', '-']);
        // What compares is no command of its own, but `PROGRAM` runs one to compare with.
        let is_set = !before.ends_with("==") || key.ends_with("PROGRAM");
        let key = key.rsplit([',', ' ', '\t']).next().unwrap_or_default();
        if is_set && COMMANDS.contains(&key) {
            out.push((opened + 1, closed));
        }
        from = closed + 1;
    }
    out
}

/// The next quotation mark that no backslash takes away.
fn next_mark(line: &str, from: usize) -> Option<usize> {
    let rest = line.get(from..)?;
    let found = rest.match_indices('"').map(|(at, _)| from + at);
    let mut found = found.filter(|at| !line.get(..*at).is_some_and(|before| before.ends_with('\\')));
    found.next()
}
