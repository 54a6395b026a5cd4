//! Computes diagnostics on a thread of its own, so that text changes never wait for an evaluation.

use crate::convert;
use crate::event::{Computed, ComputedProject, Event, STACK_SIZE};
use crate::guard::guarded;
use crate::snapshot::{ProjectSnapshot, Snapshot};
use crate::views;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

/// The diagnostics of some documents at one generation.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) generation: u64,
    /// What was edited comes first.
    pub(crate) snapshots: Vec<Snapshot>,
    /// Projects of which all files are of interest.
    pub(crate) projects: Vec<ProjectSnapshot>,
}

/// Starts the thread. It ends when the owner drops the sender.
pub(crate) fn start(latest: Arc<AtomicU64>, events: Sender<Event>) -> io::Result<Sender<Job>> {
    let (sender, jobs) = channel();
    std::thread::Builder::new()
        .name("diagnostics".to_owned())
        .stack_size(STACK_SIZE)
        .spawn(move || run(&latest, &events, &jobs))?;
    Ok(sender)
}

fn run(latest: &AtomicU64, events: &Sender<Event>, jobs: &Receiver<Job>) {
    for job in jobs {
        for snapshot in job.snapshots {
            if latest.load(Ordering::SeqCst) != job.generation {
                break;
            }
            let diagnostics = guarded(|| convert::diagnostics(&snapshot));
            // They are incomplete, and there will be another job.
            if snapshot.analysis.is_cancelled() {
                break;
            }
            let computed = Computed {
                generation: job.generation,
                diagnostics,
                path: snapshot.path,
            };
            if events.send(Event::Computed(computed)).is_err() {
                return;
            }
        }
        for project in job.projects {
            if latest.load(Ordering::SeqCst) != job.generation {
                break;
            }
            let diagnostics = guarded(|| views::project::diagnostics(&project));
            if project.snapshot.analysis.is_cancelled() {
                break;
            }
            let computed = ComputedProject {
                generation: job.generation,
                diagnostics,
                directory: project.snapshot.path,
            };
            if events.send(Event::ComputedProject(computed)).is_err() {
                return;
            }
        }
        if events.send(Event::JobDone).is_err() {
            return;
        }
    }
}
