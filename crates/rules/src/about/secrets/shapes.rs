//! Secrets that are known by their shape.

use super::hit::{Hit, Kind};
use super::names::{Announced, announced_by};
use super::values::can_be_secret;
use crate::about::paths::HOLE;

/// Secrets that are known by their shape, wherever they stand.
pub(super) fn shape(value: &str) -> Option<Hit> {
    let hit = |from: usize, to: usize, what: &'static str| {
        Some(Hit {
            range: (from, to),
            kind: Kind::Shape(what),
        })
    };
    if let Some(hit) = private_key(value) {
        return Some(hit);
    }
    if let Some((from, to)) = url_password(value) {
        return hit(from, to, "a password in a URL");
    }
    if let Some((from, to, what)) = token(value) {
        return hit(from, to, what);
    }
    if let Some((from, to)) = url_query(value) {
        return hit(from, to, "a secret in the query of a URL");
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

/// A private key as text, up to the end of it.
pub(super) fn private_key(value: &str) -> Option<Hit> {
    let begin = value.find("-----BEGIN ")?;
    let rest = value.get(begin..)?;
    let key = rest.find("PRIVATE KEY").filter(|key| *key < 40)?;
    let body = rest.get(key + 16..)?;
    let end = body.find("-----END").unwrap_or(body.len());
    if body.get(..end)?.trim().len() <= 20 {
        return None;
    }
    let mark = body.get(end..)?;
    let close = mark.find('\n').map_or(mark.len(), |line| line + 1);
    Some(Hit {
        range: (begin, begin + key + 16 + end + close),
        kind: Kind::Shape("a private key"),
    })
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
            || password.starts_with('%')
            || password.starts_with("__")
            || password.chars().all(|c| matches!(c, '*' | 'x' | 'X' | '.'));
        if !password.is_empty() && !password.contains(HOLE) && !reference {
            let from = start + user.len() + 1;
            return Some((from, from + password.len()));
        }
    }
    None
}

/// `https://host/path?secretKey=...`: what is given to a name that announces a secret.
fn url_query(value: &str) -> Option<(usize, usize)> {
    let address = value.find("://")?;
    let query = address + value.get(address..)?.find('?')?;
    // Short values there are switches and kinds of things.
    const MIN: usize = 8;
    let end = query + run(value.get(query..)?, |c| !c.is_whitespace() && !"\"'`".contains(c));
    let mut start = query + 1;
    for item in value.get(query + 1..end)?.split('&') {
        if let Some((name, secret)) = item.split_once('=')
            && secret.len() >= MIN
            && let Some(announced) = announced_by(name)
            && secret
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "._-%+".contains(c))
            && can_be_secret(announced, secret)
        {
            let from = start + name.len() + 1;
            return Some((from, from + secret.len()));
        }
        start += item.len() + 1;
    }
    None
}

/// How tokens of services begin, how long the rest is at least, and what they are.
pub(crate) const TOKENS: [(&str, usize, &str); 25] = [
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

fn token(value: &str) -> Option<(usize, usize, &'static str)> {
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
