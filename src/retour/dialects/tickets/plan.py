"""What a change of a ticket means for its return: a plan of commands, or why not.

``LEGAL`` says which status may be asked for from where; ``_WAYS`` how each is reached.  Money named
by a change is compared with what we work out and never trusted: more is refused, less becomes an
adjustment.  Pure; what has to be foreseen is decided here as the lifecycle would decide it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from msgspec import UNSET
from msgspec.structs import replace

from retour.dialects.tickets import status as words
from retour.dialects.tickets.goods import goods_steps
from retour.dialects.tickets.money import agreed_amount, pay_steps, roomy, wrong_amount
from retour.dialects.tickets.parse import ChangeGiven, FieldsGiven, TicketGiven
from retour.dialects.tickets.request import Case, asked_lines, free_text, note_of, other_total
from retour.dialects.tickets.status import status_of
from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.lifecycle.commands import (
    Amend,
    Annotate,
    Authorize,
    Cancel,
    Complete,
    Context,
    CreateLabel,
    Inspect,
    Reject,
    Reopen,
    Request,
    Ship,
)
from retour.lifecycle.decide import Step, decide
from retour.lifecycle.guards import RANK, expected_units
from retour.lifecycle.model import ParcelStatus, Policy, Return, ReturnStatus, State
from retour.lifecycle.requests.offering import settles_from

LEGAL: Final[Mapping[ReturnStatus, tuple[str, ...]]] = {
    ReturnStatus.REQUESTED: (
        words.RETURN_REQUESTED,
        words.ELIGIBILITY_CHECK,
        words.APPROVED,
        words.LABEL_SENT,
        words.ITEM_RECEIVED,
        words.REJECTED,
        words.CANCELED,
    ),
    ReturnStatus.AUTHORIZED: (
        words.LABEL_SENT,
        words.ITEM_RECEIVED,
        words.REFUNDED,
        words.CANCELED,
        words.CLOSED,
    ),
    ReturnStatus.SHIPPED: (words.ITEM_RECEIVED, words.REFUNDED, words.CANCELED),
    ReturnStatus.TRACKED: (words.ITEM_RECEIVED, words.REFUNDED, words.CANCELED),
    ReturnStatus.RECEIVED: (words.REFUNDED, words.REJECTED, words.CANCELED),
    ReturnStatus.PROCESSED: (words.REFUNDED, words.REJECTED, words.CANCELED, words.CLOSED),
    ReturnStatus.SETTLED: (words.APPROVED, words.CLOSED),
    ReturnStatus.COMPLETED: (words.APPROVED,),
    ReturnStatus.REJECTED: (),
    ReturnStatus.CANCELED: (),
}
"""Which statuses a ticket may be given while its return is in this one, beside the one it has."""


def legal(state: State) -> tuple[str, ...]:
    """List the statuses a ticket may be given now, the one it has among them."""
    ret = state.ret
    assert ret is not None, "a ticket's change is about its return"
    possible = {one for one in LEGAL[ret.status] if _is_open(one, ret, state.policy)}
    return tuple(one.key for one in words.STATUSES if one.key in possible | {status_of(ret)})


def _is_open(wanted: str, ret: Return, policy: Policy) -> bool:
    """Leave out what the policy or the return's history forbids."""
    if wanted == words.REFUNDED and ret.status not in _HANDLED:
        return RANK[ret.status] >= RANK[settles_from(ret, policy)]
    if wanted == words.CLOSED and ret.status is ReturnStatus.AUTHORIZED:
        return ret.reopened
    if wanted == words.ITEM_RECEIVED:
        return expected_units(ret) > 0
    return True


_HANDLED: Final = frozenset({ReturnStatus.RECEIVED, ReturnStatus.PROCESSED})
"""From here on a change can finish what is missing before money moves."""


# ---------------------------------------------------------------- a new ticket


def plan_new(state: State, given: TicketGiven, context: Context) -> Sequence[Step] | Refusal:
    """Ask for the return a new ticket is about, and take it where the ticket says it is."""
    lines = asked_lines(state.order, given.fields, {})
    if isinstance(lines, Refusal):
        return lines
    plan: list[Step] = [Request(order_number=state.order.order_number, lines=lines)]
    difference = other_total(state.order, given.fields)
    if difference:
        plan.append(Annotate(fields=difference))
    if given.status in {None, words.OPEN, words.RETURN_REQUESTED, words.ELIGIBILITY_CHECK}:
        return plan
    assert given.status is not None
    foreseen = decide(state, plan, roomy(context, plan))
    if isinstance(foreseen, Refusal):
        return foreseen
    wanted = ChangeGiven(status=given.status, fields=_judging(given.fields))
    rest = plan_change(foreseen.state, wanted, context)
    return rest if isinstance(rest, Refusal) else [*plan, *rest]


def _judging(fields: FieldsGiven) -> FieldsGiven:
    """Keep of a new ticket's fields what its status depends on; the others are noted already."""
    return FieldsGiven(condition=fields.condition, refund_amount=fields.refund_amount)


# ---------------------------------------------------------------- a change


def plan_change(state: State, change: ChangeGiven, context: Context) -> Sequence[Step] | Refusal:
    """Give the commands that make a ticket what is asked; none where it is so already.

    Refusals: ``invalid_transition`` where the status cannot be reached from here, with the ones
    that can; ``refund_differs`` for an amount that is not owed; the lifecycle's own otherwise.
    """
    ret = state.ret
    assert ret is not None, "a ticket's change is about its return"
    now = status_of(ret)
    wanted = now if change.status is UNSET else change.status
    possible = legal(state)
    if wanted not in possible:
        return _invalid(now, wanted, possible)
    amount = agreed_amount(state, change, is_due=wanted == words.REFUNDED != now)
    if isinstance(amount, Refusal):
        return amount
    case = Case(state, ret, change, amount)
    moved = _moved_order(ret, change.fields)
    if moved is not None:
        return moved
    amended = _amended(case)
    if isinstance(amended, Refusal):
        return amended
    goods = goods_steps(ret, change.fields.condition, arriving=wanted == words.ITEM_RECEIVED != now)
    note = _note(case, wanted, now, is_judged=any(isinstance(one, Inspect) for one in goods))
    plan: list[Step] = [*note, *amended, *_passed(case, wanted), *goods]
    refusal = wrong_amount(case, wanted, plan, context)
    if refusal is not None:
        return refusal
    if wanted != now:
        plan += _WAYS[wanted](case)
    return plan


def _passed(case: Case, wanted: str) -> Sequence[Step]:
    """Approve on the way: whoever says that a label went out, or the goods are here, says yes."""
    is_passed = wanted in {words.LABEL_SENT, words.ITEM_RECEIVED}
    return (Authorize(),) if is_passed and case.ret.status is ReturnStatus.REQUESTED else ()


def _invalid(now: str, wanted: str, possible: Sequence[str]) -> Refusal:
    return refuse(
        RefusalCode.INVALID_TRANSITION,
        f"The ticket is {now} and cannot become {wanted}. From here: {', '.join(possible)}.",
        "/status",
    )


def _moved_order(ret: Return, fields: FieldsGiven) -> Refusal | None:
    if fields.order_id in {None, ret.order_number}:
        return None
    return refuse(
        RefusalCode.NOT_ALLOWED_IN_STATUS,
        f"The ticket is a return of order {ret.order_number!r} and stays one. Open a new ticket for"
        f" {fields.order_id!r}.",
        "/custom_fields/order_id",
    )


def _amended(case: Case) -> Sequence[Step] | Refusal:
    """Ask for other items, where others are named than the return is about."""
    if case.fields.items is None:
        return ()
    own = Counter[str]()
    for line in case.ret.lines:
        if line.line is not None:
            own[line.line] += len(line.units)
    lines = asked_lines(case.state.order, case.fields, own)
    if isinstance(lines, Refusal):
        return lines
    same = Counter({line.line: line.quantity for line in lines}) == own
    return () if same or not lines else (Amend(lines=lines),)


# ---------------------------------------------------------------- what is noted


def _note(case: Case, wanted: str, now: str, *, is_judged: bool) -> Sequence[Step]:
    """Note what is given; what the return itself knows is not noted a second time."""
    note = note_of(case.change)
    known = {"order_id", "items_to_return", *(("condition",) if is_judged else ())}
    fields = {key: text for key, text in note.fields.items() if key not in known}
    review = None
    if case.ret.status is ReturnStatus.REQUESTED and wanted != now:
        review = {words.ELIGIBILITY_CHECK: True, words.RETURN_REQUESTED: False}.get(wanted)
    note = replace(note, fields=fields, in_review=review)
    return () if note == Annotate() else (note,)


# ---------------------------------------------------------------- ways


def _reviewed(case: Case) -> Sequence[Step]:
    """Reach what is only noted: the note is in the plan already."""
    del case
    return ()


def _approved(case: Case) -> Sequence[Step]:
    if case.ret.status is ReturnStatus.REQUESTED:
        return (Authorize(),)
    return (Reopen(reason=free_text(case.fields, "reopen_reason") or "Reopened as a ticket."),)


def _label_sent(case: Case) -> Sequence[Step]:
    """Have a label made, unless one is being made or the customer has their own."""
    tracking = free_text(case.fields, "tracking_number")
    if tracking:
        return (Ship(tracking_number=tracking),)
    if any(parcel.status is ParcelStatus.REQUESTED for parcel in case.ret.parcels):
        return ()
    return (CreateLabel(carrier=case.state.policy.carrier),)


def _rejected(case: Case) -> Sequence[Step]:
    return (Reject(reason=free_text(case.fields, "reject_reason") or "Rejected as a ticket."),)


def _canceled(case: Case) -> Sequence[Step]:
    """Withdraw; goods that are here need the field ``goods`` to say what becomes of them."""
    reason = free_text(case.fields, "cancel_reason") or "Canceled as a ticket."
    match free_text(case.fields, "goods"):
        case "send_back" | "keep" | "return_to_stock" as goods:
            return (Cancel(reason=reason, goods=goods),)
        case _:
            return (Cancel(reason=reason),)


def _closed(case: Case) -> Sequence[Step]:
    del case
    return (Complete(),)


_WAYS: Final[Mapping[str, Callable[[Case], Sequence[Step]]]] = {
    words.RETURN_REQUESTED: _reviewed,
    words.ELIGIBILITY_CHECK: _reviewed,
    words.APPROVED: _approved,
    words.LABEL_SENT: _label_sent,
    words.ITEM_RECEIVED: _reviewed,  # The goods are in the plan already.
    words.REFUNDED: pay_steps,
    words.REJECTED: _rejected,
    words.CANCELED: _canceled,
    words.CLOSED: _closed,
}
"""How each status is reached; every status that ``LEGAL`` names is a key."""
