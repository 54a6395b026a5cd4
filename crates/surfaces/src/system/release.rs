//! The NixOS release and the oldest that a system can be.

use crate::read::{Found, OptionReader, known_string};
use nixpod_model::{Field, PodmanRelease, Release, StateVersion, System};
use nixpod_source::{Origin, Why};

/// `24.05` or `24.05pre-git`.
pub(crate) fn parse(text: &str) -> Option<Release> {
    let (year, month) = text.trim().split_once('.')?;
    let month: String = month.chars().take_while(char::is_ascii_digit).collect();
    let release = Release {
        year: year.parse().ok()?,
        month: month.parse().ok()?,
    };
    (release.year >= 13 && release.year < 100 && matches!(release.month, 3..=12)).then_some(release)
}

/// What the lock file or the channel tells. It is certain, although no code says it.
pub(crate) fn given(release: Option<(u32, u32)>) -> Field<Release> {
    match release {
        Some((year, month)) => Field::set(Release { year, month }, Origin::default()),
        None => Field::unset("nixpkgs"),
    }
}

/// The newest Podman that a system can have, if its release tells. A release branch gets newer ones while it lives, so it is
/// the one that the next release began with, or the last of the same first number.
pub(crate) fn podman(system: &System) -> Option<PodmanRelease> {
    const NEWEST: [((u32, u32), (u8, u8)); 7] = [
        ((23, 5), (4, 7)),
        ((23, 11), (4, 9)),
        ((24, 5), (5, 2)),
        ((24, 11), (5, 4)),
        ((25, 5), (5, 7)),
        ((25, 11), (5, 8)),
        ((26, 5), (5, 8)),
    ];
    let release = system.release.certain()?;
    let known = NEWEST
        .iter()
        .find(|(known, _)| *known == (release.year, release.month));
    known.map(|(_, (major, minor))| PodmanRelease {
        major: *major,
        minor: *minor,
    })
}

/// `system.stateVersion` or `home.stateVersion`: the system is at least that new.
pub(crate) fn state_version(reader: &mut OptionReader<'_, '_>, found: &Found) -> Field<StateVersion> {
    if matches!(found.value.value, nixpod_eval::Value::Null) {
        return Field::unset("system.stateVersion");
    }
    reader.field(found, |_, value, _| {
        let text = known_string(&value.value)?;
        parse(&text).ok_or_else(|| Why::Error(format!("`{text}` is no release of NixOS")))
    })
}

#[cfg(test)]
mod tests {
    use super::parse;
    use nixpod_model::Release;

    #[test]
    fn releases() {
        assert_eq!(parse("24.05"), Some(Release { year: 24, month: 5 }));
        assert_eq!(parse("25.11pre-git"), Some(Release { year: 25, month: 11 }));
        for wrong in ["", "unstable", "24", "24.", "99999999999.05", "24.99"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
