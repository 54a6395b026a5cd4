//! Specifiers such as `%h`: what the service manager that runs a unit puts in their place.

use crate::vocabulary::pieces::Pieces;
use nixpod_model::{Text, TextPart};
use nixpod_source::Why;
use smol_str::SmolStr;

/// Whose service manager runs a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manager {
    /// The system's.
    System,
    /// A user's.
    User,
    /// One or the other.
    Either,
}

/// What a unit's specifiers depend on.
#[derive(Clone, Debug)]
pub(crate) struct Scope {
    pub(crate) manager: Manager,
    /// The name of the service without its suffix, if it is known: `web` of `web.service`.
    pub(crate) service: Option<SmolStr>,
}

/// What stands in place of a specifier.
enum Meaning {
    Text(SmolStr),
    /// Only the running system knows it.
    Unknown,
    /// It stays as it is.
    Itself,
}

impl Scope {
    /// Puts in place of specifiers what they mean. The home and the runtime directory of a user stay `%h` and `%t`: that is
    /// what they are called here. Where nothing is to be replaced, there is nothing.
    pub(crate) fn resolve(&self, text: &Text) -> Option<Text> {
        let pattern = text.pattern();
        if !pattern.contains('%') {
            return None;
        }
        let pieces = Pieces::new(text);
        let mut parts = Vec::new();
        let mut from = 0;
        let mut at = 0;
        while let Some(found) = pattern.get(at..).and_then(|rest| rest.find('%')) {
            let start = at + found;
            let name = pattern.get(start + 1..).and_then(|rest| rest.chars().next());
            let Some(name) = name else { break };
            let end = start + 1 + name.len_utf8();
            at = end;
            let origin = || pieces.origin_of(&(start..end));
            let replacement = match self.meaning(name) {
                Meaning::Itself => continue,
                Meaning::Text(text) => TextPart::Known {
                    text,
                    origin: origin(),
                },
                Meaning::Unknown => TextPart::Hole {
                    why: Why::Impure(format!("`%{name}`")),
                    origin: origin(),
                },
            };
            parts.extend(pieces.text(std::slice::from_ref(&(from..start))).parts);
            parts.push(replacement);
            from = end;
        }
        if parts.is_empty() {
            return None;
        }
        let rest = pieces.text(std::slice::from_ref(&(from..pattern.len())));
        parts.extend(rest.parts);
        Some(Text { parts, ..rest })
    }

    fn meaning(&self, name: char) -> Meaning {
        let by_manager = |system: &'static str, user: &'static str| match self.manager {
            Manager::System => Meaning::Text(system.into()),
            Manager::User | Manager::Either if user.is_empty() => Meaning::Itself,
            Manager::User => Meaning::Text(user.into()),
            Manager::Either => Meaning::Unknown,
        };
        match name {
            '%' => Meaning::Text("%".into()),
            't' => by_manager("/run", ""),
            'h' => by_manager("/root", ""),
            'S' => by_manager("/var/lib", "%h/.local/state"),
            'C' => by_manager("/var/cache", "%h/.cache"),
            'L' => by_manager("/var/log", "%h/.local/state/log"),
            'E' => by_manager("/etc", "%h/.config"),
            'T' => Meaning::Text("/tmp".into()),
            'V' => Meaning::Text("/var/tmp".into()),
            'u' | 'g' if self.manager == Manager::System => Meaning::Text("root".into()),
            'U' | 'G' if self.manager == Manager::System => Meaning::Text("0".into()),
            'n' | 'N' | 'p' | 'P' | 'i' | 'I' | 'j' | 'J' => self.of_name(name),
            'u' | 'g' | 'U' | 'G' | 'A' | 'a' | 'b' | 'B' | 'd' | 'D' | 'f' | 'H' | 'l' | 'm' | 'M' | 'o'
            | 'q' | 's' | 'v' | 'w' | 'W' | 'y' | 'Y' => Meaning::Unknown,
            _ => Meaning::Itself,
        }
    }

    /// What the unit's own name tells.
    fn of_name(&self, specifier: char) -> Meaning {
        let Some(service) = self.service.as_deref() else {
            return Meaning::Unknown;
        };
        let (prefix, instance) = match service.split_once('@') {
            Some((prefix, instance)) => (prefix, Some(instance)),
            None => (service, None),
        };
        match specifier {
            'n' if instance != Some("") => Meaning::Text(format!("{service}.service").into()),
            'N' if instance != Some("") => Meaning::Text(service.into()),
            'p' => Meaning::Text(prefix.into()),
            'P' if !prefix.contains(['-', '\\']) => Meaning::Text(prefix.into()),
            'j' => Meaning::Text(prefix.rsplit('-').next().unwrap_or_default().into()),
            'i' => match instance {
                // Whoever starts a template gives it an instance.
                Some("") => Meaning::Unknown,
                other => Meaning::Text(other.unwrap_or_default().into()),
            },
            _ => Meaning::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Manager, Scope};
    use expect_test::expect;
    use nixpod_model::Text;
    use nixpod_source::Origin;

    fn show(manager: Manager, service: Option<&str>, text: &str) -> String {
        let scope = Scope {
            manager,
            service: service.map(Into::into),
        };
        let text = Text::known(text, Origin::default());
        scope.resolve(&text).unwrap_or(text).display()
    }

    #[test]
    fn directories() {
        let text = "%t/a %S %C %L %E %h %T %V %u %U";
        expect!["/run/a /var/lib /var/cache /var/log /etc /root /tmp /var/tmp root 0"].assert_eq(&show(
            Manager::System,
            None,
            text,
        ));
        expect!["%t/a %h/.local/state %h/.cache %h/.local/state/log %h/.config %h /tmp /var/tmp ${…} ${…}"]
            .assert_eq(&show(Manager::User, None, text));
    }

    #[test]
    fn names() {
        let text = "%n %N %p %i %j";
        expect!["web-app.service web-app web-app  app"].assert_eq(&show(
            Manager::System,
            Some("web-app"),
            text,
        ));
        expect!["web@one.service web@one web one web"].assert_eq(&show(
            Manager::System,
            Some("web@one"),
            text,
        ));
        expect!["${…} ${…} web ${…} web"].assert_eq(&show(Manager::System, Some("web@"), text));
        expect!["${…} ${…} ${…} ${…} ${…}"].assert_eq(&show(Manager::System, None, text));
    }

    #[test]
    fn everything_else_stays() {
        expect!["100% %{http_code} 5% é%é %"].assert_eq(&show(
            Manager::System,
            None,
            "100%% %{http_code} 5% é%é %",
        ));
    }
}
