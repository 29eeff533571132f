"""What a workspace needs before it goes live: eight steps, each told done by its data alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from retour.desk.outcome import Done, Outcome
from retour.dialects.view import instant
from retour.lifecycle.bodies import Body
from retour.store.statements import named

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any

    from retour.desk.house import House

_SQL: Final = named("system")
_ENCODE: Final = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something to set up: done or not, in words; ``at`` is when it last came."""

    id: str
    title: str
    is_done: bool
    words: str
    at: datetime | None = None


class SetupPut(Body):
    """Put the list aside, or have it back."""

    aside: bool


class _Told(NamedTuple):
    """A step, where it is done, and what is said of it: done, and not done."""

    title: str
    path: str
    done: str
    left: str


_TOLD: Final[Mapping[str, _Told]] = {
    "facility": _Told(
        "An address that goods come back to",
        "/settings/facilities",
        "Labels and slips have a place to lead to.",
        "No facility has a street, a town and a country yet.",
    ),
    "policy": _Told(
        "Rules of your own",
        "/settings/policies",
        "A policy of yours decides.",
        "The built-in policy decides: 30 days, every reason.",
    ),
    "reasons": _Told(
        "Reasons and use cases of the portal",
        "/settings/portal",
        "The portal is arranged.",
        "Shoppers choose from our reasons.",
    ),
    "carrier": _Told(
        "A carrier",
        "/settings/carriers",
        "Labels can be had.",
        "Nobody makes labels yet: connect a carrier\u2019s account.",
    ),
    "payment": _Told(
        "A way to pay back",
        "/settings/payment",
        "Refunds are paid.",
        "Refunds wait for a person: connect your payment account.",
    ),
    "mails": _Told(
        "Mails to shoppers",
        "/settings/mails",
        "Shoppers are told of every step.",
        "No mail to shoppers is switched on yet.",
    ),
    "brand": _Told(
        "Your brand",
        "/settings/brand",
        "Pages and mails look like you.",
        "Pages and mails have our colours.",
    ),
    "orders": _Told(
        "Orders of your shop",
        "/settings/keys",
        "Your shop puts its orders.",
        "Nothing was sold yet: have your shop put its orders.",
    ),
}
PATHS: Final = {id: told.path for id, told in _TOLD.items()}
"""The page of each step."""
_PRACTISED: Final = {
    "carrier": "The sandbox has a carrier of its own.",
    "payment": "The sandbox pays with play money.",
}
_NO_RELAY: Final = "No mail is sent: this house has no relay (RETOUR_SMTP_URL)."


def steps(row: Mapping[str, Any], *, has_relay: bool) -> tuple[Step, ...]:
    """Say of each step whether it is done, from what the data are."""
    order_at: datetime | None = row["order_at"]
    found: list[Step] = []
    for id, told in _TOLD.items():
        is_done = order_at is not None if id == "orders" else bool(row[id])
        words = told.done if is_done else told.left
        if not is_done and row["is_sandbox"] and id in _PRACTISED:
            is_done, words = True, _PRACTISED[id]
        if id == "mails" and not has_relay:
            is_done, words = False, _NO_RELAY
        at = order_at if id == "orders" else None
        found.append(Step(id=id, title=told.title, is_done=is_done, words=words, at=at))
    return tuple(found)


async def look_up(house: House, workspace_id: int) -> Outcome:
    """Tell what is set up and what is not."""
    async with house.database.transaction(workspace_id) as connection:
        row = await connection.fetchrow(_SQL["set_up"], workspace_id)
    assert row is not None, "a question without a table has one row"
    found = steps(dict(row), has_relay=house.settings.smtp_url is not None)
    aside_at = row["aside_at"]
    shown = {
        "steps": [
            {
                "id": one.id,
                "title": one.title,
                "done": one.is_done,
                "words": one.words,
                "at": None if one.at is None else instant(one.at),
            }
            for one in found
        ],
        "done": sum(one.is_done for one in found),
        "of": len(found),
        "aside_at": None if aside_at is None else instant(aside_at),
    }
    return Done(status=200, body=_ENCODE.encode(shown))


async def put(house: House, workspace_id: int, body: SetupPut) -> Outcome:
    """Put the list aside, or have it back; what is set up stays as it is."""
    async with house.database.transaction(workspace_id) as connection:
        await connection.execute(_SQL["put_aside" if body.aside else "take_up"], workspace_id)
    return await look_up(house, workspace_id)
