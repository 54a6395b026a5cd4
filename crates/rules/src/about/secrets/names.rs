//! Names that announce a secret.

/// Which sort of secret a name announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Announced {
    /// Any text can be one.
    Password,
    /// Tokens and keys are not short words or small numbers.
    Key,
}

/// What a variable's or option's name announces.
pub(crate) fn announced_by(name: &str) -> Option<Announced> {
    // Interfaces of D-Bus, as portals are configured: `org.freedesktop.impl.portal.Secret`.
    if name.starts_with("org.freedesktop.") {
        return None;
    }
    let segments = segments(name);
    let (last, before) = segments.split_last()?;
    let last = last.as_str();
    const NO_SECRET: [&str; 23] = [
        "DISABLE", "DISABLED", "ENABLE", "ENABLED", "NO", "ALLOW", "REQUIRE", "REQUIRES", "USE", "SKIP",
        "HIDE", "SHOW", "CHANGE", "RESET", "FORGOT", "PUBLIC", "MIN", "MAX", "FILE", "PATH", "GENERATE",
        "CSRF", "HEADER",
    ];
    if before.iter().any(|word| NO_SECRET.contains(&word.as_str())) {
        return None;
    }
    let previous = before.last().map_or("", String::as_str);
    let ends = |words: &[&str]| words.iter().any(|word| last.ends_with(word));
    // The last two are those of Redis.
    if ends(&["PASSWORD", "PASSWD", "PASSPHRASE", "REQUIREPASS", "MASTERAUTH"])
        || last == "PASS"
        || (matches!(last, "PWD" | "PW") && !before.is_empty())
    {
        return Some(Announced::Password);
    }
    if is_of_somebody(last, previous) {
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
    // Vault's, which is the token itself; elsewhere such an id only names one.
    let is_root_token = last == "ID" && previous == "TOKEN" && second == "ROOT";
    let is_laravel = last == "KEY" && previous == "APP" && before.len() == 1;
    (is_key || is_base || is_laravel || is_root_token).then_some(Announced::Key)
}

/// Whose password it is can stand behind the word, as in `ROOM_PASSWORD_ADMIN`.
fn is_of_somebody(last: &str, previous: &str) -> bool {
    const WHOSE: [&str; 14] = [
        "ADMIN",
        "ADMINISTRATOR",
        "DATABASE",
        "DB",
        "GUEST",
        "MARIADB",
        "MYSQL",
        "OPERATOR",
        "POSTGRES",
        "REDIS",
        "ROOT",
        "SUPERUSER",
        "USER",
        "VIEWER",
    ];
    WHOSE.contains(&last) && matches!(previous, "PASSWORD" | "PASSWD")
}

/// Does a name end as those of keys do? Keys of sites, of caches and of tables are none to keep.
pub(super) fn is_of_some_key(name: &str) -> bool {
    const OTHERS: [&str; 10] = [
        "CACHE",
        "FOREIGN",
        "INDEX",
        "PARTITION",
        "PRIMARY",
        "PUB",
        "PUBLIC",
        "SITE",
        "SORT",
        "SSH",
    ];
    let segments = segments(name);
    let Some((last, before)) = segments.split_last() else {
        return false;
    };
    last == "KEY" && !before.is_empty() && !before.iter().any(|word| OTHERS.contains(&word.as_str()))
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
