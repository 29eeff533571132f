"""What carriers say of parcels: told to every return with goods in the box, or kept as a stray.

A scan is never lost: what no return takes, because nobody knows the number or its return is over,
lies open until a person says whose it is, or until its number turns up in a return.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from retour.desk.execute import Asked, execute
from retour.desk.outcome import Done, NotFound, Outcome, Refused
from retour.desk.parcels import MISSING, look_up
from retour.gateways.carriers import Scan
from retour.kernel.ids import Mint, is_id
from retour.kernel.refusal import RefusalCode, refuse
from retour.lifecycle.bodies import Body, Word
from retour.lifecycle.commands import AddParcel, Command
from retour.lifecycle.model import Actor, ActorKind, ParcelScan
from retour.lifecycle.parcels.bodies import scanned
from retour.lifecycle.parcels.tracking import furthest
from retour.store.parcels import (
    Stray,
    keep_stray,
    match_stray,
    one_box,
    one_stray,
    open_stray,
    parcel_of_number,
    strays_of,
)

if TYPE_CHECKING:
    from retour.desk.house import House

SOURCE: Final = "carrier"
SCANS_AT_ONCE_MAX: Final = 500
"""Scans in one message of a carrier; more is no message of one."""
_CARRIER: Final = Actor(kind=ActorKind.CARRIER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What came of a carrier's message: ``why`` is None where every return took it."""

    is_matched: bool
    why: str | None = None


async def tell(
    house: House, workspace_id: int, carrier: str, number: str, scans: Sequence[Scan]
) -> Told:
    """Take a carrier's scans of one tracking number; the same again changes nothing.

    Raises:
        Busy: A return is being changed by many at once; the carrier tells it again.
    """
    if not scans:
        return Told(is_matched=True)
    async with house.database.transaction(workspace_id) as connection:
        parcel_id = await parcel_of_number(connection, workspace_id, number)
        box = None if parcel_id is None else await one_box(connection, workspace_id, parcel_id)
    if box is None:
        await _keep(house, workspace_id, Unmatched(carrier, number, tuple(scans), None))
        return Told(is_matched=False)
    why = None
    for return_id in box.returns:
        plan = [
            scanned(box.parcel.id, one.event, one.code, one.at, said=(one.detail, one.location))
            for one in scans
        ]
        outcome = await execute(
            house,
            Asked(
                workspace_id=workspace_id,
                return_id=return_id,
                plan=plan,
                actor=_CARRIER,
                source=SOURCE,
            ),
        )
        if isinstance(outcome, Refused):
            why = outcome.refusal.detail
    if why is not None:
        await _keep(house, workspace_id, Unmatched(carrier, number, tuple(scans), why))
    return Told(is_matched=True, why=why)


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Scans that no return took, and why where there is one."""

    carrier: str
    number: str
    scans: tuple[Scan, ...]
    why: str | None


async def _keep(house: House, workspace_id: int, unmatched: Unmatched) -> None:
    """Add scans to what is known of a stray number."""
    fresh = tuple(
        ParcelScan(code=one.code, at=one.at, id=one.event, detail=one.detail, location=one.location)
        for one in unmatched.scans
    )
    for _ in range(2):  # The second time where somebody else has just begun it.
        async with house.database.transaction(workspace_id) as connection:
            known = await open_stray(connection, workspace_id, unmatched.number, unmatched.carrier)
            now = await connection.fetchval("SELECT clock_timestamp()")
            had = () if known is None else known[1]
            merged = furthest(tuple({one.id: one for one in (*fresh, *had)}.values()))
            stray = Stray(
                id=Mint(now, os.urandom(16))("pcl") if known is None else known[0],
                carrier=unmatched.carrier,
                tracking_number=unmatched.number,
                scans=merged,
                why=unmatched.why,
                matched=None,
                created_at=now,
            )
            if await keep_stray(connection, workspace_id, stray, is_new=known is None):
                return


async def catch_up(house: House, workspace_id: int, number: str) -> None:
    """Tell a return what carriers had said of its parcel before its number was known."""
    async with house.database.transaction(workspace_id) as connection:
        found = await strays_of(connection, workspace_id, number)
        parcel_id = await parcel_of_number(connection, workspace_id, number) if found else None
    if parcel_id is None:
        return
    for stray in found:
        scans = [_scan(one) for one in stray.scans]
        told = await tell(house, workspace_id, stray.carrier, number, scans)
        if told.why is None:
            async with house.database.transaction(workspace_id) as connection:
                await match_stray(connection, workspace_id, stray.id, parcel_id)


async def number_known(house: House, workspace_id: int, number: str | None) -> None:
    """Tell what had been said of a number that a command has just brought, if it named one."""
    if number is not None:
        await catch_up(house, workspace_id, number)


def _scan(known: ParcelScan) -> Scan:
    return Scan(
        event=known.id or "",
        code=known.code,
        at=known.at,
        detail=known.detail,
        location=known.location,
    )


class MatchParcel(Body):
    """Say in which return the goods of a stray parcel are."""

    return_id: Word


async def match(
    house: House, workspace_id: int, parcel_id: str, given: MatchParcel, actor: Actor
) -> Outcome:
    """Give a stray parcel to a return, with all that its carrier said."""
    if not is_id(parcel_id, "pcl"):
        return MISSING
    async with house.database.transaction(workspace_id) as connection:
        stray = await one_stray(connection, workspace_id, parcel_id)
        box = await one_box(connection, workspace_id, parcel_id)
    if stray is None:
        return MISSING if box is None else _known()
    if stray.matched is not None:
        return await look_up(house, workspace_id, parcel_id)
    added: Command = AddParcel(carrier=stray.carrier, tracking_number=stray.tracking_number)
    outcome = await execute(
        house,
        Asked(
            workspace_id=workspace_id,
            return_id=given.return_id,
            plan=[added],
            actor=actor,
            source="api",
        ),
    )
    if not isinstance(outcome, Done):
        return outcome if isinstance(outcome, Refused) else NotFound(what="return")
    await catch_up(house, workspace_id, stray.tracking_number)
    return await look_up(house, workspace_id, parcel_id)


def _known() -> Refused:
    detail = "A return has this parcel already. Only parcels that nobody knows are matched."
    return Refused(refusal=refuse(RefusalCode.PARCEL_NOT_READY, detail))
