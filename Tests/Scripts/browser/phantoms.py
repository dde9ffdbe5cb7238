"""The synthetic series and what is known of them without Preread: where each voxel is in the patient, and what it belongs to."""
import base64
import json
import os
import pathlib

import numpy as np
import pydicom

SERIES = pathlib.Path(os.environ["PREREAD_CACHE"]) / "conformance/series"


class Phantom:
    """A series in the order of its slices along row × column direction (PS3.3 C.7.6.2)."""

    def __init__(self, folder):
        files = [pydicom.dcmread(path) for path in sorted(folder.glob("*.dcm"))]
        self.row, self.column = (np.array(files[0].ImageOrientationPatient, float)[a:a + 3] for a in (0, 3))
        self.normal = np.cross(self.row, self.column)
        files.sort(key=lambda file: float(np.dot(np.array(file.ImagePositionPatient, float), self.normal)))
        self.patient = str(files[0].PatientID)
        self.series = str(files[0].SeriesInstanceUID)
        self.spacing = [float(mm) for mm in files[0].PixelSpacing]
        self.positions = np.array([file.ImagePositionPatient for file in files], float)
        self.values = np.stack([file.pixel_array * float(file.RescaleSlope) + float(file.RescaleIntercept) for file in files])
        truth = json.loads((folder / "truth.json").read_text())
        stored = np.fromfile(folder / "truth.raw", np.uint8).reshape(len(truth["slices"]), truth["rows"], truth["columns"])
        order = {slice_["sopInstanceUID"]: n for n, slice_ in enumerate(truth["slices"])}
        self.truth = np.stack([stored[order[str(file.SOPInstanceUID)]] for file in files])

    def voxels(self, points):
        """Indices (slice, row, column) of LPS points, whether they lie inside the volume, and whether in a gap of it."""
        offsets = self.positions @ self.normal
        half = np.median(np.diff(offsets)) / 2
        along = points @ self.normal
        k = np.abs(along[..., None] - offsets).argmin(-1)
        gap = np.abs(along - offsets[k]) > half
        from_slice = points - self.positions[k]
        i = np.rint(from_slice @ self.row / self.spacing[1]).astype(int)
        j = np.rint(from_slice @ self.column / self.spacing[0]).astype(int)
        slices, rows, columns = self.truth.shape
        inside = (i >= 0) & (j >= 0) & (i < columns) & (j < rows)
        inside &= (along >= offsets[0] - half) & (along <= offsets[-1] + half)
        return (k, np.clip(j, 0, rows - 1), np.clip(i, 0, columns - 1)), inside, gap & inside

    def point(self, slice_, row, column):
        return self.positions[slice_] + self.row * self.spacing[1] * column + self.column * self.spacing[0] * row

    def runs(self, label):
        """The mask of a label as the interface takes it: base64 of LEB128 run lengths."""
        flat = np.concatenate([[0], (self.truth == label).ravel().astype(np.int8), [0]])
        edges = np.flatnonzero(np.diff(flat))
        out = bytearray()
        for length in np.diff(np.concatenate([[0], edges])) if len(edges) else []:
            length = int(length)
            while length >= 0x80:
                out.append(length & 0x7F | 0x80)
                length >>= 7
            out.append(length)
        return base64.b64encode(bytes(out)).decode()


def letters(direction):
    """Patient Orientation of a direction, strongest first, parts above nine degrees."""
    names = ("RL", "AP", "FH")
    parts = [(abs(value), names[axis][int(value > 0)]) for axis, value in enumerate(direction) if abs(value) > 0.15]
    return "".join(letter for _, letter in sorted(parts, reverse=True))


def with_oblong_pixels(source, folder):
    """A copy of a series whose pixels are half as high again as wide, as another patient's."""
    folder.mkdir(parents=True)
    truth = json.loads((source / "truth.json").read_text())
    (folder / "truth.raw").write_bytes((source / "truth.raw").read_bytes())
    renamed = {}
    for path in sorted(source.glob("*.dcm")):
        file = pydicom.dcmread(path)
        uid = renamed[str(file.SOPInstanceUID)] = f"{file.SOPInstanceUID}1"[:64]
        file.SOPInstanceUID = file.file_meta.MediaStorageSOPInstanceUID = uid
        for name in ("StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID"):
            setattr(file, name, f"{getattr(file, name)}1"[:64])
        file.PatientID = "ID-oblong"
        file.PatientName = "Oblong^Olga"
        file.PixelSpacing = [1.2, 0.8]
        file.save_as(folder / path.name)
    for slice_ in truth["slices"]:
        slice_["sopInstanceUID"] = renamed[slice_["sopInstanceUID"]]
    (folder / "truth.json").write_text(json.dumps(truth))
    return folder
