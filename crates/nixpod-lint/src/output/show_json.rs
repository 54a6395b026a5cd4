//! `show --format json`: the contract for effective specs.
//!
//! `docs/show.schema.json` is made from these types; fields are only ever added, and an incompatible change raises
//! `version`.

use crate::document::Each;
use crate::view::{CommandSpec, ContainerSpec, DefinitionSpec, FactSpec, UnknownSpec, WordSpec};
use crate::words::Words;
use nixpod_analysis::{ShownKind, Standing};
use serde::Serialize;

/// The effective specs of all containers that were found, sorted by host, surface and name.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Document"))]
struct Document<C> {
    /// The version of this format: 2.
    version: u32,
    /// One entry for each container; hosts with the same spec share one.
    containers: C,
}

/// A container.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct JsonContainer<'a> {
    /// How it is declared: `nspawn`, `oci-containers`, `home-manager-podman` or `quadlet-nix`.
    surface: &'a str,
    /// Its name; `<name>` where a template makes containers of names that are not known.
    name: &'a str,
    /// The hosts that have it, or the file where no host does.
    hosts: Vec<&'a str>,
    /// The guest or home that it is declared in; null: the host itself.
    inside: Option<&'a str>,
    /// Is it only seen in a file that no host imports?
    imported_by_no_host: bool,
    /// Does every host leave it out? It is shown as if none did, with `--all`.
    off: bool,
    /// Under which undecided condition it exists; null: it certainly does.
    condition: Option<&'a str>,
    /// The file that defines it, relative to the project.
    file: Option<&'a str>,
    /// The line, from 1.
    line: Option<u32>,
    /// What rules look at, options and flags folded in. What is set or not known stands before what is as by default, and
    /// what has to do with isolation before all else. Of some names there are several, one for each mount, say.
    facts: Vec<JsonFact<'a>>,
    /// The options that no fact comes from; parts of sets have dotted names. Values are in Nix syntax.
    options: Vec<JsonFact<'a>>,
    /// What starts it, with `--command`. Null otherwise, and where no command does: a Compose project is told to the engine
    /// by its own tool.
    command: Option<JsonCommand<'a>>,
    /// What rules ask of it and nobody knows, an entry for each reason.
    unknown: Vec<JsonUnknown<'a>>,
}

/// What starts a container.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct JsonCommand<'a> {
    /// Who writes it, in words: `as NixOS 25.11 writes it`.
    writer: &'a str,
    /// Its words, the program first. None where Podman's generator makes no service of the unit.
    words: Vec<JsonWord<'a>>,
    /// Settings of its service that the engine or the kernel obeys, such as `DeviceAllow=/dev/kvm rwm`.
    service: Vec<JsonWord<'a>>,
    /// The lines of the section that is written for Podman's generator.
    unit: Vec<JsonWord<'a>>,
}

/// A word of a command, or a line of a unit.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct JsonWord<'a> {
    /// What it says, secrets as `***`, and `${name}` for what is not known.
    text: &'a str,
    /// `set` by the analysed code, `default`: added by whoever writes the command, `maybe` there, or `unknown`: any number of
    /// words may stand for it.
    certainty: &'a str,
    /// Why it is `maybe` or `unknown`.
    reason: Option<&'a str>,
    /// Does something in it stand for what is not known?
    hole: bool,
    /// Does it belong to the word before it, as the value of an option does?
    value: bool,
    /// The file in which it is written, relative to the project.
    file: Option<&'a str>,
    /// The line, from 1.
    line: Option<u32>,
    /// The column in Unicode characters, from 1.
    column: Option<u32>,
}

/// Facts of a container that are not known for one reason.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct JsonUnknown<'a> {
    /// What is not known, in words such as `what it mounts`.
    what: &'a [&'a str],
    /// Why.
    reason: &'a str,
    /// The file in which the code says it, relative to the project.
    file: Option<&'a str>,
    /// The line, from 1.
    line: Option<u32>,
}

/// The effective value of a fact or of an option.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct JsonFact<'a> {
    /// What it is: `privileged`, `mount`, or an option's name from the container.
    name: &'a str,
    /// The option that sets it, from the container: `extraOptions` for a flag. Null: none does, or it is not known which.
    option: Option<&'a str>,
    /// The value, secrets as `***`; null if it is not known.
    value: Option<&'a str>,
    /// `set`, `default`, `maybe` (depends on something undecided) or `unknown`.
    certainty: &'a str,
    /// Why it is `maybe` or `unknown`, or may be something else.
    reason: Option<&'a str>,
    /// What parts inside of the value are not known.
    unknown: Vec<&'a str>,
    /// The file in which the value is written, relative to the project.
    file: Option<&'a str>,
    /// The line, from 1.
    line: Option<u32>,
    /// The column in Unicode characters, from 1.
    column: Option<u32>,
    /// All definitions in the analysed code, the winning ones first.
    definitions: Vec<JsonDefinition<'a>>,
}

/// A definition of an option.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct JsonDefinition<'a> {
    /// The option, from the container.
    option: &'a str,
    /// The file, relative to the project.
    file: Option<&'a str>,
    /// The line, from 1.
    line: Option<u32>,
    /// The column in Unicode characters, from 1.
    column: Option<u32>,
    /// What it defines, in Nix syntax, secrets as `***`.
    value: &'a str,
    /// Its priority: 100 for a plain definition, 50 for `mkForce`, 1000 for `mkDefault`. Lower wins.
    priority: i64,
    /// Is it part of the effective value?
    won: bool,
    /// The `mkIf` around it.
    condition: Option<&'a str>,
}

impl<'a> From<&'a DefinitionSpec> for JsonDefinition<'a> {
    fn from(definition: &'a DefinitionSpec) -> Self {
        let at = definition.location.as_ref();
        Self {
            option: definition.option.exact(),
            file: at.map(|at| at.source.name.as_str()),
            line: at.map(|at| at.line),
            column: at.map(|at| at.column),
            value: definition.value.exact(),
            priority: definition.priority,
            won: definition.won,
            condition: definition.condition.as_ref().map(Words::exact),
        }
    }
}

impl<'a> From<&'a FactSpec> for JsonFact<'a> {
    fn from(fact: &'a FactSpec) -> Self {
        let at = fact.location.as_ref();
        Self {
            name: fact.name.exact(),
            option: fact.option.as_ref().map(Words::exact),
            file: at.map(|at| at.source.name.as_str()),
            line: at.map(|at| at.line),
            column: at.map(|at| at.column),
            value: fact.value.as_ref().map(Words::exact),
            certainty: fact.certainty.as_str(),
            reason: fact.reason.as_ref().map(Words::exact),
            unknown: fact.unknown.iter().map(Words::exact).collect(),
            definitions: fact.definitions.iter().map(Into::into).collect(),
        }
    }
}

impl<'a> From<&'a ContainerSpec> for JsonContainer<'a> {
    fn from(container: &'a ContainerSpec) -> Self {
        let at = container.location.as_ref();
        let (options, facts): (Vec<_>, Vec<_>) = container
            .facts
            .iter()
            .partition(|fact| fact.kind == ShownKind::Option);
        Self {
            surface: container.surface,
            name: container.name.exact(),
            hosts: container.hosts.iter().map(|(_, name)| name.exact()).collect(),
            inside: container.inside.as_ref().map(Words::exact),
            imported_by_no_host: container.standing == Standing::NoHost,
            off: container.standing == Standing::Off,
            condition: container.condition.as_ref().map(Words::exact),
            file: at.map(|at| at.source.name.as_str()),
            line: at.map(|at| at.line),
            facts: facts.into_iter().map(JsonFact::from).collect(),
            options: options.into_iter().map(JsonFact::from).collect(),
            command: container.command.as_ref().map(Into::into),
            unknown: container.unknown.iter().map(Into::into).collect(),
        }
    }
}

impl<'a> From<&'a CommandSpec> for JsonCommand<'a> {
    fn from(command: &'a CommandSpec) -> Self {
        let words = |words: &'a [WordSpec]| words.iter().map(JsonWord::from).collect();
        Self {
            writer: command.writer.exact(),
            words: words(&command.words),
            service: words(&command.service),
            unit: words(&command.unit),
        }
    }
}

impl<'a> From<&'a WordSpec> for JsonWord<'a> {
    fn from(word: &'a WordSpec) -> Self {
        let at = word.location.as_ref();
        Self {
            text: word.text.exact(),
            certainty: word.certainty.as_str(),
            reason: word.reason.as_ref().map(Words::exact),
            hole: word.has_hole,
            value: word.is_value,
            file: at.map(|at| at.source.name.as_str()),
            line: at.map(|at| at.line),
            column: at.map(|at| at.column),
        }
    }
}

impl<'a> From<&'a UnknownSpec> for JsonUnknown<'a> {
    fn from(unknown: &'a UnknownSpec) -> Self {
        let at = unknown.location.as_ref();
        Self {
            what: &unknown.questions,
            reason: unknown.reason.exact(),
            file: at.map(|at| at.source.name.as_str()),
            line: at.map(|at| at.line),
        }
    }
}

/// The document of these specs.
pub(crate) fn show_json(containers: &[ContainerSpec]) -> impl Serialize {
    Document {
        version: 2,
        containers: Each(|| containers.iter().map(JsonContainer::from)),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_schema_is_the_documented_one() {
        let schema = schemars::schema_for!(super::Document<Vec<super::JsonContainer<'_>>>);
        let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        expect_test::expect_file!["../../../../docs/show.schema.json"].assert_eq(&text);
    }
}
