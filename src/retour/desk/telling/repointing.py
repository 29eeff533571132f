"""What waits follows its subscription to its next version, where that says the same bytes.

A version is fixed at commit for the sake of the bytes.  A change that leaves those alone (another
URL, other headers, other events) is for what still waits too: who mends a wrong address gets what
was held up by it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from retour.kernel.subscription import SubscriptionBody, customer_reads
from retour.store.telling import one_subscription
from retour.store.telling_deliveries import earlier_versions, repoint

if TYPE_CHECKING:
    from retour.desk.house import House


def says_the_same(before: SubscriptionBody, after: SubscriptionBody) -> bool:
    """Say whether two versions give the same bytes for every event that both are told."""
    return (
        before.dialect == after.dialect
        and before.format == after.format
        and before.dialect_settings == after.dialect_settings
        and before.template == after.template
        and customer_reads(before) is customer_reads(after)
    )


async def follow(house: House, workspace_id: int, subscription_ids: Iterable[str]) -> None:
    """Let what waits follow, once a change is committed; in steps, each its own transaction."""
    for subscription_id in subscription_ids:
        async with house.database.transaction(workspace_id) as connection:
            now = await one_subscription(connection, workspace_id, subscription_id)
            assert now is not None, "rows of subscriptions are never deleted"
            versions = await earlier_versions(
                connection, workspace_id, subscription_id, now.version
            )
        same = [number for number, said in versions if says_the_same(said, now.body)]
        after: tuple[str, int] | None = ("", 0) if same else None
        while after is not None:
            async with house.database.transaction(workspace_id) as connection:
                after = await repoint(
                    connection, workspace_id, subscription_id, (same, now.version), after
                )
