"""Fills ``./.venv`` from a lock file, by the interpreter that ``bootstrap.sh`` found.

Runs before anything is installed, so it imports the standard library alone.  It shows one
line of progress per phase on a terminal and one JSON object per phase without one.  A run
that was cut off at any point is finished by the next.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import queue
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Final, Self

from progress import Phase, phase

ROOT: Final = Path(__file__).resolve().parent.parent
VENV: Final = ROOT / ".venv"
STAMPS: Final = VENV / ".stamps"
PYTHON: Final = VENV / "bin" / "python"
REQUIREMENTS: Final = ROOT / "requirements"

SOURCES: Final = "source.lock"
"""Packages that nobody has built for us."""

POLL_S: Final = 0.1
"""How often installed packages are counted; pip itself is silent while it unpacks."""

LOG_TAIL: Final = 25
"""Lines of pip's own words shown when it fails."""


PIP_REMEDY: Final = """\
The packages could not be installed; pip says why above.
If the network was away, repeat: what was fetched is kept.
If a package has no wheel for this machine, PIP_ONLY_BINARY=:none: builds it from source, \
with build tools that no hash vouches for."""


class SetupFailed(Exception):
    """The environment cannot be made; the message says the fact, then the remedy."""


@contextlib.contextmanager
def alone() -> Generator[None]:
    """Let one bootstrap at a time work on this checkout; the others wait."""
    folder = os.open(REQUIREMENTS, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another bootstrap is at work here; waiting for it.", file=sys.stderr)
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def main(target: str) -> int:
    """Bring ``.venv`` up to ``requirements/<target>.lock``; answer the exit code."""
    try:
        with alone():
            make_environment()
            if not is_same(REQUIREMENTS / f"{target}.lock", STAMPS / f"{target}.lock"):
                install_lock(target)
            if not is_same(REQUIREMENTS / SOURCES, STAMPS / SOURCES):
                install_sources()
            if not is_same(ROOT / "pyproject.toml", STAMPS / "pyproject.toml"):
                install_package()
    except SetupFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    except PermissionError as error:
        print(
            f"{error.filename} cannot be written by this user.\n"
            "Run as the owner of this folder, or clone it again as yourself.",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        print("Interrupted; the next run goes on from here.", file=sys.stderr)
        return 130
    return 0


def make_environment() -> None:
    """Have a working ``.venv`` that was made for this folder, keeping one that is."""
    why = why_unusable(VENV)
    if why is not None:
        if VENV.exists():
            print(f"Making .venv anew: {why}.", file=sys.stderr)
        with phase("venv", 1):
            create_environment()
    STAMPS.mkdir(exist_ok=True)
    (STAMPS / "place").write_text(f"{ROOT}\n")


def create_environment() -> None:
    """Make an empty ``.venv``, whatever was there before."""
    result = subprocess.run(
        [sys.executable, "-I", "-m", "venv", "--clear", str(VENV)],
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        said = (result.stdout + result.stderr).strip()
        raise SetupFailed(f"{said}\n{sys.executable} could not make {VENV}.")


def why_unusable(venv: Path) -> str | None:
    """Say why an environment cannot be used as it is, or ``None`` where it can."""
    try:
        # Installed commands name the interpreter of the folder they were made for.
        command = (venv / "bin" / "pip").read_text(errors="replace")[:4096]
    except FileNotFoundError:
        return "it was not finished"
    if f"{venv}/" not in command:
        return "it was made for another folder"
    test = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    try:
        works = subprocess.run(
            [venv / "bin" / "python", "-I", "-c", test], capture_output=True, check=False
        )
    except FileNotFoundError:
        return "its Python is gone"
    return None if works.returncode == 0 else "its Python or its pip does not work"


def install_lock(target: str) -> None:
    """Install the pins of ``target``, each checked against its hashes."""
    lock = REQUIREMENTS / f"{target}.lock"
    # No stamp may outlive the state it vouches for: the pins of two locks may differ in time.
    for stamp in STAMPS.glob("*.lock"):
        stamp.unlink()
    clear_ruins()
    # --no-deps: the lock is complete, so there is nothing to resolve.
    with Pip("--require-hashes", "--no-deps", "-r", str(lock)) as pip:
        with phase("fetch", count_pins(lock)) as fetching:
            wanted = follow_fetching(pip, fetching)
        if wanted:
            with phase("install", wanted) as installing:
                follow_installing(pip, installing)
    shutil.copyfile(lock, STAMPS / lock.name)
    if target == "dev":  # A superset of the same pins; tests/tidy holds the locks to that.
        shutil.copyfile(REQUIREMENTS / "run.lock", STAMPS / "run.lock")


def install_sources() -> None:
    """Build what has no wheel, each file checked against its hash, by the locked setuptools."""
    lock = REQUIREMENTS / SOURCES
    asked = ("--require-hashes", "--no-deps", "--no-build-isolation", "-r", str(lock))
    with phase("build", count_pins(lock)), Pip(*asked, only_binary=":none:") as pip:
        pip.finish()
    shutil.copyfile(lock, STAMPS / SOURCES)


def install_package() -> None:
    """Make ``import retour`` and the ``retour`` command mean this checkout."""
    with (
        phase("package", 1),
        Pip("--no-deps", "--no-build-isolation", "--no-index", "-e", str(ROOT)) as pip,
    ):
        pip.finish()
    shutil.copyfile(ROOT / "pyproject.toml", STAMPS / "pyproject.toml")


def follow_fetching(pip: Pip, shown: Phase) -> int:
    """Count until pip has every file; answer how many packages it is about to install."""
    while (line := pip.next_line()) is not None:
        if line.startswith("Ignoring "):  # A pin for another platform or Python.
            shown.total -= 1
        elif line.startswith(("Collecting ", "Requirement already satisfied")):
            shown.reach(shown.n + 1)
        elif line.startswith("Installing collected packages:"):
            return line.count(",") + 1
    pip.finish()
    return 0


def follow_installing(pip: Pip, shown: Phase) -> None:
    """Count finished packages on disk until pip ends; it says nothing meanwhile."""
    started_at = time.time() - 1  # Clocks of file systems may be coarse.
    while True:
        try:
            if pip.next_line(timeout_s=POLL_S) is None:
                break
        except TimeoutError:
            shown.reach(sum(path.stat().st_mtime >= started_at for path in finished_packages()))
    pip.finish()


class Pip:
    """One run of ``pip install`` in the environment, heard line by line."""

    def __init__(self, *arguments: str, only_binary: str = ":all:") -> None:
        environment = os.environ | {
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_NO_INPUT": "1",
            "PIP_PROGRESS_BAR": "off",
            "PIP_ROOT_USER_ACTION": "ignore",
            "PIP_USER": "0",
            "PYTHONUNBUFFERED": "1",
            # Building from source would run code that no hash vouches for.
            "PIP_ONLY_BINARY": os.environ.get("PIP_ONLY_BINARY", only_binary),
        }
        self._is_over = False
        self._said: list[str] = []
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._process = subprocess.Popen(
            [str(PYTHON), "-I", "-m", "pip", "install", *arguments],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            self._process.wait()
        self._listener.join()

    def next_line(self, timeout_s: float | None = None) -> str | None:
        """Wait for pip's next line, ``None`` at its end, TimeoutError where it says nothing."""
        if self._is_over:
            return None
        try:
            line = self._lines.get(timeout=timeout_s)
        except queue.Empty:
            raise TimeoutError from None
        self._is_over = line is None
        return line

    def finish(self) -> None:
        """Wait for the end; a failure is told in pip's own words."""
        while self.next_line() is not None:
            pass
        if self._process.wait() == 0:
            return
        told = [line for line in self._said if not line.startswith(("WARNING:", "Requirement "))]
        raise SetupFailed("\n".join([*told[-LOG_TAIL:], "", PIP_REMEDY]))

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as stdout:
            for line in stdout:
                self._said.append(line.rstrip())
                self._lines.put(line.strip())
        self._lines.put(None)


def count_pins(lock: Path) -> int:
    """Count what a lock names, for whatever platform."""
    return len(re.findall(r"^[A-Za-z0-9]", lock.read_text(), re.MULTILINE))


def site_packages() -> Path:
    """Say where this environment keeps its packages."""
    (folder,) = VENV.glob("lib/python3.*/site-packages")
    return folder


def finished_packages() -> Iterator[Path]:
    """List the RECORD of each whole package; pip writes it last."""
    return site_packages().glob("*.dist-info/RECORD")


def clear_ruins() -> None:
    """Remove what an interrupted pip left half done, so that pip sees it as absent."""
    for folder in site_packages().iterdir():
        is_half = folder.name.endswith(".dist-info") and not (folder / "RECORD").exists()
        is_stash = folder.name.startswith("~")
        if is_half or is_stash:
            shutil.rmtree(folder, ignore_errors=True)


def is_same(one: Path, other: Path) -> bool:
    """Say whether two files exist and hold the same bytes."""
    try:
        return one.read_bytes() == other.read_bytes()
    except FileNotFoundError:
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
