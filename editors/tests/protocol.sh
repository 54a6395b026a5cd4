#!/usr/bin/env bash
# Talks to the server as the clients in clients/ would: NIXPOD_LINT=PROGRAM ./protocol.sh [PYTEST-ARGUMENT...]
# Needs python3; pytest-lsp is installed into BUILD_DIR (target/editors).
. "$(dirname "$0")/common.sh"
need_program
need_python pytest-lsp==1.0.1
export PYTHONDONTWRITEBYTECODE=1
exec timeout 600 "$python/bin/python" -m pytest -q -p no:cacheprovider -o asyncio_mode=auto -o asyncio_default_fixture_loop_scope=function --rootdir "$here" \
  -W error::pytest_lsp.LspSpecificationWarning "$here/test_protocol.py" "$@"
