//! Facts as lines of text: the certainty, the value, and the code that causes it.

use nixpod_fixture::TestSource;
use nixpod_model::{
    Container, Existence, Fact, FactInfo, FactValue, Field, Listing, SecretSlot, System, UnknownFacts,
    Unseen, User, Visitor, World,
};
use nixpod_source::{Condition, Origin};

fn condition(files: &TestSource, condition: &Condition) -> String {
    let words = Condition::sentence(std::slice::from_ref(condition), |place| Some(files.code(place)));
    let words = words.unwrap_or_default().replace('`', "");
    words.strip_prefix("only if ").unwrap_or(&words).to_owned()
}

/// `set`, `maybe if COND` or `default`, value, `<- code`.
fn field<T: FactValue>(files: &TestSource, field: &Field<T>) -> String {
    let conditions: Vec<String> = field.conditions.iter().map(|one| condition(files, one)).collect();
    let mut out = match &field.fact {
        Fact::Set(value) => value.describe(),
        Fact::Default(value) => format!("default {}", value.describe()),
        Fact::Maybe(value) => format!("maybe[{}] {}", conditions.join(", "), value.describe()),
        Fact::Unknown(why) => format!("unknown: {why}"),
    };
    if let Some(place) = field.origin.place() {
        out.push_str(&format!(" <- {}", files.code(place)));
    }
    out
}

/// All facts of a thing, by their names.
struct Facts<'f> {
    files: &'f TestSource,
    all: Vec<(&'static str, String)>,
}

impl<'f> Facts<'f> {
    const fn new(files: &'f TestSource) -> Self {
        let all = Vec::new();
        Self { files, all }
    }
}

impl Visitor for Facts<'_> {
    fn fact<T: FactValue>(&mut self, info: FactInfo, value: &Field<T>) {
        self.all.push((info.name, field(self.files, value)));
    }
}

struct Lines<'f> {
    files: &'f TestSource,
    out: String,
}

impl<'f> Lines<'f> {
    const fn new(files: &'f TestSource) -> Self {
        let out = String::new();
        Self { files, out }
    }

    fn push(&mut self, name: &str, value: &str) {
        self.out.push_str(&format!("  {name}: {value}\n"));
    }

    /// The facts that something new does not have.
    fn facts(&mut self, indent: &str, new: &Facts<'_>, facts: &Facts<'_>) {
        for (name, value) in facts.all.iter().filter(|fact| !new.all.contains(fact)) {
            self.push(&format!("{indent}{name}"), value);
        }
    }

    /// What is counted as not known.
    fn unknown(&mut self, all: &[UnknownFacts]) {
        for one in all {
            let name = if one.fails { "fails" } else { "not known" };
            let (questions, why) = (one.questions.join(", "), &one.why);
            let place = one.place.map_or("-".to_owned(), |place| self.files.code(place));
            self.push(name, &format!("{questions}: {why} <- {place}"));
        }
    }

    fn code(&self, origin: &Origin) -> String {
        let place = origin.place();
        place.map_or("-".to_owned(), |place| self.files.code(place))
    }
}

/// All containers, without what is as by default.
pub(super) fn containers(world: &World, files: &TestSource) -> String {
    let mut lines = Lines::new(files);
    for one in world.containers.values() {
        container(world, one, &mut lines);
    }
    gaps(world, &mut lines);
    lines.out
}

fn gaps(world: &World, lines: &mut Lines<'_>) {
    for gap in &world.not_analysed {
        let place = gap.place.map_or("-".to_owned(), |place| lines.files.code(place));
        lines
            .out
            .push_str(&format!("not analysed: {}: {} <- {place}\n", gap.what, gap.why));
    }
}

fn container(world: &World, one: &Container, lines: &mut Lines<'_>) {
    let existence = match &one.existence {
        Existence::Certain => String::new(),
        Existence::Template => " template".to_owned(),
        Existence::Maybe(conditions) => {
            let conditions: Vec<_> = (conditions.iter().map(|one| condition(lines.files, one))).collect();
            format!(" maybe[{}]", conditions.join(", "))
        }
    };
    let guest = one
        .guest
        .as_ref()
        .map_or(String::new(), |id| format!(", guest `{}`", world.system(id).name));
    lines.out.push_str(&format!(
        "{} {}{existence} in `{}`{guest} <- {}\n",
        one.surface.as_str(),
        one.name,
        world.system(&one.system).name,
        lines.code(&one.origin),
    ));
    let (mut new, mut facts) = (Facts::new(lines.files), Facts::new(lines.files));
    Container::new(one.id.clone(), Origin::default()).visit(&mut new);
    one.visit(&mut facts);
    lines.facts("", &new, &facts);
    if let Some(Unseen { why, place }) = &one.unnamed {
        let place = place.map_or("-".to_owned(), |place| lines.files.code(place));
        lines.push("unnamed", &format!("{why} <- {place}"));
    }
    if let Some(Unseen { why, .. }) = &one.unseen {
        lines.push("not seen", &why.to_string());
    }
    lines.unknown(&one.unknown());
}

/// The options of all containers.
pub(super) fn options(world: &World, listing: &Listing, files: &TestSource) -> String {
    let mut lines = Lines::new(files);
    for one in world.containers.values() {
        lines.out.push_str(&format!("{}\n", one.name));
        for option in &listing[&one.id] {
            lines.push(&option.name, &field(files, &option.value));
            for definition in &option.value.definitions {
                let condition = definition
                    .condition
                    .as_ref()
                    .map_or(String::new(), |one| format!(" if {}", condition(files, one)));
                lines.out.push_str(&format!(
                    "    {} {} at {}{condition}\n",
                    if definition.won { "won" } else { "lost" },
                    definition.value,
                    definition.priority,
                ));
            }
        }
    }
    lines.out
}

/// All systems, without what is as by default.
pub(super) fn systems(world: &World, files: &TestSource) -> String {
    let mut lines = Lines::new(files);
    for one in world.systems.values() {
        system(one, &mut lines);
    }
    gaps(world, &mut lines);
    lines.out
}

fn system(one: &System, lines: &mut Lines<'_>) {
    let home = one.home_of.as_ref();
    lines.out.push_str(&format!(
        "{:?} `{}`{}{} <- {}\n",
        one.kind,
        one.name,
        if one.seen.is_whole() { "" } else { " incomplete" },
        home.map_or(String::new(), |user| format!(" of {user}")),
        lines.code(&one.origin),
    ));
    let (mut new, mut facts) = (Facts::new(lines.files), Facts::new(lines.files));
    System::new(one.id.clone(), one.kind, "").visit(&mut new);
    one.visit(&mut facts);
    // They are printed below, with what tells them apart.
    facts.all.retain(|(name, _)| *name != "secret");
    lines.facts("", &new, &facts);
    lines.unknown(&one.unknown());
    for one in &one.users {
        user(one, lines);
    }
    for one in &one.secrets {
        let slot = match &one.slot {
            SecretSlot::Password(user, option) | SecretSlot::HashedPassword(user, option) => {
                format!("{user}.{option}")
            }
            SecretSlot::WrittenFile(name) | SecretSlot::Unit(name) => format!("file {name}"),
            SecretSlot::Environment { variable, .. } => format!("variable {variable}"),
            SecretSlot::Setting(name) => format!("setting {name}"),
            SecretSlot::UnitCredential(name) => format!("credential {name}"),
            SecretSlot::File(name) => format!("content of {name}"),
            SecretSlot::Script(name) => format!("script {name}"),
            SecretSlot::Credential(name) => format!("credential {name}"),
            SecretSlot::SecretFile(name) => format!("file of {name}"),
        };
        lines.push(&slot, &field(lines.files, &one.value));
    }
}

fn user(one: &User, lines: &mut Lines<'_>) {
    let place = lines.code(&one.origin);
    lines.push("user", &format!("{} <- {place}", one.name));
    let (mut new, mut facts) = (Facts::new(lines.files), Facts::new(lines.files));
    User::new("", Origin::default()).visit(&mut new);
    one.visit(&mut facts);
    lines.facts("  ", &new, &facts);
    lines.unknown(&one.unknown());
    if !one.sub_ids_known {
        lines.push("  sub-ids", "not all known");
    }
}
