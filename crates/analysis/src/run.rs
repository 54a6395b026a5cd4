//! Runs rules over a world.

use crate::{Check, Ctx, Finding, Rule, Sink};
use nixpod_model::{Existence, SystemId, World};
use nixpod_source::Confidence;

/// What the rules find in a world: rule by rule, then in the world's order.
///
/// Findings on a container that may not be there are one step less sure, as are those in a file that no host imports.
pub fn run_rules(rules: &[&'static Rule], world: &World) -> Vec<Finding> {
    let ctx = Ctx { world };
    let mut findings = Vec::new();
    for rule in rules {
        match (&rule.meta, rule.check) {
            (meta, Check::Container(check)) => {
                for (index, container) in world.containers.iter().enumerate() {
                    let mut ceiling = match &container.existence {
                        Existence::Certain => Confidence::High,
                        Existence::Maybe(_) | Existence::Template => Confidence::Medium,
                    };
                    if world.host(container.host).imported_by_no_host {
                        ceiling = ceiling.lower();
                    }
                    let fallback = container.origin.clone();
                    let mut sink = Sink::new(meta, Some(index), container.host, fallback, ceiling);
                    check(&ctx, container, &mut sink);
                    if let Existence::Maybe(conditions) = &container.existence {
                        for finding in &mut sink.findings {
                            finding.conditions.extend(conditions.iter().copied());
                        }
                    }
                    findings.append(&mut sink.findings);
                }
            }
            (meta, Check::System(check)) => {
                for (index, system) in world.systems.iter().enumerate() {
                    let ceiling = if world.host(system.host).imported_by_no_host {
                        Confidence::Medium
                    } else {
                        Confidence::High
                    };
                    let mut sink = Sink::new(meta, None, system.host, system.origin.clone(), ceiling);
                    check(&ctx, SystemId(index as u32), system, &mut sink);
                    findings.append(&mut sink.findings);
                }
            }
        }
    }
    findings
}
