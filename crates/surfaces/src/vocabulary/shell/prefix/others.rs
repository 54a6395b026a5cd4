//! Programs that put together the command that they run: `xargs`, `find`, `nix` and others.

use super::next::{Next, joined, word};
use super::scan::scan;
use super::table::{NIX, PARALLEL, XARGS};
use crate::vocabulary::shell::values::Element;
use crate::vocabulary::text::{concat, hole};
use nixpod_model::Text;
use nixpod_source::{Origin, Why};

/// What a program reads and puts into a command.
fn read_by(program: &str, at: &Element) -> Element {
    let why = Why::Undecided(format!("what `{program}` reads is not known"));
    word(hole(why, at.text.origin_of(0, 1)), at, false)
}

/// The command that `xargs` runs, with what it reads: that stands for a word of it, or behind all words.
pub(super) fn with_more(words: &[Element]) -> Option<Next> {
    let read = read_by("xargs", words.first()?);
    let scanned = scan(words, 1, XARGS.valued, false);
    let mut command = words.get(scanned.at..)?.to_vec();
    let sign = match scanned.value(&["-I", "--replace"]) {
        Some(sign) => Some(sign.pattern()),
        None => scanned.has(&["-i"]).then(|| "{}".to_owned()),
    };
    let Some(sign) = sign.filter(|sign| !sign.is_empty()) else {
        command.push(read);
        return Some(Next::Words(command));
    };
    put_in(&mut command, &read, &sign);
    Some(Next::Words(command))
}

/// Puts what is read in the place of a sign, wherever that stands in a word.
fn put_in(words: &mut [Element], read: &Element, sign: &str) {
    for word in words {
        let pattern = word.text.pattern();
        let mut parts = Vec::new();
        let mut from = 0;
        for (at, _) in pattern.match_indices(sign) {
            parts.extend([word.text.slice(from, at), read.text.clone()]);
            from = at + sign.len();
        }
        if !parts.is_empty() {
            parts.push(word.text.slice(from, pattern.len()));
            word.text = concat(parts);
        }
    }
}

/// `parallel COMMAND ::: ARGUMENTS`.
pub(super) fn parallel(words: &[Element]) -> Option<Next> {
    let read = read_by("parallel", words.first()?);
    let scanned = scan(words, 1, PARALLEL.valued, false);
    let rest = words.get(scanned.at..)?;
    let is_end = |word: &Element| word.text.pattern().starts_with(":::");
    let end = rest.iter().position(is_end).unwrap_or(rest.len());
    let mut command = rest.get(..end)?.to_vec();
    let has_sign = |word: &Element| word.text.pattern().contains("{}");
    if command.iter().any(has_sign) {
        put_in(&mut command, &read, "{}");
    } else if !command.is_empty() {
        command.push(read);
    }
    match &command[..] {
        [] => None,
        [one, ..] if one.text.pattern().contains(' ') => Some(Next::Script(joined(&command), Vec::new())),
        _ => Some(Next::Words(command)),
    }
}

/// The command of `find -exec COMMAND {} ;`.
pub(super) fn found(words: &[Element]) -> Option<Next> {
    let is_exec = |word: &Element| matches!(&*word.text.pattern(), "-exec" | "-execdir" | "-ok" | "-okdir");
    let at = words.iter().position(is_exec)?;
    let rest = words.get(at + 1..)?;
    let is_end = |word: &Element| matches!(&*word.text.pattern(), ";" | "+");
    let end = rest.iter().position(is_end).unwrap_or(rest.len());
    let mut command = rest.get(..end)?.to_vec();
    let read = read_by("find", words.first()?);
    put_in(&mut command, &read, "{}");
    Some(Next::Words(command))
}

/// `machinectl shell [USER@].host COMMAND`; a command inside a machine is none of the host's.
pub(super) fn of_machine(words: &[Element]) -> Option<Next> {
    let valued = ["--uid", "-E", "--setenv"];
    let before = scan(words, 1, &valued, false);
    if words.get(before.at)?.text.pattern() != "shell" {
        return None;
    }
    let behind = scan(words, before.at + 1, &valued, false);
    let machine = words.get(behind.at)?.text.pattern();
    let is_host = machine.rsplit('@').next() == Some(".host") || machine.ends_with('@');
    let command = words
        .get(behind.at + 1..)
        .filter(|command| is_host && !command.is_empty())?;
    let user = machine.split_once('@').map(|(user, _)| user.to_owned());
    let shown = words.get(behind.at)?;
    let mut all = vec![word(Text::known("sudo", Origin::default()), shown, true)];
    if let Some(user) = user.filter(|user| !user.is_empty()) {
        all.push(word(Text::known("-u", Origin::default()), shown, true));
        all.push(word(shown.text.slice(0, user.len()), shown, true));
    }
    all.extend_from_slice(command);
    Some(Next::Words(all))
}

/// `nix-shell --run SCRIPT`, `nix shell … -c COMMAND`, `nix run nixpkgs#podman -- ARGUMENTS`.
pub(super) fn of_nix(program: &str, words: &[Element]) -> Option<Next> {
    let is_one_of =
        |names: &'static [&'static str]| move |word: &Element| names.contains(&&*word.text.pattern());
    if program == "nix-shell" {
        let at = words.iter().position(is_one_of(&["--run", "--command"]))?;
        return Some(Next::Script(words.get(at + 1)?.text.clone(), Vec::new()));
    }
    let before = scan(words, 1, &NIX, false);
    match &*words.get(before.at)?.text.pattern() {
        "shell" | "develop" | "env" => {
            let at = words.iter().position(is_one_of(&["-c", "--command"]))?;
            Some(Next::Words(words.get(at + 1..)?.to_vec()))
        }
        "run" => {
            let rest = scan(words, before.at + 1, &NIX, false);
            let package = words.get(rest.at)?;
            let pattern = package.text.pattern();
            let (_, name) = pattern.rsplit_once('#')?;
            let name = name.rsplit('.').next().unwrap_or(name).to_owned();
            let mut command = vec![word(
                Text::known(name, package.text.origin_of(0, 1)),
                package,
                true,
            )];
            let arguments = words.get(rest.at + 1..).unwrap_or_default();
            let is_sign = |word: &&Element| word.text.pattern() == "--";
            let from = usize::from(arguments.first().is_some_and(|first| is_sign(&first)));
            command.extend_from_slice(arguments.get(from..).unwrap_or_default());
            Some(Next::Words(command))
        }
        _ => None,
    }
}
