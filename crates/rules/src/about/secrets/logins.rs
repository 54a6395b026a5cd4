//! Passwords that a script gives to an engine: to log in at a registry, and to keep as a secret.

use super::hit::Hit;
use super::lines::{judge_credential, words};

const ENGINES: [&str; 5] = ["docker", "podman", "nerdctl", "skopeo", "buildah"];

/// The password on a line such as `docker login -u ann -p hunter2 host`, `echo hunter2 | podman login --password-stdin` or
/// `printf hunter2 | podman secret create db -`.
pub(crate) fn judge_login(line: &str) -> Option<Hit> {
    let words: Vec<(usize, &str)> = words(line).collect();
    let engine = words.iter().position(|(_, word)| {
        let program = word.rsplit('/').next().unwrap_or(word);
        ENGINES.contains(&program)
    })?;
    let behind: Vec<&str> = words.iter().skip(engine + 1).map(|(_, word)| *word).collect();
    let logs_in = behind.first() == Some(&"login");
    let keeps = behind.starts_with(&["secret", "create"]);
    if !logs_in && !keeps {
        return None;
    }
    let from_a_pipe = words.get(..engine)?;
    let given = if keeps || behind.iter().any(|word| word.starts_with("--password-stdin")) {
        said(from_a_pipe).or_else(|| {
            let at = words.iter().position(|(_, word)| *word == "<<<")?;
            words.get(at + 1).copied()
        })
    } else {
        let at = behind
            .iter()
            .position(|word| matches!(*word, "-p" | "--password") || word.starts_with("--password="))?;
        let (start, word) = *words.get(engine + 1 + at)?;
        match word.split_once('=') {
            Some((option, value)) => Some((start + option.len() + 1, value)),
            None => words.get(engine + 2 + at).copied(),
        }
    };
    let (start, word) = given?;
    let value = word.trim_matches(['"', '\'']);
    // What a shell puts in is not there.
    if value.contains(['$', '`']) {
        return None;
    }
    let hit = judge_credential(value)?;
    Some(hit.moved(start + word.find(value).unwrap_or(0)))
}

/// `curl -u ann:hunter2`.
pub(super) fn login_of_curl(command: &str) -> Option<Hit> {
    let words: Vec<(usize, &str)> = words(command).collect();
    let is_curl = |(_, word): &(usize, &str)| word.rsplit('/').next() == Some("curl");
    let from = words.iter().position(is_curl)?;
    let at = { words.iter().skip(from) }.position(|(_, word)| matches!(*word, "-u" | "--user"))?;
    let (start, login) = *words.get(from + at + 1)?;
    let login = login.trim_matches(['"', '\'']);
    let (user, password) = login.split_once(':')?;
    let hit = judge_credential(password).filter(|_| !password.contains(['$', '`']))?;
    let begin = start + command.get(start..)?.find(login)?;
    Some(hit.moved(begin + user.len() + 1))
}

/// The one word that `echo` or `printf` says into a pipe.
fn said<'t>(words: &[(usize, &'t str)]) -> Option<(usize, &'t str)> {
    let (last, before) = words.split_last()?;
    if last.1 != "|" {
        return None;
    }
    let says = before.iter().rposition(|(_, word)| {
        let program = word.rsplit('/').next().unwrap_or(word);
        matches!(program, "echo" | "printf")
    })?;
    let values = before.get(says + 1..)?;
    let mut values = values.iter().filter(|(_, word)| {
        let is_option = matches!(*word, "-n" | "-e" | "-ne" | "-en" | "--");
        !is_option && !word.trim_matches(['"', '\'']).starts_with('%')
    });
    let only = *values.next()?;
    values.next().is_none().then_some(only)
}

#[cfg(test)]
mod tests {
    use super::judge_login;

    #[test]
    fn passwords_that_are_given_to_an_engine() {
        let found = |line: &str| judge_login(line).map(|hit| line[hit.range.0..hit.range.1].to_owned());
        for line in [
            "docker login -u ann -p plum-cart-77 ghcr.io",
            "${pkgs.docker}/bin/docker login --password=plum-cart-77 -u ann",
            "echo plum-cart-77 | podman login -u ann --password-stdin",
            "printf '%s' \"plum-cart-77\" | podman secret create db -",
            "podman login -u ann --password-stdin ghcr.io <<< plum-cart-77",
        ] {
            assert_eq!(found(line).as_deref(), Some("plum-cart-77"), "{line}");
        }
        for line in [
            "docker login -u ann -p \"$TOKEN\" ghcr.io",
            "cat /run/secrets/x | podman login -u ann --password-stdin",
            "podman secret create db /run/secrets/db",
            "docker run -p 80:80 login",
            "echo done",
        ] {
            assert_eq!(found(line), None, "{line}");
        }
    }
}
