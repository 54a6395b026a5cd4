#!/usr/bin/env bash
# A shell whose `docker` is the engine outside.
set -euo pipefail

systemctl --user start podman.socket
export DOCKER_HOST="unix://$XDG_RUNTIME_DIR/podman/podman.sock"

docker compose --file ci/services.yaml up --detach
podman run --rm -it \
  --userns=keep-id \
  -v "$XDG_RUNTIME_DIR/podman/podman.sock:/var/run/docker.sock:Z" \
  -e DOCKER_HOST=unix:///var/run/docker.sock \
  -v "$PWD:/workspace:Z" -w /workspace \
  ghcr.io/crucible-works/workbench:2026-10 "$@"
