//! x11-socket-bind

use crate::about::paths::{Base, HostPath, host_path};
use crate::about::words::name;
use nixpod_analysis::{Attack, Control, Controls, Ctx, Proof, Severity, Sink, declare_rule};
use nixpod_model::{Container, SecretSlot};

declare_rule! {
    /// ## What it flags
    /// A bind mount of the X server's socket directory (`/tmp/.X11-unix`), of one socket in it, or of an X authority
    /// file (`~/.Xauthority`). A hint only for the socket of a server that a unit runs inside of another session (`Xephyr`,
    /// `Xvfb`, xwayland-satellite, gamescope), by its display.
    /// ## Why
    /// X11 knows no borders between clients: whoever is connected reads the keyboard and all windows, and can type into
    /// them. A read-only mount does not help, because connecting to a socket is no write to the file system. Leaving
    /// the socket out is not enough either while the network is shared: most X servers also listen on an abstract
    /// socket. A server that asks for a cookie refuses who has none, root too; many, such as the Xwayland of some
    /// compositors, ask for none.
    /// ## Bad
    /// ```nix
    /// {
    ///   containers.desktop = {
    ///     bindMounts."/tmp/.X11-unix" = { hostPath = "/tmp/.X11-unix"; isReadOnly = true; };
    ///     config = { };
    ///   };
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   containers.desktop = {
    ///     privateNetwork = true;
    ///     bindMounts."/run/user/1000/wayland-1".hostPath = "/run/user/1000/wayland-1";
    ///     config = { };
    ///   };
    /// }
    /// ```
    /// ## Fix safety
    /// No fix: which display the programs inside should use instead is a choice.
    pub static RULE = {
        id: "x11-socket-bind",
        summary: "X11 socket or cookie bound into a container",
        severity: High,
        group: Isolation,
        since: "0.1.0",
        fix: None,
        proof: Proof::Experiments(&[
            "nspawn-socket-through-read-only-bind",
            "nspawn-abstract-sockets",
            "podman-socket-read-only",
            "podman-network-modes",
            "x11-keys-and-windows",
            "x11-cookie",
        ]),
        controls: Controls::Cover(&[Control::Cis("5.6"), Control::Attack("T1056.001"), Control::Attack("T1113")]),
        stakes: [Account x Command, Nothing x Itself],
        attack: Attack::Typed {
            experiment: "x11-keys-and-windows",
            command: "xinput test-xi2 --root",
            gives: "every key that is pressed on the host; import or xwd takes pictures of the windows",
        },
        check: Container(check),
    }
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
        let what = if is_socket(&path) {
            "the X11 socket"
        } else if is_cookie(&path) {
            "the X11 cookie"
        } else {
            continue;
        };
        let read_only = if mount.read_only {
            "Read-only does not help, because connecting to a socket needs no write. "
        } else {
            ""
        };
        let of_server = match is_socket(&path) && path.segments.len() > 2 {
            true => " of that X server",
            false => "",
        };
        let is_nested = is_socket(&path) && nested_server(ctx, container, path.file_name());
        sink.report(
            field,
            format!(
                "{} gets {what} `{}`: it can read every window and every key{of_server}",
                name(container),
                mount.source.display()
            ),
        )
        // What a nested server shows was put there for programs such as this one.
        .severity(match is_nested {
            true => Severity::Info,
            false => Severity::High,
        })
        .help(format!(
            "X11 does not isolate clients from each other. {read_only}Bind a Wayland socket instead, or run a nested \
             X server for this container, and give it a network of its own, because X servers also listen on an \
             abstract socket."
        ));
    }
}

/// Does a unit run a server of its own for this display, inside of another session?
fn nested_server(ctx: &Ctx<'_>, container: &Container, socket: &str) -> bool {
    const SERVERS: [&str; 7] = [
        "Xephyr",
        "Xnest",
        "Xvfb",
        "Xvnc",
        "Xpra",
        "xwayland-satellite",
        "gamescope",
    ];
    let Some(display) = socket.strip_prefix('X').filter(|display| !display.is_empty()) else {
        return false;
    };
    let display = format!(":{display}");
    let mut scripts =
        { ctx.outermost(&container.system).secrets.iter() }.filter_map(|secret| match secret.slot {
            SecretSlot::Script(_) => secret.value.value().map(nixpod_model::Text::pattern),
            _ => None,
        });
    scripts.any(|script| {
        script.lines().any(|line| {
            SERVERS.iter().any(|server| line.contains(server))
                && line.split_whitespace().any(|word| word == display)
        })
    })
}

fn is_socket(path: &HostPath) -> bool {
    path.base == Base::System
        && path.segments.first().is_some_and(|first| first == "tmp")
        && path.segments.get(1).is_some_and(|second| second == ".X11-unix")
}

fn is_cookie(path: &HostPath) -> bool {
    let file = path.file_name();
    file == ".Xauthority"
        || (path.base == Base::Runtime
            && (file.starts_with("xauth")
                || file.starts_with(".mutter-Xwaylandauth")
                || file == "Xauthority"))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn read_only_does_not_help() {
        check(
            &RULE,
            r#"
{
  containers.web = { bindMounts.x11 = { hostPath = "/tmp/.X11-unix"; mountPoint = "/tmp/.X11-unix"; }; config = { }; };
                                                 # ^^^^^^^^^^^^^^^^ high: `web` gets the X11 socket `/tmp/.X11-unix`: it can read every window and every key
}
"#,
        );
    }

    /// A server for such programs shows nothing else.
    #[test]
    fn one_socket() {
        check(
            &RULE,
            r#"
{
  systemd.user.services.nested.script = "Xephyr :1 -screen 800x600";
  containers.a = { bindMounts."/x".hostPath = "/tmp/.X11-unix/X0"; config = { }; };
                                            # ^^^^^^^^^^^^^^^^^^^ high: `a` gets the X11 socket `/tmp/.X11-unix/X0`: it can read every window and every key of that X server
  containers.b = { bindMounts."/x".hostPath = "/tmp/.X11-unix/X1"; config = { }; };
                                            # ^^^^^^^^^^^^^^^^^^^ info: `b` gets the X11 socket `/tmp/.X11-unix/X1`: it can read every window and every key of that X server
}
"#,
        );
    }

    #[test]
    fn other_sockets() {
        check_none(
            &RULE,
            r#"
{ containers.web = { bindMounts.x = { hostPath = "/tmp/x11"; mountPoint = "/tmp/x11"; }; config = { }; }; }
"#,
        );
    }
}
