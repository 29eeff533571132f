"""A wall around the cap that stands in test databases only, and looks at every commit.

At the end of each transaction that moved a settlement or a payment, the database itself adds up,
from the returns' documents, what is promised or paid of each payment of the order: as much as the
payment's counter says, and never more than was captured.  And each settlement's legs and lines come
to its total.  So every test that commits anything is a proof.

A breach has a code of its own: the desk takes breaches of the schema's own checks for lost races.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import asyncpg

BREACH: Final = "RT999"
"""The SQLSTATE of a breach."""
WALLS: Final = {
    "returns": ("cap_of_new", "cap_of_changed", "sums"),
    "payment": ("cap_of_payment",),
}
"""The triggers of each table."""
_SQL: Final = Path(__file__).with_suffix(".sql")


async def build_wall(admin_dsn: str) -> None:
    """Build the wall in a migrated database; again does no harm."""
    admin = await asyncpg.connect(admin_dsn)
    try:
        await admin.execute(_SQL.read_text(encoding="utf-8"))
    finally:
        await admin.close()
