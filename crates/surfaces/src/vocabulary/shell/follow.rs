//! Going through a script as the shell does: which commands it comes to, with which words, and whether in any case.

use super::aliases::Aliases;
use super::lines::{Addresses, ENGINE_ADDRESSES, Followed, Line, Wanted};
use super::prefix::{self, Who};
use super::reader;
use super::tree::{Assigned, Join, Kind, List, Script, Simple, Span, Statement, Stopped, What, Word};
use super::values::{Element, Indexed, Value, Variables, When};
use nixpod_model::Text;
use nixpod_source::{Condition, Origin, Sense};
use rustc_hash::{FxHashMap, FxHashSet};

/// So many statements are gone through; loops and functions go through theirs again.
pub(super) const MAX_STEPS: u32 = 20_000;
/// So many pieces of values are as much work as a statement.
const PIECES_OF_A_STEP: usize = 16;
/// Scripts in scripts, functions in functions, and one in another.
pub(super) const MAX_NESTING: u32 = 6;
/// A loop over more words than these is gone through once, with what is not known.
const MAX_TURNS: usize = 32;

/// Goes through a script.
pub(crate) fn follow(text: &Text, wanted: Wanted) -> Followed {
    let pattern = text.pattern();
    let script = reader::read(&pattern);
    let mut out = Followed::default();
    let mut steps = MAX_STEPS;
    let mut given = Given::new(wanted, &mut steps);
    given.aliases = Aliases::of(&pattern, false);
    run(text, &pattern, &script, given, &mut out);
    out
}

/// What is given to a script, or to one in it.
pub(super) struct Given<'g> {
    pub(super) wanted: Wanted,
    pub(super) when: When,
    pub(super) who: Who,
    pub(super) elsewhere: bool,
    pub(super) in_unit: bool,
    pub(super) nesting: u32,
    pub(super) steps: &'g mut u32,
    pub(super) arguments: Vec<Element>,
    /// What it has from the script that it stands in.
    pub(super) variables: Variables,
    pub(super) aliases: Aliases,
}

impl<'g> Given<'g> {
    pub(super) fn new(wanted: Wanted, steps: &'g mut u32) -> Self {
        Self {
            wanted,
            when: When::default(),
            who: Who::Same,
            elsewhere: false,
            in_unit: false,
            nesting: 0,
            steps,
            arguments: Vec::new(),
            variables: Variables::default(),
            aliases: Aliases::default(),
        }
    }
}

pub(super) fn run(text: &Text, pattern: &str, script: &Script, given: Given<'_>, out: &mut Followed) {
    let mut follow = Follow {
        text: Indexed::new(text),
        script: pattern,
        variables: given.variables,
        aliases: given.aliases,
        wanted: given.wanted,
        when: given.when,
        who: given.who,
        elsewhere: given.elsewhere,
        in_unit: given.in_unit,
        nesting: given.nesting,
        steps: given.steps,
        documents: &script.documents,
        functions: FxHashMap::default(),
        called: FxHashSet::default(),
        open: match script.stopped {
            Some(Stopped::Open { at, .. }) => Some(at),
            _ => None,
        },
        piped: None,
        out,
    };
    for (at, argument) in given.arguments.into_iter().enumerate() {
        // The first is the script's own name.
        follow.variables.set(&at.to_string(), Value::One(argument.text));
    }
    follow.list(&script.list);
    follow.uncalled();
    if let Some(stopped) = &script.stopped {
        let at = match stopped {
            Stopped::Open { at, .. } => *at,
            Stopped::Limit(_) => 0,
        };
        let origin = follow.text.origin(at, at + 1);
        follow.out.stopped.get_or_insert((stopped.clone(), origin));
    }
}

/// A script that is gone through.
pub(super) struct Follow<'t> {
    pub(super) text: Indexed<'t>,
    pub(super) script: &'t str,
    pub(super) variables: Variables,
    pub(super) aliases: Aliases,
    pub(super) wanted: Wanted,
    pub(super) when: When,
    pub(super) who: Who,
    pub(super) elsewhere: bool,
    pub(super) in_unit: bool,
    pub(super) nesting: u32,
    pub(super) steps: &'t mut u32,
    pub(super) documents: &'t [Span],
    functions: FxHashMap<String, &'t List>,
    called: FxHashSet<String>,
    /// What is never closed: the command that it is in does not run.
    open: Option<usize>,
    /// What the command before a pipe prints.
    pub(super) piped: Option<Text>,
    pub(super) out: &'t mut Followed,
}

impl<'t> Follow<'t> {
    fn list(&mut self, list: &'t List) {
        let outside = self.when.clone();
        let mut before: Option<&Statement> = None;
        // Whether the chain that a statement is in holds so far, where the script itself says it.
        let mut answer: Option<bool> = None;
        for statement in list {
            let is_decided = match (statement.join, answer) {
                (Join::And, Some(false)) | (Join::Or, Some(true)) => continue,
                (Join::And | Join::Or, Some(_)) => true,
                _ => false,
            };
            match (statement.join, before) {
                _ if is_decided => {}
                (Join::And, Some(before)) if before.negated || self.is_test(before) => {
                    let sense = if before.negated { Sense::Not } else { Sense::Holds };
                    let condition = self.condition(&before.span, sense);
                    self.when.and(condition);
                }
                (Join::Or, Some(before)) => {
                    let sense = if before.negated { Sense::Holds } else { Sense::Not };
                    let condition = self.condition(&before.span, sense);
                    self.when.and(condition);
                }
                (Join::And | Join::Pipe, _) => {}
                (Join::Then | Join::Or, _) => self.when = outside.clone(),
            }
            self.piped = match (statement.join, before) {
                (Join::Pipe, Some(before)) => self.printed(before),
                _ => None,
            };
            let is_conditional = self.when != outside;
            match is_conditional {
                true => self.perhaps(|this| this.statement(statement)),
                false => self.statement(statement),
            }
            before = Some(statement);
            answer = match statement.join {
                Join::Pipe => None,
                _ => self.answer_of(statement),
            };
        }
        self.piped = None;
        self.when = outside;
    }

    /// Is a statement one that only asks something?
    fn is_test(&self, statement: &Statement) -> bool {
        match &statement.kind {
            Kind::Test => true,
            Kind::Simple(simple) => {
                let first = simple.words.first().and_then(|word| word.plain(self.script));
                matches!(first, Some("[" | "test"))
            }
            _ => false,
        }
    }

    fn condition(&self, span: &Span, sense: Sense) -> Option<Condition> {
        let written = self.script.get(span.clone())?.trim_end();
        let place = self.text.origin(span.start, span.start + written.len()).place()?;
        Some(Condition::on(place, sense))
    }

    /// Goes through something that may run or not.
    fn perhaps(&mut self, run: impl FnOnce(&mut Self)) {
        let before = self.variables.clone();
        run(self);
        let when = self.when.clone();
        self.variables.perhaps(&before, &when);
    }

    /// The same on a condition.
    fn on(&mut self, condition: Option<Condition>, run: impl FnOnce(&mut Self)) {
        let outside = self.when.clone();
        self.when.and(condition);
        self.perhaps(run);
        self.when = outside;
    }

    fn statement(&mut self, statement: &'t Statement) {
        let Some(left) = self.steps.checked_sub(1) else {
            let origin = self.text.origin(statement.span.start, statement.span.end);
            let why = Stopped::Limit("more than 20,000 steps of a script");
            self.out.stopped.get_or_insert((why, origin));
            return;
        };
        *self.steps = left;
        match &statement.kind {
            Kind::Simple(simple) => self.simple(simple, &statement.span),
            Kind::Group(list) => self.list(list),
            Kind::If { branches, otherwise } => self.branches(branches, otherwise),
            Kind::Loop { condition, body } => {
                self.list(condition);
                let asked = span_of(condition).and_then(|span| self.condition(&span, Sense::Unclear));
                self.on(asked, |this| this.list(body));
            }
            Kind::For { name, words, body } => self.for_each(name, words.as_deref(), body),
            Kind::Case { word, arms } => {
                self.outputs(word);
                for arm in arms {
                    let asked = self.condition(&word.span, Sense::Unclear);
                    self.on(asked, |this| this.list(arm));
                }
            }
            Kind::Function { name, body } => {
                let name = self.name(name).to_owned();
                self.functions.insert(name, body);
            }
            Kind::Test => {}
        }
    }

    /// Values that are used over and over are work, too. False: there was too much of it.
    pub(super) fn charge(&mut self, pieces: usize) -> bool {
        let cost = u32::try_from(pieces / PIECES_OF_A_STEP).unwrap_or(u32::MAX);
        let left = self.steps.checked_sub(cost);
        *self.steps = left.unwrap_or(0);
        left.is_some()
    }

    fn branches(&mut self, branches: &'t [(List, List)], otherwise: &'t List) {
        let mut not: Vec<Condition> = Vec::new();
        let outside = self.when.clone();
        let mut is_first = true;
        for (condition, body) in branches {
            // What the script itself decides is no condition, and what it leaves out is not gone through.
            match self.answer(condition) {
                Some(false) => continue,
                Some(true) if is_first => return self.list(body),
                Some(true) => {
                    self.perhaps(|this| this.list(body));
                    self.when = outside;
                    return;
                }
                None => {}
            }
            // Only the first is asked in any case.
            match is_first {
                true => self.list(condition),
                false => self.perhaps(|this| this.list(condition)),
            }
            is_first = false;
            let negated = matches!(condition.last(), Some(last) if last.negated);
            let (holds, fails) = match negated {
                false => (Sense::Holds, Sense::Not),
                true => (Sense::Not, Sense::Holds),
            };
            let span = span_of(condition);
            let asked = span.clone().and_then(|span| self.condition(&span, holds));
            self.on(asked, |this| this.list(body));
            let failed = span.and_then(|span| self.condition(&span, fails));
            not.extend(failed.clone());
            self.when.and(failed);
        }
        match is_first {
            true => self.list(otherwise),
            false => self.perhaps(|this| this.list(otherwise)),
        }
        self.when = outside;
    }

    fn for_each(&mut self, name: &Span, words: Option<&'t [Word]>, body: &'t List) {
        let name = self.name(name).to_owned();
        let mut turns = Vec::new();
        for word in words.unwrap_or_default() {
            self.outputs(word);
            turns.extend(self.expand(word));
        }
        let is_known = words.is_some() && turns.len() <= MAX_TURNS && turns.iter().all(|turn| turn.is_one);
        if !is_known {
            let over = words.and_then(|words| {
                let span = words.first()?.span.start..words.last()?.span.end;
                self.condition(&span, Sense::Unclear)
            });
            return self.on(over, |this| {
                this.variables.set(&name, Value::Unknown);
                this.list(body);
            });
        }
        for turn in turns {
            self.variables.set(&name, Value::One(turn.text));
            match turn.when.maybe {
                false => self.list(body),
                true => {
                    let outside = self.when.clone();
                    self.when = self.when.both(&turn.when);
                    self.perhaps(|this| this.list(body));
                    self.when = outside;
                }
            }
        }
    }

    // ----- commands

    fn simple(&mut self, simple: &'t Simple, span: &Span) {
        let assigned = simple.assignments.iter().flat_map(|one| match &one.value {
            Assigned::One(word) | Assigned::Element(word) => std::slice::from_ref(word),
            Assigned::Array(words) => &words[..],
        });
        for word in assigned.chain(&simple.words).chain(&simple.redirected) {
            self.outputs(word);
        }
        let declares = simple.words.first().and_then(|word| word.plain(self.script));
        let declares = declares.is_some_and(is_declaration);
        if simple.words.is_empty() || declares {
            self.assign(simple);
        }
        let words = self.expand_all(&simple.words);
        let words = self.aliases.put_in(words);
        let Some(first) = words.first().filter(|_| !declares) else {
            return self.declare(&words);
        };
        let name = match first.is_plain {
            true => first.text.pattern(),
            false => String::new(),
        };
        if let Some(body) = self.functions.get(&name).copied() {
            return self.call(name, body, Some(words));
        }
        if let Some(text) = self.read(simple).or_else(|| self.piped.clone()) {
            self.document(&text, simple, &words);
        }
        if let Some(document) = simple.document.filter(|_| simple.expands) {
            self.outputs_in(document);
        }
        self.writes(simple, &words);
        if !self.built_in(&name, &words) {
            let addresses = self.addresses(simple);
            self.command(words, span, addresses);
        }
    }

    /// What variables say of where the engine is.
    fn addresses(&mut self, simple: &Simple) -> Addresses {
        ENGINE_ADDRESSES.map(|name| {
            let mut of_command = simple.assignments.iter().rev();
            let of_command = of_command.find(|one| self.name(&one.name) == name);
            match of_command.map(|one| &one.value) {
                Some(Assigned::One(word)) => Some(self.expand_whole(word).0),
                Some(_) => None,
                None => match self.variables.get(name).as_deref() {
                    Some(Value::One(text) | Value::Likely(text)) => Some(text.clone()),
                    _ => None,
                },
            }
        })
    }

    fn assign(&mut self, simple: &'t Simple) {
        for one in &simple.assignments {
            let name = self.name(&one.name).to_owned();
            let value = match &one.value {
                Assigned::One(word) => {
                    let (text, is_likely) = self.expand_whole(word);
                    Value::one(text, is_likely)
                }
                Assigned::Array(words) => Value::Array(self.expand_all(words)),
                Assigned::Element(_) => Value::Unknown,
            };
            match one.adds {
                true => self.variables.add(&name, value),
                false => self.variables.set(&name, value),
            }
        }
    }

    /// `export A=b` and the like.
    fn declare(&mut self, words: &[Element]) {
        for element in words.iter().skip(1) {
            let pattern = element.text.pattern();
            if let Some((name, _)) = pattern.split_once('=') {
                let value = element.text.slice(name.len() + 1, pattern.len());
                self.variables.set(name, Value::one(value, element.when.maybe));
            }
        }
    }

    /// Goes through a script that is run with what this one knows.
    pub(super) fn inner(&mut self, script: &Text, when: When) {
        if self.nesting >= MAX_NESTING {
            return;
        }
        let pattern = script.pattern();
        let given = Given {
            when,
            who: self.who.clone(),
            elsewhere: self.elsewhere,
            in_unit: self.in_unit,
            nesting: self.nesting + 1,
            variables: self.variables.clone(),
            aliases: self.aliases.clone(),
            ..Given::new(self.wanted, self.steps)
        };
        run(script, &pattern, &reader::read(&pattern), given, self.out);
    }

    fn call(&mut self, name: String, body: &'t List, words: Option<Vec<Element>>) {
        self.called.insert(name);
        if self.nesting >= MAX_NESTING {
            return;
        }
        let names: Vec<String> = (1..10).map(|at| at.to_string()).collect();
        let names = || names.iter().map(String::as_str).chain(["@", "*"]);
        let before: Vec<_> = names().map(|name| self.variables.get(name)).collect();
        self.arguments(words.map(|words| words.into_iter().skip(1).collect()));
        self.nesting += 1;
        self.list(body);
        self.nesting -= 1;
        for (name, value) in names().zip(before) {
            let value = value.map_or(Value::Unknown, |value| (*value).clone());
            self.variables.set(name, value);
        }
    }

    /// Functions that nothing in the script calls by their names.
    fn uncalled(&mut self) {
        let mut all: Vec<(String, &'t List)> = { self.functions.iter() }
            .filter(|(name, _)| !self.called.contains(*name))
            .map(|(name, body)| (name.clone(), *body))
            .collect();
        all.sort_by(|one, other| one.0.cmp(&other.0));
        for (name, body) in all {
            if !self.called.contains(&name) {
                self.on(None, |this| this.call(name, body, None));
            }
        }
    }

    /// Commands that stand in a word run before it is one.
    fn outputs(&mut self, word: &'t Word) {
        for piece in &word.pieces {
            match &piece.what {
                What::Output(list) => {
                    let before = self.variables.clone();
                    self.list(list);
                    self.variables = before;
                }
                What::Parameter(parameter) => self.outputs(&parameter.operand),
                What::Literal | What::Escape(_) | What::Number => {}
            }
        }
    }

    /// A command: it is told, or the script in it is gone through.
    fn command(&mut self, words: Vec<Element>, span: &Span, addresses: Addresses) {
        if self.open.is_some_and(|at| span.contains(&at)) {
            return;
        }
        let mut when = self.when.clone();
        // `${ENGINE:-podman}`: the surroundings may say another one.
        if words.first().is_some_and(|first| first.when.maybe) {
            when.and(None);
        }
        let at = At {
            when,
            who: self.who.clone(),
            elsewhere: self.elsewhere,
            in_unit: self.in_unit,
            addresses,
            nesting: self.nesting,
            origin: self.text.origin_of_command(span),
        };
        dispatch(words, at, self.wanted, self.steps, self.out);
    }
}

/// Where a command stands.
pub(super) struct At {
    pub(super) when: When,
    pub(super) who: Who,
    pub(super) elsewhere: bool,
    pub(super) in_unit: bool,
    pub(super) addresses: Addresses,
    pub(super) nesting: u32,
    pub(super) origin: Origin,
}

/// A command: it is told, or the script in it is gone through.
pub(super) fn dispatch(words: Vec<Element>, at: At, wanted: Wanted, steps: &mut u32, out: &mut Followed) {
    let Some(command) = prefix::strip(words) else {
        return;
    };
    let who = match command.who {
        Who::Same => at.who,
        other => other,
    };
    let is_other = |address: &Text| prefix::is_other_machine(&address.pattern());
    let elsewhere = at.elsewhere || command.elsewhere || at.addresses.iter().flatten().any(is_other);
    let mut when = at.when;
    if command.doubtful {
        when.and(None);
    }
    let Some(script) = command.script else {
        if wanted(&command.program) {
            out.lines.push(Line {
                program: command.program,
                words: command.words,
                when,
                who,
                elsewhere,
                addresses: at.addresses,
                in_unit: at.in_unit,
                origin: at.origin,
            });
        }
        return;
    };
    if at.nesting < MAX_NESTING {
        let pattern = script.pattern();
        let read = reader::read(&pattern);
        let given = Given {
            when,
            who,
            elsewhere,
            in_unit: at.in_unit && !command.is_file,
            nesting: at.nesting + 1,
            arguments: command.words,
            ..Given::new(wanted, steps)
        };
        run(&script, &pattern, &read, given, out);
    }
}

/// Where a list stands.
fn span_of(list: &List) -> Option<Span> {
    Some(list.first()?.span.start..list.last()?.span.end)
}

fn is_declaration(name: &str) -> bool {
    matches!(name, "export" | "declare" | "local" | "readonly" | "typeset")
}
