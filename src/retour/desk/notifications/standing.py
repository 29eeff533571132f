"""Whether what goes through a profile is served: as somebody said, and as its receiver fares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

import msgspec

from retour.kernel.subscription import SubscriptionState
from retour.store.telling_notifications import (
    StoredProfile,
    profiles_by_id,
    subscriptions_of_profiles,
)

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.store.database import Connection

SERVED: Final = ("active", "probing", "paused")
"""The best first: a profile is as well off as the worst that goes through it."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a profile stands.

    Args:
        reason: Why it is not served, where its receiver is to blame.
    """

    status: str = SubscriptionState.ACTIVE.value
    reason: str | None = None


async def standings(
    connection: Connection, workspace_id: int, profiles: Iterable[StoredProfile]
) -> Mapping[str, Standing]:
    """Say how profiles stand, by their ids."""
    found = {
        one.id: Standing(status=SERVED[-1]) if one.body.is_paused else Standing()
        for one in profiles
    }
    for pair in await subscriptions_of_profiles(connection, workspace_id, found):
        said = Standing(status=pair.state.value, reason=pair.state_reason)
        if said.status not in SERVED or pair.profile_id not in found:
            continue
        if SERVED.index(said.status) > SERVED.index(found[pair.profile_id].status):
            found[pair.profile_id] = said
    return found


async def of_profiles(
    house: House, workspace_id: int, profile_ids: Iterable[str]
) -> Mapping[str, Standing]:
    """Say how profiles stand, by their ids; of those there are."""
    async with house.database.transaction(workspace_id) as connection:
        profiles = await profiles_by_id(connection, workspace_id, profile_ids)
        return await standings(connection, workspace_id, profiles.values())
