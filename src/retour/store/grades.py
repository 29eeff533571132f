"""What workspaces say of their grades, as rows. Typed callers of ``sql/dock.sql``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from retour.store.statements import named

if TYPE_CHECKING:
    import asyncpg

    from retour.store.database import Connection

_SQL: Final = named("dock")
GRADE_PICTURES: Final = "grade"
"""Who has the photos that show how grades look: no return, and nobody who is forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeRow:
    """What is said of a grade, as the JSON it is kept as."""

    version: int
    body: str


async def grades_said(source: Connection | asyncpg.Pool, workspace_id: int) -> dict[str, GradeRow]:
    """Give what a workspace says of its grades, by grade; nothing where it says nothing."""
    rows = await source.fetch(_SQL["grades"], workspace_id)
    return {row["grade"]: GradeRow(version=row["version"], body=row["body"]) for row in rows}


async def put_grade(connection: Connection, workspace_id: int, grade: str, body: str) -> int:
    """Say it anew; gives its version."""
    version: int = await connection.fetchval(_SQL["put_grade"], workspace_id, grade, body)
    return version
