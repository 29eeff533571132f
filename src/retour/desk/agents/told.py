"""Who is told about a return, in words for agents: no address, no secret, only who and by what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.kernel.subscription import SubscriptionKind, customer_reads
from retour.store.telling import subscriptions_by_ids

if TYPE_CHECKING:
    from collections.abc import Iterable

    from retour.desk.house import House
    from retour.kernel.subscription import SubscriptionBody

_OURS: Final = {
    SubscriptionKind.REFUND: "Our own call to the payment processor",
    SubscriptionKind.LABEL: "Our own call to the carrier",
    SubscriptionKind.TRACKING: "Our own look at the carrier",
    SubscriptionKind.TIMER: "Our own clock",
    SubscriptionKind.MESSAGE: "The customer, by mail: a message",
    SubscriptionKind.NOTICE: "Our own people, by mail",
    SubscriptionKind.ACKNOWLEDGEMENT: "The customer, by mail: a receipt",
}


async def receivers(house: House, workspace_id: int, ids: Iterable[str]) -> dict[str, str]:
    """Say in words who each of some subscriptions tells."""
    async with house.database.transaction(workspace_id) as connection:
        found = await subscriptions_by_ids(connection, workspace_id, sorted(set(ids)))
    return {one.id: words_of(one.body) for one in found}


def words_of(body: SubscriptionBody) -> str:
    """Say whom a subscription tells, and as what.

    >>> words_of(SubscriptionBody(kind=SubscriptionKind.WEBHOOK, dialect="kibo"))
    'A system, as kibo'
    """
    if body.kind in _OURS:
        return _OURS[body.kind]
    called = body.name or (body.template.name if body.template else "")
    more = f": {called}" if called else ""
    if customer_reads(body):
        return f"The customer, by mail{more}"
    if body.kind is SubscriptionKind.EMAIL:
        return f"Somebody, by mail{more}"
    if body.kind is SubscriptionKind.CHAT:
        return f"A chat{more}"
    return f"A system, as {body.dialect}{more}"
