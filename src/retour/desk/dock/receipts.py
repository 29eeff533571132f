"""What a facility received, told by its own system: each result for itself, each once.

Goods are never lost: what belongs to no return we know becomes a parcel without one, and what a
return never held becomes an exception.  A result is refused only where it contradicts itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from retour.desk.dock.announcing import announced
from retour.desk.dock.finding import Candidate, candidates, certain
from retour.desk.dock.unmatched import digest_of, take_unmatched
from retour.desk.execute import Ahead, Asked, RequestKey, execute
from retour.desk.keeping import keep, kept_for
from retour.desk.outcome import Done, NotFound, Outcome, Refused
from retour.kernel.refusal import Refusal, RefusalCode
from retour.lifecycle.commands import (
    Command,
    Context,
    FinishReceipt,
    Inspect,
    Receive,
    UnitsJudged,
)
from retour.lifecycle.decide import Step
from retour.lifecycle.model import Actor, Decision, Reception, Return, State
from retour.store.dock import SQL, Operation, one_operation, returns_by_ids, take_operation

if TYPE_CHECKING:
    from retour.desk.dock.bodies import GoodsSeen, ReceiptResult, Receipts
    from retour.desk.house import House
    from retour.lifecycle.model import ReceiptLine
    from retour.store.database import Connection

_ENCODE: Final = msgspec.json.Encoder()
_EXCEPTIONAL: Final = frozenset({Reception.UNEXPECTED, Reception.WRONG_ITEM})
View = dict[str, Any]  # JSON of one result; the shape is declared at the door.
Made = Callable[["_One"], Sequence[Step]]


class _Repeated(Exception):
    """Somebody else has just reported the same operation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _One:
    """One result, where and by whom it is told, and the return it is of where that is known.

    ``refused`` holds, by their places, the lines that contradict themselves: they are left out.
    """

    workspace_id: int
    facility: str
    actor: Actor
    source: str
    said: ReceiptResult
    ret: Return | None = None
    order_number: str | None = None
    refused: Mapping[int, Refusal | None] = field(default_factory=dict[int, "Refusal | None"])

    @property
    def goods(self) -> list[GoodsSeen]:
        """What is taken of the lines."""
        return [one for place, one in enumerate(self.said.lines) if place not in self.refused]

    @property
    def operation_id(self) -> str:
        """The operation's name in the return, where other facilities have names of their own."""
        return f"{self.facility}/{self.said.operation_id}"


async def report(
    house: House,
    workspace_id: int,
    facility: str,
    body: Receipts,
    *,
    actor: Actor,
    source: str,
    key: RequestKey | None = None,
) -> Outcome:
    """Take a facility's results one by one; each is answered, none undoes another."""
    async with house.database.transaction(workspace_id) as connection:
        if await connection.fetchrow(SQL["one_place"], workspace_id, facility) is None:
            return NotFound(what="facility")
        if answered := await kept_for(connection, workspace_id, key):
            return answered
    results: list[View] = []
    for said in body.results:
        one = _One(
            workspace_id=workspace_id, facility=facility, actor=actor, source=source, said=said
        )
        results.append(await _told(house, one))
    answer = _ENCODE.encode({"facility": facility, "results": results})
    async with house.database.transaction(workspace_id) as connection:
        if answered := await keep(connection, workspace_id, key, 200, answer):
            return answered
    return Done(status=200, body=answer)


async def _told(house: House, one: _One) -> View:
    said, workspace_id = one.said, one.workspace_id
    async with house.database.transaction(workspace_id) as connection:
        before = await one_operation(connection, workspace_id, one.facility, said.operation_id)
        if before is not None:
            return await _duplicate(connection, one, before)
        listed = await candidates(house, connection, workspace_id, said)
        walk_in = await _walk_in(connection, one, listed)
    ret = certain(said, listed)
    try:
        if said.lines and (ret is not None or walk_in is not None):
            found = replace(one, ret=ret, order_number=walk_in)
            view = await _received(house, found)
            if view is not None:
                return view
        return await _unmatched(house, one, listed)
    except _Repeated:
        return await _told(house, one)


async def _walk_in(connection: Connection, one: _One, listed: Sequence[Candidate]) -> str | None:
    """Give the order that an unannounced parcel is of, if it says one and has no return."""
    number = one.said.order_number
    if number is None or any("order" in candidate.by for candidate in listed if candidate.waits):
        return None
    row = await connection.fetchrow(SQL["order_by_number"], one.workspace_id, number)
    return None if row is None else number


# ---------------------------------------------------------------- of a return


async def _received(house: House, one: _One) -> View | None:
    """Receive the goods, judged as far as that is possible; ``None`` where no return takes them.

    A line that contradicts itself is left out, and the others are tried again.
    """
    undone: list[View] = []
    for make in (_all, _waiting, _goods):
        steps = make(one)
        if steps is None:
            continue
        outcome, is_new = await _execute(house, one, steps)
        if isinstance(outcome, Done):
            view: View = msgspec.json.decode(outcome.body)
            return {**view, "left_undone": undone} | ({} if is_new else {"status": "duplicate"})
        if not isinstance(outcome, Refused) or outcome.refusal.code in _NOT_HERE:
            return None
        said = _problem(outcome.refusal)
        if make is _goods:
            less = _without(one, outcome.refusal)
            if less is None:
                return {**_view(one, "refused", lines=_lines(one, None)), **said}
            return await _received(house, less)
        undone = [said]
    raise AssertionError("goods alone are always tried")


def _without(one: _One, refusal: Refusal) -> _One | None:
    """Leave the line out that is to blame; ``None`` where that is none, or the last."""
    blamed = _BLAMED.match(refusal.pointer or "")
    if blamed is None:
        return None
    taken = [place for place in range(len(one.said.lines)) if place not in one.refused]
    refused = {**one.refused, taken[int(blamed["place"])]: refusal}
    less = replace(one, refused=refused)
    return less if less.goods else None


_BLAMED: Final = re.compile(r"/units/(?P<place>\d+)(?:/|$)")
_NOT_HERE: Final = frozenset(
    {RefusalCode.NOT_ALLOWED_IN_STATUS, RefusalCode.NOTHING_LEFT, RefusalCode.UNKNOWN_ORDER}
)
"""Refusals that say: the goods are here, and no return can take them."""


async def _execute(house: House, one: _One, steps: Sequence[Step]) -> tuple[Outcome, bool]:
    """Carry a result out; says whether it wrote anything, for somebody may just have done it."""
    held: list[Return] = []
    wrote: list[str] = []

    def show(decision: Decision) -> bytes:
        ret = decision.state.ret
        assert ret is not None, "goods are received into a return"
        held[:] = [ret]
        wrote.clear()
        return _ENCODE.encode(_taken(one, ret))

    async def first(connection: Connection) -> None:
        done = Operation(
            digest=digest_of(one.said), return_id=held[0].id, refused=tuple(sorted(one.refused))
        )
        if not await take_operation(
            connection, one.workspace_id, one.facility, one.said.operation_id, done
        ):
            raise _Repeated
        wrote.append(one.said.operation_id)

    ret = one.ret
    outcome = await execute(
        house,
        Asked(
            workspace_id=one.workspace_id,
            actor=one.actor,
            source=one.source,
            return_id=None if ret is None else ret.id,
            ahead=Ahead(
                work_out=lambda state, context: _planned(one, steps, state, context),
                order_number=one.order_number if ret is None else None,
                facility=one.facility,
                numbers=2 * len(one.goods),
            ),
            show=show,
            first=first,
            status=200,
        ),
    )
    return outcome, bool(wrote)


def _planned(
    one: _One, steps: Sequence[Step], state: State, context: Context
) -> Sequence[Step] | Refusal:
    del context
    if one.ret is not None:
        return steps
    request = announced(one.goods, state.order)
    return request if isinstance(request, Refusal) else (request, *steps)


def _goods(one: _One) -> Sequence[Step]:
    said, ret = one.said, one.ret
    tracked = said.tracking_number
    parcels = () if ret is None else ret.parcels
    is_ours = any(tracked and parcel.tracking_number == tracked for parcel in parcels)
    return (
        Receive(
            units=tuple(goods.seen for goods in one.goods),
            facility=one.facility,
            parcel=tracked if is_ours else None,
            operation_id=one.operation_id,
        ),
    )


def _all(one: _One) -> Sequence[Step] | None:
    """Give everything that was said, where more was than that goods came."""
    steps = _after(one, None)
    return (*_goods(one), *steps) if steps else None


def _waiting(one: _One) -> Sequence[Step] | None:
    """Give the same, with what nobody decided waiting for somebody."""
    if all(goods.acceptance or not goods.is_judged for goods in one.goods):
        return None
    return (*_goods(one), *_after(one, "waiting_for_input"))


def _after(one: _One, undecided: Literal["waiting_for_input"] | None) -> Sequence[Step]:
    steps: list[Step] = []
    if any(goods.is_judged for goods in one.goods):
        steps.append(lambda ret: _judgements(one, ret, undecided))
    if one.said.finished:
        remaining: Literal["missing", "expected"] = (
            "missing" if one.said.remaining == "missing" else "expected"
        )
        steps.append(lambda ret: _finish(one, ret, remaining))
    return steps


def _judgements(
    one: _One, ret: Return, undecided: Literal["waiting_for_input"] | None
) -> Sequence[Command]:
    judged = tuple(
        UnitsJudged(
            unit=unit,
            acceptance=goods.acceptance or undecided,
            grade=goods.grade,
            condition=goods.condition,
            disposition=goods.disposition,
            reason=goods.reason,
        )
        for goods, units in _units_of(one, ret)
        if goods.is_judged
        for unit in units
    )
    return (Inspect(units=judged),) if judged else ()


def _units_of(one: _One, ret: Return) -> Iterator[tuple[GoodsSeen, list[str]]]:
    """Tell which units came of each kind: they were written down in the order they were said."""
    units = [unit for line in _written(one, ret) for unit in line.units]
    for goods in one.goods:
        yield goods, units[: goods.quantity]
        units = units[goods.quantity :]


def _finish(one: _One, ret: Return, remaining: Literal["missing", "expected"]) -> Sequence[Command]:
    for receipt in ret.receipts:
        if any(line.operation_id == one.operation_id for line in receipt.lines):
            return (FinishReceipt(receipt=receipt.id, remaining=remaining),)
    return ()


# ---------------------------------------------------------------- of none


async def _unmatched(house: House, one: _One, listed: Sequence[Candidate]) -> View:
    """Keep what came until somebody finds out whose it is."""
    parcel_id = await take_unmatched(
        house,
        one.workspace_id,
        one.facility,
        one.said,
        has_candidates=bool(listed),
    )
    if parcel_id is None:
        raise _Repeated
    return _view(
        one,
        "unmatched",
        unmatched_parcel=parcel_id,
        detail="No open return is known for this parcel. It is kept, and somebody will look.",
    )


async def _duplicate(connection: Connection, one: _One, before: Operation) -> View:
    """Answer an operation that was reported before, with what has become of it since."""
    if before.digest != digest_of(one.said):
        return _view(
            one,
            "refused",
            code=RefusalCode.OPERATION_REUSED.value,
            detail="This operation id stands for other goods. Give each operation its own.",
            pointer="/operation_id",
        )
    if before.return_id is None:
        return _view(one, "duplicate", unmatched_parcel=before.parcel_id)
    rets = await returns_by_ids(connection, one.workspace_id, [before.return_id])
    then = replace(one, refused=dict.fromkeys(before.refused))
    return {**_taken(then, rets[before.return_id]), "status": "duplicate"}


# ---------------------------------------------------------------- shown


def _written(one: _One, ret: Return) -> list[ReceiptLine]:
    return [
        line
        for receipt in ret.receipts
        for line in receipt.lines
        if line.operation_id == one.operation_id
    ]


def _taken(one: _One, ret: Return) -> View:
    written = _written(one, ret)
    odd = any(line.reception in _EXCEPTIONAL or line.damaged for line in written)
    status = "partial" if one.refused else "exception" if odd else "accepted"
    ids = {line.id for line in written}
    receipts = (one_.id for one_ in ret.receipts if any(line.id in ids for line in one_.lines))
    return _view(one, status, ret=ret, receipt=next(receipts, None), lines=_lines(one, written))


def _lines(one: _One, written: list[ReceiptLine] | None) -> list[View]:
    """Answer line by line: the receipt has them in the order in which they were said."""
    left = list(written or ())
    shown: list[View] = []
    for place, goods in enumerate(one.said.lines):
        mine: list[ReceiptLine] = []
        if written is not None and place not in one.refused:
            while left and sum(line.quantity for line in mine) < goods.quantity:
                mine.append(left.pop(0))
        shown.append(_line(goods, mine, one.refused.get(place)))
    return shown


def _line(goods: GoodsSeen, mine: Sequence[ReceiptLine], refusal: Refusal | None) -> View:
    odd = any(line.reception in _EXCEPTIONAL or line.damaged for line in mine)
    return {
        "status": "refused" if not mine else "exception" if odd else "accepted",
        "quantity": goods.quantity,
        **(_NO_PROBLEM if refusal is None else _problem(refusal)),
        "received": [
            {
                "line": line.line,
                "sku": line.sku,
                "quantity": line.quantity,
                "reception": line.reception.value,
                "units": list(line.units),
            }
            for line in mine
        ],
    }


_NO_PROBLEM: Final[View] = {"code": None, "detail": None, "pointer": None}


def _problem(refusal: Refusal) -> View:
    return {"code": refusal.code.value, "detail": refusal.detail, "pointer": refusal.pointer}


def _view(one: _One, status: str, *, ret: Return | None = None, **more: object) -> View:
    return {
        "operation_id": one.said.operation_id,
        "status": status,
        "return": None if ret is None else ret.id,
        "rma_number": None if ret is None else ret.rma_number,
        "return_status": None if ret is None else ret.status.value,
        "receipt": None,
        "unmatched_parcel": None,
        "lines": [],
        "left_undone": [],
        **_NO_PROBLEM,
        **more,
    }
