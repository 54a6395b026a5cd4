//! What only nspawn refuses: options that exclude one another, and devices that it cannot make.

use super::options::option;
use crate::about::power::maps_root_to_root;
use crate::about::releases::{systemd_at_least, systemd_range};
use crate::about::words::name;
use nixpod_analysis::{Ctx, Sink};
use nixpod_model::{Container, FlagForm, Surface, Text, Userns};

pub(super) fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    check_delegation(container, sink);
    check_links(container, sink);
    check_fuse(ctx, container, sink);
    check_versions(ctx, container, sink);
    check_words(container, sink);
}

/// A word that is neither an option nor the value of one: nspawn takes it for the program that it is to run, and what NixOS
/// says behind it for the program's arguments. Most are the second half of a value with a blank in it.
fn check_words(container: &Container, sink: &mut Sink) {
    if container.surface != Surface::Nspawn {
        return;
    }
    for (before, flag) in container.flags.iter().zip(container.flags.iter().skip(1)) {
        let option = before.word.value().map(Text::pattern).unwrap_or_default();
        // An option without its value may take this word for it.
        let has_value = before.form == FlagForm::Option && option.starts_with("--") && option.contains('=');
        if !has_value || flag.form != FlagForm::Value {
            continue;
        }
        let Some(word) = flag.word.written() else { continue };
        let Some(program) = word.get().as_known() else {
            continue;
        };
        sink.report(
            word,
            format!("{} does not start: `{program}` is taken for the program to run", name(container)),
        )
        .help(
            "NixOS takes words apart at blanks, whatever stands around them. Say the option once for each word, such as \
             `--system-call-filter=add_key` and `--system-call-filter=keyctl`.",
        );
        return;
    }
}

/// Words that the release's nspawn does not know yet.
fn check_versions(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    const KNOWS_MANAGED: u32 = 258;
    const KNOWS_OWNERIDMAP: u32 = 255;
    let (_, Some(newest)) = systemd_range(ctx.system(container)) else {
        return;
    };
    let is_managed = |users: &Userns| matches!(users, Userns::Other(mode) if mode == "managed");
    if let Some(users) = container.userns.written().filter(|users| is_managed(users.get()))
        && newest < KNOWS_MANAGED
    {
        sink.report(
            users,
            format!(
                "{} does not start: systemd {newest} knows no `managed` users",
                name(container)
            ),
        )
        .help("They come with systemd 258. Set `privateUsers = \"pick\"`.");
    }
    if newest >= KNOWS_OWNERIDMAP {
        return;
    }
    for field in container.mounts.iter().filter_map(|field| field.written()) {
        if field.get().options.iter().any(|option| option == "owneridmap") {
            sink.report(
                field,
                format!(
                    "{} does not start: systemd {newest} knows no `owneridmap`",
                    name(container)
                ),
            )
            .help("Write `rootidmap`, which maps the guest's root to the owner of the directory.");
        }
    }
}

/// Ids for containers inside, which only `managed` users can have.
fn check_delegation(container: &Container, sink: &mut Sink) {
    let is_it = |word: &str| {
        let count = word.strip_prefix("--private-users-delegate=");
        count.is_some_and(|count| count.parse::<u32>().is_ok_and(|count| count > 0))
    };
    let is_managed = |users: &Userns| matches!(users, Userns::Other(mode) if mode == "managed");
    let Some(flag) = option(container, is_it) else {
        return;
    };
    if container.userns.value().is_none_or(is_managed) {
        return;
    }
    sink.report(
        flag,
        format!("{} does not start: `--private-users-delegate` needs `managed` users", name(container)),
    )
    .depends_on(&container.userns)
    .related(&container.userns.origin, "its users are chosen here")
    .help(
        "systemd hands out further ranges together with the first one only. Choose `--private-users=managed` (from systemd 258 on, \
         with a private network), or leave the option out.",
    );
}

/// Links for a container that joins a network namespace of somebody else's making. Options of the module are no different.
fn check_links(container: &Container, sink: &mut Sink) {
    const LINKS: [&str; 8] = [
        "--network-veth",
        "-n",
        "--network-veth-extra",
        "--network-bridge",
        "--network-zone",
        "--network-interface",
        "--network-macvlan",
        "--network-ipvlan",
    ];
    let Some(nspawn) = &container.nspawn else { return };
    let is_link = |word: &str| LINKS.contains(&word.split('=').next().unwrap_or_default());
    let path = |word: &str| word.starts_with("--network-namespace-path=");
    let by_option = { nspawn.links.iter().filter_map(|field| field.written()) }
        .find(|link| link.get().name == "networkNamespace");
    let (origin, link) = match (by_option, option(container, path), option(container, is_link)) {
        (Some(joined), _, Some(link)) => (joined.origin.clone(), link),
        (None, Some(joined), Some(link)) => (joined.origin.clone(), link),
        _ => return,
    };
    let word = link.get().pattern();
    let word = word.split('=').next().unwrap_or_default();
    sink.report(
        link,
        format!("{} does not start: it joins a network namespace, and `{word}` wants another one", name(container)),
    )
    .related(&origin, "the namespace is said here")
    .help("nspawn takes the one or the other. Set up the links in the namespace that it joins, or leave that out.");
}

/// From this systemd on nspawn makes the node of fuse where it may be opened, for which it needs the letter `m`.
const MAKES_FUSE: u32 = 257;

/// A node that nspawn is to make and may not.
fn check_fuse(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    if container.userns.certain().is_none_or(maps_root_to_root)
        || systemd_at_least(ctx.system(container)).is_none_or(|version| version < MAKES_FUSE)
    {
        return;
    }
    let devices = container.devices.iter().filter_map(|field| field.written());
    for device in devices.filter(|field| field.get().allowed_only) {
        let said = device.get();
        let is_fuse = said.node.as_known().as_deref() == Some("/dev/fuse");
        let can_make = said.access.is_empty() || said.access.contains('m');
        // Where it may not be read and written, nspawn takes it for missing and makes none.
        let makes_it = said.access.contains('r') && said.access.contains('w');
        if !is_fuse || can_make || !makes_it {
            continue;
        }
        sink.report(
            device,
            format!(
                "{} does not start: nspawn makes `/dev/fuse` for it, and `{}` does not let it",
                name(container),
                said.access
            ),
        )
        .depends_on(&container.userns)
        .help("In a guest with users of its own the node must be allowed to be made, too: `modifier = \"rwm\"`.");
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::will_not_start::RULE;
    use nixpod_testing::{check, check_none};

    /// Of a range for containers inside, and of links beside a namespace of somebody else's.
    #[test]
    fn options_of_nspawn_that_exclude_one_another() {
        check(
            &RULE,
            r#"
{
  containers.a = { privateNetwork = true; privateUsers = "pick"; extraFlags = [ "--private-users-delegate=1" ]; config = { }; };
                                                                              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ medium: `a` does not start: `--private-users-delegate` needs `managed` users
  containers.b = { privateUsers = "pick"; networkNamespace = "/run/netns/x"; extraFlags = [ "--network-veth" ]; config = { }; };
                                                                                          # ^^^^^^^^^^^^^^^^ medium: `b` does not start: it joins a network namespace, and `--network-veth` wants another one
  containers.c = { extraFlags = [ "--network-namespace-path=/run/netns/x" "--network-bridge=br0" ]; config = { }; };
                                                                        # ^^^^^^^^^^^^^^^^^^^^^^ medium: `c` does not start: it joins a network namespace, and `--network-bridge` wants another one
  containers.d = { privateNetwork = true; extraFlags = [ "--private-users=managed" "--private-users-delegate=1" ]; config = { }; };
  containers.e = { extraFlags = [ "--private-users-delegate=0" ]; config = { }; };
  containers.f = { networkNamespace = "/run/netns/x"; config = { }; };
}
"#,
        );
    }

    /// nspawn makes the node by itself, and with a user namespace it needs the letter for that.
    #[test]
    fn a_node_that_cannot_be_made() {
        check(
            &RULE,
            r#"
{
  system.stateVersion = "25.05";
  containers.a = { privateUsers = "pick"; allowedDevices = [ { node = "/dev/fuse"; modifier = "rw"; } ]; config = { }; };
                                                                    # ^^^^^^^^^^^ medium: `a` does not start: nspawn makes `/dev/fuse` for it, and `rw` does not let it
  containers.b = { privateUsers = "pick"; allowedDevices = [ { node = "/dev/fuse"; modifier = "rwm"; } ]; config = { }; };
  containers.c = { allowedDevices = [ { node = "/dev/fuse"; modifier = "rw"; } ]; config = { }; };
}
"#,
        );
        check_none(
            &RULE,
            r#"
{
  system.stateVersion = "24.05";
  containers.a = { privateUsers = "pick"; allowedDevices = [ { node = "/dev/fuse"; modifier = "rw"; } ]; config = { }; };
}
"#,
        );
    }

    /// The second word of a value is none of it.
    #[test]
    fn blanks_in_flags() {
        check(
            &RULE,
            r#"
{
  containers.a = { extraFlags = [ "--system-call-filter=add_key keyctl" ]; config = { }; };
                                                              # ^^^^^^ medium: `a` does not start: `keyctl` is taken for the program to run
  containers.b = { extraFlags = [ "--bind /srv/a:/a" "--quiet --tmpfs=/var" ]; config = { }; };
}
"#,
        );
    }
}
