//! Conditions that could not be decided, as the code has them.

use crate::Place;

/// What is required of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sense {
    /// That it is true.
    Holds,
    /// That it is not.
    Not,
    /// Something that the code does not say as a condition: that a set which is not known has a name, say.
    Unclear,
}

/// Something that is required of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Requirement {
    /// The expression.
    pub place: Place,
    /// What.
    pub sense: Sense,
}

/// A condition that could not be decided: that one of several cases is there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Condition {
    /// The cases; in each, all of these are required.
    pub cases: Vec<Vec<Requirement>>,
    /// Are there more than these?
    pub more: bool,
}

/// So many cases are told of a condition.
const MAX_CASES: usize = 4;

impl Condition {
    /// What is required of one expression.
    pub fn on(place: Place, sense: Sense) -> Self {
        Self {
            cases: vec![vec![Requirement { place, sense }]],
            more: false,
        }
    }

    /// That one of several lists of conditions holds.
    pub fn any_of(lists: impl IntoIterator<Item = Vec<Self>>) -> Self {
        let mut any = Self {
            cases: Vec::new(),
            more: false,
        };
        for list in lists {
            let whole = match <[Self; 1]>::try_from(list) {
                Ok([only]) => only,
                Err(list) => Self::all_of(list),
            };
            any.more |= whole.more;
            for case in whole.cases {
                if any.cases.contains(&case) {
                    continue;
                }
                match any.cases.len() < MAX_CASES {
                    true => any.cases.push(case),
                    false => any.more = true,
                }
            }
        }
        any
    }

    /// That all of several conditions hold, if none of them has several cases.
    fn all_of(list: Vec<Self>) -> Self {
        let mut all = Vec::new();
        let mut more = false;
        for condition in list {
            match <[_; 1]>::try_from(condition.cases) {
                Ok([case]) if !condition.more => all.extend(case),
                _ => more = true,
            }
        }
        Self {
            cases: match more {
                true => Vec::new(),
                false => vec![all],
            },
            more,
        }
    }

    /// That it does not hold.
    #[must_use]
    pub fn negated(&self) -> Self {
        let not = |required: &Requirement| Requirement {
            sense: match required.sense {
                Sense::Holds => Sense::Not,
                Sense::Not => Sense::Holds,
                Sense::Unclear => Sense::Unclear,
            },
            ..*required
        };
        let (cases, more) = match &self.cases[..] {
            _ if self.more => (Vec::new(), true),
            [case] => (case.iter().map(|required| vec![not(required)]).collect(), false),
            cases if cases.iter().all(|case| case.len() == 1) => {
                (vec![cases.iter().flatten().map(not).collect()], false)
            }
            _ => (Vec::new(), true),
        };
        Self { cases, more }
    }

    /// The expressions that it is about.
    pub fn requirements(&self) -> impl Iterator<Item = &Requirement> {
        self.cases.iter().flatten()
    }

    /// The first of them.
    pub fn place(&self) -> Option<Place> {
        self.requirements().next().map(|required| required.place)
    }

    /// Only the cases of which all expressions are such as `keep` says.
    #[must_use]
    pub fn only(mut self, keep: impl Fn(Place) -> bool) -> Self {
        let before = self.cases.len();
        let is_kept = |case: &Vec<Requirement>| case.iter().all(|required| keep(required.place));
        self.cases.retain(is_kept);
        self.more |= self.cases.len() < before;
        self
    }

    /// Does the code say what is required?
    fn is_clear(&self) -> bool {
        self.requirements()
            .all(|required| required.sense != Sense::Unclear)
    }

    /// The cases in words; `words` is what the code says at a place.
    fn cases(&self, words: &mut impl FnMut(Place) -> Option<String>) -> Option<String> {
        let mut cases = Vec::new();
        for case in &self.cases {
            let mut all = Vec::new();
            for required in case {
                let text = words(required.place)?;
                all.push(match required.sense {
                    Sense::Holds | Sense::Unclear => format!("`{text}`"),
                    Sense::Not => format!("not `{text}`"),
                });
            }
            cases.push(all.join(" and "));
        }
        if self.more {
            cases.push("something else".to_owned());
        }
        let is_told = self.requirements().next().is_some();
        is_told.then(|| cases.join(" or "))
    }

    /// What holds only under all of several conditions, in words: `words` is what the code says at a place.
    pub fn sentence(conditions: &[Self], mut words: impl FnMut(Place) -> Option<String>) -> Option<String> {
        let (clear, unclear): (Vec<_>, Vec<_>) = conditions.iter().partition(|one| one.is_clear());
        let mut told = |all: Vec<&Self>| -> Vec<String> {
            all.into_iter().filter_map(|one| one.cases(&mut words)).collect()
        };
        let (clear, unclear) = (told(clear), told(unclear));
        let clear = (!clear.is_empty()).then(|| format!("only if {}", clear.join(" and ")));
        let unclear = (!unclear.is_empty()).then(|| format!("depending on {}", unclear.join(" and ")));
        match (clear, unclear) {
            (Some(clear), Some(unclear)) => Some(format!("{clear}, and {unclear}")),
            (clear, unclear) => clear.or(unclear),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Condition, Sense};
    use crate::{ExprId, FileId, Place, Site};

    fn on(number: u32) -> Condition {
        let (file, expr) = (FileId::project(0), ExprId(number));
        Condition::on(Place::whole(Site { file, expr }), Sense::Holds)
    }

    #[track_caller]
    fn check(condition: &Condition, expected: &str) {
        let conditions = std::slice::from_ref(condition);
        let words = Condition::sentence(conditions, |place| Some(place.site.expr.0.to_string()));
        assert_eq!(words.as_deref().unwrap_or_default(), expected);
    }

    #[test]
    fn all_cases_are_said() {
        let any = Condition::any_of([vec![on(1)], vec![on(2), on(3)], vec![on(1)]]);
        check(&any, "only if `1` or `2` and `3`");
        check(&on(1).negated(), "only if not `1`");
        check(
            &Condition::any_of([vec![on(1)], vec![on(2)]]).negated(),
            "only if not `1` and not `2`",
        );
        check(
            &Condition::any_of([vec![on(1), on(2)]]).negated(),
            "only if not `1` or not `2`",
        );
        check(&any.negated(), "");
        let unclear = Condition::on(on(7).place().expect("it has one"), Sense::Unclear);
        let words = Condition::sentence(&[unclear, on(1)], |place| Some(place.site.expr.0.to_string()));
        assert_eq!(words.as_deref(), Some("only if `1`, and depending on `7`"));
    }

    #[test]
    fn what_is_too_long_is_not_said_to_be_all() {
        let many = Condition::any_of((0..6).map(|number| vec![on(number)]));
        check(&many, "only if `0` or `1` or `2` or `3` or something else");
    }
}
