//! Secrets that are written out in what a system is told.

use super::found::{
    CREDENTIAL_HELP, FILE_HELP, Found, Kept, OF_SERVICE, USER_HELP, environment_help, in_file,
    is_read_from_file,
};
use super::local::goes_to_the_machine;
use super::logins::{judge_login, login_of_curl};
use super::values::looks_random;
use super::{
    Hit, Kind, announced_by, is_configuration, is_replaced, judge, judge_credential, judge_lines, judge_words,
};
use crate::about::words::{also, inside};
use nixpod_analysis::{Confidence, Ctx, Severity, Sink};
use nixpod_model::{Field, SecretSlot, SecretValue, StoreRef, System, SystemKind, Text};

/// Where a secret is: a module that several guests share says it once, for the first of them. None if it was said.
fn place_of(ctx: &Ctx<'_>, system: &System, secret: &SecretValue) -> Option<String> {
    let place = secret.value.origin.place();
    let same = |other: &System| {
        let mut secrets = other.secrets.iter();
        other.host == system.host
            && place.is_some()
            && secrets.any(|one| one.slot == secret.slot && one.value.origin.place() == place)
    };
    let at = ctx.world.systems.get_index_of(&system.id)?;
    let mut before = ctx.world.systems.values().take(at);
    if before.any(|other| same(other)) {
        return None;
    }
    let after = ctx.world.systems.values().skip(at + 1);
    let here = inside(ctx, system);
    let noun = |count: usize| if count == 1 { "guest" } else { "guests" };
    Some(match (after.filter(|other| same(other)).count(), system.kind) {
        (0, _) => here,
        (more, SystemKind::Nixos) => format!(" on the host and in {more} {}", noun(more)),
        (more, _) => format!("{here} and {more} more {}", noun(more)),
    })
}

/// The users whose password is written at this one place.
fn users_of<'s>(system: &'s System, secret: &SecretValue) -> Vec<&'s str> {
    let place = secret.value.origin.place();
    let is_same = |other: &&SecretValue| {
        let option = |slot: &SecretSlot| match slot {
            SecretSlot::Password(_, option) | SecretSlot::HashedPassword(_, option) => Some(*option),
            _ => None,
        };
        place.is_some()
            && other.value.origin.place() == place
            && other.value.value().map(Text::pattern) == secret.value.value().map(Text::pattern)
            && option(&secret.slot).is_some_and(|own| option(&other.slot) == Some(own))
    };
    let same = system.secrets.iter().filter(is_same);
    same.filter_map(|other| match &other.slot {
        SecretSlot::Password(user, _) | SecretSlot::HashedPassword(user, _) => Some(user.as_str()),
        _ => None,
    })
    .collect()
}

/// Is it an option of any module, of which only the name says that it takes a secret?
fn is_of_a_module(option: &str) -> bool {
    option.starts_with("services.") && !option.starts_with("services.podman.")
        || option.starts_with("networking.wireless.")
}

/// A setting whose name says that it is a secret. Hashes are what many services want, and stand-ins are for trying things out.
fn judge_setting(option: &str, value: &str) -> Option<Hit> {
    let name = match option.rsplit('.').next().unwrap_or(option).trim_matches('"') {
        // Elsewhere such a word switches something.
        "requirePass" => "requirepass",
        name => name,
    };
    announced_by(name)?;
    judge(name, value).filter(|hit| matches!(hit.kind, Kind::Named | Kind::Shape(_)))
}

/// Reports those of a system.
pub(crate) fn check_system(ctx: &Ctx<'_>, system: &System, sink: &mut Sink) {
    for secret in &system.secrets {
        let field = &secret.value;
        let Some(text) = field.value() else {
            continue;
        };
        if is_read_from_file(text) {
            continue;
        }
        let users = users_of(system, secret);
        let is_first = match (&secret.slot, users.first()) {
            (SecretSlot::Password(user, _) | SecretSlot::HashedPassword(user, _), Some(first)) => {
                user == first
            }
            _ => true,
        };
        match place_of(ctx, system, secret).filter(|_| is_first) {
            Some(place) => check_slot(system, &secret.slot, (&place, &also(&users)), field, text, sink),
            None => sink.only_hide(|sink| check_slot(system, &secret.slot, ("", ""), field, text, sink)),
        }
    }
}

/// `place` tells where in the host the slot is.
#[expect(clippy::too_many_lines, reason = "one arm a slot")]
fn check_slot<T>(
    system: &System,
    slot: &SecretSlot,
    (place, others): (&str, &str),
    field: &Field<T>,
    text: &Text,
    sink: &mut Sink,
) {
    let pattern = text.pattern();
    let found = |what: &str, help: &str, text: &Text, hit: &Hit, sink: &mut Sink| {
        let found = Found {
            field,
            text,
            what,
            kept: Kept::Store,
            help,
        };
        let confidence = match (slot, hit.kind) {
            (
                SecretSlot::WrittenFile(_) | SecretSlot::Unit(_) | SecretSlot::Script(_),
                Kind::Named | Kind::Placeholder | Kind::Hash,
            ) => Confidence::Medium,
            _ => Confidence::High,
        };
        let finding = found.report(hit, sink);
        finding.at_most(confidence, "only the name says that it is a secret");
    };
    match slot {
        SecretSlot::Password(user, option) => {
            if let Some(hit) = judge_credential(&pattern) {
                let what = format!("the password of user `{user}`{others}{place} (`{option}`)");
                found(&what, USER_HELP, text, &hit, sink);
            }
        }
        SecretSlot::HashedPassword(user, option) => check_hash((user, option), place, field, text, sink),
        SecretSlot::WrittenFile(file) | SecretSlot::Unit(file) => {
            for (variable, hit) in judge_lines(&pattern) {
                // Instructions are full of names with something to put in their place.
                if is_document(file) && !matches!(hit.kind, Kind::Shape(_)) || is_replaced(&pattern, &hit) {
                    continue;
                }
                // What a program begins with it mostly does not keep.
                if is_program(file) && matches!(hit.kind, Kind::Placeholder) {
                    continue;
                }
                // `Secret=` of Podman's units is the name of a secret that Podman keeps, and `Creds=` is told of whoever logs in.
                if matches!(variable.as_str(), "Creds" | "Secret") && is_unit_of_podman(file) {
                    continue;
                }
                found(&in_file(&variable, file, place), FILE_HELP, text, &hit, sink);
            }
        }
        SecretSlot::Script(option) => {
            let (script, help) = match is_of_unit(option) {
                true => ("the script of a service".to_owned(), environment_help(OF_SERVICE)),
                false => (format!("`{option}`"), FILE_HELP.to_owned()),
            };
            for (line, at) in lines(&pattern) {
                if let Some(hit) = judge_login(line) {
                    let what = format!("the password of an engine in {script}{place}");
                    found(&what, &help, text, &hit.moved(at), sink);
                    continue;
                }
                // Containers that a line runs are looked at by themselves.
                if ["podman", "docker", "nspawn"]
                    .iter()
                    .any(|engine| line.contains(engine))
                {
                    continue;
                }
                let of_curl = login_of_curl(line).map(|hit| ("-u".to_owned(), hit));
                let hits = judge_words(line)
                    .into_iter()
                    .chain(judge_lines(line))
                    .chain(of_curl);
                let mut known: Vec<(usize, usize)> = Vec::new();
                for (name, hit) in hits {
                    let hit = hit.moved(at);
                    if !known.contains(&hit.range) && !is_replaced(&pattern, &hit) {
                        known.push(hit.range);
                        let what = in_script(&name, &script, place);
                        found(&what, &help, text, &hit, sink);
                    }
                }
            }
        }
        SecretSlot::Environment { variable, of } => {
            if let Some(hit) = judge(variable, &pattern) {
                let what = format!("the variable `{variable}`{place}");
                let is_for_itself = matches!(hit.kind, Kind::Named | Kind::Placeholder)
                    && !looks_random(&pattern)
                    && goes_to_the_machine(variable, || beside(system, of));
                let found = Found {
                    field,
                    text,
                    what: &what,
                    kept: Kept::Store,
                    help: &environment_help(OF_SERVICE),
                };
                let finding = found.report(&hit, sink);
                if is_for_itself {
                    finding.severity(Severity::Low);
                }
            }
        }
        SecretSlot::UnitCredential(id) => {
            let is_named = announced_by(id).is_some();
            if let Some(hit) =
                judge_credential(&pattern).filter(|_| is_named || !is_configuration(id, &pattern))
            {
                let what = format!("the credential `{id}`{place} (`SetCredential`)");
                found(&what, CREDENTIAL_HELP, text, &hit, sink);
            }
        }
        SecretSlot::Credential(option) => {
            let hit = match is_of_a_module(option) {
                true => judge_setting(option, &pattern),
                false => judge_credential(&pattern),
            };
            if let Some(hit) = hit {
                found(&format!("`{option}`{place}"), FILE_HELP, text, &hit, sink);
            }
        }
        SecretSlot::SecretFile(option) => {
            for context in &text.context {
                if let StoreRef::Written { name, text, .. } = context
                    // No password has a hash that begins so: the login is locked.
                    && !text.pattern().starts_with(['!', '*'])
                    && let Some(hit) = judge_credential(&text.pattern())
                {
                    let what = format!("the file of `{option}`{place}");
                    if is_stand_in(name) && matches!(hit.kind, Kind::Named | Kind::Placeholder) {
                        let found = Found {
                            field,
                            text,
                            what: &what,
                            kept: Kept::Store,
                            help: FILE_HELP,
                        };
                        found.report(&hit, sink).severity(Severity::Low);
                        continue;
                    }
                    found(&what, FILE_HELP, text, &hit, sink);
                }
            }
        }
        // What is in a file of the project is a matter of secret-file-in-store, and what is read from one of
        // secret-read-at-eval.
        SecretSlot::File(_) | SecretSlot::Setting(_) => {}
    }
}

/// The variables that an option has.
fn beside<'s>(system: &'s System, option: &str) -> impl Iterator<Item = (&'s str, &'s Text)> {
    system
        .secrets
        .iter()
        .filter_map(move |secret| match &secret.slot {
            SecretSlot::Environment { variable, of } if of == option => {
                Some((variable.as_str(), secret.value.value()?))
            }
            _ => None,
        })
}

/// Is it a line of a unit? A script that several services share is told once, so none of them is named.
fn is_of_unit(option: &str) -> bool {
    option.starts_with("systemd.services.") || option.starts_with("systemd.user.services.")
}

fn in_script(name: &str, script: &str, place: &str) -> String {
    match name {
        "" => format!("{script}{place}"),
        _ => format!("`{name}` in {script}{place}"),
    }
}

/// The lines of a text, with where they begin.
fn lines(text: &str) -> impl Iterator<Item = (&str, usize)> {
    let mut start = 0;
    text.split_inclusive('\n').map(move |line| {
        let at = start;
        start += line.len();
        (line, at)
    })
}

/// What stands where a hash is expected.
fn check_hash<T>((user, option): (&str, &str), place: &str, field: &Field<T>, text: &Text, sink: &mut Sink) {
    let pattern = text.pattern();
    // A hash that begins like this matches no password: the account is locked on purpose.
    let locked = pattern.starts_with(['!', '*']) || pattern == "x";
    let Some(hit) = judge_credential(&pattern).filter(|_| !locked) else {
        return;
    };
    match field.written() {
        // No hash of crypt(3) has a blank in it.
        Some(field) if hit.kind == Kind::Placeholder || pattern.contains(' ') => {
            sink.report(
                field,
                format!("`{option}` of user `{user}`{place} is no hash, so nobody logs in by it"),
            )
            .severity(Severity::Info)
            .help("Write `\"!\"` if that is meant, or use `hashedPasswordFile`.");
        }
        _ => {
            let what = format!("the password of user `{user}`{place} (`{option}`)");
            let found = Found {
                field,
                text,
                what: &what,
                kept: Kept::Store,
                help: USER_HELP,
            };
            found.report(&hit, sink);
        }
    }
}

/// Does a file that Nix writes say by its name that it stands in for the real one, as where a system is only built?
fn is_stand_in(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    { lower.split(|c: char| !c.is_ascii_alphanumeric()) }
        .any(|word| matches!(word, "dummy" | "fake" | "mock"))
}

/// Is it a file that Podman's generator reads?
fn is_unit_of_podman(file: &str) -> bool {
    [
        ".artifact",
        ".build",
        ".conf",
        ".container",
        ".image",
        ".kube",
        ".pod",
    ]
    .iter()
    .any(|end| file.ends_with(end))
        && file.contains("containers/systemd")
}

/// Is it text for people?
fn is_program(file: &str) -> bool {
    [".py", ".js", ".ts", ".rb", ".pl", ".lua", ".php"]
        .iter()
        .any(|end| file.ends_with(end))
}

fn is_document(file: &str) -> bool {
    [".md", ".rst", ".adoc", ".html"]
        .iter()
        .any(|end| file.ends_with(end))
}
