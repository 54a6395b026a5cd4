//! nspawn-hardening-disabled

use crate::about::power::has_user_namespace;
use crate::about::words::{name, removal};
use nixpod_analysis::{
    Applicability, Attack, Confidence, Control, Controls, Ctx, Proof, Severity, Sink, declare_rule,
};
use nixpod_model::{Container, Field};

declare_rule! {
    /// ## What it flags
    /// Flags of systemd-nspawn that take a protection away and are no capability, bind or network: `--system-call-filter=`
    /// with `open_by_handle_at`, `bpf`, `perf_event_open` or a set that has one of them, in a guest without a user namespace; and
    /// `--bind-user=`, which gives the guest the password hash of a user.
    /// ## Why
    /// nspawn's filter leaves these calls out on purpose. With `open_by_handle_at` root of the guest opens any file of the
    /// host's file system by its number, bound or not. `bpf` loads programs into the kernel, and `perf_event_open` looks into
    /// it; neither knows of containers. In a user namespace the kernel refuses all three by itself.
    /// ## Bad
    /// ```nix
    /// { containers.backup = { extraFlags = [ "--system-call-filter=open_by_handle_at" ]; config = { }; }; }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   containers.pods = {
    ///     privateUsers = "pick";
    ///     extraFlags = [ "--system-call-filter=@keyring" ];
    ///     config = { };
    ///   };
    /// }
    /// ```
    /// ## Fix safety
    /// Unsafe: a program in the guest that needs the call fails.
    pub static RULE = {
        id: "nspawn-hardening-disabled",
        summary: "flag that takes a protection of nspawn away",
        severity: High,
        group: Isolation,
        since: "0.1.0",
        fix: Sometimes,
        proof: Proof::Experiments(&[
            "nspawn-open-by-handle",
            "nspawn-bind-user-copies-hash",
            "nspawn-filter-words",
            "nspawn-filter-removes",
        ]),
        controls: Controls::Cover(&[Control::Cis("5.22"), Control::Attack("T1611")]),
        stakes: [HostRoot x Step, HostRoot x Weakness],
        attack: Attack::Typed {
            experiment: "nspawn-open-by-handle",
            command: "probe byhandle / HANDLE",
            gives: "a file of the host that was never bound into the guest",
        },
        check: Container(check),
    }
}

fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    if container.nspawn.is_none() {
        return;
    }
    let confined = has_user_namespace(ctx, container);
    for flag in &container.flags {
        let Some(word) = flag.word.written() else { continue };
        let Some(text) = word.get().as_known() else {
            continue;
        };
        let found = match text.split_once('=') {
            Some(("--system-call-filter", calls)) if confined == Some(false) => loosened(container, calls),
            Some(("--bind-user", user)) if !user.is_empty() => Some((
                Severity::Medium,
                format!("{} gets the password hash of `{user}`", name(container)),
                "nspawn copies the user's record with the hash into the guest, where its root reads it. Make a user of the guest's \
                 own, with a password of its own or none.",
            )),
            _ => None,
        };
        let Some((severity, message, help)) = found else {
            continue;
        };
        let is_kexec = message.contains("loads a kernel");
        let mut builder = sink.report(word, message).severity(severity).help(help);
        if is_kexec {
            builder = builder.at_most(
                Confidence::Medium,
                "the host may refuse it to everybody (`security.protectKernelImage`)",
            );
        }
        if let Some(change) = removal(container, &word.origin) {
            builder.fix("Leave the flag out", Applicability::Unsafe, change);
        }
    }
}

/// What the calls that a filter lets through make possible.
fn loosened(container: &Container, calls: &str) -> Option<(Severity, String, &'static str)> {
    if calls.starts_with('~') {
        return None;
    }
    let who = name(container);
    let says = |names: &[&str]| {
        calls
            .split_whitespace()
            .find(|call| names.contains(call))
            .map(str::to_owned)
    };
    if let Some(call) = says(&["open_by_handle_at", "@privileged", "@known"]) {
        return Some((
            Severity::High,
            format!("the root of {who} opens every file of the host: `{call}` passes its filter"),
            "Files are opened by their number, whatever is bound. Leave the flag out, or set `privateUsers = \"pick\"`, with which \
             the kernel refuses the call.",
        ));
    }
    let is_dropped = |field: &Field<String>| {
        { field.value() }.is_some_and(|name| matches!(name.as_str(), "CAP_SYS_BOOT" | "all"))
    };
    let may_boot = !container.dropped_capabilities.iter().any(is_dropped);
    if let Some(call) = says(&["kexec_load", "kexec_file_load", "@reboot"]).filter(|_| may_boot) {
        return Some((
            Severity::High,
            format!("the root of {who} loads a kernel for the machine: `{call}` passes its filter"),
            "It has CAP_SYS_BOOT by default, and a kernel that was loaded so takes over when the machine crashes or is restarted \
             by kexec. Leave the flag out, or set `privateUsers = \"pick\"`, with which the kernel refuses the call.",
        ));
    }
    let call = says(&["bpf", "perf_event_open", "@debug"])?;
    Some((
        Severity::Medium,
        format!("the root of {who} reaches into the kernel: `{call}` passes its filter"),
        "What the call loads or sees is of the whole machine. Leave the flag out, or set `privateUsers = \"pick\"`.",
    ))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_fix, check_none};

    #[test]
    fn filters() {
        check(
            &RULE,
            r#"
{
  containers.a = { extraFlags = [ "--system-call-filter=open_by_handle_at" ]; config = { }; };
                                # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ high: the root of `a` opens every file of the host: `open_by_handle_at` passes its filter
  containers.b = { privateUsers = "no"; extraFlags = [ "--quiet" "--system-call-filter=bpf" ]; config = { }; };
                                                               # ^^^^^^^^^^^^^^^^^^^^^^^^^^ medium: the root of `b` reaches into the kernel: `bpf` passes its filter
  containers.c = { extraFlags = [ "--system-call-filter=kexec_load" ]; config = { }; };
                                # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ high: the root of `c` loads a kernel for the machine: `kexec_load` passes its filter
  containers.d = { extraFlags = [ "--system-call-filter=@reboot" ]; config = { }; };
                                # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ high: the root of `d` loads a kernel for the machine: `@reboot` passes its filter
}
"#,
        );
    }

    #[test]
    fn users_of_the_host() {
        check(
            &RULE,
            r#"
{
  containers.a = { privateUsers = "pick"; extraFlags = [ "--bind-user=ann" ]; config = { }; };
                                                       # ^^^^^^^^^^^^^^^^^ medium: `a` gets the password hash of `ann`
}
"#,
        );
    }

    #[test]
    fn what_keeps_it_closed() {
        check_none(
            &RULE,
            r#"
{ config, ... }: {
  containers.keys = { extraFlags = [ "--system-call-filter=@keyring" "--system-call-filter=~bpf" ]; config = { }; };
  containers.pick = { privateUsers = "pick"; extraFlags = [ "--system-call-filter=bpf" "--system-call-filter=kexec_load" ]; config = { }; };
  containers.boot = { extraFlags = [ "--system-call-filter=kexec_load" "--drop-capability=CAP_SYS_BOOT" ]; config = { }; };
  containers.unknown = { privateUsers = config.my.users; extraFlags = [ "--system-call-filter=bpf" config.my.flag ]; config = { }; };
}
"#,
        );
    }

    #[test]
    fn removes_the_flag() {
        check_fix(
            &RULE,
            r#"
{ containers.a = { extraFlags = [ "--system-call-filter=bpf" "--quiet" ]; config = { }; }; }
"#,
            r#"
{ containers.a = { extraFlags = [ "--quiet" ]; config = { }; }; }
"#,
        );
    }
}
