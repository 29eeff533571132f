"""What waits and is no return, in words: who it is from, and what it is about.

Each kind is read once for a page, and only for those who may read it on its own page too.  Titles
name nobody; who sent it stands under ``sender`` and what was said under ``text``, which masking
covers.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk import parcels
from retour.desk.channels import queue as channel_returns
from retour.desk.conversation import message_view
from retour.desk.conversation.unmatched import mail_view
from retour.desk.dock.unmatched import Unmatched, parcel_view, parcels_by_ids
from retour.desk.tickets.waiting import source_of
from retour.desk.withdrawals import shown as withdrawals
from retour.dialects.view import View
from retour.kernel.money import format_amount
from retour.lifecycle.dock.waiting import Cause
from retour.store import dock, payments
from retour.store.channels import Found
from retour.store.conversation import incoming_by_ids, messages_by_ids
from retour.store.parcels import strays_by_ids
from retour.store.statements import named
from retour.store.tickets import tickets_by_ids
from retour.store.withdrawals import withdrawals_by_ids

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from retour.store.database import Connection

_CHANNELS: Final = named("channels")
_LONGEST: Final = 160
"""Characters of what was said; all of it stands on the thing's own page."""
_NAMED_MAX: Final = 5
"""Goods that are named."""
_ERASED: Final = "What was said is erased."
Words = dict[str, View]
"""By the id of what waits."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of what waits: the scope that its own page asks for, and how it is read."""

    scope: str
    read: Callable[[Connection, int, Sequence[str]], Awaitable[Words]]


async def words_of(
    connection: Connection,
    workspace_id: int,
    of: str,
    ids: Sequence[str],
    scopes: frozenset[str] | None,
) -> Words:
    """Give the words of what waits, by its ids; of what these scopes do not reach there are none.

    Args:
        of: What the ids name, as queues say it.
        scopes: None reaches all.
    """
    kind = _KINDS.get(of)
    if kind is None or not ids or not (scopes is None or kind.scope in scopes):
        return {}
    return await kind.read(connection, workspace_id, ids)


def _words(
    title: str, sender: View | None, parts: Iterable[str | None], due_at: str | None = None
) -> View:
    return {
        "title": title,
        "sender": sender,
        "text": " · ".join(part for part in parts if part) or None,
        "due_at": due_at,
    }


def _sender(name: str | None, email: str | None) -> View | None:
    return {"name": name or None, "email": email or None} if name or email else None


def _short(text: str | None) -> str | None:
    line = " ".join((text or "").split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1].rstrip()}…"


def _titled(code: str) -> str:
    return code.replace("_", " ").capitalize()


def _order(number: object) -> str | None:
    return _short(f"order {number}") if number else None


async def _withdrawals(connection: Connection, workspace_id: int, ids: Sequence[str]) -> Words:
    found: Words = {}
    for kept in await withdrawals_by_ids(connection, workspace_id, ids):
        one = withdrawals.view(kept)
        parts = (_order(one["order_number"]), _short(one["contract"]))
        if kept.link.content is None:
            parts = (_ERASED, None)
        sender = _sender(one["name"], one["email"])
        title = f"Withdrawal {one['reference']}"
        found[one["id"]] = _words(title, sender, parts, one["refund_by"])
    return found


async def _mails(connection: Connection, workspace_id: int, ids: Sequence[str]) -> Words:
    found: Words = {}
    for mail in await incoming_by_ids(connection, workspace_id, ids):
        one = mail_view(mail)
        title = (
            "Bounced mail" if one["bounce"] else "Automatic mail" if one["automatic"] else "Mail"
        )
        said = _ERASED if mail.words is None else _short(one["subject"]) or _short(one["text"])
        found[mail.id] = _words(title, _sender(one["sender_name"], one["sender"]), (said,))
    return found


async def _messages(connection: Connection, workspace_id: int, ids: Sequence[str]) -> Words:
    """Say what is written about something that is no return: a use case, or a ticket."""
    found: Words = {}
    for kept in await messages_by_ids(connection, workspace_id, ids):
        one, person = message_view(kept), kept.personal and kept.personal.customer
        said = _ERASED if person is None else _short(one["subject"]) or _short(one["text"])
        sender = None if person is None else _sender(person.name, person.email)
        found[kept.id] = _words("Message", sender, (said,))
    return found


async def _tickets(connection: Connection, workspace_id: int, ids: Sequence[str]) -> Words:
    found: Words = {}
    for kept in await tickets_by_ids(connection, workspace_id, ids):
        source = source_of(workspace_id, kept)
        said, number = source.said, source.said.fields.get("order_id")
        parts = (
            _short(said.subject) or _short(said.body),
            _order(None if number is None else msgspec.json.decode(number)),
        )
        if kept.ticket.id not in kept.words:
            parts = (_ERASED, None)
        sender = _sender(said.name, said.email)
        found[kept.ticket.id] = _words(f"Ticket {source.number}", sender, parts)
    return found


async def _unmatched(connection: Connection, workspace_id: int, ids: Sequence[str]) -> Words:
    kept = await parcels_by_ids(connection, workspace_id, ids)
    return {one.id: _parcel("Parcel", one) for one in kept}


def _parcel(what: str, kept: Unmatched) -> View:
    """Say of a parcel what it bears."""
    one = parcel_view(kept)
    title = f"{what} {one['tracking_number'] or 'without a number'} at {one['facility']}"
    goods = [
        f"{line['quantity']} × {line['sku'] or line['barcode'] or line['line'] or 'not named'}"
        for line in one["lines"]
    ]
    parts = (
        one["rma"],
        _order(one["order_number"]),
        ", ".join(goods[:_NAMED_MAX]),
        _short(one["note"]),
    )
    return _words(title, _sender(one["name"], one["email"]), parts)


async def _strays(connection: Connection, workspace_id: int, ids: Sequence[str]) -> Words:
    found: Words = {}
    for kept in await strays_by_ids(connection, workspace_id, ids):
        one = parcels.stray_view(kept)
        last = kept.scans[-1] if kept.scans else None
        parts = (None, None, None)
        if last is not None:
            parts = (_titled(last.code), _short(last.detail), _short(last.location))
        title = f"{_titled(one['carrier'] or 'a carrier')} {one['tracking_number']}"
        found[kept.id] = _words(title, None, parts)
    return found


async def _dock_cases(connection: Connection, workspace_id: int, ids: Sequence[str]) -> Words:
    """Say what the dock could not settle; of a parcel without a return, what it bears."""
    cases = await dock.cases_by_ids(connection, workspace_id, ids)
    subjects = [one.said.subject for one in cases if one.said.cause is Cause.UNMATCHED_PARCEL]
    kept = await parcels_by_ids(connection, workspace_id, subjects) if subjects else []
    boxes = {one.id: one for one in kept}
    found: Words = {}
    for case in cases:
        what = _titled(case.said.cause.value)
        if (box := boxes.get(case.said.subject)) is not None:
            found[case.id] = _parcel(what, box)
        else:
            title = what + (f" at {case.said.facility}" if case.said.facility else "")
            found[case.id] = _words(title, None, (case.said.sku, _short(case.said.detail)))
    return found


async def _payment_cases(connection: Connection, workspace_id: int, ids: Sequence[str]) -> Words:
    found: Words = {}
    for one in await payments.cases_by_ids(connection, workspace_id, ids):
        amount = f"{format_amount(one.amount, one.currency)} {one.currency}"
        title = (
            f"{_titled(one.processor)} {one.kind.replace('_', ' ')} of {amount}, {one.reference}"
        )
        found[one.case_id] = _words(title, None, (_order(one.order_number),))
    return found


async def _channel_returns(connection: Connection, workspace_id: int, ids: Sequence[str]) -> Words:
    split = [one.rpartition("-") for one in ids]
    rows = await connection.fetch(
        _CHANNELS["found_by_ids"],
        workspace_id,
        [code for code, _, _ in split],
        [int(foreign) for _, _, foreign in split],
    )
    found: Words = {}
    for row in rows:
        one = channel_returns.shown(Found(**row))
        goods = [f"{part.quantity} × {part.product}" for part in one.products[:_NAMED_MAX]]
        order = one.channel_order_no or one.merchant_order_no
        title = f"{one.marketplace or 'Marketplace'} return {one.channel_return_no or one.id}"
        found[one.id] = _words(title, None, (", ".join(goods), _order(order), _short(one.why)))
    return found


_KINDS: Final[Mapping[str, _Kind]] = MappingProxyType(
    {
        "withdrawal": _Kind("withdrawals:read", _withdrawals),
        "message": _Kind("returns:read", _messages),
        "mail": _Kind("returns:read", _mails),
        "ticket": _Kind("returns:read", _tickets),
        "unmatched parcel": _Kind("receiving:read", _unmatched),
        "stray parcel": _Kind("returns:read", _strays),
        "dock case": _Kind("receiving:read", _dock_cases),
        "case": _Kind("returns:read", _payment_cases),
        "channel return": _Kind("returns:read", _channel_returns),
    }
)
"""Who may read what, as their own routes say; by what a queue says its ids are of."""
