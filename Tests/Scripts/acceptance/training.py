#!/usr/bin/env python3
"""Learns from corrections as a site does, with real weights on real scans.

    training.py PREREAD [--steps N] [--kills N] [--harmful N] [--only learn,kills,harmful]

Environment: PREREAD_CACHE, PREREAD_SHARED, PREREAD_CONFORMANCE_VENV, as the Makefile sets them.

Two patients are annotated and corrected. The model learns from the one and is judged on the other. What passes the gate
annotates a third patient's series unseen, beside the model in use; the service is killed with SIGKILL meanwhile, and ends the
shadow exactly once. Then the model is in use, and one command goes back. The training is killed at random moments and must end
with the weights of a run that was left alone, bit for bit. Models that learnt from spoilt corrections are refused.

The corrections carry the sample package's labels: a network's output, good enough to see that learning works, no truth.
"""
import argparse
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import tempfile
import time

import pydicom

TOP = pathlib.Path(__file__).resolve().parents[3]
CACHE = pathlib.Path(os.environ["PREREAD_CACHE"])
SAMPLE = CACHE / "sample/totalsegmentator/tests/reference_files"
PYTHON = CACHE / "venv/bin/python"
WORK = pathlib.Path(tempfile.mkdtemp(prefix="preread-training-"))
LABELS = {"learner": SAMPLE / "example_seg_fast_force_split.nii.gz", "judge": SAMPLE / "example_seg_dicom.nii.gz"}
WEAK = ["ct-abdomen/back-muscle-left", "ct-abdomen/back-muscle-right"]


class Site:
    """A site in a folder of its own."""

    def __init__(self, folder, preread):
        self.folder, self.preread = folder, preread
        self.environment = {**os.environ, "PREREAD_MODELS": str(folder / "models"),
                            "PREREAD_PROFILES": str(folder / "profiles")}

    def start(self, *arguments, **options):
        return subprocess.Popen([str(self.preread), *map(str, arguments)], text=True, env=self.environment,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)

    def run(self, *arguments, status=(0,)):
        process = self.start(*arguments)
        output, _ = process.communicate()
        assert process.returncode in status, f"{arguments}: exit status {process.returncode}\n{output}"
        return output

    def document(self, *arguments):
        done = subprocess.run([str(self.preread), *map(str, arguments), "--json"], text=True, env=self.environment,
                              stdout=subprocess.PIPE, check=True)
        return json.loads(done.stdout)

    @property
    def file(self):
        return self.folder / "site.xml"

    def copy(self, name):
        other = WORK / name
        shutil.copytree(self.folder, other, symlinks=True)
        return Site(other, self.preread)

    def without_shadow(self):
        self.file.write_text(self.file.read_text().replace(' shadowSeries="1"', ""))
        return self

    def runs(self):
        return sorted((self.folder / "training").glob("run-*/run.json"))

    @property
    def history(self):
        return self.document("models", "history")["history"]


def make_site(preread, slices):
    site = Site(WORK / "site", preread)
    (site.folder / "incoming").mkdir(parents=True)
    shutil.copytree(TOP / "profiles", site.folder / "profiles", ignore=shutil.ignore_patterns("atlases"))
    (site.folder / "profiles/atlases").mkdir()
    # A site that leaves out what its network does not follow: the vena cava in scans without contrast medium gets worse
    # with automatic boxes, and the gate would rightly keep the old model.
    profile = site.folder / "profiles/ct-abdomen.xml"
    text = profile.read_text()
    start = text.index('<segment id="inferior-vena-cava"')
    profile.write_text(text[:start] + text[text.index("</segment>", start) + len("</segment>"):])
    shutil.copy(TOP / "watch/site.xsd", site.folder)
    site.file.write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n<site schema="1"><profiles folder="profiles"/>'
        '<models folder="models" default="litemedsam"/>'
        '<ingest settleSeconds="0.5" studyQuietSeconds="0.5" pollSeconds="0.2"/>'
        '<training minimumCases="2" minimumPatients="2" shadowSeries="1"/></site>\n')
    site.run("models", "import", CACHE / "weights/lite_medsam.pth", "--name", "litemedsam", "--licence", "Apache-2.0")
    site.run("atlas", "build", "ct-abdomen-example", "--image", SAMPLE / "example_ct.nii.gz", "--labels", LABELS["learner"],
             "--table", TOP / "profiles/labels-totalsegmentator-ct.tsv", "--licence", "Apache-2.0", "--provenance", "test")
    cases("series", SAMPLE / "example_ct.nii.gz", site.folder / "incoming/learner", "--patient", "PREREAD-TRAIN-1",
          "--slices", slices)
    shutil.copytree(CACHE / "sample/series", site.folder / "incoming/judge")
    site.run("serve", "--site", site.file, "--drain")
    return site


def cases(*arguments):
    subprocess.run([str(PYTHON), str(TOP / "Tests/Scripts/make_training_cases.py"), *map(str, arguments)], check=True)


def series_of(site, name):
    first = sorted((site.folder / "incoming" / name).iterdir())[0]
    return str(pydicom.dcmread(first, stop_before_pixels=True).SeriesInstanceUID)


def correct(site, name, *options):
    """A correction of what the program drew, by the labels, handed in on the command line."""
    drawn, = (site.folder / "annotated" / series_of(site, name)).rglob("segmentation.dcm")
    correction = site.folder / f"{name}-corrected.dcm"
    cases("correct", site.folder / "incoming" / name, correction, "--labels", LABELS[name], "--profile",
          site.folder / "profiles/ct-abdomen.xml", "--table", site.folder / "profiles/labels-totalsegmentator-ct.tsv",
          "--seg", drawn, *options)
    output = site.run("review", "correct", correction, "--site", site.file)
    assert "corrected" in output, output


def train(site, steps, status=(0, 1)):
    output = site.run("train", "--site", site.file, "--steps", steps, status=status)
    return site.document("train", "show", "--site", site.file), output


def train_with_kills(site, steps, kills, seconds, rng):
    """The same run, killed at random moments until it has ended or was killed so often, and then left to end."""
    done, went_on = 0, 0
    log = site.folder / "train.log"
    # Long enough to come beyond the start, short enough to be killed several times.
    longest = max(8, 2 * seconds / kills)
    while done < kills:
        went_on += bool(site.runs())
        with open(log, "wb") as output:
            process = subprocess.Popen([str(site.preread), "train", "--site", str(site.file), "--steps", str(steps),
                                        "--checkpoint-seconds", "2"], env=site.environment, stdout=output, stderr=output)
            try:
                process.wait(rng.uniform(0.05, longest))
                break
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
                done += 1
    if process.returncode not in (0, 1):
        went_on += bool(site.runs())
        train(site, steps)
    assert len(site.runs()) == 1, "a run was begun anew instead of going on"
    return site.document("train", "show", "--site", site.file), done, went_on


def kill_runs(site, steps, kills, seconds, expected):
    """Runs that are killed so often in all; each ends with the expected weights. Answers the last one's record."""
    rng = random.Random(20261123)
    done = runs = went_on = 0
    while done < kills:
        assert runs < 2 * kills + 4, "runs end before they can be killed"
        one = site.copy(f"killed-{runs}")
        began = time.monotonic()
        record, killed, resumed = train_with_kills(one, steps, kills - done, seconds, rng)
        # A machine that does nothing else now is quicker than the run that was left alone: kill sooner.
        seconds = seconds if killed else (time.monotonic() - began) / 2
        went_on += resumed
        assert record["candidate"]["sha256"] == expected, "a killed run ended with other weights"
        done, runs = done + killed, runs + 1
        print(f"killed {done} times in {runs} runs: the same weights, {expected[:16]}", flush=True)
        shutil.rmtree(one.folder)
    assert went_on, "no run was interrupted"
    return record


def scores(site, record, which):
    """Dice of all voxels of the judging case."""
    report = json.loads((site.folder / "training" / record["id"] / "report.json").read_text())
    return {(row["name"], row["kind"]): row["dice"]["value"] for row in report[which]["summary"]["rows"]}


def slice_means(site, record, who):
    """The mean Dice over the slices that show the structure, with perfect boxes."""
    folder = site.folder / "training" / record["id"] / "evaluation"
    path, = folder.glob(f"*-{record[who]['sha256'][:12]}.json")
    means = {}
    for structure in json.loads(path.read_text())["structures"]:
        values = [2 * one["intersection"] / (one["predicted"] + one["truth"])
                  for one in structure["perfect"]["slices"] if one["truth"]]
        means[structure["name"]] = sum(values) / len(values)
    return means


def show(site, record):
    before, after = scores(site, record, "before"), scores(site, record, "after")
    for key in sorted(before):
        print(f"  {key[0]:34} {key[1]:10} {before[key]:.3f} → {after.get(key, float('nan')):.3f}")
    return before, after


# --------------------------------------------------------------------------------------------------------------- the parts

def learn(site, steps):
    """A run that is left alone: the weak structures get better. Answers its record and how long it took."""
    began = time.monotonic()
    record, output = train(site, steps)
    seconds = time.monotonic() - began
    print(f"trained and judged in {seconds:.0f} s: {record['phase']} {record.get('outcome', '')}")
    assert "candidate" in record, output
    before, after = show(site, record)
    old, new = slice_means(site, record, "incumbent"), slice_means(site, record, "candidate")
    gain = sum(new[name] - old[name] for name in WEAK) / len(WEAK)
    rest = min((new[name] - old[name], name) for name in old if name not in WEAK)
    print(f"perfect boxes, mean over slices: weak structures {gain:+.3f} ("
          + ", ".join(f"{old[name]:.3f} → {new[name]:.3f}" for name in WEAK) + f"), worst of the others {rest[0]:+.3f} "
          f"({rest[1]})")
    voxels = sum(after[name, "perfect"] - before[name, "perfect"] for name in WEAK) / len(WEAK)
    print(f"weak structures, perfect boxes, all voxels: {voxels:+.3f}")
    # +0.17 on the machine that the recipe was chosen on; other arithmetic takes another path.
    assert gain >= 0.1, "the weak structures did not get better"
    assert rest[0] >= -0.03, "another structure got worse"
    return record, seconds


def begin_shadow(site, record):
    """What the gate does with a candidate that passes; done by hand where this machine's arithmetic let it fail."""
    if record["phase"] == "shadowing":
        return
    print("the gate kept the model in use, the shadow begins by hand: " + "; ".join(record["reasons"]))
    path = site.folder / "training" / record["id"] / "run.json"
    changed = {key: value for key, value in json.loads(path.read_text()).items() if key not in ("outcome", "ended")}
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    path.write_text(json.dumps({**changed, "phase": "shadowing", "shadow": {"series": 1, "began": now}}))


def kill_while_shadowing(site, run, chance):
    """Starts the service and kills it while the candidate annotates."""
    path = site.folder / "serve.log"
    with open(path, "wb") as log:
        process = subprocess.Popen([str(site.preread), "serve", "--site", str(site.file)], env=site.environment,
                                   stdout=log, stderr=log)
        deadline = time.monotonic() + 600
        while b"[Commands] shadowing" not in path.read_bytes():
            assert process.poll() is None and time.monotonic() < deadline, f"no shadow began; see {path}"
            time.sleep(0.05)
        time.sleep(chance.uniform(0, 3))
        process.kill()
        process.wait()
    assert json.loads((run / "run.json").read_text())["phase"] == "shadowing", "it was killed too late to tell"


def shadow(site, record):
    """A live series comes; the candidate annotates it unseen, the service is killed twice, and the shadow ends once."""
    begin_shadow(site, record)
    run = site.folder / "training" / record["id"]
    name = record["candidate"]["name"]
    began = time.monotonic()
    cases("series", SAMPLE / "example_ct.nii.gz", site.folder / "incoming/live", "--patient", "PREREAD-LIVE-1",
          "--slices", "86:98")
    chance = random.Random(20261124)
    for _ in range(2):
        kill_while_shadowing(site, run, chance)
    waiting = site.copy("waiting")
    site.run("serve", "--site", site.file, "--drain")
    lines = (run / "shadow.jsonl").read_bytes()
    line, = (json.loads(line) for line in lines.splitlines())
    assert line["status"] == "compared" and line["segments"], line
    dice = {segment["name"]: segment["dice"] for segment in line["segments"]}
    print("shadow: " + ", ".join(f"{key.split('/')[-1]} {value:.3f}" for key, value in sorted(dice.items())))
    ended = site.document("train", "show", "--site", site.file)
    assert (ended["phase"], ended["outcome"]) == ("decided", "promoted"), ended
    assert (run / "shadow.html").exists() and (run / "shadow.json").exists() and not (run / "shadow").exists()
    assert len(list((site.folder / "annotated" / series_of(site, "live")).rglob("*.dcm"))) == 1
    site.run("serve", "--site", site.file, "--drain")
    assert (run / "shadow.jsonl").read_bytes() == lines, "a shadow that has ended went on"
    assert site.document("train", "show", "--site", site.file) == ended
    assert [change["to"] for change in site.history] == [name], "promoted more than once"

    # The same series at a site that leaves the promotion to a person.
    path = waiting.folder / "training" / record["id"] / "run.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "promotes": False}))
    waiting.run("serve", "--site", waiting.file, "--drain")
    ended = waiting.document("train", "show", "--site", waiting.file)
    assert ended["outcome"] == "waits" and not waiting.history, ended
    print(f"shadowed in {time.monotonic() - began:.0f} s: killed 2 times, ended once; promoted, and left to a person")


def go_back(site, name):
    assert site.document("models", "history")["stacks"]["production"][-1]["model"] == name
    site.run("models", "rollback")
    assert not site.document("models", "history")["stacks"]["production"]


# -------------------------------------------------------------------------------------------------------------- spoilt ones

KINDS = ["shuffle", "mirror", "organ", "swap"]


def spoil(site, kind, seed):
    correct(site, "learner", "--harm", kind, "--seed", seed)


def train_with_caches(site, steps, caches, seed):
    """A run that finds what others before it have encoded, and how the model in use did: these never differ."""
    command = ("train", "--site", site.file, "--steps", steps, "--seed", seed)
    process = site.start(*command)
    while not site.runs():
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.05)
    process.kill()
    process.communicate()
    run = site.runs()[-1].parent
    shutil.rmtree(run / "state", ignore_errors=True)
    for folder in ("state", "evaluation"):
        (run / folder).mkdir(exist_ok=True)
        (caches / folder).mkdir(parents=True, exist_ok=True)
        (run / folder / "embeddings").symlink_to(caches / folder)
    for known in caches.glob("*.json"):
        shutil.copy(known, run / "evaluation")
    site.run(*command, status=(0, 1))
    record = site.document("train", "show", "--site", site.file)
    for known in (run / "evaluation").glob(f"*-{record['incumbent']['sha256'][:12]}.json"):
        shutil.copy(known, caches)
    return record


def harmful(site, count, steps):
    """Models that learnt from so many spoilt corrections, of which each did harm: every one of them is refused."""
    caches = WORK / "caches"
    harmed = refused = 0
    for seed in range(3 * count):
        kind = KINDS[seed % len(KINDS)]
        other = site.copy(f"spoilt-{seed}").without_shadow()
        spoil(other, kind, seed)
        record = train_with_caches(other, steps, caches, seed + 1)
        if "candidate" not in record:
            print(f"{seed} {kind}: no candidate, {record['reasons'][0]}", flush=True)
        else:
            before, after = scores(other, record, "before"), scores(other, record, "after")
            changes = {key: after[key] - before[key] for key in before}
            mean = sum(changes.values()) / len(changes)
            worst = min(changes, key=changes.get)
            does_harm = mean < 0 or changes[worst] < -0.05
            harmed += does_harm
            refused += does_harm and record["outcome"] == "kept"
            print(f"{seed} {kind}: {'harm' if does_harm else 'no harm'}, mean {mean:+.3f}, {worst[0].split('/')[1]} with "
                  f"{worst[1]} boxes {changes[worst]:+.3f}: {record['outcome']}", flush=True)
            assert not does_harm or record["outcome"] == "kept", record
        shutil.rmtree(other.folder)
        if harmed >= count:
            break
    print(f"harmful candidates refused: {refused} of {harmed}")
    assert harmed >= min(count, 1), "no spoilt correction did harm: nothing was shown"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("preread", type=pathlib.Path)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--slices", default="76:112", help="what is learnt from; 0:112 is the whole scan")
    parser.add_argument("--kills", type=int, default=2)
    parser.add_argument("--harmful", type=int, default=1)
    parser.add_argument("--harmful-steps", type=int, default=20)
    parser.add_argument("--only", default="learn,kills,harmful", help="which parts, separated by commas")
    options = parser.parse_args()
    parts = options.only.split(",")
    site = make_site(options.preread.resolve(), options.slices)
    refusal = site.run("train", "--site", site.file, status=(1,))
    assert "reviewed series" in refusal, refusal
    # The judge is drawn as a whole; in what is learnt from a person corrects what the network does badly.
    correct(site, "judge")
    spoilt = site.copy("spoilt")
    correct(site, "learner", "--segments", ",".join(name.split("/")[1] for name in WEAK))
    for one in (site, spoilt):
        one.run("train", "lock", series_of(one, "judge"), "--site", one.file)
    alone, killed = site.copy("alone").without_shadow(), site.copy("killed").without_shadow()

    record = None
    if "learn" in parts:
        record, seconds = learn(site, options.steps)
        shadow(site, record)
        go_back(site, record["candidate"]["name"])
    elif "kills" in parts:
        record, seconds = learn(alone, options.steps)
    if "kills" in parts and options.kills:
        again = kill_runs(killed, options.steps, options.kills, seconds, record["candidate"]["sha256"])
        # A site without a shadow: what passes the gate is in use at once.
        assert again["outcome"] == ("promoted" if record["phase"] == "shadowing" else record["outcome"]), again
    if "harmful" in parts and options.harmful:
        harmful(spoilt, options.harmful, options.harmful_steps)
    shutil.rmtree(WORK)


if __name__ == "__main__":
    main()
