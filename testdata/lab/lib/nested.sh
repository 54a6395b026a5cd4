# Rootless podman inside a systemd-nspawn guest, from end to end: the guest is the generation's own Debian.
#
# nested WORD... [--setenv=NAME=VALUE]...: starts the guest with these words and a container in it. What stands for what:
#   $pick  a user namespace        $ids   sub-ids from 10000      $no    no user namespace
#   PRE    what guest root does first ($fresh mounts a fresh proc, $route makes a network)
#   MORE   lines of containers.conf    KEYRING  its `keyring`     NET, ARGS, PROBE  of `podman run`

mkdir -p /lab/nested
cp -a /lab/root /lab/nested/root
printf 'lab:10000:55536\n' > /lab/subid
cat > /lab/nested/go.sh <<'GO'
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
eval "${PRE:-true}"
mkdir -p /home/lab/.config/containers /run/user/1001 /var/tmp
chmod 1777 /var/tmp
chown 1001:1001 /run/user/1001
chmod 700 /run/user/1001
printf '[containers]\npids_limit=0\nkeyring = %s\n%s\n[engine]\ncgroup_manager="cgroupfs"\nevents_logger="none"\n' \
    ${KEYRING:-false} "${MORE:-}" > /home/lab/.config/containers/containers.conf
printf '[storage]\ndriver="overlay"\n' > /home/lab/.config/containers/storage.conf
chown -R 1001:1001 /home/lab
as="setpriv --reuid=1001 --regid=1001 --clear-groups env -i HOME=/home/lab USER=lab XDG_RUNTIME_DIR=/run/user/1001 PATH=$PATH"
/mnt/root/bin/busybox tar -C /mnt/root -c . > /var/tmp/i.tar
chmod 644 /var/tmp/i.tar
$as podman import /var/tmp/i.tar lab 2>&1 | grep -i error
$as podman run --rm ${NET:---network=none} $ARGS lab /bin/sh -c "${PROBE:-echo started; grep ' / ' /proc/mounts | cut -d' ' -f1}" 2>&1
GO

nested() {
    systemd-nspawn -q -D /suite --register=no --keep-unit --as-pid2 -M web --read-only --link-journal=no \
        --tmpfs=/var:mode=755 --tmpfs=/home:mode=755 "$@" /bin/bash /mnt/go.sh 2>&1 </dev/null
}
pick="-U --bind-ro=/lab/nested:/mnt:idmap"
ids="--bind-ro=/lab/subid:/etc/subuid:idmap --bind-ro=/lab/subid:/etc/subgid:idmap"
no="--bind-ro=/lab/nested:/mnt"
route="ip link set lo up; ip link add d0 type veth peer name d1; ip addr add 192.0.2.9/24 dev d0; ip link set d0 up; ip link set d1 up; ip route add default via 192.0.2.1"
fresh="mkdir /run/proc; mount -t proc proc /run/proc"
