"""SQL of the benchmark, by name, as ``retour.store.statements`` does it for the product."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

_NAME: Final = re.compile(r"^-- :name (\w+)$", re.MULTILINE)
_PARAMETER: Final = re.compile(r"(?<!:):([a-z]+)")


def statements(file: str) -> dict[str, str]:
    """Read ``sql/<file>.sql`` without its comments, in which pgbench would see variables."""
    text = (Path(__file__).parent / "sql" / f"{file}.sql").read_text(encoding="utf-8")
    parts = _NAME.split(text)
    bodies = (re.sub(r"^--.*\n", "", body.strip(), flags=re.MULTILINE) for body in parts[2::2])
    return dict(zip(parts[1::2], bodies, strict=True))


def numbered(statement: str) -> tuple[str, list[str]]:
    """Turn ``:name`` into ``$1`` as pgbench does, so that others prepare the very same text."""
    names: list[str] = []

    def place(found: re.Match[str]) -> str:
        names.append(found[1])
        return f"${len(names)}"

    return _PARAMETER.sub(place, statement), names
