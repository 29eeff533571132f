"""Options that many words have, and how a word is carried out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

Start = Callable[..., int]
"""Carries out a command by its word, with its options by name; answers the exit code."""

Data = Annotated[
    Path | None, typer.Option(help="Folder of the embedded database. [env: RETOUR_DATA]")
]
Url = Annotated[
    str | None,
    typer.Option(
        help="A PostgreSQL server instead of the embedded one. [env: RETOUR_DATABASE_URL]"
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
Ws = Annotated[str, typer.Argument(metavar="WORKSPACE", help="The workspace's id, ws_….")]


def example(*lines: str) -> str:
    """Write the end of a word's help: how it is called, as it can be typed."""
    return "\b\nExample:\n" + "\n".join(f"  retour {line}" for line in lines)


def carry_out(context: typer.Context, word: str, **options: object) -> None:
    """Have the command carried out; its exit code is ours."""
    start: Start = context.obj
    raise typer.Exit(start(word, **options))
