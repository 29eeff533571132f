"""The composition root: the only place where rooms are joined, and imported by none of them.

``main`` is what the command line starts; each command's module is imported when it is called.
"""

from __future__ import annotations

import importlib


def start(word: str, **options: object) -> int:
    """Carry out a command by its word; answers its exit code."""
    code: int = importlib.import_module(f"retour.wiring.{word}").run(**options)
    return code


def main() -> None:
    """Run the command line."""
    from retour.cli.app import run

    run(start)
