//! Scripts, and the containers that their lines run.

use super::boxes;
use super::engine::{self, Known};
use super::inside::{self, gap};
use super::line::Base;
use super::names::{PROGRAMS, may_run_containers};
use super::nspawn;
use super::recipes;
use super::unshare;
use super::verb;
use super::wrote;
use super::xhost;
use crate::surface::made::{HostVolume, Made, MadeNetwork, MadePod, Maker};
use crate::surface::texts::{Runs, TextsRead, Written};
use crate::vocabulary::certainty::unknown;
use crate::vocabulary::daemon;
use crate::vocabulary::shell::{self, Line, Stopped, Who};
use nixpod_model::{Api, Container, Engine, Field, Mount, Task};
use nixpod_source::{Place, Why};
use rustc_hash::FxHashMap;

/// Reads all scripts of a system.
pub(super) fn read(texts: &[Written], out: &mut TextsRead) {
    let may_run = |written: &Written| written.text.value().is_some_and(may_run_containers);
    let mut waiting: Vec<Written> = texts.iter().filter(|text| may_run(text)).cloned().collect();
    // Scripts may write services, which are read after them.
    let mut rounds = MAX_ROUNDS;
    while !waiting.is_empty() && rounds > 0 {
        rounds -= 1;
        let mut services = Vec::new();
        for written in &waiting {
            if let Some(program) = inside::program_of(written) {
                out.not_analysed.extend(recipes::not_read(written, program));
            }
        }
        for script in waiting.iter().flat_map(inside::scripts) {
            let written = &script.written;
            let Some(followed) = script.follow(|program| PROGRAMS.contains(&program)) else {
                continue;
            };
            if let Some((stopped, origin)) = followed.stopped {
                let why = match stopped {
                    Stopped::Limit(bound) => Why::Limit(bound.to_owned()),
                    Stopped::Open { what, .. } => Why::SyntaxError(format!("a {what} that is never closed")),
                };
                out.not_analysed.push(gap(written.path.clone(), why, &origin));
            }
            lines(written, followed.lines, out);
            out.not_analysed
                .extend(wrote::not_read(&place_of(&written.path), &followed.files));
            services.extend(wrote::services(&Base::new(written), &followed.files));
        }
        services.retain(may_run);
        waiting = services;
    }
}

/// Scripts that write services that write services.
const MAX_ROUNDS: u32 = 3;

/// Whose engine a line talks to.
fn maker(base: &Base<'_>, line: &Line) -> Maker {
    let engine = verb::engine(line);
    let (rootful, user) = runs(base, line);
    let root = verb::root_by_address(line).or((engine == Some(Engine::Docker)).then_some(true));
    Maker {
        rootful: root.or_else(|| rootful.value().copied()),
        user: user
            .filter(|_| root != Some(true))
            .and_then(|user| user.value().cloned()),
        ..base.written.maker(engine)
    }
}

/// What the lines of a script make besides containers.
fn made(base: &Base<'_>, known: &Known<'_>, out: &mut Made) {
    for (line, name, mount) in known.volumes() {
        out.volumes.push(HostVolume {
            name: name.clone(),
            mount: mount.clone(),
            by: maker(base, line),
        });
    }
    for (line, name, mode) in &known.networks {
        match name {
            Some(name) => out.networks.push(MadeNetwork {
                name: name.clone(),
                mode: mode.clone(),
                by: maker(base, line),
            }),
            None => out.networks_open = true,
        }
    }
    // Where a script does it in another way, its names are not read.
    let says = |word: &str| {
        let text = base.written.text.value();
        text.is_none_or(|text| text.pattern().contains(word))
    };
    out.networks_open |= says("compose") || says("network") && says("create") && known.networks.is_empty();
    let pods = { known.pods.iter() }.filter(|(line, _)| verb::engine(line) == Some(Engine::Podman));
    out.pods.extend(pods.map(|(line, pod)| MadePod {
        pod: pod.clone(),
        existence: base.existence(false, &[]),
        by: maker(base, line),
    }));
}

/// Where no unit reads the words, nobody puts anything in place of specifiers such as `%h`: for an engine that is the name of
/// a volume.
fn unspecified(line: &Line, container: &mut Container) {
    if line.in_unit {
        return;
    }
    for mount in &mut container.mounts {
        let is_specifier = |mount: &Mount| mount.is_bind && mount.source.pattern().starts_with('%');
        if mount.value().is_some_and(is_specifier) {
            *mount = mount.map(|mount| Mount {
                is_bind: false,
                ..mount.clone()
            });
        }
    }
}

/// The lines of a script.
fn lines(written: &Written, mut lines: Vec<Line>, out: &mut TextsRead) {
    add_addresses(written, &mut lines);
    let lines = &lines[..];
    let base = Base::new(written);
    let known = Known::of(&base, lines);
    made(&base, &known, &mut out.made);
    let mut seen = Seen::default();
    for line in lines {
        match seen.look(line) {
            Look::New => {}
            Look::Same => continue,
            Look::Beyond(bound) => {
                let why = Why::Limit(bound);
                out.not_analysed
                    .push(gap(written.path.clone(), why, &line.origin));
                continue;
            }
        }
        one_line(written, (&base, &known), line, out);
        out.apis.extend(apis(&base, line));
        if line.program == "xhost" && !line.elsewhere {
            out.x_access.extend(xhost::access(&base, line));
        }
        if let Some(why) = not_read(line) {
            out.not_analysed
                .push(gap(place_of(&written.path), why, &line.origin));
        }
    }
}

/// Gives lines the addresses of engines that are said around them, and the contexts that lines before them choose.
fn add_addresses(written: &Written, lines: &mut [Line]) {
    for line in &mut *lines {
        line.addresses
            .iter_mut()
            .zip(&written.addresses)
            .for_each(|(own, around)| {
                *own = own.take().or_else(|| around.clone());
            });
    }
    let mut context = None;
    for line in lines {
        if let Some(name) = verb::context_used(line) {
            context = Some(name.clone());
        }
        let [.., named] = &mut line.addresses;
        *named = named.take().or_else(|| context.clone());
    }
}

/// The container that a line runs, if it runs one.
fn one_line(written: &Written, (base, known): (&Base<'_>, &Known<'_>), line: &Line, out: &mut TextsRead) {
    match line.program.as_str() {
        "systemd-nspawn" if !line.elsewhere => {
            let mut container = begin(base, line, nspawn::name(line), out);
            nspawn::read(base, line, &mut container);
            unspecified(line, &mut container);
            out.add(container, || base.command(line, nspawn::end(line)));
        }
        "distrobox" | "distrobox-create" | "distrobox-ephemeral" => {
            if let Some(words) = boxes::words(line) {
                let mut container = begin(base, line, boxes::name(words), out);
                boxes::read(base, line, words, &mut container);
                out.add(container, || base.command(line, line.words.len()));
            }
        }
        "unshare" => {
            let mounts = unshare::mounts(base, line);
            if !mounts.is_empty() {
                let mut container = begin(base, line, None, out);
                unshare::read(base, line, mounts, &mut container);
                out.add(container, || base.command(line, line.words.len()));
            }
        }
        "podman" | "docker" | "nerdctl" => match engine::command(line) {
            engine::Command::Run(run) => {
                let mut container = begin(base, line, run.name.clone(), out);
                if run.is_build {
                    container.service = None;
                    container.task = Task::Build;
                }
                engine::read(base, line, &run, known, &mut container);
                unspecified(line, &mut container);
                out.add(container, || base.command(line, run.end(line)));
            }
            engine::Command::NotRead(what) => {
                let why = Why::NotModelled(format!("{} {what}", line.program));
                out.not_analysed
                    .push(gap(place_of(&written.path), why, &line.origin));
            }
            engine::Command::Nothing => {}
        },
        _ => {}
    }
}

/// Where a line has root's engine listen, besides sockets of the machine's own.
fn apis(base: &Base<'_>, line: &Line) -> Vec<Field<Api>> {
    let is_root = || runs(base, line).0.value() == Some(&true);
    match line.program.as_str() {
        _ if line.elsewhere || !is_root() => Vec::new(),
        "dockerd" => daemon::dockerd(&base.words(&line.words))
            .apis(Engine::Docker, true)
            .collect(),
        "podman" => match verb::service(line) {
            Some(words) => daemon::podman_service(&base.words(words))
                .apis(Engine::Podman, true)
                .collect(),
            None => Vec::new(),
        },
        "chmod" => daemon::chmod(&base.words(&line.words)),
        "socat" => daemon::socat(&base.words(&line.words)),
        _ => Vec::new(),
    }
}

/// Why a line that runs containers is not read.
fn not_read(line: &Line) -> Option<Why> {
    let what = match line.program.as_str() {
        "systemd-nspawn" if line.elsewhere => "systemd-nspawn on another machine",
        "machinectl" if !line.elsewhere && has_verb(line, &["bind", "enable", "start"]) => "machinectl",
        "buildah" if !line.elsewhere && has_verb(line, &["run"]) => "buildah",
        "ctr" if !line.elsewhere && line.words.iter().any(|word| word.text.pattern() == "run") => "ctr",
        "incus" | "lxc" if !line.elsewhere && has_verb(line, &["create", "init", "launch", "start"]) => {
            line.program.as_str()
        }
        "distrobox" if !line.elsewhere && has_verb(line, &["assemble"]) => "distrobox assemble",
        "toolbox" if !line.elsewhere && has_verb(line, &["create"]) => "toolbox",
        "nixos-container" if !line.elsewhere && has_verb(line, &["create", "start"]) => "nixos-container",
        "docker-compose" | "podman-compose" if verb::compose_runs(&line.words) => line.program.as_str(),
        "unshare" if !line.words.is_empty() => "unshare",
        shell::NOT_KNOWN if verb::seems_to_run(line) => {
            return Some(Why::Undecided(
                "which program runs the container is not known".to_owned(),
            ));
        }
        _ => return None,
    };
    Some(Why::NotModelled(what.to_owned()))
}

/// Is the first word that is no option one of these?
fn has_verb(line: &Line, verbs: &[&str]) -> bool {
    let mut words = line.words.iter().map(|word| word.text.pattern());
    let verb = words.find(|word| !word.starts_with('-'));
    verb.is_some_and(|verb| verbs.contains(&verb.as_str()))
}

/// Loops and functions come to a line with many values; so many of them are read.
const MAX_VARIANTS: usize = 4;

/// So many lines of one script are read.
const MAX_LINES: usize = 500;

/// The lines that were read.
#[derive(Default)]
struct Seen {
    lines: usize,
    /// Their words by where they are written.
    by_place: FxHashMap<Option<Place>, Vec<Vec<String>>>,
}

enum Look {
    New,
    /// It differs at most in what runs inside.
    Same,
    /// There were too many of them, in these words; this is told once.
    Beyond(String),
}

impl Seen {
    fn look(&mut self, line: &Line) -> Look {
        if self.lines > MAX_LINES {
            return Look::Same;
        }
        let words = match engine::command(line) {
            engine::Command::Run(run) => run.spec().iter().map(|word| word.text.display()).collect(),
            _ if matches!(line.program.as_str(), "systemd-nspawn" | "unshare")
                || boxes::words(line).is_some() =>
            {
                line.words.iter().map(|word| word.text.display()).collect()
            }
            // It is no container, however often it runs.
            _ => Vec::new(),
        };
        let before = self.by_place.entry(line.origin.place()).or_default();
        if before.len() > MAX_VARIANTS || before.contains(&words) {
            return Look::Same;
        }
        before.push(words);
        self.lines += 1;
        if self.lines > MAX_LINES {
            return Look::Beyond(format!("more than {MAX_LINES} lines of one script"));
        }
        match before.len() > MAX_VARIANTS {
            true => Look::Beyond(format!("more than {MAX_VARIANTS} containers of one line")),
            false => Look::New,
        }
    }
}

/// Where a script runs: the unit, and not which of its options has it.
fn place_of(path: &str) -> String {
    if inside::is_service(path) {
        return path.to_owned();
    }
    let inner = path.strip_prefix("systemd.").map(|_| path);
    let whole = inner.and_then(|path| path.rsplit_once('.')).map(|(unit, _)| unit);
    let whole = whole.map(|unit| unit.strip_suffix(".serviceConfig").unwrap_or(unit));
    let whole = whole.map(|unit| unit.strip_suffix(".Service").unwrap_or(unit));
    whole.unwrap_or(path).to_owned()
}

/// A container of which only its line is known.
fn begin(base: &Base<'_>, line: &Line, name: Option<String>, out: &mut TextsRead) -> Container {
    let written = base.written;
    let name = name.unwrap_or_else(|| place_of(&written.path));
    let mut container = out.container(&name, written, line.origin.clone());
    container.existence = base.existence(line.when.maybe, &line.when.conditions);
    if !written.path.starts_with("systemd.") {
        // Somebody has to call it.
        container.auto_start = Field::default(false);
    }
    (container.rootful, container.runs_as) = runs(base, line);
    container.service = written.is_main.then(|| place_of(&written.path));
    container
}

/// Whether it runs as root, and else as whom.
fn runs(base: &Base<'_>, line: &Line) -> (Field<bool>, Option<Field<String>>) {
    let not_known = || base.fact((), line.origin.clone());
    match (&line.who, &base.written.runs) {
        (Who::Root, _) => (base.fact(true, line.origin.clone()), None),
        (Who::User(user), _) => match user.as_known() {
            Some(name) => {
                let origin = crate::vocabulary::text::origin_of(user);
                (base.fact(false, origin.clone()), Some(base.fact(name, origin)))
            }
            None => (
                unknown(
                    &not_known(),
                    &Why::Undecided("nothing says who runs it".to_owned()),
                ),
                None,
            ),
        },
        (Who::Same, Runs::Root) => (Field::default(true), None),
        (Who::Same, Runs::User(user)) => {
            let rootful = match user {
                Some(user) => user.map(|_| false),
                None => Field::default(false),
            };
            (rootful, user.as_deref().cloned())
        }
        (Who::Same, Runs::Unknown) => (
            unknown(
                &not_known(),
                &Why::Undecided("nothing says who runs the script".to_owned()),
            ),
            None,
        ),
    }
}
