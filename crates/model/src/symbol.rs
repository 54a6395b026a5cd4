//! What is known by its name alone, in words.

use nixpod_source::{Symbol, Why};

/// Where secrets come from: what their options' names begin with, what they are called there, and the program's name.
const SECRETS: [(&str, &str, &str); 6] = [
    ("age.secrets.", "secret", "agenix"),
    ("clan.core.vars.generators.", "secret", "Clan"),
    ("sops.placeholder.", "secret", "sops-nix"),
    ("sops.secrets.", "secret", "sops-nix"),
    ("sops.templates.", "template", "sops-nix"),
    ("vaultix.secrets.", "secret", "vaultix"),
];

/// What an unknown value is, if its name tells well enough: `the secret `token` of sops-nix, a file at run time`.
pub fn symbol_in_words(why: &Why) -> Option<String> {
    let name = symbol_name(why)?;
    Some(match why.symbol() {
        Some(Symbol::Secret) if name.starts_with("the ") => format!("{name}, a file at run time"),
        _ => name,
    })
}

/// The same in few words, among others: `the secret `token` of sops-nix`.
pub(crate) fn symbol_name(why: &Why) -> Option<String> {
    let (symbol, name) = (why.symbol()?, why.name()?);
    let name = name.strip_prefix("osConfig.").unwrap_or(name);
    let name = name.strip_prefix("config.").unwrap_or(name);
    Some(match symbol {
        Symbol::Package => match (name.strip_prefix("pkgs."), name.strip_prefix("store path of ")) {
            (Some(package), _) => format!("the package `{package}`"),
            (None, Some(file)) => format!("the store path of `{file}`"),
            (None, None) => format!("`{name}`, in the store"),
        },
        Symbol::Secret => secret(name),
        Symbol::Home => format!("`{name}`, a home directory"),
    })
}

fn secret(name: &str) -> String {
    let known = SECRETS.iter().find_map(|(prefix, kind, program)| {
        let rest = name.strip_prefix(prefix)?;
        Some((rest, *kind, *program))
    });
    match known {
        Some((rest, kind, program)) => match rest.strip_suffix(".path") {
            Some(entry) => format!("the {kind} `{}` of {program}", bare(entry)),
            None => format!("`{name}` of {program}"),
        },
        None => format!("`{name}`"),
    }
}

/// A name without the quotes that code needs.
fn bare(key: &str) -> &str {
    let inner = key.strip_prefix('"').and_then(|key| key.strip_suffix('"'));
    inner.unwrap_or(key)
}

#[cfg(test)]
mod tests {
    use super::symbol_in_words;
    use nixpod_source::Why;

    #[track_caller]
    fn check(name: &str, expected: &str) {
        let is_argument = ["pkgs.", "config.", "osConfig."]
            .iter()
            .any(|argument| name.starts_with(argument));
        let why = match is_argument {
            true => Why::named(name),
            false => Why::UnsetOption(name.to_owned()),
        };
        let words = symbol_in_words(&why);
        assert_eq!(words.as_deref(), Some(expected));
    }

    #[test]
    fn secrets_are_named() {
        let token = "the secret `token` of sops-nix, a file at run time";
        check("sops.secrets.token.path", token);
        check("config.sops.secrets.token.path", token);
        check(
            "osConfig.sops.secrets.\"a/b\".path",
            "the secret `a/b` of sops-nix, a file at run time",
        );
        check(
            "sops.templates.env.path",
            "the template `env` of sops-nix, a file at run time",
        );
        check(
            "age.secrets.key.path",
            "the secret `key` of agenix, a file at run time",
        );
        check("sops.placeholder.key", "`sops.placeholder.key` of sops-nix");
    }

    #[test]
    fn so_are_packages_and_homes() {
        check("pkgs.hello", "the package `hello`");
        check("users.users.ann.home", "`users.users.ann.home`, a home directory");
        assert_eq!(symbol_in_words(&Why::named("inputs.x")), None);
    }
}
