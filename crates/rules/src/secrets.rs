//! What looks like a secret: by its shape, or by the name it is given to.
//!
//! The cost of a false alarm is high here: real configurations carry hundreds of variables. So a name counts by its
//! last words only (`DB_PASSWORD`, not `PASSWORD_STORE`), and a value that is a path, a reference, a switch or empty
//! never counts.

use crate::paths::HOLE;
use nixpod_analysis::Severity;

/// What was recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    /// Where in the text.
    pub(crate) range: (usize, usize),
    /// What it is.
    pub(crate) kind: Kind,
}

/// Kinds of secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The value of something whose name says secret.
    Named,
    /// The same, and anybody can guess it.
    Placeholder,
    /// Recognised by its shape alone; in words.
    Shape(&'static str),
    /// A password hash.
    Hash,
}

impl Kind {
    /// How bad it is that everybody can read it.
    pub(crate) const fn severity(self) -> Severity {
        match self {
            Self::Hash => Severity::Low,
            _ => Severity::High,
        }
    }
}

/// Which sort of secret a name announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Announced {
    /// Any text can be one.
    Password,
    /// Tokens and keys are not short words or small numbers.
    Key,
}

/// Judges a value that is given to a name.
pub(crate) fn judge(name: &str, value: &str) -> Option<Hit> {
    if let Some(hit) = shape(value) {
        return Some(hit);
    }
    let whole = (0, value.len());
    if is_hash(value) && name.to_ascii_lowercase().contains("pass") {
        return Some(Hit {
            range: whole,
            kind: Kind::Hash,
        });
    }
    let announced = announced_by(name)?;
    if !can_be_secret(announced, value) {
        return None;
    }
    Some(Hit {
        range: whole,
        kind: if is_placeholder(value) {
            Kind::Placeholder
        } else {
            Kind::Named
        },
    })
}

/// Judges a value that is a credential for certain, such as a user's password.
pub(crate) fn judge_credential(value: &str) -> Option<Hit> {
    if value.trim().is_empty() || value.contains(HOLE) {
        return None;
    }
    let kind = if is_hash(value) {
        Kind::Hash
    } else if is_reference(value) {
        return None;
    } else if is_placeholder(value) {
        Kind::Placeholder
    } else {
        Kind::Named
    };
    Some(Hit {
        range: (0, value.len()),
        kind,
    })
}

/// Secrets in the lines of a configuration or environment file, as `(name, hit)`, the name empty for shapes.
pub(crate) fn judge_lines(text: &str) -> Vec<(String, Hit)> {
    let mut hits = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let found = match shape(line) {
            Some(hit) => Some((String::new(), hit)),
            None => assignment(line).and_then(|(name, from, value)| {
                let identical = name.eq_ignore_ascii_case(value);
                let mut hit = judge(name, value).filter(|_| !identical)?;
                hit.range = (hit.range.0 + from, hit.range.1 + from);
                Some((name.to_owned(), hit))
            }),
        };
        if let Some((name, mut hit)) = found {
            hit.range = (hit.range.0 + start, hit.range.1 + start);
            hits.push((name, hit));
        }
        start += line.len();
    }
    hits
}

/// `name = "value"`, `name: value`, `export NAME=value`: name, start of the value, value. Anything that looks like
/// program text is left alone.
fn assignment(line: &str) -> Option<(&str, usize, &str)> {
    let trimmed = line.trim_start();
    if trimmed.starts_with(['#', ';', '/', '*', '-', '<']) {
        return None;
    }
    let at = line.find(['=', ':'])?;
    let (before, after) = (line.get(..at)?, line.get(at + 1..)?);
    let name = before.trim().trim_matches(['"', '\'']);
    let name = name.strip_prefix("export ").unwrap_or(name).trim();
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if name.is_empty() || !name.chars().all(is_name) {
        return None;
    }
    let raw = after.trim();
    let raw = raw.trim_end_matches([',', ';']);
    let quoted = raw
        .strip_prefix('"')
        .and_then(|r| r.strip_suffix('"'))
        .or_else(|| raw.strip_prefix('\'').and_then(|r| r.strip_suffix('\'')));
    let value = quoted.unwrap_or(raw);
    let plain = |c: char| !c.is_whitespace() && !"(){}[]<>\"'`".contains(c);
    if value.is_empty() || !value.chars().all(plain) {
        return None;
    }
    // Only white space and a quote can stand before the value, and it contains neither, so the first hit is it.
    let from = at + 1 + after.find(value)?;
    Some((name, from, value))
}

/// What a variable's or option's name announces.
pub(crate) fn announced_by(name: &str) -> Option<Announced> {
    let segments = segments(name);
    let (last, before) = segments.split_last()?;
    let last = last.as_str();
    const NO_SECRET: [&str; 22] = [
        "DISABLE", "DISABLED", "ENABLE", "ENABLED", "NO", "ALLOW", "REQUIRE", "REQUIRES", "USE", "SKIP",
        "HIDE", "SHOW", "CHANGE", "RESET", "FORGOT", "PUBLIC", "MIN", "MAX", "FILE", "PATH", "GENERATE",
        "CSRF",
    ];
    if before.iter().any(|word| NO_SECRET.contains(&word.as_str())) {
        return None;
    }
    let previous = before.last().map_or("", String::as_str);
    let ends = |words: &[&str]| words.iter().any(|word| last.ends_with(word));
    if ends(&["PASSWORD", "PASSWD", "PASSPHRASE"])
        || last == "PASS"
        || (matches!(last, "PWD" | "PW") && !before.is_empty())
    {
        return Some(Announced::Password);
    }
    if matches!(last, "SECRET" | "TOKEN" | "PSK")
        || ends(&[
            "APIKEY",
            "AUTHKEY",
            "SECRETKEY",
            "AUTHTOKEN",
            "ACCESSTOKEN",
            "APITOKEN",
        ])
    {
        return Some(Announced::Key);
    }
    const KEYS: [&str; 14] = [
        "API",
        "SECRET",
        "PRIVATE",
        "ENCRYPTION",
        "ENCRYPT",
        "AUTH",
        "MASTER",
        "SIGNING",
        "PRESHARED",
        "SESSION",
        "JWT",
        "HMAC",
        "CRYPT",
        "COOKIE",
    ];
    let second = before.iter().rev().nth(1).map_or("", String::as_str);
    let is_key = last == "KEY" && (KEYS.contains(&previous) || (previous == "ACCESS" && second == "SECRET"));
    let is_base = last == "BASE" && previous == "KEY" && second == "SECRET";
    let is_laravel = last == "KEY" && previous == "APP" && before.len() == 1;
    (is_key || is_base || is_laravel).then_some(Announced::Key)
}

/// The words of a name in upper case: `adminPassword` and `ADMIN_PASSWORD_2` give ADMIN, PASSWORD.
fn segments(name: &str) -> Vec<String> {
    let chars: Vec<char> = name.chars().collect();
    let mut out = vec![String::new()];
    for (at, &c) in chars.iter().enumerate() {
        if !c.is_alphanumeric() {
            out.push(String::new());
            continue;
        }
        let before = at.checked_sub(1).and_then(|i| chars.get(i));
        let after = chars.get(at + 1);
        let starts_word = c.is_uppercase()
            && (before.is_some_and(|b| b.is_lowercase() || b.is_ascii_digit())
                || (before.is_some_and(|b| b.is_uppercase()) && after.is_some_and(|a| a.is_lowercase())));
        if starts_word {
            out.push(String::new());
        }
        if let Some(word) = out.last_mut() {
            word.extend(c.to_uppercase());
        }
    }
    out.retain(|word| !word.is_empty());
    while out.len() > 1
        && out
            .last()
            .is_some_and(|word| word.chars().all(|c| c.is_ascii_digit()))
    {
        out.pop();
    }
    if let Some(last) = out.last_mut() {
        let kept = last.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        if kept > 0 {
            last.truncate(kept);
        }
    }
    out
}

/// Could this value be a secret of that sort, and not a switch, a path or a reference?
fn can_be_secret(announced: Announced, value: &str) -> bool {
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
    match announced {
        Announced::Password => true,
        Announced::Key => {
            value.len() >= 4
                && !WORDS.contains(&lower.as_str())
                && !(value.len() <= 8 && value.chars().all(|c| c.is_ascii_digit()))
        }
    }
}

/// A path, a URL or the name of a place where the secret is: not the secret itself.
fn is_reference(value: &str) -> bool {
    let value = value.trim();
    const PREFIXES: [&str; 26] = [
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
        "vault:",
        "op://",
        "bws:",
        "ref+",
        "sops:",
        "!secret",
        "!env",
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
    PREFIXES.iter().any(|prefix| value.starts_with(prefix))
        || variable
        || framed("@")
        || framed("__")
        || framed("%")
        || framed("#")
        || value.contains("://")
        || value.contains("/run/secrets")
}

/// Values that stand in manuals: live, and known to everybody.
fn is_placeholder(value: &str) -> bool {
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
    PARTS.iter().any(|part| lower.contains(part)) || WHOLE.contains(&lower.as_str())
}

/// A password hash in the usual notations; a doubled dollar sign is how composed files escape one.
pub(crate) fn is_hash(value: &str) -> bool {
    let value = value.trim().replace("$$", "$");
    let after_user = value.split_once(':').map_or("", |(_, rest)| rest);
    const MARKS: [&str; 12] = [
        "$1$", "$2a$", "$2b$", "$2y$", "$5$", "$6$", "$7$", "$y$", "$gy$", "$argon2", "$apr1$", "{SSHA",
    ];
    MARKS
        .iter()
        .any(|mark| value.starts_with(mark) || after_user.starts_with(mark))
}

/// Secrets that are known by their shape, wherever they stand.
pub(crate) fn shape(value: &str) -> Option<Hit> {
    let hit = |from: usize, to: usize, what: &'static str| {
        Some(Hit {
            range: (from, to),
            kind: Kind::Shape(what),
        })
    };
    if let Some(begin) = value.find("-----BEGIN ")
        && let Some(rest) = value.get(begin..)
        && let Some(key) = rest.find("PRIVATE KEY")
        && key < 40
        && rest.get(key + 16..).is_some_and(|body| body.trim().len() > 20)
    {
        return hit(begin, value.len(), "a private key");
    }
    if let Some((from, to)) = url_password(value) {
        return hit(from, to, "a password in a URL");
    }
    if let Some((from, to, what)) = token(value) {
        return hit(from, to, what);
    }
    if let Some((from, to)) = connection_string(value) {
        return hit(from, to, "a password in a connection string");
    }
    for (mark, min) in [
        ("discord.com/api/webhooks/", 60),
        ("discordapp.com/api/webhooks/", 60),
        ("hooks.slack.com/services/", 20),
    ] {
        if let Some(at) = value.find(mark) {
            let rest = value.get(at + mark.len()..).unwrap_or_default();
            let len = run(rest, |c| {
                c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '/')
            });
            if len >= min {
                return hit(at, at + mark.len() + len, "the address of a webhook");
            }
        }
    }
    None
}

/// The length of the longest start whose characters all fit.
fn run(text: &str, fits: impl Fn(char) -> bool) -> usize {
    text.find(|c| !fits(c)).unwrap_or(text.len())
}

fn url_password(value: &str) -> Option<(usize, usize)> {
    let mut at = 0;
    while let Some(found) = value.get(at..).and_then(|rest| rest.find("://")) {
        let start = at + found + 3;
        at = start;
        let rest = value.get(start..)?;
        let end = rest
            .find(|c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '"' | '\'' | '`'))
            .unwrap_or(rest.len());
        let authority = rest.get(..end)?;
        let Some((userinfo, _)) = authority.rsplit_once('@') else {
            continue;
        };
        let Some((user, password)) = userinfo.split_once(':') else {
            continue;
        };
        let reference = password.starts_with(['$', '{', '<', '@'])
            || password.starts_with("%(")
            || password.starts_with("__")
            || password.chars().all(|c| matches!(c, '*' | 'x' | 'X' | '.'));
        if !password.is_empty() && !password.contains(HOLE) && !reference {
            let from = start + user.len() + 1;
            return Some((from, from + password.len()));
        }
    }
    None
}

fn token(value: &str) -> Option<(usize, usize, &'static str)> {
    const TOKENS: [(&str, usize, &str); 25] = [
        ("AGE-SECRET-KEY-1", 50, "an age key"),
        ("ghp_", 36, "a GitHub token"),
        ("gho_", 36, "a GitHub token"),
        ("ghu_", 36, "a GitHub token"),
        ("ghs_", 36, "a GitHub token"),
        ("ghr_", 36, "a GitHub token"),
        ("github_pat_", 30, "a GitHub token"),
        ("glpat-", 20, "a GitLab token"),
        ("xoxb-", 20, "a Slack token"),
        ("xoxp-", 20, "a Slack token"),
        ("sk_live_", 20, "a Stripe key"),
        ("rk_live_", 20, "a Stripe key"),
        ("sk-ant-", 20, "an API key"),
        ("sk-proj-", 20, "an API key"),
        ("dckr_pat_", 20, "a Docker Hub token"),
        ("npm_", 36, "an npm token"),
        ("hf_", 30, "a Hugging Face token"),
        ("AIza", 35, "a Google API key"),
        ("tskey-auth-", 16, "a Tailscale key"),
        ("tskey-client-", 16, "a Tailscale key"),
        ("dop_v1_", 60, "a DigitalOcean token"),
        ("shpat_", 32, "a Shopify token"),
        ("glsa_", 32, "a Grafana token"),
        ("nvapi-", 30, "an API key"),
        ("gsk_", 40, "an API key"),
    ];
    let starts_fresh = |at: usize| {
        !value
            .get(..at)
            .and_then(|before| before.chars().next_back())
            .is_some_and(|c| c.is_alphanumeric() || c == '_')
    };
    for (prefix, min, what) in TOKENS {
        if let Some(at) = value.find(prefix)
            && starts_fresh(at)
        {
            let body = value.get(at + prefix.len()..).unwrap_or_default();
            let joined = matches!(prefix, "AIza" | "glpat-" | "github_pat_" | "glsa_")
                || prefix.ends_with('-')
                || prefix == "dckr_pat_";
            let len = run(body, |c| {
                c.is_ascii_alphanumeric() || (joined && matches!(c, '_' | '-'))
            });
            if len >= min {
                return Some((at, at + prefix.len() + len, what));
            }
        }
    }
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if let Some(at) = value.find("eyJ")
        && starts_fresh(at)
    {
        let body = value.get(at..).unwrap_or_default();
        let len = run(body, |c| is_base64(c) || c == '.');
        let parts: Vec<&str> = body.get(..len).unwrap_or_default().split('.').collect();
        if parts.len() == 3 && parts.iter().all(|part| part.len() >= 10) {
            return Some((at, at + len, "a signed token (JWT)"));
        }
    }
    let digits = run(value, |c| c.is_ascii_digit());
    if (8..=10).contains(&digits)
        && let Some(rest) = value.get(digits..).and_then(|rest| rest.strip_prefix(':'))
        && rest.len() == 35
        && rest.chars().all(is_base64)
    {
        return Some((0, value.len(), "a Telegram bot token"));
    }
    None
}

/// `Host=db;Username=app;Password=hunter2` and `host=db user=app password=hunter2`.
fn connection_string(value: &str) -> Option<(usize, usize)> {
    let mut pairs = 0;
    let mut found = None;
    let mut start = 0;
    for item in value.split_inclusive([';', ' ']) {
        let body = item.trim_end_matches([';', ' ']);
        if let Some((key, secret)) = body.split_once('=') {
            let plain_key = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            pairs += usize::from(plain_key);
            if (key.eq_ignore_ascii_case("password") || key.eq_ignore_ascii_case("pwd"))
                && can_be_secret(Announced::Password, secret)
            {
                let from = start + key.len() + 1;
                found = Some((from, from + secret.len()));
            }
        }
        start += item.len();
    }
    found.filter(|_| pairs >= 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(name: &str, value: &str) -> Option<Kind> {
        judge(name, value).map(|hit| hit.kind)
    }

    #[test]
    fn names_count_by_their_last_words() {
        for name in [
            "POSTGRES_PASSWORD",
            "PGPASSWORD",
            "adminPassword",
            "GITEA__database__PASSWD",
            "AUTHENTIK_SECRET_KEY",
            "SECRET_KEY_BASE",
            "AWS_SECRET_ACCESS_KEY",
            "API_KEY",
            "TUNNEL_TOKEN",
            "WIREGUARD_PRIVATE_KEY",
            "DB_PASS",
            "DB_PWD",
            "ROOT_PASSWORD_1",
            "TS_AUTHKEY",
            "NEXTAUTH_SECRET",
        ] {
            assert_eq!(kind(name, "hVx92kqLpw"), Some(Kind::Named), "{name}");
        }
        for name in [
            "PASSWORD_STORE",
            "TOKEN_EXPIRY",
            "POSTGRES_USER",
            "POSTGRES_PASSWORD_FILE",
            "SECRET_NAME",
            "AWS_ACCESS_KEY_ID",
            "PWD",
            "COMPASS",
            "KEYBOARD",
            "NEXT_PUBLIC_API_KEY",
            "RECAPTCHA_SITE_KEY",
            "MAX_TOKENS",
            "TOKENIZER",
            "SESSION_COOKIE_SECURE",
            "ENABLE_PASSWORD",
            "PASSWORD_MIN_LENGTH",
            "PUSHER_APP_KEY",
        ] {
            assert_eq!(kind(name, "hVx92kqLpw"), None, "{name}");
        }
    }

    #[test]
    fn switches_paths_and_references_are_no_secrets() {
        for value in [
            "",
            "true",
            "no",
            "/run/secrets/db",
            "$DB_PASSWORD",
            "${DB_PASSWORD}",
            "{{ .Env.X }}",
            "file:///x",
            "@dbPassword@",
            "%d/password",
            "https://example.org/token",
            "$__file{/run/secrets/x}",
            "a\u{fffc}",
            "op://vault/db/password",
            "none",
        ] {
            assert_eq!(kind("DB_PASSWORD", value), None, "{value}");
        }
        assert_eq!(kind("ACCESS_TOKEN", "3600"), None);
        assert_eq!(kind("AUTH_TOKEN", "bearer"), None);
    }

    #[test]
    fn placeholders_are_live_credentials() {
        for value in ["changeme", "your_password_here", "postgres", "CHANGE_ME"] {
            assert_eq!(kind("DB_PASSWORD", value), Some(Kind::Placeholder), "{value}");
        }
        assert_eq!(kind("DB_PASSWORD", "hunter2"), Some(Kind::Named));
        assert_eq!(kind("PASSWORD_HASH", "$2a$12$abc"), Some(Kind::Hash));
        assert_eq!(kind("ADMIN_PASSWORD", "$$2a$$12$$abc"), Some(Kind::Hash));
    }

    #[test]
    fn shapes_count_whatever_the_name() {
        let found = |value: &str| shape(value).map(|hit| value[hit.range.0..hit.range.1].to_owned());
        assert_eq!(found("postgres://app:hunter2@db/app").as_deref(), Some("hunter2"));
        assert_eq!(found("redis://:hunter2@cache:6379").as_deref(), Some("hunter2"));
        assert_eq!(
            found("Host=db;Username=app;Password=hunter2").as_deref(),
            Some("hunter2")
        );
        assert_eq!(
            found("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n").as_deref(),
            Some("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n")
        );
        for value in [
            "postgres://app@db/app",
            "postgres://app:$PW@db/app",
            "postgres://app:\u{fffc}@db/app",
            "https://example.org:8080/a@b",
            "hf_transfer",
            "ghp_short",
            "eyJ",
            "-----BEGIN CERTIFICATE-----",
            "a=b;password=c",
        ] {
            assert_eq!(found(value), None, "{value}");
        }
    }

    #[test]
    fn lines_of_files_are_read_but_programs_are_not() {
        let names =
            |text: &str| -> Vec<String> { judge_lines(text).into_iter().map(|(name, _)| name).collect() };
        assert_eq!(
            names("# password = no\nexport DB_PASSWORD=hunter2\n[db]\npassword = \"hunter2\"\n"),
            ["DB_PASSWORD", "password"]
        );
        assert!(
            names("password required pam_unix.so\npassword: password,\ntoken = get_token()\n").is_empty()
        );
        assert!(names("PASSWORD=$(cat /run/secrets/x)\nenter password: now please\n").is_empty());
        let text = "a = 1\npassword = hunter2\n";
        let hit = &judge_lines(text)[0].1;
        assert_eq!(&text[hit.range.0..hit.range.1], "hunter2");
    }
}
