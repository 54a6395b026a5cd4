#!/usr/bin/env bash
# against-nix.sh NIXPKGS: our evaluator against real Nix, in one run.
#
# NIXPKGS is a folder with nixpkgs' `lib` in it, such as a clone of nix-community/nixpkgs.lib. The pairs are interleaved, so
# that whatever else the machine does hits both. What is compared is processor time, user and system together, with the
# start of both programs; medians, their ratio, and the quartiles of the ratios are printed.
# RUNS (default 15) is the number of pairs, NIX_INSTANTIATE the real Nix, NIX_EVAL our evaluator, if it is built already.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${CARGO_TARGET_DIR:-target}
[ -n "${NIX_EVAL:-}" ] || cargo build --release --locked --quiet -p nixpod-eval --example nix-eval
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$1/lib" "$work/lib"

cat > "$work/start.nix" <<'NIX'
1
NIX
cat > "$work/recursion.nix" <<'NIX'
let fib = n: if n < 2 then n else fib (n - 1) + fib (n - 2); in fib 26
NIX
cat > "$work/fold.nix" <<'NIX'
builtins.foldl' (sum: n: sum + n) 0 (builtins.genList (n: n) 200000)
NIX
cat > "$work/modules.nix" <<'NIX'
let
  lib = import ./lib;
  inherit (lib) mkOption types;
  host = { name, config, ... }: {
    options = {
      enable = mkOption { type = types.bool; default = true; };
      port = mkOption { type = types.port; };
      label = mkOption { type = types.str; default = name; };
      tags = mkOption { type = types.listOf types.str; default = [ ]; };
      env = mkOption { type = types.attrsOf (types.nullOr types.str); default = { }; };
    };
    config = lib.mkIf config.enable { env.LABEL = lib.mkDefault config.label; tags = [ "on" ]; };
  };
  base = { config, ... }: {
    options.hosts = mkOption { type = types.attrsOf (types.submodule host); };
    options.all = mkOption { type = types.listOf types.str; };
    config.all = lib.mapAttrsToList
      (_: host: "${host.label}:${toString host.port}:${toString host.tags}:${toString (lib.attrValues host.env)}")
      config.hosts;
  };
  one = n: {
    hosts."h${toString n}" = { port = 1000 + n; enable = lib.mod n 2 == 0; tags = [ "t${toString n}" ]; env.N = toString n; };
  };
in
(lib.evalModules { modules = [ base ] ++ builtins.genList one 100; }).config.all
NIX

OURS=${NIX_EVAL:-$target/release/examples/nix-eval} NIX=${NIX_INSTANTIATE:-nix-instantiate} RUNS=${RUNS:-15} \
    NIX_REMOTE=dummy:// exec python3 - "$work" <<'PYTHON'
import os, resource, statistics, subprocess, sys

work, runs = sys.argv[1], int(os.environ["RUNS"])
ours, nix = [os.environ["OURS"]], [os.environ["NIX"], "--eval", "--strict"]

def timed(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        sys.exit(f"{command} exits with {done.returncode}")
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds * 1e3, done.stdout.strip()

print(f"{'':<12} {'ours':>12} {'Nix':>12} {'ratio':>7}")
for name in ("start", "recursion", "fold", "modules"):
    file, pairs = os.path.join(work, name + ".nix"), []
    for _ in range(runs + 1):
        (a, mine), (b, theirs) = timed(ours + [file]), timed(nix + [file])
        if mine != theirs:
            sys.exit(f"{name}: the values differ")
        pairs.append((a, b))
    pairs = pairs[1:]  # the first one warms caches
    ratios = [a / b for a, b in pairs]
    quartiles = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else ratios * 3
    a, b = (statistics.median(column) for column in zip(*pairs))
    print(f"{name:<12} {a:>9.1f} ms {b:>9.1f} ms {statistics.median(ratios):>7.2f} "
          f"({quartiles[0]:.2f} to {quartiles[2]:.2f})", flush=True)
PYTHON
