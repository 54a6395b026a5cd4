//! What could not be looked into, and what is wrong with the code itself.

use crate::read::{Found, OptionReader};
use nixpod_eval::{Value, When};
use nixpod_model::{Field, NotAnalysed, Subject, UnknownFacts, UnknownOption, Unseen};
use nixpod_modules::Gap;
use nixpod_source::{Origin, Place, Why};

impl OptionReader<'_, '_> {
    /// Why a part of a set's definitions could not be seen, if so: then what is not set in it is not known either.
    pub(crate) fn unseen(&self, found: &Found) -> Option<Unseen> {
        let open = match &found.value.value {
            Value::Attrs(set) => set.open.as_ref().map(|open| open.why.clone()),
            Value::Unknown(unknown) => Some(unknown.why.clone()),
            _ => None,
        };
        let open = open.filter(|why| !self.is_by_itself(found, why));
        // What is defined besides is known, although nobody declares it.
        if let Some(why) = open {
            let place = self.unknown_origin(&found.value, found).place();
            return Some(Unseen { why, place });
        }
        let mut gaps = self.gaps(found).into_iter();
        let gap = gaps.find(|gap| !matches!(gap.why, Why::NoSuchOption { .. }))?;
        let site = gap.site.filter(|site| !site.file.is_own());
        Some(Unseen {
            why: gap.why,
            place: site.map(Place::whole),
        })
    }

    /// What may define more of a set under a name that is not known.
    pub(crate) fn unnamed(&self, found: &Found) -> Option<Unseen> {
        let gap = self.shared.unnamed(found.thunk?)?;
        let site = gap.site.filter(|site| !site.file.is_own());
        Some(Unseen {
            why: gap.why.clone(),
            place: site.map(Place::whole),
        })
    }

    /// Is a set only open because nobody was seen to define it as a whole?
    pub(crate) fn is_by_itself(&self, found: &Found, why: &Why) -> bool {
        let Why::UnsetOption(name) = why else { return false };
        match &found.info {
            Some(info) => nixpod_modules::dotted(&info.about.path) == *name,
            None => true,
        }
    }

    /// What could not be seen of an option itself.
    pub(crate) fn gaps(&self, found: &Found) -> Vec<Gap> {
        match (&found.info, found.thunk) {
            (Some(info), Some(thunk)) => self.shared.gaps_about(self.ev, &info.about, thunk),
            _ => Vec::new(),
        }
    }

    /// Tells an option that the analysed code sets to what Nix itself cannot evaluate, or to what depends on a file that
    /// may not or cannot be read: whoever writes the code must not be able to hide a value like that. Other unknowns only
    /// need more than the repository.
    pub(super) fn tell_unread(&mut self, found: &Found) {
        let Some(info) = &found.info else { return };
        if let Value::Either(alternatives) = &found.value.value
            && !self.is_default(found)
        {
            let what = nixpod_modules::dotted(&info.about.path);
            for one in alternatives.iter() {
                self.tell_conditions(&what, one.when);
            }
        }
        let Value::Unknown(unknown) = &found.value.value else {
            return;
        };
        let why = &unknown.why;
        if why.is_fault() && !self.is_default(found) && self.container.is_none() {
            let what = nixpod_modules::dotted(&info.about.path);
            let place = self.unknown_origin(&found.value, found).place();
            let mut also = Vec::new();
            if matches!(why, Why::Conflict(_)) {
                let certain = info
                    .definitions
                    .iter()
                    .filter(|one| one.won && one.when.is_always());
                for site in certain
                    .map(|one| one.written.site())
                    .filter(|site| !site.file.is_own())
                {
                    let other = Place::whole(site);
                    if place != Some(other) && !also.contains(&other) {
                        also.push(other);
                    }
                }
            }
            self.not_analysed.push(NotAnalysed {
                place,
                what,
                why: why.clone(),
                also,
                subject: self.subject.clone(),
                hosts: Vec::new(),
                questions: Vec::new(),
            });
        }
    }

    /// The same for an element of a list, which may be there under a condition.
    pub(super) fn tell_element(&mut self, element: &Found, when: When) {
        self.tell_unread(element);
        if let (Some(info), false) = (&element.info, when.is_always()) {
            let what = nixpod_modules::dotted(&info.about.path);
            self.tell_conditions(&what, when);
        }
    }

    /// Collects the options of a set that nobody declares.
    pub(crate) fn collect_unknown_options(&mut self, found: &Found) {
        for gap in self.gaps(found) {
            if let (Why::NoSuchOption { option, meant }, Some(site)) = (gap.why, gap.site) {
                let option = UnknownOption { name: option, meant };
                let field = Field::set(option, Origin::at(Place::whole(site)));
                if !self.unknown_options.contains(&field) {
                    self.unknown_options.push(field);
                }
            }
        }
    }

    /// The options that were collected, with their paths from a container.
    pub(crate) fn take_unknown_options(&mut self, container: &Found) -> Vec<Field<UnknownOption>> {
        let path = container
            .info
            .as_ref()
            .map(|info| nixpod_modules::dotted(&info.about.path));
        let path = path.map_or_else(String::new, |path| path + ".");
        let options = std::mem::take(&mut self.unknown_options).into_iter();
        let from_container = |option: &UnknownOption| UnknownOption {
            name: option.name.strip_prefix(&path).unwrap_or(&option.name).to_owned(),
            meant: option.meant.clone(),
        };
        options.map(|field| field.map(from_container)).collect()
    }

    /// Conditions that Nix itself cannot evaluate, or that depend on a file that may not or cannot be read.
    pub(crate) fn tell_conditions(&mut self, what: &str, when: When) {
        // What the whole container stands under was told with it.
        let open = self.ev.without(when, self.given);
        for (condition, why) in self.ev.conditions(open) {
            let place = condition.place().filter(|place| !place.site.file.is_own());
            if let Some(place) = place.filter(|_| why.is_fault()) {
                self.gap(what.to_owned(), why, &Origin::at(place));
            }
        }
    }

    /// Something that the analysis cannot look into.
    pub(crate) fn gap(&mut self, what: String, why: Why, origin: &Origin) {
        self.not_analysed.push(NotAnalysed {
            place: origin.place(),
            what,
            why,
            also: Vec::new(),
            subject: self.subject.clone(),
            hosts: Vec::new(),
            questions: Vec::new(),
        });
    }

    /// Reads with another subject.
    pub(crate) fn about(&mut self, subject: Subject) -> Subject {
        std::mem::replace(&mut self.subject, subject)
    }

    /// The keys of all definitions that have a part in a value.
    pub(crate) fn keys_of(&self, found: &Found) -> Vec<Place> {
        let definitions = found.info.iter().flat_map(|info| &info.definitions);
        let on = definitions.filter(|one| one.value.is_some());
        let sites = on.map(|one| one.written.site());
        let mut keys: Vec<Place> = sites
            .filter(|site| !site.file.is_own())
            .map(Place::whole)
            .collect();
        keys.dedup();
        keys
    }

    /// Facts of a thing that are not known although the analysed code says something of them.
    pub(crate) fn count_unknown(&mut self, what: &str, unknown: Vec<UnknownFacts>) {
        self.not_analysed.extend(counted(what, &self.subject, unknown));
    }
}

/// Facts that are not known, as what was not analysed.
pub(crate) fn counted(
    what: &str,
    subject: &Subject,
    unknown: Vec<UnknownFacts>,
) -> impl Iterator<Item = NotAnalysed> {
    // A bound is told by itself, with the option at which it was reached.
    let is_limit = |facts: &UnknownFacts| matches!(facts.why, Why::Limit(_) | Why::Cancelled);
    let known = unknown.into_iter().filter(move |facts| !is_limit(facts));
    known.map(move |facts| NotAnalysed {
        place: facts.place,
        what: what.to_owned(),
        why: facts.why,
        also: facts.also,
        subject: subject.clone(),
        hosts: Vec::new(),
        questions: facts.questions,
    })
}
