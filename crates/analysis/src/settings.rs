//! What the user chose.

use crate::rule::Rule;
use nixpod_source::RuleId;
use std::collections::BTreeSet;
use std::time::Duration;

/// What the user chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Rules that are off.
    pub disabled: BTreeSet<RuleId>,
    /// Rules that are on although their group is off by default.
    pub enabled: BTreeSet<RuleId>,
    /// Does a suppression comment need a reason?
    pub require_reason: bool,
    /// Tell only what concerns these hosts, whatever else is looked at; `None`: all.
    pub hosts: Option<Vec<String>>,
    /// Look at containers that every host leaves out, too, as if none did.
    pub with_off: bool,
    /// Show secrets in messages and values instead of hiding them.
    pub show_secrets: bool,
    /// How many threads may work at once; 0: as many as there are processors.
    pub jobs: usize,
    /// How long a question may take; what is not evaluated by then is told as not analysed. `None`: as long as it takes.
    pub timeout: Option<Duration>,
    /// How many bytes of memory the whole process may use before evaluation ends, in the same way.
    pub memory: Option<u64>,
}

/// Twice of what the largest systems that were seen need.
const MEMORY: u64 = 1536 << 20;

impl Default for Settings {
    fn default() -> Self {
        Self {
            disabled: BTreeSet::new(),
            enabled: BTreeSet::new(),
            require_reason: true,
            hosts: None,
            with_off: false,
            show_secrets: false,
            jobs: 0,
            timeout: None,
            memory: Some(MEMORY),
        }
    }
}

impl Settings {
    /// Is the rule on?
    pub fn is_on(&self, rule: &Rule) -> bool {
        !self.disabled.contains(rule.meta.id)
            && (rule.meta.group.on_by_default() || self.enabled.contains(rule.meta.id))
    }
}
