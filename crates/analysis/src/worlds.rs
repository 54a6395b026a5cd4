//! Evaluated roots, kept until something that they read changes.

use crate::host::Settings;
use crate::keeper::Keeper;
use crate::reads::{ReadSet, Reader};
use crate::rule::{Finding, Rule};
use crate::run::run_rules;
use crate::vfs::{Vfs, lock};
use nixpod_model::World;
use nixpod_source::{ExprId, FileId, Origin, Place, Site};
use nixpod_surfaces::Options;
use rustc_hash::FxHashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// What is evaluated as one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Root {
    /// The hosts of a flake.
    Flake {
        /// Its `flake.nix`.
        file: FileId,
        /// Only these hosts, sorted; `None`: all.
        hosts: Option<Vec<String>>,
    },
    /// A file taken as a module.
    Module {
        /// The file.
        file: FileId,
        /// Are there hosts, and does none of them import it?
        imported_by_no_host: bool,
    },
}

impl Root {
    pub(crate) const fn file(&self) -> FileId {
        match self {
            Self::Flake { file, .. } | Self::Module { file, .. } => *file,
        }
    }
}

/// What the rules found under some settings.
type RuleRun = (Arc<Settings>, Arc<[Finding]>);

/// A root's world with what it was made from.
#[derive(Debug)]
pub(crate) struct Evaluated {
    pub(crate) root: Root,
    pub(crate) world: World,
    pub(crate) reads: ReadSet,
    /// Findings have no ranges either, so they stay valid as long as the world does.
    findings: Mutex<Option<RuleRun>>,
    /// The last check that used it.
    used: AtomicU64,
}

impl Evaluated {
    /// The findings of the rules that are on.
    pub(crate) fn findings(
        &self,
        vfs: &Vfs,
        rules: &[&'static Rule],
        settings: &Arc<Settings>,
    ) -> Arc<[Finding]> {
        let mut findings = lock(&self.findings);
        if let Some((old, findings)) = &*findings
            && (Arc::ptr_eq(old, settings) || old == settings)
        {
            return Arc::clone(findings);
        }
        let on: Vec<&'static Rule> = rules
            .iter()
            .copied()
            .filter(|rule| settings.is_on(rule))
            .collect();
        let mut new = run_rules(&on, &self.world);
        for finding in &mut new {
            if finding.origin.hops.is_empty() {
                finding.origin = self.origin(vfs);
            }
        }
        let new: Arc<[Finding]> = new.into();
        *findings = Some((Arc::clone(settings), Arc::clone(&new)));
        new
    }

    /// Where the root as such is written.
    fn origin(&self, vfs: &Vfs) -> Origin {
        let file = self.root.file();
        let state = vfs.state(file);
        let expr = if state.problem.is_none() {
            state.parsed().hir.root()
        } else {
            ExprId(0)
        };
        Origin::at(Place::whole(Site { file, expr }))
    }
}

/// Evaluates a root, reading through the reader only.
pub(crate) type Evaluate = fn(&Root, &Reader, Options) -> World;

/// By root: what keeps its heap, and the check that last used it.
type Keepers = FxHashMap<Root, (Arc<Keeper>, u64)>;

/// The worlds of all roots, shared by a host and its snapshots.
#[derive(Debug)]
pub(crate) struct Worlds {
    evaluate: Evaluate,
    cache: Mutex<FxHashMap<(Root, Options), Arc<Evaluated>>>,
    /// The heaps of roots that are being edited; nothing where heaps are not kept.
    keepers: Option<Mutex<Keepers>>,
    evaluations: AtomicU64,
    renewals: AtomicU64,
    checks: AtomicU64,
}

/// A root that was not asked for in so many checks is forgotten. A check uses every root of its targets; only checks
/// of single files in between leave roots out.
const KEEP_FOR_CHECKS: u64 = 16;

/// So many heaps are kept at once. People edit one system at a time.
const MAX_KEEPERS: usize = 4;

impl Worlds {
    /// `keep`: heaps survive edits.
    pub(crate) fn new(evaluate: Evaluate, keep: bool) -> Self {
        Self {
            evaluate,
            cache: Mutex::default(),
            keepers: keep.then(Mutex::default),
            evaluations: AtomicU64::new(0),
            renewals: AtomicU64::new(0),
            checks: AtomicU64::new(0),
        }
    }

    /// The world of a root at this revision.
    pub(crate) fn get(&self, vfs: &Vfs, root: &Root, options: Options) -> Arc<Evaluated> {
        let key = (root.clone(), options);
        let cached = lock(&self.cache).get(&key).map(Arc::clone);
        let now = self.checks.load(Ordering::Relaxed);
        let known = cached.is_some();
        if let Some(cached) = cached
            && cached.reads.is_current(vfs)
        {
            cached.used.store(now, Ordering::Relaxed);
            self.touch(root, now);
            return cached;
        }
        self.evaluations.fetch_add(1, Ordering::Relaxed);
        // What is evaluated a second time is being edited.
        let keeper = match known {
            true => self.keeper(root, options, now),
            false => None,
        };
        let (world, reads) = match keeper.and_then(|keeper| keeper.evaluate(vfs)) {
            Some(answer) => {
                let renewals = u64::from(answer.renewed);
                self.renewals.fetch_add(renewals, Ordering::Relaxed);
                (answer.world, answer.reads)
            }
            None => {
                let reader = Reader::new(vfs);
                let world = (self.evaluate)(root, &reader, options);
                (world, reader.finish())
            }
        };
        let evaluated = Arc::new(Evaluated {
            root: root.clone(),
            world,
            reads,
            findings: Mutex::new(None),
            used: AtomicU64::new(now),
        });
        lock(&self.cache).insert(key, Arc::clone(&evaluated));
        evaluated
    }

    /// A heap whose world is still the right one is in use, too.
    fn touch(&self, root: &Root, now: u64) {
        if let Some(keepers) = &self.keepers
            && let Some((_, used)) = lock(keepers).get_mut(root)
        {
            *used = now;
        }
    }

    /// What keeps the heap of a root. Only the findings are asked for after every edit.
    fn keeper(&self, root: &Root, options: Options, now: u64) -> Option<Arc<Keeper>> {
        let mut keepers = lock(self.keepers.as_ref()?);
        if options != Options::Needed {
            return None;
        }
        if let Some((keeper, used)) = keepers.get_mut(root) {
            *used = now;
            return Some(Arc::clone(keeper));
        }
        if keepers.len() >= MAX_KEEPERS {
            return None;
        }
        let keeper = Arc::new(Keeper::start(root.clone(), options).ok()?);
        keepers.insert(root.clone(), (Arc::clone(&keeper), now));
        Some(keeper)
    }

    /// A copy that changes without this one changing.
    pub(crate) fn fork(&self) -> Self {
        Self {
            cache: Mutex::new(lock(&self.cache).clone()),
            ..Self::new(self.evaluate, false)
        }
    }

    /// How many roots were evaluated so far, for tests of the cache.
    pub(crate) fn evaluations(&self) -> u64 {
        self.evaluations.load(Ordering::Relaxed)
    }

    /// How many of these took a heap over from before an edit.
    pub(crate) fn renewals(&self) -> u64 {
        self.renewals.load(Ordering::Relaxed)
    }

    /// A check begins: forgets roots that nobody asks for any more.
    pub(crate) fn begin_check(&self) {
        let now = self.checks.fetch_add(1, Ordering::Relaxed);
        lock(&self.cache)
            .retain(|_, world| world.used.load(Ordering::Relaxed).saturating_add(KEEP_FOR_CHECKS) >= now);
        if let Some(keepers) = &self.keepers {
            lock(keepers).retain(|_, (_, used)| used.saturating_add(KEEP_FOR_CHECKS) >= now);
        }
    }
}
