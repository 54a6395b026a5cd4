# The daemon of Docker, as the host's root.

# docker_daemon WORD...: starts it with the settings of /etc/docker/daemon.json, and makes the image `lab` of the guest's file
# system. Members of the group `docker` may use its socket.
docker_daemon() {
    mkdir -p /lab/docker
    export DOCKER_HOST=unix:///run/docker.sock
    grep -q ^docker: /etc/group || echo 'docker:x:2002:' >> /etc/group
    echo 1 > /proc/sys/net/ipv4/ip_forward
    dockerd -H $DOCKER_HOST --data-root /lab/docker --storage-driver vfs "$@" >/tmp/dockerd.log 2>&1 </dev/null &
    for i in $(seq 200); do docker version >/dev/null 2>&1 && break; sleep 0.05; done
    image_archive
    docker import /tmp/i.tar lab >/dev/null || cat /tmp/dockerd.log
}

# docker_publish WORD...: a container that publishes a port, seen by the neighbour.
docker_publish() {
    docker run -d --name web "$@" lab /bin/sh -c "$SERVE" >/tmp/log 2>&1 || cat /tmp/log
    await_port 8080
    echo outside: $(outside tcp 192.0.2.1 8080)
    docker rm -f web >/dev/null 2>&1
}

# compose: the service `web` of the Compose file, which tells what its kernel says of its process.
compose() {
    docker-compose -p lab -f /lab/compose.json run --rm -T --no-deps web /bin/sh -c 'grep -E "CapEff|Seccomp:" /proc/self/status' 2>&1 </dev/null
}
