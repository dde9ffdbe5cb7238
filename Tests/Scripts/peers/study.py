#!/usr/bin/env python3
"""Measures a whole study: a synthetic CT series is written, annotated by `preread annotate`, and its SEG counted.

    study.py PREREAD --models FOLDER --model NAME --work FOLDER [--precision bf16] [--slices 300[,1000,...]] [--size 512]
             [--every 1] [--json OUT]

The series shows six bright ellipsoids in a trunk; each slice of each of them gets a box, so that every slice has prompts.
With --every N only each N-th slice is prompted: then it is the reading, planning and writing of many slices that is
measured. The clock runs from the program's start to its end: finding and hashing the files, planning, all slices, the SEG
written, synced, read back and compared. Peak memory is that of the process. Several numbers of slices are run one after
the other, and what a slice costs is compared.
"""
import argparse
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import time

import numpy

ROOT = "1.2.826.0.1.3680043.8.498.77"
# label, SCT code, centre (x, y, z) and half axes as parts of the volume's edges, HU
ORGANS = [
    ("Liver", "10200004", (0.36, 0.45, 0.50), (0.17, 0.16, 0.46), 110),
    ("Spleen", "78961009", (0.70, 0.55, 0.45), (0.08, 0.09, 0.43), 130),
    ("Right kidney", "9846003", (0.38, 0.66, 0.40), (0.05, 0.06, 0.38), 180),
    ("Left kidney", "18639004", (0.63, 0.67, 0.55), (0.05, 0.06, 0.42), 180),
    ("Stomach", "69695003", (0.60, 0.36, 0.55), (0.10, 0.08, 0.43), 20),
    ("Aorta", "15825003", (0.51, 0.62, 0.50), (0.03, 0.03, 0.49), 220),
]


def element(group, number, vr, value):
    """One element in Explicit VR Little Endian (PS3.5 section 7.1.2)."""
    if isinstance(value, str):
        value = value.encode()
    value += (b"\0" if vr in ("UI", "OW") else b" ") * (len(value) % 2)
    head = struct.pack("<HH2s", group, number, vr.encode())
    return head + (struct.pack("<HI", 0, len(value)) if vr == "OW" else struct.pack("<H", len(value))) + value


def short(value):
    return struct.pack("<H", value)


def uid(series, index):
    return f"{ROOT}.{series}.{index + 1}"


def cut(organ, index, slices, size):
    """Centre and half axes of an organ's ellipse in a slice, or nothing where it has none."""
    _, _, (x, y, z), (a, b, c), _ = organ
    height = ((index + 0.5) / slices - z) / c
    if abs(height) >= 1:
        return None
    scale = (1 - height * height) ** 0.5
    return x * size, y * size, max(2.0, a * size * scale), max(2.0, b * size * scale)


def dicom_file(series, index, slices, size, rows, columns, noise):
    pixels = numpy.full((size, size), -1000.0, "f4")
    pixels[((columns - 0.5 * size) / (0.42 * size)) ** 2 + ((rows - 0.52 * size) / (0.33 * size)) ** 2 < 1] = 40
    for organ in ORGANS:
        ellipse = cut(organ, index, slices, size)
        if ellipse:
            cx, cy, a, b = ellipse
            pixels[((columns - cx) / a) ** 2 + ((rows - cy) / b) ** 2 < 1] = organ[4]
    pixels += numpy.roll(noise, (37 * index) % size, 0)
    meta = element(2, 2, "UI", "1.2.840.10008.5.1.4.1.1.2") + element(2, 3, "UI", uid(series, index)) + element(
        2, 0x10, "UI", "1.2.840.10008.1.2.1")
    body = [
        (0x08, 0x16, "UI", "1.2.840.10008.5.1.4.1.1.2"), (0x08, 0x18, "UI", uid(series, index)), (0x08, 0x60, "CS", "CT"),
        (0x10, 0x10, "PN", "Bench^Study"), (0x10, 0x20, "LO", "BENCH"), (0x18, 0x50, "DS", "1.0"),
        (0x20, 0x0D, "UI", f"{ROOT}.{series}.0.1"), (0x20, 0x0E, "UI", f"{ROOT}.{series}.0.2"),
        (0x20, 0x13, "IS", str(index + 1)), (0x20, 0x32, "DS", f"-200\\-200\\{index}"),
        (0x20, 0x37, "DS", "1\\0\\0\\0\\1\\0"), (0x20, 0x52, "UI", f"{ROOT}.{series}.0.3"), (0x28, 0x02, "US", short(1)),
        (0x28, 0x04, "CS", "MONOCHROME2"), (0x28, 0x10, "US", short(size)), (0x28, 0x11, "US", short(size)),
        (0x28, 0x30, "DS", "0.8\\0.8"), (0x28, 0x100, "US", short(16)), (0x28, 0x101, "US", short(16)),
        (0x28, 0x102, "US", short(15)), (0x28, 0x103, "US", short(1)), (0x28, 0x1052, "DS", "0"),
        (0x28, 0x1053, "DS", "1"), (0x7FE0, 0x10, "OW", numpy.clip(pixels, -1024, 3071).astype("<i2").tobytes())]
    return b"\0" * 128 + b"DICM" + element(2, 0, "UL", struct.pack("<I", len(meta))) + meta + b"".join(
        element(*entry) for entry in body)


def write_series(folder, slices, size):
    """The files of a series, unless they are there."""
    if (folder / ".complete").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    rows, columns = numpy.mgrid[0:size, 0:size].astype("f4")
    noise = numpy.random.default_rng(3).normal(0, 12, (size, size)).astype("f4")
    for index in range(slices):
        (folder / f"{index:05}.dcm").write_bytes(dicom_file(slices, index, slices, size, rows, columns, noise))
    (folder / ".complete").touch()


def write_prompts(path, slices, size, every):
    segments = []
    for organ in ORGANS:
        prompts = []
        for index in range(0, slices, every):
            ellipse = cut(organ, index, slices, size)
            if ellipse:
                x, y, a, b = ellipse
                prompts.append({"sop": uid(slices, index), "box": [x - a - 3, y - b - 3, x + a + 3, y + b + 3]})
        segments.append({"label": organ[0], "category": ["123037004", "SCT", "Anatomical Structure"],
                         "type": [organ[1], "SCT", organ[0]], "window": [-160, 240], "prompts": prompts})
    path.write_text(json.dumps({"segments": segments}))
    return len({prompt["sop"] for segment in segments for prompt in segment["prompts"]})


def run(options, slices):
    name = f"series-{slices}-{options.size}"
    series, prompts, output = options.work / name, options.work / f"{name}.json", options.work / f"{name}-results"
    write_series(series, slices, options.size)
    encoded = write_prompts(prompts, slices, options.size, options.every)
    shutil.rmtree(output, ignore_errors=True)
    command = [options.preread, "annotate", str(series), "--prompts", str(prompts), "--output", str(output), "--model",
               options.model, "--models", str(options.models), "--precision", options.precision, "--json"]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    text = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    if status:
        sys.exit(f"preread annotate ended with {os.waitstatus_to_exitcode(status)}: {text.decode()[-400:]}")
    report = json.loads(text)[0]
    receipt = json.loads((pathlib.Path(report["folder"]) / "receipt.json").read_text())
    found = {"slices": slices, "encodedSlices": encoded, "seconds": wall, "processorSeconds": usage.ru_utime + usage.ru_stime,
             "peakMemoryMB": usage.ru_maxrss / 1024, "steps": receipt["seconds"], "precision": receipt["model"]["precision"],
             "segments": len(receipt["segments"]), "frames": receipt["segmentation"]["frames"],
             "segmentationMB": pathlib.Path(report["segmentation"]).stat().st_size / 1e6}
    steps = ", ".join(f"{key} {value:.1f}" for key, value in receipt["seconds"].items() if key != "total")
    print(f"{slices} slices of {options.size}², {encoded} encoded, {found['segments']} segments, {found['precision']}: "
          f"{wall:.1f} s ({1000 * wall / slices:.1f} ms a slice, {found['processorSeconds'] / wall:.2f} cores busy), "
          f"peak {found['peakMemoryMB']:.0f} MB, SEG {found['segmentationMB']:.1f} MB; {steps} s", flush=True)
    if not options.keep:
        shutil.rmtree(series)
    shutil.rmtree(output)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("preread")
    parser.add_argument("--models", type=pathlib.Path, required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--precision", default="bf16")
    parser.add_argument("--slices", default="300")
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="keep the series for another run")
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    studies = [run(options, int(slices)) for slices in options.slices.split(",")]
    for study in studies[1:]:
        cost = study["seconds"] / study["slices"] / (studies[0]["seconds"] / studies[0]["slices"])
        print(f"{study['slices']} slices beside {studies[0]['slices']}: a slice takes {cost:.2f} × the time, "
              f"the process {study['peakMemoryMB'] / studies[0]['peakMemoryMB']:.2f} × the memory")
    if options.json:
        options.json.write_text(json.dumps(studies, indent=1))


if __name__ == "__main__":
    main()
