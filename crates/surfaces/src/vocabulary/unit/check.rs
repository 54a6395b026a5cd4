//! What Podman's generator refuses of a unit, or takes otherwise than it is meant.

use crate::vocabulary::text::HOLE;
use crate::vocabulary::unit::forms;
use crate::vocabulary::unit::keys::{Key, Read, Takes};
use crate::vocabulary::unit::kinds::{Kind, OF_SYSTEMD, QUADLET, QUADLET_KEYS};
use crate::vocabulary::unit::parse::{Entry, MAX_PROBLEMS, Problem, Section, Unit, told};
use crate::vocabulary::unit::split::{SplitProblem, arguments, list};
use nixpod_model::{Consequence, PodmanRelease, Text, UnitProblem};
use nixpod_source::Origin;
use rustc_hash::FxHashSet;

/// Keys of the service that Podman warns about since 5.6: it decides by itself who runs the service.
pub(crate) const SERVICE_KEYS: [&str; 3] = ["User", "Group", "DynamicUser"];

/// Keys by which another unit is told to want one.
pub(crate) const INSTALLS: [&str; 3] = ["WantedBy", "RequiredBy", "UpheldBy"];

/// Where another unit is told to want one. Of a template nobody wants more than the instance that it names.
pub(crate) fn is_wanted(unit: &Unit, is_template: bool) -> Option<Origin> {
    if is_template && unit.last("Install", "DefaultInstance").is_none() {
        return None;
    }
    let wants = |key: &&str| unit.values("Install", key).into_iter().next_back();
    let entry = INSTALLS.iter().find_map(wants);
    entry.map(|entry| entry.origin.clone())
}

/// The name that was meant by one that is not too long for a slip of the hand.
fn meant<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    const MAX: usize = 40;
    (name.len() <= MAX)
        .then(|| nixpod_modules::meant(name, known))
        .flatten()
}

/// Is a text the value of a switch that is on? Podman knows fewer words than systemd: what it does not know is off.
pub(crate) fn is_on(value: &str) -> bool {
    ["1", "yes", "true", "on"]
        .iter()
        .any(|word| value.eq_ignore_ascii_case(word))
}

/// Is it one that is off, as somebody means it?
fn is_off(value: &str) -> bool {
    let words = ["0", "no", "false", "off", "n", "f", ""];
    words.iter().any(|word| value.eq_ignore_ascii_case(word))
}

/// Without the quotes around it, as Podman reads a value that stands once. Other quotes are parts of it.
pub(crate) fn unquoted(value: &Text) -> Text {
    let pattern = value.pattern();
    let end = pattern.trim_end().len();
    let inner = pattern.get(..end).unwrap_or_default();
    let inner = inner.strip_prefix('"').and_then(|inner| inner.strip_suffix('"'));
    match inner {
        Some(inner) => value.slice(1, 1 + inner.len()),
        None if end < pattern.len() => value.slice(0, end),
        None => value.clone(),
    }
}

/// What is wrong with a unit's lines, sections and keys.
pub(crate) fn problems(unit: &Unit, kind: Kind, podman: Option<PodmanRelease>) -> Vec<Problem> {
    let mut out = unit.problems.clone();
    for section in &unit.sections {
        let name = section.name.as_str();
        if name == kind.section() {
            keys(section, kind.section(), kind.keys(), podman, &mut out);
        } else if name == QUADLET {
            keys(section, QUADLET, QUADLET_KEYS, podman, &mut out);
        } else if name == "Service" {
            service(section, kind, &mut out);
        } else if !is_known(name) && out.len() < MAX_PROBLEMS {
            let known = OF_SYSTEMD.into_iter().chain([kind.section(), QUADLET]);
            let what = UnitProblem::UnknownSection {
                section: told(name),
                meant: meant(name, known).map(str::to_owned),
            };
            let origin = section.origin.clone();
            out.push(Problem { what, origin });
        }
    }
    out
}

/// Is it a section of systemd's, or one that systemd is told not to look at?
fn is_known(section: &str) -> bool {
    OF_SYSTEMD.contains(&section) || section.starts_with("X-") || section.contains(HOLE)
}

fn keys(
    section: &Section,
    name: &'static str,
    known: &'static [Key],
    podman: Option<PodmanRelease>,
    out: &mut Vec<Problem>,
) {
    let mut seen: FxHashSet<&str> = FxHashSet::default();
    for entry in &section.entries {
        if out.len() >= MAX_PROBLEMS {
            return;
        }
        // The name that was meant is looked for once.
        if !seen.insert(&entry.key) {
            continue;
        }
        if let Some(what) = key(&entry.key, name, known, podman) {
            let origin = entry.origin.clone();
            out.push(Problem { what, origin });
        }
    }
}

/// What is wrong with the name of a key, if something is.
pub(crate) fn key(
    name: &str,
    section: &'static str,
    known: &'static [Key],
    podman: Option<PodmanRelease>,
) -> Option<UnitProblem> {
    let Some(key) = known.iter().find(|key| key.name == name) else {
        let meant = meant(name, known.iter().map(|key| key.name));
        return Some(UnitProblem::UnknownKey {
            section,
            key: told(name),
            meant: meant.map(str::to_owned),
        });
    };
    let podman = podman.filter(|podman| *podman < key.since)?;
    Some(UnitProblem::NewerKey {
        section,
        key: key.name,
        since: key.since,
        podman,
    })
}

fn service(section: &Section, kind: Kind, out: &mut Vec<Problem>) {
    let mut push = |entry: &Entry, what| {
        let origin = entry.origin.clone();
        out.push(Problem { what, origin });
    };
    let last = |name: &str| section.entries.iter().rfind(|entry| entry.key == name);
    for name in SERVICE_KEYS {
        if let Some(entry) = last(name).filter(|entry| !entry.value.parts.is_empty()) {
            push(entry, UnitProblem::ServiceKey(name.to_owned()));
        }
    }
    // Podman has to know when the container runs, and stops it by itself.
    if !matches!(kind, Kind::Container | Kind::Kube) {
        return;
    }
    for (name, allowed) in [
        ("Type", ["notify", "oneshot"]),
        ("KillMode", ["mixed", "control-group"]),
    ] {
        let Some(entry) = last(name) else { continue };
        let value = unquoted(&entry.value).pattern();
        if !allowed.contains(&value.as_str()) && !value.contains(HOLE) {
            push(
                entry,
                UnitProblem::Value {
                    key: name,
                    value: told(&value),
                    expected: listed(&allowed),
                    consequence: Consequence::NoService,
                },
            );
        }
    }
}

/// Keys of which a unit of a kind needs one, if it has none of them.
pub(crate) fn missing(unit: &Unit, kind: Kind) -> Option<&'static str> {
    let (keys, told): (&[&str], _) = match kind {
        Kind::Container => (&["Image", "Rootfs"], "`Image` and no `Rootfs`"),
        Kind::Kube => (&["Yaml"], "`Yaml`"),
        Kind::Image => (&["Image"], "`Image`"),
        Kind::Build => (&["ImageTag"], "`ImageTag`"),
        Kind::Artifact => (&["Artifact"], "`Artifact`"),
        Kind::Pod | Kind::Network | Kind::Volume => return None,
    };
    let is_filled = |key: &&str| {
        let last = unit.last(kind.section(), key);
        last.is_some_and(|entry| !unquoted(&entry.value).parts.is_empty())
    };
    (!keys.iter().any(is_filled)).then_some(told)
}

/// What is wrong with a value of a key, if something is. Nobody knows what a hole stands for.
pub(crate) fn value(key: &'static Key, value: &Text) -> Option<UnitProblem> {
    let pattern = match key.read {
        Read::Last => unquoted(value).pattern(),
        _ => value.pattern(),
    };
    if pattern.contains(HOLE) {
        return None;
    }
    let expected = unexpected(key, &pattern);
    if let Some((expected, consequence)) = expected {
        return Some(UnitProblem::Value {
            key: key.name,
            value: told(&pattern),
            expected,
            consequence,
        });
    }
    let split = match key.read {
        Read::Last | Read::All => return None,
        Read::List => list(&pattern),
        Read::Arguments | Read::LastArguments | Read::Pairs => arguments(&pattern),
    };
    let (what, dropped) = match split.problem? {
        SplitProblem::Quotes => ("a quotation mark that is not closed", true),
        SplitProblem::OpenQuotes => ("a quotation mark that is not closed", false),
        SplitProblem::Escape => ("a backslash before what is no escape", true),
        SplitProblem::EmptyWord => ("words after an empty one, which Podman leaves out", false),
    };
    Some(UnitProblem::Quoting {
        key: key.name,
        what,
        dropped,
    })
}

/// What is expected in place of a value, and what becomes of the unit.
fn unexpected(key: &Key, value: &str) -> Option<(String, Consequence)> {
    let value = value.trim();
    let among = |words: &[&str]| words.iter().any(|word| value.eq_ignore_ascii_case(word));
    // Those are empty, or only known to the service manager.
    let is_open = value.is_empty() || value.contains(['$', '%']);
    let (is_fine, expected, consequence) = match key.takes {
        Takes::Anything => return None,
        Takes::Switch => (
            is_on(value) || is_off(value),
            "`true` or `false`".to_owned(),
            Consequence::Ignored,
        ),
        Takes::SwitchOr(words) => (
            is_on(value) || is_off(value) || among(words),
            format!("`true`, `false` or {}", listed(words)),
            Consequence::Ignored,
        ),
        Takes::OneOf(words, also, consequence) => {
            (is_open || among(words) || among(also), listed(words), consequence)
        }
        Takes::Number | Takes::Natural => (
            is_open || forms::is_integer(value, key.takes == Takes::Number),
            "a number".to_owned(),
            Consequence::FailsToStart,
        ),
        Takes::Published => (
            is_open || forms::is_published(value),
            "a port, such as `8080:80` or `127.0.0.1:8080:80`".to_owned(),
            Consequence::FailsToStart,
        ),
        Takes::Address => (
            is_open || forms::is_address(value),
            "an address".to_owned(),
            Consequence::FailsToStart,
        ),
        Takes::Subnet => (
            is_open || forms::is_subnet(value),
            "addresses such as `10.8.0.0/24`".to_owned(),
            Consequence::FailsToStart,
        ),
        Takes::Duration(words) => (
            is_open || forms::is_duration(value) || words.contains(&value),
            "a time such as `1m30s`".to_owned(),
            Consequence::FailsToStart,
        ),
        Takes::Maps => (
            is_open || value.contains(['"', '\'', '\\']) || value.split_whitespace().all(forms::is_map),
            "ids such as `0:100000:65536`".to_owned(),
            Consequence::FailsToStart,
        ),
        Takes::Size => (
            is_open || forms::is_size(value),
            "a number with or without a unit, such as `512m`".to_owned(),
            Consequence::FailsToStart,
        ),
        Takes::Port => (
            ends_in_port(value),
            "a port or a range of ports".to_owned(),
            Consequence::NoService,
        ),
    };
    (!is_fine).then_some((expected, consequence))
}

/// `a`, `b` or `c`.
fn listed(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match &words[..] {
        [] => String::new(),
        [only] => only.clone(),
        [others @ .., last] => format!("{} or {last}", others.join(", ")),
    }
}

/// Podman looks at the end of the value alone.
fn ends_in_port(value: &str) -> bool {
    let value = ["/udp", "/tcp"]
        .iter()
        .find_map(|end| value.strip_suffix(end))
        .unwrap_or(value);
    value.ends_with(|c: char| c.is_ascii_digit())
}
