#!/usr/bin/env bash
# compare.sh [TREE]...: the linter against a program that only reads and parses, and against real Nix, in one run.
#
# The pairs are interleaved, so that whatever else the machine does hits both; medians and their ratio are printed, and
# the quartiles of the ratios. TREE is any folder of Nix files, such as a clone of home-manager.
# RUNS (default 15) is the number of pairs; NIX_INSTANTIATE and NIXPKGS (a folder with nixpkgs' `lib` in it) add the
# comparison with Nix.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${CARGO_TARGET_DIR:-target}
[ -n "${NIXPOD_LINT:-}" ] || cargo build --release --locked --quiet
cargo build --release --locked --quiet -p nixpod-syntax --example floor
cargo build --release --locked --quiet --example generate
linter=${NIXPOD_LINT:-$target/release/nixpod-lint}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$target/release/examples/generate" "$work"

LINTER=$linter FLOOR=$target/release/examples/floor RUNS=${RUNS:-15} exec python3 - "$work" "$@" <<'PYTHON'
import os, statistics, subprocess, sys, time

linter, floor, runs = os.environ["LINTER"], os.environ["FLOOR"], int(os.environ["RUNS"])
generated, trees = sys.argv[1], sys.argv[2:]
nix, nixpkgs = os.environ.get("NIX_INSTANTIATE", "nix-instantiate"), os.environ.get("NIXPKGS")

def timed(command, good, env=None):
    start = time.perf_counter()
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env)
    seconds = time.perf_counter() - start
    if done.returncode not in good:
        sys.exit(f"{command} exits with {done.returncode}")
    return seconds

def compare(what, ours, others, goal, env=None):
    pairs = []
    for _ in range(runs + 1):
        other = timed(others, (0,), env)
        pairs.append((timed(ours, (0, 1)), other))
    pairs = pairs[1:]  # the first one warms caches
    ratios = sorted(a / b for a, b in pairs)
    quartiles = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else ratios * 3
    a, b = (statistics.median(column) * 1e3 for column in zip(*pairs))
    print(f"{what:<34} {a:>9.1f} ms {b:>9.1f} ms {statistics.median(ratios):>7.3f} "
          f"({quartiles[0]:.3f} to {quartiles[2]:.3f})  goal {goal}", flush=True)

check = [linter, "check", "--format", "concise", "--fail-on", "never"]
print(f"{'':<34} {'ours':>12} {'other':>12} {'ratio':>7}")
for tree in trees:
    compare(f"{os.path.basename(os.path.abspath(tree))} / parsing", check + [tree], [floor, tree], "at most 0.5")
for name, goal in (("lines-30", "at most 2"), ("lines-2000", "at most 3"), ("flake", "no")):
    folder = os.path.join(generated, name)
    compare(f"{name} / parsing", check + [folder], [floor, folder], goal)
if nixpkgs:
    case = "testdata/modules/five-containers/main.nix"
    env = dict(os.environ, NIX_PATH=f"nixpkgs={nixpkgs}", NIX_REMOTE="dummy://")
    compare("five containers / real Nix", [linter, "eval", "--json", "-A", "containers", case],
            [nix, "--eval", "--strict", "--json", "-A", "containers", case], "at most 0.1", env)
PYTHON
