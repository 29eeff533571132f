"""Logs say where something went wrong, and nothing of what the code held in its hands."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys

SECRET = "rk_live_must_never_be_seen"
FAILS = f"""
import structlog
from retour.wiring.logs import configure

def deep(key, mail):
    raise ValueError("It went wrong.")

configure("info")
try:
    deep("".join(("{SECRET[:8]}", "{SECRET[8:]}")), "".join(("ann@", "example.com")))
except ValueError:
    structlog.get_logger().exception("internal error", request_id="req_1")
"""


def test_a_failure_is_told_without_the_values_it_met() -> None:
    done = subprocess.run([sys.executable, "-c", FAILS], capture_output=True, text=True, check=True)

    told = json.loads(done.stderr)
    frames = told["exception"][0]["frames"]
    assert (told["event"], told["request_id"]) == ("internal error", "req_1")
    assert told["exception"][0]["exc_value"] == "It went wrong."
    assert [one["name"] for one in frames] == ["<module>", "deep"]
    assert SECRET not in done.stderr
    assert "ann@example.com" not in done.stderr


def test_nor_to_who_reads_along_at_a_terminal() -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen([sys.executable, "-c", FAILS], stderr=theirs) as process:
        os.close(theirs)
        seen = bytearray()
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:
                break
            if not part:
                break
            seen += part
    os.close(ours)

    assert process.returncode == 0
    assert b"It went wrong." in seen
    assert SECRET.encode() not in seen
    assert b"ann@example.com" not in seen
