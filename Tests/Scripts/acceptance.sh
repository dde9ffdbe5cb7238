#!/bin/sh
# Runs the acceptance tests with the Python environment that `make` prepared: acceptance.sh PREREAD [--only WORD].
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
exec "$PREREAD_CACHE/venv/bin/python" "$here/acceptance.py" "$@"
