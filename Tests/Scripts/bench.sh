#!/bin/sh
# Measures this program and PyTorch one after the other, never together, and prints the ratios:
# bench.sh BENCHMARKS [CHECKPOINT...]. Figures of both, as JSON, go to .cache/bench. Let the machine be quiet.
set -eu
benchmarks=$1
shift
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
cache=${PREREAD_CACHE:-$here/../../.cache}
shared=${PREREAD_SHARED:-$here/../../../shared}
python=$cache/venv-bench/bin/python
out=$cache/bench
litemedsam=$cache/weights/lite_medsam.pth
vit_b=$cache/weights/sam-med2d-b-reproducible.safetensors
threads=${BENCH_THREADS:-$(nproc)}

[ -f "$shared/reference/make_weights.py" ] || {
    echo "the reference data are not at $shared: set PREREAD_SHARED" >&2
    exit 3
}
mkdir -p "$out"
if [ ! -f "$vit_b" ]; then
    "$python" "$shared/reference/make_weights.py" "$vit_b.part"
    mv "$vit_b.part" "$vit_b"
fi
if [ ! -f "$out/.networks-agree" ]; then
    echo "== the peers' networks against the reference values"
    "$python" "$here/peers/check_networks.py" "$shared/reference" --vit-b "$vit_b" --litemedsam "$litemedsam"
    touch "$out/.networks-agree"
fi
echo "== Preread"
uptime
"$benchmarks" "$litemedsam" "$vit_b" "$@" --threads "$threads" --training --json >"$out/preread.json"
echo "== PyTorch"
uptime
"$python" "$here/peers/training_steps.py" --vit-b "$vit_b" --litemedsam "$litemedsam" --reference "$shared/reference" \
    --threads "$threads" --runs "${BENCH_RUNS:-5}" --json "$out/pytorch.json"
echo "== Preread against PyTorch"
"$python" "$here/peers/compare_training.py" "$out/preread.json" "$out/pytorch.json"
