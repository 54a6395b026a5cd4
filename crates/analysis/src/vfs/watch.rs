//! When work on a snapshot is to end before its time.

use nixpod_eval::Interrupt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

#[derive(Debug, Default)]
struct Counts {
    /// The revision that snapshots get now.
    now: AtomicU64,
    /// The first revision whose answers somebody needs.
    needed: AtomicU64,
}

/// Counts the changes of a host. Work on what was before the last one is of little use to anybody.
#[derive(Clone, Debug, Default)]
pub(crate) struct Revisions(Arc<Counts>);

impl Revisions {
    /// Something changed. Work on earlier snapshots goes on until [`Self::cancel_earlier`].
    pub(crate) fn begin(&self) {
        self.0.now.fetch_add(1, Ordering::Relaxed);
    }

    /// Work on snapshots from before the last change is to end.
    pub(crate) fn cancel_earlier(&self) {
        let now = self.0.now.load(Ordering::Relaxed);
        self.0.needed.fetch_max(now, Ordering::Relaxed);
    }

    /// Watches over the work on a snapshot of now, which may take so long, and so many bytes for the whole process.
    pub(crate) fn watch(&self, timeout: Option<Duration>, memory: Option<u64>) -> Watch {
        Watch {
            revisions: Self(Arc::clone(&self.0)),
            revision: self.0.now.load(Ordering::Relaxed),
            given_up: Arc::default(),
            deadline: timeout.and_then(|timeout| Instant::now().checked_add(timeout)),
            memory,
        }
    }
}

/// What says that the work on a snapshot is to end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watch {
    revisions: Revisions,
    revision: u64,
    /// Whoever asked this snapshot, or a copy of it, does not want to know any more.
    given_up: Arc<AtomicBool>,
    deadline: Option<Instant>,
    memory: Option<u64>,
}

impl Watch {
    /// The work on this snapshot and its copies is to end.
    pub(crate) fn give_up(&self) {
        self.given_up.store(true, Ordering::Relaxed);
    }

    /// Is nobody interested any more?
    pub(crate) fn is_cancelled(&self) -> bool {
        self.revision < self.revisions.0.needed.load(Ordering::Relaxed)
            || self.given_up.load(Ordering::Relaxed)
    }

    /// Is the work to end? The memory of the process is only looked at `thoroughly`, since that takes some microseconds.
    pub(crate) fn interrupted(&self, thoroughly: bool) -> Option<Interrupt> {
        if self.is_cancelled() {
            return Some(Interrupt::Cancelled);
        }
        if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            return Some(Interrupt::Deadline);
        }
        let most = self.memory.filter(|_| thoroughly)?;
        let now = memory_stats::memory_stats()?.physical_mem as u64;
        (now > most).then_some(Interrupt::Memory)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_cancels_what_was_begun_before() {
        let revisions = Revisions::default();
        let before = revisions.watch(None, None);
        assert_eq!(before.interrupted(true), None);
        revisions.begin();
        let after = revisions.watch(None, None);
        assert_eq!(before.interrupted(true), None);
        revisions.cancel_earlier();
        assert_eq!(before.interrupted(false), Some(Interrupt::Cancelled));
        assert_eq!(after.interrupted(true), None);
    }

    #[test]
    fn one_snapshot_can_be_given_up() {
        let revisions = Revisions::default();
        let (one, other) = (revisions.watch(None, None), revisions.watch(None, None));
        let copy = one.clone();
        one.give_up();
        assert_eq!(copy.interrupted(false), Some(Interrupt::Cancelled));
        assert_eq!(other.interrupted(false), None);
    }

    #[test]
    fn time_and_memory_have_an_end() {
        let revisions = Revisions::default();
        let late = revisions.watch(Some(Duration::ZERO), None);
        assert_eq!(late.interrupted(false), Some(Interrupt::Deadline));
        let full = revisions.watch(None, Some(1));
        assert_eq!(full.interrupted(false), None);
        assert_eq!(full.interrupted(true), Some(Interrupt::Memory));
    }
}
