"""Runs for long what the tests run in short; each part stops by itself and says what it did.

``scripts/soak.py`` runs every part, ``scripts/soak.py amounts=20000`` one of them with a size of
its own.  A part is a function of (size, seed) in ``PARTS``; what fails names the seed that
repeats it.  Standard error carries the progress, standard output the verdict.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Final, NoReturn

import structlog
from progress import phase

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # The generators of the tests are the soak's too.
_CHUNK: Final = 500
"""Trials that one process makes before it says how far it is."""


class SoakFailed(Exception):
    """Something did not hold; the message repeats it."""


@dataclass(frozen=True, slots=True)
class Part:
    """One thing to do for long.  ``size`` is what it does unless asked for another number."""

    about: str
    size: int
    run: Callable[[int, int], str]


# ---------------------------------------------------------------- amounts


def amounts(size: int, seed: int) -> str:
    """Give that many random orders back in random pieces."""
    settlements = sum(in_chunks("amounts", size, seed, _give_back))
    return f"{size} orders given back in {settlements} settlements, to the last minor unit"


def _give_back(seeds: Sequence[int]) -> int:
    from tests.support.selling import a_sale, give_back

    settlements = 0
    for seed in seeds:
        random = Random(seed)  # noqa: S311 - not a secret
        try:
            settlements += give_back(a_sale(random), random)
        except AssertionError as error:
            message = f"order {seed} is not given back as it was paid: {error}"
            raise SoakFailed(message) from error
    return settlements


# ---------------------------------------------------------------- refunds


def histories(size: int, seed: int) -> str:
    """Live that many histories of an order's money by chance."""
    acts = sum(in_chunks("histories", size, seed, _live))
    return f"{size} histories of {acts} acts; no intent was paid twice, no cap was exceeded"


def _live(seeds: Sequence[int]) -> int:
    from tests.support.histories import live_many

    _hush()
    try:
        return asyncio.run(live_many(seeds)).total()
    except Exception as error:
        message = f"{error} {' '.join(getattr(error, '__notes__', ()))}"
        raise SoakFailed(message) from error


def orders(size: int, seed: int) -> str:
    """Play all 720 orders of six of the messages around one refund, as one fate has it."""
    plays = sum(in_chunks("orders", size, seed, _play, chunk=8))
    return f"{plays} plays of six messages; at every moment at most one refund lived"


def _play(places: Sequence[int]) -> int:
    from tests.support.plays import FATES, MESSAGES, play_every_order

    _hush()
    every = [(six, fate) for six in combinations(MESSAGES, 6) for fate in FATES]
    plays = 0
    for place in places:
        six, fate = every[place % len(every)]
        try:
            plays += asyncio.run(play_every_order(six, fate)).total()
        except AssertionError as error:
            message = f"{fate}, {six}: {error} {' '.join(getattr(error, '__notes__', ()))}"
            raise SoakFailed(message) from error
    return plays


def _hush() -> None:
    """Leave the log to those who look for something in it: here it is all played trouble."""
    structlog.configure(processors=[_drop])


def _drop(*_: object) -> NoReturn:
    raise structlog.DropEvent


# ---------------------------------------------------------------- on every core


def in_chunks(
    name: str, size: int, seed: int, trial: Callable[[Sequence[int]], int], *, chunk: int = _CHUNK
) -> list[int]:
    """Try ``size`` seeds from ``seed`` on, on every core, and give what each chunk came to."""
    starts = range(seed, seed + size, chunk)
    chunks = [range(start, min(start + chunk, seed + size)) for start in starts]
    done: list[int] = []
    with phase(name, size) as shown, ProcessPoolExecutor(os.cpu_count()) as pool:
        for seeds, result in zip(chunks, pool.map(trial, chunks), strict=True):
            done.append(result)
            shown.reach(seeds.stop - seed)
    return done


# ---------------------------------------------------------------- kills


def kills(size: int, seed: int) -> str:
    """Kill -9 that often at every named point; pytest shows the progress."""
    command = [sys.executable, "-m", "pytest", "-q", "tests/crash", f"--randomly-seed={seed}"]
    environment = {**os.environ, "RETOUR_KILLS": str(size)}
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=sys.stderr, check=False)
    if done.returncode:
        message = f"something was lost or done twice; RETOUR_KILLS={size} {' '.join(command[2:])}"
        raise SoakFailed(message)
    return f"{size} times kill -9 at every named point; nothing lost, nothing twice"


# ---------------------------------------------------------------- load


def load(size: int, seed: int) -> str:
    """Commit and deliver for that many minutes, with faults; it shows its own progress."""
    del seed  # What it does to itself is never the same twice.
    command = [sys.executable, "-m", "bench.soak", "--minutes", str(size)]
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        message = "what was committed and what was delivered differ; its own report says where"
        raise SoakFailed(message)
    return f"{size} min of load with faults, and the books closed"


# ---------------------------------------------------------------- channels


def channels(size: int, seed: int) -> str:
    """Have that many returns of three marketplaces judged and told under faults and kill -9."""
    name = "test_each_return_is_told_once_as_it_was_judged"
    command = [
        *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", name),
        *("-o", "log_cli=true", "--log-cli-level=INFO", "tests/crash/test_channelengine_kills.py"),
    ]
    asked = {
        "RETOUR_CHANNEL_RETURNS": str(size),
        "RETOUR_KILLS": str(max(size // 25, 4)),
        "RETOUR_SEED": str(seed),
    }
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **asked}, check=False, capture_output=True, text=True
    )
    told = [line for line in done.stdout.splitlines() if "channel returns and" in line]
    if done.returncode or not told:
        log = ROOT / "build" / f"soak-channels-{seed}.log"
        log.parent.mkdir(exist_ok=True)
        log.write_text(done.stdout + done.stderr)
        why = [line for line in done.stdout.splitlines() if line.startswith("E  ")]
        message = f"seed {seed}, all of it in {log}: {chr(10).join(why) or done.stdout[-2000:]}"
        raise SoakFailed(message)
    return told[0].partition(".py:")[2].partition(" ")[2]


PARTS: Final = {
    "amounts": Part("orders sold and given back at random, to the last cent", 1_000_000, amounts),
    "histories": Part("histories of an order's money by chance", 100_000, histories),
    "orders": Part("times all 720 orders of six messages around a refund", 672, orders),
    "kills": Part("times kill -9 at every named point", 20, kills),
    "channels": Part("returns of three marketplaces under faults and kill -9", 500, channels),
    "load": Part("minutes of commits and deliveries with faults", 60, load),
}


def main(arguments: Sequence[str]) -> int:
    """Run the parts that are named, or all, and say what became of each."""
    parser = argparse.ArgumentParser(prog="scripts/soak.py", description=__doc__)
    listed = ", ".join(f"{name} ({part.about}: {part.size})" for name, part in PARTS.items())
    parser.add_argument("parts", nargs="*", metavar="PART[=SIZE]", help=listed)
    parser.add_argument("--seed", type=int, default=0, help="the first of the seeds")
    asked = parser.parse_args(arguments)
    wanted = [one.partition("=") for one in asked.parts or PARTS]
    if unknown := [name for name, _, _ in wanted if name not in PARTS]:
        parser.error(f"there is no part {unknown[0]!r}; there are {', '.join(PARTS)}")
    for name, _, size in wanted:
        part = PARTS[name]
        try:
            print(f"{name}: {part.run(int(size) if size else part.size, asked.seed)}", flush=True)
        except SoakFailed as error:
            print(f"{name}: FAILED: {error}", flush=True)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
