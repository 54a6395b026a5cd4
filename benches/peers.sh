#!/usr/bin/env bash
# peers.sh: what others say of testdata/corpus, beside nixpod-lint: semgrep with rules of text (peers.yaml), checkov's scanner
# for secrets, statix. Those that are not installed are left out and named.
#
# testdata/corpus/*/bad has, line by line, what is to be found (expected.txt); the good forms of the same systems have nothing
# of medium severity or above. Told is how many of the expected lines of medium and above each finds, how many other lines of
# the bad systems it marks, and how many of the good ones.
set -euo pipefail
cd "$(dirname "$0")/.."

[ -n "${NIXPOD_LINT:-}" ] || cargo build --release --locked --quiet
LINTER=${NIXPOD_LINT:-${CARGO_TARGET_DIR:-target}/release/nixpod-lint} exec python3 - <<'PYTHON'
import json, os, pathlib, re, shutil, subprocess

corpus = pathlib.Path("testdata/corpus")
linter = os.path.abspath(os.environ["LINTER"])

def run(command, folder, environment=None):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env={**os.environ, **(environment or {})})
    return done.stdout

def lines_of_nixpod(folder):
    report = json.loads(run([linter, "check", "--format", "json", "."], folder))
    severe = ("medium", "high", "critical")
    # Files are named from the repository's top level.
    return {(f["location"]["file"].removeprefix(f"{folder}/"), f["location"]["line"]) for f in report["findings"]
            if f["severity"] in severe and not f["suppressed"]}

def lines_of_semgrep(folder):
    rules = os.path.abspath("benches/peers.yaml")
    text = run(["semgrep", "scan", "--config", rules, "--json", "--metrics=off", "--disable-version-check",
                "--no-git-ignore", "."], folder)
    return {(os.path.normpath(r["path"]), line) for r in json.loads(text)["results"]
            for line in range(r["start"]["line"], r["end"]["line"] + 1)}

def lines_of_checkov(folder):
    text = run(["checkov", "-d", ".", "--framework", "secrets", "--output", "json", "--compact", "--quiet", "--skip-download"], folder)
    report = json.loads(text or "{}")
    parts = report if isinstance(report, list) else [report]
    failed = [c for part in parts for c in part.get("results", {}).get("failed_checks", [])]
    return {(c["file_path"].lstrip("/"), line) for c in failed
            for line in range(c["file_line_range"][0], c["file_line_range"][1] + 1)}

def lines_of_statix(folder):
    text = run(["statix", "check", "--format", "errfmt", "."], folder)
    found = re.findall(r"^(.*?)>(\d+):", text, re.M)
    return {(os.path.normpath(path), int(line)) for path, line in found}

def expected(folder):
    found = re.findall(r"^(.*?):(\d+):\d+: (critical|high|medium)\[", (folder / "expected.txt").read_text(), re.M)
    return {(path, int(line)) for path, line, _ in found}

def version(program):
    told = run([program, "--version"], ".").strip().splitlines()
    return re.search(r"\d+(\.\d+)+", told[-1] if told else "").group(0)

peers = [(linter, "nixpod-lint", lines_of_nixpod), ("semgrep", "semgrep with rules of text", lines_of_semgrep),
         ("checkov", "checkov, secrets", lines_of_checkov), ("statix", "statix", lines_of_statix)]
bad = sorted(p for p in corpus.glob("*/bad"))
good = sorted(p for p in corpus.glob("*/good"))
total = sum(len(expected(folder)) for folder in bad)
print(f"{len(bad)} bad systems with {total} lines to be found, {len(good)} good ones")
print("| tool | version | found | others marked in bad systems | marked in good systems |")
print("|---|---|---|---|---|")
for program, name, lines in peers:
    if shutil.which(program) is None:
        print(f"| {name} | not installed | | | |")
        continue
    found = others = 0
    for folder in bad:
        marked = lines(folder)
        found += len(marked & expected(folder))
        others += len(marked - expected(folder))
    marked = sum(len(lines(folder)) for folder in good)
    print(f"| {name} | {version(program)} | {found} of {total} | {others} | {marked} |")
PYTHON
