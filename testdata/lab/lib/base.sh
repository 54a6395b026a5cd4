# What every script on the host may use.

# as_user NAME COMMAND...: as a user of the host, in a clean environment.
as_user() {
    u=$1
    shift
    setpriv --reuid="$u" --regid="$u" --init-groups env -i HOME="/home/$u" USER="$u" \
        XDG_RUNTIME_DIR="/run/user/$(id -u "$u")" PATH="$PATH" "$@"
}

# A directory of the host's root with a file in it, to be bound.
tree() {
    mkdir -p /lab/tree
    echo host > /lab/tree/file
    chmod 755 /lab/tree
}

# A daemon of the host's root with a socket, and one on an abstract socket and on the loopback interface.
daemon_socket() {
    mkdir -p /lab/run
    /lab/root/bin/probe listen /lab/run/daemon.sock 'daemon speaks' >/dev/null
    chmod "$1" /lab/run/daemon.sock
}
x_server() { /lab/root/bin/probe listen @/tmp/.X11-unix/X0 'X server speaks' >/dev/null; }
database() { /lab/root/bin/probe tcplisten 127.0.0.1 5432 'database speaks' >/dev/null; }

# A process of the host with a secret in its environment, whose number the guest finds in /pid.
host_process() {
    SECRET=hunter2 /lab/root/bin/probe daemon > /lab/root/pid
    sleep 0.1
}

# A file of the host that is bound nowhere, whose handle the guest finds in /handle.
unbound_file() {
    echo 'host secret' > /lab/secret
    /lab/root/bin/probe handle /lab/secret > /lab/root/handle
}

# The guest's file system as an archive, for `podman import`.
image_archive() {
    /lab/root/bin/busybox tar -C /lab/root -c . > /tmp/i.tar
    chmod 644 /tmp/i.tar
}
