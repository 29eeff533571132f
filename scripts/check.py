"""Runs every check of this checkout, the cheap ones first, and stops at the first that fails.

``make test`` is this script with all stages; ``make lint`` and its like name some.  Each folder
of ``tests/`` with tests in it is a ring, known to this script or not, so none is forgotten.
Two stages run side by side where there are two cores (``ABREAST=1``: one after the other); each
ring that needs a PostgreSQL starts its own.  Standard error carries the progress, standard output
the verdict.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed, wait
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Final

from progress import Phase, phase

ROOT: Final = Path(__file__).resolve().parent.parent
BIN: Final = Path(sys.executable).parent

ABREAST: Final = int(os.environ.get("ABREAST") or min(2, os.cpu_count() or 1))
"""Stages at once.  Not more: two rings with a PostgreSQL each keep two cores busy."""
STOPPED_S: Final = 60.0
"""How long a stage that is told to stop may take to put away its servers."""

FIRST: Final = ("tidy", "golden", "commands", "pure", "pg", "doors")
LAST: Final = ("crash", "gateways")
"""Cheap and telling first, rings not named here between, and at the end no long one alone."""

OUTCOME: Final = re.compile(r" (PASSED|FAILED|ERROR|SKIPPED|XFAIL|XPASS)\b.*\[ *\d+%\]$")
COLLECTED: Final = re.compile(r"^(?:collecting \.\.\. )?collected (\d+) items?")
SEED: Final = re.compile(r"^Using --randomly-seed=(\d+)")
ACCEPTABLE: Final = {"PASSED"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One check: the command that makes it and what to do when it says no."""

    name: str
    command: Sequence[str]
    remedy: str


@dataclass(slots=True)
class Told:
    """What a command said, and the part of it that is counted."""

    lines: list[str] = field(default_factory=list[str])
    outcomes: list[str] = field(default_factory=list[str])
    seed: str = "unknown"

    def hear(self, line: str, shown: Phase) -> None:
        """Take in one line; a test's outcome moves the progress."""
        self.lines.append(line)
        if found := COLLECTED.match(line):
            shown.total = int(found[1])
        elif found := SEED.match(line):
            self.seed = found[1]
        elif found := OUTCOME.search(line):
            self.outcomes.append(found[1])
            shown.reach(len(self.outcomes))

    def unaccepted(self) -> list[str]:
        """List the outcomes that are neither passes nor failures: a skipped test proves nothing."""
        return [outcome for outcome in self.outcomes if outcome not in ACCEPTABLE]

    def report(self) -> str:
        """Keep of a test run what follows the list of tests, of another tool all it said."""
        for number, line in enumerate(self.lines):
            if re.match(r"=+ (FAILURES|ERRORS|short test summary)", line):
                return "\n".join(self.lines[number:])
        return "\n".join(self.lines)


class StageFailed(Exception):
    """A check said no; the message is what it said and what to do."""


class Ended(KeyboardInterrupt):
    """This script alone was told to end; its stages do not know yet."""


class NotBegun(Exception):
    """Another check has said no before this one's turn came."""


STATIC: Final = (
    Stage(
        name="lint",
        command=(str(BIN / "ruff"), "check", "--quiet", "."),
        remedy="`make format` mends what can be mended by itself; the rest is for you.",
    ),
    Stage(
        name="format",
        command=(str(BIN / "ruff"), "format", "--check", "."),
        remedy="`make format` mends this.",
    ),
    Stage(
        name="types",
        command=(str(BIN / "basedpyright"),),
        remedy="Make the types say what is meant; `pyright: ignore[rule]` needs a reason after it.",
    ),
    Stage(
        name="contracts",
        command=(str(BIN / "lint-imports"), "--no-logo"),
        remedy="ARCHITECTURE.md says which room may import which; pass things in as arguments.",
    ),
)


def rings() -> list[Stage]:
    """List the rings in the order they are run in."""
    found = {
        path.relative_to(ROOT / "tests").parts[0] for path in ROOT.glob("tests/*/**/test_*.py")
    }
    others = sorted(found - {*FIRST, *LAST})
    return [ring(name) for name in (*FIRST, *others, *LAST) if name in found]


def ring(name: str) -> Stage:
    """Describe one folder of tests as a stage."""
    command = (sys.executable, "-m", "pytest", f"tests/{name}", "-v", "--color=no", "--tb=short")
    return Stage(
        name=name,
        command=command,
        remedy=f"Repeat it alone: .venv/bin/python -m pytest tests/{name}",
    )


class Abreast:
    """Runs stages in their order, some of them side by side, until one says no."""

    def __init__(self) -> None:
        self.passed: dict[str, tuple[float, int]] = {}
        self.failure = ""
        self._processes: set[subprocess.Popen[str]] = set()
        self._over = threading.Event()

    def run_all(self, stages: Sequence[Stage], abreast: int) -> None:
        """Run them all; what passed and the first failure are told by the attributes."""
        with ThreadPoolExecutor(abreast) as pool:
            asked = {pool.submit(self.run, stage): stage for stage in stages}
            try:
                for done in as_completed(asked):
                    if not isinstance(done.exception(), NotBegun):
                        self.passed[asked[done].name] = done.result()
            except StageFailed as failed:
                self.failure = str(failed)
                self._stop(asked, patience_s=0)
            except KeyboardInterrupt as told:
                running = [stage.name for one, stage in asked.items() if one.running()]
                self.failure = f"Interrupted in {', '.join(running)}."
                # A terminal has told them too.
                self._stop(asked, patience_s=0 if isinstance(told, Ended) else STOPPED_S)

    def run(self, stage: Stage) -> tuple[float, int]:
        """Run one stage to its end; answer its seconds and how many things it checked."""
        if self._over.is_set():
            raise NotBegun
        try:
            return self._ran(stage)
        except StageFailed:
            self._over.set()  # Here, before this thread is free for the next stage.
            raise

    def _ran(self, stage: Stage) -> tuple[float, int]:
        told = Told()
        with phase(stage.name, 1) as shown:
            returncode = self._hear(stage, told, shown)
            if returncode != 0:
                raise StageFailed(
                    f"{told.report()}\n\n{stage.name} failed. {with_seed(stage, told)}"
                )
            if unaccepted := told.unaccepted():
                raise StageFailed(
                    f"{told.report()}\n\n{stage.name} passed over {len(unaccepted)} tests. "
                    "A test that does not run proves nothing: give it what it needs, or remove it."
                )
        return shown.seconds, len(told.outcomes) or 1

    def _hear(self, stage: Stage, told: Told, shown: Phase) -> int:
        with subprocess.Popen(
            stage.command,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as process:
            self._processes.add(process)
            if self._over.is_set():
                process.terminate()
            assert process.stdout is not None
            for line in process.stdout:
                told.hear(line.rstrip(), shown)
        self._processes.discard(process)
        return process.returncode

    def _stop(self, asked: dict[Future[tuple[float, int]], Stage], *, patience_s: float) -> None:
        """Begin nothing more, and let what runs put away its servers.

        By SIGTERM: what a shell runs in the background has SIGINT ignored, and its children do.
        """
        self._over.set()
        for one in asked:
            one.cancel()
        wait(asked, timeout=patience_s)
        for process in tuple(self._processes):
            process.terminate()
        wait(asked, timeout=STOPPED_S)
        for process in tuple(self._processes):
            process.kill()


def with_seed(stage: Stage, told: Told) -> str:
    """Add to the remedy the order in which the tests ran, where there was one."""
    if told.seed == "unknown":
        return stage.remedy
    return f"{stage.remedy} --randomly-seed={told.seed}"


def main(names: Sequence[str]) -> int:
    """Run the named stages, or all; answer 0 when every one of them passed."""
    stages = [*STATIC, *rings()]
    known = {stage.name for stage in stages}
    if unknown := sorted(set(names) - known):
        print(f"There is no stage {', '.join(unknown)}. There are: {', '.join(sorted(known))}.")
        return 2
    chosen = [stage for stage in stages if not names or stage.name in names]

    signal.signal(signal.SIGTERM, _end)
    if sys.stderr.isatty():
        print(opening(chosen, ABREAST), file=sys.stderr)
    started = time.monotonic()
    course = Abreast()
    course.run_all(chosen, ABREAST)
    timings = [
        (stage.name, *course.passed[stage.name]) for stage in chosen if stage.name in course.passed
    ]
    print(summary(timings, time.monotonic() - started))
    if course.failure:
        print(f"\n{course.failure}")
        return 1
    return 0


def _end(number: int, frame: FrameType | None) -> None:
    del number, frame
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # Told twice, it still puts everything away.
    raise Ended


def opening(chosen: Sequence[Stage], abreast: int) -> str:
    """Say to a person what runs, and what there is to do meanwhile: nothing."""
    names = ", ".join(stage.name for stage in chosen)
    how = "one after the other" if abreast == 1 else f"{abreast} at once"
    return f"Running {how}: {names}.\nEnds at the first that fails, and says what to do then.\n"


def summary(timings: Sequence[tuple[str, float, int]], total_s: float) -> str:
    """Say what passed and how long each took."""
    rows = [f"{name:<11}{checked:>6}  {seconds:>7.1f} s" for name, seconds, checked in timings]
    checked = sum(row[2] for row in timings)
    return "\n".join(["", *rows, f"{'passed':<11}{checked:>6}  {total_s:>7.1f} s"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
