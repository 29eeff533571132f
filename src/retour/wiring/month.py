"""Four weeks at a merchant of the demonstration, so that queues and reports say something.

The sandbox's clock goes ahead a day at a time.  Each return has a fate, which says what is done to
it on which day after it was asked for; what would come after the last day waits for whoever looks.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from retour.wiring.merchants import Merchant, customer_of, line_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from retour.wiring.progress import Phase
    from retour.wiring.story import Client

DAYS: Final = 28
_BY_WEEKDAY: Final = (2, 1, 3, 2, 2, 4, 3)
_REASONS: Final = (
    ("changed_mind", "I changed my mind"),
    ("not_as_described", "Not as described"),
    ("broken", "Broken or faulty"),
    ("too_big", "Too big"),
    ("changed_mind", "I changed my mind"),
    ("wrong_item", "Wrong item"),
    ("changed_mind", "I changed my mind"),
    ("too_late", "Came too late"),
)
_GRADES: Final = ("A", "A", "B", "A", "C")


class Step(NamedTuple):
    """What is done: how many days after the one before, to which path, with which body."""

    days: int
    path: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A return of the month: of one order's one line."""

    number: str
    index: int
    day: int


def returns() -> Iterator[Asked]:
    """List the returns of the month, in the order they are asked for."""
    index = 0
    for day in range(DAYS):
        for _ in range(_BY_WEEKDAY[day % len(_BY_WEEKDAY)]):
            yield Asked(number=f"M-{2000 + index}", index=index, day=day)
            index += 1


COUNT: Final = sum(1 for _ in returns())


def _judged(acceptance: str, grade: str | None = None) -> Step:
    unit = {"line": "1", "quantity": 1, "acceptance": acceptance}
    return Step(0, "inspect", {"units": [unit if grade is None else unit | {"grade": grade}]})


def _fate(index: int) -> tuple[Step, ...]:
    """Say what becomes of a return."""
    seen = Step(3 + index % 3, "receive", {"units": [{"line": "1", "quantity": 1}]})
    yes = Step(index % 2, "authorize", {})
    done = (Step(0, "finish_receipt", {}), Step(1, "propose_settlement", {"kind": "refund"}))
    paid = (Step(0, "confirm_settlement", {}), Step(0, "start_refund", {}))
    match index % 13:
        case 4:
            return (Step(1, "reject", {"reason": "It was worn outside, as the photos show."}),)
        case 7:
            return (yes, Step(1, "cancel", {"reason": "The customer keeps it."}))
        case 9:
            return (yes,)
        case 10:
            return (yes, seen, _judged("accepted", "B"), done[0])
        case 6 | 11:
            said = {"text": "When do I have my money back? I sent it on Monday."}
            return (yes, Step(3, "customer-messages", said), seen)
        case 12:
            return (yes, seen, _judged("rejected"), done[0])
        case _:
            grade = _GRADES[index % len(_GRADES)]
            return (yes, seen, _judged("accepted", grade), *done, *paid)


async def is_played(client: Client) -> bool:
    """Say whether the month has been begun before, at least."""
    page = await client.call("GET", "/returns?limit=1")
    return bool(page["data"])


async def play(client: Client, merchant: Merchant, shown: Phase) -> None:
    """Play the month.

    Raises:
        StoryFailed: A step was refused.
    """
    await client.call("PUT", "/policies/default", {"completion": "auto", "name": merchant.name})
    due: defaultdict[int, list[tuple[str, Step]]] = defaultdict(list)
    asked = list(returns())
    for day in range(DAYS):
        for one in (one for one in asked if one.day == day):
            return_id = await _ask(client, merchant, one)
            at = day
            for step in _fate(one.index):
                at += step.days
                due[at].append((return_id, step))
            shown.step()
        for return_id, step in due.pop(day, ()):
            await client.call("POST", f"/returns/{return_id}/{step.path}", step.body)
        if day < DAYS - 1:
            await client.call("POST", "/clock", {"advance": "P1D"})
    await _wait(client, merchant)


async def _ask(client: Client, merchant: Merchant, one: Asked) -> str:
    """Sell something, and have the customer ask for its return."""
    now = await client.now()
    delivered_at = now - timedelta(days=1 + one.index % 6)
    code, text = _REASONS[one.index % len(_REASONS)]
    order = {
        "currency": merchant.currency,
        "customer": customer_of(merchant, one.index),
        "ordered_at": (delivered_at - timedelta(days=3)).isoformat(),
        "delivered_at": delivered_at.isoformat(),
        "shipping": "4.95",
        "payments": [{"id": f"pay-{one.number}", "processor": "sandbox", "captured": "4000.00"}],
        "lines": [line_of(merchant, one.index, "1", 2 + one.index % 7)],
    }
    await client.call("PUT", f"/orders/{one.number}", order)
    line = {"line": "1", "quantity": 1, "reasons": [{"code": code, "text": text}]}
    asked = {"order_number": one.number, "origin": "portal", "lines": [line]}
    made = await client.call("POST", "/returns", asked)
    return str(made["id"])


async def _wait(client: Client, merchant: Merchant) -> None:
    """Leave what is no return yet: a parcel without a slip, a withdrawal without an order."""
    article = merchant.articles[0]
    goods = [{"barcode": article.upc, "quantity": 1}]
    parcel = {"operation_id": "month", "lines": goods, "note": "No slip inside."}
    await client.call("POST", "/facilities/main/unmatched-parcels", parcel)
    statement = {
        "name": "Zoë van Dam",
        "email": "zoe.van.dam@example.com",
        "order_number": "ask my sister",
        "lines": [{"title": article.title, "quantity": 1}],
        "statement": f"I hereby withdraw from my contract for one {article.title}.",
    }
    await client.call("POST", "/withdrawals", statement)
