#!/usr/bin/env bash
# Runs one job of the queue as an ordinary user.
set -euo pipefail

job=${1:?which job}
work=$(mktemp -d)
image=quay.io/podman/stable@sha256:5d9c07ea41f83b26d0e9a47c12b86f35907de8143ac6b2f05871ce94d3a06b7f
flags=(
  --user podman
  # Two containers that share a folder and nothing else have the level in common.
  --security-opt label=level:s0:c411,c736
  --volume "$work:/work:Z"
)

echo "podman run --privileged would be simpler, but is not wanted here"

podman run --rm "${flags[@]}" "$image" podman build --tag "job-$job" /work
podman run --rm "${flags[@]}" --network none "$image" podman save --output /work/job.tar "job-$job"

# On SELinux the engine inside may label what it makes.
podman run --rm --user podman --security-opt label=nested "$image" podman info

# A runtime that gives each container a user namespace by itself.
podman --runtime=sysbox-runc run --rm "$image" podman info
docker run --runtime=sysbox-runc --rm "$image" podman info
