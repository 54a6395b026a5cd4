//! `show --format json`: the contract for effective specs.

use crate::view::{ContainerSpec, DefinitionSpec};
use serde::Serialize;
use serde_json::{Map, Value};

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    containers: Vec<JsonContainer<'a>>,
}

#[derive(Serialize)]
struct JsonContainer<'a> {
    surface: &'a str,
    name: &'a str,
    hosts: &'a [String],
    inside: Option<&'a str>,
    imported_by_no_host: bool,
    condition: Option<&'a str>,
    file: Option<&'a str>,
    line: Option<u32>,
    facts: Map<String, Value>,
}

#[derive(Serialize)]
struct JsonFact<'a> {
    value: Option<&'a str>,
    certainty: &'a str,
    reason: Option<&'a str>,
    unknown: &'a [String],
    definitions: Vec<JsonDefinition<'a>>,
}

#[derive(Serialize)]
struct JsonDefinition<'a> {
    file: Option<&'a str>,
    line: Option<u32>,
    column: Option<u32>,
    value: &'a str,
    priority: i64,
    won: bool,
    condition: Option<&'a str>,
}

impl<'a> From<&'a DefinitionSpec> for JsonDefinition<'a> {
    fn from(definition: &'a DefinitionSpec) -> Self {
        let at = definition.location.as_ref();
        Self {
            file: at.map(|at| at.source.name.as_str()),
            line: at.map(|at| at.line),
            column: at.map(|at| at.column),
            value: &definition.value,
            priority: definition.priority,
            won: definition.won,
            condition: definition.condition.as_deref(),
        }
    }
}

/// Renders specs.
pub(crate) fn show_json(containers: &[ContainerSpec]) -> serde_json::Result<String> {
    let mut list = Vec::new();
    for container in containers {
        let mut facts = Map::new();
        for fact in &container.facts {
            let value = serde_json::to_value(JsonFact {
                value: fact.value.as_deref(),
                certainty: fact.certainty.as_str(),
                reason: fact.reason.as_deref(),
                unknown: &fact.unknown,
                definitions: fact.definitions.iter().map(Into::into).collect(),
            })?;
            facts.insert(fact.name.clone(), value);
        }
        let at = container.location.as_ref();
        list.push(JsonContainer {
            surface: container.surface,
            name: &container.name,
            hosts: &container.hosts,
            inside: container.inside.as_deref(),
            imported_by_no_host: container.imported_by_no_host,
            condition: container.condition.as_deref(),
            file: at.map(|at| at.source.name.as_str()),
            line: at.map(|at| at.line),
            facts,
        });
    }
    let mut text = serde_json::to_string_pretty(&Document {
        version: 1,
        containers: list,
    })?;
    text.push('\n');
    Ok(text)
}
