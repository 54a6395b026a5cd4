# A disk: a loop device over a file of 1 MiB that begins with "disk secret"; the guest finds its minor number in /minor.
disk() {
    dd if=/dev/zero of=/lab/disk.img bs=1M count=1 2>/dev/null
    printf 'disk secret' | dd of=/lab/disk.img conv=notrunc 2>/dev/null
    mknod /dev/loop-control c 10 237
    for n in 0 1 2 3 4 5 6 7; do mknod /dev/loop$n b 7 $n; done
    NODE=$(losetup -f --show /lab/disk.img)
    echo "${NODE#/dev/loop}" > /lab/root/minor
    # Held open and marked for release: the kernel lets go of the disk when this host ends, however it ends.
    sleep 30 < "$NODE" &
    sleep 0.1
    losetup -d "$NODE"
}
