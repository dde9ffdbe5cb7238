#!/usr/bin/env python3
"""Convert the sample CT series (DICOM, JPEG 2000) to an uncompressed NIfTI-1 file for the atlas tests.

usage: convert_sample_series.py SERIES_FOLDER OUTPUT.nii

The voxels are Hounsfield units (int16). Slices are sorted by position along the slice normal; the map to the patient
is computed from Image Position and Image Orientation and written as sform, in RAS as NIfTI demands.
Needs pydicom, numpy and a JPEG 2000 decoder for pydicom (pylibjpeg-openjpeg).
"""
import os
import struct
import sys
from pathlib import Path

import numpy as np
import pydicom


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    folder, output = Path(sys.argv[1]), Path(sys.argv[2])
    slices = [pydicom.dcmread(path) for path in sorted(folder.iterdir()) if path.is_file()]
    orientation = np.array(slices[0].ImageOrientationPatient, float)
    row_direction, column_direction = orientation[:3], orientation[3:]
    normal = np.cross(row_direction, column_direction)
    slices.sort(key=lambda item: float(np.dot(normal, np.array(item.ImagePositionPatient, float))))
    positions = np.array([item.ImagePositionPatient for item in slices], float)
    row_spacing, column_spacing = (float(value) for value in slices[0].PixelSpacing)
    step = (positions[-1] - positions[0]) / (len(slices) - 1)
    expected = positions[0] + step * np.arange(len(slices))[:, None]
    assert np.abs(expected - positions).max() < 0.05, "the slices are not evenly spaced"

    lps = np.column_stack(
        [row_direction * column_spacing, column_direction * row_spacing, step, positions[0]])
    ras = np.diag([-1.0, -1.0, 1.0]) @ lps
    volume = np.stack([
        item.pixel_array.astype(np.float64) * float(item.RescaleSlope) + float(item.RescaleIntercept)
        for item in slices
    ])
    volume = np.clip(np.rint(volume), -32768, 32767).astype("<i2")
    count, rows, columns = volume.shape

    header = bytearray(352)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<8h", header, 40, 3, columns, rows, count, 1, 1, 1, 1)
    struct.pack_into("<2h", header, 70, 4, 16)
    struct.pack_into("<8f", header, 76, 1, column_spacing, row_spacing, float(np.linalg.norm(step)), 0, 0, 0, 0)
    struct.pack_into("<3f", header, 108, 352, 1, 0)
    header[123] = 2
    struct.pack_into("<2h", header, 252, 0, 1)
    struct.pack_into("<12f", header, 280, *ras.ravel())
    header[344:348] = b"n+1\0"
    output.parent.mkdir(parents=True, exist_ok=True)
    temporary = output.with_name(output.name + ".tmp")
    temporary.write_bytes(bytes(header) + volume.tobytes())
    os.replace(temporary, output)


if __name__ == "__main__":
    main()
