"""How receivers fared in the last 24 hours: attempts hour by hour, how many arrived, how fast.

A webhook is one receiver; a profile is one too, whichever templates go through it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.outcome import Done, NotFound, Outcome
from retour.desk.telling.subscriptions import webhook
from retour.kernel.ids import time_prefix
from retour.store.statements import named
from retour.store.telling_deliveries import tick
from retour.store.telling_notifications import profiles_by_id, subscriptions_of_profiles

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.store.database import Connection

_SQL: Final = named("deliveries")
_ENCODE: Final = msgspec.json.Encoder()
HOURS: Final = 24
ATTEMPTS_MAX: Final = 20_000
"""Of a workspace's newest attempts so many are looked at."""


class Hour(msgspec.Struct, frozen=True, kw_only=True):
    """One hour of a receiver; times in milliseconds, None where nothing was sent."""

    at: datetime
    attempts: int = 0
    delivered: int = 0
    p50: int | None = None
    p95: int | None = None


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """How a receiver fared: in all, and hour by hour, oldest first."""

    attempts: int
    delivered: int
    p50: int | None
    p95: int | None
    hours: tuple[Hour, ...]

    @property
    def percent(self) -> int | None:
        """How many of a hundred attempts arrived; None where there was none."""
        return None if not self.attempts else self.delivered * 100 // self.attempts


async def of_subscription(house: House, workspace_id: int, subscription_id: str) -> Outcome:
    """Give how a webhook fared."""
    async with house.database.transaction(workspace_id) as connection:
        if await webhook(connection, workspace_id, subscription_id) is None:
            return NotFound(what="subscription")
        owners = {subscription_id: subscription_id}
        found = await health(connection, workspace_id, owners)
    return Done(status=200, body=_ENCODE.encode(found[subscription_id]))


async def of_profile(house: House, workspace_id: int, profile_id: str) -> Outcome:
    """Give how a profile fared, all its templates and tests together."""
    async with house.database.transaction(workspace_id) as connection:
        if profile_id not in await profiles_by_id(connection, workspace_id, [profile_id]):
            return NotFound(what="notification profile")
        pairs = await subscriptions_of_profiles(connection, workspace_id, [profile_id])
        owners = {pair.id: profile_id for pair in pairs}
        found = await health(connection, workspace_id, owners, [profile_id])
    return Done(status=200, body=_ENCODE.encode(found[profile_id]))


async def of_all(
    house: House, workspace_id: int, subscription_ids: Iterable[str], profile_ids: Iterable[str]
) -> Mapping[str, Health]:
    """Give how webhooks and profiles fared, by their ids."""
    webhooks, profiles = list(subscription_ids), list(profile_ids)
    async with house.database.transaction(workspace_id) as connection:
        pairs = await subscriptions_of_profiles(connection, workspace_id, profiles)
        owners = {one: one for one in webhooks}
        owners |= {pair.id: pair.profile_id or "" for pair in pairs}
        return await health(connection, workspace_id, owners, [*webhooks, *profiles])


async def health(
    connection: Connection,
    workspace_id: int,
    owners: Mapping[str, str],
    wanted: Iterable[str] = (),
) -> Mapping[str, Health]:
    """Sum attempts up by owner.

    Args:
        owners: Whose each subscription is.
        wanted: Owners to be given even where nothing was sent; all those named above, besides.
    """
    now = await tick(connection)
    hour = now.replace(minute=0, second=0, microsecond=0)
    first = hour - timedelta(hours=HOURS - 1)
    rows = await connection.fetch(
        _SQL["late_attempts"],
        workspace_id,
        time_prefix("att", first),
        list(owners),
        list(owners.values()),
        ATTEMPTS_MAX,
    )
    hours: dict[str, dict[datetime, Hour]] = {}
    whole: dict[str, Hour] = {}
    for row in rows:
        p50, p95 = row["percentiles"] or (None, None)
        one = Hour(
            at=row["hour"] or first,
            attempts=row["attempts"],
            delivered=row["delivered"],
            p50=p50,
            p95=p95,
        )
        if row["hour"] is None:
            whole[row["owner"]] = one
        else:
            hours.setdefault(row["owner"], {})[row["hour"]] = one
    spans = [first + timedelta(hours=step) for step in range(HOURS)]
    return {
        owner: _health(whole.get(owner, Hour(at=first)), hours.get(owner, {}), spans)
        for owner in {*owners.values(), *wanted}
    }


def _health(whole: Hour, hours: Mapping[datetime, Hour], spans: Iterable[datetime]) -> Health:
    return Health(
        attempts=whole.attempts,
        delivered=whole.delivered,
        p50=whole.p50,
        p95=whole.p95,
        hours=tuple(hours.get(at, Hour(at=at)) for at in spans),
    )
