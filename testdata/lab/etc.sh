#!/bin/sh
# etc.sh ROOT GENERATION: the /etc of the "host": the users root, lab and mate, sub-ids, the files of the engines.
set -eu
cd "$1"
mkdir -p etc/containers proc sys dev run tmp root home var/lib var/tmp lab mnt
chmod 1777 tmp var/tmp
cat > etc/passwd <<'X'
root:x:0:0:root:/root:/bin/bash
lab:x:1001:1001::/home/lab:/bin/bash
mate:x:1002:1002::/home/mate:/bin/bash
nobody:x:65534:65534:nobody:/nonexistent:/bin/false
X
cat > etc/group <<'X'
root:x:0:
tty:x:5:
lab:x:1001:
mate:x:1002:
nogroup:x:65534:
X
printf 'root:*:19000:0:99999:7:::\nlab:$6$labsalt$notarealhashnotarealhash:19000:0:99999:7:::\nmate:*:19000:0:99999:7:::\n' > etc/shadow
chmod 600 etc/shadow
printf 'lab:100000:65536\n' > etc/subuid
printf 'lab:100000:65536\n' > etc/subgid
printf 'passwd: files\ngroup: files\nshadow: files\nhosts: files\nsubid: files\n' > etc/nsswitch.conf
printf '127.0.0.1 localhost labhost\n' > etc/hosts
printf 'labhost\n' > etc/hostname
: > etc/resolv.conf
printf '0123456789abcdef0123456789abcdef\n' > etc/machine-id
printf 'ID=debian\nNAME=lab\n' > etc/os-release
printf '{"default":[{"type":"insecureAcceptAnything"}]}\n' > etc/containers/policy.json
printf '[storage]\ndriver = "vfs"\n' > etc/containers/storage.conf
mkdir -p home/lab home/mate
chown 1001:1001 home/lab
chown 1002:1002 home/mate
chmod 700 home/lab home/mate
cat > etc/containers/containers.conf <<'X'
[containers]
pids_limit = 0
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "none"
X
# crun 1.8 raises a resource limit, for which this machine lacks CAP_SYS_RESOURCE; runc does not.
[ "${2:-}" != bookworm ] || echo 'runtime = "runc"' >> etc/containers/containers.conf
# As NixOS writes it, up to the podman that takes these paths for rootless users too (proof settings-graphroot).
[ "${2:-}" = forky ] || printf 'runroot = "/run/containers/storage"\ngraphroot = "/var/lib/containers/storage"\n' >> etc/containers/storage.conf
rm -rf etc/cni
# What Debian's alternatives would link.
for name in iptables ip6tables iptables-save ip6tables-save iptables-restore ip6tables-restore; do
    [ ! -e usr/sbin/xtables-nft-multi ] || ln -sfn xtables-nft-multi usr/sbin/$name
done
