#!/usr/bin/env python3
"""Judges that masks lie in the patient whatever the storage, and that nothing is drawn where the atlas does not fit:
placement.py PREREAD.

Environment: PREREAD_CACHE, PREREAD_SHARED, PREREAD_CONFORMANCE_VENV, as the Makefile sets them.

The sample CT is stored with rows, columns or slices the other way round, with rows as columns, and turned by some degrees
in its plane, always with the positions and orientations that say so. The masks of each must be those of the scan as it was
published, compared in patient coordinates. Then atlases of the wrong region, and a head where the profile expects an abdomen:
no segmentation, and a reason.
"""
import gzip
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile

import numpy
import pydicom
from pydicom.uid import ExplicitVRLittleEndian

TOP = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "Tests/Scripts"))
import make_training_cases as cases  # noqa: E402

CACHE = pathlib.Path(os.environ["PREREAD_CACHE"])
SHARED = pathlib.Path(os.environ["PREREAD_SHARED"])
SAMPLE = CACHE / "sample/totalsegmentator/tests/reference_files"
WORK = pathlib.Path(tempfile.mkdtemp(prefix="preread-placement-"))
PREREAD = pathlib.Path(sys.argv[1]).resolve()
PROFILES = WORK / "profiles"


def start(*arguments):
    return subprocess.run([str(PREREAD), *map(str, arguments)], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env={**os.environ, "PREREAD_MODELS": str(WORK / "models"), "PREREAD_PROFILES": str(PROFILES)})


def run(*arguments, status=0):
    done = start(*arguments)
    assert done.returncode == status, f"{arguments}: exit status {done.returncode}, not {status}\n{done.stdout}"
    return done.stdout


def write_nifti(path, voxels, like):
    """The voxels with the header of another file, moved to where they were cut out of it."""
    data = gzip.decompress(like.read_bytes())
    header = bytearray(data[:352])
    header[42:48] = struct.pack("<3h", *voxels.shape)
    header[70:74] = struct.pack("<2h", 4, 16)
    header[108:112] = struct.pack("<f", 352)
    header[112:120] = struct.pack("<2f", 1, 0)
    path.write_bytes(gzip.compress(bytes(header) + voxels.astype("<i2").tobytes(order="F"), 1))


def build_atlas(name="ct-abdomen-example", planes=None):
    """The other patient's CT as an atlas, as a whole or some of its planes, counted upward."""
    image, labels = SAMPLE / "example_ct.nii.gz", SAMPLE / "example_seg_fast_force_split.nii.gz"
    if planes:
        for part, source in (("image", image), ("labels", labels)):
            voxels, affine, _ = cases.read_nifti(source)
            axis = int(numpy.abs(affine[2, :3]).argmax())
            assert affine[2, axis] > 0, "planes are counted upward"
            # The lowest planes stay, so that the affine holds.
            assert planes[0] == 0
            write_nifti(WORK / f"{part}.nii.gz", numpy.take(voxels, range(*planes), axis), source)
        image, labels = WORK / "image.nii.gz", WORK / "labels.nii.gz"
    run("atlas", "build", name, "--image", image, "--labels", labels, "--table",
        TOP / "profiles/labels-totalsegmentator-ct.tsv", "--licence", "Apache-2.0", "--provenance", "test")


def make_site():
    shutil.copytree(TOP / "profiles", PROFILES, ignore=shutil.ignore_patterns("atlases"))
    (PROFILES / "atlases").mkdir()
    run("models", "import", CACHE / "weights/lite_medsam.pth", "--name", "litemedsam", "--licence", "Apache-2.0")


def annotate(folder):
    output = WORK / f"out-{folder.name}"
    run("annotate", folder, "--model", "litemedsam", "--output", output)
    found, = output.rglob("segmentation.dcm")
    done = subprocess.run([sys.executable, SHARED / "conformance/check_seg.py", found, "--source", folder], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
    return pydicom.dcmread(found)


# ------------------------------------------------------------------------------------------------ the same scan, otherwise

def affine_of(image):
    """(column, row) of an image to patient coordinates: a 3 × 3 matrix for (column, row, 1)."""
    row, column = numpy.array(image.ImageOrientationPatient, float).reshape(2, 3)
    down, along = (float(value) for value in image.PixelSpacing)
    return numpy.column_stack([row * along, column * down, numpy.array(image.ImagePositionPatient, float)])


def stored(images, name, change):
    """The series with every slice's pixels and affine changed, under UIDs of its own."""
    folder = WORK / name
    folder.mkdir()
    backwards = name == "feet-first"
    for number, image in enumerate(reversed(images) if backwards else images, 1):
        new = pydicom.dcmread(image.filename)
        pixels, affine = change(image.pixel_array, affine_of(image))
        key = (name, str(image.SOPInstanceUID))
        new.SOPInstanceUID, new.SeriesInstanceUID = cases.uid("instance", *key), cases.uid("series", name)
        new.file_meta.MediaStorageSOPInstanceUID = new.SOPInstanceUID
        new.InstanceNumber = number
        new.Rows, new.Columns = pixels.shape
        spacing = numpy.linalg.norm(affine[:, :2], axis=0)
        new.PixelSpacing = [cases.decimal(spacing[1]), cases.decimal(spacing[0])]
        new.ImageOrientationPatient = [cases.decimal(v) for v in (affine[:, :2] / spacing).T.ravel()]
        new.ImagePositionPatient = [cases.decimal(v) for v in affine[:, 2]]
        new.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        new.PixelData = numpy.ascontiguousarray(pixels).tobytes()
        new["PixelData"].VR = "OW"
        new.save_as(folder / f"{number:03}.dcm", enforce_file_format=True)
    return folder


def from_left(pixels, affine):
    last = pixels.shape[1] - 1
    return pixels[:, ::-1], affine @ numpy.array([[-1, 0, last], [0, 1, 0], [0, 0, 1]])


def from_below(pixels, affine):
    last = pixels.shape[0] - 1
    return pixels[::-1], affine @ numpy.array([[1, 0, 0], [0, -1, last], [0, 0, 1]])


def rows_as_columns(pixels, affine):
    return pixels.T, affine @ numpy.array([[0, 1, 0], [1, 0, 0], [0, 0, 1]])


def as_it_is(pixels, affine):
    return pixels, affine


def turned(pixels, affine, degrees=7):
    """Acquired on a grid that is turned about the middle: bilinear."""
    middle = (numpy.array(pixels.shape[::-1]) - 1) / 2
    cosine, sine = numpy.cos(numpy.radians(degrees)), numpy.sin(numpy.radians(degrees))
    rotation = numpy.array([[cosine, -sine], [sine, cosine]])
    # (column, row) of the new grid to those of the old one.
    matrix = numpy.eye(3)
    matrix[:2, :2], matrix[:2, 2] = rotation, middle - rotation @ middle
    rows, columns = numpy.mgrid[0 : pixels.shape[0], 0 : pixels.shape[1]]
    x, y = (matrix[i, 0] * columns + matrix[i, 1] * rows + matrix[i, 2] for i in (0, 1))
    left, top = numpy.floor(x).astype(int), numpy.floor(y).astype(int)
    inside = (left >= 0) & (top >= 0) & (left < pixels.shape[1] - 1) & (top < pixels.shape[0] - 1)
    left, top = numpy.where(inside, left, 0), numpy.where(inside, top, 0)
    fx, fy = x - left, y - top
    upper = pixels[top, left] * (1 - fx) + pixels[top, left + 1] * fx
    lower = pixels[top + 1, left] * (1 - fx) + pixels[top + 1, left + 1] * fx
    result = numpy.where(inside, upper * (1 - fy) + lower * fy, pixels.min())
    return numpy.rint(result).astype(pixels.dtype), affine @ matrix


def masks_in_patient(seg, series, reference):
    """For each segment its mask on the grid of the published scan: what lies at the centre of each of its pixels."""
    by_uid = {str(image.SOPInstanceUID): image for image in series}
    places = {round(float(image.ImagePositionPatient[2]), 2): index for index, image in enumerate(reference)}
    shape = (len(reference), reference[0].Rows, reference[0].Columns)
    rows, columns = numpy.mgrid[0 : shape[1], 0 : shape[2]]
    grid = numpy.stack([columns.ravel(), rows.ravel(), numpy.ones(rows.size)])
    pixels = seg.pixel_array.reshape(-1, seg.Rows, seg.Columns)
    masks = {item.SegmentLabel: numpy.zeros(shape, bool) for item in seg.SegmentSequence}
    names = {item.SegmentNumber: item.SegmentLabel for item in seg.SegmentSequence}
    for frame, groups in zip(pixels, seg.PerFrameFunctionalGroupsSequence, strict=True):
        source = by_uid[groups.DerivationImageSequence[0].SourceImageSequence[0].ReferencedSOPInstanceUID]
        place = numpy.array(groups.PlanePositionSequence[0].ImagePositionPatient, float)
        assert numpy.abs(place - numpy.array(source.ImagePositionPatient, float)).max() < 1e-3
        slice_ = places[round(float(place[2]), 2)]
        points = affine_of(reference[slice_]) @ grid
        own = affine_of(source)
        index = numpy.linalg.lstsq(own[:, :2], points - own[:, 2:], rcond=None)[0]
        column, row = numpy.rint(index).astype(int)
        inside = (column >= 0) & (row >= 0) & (column < source.Columns) & (row < source.Rows)
        values = numpy.zeros(rows.size, bool)
        values[inside] = frame[row[inside], column[inside]] > 0
        masks[names[groups.SegmentIdentificationSequence[0].ReferencedSegmentNumber]][slice_] |= values.reshape(shape[1:])
    return masks


def grown(mask):
    """Each slice's mask and the pixels beside it."""
    result = mask.copy()
    for axis in (1, 2):
        for step in (-1, 1):
            moved = numpy.roll(result if axis == 2 else mask, step, axis)
            edge = [slice(None)] * 3
            edge[axis] = 0 if step == 1 else -1
            moved[tuple(edge)] = False
            result |= moved
    return result


def storage_does_not_matter():
    build_atlas()
    images = cases.load_series(CACHE / "sample/series")
    expected = masks_in_patient(annotate(CACHE / "sample/series"), images, images)
    assert len(expected) >= 3, list(expected)
    for name, change, is_exact in [
        ("from-left", from_left, True), ("from-below", from_below, True), ("rows-as-columns", rows_as_columns, True),
        ("feet-first", as_it_is, True), ("turned", turned, False),
    ]:
        folder = stored(images, name, change)
        found = masks_in_patient(annotate(folder), cases.load_series(folder), images)
        # On another grid a segment near its gate may fall on the other side of it.
        fits = set(found) == set(expected) if is_exact else set(found) >= set(expected)
        assert fits, f"{name}: {sorted(found)}, not {sorted(expected)}"
        for label, mask in sorted(expected.items()):
            other = found[label]
            dice = 2 * (mask & other).sum() / (mask.sum() + other.sum())
            away = (mask & ~grown(other)).sum() + (other & ~grown(mask)).sum()
            share = away / mask.sum()
            print(f"{name:16} {label:20} Dice {dice:.4f}, {share:.4%} of the voxels more than one away", flush=True)
            if is_exact:
                assert dice > 0.99 and share < 0.002, (name, label)
            else:
                assert dice > 0.93, (name, label)


# ---------------------------------------------------------------------------------------------------- what does not fit

def head(folder):
    """A CT of a head: skin, skull and brain as ellipsoids, with noise. A head of a patient is not in the sample."""
    reference = pydicom.dcmread(sorted((CACHE / "sample/series").iterdir())[0])
    folder.mkdir()
    chance = numpy.random.default_rng(20261124)
    rows, columns = numpy.mgrid[0:256, 0:256]
    for number in range(40):
        z = (number - 20) / 22
        size = numpy.sqrt(max(0, 1 - z * z))
        radius = numpy.hypot((columns - 128) / 78, (rows - 128) / 98)
        values = numpy.full((256, 256), -1000.0)
        for limit, value in ((1, 40), (0.94, 900), (0.86, 35), (0.2, 10)):
            values[radius < limit * size] = value
        values += chance.normal(0, 8, values.shape)
        new = pydicom.dcmread(reference.filename)
        new.SOPInstanceUID, new.SeriesInstanceUID = cases.uid("head", number), cases.uid("head")
        new.StudyInstanceUID, new.FrameOfReferenceUID = cases.uid("head study"), cases.uid("head frame")
        new.file_meta.MediaStorageSOPInstanceUID = new.SOPInstanceUID
        new.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        new.InstanceNumber, new.Rows, new.Columns = number + 1, 256, 256
        new.PixelSpacing, new.SliceThickness = ["1", "1"], "4"
        new.ImageOrientationPatient = ["1", "0", "0", "0", "1", "0"]
        new.ImagePositionPatient = ["-128", "-128", str(4 * number)]
        new.RescaleSlope, new.RescaleIntercept = "1", "-1024"
        new.BitsAllocated, new.BitsStored, new.HighBit, new.PixelRepresentation = 16, 16, 15, 0
        new.PixelData = numpy.clip(numpy.rint(values + 1024), 0, 4000).astype("<u2").tobytes()
        new["PixelData"].VR = "OW"
        new.save_as(folder / f"{number:03}.dcm", enforce_file_format=True)
    return folder


def nothing_is_drawn(what, folder, profile, codes, status=1):
    output = WORK / f"refused-{what.replace(' ', '-')}"
    done = start("annotate", folder, "--profile", profile, "--model", "litemedsam", "--output", output)
    said = [code for code in codes if code in done.stdout]
    assert done.returncode == status and said, f"{what}: exit status {done.returncode}\n{done.stdout}"
    assert not list(output.rglob("*.dcm")), f"{what}: a segmentation was written"
    print(f"{what}: {said[0]}", flush=True)


def what_does_not_fit_is_left_to_a_person():
    codes = ["ATLAS_NO_BODY", "ATLAS_OVERLAP_TOO_SHORT", "ATLAS_LEVEL_NOT_FOUND", "ATLAS_BODY_SIZE", "ATLAS_NOT_ALIKE",
             "ATLAS_SHAPE", "LOW_CONFIDENCE"]
    nothing_is_drawn("head in an abdomen's profile", head(WORK / "head"), "ct-abdomen", codes)
    nothing = run("annotate", CACHE / "sample/series", "--profile", "ct-pelvis", "--model", "litemedsam", "--output",
                  WORK / "pelvis-profile")
    assert nothing.count("the prior has no part of it in this series") == 3, nothing
    assert not list((WORK / "pelvis-profile").rglob("*.dcm"))
    print("upper abdomen in a pelvis's profile: the prior has no part of any segment", flush=True)
    build_atlas("ct-pelvis-example", (0, 45))
    profile = PROFILES / "ct-pelvis.xml"
    profile.write_text(profile.read_text().replace("</match>", '</match>\n    <atlas name="ct-pelvis-example"/>'))
    nothing_is_drawn("upper abdomen with the atlas of a pelvis", CACHE / "sample/series", "ct-pelvis", codes)
    # The lower part of the abdomen's atlas alone: its labels are those of a pelvis, and the profile says so when it is loaded.
    shutil.rmtree(PROFILES / "atlases/ct-abdomen-example")
    build_atlas("ct-abdomen-example", (0, 45))
    nothing_is_drawn("abdomen's profile with the atlas of a pelvis", CACHE / "sample/series", "ct-abdomen",
                     ["has no structure named kidney_left"], status=3)


def main():
    make_site()
    storage_does_not_matter()
    what_does_not_fit_is_left_to_a_person()
    shutil.rmtree(WORK)


if __name__ == "__main__":
    main()
