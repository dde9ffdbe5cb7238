#!/bin/sh
# Installs a pinned list: `python-environment.sh sample`, `check` or `bench`. The first two share .cache/venv, the last has
# .cache/venv-bench. A list that is installed already is left alone and no registry is reached.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
cache=${PREREAD_CACHE:-$here/../../.cache}
venv=$cache/venv
[ "$1" != bench ] || venv=$cache/venv-bench
list="$here/requirements-$1.txt"
stamp="$venv/.installed-$1"
[ -x "$venv/bin/python" ] || { mkdir -p "$cache" && python3 -m venv "$venv"; }
cmp -s "$list" "$stamp" && exit 0
echo "installing Python packages of $(basename "$list")"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps -r "$list"
cp "$list" "$stamp"
