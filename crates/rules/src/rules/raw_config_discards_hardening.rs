//! raw-config-discards-hardening

use crate::about::words::{listed, name};
use nixpod_analysis::{Ctx, Proof, Sink, declare_rule};
use nixpod_model::{Container, UnitProblem, Written};

declare_rule! {
    /// ## What it flags
    /// Options of quadlet-nix that harden a container (`noNewPrivileges`, `readOnly`, `dropCapabilities`, `userns`,
    /// `user`, ...) beside `rawConfig`.
    /// ## Why
    /// `rawConfig` is the unit, and quadlet-nix writes nothing else into it: the typed options of the same container are
    /// read by nobody (its option's text says so). The container runs without what they say, and nothing tells.
    /// ## Bad
    /// ```nix
    /// {
    ///   virtualisation.quadlet.containers.app = {
    ///     containerConfig.noNewPrivileges = true;
    ///     rawConfig = ''
    ///       [Container]
    ///       Image=docker.io/library/app:1
    ///     '';
    ///   };
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   virtualisation.quadlet.containers.app.rawConfig = ''
    ///     [Container]
    ///     Image=docker.io/library/app:1
    ///     NoNewPrivileges=true
    ///   '';
    /// }
    /// ```
    /// ## Fix safety
    /// No fix: whether the text says the same by other means is for whoever wrote it to see.
    pub static RULE = {
        id: "raw-config-discards-hardening",
        summary: "hardening beside `rawConfig`, which discards it",
        severity: Medium,
        group: Oci,
        since: "0.1.0",
        fix: None,
        proof: Proof::NotRunnable("it is about what the module of quadlet-nix writes, which rule-by-rule comparison with real Nix shows"),
        stakes: [Service x Itself],
        check: Container(check),
    }
}

fn check(_ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    let written = { container.unit_problems.iter() }.filter_map(|field| field.written());
    let discarded: Vec<(Written<'_, UnitProblem>, String)> = written
        .filter_map(|field| match field.get() {
            UnitProblem::Discarded(option) => Some((field, format!("`{option}`"))),
            _ => None,
        })
        .collect();
    let Some((first, _)) = discarded.first() else {
        return;
    };
    let names: Vec<String> = discarded.iter().map(|(_, name)| name.clone()).collect();
    let verb = match names.len() {
        1 => "does",
        _ => "do",
    };
    let mut builder = sink
        .report(
            *first,
            format!("{} {verb} nothing for {}: `rawConfig` is its whole unit", listed(&names, 4), name(container)),
        )
        .help("Write the keys of the unit instead (`NoNewPrivileges=true` below `[Container]`), or the whole container by options.");
    for (field, _) in discarded.iter().skip(1) {
        builder = builder.related(&field.origin, "and this does nothing");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn beside_a_text() {
        check(
            &RULE,
            r#"
{
  virtualisation.quadlet.containers.app = {
    rawConfig = "[Container]\nImage=a:1\n";
    containerConfig.noNewPrivileges = true;
                                    # ^^^^ medium: `noNewPrivileges` and `readOnly` do nothing for `app`: `rawConfig` is its whole unit
    containerConfig.readOnly = true;
  };
  virtualisation.quadlet.containers.api = {
    rawConfig = "[Container]\nImage=a:1\nReadOnly=true\n";
    containerConfig.dropCapabilities = [ "ALL" ];
                  # ^^^^^^^^^^^^^^^^ medium: `dropCapabilities` does nothing for `api`: `rawConfig` is its whole unit
  };
}
"#,
        );
    }

    #[test]
    fn one_or_the_other() {
        check_none(
            &RULE,
            r#"
{
  virtualisation.quadlet.containers.app.rawConfig = "[Container]\nImage=a:1\nNoNewPrivileges=true\n";
  virtualisation.quadlet.containers.api.containerConfig = { image = "a:1"; noNewPrivileges = true; };
  virtualisation.quadlet.containers.web = { rawConfig = null; containerConfig = { image = "a:1"; readOnly = true; }; };
  virtualisation.quadlet.containers.job = { rawConfig = "[Container]\nImage=a:1\n"; containerConfig.image = "a:1"; };
}
"#,
        );
    }
}
