#!/usr/bin/env python3
"""Looks at, prompts, corrects and retrieves studies of a running service, as the page and other viewers do: imaging.py PREREAD.

Environment: PREREAD_CACHE, PREREAD_SHARED, PREREAD_CONFORMANCE_VENV, as the Makefile sets them. What the interface shows is compared with what pydicom reads from the files that were sent; corrections are
checked with check_seg.py; DICOMweb is asked through dicomweb-client too.
"""
import base64
import email
import io
import json
import os
import pathlib
import shutil
import subprocess
import sys
import urllib.error
import urllib.request

import numpy as np
import pydicom
from dicomweb_client.api import DICOMwebClient

TOP = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "Tests/Scripts/browser"))

from site_folder import CACHE, Site  # noqa: E402

SHARED = pathlib.Path(os.environ["PREREAD_SHARED"])
SERIES = ["oblique", "odd187x239", "enhanced"]
SITE = Site(sys.argv[1])


def make_site():
    """Gives the reviewer's token."""
    SITE.make(phantoms=False)
    SITE.drop(CACHE / "sample/series", "sample")
    for name in SERIES:
        SITE.drop(CACHE / "conformance/series" / name, name)
    return SITE.run("users", "token", "ben", "--site", SITE.file).split()[-1]


class Client:
    def __init__(self, token):
        self.headers = {"Authorization": f"Bearer {token}", "X-Preread": "1"}

    def ask(self, path, body=None, accept=None):
        headers = dict(self.headers, **({"Accept": accept} if accept else {}))
        data = None if body is None else json.dumps(body).encode()
        if data:
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(SITE.address + path, data=data, headers=headers)
        with urllib.request.urlopen(request) as answer:
            return answer.read(), answer.headers

    def json(self, path, body=None):
        return json.loads(self.ask(path, body)[0])

    def status(self, path, body=None, accept=None):
        try:
            self.ask(path, body, accept)
            return 200
        except urllib.error.HTTPError as error:
            return error.code


# ---------------------------------------------------------------- runs
def runs(mask):
    """Unsigned LEB128 lengths, background first, trailing background left out."""
    flat = np.concatenate([[False], np.asarray(mask, bool).ravel(), [False]])
    edges = np.flatnonzero(flat[1:] != flat[:-1])
    lengths = np.diff(np.concatenate([[0], edges]))
    out = bytearray()
    for length in lengths:
        length = int(length)
        while length >= 128:
            out.append(length & 127 | 128)
            length >>= 7
        out.append(length)
    return base64.b64encode(bytes(out)).decode()


def mask(text, shape):
    out = np.zeros(int(np.prod(shape)), bool)
    place, value, shift, on = 0, 0, 0, False
    for byte in base64.b64decode(text):
        value |= (byte & 127) << shift
        shift += 7
        if byte & 128:
            continue
        out[place:place + value] = on
        place, value, shift, on = place + value, 0, 0, not on
    return out.reshape(shape)


# ---------------------------------------------------------------- volumes
def source_planes(folder):
    """Position of the first pixel -> modality values, by pydicom."""
    planes = {}
    for path in sorted(folder.glob("**/*.dcm")):
        ds = pydicom.dcmread(path)
        if "PerFrameFunctionalGroupsSequence" in ds:
            for item, pixels in zip(ds.PerFrameFunctionalGroupsSequence, ds.pixel_array):
                shared = ds.SharedFunctionalGroupsSequence[0]
                rescale = (item.get("PixelValueTransformationSequence") or shared.PixelValueTransformationSequence)[0]
                planes[key(item.PlanePositionSequence[0].ImagePositionPatient)] = \
                    pixels * float(rescale.RescaleSlope) + float(rescale.RescaleIntercept)
        else:
            planes[key(ds.ImagePositionPatient)] = ds.pixel_array * float(ds.get("RescaleSlope", 1)) \
                + float(ds.get("RescaleIntercept", 0))
    return planes


def key(position):
    return tuple(round(float(x), 2) + 0.0 for x in position)


def volume(client, job):
    about = client.json(f"/api/jobs/{job}/volume")
    shape = (about["slices"], about["rows"], about["columns"])
    stored = b"".join(client.ask(f"/api/jobs/{job}/slices/{first}/{min(32, shape[0] - first)}")[0]
                      for first in range(0, shape[0], 32))
    values = np.frombuffer(stored, "<i2").reshape(shape) * about["valueSlope"] + about["valueIntercept"]
    return about, values


def check_volume(client, job, folder):
    about, values = volume(client, job)
    planes = source_planes(folder)
    found = [planes[key(position)] for position in about["positions"]]
    assert all((a == b).all() for a, b in zip(found, values)), f"job {job}: other values than pydicom reads"
    assert client.ask(f"/api/jobs/{job}/thumbnail")[0][:4] == b"\x89PNG"
    return about, values.shape


# ---------------------------------------------------------------- corrections
def check_seg(path, source, *more):
    python = pathlib.Path(os.environ["PREREAD_CONFORMANCE_VENV"]) / "bin/python"
    done = subprocess.run([python, SHARED / "conformance/check_seg.py", path, "--source", source, *more],
                          capture_output=True, text=True)
    assert done.returncode == 0, f"check_seg.py: {done.stdout}{done.stderr}"


def stored_correction(number):
    found = json.loads(SITE.run("review", "corrections", "--json", "--site", SITE.file))
    entry = next(c for c in found if c["correction"] == number)
    digest = entry["sha256"] if "sha256" in entry else entry["digest"]
    return SITE.folder / "store/corrections" / digest[:2] / f"{digest}.dcm"


def correct(client, job, shape, folder, about, base=None):
    """Draws on every slice and reads back what was drawn."""
    rng = np.random.default_rng(7)
    drawn = {}
    for name in ("liver", "spleen"):
        blob = np.zeros(shape, bool)
        z, y, x = [slice(n // 4, max(n // 4 + 2, n // 2 + 1)) for n in shape]
        blob[z, y, x] = rng.random(blob[z, y, x].shape) < 0.7
        drawn[f"ct-abdomen/{name}"] = blob
    saved = client.json(f"/api/jobs/{job}/corrections", {
        "base": "result", "seconds": 42,
        "segments": [{"key": k, "runs": runs(m), "tools": ["brush"]} for k, m in drawn.items()]})
    assert saved["state"] == "current", saved
    shown = client.json(f"/api/jobs/{job}/masks?source=correction-{saved['correction']}")["segments"]
    for segment in shown:
        assert (mask(segment["runs"], shape) == drawn[segment["key"]]).all(), f"{segment['key']} is not as drawn"
    path = stored_correction(saved["correction"])
    ds = pydicom.dcmread(path)
    assert str(ds.ContentCreatorName) == "ben^"
    # the expectation for the independent reader: by the names of the source images
    check_seg(path, folder)
    return saved, ds


def independent_masks(ds):
    """Segment number -> position -> pixels, by pydicom alone."""
    found = {}
    pixels = np.atleast_3d(ds.pixel_array).reshape(-1, ds.Rows, ds.Columns)
    for item, frame in zip(ds.PerFrameFunctionalGroupsSequence, pixels):
        number = item.SegmentIdentificationSequence[0].ReferencedSegmentNumber
        found.setdefault(number, {})[key(item.PlanePositionSequence[0].ImagePositionPatient)] = frame > 0
    return found


def check_placement(client, job, source, ds, about, shape):
    """The interface's masks and pydicom's, compared at patient coordinates."""
    own = independent_masks(ds)
    for segment in client.json(f"/api/jobs/{job}/masks?source={source}")["segments"]:
        shown = mask(segment["runs"], shape)
        for position, plane in zip(about["positions"], shown):
            there = own[segment["number"]].get(key(position), np.zeros(shape[1:], bool))
            assert (there == plane).all(), f"job {job} segment {segment['number']} lies elsewhere"


# ---------------------------------------------------------------- DICOMweb
def check_dicomweb(client, token, folder):
    one = pydicom.dcmread(next(folder.glob("**/*.dcm")))
    study, series = one.StudyInstanceUID, one.SeriesInstanceUID
    base = f"/dicom-web/studies/{study}"
    found = client.json(f"/dicom-web/studies?StudyInstanceUID={study}&limit=3&offset=0&fuzzymatching=false")
    assert [f["0020000D"]["Value"][0] for f in found] == [study]
    assert found[0]["00100020"]["Value"] == [one.PatientID]
    modalities = {s["00080060"]["Value"][0] for s in client.json(f"{base}/series")}
    metadata = client.json(f"{base}/series/{series}/metadata")
    mine = next(m for m in metadata if m["00080018"]["Value"][0] == one.SOPInstanceUID)
    theirs = one.to_json_dict()
    for tag, element in theirs.items():
        if tag in ("7FE00010", "00080005") or element["vr"] == "SQ":
            continue
        assert mine[tag].get("Value") == element.get("Value") or element["vr"] in ("DS", "IS", "UN"), \
            (tag, mine[tag], element)
    body, headers = client.ask(f"{base}/series/{series}/instances/{one.SOPInstanceUID}",
                               accept='multipart/related; type="application/dicom"; transfer-syntax=*')
    part = email.message_from_bytes(b"Content-Type: " + headers["Content-Type"].encode() + b"\r\n\r\n" + body)
    again = pydicom.dcmread(io.BytesIO(part.get_payload(0).get_payload(decode=True)))
    assert again.SOPInstanceUID == one.SOPInstanceUID
    frame = client.ask(f"{base}/series/{series}/instances/{one.SOPInstanceUID}/frames/1", accept="application/octet-stream")[0]
    assert frame == one.pixel_array.reshape(-1, one.Rows, one.Columns)[0].tobytes()
    assert client.status(f"{base}/series/{series}", accept="image/jpeg") == 406
    # Left to itself it names the host without the port, which is another host.
    web = DICOMwebClient(SITE.address + "/dicom-web", headers={"Authorization": f"Bearer {token}"})
    web.host = f"127.0.0.1:{SITE.port}"
    assert study in [s["0020000D"]["Value"][0] for s in web.search_for_studies(limit=10)]
    assert {s["00080060"]["Value"][0] for s in web.search_for_series(study)} == modalities
    assert len(web.search_for_instances(study, series)) == len(metadata)
    everything = web.retrieve_study(study)
    assert {d.Modality for d in everything} == modalities
    segmentation = next(d for d in everything if d.Modality == "SEG")
    pixels = segmentation.pixel_array.reshape(-1, segmentation.Rows, segmentation.Columns)
    frames = web.retrieve_instance_frames(study, segmentation.SeriesInstanceUID, segmentation.SOPInstanceUID, [1, 2])
    size = segmentation.Rows * segmentation.Columns
    for number, got in enumerate(frames):
        bits = np.unpackbits(np.frombuffer(bytes(got), np.uint8), bitorder="little")[:size] if np.asarray(got).size != size \
            else np.asarray(got).ravel()
        assert (bits.reshape(pixels[number].shape) == pixels[number]).all(), "a frame of masks differs"
    document = web.retrieve_instance_metadata(study, segmentation.SeriesInstanceUID, segmentation.SOPInstanceUID)
    assert pydicom.Dataset.from_json(document, lambda *a: b"").SegmentSequence[0].SegmentLabel


def annotated():
    found = SITE.jobs()
    done = [j for j in found if j["state"] in ("annotated", "needs-prompt")]
    return done if len(done) >= len(SERIES) and len(done) == len(found) else None


def check_case(client, name, job, folder):
    about, shape = check_volume(client, job["job"], folder)
    if job["state"] == "annotated":
        path = next((SITE.folder / "annotated" / job["series"]).glob("*/segmentation.dcm"))
        check_placement(client, job["job"], "result", pydicom.dcmread(path), about, shape)
        priors = client.json(f"/api/jobs/{job['job']}/priors")["segments"]
        assert priors and all(mask(p["runs"], shape).any() for p in priors)
    offer = client.json(f"/api/jobs/{job['job']}/prompting")
    assert offer["available"], offer
    box = [shape[2] * 0.25, shape[1] * 0.25, shape[2] * 0.6, shape[1] * 0.6]
    times = []
    for _ in range(4):
        answer = client.json(f"/api/jobs/{job['job']}/prompt", {"slice": shape[0] // 2, "box": box})
        times.append((round(answer["encodeMS"]), round(answer["decodeMS"])))
    assert client.status(f"/api/jobs/{job['job']}/prompt", {"slice": 0, "points": [[1, 1, 1]]}) == \
        (200 if "points" in offer["takes"] else 422)
    further = client.json(f"/api/jobs/{job['job']}/propagate",
                          {"slice": shape[0] // 2, "runs": answer["runs"], "direction": 1, "count": 3})
    saved, ds = correct(client, job["job"], shape, folder, about)
    check_placement(client, job["job"], f"correction-{saved['correction']}", ds, about, shape)
    print(f"{name}: {job['state']}, {shape}, prompts (encode, decode in ms) {times}, carried on over "
          f"{len(further['slices'])} slices until {further['stopped']}, corrected as {saved['correction']}")


def main():
    token = make_site()
    with SITE:
        client = Client(token)
        by_series = {j["series"]: j for j in SITE.wait(annotated, 600)}
        for name in SERIES + ["sample"]:
            folder = SITE.folder / "incoming" / name
            uid = pydicom.dcmread(next(folder.glob("**/*.dcm")), stop_before_pixels=True).SeriesInstanceUID
            if uid in by_series:
                check_case(client, name, by_series[uid], folder)
            else:
                print(f"{name}: no profile takes it")
        check_dicomweb(client, token, SITE.folder / "incoming/sample")
    names = {str(pydicom.dcmread(p, stop_before_pixels=True).get("PatientName", ""))
             for p in SITE.folder.glob("incoming/*/*.dcm")}
    text = SITE.log.read_text() + (SITE.folder / "audit.jsonl").read_text()
    assert not [n for n in [*names, "PatientName", token] if n and n in text], "a patient's name or a token stands in a log"
    shutil.rmtree(SITE.folder)
    print("imaging: all is well")


main()
