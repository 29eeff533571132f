"""One sample of every event: what documents show and what ``subscription.test`` sends.

A made-up order is asked back, sent, received and paid by the real lifecycle, with every side road
tried once.  Instants, names and entropy are fixed, so a sample has the same bytes every time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final

import msgspec
from msgspec.structs import replace

from retour.dialects.example_exchanges import tell_exchanges
from retour.dialects.example_order import CUSTOMER, FACILITY, MINT, ORDER_ID, POLICY, at, order
from retour.dialects.example_troubles import trouble_example
from retour.dialects.example_withdrawals import TYPES as WITHDRAWN
from retour.dialects.example_withdrawals import withdrawal_example
from retour.dialects.stored import StoredEvent, stored
from retour.kernel.ids import Mint, workspace_text
from retour.kernel.refusal import Refusal
from retour.lifecycle.commands import (
    AddParcel,
    Amend,
    Annotate,
    ApproveSettlement,
    AttachPhoto,
    Authorize,
    Birth,
    Cancel,
    CancelPickup,
    Command,
    Comment,
    Complete,
    ConfirmSettlement,
    Context,
    CorrectReceipt,
    CreateLabel,
    DeclineSettlement,
    Dispose,
    ErasePhoto,
    FinishReceipt,
    FireTimers,
    Inspect,
    LineAsked,
    ProposeSettlement,
    PutAway,
    ReasonGiven,
    Receive,
    RecordDropOff,
    RecordLabel,
    RecordPickup,
    RecordRefundOutcome,
    RecordVoid,
    Reject,
    Reopen,
    Request,
    ResolveRejected,
    SchedulePickup,
    SendBack,
    Ship,
    StartRefund,
    Track,
    UnitsJudged,
    UnitsNamed,
    UnitsSeen,
    VoidLabel,
)
from retour.lifecycle.decide import decide
from retour.lifecycle.model import (
    Actor,
    ActorKind,
    CompactReturn,
    Decision,
    Event,
    EventType,
    Origin,
    Priority,
    RejectedChoice,
    Return,
    State,
    TicketFacts,
    TicketWords,
)
from retour.lifecycle.money.control import MoneyControl
from retour.lifecycle.money.disputing import note_taken
from retour.lifecycle.money.taken import Taken, TakenBy
from retour.lifecycle.orders.ordering import amend_order, put_order
from retour.lifecycle.photos.photo import PhotoFacts, PhotoMoment
from retour.lifecycle.talk.conversing import annotate_ticket, open_ticket

_WORKSPACE: Final = workspace_text(1)
_SUBSCRIPTION: Final = MINT("sub")

_KEY: Final = Actor(kind=ActorKind.API_KEY, id=MINT("key"))
_SHOPPER: Final = Actor(kind=ActorKind.CUSTOMER)
_AGENT: Final = Actor(kind=ActorKind.AGENT, id=MINT("usr"))
_SECOND: Final = Actor(kind=ActorKind.AGENT, id=Mint(at(1), b"second".ljust(16))("usr"))
_OPERATOR: Final = Actor(kind=ActorKind.OPERATOR, id=MINT("usr"))
_CARRIER: Final = Actor(kind=ActorKind.CARRIER)
_PROCESSOR: Final = Actor(kind=ActorKind.PROCESSOR)
_SYSTEM: Final = Actor(kind=ActorKind.SYSTEM)
_PHOTO: Final = PhotoFacts(id=MINT("pho"), width=1600, height=1200, digest="5f" * 32)

_SOURCES: Final = {
    ActorKind.CUSTOMER: "portal",
    ActorKind.AGENT: "agent",
    ActorKind.OPERATOR: "warehouse",
    ActorKind.CARRIER: "carrier",
    ActorKind.PROCESSOR: "processor",
}
"""Through which door each of them comes; the rest come through the API."""


class _Story:
    """Lets the real lifecycle act and keeps what it says; ``aside`` forgets again."""

    def __init__(self) -> None:
        self.walk: list[StoredEvent] = []
        self.asides: list[StoredEvent] = []
        self.control = MoneyControl()
        placed = order()
        put = put_order(None, placed, CUSTOMER, POLICY, self.context(_KEY, 0))
        self.state = self._decided(put).state
        self._keep(self.walk, self._decided(put).events)

    def act(self, actor: Actor, hours: int, *plan: Command) -> None:
        """Carry a plan out, so many hours after the order was handed over."""
        decision = self._decide(actor, hours, plan)
        self.state = decision.state
        self._keep(self.walk, decision.events)

    def aside(self, actor: Actor, hours: int, *plan: Command) -> State:
        """See what a plan would do, and leave it; gives what it would lead to."""
        decision = self._decide(actor, hours, plan)
        self._keep(self.asides, decision.events)
        return decision.state

    def put_aside(self, decision: Decision | Refusal) -> None:
        """See what was decided about the order itself, and leave it."""
        self._keep(self.asides, self._decided(decision).events)

    @property
    def ret(self) -> Return:
        """The return as it stands."""
        assert self.state.ret is not None, "the story begins with a request"
        return self.state.ret

    def _decide(self, actor: Actor, hours: int, plan: Sequence[Command]) -> Decision:
        return self._decided(decide(self.state, plan, self.context(actor, hours)))

    def _decided(self, decision: Decision | Refusal) -> Decision:
        assert isinstance(decision, Decision), f"the story is a legal one: {decision}"
        return decision

    def context(self, actor: Actor, hours: int) -> Context:
        """Say what surrounds an act of somebody, so many hours after the hand-over."""
        told = len(self.walk)
        return Context(
            actor=actor,
            source=_SOURCES.get(actor.kind, "api"),
            at=at(hours),
            entropy=told.to_bytes(16, "big"),
            numbers=tuple(range(told, told + 10)),
            facility=FACILITY,
            photos={_PHOTO.id: _PHOTO},
            control=self.control,
        )

    def _keep(self, kept: list[StoredEvent], events: Iterable[Event]) -> None:
        for n, event in enumerate(events, start=len(self.walk) + 1):
            kept.append(
                stored(
                    event,
                    id=Mint(event.at, bytes((len(self.asides), *n.to_bytes(15, "big"))))("evt"),
                    workspace=_WORKSPACE,
                    stream=ORDER_ID,
                    stream_sequence=n,
                )
            )


@cache
def _story() -> _Story:
    story = _Story()
    _ask(story)
    waiting = story.state
    _send(story)
    _receive(story)
    unpaid = story.state
    _pay(story)
    _close(story)
    _dispute(story)
    _wait(story, waiting, unpaid)
    story.state = unpaid
    _agree(story)
    tell_exchanges(story, _AGENT, _PROCESSOR)
    return story


def _ask(story: _Story) -> None:
    lamp = LineAsked(
        line="1",
        quantity=1,
        reasons=(
            ReasonGiven(code="damaged", text="Arrived damaged", comment="The glass is cracked."),
        ),
    )
    mug = LineAsked(line="2", quantity=1, reason="Ordered too many")
    mugs = LineAsked(
        line="2", quantity=2, reason="Ordered too many", comment="One would have been enough."
    )
    story.act(
        _SHOPPER,
        2,
        Request(
            order_number="000100042",
            origin=Origin.PORTAL,
            lines=(lamp, mug),
            attributes={"ticket": "T-9 <urgent>"},
        ),
    )
    story.aside(_AGENT, 3, Reject(reason="Worn for longer than the policy allows."))
    story.act(_SHOPPER, 3, Amend(lines=(lamp, mugs)))
    story.act(_AGENT, 4, Authorize())
    story.aside(_AGENT, 5, Cancel(reason="The customer keeps it."))


def _send(story: _Story) -> None:
    story.act(_AGENT, 5, CreateLabel())
    parcel = story.ret.parcels[0].id
    story.aside(
        _CARRIER,
        5,
        RecordLabel(
            parcel=parcel, outcome="failed", error="The carrier does not collect at this address."
        ),
    )
    story.act(
        _CARRIER,
        5,
        RecordLabel(
            parcel=parcel,
            outcome="created",
            tracking_number="000340123",
            label_url="https://carrier.example/labels/000340123.pdf",
        ),
    )
    story.aside(
        _SHOPPER,
        26,
        RecordDropOff(place="Parcel shop, Damrak 12", receipt_number="0042-7731", parcel=parcel),
    )
    story.aside(_AGENT, 6, VoidLabel(parcel=parcel, reason="Another way was chosen."))
    story.aside(_CARRIER, 6, RecordVoid(parcel=parcel, outcome="voided"))
    story.aside(
        _CARRIER,
        6,
        VoidLabel(parcel=parcel),
        RecordVoid(parcel=parcel, outcome="refused", error="The label has been billed."),
    )
    story.aside(_SHOPPER, 6, AddParcel(carrier="Sendle", tracking_number="SN-7 <own>"))
    _collect(story, parcel)
    story.act(_SHOPPER, 26, Ship())
    story.act(_CARRIER, 28, Track(code="in_transit"))
    story.act(_CARRIER, 50, Track(code="delivered"))


def _collect(story: _Story, parcel: str) -> None:
    """Have somebody come for the parcel, or not."""
    asked = SchedulePickup(
        parcel=parcel, earliest=at(24), latest=at(28), note="Ring at the back door."
    )
    story.aside(
        _AGENT,
        6,
        asked,
        RecordPickup(parcel=parcel, outcome="scheduled", reference="PU-0042"),
        CancelPickup(parcel=parcel),
        RecordPickup(parcel=parcel, outcome="canceled"),
    )
    late = "Nobody drives there that day."
    failed = RecordPickup(parcel=parcel, outcome="failed", error=late)
    story.aside(_CARRIER, 6, asked, failed)


def _receive(story: _Story) -> None:
    parcel = story.ret.parcels[0].id
    for line, quantity in (("1", 1), ("2", 2)):
        story.act(
            _OPERATOR,
            51,
            Receive(
                units=(UnitsSeen(line=line, quantity=quantity),),
                facility="main",
                parcel=parcel,
                operation_id=f"scan-000{line}",
            ),
        )
    seen = story.ret.receipts[0].lines[-1].id
    story.act(_OPERATOR, 52, CorrectReceipt(receipt_line=seen, quantity=1, reason="Counted again"))
    story.aside(
        _OPERATOR,
        53,
        Inspect(units=(UnitsJudged(line="1", quantity=1, acceptance="rejected", grade="D"),)),
        ResolveRejected(choice=RejectedChoice.DONATE),
    )
    refused = UnitsJudged(line="1", quantity=1, acceptance="rejected", reason="Was never ours.")
    story.aside(_OPERATOR, 53, Inspect(units=(refused,)), SendBack(carrier="sandbox"))
    story.act(
        _OPERATOR,
        53,
        Inspect(
            units=(
                UnitsJudged(
                    line="1",
                    quantity=1,
                    acceptance="accepted",
                    grade="C",
                    condition="Glass cracked, otherwise clean",
                    disposition="refurbish",
                ),
                UnitsJudged(
                    line="2", quantity=1, acceptance="accepted", grade="A", disposition="restock"
                ),
            )
        ),
    )
    story.act(_OPERATOR, 53, FinishReceipt(remaining="missing"))
    lamp = (UnitsNamed(line="1", quantity=1),)
    story.aside(_OPERATOR, 54, Dispose(units=lamp, disposition="recycle", reason="Beyond repair"))
    story.aside(_OPERATOR, 54, PutAway(units=lamp, location="R-04-2", lpn="LPN-00071"))


def _agree(story: _Story) -> None:
    """Let four eyes look at what is promised, and leave it."""
    before, story.control = story.state, MoneyControl(four_eyes_above={"EUR": 50_00})
    story.state = story.aside(_AGENT, 54, ProposeSettlement(), ConfirmSettlement())
    story.aside(_SECOND, 55, ApproveSettlement(note="The photos show it."))
    story.aside(_SECOND, 55, DeclineSettlement(reason="The lamp was not looked at."))
    story.state, story.control = before, MoneyControl()


def _pay(story: _Story) -> None:
    story.act(_AGENT, 54, ProposeSettlement(), ConfirmSettlement())
    story.act(_SYSTEM, 55, StartRefund())
    leg = story.ret.settlements[-1].legs[0].id
    declined = RecordRefundOutcome(leg=leg, outcome="failed", error="card_expired")
    story.aside(_PROCESSOR, 55, declined, declined, declined)
    story.act(
        _PROCESSOR, 55, RecordRefundOutcome(leg=leg, outcome="succeeded", reference="sb_0001")
    )
    story.act(_AGENT, 56, Complete())
    story.aside(
        _AGENT,
        57,
        Annotate(
            subject="Lamp and mugs <again>",
            priority=Priority.HIGH,
            assignee=_AGENT.id,
            tags=("lamps", "2nd call"),
            fields={"loyalty": '"gold"', "bonus": "12.50"},
        ),
    )
    story.aside(_AGENT, 57, Comment(text="The glass is on its way.", author_id=_AGENT.id))
    story.aside(_AGENT, 58, Reopen(reason="The second mug turned up."))
    story.aside(
        _OPERATOR,
        58,
        AttachPhoto(photo=_PHOTO.id, line="1", moment=PhotoMoment.BEFORE),
        ErasePhoto(photo=_PHOTO.id, reason="It shows a person."),
    )


def _close(story: _Story) -> None:
    """Let nothing more come back of the order; seen from there its return is one of several."""
    compact = msgspec.convert(story.ret, CompactReturn, from_attributes=True)
    state = replace(story.state, ret=None, others=(compact,))
    closed = replace(state.order, job_status="FINISHED")
    story.put_aside(amend_order(state, closed, story.context(_KEY, 59), "FinishItemReturnJob"))


def _dispute(story: _Story) -> None:
    """Let the bank take a payment back."""
    (payment, *_) = story.state.order.payments
    taken = Taken(
        by=TakenBy.DISPUTE,
        reference="dp_0007",
        amount=995,
        status="needs_response",
        told_at=at(59),
    )
    noted = note_taken(story.state, [payment.id], taken, story.context(_PROCESSOR, 59))
    assert noted is not None, "the order has its payments"
    story.put_aside(replace(noted, state=replace(noted.state, ret=None)))


def _wait(story: _Story, unsent: State, unpaid: State) -> None:
    """Let days pass in which the goods do not come, or the money does not go."""
    for state, days in ((unpaid, 20), (unsent, 8), (unsent, 28), (unsent, 32)):
        context = story.context(_SYSTEM, 4 + 24 * days)
        story.put_aside(decide(state, [FireTimers()], context))


def walk() -> tuple[StoredEvent, ...]:
    """Give the whole way from the order's delivery to the return's completion, in order."""
    return tuple(_story().walk)


@cache
def example(event_type: EventType) -> StoredEvent:
    """Give the sample of one event: the first of its type."""
    story = _story()
    for event in (*story.walk, *story.asides):
        if event.type is event_type:
            return event
    if event_type in {EventType.TICKET_OPENED, EventType.TICKET_ANNOTATED}:
        return _about_ticket(event_type)
    if event_type in WITHDRAWN:
        return withdrawal_example(event_type)
    return trouble_example(event_type, _SUBSCRIPTION)


def _about_ticket(event_type: EventType) -> StoredEvent:
    """Give a sample of an event about a conversation that no order is known for."""
    context = Context(actor=_KEY, source="api", at=at(60), entropy=bytes(16))
    words = TicketWords(
        subject="Return Request - Order #1234",
        email="alex.jansen@example.com",
        fields={"order_id": '"1234"', "original_order_total": "149.00"},
    )
    birth = Birth(facts=TicketFacts(source="web"), words=words)
    said = open_ticket(8, birth, context, asks_return=True)
    if event_type is EventType.TICKET_ANNOTATED:
        noted = annotate_ticket(
            said.ticket, said.words, Annotate(priority=Priority.URGENT, assignee="ada"), context
        )
        assert not isinstance(noted, Refusal), noted
        said = noted
    return stored(
        said.events[0],
        id=Mint(at(60), event_type.encode().rjust(16))("evt"),
        workspace=_WORKSPACE,
        stream=said.ticket.id,
        stream_sequence=said.ticket.version,
    )


def examples() -> tuple[StoredEvent, ...]:
    """Give every sample, in the order in which the types are declared."""
    return tuple(example(event_type) for event_type in EventType)
