"""What the walks ask for: every command with a body, and what the plain model does with it."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from hypothesis import strategies as st

from retour.lifecycle import commands as c
from retour.lifecycle.model import ActorKind, RejectedChoice, Return
from tests.support.plain import PlainReturn
from tests.support.plain_parts import FOREIGN, HERE, OPEN, PlainUnit

LINES = {"a": (5, 777), "b": (3, 1001)}
DISPOSITIONS = {
    RejectedChoice.SEND_BACK: "send_back",
    RejectedChoice.DONATE: "donate",
    RejectedChoice.DISCARD: "destroy",
}
Act = tuple[c.Command, Callable[[PlainReturn], list[str]], ActorKind]


@st.composite
def asked_lines(draw: st.DrawFn, least: int) -> list[tuple[str, int]]:
    names = draw(st.lists(st.sampled_from(sorted(LINES)), unique=True, min_size=least))
    return [(name, draw(st.integers(1, 3))) for name in names]


def as_asked(asked: list[tuple[str, int]]) -> tuple[c.LineAsked, ...]:
    return tuple(c.LineAsked(line=name, quantity=n) for name, n in asked)


def authorize(data: st.DataObject, ret: Return, model: PlainReturn) -> Act:
    del ret
    n = data.draw(st.integers(0, 2))
    name = model.lines[0].name or "a"
    refused = (c.LineRefused(line=name, quantity=n, reason="Worn"),) if n else ()
    return c.Authorize(reject=refused), lambda m: m.authorize(n), ActorKind.AGENT


def reject(data: st.DataObject, ret: Return, model: PlainReturn) -> Act:
    del data, ret, model
    return c.Reject(reason="Worn"), lambda m: m.reject(), ActorKind.AGENT


def cancel(data: st.DataObject, ret: Return, model: PlainReturn) -> Act:
    del ret, model
    goods = data.draw(st.sampled_from([None, "send_back", "keep", "return_to_stock"]))
    command = msgspec.convert({"reason": "No", "goods": goods}, c.Cancel)
    return command, lambda m: m.cancel(goods), ActorKind.AGENT


def amend(data: st.DataObject, ret: Return, model: PlainReturn) -> Act:
    del ret, model
    asked = data.draw(asked_lines(1))
    return c.Amend(lines=as_asked(asked)), lambda m: m.amend(asked), ActorKind.AGENT


def reopen(data: st.DataObject, ret: Return, model: PlainReturn) -> Act:
    del ret, model
    asked = data.draw(asked_lines(0))
    command = c.Reopen(reason="Again", lines=as_asked(asked))
    return command, lambda m: m.reopen(asked), ActorKind.AGENT


def complete(data: st.DataObject, ret: Return, model: PlainReturn) -> Act:
    del data, ret, model
    return c.Complete(), lambda m: m.complete(), ActorKind.AGENT


def create_label(data: st.DataObject, ret: Return, model: PlainReturn) -> Act:
    del data, ret, model
    return c.CreateLabel(), lambda m: m.create_label(), ActorKind.AGENT


def ship(data: st.DataObject, ret: Return, model: PlainReturn) -> Act:
    del data, ret, model
    return c.Ship(), lambda m: m.ship(), ActorKind.CUSTOMER


def drop_off(data: st.DataObject, ret: Return, model: PlainReturn) -> Act:
    del ret, model
    receipt = data.draw(st.sampled_from(["1", "2", "3"]))
    command = c.RecordDropOff(receipt_number=receipt)
    return command, lambda m: m.drop_off(receipt), ActorKind.CUSTOMER


def resolve(data: st.DataObject, ret: Return, model: PlainReturn) -> Act:
    del ret, model
    choice = data.draw(st.sampled_from(sorted(DISPOSITIONS)))
    command = c.ResolveRejected(choice=choice)
    return command, lambda m: m.resolve(DISPOSITIONS[choice]), ActorKind.AGENT


def track(data: st.DataObject, ret: Return, model: PlainReturn) -> Act:
    del ret, model
    code = data.draw(st.sampled_from(["in_transit", "delivered"]))
    return msgspec.convert({"code": code}, c.Track), lambda m: m.track(code), ActorKind.CARRIER


def receive(data: st.DataObject, ret: Return, model: PlainReturn) -> Act:
    del ret, model
    name = data.draw(st.sampled_from(["a", "a", "b", "b", None]))
    n = data.draw(st.integers(1, 4))
    place = data.draw(st.sampled_from(["main", "main", "hub"]))
    operation = data.draw(st.sampled_from([f"op-{n}" for n in range(9)]))
    seen = c.UnitsSeen(quantity=n, line=name, sku=None if name else FOREIGN)
    command = c.Receive(units=(seen,), facility=place, operation_id=operation)
    return command, lambda m: m.receive(name, n, place, operation), ActorKind.OPERATOR


def inspect(data: st.DataObject, ret: Return, model: PlainReturn) -> Act:
    word = data.draw(st.sampled_from(["accepted", "accepted", "rejected", "waiting_for_input"]))
    units = [unit.id for line in ret.lines for unit in line.units]
    if units and data.draw(st.booleans()):
        nth = data.draw(st.integers(0, len(units) - 1))
        body = {"unit": units[nth], "acceptance": word}
        picked: Callable[[PlainReturn], list[PlainUnit]] = lambda m: [m.units()[nth]]  # noqa: E731 - one of two ways
    else:
        name = data.draw(st.sampled_from(["a", "b"]))
        n = data.draw(st.integers(1, 3))
        body = {"line": name, "quantity": n, "acceptance": word}
        picked = lambda m: m.pick(name, n)  # noqa: E731 - one of two ways
    del model
    command = msgspec.convert({"units": [body]}, c.Inspect)
    return command, lambda m: m.inspect(picked, word), ActorKind.OPERATOR


def moved(data: st.DataObject, ret: Return, model: PlainReturn) -> Act:
    """Say where pieces go, or where they were put: nothing else depends on that."""
    del ret, model
    name = data.draw(st.sampled_from(["a", "b"]))
    n = data.draw(st.integers(1, 3))
    units = (c.UnitsNamed(line=name, quantity=n),)
    where = data.draw(st.sampled_from(["R-1", "R-2", "R-3"]))
    if data.draw(st.booleans()):
        command = c.Dispose(units=units, disposition=where)
        return command, lambda m: m.move(name, n, "unit.disposed", where), ActorKind.OPERATOR
    put = c.PutAway(units=units, location=where)
    return put, lambda m: m.move(name, n, "unit.stored", where), ActorKind.OPERATOR


def finish(data: st.DataObject, ret: Return, model: PlainReturn) -> Act:
    del model
    remaining = data.draw(st.sampled_from(["missing", "expected"]))
    nth = data.draw(st.sampled_from([None, *range(len(ret.receipts))]))
    receipt = None if nth is None else ret.receipts[nth].id
    command = msgspec.convert({"receipt": receipt, "remaining": remaining}, c.FinishReceipt)
    return command, lambda m: m.finish(nth, remaining), ActorKind.OPERATOR


def pause(data: st.DataObject, ret: Return, model: PlainReturn) -> Act:
    del model
    paused = data.draw(st.booleans())
    nth = data.draw(st.sampled_from([None, *range(len(ret.receipts))]))
    receipt = None if nth is None else ret.receipts[nth].id
    command = c.PauseReceipt(receipt=receipt, paused=paused)
    return command, lambda m: m.pause(nth, paused=paused), ActorKind.OPERATOR


def correct(data: st.DataObject, ret: Return, model: PlainReturn) -> Act:
    lines = {line.id: line for receipt in ret.receipts for line in receipt.lines}
    if not lines:
        return receive(data, ret, model)
    n = data.draw(st.integers(0, 3))
    nth = data.draw(st.integers(0, len(lines) - 1))
    place = model.receipts.index(model.seen[nth].receipt)
    within = [one for one in model.seen if one.receipt is model.receipts[place]]
    line = ret.receipts[place].lines[within.index(model.seen[nth])]
    command = c.CorrectReceipt(receipt_line=line.id, quantity=n, reason="Counted")
    return command, lambda m: m.correct(nth, n), ActorKind.OPERATOR


def waive(data: st.DataObject, ret: Return, model: PlainReturn) -> Act:
    del ret, model
    by = data.draw(st.sampled_from([ActorKind.AGENT, ActorKind.CUSTOMER]))
    allowed = by is ActorKind.AGENT
    return c.WaiveReceipt(), lambda m: m.waive(allowed=allowed), by


def propose(data: st.DataObject, ret: Return, model: PlainReturn) -> Act:
    del ret, model
    kind = data.draw(st.sampled_from(["refund", "refund", "refund", "none"]))
    cents = data.draw(st.sampled_from([0, 0, 1, -50, 2500])) if kind == "refund" else 0
    extra = [{"label": "Goodwill", "amount": f"{cents / 100:.2f}"}] if cents else []
    command = msgspec.convert({"kind": kind, "adjustments": extra}, c.ProposeSettlement)
    return command, lambda m: m.propose(kind, cents), ActorKind.AGENT


def confirm(data: st.DataObject, ret: Return, model: PlainReturn) -> Act:
    del data, ret, model
    return c.ConfirmSettlement(), lambda m: m.confirm(), ActorKind.AGENT


def discard(data: st.DataObject, ret: Return, model: PlainReturn) -> Act:
    del data, ret, model
    return c.DiscardSettlement(), lambda m: m.discard(), ActorKind.AGENT


def start(data: st.DataObject, ret: Return, model: PlainReturn) -> Act:
    del data, ret, model
    return c.StartRefund(), lambda m: m.start(), ActorKind.AGENT


def a_leg(data: st.DataObject, ret: Return) -> tuple[str, int]:
    legs = [leg.id for one in ret.settlements for leg in one.legs]
    nth = data.draw(st.integers(max(len(legs) - 3, 0), len(legs) - 1)) if legs else -1
    return (legs[nth] if legs else "leg_none"), nth


def retry(data: st.DataObject, ret: Return, model: PlainReturn) -> Act:
    leg, nth = a_leg(data, ret)
    if nth < 0:
        return start(data, ret, model)
    return c.RetryRefund(leg=leg), lambda m: m.retry(m.legs()[nth]), ActorKind.AGENT


def outcome(data: st.DataObject, ret: Return, model: PlainReturn) -> Act:
    leg, nth = a_leg(data, ret)
    if nth < 0:
        return start(data, ret, model)
    word = data.draw(
        st.sampled_from(["succeeded", "succeeded", "failed", "failed", "pending", "unknown"])
    )
    theirs = model.order.payments[model.legs()[nth].payment][1] == "external"
    wrong = data.draw(st.integers(0, 5)) == 0
    by = ActorKind.API_KEY if theirs is not wrong else ActorKind.PROCESSOR
    command = msgspec.convert({"leg": leg, "outcome": word}, c.RecordRefundOutcome)
    is_processor = by is ActorKind.PROCESSOR
    return command, lambda m: m.outcome(m.legs()[nth], word, by_processor=is_processor), by


ACTS: dict[str, Callable[[st.DataObject, Return, PlainReturn], Act]] = {
    "authorize": authorize,
    "reject": reject,
    "cancel": cancel,
    "amend": amend,
    "reopen": reopen,
    "complete": complete,
    "create_label": create_label,
    "ship": ship,
    "record_drop_off": drop_off,
    "resolve_rejected": resolve,
    "track": track,
    "receive": receive,
    "inspect": inspect,
    "dispose": moved,
    "put_away": moved,
    "finish_receipt": finish,
    "pause_receipt": pause,
    "correct_receipt": correct,
    "waive_receipt": waive,
    "propose_settlement": propose,
    "confirm_settlement": confirm,
    "discard_settlement": discard,
    "start_refund": start,
    "retry_refund": retry,
    "record_refund_outcome": outcome,
}


# ---------------------------------------------------------------- the straight way


def next_steps(ret: Return, model: PlainReturn) -> list[Act]:
    """Give what somebody would do next who wants the return done."""
    match ret.status.value:
        case "requested":
            return [(c.Authorize(), lambda m: m.authorize(0), ActorKind.AGENT)]
        case "authorized" | "shipped" | "tracked":
            return list(arrivals(model)) or [plainly("complete", c.Complete())]
        case "received":
            return [*judgements(ret, model), *finishes(ret, model)]
        case "processed":
            return payments(ret, model) or [plainly("complete", c.Complete())]
        case "settled":
            return [plainly("complete", c.Complete())]
        case _:
            return [(c.Reopen(reason="Again"), lambda m: m.reopen([]), ActorKind.AGENT)]


def plainly(word: str, command: c.Command) -> Act:
    """Give a command without a body."""
    return command, lambda m: getattr(m, word)(), ActorKind.AGENT


def arrivals(model: PlainReturn) -> list[Act]:
    """Let everything come that is expected."""
    return [
        arrival(name, n, f"on-{len(model.seen)}-{name}")
        for name in LINES
        if (n := sum(u.came == "expected" for u in model.of(name)))
    ]


def arrival(name: str, n: int, operation: str) -> Act:
    seen = c.UnitsSeen(line=name, quantity=n)
    command = c.Receive(units=(seen,), facility="main", operation_id=operation)
    return command, lambda m: m.receive(name, n, "main", operation), ActorKind.OPERATOR


def judgements(ret: Return, model: PlainReturn) -> list[Act]:
    """Accept everything that lies there undecided."""
    ids = [unit.id for line in ret.lines for unit in line.units]
    return [
        acceptance(nth, ids[nth])
        for nth, unit in enumerate(model.units())
        if unit.came in HERE and unit.look in OPEN
    ]


def acceptance(nth: int, unit: str) -> Act:
    judged = c.UnitsJudged(unit=unit, acceptance="accepted")
    act: Callable[[PlainReturn], list[str]] = lambda m: m.inspect(  # noqa: E731 - one line of three
        lambda at: [at.units()[nth]], "accepted"
    )
    return c.Inspect(units=(judged,)), act, ActorKind.OPERATOR


def finishes(ret: Return, model: PlainReturn) -> list[Act]:
    """Close every receipt, and expect nothing more."""
    opened = [nth for nth, one in enumerate(model.receipts) if one.open]
    if not opened:
        command = c.FinishReceipt(remaining="missing")
        return [(command, lambda m: m.finish(None, "missing"), ActorKind.OPERATOR)]
    return [finishing(nth, ret.receipts[nth].id) for nth in opened]


def finishing(nth: int, receipt: str) -> Act:
    command = c.FinishReceipt(receipt=receipt, remaining="missing")
    return command, lambda m: m.finish(nth, "missing"), ActorKind.OPERATOR


def payments(ret: Return, model: PlainReturn) -> list[Act]:
    """Pay what is owed: whatever comes next on that way."""
    states = {one.state for one in model.settlements}
    if "in_progress" in states:
        return [
            success(ret, model, nth) for nth, leg in enumerate(model.legs()) if waits(leg.state)
        ]
    if "confirmed" in states:
        return [plainly("start", c.StartRefund())]
    if "draft" in states:
        return [plainly("confirm", c.ConfirmSettlement())]
    failed = [nth for nth, leg in enumerate(model.legs()) if leg.state in {"failed", "reversed"}]
    if failed:
        return [again(ret, nth) for nth in failed]
    if model.owed():
        return [(c.ProposeSettlement(), lambda m: m.propose("refund", 0), ActorKind.AGENT)]
    return []


def waits(state: str) -> bool:
    return state in {"in_flight", "unknown"}


def leg_id(ret: Return, nth: int) -> str:
    return [leg.id for one in ret.settlements for leg in one.legs][nth]


def again(ret: Return, nth: int) -> Act:
    command = c.RetryRefund(leg=leg_id(ret, nth))
    return command, lambda m: m.retry(m.legs()[nth]), ActorKind.AGENT


def success(ret: Return, model: PlainReturn, nth: int) -> Act:
    return told(ret, model, nth, "succeeded")


def failure(ret: Return, model: PlainReturn, nth: int) -> Act:
    """Let a leg's own executor say that it failed."""
    return told(ret, model, nth, "failed")


def told(ret: Return, model: PlainReturn, nth: int, word: str) -> Act:
    theirs = model.order.payments[model.legs()[nth].payment][1] == "external"
    by = ActorKind.AGENT if theirs else ActorKind.PROCESSOR
    body = {"leg": leg_id(ret, nth), "outcome": word}
    return (
        msgspec.convert(body, c.RecordRefundOutcome),
        lambda m: m.outcome(m.legs()[nth], word, by_processor=not theirs),
        by,
    )
