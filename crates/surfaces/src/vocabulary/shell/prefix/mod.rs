//! Programs that run another one: `sudo`, `env`, `nohup` and others, and shells that are given a script.

mod next;
mod others;
mod scan;
mod switched;
mod table;
mod terminals;

use super::values::Element;
use crate::vocabulary::text::HOLE;
use nixpod_model::{StoreRef, Text, TextPart};
use nixpod_source::Origin;

pub(crate) use next::Who;
use next::{Next, joined, spaced, user, word};
use others::{found, of_machine, of_nix, parallel, with_more};
use scan::scan;
use switched::switched;
use table::{As, PREFIXES, Prefix, Runs};
use terminals::in_terminal;

/// A command without what only runs it.
pub(super) struct Command {
    /// Its name without its folder.
    pub(super) program: String,
    pub(super) words: Vec<Element>,
    pub(super) who: Who,
    /// Does another machine run it?
    pub(super) elsewhere: bool,
    /// Does something that is not known stand in front of it, which may do anything with it?
    pub(super) doubtful: bool,
    /// What a shell is given to run.
    pub(super) script: Option<Text>,
    /// Is that a file by itself, and no part of what stands around it?
    pub(super) is_file: bool,
}

/// The name of a program that is not known.
pub(crate) const NOT_KNOWN: &str = "\u{fffc}";

/// Programs that nothing else is called like, so that a word in front of one is one that runs it.
const ENGINES: [&str; 4] = ["docker", "nerdctl", "podman", "systemd-nspawn"];

/// Programs in front of programs in front of programs.
const MAX_PREFIXES: usize = 8;

/// Takes off what only runs the command.
pub(super) fn strip(mut words: Vec<Element>) -> Option<Command> {
    let mut around = Around {
        who: Who::Same,
        elsewhere: false,
        doubtful: false,
    };
    for _ in 0..MAX_PREFIXES {
        if let Some(script) = words.first().and_then(written) {
            return Some(around.command(String::new(), words, Some(script)).of_file());
        }
        let program = name(words.first()?).unwrap_or_else(|| NOT_KNOWN.to_owned());
        match around.next(&program, &words) {
            Reads::Another(Next::Words(inner)) => words = inner,
            Reads::Another(Next::Script(script, words)) => {
                return Some(around.command(program, words, Some(script)));
            }
            Reads::Another(Next::File(script, words)) => {
                return Some(around.command(program, words, Some(script)).of_file());
            }
            Reads::Nothing => return None,
            Reads::Itself => {
                let words = words.split_off(1.min(words.len()));
                return Some(around.command(program, words, None));
            }
        }
    }
    None
}

impl Command {
    fn of_file(self) -> Self {
        Self {
            is_file: true,
            ..self
        }
    }
}

/// What a command is to this.
enum Reads {
    /// It runs another one.
    Another(Next),
    /// It would, but nothing is there that it runs.
    Nothing,
    /// It is the command.
    Itself,
}

impl Reads {
    fn another(next: Option<Next>) -> Self {
        next.map_or(Self::Nothing, Self::Another)
    }
}

/// What the programs in front of a command say of it.
struct Around {
    who: Who,
    elsewhere: bool,
    doubtful: bool,
}

impl Around {
    fn command(self, program: String, words: Vec<Element>, script: Option<Text>) -> Command {
        Command {
            program,
            words,
            who: self.who,
            elsewhere: self.elsewhere,
            doubtful: self.doubtful,
            script,
            is_file: false,
        }
    }

    fn next(&mut self, program: &str, words: &[Element]) -> Reads {
        // `$SUDO podman run`: it may be nothing, or another user's.
        if program == NOT_KNOWN
            && let [first, rest @ ..] = words
            && rest
                .first()
                .and_then(name)
                .is_some_and(|name| ENGINES.contains(&name.as_str()))
        {
            self.who = Who::User(first.text.clone());
            self.doubtful = true;
            return Reads::Another(Next::Words(rest.to_vec()));
        }
        if let Some(prefix) = PREFIXES.iter().find(|prefix| prefix.name == program) {
            return Reads::another(self.behind(prefix, words));
        }
        match program {
            "su" | "runuser" | "sg" => Reads::another(switched(program, words, &mut self.who)),
            "xargs" => Reads::another(with_more(words)),
            "parallel" => Reads::another(parallel(words)),
            "find" => found(words).map_or(Reads::Itself, Reads::Another),
            "machinectl" => of_machine(words).map_or(Reads::Itself, Reads::Another),
            "nix" | "nix-shell" => of_nix(program, words).map_or(Reads::Itself, Reads::Another),
            "eval" => Reads::another(Some(Next::Script(
                joined(words.get(1..).unwrap_or_default()),
                Vec::new(),
            ))),
            _ if is_shell(program) => given_script(words).map_or(Reads::Itself, Reads::Another),
            _ => in_terminal(program, words).map_or(Reads::Itself, Reads::Another),
        }
    }

    /// What stands behind a program's options.
    fn behind(&mut self, prefix: &Prefix, words: &[Element]) -> Option<Next> {
        let scanned = scan(words, 1, prefix.valued, prefix.variables);
        let is_caller = scanned.has(prefix.caller);
        match prefix.user {
            As::Caller => {}
            As::Named(options) | As::NamedOrRoot(options) => match scanned.value(options) {
                Some(name) => self.who = user(name.clone()),
                None if matches!(prefix.user, As::NamedOrRoot(_)) && !is_caller => self.who = Who::Root,
                None => {}
            },
        }
        if let Some(user) = unit_user(&scanned) {
            self.who = user;
        }
        self.elsewhere |= scanned.has(prefix.elsewhere) || prefix.runs == Runs::JoinedElsewhere;
        if let Some(script) = scanned.value(prefix.script) {
            let rest = words.get(scanned.at..).unwrap_or_default();
            let rest = rest.iter().filter(|_| prefix.runs == Runs::Words);
            let all: Vec<Text> = [script.clone()]
                .into_iter()
                .chain(rest.map(|word| word.text.clone()))
                .collect();
            return Some(Next::Script(spaced(all), Vec::new()));
        }
        let rest = words.get(scanned.at + prefix.before..)?;
        match prefix.runs {
            Runs::OnlyScript => None,
            Runs::Joined if scanned.has(&["-x", "--exec"]) => Some(Next::Words(rest.to_vec())),
            Runs::Joined if rest.is_empty() => None,
            // A shell of the other machine, which reads what it is given.
            Runs::JoinedElsewhere if rest.is_empty() => {
                let shell = word(Text::known("sh", Origin::default()), words.first()?, true);
                Some(Next::Words(vec![shell]))
            }
            Runs::Joined | Runs::JoinedElsewhere => Some(Next::Script(joined(rest), Vec::new())),
            // `flock FILE -c SCRIPT`.
            Runs::Words if prefix.before > 0 && !prefix.script.is_empty() => {
                let is_script = rest
                    .first()
                    .is_some_and(|word| prefix.script.contains(&&*word.text.pattern()));
                match is_script {
                    true => Some(Next::Script(rest.get(1)?.text.clone(), Vec::new())),
                    false => Some(Next::Words(rest.to_vec())),
                }
            }
            Runs::Words => Some(Next::Words(rest.to_vec())),
        }
    }
}

/// `systemd-run -p User=NAME`.
fn unit_user(scanned: &scan::Scanned) -> Option<Who> {
    let of_property = |(name, value): &scan::Given| {
        let value = value
            .as_ref()
            .filter(|_| matches!(name.as_str(), "-p" | "--property"))?;
        let pattern = value.pattern();
        let rest = pattern.strip_prefix("User=")?;
        Some(user(value.slice(pattern.len() - rest.len(), pattern.len())))
    };
    scanned.options.iter().rev().find_map(of_property)
}

/// The text of a file that Nix writes, if a word is the path of one or of the program in it.
fn written(word: &Element) -> Option<Text> {
    let pattern = word.text.pattern();
    let rest = pattern.strip_prefix(HOLE)?;
    if rest.contains(HOLE) || !rest.is_empty() && !rest.starts_with('/') {
        return None;
    }
    // A word of a unit's line has all that the line refers to.
    let Some(TextPart::Hole { why, .. }) = word.text.parts.first() else {
        return None;
    };
    let file = why.name()?.strip_prefix("store path of ")?;
    let is_program = rest.is_empty() || rest.starts_with("/bin/");
    // Files in a folder of the project are known by their path from there.
    let is_it = |name: &str| is_program && name == file || name.strip_prefix(file) == Some(rest);
    word.text.context.iter().find_map(|reference| match reference {
        StoreRef::Written { name, text, .. } if is_it(name) => Some((**text).clone()),
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
    let package = name.rsplit('.').next().unwrap_or(name);
    let is_docker = package == "docker-client" || package.starts_with("docker_");
    Some(if is_docker { "docker" } else { package }.to_owned())
}

/// Is it a shell that reads its script from what it is given to read?
pub(super) fn reads_script(command: &Command) -> bool {
    if let Some(script) = &command.script {
        // `ssh HOST bash -s`.
        let pattern = script.pattern();
        let mut words = pattern.split_whitespace();
        return command.elsewhere
            && words.next().is_some_and(is_shell)
            && words.all(|word| word.starts_with('-'));
    }
    let is_option = |word: &Element| word.text.pattern().starts_with('-');
    let reads = |word: &Element| word.text.pattern() == "-s" || word.text.pattern() == "-";
    is_shell(&command.program) && (command.words.iter().all(is_option) || command.words.iter().any(reads))
}

/// Does an address of an engine's socket lead to another machine?
pub(crate) fn is_other_machine(address: &str) -> bool {
    let behind = |scheme: &str| address.split_once(scheme).map(|(_, rest)| rest);
    if behind("ssh://").is_some() {
        return true;
    }
    let host = ["tcp://", "http://", "https://"].into_iter().find_map(behind);
    host.is_some_and(|host| {
        !["localhost", "127.", "[::1]", "0.0.0.0"]
            .iter()
            .any(|own| host.starts_with(own))
    })
}

/// The program of which a command says where it is: `command -v podman`.
pub(super) fn asks_for<'w>(words: &[&'w str]) -> Option<&'w str> {
    match words {
        ["which", name] | ["command", "-v", name] | ["type", "-p" | "-P", name] => Some(name),
        _ => None,
    }
}

fn is_shell(program: &str) -> bool {
    matches!(
        program,
        "sh" | "bash" | "dash" | "ash" | "ksh" | "mksh" | "zsh" | "rbash"
    )
}

/// The script that a shell is given, with its arguments, of which the first is itself, or its name.
fn given_script(words: &[Element]) -> Option<Next> {
    let mut at = 1;
    let behind = |at: usize| words.get(at..).unwrap_or_default().to_vec();
    loop {
        let word = words.get(at)?;
        let pattern = word.text.pattern();
        let letters = pattern
            .strip_prefix(['-', '+'])
            .filter(|letters| !letters.starts_with('-'));
        match letters {
            Some(letters) if letters.contains('c') => {
                // The names of options that are set along with it stand before the script.
                let names = letters
                    .chars()
                    .filter(|letter| matches!(letter, 'o' | 'O'))
                    .count();
                let script = words.get(at + 1 + names)?.text.clone();
                return Some(Next::Script(script, behind(at + 2 + names)));
            }
            // The name of an option of the shell follows.
            Some(letters) if letters.ends_with(['o', 'O']) => at += 2,
            None if pattern == "--rcfile" || pattern == "--init-file" => at += 2,
            None if !pattern.starts_with("--") => {
                return Some(Next::File(written(word)?, behind(at)));
            }
            _ => at += 1,
        }
    }
}
