"""Each word of the command line does what its help says."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import psutil
import pytest
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from retour.cli.app import app


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


def _words(group: TyperGroup) -> Iterator[TyperCommand]:
    """List the commands, those of groups too."""
    for command in group.commands.values():
        if isinstance(command, TyperGroup):
            yield from _words(command)
        else:
            assert isinstance(command, TyperCommand)
            yield command


def test_each_word_has_an_example_that_can_be_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is understood as it stands, and leads to what carries it out."""
    monkeypatch.chdir(tmp_path)
    whole = get_command(app)
    assert isinstance(whole, TyperGroup)
    carried = list[str]()

    def start(word: str, **_options: object) -> int:
        carried.append(word)
        return 0

    for command in _words(whole):
        assert command.help, command.name
        head, example = (command.epilog or "").rsplit("\n", 1)
        assert head == "\b\nExample:", command.name
        program, *typed = shlex.split(re.split("[<>]", example)[0])
        for name in (one for one in typed if re.search(r"\.(json|yaml)$", one)):
            (tmp_path / name).touch()
        assert program == "retour"
        assert not whole.main(typed, standalone_mode=False, obj=start), example
    assert len(carried) > 20
    assert all(find_spec(f"retour.wiring.{word}") for word in carried)


def test_what_cannot_be_understood_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    """A word that is none, a file that is not there, a number out of bounds, something left out."""
    for typed, named in (
        (["bogus"], "No such command 'bogus'"),
        (["config", "imp"], "Did you mean 'import'?"),
        (["audit", "verify", "--noted", "nowhere.json"], "'nowhere.json' does not exist"),
        (["erasures", "apply", "nowhere.json"], "'nowhere.json' does not exist"),
        (["serve", "--port", "99999"], "less than or equal to 65535"),
        (["workspace", "create"], "Missing argument 'name'"),
    ):
        with pytest.raises(SystemExit) as ended:
            get_command(app).main(typed)
        said = capsys.readouterr().err
        assert ended.value.code == 2
        assert named in said
        assert "--help' for help." in said
