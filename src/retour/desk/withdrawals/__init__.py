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
from retour.desk.outcome import Done, NotFound, Outcome
from retour.desk.pages import Page, envelope
from retour.desk.withdrawals.judging import Judgement, excepted, judge
from retour.desk.withdrawals.settings import said_of
from retour.desk.withdrawals.shown import view
from retour.dialects.view import View
from retour.gateways.message import InvalidMail, address
from retour.kernel.ids import Mint, is_id, workspace_text
from retour.kernel.problems import FieldError, InvalidRequest
from retour.lifecycle.model import Actor, Event
from retour.lifecycle.withdrawals.acts import acts_hold
from retour.lifecycle.withdrawals.withdrawing import (
    Judged,
    Link,
    Withdraw,
    WithdrawalStatus,
    announced,
    check,
    content_of,
    sealed,
)
from retour.policy.consumer_law import refund_by
from retour.store.messages import NewMessage, append_message
from retour.store.telling import Turn, take_turn
from retour.store.withdrawals import (
    Match,
    Queue,
    Standing,
    Withdrawal,
    acts_of,
    add_withdrawal,
    around,
    chain_end,
    list_withdrawals,
    one_withdrawal,
    sold_orders,
    stated_order,
)

if TYPE_CHECKING:
    from retour.desk.execute import RequestKey
    from retour.desk.house import House
    from retour.store.database import Connection
    from retour.store.withdrawals import Sold

_ENCODE: Final = msgspec.json.Encoder()
MISSING: Final = NotFound(what="withdrawal")
_HIGHEST: Final = "wdr_~"
"""Above every id: where a list starts."""
_NONCE_BYTES: Final = 16
DUE_DAYS: Final = 3
"""How soon a refund is due that agents are shown."""


async def take(
    house: House,
    workspace_id: int,
    said: Withdraw,
    *,
    actor: Actor,
    source: str,
    key: RequestKey | None = None,
    order_id: str | None = None,
) -> Outcome:
    """Take a statement, keep it behind the one before, and tell whoever is told.

    Args:
        order_id: The order it is about, where the consumer proved that it is theirs.

    Raises:
        InvalidRequest: The address is none, so that no receipt could reach it.
    """
    if not reachable(said.email):
        detail = "This is no address for mail. Give one such as ann@example.com."
        raise InvalidRequest(FieldError(pointer="/email", code="bad_value", detail=detail))
    zone = await zone_of(house, workspace_id)
    email = house.vault.digest(workspace_id, said.email)
    async with house.database.transaction(workspace_id) as connection:
        # Who has the turn is alone with the end of the chain, and with who is told.
        turn = await take_turn(connection, workspace_id)
        if turn is None:
            return NotFound(what="workspace")
        mint = Mint(turn.tick, os.urandom(16))
        link = await _next(connection, workspace_id, mint("wdr"), said, turn)
        if order_id is not None:
            match = await _proven(connection, workspace_id, order_id, turn)
        else:
            match = await _stated(connection, workspace_id, said, email, turn)
        kept, sold = await _judged(connection, workspace_id, link, said, match=match, zone=zone)
        answer = _ENCODE.encode(view(kept, () if sold is None else excepted(sold.order)))
        if answered := await keep(connection, workspace_id, key, 201, answer):
            return answered
        judged = Judged(is_matched=match is not None, in_time=kept.standing.in_time)
        spoken = said.locale or (None if sold is None else sold.customer.locale)
        heard = msgspec.structs.replace(said, locale=spoken)
        event = announced(link, heard, judged, zone=zone, actor=actor, source=source)
        await add_withdrawal(connection, workspace_id, kept, email)
        told = await _tell(connection, workspace_id, event, turn, mint=mint, stream=link.id)
    house.hints(workspace_id, told)
    return Done(status=201, body=answer)


def reachable(email: str) -> bool:
    """Say whether the receipt can be sent there."""
    try:
        address(email)
    except InvalidMail:
        return False
    return is_address(email)


async def look_up(house: House, workspace_id: int, withdrawal_id: str) -> Outcome:
    """Give one withdrawal."""
    async with house.database.transaction(workspace_id) as connection:
        kept = await one(connection, workspace_id, withdrawal_id)
        if kept is None:
            return MISSING
        shown = await shown_of(connection, workspace_id, kept)
    return Done(status=200, body=_ENCODE.encode(shown))


async def listing(
    house: House,
    workspace_id: int,
    page: Page,
    *,
    status: WithdrawalStatus | None = None,
    queue: Queue | None = None,
    due_days: int = DUE_DAYS,
) -> Outcome:
    """Give a page of withdrawals, newest first: of one status, of one queue, or all.

    Args:
        due_days: How soon the queue of refunds is due.
    """
    below = page.after or _HIGHEST
    async with house.database.transaction(workspace_id) as connection:
        rows = await list_withdrawals(
            connection,
            workspace_id,
            below,
            page.limit + 1,
            status=status,
            queue=queue,
            due_days=due_days,
        )
        shown = rows[: page.limit]
        ids = [kept.match.order_id for kept in shown if kept.match is not None]
        orders = await sold_orders(connection, workspace_id, ids)
    next_key = shown[-1].link.id if len(rows) > page.limit else None
    items = [_ENCODE.encode(view(kept, _excepted(kept, orders))) for kept in shown]
    return Done(status=200, body=envelope(items, next_key))


async def evidence(house: House, workspace_id: int, withdrawal_id: str) -> Outcome:
    """Give the record of a withdrawal, recomputed and compared with those around it."""
    async with house.database.transaction(workspace_id) as connection:
        kept = await one(connection, workspace_id, withdrawal_id)
        if kept is None:
            return MISSING
        link = kept.link
        beside = await around(connection, workspace_id, link.number)
        acts = await acts_of(connection, workspace_id, link.id)
    checks = check(link, before=beside.before, behind=beside.behind)
    are_whole = acts_hold(link, acts)
    content = link.content
    shown: View = {
        "withdrawal": link.id,
        "number": link.number,
        "algorithm": "SHA-256",
        "content": None if content is None else content.decode(errors="replace"),
        "content_sha256": link.content_digest.hex(),
        "record": link.record.decode(),
        "hash": link.hash.hex(),
        "previous": link.previous.hex(),
        "acts": [
            {
                "kind": kept_act.kind.value,
                "record": kept_act.record.decode(),
                "hash": kept_act.hash.hex(),
            }
            for kept_act in acts
        ],
        "verified": checks.all_hold and are_whole,
        "checks": {**checks._asdict(), "acts": are_whole},
    }
    return Done(status=200, body=_ENCODE.encode(shown))


async def zone_of(house: House, workspace_id: int) -> ZoneInfo:
    """Give the zone in which a workspace's people count days."""
    config = await house.configs.recent(workspace_id)
    assert config is not None, "whoever asks belongs to a workspace"
    return ZoneInfo(config.zone)


async def one(connection: Connection, workspace_id: int, withdrawal_id: str) -> Withdrawal | None:
    """Give one withdrawal; ``None`` for what is no id of one."""
    if not is_id(withdrawal_id, "wdr"):
        return None
    return await one_withdrawal(connection, workspace_id, withdrawal_id)


async def shown_of(connection: Connection, workspace_id: int, kept: Withdrawal) -> View:
    """Show a withdrawal with the lines of its order that the law excepts."""
    ids = [] if kept.match is None else [kept.match.order_id]
    return view(kept, _excepted(kept, await sold_orders(connection, workspace_id, ids)))


def _excepted(kept: Withdrawal, orders: dict[str, Sold]) -> list[View]:
    sold = None if kept.match is None else orders.get(kept.match.order_id)
    return [] if sold is None else excepted(sold.order)


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


async def _proven(
    connection: Connection, workspace_id: int, order_id: str, turn: Turn
) -> Match | None:
    """Take the order that a customer's own link names."""
    found = (await sold_orders(connection, workspace_id, [order_id])).get(order_id)
    if found is None:
        return None
    return Match(order_id=order_id, order_number=found.order.order_number, at=turn.at)


async def _judged(
    connection: Connection,
    workspace_id: int,
    link: Link,
    said: Withdraw,
    *,
    match: Match | None,
    zone: ZoneInfo,
) -> tuple[Withdrawal, Sold | None]:
    """Say how a new statement stands, and what was sold under the order it names."""
    judgement, sold = Judgement(), None
    if match is not None:
        submitted = min(said.submitted_at or link.received_at, link.received_at)
        sold = (await sold_orders(connection, workspace_id, [match.order_id]))[match.order_id]
        terms = (await said_of(connection, workspace_id)).terms
        judgement = judge(sold, submitted, terms, zone.key)
    standing = Standing(
        status=WithdrawalStatus.UNMATCHED if match is None else WithdrawalStatus.MATCHED,
        match=match,
        period_ends_at=judgement.ends_at,
        in_time=judgement.in_time,
    )
    kept = Withdrawal(link=link, standing=standing, refund_by=refund_by(link.received_at, zone))
    return kept, sold


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
