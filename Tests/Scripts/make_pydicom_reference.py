#!/usr/bin/env python3
"""Writes what pydicom reads from its own test files: the reference for the tests of DICOMFiles.

    make_pydicom_reference.py OUT

copies the files of pydicom 3.0.2 and pydicom-data 1.0.0 to OUT/files and writes OUT/manifest.json. For each greyscale image
it holds the SHA-256 and the sum of all stored values as 32-bit little-endian integers (masked to Bits Stored, sign-extended, frame
after frame), modality values of some pixels, and where some pixels lie in the patient. Images in lossy JPEG, where
decoders may round differently, have their values in OUT/values beside. Series have the order of their slices.
Variants that the packages lack are in OUT/files/made.
Needs pydicom, pydicom-data, numpy, pillow, pylibjpeg with its libjpeg and openjpeg plugins, and pyjpegls.
"""
import hashlib
import io
import importlib.metadata
import json
import os
import pathlib
import shutil
import sys
import warnings

import numpy as np
import pydicom
import pydicom.data
from PIL import Image
from pydicom.encaps import encapsulate, generate_frames
from pydicom.pixels import pixel_array

PINNED = {"pydicom": "3.0.2", "pydicom-data": "1.0.0"}
ROUNDING_MAY_DIFFER = {"1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51"}


def sources():
    """(name in the reference, path) of every file of the two packages."""
    found = []
    for package, below in (("pydicom", "pydicom/data"), ("pydicom-data", "data_store/data")):
        version = importlib.metadata.version(package)
        if version != PINNED[package]:
            sys.exit(f"{package} is {version}, the reference is made with {PINNED[package]}")
        root = pathlib.Path(importlib.metadata.distribution(package).locate_file(below))
        for path in sorted(p for p in root.rglob("*") if p.is_file() and p.suffix != ".py" and p.suffix != ".pyc"):
            found.append((f"{package}/{path.relative_to(root).as_posix()}", path))
    return found


def stored_values(dataset, path):
    """All stored values as int32, frame after frame."""
    raw = pixel_array(path, raw=True).astype(np.int64)
    shift = dataset.HighBit + 1 - dataset.BitsStored
    bits = ((raw & ((1 << dataset.BitsAllocated) - 1)) >> shift) & ((1 << dataset.BitsStored) - 1)
    if dataset.PixelRepresentation == 1:
        sign = 1 << (dataset.BitsStored - 1)
        bits = (bits ^ sign) - sign
    return bits.astype(np.uint32 if dataset.BitsStored == 32 else np.int32).view("<i4").reshape(-1)


def describe_image(dataset, path, name, out):
    entry = {"transferSyntax": str(dataset.file_meta.get("TransferSyntaxUID", "")),
             "rows": int(dataset.Rows), "columns": int(dataset.Columns),
             "frames": int(dataset.get("NumberOfFrames") or 1), "signed": dataset.PixelRepresentation == 1,
             "inverted": dataset.PhotometricInterpretation == "MONOCHROME1"}
    values = stored_values(dataset, path)
    data = values.tobytes()
    entry["count"], entry["sum"] = len(values), int(values.astype(np.int64).sum())
    entry["sha256"] = hashlib.sha256(data).hexdigest()
    if entry["transferSyntax"] in ROUNDING_MAY_DIFFER:
        entry["values"] = "values/" + name.replace("/", "_") + ".i32"
        with open(os.path.join(out, entry["values"]), "wb") as f:
            f.write(data)
    if "RescaleSlope" in dataset and "RescaleIntercept" in dataset:
        chosen = [0, len(values) // 3, len(values) // 2, len(values) - 1]
        plain = values.astype(np.int64) & (0xffffffff if dataset.BitsStored == 32 else -1)
        entry["modality"] = [{"index": i, "value": float(np.float32(
            plain[i] * float(dataset.RescaleSlope) + float(dataset.RescaleIntercept)))} for i in chosen]
    if all(k in dataset and dataset[k].value for k in ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing")):
        entry["geometry"] = geometry(dataset)
    return entry


def geometry(dataset):
    """Patient points of three pixel centres, by equation C.7.6.2.1-1 of PS3.3 as a 4 x 4 matrix."""
    x, y = np.array(dataset.ImageOrientationPatient, float).reshape(2, 3)
    down, across = (float(v) for v in dataset.PixelSpacing)
    matrix = np.identity(4)
    matrix[:3, 0], matrix[:3, 1], matrix[:3, 3] = x * across, y * down, np.array(dataset.ImagePositionPatient, float)
    pixels = [(0, 0), (int(dataset.Columns) - 1, 0), (3, int(dataset.Rows) - 1)]
    return [{"column": c, "row": r, "point": (matrix @ [c, r, 0, 1])[:3].tolist()} for c, r in pixels]


def describe(name, path, out):
    entry = {"name": name}
    try:
        dataset = pydicom.dcmread(path)
    except Exception:
        return {**entry, "kind": "unreadable"}
    if "PatientName" in dataset:
        entry["patientName"] = [str(n) for n in ([dataset.PatientName] if dataset["PatientName"].VM < 2 else dataset.PatientName)]
    if "PixelData" not in dataset or "PhotometricInterpretation" not in dataset:
        return {**entry, "kind": "no image"}
    if dataset.get("SamplesPerPixel") != 1 or not str(dataset.get("PhotometricInterpretation")).startswith("MONO"):
        return {**entry, "kind": "colour"}
    try:
        return {**entry, "kind": "grey", **describe_image(dataset, path, name, out)}
    except Exception as error:
        return {**entry, "kind": "undecodable", "error": type(error).__name__}


def series(entries, out):
    """For each series of CT or MR files the largest group of parallel planes: its files in order along the normal."""
    groups = {}
    for entry in entries:
        if entry["kind"] != "grey" or "geometry" not in entry or "/dicomdirtests/" not in entry["name"]:
            continue
        dataset = pydicom.dcmread(os.path.join(out, "files", entry["name"]), stop_before_pixels=True)
        if dataset.Modality not in ("CT", "MR") or "LOCALIZER" in dataset.ImageType[2:]:
            continue
        orientation = tuple(round(float(v), 4) for v in dataset.ImageOrientationPatient)
        shape = (dataset.Rows, dataset.Columns) + tuple(float(v) for v in dataset.PixelSpacing)
        normal = np.cross(orientation[:3], orientation[3:])
        offset = float(np.dot(normal, np.array(dataset.ImagePositionPatient, float)))
        key = (dataset.StudyInstanceUID, dataset.SeriesInstanceUID)
        groups.setdefault(key, {}).setdefault((orientation, shape), []).append((offset, entry["name"]))
    result = []
    for (_, uid), parts in sorted(groups.items()):
        largest = max(len(part) for part in parts.values())
        best = [part for part in parts.values() if len(part) == largest]
        names = [name for part in parts.values() for _, name in part]
        result.append({"series": uid, "files": sorted(names), "groups": len(parts),
                       "volume": [name for _, name in sorted(best[0])] if len(best) == 1 else None})
    return result


def fragmented(out, name, frames, source, **how):
    """A multi-frame image with its frames in several fragments each; the values are those of the source."""
    dataset = pydicom.dcmread(os.path.join(out, "files", source["name"]))
    code = list(generate_frames(dataset.PixelData, number_of_frames=frames))
    dataset.PixelData = encapsulate(code, fragments_per_frame=3, **how)
    dataset.save_as(os.path.join(out, "files", name))
    return {**source, "name": name}


def baseline_jpeg(out, name, source):
    """An 8-bit greyscale image in lossy JPEG, which neither package has; the values are those that Pillow decodes."""
    dataset = pydicom.dcmread(os.path.join(out, "files", source))
    values = pixel_array(dataset).astype(float)
    grey = np.clip(values / values.max() * 255, 0, 255).astype(np.uint8)
    code = io.BytesIO()
    Image.fromarray(grey).save(code, "JPEG", quality=85)
    dataset.PixelData = encapsulate([code.getvalue()])
    dataset["PixelData"].VR, dataset["PixelData"].is_undefined_length = "OB", True
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 8, 8, 7, 0
    for keyword in ("SmallestImagePixelValue", "LargestImagePixelValue", "PixelPaddingValue"):
        if keyword in dataset:
            del dataset[keyword]
    dataset.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.50"
    dataset.save_as(os.path.join(out, "files", name))
    decoded = np.asarray(Image.open(code)).astype("<i4")
    values_file = "values/" + name.replace("/", "_") + ".i32"
    with open(os.path.join(out, values_file), "wb") as f:
        f.write(decoded.tobytes())
    return {"name": name, "kind": "grey", "rows": int(dataset.Rows), "columns": int(dataset.Columns), "frames": 1,
            "signed": False, "inverted": False, "count": decoded.size, "sum": int(decoded.sum()),
            "sha256": hashlib.sha256(decoded.tobytes()).hexdigest(), "values": values_file}


def made(entries, out):
    """Variants that neither package has."""
    os.makedirs(os.path.join(out, "files", "made"), exist_ok=True)
    named = {entry["name"]: entry for entry in entries}
    result = [baseline_jpeg(out, "made/jpeg_baseline.dcm", "pydicom/test_files/MR_small.dcm")]
    for kind in ("jpeg_2k_lossless", "jpeg_ls_lossless"):
        source = named[f"pydicom-data/emri_small_{kind}.dcm"]
        for has_bot, label in ((True, "offset_table"), (False, "no_offset_table")):
            result.append(fragmented(out, f"made/{kind}_{label}.dcm", 10, source, has_bot=has_bot))
    return result


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    out = sys.argv[1]
    warnings.simplefilter("ignore")
    if os.path.exists(os.path.join(out, "manifest.json")):
        shutil.rmtree(out)
    os.makedirs(os.path.join(out, "values"))
    entries = []
    for name, path in sources():
        target = os.path.join(out, "files", name)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copyfile(path, target)
        entries.append(describe(name, target, out))
    entries += made(entries, out)
    manifest = {"packages": PINNED, "files": entries, "series": series(entries, out)}
    with open(os.path.join(out, "manifest.json"), "w") as f:
        json.dump(manifest, f, indent=1)
    grey = sum(e["kind"] == "grey" for e in entries)
    print(f"{len(entries)} files, {grey} greyscale images, {len(manifest['series'])} series")


if __name__ == "__main__":
    main()
