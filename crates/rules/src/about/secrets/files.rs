//! What the names of files say of what is in them.

fn file_name(path: &str) -> String {
    path.trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or(path)
        .to_ascii_lowercase()
}

/// Encrypted on purpose, as its name says.
pub(crate) fn is_encrypted_name(path: &str) -> bool {
    let file = file_name(path);
    [".age", ".gpg", ".asc", ".enc", ".sops", ".kbx"]
        .iter()
        .any(|end| file.ends_with(end))
        || file.contains(".sops.")
        || file.contains(".enc.")
        || file.contains(".encrypted")
}

/// Does a folder on the way say that what lies in it is encrypted?
fn lies_among_encrypted(path: &str) -> bool {
    let mut folders = path.rsplit('/').skip(1);
    folders.any(|folder| {
        let folder = folder.to_ascii_lowercase();
        matches!(folder.as_str(), "enc" | "encrypted" | "crypt" | "git-crypt")
            || folder.ends_with("-encrypted")
            || folder.starts_with("encrypted-")
    })
}

/// Files that are meant to be seen, or hold no secret whatever they are called.
pub(crate) fn is_public(path: &str) -> bool {
    let file = file_name(path);
    const ENDS: [&str; 19] = [
        ".pub",
        ".crt",
        ".cer",
        ".cert",
        ".example",
        ".sample",
        ".template",
        ".tmpl",
        ".dist",
        ".md",
        ".nix",
        ".sh",
        ".py",
        ".js",
        ".ts",
        ".html",
        ".sql",
        ".service",
        ".patch",
    ];
    is_encrypted_name(path)
        || lies_among_encrypted(path)
        || ENDS.iter().any(|end| file.ends_with(end))
        || file.contains("example")
        || is_public_half(&file)
}

/// Is it the public half of a pair of keys: `cache.public.key`, `wg0.pub.key`, `signing-public.pem`? A pair keeps the private
/// half beside it under another name, so that the word stands for itself.
fn is_public_half(file: &str) -> bool {
    let mut words = file.rsplit(['.', '-', '_']);
    let is_key = words
        .next()
        .is_some_and(|end| matches!(end, "key" | "pem" | "gpg" | "txt"));
    let before = words.next();
    let before = match before {
        Some("key") => words.next(),
        before => before,
    };
    is_key && matches!(before, Some("pub" | "public" | "pubkey"))
}

/// Names that are given to private keys and credentials and to nothing else.
pub(crate) fn is_sure_name(path: &str) -> bool {
    let file = file_name(path);
    const WHOLE: [&str; 12] = [
        ".env",
        "id_rsa",
        "id_ed25519",
        "id_ecdsa",
        ".netrc",
        ".pgpass",
        ".git-credentials",
        "credentials",
        "key.pem",
        "privkey.pem",
        "private.pem",
        "private.key",
    ];
    const ENDS: [&str; 8] = [
        ".key", ".p12", ".pfx", ".jks", ".kdbx", "-key.pem", "_key.pem", ".keytab",
    ];
    WHOLE.contains(&file.as_str())
        || ENDS.iter().any(|end| file.ends_with(end))
        || (file.starts_with("ssh_host_") && file.ends_with("_key"))
}

/// Names that say secret, in files of plain data.
pub(crate) fn is_secret_name(path: &str) -> bool {
    if is_sure_name(path) {
        return true;
    }
    let file = file_name(path);
    let (stem, extension) = match file.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => (stem, extension),
        _ => (file.as_str(), ""),
    };
    let is_data = matches!(
        extension,
        "" | "txt" | "env" | "json" | "yaml" | "yml" | "toml" | "ini" | "conf" | "cfg"
    );
    if !is_data {
        return false;
    }
    let says_secret = stem.split(['-', '_', '.', ' ']).any(|word| {
        matches!(
            word,
            "secret"
                | "secrets"
                | "password"
                | "passwords"
                | "passwd"
                | "passphrase"
                | "token"
                | "tokens"
                | "apikey"
                | "credentials"
        )
    });
    let in_secrets = path
        .split('/')
        .rev()
        .skip(1)
        .any(|directory| matches!(directory, "secrets" | "secret" | "private"));
    says_secret || in_secrets
}

/// Does its name say that there are variables in a file? Many of them are settings.
pub(crate) fn is_of_variables(path: &str) -> bool {
    file_name(path).ends_with(".env")
}

#[cfg(test)]
mod tests {
    use super::{is_public, is_secret_name};

    #[test]
    fn secret_names_are_told_from_others() {
        for path in [
            "./secrets.env",
            "./db-password.txt",
            "tls/key.pem",
            "./.env",
            "secrets/db",
            "id_ed25519",
            "a.key",
            "republic.key",
            "./cache.private.key",
        ] {
            assert!(is_secret_name(path) && !is_public(path), "{path}");
        }
        for path in [
            "./secrets/db.age",
            "./secrets.sops.yaml",
            "./id_ed25519.pub",
            "./cert.pem",
            "./ca.crt",
            "./.env.example",
            "./generate-secrets.sh",
            "./tokenizer.json",
            "./nginx.conf",
            "./keyboard.conf",
            "./cache.public.key",
            "./secrets/wg0.pub.key",
            "./secrets/cache-public-key.txt",
        ] {
            assert!(is_public(path) || !is_secret_name(path), "{path}");
        }
    }
}
