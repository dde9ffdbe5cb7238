#!/bin/sh
# Runs the acceptance tests with the Python environment that `make` prepared: acceptance.sh PREREAD [--only WORD].
# With --only, those of acceptance.py alone.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
python="$PREREAD_CACHE/venv/bin/python"
# Pictures of the review page stay there for whoever wants to look.
export PREREAD_SCREENSHOTS="${PREREAD_SCREENSHOTS:-$PREREAD_CACHE/screenshots}"
"$python" "$here/acceptance.py" "$@"
[ $# -eq 1 ] || exit 0
for script in "$here"/acceptance/*.py; do
    echo "== ${script##*/}"
    "$python" "$script" "$1"
done
