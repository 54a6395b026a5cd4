//! x11-open-to-all

use crate::about::words::inside;
use nixpod_analysis::{Attack, Control, Controls, Ctx, Proof, Severity, Sink, declare_rule};
use nixpod_model::{System, XClients};

declare_rule! {
    /// ## What it flags
    /// `xhost +` and `xhost +local:` in scripts, at the beginning of a session, in units and aliases: the X server then asks no
    /// local user for a cookie. A hint only where one user is let in by name (`+si:localuser:ann`).
    /// ## Why
    /// X11 knows no borders between clients: whoever is connected reads the keyboard and all windows, and can type into
    /// them. Without access control that is every service of the host, and every container that shares its network or has the
    /// server's socket, whoever runs in it: most servers listen on an abstract socket, too.
    /// ## Bad
    /// ```nix
    /// { services.xserver.displayManager.sessionCommands = "xhost +local:"; }
    /// ```
    /// ## Good
    /// ```nix
    /// { services.xserver.displayManager.sessionCommands = "xhost -"; }
    /// ```
    /// ## Fix safety
    /// No fix: a program that was to be let in needs a cookie, or a server of its own.
    pub static RULE = {
        id: "x11-open-to-all",
        summary: "X server that lets every local user in",
        severity: Medium,
        group: Isolation,
        since: "0.1.0",
        fix: None,
        proof: Proof::NotRunnable(
            "the lab has no `xhost`; x11-keys-and-windows shows what a client reads of a server without access control, and \
             x11-cookie that one with it refuses who has no cookie",
        ),
        controls: Controls::Cover(&[Control::Attack("T1056.001"), Control::Attack("T1113")]),
        stakes: [Account x Step, Nothing x Itself],
        attack: Attack::Nothing(
            "nothing has to be broken: who runs `xinput test-xi2 --root` sees every key, as in x11-keys-and-windows",
        ),
        check: System(check),
    }
}

fn check(ctx: &Ctx<'_>, system: &System, sink: &mut Sink) {
    for field in system.x_access.iter().filter_map(|field| field.written()) {
        let access = field.get();
        let word = access.word.display();
        let (severity, whom) = match &access.who {
            XClients::All | XClients::Local => (Severity::Medium, "every user and service".to_owned()),
            XClients::User(name) => (Severity::Info, format!("user `{name}`")),
        };
        let place = inside(ctx, system);
        sink.report(
            field,
            format!("`xhost {word}` lets {whom} read every window and every key of the session{place}"),
        )
        .severity(severity)
        .help(match severity {
            Severity::Info => {
                "X11 does not isolate clients from each other. Take it back after use (`xhost -`), or give the program a Wayland \
                 socket or a nested X server."
            }
            _ => {
                "X11 does not isolate clients from each other, and a container in the host's network reaches the server, too. Let \
                 the one user in who needs it (`xhost +si:localuser:NAME`), give a container the cookie, or better a Wayland \
                 socket or a nested X server."
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn wherever_it_is_run() {
        check(
            &RULE,
            r#"
{ pkgs, ... }: {
  services.xserver.displayManager = {
    sessionCommands = ''
      ${pkgs.xorg.xhost}/bin/xhost +local:docker
                                 # ^^^^^^^^^^^^^ medium: `xhost +local:docker` lets every user and service read every window and every key of the session
    '';
    setupCommands = "xhost local:";
                         # ^^^^^^ medium: `xhost local:` lets every user and service read every window and every key of the session
  };
  systemd.user.services.desk.script = "${pkgs.xorg.xhost}/bin/xhost + >/dev/null && exec viewer";
                                                                  # ^ medium: `xhost +` lets every user and service read every window and every key of the session
  system.activationScripts.desk = "DISPLAY=:0 xhost +LOCAL: || true";
                                                  # ^^^^^^^ medium: `xhost +LOCAL:` lets every user and service read every window and every key of the session
  programs.bash.shellAliases.viewer = "xhost +si:localuser:root; sudo viewer";
                                           # ^^^^^^^^^^^^^^^^^^ info: `xhost +si:localuser:root` lets user `root` read every window and every key of the session
}
"#,
        );
    }

    #[test]
    fn in_files_and_homes() {
        check(
            &RULE,
            r#"
{
  users.users.ann.isNormalUser = true;
  home-manager.users.ann.xsession.initExtra = "xhost +";
                                                   # ^ medium: `xhost +` lets every user and service read every window and every key of the session in the home of `ann`
}
#- /desk/viewer.sh
#!/bin/sh
xhost +local:root
    # ^^^^^^^^^^^ medium: `xhost +local:root` lets every user and service read every window and every key of the session
docker run --rm -e DISPLAY -v /tmp/.X11-unix:/tmp/.X11-unix viewer:1
"#,
        );
    }

    #[test]
    fn what_opens_nothing() {
        check_none(
            &RULE,
            r#"
{ config, pkgs, ... }: {
  environment.systemPackages = [ pkgs.xorg.xhost ];
  services.xserver.displayManager.sessionCommands = ''
    xhost
    xhost -
    xhost -local:
    xhost +si:localuser:$USER
    xhost ${config.my.access}
    echo "xhost +"
    # xhost +
    ssh desk xhost +
    DISPLAY=:7 xhost +
    DISPLAY=:${toString config.my.display} xhost +local:
  '';
  systemd.user.services.nested = { environment.DISPLAY = ":3"; script = "xhost +"; };
}
"#,
        );
    }
}
