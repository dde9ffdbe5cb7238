#!/usr/bin/env python3
"""Puts load on the review page and attacks its doors: web_load.py PREREAD [--full].

Environment: PREREAD_CACHE, as the Makefile sets it. A service with 100,000 synthetic jobs is asked for pages of its worklist while
many pages listen to its events. With --full these are 1,000 streams and 200 requests a second for a minute, and 10,000 connections
that never finish a request; without, a few seconds of each. No request may fail and the memory has to stay flat. The page must
not start where it would send data in the clear, and must be reached by TLS with certificate files.
"""
import argparse
import asyncio
import hashlib
import http.client
import json
import os
import pathlib
import resource
import shutil
import sqlite3
import ssl
import stat
import statistics
import subprocess
import sys
import time
import warnings

TOP = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "Tests/Scripts/browser"))

from site_folder import PASSWORD, Site  # noqa: E402

JOBS = 100_000
# A page of 50 rows among 100,000, on a machine that does nothing else; three times as much is a defect.
PAGE_MS, LENIENCE = 50, 10
# Resident memory may grow by so much while the load lasts: caches fill, allocators keep.
GROWTH_MB = 48


class Load:
    """How much of everything."""

    def __init__(self, full):
        self.streams, self.rate, self.seconds = (1_000, 200, 60) if full else (100, 40, 5)
        self.loris = 10_000 if full else 300


def fill(ledger, jobs):
    """Studies of one series with a result each, as ingest and workers would have left them."""
    now = int(time.time() * 1000)
    states = ["annotated", "accepted", "corrected", "rejected", "needs-prompt", "failed", "annotated", "accepted"]
    database = sqlite3.connect(ledger)
    with database:
        database.execute("PRAGMA foreign_keys = OFF")
        for number in range(jobs):
            study, series, state = f"1.2.826.{number}", f"1.2.826.{number}.1", states[number % len(states)]
            started = now - number * 60_000
            result = state in ("annotated", "accepted", "corrected", "rejected")
            digest = hashlib.sha256(str(number).encode()).hexdigest()
            database.execute("INSERT INTO study (uid, patient_identity, state, first_seen, number) VALUES (?, ?, 'open', ?, ?)",
                             (study, f"P{number % 40_000}", started, number + 1))
            database.execute("INSERT INTO series (uid, study_uid, modality, state, flags, instance_count, revision, last_arrival,"
                             " is_displayed) VALUES (?, ?, 'CT', 'planned', '', 120, 1, ?, 1)", (series, study, started))
            database.execute("INSERT INTO series_display VALUES (?, ?, ?, '1950-01-01', 'F', ?, '2026-01-01', 'Abdomen', 'axial', ?)",
                             (series, f"Name{number % 5000}, Given", f"PID{number}", f"ACC{number}",
                              f"name{number % 5000} given\npid{number}\nacc{number}"))
            database.execute(
                "INSERT INTO job (key, series_uid, study_uid, profile_id, profile_version, model_digest, state, not_before, created,"
                " updated, receipt_path, instability, reasons, interest, reason, message)"
                " VALUES (?, ?, ?, ?, '1', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (f"key{number}", series, study, "ct-abdomen" if number % 50 else "phantom", digest, state, started, started, started,
                 f"{number}.json" if result else None, (number % 97) / 97 if result else None, "[]" if result else None,
                 (number % 89) / 89 if result else None, None if result else "FAILED", None))
    database.close()


# --- Asking -----------------------------------------------------------------------------------------------------------


def ask(site, path, token, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
    connection.request("GET", path, headers={"Authorization": f"Bearer {token}", **headers})
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status == 200, f"{path}: {answer.status} {body[:200]}"
    return json.loads(body)


def pages_are_quick(site, token):
    cases = {
        "open": ("/api/worklist?state=open", {}), "all": ("/api/worklist?state=all", {}),
        "accepted": ("/api/worklist?state=accepted", {}), "a rare profile": ("/api/worklist?state=open&profile=phantom", {}),
        "one patient": ("/api/worklist?state=all", {"X-Search": "pid77777"}),
        "a common name": ("/api/worklist?state=open", {"X-Search": "given"}),
        "nobody": ("/api/worklist?state=all", {"X-Search": "nobody"}),
        "a UID": ("/api/worklist?state=all", {"X-Search": "1.2.826.4711.1"}),
    }
    cursor = None
    for _ in range(200):
        page = ask(site, f"/api/worklist?state=open&limit=200{'&cursor=' + cursor if cursor else ''}", token)
        cursor = page["next"]
    cases["the 40,000th row"] = (f"/api/worklist?state=open&cursor={cursor}", {})
    for name, (path, headers) in cases.items():
        times = []
        for _ in range(9):
            begin = time.perf_counter()
            page = ask(site, path, token, **headers)
            times.append((time.perf_counter() - begin) * 1000)
        median = statistics.median(times)
        print(f"  worklist of {JOBS:,}, {name}: {len(page['items'])} rows in {median:.1f} ms")
        assert median < PAGE_MS * LENIENCE, f"{name} took {median:.0f} ms"


def memory_mb(process):
    text = pathlib.Path(f"/proc/{process}/status").read_text()
    return int(text.split("VmRSS:")[1].split()[0]) / 1024


async def listen(site, token, heard):
    """One page's stream; counts what it hears until it is cancelled."""
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(f"GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    assert b" 200 " in head.split(b"\r\n")[0], head
    heard["open"] += 1
    try:
        while piece := await reader.read(4096):
            heard["messages"] += piece.count(b"\n\n")
        heard["ended"] += 1
    finally:
        writer.close()


async def request(reader, writer, site, token, path):
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")).split(b":")[1])
    await reader.readexactly(length)
    return int(head.split(b" ")[1])


async def ask_steadily(site, token, share, seconds, results):
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    paths = ["/api/worklist?state=open", "/api/session", "/api/profiles", "/api/worklist?state=all&limit=10", "/api/health"]
    begin = time.perf_counter()
    count = 0
    while (due := count / share) < seconds:
        await asyncio.sleep(max(0, begin + due - time.perf_counter()))
        sent = time.perf_counter()
        results.append((await request(reader, writer, site, token, paths[count % len(paths)]), time.perf_counter() - sent))
        count += 1
    writer.close()


async def many_listen_while_others_ask(site, token, load):
    heard = {"open": 0, "messages": 0, "ended": 0}
    streams = [asyncio.create_task(listen(site, token, heard)) for _ in range(load.streams)]
    while heard["open"] < load.streams:
        await asyncio.sleep(0.1)
        for stream in streams:
            assert not stream.done(), stream.exception()
    process, results = site.process.pid, []
    await asyncio.gather(*(ask_steadily(site, token, load.rate / 20, 2, []) for _ in range(20)))
    before = memory_mb(process)
    begin = time.perf_counter()
    await asyncio.gather(*(ask_steadily(site, token, load.rate / 20, load.seconds, results) for _ in range(20)))
    elapsed = time.perf_counter() - begin
    after = memory_mb(process)
    failed = [status for status, _ in results if status != 200]
    times = sorted(seconds * 1000 for _, seconds in results)
    print(f"  {load.streams} streams, {len(results) / elapsed:.0f} requests a second for {elapsed:.0f} s: {len(failed)} failed, "
          f"median {times[len(times) // 2]:.1f} ms, 99 % {times[len(times) * 99 // 100]:.1f} ms, "
          f"memory {before:.0f} MB → {after:.0f} MB, {heard['messages']} messages")
    assert not failed, failed[:5]
    assert heard["ended"] == 0, f"{heard['ended']} streams ended"
    assert after - before < GROWTH_MB, f"memory grew by {after - before:.0f} MB"
    for stream in streams:
        stream.cancel()
    await asyncio.gather(*streams, return_exceptions=True)


async def requests_that_never_end(site, token, load):
    """Slow and oversized requests, a few hundred at a time, while others are answered."""
    async def one(number):
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
            head = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\n"
            kinds = [head, head + "X: " + "a" * 20_000 + "\r\n\r\n", "POST /api/login HTTP/1.1\r\nContent-Length: 999999999\r\n",
                     "GET / HTTP/9.9\r\n\r\n", head + "".join(f"X{n}: 1\r\n" for n in range(200)) + "\r\n", "\x16\x03\x01" * 30]
            writer.write(kinds[number % len(kinds)].encode())
            await asyncio.wait_for(reader.read(100), 0.5)
        except (asyncio.TimeoutError, ConnectionError):
            pass
        finally:
            writer.close()

    process = site.process.pid
    await asyncio.gather(*(one(number) for number in range(200)))
    before = memory_mb(process)
    for start in range(0, load.loris, 200):
        await asyncio.gather(*(one(number) for number in range(start, start + 200)))
    after = memory_mb(process)
    print(f"  {load.loris} requests that never end or are too large: memory {before:.0f} MB → {after:.0f} MB")
    assert after - before < GROWTH_MB, f"memory grew by {after - before:.0f} MB"
    assert ask(site, "/api/health", token) == {"status": "ok"}


# --- Doors ------------------------------------------------------------------------------------------------------------


def nothing_is_readable_for_others(site):
    for name in ("users.json", "audit.jsonl", "ledger.sqlite", "ledger.sqlite-wal"):
        mode = stat.S_IMODE((site.folder / name).stat().st_mode)
        assert mode == 0o600, f"{name} has mode {mode:o}"
    environment = pathlib.Path(f"/proc/{site.process.pid}/environ").read_bytes()
    line = pathlib.Path(f"/proc/{site.process.pid}/cmdline").read_bytes()
    for secret in (PASSWORD.encode(), site.token.encode()):
        assert secret not in environment and secret not in line and secret not in site.log.read_bytes()


def the_page_is_not_sent_in_the_clear(site):
    text = site.file.read_text()
    for attributes in ('listen="0.0.0.0:0"', 'listen="0.0.0.0:0" names="a" proxy="10.0.0.5"', 'listen="review.example:80"',
                       'listen="127.0.0.1:0" certificate="c.pem"'):
        site.file.write_text(text.replace(f'listen="127.0.0.1:{site.port}"', attributes))
        done = subprocess.run([str(site.preread), "serve", "--site", str(site.file)], text=True, env=site.environment,
                              capture_output=True, timeout=120)
        assert done.returncode == 3, f"{attributes}: exit status {done.returncode}\n{done.stderr}"
    site.file.write_text(text)


def tls_works_with_certificate_files(site):
    key, certificate = site.folder / "key.pem", site.folder / "cert.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out",
                    certificate], check=True, capture_output=True)
    os.chmod(key, 0o600)
    text = site.file.read_text()
    listen = f'listen="127.0.0.1:{site.port}"'
    site.file.write_text(text.replace(listen, f'{listen} certificate="cert.pem" key="key.pem"'))
    service = subprocess.Popen([str(site.preread), "serve", "--site", str(site.file)], env=site.environment,
                               stderr=site.log.open("ab"))
    context = ssl.create_default_context(cafile=certificate)
    try:
        for _ in range(600):
            try:
                connection = http.client.HTTPSConnection("localhost", site.port, context=context, timeout=10)
                connection.request("POST", "/api/login", json.dumps({"user": "mara", "password": PASSWORD}),
                                   {"X-Preread": "1", "Origin": f"https://localhost:{site.port}"})
                break
            except ConnectionRefusedError:
                time.sleep(0.1)
        answer = connection.getresponse()
        cookie = answer.getheader("Set-Cookie")
        assert answer.status == 200 and cookie.startswith("__Host-preread=") and cookie.endswith("; Secure"), cookie
        assert answer.getheader("Strict-Transport-Security")
        old = ssl.create_default_context(cafile=certificate)
        with warnings.catch_warnings(action="ignore"):
            old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
        try:
            http.client.HTTPSConnection("localhost", site.port, context=old, timeout=10).request("GET", "/")
            raise AssertionError("TLS 1.1 was taken")
        except (ssl.SSLError, ConnectionError, OSError):
            pass
    finally:
        service.terminate()
        service.wait(60)
        site.file.write_text(text)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("preread")
    parser.add_argument("--full", action="store_true")
    arguments = parser.parse_args()
    load = Load(arguments.full)
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    site = Site(arguments.preread)
    site.make()
    # Nobody works on the synthetic jobs.
    site.file.write_text(site.file.read_text().replace("<web ", '<workers count="0"/><web '))
    site.token = site.run("users", "token", "mara", "--site", site.file).strip()
    with site:
        pass
    fill(site.folder / "ledger.sqlite", JOBS)
    with site:
        pages_are_quick(site, site.token)
        asyncio.run(many_listen_while_others_ask(site, site.token, load))
        asyncio.run(requests_that_never_end(site, site.token, load))
        nothing_is_readable_for_others(site)
    the_page_is_not_sent_in_the_clear(site)
    tls_works_with_certificate_files(site)
    site.run("audit", "verify", "--site", site.file)
    shutil.rmtree(site.folder)
    print("the page holds its load and its doors")


if __name__ == "__main__":
    main()
