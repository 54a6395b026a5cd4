//! Reading one option: its value, how certain it is, and all its definitions.

use crate::read::project::Project;
use crate::vocabulary::options::{explains_only, is_read};
use nixpod_eval::{
    Attrs, Evaluator, Lookup, NO_SITE, OriginId, Portion, Reserve, Share, ThunkId, Tracked, Unknown, Value,
    When,
};
use nixpod_model::{Definition, EntryName, Field, Holds, NotAnalysed, Subject, UnknownOption};
use nixpod_modules::{OptionInfo, OptionPath, Shared};
use nixpod_source::{Condition, Origin, Place, Site, Utf8PathBuf, Why};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::rc::Rc;

/// What the content of a file says of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sniffed {
    /// Is it encrypted on purpose?
    pub(crate) encrypted: bool,
    /// What is in it otherwise.
    pub(crate) holds: Holds,
}

/// The evaluator with what reading needs besides.
pub(crate) struct OptionReader<'e, 's> {
    pub(crate) ev: &'e mut Evaluator<'s>,
    pub(crate) shared: Rc<Shared>,
    /// The project's directory, to which paths are told relative.
    pub(crate) project: Option<Utf8PathBuf>,
    /// Undecided conditions under which the thing being read exists at all: its own facts are certain in spite of them.
    pub(crate) given: When,
    pub(crate) not_analysed: Vec<NotAnalysed>,
    /// What is being read, for what could not be looked into.
    pub(crate) subject: Subject,
    /// The option that is the container being read, if one is. What is not known of it is told by its facts.
    pub(crate) container: Option<OptionPath>,
    /// Options of what is read that nobody declares.
    pub(crate) unknown_options: Vec<Field<UnknownOption>>,
    pub(super) definitions: FxHashMap<*const OptionInfo, Vec<Definition>>,
    /// What is in files, by path: thousands of values can come from one.
    pub(crate) sniffed: FxHashMap<String, Sniffed>,
}

/// A value found at an option's path.
#[derive(Clone)]
pub(crate) struct Found {
    pub(crate) value: Tracked,
    /// Where in the heap it is, if it is there.
    pub(crate) thunk: Option<ThunkId>,
    /// Under which undecided conditions it is there.
    pub(crate) when: When,
    /// The key's place.
    pub(crate) site: Site,
    pub(crate) info: Option<Rc<OptionInfo>>,
    /// What is known of the names that it stands for, where it stands for any number of them: `probe-…`.
    pub(crate) known_name: Option<String>,
    /// Where there is no info of its own: is it a part of a default?
    default: bool,
    /// Is it a part of something that the analysed code sets and that is not known as a whole?
    of_unknown: bool,
}

impl<'e, 's> OptionReader<'e, 's> {
    pub(crate) fn new(ev: &'e mut Evaluator<'s>, shared: Rc<Shared>, project: &Project) -> Self {
        Self {
            ev,
            shared,
            project: project.directory.clone(),
            given: When::ALWAYS,
            not_analysed: Vec::new(),
            subject: Subject::Other,
            container: None,
            unknown_options: Vec::new(),
            definitions: FxHashMap::default(),
            sniffed: FxHashMap::default(),
        }
    }

    /// Another container is read next, which shares little with those before it.
    pub(crate) fn forget(&mut self) {
        self.definitions.clear();
        self.not_analysed.clear();
        self.unknown_options.clear();
    }

    /// The value of a whole system.
    pub(crate) fn root(&mut self, config: ThunkId) -> Found {
        self.found(config, When::ALWAYS, NO_SITE, false)
    }

    pub(crate) fn found(&mut self, thunk: ThunkId, when: When, site: Site, default: bool) -> Found {
        let limits = self.ev.limits_hit().len();
        let value = self.ev.within(Share::Half, |ev| ev.force_or_unknown(thunk));
        self.name_limits(limits, thunk, site);
        self.found_value(value, thunk, when, site, default)
    }

    /// As [`Self::found`], one of several for which something was set aside.
    fn found_among(
        &mut self,
        (reserve, portion): (&mut Reserve, Portion),
        thunk: ThunkId,
        when: When,
        site: Site,
        default: bool,
    ) -> Found {
        let outer = self.ev.begin_reserved(reserve, portion);
        let limits = self.ev.limits_hit().len();
        let value = self.ev.force_or_unknown(thunk);
        self.ev.end_part(outer);
        self.name_limits(limits, thunk, site);
        self.found_value(value, thunk, when, site, default)
    }

    /// Names the option at which bounds were reached since there were so many.
    fn name_limits(&mut self, since: usize, thunk: ThunkId, site: Site) {
        if self.ev.limits_hit().len() > since
            && let Some(info) = self.shared.info(thunk)
        {
            let what = nixpod_modules::dotted(&info.about.path);
            self.ev.name_limits(since, &what, Some(site));
        }
    }

    fn found_value(
        &mut self,
        value: Tracked,
        thunk: ThunkId,
        when: When,
        site: Site,
        default: bool,
    ) -> Found {
        let found = Found {
            value,
            when,
            site,
            info: self.shared.info(thunk),
            known_name: None,
            default,
            of_unknown: false,
            thunk: Some(thunk),
        };
        self.tell_unread(&found);
        if self.container.is_some() {
            self.collect_unknown_options(&found);
        }
        found
    }

    /// Reads each of several things as a part of the work: what one uses up is not taken from the others.
    pub(crate) fn each_part<T>(&mut self, things: Vec<T>, mut read: impl FnMut(&mut Self, T)) {
        let mut reserve = Reserve::new(Share::Half);
        let portion = self.ev.set_aside(&mut reserve, things.len());
        for thing in things {
            let others = self.ev.begin_reserved(&mut reserve, portion);
            read(self, thing);
            self.ev.end_part(others);
        }
    }

    /// The attribute of a value.
    pub(crate) fn get(&mut self, base: &Found, name: &str) -> Found {
        let default = self.is_default(base);
        let mut when = base.when;
        let set = match &base.value.value {
            Value::Attrs(set) => Some(set.clone()),
            Value::Either(alternatives) => {
                let alternatives = alternatives.clone();
                let chosen = alternatives.iter().find_map(|one| match &one.value.value {
                    Value::Attrs(set) if !self.is_out(one.when, base.when) => Some((set.clone(), one.when)),
                    _ => None,
                });
                chosen.map(|(set, also)| {
                    when = self.ev.both(when, also);
                    set
                })
            }
            _ => None,
        };
        let symbol = self.ev.intern(name);
        if let Some(set) = &set
            && let Some(attr) = set.get(symbol).copied()
            && !self.is_out(attr.when, when)
        {
            let when = self.ev.both(when, attr.when);
            return self.found(attr.thunk, when, attr.site, default);
        }
        let unknown = match (&set, &base.value.value) {
            (Some(set), _) => set.open.as_ref().map(|open| open.select(name)),
            (None, Value::Unknown(unknown)) => Some(unknown.select(name)),
            _ => None,
        };
        let unknown = unknown.unwrap_or_else(|| Unknown::new(Why::UnsetOption(name.to_owned())));
        Found {
            value: Tracked {
                value: Value::Unknown(unknown),
                origin: OriginId::default(),
            },
            when,
            site: base.site,
            info: None,
            known_name: None,
            default,
            of_unknown: matches!(base.value.value, Value::Unknown(_)) && self.is_set(base),
            thunk: None,
        }
    }

    /// Has a value no such attribute, so that what [`Self::get`] gives for it is unset? That is told faster.
    pub(crate) fn lacks(&mut self, base: &Found, name: &str) -> bool {
        let is_unset = |unknown: &Unknown| matches!(unknown.why, Why::UnsetOption(_));
        match &base.value.value {
            Value::Attrs(set) => {
                let symbol = self.ev.intern(name);
                set.get(symbol).is_none() && set.open.as_deref().is_none_or(is_unset)
            }
            Value::Unknown(unknown) => is_unset(unknown) && !self.is_set(base),
            _ => false,
        }
    }

    /// Is a part certainly not there, since what it is a part of is there only where it is not?
    fn is_out(&mut self, part: When, whole: When) -> bool {
        if part.is_always() {
            return false;
        }
        let given = self.ev.both(self.given, whole);
        self.ev.is_excluded(part, given)
    }

    /// What the option is called that is a container, if it is one.
    pub(crate) fn path_of(found: &Found) -> OptionPath {
        let path = found.info.as_ref().map(|info| info.about.path.clone());
        path.unwrap_or_default()
    }

    /// The name of an option, from the container that is read if it is one of its own.
    pub(super) fn name_of(&self, info: &OptionInfo) -> SmolStr {
        let path = &info.about.path;
        let container = self.container.as_deref().unwrap_or_default();
        let own = path.strip_prefix(container).filter(|own| !own.is_empty());
        nixpod_modules::dotted(own.unwrap_or(path)).into()
    }

    /// An option of a system that is no set of containers.
    pub(crate) fn option(&mut self, config: &Found, path: &[&str]) -> Found {
        debug_assert!(
            is_read(path),
            "{path:?} is missing among the options that are read"
        );
        let mut found = self.at(config, path);
        // A name that is not known, or a part of a definition that was not seen, may be any option. Doubt is raised where it
        // may be a container, and not about how something else is meant: that is told of the system as a whole.
        let is_elsewhere = found.thunk.is_none() && !found.of_unknown;
        if let (true, Value::Unknown(unknown)) = (is_elsewhere, &found.value.value)
            && matches!(unknown.why, Why::External(_))
            && explains_only(path)
        {
            found.value.value = Value::unknown(Why::UnsetOption(path.join(".")));
        }
        found
    }

    /// The value at a path.
    pub(crate) fn at(&mut self, base: &Found, path: &[&str]) -> Found {
        let mut found = base.clone();
        for name in path {
            found = self.get(&found, name);
        }
        found
    }

    /// Does nothing in the analysed code set it?
    pub(crate) fn is_default(&self, found: &Found) -> bool {
        match &found.info {
            Some(info) => {
                info.default
                    || !info
                        .definitions
                        .iter()
                        .any(|definition| definition.won && !definition.written.is_ours())
            }
            None => found.default,
        }
    }

    /// Does the analysed code set it, to whatever value?
    pub(crate) fn is_written(&self, found: &Found) -> bool {
        match &found.info {
            Some(_) => !self.is_default(found),
            None => !found.default && !matches!(found.value.value, Value::Unknown(_)),
        }
    }

    /// Does the analysed code say anything of it, even if what it says is not known?
    fn is_set(&self, found: &Found) -> bool {
        match &found.info {
            Some(_) => !self.is_default(found),
            None => found.of_unknown || found.thunk.is_some() && !found.default,
        }
    }

    /// Is it a value that nobody sets and that has no default? An option that is set to one that nobody sets is not.
    pub(crate) fn is_unset(&self, found: &Found) -> bool {
        matches!(&found.value.value, Value::Unknown(unknown) if matches!(unknown.why, Why::UnsetOption(_)))
            && !self.is_set(found)
    }

    /// The entries of a set, sorted by name, and whether there may be more.
    pub(crate) fn entries(&mut self, found: &Found) -> Entries {
        self.entries_where(found, &|_| true)
    }

    /// Those of them whose names are wanted; the others are not looked at.
    pub(crate) fn entries_called(
        &mut self,
        found: &Found,
        is: &dyn Fn(&str) -> bool,
    ) -> Vec<(String, Found)> {
        self.entries_where(found, is).named
    }

    /// What the entries of a set are whose names are not known, each by itself.
    pub(crate) fn templates(&mut self, found: &Found) -> Vec<Found> {
        self.entries_where(found, &|_| false).templates
    }

    fn entries_where(&mut self, found: &Found, is: &dyn Fn(&str) -> bool) -> Entries {
        let default = self.is_default(found);
        let mut out = Entries::default();
        let set = match &found.value.value {
            Value::Attrs(set) => (set.clone(), found.when),
            Value::Either(_) => match self.ev.attrs_or_open(found.value.clone(), found.site) {
                Ok(set) => (set, found.when),
                Err(_) => return out,
            },
            Value::Unknown(unknown) => {
                out.open = Some(unknown.why.clone());
                return out;
            }
            _ => return out,
        };
        let (set, when): (Rc<Attrs>, When) = set;
        if self.is_declaration(&found.value) {
            return out;
        }
        let mut reserve = Reserve::new(Share::Half);
        let portion = self
            .ev
            .set_aside(&mut reserve, set.entries.len().min(MAX_ENTRIES));
        for attr in self.ev.sorted(&set) {
            if !is(self.ev.name(attr.name)) || self.is_out(attr.when, when) {
                continue;
            }
            if out.named.len() >= MAX_ENTRIES {
                out.open = Some(Why::Limit(format!("more than {MAX_ENTRIES} entries of one set")));
                return out;
            }
            let name = self.ev.name(attr.name).to_string();
            let when = self.ev.both(when, attr.when);
            let among = (&mut reserve, portion);
            let found = self.found_among(among, attr.thunk, when, attr.site, default);
            out.named.push((name, found));
        }
        if let Some(open) = &set.open {
            for key in set.unnamed() {
                let known_name = key.names.as_ref().map(|names| names.shown());
                let found = self.found(key.value, when, found.site, default);
                out.templates.push(Found { known_name, ..found });
            }
            if out.templates.is_empty() {
                out.open = Some(open.why.clone());
            }
        }
        out
    }

    /// Is it what `mkOption` gives? Code that declares an option has it where a system has the option's value.
    fn is_declaration(&mut self, value: &Tracked) -> bool {
        let tag = self.ev.intern("_type");
        matches!(
            self.ev.lookup(value, tag),
            Ok(Lookup::Found(Tracked { value: Value::String(kind), .. })) if kind.text == "option"
        )
    }

    /// The elements of a list; a stretch that is not known is one unknown element.
    pub(crate) fn elements(&mut self, found: &Found) -> Vec<Found> {
        let default = self.is_default(found);
        let mut out = Vec::new();
        let list = match &found.value.value {
            Value::Null => return out,
            // An alternative that is no list (null, or a single word) is left out.
            Value::Either(alternatives) => {
                let lists = alternatives
                    .iter()
                    .filter(|one| matches!(one.value.value, Value::List(_) | Value::Unknown(_)))
                    .cloned()
                    .collect();
                let joined = self.ev.join(lists);
                self.ev.list_or_open(joined, found.site)
            }
            _ => self.ev.list_or_open(found.value.clone(), found.site),
        };
        let list = match list {
            Ok(list) => list,
            Err(nixpod_eval::Stop::Unknown(unknown)) => {
                out.push(self.unknown_part(found, unknown.why.clone()));
                return out;
            }
            Err(nixpod_eval::Stop::Error(error)) => {
                out.push(self.unknown_part(found, error.why()));
                return out;
            }
        };
        let mut reserve = Reserve::new(Share::Half);
        let portion = self.ev.set_aside(&mut reserve, list.elems.len());
        for elem in &list.elems {
            if self.is_out(elem.when, found.when) {
                continue;
            }
            let when = self.ev.both(found.when, elem.when);
            let among = (&mut reserve, portion);
            let limits = self.ev.limits_hit().len();
            let mut element = self.found_among(among, elem.thunk, when, found.site, default);
            // An element is no option of its own.
            if let Some(thunk) = found.thunk {
                self.name_limits(limits, thunk, found.site);
            }
            if element.info.is_none() {
                element.info.clone_from(&found.info);
                self.tell_element(&element, elem.when);
            }
            out.push(element);
        }
        if let Some(open) = &list.open {
            let part = self.unknown_part(found, open.why.clone());
            self.tell_element(&part, When::ALWAYS);
            out.push(part);
        }
        out
    }

    pub(super) fn unknown_part(&self, found: &Found, why: Why) -> Found {
        Found {
            value: Tracked {
                value: Value::unknown(why),
                origin: OriginId::default(),
            },
            thunk: None,
            ..found.clone()
        }
    }

    /// Undecided conditions besides those under which everything here is, as far as the analysed code has them; and whether
    /// there are any.
    pub(crate) fn conditions(&mut self, when: When) -> (Vec<Condition>, bool) {
        let open = self.ev.without(when, self.given);
        let all = self.ev.conditions(open).into_iter();
        let told = all.map(|(condition, _)| condition.only(|place| !place.site.file.is_own()));
        let told = told.filter(|condition| condition.place().is_some());
        (told.collect(), !open.is_always())
    }

    /// The reason of the first condition that has no place in the code.
    pub(crate) fn hangs_on(&mut self, when: When) -> Option<Why> {
        let open = self.ev.without(when, self.given);
        let all = self.ev.conditions(open).into_iter();
        all.map(|(_, why)| why).next()
    }

    /// The trail of a value, without places in our own files; where it has none, the key that defines it.
    pub(crate) fn origin(&self, value: OriginId, found: &Found) -> Origin {
        let trail = self.trail(self.ev.trail(value));
        if !trail.hops.is_empty() || self.is_default(found) {
            return trail;
        }
        let defined = found.info.iter().flat_map(|info| &info.definitions);
        let site = defined
            .filter(|definition| definition.won && !definition.written.is_ours())
            .map(|definition| definition.written.site())
            .chain([found.site])
            .find(|site| !site.file.is_own());
        site.map(|site| Origin::at(Place::whole(site)))
            .unwrap_or_default()
    }

    /// A trail without places in our own files.
    pub(crate) fn trail(&self, mut trail: Origin) -> Origin {
        trail.hops.retain(|hop| !hop.place.site.file.is_own());
        trail
    }

    /// Where something as a whole is defined: its set, or its key.
    pub(crate) fn place_of(&self, found: &Found) -> Origin {
        let origin = self.origin(found.value.origin, found);
        if origin.hops.is_empty() && !found.site.file.is_own() {
            return Origin::at(Place::whole(found.site));
        }
        origin
    }

    /// The place of the key that defines a thing.
    pub(crate) fn key_origin(&self, found: &Found) -> Origin {
        if found.site.file.is_own() {
            return self.place_of(found);
        }
        Origin::at(Place::whole(found.site))
    }
}

/// More entries of a set are not read: each that is kept takes kilobytes.
const MAX_ENTRIES: usize = 10_000;

/// The entries of a set.
#[derive(Default)]
pub(crate) struct Entries {
    /// By name.
    pub(crate) named: Vec<(String, Found)>,
    /// What entries of unknown names are: those of one name each by themselves.
    pub(crate) templates: Vec<Found>,
    /// There may be further entries of which nothing is known.
    pub(crate) open: Option<Why>,
}

impl Entries {
    /// Are there none?
    pub(crate) fn is_empty(&self) -> bool {
        self.named.is_empty() && self.templates.is_empty()
    }

    /// With the template as an entry.
    pub(crate) fn all(self) -> Vec<(EntryName, Found)> {
        let named = self.named.into_iter();
        let named = named.map(|(name, found)| (EntryName::Known(name.into()), found));
        let numbers = (0..).map(EntryName::Template);
        named.chain(numbers.zip(self.templates)).collect()
    }
}

/// The name of an entry as a part of an option's path.
pub(crate) fn as_key(name: &EntryName) -> String {
    match name {
        EntryName::Known(name) => nixpod_modules::key(name),
        EntryName::Template(_) => name.to_string(),
    }
}
