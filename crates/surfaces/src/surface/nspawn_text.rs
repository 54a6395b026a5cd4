//! `/etc/systemd/nspawn/<name>.nspawn` as a text: the settings of a machine that `systemd.nspawn.<name>` is the option for.

use crate::read::{Found, OptionReader};
use crate::surface::systemd_nspawn::{Settings, beside_the_line, machine};
use crate::surface::texts::{Runs, TextSurface, TextsRead, Written};
use crate::surface::written_files::{Wanted, file_of_etc, files};
use crate::vocabulary::nspawn::FromFlags;
use crate::vocabulary::options::Systems;
use crate::vocabulary::text::origin_of;
use crate::vocabulary::unit::parse::{Unit, parse};
use nixpod_model::{Container, Existence, Fact, Field, NotAnalysed, Subject, Surface, SystemKind, Text};
use nixpod_source::{Origin, Why};

/// Where systemd looks for such files, below `/etc`.
const FOLDER: &str = "systemd/nspawn";

/// The ending of their names.
const ENDING: &str = ".nspawn";

pub(crate) const SURFACE: TextSurface = TextSurface {
    surface: Surface::SystemdNspawn,
    places: &["environment.etc.\"systemd/nspawn/…\"", "*.nspawn"],
    systems: Systems::Nixos,
    find,
    is_file,
    tells: |_, _| false,
    has_any: |_| true,
    runs_file: |_| Runs::Root,
    read,
};

/// Is a file one of a machine's settings, by its path? Nothing else is called so, wherever it lies.
fn is_file(path: &str) -> bool {
    stem_of(path).is_some()
}

/// The machine that a file is for, in whatever folder.
fn stem_of(path: &str) -> Option<&str> {
    let name = path.rsplit('/').next()?.strip_suffix(ENDING)?;
    (!name.is_empty()).then_some(name)
}

/// The machine that the file of a path is for.
fn name_of(path: &str) -> Option<&str> {
    let (_, below) = path.rsplit_once(FOLDER)?;
    let name = below.strip_prefix('/')?.strip_suffix(ENDING)?;
    (!name.is_empty() && !name.contains('/')).then_some(name)
}

fn find(reader: &mut OptionReader<'_, '_>, config: &Found, kind: SystemKind) -> Vec<Written> {
    let wanted = Wanted {
        entry: |name| name.contains(FOLDER),
        file: |path| path.ends_with(ENDING),
        folder: None,
    };
    let mut found = files(reader, config, kind, &wanted, |_, name| {
        (name.to_owned(), Runs::Root)
    });
    // What is said of a container that NixOS declares is read where that is, if it is certain.
    found.retain(|written| {
        let Some(name) = name_of(written.path.trim_end_matches('"')) else {
            return true;
        };
        let declared = reader.at(config, &["containers", name]);
        let is_alone = reader.is_unset(&declared);
        if !is_alone && !is_read(written) {
            let why = Why::NotModelled("a text with settings of a container that NixOS declares".to_owned());
            reader.gap(written.path.clone(), why, &written.text.origin);
        }
        is_alone
    });
    found
}

/// Is all of a text known, and the file certainly there?
fn is_read(written: &Written) -> bool {
    let text = written.text.certain();
    written.existence == Existence::Certain && text.is_some_and(|text| parse(text).open.is_none())
}

/// What a text adds to a container that NixOS declares.
pub(super) fn of_declared(
    reader: &mut OptionReader<'_, '_>,
    config: &Found,
    container: &mut Container,
    has_tun: bool,
) -> FromFlags {
    let path = format!("{FOLDER}/{}{ENDING}", container.name);
    let written = file_of_etc(reader, config, &path).filter(is_read);
    let Some((written, text)) = written.as_ref().and_then(|one| Some((one, one.text.value()?))) else {
        return FromFlags::default();
    };
    let unit = parse(text);
    let whole = &written.text;
    beside_the_line(&mut InText { unit: &unit, whole }, container, has_tun)
}

/// The settings of a text: sections are called as in the options, but for the ending of these.
struct InText<'u, 't> {
    unit: &'u Unit,
    whole: &'t Field<Text>,
}

impl Settings for InText<'_, '_> {
    fn setting(&mut self, section: &str, key: &str) -> Vec<Field<Text>> {
        let section = match section {
            "execConfig" => "Exec",
            "filesConfig" => "Files",
            _ => "Network",
        };
        let all = self.unit.values(section, key).into_iter();
        all.map(|entry| Field {
            origin: origin_of(&entry.value),
            ..self.whole.map(|_| entry.value.clone())
        })
        .collect()
    }
}

fn read(texts: &[Written], out: &mut TextsRead) {
    for written in texts {
        let (name, text) = match (stem_of(written.path.trim_end_matches('"')), written.text.value()) {
            (Some(name), Some(text)) => (name.to_owned(), text),
            (_, None) => {
                not_known(written, out);
                continue;
            }
            (None, Some(_)) => continue,
        };
        let unit = parse(text);
        let mut container = out.container(&name, written, whole(written));
        let whole = &written.text;
        machine(&mut InText { unit: &unit, whole }, &mut container);
        if let Some((why, origin)) = &unit.open {
            out.not_analysed.push(gap(written, why.clone(), origin));
        }
        out.containers.push(container);
    }
}

fn whole(written: &Written) -> Origin {
    match written.definitions.first() {
        Some(place) => Origin::at(*place),
        None => written.text.origin.clone(),
    }
}

/// A text that is not known at all.
fn not_known(written: &Written, out: &mut TextsRead) {
    if let Fact::Unknown(why) = &written.text.fact {
        out.not_analysed
            .push(gap(written, why.clone(), &written.text.origin));
    }
}

fn gap(written: &Written, why: Why, origin: &Origin) -> NotAnalysed {
    NotAnalysed {
        place: origin.place(),
        what: written.path.clone(),
        questions: Vec::new(),
        why,
        also: Vec::new(),
        subject: Subject::Containers,
        hosts: Vec::new(),
    }
}
