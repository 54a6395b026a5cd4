//! Options that an engine refuses, by themselves or beside one another.

use crate::about::paths::HOLE;
use crate::about::words::name;
use nixpod_analysis::Sink;
use nixpod_model::{
    Container, Field, Flag, FlagForm, Namespace, NamespaceMode, NetworkMode, RunOption, Surface, Text,
    Userns, Written,
};

/// So many ids belong to a guest whose files systemd-nspawn gives to other owners.
const IDS: u32 = 0x1_0000;

/// Options that say which users of a container are which of the host, by which `--userns` says it, too.
const MAPS: [&str; 4] = ["--uidmap", "--gidmap", "--subuidname", "--subgidname"];

/// Options that say which servers a container asks for names.
const NAMES: [&str; 3] = ["--dns", "--dns-search", "--dns-option"];

pub(super) fn check_nspawn(container: &Container, sink: &mut Sink) {
    check_signs(container, sink);
    check_range(container, sink);
}

pub(super) fn check_podman(container: &Container, sink: &mut Sink) {
    if container.surface == Surface::ContainersConf {
        check_all(container, sink);
        return;
    }
    check_memory(container, sink);
    check_names(container, sink);
    check_maps(container, sink);
    check_sysctls(container, sink);
    check_restart(container, &["", "no", "on-failure"], sink);
}

pub(super) fn check_docker(container: &Container, sink: &mut Sink) {
    check_restart(container, &["", "no"], sink);
}

/// The module gives every container `--rm`, and who is removed when it ends is not started again, but for the policies that
/// its engine takes beside it.
fn check_restart(container: &Container, taken: &[&str], sink: &mut Sink) {
    let mut options = container.run_options.iter().filter_map(Field::value);
    let stays = options.any(|option| option.name == "rm");
    if container.surface != Surface::OciContainers || stays {
        return;
    }
    let word = |at: usize| container.flags.get(at).and_then(|flag| flag.word.written());
    let is_it = |at: &usize| {
        let is_option = |flag: &Flag| flag.form == FlagForm::Option;
        let says = |word: Written<'_, Text>| self::is_option(&word.get().pattern(), "--restart");
        container.flags.get(*at).is_some_and(is_option) && word(*at).is_some_and(says)
    };
    let Some(at) = (0..container.flags.len()).rev().find(is_it) else {
        return;
    };
    let Some(restart) = word(at) else { return };
    let option = restart.get().pattern();
    let policy = match option.split_once('=') {
        Some((_, policy)) => Some(policy.to_owned()),
        None => word(at + 1).map(|next| next.get().pattern()),
    };
    let Some(policy) = policy.filter(|policy| !policy.contains(HOLE) && !taken.contains(&policy.as_str()))
    else {
        return;
    };
    sink.report(
        restart,
        format!("{} does not start: `--restart={policy}` beside the `--rm` of the module", name(container)),
    )
    .help(
        "systemd starts the service again when it ends. Leave the option out, or set `Restart` in `serviceConfig` of the \
         container's service.",
    );
}

/// A `-` before a bind's path. In settings files and in units it means that the path may be missing.
fn check_signs(container: &Container, sink: &mut Sink) {
    if container.surface != Surface::Nspawn {
        return;
    }
    for field in &container.mounts {
        let Some(field) = field.written() else {
            continue;
        };
        let Some(path) = field
            .get()
            .source
            .as_known()
            .filter(|path| path.starts_with("-/"))
        else {
            continue;
        };
        sink.report(
            field,
            format!("{} does not start: `{path}` is no absolute path", name(container)),
        )
        .help(
            "A `-` for a path that may be missing is known in units only. Bind a directory that is always there, or make \
             the bind depend on what makes the path.",
        );
    }
}

/// Files that are to be given to users of a range which nspawn cannot give files to.
fn check_range(container: &Container, sink: &mut Sink) {
    let Some(users) = container.userns.written() else {
        return;
    };
    let Userns::Fixed { first, count } = *users.get() else {
        return;
    };
    let is_chown = |word: &str| word == "--private-users-chown" || word == "--private-users-ownership=chown";
    let Some(flag) = option(container, is_chown) else {
        return;
    };
    if first.is_multiple_of(IDS) && count == IDS {
        return;
    }
    sink.report(
        users,
        format!(
            "{} does not start: its files cannot be given to {count} users from {first} on",
            name(container)
        ),
    )
    .depends_on(flag.field())
    .related(&flag.origin, "its files are to be given to them here")
    .help("systemd-nspawn changes owners for ranges of 65536 users that begin at a multiple of 65536, such as 131072.");
}

/// `all` is no capability, only a word of `--cap-add`: the list's elements are given `CAP_` in front before they are looked up
/// (`addCAPPrefix` in containers/common, pkg/config/config.go).
fn check_all(container: &Container, sink: &mut Sink) {
    let written = container.capabilities.iter().filter_map(|field| field.written());
    if let Some(all) = { written }.find(|field| field.get() == "all") {
        sink.report(
            all,
            "no container of Podman starts: `all` is no capability".to_owned(),
        )
        .help("`default_capabilities` lists capabilities by their names. Leave `all` out, and give containers what they need.");
    }
}

/// A size for the memory that is shared inside, where none is.
fn check_memory(container: &Container, sink: &mut Sink) {
    let Some(size) = option(container, |word| is_option(word, "--shm-size")) else {
        return;
    };
    let Some(ipc) = ipc(container) else {
        return;
    };
    let said = match &ipc.get().mode {
        NamespaceMode::Host => "host",
        NamespaceMode::Other(mode) if mode == "none" => "none",
        _ => return,
    };
    sink.report(
        size,
        format!(
            "{} does not start: `--ipc={said}` leaves no memory to give a size",
            name(container)
        ),
    )
    .depends_on(ipc.field())
    .related(&ipc.origin, "the namespace is chosen here")
    .help("Podman refuses the two together. Leave one of them out.");
}

/// Servers for names, where there is no network to ask them.
fn check_names(container: &Container, sink: &mut Sink) {
    let Some(network) = container.network.written() else {
        return;
    };
    if *network.get() != NetworkMode::None {
        return;
    }
    let found = NAMES
        .into_iter()
        .find_map(|name| Some((name, option(container, |word| is_option(word, name))?)));
    let Some((flag, written)) = found else {
        return;
    };
    sink.report(
        written,
        format!("{} does not start: `{flag}` without a network", name(container)),
    )
    .depends_on(network.field())
    .related(&network.origin, "it has no network by this")
    .help("Podman refuses the two together. Leave one of them out.");
}

/// Users that are chosen in two ways.
fn check_maps(container: &Container, sink: &mut Sink) {
    let Some(mode) = option(container, |word| is_option(word, "--userns")) else {
        return;
    };
    let found = MAPS
        .into_iter()
        .find_map(|name| Some((name, option(container, |word| is_option(word, name))?)));
    let Some((flag, map)) = found else {
        return;
    };
    sink.report(
        map,
        format!("{} does not start: `{flag}` beside `--userns`", name(container)),
    )
    .depends_on(mode.field())
    .related(&mode.origin, "the users are chosen here, too")
    .help("Podman takes one or the other. Leave one of them out.");
}

/// Settings of the kernel that are none of a namespace of the container's own.
fn check_sysctls(container: &Container, sink: &mut Sink) {
    for field in &container.run_options {
        let Some(field) = field.written().filter(|field| field.get().name == "sysctl") else {
            continue;
        };
        let value = field.get().value.pattern();
        let Some((setting, _)) = value.split_once('=') else {
            continue;
        };
        if !is_of_a_namespace(setting) {
            sink.report(
                field,
                format!(
                    "{} does not start: `{setting}` is a setting of the whole kernel",
                    name(container)
                ),
            )
            .help(format!(
                "Podman sets only what a container has of its own. Set it on the host: `boot.kernel.sysctl.\"{setting}\"`."
            ));
            continue;
        }
        let network = container.network.written();
        let network = network.filter(|network| *network.get() == NetworkMode::Host);
        let memory = ipc(container).filter(|ipc| ipc.get().mode == NamespaceMode::Host);
        match (
            setting.starts_with("net."),
            is_of_memory(setting),
            network,
            memory,
        ) {
            (true, _, Some(by), _) => refuse(sink, container, field, setting, ("network", by)),
            (_, true, _, Some(by)) => refuse(sink, container, field, setting, ("shared memory", by)),
            _ => {}
        }
    }
}

/// Tells of a setting of what is shared with the host.
fn refuse<T>(
    sink: &mut Sink,
    container: &Container,
    field: Written<'_, RunOption>,
    setting: &str,
    (what, by): (&str, Written<'_, T>),
) {
    sink.report(
        field,
        format!(
            "{} does not start: `{setting}` is a setting of the host's {what}",
            name(container)
        ),
    )
    .depends_on(by.field())
    .related(&by.origin, "it is shared by this")
    .help(format!(
        "Podman does not set what the container shares. Set it on the host: `boot.kernel.sysctl.\"{setting}\"`."
    ));
}

/// Is it one that a container can have of its own? Podman takes no others (`ValidateSysctls` of containers/common).
fn is_of_a_namespace(setting: &str) -> bool {
    const OF_KERNEL: [&str; 8] = [
        "kernel.msgmax",
        "kernel.msgmnb",
        "kernel.msgmni",
        "kernel.sem",
        "kernel.shmall",
        "kernel.shmmax",
        "kernel.shmmni",
        "kernel.shm_rmid_forced",
    ];
    setting.contains(HOLE)
        || setting.starts_with("net.")
        || setting.starts_with("fs.mqueue.")
        || OF_KERNEL.contains(&setting)
}

/// Is it a setting of shared memory, semaphores and messages?
fn is_of_memory(setting: &str) -> bool {
    let of_kernel = ["kernel.shm", "kernel.msg", "kernel.sem"];
    setting.starts_with("fs.mqueue.") || of_kernel.iter().any(|begin| setting.starts_with(begin))
}

/// The namespace of shared memory that the code chooses.
fn ipc(container: &Container) -> Option<Written<'_, Namespace>> {
    let mut namespaces = container.namespaces.iter().rev();
    let last = namespaces.find(|field| field.value().is_none_or(|one| one.kind == "ipc"));
    last.and_then(|field| field.written())
}

/// Is a word this option, with its value behind a sign or in the next word?
fn is_option(word: &str, option: &str) -> bool {
    word.strip_prefix(option)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
}

/// An option among the words that the code writes.
pub(super) fn option(container: &Container, is_it: impl Fn(&str) -> bool) -> Option<Written<'_, Text>> {
    let mut words = container
        .flags
        .iter()
        .filter(|flag| flag.form == FlagForm::Option);
    words.find_map(|flag| {
        let word = flag.word.written()?;
        let known = word.get().pattern();
        is_it(&known).then_some(word)
    })
}

#[cfg(test)]
mod tests {
    use super::super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn paths_of_units() {
        check(
            &RULE,
            r#"
{
  containers.web = { extraFlags = [ "--bind=-/srv/maybe:/data" "--bind=+/srv/tree" ]; config = { }; };
                                  # ^^^^^^^^^^^^^^^^^^^^^^^^^^ medium: `web` does not start: `-/srv/maybe` is no absolute path
}
"#,
        );
    }

    #[test]
    fn ranges_that_no_file_can_be_given_to() {
        check(
            &RULE,
            r#"
{
  containers.web = { extraFlags = [ "--private-users=100000:65536" "--private-users-ownership=chown" ]; config = { }; };
                                  # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ medium: `web` does not start: its files cannot be given to 65536 users from 100000 on
                                                                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ note: its files are to be given to them here
}
"#,
        );
        check_none(
            &RULE,
            r#"
{
  containers.a = { extraFlags = [ "--private-users=131072" "--private-users-chown" ]; config = { }; };
  containers.b = { extraFlags = [ "--private-users=100000:65536" "--private-users-ownership=map" ]; config = { }; };
  containers.c = { privateUsers = 100000; config = { }; };
}
"#,
        );
    }

    #[test]
    fn options_of_podman_that_exclude_one_another() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers = {
    a = { image = "a"; extraOptions = [ "--ipc=host" "--shm-size=1g" ]; };
                                                   # ^^^^^^^^^^^^^^^ medium: `a` does not start: `--ipc=host` leaves no memory to give a size
                                      # ^^^^^^^^^^^^ note: the namespace is chosen here
    b = { image = "b"; extraOptions = [ "--network" "none" "--dns" "9.9.9.9" ]; };
                                                         # ^^^^^^^ medium: `b` does not start: `--dns` without a network
                                                  # ^^^^^^ note: it has no network by this
    c = { image = "c"; extraOptions = [ "--userns=host" "--gidmap=0:100000:65536" ]; };
                                                      # ^^^^^^^^^^^^^^^^^^^^^^^^^ medium: `c` does not start: `--gidmap` beside `--userns`
                                      # ^^^^^^^^^^^^^^^ note: the users are chosen here, too
  };
}
"#,
        );
        check_none(
            &RULE,
            r#"
{
  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers = {
    a = { image = "a"; extraOptions = [ "--ipc=shareable" "--shm-size=1g" ]; };
    b = { image = "b"; extraOptions = [ "--network=bridge" "--dns=9.9.9.9" ]; };
    c = { image = "c"; extraOptions = [ "--uidmap=0:100000:65536" "--gidmap=0:100000:65536" ]; };
    d = { image = "d"; extraOptions = [ "--label" "--dns" "--network=none" ]; };
    e = { image = "e"; extraOptions = [ "--ipc=host" "--ipc=private" "--shm-size=1g" ]; };
  };
}
"#,
        );
    }

    /// The module writes `--rm` itself.
    #[test]
    fn a_restart_of_what_is_removed() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers = {
    a = { image = "a"; extraOptions = [ "--restart=unless-stopped" ]; };
                                      # ^^^^^^^^^^^^^^^^^^^^^^^^^^ medium: `a` does not start: `--restart=unless-stopped` beside the `--rm` of the module
    b = { image = "b"; extraOptions = [ "--restart=no" ]; };
    c = { image = "c"; extraOptions = [ "--restart=on-failure" ]; };
    d = { image = "d"; extraOptions = [ "--restart" "on-failure:3" ]; };
                                      # ^^^^^^^^^^^ medium: `d` does not start: `--restart=on-failure:3` beside the `--rm` of the module
    e = { image = "e"; autoRemoveOnStop = false; extraOptions = [ "--restart=always" ]; };
  };
}
"#,
        );
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.backend = "docker";
  virtualisation.oci-containers.containers = {
    a = { image = "a"; extraOptions = [ "--restart=on-failure" ]; };
                                      # ^^^^^^^^^^^^^^^^^^^^^^ medium: `a` does not start: `--restart=on-failure` beside the `--rm` of the module
    b = { image = "b"; extraOptions = [ "--restart=no" ]; };
  };
}
"#,
        );
    }

    #[test]
    fn settings_of_the_kernel_that_no_container_has() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers = {
    search = { image = "a"; extraOptions = [ "--sysctl=vm.max_map_count=262144" ]; };
                                           # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ medium: `search` does not start: `vm.max_map_count` is a setting of the whole kernel
    shm = { image = "c"; extraOptions = [ "--ipc=host" "--sysctl=kernel.shmmax=1048576" ]; };
                                                     # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ medium: `shm` does not start: `kernel.shmmax` is a setting of the host's shared memory
                                        # ^^^^^^^^^^^^ note: it is shared by this
    vpn = { image = "b"; extraOptions = [ "--network=host" "--sysctl=net.ipv4.ip_forward=1" ]; };
                                                         # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ medium: `vpn` does not start: `net.ipv4.ip_forward` is a setting of the host's network
                                        # ^^^^^^^^^^^^^^^^ note: it is shared by this
  };
}
"#,
        );
        check_none(
            &RULE,
            r#"
{
  boot.kernel.sysctl."vm.max_map_count" = 262144;
  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers = {
    a = { image = "a"; extraOptions = [ "--sysctl=net.ipv4.ip_forward=1" "--sysctl=fs.mqueue.msg_max=20" ]; };
    b = { image = "b"; extraOptions = [ "--network=bridge" "--sysctl" "net.ipv6.conf.all.disable_ipv6=1" ]; };
    c = { image = "c"; extraOptions = [ "--sysctl=kernel.shmmax=1048576" ]; };
  };
}
"#,
        );
    }

    #[test]
    fn a_word_that_is_no_capability() {
        check(
            &RULE,
            r#"
{
  virtualisation.containers.containersConf.settings.containers.default_capabilities = [ "all" ];
                                                                                      # ^^^^^ medium: no container of Podman starts: `all` is no capability
}
"#,
        );
        check_none(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = { image = "web"; extraOptions = [ "--cap-add=all" ]; };
  virtualisation.containers.containersConf.settings.containers.default_capabilities = [ "CHOWN" "NET_ADMIN" ];
}
"#,
        );
    }
}
