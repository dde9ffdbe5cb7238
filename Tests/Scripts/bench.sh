#!/bin/sh
# Measures this program and its peers one after the other, never together, and prints the ratios:
# bench.sh FOLDER [CHECKPOINT...], FOLDER holding the programs `preread` and `Benchmarks`. All figures, as JSON, go to
# .cache/bench. BENCH_PARTS names what is measured: networks, study, training; without it all. Let the machine be quiet.
set -eu
programs=$1
shift
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
cache=${PREREAD_CACHE:-$here/../../.cache}
shared=${PREREAD_SHARED:-$here/../../../shared}
python=$cache/venv-bench/bin/python
out=$cache/bench
models=$out/models
litemedsam=$cache/weights/lite_medsam.pth
vit_b=$cache/weights/sam-med2d-b-reproducible.safetensors
threads=${BENCH_THREADS:-$(nproc)}
parts=${BENCH_PARTS:-networks study training}

[ -f "$shared/reference/make_weights.py" ] || {
    echo "the reference data are not at $shared: set PREREAD_SHARED" >&2
    exit 3
}
mkdir -p "$out"
if [ ! -f "$vit_b" ]; then
    "$python" "$shared/reference/make_weights.py" "$vit_b.part"
    mv "$vit_b.part" "$vit_b"
fi
peers=$(cat "$here"/peers/*.py | cksum)
if [ "$peers" != "$(cat "$out/.networks-agree" 2>/dev/null)" ]; then
    echo "== the peers' networks against the reference values"
    "$python" "$here/peers/check_networks.py" "$shared/reference" --vit-b "$vit_b" --litemedsam "$litemedsam"
    echo "$peers" >"$out/.networks-agree"
fi

import() {
    [ -d "$models/$2" ] || "$programs/preread" models import "$1" --name "$2" --models "$models" >/dev/null
}
import "$vit_b" sam-med2d-b
import "$litemedsam" litemedsam

networks() {
    set -- --vit-b "$vit_b" --litemedsam "$litemedsam" --reference "$shared/reference" --cache "$out/peers" \
        --threads "$threads" --runs "${BENCH_RUNS:-7}"
    echo "== exporting the peers' networks, once"
    "$python" -W ignore "$here/peers/inference_peers.py" "$@" --prepare
    echo "== Preread: networks"
    uptime
    for model in sam-med2d-b litemedsam; do
        for precision in fp32 bf16 int8; do
            "$programs/preread" bench --model "$model" --precision "$precision" --threads "$threads" --models "$models" \
                --runs "${BENCH_RUNS:-7}" --json >"$out/network-$model-$precision.json"
        done
    done
    echo "== OpenVINO, onnxruntime, PyTorch: networks"
    uptime
    "$python" -W ignore "$here/peers/inference_peers.py" "$@" --json "$out/peers.json" || echo "a peer did not run" >&2
    echo "== Preread against its peers"
    "$python" "$here/peers/compare_inference.py" "$out/peers.json" "$out"/network-*.json --json "$out/networks.json"
}

study() {
    echo "== a whole study"
    uptime
    "$python" "$here/peers/study.py" "$programs/preread" --models "$models" --model sam-med2d-b --precision bf16 \
        --slices "${BENCH_SLICES:-300}" --work "$out/study" --json "$out/study.json"
}

training() {
    echo "== Preread: training"
    uptime
    "$programs/Benchmarks" "$litemedsam" "$vit_b" "$@" --threads "$threads" --training --json >"$out/preread.json"
    echo "== PyTorch: training"
    uptime
    "$python" "$here/peers/training_steps.py" --vit-b "$vit_b" --litemedsam "$litemedsam" \
        --reference "$shared/reference" --threads "$threads" --runs "${BENCH_RUNS:-5}" --json "$out/pytorch.json"
    echo "== Preread against PyTorch"
    "$python" "$here/peers/compare_training.py" "$out/preread.json" "$out/pytorch.json"
}

for part in $parts; do
    case $part in
    networks) networks ;;
    study) study ;;
    training) training "$@" ;;
    *)
        echo "BENCH_PARTS: $part is none of networks, study, training" >&2
        exit 2
        ;;
    esac
done
