//! opaque-guest

use crate::about::words::name;
use nixpod_analysis::{Ctx, Proof, Sink, declare_rule};
use nixpod_model::Container;

declare_rule! {
    /// ## What it flags
    /// An nspawn container whose system is not among the analysed files: `path`, or a `flake` from elsewhere.
    /// ## Why
    /// What the guest runs, and with which users and secrets, is not looked at; what nothing is said of is not therefore
    /// fine. The container itself (its users, network and binds) is judged as any other.
    /// ## Bad
    /// ```nix
    /// { containers.web.path = "/nix/var/nix/profiles/per-container/web"; }
    /// ```
    /// ## Good
    /// ```nix
    /// { containers.web.config = { services.nginx.enable = true; }; }
    /// ```
    /// ## Fix safety
    /// No fix: the system is elsewhere.
    pub static RULE = {
        id: "opaque-guest",
        summary: "guest whose system is not among the analysed files",
        severity: Info,
        group: Isolation,
        since: "0.1.0",
        fix: None,
        proof: Proof::NotRunnable("it says what was not looked at, and nothing of what engines do"),
        stakes: [Nothing x Itself],
        check: Container(check),
    }
}

fn check(_ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    let Some(nspawn) = &container.nspawn else {
        return;
    };
    let Some(opaque) = nspawn.opaque.as_ref().and_then(|opaque| opaque.written()) else {
        return;
    };
    // What is not known may be null.
    if container.guest.is_some() || opaque.get().contains("${") {
        return;
    }
    sink.report(
        opaque,
        format!(
            "what runs in {} is not known: its system is elsewhere",
            name(container)
        ),
    )
    .help("Check the system where its configuration is kept. `config` brings it into this one.");
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn a_flake_from_elsewhere() {
        check(
            &RULE,
            r#"
{
  containers.web.flake = "github:example/web";
                       # ^^^^^^^^^^^^^^^^^^^^ info: what runs in `web` is not known: its system is elsewhere
}
"#,
        );
    }

    #[test]
    fn a_system_of_these_files() {
        check_none(&RULE, "{ containers.web.config = { }; }");
    }
}
