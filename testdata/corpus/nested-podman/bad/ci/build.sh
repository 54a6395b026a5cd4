#!/usr/bin/env bash
# Builds and exports the image of the project in a container.
set -euo pipefail

podman run --rm \
  --name crucible-ci \
  --cap-add=CAP_SYS_ADMIN,CAP_MKNOD \
  --device=/dev/fuse \
  --security-opt=seccomp=unconfined \
  --volume "$PWD:/workspace:Z" \
  --workdir /workspace \
  quay.io/podman/stable \
  podman build --tag crucible .
