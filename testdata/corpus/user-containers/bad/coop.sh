#!/usr/bin/env bash
# coop.sh start|enter|link: a NixOS system in namespaces of an ordinary user, without any engine.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
state=${XDG_RUNTIME_DIR:?}/coop

start() {
  mkdir -p "$state"
  unshare --user --mount --pid --fork --uts --ipc --mount-proc="$here/root/proc" \
    "$here/inside.sh" "$here/root" "$(readlink -f "$here/result")" &
  echo $! >"$state/pid"
  newuidmap "$!" 0 "$(id -u)" 1 1 100000 65536
  newgidmap "$!" 0 "$(id -g)" 1 1 100000 65536
}

enter() {
  nsenter --target "$(cat "$state/pid")" --all \
    chroot "$here/root" /run/current-system/sw/bin/bash --login
}

link() {
  # From a port of this machine to one inside: everybody in the network may use it.
  systemd-run --user --unit="coop-link-$1" \
    socat "TCP-LISTEN:$1,fork,reuseaddr" "UNIX-CONNECT:$state/link-$2"
  systemd-run --user --unit="coop-inside-$2" \
    nsenter --target "$(cat "$state/pid")" --user --net \
    socat "UNIX-LISTEN:$state/link-$2,fork,mode=0666" "TCP:127.0.0.1:$2"
}

"$@"
