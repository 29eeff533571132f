"""Mutants: our code with one thing wrong, and whether a test notices.

``python -m tests.support.mutating`` reads mutants as JSON lines and answers each with one word.
Every mutant lives in a process of its own: the module it changes is compiled from the changed text,
everything else is the real thing, and then one named test is run with every one of its parameters.
It is forked from the nest of its module, where all is loaded that the module builds on.
"""

from __future__ import annotations

import ast
import gc
import importlib
import importlib.util
import inspect
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
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


_Placed = tuple[int, Mutant]
"""A mutant and its place in the order asked for."""


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
    words = dict(line.split() for line in done.stdout.splitlines())
    return [words.get(str(place), BROKEN) for place, _ in enumerate(mutants)]


# ---------------------------------------------------------------- in the process that forks


def _main() -> None:
    nests: dict[object, list[_Placed]] = {}
    for place, mutant in enumerate(Mutant(*json.loads(line)) for line in sys.stdin):
        nests.setdefault(mutant.module or place % AT_ONCE, []).append((place, mutant))
    running = 0
    for nest in sorted(nests.values(), key=len, reverse=True):
        if running == AT_ONCE:
            os.wait()
            running -= 1
        _fork(partial(_breed, nest))
        running += 1
    while running:
        os.wait()
        running -= 1


def _fork(live: Callable[[], None]) -> int:
    """Do something in a process of its own."""
    pid = os.fork()
    if pid == 0:
        try:
            live()
        finally:
            os._exit(0)
    return pid


def _breed(nest: Sequence[_Placed]) -> None:
    """Load what the mutants of one module share, then bring up one after the other."""
    answers = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    if module := nest[0][1].module:
        _load_below(_path(module))
    else:
        for _, mutant in nest:
            _killer(mutant)
    gc.freeze()  # Else each child would copy what it only looks at,
    gc.disable()  # and look for garbage in a life of a tenth of a second.
    for place, mutant in nest:
        os.waitpid(_fork(partial(_tell, answers, place, mutant)), 0)


def _load_below(path: Path) -> None:
    """Load what a module imports of ours, which cannot depend on the module."""
    for node in ast.parse(path.read_bytes()).body:
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("retour."):
            module = importlib.import_module(str(node.module))
            for name in node.names:
                if not hasattr(module, name.name):
                    importlib.import_module(f"{node.module}.{name.name}")


def _tell(answers: int, place: int, mutant: Mutant) -> None:
    """Say in one line what became of a mutant; who dies without a word is broken."""
    os.write(answers, f"{place} {_live(mutant)}\n".encode())


def _path(module: str) -> Path:
    return ROOT / "src" / "retour" / (module.replace(".", "/") + ".py")


def _live(mutant: Mutant) -> str:
    """Bring one mutant to life and set its killer on it."""
    if mutant.module:
        name, path = f"retour.{mutant.module}", _path(mutant.module)
        assert name not in sys.modules, "a module is changed before it is loaded"
        text = path.read_text(encoding="utf-8")
        if text.count(mutant.old) != 1 or mutant.old == mutant.new:
            return STALE
        sys.meta_path.insert(0, _Finder(name, path, text.replace(mutant.old, mutant.new)))
    test = _killer(mutant)
    try:
        for arguments in sorted(_parameters(test), key=partial(_is_of_others, _changed(mutant))):
            with tempfile.TemporaryDirectory() as folder:
                here = {"tmp_path": Path(folder)} if "tmp_path" in _names(test) else {}
                test(**arguments, **here)
    except Exception:  # noqa: BLE001 - whatever a test fails with, it noticed
        return KILLED
    return SURVIVED


def _changed(mutant: Mutant) -> str:
    """Name the function that is wrong; empty where it is none."""
    if not mutant.module:
        return ""
    before, _, _ = _path(mutant.module).read_text(encoding="utf-8").partition(mutant.old)
    return ["", *re.findall(r"^def (\w+)", before + mutant.old, re.MULTILINE)][-1]


def _is_of_others(changed: str, arguments: dict[str, object]) -> bool:
    """Say whether a test's arguments are not about the changed function: they come later."""
    return changed not in {getattr(value, "__name__", None) for value in arguments.values()}


def _killer(mutant: Mutant) -> Callable[..., object]:
    file, _, name = mutant.killer.partition("::")
    killer: Callable[..., object] = getattr(importlib.import_module(f"tests.pure.{file}"), name)
    return killer


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
        "mutants",
        deadline=None,
        max_examples=40,
        derandomize=True,
        database=None,
        phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate),  # Nobody reads the example.
    )
    hypothesis.settings.load_profile("mutants")
    _warm_up()
    _main()
