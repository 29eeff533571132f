"""What people send about tickets, in snake_case or camelCase, as typed values.

One reading serves both spellings and every body.  A field given in both must say the same twice;
a field that is none of ours is refused by name.  Which status or which sum is right is not judged
here.  Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType

from retour.dialects.tickets.status import STATUSES
from retour.dialects.tickets.values import (
    Members,
    amount,
    bad,
    day,
    each,
    email,
    escaped,
    flag,
    one_of,
    or_none,
    reference,
    shown,
    text,
)
from retour.kernel.problems import FieldError, InvalidRequest
from retour.lifecycle.commands import QUANTITY_MAX

PRIORITIES: Final = ("low", "normal", "medium", "high", "urgent")
SOURCES: Final = (
    "api",
    "web",
    "email",
    "slack",
    "sms",
    "discord",
    "instagram",
    "twitter",
    "whatsapp",
    "custom",
)
_STATUSES: Final = tuple(status.key for status in STATUSES)
AUTHORS: Final = ("CUSTOMER", "AGENT", "SYSTEM")
SUBJECT_MAX: Final = 255
TEXT_MAX: Final = 4000
_URL_MAX: Final = 2048
_FREE_MAX: Final = 50
_FREE_LENGTH_MAX: Final = 2000
_ENCODE: Final = msgspec.json.Encoder(decimal_format="number")


class ItemGiven(msgspec.Struct, frozen=True, kw_only=True):
    """Some pieces that shall come back, named by SKU or by the order's line id."""

    name: str
    quantity: int = 1
    reason: str | None = None


class FieldsGiven(msgspec.Struct, frozen=True, kw_only=True):
    """Custom fields: those that mean something to us, typed; the others as their JSON.

    ``None`` is "not given"; a free field that is ``None`` is to be removed.
    """

    order_id: str | None = None
    return_reason: str | None = None
    items: tuple[ItemGiven, ...] | None = None
    original_order_total: Decimal | None = None
    received_date: date | None = None
    condition: str | None = None
    refund_amount: Decimal | None = None
    free: Mapping[str, str | None] = {}


_NO_FIELDS: Final = FieldsGiven()


class TicketGiven(msgspec.Struct, frozen=True, kw_only=True):
    """A new ticket as somebody asks for it."""

    subject: str
    customer_email: str | None = None
    customer_name: str | None = None
    body: str | None = None
    status: str | None = None
    priority: str | None = None
    assignee_id: str | None = None
    tags: tuple[str, ...] = ()
    source: str | None = None
    fields: FieldsGiven = _NO_FIELDS


class ChangeGiven(msgspec.Struct, frozen=True, kw_only=True):
    """What is to change in a ticket; what is ``UNSET`` stays, custom fields are merged."""

    subject: str | UnsetType = UNSET
    customer_email: str | UnsetType = UNSET
    status: str | UnsetType = UNSET
    priority: str | UnsetType = UNSET
    assignee_id: str | UnsetType | None = UNSET
    tags: tuple[str, ...] | UnsetType = UNSET
    fields: FieldsGiven = _NO_FIELDS


class CommentGiven(msgspec.Struct, frozen=True, kw_only=True):
    """A comment as somebody writes it; an internal one is for agents only."""

    body: str
    author_type: str | None = None
    author_id: str | None = None
    is_internal: bool = False


class WebhookGiven(msgspec.Struct, frozen=True, kw_only=True):
    """Where to send what; without a secret one is made."""

    url: str
    events: tuple[str, ...]
    secret: str | None = None


def new_ticket(tree: object) -> TicketGiven:
    """Read the body of a ticket to be made.

    Raises:
        InvalidRequest: Naming every field at fault, in the spelling it was given in.
    """
    members = Members(tree)
    given = TicketGiven(
        subject=members.need("subject", text(SUBJECT_MAX), ""),
        customer_email=members.take("customer_email", email, None),
        customer_name=members.take("customer_name", text(SUBJECT_MAX), None),
        body=members.take("body", text(TEXT_MAX), None),
        status=members.take("status", one_of(_STATUSES), None),
        priority=members.take("priority", one_of(PRIORITIES), None),
        assignee_id=members.take("assignee_id", reference, None),
        tags=members.take("tags", _TAGS, ()),
        source=members.take("source", one_of(SOURCES), None),
        fields=members.take("custom_fields", _custom_fields, _NO_FIELDS),
    )
    members.finish()
    return given


def change(tree: object) -> ChangeGiven:
    """Read the body of a change.

    Raises:
        InvalidRequest: Naming every field at fault, in the spelling it was given in.
    """
    members = Members(tree)
    given = ChangeGiven(
        subject=members.changed("subject", text(SUBJECT_MAX), UNSET),
        customer_email=members.changed("customer_email", email, UNSET),
        status=members.changed("status", one_of(_STATUSES), UNSET),
        priority=members.changed("priority", one_of(PRIORITIES), UNSET),
        assignee_id=members.changed("assignee_id", or_none(reference), UNSET),
        tags=members.changed("tags", _TAGS, UNSET),
        fields=members.take("custom_fields", _custom_fields, _NO_FIELDS),
    )
    members.finish()
    return given


def new_comment(tree: object) -> CommentGiven:
    """Read the body of a comment.

    Raises:
        InvalidRequest: Naming every field at fault, in the spelling it was given in.
    """
    members = Members(tree)
    given = CommentGiven(
        body=members.need("body", text(TEXT_MAX), ""),
        author_type=members.take("author_type", one_of(AUTHORS), None),
        author_id=members.take("author_id", reference, None),
        is_internal=members.take("is_internal", flag, default=False),
    )
    members.finish()
    return given


def spam(tree: object) -> bool:
    """Read the body that says a ticket is spam, which it is unless said; gives whether it is.

    Raises:
        InvalidRequest: Naming every field at fault.
    """
    members = Members(tree)
    is_spam = members.take("is_spam", flag, default=True)
    members.finish()
    return is_spam


def new_webhook(tree: object) -> WebhookGiven:
    """Read the body of a webhook to be made.

    Raises:
        InvalidRequest: Naming every field at fault.
    """
    members = Members(tree)
    given = WebhookGiven(
        url=members.need("url", text(_URL_MAX), ""),
        events=members.need("events", _TAGS, ()),
        secret=members.take("secret", text(SUBJECT_MAX), None),
    )
    members.finish()
    return given


# ---------------------------------------------------------------- custom fields


_TAGS: Final = each(text(SUBJECT_MAX))


def _custom_fields(tree: object, at: str) -> FieldsGiven:
    """Read custom fields; those nobody knows are kept as they are, for they are the merchant's."""
    members = Members(tree, at)
    names = members.take("items_to_return", each(reference), None)
    lines = members.take("return_lines", each(_return_line), None)
    given = FieldsGiven(
        order_id=members.take("order_id", reference, None),
        return_reason=members.take("return_reason", text(TEXT_MAX), None),
        items=_items(names, lines, at),
        original_order_total=members.take("original_order_total", amount, None),
        received_date=members.take("received_date", day, None),
        condition=members.take("condition", text(TEXT_MAX), None),
        refund_amount=members.take("refund_amount", amount, None),
        free=_free(members.rest(), at),
    )
    members.finish()
    return given


def _items(
    names: tuple[str, ...] | None, lines: tuple[ItemGiven, ...] | None, at: str
) -> tuple[ItemGiven, ...] | None:
    """Join both ways to say what comes back: a name per piece, or lines with quantities."""
    if lines is None:
        if names is None:
            return None
        return tuple(ItemGiven(name=name, quantity=n) for name, n in Counter(names).items())
    if names is not None and set(names) != {line.name for line in lines}:
        detail = "items_to_return and return_lines name other items; give one of them."
        raise bad(f"{at}/items_to_return", "differs", detail)
    return lines


def _return_line(tree: object, at: str) -> ItemGiven:
    members = Members(tree, at)
    given = ItemGiven(
        name=members.need("sku", reference, ""),
        quantity=members.take("quantity", _quantity, 1),
        reason=members.take("reason", text(TEXT_MAX), None),
    )
    members.finish()
    return given


def _quantity(value: object, at: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= QUANTITY_MAX:
        raise bad(at, "bad_value", f"Give a whole number from 1 to {QUANTITY_MAX}.")
    return value


def _free(left: Mapping[str, object], at: str) -> dict[str, str | None]:
    """Keep a merchant's own fields as JSON text, numbers with exactly the digits they had."""
    if len(left) > _FREE_MAX:
        raise bad(at, "too_long", f"{len(left)} fields of your own are too many; keep {_FREE_MAX}.")
    free: dict[str, str | None] = {}
    errors: list[FieldError] = []
    for key, value in left.items():
        written = None if value is None else _ENCODE.encode(value).decode()
        if len(key) > SUBJECT_MAX or (written is not None and len(written) > _FREE_LENGTH_MAX):
            detail = f"{shown(key)!r} is too long; keep it within {_FREE_LENGTH_MAX} characters."
            errors.append(
                FieldError(pointer=f"{at}/{escaped(key)}", code="too_long", detail=detail)
            )
        free[key] = written
    if errors:
        raise InvalidRequest(*errors)
    return free
