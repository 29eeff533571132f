"""The return that follows a withdrawal: made by an agent, or by itself where all is known.

It stands on the law: no reason, no policy, no risk, no fee; its clock is the withdrawal's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Final

import msgspec

from retour.desk.execute import Ahead, Asked, answer, execute
from retour.desk.outcome import Done, Outcome, Refused
from retour.desk.withdrawals import MISSING, one, take
from retour.desk.withdrawals.judging import excepted
from retour.desk.withdrawals.settings import said_of
from retour.desk.withdrawals.shown import said_in
from retour.kernel.problems import Transient
from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.lifecycle.bodies import Body, Few, Quantity, Word
from retour.lifecycle.commands import LineAsked, Request
from retour.lifecycle.model import Actor, ActorKind, Origin
from retour.lifecycle.requests.legal import Legal, LegalBasis
from retour.lifecycle.withdrawals.acts import ActKind, add_act
from retour.lifecycle.withdrawals.withdrawing import WithdrawalStatus
from retour.store.telling import take_turn
from retour.store.withdrawals import acts_of, append_act, set_return

if TYPE_CHECKING:
    from retour.desk.execute import RequestKey
    from retour.desk.house import House
    from retour.lifecycle.commands import Context
    from retour.lifecycle.model import Decision, Order, State
    from retour.lifecycle.withdrawals.withdrawing import Content, Withdraw, WithdrawnLine
    from retour.store.database import Connection
    from retour.store.withdrawals import Withdrawal


class _Taken(msgspec.Struct):
    """As much of an answer as names the withdrawal."""

    id: str


_TAKEN: Final = msgspec.json.Decoder(_Taken)
_SYSTEM: Final = Actor(kind=ActorKind.SYSTEM)


class LineBack(Body):
    """Units of an order line that come back."""

    line: Word
    quantity: Quantity


class ReturnWithdrawn(Body):
    """Let a return follow; without lines those that the statement names."""

    lines: Annotated[tuple[LineBack, ...], Few] = ()


class Follows(Exception):
    """A return follows already."""


async def make_return(
    house: House,
    workspace_id: int,
    withdrawal_id: str,
    given: ReturnWithdrawn,
    *,
    actor: Actor,
    scopes: frozenset[str] | None,
    key: RequestKey | None = None,
) -> Outcome:
    """Make the return that follows a withdrawal whose order is known, once."""
    async with house.database.transaction(workspace_id) as connection:
        kept = await one(connection, workspace_id, withdrawal_id)
    if kept is None:
        return MISSING
    if kept.return_id is None and kept.standing.status is not WithdrawalStatus.MATCHED:
        detail = (
            f"This withdrawal is {kept.standing.status.value}. Say first which order it is about"
            " (match)."
        )
        return Refused(refusal=refuse(RefusalCode.NOT_ALLOWED_IN_STATUS, detail))
    making = _Making(workspace_id, kept, given.lines, actor, scopes)
    asked = making.asked(Origin.AGENT, key)
    if kept.return_id is not None and key is None:
        return making.refusal()
    try:
        return await execute(house, asked)
    except Follows:
        return making.refusal()


async def take_and_follow(
    house: House,
    workspace_id: int,
    said: Withdraw,
    *,
    actor: Actor,
    source: str,
    key: RequestKey | None = None,
    order_id: str | None = None,
) -> Outcome:
    """Take a statement; its return follows by itself where the merchant wants that.

    Raises:
        InvalidRequest: The address is none.
    """
    outcome = await take(
        house, workspace_id, said, actor=actor, source=source, key=key, order_id=order_id
    )
    if isinstance(outcome, Done) and not outcome.replayed:
        await follow_by_itself(house, workspace_id, _TAKEN.decode(outcome.body).id)
    return outcome


async def follow_by_itself(house: House, workspace_id: int, withdrawal_id: str) -> None:
    """Make the return where the merchant wants that and everything needed for it is known.

    Whatever is not clear is left to an agent: the withdrawal stays in the queue of those that no
    return follows.
    """
    async with house.database.transaction(workspace_id) as connection:
        settings = await said_of(connection, workspace_id)
        kept = await one(connection, workspace_id, withdrawal_id)
    if settings.returns != "auto" or kept is None or kept.return_id is not None:
        return
    if kept.standing.status is not WithdrawalStatus.MATCHED or not kept.standing.in_time:
        return
    making = _Making(workspace_id, kept, (), _SYSTEM, None)
    try:
        await execute(house, making.asked(Origin.PORTAL, None))
    except (Follows, Transient):
        return


class _Making:
    """A return being made: worked out on the order as it stands, linked in the same commit."""

    def __init__(
        self,
        workspace_id: int,
        kept: Withdrawal,
        lines: Sequence[LineBack],
        actor: Actor,
        scopes: frozenset[str] | None,
    ) -> None:
        self._workspace_id = workspace_id
        self._kept = kept
        self._lines = lines
        self._actor = actor
        self._scopes = scopes
        self._return_id: str | None = None

    def asked(self, origin: Origin, key: RequestKey | None) -> Asked:
        """Say what is to be done."""
        kept, match = self._kept, self._kept.match
        assert match is not None, "only a withdrawal whose order is known is followed"
        said = said_in(kept.link)

        def work_out(state: State, context: Context) -> Sequence[Request] | Refusal:
            del context
            lines = self._asked_lines(state.order, said)
            if isinstance(lines, Refusal):
                return lines
            return (Request(order_number=match.order_number, lines=lines, origin=origin),)

        legal = Legal(
            basis=LegalBasis.WITHDRAWAL,
            withdrawal=kept.link.id,
            informed_at=kept.link.received_at,
            refund_by=kept.refund_by,
            is_whole=said is not None and said.lines is None and not self._lines,
        )
        return Asked(
            workspace_id=self._workspace_id,
            actor=self._actor,
            source=self._actor.kind.value,
            ahead=Ahead(work_out=work_out, order_number=match.order_number, legal=legal, numbers=1),
            show=self._show,
            first=self._link,
            key=key,
            scopes=self._scopes,
        )

    def refusal(self) -> Refused:
        """Say that a return follows already."""
        follows = self._kept.return_id or "A return"
        detail = f"{follows} follows this withdrawal already. Change that one."
        return Refused(refusal=refuse(RefusalCode.NOT_ALLOWED_IN_STATUS, detail))

    def _show(self, decision: Decision) -> bytes:
        assert decision.state.ret is not None
        self._return_id = decision.state.ret.id
        return answer(decision.state, self._scopes)

    async def _link(self, connection: Connection) -> None:
        """Say which return follows, before it is written: both or neither."""
        assert self._return_id is not None, "what is decided is shown first"
        kept = self._kept
        turn = await take_turn(connection, self._workspace_id)
        is_first = turn is not None and await set_return(
            connection, self._workspace_id, kept.link.id, self._return_id
        )
        if turn is None or not is_first:
            raise Follows
        act = add_act(
            kept.link,
            await acts_of(connection, self._workspace_id, kept.link.id),
            ActKind.RETURNED,
            at=turn.at,
            recorded_at=turn.tick,
            by=self._actor,
            details={"return": self._return_id},
        )
        await append_act(connection, self._workspace_id, act)

    def _asked_lines(self, order: Order, said: Content | None) -> tuple[LineAsked, ...] | Refusal:
        if self._lines:
            return tuple(LineAsked(line=one.line, quantity=one.quantity) for one in self._lines)
        if said is None:
            detail = "What was said is erased. Name the lines that come back."
            return refuse(RefusalCode.UNNAMED_ITEM, detail, "/lines")
        barred = {str(one["line"]) for one in excepted(order)}
        if said.lines is None:
            lines = tuple(
                LineAsked(line=line.id, quantity=line.counters.returnable)
                for line in order.lines
                if line.counters.returnable > 0 and line.id not in barred
            )
            return lines or _nothing_back()
        return _named(order, said.lines, barred)


def _named(
    order: Order, said: Sequence[WithdrawnLine], barred: set[str]
) -> tuple[LineAsked, ...] | Refusal:
    """Find the lines of the order that a statement names; anything unclear is for an agent."""
    wanted: dict[str, int] = {}
    for line in said:
        found = [
            sold
            for sold in order.lines
            if (line.line in (None, sold.id))
            and (line.sku in (None, sold.sku))
            and (line.title is None or line.title.casefold().strip() == sold.title.casefold())
        ]
        if len(found) != 1 or found[0].id in barred:
            name = line.line or line.sku or line.title or "?"
            detail = (
                f"Which line of the order {name[:80]!r} is, or whether it can come back, is not"
                " clear. Name the lines that do."
            )
            return refuse(RefusalCode.AMBIGUOUS_ITEM, detail, "/lines")
        sold = found[0]
        quantity = line.quantity or sold.counters.returnable
        wanted[sold.id] = wanted.get(sold.id, 0) + quantity
    if not all(wanted.values()):
        return _nothing_back()
    return tuple(LineAsked(line=name, quantity=quantity) for name, quantity in wanted.items())


def _nothing_back() -> Refusal:
    detail = (
        "Nothing of the order was handed over that is not in a return, or the law excepts it."
        " Stop the shipment and pay back outside, or name the lines that come back."
    )
    return refuse(RefusalCode.NOTHING_LEFT, detail, "/lines")
