#!/usr/bin/env bash
# coop.sh: a NixOS system in a container of an ordinary user, by an engine that does the mapping.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")

exec podman run --rm --name coop --systemd=always \
  --userns=auto \
  --volume /nix/store:/nix/store:ro \
  --publish 127.0.0.1:15432:5432 \
  --rootfs "$here/root:O" \
  "$(readlink -f "$here/result")/init"
