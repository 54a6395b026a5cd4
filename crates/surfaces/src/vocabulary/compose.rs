//! Keys of a service in a Compose file, as options of `docker run`.

use crate::vocabulary::text::{concat, hole};
use nixpod_model::Text;
use nixpod_source::{Origin, Why};

/// How the value of a key is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One value.
    One,
    /// One value or a list of them.
    Many,
    /// A list of names and values with this between them, or a set.
    Pairs(&'static str),
}

/// A key, the option that says the same, and how its value is written. Others say nothing of how a container is confined,
/// who reaches it or what is secret in it.
pub(crate) const KEYS: [(&str, &str, Shape); 35] = [
    ("annotations", "--annotation", Shape::Pairs("=")),
    ("cap_add", "--cap-add", Shape::Many),
    ("cap_drop", "--cap-drop", Shape::Many),
    ("cgroup", "--cgroupns", Shape::One),
    ("cgroup_parent", "--cgroup-parent", Shape::One),
    ("container_name", "--name", Shape::One),
    ("device_cgroup_rules", "--device-cgroup-rule", Shape::Many),
    ("devices", "--device", Shape::Many),
    ("dns", "--dns", Shape::Many),
    ("env_file", "--env-file", Shape::Many),
    ("environment", "--env", Shape::Pairs("=")),
    ("extra_hosts", "--add-host", Shape::Pairs(":")),
    ("group_add", "--group-add", Shape::Many),
    ("hostname", "--hostname", Shape::One),
    ("init", "--init", Shape::One),
    ("ipc", "--ipc", Shape::One),
    ("label_file", "--label-file", Shape::Many),
    ("labels", "--label", Shape::Pairs("=")),
    ("mem_limit", "--memory", Shape::One),
    ("network_mode", "--network", Shape::One),
    ("pid", "--pid", Shape::One),
    ("pids_limit", "--pids-limit", Shape::One),
    ("ports", "--publish", Shape::Many),
    ("privileged", "--privileged", Shape::One),
    ("pull_policy", "--pull", Shape::One),
    ("read_only", "--read-only", Shape::One),
    ("runtime", "--runtime", Shape::One),
    ("security_opt", "--security-opt", Shape::Many),
    ("sysctls", "--sysctl", Shape::Pairs("=")),
    ("tmpfs", "--tmpfs", Shape::Many),
    ("user", "--user", Shape::One),
    ("userns_mode", "--userns", Shape::One),
    ("uts", "--uts", Shape::One),
    ("volumes", "--volume", Shape::Many),
    ("volumes_from", "--volumes-from", Shape::Many),
];

/// What stands before a part, and its name.
type Parts = &'static [(&'static str, &'static str)];

/// The parts of an entry that is written as a set, in the place of a text: the option with each part, and what stands before
/// it if it is there.
pub(crate) const LONG: [(&str, &str, Parts); 4] = [
    (
        "devices",
        "--device",
        &[("", "source"), (":", "target"), (":", "permissions")],
    ),
    ("env_file", "--env-file", &[("", "path")]),
    (
        "ports",
        "--publish",
        &[("", "host_ip"), (":", "published"), (":", "target")],
    ),
    (
        "volumes",
        "--mount",
        &[
            ("type=", "type"),
            (",source=", "source"),
            (",target=", "target"),
            (",readonly=", "read_only"),
        ],
    ),
];

/// A value as Compose passes it on: variables are those of whoever starts it, and `$$` is a dollar.
pub(crate) fn value(key: &str, text: &Text) -> Text {
    let text = interpolated(text);
    let pattern = text.pattern();
    match (key, pattern.strip_prefix("service:")) {
        ("network_mode" | "ipc" | "pid", Some(service)) => {
            let start = pattern.len() - service.len();
            let origin = text.origin_of(0, start);
            concat([
                Text::known("container:", origin),
                text.slice(start, pattern.len()),
            ])
        }
        _ => text,
    }
}

fn interpolated(text: &Text) -> Text {
    let pattern = text.pattern();
    if !pattern.contains('$') {
        return text.clone();
    }
    let mut parts = Vec::new();
    let mut at = 0;
    while let Some(start) = pattern.get(at..).and_then(|rest| rest.find('$')) {
        let start = at + start;
        let rest = pattern.get(start + 1..).unwrap_or_default();
        parts.push(text.slice(at, start));
        let Some((name, length)) = variable(rest) else {
            let length = 1 + usize::from(rest.starts_with('$'));
            parts.push(text.slice(start, start + 1));
            at = start + length;
            continue;
        };
        at = start + 1 + length;
        let why = match name {
            "HOME" => Why::named("localEnv.home"),
            name => Why::named(name),
        };
        parts.push(hole(why, text.origin_of(start, at)));
    }
    parts.push(text.slice(at, pattern.len()));
    concat(parts)
}

/// The name of a variable behind a dollar, and how long it is with all that belongs to it.
fn variable(rest: &str) -> Option<(&str, usize)> {
    let word = |text: &str| -> usize {
        let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        end.unwrap_or(text.len())
    };
    if let Some(braced) = rest.strip_prefix('{') {
        let close = braced.find('}')?;
        let name = braced.get(..word(braced).min(close))?;
        return Some((name, close + 2)).filter(|_| !name.is_empty());
    }
    let name = rest.get(..word(rest))?;
    let is_name = name.starts_with(|c: char| !c.is_ascii_digit());
    is_name.then_some((name, name.len()))
}

/// Texts one after another, each known one with where it is written.
pub(crate) fn joined(before: &'static str, text: Text) -> Text {
    concat([Text::known(before, Origin::default()), text])
}

#[cfg(test)]
mod tests {
    use super::{KEYS, LONG, value};
    use expect_test::{Expect, expect};
    use nixpod_model::Text;
    use nixpod_source::Origin;

    #[track_caller]
    fn check(key: &str, texts: &[&str], expected: Expect) {
        let lines = texts.iter().map(|text| {
            let value = value(key, &Text::known(*text, Origin::default()));
            format!("{text} => {}\n", value.display())
        });
        expected.assert_eq(&lines.collect::<String>());
    }

    #[test]
    fn variables_are_not_known() {
        check(
            "volumes",
            &[
                "/a:/b",
                "$HOME/.ssh:/k",
                "${DATA:-/srv}/x:/x",
                "$$a:$",
                "${",
                "${}",
                "$1",
                "ä$ü",
            ],
            expect![[r#"
                /a:/b => /a:/b
                $HOME/.ssh:/k => ${localEnv.home}/.ssh:/k
                ${DATA:-/srv}/x:/x => ${DATA}/x:/x
                $$a:$ => $a:$
                ${ => ${
                ${} => ${}
                $1 => $1
                ä$ü => ä$ü
            "#]],
        );
        check(
            "network_mode",
            &["host", "service:vpn"],
            expect![[r#"
                host => host
                service:vpn => container:vpn
            "#]],
        );
    }

    #[test]
    fn keys_are_sorted() {
        assert!(KEYS.is_sorted_by_key(|(key, ..)| *key));
        assert!(LONG.is_sorted_by_key(|(key, ..)| *key));
    }
}
