//! runtime-dir-bind

use crate::about::paths::{Base, HostPath, host_path};
use crate::about::power::is_nobody_there;
use crate::about::words::name;
use nixpod_analysis::{Attack, Confidence, Control, Controls, Ctx, Proof, Severity, Sink, declare_rule};
use nixpod_model::Container;

declare_rule! {
    /// ## What it flags
    /// A bind mount of a user's whole runtime directory (`/run/user/1000`, `$XDG_RUNTIME_DIR`, `%t`, also with an
    /// interpolated user id), or of single sockets in it: the session bus, the user's systemd, the agents for keys
    /// (high), sound and screen capture (low), a Wayland socket alone (info). The engine's socket is engine-socket-bind.
    /// ## Why
    /// The directory holds the session bus and the user's systemd, and either starts any program as that user outside
    /// the container. Next to them lie the agents for SSH and GnuPG, the Podman socket and the portals. A read-only
    /// mount does not help, because connecting to a socket is no write to the file system. A Wayland socket alone shows
    /// windows and starts nothing; what else it gives is up to the compositor, and sway gives the screen and the clipboard.
    /// ## Bad
    /// ```nix
    /// {
    ///   containers.desktop = {
    ///     bindMounts.runtime = rec { hostPath = "/run/user/1000/"; mountPoint = hostPath; };
    ///     config = { };
    ///   };
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   containers.desktop = {
    ///     bindMounts.data = rec { hostPath = "/srv/data"; mountPoint = hostPath; };
    ///     config = { };
    ///   };
    /// }
    /// ```
    /// ## Fix safety
    /// No fix: which sockets the programs inside need is not known.
    pub static RULE = {
        id: "runtime-dir-bind",
        summary: "a user's runtime directory or session socket bound into a container",
        severity: High,
        group: Isolation,
        since: "0.1.0",
        fix: None,
        proof: Proof::Experiments(&[
            "nspawn-socket-through-read-only-bind",
            "podman-socket-read-only",
            "rootless-session-socket",
            "quadlet-volumes",
            "wayland-screen-and-clipboard",
            "runtime-dir-starts-programs",
        ]),
        controls: Controls::Cover(&[Control::Cis("5.6"), Control::Attack("T1611")]),
        stakes: [Account x Command, Account x Weakness, Nothing x Itself],
        attack: Attack::Typed {
            experiment: "runtime-dir-starts-programs",
            command: "swaymsg exec PROGRAM",
            gives: "PROGRAM runs on the host as the user",
        },
        check: Container(check),
    }
}

/// What lies below a runtime directory, how bad sharing it is, and why.
enum Shared {
    Everything,
    Socket(Severity, &'static str, &'static str),
}

fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    for field in &container.mounts {
        let Some(field) = field.written().filter(|field| field.get().is_bind) else {
            continue;
        };
        let mount = field.get();
        let Some(path) = host_path(&mount.source) else {
            continue;
        };
        let Some(shared) = shared(&path) else {
            continue;
        };
        let who = name(container);
        let source = mount.source.display();
        let confidence = if path.vague {
            Confidence::Medium
        } else {
            Confidence::High
        };
        let (severity, message, help) = match shared {
            Shared::Everything => (
                Severity::High,
                format!("{who} gets the whole runtime directory `{source}`, with the session bus and every agent"),
                "Through the session bus or the user's systemd a program inside starts programs outside as that user, \
                 and read-only does not prevent it. Bind the one socket that is needed, such as \
                 `/run/user/1000/wayland-1`."
                    .to_owned(),
            ),
            Shared::Socket(severity, what, why) => {
                (severity, format!("{who} gets {what} `{source}`"), why.to_owned())
            }
        };
        let (severity, message, help) = match is_nobody_there(ctx, container, mount) {
            true if severity > Severity::Low => (
                Severity::Low,
                format!("{who} gets `{source}` of a user's session, which none of its users may open"),
                "It is the user's alone, who has no id in a guest with users of its own. Leave it out: with a mapping of ids, such \
                 as `rootidmap`, or without a user namespace, programs inside act as that user."
                    .to_owned(),
            ),
            _ => (severity, message, help),
        };
        sink.report(field, message)
            .severity(severity)
            .at_most(confidence, "a part of the path is not known")
            .help(help);
    }
}

fn shared(path: &HostPath) -> Option<Shared> {
    if path.is_system("run/user") {
        return Some(Shared::Everything);
    }
    if path.base != Base::Runtime {
        return None;
    }
    let Some(first) = path.segments.first() else {
        return Some(Shared::Everything);
    };
    let first = first.as_str();
    let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| first.starts_with(prefix));
    if first == "bus" || starts(&["dbus-"]) {
        return Some(Shared::Socket(
            Severity::High,
            "the session bus",
            "Who can talk on the session bus can start programs and units as the user outside the container. Filter \
             it with xdg-dbus-proxy, or leave it out.",
        ));
    }
    if first == "systemd" {
        return Some(Shared::Socket(
            Severity::High,
            "the socket of the user's systemd",
            "It starts any program as the user outside the container. Leave it out.",
        ));
    }
    if starts(&[
        "gnupg",
        "keyring",
        "ssh-agent",
        "gcr",
        "openssh_agent",
        "yubikey-agent",
    ]) {
        return Some(Shared::Socket(
            Severity::High,
            "an agent for keys at",
            "Programs inside can sign in and decrypt with the user's keys as long as the session lives. Leave it out, \
             or use keys made for the container.",
        ));
    }
    if starts(&["wayland-"]) {
        return Some(Shared::Socket(
            Severity::Info,
            "the Wayland socket",
            "This is the way to show windows. How far it keeps clients apart is up to the compositor: sway lets every \
             client take pictures of the screen, read the clipboard and type; others ask somebody first. In a user \
             namespace root may not connect.",
        ));
    }
    if starts(&["pipewire-", "pulse"]) {
        return Some(Shared::Socket(
            Severity::Low,
            "the sound server's socket",
            "Programs inside can record the microphone and, with PipeWire, cameras and screens that are shared. Keep \
             it only if they need sound.",
        ));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn with_the_uid_of_a_user() {
        check(
            &RULE,
            r#"
{ config, ... }: {
  users.users.alice = { isNormalUser = true; uid = 1000; };
  containers.web = {
    bindMounts.run = rec { hostPath = "/run/user/${toString config.users.users.alice.uid}/"; mountPoint = hostPath; };
                                    # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ high: `web` gets the whole runtime directory `/run/user/1000/`, with the session bus and every agent
    config = { };
  };
}
"#,
        );
    }

    /// The user has no id in such a guest.
    #[test]
    fn closed_to_whoever_has_users_of_its_own() {
        check(
            &RULE,
            r#"
{
  containers.web = { privateUsers = "pick"; bindMounts."/r".hostPath = "/run/user/1000"; config = { }; };
                                                                     # ^^^^^^^^^^^^^^^^ low: `web` gets `/run/user/1000` of a user's session, which none of its users may open
  containers.bus = { privateUsers = "pick"; bindMounts."/b".hostPath = "/run/user/1000/bus"; config = { }; };
                                                                     # ^^^^^^^^^^^^^^^^^^^^ low: `bus` gets `/run/user/1000/bus` of a user's session, which none of its users may open
  containers.own = { privateUsers = "pick"; bindMounts."/r:rootidmap".hostPath = "/run/user/1000"; config = { }; };
                                                                               # ^^^^^^^^^^^^^^^^ high: `own` gets the whole runtime directory `/run/user/1000`, with the session bus and every agent
}
"#,
        );
    }

    #[test]
    fn session_bus() {
        check(
            &RULE,
            r#"
{
  services.podman.containers.web = { image = "a:1"; volumes = [ "/run/user/1000/bus:/run/bus" ]; };
                                                              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ high: `web` gets the session bus `/run/user/1000/bus`
}
"#,
        );
    }

    #[test]
    fn own_sockets() {
        check_none(
            &RULE,
            r#"
{ containers.web = { bindMounts.x = { hostPath = "/run/web/socket"; mountPoint = "/run/web"; }; config = { }; }; }
"#,
        );
    }
}
