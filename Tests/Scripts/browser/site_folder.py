"""A site in a folder of its own, with users, and its service while it runs."""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request

TOP = pathlib.Path(__file__).resolve().parents[3]
CACHE = pathlib.Path(os.environ["PREREAD_CACHE"])
SAMPLE = CACHE / "sample/totalsegmentator/tests/reference_files"
PASSWORD = "correct horse battery"

# Matches the synthetic series in whatever plane they were acquired. Its atlas is that of the abdomen, which does not fit
# them: people draw there.
PHANTOM_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<profile schema="1" id="phantom" version="1.0" priority="50">
    <title>Phantom</title>
    <description>Synthetic series of the tests.</description>
    <match>
        <attribute keyword="Manufacturer"><equals>Synthetic</equals></attribute>
    </match>
    <intensity><window low="-160" high="240"/></intensity>
    <atlas name="ct-abdomen-example"/>
    <segments>
        {segments}
    </segments>
    <output seriesNumber="9001" seriesDescription="Phantom" encoding="BINARY"/>
</profile>
"""
PHANTOM_SEGMENT = """<segment id="{id}" label="{label}" colour="{colour}" atlasLabel="{id}">
            <category value="123037004" scheme="SCT" meaning="Anatomical Structure"/>
            <type value="{code}" scheme="SCT" meaning="{label}"/>
            <prompt margin="6" minimumArea="40"/>
        </segment>"""
PHANTOM_SEGMENTS = [("liver", "Liver", "#B8655A", "10200004"), ("spleen", "Spleen", "#8E5BA6", "78961009")]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Site:
    """Folders, profiles, model, atlas and users; `with site:` the service runs."""

    def __init__(self, preread):
        self.preread = pathlib.Path(preread).resolve()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="preread-page-"))
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.environment = {**os.environ, "PREREAD_MODELS": str(self.folder / "models"),
                            "PREREAD_PROFILES": str(self.folder / "profiles")}
        self.file = self.folder / "site.xml"
        self.log = self.folder / "serve.log"

    def run(self, *arguments, given=None):
        done = subprocess.run([str(self.preread), *map(str, arguments)], text=True, env=self.environment,
                              capture_output=True, input=given)
        assert done.returncode == 0, f"{arguments}: exit status {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def make(self, phantoms=True):
        """With `phantoms`, a profile of their own takes the synthetic series; without, that of the abdomen."""
        profiles = self.folder / "profiles"
        shutil.copytree(TOP / "profiles", profiles, ignore=shutil.ignore_patterns("atlases"))
        (profiles / "atlases").mkdir()
        if phantoms:
            segments = "\n        ".join(PHANTOM_SEGMENT.format(id=i, label=label, colour=colour, code=code)
                                         for i, label, colour, code in PHANTOM_SEGMENTS)
            (profiles / "phantom.xml").write_text(PHANTOM_PROFILE.format(segments=segments))
        (self.folder / "incoming").mkdir()
        shutil.copy(TOP / "watch/site.xsd", self.folder)
        self.file.write_text(
            '<?xml version="1.0" encoding="UTF-8"?>\n<site schema="1"><profiles folder="profiles"/>'
            '<models folder="models" default="litemedsam"/>'
            '<ingest settleSeconds="0.5" studyQuietSeconds="0.5" pollSeconds="0.2"/>'
            '<training minimumCases="4" minimumPatients="3"/>'
            f'<web listen="127.0.0.1:{self.port}"/></site>\n')
        for name in ("litemedsam", "litemedsam-other"):
            self.run("models", "import", CACHE / "weights/lite_medsam.pth", "--name", name)
        self.run("atlas", "build", "ct-abdomen-example", "--image", SAMPLE / "example_ct.nii.gz", "--labels",
                 SAMPLE / "example_seg_fast_force_split.nii.gz", "--table",
                 TOP / "profiles/labels-totalsegmentator-ct.tsv", "--licence", "Apache-2.0", "--provenance", "test")
        for name, role in (("mara", "admin"), ("ben", "reviewer"), ("vera", "viewer")):
            self.run("users", "add", name, "--role", role, "--password-stdin", "--site", self.file, given=PASSWORD + "\n")

    def drop(self, folder, name):
        """As a copy over a network: under another name first."""
        part = self.folder / f"{name}.part"
        shutil.copytree(folder, part, ignore=shutil.ignore_patterns("truth.*", "series.json"))
        part.rename(self.folder / "incoming" / name)

    def __enter__(self):
        self.output = open(self.log, "ab")
        self.process = subprocess.Popen([str(self.preread), "serve", "--site", str(self.file)], env=self.environment,
                                        stdout=self.output, stderr=subprocess.STDOUT)
        self.wait(self.answers, 60)
        return self

    def answers(self):
        assert self.process.poll() is None, f"serve ended\n{self.tail()}"
        try:
            with urllib.request.urlopen(f"{self.address}/api/health", timeout=2) as answer:
                return json.load(answer)["status"] == "ok"
        except OSError:
            return False

    def jobs(self):
        return json.loads(self.run("jobs", "list", "--site", self.file, "--json"))

    def review(self, job):
        return json.loads(self.run("review", "show", job, "--site", self.file, "--json"))

    def wait(self, what, seconds):
        deadline = time.monotonic() + seconds
        while not (found := what()):
            assert time.monotonic() < deadline, f"waited in vain\n{self.tail()}"
            time.sleep(0.2)
        return found

    def tail(self):
        return self.log.read_text(errors="replace")[-3000:]

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(60)
        self.output.close()
        assert status == 0, f"serve ended with {status}\n{self.tail()}"
