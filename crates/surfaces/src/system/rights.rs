//! What users may do as root: by sudo, doas, wrappers and polkit; and whom the Nix daemon trusts.

use crate::read::{Found, OptionReader};
use crate::vocabulary::certainty::{part, weaken};
use crate::vocabulary::text::{HOLE, origin_of, split_lines};
use crate::vocabulary::words;
use nixpod_eval::Value;
use nixpod_model::{Field, Right, RightBy, Text};
use nixpod_source::Why;

/// Everything by which somebody may run something as root.
pub(super) fn read(reader: &mut OptionReader<'_, '_>, config: &Found) -> Vec<Field<Right>> {
    let mut out = Vec::new();
    for name in ["sudo", "sudo-rs"] {
        let rules = reader.option(config, &["security", name, "extraRules"]);
        for rule in written_elements(reader, &rules) {
            sudo_rule(reader, &rule, &mut out);
        }
        let text = reader.option(config, &["security", name, "extraConfig"]);
        for line in lines(reader, &text) {
            out.extend(sudo_line(&line));
        }
    }
    let rules = reader.option(config, &["security", "doas", "extraRules"]);
    for rule in written_elements(reader, &rules) {
        doas_rule(reader, &rule, &mut out);
    }
    let text = reader.option(config, &["security", "doas", "extraConfig"]);
    for line in lines(reader, &text) {
        out.extend(doas_line(&line));
    }
    wrappers(reader, config, &mut out);
    let polkit = reader.option(config, &["security", "polkit", "extraConfig"]);
    if reader.is_written(&polkit) {
        let text = reader.text(&polkit);
        polkit_rules(&text, &mut out);
    }
    out
}

/// The elements of a list that somebody wrote.
fn written_elements(reader: &mut OptionReader<'_, '_>, list: &Found) -> Vec<Found> {
    match reader.is_unset(list) || reader.is_default(list) {
        true => Vec::new(),
        false => reader.elements(list),
    }
}

/// The lines of a text without comments.
fn lines(reader: &mut OptionReader<'_, '_>, text: &Found) -> Vec<Field<Text>> {
    if reader.is_unset(text) || reader.is_default(text) {
        return Vec::new();
    }
    let text = reader.text(text);
    let Some(known) = text.value() else {
        return Vec::new();
    };
    let lines = split_lines(known).into_iter();
    let lines = lines.filter(|line| !line.pattern().trim_start().starts_with('#'));
    lines
        .map(|line| {
            let origin = origin_of(&line);
            part(&text, line, origin)
        })
        .collect()
}

/// The names in a list; `None` if one of them is not known. A group gets a `%`.
fn names(reader: &mut OptionReader<'_, '_>, rule: &Found, option: &str, mark: &str) -> Option<Vec<String>> {
    let list = reader.get(rule, option);
    if reader.is_unset(&list) {
        return Some(Vec::new());
    }
    let elements = reader.elements(&list);
    let names = elements.iter().map(|element| match &element.value.value {
        Value::Int(id) => Some(format!("{mark}#{id}")),
        _ => reader
            .string(element)
            .certain()
            .map(|name| format!("{mark}{name}")),
    });
    names.collect()
}

fn users_and_groups(reader: &mut OptionReader<'_, '_>, rule: &Found) -> Option<Vec<String>> {
    let mut who = names(reader, rule, "users", "")?;
    who.extend(names(reader, rule, "groups", "%")?);
    (!who.is_empty()).then_some(who)
}

/// Is it for acting as root? Nothing said means so.
fn is_as_root(reader: &mut OptionReader<'_, '_>, rule: &Found) -> bool {
    let run_as = reader.get(rule, "runAs");
    if reader.is_unset(&run_as) || reader.is_default(&run_as) || matches!(run_as.value.value, Value::Null) {
        return true;
    }
    let run_as = reader.string(&run_as);
    run_as.value().is_some_and(|run_as| {
        let users = run_as.split(':').next().unwrap_or_default();
        users.split(',').any(|user| matches!(user.trim(), "ALL" | "root"))
    })
}

/// An element of `security.sudo.extraRules`.
fn sudo_rule(reader: &mut OptionReader<'_, '_>, rule: &Found, out: &mut Vec<Field<Right>>) {
    let Some(who) = users_and_groups(reader, rule) else {
        return;
    };
    if !is_as_root(reader, rule) {
        return;
    }
    let commands = reader.get(rule, "commands");
    if reader.is_unset(&commands) {
        return;
    }
    for command in reader.elements(&commands) {
        if !matches!(command.value.value, Value::Attrs(_)) {
            let text = reader.text(&command);
            out.extend(sudo_text(&text, &who));
            continue;
        }
        let options = reader.get(&command, "options");
        let no_password = !reader.is_unset(&options) && { reader.elements(&options) }.iter().any(|option| {
            reader
                .string(option)
                .value()
                .is_some_and(|option| option == "NOPASSWD")
        });
        let text = reader.get(&command, "command");
        let text = reader.text(&text);
        let Some(known) = text.value() else { continue };
        let right = sudo_command(known, who.clone(), !no_password);
        out.push(part(&text, right, text.origin.clone()));
    }
}

/// A command that is written as in `sudoers`, with what tags say before it: `NOPASSWD:SETENV: ALL`.
fn sudo_text(text: &Field<Text>, who: &[String]) -> Option<Field<Right>> {
    let known = text.value()?;
    let pattern = known.pattern();
    let mut asks = true;
    let command = tags(pattern.trim(), &mut asks);
    let from = pattern.rfind(command)?;
    let command = known.slice(from, from + command.len());
    let right = sudo_command(&command, who.to_vec(), asks);
    Some(part(text, right, text.origin.clone()))
}

/// What follows the tags before a command; one of them says that nobody is asked for a password.
fn tags<'t>(command: &'t str, asks: &mut bool) -> &'t str {
    let mut command = command;
    while let Some((tag, rest)) = command.split_once(':')
        && !tag.trim_end().is_empty()
        && { tag.trim_end().chars() }.all(|c| c.is_ascii_uppercase() || c == '_')
    {
        match tag.trim_end() {
            "NOPASSWD" => *asks = false,
            "PASSWD" => *asks = true,
            _ => {}
        }
        command = rest.trim_start();
    }
    command
}

/// A command of sudo: without arguments it may have any, and `""` stands for none.
fn sudo_command(command: &Text, who: Vec<String>, asks: bool) -> Right {
    let pattern = command.pattern();
    let words: Vec<&str> = pattern.split_whitespace().collect();
    let any_arguments = words.len() == 1 || words.last().is_some_and(|last| *last == "*");
    Right {
        by: RightBy::Sudo,
        who,
        command: command.clone(),
        any_arguments,
        asks,
    }
}

/// A line of `sudoers`: `who host = (as) TAG: command, command`.
fn sudo_line(line: &Field<Text>) -> Vec<Field<Right>> {
    let Some(text) = line.value() else {
        return Vec::new();
    };
    let pattern = text.pattern();
    let Some((subject, _)) = pattern.split_once('=') else {
        return Vec::new();
    };
    let mut words = subject.split_whitespace();
    let (Some(who), Some(_host), None) = (words.next(), words.next(), words.next()) else {
        return Vec::new();
    };
    if who == "Defaults" || who.ends_with("_Alias") || who.contains(HOLE) {
        return Vec::new();
    }
    let who: Vec<String> = who.split(',').map(str::to_owned).collect();
    let mut start = subject.len() + 1;
    let mut asks = true;
    let mut as_root = true;
    let mut out = Vec::new();
    for piece in pattern.get(start..).unwrap_or_default().split(',') {
        let end = start + piece.len();
        let mut command = piece.trim_start();
        if let Some((users, rest)) = command.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
            let users = users.split(':').next().unwrap_or_default();
            as_root = users.split(',').any(|user| matches!(user.trim(), "ALL" | "root"));
            command = rest.trim_start();
        }
        let command = tags(command, &mut asks).trim_end();
        if as_root && !command.is_empty() {
            let from = end - piece.len() + piece.rfind(command).unwrap_or_default();
            let command = text.slice(from, from + command.len());
            let origin = origin_of(&command);
            out.push(part(line, sudo_command(&command, who.clone(), asks), origin));
        }
        start = end + 1;
    }
    out
}

/// An element of `security.doas.extraRules`.
fn doas_rule(reader: &mut OptionReader<'_, '_>, rule: &Found, out: &mut Vec<Field<Right>>) {
    let Some(who) = users_and_groups(reader, rule) else {
        return;
    };
    if !is_as_root(reader, rule) {
        return;
    }
    let command = reader.get(rule, "cmd");
    let is_any = reader.is_unset(&command) || matches!(command.value.value, Value::Null);
    let no_password = reader.get(rule, "noPass");
    let no_password = match reader.is_unset(&no_password) {
        true => Field::default(false),
        false => reader.bool(&no_password),
    };
    let arguments = reader.get(rule, "args");
    let any_arguments = reader.is_unset(&arguments) || matches!(arguments.value.value, Value::Null);
    let command = match is_any {
        true => {
            let place = reader.key_origin(rule);
            Field::set(Text::known("ALL", place.clone()), place)
        }
        false => reader.text(&command),
    };
    let right = command.map(|command| Right {
        by: RightBy::Doas,
        who: who.clone(),
        command: command.clone(),
        any_arguments,
        asks: no_password.value() != Some(&true),
    });
    out.push(weaken(right, &no_password));
}

/// A line of `doas.conf`: `permit nopass who as root cmd command args …`.
fn doas_line(line: &Field<Text>) -> Option<Field<Right>> {
    let text = line.value()?;
    let words: Vec<(Text, String)> = { words::split(text, words::blanks).into_iter() }
        .map(|word| {
            let pattern = word.pattern();
            (word, pattern)
        })
        .collect();
    let is = |at: usize, what: &str| words.get(at).is_some_and(|(_, word)| word == what);
    if !is(0, "permit") {
        return None;
    }
    let command = words.iter().position(|(_, word)| word == "cmd");
    let end = command.unwrap_or(words.len());
    let run_as = words
        .iter()
        .position(|(_, word)| word == "as")
        .filter(|at| *at < end);
    if run_as.is_some_and(|at| !is(at + 1, "root")) {
        return None;
    }
    let (_, who) = words.get(run_as.unwrap_or(end).checked_sub(1)?)?;
    let any = Text::known("ALL", line.origin.clone());
    let command = match command {
        Some(at) => &words.get(at + 1)?.0,
        None => &any,
    };
    let who = match who.strip_prefix(':') {
        Some(group) => format!("%{group}"),
        None => who.clone(),
    };
    let right = Right {
        by: RightBy::Doas,
        who: vec![who],
        command: command.clone(),
        any_arguments: !words.iter().any(|(_, word)| word == "args"),
        asks: !words.iter().any(|(_, word)| word == "nopass"),
    };
    Some(part(line, right, origin_of(command)))
}

/// Programs that run as root whoever starts them.
fn wrappers(reader: &mut OptionReader<'_, '_>, config: &Found, out: &mut Vec<Field<Right>>) {
    let all = reader.option(config, &["security", "wrappers"]);
    if reader.is_unset(&all) {
        return;
    }
    for (_, wrapper) in reader.entries(&all).named {
        let setuid = reader.get(&wrapper, "setuid");
        let owner = reader.get(&wrapper, "owner");
        let source = reader.get(&wrapper, "source");
        if reader.is_unset(&setuid) || reader.is_unset(&source) {
            continue;
        }
        let setuid = reader.bool(&setuid);
        let owner = reader.string(&owner);
        if setuid.value() != Some(&true) || owner.value().is_none_or(|owner| owner != "root") {
            continue;
        }
        let Some(who) = starts_wrapper(reader, &wrapper) else {
            continue;
        };
        let source = reader.text(&source);
        let right = source.map(|source| Right {
            by: RightBy::Wrapper,
            who: who.clone(),
            command: source.clone(),
            any_arguments: true,
            asks: false,
        });
        out.push(weaken(right, &setuid));
    }
}

/// Who may start a wrapper: everybody, unless its permissions leave others out. `None`: not known, or nobody but root.
fn starts_wrapper(reader: &mut OptionReader<'_, '_>, wrapper: &Found) -> Option<Vec<String>> {
    let permissions = reader.get(wrapper, "permissions");
    if reader.is_unset(&permissions) {
        return Some(Vec::new());
    }
    let permissions = reader.string(&permissions);
    let permissions = permissions.certain()?;
    let (others, group) = match permissions.chars().all(|c| c.is_ascii_digit()) {
        true => {
            let mode = u32::from_str_radix(permissions, 8).ok()?;
            (mode & 0o001 != 0, mode & 0o010 != 0)
        }
        false => {
            let parts = || permissions.split(',');
            let may = |who: char| {
                parts().any(|part| {
                    let (whom, what) = part.split_once(['+', '=']).unwrap_or_default();
                    (whom.contains(who) || whom.contains('a')) && what.contains('x')
                })
            };
            (may('o'), may('g'))
        }
    };
    if others {
        return Some(Vec::new());
    }
    if !group {
        return None;
    }
    let group = reader.get(wrapper, "group");
    let group = reader.string(&group);
    let group = group.certain()?;
    (group != "root").then(|| vec![format!("%{group}")])
}

/// Actions of polkit by which somebody becomes root.
const ACTIONS: [&str; 5] = [
    // All of them, by what their names begin with.
    "org.freedesktop.machine1.",
    "org.freedesktop.machine1.host-shell",
    "org.freedesktop.machine1.shell",
    "org.freedesktop.machine1.manage-machines",
    "org.freedesktop.systemd1.manage-units",
];

/// Rules that answer yes to one of these actions. Each is a function of its own in the text.
fn polkit_rules(text: &Field<Text>, out: &mut Vec<Field<Right>>) {
    const RULE: &str = "polkit.addRule";
    let Some(known) = text.value() else { return };
    let pattern = known.pattern();
    let mut start = 0;
    for rule in pattern
        .split_inclusive(RULE)
        .map(|rule| rule.trim_end_matches(RULE))
    {
        let begin = start;
        start = begin + rule.len() + RULE.len();
        // What is compared with something that is not known, or commented out, may be anything.
        if !rule.contains("polkit.Result.YES") || rule.contains("//") || rule.contains("/*") {
            continue;
        }
        for action in ACTIONS {
            let quoted = [format!("\"{action}\""), format!("'{action}'")];
            let Some(at) = quoted.iter().find_map(|quoted| rule.find(quoted.as_str())) else {
                continue;
            };
            // One unit, or one machine, is no other.
            let is_narrow = rule.contains("action.lookup(");
            if is_narrow {
                continue;
            }
            let Some(who) = subjects(rule) else { continue };
            let from = begin + at + 1;
            let command = known.slice(from, from + action.len());
            let origin = origin_of(&command);
            let right = Right {
                by: RightBy::Polkit,
                who,
                command,
                any_arguments: true,
                asks: false,
            };
            out.push(part(text, right, origin));
        }
    }
}

/// Whom a rule is for. `None`: some subject is not known.
fn subjects(rule: &str) -> Option<Vec<String>> {
    let mut out = Vec::new();
    for (before, mark) in [
        ("subject.isInGroup(", "%"),
        ("subject.user ==", ""),
        ("subject.user===", ""),
    ] {
        for rest in rule.split(before).skip(1) {
            let rest = rest.trim_start_matches(['=', ' ']);
            let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            let name = rest[1..]
                .split(quote)
                .next()
                .filter(|name| !name.contains(HOLE))?;
            out.push(format!("{mark}{name}"));
        }
    }
    Some(out)
}

/// Whom the Nix daemon trusts: options, and lines of `nix.conf`.
pub(super) fn nix_trusted(reader: &mut OptionReader<'_, '_>, config: &Found) -> Vec<Field<String>> {
    let mut out = Vec::new();
    for path in [
        &["nix", "settings", "trusted-users"] as &[&str],
        &["nix", "settings", "extra-trusted-users"],
        &["nix", "trustedUsers"],
    ] {
        let list = reader.option(config, path);
        if matches!(&list.value.value, Value::String(_)) {
            let words = words::split_words(&[reader.text(&list)], words::blanks);
            out.extend(words.iter().map(|word| word.map(Text::display)));
            continue;
        }
        for element in written_elements(reader, &list) {
            out.push(reader.string(&element));
        }
    }
    let text = reader.option(config, &["nix", "extraOptions"]);
    for line in lines(reader, &text) {
        let Some(known) = line.value() else { continue };
        let pattern = known.pattern();
        let Some((key, value)) = pattern.split_once('=') else {
            continue;
        };
        if !matches!(key.trim(), "trusted-users" | "extra-trusted-users") {
            continue;
        }
        // From a `#` on it is a comment.
        let begin = pattern.len() - value.len();
        let end = begin + value.find('#').unwrap_or(value.len());
        let value = known.slice(begin, end);
        for word in words::split(&value, words::blanks) {
            let origin = origin_of(&word);
            out.push(match word.as_known() {
                Some(name) => part(&line, name, origin),
                None => Field::unknown(Why::Undecided("a part of the name".to_owned()), origin),
            });
        }
    }
    out
}
