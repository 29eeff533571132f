"""Mutants: our code with one thing wrong, and whether a test notices.

``python -m tests.support.mutating`` reads mutants as JSON lines and answers each with one word.
Every mutant lives in a process of its own, forked from one that has the heavy libraries loaded: the
module it changes is compiled from the changed text, everything else is the real thing, and then one
named test is run with every one of its parameters.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import itertools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import Final, NamedTuple

import hypothesis
import pytest
from hypothesis import strategies

ROOT: Final = Path(__file__).resolve().parent.parent.parent
AT_ONCE: Final = 2
KILLED: Final = "killed"
SURVIVED: Final = "survived"
STALE: Final = "stale"
BROKEN: Final = "broken"
_WORDS: Final = (SURVIVED, KILLED, STALE, BROKEN)


class Mutant(NamedTuple):
    """One wrong thing.

    Args:
        module: Under ``retour``, such as ``lifecycle.guards``; empty for nothing wrong at all.
        old: Stands exactly once in the module.
        killer: The test that must fail, as ``file::function`` under ``tests/pure``.
    """

    module: str
    old: str
    new: str
    killer: str


class _Loader(SourceFileLoader):
    """Compiles a module from changed text, past every cache."""

    changed = b""

    def get_code(self, fullname: str) -> CodeType:  # tidy: allow(get) importlib calls it so
        code: CodeType = self.source_to_code(self.changed, self.get_filename(fullname))
        return code


class _Finder:
    """Finds the changed module before anything else does."""

    def __init__(self, name: str, path: Path, text: str) -> None:
        self._name, self._path, self._text = name, path, text

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        """Answer for the one module that is changed."""
        if name != self._name:
            return None
        loader = _Loader(name, str(self._path))
        loader.changed = self._text.encode()
        return importlib.util.spec_from_loader(name, loader)


def run(mutants: Sequence[Mutant]) -> list[str]:
    """Try every mutant; gives one word for each, in order."""
    lines = "".join(json.dumps(mutant) + "\n" for mutant in mutants)
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.mutating"],
        input=lines,
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    return done.stdout.split()


# ---------------------------------------------------------------- in the process that forks


def _main() -> None:
    mutants = [Mutant(*json.loads(line)) for line in sys.stdin]
    words = [""] * len(mutants)
    running: dict[int, int] = {}
    waiting = iter(enumerate(mutants))
    for place, mutant in itertools.islice(waiting, AT_ONCE):
        running[_fork(mutant)] = place
    while running:
        pid, status = os.wait()
        words[running.pop(pid)] = _WORDS[os.waitstatus_to_exitcode(status)]
        for place, mutant in itertools.islice(waiting, 1):
            running[_fork(mutant)] = place
    sys.stdout.write("\n".join(words))


def _fork(mutant: Mutant) -> int:
    pid = os.fork()
    if pid == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        word = BROKEN
        try:
            word = _live(mutant)
        finally:
            os._exit(_WORDS.index(word))
    return pid


def _live(mutant: Mutant) -> str:
    """Bring one mutant to life and set its killer on it."""
    assert "retour" not in sys.modules, "nothing of ours is loaded before it is changed"
    if mutant.module:
        path = ROOT / "src" / "retour" / (mutant.module.replace(".", "/") + ".py")
        text = path.read_text(encoding="utf-8")
        if text.count(mutant.old) != 1 or mutant.old == mutant.new:
            return STALE
        finder = _Finder(f"retour.{mutant.module}", path, text.replace(mutant.old, mutant.new))
        sys.meta_path.insert(0, finder)
    file, _, name = mutant.killer.partition("::")
    test = getattr(importlib.import_module(f"tests.pure.{file}"), name)
    try:
        for arguments in _parameters(test):
            with tempfile.TemporaryDirectory() as folder:
                here = {"tmp_path": Path(folder)} if "tmp_path" in _names(test) else {}
                test(**arguments, **here)
    except Exception:  # noqa: BLE001 - whatever a test fails with, it noticed
        return KILLED
    return SURVIVED


def _names(test: Callable[..., object]) -> frozenset[str]:
    return frozenset(inspect.signature(test).parameters)


def _parameters(test: Callable[..., object]) -> Iterator[dict[str, object]]:
    """Give every set of arguments pytest would call a test with."""
    marks = [mark for mark in getattr(test, "pytestmark", ()) if mark.name == "parametrize"]
    choices: list[list[dict[str, object]]] = []
    for mark in marks:
        names = mark.args[0].split(", ") if isinstance(mark.args[0], str) else list(mark.args[0])
        choices.append(
            [
                dict(zip(names, value if len(names) > 1 else [value], strict=True))
                for value in mark.args[1]
            ]
        )
    for chosen in itertools.product(*choices):
        yield {name: value for one in chosen for name, value in one.items()}


@hypothesis.given(strategies.data())
def _warm_up(data: strategies.DataObject) -> None:
    """Load, before anything is forked, what hypothesis and pytest load when first used."""
    with pytest.raises(ValueError, match="x"):
        int(data.draw(strategies.just("x")))


if __name__ == "__main__":
    hypothesis.settings.register_profile(
        "mutants", deadline=None, max_examples=40, derandomize=True, database=None
    )
    hypothesis.settings.load_profile("mutants")
    _warm_up()
    _main()
