//! Programs that run another one: `sudo`, `env`, `nohup` and others, and shells that are given a script.

use super::values::Element;
use crate::vocabulary::text::{HOLE, concat, hole};
use nixpod_model::{StoreRef, Text, TextPart};
use nixpod_source::{Origin, Why};

/// Who runs a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// Whoever runs the script.
    Same,
    Root,
    User(Text),
}

/// A command without what only runs it.
pub(super) struct Command {
    /// Its name without its folder.
    pub(super) program: String,
    pub(super) words: Vec<Element>,
    pub(super) who: Who,
    /// What a shell is given to run.
    pub(super) script: Option<Text>,
}

/// A program that runs what stands behind its options.
struct Prefix {
    name: &'static str,
    /// Its options whose value is the next word.
    valued: &'static [&'static str],
    /// So many words stand before the command.
    before: usize,
    /// Those of its options that name the user; without one it is root.
    user: Option<&'static [&'static str]>,
    /// `A=b` may stand before the command.
    variables: bool,
}

const fn plain(name: &'static str, valued: &'static [&'static str]) -> Prefix {
    Prefix {
        name,
        valued,
        before: 0,
        user: None,
        variables: false,
    }
}

const fn behind(name: &'static str, valued: &'static [&'static str], before: usize) -> Prefix {
    Prefix {
        before,
        ..plain(name, valued)
    }
}

const fn as_user(
    name: &'static str,
    valued: &'static [&'static str],
    user: &'static [&'static str],
) -> Prefix {
    Prefix {
        user: Some(user),
        variables: true,
        ..plain(name, valued)
    }
}

const PREFIXES: [Prefix; 24] = [
    as_user(
        "sudo",
        &[
            "-u",
            "--user",
            "-g",
            "--group",
            "-h",
            "--host",
            "-p",
            "--prompt",
            "-C",
            "--close-from",
            "-D",
            "--chdir",
            "-R",
            "--chroot",
            "-r",
            "--role",
            "-t",
            "--type",
            "-T",
            "--command-timeout",
            "-U",
            "--other-user",
        ],
        &["-u", "--user"],
    ),
    as_user("doas", &["-u", "-C"], &["-u"]),
    as_user(
        "run0",
        &["-u", "--user", "-g", "--group", "-D", "--chdir"],
        &["-u", "--user"],
    ),
    as_user("pkexec", &["--user"], &["--user"]),
    Prefix {
        variables: true,
        ..plain("env", &["-u", "--unset", "-C", "--chdir"])
    },
    plain("exec", &["-a"]),
    plain("command", &[]),
    plain("builtin", &[]),
    plain("nohup", &[]),
    plain("setsid", &[]),
    plain("time", &["-f", "--format", "-o", "--output"]),
    plain("nice", &["-n", "--adjustment"]),
    plain("ionice", &["-c", "--class", "-n", "--classdata"]),
    plain("stdbuf", &["-i", "-o", "-e", "--input", "--output", "--error"]),
    behind("timeout", &["-s", "--signal", "-k", "--kill-after"], 1),
    behind("chrt", &["-T", "-P", "-D"], 1),
    behind("taskset", &[], 1),
    behind(
        "flock",
        &["-w", "--wait", "--timeout", "-E", "--conflict-exit-code"],
        1,
    ),
    behind("gosu", &[], 1),
    behind("su-exec", &[], 1),
    plain("tini", &["-e", "-p"]),
    plain("dumb-init", &["-r", "--rewrite"]),
    plain("systemd-cat", &["-t", "--identifier", "-p", "--priority"]),
    plain(
        "systemd-run",
        &[
            "-u",
            "--unit",
            "-p",
            "--property",
            "-E",
            "--setenv",
            "-M",
            "--machine",
            "-H",
            "--host",
            "--uid",
            "--gid",
            "--slice",
            "--description",
            "--working-directory",
            "--on-active",
            "--on-boot",
            "--on-calendar",
            "--nice",
            "--service-type",
            "--timer-property",
        ],
    ),
];

const XARGS: Prefix = plain(
    "xargs",
    &[
        "-a",
        "--arg-file",
        "-d",
        "--delimiter",
        "-E",
        "-I",
        "-L",
        "-n",
        "--max-args",
        "-P",
        "--max-procs",
        "-s",
        "--max-chars",
    ],
);

/// Programs in front of programs in front of programs.
const MAX_PREFIXES: usize = 8;

/// Takes off what only runs the command.
pub(super) fn strip(mut words: Vec<Element>) -> Option<Command> {
    let mut who = Who::Same;
    for _ in 0..MAX_PREFIXES {
        if let Some(script) = words.first().and_then(written) {
            return Some(Command {
                program: String::new(),
                words,
                who,
                script: Some(script),
            });
        }
        let program = name(words.first()?)?;
        if let Some(prefix) = PREFIXES.iter().find(|prefix| prefix.name == program) {
            words = behind_prefix(prefix, &words, &mut who)?;
            continue;
        }
        if matches!(&*program, "su" | "runuser") {
            words = switched(&words, &mut who)?;
            continue;
        }
        if program == "xargs" {
            words = with_more(&words)?;
            continue;
        }
        let given = match &*program {
            "eval" => evaluated(&words),
            _ if is_shell(&program) => given_script(&words),
            _ => None,
        };
        let from = given.as_ref().map_or(1, |(at, _)| *at);
        return Some(Command {
            program,
            script: given.map(|(_, script)| script),
            words: words.split_off(from.min(words.len())),
            who,
        });
    }
    None
}

/// The text of a file that Nix writes, if a word is the path of one or of the program in it.
fn written(word: &Element) -> Option<Text> {
    let pattern = word.text.pattern();
    let rest = pattern.strip_prefix(HOLE)?;
    if rest.contains(HOLE) || !rest.is_empty() && !rest.starts_with("/bin/") {
        return None;
    }
    // A word of a unit's line has all that the line refers to.
    let Some(TextPart::Hole { why, .. }) = word.text.parts.first() else {
        return None;
    };
    let file = why.name()?.strip_prefix("store path of ")?;
    word.text.context.iter().find_map(|reference| match reference {
        StoreRef::Written { name, text } if name == file => Some((**text).clone()),
        _ => None,
    })
}

/// The name of a program: what stands behind the last slash, or the package whose main program it is.
pub(crate) fn name(word: &Element) -> Option<String> {
    let pattern = word.text.pattern();
    let last = pattern.rsplit('/').next().unwrap_or_default();
    if !last.contains(HOLE) {
        return (!last.is_empty()).then(|| last.to_owned());
    }
    // `${lib.getExe pkgs.podman}`, and the same of the option for a package.
    let Some(TextPart::Hole { why, .. }) = word.text.parts.last() else {
        return None;
    };
    let name = why.name().filter(|_| last.chars().eq([HOLE]))?;
    let name = name.strip_suffix(".meta.mainProgram").unwrap_or(name);
    let name = name.strip_suffix(".package").unwrap_or(name);
    Some(name.rsplit('.').next().unwrap_or(name).to_owned())
}

/// What stands behind a program's options.
fn behind_prefix(prefix: &Prefix, words: &[Element], who: &mut Who) -> Option<Vec<Element>> {
    if prefix.user.is_some() {
        *who = Who::Root;
    }
    let mut at = 1;
    while let Some(word) = words.get(at) {
        let pattern = word.text.pattern();
        if pattern == "--" {
            at += 1;
            break;
        }
        let is_variable = prefix.variables
            && pattern
                .split_once('=')
                .is_some_and(|(name, _)| !name.starts_with('-') && !name.contains('/'));
        if is_variable {
            at += 1;
            continue;
        }
        if !pattern.starts_with('-') || pattern.len() < 2 {
            break;
        }
        at += 1;
        let (option, value) = option(&pattern, word);
        let takes_next = value.is_none() && prefix.valued.contains(&option);
        let value = match takes_next {
            true => words.get(at).map(|word| word.text.clone()),
            false => value,
        };
        at += usize::from(takes_next);
        if prefix.user.is_some_and(|user| user.contains(&option))
            && let Some(value) = value
        {
            *who = user(value);
        }
    }
    let rest = words.get(at + prefix.before..)?;
    Some(rest.to_vec())
}

/// An option's name, and its value if it is in the same word.
fn option<'p>(pattern: &'p str, word: &Element) -> (&'p str, Option<Text>) {
    let from = match pattern.strip_prefix("--") {
        Some(_) => match pattern.find('=') {
            Some(at) => at + 1,
            None => return (pattern, None),
        },
        None => 2,
    };
    let Some(name) = pattern.get(..from) else {
        return (pattern, None);
    };
    let value = (from < pattern.len()).then(|| word.text.slice(from, pattern.len()));
    (name.trim_end_matches('='), value)
}

/// The words of `eval` as one script.
fn evaluated(words: &[Element]) -> Option<(usize, Text)> {
    let mut parts = Vec::new();
    for word in words.get(1..)?.iter().filter(|word| word.text.pattern() != "--") {
        if !parts.is_empty() {
            parts.push(Text::known(" ", Origin::default()));
        }
        parts.push(word.text.clone());
    }
    Some((words.len(), concat(parts)))
}

/// The command that `xargs` runs, with what it reads: that stands for a word of it, or behind all words.
fn with_more(words: &[Element]) -> Option<Vec<Element>> {
    let first = words.first()?;
    let read = Element {
        text: hole(
            Why::Undecided("what `xargs` reads".to_owned()),
            first.text.origin_of(0, 1),
        ),
        is_one: false,
        ..first.clone()
    };
    let option = words
        .iter()
        .position(|word| word.text.pattern().starts_with("-I"));
    let sign = option.and_then(|at| match words.get(at)?.text.pattern().strip_prefix("-I")? {
        "" => Some(words.get(at + 1)?.text.pattern()),
        sign => Some(sign.to_owned()),
    });
    let mut command = behind_prefix(&XARGS, words, &mut Who::Same)?;
    let Some(sign) = sign else {
        command.push(read);
        return Some(command);
    };
    for word in command
        .iter_mut()
        .filter(|word| word.text.pattern().contains(&sign))
    {
        *word = read.clone();
    }
    Some(command)
}

fn user(text: Text) -> Who {
    match text.as_known().as_deref() {
        Some("root" | "#0" | "0") => Who::Root,
        _ => Who::User(text),
    }
}

/// `su [-] [USER] -c COMMAND` and `runuser -u USER [--] COMMAND`: a shell with the command, or the command.
fn switched(words: &[Element], who: &mut Who) -> Option<Vec<Element>> {
    *who = Who::Root;
    let mut at = 1;
    let mut has_user = false;
    let mut script = None;
    while let Some(word) = words.get(at) {
        let pattern = word.text.pattern();
        at += 1;
        match pattern.as_str() {
            "--" => break,
            "-" => {}
            "-c" | "--command" => {
                script = words.get(at).cloned();
                at += 1;
            }
            "-u" | "--user" => {
                *who = user(words.get(at)?.text.clone());
                at += 1;
                has_user = true;
            }
            "-s" | "--shell" | "-g" | "--group" | "-G" | "--supp-group" | "-w" => at += 1,
            _ if pattern.starts_with('-') => {}
            _ if has_user => {
                at -= 1;
                break;
            }
            _ => {
                *who = user(word.text.clone());
                has_user = true;
            }
        }
    }
    match script {
        Some(script) => {
            let word = |text: &str| Element {
                text: Text::known(text, Origin::default()),
                is_one: true,
                is_plain: true,
                literal: Vec::new(),
                when: super::values::When::default(),
            };
            Some(vec![word("sh"), word("-c"), script])
        }
        None => Some(words.get(at..)?.to_vec()),
    }
}

/// Is it a shell that reads its script from what it is given to read?
pub(super) fn reads_script(command: &Command) -> bool {
    let is_option = |word: &Element| word.text.pattern().starts_with('-');
    let reads = |word: &Element| word.text.pattern() == "-s" || word.text.pattern() == "-";
    is_shell(&command.program) && (command.words.iter().all(is_option) || command.words.iter().any(reads))
}

fn is_shell(program: &str) -> bool {
    matches!(program, "sh" | "bash" | "dash" | "ash" | "ksh" | "mksh" | "zsh")
}

/// The script that a shell is given, and which word is its first argument: itself, or its name.
fn given_script(words: &[Element]) -> Option<(usize, Text)> {
    let mut at = 1;
    loop {
        let word = words.get(at)?;
        let pattern = word.text.pattern();
        let letters = pattern
            .strip_prefix('-')
            .filter(|letters| !letters.starts_with('-'));
        match letters {
            Some(letters) if letters.contains('c') => {
                return Some((at + 2, words.get(at + 1)?.text.clone()));
            }
            // The name of an option of the shell follows.
            Some(letters) if letters.ends_with(['o', 'O']) => at += 2,
            None if !pattern.starts_with("--") => return Some((at, written(word)?)),
            _ => at += 1,
        }
    }
}
