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

# What is to be reached by those who break out: secrets, sockets, a disk, processes, memory.
model_prey() {
    . /lab/lib/disk.sh
    install -m 755 /lab/lib/escapes.sh /lab/root/bin/report
    # Ids cannot be mapped on the host's own file system.
    mkdir -p /opt /srv/data
    for folder in etc root opt srv; do
        cp -a /$folder /lab/own-$folder
        mount --bind /lab/own-$folder /$folder
    done
    rm -f /dev/loop-control
    disk
    # Held longer than by `disk`.
    sleep 200 < "$NODE" &
    mknod -m 600 /dev/sda b 7 "${NODE#/dev/loop}"
    mknod -m 600 /dev/mem c 1 1
    mknod -m 644 /dev/kmsg c 1 11
    mkdir -p /root/.ssh /home/lab/.ssh /run/podman /run/docker /run/systemd /run/dbus /run/user/1001/podman /srv/data /opt /nix
    for home in /root /home/lab; do echo 'private key' > $home/.ssh/id; chmod 600 $home/.ssh/id; done
    chown -R lab:lab /home/lab/.ssh /run/user/1001/podman
    for socket in /run/podman/podman.sock /run/docker.sock; do
        /lab/root/bin/probe listen $socket 'daemon speaks' >/dev/null
        chmod 600 $socket
    done
    as_user lab /lab/root/bin/probe listen /run/user/1001/podman/podman.sock 'daemon speaks' >/dev/null
    SECRET=hunter2 sleep 200 &
    echo $! > /lab/root/host-process
    as_user lab env SECRET=hunter2 sleep 200 &
    /lab/root/bin/probe tcplisten 127.0.0.1 5432 'database speaks' >/dev/null
    /lab/root/bin/probe listen @/tmp/.X11-unix/X0 'X server speaks' >/dev/null
    echo 'host secret' > /lab/root.secret
    /lab/root/bin/probe handle /lab/root.secret > /lab/root/handle
    /lab/root/bin/probe shmmake 4711 'shared secret' >/dev/null
    ip link add labhost0 type bridge
    cp -a /etc/passwd /etc/shadow /lab/
}

# What a container has done to the host, which is undone.
model_after() {
    # Nothing was laid out.
    [ -e /lab/shadow ] || return 0
    for file in /.escape /*/.escape /*/*/.escape /*/*/*/.escape; do
        case $file in *'*'* | /srv/* | /lab/* | /tmp/* | /dev/shm/* | /proc/* | /sys/*) continue ;; esac
        [ ! -e "$file" ] || echo "@wrote ${file%/.escape}"
        rm -f "$file"
    done
    rm -f /lab/.escape /lab/src/*/.escape /srv/data/.escape /tmp/.escape /dev/shm/.escape
    for file in passwd shadow; do
        [ "$(cat /lab/$file)" = "$(cat /etc/$file)" ] || { echo "@wrote /etc/$file"; cp -a /lab/$file /etc/$file; }
    done
    [ "$(cat /proc/sys/kernel/hostname)" = labhost ] || { echo '@wrote hostname'; echo labhost > /proc/sys/kernel/hostname; }
    ip addr flush dev labhost0 2>/dev/null
}
