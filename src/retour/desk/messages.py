"""Messages that customers write from a use case of the portal, before there is any return.

Each is an event in a stream of its own; the templates of "use case email" take it to an inbox.
What was written is a person's, so it stands in the event's personal part and can be erased.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final, Literal

import msgspec
from msgspec import Meta

from retour.desk.config import Subscriber
from retour.desk.fanout import fan_out_events
from retour.desk.keeping import keep
from retour.desk.outcome import Done, NotFound, Outcome
from retour.desk.stored_events import stored_event
from retour.dialects.notification import USE_CASE
from retour.dialects.view import View, instant
from retour.kernel.ids import Mint, is_id
from retour.kernel.problems import FieldError, InvalidRequest
from retour.kernel.subscription import SubscriptionBody
from retour.lifecycle.commands import Body, Word
from retour.lifecycle.model import Actor, Customer, Event, EventType, Personal, Snapshot
from retour.lifecycle.talk.bodies import MessageWay
from retour.store.messages import NewMessage, append_message, one_message
from retour.store.statements import named
from retour.store.telling import take_turn

if TYPE_CHECKING:
    from retour.desk.execute import RequestKey
    from retour.desk.house import House
    from retour.dialects.stored import StoredEvent
    from retour.store.database import Connection

_SQL: Final = named("workspaces")
_BODY: Final = msgspec.json.Decoder(SubscriptionBody)
_ENCODE: Final = msgspec.json.Encoder()
_ADDRESS: Final = re.compile(r"[^@\s<>,;:\"\\\x00-\x1f]+@[^@\s<>,;:\"\\\x00-\x1f]+")
_MISSING: Final = NotFound(what="message")

Details = dict[str, str | int | bool | None]
Address = Annotated[str, Meta(min_length=3, max_length=320)]
Language = Annotated[str, Meta(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$")]


class Writer(Body):
    """Who wrote."""

    email: Address
    name: Annotated[str, Meta(max_length=200)] | None = None
    phone: Annotated[str, Meta(max_length=50)] | None = None
    country: Annotated[str, Meta(max_length=2)] | None = None
    locale: Language | None = None


class MessageNew(Body):
    """A message from a use case.

    ``to`` is the inbox of this use case, instead of the ones that templates lead to; ``language``
    is that of the message, the writer's unless said.
    """

    kind: Literal["use_case"]
    customer: Writer
    use_case: Word
    subject: Annotated[str, Meta(max_length=1000)] | None = None
    body: Annotated[str, Meta(max_length=20_000)] | None = None
    to: Address | None = None
    language: Language | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A message to be: who writes it and how, its facts and its words by its id."""

    actor: Actor
    source: str
    details: Callable[[str], Details]
    personal: Callable[[str], Personal]


async def create(
    house: House,
    workspace_id: int,
    body: MessageNew,
    *,
    actor: Actor,
    source: str = "api",
    key: RequestKey | None = None,
) -> Outcome:
    """Take a message and queue it for every active template of "use case email" and subscription.

    Raises:
        InvalidRequest: An address is none.
    """
    _check(body)
    written = Written(
        actor=actor,
        source=source,
        details=lambda name: _details(name, body),
        personal=lambda name: _personal(name, body),
    )
    shown = {"kind": body.kind, "use_case": body.use_case}
    return await append(house, workspace_id, written, shown, key)


async def append(
    house: House, workspace_id: int, written: Written, shown: View, key: RequestKey | None
) -> Outcome:
    """Begin a stream with a message, and queue it for whoever is told."""
    async with house.database.transaction(workspace_id) as connection:
        # Who has the turn sees the subscribers as every commit from now on will.
        turn = await take_turn(connection, workspace_id)
        if turn is None:
            return NotFound(what="workspace")
        mint = Mint(turn.tick, os.urandom(16))
        message_id, event_id = mint("msg"), mint("evt")
        event = Event(
            type=EventType.MESSAGE_CREATED,
            at=turn.at,
            actor=written.actor,
            source=written.source,
            snapshot=Snapshot(details=written.details(message_id)),
            personal=written.personal(message_id),
        )
        told = await subscribers(connection, workspace_id)
        fanout = fan_out_events([event], told, mint, message_id)
        answer = _ENCODE.encode(
            {
                "id": message_id,
                **shown,
                "event": event_id,
                "created_at": instant(turn.at),
                "deliveries": [item.delivery_id for item in fanout],
            }
        )
        if answered := await keep(connection, workspace_id, key, 201, answer):
            return answered
        made = NewMessage(
            id=message_id, event_id=event_id, event=event, tick=turn.tick, fanout=fanout
        )
        await append_message(connection, workspace_id, made)
    house.hints(workspace_id, {item.subscription_id for item in fanout})
    return Done(status=201, body=answer)


async def look_up(house: House, workspace_id: int, message_id: str) -> Outcome:
    """Give one message; what persons wrote is null once erased."""
    if not is_id(message_id, "msg"):
        return _MISSING
    async with house.database.transaction(workspace_id) as connection:
        row = await one_message(connection, workspace_id, message_id)
    event = None if row is None else stored_event(workspace_id, row)
    if event is None or event.snapshot.details.get("kind") != USE_CASE:
        return _MISSING
    return Done(status=200, body=_ENCODE.encode(_view(event)))


def _view(event: StoredEvent) -> View:
    details, customer = event.snapshot.details, event.customer
    return {
        "id": event.stream,
        "kind": details["kind"],
        "use_case": details["use_case"],
        "to": details.get("to"),
        "customer": {
            "email": customer.email,
            "name": customer.name,
            "phone": customer.phone,
            "country": customer.country,
            "locale": customer.locale,
        },
        "subject": event.message_subject,
        "body": event.message,
        "event": event.id,
        "created_at": instant(event.occurred_at),
    }


def is_address(text: str) -> bool:
    """Say whether mail could be sent there."""
    return _ADDRESS.fullmatch(text) is not None


def _check(body: MessageNew) -> None:
    given = {"/customer/email": body.customer.email, "/to": body.to}
    detail = "This is no address for mail. Give one such as parts@example.com."
    errors = [
        FieldError(pointer=pointer, code="bad_value", detail=detail)
        for pointer, address in given.items()
        if address is not None and not is_address(address)
    ]
    if errors:
        raise InvalidRequest(*errors)


def _details(message_id: str, body: MessageNew) -> Details:
    details: Details = {
        "message": message_id,
        "author": "customer",
        "internal": False,
        "way": MessageWay.IN.value,
        "kind": USE_CASE,
        "use_case": body.use_case,
    }
    if body.to is not None:
        details["to"] = body.to
    return details


def _personal(message_id: str, body: MessageNew) -> Personal:
    writer, messages = body.customer, {message_id: body.body or ""}
    if body.subject:
        messages[f"{message_id}/subject"] = body.subject
    customer = Customer(
        email=writer.email,
        name=writer.name,
        phone=writer.phone,
        country=writer.country,
        locale=body.language or writer.locale,
    )
    return Personal(customer=customer, messages=messages)


async def subscribers(connection: Connection, workspace_id: int) -> list[Subscriber]:
    """Give whom events are told; nobody comes or goes while the workspace's turn is taken."""
    rows = await connection.fetch(_SQL["workspace_subscribers"], workspace_id)
    return [
        Subscriber(
            id=row["subscription_id"], version=row["version"], body=_BODY.decode(row["body"])
        )
        for row in rows
    ]
