#!/bin/sh
# Installs the Debian packages of packages.txt that are missing: `install-packages.sh build` or `build check`.
# Does nothing, and reaches no registry, when all are there.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
missing=
for group in "$@"; do
    # shellcheck disable=SC2013  # one word a line
    for package in $(sed -n "s/^$group //p" "$here/packages.txt"); do
        status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
        [ "$status" = "install ok installed" ] || missing="$missing $package"
    done
done
[ -n "$missing" ] || exit 0
echo "installing:$missing"
as_root=
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "install as root:$missing" >&2; exit 3; }
    as_root=sudo
fi
log=$(mktemp)
# shellcheck disable=SC2086  # a list of package names
if ! { $as_root apt-get update -q && DEBIAN_FRONTEND=noninteractive $as_root apt-get install -q -y --no-install-recommends $missing; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    echo "installing packages failed: $missing" >&2
    exit 3
fi
rm -f "$log"
