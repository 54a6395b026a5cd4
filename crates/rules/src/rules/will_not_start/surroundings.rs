//! What a container needs of the system around it, and that is not there or is taken.

use crate::about::words::name;
use nixpod_analysis::{Ctx, Sink};
use nixpod_model::{
    Container, Engine, Existence, Field, NetworkMode, Port, Surface, System, SystemId, SystemKind, Userns,
    Written,
};

/// What holds for every engine.
pub(super) fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    check_taken_ports(ctx, container, sink);
    check_low_ports(ctx, container, sink);
    check_gpus(ctx, container, sink);
    check_sockets(ctx, container, sink);
}

/// What only nspawn needs.
pub(super) fn check_nspawn(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    check_managed(container, sink);
    check_store(ctx, container, sink);
    check_suffixes(container, sink);
    check_bridge(ctx, container, sink);
}

/// Is it one that somebody declares, and not a line of a script?
fn is_declared(container: &Container) -> bool {
    let by_module = matches!(
        container.surface,
        Surface::OciContainers | Surface::HomeManagerPodman | Surface::QuadletNix
    );
    by_module && container.existence == Existence::Certain && container.auto_start.value() == Some(&true)
}

/// The system whose network a container's ports are published in: that of the host, or of a guest with one of its own.
fn ground<'a>(ctx: &Ctx<'a>, container: &'a Container) -> Option<&'a SystemId> {
    let mut system = ctx.system(container);
    loop {
        match system.kind {
            SystemKind::Nixos => return Some(&system.id),
            SystemKind::Guest => {
                let guest = ctx.container_of(system)?;
                match guest.network.certain()? {
                    NetworkMode::Host => system = ctx.system(guest),
                    _ => return Some(&system.id),
                }
            }
            SystemKind::Home => system = ctx.world.system(system.parent.as_ref()?),
            SystemKind::Elsewhere => return None,
        }
    }
}

/// A stretch of ports of the host.
#[derive(PartialEq, Eq)]
struct Taken {
    address: Option<String>,
    first: u16,
    last: u16,
    is_udp: bool,
}

impl Taken {
    fn of(port: &Port) -> Option<Self> {
        let address = match &port.address {
            Some(address) => Some(address.as_known()?),
            None => None,
        };
        let host = port.host.as_ref()?.as_known()?;
        let (first, last) = host.split_once('-').unwrap_or((&host, &host));
        let text = port.text.as_ref().unwrap_or(&port.container).as_known()?;
        let protocol = text
            .rsplit_once('/')
            .map(|(_, protocol)| protocol.to_ascii_lowercase());
        let (first, last) = (first.parse().ok()?, last.parse().ok()?);
        (first > 0).then_some(Self {
            address: address.filter(|address| !address.is_empty() && address != "0.0.0.0"),
            first,
            last,
            is_udp: protocol.is_some_and(|protocol| protocol == "udp"),
        })
    }

    /// Can only one of them be had?
    fn collides(&self, other: &Self) -> bool {
        let same_address = match (&self.address, &other.address) {
            (Some(a), Some(b)) => a == b,
            // Nothing said means every address of IPv4 for certain.
            (None, Some(one)) | (Some(one), None) => !one.contains(':'),
            (None, None) => true,
        };
        same_address && self.is_udp == other.is_udp && self.first <= other.last && other.first <= self.last
    }
}

/// Its own published ports, if they are published.
fn published(container: &Container) -> Vec<(Written<'_, Port>, Taken)> {
    if container.network.value() != Some(&NetworkMode::Private) {
        return Vec::new();
    }
    let ports = container.ports.iter().filter_map(|field| field.written());
    ports
        .filter(|port| port.get().pod.is_none())
        .filter_map(|port| Some((port, Taken::of(port.get())?)))
        .collect()
}

/// A port that another container publishes, too.
fn check_taken_ports(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    if !is_declared(container) {
        return;
    }
    let own = published(container);
    let Some(ground_of_own) = ground(ctx, container).filter(|_| !own.is_empty()) else {
        return;
    };
    let before = ctx
        .world
        .containers
        .values()
        .take_while(|other| other.id != container.id);
    for other in before.filter(|other| is_declared(other)) {
        if other.host != container.host || ground(ctx, other) != Some(ground_of_own) {
            continue;
        }
        for (twin, theirs) in published(other) {
            // Under a condition each may be there where the other is not.
            let collides = |(port, taken): &&(Written<'_, Port>, Taken)| {
                taken.collides(&theirs) && !(port.is_maybe() && twin.is_maybe())
            };
            let Some((port, taken)) = own.iter().find(collides) else {
                continue;
            };
            let number = taken.first.max(theirs.first);
            sink.report(
                *port,
                format!(
                    "{} does not start: port {number} is taken by {}",
                    name(container),
                    name(other)
                ),
            )
            .depends_on(twin.field())
            .related(&twin.origin, "it is published here, too")
            .help(
                "Only one program can listen on an address and a port. Publish one of them on another port.",
            );
            return;
        }
    }
}

/// A port that only root may listen on.
fn check_low_ports(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    if !is_declared(container) || container.rootful.certain() != Some(&false) {
        return;
    }
    let Some(system) = ground(ctx, container).map(|id| ctx.world.system(id)) else {
        return;
    };
    // Elsewhere something that was not seen may set the limit.
    let Some(lowest) = system
        .lowest_free_port
        .certain()
        .filter(|_| system.seen.is_whole())
    else {
        return;
    };
    let own = published(container);
    let Some((port, taken)) = own.iter().find(|(_, taken)| i64::from(taken.first) < *lowest) else {
        return;
    };
    sink.report(
        *port,
        format!("{} does not start: only root may listen on port {}", name(container), taken.first),
    )
    .depends_on(&container.rootful)
    .help(format!(
        "Its engine runs as a user, who may listen on ports from {lowest} on. Publish a higher port and let a proxy listen on this \
         one, or set `boot.kernel.sysctl.\"net.ipv4.ip_unprivileged_port_start\" = {};`, which is for every user.",
        taken.first
    ));
}

/// A device by a name that nothing on the system gives.
fn check_gpus(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    let Some(system) = declaring(ctx, container) else {
        return;
    };
    if !is_declared(container)
        || system.engines.nvidia_cdi.certain() != Some(&false)
        || !system.seen.is_whole()
    {
        return;
    }
    let devices = container.devices.iter().filter_map(|field| field.written());
    let is_gpu =
        |field: &Written<'_, nixpod_model::Device>| field.get().node.pattern().starts_with("nvidia.com/gpu=");
    let Some(device) = { devices }.find(is_gpu) else {
        return;
    };
    sink.report(
        device,
        format!(
            "{} does not start: nothing here makes the device `{}`",
            name(container),
            device.get().node.display()
        ),
    )
    .help("The names of NVIDIA's devices are made by `hardware.nvidia-container-toolkit.enable = true;`.");
}

/// The NixOS that a container runs on.
fn declaring<'a>(ctx: &Ctx<'a>, container: &Container) -> Option<&'a System> {
    let system = ctx.system(container);
    match system.kind {
        SystemKind::Nixos | SystemKind::Guest => Some(system),
        SystemKind::Home => system.parent.as_ref().map(|parent| ctx.world.system(parent)),
        SystemKind::Elsewhere => None,
    }
}

/// Docker's socket, where nothing makes it. Docker itself would make a directory of that name.
fn check_sockets(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    if !matches!(container.engine.value(), Some(Engine::Podman | Engine::Nspawn)) {
        return;
    }
    let Some(system) = declaring(ctx, container).filter(|system| system.seen.is_whole()) else {
        return;
    };
    let engines = &system.engines;
    let is_off = |field: &Field<bool>| field.certain() == Some(&false);
    if !is_off(&engines.docker) || !is_off(&engines.docker_socket) {
        return;
    }
    for field in container.mounts.iter().filter_map(|field| field.written()) {
        let source = field.get().source.as_known().unwrap_or_default();
        if !field.get().is_bind || !matches!(source.as_str(), "/run/docker.sock" | "/var/run/docker.sock") {
            continue;
        }
        sink.report(field, format!("{} does not start: nothing here makes `{source}`", name(container)))
            .help(
                "Docker is not enabled, and Podman has that name for its socket only with \
                 `virtualisation.podman.dockerSocket.enable = true`. Think first of what the socket gives away: whoever has it is \
                 root.",
            );
        return;
    }
}

/// Users that systemd hands out, in the host's network.
fn check_managed(container: &Container, sink: &mut Sink) {
    let Some(users) = container.userns.written() else {
        return;
    };
    let is_managed = matches!(users.get(), Userns::Other(mode) if mode == "managed");
    if !is_managed || container.network.certain() != Some(&NetworkMode::Host) {
        return;
    }
    sink.report(
        users,
        format!("{} does not start: `managed` users need a private network", name(container)),
    )
    .depends_on(&container.network)
    .help("Set `privateNetwork = true`, or `privateUsers = \"pick\"`. Before systemd 258 nspawn knows no `managed`.");
}

/// A store whose owners cannot be mapped.
fn check_store(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    let (Surface::Nspawn, Some(nspawn)) = (container.surface, &container.nspawn) else {
        return;
    };
    let Some(users) = nspawn.private_users.written() else {
        return;
    };
    let is_mapped = match users.get() {
        Userns::Pick => true,
        Userns::Fixed { first, .. } => *first > 0,
        _ => false,
    };
    let system = ctx.system(container);
    let Some(kind) = system.store_fs_type.as_ref().and_then(|kind| kind.written()) else {
        return;
    };
    if !is_mapped || !matches!(kind.get().as_str(), "overlay" | "9p") {
        return;
    }
    sink.report(
        users,
        format!("{} does not start: the owners of a store on {} cannot be mapped", name(container), kind.get()),
    )
    .depends_on(kind.field())
    .related(&kind.origin, "the store's file system is said here")
    .help("NixOS binds the store with `idmap`, which that file system does not support. Put the store on another one.");
}

/// A bridge that nothing makes.
fn check_bridge(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    let (Surface::Nspawn, Some(nspawn)) = (container.surface, &container.nspawn) else {
        return;
    };
    let mut options = nspawn.network_options.iter().filter_map(|field| field.written());
    let Some(bridge) = options.find(|option| option.get().name == "hostBridge") else {
        return;
    };
    let system = ctx.system(container);
    let is_told =
        system.seen.is_whole() && system.bridges_known && nspawn.private_network.certain() == Some(&true);
    // In Nix syntax a text that is known has no interpolation.
    let Some(name_of_bridge) = bridge
        .get()
        .value
        .strip_prefix('"')
        .and_then(|name| name.strip_suffix('"'))
    else {
        return;
    };
    if !is_told
        || name_of_bridge.contains('$')
        || BROUGHT_ALONG
            .iter()
            .any(|begin| name_of_bridge.starts_with(begin))
    {
        return;
    }
    if system
        .bridges
        .iter()
        .any(|field| field.value().is_none_or(|made| made == name_of_bridge))
    {
        return;
    }
    sink.report(
        bridge,
        format!("{} does not start: nothing here makes the bridge `{name_of_bridge}`", name(container)),
    )
    .depends_on(&nspawn.private_network)
    .help(format!(
        "systemd-nspawn puts the container into a bridge that is there already. Make it: `networking.bridges.{name_of_bridge}.interfaces \
         = [ ];`, or a device of systemd-networkd of the kind `bridge`."
    ));
}

/// How the bridges are called that engines and libvirt make by themselves.
const BROUGHT_ALONG: [&str; 9] = [
    "virbr", "podman", "docker", "lxdbr", "lxcbr", "incusbr", "cni", "br-", "nm-",
];

/// What is meant as an option of a bind, and is taken for its destination.
fn check_suffixes(container: &Container, sink: &mut Sink) {
    if container.surface != Surface::Nspawn {
        return;
    }
    for field in container.mounts.iter().filter_map(|field| field.written()) {
        let Some(target) = field.get().target.as_known() else {
            continue;
        };
        if !matches!(
            target.as_str(),
            "idmap" | "rootidmap" | "owneridmap" | "noidmap" | "rbind" | "norbind"
        ) {
            continue;
        }
        sink.report(
            field,
            format!("{} does not start: `{target}` is taken for a path inside", name(container)),
        )
        .help("Without `hostPath` the word after the colon is where it is mounted. Set `hostPath`, also where both are the same.");
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::will_not_start::RULE;
    use nixpod_testing::{check, check_none, whole_host};

    #[test]
    fn ports_that_are_taken() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers = {
    a = { image = "a:1"; ports = [ "8080:80" ]; };
    b = { image = "b:1"; ports = [ "127.0.0.1:8080:8080" ]; };
                                 # ^^^^^^^^^^^^^^^^^^^^^ medium: `b` does not start: port 8080 is taken by `a`
    c = { image = "c:1"; ports = [ "8080:80/udp" "8081:80" ]; };
    d = { image = "d:1"; ports = [ "8079-8082:80-83" ]; };
                                 # ^^^^^^^^^^^^^^^^^ medium: `d` does not start: port 8080 is taken by `a`
  };
}
"#,
        );
    }

    #[test]
    fn ports_that_are_free() {
        check_none(
            &RULE,
            r#"
{ config, lib, ... }: {
  virtualisation.oci-containers.containers = {
    a = { image = "a:1"; ports = [ "192.0.2.1:80:80" "127.0.0.1:9000:80" ]; };
    b = { image = "b:1"; ports = [ "192.0.2.2:80:80" "127.0.0.2:9000:80" "${config.my.address}:80:80" ]; };
    c = { image = "c:1"; ports = [ "80" "127.0.0.1::80" ]; };
    d = { image = "d:1"; ports = [ "7000:80" ]; autoStart = false; };
    e = { image = "e:1"; ports = [ "7000:80" ]; };
    f = { image = "f:1"; ports = [ "7000:80" ]; extraOptions = [ "--network=host" ]; };
    g = lib.mkIf config.my.test { image = "g:1"; ports = [ "7000:80" ]; };
  };
  containers.own = { privateNetwork = true; config.virtualisation.oci-containers.containers.e = { image = "e:1"; ports = [ "7000:80" ]; }; };
}
"#,
        );
    }

    #[test]
    fn ports_for_root() {
        check(
            &RULE,
            &whole_host(
                r#"
{
  users.users.app = { isNormalUser = true; linger = true; };
  virtualisation.oci-containers.containers = {
    web = { image = "a:1"; podman.user = "app"; ports = [ "80:80" "8080:80" ]; };
                                                        # ^^^^^^^ medium: `web` does not start: only root may listen on port 80
    root = { image = "a:1"; ports = [ "443:443" ]; };
  };
}
"#,
            ),
        );
    }

    #[test]
    fn ports_for_everybody() {
        check_none(
            &RULE,
            &whole_host(
                r#"
{
  boot.kernel.sysctl."net.ipv4.ip_unprivileged_port_start" = 80;
  users.users.app = { isNormalUser = true; linger = true; };
  virtualisation.oci-containers.containers.web = { image = "a:1"; podman.user = "app"; ports = [ "80:80" ]; };
}
"#,
            ),
        );
    }

    #[test]
    fn what_nothing_makes() {
        check(
            &RULE,
            &whole_host(
                r#"
{
  virtualisation.oci-containers.containers = {
    gpu = { image = "a:1"; devices = [ "nvidia.com/gpu=all" ]; };
                                     # ^^^^^^^^^^^^^^^^^^^^ medium: `gpu` does not start: nothing here makes the device `nvidia.com/gpu=all`
    socket = { image = "a:1"; volumes = [ "/var/run/docker.sock:/s" ]; };
                                        # ^^^^^^^^^^^^^^^^^^^^^^^^^ medium: `socket` does not start: nothing here makes `/var/run/docker.sock`
  };
}
"#,
            ),
        );
    }

    #[test]
    fn what_something_makes() {
        check_none(
            &RULE,
            &whole_host(
                r#"
{
  hardware.nvidia-container-toolkit.enable = true;
  virtualisation.podman.dockerSocket.enable = true;
  virtualisation.oci-containers.containers = {
    gpu = { image = "a:1"; devices = [ "nvidia.com/gpu=all" ]; };
    socket = { image = "a:1"; volumes = [ "/var/run/docker.sock:/s" ]; };
  };
}
"#,
            ),
        );
        // Another file may enable it.
        check_none(
            &RULE,
            r#"
{ virtualisation.oci-containers.containers.gpu = { image = "a:1"; devices = [ "nvidia.com/gpu=all" ]; volumes = [ "/run/docker.sock:/s" ]; }; }
"#,
        );
    }

    #[test]
    fn guests() {
        check(
            &RULE,
            r#"
{
  fileSystems."/nix/store" = { device = "store"; fsType = "9p"; };
  containers.pick = { privateUsers = "pick"; config = { }; };
                                   # ^^^^^^ medium: `pick` does not start: the owners of a store on 9p cannot be mapped
  containers.managed = { extraFlags = [ "--private-users=managed" ]; config = { }; };
                                      # ^^^^^^^^^^^^^^^^^^^^^^^^^ medium: `managed` does not start: `managed` users need a private network
  containers.suffix = { extraFlags = [ "-U" ]; bindMounts."/data:idmap".isReadOnly = false; config = { }; };
                                                        # ^^^^^^^^^^^^^ medium: `suffix` does not start: `idmap` is taken for a path inside
}
"#,
        );
    }

    #[test]
    fn bridges() {
        check(
            &RULE,
            &whole_host(
                r#"
{
  networking.bridges.br0.interfaces = [ ];
  systemd.network.netdevs."20-lan" = { netdevConfig = { Kind = "bridge"; Name = "lan"; }; };
  containers.a = { privateNetwork = true; hostBridge = "br0"; config = { }; };
  containers.b = { privateNetwork = true; hostBridge = "lan"; config = { }; };
  containers.c = { privateNetwork = true; hostBridge = "br1"; config = { }; };
                                                     # ^^^^^ medium: `c` does not start: nothing here makes the bridge `br1`
  containers.d = { privateNetwork = true; hostBridge = "virbr0"; config = { }; };
}
"#,
            ),
        );
        let web = r#"containers.web = { privateNetwork = true; hostBridge = "br1"; config = { }; };"#;
        for other in [
            r#"networking.localCommands = "ip link add br1 type bridge";"#,
            r#"systemd.services.net.script = "${pkgs.iproute2}/bin/ip link add br1 type bridge";"#,
            r#"networking.networkmanager.ensureProfiles.profiles.br1.connection.interface-name = "br1";"#,
            r#"environment.etc."systemd/network/br1.netdev".text = "[NetDev]";"#,
            r#"networking.bridges = config.my.bridges;"#,
        ] {
            check_none(
                &RULE,
                &whole_host(&format!("{{ config, pkgs, ... }}: {{\n  {other}\n  {web}\n}}")),
            );
        }
        check_none(&RULE, &format!("{{\n  {web}\n}}"));
    }

    #[test]
    fn guests_that_start() {
        check_none(
            &RULE,
            r#"
{
  fileSystems."/nix/store" = { device = "/dev/vda"; fsType = "ext4"; };
  containers.pick = { privateUsers = "pick"; config = { }; };
  containers.managed = { privateNetwork = true; extraFlags = [ "--private-users=managed" ]; config = { }; };
  containers.suffix = { privateUsers = "pick"; bindMounts."/data:idmap" = { hostPath = "/data"; isReadOnly = false; }; config = { }; };
}
"#,
        );
    }
}
