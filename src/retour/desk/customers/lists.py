"""Allow and block lists: who and what is on them, until when, and who said so.

Persons are kept as keyed digests; what is shown of them is a hint that only who knows them already
can read.  One value stands on one list at most.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, NoReturn

import msgspec
from msgspec import UNSET, Meta, UnsetType

from retour.desk.customers.marks import address_form, email_form, phone_form
from retour.desk.keeping import keep, kept_for
from retour.desk.order_body import AddressBody
from retour.desk.outcome import Done, NotFound, Outcome, Refused
from retour.desk.pages import Page, paged
from retour.dialects.view import instant
from retour.kernel.ids import Mint, is_id
from retour.kernel.problems import FieldError, InvalidRequest
from retour.kernel.refusal import RefusalCode, refuse
from retour.lifecycle.bodies import Body, Instant, Text, Word
from retour.lifecycle.model import Actor, Address
from retour.store.statements import named
from retour.store.telling import take_turn

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import asyncpg

    from retour.desk.execute import RequestKey
    from retour.desk.house import House

_SQL: Final = named("customers")
_ENCODE: Final = msgspec.json.Encoder()
_ACTOR: Final = msgspec.json.Decoder(Actor)
_MISSING: Final = NotFound(what="list entry")
_HIGHEST: Final = "lst_~"
Why = Annotated[str, Meta(min_length=1, max_length=1000)]
List = Literal["allow", "block"]
Kind = Literal["order", "email", "phone", "address", "sku"]
PERSONAL: Final = ("email", "phone", "address")


class EntryNew(Body):
    """Put a value on a list: ``value`` for all kinds but an address, which is described.

    ``country`` says whose a phone number without a country code is.
    """

    list: List
    kind: Kind
    reason: Why
    value: Word | None = None
    address: AddressBody | None = None
    country: Word | None = None
    note: Text | None = None
    expires_at: Instant | None = None


class EntryPatch(Body):
    """Change what an entry says; what is left out stays, null takes away."""

    list: List | UnsetType = UNSET
    reason: Why | UnsetType = UNSET
    note: Text | UnsetType | None = UNSET
    expires_at: Instant | UnsetType | None = UNSET


class _Value(msgspec.Struct, frozen=True):
    """A value in the one form it is kept and compared in, and how it is shown."""

    form: str
    hint: str


async def create(
    house: House,
    workspace_id: int,
    body: EntryNew,
    *,
    actor: Actor,
    key: RequestKey | None = None,
) -> Outcome:
    """Put a value on a list.

    Raises:
        InvalidRequest: The value cannot be read as what it is said to be, or the end has passed.
    """
    value = _read(body)
    mark = mark_of(house, workspace_id, body.kind, value.form)
    async with house.database.transaction(workspace_id) as connection:
        turn = await take_turn(connection, workspace_id)
        assert turn is not None, "a workspace with a key exists"
        _expect_ahead(body.expires_at, turn.at)
        row: dict[str, Any] = {
            "entry_id": Mint(turn.tick, os.urandom(16))("lst"),
            "list": body.list,
            "kind": body.kind,
            "hint": value.hint,
            "reason": body.reason,
            "note": body.note,
            "author": _ENCODE.encode(actor).decode(),
            "expires_at": body.expires_at,
            "created_at": turn.at,
        }
        if answered := await kept_for(connection, workspace_id, key):
            return answered
        held = await connection.fetchrow(_SQL["entry_of_mark"], workspace_id, body.kind, mark)
        if held is not None:
            detail = (
                f"It is on the {held['list']} list already ({held['entry_id']})."
                " Change that entry, or remove it first."
            )
            return Refused(refusal=refuse(RefusalCode.ALREADY_LISTED, detail))
        answer = _view(row, turn.at)
        if answered := await keep(connection, workspace_id, key, 201, answer):
            return answered
        columns = ("list", "kind", "hint", "reason", "note", "author", "expires_at", "created_at")
        values = [row[name] for name in columns]
        added = await connection.fetchval(
            _SQL["add_entry"], workspace_id, row["entry_id"], *values[:2], mark, *values[2:]
        )
        assert added is not None, "whoever has the turn is alone with the lists"
    return Done(status=201, body=answer)


async def look_up(house: House, workspace_id: int, entry_id: str) -> Outcome:
    """Give one entry."""
    if not is_id(entry_id, "lst"):
        return _MISSING
    async with house.database.transaction(workspace_id) as connection:
        row = await connection.fetchrow(_SQL["one_entry"], workspace_id, entry_id)
        now: datetime = await connection.fetchval(_SQL["business_now"], workspace_id)
    return _MISSING if row is None else Done(status=200, body=_view(row, now))


async def listing(
    house: House, workspace_id: int, page: Page, *, list_: str | None, kind: str | None
) -> Outcome:
    """Give a page of entries, newest first."""
    async with house.database.transaction(workspace_id) as connection:
        rows = await connection.fetch(
            _SQL["entries"], workspace_id, page.after or _HIGHEST, page.limit + 1, list_, kind
        )
        now: datetime = await connection.fetchval(_SQL["business_now"], workspace_id)
    return paged(rows, page, lambda row: _view(row, now), key=lambda row: row["entry_id"])


async def change(house: House, workspace_id: int, entry_id: str, body: EntryPatch) -> Outcome:
    """Change what an entry says; the value it holds stays.

    Raises:
        InvalidRequest: The end has passed; to end an entry now, remove it.
    """
    if not is_id(entry_id, "lst"):
        return _MISSING
    async with house.database.transaction(workspace_id) as connection:
        turn = await take_turn(connection, workspace_id)
        row = await connection.fetchrow(_SQL["one_entry"], workspace_id, entry_id)
        if row is None or turn is None:
            return _MISSING
        given = {
            name: value
            for name in EntryPatch.__struct_fields__
            if (value := getattr(body, name)) is not UNSET
        }
        if "expires_at" in given:
            _expect_ahead(given["expires_at"], turn.at)
        after = {**row, **given}
        values = (after["list"], after["reason"], after["note"], after["expires_at"])
        await connection.execute(_SQL["change_entry"], workspace_id, entry_id, *values)
    return Done(status=200, body=_view(after, turn.at))


async def remove(house: House, workspace_id: int, entry_id: str) -> Outcome:
    """Take an entry off its list."""
    async with house.database.transaction(workspace_id) as connection:
        removed = await connection.fetchval(_SQL["remove_entry"], workspace_id, entry_id)
    return _MISSING if removed is None else Done(status=204, body=b"")


def mark_of(house: House, workspace_id: int, kind: str, form: str) -> bytes:
    """Give what a value is compared by: a digest of what is personal, else its bytes."""
    if kind in PERSONAL:
        return house.vault.identity(workspace_id, kind, form)
    return form.encode()


# ---------------------------------------------------------------- values


def _read(body: EntryNew) -> _Value:
    """Bring the value into its form.

    Raises:
        InvalidRequest: It cannot be read, or another field belongs to its kind.
    """
    pointer, other = ("address", "value") if body.kind == "address" else ("value", "address")
    if getattr(body, pointer) is None:
        _wrong(f"/{pointer}", "missing", f"An entry of kind {body.kind!r} needs {pointer!r}.")
    if getattr(body, other) is not None:
        detail = f"An entry of kind {body.kind!r} has no {other}; give {pointer} alone."
        _wrong(f"/{other}", "contradictory", detail)
    read = _of_address(body.address) if body.address is not None else _of_text(body)
    if read is None:
        _wrong(f"/{pointer}", "bad_value", _REMEDIES[body.kind])
    return read


def _of_text(body: EntryNew) -> _Value | None:
    text = body.value or ""
    match body.kind:
        case "email":
            form = email_form(text)
            return None if form is None else _Value(form, _email_hint(form))
        case "phone":
            form = phone_form(text, body.country)
            return None if form is None else _Value(form, f"{form[:3]}…{form[-2:]}")
        case _:
            return _Value(text, text)


def _of_address(body: AddressBody) -> _Value | None:
    form = address_form(msgspec.convert(msgspec.structs.asdict(body), Address))
    if form is None:
        return None
    country, postcode, _ = form.split("|")
    return _Value(form, f"{country.upper()} {postcode[:2]}…".strip())


def _email_hint(form: str) -> str:
    local, _, domain = form.partition("@")
    return f"{local[0]}…@{domain[0]}….{domain.rpartition('.')[2]}"


_REMEDIES: Final = {
    "email": "This is no e-mail address. Give one such as ann@example.com.",
    "phone": "This is no phone number. Give it with its country code, such as +49 30 901820, or"
    " say in country whose it is.",
    "address": "An address is known by its postcode and street. Give both, and its country.",
}


def _wrong(pointer: str, code: str, detail: str) -> NoReturn:
    raise InvalidRequest(FieldError(pointer=pointer, code=code, detail=detail))


def _expect_ahead(expires_at: datetime | None, now: datetime) -> None:
    if expires_at is not None and expires_at <= now:
        detail = f"It is {instant(now)} already. Give a later instant, or null for no end."
        _wrong("/expires_at", "out_of_range", detail)


def _view(row: Mapping[str, Any] | asyncpg.Record, now: datetime) -> bytes:
    expires_at: datetime | None = row["expires_at"]
    author = _ACTOR.decode(row["author"])
    return _ENCODE.encode(
        {
            "id": row["entry_id"],
            "list": row["list"],
            "kind": row["kind"],
            "hint": row["hint"],
            "reason": row["reason"],
            "note": row["note"],
            "author": {"kind": author.kind.value, "id": author.id},
            "expires_at": expires_at and instant(expires_at),
            "expired": expires_at is not None and expires_at <= now,
            "created_at": instant(row["created_at"]),
        }
    )
