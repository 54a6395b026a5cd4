//! ignored-network-option

use crate::about::words::{listed, name};
use nixpod_analysis::{Applicability, Attack, Change, Control, Controls, Ctx, Proof, Sink, declare_rule};
use nixpod_model::Container;

declare_rule! {
    /// ## What it flags
    /// `hostAddress`, `localAddress`, `hostBridge` or `forwardPorts` (and their IPv6 forms) on an nspawn container that
    /// has no `privateNetwork = true`.
    /// ## Why
    /// The module writes these options down only for a private network. Without it they do nothing, and the guest
    /// quietly shares the host's network although the configuration reads as if it were isolated.
    /// ## Bad
    /// ```nix
    /// { containers.web = { hostAddress = "192.0.2.1"; localAddress = "192.0.2.2"; config = { }; }; }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   containers.web = {
    ///     privateNetwork = true;
    ///     hostAddress = "192.0.2.1";
    ///     localAddress = "192.0.2.2";
    ///     config = { };
    ///   };
    /// }
    /// ```
    /// ## Fix safety
    /// Unsafe: the guest moves to a network of its own.
    pub static RULE = {
        id: "ignored-network-option",
        summary: "network option without the private network it needs",
        severity: High,
        group: Correctness,
        since: "0.1.0",
        fix: Sometimes,
        proof: Proof::Experiments(&[
            "nspawn-private-by-implication",
            "nspawn-port-needs-private-network",
        ]),
        controls: Controls::Cover(&[Control::Cis("5.10"), Control::Nsa("1.5")]),
        stakes: [Promise x Itself],
        attack: Attack::Nothing("it is the configuration that does not do what it says"),
        check: Container(check),
    }
}

const ALONE: &str = "These options take effect only together with `privateNetwork = true`. Set it, or remove them if the \
                     host's network is meant.";
const JOINED: &str = "A container that joins a network namespace has no links of its own, and NixOS refuses `privateNetwork = \
                      true` beside it. Remove these options, or set up the namespace itself.";

fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    let Some(nspawn) = &container.nspawn else {
        return;
    };
    if nspawn.private_network.value() != Some(&false) {
        return;
    }
    let written: Vec<_> = nspawn
        .network_options
        .iter()
        .filter_map(|field| field.written())
        .collect();
    let Some(first) = written.first() else {
        return;
    };
    let names = written.iter().map(|option| format!("`{}`", option.get().name));
    let names: Vec<String> = names.collect();
    // Interfaces and links of its own make a network private, too, and these options do nothing there either.
    let why = match nspawn.other_private_network.value() {
        Some(false) => "it has no private network, and it shares the host's network",
        _ => "`privateNetwork` is not set",
    };
    let mut links = nspawn.links.iter().filter_map(|field| field.written());
    let joined = links.find(|link| link.get().name == "networkNamespace");
    let verb = if names.len() == 1 { "does" } else { "do" };
    let explicit = nspawn.private_network.said().is_some();
    let change = if explicit {
        Change::Replace(nspawn.private_network.origin.clone(), "true".into())
    } else {
        Change::SetIn(container.origin.clone(), "privateNetwork".into(), "true".into())
    };
    let mut builder = sink
        .report(
            *first,
            format!(
                "{} {verb} nothing for {}: {why}",
                listed(&names, 3),
                name(container)
            ),
        )
        .depends_on(&nspawn.private_network)
        .help(match &joined {
            None => ALONE,
            Some(_) => JOINED,
        });
    if !explicit {
        builder = builder.if_all_seen(&ctx.system(container).seen);
    }
    for option in written.iter().skip(1) {
        builder = builder.related(&option.origin, format!("`{}` is set here", option.get().name));
    }
    if let Some(joined) = joined {
        builder.related(&joined.origin, "it joins a network namespace here");
        return;
    }
    builder
        .related(
            &nspawn.private_network.origin,
            "the private network is switched off here",
        )
        .fix("set `privateNetwork = true`", Applicability::Unsafe, change);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_fix, check_none};

    #[test]
    fn bridge_without_network() {
        check(
            &RULE,
            r#"
{
  containers.web = { hostBridge = "br0"; config = { }; };
                                # ^^^^^ high: `hostBridge` does nothing for `web`: it has no private network, and it shares the host's network
}
"#,
        );
    }

    /// NixOS refuses both together, so that there is no fix.
    #[test]
    fn in_a_namespace_of_others() {
        let text = r#"
{ containers.web = { networkNamespace = "/run/netns/x"; hostBridge = "br0"; config = { }; }; }
"#;
        check_fix(&RULE, text, text);
    }

    #[test]
    fn with_a_private_network() {
        check_none(
            &RULE,
            r#"
{ containers.web = { privateNetwork = true; hostBridge = "br0"; config = { }; }; }
"#,
        );
    }

    #[test]
    fn sets_the_option() {
        check_fix(
            &RULE,
            r#"
{ containers.web = { hostBridge = "br0"; config = { }; }; }
"#,
            r#"
{ containers.web = { hostBridge = "br0"; privateNetwork = true; config = { }; }; }
"#,
        );
    }
}
