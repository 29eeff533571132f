"""Withdrawals: taken whatever is known of the order, shown with their clock and their evidence.

Nothing but what cannot be read is refused.  A statement whose order is not known, or was sold to
another address, is taken all the same and waits (``unmatched``) until an agent names its order.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import msgspec

from retour.desk.fanout import fan_out_events
from retour.desk.keeping import keep
from retour.desk.messages import is_address, subscribers
from retour.desk.outcome import Done, NotFound, Outcome, Refused
from retour.desk.pages import Page, envelope
from retour.dialects.view import View, instant
from retour.kernel.ids import Mint, is_id, workspace_text
from retour.kernel.problems import FieldError, InvalidRequest
from retour.kernel.refusal import RefusalCode, refuse
from retour.lifecycle.commands import Body, Word
from retour.lifecycle.model import Actor, Event
from retour.lifecycle.withdrawing import (
    Content,
    Link,
    Withdraw,
    announced,
    check,
    content_of,
    refund_by,
    sealed,
)
from retour.store.messages import NewMessage, append_message
from retour.store.telling import Turn, take_turn
from retour.store.withdrawals import (
    Match,
    Withdrawal,
    add_withdrawal,
    around,
    chain_end,
    list_withdrawals,
    match_withdrawal,
    named_order,
    one_withdrawal,
    stated_order,
)

if TYPE_CHECKING:
    from retour.desk.execute import RequestKey
    from retour.desk.house import House
    from retour.store.database import Connection

_CONTENT: Final = msgspec.json.Decoder(Content)
_ENCODE: Final = msgspec.json.Encoder()
_MISSING: Final = NotFound(what="withdrawal")
_HIGHEST: Final = "wdr_~"
"""Above every id: where a list starts."""
_NONCE_BYTES: Final = 16


class MatchWithdrawal(Body):
    """Name the order that a withdrawal is about."""

    order_number: Word


async def take(
    house: House,
    workspace_id: int,
    said: Withdraw,
    *,
    actor: Actor,
    source: str,
    key: RequestKey | None = None,
) -> Outcome:
    """Take a statement, keep it behind the one before, and tell whoever is told.

    Raises:
        InvalidRequest: The address is none, so that no receipt could reach it.
    """
    if not is_address(said.email):
        detail = "This is no address for mail. Give one such as ann@example.com."
        raise InvalidRequest(FieldError(pointer="/email", code="bad_value", detail=detail))
    zone = await _zone(house, workspace_id)
    email = house.vault.digest(workspace_id, said.email)
    async with house.database.transaction(workspace_id) as connection:
        # Who has the turn is alone with the end of the chain, and with who is told.
        turn = await take_turn(connection, workspace_id)
        if turn is None:
            return NotFound(what="workspace")
        mint = Mint(turn.tick, os.urandom(16))
        match = await _stated(connection, workspace_id, said, email, turn)
        link = await _next(connection, workspace_id, mint("wdr"), said, turn)
        kept = Withdrawal(link=link, match=match)
        answer = _ENCODE.encode(_view(kept, zone))
        if answered := await keep(connection, workspace_id, key, 201, answer):
            return answered
        event = announced(
            link, said, is_matched=match is not None, zone=zone, actor=actor, source=source
        )
        await add_withdrawal(connection, workspace_id, kept, email)
        told = await _tell(connection, workspace_id, event, turn, mint=mint, stream=link.id)
    house.hints(workspace_id, told)
    return Done(status=201, body=answer)


async def look_up(house: House, workspace_id: int, withdrawal_id: str) -> Outcome:
    """Give one withdrawal."""
    zone = await _zone(house, workspace_id)
    async with house.database.transaction(workspace_id) as connection:
        kept = await _one(connection, workspace_id, withdrawal_id)
    return _MISSING if kept is None else Done(status=200, body=_ENCODE.encode(_view(kept, zone)))


async def listing(house: House, workspace_id: int, status: str | None, page: Page) -> Outcome:
    """Give a page of withdrawals, newest first."""
    zone = await _zone(house, workspace_id)
    below = page.after or _HIGHEST
    async with house.database.transaction(workspace_id) as connection:
        rows = await list_withdrawals(connection, workspace_id, below, page.limit + 1, status)
    shown = rows[: page.limit]
    next_key = shown[-1].link.id if len(rows) > page.limit else None
    items = [_ENCODE.encode(_view(kept, zone)) for kept in shown]
    return Done(status=200, body=envelope(items, next_key))


async def evidence(house: House, workspace_id: int, withdrawal_id: str) -> Outcome:
    """Give the record of a withdrawal, recomputed and compared with those around it."""
    async with house.database.transaction(workspace_id) as connection:
        kept = await _one(connection, workspace_id, withdrawal_id)
        if kept is None:
            return _MISSING
        link = kept.link
        beside = await around(connection, workspace_id, link.number)
    checks = check(link, before=beside.before, behind=beside.behind)
    shown: View = {
        "withdrawal": link.id,
        "number": link.number,
        "algorithm": "SHA-256",
        "content": link.content.decode(errors="replace"),
        "content_sha256": link.content_digest.hex(),
        "record": link.record.decode(),
        "hash": link.hash.hex(),
        "previous": link.previous.hex(),
        "verified": checks.all_hold,
        "checks": checks._asdict(),
    }
    return Done(status=200, body=_ENCODE.encode(shown))


async def match(
    house: House,
    workspace_id: int,
    withdrawal_id: str,
    given: MatchWithdrawal,
    *,
    actor: Actor,
    key: RequestKey | None = None,
) -> Outcome:
    """Say which order a withdrawal is about; the statement and its instant stay as they are."""
    zone = await _zone(house, workspace_id)
    number = given.order_number
    async with house.database.transaction(workspace_id) as connection:
        turn = await take_turn(connection, workspace_id)
        kept = await _one(connection, workspace_id, withdrawal_id)
        if turn is None or kept is None:
            return _MISSING
        order_id = await named_order(connection, workspace_id, number)
        if order_id is None:
            detail = f"There is no order {number!r}. Put the order before its withdrawal."
            return Refused(refusal=refuse(RefusalCode.UNKNOWN_ORDER, detail, "/order_number"))
        if kept.match is not None and kept.match.order_id != order_id:
            detail = (
                f"This withdrawal is matched to order {kept.match.order_number!r} already."
                " Take a new one where the consumer names another contract."
            )
            return Refused(refusal=refuse(RefusalCode.NOT_ALLOWED_IN_STATUS, detail))
        found = Match(order_id=order_id, order_number=number, at=turn.at, by=actor)
        after = kept if kept.match is not None else Withdrawal(link=kept.link, match=found)
        answer = _ENCODE.encode(_view(after, zone))
        if answered := await keep(connection, workspace_id, key, 200, answer):
            return answered
        if kept.match is None:
            matched = await match_withdrawal(connection, workspace_id, withdrawal_id, found)
            assert matched, "whoever has the turn is alone with it"
    return Done(status=200, body=answer)


async def _zone(house: House, workspace_id: int) -> ZoneInfo:
    config = await house.configs.recent(workspace_id)
    assert config is not None, "whoever asks belongs to a workspace"
    return ZoneInfo(config.zone)


async def _one(connection: Connection, workspace_id: int, withdrawal_id: str) -> Withdrawal | None:
    if not is_id(withdrawal_id, "wdr"):
        return None
    return await one_withdrawal(connection, workspace_id, withdrawal_id)


async def _stated(
    connection: Connection, workspace_id: int, said: Withdraw, email: bytes, turn: Turn
) -> Match | None:
    """Find the order that the consumer named, if it was sold to the same address."""
    if said.order_number is None:
        return None
    order_id = await stated_order(connection, workspace_id, said.order_number, email)
    if order_id is None:
        return None
    return Match(order_id=order_id, order_number=said.order_number, at=turn.at)


async def _next(
    connection: Connection, workspace_id: int, withdrawal_id: str, said: Withdraw, turn: Turn
) -> Link:
    """Put a statement behind the last one."""
    last, previous = await chain_end(connection, workspace_id)
    return sealed(
        workspace=workspace_text(workspace_id),
        id=withdrawal_id,
        number=last + 1,
        received_at=turn.at,
        recorded_at=turn.tick,
        content=content_of(said, os.urandom(_NONCE_BYTES).hex()),
        previous=previous,
    )


async def _tell(
    connection: Connection, workspace_id: int, event: Event, turn: Turn, *, mint: Mint, stream: str
) -> set[str]:
    """Write the event that a withdrawal's own stream begins with; gives whom it is queued for."""
    told = await subscribers(connection, workspace_id)
    fanout = fan_out_events([event], told, mint, stream)
    said = NewMessage(id=stream, event_id=mint("evt"), event=event, tick=turn.tick, fanout=fanout)
    await append_message(connection, workspace_id, said)
    return {item.subscription_id for item in fanout}


def _view(kept: Withdrawal, zone: ZoneInfo) -> View:
    link, match = kept.link, kept.match
    said = _CONTENT.decode(link.content)
    by = None if match is None else match.by
    return {
        "id": link.id,
        "number": link.number,
        "status": kept.status.value,
        "name": said.name,
        "email": said.email,
        "order_number": said.order_number,
        "contract": said.contract,
        "lines": [] if said.lines is None else [msgspec.to_builtins(line) for line in said.lines],
        "statement": said.statement,
        "submitted_at": None if said.submitted_at is None else instant(said.submitted_at),
        "received_at": instant(link.received_at),
        "refund_by": instant(refund_by(link.received_at, zone)),
        "matched_order": None if match is None else match.order_number,
        "matched_at": None if match is None else instant(match.at),
        "matched_by": None if by is None else {"kind": by.kind.value, "id": by.id},
        "hash": link.hash.hex(),
    }
