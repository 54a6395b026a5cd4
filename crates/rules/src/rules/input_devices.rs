//! input-devices

use crate::about::devices::dead_entry;
use crate::about::paths::host_path;
use crate::about::power::{RootUser, is_in_guest, root_of};
use crate::about::words::name;
use nixpod_analysis::{Attack, Control, Controls, Ctx, Proof, Severity, Sink, declare_rule};
use nixpod_model::{Container, Device, RunOption};

declare_rule! {
    /// ## What it flags
    /// Keyboards, mice and other input devices given to a container: `/dev/input`, nodes in it, `/dev/hidraw*`, the class
    /// `char-input`, and `/dev/uinput`, by which a program makes an input device. Rootless containers and those in a user
    /// namespace are left out, since the nodes are for root and the group `input`.
    /// ## Why
    /// Whoever opens the node of a keyboard reads every key that is pressed on the host, passwords of the screen lock among
    /// them. Whoever opens `/dev/uinput` types and clicks in whatever has the focus.
    /// ## Bad
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.games = {
    ///     image = "docker.io/library/games:1";
    ///     devices = [ "/dev/input" ];
    ///   };
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.games = {
    ///     image = "docker.io/library/games:1";
    ///     devices = [ "/dev/input/by-id/usb-Pad_0001-event-joystick" ];
    ///   };
    /// }
    /// ```
    /// ## Fix safety
    /// No fix: which device is needed is not known.
    pub static RULE = {
        id: "input-devices",
        summary: "keyboards and mice of the host given to a container",
        severity: High,
        group: Isolation,
        since: "0.1.0",
        fix: None,
        proof: Proof::Experiments(&[
            "podman-device",
            "podman-device-folder",
            "unit-closed-device-policy",
            "unit-device-allow-forms",
        ]),
        controls: Controls::Cover(&[Control::Cis("5.18"), Control::Attack("T1056.001")]),
        stakes: [Account x Command, Account x Step],
        attack: Attack::Typed {
            experiment: "podman-device",
            command: "probe open DEVICE rw",
            gives: "the device is open; a keyboard's gives every key that is pressed",
        },
        check: Container(check),
    }
}

fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    // A guest has none of them.
    if is_in_guest(ctx, &container.system) {
        return;
    }
    // The nodes are for root and the group `input`, which a rootless container has where it keeps its user's groups.
    let keeps_groups = keeps_groups(container);
    if root_of(ctx, container) != RootUser::Host && !keeps_groups {
        return;
    }
    let is_nspawn = container.nspawn.is_some();
    if !keeps_groups {
        by_number(container, sink);
    }
    for field in &container.devices {
        let Some(field) = field.written() else {
            continue;
        };
        let device = field.get();
        // In nspawn a node that is only bound stays closed.
        if is_nspawn && !device.allowed_only || dead_entry(device).is_some() {
            continue;
        }
        // The letter `m` alone opens nothing.
        let reads = device.access.is_empty() || device.access.contains(['r', 'w']);
        let Some((severity, what, help)) = words(device).filter(|_| reads) else {
            continue;
        };
        let (severity, as_far) = match keeps_groups {
            true => (
                severity.min(Severity::Medium),
                ", as far as its user is in the group `input`",
            ),
            false => (severity, ""),
        };
        sink.report(
            field,
            format!(
                "{} {what} by `{}`{as_far}",
                name(container),
                device.node.display()
            ),
        )
        .severity(severity)
        .help(help);
    }
}

/// A rule that opens the class of input devices, whose nodes a bind of their folder brings along.
fn by_number(container: &Container, sink: &mut Sink) {
    let has_nodes = container
        .mounts
        .iter()
        .filter_map(|mount| mount.said())
        .any(|mount| {
            let source = host_path(&mount.source);
            let source = source
                .as_ref()
                .map(|path| path.rest().trim_end_matches('/').to_owned());
            matches!(source.as_deref(), Some("dev" | "dev/input"))
        });
    if !has_nodes {
        return;
    }
    for field in &container.run_options {
        let Some(field) = field.written() else { continue };
        if field.get().name != "device-cgroup-rule" {
            continue;
        }
        let rule = field.get().value.display();
        let mut words = rule.split_whitespace();
        let is_of_input = words.next() == Some("c")
            && words.next().is_some_and(|numbers| numbers == "13:*")
            && words.next().unwrap_or("rwm").contains(['r', 'w']);
        if is_of_input {
            let message = format!(
                "{} reads every key that is pressed on the host, by `{rule}` and the nodes that are bound",
                name(container)
            );
            sink.report(field, message).severity(Severity::High).help(ONE);
        }
    }
}

/// `--group-add=keep-groups` of a rootless container.
fn keeps_groups(container: &Container) -> bool {
    container.run_options.iter().any(|field| {
        let is_it =
            |option: &RunOption| option.name == "group-add" && option.value.pattern() == "keep-groups";
        field.value().is_some_and(is_it)
    })
}

const ONE: &str = "Give it the node of the one device that it is for, below `/dev/input/by-id`.";

/// How bad a device is, what the container does with it, and what to do instead.
fn words(device: &Device) -> Option<(Severity, &'static str, &'static str)> {
    let keys = (Severity::High, "reads every key that is pressed on the host", ONE);
    if device.node.as_known().as_deref() == Some("char-input") {
        return Some(keys);
    }
    let path = host_path(&device.node)?;
    let rest = path.rest();
    let below = rest.strip_prefix("dev/")?;
    if below == "uinput" || below == "input/uinput" {
        return Some((
            Severity::Medium,
            "types and clicks on the host",
            "Programs that stream games or desktops need it. Leave it out of all others, and run those in a user namespace of \
             a user without a session.",
        ));
    }
    let is_number = |c: char| c.is_ascii_digit() || c == '*';
    if below
        .strip_prefix("hidraw")
        .is_some_and(|rest| rest.chars().all(is_number))
    {
        return Some((
            Severity::Medium,
            "reads and drives a USB device for input",
            "Keyboards and security keys have such nodes, whose numbers change at each start. A rule of udev gives the device \
             a name of its own.",
        ));
    }
    if below == "input" || below == "input/*" || below.starts_with("input/event*") {
        return Some(keys);
    }
    let node = below.strip_prefix("input/")?;
    let is_keyboard = node.ends_with("-kbd");
    let is_by_number = node.starts_with("event") || node.starts_with("mouse") || node == "mice";
    (is_keyboard || is_by_number).then_some((
        Severity::Medium,
        "reads an input device of the host",
        "Which device a number means may change at each start. Give it the node of the one device that it is for, below \
         `/dev/input/by-id`.",
    ))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn keyboards() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = { image = "a:1"; devices = [ "/dev/input:/dev/input" "/dev/uinput" ]; };
                                                                            # ^^^^^^^^^^^^^^^^^^^^^^^ high: `web` reads every key that is pressed on the host by `/dev/input`
                                                                                                    # ^^^^^^^^^^^^^ medium: `web` types and clicks on the host by `/dev/uinput`
  containers.own = { allowedDevices = [ { node = "char-input"; modifier = "rw"; } ]; config = { }; };
                                               # ^^^^^^^^^^^^ high: `own` reads every key that is pressed on the host by `char-input`
}
"#,
        );
    }

    #[test]
    fn one_that_is_named() {
        check_none(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = { image = "a:1"; devices = [ "/dev/input/by-id/usb-Pad-event-joystick" "/dev/ttyUSB0" ]; };
  containers.own = { bindMounts."/dev/input".hostPath = "/dev/input"; config = { }; };
}
"#,
        );
    }

    /// What opens nothing gives no keys; dead-flag says that.
    #[test]
    fn entries_that_open_nothing() {
        check_none(
            &RULE,
            r#"
{
  containers.a = {
    bindMounts."/dev/input".hostPath = "/dev/input";
    allowedDevices = [
      { node = "/dev/input"; modifier = "rw"; }
      { node = "/dev/input/event*"; modifier = "rw"; }
      { node = "/dev/input/event?"; modifier = "rw"; }
      { node = "/dev/input/by-id"; modifier = "rw"; }
      { node = "/dev/input/event3"; modifier = "input"; }
    ];
    config = { };
  };
}
"#,
        );
    }

    /// A rootless container has the groups of its user where it keeps them.
    #[test]
    fn with_the_groups_of_the_user() {
        check(
            &RULE,
            r#"
{
  users.users.ann = { isNormalUser = true; linger = true; };
  home-manager.users.ann.services.podman.containers.pad = {
    image = "a:1";
    devices = [ "/dev/input:/dev/input" ];
              # ^^^^^^^^^^^^^^^^^^^^^^^ medium: `pad` reads every key that is pressed on the host by `/dev/input`, as far as its user is in the group `input`
    extraPodmanArgs = [ "--group-add=keep-groups" ];
  };
  home-manager.users.ann.services.podman.containers.quiet = { image = "a:1"; devices = [ "/dev/input:/dev/input" ]; };
}
"#,
        );
    }

    #[test]
    fn the_class_by_its_number() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.w = { image = "a:6"; volumes = [ "/dev/input:/dev/input:rw" ]; extraOptions = [ "--device-cgroup-rule=c 13:* rmw" ]; };
                                                                                                                         # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ high: `w` reads every key that is pressed on the host, by `c 13:* rmw` and the nodes that are bound
}
"#,
        );
        check_none(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.a = { image = "a:6"; extraOptions = [ "--device-cgroup-rule=c 13:* rmw" ]; };
  virtualisation.oci-containers.containers.b = { image = "a:6"; volumes = [ "/dev/dri:/dev/dri" ]; extraOptions = [ "--device-cgroup-rule=c 13:* rmw" ]; };
  virtualisation.oci-containers.containers.c = { image = "a:6"; volumes = [ "/dev/input:/dev/input" ]; extraOptions = [ "--device-cgroup-rule=c 13:* m" ]; };
}
"#,
        );
    }
}
