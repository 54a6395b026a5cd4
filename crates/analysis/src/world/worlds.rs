//! Evaluated roots, kept until something that they read changes.

use crate::rule::{Finding, Group, Rule, Secret};
use crate::run::run;
use crate::settings::Settings;
use crate::vfs::reads::ReadSet;
use crate::vfs::{Vfs, lock};
use crate::world::evaluate::{Effort, Evaluated, Extent, Listed, evaluate};
use crate::world::keeper::Keeper;
use crate::world::root::Root;
use nixpod_eval::Limits;
use nixpod_model::World;
use nixpod_source::{ExprId, Origin, Place, RuleId, Site};
use rustc_hash::FxHashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// What the rules found.
#[derive(Debug)]
pub(crate) struct Found {
    /// The findings of the rules that are on.
    pub(crate) findings: Vec<Finding>,
    /// The secrets that they came across, and so did the rules about secrets that are off.
    pub(crate) secrets: Vec<Secret>,
}

/// What the rules found under some settings.
type RuleRun = (Arc<Settings>, Arc<Found>);

/// A root's world with what it was made from.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) root: Root,
    pub(crate) world: World,
    pub(crate) reads: ReadSet,
    /// What else of its containers somebody asked for.
    listed: Mutex<Option<Arc<Listed>>>,
    /// Findings have no ranges either, so they stay valid as long as the world does.
    found: Mutex<Option<RuleRun>>,
    /// The bounds under which it was evaluated, and how much work it was.
    pub(crate) limits: Limits,
    pub(crate) effort: Effort,
    /// The last check that used it.
    used: AtomicU64,
}

impl Known {
    /// Is it made of files that are no Nix?
    pub(crate) const fn is_of_texts(&self) -> bool {
        matches!(self.root, Root::Texts { .. })
    }

    fn new(root: Root, evaluated: Evaluated, limits: Limits, now: u64) -> Arc<Self> {
        Arc::new(Self {
            root,
            world: evaluated.world,
            reads: evaluated.reads,
            listed: Mutex::new(evaluated.listed.map(Arc::new)),
            found: Mutex::default(),
            limits,
            effort: evaluated.effort,
            used: AtomicU64::new(now),
        })
    }

    /// What the rules find under these settings.
    pub(crate) fn found(&self, vfs: &Vfs, rules: &[&'static Rule], settings: &Arc<Settings>) -> Arc<Found> {
        let mut known = lock(&self.found);
        if let Some((old, found)) = &*known
            && (Arc::ptr_eq(old, settings) || old == settings)
        {
            return Arc::clone(found);
        }
        let found = Arc::new(self.found_in(&self.world, vfs, rules, settings));
        *known = Some((Arc::clone(settings), Arc::clone(&found)));
        found
    }

    /// What the rules find if the world were this one, which has the same things in it.
    pub(crate) fn found_in(
        &self,
        world: &World,
        vfs: &Vfs,
        rules: &[&'static Rule],
        settings: &Settings,
    ) -> Found {
        let _span = tracing::debug_span!("rules").entered();
        // What is a secret does not depend on who wants to hear of it.
        let needed: Vec<&'static Rule> = rules
            .iter()
            .copied()
            .filter(|rule| settings.is_on(rule) || rule.meta.group == Group::Secrets)
            .collect();
        let off = needed.iter().filter(|rule| !settings.is_on(rule));
        let off: Vec<RuleId> = off.map(|rule| rule.meta.id).collect();
        let (mut findings, secrets) = run(&needed, world);
        findings.retain(|finding| !off.contains(&finding.rule));
        for finding in &mut findings {
            if finding.origin.hops.is_empty() {
                finding.origin = self.origin(vfs);
            }
        }
        Found { findings, secrets }
    }

    /// Does it have hosts of a flake?
    pub(crate) fn is_of_hosts(&self) -> bool {
        self.world.hosts.values().any(|host| host.from_flake)
    }

    /// Where the root as such is written.
    fn origin(&self, vfs: &Vfs) -> Origin {
        let file = self.root.file();
        let state = vfs.state(file);
        let expr = match (&self.root, &state.problem) {
            (Root::Texts { .. }, _) => ExprId::TEXT,
            (_, None) => state.parsed().hir.root(),
            (_, Some(_)) => ExprId(0),
        };
        Origin::at(Place::whole(Site { file, expr }))
    }
}

/// What keeps the heap of a root.
#[derive(Debug)]
struct Kept {
    keeper: Arc<Keeper>,
    /// The last check that used its world.
    used: u64,
    /// The last check for which it had to evaluate something again.
    edited: u64,
}

/// What keeps heaps, by root.
type Keepers = FxHashMap<Root, Kept>;

/// The worlds of all roots, shared by a host and its snapshots.
#[derive(Debug, Default)]
pub(crate) struct Worlds {
    cache: Mutex<FxHashMap<Root, Arc<Known>>>,
    /// The heaps of roots that are being edited, shared by those who only try an edit.
    keepers: Arc<Mutex<Keepers>>,
    evaluations: AtomicU64,
    renewals: AtomicU64,
    checks: AtomicU64,
}

/// A root that was not asked for in so many checks is forgotten. A check uses every root of its targets; only checks
/// of single files in between leave roots out.
const KEEP_FOR_CHECKS: u64 = 16;

/// So many heaps are kept at once: those that were edited last. People edit one system at a time.
const MAX_KEEPERS: usize = 4;

impl Worlds {
    /// The world of a root at this revision. A world that is known already may have been evaluated under other bounds, or
    /// for less.
    pub(crate) fn get(&self, vfs: &Vfs, root: &Root, extent: Extent, limits: Limits) -> Arc<Known> {
        let cached = lock(&self.cache).get(root).map(Arc::clone);
        let now = self.checks.load(Ordering::Relaxed);
        let is_known = cached.is_some();
        if let Some(cached) = cached
            && cached.reads.is_current(vfs)
        {
            cached.used.store(now, Ordering::Relaxed);
            self.keeper(root);
            return cached;
        }
        // What is evaluated a second time is being edited.
        let is_code = !matches!(root, Root::Texts { .. });
        let keeper = match is_known && is_code {
            true => self.start_keeper(root),
            false => None,
        };
        let evaluated = self.evaluate(vfs, root, keeper, (extent, limits));
        self.know(root, evaluated, limits, now)
    }

    /// As [`Self::get`], although the world is known: with other bounds.
    pub(crate) fn get_anew(&self, vfs: &Vfs, root: &Root, extent: Extent, limits: Limits) -> Arc<Known> {
        let now = self.checks.load(Ordering::Relaxed);
        let evaluated = self.evaluate(vfs, root, None, (extent, limits));
        self.know(root, evaluated, limits, now)
    }

    fn know(&self, root: &Root, evaluated: Evaluated, limits: Limits, now: u64) -> Arc<Known> {
        let known = Known::new(root.clone(), evaluated, limits, now);
        // What ended before its time is not what the next one who asks wants.
        if !known.effort.interrupted {
            lock(&self.cache).insert(root.clone(), Arc::clone(&known));
        }
        known
    }

    /// What there is besides a world at this revision.
    pub(crate) fn listed(&self, vfs: &Vfs, known: &Known, extent: Extent) -> Arc<Listed> {
        let listed = lock(&known.listed).clone();
        if let Some(listed) = listed
            && listed.extent >= extent
            && listed.reads.is_current(vfs)
        {
            return listed;
        }
        let keeper = self.keeper(&known.root);
        let evaluated = self.evaluate(vfs, &known.root, keeper, (extent, known.limits));
        let listed = Arc::new(evaluated.listed.unwrap_or_default());
        if !evaluated.effort.interrupted {
            *lock(&known.listed) = Some(Arc::clone(&listed));
        }
        listed
    }

    fn evaluate(
        &self,
        vfs: &Vfs,
        root: &Root,
        keeper: Option<Arc<Keeper>>,
        (extent, limits): (Extent, Limits),
    ) -> Evaluated {
        self.evaluations.fetch_add(1, Ordering::Relaxed);
        let name = || vfs.display_path(root.file());
        let _span = tracing::debug_span!("evaluate", root = %name()).entered();
        match keeper.and_then(|keeper| keeper.evaluate(vfs, extent, limits)) {
            Some(answer) => {
                let renewals = u64::from(answer.renewed);
                self.renewals.fetch_add(renewals, Ordering::Relaxed);
                tracing::debug!(root = %name(), renewed = answer.renewed, "evaluated in a heap that is kept");
                answer.evaluated
            }
            None => {
                tracing::debug!(root = %name(), ?extent, "evaluated in a heap that is not kept");
                evaluate(vfs, root, extent, limits)
            }
        }
    }

    /// What keeps the heap of a root, if anything does. A heap whose world is still the right one is in use, too.
    fn keeper(&self, root: &Root) -> Option<Arc<Keeper>> {
        let mut keepers = lock(&self.keepers);
        let kept = keepers.get_mut(root)?;
        kept.used = self.checks.load(Ordering::Relaxed);
        Some(Arc::clone(&kept.keeper))
    }

    /// The same of a root that is being edited. If nothing keeps its heap yet, something does from now on, instead of what
    /// keeps the one that was not edited for the longest time. One check that evaluates more roots than can be kept leaves
    /// those that it evaluated first: they would only push one another out.
    fn start_keeper(&self, root: &Root) -> Option<Arc<Keeper>> {
        let now = self.checks.load(Ordering::Relaxed);
        let mut keepers = lock(&self.keepers);
        if let Some(kept) = keepers.get_mut(root) {
            (kept.used, kept.edited) = (now, now);
            return Some(Arc::clone(&kept.keeper));
        }
        if keepers.len() >= MAX_KEEPERS {
            let earlier = keepers.iter().filter(|(_, kept)| kept.edited < now);
            let oldest = earlier.min_by_key(|(_, kept)| kept.edited);
            let oldest = oldest.map(|(root, _)| root.clone())?;
            keepers.remove(&oldest);
        }
        let keeper = Arc::new(Keeper::start(root.clone()).ok()?);
        let kept = Kept {
            keeper: Arc::clone(&keeper),
            used: now,
            edited: now,
        };
        keepers.insert(root.clone(), kept);
        Some(keeper)
    }

    /// A copy that changes without this one changing.
    pub(crate) fn fork(&self) -> Self {
        Self {
            cache: Mutex::new(lock(&self.cache).clone()),
            keepers: Arc::clone(&self.keepers),
            checks: AtomicU64::new(self.checks.load(Ordering::Relaxed)),
            ..Self::default()
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
        lock(&self.keepers).retain(|_, kept| kept.used.saturating_add(KEEP_FOR_CHECKS) >= now);
    }
}
