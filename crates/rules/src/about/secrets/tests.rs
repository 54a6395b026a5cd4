use super::shapes::shape;
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
        "VAULT_DEV_ROOT_TOKEN_ID",
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
        "not-needed",
        "does not matter",
        "from_env_file",
    ] {
        assert_eq!(kind("DB_PASSWORD", value), None, "{value}");
    }
    assert_eq!(kind("OPENAI_API_KEY", "sk-no-key-required"), None);
    assert_eq!(kind("OPENAI_API_KEY", "dummy"), None);
    assert_eq!(kind("OPENAI_API_KEY", "sk-noauth-local"), None);
    assert_eq!(kind("PrivateKey", "PRIVKEY"), None);
    assert_eq!(kind("API_TOKEN", "SHOP_API_TOKEN"), None);
    assert_eq!(kind("API_TOKEN", "YOUR_API_TOKEN"), Some(Kind::Placeholder));
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
    assert_eq!(kind("OPENAI_API_KEY", "llama-server"), None);
    assert_eq!(kind("ADMIN_TOKEN", "$argon2id$v=19$x"), Some(Kind::Hash));
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
    let names = |text: &str| -> Vec<String> { judge_lines(text).into_iter().map(|(name, _)| name).collect() };
    assert_eq!(
        names("# password = no\nexport DB_PASSWORD=hunter2\n[db]\npassword = \"hunter2\"\n"),
        ["DB_PASSWORD", "password"]
    );
    assert!(names("password required pam_unix.so\npassword: password,\ntoken = get_token()\n").is_empty());
    assert!(names("PASSWORD=$(cat /run/secrets/x)\nenter password: now please\n").is_empty());
    assert!(names("passwd:    files\nshadow: files\n[preferred]\norg.freedesktop.impl.portal.Secret=keyring-daemon\n").is_empty());
    let text = "a = 1\npassword = hunter2\n";
    let hit = &judge_lines(text)[0].1;
    assert_eq!(&text[hit.range.0..hit.range.1], "hunter2");
}
