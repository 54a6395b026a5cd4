//! Which engine a release of NixOS has, for what depends on its version.

use nixpod_model::{Release, System};

/// The systemd of each release, whose number its branch keeps. Read in November 2026 from the release notes of 23.05, and
/// for the others from the changes of nixpkgs that raised the version before and after the branch began (pull requests
/// 307068 and 427968).
const SYSTEMD: [(Release, u32); 6] = [
    (Release { year: 23, month: 5 }, 253),
    (Release { year: 23, month: 11 }, 254),
    (Release { year: 24, month: 5 }, 255),
    (Release { year: 24, month: 11 }, 256),
    (Release { year: 25, month: 5 }, 257),
    (Release { year: 25, month: 11 }, 258),
];

/// The oldest and the newest systemd that a system can have; the newest is known only where the release itself is.
pub(crate) fn systemd_range(system: &System) -> (Option<u32>, Option<u32>) {
    let newest = system.release.certain().and_then(|release| {
        let of_release = SYSTEMD.iter().find(|(known, _)| known == release);
        of_release.map(|(_, version)| *version)
    });
    (systemd_at_least(system), newest)
}

/// The oldest systemd that a system can have: that of its release, or of the release that it began with. `None`: older than
/// the table, or nothing tells.
pub(crate) fn systemd_at_least(system: &System) -> Option<u32> {
    let release = system
        .release
        .certain()
        .or_else(|| system.state_version.certain())?;
    let known = SYSTEMD.iter().rfind(|(first, _)| first <= release);
    known.map(|(_, version)| *version)
}
