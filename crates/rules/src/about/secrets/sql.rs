//! Passwords in statements of SQL.

use super::names::Announced;
use super::values::{can_be_secret, is_placeholder};
use crate::about::secrets::hit::{Hit, Kind};

/// More statements than this in one text are data.
const MAX: usize = 200;

/// Passwords that statements of a text give to users: `CREATE ROLE app PASSWORD '...'`, `CREATE USER app IDENTIFIED BY '...'`.
pub(super) fn passwords(text: &str) -> Vec<Hit> {
    let upper = text.to_ascii_uppercase();
    let mut hits = Vec::new();
    let mut start = 0;
    for statement in upper.split_inclusive(';').take(MAX) {
        if gives_password(statement)
            && let Some((from, to)) = literal(statement)
            && let Some(value) = text.get(start + from..start + to)
            && let Some(kind) = kind(value)
        {
            hits.push(Hit {
                range: (start + from, start + to),
                kind,
            });
        }
        start += statement.len();
    }
    hits
}

/// Does a statement make, change or allow a user? Its words are in capitals.
fn gives_password(statement: &str) -> bool {
    let mut words = statement.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let verb = words.find(|word| matches!(*word, "CREATE" | "ALTER" | "GRANT" | "SET"));
    match verb {
        Some("CREATE" | "ALTER") => words.any(|word| matches!(word, "USER" | "ROLE")),
        Some("GRANT") => words.any(|word| word == "IDENTIFIED"),
        Some("SET") => words.next() == Some("PASSWORD"),
        _ => false,
    }
}

/// Where the text in quotes is that stands behind `PASSWORD` or `IDENTIFIED BY`.
fn literal(statement: &str) -> Option<(usize, usize)> {
    let mut at = 0;
    while let Some(found) = statement.get(at..).and_then(next_keyword) {
        at += found;
        let rest = statement.get(at..)?;
        let value = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '=');
        let from = at + (rest.len() - value.len());
        let Some(quote) = value.chars().next().filter(|c| matches!(c, '\'' | '"')) else {
            continue;
        };
        let end = value.get(1..)?.find(quote)?;
        return Some((from + 1, from + 1 + end));
    }
    None
}

/// Where the next word ends behind which a password may stand.
fn next_keyword(statement: &str) -> Option<usize> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    ["PASSWORD", "IDENTIFIED BY"]
        .iter()
        .filter_map(|word| {
            statement.match_indices(word).find_map(|(at, word)| {
                let end = at + word.len();
                let before = statement.get(..at)?.chars().next_back();
                let after = statement.get(end..)?.chars().next();
                let is_alone = !before.is_some_and(is_word) && !after.is_some_and(is_word);
                is_alone.then_some(end)
            })
        })
        .min()
}

/// What stands there: nothing that counts where a shell or a program puts another text.
fn kind(value: &str) -> Option<Kind> {
    let is_hex = |text: &str, len: usize| text.len() == len && text.chars().all(|c| c.is_ascii_hexdigit());
    if value.starts_with("SCRAM-SHA-256$")
        || value.strip_prefix("md5").is_some_and(|rest| is_hex(rest, 32))
        || value.strip_prefix('*').is_some_and(|rest| is_hex(rest, 40))
    {
        return Some(Kind::Hash);
    }
    let is_filled =
        value.contains(['$', '{', '<', '`', ':']) || value.starts_with(['%', '@', '\\', '"', '\'']);
    if is_filled || value.contains(char::is_whitespace) || !can_be_secret(Announced::Password, value) {
        return None;
    }
    Some(match is_placeholder(value) {
        true => Kind::Placeholder,
        false => Kind::Shape("a password in SQL"),
    })
}

#[cfg(test)]
mod tests {
    use super::passwords;

    fn found(text: &str) -> Vec<&str> {
        let hits = passwords(text).into_iter();
        hits.filter_map(|hit| text.get(hit.range.0..hit.range.1))
            .collect()
    }

    #[test]
    fn of_users() {
        for (text, password) in [
            (
                "CREATE ROLE forge WITH LOGIN PASSWORD 'hG7bv2Kq' CREATEDB;",
                "hG7bv2Kq",
            ),
            (
                "create user if not exists 'ann'@'localhost' identified by 'hG7bv2Kq';",
                "hG7bv2Kq",
            ),
            (
                "-- first\nCREATE DATABASE a;\nALTER USER a\n  WITH ENCRYPTED PASSWORD 'hG7bv2Kq'\n",
                "hG7bv2Kq",
            ),
            (
                "GRANT ALL ON a.* TO 'ann'@'%' IDENTIFIED BY \"hG7bv2Kq\";",
                "hG7bv2Kq",
            ),
            ("$PSQL -tAc \"ALTER USER app PASSWORD 'hG7bv2Kq'\"", "hG7bv2Kq"),
            (
                "SET PASSWORD FOR 'ann'@'localhost' = PASSWORD('x'); CREATE USER b IDENTIFIED BY 'changeme';",
                "changeme",
            ),
        ] {
            assert_eq!(found(text), [password], "{text}");
        }
    }

    #[test]
    fn of_nobody() {
        for text in [
            "CREATE ROLE app LOGIN; CREATE TABLE password (id int, name text DEFAULT 'none');",
            "ALTER USER app WITH PASSWORD '$PASSWORD';",
            "ALTER USER app WITH PASSWORD '$(cat /run/secrets/db)';",
            "ALTER USER app WITH PASSWORD :'password';",
            "ALTER USER app WITH PASSWORD '@password@';",
            "ALTER USER app PASSWORD NULL;",
            "CREATE USER 'ann'@'localhost' IDENTIFIED VIA unix_socket;",
            "CREATE USER 'ann'@'localhost' IDENTIFIED BY '';",
            "INSERT INTO users (name, password) VALUES ('ann', 'x');",
            "SELECT 'create a user with a password', 'now';",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
    }
}
