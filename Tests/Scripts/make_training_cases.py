#!/usr/bin/env python3
"""Makes cases to learn from: a DICOM series of a NIfTI scan, and a corrected segmentation of a DICOM series.

    make_training_cases.py series IMAGE.nii.gz FOLDER --patient PREREAD-TRAIN-1 [--modality CT|MR] [--slices FROM:TO]
    make_training_cases.py correct FOLDER OUT.dcm --labels LABELS.nii.gz --profile PROFILE.xml --table LABELS.tsv
        [--seg SEG.dcm] [--segments ID,ID,…|all] [--harm mirror|shuffle|swap]

series: one file for each plane of the volume, positions and orientation from its affine, in patient coordinates as DICOM
has them. All UIDs derive from the scan's digest, the patient and the slices: the same call writes the same files.

correct: a segmentation as other software (highdicom) would send it back. The segments that --segments names, by the
profile's id, carry the reference labels, looked up by geometry; with --seg the others keep their pixels and every segment
keeps its Tracking UID. Without --seg only the named segments exist. A segment that is named and has no label in this
series is left out. --harm spoils the named segments: mirrored from left to right, the slices in another order, or each
with its neighbour's label.

The labels of the sample package are a network's output, not a person's: good enough to test learning, no truth.
"""
import argparse
import gzip
import hashlib
import pathlib
import random
import struct
import uuid
import warnings
import xml.etree.ElementTree

import numpy
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sr.coding import Code
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, MRImageStorage

NIFTI_TYPES = {2: "u1", 4: "<i2", 8: "<i4", 16: "<f4", 64: "<f8", 256: "i1", 512: "<u2"}
RAS_TO_LPS = numpy.diag([-1.0, -1.0, 1.0, 1.0])


def uid(*names):
    """A UID of what it stands for: the same names, the same UID."""
    return f"2.25.{uuid.uuid5(uuid.NAMESPACE_OID, '/'.join(map(str, names))).int}"


def decimal(value):
    """A number as a decimal string of at most 16 characters."""
    text = next(text for text in (f"{value:.{digits}g}" for digits in range(12, 0, -1)) if len(text) <= 16)
    return "0" if float(text) == 0 else text


# ---------------------------------------------------------------------------------------------------------------- NIfTI

def read_nifti(path):
    """Voxels (i, j, k), the affine from voxel indices to patient coordinates (LPS, mm), and the file's digest."""
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    data = gzip.decompress(data) if path.name.endswith(".gz") else data
    shape = struct.unpack("<8h", data[40:56])
    kind, = struct.unpack("<h", data[70:72])
    offset, slope, intercept = struct.unpack("<3f", data[108:120])
    form, = struct.unpack("<h", data[254:256])
    assert shape[0] == 3 or set(shape[4 : shape[0] + 1]) == {1}, f"{path}: not a volume"
    assert kind in NIFTI_TYPES, f"{path}: voxels of type {kind}"
    assert form > 0, f"{path}: no sform, so no position in the patient"
    affine = numpy.vstack([numpy.reshape(struct.unpack("<12f", data[280:328]), (3, 4)), [0, 0, 0, 1]])
    count = int(numpy.prod(shape[1:4]))
    voxels = numpy.frombuffer(data, NIFTI_TYPES[kind], count, int(offset)).reshape(shape[1:4], order="F")
    if slope not in (0, 1) or intercept:
        voxels = voxels * (slope or 1) + intercept
    return voxels, RAS_TO_LPS @ affine, digest


def axial_planes(voxels, affine):
    """Planes (slice, row, column) upward, rows towards posterior and columns towards left, and the affine of
    (column, row, slice); the voxels are reordered, never resampled."""
    order = [int(numpy.abs(affine[axis, :3]).argmax()) for axis in range(3)]
    assert sorted(order) == [0, 1, 2], "the axes of the volume are not those of the patient"
    voxels, affine = voxels.transpose(order), affine[:, [*order, 3]].copy()
    for axis in range(3):
        if affine[axis, axis] < 0:
            affine[:, 3] += affine[:, axis] * (voxels.shape[axis] - 1)
            affine[:, axis] *= -1
            voxels = numpy.flip(voxels, axis)
    return voxels.transpose(2, 1, 0), affine


# --------------------------------------------------------------------------------------------------------------- series

def common(modality, patient, key, shape, affine):
    """The attributes that all slices share."""
    d = Dataset()
    d.SpecificCharacterSet = "ISO_IR 100"
    d.SOPClassUID = CTImageStorage if modality == "CT" else MRImageStorage
    d.StudyDate = d.SeriesDate = d.AcquisitionDate = d.ContentDate = "20260101"
    d.StudyTime = d.SeriesTime = d.AcquisitionTime = d.ContentTime = "101010"
    d.AccessionNumber, d.Modality, d.ReferringPhysicianName = "", modality, ""
    d.Manufacturer, d.ManufacturerModelName, d.DeviceSerialNumber, d.SoftwareVersions = "Sample", "Sample", "1", "1"
    d.StudyDescription, d.SeriesDescription = "Sample", f"Sample {modality} for training"
    d.PatientName, d.PatientID = f"Sample^{patient}", patient
    d.PatientBirthDate, d.PatientSex = "", "O"
    d.StudyInstanceUID, d.SeriesInstanceUID = uid("study", *key), uid("series", *key)
    d.FrameOfReferenceUID, d.PositionReferenceIndicator = uid("frame of reference", *key), ""
    d.StudyID, d.SeriesNumber, d.AcquisitionNumber = "1", 1, 1
    d.BodyPartExamined, d.PatientPosition, d.BurnedInAnnotation = "ABDOMEN", "HFS", "NO"
    if modality == "CT":
        d.ImageType, d.KVP = ["ORIGINAL", "PRIMARY", "AXIAL"], ""
        d.RescaleIntercept, d.RescaleSlope, d.RescaleType = "0", "1", "HU"
        d.WindowCenter, d.WindowWidth = "40", "400"
    else:
        d.ImageType = ["ORIGINAL", "PRIMARY", "OTHER"]
        d.ScanningSequence, d.SequenceVariant, d.ScanOptions, d.MRAcquisitionType = "RM", "NONE", "", "2D"
        d.RepetitionTime, d.EchoTime, d.EchoTrainLength = "", "", ""
    d.SamplesPerPixel, d.PhotometricInterpretation = 1, "MONOCHROME2"
    d.Rows, d.Columns = shape[1:]
    d.BitsAllocated, d.BitsStored, d.HighBit, d.PixelRepresentation = 16, 16, 15, 1
    spacing = numpy.linalg.norm(affine[:3, :3], axis=0)
    d.PixelSpacing = [decimal(spacing[1]), decimal(spacing[0])]
    d.SliceThickness = decimal(spacing[2])
    d.ImageOrientationPatient = [decimal(v) for v in (affine[:3, :2] / spacing[:2]).T.ravel()]
    return d


def write_series(options):
    voxels, affine, digest = read_nifti(options.image)
    planes, affine = axial_planes(voxels, affine)
    first, last = 0, len(planes)
    if options.slices:
        first, last = (int(part) for part in options.slices.split(":"))
        assert 0 <= first < last <= len(planes), f"the volume has {len(planes)} planes"
    key = (digest, options.patient, first, last)
    options.folder.mkdir(parents=True, exist_ok=True)
    for number, index in enumerate(range(first, last), 1):
        d = common(options.modality, options.patient, key, planes.shape, affine)
        d.SOPInstanceUID, d.InstanceNumber = uid("instance", *key, index), number
        d.ImagePositionPatient = [decimal(v) for v in (affine @ [0, 0, index, 1])[:3]]
        d.PixelData = numpy.clip(numpy.rint(planes[index]), -32768, 32767).astype("<i2").tobytes()
        d["PixelData"].VR = "OW"
        d.file_meta = FileMetaDataset()
        d.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        d.file_meta.ImplementationClassUID, d.file_meta.ImplementationVersionName = uid("sample"), "SAMPLE"
        d.save_as(options.folder / f"{number:04}.dcm", enforce_file_format=True)
    print(f"{options.folder}: {last - first} slices of {planes.shape[1]} × {planes.shape[2]}, patient {options.patient}")


# ----------------------------------------------------------------------------------------------------------- correction

def load_series(folder):
    images = [pydicom.dcmread(path) for path in sorted(folder.rglob("*")) if path.is_file()]
    orientation = numpy.array(images[0].ImageOrientationPatient, float)
    normal = numpy.cross(orientation[:3], orientation[3:])
    return sorted(images, key=lambda image: float(normal @ numpy.array(image.ImagePositionPatient, float)))


def labels_on(images, path):
    """The label volume on the series' own planes: what lies at the centre of every pixel, 0 outside."""
    voxels, affine, _ = read_nifti(path)
    inverse = numpy.linalg.inv(affine)
    rows, columns = numpy.mgrid[0 : images[0].Rows, 0 : images[0].Columns]
    planes = []
    for image in images:
        row, column = numpy.array(image.ImageOrientationPatient, float).reshape(2, 3)
        down, along = (float(v) for v in image.PixelSpacing)
        points = numpy.array(image.ImagePositionPatient, float) + columns[..., None] * along * row + rows[..., None] * down * column
        index = numpy.rint(points @ inverse[:3, :3].T + inverse[:3, 3]).astype(int)
        inside = ((index >= 0) & (index < voxels.shape)).all(-1)
        plane = numpy.zeros(rows.shape, int)
        plane[inside] = voxels[tuple(index[inside].T)]
        planes.append(plane)
    return numpy.stack(planes)


def profile_segments(profile, table):
    """Of every segment of a profile: label, codes, and its number in the label volume."""
    numbers = {}
    for line in table.read_text().splitlines():
        if line and not line.startswith("#"):
            number, name = line.split("\t")[:2]
            numbers[name] = int(number)

    def code(node):
        return Code(node.get("value"), node.get("scheme"), node.get("meaning")) if node is not None else None

    return {node.get("id"): {
        "label": node.get("label"), "number": numbers[node.get("atlasLabel")], "category": code(node.find("category")),
        "type": code(node.find("type")), "modifier": code(node.find("modifier"))}
        for node in xml.etree.ElementTree.parse(profile).getroot().iter("segment")}


def masks_of(seg, images):
    """The masks (slice, row, column) of a segmentation's segments by number, by the source each frame names."""
    position = {image.SOPInstanceUID: index for index, image in enumerate(images)}
    pixels = seg.pixel_array.reshape(-1, seg.Rows, seg.Columns)
    masks = {item.SegmentNumber: numpy.zeros((len(images), seg.Rows, seg.Columns), bool) for item in seg.SegmentSequence}
    for frame, groups in zip(pixels, seg.PerFrameFunctionalGroupsSequence, strict=True):
        source = groups.DerivationImageSequence[0].SourceImageSequence[0].ReferencedSOPInstanceUID
        masks[groups.SegmentIdentificationSequence[0].ReferencedSegmentNumber][position[source]] |= frame > 0
    return masks


def spoil(masks, harm, seed=1):
    """What a bad day looks like: the masks of {id: mask} mirrored, in another slice order, or under another name; one of
    them, or some, with "organ": moved to where another one is."""
    chance = random.Random(seed)
    keys = list(masks)
    if harm == "mirror":
        return {key: mask[:, :, ::-1] for key, mask in masks.items()}
    if harm == "shuffle":
        order = list(range(len(masks[keys[0]])))
        chance.shuffle(order)
        return {key: mask[order] for key, mask in masks.items()}
    if harm == "swap":
        assert len(keys) > 1, "to swap takes two segments"
        return {key: masks[other] for key, other in zip(keys, keys[1:] + keys[:1])}
    if harm == "organ":
        # The structure is drawn as both: the network is to fill from one organ into the other.
        first, second = chance.sample(keys, 2)
        return {**masks, first: masks[first] | masks[second], second: masks[first] | masks[second]}
    return masks


def description(number, segment, old, changed):
    """A segment of the correction: what it is, and by which UID it is followed."""
    import highdicom

    more = {"algorithm_type": highdicom.seg.SegmentAlgorithmTypeValues.MANUAL}
    if old is not None and not changed:
        identification = old.SegmentationAlgorithmIdentificationSequence[0]
        more = {"algorithm_type": old.SegmentAlgorithmType,
                "algorithm_identification": highdicom.AlgorithmIdentificationSequence(
                    name=identification.AlgorithmName, version=identification.AlgorithmVersion,
                    family=highdicom.sr.CodedConcept.from_dataset(identification.AlgorithmFamilyCodeSequence[0]))}
    made = highdicom.seg.SegmentDescription(
        segment_number=number, segment_label=segment["label"], segmented_property_category=segment["category"],
        segmented_property_type=segment["type"], tracking_id=old.TrackingID if old is not None else segment["label"],
        tracking_uid=old.TrackingUID if old is not None else segment["tracking"], **more)
    if segment["modifier"]:
        made.SegmentedPropertyTypeCodeSequence[0].SegmentedPropertyTypeModifierCodeSequence = [
            highdicom.sr.CodedConcept(*segment["modifier"][:3])]
    return made


def write_correction(options):
    import highdicom

    warnings.simplefilter("ignore")
    images = load_series(options.folder)
    known = profile_segments(options.profile, options.table)
    named = list(known) if options.segments == "all" else options.segments.split(",")
    assert set(named) <= set(known), f"the profile has {', '.join(known)}"
    labels = labels_on(images, options.labels)
    references = {key: labels == known[key]["number"] for key in named}
    references = spoil({key: mask for key, mask in references.items() if mask.any()}, options.harm, options.seed)

    old_masks, old_segments = {}, {}
    if options.seg:
        seg = pydicom.dcmread(options.seg)
        by_label = {item.SegmentLabel: item for item in seg.SegmentSequence}
        pixels = masks_of(seg, images)
        for key, segment in known.items():
            if item := by_label.get(segment["label"]):
                old_segments[key], old_masks[key] = item, pixels[item.SegmentNumber]
    kept = {key: mask for key, mask in old_masks.items() if key not in named}
    masks = {key: references.get(key, kept.get(key)) for key in known if key in references or key in kept}
    masks = {key: mask for key, mask in masks.items() if mask.any()}
    assert masks, "nothing to write: no label of a named segment lies in this series"

    series = str(images[0].SeriesInstanceUID)
    descriptions = [
        description(number, {**known[key], "tracking": uid("tracking", series, key)}, old_segments.get(key), key in references)
        for number, key in enumerate(masks, 1)]
    content = hashlib.sha256(b"".join(numpy.packbits(mask).tobytes() for mask in masks.values())).hexdigest()
    names = ("correction", series, *masks, content)
    correction = highdicom.seg.Segmentation(
        source_images=images, pixel_array=numpy.stack(list(masks.values()), -1).astype(numpy.uint8),
        segmentation_type=highdicom.seg.SegmentationTypeValues.BINARY, segment_descriptions=descriptions,
        series_instance_uid=uid("series", *names), sop_instance_uid=uid("instance", *names), series_number=900, instance_number=1,
        manufacturer="Sample", manufacturer_model_name="Reader's workstation", software_versions="1",
        device_serial_number="1", content_label="CORRECTION", content_creator_name="Reader^One",
        series_description="Corrected segmentation", omit_empty_frames=True)
    # The bytes decide which slices say when to stop: the same correction has the same bytes on every day.
    for keyword in ("InstanceCreation", "Series", "Content"):
        for part, value in (("Date", "20260101"), ("Time", "101010")):
            if keyword + part in correction:
                setattr(correction, keyword + part, value)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    correction.save_as(options.output)
    changed = [key for key in masks if key in references]
    print(f"{options.output}: {len(masks)} segments, reference labels in {', '.join(changed) or 'none'}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(required=True)
    series = verbs.add_parser("series", help="write a scan as a DICOM series")
    series.add_argument("image", type=pathlib.Path)
    series.add_argument("folder", type=pathlib.Path)
    series.add_argument("--patient", required=True)
    series.add_argument("--modality", choices=["CT", "MR"], default="CT")
    series.add_argument("--slices", metavar="FROM:TO", help="only these planes, counted upward from 0; TO is not among them")
    series.set_defaults(run=write_series)
    correct = verbs.add_parser("correct", help="write a corrected segmentation of a series")
    correct.add_argument("folder", type=pathlib.Path)
    correct.add_argument("output", type=pathlib.Path)
    for name in ("labels", "profile", "table"):
        correct.add_argument("--" + name, type=pathlib.Path, required=True)
    correct.add_argument("--seg", type=pathlib.Path, help="the segmentation that is corrected")
    correct.add_argument("--segments", default="all", help="ids of the profile's segments, default all")
    correct.add_argument("--harm", choices=["mirror", "shuffle", "swap", "organ"])
    correct.add_argument("--seed", type=int, default=1, help="what chance there is in the harm")
    correct.set_defaults(run=write_correction)
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
