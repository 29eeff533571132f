"""Runs every check of this checkout in order of cost and stops at the first that fails.

``make test`` is this script with all stages; ``make lint`` and its like name some.  Each folder
of ``tests/`` with tests in it is a ring, known to this script or not, so none is forgotten.
Standard error carries the progress, standard output the verdict.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from progress import Phase, phase

ROOT: Final = Path(__file__).resolve().parent.parent
BIN: Final = Path(sys.executable).parent

RING_ORDER: Final = ("tidy", "pure", "golden", "commands", "gateways", "pg", "delivery", "doors")
"""Cheap and telling first; rings not named here follow, ``crash`` is always last."""

OUTCOME: Final = re.compile(r" (PASSED|FAILED|ERROR|SKIPPED|XFAIL|XPASS)\b.*\[ *\d+%\]$")
COLLECTED: Final = re.compile(r"^collected (\d+) items?")
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
    known = [name for name in RING_ORDER if name in found]
    others = sorted(found - {*known, "crash"})
    return [ring(name) for name in [*known, *others, *sorted(found & {"crash"})]]


def ring(name: str) -> Stage:
    """Describe one folder of tests as a stage."""
    command = (sys.executable, "-m", "pytest", f"tests/{name}", "-v", "--color=no", "--tb=short")
    return Stage(
        name=name,
        command=command,
        remedy=f"Repeat it alone: .venv/bin/python -m pytest tests/{name}",
    )


def run(stage: Stage) -> tuple[float, int]:
    """Run one stage to its end; answer its seconds and how many things it checked."""
    told = Told()
    with phase(stage.name, 1) as shown:
        with subprocess.Popen(
            stage.command,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                told.hear(line.rstrip(), shown)
        if process.returncode != 0:
            raise StageFailed(f"{told.report()}\n\n{stage.name} failed. {with_seed(stage, told)}")
        if unaccepted := told.unaccepted():
            raise StageFailed(
                f"{told.report()}\n\n{stage.name} passed over {len(unaccepted)} tests. "
                "A test that does not run proves nothing: give it what it needs, or remove it."
            )
    return shown.seconds, len(told.outcomes) or 1


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

    started = time.monotonic()
    timings: list[tuple[str, float, int]] = []
    failure = ""
    for stage in chosen:
        try:
            timings.append((stage.name, *run(stage)))
        except StageFailed as failed:
            failure = str(failed)
            break
        except KeyboardInterrupt:
            failure = f"Interrupted in {stage.name}."
            break

    print(summary(timings, time.monotonic() - started))
    if failure:
        print(f"\n{failure}")
        return 1
    return 0


def summary(timings: Sequence[tuple[str, float, int]], total_s: float) -> str:
    """Say what passed and how long each took."""
    rows = [f"{name:<11}{checked:>6}  {seconds:>7.1f} s" for name, seconds, checked in timings]
    checked = sum(row[2] for row in timings)
    return "\n".join(["", *rows, f"{'passed':<11}{checked:>6}  {total_s:>7.1f} s"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
