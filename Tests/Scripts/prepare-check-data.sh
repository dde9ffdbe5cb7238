#!/bin/sh
# Makes what the tests compare with, below .cache: pydicom's files with their pixels, synthetic series, hostile files,
# segmentations of other software. What is there already is kept.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
cache=${PREREAD_CACHE:-$here/../../.cache}
shared=${PREREAD_SHARED:-$here/../../../shared}
export PREREAD_CACHE="$cache" PREREAD_SHARED="$shared" PREREAD_CONFORMANCE_VENV="$cache/venv"
python="$cache/venv/bin/python"

[ -d "$shared/conformance" ] || {
    echo "the reference data and conformance tools are not at $shared: set PREREAD_SHARED" >&2
    exit 3
}

# made NAME COMMAND... runs the command unless it has succeeded before.
made() {
    stamp="$cache/.made-$1"
    shift
    [ ! -e "$stamp" ] || return 0
    echo "preparing ${stamp##*/.made-}"
    "$@" >"$cache/last.log" 2>&1 || { tail -n 20 "$cache/last.log" >&2; exit 3; }
    touch "$stamp"
}

made pydicom "$python" "$here/make_pydicom_reference.py" "$cache/pydicom"
made conformance-series "$python" "$here/make_conformance_series.py"
made foreign-segmentations "$python" "$here/make_foreign_segmentations.py"
made corrections "$python" "$here/make_corrections.py"
made sample-volume "$python" "$here/convert_sample_series.py" \
    "$cache/sample/totalsegmentator/tests/reference_files/example_ct_dicom" "$cache/sample/example_ct_dicom.nii"
made zoo "$python" "$shared/conformance/make_hostile.py" "$cache/zoo" --force
