//! Strings with their pieces, origins and references to the store.

use crate::read::facts::Sniffed;
use crate::read::{Found, OptionReader, wrong};
use crate::vocabulary::certainty::unknown;
use crate::vocabulary::text::hole;
use aho_corasick::AhoCorasick;
use nixpod_eval::{Coerce, ContextItem, NixString, OriginId, StringBuilder, Tracked, Value};
use nixpod_model::{EnvVar, Field, Holds, SecretSlot, SecretValue, StoreRef, Text, TextPart};
use nixpod_source::{HopKind, Origin, Place, Utf8Path, Why};
use std::rc::Rc;
use std::sync::LazyLock;

/// Files written by Nix may refer to others; what lies deeper is not looked at.
const MAX_WRITTEN: u32 = 3;
/// A sops file or an age header is recognised within its first bytes; sops' metadata stands at the end.
const MAX_SNIFF: usize = 1 << 20;

/// Longer files are no environment of a service.
const MAX_VARIABLES: usize = 64 << 10;

impl OptionReader<'_, '_> {
    /// A string option as a fact. A value that is unknown as a whole is an unknown fact.
    pub(crate) fn text(&mut self, found: &Found) -> Field<Text> {
        self.field(found, |this, value, origin| this.text_of(value, origin, 0))
    }

    /// The elements of an option that is a list of strings.
    pub(crate) fn texts(&mut self, found: &Found, name: &str) -> Vec<Field<Text>> {
        let list = self.get(found, name);
        if self.is_unset(&list) {
            return Vec::new();
        }
        let elements = self.elements(&list);
        elements.iter().map(|element| self.text(element)).collect()
    }

    /// A set of environment variables. An unknown value is a hole, because the name is known.
    pub(crate) fn variables(&mut self, found: &Found) -> Vec<Field<EnvVar>> {
        let entries = self.entries(found);
        let open = entries.open.clone();
        let mut out: Vec<_> = open.into_iter().map(|why| self.unknown(found, why)).collect();
        for (name, entry) in entries.all() {
            if matches!(entry.value.value, Value::Null) {
                continue;
            }
            out.push(self.field(&entry, |this, value, origin| {
                let value = this.scalar_text(value, origin);
                Ok(EnvVar {
                    name: name.to_string(),
                    value: value.unwrap_or_else(|why| hole(why, origin.clone())),
                })
            }));
        }
        out
    }

    /// A value that would be in the store, if the analysed code sets it.
    pub(crate) fn secret(&mut self, found: &Found, slot: SecretSlot, secrets: &mut Vec<SecretValue>) {
        if self.is_default(found) || self.is_unset(found) || matches!(found.value.value, Value::Null) {
            return;
        }
        let read = |this: &mut Self, value: &Tracked, origin: &Origin| match &value.value {
            Value::Null => Ok(None),
            _ => this.scalar_text(value, origin).map(Some),
        };
        let value = self.worst_field(found, read, Option::is_some);
        let value = match (value.value(), &value.or_unknown) {
            // It is none where this is there.
            (Some(None), None) => return,
            (Some(None), Some(why)) => unknown(&value, why),
            _ => value.map(|text| text.clone().unwrap_or_default()),
        };
        secrets.push(SecretValue { slot, value });
    }

    /// A string, a path, or something that is used as a string; whatever is unknown becomes a hole.
    pub(crate) fn text_or_hole(&mut self, value: &Tracked, fallback: &Origin) -> Text {
        match self.text_of(value, fallback, 0) {
            Ok(text) => text,
            Err(why) => hole(why, fallback.clone()),
        }
    }

    /// As the generators of unit files write scalars: numbers and Booleans are text too.
    pub(crate) fn scalar_text(&mut self, value: &Tracked, fallback: &Origin) -> Result<Text, Why> {
        match &value.value {
            Value::Bool(bool) => Ok(Text::known(bool.to_string(), fallback.clone())),
            Value::Int(int) => Ok(Text::known(int.to_string(), fallback.clone())),
            Value::Float(float) => Ok(Text::known(
                nixpod_eval::print::float_text(*float),
                fallback.clone(),
            )),
            _ => self.text_of(value, fallback, 0),
        }
    }

    pub(crate) fn text_of(&mut self, value: &Tracked, fallback: &Origin, depth: u32) -> Result<Text, Why> {
        match &value.value {
            Value::String(string) => Ok(self.pieces(string, value.origin, fallback, depth)),
            Value::Path(path) => {
                let origin = self.or_fallback(value.origin, fallback);
                let relative = self.relative(path);
                let sniffed = self.sniff(path);
                Ok(Text {
                    parts: vec![TextPart::Known {
                        text: (&**path).into(),
                        origin: origin.clone(),
                    }],
                    context: vec![StoreRef::Path {
                        path: relative,
                        origin,
                        encrypted: sniffed.encrypted,
                        holds: sniffed.holds,
                    }],
                })
            }
            Value::Attrs(set) if set.get(self.ev.common().out_path).is_some() => {
                match self.path_of_package(value) {
                    Some(string) => Ok(self.pieces(&string, value.origin, fallback, depth)),
                    None => Err(Why::Undecided("a package stands in place of a text".to_owned())),
                }
            }
            other => Err(wrong("a string", other)),
        }
    }

    /// The string that a package is used as.
    fn path_of_package(&mut self, package: &Tracked) -> Option<Rc<NixString>> {
        let mut builder = StringBuilder::default();
        let site = nixpod_eval::NO_SITE;
        let coerced = self
            .ev
            .coerce_into(&mut builder, package, Coerce::Interpolate, site);
        match (coerced, builder.finish()) {
            (Ok(()), Value::String(string)) => Some(string),
            _ => None,
        }
    }

    /// May a value as a text, or a text to which it refers and which Nix writes, have something in it that tells? What is
    /// not told here is certainly not there, and it takes less work than to read the text.
    pub(crate) fn may_say(&mut self, value: &Tracked, tells: fn(&str) -> bool) -> bool {
        match &value.value {
            Value::String(string) => self.string_may_say(string, tells, 0),
            Value::Attrs(set) if set.get(self.ev.common().out_path).is_some() => {
                let string = self.path_of_package(value);
                string.is_none_or(|string| self.string_may_say(&string, tells, 0))
            }
            Value::Either(_) | Value::Attrs(_) => true,
            _ => false,
        }
    }

    fn string_may_say(&mut self, string: &NixString, tells: fn(&str) -> bool, depth: u32) -> bool {
        let holes = string.parts.iter().flat_map(|parts| parts.iter());
        let mut holes = holes.filter_map(|part| part.hole.as_ref()?.why.name());
        if tells(&string.text) || holes.any(tells) {
            return true;
        }
        let Some(context) = string.context.as_ref().filter(|_| depth < MAX_WRITTEN) else {
            return false;
        };
        context.iter().any(|item| match item {
            ContextItem::Written { text, .. } => match self.ev.force_part(*text).value {
                Value::String(string) => self.string_may_say(&string, tells, depth + 1),
                // What else it may be is seen when it is read.
                _ => true,
            },
            _ => false,
        })
    }

    /// A file that is read as text, with its places: what a unit or a script says that is a file by itself.
    pub(crate) fn file_text(&self, path: &str) -> Result<Text, Why> {
        let (file, content) = self.ev.source().text(Utf8Path::new(path))?;
        let text = String::from_utf8(content)
            .map_err(|_| Why::Unreadable(format!("`{}` is not UTF-8 text", self.relative(path))))?;
        let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
        Ok(Text::known(text, Origin::at(Place::of_text(file, 0, end))))
    }

    /// A text in which what is the content of a file has its places there; so have the texts to which it refers, so many
    /// deep.
    pub(crate) fn in_files(&self, text: &Text, depth: u32) -> Text {
        let mut out = text.clone();
        for reference in &text.context {
            let StoreRef::Read { path, .. } = reference else {
                continue;
            };
            // Only what is the whole file is placed there, and only then is the file taken for read.
            let path = self.absolute(path);
            let content = self.ev.source().read(Utf8Path::new(&path)).unwrap_or_default();
            for part in &mut out.parts {
                if let TextPart::Known { text, origin } = part
                    && text.as_bytes() == &content[..]
                    && let Ok(file) = self.file_text(&path)
                    && let Some(TextPart::Known { origin: of_file, .. }) = file.parts.first()
                {
                    origin.clone_from(of_file);
                }
            }
        }
        if depth > 0 {
            for reference in &mut out.context {
                if let StoreRef::Written { text, .. } = reference {
                    **text = self.in_files(text, depth - 1);
                }
            }
        }
        out
    }

    /// A path that is told relative to the project, as it is.
    pub(crate) fn absolute(&self, path: &str) -> String {
        match (&self.project, path.strip_prefix("./")) {
            (Some(project), Some(inside)) => project.join(inside).into_string(),
            _ => path.to_owned(),
        }
    }

    fn or_fallback(&self, origin: OriginId, fallback: &Origin) -> Origin {
        let trail = self.trail(self.ev.trail(origin));
        match trail.hops.is_empty() {
            true => fallback.clone(),
            false => through(trail, fallback),
        }
    }

    fn pieces(&mut self, string: &NixString, origin: OriginId, fallback: &Origin, depth: u32) -> Text {
        let mut out = Text::default();
        let mut at = 0;
        for part in string.pieces(origin) {
            if let Some(hole) = &part.hole {
                out.parts.push(TextPart::Hole {
                    why: hole.why.clone(),
                    origin: self.or_fallback(part.origin, fallback),
                });
                continue;
            }
            let end = at + part.len as usize;
            let Some(text) = string.text.get(at..end) else {
                break;
            };
            at = end;
            let within = self
                .ev
                .trail_within(part.origin, part.offset, part.offset.saturating_add(part.len));
            let within = self.trail(within);
            let origin = match within.hops.is_empty() {
                true => fallback.clone(),
                false => through(within, fallback),
            };
            out.parts.push(TextPart::Known {
                text: text.into(),
                origin,
            });
        }
        if let Some(context) = &string.context {
            for item in context.iter() {
                if let Some(reference) = self.store_ref(item, fallback, depth) {
                    out.context.push(reference);
                }
            }
        }
        if let Some(key) = self.key_below(&out, fallback) {
            out.context.push(key);
        }
        out
    }

    /// A file with a private key that a text names by a folder of the project and a rest: `"${./.}/key"`, of which the whole
    /// folder is copied, and `"${toString ./.}/key"`, of which nothing is copied that is not in the store with a flake.
    fn key_below(&mut self, text: &Text, fallback: &Origin) -> Option<StoreRef> {
        let (folder, rest) = match (&text.parts[..], &text.context[..]) {
            (
                [TextPart::Hole { .. }, TextPart::Known { text: rest, .. }],
                [StoreRef::Copied { path, .. }],
            ) => (Some(path.clone()), rest.to_string()),
            ([TextPart::Known { text: begin, .. }, ..], [])
                if begin.starts_with(self.project.as_ref()?.as_str()) =>
            {
                (None, text.as_known()?)
            }
            _ => return None,
        };
        // The options of a volume stand behind a colon.
        let rest = rest.split(':').next().unwrap_or_default();
        let path = match &folder {
            Some(folder) => format!("{}{rest}", self.absolute(folder)),
            None => rest.to_owned(),
        };
        let project = self.project.clone()?;
        let is_inside = Utf8Path::new(&path).starts_with(&project) && !path.contains("/../");
        if !is_inside || !rest.starts_with('/') {
            return None;
        }
        let Sniffed { encrypted, holds } = self.sniff(&path);
        if holds != Holds::Key {
            return None;
        }
        let (path, origin) = (self.relative(&path), fallback.clone());
        Some(match folder {
            Some(_) => StoreRef::Copied {
                path,
                origin,
                encrypted,
                holds,
            },
            None => StoreRef::Path {
                path,
                origin,
                encrypted,
                holds,
            },
        })
    }

    fn store_ref(&mut self, item: &ContextItem, fallback: &Origin, depth: u32) -> Option<StoreRef> {
        match item {
            ContextItem::Copied { path, origin, .. } => {
                let Sniffed { encrypted, holds } = self.sniff(path);
                Some(StoreRef::Copied {
                    path: self.relative(path),
                    origin: self.or_fallback(*origin, fallback),
                    encrypted,
                    holds,
                })
            }
            ContextItem::Read { path, origin } => Some(StoreRef::Read {
                path: self.relative(path),
                origin: self.or_fallback(*origin, fallback),
                encrypted: self.sniff(path).encrypted,
            }),
            ContextItem::Written {
                name,
                text,
                is_program,
            } if depth < MAX_WRITTEN => {
                let value = self.ev.force_part(*text);
                let text = self
                    .text_of(&value, fallback, depth + 1)
                    .unwrap_or_else(|why| hole(why, fallback.clone()));
                Some(StoreRef::Written {
                    name: name.to_string(),
                    text: Box::new(text),
                    is_program: *is_program,
                })
            }
            ContextItem::Written { .. } | ContextItem::Derivation { .. } => None,
        }
    }

    /// A path relative to the project, where it is inside.
    pub(crate) fn relative(&self, path: &str) -> String {
        let inside = self
            .project
            .as_ref()
            .and_then(|project| Utf8Path::new(path).strip_prefix(project).ok());
        match inside {
            Some(inside) if !inside.as_str().is_empty() => format!("./{inside}"),
            _ => path.to_owned(),
        }
    }

    /// What a file holds, as its content says, or its name where it cannot be read.
    fn sniff(&mut self, path: &str) -> Sniffed {
        if let Some(known) = self.sniffed.get(path) {
            return known.clone();
        }
        let sniffed = self.sniffed_now(path);
        self.sniffed.insert(path.to_owned(), sniffed.clone());
        sniffed
    }

    fn sniffed_now(&self, path: &str) -> Sniffed {
        if [".age", ".gpg", ".asc"].iter().any(|end| path.ends_with(end)) {
            return Sniffed {
                encrypted: true,
                holds: Holds::Unknown,
            };
        }
        let path = Utf8Path::new(path);
        let is_file = matches!(
            self.ev.source().kind(path),
            Ok(Some(nixpod_eval::FileKind::Regular))
        );
        if !is_file {
            return Sniffed::default();
        }
        match self.ev.source().read(path) {
            Ok(content) => {
                let content = content.get(..MAX_SNIFF).unwrap_or(&content);
                let encrypted = looks_encrypted(content);
                Sniffed {
                    encrypted,
                    holds: match encrypted {
                        true => Holds::Unknown,
                        false => held(content),
                    },
                }
            }
            Err(_) => Sniffed::default(),
        }
    }
}

/// The origin of a piece of a value, with the calls that the value as a whole came through.
fn through(mut piece: Origin, whole: &Origin) -> Origin {
    let after_first = whole.hops.iter().skip(1);
    for call in after_first.filter(|hop| hop.kind == HopKind::Call) {
        if !piece.hops.iter().any(|hop| hop.place.site == call.place.site) {
            piece.hops.push(*call);
        }
    }
    piece
}

/// How a value begins that sops encrypts.
static SOPS_VALUE: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::new(["ENC[AES256_GCM,"]).ok());

/// How private keys begin, whoever made them; a header with nothing behind it is text about keys.
static KEYS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::new([
        "-----BEGIN PRIVATE KEY-----\n",
        "-----BEGIN RSA PRIVATE KEY-----\n",
        "-----BEGIN EC PRIVATE KEY-----\n",
        "-----BEGIN OPENSSH PRIVATE KEY-----\n",
        "AGE-SECRET-KEY-1",
    ])
    .ok()
});

/// So many letters of a key follow at least.
const MIN_KEY: usize = 40;

/// What is in a file that is not encrypted.
fn held(content: &[u8]) -> Holds {
    if has_private_key(content) {
        return Holds::Key;
    }
    let text = match content.len() {
        0..=MAX_VARIABLES => std::str::from_utf8(content),
        _ => return Holds::Unknown,
    };
    text.ok()
        .filter(|text| is_variables(text))
        .map_or(Holds::Unknown, |text| Holds::Variables(text.into()))
}

/// Is a text nothing but `NAME=value` and comments?
fn is_variables(text: &str) -> bool {
    let mut lines = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with(['#', ';']))
        .peekable();
    lines.peek().is_some()
        && lines.all(|line| {
            let name = line.split_once('=').map_or("", |(name, _)| name);
            let name = name.strip_prefix("export ").unwrap_or(name).trim();
            let mut letters = name.chars();
            letters
                .next()
                .is_some_and(|first| first == '_' || first.is_ascii_alphabetic())
                && letters.all(|letter| letter == '_' || letter.is_ascii_alphanumeric())
        })
}

/// Keys stand for themselves: in the code of a program the letters that follow are no Base64.
fn has_private_key(content: &[u8]) -> bool {
    let Some(found) = KEYS.as_ref().and_then(|keys| keys.find(content)) else {
        return false;
    };
    let rest = content.get(found.end()..).unwrap_or_default();
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=".contains(byte);
    rest.iter().take_while(|byte| is_letter(byte)).count() >= MIN_KEY
}

/// What is in the metadata of sops.
static SOPS_NAMES: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::new(["sops", "lastmodified"]).ok());

fn has_word(words: &Option<AhoCorasick>, content: &[u8]) -> bool {
    words.as_ref().is_some_and(|words| words.is_match(content))
}

/// age, OpenPGP and Ansible headers, and the metadata that sops leaves in the files that it encrypts.
fn looks_encrypted(content: &[u8]) -> bool {
    // What git-crypt encrypts is plain in the checkout of whoever builds, so it does not count.
    const HEADERS: [&[u8]; 4] = [
        b"age-encryption.org/",
        b"-----BEGIN AGE ENCRYPTED FILE-----",
        b"-----BEGIN PGP MESSAGE-----",
        b"$ANSIBLE_VAULT;",
    ];
    if HEADERS.iter().any(|header| content.starts_with(header)) {
        return true;
    }
    // Most files with other content than text are large.
    has_word(&SOPS_VALUE, content) && has_word(&SOPS_NAMES, content)
}
