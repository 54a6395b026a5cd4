#!/usr/bin/env bash
# Boots the system in namespaces made by hand. All of /sys and /dev is bound.
set -euo pipefail

system=$(readlink -f result)
root=$(mktemp -d)
mkdir -p "$root"/{nix/store,sys,dev,proc,run,etc}

unshare --user --map-auto --map-root-user --mount --pid --fork --uts --ipc --net \
  bash -c "
    mount --rbind /nix/store '$root/nix/store'
    mount --rbind /sys '$root/sys'
    mount --rbind /dev '$root/dev'
    mount -t proc proc '$root/proc'
    exec chroot '$root' '$system/init'
  "
