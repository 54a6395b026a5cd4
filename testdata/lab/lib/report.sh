#!/bin/busybox sh
# Runs inside of the containers of `cargo xtask lab --model`, and prints what the kernel says there.
export PATH=/bin
echo @report
while read -r inside outside count; do echo "map $inside:$outside:$count"; done < /proc/self/uid_map
while read -r key value rest; do
    case $key in Uid: | Gid: | CapEff: | CapPrm: | CapBnd: | NoNewPrivs: | Seccomp:) echo "${key%:} $value" ;; esac
done < /proc/self/status
for kind in net pid ipc uts cgroup; do echo "ns $kind $(readlink "/proc/self/ns/$kind")"; done
while read -r id parent device root at options rest; do echo "mount $at $options $root ${rest#*- }"; done < /proc/self/mountinfo
for at in /m1 /m2 /srv/m3 '/m 4'; do [ ! -r "$at/.id" ] || echo "id $at=$(cat "$at/.id")"; done
for node in /dev/fuse /dev/net/tun /dev/kvm /dev/loop-control; do echo "dev $node $(probe open $node r) $(probe open $node w)"; done
env | while IFS= read -r line; do case $line in LAB_*) echo "env $line" ;; esac done
echo "hostname $(hostname)"
for name in net.ipv4.ip_unprivileged_port_start kernel.msgmax; do echo "sysctl $name $(cat "/proc/sys/$(echo $name | tr . /)")"; done
echo @end
