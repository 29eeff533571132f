"""Store credit as merchants use it: accounts, their movements, redeeming and taking that back."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Final

import asyncpg
import msgspec
from msgspec import Meta

from retour.desk.keeping import keep, kept_for
from retour.desk.outcome import Done, NotFound, Outcome, Refused
from retour.desk.pages import Page, paged
from retour.dialects.view import View, instant
from retour.kernel.ids import Mint, is_id
from retour.kernel.money import format_amount, parse_amount
from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.lifecycle.bodies import Amount, Body, Word
from retour.store.credit import (
    Credit,
    Entry,
    EntryKind,
    Move,
    entry_by_reference,
    list_credits,
    list_entries,
    move_credit,
    one_credit,
)

if TYPE_CHECKING:
    from retour.desk.execute import RequestKey
    from retour.desk.house import House
    from retour.store.database import Connection

MISSING: Final = NotFound(what="store credit")
_ENCODE: Final = msgspec.json.Encoder()
_HIGHEST: Final = "crd_~"
"""Above every id: where a list starts."""
_Note = Annotated[str, Meta(min_length=1, max_length=2000)] | None


class RedeemCredit(Body):
    """Take credit for something bought.

    Args:
        reference: What it pays for, in the shop's own word; each is taken once, however often it is
            asked for.
    """

    amount: Amount
    reference: Word
    note: _Note = None


class CancelRedemption(Body):
    """Give back what was taken under a reference, all of it."""

    reference: Word
    note: _Note = None


async def listing(house: House, workspace_id: int, page: Page, *, email: str | None) -> Outcome:
    """Give a page of accounts, newest first; one customer's where an address is given."""
    below = page.after or _HIGHEST
    digest = None if email is None else house.vault.digest(workspace_id, email)
    async with house.database.transaction(workspace_id) as connection:
        found = await list_credits(connection, workspace_id, below, page.limit + 1, digest)
    return paged(found, page, _account, key=lambda one: one.credit_id)


async def look_up(house: House, workspace_id: int, credit_id: str) -> Outcome:
    """Give one account."""
    async with house.database.transaction(workspace_id) as connection:
        credit = await _credit(connection, workspace_id, credit_id)
    return MISSING if credit is None else Done(status=200, body=_ENCODE.encode(_account(credit)))


async def entries(house: House, workspace_id: int, credit_id: str, page: Page) -> Outcome:
    """Give a page of an account's movements, oldest first."""
    after = int(page.after) if (page.after or "").isdecimal() else 0
    async with house.database.transaction(workspace_id) as connection:
        credit = await _credit(connection, workspace_id, credit_id)
        if credit is None:
            return MISSING
        found = await list_entries(connection, workspace_id, credit_id, after, page.limit + 1)
    return paged(
        found, page, lambda one: _entry(one, credit.currency), key=lambda one: one.position
    )


async def redeem(
    house: House, workspace_id: int, credit_id: str, body: RedeemCredit, key: RequestKey | None
) -> Outcome:
    """Take credit; the same reference again is answered as it was the first time."""
    return await _moved(house, workspace_id, credit_id, body, key)


async def cancel_redemption(
    house: House, workspace_id: int, credit_id: str, body: CancelRedemption, key: RequestKey | None
) -> Outcome:
    """Give back what a reference took, once."""
    return await _moved(house, workspace_id, credit_id, body, key)


async def _moved(
    house: House,
    workspace_id: int,
    credit_id: str,
    body: RedeemCredit | CancelRedemption,
    key: RequestKey | None,
) -> Outcome:
    """Make a movement, its answer and the key it is kept under: all of it, or nothing."""
    try:
        async with house.database.transaction(workspace_id) as connection:
            if answered := await kept_for(connection, workspace_id, key):
                return answered
            credit = await _credit(connection, workspace_id, credit_id)
            if credit is None:
                return MISSING
            wanted = (
                _taking(credit, body)
                if isinstance(body, RedeemCredit)
                else await _giving_back(connection, workspace_id, credit, body)
            )
            if isinstance(wanted, Refusal):
                return Refused(refusal=wanted)
            at = await connection.fetchval("SELECT clock_timestamp()")
            named = replace(wanted, entry_id=Mint(at, os.urandom(16))("cre"))
            entry = await move_credit(connection, workspace_id, credit_id, named)
            if entry is None:
                return Refused(
                    refusal=await _not_enough(connection, workspace_id, credit, wanted.amount)
                )
            if entry.amount != wanted.amount or entry.credit_id != credit_id:
                return Refused(refusal=_reference_used(body.reference))
            answer = _ENCODE.encode(_entry(entry, credit.currency))
            # Written last, for its twin waits in the movement; undone with it where a key is lost.
            if lost := await keep(connection, workspace_id, key, 200, answer):
                raise _LostRace(lost)  # noqa: TRY301 - raising is what rolls back
            return Done(status=200, body=answer)
    except _LostRace as race:
        return race.outcome
    except asyncpg.UniqueViolationError:
        return Refused(refusal=_reference_used(body.reference))


class _LostRace(Exception):
    """Undoes a movement whose key somebody else has just used."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


def _taking(credit: Credit, body: RedeemCredit) -> Move | Refusal:
    amount = parse_amount(body.amount, credit.currency)
    if amount is None or amount <= 0:
        return refuse(
            RefusalCode.BAD_AMOUNT,
            f"{body.amount!r} cannot be taken. Give a decimal string in {credit.currency}, above"
            " zero.",
            "/amount",
        )
    return _move(EntryKind.REDEEMED, -amount, body)


async def _giving_back(
    connection: Connection, workspace_id: int, credit: Credit, body: CancelRedemption
) -> Move | Refusal:
    taken = await entry_by_reference(connection, workspace_id, EntryKind.REDEEMED, body.reference)
    if taken is None or taken.credit_id != credit.credit_id:
        return refuse(
            RefusalCode.UNKNOWN_REFERENCE,
            f"Nothing of this credit was taken as {body.reference!r}. Take the reference from its"
            " entries.",
            "/reference",
        )
    return _move(EntryKind.REDEMPTION_CANCELED, -taken.amount, body)


def _move(kind: EntryKind, amount: int, body: RedeemCredit | CancelRedemption) -> Move:
    return Move(entry_id="", kind=kind, amount=amount, reference=body.reference, note=body.note)


async def _not_enough(
    connection: Connection, workspace_id: int, credit: Credit, amount: int
) -> Refusal:
    now = await one_credit(connection, workspace_id, credit.credit_id) or credit
    return refuse(
        RefusalCode.NOT_ENOUGH_CREDIT,
        f"{format_amount(now.balance, credit.currency)} are left, {credit.currency}"
        f" {format_amount(-amount, credit.currency)} were asked for. Take at most what is left.",
        "/amount",
    )


def _reference_used(reference: str) -> Refusal:
    return refuse(
        RefusalCode.REFERENCE_USED,
        f"{reference!r} has taken another amount, or from another credit. Use a reference of its"
        " own for each purchase.",
        "/reference",
    )


async def _credit(connection: Connection, workspace_id: int, credit_id: str) -> Credit | None:
    if not is_id(credit_id, "crd"):
        return None
    return await one_credit(connection, workspace_id, credit_id)


def _account(credit: Credit) -> View:
    return {
        "id": credit.credit_id,
        "currency": credit.currency,
        "balance": format_amount(credit.balance, credit.currency),
        "created_at": instant(credit.created_at),
        "updated_at": instant(credit.updated_at),
    }


def _entry(entry: Entry, currency: str) -> View:
    return {
        "id": entry.entry_id,
        "store_credit": entry.credit_id,
        "kind": entry.kind.value,
        "amount": format_amount(entry.amount, currency),
        "balance": format_amount(entry.balance, currency),
        "reference": entry.reference,
        "return": entry.return_id,
        "note": entry.note,
        "at": instant(entry.created_at),
    }
