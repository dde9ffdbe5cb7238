#!/usr/bin/env python3
"""Writes corrections as people and their viewers hand them in to .cache/conformance/corrections.

All belong to the series `plain` and are made from highdicom's segmentation of it, so run make_foreign_segmentations.py first. Their
masks are the true ones unless the name says otherwise; `NAME_TRACKED.dcm` files carry the Tracking UIDs that Preread derives.
"""
import argparse
import copy
import os
import sys
import uuid

CHECKOUT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CACHE = os.environ.get("PREREAD_CACHE") or os.path.join(CHECKOUT, ".cache")
VENV = os.environ.get("PREREAD_CONFORMANCE_VENV") or os.path.join(CACHE, "venv")
NAMESPACE = uuid.UUID(bytes=bytes([157, 178, 79, 222, 167, 142, 64, 234, 166, 104, 64, 225, 95, 66, 198, 229]))


def tracking_uid(study, tracking_id):
    """The UID of a structure of a study, computed apart from the program."""
    name = "".join(f"{len(part)}:{part}" for part in ("tracking", study, tracking_id))
    return f"2.25.{uuid.uuid5(NAMESPACE, name).int}"


def make(seg, out):
    import pydicom
    from pydicom.uid import generate_uid

    def save(name, change, creator="Roe^Rita"):
        changed = copy.deepcopy(seg)
        changed.SOPInstanceUID = generate_uid()
        changed.file_meta.MediaStorageSOPInstanceUID = changed.SOPInstanceUID
        changed.ContentCreatorName = creator
        change(changed)
        changed.save_as(os.path.join(out, name + ".dcm"))

    def track(ds):
        for segment, name in zip(ds.SegmentSequence, ("liver", "spleen")):
            segment.TrackingID = name
            segment.TrackingUID = tracking_uid(ds.StudyInstanceUID, name)

    def renumber(ds):
        track(ds)
        ds.SegmentSequence = pydicom.Sequence(reversed(ds.SegmentSequence))
        for number, segment in enumerate(ds.SegmentSequence, 1):
            segment.SegmentNumber = number
            segment.SegmentLabel = f"renamed {number}"
        for frame in ds.PerFrameFunctionalGroupsSequence:
            item = frame.SegmentIdentificationSequence[0]
            item.ReferencedSegmentNumber = 3 - item.ReferencedSegmentNumber

    def without_positions(ds):
        for frame in ds.PerFrameFunctionalGroupsSequence:
            del frame.PlanePositionSequence

    def without_codes(ds):
        for segment in ds.SegmentSequence:
            del segment.SegmentedPropertyTypeCodeSequence
            if "TrackingUID" in segment:
                del segment.TrackingUID, segment.TrackingID

    def drop_spleen(ds, keep_item):
        from pydicom.pixels.utils import pack_bits
        import numpy as np
        frames = [i for i, frame in enumerate(ds.PerFrameFunctionalGroupsSequence)
                  if frame.SegmentIdentificationSequence[0].ReferencedSegmentNumber == 1]
        pixels = ds.pixel_array[frames]
        ds.PerFrameFunctionalGroupsSequence = pydicom.Sequence(ds.PerFrameFunctionalGroupsSequence[i] for i in frames)
        ds.NumberOfFrames = len(frames)
        ds.PixelData = pack_bits(np.ascontiguousarray(pixels).ravel(), pad=True)
        if not keep_item:
            ds.SegmentSequence = pydicom.Sequence(ds.SegmentSequence[:1])

    def recode(ds, value, scheme, meaning):
        code = ds.SegmentSequence[1].SegmentedPropertyTypeCodeSequence[0]
        code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, scheme, meaning

    def set_attribute(name, value):
        return lambda ds: setattr(ds, name, value)

    def refer_elsewhere(ds):
        ds.PerFrameFunctionalGroupsSequence[0].DerivationImageSequence[0].SourceImageSequence[0] \
            .ReferencedSOPInstanceUID = generate_uid()

    def refer_nowhere(ds):
        for frame in ds.PerFrameFunctionalGroupsSequence:
            del frame.DerivationImageSequence
        del ds.ReferencedSeriesSequence

    def shift(ds):
        for frame in ds.PerFrameFunctionalGroupsSequence:
            position = frame.PlanePositionSequence[0].ImagePositionPatient
            position[0] = float(position[0]) + 0.31

    save("tracked", track)
    save("second_reader_TRACKED", track, creator="Doe^Dora")
    save("renumbered_TRACKED", renumber)
    save("without_positions", without_positions)
    save("uncoded", without_codes)
    save("spleen_removed", lambda ds: drop_spleen(ds, True))
    save("spleen_missing", lambda ds: drop_spleen(ds, False))
    save("kidney_added", lambda ds: recode(ds, "64033007", "SCT", "Kidney"))
    save("nothing_of_ours", lambda ds: [
        recode(ds, "64033007", "SCT", "Kidney"),
        setattr(ds.SegmentSequence[0].SegmentedPropertyTypeCodeSequence[0], "CodeValue", "4108006")])
    save("retired_codes", lambda ds: recode(ds, "T-C3000", "SRT", "Spleen"))
    save("relabelled_TRACKED", lambda ds: [track(ds), recode(ds, "64033007", "SCT", "Kidney")])
    save("twice_TRACKED", lambda ds: [
        track(ds), setattr(ds.SegmentSequence[1], "TrackingUID", ds.SegmentSequence[0].TrackingUID)])
    save("other_patient", set_attribute("PatientID", "SOMEBODY-ELSE"))
    save("no_patient", set_attribute("PatientID", ""))
    save("other_study", set_attribute("StudyInstanceUID", generate_uid()))
    save("other_frame_of_reference", set_attribute("FrameOfReferenceUID", generate_uid()))
    save("foreign_instance", refer_elsewhere)
    save("no_references", refer_nowhere)
    save("shifted", shift)


def main():
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    python = os.path.join(VENV, "bin", "python")
    if not os.path.exists(python):
        sys.exit("no conformance environment: run setup.sh of the conformance tools, or set PREREAD_CONFORMANCE_VENV")
    if os.path.realpath(sys.prefix) != os.path.realpath(VENV):
        os.execv(python, [python, "-W", "ignore"] + sys.argv)
    import pydicom
    out = os.path.join(CACHE, "conformance", "corrections")
    os.makedirs(out, exist_ok=True)
    make(pydicom.dcmread(os.path.join(CACHE, "conformance", "foreign", "highdicom.dcm")), out)
    print(f"make_corrections: OK, {len(os.listdir(out))} files in {out}")


if __name__ == "__main__":
    main()
