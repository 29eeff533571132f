"""Forgetting a person: the digests by which orders would know them again are deleted.

Orders and returns stay, and so do facts frozen for decisions, which name nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.auditing import act, forget_person, person_mark
from retour.desk.customers.lists import mark_of
from retour.desk.customers.marks import address_form, email_form, phone_form
from retour.desk.keeping import keep, kept_for
from retour.desk.order_body import AddressBody
from retour.desk.outcome import Done, Outcome
from retour.kernel.problems import FieldError, InvalidRequest
from retour.lifecycle.bodies import Body, Word
from retour.lifecycle.model import Address
from retour.store.statements import named

if TYPE_CHECKING:
    from retour.desk.execute import RequestKey
    from retour.desk.house import House
    from retour.store.database import Connection

_SQL: Final = named("customers")
_WORDS: Final = named("searching")
_ENCODE: Final = msgspec.json.Encoder()
PORTION: Final = 500
"""Orders forgotten at once."""


class Erasure(Body):
    """Who is to be forgotten, by one or more of these; ``lists`` takes them off all lists too."""

    email: Word | None = None
    phone: Word | None = None
    country: Word | None = None
    address: AddressBody | None = None
    lists: bool = False


async def erase(
    house: House,
    workspace_id: int,
    body: Erasure,
    *,
    key: RequestKey | None = None,
    portion: int = PORTION,
) -> Outcome:
    """Forget whose orders these are.

    Raises:
        InvalidRequest: Nothing is named, or what is named cannot be read.
    """
    marks = {
        (kind, mark_of(house, workspace_id, kind, form)) for kind, form in _forms(body).items()
    }
    orders = 0
    async with house.database.transaction(workspace_id) as connection:
        if answered := await kept_for(connection, workspace_id, key):
            return answered
        for kind, digest in sorted(marks):
            while True:
                rows = await connection.fetch(
                    _SQL["marked_orders"], workspace_id, kind, digest, portion
                )
                if not rows:
                    break
                found = [row["order_id"] for row in rows]
                of_them = await connection.fetch(_SQL["marks_of_orders"], workspace_id, found)
                marks |= {
                    (row["kind"], row["digest"]) for row in of_them if row["kind"] != "address"
                }
                await connection.execute(_SQL["forget_orders"], workspace_id, found)
                await connection.execute(_WORDS["forget_words"], workspace_id, found)
                orders += len(found)
        held = ([kind for kind, _ in marks], [digest for _, digest in marks])
        removed = 0
        if body.lists:
            removed = len(await connection.fetch(_SQL["entries_of_marks"], workspace_id, *held))
        left: int = await connection.fetchval(_SQL["count_entries_of_marks"], workspace_id, *held)
        shown = {"orders": orders, "list_entries_removed": removed, "list_entries_left": left}
        answer = _ENCODE.encode(shown)
        answered = await keep(connection, workspace_id, key, 200, answer)
        if answered is None:
            await _log(house, connection, workspace_id, _forms(body), shown)
    return answered or Done(status=200, body=answer)


async def _log(
    house: House,
    connection: Connection,
    workspace_id: int,
    forms: dict[str, str],
    shown: dict[str, int],
) -> None:
    """Log that somebody was forgotten, so that nobody can tell any more who it was."""
    mark = await person_mark(house, connection, workspace_id, next(iter(forms.values())))
    await forget_person(house, connection, workspace_id, forms.values())
    await act(connection, workspace_id, "customer.erased", mark, shown)


def _forms(body: Erasure) -> dict[str, str]:
    """Read who is named.

    Raises:
        InvalidRequest: Nobody, or in no form that could be known again.
    """
    address = body.address
    named_as = {
        "email": None if body.email is None else email_form(body.email),
        "phone": None if body.phone is None else phone_form(body.phone, body.country),
        "address": None
        if address is None
        else address_form(msgspec.convert(msgspec.structs.asdict(address), Address)),
    }
    errors = [
        FieldError(
            pointer=f"/{kind}",
            code="bad_value",
            detail="This cannot be read. Give it as an order would: phone numbers with their"
            " country, addresses with postcode and street.",
        )
        for kind, form in named_as.items()
        if form is None and getattr(body, kind) is not None
    ]
    if not errors and not any(named_as.values()):
        detail = "Nobody is named. Give an email, a phone or an address."
        errors = [FieldError(pointer="", code="missing", detail=detail)]
    if errors:
        raise InvalidRequest(*errors)
    return {kind: form for kind, form in named_as.items() if form is not None}
