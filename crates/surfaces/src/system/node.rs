//! Settings of an engine or a library, wherever they come from: options that become a file, or the text of that file.

use crate::read::{Found, OptionReader};
use crate::surface::written_files::{Wanted, files};
use crate::surface::{Runs, Written};
use crate::system::config_files::{ConfigFile, OF_USERS, uid_of};
use crate::vocabulary::certainty::part;
use crate::vocabulary::json::Json;
use nixpod_eval::Value;
use nixpod_model::{Existence, Fact, Field, NotAnalysed, Subject, SystemKind, Text};
use nixpod_source::{Origin, Why};
use std::collections::BTreeMap;

/// A part of settings.
#[derive(Clone)]
pub(super) enum Node {
    /// An option, or something in one.
    Option(Found),
    /// What a file says that is written as a text.
    File(Json, Box<FileNode>),
}

/// What is the same for all that one file says.
#[derive(Clone, Debug)]
pub(super) struct FileNode {
    /// How certain it is that the file is there.
    certainty: Field<()>,
    /// The keys of the definitions of the file.
    pub(super) written: Written,
}

impl Node {
    /// What a text says, with how certain it is that the text is there.
    pub(super) fn file(json: Json, certainty: Field<()>, written: Written) -> Self {
        Self::File(json, Box::new(FileNode { certainty, written }))
    }

    /// What somebody wrote below this, if anything.
    pub(super) fn get(&self, reader: &mut OptionReader<'_, '_>, path: &[&str]) -> Option<Self> {
        match self {
            Self::Option(found) => {
                let found = reader.at(found, path);
                let is_said = !reader.is_unset(&found)
                    && !reader.is_default(&found)
                    && !matches!(found.value.value, Value::Null);
                is_said.then_some(Self::Option(found))
            }
            Self::File(json, file) => {
                let below = path.iter().try_fold(json, |json, name| json.get(name))?;
                let below = below.clone();
                Some(Self::File(below, file.clone()))
            }
        }
    }

    /// As a text.
    pub(super) fn text(&self, reader: &mut OptionReader<'_, '_>) -> Field<Text> {
        match self {
            Self::Option(found) => reader.text(found),
            Self::File(json, file) => match json.text() {
                Some(text) => part(
                    &file.certainty,
                    text.clone(),
                    text.origin_of(0, text.pattern().len()),
                ),
                None => file.wrong("a string"),
            },
        }
    }

    /// As a Boolean.
    pub(super) fn bool(&self, reader: &mut OptionReader<'_, '_>) -> Field<bool> {
        match self {
            Self::Option(found) => reader.bool(found),
            Self::File(Json::Bool(value, origin), file) => part(&file.certainty, *value, origin.clone()),
            Self::File(_, file) => file.wrong("a Boolean"),
        }
    }

    /// The elements of a list.
    pub(super) fn elements(&self, reader: &mut OptionReader<'_, '_>) -> Vec<Self> {
        match self {
            Self::Option(found) => reader.elements(found).into_iter().map(Self::Option).collect(),
            Self::File(json, file) => {
                let elements = json.elements().iter().cloned();
                elements.map(|json| Self::File(json, file.clone())).collect()
            }
        }
    }

    /// As a text, whatever it is: a number, a Boolean.
    pub(super) fn scalar(&self, reader: &mut OptionReader<'_, '_>) -> Field<Text> {
        match self {
            Self::Option(found) => reader.field(found, |this, value, origin| this.scalar_text(value, origin)),
            Self::File(Json::Bool(value, origin), file) => {
                let word = Text::known(value.to_string(), origin.clone());
                part(&file.certainty, word, origin.clone())
            }
            Self::File(..) => self.text(reader),
        }
    }

    /// Is it a list?
    pub(super) const fn is_list(&self) -> bool {
        match self {
            Self::Option(found) => matches!(found.value.value, Value::List(_)),
            Self::File(json, _) => matches!(json, Json::Array(_)),
        }
    }

    /// Is it a set of names and values?
    pub(super) const fn is_table(&self) -> bool {
        match self {
            Self::Option(found) => matches!(found.value.value, Value::Attrs(_)),
            Self::File(json, _) => matches!(json, Json::Object(..)),
        }
    }
}

impl FileNode {
    fn wrong<T>(&self, expected: &str) -> Field<T> {
        let why = Why::Error(format!("{} has no {expected} there", self.written.path));
        Field::unknown(why, self.certainty.origin.clone())
    }
}

/// The files of a system by these names, below `/etc/containers` or a home's `.config/containers`, in the order in which
/// they are read: the file itself, then those of its folder `.d` by name. `parse` reads one.
pub(super) fn of_files(
    reader: &mut OptionReader<'_, '_>,
    config: &Found,
    kind: SystemKind,
    file: &'static ConfigFile,
) -> (Option<Node>, Vec<Node>) {
    let wanted = Wanted {
        entry: file.is_entry,
        file: file.is_entry,
        folder: Some("containers"),
    };
    let written = files(reader, config, kind, &wanted, |_, name| {
        (name.to_owned(), Runs::Unknown)
    });
    in_order(reader, written, file)
}

/// The files for single users, by these users' numbers.
pub(super) fn of_each_user(
    reader: &mut OptionReader<'_, '_>,
    config: &Found,
    kind: SystemKind,
) -> Vec<(i64, Vec<Node>)> {
    let wanted = Wanted {
        entry: OF_USERS.is_entry,
        file: OF_USERS.is_entry,
        folder: Some("containers"),
    };
    let written = files(reader, config, kind, &wanted, |_, name| {
        (name.to_owned(), Runs::Unknown)
    });
    let mut by_user: BTreeMap<i64, Vec<Written>> = BTreeMap::new();
    for written in written {
        if let Some(uid) = uid_of(written.path.trim_end_matches('"')) {
            by_user.entry(uid).or_default().push(written);
        }
    }
    let nodes = |(uid, written)| (uid, in_order(reader, written, &OF_USERS).1);
    by_user.into_iter().map(nodes).collect()
}

/// The main file among some, and the others in the order in which they are read.
fn in_order(
    reader: &mut OptionReader<'_, '_>,
    written: Vec<Written>,
    file: &ConfigFile,
) -> (Option<Node>, Vec<Node>) {
    let mut main = None;
    let mut added: Vec<(String, Node)> = Vec::new();
    for written in written {
        let path = written.path.trim_end_matches('"').to_owned();
        let Some(node) = node(reader, written, file.parse) else {
            continue;
        };
        match path.rsplit_once('/') {
            Some((folder, name)) if folder.ends_with(".d") || uid_of(&path).is_some() => {
                // Of two files of one name, the later one in the order of folders takes the place of the other.
                added.retain(|(known, _)| known != name);
                added.push((name.to_owned(), node));
            }
            _ => main = Some(node),
        }
    }
    added.sort_by(|(a, _), (b, _)| a.cmp(b));
    (main, added.into_iter().map(|(_, node)| node).collect())
}

fn node(
    reader: &mut OptionReader<'_, '_>,
    written: Written,
    parse: fn(&Text) -> Result<Json, (String, Origin)>,
) -> Option<Node> {
    let parsed = match &written.text.fact {
        Fact::Set(text) | Fact::Maybe(text) | Fact::Default(text) => {
            parse(text).map_err(|(message, origin)| (Why::SyntaxError(message), origin))
        }
        Fact::Unknown(why) => Err((why.clone(), written.text.origin.clone())),
    };
    let certainty = written.text.map(|_| ());
    let fact = match (&written.existence, certainty.fact) {
        (Existence::Maybe(_), Fact::Set(())) => Fact::Maybe(()),
        (_, fact) => fact,
    };
    match parsed {
        Ok(json) => {
            let certainty = Field { fact, ..certainty };
            Some(Node::file(json, certainty, written))
        }
        Err((why, origin)) => {
            reader.not_analysed.push(NotAnalysed {
                place: origin.place(),
                what: written.path,
                questions: Vec::new(),
                why,
                also: Vec::new(),
                subject: Subject::Set,
                hosts: Vec::new(),
            });
            None
        }
    }
}
