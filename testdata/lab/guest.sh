#!/bin/sh
# guest.sh FOLDER BUSYBOX PROBE_C: the file system of the containers, FOLDER: busybox and the program of probe.c.
set -eu
guest=$1
mkdir -p "$guest"
cd "$guest"
for name in bin etc dev proc sys run tmp var root usr srv mnt home host run/secrets; do mkdir -p "$name"; done
chmod 1777 tmp
cp "$2" bin/busybox
for applet in $(bin/busybox --list); do
    [ "$applet" = busybox ] || ln -sf busybox "bin/$applet"
done
ln -sfn bin sbin
cc -static -O1 -Wall -o bin/probe "$3"
printf 'root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/home:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n' > etc/passwd
printf 'root:x:0:\nuser:x:1000:\nnogroup:x:65534:\n' > etc/group
printf 'ID=lab\nNAME=lab\n' > etc/os-release
for name in etc/resolv.conf etc/hosts etc/hostname run/.containerenv; do : > "$name"; done
