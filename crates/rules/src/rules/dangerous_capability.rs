//! dangerous-capability

use crate::about::power::{has_capability, has_user_namespace, is_unfiltered, shares_processes};
use crate::about::words::{name, removal};
use nixpod_analysis::{
    Applicability, Attack, Change, Control, Controls, Ctx, Proof, Severity, Sink, declare_rule,
};
use nixpod_model::{Container, Engine, NetworkMode, Surface, Written};
use nixpod_source::Site;

declare_rule! {
    /// ## What it flags
    /// Capabilities that reach past the container: all of them, loading kernel modules, raw memory and ports, reading
    /// any file by handle, BPF, security modules, the kernel log, the clock; tracing where the host's processes are in
    /// sight, and network administration on the host's own network. For systemd-nspawn only what is really added to its
    /// long default list counts. A name that smuggles further flags in quotes is reported as such. `CAP_SYS_ADMIN` has a
    /// rule of its own, sys-admin-capability.
    ///
    /// What the engine's filter of system calls keeps closed all the same is not flagged: `CAP_PERFMON` in nspawn and
    /// Podman, the audit log in nspawn, and in Podman without `CAP_AUDIT_WRITE`; nor what stands beside `--privileged`, which
    /// gives every capability.
    /// ## Why
    /// Each of them lets root in the container act on the whole machine: a kernel module runs in the kernel, and
    /// `CAP_DAC_READ_SEARCH` opens any file of the file systems that the container can see. Inside a user namespace
    /// (rootless, `privateUsers = "pick"`) the kernel refuses all of them, and only "all" is flagged.
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
    /// Unsafe: the workload may need it, or the host's network.
    pub static RULE = {
        id: "dangerous-capability",
        summary: "container with a capability that reaches the host",
        severity: High,
        group: Isolation,
        since: "0.1.0",
        fix: Sometimes,
        proof: Proof::Experiments(&[
            "nspawn-default-capabilities",
            "nspawn-net-admin-comes-with-private-network",
            "nspawn-all-capabilities",
            "nspawn-capability-names",
            "nspawn-drop-beats-add",
            "nspawn-smuggled-quotes",
            "nspawn-sys-time-sets-the-clock",
            "nspawn-sys-module-opens-the-filter",
            "nspawn-sys-rawio",
            "nspawn-syslog",
            "nspawn-bpf",
            "nspawn-perfmon-stays-filtered",
            "nspawn-open-by-handle",
            "nspawn-audit-is-closed",
            "nspawn-acct-and-kexec",
            "nspawn-settings-file-counts",
            "nspawn-shared-network-sniffing",
            "nspawn-net-admin-on-shared-network",
            "podman-default-capabilities",
            "podman-capability-names",
            "podman-cap-conflicts",
            "podman-sys-module",
            "podman-dac-read-search",
            "podman-sys-rawio",
            "podman-sys-time",
            "podman-syslog",
            "podman-bpf",
            "podman-perfmon",
            "podman-sys-boot-stays-inside",
            "podman-sys-ptrace-alone-stays-inside",
            "podman-audit",
            "podman-net-raw",
            "podman-net-admin",
            "podman-linux-immutable",
            "podman-checkpoint-restore",
            "podman-mknod",
            "settings-default-capabilities",
            "settings-user-file-wins",
            "quadlet-capabilities",
        ]),
        controls: Controls::Cover(&[Control::Cis("5.4"), Control::Attack("T1611")]),
        stakes: [HostRoot x Step, Part x Command, Part x Step, Nothing x Itself],
        attack: Attack::Typed {
            experiment: "podman-dac-read-search",
            command: "probe byhandle / HANDLE",
            gives: "a file of the host that is not bound into the container, by open_by_handle_at",
        },
        check: Container(check),
    }
}

/// A capability that reaches the host, unless a user namespace confines it: the kernel then refuses all of these.
struct Danger {
    name: &'static str,
    severity: Severity,
    does: &'static str,
    /// Under which circumstances.
    when: When,
    /// What it does where it does not reach the host, if that is worth a word.
    inside: Option<(Severity, &'static str)>,
    /// nspawn has it by default, so that adding it changes nothing there.
    nspawn_default: bool,
}

/// When a capability reaches the host.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    Always,
    /// Where the host's processes are in sight.
    WithProcesses,
    /// In the host's network.
    WithNetwork,
    /// Where no filter of system calls keeps the call back. Docker's lets it through, nspawn's and Podman's do not.
    Unfiltered,
    /// Where an audit socket can be opened: never in nspawn, in Podman only with `CAP_AUDIT_WRITE`.
    WithAuditSocket,
}

use Severity::{High, Low, Medium};
const fn danger(name: &'static str, severity: Severity, does: &'static str) -> Danger {
    Danger {
        name,
        severity,
        does,
        when: When::Always,
        inside: None,
        nspawn_default: false,
    }
}

impl Danger {
    const fn when(self, when: When) -> Self {
        Self { when, ..self }
    }

    const fn inside(self, severity: Severity, does: &'static str) -> Self {
        Self {
            inside: Some((severity, does)),
            ..self
        }
    }

    const fn usual_in_nspawn(self) -> Self {
        Self {
            nspawn_default: true,
            ..self
        }
    }

    /// Does it reach the host from this container, which no user namespace confines?
    fn reaches(&self, container: &Container) -> bool {
        let has = |name: &str| has_capability(container, name);
        let is_docker = container.engine.value() == Some(&Engine::Docker);
        match self.when {
            When::Always => true,
            When::WithNetwork => container.network.value() == Some(&NetworkMode::Host),
            When::WithProcesses => shares_processes(container),
            When::Unfiltered => is_docker || (container.is_oci() && is_unfiltered(container)),
            When::WithAuditSocket => {
                is_docker || (container.is_oci() && (has("CAP_AUDIT_WRITE") || is_unfiltered(container)))
            }
        }
    }
}

const DANGERS: [Danger; 17] = [
    danger("CAP_SYS_MODULE", High, "loads kernel modules"),
    danger(
        "CAP_SYS_RAWIO",
        High,
        "reads and writes raw memory, ports and disks",
    ),
    danger("CAP_MAC_ADMIN", High, "changes the host's security policy"),
    danger("CAP_MAC_OVERRIDE", High, "overrides the host's security policy"),
    danger("CAP_BPF", High, "loads programs into the kernel"),
    danger("CAP_PERFMON", Medium, "watches every process and the kernel").when(When::Unfiltered),
    danger("CAP_SYSLOG", Medium, "reads the kernel log and kernel addresses"),
    danger("CAP_SYS_TIME", Medium, "sets the host's clock"),
    danger("CAP_AUDIT_READ", Medium, "reads the host's audit log").when(When::WithAuditSocket),
    danger("CAP_AUDIT_CONTROL", Medium, "switches off the host's audit log")
        .when(When::WithAuditSocket)
        .usual_in_nspawn(),
    danger("CAP_SYS_PTRACE", High, "reads and changes the host's processes")
        .when(When::WithProcesses)
        .inside(Low, "reads and changes processes of other users in the container")
        .usual_in_nspawn(),
    danger("CAP_SYS_BOOT", Medium, "restarts the host")
        .when(When::WithProcesses)
        .usual_in_nspawn(),
    danger("CAP_DAC_READ_SEARCH", High, "opens any file by its handle").usual_in_nspawn(),
    danger("CAP_MKNOD", Low, "makes device nodes").usual_in_nspawn(),
    danger("CAP_LINUX_IMMUTABLE", Low, "changes the immutable flag of files").usual_in_nspawn(),
    danger("CAP_SYS_TTY_CONFIG", Low, "configures the host's consoles").usual_in_nspawn(),
    danger(
        "CAP_NET_ADMIN",
        High,
        "reconfigures the host's interfaces and firewall",
    )
    .when(When::WithNetwork),
];

fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    let who = name(container);
    let confined = has_user_namespace(ctx, container) == Some(true);
    // Who is privileged has every capability, and another rule says so.
    let is_privileged = container.privileged.certain() == Some(&true);
    // The start script of NixOS writes `--capability="…"`; everybody else hands the word on as it is.
    let is_quoted_by_module = container.surface == Surface::Nspawn;
    let mut told: Vec<(&str, Option<Site>)> = Vec::new();
    for field in container.capabilities.iter().filter_map(|field| field.written()) {
        let capability = field.get();
        // One text that says it twice gives it once.
        let one = (capability.as_str(), field.origin.place().map(|place| place.site));
        if one.1.is_some() && told.contains(&one) {
            continue;
        }
        told.push(one);
        let smuggles = capability.split_once('"');
        let (severity, message, help) = if let Some((first, _)) = smuggles.filter(|_| is_quoted_by_module) {
            (
                High,
                format!("{who} smuggles further flags through the capability `{first}`"),
                "The text closes the quotes that the module puts around it, so that what follows becomes flags of its \
                 own. Write them in `extraFlags`, where they can be seen, or leave them out.",
            )
        } else if is_privileged {
            continue;
        } else if capability == "ALL" && container.nspawn.is_some()
            || container.surface == Surface::ContainersConf && capability == "all"
        {
            // nspawn knows `all` only, and `containers.conf` knows neither: nothing starts, and another rule says so.
            continue;
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
            let reaches = !confined && danger.reaches(container);
            let (severity, does, help) = match danger.inside {
                _ if reaches => (danger.severity, danger.does, help(danger)),
                Some((severity, does)) => (severity, does, INSIDE),
                None => continue,
            };
            (
                severity,
                format!("{who} is given {capability}, which {does}"),
                help,
            )
        };
        let builder = sink.report(field, message).severity(severity).help(help);
        if let Some((title, change)) = less(container, field) {
            builder.fix(title, Applicability::Unsafe, change);
        }
    }
}

/// What takes a capability away.
fn less(container: &Container, field: Written<'_, String>) -> Option<(String, Change)> {
    let capability = field.get();
    if capability == "CAP_NET_ADMIN" && container.nspawn.is_some() {
        // It comes with `enableTun`, which is right in a network of the guest's own.
        let change = Change::SetIn(container.origin.clone(), "privateNetwork".into(), "true".into());
        return Some(("set `privateNetwork = true`".to_owned(), change));
    }
    let change = removal(container, &field.origin)?;
    Some((format!("remove `{}`", short(capability)), change))
}

const INSIDE: &str = "It does not reach the host from here. Leave it out if the workload runs without it.";

fn help(danger: &Danger) -> &'static str {
    match danger.when {
        When::WithProcesses => {
            "It reaches what the container sees, and that is the host's processes. Leave it out, or give the container \
             processes of its own."
        }
        When::WithNetwork => {
            "It reaches the network that the container is in, and that is the host's. Leave it out, or give the \
             container a network of its own."
        }
        When::Always if danger.name == "CAP_MKNOD" => {
            "The engine's rules keep those devices closed that the container was not given, and nothing else does. Leave \
             it out, or run the container in a user namespace."
        }
        _ => {
            "Nothing confines this capability to the container. Leave it out, or run the container in a user namespace."
        }
    }
}

/// The capability's name without what was smuggled along.
fn short(capability: &str) -> &str {
    capability.split('"').next().unwrap_or(capability)
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

    /// `--privileged` gives every capability, and another rule says so.
    #[test]
    fn of_the_privileged() {
        check_none(
            &RULE,
            r#"
{ virtualisation.oci-containers.containers.vpn = { image = "vpn:1"; privileged = true; capabilities.SYS_MODULE = true; extraOptions = [ "--network=host" "--cap-add=NET_ADMIN" ]; }; }
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

    /// Podman's filter keeps these closed, and what is not in sight cannot be traced.
    #[test]
    fn what_reaches_nothing() {
        check_none(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = {
    image = "a:1";
    extraOptions = [ "--cap-add=PERFMON" "--cap-add=AUDIT_READ" "--cap-add=SYS_BOOT" "--cap-add=CHECKPOINT_RESTORE" ];
  };
  containers.web = { additionalCapabilities = [ "CAP_PERFMON" "CAP_AUDIT_READ" ]; config = { }; };
  containers.own = { privateUsers = "pick"; additionalCapabilities = [ "CAP_SYS_TIME" "CAP_NET_ADMIN" ]; config = { }; };
  services.podman.containers.own = { image = "a:1"; addCapabilities = [ "SYS_TIME" "BPF" "DAC_READ_SEARCH" ]; };
}
"#,
        );
    }

    #[test]
    fn what_reaches_the_host_with_something_else() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.agent = { image = "a:1"; extraOptions = [ "--pid=host" "--cap-add=SYS_PTRACE" ]; };
                                                                                                # ^^^^^^^^^^^^^^^^^^^^^^ high: `agent` is given CAP_SYS_PTRACE, which reads and changes the host's processes
  services.podman.containers.agent = { image = "a:1"; extraPodmanArgs = [ "--pid=host" ]; addCapabilities = [ "SYS_PTRACE" ]; };
                                                                                                            # ^^^^^^^^^^^^ low: `agent` is given CAP_SYS_PTRACE, which reads and changes processes of other users in the container
  virtualisation.oci-containers.containers.audit = { image = "a:1"; extraOptions = [ "--cap-add=AUDIT_WRITE" "--cap-add=AUDIT_READ" ]; };
                                                                                                           # ^^^^^^^^^^^^^^^^^^^^^^ medium: `audit` is given CAP_AUDIT_READ, which reads the host's audit log
  virtualisation.oci-containers.containers.trace = { image = "a:1"; extraOptions = [ "--security-opt=seccomp=unconfined" "--cap-add=PERFMON" ]; };
                                                                                                                       # ^^^^^^^^^^^^^^^^^^^ medium: `trace` is given CAP_PERFMON, which watches every process and the kernel
}
"#,
        );
    }

    /// One word is one name, whatever is in it: unknown-capability and dead-flag say that it does not start.
    #[test]
    fn words_that_smuggle_nothing() {
        check_none(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.a = { image = "a:1"; extraOptions = [ "--cap-add=SYS_ADMIN --privileged" ]; };
  virtualisation.oci-containers.containers.b = { image = "a:1"; extraOptions = [ "--cap-add=SYS_ADMIN\" \"--privileged" ]; };
  containers.n = { additionalCapabilities = [ "CAP_NET_ADMIN --bind=/:/h" ]; config = { }; };
}
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
