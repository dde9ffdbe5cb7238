#!/usr/bin/env python3
"""Asks the review page's interface for whatever docs/openapi.json allows and much that it does not: interface.py PREREAD.

Environment: PREREAD_CACHE, PREREAD_SHARED, as the Makefile sets them; PREREAD_EXAMPLES is how many requests schemathesis makes up
for each operation. Every answer must be one that the document describes, none may be an error of the program's own, and
without a session there is none at all. The patient's name must then stand in no log.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import urllib.error
import urllib.request

TOP = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "Tests/Scripts/browser"))

from site_folder import CACHE, Site  # noqa: E402

DOCUMENT = TOP / "docs/openapi.json"
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,ignored_auth"
# A stream has no end, and whoever logs out or in too often is not let in.
LEFT_OUT = "login|logout|events"


def status(site, method, path, **headers):
    request = urllib.request.Request(site.address + path, method=method, headers=headers)
    try:
        return urllib.request.urlopen(request, timeout=10).status
    except urllib.error.HTTPError as error:
        return error.code


def strangers_get_nothing(site, document):
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if operation.get("security") == []:
                continue
            concrete = path.replace("{job}", "1").replace("{first}", "0").replace("{count}", "1").replace("{run}", "x")
            # What does not come from the page itself is refused before anybody asks who it is.
            found = status(site, method.upper(), concrete, **{"X-Preread": "1", "Origin": site.address})
            assert found == 401, f"{method} {path} without a session: {found}"


def what_is_documented_is_answered(site, token):
    program = pathlib.Path(sys.executable).parent / "schemathesis"
    subprocess.run(
        [program, "run", DOCUMENT, "--url", site.address, "--header", f"Authorization: Bearer {token}", "--header",
         "X-Preread: 1", "--exclude-path-regex", LEFT_OUT, "--checks", CHECKS, "--phases", "examples,coverage,fuzzing",
         "--max-examples", os.environ.get("PREREAD_EXAMPLES", "15"), "--request-timeout", "30", "--seed", "4",
         "--generation-database", "none", "--no-color", "--warnings", "off"],
        check=True, cwd=site.folder)


def main():
    document = json.loads(DOCUMENT.read_text())
    site = Site(sys.argv[1])
    site.make()
    site.drop(CACHE / "sample/series", "study")
    site.run("serve", "--site", site.file, "--drain")
    made = site.run("users", "token", "mara", "--site", site.file)
    token = max(made.split(), key=len)
    with site:
        strangers_get_nothing(site, document)
        what_is_documented_is_answered(site, token)
        assert site.process.poll() is None, "serve ended"
    log = site.log.read_bytes()
    for name in (b"Sample^Preread", b"PREREAD-SAMPLE", token.encode()):
        assert name not in log, name
    shutil.rmtree(site.folder)
    print("interface: OK")


if __name__ == "__main__":
    main()
