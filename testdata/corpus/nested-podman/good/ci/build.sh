#!/usr/bin/env bash
# Builds and exports the image of the project in a container.
set -euo pipefail

podman run --rm \
  --name crucible-ci \
  --user podman \
  --volume crucible-layers:/home/podman/.local/share/containers \
  --volume "$PWD/src:/workspace" \
  --workdir /workspace \
  quay.io/podman/stable@sha256:5d9c07ea41f83b26d0e9a47c12b86f35907de8143ac6b2f05871ce94d3a06b7f \
  podman build --tag crucible .
