#!/usr/bin/env python3
"""Kills `preread serve` at random moments, starts it again, and looks whether exactly one SEG came out.

    kill_serve.py PREREAD SITE-FOLDER [--kills N] [--seed N] [--longest SECONDS]

The site folder holds site.xml, and studies in incoming/. Environment: PREREAD_MODELS, PREREAD_PROFILES.
"""
import argparse
import hashlib
import json
import pathlib
import random
import signal
import subprocess
import sys
import time


def serve(preread, site, log):
    return subprocess.Popen([preread, "serve", "--site", str(site / "site.xml"), "--drain"],
                            stdout=log, stderr=subprocess.STDOUT)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("preread")
    parser.add_argument("site", type=pathlib.Path)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--longest", type=float, default=8.0)
    parser.add_argument("--segmentations", default="1", help="how many SEG files there must be; any: none or one")
    arguments = parser.parse_args()
    source = {path: hashlib.sha256(path.read_bytes()).hexdigest()
              for path in (arguments.site / "incoming").rglob("*") if path.is_file()}
    moments = random.Random(arguments.seed)
    killed = 0
    with open(arguments.site / "serve.log", "ab") as log:
        for _ in range(arguments.kills):
            process = serve(arguments.preread, arguments.site, log)
            try:
                process.wait(moments.uniform(0.05, arguments.longest))
                if process.returncode != 0:
                    sys.exit(f"serve ended with {process.returncode}; see {log.name}")
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
                killed += 1
        started = time.monotonic()
        if serve(arguments.preread, arguments.site, log).wait(timeout=600) != 0:
            sys.exit(f"the last serve failed; see {log.name}")
    jobs = json.loads(subprocess.run(
        [arguments.preread, "jobs", "list", "--site", str(arguments.site / "site.xml"), "--json"],
        check=True, capture_output=True).stdout)
    annotated = arguments.site / "annotated"
    written = sorted(annotated.rglob("*.dcm"))
    problems = []
    if [job["state"] for job in jobs] != ["annotated"]:
        problems.append(f"jobs: {[(job['state'], job.get('reason')) for job in jobs]}")
    if len(written) > 1 or (arguments.segmentations != "any" and len(written) != int(arguments.segmentations)):
        problems.append(f"{len(written)} SEG files")
    for job in jobs:
        if not job.get("segmentation"):
            continue
        path = annotated / job.get("segmentation", "")
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != job.get("segmentationSHA256"):
            problems.append("the ledger's digest is not that of the file")
    problems += [f"left behind: {path.name}" for path in annotated.rglob(".preread-tmp-*")]
    problems += [f"changed: {path.name}" for path, digest in source.items()
                 if hashlib.sha256(path.read_bytes()).hexdigest() != digest]
    print(f"{killed} of {arguments.kills} runs killed; the last one took {time.monotonic() - started:.1f} s")
    sys.exit("; ".join(problems) if problems else 0)


if __name__ == "__main__":
    main()
