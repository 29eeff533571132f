"""The commands of the checkout: what they say on a bare machine, and that red stays red."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest
from bootstrap import why_unusable
from check import Abreast, Stage, StageFailed, Told, ring, rings
from progress import phase

from tests.tidy.sources import ROOT

OLD: Final = """#!/bin/sh
case "$*" in
*'< (3, 11)'*) exit 1 ;;
*) echo 3.9 ;;
esac
"""
BARE: Final = """#!/bin/sh
case "$*" in
*ensurepip*) exit 1 ;;
*) exec "{python}" "$@" ;;
esac
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with nothing installed."""
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts")
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    shutil.copyfile(ROOT / "pyproject.toml", tmp_path / "pyproject.toml")
    return tmp_path


def interpreter(checkout: Path, text: str) -> str:
    """Put an interpreter of our own making into the checkout."""
    path = checkout / "python-here"
    path.write_text(text.replace("{python}", sys.executable))
    path.chmod(0o755)
    return str(path)


def bootstrap(
    checkout: Path, target: str = "run", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the bootstrap as make does."""
    return subprocess.run(
        ["sh", "scripts/bootstrap.sh", target],
        cwd=checkout,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_old_python_is_refused_in_words(checkout: Path) -> None:
    done = bootstrap(checkout, PYTHON=interpreter(checkout, OLD))
    assert done.returncode == 1
    assert "needs Python 3.11 or newer" in done.stderr
    assert "is Python 3.9" in done.stderr
    assert not (checkout / ".venv").exists()


def test_a_missing_python_is_refused_in_words(checkout: Path) -> None:
    done = bootstrap(checkout, PYTHON=str(checkout / "nowhere"))
    assert done.returncode == 1
    assert "none was found" in done.stderr


def test_a_missing_venv_is_answered_with_one_line(checkout: Path) -> None:
    done = bootstrap(checkout, PYTHON=interpreter(checkout, BARE))
    assert done.returncode == 1
    assert "its venv module is missing" in done.stderr
    *_, before, mend = done.stderr.splitlines()
    assert before == "This mends it:" or mend.startswith("Install Python")
    assert not (checkout / ".venv").exists()


def test_an_unknown_target_is_refused(checkout: Path) -> None:
    done = bootstrap(checkout, "everything")
    assert done.returncode == 2
    assert "run|dev" in done.stderr


def made(checkout: Path, *, place: str) -> None:
    """Leave what a finished bootstrap leaves, with this interpreter."""
    stamps = checkout / ".venv" / ".stamps"
    (checkout / ".venv" / "bin").mkdir(parents=True)
    stamps.mkdir()
    # No link: a virtual environment's interpreter is known by where it is called.
    python = checkout / ".venv" / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    for lock in ("run.lock", "source.lock"):
        shutil.copyfile(checkout / "requirements" / lock, stamps / lock)
    shutil.copyfile(checkout / "pyproject.toml", stamps / "pyproject.toml")
    (stamps / "place").write_text(place)


def test_a_second_run_does_nothing(checkout: Path) -> None:
    """With no interpreter to be found, only the stamps can answer."""
    made(checkout, place=f"{checkout}\n")
    done = bootstrap(checkout, PYTHON="nowhere")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    "changed",
    [
        "requirements/run.lock",
        "requirements/source.lock",
        "pyproject.toml",
        ".venv/.stamps/place",
    ],
)
def test_a_change_is_noticed(checkout: Path, changed: str) -> None:
    made(checkout, place=f"{checkout}\n")
    with (checkout / changed).open("a") as file:
        file.write("# changed\n")
    done = bootstrap(checkout, PYTHON="nowhere")
    assert done.returncode == 1


def environment(folder: Path, *, python: str, made_for: Path) -> Path:
    """Lay out an environment as ``venv`` leaves it, as far as the bootstrap looks."""
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "pip").write_text(f"#!{made_for}/bin/python\nimport pip\n")
    (folder / "bin" / "python").write_text(f'#!/bin/sh\nexec {python} "$@"\n')
    (folder / "bin" / "python").chmod(0o755)
    return folder


def test_a_working_environment_is_kept(tmp_path: Path) -> None:
    venv = tmp_path / ".venv"
    assert why_unusable(environment(venv, python=sys.executable, made_for=venv)) is None


def test_an_unusable_environment_is_named(tmp_path: Path) -> None:
    here, gone, half = tmp_path / "here", tmp_path / "gone", tmp_path / "half"
    moved = environment(tmp_path / "moved", python=sys.executable, made_for=here)
    assert why_unusable(moved) == "it was made for another folder"
    assert why_unusable(half) == "it was not finished"
    environment(gone, python="false", made_for=gone)
    assert why_unusable(gone) == "its Python or its pip does not work"
    (gone / "bin" / "python").unlink()
    assert why_unusable(gone) == "its Python is gone"


def test_a_phase_is_one_json_object_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with phase("install", 3) as shown:
        shown.reach(2)
    (line,) = capsys.readouterr().err.splitlines()
    told = json.loads(line)
    assert (told["phase"], told["n"], told["total"], told["ok"]) == ("install", 3, 3, True)
    assert told["rate"] > 0


def test_a_phase_that_fails_says_how_far_it_came(capsys: pytest.CaptureFixture[str]) -> None:
    with contextlib.suppress(OSError), phase("fetch", 3) as shown:
        shown.reach(2)
        raise OSError("the network is away")
    told = json.loads(capsys.readouterr().err)
    assert (told["n"], told["total"], told["ok"]) == (2, 3, False)


class Terminal(io.StringIO):
    """Takes what is written for a person."""

    def isatty(self) -> bool:
        return True


def test_phases_side_by_side_keep_their_lines() -> None:
    """What ends stays, with what still runs below it."""
    terminal = Terminal()
    with contextlib.redirect_stderr(terminal), phase("long", 9) as long:
        with phase("short", 3):
            long.reach(4)
        long.reach(5)
    assert [["long", "9/9"], ["short", "3/3"]] == sorted(shown(terminal.getvalue()))


def shown(written: str) -> list[list[str]]:
    """Play what was written as a terminal does: give the first words of each line."""
    lines, row = [""], 0
    for text, up in re.findall(r"([^\r\n\x1b]+|\n|\r)|\x1b\[(?:(\d+)A|K)", written):
        if up:
            row -= int(up)
        elif text == "\n":
            row += 1
            lines += [""] * (row + 1 - len(lines))
        elif text.strip("\r"):
            lines[row] = text
    return [line.split()[:2] for line in lines if line]


def ring_of(folder: Path, text: str) -> Stage:
    """Describe a ring that holds one test file."""
    (folder / "test_sample.py").write_text(text)
    command = [word for word in ring("x").command if word != "tests/x"]
    return Stage(name="sample", command=[*command, str(folder)], remedy="Mend it.")


def test_a_green_ring_is_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, checked = Abreast().run(ring_of(tmp_path, "def test_a(): pass\ndef test_b(): pass\n"))
    told = json.loads(capsys.readouterr().err)
    assert (checked, told["n"], told["total"]) == (2, 2, 2)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("def test_a(): assert 1 == 2\n", "Mend it. --randomly-seed="),
        ("import nothing_of_that_name\n", "sample failed"),
        ("import pytest\n@pytest.mark.sk" + "ip\ndef test_a(): pass\n", "passed over 1 test"),
        ("x = 1\n", "sample failed"),
    ],
    ids=["fails", "breaks", "does-not-run", "is-empty"],
)
def test_a_red_ring_stays_red(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(StageFailed, match=says):
        Abreast().run(ring_of(tmp_path, text))


def stage_of(name: str, text: str) -> Stage:
    """Describe a stage that is a few lines of Python."""
    return Stage(name=name, command=[sys.executable, "-c", text], remedy=f"Mend {name}.")


WAITS: Final = """
import pathlib, time
def wait_for(name):
    deadline = time.monotonic() + 60
    while not pathlib.Path(name).exists():
        assert time.monotonic() < deadline, name
        time.sleep(0.01)
"""


def test_two_stages_run_side_by_side(tmp_path: Path) -> None:
    """Each waits for the other, so one after the other neither would end."""
    here, there = tmp_path / "here", tmp_path / "there"
    one = f"{WAITS}pathlib.Path({str(here)!r}).touch()\nwait_for({str(there)!r})"
    other = f"{WAITS}pathlib.Path({str(there)!r}).touch()\nwait_for({str(here)!r})"
    course = Abreast()
    course.run_all([stage_of("one", one), stage_of("other", other)], 2)
    assert ("", {"one", "other"}) == (course.failure, set(course.passed))


def test_what_runs_beside_a_red_stage_is_stopped_and_puts_away(tmp_path: Path) -> None:
    started, away, begun = tmp_path / "started", tmp_path / "away", tmp_path / "begun"
    red = f"{WAITS}wait_for({str(started)!r})\nraise SystemExit('wrong')"
    long = f"""{WAITS}
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)  # As of what a shell runs in the background.
signal.signal(signal.SIGTERM, signal.default_int_handler)  # As tests/conftest.py has it.
try:
    pathlib.Path({str(started)!r}).touch()
    wait_for("never")
finally:
    pathlib.Path({str(away)!r}).touch()
"""
    later = f"import pathlib; pathlib.Path({str(begun)!r}).touch()"
    course = Abreast()
    stages = [stage_of("red", red), stage_of("long", long), *[stage_of("later", later)] * 3]
    course.run_all(stages, 2)
    assert "wrong" in course.failure
    assert "red failed. Mend red." in course.failure
    assert {} == course.passed
    assert (True, False) == (away.exists(), begun.exists())


def test_no_ring_is_forgotten() -> None:
    with_tests = {path.relative_to(ROOT).parts[1] for path in ROOT.glob("tests/*/test_*.py")}
    assert {stage.name for stage in rings()} >= with_tests
    assert rings()[0].name == "tidy"


def test_outcomes_are_counted_as_they_come(capsys: pytest.CaptureFixture[str]) -> None:
    told = Told()
    lines: Mapping[str, list[str]] = {
        "collecting ... collected 2 items": [],
        "tests/a.py::test_PASSED_x PASSED                [ 50%]": ["PASSED"],
        "tests/a.py::test_y SKIPPED (no server)          [100%]": ["PASSED", "SKIPPED"],
    }
    with phase("a", 1) as shown:
        for line, outcomes in lines.items():
            told.hear(line, shown)
            assert told.outcomes == outcomes
        assert (shown.n, shown.total) == (2, 2)
    assert told.unaccepted() == ["SKIPPED"]
    assert capsys.readouterr().err
