//! The sections of a unit beside the one that its container is made of, as the modules write them that make units of options:
//! `[Install]`, `[Quadlet]`, `[Service]` and `[Unit]`.

use crate::read::{Found, OptionReader};
use crate::vocabulary::line::{after, own};
use crate::vocabulary::unit::written::Writing;
use nixpod_eval::Value;
use nixpod_model::{EnvVar, Field, Text};
use nixpod_source::Origin;
use std::collections::BTreeMap;

/// What a module says of a key by itself.
#[derive(Clone, Debug)]
pub(crate) enum Own {
    /// One text.
    Text(Text),
    /// One number.
    Number(i64),
    /// Several texts.
    List(Vec<Text>),
    /// Several texts, which stand behind those that somebody sets.
    Behind(Vec<Text>),
    /// A name with its value.
    Pair(&'static str, Text),
}

impl Own {
    pub(crate) fn text(text: impl Into<smol_str::SmolStr>) -> Self {
        Self::Text(Text::known(text, Origin::default()))
    }

    fn fields(&self) -> Vec<Field<Text>> {
        match self {
            Self::Text(text) => vec![Field::default(text.clone())],
            Self::Number(number) => vec![own(number.to_string())],
            Self::List(texts) | Self::Behind(texts) => texts.iter().cloned().map(Field::default).collect(),
            Self::Pair(..) => Vec::new(),
        }
    }
}

/// One section.
pub(crate) struct OtherSection {
    pub(crate) name: String,
    /// What the module says, by key.
    pub(crate) own: Vec<(&'static str, Own)>,
    /// What somebody sets. Later sets count before earlier ones.
    pub(crate) set: Vec<Found>,
    /// Is it written even where nothing stands in it?
    pub(crate) always: bool,
}

/// Adds sections that only `extraConfig` has.
pub(crate) fn add_further(
    reader: &mut OptionReader<'_, '_>,
    extra: &Found,
    sections: &mut Vec<OtherSection>,
) {
    for (name, found) in reader.entries(extra).named {
        if name != "Container" && sections.iter().all(|section| section.name != name) {
            sections.push(OtherSection {
                name,
                own: Vec::new(),
                set: vec![found],
                always: false,
            });
        }
    }
}

/// The lines of sections, in the order of their names.
pub(crate) fn lines(
    reader: &mut OptionReader<'_, '_>,
    mut sections: Vec<OtherSection>,
    writing: Writing,
) -> Vec<Field<Text>> {
    sections.sort_by(|one, other| one.name.cmp(&other.name));
    let mut out = Vec::new();
    for section in sections {
        let lines = settings(reader, &section, writing);
        if !lines.is_empty() || section.always {
            out.push(own(format!("[{}]", section.name)));
            out.extend(lines);
        }
    }
    out
}

fn settings(reader: &mut OptionReader<'_, '_>, section: &OtherSection, writing: Writing) -> Vec<Field<Text>> {
    let mut by_key: BTreeMap<String, Vec<Field<Text>>> = BTreeMap::new();
    for (key, own) in &section.own {
        let fields = written(&[], Some(own), writing).into_iter();
        by_key.insert(
            (*key).to_owned(),
            fields.map(|field| writing.finish(field)).collect(),
        );
    }
    for set in &section.set {
        for (key, found) in reader.entries(set).named {
            // What begins with a small letter is an option of the module's own.
            let is_key = !key.starts_with(|c: char| c.is_ascii_lowercase());
            if !is_key || !reader.is_written(&found) || matches!(found.value.value, Value::Null) {
                continue;
            }
            let own = section.own.iter().find(|(name, _)| *name == key);
            let values = values(reader, &found, own.map(|(_, own)| own), writing);
            by_key.insert(key, values);
        }
    }
    let mut out = Vec::new();
    for (key, values) in by_key {
        let beginning = format!("{key}=");
        out.extend(values.iter().map(|value| after(&beginning, value)));
    }
    out
}

/// What is written of a key that somebody sets.
fn values(
    reader: &mut OptionReader<'_, '_>,
    found: &Found,
    own: Option<&Own>,
    writing: Writing,
) -> Vec<Field<Text>> {
    if matches!(found.value.value, Value::Attrs(_)) {
        let pairs = reader.variables(found);
        let own = own.filter(|own| matches!(own, Own::Pair(..)) && writing.joins());
        return written(&pairs, own, writing);
    }
    let texts: Vec<Field<Text>> = match &found.value.value {
        Value::List(_) => reader.elements(found),
        _ => vec![found.clone()],
    }
    .iter()
    .map(|element| reader.field(element, |this, value, origin| this.scalar_text(value, origin)))
    .map(|text| writing.finish(text))
    .collect();
    let is_list = matches!(found.value.value, Value::List(_));
    let own_ones = || own.map(Own::fields).unwrap_or_default();
    match own {
        Some(Own::Behind(_)) => [texts, own_ones()].concat(),
        Some(Own::List(_)) if writing.joins() => [own_ones(), texts].concat(),
        Some(Own::Text(_) | Own::Number(_)) if writing.joins() && is_list => [own_ones(), texts].concat(),
        _ => texts,
    }
}

/// Pairs by name with what the module itself says.
fn written(pairs: &[Field<EnvVar>], own: Option<&Own>, writing: Writing) -> Vec<Field<Text>> {
    let mut pairs: Vec<Field<EnvVar>> = pairs.to_vec();
    if let Some(Own::Pair(name, value)) = own
        && !{ pairs.iter() }.any(|pair| pair.value().is_some_and(|pair| pair.name == *name))
    {
        let (name, value) = ((*name).to_owned(), value.clone());
        pairs.push(Field::default(EnvVar { name, value }));
    }
    pairs.sort_by_key(|pair| pair.value().map(|pair| pair.name.clone()));
    let mut out = own.map(Own::fields).unwrap_or_default();
    let all = pairs.iter();
    out.extend(all.map(|pair| writing.finish(pair.map(|pair| writing.pair(&pair.name, &pair.value)))));
    out
}
