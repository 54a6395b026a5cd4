//! What the kernel must say inside, if the model is right.

use super::capabilities;
use super::report::Facts;
use super::said::{is_no_new, is_on, is_root, said, security};
use super::spec::{DEVICES, Runner, SOURCES, SYSCTLS, TARGETS};
use anyhow::{Context, Result};
use nixpod_model::{Container, Field, Mount, NamespaceMode, NetworkMode, Userns};
use std::collections::BTreeMap;

/// What a fact must be.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Expected {
    /// Just this; nothing where the kernel must say nothing of it.
    Is(Option<String>),
    /// One of these.
    Among(Vec<String>),
    /// This, or the kernel says nothing of it.
    Perhaps(String),
    /// So many users, of which none is root outside.
    Shifted(Option<u32>),
    /// The model does not say.
    Open,
}

impl Expected {
    fn is(value: impl Into<String>) -> Self {
        Self::Is(Some(value.into()))
    }

    const NOTHING: Self = Self::Is(None);

    fn fits(&self, seen: Option<&String>) -> bool {
        match self {
            Self::Open => true,
            Self::Is(value) => value.as_ref() == seen,
            Self::Among(values) => seen.is_some_and(|seen| values.contains(seen)),
            Self::Perhaps(value) => seen.is_none_or(|seen| value == seen),
            Self::Shifted(count) => seen.is_some_and(|seen| is_shifted(seen, *count)),
        }
    }

    fn words(&self) -> String {
        match self {
            Self::Is(value) => value.clone().unwrap_or_else(|| "nothing".to_owned()),
            Self::Among(values) => values.join(" or "),
            Self::Perhaps(value) => format!("perhaps {value}"),
            Self::Shifted(Some(count)) => format!("{count} shifted users"),
            Self::Shifted(None) => "shifted users".to_owned(),
            Self::Open => "?".to_owned(),
        }
    }
}

fn is_shifted(map: &str, count: Option<u32>) -> bool {
    let numbers: Vec<u32> = map
        .split([':', ','])
        .map_while(|number| number.parse().ok())
        .collect();
    let [inside, outside, many, ..] = numbers[..] else {
        return false;
    };
    inside == 0 && outside != 0 && count.is_none_or(|count| count == many)
}

/// The facts of one spec, compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Compared {
    /// Facts that the model states.
    pub(super) facts: usize,
    /// Facts that it leaves open.
    pub(super) open: usize,
    /// Where it is not as the model states.
    pub(super) differences: Vec<String>,
}

/// What a container can have at all on the host that it ran on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ground {
    /// The capabilities of a process of the host.
    pub(super) bounding: u64,
}

impl Ground {
    /// As the kernel writes it.
    pub(super) fn of(bounding: &str) -> Result<Self> {
        let bounding = u64::from_str_radix(bounding, 16).context("what can a process have?")?;
        Ok(Self { bounding })
    }
}

/// Compares what the model says of a container with what was seen in it.
pub(super) fn compare(container: &Container, runner: Runner, ground: Ground, seen: &Facts) -> Compared {
    let mut out = Compared::default();
    for (name, expected) in expected(container, runner, ground) {
        if expected == Expected::Open {
            out.open += 1;
            continue;
        }
        out.facts += 1;
        let found = seen.0.get(&name);
        if !expected.fits(found) {
            let found = found.map_or("nothing", String::as_str);
            out.differences.push(format!(
                "{name}: the model says {}, the kernel {found}",
                expected.words()
            ));
        }
    }
    out
}

fn expected(container: &Container, runner: Runner, ground: Ground) -> BTreeMap<String, Expected> {
    let mut out = BTreeMap::new();
    users(container, runner, &mut out);
    of_capabilities(container, runner, ground, &mut out);
    namespaces(container, runner, &mut out);
    mounts(container, &mut out);
    devices(container, runner, &mut out);
    surroundings(container, runner, &mut out);
    out
}

type All = BTreeMap<String, Expected>;

/// What the map of users says: the lab's user has 65536 subordinate ids from 100000 on.
fn users(container: &Container, runner: Runner, out: &mut All) {
    const HOST: &str = "0:0:4294967295";
    const OF_LAB: &str = "0:1001:1,1:100000:65536";
    let own = match runner {
        Runner::Rootless => OF_LAB,
        Runner::Nspawn | Runner::Podman => HOST,
    };
    let expected = match container.userns.certain() {
        None => Expected::Open,
        Some(Userns::Host) => Expected::is(own),
        Some(Userns::Identity) => Expected::is("0:0:65536"),
        Some(Userns::Pick) if runner == Runner::Nspawn => Expected::Shifted(Some(65536)),
        Some(Userns::Pick) => Expected::Shifted(None),
        Some(Userns::Fixed { first, count }) => Expected::is(format!("0:{first}:{count}")),
        // Root's Podman takes no notice of it.
        Some(Userns::KeepId) if runner == Runner::Podman => Expected::is(HOST),
        Some(Userns::KeepId) => Expected::Among(vec![
            "0:1:1001,1001:0:1,1002:1002:64535".to_owned(),
            "0:1:1000,1000:0:1,1001:1001:64536".to_owned(),
        ]),
        Some(Userns::NoMap) => Expected::is("0:1:65536"),
        Some(Userns::Other(mode)) => match mode.split_once("map=") {
            Some(("--uid" | "--gid", map)) => Expected::is(map),
            _ => Expected::Open,
        },
    };
    out.insert("users".to_owned(), expected);
}

fn of_capabilities(container: &Container, runner: Runner, ground: Ground, out: &mut All) {
    let sets = capabilities::sets(container, runner, ground.bounding);
    let text = |sets: &[u64]| Expected::Among(sets.iter().map(|set| format!("{set:016x}")).collect());
    let (bounding, effective) = match &sets {
        Some(sets) => (text(&sets.bounding), text(&sets.effective)),
        None => (Expected::Open, Expected::Open),
    };
    out.insert("CapBnd".to_owned(), bounding);
    out.insert("CapPrm".to_owned(), effective.clone());
    out.insert("CapEff".to_owned(), effective);
}

fn namespaces(container: &Container, runner: Runner, out: &mut All) {
    let shared = |is_shared: Option<bool>| match is_shared {
        None => Expected::Open,
        Some(true) => Expected::is("host"),
        Some(false) => Expected::NOTHING,
    };
    let network = container.network.certain();
    out.insert(
        "ns:net".to_owned(),
        shared(network.map(|mode| *mode == NetworkMode::Host)),
    );
    for kind in ["pid", "ipc", "uts", "cgroup"] {
        let modes = container.namespaces.iter().map(Field::certain);
        let known: Option<Vec<_>> = modes.collect();
        let is_shared = known.map(|known| {
            let mode = known.iter().rev().find(|mode| mode.kind == kind);
            mode.is_some_and(|mode| mode.mode == NamespaceMode::Host)
        });
        let is_shared = if runner == Runner::Nspawn {
            Some(false)
        } else {
            is_shared
        };
        out.insert(format!("ns:{kind}"), shared(is_shared));
    }
}

fn mounts(container: &Container, out: &mut All) {
    for target in TARGETS {
        out.insert(format!("at:{target}"), Expected::NOTHING);
    }
    for field in &container.mounts {
        let Some(mount) = field.certain() else {
            // It may be anywhere.
            for target in TARGETS {
                out.insert(format!("at:{target}"), Expected::Open);
            }
            return;
        };
        let Some(target) = mount.target.as_known() else {
            continue;
        };
        if TARGETS.contains(&target.as_str()) {
            out.insert(format!("at:{target}"), at(mount));
        }
    }
    let root = match said(container, "read-only") {
        None => Expected::Open,
        Some(value) => Expected::is(if value.as_deref().is_some_and(is_on) {
            "ro"
        } else {
            "rw"
        }),
    };
    out.insert("root".to_owned(), root);
}

fn at(mount: &Mount) -> Expected {
    let Some(source) = mount.source.as_known() else {
        return Expected::Open;
    };
    // An overlay can be written, but what it lies over stays as it is.
    let is_overlay = mount.options.iter().any(|option| option == "O");
    let access = if mount.read_only && !is_overlay {
        "ro"
    } else {
        "rw"
    };
    let is_memory = source == "tmpfs" || mount.options.iter().any(|option| option == "tmpfs");
    let what = match SOURCES.iter().find(|known| **known == source) {
        Some(known) if mount.is_bind => known.rsplit('/').next().unwrap_or_default(),
        _ if is_memory => "tmpfs",
        _ => "other",
    };
    Expected::is(format!("{what} {access}"))
}

fn devices(container: &Container, runner: Runner, out: &mut All) {
    let privileged = container.privileged.certain().copied();
    // A user's engine binds the node, and cannot say how it may be opened; and every runtime lets tunnels be opened.
    let binds = |node: &str| runner == Runner::Rootless || runner == Runner::Podman && node == "/dev/net/tun";
    for node in DEVICES {
        let name = format!("dev:{node}");
        let mut expected = match privileged {
            None => Expected::Open,
            Some(false) => Expected::NOTHING,
            Some(true) => Expected::is("rw"),
        };
        for field in &container.devices {
            let Some(device) = field.certain() else {
                expected = Expected::Open;
                break;
            };
            if device.node.as_known().as_deref() == Some(*node) && privileged == Some(false) {
                let letters: String = device.access.chars().filter(|letter| *letter != 'm').collect();
                expected = match (letters.as_str(), device.allowed_only) {
                    // Is there a node? That the guest, its mounts and nspawn's version tell.
                    (_, true) => Expected::Perhaps(letters),
                    _ if binds(node) => Expected::is("rw"),
                    ("", false) => Expected::NOTHING,
                    (_, false) => Expected::is(letters),
                };
            }
        }
        // The mode of the node forbids it.
        if runner == Runner::Rootless && *node == "/dev/loop-control" {
            expected = Expected::Open;
        }
        out.insert(name, expected);
    }
}

fn surroundings(container: &Container, runner: Runner, out: &mut All) {
    let variables: Option<Vec<_>> = container.environment.iter().map(Field::certain).collect();
    for name in ["LAB_A", "LAB_B"] {
        let expected = match &variables {
            None => Expected::Open,
            Some(all) => match all.iter().rev().find(|one| one.name == name) {
                None => Expected::NOTHING,
                Some(one) => one.value.as_known().map_or(Expected::Open, Expected::is),
            },
        };
        out.insert(format!("env:{name}"), expected);
    }
    filters(container, out);
    if let Some(user) = said(container, "user") {
        let expected = match user
            .as_deref()
            .map(|user| user.split(':').next().unwrap_or_default())
        {
            None if is_root(container, runner) == Some(true) => Expected::is("0"),
            None => Expected::Among(vec!["1000".to_owned(), "1001".to_owned()]),
            Some("user") => Expected::is("1000"),
            Some("nobody") => Expected::is("65534"),
            Some("root") => Expected::is("0"),
            Some(number) => Expected::is(number),
        };
        out.insert("Uid".to_owned(), expected);
    }
    if let Some(Some(name)) = said(container, "hostname") {
        out.insert("hostname".to_owned(), Expected::is(name));
    }
    for (name, _) in SYSCTLS {
        let mut expected = Expected::NOTHING;
        for field in &container.run_options {
            let Some(option) = field.certain().filter(|option| option.name == "sysctl") else {
                continue;
            };
            let Some(text) = option.value.as_known() else {
                continue;
            };
            if let Some((key, value)) = text.split_once('=')
                && key == *name
            {
                expected = Expected::is(value);
            }
        }
        out.insert(format!("sysctl:{name}"), expected);
    }
}

/// The filter of system calls, and whether a program can get more than it has.
fn filters(container: &Container, out: &mut All) {
    // Where there is no profile, a privileged one has no filter.
    let filter = || {
        let options = security(container)?;
        let last = options.iter().rfind(|(name, _)| name == "seccomp");
        let privileged = *container.privileged.certain()?;
        Some(last.map_or(!privileged, |(_, profile)| profile != "unconfined"))
    };
    let told = |on: Option<bool>, yes: &str| match on {
        None => Expected::Open,
        Some(on) => Expected::is(if on { yes } else { "0" }),
    };
    out.insert("Seccomp".to_owned(), told(filter(), "2"));
    out.insert("NoNewPrivs".to_owned(), told(is_no_new(container), "1"));
}
