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

/// What a release of NixOS began with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shipped {
    /// The release.
    pub release: Release,
    /// Podman.
    pub podman: PodmanRelease,
    /// systemd, whose number stays the same while the release lives.
    pub systemd: u16,
    /// Where this is known from: pull requests and issues of nixpkgs, each with when it was opened.
    pub sources: &'static str,
}

/// The releases in their order. A release has what master had when it branched off, about two weeks before it came out.
pub const SHIPPED: [Shipped; 7] = [
    shipped(
        (23, 5),
        (4, 5),
        253,
        "podman 4.5.0 by #226199 (2023-04-14), 4.6.0 only by #244931 (2023-07-22); systemd by the release notes of 23.05",
    ),
    shipped(
        (23, 11),
        (4, 7),
        254,
        "podman 4.7.0 by #258851 (2023-10-03), 4.8.1 only by #273437 (2023-12-10); systemd by the release notes of 23.11",
    ),
    shipped(
        (24, 5),
        (5, 0),
        255,
        "podman 5.0.2 by #304891 (2024-04-17); systemd 255.6 on the release's channel by issue #319328 (2024-06-12)",
    ),
    shipped(
        (24, 11),
        (5, 2),
        256,
        "podman 5.2.3 until #356754 (2024-11-17); systemd 256.10 to 256.16 by #412578 (2025-05-31) in staging-24.11",
    ),
    shipped(
        (25, 5),
        (5, 4),
        257,
        "podman 5.4.1 until #408599 (2025-05-19); systemd 257.6 to 257.7 by #427847 (2025-07-23) in staging-25.05",
    ),
    shipped(
        (25, 11),
        (5, 7),
        258,
        "podman 5.7.0 by #461003 (2025-11-12); systemd 258.5 to 258.7 by #512827 (2026-04-23) in staging-25.11",
    ),
    shipped(
        (26, 5),
        (5, 8),
        260,
        "podman 5.8.4 to 5.8.6 by #553617 (2026-08-17) in master; systemd 260.1 by #528140 (2026-06-04) in staging-26.05",
    ),
];

const fn shipped(
    (year, month): (u32, u32),
    (major, minor): (u8, u8),
    systemd: u16,
    sources: &'static str,
) -> Shipped {
    Shipped {
        release: Release { year, month },
        podman: PodmanRelease { major, minor },
        systemd,
        sources,
    }
}

/// The last releases of Podman with their first number.
const LAST: [PodmanRelease; 2] = [
    PodmanRelease { major: 4, minor: 9 },
    PodmanRelease { major: 5, minor: 8 },
];

/// The newest Podman that a system can have, if its release tells. A release branch gets newer ones while it lives, so it is
/// the one that the next release began with, or the last of the same first number.
pub(crate) fn podman(system: &System) -> Option<PodmanRelease> {
    newest(*system.release.certain()?)
}

fn newest(release: Release) -> Option<PodmanRelease> {
    let at = SHIPPED.iter().position(|shipped| shipped.release == release)?;
    let own = SHIPPED.get(at)?.podman;
    let last = LAST.into_iter().find(|last| last.major == own.major)?;
    let next = SHIPPED.get(at + 1).map(|next| next.podman);
    Some(match next.filter(|next| next.major == own.major) {
        Some(next) => next,
        None => last,
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
    use super::{SHIPPED, newest, parse};
    use expect_test::expect;
    use nixpod_model::Release;

    #[test]
    fn what_releases_have() {
        assert!(SHIPPED.is_sorted_by_key(|one| (one.release.year, one.release.month)));
        assert!(SHIPPED.is_sorted_by_key(|one| (one.podman, one.systemd)));
        assert!(
            SHIPPED
                .iter()
                .all(|one| one.sources.contains("podman ") && one.sources.contains("systemd "))
        );
        let told = SHIPPED.iter().map(|one| {
            let newest = newest(one.release).expect("it is in the table");
            let Release { year, month } = one.release;
            format!(
                "{year}.{month:02}: Podman {} to {newest}, systemd {}\n",
                one.podman, one.systemd
            )
        });
        expect![[r#"
            23.05: Podman 4.5 to 4.7, systemd 253
            23.11: Podman 4.7 to 4.9, systemd 254
            24.05: Podman 5.0 to 5.2, systemd 255
            24.11: Podman 5.2 to 5.4, systemd 256
            25.05: Podman 5.4 to 5.7, systemd 257
            25.11: Podman 5.7 to 5.8, systemd 258
            26.05: Podman 5.8 to 5.8, systemd 260
        "#]]
        .assert_eq(&told.collect::<String>());
        assert_eq!(newest(Release { year: 22, month: 11 }), None);
        assert_eq!(newest(Release { year: 26, month: 11 }), None);
    }

    #[test]
    fn releases() {
        assert_eq!(parse("24.05"), Some(Release { year: 24, month: 5 }));
        assert_eq!(parse("25.11pre-git"), Some(Release { year: 25, month: 11 }));
        for wrong in ["", "unstable", "24", "24.", "99999999999.05", "24.99"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
