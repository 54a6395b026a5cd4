# A host on which many containers run, one after the other: what `cargo xtask lab --model` binds, joins and hands in.

model_host() {
    for kind in net pid ipc uts cgroup; do echo "@namespace $kind $(readlink /proc/self/ns/$kind)"; done
    echo "@bounding $(sed -n 's/^CapBnd:[^0-9a-f]*//p' /proc/self/status)"
    for name in net.ipv4.ip_unprivileged_port_start kernel.msgmax; do
        echo "@sysctl $name $(cat "/proc/sys/$(echo $name | tr . /)")"
    done
    for name in a b 'c d'; do
        mkdir -p "/lab/src/$name"
        echo "$name" > "/lab/src/$name/.id"
    done
    chmod -R a+rX /lab/src
    mknod -m 666 /dev/kvm c 10 232
    mknod -m 666 /dev/loop-control c 10 237
    ip link add br0 type bridge
    ip link add dummy0 type veth peer name dummy1
    ip netns add lab
    printf '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["reboot"],"action":"SCMP_ACT_ERRNO"}]}\n' > /lab/seccomp.json
    mkdir -p /dev/mqueue /run/udev/data
    mount -t mqueue mqueue /dev/mqueue
    # What udev does.
    echo I:1 > "/run/udev/data/n$(cat /sys/class/net/dummy0/ifindex)"
    echo 'containers:x:999:999::/:/bin/false' >> /etc/passwd
    echo 'containers:x:999:' >> /etc/group
    for name in subuid subgid; do echo 'containers:1000000:1000000' >> /etc/$name; done
    install -m 755 /lab/lib/report.sh /lab/root/bin/report
    mkdir -p /lab/root/m1 /lab/root/m2 /lab/root/srv/m3 '/lab/root/m 4' /lab/root/nix/store /lab/root/nix/var/nix/db \
        /lab/root/nix/var/nix/daemon-socket /lab/root/nix/var/nix/profiles /lab/root/nix/var/nix/gcroots
}

# model_image COMMAND...: the guest's file system as an image of whoever COMMAND makes it.
model_image() {
    image_archive
    "$@" podman import -q /tmp/i.tar localhost/lab >/dev/null 2>&1 || echo 'no image'
}

# What NixOS has beside every container of nspawn, and where their file systems are.
model_machines() {
    mkdir -p /lab/nix /lab/machines /nix /var/lib/nixos-containers
    mount --bind /lab/nix /nix
    mount --bind /lab/machines /var/lib/nixos-containers
    mkdir -p /nix/store /nix/var/nix/db /nix/var/nix/daemon-socket /nix/var/nix/profiles/per-container/c \
        /nix/var/nix/gcroots/per-container/c /etc/systemd/nspawn
}

# model_machine: a fresh file system for the container.
model_machine() {
    rm -rf --one-file-system /var/lib/nixos-containers/c
    cp -a /lab/root /var/lib/nixos-containers/c
}
