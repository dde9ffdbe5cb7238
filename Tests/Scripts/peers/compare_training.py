#!/usr/bin/env python3
"""Prints two programs' training figures side by side: compare_training.py PREREAD.json PYTORCH.json.

Both files hold, under "training", {"adapterStep": {"fp32": {"secondsPerImage", "peakMemoryMB"}, "bf16": …},
"decoderStep": {"sam-med2d": {"seconds"}, "litemedsam": …}}. A case that only one of them has is shown without a ratio.
Under "networks" Preread's file holds how fast the networks answer. Status 1 when Preread's file has no training figures.
"""
import json
import pathlib
import sys


def seconds(case):
    return None if case is None else case.get("secondsPerImage", case.get("seconds"))


def cases(training):
    return {f"{part}/{name}": case for part, group in training.items() for name, case in group.items()}


def text(value, form):
    return "–" if value is None else format(value, form)


def main():
    preread, pytorch = (json.loads(pathlib.Path(path).read_text()) for path in sys.argv[1:3])
    networks = preread if isinstance(preread, list) else preread.get("networks", [])
    for network in networks:
        decode = ", ".join(f"{ms:.0f} ms for {count}" for count, ms in sorted(network["decodeMS"].items()))
        print(f"{network['model']}: encoder {network['encoderMS']:.0f} ms a slice, boxes {decode}, "
              f"peak memory {network['peakMemoryMB']:.0f} MB")
    training = {} if isinstance(preread, list) else preread.get("training", {})
    ours, theirs = cases(training), cases(pytorch["training"])
    print(f"{'':26} {'Preread, s':>10} {'PyTorch, s':>10} {'faster':>7}   {'Preread, MB':>11} {'PyTorch, MB':>11}")
    for name in dict.fromkeys([*theirs, *ours]):
        a, b = ours.get(name), theirs.get(name)
        ratio = seconds(b) / seconds(a) if a and b else None
        memory = [case and case.get("peakMemoryMB") for case in (a, b)]
        print(f"{name:26} {text(seconds(a), '10.3f'):>10} {text(seconds(b), '10.3f'):>10} "
              f"{text(ratio, '6.2f') + ('×' if ratio else ''):>7}   {text(memory[0], '11.0f'):>11} {text(memory[1], '11.0f'):>11}")
    if not ours:
        sys.exit("Preread's file holds no training figures")


if __name__ == "__main__":
    main()
