"""Each word of the command line does what its help says."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest


def retour(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as a user does."""
    return subprocess.run(  # our own program
        [sys.executable, "-m", "retour.wiring", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, **environment},
    )


@pytest.fixture
def data() -> Path:
    """A data folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="retour-words-"))
    folder.chmod(0o711)
    return folder / "data"


def test_openapi_prints_the_description() -> None:
    """What is printed is OpenAPI 3.1 with the commands in it."""
    printed = json.loads(retour("openapi").stdout)

    assert printed["openapi"].startswith("3.1")
    assert any(path.endswith("/authorize") for path in printed["paths"])


def test_doctor_names_what_is_amiss(data: Path) -> None:
    """A relay that is not there is named, with its remedy, and makes the exit code 1."""
    told = retour("backup", "done", "--json", "--data", str(data))
    done = retour("doctor", "--json", "--data", str(data), RETOUR_SMTP_URL="smtp://127.0.0.1:9")

    findings = {one["what"]: one for one in json.loads(done.stdout)}
    assert 1 == done.returncode
    assert not findings["mail"]["good"]
    assert "RETOUR_SMTP_URL" in findings["mail"]["words"]
    assert "backed_up_at" in json.loads(told.stdout)
    assert "minutes old" in findings["backup"]["words"]
    assert findings["role retour_app"]["good"]
    assert findings["disk"]["good"]


def test_a_setting_that_cannot_be_understood_is_named(data: Path) -> None:
    """The words name the setting and the remedy; nothing is started."""
    done = retour("migrate", "--data", str(data), RETOUR_PORT="many")

    assert 2 == done.returncode
    assert "RETOUR_PORT" in done.stderr
    assert not data.exists()


def test_migrate_says_what_it_did_once(data: Path) -> None:
    """The first run lists its migrations, the second has nothing to do."""
    first = json.loads(retour("migrate", "--json", "--data", str(data)).stdout)
    second = json.loads(retour("migrate", "--json", "--data", str(data)).stdout)

    assert "0001_core.sql" in first["applied"]
    assert [] == second["applied"]


def started(*words: str) -> subprocess.Popen[str]:
    """Start the command line and leave it running."""
    return subprocess.Popen(  # our own program
        [sys.executable, "-m", "retour.wiring", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def servers_of(data: Path) -> list[psutil.Process]:
    """Find the database servers that run on this folder."""
    return [
        one
        for one in psutil.process_iter(["cmdline"])
        if str(data) in " ".join(one.info["cmdline"] or ())
        and "postgres" in (one.info["cmdline"] or [""])[0]
    ]


def test_two_signals_in_a_row_leave_no_database_server_behind(data: Path) -> None:
    """Who presses Ctrl-C twice is in a hurry; that is no reason to leave a server running."""
    process = started("serve", "--data", str(data), "--port", "0")
    assert process.stdout is not None
    while "ready" not in process.stdout.readline():
        assert process.poll() is None
    assert servers_of(data)

    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)

    assert not servers_of(data)


def test_a_signal_while_starting_leaves_no_database_server_behind(data: Path) -> None:
    """It ends as it would later: in order."""
    process = started("serve", "--data", str(data), "--port", "0")
    while not servers_of(data):
        assert process.poll() is None

    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)

    assert 130 == process.returncode
    assert not servers_of(data)
