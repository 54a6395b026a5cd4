//! When work on a snapshot is to end before its time.

use nixpod_eval::Interrupt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Counts the changes of a host. Work on what was before the last one is of no use to anybody.
#[derive(Clone, Debug, Default)]
pub(crate) struct Revisions(Arc<AtomicU64>);

impl Revisions {
    /// Something changed: work on earlier snapshots is to end.
    pub(crate) fn next(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// Watches over the work on a snapshot of now, which may take so long, and so many bytes for the whole process.
    pub(crate) fn watch(&self, timeout: Option<Duration>, memory: Option<u64>) -> Watch {
        Watch {
            revisions: Self(Arc::clone(&self.0)),
            revision: self.0.load(Ordering::Relaxed),
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
    deadline: Option<Instant>,
    memory: Option<u64>,
}

impl Watch {
    /// Is nobody interested any more?
    pub(crate) fn is_cancelled(&self) -> bool {
        self.revisions.0.load(Ordering::Relaxed) != self.revision
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
        revisions.next();
        assert_eq!(before.interrupted(false), Some(Interrupt::Cancelled));
        assert_eq!(revisions.watch(None, None).interrupted(true), None);
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
