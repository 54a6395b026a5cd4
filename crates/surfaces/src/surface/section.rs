//! A section of a quadlet from typed options, from keys as quadlet spells them, and from text.

use crate::read::{Found, OptionReader, wrong};
use crate::vocabulary::certainty::{maybe, part};
use crate::vocabulary::line::joined;
use crate::vocabulary::text::{concat, origin_of, split_lines};
use crate::vocabulary::unit::check;
use crate::vocabulary::unit::conflicts::conflicts;
use crate::vocabulary::unit::keys::{Key, Read};
use crate::vocabulary::unit::kinds::Kind;
use crate::vocabulary::unit::line;
use crate::vocabulary::unit::linked::{Linked, Member};
use crate::vocabulary::unit::parse::{Unit, parse};
use crate::vocabulary::unit::run;
use crate::vocabulary::unit::specifiers::{Manager, Scope};
use crate::vocabulary::unit::values::{Value as KeyValue, Values};
use crate::vocabulary::unit::written::Writing;
use nixpod_eval::Value;
use nixpod_model::{Container, EngineCommand, EnvVar, Field, Mount, PodmanRelease, Text, Unseen};
use nixpod_source::{Origin, Why};

/// Where the keys of a section come from. Later sources add to lists and win where a key stands once.
pub(crate) struct Section<'f> {
    /// Which section it is.
    pub(crate) kind: Kind,
    /// A set of typed options.
    pub(crate) typed: &'f Found,
    /// The typed option of a key.
    pub(crate) names: &'static [(&'static str, &'static str)],
    /// Is every element of a typed list quoted, so that it stays one word?
    pub(crate) quoted: bool,
    /// How the module writes values, for whoever wants the text as it is written; otherwise words stay what they mean.
    pub(crate) writing: Option<Writing>,
    /// Sets of keys as quadlet spells them.
    pub(crate) extra: Vec<Found>,
    /// A text that takes the place of everything else.
    pub(crate) raw: Option<Field<Text>>,
    /// Who writes pairs of names and values so that they may be several words.
    pub(crate) pairs: Option<Writing>,
    /// Whose service manager runs it.
    pub(crate) manager: Manager,
    /// The newest Podman that the system can have.
    pub(crate) podman: Option<PodmanRelease>,
}

impl Section<'_> {
    pub(super) fn around(&self) -> run::Around<'static> {
        run::Around::alone(Scope {
            manager: self.manager,
            service: None,
        })
    }

    pub(super) fn values(&self, reader: &mut OptionReader<'_, '_>) -> Values {
        if let Some(raw) = &self.raw {
            return of_text(raw, self.kind, self.podman).1;
        }
        let mut variables = Vec::new();
        let mut values = Values::new(self.kind, |key| self.look_up(reader, key, &mut variables));
        values.variables = variables;
        self.unknown_keys(reader, &mut values);
        values.problems.extend(conflicts(&values));
        values
    }

    /// All values of a key. Variables may be told as a set.
    fn look_up(
        &self,
        reader: &mut OptionReader<'_, '_>,
        key: &Key,
        variables: &mut Vec<Field<EnvVar>>,
    ) -> Vec<KeyValue> {
        if let Some(writing) = self.writing {
            return self.written(reader, key, writing);
        }
        let mut out = Vec::new();
        let mut add = |reader: &mut OptionReader<'_, '_>, found: &Found, quoted: bool| {
            if is_set(found, key) && !reader.is_unset(found) {
                for one in reader.variables(found) {
                    match self.pairs.and_then(|writing| split_by_blanks(writing, &one)) {
                        Some(text) => out.push(KeyValue { text, is_word: false }),
                        None if key.name == "Environment" => variables.push(one),
                        None => out.push(pair(&one)),
                    }
                }
                return;
            }
            let is_word = quoted && is_list(found);
            let texts = scalars(reader, found).into_iter();
            out.extend(
                texts.map(|text| match is_empty(&text) && key.read != Read::LastArguments {
                    // No module quotes it, so it takes back what stands before it.
                    true => KeyValue {
                        text: text.map(|_| Text::default()),
                        is_word: false,
                    },
                    false => KeyValue { text, is_word },
                }),
            );
        };
        if let Some((_, option)) = self.names.iter().find(|(name, _)| *name == key.name) {
            let found = reader.get(self.typed, option);
            add(reader, &found, self.quoted);
        }
        for extra in &self.extra {
            if reader.lacks(extra, key.name) {
                continue;
            }
            let found = reader.get(extra, key.name);
            if !reader.is_unset(&found) || is_unknown(extra) {
                add(reader, &found, false);
            }
        }
        out
    }

    /// The same as the module writes it.
    fn written(&self, reader: &mut OptionReader<'_, '_>, key: &Key, writing: Writing) -> Vec<KeyValue> {
        let mut out = Vec::new();
        let typed = self.names.iter().find(|(name, _)| *name == key.name);
        let typed = typed.map(|(_, option)| reader.get(self.typed, option));
        let extra: Vec<Found> = self
            .extra
            .iter()
            .map(|extra| reader.get(extra, key.name))
            .collect();
        for found in typed.iter().chain(&extra) {
            if reader.is_unset(found) {
                continue;
            }
            if is_set(found, key) {
                out.extend(pairs(reader, found, writing));
                continue;
            }
            let is_list = is_list(found);
            let texts = scalars(reader, found);
            match writing.list(key.name).filter(|_| is_list) {
                Some(all) => out.extend(all(&texts)),
                None => out.extend(texts.iter().map(|text| {
                    writing.finish(text.map(|text| match is_list {
                        true => writing.element(key.name, text),
                        false => writing.scalar(key.name, text),
                    }))
                })),
            }
        }
        if out.is_empty() && key.name == "Environment" && matches!(writing, Writing::Home { .. }) {
            // A set is written, although it has nothing.
            out.push(Field::default(Text::default()));
        }
        // What is not known may be empty, and takes back what stands before it then.
        if let Some(last) = out.iter().rposition(Field::is_unknown) {
            for earlier in out.iter_mut().take(last) {
                let taken = std::mem::replace(earlier, Field::unset(""));
                *earlier = maybe(taken, Vec::new());
            }
        }
        out.into_iter()
            .map(|text| KeyValue {
                // An empty text has no parts.
                text: match is_empty(&text) {
                    true => text.map(|_| Text::default()),
                    false => text,
                },
                is_word: false,
            })
            .collect()
    }

    /// Keys as quadlet spells them that Podman does not have. Typed options begin with a small letter.
    fn unknown_keys(&self, reader: &mut OptionReader<'_, '_>, values: &mut Values) {
        for extra in &self.extra {
            for (name, found) in reader.entries_called(extra, &is_key) {
                if !reader.is_written(&found) {
                    continue;
                }
                let what = check::key(&name, self.kind.section(), self.kind.keys(), self.podman);
                values.problems.extend(what.map(|what| {
                    let field = reader.field(&found, |_, _, _| Ok(()));
                    let origin = reader.key_origin(&found);
                    Field {
                        origin,
                        ..field.map(|()| what.clone())
                    }
                }));
            }
        }
    }
}

/// Is it a key as quadlet spells it, and no option of a module's own?
pub(crate) fn is_key(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase())
}

/// A text that is a unit, and the values of its section.
pub(crate) fn of_text(raw: &Field<Text>, kind: Kind, podman: Option<PodmanRelease>) -> (Unit, Values) {
    let Some(text) = raw.value() else {
        return (Unit::default(), Values::unknown(kind, raw));
    };
    let unit = parse(text);
    let mut values = Values::of_unit(kind, raw, &unit);
    values.add_problems(raw, check::problems(&unit, kind, podman));
    if kind == Kind::Container && unit.open.is_none() {
        values.problems.extend(conflicts(&values));
    }
    (unit, values)
}

fn is_empty(text: &Field<Text>) -> bool {
    text.value().is_some_and(|text| text.pattern().is_empty())
}

/// A pair as it is written, if Podman does not read it as one word that is the pair.
fn split_by_blanks(writing: Writing, pair: &Field<EnvVar>) -> Option<Field<Text>> {
    let is_split = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '\\');
    let value = pair.value()?;
    let text = writing.pair(&value.name, &value.value);
    let pattern = text.pattern();
    let is_whole = pattern.starts_with('"') || !pattern.contains(is_split);
    let plain = || {
        let name = Text::known(format!("{}=", value.name), Origin::default());
        concat([name, value.value.clone()])
    };
    (!is_whole).then(|| writing.finish(pair.map(|_| plain())))
}

/// A name with its value, as one word.
fn pair(pair: &Field<EnvVar>) -> KeyValue {
    let text = pair.map(|pair| {
        let name = Text::known(format!("{}=", pair.name), origin_of(&pair.value));
        concat([name, pair.value.clone()])
    });
    KeyValue { text, is_word: true }
}

/// Is it a set of names and values, or may it be one?
fn is_set(found: &Found, key: &Key) -> bool {
    match &found.value.value {
        Value::Attrs(_) => key.read == Read::Pairs || key.name == "Sysctl",
        Value::Unknown(_) => key.name == "Environment",
        Value::Either(all) => {
            key.read == Read::Pairs && all.iter().any(|one| matches!(one.value.value, Value::Attrs(_)))
        }
        _ => false,
    }
}

/// The pairs of a set as they are written, in the order of their names.
fn pairs(reader: &mut OptionReader<'_, '_>, found: &Found, writing: Writing) -> Vec<Field<Text>> {
    let mut out: Vec<(String, Field<Text>)> = Vec::new();
    if matches!(writing, Writing::Home { .. }) {
        for (name, entry) in reader.entries(found).named {
            match entry.value.value {
                // Nothing is written behind the key then.
                Value::Null => out.push((name, Field::default(Text::default()))),
                Value::List(_) => {
                    let elements = scalars(reader, &entry);
                    if let Some(all) = joined(&elements, " ") {
                        let pair = all.map(|all| writing.pair(&name, all));
                        out.push((name, writing.finish(pair)));
                    }
                }
                _ => {}
            }
        }
    }
    for pair in reader.variables(found) {
        let name = pair.value().map(|pair| pair.name.to_string()).unwrap_or_default();
        if !out.iter().any(|(known, _)| *known == name) {
            out.push((
                name,
                writing.finish(pair.map(|pair| writing.pair(&pair.name, &pair.value))),
            ));
        }
    }
    out.sort_by(|(a, _), (b, _)| a.cmp(b));
    out.into_iter().map(|(_, text)| text).collect()
}

/// Is nothing known of a set?
fn is_unknown(found: &Found) -> bool {
    matches!(&found.value.value, Value::Unknown(unknown)
        if !matches!(unknown.why, Why::UnsetOption(_)))
}

fn is_list(found: &Found) -> bool {
    match &found.value.value {
        Value::List(_) => true,
        Value::Either(all) => all.iter().any(|one| matches!(one.value.value, Value::List(_))),
        _ => false,
    }
}

/// A string, a number, a Boolean or a list of those.
fn scalars(reader: &mut OptionReader<'_, '_>, found: &Found) -> Vec<Field<Text>> {
    if reader.is_unset(found) || matches!(found.value.value, Value::Null) {
        return Vec::new();
    }
    let elements = if is_list(found) {
        reader.elements(found)
    } else {
        vec![found.clone()]
    };
    elements
        .iter()
        .map(|element| {
            reader.field(element, |this, value, origin| match &value.value {
                Value::Null => Err(wrong("a string", &Value::Null)),
                _ => this.scalar_text(value, origin),
            })
        })
        .collect()
}

/// Objects of a module beside its containers, which these may name.
pub(crate) struct Beside {
    /// What they are.
    pub(crate) kind: Kind,
    /// All of them.
    pub(crate) all: Found,
    /// The option of one of them that is its section; none if its options are those of the object itself.
    pub(crate) section: Option<&'static str>,
    /// The typed option of a key.
    pub(crate) names: &'static [(&'static str, &'static str)],
    /// Adds the keys that the module writes by itself, by the name of the entry.
    pub(crate) complete: fn(&mut Values, &str),
}

/// What a unit makes is called as the entry is, unless it says otherwise.
pub(crate) fn name_by_entry(values: &mut Values, entry: &str) {
    let key = match values.kind {
        Kind::Container => "ContainerName",
        Kind::Network => "NetworkName",
        Kind::Pod => "PodName",
        Kind::Volume => "VolumeName",
        Kind::Kube | Kind::Image | Kind::Build | Kind::Artifact => return,
    };
    values.add_default(key, Text::known(entry, Origin::default()));
}

/// More volumes are not looked at to tell which of them is meant by a name.
const MAX_VOLUMES: usize = 500;

impl Beside {
    fn add(
        &self,
        reader: &mut OptionReader<'_, '_>,
        of: &Section<'_>,
        (name, found): (&str, &Found),
        linked: &mut Linked,
    ) {
        let enable = reader.get(found, "enable");
        if reader.is_unset(found) || reader.bool(&enable).certain() == Some(&false) {
            return;
        }
        let typed = match self.section {
            Some(section) => reader.get(found, section),
            None => found.clone(),
        };
        let extra = reader.at(found, &["extraConfig", self.kind.section()]);
        let raw = reader.get(found, "rawConfig");
        let raw =
            (!matches!(raw.value.value, Value::Null) && !reader.is_unset(&raw)).then(|| reader.text(&raw));
        let section = Section {
            kind: self.kind,
            typed: &typed,
            names: self.names,
            extra: vec![typed.clone(), extra],
            raw,
            ..*of
        };
        let mut values = section.values(reader);
        if section.raw.is_none() {
            (self.complete)(&mut values, name);
        }
        linked.add(Member {
            name: format!("{name}.{}", self.kind.extension()),
            kind: self.kind,
            unit: Unit::default(),
            values,
        });
    }
}

/// The volumes that are directories of the host, by the names that Podman knows them by.
pub(crate) fn bound_volumes(
    reader: &mut OptionReader<'_, '_>,
    of: &Section<'_>,
    beside: &Beside,
) -> impl Iterator<Item = (String, Field<Mount>)> + use<> {
    let mut linked = Linked::default();
    for (name, found) in reader.entries(&beside.all).named.into_iter().take(MAX_VOLUMES) {
        beside.add(reader, of, (&name, &found), &mut linked);
    }
    linked.into_bound()
}

/// The names of units that a container's keys have in them.
fn named_units(values: &Values) -> Vec<(Kind, String)> {
    let mut out = Vec::new();
    for key in ["Volume", "Network", "Image", "Mount", "Pod"] {
        for field in values.all(key) {
            let Some(text) = field.value() else { continue };
            let pattern = text.pattern();
            for word in pattern.split([':', ',', '=']) {
                if let (Some(kind), Some((stem, _))) = (Kind::of_file(word), word.rsplit_once('.')) {
                    out.push((kind, stem.to_owned()));
                }
            }
        }
    }
    out
}

/// A section with the units that it names.
pub(super) struct Ready {
    pub(super) unit: Unit,
    pub(super) values: Values,
    pub(super) linked: Linked,
}

pub(super) fn ready(reader: &mut OptionReader<'_, '_>, section: &Section<'_>, beside: &[Beside]) -> Ready {
    let (unit, values) = match &section.raw {
        Some(raw) => of_text(raw, section.kind, section.podman),
        None => (Unit::default(), section.values(reader)),
    };
    let mut linked = Linked::default();
    for (kind, name) in named_units(&values) {
        if let Some(beside) = beside.iter().find(|beside| beside.kind == kind) {
            let found = reader.get(&beside.all, &name);
            beside.add(reader, section, (&name, &found), &mut linked);
        }
    }
    Ready { unit, values, linked }
}

/// What a module writes besides the section, which the command depends on.
pub(crate) struct Own<'n> {
    /// The name of the file without its ending.
    pub(crate) stem: String,
    /// Adds the keys that the module writes by itself, by the name of the entry.
    pub(crate) complete: &'n dyn Fn(&mut Values),
    /// `Type` of the service.
    pub(crate) kind: Option<&'n Found>,
    /// The folder that the file is in.
    pub(crate) folder: Text,
    /// The lines of the other sections.
    pub(crate) others: Vec<Field<Text>>,
    /// Calls the files of other objects as they are called, where they are known by other names here.
    pub(crate) name_files: &'n dyn Fn(&mut Values),
}

/// The unit that a module writes, and the command that Podman's generator makes of it.
pub(crate) fn command(
    reader: &mut OptionReader<'_, '_>,
    section: &Section<'_>,
    beside: &[Beside],
    own: Own<'_>,
) -> EngineCommand {
    let Ready {
        unit,
        mut values,
        linked,
    } = ready(reader, section, beside);
    let (kind, lines) = match &section.raw {
        Some(raw) => {
            let kind = unit.last("Service", "Type");
            let kind = kind.map(|kind| part(raw, kind.value.clone(), kind.origin.clone()));
            (kind, Some(lines_of(raw)))
        }
        None => {
            (own.complete)(&mut values);
            let kind = own.kind.filter(|kind| !reader.is_unset(kind));
            (kind.map(|kind| reader.text(kind)), None)
        }
    };
    let resource = |name: &str| linked.resource(name);
    let scope = Scope {
        manager: section.manager,
        service: Some(own.stem.as_str().into()),
    };
    let around = run::Around {
        resource: &resource,
        ..run::Around::alone(scope)
    };
    let pod = values
        .last("Pod")
        .and_then(|pod| linked.get(&pod.value()?.pattern()).map(Member::service));
    let service = line::Service {
        podman: section.podman,
        is_instance: own.stem.contains('@'),
        kind,
        pod: pod.as_deref(),
        folder: Some(own.folder),
    };
    let command = line::command(&values, &around, &service);
    let lines = lines.unwrap_or_else(|| {
        (own.name_files)(&mut values);
        let mut lines = values.lines();
        lines.extend(own.others);
        lines
    });
    EngineCommand {
        unit: lines,
        ..command
    }
}

/// The lines of a text.
fn lines_of(raw: &Field<Text>) -> Vec<Field<Text>> {
    let Some(text) = raw.value() else {
        return vec![raw.clone()];
    };
    let lines = split_lines(text).into_iter();
    lines
        .map(|line| {
            let origin = origin_of(&line);
            part(raw, line, origin)
        })
        .collect()
}

/// Reads a section into a container; what the container is besides was read before.
pub(crate) fn read(
    reader: &mut OptionReader<'_, '_>,
    section: &Section<'_>,
    beside: &[Beside],
    container: &mut Container,
) {
    let Ready { unit, values, linked } = ready(reader, section, beside);
    let resource = |name: &str| linked.resource(name);
    let around = run::Around {
        resource: &resource,
        ..section.around()
    };
    run::container(&values, &around, container);
    if let Some(image) = linked.pulled(&values) {
        run::pull(&image.values, &around, container);
    }
    linked.put_on_lan(&values, container);
    bind(reader, section, beside, linked, container);
    unseen(unit, container);
}

/// A part of a text that is not known may say anything.
pub(super) fn unseen(unit: Unit, container: &mut Container) {
    if let Some((why, origin)) = unit.open {
        let place = origin.place();
        container.unseen = container.unseen.take().or(Some(Unseen { why, place }));
    }
}

/// Makes binds of volumes that are directories of the host.
pub(super) fn bind(
    reader: &mut OptionReader<'_, '_>,
    section: &Section<'_>,
    beside: &[Beside],
    mut linked: Linked,
    container: &mut Container,
) {
    let is_named = |mount: &Field<Mount>| {
        let mount = mount.value();
        mount.is_some_and(|mount| !mount.is_bind && !mount.source.parts.is_empty())
    };
    if container.mounts.iter().any(is_named) {
        for beside in beside.iter().filter(|beside| beside.kind == Kind::Volume) {
            for (name, found) in reader.entries(&beside.all).named.into_iter().take(MAX_VOLUMES) {
                beside.add(reader, section, (&name, &found), &mut linked);
            }
        }
    }
    linked.bind_volumes(container);
}
