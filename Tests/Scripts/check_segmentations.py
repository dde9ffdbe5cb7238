#!/usr/bin/env python3
"""Runs check_seg.py of the conformance tools on many segmentations.

The argument is a JSON file: a list of {"seg": file, "source": folder, "expect": file or null}. Prints a JSON list of
{"seg": file, "findings": ["CODE: message"]} and ends with 1 when there is a finding. Starting the checker anew for each file
would take seconds for each.
"""
import json
import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor

CHECKOUT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHARED = os.environ.get("PREREAD_SHARED") or os.path.join(os.path.dirname(CHECKOUT), "shared")
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(SHARED, "conformance"))


def check(job):
    import check_seg
    from dicomseg import Source
    found = check_seg.check(job["seg"], Source(job["source"]), job.get("expect"))
    return {"seg": job["seg"], "findings": [f"{x['code']}: {x['message']}" for x in found]}


def main():
    if len(sys.argv) != 2 or sys.argv[1] in ("-h", "--help"):
        print(__doc__)
        sys.exit(2)
    with open(sys.argv[1]) as f:
        jobs = json.load(f)
    # spawned, not forked: NumPy has threads, and a fork of a process with threads can hang
    workers = min(len(jobs), os.cpu_count() or 1, 4)
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        results = list(pool.map(check, jobs))
    json.dump(results, sys.stdout)
    sys.exit(1 if any(r["findings"] for r in results) else 0)


if __name__ == "__main__":
    main()
