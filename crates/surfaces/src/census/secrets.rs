//! Whether what a file writes can be a secret, or be the name of one, told by its words alone.
//!
//! Modules of homes write hundreds of files and variables in which there is none, and to evaluate each of them takes more
//! than twice as long. What is said here is wider than what any rule takes for a secret: words are looked for wherever
//! they stand, and whatever the value is. Only a word that is made of pieces which stand apart is not seen.

use crate::census::functions::Functions;
use crate::vocabulary::unit::kinds::FOLDER;
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use nixpod_source::ExprId;
use nixpod_syntax::Hir;
use nixpod_syntax::hir::{BinaryOp, EntryValue, Expr, StrPart};
use std::sync::LazyLock;

/// Words that end the name of a secret.
const NAMES: [&str; 10] = [
    "passphrase",
    "password",
    "passwd",
    "pass",
    "pwd",
    "pw",
    "psk",
    "secret",
    "token",
    "key",
];

/// Parts of secrets, and of names of secrets and of files that hold some, in lower case.
const PARTS: [&str; 26] = [
    "-----begin",
    "eyj",
    "hooks.slack.com",
    "/webhooks/",
    "{ssha",
    "keybase",
    "key_base",
    "key-base",
    ".env",
    "cred",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
    "id_rsa",
    "keytab",
    "netrc",
    "pgpass",
    "private",
    "privkey",
    "secrets",
    "tokens",
    "passwords",
    ".jks",
    ".kdbx",
    ".p12",
    ".pfx",
];

/// Parts of options that are for people to read.
const FOR_PEOPLE: [&str; 4] = ["defaultText", "description", "example", "type"];

/// No token that is known by its shape is shorter.
const MIN_TOKEN: usize = 24;

/// So many letters without anything between them are no word.
const MAX_WORD: usize = 16;

/// Finds any of these words, in letters of any case, in one pass: nearly no text has one. Nothing, if it cannot be made: then
/// each word is looked for by itself.
static WORDS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let words = NAMES.iter().chain(&PARTS).chain([&FOLDER]);
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        // Making the fastest one takes longer than most trees have text for.
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        .build(words)
        .ok()
});

/// May one of the words above be in a text? Where none is, it can be a secret by its shape alone.
fn may_have_word(text: &str) -> bool {
    WORDS.as_ref().is_none_or(|words| words.is_match(text))
}

/// Can something that a file writes be a secret, or announce one?
pub fn may_tell_secrets(hir: &Hir) -> bool {
    let functions = Functions::new(hir);
    let mut pending = vec![hir.root()];
    while let Some(next) = pending.pop() {
        let expr = hir.expr(next);
        let tells = match expr {
            Expr::Attrs(attrs) => {
                let mut keys = attrs.entries.iter().map(|entry| hir.name(entry.name));
                keys.any(|key| {
                    may_have_word(key) && (key.contains(FOLDER) || announces(&key.to_ascii_lowercase()))
                })
            }
            Expr::Str(_) | Expr::Path(..) | Expr::Binary(BinaryOp::Add, ..) => {
                let mut written = Written::default();
                written.add(hir, next, 0);
                written.may_be_secret()
            }
            _ => false,
        };
        if tells {
            return true;
        }
        match expr {
            Expr::Apply(function, argument) => {
                pending.push(*function);
                match (functions.applied(*function), hir.expr(*argument)) {
                    (Some("mkOption"), Expr::Attrs(option)) => {
                        let entries = option.entries.iter().filter_map(|entry| match entry.value {
                            EntryValue::Expr(value) => Some((hir.name(entry.name), value)),
                            EntryValue::Inherit(_) | EntryValue::From(_) => None,
                        });
                        let of_values = entries.filter(|(name, _)| !FOR_PEOPLE.contains(&name.as_str()));
                        pending.extend(of_values.map(|(_, value)| value));
                    }
                    (Some("mkEnableOption" | "mkPackageOption"), _) => {}
                    _ => pending.push(*argument),
                }
            }
            _ => expr.for_each_child(&mut |child| pending.push(child)),
        }
    }
    false
}

/// Can a text be a secret, or have one in it, or announce one?
pub fn may_be_secret(text: &str) -> bool {
    may_have_word(text) && tells_by_words(text) || has_token(text) || has_user(text) || has_hash(text)
}

fn tells_by_words(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    // Units of homes are looked at whatever they say.
    lower == "key"
        || lower.contains(FOLDER)
        || PARTS.iter().any(|part| lower.contains(part))
        || announces(&lower)
}

/// Does a name in a text end like the name of a secret? Without anything before it, `key` is none.
fn announces(lower: &str) -> bool {
    NAMES.iter().any(|word| {
        lower.match_indices(word).any(|(at, _)| {
            let before = lower.get(..at).and_then(|before| before.chars().next_back());
            let mut after = lower.get(at + word.len()..).unwrap_or_default().chars();
            let next = after.next();
            let goes_on = match next {
                Some('-' | '_') => after.next().is_some_and(char::is_alphabetic),
                next => next.is_some_and(char::is_alphabetic),
            };
            !goes_on && (*word != "key" || before.is_some_and(|before| !before.is_whitespace()))
        })
    })
}

/// Are there so many characters of tokens in a row, which are no words?
fn has_token(text: &str) -> bool {
    let is_of_token = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let has = |run: &[u8], wanted: fn(&u8) -> bool| run.iter().any(wanted);
    text.as_bytes()
        .split(|byte| !is_of_token(byte))
        .filter(|run| run.len() >= MIN_TOKEN)
        .any(|run| {
            let mut words = run.split(|byte| matches!(byte, b'_' | b'-'));
            has(run, u8::is_ascii_digit)
                || has(run, u8::is_ascii_uppercase) && has(run, u8::is_ascii_lowercase)
                || words.any(|word| word.len() > MAX_WORD)
        })
}

/// Is there what can be `user:password@host`?
fn has_user(text: &str) -> bool {
    text.split_whitespace().any(|word| {
        let before = word.rsplit_once('@').map(|(before, _)| before);
        before.is_some_and(|before| before.contains(':'))
    })
}

/// Is there what can be a password's hash, such as `$6$...`?
fn has_hash(text: &str) -> bool {
    let mut pieces = text.split('$').skip(1).peekable();
    std::iter::from_fn(|| {
        let piece = pieces.next()?;
        Some((piece, pieces.peek().is_some()))
    })
    .any(|(piece, goes_on)| {
        let is_kind = |c: char| c.is_ascii_alphanumeric();
        goes_on && matches!(piece.len(), 1..=10) && piece.chars().all(is_kind)
    })
}

/// The text of a string, path or sum of them; what is not written out is left as a gap.
#[derive(Default)]
struct Written {
    text: String,
    /// Is it, or begins it with, a path?
    has_path: bool,
}

impl Written {
    fn add(&mut self, hir: &Hir, at: ExprId, depth: u32) {
        match hir.expr(at) {
            // Deeper than anybody writes by hand; the pieces are looked at by themselves, too.
            _ if depth > 20 => self.text.push('\0'),
            Expr::Str(parts) => self.parts(hir, parts, depth),
            Expr::Path(_, parts) => {
                self.has_path = true;
                self.parts(hir, parts, depth);
            }
            Expr::Binary(BinaryOp::Add, left, right) => {
                self.add(hir, *left, depth + 1);
                self.add(hir, *right, depth + 1);
            }
            _ => self.text.push('\0'),
        }
    }

    fn parts(&mut self, hir: &Hir, parts: &[StrPart], depth: u32) {
        for part in parts {
            match part {
                StrPart::Text(text) => self.text.push_str(text),
                StrPart::Interp(inner) => self.add(hir, *inner, depth + 1),
            }
        }
    }

    fn may_be_secret(&self) -> bool {
        let names_file = || {
            if !may_have_word(&self.text) {
                return false;
            }
            let lower = self.text.to_ascii_lowercase();
            NAMES.iter().any(|word| lower.contains(word))
        };
        may_be_secret(&self.text) || self.has_path && names_file()
    }
}
