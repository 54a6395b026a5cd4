#!/bin/sh
# host.sh ROOT GUEST LIB WORK SCRIPT: runs SCRIPT on a "host" made of ROOT, the unpacked Debian of a generation: its own
# mount, network, process, IPC, host-name and control-group namespaces, a copy-on-write root, its own /run and /dev, and
# the new folder WORK as /lab, with a copy of GUEST (the containers' file system) and of LIB. Nothing of the machine is in
# sight but its kernel and its user namespace.
#
# It ends when SCRIPT does, or when its standard input does: that is a pipe which the harness holds, so that it is closed
# however the harness ends. Either way the host's process 1 ends, and with it all that ran there; then WORK and the control
# group are removed, and nothing is left.
set -u
exec 2>&1
if [ "${LAB_STAGE:-}" = "" ]; then
    unified=$(awk '$0 ~ / - cgroup2 / {print $5; exit}' /proc/self/mountinfo)
    group=$unified/nixpod-lab-$$
    work=$4
    tidy() {
        tries=0
        while [ -e "$group" ] && ! rmdir "$group" 2>/dev/null && [ $tries -lt 100 ]; do
            find "$group" -depth -mindepth 1 -type d -exec rmdir {} + 2>/dev/null
            tries=$((tries + 1))
            sleep 0.05
        done
        # An experiment of CAP_LINUX_IMMUTABLE makes a file that not even root removes.
        chattr -R -f -i "$work" 2>/dev/null
        rm -rf --one-file-system "$work"
        rmdir "$(dirname "$work")" 2>/dev/null
    }
    trap tidy EXIT
    # Nobody may listen any longer; what runs below has the signal as usual.
    trap : PIPE
    mkdir "$group" || exit 1
    # The folder around it goes with the last host in it, which may be right now.
    mkdir -p "$work" 2>/dev/null || mkdir -p "$work" 2>/dev/null || mkdir -p "$work" || exit 1
    chmod 755 "$work" && cp -a "$2" "$work/root" && cp -r "$3" "$work/lib" || exit 1
    export LAB_STAGE=1
    exec 3<&0
    sh -c 'echo $$ > "$0/cgroup.procs" && exec "$@"' "$group" \
        unshare --mount --net --pid --ipc --uts --cgroup --fork --kill-child --propagation private -- sh "$0" "$@" \
        3<&- </dev/null &
    host=$!
    # Ends when the pipe is closed, and then ends the host by its id.
    (cat <&3 && kill -KILL "$host") >/dev/null 2>&1 &
    watch=$!
    exec 3<&- </dev/null
    wait "$host"
    status=$?
    kill "$watch" 2>/dev/null
    # What a unit wrote, which has no other way out.
    [ ! -e "$work/out" ] || cat "$work/out"
    exit $status
fi
set -e
unset LAB_STAGE
lower=$1 work=$4 script=$5
mkdir -p "$work/.host"
mount -t tmpfs -o mode=755 labhost "$work/.host"
cd "$work/.host"
mkdir up wd root
mount -t overlay -o "lowerdir=$lower,upperdir=$work/.host/up,workdir=$work/.host/wd" overlay root
cd root
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
mount -t tmpfs -o mode=755 tmpfs dev
mkdir dev/pts dev/shm dev/net var/lib/containers run/user run/user/1001 run/user/1002 run/lock
mount -t tmpfs -o mode=1777 tmpfs dev/shm
mount -t tmpfs -o mode=755 tmpfs var/lib/containers
mount -t tmpfs -o mode=700,uid=1001,gid=1001 tmpfs home/lab
mount -t tmpfs -o mode=700,uid=1002,gid=1002 tmpfs home/mate
chmod 700 run/user/1001 run/user/1002
chown 1001:1001 run/user/1001
chown 1002:1002 run/user/1002
for node in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0 fuse:10:229 net/tun:10:200; do
    IFS=: read -r name major minor <<X
$node
X
    mknod -m 666 "dev/$name" c "$major" "$minor"
done
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/0 dev/stdin
ln -s /proc/self/fd/1 dev/stdout
ln -s /proc/self/fd/2 dev/stderr
mount --bind "$work" lab
mkdir suite
mount --bind "$lower" suite
mount -o remount,ro,bind suite
hostname labhost
ip link set lo up
pivot_root . mnt
umount -l /mnt
cd /
export HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 TERM=dumb
printf '%s\n' "$script" > /lab/proof.sh
exec bash /lab/proof.sh
