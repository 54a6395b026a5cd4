//! What a container has anyway, and what is said twice.

use crate::about::words::{name, removal};
use nixpod_analysis::{Applicability, Severity, Sink};
use nixpod_model::{Container, Flag, FlagForm, NetworkMode, Text, Written};

/// What nspawn leaves to every guest, but for CAP_SYS_ADMIN, of which sys-admin-capability tells.
const OF_NSPAWN: [&str; 25] = [
    "CAP_AUDIT_CONTROL",
    "CAP_AUDIT_WRITE",
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_DAC_READ_SEARCH",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_IPC_OWNER",
    "CAP_KILL",
    "CAP_LEASE",
    "CAP_LINUX_IMMUTABLE",
    "CAP_MKNOD",
    "CAP_NET_BIND_SERVICE",
    "CAP_NET_BROADCAST",
    "CAP_NET_RAW",
    "CAP_SETFCAP",
    "CAP_SETGID",
    "CAP_SETPCAP",
    "CAP_SETUID",
    "CAP_SYS_BOOT",
    "CAP_SYS_CHROOT",
    "CAP_SYS_NICE",
    "CAP_SYS_PTRACE",
    "CAP_SYS_RESOURCE",
    "CAP_SYS_TTY_CONFIG",
];

/// Capabilities that a guest is given and has. With users of its own in the host's network it has fewer, and those that are
/// dropped are told elsewhere.
pub(super) fn check_capabilities(container: &Container, sink: &mut Sink) {
    let Some(nspawn) = &container.nspawn else { return };
    if !container.dropped_capabilities.is_empty()
        || container.network.certain() != Some(&NetworkMode::Private)
    {
        return;
    }
    for field in container.capabilities.iter().filter_map(|field| field.written()) {
        let capability = field.get().as_str();
        let is_had = OF_NSPAWN.contains(&capability) || capability == "CAP_NET_ADMIN";
        // That is asked for by its option, for the device beside it.
        let is_of_tun = field.origin == nspawn.enable_tun.origin;
        if !is_had || is_of_tun {
            continue;
        }
        let builder = sink
            .report(
                field,
                format!("{} has `{capability}` without being given it", name(container)),
            )
            .severity(Severity::Info)
            .depends_on(&container.network)
            .help("nspawn leaves it to every guest with a network of its own. Leave it out.");
        if let Some(change) = removal(container, &field.origin) {
            builder.fix("Leave it out", Applicability::Safe, change);
        }
    }
}

/// Options that say the same however often they are said.
const ONCE: [&str; 5] = [
    "--cap-add=",
    "--cap-drop=",
    "--security-opt=",
    "--read-only",
    "--init",
];

/// One option twice, word by word.
pub(super) fn check_twice(container: &Container, sink: &mut Sink) {
    if !container.is_oci() {
        return;
    }
    let words = { container.flags.iter() }.filter(|flag| flag.form == FlagForm::Option);
    let words: Vec<(Written<'_, Text>, String)> = words
        .filter_map(|Flag { word, .. }| {
            let word = word.written().filter(|word| !word.is_maybe())?;
            let text = word.get().as_known()?;
            let is_once = ONCE.iter().any(|option| match option.ends_with('=') {
                true => text.starts_with(*option),
                false => text == *option,
            });
            is_once.then_some((word, text))
        })
        .collect();
    for (at, (word, text)) in words.iter().enumerate() {
        let before = words.get(..at).unwrap_or_default();
        let Some((first, _)) = before.iter().find(|(_, other)| other == text) else {
            continue;
        };
        // One text that several containers share, or a line of a script, is one place.
        if first.origin.place() == word.origin.place() {
            continue;
        }
        let builder = sink
            .report(*word, format!("`{text}` of {} is said twice", name(container)))
            .severity(Severity::Info)
            .depends_on(first.field())
            .related(&first.origin, "it is said here")
            .help("Once is enough. Leave one of them out.");
        if let Some(change) = removal(container, &word.origin) {
            builder.fix("Leave it out", Applicability::Safe, change);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::dead_flag::RULE;
    use nixpod_testing::{check, check_fix, check_none};

    #[test]
    fn capabilities_that_it_has() {
        check(
            &RULE,
            r#"
{
  containers.a = { privateNetwork = true; additionalCapabilities = [ "CAP_NET_ADMIN" "CAP_SYS_TIME" ]; config = { }; };
                                                                   # ^^^^^^^^^^^^^^^ info: `a` has `CAP_NET_ADMIN` without being given it
  containers.b = { privateNetwork = true; enableTun = true; config = { }; };
  containers.c = { additionalCapabilities = [ "CAP_NET_ADMIN" ]; config = { }; };
}
"#,
        );
    }

    #[test]
    fn said_twice() {
        check_fix(
            &RULE,
            r#"
{ virtualisation.oci-containers.containers.a = { image = "a:1"; extraOptions = [ "--cap-drop=ALL" "--read-only" "--cap-drop=ALL" "--read-only" ]; }; }
"#,
            r#"
{ virtualisation.oci-containers.containers.a = { image = "a:1"; extraOptions = [ "--cap-drop=ALL" "--read-only" ]; }; }
"#,
        );
        check_none(
            &RULE,
            r#"
{ virtualisation.oci-containers.containers.a = { image = "a:1"; extraOptions = [ "--cap-drop=ALL" "--cap-drop=CHOWN" "--dns=9.9.9.9" "--dns=9.9.9.9" ]; }; }
"#,
        );
    }
}
