#!/usr/bin/env bash
# Runs the hooks of .pre-commit-hooks.yaml in a Git repository with a bad file, then with a good one.
#     ./pre-commit.sh                      as a user gets them: pre-commit clones HOOK_REPO (this repository, at HEAD) and builds the program
#     NIXPOD_LINT=PROGRAM ./pre-commit.sh  the hooks as they are in the work tree, with this program instead of a build: seconds
# pre-commit builds in release mode, with what CARGO_TARGET_DIR (BUILD_DIR/pre-commit-target) holds from the last time.
# Needs python3 and git, and cargo to build; pre-commit is installed into BUILD_DIR (target/editors).
. "$(dirname "$0")/common.sh"
need_python pre-commit==4.7.0
make_work
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_AUTHOR_NAME=check GIT_AUTHOR_EMAIL=check@localhost GIT_COMMITTER_NAME=check GIT_COMMITTER_EMAIL=check@localhost
export PRE_COMMIT_HOME=$work/pre-commit CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$build/pre-commit-target}
passed=1

commit() { # commit FOLDER: makes it a Git repository, or adds to its history
  git -C "$1" init -q
  git -C "$1" add -A
  git -C "$1" commit -q --allow-empty -m check
}

if [ -n "${NIXPOD_LINT:-}" ]; then
  need_program
  mkdir "$work/bin" "$work/hooks"
  ln -s "$NIXPOD_LINT" "$work/bin/nixpod-lint"
  export PATH=$work/bin:$PATH
  sed 's/^\( *language:\) rust$/\1 unsupported/' "$top/.pre-commit-hooks.yaml" > "$work/hooks/.pre-commit-hooks.yaml"
  commit "$work/hooks"
  hooks=$work/hooks
else
  hooks=${HOOK_REPO:-$top}
fi

# Like `pre-commit try-repo`, but that would build the program anew for each run.
mkdir "$work/project"
cat > "$work/project/.pre-commit-config.yaml" <<YAML
repos:
  - repo: $hooks
    rev: $(git -C "$hooks" rev-parse HEAD)
    hooks: [{ id: nixpod-lint }, { id: nixpod-lint-files }]
YAML
begun=$SECONDS
commit "$work/project"
(cd "$work/project" && "$python/bin/pre-commit" install-hooks > "$work/out" 2>&1) || { cat "$work/out"; fail "the hooks cannot be installed"; }
echo "ok   $((SECONDS - begun)) s  installed"

# try HOOK WANTED-EXIT-CODE WHAT [ARGUMENT...]: runs the hook in the project.
try() {
  local hook=$1 wanted=$2 what=$3 status=0 begun=$SECONDS
  shift 3
  (cd "$work/project" && "$python/bin/pre-commit" run "$hook" --verbose --color never "$@") > "$work/out" 2>&1 || status=$?
  if [ "$status" != "$wanted" ]; then
    cat "$work/out"
    fail "$hook, $what: exit code $status instead of $wanted"
  fi
  echo "ok   $((SECONDS - begun)) s  $hook: $what"
  passed=$((passed + 1))
}

says() {
  grep -qF -- "$1" "$work/out" || { cat "$work/out"; fail "not in the output: $1"; }
}

says_not() {
  ! grep -qF -- "$1" "$work/out" || { cat "$work/out"; fail "in the output: $1"; }
}

cp "$here/samples/bad/web.nix" "$work/project/web.nix"
echo "no Nix here" > "$work/project/notes.txt"
commit "$work/project"
for hook in nixpod-lint nixpod-lint-files; do
  try "$hook" 1 "a bad file" --all-files
  says "$RULE"
  says web.nix
  try "$hook" 0 "nothing to do for other files" --files notes.txt
  says Skipped
done

# The bad file is not among the changed ones: only the hook for the whole repository sees it.
cp "$here/samples/good/web.nix" "$work/project/other.nix"
commit "$work/project"
try nixpod-lint 1 "a bad file that was not changed" --files other.nix
says "$RULE"
try nixpod-lint-files 0 "a bad file that was not changed" --files other.nix
says_not "$RULE"

cp "$here/samples/good/web.nix" "$work/project/web.nix"
commit "$work/project"
for hook in nixpod-lint nixpod-lint-files; do
  try "$hook" 0 "good files" --all-files
  says Passed
done
echo "$passed passed, 0 failed"
