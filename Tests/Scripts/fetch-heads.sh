#!/bin/sh
# Fetches the heads that `make quality` measures: the mean head MNI152 from nilearn (Python package index) and Colin27
# from Debian's mricron-data, each by name and version, checks their SHA-256, and lays them out below .cache/sample/heads.
# Where one of the two cannot be had it says so; the figures of heads are left out then.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
cache=${PREREAD_CACHE:-$here/../../.cache}
python="$cache/venv/bin/python"
heads="$cache/sample/heads"
[ ! -f "$heads/.complete" ] || exit 0
mkdir -p "$cache/downloads" "$heads"

# check FILE SHA256
check() {
    echo "$2  $1" | sha256sum --check --status || {
        echo "$(basename "$1") is not the file that was pinned; remove it and try again" >&2
        exit 3
    }
}

wheel=$cache/downloads/nilearn-0.14.1-py3-none-any.whl
if [ ! -f "$wheel" ]; then
    echo "fetching $(basename "$wheel")"
    "$python" -m pip download --quiet --disable-pip-version-check --no-deps --dest "$cache/downloads" \
        nilearn==0.14.1 || { echo "heads: nilearn 0.14.1 could not be fetched" >&2; exit 0; }
fi
check "$wheel" 725206484e9fb3f6691f9c2d20204a068759d5072f12055324702ee0cb2bbe8a
"$python" - "$wheel" "$heads/mni152_t1.nii.gz" <<'END'
import shutil, sys, zipfile
name = "nilearn/datasets/data/mni_icbm152_t1_tal_nlin_sym_09a_converted.nii.gz"
with zipfile.ZipFile(sys.argv[1]).open(name) as source, open(sys.argv[2], "wb") as target:
    shutil.copyfileobj(source, target)
END

package="$cache/downloads/mricron-data.deb"
if [ ! -f "$package" ]; then
    echo "fetching mricron-data"
    (
        cd "$cache/downloads"
        apt-get -qq download mricron-data=1.2.20211006+dfsg-4
        mv mricron-data_*.deb "$package"
    ) || { echo "heads: Debian's mricron-data 1.2.20211006+dfsg-4 could not be fetched" >&2; exit 0; }
fi
check "$package" d40aa0ed66cf89bf6cafa049ad3884703c9d975c2ee2737525b7196528df9d6f
for name in ch2 ch2bet; do
    dpkg-deb --fsys-tarfile "$package" | tar -xO "./usr/share/mricron/templates/$name.nii.gz" >"$heads/$name.nii.gz"
done
touch "$heads/.complete"
