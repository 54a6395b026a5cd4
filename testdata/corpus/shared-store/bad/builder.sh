#!/usr/bin/env bash
# The same system, which may also ask the daemon of the host to build.
set -euo pipefail

system=$(readlink -f result)

podman run --rm -it --systemd=always --env container=podman \
  --network=host \
  -v /nix/store:/nix/store:ro \
  -v /nix/var/nix/daemon-socket/socket:/nix/var/nix/daemon-socket/socket \
  -v /nix/var/nix/db:/nix/var/nix/db \
  --rootfs "$PWD/root:O" \
  "$system/init"

sudo systemd-nspawn --ephemeral --directory="$PWD/root" \
  --bind-ro=/nix/store --bind=/nix/var/nix/daemon-socket \
  "$system/init"
