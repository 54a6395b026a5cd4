# Units of quadlet: the lines of /lab/lines behind [Container].

# The services that the generator makes of the unit; with `-user` those of a user's units.
generate() {
    mkdir -p /lab/q
    { printf '[Container]\nRootfs=/lab/root\n'; cat /lab/lines; } > /lab/q/web.container
    QUADLET_UNIT_DIRS=/lab/q /usr/libexec/podman/quadlet -dryrun "$@" 2>&1
}

# A real systemd, which becomes process 1 of the host, generates the service with quadlet and starts it. The container
# writes what its kernel says of its process into a file of the host.
boot_quadlet() {
    mkdir -p /etc/containers/systemd /run/systemd/system /lab/tree
    chmod 777 /lab/tree
    {
        cat <<'UNIT'
[Unit]
DefaultDependencies=no
[Container]
Rootfs=/lab/root
Network=none
PodmanArgs=--cgroups=disabled
Volume=/lab/tree:/tree
Exec=/bin/sh -c "exec >/tree/out 2>&1; grep -E CapEff\\|Seccomp:\\|NoNewPrivs /proc/self/status"
UNIT
        cat /lab/lines
        printf '[Service]\nType=oneshot\n'
    } > /etc/containers/systemd/web.container
    cat > /lab/look.sh <<'LOOK'
systemctl start web.service
for i in 1 2 3 4 5 6 7 8 9 10; do [ -s /lab/tree/out ] && break; sleep 0.2; done
systemctl show -P Result web.service > /lab/out
cat /lab/tree/out >> /lab/out
systemctl --force --no-block exit 0
LOOK
    printf '[Unit]\nDefaultDependencies=no\n[Service]\nType=oneshot\nExecStart=/bin/sh /lab/look.sh\n' \
        > /run/systemd/system/lab.service
    export container=lab
    exec /usr/lib/systemd/systemd --unit=lab.service --log-target=null --show-status=no
}
