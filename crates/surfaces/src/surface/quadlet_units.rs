//! Containers of unit files: all files that Podman's generator reads together, since they name each other.

use crate::surface::beside_sections;
use crate::surface::made::{HostVolume, MadeNetwork, MadePod};
use crate::surface::texts::{OtherUnits, Runs, TextsRead, Written};
use crate::vocabulary::certainty::part;
use crate::vocabulary::pods::Pod;
use crate::vocabulary::unit::check;
use crate::vocabulary::unit::conflicts::{conflicts, of_others};
use crate::vocabulary::unit::kinds::{FOLDER, Kind};
use crate::vocabulary::unit::line;
use crate::vocabulary::unit::linked::{Linked, Member, drop_in_folders};
use crate::vocabulary::unit::parse::{Unit, parse};
use crate::vocabulary::unit::run::{self, Around};
use crate::vocabulary::unit::specifiers::{Manager, Scope};
use crate::vocabulary::unit::values::Values;
use nixpod_model::{
    Container, Doubt, Engine, Fact, Field, NotAnalysed, PodmanRelease, Subject, Text, UnitProblem, Unseen,
};
use nixpod_source::{Origin, Place, Why};
use rustc_hash::{FxHashMap, FxHashSet};

/// Reads the texts of a system.
pub(crate) fn read(texts: &[Written], out: &mut TextsRead) {
    for (folder, texts) in groups(texts) {
        let group = Group::new(&texts, out);
        let alone = group.alone.iter().filter(|written| Folder::of(written) == folder);
        out.not_analysed
            .extend(alone.map(|written| unit_elsewhere(written)));
        for (member, written) in group.linked.members.iter().zip(&group.written) {
            // What all users have is read once, and not for each of them.
            if Folder::of(written) != folder {
                continue;
            }
            match member.kind {
                Kind::Container => group.container(member, written, out),
                Kind::Build => group.task(member, written, run::build, out),
                Kind::Image | Kind::Artifact if !group.used.contains(&member.name) => {
                    group.task(member, written, run::fetch, out);
                }
                Kind::Pod => out.made.pods.push(group.pod(member, written)),
                Kind::Kube => out.not_analysed.push(pods_of(member, written)),
                Kind::Volume => {
                    let volume = member.bound_volume();
                    out.made.volumes.extend(volume.map(|(name, mount)| HostVolume {
                        name,
                        mount,
                        by: written.maker(Some(Engine::Podman)),
                    }));
                }
                Kind::Network => match member.network() {
                    Some(name) => out.made.networks.push(MadeNetwork {
                        name,
                        mode: member.mode(),
                        by: written.maker(Some(Engine::Podman)),
                    }),
                    None => out.made.networks_open = true,
                },
                _ => {}
            }
            if member.kind != Kind::Container {
                let problems = member.values.problems.iter().cloned();
                out.problems.extend(problems.chain(member.values.wrong()));
                out.problems.extend(group.missing(member));
            }
        }
    }
}

/// Where the file of a unit is put, as far as that says which generator reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Folder<'w> {
    /// The system's.
    System,
    /// A user's own one.
    Home,
    /// `users`, which the generator of every user reads.
    AllUsers,
    /// `users/1000`, which that of one user reads besides.
    OneUser(&'w str),
    /// Nobody knows.
    Unknown,
}

impl<'w> Folder<'w> {
    fn of(written: &'w Written) -> Self {
        match &written.runs {
            Runs::Root => Self::System,
            Runs::Unknown => Self::Unknown,
            Runs::User(_) => match path(written).strip_prefix("users/") {
                None => Self::Home,
                Some(below) => match below.split_once('/') {
                    Some((uid, _)) if uid.bytes().all(|byte| byte.is_ascii_digit()) => Self::OneUser(uid),
                    _ => Self::AllUsers,
                },
            },
        }
    }

    /// Does the generator that reads this folder read another one, too?
    fn reads(self, other: Self) -> bool {
        self == other || matches!((self, other), (Self::OneUser(_), Self::AllUsers))
    }
}

/// Texts that are read together: those that the same generator reads.
fn groups(texts: &[Written]) -> Vec<(Folder<'_>, Vec<&Written>)> {
    let mut out: Vec<(Folder<'_>, Vec<&Written>)> = Vec::new();
    for written in texts {
        let folder = Folder::of(written);
        match out.iter_mut().find(|(known, _)| *known == folder) {
            Some((_, group)) => group.push(written),
            None => out.push((folder, vec![written])),
        }
    }
    let of_all = out.iter().find(|(folder, _)| *folder == Folder::AllUsers);
    let of_all = of_all.map_or_else(Vec::new, |(_, texts)| texts.clone());
    for (folder, group) in &mut out {
        // After their own: the first of a name counts.
        if *folder != Folder::AllUsers && folder.reads(Folder::AllUsers) {
            group.extend(&of_all);
        }
    }
    out
}

/// What a drop-in says is not read where its unit is not among the files.
fn unit_elsewhere(written: &Written) -> NotAnalysed {
    NotAnalysed {
        place: place(written, None).place(),
        what: format!("the drop-in {}", path(written)),
        questions: Vec::new(),
        why: Why::Undecided("none of the units that it adds to is among the files".to_owned()),
        also: Vec::new(),
        subject: Subject::Set,
        hosts: Vec::new(),
    }
}

/// What Kubernetes' manifests say is not read.
fn pods_of(member: &Member, written: &Written) -> NotAnalysed {
    let yaml = member.values.last("Yaml");
    let origin = yaml.map_or_else(|| place(written, None), |yaml| yaml.origin);
    NotAnalysed {
        place: origin.place(),
        what: format!("the pods of {}", member.name),
        questions: Vec::new(),
        why: Why::NotModelled("Kubernetes' manifests".to_owned()),
        also: Vec::new(),
        subject: Subject::Set,
        hosts: Vec::new(),
    }
}

/// The path of a text's file: from the generator's folder on, if it is in there.
fn path(written: &Written) -> &str {
    let path = written.path.trim_end_matches('"');
    path.split_once(FOLDER)
        .map_or(path, |(_, below)| below.trim_start_matches('/'))
}

/// The name of a text's file, and of the folder that it is in.
fn names(written: &Written) -> (&str, &str) {
    let path = path(written);
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    (name, folder.rsplit('/').next().unwrap_or_default())
}

/// A file that adds to units.
struct DropIn<'w> {
    name: &'w str,
    unit: Unit,
    written: &'w Written,
}

/// By the folder that they are in.
type DropIns<'w> = FxHashMap<&'w str, Vec<DropIn<'w>>>;

/// More drop-ins of one unit in one folder than this are not read.
const MAX_DROP_INS: usize = 64;

/// What a text says. One that is not known as a whole may say anything.
fn unit(text: &Field<Text>) -> Unit {
    match text.value() {
        Some(text) => parse(text),
        None => Unit {
            open: unread(text),
            ..Unit::default()
        },
    }
}

/// Units that are read together.
struct Group<'w> {
    linked: Linked,
    /// The texts of its members, in the same order.
    written: Vec<&'w Written>,
    /// Units beside them.
    others: OtherUnits,
    /// Drop-ins of which no unit is here.
    alone: Vec<&'w Written>,
    /// The images that containers among these run, by the names of their files.
    used: FxHashSet<String>,
}

impl<'w> Group<'w> {
    fn new(texts: &[&'w Written], read: &TextsRead) -> Self {
        let podman = read.podman;
        let of_all = texts
            .iter()
            .all(|written| Folder::of(written) == Folder::AllUsers);
        let mut out = Self {
            linked: Linked::default(),
            written: Vec::new(),
            others: OtherUnits {
                // Each user may have units besides those of all.
                is_open: of_all || read.other_units.is_open,
                names: read.other_units.names.clone(),
            },
            alone: Vec::new(),
            used: FxHashSet::default(),
        };
        let (drop_ins, units): (Vec<&Written>, Vec<&Written>) = texts
            .iter()
            .copied()
            .partition(|written| is_drop_in_folder(names(written).1));
        let mut by_folder = DropIns::default();
        for written in drop_ins {
            let (name, folder) = names(written);
            let unit = unit(&written.text);
            by_folder
                .entry(folder)
                .or_default()
                .push(DropIn { name, unit, written });
        }
        for written in units {
            let (name, _) = names(written);
            let Some(kind) = Kind::of_file(name) else { continue };
            if let Some(member) = member(name, kind, written, &by_folder, podman) {
                out.linked.add(member);
                out.written.push(written);
            }
        }
        out.used = used_images(&out.linked.members);
        let members = out.linked.members.iter();
        let used: FxHashSet<String> = members.flat_map(|member| drop_in_folders(&member.name)).collect();
        let mut alone: Vec<&DropIn<'w>> = { by_folder.iter() }
            .filter(|(folder, _)| !used.contains(**folder))
            .flat_map(|(_, drop_ins)| drop_ins)
            .collect();
        alone.sort_by_key(|drop_in| &drop_in.written.path);
        out.alone = alone.into_iter().map(|drop_in| drop_in.written).collect();
        out
    }

    /// A container that a unit is, or that stands for what it does otherwise, of which only is said who runs it.
    fn begin(&self, name: &str, member: &Member, written: &Written, out: &mut TextsRead) -> Container {
        let section = member.unit.section(member.kind.section());
        let place = place(written, section.map(|section| &section.origin));
        let mut container = out.container(name, written, place);
        who_runs(&mut container, &written.runs, out.home_of.as_deref());
        container.auto_start = self.auto_start(member, written);
        container
    }

    /// A build, an image or an artifact, if there is anything to say of it.
    fn task(
        &self,
        member: &Member,
        written: &Written,
        read: fn(&Values, &Around<'_>, &mut Container),
        out: &mut TextsRead,
    ) {
        let name = member.kind.task(member.stem());
        let mut container = self.begin(&name, member, written, out);
        let directory = directory(written);
        let resource = |name: &str| self.linked.resource(name);
        let around = Around {
            scope: Scope {
                manager: manager(written),
                service: Some(member.service().into()),
            },
            directory: directory.as_deref(),
            resource: &resource,
        };
        read(&member.values, &around, &mut container);
        self.linked.bind_volumes(&mut container);
        if run::is_telling(&container) || member.unit.open.is_some() {
            out.containers.push(doubted(container, member));
        }
    }

    fn container(&self, member: &Member, written: &Written, out: &mut TextsRead) {
        let mut container = self.begin(member.stem(), member, written, out);
        let scope = Scope {
            manager: manager(written),
            service: Some(member.service().into()),
        };
        let directory = directory(written);
        let resource = |name: &str| self.linked.resource(name);
        let around = Around {
            scope,
            directory: directory.as_deref(),
            resource: &resource,
        };
        self.in_pod(member, &around, &mut container);
        run::container(&member.values, &around, &mut container);
        if let Some(image) = self.linked.pulled(&member.values) {
            run::pull(&image.values, &around, &mut container);
        }
        self.linked.bind_volumes(&mut container);
        self.linked.put_on_lan(&member.values, &mut container);
        beside_sections::user_of_unit(&member.unit, &mut container);
        beside_sections::limits_of_unit(&member.unit, &mut container);
        container.unit_problems.extend(self.missing(member));
        let container = doubted(container, member);
        let kind = member.unit.last("Service", "Type");
        let pod = member.values.last("Pod");
        let pod = pod.and_then(|pod| self.linked.get(&pod.value()?.pattern()).map(Member::service));
        let service = line::Service {
            podman: out.podman,
            is_instance: member.name.contains('@'),
            kind: kind.map(|kind| part(&written.text, kind.value.clone(), kind.origin.clone())),
            pod: pod.as_deref(),
            folder: None,
        };
        out.add(container, || line::command(&member.values, &around, &service));
    }

    /// A pod, for containers that are put into it by the words of their commands.
    fn pod(&self, member: &Member, written: &Written) -> MadePod {
        let resource = |name: &str| self.linked.resource(name);
        let directory = directory(written);
        let around = Around {
            scope: Scope {
                manager: manager(written),
                service: Some(member.service().into()),
            },
            directory: directory.as_deref(),
            resource: &resource,
        };
        MadePod {
            pod: Pod {
                name: resource(&member.name).and_then(|name| name.as_known()),
                id_file: None,
                options: run::of_pod(&member.values, &around),
            },
            existence: written.existence.clone(),
            by: written.maker(Some(Engine::Podman)),
        }
    }

    /// What a container shares with the others of its pod.
    fn in_pod(&self, member: &Member, around: &Around<'_>, container: &mut Container) {
        let pod = member
            .values
            .last("Pod")
            .and_then(|pod| pod.value().map(Text::pattern));
        if let Some(pod) = pod.and_then(|pod| self.linked.get(&pod)) {
            run::pod(&pod.values, pod.stem(), around, container);
        }
    }

    /// Is it started by itself, or with its pod?
    fn auto_start(&self, member: &Member, written: &Written) -> Field<bool> {
        let own = is_wanted(member);
        let starts_with_pod = member.values.switch("StartWithPod");
        let starts_with_pod = starts_with_pod.and_then(|field| field.value().copied()) != Some(false);
        let pod = member.values.last("Pod").filter(|_| starts_with_pod);
        let pod = pod.and_then(|pod| pod.value().map(Text::pattern));
        let with_pod = pod.and_then(|pod| self.linked.get(&pod)).and_then(is_wanted);
        match own.or(with_pod) {
            Some(origin) => part(&written.text, true, origin),
            None => Field::default(false),
        }
    }

    /// Units that are named and not there.
    fn missing(&self, member: &Member) -> Vec<Field<UnitProblem>> {
        const KEYS: [(&str, &[&str]); 4] = [
            ("Pod", &[".pod"]),
            ("Image", &[".image", ".build"]),
            ("Network", &[".network", ".container"]),
            ("Volume", &[".volume"]),
        ];
        let mut out = Vec::new();
        for (key, endings) in KEYS {
            for field in member.values.all(key) {
                let Some(text) = field.value().and_then(Text::as_known) else {
                    continue;
                };
                let name = match key {
                    "Image" | "Pod" => &text,
                    _ => text.split(':').next().unwrap_or_default(),
                };
                let is_unit =
                    endings.iter().any(|ending| name.ends_with(ending)) && !name.contains(['/', '%']);
                if is_unit && self.linked.get(name).is_none() && !self.others.may_have(name) {
                    let problem = UnitProblem::NoSuchUnit(name.to_owned());
                    out.push(field.map(|_| problem.clone()));
                }
            }
        }
        out
    }
}

/// Where a part of a unit is not known, nothing that nobody is seen to say is certain.
fn doubted(mut container: Container, member: &Member) -> Container {
    if let Some((why, origin)) = &member.unit.open {
        container.visit_mut(&mut Doubt(why.clone()));
        container.unseen = Some(Unseen {
            why: why.clone(),
            place: origin.place(),
        });
    }
    container
}

/// The images that containers run, by the names of their files.
fn used_images(members: &[Member]) -> FxHashSet<String> {
    let containers = members.iter().filter(|member| member.kind == Kind::Container);
    let images = containers.filter_map(|member| member.values.last("Image")?.value()?.as_known());
    images.filter(|image| image.ends_with(".image")).collect()
}

/// A unit with its drop-ins, unless it is a file of another program.
fn member(
    name: &str,
    kind: Kind,
    written: &Written,
    drop_ins: &DropIns<'_>,
    podman: Option<PodmanRelease>,
) -> Option<Member> {
    let mut unit = unit(&written.text);
    if written.text.value().is_some() && is_other_program(&unit, kind, written) {
        return None;
    }
    let mut chosen: Vec<&DropIn<'_>> = Vec::new();
    for folder in drop_in_folders(name) {
        for drop_in in drop_ins
            .get(folder.as_str())
            .into_iter()
            .flatten()
            .take(MAX_DROP_INS)
        {
            if !chosen.iter().any(|known| known.name == drop_in.name) {
                chosen.push(drop_in);
            }
        }
    }
    chosen.sort_by_key(|drop_in| drop_in.name);
    for drop_in in chosen {
        unit.merge(&drop_in.unit);
    }
    let raw = &written.text;
    let mut values = Values::of_unit(kind, raw, &unit);
    values.add_problems(raw, check::problems(&unit, kind, podman));
    if unit.open.is_none() && raw.value().is_some() {
        let together = match kind {
            Kind::Container => conflicts(&values),
            _ => of_others(&values, &unit),
        };
        values.problems.extend(together);
        if let Some(keys) = check::missing(&unit, kind) {
            let section = unit.section(kind.section()).map(|section| &section.origin);
            values
                .problems
                .push(part(raw, UnitProblem::MissingKey(keys), place(written, section)));
        }
    }
    Some(Member {
        name: name.to_owned(),
        kind,
        unit,
        values,
    })
}

/// The service manager that has the unit.
fn manager(written: &Written) -> Manager {
    match written.runs {
        Runs::Root => Manager::System,
        Runs::User(_) => Manager::User,
        Runs::Unknown => Manager::Either,
    }
}

fn unread(text: &Field<Text>) -> Option<(Why, Origin)> {
    match &text.fact {
        Fact::Unknown(why) => Some((why.clone(), text.origin.clone())),
        _ => None,
    }
}

/// Files of the project are told by their ending alone, and systemd's network files, Perl's documentation and others
/// have the same.
fn is_other_program(unit: &Unit, kind: Kind, written: &Written) -> bool {
    let is_option = written.path.contains('"');
    let has_own = unit.section(kind.section()).is_some();
    let of_networkd =
        kind == Kind::Network && (unit.section("Match").is_some() || unit.section("Link").is_some());
    !is_option && (of_networkd || !has_own && kind != Kind::Container)
}

/// Where another unit is told to want it.
fn is_wanted(member: &Member) -> Option<Origin> {
    check::is_wanted(&member.unit, member.stem().ends_with('@'))
}

fn who_runs(container: &mut Container, runs: &Runs, home_of: Option<&str>) {
    match runs {
        Runs::Root => {}
        Runs::User(user) => {
            container.rootful = Field::default(false);
            let home = || home_of.map(|user| Field::default(user.to_owned()));
            container.runs_as = user.as_deref().cloned().or_else(home);
        }
        Runs::Unknown => {
            let why = Why::Undecided("which service manager runs the unit is not known".to_owned());
            container.rootful = Field::unknown(why, Origin::default());
        }
    }
}

/// The folder that a unit is in when it runs.
fn directory(written: &Written) -> Option<String> {
    if !written.path.contains(FOLDER) {
        return None;
    }
    let below = path(written)
        .rsplit_once('/')
        .map_or(String::new(), |(folder, _)| format!("/{folder}"));
    let before = written.path.split(FOLDER).next().unwrap_or_default();
    let is_etc = before.starts_with("environment.etc") || before.ends_with("etc/");
    match written.runs {
        _ if is_etc => Some(format!("/etc/{FOLDER}{below}")),
        Runs::User(_) => Some(format!("%h/.config/{FOLDER}{below}")),
        Runs::Root | Runs::Unknown => None,
    }
}

/// `web.container.d`, or `container.d` for all of a kind.
pub(super) fn is_drop_in_folder(name: &str) -> bool {
    let unit = name.strip_suffix(".d");
    unit.is_some_and(|unit| {
        Kind::of_file(unit).is_some() || Kind::ALL.iter().any(|kind| kind.extension() == unit)
    })
}

/// Where a container is told to be: the key of its file, or the section in a file that has none.
fn place(written: &Written, section: Option<&Origin>) -> Origin {
    let key = written.definitions.first();
    let is_code = |place: &&Place| place.within.is_none();
    match (key.filter(is_code), section) {
        (Some(key), _) => Origin::at(*key),
        (None, Some(section)) => section.clone(),
        (None, None) => written.text.origin.clone(),
    }
}
