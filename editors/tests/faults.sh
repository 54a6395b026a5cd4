#!/usr/bin/env bash
# Checks the checks: against the stand-in they pass, and each fault that it can be given makes them fail. Takes minutes.
. "$(dirname "$0")/common.sh"
export NIXPOD_LINT=$here/fake_server.py LIMIT_MS=2000
export PYTEST_ADDOPTS="-k 'not view_'" # the stand-in has no outlines, lenses and completions
passed=0 failed=0

# run EXPECTED FAULT CHECK [ARGUMENT...]
run() {
  local expected=$1 fault=$2 got=pass
  shift 2
  FAKE_BREAK=$fault "$here/$1" "${@:2}" > /dev/null 2>&1 || got=fail
  if [ "$got" = "$expected" ]; then
    echo "ok    $1 ${fault:+fails with }$fault"
    passed=$((passed + 1))
  else
    echo "FAIL  $1 ${fault:+does not fail with }$fault"
    failed=$((failed + 1))
  fi
}

for check in nvim.sh "protocol.sh -x" pre-commit.sh; do
  # shellcheck disable=SC2086
  run pass "" $check
done
for fault in wrong-code no-hover no-fix bad-fix deaf bytes schema keep stay markdown; do
  run fail "$fault" protocol.sh -x
done
for fault in wrong-code no-hover no-fix bad-fix deaf bytes; do
  run fail "$fault" nvim.sh
done
export FAKE_PULL=1
for check in nvim.sh "protocol.sh -x"; do
  # shellcheck disable=SC2086
  run pass "" $check
  # shellcheck disable=SC2086
  run fail twice $check
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
