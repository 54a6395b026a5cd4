#!/usr/bin/env bash
# The same system from a folder of its own with an overlay over it, and with a daemon of its own.
set -euo pipefail

system=$(readlink -f result)
nix-store --query --requisites result | while read -r path; do
  rsync --archive "$path" root/nix/store
done

podman run --rm -it --systemd=always --env container=podman \
  --rootfs root:O \
  "$system/init"

sudo systemd-nspawn --ephemeral --directory="$PWD/root" \
  --private-users=pick --private-network \
  --bind-ro=/nix/store \
  "$system/init"
