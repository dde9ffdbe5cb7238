#!/bin/sh
# Makes .cache/venv and installs a pinned list: `python-environment.sh sample` or `check`.
# A list that is installed already is left alone and no registry is reached.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
cache=${PREREAD_CACHE:-$here/../../.cache}
list="$here/requirements-$1.txt"
stamp="$cache/venv/.installed-$1"
[ -x "$cache/venv/bin/python" ] || { mkdir -p "$cache" && python3 -m venv "$cache/venv"; }
cmp -s "$list" "$stamp" && exit 0
echo "installing Python packages of $(basename "$list")"
"$cache/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps -r "$list"
cp "$list" "$stamp"
