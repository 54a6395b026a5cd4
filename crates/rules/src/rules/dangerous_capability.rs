//! dangerous-capability

use crate::about::power::has_user_namespace;
use crate::about::words::{name, removal};
use nixpod_analysis::{Applicability, Ctx, Severity, Sink, declare_rule};
use nixpod_model::{Container, NetworkMode};

declare_rule! {
    /// ## What it flags
    /// Capabilities that reach past the container: all of them, loading kernel modules, raw memory and ports, tracing
    /// foreign processes, reading any file by handle, BPF, security modules, the kernel log, the clock, and network
    /// administration on the host's own network. For systemd-nspawn only what is really added to its long default
    /// list counts. A name that smuggles further flags in quotes is reported as such. `CAP_SYS_ADMIN` has a rule of its
    /// own, sys-admin-capability.
    /// ## Why
    /// Each of them lets root in the container act on the whole machine: a kernel module runs in the kernel, and
    /// `CAP_DAC_READ_SEARCH` opens any file of the file systems that the container can see. Inside a user namespace
    /// most of them are checked against the host's namespace and are weaker.
    /// ## Bad
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.web = {
    ///     image = "docker.io/library/nginx:1.27";
    ///     extraOptions = [ "--cap-add=SYS_MODULE" ];
    ///   };
    /// }
    /// ```
    /// ```nix
    /// { containers.web = { additionalCapabilities = [ "all" ]; config = { }; }; }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.vpn = {
    ///     image = "docker.io/library/vpn:1.27";
    ///     extraOptions = [ "--cap-add=NET_ADMIN" ];
    ///   };
    /// }
    /// ```
    /// ## Fix safety
    /// Unsafe: the workload may need it.
    pub static RULE = {
        id: "dangerous-capability",
        summary: "container with a capability that reaches the host",
        severity: High,
        group: Isolation,
        since: "0.1.0",
        fix: Sometimes,
        check: Container(check),
    }
}

/// A capability, how bad it is on the host, how bad in a user namespace (`None`: not worth a word), and what it does.
struct Danger {
    name: &'static str,
    free: Severity,
    confined: Option<Severity>,
    does: &'static str,
    /// nspawn has it by default, so that adding it changes nothing there.
    nspawn_default: bool,
}

const fn danger(
    name: &'static str,
    free: Severity,
    confined: Option<Severity>,
    does: &'static str,
) -> Danger {
    Danger {
        name,
        free,
        confined,
        does,
        nspawn_default: false,
    }
}

const fn usual_in_nspawn(danger: Danger) -> Danger {
    Danger {
        nspawn_default: true,
        ..danger
    }
}

use Severity::{High, Low, Medium};
const DANGERS: [Danger; 18] = [
    danger("CAP_SYS_MODULE", High, Some(Medium), "loads kernel modules"),
    danger(
        "CAP_SYS_RAWIO",
        High,
        Some(Medium),
        "reads and writes raw memory, ports and disks",
    ),
    danger(
        "CAP_MAC_ADMIN",
        High,
        Some(Medium),
        "changes the host's security policy",
    ),
    danger(
        "CAP_MAC_OVERRIDE",
        High,
        Some(Medium),
        "overrides the host's security policy",
    ),
    danger("CAP_BPF", High, Some(Medium), "loads programs into the kernel"),
    danger(
        "CAP_PERFMON",
        Medium,
        Some(Low),
        "watches every process and the kernel",
    ),
    danger(
        "CAP_SYSLOG",
        Medium,
        Some(Low),
        "reads the kernel log and kernel addresses",
    ),
    danger("CAP_SYS_TIME", Medium, Some(Low), "sets the host's clock"),
    danger("CAP_AUDIT_READ", Medium, Some(Low), "reads the host's audit log"),
    danger(
        "CAP_CHECKPOINT_RESTORE",
        Medium,
        Some(Low),
        "opens memory and files of other processes",
    ),
    usual_in_nspawn(danger(
        "CAP_SYS_PTRACE",
        High,
        Some(Low),
        "reads and changes other processes",
    )),
    usual_in_nspawn(danger(
        "CAP_DAC_READ_SEARCH",
        High,
        Some(Low),
        "opens any file by its handle",
    )),
    usual_in_nspawn(danger(
        "CAP_SYS_BOOT",
        Medium,
        Some(Low),
        "reboots and loads a new kernel",
    )),
    usual_in_nspawn(danger(
        "CAP_AUDIT_CONTROL",
        Medium,
        Some(Low),
        "switches off the host's audit log",
    )),
    usual_in_nspawn(danger("CAP_MKNOD", Medium, None, "makes device nodes")),
    usual_in_nspawn(danger(
        "CAP_LINUX_IMMUTABLE",
        Low,
        None,
        "changes the immutable flag of files",
    )),
    usual_in_nspawn(danger(
        "CAP_SYS_TTY_CONFIG",
        Low,
        None,
        "configures the host's consoles",
    )),
    danger(
        "CAP_NET_ADMIN",
        High,
        Some(Low),
        "reconfigures the host's interfaces and firewall",
    ),
];

fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    let who = name(container);
    let confined = has_user_namespace(ctx, container) == Some(true);
    for field in container.capabilities.iter().filter_map(|field| field.written()) {
        let capability = field.get();
        let (severity, message, help) = if let Some((first, _)) = capability.split_once(['"', '\'', ' ']) {
            (
                High,
                format!("{who} smuggles further flags through the capability `{first}`"),
                "The text closes the quotes that the module puts around it, so that what follows becomes flags of its \
                 own. Write them in `extraFlags`, where they can be seen, or leave them out.",
            )
        } else if capability.eq_ignore_ascii_case("all") {
            let severity = if confined { Medium } else { High };
            (
                severity,
                format!("{who} is given every capability"),
                "Root in the container can then do whatever root can. Grant only the capabilities that the workload \
                 needs.",
            )
        } else {
            let Some(danger) = DANGERS.iter().find(|danger| danger.name == capability) else {
                continue;
            };
            if danger.nspawn_default && container.nspawn.is_some() {
                continue;
            }
            // It is about the network namespace, so it matters where that is the host's.
            if danger.name == "CAP_NET_ADMIN" && container.network.value() != Some(&NetworkMode::Host) {
                continue;
            }
            let severity = if confined {
                danger.confined
            } else {
                Some(danger.free)
            };
            let Some(severity) = severity else {
                continue;
            };
            (
                severity,
                format!("{who} is given {capability}, which {}", danger.does),
                if confined {
                    "The user namespace keeps most of it from the host, but it still opens more of the kernel to \
                     attack. Leave it out if the workload runs without it."
                } else {
                    "Nothing confines this capability to the container. Leave it out, or run the container in a user \
                     namespace."
                },
            )
        };
        let builder = sink.report(field, message).severity(severity).help(help);
        if let Some(change) = removal(container, &field.origin) {
            builder.fix(
                format!("remove `{}`", short(capability)),
                Applicability::Unsafe,
                change,
            );
        }
    }
}

/// The capability's name without what was smuggled along.
fn short(capability: &str) -> &str {
    capability.split(['"', '\'', ' ']).next().unwrap_or(capability)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_fix, check_none};

    #[test]
    fn through_a_let_binding() {
        check(
            &RULE,
            r#"
let caps = [ "CAP_SYS_MODULE" ];
           # ^^^^^^^^^^^^^^^^ high: `web` is given CAP_SYS_MODULE, which loads kernel modules
in { containers.web = { additionalCapabilities = caps; config = { }; }; }
"#,
        );
    }

    #[test]
    fn in_its_own_network() {
        check_none(
            &RULE,
            r#"
{ virtualisation.oci-containers.containers.vpn = { image = "vpn:1"; extraOptions = [ "--cap-add=NET_ADMIN" ]; }; }
"#,
        );
    }

    #[test]
    fn removes_the_flag() {
        check_fix(
            &RULE,
            r#"
{ virtualisation.oci-containers.containers.web = { image = "a:1"; extraOptions = [ "--init" "--cap-add=SYS_MODULE" ]; }; }
"#,
            r#"
{ virtualisation.oci-containers.containers.web = { image = "a:1"; extraOptions = [ "--init" ]; }; }
"#,
        );
    }
}
