#!/usr/bin/env python3
"""Corrects results of a running service as people do and judges what the ledger says of it: corrections.py PREREAD.

Environment: PREREAD_CACHE, PREREAD_SHARED, PREREAD_CONFORMANCE_VENV, as the Makefile sets them. A correction is dropped while
the service is killed again and again; mangled files follow, then verdicts of every kind beside the running service.
"""
import copy
import hashlib
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import pydicom
from pydicom.uid import generate_uid

TOP = pathlib.Path(__file__).resolve().parents[3]
CACHE = pathlib.Path(os.environ["PREREAD_CACHE"])
SHARED = pathlib.Path(os.environ["PREREAD_SHARED"])
SAMPLE = CACHE / "sample/totalsegmentator/tests/reference_files"
WORK = pathlib.Path(tempfile.mkdtemp(prefix="preread-corrections-"))
PREREAD = pathlib.Path(sys.argv[1]).resolve()
SITE = WORK / "site.xml"
ENVIRONMENT = {**os.environ, "PREREAD_MODELS": str(WORK / "models"), "PREREAD_PROFILES": str(WORK / "profiles")}
KILLS = 12
MUTANTS = 40


def run(*arguments, status=0):
    done = subprocess.run([str(PREREAD), *map(str, arguments)], text=True, env=ENVIRONMENT, capture_output=True)
    assert done.returncode == status, f"{arguments}: exit status {done.returncode}, not {status}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def document(*arguments):
    done = subprocess.run([str(PREREAD), *map(str, arguments), "--site", str(SITE), "--json"], text=True, env=ENVIRONMENT,
                          capture_output=True)
    assert done.stdout, f"{arguments}: {done.stderr}"
    return json.loads(done.stdout)


def make_site():
    (WORK / "incoming").mkdir()
    shutil.copytree(TOP / "profiles", WORK / "profiles", ignore=shutil.ignore_patterns("atlases"))
    (WORK / "profiles/atlases").mkdir()
    shutil.copy(TOP / "watch/site.xsd", WORK)
    SITE.write_text('<?xml version="1.0" encoding="UTF-8"?>\n<site schema="1"><profiles folder="profiles"/>'
                    '<models folder="models" default="litemedsam"/>'
                    '<ingest settleSeconds="0.5" studyQuietSeconds="0.5" pollSeconds="0.2"/></site>\n')
    run("models", "import", CACHE / "weights/lite_medsam.pth", "--name", "litemedsam")
    run("atlas", "build", "ct-abdomen-example", "--image", SAMPLE / "example_ct.nii.gz", "--labels",
        SAMPLE / "example_seg_fast_force_split.nii.gz", "--table", TOP / "profiles/labels-totalsegmentator-ct.tsv",
        "--licence", "Apache-2.0", "--provenance", "test")
    shutil.copytree(CACHE / "sample/series", WORK / "incoming/study")
    run("serve", "--site", SITE, "--drain")


class Service:
    """`serve`, until it is left or killed. While it starts, the end by SIGTERM is that of any program."""

    def __enter__(self):
        self.before = self.starts()
        self.log = open(WORK / "serve.log", "ab")
        self.process = subprocess.Popen([str(PREREAD), "serve", "--site", str(SITE)], env=ENVIRONMENT, stdout=self.log,
                                        stderr=subprocess.STDOUT)
        return self

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def __exit__(self, *_):
        if self.process.poll() is None:
            wait_for(lambda: self.starts() > self.before)
            self.process.terminate()
            status = self.process.wait(60)
            assert status == 0, f"serve ended with {status}\n{(WORK / 'serve.log').read_text()[-2000:]}"
        self.log.close()

    @staticmethod
    def starts():
        log = WORK / "serve.log"
        return log.read_text().count(" serving") if log.exists() else 0


def drop(bytes_, name, folder="corrected"):
    """As a copy over a network: under another name first."""
    path = WORK / folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(bytes_)
    part.rename(path)


def corrections():
    return document("review", "corrections")


def wait_for(what, seconds=60):
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, f"waited in vain\n{(WORK / 'serve.log').read_text()[-2000:]}"
        time.sleep(0.2)


def edited(seg, reader, change=lambda ds: None):
    """The result without the first pixels, as another reader would save it."""
    ds = copy.deepcopy(seg)
    ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    ds.SeriesInstanceUID = generate_uid()
    ds.ContentCreatorName = reader
    change(ds)
    path = WORK / "edit.dcm"
    ds.save_as(path)
    return path.read_bytes()


def erase(frames):
    """Clears so many of the first frames of the segmentation."""
    def change(ds):
        bits = ds.Rows * ds.Columns * frames
        pixels = bytearray(ds.PixelData)
        pixels[: bits // 8] = bytes(bits // 8)
        ds.PixelData = bytes(pixels)
    return change


def killed_services_leave_one_correction(seg, first):
    moments = random.Random(1)
    drop(first, "deep/er/" + "kor\u00e4rt.dcm")
    for _ in range(KILLS):
        with Service() as service:
            time.sleep(moments.uniform(0.3, 3.5))
            service.kill()
    with Service():
        wait_for(lambda: document("jobs", "list")[0]["state"] == "corrected")
    found = corrections()
    assert [(c["state"], c["author"]) for c in found] == [("current", "Roe^Rita")], found
    statuses = [segment["status"] for segment in found[0]["segments"]]
    assert statuses.count("edited") == 1 and statuses.count("unchanged") == len(statuses) - 1, statuses
    shown = document("review", "show", 1)
    assert [v["verdict"] for v in shown["verdicts"]] == ["correct"], shown["verdicts"]
    stored = WORK / "store" / found[0]["storePath"]
    assert stored.read_bytes() == first == (WORK / "corrected/deep/er/kor\u00e4rt.dcm").read_bytes()


def mangled_files_are_held(first):
    sys.path.insert(0, str(SHARED / "conformance"))
    import mutate
    r = random.Random(7)
    for number in range(MUTANTS):
        drop(mutate.mutate(first, [first], r), f"fuzz/{number}.dcm")
    with Service() as service:
        wait_for(lambda: len(document_files()) == 0, 300)
        assert service.process.poll() is None, "serve died"
    judged = corrections()[1:]
    print(f"{len(judged)} mutants: {sum(c['state'] == 'held' for c in judged)} held, "
          f"{sum(c['state'] != 'held' for c in judged)} taken")
    assert all(c["state"] != "held" or c["reason"] and c["message"] for c in judged)
    shutil.rmtree(WORK / "corrected/fuzz")


def document_files():
    """Corrections that wait for a verdict, or files that have not been put on record."""
    rows = corrections()
    on_record = {row["sha256"] for row in rows}
    files = [path for path in (WORK / "corrected").rglob("*") if path.is_file()]
    unknown = [path for path in files if hashlib.sha256(path.read_bytes()).hexdigest() not in on_record]
    return unknown + [row for row in rows if row["state"] == "received"]


def verbs_work_beside_the_service(seg):
    second = WORK / "second.dcm"
    second.write_bytes(edited(seg, "Doe^Dora", erase(2)))
    stranger = WORK / "stranger.dcm"
    stranger.write_bytes(edited(seg, "Doe^Dora", lambda ds: setattr(ds, "PatientID", "SOMEBODY-ELSE")))
    with Service():
        wait_for(lambda: (WORK / "store/requests").is_dir())
        assert "corrected" in run("review", "correct", second, "--site", SITE, "--by", "dora")
        assert "on record already" in run("review", "correct", second, "--site", SITE)
        assert "OTHER_PATIENT" in run("review", "correct", stranger, "--site", SITE, status=1)
        shown = document("review", "show", 1)
        assert shown["isConflict"], shown
        assert document("review", "list")[0]["conflict"], "a conflict is at the top of the worklist"
        assert "say which one is right" in run("review", "accept", 1, "--site", SITE, status=2)
        mine = next(c["correction"] for c in shown["corrections"] if c["author"] == "Doe^Dora")
        run("review", "accept", 1, "--correction", mine, "--site", SITE, "--by", "chief")
        assert not document("review", "show", 1)["isConflict"]
        run("review", "reject", 1, "--reason", "a test", "--site", SITE)
        assert document("jobs", "list")[0]["state"] == "rejected"
        run("review", "accept", document("jobs", "list")[0]["series"], "--result", "--site", SITE)
        assert document("jobs", "list")[0]["state"] == "accepted"
        run("jobs", "retry", 1, "--site", SITE, status=2)
        run("jobs", "replan", 1, "--site", SITE)
        run("jobs", "replan", 77, "--site", SITE, status=2)
        assert list((WORK / "store/requests").iterdir()) == []
    assert second.read_bytes() == edited_again(second)
    run("review", "reject", 1, "--reason", "without a service", "--site", SITE)
    assert document("jobs", "list")[0]["state"] == "rejected"


def edited_again(path):
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    row = next(c for c in corrections() if c["sha256"] == digest)
    return (WORK / "store" / row["storePath"]).read_bytes()


def folders_speak(result):
    with Service():
        drop(result, "same.dcm")
        wait_for(lambda: document("jobs", "list")[0]["state"] == "accepted")
        drop(result, "bad.dcm", folder="rejected")
        wait_for(lambda: document("jobs", "list")[0]["state"] == "rejected")


def main():
    make_site()
    jobs = document("jobs", "list")
    assert [job["state"] for job in jobs] == ["annotated"], jobs
    path = WORK / "annotated" / jobs[0]["segmentation"]
    result = path.read_bytes()
    seg = pydicom.dcmread(path)
    first = edited(seg, "Roe^Rita", erase(1))
    for step, arguments in ((killed_services_leave_one_correction, (seg, first)), (mangled_files_are_held, (first,)),
                            (verbs_work_beside_the_service, (seg,)), (folders_speak, (result,))):
        started = time.monotonic()
        step(*arguments)
        print(f"passed  {step.__name__.replace('_', ' ')} ({time.monotonic() - started:.1f} s)", flush=True)
    assert path.read_bytes() == result, "the result was changed"
    log = (WORK / "serve.log").read_bytes()
    for name in (b"Sample^Preread", b"PREREAD-SAMPLE", b"Roe^Rita", b"Doe^Dora"):
        assert name not in log, name
    for folder in ("store", "annotated", "corrected"):
        left = [p.name for p in (WORK / folder).rglob(".preread-tmp-*")]
        assert not left, left
    shutil.rmtree(WORK)
    print("corrections: OK")


if __name__ == "__main__":
    try:
        main()
    except Exception:
        print(f"what it worked on is in {WORK}", file=sys.stderr)
        raise
