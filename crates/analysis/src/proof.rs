//! What stands behind a rule: experiments on real engines, and what came of them.
//!
//! The experiments and all that was seen are in the repository below `testdata/lab`, where `cargo xtask lab` runs them.
//! What came of them goes with the program as `recorded.txt`, which that command writes.

/// `on GENERATION DATE KERNEL ENGINES`, and `EXPERIMENT +GENERATION -GENERATION`: passed and failed.
const RECORDED: &str = include_str!("recorded.txt");

/// Why a rule may be believed.
#[derive(Clone, Copy, Debug)]
pub enum Proof {
    /// Experiments of `testdata/lab`, by name.
    Experiments(&'static [&'static str]),
    /// None can be run in the lab, for this reason: words that go on after "because".
    NotRunnable(&'static str),
    /// It says nothing of what engines do.
    NotAsked,
}

impl Proof {
    /// The one that is given, if one is.
    #[doc(hidden)]
    pub const fn of(given: &[Self]) -> Self {
        match given {
            [proof] => *proof,
            _ => Self::NotAsked,
        }
    }
}

/// What somebody would type who makes use of what a rule flags.
#[derive(Clone, Copy, Debug)]
pub enum Attack {
    /// A command, and what it gives, as an experiment of the rule has seen it.
    Typed {
        /// The experiment that shows it.
        experiment: &'static str,
        /// One line of a shell, in the container if nothing else is said; words in capitals are to be filled in.
        command: &'static str,
        /// What comes of it: one line, without a final dot.
        gives: &'static str,
    },
    /// There is nothing to type, for this reason: words that go on after "because".
    Nothing(&'static str),
    /// The rule says nothing of it.
    NotAsked,
}

impl Attack {
    /// The one that is given, if one is.
    #[doc(hidden)]
    pub const fn of(given: &[Self]) -> Self {
        match given {
            [attack] => *attack,
            _ => Self::NotAsked,
        }
    }
}

/// What came of a rule's experiments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// All were run, and what the rule says was seen.
    Confirmed(Vec<Ground>),
    /// At least one was not what the rule says: this one.
    Refuted(&'static str),
    /// None can be run in the lab, because of this.
    NotRunnable(&'static str),
    /// At least one was not run yet: this one.
    NotRun(&'static str),
}

/// What experiments were run on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ground {
    /// The day, as in 2026-11-30.
    pub date: &'static str,
    /// The kernel's release.
    pub kernel: &'static str,
    /// The engines with their versions, as in `systemd 262, Podman 5.8.6`.
    pub engines: &'static str,
}

impl Verdict {
    /// The name used in every format.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Confirmed(_) => "confirmed",
            Self::Refuted(_) => "refuted",
            Self::NotRunnable(_) => "not runnable here",
            Self::NotRun(_) => "not run yet",
        }
    }

    /// The same in a few words: on what, or why not.
    pub fn words(&self) -> String {
        match self {
            Self::Confirmed(on) => {
                let engines: Vec<&str> = on.iter().map(|ground| ground.engines).collect();
                format!("{} on {}", self.as_str(), engines.join("; "))
            }
            Self::Refuted(experiment) => format!("{} by {experiment}", self.as_str()),
            Self::NotRunnable(reason) => format!("{}, because {reason}", self.as_str()),
            Self::NotRun(experiment) => format!("{}: {experiment}", self.as_str()),
        }
    }
}

impl Proof {
    /// The names of the experiments.
    pub const fn experiments(&self) -> &'static [&'static str] {
        match self {
            Self::Experiments(names) => names,
            Self::NotRunnable(_) | Self::NotAsked => &[],
        }
    }

    /// What came of it; nothing where nobody asks.
    pub fn verdict(&self) -> Option<Verdict> {
        let names = match self {
            Self::NotAsked => return None,
            Self::NotRunnable(reason) => return Some(Verdict::NotRunnable(reason)),
            Self::Experiments(names) => names,
        };
        let mut on = Vec::new();
        for name in *names {
            let Some(outcomes) = outcomes(name) else {
                return Some(Verdict::NotRun(name));
            };
            for outcome in outcomes.split_whitespace() {
                match outcome.strip_prefix('+') {
                    Some(generation) => on.push(generation),
                    None => return Some(Verdict::Refuted(name)),
                }
            }
        }
        let tried = grounds().filter(|(generation, _)| on.contains(generation));
        Some(Verdict::Confirmed(tried.map(|(_, ground)| ground).collect()))
    }
}

/// What is recorded of an experiment.
fn outcomes(name: &str) -> Option<&'static str> {
    let mut lines = RECORDED.lines().filter_map(|line| line.split_once(' '));
    lines
        .find(|(experiment, _)| *experiment == name)
        .map(|(_, outcomes)| outcomes)
}

/// What all generations were run on, by name.
fn grounds() -> impl Iterator<Item = (&'static str, Ground)> {
    let lines = RECORDED.lines().filter_map(|line| line.strip_prefix("on "));
    lines.filter_map(|line| {
        let mut words = line.splitn(4, ' ');
        let generation = words.next()?;
        let (date, kernel, engines) = (words.next()?, words.next()?, words.next()?);
        Some((
            generation,
            Ground {
                date,
                kernel,
                engines,
            },
        ))
    })
}
