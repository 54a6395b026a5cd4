#!/usr/bin/env bash
# Runs one job of the queue: "only what is needed", in a container that outlives it.
set -euo pipefail

job=${1:?which job}
work=$(mktemp -d)
flags=(
  --cap-add=sys_admin,mknod
  --device=/dev/fuse
  --security-opt label=disable
)

echo "podman run --privileged would be simpler, but is not wanted here"

container=$(podman create "${flags[@]}" \
  --volume "$work:/work:Z" \
  quay.io/podman/stable:v5.8.2 sleep infinity)
podman start "$container"
podman exec "$container" podman build --tag "job-$job" /work

# Layers of the outer storage are copied: slow to start, fast to build.
podman --storage-driver vfs run --rm --userns=host \
  --security-opt label=level:s0:c411,c736 \
  --volume "$work:/work:Z" \
  quay.io/podman/stable:v5.8.2 podman save --output /work/job.tar "job-$job"
