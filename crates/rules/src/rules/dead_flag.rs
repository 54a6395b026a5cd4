//! dead-flag

mod devices;
mod redundant;

use crate::about::power::{is_default_profile, profile};
use crate::about::words::{name, removal};
use nixpod_analysis::{Applicability, Ctx, Proof, Severity, Sink, declare_rule};
use nixpod_model::{Container, Engine, Field, Flag, FlagForm, Surface, Text};

declare_rule! {
    /// ## What it flags
    /// Options of engines that do nothing, or not what they say: `--cap-drop` and Podman's own seccomp profile beside
    /// `--privileged` (another profile holds); an option and its value in one word (`"--cap-drop ALL"`), with which the
    /// container does not start; `--property=` and `--slice=` among an nspawn container's `extraFlags`; commas in
    /// `--system-call-filter=`; directories, patterns and unknown letters among `allowedDevices`; a device node such as
    /// `/dev/kvm`, `/dev/snd` or `/dev/ttyUSB0` that is bound and not opened, or allowed in nspawn and not there (low).
    /// And, as hints, capabilities that a guest of nspawn has by itself, and options of Podman and Docker that are said twice.
    /// ## Why
    /// Such a line reads like protection and is none, or like a permission and grants nothing. Podman gives a privileged
    /// container every capability, and takes the path of its own profile for no profile at all. NixOS starts nspawn with
    /// `--keep-unit`, so that it sets no properties. Its filters are split at blanks alone, and `a,b` is the name of no call.
    ///
    /// To open a device takes two things: its node, and leave of the control group. In nspawn the node comes with a bind and
    /// leave with `allowedDevices`; Podman's `--device` gives both, and its `--volume` the node alone (rootful; a rootless
    /// container may open what its user may). Docker's manual says the same of `--device`.
    /// ## Bad
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.app = {
    ///     image = "docker.io/library/app:1";
    ///     privileged = true;
    ///     capabilities.ALL = false;
    ///   };
    /// }
    /// ```
    /// ```nix
    /// { containers.gpu = { extraFlags = [ "--property=DeviceAllow=/dev/dri/renderD128" ]; config = { }; }; }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.app = {
    ///     image = "docker.io/library/app:1";
    ///     capabilities.ALL = false;
    ///   };
    ///   containers.gpu = {
    ///     bindMounts."/dev/dri/renderD128".hostPath = "/dev/dri/renderD128";
    ///     allowedDevices = [ { node = "/dev/dri/renderD128"; modifier = "rw"; } ];
    ///     config = { };
    ///   };
    /// }
    /// ```
    /// ## Fix safety
    /// Safe: what is removed does nothing. What keeps the container from starting, and what stands beside `privileged`, has
    /// no fix, since what is meant is not known.
    pub static RULE = {
        id: "dead-flag",
        summary: "option that does nothing, or not what it says",
        severity: Medium,
        group: Correctness,
        since: "0.1.0",
        fix: Sometimes,
        proof: Proof::Experiments(&[
            "podman-privileged-keeps-all",
            "podman-two-words-in-one",
            "unit-property-is-dead",
            "unit-device-allow-forms",
            "unit-closed-device-policy",
            "unit-modifier-m",
            "podman-bound-device",
            "podman-bound-tun",
            "nspawn-filter-words",
            "nspawn-default-capabilities",
        ]),
        stakes: [Service x Itself, Comfort x Itself, Nothing x Itself],
        check: Container(check),
    }
}

fn check(_ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    check_words(container, sink);
    // What NixOS starts has `--keep-unit`; a line of a script says that itself.
    if container.surface == Surface::Nspawn {
        check_nspawn(container, sink);
        devices::check_nspawn(container, sink);
        redundant::check_capabilities(container, sink);
    }
    redundant::check_twice(container, sink);
    if container.is_oci() {
        devices::check_oci(container, sink);
    }
    if container.engine.value() == Some(&Engine::Podman) && container.privileged.said() == Some(&true) {
        check_privileged(container, sink);
    }
}

/// An option and more in one word.
fn check_words(container: &Container, sink: &mut Sink) {
    for Flag { word, form } in &container.flags {
        if *form != FlagForm::Malformed {
            continue;
        }
        let Some(word) = word.written() else {
            continue;
        };
        let text = word.get().display();
        // A short option takes the rest of its word as its value.
        if !text.starts_with("--") {
            continue;
        }
        let shown = text.split_whitespace().next().unwrap_or(&text);
        sink.report(
            word,
            format!("`{shown}` and more are one word for {}, so it does not start", name(container)),
        )
        .severity(Severity::Medium)
        .help(match shown.contains('=') {
            true => "The engine takes all of it for the value. Write each option as an element of its own.",
            false => {
                "The engine knows no option of that name. Write the option and its value as two elements of the list, or \
                 join them with `=`."
            }
        });
    }
}

/// What systemd-nspawn takes and makes nothing of.
fn check_nspawn(container: &Container, sink: &mut Sink) {
    for Flag { word, .. } in &container.flags {
        let Some(word) = word.written() else {
            continue;
        };
        let Some(text) = word.get().as_known() else {
            continue;
        };
        let Some((option, value)) = text.split_once('=') else {
            continue;
        };
        let (what, help) = match option {
            "--property" => (
                format!("`--property={value}` of {} does nothing", name(container)),
                "NixOS starts the container with `--keep-unit`, so that it sets no properties. Devices are opened by \
                 `allowedDevices`, and the rest is said by `systemd.services.\"container@NAME\".serviceConfig`.",
            ),
            "--slice" => (
                format!("`--slice={value}` of {} does nothing", name(container)),
                "NixOS starts the container with `--keep-unit`, so that it chooses no slice. Say \
                 `systemd.services.\"container@NAME\".serviceConfig.Slice`.",
            ),
            "--system-call-filter" if value.contains(',') => (
                format!(
                    "`{value}` names no system call, so the filter of {} stays as it is",
                    name(container)
                ),
                "Names are separated by blanks, and NixOS splits the option at blanks, too: give `--system-call-filter=` once \
                 for each name.",
            ),
            _ => continue,
        };
        let builder = sink.report(word, what).severity(Severity::Medium).help(help);
        // Of an element with blanks only a part would go.
        let is_whole = !has_more(container, word.field());
        if let Some(change) = removal(container, &word.origin).filter(|_| is_whole) {
            builder.fix("leave it out", Applicability::Safe, change);
        }
    }
}

/// Is another word written in the same element?
fn has_more(container: &Container, word: &Field<Text>) -> bool {
    let site = |field: &Field<Text>| field.origin.place().map(|place| place.site);
    let same = container
        .flags
        .iter()
        .filter(|flag| site(&flag.word) == site(word));
    same.count() > 1
}

/// What `--privileged` makes dead.
fn check_privileged(container: &Container, sink: &mut Sink) {
    const HELP: &str = "A privileged container has every capability and no filter. Leave `privileged` out, and give it the \
                        capabilities and devices that it needs.";
    let mut dropped = container
        .dropped_capabilities
        .iter()
        .filter_map(|field| field.written());
    if let Some(first) = dropped.next() {
        let mut builder = sink
            .report(
                first,
                format!("{} keeps `{}`: it is privileged", name(container), first.get()),
            )
            .severity(Severity::Medium)
            .depends_on(&container.privileged)
            .related(&container.privileged.origin, "it is made privileged here")
            .help(HELP);
        for other in dropped {
            builder = builder.related(&other.origin, "this does nothing either");
        }
    }
    for field in &container.security_options {
        let Some(field) = field.written() else {
            continue;
        };
        let Some(profile) = profile(field.get()).filter(|profile| is_default_profile(profile)) else {
            continue;
        };
        sink.report(
            field,
            format!(
                "the filter `{profile}` does nothing for {}: it is privileged",
                name(container)
            ),
        )
        .severity(Severity::Medium)
        .depends_on(&container.privileged)
        .related(&container.privileged.origin, "it is made privileged here")
        .help(HELP);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_fix, check_none};

    #[test]
    fn beside_privileged() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = {
    image = "a:1";
    privileged = true;
    extraOptions = [ "--cap-drop=ALL" "--security-opt=seccomp=/etc/containers/seccomp.json" ];
                   # ^^^^^^^^^^^^^^^^ medium: `web` keeps `all`: it is privileged
                                    # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ medium: the filter `/etc/containers/seccomp.json` does nothing for `web`: it is privileged
  };
}
"#,
        );
    }

    #[test]
    fn of_nspawn() {
        check(
            &RULE,
            r#"
{
  containers.web = {
    extraFlags = [ "--slice=web.slice" "--system-call-filter=add_key,keyctl" "--system-call-filter=bpf" ];
                 # ^^^^^^^^^^^^^^^^^^^ medium: `--slice=web.slice` of `web` does nothing
                                     # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ medium: `add_key,keyctl` names no system call, so the filter of `web` stays as it is
    config = { };
  };
}
"#,
        );
    }

    #[test]
    fn devices_that_are_none() {
        check(
            &RULE,
            r#"
{
  containers.a = { allowedDevices = [ { node = "/dev/dri"; modifier = "rw"; } ]; config = { }; };
                                             # ^^^^^^^^^^ medium: `/dev/dri` among the allowed devices of `a` opens nothing: it is a directory and no device
  containers.b = { allowedDevices = [ { node = "/dev/dri/renderD128"; modifier = "drm"; } ]; config = { }; };
                                             # ^^^^^^^^^^^^^^^^^^^^^ medium: `/dev/dri/renderD128` among the allowed devices of `b` opens nothing: its modifier has other letters than `r`, `w` and `m`
  containers.c = { allowedDevices = [ { node = "/dev/ttyUSB*"; modifier = "rw"; } { node = "char-*"; modifier = "rw"; } ]; config = { }; };
                                             # ^^^^^^^^^^^^^^ medium: `/dev/ttyUSB*` among the allowed devices of `c` opens nothing: patterns are for classes such as `char-*`, and not for paths
}
"#,
        );
    }

    #[test]
    fn two_in_one() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = { image = "a:1"; extraOptions = [ "--cap-drop ALL" ]; };
                                                                                 # ^^^^^^^^^^^^^^^^ medium: `--cap-drop` and more are one word for `web`, so it does not start
  virtualisation.oci-containers.containers.pid = { image = "a:1"; extraOptions = [ "--pid=host --uts=host" "--label=a=b --c" ]; };
                                                                                 # ^^^^^^^^^^^^^^^^^^^^^^^ medium: `--pid=host` and more are one word for `pid`, so it does not start
  virtualisation.oci-containers.containers.all = { image = "a:1"; extraOptions = [ "--privileged=true --cap-add=all" ]; };
                                                                                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ medium: `--privileged=true` and more are one word for `all`, so it does not start
}
"#,
        );
    }

    #[test]
    fn what_lives() {
        check_none(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = { image = "a:1"; privileged = true; extraOptions = [ "--security-opt=no-new-privileges" "--security-opt=seccomp=/etc/p.json" ]; };
  virtualisation.oci-containers.containers.own = { image = "a:1"; extraOptions = [ "--cap-drop" "ALL" ]; };
  virtualisation.oci-containers.containers.short = { image = "a:1"; extraOptions = [ "-e A=b" ]; };
  services.podman.containers.user = { image = "a:1"; extraPodmanArgs = [ "--cap-drop ALL" ]; };
}
"#,
        );
    }

    /// A line of a script sets what it says, unless it says `--keep-unit`.
    #[test]
    fn of_a_script() {
        check_none(
            &RULE,
            r#"
{ systemd.services.web.script = "systemd-nspawn -D /srv/web --slice=web.slice --property=MemoryMax=1G"; }
"#,
        );
    }

    #[test]
    fn removes_what_does_nothing() {
        check_fix(
            &RULE,
            r#"
{ containers.web = { extraFlags = [ "--slice=web.slice" "--quiet" ]; config = { }; }; }
"#,
            r#"
{ containers.web = { extraFlags = [ "--quiet" ]; config = { }; }; }
"#,
        );
    }
}
