#!/usr/bin/env python3
"""Print what the real Nix evaluator makes of container modules, as JSON.

  oracle.py --lib NIXPKGS/lib FILE.nix [FILE.nix ...]

FILE is a NixOS or Home Manager module, or a bare snippet of attribute
definitions (`containers.x = { ... };`), which is wrapped into a module first.
See oracle.nix for what is done about packages, flake inputs and options that
are not known.  Needs nix-instantiate (2.8 or newer) on PATH, or --nix PROGRAM.

The report: containers, oci-containers, quadlet, podman (Home Manager's),
users, home (a report for each Home Manager user); for a folder with a flake,
one for each host under nixos and home.  Where a whole report cannot be had, its parts are tried one by one and
the part that fails is {"<error>": message}.
Exit status: 0 whole, 3 some parts are errors, 1 nothing could be had.
"""
import argparse
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
KNOWN_ARGS = {"config", "options", "lib", "pkgs", "name", "modulesPath", "specialArgs", "_class", "_prefix", "osConfig"}
KEYWORDS = {"let", "in", "rec", "with", "inherit", "if", "then", "else", "assert", "or", "true", "false", "null", "import"}
NAME = r"[A-Za-z_][\w'-]*"
PATH = r"(?:%s|\"[\w.@/-]+\")(?:\.(?:%s|\"[\w.@/-]+\"))*" % (NAME, NAME)


def code_of(text):
    """The text without comments."""
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.S)
    return re.sub(r"(?m)(^|[\s;{}()\[\]])#[^\n]*", r"\1", text)


def closure(files, limit=400):
    """The files and what they import by a relative path, with their text."""
    todo, seen = list(files), {}
    while todo and len(seen) < limit:
        path = os.path.realpath(todo.pop())
        if os.path.isdir(path):
            path = os.path.join(path, "default.nix")
        if path in seen or not path.endswith(".nix") or not os.path.isfile(path):
            continue
        with open(path, encoding="utf-8", errors="replace") as f:
            seen[path] = f.read()                               # whole: `#` lines of strings use names too
        for rel in re.findall(r"(?<![\w$}])\.{1,2}/[\w./+-]*", code_of(seen[path])):
            todo.append(os.path.join(os.path.dirname(path), rel))
    return seen


def nix_files(folder):
    """All Nix files below a folder."""
    for top, folders, names in os.walk(folder):
        folders[:] = [f for f in folders if not f.startswith(".")]
        yield from (os.path.join(top, n) for n in names if n.endswith(".nix"))


def split_path(dotted):
    return [a or b for a, b in re.findall(r'"([^"]*)"|(%s)' % NAME, dotted)]


def facts(texts):
    names, args, paths, sets = set(), set(), set(), set()
    for text in texts:
        names.update(re.findall(NAME, text))
        for body in re.findall(r"\{([^{}]*)\}\s*(?:@\s*\w+\s*)?:", text):
            if re.fullmatch(r"[\s\w'?,.\[\]\"/-]*", body):
                args.update(re.findall(r"(?:^|,)\s*(%s)" % NAME, body))
        alias = {"config": []}
        for name, base in re.findall(r"(%s)\s*=\s*config((?:\.%s)?)\s*;" % (NAME, PATH), text):
            alias[name] = split_path(base)
        for name, base in alias.items():
            for m in re.finditer(r"(?<![\w.'-])%s\.(%s)(?P<after>\s*(?:\.\s*\$|\?|or\b)?)" % (re.escape(name), PATH), text):
                path = base + split_path(m.group(1))
                after = m.group("after").strip()
                if after.startswith(("or", "?")):
                    continue
                if after.startswith("."):
                    sets.add(tuple(path))                       # config.a.b.${x}: a set
                if re.match(r"\s*=[^=]", text[m.end():m.end() + 8]):
                    continue                                    # a definition, not a use
                paths.add(tuple(path))
            for frm, what in re.findall(r"inherit\s*\(\s*%s((?:\.%s)?)\s*\)([^;]*);" % (re.escape(name), PATH), text):
                for n in re.findall(NAME, what):
                    paths.add(tuple(base + split_path(frm) + [n]))
    surfaces = (("containers",), ("virtualisation", "oci-containers"), ("virtualisation", "quadlet"), ("virtualisation", "podman"),
                ("services", "podman"), ("home-manager", "users"), ("_module",))
    keep = []
    for p in sorted(paths):
        if any(p[:len(s)] == s for s in surfaces) or len(p) < 2:
            continue
        if p[:2] == ("users", "users") and len(p) < 3:
            continue
        if any(q != p and q[:len(p)] == p for q in paths):
            continue                                            # only the longest
        keep.append(list(p))
    return sorted(names - KEYWORDS), sorted(args - KNOWN_ARGS - KEYWORDS), keep, [p for p in keep if tuple(p) in sets]


class Oracle:
    def __init__(self, args):
        self.args, self.runs, self.trace = args, 0, []

    def nix(self, data):
        self.runs += 1
        with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False) as f:
            json.dump(data, f)
        env = dict(os.environ, NO_COLOR="1", NIX_PATH="")
        env.setdefault("NIX_REMOTE", "dummy://")
        try:
            p = subprocess.run(shlex.split(self.args.nix) + ["--eval", "--strict", "--json", "--argstr", "input", f.name,
                                os.path.join(HERE, "oracle.nix")], env=env, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=self.args.timeout)
        except subprocess.TimeoutExpired:
            return None, "no answer in %g s" % self.args.timeout
        finally:
            os.unlink(f.name)
        err = p.stderr.decode("utf-8", "replace")
        if p.returncode == 0:
            return json.loads(p.stdout), ""
        lines = [l.strip() for l in err.splitlines() if "error:" in l]
        at = re.findall(r"at (\S+:\d+:\d+)", err)
        message = (lines or err.strip().splitlines() or ["?"])[-1]
        if at:
            message += " (at %s)" % os.path.basename(at[-1])
        return None, message[:300]

    def part(self, data, select, depth):
        value, message = self.nix(dict(data, select=select, mode="value"))
        # Text cut out of a larger file names variables that are bound elsewhere.
        while message:
            free = re.search(r"undefined variable '(%s)'" % NAME, message)
            if not free or free.group(1) in data["unbound"] or len(data["unbound"]) >= 20:
                break
            data["unbound"].append(free.group(1))
            value, message = self.nix(dict(data, select=select, mode="value"))
        if message == "":
            return value, 0
        names = None
        if depth < 4 and self.runs < self.args.max_runs:
            names, _ = self.nix(dict(data, select=select, mode="names"))
        if not names:
            return {"<error>": message}, 1
        out, bad = {}, 0
        for n in names:
            out[n], b = self.part(data, select + [n], depth + 1)
            bad += b
        return out, bad


def wrapped(path, tmp):
    """A snippet becomes a module; a file that parses as it is stays."""
    with open(path, encoding="utf-8", errors="replace") as f:
        text = f.read()
    code = code_of(text).strip()
    if code.startswith("{") or code.startswith("let") or re.match(r"(%s|rec|with|assert|import|\(|\./)" % NAME, code) and not re.match(r"%s\s*=" % PATH, code):
        return path
    out = os.path.join(tmp, "snippet-" + os.path.basename(path))
    with open(out, "w") as f:
        f.write("{ config, lib, pkgs, ... }:\n{\n%s\n}\n" % text)
    return out


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("files", nargs="+")
    ap.add_argument("--lib", required=True, help="nixpkgs' lib folder")
    ap.add_argument("--nix", default="nix-instantiate")
    ap.add_argument("--assume-enable", choices=("true", "false"), default="true")
    ap.add_argument("--select", default="", help="only this part, e.g. containers.web")
    ap.add_argument("--timeout", type=float, default=60)
    ap.add_argument("--max-runs", type=int, default=60)
    ap.add_argument("--no-parts", action="store_true", help="whole report or nothing")
    ap.add_argument("--stats", action="store_true", help="one line of JSON about the run on stderr")
    args = ap.parse_args()
    begun = time.time()
    with tempfile.TemporaryDirectory() as tmp:
        flake = None
        if os.path.isdir(args.files[0]):
            flake, files = os.path.realpath(args.files[0]), []
            texts = closure(nix_files(flake), 2000)
        else:
            files = [wrapped(os.path.realpath(f), tmp) for f in args.files]
            texts = closure(files)
        names, extra, paths, sets = facts(texts.values())
        data = {"libPath": os.path.realpath(args.lib), "modules": files, "identifiers": names, "extraArgs": extra,
                "configPaths": paths, "setPaths": sets, "unbound": [],
                "libNames": sorted(set(re.findall(r"(?<![\w.'-])lib\.(%s)" % NAME, " ".join(texts.values())))), "assumeEnable": args.assume_enable == "true", "select": [], "mode": "value"}
        if flake:
            data["flake"] = flake
        oracle = Oracle(args)
        select = args.select.split(".") if args.select else []
        if args.no_parts:
            value, message = oracle.nix(dict(data, select=select))
            bad = 0
            if message:
                value, bad = {"<error>": message}, 1
        else:
            value, bad = oracle.part(data, select, 0)
    json.dump(value, sys.stdout, indent=1, sort_keys=True, ensure_ascii=False)
    print()
    if args.stats:
        print(json.dumps({"seconds": round(time.time() - begun, 3), "runs": oracle.runs, "errors": bad,
                          "files": len(texts)}), file=sys.stderr)
    if bad == 0:
        return 0
    return 1 if list(value) == ["<error>"] else 3


if __name__ == "__main__":
    sys.exit(main())
