#!/usr/bin/env python3
"""Copies the sample CT and gives the copy the identifiers that its publisher emptied.

SOP Class UID and SOP Instance UID come from each file's own meta information; Study and Series Instance UID are version-5
UUIDs of the frame of reference, so every run makes the same files. The pixels stay compressed as they are. The broken
original stays where it is: it is a test of bad input.

    repair_sample_series.py FROM TO
"""
import pathlib
import sys
import uuid

import pydicom


def main():
    source, target = map(pathlib.Path, sys.argv[1:3])
    working = target.with_name(target.name + ".part")
    working.mkdir(parents=True, exist_ok=True)
    for path in sorted(source.iterdir()):
        dataset = pydicom.dcmread(path)
        dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID
        for keyword in ("StudyInstanceUID", "SeriesInstanceUID"):
            name = f"{keyword} of frame of reference {dataset.FrameOfReferenceUID}"
            setattr(dataset, keyword, f"2.25.{uuid.uuid5(uuid.NAMESPACE_OID, name).int}")
        dataset.PatientID = "PREREAD-SAMPLE"
        dataset.PatientName = "Sample^Preread"
        dataset.StudyID = "1"
        dataset.SeriesNumber = 1
        dataset.save_as(working / (path.name + ".dcm"), enforce_file_format=True)
    working.rename(target)


if __name__ == "__main__":
    main()
