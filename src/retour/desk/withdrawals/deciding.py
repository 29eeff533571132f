"""What agents find out about a withdrawal: its order, that it repeats another, that it ends none.

Each finding is an act behind the statement; the statement itself and its instant never change.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from retour.desk.keeping import keep
from retour.desk.outcome import Done, Outcome, Refused
from retour.desk.withdrawals import MISSING, one, shown_of, zone_of
from retour.desk.withdrawals.judging import judge
from retour.desk.withdrawals.settings import said_of
from retour.desk.withdrawals.shown import said_in
from retour.kernel.problems import FieldError, InvalidRequest
from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.lifecycle.bodies import Body, Word
from retour.lifecycle.withdrawals.acts import ActKind, Details, add_act
from retour.lifecycle.withdrawals.withdrawing import WithdrawalStatus
from retour.store.telling import Turn, take_turn
from retour.store.withdrawals import (
    Match,
    Standing,
    Withdrawal,
    acts_of,
    append_act,
    named_order,
    set_standing,
    sold_orders,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from retour.desk.execute import RequestKey
    from retour.desk.house import House
    from retour.lifecycle.model import Actor
    from retour.store.database import Connection

_ENCODE: Final = msgspec.json.Encoder()


class MatchWithdrawal(Body):
    """Name the order that a withdrawal is about."""

    order_number: Word


class DismissWithdrawal(Body):
    """Put a withdrawal aside: as the duplicate of another, or for a reason; it stays as it is."""

    duplicate_of: Word | None = None
    reason: Annotated[str, Meta(min_length=1, max_length=1000)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """How a withdrawal stands from now on, and what is recorded of that."""

    standing: Standing
    kind: ActKind
    details: Details


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who found it out, and under which key they said so."""

    actor: Actor
    key: RequestKey | None = None


async def match(
    house: House, workspace_id: int, withdrawal_id: str, given: MatchWithdrawal, asker: Asker
) -> Outcome:
    """Say which order a withdrawal is about; whether it was in time is judged on it."""
    zone = await zone_of(house, workspace_id)
    number = given.order_number

    async def find(connection: Connection, kept: Withdrawal, turn: Turn) -> Found | Refusal | None:
        order_id = await named_order(connection, workspace_id, number)
        if order_id is None:
            detail = f"There is no order {number!r}. Put the order before its withdrawal."
            return refuse(RefusalCode.UNKNOWN_ORDER, detail, "/order_number")
        if kept.match is not None and kept.match.order_id == order_id:
            return None
        if kept.standing.status is not WithdrawalStatus.UNMATCHED:
            return _decided(kept)
        sold = (await sold_orders(connection, workspace_id, [order_id]))[order_id]
        said, settings = said_in(kept.link), await said_of(connection, workspace_id)
        submitted = kept.link.received_at
        if said is not None and said.submitted_at is not None:
            submitted = min(said.submitted_at, submitted)
        judgement = judge(sold, submitted, settings.terms, zone.key)
        standing = Standing(
            status=WithdrawalStatus.MATCHED,
            match=Match(order_id=order_id, order_number=number, at=turn.at, by=asker.actor),
            period_ends_at=judgement.ends_at,
            in_time=judgement.in_time,
        )
        details: Details = {"order_number": number, "in_time": judgement.in_time}
        return Found(standing=standing, kind=ActKind.MATCHED, details=details)

    return await _change(house, workspace_id, withdrawal_id, find, asker)


async def unmatch(house: House, workspace_id: int, withdrawal_id: str, asker: Asker) -> Outcome:
    """Take a finding back: the withdrawal waits for an agent again."""

    async def find(connection: Connection, kept: Withdrawal, turn: Turn) -> Found | Refusal | None:
        del connection, turn
        if kept.standing.status is WithdrawalStatus.UNMATCHED:
            return None
        if kept.return_id is not None:
            detail = "A return follows this withdrawal already. Deal with that return instead."
            return refuse(RefusalCode.NOT_ALLOWED_IN_STATUS, detail)
        standing = Standing(status=WithdrawalStatus.UNMATCHED)
        return Found(standing=standing, kind=ActKind.UNMATCHED, details={})

    return await _change(house, workspace_id, withdrawal_id, find, asker)


async def dismiss(
    house: House, workspace_id: int, withdrawal_id: str, given: DismissWithdrawal, asker: Asker
) -> Outcome:
    """Put a withdrawal aside; the statement, its mail and its evidence stay.

    Raises:
        InvalidRequest: Neither another withdrawal nor a reason is given, or both.
    """
    if (given.duplicate_of is None) == (given.reason is None):
        detail = "Say either which withdrawal it repeats (duplicate_of), or why it ends nothing."
        raise InvalidRequest(FieldError(pointer="", code="bad_value", detail=detail))

    async def find(connection: Connection, kept: Withdrawal, turn: Turn) -> Found | Refusal | None:
        del turn
        if kept.return_id is not None:
            return _decided(kept)
        if given.duplicate_of is None:
            standing = replace(kept.standing, status=WithdrawalStatus.DISMISSED, duplicate_of=None)
            return Found(
                standing=standing, kind=ActKind.DISMISSED, details={"reason": given.reason}
            )
        other = await one(connection, workspace_id, given.duplicate_of)
        if other is None or other.link.id == kept.link.id or other.standing.duplicate_of:
            detail = "Name another withdrawal of this workspace, one that repeats none itself."
            return refuse(RefusalCode.UNKNOWN_WITHDRAWAL, detail, "/duplicate_of")
        standing = replace(
            kept.standing, status=WithdrawalStatus.DUPLICATE, duplicate_of=other.link.id
        )
        return Found(
            standing=standing, kind=ActKind.DUPLICATE, details={"duplicate_of": other.link.id}
        )

    return await _change(house, workspace_id, withdrawal_id, find, asker)


def _decided(kept: Withdrawal) -> Refusal:
    detail = f"This withdrawal is {kept.standing.status.value} already"
    if kept.match is not None:
        detail += f", to order {kept.match.order_number!r}"
    if kept.return_id is not None:
        detail += f", and return {kept.return_id} follows it. Deal with the return"
    else:
        detail += ". Take that back first (unmatch)"
    return refuse(RefusalCode.NOT_ALLOWED_IN_STATUS, detail + ".")


async def _change(
    house: House,
    workspace_id: int,
    withdrawal_id: str,
    find: Callable[[Connection, Withdrawal, Turn], Awaitable[Found | Refusal | None]],
    asker: Asker,
) -> Outcome:
    """Find something out about a withdrawal, alone with it, and record that."""
    async with house.database.transaction(workspace_id) as connection:
        turn = await take_turn(connection, workspace_id)
        kept = await one(connection, workspace_id, withdrawal_id)
        if turn is None or kept is None:
            return MISSING
        found = await find(connection, kept, turn)
        if isinstance(found, Refusal):
            return Refused(refusal=found)
        after = kept if found is None else replace(kept, standing=found.standing)
        answer = _ENCODE.encode(await shown_of(connection, workspace_id, after))
        if answered := await keep(connection, workspace_id, asker.key, 200, answer):
            return answered
        if found is not None:
            await set_standing(connection, workspace_id, kept.link.id, found.standing)
            acts = await acts_of(connection, workspace_id, kept.link.id)
            act = add_act(
                kept.link,
                acts,
                found.kind,
                at=turn.at,
                recorded_at=turn.tick,
                by=asker.actor,
                details=found.details,
            )
            await append_act(connection, workspace_id, act)
    return Done(status=200, body=answer)
