#!/bin/busybox sh
# Runs inside of the bad containers of `cargo xtask lab --model`, and prints what of the host it reaches.
export PATH=/bin
echo @report
escape() { echo "escape $1"; }
# Does a question to the kernel come to anything but a refusal?
answered() {
    case $(probe "$@" 2>&1) in EPERM | EACCES | ENOENT | ENOSYS | '') return 1 ;; *) return 0 ;; esac
}
ok() { [ "$(probe "$@" 2>/dev/null)" = ok ]; }
initial=
read -r inside outside count < /proc/self/uid_map
[ "$count" != 4294967295 ] || initial=yes
for base in /h /k /; do
    [ -d "$base" ] || [ -e "$base" ] || continue
    [ "$base" = / ] || {
        for root in "$base" "$base/root" "$base/1/root"; do
            for file in "$root" "$root/shadow" "$root/etc/shadow"; do
                [ -f "$file" ] && grep -qs 'labsal[t]' "$file" && escape shadow
            done
        done
        find "$base" -maxdepth 3 \( -name proc -o -name sys -o -name dev -o -name usr \) -prune -o -type s -print 2>/dev/null | head -n 20 |
            while read -r socket; do case $(probe connect "$socket" 2>&1) in *'daemon speaks'*) escape socket ;; esac; done
        [ ! -S "$base" ] || case $(probe connect "$base" 2>&1) in *'daemon speaks'*) escape socket ;; esac
        for folder in "$base" "$base"/etc "$base"/root "$base"/usr "$base"/var/lib "$base"/lab "$base"/systemd; do
            [ ! -d "$folder" ] || { echo x > "$folder/.escape"; } 2>/dev/null
        done
        [ ! -f "$base" ] || { echo x >> "$base"; } 2>/dev/null
        grep -qs 'private key' "$base/id" "$base/.ssh/id" "$base/root/.ssh/id" "$base/lab/.ssh/id" "$base/home/lab/.ssh/id" && escape key
        for file in "$base/core_pattern" "$base/sys/kernel/core_pattern" "$base/kernel/core_pattern" "$base/proc/sys/kernel/core_pattern"; do
            ok open "$file" w && escape kernel-setting
        done
        ok open "$base/uevent_helper" w && escape kernel-setting
    }
done
ok open /proc/sys/kernel/core_pattern w && [ -n "$initial" ] && escape kernel-setting
ok open /proc/sysrq-trigger w && [ -n "$initial" ] && escape sysrq
[ ! -r /minor ] || {
    mknod /tmp/disk b 7 "$(cat /minor)" 2>/dev/null && head -c 11 /tmp/disk 2>/dev/null | grep -qs 'disk secret' && escape disk
    for node in /dev/sda /h/sda /k/sda /h/dev/sda /k/dev/sda /dev/loop*; do
        [ -b "$node" ] && head -c 11 "$node" 2>/dev/null | grep -qs 'disk secret' && escape disk
    done
}
grep -aqs 'hunter2' /proc/[0-9]*/environ && escape processes
[ ! -r /host-process ] || { read -r pid < /host-process; ok kill0 "$pid" && grep -qs sleep "/proc/$pid/cmdline" && escape kill; }
ok settz && escape time
ok syslog && escape kernel-log
answered initmodule && escape module
answered kexec && escape kexec
ok ioperm && escape ports-of-hardware
ok perf && escape perf
ok bpf && escape bpf
[ ! -r /handle ] || case $(probe byhandle / "$(cat /handle)" 2>&1) in *'host secret'*) escape handle ;; esac
for base in /h /k; do
    [ ! -r /handle ] || [ ! -d $base ] || case $(probe byhandle $base "$(cat /handle)" 2>&1) in *'host secret'*) escape handle ;; esac
done
case $(probe tcp 127.0.0.1 5432 2>&1) in *'database speaks'*) escape loopback ;; esac
case $(probe connect @/tmp/.X11-unix/X0 2>&1) in *'X server speaks'*) escape abstract-socket ;; esac
[ "$(cat /sys/class/net/lo/ifindex 2>/dev/null)" ] && ip link show labhost0 >/dev/null 2>&1 && {
    ok packet && escape sniff
    ip addr add 10.99.0.1/32 dev labhost0 2>/dev/null && escape interfaces
}
case $(probe shmread 4711 2>&1) in *'shared secret'*) escape shared-memory ;; esac
[ "$(hostname)" = labhost ] && probe sethostname labhost2 >/dev/null 2>&1
for node in /dev/mem /dev/kmsg /dev/kvm /h/mem /h/kmsg; do ok open $node r && [ $node != /dev/kvm ] && escape "device:${node##*/}"; done
echo @end
