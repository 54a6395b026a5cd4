//! Containers that a script makes by hand: `unshare`, and what is bound in the new mount namespace before somebody changes
//! the root. Only the mounts are judged; what the namespaces confine is counted as not analysed.

use super::line::{Base, options};
use crate::vocabulary::certainty::{maybe, unknown};
use crate::vocabulary::flags::{Arity, Grammar, Opt, parse};
use crate::vocabulary::shell::{self, Line};
use crate::vocabulary::text::origin_of;
use nixpod_model::{Container, Existence, Field, Mount, Text, Userns};
use nixpod_source::{Origin, Why};

/// Options of `unshare` before the program.
const UNSHARE: Grammar = Grammar {
    long: |name| match name {
        "boottime" | "group" | "load-interp" | "map-group" | "map-groups" | "map-user" | "map-users"
        | "monotonic" | "owner" | "propagation" | "root" | "setgid" | "setgroups" | "setuid" | "wd" => {
            Arity::Required
        }
        _ => Arity::None,
    },
    short: |name| match name {
        'G' | 'R' | 'S' | 'l' | 'w' => Arity::Required,
        _ => Arity::None,
    },
    pre_split: false,
};

/// Options of `mount`, which stand anywhere.
const MOUNT: Grammar = Grammar {
    long: |name| match name {
        "options" | "source" | "target" | "types" | "options-mode" | "options-source" | "test-opts" => {
            Arity::Required
        }
        _ => Arity::None,
    },
    short: |name| match name {
        'O' | 'o' | 't' | 'L' | 'U' => Arity::Required,
        _ => Arity::None,
    },
    pre_split: false,
};

/// Programs that end what the host's root directory shows.
const ROOTS: [&str; 3] = ["chroot", "pivot_root", "switch_root"];

/// What a line binds in its namespaces, if it makes a container.
pub(super) fn mounts(base: &Base<'_>, line: &Line) -> Vec<Field<Mount>> {
    let end = options(&line.words, &UNSHARE, false).end;
    let behind = line.words.get(end..).unwrap_or_default();
    let before = base.words(line.words.get(..end).unwrap_or_default());
    let of_unshare = parse(&before, &UNSHARE).1;
    let words: Vec<Text> = behind.iter().map(|word| word.text.clone()).collect();
    let changes_root = has(&of_unshare, &["--root", "-R"]) || words.iter().any(names_root);
    if !changes_root || line.elsewhere {
        return Vec::new();
    }
    let followed = shell::words(&words, |program| program == "mount");
    let mut out: Vec<Field<Mount>> = Vec::new();
    for inner in &followed.lines {
        bind(base, inner, &mut out);
    }
    out
}

/// Is there the name of a program that changes the root, alone or in a script?
fn names_root(word: &Text) -> bool {
    let pattern = word.pattern();
    let mut names = pattern.split(|c: char| !c.is_alphanumeric() && c != '_');
    names.any(|name| ROOTS.contains(&name))
}

fn has(options: &[Opt], names: &[&str]) -> bool {
    options.iter().any(|option| names.contains(&option.name.as_str()))
}

/// `mount --rbind SOURCE TARGET`, or a change of one that was made before.
fn bind(base: &Base<'_>, line: &Line, out: &mut Vec<Field<Mount>>) {
    let mut given = Vec::new();
    let mut arguments = Vec::new();
    let mut rest = &line.words[..];
    while !rest.is_empty() {
        let end = options(rest, &MOUNT, false).end;
        let (before, behind) = rest.split_at(end.min(rest.len()));
        given.extend(before.iter().cloned());
        arguments.extend(behind.first().map(|word| word.text.clone()));
        rest = behind.get(1..).unwrap_or_default();
    }
    let given = parse(&base.words(&given), &MOUNT).1;
    let words = given
        .iter()
        .filter(|option| matches!(option.name.as_str(), "-o" | "--options"));
    let words = words.filter_map(|option| option.value.as_ref());
    let mut words: Vec<String> = words
        .flat_map(|value| value.pattern().split(',').map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let is_recursive = has(&given, &["--rbind", "-R"]) || words.iter().any(|word| word == "rbind");
    let is_bind = is_recursive || has(&given, &["--bind", "-B"]) || words.iter().any(|word| word == "bind");
    let read_only = has(&given, &["--read-only", "-r"]) || words.iter().any(|word| word == "ro");
    let is_remount = words.iter().any(|word| word == "remount");
    match &arguments[..] {
        [source, target] if is_bind && !is_remount => {
            if is_recursive && !words.iter().any(|word| word == "rbind") {
                words.push("rbind".to_owned());
            }
            let mount = Mount {
                source: source.clone(),
                target: target.clone(),
                read_only,
                options: words,
                is_bind: true,
                unclear_access: None,
                volume: None,
            };
            let field = base.fact(mount, origin_of(source));
            out.push(match base.existence(line.when.maybe, &line.when.conditions) {
                Existence::Certain | Existence::Template => field,
                Existence::Maybe(conditions) => maybe(field, conditions),
            });
        }
        [.., target] if is_remount && read_only && !line.when.maybe => {
            let is_it = |mount: &Mount| mount.target.pattern() == target.pattern();
            for field in out.iter_mut().filter(|field| field.value().is_some_and(is_it)) {
                *field = field.map(|mount| Mount {
                    read_only: true,
                    ..mount.clone()
                });
            }
        }
        _ => {}
    }
}

/// Reads a line into a container of which nothing is said.
pub(super) fn read(base: &Base<'_>, line: &Line, mounts: Vec<Field<Mount>>, container: &mut Container) {
    let end = options(&line.words, &UNSHARE, false).end;
    let given = parse(&base.words(line.words.get(..end).unwrap_or_default()), &UNSHARE).1;
    let why = Why::NotModelled("unshare".to_owned());
    let field = base.fact((), line.origin.clone());
    container.engine = unknown(&field, &why);
    container.userns = match has(
        &given,
        &[
            "--user",
            "-U",
            "--map-root-user",
            "-r",
            "--map-current-user",
            "-c",
            "--map-auto",
            "--map-users",
        ],
    ) {
        true => base.fact(Userns::Other("unshare".to_owned()), Origin::default()),
        false => unknown(&field, &why),
    };
    container.network = unknown(&field, &why);
    container.mounts = mounts;
}
