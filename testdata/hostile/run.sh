#!/usr/bin/env bash
# run.sh BINARY [CASE]...: checks hostile input with `nixpod-lint check`, each case alone, in the formats concise and
# pretty, and then all as one project.
#
# What must hold: an answer within bounds of processor time and memory, exit status 0, 1 or 2, no panic, no signal,
# nothing written outside, and no word of a file outside the project, no secret, no hidden character and no command for
# GitHub's runner in the output. What a case lists in .must-say, line by line, is in it. Prints a table; exits 1 if
# anything does not hold.
#
# The bounds are CPU_EACH and CPU_ALL, in seconds, and MEMORY_KIB. The goal is 2 s and 512 MiB for each case. CI allows
# more, because the processors that it gets differ, and because a neighbour on the same core slows a processor down.
# What is honest and large (`large-*`: 20,000 containers and the like) may have twice as much. All cases together are one
# project of some 45 MiB, for which the program takes wider bounds of its own: they may have twice the memory.
#
# Time is the processor's, of the program with all its threads and of nothing else: on a busy machine the clock says
# nothing. It is held against the time that this processor takes for some work that is always the same, and who takes too
# long may try again twice. The clock only ends what does not end by itself, after CLOCK seconds.
set -uo pipefail

[ $# -ge 1 ] || { echo "usage: $0 BINARY [CASE]..." >&2; exit 2; }
binary=$(realpath "$1")
shift
each=${CPU_EACH:-4}
all=${CPU_ALL:-90}
memory=${MEMORY_KIB:-786432}
clock=${CLOCK:-900}
here=$(cd "$(dirname "$0")" && pwd)

work=$(mktemp -d)
trap 'chmod -R u+rwX "$work" 2>/dev/null; rm -rf "$work"' EXIT
mkdir "$work/home"
sh "$here/make.sh" "$work/input" >"$work/make.log" 2>&1 || { cat "$work/make.log" >&2; exit 1; }
first_line=$(head -n 1 /etc/passwd)

failed=0
count=0
slowest=0
largest=0

# The time of this processor in percent of the one that the bounds are for, which takes 0.105 s for the loop below. At
# least 100, since a fast processor is no reason to be strict.
slower=$(python3 - <<'PYTHON'
import time
def work():
    start = time.process_time()
    total = 0
    for n in range(2_000_000):
        total = (total * 31 + n) & 0xFFFFFF
    return time.process_time() - start
print(max(100, round(min(work() for _ in range(3)) / 0.105 * 100)))
PYTHON
)

# Runs the program once: PATH, FORMAT. Prints exit status, milliseconds of processor time and KiB of memory at most. Python
# asks the system for those of exactly this child.
measure() {
  cd "$1" &&
    # The allocator reserves addresses in large pieces; what counts is the memory that is used.
    ulimit -v "$((memory * 8))" &&
    # A canary in the environment: reading /proc/self/environ would show it.
    CANARY=canary-of-the-environment GITHUB_ACTIONS=true HOME="$work/home" PYTHON_LIMIT=$clock \
      python3 - "$binary" "$work/out" "$work/err" "$2" <<'PYTHON'
import os, resource, subprocess, sys
binary, out, err, form = sys.argv[1:5]
with open(out, "wb") as o, open(err, "wb") as e:
    child = subprocess.Popen([binary, "check", ".", "--format", form], stdin=subprocess.DEVNULL, stdout=o, stderr=e)
    try:
        status = child.wait(float(os.environ["PYTHON_LIMIT"]))
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
        status = "timeout"
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(status, round((used.ru_utime + used.ru_stime) * 1000), used.ru_maxrss)
PYTHON
}

# Is each line of this file in the output?
must_say() {
  local line
  while IFS= read -r line; do
    grep -aqF -- "$line" "$work/out" || return 1
  done <"$1"
}

# Judges one check: NAME, PATH, SECONDS, FORMAT.
judge() {
  local name=$1 path=$2 limit=$(($3 * 10 * slower)) most=$memory format=$4 result status millis peak why=""
  case "$name" in
    large-*) limit=$((limit * 2)) most=$((memory * 2)) ;;
    # What is found in all cases is kept until it is told.
    "(all"*) most=$((memory * 3)) ;;
  esac
  for _ in 1 2 3; do
    result=$(measure "$path" "$format")
    read -r status millis peak <<<"$result"
    [ "${millis:-0}" -gt "$limit" ] && [ "$status" != timeout ] || break
  done
  case "$status" in
    0 | 1 | 2) ;;
    timeout) why="no answer in $clock s" ;;
    *) why="exit status ${status:-unknown}" ;;
  esac
  if grep -aqE "panicked at|overflowed its stack|RUST_BACKTRACE|memory allocation of" "$work/out" "$work/err"; then
    why="$why; panic or abort"
  fi
  if grep -aqF -e "$first_line" -e "root:x:0" -e "canary-of-the-environment" -e "canary-of-the-repository" "$work/out" "$work/err"; then
    why="$why; shows a file from outside"
  fi
  if grep -aqF "canary-of-a-secret" "$work/out" "$work/err"; then
    why="$why; shows a secret"
  fi
  if grep -aqE '^[[:space:]]*::|##\[' "$work/out" "$work/err"; then
    why="$why; gives orders"
  fi
  if LC_ALL=C grep -aqP '\x1b|\r|\xe2\x80[\x8b-\x8f\xa8-\xae]|\xf3\xa0' "$work/out" "$work/err"; then
    why="$why; hides something"
  fi
  if [ "${millis:-0}" -gt "$limit" ]; then
    why="$why; more than $limit ms"
  fi
  if [ -e "$path/.must-say" ] && ! must_say "$path/.must-say"; then
    why="$why; lost a finding"
  fi
  if [ "${peak:-0}" -gt "$most" ]; then
    why="$why; more than $most KiB"
  fi
  if [ -e /tmp/nixpod-lint-was-here ]; then
    why="$why; ran a command"
    rm -f /tmp/nixpod-lint-was-here
  fi
  count=$((count + 1))
  [ "${millis:-0}" -gt "$slowest" ] && slowest=$millis
  [ "${peak:-0}" -gt "$largest" ] && largest=$peak
  printf '%-22s %-7s %6s %8s ms %7s KiB  %s\n' "$name" "$format" "${status:-?}" "${millis:-?}" "${peak:-?}" "${why#; }"
  if [ -n "$why" ]; then
    failed=$((failed + 1))
    head -c 600 "$work/err" | sed 's/^/    /'
  fi
}

# What one run has to say: CASE STATUS PRESENT ABSENT ARGUMENT... in the folder of the case. `-` is nothing.
says() {
  local name=$1 status=$2 present=$3 absent=$4 got why=""
  shift 4
  got=0
  (cd "$work/input/$name" && HOME="$work/home" timeout "$clock" "$binary" "$@" >"$work/out" 2>"$work/err" </dev/null) || got=$?
  [ "$got" = "$status" ] || why="exit status $got, not $status"
  [ "$present" = - ] || grep -aqF -e "$present" "$work/out" "$work/err" || why="$why; does not say '$present'"
  [ "$absent" = - ] || ! grep -aqF -e "$absent" "$work/out" "$work/err" || why="$why; says '$absent'"
  count=$((count + 1))
  printf '%-22s %6s %s  %s\n' "$name" "$got" "$*" "${why#; }"
  if [ -n "$why" ]; then
    failed=$((failed + 1))
    head -c 600 "$work/err" | sed 's/^/    /'
  fi
}

# Links that lead out, nested markers, lone files, git: docs/project-root.md has the rules.
judge_roots() {
  local out="leads out of the project by a symbolic link" canary=canary-of-the-outside before
  before=$(cat "$work/input/outside/canary.nix")
  for argument in hosts hosts/ far hosts/canary.nix; do
    says root-link 2 "$out" "$canary" check --fix --unsafe-fixes "$argument"
    says root-link 2 "$out" "$canary" show "$argument"
    says root-link 2 "$out" "$canary" eval "$argument"
  done
  says root-link 2 "$out" "$canary" check a.nix far hosts
  says root-link 0 - "$canary" check .
  # All cases are one project then, and the clock of a busy machine says nothing.
  says root-link 1 "$canary" - check --timeout 600 --root .. hosts
  says root-link-plain 2 "$out" "$canary" check --fix --unsafe-fixes a.nix b.nix hosts
  says root-link-plain 0 - "$canary" check --fix --unsafe-fixes .
  [ "$before" = "$(cat "$work/input/outside/canary.nix")" ] || {
    echo "a fix was written outside"
    failed=$((failed + 1))
  }
  says root-nested 1 'cut-off' - check --format concise .
  says root-nested 1 'has no user namespace' 'lies outside' check -v --format concise hosts/web.nix
  says root-nested 1 'larger project' - check hosts
  says root-git 2 'is never read' canary-of-the-repository check -v .git/config alias folder
  says root-git 0 'is never read' canary-of-the-repository check -v --fail-on never .
  says root-git 0 - canary-of-the-repository show
  says root-git 0 - canary-of-the-repository eval default.nix -A containers.victim.config.environment.variables.LOOT
  says root-git-junk 0 - 'not tracked' check -v --fail-on never
  says root-git-large 0 - 'not tracked' check -v --fail-on never
  says root-git-pipe 0 - 'not tracked' check -v --fail-on never
  says root-untracked 0 'is not tracked by git' - check -v --fail-on never
  says root-lone 1 'lone' 'neighbour' check --format concise lone.nix
}

printf 'This processor is held to %s %% of the bounds on time.\n' "$slower"
printf '%-22s %-7s %6s %11s %11s\n' case format exit CPU memory
if [ $# -gt 0 ]; then
  for name in "$@"; do
    for format in concise pretty; do judge "$name" "$work/input/$name" "$each" "$format"; done
  done
else
  for folder in "$work/input"/*/; do
    for format in concise pretty; do judge "$(basename "$folder")" "$folder" "$each" "$format"; done
  done
  judge "(all together)" "$work/input" "$all" concise
  judge_roots
fi
printf '%s cases, %s failed; slowest %s ms, largest %s KiB\n' "$count" "$failed" "$slowest" "$largest"
[ "$failed" = 0 ]
