"""The fold of a plan: the state as it becomes, command by command, and the events it says.

A ``Fold`` is the only thing in this room that changes, and it lives for one call of ``decide``.
Counters, sequence, version and snapshots are kept right here, so that no command can forget them.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Final, TypeVar

from msgspec.structs import replace

from retour.kernel.ids import Mint
from retour.kernel.status import ReturnStatus
from retour.lifecycle.commands import Context
from retour.lifecycle.machine import MOVES
from retour.lifecycle.model import (
    Actor,
    ActorKind,
    CompactReturn,
    Decision,
    Effect,
    Event,
    EventType,
    LineWords,
    Parcel,
    Personal,
    Receipt,
    Return,
    ReturnLine,
    Settlement,
    SettlementKind,
    SettlementStatus,
    Snapshot,
    State,
    Unit,
)
from retour.lifecycle.money.control import POLICY
from retour.lifecycle.numbering import PaperKind
from retour.lifecycle.requests.gift import addressee
from retour.lifecycle.units import counted, difference, with_units
from retour.lifecycle.workflow import steps_after
from retour.policy.grounds import Grounds

Details = dict[str, str | int | bool | None]
_Part = TypeVar("_Part", Parcel, Receipt, Settlement)


class Fold:
    """The state one plan is being folded over.

    Args:
        state: As loaded; never changed.
        context: What surrounds the plan.
    """

    __slots__ = (
        "_before",
        "_by",
        "_effects",
        "_events",
        "_messages",
        "_numbers",
        "_others",
        "_personal",
        "_ret",
        "_series",
        "_version",
        "_words",
        "at",
        "context",
        "customer",
        "grounds",
        "mint",
        "order",
        "others",
        "policy",
    )

    def __init__(self, state: State, context: Context) -> None:
        assert context.at.tzinfo is not None, "instants are aware"
        self._before = state
        self._by = context.actor
        self.order = state.order
        self.policy = state.policy
        self.customer = state.customer
        self.others = state.others
        self.context = context
        self.grounds: Grounds | None = None  # What a request was judged on, once it was.
        self.at = context.at
        self.mint = Mint(context.at, context.entropy)
        self._ret = state.ret
        self._words = state.words
        self._version = 1 if state.ret is None else state.ret.version + 1
        self._numbers = iter(context.numbers)
        self._series = dict(context.series)
        self._events: list[Event] = []
        self._effects: list[Effect] = []
        self._messages: dict[str, str] = {}
        self._personal: Personal | None = None
        self._others = as_told(state.others)

    # ------------------------------------------------------------ reading

    @property
    def by(self) -> Actor:
        """Who acts at this moment: whoever asked, or the policy."""
        return self._by

    @property
    def is_policy(self) -> bool:
        """True while the policy acts alone."""
        return self._by.kind is ActorKind.POLICY

    @property
    def role(self) -> str:
        """Whose limits hold at this moment: those of whoever asked, or the policy's."""
        return POLICY if self.is_policy else self.context.role

    @property
    def has_return(self) -> bool:
        """True once the return exists."""
        return self._ret is not None

    @property
    def has_said(self) -> bool:
        """True once the plan has said an event."""
        return bool(self._events)

    @property
    def ret(self) -> Return:
        """The return as it stands by now."""
        assert self._ret is not None, "every command but a request is about a return"
        return self._ret

    @property
    def words(self) -> dict[str, LineWords]:
        """What persons wrote, by return line and by the return; never changed in place."""
        return self._words

    def number(self) -> int:
        """Draw the next of the numbers brought along.

        ``numbers_needed`` says how many a plan can draw at most.
        """
        drawn = next(self._numbers, None)
        assert drawn is not None, "the desk brings as many numbers as numbers_needed says"
        return drawn

    def paper_number(self, kind: PaperKind) -> str | None:
        """Draw a document's number; ``None`` where the workspace has no series of that kind."""
        series = self._series.get(kind)
        if series is None:
            return None
        year = self.at.astimezone(self.context.zone).year
        self._series[kind] = series.drawn(year)
        return series.written(year)

    # ------------------------------------------------------------ changing

    def begin(self, ret: Return, words: dict[str, LineWords]) -> None:
        """Let the return exist, with its units counted."""
        assert self._ret is None, "a return begins once"
        self._ret = replace(ret, version=self._version)
        self.write(words)
        self.order = counted(self.order, difference((), ret.lines))

    def change(self, **fields: object) -> None:
        """Replace fields of the return that neither units nor status depend on."""
        self._ret = replace(self.ret, version=self._version, **fields)

    def write(self, words: dict[str, LineWords]) -> None:
        """Replace what the shopper wrote."""
        if words != self._words:
            self._words = words
            self._personal = None

    def utter(self, message: str, text: str) -> None:
        """Keep what a message says for the events of this commit."""
        self._messages = {**self._messages, message: text}
        self._personal = None

    def put_lines(self, lines: tuple[ReturnLine, ...]) -> None:
        """Replace the lines and move the order's counters with them."""
        ret = self.ret
        moves = difference(ret.lines, lines)
        self._ret = replace(ret, version=self._version, lines=lines)
        self.order = counted(self.order, moves)

    def put_units(self, changed: dict[str, Unit]) -> None:
        """Replace units by id and move the order's counters with them."""
        if changed:
            self.put_lines(with_units(self.ret.lines, changed))

    def put_parcel(self, parcel: Parcel) -> None:
        """Replace a parcel, or add it where it is new."""
        self.change(parcels=_put(self.ret.parcels, parcel))

    def put_receipt(self, receipt: Receipt) -> None:
        """Replace a receipt, or add it where it is new."""
        self.change(receipts=_put(self.ret.receipts, receipt))

    def put_settlement(self, settlement: Settlement) -> None:
        """Replace a settlement, or add it where it is new."""
        self.change(settlements=_put(self.ret.settlements, settlement))

    def enter(self, status: ReturnStatus) -> None:
        """Move to a status the table leads to from here, and note when."""
        ret = self.ret
        assert (ret.status, status) in MOVES, f"no road from {ret.status} to {status}"
        self._ret = replace(
            ret,
            version=self._version,
            status=status,
            status_at={**ret.status_at, status.value: self.at},
        )

    # ------------------------------------------------------------ saying

    def say(self, event: EventType, details: Details | None = None) -> None:
        """Say a fact, with the return as it now stands; call it after the change."""
        ret = self.ret
        steps = steps_after(ret.steps, event, self._by, self.at)
        self._ret = ret = replace(
            ret, version=self._version, sequence=ret.sequence + 1, steps=steps
        )
        if self._personal is None:
            self._personal = Personal(
                customer=addressee(self.customer, ret, self._words),
                words={**self._before.others_words, **self._words},
                messages=self._messages,
            )
        self._events.append(
            Event(
                type=event,
                at=self.at,
                actor=self.context.actor,
                source=self.context.source,
                snapshot=Snapshot(
                    order=self.order,
                    ret=_told(ret),
                    others=self._others,
                    details=self._details(details),
                ),
                personal=self._personal,
                sequence=ret.sequence,
            )
        )

    def _details(self, details: Details | None) -> Details:
        """Name the policy beside what an event is about, where it is what acts."""
        if self._by.kind is not ActorKind.POLICY:
            return details or {}
        return {**(details or {}), "by_policy": self._by.id}

    @contextmanager
    def as_policy(self) -> Generator[None]:
        """Let the policy be who acts, by its id and version, until the block ends."""
        before, policy = self._by, self.policy
        self._by = Actor(kind=ActorKind.POLICY, id=f"{policy.id}/{policy.version}")
        try:
            yield
        finally:
            self._by = before

    def ask(self, kind: str, lane: str) -> None:
        """Have something done outside because of the event just said."""
        self._effects.append(Effect(kind=kind, lane=lane, event=len(self._events) - 1))

    # ------------------------------------------------------------ ending

    def decision(self) -> Decision:
        """Give what the plan did; the very state it began with where it did nothing."""
        before = self._before
        if self._ret is before.ret and not self._events:
            return Decision(state=before, events=())
        after = State(
            order=self.order,
            customer=self.customer,
            policy=self.policy,
            ret=self._ret,
            words=self._words,
            others=self.others,
            others_words=self._before.others_words,
        )
        return Decision(
            state=after,
            events=tuple(self._events),
            effects=tuple(self._effects),
            grounds=self.grounds,
        )


def _told(ret: Return) -> Return:
    """Give the return as events tell it: what it still waits for is no fact."""
    return replace(ret, timers=()) if ret.timers else ret


_TOLD: Final = frozenset(
    {SettlementStatus.IN_PROGRESS, SettlementStatus.FAILED, SettlementStatus.SETTLED}
)
"""Settlements of siblings that a message may speak of; the rest serve exact shares only."""


def as_told(others: tuple[CompactReturn, ...]) -> tuple[CompactReturn, ...]:
    """Give the other returns of the order as snapshots carry them."""
    return tuple(
        replace(
            other,
            settlements=tuple(
                one
                for one in other.settlements
                if one.status in _TOLD and one.kind is SettlementKind.REFUND
            ),
        )
        if other.settlements
        else other
        for other in others
    )


def _put(things: tuple[_Part, ...], thing: _Part) -> tuple[_Part, ...]:
    """Replace the one of the same id, or add at the end."""
    for index, one in enumerate(things):
        if one.id == thing.id:
            return (*things[:index], thing, *things[index + 1 :])
    return (*things, thing)
