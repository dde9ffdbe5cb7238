#!/usr/bin/env python3
"""Runs the program as a user does and judges what comes out: acceptance.py PREREAD.

Environment: PREREAD_CACHE, PREREAD_SHARED, PREREAD_CONFORMANCE_VENV, as the Makefile sets them. Ends with
'N passed, N failed' and status 1 when anything failed. `--only WORD` runs the tests whose name has the word.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import traceback

import numpy
import pydicom

TOP = pathlib.Path(__file__).resolve().parents[2]
CACHE = pathlib.Path(os.environ["PREREAD_CACHE"])
SHARED = pathlib.Path(os.environ["PREREAD_SHARED"])
GOLDEN = SHARED / "reference"
SAMPLE = CACHE / "sample/totalsegmentator/tests/reference_files"
WORK = pathlib.Path(tempfile.mkdtemp(prefix="preread-acceptance-"))
MODELS = WORK / "models"
PREREAD = pathlib.Path(sys.argv[1]).resolve()


def run(*arguments, status=0, **environment):
    """Runs the program and returns standard output and standard error together; any other exit status is an error."""
    done = subprocess.run(
        [str(PREREAD), *map(str, arguments)], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env={**os.environ, "PREREAD_MODELS": str(MODELS), **environment})
    assert done.returncode == status, f"{arguments}: exit status {done.returncode}, not {status}\n{done.stdout}"
    return done.stdout


def documents(*arguments, **environment):
    """Runs the program with --json and returns what it printed on standard output."""
    done = subprocess.run([str(PREREAD), *map(str, arguments), "--json"], text=True, capture_output=True,
                          env={**os.environ, "PREREAD_MODELS": str(MODELS), **environment})
    assert done.returncode == 0, f"{arguments}: exit status {done.returncode}\n{done.stderr}"
    return json.loads(done.stdout)


def check_seg(seg, series, *more):
    done = subprocess.run([sys.executable, SHARED / "conformance/check_seg.py", seg, "--source", series, *more],
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout


def import_model(path, name):
    run("models", "import", path, "--name", name)


# ---------------------------------------------------------------------------------------------------------------------

def test_every_container_of_the_tiny_model_imports():
    for name in ("tiny_plain.pth", "tiny_wrapped.pth", "tiny_plain_f16.pth", "tiny_trained_with_optimizer_object.pth",
                 "tiny_weights.safetensors"):
        import_model(GOLDEN / "sam-med2d/golden" / name, name.split(".")[0].replace("_", "-"))
    assert len(documents("models", "list")) >= 4


def test_litemedsam_computes_the_published_values():
    import_model(CACHE / "weights/lite_medsam.pth", "litemedsam")
    for kind in ("ct", "synth"):
        run("models", "verify", "litemedsam", "--golden", GOLDEN / f"litemedsam/golden/litemedsam_{kind}.safetensors")


def test_the_full_vit_b_computes_the_published_values():
    weights = WORK / "vit_b.safetensors"
    subprocess.run([sys.executable, GOLDEN / "make_weights.py", weights], check=True, stdout=subprocess.DEVNULL)
    import_model(weights, "sam-med2d-b")
    weights.unlink()
    golden = GOLDEN / "sam-med2d/golden/verify_vit_b_256.safetensors"
    print(run("models", "verify", "sam-med2d-b", "--golden", golden))
    run("models", "verify", "sam-med2d-b", "--golden", golden, "--tolerance", "1e-9", status=1)
    shutil.rmtree(MODELS / "sam-med2d-b")


def test_bad_checkpoints_are_refused_with_a_reason():
    text = WORK / "notes.pth"
    text.write_text("no checkpoint")
    assert "checkpoint" in run("models", "import", text, "--name", "notes", status=1)
    cut = WORK / "cut.pth"
    whole = (GOLDEN / "sam-med2d/golden/tiny_plain.pth").read_bytes()
    cut.write_bytes(whole[: len(whole) // 2])
    assert "malformed" in run("models", "import", cut, "--name", "cut", status=1)


def boxes_of_phantom(series, slices=4):
    """Boxes around what is brighter than water by 20 to 120 HU, on a few slices, found in the source's own pixels."""
    prompts = []
    for path in sorted(series.glob("*.dcm")):
        image = pydicom.dcmread(path)
        if "LOCALIZER" in image.get("ImageType", []):
            continue
        frames = image.pixel_array.reshape((-1, image.Rows, image.Columns))
        for number, frame in enumerate(frames, 1):
            values = frame * float(image.get("RescaleSlope", 1)) + float(image.get("RescaleIntercept", 0))
            rows, columns = numpy.nonzero((values > 20) & (values < 120))
            if len(rows) > 20:
                box = [int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1]
                prompts.append({"sop": str(image.SOPInstanceUID), "frame": number, "box": box})
    assert prompts
    prompts = prompts[:: max(1, len(prompts) // slices)]
    return {"segments": [{
        "label": "Liver", "category": ["123037004", "SCT", "Anatomical Structure"], "type": ["10200004", "SCT", "Liver"],
        "window": [-160, 240], "prompts": prompts}]}


def test_prompted_segmentations_of_every_geometry_conform():
    names = ("plain", "odd187x239", "odd187x239_sagittal", "odd187x239_oblique", "odd187x239_descending", "square512",
             "square512_sagittal", "square512_oblique", "square512_descending", "tilt", "missing_slice", "japanese",
             "j2k", "bigendian")
    conformed = 0
    for name in names:
        series = CACHE / "conformance/series" / name
        prompts = WORK / f"{name}.json"
        prompts.write_text(json.dumps(boxes_of_phantom(series)))
        output = WORK / "prompted" / name
        report = documents("annotate", series, "--prompts", prompts, "--model", "litemedsam", "--output", output)
        assert len(report) == 1 and report[0]["status"] == "annotated", report
        if report[0].get("segmentation"):
            check_seg(report[0]["segmentation"], series)
            conformed += 1
    assert conformed >= 10, f"only {conformed} series gave a mask"


def test_points_are_refused_by_a_model_of_boxes_and_taken_by_the_other():
    import_model(GOLDEN / "sam-med2d/golden/tiny_plain.pth", "tiny")
    series = CACHE / "conformance/series/square512"
    prompts = boxes_of_phantom(series)
    for prompt in prompts["segments"][0]["prompts"]:
        box = prompt.pop("box")
        prompt["points"] = [[(box[0] + box[2]) / 2, (box[1] + box[3]) / 2, 1]]
    path = WORK / "points.json"
    path.write_text(json.dumps(prompts))
    output = WORK / "points"
    assert "boxes" in run("annotate", series, "--prompts", path, "--model", "litemedsam", "--output", output, status=1)
    run("annotate", series, "--prompts", path, "--model", "tiny", "--output", output)


def test_wrong_use_and_missing_things_have_their_exit_status_and_a_reason():
    series = CACHE / "conformance/series/mr"
    profiles = TOP / "profiles"
    empty = WORK / "no-models"
    message = run("annotate", series, "--output", WORK / "x", "--profiles", profiles, status=1)
    assert "Modality" in message, message
    assert "no model" in run("annotate", CACHE / "conformance/series/plain", "--prompts", WORK / "plain.json",
                             "--output", WORK / "x", "--models", empty, status=3)
    assert "open" in run("annotate", WORK / "nowhere", "--output", WORK / "x", status=2)
    (WORK / "text").mkdir()
    (WORK / "text/notes.txt").write_text("nothing of DICOM")
    assert "NOT_DICOM" in run("annotate", WORK / "text", "--output", WORK / "x", status=1)
    run("annotate", series, status=2)
    run("no-such-verb", status=2)
    bad = WORK / "bad.json"
    bad.write_text('{"segments":[{"label":"Liver","category":["123037004","SCT","Anatomical Structure"],'
                   '"type":["10200004","SCT","Liver"],"prompts":[{"sop":"1.2","box":[1,2,3]}]}]}')
    assert "segments[0].prompts[0].box" in run(
        "annotate", series, "--prompts", bad, "--model", "tiny", "--output", WORK / "x", status=2)
    assert "--prompts" in run("annotate", "--help")
    run("profiles", "check", "--profiles", profiles)
    broken = WORK / "broken-profiles"
    shutil.copytree(profiles, broken, ignore=shutil.ignore_patterns("atlases"))
    (broken / "ct-abdomen.xml").write_text((broken / "ct-abdomen.xml").read_text().replace("<segments>", "<segmentz>"))
    assert "ct-abdomen.xml:" in run("profiles", "check", "--profiles", broken, status=1)
    run("doctor", "--profiles", broken, status=3)


def test_the_demo_finds_the_organs_of_a_real_study():
    demo = WORK / "demo"
    subprocess.run([TOP / "Tests/Scripts/demo.sh", PREREAD], check=True, stdin=subprocess.DEVNULL,
                   env={**os.environ, "PREREAD_DEMO": str(demo), "PREREAD_DEMO_PORT": "0"})
    report = json.loads((demo / "report.json").read_text())
    assert len(report["segments"]) == 9, [segment["label"] for segment in report["segments"]]
    emitted = [segment["diceAuto"] for segment in report["segments"] if segment["volumeML"] > 0]
    assert len(emitted) >= 3 and sum(emitted) / len(emitted) >= 0.85 and min(emitted) >= 0.7, report["segments"]
    assert report["meanDiceTight"] >= 0.68, report["meanDiceTight"]
    by_label = {segment["label"]: segment for segment in report["segments"]}
    assert by_label["Liver"]["diceAuto"] > 0.95 and by_label["Aorta"]["diceAuto"] > 0.9, by_label
    golden = json.loads((TOP / "Tests/Golden/litemedsam_tight_boxes.json").read_text())["results"]
    expected = {(entry["sop"], entry["label"]): entry for entry in golden}
    assert len(report["tightBoxes"]) >= 160
    worst = 0
    for entry in report["tightBoxes"]:
        other = expected[entry["sop"], entry["label"]]
        assert entry["box"] == other["box"], (entry, other)
        worst = max(worst, abs(entry["dice"] - other["dice"]))
    assert worst <= 0.005, worst
    print(f"largest Dice difference to PyTorch for the same box: {worst:.6f} over {len(report['tightBoxes'])} masks")
    check_seg(report["seg"], CACHE / "sample/series")
    result = pathlib.Path(report["seg"]).parent
    for name in ("receipt.json", "measurements.csv", "preview.png"):
        assert (result / name).stat().st_size > 100, name
    # The slab has no kidney; the atlas expects some.
    withheld = {entry["label"]: entry for entry in json.loads((result / "receipt.json").read_text())["notFound"]}
    for label in ("Kidney left", "Kidney right"):
        assert withheld[label]["confidence"] < 0.65 and withheld[label]["proposed"], withheld[label]
    proposed = json.loads((result / "proposed-prompts.json").read_text())["segments"]
    assert {"Kidney left", "Kidney right"} <= {segment["label"] for segment in proposed}
    run("annotate", CACHE / "sample/series", "--prompts", result / "proposed-prompts.json", "--model", "litemedsam",
        "--models", demo / "models", "--output", WORK / "proposed")
    by_hand, = (WORK / "proposed").rglob("segmentation.dcm")
    check_seg(by_hand, CACHE / "sample/series")


def site_like_the_demo(name, model):
    site = WORK / name
    shutil.copytree(WORK / "demo", site, ignore=shutil.ignore_patterns("annotated", "store", "ledger*", "refused"))
    text = (site / "site.xml").read_text()
    (site / "site.xml").write_text(text.replace('default="litemedsam"', f'default="{model}"'))
    return site


def kill_serve(site, *options):
    environment = {"PREREAD_MODELS": str(site / "models"), "PREREAD_PROFILES": str(site / "profiles")}
    done = subprocess.run([sys.executable, TOP / "Tests/Scripts/kill_serve.py", PREREAD, site, *options], text=True,
                          env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout + (site / "serve.log").read_text()[-3000:]
    return int(done.stdout.split()[0])


def test_killing_serve_at_any_time_yields_exactly_one_segmentation():
    site = site_like_the_demo("killed", "litemedsam")
    killed = kill_serve(site, "--kills", "6", "--longest", "8")
    assert killed >= 5, killed
    check_seg(next(site.rglob("segmentation.dcm")), CACHE / "sample/series")


def test_killing_serve_while_it_publishes_yields_exactly_one_segmentation():
    import_model(GOLDEN / "sam-med2d/golden/tiny_plain.pth", "tiny")
    killed = 0
    for seed in range(8):
        site = site_like_the_demo(f"published-{seed}", "tiny")
        shutil.copytree(MODELS / "tiny", site / "models/tiny")
        # Masks of a network with random weights agree with no atlas.
        profile = site / "profiles/ct-abdomen.xml"
        profile.write_text(profile.read_text().replace('minimumConfidence="0.7"', 'minimumConfidence="0"'))
        killed += kill_serve(site, "--kills", "2", "--longest", "4", "--seed", str(seed), "--segmentations", "any")
        shutil.rmtree(site / "store")
    assert killed >= 6, killed


def test_no_log_names_the_patient():
    for log in WORK.rglob("*.log"):
        assert b"Sample^Preread" not in log.read_bytes() and b"PREREAD-SAMPLE" not in log.read_bytes(), log
    for folder in (WORK / "killed/annotated", WORK / "killed/store"):
        for path in [folder, *folder.rglob("*")]:
            mode = path.stat().st_mode & 0o077
            assert mode == 0, f"{path} is open to others: {oct(path.stat().st_mode)}"


def main():
    only = sys.argv[sys.argv.index("--only") + 1] if "--only" in sys.argv else ""
    tests = [(name, test) for name, test in globals().items() if name.startswith("test_") and only in name]
    failed = 0
    for name, test in tests:
        started = time.monotonic()
        try:
            test()
            print(f"passed  {name[5:].replace('_', ' ')} ({time.monotonic() - started:.1f} s)", flush=True)
        except Exception:
            failed += 1
            traceback.print_exc(file=sys.stdout)
            print(f"FAILED  {name[5:].replace('_', ' ')}", flush=True)
    if not failed:
        shutil.rmtree(WORK)
    else:
        print(f"what it worked on is in {WORK}")
    print(f"{len(tests) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
