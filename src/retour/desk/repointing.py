"""What waits follows its subscription to a new address.

A version is fixed at commit for the sake of the bytes.  Where a change leaves those alone (another
URL, other headers, another end for the dead), what still waits is told under the new version: who
mends a wrong address gets what was held up by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retour.kernel.subscription import SubscriptionBody
from retour.store.telling_deliveries import repoint

if TYPE_CHECKING:
    from retour.desk.house import House


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A subscription whose next version says the same elsewhere."""

    subscription_id: str
    old: int
    new: int


def moves(before: SubscriptionBody, after: SubscriptionBody) -> bool:
    """Say whether the next version says the same bytes, but to another address or otherwise."""
    same = (
        before.dialect == after.dialect
        and before.format == after.format
        and before.dialect_settings == after.dialect_settings
        and before.template == after.template
    )
    return same and (
        before.target != after.target
        or before.headers != after.headers
        or before.on_dead is not after.on_dead
    )


async def follow(house: House, workspace_id: int, moved: Sequence[Moved]) -> None:
    """Let what waits follow, once the change is committed; in steps, each its own transaction."""
    for one in moved:
        after: tuple[str, int] | None = ("", 0)
        while after is not None:
            async with house.database.transaction(workspace_id) as connection:
                after = await repoint(
                    connection, workspace_id, one.subscription_id, (one.old, one.new), after
                )
