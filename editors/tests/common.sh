# What the checks in this folder share. Sourced by them; not a check itself.
# shellcheck shell=bash
set -euo pipefail

# What is expected of the server, for the finding in samples/bad/web.nix. Each can be set from outside.
export RULE="${RULE:-privileged-container}"          # the code of the diagnostic
export MESSAGE="${MESSAGE:-privileged}"              # part of its message
export HOVER="${HOVER:-$RULE}"                       # part of the hover on it
export FIX_TITLE="${FIX_TITLE:-run it unprivileged}" # start of the title of its quick fix; case is ignored
export GONE="${GONE:-privileged = true}"             # what the quick fix takes out of the text

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
build=${BUILD_DIR:-$top/target/editors}
mkdir -p "$build"
build=$(cd "$build" && pwd)

# Ends the check unless NIXPOD_LINT names a program. There is no skipping: a check that cannot run has failed.
need_program() {
  [ -n "${NIXPOD_LINT:-}" ] || fail "set NIXPOD_LINT to the nixpod-lint program that is to be checked"
  NIXPOD_LINT=$(realpath -- "$NIXPOD_LINT")
  [ -x "$NIXPOD_LINT" ] || fail "NIXPOD_LINT is not a program: $NIXPOD_LINT"
  export NIXPOD_LINT
}

fail() {
  echo "$(basename "$0"): $*" >&2
  exit 1
}

# Makes $work, a folder that goes away with the script.
make_work() {
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
}

# need_python PACKAGE==VERSION...: installs them into $python, unless they are there.
need_python() {
  python=$build/python
  [ -x "$python/bin/python" ] || python3 -m venv "$python"
  local package
  for package in "$@"; do
    "$python/bin/python" - "$package" <<'PY' || "$python/bin/pip" install --quiet --disable-pip-version-check "$package"
import importlib.metadata, sys
name, version = sys.argv[1].split("==")
try:
    sys.exit(importlib.metadata.version(name) != version)
except importlib.metadata.PackageNotFoundError:
    sys.exit(1)
PY
  done
}
