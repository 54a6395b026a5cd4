# The host (192.0.2.1) has a neighbour (192.0.2.2) behind a veth pair, and a firewall of the shape that NixOS writes,
# which lists port 22 only.

neighbour() {
    ip netns add outside
    ip link add eth0 type veth peer name eth0 netns outside
    ip addr add 192.0.2.1/24 dev eth0
    ip link set eth0 up
    ip -n outside addr add 192.0.2.2/24 dev eth0
    ip -n outside link set eth0 up
    ip -n outside link set lo up
    ip route add default via 192.0.2.2
    ip -n outside route add default via 192.0.2.1
    echo 1 > /proc/sys/net/ipv4/ip_forward
}

# outside WORD...: asks the probe on the neighbour's machine.
outside() { ip netns exec outside /lab/root/bin/probe "$@"; }

firewall_nftables() {
    nft -f - <<'X'
table inet nixos-fw {
  chain input {
    type filter hook input priority filter; policy drop;
    iifname "lo" accept
    ct state vmap { invalid : drop, established : accept, related : accept }
    tcp dport 22 accept
  }
}
X
}

# networking.firewall.filterForward
filter_forward() {
    nft -f - <<'X'
table inet nixos-fw {
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state vmap { invalid : drop, established : accept, related : accept }
    ct status dnat accept
  }
}
X
}

firewall_iptables() {
    iptables -N nixos-fw
    iptables -A nixos-fw -i lo -j ACCEPT
    iptables -A nixos-fw -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
    iptables -A nixos-fw -p tcp --dport 22 -j ACCEPT
    iptables -A nixos-fw -j DROP
    iptables -A INPUT -j nixos-fw
}

# A service of the host itself on a port that the firewall does not list.
control() {
    /lab/root/bin/probe tcplisten 0.0.0.0 8081 'host service' >/dev/null
    echo control: $(outside tcp 192.0.2.1 8081)
}

SERVE='probe tcplisten 0.0.0.0 80 "container service"; sleep 15'

# await_port PORT: until somebody listens there, or something forwards it.
await_port() {
    for i in $(seq 20); do
        /lab/root/bin/probe tcp 127.0.0.1 "$1" 2>/dev/null | grep -q connected && break
        sleep 0.05
    done
}

# publish WORD...: a container that publishes a port, seen by the neighbour.
publish() {
    podman run -d --name web --network=bridge "$@" --rootfs /lab/root /bin/sh -c "$SERVE" >/tmp/log 2>&1 || cat /tmp/log
    sleep 0.3
    echo outside: $(outside tcp 192.0.2.1 8080)
    echo inside: $(/lab/root/bin/probe tcp 127.0.0.1 8080)
    podman rm -f -t 0 web >/dev/null 2>&1
}

# The same by the user lab.
publish_rootless() {
    chown -R lab:lab /lab/root
    as_user lab podman run -d --name web "$@" --rootfs /lab/root /bin/sh -c "$SERVE" >/tmp/log 2>&1 || cat /tmp/log
    sleep 0.3
    echo outside: $(outside tcp 192.0.2.1 8080)
    as_user lab podman rm -f -t 0 web >/dev/null 2>&1
}

# A container at 10.88.0.9 and what the neighbour gets from its own address.
direct() {
    podman run -d --name web --network=bridge --ip 10.88.0.9 "$@" --rootfs /lab/root /bin/sh -c "$SERVE" >/dev/null 2>&1
    sleep 0.3
    echo direct: $(outside tcp 10.88.0.9 80)
    podman rm -f -t 0 web >/dev/null 2>&1
}
