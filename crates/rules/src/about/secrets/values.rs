//! What a value by itself tells: a reference, a switch, a filler of manuals, a hash, or maybe a secret.

use super::names::Announced;
use crate::about::paths::HOLE;

/// Could this value be a secret of that sort, and not a switch, a path or a reference?
#[expect(clippy::too_many_lines, reason = "lists of words")]
pub(super) fn can_be_secret(announced: Announced, value: &str) -> bool {
    let value = value.trim();
    let lower = value.to_ascii_lowercase();
    const SWITCHES: [&str; 25] = [
        "",
        "true",
        "false",
        "yes",
        "no",
        "on",
        "off",
        "0",
        "1",
        "none",
        "null",
        "nil",
        "undefined",
        "unset",
        "auto",
        "generate",
        "generated",
        "random",
        "disabled",
        "enabled",
        "disable",
        "enable",
        "optional",
        "required",
        "-",
    ];
    const WORDS: [&str; 12] = [
        "default", "bearer", "jwt", "header", "cookie", "session", "basic", "oauth", "oauth2", "bot",
        "token", "query",
    ];
    if SWITCHES.contains(&lower.as_str()) || is_reference(value) || value.contains(HOLE) {
        return false;
    }
    // Keys to press, and marks that programs for languages put into texts: `Alt+3`, `</s>`, `[PAD]`.
    let is_pressed = ["alt+", "ctrl+", "control+", "super+", "meta+", "shift+"]
        .iter()
        .any(|key| lower.starts_with(key) && value.len() < 24);
    let is_mark = match announced {
        Announced::Key => is_framed(value, '<', '>') || is_framed(value, '[', ']'),
        Announced::Password => is_framed(value, '[', ']'),
    };
    if is_pressed || is_mark && value.len() < 16 {
        return false;
    }
    // The name of an icon.
    if says_not_needed(&lower) || lower.ends_with("-symbolic") || is_said_elsewhere(&lower) {
        return false;
    }
    match announced {
        Announced::Password => true,
        // Programs that insist on a key where the server on the same machine asks for none.
        Announced::Key
            if matches!(
                lower.as_str(),
                "empty"
                    | "ollama"
                    | "local"
                    | "localhost"
                    | "lm-studio"
                    | "llama-server"
                    | "llama.cpp"
                    | "llamacpp"
                    | "vllm"
                    | "litellm"
                    | "localai"
            ) =>
        {
            false
        }
        Announced::Key if lower.contains("dummy") || lower.contains("fake") => false,
        // Some keys are the name that goes with a secret: `API_KEY=chat` beside `API_SECRET`.
        Announced::Key
            if value.len() < 10
                && value.chars().all(|c| c.is_ascii_lowercase())
                && !is_placeholder(value) =>
        {
            false
        }
        Announced::Key if names_a_secret(value) || WORDS.contains(&lower.as_str()) => false,
        Announced::Key => {
            value.len() >= 4 && !(value.len() <= 8 && value.chars().all(|c| c.is_ascii_digit()))
        }
    }
}

fn is_framed(value: &str, begin: char, end: char) -> bool {
    value.len() > 2 && value.starts_with(begin) && value.ends_with(end)
}

/// Is it what says that an environment file has the secret, or one of the services of `passwd: files` in nsswitch.conf?
fn is_said_elsewhere(lower: &str) -> bool {
    let letters: String = lower.chars().filter(char::is_ascii_alphabetic).collect();
    letters.starts_with("fromenv")
        || letters.starts_with("setbyenv")
        || matches!(lower, "files" | "compat" | "winbind" | "sss")
}

/// Is it the name of a secret that something puts in its place, as `PRIVKEY` in a template?
fn names_a_secret(value: &str) -> bool {
    let is_name = value
        .chars()
        .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    const ENDS: [&str; 5] = ["KEY", "TOKEN", "SECRET", "PASSWORD", "PASS"];
    is_name && ENDS.iter().any(|end| value.ends_with(end)) && !is_placeholder(value)
}

/// Fillers for programs that insist on a value which nothing checks.
fn says_not_needed(lower: &str) -> bool {
    let letters: String = lower.chars().filter(char::is_ascii_alphabetic).collect();
    const PARTS: [&str; 14] = [
        "doesnotmatter",
        "doesntmatter",
        "dontcare",
        "notneeded",
        "notrequired",
        "notused",
        "notapplicable",
        "notset",
        "nokey",
        "notoken",
        "irrelevant",
        "noauth",
        "keyless",
        "localonly",
    ];
    const WHOLE: [&str; 6] = ["unused", "ignored", "anything", "whatever", "nopassword", "na"];
    PARTS.iter().any(|part| letters.contains(part)) || WHOLE.contains(&letters.as_str())
}

/// A path, a URL or the name of a place where the secret is: not the secret itself.
pub(super) fn is_reference(value: &str) -> bool {
    let value = value.trim();
    const PREFIXES: [&str; 29] = [
        "ext:",
        "/",
        "./",
        "../",
        "~/",
        "file:",
        "{{",
        "{%",
        "<%",
        "%(",
        "%d/",
        "%t/",
        "%h/",
        "env:",
        "env.",
        "env/",
        "os.environ/",
        "vault:",
        "op://",
        "bws:",
        "ref+",
        "sops:",
        "!secret",
        "!env",
        "!ENV",
        "secret:",
        "secrets.",
        "keyring:",
        "credential:",
    ];
    let mut chars = value.chars();
    let variable = chars.next() == Some('$')
        && chars
            .next()
            .is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, '_' | '{' | '('))
        && !is_hash(value);
    let framed =
        |mark: &str| value.len() > 2 * mark.len() && value.starts_with(mark) && value.ends_with(mark);
    // `{MQTT_PASSWORD}`, which Frigate and others fill in from their environment.
    let inner = value.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    let named = inner.is_some_and(|name| {
        name.starts_with(|c: char| c.is_ascii_uppercase())
            && name
                .chars()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
    });
    PREFIXES.iter().any(|prefix| value.starts_with(prefix))
        || variable
        || named
        || framed("@")
        || framed("__")
        || framed("%")
        || framed("#")
        || value.contains("://")
        || value.contains("/run/secrets")
}

/// Values that stand in manuals: live, and known to everybody.
pub(super) fn is_placeholder(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    const PARTS: [&str; 17] = [
        "changeme",
        "change_me",
        "change-me",
        "change me",
        "your_",
        "your-",
        "yourpass",
        "yoursecret",
        "placeholder",
        "example",
        "replace",
        "insert",
        "dummy",
        "todo",
        "fixme",
        "xxxx",
        "supersecret",
    ];
    const WHOLE: [&str; 20] = [
        "password", "passwd", "pass", "secret", "admin", "root", "test", "postgres", "mysql", "mariadb",
        "redis", "user", "guest", "default", "12345", "123456", "12345678", "1234", "qwerty", "letmein",
    ];
    // `<password>`, as in manuals.
    let is_slot = is_framed(&lower, '<', '>') && !lower.contains("</");
    is_slot || PARTS.iter().any(|part| lower.contains(part)) || WHOLE.contains(&lower.as_str())
}

/// A password hash in the usual notations; a doubled dollar sign is how composed files escape one.
pub(super) fn is_hash(value: &str) -> bool {
    let value = value.trim().replace("$$", "$");
    let after_user = value.split_once(':').map_or("", |(_, rest)| rest);
    const MARKS: [&str; 12] = [
        "$1$", "$2a$", "$2b$", "$2y$", "$5$", "$6$", "$7$", "$y$", "$gy$", "$argon2", "$apr1$", "{SSHA",
    ];
    MARKS
        .iter()
        .any(|mark| value.starts_with(mark) || after_user.starts_with(mark))
}

/// Does it look as if a machine had made it: long, with letters and digits, and nothing else?
pub(super) fn looks_random(value: &str) -> bool {
    let count = |is: fn(&char) -> bool| value.chars().filter(is).count();
    value.len() >= 16
        && value
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+' | '='))
        && count(char::is_ascii_digit) >= 3
        && count(char::is_ascii_alphabetic) >= 3
        && !is_placeholder(value)
}

/// Is it a key of 128 or 256 bits, in hexadecimal digits?
pub(super) fn is_key_in_hex(value: &str) -> bool {
    matches!(value.len(), 32 | 64) && value.chars().all(|c| c.is_ascii_hexdigit()) && looks_random(value)
}

/// Is a credential of systemd one that only configures what gets it, as its id or its value says?
pub(crate) fn is_configuration(id: &str, value: &str) -> bool {
    // What systemd itself reads, by the first part of the id.
    const OWN: [&str; 18] = [
        "agetty",
        "cryptenroll",
        "firstboot",
        "fstab",
        "getty",
        "home",
        "import",
        "journal",
        "login",
        "network",
        "network-config",
        "shell",
        "ssh",
        "system",
        "sysctl",
        "sysusers",
        "tmpfiles",
        "udev",
    ];
    let first = id.split('.').next().unwrap_or(id);
    let is_number = value.chars().all(|c| c.is_ascii_digit() || c == '.');
    OWN.contains(&first) || is_number || value.trim().contains(char::is_whitespace) || is_switch(value)
}

/// A word that switches something, or names a level.
fn is_switch(value: &str) -> bool {
    let lower = value.trim().to_ascii_lowercase();
    [
        "true", "false", "yes", "no", "on", "off", "debug", "info", "warn", "warning", "error",
    ]
    .contains(&lower.as_str())
        || value.trim().len() < 6
}
