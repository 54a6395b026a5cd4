#!/usr/bin/env python3
"""Hold an evaluator (and its own model of nixpkgs' `lib`) against lib/tests/misc.nix.

misc.nix is one `runTests { testNAME = { expr; expected; }; ... }`.  It is read
from a checkout with lib/ (nix-community/nixpkgs.lib or NixOS/nixpkgs).  For each
named test a small file is written into a temporary folder that evaluates to
`true` where expr == expected, and the command is run on it.

Usage:
  lib_suite.py --lib CHECKOUT/lib --self-check
  lib_suite.py --lib CHECKOUT/lib --cmd 'target/debug/examples/nix-eval {file}'
      # the language evaluator runs the real lib
  lib_suite.py --lib CHECKOUT/lib --cmd 'nixpod-lint eval {file}' \\
      --lib-expr 'import <nixpkgs/lib>'
      # `lib` is what the program itself takes for that expression: its native model

The files that tests read are copied beside the generated ones for the time of the run, because the program reads
only inside its project.  The last line printed is `passed/total`.
"""
import argparse
import concurrent.futures as cf
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

NAME = re.compile(r"""^  (test[\w']+|"test[^"\n]*")\s*=""", re.M)


def rewritten(lib, tests, lib_expr):
    """misc.nix as an attribute set of tests, with absolute paths; and their names."""
    with open(os.path.join(lib, "tests", "misc.nix")) as f:
        text = f.read()
    head, sep, tail = text.partition("\nrunTests {")
    if not sep:
        sys.exit("misc.nix does not have the form expected (runTests { ... })")
    names = NAME.findall(tail)
    expr = lib_expr or "import %s/default.nix" % lib
    head = head.replace("import ../default.nix", expr)
    body = head + "\n{" + tail
    # relative path literals: ./x stands where a path may stand
    body = re.sub(r"(?<=[ (\[=])\./([\w./-]+)", lambda m: tests + ("" if m.group(1) == "." else "/" + m.group(1)), body)
    return body, names


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--lib", required=True)
    ap.add_argument("--cmd")
    ap.add_argument("--self-check", action="store_true")
    ap.add_argument("--lib-expr", help="Nix expression to take as lib (default: the checkout's own)")
    ap.add_argument("--only", default="")
    ap.add_argument("--timeout", type=float, default=20)
    ap.add_argument("--jobs", type=int, default=2)
    ap.add_argument("--min", type=int)
    ap.add_argument("--json")
    ap.add_argument("--quiet", action="store_true")
    args = ap.parse_args()
    lib = os.path.abspath(args.lib)
    if args.self_check:
        args.cmd = "nix-instantiate --eval --strict --read-write-mode {file}"
    if not args.cmd:
        ap.error("--cmd or --self-check is needed")
    with tempfile.TemporaryDirectory() as tmp:
        tmp = os.path.realpath(tmp)
        # Only a tree with such a file is a project, and only inside it are files read.
        with open(os.path.join(tmp, "flake.nix"), "w") as f:
            f.write("{ outputs = _: { }; }\n")
        tests = os.path.join(tmp, "tests")
        shutil.copytree(os.path.join(lib, "tests"), tests, symlinks=True)
        body, names = rewritten(lib, tests, args.lib_expr)
        names = [n for n in names if re.search(args.only, n)]
        with open(os.path.join(tmp, "suite.nix"), "w") as f:
            f.write(body)

        def one(name):
            path = os.path.join(tmp, re.sub(r"\W+", "_", name) + "-%d.nix" % names.index(name))
            with open(path, "w") as f:
                f.write("let t = (import ./suite.nix).%s; in t.expr == t.expected\n" % name)
            argv = [w.replace("{file}", path) for w in shlex.split(args.cmd)]
            try:
                p = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, timeout=args.timeout, env=dict(os.environ, NO_COLOR="1"))
            except subprocess.TimeoutExpired:
                return False, "no answer in %g s" % args.timeout
            out, err = p.stdout.decode("utf-8", "replace").strip(), p.stderr.decode("utf-8", "replace")
            if p.returncode == 0:
                return out == "true", "printed " + out[:80]
            why = [l.strip() for l in err.splitlines() if "error:" in l] or err.strip().splitlines() or [""]
            return False, "status %d: %s" % (p.returncode, why[-1].replace(tmp, "TMP").replace(lib, "LIB")[:200])

        with cf.ThreadPoolExecutor(args.jobs) as pool:
            results = dict(zip(names, pool.map(one, names)))
    passed = sum(ok for ok, _ in results.values())
    if not args.quiet:
        for n in names:
            if not results[n][0]:
                print("FAIL %s %s" % (n, results[n][1].encode("ascii", "backslashreplace").decode()))
    if args.json:
        with open(args.json, "w") as f:
            json.dump({"suite": "nixpkgs lib/tests/misc.nix", "passed": passed, "total": len(names),
                       "tests": [{"name": n, "result": "pass" if results[n][0] else "fail",
                                  "why": "" if results[n][0] else results[n][1]} for n in names]}, f, indent=1)
            f.write("\n")
    print("%d/%d" % (passed, len(names)))
    return 0 if passed >= (args.min if args.min is not None else len(names)) else 1


if __name__ == "__main__":
    sys.exit(main())
