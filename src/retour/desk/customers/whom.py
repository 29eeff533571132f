"""Who is meant: a person by an address, a number, an order or a return, as marks alone.

An order or a return stands for whoever bought it: the e-mail address of its customer, with all that
this address ever bought.  What is kept of a person who is forgotten is this, and names nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.customers.lists import mark_of
from retour.desk.customers.marks import address_form, email_form, phone_form
from retour.desk.order_body import AddressBody
from retour.dialects.stored import ERASED
from retour.kernel.ids import is_id
from retour.kernel.problems import FieldError, InvalidRequest
from retour.lifecycle.bodies import Body, Word
from retour.lifecycle.model import Address, Customer
from retour.store.statements import named

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from retour.desk.house import House
    from retour.store.database import Connection

_SQL: Final = named("privacy")
_CUSTOMERS: Final = named("customers")
_CUSTOMER: Final = msgspec.json.Decoder(Customer)
_ORDERS_MAX: Final = 1000
AUDIT: Final = "audit"
"""The kind of the marks by which the log knows persons."""
_OF_ORDERS: Final = "order:"
"""Begins the kind of marks that lists are searched by and orders are not.

Who shares a phone is on a list by it, but need not be the same person.
"""


class Whom(Body):
    """A person, by one or more of these."""

    email: Word | None = None
    phone: Word | None = None
    country: Word | None = None
    address: AddressBody | None = None
    order_number: Word | None = None
    return_id: Word | None = msgspec.field(name="return", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """A person as the database knows them: by keyed marks, and orders that nobody's address is on.

    Args:
        forms: What the marks are of, by kind; told to nobody and kept nowhere.
    """

    marks: tuple[tuple[str, bytes], ...]
    digests: tuple[bytes, ...]
    orders: tuple[str, ...]
    forms: Mapping[str, str]

    @property
    def listed(self) -> tuple[list[str], list[bytes]]:
        """Kinds and marks by which lists hold them: their own, and those of their orders."""
        kinds = [kind.removeprefix(_OF_ORDERS) for kind, _ in self.marks]
        return kinds, [mark for _, mark in self.marks]

    @property
    def columns(self) -> tuple[list[str], list[bytes], list[bytes], list[str]]:
        """Kinds, marks, digests and orders, as statements ask for them."""
        kinds = [kind for kind, _ in self.marks]
        return kinds, [mark for _, mark in self.marks], list(self.digests), list(self.orders)


async def meant(
    house: House, connection: Connection, workspace_id: int, body: Whom, now: datetime
) -> Meant:
    """Say who is meant.

    Raises:
        InvalidRequest: Nobody is named, or in a form that could not be known again.
    """
    forms = _forms(body)
    emails = {} if body.email is None else {body.email: None}
    orders = await _named_orders(connection, workspace_id, body)
    for email in await _buyers(connection, workspace_id, orders):
        emails[email] = None
        forms.setdefault("email", email_form(email) or email)
    if not (forms or orders):
        raise InvalidRequest(_at("", "missing", _NOBODY))
    marks = [(kind, mark_of(house, workspace_id, kind, form)) for kind, form in forms.items()]
    kinds = [kind for kind, _ in marks]
    found = await connection.fetch(
        _SQL["orders_of_person"],
        workspace_id,
        kinds,
        [mark for _, mark in marks],
        [],
        orders,
        now,
        _ORDERS_MAX,
    )
    of_orders = await connection.fetch(
        _CUSTOMERS["marks_of_orders"], workspace_id, [row["order_id"] for row in found]
    )
    marks += [
        (f"{_OF_ORDERS}{row['kind']}", row["digest"])
        for row in of_orders
        if row["kind"] != "address" and (row["kind"], row["digest"]) not in marks
    ]
    numbers = [row["order_number"] for row in found]
    for email in await _buyers(connection, workspace_id, numbers):
        if "email" not in forms or email_form(email) == forms["email"]:
            emails[email] = None
    marks += [(AUDIT, house.vault.identity(workspace_id, AUDIT, one)) for one in forms.values()]
    digests = tuple(house.vault.digest(workspace_id, one) for one in emails)
    return Meant(marks=tuple(marks), digests=digests, orders=tuple(orders), forms=forms)


async def _named_orders(connection: Connection, workspace_id: int, body: Whom) -> list[str]:
    numbers: list[str] = [] if body.order_number is None else [body.order_number]
    if body.return_id is not None:
        number = None
        if is_id(body.return_id, "ret"):
            number = await connection.fetchval(
                _SQL["order_of_return"], workspace_id, body.return_id
            )
        if number is None:
            raise InvalidRequest(_at("/return", "unknown", "There is no such return here."))
        numbers.append(number)
    found = await connection.fetch(_SQL["customers_of_orders"], workspace_id, numbers)
    if len({row["order_number"] for row in found}) < len(set(numbers)):
        raise InvalidRequest(_at("/order_number", "unknown", "There is no such order here."))
    return list(dict.fromkeys(numbers))


async def _buyers(connection: Connection, workspace_id: int, numbers: list[str]) -> list[str]:
    """Give the e-mail addresses that some orders name."""
    rows = await connection.fetch(_SQL["customers_of_orders"], workspace_id, numbers)
    named_by = {_CUSTOMER.decode(row["customer"]).email: None for row in rows}
    return [one for one in named_by if one and one != ERASED]


_NOBODY: Final = "Nobody is named. Give an email, a phone, an address, an order or a return."
_UNREADABLE: Final = (
    "This cannot be read. Give it as an order would: phone numbers with their country, addresses"
    " with postcode and street."
)


def _at(pointer: str, code: str, detail: str) -> FieldError:
    return FieldError(pointer=pointer, code=code, detail=detail)


def _forms(body: Whom) -> dict[str, str]:
    """Bring who is named into the forms that marks are made of.

    Raises:
        InvalidRequest: One of them cannot be read.
    """
    address = body.address
    forms = {
        "email": None if body.email is None else email_form(body.email),
        "phone": None if body.phone is None else phone_form(body.phone, body.country),
        "address": None
        if address is None
        else address_form(msgspec.convert(msgspec.structs.asdict(address), Address)),
    }
    errors = [
        _at(f"/{kind}", "bad_value", _UNREADABLE)
        for kind, form in forms.items()
        if form is None and getattr(body, kind) is not None
    ]
    if errors:
        raise InvalidRequest(*errors)
    return {kind: form for kind, form in forms.items() if form is not None}
