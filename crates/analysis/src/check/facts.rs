//! The facts of a container as rules see them, and the options that no fact tells of.

use crate::report::secrets::Secrets;
use crate::report::{Certainty, ShownCommand, ShownDefinition, ShownFact, ShownKind, ShownWord, told};
use crate::vfs::Files;
use crate::vfs::spans::span_of;
use nixpod_model::{
    Container, Definition, EngineCommand, Fact, FactInfo, FactValue, Field, OwnOption, Text, TextPart, Topic,
    Unset, Visitor, symbol_in_words,
};
use nixpod_source::visible::{cut, message};
use nixpod_source::{Condition, Place, Sense, Site, Span};
use std::collections::BTreeSet;

/// What there is to be shown of a container, without the secrets in it.
///
/// What is set or not known stands first, what has to do with isolation before all else. Nothing is told twice: an option
/// is left out where facts come from it, and so is its default where a fact tells that.
pub(crate) fn facts(
    files: &Files<'_>,
    secrets: &Secrets,
    container: &Container,
    options: &[OwnOption],
) -> Vec<ShownFact> {
    let mut out = by_topic(files, secrets, container);
    out.sort_by_key(|(topic, fact)| (fact.certainty == Certainty::Default, *topic));
    let mut out: Vec<ShownFact> = out.into_iter().map(|(_, fact)| fact).collect();
    let told = told_options(container);
    for fact in &mut out {
        if let (ShownKind::Fact { is_repeated, .. }, Some(option)) = (&mut fact.kind, &fact.option) {
            *is_repeated |= fact.certainty == Certainty::Set && has_part(&told, option);
        }
    }
    let others = options.iter().filter(|option| !is_told(&told, option));
    out.extend(others.map(|option| option_alone(files, secrets, option)));
    out.sort_by_key(|fact| fact.certainty == Certainty::Default);
    out
}

/// All of its facts, in the order of the model.
pub(crate) fn facts_alone(files: &Files<'_>, secrets: &Secrets, container: &Container) -> Vec<ShownFact> {
    let all = by_topic(files, secrets, container).into_iter();
    all.map(|(_, fact)| fact).collect()
}

fn by_topic(files: &Files<'_>, secrets: &Secrets, container: &Container) -> Vec<(Topic, ShownFact)> {
    let mut shower = Shower {
        files,
        secrets,
        container,
        scalars: Vec::new(),
        out: Vec::new(),
    };
    container.visit(&mut shower);
    shower.out
}

/// An option as it is evaluated.
pub(crate) fn option_alone(files: &Files<'_>, secrets: &Secrets, option: &OwnOption) -> ShownFact {
    let field = &option.value;
    let symbol = match &field.fact {
        Fact::Unknown(why) => symbol_in_words(why),
        _ => None,
    };
    let value = field.value().cloned().or(symbol);
    let mut fact = shown(files, secrets, field, value, &[]);
    // Where an option is set says more than where its parts came from.
    let defined = fact.definitions.first().and_then(|definition| definition.span);
    fact.span = defined.or(fact.span);
    fact.name = secrets.mask(&option.name);
    fact.option = Some(fact.name.clone());
    fact.holes.clone_from(&option.holes);
    fact.holes.retain(|why| why.symbol().is_none());
    fact
}

/// The options that facts are read from.
fn told_options(container: &Container) -> BTreeSet<String> {
    let mut told = ToldBy(BTreeSet::new());
    container.visit(&mut told);
    told.0
}

/// Collects the names of options that facts are read from.
struct ToldBy(BTreeSet<String>);

impl Visitor for ToldBy {
    fn fact<T: FactValue>(&mut self, _info: FactInfo, field: &Field<T>) {
        for definition in &field.definitions {
            if !self.0.contains(definition.option.as_str()) {
                self.0.insert(definition.option.to_string());
            }
        }
    }
}

/// Does a fact tell what an option is?
fn is_told(told: &BTreeSet<String>, option: &OwnOption) -> bool {
    told.contains(&option.name) || has_part(told, &option.name) || option.of_fact && option.value.is_default()
}

/// Is a fact read from a part of an option, such as an element of a list?
fn has_part(told: &BTreeSet<String>, option: &str) -> bool {
    let within = format!("{option}.");
    let next = told.range(within.clone()..).next();
    next.is_some_and(|part| part.starts_with(&within))
}

/// The facts that are read from one of some places, by their numbers in the order of the model. With them is what they
/// have an effect on: where a flag overrides an option, what the flag says.
pub(crate) fn facts_at(container: &Container, sites: &[Site]) -> BTreeSet<usize> {
    let mut at = FactsAt {
        sites,
        questions: Vec::new(),
        found: BTreeSet::new(),
    };
    container.visit(&mut at);
    at.found
}

struct FactsAt<'s> {
    sites: &'s [Site],
    /// The question of each fact so far, if there is one such fact only.
    questions: Vec<Option<&'static str>>,
    found: BTreeSet<usize>,
}

impl Visitor for FactsAt<'_> {
    fn fact<T: FactValue>(&mut self, info: FactInfo, field: &Field<T>) {
        let number = self.questions.len();
        let question = (info.unset == Unset::Default).then_some(info.question);
        let first = self.questions.iter().position(|other| *other == question);
        self.questions.push(question);
        let defined = { field.definitions.iter() }
            .flat_map(|definition| [Some(definition.place), definition.key])
            .flatten();
        let mut places = field.origin.place().into_iter().chain(defined);
        if places.any(|place| self.sites.contains(&place.site)) {
            self.found.insert(number);
            self.found.extend(first.filter(|_| question.is_some()));
        }
    }
}

/// Makes facts fit to be shown.
struct Shower<'a> {
    files: &'a Files<'a>,
    secrets: &'a Secrets,
    container: &'a Container,
    /// Facts that there is one of, with what they are read from.
    scalars: Vec<(FactInfo, Option<Place>, Vec<Definition>)>,
    out: Vec<(Topic, ShownFact)>,
}

impl Shower<'_> {
    /// Was the same said by a fact before? What an option says goes into what it has an effect on.
    fn is_repeated<T>(&mut self, info: FactInfo, field: &Field<T>) -> bool {
        if info.unset == Unset::Certain {
            return false;
        }
        let (place, definitions) = (field.origin.place(), &field.definitions);
        let is_same = |(other, at, defined): &(FactInfo, Option<Place>, Vec<Definition>)| {
            other.question == info.question && *at == place && defined == definitions
        };
        let is_repeated = self.scalars.iter().any(is_same);
        self.scalars.push((info, place, definitions.clone()));
        is_repeated
    }
}

impl Visitor for Shower<'_> {
    fn fact<T: FactValue>(&mut self, info: FactInfo, field: &Field<T>) {
        let is_repeated = self.is_repeated(info, field);
        let texts = field.value().map(T::texts).unwrap_or_default();
        let mut pieces = Vec::new();
        for text in &texts {
            text.origins(&mut |origin| pieces.extend(origin.hops.iter().map(|hop| hop.place)));
        }
        let symbol = match &field.fact {
            Fact::Unknown(why) if T::is_enough(why) => symbol_in_words(why),
            _ => None,
        };
        let value = field.value().map(T::tell).or(symbol);
        let mut fact = shown(self.files, self.secrets, field, value, &pieces);
        let is_unseen = match &field.fact {
            Fact::Unknown(why) => fact.certainty == Certainty::Unknown && self.container.is_unseen(why),
            _ => false,
        };
        fact.name = info.name.to_owned();
        fact.kind = ShownKind::Fact {
            question: info.question,
            is_word: info.is_word,
            is_repeated,
            is_unseen,
        };
        if let (true, Some(whole)) = (is_unseen, &self.container.unseen) {
            fact.reason = Some(told(&whole.why.to_string(), self.secrets));
        }
        let parts = texts.iter().flat_map(|text| &text.parts);
        let holes = parts.filter_map(|part| match part {
            TextPart::Hole { why, .. } => Some(why),
            TextPart::Known { .. } => None,
        });
        let missing = field.value().and_then(T::missing);
        for why in holes.chain(missing) {
            if why.symbol().is_none() && !fact.holes.contains(why) {
                fact.holes.push(why.clone());
            }
        }
        self.out.push((info.topic, fact));
    }
}

/// A fact with where it was set. `value` is to be made fit to be shown; `pieces` are further places that it comes from.
fn shown<T>(
    files: &Files<'_>,
    secrets: &Secrets,
    field: &Field<T>,
    value: Option<String>,
    pieces: &[Place],
) -> ShownFact {
    let definitions = field.definitions.iter().map(|definition| definition.place);
    let hops = field.origin.hops.iter().map(|hop| hop.place);
    let places: Vec<Span> = definitions
        .chain(hops)
        .chain(pieces.iter().copied())
        .filter_map(|place| span_of(files, place))
        .collect();
    let mask = |value: &str| secrets.mask_at(value, &places);
    let (certainty, reason) = match &field.fact {
        Fact::Set(_) => (Certainty::Set, None),
        Fact::Default(_) => (Certainty::Default, None),
        Fact::Maybe(_) => {
            let hangs_on = || field.hangs_on.as_ref().map(|why| told(&why.to_string(), secrets));
            let reason = conditions(files, secrets, &field.conditions).or_else(hangs_on);
            (Certainty::Maybe, reason)
        }
        Fact::Unknown(_) if value.is_some() => (Certainty::Set, None),
        Fact::Unknown(why) => (Certainty::Unknown, Some(told(&why.to_string(), secrets))),
    };
    let otherwise = field
        .or_unknown
        .as_ref()
        .filter(|_| certainty != Certainty::Unknown);
    let otherwise = otherwise.map(|why| told(&format!("it may be something else: {why}"), secrets));
    let mut definitions: Vec<ShownDefinition> = field
        .definitions
        .iter()
        .map(|definition| ShownDefinition {
            option: secrets.mask(&definition.option),
            span: span_of(files, definition.place),
            value: mask(&definition.value),
            priority: definition.priority,
            won: definition.won,
            condition: (definition.condition.as_ref()).and_then(|one| condition_of(files, secrets, one)),
        })
        .collect();
    definitions.sort_by_key(|definition| (!definition.won, definition.priority));
    let written = field.origin.place().and_then(|place| span_of(files, place));
    ShownFact {
        name: String::new(),
        kind: ShownKind::Option,
        option: definitions.first().map(|definition| definition.option.clone()),
        value: value.map(|value| mask(&value)),
        certainty,
        reason: match (reason, otherwise) {
            (Some(reason), Some(otherwise)) => Some(format!("{reason}; {otherwise}")),
            (reason, otherwise) => reason.or(otherwise),
        },
        holes: Vec::new(),
        span: written.or_else(|| definitions.first().and_then(|definition| definition.span)),
        definitions,
    }
}

/// What starts a container, without secrets.
pub(crate) fn command(files: &Files<'_>, secrets: &Secrets, command: &EngineCommand) -> ShownCommand {
    let line = |text: &Field<Text>| word(files, secrets, text, false);
    let words = command.words.iter();
    ShownCommand {
        writer: command.writer.to_string(),
        words: words
            .map(|one| word(files, secrets, &one.text, one.is_value))
            .collect(),
        service: command.service.iter().map(line).collect(),
        unit: command.unit.iter().map(line).collect(),
    }
}

fn word(files: &Files<'_>, secrets: &Secrets, field: &Field<Text>, is_value: bool) -> ShownWord {
    let mut pieces = Vec::new();
    if let Some(text) = field.value() {
        text.origins(&mut |origin| pieces.extend(origin.hops.iter().map(|hop| hop.place)));
    }
    let text = match &field.fact {
        Fact::Unknown(why) => match why.name() {
            Some(name) => format!("${{{name}}}"),
            None => "${…}".to_owned(),
        },
        Fact::Set(text) | Fact::Default(text) | Fact::Maybe(text) => text.display(),
    };
    let fact = shown(files, secrets, field, Some(text), &pieces);
    let is_unknown = field.is_unknown();
    // What has a name of its own, as the file of a secret, is one word all the same.
    let symbol = match &field.fact {
        Fact::Unknown(why) => symbol_in_words(why),
        _ => None,
    };
    ShownWord {
        text: fact.value.unwrap_or_default(),
        certainty: match is_unknown && symbol.is_none() {
            true => Certainty::Unknown,
            false => fact.certainty,
        },
        reason: match (&field.fact, symbol) {
            (Fact::Unknown(_), Some(words)) => Some(told(&words, secrets)),
            (Fact::Unknown(why), None) => Some(told(&why.to_string(), secrets)),
            _ => fact.reason,
        },
        is_value,
        has_hole: is_unknown || field.value().is_some_and(Text::has_hole),
        span: fact.span,
    }
}

/// The undecided conditions in the words of the code.
pub(crate) fn conditions(files: &Files<'_>, secrets: &Secrets, conditions: &[Condition]) -> Option<String> {
    let short = |text: String| cut(&text, MAX_CONDITION).into_owned();
    let words = Condition::sentence(conditions, |place| code(files, secrets, place).map(short));
    words.map(|words| message(&words))
}

/// The condition of a definition: what the code says, if it is that.
fn condition_of(files: &Files<'_>, secrets: &Secrets, condition: &Condition) -> Option<String> {
    let mut all = condition.requirements();
    match (all.next(), all.next()) {
        (Some(only), None) if only.sense == Sense::Holds && !condition.more => {
            code(files, secrets, only.place)
        }
        _ => Condition::sentence(std::slice::from_ref(condition), |place| {
            code(files, secrets, place)
        }),
    }
}

/// The code at a place in one line.
fn code(files: &Files<'_>, secrets: &Secrets, place: Place) -> Option<String> {
    let span = span_of(files, place)?;
    let state = files.state(span.file);
    let text = secrets.slice(span.file, &state.text, span.range);
    let line: Vec<&str> = text.split_whitespace().collect();
    Some(line.join(" "))
}

/// Conditions are read in one line of a table.
const MAX_CONDITION: usize = 60;
