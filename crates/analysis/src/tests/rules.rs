//! Two rules that are as simple as rules can be, so that these tests are about everything else.

use crate::rule::{Change, Ctx, Rule, Sink};
use crate::{Applicability, declare_rule};
use nixpod_model::{Container, NetworkMode};

/// Finds one flag.
pub(crate) mod flag {
    use super::*;

    declare_rule! {
        /// ## What it flags
        /// The flag `--all`.
        pub static RULE = {
            id: "toy-flag",
            summary: "uses `--all`",
            severity: High,
            group: Isolation,
            since: "0.1.0",
            fix: Sometimes,
            check: Container(check),
        }
    }

    fn check(_ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
        for flag in &container.flags {
            let Some(word) = flag.word.written() else { continue };
            if word.get().as_known().as_deref() == Some("--all") {
                sink.report(word, format!("`{}` uses `--all`", container.name))
                    .fix(
                        "remove `--all`",
                        Applicability::Safe,
                        Change::Remove(flag.word.origin.clone()),
                    );
            }
        }
    }
}

/// Finds what is absent.
pub(crate) mod absent {
    use super::*;

    declare_rule! {
        /// ## What it flags
        /// A container that is not isolated.
        pub static RULE = {
            id: "toy-absent",
            summary: "is not isolated",
            severity: Medium,
            group: Isolation,
            since: "0.1.0",
            fix: Always,
            check: Container(check),
        }
    }

    fn check(_ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
        if container.network.value() == Some(&NetworkMode::Host) {
            let message = format!("`{}` is not isolated", container.name);
            sink.report_at(&container.origin, message).fix(
                "isolate it",
                Applicability::Safe,
                Change::SetIn(
                    container.origin.clone(),
                    "privateNetwork".to_owned(),
                    "true".to_owned(),
                ),
            );
        }
    }
}

pub(crate) static RULES: &[&Rule] = &[&flag::RULE, &absent::RULE];
