//! An option and the values that are worth a try.

use crate::commands::spec::Kind;

/// Strings in Nix that are hard to quote: for shells, for units, for both.
const HARD: &[&str] = &[
    r#""a b""#,
    r#""it's""#,
    r#""say \"hi\"""#,
    r#""\${x}""#,
    r#""$y""#,
    r#""back\\slash""#,
    r#""""#,
    r#""für""#,
    r#""st*r""#,
    r#"" around ""#,
    r#""a;b|c&d""#,
    r##""#hash""##,
    r#""~""#,
    r#""`tick`""#,
    r#""tab\there""#,
    r#""two\nlines""#,
    r#""100%n""#,
    r#""it's \"a b\" \\n $z""#,
    r#""v --flag w""#,
    r#""'quoted'""#,
    r#""k=v""#,
];

pub(super) enum Value {
    /// Just these.
    Of(&'static [&'static str]),
    /// `true` and `false`.
    Bool,
    /// These, and hard strings.
    Text(&'static [&'static str]),
    /// These lists, and lists with hard strings.
    Texts(&'static [&'static str]),
    /// These sets of strings, and sets with hard strings.
    Pairs(&'static [&'static str]),
}

impl Value {
    /// How many of the values tell releases apart, or may.
    pub(super) const fn telling(&self) -> usize {
        match self {
            Self::Bool => 2,
            Self::Of(values) | Self::Text(values) | Self::Texts(values) | Self::Pairs(values) => values.len(),
        }
    }

    /// All of them, as expressions.
    pub(super) fn expressions(&self) -> Vec<String> {
        let owned =
            |values: &[&str]| -> Vec<String> { values.iter().map(|value| (*value).to_owned()).collect() };
        match self {
            Self::Of(values) => owned(values),
            Self::Bool => owned(&["true", "false"]),
            Self::Text(values) => owned(&[values, HARD].concat()),
            Self::Texts(values) => {
                let mut out = owned(values);
                out.extend(HARD.iter().map(|hard| format!("[ \"first\" {hard} ]")));
                out
            }
            Self::Pairs(values) => {
                let mut out = owned(values);
                out.extend(HARD.iter().map(|hard| format!("{{ A = {hard}; Z = \"z\"; }}")));
                out.push("{ \"odd name\" = \"v\"; \"dotted.name\" = \"w\"; }".to_owned());
                out
            }
        }
    }
}

pub(super) struct Opt {
    /// Below the container.
    pub(super) path: &'static str,
    /// The first release that has it.
    pub(super) since: &'static str,
    pub(super) values: Value,
    /// Others that cannot be set beside it begin so.
    pub(super) not_with: &'static [&'static str],
    /// Is it never set with others?
    pub(super) is_alone: bool,
    /// What else has to be set, so that it has an effect.
    pub(super) needs: &'static str,
}

impl Opt {
    pub(super) const fn new(path: &'static str, values: Value) -> Self {
        Self {
            path,
            since: "24.11",
            values,
            not_with: &[],
            is_alone: false,
            needs: "",
        }
    }

    pub(super) const fn since(mut self, release: &'static str) -> Self {
        self.since = release;
        self
    }

    pub(super) const fn not_with(mut self, others: &'static [&'static str]) -> Self {
        self.not_with = others;
        self
    }

    pub(super) const fn alone(mut self) -> Self {
        self.is_alone = true;
        self
    }

    pub(super) const fn needs(mut self, other: &'static str) -> Self {
        self.needs = other;
        self
    }

    pub(super) fn clashes(&self, other: &Self) -> bool {
        let hits = |one: &Self, other: &Self| {
            one.not_with.iter().any(|begin| other.path.starts_with(begin))
                || one
                    .needs
                    .split(" = ")
                    .next()
                    .is_some_and(|needed| needed == other.path)
        };
        self.path == other.path
            || hits(self, other)
            || hits(other, self)
            || (!self.needs.is_empty() && self.needs == other.needs)
    }

    pub(super) fn set(&self, value: &str) -> String {
        let needs = if self.needs.is_empty() {
            String::new()
        } else {
            format!(" {}", self.needs)
        };
        format!("{} = {value};{needs}", self.path)
    }

    /// The releases that have it. Home Manager has most since always.
    pub(super) fn releases(&self, kind: Kind) -> Vec<&'static str> {
        kind.releases()
            .iter()
            .copied()
            .filter(|release| *release >= self.since)
            .collect()
    }
}

/// What a kind of containers looks like.
pub(super) struct Surface {
    /// What stands around the options of a container.
    pub(super) around: fn(&str) -> String,
    /// The options that are always set.
    pub(super) always: &'static [(&'static str, &'static str)],
    /// All others.
    pub(super) options: &'static [Opt],
    /// Specs that no table makes.
    pub(super) by_hand: &'static [(&'static str, &'static str)],
}

impl Surface {
    /// A whole spec that sets some options.
    pub(super) fn text(&self, lines: &[String]) -> String {
        let mut inner = String::new();
        for (path, value) in self.always {
            let head = format!("{path} = ");
            if !lines.iter().any(|line| line.starts_with(&head)) {
                inner.push_str(&format!("  {head}{value};\n"));
            }
        }
        for line in lines {
            inner.push_str(&format!("  {line}\n"));
        }
        (self.around)(&inner)
    }
}
