//! Asks Podman's generator what it makes of units.

use super::golden::{Command as Words, Made};
use super::shell::bash;
use super::spec::Kind;
use anyhow::{Context, Result};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Which Podman a generator is of.
pub(super) fn version(quadlet: &str) -> Result<String> {
    let output = Command::new(quadlet).arg("-version").output();
    let output = output.with_context(|| format!("{quadlet} cannot be run"))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The words of each unit.
pub(super) fn run(quadlet: &str, kind: Kind, made: &Value) -> Result<Made> {
    // Where the generator finds them, from where paths go that begin with a dot or with no slash.
    let place = match kind {
        Kind::Seiarotg => "/etc/containers/systemd",
        Kind::SeiarotgHome => "/home/user/.config/containers/systemd",
        _ => "/nix/store/eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee-units",
    };
    let mut out = Made::new();
    let mut is_user = false;
    for (name, unit) in made.as_object().context("no set of units")? {
        is_user |= unit["user"] == true;
        let text = unit["text"].as_str().context("no text")?;
        let text = if unit["shell"] == true {
            in_quotes(text)?
        } else {
            Some(text.to_owned())
        };
        let mut words = Words::default();
        match text {
            Some(text) => words.unit = text.split('\n').map(str::to_owned).collect(),
            None => words.problem = Some("the shell that writes the unit ends before".to_owned()),
        }
        out.insert(name.clone(), words);
    }
    let started = started(quadlet, is_user, place, &out)?;
    for (name, words) in &mut out {
        if words.problem.is_some() {
            continue;
        }
        match started.get(name) {
            Some(line) => {
                words.words = in_order(split(line));
                // Where it is belongs to the package of the generator.
                if let Some(program) = words.words.first_mut() {
                    *program = program.rsplit('/').next().unwrap_or_default().to_owned();
                }
            }
            None => words.problem = Some("the generator makes no service of it".to_owned()),
        }
    }
    Ok(out)
}

/// What a shell makes of a text in double quotes, in the sandbox of a build. Modules of Home Manager before 25.11 write units
/// so.
fn in_quotes(text: &str) -> Result<Option<String>> {
    let output = bash()?
        .args(["-c", &format!("set -e\necho -n \"{text}\"")])
        .env("HOME", "/homeless-shelter")
        .env("PATH", "/path-not-set")
        .output()
        .context("bash cannot be run")?;
    Ok(output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned()))
}

/// The line that starts the service of each unit.
fn started(quadlet: &str, is_user: bool, place: &str, units: &Made) -> Result<BTreeMap<String, String>> {
    let folder = std::env::temp_dir().join(format!("nixpod-commands-units-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    for (name, words) in units {
        fs::write(folder.join(name), words.unit.join("\n"))?;
    }
    let mut command = Command::new(quadlet);
    command.arg("-dryrun");
    if is_user {
        command.arg("-user");
    }
    let output = command.env("QUADLET_UNIT_DIRS", &folder).output();
    fs::remove_dir_all(&folder)?;
    let output = output.with_context(|| format!("{quadlet} cannot be run"))?;
    let said = String::from_utf8_lossy(&output.stdout);
    let said = said.replace(&*folder.to_string_lossy(), place);
    let mut out = BTreeMap::new();
    let mut unit: Option<String> = None;
    let mut line_of = None;
    let mut service = "";
    for line in said.lines() {
        let head = line.strip_prefix("---").and_then(|line| line.strip_suffix("---"));
        if let Some(name) = head {
            (unit, line_of) = (None, None);
            service = name.trim_end_matches(".service");
        } else if let Some(command) = line.strip_prefix("ExecStart=") {
            line_of = Some(command.to_owned());
        } else if let Some(path) = line.strip_prefix("SourcePath=") {
            let name = Path::new(path).file_name().unwrap_or_default();
            unit = Some(name.to_string_lossy().into_owned());
        }
        if let (Some(unit), Some(line)) = (&unit, &line_of) {
            // The service's own name is known here; what else stands behind a percent sign is not.
            let mut line = line
                .replace("%N", service)
                .replace("%n", &format!("{service}.service"));
            if !is_user {
                line = line.replace("%h", "/root");
            }
            out.insert(unit.clone(), line);
        }
    }
    Ok(out)
}

/// Options that the generator takes from maps, whose order is another one in every run.
const UNORDERED: [&[&str]; 4] = [
    &[
        "--entrypoint",
        "--tz",
        "--pids-limit",
        "--shm-size",
        "--workdir",
        "--ip",
        "--ip6",
        "--hostname",
        "--stop-signal",
        "--stop-timeout",
        "--pull",
        "--memory",
        "--retry",
        "--retry-delay",
    ],
    &[
        "--network-alias",
        "--ulimit",
        "--dns",
        "--dns-option",
        "--dns-search",
        "--group-add",
        "--add-host",
        "--tmpfs",
    ],
    &["--init", "--env-host", "--http-proxy", "--read-only-tmpfs"],
    &["--env", "--label", "--annotation"],
];

/// The same words with the options of a map in one order.
fn in_order(words: Vec<String>) -> Vec<String> {
    let name = |word: &str| word.split('=').next().unwrap_or_default().to_owned();
    let mut out: Vec<String> = Vec::new();
    let mut words = words.into_iter().peekable();
    while let Some(word) = words.next() {
        let group = UNORDERED.iter().find(|group| group.contains(&&*name(&word)));
        let Some(group) = group else {
            out.push(word);
            continue;
        };
        // All options of the group that stand together, each with its value.
        let mut options: Vec<Vec<String>> = Vec::new();
        let mut option = Some(word);
        while let Some(word) = option.take() {
            let takes_value = !word.contains('=') && !UNORDERED[2].contains(&word.as_str());
            let mut whole = vec![word];
            if takes_value {
                whole.extend(words.next());
            }
            options.push(whole);
            option = words.next_if(|next| group.contains(&&*name(next)));
        }
        // What the generator adds for updates is of no map.
        let is_own = |option: &Vec<String>| {
            option
                .get(1)
                .is_some_and(|value| value.starts_with("io.containers.autoupdate="))
        };
        let place = |option: &Vec<String>| group.iter().position(|one| *one == name(&option[0]));
        options.sort_by_key(|option| (!is_own(option), place(option)));
        out.extend(options.into_iter().flatten());
    }
    out
}

/// The words of a command line as systemd splits it.
fn split(line: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (None, ' ' | '\t') => out.extend(word.take()),
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (Some(open), c) if open == c => quote = None,
            (_, '\\') => escaped(&mut chars, word.get_or_insert_default()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    out.extend(word);
    out
}

fn escaped(chars: &mut std::str::Chars<'_>, word: &mut String) {
    let Some(c) = chars.next() else { return };
    let number = |chars: &mut std::str::Chars<'_>, count: usize, radix: u32| {
        let digits: String = chars.by_ref().take(count).collect();
        u32::from_str_radix(&digits, radix).ok().and_then(char::from_u32)
    };
    let meant = match c {
        'a' => Some('\u{7}'),
        'b' => Some('\u{8}'),
        'f' => Some('\u{c}'),
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        'v' => Some('\u{b}'),
        's' => Some(' '),
        'x' => number(chars, 2, 16),
        'u' => number(chars, 4, 16),
        'U' => number(chars, 8, 16),
        c => Some(c),
    };
    word.extend(meant);
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn words_of_a_service() {
        assert_eq!(
            split("a  \"b c\" 'd \"e' f\\x20g \"\\\"h\\n\" \"\""),
            ["a", "b c", "d \"e", "f g", "\"h\n", ""]
        );
    }
}
