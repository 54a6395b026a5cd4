#!/usr/bin/env bash
# Boots the system that `nix-build guest.nix` left in ./result, store shared.
# Run as an ordinary user.
set -euo pipefail

system=$(readlink -f result)
root=$(mktemp -d)

podman run --rm -it \
  --systemd=always \
  --env container=podman \
  --volume /nix/store:/nix/store:ro \
  --publish 127.0.0.1:8090:80 \
  --rootfs "$root:O" \
  "$system/init"
