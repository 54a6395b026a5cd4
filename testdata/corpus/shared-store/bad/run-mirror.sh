#!/usr/bin/env bash
# Boots the system that `nix-build guest.nix` left in ./result, store shared.
set -euo pipefail

system=$(readlink -f result)
root=$(mktemp -d)

sudo podman run --rm -it \
  --systemd=always \
  --env container=podman \
  --privileged \
  --pid=host \
  --network=host \
  --volume /nix/store:/nix/store \
  --volume /sys:/sys \
  -v /dev:/dev \
  --rootfs "$root" \
  "$system/init"
