#!/usr/bin/env python3
"""Writes segmentations by other software to .cache/conformance/foreign: highdicom, dcmqi, and make_seg.py of the tools.

They hold the true masks of the series that make_conformance_series.py wrote, run that first. highdicom_cropped.dcm has frames
that are cut to a part of the source, in highdicom_unreferenced.dcm these name no source image, and dcmqi.dcm is what 3D Slicer
writes. labelmap_…, fractional_… and deflated_….dcm are of other types and encodings.
"""
import argparse
import json
import os
import struct
import subprocess
import sys
import tempfile

CHECKOUT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHARED = os.environ.get("PREREAD_SHARED") or os.path.join(os.path.dirname(CHECKOUT), "shared")
CACHE = os.environ.get("PREREAD_CACHE") or os.path.join(CHECKOUT, ".cache")
VENV = os.environ.get("PREREAD_CONFORMANCE_VENV") or os.path.join(CACHE, "venv")
SERIES = "plain"
ENCODINGS = [("LABELMAP", "explicit"), ("LABELMAP", "rle"), ("LABELMAP", "deflated"), ("FRACTIONAL", "explicit"),
             ("FRACTIONAL", "rle"), ("BINARY", "deflated")]
NAMES = ["Liver", "Spleen"]
CODES = ["10200004", "78961009"]
CROP = dict(top=3, left=2, bottom=28, right=35)


def load():
    """Source images in order of position along the normal, and the label map."""
    import numpy as np
    import pydicom
    folder = os.path.join(CACHE, "conformance", "series", SERIES)
    images = [pydicom.dcmread(os.path.join(folder, f)) for f in sorted(os.listdir(folder)) if f.endswith(".dcm")]
    with np.load(os.path.join(folder, "truth.npz")) as z:
        at = {str(u): i for i, u in enumerate(z["sop_uids"])}
        label = z["labelmap"].astype(np.uint8)
    images.sort(key=lambda d: at[str(d.SOPInstanceUID)])
    return folder, images, label


def highdicom_file(images, label, path, crop):
    import highdicom as hd
    import numpy as np
    from highdicom.sr.coding import CodedConcept
    segments = [hd.seg.SegmentDescription(
        segment_number=n + 1, segment_label=NAMES[n],
        segmented_property_category=CodedConcept("123037004", "SCT", "Anatomical Structure"),
        segmented_property_type=CodedConcept(CODES[n], "SCT", NAMES[n]),
        algorithm_type=hd.seg.SegmentAlgorithmTypeValues.MANUAL,
        tracking_id=NAMES[n], tracking_uid=hd.UID()) for n in range(2)]
    pixels, how = label, {}
    if crop:
        pixels = label[:, crop["top"]:crop["bottom"], crop["left"]:crop["right"]]
        how["plane_positions"] = []
        how["pixel_measures"] = hd.PixelMeasuresSequence(images[0].PixelSpacing, images[0].SliceThickness)
        for d in images:
            iop, spacing = np.array(d.ImageOrientationPatient, float), np.array(d.PixelSpacing, float)
            corner = np.array(d.ImagePositionPatient, float) + iop[:3] * spacing[1] * crop["left"] + iop[3:] * spacing[0] * crop["top"]
            how["plane_positions"].append(hd.PlanePositionSequence(hd.CoordinateSystemNames.PATIENT, corner.tolist()))
    seg = hd.seg.Segmentation(
        source_images=images, pixel_array=pixels, segmentation_type=hd.seg.SegmentationTypeValues.BINARY,
        segment_descriptions=segments, series_instance_uid=hd.UID(), series_number=100, sop_instance_uid=hd.UID(),
        instance_number=1, manufacturer="Other", manufacturer_model_name="Other", software_versions="1",
        device_serial_number="1", content_label="OTHER", **how)
    seg.save_as(path)
    return seg


def dcmqi_file(folder, images, label, path):
    import numpy as np
    first, second = (np.array(d.ImagePositionPatient, float) for d in images[:2])
    iop, spacing = np.array(images[0].ImageOrientationPatient, float), np.array(images[0].PixelSpacing, float)
    matrix = np.stack([iop[:3] * spacing[1], iop[3:] * spacing[0], second - first, first], 1)
    matrix[:2] *= -1  # LPS to the RAS of NIfTI
    header = bytearray(352)
    header[0:4] = struct.pack("<i", 348)
    header[40:56] = struct.pack("<8h", 3, *label.shape[::-1], 1, 1, 1, 1)
    header[70:74] = struct.pack("<2h", 2, 8)
    header[76:108] = struct.pack("<8f", 1, spacing[1], spacing[0], np.linalg.norm(second - first), 1, 0, 0, 0)
    header[108:112] = struct.pack("<f", 352)
    header[112:116] = struct.pack("<f", 1)
    header[252:256] = struct.pack("<2h", 0, 1)
    header[280:328] = struct.pack("<12f", *matrix.ravel())
    header[344:348] = b"n+1\0"
    meta = {"ContentCreatorName": "Reader1", "ClinicalTrialSeriesID": "1", "ClinicalTrialTimePointID": "1",
            "SeriesDescription": "Segmentation", "SeriesNumber": "300", "InstanceNumber": "1", "BodyPartExamined": "ABDOMEN",
            "segmentAttributes": [[{
                "labelID": n + 1, "SegmentLabel": NAMES[n], "SegmentDescription": NAMES[n], "SegmentAlgorithmType": "MANUAL",
                "SegmentedPropertyCategoryCodeSequence": {"CodeValue": "123037004", "CodingSchemeDesignator": "SCT", "CodeMeaning": "Anatomical Structure"},
                "SegmentedPropertyTypeCodeSequence": {"CodeValue": CODES[n], "CodingSchemeDesignator": "SCT", "CodeMeaning": NAMES[n]},
                "recommendedDisplayRGBValue": [200, 100 * n, 50]} for n in range(2)]]}
    with tempfile.TemporaryDirectory() as work:
        image, info, source = (os.path.join(work, n) for n in ("label.nii", "meta.json", "source"))
        with open(image, "wb") as f:
            f.write(bytes(header) + np.ascontiguousarray(label).tobytes())
        with open(info, "w") as f:
            json.dump(meta, f)
        os.mkdir(source)
        for name in os.listdir(folder):
            if name.endswith(".dcm"):
                os.symlink(os.path.join(folder, name), os.path.join(source, name))
        subprocess.run([os.path.join(VENV, "bin", "itkimage2segimage"), "--inputImageList", image, "--inputDICOMDirectory", source,
                        "--inputMetadata", info, "--outputDICOM", path, "--skip"], check=True, stdout=subprocess.DEVNULL)


def main():
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    python = os.path.join(VENV, "bin", "python")
    if not os.path.exists(python):
        sys.exit("no conformance environment: run setup.sh of the conformance tools, or set PREREAD_CONFORMANCE_VENV")
    if os.path.realpath(sys.prefix) != os.path.realpath(VENV):
        os.execv(python, [python, "-W", "ignore"] + sys.argv)
    out = os.path.join(CACHE, "conformance", "foreign")
    os.makedirs(out, exist_ok=True)
    folder, images, label = load()
    highdicom_file(images, label, os.path.join(out, "highdicom.dcm"), None)
    seg = highdicom_file(images, label, os.path.join(out, "highdicom_cropped.dcm"), CROP)
    for frame in seg.PerFrameFunctionalGroupsSequence:
        del frame.DerivationImageSequence
    seg.save_as(os.path.join(out, "highdicom_unreferenced.dcm"))
    dcmqi_file(folder, images, label, os.path.join(out, "dcmqi.dcm"))
    tool = os.path.join(SHARED, "conformance", "make_seg.py")
    environment = {**os.environ, "PREREAD_CONFORMANCE_VENV": VENV, "PYTHONDONTWRITEBYTECODE": "1"}
    for kind, syntax in ENCODINGS:
        path = os.path.join(out, f"{kind.lower()}_{syntax}.dcm")
        subprocess.run([python, tool, folder, path, "--type", kind, "--syntax", syntax], check=True, env=environment,
                       stdout=subprocess.DEVNULL)
    print(f"make_foreign_segmentations: OK, {4 + len(ENCODINGS)} files in {out}")


if __name__ == "__main__":
    main()
