#!/usr/bin/env python3
"""Holds our evaluation of whole systems and of single files against real Nix.

  compare.py --lib NIXPKGS/lib --ours PROGRAM [--nix PROGRAM] FILE_OR_FLAKE...

A folder is a flake: each of its hosts is compared.  A file is a module: it is
compared with the options that others may set left open.  PROGRAM is the example
`module-values` of crates/modules.  What differs is printed, one line each, then
the counts.  A definite value of ours that differs is wrong; anything that ours
leaves open is counted as unknown.
"""
import argparse
import collections
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
STUB = "/nix/store/00000000000000000000000000000000-"
KINDS = ("containers", "pods", "networks", "volumes", "builds", "images", "kubes")


def marked(real):
    """Does the oracle not know it?"""
    return isinstance(real, str) and (STUB in real or "<unknown" in real or real == "<deep>")


def fits(real, pieces):
    """Do the known pieces occur in order?"""
    for piece in pieces:
        if piece is None:
            continue
        at = real.find(piece)
        if at < 0:
            return False
        real = real[at + len(piece):]
    return True


class Comparison:
    def __init__(self, name):
        self.name, self.counts, self.wrong = name, collections.Counter(), []

    def differs(self, at, real, ours):
        self.counts["different"] += 1
        self.wrong.append("%s: %s: real %s, ours %s" % (self.name, at, json.dumps(real)[:150], json.dumps(ours)[:150]))

    def value(self, at, real, ours):
        shape = next(iter(ours)) if isinstance(ours, dict) else None
        if "set" in (ours if isinstance(ours, dict) else ()):
            shape = "set"
        elif "list" in (ours if isinstance(ours, dict) else ()):
            shape = "list"
        if shape == "maybe":
            return self.value(at, real, ours["maybe"])
        if isinstance(real, dict) and "<error>" in real:
            self.counts["oracle fails"] += 1
            return
        if shape == "either":
            self.counts["facts"] += 1
            for one in ours["either"]:
                trial = Comparison(self.name)
                trial.value(at, real, one)
                if not trial.wrong:
                    self.counts["unknown"] += 1
                    return
            return self.differs(at, real, ours)
        if isinstance(real, dict) and shape == "set":
            return self.set(at, real, ours)
        if isinstance(real, dict) and shape == "guest":
            return self.system(at + ".", real, ours["guest"])
        whole = shape == "list" and not ours["open"] and not any(isinstance(e, dict) and "maybe" in e for e in ours["list"])
        if isinstance(real, list) and whole and real and len(real) == len(ours["list"]):
            for index, (a, b) in enumerate(zip(real, ours["list"])):
                self.value("%s.%d" % (at, index), a, b)
            return
        self.counts["facts"] += 1
        open_ = shape in ("unknown", "error", "text") or shape == "list" and not whole
        if shape == "text" and isinstance(real, str) and real not in ("<unknown>", "<deep>") and not fits(real, ours["text"]):
            self.differs(at, real, ours)
        elif marked(real):
            self.counts["unknown to both" if isinstance(ours, dict) else "known to ours only"] += 1
        elif open_:
            self.counts["unknown"] += 1
        elif real == "<function>" and shape in ("function", "set") or whole and real == ours["list"] \
                or shape is None and real == ours and isinstance(real, bool) == isinstance(ours, bool):
            self.counts["equal"] += 1
        else:
            self.differs(at, real, ours)

    def set(self, at, real, ours):
        if not real and not ours["set"]:
            self.counts["facts"] += 1
            self.counts["equal"] += 1
        for name, value in real.items():
            where = "%s.%s" % (at, name)
            if name in ours["set"]:
                self.value(where, value, ours["set"][name])
            elif isinstance(value, dict) and "<error>" in value:
                self.counts["oracle fails"] += 1
            elif value is not None:
                self.counts["facts"] += 1
                if ours["open"]:
                    self.counts["unknown"] += 1
                else:
                    self.differs(where, value, None)
        # Our models declare a few options more than the oracle's.
        parts = at.split(".")
        if "quadlet" in parts or parts[-1] == "podman" or len(parts) > 1 and parts[-2] in KINDS + ("oci-containers", "users"):
            return
        for name, value in ours["set"].items():
            if name not in real and not (isinstance(value, dict) and ("maybe" in value or "unknown" in value)):
                self.counts["facts"] += 1
                self.differs("%s.%s" % (at, name), None, value)

    def system(self, at, real, ours):
        for section in ("containers", "oci-containers", "quadlet", "podman", "users"):
            value, mine = real.get(section), ours.get(section)
            if section == "oci-containers" and isinstance(value, dict):
                value = value.get("containers", value)
            if not isinstance(value, dict) or mine is None:
                continue
            if section in ("quadlet", "podman") and not any(isinstance(v, dict) and v for v in value.values()):
                continue
            if value:
                self.value(at + section, value, mine)
        for user, value in (real.get("home") or {}).items():
            if isinstance(value, dict) and user in ours.get("home", {}):
                self.system("%shome.%s." % (at, user), value, ours["home"][user])


def run(command, seconds):
    """What a program prints; everything that it started ends with it."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True) as child:
        try:
            return child.communicate(timeout=seconds)[0].decode("utf-8", "replace")
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, 9)
            return ""


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("targets", nargs="+")
    ap.add_argument("--lib", required=True)
    ap.add_argument("--ours", required=True)
    ap.add_argument("--nix", default="nix-instantiate")
    ap.add_argument("--timeout", type=float, default=300)
    args = ap.parse_args()
    total, systems, skipped = collections.Counter(), 0, 0
    for target in args.targets:
        flake = os.path.isdir(target)
        oracle = [sys.executable, os.path.join(HERE, "oracle.py"), "--lib", args.lib, "--nix", args.nix, "--max-runs", "60",
                  "--assume-enable", "false" if flake else "true", target]
        try:
            real = json.loads(run(oracle, args.timeout))
        except ValueError:
            skipped += 1
            continue
        for line in run([args.ours, "flake" if flake else "open", target], args.timeout).splitlines():
            ours = json.loads(line)
            host = (real.get(ours["kind"]) or {}).get(ours["name"]) if flake else real
            sections = [host.get(s) for s in ("containers", "oci-containers", "users")] if isinstance(host, dict) else []
            if not any(isinstance(section, dict) and "<error>" not in section for section in sections):
                skipped += 1
                continue
            comparison = Comparison("%s:%s" % (target, ours["name"]) if flake else target)
            comparison.system("", host, ours["config"])
            # A stub in the place of a host has sets of every name, and errors for values.
            if comparison.counts["oracle fails"] and not comparison.counts["facts"]:
                skipped += 1
                continue
            for line in comparison.wrong:
                print(line)
            total += comparison.counts
            systems += 1
    print("%d systems, %d without an answer of real Nix; %s" % (
        systems, skipped, ", ".join("%s %d" % pair for pair in sorted(total.items()))))
    return 1 if total["different"] else 0


if __name__ == "__main__":
    sys.exit(main())
