//! unknown-capability

use crate::about::words::name;
use nixpod_analysis::{Ctx, Sink, declare_rule};
use nixpod_model::{Container, Engine, Field, Surface};

declare_rule! {
    /// ## What it flags
    /// A capability that the engine does not know: a slip of the hand, and for systemd-nspawn also a name without `CAP_` and
    /// `ALL` in capitals, which Podman and Docker take.
    /// ## Why
    /// The engine refuses the whole command line, so the container does not start. In the file of `systemd.nspawn` the name
    /// is passed over instead: what it was to grant or to take away stays as it was.
    /// ## Bad
    /// ```nix
    /// { containers.web = { additionalCapabilities = [ "NET_ADMIN" ]; config = { }; }; }
    /// ```
    /// ## Good
    /// ```nix
    /// { containers.web = { additionalCapabilities = [ "CAP_NET_ADMIN" ]; privateNetwork = true; config = { }; }; }
    /// ```
    /// ## Fix safety
    /// No fix: the right name grants what was not granted so far.
    pub static RULE = {
        id: "unknown-capability",
        summary: "capability that the engine does not know",
        severity: Medium,
        group: Correctness,
        since: "0.1.0",
        fix: None,
        stakes: [Service x Itself],
        check: Container(check),
    }
}

/// Those of Linux 6.18.
const KNOWN: [&str; 41] = [
    "AUDIT_CONTROL",
    "AUDIT_READ",
    "AUDIT_WRITE",
    "BLOCK_SUSPEND",
    "BPF",
    "CHECKPOINT_RESTORE",
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "IPC_LOCK",
    "IPC_OWNER",
    "KILL",
    "LEASE",
    "LINUX_IMMUTABLE",
    "MAC_ADMIN",
    "MAC_OVERRIDE",
    "MKNOD",
    "NET_ADMIN",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_RAW",
    "PERFMON",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYSLOG",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_CHROOT",
    "SYS_MODULE",
    "SYS_NICE",
    "SYS_PACCT",
    "SYS_PTRACE",
    "SYS_RAWIO",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "WAKE_ALARM",
];

fn check(_: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    let all = container
        .capabilities
        .iter()
        .chain(&container.dropped_capabilities);
    for field in all.filter_map(Field::written) {
        let capability = field.get();
        if is_known(capability, container.engine.value() == Some(&Engine::Nspawn)) {
            continue;
        }
        let of = name(container);
        let message = match container.surface {
            Surface::SystemdNspawn => {
                format!("{of} has no capability `{capability}`: the name is passed over")
            }
            _ => format!("{of} does not start: `{capability}` is no capability"),
        };
        let upper = capability.to_ascii_uppercase();
        let help = match KNOWN.contains(&upper.as_str()) {
            true => format!("systemd-nspawn knows it as `CAP_{upper}`."),
            false if upper == "ALL" => "systemd-nspawn knows it as `all`.".to_owned(),
            false => "`capabilities(7)` has the names.".to_owned(),
        };
        sink.report(field, message).help(help);
    }
}

/// Does the engine know it? systemd-nspawn takes numbers, too.
fn is_known(capability: &str, is_nspawn: bool) -> bool {
    let is_number = || {
        is_nspawn
            && capability
                .parse::<u8>()
                .is_ok_and(|number| usize::from(number) < KNOWN.len())
    };
    let name = capability.strip_prefix("CAP_");
    capability == "all" || name.is_some_and(|name| KNOWN.contains(&name)) || is_number()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn names_that_nspawn_refuses() {
        check(
            &RULE,
            r#"
{
  containers.web = {
    additionalCapabilities = [ "CAP_CHOWN" "sys_admin" ];
                                         # ^^^^^^^^^^^ medium: `web` does not start: `sys_admin` is no capability
    extraFlags = [ "--drop-capability=ALL" ];
                 # ^^^^^^^^^^^^^^^^^^^^^^^ medium: `web` does not start: `ALL` is no capability
    config = { };
  };
  systemd.nspawn.box.execConfig.Capability = "NET_ADMIN";
                                            # ^^^^^^^^^ medium: `box` has no capability `NET_ADMIN`: the name is passed over
}
"#,
        );
    }

    #[test]
    fn slips_of_the_hand() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.app = {
    image = "docker.io/a/b:1";
    extraOptions = [ "--cap-add=net_admn" "--cap-drop=ALL" ];
                   # ^^^^^^^^^^^^^^^^^^^^ medium: `app` does not start: `CAP_NET_ADMN` is no capability
  };
}
"#,
        );
    }

    #[test]
    fn names_that_are_taken() {
        check_none(
            &RULE,
            r#"
{ config, ... }:
{
  containers.web = {
    additionalCapabilities = [ "cap_sys_admin" "CAP_BPF,cap_perfmon" "all" "12" config.my.capability ];
    config = { };
  };
  virtualisation.oci-containers.containers.app = {
    image = "docker.io/a/b:1";
    capabilities = { NET_ADMIN = true; chown = false; };
    extraOptions = [ "--cap-add=sys_time,CAP_KILL" "--cap-drop=all" ];
  };
}
"#,
        );
    }

    /// Modules of one's own hand the names on.
    #[test]
    fn names_that_are_not_known() {
        check_none(
            &RULE,
            r#"
{ config, lib, ... }:
{
  options.my.caps = lib.mkOption { type = lib.types.listOf lib.types.str; default = [ ]; };
  config.virtualisation.oci-containers.containers = {
    a = { image = "docker.io/a/b:1"; capabilities = lib.genAttrs config.my.caps (_: true); };
    b = { image = "docker.io/a/b:1"; capabilities.${config.my.cap} = true; };
    c = {
      image = "docker.io/a/b:1";
      capabilities = lib.listToAttrs (map (name: { inherit name; value = false; }) config.my.caps);
      extraOptions = [ "--cap-add=${config.my.cap}" ];
    };
  };
  config.virtualisation.arion.projects.p.settings.services.d.service = {
    image = "docker.io/a/b:1";
    capabilities = lib.genAttrs config.my.caps (_: true);
  };
}
"#,
        );
    }
}
