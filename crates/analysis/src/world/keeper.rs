//! Evaluations whose heaps are kept between edits, each on a thread of its own.
//!
//! A heap cannot move to another thread, and edits are asked about from any. So the thread that evaluated a root stays
//! and waits for the next edit; it ends when its keeper is dropped.

use crate::vfs::Vfs;
use crate::vfs::reads::RecordingSource;
use crate::world::evaluate::{Evaluated, Evaluation, Extent};
use crate::world::root::Root;
use nixpod_eval::Limits;
use std::io;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

/// More thunks than this are not kept. Systems of thousands of modules have fewer.
const MAX_THUNKS: usize = 2_000_000;

/// Nested Nix code grows the stack on the heap; this is for the rest.
const STACK_SIZE: usize = 8 << 20;

/// What a kept heap answers.
pub(crate) struct Answer {
    pub(crate) evaluated: Evaluated,
    /// Was the kept heap of use?
    pub(crate) renewed: bool,
}

struct Job {
    vfs: Vfs,
    extent: Extent,
    limits: Limits,
    reply: SyncSender<Answer>,
}

/// The thread that keeps the heap of a root.
#[derive(Debug)]
pub(crate) struct Keeper {
    jobs: Sender<Job>,
}

impl Keeper {
    /// Starts the thread; nothing is evaluated yet.
    pub(crate) fn start(root: Root) -> io::Result<Self> {
        let (jobs, receiver) = channel();
        std::thread::Builder::new()
            .name("evaluation".to_owned())
            .stack_size(STACK_SIZE)
            .spawn(move || keep(&root, &receiver))?;
        Ok(Self { jobs })
    }

    /// The world as the files are now. Nothing if the thread is gone.
    pub(crate) fn evaluate(&self, vfs: &Vfs, extent: Extent, limits: Limits) -> Option<Answer> {
        let (reply, answer) = sync_channel(1);
        let vfs = vfs.clone();
        let job = Job {
            vfs,
            extent,
            limits,
            reply,
        };
        self.jobs.send(job).ok()?;
        answer.recv().ok()
    }
}

/// The next job that somebody waits for. To begin with one that was cancelled would cost the heap; whoever asked gets
/// nothing, and evaluates without a kept heap, which ends at once.
fn next_of(jobs: &Receiver<Job>) -> Option<Job> {
    jobs.iter().find(|job| !job.vfs.watch.is_cancelled())
}

fn keep(root: &Root, jobs: &Receiver<Job>) {
    let mut next = next_of(jobs);
    while let Some(job) = next.take() {
        let reader = RecordingSource::new(&job.vfs, root.flake());
        let (mut evaluation, world) = Evaluation::start(root, &reader, job.limits, true);
        let evaluated = evaluation.answer(&reader, world, job.extent);
        // In a heap that was interrupted, what could be known is unknown.
        let mut interrupted = evaluated.effort.interrupted;
        // Who asked may have lost interest; the heap is of use for the next one.
        let _ = job.reply.send(Answer {
            evaluated,
            renewed: false,
        });
        if evaluation.size() > MAX_THUNKS {
            tracing::debug!(thunks = evaluation.size(), "the heap is too large to be kept");
            drop(evaluation);
            next = next_of(jobs);
            continue;
        }
        while let Some(job) = next_of(jobs) {
            if interrupted {
                next = Some(job);
                break;
            }
            match evaluation.renew(&reader, &job.vfs) {
                Some(world) => {
                    let evaluated = evaluation.answer(&reader, world, job.extent);
                    interrupted = evaluated.effort.interrupted;
                    let _ = job.reply.send(Answer {
                        evaluated,
                        renewed: true,
                    });
                }
                None => {
                    tracing::debug!("the heap is given up: it cannot answer for this edit");
                    next = Some(job);
                    break;
                }
            }
        }
    }
}
