//! Can rootless containers use the kernel's own overlay file system?

use crate::about::words::kernel_words;
use nixpod_model::{Fact, Release, System};
use nixpod_source::Why;

/// Unprivileged overlay mounts arrived in 5.11; with SELinux labels they work since 5.13.
const FLOOR: (u32, u32) = (5, 11);
const SELINUX_FLOOR: (u32, u32) = (5, 13);
/// The first release whose default kernel is above both.
const ALWAYS_NEW_ENOUGH: Release = Release { year: 22, month: 5 };

/// What is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NativeOverlay {
    /// It can; the kernel in words.
    Yes(String),
    /// The kernel is chosen nowhere, and every default kernel of a supported release can.
    LikelyByDefault,
    /// It cannot; the kernel in words.
    No(String),
    /// It depends on something that is not known.
    Unknown,
}

/// Looks at the kernel that a system runs on.
pub(crate) fn native_overlay(system: &System) -> NativeOverlay {
    let floor = match system.selinux.value() {
        Some(false) => FLOOR,
        Some(true) | None => SELINUX_FLOOR,
    };
    match &system.kernel.fact {
        Fact::Set(kernel) | Fact::Default(kernel) | Fact::Maybe(kernel) => {
            if (kernel.major, kernel.minor) >= floor {
                NativeOverlay::Yes(kernel_words(kernel))
            } else if kernel.at_least {
                NativeOverlay::Unknown
            } else {
                NativeOverlay::No(kernel_words(kernel))
            }
        }
        Fact::Unknown(Why::UnsetOption(_)) => {
            let old = system
                .state_version
                .value()
                .is_some_and(|version| *version < ALWAYS_NEW_ENOUGH);
            if old {
                NativeOverlay::Unknown
            } else {
                NativeOverlay::LikelyByDefault
            }
        }
        Fact::Unknown(_) => NativeOverlay::Unknown,
    }
}
