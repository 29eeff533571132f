"""ItemReturnJobs as a receiver sees them: orders and returns live, and every message is read.

What must hold of any job is asserted with each message: its schema, unique ids, counters that are
sums of its lines, and that nothing once told is taken back.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from retour.dialects.dialect import Wanted
from retour.dialects.fulfillmenttools import DIALECT, TRIGGERED
from retour.dialects.fulfillmenttools.layout import find_item_return
from retour.dialects.stored import StoredEvent, read_personal, read_snapshot, stored
from retour.kernel.ids import Mint, workspace_text
from retour.kernel.refusal import Refusal
from retour.lifecycle.commands import Command, Context
from retour.lifecycle.decide import decide, numbers_needed
from retour.lifecycle.model import (
    Actor,
    ActorKind,
    Customer,
    Decision,
    Event,
    EventType,
    Executor,
    FacilityRef,
    Order,
    OrderLine,
    Payment,
    Policy,
    Return,
)
from retour.lifecycle.orders.ordering import put_order
from tests.support.item_return_schema import MESSAGE
from tests.support.returns import compact
from tests.support.schema_checking import json_problem

Json = dict[str, Any]
START: Final = datetime(2026, 5, 4, 9, tzinfo=UTC)
ORDER: Final = Mint(START, bytes(16))("ord")
MIRA: Final = Customer(email="mira.sand@example.com", name="Mira Sand", country="DE")


def sold(name: str, quantity: int, price: int, **more: object) -> OrderLine:
    """Make an order line whose SKU and title are its name unless said."""
    body = {"sku": name, "title": name, "number": len(name), **more}
    return msgspec.convert(
        {"id": name, "quantity": quantity, "unit_price": price, **body}, OrderLine
    )


def an_order(
    *lines: OrderLine,
    number: str = "ORDER-1",
    facility: str = "shop",
    executor: Executor = Executor.SANDBOX,
) -> Order:
    """Make an order handed over at the start."""
    paid = sum(line.quantity * line.unit_price for line in lines)
    return Order(
        id=ORDER,
        order_number=number,
        currency="EUR",
        lines=lines,
        created_at=START - timedelta(days=2),
        delivered_at=START,
        facility=facility,
        payments=(Payment(id="pay", processor=executor, captured=paid),),
    )


class JobStory:
    """One order's job; ``told`` are the messages about it, ``events`` what they were made of."""

    def __init__(self, order: Order, policy: Policy | None = None) -> None:
        self.told: list[Json] = []
        self.events: list[StoredEvent] = []
        self._turn = 0
        self._finished: dict[str, list[str]] = {}
        self._known: set[str] = set()
        put = put_order(None, order, MIRA, policy or Policy(), self._context((), "shop"))
        assert isinstance(put, Decision), put
        self.state = put.state
        self._say(put.events)

    # ------------------------------------------------------------ acting

    @property
    def ret(self) -> Return:
        """The return at hand."""
        assert self.state.ret is not None
        return self.state.ret

    def act(self, *plan: Command, place: str = "shop", by: ActorKind = ActorKind.API_KEY) -> Json:
        """Carry out a plan that must be possible; gives the payload of the last message."""
        refusal = self.tried(plan, place=place, by=by)
        assert refusal is None, refusal
        return self.told[-1]["payload"]

    def tried(
        self, plan: Sequence[Command], *, place: str, by: ActorKind = ActorKind.API_KEY
    ) -> Refusal | None:
        """Carry a plan out if that is possible."""
        answer = decide(self.state, plan, self._context(plan, place, by))
        if isinstance(answer, Refusal):
            return answer
        self.state = answer.state
        self._say(answer.events)
        return None

    def next_return(self) -> None:
        """Put the return at hand aside and begin the next one of the same order."""
        others = (*self.state.others, compact(self.ret))
        words = self.state.all_words
        self.state = replace(self.state, ret=None, words={}, others=others, others_words=words)

    def _context(
        self, plan: Sequence[Command], place: str, by: ActorKind = ActorKind.API_KEY
    ) -> Context:
        self._turn += 1
        return Context(
            actor=Actor(kind=by),
            source="api",
            at=START + timedelta(minutes=self._turn),
            entropy=self._turn.to_bytes(16, "big"),
            numbers=tuple(self._turn * 1000 + n for n in range(numbers_needed(plan) + 1)),
            facility=FacilityRef(code=place, number=1, name=place),
        )

    # ------------------------------------------------------------ hearing

    def _say(self, events: Sequence[Event]) -> None:
        for event in events:
            nth = len(self.events) + 1
            fresh = stored(
                event,
                id=Mint(event.at, nth.to_bytes(16, "big"))("evt"),
                workspace=workspace_text(1),
                stream=ORDER,
                stream_sequence=nth,
            )
            self.events.append(_kept(fresh))
            for word in DIALECT.vocabulary.get(event.type, ()):
                self._hear(word)

    def _hear(self, word: str) -> None:
        wire = DIALECT.render(self.events[-1], Wanted(word=word))
        if wire is None:
            return
        message: Json = json.loads(wire.body, parse_float=Decimal)
        assert json_problem(MESSAGE, json.loads(wire.body)) is None, message
        assert message["event"] == word
        self.told.append(message)
        if word != TRIGGERED:
            self._check(message["payload"])

    def _check(self, job: Json) -> None:
        assert job["version"] == len(self.events)
        lines = all_lines(job)
        ids = [one["id"] for one in (*job["itemReturns"], *lines)]
        assert len(ids) == len(set(ids)), "ids are unique"
        if self.events[-1].type is EventType.RECEIPT_CORRECTED:
            # What was written down was wrong, and so was what had been told of it.
            self._finished.clear()
            self._known.clear()
        here = {one["id"] for one in job["itemReturns"]}
        assert self._known <= here, "an ItemReturn once told stays"
        self._known = here
        counted = Counter(
            ref
            for line in lines
            if line["status"] != "CANCELED"
            for ref in line["itemReturnJobLineItemRefs"]
        )
        for line in (*job["returnableLineItems"], *job["notReturnableLineItems"]):
            assert line["returned"] == counted[line["id"]], "counters are sums"
        for one in job["itemReturns"]:
            named = sorted(line["id"] for line in lines_of(one))
            before = self._finished.get(one["id"])
            assert before in (None, named), "a finished receipt loses and gains no unit"
            if one["status"] == "FINISHED" and self._has_come(one["id"]):
                self._finished[one["id"]] = named

    def _has_come(self, id: str) -> bool:
        """Say whether goods of an ItemReturn were seen; what never came may come late."""
        seen = self.events[-1].snapshot
        found = find_item_return(filter(None, (seen.ret, *seen.others)), id)
        assert found is not None, "all that is told is found"
        return found.receipt is not None


def lines_of(item_return: Mapping[str, Any]) -> list[Json]:
    """Give the units of an ItemReturn."""
    return [
        *item_return["returnedLineItems"],
        *item_return.get("returnedNotReturnableLineItems", ()),
    ]


def all_lines(job: Mapping[str, Any]) -> list[Json]:
    """Give every unit of a job, ItemReturn by ItemReturn."""
    return [line for one in job["itemReturns"] for line in lines_of(one)]


def shape(job: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """Give what stands in a job: each ItemReturn's status with those of its units."""
    return [
        (one["status"], [line["status"] for line in lines_of(one)]) for one in job["itemReturns"]
    ]


def _kept(event: StoredEvent) -> StoredEvent:
    """Read an event as the log gives it back."""
    encode = msgspec.json.encode
    snapshot, personal = encode(event.snapshot), encode(event.personal)
    return replace(event, snapshot=read_snapshot(snapshot), personal=read_personal(personal))
