#!/usr/bin/env python3
"""Writes the synthetic series that the DICOM tests read to .cache/conformance/series.

Uses make_series.py of the conformance tools (PREREAD_SHARED/conformance, default ../shared beside the checkout) and its
environment (PREREAD_CONFORMANCE_VENV, default .cache/venv; setup.sh of the tools makes one). Beside each
truth.npz it writes truth.raw (one byte for each voxel: 0 background, 1 liver, 2 spleen) and truth.json (the shape, and the
SOP Instance UID and frame number of each slice), which Swift can read. Folders that exist are left alone; --force renews them.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys

CHECKOUT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHARED = os.environ.get("PREREAD_SHARED") or os.path.join(os.path.dirname(CHECKOUT), "shared")
CACHE = os.environ.get("PREREAD_CACHE") or os.path.join(CHECKOUT, ".cache")
VENV = os.environ.get("PREREAD_CONFORMANCE_VENV") or os.path.join(CACHE, "venv")

PRESETS = ["plain", "square512", "odd187x239", "odd23x38", "odd125x127", "one_slice", "mr", "sagittal", "coronal", "oblique",
           "prone", "mr_sagittal", "descending", "shuffled", "tilt", "missing_slice", "duplicate_position", "localizer",
           "monochrome1", "long_ds", "unsigned", "unsigned12", "signed12", "per_slice_rescale", "latin1", "cyrillic", "utf8",
           "gb18030", "japanese", "japanese6", "japanese13", "korean", "enhanced", "enhanced_oblique", "implicit",
           "bigendian", "deflated", "rle", "jpegls", "j2k", "j2klossy"]
# every required shape in every required orientation; the 30×37 ones and the axial ones are presets
SHAPES = {"odd187x239": ["--rows", "187", "--cols", "239", "--slices", "8"],
          "square512": ["--rows", "512", "--cols", "512", "--slices", "6"]}
PLANES = {"sagittal": ["--plane", "sagittal"], "oblique": ["--plane", "oblique"], "descending": ["--descending"]}


def jobs():
    """Name of each series and the arguments that make it."""
    for name in PRESETS:
        yield name, ["--preset", name]
    for shape, size in SHAPES.items():
        for plane, how in PLANES.items():
            yield f"{shape}_{plane}", ["--name", f"{shape}_{plane}"] + size + how


def write_truth(folder):
    """Repeat truth.npz in a form that needs no NumPy."""
    import numpy as np
    with np.load(os.path.join(folder, "truth.npz")) as z:
        label = np.ascontiguousarray(z["labelmap"].astype(np.uint8))
        slices = [{"sopInstanceUID": str(u), "frame": int(f)} for u, f in zip(z["sop_uids"], z["frames"])]
    label.tofile(os.path.join(folder, "truth.raw"))
    with open(os.path.join(folder, "truth.json"), "w") as f:
        json.dump({"rows": label.shape[1], "columns": label.shape[2], "slices": slices}, f, indent=1)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--force", action="store_true", help="make every series anew")
    a = p.parse_args()
    python = os.path.join(VENV, "bin", "python")
    if not os.path.exists(python):
        sys.exit("no conformance environment: run setup.sh of the conformance tools, or set PREREAD_CONFORMANCE_VENV")
    if os.path.realpath(sys.prefix) != os.path.realpath(VENV):
        os.execv(python, [python] + sys.argv)
    series = os.path.join(CACHE, "conformance", "series")
    os.makedirs(series, exist_ok=True)
    environment = {**os.environ, "PREREAD_CONFORMANCE_VENV": VENV, "PYTHONDONTWRITEBYTECODE": "1"}
    tool = os.path.join(SHARED, "conformance", "make_series.py")
    made = 0
    for name, arguments in jobs():
        final, fresh = os.path.join(series, name), os.path.join(series, ".new")
        if os.path.exists(final) and not a.force:
            continue
        shutil.rmtree(fresh, ignore_errors=True)
        subprocess.run([python, tool, fresh] + arguments, check=True, env=environment, stdout=subprocess.DEVNULL)
        write_truth(os.path.join(fresh, name))
        shutil.rmtree(final, ignore_errors=True)
        os.rename(os.path.join(fresh, name), final)
        made += 1
    shutil.rmtree(os.path.join(series, ".new"), ignore_errors=True)
    print(f"make_conformance_series: OK, {made} series made, {len(list(jobs()))} in {series}")


if __name__ == "__main__":
    main()
