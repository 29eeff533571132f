"""One box, goods of several returns: each keeps the parcel, and all hear what becomes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from retour.desk.execute import Asked, execute
from retour.desk.outcome import Done, Outcome, Refused
from retour.desk.parcels import MISSING, look_up
from retour.desk.parcels.tracking import catch_up
from retour.kernel.ids import is_id
from retour.kernel.refusal import RefusalCode, refuse
from retour.lifecycle.bodies import Body, Word
from retour.lifecycle.commands import Command, JoinParcel, RecordLabel, RecordVoid, Track
from retour.lifecycle.model import Actor, ActorKind, Parcel, ParcelStatus
from retour.lifecycle.parcels.bodies import Items
from retour.store.parcels import is_same_customer, one_box
from retour.store.portal import returns_together

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.lifecycle.model import Return

_CARRIER = Actor(kind=ActorKind.CARRIER)
_GONE = frozenset({ParcelStatus.VOIDED, ParcelStatus.LABEL_FAILED})


class ShareParcel(Body):
    """Goods of one more return lie in the box."""

    return_id: Word
    items: Items = ()


async def asked_together(
    house: House, workspace_id: int, return_id: str, lead: str | None
) -> tuple[Return, ...]:
    """Give the other returns that were asked for to come in the same parcel.

    Args:
        lead: The first of them, which the others name; None where the return may be that itself.
    """
    async with house.database.transaction(workspace_id) as connection:
        found = await returns_together(connection, workspace_id, lead or return_id)
    return tuple(one for one in found if one.id != return_id)


async def share(
    house: House, workspace_id: int, parcel_id: str, given: ShareParcel, actor: Actor
) -> Outcome:
    """Let goods of another return of the same customer lie in a box."""
    if not is_id(parcel_id, "pcl"):
        return MISSING
    async with house.database.transaction(workspace_id) as connection:
        box = await one_box(connection, workspace_id, parcel_id)
        same = box is not None and await is_same_customer(
            connection, workspace_id, box.returns[0], given.return_id
        )
    if box is None:
        return MISSING
    if given.return_id in box.returns:
        return await look_up(house, workspace_id, parcel_id)
    if not same:
        return _refused("It is no return of the customer whose box this is. Name one that is.")
    if box.parcel.status in _GONE:
        return _refused(f"The parcel is {box.parcel.status}. Name one that can be used.")
    joined = JoinParcel(parcel=replace(box.parcel, of=box.returns[0]), items=given.items)
    outcome = await _say(house, workspace_id, given.return_id, joined, actor)
    if not isinstance(outcome, Done):
        return outcome
    await _level(house, workspace_id, given.return_id, box.parcel)
    return await look_up(house, workspace_id, parcel_id)


def _refused(detail: str) -> Refused:
    return Refused(refusal=refuse(RefusalCode.PARCEL_NOT_READY, detail, "/return_id"))


async def _level(house: House, workspace_id: int, return_id: str, copied: Parcel) -> None:
    """Say to who has just joined what became of the box meanwhile."""
    async with house.database.transaction(workspace_id) as connection:
        box = await one_box(connection, workspace_id, copied.id)
    if box is None or box.parcel == copied:
        return
    for command in _difference(copied, box.parcel):
        await _say(house, workspace_id, return_id, command, _CARRIER)


def _difference(old: Parcel, new: Parcel) -> list[Command]:
    commands: list[Command] = []
    if new.label_url is not None and old.label_url is None:
        commands.append(
            RecordLabel(
                parcel=new.id,
                outcome="created",
                tracking_number=new.tracking_number,
                label_url=new.label_url,
                service=new.service,
                reference=new.reference,
                documents=new.documents,
            )
        )
    if new.status is ParcelStatus.VOIDED:
        commands.append(RecordVoid(parcel=new.id, outcome="voided"))
    return commands


async def follow(house: House, workspace_id: int, return_id: str, command: Command) -> None:
    """Tell everybody else with goods in a box what its return was told of it.

    Called again after a crash: who has heard it already is told to no effect.
    """
    if not isinstance(command, RecordLabel | RecordVoid | Track) or command.parcel is None:
        return
    async with house.database.transaction(workspace_id) as connection:
        box = await one_box(connection, workspace_id, command.parcel)
    for other in () if box is None else box.returns:
        if other != return_id:
            await _say(house, workspace_id, other, command, _CARRIER)
    if isinstance(command, RecordLabel) and command.tracking_number is not None:
        await catch_up(house, workspace_id, command.tracking_number)


async def _say(
    house: House, workspace_id: int, return_id: str, command: Command, actor: Actor
) -> Outcome:
    return await execute(
        house,
        Asked(
            workspace_id=workspace_id,
            return_id=return_id,
            plan=[command],
            actor=actor,
            source="carrier" if actor is _CARRIER else "api",
        ),
    )
